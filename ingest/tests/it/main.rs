//! The crate from outside, in one test binary.

mod any_bytes;
mod archive;
mod csv;
mod fit;
mod format;
mod gpx;
mod quality;
mod same;
mod tcx;

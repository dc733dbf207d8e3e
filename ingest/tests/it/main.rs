//! The crate from outside, in one test binary.

mod any_bytes;
mod apple;
mod archive;
mod ask;
mod csv;
mod fit;
mod format;
mod gpx;
mod memory;
mod polar;
mod quality;
mod same;
mod tcx;

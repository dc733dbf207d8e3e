//! Everything of one athlete as a zip archive, which another installation takes in.
//!
//! `format` is what such an archive is, `write` makes one, `tables` what stands in it for people and programs, and `read`
//! knows one again.

mod format;
mod read;
mod tables;
mod write;

pub(super) use read::{OwnExports, Place};

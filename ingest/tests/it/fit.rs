//! FIT files: what is written can be read, what is damaged is read as far as it goes, and real files agree with two
//! independent decoders.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

pub(crate) mod bytes;
mod conformance;
mod correlation;
mod damage;
mod developer;
mod diary;
mod others;
mod reading;
mod real;
mod resync;
mod strap;
mod written;

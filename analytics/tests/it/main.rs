//! What the crate promises, seen from outside.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test itself")]

mod activity;
mod athlete;
mod baseline;
mod body_invariants;
mod channels;
mod context;
mod diary;
mod evidence;
mod flags;
mod golden;
mod grid;
mod invariants;
mod line;
mod method;
mod pain;
mod recovery;
mod support;
mod variability;

//! What the crate promises, seen from outside.

mod activity;
mod evidence;
mod flags;
mod golden;
mod grid;
mod invariants;
mod line;
mod support;

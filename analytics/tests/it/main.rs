//! What the crate promises, seen from outside.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test itself")]

mod activity;
mod athlete;
mod baseline;
mod best;
mod body_invariants;
mod bounds;
mod channels;
mod context;
mod diary;
mod effort;
mod evidence;
mod flags;
mod golden;
mod golden_activity;
mod grade;
mod grid;
mod heart;
mod hostile;
mod invariants;
mod line;
mod loads;
mod mechanics;
mod method;
mod pain;
mod recording;
mod recovery;
mod squad;
mod support;
mod thresholds;
mod update;
mod variability;

//! When samples were taken that do not say it themselves.

use std::iter::Peekable;
use std::slice;

use super::session::Block;
use crate::Pause;

/// The time of samples that follow each other from the start of their exercise on.
pub(super) struct Clock<'p> {
    at_ms: f64,
    pauses: Peekable<slice::Iter<'p, Pause>>,
    offset_ms: i64,
}

impl<'p> Clock<'p> {
    /// A clock for samples that take `length_s` together. When that is the time with the timer running rather than the
    /// whole, it moves behind each pause.
    pub(super) fn new(exercise: &Block, length_s: f64, pauses: &'p [Pause], offset_ms: i64) -> Self {
        let pauses = if leaves_out_pauses(exercise, length_s) { pauses } else { &[] };
        Self { at_ms: exercise.start_ms.unwrap_or(0) as f64, pauses: pauses.iter().peekable(), offset_ms }
    }

    /// The time now, milliseconds on the wall clock; the next is `step_ms` later.
    pub(super) fn tick(&mut self, step_ms: f64) -> f64 {
        while let Some(pause) = self.pauses.peek()
            && pause.from.timestamp_millis().saturating_add(self.offset_ms) as f64 <= self.at_ms
        {
            self.at_ms += (pause.to - pause.from).num_milliseconds() as f64;
            self.pauses.next();
        }
        let now_ms = self.at_ms;
        self.at_ms += step_ms;
        now_ms
    }
}

/// Whether samples of this length leave out the pauses: it is nearer to the time with the timer running than to the
/// time from start to stop.
fn leaves_out_pauses(exercise: &Block, length_s: f64) -> bool {
    let (Some(start_ms), Some(stop_ms), Some(timer_s)) = (exercise.start_ms, exercise.stop_ms, exercise.duration_s)
    else {
        return false;
    };
    let elapsed_s = stop_ms.saturating_sub(start_ms) as f64 / 1000.0;
    (length_s - timer_s).abs() < (length_s - elapsed_s).abs()
}

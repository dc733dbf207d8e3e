//! `timestamp_correlation` messages: which UTC belongs to a time that counts from when the device was switched on.
//!
//! A device without a clock of its own (a camera) learns of the time when its receiver does, and notes it once, wherever
//! in the file that may be. Where several messages say different things, the count began anew in between, and none of
//! them is believed.

use super::definition::{Definition, TIMESTAMP};
use super::summary::FIRST_DATED;

/// Fields of `timestamp_correlation`.
const FRACTION: u8 = 0;
const SYSTEM_TIME: u8 = 1;
const SYSTEM_FRACTION: u8 = 2;
const LOCAL_TIME: u8 = 3;
const MS: u8 = 4;
const SYSTEM_MS: u8 = 5;

/// By how much what several messages say may differ, milliseconds: a clock that runs a little fast or slow.
const MOST_DRIFT_MS: i64 = 5_000;

/// What the messages of a part say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Correlation {
    /// When the device was switched on by the first message, FIT time, milliseconds.
    began_ms: Option<i64>,
    /// A later message says something else.
    is_doubtful: bool,
    /// UTC and local time of the first message that has both.
    pub(super) clock: Option<(u32, u32)>,
}

impl Correlation {
    /// Takes note of one message.
    pub(super) fn read(&mut self, definition: &Definition, data: &[u8]) {
        let seconds = |number| definition.integer(data, number).map(i64::from);
        let ms = |ms, fraction| {
            let parts = || definition.number(data, fraction).map(|parts| parts / 32.768);
            definition.number(data, ms).or_else(parts).filter(|ms| (0.0..1000.0).contains(ms)).unwrap_or(0.0) as i64
        };
        let Some(utc) = definition.integer(data, TIMESTAMP) else { return };
        if let Some(local) = definition.integer(data, LOCAL_TIME) {
            self.clock = self.clock.or(Some((utc, local)));
        }
        let Some(system) = seconds(SYSTEM_TIME) else { return };
        // Where the clock is set, both are UTC.
        if utc < FIRST_DATED || system >= i64::from(FIRST_DATED) {
            return;
        }
        let began_ms = i64::from(utc) * 1000 + ms(MS, FRACTION) - system * 1000 - ms(SYSTEM_MS, SYSTEM_FRACTION);
        match self.began_ms {
            None => self.began_ms = Some(began_ms),
            Some(known) => self.is_doubtful |= known.abs_diff(began_ms) > MOST_DRIFT_MS.unsigned_abs(),
        }
    }

    /// When the device was switched on, FIT time, to the next second; `None` when it is not known, or was at no time that
    /// can be.
    pub(super) fn began(&self) -> Option<Began> {
        let began_s = (self.began_ms.filter(|_| !self.is_doubtful)? + 500).div_euclid(1000);
        let began = u32::try_from(began_s).ok()?;
        // So that no time from then on passes the last one that FIT can write.
        (FIRST_DATED..=u32::MAX - FIRST_DATED).contains(&began).then_some(Began(began))
    }
}

/// When a device was switched on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began(u32);

impl Began {
    /// Makes UTC of a time that counts from then; `false` for one that does not.
    pub(super) fn date(self, time: &mut u32) -> bool {
        let counts = *time < FIRST_DATED;
        if counts {
            *time = time.saturating_add(self.0);
        }
        counts
    }
}

//! `session`, `lap`, `length`, `event` and `activity` messages: totals, pauses, and the clock on the wall.

use chrono::{DateTime, Utc};

use super::definition::{Definition, TIMESTAMP};
use super::profile::stroke_name;
use crate::{Length, Totals};

/// Seconds from the Unix epoch to FIT's, 1989-12-31T00:00:00Z.
pub(super) const FIT_EPOCH_UNIX_S: i64 = 631_065_600;

/// Times before this are counted from when the device was switched on, and stand for no date.
pub(super) const FIRST_DATED: u32 = 0x1000_0000;

/// A FIT time as UTC.
pub(super) fn utc(time: u32) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(FIT_EPOCH_UNIX_S + i64::from(time), 0)
}

/// What a `session` or `lap` says.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// Start as stated.
    pub(super) start: Option<u32>,
    /// Time of the message: the end.
    pub(super) end: Option<u32>,
    /// Whether one of the two counted from when the device was switched on, and was made UTC.
    pub(super) is_correlated: bool,
    /// Sport, a number of the profile.
    pub(super) sport: Option<u32>,
    /// Sub-sport, a number of the profile.
    pub(super) sub_sport: Option<u32>,
    /// Perceived exertion of a session, CR10.
    pub(super) rpe: Option<f64>,
    /// How a session felt, 0 to 100.
    pub(super) feel: Option<f64>,
    /// Totals as stated.
    pub(super) totals: Totals,
}

/// Numbers of the fields that `session` and `lap` have in common under different numbers.
struct Numbers {
    sport: u8,
    sub_sport: u8,
    avg_heart_rate: u8,
    max_heart_rate: u8,
    ascent: u8,
    descent: u8,
}

const SESSION: Numbers =
    Numbers { sport: 5, sub_sport: 6, avg_heart_rate: 16, max_heart_rate: 17, ascent: 22, descent: 23 };
const LAP: Numbers =
    Numbers { sport: 25, sub_sport: 39, avg_heart_rate: 15, max_heart_rate: 16, ascent: 21, descent: 22 };

impl Summary {
    /// Reads a `session` message.
    pub(super) fn session(definition: &Definition, data: &[u8], time: Option<u32>) -> Self {
        /// How it felt, 0 to 100.
        const WORKOUT_FEEL: u8 = 192;
        /// Perceived exertion, in tenths.
        const WORKOUT_RPE: u8 = 193;
        // A file may declare any type for a field, also one with negative numbers.
        let rated = |field| definition.number(data, field).filter(|value| (0.0..=100.0).contains(value));
        let rpe = rated(WORKOUT_RPE).map(|tenths| tenths / 10.0);
        let feel = rated(WORKOUT_FEEL);
        Self { rpe, feel, ..Self::read(definition, data, time, &SESSION) }
    }

    /// Reads a `lap` message.
    pub(super) fn lap(definition: &Definition, data: &[u8], time: Option<u32>) -> Self {
        Self::read(definition, data, time, &LAP)
    }

    fn read(definition: &Definition, data: &[u8], time: Option<u32>, numbers: &Numbers) -> Self {
        let scaled = |number, scale: f64| definition.number(data, number).map(|value| value / scale);
        Self {
            start: definition.integer(data, 2),
            end: time,
            is_correlated: false,
            sport: definition.integer(data, numbers.sport),
            sub_sport: definition.integer(data, numbers.sub_sport),
            rpe: None,
            feel: None,
            totals: Totals {
                elapsed_time_s: scaled(7, 1000.0),
                timer_time_s: scaled(8, 1000.0),
                distance_m: scaled(9, 100.0),
                calories_kcal: scaled(11, 1.0),
                ascent_m: scaled(numbers.ascent, 1.0),
                descent_m: scaled(numbers.descent, 1.0),
                avg_heart_rate_bpm: scaled(numbers.avg_heart_rate, 1.0),
                max_heart_rate_bpm: scaled(numbers.max_heart_rate, 1.0),
            },
        }
    }

    /// The start: as stated, else the end less the elapsed time.
    pub(super) fn begin(&self) -> Option<u32> {
        self.start.or_else(|| {
            let elapsed = self.totals.elapsed_time_s.or(self.totals.timer_time_s)?;
            Some(self.end?.saturating_sub(elapsed.max(0.0) as u32))
        })
    }
}

/// Reads a `length` message: when it began (or, where that is not stated, ended), and what it says.
pub(super) fn length(definition: &Definition, data: &[u8], time: Option<u32>) -> (Option<u32>, Length) {
    let scaled = |number, scale: f64| definition.number(data, number).map(|value| value / scale);
    let start = definition.integer(data, 2);
    let length = Length {
        start: start.and_then(utc),
        is_active: match definition.integer(data, 12) {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        timer_time_s: scaled(4, 1000.0),
        elapsed_time_s: scaled(3, 1000.0),
        strokes: definition.integer(data, 5),
        stroke: definition.integer(data, 7).map(stroke_name),
        avg_speed_mps: scaled(6, 1000.0),
    };
    (start.or(time), length)
}

/// The timer was started or stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimerEvent {
    pub(super) time: u32,
    pub(super) running: bool,
}

impl TimerEvent {
    /// Reads an `event` message; `None` when it is about something else.
    pub(super) fn read(definition: &Definition, data: &[u8], time: Option<u32>) -> Option<Self> {
        const TIMER: u32 = 0;
        if definition.integer(data, 0)? != TIMER {
            return None;
        }
        let running = match definition.integer(data, 1)? {
            0 => true,
            // Stop, stop all, stop and disable, stop and disable all.
            1 | 4 | 8 | 9 => false,
            _ => return None,
        };
        Some(Self { time: time?, running })
    }
}

/// Reads an `activity` message: UTC beside local time.
pub(super) fn local_clock(definition: &Definition, data: &[u8]) -> Option<(u32, u32)> {
    Some((definition.integer(data, TIMESTAMP)?, definition.integer(data, 5)?))
}

//! What was found, and where.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::series::Series;
use crate::{Notice, NoticeCode};

/// Places that a notice names; it counts the others.
const PLACES: usize = 3;

/// Something that looks wrong with an activity: one finding of each kind, with all its places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Where, in order of the rows. Empty when it is about the activity as a whole.
    pub stretches: Vec<Stretch>,
    /// For a person: what was found, and its effect.
    pub text: String,
}

/// Rows of the records that belong together, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stretch {
    /// First row, from 0.
    pub first_row: usize,
    /// Last row.
    pub last_row: usize,
    /// Seconds from the activity's start to the first row; `None` without a time.
    pub from_s: Option<f64>,
    /// Seconds from the activity's start to the last row.
    pub to_s: Option<f64>,
}

/// Kinds of [`Finding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// Heart rates that nobody has.
    HeartRateImpossible,
    /// Heart rates that leap away and back.
    HeartRateSpike,
    /// A sensor that counts steps for heartbeats.
    HeartRateCadenceLock,
    /// No heart rate for part of the time.
    HeartRateDropout,
    /// The same heart rate for minutes.
    HeartRateFlat,
    /// Speeds that nobody runs.
    SpeedSpike,
    /// Leaps of the device's distance.
    DistanceJump,
    /// Leaps of the position.
    PositionJump,
    /// Time that runs backwards.
    TimeBackwards,
    /// Samples that stand twice.
    DuplicateSamples,
    /// Samples that share a time and say something else.
    SameTime,
    /// Stretches without samples.
    Gap,
    /// Altitude that leaps as no ground does.
    AltitudeRough,
    /// A timer that ran for longer than the activity took.
    TimerTooLong,
    /// A total that cannot be.
    TotalImpossible,
}

impl FindingKind {
    /// The code of the kind's notice.
    #[must_use]
    pub fn code(self) -> NoticeCode {
        match self {
            Self::HeartRateImpossible
            | Self::HeartRateSpike
            | Self::HeartRateCadenceLock
            | Self::HeartRateDropout
            | Self::HeartRateFlat => NoticeCode::HeartRateSuspect,
            Self::SpeedSpike | Self::DistanceJump | Self::PositionJump => NoticeCode::SpeedSpike,
            Self::TimeBackwards | Self::SameTime => NoticeCode::TimeOrder,
            Self::DuplicateSamples => NoticeCode::DuplicateSamples,
            Self::Gap => NoticeCode::Gap,
            Self::AltitudeRough => NoticeCode::AltitudeFromPositions,
            Self::TimerTooLong => NoticeCode::TotalsDisagree,
            Self::TotalImpossible => NoticeCode::ImpossibleValue,
        }
    }
}

impl Finding {
    /// A finding over `rows`; `None` when there are none.
    pub(super) fn over(
        kind: FindingKind,
        series: &Series,
        rows: &[RangeInclusive<usize>],
        text: impl FnOnce() -> String,
    ) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        let stretch = |rows: &RangeInclusive<usize>| Stretch {
            first_row: *rows.start(),
            last_row: *rows.end(),
            from_s: series.second(*rows.start()),
            to_s: series.second(*rows.end()),
        };
        Some(Self { kind, stretches: rows.iter().map(stretch).collect(), text: text() })
    }

    /// The finding as a notice. Its place gives elapsed time and samples counted from 1:
    /// `12:03–14:40 (samples 724–881)`; behind the third place it says how many more there are.
    #[must_use]
    pub fn notice(&self) -> Notice {
        let mut place = self.stretches.iter().take(PLACES).map(place_of).collect::<Vec<_>>().join(", ");
        let more = self.stretches.len().saturating_sub(PLACES);
        if more > 0 {
            place.push_str(&format!(" and {more} more"));
        }
        Notice::new(self.kind.code(), place, self.text.as_str())
    }
}

fn place_of(stretch: &Stretch) -> String {
    let Stretch { first_row, last_row, from_s, to_s } = *stretch;
    let samples = match (first_row + 1, last_row + 1) {
        (first, last) if first == last => format!("sample {first}"),
        (first, last) => format!("samples {first}–{last}"),
    };
    match from_s.map(clock).zip(to_s.map(clock)) {
        None => samples,
        Some((from, to)) if from == to => format!("{from} ({samples})"),
        Some((from, to)) => format!("{from}–{to} ({samples})"),
    }
}

/// Elapsed time as a person reads it: `4:07`, `1:02:00`.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.abs() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    let sign = if seconds <= -1.0 { "-" } else { "" };
    if hours > 0 { format!("{sign}{hours}:{minutes:02}:{rest:02}") } else { format!("{sign}{minutes}:{rest:02}") }
}

/// `1 sample`, `3 samples`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Rows of a sorted list, neighbours joined.
pub(super) fn joined(rows: &[usize]) -> Vec<RangeInclusive<usize>> {
    let mut ranges: Vec<RangeInclusive<usize>> = Vec::new();
    for &row in rows {
        match ranges.last_mut() {
            Some(last) if *last.end() + 1 == row => *last = *last.start()..=row,
            _ => ranges.push(row..=row),
        }
    }
    ranges
}

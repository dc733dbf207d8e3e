//! Short ways to write down runs.

use chrono::{Days, NaiveDate};
use plimsoll_analytics::{Analysis, DayGrid, Gaps, Parameters, Run, analyse};

/// The first day of every made-up record.
pub(crate) fn start() -> NaiveDate {
    day(0)
}

/// Day `index` (from 0) of 2025-09-01 on.
pub(crate) fn day(index: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 9, 1).unwrap() + Days::new(index)
}

/// A run on day `index` with a distance, known as `run-<index>`.
pub(crate) fn run(index: u64, km: f64) -> Run {
    Run { id: format!("run-{index}"), date: day(index), order: 0, distance_km: Some(km), load: None }
}

/// A run on day `index` with only a load.
pub(crate) fn loaded(index: u64, load: f64) -> Run {
    Run { distance_km: None, load: Some(load), ..run(index, 0.0) }
}

/// A grid in which every day without a run is rest, up to day `last`.
pub(crate) fn grid(runs: &[Run], last: u64) -> DayGrid {
    DayGrid::new(runs, &[], Some(day(last)), Gaps::Rest).unwrap()
}

/// The analysis of such a grid with the documented parameters.
pub(crate) fn analysis(runs: &[Run], last: u64) -> Analysis {
    analyse(&grid(runs, last), &Parameters::default())
}

/// Fails unless two numbers agree to `tolerance`.
#[track_caller]
pub(crate) fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} ± {tolerance}");
}

//! Short ways to write down runs.

use chrono::{Days, NaiveDate};
use plimsoll_analytics::{Analysis, DayGrid, Diary, Gaps, Parameters, Session};

/// The first day of every made-up record.
pub(crate) fn start() -> NaiveDate {
    day(0)
}

/// Day `index` (from 0) of 2025-09-01 on.
pub(crate) fn day(index: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 9, 1).unwrap() + Days::new(index)
}

/// A run on day `index` with a distance, known as `run-<index>`; a day of rest when the distance is 0.
pub(crate) fn run(index: u64, km: f64) -> Session {
    Session::row(format!("run-{index}"), day(index), 0, Some(km), None)
}

/// A run on day `index` with only a load; a day of rest when the load is 0.
pub(crate) fn loaded(index: u64, load: f64) -> Session {
    Session::row(format!("run-{index}"), day(index), 0, None, Some(load))
}

/// A grid in which every day without a run is rest, up to day `last`.
pub(crate) fn grid(runs: &[Session], last: u64) -> DayGrid {
    DayGrid::new(runs, &[], Some(day(last)), Gaps::Rest).unwrap()
}

/// The analysis of a grid with the documented parameters and an empty diary.
pub(crate) fn analyse(grid: &DayGrid) -> Analysis {
    plimsoll_analytics::analyse(grid, &Diary::default(), &Parameters::default())
}

/// The analysis of such a grid.
pub(crate) fn analysis(runs: &[Session], last: u64) -> Analysis {
    analyse(&grid(runs, last))
}

/// Fails unless two numbers agree to `tolerance`.
#[track_caller]
pub(crate) fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected} ± {tolerance}");
}

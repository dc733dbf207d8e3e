//! Runs to days: a dense grid in which a known rest day and an unknown day are different things.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest span of a grid, days (100 years): a mistyped year is refused instead of filled.
const MAX_DAYS: i64 = 36_525;

/// The largest distance (km) or load of one run that is taken: far above anything real, and low enough that no sum
/// over a grid overflows.
const MAX_VALUE: f64 = 1e9;

/// The shortest distance, km, that is a run (1 m): a watch started and stopped again is none.
const MIN_RUN_KM: f64 = 0.001;

/// One run, or a stated rest day (distance 0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The caller's name for the run; errors and flags carry it back.
    pub id: String,
    /// Calendar day on the runner's wall clock.
    pub date: NaiveDate,
    /// Order within the day, such as the start in ms or a row number.
    pub order: i64,
    /// Distance, km. `None`: it was a run, but nobody knows how long; its day is unknown in the distance channel.
    /// 0 is a day known to be without a run.
    pub distance_km: Option<f64>,
    /// Load in any one unit (TRIMP, session RPE × minutes…), the same for all runs. `None`: not known.
    pub load: Option<f64>,
}

impl Run {
    /// The distance when the run has one that counts against others: known and at least a metre.
    pub(crate) fn length_km(&self) -> Option<f64> {
        self.distance_km.filter(|km| *km >= MIN_RUN_KM)
    }

    /// Whether somebody ran. A distance of 0 is a statement of rest (or of other training, when it has load).
    fn is_run(&self) -> bool {
        match (self.distance_km, self.load) {
            (Some(km), _) => km >= MIN_RUN_KM,
            (None, Some(load)) => load > 0.0,
            (None, None) => true,
        }
    }

    fn check(&self) -> Result<(), GridError> {
        for (field, value) in [("distance_km", self.distance_km), ("load", self.load)] {
            let Some(value) = value else { continue };
            let run = || self.id.clone();
            if !value.is_finite() {
                return Err(GridError::NotANumber { run: run(), date: self.date, field });
            }
            if value < 0.0 {
                return Err(GridError::Negative { run: run(), date: self.date, field, value });
            }
            if value > MAX_VALUE {
                return Err(GridError::TooLarge { run: run(), date: self.date, field, value });
            }
        }
        Ok(())
    }
}

/// What a calendar day without any run means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// A rest day: the record of runs is complete.
    #[default]
    Rest,
    /// Nobody knows: only days with a run or a stated zero are known.
    Unknown,
}

/// Why runs could not become days.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum GridError {
    /// A value is not a finite number.
    #[error("run {run} on {date}: {field} is not a number")]
    NotANumber {
        /// The run's id.
        run: String,
        /// The run's day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
    },
    /// A value is below zero.
    #[error("run {run} on {date}: {field} is {value}, below zero")]
    Negative {
        /// The run's id.
        run: String,
        /// The run's day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// A value no run can have.
    #[error("run {run} on {date}: {field} is {value}, more than any run can have")]
    TooLarge {
        /// The run's id.
        run: String,
        /// The run's day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// The days span more than 100 years.
    #[error("the days from {first} to {last} span more than 100 years; is a year mistyped?")]
    TooLong {
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
}

/// What is known of a day as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayKind {
    /// Somebody ran.
    Run,
    /// Known to be without a run.
    Rest,
    /// Not known.
    Unknown,
}

/// A dense calendar: every day from the first to the last, with distance and load summed per day.
///
/// `Some(0.0)` is a known rest day, `None` an unknown one. A channel that no run has at all is `None` throughout and
/// counts as not recorded.
#[derive(Debug, Clone, Default)]
pub struct DayGrid {
    first: Option<NaiveDate>,
    kinds: Vec<DayKind>,
    distance_km: Vec<Option<f64>>,
    load: Vec<Option<f64>>,
    /// By day, order, id.
    runs: Vec<Run>,
}

impl DayGrid {
    /// Lays runs out over the calendar, from the first day mentioned to `as_of` (default: the last day mentioned).
    ///
    /// Runs and unknown days after `as_of` are left out. The order of `runs` does not matter. A day in `unknown` is
    /// unknown in both channels even when it has a run; its runs still count as runs. No day at all gives an empty
    /// grid.
    ///
    /// # Errors
    /// [`GridError`]: a value that is not finite, negative or absurd (names the run), or a span over 100 years.
    pub fn new(
        runs: &[Run],
        unknown: &[NaiveDate],
        as_of: Option<NaiveDate>,
        gaps: Gaps,
    ) -> Result<DayGrid, GridError> {
        let is_past = |date: &NaiveDate| as_of.is_none_or(|as_of| *date <= as_of);
        let mut runs: Vec<Run> = runs.iter().filter(|run| is_past(&run.date)).cloned().collect();
        for run in &runs {
            run.check()?;
        }
        // The values take part so that even runs with the same id and order are summed in one order.
        runs.sort_by(|a, b| {
            let key = |run: &Run| (run.date, run.order);
            let value = |value: Option<f64>| value.unwrap_or(-1.0);
            (key(a).cmp(&key(b)))
                .then_with(|| a.id.cmp(&b.id))
                .then_with(|| value(a.distance_km).total_cmp(&value(b.distance_km)))
                .then_with(|| value(a.load).total_cmp(&value(b.load)))
        });
        let unknown: BTreeSet<NaiveDate> = unknown.iter().copied().filter(is_past).collect();

        let firsts = [runs.first().map(|run| run.date), unknown.first().copied()];
        let lasts = [runs.last().map(|run| run.date), unknown.last().copied()];
        let Some(first) = firsts.into_iter().flatten().min() else { return Ok(DayGrid::default()) };
        let last = as_of.or(lasts.into_iter().flatten().max()).unwrap_or(first);
        if last.signed_duration_since(first).num_days() >= MAX_DAYS {
            return Err(GridError::TooLong { first, last });
        }

        let has_distance = runs.iter().any(|run| run.distance_km.is_some());
        let has_load = runs.iter().any(|run| run.load.is_some());
        let mut grid = DayGrid { first: Some(first), ..DayGrid::default() };
        let mut rest = runs.as_slice();
        for date in first.iter_days().take_while(|date| *date <= last) {
            let (today, later) = rest.split_at(rest.partition_point(|run| run.date <= date));
            rest = later;
            let is_unknown = unknown.contains(&date) || (today.is_empty() && gaps == Gaps::Unknown);
            grid.kinds.push(match (today.iter().any(Run::is_run), is_unknown) {
                (true, _) => DayKind::Run,
                (false, true) => DayKind::Unknown,
                (false, false) => DayKind::Rest,
            });
            let sum = |value: fn(&Run) -> Option<f64>| today.iter().map(value).try_fold(0.0, |sum, x| Some(sum + x?));
            grid.distance_km.push(if has_distance && !is_unknown { sum(|run| run.distance_km) } else { None });
            grid.load.push(if has_load && !is_unknown { sum(|run| run.load) } else { None });
        }
        grid.runs = runs;
        Ok(grid)
    }

    /// Number of days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no day at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// First day; `None` when empty.
    #[must_use]
    pub fn first(&self) -> Option<NaiveDate> {
        self.first
    }

    /// Last day; `None` when empty.
    #[must_use]
    pub fn last(&self) -> Option<NaiveDate> {
        self.len().checked_sub(1).and_then(|last| self.date(last))
    }

    /// The date of the day at `index`, counted from 0.
    #[must_use]
    pub fn date(&self, index: usize) -> Option<NaiveDate> {
        if index < self.len() { self.first?.checked_add_days(Days::new(index as u64)) } else { None }
    }

    /// Distance per day, km; `None` = unknown.
    #[must_use]
    pub fn distance_km(&self) -> &[Option<f64>] {
        &self.distance_km
    }

    /// Load per day, in the unit of the runs; `None` = unknown. All `None` when no run has a load.
    #[must_use]
    pub fn load(&self) -> &[Option<f64>] {
        &self.load
    }

    /// The runs up to the last day, by day and order.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Whether any run has a distance.
    #[must_use]
    pub fn has_distance(&self) -> bool {
        self.runs.iter().any(|run| run.distance_km.is_some())
    }

    /// Whether any run has a load. Acute, chronic, ratios, monotony and strain then use the load, otherwise distance.
    #[must_use]
    pub fn has_load(&self) -> bool {
        self.runs.iter().any(|run| run.load.is_some())
    }

    pub(crate) fn kinds(&self) -> &[DayKind] {
        &self.kinds
    }
}

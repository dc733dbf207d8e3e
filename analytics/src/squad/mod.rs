//! Ten thousand athletes in one pass.

mod frames;
mod laid;
mod rows;

use std::ops::Range;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsError, PolarsResult};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use thiserror::Error;

use crate::day::epoch_day;
use crate::flags::Verdict;
use crate::table::Table;
use crate::{Gaps, Parameters};

use frames::{Known, days_frame, flags_frame};
use laid::Laid;
use rows::Rows;

/// Rows that one task works on: enough to be worth it, few enough to share out.
const TASK_ROWS: usize = 1 << 16;

/// Every measure and flag of many athletes.
#[derive(Debug, Clone)]
pub struct Squad {
    /// A row per athlete and calendar day, in the order of the runs: `athlete`, `date`, a column per
    /// [`crate::DayMetric::ALL`] (null where it cannot be said), `state` (an enumeration of [`crate::State`]'s names).
    pub days: DataFrame,
    /// A row per flag: `athlete`, `date`, `code`, `level`, `value`, `threshold` (null where there is none); code and
    /// level are enumerations. Flags that need more than loads are not among them.
    pub flags: DataFrame,
}

/// Why a frame of runs could not be analysed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SquadError {
    /// A column that is not there, or holds something else.
    #[error("the frame of runs needs a column {column} of {of}")]
    Column {
        /// Its name.
        column: &'static str,
        /// What it should hold.
        of: &'static str,
    },
    /// A row out of order.
    #[error("row {row} of the runs is out of order: sort them by athlete, then by date")]
    NotSorted {
        /// From 0.
        row: usize,
    },
    /// A row with no athlete or no date.
    #[error("row {row} of the runs has no {column}")]
    Missing {
        /// From 0.
        row: usize,
        /// Which of the two.
        column: &'static str,
    },
    /// A distance or load below zero or absurd.
    #[error("row {row} of the runs: {column} is {value}, which no session can have")]
    Value {
        /// From 0.
        row: usize,
        /// The column.
        column: &'static str,
        /// The value.
        value: f64,
    },
    /// A date that no calendar has.
    #[error("row {row} of the runs: the date is {days} days from 1970, beyond what a date can be")]
    Date {
        /// From 0.
        row: usize,
        /// Days since 1970.
        days: i32,
    },
    /// Days that span more than a hundred years.
    #[error("the runs that end with row {row} span more than 100 years; is a year mistyped?")]
    TooLong {
        /// Last row of the athlete, from 0.
        row: usize,
    },
    /// Polars.
    #[error(transparent)]
    Polars(#[from] PolarsError),
}

/// Computes every measure and flag of every athlete, on all threads of the pool that it is called in.
///
/// `runs`: a row per run, sorted by athlete and date: `athlete` (any type that can be compared), `date` (Date),
/// `distance_km` and `load` (numbers; one of the two may be missing). A row is what [`crate::Session::row`] makes of it; null in
/// both is an unknown day. Each athlete's days go from the first row to `as_of` (default: the athlete's last row); what
/// a day without a row is, `gaps` says. Rows after `as_of` are left out.
///
/// Gives for each athlete what [`crate::analyse`] gives for that athlete alone.
///
/// # Errors
/// [`SquadError`], which names the row.
pub fn analyse_squad(
    runs: &DataFrame,
    as_of: Option<NaiveDate>,
    gaps: Gaps,
    parameters: &Parameters,
) -> Result<Squad, SquadError> {
    let rows = Rows::read(runs)?;
    let athletes = rows.athletes(runs)?;
    let settings = Settings { as_of: as_of.map(epoch_day), gaps, parameters: &parameters.bounded() };
    let tasks = tasks(&athletes);
    let parts: Vec<Result<Part, SquadError>> = tasks
        .into_par_iter()
        .map(|task| part(runs, &rows, athletes.get(task).unwrap_or_default(), &settings))
        .collect();
    let (mut days, mut flags) = (None, None);
    for part in parts {
        let part = part?;
        stack(&mut days, part.days)?;
        stack(&mut flags, part.flags)?;
    }
    let nothing = || part(runs, &rows, &[], &settings);
    match (days, flags) {
        (Some(days), Some(flags)) => Ok(Squad { days, flags }),
        _ => nothing().map(|part| Squad { days: part.days, flags: part.flags }),
    }
}

struct Settings<'a> {
    /// Days since 1970.
    as_of: Option<i32>,
    gaps: Gaps,
    parameters: &'a Parameters,
}

fn stack(all: &mut Option<DataFrame>, more: DataFrame) -> PolarsResult<()> {
    match all {
        Some(all) => {
            all.vstack_mut_owned(more)?;
        }
        None => *all = Some(more),
    }
    Ok(())
}

/// Athletes that one task works on.
fn tasks(athletes: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut tasks = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (index, athlete) in athletes.iter().enumerate() {
        rows += athlete.len();
        if rows >= TASK_ROWS || index + 1 == athletes.len() {
            tasks.push(start..index + 1);
            (start, rows) = (index + 1, 0);
        }
    }
    tasks
}

/// The frames of some athletes.
struct Part {
    days: DataFrame,
    flags: DataFrame,
}

fn part(
    runs: &DataFrame,
    rows: &Rows<'_>,
    athletes: &[Range<usize>],
    settings: &Settings<'_>,
) -> Result<Part, SquadError> {
    let mut table = Table::default();
    table.reserve(athletes.iter().map(Range::len).sum());
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (mut day_rows, mut dates) = (Vec::new(), Vec::new());
    let (mut flag_rows, mut flag_dates) = (Vec::new(), Vec::new());
    let (mut laid, mut known) = (Laid::default(), Known::default());
    for athlete in athletes {
        laid.lay(rows, athlete.clone(), settings)?;
        let days = laid.len();
        let (first_row, first_verdict) = (table.len(), verdicts.len());
        laid.analyse(settings.parameters, &mut table, &mut verdicts);
        known.note(&table, first_row);
        let name = u32::try_from(athlete.start).unwrap_or(u32::MAX);
        day_rows.resize(day_rows.len() + days, name);
        dates.extend((laid.first..).take(days));
        let new = verdicts.get(first_verdict..).unwrap_or_default();
        flag_rows.resize(flag_rows.len() + new.len(), name);
        flag_dates.extend(new.iter().map(|verdict| laid.first + i32::try_from(verdict.day).unwrap_or_default()));
    }
    Ok(Part {
        days: days_frame(runs, &day_rows, dates, table, known)?,
        flags: flags_frame(runs, &flag_rows, flag_dates, &verdicts)?,
    })
}

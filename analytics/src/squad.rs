//! Ten thousand athletes in one pass.

use std::ops::Range;

use chrono::NaiveDate;
use plimsoll_ingest::schema;
use polars::prelude::{
    ChunkCompareEq as _, ChunkedArray, Column, DataFrame, DataType, Float64Chunked, Float64Type, IntoColumn as _,
    PolarsError, PolarsResult,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::ArrowDataType;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use thiserror::Error;

use crate::breaks::breaks;
use crate::day::epoch_day;
use crate::days::{DayKind, MAX_DAYS};
use crate::flags::{Facts, Verdict, judge};
use crate::indicators::{Days, fill};
use crate::longest::{Length, compare};
use crate::session::MIN_RUN_KM;
use crate::table::Table;
use crate::{Channel, DayMetric, Gaps, Parameters, Reason};

/// Rows that one task works on: enough to be worth it, few enough to share out.
const TASK_ROWS: usize = 1 << 16;

/// Every measure and flag of many athletes.
#[derive(Debug, Clone)]
pub struct Squad {
    /// A row per athlete and calendar day, in the order of the runs: `athlete`, `date`, a column per
    /// [`DayMetric::ALL`] (null where it cannot be said), `state`.
    pub days: DataFrame,
    /// A row per flag: `athlete`, `date`, `code`, `level`, `value`, `threshold` (null where there is none). Flags that need more than
    /// loads are not among them.
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
    let settings = Settings { as_of: as_of.map(epoch_day), gaps, parameters };
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

/// The columns of the runs. NaN: not known; a column that is not there is empty.
struct Rows {
    dates: Vec<i32>,
    distance_km: Vec<f64>,
    load: Vec<f64>,
}

impl Rows {
    fn read(runs: &DataFrame) -> Result<Rows, SquadError> {
        let date = runs.column("date").ok().filter(|column| column.dtype() == &DataType::Date);
        let date = date.ok_or(SquadError::Column { column: "date", of: "dates" })?;
        let date = date.as_materialized_series().to_physical_repr().into_owned();
        let dates: Vec<Option<i32>> = date.i32()?.iter().collect();
        let missing = |row| SquadError::Missing { row, column: "date" };
        let dates = dates.into_iter().enumerate().map(|(row, date)| date.ok_or_else(|| missing(row)));
        let dates = dates.collect::<Result<_, _>>()?;
        let rows = Rows { dates, distance_km: numbers(runs, "distance_km")?, load: numbers(runs, "load")? };
        if rows.distance_km.is_empty() && rows.load.is_empty() && !rows.dates.is_empty() {
            return Err(SquadError::Column { column: "distance_km or load", of: "numbers" });
        }
        Ok(rows)
    }

    /// The rows of each athlete.
    fn athletes(&self, runs: &DataFrame) -> Result<Vec<Range<usize>>, SquadError> {
        let names = runs.column("athlete").map_err(|_| SquadError::Column { column: "athlete", of: "names" })?;
        if let Some(row) = names.is_null().iter().position(|is_null| is_null == Some(true)) {
            return Err(SquadError::Missing { row, column: "athlete" });
        }
        let is_other = names.not_equal(&names.shift(1))?;
        let mut starts: Vec<usize> = Vec::new();
        for (row, is_other) in is_other.iter().enumerate() {
            if row == 0 || is_other == Some(true) {
                starts.push(row);
            }
        }
        let first =
            names.take_slice(&starts.iter().map(|row| u32::try_from(*row).unwrap_or(u32::MAX)).collect::<Vec<_>>())?;
        if first.n_unique()? != starts.len() {
            let row = starts.last().copied().unwrap_or_default();
            return Err(SquadError::NotSorted { row });
        }
        let ends = starts.iter().skip(1).copied().chain([self.dates.len()]);
        Ok(starts.iter().zip(ends).map(|(start, end)| *start..end).collect())
    }
}

fn numbers(runs: &DataFrame, column: &'static str) -> Result<Vec<f64>, SquadError> {
    match runs.column(column) {
        Err(_) => Ok(Vec::new()),
        Ok(values) if values.dtype().is_primitive_numeric() => Ok(schema::numbers(runs, column)),
        Ok(_) => Err(SquadError::Column { column, of: "numbers" }),
    }
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

/// The days of one athlete, as far as loads tell.
#[derive(Default)]
struct Laid {
    first: i32,
    kinds: Vec<DayKind>,
    distance_km: Vec<f64>,
    load: Vec<f64>,
    lengths: Vec<Length>,
    has_distance: bool,
    has_load: bool,
}

fn part(runs: &DataFrame, rows: &Rows, athletes: &[Range<usize>], settings: &Settings<'_>) -> Result<Part, SquadError> {
    let mut table = Table::default();
    table.reserve(athletes.iter().map(Range::len).sum());
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (mut day_rows, mut dates) = (Vec::new(), Vec::new());
    let (mut flag_rows, mut flag_dates) = (Vec::new(), Vec::new());
    let mut laid = Laid::default();
    for athlete in athletes {
        laid.lay(rows, athlete.clone(), settings)?;
        let days = laid.kinds.len();
        let (first_row, first_verdict) = (table.len(), verdicts.len());
        laid.analyse(settings.parameters, &mut table, first_row, &mut verdicts);
        let name = u32::try_from(athlete.start).unwrap_or(u32::MAX);
        day_rows.resize(day_rows.len() + days, name);
        dates.extend((laid.first..).take(days));
        let new = verdicts.get(first_verdict..).unwrap_or_default();
        flag_rows.resize(flag_rows.len() + new.len(), name);
        flag_dates.extend(new.iter().map(|verdict| laid.first + i32::try_from(verdict.day).unwrap_or_default()));
    }
    Ok(Part {
        days: days_frame(runs, &day_rows, dates, table)?,
        flags: flags_frame(runs, &flag_rows, flag_dates, &verdicts)?,
    })
}

impl Laid {
    /// Lays an athlete's rows out over the calendar; the same as [`crate::DayGrid::new`] of [`crate::Session::row`]s.
    fn lay(&mut self, rows: &Rows, athlete: Range<usize>, settings: &Settings<'_>) -> Result<(), SquadError> {
        self.kinds.clear();
        self.distance_km.clear();
        self.load.clear();
        self.lengths.clear();
        (self.has_distance, self.has_load) = (false, false);
        let of = |column: &[f64], row: usize| column.get(row).copied().unwrap_or(f64::NAN);
        let is_past = |date: i32| settings.as_of.is_none_or(|as_of| date <= as_of);
        let last_row = athlete.end.saturating_sub(1);
        let date_of = |row: usize| rows.dates.get(row).copied().unwrap_or_default();
        self.first = date_of(athlete.start);
        if !is_past(self.first) {
            return Ok(());
        }
        let last = settings.as_of.unwrap_or_else(|| date_of(last_row));
        if i64::from(last) - i64::from(self.first) >= MAX_DAYS {
            return Err(SquadError::TooLong { row: last_row });
        }
        let (empty, blank) = match settings.gaps {
            Gaps::Rest => (DayKind::Rest, 0.0),
            Gaps::Unknown => (DayKind::Unknown, f64::NAN),
        };
        let mut open = self.first - 1;
        for row in athlete {
            let date = date_of(row);
            if date < open {
                return Err(SquadError::NotSorted { row });
            }
            let (km, load) = (of(&rows.distance_km, row), of(&rows.load, row));
            for (column, value) in [("distance_km", km), ("load", load)] {
                if !(value.is_nan() || (0.0..=1e9).contains(&value)) {
                    return Err(SquadError::Value { row, column, value });
                }
            }
            if !is_past(date) {
                continue;
            }
            while open < date {
                open += 1;
                let is_day = open == date;
                self.kinds.push(if is_day { DayKind::Rest } else { empty });
                self.distance_km.push(if is_day { 0.0 } else { blank });
                self.load.push(if is_day { 0.0 } else { blank });
            }
            self.add(km, load);
        }
        while open < last {
            open += 1;
            self.kinds.push(empty);
            self.distance_km.push(blank);
            self.load.push(blank);
        }
        Ok(())
    }

    /// Adds a session to the last day.
    fn add(&mut self, km: f64, load: f64) {
        self.has_distance |= !km.is_nan();
        self.has_load |= !load.is_nan();
        let day = self.kinds.len().saturating_sub(1);
        let is_run = if km.is_nan() { load > 0.0 } else { km >= MIN_RUN_KM };
        let is_unknown = km.is_nan() && load.is_nan();
        if let Some(kind) = self.kinds.last_mut() {
            *kind = match (*kind, is_run, is_unknown) {
                (DayKind::Run, ..) | (_, true, _) => DayKind::Run,
                (DayKind::Unknown, ..) | (_, _, true) => DayKind::Unknown,
                (DayKind::Rest, ..) => DayKind::Rest,
            };
        }
        if let (Some(distance), Some(sum)) = (self.distance_km.last_mut(), self.load.last_mut()) {
            *distance += km;
            *sum += load;
        }
        if km >= MIN_RUN_KM {
            self.lengths.push(Length { day, km });
        }
    }

    fn analyse(&self, parameters: &Parameters, table: &mut Table, first_row: usize, verdicts: &mut Vec<Verdict>) {
        let breaks = breaks(&self.kinds, parameters);
        let runs = compare(&self.lengths, parameters);
        let is_recorded = |channel| match channel {
            Channel::Distance => self.has_distance,
            Channel::Load => self.has_load,
            _ => false,
        };
        let channel = parameters.channel(is_recorded);
        let column = |channel: Channel| match channel {
            Channel::Distance if self.has_distance => self.distance_km.as_slice(),
            Channel::Load if self.has_load => self.load.as_slice(),
            _ => &[],
        };
        let days = Days {
            kinds: &self.kinds,
            breaks: &breaks,
            distance_km: column(Channel::Distance),
            load: column(channel),
            runs: &runs,
        };
        fill(&days, parameters, 0, table);
        judge(&Facts { days, table, first_row, parameters, own: None }, 0..self.kinds.len(), verdicts);
    }
}

/// The names of athletes, each from a row of theirs.
fn names(runs: &DataFrame, rows: &[u32]) -> PolarsResult<Column> {
    runs.column("athlete")?.take_slice(rows)
}

fn dates(dates: Vec<i32>) -> PolarsResult<Column> {
    Column::new("date".into(), dates).cast(&DataType::Date)
}

fn days_frame(runs: &DataFrame, rows: &[u32], days: Vec<i32>, mut table: Table) -> PolarsResult<DataFrame> {
    let mut columns = vec![names(runs, rows)?, dates(days)?];
    for metric in DayMetric::ALL {
        let validity = validity(table.whys(metric));
        let values = table.take(metric);
        columns.push(floats(metric.info().symbol, values, validity));
    }
    let states: Vec<&str> = table.states.iter().map(|state| state.as_str()).collect();
    columns.push(Column::new("state".into(), states));
    DataFrame::new(rows.len(), columns)
}

fn floats(name: &str, values: Vec<f64>, validity: Option<Bitmap>) -> Column {
    let array = PrimitiveArray::new(ArrowDataType::Float64, values.into(), validity);
    let column: Float64Chunked = ChunkedArray::<Float64Type>::with_chunk(name.into(), array);
    column.into_column()
}

/// A bit per row: whether it can be said. `None`: every one can.
fn validity(whys: &[Option<Reason>]) -> Option<Bitmap> {
    if whys.iter().all(Option::is_none) {
        return None;
    }
    let byte = |eight: &[Option<Reason>]| {
        eight.iter().enumerate().fold(0_u8, |byte, (place, why)| byte | (u8::from(why.is_none()) << place))
    };
    Some(Bitmap::from_u8_vec(whys.chunks(8).map(byte).collect(), whys.len()))
}

fn flags_frame(runs: &DataFrame, rows: &[u32], days: Vec<i32>, verdicts: &[Verdict]) -> PolarsResult<DataFrame> {
    let codes: Vec<&str> = verdicts.iter().map(|verdict| verdict.code.as_str()).collect();
    let levels: Vec<&str> = verdicts.iter().map(|verdict| verdict.level.as_str()).collect();
    let known = |value: f64| Some(value).filter(|value| !value.is_nan());
    let values: Vec<Option<f64>> = verdicts.iter().map(|verdict| known(verdict.value)).collect();
    let thresholds: Vec<Option<f64>> = verdicts.iter().map(|verdict| known(verdict.threshold)).collect();
    let columns = vec![
        names(runs, rows)?,
        dates(days)?,
        Column::new("code".into(), codes),
        Column::new("level".into(), levels),
        Column::new("value".into(), values),
        Column::new("threshold".into(), thresholds),
    ];
    DataFrame::new(rows.len(), columns)
}

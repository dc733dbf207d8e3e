//! Tables and verdicts as frames.

use polars::prelude::{Column, DataFrame, DataType, PolarsResult};
use polars_arrow::bitmap::BitmapBuilder;

use crate::columns::{enumeration, floats, floats_with, note};
use crate::flags::Verdict;
use crate::table::Table;
use crate::{DayMetric, FlagCode, Level, State};

/// The names of athletes, each from a row of theirs.
fn names(runs: &DataFrame, rows: &[u32]) -> PolarsResult<Column> {
    runs.column("athlete")?.take_slice(rows)
}

fn dates(dates: Vec<i32>) -> PolarsResult<Column> {
    Column::new("date".into(), dates).cast(&DataType::Date)
}

/// Which values of a table are numbers, noted for each athlete while they are at hand.
#[derive(Default)]
pub(super) struct Known([BitmapBuilder; DayMetric::COUNT]);

impl Known {
    /// Notes the rows of a table from `first` on.
    pub(super) fn note(&mut self, table: &Table, first: usize) {
        for (metric, known) in DayMetric::ALL.into_iter().zip(&mut self.0) {
            note(known, table.values(metric).get(first..).unwrap_or_default());
        }
    }
}

pub(super) fn days_frame(
    runs: &DataFrame,
    rows: &[u32],
    days: Vec<i32>,
    mut table: Table,
    known: Known,
) -> PolarsResult<DataFrame> {
    let mut columns = vec![names(runs, rows)?, dates(days)?];
    for (metric, known) in DayMetric::ALL.into_iter().zip(known.0) {
        columns.push(floats_with(metric.info().symbol, table.take(metric), known));
    }
    columns.push(State::column(&table.states)?);
    DataFrame::new(rows.len(), columns)
}

pub(super) fn flags_frame(
    runs: &DataFrame,
    rows: &[u32],
    days: Vec<i32>,
    verdicts: &[Verdict],
) -> PolarsResult<DataFrame> {
    let codes = verdicts.iter().map(|verdict| verdict.code as u8).collect();
    let levels = verdicts.iter().map(|verdict| verdict.level as u8).collect();
    let columns = vec![
        names(runs, rows)?,
        dates(days)?,
        enumeration("code", FlagCode::ALL.iter().map(|code| code.as_str()), codes)?,
        enumeration("level", Level::ALL.iter().map(|level| level.as_str()), levels)?,
        floats("value", verdicts.iter().map(|verdict| verdict.value).collect()),
        floats("threshold", verdicts.iter().map(|verdict| verdict.threshold).collect()),
    ];
    DataFrame::new(rows.len(), columns)
}

//! The frame of runs as plain columns.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;
use plimsoll_ingest::schema;
use polars::prelude::{ChunkCompareEq as _, DataFrame, DataType, PolarsResult};

use super::SquadError;
use crate::day::epoch_day;

/// The columns of the runs; those without nulls are looked at where they are.
pub(super) struct Rows<'a> {
    /// Days since 1970.
    pub(super) dates: Cow<'a, [i32]>,
    /// NaN: not known. Empty: there is no such column.
    pub(super) distance_km: Cow<'a, [f64]>,
    /// The same.
    pub(super) load: Cow<'a, [f64]>,
}

impl<'a> Rows<'a> {
    pub(super) fn read(runs: &'a DataFrame) -> Result<Rows<'a>, SquadError> {
        let date = runs.column("date").ok().filter(|column| column.dtype() == &DataType::Date);
        let date = date.ok_or(SquadError::Column { column: "date", of: "dates" })?;
        let dates = date.date()?.physical();
        let dates = match dates.cont_slice() {
            Ok(dates) => Cow::Borrowed(dates),
            Err(_) => {
                let missing = |row| SquadError::Missing { row, column: "date" };
                let dates = dates.iter().enumerate().map(|(row, date)| date.ok_or_else(|| missing(row)));
                Cow::Owned(dates.collect::<Result<_, _>>()?)
            }
        };
        let rows = Rows { dates, distance_km: numbers(runs, "distance_km")?, load: numbers(runs, "load")? };
        if rows.distance_km.is_empty() && rows.load.is_empty() && !rows.dates.is_empty() {
            return Err(SquadError::Column { column: "distance_km or load", of: "numbers" });
        }
        Ok(rows)
    }

    /// The rows of each athlete.
    pub(super) fn athletes(&self, runs: &DataFrame) -> Result<Vec<Range<usize>>, SquadError> {
        let names = runs.column("athlete").map_err(|_| SquadError::Column { column: "athlete", of: "names" })?;
        if names.null_count() > 0
            && let Some(row) = names.is_null().iter().position(|is_null| is_null == Some(true))
        {
            return Err(SquadError::Missing { row, column: "athlete" });
        }
        let starts = starts(runs)?;
        let first = starts.iter().map(|row| u32::try_from(*row).unwrap_or(u32::MAX)).collect::<Vec<_>>();
        if names.take_slice(&first)?.n_unique()? != starts.len() {
            let row = starts.last().copied().unwrap_or_default();
            return Err(SquadError::NotSorted { row });
        }
        let ends = starts.iter().skip(1).copied().chain([self.dates.len()]);
        Ok(starts.iter().zip(ends).map(|(start, end)| *start..end).collect())
    }

    /// That an athlete's rows are sorted by date, on days that there are, and hold what sessions can have.
    pub(super) fn check(&self, athlete: &Range<usize>) -> Result<(), SquadError> {
        let dates = self.dates.get(athlete.clone()).unwrap_or_default();
        if !dates.is_sorted() {
            let place = dates.iter().zip(dates.iter().skip(1)).position(|(before, date)| date < before);
            return Err(SquadError::NotSorted { row: athlete.start + 1 + place.unwrap_or_default() });
        }
        let calendar = epoch_day(NaiveDate::MIN)..=epoch_day(NaiveDate::MAX);
        for (row, date) in [(athlete.start, dates.first()), (athlete.end.saturating_sub(1), dates.last())] {
            if let Some(days) = date.copied().filter(|date| !calendar.contains(date)) {
                return Err(SquadError::Date { row, days });
            }
        }
        for (column, values) in [("distance_km", &self.distance_km), ("load", &self.load)] {
            let values = values.get(athlete.clone()).unwrap_or_default();
            let is_possible = |value: &f64| value.is_nan() | (0.0..=1e9).contains(value);
            if !values.iter().fold(true, |all, value| all & is_possible(value)) {
                let wrong = values.iter().enumerate().find(|(_, value)| !is_possible(value));
                let (place, value) = wrong.map_or((0, f64::NAN), |(place, value)| (place, *value));
                return Err(SquadError::Value { row: athlete.start + place, column, value });
            }
        }
        Ok(())
    }
}

/// The rows with which another athlete begins.
fn starts(runs: &DataFrame) -> PolarsResult<Vec<usize>> {
    let names = runs.column("athlete")?;
    let is_other = names.not_equal(&names.shift(1))?;
    let rows = is_other.iter().enumerate();
    Ok(rows.filter(|(row, is_other)| *row == 0 || *is_other == Some(true)).map(|(row, _)| row).collect())
}

fn numbers<'a>(runs: &'a DataFrame, column: &'static str) -> Result<Cow<'a, [f64]>, SquadError> {
    match runs.column(column) {
        Err(_) => Ok(Cow::Borrowed(&[])),
        Ok(values) if values.dtype().is_primitive_numeric() => {
            let known = values.f64().ok().and_then(|values| values.cont_slice().ok());
            Ok(known.map_or_else(|| Cow::Owned(schema::numbers(runs, column)), Cow::Borrowed))
        }
        Ok(_) => Err(SquadError::Column { column, of: "numbers" }),
    }
}

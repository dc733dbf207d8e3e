//! Measures of days, column by column.

use std::ops::Range;

use crate::{DayMetric, Measure, Reason, State};

/// Every metric of consecutive days: a column each, a row per day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// By [`DayMetric`]; NaN where nothing can be said.
    values: [Vec<f64>; DayMetric::COUNT],
    /// By [`DayMetric`]: why a NaN is one. Empty where nobody asks.
    whys: [Vec<Option<Reason>>; DayMetric::COUNT],
    pub(crate) states: Vec<State>,
}

/// What can be said is the same, to the bit, and so is why the rest cannot.
impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        let is_same = |metric| (0..self.len()).all(|row| self.get(metric, row) == other.get(metric, row));
        self.states == other.states && DayMetric::ALL.into_iter().all(is_same)
    }
}

impl Table {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        for column in &mut self.values {
            column.reserve(rows);
        }
        self.states.reserve(rows);
    }

    /// Drops every row from `rows` on.
    pub(crate) fn truncate(&mut self, rows: usize) {
        for column in &mut self.values {
            column.truncate(rows);
        }
        for column in &mut self.whys {
            column.truncate(rows);
        }
        self.states.truncate(rows);
    }

    /// Adds the values of some days to a column; a row is whole when every column has it.
    pub(crate) fn extend(&mut self, metric: DayMetric, values: impl IntoIterator<Item = f64>) {
        if let Some(column) = self.values.get_mut(metric as usize) {
            column.extend(values);
        }
    }

    /// Makes rows of a column such as cannot be said.
    pub(crate) fn hide(&mut self, metric: DayMetric, rows: Range<usize>) {
        let column = self.values.get_mut(metric as usize);
        column.and_then(|column| column.get_mut(rows)).unwrap_or_default().fill(f64::NAN);
    }

    /// Notes of every row of a column from `first` on why it cannot be said, where it cannot.
    pub(crate) fn explain(&mut self, metric: DayMetric, first: usize, why: impl Fn(&Table, usize) -> Reason) {
        let Some(mut whys) = self.whys.get_mut(metric as usize).map(std::mem::take) else { return };
        let rows = self.values(metric).iter().enumerate().skip(first);
        whys.extend(rows.map(|(row, value)| value.is_nan().then(|| why(self, row))));
        if let Some(place) = self.whys.get_mut(metric as usize) {
            *place = whys;
        }
    }

    /// The measure of a row.
    pub(crate) fn get(&self, metric: DayMetric, row: usize) -> Measure {
        let value = self.values(metric).get(row).copied().unwrap_or(f64::NAN);
        let why = self.whys.get(metric as usize).and_then(|whys| *whys.get(row)?);
        if value.is_nan() { Err(why.unwrap_or(Reason::ShortHistory)) } else { Ok(value) }
    }

    /// A column; NaN where nothing can be said.
    pub(crate) fn values(&self, metric: DayMetric) -> &[f64] {
        self.values.get(metric as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The values of a column, given away.
    pub(crate) fn take(&mut self, metric: DayMetric) -> Vec<f64> {
        self.values.get_mut(metric as usize).map(std::mem::take).unwrap_or_default()
    }
}

//! Measures of days, column by column.

use crate::{DayMetric, Measure, Reason, State};

/// Every metric of consecutive days: a column each, a row per day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    /// By [`DayMetric`]. Of a row that cannot be said the value is whatever stands there.
    values: [Vec<f64>; DayMetric::COUNT],
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
        for column in &mut self.whys {
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

    /// Adds one value to a column; a row is whole when every column has it.
    pub(crate) fn push(&mut self, metric: DayMetric, measure: Measure) {
        let (value, why) = match measure {
            Ok(value) => (value, None),
            Err(reason) => (f64::NAN, Some(reason)),
        };
        if let (Some(values), Some(whys)) = (self.values.get_mut(metric as usize), self.whys.get_mut(metric as usize)) {
            values.push(value);
            whys.push(why);
        }
    }

    /// The measure of a row.
    pub(crate) fn get(&self, metric: DayMetric, row: usize) -> Measure {
        let why = self.whys(metric).get(row).copied().unwrap_or(Some(Reason::ShortHistory));
        why.map_or_else(|| Ok(self.values(metric).get(row).copied().unwrap_or(f64::NAN)), Err)
    }

    /// A column; NaN where nothing can be said.
    pub(crate) fn values(&self, metric: DayMetric) -> &[f64] {
        self.values.get(metric as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// Why a row of a column cannot be said.
    pub(crate) fn whys(&self, metric: DayMetric) -> &[Option<Reason>] {
        self.whys.get(metric as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The values of a column, given away.
    pub(crate) fn take(&mut self, metric: DayMetric) -> Vec<f64> {
        self.values.get_mut(metric as usize).map(std::mem::take).unwrap_or_default()
    }
}

//! Growing columns of numbers in which a cell may be missing, and the columns that there are.

use std::ops::Range;

use crate::schema;

/// The columns of the schema, in its order.
pub(super) const COLUMNS: [&str; 24] = [
    schema::TIME,
    schema::ELAPSED_S,
    schema::DISTANCE_M,
    schema::SPEED_MPS,
    schema::HEART_RATE_BPM,
    schema::CADENCE_SPM,
    schema::CADENCE_RPM,
    schema::CADENCE_RPM_RAW,
    schema::TOTAL_CYCLES,
    schema::ALTITUDE_M,
    schema::GRADE,
    schema::LAT_DEG,
    schema::LON_DEG,
    schema::POWER_W,
    schema::VERTICAL_OSCILLATION_MM,
    schema::STANCE_TIME_MS,
    schema::STANCE_BALANCE_PCT,
    schema::STEP_LENGTH_MM,
    schema::VERTICAL_RATIO_PCT,
    schema::TEMPERATURE_C,
    schema::CORE_TEMPERATURE_C,
    schema::RESPIRATION_RATE_BRPM,
    schema::RR_MS,
    schema::LAP,
];

/// A column that is written row by row. Rows that were never written are missing, and cost nothing until a later row
/// of the same column is written.
#[derive(Debug)]
pub(super) struct Cells<T> {
    values: Vec<T>,
}

/// A number type with one value that stands for "missing", so that no separate bitmap has to be kept while reading.
pub(super) trait Cell: Copy {
    /// The value that stands for "missing".
    const MISSING: Self;
    /// Whether this is a value.
    fn is_valid(self) -> bool;
}

impl Cell for f64 {
    const MISSING: Self = Self::NAN;
    fn is_valid(self) -> bool {
        !self.is_nan()
    }
}

impl Cell for u32 {
    const MISSING: Self = Self::MAX;
    fn is_valid(self) -> bool {
        self != Self::MAX
    }
}

impl Cell for u16 {
    const MISSING: Self = Self::MAX;
    fn is_valid(self) -> bool {
        self != Self::MAX
    }
}

impl<T> Default for Cells<T> {
    fn default() -> Self {
        Self { values: Vec::new() }
    }
}

impl<T: Cell> Cells<T> {
    /// Whether no row was ever written.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Writes `value` in `row`, over what may stand there, and says so.
    #[inline]
    pub(super) fn set(&mut self, row: usize, value: T) -> bool {
        if self.values.len() < row {
            self.values.resize(row, T::MISSING);
        }
        match self.values.get_mut(row) {
            Some(cell) => *cell = value,
            None => self.values.push(value),
        }
        true
    }

    /// Writes those of `new` that are not missing in the rows from `first` on, over what may stand there. The first
    /// value of all makes room for as many rows as are expected, so that a column seldom has to move as it grows.
    #[inline]
    pub(super) fn write(&mut self, first: usize, expected: usize, mut new: impl ExactSizeIterator<Item = T>) {
        let before = self.values.len();
        if before > first {
            if before < first + new.len() {
                self.values.resize(first + new.len(), T::MISSING);
            }
            let known = self.values.get_mut(first..).unwrap_or_default();
            for (known, new) in known.iter_mut().zip(new).filter(|(_, new)| new.is_valid()) {
                *known = new;
            }
        } else if before == first && before > 0 {
            self.values.extend(new);
        } else {
            let rows = new.len();
            let Some(value) = new.find(|new| new.is_valid()) else { return };
            if before == 0 {
                self.values.reserve_exact(expected);
            }
            self.values.resize(first + rows - new.len() - 1, T::MISSING);
            self.values.push(value);
            self.values.extend(new);
        }
        // Missing ones at the end cost nothing.
        let behind = self.values.get(before..).unwrap_or_default();
        let last = behind.iter().rposition(|cell| cell.is_valid()).map_or(0, |last| last + 1);
        self.values.truncate(before + last);
    }

    /// The cell in `row`.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<T> {
        self.values.get(row).copied().filter(|value| value.is_valid())
    }

    /// Makes the column at least `rows` long.
    pub(super) fn pad(&mut self, rows: usize) {
        if self.values.len() < rows {
            self.values.resize(rows, T::MISSING);
        }
    }

    /// The cells in `rows`, as far as there are any.
    pub(super) fn cells(&self, rows: Range<usize>) -> &[T] {
        let end = rows.end.min(self.values.len());
        self.values.get(rows.start..end).unwrap_or_default()
    }

    /// The cells in `rows`, as far as there are any, to be changed.
    pub(super) fn cells_mut(&mut self, rows: Range<usize>) -> &mut [T] {
        let end = rows.end.min(self.values.len());
        self.values.get_mut(rows.start..end).unwrap_or_default()
    }

    /// The last value of the column, if it stands in row `from` or later.
    pub(super) fn last_since(&self, from: usize) -> Option<T> {
        self.values.get(from..)?.last().copied().filter(|value| value.is_valid())
    }

    /// Takes the whole column, `rows` long.
    pub(super) fn take(&mut self, rows: usize) -> Vec<T> {
        let mut values = std::mem::take(&mut self.values);
        values.resize(rows, T::MISSING);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;

    #[test]
    fn rows_that_were_passed_over_are_missing() {
        let mut cells = Cells::default();
        cells.set(2, 7_u16);
        cells.set(2, 8);
        assert_eq!((cells.get(0), cells.get(2), cells.get(3)), (None, Some(8), None));
        assert_eq!(cells.take(4), [u16::MAX, u16::MAX, 8, u16::MAX]);
    }

    #[test]
    fn what_is_missing_is_not_written_over_what_is_not() {
        const NONE: u16 = u16::MAX;
        let mut cells = Cells::default();
        cells.write(5, 0, [NONE, NONE].into_iter());
        assert!(cells.is_empty());
        cells.write(1, 9, [NONE, 7, 8, NONE].into_iter());
        cells.write(2, 9, [NONE, 9, NONE, 10, NONE].into_iter());
        assert_eq!(cells.last_since(5), Some(10));
        assert_eq!(cells.take(7), [NONE, NONE, 7, 9, NONE, 10, NONE]);
    }
}

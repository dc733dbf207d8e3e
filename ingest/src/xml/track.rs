//! Points of one track, gathered straight into columns.

use chrono::{DateTime, Utc};

use super::field::Field;
use super::point::Point;
use crate::stamp::Zone;
use crate::{Pause, geo};

/// A column of numbers that takes no space before its first value. NaN is null.
#[derive(Debug, Default)]
pub(crate) struct Column(Vec<f64>);

impl Column {
    #[inline]
    fn set(&mut self, row: usize, value: f64) {
        if !value.is_nan() {
            if self.0.len() < row {
                self.0.resize(row, f64::NAN);
            }
            self.0.push(value);
        }
    }

    /// The value at `row`.
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        self.0.get(row).copied().filter(|value| !value.is_nan())
    }

    /// Whether no row has a value.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values from the first row on, as far as there are any; NaN where a row has none.
    pub(crate) fn values_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }

    /// The values of all `rows`, or `None` when no row has one.
    pub(crate) fn finish(mut self, rows: usize) -> Option<Vec<f64>> {
        if self.0.iter().all(|value| value.is_nan()) {
            return None;
        }
        self.0.resize(rows, f64::NAN);
        Some(self.0)
    }

    /// Puts `behind` behind the first `rows` rows.
    fn append(&mut self, rows: usize, behind: Self) {
        if !behind.0.is_empty() {
            self.0.resize(rows, f64::NAN);
            self.0.extend(behind.0);
        }
    }

    /// Takes off the rows from `row` on.
    fn split_off(&mut self, row: usize) -> Self {
        Self(if row < self.0.len() { self.0.split_off(row) } else { Vec::new() })
    }
}

/// One track. Only points with a time become rows.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// Milliseconds since 1970, UTC, one per row.
    pub(crate) time_ms: Vec<i64>,
    /// Latitudes, degrees.
    pub(crate) lat_deg: Column,
    /// Longitudes, degrees.
    pub(crate) lon_deg: Column,
    /// Distance along the positions, metres, one per row. The way over a break is not in it before the breaks are
    /// settled.
    pub(crate) along_m: Vec<f64>,
    /// Numbers by [`Field::index`].
    pub(crate) fields: [Column; Field::ALL.len()],
    /// Rows that begin a segment, the first left out.
    pub(crate) breaks: Vec<usize>,
    /// Intervals in which the timer stood still, once the breaks are settled.
    pub(crate) pauses: Vec<Pause>,
    /// Points that could be read but have no time.
    pub(crate) untimed: u64,
    /// First offset from UTC in a time, seconds.
    pub(crate) offset_s: Option<i32>,
    /// Whether a time came without any zone.
    pub(crate) zone_missing: bool,
    /// Times equal to the one before.
    pub(crate) repeated: u64,
    /// Times before the one before.
    pub(crate) backwards: u64,
    /// Byte of the first point whose time is out of order.
    pub(crate) out_of_order_at: Option<usize>,
    last_position: Option<(f64, f64)>,
    along_now_m: f64,
    new_segment: bool,
}

impl Track {
    /// Begins a segment: the recording may have stopped in between.
    pub(crate) fn begin_segment(&mut self) {
        self.last_position = None;
        self.new_segment = true;
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.time_ms.len()
    }

    /// The position at `row`, degrees.
    pub(crate) fn position(&self, row: usize) -> Option<(f64, f64)> {
        self.lat_deg.get(row).zip(self.lon_deg.get(row))
    }

    /// Takes a point that is not broken.
    pub(crate) fn push(&mut self, point: &Point) {
        if let (Some(from), Some(to)) = (self.last_position, point.position)
            && from != to
        {
            self.along_now_m += geo::distance_m(from, to);
        }
        self.last_position = point.position.or(self.last_position);
        let Some(stamp) = point.time else {
            self.untimed += 1;
            return;
        };
        let row = self.rows();
        match self.time_ms.last() {
            None => self.along_now_m = 0.0,
            Some(&before) => {
                if stamp.utc_ms <= before {
                    *(if stamp.utc_ms == before { &mut self.repeated } else { &mut self.backwards }) += 1;
                    self.out_of_order_at.get_or_insert(point.at);
                }
                if self.new_segment {
                    self.breaks.push(row);
                }
            }
        }
        self.new_segment = false;
        match stamp.zone {
            Zone::Utc => {}
            Zone::Offset(seconds) => _ = self.offset_s.get_or_insert(seconds),
            Zone::Missing => self.zone_missing = true,
        }
        self.time_ms.push(stamp.utc_ms);
        self.along_m.push(self.along_now_m);
        if let Some((lat, lon)) = point.position {
            self.lat_deg.set(row, lat);
            self.lon_deg.set(row, lon);
        }
        for (column, value) in self.fields.iter_mut().zip(point.fields) {
            column.set(row, value);
        }
    }

    /// Puts the rows of `behind` behind these, with a break between.
    pub(crate) fn append(&mut self, behind: Self) {
        let rows = self.rows();
        let along = self.along_m.last().copied().unwrap_or(0.0);
        self.breaks.push(rows);
        self.breaks.extend(behind.breaks.iter().map(|row| row + rows));
        self.time_ms.extend(behind.time_ms);
        self.along_m.extend(behind.along_m.iter().map(|m| m + along));
        self.lat_deg.append(rows, behind.lat_deg);
        self.lon_deg.append(rows, behind.lon_deg);
        for (column, more) in self.fields.iter_mut().zip(behind.fields) {
            column.append(rows, more);
        }
        self.untimed += behind.untimed;
        self.offset_s = self.offset_s.or(behind.offset_s);
        self.zone_missing |= behind.zone_missing;
        self.repeated += behind.repeated;
        self.backwards += behind.backwards;
        self.out_of_order_at = self.out_of_order_at.or(behind.out_of_order_at);
    }

    /// Takes off the rows from `row`, a break, on. What is counted for the whole track stays with the first part.
    pub(crate) fn split_off(&mut self, row: usize) -> Self {
        let along_m = self.along_m.split_off(row);
        let along = along_m.first().copied().unwrap_or(0.0);
        let own = self.breaks.partition_point(|at| *at < row);
        let breaks = self.breaks.split_off(own);
        Self {
            time_ms: self.time_ms.split_off(row),
            along_m: along_m.into_iter().map(|m| m - along).collect(),
            lat_deg: self.lat_deg.split_off(row),
            lon_deg: self.lon_deg.split_off(row),
            fields: std::array::from_fn(|i| {
                self.fields.get_mut(i).map(|column| column.split_off(row)).unwrap_or_default()
            }),
            breaks: breaks.into_iter().filter(|at| *at > row).map(|at| at - row).collect(),
            offset_s: self.offset_s,
            zone_missing: self.zone_missing,
            ..Self::default()
        }
    }
}

/// A time from milliseconds since 1970.
pub(crate) fn utc(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}

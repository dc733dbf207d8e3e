//! Points of one track, gathered straight into columns.

use chrono::{DateTime, Utc};

use super::tag::Field;
use crate::stamp::{Stamp, Zone};
use crate::{Pause, geo};

/// One track point while it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// Byte of its start tag.
    pub(super) at: usize,
    /// Latitude and longitude, degrees; `None` when they are known not to be true.
    pub(super) position: Option<(f64, f64)>,
    /// Time, when there is one.
    pub(super) time: Option<Stamp>,
    /// Numbers by [`Field::index`]; NaN when there is none.
    pub(super) fields: [f64; Field::ALL.len()],
    /// Whether something makes it useless; the notice has been given.
    pub(super) broken: bool,
}

/// A column of numbers that takes no space before its first value. NaN is null.
#[derive(Debug, Default)]
pub(super) struct Column(Vec<f64>);

impl Column {
    fn set(&mut self, row: usize, value: f64) {
        if !value.is_nan() {
            self.0.resize(row, f64::NAN);
            self.0.push(value);
        }
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of all `rows`, or `None` when no row has one.
    pub(super) fn finish(mut self, rows: usize) -> Option<Vec<f64>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.resize(rows, f64::NAN);
        Some(self.0)
    }
}

/// One track. Only points with a time become rows.
#[derive(Debug, Default)]
pub(super) struct Track {
    /// `<name>`.
    pub(super) name: Option<String>,
    /// `<type>`.
    pub(super) kind: Option<String>,
    /// Milliseconds since 1970, UTC, one per row.
    pub(super) time_ms: Vec<i64>,
    /// Latitudes, degrees.
    pub(super) lat_deg: Column,
    /// Longitudes, degrees.
    pub(super) lon_deg: Column,
    /// Distance along the positions, metres, one per row; the way between two segments is not in it.
    pub(super) along_m: Vec<f64>,
    /// Numbers by [`Field::index`].
    pub(super) fields: [Column; Field::ALL.len()],
    /// Rows that begin a segment, the first left out.
    pub(super) seams: Vec<usize>,
    /// Intervals between segments.
    pub(super) pauses: Vec<Pause>,
    /// Points that could be read but have no time.
    pub(super) untimed: u64,
    /// First offset from UTC in a time, seconds.
    pub(super) offset_s: Option<i32>,
    /// Whether a time came without any zone.
    pub(super) zone_missing: bool,
    /// Times equal to the one before.
    pub(super) repeated: u64,
    /// Times before the one before.
    pub(super) backwards: u64,
    /// Byte of the first point whose time is out of order.
    pub(super) out_of_order_at: Option<usize>,
    last_position: Option<(f64, f64)>,
    along_now_m: f64,
    new_segment: bool,
}

impl Track {
    /// Begins a segment: the recording stopped in between.
    pub(super) fn begin_segment(&mut self) {
        self.last_position = None;
        self.new_segment = true;
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.time_ms.len()
    }

    /// Takes a point that is not broken.
    pub(super) fn push(&mut self, point: &Point) {
        if let (Some(from), Some(to)) = (self.last_position, point.position) {
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
                    self.seams.push(row);
                    if stamp.utc_ms > before
                        && let (Some(from), Some(to)) = (utc(before), utc(stamp.utc_ms))
                    {
                        self.pauses.push(Pause { from, to });
                    }
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
}

/// A time from milliseconds since 1970.
pub(super) fn utc(ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms)
}

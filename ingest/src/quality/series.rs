//! The columns of one activity that are examined, as plain numbers.

use crate::schema::{milliseconds, numbers};
use crate::{Activity, DistanceSource, schema};

/// Columns as numbers, NaN where there is no value. A column that the records do not have is empty.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) is_run: bool,
    pub(super) is_on_foot: bool,
    pub(super) distance_source: DistanceSource,
    /// Seconds since the activity's start (its first sample, when it has none).
    pub(super) seconds: Vec<f64>,
    pub(super) heart_rate: Vec<f64>,
    pub(super) cadence: Vec<f64>,
    pub(super) speed: Vec<f64>,
    pub(super) distance: Vec<f64>,
    pub(super) altitude: Vec<f64>,
    pub(super) lat: Vec<f64>,
    pub(super) lon: Vec<f64>,
    /// From and to, seconds as above, in order.
    pub(super) pauses: Vec<(f64, f64)>,
}

impl Series {
    pub(super) fn of(activity: &Activity) -> Self {
        let records = &activity.records;
        let stamps = milliseconds(records, schema::TIME);
        let start = activity.start.map(|start| start.timestamp_millis());
        let start_ms = start.or(stamps.iter().copied().flatten().next()).unwrap_or_default();
        let since = |ms: i64| ms.saturating_sub(start_ms) as f64 / 1000.0;
        let seconds = match stamps.as_slice() {
            [] => numbers(records, schema::ELAPSED_S),
            stamps => stamps.iter().map(|ms| ms.map_or(f64::NAN, since)).collect(),
        };
        let mut pauses: Vec<(f64, f64)> = activity
            .pauses
            .iter()
            .map(|pause| (since(pause.from.timestamp_millis()), since(pause.to.timestamp_millis())))
            .collect();
        pauses.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            is_run: activity.sport.is_run(),
            is_on_foot: activity.sport.is_on_foot(),
            distance_source: activity.distance_source,
            seconds,
            heart_rate: numbers(records, schema::HEART_RATE_BPM),
            cadence: numbers(records, schema::CADENCE_SPM),
            speed: numbers(records, schema::SPEED_MPS),
            distance: numbers(records, schema::DISTANCE_M),
            altitude: numbers(records, schema::ALTITUDE_M),
            lat: numbers(records, schema::LAT_DEG),
            lon: numbers(records, schema::LON_DEG),
            pauses,
        }
    }

    /// Seconds from the start to a row.
    pub(super) fn second(&self, row: usize) -> Option<f64> {
        self.seconds.get(row).copied().filter(|second| !second.is_nan())
    }

    /// How far the samples went, metres: last − first distance.
    pub(super) fn went_m(&self) -> Option<f64> {
        let mut known = self.distance.iter().copied().filter(|metres| metres.is_finite());
        let first = known.next()?;
        Some(known.next_back()? - first)
    }

    /// Rows with a time and a value of `column`: row, second, value.
    pub(super) fn timed<'a>(&'a self, column: &'a [f64]) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
        let rows = self.seconds.iter().zip(column).enumerate();
        rows.map(|(row, (second, value))| (row, *second, *value))
            .filter(|(_, second, value)| !second.is_nan() && !value.is_nan())
    }

    /// Rows with a time and a position: row, second and latitude, then longitude.
    pub(super) fn timed_positions(&self) -> impl Iterator<Item = ((usize, f64, f64), f64)> + '_ {
        self.timed(&self.lat).filter_map(|timed| {
            let lon = self.lon.get(timed.0).copied().filter(|lon| !lon.is_nan())?;
            Some((timed, lon))
        })
    }

    /// Whether the timer stood still somewhere between two times.
    pub(super) fn is_paused(&self, from_s: f64, to_s: f64) -> bool {
        let started = self.pauses.partition_point(|(start, _)| *start < to_s);
        started.checked_sub(1).and_then(|last| self.pauses.get(last)).is_some_and(|(_, end)| *end > from_s)
    }
}

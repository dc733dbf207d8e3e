//! An activity's records as plain series for charts and the API: the only place between frames and drawing.

use plimsoll_ingest::schema;
use polars::prelude::{DataFrame, DataType};

/// Distance over which pace and heart rate are averaged for display, metres.
const BUCKET_MIN_M: f64 = 50.0;

/// Most points of a series for display.
const MOST_POINTS: usize = 240;

/// An activity's records, averaged over even stretches of distance (or time, when no distance is known).
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    /// Middle of each stretch: km from the start, or minutes when `by_time`.
    pub(crate) along: Vec<f64>,
    /// Whether `along` counts minutes.
    pub(crate) by_time: bool,
    /// Speed, m/s, from distance over time.
    pub(crate) speed_mps: Vec<Option<f64>>,
    /// Heart rate, bpm.
    pub(crate) heart_rate_bpm: Vec<Option<f64>>,
    /// Altitude, m.
    pub(crate) altitude_m: Vec<Option<f64>>,
    /// Cadence, steps per minute.
    pub(crate) cadence_spm: Vec<Option<f64>>,
    /// Positions in order, (latitude, longitude) in degrees, thinned for display.
    pub(crate) positions: Vec<(f64, f64)>,
}

impl Track {
    /// From a record frame.
    pub(crate) fn from_records(records: &DataFrame) -> Self {
        let column = |name: &str| numbers(records, name);
        // A later activity of a file may go on counting where the one before ended.
        let from_start = |values: Vec<Option<f64>>| {
            let first = values.iter().flatten().copied().next().unwrap_or(0.0);
            values.into_iter().map(|value| value.map(|value| value - first)).collect::<Vec<_>>()
        };
        let (distance, elapsed) = (from_start(column(schema::DISTANCE_M)), column(schema::ELAPSED_S));
        let has_distance = distance.iter().flatten().any(|metres| *metres > 0.0);
        let by_time = !has_distance;
        let axis: Vec<Option<f64>> = if has_distance { distance.clone() } else { elapsed.clone() };
        let mut track = Self { by_time, positions: positions(records), ..Self::default() };
        let Some(end) = axis.iter().flatten().copied().reduce(f64::max).filter(|end| *end > 0.0) else {
            return track;
        };
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let width = (end / MOST_POINTS as f64).max(if by_time { 5.0 } else { BUCKET_MIN_M });
        let speed = column(schema::SPEED_MPS);
        let series = [column(schema::HEART_RATE_BPM), column(schema::ALTITUDE_M), column(schema::CADENCE_SPM)];
        let mut stretches: Vec<Stretch> = Vec::new();
        for (row, place) in axis.iter().enumerate() {
            let Some(place) = place.filter(|place| place.is_finite() && (0.0..=end).contains(place)) else { continue };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and MOST_POINTS")]
            let nth = ((place / width) as usize).min(MOST_POINTS);
            if stretches.len() <= nth {
                stretches.resize_with(nth + 1, Stretch::default);
            }
            let at = |values: &[Option<f64>]| values.get(row).copied().flatten();
            if let Some(stretch) = stretches.get_mut(nth) {
                stretch.speed.add(at(&speed));
                for (mean, values) in stretch.means.iter_mut().zip(&series) {
                    mean.add(at(values));
                }
                stretch.reach(at(&distance), at(&elapsed));
            }
        }
        let unit = if by_time { 60.0 } else { 1000.0 };
        let mut before: Option<(f64, f64)> = None;
        let mut middle = width / 2.0;
        for stretch in &stretches {
            track.along.push(middle.min(end) / unit);
            middle += width;
            // Speed from distance over time; from the device's own when one of the two is missing.
            let travelled = match (before, stretch.last) {
                (Some((d0, t0)), Some((d1, t1))) if t1 > t0 && d1 >= d0 => Some((d1 - d0) / (t1 - t0)),
                _ => None,
            };
            before = stretch.last.or(before);
            track.speed_mps.push(travelled.or(stretch.speed.mean()));
            let [heart_rate, altitude, cadence] = &stretch.means;
            track.heart_rate_bpm.push(heart_rate.mean());
            track.altitude_m.push(altitude.mean());
            track.cadence_spm.push(cadence.mean());
        }
        track
    }
}

/// A stretch while its samples are gathered.
#[derive(Debug, Clone, Default)]
struct Stretch {
    speed: Mean,
    means: [Mean; 3],
    last: Option<(f64, f64)>,
}

impl Stretch {
    fn reach(&mut self, distance: Option<f64>, elapsed: Option<f64>) {
        if let (Some(distance), Some(elapsed)) = (distance, elapsed) {
            self.last = Some((distance, elapsed));
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value;
            self.count += 1.0;
        }
    }

    fn mean(self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}

/// A column as numbers; empty when the frame has no such column.
fn numbers(records: &DataFrame, name: &str) -> Vec<Option<f64>> {
    let cast = records.column(name).and_then(|column| column.cast(&DataType::Float64));
    cast.ok().and_then(|column| column.f64().ok().map(|values| values.iter().collect())).unwrap_or_default()
}

fn positions(records: &DataFrame) -> Vec<(f64, f64)> {
    const MOST_POSITIONS: usize = 1500;
    let (lat, lon) = (numbers(records, schema::LAT_DEG), numbers(records, schema::LON_DEG));
    let all: Vec<(f64, f64)> = lat.into_iter().zip(lon).filter_map(|(lat, lon)| Some((lat?, lon?))).collect();
    let every = all.len().div_ceil(MOST_POSITIONS).max(1);
    let last = all.last().copied();
    let mut thinned: Vec<(f64, f64)> = all.into_iter().step_by(every).collect();
    thinned.extend(last.filter(|last| thinned.last() != Some(last)));
    thinned
}

#[cfg(test)]
mod tests {
    use polars::df;

    use super::*;

    #[test]
    fn a_track_begins_at_zero_and_its_speed_is_way_over_time() {
        // The run of a triathlon: its distance goes on from the ride before it.
        let seconds: Vec<f64> = (0..=600).map(f64::from).collect();
        let metres: Vec<f64> = seconds.iter().map(|s| 20_000.0 + 3.0 * s).collect();
        let records = df!(schema::ELAPSED_S => seconds, schema::DISTANCE_M => metres).unwrap();
        let track = Track::from_records(&records);
        assert!(!track.by_time);
        assert!(track.along.first().is_some_and(|km| *km < 0.05), "{:?}", track.along.first());
        assert!(track.along.last().is_some_and(|km| (1.7..=1.8).contains(km)), "{:?}", track.along.last());
        assert!(track.speed_mps.iter().skip(1).flatten().all(|mps| (mps - 3.0).abs() < 1e-9));
    }

    #[test]
    fn without_distance_a_track_goes_by_time() {
        let records =
            df!(schema::ELAPSED_S => [0.0, 60.0, 120.0], schema::HEART_RATE_BPM => [100.0, 120.0, 140.0]).unwrap();
        let track = Track::from_records(&records);
        assert!(track.by_time && track.positions.is_empty());
        assert_eq!(track.heart_rate_bpm.iter().flatten().copied().collect::<Vec<_>>(), [100.0, 120.0, 140.0]);
    }
}

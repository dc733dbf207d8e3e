//! Best efforts: the shortest time over a distance, and the longest distance in a time, anywhere within a run.

use serde::{Deserialize, Serialize};

use super::path::Path;
use super::samples::Samples;

/// Distances that the best time is kept of, metres: 400 m, 1 km, a mile, 3 km, 5 km, 10 km, 15 km, half and full
/// marathon, 50 km.
pub const BEST_DISTANCES_M: [f64; 10] =
    [400.0, 1000.0, 1609.344, 3000.0, 5000.0, 10_000.0, 15_000.0, 21_097.5, 42_195.0, 50_000.0];

/// Times that the longest distance is kept of, seconds: 1, 3, 5, 7, 10, 15, 20, 30 and 60 minutes.
pub const BEST_TIMES_S: [f64; 9] = [60.0, 180.0, 300.0, 420.0, 600.0, 900.0, 1200.0, 1800.0, 3600.0];

/// A leg faster than this, m/s, is a fault of the recording; it adds no distance. (No person has sprinted faster.)
const FASTEST_MPS: f64 = 12.5;

/// One best effort.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BestEffort {
    /// Distance, metres.
    #[serde(rename = "m")]
    pub distance_m: f64,
    /// Time from its beginning to its end, seconds.
    #[serde(rename = "s")]
    pub time_s: f64,
    /// When it began, seconds from the first sample.
    #[serde(rename = "at")]
    pub from_s: f64,
}

impl BestEffort {
    /// Mean speed, m/s.
    #[must_use]
    pub fn speed_mps(&self) -> f64 {
        self.distance_m / self.time_s
    }
}

/// The best efforts of one activity; what it is too short for is not there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BestEfforts {
    /// Shortest time over each of [`BEST_DISTANCES_M`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_distance: Vec<BestEffort>,
    /// Longest distance in each of [`BEST_TIMES_S`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_time: Vec<BestEffort>,
}

impl BestEfforts {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_distance.is_empty() && self.by_time.is_empty()
    }

    pub(super) fn of(samples: &Samples) -> Self {
        let way = way(&samples.time_s, &samples.distance_m);
        let mut best = Self::default();
        best.by_distance.extend(BEST_DISTANCES_M.into_iter().map_while(|distance_m| fastest_over(&way, distance_m)));
        best.by_time.extend(BEST_TIMES_S.into_iter().map_while(|time_s| farthest_in(&way, time_s)));
        best
    }
}

/// The best effort over `distance_m` metres of a run given by seconds and distance at its samples. The clock goes on in
/// pauses; the distance between two samples is taken to be run evenly, which allows an effort to begin and end
/// anywhere. `None` when the run is shorter. Samples whose time does not grow are passed over, a fall of the distance
/// counts as standing still, a leg faster than 12.5 m/s as well. Time: linear in the samples at most.
#[must_use]
pub fn best_over_distance(time_s: &[f64], distance_m: &[f64], over_m: f64) -> Option<BestEffort> {
    fastest_over(&way(time_s, distance_m), over_m)
}

/// The best effort in `in_s` seconds; see [`best_over_distance`].
#[must_use]
pub fn best_in_time(time_s: &[f64], distance_m: &[f64], in_s: f64) -> Option<BestEffort> {
    farthest_in(&way(time_s, distance_m), in_s)
}

/// Times that grow, from 0, and distances that do not fall, from 0.
fn way(time_s: &[f64], distance_m: &[f64]) -> Path {
    let mut way = Path::with_capacity(time_s.len().min(distance_m.len()));
    let mut before: Option<(f64, f64)> = None;
    for (time, distance) in time_s.iter().zip(distance_m) {
        if !(time.is_finite() && distance.is_finite()) {
            continue;
        }
        let Some((before_s, before_m)) = before else {
            before = Some((*time, *distance));
            continue;
        };
        let (leg_s, leg_m) = (time - before_s, distance - before_m);
        if leg_s > 0.0 {
            way.go(leg_s, if leg_m <= FASTEST_MPS * leg_s { leg_m.max(0.0) } else { 0.0 });
            before = Some((*time, *distance));
        }
    }
    way
}

fn fastest_over(way: &Path, over_m: f64) -> Option<BestEffort> {
    let (time_s, from_s) = way.shortest(over_m)?;
    Some(BestEffort { distance_m: over_m, time_s, from_s })
}

fn farthest_in(way: &Path, in_s: f64) -> Option<BestEffort> {
    let (distance_m, from_s) = way.most(in_s)?;
    Some(BestEffort { distance_m, time_s: in_s, from_s }).filter(|best| best.distance_m > 0.0)
}

//! Sports of the FIT profile to the sports of this crate.

use std::ops::Range;

use super::profile::sport_name;
use super::record::Records;
use crate::{RunKind, Sport};

const GENERIC: u32 = 0;
const RUNNING: u32 = 1;

/// The sport that the file states; `None` when it states none (or the profile's "generic").
pub(super) fn stated(sport: Option<u32>, sub_sport: Option<u32>) -> Option<Sport> {
    match sport? {
        GENERIC => None,
        RUNNING => Some(Sport::Running(match sub_sport {
            // Treadmill, indoor running.
            Some(1 | 45) => RunKind::Treadmill,
            Some(2) => RunKind::Road,
            Some(3) => RunKind::Trail,
            Some(4) => RunKind::Track,
            Some(58) => RunKind::Virtual,
            _ => RunKind::Generic,
        })),
        other => Some(Sport::CrossTraining(sport_name(other))),
    }
}

/// Below this the runner stands, metres per second.
const STANDING_MPS: f64 = 0.5;
/// Mean moving speeds of runners, metres per second.
const RUNNING_MPS: Range<f64> = 1.8..6.0;
/// Cadences of runners, strides (of one foot) per minute.
const RUNNING_STRIDES: Range<f64> = 65.0..115.0;

/// Whether the samples look like running: their mean moving speed and, where there is one, their cadence.
pub(super) fn looks_like_running(records: &Records<'_>, rows: &[Range<usize>]) -> bool {
    let rows = || rows.iter().cloned().flatten();
    let speed = mean(rows().filter_map(|row| records.speed_mps(row)).filter(|speed| *speed > STANDING_MPS));
    let cadence = mean(rows().filter_map(|row| records.cadence(row)).filter(|cadence| *cadence > 0.0));
    speed.is_some_and(|speed| RUNNING_MPS.contains(&speed))
        && cadence.is_none_or(|cadence| RUNNING_STRIDES.contains(&cadence))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

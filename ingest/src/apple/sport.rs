//! Apple's kinds of workout.

use super::workout::Workout;
use crate::sport::words;
use crate::{RunKind, Sport};

/// The sport of a workout; `None` when its kind says none.
///
/// Only `Running` is a run, whatever words other kinds hold (`WheelchairRunPace`); a kind that is not known is
/// cross-training under its own name.
pub(super) fn of(workout: &Workout) -> Option<Sport> {
    if workout.is_run() {
        let is_indoor = workout.is_indoor == Some(true);
        return Some(Sport::Running(if is_indoor { RunKind::Treadmill } else { RunKind::Generic }));
    }
    let name = words::normal(&workout.kind);
    match words::from_type(&workout.kind) {
        _ if name.is_empty() => None,
        Some(sport @ Sport::CrossTraining(_)) => Some(sport),
        _ => Some(Sport::CrossTraining(name)),
    }
}

//! Apple's kinds of workout.

use super::workout::Workout;
use crate::sport::words;
use crate::{RunKind, Sport};

/// Kinds whose words do not name the sport that they are.
const KINDS: [(&str, &str); 14] = [
    ("StepTraining", "step_training"),
    ("StairClimbing", "stair_climbing"),
    ("Stairs", "stair_climbing"),
    ("HighIntensityIntervalTraining", "hiit"),
    ("FunctionalStrengthTraining", "strength_training"),
    ("TraditionalStrengthTraining", "strength_training"),
    ("CoreTraining", "strength_training"),
    ("CrossTraining", "cross_training"),
    ("CrossCountrySkiing", "skiing"),
    ("DownhillSkiing", "skiing"),
    ("WheelchairRunPace", "wheelchair"),
    ("WheelchairWalkPace", "wheelchair"),
    ("WaterFitness", "water_fitness"),
    ("Other", "other"),
];

/// The sport of a workout; `None` when its kind says none.
pub(super) fn of(workout: &Workout) -> Option<Sport> {
    if workout.is_run() {
        let is_indoor = workout.is_indoor == Some(true);
        return Some(Sport::Running(if is_indoor { RunKind::Treadmill } else { RunKind::Generic }));
    }
    if let Some((_, sport)) = KINDS.iter().find(|(kind, _)| *kind == workout.kind) {
        return Some(Sport::CrossTraining((*sport).to_owned()));
    }
    let words = snake_case(&workout.kind);
    if words.is_empty() {
        return None;
    }
    // Whatever Apple calls a workout is training: an unknown kind keeps its own name. Only `Running` is a run.
    match words::from_type(&words) {
        Some(sport @ Sport::CrossTraining(_)) => Some(sport),
        _ => Some(Sport::CrossTraining(words)),
    }
}

/// `PaddleSports` as `paddle_sports`.
fn snake_case(kind: &str) -> String {
    let mut words = String::with_capacity(kind.len() + 4);
    for c in kind.chars().filter(|c| c.is_ascii_alphanumeric()) {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

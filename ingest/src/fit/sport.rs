//! Sports of the FIT profile to the sports of this crate.

use std::ops::Range;

use super::profile::sport_name;
use super::record::Records;
use crate::pace::Pace;
use crate::{RunKind, Sport, geo};

const GENERIC: u32 = 0;
const RUNNING: u32 = 1;
const FITNESS_EQUIPMENT: u32 = 4;
const TRAINING: u32 = 10;

/// The sport that the file states; `None` when it states none (or the profile's "generic" and no sub-sport that
/// belongs to one sport alone).
pub(super) fn stated(sport: Option<u32>, sub_sport: Option<u32>) -> Option<Sport> {
    match sport.unwrap_or(GENERIC) {
        GENERIC => of_sub_sport(sub_sport),
        RUNNING => Some(Sport::Running(match sub_sport {
            Some(VIRTUAL_ACTIVITY) => RunKind::Virtual,
            Some(sub_sport) => run_kind(sub_sport).unwrap_or(RunKind::Generic),
            None => RunKind::Generic,
        })),
        // What people do in a room full of equipment: the sub-sport is the sport.
        other @ (FITNESS_EQUIPMENT | TRAINING) => {
            of_sub_sport(sub_sport).or_else(|| Some(Sport::CrossTraining(sport_name(other))))
        }
        other => Some(Sport::CrossTraining(sport_name(other))),
    }
}

/// Of more than one sport: running and cycling.
const VIRTUAL_ACTIVITY: u32 = 58;

/// The kind of run that a sub-sport is.
fn run_kind(sub_sport: u32) -> Option<RunKind> {
    Some(match sub_sport {
        // Treadmill, indoor running.
        1 | 45 => RunKind::Treadmill,
        2 => RunKind::Road,
        3 => RunKind::Trail,
        4 => RunKind::Track,
        // Obstacle, ultra.
        59 | 67 => RunKind::Generic,
        _ => return None,
    })
}

/// Sub-sports by number that belong to one sport alone, with the name of the sport.
const SUB_SPORTS: &[(&[u32], &str)] = &[
    // Spinning, indoors, road, mountain, downhill, recumbent, cyclocross, track; on an e-bike, BMX, gravel, enduro.
    (&[5, 6, 7, 8, 9, 10, 11, 13, 28, 29, 46, 47], "cycling"),
    (&[12, 88], "wheelchair"),
    (&[14], "rowing"),
    (&[15], "elliptical"),
    (&[16], "stair_climbing"),
    // Pool and open water.
    (&[17, 18], "swimming"),
    (&[19], "stretching"),
    (&[20], "strength_training"),
    (&[25, 42], "skiing"),
    (&[26], "workout"),
    (&[27, 30, 31], "walking"),
    (&[32, 33, 34], "transition"),
    (&[43], "yoga"),
    (&[44], "pilates"),
    (&[62], "meditation"),
    (&[68, 69], "climbing"),
    // In general, as many rounds as possible, every minute on the minute, Tabata.
    (&[70, 73, 74, 75], "hiit"),
];

/// The sport that a sub-sport belongs to.
fn of_sub_sport(sub_sport: Option<u32>) -> Option<Sport> {
    let sub_sport = sub_sport?;
    let cross = SUB_SPORTS.iter().find(|(numbers, _)| numbers.contains(&sub_sport));
    run_kind(sub_sport).map(Sport::Running).or_else(|| cross.map(|(_, name)| Sport::CrossTraining((*name).to_owned())))
}

/// Below this the runner stands, metres per second.
const STANDING_MPS: f64 = 0.5;
/// Mean moving speeds of runners, metres per second.
const RUNNING_MPS: Range<f64> = 1.8..6.0;
/// Cadences of runners, strides (of one foot) per minute.
const RUNNING_STRIDES: Range<f64> = 65.0..115.0;

/// Whether the samples look like running: their mean moving speed (where no speed is stated, that of the way between
/// them) and, where there is one, their cadence.
pub(super) fn looks_like_running(records: &Records<'_>, rows: &[Range<usize>]) -> bool {
    let rows = || rows.iter().cloned().flatten();
    let cadence = mean(rows().filter_map(|row| records.cadence(row)).filter(|cadence| *cadence > 0.0));
    let is_fast_enough = if rows().any(|row| records.speed_mps(row).is_some()) {
        mean(rows().filter_map(|row| records.speed_mps(row)).filter(|speed| *speed > STANDING_MPS))
            .is_some_and(|speed| RUNNING_MPS.contains(&speed))
    } else {
        pace(records, rows()).sport().is_run()
    };
    is_fast_enough && cadence.is_none_or(|cadence| RUNNING_STRIDES.contains(&cadence))
}

/// The pace by distances, else by positions.
fn pace(records: &Records<'_>, rows: impl Iterator<Item = usize> + Clone) -> Pace {
    let by_distance =
        legs(records, rows.clone().filter_map(|row| Some((row, records.distance_m(row)?))), |from, to| to - from);
    by_distance.unwrap_or_else(|| {
        let positions = rows.filter_map(|row| Some((row, records.position(row)?)));
        legs(records, positions, geo::distance_m).unwrap_or_default()
    })
}

/// The pace over `places`, each with its row; `None` when nobody moved between them.
fn legs<P: Copy>(
    records: &Records<'_>,
    places: impl Iterator<Item = (usize, P)>,
    distance_m: impl Fn(P, P) -> f64,
) -> Option<Pace> {
    let mut pace = None;
    let mut last = None;
    for (row, place) in places {
        let Some(time) = records.time.get(row) else { continue };
        if let Some((before, from)) = last.replace((time, place)) {
            let leg_m = distance_m(from, place);
            if time > before && leg_m > 0.0 {
                pace.get_or_insert_with(Pace::default).take(f64::from(time - before), leg_m);
            }
        }
    }
    pace
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

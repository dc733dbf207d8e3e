//! What a track's `<type>` says about the sport, and what its speed says when the type says nothing.

use crate::{RunKind, Sport};

/// Moving slower than this is standing, metres per second.
pub(super) const STANDING_MPS: f64 = 0.5;
/// Mean moving speeds that look like running, metres per second (9:16 to 2:47 min/km).
const RUNNING_MPS: std::ops::RangeInclusive<f64> = 1.8..=6.0;
/// Less moving time than this proves nothing, seconds.
const ENOUGH_S: f64 = 60.0;

/// The sport of a `<type>`; `None` when it names none that is known.
///
/// Strava writes numbers (1 ride, 4 hike, 9 run, 10 walk, 16 swim). Words are compared without case and punctuation.
pub(super) fn from_type(text: &str) -> Option<Sport> {
    let name: String =
        text.trim().chars().take(64).map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let other = |sport: &str| Some(Sport::CrossTraining(sport.to_owned()));
    match name.as_str() {
        "9" | "run" | "running" | "jog" | "jogging" | "race" | "laufen" | "lauf" => {
            return Some(Sport::Running(RunKind::Generic));
        }
        "1" | "ride" | "bike" | "biking" | "cycling" | "ebike" | "e_bike" | "bicycle" => return other("cycling"),
        "4" | "hike" | "hiking" => return other("hiking"),
        "10" | "walk" | "walking" => return other("walking"),
        "16" | "swim" | "swimming" => return other("swimming"),
        "other" => return other("other"),
        _ => {}
    }
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    if has(&["run", "running", "jog", "jogging", "trailrun", "trailrunning", "virtualrun"]) {
        let kind = if has(&["trail", "trailrun", "trailrunning"]) {
            RunKind::Trail
        } else if has(&["treadmill", "indoor"]) {
            RunKind::Treadmill
        } else if has(&["virtual", "virtualrun"]) {
            RunKind::Virtual
        } else if has(&["track"]) {
            RunKind::Track
        } else if has(&["road", "street"]) {
            RunKind::Road
        } else {
            RunKind::Generic
        };
        return Some(Sport::Running(kind));
    }
    // The first row with a word of the type decides.
    const WORDS: &[(&[&str], &str)] = &[
        (&["ride", "bike", "biking", "cycling", "ebike", "ebiking", "virtualride", "mtb", "cyclocross"], "cycling"),
        (&["swim", "swimming"], "swimming"),
        (&["snowshoe", "snowshoeing"], "snowshoeing"),
        (&["hike", "hiking", "mountaineering"], "hiking"),
        (&["walk", "walking"], "walking"),
        (&["row", "rowing"], "rowing"),
        (&["ski", "skiing", "snowboard", "snowboarding"], "skiing"),
        (&["skate", "skating", "inline"], "skating"),
        (&["kayak", "kayaking", "paddling", "canoe", "canoeing", "sup"], "paddling"),
        (&["elliptical"], "elliptical"),
        (&["strength"], "strength_training"),
        (&["yoga"], "yoga"),
        (&["driving", "car", "motorcycling", "flying", "sailing", "boating"], "other"),
    ];
    WORDS.iter().find(|(wanted, _)| has(wanted)).and_then(|(_, sport)| other(sport))
}

/// The sport that a mean moving speed looks like, from the time and distance covered while moving.
pub(super) fn from_speed(moving_s: f64, moving_m: f64) -> Sport {
    if moving_s >= ENOUGH_S && RUNNING_MPS.contains(&(moving_m / moving_s)) {
        Sport::Running(RunKind::Generic)
    } else {
        Sport::Unknown
    }
}

/// Factor from the written cadence to `cadence_spm` on foot: 2 when the values count one foot, 1 when they count both.
///
/// Garmin's extension counts one foot (80–95 when running); some writers put both feet there (160–190). Between the
/// two lies a gap that hardly anybody runs in, so the median of the values above zero tells them apart; walkers take
/// fewer steps, so their limit is lower.
pub(super) fn steps_per_count(sport: &Sport, cadences: &[f64]) -> f64 {
    let limit = if sport.is_run() { 130.0 } else { 80.0 };
    let mut moving: Vec<f64> = cadences.iter().copied().filter(|cadence| *cadence > 0.0).collect();
    if moving.is_empty() {
        return 1.0;
    }
    let middle = moving.len() / 2;
    let (_, median, _) = moving.select_nth_unstable_by(middle, f64::total_cmp);
    if *median < limit { 2.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{from_speed, from_type, steps_per_count};
    use crate::{RunKind, Sport};

    #[test]
    fn types_in_the_wild() {
        let cross = |name: &str| Some(Sport::CrossTraining(name.to_owned()));
        for (text, sport) in [
            ("running", Some(Sport::Running(RunKind::Generic))),
            ("Run", Some(Sport::Running(RunKind::Generic))),
            ("9", Some(Sport::Running(RunKind::Generic))),
            ("trail_running", Some(Sport::Running(RunKind::Trail))),
            ("Trail Run", Some(Sport::Running(RunKind::Trail))),
            ("treadmill_running", Some(Sport::Running(RunKind::Treadmill))),
            ("track_running", Some(Sport::Running(RunKind::Track))),
            ("street_running", Some(Sport::Running(RunKind::Road))),
            ("VirtualRun", Some(Sport::Running(RunKind::Virtual))),
            ("1", cross("cycling")),
            ("road_biking", cross("cycling")),
            ("MOUNTAIN_BIKING", cross("cycling")),
            ("16", cross("swimming")),
            ("open_water_swimming", cross("swimming")),
            ("10", cross("walking")),
            ("hiking", cross("hiking")),
            ("Other", cross("other")),
            ("trackOnWeb", None),
            ("user", None),
            ("", None),
        ] {
            assert_eq!(from_type(text), sport, "{text}");
        }
    }

    #[test]
    fn only_running_speeds_look_like_running() {
        assert_eq!(from_speed(600.0, 1_800.0), Sport::Running(RunKind::Generic));
        assert_eq!(from_speed(600.0, 800.0), Sport::Unknown);
        assert_eq!(from_speed(600.0, 5_000.0), Sport::Unknown);
        assert_eq!(from_speed(10.0, 30.0), Sport::Unknown);
    }

    #[test]
    fn one_foot_is_doubled_and_both_are_not() {
        let run = Sport::Running(RunKind::Generic);
        let walk = Sport::CrossTraining("walking".to_owned());
        assert_eq!(steps_per_count(&run, &[0.0, 85.0, f64::NAN, 88.0, 0.0]), 2.0);
        assert_eq!(steps_per_count(&run, &[0.0, 172.0, 176.0]), 1.0);
        assert_eq!(steps_per_count(&walk, &[55.0]), 2.0);
        assert_eq!(steps_per_count(&walk, &[110.0]), 1.0);
        assert_eq!(steps_per_count(&run, &[]), 1.0);
    }
}

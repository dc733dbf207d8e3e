//! Polar's names and numbers of sports.

use super::session::Named;
use crate::Sport;
use crate::sport::words;

/// Numbers that stand in newer exports instead of names; the names are those of Polar's list of sports. The numbers of
/// ball games and dances are left out: they are all “other”.
const NUMBERS: [(u16, &str); 57] = [
    (1, "RUNNING"),
    (2, "CYCLING"),
    (3, "WALKING"),
    (4, "JOGGING"),
    (5, "MOUNTAIN_BIKING"),
    (6, "SKIING"),
    (7, "DOWNHILL_SKIING"),
    (8, "ROWING"),
    (9, "NORDIC_WALKING"),
    (10, "SKATING"),
    (11, "HIKING"),
    (12, "TENNIS"),
    (15, "STRENGTH_TRAINING"),
    (16, "OTHER_OUTDOOR"),
    (17, "TREADMILL_RUNNING"),
    (18, "INDOOR_CYCLING"),
    (19, "ROAD_RUNNING"),
    (20, "CIRCUIT_TRAINING"),
    (22, "SNOWBOARDING"),
    (23, "SWIMMING"),
    (24, "XC_SKIING_FREESTYLE"),
    (25, "XC_SKIING_CLASSIC"),
    (27, "TRAIL_RUNNING"),
    (28, "ICE_SKATING"),
    (29, "INLINE_SKATING"),
    (30, "ROLLER_SKATING"),
    (33, "YOGA"),
    (34, "CROSSFIT"),
    (36, "TRACK_AND_FIELD_RUNNING"),
    (38, "ROAD_BIKING"),
    (39, "SOCCER"),
    (55, "CROSS_TRAINER"),
    (57, "FUNCTIONAL_TRAINING"),
    (58, "BOOTCAMP"),
    (59, "FREESTYLE_ROLLER_SKIING"),
    (60, "CLASSIC_ROLLER_SKIING"),
    (61, "AEROBICS"),
    (62, "AQUA_FITNESS"),
    (64, "BODY_AND_MIND"),
    (65, "PILATES"),
    (66, "STRETCHING"),
    (68, "TRIATHLON"),
    (69, "DUATHLON"),
    (83, "OTHER_INDOOR"),
    (84, "ORIENTEERING"),
    (86, "MOUNTAIN_BIKE_ORIENTEERING"),
    (92, "ULTRA_RUNNING"),
    (94, "INDOOR_CLIMBING"),
    (95, "KAYAKING"),
    (96, "CANOEING"),
    (103, "POOL_SWIMMING"),
    (105, "OPEN_WATER_SWIMMING"),
    (113, "BACKCOUNTRY_SKIING"),
    (116, "SNOWSHOE_TREKKING"),
    (117, "INDOOR_ROWING"),
    (118, "SPINNING"),
    (126, "CORE"),
];

/// The sport; `None` when none is stated.
pub(super) fn of(stated: &Named) -> Option<Sport> {
    let name = match (&stated.name, stated.id) {
        (Some(name), _) => name.as_str(),
        (None, Some(id)) => match NUMBERS.iter().find(|(number, _)| f64::from(*number) == id) {
            Some((_, name)) => name,
            // Some sport it is, and runs have numbers that are known.
            None => return Some(Sport::CrossTraining("other".to_owned())),
        },
        (None, None) => return None,
    };
    let normal = words::normal(name);
    match words::from_type(name) {
        // Running in deep water: nothing lands on the ground.
        _ if normal == "water_running" => Some(Sport::CrossTraining(normal)),
        Some(sport) => Some(sport),
        None if normal.is_empty() => None,
        None => Some(Sport::CrossTraining(normal)),
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMBERS, Named, of};
    use crate::{RunKind, Sport};

    #[test]
    fn runs_keep_their_kind_by_name_and_by_number() {
        let cross = |name: &str| Sport::CrossTraining(name.to_owned());
        for (name, sport) in [
            ("RUNNING", Sport::Running(RunKind::Generic)),
            ("JOGGING", Sport::Running(RunKind::Generic)),
            ("ULTRA_RUNNING", Sport::Running(RunKind::Generic)),
            ("ROAD_RUNNING", Sport::Running(RunKind::Road)),
            ("TRAIL_RUNNING", Sport::Running(RunKind::Trail)),
            ("TREADMILL_RUNNING", Sport::Running(RunKind::Treadmill)),
            ("TRACK_AND_FIELD_RUNNING", Sport::Running(RunKind::Track)),
            ("WATER_RUNNING", cross("water_running")),
            ("NORDIC_WALKING", cross("walking")),
            ("CROSS-TRAINER", cross("elliptical")),
            ("OPEN_WATER_SWIMMING", cross("swimming")),
            ("OTHER_OUTDOOR", cross("other")),
            ("BEACH_VOLLEY", cross("beach_volley")),
        ] {
            assert_eq!(of(&Named { name: Some(name.to_owned()), id: None }), Some(sport.clone()), "{name}");
            if let Some((number, _)) = NUMBERS.iter().find(|(_, known)| *known == name) {
                assert_eq!(of(&Named { name: None, id: Some(f64::from(*number)) }), Some(sport), "{number}");
            }
        }
        assert_eq!(of(&Named { name: None, id: Some(9999.0) }), Some(cross("other")));
        assert_eq!(of(&Named::default()), None);
    }
}

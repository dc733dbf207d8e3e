//! Sports by the words that services, programs and people use for them.

use crate::{RunKind, Sport};

/// The sport of a `<type>`; `None` when it names none that is known.
///
/// Strava writes numbers (1 ride, 4 hike, 9 run, 10 walk, 16 swim). Words are compared without case and punctuation.
pub(crate) fn from_type(text: &str) -> Option<Sport> {
    let name = normal(text);
    let other = |sport: &str| Some(Sport::CrossTraining(sport.to_owned()));
    match name.as_str() {
        "9" | "run" | "running" | "jog" | "jogging" | "race" | "laufen" | "lauf" => {
            Some(Sport::Running(RunKind::Generic))
        }
        "1" | "ride" | "bike" | "biking" | "cycling" | "ebike" | "e_bike" | "bicycle" => other("cycling"),
        "4" | "hike" | "hiking" => other("hiking"),
        "10" | "walk" | "walking" => other("walking"),
        "16" | "swim" | "swimming" => other("swimming"),
        "other" => other("other"),
        _ => from_words(text),
    }
}

/// `text` in lower case, an underscore for everything that is no letter or digit.
fn normal(text: &str) -> String {
    text.trim().chars().take(64).map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// The sport named by one of the words of `text`, such as a track's name: “Evening Run”, “Afternoon Swim”.
pub(crate) fn from_words(text: &str) -> Option<Sport> {
    let name = normal(text);
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
    WORDS.iter().find(|(wanted, _)| has(wanted)).map(|(_, sport)| Sport::CrossTraining((*sport).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{from_type, from_words};
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
    fn names_may_tell_the_sport() {
        assert_eq!(from_words("Evening Run"), Some(Sport::Running(RunKind::Generic)));
        assert_eq!(from_words("Afternoon Swim"), Some(Sport::CrossTraining("swimming".to_owned())));
        assert_eq!(from_words("2024-05-01"), None);
        assert_eq!(from_words("9"), None);
    }
}

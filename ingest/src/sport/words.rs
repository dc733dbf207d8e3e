//! Sports by the words that services, programs and people use for them: one table.
//!
//! It knows the types of Strava, Garmin, Apple Health, Polar and TCX, and the common words in German, French, Spanish,
//! Italian, Portuguese and Dutch.

use crate::{RunKind, Sport};

/// Characters of a text that are looked at.
const LOOKED_AT: usize = 64;

/// The sport of a `<type>`; `None` when it names none that is known.
///
/// Strava writes numbers in GPX (1 ride, 4 hike, 9 run, 10 walk, 16 swim). Words are compared without case and
/// punctuation, and `TrailRun` is two words.
pub(crate) fn from_type(text: &str) -> Option<Sport> {
    let name = normal(text);
    let cross = |sport: &str| Some(Sport::CrossTraining(sport.to_owned()));
    match name.as_str() {
        "9" => Some(Sport::Running(RunKind::Generic)),
        "1" => cross("cycling"),
        "4" => cross("hiking"),
        "10" => cross("walking"),
        "16" => cross("swimming"),
        _ => find(&name, TYPES).or_else(|| find(&name, WORDS)),
    }
}

/// The sport named by one of the words of `text`, such as a track's name: “Evening Run”, “Lauf am Morgen”.
pub(crate) fn from_words(text: &str) -> Option<Sport> {
    find(&normal(text), WORDS)
}

/// `text` in snake case: lower case, one underscore for all between two words, and between `Trail` and `Run`.
pub(crate) fn normal(text: &str) -> String {
    let text = text.trim().strip_prefix("HKWorkoutActivityType").unwrap_or(text.trim());
    let characters: Vec<char> = text.chars().take(LOOKED_AT).collect();
    let mut name = String::with_capacity(text.len().min(LOOKED_AT) + 8);
    let mut before = ' ';
    for (place, &c) in (1..).zip(&characters) {
        let is_next_lower = characters.get(place).is_some_and(|next| next.is_lowercase());
        let is_start = c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && is_next_lower);
        if (is_start || !c.is_alphanumeric()) && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        }
        before = c;
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}

/// What a row of the table stands for.
#[derive(Clone, Copy)]
enum Means {
    /// A run, of the kind that another word may name.
    Run,
    Cross(&'static str),
}

use Means::{Cross, Run};

/// Rows of words and what each of them means. A word with a blank is several that all have to be there, one
/// behind `=` has to be all there is. The first row with one of the text's words decides.
type Table = &'static [(&'static [&'static str], Means)];

/// Words that tell the sport anywhere, in a type as well as in a name that somebody gave.
const WORDS: Table = &[
    (&["wheelchair", "handcycle"], Cross("wheelchair")),
    (&["ski orienteering", "langlauf", "skilanglauf"], Cross("skiing")),
    (&["eislauf", "eislaufen", "schlittschuhlaufen"], Cross("skating")),
    (&["run", "running", "jog", "jogging", "trailrun", "trailrunning", "virtualrun", "ultrarun", "ultrarunning"], Run),
    (&["lauf", "dauerlauf", "waldlauf", "stadtlauf", "volkslauf", "tempolauf", "crosslauf", "nachtlauf"], Run),
    (
        &["morgenlauf", "mittagslauf", "abendlauf", "traillauf", "berglauf", "bahnlauf", "straßenlauf", "strassenlauf"],
        Run,
    ),
    (&["laufen", "laufband", "course pied", "footing", "correr", "corsa", "corrida"], Run),
    (&["carrera", "hardlopen", "hardloop", "hardloopsessie"], Run),
    (
        &["ride", "bike", "biking", "cycling", "ebike", "ebiking", "virtualride", "mtb", "cyclocross", "bmx"],
        Cross("cycling"),
    ),
    (&["velomobile", "spinning", "radfahrt", "radfahren", "fahrrad", "fahrradfahren", "radtour"], Cross("cycling")),
    (&["rennrad", "cyclisme", "vélo", "vtt", "ciclismo", "bicicleta", "bici", "fietsen", "fietsrit"], Cross("cycling")),
    (&["swim", "swimming", "schwimmen", "natation", "natación", "nuoto", "natação", "zwemmen"], Cross("swimming")),
    (&["snowshoe", "snowshoeing", "snow shoe", "schneeschuh", "schneeschuhwandern"], Cross("snowshoeing")),
    (&["hike", "hiking", "mountaineering", "rucking", "wandern", "wanderung", "bergsteigen"], Cross("hiking")),
    (&["randonnée", "senderismo", "caminata", "escursione", "escursionismo", "wandeltocht"], Cross("hiking")),
    (
        &["walk", "walking", "spaziergang", "gehen", "marche", "caminar", "camminata", "caminhada", "wandelen"],
        Cross("walking"),
    ),
    (&["row", "rowing", "rudern", "aviron", "canottaggio", "roeien"], Cross("rowing")),
    (&["ski", "skiing", "snowboard", "snowboarding", "snowboarden", "skifahren", "esquí"], Cross("skiing")),
    (&["skate", "skating", "inline", "skateboard", "skateboarding"], Cross("skating")),
    (
        &["kayak", "kayaking", "paddling", "paddle sports", "canoe", "canoeing", "sup", "paddleboarding"],
        Cross("paddling"),
    ),
    (&["elliptical", "crosstrainer", "cross trainer"], Cross("elliptical")),
    (&["strength", "krafttraining", "musculation"], Cross("strength_training")),
    (&["yoga"], Cross("yoga")),
    (&["orienteering"], Run),
    (&["driving", "car", "motorcycling", "flying", "sailing", "boating"], Cross("other")),
];

/// Words that tell the sport when they are all that is said, but not in any name: “Dance of the hills” is no dance.
const TYPES: Table = &[
    (&["=race", "=footrace", "=ultra", "=treadmill"], Run),
    (&["=bicycle"], Cross("cycling")),
    (&["=weight_training", "=weights", "=gewichtstraining", "=core", "=core_training"], Cross("strength_training")),
    (&["=circuit_training", "=crossfit", "=cross_training", "=functional_training"], Cross("strength_training")),
    (&["=high_intensity_interval_training", "=hiit"], Cross("hiit")),
    (
        &["=workout", "=training", "=cardio_training", "=indoor_cardio", "=mixed_cardio", "=group_exercise"],
        Cross("workout"),
    ),
    (&["=fitness_equipment", "=aerobics", "=step_training"], Cross("workout")),
    (&["=stair_stepper", "=stair_climbing", "=stairs", "=floor_climbing"], Cross("stair_climbing")),
    (&["=pilates", "=barre"], Cross("pilates")),
    (
        &["=stretching", "=flexibility", "=flexibility_training", "=mobility_dynamic", "=mobility_static"],
        Cross("stretching"),
    ),
    (&["=cooldown", "=preparation_and_recovery", "=mind_and_body"], Cross("stretching")),
    (&["=breathwork", "=meditation"], Cross("meditation")),
    (&["=dance", "=dancing", "=cardio_dance", "=social_dance"], Cross("dance")),
    (&["=rock_climbing", "=climbing", "=bouldering", "=indoor_climbing", "=klettern"], Cross("climbing")),
    (
        &["=sail", "=windsurf", "=windsurfing", "=kitesurf", "=kiteboarding", "=surfing", "=surfing_sports"],
        Cross("surfing"),
    ),
    (&["=surfing_v2", "=kiteboarding_v2", "=stand_up_surfing"], Cross("surfing")),
    (&["=stand_up_paddling", "=stand_up_paddle"], Cross("paddling")),
    (&["=soccer", "=football", "=fussball", "=fußball", "=american_football", "=fútbol"], Cross("football")),
    (&["=tennis", "=tennis_v2"], Cross("tennis")),
    (&["=table_tennis"], Cross("table_tennis")),
    (&["=badminton"], Cross("badminton")),
    (&["=squash", "=racquetball", "=padel", "=pickleball"], Cross("racket_sports")),
    (&["=basketball"], Cross("basketball")),
    (&["=volleyball"], Cross("volleyball")),
    (&["=handball"], Cross("handball")),
    (&["=hockey", "=ice_hockey"], Cross("hockey")),
    (&["=golf"], Cross("golf")),
    (&["=boxing", "=kickboxing", "=martial_arts"], Cross("boxing")),
    (&["=jump_rope", "=jumping_rope"], Cross("jump_rope")),
    (&["=horseback_riding", "=equestrian_sports", "=riding"], Cross("horseback_riding")),
    (&["=track_and_field"], Cross("track_and_field")),
    (&["=multi_sport", "=multisport", "=swim_bike_run", "=triathlon", "=duathlon"], Cross("multisport")),
    (&["=transition", "=transition_v2"], Cross("transition")),
    (&["=other", "=other_indoor", "=other_outdoor", "=uncategorized"], Cross("other")),
];

fn find(name: &str, table: Table) -> Option<Sport> {
    let words: Vec<&str> = name.split('_').collect();
    let has = |wanted: &str| match wanted.split_at_checked(1) {
        Some(("=", whole)) => name == whole,
        _ => wanted.split(' ').all(|wanted| words.contains(&wanted)),
    };
    let (_, means) = table.iter().find(|(wanted, _)| wanted.iter().any(|wanted| has(wanted)))?;
    Some(match means {
        Cross(sport) => Sport::CrossTraining((*sport).to_owned()),
        Run => {
            let kind = KINDS.iter().find(|(wanted, _)| wanted.iter().any(|wanted| has(wanted)));
            Sport::Running(kind.map_or(RunKind::Generic, |(_, kind)| *kind))
        }
    })
}

/// Words that tell the kind of a run.
const KINDS: &[(&[&str], RunKind)] = &[
    (&["trail", "trailrun", "trailrunning", "traillauf", "berglauf", "montaña", "sentier"], RunKind::Trail),
    (&["treadmill", "indoor", "laufband", "laufbandlauf", "tapis", "cinta", "loopband"], RunKind::Treadmill),
    (&["virtual", "virtualrun", "virtuell", "virtueller", "virtuelle", "zwift"], RunKind::Virtual),
    (&["track", "bahnlauf", "piste", "pista"], RunKind::Track),
    (&["road", "street", "straßenlauf", "strassenlauf", "route", "strada"], RunKind::Road),
];

#[cfg(test)]
mod tests {
    use super::{from_type, from_words, normal};
    use crate::{RunKind, Sport};

    fn run(kind: RunKind) -> Option<Sport> {
        Some(Sport::Running(kind))
    }

    fn cross(name: &str) -> Option<Sport> {
        Some(Sport::CrossTraining(name.to_owned()))
    }

    #[test]
    fn types_in_the_wild() {
        for (text, sport) in [
            ("running", run(RunKind::Generic)),
            ("Run", run(RunKind::Generic)),
            ("9", run(RunKind::Generic)),
            ("trail_running", run(RunKind::Trail)),
            ("Trail Run", run(RunKind::Trail)),
            ("treadmill_running", run(RunKind::Treadmill)),
            ("track_running", run(RunKind::Track)),
            ("street_running", run(RunKind::Road)),
            ("VirtualRun", run(RunKind::Virtual)),
            ("Virtual Run", run(RunKind::Virtual)),
            ("TRAIL_RUNNING", run(RunKind::Trail)),
            ("TREADMILL_RUNNING", run(RunKind::Treadmill)),
            ("TRACK_AND_FIELD_RUNNING", run(RunKind::Track)),
            ("ROAD_RUNNING", run(RunKind::Road)),
            ("ULTRARUNNING_RUNNING", run(RunKind::Generic)),
            ("Treadmill", run(RunKind::Treadmill)),
            ("obstacle_run", run(RunKind::Generic)),
            ("HKWorkoutActivityTypeRunning", run(RunKind::Generic)),
            ("HKWorkoutActivityTypeWheelchairRunPace", cross("wheelchair")),
            ("HKWorkoutActivityTypeTraditionalStrengthTraining", cross("strength_training")),
            ("FunctionalStrengthTraining", cross("strength_training")),
            ("HighIntensityIntervalTraining", cross("hiit")),
            ("CrossCountrySkiing", cross("skiing")),
            ("SwimBikeRun", cross("multisport")),
            ("MindAndBody", cross("stretching")),
            ("1", cross("cycling")),
            ("road_biking", cross("cycling")),
            ("MOUNTAIN_BIKING", cross("cycling")),
            ("EBikeRide", cross("cycling")),
            ("E-Mountain Bike Ride", cross("cycling")),
            ("e_bike_fitness", cross("cycling")),
            ("track_cycling", cross("cycling")),
            ("Biking", cross("cycling")),
            ("16", cross("swimming")),
            ("open_water_swimming", cross("swimming")),
            ("10", cross("walking")),
            ("NORDIC_WALKING", cross("walking")),
            ("hiking", cross("hiking")),
            ("NordicSki", cross("skiing")),
            ("snow_shoe_ws", cross("snowshoeing")),
            ("Weight Training", cross("strength_training")),
            ("Workout", cross("workout")),
            ("VirtualRow", cross("rowing")),
            ("StairStepper", cross("stair_climbing")),
            ("StandUpPaddling", cross("paddling")),
            ("CROSS-TRAINER", cross("elliptical")),
            ("Other", cross("other")),
            ("Lauf", run(RunKind::Generic)),
            ("Traillauf", run(RunKind::Trail)),
            ("Laufband", run(RunKind::Treadmill)),
            ("Radfahrt", cross("cycling")),
            ("Skilanglauf", cross("skiing")),
            ("Wanderung", cross("hiking")),
            ("Course à pied", run(RunKind::Generic)),
            ("Carrera", run(RunKind::Generic)),
            ("Corsa su strada", run(RunKind::Road)),
            ("Hardlopen", run(RunKind::Generic)),
            ("Natación", cross("swimming")),
            ("trackOnWeb", None),
            ("user", None),
            ("", None),
        ] {
            assert_eq!(from_type(text), sport, "{text}");
        }
    }

    #[test]
    fn names_may_tell_the_sport() {
        assert_eq!(from_words("Evening Run"), run(RunKind::Generic));
        assert_eq!(from_words("Lauf am Morgen"), run(RunKind::Generic));
        assert_eq!(from_words("Afternoon Swim"), cross("swimming"));
        assert_eq!(from_words("Dance of the golf course"), None);
        assert_eq!(from_words("2024-05-01"), None);
        assert_eq!(from_words("9"), None);
    }

    #[test]
    fn every_way_of_writing_comes_to_the_same() {
        for text in ["TrailRun", "trail_run", "Trail Run", "TRAIL-RUN", " trail  run "] {
            assert_eq!(normal(text), "trail_run", "{text}");
        }
        assert_eq!(normal("EBikeRide"), "e_bike_ride");
        assert_eq!(normal("HKWorkoutActivityTypeYoga"), "yoga");
        assert_eq!(normal("SUP"), "sup");
    }
}

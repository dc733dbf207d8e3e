//! Flags: what a day or a run is marked with, why, and on what evidence.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::parameters::is_above;
use crate::{Analysis, Parameters};

mod context;
mod gear;
mod heart_rate;
mod injury;
mod judge;
mod load;
mod mechanics;
mod no_baseline;
mod pain;
mod recovery;
mod strain;
mod words;

pub(crate) use judge::{Facts, Own, Verdict, judge, tell};
pub(crate) use load::planned_spike;
pub(crate) use no_baseline::planned as planned_without_baseline;

/// How much a flag asks for. Ordered: information is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Context.
    Info,
    /// Worth a thought.
    Caution,
    /// Worth a change of plan.
    Warning,
    /// Stop and have it looked at.
    Stop,
}

impl Level {
    /// Every level, from the least.
    pub const ALL: [Level; 4] = [Level::Info, Level::Caution, Level::Warning, Level::Stop];

    /// The level's name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Caution => "caution",
            Self::Warning => "warning",
            Self::Stop => "stop",
        }
    }
}

/// Declares the kinds of flag, so that name, title, levels and evidence stand in one place.
macro_rules! flag_codes {
    ($($name:ident { $code:literal, $title:literal, $evidence:literal, [$($level:ident),*], $rule:literal })*) => {
        /// The kinds of flag, in the order in which those of one day are told.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum FlagCode {
            $(#[doc = $rule] $name,)*
        }

        impl FlagCode {
            /// Every code, in order.
            pub const ALL: &'static [FlagCode] = &[$(FlagCode::$name),*];

            /// The code's name for programs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A short title for a person.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// The rule in words.
            #[must_use]
            pub fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }

            /// The levels that it can have, from the least.
            #[must_use]
            pub fn levels(self) -> &'static [Level] {
                match self { $(Self::$name => &[$(Level::$level),*],)* }
            }

            /// The key of the code's entry in the evidence register ([`crate::evidence`]).
            #[must_use]
            pub fn evidence(self) -> &'static str {
                match self { $(Self::$name => $evidence,)* }
            }
        }
    };
}

flag_codes! {
    SeeAProfessional { "see_a_professional", "Have it looked at", "red_flags", [Warning, Stop],
        "Pain for 14 days or more, that changes side, gets worse while running, comes at night or at rest, with swelling, at the site of an earlier injury, or in one spot of a bone (warning; in one spot of a bone, or in a bone at night, at rest or with swelling: stop)." }
    PainDuring { "pain_during", "Pain while running", "pain_monitoring", [Caution, Warning, Stop],
        "Pain during a run above 3 of 10 (caution) or above 5 (stop); in a bone, any pain (warning; above 1 of 10 stop)." }
    PainNextMorning { "pain_next_morning", "Pain the morning after", "pain_monitoring", [Caution, Warning, Stop],
        "Pain that has not settled to 0 by the next morning (caution; above 5 of 10 stop); in a bone as during a run." }
    PainRising { "pain_rising", "Pain from week to week", "pain_monitoring", [Caution, Stop],
        "Mean pain of the last 7 days at least 1 point of 10 above that of the 7 before, with 2 ratings or more in each (caution; in a bone stop)." }
    SessionSpike { "session_spike", "Longer than usual", "frandsen_2025", [Caution, Warning],
        "One run more than 10 % longer than the longest of the 30 days before (caution; more than 30 % and more than 100 %: warning)." }
    PlannedSessionSpike { "planned_session_spike", "Planned longer than usual", "frandsen_2025", [Caution, Warning],
        "The same for a planned run." }
    NoBaseline { "no_baseline", "First run in 30 days", "returning", [Caution],
        "A run with none in the 30 days before, done or planned: there is nothing to weigh it against (caution)." }
    WeeklyRamp { "weekly_ramp", "More than in recent weeks", "weekly_ramp", [Info, Caution],
        "The last 7 days more than 30 % above both the 7 before and the mean of the 3 weeks before (caution; below 10 km a week information)." }
    UnderRecovery { "under_recovery", "Signs of too little recovery", "under_recovery", [Caution, Warning],
        "At least two of resting heart rate, heart-rate variability, wellness, efficiency and strain off the own baseline for 3 days or more (caution; warning when efficiency has been down for 14 days)." }
    LoadRatio { "load_ratio", "Load ratio", "load_ratio", [Info],
        "Acute ÷ chronic (coupled) outside 0.8–1.3. Contested: information only." }
    Monotony { "monotony", "Little variation", "foster_1998", [Info, Caution],
        "Monotony above 1.5 (information) or 2.0 (caution)." }
    Strain { "strain", "High strain for you", "foster_1998", [Info],
        "Strain among the highest tenth of the own last 365 days, at least 56 of them with a strain." }
    Returning { "returning", "Coming back", "returning", [Info],
        "A break of 14 days or more, and 28 days from the first run after it." }
    RaceRecovery { "race_recovery", "After a race or a very long run", "race_recovery", [Info],
        "The days after a race, or after a run of 30 km or more." }
    PreviousInjury { "previous_injury", "Injured within the last year", "previous_injury", [Info],
        "An injury that ended less than 12 months ago." }
    ShoeDistance { "shoe_distance", "Shoes", "shoes", [Info],
        "A pair past the distance that its owner set for it." }
    SinglePair { "single_pair", "One pair of shoes", "shoes", [Info],
        "Every run of the last 28 days in the same pair, and at least 4 of them." }
    MechanicsShift { "mechanics_shift", "Running differently", "mechanics", [Info],
        "Cadence, ground contact, balance or oscillation at matched speed off the own baseline of 6 weeks." }
    HeartRateSuspect { "heart_rate_suspect", "Heart rate looks wrong", "heart_rate", [Info],
        "The heart rate of a session cannot be, or follows the cadence: another source of load is used." }
    NoHeartRate { "no_heart_rate", "No heart rate", "heart_rate", [Info],
        "A session without heart rate, beside others that have it: another source of load is used." }
    DataGap { "data_gap", "Days unknown", "data_gap", [Info],
        "Unknown days in the last 28." }
}

/// A run against the longest run of the 30 days before, r = run ÷ longest, in the classes of the study
/// (doi 10.1136/bjsports-2024-109380). How the study counted runs without any before them is not known to us; here they
/// are a class of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpikeClass {
    /// There is no run with a known distance in the 30 days before, so there is no r.
    NoBaseline,
    /// r ≤ 1.10
    Reference,
    /// 1.10 < r ≤ 1.30
    Small,
    /// 1.30 < r ≤ 2.00
    Moderate,
    /// r > 2.00
    Large,
}

impl SpikeClass {
    /// The class of a ratio with the study's thresholds. Bounds belong to the lower class, floating-point noise
    /// included: 13.2 against 12 is 1.10.
    #[must_use]
    pub fn of(ratio: f64) -> SpikeClass {
        Self::with(ratio, &Parameters::default())
    }

    /// The class of a ratio with other thresholds.
    pub(crate) fn with(ratio: f64, parameters: &Parameters) -> SpikeClass {
        if is_above(ratio, parameters.large_spike) {
            Self::Large
        } else if is_above(ratio, parameters.moderate_spike) {
            Self::Moderate
        } else if is_above(ratio, parameters.small_spike) {
            Self::Small
        } else {
            Self::Reference
        }
    }

    /// The class's name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoBaseline => "no_baseline",
            Self::Reference => "reference",
            Self::Small => "small",
            Self::Moderate => "moderate",
            Self::Large => "large",
        }
    }

    /// The level of a flag for it; `None` for the reference class.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Reference => None,
            Self::NoBaseline | Self::Small => Some(Level::Caution),
            Self::Moderate | Self::Large => Some(Level::Warning),
        }
    }
}

/// One thing that a flag was made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// What it is: `longest_30d_km`, `pain_during`.
    pub name: &'static str,
    /// Its value.
    pub value: InputValue,
    /// Unit of a number; empty for a ratio, a day or a text.
    pub unit: &'static str,
}

/// The value of an [`Input`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum InputValue {
    /// A number, in the input's unit.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A name.
    Text(String),
}

impl Input {
    pub(crate) fn number(name: &'static str, value: f64, unit: &'static str) -> Input {
        Input { name, value: InputValue::Number(value), unit }
    }

    pub(crate) fn date(name: &'static str, date: NaiveDate) -> Input {
        Input { name, value: InputValue::Date(date), unit: "" }
    }

    pub(crate) fn text(name: &'static str, text: impl Into<String>) -> Input {
        Input { name, value: InputValue::Text(text.into()), unit: "" }
    }
}

/// One flag on one day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flag {
    /// What it is.
    pub code: FlagCode,
    /// How much it asks for.
    pub level: Level,
    /// The day.
    pub date: NaiveDate,
    /// The id of the session, for flags of one session.
    pub session: Option<String>,
    /// What it is about beside the day, for flags of one of several: a body site, a pair of shoes.
    pub about: Option<String>,
    /// What was measured, in `unit`.
    pub value: Option<f64>,
    /// What the value is held against, in `unit`. By code:
    ///
    /// - the bound that it crossed: session spikes (of their class), ramp, ratio, monotony, the shift of mechanics;
    /// - the most that is allowed, which it is above: pain while running and the morning after, shoes, unknown days
    ///   (0);
    /// - the least that it takes, which it reaches: rising pain, signs of too little recovery, signs that something
    ///   should be looked at, days of a break;
    /// - how many days it lasts: after a race.
    ///
    /// `None` where there is no one number: strain (against the own year), a run without a baseline, an earlier injury,
    /// one pair of shoes, heart rate.
    pub threshold: Option<f64>,
    /// Unit of value and threshold: `ratio`, `%`, `days`.
    pub unit: &'static str,
    /// Key of the entry in the evidence register.
    pub evidence: &'static str,
    /// What it was made from.
    pub inputs: Vec<Input>,
    /// The flag in words: the number, the comparison, what it means.
    pub text: String,
}

/// Consecutive days with the same code and level, about the same thing, as one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Episode {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
    /// The flag of the last day.
    pub flag: Flag,
}

impl Analysis {
    /// The flags with consecutive days of the same code and level merged, by first day. A flag of one session is an
    /// episode of its own.
    #[must_use]
    pub fn episodes(&self) -> Vec<Episode> {
        let mut episodes: Vec<Episode> = Vec::new();
        let mut open: HashMap<(FlagCode, Level, Option<&str>), usize> = HashMap::new();
        for flag in &self.flags {
            let key = (flag.code, flag.level, flag.about.as_deref());
            let running = (open.get(&key).filter(|_| flag.session.is_none()))
                .and_then(|index| episodes.get_mut(*index))
                .filter(|episode| episode.last.succ_opt() == Some(flag.date));
            if let Some(episode) = running {
                episode.last = flag.date;
                episode.flag = flag.clone();
            } else {
                open.insert(key, episodes.len());
                episodes.push(Episode { first: flag.date, last: flag.date, flag: flag.clone() });
            }
        }
        episodes
    }
}

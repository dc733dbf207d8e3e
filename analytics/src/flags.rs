//! Flags: what a day or a run is marked with, why, and on what evidence.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::parameters::is_above;
use crate::{Analysis, Parameters};

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

/// The kinds of flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlagCode {
    /// One run more than 10 % longer than the longest of the 30 days before (> 30 % and > 100 %: warning).
    SessionSpike,
    /// The same for a planned run.
    PlannedSessionSpike,
    /// The last 7 days more than 30 % above both the 7 before and the mean of the 3 weeks before.
    WeeklyRamp,
    /// Acute ÷ chronic (coupled) outside 0.8–1.3. Contested: information only.
    LoadRatio,
    /// Monotony above 1.5 (information) or 2.0 (caution).
    Monotony,
    /// A break of 14 days or more, and 28 days from the first run after it.
    Returning,
    /// Unknown days in the last 28.
    DataGap,
}

impl FlagCode {
    /// Every code, in order.
    pub const ALL: [FlagCode; 7] = [
        Self::SessionSpike,
        Self::PlannedSessionSpike,
        Self::WeeklyRamp,
        Self::LoadRatio,
        Self::Monotony,
        Self::Returning,
        Self::DataGap,
    ];

    /// The code for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SessionSpike => "session_spike",
            Self::PlannedSessionSpike => "planned_session_spike",
            Self::WeeklyRamp => "weekly_ramp",
            Self::LoadRatio => "load_ratio",
            Self::Monotony => "monotony",
            Self::Returning => "returning",
            Self::DataGap => "data_gap",
        }
    }

    /// A short title for a person.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SessionSpike => "Longer than usual",
            Self::PlannedSessionSpike => "Planned longer than usual",
            Self::WeeklyRamp => "More than in recent weeks",
            Self::LoadRatio => "Load ratio",
            Self::Monotony => "Little variation",
            Self::Returning => "Coming back",
            Self::DataGap => "Days unknown",
        }
    }

    /// The key of the code's entry in the evidence register ([`crate::evidence`]).
    #[must_use]
    pub fn evidence(self) -> &'static str {
        match self {
            Self::SessionSpike | Self::PlannedSessionSpike => "frandsen_2025",
            Self::WeeklyRamp => "weekly_ramp",
            Self::LoadRatio => "load_ratio",
            Self::Monotony => "foster_1998",
            Self::Returning => "returning",
            Self::DataGap => "data_gap",
        }
    }
}

/// A run against the longest run of the 30 days before, r = run ÷ longest, in the classes of the study
/// (doi 10.1136/bjsports-2024-109380).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpikeClass {
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
            Self::Small => Some(Level::Caution),
            Self::Moderate | Self::Large => Some(Level::Warning),
        }
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
    /// The id of the run, for flags of one run.
    pub run: Option<String>,
    /// What was measured, in `unit`.
    pub value: Option<f64>,
    /// The bound that it crossed, in `unit`.
    pub threshold: Option<f64>,
    /// Unit of value and threshold: `ratio`, `%`, `days`.
    pub unit: &'static str,
    /// Key of the entry in the evidence register.
    pub evidence: &'static str,
    /// The flag in words: the number, the comparison, what it means.
    pub text: String,
}

/// Consecutive days with the same code and level, as one.
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
    /// The flags with consecutive days of the same code and level merged, by first day. A flag of one run is an
    /// episode of its own.
    #[must_use]
    pub fn episodes(&self) -> Vec<Episode> {
        let mut episodes: Vec<Episode> = Vec::new();
        let mut open: HashMap<(FlagCode, Level), usize> = HashMap::new();
        for flag in &self.flags {
            let key = (flag.code, flag.level);
            let running = (open.get(&key).filter(|_| flag.run.is_none()))
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

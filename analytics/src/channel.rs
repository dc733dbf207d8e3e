//! Load channels: kinds of load that are kept apart and never mixed in one ratio.

use serde::{Deserialize, Serialize};

/// A kind of load. Each is summed, averaged and compared only with itself.
///
/// *Mechanical* channels count what bones and tendons bear: runs only. The others count what heart and effort bear:
/// cross-training as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Running distance, km.
    Distance,
    /// Running time, minutes with the timer running.
    Time,
    /// Running distance as on the flat at the same metabolic cost (Minetti), km.
    GradeAdjustedDistance,
    /// Steps of runs, both feet.
    Steps,
    /// Session RPE × minutes (Foster), arbitrary units.
    SessionRpe,
    /// Banister's TRIMP, summed sample by sample.
    BanisterTrimp,
    /// Edwards' TRIMP, from five zones of maximum heart rate.
    EdwardsTrimp,
    /// Lucia's TRIMP, from three zones between thresholds.
    LuciaTrimp,
    /// Running stress score, from threshold speed.
    RunningStress,
    /// One load per session in whatever unit it was given, or TRIMP with its fallbacks.
    Load,
}

impl Channel {
    /// How many there are.
    pub const COUNT: usize = 10;

    /// Every channel, in order.
    pub const ALL: [Channel; Self::COUNT] = [
        Self::Distance,
        Self::Time,
        Self::GradeAdjustedDistance,
        Self::Steps,
        Self::SessionRpe,
        Self::BanisterTrimp,
        Self::EdwardsTrimp,
        Self::LuciaTrimp,
        Self::RunningStress,
        Self::Load,
    ];

    /// The channel's place in [`Channel::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The channel's name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Distance => "distance",
            Self::Time => "time",
            Self::GradeAdjustedDistance => "grade_adjusted_distance",
            Self::Steps => "steps",
            Self::SessionRpe => "session_rpe",
            Self::BanisterTrimp => "banister_trimp",
            Self::EdwardsTrimp => "edwards_trimp",
            Self::LuciaTrimp => "lucia_trimp",
            Self::RunningStress => "running_stress",
            Self::Load => "load",
        }
    }

    /// The channel of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Channel> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }

    /// The name of the channel's column and field, with its unit where it has one.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Distance => "distance_km",
            Self::Time => "time_min",
            Self::GradeAdjustedDistance => "grade_adjusted_distance_km",
            other => other.as_str(),
        }
    }

    /// The unit as a person reads it.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Distance | Self::GradeAdjustedDistance => "km",
            Self::Time => "min",
            Self::Steps => "steps",
            Self::SessionRpe => "RPE·min",
            Self::BanisterTrimp | Self::EdwardsTrimp | Self::LuciaTrimp => "TRIMP",
            Self::RunningStress => "rTSS",
            Self::Load => "load units",
        }
    }

    /// Whether only runs count: what bears on bones and tendons.
    #[must_use]
    pub fn is_mechanical(self) -> bool {
        matches!(self, Self::Distance | Self::Time | Self::GradeAdjustedDistance | Self::Steps | Self::RunningStress)
    }
}

/// One value per channel; `None` = not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Loads([Option<f64>; Channel::COUNT]);

impl Loads {
    /// Nothing known.
    #[must_use]
    pub fn unknown() -> Loads {
        Loads::default()
    }

    /// Zero in every channel: a day of rest.
    #[must_use]
    pub fn zero() -> Loads {
        Loads([Some(0.0); Channel::COUNT])
    }

    /// These loads with one value set.
    #[must_use]
    pub fn with(mut self, channel: Channel, value: impl Into<Option<f64>>) -> Loads {
        self.set(channel, value.into());
        self
    }

    /// Sets one value.
    pub fn set(&mut self, channel: Channel, value: Option<f64>) {
        if let Some(place) = self.0.get_mut(channel.index()) {
            *place = value;
        }
    }

    /// The value of a channel.
    #[must_use]
    pub fn get(&self, channel: Channel) -> Option<f64> {
        self.0.get(channel.index()).copied().flatten()
    }
}

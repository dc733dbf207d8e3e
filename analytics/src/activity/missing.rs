//! Why a value of an activity cannot be said: one mechanism for all of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value is missing. [`fmt::Display`] says it to a person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The samples have no heart rate, and no mean was stated.
    NoHeartRate,
    /// A mean was stated, but there is no heart rate over time.
    OnlyMeanHeartRate,
    /// Heart rate covers too little of the time: how much, per cent.
    HeartRateGaps(u8),
    /// The samples stand for too little of the timer time: how much, per cent.
    RecordGaps(u8),
    /// The sex is not set.
    SexNotSet,
    /// The resting heart rate is not set.
    RestingHeartRateNotSet,
    /// The maximum heart rate is not set.
    MaxHeartRateNotSet,
    /// Resting and maximum heart rate, beats per minute, do not go together.
    HeartRateLimits(f64, f64),
    /// The threshold heart rate is not set.
    ThresholdHeartRateNotSet,
    /// The threshold heart rate, beats per minute, does not lie between resting and maximum heart rate.
    ThresholdHeartRateOutside(f64),
    /// The heart rates at the two ventilatory thresholds are not set.
    VentilatoryThresholdsNotSet,
    /// The second ventilatory threshold does not lie above the first.
    VentilatoryThresholdsOrder,
    /// The threshold speed is not set.
    ThresholdSpeedNotSet,
    /// It is no run.
    NotARun,
    /// It was not done on foot.
    NotOnFoot,
    /// There is neither a time nor a duration.
    NoTime,
    /// There is no rating of perceived exertion from 0 to 10.
    NoRating,
    /// There is no distance over time.
    NoDistance,
    /// There is no speed for most of the time.
    NoSpeed,
    /// There is no altitude for most of the way, so that no slope is known.
    NoAltitude,
    /// The altitude leaps as no ground does.
    AltitudeRough,
    /// A treadmill's slope is not recorded.
    Treadmill,
    /// There is no cadence for most of the time.
    NoCadence,
    /// It is shorter than this many minutes, the least for this value.
    ShorterThan(u8),
    /// The speed is not steady: its coefficient of variation from minute to minute, and the most for this value, per
    /// cent.
    NotSteady(u16, u8),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeartRate => f.write_str("no heart rate was recorded"),
            Self::OnlyMeanHeartRate => {
                f.write_str("only a mean heart rate is known, and the formula needs it over time")
            }
            Self::HeartRateGaps(percent) => write!(f, "heart rate was recorded for only {percent} % of the time"),
            Self::RecordGaps(percent) => write!(f, "the records cover only {percent} % of the time"),
            Self::SexNotSet => f.write_str("the sex is not set, and the formula depends on it"),
            Self::RestingHeartRateNotSet => f.write_str("the resting heart rate is not set"),
            Self::MaxHeartRateNotSet => f.write_str("the maximum heart rate is not set"),
            Self::HeartRateLimits(rest, max) => {
                write!(f, "resting ({rest:.0}) and maximum heart rate ({max:.0}) do not go together")
            }
            Self::ThresholdHeartRateNotSet => f.write_str("the threshold heart rate is not set"),
            Self::ThresholdHeartRateOutside(bpm) => {
                write!(f, "the threshold heart rate ({bpm:.0}) does not lie between resting and maximum heart rate")
            }
            Self::VentilatoryThresholdsNotSet => {
                f.write_str("the heart rates at the ventilatory thresholds VT1 and VT2 are not set")
            }
            Self::VentilatoryThresholdsOrder => f.write_str("VT2 does not lie above VT1"),
            Self::ThresholdSpeedNotSet => f.write_str("the threshold pace is not set"),
            Self::NotARun => f.write_str("it is no run"),
            Self::NotOnFoot => f.write_str("it was not done on foot"),
            Self::NoTime => f.write_str("no duration is known"),
            Self::NoRating => f.write_str("nobody rated the effort"),
            Self::NoDistance => f.write_str("no distance was recorded over time"),
            Self::NoSpeed => f.write_str("no speed was recorded for most of the time"),
            Self::NoAltitude => f.write_str("no altitude was recorded for most of the way, so the slope is not known"),
            Self::AltitudeRough => f.write_str("the altitude leaps as no ground does, so the slope is not known"),
            Self::Treadmill => f.write_str("the slope of the treadmill was not recorded"),
            Self::NoCadence => f.write_str("no cadence was recorded for most of the time"),
            Self::ShorterThan(minutes) => write!(f, "it is shorter than {minutes} minutes"),
            Self::NotSteady(percent, most) => write!(
                f,
                "its pace was not steady: it varied by {percent} % from minute to minute (steady is {most} % at most)"
            ),
        }
    }
}

//! Values of single days, beside activities.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// One value of one day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DiaryValue {
    /// The day on the wearer's wall clock.
    pub date: NaiveDate,
    /// What was measured.
    pub kind: DiaryKind,
    /// The value, in the unit that the kind's name ends with.
    pub value: f64,
    /// When the source says that it was measured or worked out; `None` when it names a day only.
    pub time: Option<DateTime<Utc>>,
}

/// What a diary value measures. A name never stands for two methods: SDNN is not RMSSD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DiaryKind {
    /// Resting heart rate of the day, beats per minute.
    RestingHeartRateBpm,
    /// Mean of the resting heart rate of the last seven days, as the device worked it out, beats per minute.
    RestingHeartRateWeeklyBpm,
    /// Heart-rate variability over the night as RMSSD, milliseconds.
    HrvRmssdMs,
    /// Heart-rate variability as SDNN, milliseconds (Apple).
    HrvSdnnMs,
    /// Mean of the nightly RMSSD of the last seven days, as the device worked it out, milliseconds.
    HrvWeeklyRmssdMs,
}

impl DiaryKind {
    /// The kind's name, as programs read it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RestingHeartRateBpm => "resting_heart_rate_bpm",
            Self::RestingHeartRateWeeklyBpm => "resting_heart_rate_weekly_bpm",
            Self::HrvRmssdMs => "hrv_rmssd_ms",
            Self::HrvSdnnMs => "hrv_sdnn_ms",
            Self::HrvWeeklyRmssdMs => "hrv_weekly_rmssd_ms",
        }
    }
}

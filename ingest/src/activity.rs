//! What a watch file holds, format by format the same.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::{DiaryValue, FileKind, Format, Notice, OtherMessages, Sport};

/// Everything that was read from one file.
#[derive(Debug, Clone)]
pub struct WatchFile {
    /// The format the content was recognised as.
    pub format: Format,
    /// What the file is for; only activities are analysed.
    pub kind: FileKind,
    /// The device or program that wrote the file, when the file says so.
    pub device: Option<Device>,
    /// Number of messages (FIT) or elements (GPX, TCX) by kind, under the format's own names: `record`, `trkpt`.
    pub messages: BTreeMap<String, u64>,
    /// One per FIT session, GPX track or TCX activity, in the file's order. Empty for settings, courses and the like.
    pub activities: Vec<Activity>,
    /// What the file says beside its activities: device settings, the user's profile, zones, workouts. Decoded only
    /// when asked. Empty for GPX and TCX.
    pub others: OtherMessages,
    /// Values of single days: resting heart rate, heart-rate variability. In order of time.
    pub diary: Vec<DiaryValue>,
    /// What was odd, in the file's order.
    pub notices: Vec<Notice>,
}

impl WatchFile {
    /// Lays what a person or a service says over the file's own: what `details` says wins, what it does not say stays.
    ///
    /// In a file of several activities it is not known which one is meant: only gear and commute are taken, for all.
    /// The sport: one that is a run where the file's is none, or the other way round, wins, and so does any where the
    /// file does not know. Of two runs, and of two that are none, the file's stays unless it is the less specific.
    pub fn apply(&mut self, details: Details) {
        match self.activities.as_mut_slice() {
            [activity] => {
                if let Some(sport) = &details.sport {
                    activity.sport = activity.sport.clone().corrected(sport);
                }
                activity.details = details.or(std::mem::take(&mut activity.details));
            }
            activities => {
                for activity in activities {
                    let shared = Details { gear: details.gear.clone(), commute: details.commute, ..Details::default() };
                    activity.details = shared.or(std::mem::take(&mut activity.details));
                }
            }
        }
    }
}

/// Who wrote the file, in the file's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Manufacturer, such as `garmin`; for GPX the `creator` attribute.
    pub manufacturer: Option<String>,
    /// Product name or number.
    pub product: Option<String>,
    /// Serial number.
    pub serial: Option<u32>,
}

/// One activity: totals as the device stated them, laps, and one row per sample.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Sport, with the kind of running kept.
    pub sport: Sport,
    /// What a person or a service says about it.
    pub details: Details,
    /// Start, UTC. `None` when the file holds no time at all (a route), or names a day alone (a line of a diary).
    pub start: Option<DateTime<Utc>>,
    /// Seconds to add to UTC for the runner's wall clock.
    pub utc_offset_s: Option<i32>,
    /// Where the offset comes from.
    pub offset_source: OffsetSource,
    /// Calendar day of the start on the runner's wall clock: the day that load is counted on.
    pub local_date: Option<NaiveDate>,
    /// Totals as the device stated them. A field is `None` when the device did not state it; nothing here is derived.
    pub session: Totals,
    /// Where `records.distance_m` comes from.
    pub distance_source: DistanceSource,
    /// Laps in order.
    pub laps: Vec<Lap>,
    /// Intervals in which the timer stood still, in order.
    pub pauses: Vec<Pause>,
    /// Lengths of a pool, in order. Empty when the file has none.
    pub lengths: Vec<Length>,
    /// What a heart-rate strap kept in its own memory (under water, for example) at its own times: columns `time`
    /// and `heart_rate_bpm` as in [`crate::schema`]. `None` when the file has none. The records do not contain it.
    pub strap_heart_rate: Option<DataFrame>,
    /// One row per sample; columns as in [`crate::schema`]. A column exists only when the file has it.
    pub records: DataFrame,
}

/// What a person or a service says about an activity, beside what the watch measured. `None` means not said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// The sport, when a person or a service named one.
    pub sport: Option<Sport>,
    /// Its name.
    pub title: Option<String>,
    /// Longer text.
    pub description: Option<String>,
    /// Shoes or other gear, by name.
    pub gear: Option<String>,
    /// Whether it was on the way to work or the like.
    pub commute: Option<bool>,
    /// Session rating of perceived exertion, Borg's CR10 scale: 0 (rest) to 10 (maximal).
    pub rpe: Option<f64>,
    /// How it felt, as Garmin's watches ask: 0 (very weak) to 100 (very strong).
    #[serde(default)]
    pub feel: Option<f64>,
}

impl Details {
    /// These details; where they say nothing, what `other` says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            sport: self.sport.or(other.sport),
            title: self.title.or(other.title),
            description: self.description.or(other.description),
            gear: self.gear.or(other.gear),
            commute: self.commute.or(other.commute),
            rpe: self.rpe.or(other.rpe),
            feel: self.feel.or(other.feel),
        }
    }
}

/// Totals of a session or lap as the device stated them; `None` means not stated.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Distance, metres.
    pub distance_m: Option<f64>,
    /// Time with the timer running, seconds.
    pub timer_time_s: Option<f64>,
    /// Wall-clock time from start to end, seconds.
    pub elapsed_time_s: Option<f64>,
    /// Climb, metres.
    pub ascent_m: Option<f64>,
    /// Descent, metres (positive).
    pub descent_m: Option<f64>,
    /// Energy, kilocalories.
    pub calories_kcal: Option<f64>,
    /// Mean heart rate, beats per minute.
    pub avg_heart_rate_bpm: Option<f64>,
    /// Highest heart rate, beats per minute.
    pub max_heart_rate_bpm: Option<f64>,
}

/// One lap.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Lap {
    /// Start, UTC.
    pub start: Option<DateTime<Utc>>,
    /// The lap's own totals.
    #[serde(flatten)]
    pub totals: Totals,
}

/// One length of a pool.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Length {
    /// Start, UTC.
    pub start: Option<DateTime<Utc>>,
    /// Whether it was swum; `false` is a rest at the wall. `None` when not stated.
    pub is_active: Option<bool>,
    /// Time with the timer running, seconds.
    pub timer_time_s: Option<f64>,
    /// Time from start to end, seconds.
    pub elapsed_time_s: Option<f64>,
    /// Strokes.
    pub strokes: Option<u32>,
    /// Stroke by the profile's name: `freestyle`, `breaststroke`.
    pub stroke: Option<String>,
    /// Mean speed, metres per second.
    pub avg_speed_mps: Option<f64>,
}

/// An interval in which the timer stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pause {
    /// Timer stopped.
    pub from: DateTime<Utc>,
    /// Timer started again.
    pub to: DateTime<Utc>,
}

/// Where the distance column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DistanceSource {
    /// The device wrote a distance with each sample.
    Device,
    /// Added up from positions.
    Positions,
    /// Neither distance nor positions.
    None,
}

/// Where the offset from UTC comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetSource {
    /// The file states local time beside UTC.
    File,
    /// The athlete's time zone, from [`crate::ReadOptions::zone`].
    Zone,
    /// Nobody knows: the local date is the UTC date.
    Unknown,
}

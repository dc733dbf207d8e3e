//! What an athlete keeps of themselves beside training: marks of the day, pain, injuries, illnesses, shoes, and how
//! each run felt to the body. A value that was not kept is `None`; none is ever made up.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Interval, IntervalKind};

mod check;
mod pain;

pub use check::{DiaryError, checked_rpe};
pub(crate) use pain::is_same_site;
pub use pain::{Pain, Side};

/// Everything beside training that flags look at. Empty: nothing was kept, and nothing is said.
///
/// The order of entries does not matter. [`Diary::check`] names what cannot be; what is looked at without a check is
/// not trusted: a number that is not finite counts as not kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diary {
    /// Whether the athlete has run for less than a year; `None`: not said.
    pub is_novice: Option<bool>,
    /// Marks of days. Several of one day are averaged.
    pub marks: Vec<DayMarks>,
    /// Pain.
    pub pains: Vec<Pain>,
    /// Injuries.
    pub injuries: Vec<Injury>,
    /// Illnesses.
    pub illnesses: Vec<Illness>,
    /// Shoes.
    pub shoes: Vec<Shoe>,
    /// How the athlete ran, session by session.
    pub runs: Vec<RunForm>,
}

/// What was marked on one day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DayMarks {
    /// The day on whose morning it was marked.
    pub date: NaiveDate,
    /// Resting heart rate, beats per minute.
    pub resting_hr_bpm: Option<f64>,
    /// Root mean square of successive differences of heartbeats ([`crate::variability::rmssd_ms`]), ms.
    pub rmssd_ms: Option<f64>,
    /// Hooper's four items.
    pub hooper: Option<Hooper>,
    /// Wellness as one number, on whatever scale the athlete keeps: the higher, the better.
    pub wellness: Option<f64>,
}

/// Hooper's items, each from 1 (very good) to 7 (very bad). The direction and the range are as usually printed; the
/// paper was not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooper {
    /// Fatigue.
    pub fatigue: Option<u8>,
    /// Stress.
    pub stress: Option<u8>,
    /// Soreness of muscles.
    pub soreness: Option<u8>,
    /// Sleep, 7 the worst.
    pub sleep: Option<u8>,
}

impl Hooper {
    /// The index: the sum of the four items, 4–28, the higher the worse. `None` when an item is missing.
    #[must_use]
    pub fn sum(&self) -> Option<u8> {
        let sum =
            u16::from(self.fatigue?) + u16::from(self.stress?) + u16::from(self.soreness?) + u16::from(self.sleep?);
        u8::try_from(sum).ok()
    }
}

/// One injury.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Injury {
    /// Where, in the athlete's words: `left Achilles tendon`, or `Achilles tendon` with a side.
    pub site: String,
    /// The side, when it is not in the words; `None`: not said.
    #[serde(default)]
    pub side: Option<Side>,
    /// Whether it is one of a bone.
    #[serde(default)]
    pub is_bone: bool,
    /// First day.
    pub first: NaiveDate,
    /// Last day; `None`, or a day that is still to come: it goes on.
    pub last: Option<NaiveDate>,
}

impl Injury {
    /// An injury by its site and days.
    #[must_use]
    pub fn new(site: impl Into<String>, first: NaiveDate, last: Option<NaiveDate>) -> Injury {
        Injury { site: site.into(), side: None, is_bone: false, first, last }
    }
}

/// One illness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Illness {
    /// First day.
    pub first: NaiveDate,
    /// Last day; `None`: it goes on.
    pub last: Option<NaiveDate>,
}

/// One pair of shoes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shoe {
    /// The athlete's name for it, as in [`crate::Session::shoe`]. Case and outer spaces do not count.
    pub name: String,
    /// The distance that its owner set for it, km; `None`: no limit.
    #[serde(default)]
    pub limit_km: Option<f64>,
    /// What it had run before the record, km; `None`: nothing.
    #[serde(default)]
    pub distance_before_km: Option<f64>,
}

/// How the athlete ran in one session: numbers of the steady part, or of the part at one speed.
///
/// A session may have several, each at its own speed. Entries are compared only with those at a matched speed
/// ([`crate::BodyParameters::matched_speed`]); those without a speed with each other, as when the caller took them all
/// at the same one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunForm {
    /// The id of the session ([`crate::Session::id`]).
    pub session: String,
    /// Its day.
    pub date: NaiveDate,
    /// The speed that the mechanics below were taken at, m/s.
    pub speed_mps: Option<f64>,
    /// Efficiency factor of a steady run: grade-adjusted speed ÷ heart rate, m/min per beat/min.
    pub efficiency: Option<f64>,
    /// Steps per minute, both feet.
    pub cadence_spm: Option<f64>,
    /// Ground contact of one step, ms.
    pub stance_time_ms: Option<f64>,
    /// Share of ground contact on the left, %.
    pub stance_balance_pct: Option<f64>,
    /// Vertical oscillation, mm.
    pub vertical_oscillation_mm: Option<f64>,
    /// Vertical oscillation ÷ step length, %.
    pub vertical_ratio_pct: Option<f64>,
    /// Step length, mm.
    pub step_length_mm: Option<f64>,
}

impl Diary {
    /// Injuries and illnesses by their days, for [`crate::DayGrid::with_intervals`].
    #[must_use]
    pub fn intervals(&self) -> Vec<Interval> {
        let injuries = self.injuries.iter().map(|injury| (IntervalKind::Injury, injury.first, injury.last));
        let illnesses = self.illnesses.iter().map(|illness| (IntervalKind::Illness, illness.first, illness.last));
        injuries.chain(illnesses).map(|(kind, first, last)| Interval { kind, first, last }).collect()
    }
}

/// A name in the form that is compared: case, outer and repeated spaces do not count.
pub(crate) fn key(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

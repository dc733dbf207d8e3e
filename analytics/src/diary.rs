//! What an athlete keeps of themselves beside training: wellness, pain, injuries, shoes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Interval, IntervalKind};

/// Everything beside training that flags look at. Empty: nothing was kept, and nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diary {
    /// Whether the athlete has run for less than a year; `None`: not said.
    pub is_novice: Option<bool>,
    /// Injuries.
    pub injuries: Vec<Injury>,
    /// Illnesses.
    pub illnesses: Vec<Illness>,
}

/// One injury.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Injury {
    /// Where, in the athlete's words: `left Achilles tendon`.
    pub site: String,
    /// First day.
    pub first: NaiveDate,
    /// Last day; `None`: it goes on.
    pub last: Option<NaiveDate>,
}

/// One illness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Illness {
    /// First day.
    pub first: NaiveDate,
    /// Last day; `None`: it goes on.
    pub last: Option<NaiveDate>,
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

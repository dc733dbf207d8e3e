//! Stretches of time in which an athlete was not well.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What kept an athlete from being well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalKind {
    /// An injury.
    Injury,
    /// An illness.
    Illness,
}

/// An injury or an illness by its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Which of the two.
    pub kind: IntervalKind,
    /// First day.
    pub first: NaiveDate,
    /// Last day; `None`: it goes on.
    pub last: Option<NaiveDate>,
}

//! Pain, as an athlete notes it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Injury, key};

/// A side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
}

impl Side {
    /// The side as a person reads it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Side {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// Pain at one site on one day. Intensities are from 0 (none) to 10 (the worst imaginable); `None` = not noted, which is
/// never read as 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pain {
    /// The day of the run, or of the note when there was none.
    pub date: NaiveDate,
    /// Where, in the athlete's words: `Achilles tendon`. Case and outer spaces do not count.
    pub site: String,
    /// The side; `None`: not said, or the middle of the body.
    pub side: Option<Side>,
    /// Whether the site is a bone.
    #[serde(default)]
    pub is_bone: bool,
    /// The worst during the run of the day, 0–10.
    pub during: Option<f64>,
    /// On the morning after `date`, 0–10.
    pub next_morning: Option<f64>,
    /// Whether it gets worse while running.
    #[serde(default)]
    pub is_worse_while_running: bool,
    /// Whether it comes at night.
    #[serde(default)]
    pub is_at_night: bool,
    /// Whether it is there at rest.
    #[serde(default)]
    pub is_at_rest: bool,
    /// Whether there is swelling.
    #[serde(default)]
    pub is_swollen: bool,
    /// Whether it is in one spot that a finger can point at.
    #[serde(default)]
    pub is_in_one_spot: bool,
}

impl Pain {
    /// Pain at a site of which nothing else is noted.
    #[must_use]
    pub fn at(site: impl Into<String>, date: NaiveDate) -> Pain {
        Pain { site: site.into(), date, ..Pain::default() }
    }
}

/// Whether an injury is at a site: the words are the same, and so are the sides where both are said. A side may also
/// stand in the words of one of them.
pub(crate) fn is_same_site(injury: &Injury, site: &str, side: Option<Side>) -> bool {
    let (words, site) = (key(&injury.site), key(site));
    let with_side = |words: &str, side: Option<Side>| match side {
        Some(side) => format!("{} {words}", side.as_str()),
        None => words.to_owned(),
    };
    let is_side_same = injury.side.is_none() || side.is_none() || injury.side == side;
    (words == site && is_side_same) || with_side(&words, injury.side) == with_side(&site, side)
}

//! One load for every activity: TRIMP where it can be worked out, else what stands in for it, with its source kept.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::HeartRateQuality;
use crate::activity::ActivitySummary;

/// With fewer activities than this that have both values, a median says too little of the athlete.
pub const LEAST_FOR_A_MEDIAN: usize = 5;

/// Where a load comes from, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadSource {
    /// Banister's TRIMP, per sample.
    Trimp,
    /// Session RPE, scaled by the athlete's own median TRIMP per unit of it.
    SessionRpe,
    /// Duration × the athlete's own median TRIMP per minute of that sport.
    Duration,
}

impl LoadSource {
    /// The source's name for programs: `trimp`, `session_rpe`, `duration`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trimp => "trimp",
            Self::SessionRpe => "session_rpe",
            Self::Duration => "duration",
        }
    }

    /// The source as a person reads it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trimp => "heart rate",
            Self::SessionRpe => "session RPE",
            Self::Duration => "duration",
        }
    }
}

/// A load in the unit of TRIMP, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Arbitrary unit of Banister's TRIMP.
    pub trimp: f64,
    /// Measured, or what stands in for it.
    pub source: LoadSource,
}

/// Why there is no load. [`fmt::Display`] says it to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLoad {
    /// No TRIMP (or one of a suspect heart rate), no rating and no duration.
    NothingKnown,
    /// There is a rating or a duration, but too few other activities to tell what it stands for.
    TooFewOthers {
        /// Activities that have both a TRIMP and a rating, or both a TRIMP and a duration, whichever are more.
        have: usize,
    },
}

impl fmt::Display for NoLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingKnown => f.write_str("neither a heart rate to go by, a rating nor a duration is known"),
            Self::TooFewOthers { have } => {
                write!(
                    f,
                    "{LEAST_FOR_A_MEDIAN} activities with a TRIMP are needed to compare with, and there are {have}"
                )
            }
        }
    }
}

/// An activity among the others of its athlete.
#[derive(Debug, Clone, Copy)]
pub struct Loaded<'a> {
    /// `running`, `cycling`…
    pub sport: &'a str,
    /// Its numbers.
    pub summary: &'a ActivitySummary,
    /// What became of its heart rate. What looks wrong makes no load, neither its own nor a median.
    pub heart_rate: HeartRateQuality,
}

impl Loaded<'_> {
    /// The TRIMP that can be believed.
    fn trimp(&self) -> Option<f64> {
        let is_believed = self.heart_rate != HeartRateQuality::Suspect;
        self.summary.trimp.filter(|trimp| is_believed && trimp.is_finite())
    }
}

/// What an athlete's rated, and unrated, minutes usually come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadScales {
    /// Median TRIMP per unit of session RPE load, and of how many activities; all sports together, as the rating is
    /// about the effort whatever it was.
    pub per_rpe_unit: Option<(f64, usize)>,
    /// Median TRIMP per minute by sport, and of how many activities.
    pub per_minute: BTreeMap<String, (f64, usize)>,
}

impl LoadScales {
    /// The medians over an athlete's activities. An activity counts where it has a TRIMP and, above zero, the other
    /// value.
    #[must_use]
    pub fn of<'a>(activities: impl IntoIterator<Item = Loaded<'a>>) -> Self {
        let mut per_rpe_unit = Vec::new();
        let mut per_minute: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for activity in activities {
            let Loaded { sport, summary, .. } = activity;
            let Some(trimp) = activity.trimp() else { continue };
            let above_zero = |value: Option<f64>| value.filter(|value| *value > 0.0 && value.is_finite());
            per_rpe_unit.extend(above_zero(summary.session_rpe_load).map(|load| trimp / load));
            per_minute.entry(sport).or_default().extend(above_zero(minutes(summary)).map(|minutes| trimp / minutes));
        }
        let with_count = |mut values: Vec<f64>| {
            let count = values.len();
            median(&mut values).map(|median| (median, count))
        };
        Self {
            per_rpe_unit: with_count(per_rpe_unit),
            per_minute: per_minute
                .into_iter()
                .filter_map(|(sport, values)| Some((sport.to_owned(), with_count(values)?)))
                .collect(),
        }
    }

    /// The load of one activity: its TRIMP, unless its heart rate is suspect; else its session RPE load × the median TRIMP
    /// per unit; else its minutes × the median TRIMP per minute of its sport. A median counts with at least [`LEAST_FOR_A_MEDIAN`] activities behind it.
    ///
    /// Our own convention (evidence grade D): the medians of one athlete make the stand-ins comparable with the
    /// measured values of that athlete, not of another. More activities may move them. Unknown is never zero.
    ///
    /// # Errors
    /// [`NoLoad`] says why there is no load.
    pub fn load(&self, activity: Loaded<'_>) -> Result<Load, NoLoad> {
        let Loaded { sport, summary, .. } = activity;
        if let Some(trimp) = activity.trimp() {
            return Ok(Load { trimp, source: LoadSource::Trimp });
        }
        let rated = summary.session_rpe_load.map(|load| (load, self.per_rpe_unit, LoadSource::SessionRpe));
        let timed = minutes(summary).map(|min| (min, self.per_minute.get(sport).copied(), LoadSource::Duration));
        let mut have = None;
        for (amount, median, source) in [rated, timed].into_iter().flatten() {
            let (per_unit, count) = median.unwrap_or((f64::NAN, 0));
            if count >= LEAST_FOR_A_MEDIAN {
                return Ok(Load { trimp: amount * per_unit, source });
            }
            have = have.max(Some(count));
        }
        Err(have.map_or(NoLoad::NothingKnown, |have| NoLoad::TooFewOthers { have }))
    }
}

/// The load of every activity of one athlete, in their order ([`LoadScales::load`], with the medians of all of them).
#[must_use]
pub fn loads(activities: &[Loaded<'_>]) -> Vec<Result<Load, NoLoad>> {
    let scales = LoadScales::of(activities.iter().copied());
    activities.iter().map(|activity| scales.load(*activity)).collect()
}

fn minutes(summary: &ActivitySummary) -> Option<f64> {
    summary.timer_time_s.or(summary.elapsed_time_s).map(|seconds| seconds / 60.0)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get((values.len() - 1) / 2)?;
    Some(lower + (upper - lower) / 2.0)
}

//! The squad's parameters, from `data/demo/squad.toml`.

use chrono_tz::Tz;
use serde::Deserialize;

use super::SquadError;

/// The file.
const SQUAD: &str = include_str!("../../../data/demo/squad.toml");

/// Reads the squad's parameters.
pub(super) fn load() -> Result<Vec<Athlete>, SquadError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Squad {
        athlete: Vec<Athlete>,
    }
    let squad: Squad = toml::from_str(SQUAD)?;
    Ok(squad.athlete)
}

/// One athlete. Speeds in metres per second.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Athlete {
    pub(super) name: String,
    pub(super) seed: u64,
    pub(super) zone: Tz,
    pub(super) sex: Option<String>,
    pub(super) resting_hr_bpm: Option<f64>,
    pub(super) max_hr_bpm: Option<f64>,
    /// Of somebody who was tested, and knows the threshold pace as well.
    pub(super) threshold_hr_bpm: Option<f64>,
    pub(super) vt1_hr_bpm: Option<f64>,
    pub(super) vt2_hr_bpm: Option<f64>,
    pub(super) watch: Watch,
    #[serde(default)]
    pub(super) kind: Kind,
    pub(super) easy_mps: f64,
    pub(super) threshold_mps: f64,
    /// Steps per minute at the easy speed.
    pub(super) cadence_spm: f64,
    /// Seconds between samples.
    pub(super) sample_s: u32,
    pub(super) history_days: u32,
    #[serde(default = "yes")]
    pub(super) heart_rate: bool,
    pub(super) place: Place,
    /// Runs that come back every week.
    pub(super) sessions: Vec<Session>,
    /// Factors on their distances, week by week, counted back from this week, over and over: `[1.1, 1.05, 1.0, 0.75]`
    /// builds for three weeks after a light one. Empty: every week alike.
    #[serde(default)]
    pub(super) weeks: Vec<f64>,
    /// Days without any of them.
    #[serde(default)]
    pub(super) off: Vec<Off>,
    /// Single runs beside them.
    #[serde(default)]
    pub(super) runs: Vec<Single>,
    pub(super) spike: Option<Spike>,
}

fn yes() -> bool {
    true
}

/// What writes the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Watch {
    Fit,
    Gpx,
}

/// Where the athlete runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Road,
    Trail,
}

/// The neighbourhood: centre in degrees, lengths and heights in metres.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) altitude_m: f64,
    /// Height of the hills over their middle.
    pub(super) hill_m: f64,
    /// Length of the loop around the centre.
    pub(super) loop_m: f64,
}

/// A run of every week.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    /// Days ago, modulo 7.
    pub(super) day: u32,
    /// Distance this week.
    pub(super) km: f64,
    pub(super) effort: Effort,
    pub(super) route: RouteKind,
    /// Share by which each week was shorter than the next.
    #[serde(default)]
    pub(super) growth_per_week: f64,
    /// Share by which the distance varies.
    #[serde(default = "usual_jitter")]
    pub(super) jitter: f64,
    /// Share of the weeks in which it is left out.
    #[serde(default)]
    pub(super) skipped: f64,
    /// Every so many weeks it is on a treadmill.
    pub(super) treadmill_every: Option<u32>,
}

fn usual_jitter() -> f64 {
    0.05
}

/// Days `from` down to `to` days ago, both included.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Off {
    pub(super) from: u32,
    pub(super) to: u32,
}

/// One run, `day` days ago.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Single {
    pub(super) day: u32,
    pub(super) km: f64,
    pub(super) effort: Effort,
    pub(super) route: RouteKind,
}

/// A run `over_longest` times as long as the longest of the thirty days before it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spike {
    pub(super) day: u32,
    pub(super) over_longest: f64,
}

/// How hard a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Effort {
    Easy,
    Long,
    /// The middle part near threshold.
    Tempo,
    /// Three minutes hard, two easy, in the middle part.
    Intervals,
    /// Four minutes of running, one of walking.
    RunWalk,
}

/// Where a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RouteKind {
    Loop,
    OutAndBack,
    Treadmill,
}

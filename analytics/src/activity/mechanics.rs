//! How a runner moves at each speed: cadence, ground contact and the like, so that like can be compared with like.

use plimsoll_ingest::quality::MAX_TIME_S;
use plimsoll_ingest::{Activity, schema};
use serde::{Deserialize, Serialize};

use super::missing::Missing;
use super::samples::{MOVING_MPS, Means, Samples};

/// Width of a bin of speed, m/s; bins are centred on its multiples.
pub const SPEED_STEP_MPS: f64 = 0.25;
/// Bins up to 12.5 m/s: nobody runs faster.
const BINS: usize = 51;
/// A bin with less time than this, seconds, says little.
const LEAST_S: f64 = 60.0;
/// A value that is there for less of a bin's time than this does not stand for it.
const MIN_SHARE: f64 = 0.5;
/// Steeper than this (either way) is not counted as level.
const LEVEL_GRADE: f64 = 0.03;

/// Means at one speed on level ground; `None` where there was no value for at least half of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MechanicsAt {
    /// Mean speed of the bin, m/s.
    pub speed_mps: f64,
    /// Time in it, seconds.
    pub time_s: f64,
    /// Heart rate, beats per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heart_rate_bpm: Option<f64>,
    /// Cadence, steps per minute (both feet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence_spm: Option<f64>,
    /// Ground contact time, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance_time_ms: Option<f64>,
    /// Ground contact balance, per cent left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stance_balance_pct: Option<f64>,
    /// Vertical oscillation, millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vertical_oscillation_mm: Option<f64>,
    /// Step length, millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_length_mm: Option<f64>,
    /// Vertical oscillation ÷ step length, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vertical_ratio_pct: Option<f64>,
}

/// Cadence and running dynamics by speed.
///
/// All of them change with speed, so a mean over a run says mostly how fast it was. The samples are sorted into bins
/// of speed 0.25 m/s wide, where the slope is known only those within ±3 %; a bin counts with at least a minute in it,
/// and two runs are compared bin by bin. A linear fit to a reference speed would need a spread of speeds that an easy
/// run does not have. Our own method; no threshold of any of these values has been shown to tell of injury.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mechanics {
    /// The bins in order of speed.
    pub bins: Vec<MechanicsAt>,
}

impl Mechanics {
    /// The values at a speed, m/s: those of the bin that it falls into.
    #[must_use]
    pub fn at_speed(&self, speed_mps: f64) -> Option<&MechanicsAt> {
        let bin = bin_of(speed_mps)?;
        self.bins.iter().find(|at| bin_of(at.speed_mps) == Some(bin))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bins.is_empty()
    }

    /// `grades` may be empty: then no slope is known.
    pub(super) fn of(activity: &Activity, samples: &Samples, grades: &[f64]) -> Self {
        let dynamics = [
            schema::STANCE_TIME_MS,
            schema::STANCE_BALANCE_PCT,
            schema::VERTICAL_OSCILLATION_MM,
            schema::STEP_LENGTH_MM,
            schema::VERTICAL_RATIO_PCT,
        ]
        .map(|name| schema::numbers(&activity.records, name));
        let [stance, balance, oscillation, step, ratio] = &dynamics;
        let columns = [&samples.heart_rate_bpm, &samples.cadence_spm, stance, balance, oscillation, step, ratio];
        if columns.iter().skip(1).all(|column| column.is_empty()) {
            return Self::default();
        }
        let mut bins = vec![Sums::default(); BINS];
        for (row, (speed, seconds)) in samples.speed_mps.iter().zip(&samples.duration_s).enumerate() {
            let is_steep = grades.get(row).is_some_and(|grade| grade.abs() > LEVEL_GRADE);
            let bin = bin_of(*speed).filter(|_| *seconds > 0.0 && !is_steep);
            let Some(sums) = bin.and_then(|bin| bins.get_mut(bin)) else { continue };
            sums.seconds += seconds;
            sums.speed += speed * seconds;
            for ((value, time), column) in sums.values.iter_mut().zip(&columns) {
                // A cadence or contact time of 0 is none.
                if let Some(measured) = column.get(row).filter(|measured| **measured > 0.0) {
                    *value += measured * seconds;
                    *time += seconds;
                }
            }
        }
        let bins: Vec<MechanicsAt> = bins.iter().filter_map(Sums::means).collect();
        // Heart rate by speed alone is no mechanics.
        let moves = |at: &MechanicsAt| MechanicsAt { heart_rate_bpm: None, ..*at } != at.nothing();
        if bins.iter().any(moves) { Self { bins } } else { Self::default() }
    }
}

impl MechanicsAt {
    /// Speed and time alone.
    fn nothing(&self) -> Self {
        Self { speed_mps: self.speed_mps, time_s: self.time_s, ..Self::default() }
    }
}

fn bin_of(speed_mps: f64) -> Option<usize> {
    // To the nearest; rounding itself is a call for each sample.
    let bin = speed_mps / SPEED_STEP_MPS + 0.5;
    (speed_mps > MOVING_MPS && bin < BINS as f64).then_some(bin as usize)
}

/// Sums over the samples of a bin.
#[derive(Debug, Clone, Default)]
struct Sums {
    seconds: f64,
    /// × seconds.
    speed: f64,
    /// Value × seconds, and the seconds that had one.
    values: [(f64, f64); 7],
}

impl Sums {
    fn means(&self) -> Option<MechanicsAt> {
        if !(LEAST_S..=MAX_TIME_S).contains(&self.seconds) {
            return None;
        }
        let means = self.values.map(|(value, seconds)| {
            let mean = rounded(value / seconds);
            Some(mean).filter(|mean| mean.is_finite() && seconds >= MIN_SHARE * self.seconds)
        });
        let [heart_rate_bpm, cadence_spm, stance_time_ms, stance_balance_pct, oscillation, step, ratio] = means;
        Some(MechanicsAt {
            speed_mps: self.speed / self.seconds,
            time_s: rounded(self.seconds),
            heart_rate_bpm,
            cadence_spm,
            stance_time_ms,
            stance_balance_pct,
            vertical_oscillation_mm: oscillation,
            step_length_mm: step,
            vertical_ratio_pct: ratio,
        })
    }
}

/// Hundredths: more than any watch measures, and short where it is stored.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Cadence must be known for at least this part of the time.
const MIN_CADENCE_SHARE: f64 = 0.8;
/// Nobody makes more strides a second.
const MOST_STRIDES_PER_S: f64 = 3.0;

/// Steps of both feet: twice the strides that the device counted (FIT's `total_cycles`), else cadence × time.
///
/// A count is taken when it covers at least 80 % of the time; where it falls, or grows faster than three strides a
/// second (and two at once), it was reset, and that leg adds nothing. Cadence of 0 is standing.
pub(super) fn steps(activity: &Activity, samples: &Samples, means: &Means) -> Result<f64, Missing> {
    if !activity.sport.is_on_foot() {
        return Err(Missing::NotOnFoot);
    }
    let whole_s = means.whole_s.ok_or(Missing::NoCadence)?;
    let cycles = schema::numbers(&activity.records, schema::TOTAL_CYCLES);
    if cycles.is_empty() && samples.cadence_spm.is_empty() {
        return Err(Missing::NoCadence);
    }
    means.covering()?;
    let (mut strides, mut counted_s) = (0.0, 0.0);
    for (legs, seconds) in cycles.windows(2).zip(&samples.duration_s) {
        let [from, to] = legs else { continue };
        let made = to - from;
        if (0.0..=MOST_STRIDES_PER_S * seconds + 2.0).contains(&made) {
            strides += made;
            counted_s += seconds;
        }
    }
    if strides > 0.0 && counted_s >= MIN_CADENCE_SHARE * whole_s {
        return Ok(2.0 * strides);
    }
    let (mut steps, mut known_s) = (0.0, 0.0);
    for (cadence, seconds) in samples.lasting(&samples.cadence_spm) {
        steps += cadence.max(0.0) * seconds / 60.0;
        known_s += seconds;
    }
    if steps > 0.0 && known_s >= MIN_CADENCE_SHARE * whole_s { Ok(steps) } else { Err(Missing::NoCadence) }
}

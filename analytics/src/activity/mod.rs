//! One activity to one summary: what the device stated where that can be, what the samples give otherwise.

mod best;
mod effort;
mod govss;
mod grade;
mod graded;
mod heart;
mod intensity;
mod mechanics;
mod metrics;
mod missing;
mod path;
mod pieces;
mod samples;
mod trimp;

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_ingest::quality::{HEART_RATE_BPM, MAX_CLIMB_M, MAX_DISTANCE_M, MAX_TIME_S, is_too_fast};
use plimsoll_ingest::{Activity, DistanceSource};
use serde::{Deserialize, Serialize};

use crate::kernels::climb;
use grade::grades;
use graded::Graded;
use heart::HeartRates;
use mechanics::steps;
use samples::{MOVING_MPS, Means, Samples};

pub use best::{BEST_DISTANCES_M, BEST_TIMES_S, BestEffort, BestEfforts, best_in_time, best_over_distance};
pub use effort::{EffortPiece, decoupling_pct, efficiency_factor, speed_variation_pct};
pub use govss::{Body, govss, lactate_normalised_power_w, running_power_w};
pub use grade::{GradeModel, minetti_cost_j_per_kg_m};
pub use graded::{normalised_speed_mps, rtss};
pub use heart::PeakHeartRate;
pub use intensity::{Intensity, SPEED_BANDS};
pub use mechanics::{Mechanics, MechanicsAt, SPEED_STEP_MPS};
pub use metrics::{ACTIVITY_METRICS, ACTIVITY_PARTS, ESTIMATE_METRICS};
pub use missing::Missing;
pub use trimp::{
    Sex, banister_trimp, edwards_trimp, edwards_zone, hrtss_hrr_squared, hrtss_trimp_100, lucia_trimp, lucia_zone,
    reserve,
};

/// Altitude changes below this, metres, are noise.
const CLIMB_THRESHOLD_M: f64 = 3.0;

/// Efficiency factor and decoupling of less time in motion than this, minutes, say more of the warm-up than of the run.
const LEAST_EFFORT_MIN: u8 = 20;

/// The first minutes of a run may be slower: they do not count for whether it was steady, seconds.
const WARM_UP_S: f64 = 600.0;

/// A run whose speed varies more from minute to minute after that is not steady, per cent. Our own rule (grade D): no source
/// gives a bound. Hilly ground and traffic stay below it, intervals and walking breaks do not.
const MOST_VARIATION_PCT: u8 = 15;

/// Borg's category-ratio scale: rest to maximal.
const CR10: std::ops::RangeInclusive<f64> = 0.0..=10.0;

/// What the formulas need to know of a person. Unknown values stay `None`; nothing is estimated in their place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Physiology {
    /// Sex, for the constants of TRIMP.
    pub sex: Option<Sex>,
    /// Resting heart rate, beats per minute.
    pub resting_hr_bpm: Option<f64>,
    /// Maximum heart rate, beats per minute.
    pub max_hr_bpm: Option<f64>,
    /// Heart rate at threshold (what can be held for about an hour), beats per minute.
    #[serde(default)]
    pub threshold_hr_bpm: Option<f64>,
    /// Speed at threshold on the level, m/s.
    #[serde(default)]
    pub threshold_speed_mps: Option<f64>,
    /// Heart rate at the first ventilatory threshold, beats per minute.
    #[serde(default)]
    pub vt1_hr_bpm: Option<f64>,
    /// Heart rate at the second ventilatory threshold, beats per minute.
    #[serde(default)]
    pub vt2_hr_bpm: Option<f64>,
}

/// Where the distance of a summary comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistanceOrigin {
    /// The total that the device stated.
    DeviceTotal,
    /// The device's distance at each sample.
    Records,
    /// Added up from positions.
    Positions,
    /// There is no distance.
    #[default]
    None,
}

impl DistanceOrigin {
    /// The origin as a person reads it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceTotal => "device total",
            Self::Records => "records",
            Self::Positions => "positions",
            Self::None => "none",
        }
    }
}

/// One activity in numbers; `None` = not known, never zero instead.
///
/// A total that the device stated wins over one derived from the samples, except when it cannot be (a distance from
/// the samples that cannot be is left out likewise): not finite, not
/// above zero (climb: below zero), a distance over 2,000 km or (on a run) faster than 12.5 m/s on average, a time
/// over ten days, a climb over 50 km, a heart rate outside 25–250. [`plimsoll_ingest::quality::examine`] says of totals
/// that they were left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActivitySummary {
    /// Distance, metres: device total, else last − first distance of the samples.
    pub distance_m: Option<f64>,
    /// Time with a speed above 0.5 m/s, seconds, from the samples; at most `timer_time_s`. `None` when less than half of
    /// the time has a speed. Pauses do not count, nor do gaps over 30 s in which the distance did not grow.
    pub moving_time_s: Option<f64>,
    /// Time with the timer running, seconds: device total, else the time between samples, without pauses
    /// and without gaps over 30 s in which the distance did not grow.
    pub timer_time_s: Option<f64>,
    /// Time from start to end, seconds: device total, else from first to last sample.
    pub elapsed_time_s: Option<f64>,
    /// Climb, metres: device total, else from altitudes with a hysteresis of 3 m.
    pub ascent_m: Option<f64>,
    /// Descent, metres (positive): likewise.
    pub descent_m: Option<f64>,
    /// Mean heart rate, beats per minute: device total, else weighted with the samples' durations.
    pub avg_heart_rate_bpm: Option<f64>,
    /// Highest heart rate, beats per minute.
    pub max_heart_rate_bpm: Option<f64>,
    /// Mean steps per minute (both feet) while stepping, weighted with the samples' durations.
    pub avg_cadence_spm: Option<f64>,
    /// Distance ÷ timer time, metres per second.
    pub avg_speed_mps: Option<f64>,
    /// Banister's training impulse, summed sample by sample ([`banister_trimp`]), in its arbitrary unit. Each sample
    /// stands for the time until the next one; pauses do not count, nor do gaps over 30 s in which the distance did not
    /// grow. Like every value from heart rate `None` unless that covers at least 80 % of the timer time: of
    /// `timer_time_s`, or of the time between the samples where that is longer. A load, steps or a grade-adjusted value
    /// from records that stop halfway are not those of the whole.
    pub trimp: Option<f64>,
    /// Edwards' training impulse ([`edwards_trimp`]); needs the maximum heart rate alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edwards_trimp: Option<f64>,
    /// Lucia's training impulse ([`lucia_trimp`]); needs the heart rates at both ventilatory thresholds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lucia_trimp: Option<f64>,
    /// Heart-rate stress score in the variant `trimp_100` ([`hrtss_trimp_100`]); needs the threshold heart rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hrtss: Option<f64>,
    /// Heart-rate stress score in the variant `hrr_squared` ([`hrtss_hrr_squared`]), summed sample by sample; needs the
    /// threshold heart rate. Its reason for missing is that of `hrtss`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hrtss_hrr_squared: Option<f64>,
    /// Foster's session RPE load: rating of perceived exertion (CR10) × timer time (else elapsed time) in minutes,
    /// arbitrary units. `None` without a rating from 0 to 10 or without a time.
    /// doi 10.1519/1533-4287(2001)015<0109:ANATME>2.0.CO;2
    #[serde(default)]
    pub session_rpe_load: Option<f64>,
    /// Running stress score ([`rtss`]) of the timer time, from `normalised_graded_speed_mps` and the threshold speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtss: Option<f64>,
    /// Distance on the level that costs as much by Minetti ([`GradeModel::Minetti2002`]), metres: `distance_m` × the
    /// ratio of grade-adjusted and recorded speed, weighted with the way. Runs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade_adjusted_distance_m: Option<f64>,
    /// The same by Elevate's fit of Strava's data ([`GradeModel::ElevateStravaFit`]), metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade_adjusted_distance_elevate_m: Option<f64>,
    /// Normalised graded speed ([`normalised_speed_mps`] of the speed that Minetti gives), m/s: our stand-in for the
    /// unpublished normalised graded pace. Runs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalised_graded_speed_mps: Option<f64>,
    /// Efficiency factor ([`efficiency_factor`]) of the grade-adjusted speed (Minetti), metres per minute per beat per
    /// minute, over the time in motion; runs of at least 20 minutes of that whose speed is steady: it varies by at most
    /// 15 % from minute to minute after the first 10 ([`speed_variation_pct`]; our own rule).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efficiency_factor: Option<f64>,
    /// Aerobic decoupling ([`decoupling_pct`]) of the recorded speed, per cent, over the time in motion; runs of at
    /// least 20 minutes of that whose recorded speed is steady, as `efficiency_factor` has it: a hilly one is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoupling_pct: Option<f64>,
    /// The same of the grade-adjusted speed (Minetti), for hilly ground; that speed must be steady. Its reason for missing
    /// is that of `efficiency_factor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoupling_graded_pct: Option<f64>,
    /// Steps of both feet: from the device's count of strides, else cadence × time. On foot only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<f64>,
    /// Best efforts within a run, by distance and by time.
    #[serde(default, skip_serializing_if = "BestEfforts::is_empty")]
    pub best_efforts: BestEfforts,
    /// Highest mean heart rates over 10 s, 1, 20, 30 and 60 minutes, as far as it was long enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peak_heart_rates: Vec<PeakHeartRate>,
    /// Time in zones of heart rate and of speed.
    #[serde(default, skip_serializing_if = "Intensity::is_empty")]
    pub intensity: Intensity,
    /// Cadence and running dynamics by speed. Runs only.
    #[serde(default, skip_serializing_if = "Mechanics::is_empty")]
    pub mechanics: Mechanics,
    /// Why a value is missing, by the name of its field. Fields that are not named here need no explanation: the device
    /// stated nothing and the samples give nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Cow<'static, str>, Missing>,
    /// Where `distance_m` comes from.
    pub distance_origin: DistanceOrigin,
}

/// Summarises one activity of any sport. It may have no records (a line of a training diary): then the totals are what
/// was stated, and there is no TRIMP. Records may be cleaned ([`plimsoll_ingest::quality`]): recorded values beside the
/// cleaned ones are not read.
#[must_use]
pub fn summarise(activity: &Activity, physiology: &Physiology) -> ActivitySummary {
    let samples = Samples::new(activity);
    let stated = &activity.session;
    let stated_s = within(stated.timer_time_s, MAX_TIME_S);
    let means = samples.means(stated_s);

    let timer_time_s = stated_s.or(means.timer_s);
    let elapsed_time_s = within(stated.elapsed_time_s, MAX_TIME_S).or(means.elapsed_s);
    let duration_s = timer_time_s.or(elapsed_time_s);
    let is_slow_enough =
        |distance_m: &f64| duration_s.is_none_or(|duration_s| !is_too_fast(&activity.sport, *distance_m, duration_s));
    let device = within(stated.distance_m, MAX_DISTANCE_M).filter(is_slow_enough);
    let (distance_m, distance_origin) = match device {
        Some(_) => (device, DistanceOrigin::DeviceTotal),
        None => match within(samples.distance_m(), MAX_DISTANCE_M).filter(is_slow_enough) {
            None => (None, DistanceOrigin::None),
            sampled if activity.distance_source == DistanceSource::Positions => (sampled, DistanceOrigin::Positions),
            sampled => (sampled, DistanceOrigin::Records),
        },
    };

    let climbed = climb(samples.altitudes_m(), CLIMB_THRESHOLD_M);
    let possible_climb = |value: Option<f64>| value.filter(|metres| (0.0..=MAX_CLIMB_M).contains(metres));
    let heart_rate = |value: Option<f64>| value.filter(|rate| HEART_RATE_BPM.contains(rate));
    let mut summary = ActivitySummary {
        distance_m,
        // The last sample of a stretch stands for time that the timer may no longer have counted.
        moving_time_s: means.moving_s.map(|moving_s| timer_time_s.map_or(moving_s, |timer_s| moving_s.min(timer_s))),
        timer_time_s,
        elapsed_time_s,
        ascent_m: possible_climb(stated.ascent_m).or(possible_climb(climbed.map(|(ascent, _)| ascent))),
        descent_m: possible_climb(stated.descent_m).or(possible_climb(climbed.map(|(_, descent)| descent))),
        avg_heart_rate_bpm: heart_rate(stated.avg_heart_rate_bpm).or(means.avg_heart_rate_bpm),
        max_heart_rate_bpm: heart_rate(stated.max_heart_rate_bpm).or(means.max_heart_rate_bpm),
        avg_cadence_spm: means.avg_cadence_spm,
        avg_speed_mps: distance_m.zip(duration_s).map(|(distance, duration)| distance / duration),
        distance_origin,
        ..ActivitySummary::default()
    };
    let heart_rates = HeartRates::of(&samples, &means, heart_rate(stated.avg_heart_rate_bpm), physiology);
    summary.add_heart_load(heart_rates.as_ref());
    let rated = activity.details.rpe.filter(|rpe| CR10.contains(rpe)).ok_or(Missing::NoRating);
    let rated = rated.and_then(|rpe| Ok(rpe * duration_s.ok_or(Missing::NoTime)? / 60.0));
    summary.session_rpe_load = summary.said("session_rpe_load", rated);
    summary.steps = summary.said("steps", steps(activity, &samples, &means));
    summary.add_run(activity, &samples, &means, heart_rates.as_ref(), physiology);
    summary
}

/// A stated total that can be: above zero and at most `most`.
fn within(value: Option<f64>, most: f64) -> Option<f64> {
    value.filter(|value| *value > 0.0 && *value <= most)
}

impl ActivitySummary {
    /// Why the value of a field is missing, as a person reads it; `None` when it is there, or needs no explanation.
    #[must_use]
    pub fn why_missing(&self, field: &str) -> Option<String> {
        self.reasons.get(field).map(Missing::to_string)
    }

    /// The value, or a note why there is none.
    fn said(&mut self, field: &'static str, value: Result<f64, Missing>) -> Option<f64> {
        match value {
            Ok(value) => Some(value).filter(|value| value.is_finite()),
            Err(missing) => self.lacks(field, missing),
        }
    }

    fn lacks(&mut self, field: &'static str, missing: Missing) -> Option<f64> {
        self.reasons.insert(Cow::Borrowed(field), missing);
        None
    }

    /// What heart rate gives in any sport.
    fn add_heart_load(&mut self, heart_rates: Result<&HeartRates<'_>, &Missing>) {
        let heart_rates = heart_rates.map_err(|missing| *missing);
        let trimp = heart_rates.and_then(HeartRates::banister);
        self.trimp = self.said("trimp", trimp);
        self.edwards_trimp = self.said("edwards_trimp", heart_rates.and_then(HeartRates::edwards));
        self.lucia_trimp = self.said("lucia_trimp", heart_rates.and_then(HeartRates::lucia));
        self.hrtss = self.said("hrtss", heart_rates.and_then(|rates| rates.hrtss(trimp)));
        let squared = heart_rates.and_then(HeartRates::hrtss_hrr_squared);
        self.hrtss_hrr_squared = squared.ok().filter(|score| score.is_finite());
        self.peak_heart_rates = heart_rates.map(HeartRates::peaks).unwrap_or_default();
    }

    /// What only a run has, and how the time is spread over intensities.
    fn add_run(
        &mut self,
        activity: &Activity,
        samples: &Samples,
        means: &Means,
        heart_rates: Result<&HeartRates<'_>, &Missing>,
        physiology: &Physiology,
    ) {
        let heart_rates = heart_rates.map_err(|missing| *missing);
        let (distance_m, duration_s) = (self.distance_m, self.timer_time_s.or(self.elapsed_time_s));
        let is_run = activity.sport.is_run();
        let run = if is_run { Ok(()) } else { Err(Missing::NotARun) };
        let grades = run.and_then(|()| grades(activity, samples));
        let graded = grades.as_ref().map_err(|missing| *missing).and_then(|grades| {
            means.covering()?;
            Graded::of(samples, grades)
        });
        let adjusted = |ratio: fn(&Graded) -> f64| -> Result<f64, Missing> {
            let graded = graded.as_ref().map_err(|missing| *missing)?;
            Ok(ratio(graded) * distance_m.ok_or(Missing::NoDistance)?)
        };
        self.grade_adjusted_distance_m =
            self.said("grade_adjusted_distance_m", adjusted(|graded| graded.minetti_ratio));
        self.grade_adjusted_distance_elevate_m =
            adjusted(|graded| graded.elevate_ratio).ok().filter(|metres| metres.is_finite());

        let graded_mps = graded.as_ref().ok().map(|graded| graded.minetti_mps.as_slice());
        let normalised = graded
            .as_ref()
            .map_err(|missing| *missing)
            .and_then(|graded| graded.normalised_mps(samples, means.whole_s));
        self.normalised_graded_speed_mps = self.said("normalised_graded_speed_mps", normalised);
        let score = normalised.and_then(|speed_mps| {
            let threshold = physiology.threshold_speed_mps.filter(|threshold| *threshold > 0.0);
            let threshold = threshold.ok_or(Missing::ThresholdSpeedNotSet)?;
            Ok(rtss(duration_s.ok_or(Missing::NoTime)?, speed_mps, threshold))
        });
        self.rtss = self.said("rtss", score);

        let plain = run.and(heart_rates.map(|_| ())).and_then(|()| effort(samples, &samples.speed_mps));
        let with_grade = run.and(heart_rates.map(|_| ())).and_then(|()| {
            let graded = graded.as_ref().map_err(|missing| *missing)?;
            effort(samples, &graded.minetti_mps)
        });
        let of = |pieces: &Result<Vec<EffortPiece>, Missing>,
                  value: fn(&[EffortPiece]) -> Option<f64>|
         -> Result<f64, Missing> {
            let pieces = pieces.as_ref().map_err(|missing| *missing)?;
            value(pieces).ok_or(Missing::NoSpeed)
        };
        self.efficiency_factor = self.said("efficiency_factor", of(&with_grade, efficiency_factor));
        self.decoupling_pct = self.said("decoupling_pct", of(&plain, decoupling_pct));
        self.decoupling_graded_pct = of(&with_grade, decoupling_pct).ok();

        self.intensity = Intensity::of(heart_rates, graded_mps, samples, physiology.threshold_speed_mps);
        if is_run {
            self.best_efforts = BestEfforts::of(samples);
            self.mechanics = Mechanics::of(activity, samples, grades.as_deref().unwrap_or_default());
        }
    }
}

/// Speed and heart rate in motion, when there is enough of it and the speed is steady.
fn effort(samples: &Samples, speed_mps: &[f64]) -> Result<Vec<EffortPiece>, Missing> {
    let rows = speed_mps.iter().zip(&samples.heart_rate_bpm).zip(&samples.duration_s);
    let pieces: Vec<EffortPiece> = rows
        .filter(|((speed, bpm), seconds)| **speed > MOVING_MPS && !bpm.is_nan() && **seconds > 0.0)
        .map(|((speed, bpm), seconds)| (*speed, *bpm, *seconds))
        .collect();
    // Seconds, mostly whole, add up without a rest.
    let seconds: f64 = pieces.iter().map(|(_, _, seconds)| seconds).sum();
    if pieces.is_empty() {
        Err(Missing::NoSpeed)
    } else if seconds < 60.0 * f64::from(LEAST_EFFORT_MIN) {
        Err(Missing::ShorterThan(LEAST_EFFORT_MIN))
    } else {
        let varies_pct = speed_variation_pct(&pieces, WARM_UP_S).unwrap_or_default();
        if varies_pct > f64::from(MOST_VARIATION_PCT) {
            return Err(Missing::NotSteady(varies_pct.round() as u16, MOST_VARIATION_PCT));
        }
        Ok(pieces)
    }
}

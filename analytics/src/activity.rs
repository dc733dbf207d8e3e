//! One activity to one summary: what the device stated where that can be, what the samples give otherwise.

use plimsoll_ingest::quality::{HEART_RATE_BPM, MAX_CLIMB_M, MAX_DISTANCE_M, MAX_TIME_S, is_too_fast};
use plimsoll_ingest::{Activity, DistanceSource};
use serde::{Deserialize, Serialize};

use crate::kernels::climb;
use crate::samples::{Means, Samples};
use crate::trimp::{Sex, banister_trimp};

/// Altitude changes below this, metres, are noise.
const CLIMB_THRESHOLD_M: f64 = 3.0;

/// With a heart rate for less of the time than this, its TRIMP would be too low to stand for the activity.
const MIN_HEART_RATE_SHARE: f64 = 0.8;

/// Borg's category-ratio scale: rest to maximal.
const CR10: std::ops::RangeInclusive<f64> = 0.0..=10.0;

/// What the heart-rate formulas need to know of a person. Unknown values stay `None`; nothing is estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Physiology {
    /// Sex, for the constants of TRIMP.
    pub sex: Option<Sex>,
    /// Resting heart rate, beats per minute.
    pub resting_hr_bpm: Option<f64>,
    /// Maximum heart rate, beats per minute.
    pub max_hr_bpm: Option<f64>,
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
    /// Banister's training impulse, summed sample by sample ([`banister_trimp`]). Each sample stands for the time
    /// until the next one; pauses do not count, nor do gaps over 30 s in which the distance did not grow.
    pub trimp: Option<f64>,
    /// Why there is no `trimp`; `None` when there is.
    pub trimp_reason: Option<String>,
    /// Foster's session RPE load: rating of perceived exertion (CR10) × timer time (else elapsed time) in minutes,
    /// arbitrary units. `None` without a rating from 0 to 10 or without a time.
    /// doi 10.1519/1533-4287(2001)015<0109:ANATME>2.0.CO;2
    #[serde(default)]
    pub session_rpe_load: Option<f64>,
    /// Where `distance_m` comes from.
    pub distance_origin: DistanceOrigin,
}

/// Summarises one activity of any sport. It may have no records (a line of a training diary): then the totals are what
/// was stated, and there is no TRIMP. Records may be cleaned ([`plimsoll_ingest::quality`]): recorded values beside the
/// cleaned ones are not read.
#[must_use]
pub fn summarise(activity: &Activity, physiology: &Physiology) -> ActivitySummary {
    let samples = Samples::new(activity);
    let means = samples.means();
    let stated = &activity.session;

    let timer_time_s = within(stated.timer_time_s, MAX_TIME_S).or(means.timer_s);
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
    let stated_climb = |value: Option<f64>| value.filter(|metres| (0.0..=MAX_CLIMB_M).contains(metres));
    let heart_rate = |value: Option<f64>| value.filter(|rate| HEART_RATE_BPM.contains(rate));
    let trimp = trimp(&samples, &means, heart_rate(stated.avg_heart_rate_bpm), physiology);
    ActivitySummary {
        distance_m,
        // The last sample of a stretch stands for time that the timer may no longer have counted.
        moving_time_s: means.moving_s.map(|moving_s| timer_time_s.map_or(moving_s, |timer_s| moving_s.min(timer_s))),
        timer_time_s,
        elapsed_time_s,
        ascent_m: stated_climb(stated.ascent_m).or(climbed.map(|(ascent, _)| ascent)),
        descent_m: stated_climb(stated.descent_m).or(climbed.map(|(_, descent)| descent)),
        avg_heart_rate_bpm: heart_rate(stated.avg_heart_rate_bpm).or(means.avg_heart_rate_bpm),
        max_heart_rate_bpm: heart_rate(stated.max_heart_rate_bpm).or(means.max_heart_rate_bpm),
        avg_cadence_spm: means.avg_cadence_spm,
        avg_speed_mps: distance_m.zip(duration_s).map(|(distance, duration)| distance / duration),
        trimp: trimp.as_ref().ok().copied(),
        trimp_reason: trimp.err(),
        session_rpe_load: activity
            .details
            .rpe
            .filter(|rpe| CR10.contains(rpe))
            .zip(duration_s)
            .map(|(rpe, duration_s)| rpe * duration_s / 60.0),
        distance_origin,
    }
}

/// A stated total that can be: above zero and at most `most`.
fn within(value: Option<f64>, most: f64) -> Option<f64> {
    value.filter(|value| *value > 0.0 && *value <= most)
}

fn trimp(samples: &Samples, means: &Means, stated_bpm: Option<f64>, physiology: &Physiology) -> Result<f64, String> {
    let share = means.heart_rate_share.ok_or(match stated_bpm {
        Some(_) => "only a mean heart rate is known, and the formula needs it over time",
        None => "no heart rate was recorded",
    })?;
    if share < MIN_HEART_RATE_SHARE {
        return Err(format!("heart rate was recorded for only {:.0} % of the time", share * 100.0));
    }
    let sex = physiology.sex.ok_or("the sex is not set, and the formula depends on it")?;
    let rest = physiology.resting_hr_bpm.ok_or("the resting heart rate is not set")?;
    let max = physiology.max_hr_bpm.ok_or("the maximum heart rate is not set")?;
    let plausible = HEART_RATE_BPM.contains(&rest) && HEART_RATE_BPM.contains(&max) && max > rest;
    if !plausible {
        return Err(format!("resting ({rest:.0}) and maximum heart rate ({max:.0}) do not go together"));
    }
    Ok(samples.heart_rates().map(|(rate, seconds)| banister_trimp(seconds / 60.0, rate, rest, max, sex)).sum())
}

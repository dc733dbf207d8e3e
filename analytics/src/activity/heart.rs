//! What an activity's heart rates come to: training impulses and time in zones.

use plimsoll_ingest::quality::HEART_RATE_BPM;
use serde::{Deserialize, Serialize};

use super::missing::Missing;
use super::path::Path;
use super::pieces::pieces;
use super::samples::{Means, Samples};
use super::trimp::{
    banister_trimp, edwards_trimp, edwards_zone, hrtss_hrr_squared, hrtss_trimp_100, lucia_trimp, lucia_zone, reserve,
};
use super::{Physiology, Sex};

/// With a heart rate for less of the time than this, its load would be too low to stand for the activity.
const MIN_HEART_RATE_SHARE: f64 = 0.8;
/// Windows over which the highest mean heart rate is kept, seconds.
const PEAK_WINDOWS_S: [f64; 5] = [10.0, 60.0, 1200.0, 1800.0, 3600.0];

/// The highest mean heart rate over some time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PeakHeartRate {
    /// The time, seconds.
    pub time_s: f64,
    /// Mean over it, beats per minute.
    pub bpm: f64,
}

/// Heart rates that cover enough of an activity to stand for it.
pub(super) struct HeartRates<'a> {
    samples: &'a Samples,
    limits: Physiology,
}

impl<'a> HeartRates<'a> {
    pub(super) fn of(
        samples: &'a Samples,
        means: &Means,
        stated_bpm: Option<f64>,
        physiology: &Physiology,
    ) -> Result<Self, Missing> {
        let share = means.heart_rate_share.ok_or(if stated_bpm.is_some() {
            Missing::OnlyMeanHeartRate
        } else {
            Missing::NoHeartRate
        })?;
        means.covering()?;
        if share < MIN_HEART_RATE_SHARE {
            return Err(Missing::HeartRateGaps((share * 100.0).round() as u8));
        }
        Ok(Self { samples, limits: *physiology })
    }

    /// Rate and minutes, sample by sample.
    fn minutes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.samples.heart_rates().map(|(bpm, seconds)| (bpm, seconds / 60.0))
    }

    pub(super) fn banister(&self) -> Result<f64, Missing> {
        let (sex, (rest, max)) = (self.sex()?, self.rest_and_max()?);
        Ok(self.minutes().map(|(bpm, minutes)| banister_trimp(minutes, bpm, rest, max, sex)).sum())
    }

    /// By the variant `trimp_100`.
    pub(super) fn hrtss(&self, trimp: Result<f64, Missing>) -> Result<f64, Missing> {
        let (trimp, threshold) = (trimp?, self.threshold()?);
        let (sex, (rest, max)) = (self.sex()?, self.rest_and_max()?);
        Ok(hrtss_trimp_100(trimp, threshold, rest, max, sex))
    }

    pub(super) fn hrtss_hrr_squared(&self) -> Result<f64, Missing> {
        let (rest, max) = self.rest_and_max()?;
        let at_threshold = reserve(self.threshold()?, rest, max);
        let scores =
            self.samples.heart_rates().map(|(bpm, s)| hrtss_hrr_squared(s, reserve(bpm, rest, max), at_threshold));
        Ok(scores.sum())
    }

    /// Seconds in the zones of Edwards, 0 to 5.
    pub(super) fn edwards_zones_s(&self) -> Result<[f64; 6], Missing> {
        let max = self.max()?;
        Ok(self.in_zones(|bpm| edwards_zone(bpm, max)))
    }

    pub(super) fn edwards(&self) -> Result<f64, Missing> {
        self.edwards_zones_s().map(edwards_trimp)
    }

    /// Seconds in the zones of Lucia, 0 to 2.
    pub(super) fn lucia_zones_s(&self) -> Result<[f64; 3], Missing> {
        let (vt1, vt2) =
            self.limits.vt1_hr_bpm.zip(self.limits.vt2_hr_bpm).ok_or(Missing::VentilatoryThresholdsNotSet)?;
        if vt2 > vt1 {
            Ok(self.in_zones(|bpm| lucia_zone(bpm, vt1, vt2)))
        } else {
            Err(Missing::VentilatoryThresholdsOrder)
        }
    }

    pub(super) fn lucia(&self) -> Result<f64, Missing> {
        self.lucia_zones_s().map(lucia_trimp)
    }

    /// The highest means over the windows that the activity is long enough for.
    pub(super) fn peaks(&self) -> Vec<PeakHeartRate> {
        // Beats per minute × seconds, added up.
        let mut path = Path::with_capacity(self.samples.duration_s.len());
        for (bpm, seconds) in pieces(&self.samples.heart_rate_bpm, &self.samples.duration_s) {
            path.go(seconds, bpm * seconds);
        }
        let peak = |time_s| Some(PeakHeartRate { time_s, bpm: path.most(time_s)?.0 / time_s });
        PEAK_WINDOWS_S.into_iter().map_while(peak).collect()
    }

    fn in_zones<const ZONES: usize>(&self, zone: impl Fn(f64) -> Option<usize>) -> [f64; ZONES] {
        let mut seconds_in = [0.0; ZONES];
        for (bpm, seconds) in self.samples.heart_rates() {
            if let Some(sum) = zone(bpm).and_then(|zone| seconds_in.get_mut(zone)) {
                *sum += seconds;
            }
        }
        seconds_in
    }

    fn sex(&self) -> Result<Sex, Missing> {
        self.limits.sex.ok_or(Missing::SexNotSet)
    }

    fn max(&self) -> Result<f64, Missing> {
        let max = self.limits.max_hr_bpm.ok_or(Missing::MaxHeartRateNotSet)?;
        let rest = self.limits.resting_hr_bpm.unwrap_or(0.0);
        if HEART_RATE_BPM.contains(&max) { Ok(max) } else { Err(Missing::HeartRateLimits(rest, max)) }
    }

    fn rest_and_max(&self) -> Result<(f64, f64), Missing> {
        let rest = self.limits.resting_hr_bpm.ok_or(Missing::RestingHeartRateNotSet)?;
        let max = self.limits.max_hr_bpm.ok_or(Missing::MaxHeartRateNotSet)?;
        let plausible = HEART_RATE_BPM.contains(&rest) && HEART_RATE_BPM.contains(&max) && max > rest;
        if plausible { Ok((rest, max)) } else { Err(Missing::HeartRateLimits(rest, max)) }
    }

    fn threshold(&self) -> Result<f64, Missing> {
        let (rest, max) = self.rest_and_max()?;
        let threshold = self.limits.threshold_hr_bpm.ok_or(Missing::ThresholdHeartRateNotSet)?;
        if threshold > rest && threshold < max {
            Ok(threshold)
        } else {
            Err(Missing::ThresholdHeartRateOutside(threshold))
        }
    }
}

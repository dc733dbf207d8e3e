//! Training load from heart rate, sample by sample.

use serde::{Deserialize, Serialize};

/// The sex that the formula's constants were fitted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Women's constants.
    Female,
    /// Men's constants.
    Male,
}

/// The part of the heart-rate reserve that a heart rate takes: (rate − rest) ÷ (max − rest), kept within 0 and 1. NaN
/// when the rate is, and unless `max_bpm` is above `rest_bpm`.
#[must_use]
pub fn reserve(heart_rate_bpm: f64, rest_bpm: f64, max_bpm: f64) -> f64 {
    if max_bpm.partial_cmp(&rest_bpm) != Some(std::cmp::Ordering::Greater) {
        return f64::NAN;
    }
    ((heart_rate_bpm - rest_bpm) / (max_bpm - rest_bpm)).clamp(0.0, 1.0)
}

/// Banister's training impulse of `minutes` at one heart rate: minutes · d · A · e^(B·d) with d = (heart rate − rest) ÷
/// (max − rest), kept within 0 and 1.
///
/// Men A = 0.64, B = 1.92; women A = 0.86, B = 1.67. Programs disagree about women: GoldenCheetah and Elevate take
/// A = 0.64 with B = 1.67 (0.744 of this), Runalyze A = 0.821776 (0.956 of this); the primary source of 0.86 was not
/// read. NaN when anything is NaN, and unless `max_bpm` is above `rest_bpm`: what is not known is no load of 0.
#[must_use]
pub fn banister_trimp(minutes: f64, heart_rate_bpm: f64, rest_bpm: f64, max_bpm: f64, sex: Sex) -> f64 {
    let reserve = reserve(heart_rate_bpm, rest_bpm, max_bpm);
    let (a, b) = match sex {
        Sex::Female => (0.86_f64, 1.67),
        Sex::Male => (0.64, 1.92),
    };
    minutes * reserve * a * (b * reserve).exp()
}

/// The zone of Edwards, 0 to 5, of a heart rate: 1 from 50 % of the maximum, 2 above 60 %, 3 above 70 %, 4 above 80 %,
/// 5 above 90 %; 0 below 50 %. A heart rate exactly on a bound belongs to the zone below it (at 50 % to zone 1).
///
/// The zone's number is its weight in [`edwards_trimp`]. Source: Edwards 1993 as in sport-activities-features, whose
/// topmost bound is strict; we hold all of them alike. `None` when either is not finite, or the maximum not above zero.
#[must_use]
pub fn edwards_zone(heart_rate_bpm: f64, max_bpm: f64) -> Option<usize> {
    if !(heart_rate_bpm.is_finite() && max_bpm.is_finite() && max_bpm > 0.0) {
        return None;
    }
    let share = heart_rate_bpm / max_bpm;
    Some(usize::from(share >= 0.5) + [0.6, 0.7, 0.8, 0.9].iter().filter(|bound| share > **bound).count())
}

/// Edwards' training impulse: Σ minutes in a zone × the zone's number, from the seconds in each of the zones 0 to 5
/// ([`edwards_zone`]). NaN when any of them is.
#[must_use]
pub fn edwards_trimp(seconds_in_zones: [f64; 6]) -> f64 {
    (0_u8..).zip(seconds_in_zones).map(|(weight, seconds)| f64::from(weight) * seconds / 60.0).sum()
}

/// The zone of Lucia, 0 to 2, of a heart rate: below the first ventilatory threshold, from it on, and from the second
/// on. `None` when any of them is not finite, and unless the second threshold is above the first.
#[must_use]
pub fn lucia_zone(heart_rate_bpm: f64, vt1_bpm: f64, vt2_bpm: f64) -> Option<usize> {
    if !(heart_rate_bpm.is_finite() && vt1_bpm.is_finite() && vt2_bpm.is_finite() && vt2_bpm > vt1_bpm) {
        return None;
    }
    Some(usize::from(heart_rate_bpm >= vt1_bpm) + usize::from(heart_rate_bpm >= vt2_bpm))
}

/// Lucia's training impulse: minutes below VT1 × 1, between VT1 and VT2 × 2, from VT2 on × 3, from the seconds in each
/// zone ([`lucia_zone`]). NaN when any of them is.
#[must_use]
pub fn lucia_trimp(seconds_in_zones: [f64; 3]) -> f64 {
    (1_u8..).zip(seconds_in_zones).map(|(weight, seconds)| f64::from(weight) * seconds / 60.0).sum()
}

/// Heart-rate stress score in the variant `trimp_100`: 100 × TRIMP ÷ TRIMP of 60 minutes at threshold heart rate
/// ([`banister_trimp`], same person). An hour at threshold is 100. Not finite when the threshold is not above the
/// resting heart rate, and when anything is not known.
///
/// There is no one published formula for hrTSS. Source of this one: GoldenCheetah (TRIMP100) and Elevate (HRSS).
#[must_use]
pub fn hrtss_trimp_100(trimp: f64, threshold_bpm: f64, rest_bpm: f64, max_bpm: f64, sex: Sex) -> f64 {
    100.0 * trimp / banister_trimp(60.0, threshold_bpm, rest_bpm, max_bpm, sex)
}

/// Heart-rate stress score in the variant `hrr_squared` of `seconds` at one heart rate: 100 × hours × (d ÷ d at
/// threshold)², with d = [`reserve`]. An hour at threshold is 100. NaN when anything is, and unless the reserve at threshold
/// is above zero.
///
/// Source: pacelore, which takes 0.83 for the reserve at threshold where nobody knows it; we take none.
#[must_use]
pub fn hrtss_hrr_squared(seconds: f64, reserve: f64, threshold_reserve: f64) -> f64 {
    if threshold_reserve > 0.0 { 100.0 * seconds / 3600.0 * (reserve / threshold_reserve).powi(2) } else { f64::NAN }
}

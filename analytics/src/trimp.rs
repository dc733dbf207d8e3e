//! Training impulse from heart rate.

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

/// Banister's training impulse of `minutes` at one heart rate: minutes · d · A · e^(B·d) with d = (heart rate − rest) ÷
/// (max − rest), kept within 0 and 1.
///
/// Men A = 0.64, B = 1.92; women A = 0.86, B = 1.67. Some programs take 0.64 for women too, which gives 0.744 of this.
/// `max_bpm` must be above `rest_bpm`; otherwise the result is 0.
#[must_use]
pub fn banister_trimp(minutes: f64, heart_rate_bpm: f64, rest_bpm: f64, max_bpm: f64, sex: Sex) -> f64 {
    if max_bpm.partial_cmp(&rest_bpm) != Some(std::cmp::Ordering::Greater) {
        return 0.0;
    }
    let (a, b) = match sex {
        Sex::Female => (0.86_f64, 1.67),
        Sex::Male => (0.64, 1.92),
    };
    let reserve = ((heart_rate_bpm - rest_bpm) / (max_bpm - rest_bpm)).clamp(0.0, 1.0);
    minutes * reserve * a * (b * reserve).exp()
}

//! GOVSS: Skiba's gravity-ordered velocity stress score, as in GoldenCheetah. It needs a runner's mass and height, which
//! nobody is asked for, so no summary has it; the formulas are here for whoever brings those.

use super::grade::minetti_cost_j_per_kg_m;
use super::pieces::{is_known, power_mean_4};

/// Density of air, kg/m³, and drag coefficient, as in GoldenCheetah.
const AIR_KG_PER_M3: f64 = 1.2;
const DRAG: f64 = 0.9;
/// Window of the rolling mean of power, seconds.
const POWER_WINDOW_S: f64 = 30.0;

/// A runner's body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Mass, kilograms.
    pub mass_kg: f64,
    /// Height, metres.
    pub height_m: f64,
}

/// Power of running at a steady speed on a slope, watts: (c_aero + c_slope · efficiency) · v · m, with
/// c_aero = 0.5 · 1.2 · 0.9 · A_f · v² ÷ m, A_f = 0.2025 · height^0.725 · mass^0.425 · 0.266 m²,
/// c_slope = [`minetti_cost_j_per_kg_m`] and efficiency = (0.25 + 0.054 v)(1 − 0.5 v ÷ 8.33).
///
/// Speed in m/s, slope as a fraction. The kinetic term of changes of speed is left out: speed and slope are meant to
/// be rolling means over 120 s. Source: Skiba 2006 as in GoldenCheetah, `GOVSS.cpp`.
#[must_use]
pub fn running_power_w(speed_mps: f64, grade: f64, body: Body) -> f64 {
    let frontal_m2 = 0.2025 * body.height_m.powf(0.725) * body.mass_kg.powf(0.425) * 0.266;
    let aero = 0.5 * AIR_KG_PER_M3 * DRAG * frontal_m2 * speed_mps.powi(2) / body.mass_kg;
    let efficiency = (0.25 + 0.054 * speed_mps) * (1.0 - 0.5 * speed_mps / 8.33);
    (aero + minetti_cost_j_per_kg_m(grade) * efficiency) * speed_mps * body.mass_kg
}

/// Lactate-normalised power, watts: fourth root of the mean fourth power of the rolling mean over 30 s. `pieces` are
/// watts with the seconds that they hold for; `None` with less than 30 s.
#[must_use]
pub fn lactate_normalised_power_w(pieces: &[(f64, f64)]) -> Option<f64> {
    let known: Vec<_> = pieces.iter().copied().filter(is_known).collect();
    power_mean_4(&known, POWER_WINDOW_S)
}

/// Gravity-ordered velocity stress score: 100 × LNP × seconds × IWF ÷ (3600 × RTP), with the intensity weighting
/// factor IWF = LNP ÷ RTP. Both powers in watts; RTP is [`running_power_w`] at critical speed on the level. An hour at
/// RTP is 100. NaN unless RTP is above zero.
#[must_use]
pub fn govss(duration_s: f64, normalised_power_w: f64, threshold_power_w: f64) -> f64 {
    let weighting = normalised_power_w / threshold_power_w;
    let score = 100.0 * normalised_power_w * duration_s * weighting / (3600.0 * threshold_power_w);
    // Two powers below zero would make a score like any other.
    if threshold_power_w > 0.0 { score } else { f64::NAN }
}

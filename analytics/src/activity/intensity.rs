//! How the time of an activity is spread over intensities.

use serde::{Deserialize, Serialize};

use super::heart::HeartRates;
use super::missing::Missing;
use super::pieces::pieces;
use super::samples::Samples;

/// Bounds of the speed bands, as parts of the threshold speed. Our own; no study stands behind them.
pub const SPEED_BANDS: [f64; 4] = [0.8, 0.9, 1.0, 1.1];

/// Time per zone, seconds. A distribution whose limits the athlete has not set, or whose limits cannot be, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Intensity {
    /// Heart rate by per cent of the maximum: below 50, then Edwards' five zones ([`super::edwards_zone`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_heart_rate_zones_s: Option<[f64; 6]>,
    /// Heart rate below VT1, from VT1 on, from VT2 on ([`super::lucia_zone`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ventilatory_zones_s: Option<[f64; 3]>,
    /// Grade-adjusted speed (Minetti) below 80 %, from 80, 90, 100 and 110 % of the threshold speed ([`SPEED_BANDS`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_speed_bands_s: Option<[f64; 5]>,
}

impl Intensity {
    /// Whether there is no distribution at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn of(
        heart_rates: Result<&HeartRates<'_>, Missing>,
        graded_mps: Option<&[f64]>,
        samples: &Samples,
        threshold_speed_mps: Option<f64>,
    ) -> Self {
        let threshold = threshold_speed_mps.filter(|threshold| threshold.is_finite() && *threshold > 0.0);
        let bands = graded_mps.zip(threshold).map(|(speeds, threshold)| {
            let mut seconds_in = [0.0; 5];
            for (speed, seconds) in pieces(speeds, &samples.duration_s) {
                let band = SPEED_BANDS.iter().filter(|bound| speed >= **bound * threshold).count();
                if let Some(sum) = seconds_in.get_mut(band) {
                    *sum += seconds;
                }
            }
            seconds_in
        });
        Self {
            max_heart_rate_zones_s: known(heart_rates.and_then(HeartRates::edwards_zones_s).ok()),
            ventilatory_zones_s: known(heart_rates.and_then(HeartRates::lucia_zones_s).ok()),
            threshold_speed_bands_s: known(bands),
        }
    }
}

/// Times that add up to something.
fn known<const ZONES: usize>(seconds_in: Option<[f64; ZONES]>) -> Option<[f64; ZONES]> {
    seconds_in.filter(|zones| {
        let total: f64 = zones.iter().sum();
        total.is_finite() && total > 0.0
    })
}

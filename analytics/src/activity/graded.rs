//! Grade-adjusted distance and speed, and what the runner's threshold speed makes of them.

use super::grade::GradeModel;
use super::missing::Missing;
use super::pieces::{is_known, pieces, power_mean_4};
use super::samples::Samples;

/// Window of the rolling mean in the normalised graded speed, seconds.
const NORMALISED_WINDOW_S: f64 = 30.0;
/// Speed and slope must both be known for at least this part of the way and of the time.
const MIN_SHARE: f64 = 0.8;

/// What speed and slope give together, by one model each.
#[derive(Debug)]
pub(super) struct Graded {
    /// Grade-adjusted speed at every sample by Minetti, m/s; NaN where it is not known.
    pub(super) minetti_mps: Vec<f64>,
    /// Grade-adjusted ÷ recorded distance, Minetti.
    pub(super) minetti_ratio: f64,
    /// The same by Elevate's fit of Strava's data.
    pub(super) elevate_ratio: f64,
}

impl Graded {
    pub(super) fn of(samples: &Samples, grades: &[f64]) -> Result<Self, Missing> {
        let minetti_mps: Vec<f64> = samples
            .speed_mps
            .iter()
            .zip(grades)
            .map(|(speed, grade)| speed * GradeModel::Minetti2002.factor(*grade))
            .collect();
        let rows = samples.speed_mps.iter().zip(grades).zip(&samples.duration_s);
        let [mut all_m, mut known_m, mut minetti_m, mut elevate_m] = [0.0; 4];
        for (((speed, grade), seconds), graded) in rows.zip(&minetti_mps) {
            let way_m = speed * seconds;
            if way_m > 0.0 {
                all_m += way_m;
                if !grade.is_nan() {
                    known_m += way_m;
                    minetti_m += graded * seconds;
                    elevate_m += way_m * GradeModel::ElevateStravaFit.factor(*grade);
                }
            }
        }
        if !(all_m > 0.0 && all_m.is_finite()) {
            return Err(Missing::NoSpeed);
        }
        if known_m < MIN_SHARE * all_m {
            return Err(Missing::NoAltitude);
        }
        Ok(Self { minetti_mps, minetti_ratio: minetti_m / known_m, elevate_ratio: elevate_m / known_m })
    }

    /// [`normalised_speed_mps`] of the grade-adjusted speed.
    pub(super) fn normalised_mps(&self, samples: &Samples, whole_s: Option<f64>) -> Result<f64, Missing> {
        let pieces: Vec<_> = pieces(&self.minetti_mps, &samples.duration_s).collect();
        let known_s: f64 = pieces.iter().map(|(_, seconds)| seconds).sum();
        if whole_s.is_none_or(|whole_s| known_s < MIN_SHARE * whole_s) {
            return Err(Missing::NoSpeed);
        }
        power_mean_4(&pieces, NORMALISED_WINDOW_S).ok_or(Missing::ShorterThan(1))
    }
}

/// Normalised speed, m/s: the rolling mean over 30 s, to the fourth power, averaged over the time from second 30 on,
/// and the fourth root of that. Of a speed that does not change it is that speed; it is never below the mean by more
/// than what the first 30 s make.
///
/// `pieces` are speeds (m/s) with the seconds that they hold for; pieces without a finite speed and a time above zero
/// are left out. `None` when there are less than 30 s.
///
/// With grade-adjusted speeds this is our stand-in for TrainingPeaks' *normalised graded pace*, whose algorithm is not
/// published; the form is that of Coggan's normalised power.
#[must_use]
pub fn normalised_speed_mps(pieces: &[(f64, f64)]) -> Option<f64> {
    let known: Vec<_> = pieces.iter().copied().filter(is_known).collect();
    power_mean_4(&known, NORMALISED_WINDOW_S)
}

/// Running stress score: 100 × hours × (normalised speed ÷ threshold speed)²; an hour at threshold is 100.
///
/// Speeds in m/s (speeds, not paces: the ratio of paces is the inverse), duration in seconds. NaN unless the
/// threshold is above zero. Source: TrainingPeaks' rTSS, in the form of slowtwitch.com thread 682825.
#[must_use]
pub fn rtss(duration_s: f64, normalised_speed_mps: f64, threshold_speed_mps: f64) -> f64 {
    // A threshold below zero would square to a score like any other.
    if threshold_speed_mps > 0.0 {
        100.0 * duration_s / 3600.0 * (normalised_speed_mps / threshold_speed_mps).powi(2)
    } else {
        f64::NAN
    }
}

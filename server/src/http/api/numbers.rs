//! What analytics make of an activity's samples, as the API says it.

use std::collections::BTreeMap;

use plimsoll_analytics::{ActivitySummary, BestEffort};
use serde::Serialize;
use utoipa::ToSchema;

/// Loads, effort, best efforts, intensity and mechanics of an activity. Null means that it cannot be said; `reasons` says
/// why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct NumbersBody {
    /// Banister's TRIMP, per sample.
    trimp: Option<f64>,
    /// Edwards' TRIMP: minutes in the five zones of maximum heart rate, × 1 to 5.
    edwards_trimp: Option<f64>,
    /// Lucia's TRIMP: minutes below VT1, between VT1 and VT2, and above, × 1 to 3.
    lucia_trimp: Option<f64>,
    /// Heart-rate stress score, variant `trimp_100`: 100 × TRIMP ÷ TRIMP of an hour at threshold heart rate.
    hrtss: Option<f64>,
    /// Heart-rate stress score, variant `hrr_squared`: 100 × hours × (reserve ÷ reserve at threshold)².
    hrtss_hrr_squared: Option<f64>,
    /// Session RPE load: rating (0 to 10) × minutes.
    session_rpe_load: Option<f64>,
    /// Running stress score: 100 × hours × (normalised graded speed ÷ threshold speed)².
    rtss: Option<f64>,
    /// Distance on the level that costs as much by Minetti 2002, m.
    grade_adjusted_distance_m: Option<f64>,
    /// The same by Elevate's fit of Strava's data, m.
    grade_adjusted_distance_elevate_m: Option<f64>,
    /// Normalised graded speed (Minetti; rolling mean over 30 s, fourth power), m/s.
    normalised_graded_speed_mps: Option<f64>,
    /// Efficiency factor: grade-adjusted speed (Minetti) in m/min ÷ heart rate in bpm, in motion.
    efficiency_factor: Option<f64>,
    /// Decoupling of recorded speed and heart rate between the halves, %.
    decoupling_pct: Option<f64>,
    /// The same of the grade-adjusted speed (Minetti), %.
    decoupling_graded_pct: Option<f64>,
    /// Steps of both feet.
    steps: Option<f64>,
    /// Best efforts within a run.
    best_efforts: BestEffortsBody,
    /// Highest mean heart rates over 10 s, 1, 20, 30 and 60 min.
    peak_heart_rates: Vec<PeakHeartRateBody>,
    /// Time in zones.
    intensity: IntensityBody,
    /// Means by speed on level ground, in bins 0.25 m/s wide with at least a minute in them.
    mechanics: Vec<MechanicsBody>,
    /// Why a value is null, by its name.
    reasons: BTreeMap<String, String>,
}

/// Best efforts within a run; the clock goes on in pauses.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BestEffortsBody {
    /// Shortest time over 400 m, 1 km, a mile, 3, 5, 10 and 15 km, half and full marathon, 50 km.
    by_distance: Vec<BestEffortBody>,
    /// Longest distance in 1, 3, 5, 7, 10, 15, 20, 30 and 60 min.
    by_time: Vec<BestEffortBody>,
}

/// A best effort.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BestEffortBody {
    /// Distance, m.
    distance_m: f64,
    /// Time, s.
    time_s: f64,
    /// When it began, s from the first sample.
    from_s: f64,
}

/// The highest mean heart rate over some time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PeakHeartRateBody {
    /// The time, s.
    time_s: f64,
    /// Mean over it, bpm.
    bpm: f64,
}

/// Time in zones, s. Null where the athlete's limits are not set.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct IntensityBody {
    /// Below 50 %, to 60, 70, 80, 90 % and above 90 % of maximum heart rate.
    max_heart_rate_zones_s: Option<[f64; 6]>,
    /// Below VT1, from VT1 on, from VT2 on.
    ventilatory_zones_s: Option<[f64; 3]>,
    /// Grade-adjusted speed below 80 %, from 80, 90, 100 and 110 % of threshold speed on.
    threshold_speed_bands_s: Option<[f64; 5]>,
}

/// Means at one speed on level ground.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MechanicsBody {
    /// Mean speed of the bin, m/s.
    speed_mps: f64,
    /// Time in it, s.
    time_s: f64,
    /// Heart rate, bpm.
    heart_rate_bpm: Option<f64>,
    /// Cadence, steps per minute.
    cadence_spm: Option<f64>,
    /// Ground contact time, ms.
    stance_time_ms: Option<f64>,
    /// Ground contact balance, % left.
    stance_balance_pct: Option<f64>,
    /// Vertical oscillation, mm.
    vertical_oscillation_mm: Option<f64>,
    /// Step length, mm.
    step_length_mm: Option<f64>,
    /// Vertical ratio, %.
    vertical_ratio_pct: Option<f64>,
}

impl From<&ActivitySummary> for NumbersBody {
    fn from(summary: &ActivitySummary) -> Self {
        let efforts = |efforts: &[BestEffort]| efforts.iter().map(BestEffortBody::from).collect();
        Self {
            trimp: summary.trimp,
            edwards_trimp: summary.edwards_trimp,
            lucia_trimp: summary.lucia_trimp,
            hrtss: summary.hrtss,
            hrtss_hrr_squared: summary.hrtss_hrr_squared,
            session_rpe_load: summary.session_rpe_load,
            rtss: summary.rtss,
            grade_adjusted_distance_m: summary.grade_adjusted_distance_m,
            grade_adjusted_distance_elevate_m: summary.grade_adjusted_distance_elevate_m,
            normalised_graded_speed_mps: summary.normalised_graded_speed_mps,
            efficiency_factor: summary.efficiency_factor,
            decoupling_pct: summary.decoupling_pct,
            decoupling_graded_pct: summary.decoupling_graded_pct,
            steps: summary.steps,
            best_efforts: BestEffortsBody {
                by_distance: efforts(&summary.best_efforts.by_distance),
                by_time: efforts(&summary.best_efforts.by_time),
            },
            peak_heart_rates: summary
                .peak_heart_rates
                .iter()
                .map(|peak| PeakHeartRateBody { time_s: peak.time_s, bpm: peak.bpm })
                .collect(),
            intensity: IntensityBody {
                max_heart_rate_zones_s: summary.intensity.max_heart_rate_zones_s,
                ventilatory_zones_s: summary.intensity.ventilatory_zones_s,
                threshold_speed_bands_s: summary.intensity.threshold_speed_bands_s,
            },
            mechanics: summary
                .mechanics
                .bins
                .iter()
                .map(|at| MechanicsBody {
                    speed_mps: at.speed_mps,
                    time_s: at.time_s,
                    heart_rate_bpm: at.heart_rate_bpm,
                    cadence_spm: at.cadence_spm,
                    stance_time_ms: at.stance_time_ms,
                    stance_balance_pct: at.stance_balance_pct,
                    vertical_oscillation_mm: at.vertical_oscillation_mm,
                    step_length_mm: at.step_length_mm,
                    vertical_ratio_pct: at.vertical_ratio_pct,
                })
                .collect(),
            reasons: summary
                .reasons
                .iter()
                .map(|(field, missing)| (field.clone().into_owned(), missing.to_string()))
                .collect(),
        }
    }
}

impl From<&BestEffort> for BestEffortBody {
    fn from(effort: &BestEffort) -> Self {
        Self { distance_m: effort.distance_m, time_s: effort.time_s, from_s: effort.from_s }
    }
}

//! Running load from activity frames.
//!
//! The flow, and the modules in its order: `activity` (records → one summary; a module per kind of value) → `loads` (one
//! load for every activity, with its source; `thresholds` estimates limits when somebody asks) → `days`
//! (runs → a dense [`DayGrid`]) → `indicators` (grid → one [`Day`] of measures per day, from `kernels`, `longest` and
//! `breaks`) → `flags` (by `rules`, in `words`), each with its entry in the `evidence` register. `line` looks ahead.
//!
//! Architecture invariants: pure: no file or network access, no clock (the day is an argument), no wire format.
//! Unknown is never read as zero; a measure that cannot be said carries its [`Reason`].

mod activity;
mod breaks;
mod day;
mod days;
mod evidence;
mod flags;
mod indicators;
pub mod kernels;
mod line;
mod loads;
mod longest;
mod parameters;
mod rules;
mod thresholds;
mod words;

pub use activity::{
    ActivitySummary, BEST_DISTANCES_M, BEST_TIMES_S, BestEffort, BestEfforts, Body, DistanceOrigin, EffortPiece,
    GradeModel, Intensity, Mechanics, MechanicsAt, Missing, PeakHeartRate, Physiology, SPEED_BANDS, SPEED_STEP_MPS,
    Sex, banister_trimp, best_in_time, best_over_distance, decoupling_pct, edwards_trimp, edwards_zone,
    efficiency_factor, govss, hrtss_hrr_squared, hrtss_trimp_100, lactate_normalised_power_w, lucia_trimp, lucia_zone,
    minetti_cost_j_per_kg_m, normalised_speed_mps, reserve, rtss, running_power_w, summarise,
};
pub use day::{Day, Measure, Reason, State, days_frame};
pub use days::{DayGrid, Gaps, GridError, Run};
pub use evidence::{Evidence, Source, evidence, register};
pub use flags::{Episode, Flag, FlagCode, Level, SpikeClass};
pub use indicators::{Analysis, analyse};
pub use line::{ChangeCause, LineChange, LineOutlook, PlannedRun, line_outlook, planned_run};
pub use loads::{LEAST_FOR_A_MEDIAN, Load, LoadScales, LoadSource, Loaded, NoLoad, loads};
pub use parameters::Parameters;
pub use thresholds::{
    Estimate, EstimateParameters, NoEstimate, RunnersRun, Support, ThresholdEstimates, estimate_thresholds,
};

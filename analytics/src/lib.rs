//! Running load from activity frames.
//!
//! The flow, and the modules in its order: `activity` (records → one summary; a module per kind of value) → `loads` (one
//! load for every activity, with its source; `thresholds` estimates limits when somebody asks) → `session` and `days`
//! (sessions → a dense [`DayGrid`] of `channel`s) → `indicators` (grid → a `table` of measures, a row per day, from `kernels`, `longest` and `breaks`) → `flags` (rules that judge the table, and tell of it in words),
//! each with its entry in the `evidence` register. `analysis` is all of this for one athlete, `squad` for ten thousand;
//! `line` looks ahead. `metric` says what every number is.
//!
//! Beside the flow stands the `diary` of one athlete; `body` is what is worked out of it once for the rules that rest on
//! more than loads: each `own_metric` against its own `baseline`, pain by `sites`, the `wear` of shoes. `variability` is
//! the arithmetic of heartbeats.
//!
//! Architecture invariants: pure: no file or network access, no clock (the day is an argument), no wire format.
//! Unknown is never read as zero; a measure that cannot be said carries its [`Reason`].

mod activity;
mod analysis;
mod averages;
mod baseline;
mod body;
mod body_parameters;
mod breaks;
mod channel;
mod columns;
mod day;
mod days;
mod diary;
mod evidence;
mod flags;
mod indicators;
mod interval;
pub mod kernels;
mod line;
mod loads;
mod longest;
mod method;
mod metric;
mod own_metric;
mod parameters;
mod session;
mod sites;
mod squad;
mod table;
mod thresholds;
pub mod variability;
mod wear;
mod windows;

pub use activity::{
    ACTIVITY_METRICS, ACTIVITY_PARTS, ActivitySummary, BEST_DISTANCES_M, BEST_TIMES_S, BestEffort, BestEfforts, Body,
    DistanceOrigin, ESTIMATE_METRICS, EffortPiece, GradeModel, Intensity, Mechanics, MechanicsAt, Missing,
    PeakHeartRate, Physiology, SPEED_BANDS, SPEED_STEP_MPS, Sex, banister_trimp, best_in_time, best_over_distance,
    decoupling_pct, edwards_trimp, edwards_zone, efficiency_factor, govss, hrtss_hrr_squared, hrtss_trimp_100,
    lactate_normalised_power_w, lucia_trimp, lucia_zone, minetti_cost_j_per_kg_m, normalised_speed_mps, reserve, rtss,
    running_power_w, speed_variation_pct, summarise,
};
pub use analysis::{Analysis, analyse};
pub use baseline::{Baselines, Compared, OwnValue};
pub use body_parameters::BodyParameters;
pub use channel::{Channel, Loads};
pub use day::{Day, Measure, Reason, State};
pub use days::{DayGrid, Gaps, GridError};
pub use diary::{DayMarks, Diary, DiaryError, Hooper, Illness, Injury, Pain, RunForm, Shoe, Side, checked_rpe};
pub use evidence::{Evidence, Source, evidence, register};
pub use flags::{Episode, Flag, FlagCode, Input, InputValue, Level, SpikeClass};
pub use interval::{Interval, IntervalKind};
pub use line::{ChangeCause, LineChange, LineOutlook, PlannedRun, WeighedRun, line_outlook, planned_run, weigh_runs};
pub use loads::{LEAST_FOR_A_MEDIAN, Load, LoadScales, LoadSource, Loaded, NoLoad, loads};
pub use method::method_page;
pub use metric::{Aggregation, DayMetric, MetricInfo, Validity};
pub use own_metric::OwnMetric;
pub use parameters::{ParameterError, Parameters};
pub use session::{HeartRateQuality, Session, SessionKind};
pub use squad::{Squad, SquadError, analyse_squad};
pub use thresholds::{
    Estimate, EstimateParameters, NoEstimate, RunnersRun, Support, ThresholdEstimates, estimate_thresholds,
};

//! Running load from activity frames.
//!
//! The flow, and the modules in its order: `activity` (records → one summary; `samples` and `trimp` help it) →
//! `session` and `days` (sessions → a dense [`DayGrid`] of `channel`s) → `indicators` (grid → a `table` of measures, a
//! row per day, from `kernels`, `longest` and `breaks`) → `flags` (rules that judge the table, and tell of it in words),
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
mod baseline;
mod body;
mod body_parameters;
mod breaks;
mod channel;
mod day;
mod days;
mod diary;
mod evidence;
mod flags;
mod indicators;
mod interval;
pub mod kernels;
mod line;
mod longest;
mod method;
mod metric;
mod own_metric;
mod parameters;
mod samples;
mod session;
mod sites;
mod squad;
mod table;
mod trimp;
pub mod variability;
mod wear;

pub use activity::{ActivitySummary, DistanceOrigin, Physiology, summarise};
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
pub use line::{ChangeCause, LineChange, LineOutlook, PlannedRun, line_outlook, planned_run};
pub use method::method_page;
pub use metric::{Aggregation, DayMetric, MetricInfo, Validity};
pub use own_metric::OwnMetric;
pub use parameters::Parameters;
pub use session::{HeartRateQuality, LoadOrigin, Session, SessionKind};
pub use squad::{Squad, SquadError, analyse_squad};
pub use trimp::{Sex, banister_trimp};

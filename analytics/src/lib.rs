//! Running load from activity frames.
//!
//! The flow, and the modules in its order: `activity` (records → one summary; `samples` and `trimp` help it) → `days`
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
mod longest;
mod parameters;
mod rules;
mod samples;
mod trimp;
mod words;

pub use activity::{ActivitySummary, DistanceOrigin, Physiology, summarise};
pub use day::{Day, Measure, Reason, State, days_frame};
pub use days::{DayGrid, Gaps, GridError, Run};
pub use evidence::{Evidence, Source, evidence, register};
pub use flags::{Episode, Flag, FlagCode, Level, SpikeClass};
pub use indicators::{Analysis, analyse};
pub use line::{ChangeCause, LineChange, LineOutlook, PlannedRun, line_outlook, planned_run};
pub use parameters::Parameters;
pub use trimp::{Sex, banister_trimp};

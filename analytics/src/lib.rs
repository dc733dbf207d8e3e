//! Running load from activity frames.
//!
//! The flow, and the modules in its order: `activity` (records → one summary) → `days` (runs → a dense [`DayGrid`]) →
//! `indicators` (grid → one [`Day`] of measures per day) → `flags`, each with its entry in the `evidence` register.
//!
//! Architecture invariants: pure: no file or network access, no clock (the day is an argument), no wire format.
//! Unknown is never read as zero; a measure that cannot be said carries its [`Reason`].

mod activity;
mod days;
mod evidence;
mod flags;
mod indicators;
mod line;

pub use activity::{ActivitySummary, Physiology, Sex, summarise};
pub use days::{DayGrid, Gaps, GridError, Run};
pub use evidence::{Evidence, evidence, register};
pub use flags::{Flag, FlagCode, Level, SpikeClass};
pub use indicators::{Analysis, Day, Measure, Parameters, Reason, State, analyse, days_frame};
pub use line::{LineChange, LineOutlook, PlannedRun, line_outlook, planned_run};

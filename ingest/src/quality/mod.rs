//! Quality of what was read: what looks wrong, where, and what that does to the numbers; and cleaning it, step by
//! named step, so that it can be undone.
//!
//! [`examine`] only looks. [`clean`] changes columns and keeps what was recorded beside them: a step that changes
//! `heart_rate_bpm` leaves the recorded values in `heart_rate_bpm_raw`. [`restore`] gives the frame as it was read.
//! No step makes a value up: what is wrong becomes null, and only a heart rate that a strap measured at that moment
//! fills a gap.
//!
//! The rules are our own, made to find little rather than too much; none has been validated against a reference
//! measurement. Their limits are constants with a reason.
//!
//! | finding | rule | does |
//! |---|---|---|
//! | `heart_rate_impossible` | outside 25–250 bpm | null |
//! | `heart_rate_spike` | off by ≥ 20 bpm, faster than 10 bpm/s, back within 10 s | null |
//! | `heart_rate_cadence_lock` | within 5 of the steps (or half of them) for ≥ 60 s, with evidence that it is no chance: see `cadence_lock` in the source | null, when asked |
//! | `heart_rate_dropout` | none for ≥ 60 s, or for more than 5 % of the time | filled from the strap's memory |
//! | `heart_rate_flat` | the very same value for > 5 min while the speed changes | nothing |
//! | `speed_spike` | a run faster than 12.5 m/s | null |
//! | `distance_jump` | a run's distance grows faster than that, by more than 30 m | null or taken off, when asked |
//! | `position_jump` | likewise between positions | nothing |
//! | `time_backwards` | a sample earlier than the one before | sorted |
//! | `duplicate_samples` | same time and same values | marked |
//! | `same_time` | same time, other values | nothing |
//! | `gap` | no sample for > 30 s (four times the usual step, if that is more), outside pauses | nothing |
//! | `altitude_rough` | steeper than 45 % over 20 m in more than 1 % of such legs | nothing |
//! | `timer_too_long` | the timer ran for longer than from start to end, by 5 s and 1 % | nothing |
//! | `total_impossible` | a distance over 2,000 km or (a run's) over 12.5 m/s, a time over ten days, a climb over 50 km | a summary leaves it out |

mod altitude;
mod cadence_lock;
mod clean;
mod finding;
mod heart_rate;
mod motion;
mod order;
mod series;
mod totals;

pub use clean::{Cleaned, Cleaning, Step, clean, restore};
pub use finding::{Finding, FindingKind, Stretch};
pub use heart_rate::HEART_RATE_BPM;
pub use totals::{MAX_CLIMB_M, MAX_DISTANCE_M, MAX_TIME_S, is_too_fast};

use crate::{Activity, schema};
use series::Series;

/// Ending of the names of columns that hold the recorded values of a column that was cleaned.
pub const RAW_SUFFIX: &str = "_raw";

/// Whether a column name is kept for cleaning, so that no column of a file may have it.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    [schema::HEART_RATE_BPM_RAW, schema::SPEED_MPS_RAW, schema::DISTANCE_M_RAW, schema::ROW_RAW, schema::IS_DUPLICATE]
        .contains(&name)
}

/// Examines an activity as it was read (a cleaned one: what is still wrong with it). At most one [`Finding`] of each
/// kind, in the order of the table above. Cost: a few passes over the samples.
#[must_use]
pub fn examine(activity: &Activity) -> Vec<Finding> {
    let series = Series::of(activity);
    let repeated = order::repeated(&series, activity);
    [
        heart_rate::impossible(&series),
        heart_rate::spikes(&series),
        cadence_lock::finding(&series),
        heart_rate::dropouts(&series, &clean::with_strap(activity, &series.heart_rate)),
        heart_rate::flat(&series),
        motion::speed_spikes(&series),
        motion::distance_jumps(&series),
        motion::position_jumps(&series),
        order::backwards(&series),
        order::duplicates(&series, &repeated),
        order::same_time(&series, &repeated),
        order::gaps(&series),
        altitude::rough(&series),
        totals::timer(&series, activity),
        totals::impossible(&series, activity),
    ]
    .into_iter()
    .flatten()
    .collect()
}

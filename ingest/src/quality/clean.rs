//! Cleaning in named steps, each of which can be undone.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, IdxCa, IntoColumn, NamedFrom, NewChunkedArray, Series as PolarsSeries,
    UInt32Chunked,
};
use serde::{Deserialize, Serialize};

use super::cadence_lock::locked;
use super::finding::count;
use super::heart_rate::{HEART_RATE_BPM, impossible_rows, spike_rows};
use super::motion::{fast_rows, leaps};
use super::order::{by_time, repeated};
use super::series::Series;
use crate::schema::{milliseconds, numbers};
use crate::{Activity, schema};

/// A strap's value goes with a sample that is no further away than this, ms.
const STRAP_MS: i64 = 5_000;

/// Columns that steps change, with the names of their recorded values.
const CLEANED: [(&str, &str); 3] = [
    (schema::HEART_RATE_BPM, schema::HEART_RATE_BPM_RAW),
    (schema::SPEED_MPS, schema::SPEED_MPS_RAW),
    (schema::DISTANCE_M, schema::DISTANCE_M_RAW),
];

/// Which steps are taken, in the order in which they are. The default takes those that cannot do harm: what they take
/// away cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cleaning {
    /// Rows are sorted by time, unless the distance would then fall more often than before (a clock that was set
    /// back, not samples in disorder). Their recorded places stand in `row_raw`.
    pub time_order: bool,
    /// Rows that say the same as an earlier one at the same time are marked in `is_duplicate`. None is dropped: sorted,
    /// they stand for no time.
    pub duplicate_samples: bool,
    /// Heart rates outside 25–250 bpm become null.
    pub heart_rate_limits: bool,
    /// Heart rates that leap away and back within 10 s become null.
    pub heart_rate_spikes: bool,
    /// Heart rates that follow the steps become null. Off by default: the rule has not been validated, and a stretch
    /// that is taken out wrongly may cost an activity its load.
    pub cadence_lock: bool,
    /// Samples without a heart rate get what the strap's memory holds within 5 s of them.
    pub heart_rate_from_strap: bool,
    /// Speeds of a run above 12.5 m/s become null.
    pub speed_spikes: bool,
    /// Distances of a run that leave the way and come back become null; leaps that stay are taken off all that
    /// follows. Off by default: it changes the distance itself.
    pub distance_jumps: bool,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self {
            time_order: true,
            duplicate_samples: true,
            heart_rate_limits: true,
            heart_rate_spikes: true,
            cadence_lock: false,
            heart_rate_from_strap: true,
            speed_spikes: true,
            distance_jumps: false,
        }
    }
}

/// What [`clean`] gives.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// The records after all steps. Where no step changed anything, the records as read.
    pub records: DataFrame,
    /// The steps that changed something, in order.
    pub steps: Vec<Step>,
}

/// A step that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The step's name: that of its switch in [`Cleaning`].
    pub name: &'static str,
    /// Samples that it changed.
    pub samples: usize,
    /// For a person: what was done.
    pub text: String,
}

/// Cleans the records of an activity. Records that were cleaned before are restored first, so that cleaning twice is
/// cleaning once.
///
/// Every changed column `x` has its recorded values in `x_raw` behind the other columns, with the type it was read with
/// (`heart_rate_bpm_raw` is boolean and null where there was no such column at all). The same activity and steps give
/// the same frame. Cost: a few passes over the samples, and a sort when times run backwards.
#[must_use]
pub fn clean(activity: &Activity, cleaning: &Cleaning) -> Cleaned {
    let mut activity = Activity { records: restore(&activity.records), ..activity.clone() };
    let mut steps = Vec::new();
    let mut series = Series::of(&activity);
    if cleaning.time_order
        && let Some(step) = time_order(&mut activity, &series)
    {
        series = Series::of(&activity);
        steps.push(step);
    }
    if cleaning.duplicate_samples {
        steps.extend(duplicate_samples(&mut activity, &series));
    }
    let recorded = series.heart_rate.clone();
    steps.extend(heart_rate_steps(&activity, cleaning, &mut series));
    if changed(&recorded, &series.heart_rate) {
        replace(&mut activity.records, schema::HEART_RATE_BPM, schema::HEART_RATE_BPM_RAW, &series.heart_rate);
    }
    if cleaning.speed_spikes {
        let rows = fast_rows(&series);
        if take_out(&mut series.speed, &rows) > 0 {
            replace(&mut activity.records, schema::SPEED_MPS, schema::SPEED_MPS_RAW, &series.speed);
            steps.push(Step {
                name: "speed_spikes",
                samples: rows.len(),
                text: format!("{} faster than anybody runs taken out.", count(rows.len(), "speed", "speeds")),
            });
        }
    }
    if cleaning.distance_jumps {
        steps.extend(distance_jumps(&mut activity, &mut series));
    }
    Cleaned { records: activity.records, steps }
}

/// Puts the recorded values back: the frame as it was read, column by column and row by row. A frame that was never
/// cleaned comes back as it is.
#[must_use]
pub fn restore(records: &DataFrame) -> DataFrame {
    let mut frame = records.clone();
    for (name, raw) in CLEANED {
        let Ok(recorded) = frame.column(raw).cloned() else { continue };
        // No values in a type of its own: there was no such column.
        let restored = if *recorded.dtype() == DataType::Boolean {
            frame.drop_in_place(name).map(drop)
        } else {
            let mut recorded = recorded;
            recorded.rename(name.into());
            frame.with_column(recorded).map(drop)
        };
        if restored.is_ok() {
            let _ = frame.drop_in_place(raw);
        }
    }
    let _ = frame.drop_in_place(schema::IS_DUPLICATE);
    if let Some(rows) = recorded_rows(&frame)
        && let Ok(sorted) = frame.take(&rows)
    {
        frame = sorted;
        let _ = frame.drop_in_place(schema::ROW_RAW);
    }
    frame
}

/// Where each row of the frame as read stands now; `None` when the rows were not sorted.
fn recorded_rows(frame: &DataFrame) -> Option<IdxCa> {
    let places = frame.column(schema::ROW_RAW).ok()?.u32().ok()?;
    let mut now = vec![u32::MAX; frame.height()];
    for (row, place) in (0_u32..).zip(places.iter()) {
        *now.get_mut(place? as usize)? = row;
    }
    // A row that is named twice leaves another out.
    (!now.contains(&u32::MAX)).then(|| IdxCa::from_vec("".into(), now))
}

fn time_order(activity: &mut Activity, series: &Series) -> Option<Step> {
    let order = by_time(&series.seconds)?;
    let falls = |distances: &mut dyn Iterator<Item = f64>| {
        let mut last = f64::NEG_INFINITY;
        distances
            .filter(|metres| !metres.is_nan())
            .filter(|metres| std::mem::replace(&mut last, *metres) > *metres)
            .count()
    };
    let sorted = order.iter().filter_map(|row| series.distance.get(*row)).copied();
    if falls(&mut sorted.into_iter()) > falls(&mut series.distance.iter().copied()) {
        return None;
    }
    let rows: Vec<u32> = order.iter().map(|row| u32::try_from(*row)).collect::<Result<_, _>>().ok()?;
    let moved = order.iter().enumerate().filter(|(place, row)| place != *row).count();
    let mut records = activity.records.take(&IdxCa::from_vec("".into(), rows.clone())).ok()?;
    records.with_column(UInt32Chunked::from_vec(schema::ROW_RAW.into(), rows).into_column()).ok()?;
    activity.records = records;
    Some(Step {
        name: "time_order",
        samples: moved,
        text: format!("{} to its place in time.", count(moved, "sample was moved", "samples were each moved")),
    })
}

fn duplicate_samples(activity: &mut Activity, series: &Series) -> Option<Step> {
    let rows = repeated(series, activity).duplicates;
    if rows.is_empty() {
        return None;
    }
    let mut marks = vec![false; activity.records.height()];
    for row in &rows {
        if let Some(mark) = marks.get_mut(*row) {
            *mark = true;
        }
    }
    let column = BooleanChunked::from_slice(schema::IS_DUPLICATE.into(), &marks).into_column();
    activity.records.with_column(column).ok()?;
    Some(Step {
        name: "duplicate_samples",
        samples: rows.len(),
        text: format!("{} marked as standing twice.", count(rows.len(), "sample was", "samples were")),
    })
}

fn heart_rate_steps(activity: &Activity, cleaning: &Cleaning, series: &mut Series) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |name, samples, what: &str| {
        if samples > 0 {
            let text = format!("{} {what}.", count(samples, "heart rate", "heart rates"));
            steps.push(Step { name, samples, text });
        }
    };
    if cleaning.heart_rate_limits {
        let rows = impossible_rows(&series.heart_rate);
        step("heart_rate_limits", take_out(&mut series.heart_rate, &rows), "outside 25–250 bpm taken out");
    }
    if cleaning.heart_rate_spikes {
        let rows = spike_rows(&series.seconds, &series.heart_rate);
        step("heart_rate_spikes", take_out(&mut series.heart_rate, &rows), "that leap away and back taken out");
    }
    if cleaning.cadence_lock {
        let rows: Vec<usize> = locked(series).into_iter().flatten().collect();
        step("cadence_lock", take_out(&mut series.heart_rate, &rows), "that follow the steps taken out");
    }
    if cleaning.heart_rate_from_strap {
        let samples = fill_from_strap(activity, &mut series.heart_rate);
        let what = "filled in from the strap’s own memory, where the samples had none";
        step("heart_rate_from_strap", samples, what);
    }
    steps
}

/// Makes the values at `rows` null; how many there were.
fn take_out(values: &mut [f64], rows: &[usize]) -> usize {
    let mut taken = 0;
    for row in rows {
        if let Some(value) = values.get_mut(*row).filter(|value| !value.is_nan()) {
            *value = f64::NAN;
            taken += 1;
        }
    }
    taken
}

/// The heart rates with the gaps filled that the strap's memory can fill.
pub(super) fn with_strap(activity: &Activity, heart_rate: &[f64]) -> Vec<f64> {
    let mut filled = heart_rate.to_vec();
    take_out(&mut filled, &impossible_rows(heart_rate));
    fill_from_strap(activity, &mut filled);
    filled
}

/// Fills samples without a heart rate with the nearest of the strap's; how many.
fn fill_from_strap(activity: &Activity, heart_rate: &mut Vec<f64>) -> usize {
    let Some(strap) = &activity.strap_heart_rate else { return 0 };
    let times = milliseconds(&activity.records, schema::TIME);
    let rates = numbers(strap, schema::HEART_RATE_BPM);
    let mut strap: Vec<(i64, f64)> = milliseconds(strap, schema::TIME)
        .into_iter()
        .zip(rates)
        .filter_map(|(time, rate)| Some((time?, rate)))
        .filter(|(_, rate)| HEART_RATE_BPM.contains(rate))
        .collect();
    strap.sort_by_key(|(time, _)| *time);
    let mut rates = heart_rate.clone();
    rates.resize(times.len(), f64::NAN);
    let mut filled = 0;
    for (rate, time) in rates.iter_mut().zip(times).filter(|(rate, _)| rate.is_nan()) {
        let Some(time) = time else { continue };
        let behind = strap.partition_point(|(at, _)| *at < time);
        let near = [behind.checked_sub(1), Some(behind)].into_iter().flatten().filter_map(|index| strap.get(index));
        let nearest = near.min_by_key(|(at, _)| at.abs_diff(time));
        if let Some((_, measured)) = nearest.filter(|(at, _)| at.abs_diff(time) <= STRAP_MS.unsigned_abs()) {
            *rate = *measured;
            filled += 1;
        }
    }
    if filled > 0 {
        *heart_rate = rates;
    }
    filled
}

fn distance_jumps(activity: &mut Activity, series: &mut Series) -> Option<Step> {
    let found = leaps(series);
    let samples = found.glitches.len() + found.leaps.len();
    if samples == 0 {
        return None;
    }
    take_out(&mut series.distance, &found.glitches);
    let mut leaps = found.leaps.iter().peekable();
    let mut too_long_m = 0.0;
    for (row, metres) in series.distance.iter_mut().enumerate() {
        if let Some((_, leap_m)) = leaps.next_if(|(from, _)| *from <= row) {
            too_long_m += leap_m;
        }
        *metres -= too_long_m;
    }
    replace(&mut activity.records, schema::DISTANCE_M, schema::DISTANCE_M_RAW, &series.distance);
    Some(Step {
        name: "distance_jumps",
        samples,
        text: format!(
            "{} taken out, {:.2} km of leaps taken off.",
            count(found.glitches.len(), "distance", "distances"),
            too_long_m / 1000.0
        ),
    })
}

fn changed(before: &[f64], after: &[f64]) -> bool {
    before.len() != after.len() || before.iter().zip(after).any(|(a, b)| a.total_cmp(b).is_ne())
}

/// Puts `values` (NaN: null) into a column, in the type it has, and what was recorded beside it.
fn replace(records: &mut DataFrame, name: &str, raw: &str, values: &[f64]) {
    let recorded = records.column(name).ok().cloned();
    let dtype = recorded.as_ref().map_or(DataType::UInt16, |column| column.dtype().clone());
    let recorded = match recorded {
        Some(mut recorded) => {
            recorded.rename(raw.into());
            recorded
        }
        None => Column::full_null(raw.into(), records.height(), &DataType::Boolean),
    };
    let values: Vec<Option<f64>> = values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
    // Neither can fail: the lengths are the frame's, and the numbers came out of this type. If one does, nothing changes.
    if let Ok(cleaned) = PolarsSeries::new(name.into(), values).cast(&dtype) {
        let mut frame = records.clone();
        if frame.with_column(cleaned.into_column()).is_ok() && frame.with_column(recorded).is_ok() {
            *records = frame;
        }
    }
}

//! Times that run backwards or repeat, and stretches without samples.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use polars::prelude::DataFrame;

use super::finding::{Finding, FindingKind, clock, count, joined};
use super::is_reserved;
use super::series::Series;
use crate::schema::numbers;
use crate::{Activity, DistanceSource, schema};

/// No sample for longer than this, seconds, is a gap…
const GAP_S: f64 = 30.0;
/// …unless the device writes so seldom that it is less than this many of its usual steps.
const GAP_STEPS: f64 = 4.0;
/// Distance that grows by more than this in a gap, m/s, was run.
const MOVING_MPS: f64 = 0.5;

/// Rows with a time that is earlier than that of the row before.
pub(super) fn backward_rows(seconds: &[f64]) -> Vec<usize> {
    let mut last = f64::NEG_INFINITY;
    let mut rows = Vec::new();
    for (row, second) in seconds.iter().enumerate().filter(|(_, second)| !second.is_nan()) {
        if *second < last {
            rows.push(row);
        }
        last = *second;
    }
    rows
}

pub(super) fn backwards(series: &Series) -> Option<Finding> {
    let rows = backward_rows(&series.seconds);
    Finding::over(FindingKind::TimeBackwards, series, &joined(&rows), || {
        format!(
            "{} earlier than the one before. Unless cleaning sorts them, the time between counts for nothing, and \
             time that was recorded twice counts twice.",
            count(rows.len(), "sample is", "samples are")
        )
    })
}

/// The order of rows by time; equal times stay as they stand, a row without a time behind the one before it.
/// `None` when the rows are in order.
pub(super) fn by_time(seconds: &[f64]) -> Option<Vec<usize>> {
    if backward_rows(seconds).is_empty() {
        return None;
    }
    let mut last = f64::NEG_INFINITY;
    let keys: Vec<f64> = seconds
        .iter()
        .map(|second| {
            last = if second.is_nan() { last } else { *second };
            last
        })
        .collect();
    let mut rows: Vec<usize> = (0..seconds.len()).collect();
    rows.sort_by(|a, b| keys.get(*a).partial_cmp(&keys.get(*b)).unwrap_or(Ordering::Equal));
    Some(rows)
}

/// Rows that share their time with an earlier row.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// Rows that say the same as an earlier one, in order.
    pub(super) duplicates: Vec<usize>,
    /// Rows that say something else than the earlier ones, in order.
    pub(super) different: Vec<usize>,
}

/// Finds them. Two rows say the same when all their numbers are equal, but for what is derived from the order of rows:
/// the lap, and a distance that was added up from positions.
pub(super) fn repeated(series: &Series, activity: &Activity) -> Repeated {
    // Mostly each sample is later than the one before.
    if series.seconds.is_sorted_by(|second, next| second < next) {
        return Repeated::default();
    }
    let mut rows: Vec<(f64, usize)> =
        series.seconds.iter().enumerate().filter(|(_, second)| !second.is_nan()).map(|(row, s)| (*s, row)).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut repeated = Repeated::default();
    let mut groups = rows.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).peekable();
    if groups.peek().is_none() {
        return repeated;
    }
    let columns = compared(&activity.records, activity.distance_source);
    let compare = |a: usize, b: usize| {
        let at = |column: &[f64], row: usize| column.get(row).copied().unwrap_or(f64::NAN);
        let orders = columns.iter().map(|column| at(column, a).total_cmp(&at(column, b)));
        orders.fold(Ordering::Equal, Ordering::then)
    };
    for group in groups {
        // Equal rows side by side, the earliest of them first.
        let mut group: Vec<usize> = group.iter().map(|(_, row)| *row).collect();
        let first = group.first().copied();
        group.sort_by(|a, b| compare(*a, *b).then(a.cmp(b)));
        for equal in group.chunk_by(|a, b| compare(*a, *b).is_eq()) {
            repeated.duplicates.extend(equal.iter().skip(1));
            repeated.different.extend(equal.first().filter(|row| Some(**row) != first));
        }
    }
    repeated.duplicates.sort_unstable();
    repeated.different.sort_unstable();
    repeated
}

fn compared(records: &DataFrame, distance_source: DistanceSource) -> Vec<Vec<f64>> {
    let is_derived = |name: &str| {
        is_reserved(name)
            || name == schema::LAP
            || name == schema::DISTANCE_M && distance_source == DistanceSource::Positions
    };
    let columns = records.columns().iter().filter(|column| !is_derived(column.name()));
    columns.map(|column| numbers(records, column.name())).filter(|values| !values.is_empty()).collect()
}

pub(super) fn duplicates(series: &Series, repeated: &Repeated) -> Option<Finding> {
    let rows = &repeated.duplicates;
    Finding::over(FindingKind::DuplicateSamples, series, &joined(rows), || {
        format!(
            "{} twice, with the same time and values; cleaning counts them once.",
            count(rows.len(), "sample stands", "samples stand")
        )
    })
}

pub(super) fn same_time(series: &Series, repeated: &Repeated) -> Option<Finding> {
    let rows = &repeated.different;
    Finding::over(FindingKind::SameTime, series, &joined(rows), || {
        format!(
            "{} the time of another and other values; the last of them stands until the next sample.",
            count(rows.len(), "sample has", "samples have")
        )
    })
}

/// Neighbouring rows with a time, with no sample in between for long, and not in a pause: row before and behind,
/// seconds, metres.
fn gap_rows(series: &Series) -> Vec<(RangeInclusive<usize>, f64, Option<f64>)> {
    let timed: Vec<(usize, f64)> = series.timed(&series.seconds).map(|(row, second, _)| (row, second)).collect();
    let mut steps: Vec<f64> = timed.windows(2).filter_map(|pair| step(pair).map(|(_, seconds)| seconds)).collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let middle = steps.len() / 2;
    let (_, usual_s, _) = steps.select_nth_unstable_by(middle, f64::total_cmp);
    let least_s = GAP_S.max(GAP_STEPS * *usual_s);
    let metres = |row: usize| series.distance.get(row).copied().filter(|metres| !metres.is_nan());
    timed
        .windows(2)
        .filter_map(step)
        .filter(|(_, seconds)| *seconds > least_s)
        .filter(|(rows, _)| match (series.second(*rows.start()), series.second(*rows.end())) {
            (Some(from), Some(to)) => !series.is_paused(from, to),
            _ => false,
        })
        .map(|(rows, seconds)| {
            let covered = metres(*rows.end()).zip(metres(*rows.start())).map(|(end, start)| end - start);
            (rows, seconds, covered)
        })
        .collect()
}

/// Two rows and the seconds from the one to the next, when that goes forward.
fn step(pair: &[(usize, f64)]) -> Option<(RangeInclusive<usize>, f64)> {
    let &[(row, second), (next_row, next)] = pair else { return None };
    (next > second).then_some((row..=next_row, next - second))
}

/// What becomes of the time of gaps, in `run` of which the distance grew.
fn counted_as(run: usize, gaps: usize) -> String {
    match (run, gaps) {
        (0, 1) => "It counts as standing still, for the distance hardly grew.".to_owned(),
        (0, _) => "They count as standing still, for the distance hardly grew.".to_owned(),
        (1, 1) => "It counts as time in motion, for the distance grew.".to_owned(),
        (run, gaps) if run == gaps => "They count as time in motion, for the distance grew.".to_owned(),
        (1, _) => "One, in which the distance grew, counts as time in motion; the rest is standing still.".to_owned(),
        (run, _) => {
            format!("{run}, in which the distance grew, count as time in motion; the others as standing still.")
        }
    }
}

pub(super) fn gaps(series: &Series) -> Option<Finding> {
    let gaps = gap_rows(series);
    let rows: Vec<RangeInclusive<usize>> = gaps.iter().map(|(rows, ..)| rows.clone()).collect();
    let total_s = gaps.iter().fold(0.0, |sum, (_, seconds, _)| sum + seconds);
    let covered_m = gaps.iter().filter_map(|(.., metres)| *metres).fold(0.0, |sum, metres| sum + metres.max(0.0));
    let is_run = |(_, seconds, metres): &&(RangeInclusive<usize>, f64, Option<f64>)| {
        metres.is_some_and(|metres| metres > MOVING_MPS * seconds)
    };
    let run = gaps.iter().filter(is_run).count();
    Finding::over(FindingKind::Gap, series, &rows, || {
        format!(
            "{} without samples outside pauses, {} together, {covered_m:.0} m covered. {}",
            count(gaps.len(), "stretch", "stretches"),
            clock(total_s),
            counted_as(run, gaps.len())
        )
    })
}

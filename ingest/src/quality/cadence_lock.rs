//! Optical sensors that count steps for heartbeats ("cadence lock", "crossover").
//!
//! What happens in the sensor: <https://runningwritings.com/2021/05/cadence-lock-why-gps-watches-have-hard.html>.
//! That the heart rate is close to the cadence proves nothing: many people run with both around 170. So closeness only
//! makes a candidate; two pieces of evidence that it is no chance make a finding:
//!
//! - the heart rate steps onto the cadence: it was 20 or more away 8 s before, while the cadence of the running person
//!   had not changed for half a minute, so that the heart had no reason to;
//! - it steps off likewise;
//! - it follows the cadence's changes: changes over 10 s correlate (up to 10 s late) at 0.6 or more; at 0.8 or more over
//!   at least 3 min, with the heart rate moving about as far as the cadence, that counts twice. Changes over 10 s are
//!   too quick for a heart that follows the effort, and slow drifts of both do not count.
//!
//! Limits: a lock from the first minute to the last at a very even cadence cannot be told from a true heart rate and is
//! missed, as is one that is entered and left slowly. A rule of our own, not
//! validated against a chest strap. Tried on 30 real runs: none is found as it was read, none with its heart rate moved
//! onto the cadence, 28 with the steps in place of the heart rate for the middle third.

use std::ops::RangeInclusive;

use super::finding::{Finding, FindingKind, clock};
use super::heart_rate::HEART_RATE_BPM;
use super::series::Series;

/// The heart rate is on the cadence within this, beats per minute.
const CLOSE_BPM: f64 = 5.0;
/// A candidate lasts this long, seconds.
const LEAST_S: usize = 60;
/// It may be off the cadence for this long in between, seconds.
const BREAK_S: usize = 5;
/// Fewer steps per minute are no running, where arms swing and sensors lock.
const LEAST_SPM: f64 = 140.0;
/// A value stands until the next sample, but no longer than this, seconds.
const HOLD_S: usize = 10;
/// A step on or off the cadence, beats per minute…
const STEP_BPM: f64 = 20.0;
/// …within this, seconds: faster than a heart follows a change of effort, of which there is none.
const STEP_S: usize = 8;
/// The cadence is looked at for this long before or after a step, seconds, …
const STEADY_S: usize = 30;
/// …and has changed by no more than this, steps per minute.
const STEADY_SPM: f64 = 6.0;
/// Changes are taken over this, seconds.
const CHANGE_S: usize = 10;
/// The heart rate may follow this late, seconds, for sensors smooth.
const LATE_S: usize = 10;
/// A correlation of changes that counts.
const FOLLOWS: f64 = 0.6;
/// One that counts twice, when it holds for [`STRONG_S`].
const FOLLOWS_STRONGLY: f64 = 0.8;
/// So long that this many changes do not agree by chance, seconds.
const STRONG_S: usize = 180;
/// How far the heart rate moves for each step per minute when it follows.
const SLOPE: RangeInclusive<f64> = 0.5..=1.5;
/// A cadence that changes less than this (standard deviation of its changes, steps per minute) says nothing.
const LEAST_CHANGE_SPM: f64 = 1.0;
/// Pieces of evidence that make a finding.
const ENOUGH: u32 = 2;

/// One second: the row that stands for it, heart rate and cadence.
#[derive(Clone, Copy)]
struct Second {
    row: usize,
    heart_rate: f64,
    cadence: f64,
}

/// Row ranges in which the heart rate is locked to the cadence, in order.
pub(super) fn locked(series: &Series) -> Vec<RangeInclusive<usize>> {
    if !series.is_on_foot || series.heart_rate.is_empty() || series.cadence.is_empty() {
        return Vec::new();
    }
    let mut stretches = Vec::new();
    for stretch in seconds(series) {
        for share in [1.0, 0.5] {
            find(&stretch, share, &mut stretches);
        }
    }
    stretches.sort_by_key(|rows| *rows.start());
    stretches.dedup_by(|next, rows| {
        let overlap = next.start() <= rows.end();
        if overlap {
            *rows = *rows.start()..=*rows.end().max(next.end());
        }
        overlap
    });
    stretches
}

/// The samples second by second, in stretches without gaps: at most [`HOLD_S`] cells a sample.
fn seconds(series: &Series) -> Vec<Vec<Second>> {
    let mut stretches: Vec<Vec<Second>> = Vec::new();
    let mut last_s = f64::NAN;
    for (row, second, heart_rate) in series.timed(&series.heart_rate) {
        let cadence = series.cadence.get(row).copied().unwrap_or(f64::NAN);
        if cadence.is_nan() || !HEART_RATE_BPM.contains(&heart_rate) {
            continue;
        }
        let here = Second { row, heart_rate, cadence };
        let whole = second.floor();
        let step = whole - last_s;
        match stretches.last_mut() {
            Some(stretch) if (1.0..=HOLD_S as f64).contains(&step) => {
                let held = stretch.last().copied().unwrap_or(here);
                stretch.extend((1..step as usize).map(|_| held));
                stretch.push(here);
            }
            // Two samples in one second: the first stands.
            Some(_) if step == 0.0 => continue,
            _ => stretches.push(vec![here]),
        }
        last_s = whole;
    }
    stretches
}

/// Adds the stretches in which the heart rate is locked to `share` of the steps.
fn find(seconds: &[Second], share: f64, found: &mut Vec<RangeInclusive<usize>>) {
    let is_close = |second: &Second| {
        second.cadence >= LEAST_SPM && (second.heart_rate - share * second.cadence).abs() <= CLOSE_BPM
    };
    let mut candidate: Option<(usize, usize)> = None;
    let mut check = |candidate: Option<(usize, usize)>| {
        let Some((first, last)) = candidate.filter(|(first, last)| last - first >= LEAST_S) else { return };
        let follows = seconds.get(first..=last).map_or(0, |inside| follows(inside, share));
        let evidence =
            u32::from(steps_on(seconds, first, share)) + u32::from(steps_off(seconds, last, share)) + follows;
        if let (true, Some(from), Some(to)) = (evidence >= ENOUGH, seconds.get(first), seconds.get(last)) {
            found.push(from.row..=to.row);
        }
    };
    for (index, _) in seconds.iter().enumerate().filter(|(_, second)| is_close(second)) {
        candidate = match candidate {
            Some((first, last)) if index - last <= BREAK_S + 1 => Some((first, index)),
            candidate => {
                check(candidate);
                Some((index, index))
            }
        };
    }
    check(candidate);
}

fn steps_on(seconds: &[Second], first: usize, share: f64) -> bool {
    let outside = first.checked_sub(STEADY_S).and_then(|from| seconds.get(from..first));
    let inside = seconds.get(first..first + STEADY_S);
    let edge = STEADY_S - STEP_S;
    let is_step = |(outside, inside): (&[Second], &[Second])| {
        // Off for good, not for one sample.
        let away = outside.get(edge + 1 - STEP_S..=edge).unwrap_or_default();
        is_step(outside, away, inside, share)
    };
    outside.zip(inside).is_some_and(is_step)
}

fn steps_off(seconds: &[Second], last: usize, share: f64) -> bool {
    let behind = last + 1;
    let inside = behind.checked_sub(STEADY_S).and_then(|from| seconds.get(from..behind));
    let outside = seconds.get(behind..behind + STEADY_S);
    let is_step = |(outside, inside): (&[Second], &[Second])| {
        let away = outside.get(STEP_S - 1..2 * STEP_S - 1).unwrap_or_default();
        is_step(outside, away, inside, share)
    };
    outside.zip(inside).is_some_and(is_step)
}

/// Whether the heart rate steps at an edge while the person runs on as before: seconds outside and inside of it, and
/// those outside in which the heart rate has to be away.
fn is_step(outside: &[Second], away: &[Second], inside: &[Second], share: f64) -> bool {
    let mean =
        |seconds: &[Second], value: fn(&Second) -> f64| seconds.iter().map(value).sum::<f64>() / seconds.len() as f64;
    let inside_spm = mean(inside, |second| second.cadence);
    let changed_spm = mean(outside, |second| second.cadence) - inside_spm;
    let away_bpm = mean(away, |second| second.heart_rate) - share * inside_spm;
    outside.iter().all(|second| second.cadence >= LEAST_SPM)
        && changed_spm.abs() <= STEADY_SPM
        && away_bpm.abs() >= STEP_BPM
}

/// How well the heart rate follows the cadence's changes: 0, 1 or 2 pieces of evidence.
fn follows(seconds: &[Second], share: f64) -> u32 {
    let best =
        (0..=LATE_S).step_by(2).filter_map(|late| changes(seconds, share, late)).max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((correlation, _)) = best.filter(|(_, slope)| SLOPE.contains(slope)) else { return 0 };
    if correlation >= FOLLOWS_STRONGLY && seconds.len() >= STRONG_S { 2 } else { u32::from(correlation >= FOLLOWS) }
}

/// Correlation of the changes of heart rate and cadence, and slope of the one on the other.
fn changes(seconds: &[Second], share: f64, late: usize) -> Option<(f64, f64)> {
    let steps = seconds.iter().zip(seconds.get(CHANGE_S..)?).map(|(a, b)| share * (b.cadence - a.cadence));
    let beats = seconds.get(late..)?.iter().zip(seconds.get(late + CHANGE_S..)?);
    let beats = beats.map(|(a, b)| b.heart_rate - a.heart_rate);
    let [mut n, mut x, mut y, mut xx, mut yy, mut xy] = [0.0; 6];
    for (step, beat) in steps.zip(beats) {
        n += 1.0;
        x += step;
        y += beat;
        xx += step * step;
        yy += beat * beat;
        xy += step * beat;
    }
    let (var_x, var_y, cov) = (xx / n - (x / n).powi(2), yy / n - (y / n).powi(2), xy / n - x / n * (y / n));
    let is_enough = var_x.sqrt() >= share * LEAST_CHANGE_SPM && var_y > 0.0;
    is_enough.then(|| (cov / (var_x * var_y).sqrt(), cov / var_x))
}

pub(super) fn finding(series: &Series) -> Option<Finding> {
    let rows = locked(series);
    let seconds = |rows: &RangeInclusive<usize>| Some(series.second(*rows.end())? - series.second(*rows.start())?);
    let locked_s: f64 = rows.iter().filter_map(seconds).sum();
    Finding::over(FindingKind::HeartRateCadenceLock, series, &rows, || {
        format!(
            "For {} the heart rate follows the steps: the sensor probably counted them for heartbeats. Mean and load \
             are off by as much as the heart was away from the cadence.",
            clock(locked_s)
        )
    })
}

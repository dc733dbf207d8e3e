//! Totals that contradict each other, and totals that cannot be.

use super::finding::{Finding, FindingKind, clock};
use super::series::Series;
use crate::{Activity, FASTEST_RUN_MPS, Sport};

/// No activity goes further, metres (2,000 km).
pub const MAX_DISTANCE_M: f64 = 2e6;
/// None lasts longer, seconds (ten days).
pub const MAX_TIME_S: f64 = 864_000.0;
/// None climbs or descends more, metres.
pub const MAX_CLIMB_M: f64 = 50_000.0;

/// Whether a run would have been faster on average than anybody runs. Other sports have no such limit: a mean speed
/// tells nothing about what was driven, sailed or flown.
#[must_use]
pub fn is_too_fast(sport: &Sport, distance_m: f64, duration_s: f64) -> bool {
    sport.is_run() && distance_m > FASTEST_RUN_MPS * duration_s
}

/// The timer may run for this much longer than from start to end: totals are rounded, and the last sample of a lap
/// stands for a moment more. Seconds, and a share of the time.
const SLACK_S: f64 = 5.0;
const SLACK_SHARE: f64 = 0.01;
/// A longer step between samples may be a pause, seconds.
const PAUSE_S: f64 = 30.0;

/// A timer that ran for longer than from start to end, as stated, else by the samples.
pub(super) fn timer(series: &Series, activity: &Activity) -> Option<Finding> {
    let sampled_s = || {
        let known = || series.seconds.iter().copied().filter(|second| !second.is_nan());
        let (first, last) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        Some(last - first).filter(|seconds| *seconds > 0.0)
    };
    let timer_s = activity.session.timer_time_s.filter(|seconds| seconds.is_finite())?;
    let elapsed_s = activity.session.elapsed_time_s.filter(|seconds| *seconds > 0.0).or_else(sampled_s)?;
    if timer_s <= elapsed_s + SLACK_S.max(SLACK_SHARE * elapsed_s) {
        return None;
    }
    let text = format!(
        "The timer is said to have run for {}, longer than the {} from start to end. Mean speed and session load are \
         taken from the timer.",
        clock(timer_s),
        clock(elapsed_s)
    );
    Some(Finding { kind: FindingKind::TimerTooLong, stretches: Vec::new(), text })
}

/// Totals that cannot be, so that no summary takes them: too much of anything, or too far for a run in that time.
pub(super) fn impossible(series: &Series, activity: &Activity) -> Option<Finding> {
    let stated = &activity.session;
    let cannot_be = |value: f64, most: f64| value < 0.0 || value > most;
    let mut texts = Vec::new();
    for (what, time_s) in [("timer time", stated.timer_time_s), ("elapsed time", stated.elapsed_time_s)] {
        if let Some(time_s) = time_s.filter(|time_s| cannot_be(*time_s, MAX_TIME_S)) {
            texts.push(format!(
                "The stated {what} of {time_s:.0} s was left out: none is below zero or above ten days."
            ));
        }
    }
    for (what, climb_m) in [("climb", stated.ascent_m), ("descent", stated.descent_m)] {
        if let Some(climb_m) = climb_m.filter(|climb_m| cannot_be(*climb_m, MAX_CLIMB_M)) {
            texts.push(format!("The stated {what} of {climb_m:.0} m was left out: none is below zero or above 50 km."));
        }
    }
    let duration_s = duration_s(series, activity);
    let mut distance = |whose: &str, distance_m: Option<f64>| {
        let Some(distance_m) = distance_m else { return };
        let km = distance_m / 1000.0;
        if cannot_be(distance_m, MAX_DISTANCE_M) {
            texts.push(format!("The {whose} of {km:.1} km was left out: none is below zero or above 2,000 km."));
        } else if let Some(duration_s) = duration_s.filter(|time_s| is_too_fast(&activity.sport, distance_m, *time_s)) {
            texts.push(format!(
                "The {whose} of {km:.2} km was left out: in {} that would be {:.1} m/s, faster than anybody runs. If it \
                 was another sport, set it.",
                clock(duration_s),
                distance_m / duration_s
            ));
        }
    };
    distance("stated distance", stated.distance_m);
    distance("distance of the samples", series.went_m());
    if texts.is_empty() {
        return None;
    }
    Some(Finding { kind: FindingKind::TotalImpossible, stretches: Vec::new(), text: texts.join(" ") })
}

/// The time that a mean speed is taken over, seconds: the timer's as stated, else from first to last sample without
/// what may have been a pause, else from start to end as stated.
fn duration_s(series: &Series, activity: &Activity) -> Option<f64> {
    let can_be = |time_s: &f64| *time_s > 0.0 && *time_s <= MAX_TIME_S;
    let steps = series.seconds.windows(2).filter_map(|pair| match pair {
        [from_s, to_s] => Some(to_s - from_s).filter(|step_s| *step_s > 0.0 && *step_s <= PAUSE_S),
        _ => None,
    });
    let sampled_s = steps.sum::<f64>();
    activity
        .session
        .timer_time_s
        .filter(can_be)
        .or_else(|| Some(sampled_s).filter(can_be))
        .or_else(|| activity.session.elapsed_time_s.filter(can_be))
}

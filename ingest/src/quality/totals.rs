//! Stated totals that contradict each other.

use super::finding::{Finding, FindingKind, clock};
use super::series::Series;
use crate::Activity;

/// The timer may run for this much longer than from start to end: totals are rounded, and the last sample of a lap
/// stands for a moment more. Seconds, and a share of the time.
const SLACK_S: f64 = 5.0;
const SLACK_SHARE: f64 = 0.01;

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

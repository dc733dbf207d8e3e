//! Heart rates that cannot be, leap, stop or stand still.

use std::ops::RangeInclusive;

use super::finding::{Finding, FindingKind, clock, count, joined};
use super::series::Series;

/// Heart rates outside are none, beats per minute. They also take FIT's 0 and 255 out, which stand for no value.
pub const HEART_RATE_BPM: RangeInclusive<f64> = 25.0..=250.0;

/// A leap of this from one sample to the next, beats per minute…
const SPIKE_BPM: f64 = 20.0;
/// …and faster than this, beats per minute per second, is no heart: at the start of a sprint the heart rate rises by
/// about 2 a second.
const SPIKE_BPM_PER_S: f64 = 10.0;
/// A spike is over within this, seconds: a sensor that stays at the new value may have found the heart only then.
const SPIKE_S: f64 = 10.0;
/// Rows that a spike may have, whatever their times.
const SPIKE_ROWS: usize = 32;
/// Back from a spike is this close to the value before it, beats per minute.
const BACK_BPM: f64 = 10.0;

/// Time between samples, seconds, for which the one before stands.
const STANDS_S: f64 = 30.0;
/// Stretches without a heart rate that are told on their own, seconds.
const DROPOUT_S: f64 = 60.0;
/// Share of the time without a heart rate that is told whatever its stretches.
const DROPOUT_SHARE: f64 = 0.05;

/// The same value for longer than this, seconds, is a sensor that stands still: a heart at one effort varies by some
/// beats within a minute.
const FLAT_S: f64 = 300.0;
/// Samples that a flat stretch must have: a device that writes one a minute repeats itself by chance.
const FLAT_SAMPLES: usize = 60;
/// Standard deviation of the speed in a flat stretch that says that the effort changed, m/s.
const FLAT_SPEED_SD_MPS: f64 = 0.3;

/// Rows with an impossible heart rate.
pub(super) fn impossible_rows(heart_rate: &[f64]) -> Vec<usize> {
    let is_impossible = |rate: &f64| !rate.is_nan() && !HEART_RATE_BPM.contains(rate);
    heart_rate.iter().enumerate().filter(|(_, rate)| is_impossible(rate)).map(|(row, _)| row).collect()
}

pub(super) fn impossible(series: &Series) -> Option<Finding> {
    let rows = impossible_rows(&series.heart_rate);
    Finding::over(FindingKind::HeartRateImpossible, series, &joined(&rows), || {
        format!(
            "{} a heart rate outside 25–250 bpm (0 stands for none); means and load leave {} out.",
            count(rows.len(), "sample has", "samples have"),
            if rows.len() == 1 { "it" } else { "them" }
        )
    })
}

/// Rows of spikes.
pub(super) fn spike_rows(seconds: &[f64], heart_rate: &[f64]) -> Vec<usize> {
    let known: Vec<(usize, f64, f64)> = seconds
        .iter()
        .zip(heart_rate)
        .enumerate()
        .map(|(row, (second, rate))| (row, *second, *rate))
        .filter(|(_, second, rate)| !second.is_nan() && HEART_RATE_BPM.contains(rate))
        .collect();
    let mut rows = Vec::new();
    let mut rest = known.as_slice();
    while let [(_, before_s, before), behind @ ..] = rest {
        rest = behind;
        let Some((_, first_s, first)) = behind.first() else { break };
        let leap = (first - before).abs();
        if leap < SPIKE_BPM || leap <= SPIKE_BPM_PER_S * (first_s - before_s) || first_s < before_s {
            continue;
        }
        let is_back = |rate: f64| (rate - before).abs() <= BACK_BPM;
        let back = behind
            .iter()
            .take(SPIKE_ROWS)
            .take_while(|(_, second, _)| second - before_s <= SPIKE_S)
            .position(|(_, _, rate)| is_back(*rate));
        if let Some((spike, behind)) = back.and_then(|back| behind.split_at_checked(back)) {
            rows.extend(spike.iter().map(|(row, ..)| *row));
            rest = behind;
        }
    }
    rows
}

pub(super) fn spikes(series: &Series) -> Option<Finding> {
    let rows = spike_rows(&series.seconds, &series.heart_rate);
    let rates = || rows.iter().filter_map(|row| series.heart_rate.get(*row)).copied();
    let (lowest, highest) = (rates().fold(f64::INFINITY, f64::min), rates().fold(0.0, f64::max));
    Finding::over(FindingKind::HeartRateSpike, series, &joined(&rows), || {
        format!(
            "Heart rate leaps away by 20 bpm or more and back within 10 s in {} ({lowest:.0}–{highest:.0} bpm). \
             Cleaning leaves them out; without it the highest heart rate may be one of them.",
            count(rows.len(), "sample", "samples")
        )
    })
}

/// Time without a heart rate; `filled` are the heart rates with what the strap’s memory adds.
pub(super) fn dropouts(series: &Series, filled: &[f64]) -> Option<Finding> {
    if !series.heart_rate.iter().any(|rate| HEART_RATE_BPM.contains(rate)) {
        return None;
    }
    let mut stretches: Vec<(RangeInclusive<usize>, f64)> = Vec::new();
    let (mut total_s, mut filled_s, mut is_open) = (0.0, 0.0, false);
    let rows = series.seconds.iter().zip(&series.heart_rate).enumerate();
    let next = series.seconds.iter().skip(1);
    for ((row, (second, rate)), next) in rows.zip(next) {
        let stands_s = next - second;
        let counts = stands_s > 0.0 && (stands_s <= STANDS_S) && !series.is_paused(*second, *next);
        let stands_s = if counts { stands_s } else { 0.0 };
        total_s += stands_s;
        let is_missing = !HEART_RATE_BPM.contains(rate);
        if is_missing && filled.get(row).is_some_and(|rate| HEART_RATE_BPM.contains(rate)) {
            filled_s += stands_s;
        }
        match stretches.last_mut() {
            Some((rows, missing_s)) if is_missing && is_open => {
                *rows = *rows.start()..=row;
                *missing_s += stands_s;
            }
            _ if is_missing => stretches.push((row..=row, stands_s)),
            _ => {}
        }
        is_open = is_missing;
    }
    let missing_s: f64 = stretches.iter().map(|(_, seconds)| seconds).sum();
    let longest_s = stretches.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max);
    let is_share = missing_s > DROPOUT_SHARE * total_s;
    if longest_s < DROPOUT_S && !is_share {
        return None;
    }
    let told: Vec<RangeInclusive<usize>> = stretches
        .into_iter()
        .filter(|(_, seconds)| *seconds > 0.0 && (is_share || *seconds >= DROPOUT_S))
        .map(|(rows, _)| rows)
        .collect();
    Finding::over(FindingKind::HeartRateDropout, series, &told, || {
        let effect = if filled_s == 0.0 {
            "means and load leave that time out".to_owned()
        } else if missing_s - filled_s < 1.0 {
            "the strap kept it in its own memory, and cleaning fills it in from there".to_owned()
        } else {
            let filled = clock(filled_s);
            format!(
                "for {filled} of it the strap kept one in its own memory, which cleaning fills in; means and load leave \
                 the rest out"
            )
        };
        format!(
            "There is no heart rate for {} ({:.0} % of the time), {} at the longest; {effect}.",
            clock(missing_s),
            100.0 * missing_s / total_s,
            clock(longest_s)
        )
    })
}

pub(super) fn flat(series: &Series) -> Option<Finding> {
    let mut stretches = Vec::new();
    // First row, first second, last row, last second, value and samples of the stretch under way.
    let mut current: Option<(usize, f64, usize, f64, f64, usize)> = None;
    let mut longest_s = 0.0_f64;
    let mut close = |stretch: Option<(usize, f64, usize, f64, f64, usize)>| {
        let Some((first, from, last, to, _, samples)) = stretch else { return };
        if to - from > FLAT_S && samples >= FLAT_SAMPLES && speed_changes(series.speed.get(first..=last)) {
            longest_s = longest_s.max(to - from);
            stretches.push(first..=last);
        }
    };
    for (row, second, rate) in series.timed(&series.heart_rate) {
        current = match current {
            // A stretch that is mostly gaps is not one of samples.
            Some((first, from, _, to, value, samples))
                if value == rate && (0.0..=STANDS_S).contains(&(second - to)) =>
            {
                Some((first, from, row, second, value, samples + 1))
            }
            stretch => {
                close(stretch);
                HEART_RATE_BPM.contains(&rate).then_some((row, second, row, second, rate, 1))
            }
        };
    }
    close(current);
    Finding::over(FindingKind::HeartRateFlat, series, &stretches, || {
        format!(
            "Heart rate stands at the very same value for up to {} while the speed changes: the sensor probably stood \
             still. Mean and load count it as it is.",
            clock(longest_s)
        )
    })
}

fn speed_changes(speeds: Option<&[f64]>) -> bool {
    let speeds = || speeds.unwrap_or_default().iter().copied().filter(|speed| !speed.is_nan());
    let samples = speeds().count() as f64;
    let mean = speeds().sum::<f64>() / samples;
    let variance = speeds().map(|speed| (speed - mean).powi(2)).sum::<f64>() / samples;
    variance.sqrt() >= FLAT_SPEED_SD_MPS
}

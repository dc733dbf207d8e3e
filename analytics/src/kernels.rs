//! The formulas on plain slices, one day per element: `Some(0.0)` is a rest day, `None` an unknown one.
//!
//! Windows are summed afresh for every day (at most 28 terms): no drift, and a day's value has the same bits whatever
//! came before its window.

use statrs::statistics::Statistics;

/// The mean per day of the `days` days that end `skip` days before `day` (0-based), over the known days.
///
/// `None` when the window begins before the slice, is empty, or more than `unknown_share` of it is unknown.
#[must_use]
pub fn trailing_mean(values: &[Option<f64>], day: usize, skip: usize, days: usize, unknown_share: f64) -> Option<f64> {
    let window = trailing(values, day, skip, days)?;
    let known = window.iter().flatten().count();
    let unknown = (window.len() - known) as f64;
    if known == 0 || unknown > unknown_share * window.len() as f64 {
        return None;
    }
    Some(window.iter().flatten().sum::<f64>() / known as f64)
}

/// The sum of the `days` days that end `skip` days before `day` (0-based).
///
/// `None` when the window begins before the slice or any of its days is unknown.
#[must_use]
pub fn trailing_sum(values: &[Option<f64>], day: usize, skip: usize, days: usize) -> Option<f64> {
    trailing(values, day, skip, days)?.iter().copied().sum()
}

/// The window itself; `None` when it begins before the slice or ends behind it.
pub(crate) fn trailing<T>(values: &[T], day: usize, skip: usize, days: usize) -> Option<&[T]> {
    let end = day.checked_add(1)?.checked_sub(skip)?;
    values.get(end.checked_sub(days)?..end)
}

/// Exponentially weighted moving average with λ = 2/(span + 1), seeded with the first known value:
/// E\[t\] = λ·x\[t\] + (1 − λ)·E\[t−1\].
///
/// An unknown day carries the value on unchanged; days before the first known one are `None`. Seeding with zero, or
/// the adjusted form that is the default of pandas and Polars, gives other ratios.
///
/// Source: Williams 2017, doi 10.1136/bjsports-2016-096589.
#[must_use]
pub fn ewma(values: &[Option<f64>], span: usize) -> Vec<Option<f64>> {
    let lambda = 2.0 / (span as f64 + 1.0);
    let mut state: Option<f64> = None;
    values
        .iter()
        .map(|value| {
            state = match (state, *value) {
                (Some(before), Some(x)) => Some(lambda * x + (1.0 - lambda) * before),
                (before, x) => x.or(before),
            };
            state
        })
        .collect()
}

/// Robust exponential decreasing index on the last day of `values`: Σ e^(−decay·i)·x\[t−i\] / Σ e^(−decay·i) over the
/// known days, i = 0 on the last day. The usual decay is 0.1 per day.
///
/// Unknown days are dropped from both sums, rest days count as 0. `None` when no day is known.
///
/// Source: Moussa 2019, doi 10.1136/bmjsem-2019-000573.
#[must_use]
pub fn redi(values: &[Option<f64>], decay: f64) -> Option<f64> {
    let (mut weighted, mut weights) = (0.0, 0.0);
    for (age, value) in values.iter().rev().enumerate() {
        if let Some(x) = value {
            let weight = (-decay * age as f64).exp();
            weighted += weight * x;
            weights += weight;
        }
    }
    (weights > 0.0).then_some(weighted / weights)
}

/// Training monotony of one week: mean daily load over its standard deviation (population), rest days as 0.
///
/// A week without spread has the worst value, `cap`, which also bounds every other week. `None` for a week without
/// any load. Many spreadsheets use the sample standard deviation, which gives 0.926 of this for 7 days.
///
/// Source: Foster 1998 (Med Sci Sports Exerc 30:1164); population form and cap as in Runalyze.
#[must_use]
pub fn monotony(week: &[f64], cap: f64) -> Option<f64> {
    let mean = week.iter().mean();
    if week.is_empty() || mean <= 0.0 {
        return None;
    }
    let value = mean / week.iter().population_std_dev();
    Some(if value < cap { value } else { cap })
}

/// Climb and descent, metres, from altitudes with a hysteresis: a change counts once it reaches `threshold_m` from
/// the last altitude that counted, so that the noise of a barometer or of positions does not add up.
#[must_use]
pub fn climb(altitudes_m: impl IntoIterator<Item = f64>, threshold_m: f64) -> Option<(f64, f64)> {
    let mut altitudes = altitudes_m.into_iter().filter(|altitude| altitude.is_finite());
    let mut level = altitudes.next()?;
    let (mut ascent, mut descent) = (0.0, 0.0);
    for altitude in altitudes {
        let change = altitude - level;
        if change.abs() >= threshold_m {
            if change > 0.0 {
                ascent += change;
            } else {
                descent -= change;
            }
            level = altitude;
        }
    }
    Some((ascent, descent))
}

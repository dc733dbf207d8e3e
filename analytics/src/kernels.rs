//! The arithmetic of windows and averages over days. `NaN` is an unknown day, 0 a known zero.
//!
//! A window is put together afresh for every day, from sums of 1, 2, 4, 8 … days and always in the same order: no drift,
//! and a day's value has the same bits whatever came before its window. All days of a column are worked on at once, so
//! that the compiler can do several in one step.

/// The sum of the `days` values that end with each day.
///
/// NaN where the window begins before the first value or holds an unknown day.
#[must_use]
pub fn window_sum(values: &[f64], days: usize) -> Vec<f64> {
    if days == 0 || days > values.len() {
        return vec![f64::NAN; values.len()];
    }
    // Sums of a power of two of days, of which the window takes those that are in `days` as a binary number.
    let mut sums = values.to_vec();
    let mut next = Vec::new();
    let (mut length, mut covered) = (1, 0);
    let mut window: Vec<f64> = Vec::new();
    loop {
        if days & length != 0 {
            if covered == 0 {
                window.clone_from(&sums);
            } else {
                // All of it that is not NaN lies behind the days that are covered.
                let place = window.get_mut(covered..).unwrap_or_default();
                for (window, sum) in place.iter_mut().zip(&sums) {
                    *window += sum;
                }
                window.get_mut(..covered).unwrap_or_default().fill(f64::NAN);
            }
            covered += length;
        }
        if covered == days {
            return window;
        }
        next.clear();
        next.resize(length, f64::NAN);
        let later = sums.get(length..).unwrap_or_default();
        next.extend(later.iter().zip(&sums).map(|(sum, before)| sum + before));
        std::mem::swap(&mut sums, &mut next);
        length *= 2;
    }
}

/// The largest of the `days` values that end with each day, or of as many as there are; 0 of none. NaN is nothing.
pub(crate) fn window_max(values: &[f64], days: usize) -> Vec<f64> {
    if days == 0 {
        return vec![0.0; values.len()];
    }
    // The larger of each value and the one so many days before.
    let larger = |values: &[f64], days: usize| {
        let mut result = values.get(..days).unwrap_or(values).to_vec();
        let later = values.get(days..).unwrap_or_default();
        result.extend(later.iter().zip(values).map(|(value, before)| if value > before { *value } else { *before }));
        result
    };
    let (mut maxima, mut length) = (values.to_vec(), 1);
    while 2 * length <= days {
        maxima = larger(&maxima, length);
        length *= 2;
    }
    if length < days { larger(&maxima, days - length) } else { maxima }
}

/// The mean per day of the `days` values that end with each day, over the known ones.
///
/// NaN where the window begins before the first value, or more than `unknown_share` of it is unknown.
#[must_use]
pub fn window_mean(values: &[f64], days: usize, unknown_share: f64) -> Vec<f64> {
    let length = days as f64;
    if !values.iter().any(|value| value.is_nan()) {
        let mut means = window_sum(values, days);
        for mean in &mut means {
            *mean /= length;
        }
        return means;
    }
    let zeroed: Vec<f64> = values.iter().map(|value| if value.is_nan() { 0.0 } else { *value }).collect();
    let known: Vec<f64> = values.iter().map(|value| if value.is_nan() { 0.0 } else { 1.0 }).collect();
    let mut means = window_sum(&zeroed, days);
    for (mean, known) in means.iter_mut().zip(window_sum(&known, days)) {
        // Nothing known at all gives 0 ÷ 0, which is not known either.
        let is_enough = length - known <= unknown_share * length;
        *mean = if is_enough { *mean / known } else { f64::NAN };
    }
    means
}

/// Which standard deviation a spread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spread {
    /// Of the population: divided by n. Runalyze's, and ours.
    #[default]
    Population,
    /// Of a sample: divided by n − 1, as many spreadsheets do.
    Sample,
}

impl Spread {
    /// The form's name for programs: `population`, `sample`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Sample => "sample",
        }
    }
}

/// Training monotony of the `days` values that end with each day: mean ÷ standard deviation, rest days as 0.
///
/// Without any spread it has its worst value, `cap`, which also bounds every other one. NaN where the window is not
/// wholly known; 0 where there is no load in it. For 7 days the sample form is 0.926 of the population form.
///
/// Source: Foster 1998 (Med Sci Sports Exerc 30:1164), whose abstract does not say which form; the cap as in Runalyze.
#[must_use]
pub fn monotony(values: &[f64], days: usize, spread: Spread, cap: f64) -> Vec<f64> {
    let length = days as f64;
    let mut means = window_sum(values, days);
    for mean in &mut means {
        *mean /= length;
    }
    let divisor = match spread {
        Spread::Population => length,
        Spread::Sample => length - 1.0,
    };
    let mut squares = vec![0.0; values.len()];
    if let Some(first) = days.checked_sub(1)
        && let (Some(squares), Some(means)) = (squares.get_mut(first..), means.get(first..))
    {
        for age in 0..days {
            let terms = values.get(first - age..).unwrap_or_default();
            for ((square, mean), term) in squares.iter_mut().zip(means).zip(terms) {
                let off = term - mean;
                *square += off * off;
            }
        }
    }
    for (mean, squares) in means.iter_mut().zip(squares) {
        let value = *mean / (squares / divisor).sqrt();
        // Of no spread at all, or of next to none.
        let bounded = if value < cap { value } else { cap };
        let bounded = if *mean <= 0.0 { 0.0 } else { bounded };
        *mean = if mean.is_nan() { f64::NAN } else { bounded };
    }
    means
}

/// How fast an exponential average forgets: the weight of the newest day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Smoothing {
    /// λ = 2 ÷ (N + 1): Williams 2017 for ratios; Runalyze for fitness and fatigue.
    #[default]
    Span,
    /// λ = 1 − e^(−1/N): GoldenCheetah.
    TimeConstant,
    /// λ = 1 ÷ N: in the style of TrainingPeaks.
    Reciprocal,
}

impl Smoothing {
    /// The convention's name for programs: `span`, `time_constant`, `reciprocal`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Span => "span",
            Self::TimeConstant => "time_constant",
            Self::Reciprocal => "reciprocal",
        }
    }

    /// The weight of the newest day for `days`, above 0 and at most 1. Less than one day, or what is no number, counts
    /// as one.
    #[must_use]
    pub fn weight(self, days: f64) -> f64 {
        let days = days.max(1.0);
        match self {
            Self::Span => 2.0 / (days + 1.0),
            Self::TimeConstant => 1.0 - (-1.0 / days).exp(),
            Self::Reciprocal => 1.0 / days,
        }
    }
}

/// Exponentially weighted moving average: E\[t\] = λ·x\[t\] + (1 − λ)·E\[t−1\].
///
/// `seed` is E before the first value; `None` takes the first known value itself, and days before it are NaN. An unknown
/// day carries the average on unchanged. A seed of zero, or the adjusted form that is the default of pandas and Polars,
/// gives other ratios.
///
/// Source: Williams 2017, doi 10.1136/bjsports-2016-096589 (seeded with the first value, λ = 2/(N + 1)).
#[must_use]
pub fn ewma(values: &[f64], weight: f64, seed: Option<f64>) -> Vec<f64> {
    let mut state = Ewma::new(weight, seed);
    values.iter().map(|value| state.next(*value)).collect()
}

/// One exponential average on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ewma {
    weight: f64,
    keep: f64,
    state: f64,
}

impl Ewma {
    pub(crate) fn new(weight: f64, seed: Option<f64>) -> Self {
        Self { weight, keep: 1.0 - weight, state: seed.unwrap_or(f64::NAN) }
    }

    /// The average as it stands.
    pub(crate) fn last(self) -> f64 {
        self.state
    }

    pub(crate) fn next(&mut self, value: f64) -> f64 {
        let moved = self.weight * value + self.keep * self.state;
        // Of an unknown value or the first one, the sum is NaN.
        self.state = if moved.is_nan() { if self.state.is_nan() { value } else { self.state } } else { moved };
        self.state
    }
}

/// Robust exponential decreasing index of each day: Σ e^(−decay·i)·x\[t−i\] ÷ Σ e^(−decay·i) over the known days up to
/// it, i = 0 on the day itself. The usual decay is 0.1 per day.
///
/// Unknown days are dropped from both sums, rest days count as 0. NaN before the first known day.
///
/// Source: Moussa 2019, doi 10.1136/bmjsem-2019-000573. The paper gives no bounds for a ratio of two such means.
#[must_use]
pub fn redi(values: &[f64], decay: f64) -> Vec<f64> {
    let mut state = Redi::new(decay);
    values.iter().map(|value| state.next(*value)).collect()
}

/// One such index on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redi {
    keep: f64,
    pub(crate) weighted: f64,
    pub(crate) weights: f64,
}

impl Redi {
    pub(crate) fn new(decay: f64) -> Self {
        Self { keep: (-decay).exp(), weighted: 0.0, weights: 0.0 }
    }

    pub(crate) fn next(&mut self, value: f64) -> f64 {
        let is_known = !value.is_nan();
        self.weighted = self.weighted * self.keep + if is_known { value } else { 0.0 };
        self.weights = self.weights * self.keep + if is_known { 1.0 } else { 0.0 };
        self.weighted / self.weights
    }
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

//! Heart-rate variability from RR intervals: the time between heartbeats, ms. `NaN` is a beat that is missing or was
//! filtered out; differences are never taken across one.

/// The share by which a beat may differ from a neighbour before it is an artefact, as Runalyze takes it: 0.75.
pub const ARTEFACT_SHARE: f64 = 0.75;

/// RR intervals without artefacts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filtered {
    /// The intervals, ms, in their places; `NaN` where there was an artefact.
    pub rr_ms: Vec<f64>,
    /// Artefacts ÷ intervals; 0 of none.
    pub artefact_share: f64,
}

/// Takes out intervals that lie outside (1 − share) to (1 + share) times both of their neighbours, and those that are
/// not finite or not above zero. An interval without neighbours stays.
///
/// Source: Runalyze's filter, which names 75 % (its first and last intervals always stay; here they answer to the one
/// neighbour they have).
#[must_use]
pub fn without_artefacts(rr_ms: &[f64], share: f64) -> Filtered {
    let is_near = |value: f64, neighbour: Option<&f64>| {
        neighbour.is_some_and(|neighbour| ((1.0 - share)..=(1.0 + share)).contains(&(value / neighbour)))
    };
    let keep = |(index, value): (usize, &f64)| {
        let before = index.checked_sub(1).and_then(|index| rr_ms.get(index));
        let after = rr_ms.get(index + 1);
        let is_alone = before.is_none() && after.is_none();
        let is_real = value.is_finite() && *value > 0.0;
        if is_real && (is_alone || is_near(*value, before) || is_near(*value, after)) { *value } else { f64::NAN }
    };
    let kept: Vec<f64> = rr_ms.iter().enumerate().map(keep).collect();
    let artefacts = kept.iter().filter(|value| value.is_nan()).count();
    Filtered { artefact_share: artefacts as f64 / kept.len().max(1) as f64, rr_ms: kept }
}

/// Mean of the known intervals, ms; `None` when there is none.
#[must_use]
pub fn mean_rr_ms(rr_ms: &[f64]) -> Option<f64> {
    mean(rr_ms.iter().copied().filter(|value| !value.is_nan()))
}

/// Root mean square of successive differences, ms: √(Σ (RR\[i+1\] − RR\[i\])² ÷ number of differences), over intervals
/// that are known and next to each other. `None` without a difference.
#[must_use]
pub fn rmssd_ms(rr_ms: &[f64]) -> Option<f64> {
    let squares = rr_ms.array_windows().map(|[a, b]| (b - a) * (b - a));
    mean(squares.filter(|square| !square.is_nan())).map(f64::sqrt)
}

/// Sample standard deviation (n − 1) of the known intervals, ms; `None` of fewer than two.
#[must_use]
pub fn sdnn_ms(rr_ms: &[f64]) -> Option<f64> {
    let center = mean_rr_ms(rr_ms)?;
    let squares = rr_ms.iter().map(|value| (value - center) * (value - center)).filter(|square| !square.is_nan());
    let (sum, count) = squares.fold((0.0, 0_usize), |(sum, count), square| (sum + square, count + 1));
    (count > 1).then(|| (sum / (count - 1) as f64).sqrt())
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

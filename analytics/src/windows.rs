//! Sums and means over windows, as far as they can be said.

use crate::Reason;
use crate::indicators::{Days, WEEK};
use crate::kernels::{monotony, window_mean, window_sum};
use crate::parameters::Parameters;

/// A value per day from the first one on that is asked for; NaN where it cannot be said.
pub(crate) struct Windows<'a> {
    pub(crate) load: Quantity<'a>,
    pub(crate) distance: Quantity<'a>,
    pub(crate) acute: Vec<f64>,
    pub(crate) chronic: Vec<f64>,
    /// Of the chronic days without the acute ones.
    pub(crate) chronic_before: Vec<f64>,
    pub(crate) load_week: Vec<f64>,
    pub(crate) monotony: Vec<f64>,
    pub(crate) week: Vec<f64>,
    pub(crate) week_before: Vec<f64>,
    pub(crate) three_weeks_before: Vec<f64>,
    /// Whether too little is known for the ratio of REDIs. Empty: of no day.
    pub(crate) redi_unknown: Vec<bool>,
}

impl<'a> Windows<'a> {
    pub(crate) fn of(days: &Days<'a>, parameters: &Parameters, from: usize) -> Windows<'a> {
        let Parameters { acute_days, chronic_days, unknown_share, .. } = *parameters;
        let rows = days.kinds.len().saturating_sub(from);
        let (load, distance) = (Quantity::new(days.load, from, rows), Quantity::new(days.distance_km, from, rows));
        let start = from.saturating_sub(chronic_days.max(acute_days).max(4 * WEEK));
        let loads = days.load.get(start..).unwrap_or_default();
        let distances = days.distance_km.get(start..).unwrap_or_default();
        // What is known before this many days of record is not said. The days before the acute ones alone, or a week
        // before, would be known before all that a comparison needs.
        let first = from - start;
        let mean = |values: &[f64], days| window_mean(values, days, unknown_share);
        let load_week = window_sum(loads, WEEK);
        let week = if days.is_load_distance() { load_week.clone() } else { window_sum(distances, WEEK) };
        let mut three_weeks = mean(distances, 3 * WEEK);
        for mean in &mut three_weeks {
            *mean *= WEEK as f64;
        }
        let mut monotony = monotony(loads, WEEK, parameters.spread, parameters.monotony_cap);
        for value in &mut monotony {
            // No load in the week.
            *value = if *value == 0.0 { f64::NAN } else { *value };
        }
        let before = mean(loads, chronic_days.saturating_sub(acute_days));
        Windows {
            acute: load.say(acute_days, delayed(&mean(loads, acute_days), 0, first)),
            chronic: load.say(chronic_days, delayed(&mean(loads, chronic_days), 0, first)),
            chronic_before: load.say(chronic_days, delayed(&before, acute_days, first)),
            load_week: load.say(WEEK, delayed(&load_week, 0, first)),
            monotony: load.say(WEEK, delayed(&monotony, 0, first)),
            week: distance.say(WEEK, delayed(&week, 0, first)),
            week_before: distance.say(2 * WEEK, delayed(&week, WEEK, first)),
            three_weeks_before: distance.say(4 * WEEK, delayed(&three_weeks, WEEK, first)),
            redi_unknown: Vec::new(),
            load,
            distance,
        }
    }
}

/// The values of `days` before, from row `from` on; NaN where there are none.
fn delayed(values: &[f64], days: usize, from: usize) -> Vec<f64> {
    let missing = days.saturating_sub(from).min(values.len());
    let start = from.saturating_sub(days);
    let end = values.len().saturating_sub(days).max(start);
    let mut result = vec![f64::NAN; missing];
    result.extend_from_slice(values.get(start..end).unwrap_or_default());
    result
}

/// One quantity per day, and what can be said of its windows.
pub(crate) struct Quantity<'a> {
    /// Of every day, also before the first one that is asked for.
    pub(crate) values: &'a [f64],
    /// History begins with the first known day.
    first_known: usize,
    from: usize,
    rows: usize,
}

impl<'a> Quantity<'a> {
    fn new(values: &'a [f64], from: usize, rows: usize) -> Self {
        let first_known = values.iter().position(|value| !value.is_nan()).unwrap_or(values.len());
        Self { values, first_known, from, rows }
    }

    /// `values`, each worked out from `days` days, without those that cannot be said yet.
    pub(crate) fn say(&self, days: usize, mut values: Vec<f64>) -> Vec<f64> {
        values.resize(self.rows, f64::NAN);
        let short = (self.first_known + days).saturating_sub(self.from + 1).min(self.rows);
        values.get_mut(..short).unwrap_or_default().fill(f64::NAN);
        values
    }

    /// The quantity itself.
    pub(crate) fn each(&self) -> Vec<f64> {
        self.say(0, self.values.get(self.from..).unwrap_or_default().to_vec())
    }

    /// Whether a day since the first known one is unknown.
    pub(crate) fn has_gaps(&self) -> bool {
        self.values.get(self.first_known..).unwrap_or_default().iter().any(|value| value.is_nan())
    }

    fn is_unknown(&self, day: usize) -> bool {
        day >= self.first_known && self.values.get(day).is_some_and(|value| value.is_nan())
    }

    /// Of each day from `from` on whether more than `share` of the `days` days that end with it is unknown. What lies
    /// before the first known day is no part of the record, and so not unknown.
    pub(crate) fn is_sparse(&self, days: usize, share: f64, from: usize) -> Vec<bool> {
        let most = share * days as f64;
        let mut unknown = (from.saturating_sub(days)..from).filter(|day| self.is_unknown(*day)).count();
        let is_sparse = |day: usize| {
            unknown += usize::from(self.is_unknown(day));
            unknown -= usize::from(day.checked_sub(days).is_some_and(|left| self.is_unknown(left)));
            unknown as f64 > most
        };
        (from..self.values.len()).map(is_sparse).collect()
    }

    /// Of each day from `from` on whether, with weights e^(−decay × days ago), the known days up to it have less than
    /// `least` of the weight of all days since the first known one.
    pub(crate) fn is_forgotten(&self, decay: f64, least: f64, from: usize) -> Vec<bool> {
        let keep = (-decay).exp();
        let (mut known, mut all) = (0.0, 0.0);
        let is_forgotten = |(day, value): (usize, &f64)| {
            if day >= self.first_known {
                known = known * keep + if value.is_nan() { 0.0 } else { 1.0 };
                all = all * keep + 1.0;
            }
            known < least * all
        };
        self.values.iter().enumerate().map(is_forgotten).skip(from).collect()
    }

    /// Whether history up to `day` is shorter than `days`.
    pub(crate) fn is_short(&self, day: usize, days: usize) -> bool {
        (day + 1).saturating_sub(self.first_known) < days
    }

    /// Why a value worked out for `day` from `days` days is not known.
    pub(crate) fn why(&self, day: usize, days: usize) -> Reason {
        if self.values.is_empty() {
            Reason::NotRecorded
        } else if self.is_short(day, days) {
            Reason::ShortHistory
        } else {
            Reason::UnknownDays
        }
    }
}

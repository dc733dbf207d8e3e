//! Strain against the own last year.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::load::load_unit;
use super::{FlagCode, Input, Level, words};
use crate::DayMetric;

/// Strain is compared with the own last year, days.
const YEAR: usize = 365;
/// Fewer values than this are no year to compare with.
const LEAST: usize = 56;

/// The strains of the year before a day, with what is needed to tell quickly that a strain is not among the highest.
struct Year<'a> {
    strains: &'a [f64],
    /// The year's days.
    days: Range<usize>,
    known: usize,
    /// A strain that more of the year reach than there are among the highest.
    mark: f64,
    /// How many reach it.
    at_mark: usize,
}

impl<'a> Year<'a> {
    /// The year before `day`.
    fn before(strains: &'a [f64], day: usize) -> Self {
        let days = day.saturating_sub(YEAR)..day.min(strains.len());
        let known = strains.get(days.clone()).unwrap_or_default().iter().filter(|strain| !strain.is_nan()).count();
        Self { strains, days, known, mark: f64::NEG_INFINITY, at_mark: known }
    }

    /// Goes on by a day.
    fn go_on(&mut self) {
        let of = |day: usize| self.strains.get(day).copied().unwrap_or(f64::NAN);
        let came = of(self.days.end);
        self.known += usize::from(!came.is_nan());
        self.at_mark += usize::from(came >= self.mark);
        self.days.end += 1;
        if self.days.len() > YEAR {
            let left = of(self.days.start);
            self.known -= usize::from(!left.is_nan());
            self.at_mark -= usize::from(left >= self.mark);
            self.days.start += 1;
        }
    }

    /// Whether `strain` is among the highest `share` of the year's, which has enough days to tell.
    fn has_among_highest(&mut self, strain: f64, share: f64) -> bool {
        if self.known < LEAST || strain.is_nan() {
            return false;
        }
        let most = share * self.known as f64;
        if self.at_mark as f64 <= most {
            (self.mark, self.at_mark) = (f64::NEG_INFINITY, self.known);
        }
        if strain <= self.mark {
            return false;
        }
        let year = self.strains.get(self.days.clone()).unwrap_or_default();
        let at_strain = year.iter().map(|other| usize::from(*other >= strain)).sum::<usize>();
        // The higher the mark the more it tells, but one just above the bound would soon be below it.
        if at_strain as f64 > 1.25 * most {
            (self.mark, self.at_mark) = (strain, at_strain);
        }
        at_strain as f64 <= most
    }
}

/// Whether the strain of a day is among the highest tenth of the own year before it.
pub(super) fn is_high(facts: &Facts<'_>, day: usize) -> bool {
    let strain = facts.value(DayMetric::Strain, day);
    Year::before(facts.values(DayMetric::Strain), day).has_among_highest(strain, share(facts))
}

fn share(facts: &Facts<'_>) -> f64 {
    1.0 - facts.parameters.strain_quantile
}

pub(super) fn judge(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let mut year = Year::before(facts.values(DayMetric::Strain), days.start);
    for (day, strain) in facts.along(DayMetric::Strain, days) {
        if year.has_among_highest(strain, share(facts)) {
            let (code, threshold) = (FlagCode::Strain, f64::NAN);
            verdicts.push(Verdict { code, level: Level::Info, day, subject: 0, value: strain, threshold });
        }
        year.go_on();
    }
}

pub(super) fn tell(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let days = Year::before(facts.values(DayMetric::Strain), verdict.day).known;
    let text = format!(
        "Strain of the last 7 days is {:.0}, among the highest tenth of your last {}: the week's load times its \
         monotony. In one small study of athletes illness came more often above a mark of strain found for each; \
         it says nothing of running injuries.",
        verdict.value,
        words::days(days),
    );
    let monotony = facts.value(DayMetric::Monotony, verdict.day);
    let inputs = vec![
        Input::number("week_load", verdict.value / monotony, load_unit(facts)),
        Input::number("monotony", monotony, ""),
        Input::number("compared_with", days as f64, "days"),
    ];
    Told { unit: "", inputs, text, ..Told::default() }
}

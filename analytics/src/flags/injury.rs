//! The rule on injuries that are over.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level, words};
use crate::Injury;
use crate::body::Closed;

/// The injury of a verdict or a sentence as a person reads it: `left calf`.
pub(super) fn site(injury: &Injury) -> String {
    let words = injury.site.trim();
    injury.side.map_or_else(|| words.to_owned(), |side| format!("{} {words}", side.as_str()))
}

/// Closed injuries with their last days and the days from which they are no previous ones any more, by last day.
pub(super) fn closed<'a>(facts: &Facts<'a>) -> &'a [Closed] {
    facts.own.map(|own| own.body.closed.as_slice()).unwrap_or_default()
}

pub(super) fn previous(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    for (subject, closed) in closed(facts).iter().enumerate() {
        let until = own.grid.index_of(closed.forgotten).unwrap_or_default();
        // One that ends with the last date there is, as some write that it goes on, is never over.
        let Some(next) = closed.last.succ_opt() else { continue };
        // Over before the first day: its first day as a previous one lies before the grid.
        let first = own.grid.index_of(next).unwrap_or_default();
        for day in first.max(days.start)..until.min(days.end) {
            verdicts.push(Verdict {
                code: FlagCode::PreviousInjury,
                level: Level::Info,
                day,
                subject,
                value: facts.date(day).signed_duration_since(closed.last).num_days() as f64,
                threshold: f64::NAN,
            });
        }
    }
}

pub(super) fn tell_previous(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some(Closed { injury, last, .. }) = closed(facts).get(verdict.subject) else { return Told::default() };
    let site = site(injury);
    let text = format!(
        "{} since your injury ({site}) ended on {}. In a study of 264 recreational runners those with a previous injury had \
         a higher rate of injury (hazard rate ratio 1.72, 95 % CI 1.11–2.66).",
        words::days(verdict.value as usize),
        words::date(*last),
    );
    let inputs = vec![Input::date("first", injury.first), Input::date("last", *last)];
    Told { about: Some(site), unit: "days", inputs, text, ..Told::default() }
}

//! The rule on injuries that are over.

use std::ops::Range;

use chrono::{Months, NaiveDate};

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level, words};
use crate::Injury;
use crate::parameters::Parameters;

/// Closed injuries by their last day, then by first day and site, so that the order of entries does not matter.
pub(super) fn closed<'a>(facts: &Facts<'a>) -> Vec<(NaiveDate, &'a Injury)> {
    let injuries = facts.own.map(|own| own.diary.injuries.as_slice()).unwrap_or_default();
    let mut closed: Vec<_> = injuries.iter().filter_map(|injury| Some((injury.last?, injury))).collect();
    closed.sort_by(|a, b| (a.0, a.1.first, &a.1.site, a.1.side).cmp(&(b.0, b.1.first, &b.1.site, b.1.side)));
    closed
}

/// The first day on which an injury is no previous one any more.
pub(super) fn forgotten(last: NaiveDate, parameters: &Parameters) -> NaiveDate {
    last.checked_add_months(Months::new(parameters.body.previous_injury_months)).unwrap_or(NaiveDate::MAX)
}

/// The site as a person reads it.
pub(super) fn site(injury: &Injury) -> String {
    let words = injury.site.trim();
    injury.side.map_or_else(|| words.to_owned(), |side| format!("{} {words}", side.as_str()))
}

pub(super) fn previous(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    for (subject, (last, _)) in closed(facts).into_iter().enumerate() {
        let until = own.grid.index_of(forgotten(last, facts.parameters)).unwrap_or_default();
        // Over before the first day: its first day as a previous one lies before the grid.
        let first = last.succ_opt().and_then(|next| own.grid.index_of(next)).unwrap_or_default();
        for day in first.max(days.start)..until.min(days.end) {
            verdicts.push(Verdict {
                code: FlagCode::PreviousInjury,
                level: Level::Info,
                day,
                subject,
                value: facts.date(day).signed_duration_since(last).num_days() as f64,
                threshold: f64::NAN,
            });
        }
    }
}

pub(super) fn tell_previous(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some((last, injury)) = closed(facts).get(verdict.subject).copied() else { return Told::default() };
    let site = site(injury);
    let text = format!(
        "{} since the injury {site} ended on {}. In a study of 264 recreational runners those with a previous injury had \
         a higher rate of injury (hazard rate ratio 1.72, 95 % CI 1.11–2.66).",
        words::days(verdict.value as usize),
        words::date(last),
    );
    let inputs = vec![Input::date("first", injury.first), Input::date("last", last)];
    Told { about: Some(site), unit: "days", inputs, text, ..Told::default() }
}

//! Rules on shoes.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level};
use crate::baseline::place;
use crate::diary::key;
use crate::{Session, SessionKind};

pub(super) fn shoe_distance(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    let worn = own.body.worn.iter().enumerate();
    for (subject, worn) in worn.filter(|(_, worn)| days.contains(&worn.day)) {
        verdicts.push(Verdict {
            code: FlagCode::ShoeDistance,
            level: Level::Info,
            day: worn.day,
            subject,
            value: worn.total_km,
            threshold: worn.limit_km,
        });
    }
}

pub(super) fn tell_shoe_distance(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some(worn) = facts.own.and_then(|own| own.body.worn.get(verdict.subject)) else { return Told::default() };
    let unknown = match worn.unknown_runs {
        0 => String::new(),
        1 => " (1 run in it has no distance)".to_owned(),
        runs => format!(" ({runs} runs in it have no distance)"),
    };
    let text = format!(
        "{:.0} km{} in {}{unknown}, past the {:.0} km that you set for it. The limit is yours: no study tells when a \
         pair is worn out.",
        worn.total_km,
        if worn.unknown_runs > 0 { " or more" } else { "" },
        worn.name,
        worn.limit_km,
    );
    let inputs = vec![
        Input::number("distance_km", worn.total_km, "km"),
        Input::number("limit_km", worn.limit_km, "km"),
        Input::number("runs_without_distance", worn.unknown_runs as f64, ""),
    ];
    Told { about: Some(worn.name.clone()), unit: "km", inputs, text, ..Told::default() }
}

pub(super) fn single_pair(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    let parameters = &facts.parameters.body;
    let Some(first) = own.grid.date(days.start.saturating_sub(parameters.shoe_days)) else { return };
    let sessions = own.grid.sessions();
    let start = sessions.partition_point(|session| session.date < first);
    let is_run = |session: &&Session| session.kind == SessionKind::Run;
    // The day of each run, and the place of the first of those in a row that were in the same known pair.
    let mut runs: Vec<(usize, Option<usize>)> = Vec::new();
    let mut pair: Option<(String, usize)> = None;
    for session in sessions.iter().skip(start).filter(is_run) {
        let Some(day) = place(own.grid, session.date) else { continue };
        let name = session.shoe.as_deref().map(key);
        pair = name.map(|name| match pair.take() {
            Some((same, since)) if same == name => (same, since),
            _ => (name, runs.len()),
        });
        runs.push((day, pair.as_ref().map(|(_, since)| *since)));
    }
    let (mut begin, mut end) = (0, 0);
    for day in days {
        while runs.get(end).is_some_and(|run| run.0 <= day) {
            end += 1;
        }
        while runs.get(begin).is_some_and(|run| run.0 + parameters.shoe_days <= day) {
            begin += 1;
        }
        let count = end.saturating_sub(begin);
        let since = end.checked_sub(1).and_then(|last| runs.get(last)).and_then(|run| run.1);
        if count >= parameters.shoe_least.max(1) && since.is_some_and(|since| since <= begin) {
            verdicts.push(Verdict {
                code: FlagCode::SinglePair,
                level: Level::Info,
                day,
                subject: 0,
                value: count as f64,
                threshold: f64::NAN,
            });
        }
    }
}

pub(super) fn tell_single_pair(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let (date, window) = (facts.date(verdict.day), facts.parameters.body.shoe_days);
    let sessions = facts.own.map(|own| own.grid.sessions()).unwrap_or_default();
    let end = sessions.partition_point(|session| session.date <= date);
    let runs = sessions.get(..end).unwrap_or_default().iter().rev().filter(|session| session.kind == SessionKind::Run);
    let name = runs.take(1).find_map(|session| session.shoe.as_deref()).unwrap_or_default().trim().to_owned();
    let text = format!(
        "{} of {} runs in the last {window} days were in {name}. In a study of 264 recreational runners over 22 weeks \
         those with more than one pair had a lower rate of injury (hazard rate ratio 0.61, 95 % CI 0.39–0.97); they may \
         differ in other ways too.",
        verdict.value, verdict.value,
    );
    let inputs = vec![Input::number("runs", verdict.value, ""), Input::number("window", window as f64, "days")];
    Told { about: Some(name), unit: "runs", inputs, text, ..Told::default() }
}

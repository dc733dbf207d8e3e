//! The rule on a run that has none in the 30 days before it.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict, flag};
use super::{Flag, FlagCode, Input, SpikeClass, words};
use crate::days::DayKind;
use crate::indicators::unknown_days;
use crate::longest::Weighed;

pub(super) fn judge(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    verdicts.extend(facts.days.runs_of(days).filter_map(|(place, weighed)| verdict(facts, weighed, place)));
}

/// `None` also where the days before tell too little: a young record, many unknown days, a run of unknown distance.
fn verdict(facts: &Facts<'_>, weighed: &Weighed, subject: usize) -> Option<Verdict> {
    let (day, window) = (weighed.run.day, facts.parameters.line_days);
    if weighed.class != SpikeClass::NoBaseline || weighed.counts_at_once {
        return None;
    }
    let most = facts.parameters.unknown_share * window as f64;
    let is_known = unknown_days(&facts.days, day, window) as f64 <= most;
    let has_run = last_run(facts, day).is_some_and(|last| last + window >= day);
    (is_known && !has_run).then_some(Verdict {
        code: FlagCode::NoBaseline,
        level: weighed.class.level()?,
        day,
        subject,
        value: weighed.run.km,
        threshold: f64::NAN,
    })
}

/// The last day before `day` on which somebody ran.
fn last_run(facts: &Facts<'_>, day: usize) -> Option<usize> {
    let kinds = facts.days.kinds;
    kinds.get(..day.min(kinds.len()))?.iter().rposition(|kind| *kind == DayKind::Run)
}

pub(super) fn tell(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let id = facts.own.and_then(|own| own.grid.measured_runs().nth(verdict.subject)).map(|run| run.id.clone());
    Told { session: id, ..words_of(facts, verdict, false) }
}

/// The flag that a planned run raises when there is nothing to weigh it against.
pub(crate) fn planned(facts: &Facts<'_>, weighed: &Weighed) -> Option<Flag> {
    let verdict = verdict(facts, weighed, 0)?;
    Some(flag(facts, &verdict, words_of(facts, &verdict, true)))
}

fn words_of(facts: &Facts<'_>, verdict: &Verdict, is_planned: bool) -> Told {
    let window = facts.parameters.line_days;
    let last = last_run(facts, verdict.day);
    let after = match last {
        Some(last) => format!("{} after the one of {}", words::days(verdict.day - last), words::date(facts.date(last))),
        None => format!("and of a record that begins {} before", words::days(verdict.day)),
    };
    let (is, lifts) = if is_planned { ("would be", "would lift") } else { ("is", "lifts") };
    let unknown = unknown_days(&facts.days, verdict.day, window);
    let gaps = match unknown {
        0 => String::new(),
        1 => " 1 day of that window is unknown.".to_owned(),
        days => format!(" {days} days of that window are unknown."),
    };
    let text = format!(
        "{} {is} the first run in {}, {after}: there is nothing to weigh it against. How the largest study of runners \
         counted such runs is not known here. As our own caution the run {lifts} the careful line only after {}; build \
         up in stages rather than by percentages.{gaps}",
        words::km(verdict.value),
        words::days(window),
        words::days(facts.parameters.careful_days),
    );
    let mut inputs =
        vec![Input::number("distance_km", verdict.value, "km"), Input::number("unknown_days", unknown as f64, "days")];
    inputs.extend(last.map(|last| Input::date("last_run", facts.date(last))));
    Told { unit: "km", inputs, text, ..Told::default() }
}

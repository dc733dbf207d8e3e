//! Rules on recovery: signs off the own baseline, and the days after a race.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level, strain, words};
use crate::baseline::{Compared, OwnValue, place};
use crate::own_metric::OwnMetric;
use crate::parameters::{is_above, is_below};
use crate::{BodyParameters, Channel, DayMetric, Session, SessionKind};

/// What may be off, besides strain. Both wellness scores are one sign.
const SIGNS: [&[OwnMetric]; 4] = [
    &[OwnMetric::RestingHeartRate],
    &[OwnMetric::LnRmssd],
    &[OwnMetric::Hooper, OwnMetric::Wellness],
    &[OwnMetric::Efficiency],
];

/// A sign that has been off long enough.
#[derive(Clone, Copy)]
struct Off {
    metric: OwnMetric,
    compared: Compared,
    /// The first day of the row of days that are off.
    since: usize,
}

/// Whether a comparison is to the side that speaks of too little recovery.
fn is_off(metric: OwnMetric, compared: &Compared, parameters: &BodyParameters) -> bool {
    let reaches = |z: f64| !is_above(parameters.off_z, z);
    match metric {
        OwnMetric::RestingHeartRate | OwnMetric::Hooper => reaches(compared.z),
        // It may rise or fall under overload: either side counts.
        OwnMetric::LnRmssd => is_above(compared.z.abs(), parameters.hrv_band_sd),
        OwnMetric::Wellness | OwnMetric::Efficiency => reaches(-compared.z),
        _ => false,
    }
}

/// The row of values that are off and ends on `day`, which must have one itself: days without a value are passed over,
/// and never counted. `None`: not off on the day, or not for long enough.
fn off(values: &[OwnValue], metric: OwnMetric, day: usize, parameters: &BodyParameters) -> Option<Off> {
    let place = values.binary_search_by_key(&day, |value| value.day).ok()?;
    let compared = values.get(place)?.compared.ok()?;
    let window = parameters.off_window_days;
    let (mut since, mut count) = (day, 0);
    for value in values.get(..=place)?.iter().rev() {
        if since - value.day > window {
            break;
        }
        match &value.compared {
            Err(_) => {}
            Ok(compared) if is_off(metric, compared, parameters) => {
                since = value.day;
                count += usize::from(day - value.day < window);
            }
            Ok(_) => break,
        }
    }
    (count >= parameters.off_days.max(1)).then_some(Off { metric, compared, since })
}

/// The signs that are off on a day, in the order of [`SIGNS`].
fn signs(facts: &Facts<'_>, day: usize) -> Vec<Off> {
    let Some(own) = facts.own else { return Vec::new() };
    let one = |metric: &OwnMetric| off(own.body.baselines.get(*metric), *metric, day, &facts.parameters.body);
    SIGNS.iter().filter_map(|sign| sign.iter().find_map(one)).collect()
}

/// Whether strain has been among the own highest tenth for long enough.
fn is_strain_high(facts: &Facts<'_>, day: usize) -> bool {
    let days = facts.parameters.body.off_days.max(1);
    (day + 1).checked_sub(days).is_some_and(|first| (first..=day).rev().all(|day| strain::is_high(facts, day)))
}

pub(super) fn under_recovery(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    let parameters = &facts.parameters.body;
    let mut candidates: Vec<usize> = Vec::new();
    for metric in SIGNS.into_iter().flatten() {
        let values = own.body.baselines.get(*metric);
        let at = |day: usize| values.partition_point(|value| value.day < day);
        let of_days = values.get(at(days.start)..at(days.end)).unwrap_or_default();
        candidates.extend(of_days.iter().filter(|value| value.compared.is_ok()).map(|value| value.day));
    }
    candidates.sort_unstable();
    candidates.dedup();
    for day in candidates {
        let off = signs(facts, day);
        if off.is_empty() {
            continue;
        }
        let needs_strain = off.len() + 1 == parameters.off_signs;
        let count =
            off.len() + usize::from((off.len() >= parameters.off_signs || needs_strain) && is_strain_high(facts, day));
        if count >= parameters.off_signs {
            let is_down_long = down_days(&off, day).is_some_and(|days| days >= parameters.efficiency_down_days);
            verdicts.push(Verdict {
                code: FlagCode::UnderRecovery,
                level: if is_down_long { Level::Warning } else { Level::Caution },
                day,
                subject: 0,
                value: count as f64,
                threshold: parameters.off_signs as f64,
            });
        }
    }
}

/// For how many days efficiency has been down.
fn down_days(off: &[Off], day: usize) -> Option<usize> {
    off.iter().find(|off| off.metric == OwnMetric::Efficiency).map(|off| day - off.since + 1)
}

pub(super) fn tell_under_recovery(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let off = signs(facts, verdict.day);
    let mut inputs = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    for sign in &off {
        let (info, compared) = (sign.metric.info(), sign.compared);
        let (z, baseline) = sign.metric.names();
        inputs.push(Input::number(info.symbol, compared.recent, info.unit));
        inputs.push(Input::number(baseline, compared.mean, info.unit));
        inputs.push(Input::number(z, compared.z, "SD"));
        inputs.push(Input::number("baseline_days", compared.days as f64, "days"));
        parts.push(against(sign.metric, &compared));
    }
    if off.len() < verdict.value as usize {
        let strain = facts.value(DayMetric::Strain, verdict.day);
        inputs.push(Input::number("strain", strain, ""));
        parts.push(format!("strain {strain:.0}, among your own highest tenth"));
    }
    let down = down_days(&off, verdict.day).filter(|_| verdict.level == Level::Warning);
    let down = down.map(|days| {
        inputs.push(Input::number("efficiency_down_days", days as f64, "days"));
        format!(" Efficiency has been down for {}.", words::days(days))
    });
    let has_hrv = off.iter().any(|sign| sign.metric == OwnMetric::LnRmssd);
    let hrv = if has_hrv { " Heart-rate variability may rise or fall when training is too much." } else { "" };
    let text = format!(
        "{} signs have been off your own baseline on each of the last {} days with a value: {}. Possible \
         under-recovery.{}{hrv} Each alone lies within what varies from day to day, and heat, short sleep, an infection \
         or too little food do the same.{}",
        verdict.value,
        facts.parameters.body.off_days,
        parts.join("; "),
        down.unwrap_or_default(),
        illness(facts, verdict.day),
    );
    Told { unit: "signs", inputs, text, ..Told::default() }
}

/// `resting heart rate 56 bpm against 51 ± 2 (21 days)`.
pub(super) fn against(metric: OwnMetric, compared: &Compared) -> String {
    let info = metric.info();
    // One digit more than usual where rounding would hide the difference.
    let is_hidden = 10_f64.powi(info.precision as i32) * (compared.recent - compared.mean).abs() < 1.0;
    let digits = info.precision + usize::from(is_hidden || compared.standard_deviation < 1.0);
    let unit = if info.unit.is_empty() { String::new() } else { format!(" {}", info.unit) };
    let mut title = info.title.to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    format!(
        "{title} {:.digits$}{unit} against {:.digits$} ± {:.digits$} ({})",
        compared.recent,
        compared.mean,
        compared.standard_deviation,
        words::days(compared.days),
    )
}

fn illness(facts: &Facts<'_>, day: usize) -> &'static str {
    let week = day.saturating_sub(facts.parameters.body.recent_days)..day + 1;
    let is_ill = facts.own.is_some_and(|own| week.into_iter().any(|day| own.grid.is_ill(day)));
    if is_ill { " You noted an illness in these days, which alone can do it." } else { "" }
}

/// Whether a session asks for some easy days after it.
fn is_hard(session: &Session, parameters: &BodyParameters) -> bool {
    let is_long = || session.loads.get(Channel::Distance).is_some_and(|km| !is_below(km, parameters.very_long_run_km));
    session.kind == SessionKind::Run && (session.is_race || is_long())
}

pub(super) fn race_recovery(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = &facts.parameters.body;
    let length = parameters.race_recovery_days;
    let start = days.start.saturating_sub(length);
    let runs = facts.days.runs;
    let long = runs.get(runs.partition_point(|compared| compared.run.day < start)..).unwrap_or_default();
    let is_long = |km: f64| !is_below(km, parameters.very_long_run_km);
    let mut hard: Vec<usize> =
        long.iter().filter(|compared| is_long(compared.run.km)).map(|compared| compared.run.day).collect();
    if let Some(own) = facts.own {
        let sessions = own.grid.sessions();
        let first = own.grid.date(start).map(|first| sessions.partition_point(|session| session.date < first));
        let sessions = first.and_then(|first| sessions.get(first..)).unwrap_or_default();
        let races = sessions.iter().filter(|session| is_hard(session, parameters));
        hard.extend(races.filter_map(|session| place(own.grid, session.date)));
        hard.sort_unstable();
    }
    hard.dedup();
    for (place, on) in hard.iter().enumerate() {
        // A later one begins the count anew.
        let next = hard.get(place + 1).map_or(usize::MAX, |next| next + 1);
        for day in (on + 1).max(days.start)..next.min(on + length + 1).min(days.end) {
            verdicts.push(Verdict {
                code: FlagCode::RaceRecovery,
                level: Level::Info,
                day,
                subject: *on,
                value: (day - on) as f64,
                threshold: length as f64,
            });
        }
    }
}

pub(super) fn tell_race_recovery(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let date = facts.date(verdict.subject);
    let sessions = facts.own.map(|own| own.grid.sessions()).unwrap_or_default();
    let of_day = sessions.get(sessions.partition_point(|session| session.date < date)..).unwrap_or_default();
    let of_day = of_day.iter().take_while(|session| session.date == date);
    let Some(session) = of_day.filter(|session| is_hard(session, &facts.parameters.body)).last() else {
        return Told::default();
    };
    let what = if session.is_race { "race" } else { "run" };
    let km = session.loads.get(Channel::Distance);
    let of = km.map(|km| format!(" of {}", words::km(km))).unwrap_or_default();
    let text = format!(
        "Day {} of {} after the {what}{of} on {}. Easy days after it are habit: no study says how many.",
        verdict.value,
        verdict.threshold,
        words::day(session.date),
    );
    let mut inputs = vec![Input::date("on", session.date), Input::text("session", session.id.clone())];
    inputs.extend(km.map(|km| Input::number("distance_km", km, "km")));
    Told { unit: "days", inputs, text, ..Told::default() }
}

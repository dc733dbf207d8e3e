//! Rules on what became of the heart rate of a session, and what stood in for it.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level, words};
use crate::baseline::place;
use crate::{Channel, HeartRateQuality, LoadSource, Session, SessionKind};

/// The sessions of a range of days and of `before` days more, with their places and days.
fn sessions<'a>(
    facts: &Facts<'a>,
    days: &Range<usize>,
    before: usize,
) -> impl Iterator<Item = (usize, usize, &'a Session)> + use<'a> {
    let grid = facts.own.map(|own| own.grid);
    let sessions = grid.map(|grid| grid.sessions()).unwrap_or_default();
    let first = grid.and_then(|grid| grid.date(days.start.saturating_sub(before)));
    let start = first.map_or(sessions.len(), |first| sessions.partition_point(|session| session.date < first));
    let end = days.end;
    let placed = sessions.iter().enumerate().skip(start);
    placed
        .filter_map(move |(subject, session)| Some((subject, place(grid?, session.date)?, session)))
        .take_while(move |(_, day, _)| *day < end)
}

fn verdict(code: FlagCode, day: usize, subject: usize) -> Verdict {
    Verdict { code, level: Level::Info, day, subject, value: f64::NAN, threshold: f64::NAN }
}

pub(super) fn suspect(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    for (subject, day, session) in sessions(facts, &days, 0) {
        if session.heart_rate == HeartRateQuality::Suspect {
            verdicts.push(verdict(FlagCode::HeartRateSuspect, day, subject));
        }
    }
}

pub(super) fn missing(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let window = facts.parameters.body.heart_rate_days;
    let mut last_with = None;
    for (subject, day, session) in sessions(facts, &days, window) {
        match session.heart_rate {
            HeartRateQuality::Plausible => last_with = Some(day),
            HeartRateQuality::Missing if days.contains(&day) && last_with.is_some_and(|last| day - last <= window) => {
                verdicts.push(verdict(FlagCode::NoHeartRate, day, subject));
            }
            _ => {}
        }
    }
}

fn session<'a>(facts: &Facts<'a>, verdict: &Verdict) -> Option<&'a Session> {
    facts.own.and_then(|own| own.grid.sessions().get(verdict.subject))
}

/// `the run of 8.0 km on 3 Nov`.
fn named(session: &Session) -> String {
    let what = match session.kind {
        SessionKind::Run => "run",
        _ => "session",
    };
    let km = session.loads.get(Channel::Distance).filter(|_| session.kind == SessionKind::Run);
    let of = km.map(|km| format!(" of {}", words::km(km))).unwrap_or_default();
    format!("the {what}{of} on {}", words::day(session.date))
}

/// Where the load of the session comes from, and the same for programs.
fn source(session: &Session) -> (&'static str, &'static str) {
    match (session.load_source, session.loads.get(Channel::Load)) {
        (_, None) => ("It has no load, so the load of its day is unknown.", "none"),
        (None, Some(_)) => ("Its load is the one that was given with it.", "given"),
        (Some(LoadSource::Trimp), _) => ("Its load is still worked out from heart rate.", "heart_rate"),
        (Some(LoadSource::SessionRpe), _) => ("Its load is worked out from session RPE instead.", "session_rpe"),
        (Some(LoadSource::Duration), _) => {
            ("Its load is worked out from its duration at your own median instead.", "duration")
        }
    }
}

fn told(facts: &Facts<'_>, verdict: &Verdict, words: impl Fn(&str) -> String) -> Told {
    let Some(session) = session(facts, verdict) else { return Told::default() };
    let (source, name) = source(session);
    let mut inputs = vec![Input::date("on", session.date), Input::text("load_source", name)];
    inputs.extend(session.loads.get(Channel::Load).map(|load| Input::number("load", load, Channel::Load.unit())));
    let text = format!("{} {source}", words(&named(session)));
    Told { session: Some(session.id.clone()), inputs, text, ..Told::default() }
}

pub(super) fn tell_suspect(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    told(facts, verdict, |session| {
        format!("The heart rate of {session} looks wrong: values that cannot be, or that follow the cadence.")
    })
}

pub(super) fn tell_missing(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    told(facts, verdict, |session| {
        let mut session = session.to_owned();
        if let Some(first) = session.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        format!("{session} has no heart rate, or too little of it; other sessions of these weeks have it.")
    })
}

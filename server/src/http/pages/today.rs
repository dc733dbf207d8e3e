//! Today: the line, the flags, twelve weeks, this week's runs.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::Days;
use plimsoll_analytics::{
    ChangeCause, DayMetric, Episode, Evidence, FlagCode, LineOutlook, Measure, Reason, SpikeClass, State as DayState,
    evidence,
};
use serde::Deserialize;

use super::activities::ActivityLine;
use super::gauge::Gauge;
use super::{Responsive, Shell, WIDE, render};
use crate::http::App;
use crate::http::api::{HISTORY_DAYS, history_days};
use crate::http::charts::history;
use crate::http::error::PageError;
use crate::http::extract::PageQuery;
use crate::http::who::{May, ReadLoad};
use crate::standing::Standing;
use crate::words;

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    shell: Shell,
    id: String,
    date: String,
    has_runs: bool,
    has_other_activities: bool,
    state: &'static str,
    provisional: bool,
    gauge: Gauge,
    lead: Option<Lead>,
    no_line: Option<String>,
    notes: Vec<String>,
    plan: String,
    plan_problem: Option<String>,
    planned: Option<PlannedView>,
    flags_heading: String,
    flags: Vec<FlagView>,
    chart: Option<Responsive>,
    facts: Vec<Fact>,
    week: Vec<ActivityLine>,
}

/// The sentence under the gauge.
struct Lead {
    line: String,
    /// What the line rests on: `your longest in the last 30 days (12.0 km on 3 Nov)`.
    longest: String,
}

struct PlannedView {
    level: &'static str,
    text: String,
}

/// A flag that opens to its evidence.
pub(super) struct FlagView {
    pub(super) level: &'static str,
    pub(super) icon: &'static str,
    pub(super) open: bool,
    pub(super) code: &'static str,
    /// The first sentence of the flag's words.
    pub(super) text: String,
    /// The sentences after it.
    pub(super) rest: String,
    /// When: the day of the run, or since when it holds.
    pub(super) when: Option<String>,
    pub(super) measured: String,
    pub(super) run: Option<String>,
    pub(super) evidence: Option<&'static Evidence>,
}

struct Fact {
    value: String,
    text: String,
    title: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PlanQuery {
    plan: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<ReadLoad>,
    PageQuery(query): PageQuery<PlanQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let typed = query.plan.unwrap_or_default();
    let (plan_km, plan_problem) = match parse_plan(&typed) {
        Ok(plan) => (plan, None),
        Err(problem) => (None, Some(problem)),
    };
    let standing = app.library.standing(athlete, may.readable(), plan_km).await?;
    let day = standing.day();
    let outlook = standing.outlook.as_ref();
    let flags: Vec<FlagView> = standing.active_episodes().iter().map(|episode| flag_view(episode, &standing)).collect();
    let from = standing.today - Days::new(HISTORY_DAYS as u64 - 1);
    let days = history_days(&standing, from, standing.today);
    let has_other_activities =
        day.is_none() && !app.library.store.activity_page(&athlete.id, None, 1).await?.rows.is_empty();
    let page = TodayPage {
        shell: Shell::of(&app, &may, "today", format!("Today · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        date: words::weekday_day_month(standing.today),
        has_runs: day.is_some(),
        has_other_activities,
        state: standing.status().unwrap_or_default(),
        provisional: day.is_some_and(|day| day.state == DayState::Provisional),
        gauge: outlook.map_or_else(Gauge::empty, |outlook| gauge(outlook, &standing, plan_km)),
        lead: outlook.and_then(|outlook| lead(outlook, &standing)),
        no_line: outlook.and_then(|outlook| outlook.careful_km.err()).map(no_line),
        notes: outlook.map_or_else(Vec::new, |outlook| notes(outlook, &standing)),
        plan: typed,
        plan_problem,
        planned: planned(&standing),
        flags_heading: flags_heading(flags.len()),
        flags,
        chart: Responsive::draw(WIDE, |width| day.map(|_| history(&days, width)).transpose())?,
        facts: facts(&standing),
        week: week(&standing),
    };
    render(&page)
}

fn parse_plan(typed: &str) -> Result<Option<f64>, String> {
    let typed = typed.trim().replace(',', ".");
    if typed.is_empty() {
        return Ok(None);
    }
    match typed.parse::<f64>() {
        Ok(km) if (0.1..=1000.0).contains(&km) => Ok(Some(km)),
        _ => Err(format!("“{typed}” is not a distance. Type kilometres between 0.1 and 1000, such as 12.5.")),
    }
}

fn gauge(outlook: &LineOutlook, standing: &Standing, plan_km: Option<f64>) -> Gauge {
    let Ok(line_km) = outlook.careful_km else { return Gauge::empty() };
    let last = standing.runs.last().and_then(|run| run.summary.distance_m).map(|metres| metres / 1000.0);
    let water = plan_km.map(|km| ("planned", km)).or(last.map(|km| ("last run", km)));
    Gauge::new(line_km, outlook.longest.map(|(_, km)| km), water, !standing.leaves_out_runs())
}

fn lead(outlook: &LineOutlook, standing: &Standing) -> Option<Lead> {
    let (date, km) = outlook.longest?;
    let left_out = match outlook.counted_class.filter(|_| standing.leaves_out_runs()) {
        None => "",
        Some(SpikeClass::NoBaseline) => ", the first after the break left out",
        Some(_) => ", spikes left out",
    };
    let longest = format!(
        "your longest in the last 30 days{left_out} ({} on {})",
        words::km(km),
        words::day_month_near(date, standing.today)
    );
    Some(Lead { line: words::line_km(outlook.careful_km.ok()?), longest })
}

fn no_line(reason: Reason) -> String {
    match reason {
        Reason::NoRunIn30Days => {
            "There is no run in the last 30 days, so there is nothing to draw the line from. After a break, start with \
             short runs with walking breaks, a day of rest between them, and lengthen them only while nothing hurts \
             during the run or the morning after."
                .to_owned()
        }
        Reason::OnlyRecentSpikes => {
            "Every run of the last 30 days is younger than 14 days and was a spike itself, or the first after 30 days \
             without one, so the careful line cannot be drawn yet."
                .to_owned()
        }
        Reason::ShortHistory => {
            "The first run is today’s. The line is drawn from the days before, so it begins tomorrow.".to_owned()
        }
        Reason::NotRecorded => {
            "No run has a distance, so there is nothing to draw the line from. A run on a treadmill counts when its \
             file states a distance."
                .to_owned()
        }
        other => other.text().to_owned(),
    }
}

/// Why the longest run of the 30 days is not what the line rests on.
fn why_left_out(outlook: &LineOutlook) -> &'static str {
    match outlook.counted_class {
        Some(SpikeClass::NoBaseline) => "had no other in the 30 days before it",
        _ => "was a spike itself",
    }
}

/// What is to be said beside the line: what it leaves out, and when it moves.
fn notes(outlook: &LineOutlook, standing: &Standing) -> Vec<String> {
    let near = |date| words::day_month_near(date, standing.today);
    let mut notes = Vec::new();
    if outlook.line_km.is_ok() && standing.day().is_some_and(|day| day.state == DayState::Returning) {
        let few = if outlook.careful_km.is_ok() { "After a break the line rests on few runs. " } else { "" };
        notes.push(format!(
            "{few}Build up in stages, by how it feels during the run and the morning after, rather than by a \
             percentage."
        ));
    }
    if let (Ok(counted), Some((date, km))) = (outlook.line_km, outlook.counted_longest)
        && standing.leaves_out_runs()
    {
        let was = why_left_out(outlook);
        notes.push(format!(
            "The {} run of {} {was} and counts only after 14 days; counted, the line would be {}. Leaving it \
             out is our caution (evidence grade D), not the study’s rule.",
            words::km(km),
            near(date),
            words::line_km(counted)
        ));
    }
    let Some(next) = outlook.next() else { return notes };
    let on = near(next.date);
    notes.push(match (next.because, next.to_km) {
        (_, None) => {
            let last = standing.runs.iter().rfind(|run| run.summary.distance_m.is_some());
            let still_there = last.is_some_and(|run| (next.date - run.local_date).num_days() <= 30);
            let because = if still_there { "only young spikes are left" } else { "the last run leaves the 30 days" };
            format!("Without another run there is no line from {on} on, when {because}.")
        }
        (ChangeCause::LeavesWindow, Some(to)) => {
            let leaving = next.leaving.map_or_else(
                || "a run leaves the 30 days".to_owned(),
                |(date, km)| format!("the {} run of {} leaves the 30 days", words::km(km), near(date)),
            );
            let keep = next
                .leaving
                .map_or_else(String::new, |(_, km)| format!("; an easy {} before then keeps it", words::km(km)));
            format!("On {on} it falls to {}, when {leaving}{keep}.", words::line_km(to))
        }
        (ChangeCause::CarefulDaysEnd | ChangeCause::RunCounts, Some(to)) => {
            let because = next.resting_on.map_or_else(String::new, |(date, km)| {
                format!(", when the {} run of {} starts to count", words::km(km), near(date))
            });
            match next.from_km {
                Some(_) => format!("On {on} it moves to {}{because}.", words::line_km(to)),
                None => format!("From {on} on there is a line: {}{because}.", words::line_km(to)),
            }
        }
    });
    notes
}

fn planned(standing: &Standing) -> Option<PlannedView> {
    let planned = standing.planned.as_ref()?;
    let outlook = standing.outlook.as_ref()?;
    let view = |level, text| Some(PlannedView { level, text });
    let km = words::km(planned.distance_km);
    let (line_passed, ratio) = match (&planned.flag, planned.ratio) {
        (Some(flag), _) => return view(flag.level.as_str(), flag.text.clone()),
        (None, Some(ratio)) => {
            (outlook.careful_km.ok().filter(|line| planned.distance_km > line * (1.0 + 1e-9)), ratio)
        }
        (None, None) => return view("info", "There is no run in the last 30 days to weigh it against.".to_owned()),
    };
    let longest = words::km(planned.distance_km / ratio);
    let left_out = why_left_out(outlook);
    if outlook.careful_km.is_err() {
        return view(
            "info",
            format!(
                "There is no line to weigh {km} against: the longest run of the last 30 days ({longest}) {left_out} \
                 and is younger than 14 days."
            ),
        );
    }
    if let Some(line) = line_passed {
        return view(
            "caution",
            format!(
                "{km} is above your line of {}. By the study’s definition it is no spike, but only because it is \
                 measured against {longest}, a run that {left_out} and is younger than 14 days.",
                words::line_km(line)
            ),
        );
    }
    let percent = (ratio - 1.0) * 100.0;
    view(
        "fine",
        if percent <= 0.0 {
            format!("{km} is no longer than the longest run of the last 30 days ({longest}).")
        } else {
            format!(
                "{km} is {percent:.0}\u{a0}% longer than the longest run of the last 30 days ({longest}): within 10\u{a0}%."
            )
        },
    )
}

fn flags_heading(count: usize) -> String {
    match count {
        0 => "Nothing to point out".to_owned(),
        1 => "One thing to know".to_owned(),
        2 => "Two things to know".to_owned(),
        3 => "Three things to know".to_owned(),
        more => format!("{more} things to know"),
    }
}

/// A flag for the page. Warnings stand open; the rest opens on a click.
pub(super) fn flag_view(episode: &Episode, standing: &Standing) -> FlagView {
    let flag = &episode.flag;
    let shown = |value: f64| match flag.unit {
        "ratio" => format!("{value:.3}"),
        unit => format!("{}\u{a0}{unit}", words::whole(value)),
    };
    let measured = match (flag.value, flag.threshold) {
        (Some(value), Some(threshold)) => format!("{}; the rule’s bound is {}", shown(value), shown(threshold)),
        (Some(value), None) => shown(value),
        (None, _) => String::new(),
    };
    let (text, rest) = words::first_sentence(&flag.text);
    let near = |date| words::day_month_near(date, standing.today);
    let when = if flag.session.is_some() {
        Some(format!("Run of {}.", near(flag.date)))
    } else {
        // The words of a return name their days themselves.
        (episode.first < episode.last && flag.code != FlagCode::Returning)
            .then(|| format!("Since {}.", near(episode.first)))
    };
    FlagView {
        level: flag.level.as_str(),
        icon: match flag.level {
            plimsoll_analytics::Level::Info => "●",
            plimsoll_analytics::Level::Caution => "◆",
            plimsoll_analytics::Level::Warning => "▲",
            plimsoll_analytics::Level::Stop => "■",
        },
        open: flag.level >= plimsoll_analytics::Level::Warning,
        code: flag.code.as_str(),
        text: text.to_owned(),
        rest: rest.to_owned(),
        when,
        measured,
        run: flag.session.clone(),
        evidence: evidence(flag.evidence),
    }
}

fn facts(standing: &Standing) -> Vec<Fact> {
    let Some(day) = standing.day() else { return Vec::new() };
    let shown = |measure: Measure, decimals: usize| {
        measure.map_or_else(|_| "–".to_owned(), |value| format!("{value:.decimals$}"))
    };
    let week_km = standing.week_km();
    let why = |measure: Measure| measure.err().map_or_else(String::new, |reason| reason.text().to_owned());
    let first = standing.as_of - Days::new(6);
    let runs = standing.runs.iter().filter(|run| run.local_date >= first).count();
    let usual = standing.usual_week_km().map_or_else(
        || "km in the last 7 days".to_owned(),
        |km| format!("km in the last 7 days, usual {}", words::one_decimal(km)),
    );
    let (monotony, ratio) = (day.get(DayMetric::Monotony), day.get(DayMetric::RatioEwma));
    let strain = day
        .get(DayMetric::Strain)
        .map_or_else(|_| "monotony".to_owned(), |strain| format!("monotony; strain {}", words::whole(strain)));
    vec![
        Fact { value: shown(week_km, 1), text: usual, title: why(week_km) },
        Fact { value: runs.to_string(), text: "runs in the last 7 days".to_owned(), title: String::new() },
        Fact { value: shown(monotony, 2), text: strain, title: why(monotony) },
        Fact {
            value: shown(ratio, 2),
            text: "acute to chronic (EWMA 7/28 of distance); contested, context only".to_owned(),
            title: why(ratio),
        },
    ]
}

fn week(standing: &Standing) -> Vec<ActivityLine> {
    let first = standing.as_of - Days::new(6);
    let recent = standing.runs.iter().rev().take_while(|run| run.local_date >= first);
    recent.map(|run| ActivityLine::new(run, standing.today)).collect()
}

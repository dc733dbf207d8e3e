//! One activity: its numbers, pace, heart rate and elevation over distance, the route, laps, and what it raised.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use chrono::NaiveDate;
use serde::Deserialize;

use super::copies::Copies;
use super::numbers::{Fact, Numbers};
use super::today::{FlagView, flag_view};
use super::{Responsive, Shell, render};
use crate::access::Kind;
use crate::http::App;
use crate::http::api::activity as find_activity;
use crate::http::charts::{ProfileSeries, profile, route};
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::who::{May, ReadActivities, WriteActivities};
use crate::library::SPORTS;
use crate::standing::is_believable;
use crate::store::{ActivityRow, Athlete};
use crate::words;

/// Width of the column of charts on a laptop, CSS pixels.
const COLUMN_WIDTH: u32 = 640;

/// Width of the column of the route.
const ROUTE_WIDTH: u32 = 430;

#[derive(Template)]
#[template(path = "activity.html")]
struct ActivityPage {
    shell: Shell,
    id: String,
    activity_id: String,
    title: String,
    when: String,
    sport_name: String,
    /// Value, name, and whether it is the activity's own.
    sports: Vec<(String, String, bool)>,
    counts: bool,
    date_is_wrong: bool,
    removed: bool,
    description: Option<String>,
    /// Shoes, effort, commute: what a person said, with its name.
    said: Vec<(&'static str, String)>,
    copies: Copies,
    /// Whether the file has samples, not only totals.
    has_recording: bool,
    facts: Vec<Fact>,
    numbers: Numbers,
    flags: Vec<FlagView>,
    charts: Vec<(&'static str, &'static str, Responsive)>,
    missing: Vec<&'static str>,
    route: Option<Responsive>,
    laps: Vec<LapView>,
    lengths: Vec<LengthView>,
    /// What the speed of a lap is given in.
    lap_unit: &'static str,
    notices: Vec<String>,
    findings: Vec<String>,
    /// What cleaning does with the samples.
    cleaning: Vec<String>,
    as_recorded: bool,
    upload_id: String,
    file: String,
    device: Option<String>,
}

struct LapView {
    number: usize,
    distance: String,
    time: String,
    pace: String,
    heart_rate: String,
}

/// Lengths of a pool; rests at the wall stand between them.
struct LengthView {
    number: Option<usize>,
    stroke: String,
    time: String,
    strokes: String,
}

/// What of a length is shown, as the store has it.
#[derive(Debug, Deserialize)]
struct StoredLength {
    is_active: Option<bool>,
    timer_time_s: Option<f64>,
    elapsed_time_s: Option<f64>,
    strokes: Option<u32>,
    stroke: Option<String>,
}

/// What of a lap is shown, as the store has it.
#[derive(Debug, Deserialize)]
struct StoredLap {
    distance_m: Option<f64>,
    timer_time_s: Option<f64>,
    avg_heart_rate_bpm: Option<f64>,
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let activity = find_activity(&app, &athlete.id, &id).await?;
    let upload = app.library.store.upload(&athlete.id, &activity.upload_id).await?;
    let track = app.library.track(&activity).await?;
    let standing = app.library.standing(athlete, may.readable(), None).await?;
    let flags = standing
        .analysis
        .as_deref()
        .map(plimsoll_analytics::Analysis::episodes)
        .unwrap_or_default()
        .iter()
        .filter(|episode| {
            may.readable().contains(Kind::Load) && episode.flag.session.as_deref() == Some(activity.id.as_str())
        })
        .map(|episode| flag_view(episode, &standing))
        .collect();
    let (mut charts, mut missing) = (Vec::new(), Vec::new());
    for series in ProfileSeries::of(words::is_on_foot(&activity.sport)) {
        match Responsive::draw(COLUMN_WIDTH, |width| profile(&track, series, width))? {
            Some(chart) => charts.push((series.name(), series.heading(), chart)),
            None => missing.push(series.heading()),
        }
    }
    let sport = words::capitalised(&words::sport(&activity.sport, activity.run_kind.as_deref()));
    let title = activity.title.clone().unwrap_or_else(|| sport.clone());
    let (file, notices, device) = upload.map_or_else(Default::default, |upload| {
        (upload.file_name.clone(), own_notices(&upload.notices, &activity), device_words(upload.device.as_ref()))
    });
    render(&ActivityPage {
        shell: Shell::of(&app, &may, "activities", format!("{title} · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        activity_id: activity.id.clone(),
        title,
        when: when(&activity, standing.today),
        sport_name: activity.sport.clone(),
        sports: sports(&activity.sport),
        counts: activity.sport == "running" && is_believable(activity.local_date, standing.today),
        date_is_wrong: !is_believable(activity.local_date, standing.today),
        removed: activity.removed_ms.is_some(),
        description: activity.description.clone(),
        said: said(&activity),
        copies: Copies::of(&app, &activity).await?,
        has_recording: !track.along.is_empty() || !track.positions.is_empty(),
        facts: facts(&activity),
        numbers: Numbers::of(&activity, app.library.load_of(&activity).await?),
        flags,
        charts,
        missing,
        route: Responsive::draw(ROUTE_WIDTH, |width| route(&track, width))?,
        laps: laps(&activity),
        lengths: lengths(&activity),
        lap_unit: if words::is_on_foot(&activity.sport) { "min/km" } else { "km/h" },
        notices,
        findings: notice_texts(&activity.findings),
        cleaning: step_texts(&activity.cleaning),
        as_recorded: activity.as_recorded,
        upload_id: activity.upload_id.clone(),
        file,
        device,
    })
}

/// The sports to choose from, the activity's own among them: a file may name one that nobody has to choose.
fn sports(own: &str) -> Vec<(String, String, bool)> {
    let foreign = Some(own).filter(|own| !SPORTS.contains(own));
    let all = foreign.into_iter().chain(SPORTS);
    all.map(|sport| (sport.to_owned(), words::sport(sport, None), sport == own)).collect()
}

fn when(activity: &ActivityRow, today: NaiveDate) -> String {
    let local = words::wall_clock(activity.start_ms, activity.utc_offset_s);
    let date = words::day_month_near(activity.local_date, today);
    let clock = if activity.utc_offset_s.is_some() { "" } else { " UTC" };
    format!("{} {date}, {}{clock}", activity.local_date.format("%A"), local.format("%H:%M"))
}

fn facts(activity: &ActivityRow) -> Vec<Fact> {
    let summary = &activity.summary;
    let mut facts: Vec<Fact> = Vec::new();
    let mut add = |value: Option<String>, name: &str| facts.extend(value.map(|value| (value, name.to_owned())));
    match summary.distance_m {
        Some(metres) => add(Some(format!("{} km", words::two_decimals(metres / 1000.0))), "distance"),
        None if activity.sport == "running" => {
            add(Some("–".to_owned()), "distance: the file states none, or one that nobody runs in that time");
        }
        None => add(Some("–".to_owned()), "distance: the file states none"),
    }
    add(summary.timer_time_s.map(words::duration), "with the timer running");
    // The other two are said when they tell something else.
    let timer_s = summary.timer_time_s;
    let other = |seconds: Option<f64>| seconds.filter(|s| timer_s.is_none_or(|timer| (timer - s).abs() >= 1.0));
    add(other(summary.moving_time_s).map(words::duration), "in motion");
    add(other(summary.elapsed_time_s).map(words::duration), "from start to end");
    if words::is_on_foot(&activity.sport) {
        add(summary.avg_speed_mps.and_then(words::pace), "mean pace");
    } else {
        add(summary.avg_speed_mps.map(|mps| format!("{} km/h", words::one_decimal(mps * 3.6))), "mean speed");
    }
    add(summary.ascent_m.map(|metres| format!("{} m", words::whole(metres))), "climb");
    add(summary.avg_heart_rate_bpm.map(|bpm| format!("{} bpm", words::whole(bpm))), "mean heart rate");
    add(summary.max_heart_rate_bpm.map(|bpm| format!("{} bpm", words::whole(bpm))), "highest heart rate");
    add(summary.avg_cadence_spm.map(|spm| format!("{} spm", words::whole(spm))), "mean cadence");
    facts
}

fn laps(activity: &ActivityRow) -> Vec<LapView> {
    let laps: Vec<StoredLap> = serde_json::from_value(activity.laps.clone()).unwrap_or_default();
    let dash = || "–".to_owned();
    let is_on_foot = words::is_on_foot(&activity.sport);
    let shown_speed = |mps: f64| {
        if is_on_foot { words::minutes_seconds(1000.0 / mps) } else { words::one_decimal(mps * 3.6) }
    };
    laps.iter()
        .enumerate()
        .map(|(index, lap)| {
            let speed = lap.distance_m.zip(lap.timer_time_s).filter(|(_, s)| *s > 0.0).map(|(m, s)| m / s);
            LapView {
                number: index + 1,
                distance: lap.distance_m.map_or_else(dash, |metres| words::two_decimals(metres / 1000.0)),
                time: lap.timer_time_s.map_or_else(dash, words::duration),
                pace: speed.filter(|mps| *mps > 0.5).map_or_else(dash, shown_speed),
                heart_rate: lap.avg_heart_rate_bpm.map_or_else(dash, words::whole),
            }
        })
        .collect()
}

fn lengths(activity: &ActivityRow) -> Vec<LengthView> {
    let stored: Vec<StoredLength> = serde_json::from_value(activity.lengths.clone()).unwrap_or_default();
    let dash = || "–".to_owned();
    let mut swum = 0;
    let lengths = stored.into_iter().map(|length| {
        let is_rest = length.is_active == Some(false);
        swum += usize::from(!is_rest);
        LengthView {
            number: (!is_rest).then_some(swum),
            stroke: if is_rest { "rest".to_owned() } else { length.stroke.map_or_else(dash, |s| s.replace('_', " ")) },
            time: length.timer_time_s.or(length.elapsed_time_s).map_or_else(dash, words::duration),
            strokes: length.strokes.filter(|_| !is_rest).map_or_else(dash, |strokes| strokes.to_string()),
        }
    });
    lengths.collect()
}

/// What a person or a service said beside the title and the description.
fn said(activity: &ActivityRow) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    said.extend(
        activity
            .rpe
            .map(|rpe| ("Effort", format!("RPE\u{a0}{} of 10", words::one_decimal(rpe).trim_end_matches(".0")))),
    );
    said.extend(activity.feel.map(|feel| ("Felt", format!("{} ({feel:.0} of 100)", felt(feel)))));
    said.extend(activity.gear.clone().map(|gear| ("Gear", gear)));
    said.extend(activity.commute.filter(|commute| *commute).map(|_| ("Commute", "yes".to_owned())));
    said
}

/// The watch's word for a feeling from 0 to 100, which it asks for in steps of 25.
fn felt(feel: f64) -> &'static str {
    match feel {
        ..12.5 => "very weak",
        12.5..37.5 => "weak",
        37.5..62.5 => "normal",
        62.5..87.5 => "strong",
        _ => "very strong",
    }
}

/// Notices of the file that are about this activity or the whole file, not those about its other activities.
fn own_notices(notices: &serde_json::Value, activity: &ActivityRow) -> Vec<String> {
    let is_own = |notice: &&serde_json::Value| {
        let about = notice.get("activity").and_then(serde_json::Value::as_i64);
        about.is_none_or(|position| position == activity.position)
    };
    let own = notices.as_array().into_iter().flatten().filter(is_own).cloned().collect();
    notice_texts(&serde_json::Value::Array(own))
}

fn notice_texts(notices: &serde_json::Value) -> Vec<String> {
    let text = |notice: &serde_json::Value| {
        let place = notice.get("place").and_then(|place| place.as_str()).filter(|place| !place.is_empty());
        let text = notice.get("text")?.as_str()?;
        Some(place.map_or_else(|| text.to_owned(), |place| format!("{text} ({place})")))
    };
    notices.as_array().map(|notices| notices.iter().filter_map(text).collect()).unwrap_or_default()
}

fn step_texts(steps: &serde_json::Value) -> Vec<String> {
    let text = |step: &serde_json::Value| step.get("text")?.as_str().map(str::to_owned);
    steps.as_array().map(|steps| steps.iter().filter_map(text).collect()).unwrap_or_default()
}

fn device_words(device: Option<&serde_json::Value>) -> Option<String> {
    // A number of 0 stands for none.
    let part = |name: &str| device?.get(name)?.as_str().filter(|text| *text != "0").map(str::to_owned);
    let words: Vec<String> = [part("manufacturer"), part("product")].into_iter().flatten().collect();
    // The profile's word for a program that has no number of its own.
    (!words.is_empty() && part("manufacturer").as_deref() != Some("development")).then(|| words.join(" "))
}

pub(super) async fn remove(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    set_removed(&app, &athlete.id, &id, true).await
}

pub(super) async fn restore(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    set_removed(&app, &athlete.id, &id, false).await
}

pub(super) async fn as_recorded(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    set_as_recorded(&app, &athlete, &id, true).await
}

pub(super) async fn cleaned(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    set_as_recorded(&app, &athlete, &id, false).await
}

async fn set_as_recorded(app: &App, athlete: &Athlete, id: &str, as_recorded: bool) -> Result<Redirect, PageError> {
    let activity = find_activity(app, &athlete.id, id).await?;
    app.library.set_as_recorded(athlete, &activity.id, as_recorded).await?;
    Ok(to_page_of(&activity))
}

async fn set_removed(app: &App, athlete_id: &str, id: &str, removed: bool) -> Result<Redirect, PageError> {
    let activity = find_activity(app, athlete_id, id).await?;
    let removed_ms = removed.then(|| app.now_ms());
    app.library.store.set_removed(athlete_id, id, removed_ms).await?;
    Ok(to_page_of(&activity))
}

/// Back to the page of an activity that was changed.
pub(super) fn to_page_of(activity: &ActivityRow) -> Redirect {
    Redirect::to(&format!("/athletes/{}/activities/{}", activity.athlete_id, activity.id))
}

#[derive(Debug, Deserialize)]
pub(super) struct SportForm {
    sport: String,
}

pub(super) async fn sport(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
    PageForm(form): PageForm<SportForm>,
) -> Result<Redirect, PageError> {
    let activity = find_activity(&app, &athlete.id, &id).await?;
    // The page offers the activity's own sport, too, whatever it is; then nothing changes.
    if form.sport != activity.sport {
        if !SPORTS.contains(&form.sport.as_str()) {
            return Err(Problem::no_such("sport").into());
        }
        app.library.set_sport(&athlete, &id, &form.sport).await?;
    }
    Ok(to_page_of(&activity))
}

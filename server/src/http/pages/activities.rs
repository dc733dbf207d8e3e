//! The list of activities.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::{Shell, athlete, render};
use crate::http::App;
use crate::http::error::PageError;
use crate::store::ActivityRow;
use crate::words;

/// Rows of a page.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "activities.html")]
struct ActivitiesPage {
    shell: Shell,
    id: String,
    rows: Vec<Row>,
    next: Option<String>,
    later: bool,
}

struct Row {
    id: String,
    date: String,
    title: String,
    sport: String,
    distance: String,
    time: String,
    pace: String,
    ascent: String,
    heart_rate: String,
    trimp: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageQuery {
    cursor: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = athlete(&app, &id).await?;
    let today = app.library.clock.today(athlete.profile.zone);
    let page = app.library.store.activity_page(&athlete.id, query.cursor.as_deref(), ROWS).await?;
    render(&ActivitiesPage {
        shell: Shell::of(&app, &athlete, "activities", format!("Activities · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        rows: page.rows.iter().map(|row| view(row, today)).collect(),
        next: page.next,
        later: query.cursor.is_some(),
    })
}

fn view(activity: &ActivityRow, today: chrono::NaiveDate) -> Row {
    let summary = &activity.summary;
    let dash = || "–".to_owned();
    let whole = |value: Option<f64>| value.map_or_else(dash, |value| format!("{value:.0}"));
    let sport = words::sport(&activity.sport, activity.run_kind.as_deref());
    Row {
        id: activity.id.clone(),
        date: format!("{} {}", activity.local_date.format("%a"), words::day_month_near(activity.local_date, today)),
        title: activity.title.clone().unwrap_or_else(|| words::capitalised(&sport)),
        sport,
        distance: summary.distance_m.map_or_else(dash, |metres| words::one_decimal(metres / 1000.0)),
        time: summary.moving_time_s.or(summary.timer_time_s).map_or_else(dash, words::duration),
        pace: summary
            .avg_speed_mps
            .filter(|mps| *mps > 0.5)
            .map_or_else(dash, |mps| words::minutes_seconds(1000.0 / mps)),
        ascent: whole(summary.ascent_m),
        heart_rate: whole(summary.avg_heart_rate_bpm),
        trimp: whole(summary.trimp),
    }
}

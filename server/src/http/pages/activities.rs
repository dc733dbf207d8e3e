//! The list of activities.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{Shell, render};
use crate::http::App;
use crate::http::error::PageError;
use crate::http::extract::PageQuery;
use crate::http::who::{May, ReadActivities};
use crate::store::ActivityRow;
use crate::words;

/// Rows of a page.
const ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "activities.html")]
struct ActivitiesPage {
    shell: Shell,
    id: String,
    rows: Vec<ActivityLine>,
    next: Option<String>,
    later: bool,
    /// Activities that were taken out.
    removed: Vec<ActivityLine>,
}

/// An activity as a line of a table; a dash where it has no value.
pub(super) struct ActivityLine {
    pub(super) id: String,
    pub(super) date: String,
    pub(super) title: String,
    pub(super) sport: String,
    pub(super) distance: String,
    pub(super) time: String,
    pub(super) pace: String,
    pub(super) ascent: String,
    pub(super) heart_rate: String,
    pub(super) trimp: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<ReadActivities>,
    PageQuery(query): PageQuery<ListQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let today = app.library.clock.today(athlete.profile.zone);
    let page = app.library.store.activity_page(&athlete.id, query.cursor.as_deref(), ROWS).await?;
    let all = app.library.store.activities_with_removed(&athlete.id).await?;
    let removed = all.iter().filter(|activity| activity.removed_ms.is_some());
    let removed = removed.map(|activity| ActivityLine::new(activity, today)).collect();
    render(&ActivitiesPage {
        shell: Shell::of(&app, &may, "activities", format!("Activities · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        rows: page.rows.iter().map(|row| ActivityLine::new(row, today)).collect(),
        next: page.next,
        later: query.cursor.is_some(),
        removed,
    })
}

impl ActivityLine {
    pub(super) fn new(activity: &ActivityRow, today: NaiveDate) -> Self {
        let summary = &activity.summary;
        let dash = || "–".to_owned();
        let whole = |value: Option<f64>| value.map_or_else(dash, words::whole);
        let sport = words::sport(&activity.sport, activity.run_kind.as_deref());
        Self {
            id: activity.id.clone(),
            date: format!("{} {}", activity.local_date.format("%a"), words::day_month_near(activity.local_date, today)),
            title: activity.title.clone().unwrap_or_else(|| words::capitalised(&sport)),
            sport,
            distance: summary.distance_m.map_or_else(dash, |metres| words::one_decimal(metres / 1000.0)),
            time: summary.timer_time_s.or(summary.moving_time_s).map_or_else(dash, words::duration),
            pace: words::table_pace(activity).unwrap_or_else(dash),
            ascent: whole(summary.ascent_m),
            heart_rate: whole(summary.avg_heart_rate_bpm),
            trimp: whole(summary.trimp),
        }
    }
}

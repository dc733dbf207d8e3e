//! The athletes of the installation.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use plimsoll_analytics::Level;
use serde::Deserialize;

use super::{Shell, render};
use crate::http::App;
use crate::http::charts::sparkline;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::standing::Standing;
use crate::store::{Athlete, Profile};
use crate::words;

/// Weeks of a row's sparkline.
const SPARK_WEEKS: usize = 12;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    date: String,
    rows: Vec<Row>,
    form: NewAthlete,
    problem: Option<String>,
}

/// An athlete in the list.
struct Row {
    id: String,
    name: String,
    state: &'static str,
    line: Option<String>,
    longest: Option<String>,
    week: Option<String>,
    usual: Option<String>,
    flag: Option<FlagLine>,
    more_flags: usize,
    spark: String,
    last_run: String,
    /// What the list is sorted by: the gravest flag first, then the newest.
    gravity: Option<(Level, NaiveDate)>,
}

struct FlagLine {
    level: &'static str,
    /// The day of the run, for a flag of one run.
    on: Option<String>,
    text: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct NewAthlete {
    name: String,
    #[serde(default)]
    zone: String,
}

pub(super) async fn home(State(app): State<App>) -> Result<Html<String>, PageError> {
    home_page(&app, NewAthlete::default(), None).await
}

async fn home_page(app: &App, form: NewAthlete, problem: Option<String>) -> Result<Html<String>, PageError> {
    let mut rows = Vec::new();
    for athlete in app.library.store.athletes().await? {
        let standing = app.library.standing(&athlete, None).await?;
        rows.push(row(&athlete, &standing)?);
    }
    rows.sort_by(|a, b| b.gravity.cmp(&a.gravity).then_with(|| a.name.cmp(&b.name)));
    let today = app.library.clock.now().date_naive();
    render(&HomePage {
        shell: Shell::plain(app, "home", "Athletes"),
        date: words::weekday_day_month(today),
        rows,
        form,
        problem,
    })
}

fn row(athlete: &Athlete, standing: &Standing) -> Result<Row, PageError> {
    let episodes = standing.active_episodes();
    let worst = episodes.first();
    let spark = sparkline(&standing.weeks_km(SPARK_WEEKS)).map_err(anyhow::Error::from)?.inline();
    Ok(Row {
        id: athlete.id.clone(),
        name: athlete.profile.name.clone(),
        state: standing.status().unwrap_or("no runs yet"),
        line: standing.outlook.as_ref().and_then(|outlook| outlook.careful_km.ok()).map(words::rounded_down),
        longest: standing.outlook.as_ref().and_then(|outlook| outlook.longest).map(|(_, km)| words::one_decimal(km)),
        week: standing.week_km().ok().map(words::one_decimal),
        usual: standing.usual_week_km().map(words::one_decimal),
        flag: worst.map(|episode| FlagLine {
            level: episode.flag.level.as_str(),
            on: episode.flag.session.is_some().then(|| words::day_month_near(episode.first, standing.today)),
            text: words::first_sentence(&episode.flag.text).0.to_owned(),
        }),
        more_flags: episodes.len().saturating_sub(1),
        spark,
        last_run: standing
            .runs
            .last()
            .map_or_else(|| "never".to_owned(), |run| words::days_ago(run.local_date, standing.today)),
        gravity: worst.map(|episode| (episode.flag.level, episode.first)),
    })
}

pub(super) async fn add(State(app): State<App>, PageForm(form): PageForm<NewAthlete>) -> Result<Response, PageError> {
    let mut profile = Profile::named(&form.name);
    let zone = form.zone.trim();
    if !zone.is_empty() {
        match zone.parse() {
            Ok(zone) => profile.zone = zone,
            Err(_) => {
                let problem = format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen.");
                return Ok(refused(home_page(&app, form, Some(problem)).await?));
            }
        }
    }
    let now_ms = app.library.clock.now().timestamp_millis();
    match app.library.store.add_athlete(profile, now_ms).await {
        Ok(athlete) => Ok(Redirect::to(&format!("/athletes/{}", athlete.id)).into_response()),
        Err(error) => {
            let problem = Problem::from(error);
            if problem.status >= 500 {
                return Err(problem.into());
            }
            Ok(refused(home_page(&app, form, Some(problem.detail)).await?))
        }
    }
}

/// The form again, with what was wrong.
pub(super) fn refused(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

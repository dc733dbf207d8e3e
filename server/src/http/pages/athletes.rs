//! The athletes of the installation.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use plimsoll_analytics::Level;
use serde::Deserialize;

use super::sharing::role_words;
use super::{Shell, render};
use crate::access::Kind;
use crate::http::App;
use crate::http::charts::sparkline;
use crate::http::error::PageError;
use crate::http::extract::PageForm;
use crate::http::who::{Asker, Viewer, Visible, log_list, visible};
use crate::standing::Standing;
use crate::store::{Athlete, Profile, Squad};
use crate::words;

/// Weeks of a row's sparkline.
const SPARK_WEEKS: usize = 12;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    date: String,
    rows: Vec<AthleteRow>,
    squads: Vec<(Squad, &'static str)>,
    keeps_log: bool,
    form: NewAthlete,
    problem: Option<String>,
}

/// An athlete in the list.
#[derive(Debug)]
pub(super) struct AthleteRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: &'static str,
    pub(super) line: Option<String>,
    pub(super) longest: Option<String>,
    pub(super) week: Option<String>,
    pub(super) usual: Option<String>,
    pub(super) flag: Option<FlagLine>,
    pub(super) more_flags: usize,
    pub(super) spark: String,
    pub(super) last_run: String,
    /// What the list is sorted by: the gravest flag first, then the newest.
    pub(super) gravity: Option<(Level, NaiveDate)>,
}

#[derive(Debug)]
pub(super) struct FlagLine {
    pub(super) level: &'static str,
    /// The day of the run, for a flag of one run.
    pub(super) on: Option<String>,
    pub(super) text: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct NewAthlete {
    name: String,
    #[serde(default)]
    zone: String,
}

pub(super) async fn home(State(app): State<App>, viewer: Viewer) -> Result<Response, PageError> {
    let Some(account) = viewer.account() else {
        if app.demo {
            return Ok(home_page(&app, &viewer, NewAthlete::default(), None).await?.into_response());
        }
        return Ok(Redirect::to("/sign-in").into_response());
    };
    if account.waits_for_guardian(app.today()) {
        return Ok(Redirect::to("/account").into_response());
    }
    let own = account.athlete_id.as_deref();
    let is_alone = visible(&app, &viewer).await?.iter().all(|visible| Some(visible.athlete.id.as_str()) == own);
    match own {
        Some(own) if is_alone && app.library.store.squads_of(&account.id).await?.is_empty() => {
            Ok(Redirect::to(&format!("/athletes/{own}")).into_response())
        }
        _ => Ok(home_page(&app, &viewer, NewAthlete::default(), None).await?.into_response()),
    }
}

async fn home_page(
    app: &App,
    viewer: &Viewer,
    form: NewAthlete,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let visible = visible(app, viewer).await?;
    // Who is seen as staff of a squad alone stands on the page of the squad.
    let alone = |visible: &&Visible| {
        visible.readable.contains(Kind::Load) && visible.ties.0.iter().any(|tie| tie.squad_id.is_none())
    };
    let shown: Vec<&Visible> = visible.iter().filter(alone).collect();
    log_list(app, viewer, &shown, "/").await?;
    let squads = match viewer.account() {
        Some(account) => app.library.store.squads_of(&account.id).await?,
        None => Vec::new(),
    };
    let today = app.library.clock.now().date_naive();
    render(&HomePage {
        shell: Shell::plain(app, viewer, "home", "Athletes"),
        date: words::weekday_day_month(today),
        rows: sorted_rows(app, &shown).await?,
        squads: squads.into_iter().map(|(squad, role)| (squad, role_words(role.as_str()))).collect(),
        keeps_log: viewer.account().is_none_or(|account| account.athlete_id.is_some()),
        form,
        problem,
    })
}

/// Rows of athletes whose load is seen, the one to look at first on top.
pub(super) async fn sorted_rows(app: &App, seen: &[&Visible]) -> Result<Vec<AthleteRow>, PageError> {
    let mut rows = Vec::with_capacity(seen.len());
    for visible in seen {
        let standing = app.library.standing(&visible.athlete, visible.readable, None).await?;
        rows.push(row(&visible.athlete, &standing)?);
    }
    rows.sort_by(|a, b| b.gravity.cmp(&a.gravity).then_with(|| a.name.cmp(&b.name)));
    Ok(rows)
}

fn row(athlete: &Athlete, standing: &Standing) -> Result<AthleteRow, PageError> {
    let episodes = standing.active_episodes();
    let worst = episodes.first();
    let spark = sparkline(&standing.weeks_km(SPARK_WEEKS)).map_err(anyhow::Error::from)?.inline();
    Ok(AthleteRow {
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

pub(super) async fn add(
    State(app): State<App>,
    asker: Asker,
    PageForm(form): PageForm<NewAthlete>,
) -> Result<Response, PageError> {
    let mut profile = Profile::named(&form.name);
    let zone = form.zone.trim();
    if !zone.is_empty() {
        match zone.parse() {
            Ok(zone) => profile.zone = zone,
            Err(_) => {
                let problem = format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen.");
                return Ok(refused(home_page(&app, &asker.0, form, Some(problem)).await?));
            }
        }
    }
    match asker.begin_log(&app, profile).await {
        Ok(athlete) => Ok(Redirect::to(&format!("/athletes/{}", athlete.id)).into_response()),
        Err(problem) => {
            if problem.status >= 500 {
                return Err(problem.into());
            }
            Ok(refused(home_page(&app, &asker.0, form, Some(problem.detail)).await?))
        }
    }
}

/// The form again, with what was wrong.
pub(super) fn refused(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

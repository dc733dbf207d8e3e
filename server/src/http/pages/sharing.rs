//! Who sees what of an athlete: grants, offers, and the log of who looked.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::account::Shown;
use super::{Shell, render};
use crate::access::{Action, Kind, Kinds, Role};
use crate::accounts::path_of;
use crate::http::App;
use crate::http::caller::base;
use crate::http::error::{PageError, Problem};
use crate::http::extract::{PageForm, PageQuery};
use crate::http::who::{May, ReadConsent, WriteConsent};
use crate::store::{Grant, Grantee, LinksOf, NewLink, Purpose, ReadRow, Terms};
use crate::words;

/// Rows of the log on a page.
const ROWS: i64 = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/athletes/{athlete}/sharing", get(page))
        .route("/athletes/{athlete}/sharing/offers", post(offer))
        .route("/athletes/{athlete}/sharing/offers/{link}/drop", post(drop_offer))
        .route("/athletes/{athlete}/sharing/grants/{grant}/revoke", post(revoke))
        .route("/athletes/{athlete}/sharing/grants/{grant}/confirm", post(confirm))
        .route("/athletes/{athlete}/sharing/guardian/end", post(end_guardianship))
}

#[derive(Debug, Template)]
#[template(path = "sharing.html")]
struct SharingPage {
    shell: Shell,
    id: String,
    name: String,
    is_guardian: bool,
    shown: Option<Shown>,
    problem: Option<String>,
    held: Vec<GrantRow>,
    waiting: Vec<GrantRow>,
    ended: Vec<GrantRow>,
    offers: Vec<OfferRow>,
    kinds: [Kind; 4],
    reads: Vec<LogRow>,
    /// `before` of the next page of the log.
    earlier: Option<String>,
    later: bool,
}

#[derive(Debug)]
struct GrantRow {
    id: String,
    to: String,
    role: &'static str,
    kinds: String,
    when: String,
}

#[derive(Debug)]
struct OfferRow {
    id: String,
    role: String,
    kinds: String,
    until: String,
}

#[derive(Debug)]
struct LogRow {
    when: String,
    who: String,
    what: String,
}

#[derive(Debug, Deserialize)]
struct LogQuery {
    before: Option<String>,
}

/// The kinds as a person reads them.
pub(super) fn kinds_words(kinds: Kinds) -> String {
    if kinds == Kinds::all() {
        return "everything: load, activities, diary, injuries".to_owned();
    }
    kinds.iter().map(Kind::words).collect::<Vec<_>>().join("; ")
}

/// What a role is called.
pub(super) fn role_words(role: &str) -> &'static str {
    match role {
        "coach" => "coach",
        "assistant" => "assistant",
        "physio" => "physio",
        "guardian" => "who answers for them",
        _ => "–",
    }
}

fn at(epoch_ms: i64, zone: Tz, today: NaiveDate) -> String {
    let local = DateTime::<Utc>::from_timestamp_millis(epoch_ms).unwrap_or_default().with_timezone(&zone);
    format!("{} {}", words::day_month_near(local.date_naive(), today), local.format("%H:%M"))
}

fn grant_row(grant: &Grant, zone: Tz, today: NaiveDate) -> GrantRow {
    let mut when = format!("given {} by {}", at(grant.given_ms, zone, today), grant.given_by);
    if let Some(until) = grant.until {
        when.push_str(&format!(", until {}", words::day_month_near(until, today)));
    }
    if let Some(revoked_ms) = grant.revoked_ms {
        when.push_str(&format!(", taken back {}", at(revoked_ms, zone, today)));
    }
    let to = match grant.to {
        Grantee::Account(_) => grant.to_name.clone(),
        Grantee::Squad(_) => format!("{} (the squad’s coaches and assistants)", grant.to_name),
    };
    GrantRow { id: grant.id.clone(), to, role: role_words(grant.role.as_str()), kinds: kinds_words(grant.kinds), when }
}

/// What was looked at, by the address that was asked for.
fn read_words(read: &ReadRow) -> String {
    let (method, address) = read.what.split_once(' ').unwrap_or(("", &read.what));
    let api = address.strip_prefix("/api/v1");
    let path = api.unwrap_or(address);
    let what = match path.strip_prefix("/athletes/{athlete}").unwrap_or(path) {
        "/" => "the list of athletes: load and status",
        "/squads/{squad}" => "the overview of a squad: load and status",
        "" if api.is_some() => "the profile",
        "" | "/today" => "Today: the line, flags and load",
        "/days" => "every day’s load",
        "/flags" => "the flags",
        "/charts/{name}" => "a chart of load",
        "/threshold-estimates" => "estimated thresholds",
        "/loads" => "the loads of activities",
        "/activities" => "the list of activities",
        "/activities/{activity}" | "/activities/{activity}/copies" => "an activity",
        "/activities/{activity}/series" | "/activities/{activity}/charts/{name}" => "an activity’s recording",
        "/uploads/{upload}/file" => "an original file",
        "/imports/{import}" | "/imports/{import}/files" | "/imports" | "/uploads" => "imports",
        "/diary" | "/diary/entries" | "/diary/entries/{entry}" => "the diary",
        "/injuries" if method.is_empty() => "injuries and notes",
        "/injuries" => "wrote down an injury or a note",
        "/injuries/{entry}" if method == "DELETE" => "took out an injury or a note",
        "/injuries/{entry}/remove" => "took out an injury or a note",
        "/injuries/{entry}/restore" => "brought an injury or a note back",
        "/injuries/{entry}" => "opened or changed an injury or a note",
        "/sharing" | "/grants" | "/reads" => "this page",
        "/export" | "/export.zip" => "everything, to take it along",
        "/erase" => "the page for erasing everything",
        other => other.trim_start_matches('/'),
    };
    let with = match &read.token {
        Some(token) => format!(", by a program (token “{token}”)"),
        None if api.is_some() => ", through the API".to_owned(),
        None => String::new(),
    };
    let beside = match read.with.as_slice() {
        [] => String::new(),
        with => format!(", with {}", with.join(" and ")),
    };
    format!("{what}{beside}{with}")
}

async fn sharing_page<N: crate::http::who::Need>(
    app: &App,
    may: &May<N>,
    before: Option<&str>,
    shown: Option<Shown>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let (athlete, store) = (&may.athlete, &app.library.store);
    let zone = athlete.profile.zone;
    let today = app.library.clock.today(zone);
    let now_ms = app.now_ms();
    let (mut held, mut waiting, mut ended) = (Vec::new(), Vec::new(), Vec::new());
    for grant in store.grants(&athlete.id).await? {
        let row = grant_row(&grant, zone, today);
        if grant.holds(today) {
            held.push(row);
        } else if grant.confirmed_ms.is_none() && grant.revoked_ms.is_none() {
            waiting.push(row);
        } else {
            ended.push(row);
        }
    }
    let offers = store.open_links(LinksOf::Athlete(&athlete.id), &[Purpose::Offer], now_ms).await?;
    let mut reads = store.reads(&athlete.id, before, ROWS + 1).await?;
    let more = reads.len() > ROWS as usize;
    reads.truncate(ROWS as usize);
    render(&SharingPage {
        shell: Shell::of(app, may, "sharing", format!("Sharing · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        name: athlete.profile.name.clone(),
        is_guardian: may.ties.as_what(Kind::Consent, Action::Write) == Some(Role::Guardian),
        shown,
        problem,
        held,
        waiting,
        ended,
        offers: offers
            .into_iter()
            .map(|link| OfferRow {
                role: role_words(&link.terms.role).to_owned(),
                kinds: Kinds::named(link.terms.kinds.iter().map(String::as_str)).map(kinds_words).unwrap_or_default(),
                until: at(link.expires_ms, zone, today),
                id: link.id,
            })
            .collect(),
        kinds: Kind::GRANTED,
        earlier: more.then(|| reads.last().map(|read| read.id.clone())).flatten(),
        later: before.is_some(),
        reads: reads
            .iter()
            .map(|read| LogRow {
                when: at(read.at_ms, zone, today),
                who: format!("{} ({})", read.reader, role_words(&read.role)),
                what: read_words(read),
            })
            .collect(),
    })
}

async fn page(
    State(app): State<App>,
    may: May<ReadConsent>,
    PageQuery(query): PageQuery<LogQuery>,
) -> Result<Html<String>, PageError> {
    sharing_page(&app, &may, query.before.as_deref(), None, None).await
}

/// What somebody is to see and until when, as a form says: fields `kind` (several) and `until`.
pub(super) fn terms_of(fields: &[(String, String)], today: NaiveDate) -> Result<(Kinds, Option<NaiveDate>), String> {
    let named = fields.iter().filter(|(name, _)| name == "kind").map(|(_, value)| value.as_str());
    let kinds = Kinds::named(named).map_err(|name| format!("“{name}” is no kind of data."))?;
    if kinds.is_empty() {
        return Err("Tick at least one thing to let them see.".to_owned());
    }
    let until = fields.iter().find(|(name, _)| name == "until").map(|(_, value)| value.trim()).unwrap_or_default();
    let until = match until {
        "" => None,
        text => {
            Some(text.parse::<NaiveDate>().map_err(|_| format!("“{text}” is not a day. Write it like 2026-12-31."))?)
        }
    };
    if until.is_some_and(|until| until < today) {
        return Err("The last day lies in the past.".to_owned());
    }
    Ok((kinds, until))
}

/// A field of a form that was sent as pairs.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(of, _)| of == name).map(|(_, value)| value.trim()).unwrap_or_default()
}

async fn offer(
    State(app): State<App>,
    may: May<WriteConsent>,
    headers: HeaderMap,
    PageForm(fields): PageForm<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let refused = async |problem: String| -> Result<Response, PageError> {
        let page = sharing_page(&app, &may, None, None, Some(problem)).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let role = field(&fields, "role");
    if !["coach", "physio"].contains(&role) {
        return refused("Choose whether it is a coach or a physio.".to_owned()).await;
    }
    let (kinds, until) = match terms_of(&fields, app.library.clock.today(may.athlete.profile.zone)) {
        Ok(terms) => terms,
        Err(problem) => return refused(problem).await,
    };
    let kinds = kinds.names().into_iter().map(str::to_owned).collect();
    let new = NewLink {
        athlete_id: Some(&may.athlete.id),
        terms: Terms { role: role.to_owned(), kinds, until, ..Terms::default() },
        made_by: may.viewer.account().map(|account| account.id.as_str()),
        ..NewLink::default()
    };
    let secret = app.accounts.new_link(Purpose::Offer, new).await?;
    let text = format!("{}{}", base(&app, &headers), path_of(Purpose::Offer, &secret));
    let shown = Shown { what: "Give this link to them. It can be used once, within two weeks:", text };
    Ok(sharing_page(&app, &may, None, Some(shown), None).await?.into_response())
}

fn back(athlete_id: &str) -> Redirect {
    Redirect::to(&format!("/athletes/{athlete_id}/sharing"))
}

async fn drop_offer(
    State(app): State<App>,
    May { athlete, .. }: May<WriteConsent>,
    Path((_, link)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    app.library.store.drop_link(&link, LinksOf::Athlete(&athlete.id)).await?;
    Ok(back(&athlete.id))
}

async fn revoke(
    State(app): State<App>,
    May { athlete, .. }: May<WriteConsent>,
    Path((_, grant)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let now_ms = app.now_ms();
    if !app.library.store.revoke_grant(&athlete.id, &grant, now_ms).await? {
        return Err(Problem::no_such("grant").into());
    }
    Ok(back(&athlete.id))
}

async fn confirm(
    State(app): State<App>,
    may: May<WriteConsent>,
    Path((_, grant)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    if may.role != Role::Guardian {
        return Err(Problem::new(StatusCode::FORBIDDEN, "Who answers for you has to agree to this.").into());
    }
    let now_ms = app.now_ms();
    if !app.library.store.confirm_grant(&may.athlete.id, &grant, now_ms).await? {
        return Err(Problem::no_such("grant").into());
    }
    Ok(back(&may.athlete.id))
}

async fn end_guardianship(State(app): State<App>, may: May<WriteConsent>) -> Result<Redirect, PageError> {
    let (Role::Guardian, Some(guardian), Some(child)) =
        (may.role, may.viewer.account(), may.athlete.account_id.as_deref())
    else {
        return Err(Problem::new(StatusCode::FORBIDDEN, "Only who answers for somebody can end that.").into());
    };
    app.library.store.end_guardianship(child, &guardian.id).await?;
    Ok(Redirect::to("/"))
}

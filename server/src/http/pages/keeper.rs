//! For who keeps the installation: accounts, invitations, links for new passwords. Nobody's training shows here.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::account::{Shown, instant};
use super::{Shell, render};
use crate::accounts::path_of;
use crate::http::App;
use crate::http::caller::base;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::who::{Keeper, Person, Viewer};
use crate::store::{LinksOf, NewLink, Purpose, Terms};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/keeper", get(page))
        .route("/keeper/invitations", post(invite))
        .route("/keeper/invitations/{link}/drop", post(drop_invitation))
        .route("/keeper/sign-up", post(set_open))
        .route("/keeper/accounts/{account}/reset", post(reset_link))
        .route("/keeper/accounts/{account}/close", post(close))
        .route("/keeper/accounts/{account}/open", post(open))
        .route("/keeper/accounts/{account}/keeper", post(make_keeper))
        .route("/keeper/athletes/{unclaimed}/claim", post(claim_link))
}

#[derive(Debug, Template)]
#[template(path = "keeper.html")]
struct KeeperPage {
    shell: Shell,
    own_id: String,
    open: bool,
    has_mail: bool,
    accounts: Vec<AccountRow>,
    /// Id and until when.
    invitations: Vec<(String, String)>,
    /// Id and name.
    unclaimed: Vec<(String, String)>,
    shown: Option<Shown>,
    problem: Option<String>,
}

#[derive(Debug)]
struct AccountRow {
    id: String,
    name: String,
    email: String,
    keeper: bool,
    waits: bool,
    has_second_factor: bool,
    closed: bool,
    created: String,
}

async fn keeper_page(
    app: &App,
    person: &Person,
    shown: Option<Shown>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let store = &app.library.store;
    let now_ms = app.now_ms();
    let viewer = Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() };
    let links = store.open_links(LinksOf::Maker(&person.account.id), &[Purpose::SignUp], now_ms).await?;
    render(&KeeperPage {
        shell: Shell::plain(app, &viewer, "keeper", "Keeper"),
        own_id: person.account.id.clone(),
        open: app.accounts.is_open().await?,
        has_mail: app.accounts.mailer.is_some(),
        accounts: store
            .accounts()
            .await?
            .into_iter()
            .map(|account| AccountRow {
                waits: account.waits_for_guardian(app.today()),
                created: instant(account.created_ms),
                closed: account.closed_ms.is_some(),
                has_second_factor: account.has_second_factor,
                keeper: account.keeper,
                id: account.id,
                name: account.name,
                email: account.email,
            })
            .collect(),
        invitations: links.into_iter().map(|link| (link.id, instant(link.expires_ms))).collect(),
        unclaimed: store
            .unclaimed_athletes()
            .await?
            .into_iter()
            .map(|athlete| (athlete.id, athlete.profile.name))
            .collect(),
        shown,
        problem,
    })
}

async fn page(State(app): State<App>, Keeper(person): Keeper) -> Result<Html<String>, PageError> {
    keeper_page(&app, &person, None, None).await
}

async fn show(
    app: &App,
    person: &Person,
    headers: &HeaderMap,
    purpose: Purpose,
    new: NewLink<'_>,
    what: &'static str,
) -> Result<Html<String>, PageError> {
    let made_by = Some(person.account.id.as_str());
    let secret = app.accounts.new_link(purpose, NewLink { made_by, ..new }).await?;
    let text = format!("{}{}", base(app, headers), path_of(purpose, &secret));
    keeper_page(app, person, Some(Shown { what, text }), None).await
}

async fn invite(State(app): State<App>, Keeper(person): Keeper, headers: HeaderMap) -> Result<Html<String>, PageError> {
    let what = "Give this link to who may sign up. It can be used once, within two weeks:";
    show(&app, &person, &headers, Purpose::SignUp, NewLink::default(), what).await
}

async fn drop_invitation(
    State(app): State<App>,
    Keeper(person): Keeper,
    Path(link): Path<String>,
) -> Result<Redirect, PageError> {
    app.library.store.drop_link(&link, LinksOf::Maker(&person.account.id)).await?;
    Ok(Redirect::to("/keeper"))
}

#[derive(Debug, Deserialize)]
struct OpenForm {
    who: String,
}

async fn set_open(
    State(app): State<App>,
    Keeper(_): Keeper,
    PageForm(form): PageForm<OpenForm>,
) -> Result<Redirect, PageError> {
    app.accounts.set_open(form.who == "open").await?;
    Ok(Redirect::to("/keeper"))
}

#[derive(Debug, Deserialize)]
struct ResetForm {
    #[serde(default)]
    drop_second_factor: Option<String>,
}

async fn reset_link(
    State(app): State<App>,
    Keeper(person): Keeper,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm(form): PageForm<ResetForm>,
) -> Result<Html<String>, PageError> {
    let account = app.library.store.account(&id).await?.ok_or_else(|| Problem::no_such("account"))?;
    let terms = Terms { drop_second_factor: form.drop_second_factor.is_some(), ..Terms::default() };
    let new = NewLink { account_id: Some(&account.id), terms, ..NewLink::default() };
    let what = "Give this link to that person, by a way on which nobody reads along. It sets a new password, once, within 24 hours:";
    show(&app, &person, &headers, Purpose::Reset, new, what).await
}

async fn close(State(app): State<App>, Keeper(person): Keeper, Path(id): Path<String>) -> Result<Response, PageError> {
    let now_ms = app.now_ms();
    if !app.library.store.set_closed(&id, true, now_ms).await? {
        let problem = "That account is closed already, or is the last keeper’s.".to_owned();
        let page = keeper_page(&app, &person, None, Some(problem)).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    Ok(Redirect::to("/keeper").into_response())
}

async fn open(State(app): State<App>, Keeper(_): Keeper, Path(id): Path<String>) -> Result<Redirect, PageError> {
    app.library.store.set_closed(&id, false, app.now_ms()).await?;
    Ok(Redirect::to("/keeper"))
}

async fn make_keeper(State(app): State<App>, Keeper(_): Keeper, Path(id): Path<String>) -> Result<Redirect, PageError> {
    app.library.store.make_keeper(&id).await?;
    Ok(Redirect::to("/keeper"))
}

async fn claim_link(
    State(app): State<App>,
    Keeper(person): Keeper,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Html<String>, PageError> {
    let unclaimed = app.library.store.unclaimed_athletes().await?;
    let athlete = unclaimed.iter().find(|athlete| athlete.id == id).ok_or_else(|| Problem::no_such("athlete"))?;
    let new = NewLink { athlete_id: Some(&athlete.id), ..NewLink::default() };
    let what = "Give this link to whose training that is. It makes it theirs, once, within two weeks:";
    show(&app, &person, &headers, Purpose::Claim, new, what).await
}

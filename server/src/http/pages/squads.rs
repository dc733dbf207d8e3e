//! Squads: who needs a look, the staff, and who is asked to join.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::account::Shown;
use super::athletes::{AthleteRow, sorted_rows};
use super::sharing::{field, role_words, terms_of};
use super::{Shell, render};
use crate::access::{Kind, Role};
use crate::accounts::path_of;
use crate::http::App;
use crate::http::caller::base;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::who::{Member, Person, Viewer, Visible, log_list, visible_in_squad};
use crate::store::{AccountError, LinksOf, NewLink, Purpose, Squad, Staff, Terms};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/squads", get(list).post(add))
        .route("/squads/{squad}", get(page).post(rename))
        .route("/squads/{squad}/ask", post(ask))
        .route("/squads/{squad}/staff", post(invite_staff))
        .route("/squads/{squad}/staff/{account}/remove", post(remove_staff))
        .route("/squads/{squad}/athletes/{athlete}/remove", post(remove_athlete))
        .route("/squads/{squad}/links/{link}/drop", post(drop_link))
        .route("/squads/{squad}/end", post(end))
        .route("/asks", post(ask_alone))
        .route("/asks/{link}/drop", post(drop_ask))
}

fn viewer_of(person: &Person) -> Viewer {
    Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() }
}

#[derive(Debug, Template)]
#[template(path = "squads.html")]
struct SquadsPage {
    shell: Shell,
    squads: Vec<(Squad, &'static str)>,
    kinds: [Kind; 4],
    asks: Vec<LinkRow>,
    shown: Option<Shown>,
    problem: Option<String>,
}

/// A link that can still be used.
#[derive(Debug)]
struct LinkRow {
    id: String,
    what: String,
    until: String,
}

async fn squads_page(
    app: &App,
    person: &Person,
    shown: Option<Shown>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let now_ms = app.now_ms();
    let store = &app.library.store;
    let squads = store.squads_of(&person.account.id).await?;
    let asks = store.open_links(LinksOf::Maker(&person.account.id), &[Purpose::Ask], now_ms).await?;
    render(&SquadsPage {
        shell: Shell::plain(app, &viewer_of(person), "squads", "Squads"),
        squads: squads.into_iter().map(|(squad, role)| (squad, role_words(role.as_str()))).collect(),
        kinds: Kind::GRANTED,
        asks: asks
            .into_iter()
            .filter(|link| link.squad_id.is_none())
            .map(|link| LinkRow {
                what: format!("as {}", role_words(&link.terms.role)),
                until: super::account::instant(link.expires_ms),
                id: link.id,
            })
            .collect(),
        shown,
        problem,
    })
}

async fn list(State(app): State<App>, Member(person): Member) -> Result<Html<String>, PageError> {
    squads_page(&app, &person, None, None).await
}

#[derive(Debug, Deserialize)]
struct NameForm {
    name: String,
}

async fn add(
    State(app): State<App>,
    Member(person): Member,
    PageForm(form): PageForm<NameForm>,
) -> Result<Response, PageError> {
    let now_ms = app.now_ms();
    match app.library.store.add_squad(&form.name, &person.account.id, now_ms).await {
        Ok(squad) => Ok(Redirect::to(&format!("/squads/{}", squad.id)).into_response()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let page = squads_page(&app, &person, None, Some(Problem::from(error).detail)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// A link with which a coach or physio asks one athlete.
async fn ask_alone(
    State(app): State<App>,
    Member(person): Member,
    headers: HeaderMap,
    PageForm(fields): PageForm<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let role = field(&fields, "role");
    let problem = match terms_of(&fields, app.today()) {
        _ if !["coach", "physio"].contains(&role) => "Choose whether you ask as coach or as physio.".to_owned(),
        Err(problem) => problem,
        Ok((kinds, _)) => {
            let kinds = kinds.names().into_iter().map(str::to_owned).collect();
            let terms = Terms { role: role.to_owned(), kinds, ..Terms::default() };
            let new = NewLink { terms, made_by: Some(&person.account.id), ..NewLink::default() };
            let secret = app.accounts.new_link(Purpose::Ask, new).await?;
            let text = format!("{}{}", base(&app, &headers), path_of(Purpose::Ask, &secret));
            let shown = Shown { what: "Give this link to the athlete. It can be used once, within two weeks:", text };
            return Ok(squads_page(&app, &person, Some(shown), None).await?.into_response());
        }
    };
    let page = squads_page(&app, &person, None, Some(problem)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn drop_ask(
    State(app): State<App>,
    Member(person): Member,
    Path(link): Path<String>,
) -> Result<Redirect, PageError> {
    app.library.store.drop_link(&link, LinksOf::Maker(&person.account.id)).await?;
    Ok(Redirect::to("/squads"))
}

#[derive(Debug, Template)]
#[template(path = "squad.html")]
struct SquadPage {
    shell: Shell,
    id: String,
    name: String,
    is_coach: bool,
    own_id: String,
    rows: Vec<AthleteRow>,
    /// Athletes who let the staff see other things, and not their load.
    others: Vec<(String, String)>,
    /// Everybody in the squad, to take out.
    athletes: Vec<(String, String)>,
    staff: Vec<(Staff, &'static str)>,
    links: Vec<LinkRow>,
    kinds: [Kind; 4],
    shown: Option<Shown>,
    problem: Option<String>,
}

/// The squad of the address and what the person is in it.
async fn squad_of(app: &App, person: &Person, id: &str) -> Result<(Squad, Role), PageError> {
    let found = app.library.store.squad_of(&person.account.id, id).await?;
    found.ok_or_else(|| Problem::no_such("squad").into())
}

/// The squad of the address, for its coaches: assistants only read.
async fn coached(app: &App, person: &Person, id: &str) -> Result<Squad, PageError> {
    let (squad, role) = squad_of(app, person, id).await?;
    if role == Role::Coach {
        return Ok(squad);
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "Assistants of a squad look; its coaches change things.").into())
}

async fn squad_page(
    app: &App,
    person: &Person,
    squad: &Squad,
    role: Role,
    shown: Option<Shown>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let store = &app.library.store;
    let athletes = visible_in_squad(app, &person.account, &squad.id).await?;
    let (seen, others): (Vec<&Visible>, Vec<&Visible>) =
        athletes.iter().partition(|visible| visible.readable.contains(Kind::Load));
    log_list(app, &viewer_of(person), &seen, "/squads/{squad}").await?;
    let named = |visible: &&Visible| (visible.athlete.id.clone(), visible.athlete.profile.name.clone());
    let links = store.open_links(LinksOf::Squad(&squad.id), &[Purpose::Ask, Purpose::Staff], app.now_ms()).await?;
    let staff = store.staff(&squad.id).await?;
    render(&SquadPage {
        shell: Shell::plain(app, &viewer_of(person), "squads", squad.name.clone()),
        id: squad.id.clone(),
        name: squad.name.clone(),
        is_coach: role == Role::Coach,
        own_id: person.account.id.clone(),
        rows: sorted_rows(app, &seen).await?,
        others: others.iter().map(named).collect(),
        athletes: athletes.iter().collect::<Vec<_>>().iter().map(named).collect(),
        staff: staff
            .into_iter()
            .map(|staff| {
                let role = role_words(staff.role.as_str());
                (staff, role)
            })
            .collect(),
        links: links
            .into_iter()
            .map(|link| LinkRow {
                what: match link.purpose {
                    Purpose::Ask => "for athletes".to_owned(),
                    _ => format!("for a {}", role_words(&link.terms.role)),
                },
                until: super::account::instant(link.expires_ms),
                id: link.id,
            })
            .collect(),
        kinds: Kind::GRANTED,
        shown,
        problem,
    })
}

async fn page(
    State(app): State<App>,
    Member(person): Member,
    Path(id): Path<String>,
) -> Result<Html<String>, PageError> {
    let (squad, role) = squad_of(&app, &person, &id).await?;
    squad_page(&app, &person, &squad, role, None, None).await
}

async fn rename(
    State(app): State<App>,
    Member(person): Member,
    Path(id): Path<String>,
    PageForm(form): PageForm<NameForm>,
) -> Result<Response, PageError> {
    let squad = coached(&app, &person, &id).await?;
    match app.library.store.rename_squad(&squad.id, &form.name).await {
        Ok(()) => Ok(Redirect::to(&format!("/squads/{id}")).into_response()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let problem = Some(Problem::from(error).detail);
            let page = squad_page(&app, &person, &squad, Role::Coach, None, problem).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// A link that asks athletes in.
async fn ask(
    State(app): State<App>,
    Member(person): Member,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm(fields): PageForm<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let squad = coached(&app, &person, &id).await?;
    let (shown, problem) = match terms_of(&fields, app.today()) {
        Err(problem) => (None, Some(problem)),
        Ok((kinds, _)) => {
            let kinds = kinds.names().into_iter().map(str::to_owned).collect();
            let terms = Terms { role: Role::Coach.as_str().to_owned(), kinds, ..Terms::default() };
            let (squad_id, made_by) = (Some(squad.id.as_str()), Some(person.account.id.as_str()));
            let secret =
                app.accounts.new_link(Purpose::Ask, NewLink { squad_id, terms, made_by, ..NewLink::default() }).await?;
            let text = format!("{}{}", base(&app, &headers), path_of(Purpose::Ask, &secret));
            let what =
                "Give this link to the athletes. Each says what the staff may see; it can be used for two weeks:";
            (Some(Shown { what, text }), None)
        }
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, squad_page(&app, &person, &squad, Role::Coach, shown, problem).await?).into_response())
}

#[derive(Debug, Deserialize)]
struct StaffForm {
    role: String,
}

async fn invite_staff(
    State(app): State<App>,
    Member(person): Member,
    Path(id): Path<String>,
    headers: HeaderMap,
    PageForm(form): PageForm<StaffForm>,
) -> Result<Response, PageError> {
    let squad = coached(&app, &person, &id).await?;
    if !["coach", "assistant"].contains(&form.role.as_str()) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose coach or assistant.").into());
    }
    let terms = Terms { role: form.role, ..Terms::default() };
    let (squad_id, made_by) = (Some(squad.id.as_str()), Some(person.account.id.as_str()));
    let secret =
        app.accounts.new_link(Purpose::Staff, NewLink { squad_id, terms, made_by, ..NewLink::default() }).await?;
    let text = format!("{}{}", base(&app, &headers), path_of(Purpose::Staff, &secret));
    let shown = Some(Shown { what: "Give this link to them. It can be used once, within two weeks:", text });
    Ok(squad_page(&app, &person, &squad, Role::Coach, shown, None).await?.into_response())
}

async fn remove_staff(
    State(app): State<App>,
    Member(person): Member,
    Path((id, account)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let own = account == person.account.id;
    let (squad, role) = squad_of(&app, &person, &id).await?;
    if !own && role != Role::Coach {
        return Err(
            Problem::new(StatusCode::FORBIDDEN, "Assistants of a squad look; its coaches change things.").into()
        );
    }
    if !app.library.store.leave_staff(&squad.id, &account).await? {
        let problem = "The last coach stays, so that somebody answers for the squad. Invite another first, or end it.";
        let page = squad_page(&app, &person, &squad, role, None, Some(problem.to_owned())).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    Ok(Redirect::to(&if own { "/squads".to_owned() } else { format!("/squads/{id}") }).into_response())
}

async fn remove_athlete(
    State(app): State<App>,
    Member(person): Member,
    Path((id, athlete)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let squad = coached(&app, &person, &id).await?;
    app.library.store.leave_squad(&squad.id, &athlete, app.now_ms()).await?;
    Ok(Redirect::to(&format!("/squads/{id}")))
}

async fn drop_link(
    State(app): State<App>,
    Member(person): Member,
    Path((id, link)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let squad = coached(&app, &person, &id).await?;
    app.library.store.drop_link(&link, LinksOf::Squad(&squad.id)).await?;
    Ok(Redirect::to(&format!("/squads/{id}")))
}

async fn end(State(app): State<App>, Member(person): Member, Path(id): Path<String>) -> Result<Redirect, PageError> {
    let squad = coached(&app, &person, &id).await?;
    app.library.store.end_squad(&squad.id, app.now_ms()).await?;
    Ok(Redirect::to("/squads"))
}

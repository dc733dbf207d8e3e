//! The page of one's own account: name, password, second factor, sessions, tokens.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::sign::refusal;
use super::{Shell, render};
use crate::access::Scope;
use crate::accounts::{
    Caller, Password, Secret, TotpSecret, email_address, path_of, qr_svg, recovery_codes, recovery_hash,
};
use crate::http::App;
use crate::http::caller::base;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::who::{Asker, Member, Person, TOKEN_PREFIX, Viewer};
use crate::store::{Account, AccountError, LinksOf, NewLink, Profile, Purpose, clear_name};

/// How long a token can be made to last, days.
const LIFETIMES: [i64; 4] = [7, 30, 90, 365];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(page).post(change))
        .route("/account/password", post(password))
        .route("/account/log", post(begin_log))
        .route("/account/guardian", post(guardian_link))
        .route("/account/second-factor", get(second_factor_page).post(second_factor))
        .route("/account/second-factor/off", post(second_factor_off))
        .route("/account/sessions/end-others", post(end_others))
        .route("/account/sessions/{session}/end", post(end_session))
        .route("/account/tokens", post(add_token))
        .route("/account/tokens/{token}/revoke", post(revoke_token))
}

#[derive(Debug, Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    account: Account,
    waits: bool,
    under_age: bool,
    said: Option<String>,
    problem: Option<String>,
    /// A link or token that is shown this once.
    shown: Option<Shown>,
    codes_left: i64,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    scopes: Vec<&'static str>,
    lifetimes: [i64; 4],
    guardian_links: usize,
}

#[derive(Debug)]
pub(super) struct Shown {
    pub(super) what: &'static str,
    pub(super) text: String,
}

#[derive(Debug)]
struct SessionRow {
    id: String,
    agent: String,
    address: String,
    began: String,
    seen: String,
    own: bool,
}

#[derive(Debug)]
struct TokenRow {
    id: String,
    name: String,
    scopes: String,
    until: String,
    used: String,
    over: bool,
}

/// An instant as it is written where nobody's own calendar counts.
pub(super) fn instant(epoch_ms: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(epoch_ms).unwrap_or_default().format("%-d %b %Y %H:%M UTC").to_string()
}

/// What the page says beside what it always shows.
#[derive(Debug, Default)]
struct Told {
    said: Option<String>,
    problem: Option<String>,
    shown: Option<Shown>,
}

async fn account_page(app: &App, person: &Person, told: Told) -> Result<Html<String>, PageError> {
    let store = &app.library.store;
    let now_ms = app.now_ms();
    // What was just changed is shown as it is now.
    let account = store.account(&person.account.id).await?.ok_or_else(|| Problem::no_such("account"))?;
    let sessions = store.sessions(&account.id, now_ms).await?;
    let tokens = store.tokens(&account.id).await?;
    let links = store.open_links(LinksOf::Account(&account.id), &[Purpose::Guardian], now_ms).await?;
    let viewer = Viewer::Person { account: account.clone().into(), session_id: person.session_id.clone() };
    render(&AccountPage {
        shell: Shell::plain(app, &viewer, "account", "Account"),
        waits: account.waits_for_guardian(app.today()),
        under_age: account.is_under_age(app.today()),
        said: told.said,
        problem: told.problem,
        shown: told.shown,
        codes_left: store.recovery_codes_left(&account.id).await?,
        sessions: sessions
            .into_iter()
            .map(|session| SessionRow {
                own: session.id == person.session_id,
                agent: browser(&session.agent),
                address: session.address,
                began: instant(session.created_ms),
                seen: instant(session.seen_ms),
                id: session.id,
            })
            .collect(),
        tokens: tokens
            .into_iter()
            .map(|token| TokenRow {
                scopes: token.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", "),
                until: match token.revoked_ms {
                    Some(revoked_ms) => format!("taken back {}", instant(revoked_ms)),
                    None if token.expires_ms <= now_ms => format!("over since {}", instant(token.expires_ms)),
                    None => format!("until {}", instant(token.expires_ms)),
                },
                used: token
                    .used_ms
                    .map_or_else(|| "never used".to_owned(), |used_ms| format!("used {}", instant(used_ms))),
                over: token.revoked_ms.is_some() || token.expires_ms <= now_ms,
                name: token.name,
                id: token.id,
            })
            .collect(),
        scopes: Scope::ALL.iter().map(|(name, _)| *name).collect(),
        lifetimes: LIFETIMES,
        guardian_links: links.len(),
        account,
    })
}

/// A browser by the names that are in what it calls itself.
fn browser(agent: &str) -> String {
    let has = |name: &str| agent.contains(name);
    let name = ["Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/", "curl/"].into_iter().find(|name| has(name));
    let system = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"].into_iter().find(|name| has(name));
    let name = match name {
        Some("Edg/") => "Edge",
        Some("OPR/") => "Opera",
        Some(name) => name.trim_end_matches('/'),
        None if agent.is_empty() => return "a program that says no name".to_owned(),
        None => return agent.chars().take(60).collect(),
    };
    system.map_or_else(|| name.to_owned(), |system| format!("{name} on {system}"))
}

async fn page(State(app): State<App>, person: Person) -> Result<Html<String>, PageError> {
    account_page(&app, &person, Told::default()).await
}

async fn told(app: &App, person: &Person, said: &str) -> Result<Response, PageError> {
    Ok(account_page(app, person, Told { said: Some(said.to_owned()), ..Told::default() }).await?.into_response())
}

async fn refused(app: &App, person: &Person, status: StatusCode, problem: String) -> Result<Response, PageError> {
    let page = account_page(app, person, Told { problem: Some(problem), ..Told::default() }).await?;
    Ok((status, page).into_response())
}

async fn refused_by(app: &App, person: &Person, error: AccountError) -> Result<Response, PageError> {
    let problem = Problem::from(error);
    if problem.status >= 500 {
        return Err(problem.into());
    }
    refused(app, person, problem.status(), problem.detail).await
}

#[derive(Debug, Deserialize)]
struct ChangeForm {
    name: String,
    email: String,
    password: Password,
}

/// What is grave asks for the password again; the response when it is not right.
async fn unless_password(
    app: &App,
    person: &Person,
    password: &Password,
    caller: &Caller,
) -> Result<Option<Response>, PageError> {
    match app.accounts.is_password(&person.account, password, caller).await {
        Ok(true) => Ok(None),
        Ok(false) => {
            let problem = "The password is not right. Nothing was changed.".to_owned();
            Ok(Some(refused(app, person, StatusCode::FORBIDDEN, problem).await?))
        }
        Err(error) => {
            let (status, words) = refusal(error)?;
            Ok(Some(refused(app, person, status, words).await?))
        }
    }
}

async fn change(
    State(app): State<App>,
    person: Person,
    caller: Caller,
    PageForm(form): PageForm<ChangeForm>,
) -> Result<Response, PageError> {
    if let Some(response) = unless_password(&app, &person, &form.password, &caller).await? {
        return Ok(response);
    }
    let email = match email_address(&form.email) {
        Ok(email) => email,
        Err(problem) => return refused(&app, &person, StatusCode::UNPROCESSABLE_ENTITY, problem).await,
    };
    match app.library.store.set_account(&person.account.id, &form.name, &email).await {
        Ok(()) => told(&app, &person, "Saved.").await,
        Err(error) => refused_by(&app, &person, error).await,
    }
}

#[derive(Debug, Deserialize)]
struct PasswordForm {
    password: Password,
    new: Password,
}

async fn password(
    State(app): State<App>,
    person: Person,
    caller: Caller,
    PageForm(form): PageForm<PasswordForm>,
) -> Result<Response, PageError> {
    if let Some(response) = unless_password(&app, &person, &form.password, &caller).await? {
        return Ok(response);
    }
    let account = &person.account;
    if let Some(reason) = app.accounts.refused_password(&form.new, &[&account.email, &account.name]).await? {
        return refused(&app, &person, StatusCode::UNPROCESSABLE_ENTITY, reason).await;
    }
    let hash = app.accounts.passwords.hash(&form.new).await?;
    app.library.store.set_password(&account.id, &hash, Some(&person.session_id), app.now_ms()).await?;
    let done = "The new password is set. Every other browser is signed out, your tokens have ended, and links that you made \
                and nobody has used yet lead nowhere.";
    told(&app, &person, done).await
}

#[derive(Debug, Deserialize)]
struct LogForm {
    #[serde(default)]
    zone: String,
}

async fn begin_log(
    State(app): State<App>,
    Member(person): Member,
    PageForm(form): PageForm<LogForm>,
) -> Result<Response, PageError> {
    let mut profile = Profile::named(&person.account.name);
    let zone = form.zone.trim();
    if !zone.is_empty() {
        match zone.parse() {
            Ok(zone) => profile.zone = zone,
            Err(_) => {
                let problem = format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen.");
                return refused(&app, &person, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
            }
        }
    }
    let viewer = Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() };
    let athlete = Asker(viewer).begin_log(&app, profile).await?;
    Ok(Redirect::to(&format!("/athletes/{}", athlete.id)).into_response())
}

/// A link for who answers for somebody under 16.
async fn guardian_link(State(app): State<App>, person: Person, headers: HeaderMap) -> Result<Response, PageError> {
    if !person.account.is_under_age(app.today()) {
        return refused(&app, &person, StatusCode::CONFLICT, "You are 16 or older: nobody answers for you.".to_owned())
            .await;
    }
    let id = person.account.id.as_str();
    let new = NewLink { account_id: Some(id), made_by: Some(id), ..NewLink::default() };
    let secret = app.accounts.new_link(Purpose::Guardian, new).await?;
    let text = format!("{}{}", base(&app, &headers), path_of(Purpose::Guardian, &secret));
    let shown = Shown { what: "Give this link to who answers for you. It can be used once, within two weeks:", text };
    Ok(account_page(&app, &person, Told { shown: Some(shown), ..Told::default() }).await?.into_response())
}

// Second factor

#[derive(Debug, Deserialize)]
struct FactorForm {
    password: Password,
    secret: String,
    code: String,
}

#[derive(Debug, Template)]
#[template(path = "second_factor.html")]
struct FactorPage {
    shell: Shell,
    /// The picture to scan, and the same to type.
    svg: String,
    typed: String,
    secret: String,
    problem: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
}

fn person_shell(app: &App, person: &Person, title: &str) -> Shell {
    let viewer = Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() };
    Shell::plain(app, &viewer, "account", title)
}

fn factor_page(
    app: &App,
    person: &Person,
    secret: &TotpSecret,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    render(&FactorPage {
        shell: person_shell(app, person, "Second factor"),
        svg: qr_svg(&secret.uri(&person.account.email)?)?,
        typed: secret.text(),
        secret: secret.stored(),
        problem,
    })
}

async fn second_factor_page(State(app): State<App>, person: Person) -> Result<Response, PageError> {
    if person.account.has_second_factor {
        return Ok(Redirect::to("/account").into_response());
    }
    Ok(factor_page(&app, &person, &TotpSecret::new()?, None)?.into_response())
}

async fn second_factor(
    State(app): State<App>,
    person: Person,
    caller: Caller,
    PageForm(form): PageForm<FactorForm>,
) -> Result<Response, PageError> {
    let secret = TotpSecret::from_stored(&form.secret)
        .map_err(|_| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Begin again: the secret did not arrive."))?;
    let refused = |status, problem| -> Result<Response, PageError> {
        Ok((status, factor_page(&app, &person, &secret, Some(problem))?).into_response())
    };
    match app.accounts.is_password(&person.account, &form.password, &caller).await {
        Ok(true) => {}
        Ok(false) => return refused(StatusCode::FORBIDDEN, "The password is not right.".to_owned()),
        Err(error) => {
            let (status, words) = refusal(error)?;
            return refused(status, words);
        }
    }
    let now_ms = app.now_ms();
    let Some(step) = secret.check(&form.code, now_ms, None) else {
        let problem =
            "The code is not right. Is the clock of the phone right? Scan again, and type the code that is shown.";
        return refused(StatusCode::UNPROCESSABLE_ENTITY, problem.to_owned());
    };
    let codes = recovery_codes()?;
    let hashes: Vec<String> = codes.iter().filter_map(|code| recovery_hash(code)).collect();
    let store = &app.library.store;
    store.set_second_factor(&person.account.id, &secret.stored(), step, &hashes).await?;
    store.end_other_sessions(&person.account.id, &person.session_id).await?;
    Ok(render(&CodesPage { shell: person_shell(&app, &person, "Second factor"), codes })?.into_response())
}

#[derive(Debug, Deserialize)]
struct OffForm {
    password: Password,
}

async fn second_factor_off(
    State(app): State<App>,
    person: Person,
    caller: Caller,
    PageForm(form): PageForm<OffForm>,
) -> Result<Response, PageError> {
    if let Some(response) = unless_password(&app, &person, &form.password, &caller).await? {
        return Ok(response);
    }
    app.library.store.drop_second_factor(&person.account.id).await?;
    told(&app, &person, "The second factor is off.").await
}

// Sessions and tokens

async fn end_session(State(app): State<App>, person: Person, Path(id): Path<String>) -> Result<Response, PageError> {
    app.library.store.end_session(&person.account.id, &id).await?;
    Ok(Redirect::to(if id == person.session_id { "/sign-in" } else { "/account#sessions" }).into_response())
}

async fn end_others(State(app): State<App>, person: Person) -> Result<Response, PageError> {
    app.library.store.end_other_sessions(&person.account.id, &person.session_id).await?;
    told(&app, &person, "Every other browser is signed out.").await
}

async fn add_token(
    State(app): State<App>,
    Member(person): Member,
    PageForm(fields): PageForm<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let of = |name: &str| fields.iter().find(|(of, _)| of == name).map(|(_, value)| value.trim()).unwrap_or_default();
    let name = clear_name(of("name"));
    let scopes: Vec<Scope> =
        fields.iter().filter(|(of, _)| of == "scope").filter_map(|(_, value)| Scope::named(value)).collect();
    let days = of("days").parse().ok().filter(|days| LIFETIMES.contains(days));
    let problem = match (&name, days) {
        (Err(reason), _) => Some(format!("Give the token a name, so that you know later what it is for: {reason}.")),
        _ if scopes.is_empty() => Some("Tick at least one thing that the token lets a program do.".to_owned()),
        (_, None) => Some("Choose how long the token lasts.".to_owned()),
        (_, Some(_)) => None,
    };
    if let Some(problem) = problem {
        return refused(&app, &person, StatusCode::UNPROCESSABLE_ENTITY, problem).await;
    }
    let name = name.unwrap_or_default();
    let now_ms = app.now_ms();
    let secret = Secret::new()?;
    let expires_ms = now_ms + days.unwrap_or_default() * 86_400_000;
    app.library.store.add_token(&person.account.id, &name, &secret.hash(), &scopes, expires_ms, now_ms).await?;
    let shown = Shown {
        what: "The token. It is shown this once: what is stored here does not give it again.",
        text: format!("{TOKEN_PREFIX}{}", secret.text()),
    };
    Ok(account_page(&app, &person, Told { shown: Some(shown), ..Told::default() }).await?.into_response())
}

async fn revoke_token(State(app): State<App>, person: Person, Path(id): Path<String>) -> Result<Redirect, PageError> {
    let now_ms = app.now_ms();
    app.library.store.revoke_token(&person.account.id, &id, now_ms).await?;
    Ok(Redirect::to("/account#tokens"))
}

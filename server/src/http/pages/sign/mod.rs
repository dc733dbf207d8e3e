//! Signing in and out; beside it signing up, and new passwords.

mod reset;
mod up;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::form::{Field, FormPage};
use super::{Shell, render};
use crate::accounts::{Begun, Caller, Password, Secret, SignInError, Tried};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::{PageForm, PageQuery};
use crate::http::who::{Viewer, session_cookie};
use crate::store::{AccountError, Purpose};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-in/code", get(code_page).post(code))
        .route("/sign-out", post(sign_out))
        .merge(up::routes())
        .merge(reset::routes())
}

/// The page to sign in on, which leads back to `whole` afterwards.
pub(in crate::http) fn sign_in_path(whole: &str) -> String {
    if whole == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", encoded(whole)) }
}

/// Text as it stands in a query.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A page of this service to go on to; anything else leads home.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if is_path && next.parse::<Uri>().is_ok_and(|uri| uri.authority().is_none()) { next } else { "/" }
}

/// A page that says something, and where to go.
#[derive(Debug, Template)]
#[template(path = "said.html")]
pub(super) struct SaidPage {
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) said: Vec<String>,
    pub(super) links: Vec<(String, String)>,
}

/// Refused: the form again with what was wrong.
pub(super) fn again(status: StatusCode, page: FormPage, problem: String) -> Result<Response, PageError> {
    let page = FormPage { problem: Some(problem), ..page };
    Ok((status, page.html()?).into_response())
}

/// The status and words of a refusal at the door; faults go on as they are.
pub(super) fn refusal(error: SignInError) -> Result<(StatusCode, String), PageError> {
    let status = match &error {
        SignInError::Wrong | SignInError::WrongCode => StatusCode::UNAUTHORIZED,
        SignInError::Closed => StatusCode::FORBIDDEN,
        SignInError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        SignInError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    match error {
        SignInError::Store(error) => Err(error.into()),
        refused => Ok((status, refused.to_string())),
    }
}

/// Goes on to `next` with a session.
fn let_in(app: &App, jar: CookieJar, begun: &Begun, next: &str) -> Response {
    let jar = jar.add(session_cookie(app, &begun.secret));
    (jar, Redirect::to(next)).into_response()
}

/// Counts a try of somebody at what a link or a form lets everybody do. One at a link that is right is forgiven.
pub(super) async fn count(app: &App, caller: &Caller) -> Result<Tried, PageError> {
    match app.accounts.count_from(caller).await {
        Ok(tried) => Ok(tried),
        Err(error) => {
            let (status, words) = refusal(error)?;
            Err(Problem::new(status, words).into())
        }
    }
}

/// The secret of an address, if its link can be used for `purpose`.
async fn usable(app: &App, text: &str, purpose: Purpose, caller: &Caller) -> Result<Secret, PageError> {
    let tried = count(app, caller).await?;
    if let Some(secret) = Secret::parse(text)
        && app.accounts.link(&secret, purpose).await?.is_some()
    {
        app.accounts.forgive(&tried).await?;
        return Ok(secret);
    }
    Err(Problem::from(AccountError::LinkGone).into())
}

fn said_page(app: &App, heading: &str, said: &[&str]) -> Result<Html<String>, PageError> {
    render(&SaidPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", heading),
        heading: heading.to_owned(),
        said: said.iter().map(|text| (*text).to_owned()).collect(),
        links: vec![("/sign-in".to_owned(), "Sign in".to_owned())],
    })
}

#[derive(Debug, Deserialize)]
struct EmailForm {
    email: String,
}

/// A form that asks for an address to send a link to.
fn email_form(app: &App, heading: &str, lead: &str, action: &str, email: &str) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-in", heading),
        heading: heading.to_owned(),
        lead: vec![lead.to_owned()],
        problem: None,
        action: action.to_owned(),
        fields: vec![Field::new("email", "E-mail", "email", "username").with(email)],
        button: "Send the link".to_owned(),
        links: vec![("/sign-in".to_owned(), "Sign in".to_owned())],
    }
}

#[derive(Debug, Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
struct SignInForm {
    email: String,
    password: Password,
    #[serde(default)]
    next: String,
}

async fn sign_in_form(app: &App, email: &str, next: &str) -> Result<FormPage, PageError> {
    let mut links = vec![("/forgotten".to_owned(), "I do not know the password".to_owned())];
    if app.accounts.is_open().await? {
        links.push(("/sign-up".to_owned(), "Sign up".to_owned()));
    }
    Ok(FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-in", "Sign in"),
        heading: "Sign in".to_owned(),
        lead: Vec::new(),
        problem: None,
        action: "/sign-in".to_owned(),
        fields: vec![
            Field::new("email", "E-mail", "email", "username").with(email),
            Field::new("password", "Password", "password", "current-password"),
            Field::new("next", "", "hidden", "off").with(local(next)),
        ],
        button: "Sign in".to_owned(),
        links,
    })
}

async fn sign_in_page(
    State(app): State<App>,
    viewer: Viewer,
    PageQuery(query): PageQuery<NextQuery>,
) -> Result<Response, PageError> {
    if app.demo || viewer.account().is_some() {
        return Ok(Redirect::to(local(&query.next)).into_response());
    }
    if !app.library.store.has_accounts().await? {
        let said = "Nobody has an account yet. The program prints a link that makes the first one when it starts, in its \
                    window or its log: open that.";
        return Ok(said_page(&app, "Not set up yet", &[said])?.into_response());
    }
    Ok(sign_in_form(&app, "", &query.next).await?.html()?.into_response())
}

async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<SignInForm>,
) -> Result<Response, PageError> {
    match app.accounts.sign_in(&form.email, &form.password, &caller).await {
        Ok(begun) if begun.half => {
            let next = format!("/sign-in/code?next={}", encoded(local(&form.next)));
            Ok(let_in(&app, jar, &begun, &next))
        }
        Ok(begun) => Ok(let_in(&app, jar, &begun, local(&form.next))),
        Err(error) => {
            let (status, words) = refusal(error)?;
            again(status, sign_in_form(&app, &form.email, &form.next).await?, words)
        }
    }
}

#[derive(Debug, Deserialize)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

fn code_form(app: &App, next: &str) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-in", "Second factor"),
        heading: "Second factor".to_owned(),
        lead: vec![
            "The code that your app shows for Plimsoll now, or one of the codes that you keep for when it is lost."
                .to_owned(),
        ],
        problem: None,
        action: "/sign-in/code".to_owned(),
        fields: vec![
            Field::new("code", "Code", "text", "one-time-code"),
            Field::new("next", "", "hidden", "off").with(local(next)),
        ],
        button: "Sign in".to_owned(),
        links: vec![("/sign-in".to_owned(), "Begin again".to_owned())],
    }
}

async fn code_page(
    State(app): State<App>,
    viewer: Viewer,
    PageQuery(query): PageQuery<NextQuery>,
) -> Result<Response, PageError> {
    match viewer {
        Viewer::Half { .. } => Ok(code_form(&app, &query.next).html()?.into_response()),
        _ => Ok(Redirect::to(&sign_in_path(local(&query.next))).into_response()),
    }
}

async fn code(
    State(app): State<App>,
    viewer: Viewer,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<CodeForm>,
) -> Result<Response, PageError> {
    let Viewer::Half { account, session_id } = viewer else {
        return Ok(Redirect::to(&sign_in_path(local(&form.next))).into_response());
    };
    match app.accounts.second_factor(&account, &session_id, &form.code, &caller).await {
        Ok(begun) => Ok(let_in(&app, jar, &begun, local(&form.next))),
        Err(error) => {
            let (status, words) = refusal(error)?;
            again(status, code_form(&app, &form.next), words)
        }
    }
}

async fn sign_out(State(app): State<App>, viewer: Viewer, jar: CookieJar) -> Result<Response, PageError> {
    if let Viewer::Person { account, session_id } | Viewer::Half { account, session_id } = &viewer {
        app.library.store.end_session(&account.id, session_id).await?;
    }
    let mut gone = axum_extra::extract::cookie::Cookie::from(app.accounts.cookie_name());
    gone.set_path("/");
    gone.set_secure(app.accounts.is_https());
    Ok((jar.remove(gone), Redirect::to("/sign-in")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_elsewhere() {
        for next in [
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "evil",
            "",
            "/a\r\nSet-Cookie: b",
            "javascript:x",
        ] {
            assert_eq!(local(next), "/", "{next:?}");
        }
        assert_eq!(local("/athletes/1?plan=3"), "/athletes/1?plan=3");
        assert_eq!(sign_in_path("/athletes/1?plan=3&b=%2F"), "/sign-in?next=/athletes/1%3Fplan%3D3%26b%3D%252F");
    }
}

//! Signing up, in and out, and new passwords.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use chrono::NaiveDate;
use serde::Deserialize;

use super::form::{Field, FormPage};
use super::{Shell, render};
use crate::accounts::{Begun, Caller, Password, Secret, SignInError, SignUp};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::{PageForm, PageQuery};
use crate::http::who::{Viewer, session_cookie};
use crate::store::{AccountError, Log, Profile, Purpose};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/setup/{secret}", get(setup_page).post(set_up))
        .route("/sign-up", get(open_page).post(open_sign_up))
        .route("/sign-up/{secret}", get(sign_up_page).post(sign_up))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-in/code", get(code_page).post(code))
        .route("/sign-out", post(sign_out))
        .route("/forgotten", get(forgotten_page).post(forgotten))
        .route("/reset/{secret}", get(reset_page).post(reset))
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
        SignInError::Store(_) => {
            let SignInError::Store(error) = error else { return Err(Problem::no_such("error").into()) };
            return Err(error.into());
        }
        SignInError::Wrong | SignInError::WrongCode => StatusCode::UNAUTHORIZED,
        SignInError::Closed => StatusCode::FORBIDDEN,
        SignInError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    Ok((status, error.to_string()))
}

/// Goes on to `next` with a session.
fn let_in(app: &App, jar: CookieJar, begun: &Begun, next: &str) -> Response {
    let jar = jar.add(session_cookie(app, &begun.secret));
    (jar, Redirect::to(next)).into_response()
}

// Signing up

#[derive(Debug, Clone, Deserialize)]
struct SignUpForm {
    name: String,
    email: String,
    password: Password,
    /// A log of training is wanted.
    #[serde(default)]
    runs: Option<String>,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    born: String,
    /// An athlete that is here and is nobody's.
    #[serde(default)]
    mine: String,
}

impl SignUpForm {
    fn empty() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            password: String::new().into(),
            runs: Some("yes".to_owned()),
            zone: String::new(),
            born: String::new(),
            mine: String::new(),
        }
    }

    fn fields(&self, with_born: bool) -> Vec<Field> {
        let zone = Field::new("zone", "Time zone", "text", "off").with(&self.zone).optional();
        let zone = zone.hint("Decides on which day a run counts when its file does not say. Empty is UTC.");
        let mut fields = vec![
            Field::new("name", "Name", "text", "name")
                .with(&self.name)
                .hint("What those see whom you let see something."),
            Field::new("email", "E-mail", "email", "username").with(&self.email).hint("You sign in with it."),
            Field::new("password", "Password", "password", "new-password")
                .hint("At least ten characters. Several words that do not belong together make a good one."),
            Field {
                checked: self.runs.is_some(),
                ..Field::new("runs", "I run: keep a log of my training here", "checkbox", "off")
            },
            Field { own_zone: true, ..zone },
        ];
        if with_born {
            let born = Field::new("born", "If you are under 16: your day of birth", "date", "off").with(&self.born);
            fields.push(born.optional().hint(
                "Then somebody who answers for you, such as a parent, has to agree before the account can be used. \
                 Leave it empty if you are 16 or older.",
            ));
        }
        fields
    }

    fn take(self) -> Result<SignUp, String> {
        let born = match self.born.trim() {
            "" => None,
            text => Some(
                text.parse::<NaiveDate>().map_err(|_| format!("“{text}” is not a day. Write it like 2012-05-31."))?,
            ),
        };
        let log = if !self.mine.is_empty() {
            Log::Claimed(self.mine)
        } else if self.runs.is_some() {
            let mut profile = Profile::named(&self.name);
            match self.zone.trim() {
                "" => {}
                zone => {
                    profile.zone = zone
                        .parse()
                        .map_err(|_| format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen."))?;
                }
            }
            Log::New(Box::new(profile))
        } else {
            Log::None
        };
        Ok(SignUp { email: self.email, name: self.name, password: self.password, born, log })
    }
}

/// A form for a new account.
fn account_form(app: &App, heading: &str, lead: &str, action: String, form: &SignUpForm, with_born: bool) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-up", heading),
        heading: heading.to_owned(),
        lead: vec![lead.to_owned()],
        problem: None,
        action,
        fields: form.fields(with_born),
        button: "Make the account".to_owned(),
        links: vec![("/sign-in".to_owned(), "I have an account".to_owned())],
    }
}

/// Makes the account of a form, and leads into it.
async fn make(
    app: &App,
    jar: CookieJar,
    page: FormPage,
    form: SignUpForm,
    link: Option<(&Secret, Purpose)>,
    next: Option<String>,
    caller: &Caller,
) -> Result<Response, PageError> {
    let form = match form.take() {
        Ok(form) => form,
        Err(problem) => return again(StatusCode::UNPROCESSABLE_ENTITY, page, problem),
    };
    match app.accounts.sign_up(form, link, caller).await {
        Ok((id, begun)) => {
            let account = app.library.store.account(&id).await?;
            let next = match account {
                _ if next.is_some() => next.unwrap_or_default(),
                Some(account) if account.waits_for_guardian(app.today()) => "/account".to_owned(),
                Some(account) => {
                    account.athlete_id.map_or_else(|| "/".to_owned(), |athlete| format!("/athletes/{athlete}"))
                }
                None => "/".to_owned(),
            };
            Ok(let_in(app, jar, &begun, &next))
        }
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            again(status, page, problem.detail)
        }
    }
}

/// The secret of an address, if its link can be used for `purpose`.
async fn usable(app: &App, text: &str, purpose: Purpose, caller: &Caller) -> Result<Secret, PageError> {
    if let Err(error) = app.accounts.count_from(caller).await {
        let (status, words) = refusal(error)?;
        return Err(Problem::new(status, words).into());
    }
    if let Some(secret) = Secret::parse(text)
        && app.accounts.link(&secret, purpose).await?.is_some()
    {
        return Ok(secret);
    }
    Err(Problem::from(AccountError::LinkGone).into())
}

async fn setup_form(app: &App, secret: &str, form: &SignUpForm) -> Result<FormPage, PageError> {
    let lead = "This is the first account of the installation. It is the keeper's: whoever runs the machine, invites \
                people and helps them in again. The keeper sees nobody's training by that.";
    let mut page = account_form(app, "Set up Plimsoll", lead, format!("/setup/{secret}"), form, false);
    let unclaimed = app.library.store.unclaimed_athletes().await?;
    if !unclaimed.is_empty() {
        let mut options = vec![(String::new(), "None of them is mine".to_owned())];
        options.extend(unclaimed.into_iter().map(|athlete| (athlete.id, athlete.profile.name)));
        let mine = Field { options, ..Field::new("mine", "There is training in this folder already", "select", "off") };
        let hint = "What is yours becomes your log. The keeper can hand the others to those whose they are.";
        page.fields.push(mine.with(&form.mine).hint(hint));
    }
    page.links.clear();
    Ok(page)
}

async fn setup_page(
    State(app): State<App>,
    Path(secret): Path<String>,
    caller: Caller,
) -> Result<Html<String>, PageError> {
    usable(&app, &secret, Purpose::Setup, &caller).await?;
    setup_form(&app, &secret, &SignUpForm::empty()).await?.html()
}

async fn set_up(
    State(app): State<App>,
    Path(text): Path<String>,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<SignUpForm>,
) -> Result<Response, PageError> {
    let secret = usable(&app, &text, Purpose::Setup, &caller).await?;
    let page = setup_form(&app, &text, &form).await?;
    make(&app, jar, page, form, Some((&secret, Purpose::Setup)), None, &caller).await
}

fn sign_up_form(app: &App, secret: &str, form: &SignUpForm) -> FormPage {
    let lead = "Your data are yours: nobody sees them until you say so, and you can take that back at any time.";
    account_form(app, "Sign up", lead, format!("/sign-up/{secret}"), form, true)
}

/// What an invitation to sign up is: one of the keeper's is used up, one of an athlete, coach or physio goes on to
/// what it asks or offers.
async fn invited_by(app: &App, text: &str, caller: &Caller) -> Result<(Secret, Purpose), PageError> {
    if let Err(error) = app.accounts.count_from(caller).await {
        let (status, words) = refusal(error)?;
        return Err(Problem::new(status, words).into());
    }
    if let Some(secret) = Secret::parse(text) {
        let now_ms = app.library.clock.now().timestamp_millis();
        match app.library.store.link(&secret.hash(), now_ms).await?.map(|link| link.purpose) {
            None | Some(Purpose::Setup | Purpose::Reset) => {}
            Some(purpose) => return Ok((secret, purpose)),
        }
    }
    Err(Problem::from(AccountError::LinkGone).into())
}

async fn sign_up_page(
    State(app): State<App>,
    Path(secret): Path<String>,
    caller: Caller,
) -> Result<Html<String>, PageError> {
    invited_by(&app, &secret, &caller).await?;
    sign_up_form(&app, &secret, &SignUpForm::empty()).html()
}

async fn sign_up(
    State(app): State<App>,
    Path(text): Path<String>,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<SignUpForm>,
) -> Result<Response, PageError> {
    let (secret, purpose) = invited_by(&app, &text, &caller).await?;
    // Only who sets the installation up takes what is there already.
    let form = SignUpForm { mine: String::new(), ..form };
    let page = sign_up_form(&app, &text, &form);
    let (link, next) = match purpose {
        Purpose::SignUp => (Some((&secret, Purpose::SignUp)), None),
        _ => (None, Some(format!("/invitations/{text}"))),
    };
    make(&app, jar, page, form, link, next, &caller).await
}

#[derive(Debug, Deserialize)]
struct EmailForm {
    email: String,
}

/// Where everybody may sign up: with mail, the address first, so that it is known to be theirs.
fn address_form(app: &App, email: &str) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-up", "Sign up"),
        heading: "Sign up".to_owned(),
        lead: vec!["Say where a link can be sent to; it leads on.".to_owned()],
        problem: None,
        action: "/sign-up".to_owned(),
        fields: vec![Field::new("email", "E-mail", "email", "email").with(email)],
        button: "Send the link".to_owned(),
        links: vec![("/sign-in".to_owned(), "I have an account".to_owned())],
    }
}

fn open_form(app: &App, form: &SignUpForm) -> FormPage {
    let lead = "Your data are yours: nobody sees them until you say so, and you can take that back at any time.";
    account_form(app, "Sign up", lead, "/sign-up".to_owned(), form, true)
}

async fn must_be_open(app: &App) -> Result<(), PageError> {
    if app.accounts.is_open().await? {
        return Ok(());
    }
    let detail = "Who signs up here needs an invitation. Ask the keeper of the installation for a link.";
    Err(Problem::new(StatusCode::FORBIDDEN, detail).into())
}

async fn open_page(State(app): State<App>) -> Result<Html<String>, PageError> {
    must_be_open(&app).await?;
    if app.accounts.mailer.is_some() {
        return address_form(&app, "").html();
    }
    open_form(&app, &SignUpForm::empty()).html()
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OpenForm {
    Whole(SignUpForm),
    Address(EmailForm),
}

async fn open_sign_up(
    State(app): State<App>,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<OpenForm>,
) -> Result<Response, PageError> {
    must_be_open(&app).await?;
    if let Err(error) = app.accounts.count_from(&caller).await {
        let (status, words) = refusal(error)?;
        return Err(Problem::new(status, words).into());
    }
    match form {
        // With mail, an account is made by the link that was sent.
        OpenForm::Whole(form) if app.accounts.mailer.is_none() => {
            // Only who sets the installation up takes what is there already.
            let form = SignUpForm { mine: String::new(), ..form };
            let page = open_form(&app, &form);
            make(&app, jar, page, form, None, None, &caller).await
        }
        OpenForm::Whole(SignUpForm { email, .. }) | OpenForm::Address(EmailForm { email }) => {
            match app.accounts.mail_sign_up(&email, &caller).await {
                Ok(()) => {
                    let said = format!("A link was sent to {}. It can be used for two weeks.", email.trim());
                    Ok(said_page(&app, "Look at your mail", &[&said])?.into_response())
                }
                Err(AccountError::Store(error)) => Err(error.into()),
                Err(error) => {
                    let problem = Problem::from(error).detail;
                    again(StatusCode::UNPROCESSABLE_ENTITY, address_form(&app, &email), problem)
                }
            }
        }
    }
}

fn said_page(app: &App, heading: &str, said: &[&str]) -> Result<Html<String>, PageError> {
    render(&SaidPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", heading),
        heading: heading.to_owned(),
        said: said.iter().map(|text| (*text).to_owned()).collect(),
        links: vec![("/sign-in".to_owned(), "Sign in".to_owned())],
    })
}

// Signing in

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

// New passwords

fn forgotten_form(app: &App) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", "New password"),
        heading: "New password".to_owned(),
        lead: vec!["Say your address, and a link with which to set a new password is sent to it.".to_owned()],
        problem: None,
        action: "/forgotten".to_owned(),
        fields: vec![Field::new("email", "E-mail", "email", "username")],
        button: "Send the link".to_owned(),
        links: vec![("/sign-in".to_owned(), "Back".to_owned())],
    }
}

async fn forgotten_page(State(app): State<App>) -> Result<Html<String>, PageError> {
    if app.accounts.mailer.is_some() {
        return forgotten_form(&app).html();
    }
    let said = "No mail is set up here. Ask the keeper of the installation for a link with which to set a new password; \
                who keeps it makes one on its own machine, with `plimsoll reset-link`.";
    said_page(&app, "New password", &[said])
}

async fn forgotten(
    State(app): State<App>,
    caller: Caller,
    PageForm(form): PageForm<EmailForm>,
) -> Result<Response, PageError> {
    if let Err(error) = app.accounts.mail_reset(&form.email, &caller).await {
        let (status, words) = refusal(error)?;
        return again(status, forgotten_form(&app), words);
    }
    let said = "If there is an account with that address, a link was sent to it. It can be used for 24 hours.";
    Ok(said_page(&app, "Look at your mail", &[said])?.into_response())
}

#[derive(Debug, Deserialize)]
struct ResetForm {
    password: Password,
}

fn reset_form(app: &App, secret: &str) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", "New password"),
        heading: "New password".to_owned(),
        lead: vec!["Every browser that is signed in with the old one is signed out.".to_owned()],
        problem: None,
        action: format!("/reset/{secret}"),
        fields: vec![
            Field::new("password", "New password", "password", "new-password")
                .hint("At least ten characters. Several words that do not belong together make a good one."),
        ],
        button: "Set it".to_owned(),
        links: Vec::new(),
    }
}

async fn reset_page(
    State(app): State<App>,
    Path(secret): Path<String>,
    caller: Caller,
) -> Result<Html<String>, PageError> {
    usable(&app, &secret, Purpose::Reset, &caller).await?;
    reset_form(&app, &secret).html()
}

async fn reset(
    State(app): State<App>,
    Path(text): Path<String>,
    caller: Caller,
    PageForm(form): PageForm<ResetForm>,
) -> Result<Response, PageError> {
    let secret = usable(&app, &text, Purpose::Reset, &caller).await?;
    match app.accounts.reset(&secret, &form.password).await {
        Ok(_) => Ok(said_page(&app, "The new password is set", &["Sign in with it."])?.into_response()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            again(status, reset_form(&app, &text), problem.detail)
        }
    }
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

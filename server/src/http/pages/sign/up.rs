//! Signing up: the first account, by an invitation, and where everybody may.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum_extra::extract::CookieJar;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{EmailForm, again, count, email_form, let_in, said_page, usable};
use crate::accounts::{Caller, Password, Secret, SignUp};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::pages::Shell;
use crate::http::pages::form::{Field, FormPage};
use crate::http::who::Viewer;
use crate::store::{AccountError, Link, Log, Profile, Purpose};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/setup/{secret}", get(setup_page).post(set_up))
        .route("/sign-up", get(open_page).post(open_sign_up))
        .route("/sign-up/{secret}", get(sign_up_page).post(sign_up))
}

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

    fn fields(&self, with_born: bool, fixed: Option<&str>) -> Vec<Field> {
        let zone = Field::new("zone", "Time zone", "text", "off").with(&self.zone).optional();
        let zone = zone.hint("Decides on which day a run counts when its file does not say. Empty is UTC.");
        let mut fields = vec![
            Field::new("name", "Name", "text", "name")
                .with(&self.name)
                .hint("What those see whom you let see something."),
            match fixed {
                Some(email) => Field {
                    fixed: true,
                    ..Field::new("email", "E-mail", "email", "username").with(email).hint(
                        "The link was sent to this address, and makes an account for no other. You sign in with it.",
                    )
                },
                None => {
                    Field::new("email", "E-mail", "email", "username").with(&self.email).hint("You sign in with it.")
                }
            },
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
fn account_form(app: &App, heading: &str, lead: &str, action: String, fields: Vec<Field>) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "sign-up", heading),
        heading: heading.to_owned(),
        lead: vec![lead.to_owned()],
        problem: None,
        action,
        fields,
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
            again(problem.status(), page, problem.detail)
        }
    }
}

async fn setup_form(app: &App, secret: &str, form: &SignUpForm) -> Result<FormPage, PageError> {
    let lead = "This is the first account of the installation. It is the keeper's: whoever runs the machine, invites \
                people and helps them in again. The keeper sees nobody's training by that.";
    let mut page = account_form(app, "Set up Plimsoll", lead, format!("/setup/{secret}"), form.fields(false, None));
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

/// A link that was mailed is for the address that it was sent to.
fn sign_up_form(app: &App, secret: &str, form: &SignUpForm, link: &Link) -> FormPage {
    let lead = "Your data are yours: nobody sees them until you say so, and you can take that back at any time.";
    account_form(app, "Sign up", lead, format!("/sign-up/{secret}"), form.fields(true, link.terms.email.as_deref()))
}

/// What an invitation to sign up is: one of the keeper's is used up, one of an athlete, coach or physio goes on to
/// what it asks or offers.
async fn invited_by(app: &App, text: &str, caller: &Caller) -> Result<(Secret, Link), PageError> {
    let tried = count(app, caller).await?;
    if let Some(secret) = Secret::parse(text)
        && let Some(link) = app.library.store.link(&secret.hash(), app.now_ms()).await?
        && !matches!(link.purpose, Purpose::Setup | Purpose::Reset)
    {
        app.accounts.forgive(&tried).await?;
        return Ok((secret, link));
    }
    Err(Problem::from(AccountError::LinkGone).into())
}

async fn sign_up_page(
    State(app): State<App>,
    Path(secret): Path<String>,
    caller: Caller,
) -> Result<Html<String>, PageError> {
    let (_, link) = invited_by(&app, &secret, &caller).await?;
    sign_up_form(&app, &secret, &SignUpForm::empty(), &link).html()
}

async fn sign_up(
    State(app): State<App>,
    Path(text): Path<String>,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<SignUpForm>,
) -> Result<Response, PageError> {
    let (secret, link) = invited_by(&app, &text, &caller).await?;
    // Only who sets the installation up takes what is there already.
    let form = SignUpForm { mine: String::new(), ..form };
    let page = sign_up_form(&app, &text, &form, &link);
    let (link, next) = match link.purpose {
        Purpose::SignUp => (Some((&secret, Purpose::SignUp)), None),
        _ => (None, Some(format!("/invitations/{text}"))),
    };
    make(&app, jar, page, form, link, next, &caller).await
}

/// Where everybody may sign up: with mail, the address first. The link that is sent to it makes an account for that address
/// and no other, so that it is known to be theirs, and nobody learns here who has an account.
fn address_form(app: &App, email: &str) -> FormPage {
    let lead = "Say where a link can be sent to; it leads on.";
    email_form(app, "Sign up", lead, "/sign-up", email)
}

fn open_form(app: &App, form: &SignUpForm) -> FormPage {
    let lead = "Your data are yours: nobody sees them until you say so, and you can take that back at any time.";
    account_form(app, "Sign up", lead, "/sign-up".to_owned(), form.fields(true, None))
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
    match form {
        // With mail, an account is made by the link that was sent.
        OpenForm::Whole(form) if app.accounts.mailer.is_none() => {
            // Also when it is right: nobody makes accounts without end.
            count(&app, &caller).await?;
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

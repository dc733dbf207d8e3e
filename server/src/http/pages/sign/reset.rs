//! New passwords, by a link that was mailed or handed on.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::{EmailForm, again, email_form, refusal, said_page, usable};
use crate::accounts::{Caller, Password};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::PageForm;
use crate::http::pages::Shell;
use crate::http::pages::form::{Field, FormPage};
use crate::http::who::Viewer;
use crate::store::{AccountError, Purpose};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/forgotten", get(forgotten_page).post(forgotten))
        .route("/reset/{secret}", get(reset_page).post(reset))
}

fn forgotten_form(app: &App, email: &str) -> FormPage {
    let lead = "Say your address, and a link with which to set a new password is sent to it.";
    email_form(app, "New password", lead, "/forgotten", email)
}

async fn forgotten_page(State(app): State<App>) -> Result<Html<String>, PageError> {
    if app.accounts.mailer.is_some() {
        return forgotten_form(&app, "").html();
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
        return again(status, forgotten_form(&app, &form.email), words);
    }
    let said = "If there is an account with that address, a link was sent to it. It can be used for 24 hours.";
    Ok(said_page(&app, "Look at your mail", &[said])?.into_response())
}

#[derive(Debug, Deserialize)]
struct ResetForm {
    password: Password,
}

const AFTERWARDS: &str = "Sign in with it. The tokens of the account have ended, and its links that nobody had used lead \
                          nowhere: make new ones where you need them.";

fn reset_form(app: &App, secret: &str) -> FormPage {
    FormPage {
        shell: Shell::plain(app, &Viewer::Nobody, "", "New password"),
        heading: "New password".to_owned(),
        lead: vec![
            "Every browser that is signed in with the old one is signed out. All tokens of the account end, and links that \
             were made with it and nobody has used yet, such as offers and invitations to squads, lead nowhere."
                .to_owned(),
        ],
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
        Ok(_) => Ok(said_page(&app, "The new password is set", &[AFTERWARDS])?.into_response()),
        Err(AccountError::Store(error)) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            again(problem.status(), reset_form(&app, &text), problem.detail)
        }
    }
}

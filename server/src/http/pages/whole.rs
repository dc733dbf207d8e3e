//! Everything at once: taking it along, and erasing it.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use serde::Deserialize;

use super::sign::{SaidPage, refusal};
use super::{Shell, render};
use crate::accounts::{Accounts, Caller, Password, SignInError};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::export::response;
use crate::http::extract::PageForm;
use crate::http::who::{May, Person, ReadWhole, Viewer, WriteWhole};
use crate::store::{Extent, Whose};
use crate::words;

/// How long the answer to an erasure waits for the files to be gone; the erasure goes on without it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/athletes/{athlete}/export.zip", get(export))
        .route("/athletes/{athlete}/erase", get(athlete_page).post(erase_athlete))
        .route("/account/account.json", get(account))
        .route("/account/erase", get(account_page).post(erase_account))
}

async fn export(State(app): State<App>, may: May<ReadWhole>) -> Result<Response, PageError> {
    Ok(response(&app, may)?)
}

/// What is kept of an account itself, for who has no log of training to take along.
async fn account(State(app): State<App>, person: Person) -> Result<Response, PageError> {
    let value = app.library.account_export(&person.account.id, app.library.clock.now()).await?;
    let value = value.ok_or_else(|| Problem::no_such("account"))?;
    let to_keep = [(header::CONTENT_DISPOSITION, "attachment; filename=\"plimsoll-account.json\"")];
    Ok((to_keep, Json(value)).into_response())
}

#[derive(Debug, Template)]
#[template(path = "erase.html")]
struct ErasePage {
    shell: Shell,
    /// Where the form goes.
    action: String,
    /// Whose data, by name, when it is somebody's for whom the reader answers.
    ward: Option<String>,
    /// The athlete, when there is one to take along before.
    athlete: Option<String>,
    problem: Option<String>,
    extent: Extent,
    /// What is said of it in numbers.
    goes: Vec<String>,
    /// What has to be typed.
    phrase: String,
    has_second_factor: bool,
}

/// Who is erased, and who says so.
struct Order<'a> {
    person: &'a Person,
    whose: Whose,
    /// Their name, when it is not the person themselves.
    ward: Option<String>,
    shell: Shell,
    action: String,
}

impl Order<'_> {
    /// What has to be typed: nobody does it by accident, or for somebody else.
    fn phrase(&self) -> &str {
        self.ward.as_deref().unwrap_or(&self.person.account.email)
    }

    async fn page(self, app: &App, problem: Option<String>) -> Result<Html<String>, PageError> {
        let extent = app.library.store.extent(&self.whose).await?;
        render(&ErasePage {
            phrase: self.phrase().to_owned(),
            goes: goes(&extent),
            has_second_factor: self.person.account.has_second_factor,
            shell: self.shell,
            action: self.action,
            ward: self.ward,
            athlete: self.whose.athlete_id,
            problem,
            extent,
        })
    }
}

/// What goes, in numbers.
fn goes(extent: &Extent) -> Vec<String> {
    let counted = |count: i64, one: &str, many: &str| {
        (count > 0).then(|| {
            let number = words::thousands(count.unsigned_abs());
            format!("{number} {}", if count == 1 { one } else { many })
        })
    };
    let files = counted(extent.files, "file", "files")
        .map(|files| format!("{files} ({})", words::size(extent.file_bytes.unsigned_abs())));
    [
        files,
        counted(extent.activities, "activity", "activities"),
        counted(extent.diary_values, "value of the diary", "values of the diary"),
        counted(extent.entries, "entry of what was written down", "entries of what was written down"),
        counted(extent.grants, "grant", "grants to others, who see nothing from then on"),
        counted(extent.reads, "line of the log of who looked", "lines of the log of who looked"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn account_order<'a>(app: &App, person: &'a Person) -> Order<'a> {
    let viewer = Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() };
    Order {
        person,
        whose: Whose { athlete_id: person.account.athlete_id.clone(), account_id: Some(person.account.id.clone()) },
        ward: None,
        shell: Shell::plain(app, &viewer, "account", "Erase everything"),
        action: "/account/erase".to_owned(),
    }
}

fn athlete_order<'a>(app: &App, may: &May<WriteWhole>, person: &'a Person) -> Order<'a> {
    let athlete = &may.athlete;
    let is_own = athlete.account_id.as_ref() == Some(&person.account.id);
    Order {
        person,
        whose: Whose { athlete_id: Some(athlete.id.clone()), account_id: athlete.account_id.clone() },
        ward: (!is_own).then(|| athlete.profile.name.clone()),
        shell: Shell::of(app, may, "account", format!("Erase everything · {}", athlete.profile.name)),
        action: format!("/athletes/{}/erase", athlete.id),
    }
}

async fn account_page(State(app): State<App>, person: Person) -> Result<Html<String>, PageError> {
    account_order(&app, &person).page(&app, None).await
}

async fn athlete_page(State(app): State<App>, may: May<WriteWhole>, person: Person) -> Result<Html<String>, PageError> {
    athlete_order(&app, &may, &person).page(&app, None).await
}

#[derive(Debug, Deserialize)]
struct EraseForm {
    password: Password,
    #[serde(default)]
    code: String,
    #[serde(default)]
    phrase: String,
}

async fn erase_account(
    State(app): State<App>,
    person: Person,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<EraseForm>,
) -> Result<Response, PageError> {
    erase(&app, account_order(&app, &person), &caller, jar, &form).await
}

async fn erase_athlete(
    State(app): State<App>,
    may: May<WriteWhole>,
    person: Person,
    caller: Caller,
    jar: CookieJar,
    PageForm(form): PageForm<EraseForm>,
) -> Result<Response, PageError> {
    erase(&app, athlete_order(&app, &may, &person), &caller, jar, &form).await
}

async fn erase(
    app: &App,
    order: Order<'_>,
    caller: &Caller,
    jar: CookieJar,
    form: &EraseForm,
) -> Result<Response, PageError> {
    if form.phrase.trim().to_lowercase() != order.phrase().trim().to_lowercase() {
        let problem = format!("Nothing was erased: type “{}” to say that you mean it.", order.phrase());
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, order.page(app, Some(problem)).await?).into_response());
    }
    if let Err(error) = app.accounts.confirm(&order.person.account, &form.password, &form.code, caller).await {
        let (status, words) = match error {
            SignInError::Wrong => (StatusCode::FORBIDDEN, "The password is not right.".to_owned()),
            SignInError::WrongCode => (StatusCode::FORBIDDEN, error.to_string()),
            other => refusal(other)?,
        };
        let problem = format!("Nothing was erased. {words}");
        return Ok((status, order.page(app, Some(problem)).await?).into_response());
    }
    let whose = &order.whose;
    let account = match &whose.account_id {
        Some(id) => app.library.store.account(id).await?,
        None => None,
    };
    let tries = account.map(|account| Accounts::tries_of(&account.email)).unwrap_or_default();
    let erasure = match app.library.begin_erasure(whose, &tries).await {
        Ok(erasure) => erasure,
        Err(error) => {
            let problem = Problem::from(error);
            if problem.status >= 500 {
                return Err(problem.into());
            }
            return Ok((problem.status(), order.page(app, Some(problem.detail)).await?).into_response());
        }
    };
    // A task of its own: it goes on when nobody waits for the answer, and after a crash the next start goes on with it.
    let library = app.library.clone();
    let finishing = tokio::spawn(async move {
        let done = library.finish_erasure(&erasure).await;
        if let Err(error) = &done {
            tracing::error!(error = format!("{error:#}"), "an erasure is not finished yet; it is tried again");
        }
        done.is_ok()
    });
    let is_done = matches!(tokio::time::timeout(LONGEST_WAIT, finishing).await, Ok(Ok(true)));
    let (jar, viewer, whom) = match &order.ward {
        Some(name) => {
            let person = order.person;
            let viewer = Viewer::Person { account: person.account.clone(), session_id: person.session_id.clone() };
            (jar, viewer, format!("of {name}"))
        }
        None => {
            let mut gone = Cookie::from(app.accounts.cookie_name());
            gone.set_path("/");
            gone.set_secure(app.accounts.is_https());
            (jar.remove(gone), Viewer::Nobody, "of yours".to_owned())
        }
    };
    let files = if is_done {
        "Its files are removed, and the database is written anew without it."
    } else {
        "Its files are being removed now; that goes on by itself."
    };
    let page = render(&SaidPage {
        shell: Shell::plain(app, &viewer, "", "Erased"),
        heading: "Erased".to_owned(),
        said: vec![
            format!("Nothing {whom} is in this installation any more. {files}"),
            "Copies of the data folder that its keeper made before, as a backup, are outside of the program. How long they \
             are kept is for the keeper to say."
                .to_owned(),
        ],
        links: vec![("/".to_owned(), "Home".to_owned())],
    })?;
    Ok((jar, page).into_response())
}

//! Upload: what is taken, and what was taken in before.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use super::imports::ImportView;
use super::{Shell, render};
use crate::http::App;
use crate::http::error::PageError;
use crate::http::uploads::receive;
use crate::http::who::{May, WriteActivities};
use crate::store::Source;
use crate::words;

/// Imports of the list.
const RECENT: i64 = 20;

#[derive(Template)]
#[template(path = "upload.html")]
struct UploadPage {
    shell: Shell,
    id: String,
    name: String,
    file_limit: String,
    request_limit: String,
    request_limit_bytes: usize,
    problem: Option<String>,
    recent: Vec<ImportView>,
}

pub(super) async fn page(State(app): State<App>, may: May<WriteActivities>) -> Result<Html<String>, PageError> {
    upload_page(&app, &may, None).await
}

/// Takes files in, then leads to their import.
pub(super) async fn send(
    State(app): State<App>,
    may: May<WriteActivities>,
    request: Request,
) -> Result<Response, PageError> {
    let athlete = &may.athlete;
    match receive(&app, athlete, Source::Page, None, request).await {
        Ok(taken) => Ok(Redirect::to(&format!("/athletes/{}/imports/{}", athlete.id, taken.import.id)).into_response()),
        Err(problem) if problem.status != 500 => {
            Ok((problem.status(), upload_page(&app, &may, Some(problem.detail)).await?).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn upload_page(
    app: &App,
    may: &May<WriteActivities>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let limits = app.library.limits;
    let today = app.library.clock.today(athlete.profile.zone);
    let recent = app.library.store.imports(&athlete.id, None, RECENT).await?;
    render(&UploadPage {
        shell: Shell::of(app, may, "upload", format!("Upload · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        name: athlete.profile.name.clone(),
        file_limit: words::size(limits.file_bytes as u64),
        request_limit: words::size(limits.request_bytes as u64),
        request_limit_bytes: limits.request_bytes,
        problem,
        recent: recent.iter().map(|import| ImportView::new(import, athlete, today)).collect(),
    })
}

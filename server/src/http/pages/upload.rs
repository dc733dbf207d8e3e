//! Upload: several files at once, a result per file.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::NaiveDate;

use super::{Shell, athlete, render};
use crate::http::App;
use crate::http::error::PageError;
use crate::http::uploads::{FileResult, receive};
use crate::store::{Athlete, Source, Upload, UploadState};
use crate::words;

#[derive(Template)]
#[template(path = "upload.html")]
struct UploadPage {
    shell: Shell,
    id: String,
    name: String,
    file_limit_mb: String,
    request_limit_mb: String,
    request_limit_bytes: usize,
    file_limit_bytes: usize,
    problem: Option<String>,
    results: Vec<ResultView>,
    recent: Vec<RecentView>,
}

struct ResultView {
    file: String,
    result: &'static str,
    messages: Vec<String>,
    activities: Vec<Link>,
}

struct Link {
    id: String,
    text: String,
}

struct RecentView {
    file: String,
    when: String,
    size: String,
    state: &'static str,
    failure: Option<String>,
}

pub(super) async fn page(State(app): State<App>, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let athlete = athlete(&app, &id).await?;
    upload_page(&app, &athlete, Vec::new(), None).await
}

pub(super) async fn send(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, PageError> {
    let athlete = athlete(&app, &id).await?;
    match receive(&app, &athlete, Source::Page, request).await {
        Ok(results) => Ok(upload_page(&app, &athlete, results, None).await?.into_response()),
        Err(problem) if problem.status < 500 => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
            Ok((status, upload_page(&app, &athlete, Vec::new(), Some(problem.detail)).await?).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn upload_page(
    app: &App,
    athlete: &Athlete,
    results: Vec<FileResult>,
    problem: Option<String>,
) -> Result<Html<String>, PageError> {
    let limits = app.library.limits;
    let megabytes = |bytes: usize| format!("{:.0}", words::megabytes(bytes as u64));
    let today = app.library.clock.today(athlete.profile.zone);
    let recent = app.library.store.uploads(&athlete.id, 20).await?;
    render(&UploadPage {
        shell: Shell::of(app, athlete, "upload", format!("Upload · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        name: athlete.profile.name.clone(),
        file_limit_mb: megabytes(limits.file_bytes),
        request_limit_mb: megabytes(limits.request_bytes),
        request_limit_bytes: limits.request_bytes,
        file_limit_bytes: limits.file_bytes,
        problem,
        results: results.into_iter().map(|result| result_view(result, today)).collect(),
        recent: recent.into_iter().map(|upload| recent_view(upload, athlete, today)).collect(),
    })
}

fn result_view(result: FileResult, today: NaiveDate) -> ResultView {
    let activities = result
        .activities
        .iter()
        .map(|activity| {
            let distance = activity.distance_m.map_or_else(String::new, |metres| words::km(metres / 1000.0) + " ");
            let on = words::day_month_near(activity.local_date, today);
            Link { id: activity.id.clone(), text: format!("{distance}{} on {on}", activity.sport_words()) }
        })
        .collect();
    ResultView { file: result.file, result: result.result, messages: result.messages, activities }
}

fn recent_view(upload: Upload, athlete: &Athlete, today: NaiveDate) -> RecentView {
    let when = chrono::DateTime::from_timestamp_millis(upload.received_ms).unwrap_or_default();
    let local = when.with_timezone(&athlete.profile.zone);
    let (state, failure) = match upload.state {
        UploadState::Received => ("waiting", None),
        UploadState::Read => ("read", None),
        UploadState::SetAside(reason) => ("set aside", Some(reason)),
        UploadState::Failed(reason) => ("failed", Some(reason)),
    };
    #[expect(clippy::cast_precision_loss, reason = "shown to the nearest kilobyte")]
    let kilobytes = upload.size_bytes as f64 / 1000.0;
    RecentView {
        file: upload.file_name,
        when: format!("{} {}", words::day_month_near(local.date_naive(), today), local.format("%H:%M")),
        size: format!("{kilobytes:.0} kB"),
        state,
        failure,
    }
}

//! Errors as programs (RFC 9457 problem details) and people (a page) read them.

use std::any::Any;

use axum::Json;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::pages;
use crate::store::{AccountError, AthleteError, is_busy};

/// Where the API stands; its imports have their pages at the same address without it.
const API: &str = "/api/v1";

/// Problem details, RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// HTTP status.
    pub(crate) status: u16,
    /// Short name of the kind of problem.
    pub(crate) title: String,
    /// What was wrong here, and what to do.
    pub(crate) detail: String,
    /// Address of what has to be looked at first; left out when there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) see: Option<String>,
}

/// An error of the API.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Problem);

/// An error of a page.
#[derive(Debug)]
pub(crate) struct PageError(pub(crate) Problem);

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { status: status.as_u16(), title, detail: detail.into(), see: None }
    }

    pub(crate) fn no_such(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no such {what}. It may have been removed."))
    }

    /// The activity is not there because its import was undone.
    pub(crate) fn undone(athlete_id: &str, import_id: &str) -> Self {
        let detail =
            "The import that this activity came with was undone. Bring the import back to see the activity again.";
        let see = Some(format!("{API}/athletes/{athlete_id}/imports/{import_id}"));
        Self { see, ..Self::new(StatusCode::NOT_FOUND, detail) }
    }

    /// The page of what has to be looked at first.
    pub(crate) fn page_to_see(&self) -> Option<&str> {
        self.see.as_deref()?.strip_prefix(API)
    }

    /// There is no room for what was sent.
    pub(crate) fn disk_full() -> Self {
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "The disk of the service is full: make room and send it again.")
    }

    fn internal(error: &anyhow::Error) -> Self {
        let is_disk_full = error.chain().any(|cause| cause.downcast_ref().is_some_and(is_full))
            // SQLite's own words.
            || format!("{error:#}").contains("database or disk is full");
        if is_disk_full {
            tracing::error!(error = format!("{error:#}"), "the disk is full");
            return Self::disk_full();
        }
        if is_busy(error) {
            tracing::warn!(error = format!("{error:#}"), "a request waited too long for others that write");
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is busy with a long change. Nothing was lost; send it again in a minute.",
            );
        }
        tracing::error!(error = format!("{error:#}"), "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something failed inside the service; its log says what. Nothing that was stored is lost.",
        )
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Whether an error says that there is no room on the disk.
pub(super) fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        let status = match error {
            AccountError::Store(error) => return Self::internal(&error),
            AccountError::EmailTaken(_) | AccountError::Claimed => StatusCode::CONFLICT,
            AccountError::LinkGone => StatusCode::GONE,
            AccountError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, sentence(&error.to_string()))
    }
}

impl From<AthleteError> for Problem {
    fn from(error: AthleteError) -> Self {
        match error {
            AthleteError::Store(error) => Self::internal(&error),
            AthleteError::Invalid(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, sentence(&error.to_string())),
        }
    }
}

/// A reason as a sentence; one that is a sentence already stays as it is.
fn sentence(text: &str) -> String {
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{end}", crate::words::capitalised(text))
}

impl<E: Into<Problem>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<Problem>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let mut response = (status, Json(self.0)).into_response();
        ask_again(status, &mut response);
        let problem = header::HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = (self.0.status(), pages::error_page(&self.0)).into_response();
        ask_again(self.0.status(), &mut response);
        response
    }
}

/// Says when to ask again what could not be done just now.
fn ask_again(status: StatusCode, response: &mut Response) {
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
    }
}

/// The answer to an address that nothing is at.
pub(super) async fn not_found(uri: Uri) -> Response {
    let problem = Problem::new(StatusCode::NOT_FOUND, format!("There is nothing at {}.", uri.path()));
    if uri.path().starts_with("/api/") { ApiError(problem).into_response() } else { PageError(problem).into_response() }
}

/// The answer to a method that an address does not have.
pub(super) async fn method_not_allowed(method: axum::http::Method, uri: Uri) -> Response {
    let detail = format!("{} cannot be done at {}.", method, uri.path());
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail);
    if uri.path().starts_with("/api/") { ApiError(problem).into_response() } else { PageError(problem).into_response() }
}

/// The answer when a handler panicked: one request ends, the service goes on.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the layer's")]
pub(super) fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    PageError(Problem::internal(&anyhow::anyhow!("a handler panicked: {what}"))).into_response()
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_reason_ends_with_one_full_stop() {
        let of = |reason: &str| Problem::from(AccountError::Invalid(reason.to_owned())).detail;
        assert_eq!(of("a name is needed"), "A name is needed.");
        assert_eq!(of("The password has fewer than ten characters."), "The password has fewer than ten characters.");
    }

    #[test]
    fn a_long_change_of_another_asks_to_come_again_and_is_no_fault() {
        let waited: anyhow::Result<()> = Err(sqlx::Error::PoolTimedOut).context("cannot store it");
        let response = ApiError::from(waited.unwrap_err()).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "60");
        let fault = ApiError::from(anyhow::anyhow!("anything else")).into_response();
        assert_eq!(fault.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!fault.headers().contains_key(header::RETRY_AFTER));
    }
}

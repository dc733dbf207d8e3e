//! Taking everything along.

use axum::extract::State;
use axum::response::Response;

use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::export::response;
use crate::http::who::{May, ReadWhole};

/// Everything of an athlete as one zip archive: the original files, activities and days as CSV and JSON, recordings as
/// Parquet, profile and decisions. Another installation takes it in like any upload. It is written while it is sent, so its
/// length is not known before. For the athlete (or who answers for them) in a browser; a token cannot ask.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/export", params(("athlete" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<u8>, content_type = "application/zip"), (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem), (status = SERVICE_UNAVAILABLE, body = Problem)))]
pub(super) async fn export(State(app): State<App>, may: May<ReadWhole>) -> Result<Response, ApiError> {
    Ok(response(&app, may)?)
}

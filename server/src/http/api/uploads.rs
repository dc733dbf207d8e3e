//! Uploads.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::imports::{FileBody, ImportBody, file_bodies};
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiQuery;
use crate::http::uploads::{Taken, receive};
use crate::http::who::{May, ReadActivities, Viewer, WriteActivities};
use crate::store::{Source, Upload, UploadState};

/// An upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadBody {
    /// Id.
    id: String,
    /// Name the file came under.
    file: String,
    /// SHA-256 of the bytes, hexadecimal.
    sha256: String,
    /// Size, bytes.
    size_bytes: i64,
    /// When it was acknowledged, milliseconds since 1970, UTC.
    received_ms: i64,
    /// `received` (acknowledged, not read yet), `read`, `set_aside` (it holds no activity) or `failed`.
    state: &'static str,
    /// Why nothing could be read, or what the file is instead of an activity.
    failure: Option<String>,
    /// What was odd: objects with `code`, `place`, `text` and, where it is about one activity of the file, `activity`:
    /// its place among them, from 0.
    notices: serde_json::Value,
    /// Device that wrote the file: `manufacturer`, `product`, `serial`.
    device: Option<serde_json::Value>,
}

impl From<Upload> for UploadBody {
    fn from(upload: Upload) -> Self {
        let (state, failure) = match upload.state {
            UploadState::Received => ("received", None),
            UploadState::Read => ("read", None),
            UploadState::SetAside(reason) => ("set_aside", Some(reason)),
            UploadState::Failed(reason) => ("failed", Some(reason)),
        };
        Self {
            id: upload.id,
            file: upload.file_name,
            sha256: upload.sha256,
            size_bytes: upload.size_bytes,
            received_ms: upload.received_ms,
            state,
            failure,
            notices: upload.notices,
            device: upload.device,
        }
    }
}

/// An athlete's uploads, newest first, at most 500.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/uploads", params(("athlete" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<UploadBody>), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
) -> Result<Json<Vec<UploadBody>>, ApiError> {
    Ok(Json(app.library.store.uploads(&athlete.id, 500).await?.into_iter().map(UploadBody::from).collect()))
}

/// Files that the answer to an upload tells of; a report on the others is at the import's own address.
const FILES_IN_ANSWER: i64 = 500;

/// What became of files that were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadAnswer {
    /// The import that they are.
    import: ImportBody,
    /// The first 500 files, in the order of the import; while it runs, those that had come when this was sent.
    files: Vec<FileBody>,
}

/// The name of a file that is sent as the body.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NameQuery {
    /// The file's name, when the body is the file itself.
    name: Option<String>,
}

/// Sends files as one import: a form (multipart/form-data, one part with a file name per file), or a single file as the
/// body with its name in `name`.
///
/// Plain files have their results when this answers (200). When an archive is among them, or files of a folder (their
/// names begin with its name and a slash), the answer is 202 as soon as all are on the disk; `Location` names the
/// import, which goes on by itself. Of an export of Plimsoll's own a token brings the files alone: profile, decisions and
/// what was written down are taken from a person. The files of a folder are joined as an export, like an archive of them.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/uploads",
    params(("athlete" = String, Path, description = "Id"), NameQuery),
    request_body(content(
        (Vec<u8> = "multipart/form-data"), (Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/zip"))),
    responses((status = OK, body = UploadAnswer),
        (status = ACCEPTED, body = UploadAnswer, headers(("Location" = String, description = "Address of the import"))),
        (status = NOT_FOUND, body = Problem), (status = PAYLOAD_TOO_LARGE, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem), (status = INSUFFICIENT_STORAGE, body = Problem)))]
pub(super) async fn send(
    State(app): State<App>,
    May { athlete, viewer, .. }: May<WriteActivities>,
    ApiQuery(query): ApiQuery<NameQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    // The script of the upload page sends here too.
    let is_page = request.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let source = match viewer {
        Viewer::Program { .. } => Source::Token,
        _ if is_page => Source::Page,
        _ => Source::Api,
    };
    let Taken { import, is_running } = receive(&app, &athlete, source, query.name, request).await?;
    let location = format!("/api/v1/athletes/{}/imports/{}", athlete.id, import.id);
    let files = file_bodies(&app, &athlete.id, &import.id, None, 0, FILES_IN_ANSWER).await?;
    let answer = Json(UploadAnswer { import: ImportBody::from(import), files });
    Ok(if is_running {
        (StatusCode::ACCEPTED, [(header::LOCATION, location)], answer).into_response()
    } else {
        answer.into_response()
    })
}

/// The bytes of an upload as they came.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/uploads/{upload}/file",
    params(("athlete" = String, Path, description = "Id"), ("upload" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<u8>, content_type = "application/octet-stream"), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn original(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let upload = app.library.store.upload(&athlete.id, &id).await?.ok_or_else(|| Problem::no_such("upload"))?;
    let bytes = app.library.raw_bytes(&upload).await?.ok_or_else(|| Problem::no_such("file"))?;
    // Only plain characters go into the header: the name is the sender's text.
    let plain: String = upload
        .file_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{plain}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

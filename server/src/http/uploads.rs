//! Files out of a multipart request, counted while they come, each with its own result.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt as _;
use plimsoll_ingest::archive::holds_many;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::api::ActivityBody;
use super::error::Problem;
use crate::library::{Batch, FileReport};
use crate::store::{Athlete, Source};
use crate::words;

/// How much of a refused request is read and thrown away, so that the sender gets to hear why, bytes.
const MOST_DRAINED: u64 = 2_000_000_000;

/// How long that may take, seconds.
const LONGEST_DRAIN_S: u64 = 30;

/// Said of a refused request; replaced when some of its files had been taken in before.
const NOTHING_STORED: &str = "Nothing of it was stored.";

/// What became of one file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FileResult {
    /// The file's name as it was sent.
    pub(crate) file: String,
    /// `new`, `duplicate`, `same_activity`, `set_aside` or `failed`.
    pub(crate) result: &'static str,
    /// Why nothing could be read, or what was odd: one sentence each.
    pub(crate) messages: Vec<String>,
    /// The activities it gave.
    pub(crate) activities: Vec<ActivityBody>,
}

/// Takes in every file of a multipart request. A file that is too large or cannot be read is a result of its own and
/// does not keep the others out.
pub(super) async fn receive(
    app: &App,
    athlete: &Athlete,
    source: Source,
    request: Request,
) -> Result<Vec<FileResult>, Problem> {
    let limit = app.library.limits.request_bytes;
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if let Some(declared) = declared.filter(|declared| *declared > limit as u64) {
        drain(request).await;
        return Err(too_much(Some(declared), limit));
    }
    let mut request = request;
    // Bodies of undeclared length are counted while they come.
    axum::extract::DefaultBodyLimit::max(limit).apply(&mut request);
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|error| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{}. Send files as multipart/form-data.", error.body_text()),
        )
    })?;
    let batch = app.library.begin_import(athlete, source, "files").await?;
    let mut results = Vec::new();
    loop {
        let field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Err(end_early(&results, &error, limit)),
        };
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        let bytes = match read_field(field, app.library.limits.file_bytes).await {
            Ok(bytes) => bytes,
            Err(FieldError::TooLarge(size)) => {
                let reason = words::too_large(size, app.library.limits.file_bytes, "--max-file-mb");
                results.push(batch.fail(&name, &reason).await?.into());
                continue;
            }
            Err(FieldError::Broken(error)) => return Err(end_early(&results, &error, limit)),
        };
        // A form that was sent without choosing a file has one field without name and bytes.
        if name.is_empty() && bytes.is_empty() {
            continue;
        }
        take_in(&batch, &name, bytes.into(), &mut results).await?;
    }
    batch.finish().await?;
    if results.is_empty() {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "No file was sent. Choose at least one file."));
    }
    Ok(results)
}

/// Takes in one file, or every file of an archive.
async fn take_in(batch: &Batch, name: &str, bytes: Bytes, results: &mut Vec<FileResult>) -> Result<(), Problem> {
    if holds_many(&bytes) {
        batch.take_in_archive(name, std::io::Cursor::new(bytes), &mut |file| results.push(file.into())).await?;
    } else {
        results.push(batch.take_in(name, bytes).await?.into());
    }
    Ok(())
}

impl From<FileReport> for FileResult {
    fn from(report: FileReport) -> Self {
        let sentence = |text: String| format!("{}.", words::capitalised(text.trim_end_matches('.')));
        Self {
            file: report.name,
            result: report.result.as_str(),
            messages: report.messages.into_iter().map(sentence).collect(),
            activities: report.activities.iter().map(ActivityBody::from).collect(),
        }
    }
}

enum FieldError {
    TooLarge(u64),
    Broken(MultipartError),
}

/// Reads a field to its end, keeping at most `limit` bytes.
async fn read_field(mut field: Field<'_>, limit: usize) -> Result<Vec<u8>, FieldError> {
    let (mut bytes, mut size) = (Vec::new(), 0u64);
    while let Some(chunk) = field.chunk().await.map_err(FieldError::Broken)? {
        size += chunk.len() as u64;
        if size > limit as u64 {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if size > limit as u64 { Err(FieldError::TooLarge(size)) } else { Ok(bytes) }
}

/// The connection broke or the limit was reached in the middle: what was taken in stays, and the answer says so.
fn end_early(results: &[FileResult], error: &MultipartError, limit: usize) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let mut problem = too_much(None, limit);
        if !results.is_empty() {
            let stored = format!("The first {} files of it were taken in and stay.", results.len());
            problem.detail = problem.detail.replace(NOTHING_STORED, &stored);
        }
        return problem;
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        format!(
            "The upload broke off: {}. {} files before it were taken in and stay.",
            error.body_text(),
            results.len()
        ),
    )
}

fn too_much(declared: Option<u64>, limit: usize) -> Problem {
    let size = declared.map_or_else(String::new, |bytes| format!(" ({:.0} MB)", words::megabytes(bytes)));
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "The upload is larger{size} than the limit for one upload, {:.0} MB (--max-upload-mb raises it). \
             {NOTHING_STORED} Send fewer files at once, or use `plimsoll import` on the machine itself.",
            words::megabytes(limit as u64)
        ),
    )
}

/// Reads a refused body to its end, within bounds: a sender that is cut off in the middle shows its person a broken
/// connection instead of the reason.
async fn drain(request: Request) {
    let mut body = request.into_body().into_data_stream();
    let reading = async {
        let mut seen = 0u64;
        while let Some(Ok(chunk)) = body.next().await {
            seen += chunk.len() as u64;
            if seen > MOST_DRAINED {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(std::time::Duration::from_secs(LONGEST_DRAIN_S), reading).await;
}

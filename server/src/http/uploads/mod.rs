//! Files out of a request, taken in while they come: plain files a few at a time in memory, archives and folders by way
//! of the disk.

mod intake;
mod packed;
mod part;

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use self::intake::Intake;
use self::part::{Broken, Part};
use super::App;
use super::error::Problem;
use crate::store::{Athlete, Import, Source};
use crate::words;

/// How much of a refused request is read and thrown away, so that the sender gets to hear why, bytes.
const MOST_DRAINED: u64 = 2_000_000_000;

/// How long that may take, seconds.
const LONGEST_DRAIN_S: u64 = 30;

/// What became of a request with files.
#[derive(Debug)]
pub(super) struct Taken {
    /// The import that they are.
    pub(super) import: Import,
    /// Whether an archive is still being opened.
    pub(super) is_running: bool,
}

/// Takes in every file of a request as one import: the parts of a form, or a body that is one file, called `name`. A
/// file that is too large or cannot be read is a result of its own and does not keep the others out. Archives are on
/// the disk when this returns, and opened after it.
pub(super) async fn receive(
    app: &App,
    athlete: &Athlete,
    source: Source,
    name: Option<String>,
    request: Request,
) -> Result<Taken, Problem> {
    let limit = app.library.limits.request_bytes;
    let declared = header_text(request.headers(), &header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if let Some(declared) = declared.filter(|declared| *declared > limit as u64) {
        // Who asked first sends nothing after a refusal.
        if !request.headers().contains_key(header::EXPECT) {
            drain(request).await;
        }
        return Err(too_much(Some(declared), limit, 0));
    }
    let mut intake = Intake::new(app, athlete, source);
    let is_form = header_text(request.headers(), &header::CONTENT_TYPE)
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"));
    let taking = match name {
        _ if is_form => take_form(&mut intake, request, limit).await,
        Some(name) => take_body(&mut intake, &name, request, limit).await,
        None => return Err(unnamed()),
    };
    match taking {
        Ok(()) => intake.finish().await?.ok_or_else(|| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "No file was sent. Choose at least one file.")
        }),
        Err(Stopped::Refused(problem)) => Err(problem),
        Err(Stopped::Broken(broken)) => Err(end_early(intake.taken(), broken, limit)),
    }
}

/// A body that is no form is one file, which needs a name.
fn unnamed() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "A file that is sent as the body needs its name in the address, for example ?name=run.fit. Several files go \
         as multipart/form-data.",
    )
}

/// Why a request was not taken in to its end.
enum Stopped {
    Refused(Problem),
    Broken(Broken),
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl From<anyhow::Error> for Stopped {
    fn from(error: anyhow::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Broken> for Stopped {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl From<MultipartError> for Broken {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooMuch } else { Self::Sender(error.body_text()) }
    }
}

/// Takes in the parts of a form that have a file name.
async fn take_form(intake: &mut Intake<'_>, mut request: Request, limit: usize) -> Result<(), Stopped> {
    // Bodies of undeclared length are counted while they come.
    axum::extract::DefaultBodyLimit::max(limit).apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("The form cannot be read: {}.", error.body_text().trim_end_matches('.')),
        )
    })?;
    while let Some(field) = form.next_field().await.map_err(Broken::from)? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        let part = intake.read(field.map(|chunk| chunk.map_err(Broken::from))).await?;
        // A form that was sent without choosing a file has one field without name and bytes.
        if name.is_empty() && matches!(&part, Part::Small(bytes) if bytes.is_empty()) {
            continue;
        }
        intake.add(name, part).await?;
    }
    Ok(())
}

/// Takes in a body that is one file.
async fn take_body(intake: &mut Intake<'_>, name: &str, request: Request, limit: usize) -> Result<(), Stopped> {
    let part = intake.read(std::pin::pin!(counted(request, limit))).await?;
    intake.add(name.to_owned(), part).await?;
    Ok(())
}

/// The chunks of a body, up to `limit` bytes.
fn counted(request: Request, limit: usize) -> impl Stream<Item = Result<Bytes, Broken>> {
    let mut size = 0usize;
    request.into_body().into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(|error| Broken::Sender(error.to_string()))?;
        size = size.saturating_add(chunk.len());
        if size > limit { Err(Broken::TooMuch) } else { Ok(chunk) }
    })
}

fn header_text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The request ended in the middle: what was taken in stays, and the answer says so.
fn end_early(taken: usize, broken: Broken, limit: usize) -> Problem {
    match broken {
        Broken::TooMuch => too_much(None, limit, taken),
        Broken::Sender(reason) => {
            Problem::new(StatusCode::BAD_REQUEST, format!("The upload broke off: {reason}. {}", stored(taken)))
        }
        Broken::Disk(error) if super::error::is_full(&error) => {
            let mut problem = Problem::disk_full();
            problem.detail = format!("{} {}", problem.detail, stored(taken));
            problem
        }
        Broken::Disk(error) => anyhow::Error::from(error).context("cannot store what comes in").into(),
    }
}

/// What of an upload that ended early was stored.
fn stored(taken: usize) -> String {
    match taken {
        0 => "Nothing of it was stored.".to_owned(),
        1 => "The first file of it was taken in and stays.".to_owned(),
        _ => format!("The first {taken} files of it were taken in and stay."),
    }
}

fn too_much(declared: Option<u64>, limit: usize, taken: usize) -> Problem {
    let size = declared.map_or_else(String::new, |bytes| format!(" ({:.0} MB)", words::megabytes(bytes)));
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!(
            "The upload is larger{size} than the limit for one upload, {:.0} MB (--max-upload-mb raises it). {} \
             Send fewer files at once, or use `plimsoll import` on the machine itself.",
            words::megabytes(limit as u64),
            stored(taken)
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

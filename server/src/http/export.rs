//! An export on its way to a browser or a program: written while it is sent, a few kilobytes at a time.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::{Bytes, BytesMut};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

use super::App;
use super::error::Problem;
use super::who::{May, ReadWhole};

/// Bytes that are sent together.
const CHUNK: usize = 64 * 1024;

/// Chunks that wait for the receiver.
const WAITING: usize = 4;

/// How long a receiver may take nothing before the export ends.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// Exports that are written at once: each holds a thread and reads everything of somebody.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Everything of the athlete as a file to keep.
pub(super) fn response(app: &App, may: May<ReadWhole>) -> Result<Response, Problem> {
    let Ok(place) = AT_ONCE.try_acquire() else {
        let busy = "Others are taking everything along just now. Try again in a few minutes.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, busy));
    };
    let athlete = may.athlete;
    // Who answers for somebody is not that person: browsers and tokens stay with the account.
    let is_own = may.viewer.account().is_some_and(|account| athlete.account_id.as_ref() == Some(&account.id));
    let name: String = athlete.profile.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = format!("plimsoll-{}-{}.zip", name.to_lowercase(), app.library.clock.today(athlete.profile.zone));
    let (sender, mut receiver) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let library = app.library.clone();
    let failed = sender.clone();
    tokio::spawn(async move {
        let _place = place;
        let out = Outgoing { sender, runtime: Handle::current(), waiting: BytesMut::with_capacity(CHUNK) };
        let done = async {
            let out = library.export(&athlete, is_own, out).await?;
            out.end().await.map_err(anyhow::Error::from)
        };
        if let Err(error) = done.await {
            let is_gone = error.chain().any(|cause| {
                cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
            });
            if !is_gone {
                tracing::error!(error = format!("{error:#}"), "an export ended in the middle");
            }
            // The answer breaks off, so that nobody takes a part for the whole.
            let _ = failed.send(Err(io::Error::other("the export ended in the middle"))).await;
        }
    });
    let chunks = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// Where an export is written, which sends it on.
struct Outgoing {
    sender: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
    waiting: BytesMut,
}

impl Outgoing {
    fn send(&mut self) -> io::Result<()> {
        let chunk = self.waiting.split().freeze();
        let sending = tokio::time::timeout(LONGEST_PAUSE, self.sender.send(Ok(chunk)));
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the receiver went away")),
            Err(_) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the receiver takes nothing any more")),
        }
    }

    /// Sends what is left.
    async fn end(mut self) -> io::Result<()> {
        let chunk = self.waiting.split().freeze();
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the receiver went away");
        self.sender.send(Ok(chunk)).await.map_err(gone)
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK.saturating_sub(self.waiting.len()).min(bytes.len());
        self.waiting.extend_from_slice(bytes.get(..room).unwrap_or_default());
        if self.waiting.len() >= CHUNK {
            self.send()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! An export on its way to a browser or a program: written while it is sent, a few kilobytes at a time.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    let (sender, mut receiver) = mpsc::channel::<Bytes>(WAITING);
    let library = app.library.clone();
    let is_whole = Arc::new(AtomicBool::new(false));
    let came_to_its_end = is_whole.clone();
    tokio::spawn(async move {
        let _place = place;
        let out = Outgoing { sender, runtime: Handle::current(), waiting: BytesMut::with_capacity(CHUNK) };
        let done = async {
            let out = library.export(&athlete, is_own, out).await?;
            let sender = out.end().await?;
            // Before the other end sees that nothing more comes.
            came_to_its_end.store(true, Ordering::Relaxed);
            drop(sender);
            anyhow::Ok(())
        };
        if let Err(error) = done.await {
            let is_gone = error.chain().any(|cause| {
                cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
            });
            if !is_gone {
                tracing::error!(error = format!("{error:#}"), "an export ended in the middle");
            }
        }
    });
    let chunks = futures_util::stream::poll_fn(move |context| {
        receiver.poll_recv(context).map(|chunk| match chunk {
            Some(chunk) => Some(Ok(chunk)),
            // The answer breaks off, so that nobody takes a part for the whole.
            None if !is_whole.swap(true, Ordering::Relaxed) => Some(Err(io::Error::other("the export broke off"))),
            None => None,
        })
    });
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
    sender: mpsc::Sender<Bytes>,
    runtime: Handle,
    waiting: BytesMut,
}

impl Outgoing {
    fn send(&mut self) -> io::Result<()> {
        let chunk = self.waiting.split().freeze();
        self.runtime.block_on(send(&self.sender, chunk))
    }

    /// Sends what is left.
    async fn end(mut self) -> io::Result<mpsc::Sender<Bytes>> {
        send(&self.sender, self.waiting.split().freeze()).await?;
        Ok(self.sender)
    }
}

async fn send(sender: &mpsc::Sender<Bytes>, chunk: Bytes) -> io::Result<()> {
    let gone = |why| io::Error::new(io::ErrorKind::BrokenPipe, why);
    match tokio::time::timeout(LONGEST_PAUSE, sender.send(chunk)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(gone("the receiver went away")),
        Err(_) => Err(gone("the receiver takes nothing any more")),
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

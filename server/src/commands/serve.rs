//! `plimsoll serve`: the service on a data folder.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::{Limits, loopback_only};
use crate::http;
use crate::library::Library;

/// How long running requests may take after the service was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often the service looks for files that were left behind.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Serves `data` on `listen` until the process is told to stop.
pub(crate) async fn serve(data: &Path, listen: SocketAddr, limits: Limits) -> anyhow::Result<()> {
    let listener = bind(listen).await?;
    let library = Library::open(data, Clock::System, limits).await?;
    library.clear_incoming().await?;
    let finished = library.finish_unread(library.left_before_ms()).await?;
    let mut out = std::io::stdout();
    if finished > 0 {
        writeln!(out, "Read {finished} files that had been received before the last stop.")?;
    }
    writeln!(out, "Data in {}", data.display())?;
    run(library, listener, false).await
}

/// Binds `listen`, loopback only.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    let listen = loopback_only(listen)?;
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; is another program there? Choose a free port with --listen 127.0.0.1:0")
    })
}

/// Answers requests until SIGINT or SIGTERM, then lets the running ones end.
pub(crate) async fn run(library: Library, listener: TcpListener, demo: bool) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "Plimsoll is at http://{address}/   (stop it with Ctrl-C)")?;
    out.flush()?;
    let store = library.store.clone();
    let sweeping = tokio::spawn(sweep(library.clone()));
    let (stopping, stopped) = tokio::sync::watch::channel(());
    let asked = async move {
        stop_signal().await;
        drop(stopping);
    };
    let serving = axum::serve(listener, http::router(library, demo)).with_graceful_shutdown(asked);
    tokio::select! {
        done = serving.into_future() => done?,
        // A sender that stalls in the middle of a request does not hold the service up for ever.
        () = grace_is_over(stopped) => {}
    }
    sweeping.abort();
    store.close().await;
    Ok(())
}

/// Reads, from time to time, what another process acknowledged and left behind.
async fn sweep(library: Library) {
    loop {
        let swept = async {
            library.finish_unread(library.left_before_ms()).await?;
            library.finish_left_imports(library.left_before_ms()).await
        };
        if let Err(error) = swept.await {
            tracing::error!(error = format!("{error:#}"), "reading what was left behind failed");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Ends some seconds after the service was asked to stop, or when it is asked a second time.
async fn grace_is_over(mut stopped: tokio::sync::watch::Receiver<()>) {
    // The sender never sends; it is dropped when the service is asked to stop.
    let _ = stopped.changed().await;
    tokio::select! {
        () = tokio::time::sleep(GRACE) => {}
        () = stop_signal() => {}
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

//! `plimsoll serve`: the service on a data folder.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::config::{Limits, loopback_only};
use crate::http;
use crate::library::Library;

/// Serves `data` on `listen` until the process is told to stop.
pub(crate) async fn serve(data: &Path, listen: SocketAddr, limits: Limits) -> anyhow::Result<()> {
    let listener = bind(listen).await?;
    let library = Library::open(data, Clock::System, limits).await?;
    let finished = library.finish_unread().await?;
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
    axum::serve(listener, http::router(library, demo)).with_graceful_shutdown(stop_signal()).await?;
    store.close().await;
    Ok(())
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

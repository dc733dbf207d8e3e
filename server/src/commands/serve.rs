//! `plimsoll serve`: the service on a data folder.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::accounts::{Accounts, path_of};
use crate::cli::DoorArgs;
use crate::clock::Clock;
use crate::config::Limits;
use crate::http;
use crate::library::Library;
use crate::store::{NewLink, Purpose};

/// How long running requests may take after the service was asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often the service looks for files that were left behind.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Serves `data` on `listen` until the process is told to stop.
pub(crate) async fn serve(data: &Path, listen: SocketAddr, limits: Limits, doors: DoorArgs) -> anyhow::Result<()> {
    let listener = bind(listen).await?;
    let library = Library::open(data, Clock::System, limits).await?;
    let accounts = Accounts::of(&library, &doors)?;
    library.clear_incoming().await?;
    library.finish_erasures().await?;
    if let Err(error) = library.clear_leftovers().await {
        tracing::error!(error = format!("{error:#}"), "files that are nobody's could not be removed");
    }
    let finished = library.finish_unread(library.left_before_ms()).await?;
    let mut out = std::io::stdout();
    if finished > 0 {
        writeln!(out, "Read {finished} files that had been received before the last stop.")?;
    }
    writeln!(out, "Data in {}", data.display())?;
    if !listen.ip().is_loopback() && !accounts.is_https() {
        writeln!(
            out,
            "Passwords and sessions cross the network unencrypted: put a proxy with HTTPS before the service, and say its \
             address with --public-url."
        )?;
    }
    if !library.store.has_accounts().await? {
        let secret = accounts.new_link(Purpose::Setup, NewLink::default()).await?;
        let base = accounts
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", listener.local_addr().unwrap_or(listen)));
        writeln!(out, "Nobody has an account yet. This link makes the first one, which is the keeper's, once:")?;
        writeln!(out, "  {base}{}", path_of(Purpose::Setup, &secret))?;
    }
    run(library, accounts, listener, false).await
}

/// Binds `listen`.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}; is another program there? Choose a free port with --listen 127.0.0.1:0")
    })
}

/// Answers requests until SIGINT or SIGTERM, then lets the running ones end.
pub(crate) async fn run(library: Library, accounts: Accounts, listener: TcpListener, demo: bool) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "Plimsoll is at http://{address}/   (stop it with Ctrl-C)")?;
    out.flush()?;
    let store = library.store.clone();
    let sweeping = tokio::spawn(sweep(library.clone()));
    let service = http::router(library, accounts, demo).into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = tokio::sync::watch::channel(());
    let asked = async move {
        stop_signal().await;
        drop(stopping);
    };
    let serving = axum::serve(listener, service).with_graceful_shutdown(asked);
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
            library.finish_erasures().await?;
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

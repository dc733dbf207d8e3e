//! `plimsoll`: the one binary. Subcommands are its roles; everything that knows HTTP, SQL, JSON, HTML, files or the
//! time of day is in this crate and in no other.

mod access;
mod accounts;
mod blobs;
mod cli;
mod clock;
mod commands;
mod compute;
mod config;
mod day_body;
mod demo;
mod entries;
mod http;
mod library;
mod standing;
mod store;
mod timings;
mod track;
mod training;
mod words;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use plimsoll_analytics::Gaps;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, GapsArg};

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt().with_env_filter(filter()).with_writer(std::io::stderr).init();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run(cli.command)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "plimsoll: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What is logged: warnings, or what `PLIMSOLL_LOG` says. Whole addresses are not: some hold a secret.
fn filter() -> EnvFilter {
    let filter = EnvFilter::try_from_env("PLIMSOLL_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    match "tower_http::csrf=off".parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

/// Runs a subcommand; `Ok(false)` when it ran but something in it failed (a file that could not be read).
async fn run(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Demo { listen, limits } => commands::demo::demo(listen, limits.limits()).await.map(|()| true),
        Command::Serve { data, listen, limits, doors } => {
            commands::serve::serve(&data, listen, limits.limits(), doors).await.map(|()| true)
        }
        Command::ResetLink { email, data, drop_second_factor } => {
            commands::reset_link::reset_link(&email, &data, drop_second_factor).await.map(|()| true)
        }
        Command::Import { paths, athlete, data, zone, files, timings } => {
            let limits = files.limits();
            commands::import::import(commands::import::Order { paths, athlete, data, zone, limits, timings }).await
        }
        Command::Export { out, athlete, data } => commands::whole::export(&athlete, &data, &out).await.map(|()| true),
        Command::Erase { athlete, data, yes } => commands::whole::erase(&athlete, &data, yes).await,
        Command::Imports { athlete, data } => commands::imports::list(&athlete, &data).await.map(|()| true),
        Command::UndoImport { id, data } => commands::imports::undo(&id, &data).await,
        Command::RedoImport { id, data } => commands::imports::redo(&id, &data).await,
        Command::Inspect { files, json, others, limits } => {
            let limits = limits.limits().archive;
            tokio::task::spawn_blocking(move || commands::inspect::inspect(&files, json, others, limits)).await?
        }
        Command::Analyze { runs, json, as_of, gaps } => {
            let gaps = match gaps {
                GapsArg::Rest => Gaps::Rest,
                GapsArg::Unknown => Gaps::Unknown,
            };
            let options = commands::analyze::AnalyzeOptions { json, as_of, gaps };
            tokio::task::spawn_blocking(move || commands::analyze_path(&runs, &options)).await?.map(|()| true)
        }
    }
}

/// Whether the reader of standard output went away, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

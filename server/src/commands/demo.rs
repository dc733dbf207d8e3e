//! `plimsoll demo`: the service with an invented squad, in a folder that goes with it.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context as _;
use chrono::NaiveDate;

use super::serve;
use crate::accounts::Accounts;
use crate::cli::DoorArgs;
use crate::clock::Clock;
use crate::config::{Limits, loopback_only};
use crate::demo::squad;
use crate::library::Library;
use crate::store::{FileResult, Profile, Source};

/// Generates the squad and serves it.
pub(crate) async fn demo(listen: SocketAddr, limits: Limits) -> anyhow::Result<()> {
    let listener = serve::bind(loopback_only(listen)?).await?;
    let folder = tempfile::Builder::new().prefix("plimsoll-demo-").tempdir().context("cannot create a folder")?;
    let library = Library::open(folder.path(), Clock::System, limits).await?;
    let mut out = std::io::stdout();
    writeln!(out, "Inventing a squad…")?;
    invite(&library, Clock::System.today(chrono_tz::Tz::UTC), &mut out).await?;
    let accounts = Accounts::of(&library, &DoorArgs::default())?;
    serve::run(library, accounts, listener, true).await
}

/// Generates the squad as it stands on `today` and takes its files in as any upload; a line for each athlete to `out`.
pub(crate) async fn invite(library: &Library, today: NaiveDate, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let athletes = library.compute.run(move || squad(today)).await?.context("the demo squad is not well described")?;
    for invented in athletes {
        let profile = Profile { name: invented.name, zone: invented.zone, physiology: invented.physiology };
        let athlete = library.store.add_athlete(profile, library.clock.now().timestamp_millis()).await?;
        let files = invented.files.len();
        let batch = library.begin_import(&athlete, Source::Demo, "the invented squad").await?;
        let invented = invented.files.into_iter().map(|file| (file.name, file.bytes.into())).collect();
        for file in batch.take_in_all(invented).await? {
            let (name, reason) = (file.name, file.messages.join("; "));
            anyhow::ensure!(
                file.result == FileResult::New,
                "the generated file {name} of {} could not be read: {reason}",
                athlete.profile.name
            );
        }
        batch.finish().await?;
        writeln!(out, "  {:<22} {files:>3} files", athlete.profile.name)?;
    }
    Ok(())
}

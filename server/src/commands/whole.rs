//! `plimsoll export` and `plimsoll erase`: everything of one athlete, on the machine itself.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::config::Limits;
use crate::library::Library;
use crate::store::{Athlete, Whose};
use crate::words;

async fn open(data: &Path) -> anyhow::Result<Library> {
    anyhow::ensure!(data.join("plimsoll.sqlite").exists(), "there is no data folder at {}", data.display());
    let library = Library::open(data, Clock::System, Limits::from_megabytes(128, 128)).await?;
    library.finish_erasures().await?;
    Ok(library)
}

async fn athlete_named(library: &Library, name: &str, data: &Path) -> anyhow::Result<Athlete> {
    let found = library.the_athlete(name).await?;
    found.with_context(|| format!("there is no athlete named “{name}” in {}", data.display()))
}

/// Writes everything of an athlete into a new file.
pub(crate) async fn export(name: &str, data: &Path, out: &Path) -> anyhow::Result<()> {
    let library = open(data).await?;
    let athlete = athlete_named(&library, name, data).await?;
    let folder = match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Under its name it is there when it is whole.
    let cannot = || format!("cannot write {}", out.display());
    let place = tempfile::Builder::new().prefix(".plimsoll-export-").tempfile_in(folder).with_context(cannot)?;
    let file = std::io::BufWriter::with_capacity(1 << 20, place.reopen().with_context(cannot)?);
    let file = library.export(&athlete, true, file).await?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(cannot)?;
    file.sync_all().with_context(cannot)?;
    let bytes = file.metadata().map_or(0, |found| found.len());
    place.persist_noclobber(out).map_err(|failed| failed.error).with_context(cannot)?;
    let name = words::plain(&athlete.profile.name);
    writeln!(std::io::stdout(), "Everything of {name} is in {} ({})", out.display(), words::size(bytes))?;
    library.store.close().await;
    Ok(())
}

/// Erases an athlete, and the account when there is one; asks before unless `yes`. Returns whether it was done.
pub(crate) async fn erase(name: &str, data: &Path, yes: bool) -> anyhow::Result<bool> {
    let library = open(data).await?;
    let athlete = athlete_named(&library, name, data).await?;
    let whose = Whose { athlete_id: Some(athlete.id.clone()), account_id: athlete.account_id.clone() };
    let account = match &whose.account_id {
        Some(id) => library.store.account(id).await?,
        None => None,
    };
    let extent = library.store.extent(&whose).await?;
    let mut out = std::io::stdout();
    let shown = words::plain(&athlete.profile.name);
    let of_account = account.as_ref().map(|account| format!(", and the account {}", account.email));
    writeln!(
        out,
        "This erases {shown}: {} files ({}), {} activities, {} values of the diary, {} entries of what was written down{}. Nobody can bring them back.",
        extent.files,
        words::size(extent.file_bytes.unsigned_abs()),
        extent.activities,
        extent.diary_values,
        extent.entries,
        of_account.unwrap_or_default()
    )?;
    for squad in &extent.ending_squads {
        writeln!(out, "The squad {} has no other coach and ends.", words::plain(squad))?;
    }
    if !yes {
        write!(out, "Type the athlete's name to go on: ")?;
        out.flush()?;
        let mut typed = String::new();
        std::io::stdin().read_line(&mut typed).context("cannot read what is typed")?;
        if typed.trim() != athlete.profile.name.trim() {
            writeln!(out, "Nothing was erased.")?;
            library.store.close().await;
            return Ok(false);
        }
    }
    let tries = account.map(|account| Accounts::tries_of(&account.email)).unwrap_or_default();
    let erasure = library.begin_erasure(&whose, &tries).await?;
    library.finish_erasure(&erasure).await?;
    writeln!(
        out,
        "Erased. Copies of {} that were made before hold it still: delete them when their time is over.",
        data.display()
    )?;
    library.store.close().await;
    Ok(true)
}

//! `plimsoll imports`, `plimsoll undo-import` and `plimsoll redo-import`: batches afterwards.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

use crate::clock::Clock;
use crate::config::Limits;
use crate::library::Library;
use crate::store::{Counts, Import, ImportState, Undone};
use crate::words;

/// Most imports that are listed.
const MOST: i64 = 1000;

/// Lists the imports of an athlete, newest first. Changes nothing: what runs, or was left in the middle, stays as it is.
pub(crate) async fn list(athlete: &str, data: &Path) -> anyhow::Result<()> {
    let library = open(data).await?;
    let found = library.the_athlete(athlete).await?;
    let athlete = found.with_context(|| format!("there is no athlete named “{athlete}” in {}", data.display()))?;
    let mut out = std::io::stdout();
    let left_ms = library.left_before_ms();
    for import in library.store.imports(&athlete.id, None, MOST).await? {
        let began = chrono::DateTime::from_timestamp_millis(import.started_ms).unwrap_or_default();
        let local = began.with_timezone(&athlete.profile.zone).format("%Y-%m-%d %H:%M");
        let state = match import.state {
            ImportState::Finished => String::new(),
            ImportState::Running if import.touched_ms <= left_ms => {
                " (left unfinished: `plimsoll serve` goes on with it)".to_owned()
            }
            other => format!(" ({})", other.as_str()),
        };
        writeln!(out, "{}  {local}  {}: {}{state}", import.id, words::plain(&import.label), counted(&import.counts))?;
    }
    library.store.close().await;
    Ok(())
}

/// Takes an import back; returns whether it is undone now.
pub(crate) async fn undo(id: &str, data: &Path) -> anyhow::Result<bool> {
    let library = open(data).await?;
    let import = ended(&library, id, data).await?;
    let done = library.undo_import(&import.athlete_id, id).await?;
    let said = match done {
        Undone::Done => format!(
            "Undone: {} ({}). To bring it back: plimsoll redo-import {id} --data {}",
            words::plain(&import.label),
            counted(&import.counts),
            data.display()
        ),
        other => refusal(other, "undone"),
    };
    writeln!(std::io::stdout(), "{said}")?;
    library.store.close().await;
    Ok(matches!(done, Undone::Done | Undone::Already))
}

/// Brings an undone import back; returns whether it is there now.
pub(crate) async fn redo(id: &str, data: &Path) -> anyhow::Result<bool> {
    let library = open(data).await?;
    let import = ended(&library, id, data).await?;
    let done = library.redo_import(&import.athlete_id, id).await?;
    let said = match done {
        Undone::Done => format!("Brought back: {} ({}).", words::plain(&import.label), counted(&import.counts)),
        other => refusal(other, "there"),
    };
    writeln!(std::io::stdout(), "{said}")?;
    library.store.close().await;
    Ok(matches!(done, Undone::Done | Undone::Already))
}

async fn open(data: &Path) -> anyhow::Result<Library> {
    anyhow::ensure!(data.is_dir(), "there is no data folder {}", data.display());
    Library::open(data, Clock::System, Limits::from_megabytes(128, 128)).await
}

/// The import `id`. One whose process was ended in the middle is brought to its end first: what is over can be undone.
async fn ended(library: &Library, id: &str, data: &Path) -> anyhow::Result<Import> {
    library.finish_unread(library.left_before_ms()).await?;
    let found = import(library, id, data).await?;
    if library.finish_left_import(&found, library.left_before_ms()).await? {
        return import(library, id, data).await;
    }
    Ok(found)
}

async fn import(library: &Library, id: &str, data: &Path) -> anyhow::Result<Import> {
    let found = library.store.import_by_id(id).await?;
    found.with_context(|| format!("there is no import {} in {}", words::plain(id), data.display()))
}

fn refusal(answer: Undone, state: &str) -> String {
    match answer {
        Undone::Running => "The import is still running; ask again when it is finished.".to_owned(),
        Undone::NoSuchImport => "There is no such import.".to_owned(),
        Undone::Done | Undone::Already => format!("The import is {state} already."),
    }
}

/// `3 new, 1 failed`.
fn counted(counts: &Counts) -> String {
    let Counts { waiting, new, duplicate, same_activity, set_aside, failed } = *counts;
    let all = [
        (new, "new"),
        (duplicate, "duplicate"),
        (same_activity, "same activity"),
        (set_aside, "set aside"),
        (failed, "failed"),
        (waiting, "waiting"),
    ];
    let said: Vec<String> = all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if said.is_empty() { "no files".to_owned() } else { said.join(", ") }
}

//! `plimsoll import`: files and folders into a data folder, one result line per file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::Clock;
use crate::config::Limits;
use crate::library::{Library, Outcome};
use crate::store::{Athlete, Profile};
use crate::words;

/// What to import.
pub(crate) struct Import {
    /// Files and folders.
    pub(crate) paths: Vec<PathBuf>,
    /// Name of the athlete.
    pub(crate) athlete: String,
    /// Data folder.
    pub(crate) data: PathBuf,
    /// Zone of a new athlete.
    pub(crate) zone: Option<chrono_tz::Tz>,
    /// Largest file.
    pub(crate) max_file_mb: u32,
}

/// Imports and prints; returns whether every file went in.
pub(crate) async fn import(order: Import) -> anyhow::Result<bool> {
    let limits = Limits::from_megabytes(order.max_file_mb, order.max_file_mb);
    let (files, missing) = find_files(&order.paths);
    let library = Library::open(&order.data, Clock::System, limits).await?;
    library.finish_unread(0).await?;
    let athlete = athlete_named(&library, &order).await?;

    let bar = ProgressBar::new(files.len() as u64).with_style(
        ProgressStyle::with_template("{bar:32} {pos}/{len} files, {per_sec}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut tally = Tally::default();
    for (path, problem) in missing {
        tally.failed += 1;
        print_line(&bar, &format!("failed     {}: {problem}", path.display()));
    }
    let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) * 2;
    let mut results = futures_util::stream::iter(files)
        .map(|path| {
            let (library, athlete) = (library.clone(), athlete.clone());
            async move {
                let outcome = take_in_path(&library, &athlete, &path).await;
                (path, outcome)
            }
        })
        // Results come in the order of the files, whichever is ready first.
        .buffered(at_once);
    while let Some((path, outcome)) = results.next().await {
        let shown = path.display();
        let line = match outcome {
            Ok(Outcome::New { activities, notices }) => {
                tally.new += 1;
                let what: Vec<String> = activities.iter().map(words::activity_in_brief).collect();
                let odd = match notices.len() {
                    0 => String::new(),
                    1 => "; 1 notice".to_owned(),
                    n => format!("; {n} notices"),
                };
                format!("new        {shown}: {}{odd}", what.join(", "))
            }
            Ok(Outcome::Duplicate { activities }) => {
                tally.duplicate += 1;
                format!("duplicate  {shown}: {}", words::duplicate(&activities))
            }
            Ok(Outcome::Failed { reason }) => {
                tally.failed += 1;
                format!("failed     {shown}: {reason}")
            }
            Err(error) => {
                tally.failed += 1;
                format!("failed     {shown}: {error:#}")
            }
        };
        print_line(&bar, &line);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let Tally { new, duplicate, failed } = tally;
    print_line(&bar, &format!("{new} new, {duplicate} duplicate, {failed} failed, for {}", athlete.profile.name));
    library.store.close().await;
    Ok(failed == 0)
}

#[derive(Default)]
struct Tally {
    new: usize,
    duplicate: usize,
    failed: usize,
}

/// Prints a result. Whoever read along may have gone (`| head`): the import goes on all the same.
fn print_line(bar: &ProgressBar, line: &str) {
    let plain = words::plain(line);
    bar.suspend(|| {
        let _ = writeln!(std::io::stdout(), "{plain}");
    });
}

async fn athlete_named(library: &Library, order: &Import) -> anyhow::Result<Athlete> {
    if let Some(athlete) = library.store.athlete_named(&order.athlete).await? {
        return Ok(athlete);
    }
    let mut profile = Profile::named(&order.athlete);
    if let Some(zone) = order.zone {
        profile.zone = zone;
    }
    let (name, zone) = (words::plain(profile.name.trim()), profile.zone.name());
    let _ = writeln!(std::io::stdout(), "Adding the athlete {name}, time zone {zone} (--zone sets another)");
    Ok(library.store.add_athlete(profile, library.clock.now().timestamp_millis()).await?)
}

async fn take_in_path(library: &Library, athlete: &Athlete, path: &Path) -> anyhow::Result<Outcome> {
    let data = tokio::fs::metadata(path).await.context("cannot be opened")?;
    if !data.is_file() {
        return Ok(Outcome::Failed { reason: "it is not a regular file".to_owned() });
    }
    let size = data.len();
    let limit = library.limits.file_bytes;
    if size > limit as u64 {
        return Ok(Outcome::Failed { reason: words::too_large(size, limit, "--max-file-mb") });
    }
    let bytes = tokio::fs::read(path).await.context("cannot be read")?;
    library.take_in(athlete, &path.to_string_lossy(), bytes.into()).await
}

/// All files under `paths` in order, folders searched through, hidden files left out; and the paths that cannot be
/// read, with the reason.
fn find_files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        search(path, &mut files, &mut missing);
    }
    (files, missing)
}

fn search(path: &Path, files: &mut Vec<PathBuf>, missing: &mut Vec<(PathBuf, String)>) {
    let entries = match std::fs::metadata(path) {
        Ok(data) if !data.is_dir() => {
            files.push(path.to_owned());
            return;
        }
        Ok(_) => std::fs::read_dir(path),
        Err(error) => Err(error),
    };
    match entries.and_then(Iterator::collect::<std::io::Result<Vec<_>>>) {
        Ok(entries) => {
            let mut inside: Vec<_> = entries
                .into_iter()
                .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
                // A link to a folder above would never end.
                .filter(|entry| !entry.file_type().is_ok_and(|kind| kind.is_symlink() && entry.path().is_dir()))
                .map(|entry| entry.path())
                .collect();
            inside.sort();
            for path in inside {
                search(&path, files, missing);
            }
        }
        Err(error) => missing.push((path.to_owned(), error.to_string())),
    }
}

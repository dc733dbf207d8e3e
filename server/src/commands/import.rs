//! `plimsoll import`: files, folders and archives into a data folder, one result line per file.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::Clock;
use crate::config::Limits;
use crate::library::{Feed, FileReport, Library};
use crate::store::{Athlete, Counts, FileResult, Profile, Source};
use crate::timings::processor_time;
use crate::words;

/// What to import.
pub(crate) struct Order {
    /// Files, archives and folders.
    pub(crate) paths: Vec<PathBuf>,
    /// Name of the athlete.
    pub(crate) athlete: String,
    /// Data folder.
    pub(crate) data: PathBuf,
    /// Zone of a new athlete.
    pub(crate) zone: Option<chrono_tz::Tz>,
    /// How much is taken.
    pub(crate) limits: Limits,
    /// Whether to say where the time went.
    pub(crate) timings: bool,
}

/// Imports and prints; returns whether no file failed.
pub(crate) async fn import(order: Order) -> anyhow::Result<bool> {
    let library = Library::open(&order.data, Clock::System, order.limits).await?;
    library.finish_erasures().await?;
    library.finish_unread(library.left_before_ms()).await?;
    // A service beside may be at work on imports of its own.
    library.finish_left_imports(library.left_before_ms()).await?;
    let athlete = athlete_named(&library, &order).await?;
    let (began, processor_before) = (Instant::now(), processor_time());
    let batch = library.begin_import(&athlete, Source::CommandLine, &label(&order.paths)).await?;
    let id = batch.id().to_owned();

    let bar = ProgressBar::no_length().with_style(
        ProgressStyle::with_template("{spinner} {pos} files, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    let paths = order.paths;
    let produce = move |feed: &mut Feed| {
        let _ = feed.paths(&paths);
    };
    let mut counts = Counts::default();
    let mut report = |file: FileReport| {
        counts.add(file.result);
        print_line(&bar, &line(&file));
        bar.inc(1);
    };
    let done = batch.take_in_from(produce, &mut report).await;
    // What was acknowledged stays, whatever ended the import.
    batch.finish().await?;
    done?;
    bar.finish_and_clear();
    let Counts { new, duplicate, same_activity, set_aside, failed, .. } = counts;
    let name = &athlete.profile.name;
    print_line(
        &bar,
        &format!(
            "{new} new, {duplicate} duplicate, {same_activity} same activity, {set_aside} set aside, {failed} failed, \
             for {name}"
        ),
    );
    print_line(&bar, &format!("To take all of it back: plimsoll undo-import {id} --data {}", order.data.display()));
    if order.timings {
        let processor = processor_time().zip(processor_before).map(|(now, before)| now.saturating_sub(before));
        for line in library.timings.table(began.elapsed(), processor).lines() {
            print_line(&bar, line);
        }
    }
    library.store.close().await;
    Ok(failed == 0)
}

/// What is imported, for a person.
fn label(paths: &[PathBuf]) -> String {
    // `..` has a name only where it leads.
    let name = |path: &PathBuf| {
        let full = path.canonicalize().unwrap_or_else(|_| path.clone());
        let named = path.file_name().or_else(|| full.file_name());
        named.map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    match paths {
        [] => String::new(),
        [only] => name(only),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
    }
}

/// A file's result as one line.
fn line(file: &FileReport) -> String {
    let word = file.result.as_str().replace('_', " ");
    let told = file.messages.len().saturating_sub(file.notices);
    let odd = match file.notices {
        0 => None,
        1 => Some("1 notice".to_owned()),
        n => Some(format!("{n} notices")),
    };
    let gave = match file.result {
        FileResult::New => {
            let more = file.activity_count.saturating_sub(file.activities.len() as u64);
            let more = (more > 0).then(|| format!("and {} more", words::thousands(more)));
            file.activities.iter().map(words::activity_in_brief).chain(more).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    let parts = [gave].into_iter().chain(file.messages.iter().take(told).cloned()).chain(odd);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    format!("{word:<13}  {}: {}", file.name, parts.join("; "))
}

/// Prints a result. Whoever read along may have gone (`| head`): the import goes on all the same.
fn print_line(bar: &ProgressBar, line: &str) {
    let plain = words::plain(line);
    bar.suspend(|| {
        let _ = writeln!(std::io::stdout(), "{plain}");
    });
}

async fn athlete_named(library: &Library, order: &Order) -> anyhow::Result<Athlete> {
    if let Some(athlete) = library.the_athlete(&order.athlete).await? {
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::label;

    #[test]
    fn an_import_is_called_by_the_folder_it_leads_to() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(label(&[PathBuf::from(".")]), here.file_name().unwrap().to_str().unwrap());
        let above = here.parent().unwrap();
        assert_eq!(label(&[PathBuf::from("..")]), above.file_name().unwrap().to_str().unwrap());
        assert_eq!(label(&["a/run.fit", "b.fit", "c.fit"].map(PathBuf::from)), "run.fit and 2 more");
    }
}

//! Strava's export: what its table says goes to the file that it names.

use std::collections::HashMap;

use super::table::Table;
use super::walk::{Stop, Walk};
use super::{Content, names};
use crate::Details;

/// Lines that are named one by one.
const NAMED_LINES: usize = 20;

/// The table of an archive, or none.
#[derive(Debug, Default)]
pub(super) struct Export(Option<Joined>);

#[derive(Debug)]
struct Joined {
    /// The table's own folder: names in it count from there.
    folder: String,
    /// Where the table's member stands.
    header_start: u64,
    /// What is said about each file that was not met yet, by the key of its name.
    waiting: HashMap<String, Details>,
    /// Activities without a file, as a table of past training.
    without_file: Option<Vec<u8>>,
    /// Lines of activities without a file whose date cannot be read.
    unread_lines: Vec<u64>,
    /// The table's name, once it was visited.
    name: Option<String>,
}

impl Export {
    /// Whether the name is that of the table.
    pub(super) fn may_be_table(path: &str) -> bool {
        names::last(path).eq_ignore_ascii_case("activities.csv")
    }

    /// Reads the table; `None` when it is not Strava's.
    pub(super) fn read(path: &str, header_start: u64, bytes: &[u8]) -> Option<Self> {
        let table = Table::read(bytes)?;
        let waiting = table.files.into_iter().map(|(file, details)| (names::key(&file), details)).collect();
        Some(Self(Some(Joined {
            folder: names::folder(&names::key(path)).to_owned(),
            header_start,
            waiting,
            without_file: table.without_file,
            unread_lines: table.unread_lines,
            name: None,
        })))
    }

    pub(super) fn is_strava(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the table is the member whose header stands there.
    pub(super) fn is_table(&self, header_start: u64) -> bool {
        self.0.as_ref().is_some_and(|joined| joined.header_start == header_start)
    }

    /// What is said about a file.
    pub(super) fn take(&mut self, path: &str) -> Option<Details> {
        let joined = self.0.as_mut()?;
        let key = names::key(path);
        joined.waiting.remove(key.strip_prefix(&joined.folder)?)
    }
}

impl Walk<'_> {
    /// The table itself: activities without a file.
    pub(super) fn table(&mut self, shown: &str, export: &mut Export) -> Result<(), Stop> {
        let Some(joined) = &mut export.0 else { return Ok(()) };
        joined.name = Some(shown.to_owned());
        match joined.without_file.take() {
            Some(bytes) => self.item(shown, Content::File { bytes, details: None })?,
            None => self.item(shown, Content::aside("a table of Strava’s export: activities.csv"))?,
        }
        if joined.unread_lines.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = joined.unread_lines.iter().take(NAMED_LINES).map(u64::to_string).collect();
        let more = if joined.unread_lines.len() > NAMED_LINES { " and more" } else { "" };
        let reason = format!(
            "activities without a file whose date cannot be read: {} (line {}{more})",
            joined.unread_lines.len(),
            lines.join(", ")
        );
        self.item(shown, Content::failed(reason))
    }

    /// Files that the table names and that were not met.
    pub(super) fn missing(&mut self, export: &Export) -> Result<(), Stop> {
        let Some(joined) = &export.0 else { return Ok(()) };
        // The first by name: the map's own order changes from walk to walk.
        let (Some(example), Some(name)) = (joined.waiting.keys().min(), &joined.name) else { return Ok(()) };
        let reason = match joined.waiting.len() {
            1 => format!("a file that the table names is not in the archive: {example}"),
            n => format!("{n} files that the table names are not in the archive, such as {example}"),
        };
        self.item(name, Content::failed(reason))
    }
}

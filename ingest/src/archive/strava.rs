//! Strava's export: what its table says goes to the file that it names; activities without a file become rows of past
//! training.

use std::collections::HashMap;

use super::inflate::Unpack;
use super::limits::{Limits, Stopped, fill_whole};
use super::table::{Lack, MOST_ROWS, Row, Table};
use super::walk::{Stop, Walk, is_damage};
use super::{Content, Origin, names};
use crate::Details;

/// Lines that are named one by one.
const NAMED_LINES: usize = 20;

/// The tables of an archive or a folder, often none.
#[derive(Debug, Default)]
pub(super) struct Export {
    tables: Vec<Joined>,
    /// Bytes of all tables together, which the cap for one member bounds: what they say stays in memory.
    bytes: u64,
}

#[derive(Debug)]
struct Joined {
    /// The table's own folder: names in it count from there.
    folder: String,
    /// The table's member.
    id: u64,
    /// What is said about each file that was not met yet, by the key of its name.
    waiting: HashMap<String, Row>,
    without_file: Vec<Row>,
    too_many: usize,
    /// The table's name, once it was visited.
    name: Option<String>,
}

impl Export {
    /// Whether the name is that of the table.
    pub(super) fn may_be_table(path: &str) -> bool {
        names::last(path).eq_ignore_ascii_case("activities.csv")
    }

    /// Takes a table in; `false` when it is not Strava's.
    pub(super) fn add(&mut self, path: &str, id: u64, bytes: &[u8], limits: &Limits) -> bool {
        let Some(table) = Table::read(bytes, limits.members) else { return false };
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        self.tables.push(Joined {
            folder: names::folder(&names::key(path)).to_owned(),
            id,
            waiting: table.files.into_iter().map(|(file, row)| (names::key(&file), row)).collect(),
            without_file: table.without_file,
            too_many: table.too_many,
            name: None,
        });
        true
    }

    /// Whether a file lies where a table is, or below.
    pub(super) fn is_strava(&self, path: &str) -> bool {
        let key = names::key(path);
        self.tables.iter().any(|joined| key.starts_with(&joined.folder))
    }

    /// Whether the member is a table.
    pub(super) fn is_table(&self, id: u64) -> bool {
        self.tables.iter().any(|joined| joined.id == id)
    }

    /// What is said about a file, by the nearest table that names it. A file that was compressed with gzip, or no longer
    /// is, is the one that the table names.
    pub(super) fn take(&mut self, path: &str) -> Option<Details> {
        let key = names::key(path);
        let mut tables: Vec<&mut Joined> =
            self.tables.iter_mut().filter(|joined| key.starts_with(&joined.folder)).collect();
        tables.sort_by_key(|joined| std::cmp::Reverse(joined.folder.len()));
        tables.into_iter().find_map(|joined| {
            let file = key.strip_prefix(&joined.folder)?;
            let row = match (joined.waiting.remove(file), file.strip_suffix(".gz")) {
                (Some(row), _) => Some(row),
                (None, Some(plain)) => joined.waiting.remove(plain),
                (None, None) => joined.waiting.remove(&format!("{file}.gz")),
            };
            row.map(|row| row.details)
        })
    }
}

impl Walk<'_> {
    /// Reads what may be Strava's table; `false` when it is not, or cannot be read: when it is visited, it says why.
    pub(super) fn read_table(
        &mut self,
        path: &str,
        id: u64,
        reader: &mut dyn Unpack,
        export: &mut Export,
    ) -> Result<bool, Stop> {
        let left = self.limits.member_bytes.saturating_sub(export.bytes);
        let limits = Limits { member_bytes: left, ..*self.limits };
        let mut bytes = Vec::new();
        match fill_whole(reader, &mut bytes, &limits, &mut self.spent) {
            Ok(()) => Ok(export.add(path, id, &bytes, &limits)),
            Err(Stopped::Member(_)) => Ok(false),
            Err(Stopped::Io(error)) if is_damage(&error) => Ok(false),
            Err(stopped) => Err(self.stop(stopped)),
        }
    }

    /// A table itself: its activities that never had a file.
    pub(super) fn table(&mut self, shown: &str, id: u64, export: &mut Export) -> Result<(), Stop> {
        let Some(joined) = export.tables.iter_mut().find(|joined| joined.id == id) else { return Ok(()) };
        joined.name = Some(shown.to_owned());
        let too_many = joined.too_many;
        let taken = self.rows(shown, &std::mem::take(&mut joined.without_file))?;
        let table = "a table of Strava’s export: activities.csv";
        let said = match taken.kept {
            0 => table.to_owned(),
            1 => format!("{table}; 1 activity without a file was taken from it"),
            kept => format!("{table}; {kept} activities without a file were taken from it"),
        };
        self.item(shown, Content::aside(said))?;
        for (lines, what) in [
            (taken.without_date, "activities without a file whose date cannot be read"),
            (taken.without_amount, "activities without a file that have neither a distance nor a duration"),
        ] {
            if !lines.is_empty() {
                self.item(shown, Content::failed(format!("{what}: {}", list(&lines))))?;
            }
        }
        if too_many > 0 {
            let reason =
                format!("activities without a file beyond the first {MOST_ROWS}, which were left out: {too_many}");
            self.item(shown, Content::failed(reason))?;
        }
        Ok(())
    }

    /// Files that the tables name and that were not met: what the tables say of them is training all the same.
    pub(super) fn missing(&mut self, export: &mut Export) -> Result<(), Stop> {
        for joined in &mut export.tables {
            let Some(name) = &joined.name else { continue };
            // By their place in the table: the map's own order changes from walk to walk.
            let mut missing: Vec<(String, Row)> = joined.waiting.drain().collect();
            missing.sort_by_key(|(_, row)| row.line);
            let (mut files, mut rows): (Vec<String>, Vec<Row>) = missing.into_iter().unzip();
            let Some(example) = files.first_mut().map(std::mem::take) else { continue };
            let count = files.len();
            let too_many = count.saturating_sub(MOST_ROWS);
            rows.truncate(MOST_ROWS);
            let taken = self.rows(name, &rows)?;
            let what = match count {
                1 => format!("a file that the table names is not there: {example}"),
                _ => format!("{count} files that the table names are not there, such as {example}"),
            };
            let content = if taken.kept == count {
                let of = if count == 1 { "it" } else { "them" };
                Content::aside(format!("{what}; what the table says of {of} was taken as past training"))
            } else {
                let lines = [taken.without_date, taken.without_amount].concat();
                let mut said = format!("{what}; what the table says was taken for {}", taken.kept);
                if !lines.is_empty() {
                    said.push_str(&format!("; it has no date, or no amount, for {}", list(&lines)));
                }
                if too_many > 0 {
                    said.push_str(&format!("; those beyond the first {MOST_ROWS} were left out: {too_many}"));
                }
                Content::failed(said)
            };
            self.item(name, content)?;
        }
        Ok(())
    }

    /// Hands rows out, each as a table of its own.
    fn rows(&mut self, shown: &str, rows: &[Row]) -> Result<Taken, Stop> {
        let mut taken = Taken::default();
        for row in rows {
            match row.document() {
                Ok((name, bytes)) => {
                    taken.kept += 1;
                    self.count_member()?;
                    let made = self.spent.bytes(bytes.len() as u64, self.limits);
                    made.map_err(|cap| Stop::Error(cap.error()))?;
                    let content = Content::File { bytes, details: None };
                    self.item_of(Origin::Part, &format!("{shown}#{name}"), content)?;
                }
                Err(Lack::Date) => taken.without_date.push(row.line),
                Err(Lack::Amount) => taken.without_amount.push(row.line),
            }
        }
        Ok(taken)
    }
}

/// What became of rows: how many were handed out, and the lines of the others.
#[derive(Debug, Default)]
struct Taken {
    kept: usize,
    without_date: Vec<u64>,
    without_amount: Vec<u64>,
}

/// How many lines, and which.
fn list(lines: &[u64]) -> String {
    let named: Vec<String> = lines.iter().take(NAMED_LINES).map(u64::to_string).collect();
    let word = if lines.len() == 1 { "line" } else { "lines" };
    let more = if lines.len() > NAMED_LINES { " and more" } else { "" };
    format!("{} ({word} {}{more})", lines.len(), named.join(", "))
}

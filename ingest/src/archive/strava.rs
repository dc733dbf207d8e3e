//! Strava's export: what its table says goes to the file that it names; activities without a file become rows of past
//! training.

use std::collections::HashMap;

use super::find::Found;
use super::inflate::Unpack;
use super::limits::{Cap, Limits, Stopped, fill_whole};
use super::table::{LONGEST_NAME, LONGEST_TEXT, Lack, Row, Table};
use super::walk::{Stop, Walk, is_damage};
use super::{Content, Origin, StandIn, names};
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
    /// The table's name as it is shown.
    shown: String,
    /// The table's member.
    id: u64,
    /// What is said about each file that was not met yet, or could not be used, by the key of its name.
    waiting: HashMap<String, Row>,
    without_file: Vec<Row>,
    /// Activities with and without a file beyond the caps, and lines of which a text was cut.
    files_left_out: u64,
    rows_left_out: u64,
    cut: Vec<u64>,
    /// Lines whose file a later line names again.
    named_again: Vec<u64>,
    is_visited: bool,
}

/// What a table says about a file, while the file is visited.
#[derive(Debug)]
pub(super) struct Taken {
    /// The table's member, and the key of the file's name in it.
    table: u64,
    key: String,
    row: Row,
    /// The table's name as it is shown.
    shown: String,
}

impl Taken {
    pub(super) fn details(&self) -> Details {
        self.row.details.clone()
    }

    /// What is taken when the file gives no activity; `None` when the row says too little.
    pub(super) fn stand_in(&self) -> Option<StandIn> {
        let (start, bytes) = self.row.document().ok()?;
        Some(StandIn { name: row_name(&self.shown, &start), bytes })
    }
}

/// What a row of the table that is shown as `shown` is called.
fn row_name(shown: &str, start: &str) -> String {
    format!("{shown}#{start}")
}

impl Export {
    /// Whether the name is that of the table.
    pub(super) fn may_be_table(path: &str) -> bool {
        names::last(path).eq_ignore_ascii_case("activities.csv")
    }

    /// Takes a table in; `false` when it is not Strava's.
    pub(super) fn add(&mut self, found: &Found, bytes: &[u8], limits: &Limits) -> bool {
        let Some(table) = Table::read(bytes, limits.members, limits.table_rows) else { return false };
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let (mut waiting, mut named_again) = (HashMap::new(), Vec::new());
        for (file, row) in table.files {
            named_again.extend(waiting.insert(names::key(&file), row).map(|before: Row| before.line));
        }
        self.tables.push(Joined {
            folder: names::folder(&names::key(&found.path)).to_owned(),
            shown: found.shown.clone(),
            id: found.id,
            waiting,
            without_file: table.without_file,
            files_left_out: table.files_left_out,
            rows_left_out: table.rows_left_out,
            cut: table.cut,
            named_again,
            is_visited: false,
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
    pub(super) fn take(&mut self, path: &str) -> Option<Taken> {
        let key = names::key(path);
        let mut tables: Vec<&mut Joined> =
            self.tables.iter_mut().filter(|joined| key.starts_with(&joined.folder)).collect();
        tables.sort_by_key(|joined| std::cmp::Reverse(joined.folder.len()));
        tables.into_iter().find_map(|joined| {
            let file = key.strip_prefix(&joined.folder)?;
            let (key, row) = match (joined.waiting.remove_entry(file), file.strip_suffix(".gz")) {
                (Some(entry), _) => Some(entry),
                (None, Some(plain)) => joined.waiting.remove_entry(plain),
                (None, None) => joined.waiting.remove_entry(&format!("{file}.gz")),
            }?;
            Some(Taken { table: joined.id, key, row, shown: joined.shown.clone() })
        })
    }

    /// Takes back what is said about a file that turned out to be none: another may have its name, and if not, the
    /// table's word is all that there is.
    pub(super) fn give_back(&mut self, Taken { table, key, mut row, shown: _ }: Taken) {
        row.is_met = true;
        if let Some(joined) = self.tables.iter_mut().find(|joined| joined.id == table) {
            joined.waiting.insert(key, row);
        }
    }
}

impl Walk<'_> {
    /// Reads what may be Strava's table. When it is none, or cannot be read, it says why when it is visited.
    pub(super) fn read_table(
        &mut self,
        found: &Found,
        reader: &mut dyn Unpack,
        export: &mut Export,
    ) -> Result<(), Stop> {
        let left = self.limits.member_bytes.saturating_sub(export.bytes);
        let limits = Limits { member_bytes: left, ..*self.limits };
        let mut bytes = Vec::new();
        match fill_whole(reader, &mut bytes, &limits, &mut self.spent) {
            Ok(()) => _ = export.add(found, &bytes, self.limits),
            // It is not too large by itself.
            Err(Stopped::Member(_)) if export.bytes > 0 => {
                let reason = "Strava’s tables are too large together: this one is not joined to its files".to_owned();
                let cap = Some(Cap::member(self.limits).reached());
                self.item(&found.shown, Content::Failed { reason, cap })?;
            }
            Err(Stopped::Member(_)) => {}
            Err(Stopped::Io(error)) if is_damage(&error) => {}
            Err(stopped) => return Err(self.stop(stopped)),
        }
        Ok(())
    }

    /// A table itself: its activities that never had a file.
    pub(super) fn table(&mut self, shown: &str, id: u64, export: &mut Export) -> Result<(), Stop> {
        let Some(joined) = export.tables.iter_mut().find(|joined| joined.id == id) else { return Ok(()) };
        joined.is_visited = true;
        let (files_left_out, rows_left_out) = (joined.files_left_out, joined.rows_left_out);
        let (cut, named_again) = (std::mem::take(&mut joined.cut), std::mem::take(&mut joined.named_again));
        let taken = self.rows(shown, &std::mem::take(&mut joined.without_file))?;
        let table = "a table of Strava’s export: activities.csv";
        let mut said = match taken.kept {
            0 => table.to_owned(),
            1 => format!("{table}; 1 activity without a file was taken from it"),
            kept => format!("{table}; {kept} activities without a file were taken from it"),
        };
        if !cut.is_empty() {
            said.push_str(&format!(
                "; titles, kinds and gear longer than {LONGEST_NAME} characters, and descriptions longer than \
                 {LONGEST_TEXT}, were cut: {}",
                list(&cut)
            ));
        }
        self.item(shown, Content::aside(said))?;
        for (lines, what) in [
            (taken.without_date, "activities without a file whose date cannot be read"),
            (taken.without_amount, "activities without a file that have neither a distance nor a duration"),
            (named_again, "activities that were left out, because a later line names the same file"),
        ] {
            if !lines.is_empty() {
                self.item(shown, Content::failed(format!("{what}: {}", list(&lines))))?;
            }
        }
        for (left_out, what, cap) in [
            (rows_left_out, "without a file that were left out", Cap::rows(self.limits)),
            (
                files_left_out,
                "with a file that were left out, so that nothing is known of their files",
                Cap::members(self.limits),
            ),
        ] {
            if left_out > 0 {
                let reason = format!("the table has too many activities {what}: {left_out}");
                self.item(shown, Content::Failed { reason, cap: Some(cap) })?;
            }
        }
        Ok(())
    }

    /// Files that the tables name and that were not met, or could not be used: what the tables say of them is training
    /// all the same.
    pub(super) fn missing(&mut self, export: &mut Export) -> Result<(), Stop> {
        self.unreadable(export)?;
        self.instead_of(export, false, ["is not there", "are not there"])
    }

    /// The same for those alone that were met.
    pub(super) fn unreadable(&mut self, export: &mut Export) -> Result<(), Stop> {
        self.instead_of(export, true, ["cannot be used", "cannot be used"])
    }

    /// What the tables say of files that were met or not.
    fn instead_of(&mut self, export: &mut Export, is_met: bool, what: [&str; 2]) -> Result<(), Stop> {
        for joined in &mut export.tables {
            if !joined.is_visited {
                continue;
            }
            let name = &joined.shown;
            // By their place in the table: the map's own order changes from walk to walk.
            let mut missing: Vec<(String, Row)> = joined.waiting.extract_if(|_, row| row.is_met == is_met).collect();
            missing.sort_by_key(|(_, row)| row.line);
            let (mut files, mut rows): (Vec<String>, Vec<Row>) = missing.into_iter().unzip();
            let Some(example) = files.first_mut().map(std::mem::take) else { continue };
            let count = files.len();
            let left_out = count.saturating_sub(self.limits.table_rows);
            rows.truncate(self.limits.table_rows);
            let taken = self.rows(name, &rows)?;
            let what = match (count, what) {
                (1, [one, _]) => format!("a file that the table names {one}: {example}"),
                (_, [_, many]) => format!("{count} files that the table names {many}, such as {example}"),
            };
            let content = if taken.kept == count {
                let of = if count == 1 { "it" } else { "them" };
                Content::aside(format!("{what}; what the table says of {of} is read instead, as past training"))
            } else {
                let lines = [taken.without_date, taken.without_amount].concat();
                let mut reason = format!("{what}; what the table says is read instead for {}", taken.kept);
                if !lines.is_empty() {
                    reason.push_str(&format!("; it has no date, or no amount, for {}", list(&lines)));
                }
                if left_out > 0 {
                    reason.push_str(&format!("; the others are too many: {left_out}"));
                }
                Content::Failed { reason, cap: (left_out > 0).then(|| Cap::rows(self.limits)) }
            };
            self.item(name, content)?;
        }
        Ok(())
    }

    /// Hands rows out, each as a table of its own.
    fn rows(&mut self, shown: &str, rows: &[Row]) -> Result<HandedOut, Stop> {
        let mut taken = HandedOut::default();
        for row in rows {
            match row.document() {
                Ok((start, bytes)) => {
                    taken.kept += 1;
                    self.count_member()?;
                    let made = self.spent.bytes(bytes.len() as u64, self.limits);
                    made.map_err(|cap| Stop::Error(cap.error()))?;
                    let content = Content::File { bytes, details: None, stand_in: None };
                    self.item_of(Origin::Part, &row_name(shown, &start), content)?;
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
struct HandedOut {
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

//! What Strava's table says of files that give no activity: taken in as past training when all files are in.

use std::sync::{Arc, Mutex};

use plimsoll_ingest::archive::StandIn;

use super::batch::{Batch, Content, FileReport, Incoming, shown_name};
use super::feed::{GROUP, PLACES};
use crate::store::{Instead, InsteadOf, Without};
use crate::words;

/// How far behind the place of a file the row has its place that stands in for it: behind those of all files, which
/// stay what they are.
const BEHIND: i64 = PLACES / 2;

/// A row of a table whose file is on its way.
#[derive(Debug)]
pub(super) struct FileRow {
    /// The place of the file.
    pub(super) of: i64,
    /// The file's name.
    pub(super) file: String,
    /// What the row gives; `None` when it says too little.
    pub(super) stand_in: Option<StandIn>,
}

/// The rows of all files that a feed sent, in their order: at most one for each row of the tables, as a small document of
/// its own.
pub(super) type FileRows = Arc<Mutex<Vec<FileRow>>>;

impl Batch {
    /// Takes in the rows of those files that gave no activity; the first file has the place `first`. A row that is in,
    /// from before the process ended, is passed over. What is said of a file and its row comes last: it is what became
    /// of the row.
    ///
    /// A file whose bytes are being read in another import may give an activity yet: its row is left out, and the file
    /// says so.
    pub(super) async fn take_in_stand_ins(
        &self,
        first: i64,
        rows: Vec<FileRow>,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<()> {
        let (store, athlete) = (&self.library.store, &self.athlete.id);
        if rows.is_empty() {
            return Ok(());
        }
        let without = store.without_activity(athlete, self.id(), first).await?;
        let done = store.done_positions(athlete, self.id(), first).await?;
        let mut rows = rows.into_iter().filter_map(|row| Some((*without.get(&row.of)?, row))).peekable();
        while rows.peek().is_some() {
            let (mut said, mut files, mut group) = (Vec::new(), Vec::new(), Vec::new());
            for (without, FileRow { of, file, stand_in }) in rows.by_ref().take(GROUP) {
                let instead = match (without, stand_in) {
                    (Without::Unread, _) => Instead::Nothing(words::TABLE_WAITS),
                    (Without::Activity, None) => Instead::Nothing(words::TABLE_SAYS_TOO_LITTLE),
                    (Without::Activity, Some(StandIn { name, bytes })) => {
                        let position = of.saturating_add(BEHIND);
                        if !done.contains(&position) {
                            let content = Content::Bytes { bytes: bytes.into(), details: None };
                            files.push(file.clone());
                            group.push(Incoming {
                                name: shown_name(&name),
                                position: Some(position),
                                content,
                                room: None,
                            });
                        }
                        Instead::Row(position)
                    }
                };
                said.push(InsteadOf { place: of, file, instead });
            }
            let taken = if group.is_empty() { Vec::new() } else { self.take_in_group(group).await? };
            store.say_of_stand_ins(athlete, self.id(), &said).await?;
            for (mut taken, file) in taken.into_iter().zip(files) {
                taken.messages.insert(0, words::stands_in_for(&file));
                report(taken);
            }
        }
        Ok(())
    }
}

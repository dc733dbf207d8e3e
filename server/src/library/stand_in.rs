//! What Strava's table says of files that give no activity: taken in as past training when all files are in.

use std::sync::{Arc, Mutex};

use plimsoll_ingest::archive::StandIn;

use super::batch::{Batch, Content, FileReport, Incoming, shown_name};
use super::feed::{GROUP, PLACES};
use crate::words;

/// How far behind the place of a file the row has its place that stands in for it: behind those of all files, which
/// stay what they are.
const BEHIND: i64 = PLACES / 2;

/// A row whose file is on its way.
#[derive(Debug)]
pub(super) struct Row {
    /// The place of the file.
    pub(super) of: i64,
    /// The file's name.
    pub(super) file: String,
    /// What the row gives; `None` when it says too little.
    pub(super) stand_in: Option<StandIn>,
}

/// The rows of all files that a feed sent, in their order. They take no more room than the tables that they stand in.
pub(super) type Rows = Arc<Mutex<Vec<Row>>>;

impl Batch {
    /// Takes in the rows of those files that gave no activity; the first file has the place `first`. A row that is in,
    /// from before the process ended, is passed over.
    pub(super) async fn take_in_stand_ins(
        &self,
        first: i64,
        rows: Vec<Row>,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<()> {
        let (store, athlete) = (&self.library.store, &self.athlete.id);
        if rows.is_empty() {
            return Ok(());
        }
        let without_activity = store.positions_without_activity(athlete, self.id(), first).await?;
        let done = store.done_positions(athlete, self.id(), first).await?;
        let (mut files, mut group) = (Vec::new(), Vec::new());
        for Row { of, file, stand_in } in rows.into_iter().filter(|row| without_activity.contains(&row.of)) {
            let Some(StandIn { name, bytes }) = stand_in else {
                store.add_message(athlete, self.id(), of, words::TABLE_SAYS_TOO_LITTLE).await?;
                continue;
            };
            store.add_message(athlete, self.id(), of, words::TABLE_STANDS_IN).await?;
            let position = of.saturating_add(BEHIND);
            if done.contains(&position) {
                continue;
            }
            let content = Content::Bytes { bytes: bytes.into(), details: None };
            files.push(file);
            group.push(Incoming { name: shown_name(&name), position: Some(position), content, room: None });
        }
        let mut files = files.into_iter();
        while !group.is_empty() {
            let rest = group.split_off(group.len().min(GROUP));
            for (mut taken, file) in
                self.take_in_group(std::mem::replace(&mut group, rest)).await?.into_iter().zip(&mut files)
            {
                taken.messages.insert(0, words::stands_in_for(&file));
                report(taken);
            }
        }
        Ok(())
    }
}

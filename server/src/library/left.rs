//! What a process that ended in the middle left behind.

use std::collections::HashSet;

use super::Library;
use super::group::{Plain, Unread};
use crate::blobs::raw_key;
use crate::store::{Import, Reading};

/// How often a file is begun before it is given up: one that ends the program must not do so at every start.
const MOST_ATTEMPTS: i64 = 3;

impl Library {
    /// Does what was left when a process ended in the middle: reads files that were acknowledged, works
    /// out summaries, reads files anew about which something else is said now.
    /// Files that were received after `before_ms` (see [`Library::left_before_ms`]), or in an import that gave a sign of
    /// life since then, are left to the process that received them.
    /// Returns how many files were looked at. Reading a file twice at once does no harm: the second result is dropped.
    pub(crate) async fn finish_unread(&self, before_ms: i64) -> anyhow::Result<usize> {
        for athlete in self.store.athletes_with_summaries_due().await? {
            self.summarise_again(&athlete).await?;
        }
        let unread = self.store.unread_uploads(before_ms).await?;
        for upload in &unread {
            let Some(athlete) = self.store.athlete(&upload.athlete_id).await? else { continue };
            if self.store.begin_reading(upload).await? > MOST_ATTEMPTS {
                let reason = format!("reading it ended the program {MOST_ATTEMPTS} times; the file is kept");
                self.store.finish(&athlete.id, &[(upload.clone(), Reading::Failed(reason))]).await?;
                continue;
            }
            match self.blobs.get(&raw_key(&upload.sha256)).await? {
                Some(bytes) => {
                    let unread = Unread { upload: upload.clone(), plain: Plain { bytes, notice: None } };
                    self.read_uploads(&athlete, vec![unread]).await?;
                }
                None => self.store.fail_upload(upload, "the stored bytes are missing").await?,
            }
        }
        for athlete_id in self.store.athletes_to_renew().await? {
            self.follow_details_of(&athlete_id).await?;
        }
        Ok(unread.len())
    }

    /// Ends imports that were left running: archives that lie in the data folder are opened again from the start,
    /// passing over members that have their result; other imports end with what they have. Those that gave a sign of
    /// life after `before_ms`, or run in this process, are left alone. Returns how many ended.
    pub(crate) async fn finish_left_imports(&self, before_ms: i64) -> anyhow::Result<usize> {
        let mut ended = 0;
        for import in self.store.left_imports(before_ms).await? {
            ended += usize::from(self.finish_left_import(&import, before_ms).await?);
        }
        Ok(ended)
    }

    /// [`Library::finish_left_imports`] for one import; false when it was not left running.
    pub(crate) async fn finish_left_import(&self, import: &Import, before_ms: i64) -> anyhow::Result<bool> {
        if self.running.lock().is_ok_and(|running| running.contains(&import.id)) {
            return Ok(false);
        }
        let Some(athlete) = self.store.athlete(&import.athlete_id).await? else { return Ok(false) };
        // Another process may have come to it first, or it may be alive again.
        if !self.store.take_over_import(&athlete.id, &import.id, before_ms, self.now_ms()).await? {
            return Ok(false);
        }
        let batch = self.batch(&athlete, &import.id);
        for archive in self.store.waiting_archives(&athlete.id, &import.id).await? {
            batch.open_waiting_archive(&archive, &mut |_| {}).await?;
        }
        batch.finish().await?;
        Ok(true)
    }

    /// Removes files from the folder of what comes in that no import waits for: their senders never finished. Only for
    /// the service, at its start: nothing may be coming in yet. When another process uses the folder, nothing is removed.
    pub(crate) async fn clear_incoming(&self) -> anyhow::Result<()> {
        if self.alone_at_ms.is_none() {
            return Ok(());
        }
        let waited_for: HashSet<String> = self.store.waiting_archive_files().await?.into_iter().collect();
        for entry in std::fs::read_dir(self.incoming())? {
            let entry = entry?;
            let name = entry.file_name();
            if !name.to_str().is_some_and(|name| waited_for.contains(name)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

//! Reading files anew about which an export says something else than when they were read.

use anyhow::Context as _;

use super::Library;
use super::group::{Plain, Unread};
use crate::store::{Athlete, Upload};

/// Most files that are read anew together.
const MOST_FILES: i64 = 64;

/// Most bytes of them, unless one alone is larger.
const MOST_BYTES: i64 = 64 << 20;

impl Library {
    /// Reads every file of an athlete anew whose activities do not follow what exports say about it yet.
    pub(super) async fn follow_details(&self, athlete: &Athlete) -> anyhow::Result<()> {
        let mut after = String::new();
        loop {
            let due = self.store.uploads_to_renew(&athlete.id, &after, MOST_FILES).await?;
            let Some(last) = due.last() else { return Ok(()) };
            after.clone_from(&last.id);
            self.renew(athlete, due).await?;
        }
    }

    /// [`Library::follow_details`] as a task of its own: a person who goes away does not stop it half way.
    pub(super) async fn follow_details_of(&self, athlete_id: &str) -> anyhow::Result<()> {
        let Some(athlete) = self.store.athlete(athlete_id).await? else { return Ok(()) };
        let library = self.clone();
        let following = tokio::spawn(async move { library.follow_details(&athlete).await });
        following.await.context("reading files anew ended early")?
    }

    /// Reads files anew that are due.
    pub(super) async fn renew(&self, athlete: &Athlete, due: Vec<Upload>) -> anyhow::Result<()> {
        let (mut unread, mut size_bytes) = (Vec::new(), 0);
        for upload in due {
            if size_bytes + upload.size_bytes > MOST_BYTES {
                self.renew_group(athlete, std::mem::take(&mut unread)).await?;
                size_bytes = 0;
            }
            size_bytes += upload.size_bytes;
            match self.raw_bytes(&upload).await? {
                Some(bytes) => unread.push(Unread { upload, plain: Plain { bytes, notice: None } }),
                None => tracing::warn!(upload = upload.id, "the stored bytes are missing"),
            }
        }
        self.renew_group(athlete, unread).await
    }

    async fn renew_group(&self, athlete: &Athlete, unread: Vec<Unread>) -> anyhow::Result<()> {
        if unread.is_empty() {
            return Ok(());
        }
        let (readings, _) = self.digest_all(athlete, unread).await?;
        self.store.renew(&athlete.id, &readings).await
    }
}

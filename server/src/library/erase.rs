//! Erasing somebody: the rows at once, then the files, then what is left of both in the database's file.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::Library;
use crate::blobs::{made_folder, raw_key, sha256_of};
use crate::store::{AccountError, ErasedFile, Whose};

/// Keys of files that are looked at together.
const KEYS_AT_ONCE: usize = 500;

impl Library {
    /// Erases somebody: after this returns no row of theirs is there, nobody gets at anything, and
    /// [`Library::finish_erasure`] does the rest, now or after a crash. `tries` are what tries at the account are counted
    /// by. Returns the erasure's id.
    pub(crate) async fn begin_erasure(&self, whose: &Whose, tries: &[String]) -> Result<String, AccountError> {
        self.store.begin_erasure(whose, tries, self.now_ms()).await
    }

    /// Removes the files of somebody who was erased, unless the same bytes are somebody else's as well, and writes the
    /// database anew.
    pub(crate) async fn finish_erasure(&self, erasure_id: &str) -> anyhow::Result<()> {
        while let Some(next) = self.store.next_erased_files(erasure_id).await? {
            let mut raw = Vec::new();
            for file in &next.files {
                match file {
                    ErasedFile::Raw(sha256) => raw.push(sha256.as_str()),
                    ErasedFile::Incoming(name) => self.remove_incoming(name)?,
                }
            }
            self.remove_bytes(&raw).await?;
            next.are_gone().await?;
        }
        self.store.end_erasure(erasure_id).await
    }

    /// Finishes every erasure that was begun; returns how many there were. Two that are at one do no harm. One that cannot
    /// be finished now, for want of room on the disk, keeps nobody from anything: its rows are gone, and it is tried again.
    pub(crate) async fn finish_erasures(&self) -> anyhow::Result<usize> {
        let erasures = self.store.erasures().await?;
        let mut finished = 0;
        for erasure in &erasures {
            match self.finish_erasure(erasure).await {
                Ok(()) => finished += 1,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "an erasure is not finished yet; it is tried again");
                }
            }
        }
        Ok(finished)
    }

    /// Removes the bytes of uploads, and everything that was made of them.
    async fn remove_bytes(&self, sha256: &[&str]) -> anyhow::Result<()> {
        let mut by_folder: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for sha256 in sha256 {
            self.blobs.remove(&raw_key(sha256)).await?;
            by_folder.entry(made_folder(sha256)).or_default().push(sha256);
        }
        for (folder, sha256) in by_folder {
            let mut keys = self.blobs.keys(&folder);
            while let Some(key) = keys.try_next().await? {
                if sha256_of(&key).is_some_and(|of| sha256.contains(&of)) {
                    self.blobs.remove(&key).await?;
                }
            }
        }
        Ok(())
    }

    /// Removes bytes that were stored for an upload which never came to be, unless they are somebody's.
    pub(super) async fn drop_if_nobodys(&self, sha256: &str) -> anyhow::Result<()> {
        if let Some(nobody_writes) = self.store.nobodys(sha256).await? {
            self.remove_bytes(&[sha256]).await?;
            nobody_writes.rollback().await?;
        }
        Ok(())
    }

    /// Removes files that are nobody's: what was on its way when its owner was erased, and its process was ended. Only
    /// after an erasure, for the service at its start, and when no other process uses the folder.
    pub(crate) async fn clear_leftovers(&self) -> anyhow::Result<()> {
        if self.alone_at_ms.is_none() || !self.store.may_have_leftovers().await? {
            return Ok(());
        }
        for folder in ["raw", "records"] {
            let mut chunks = self.blobs.keys(folder).try_chunks(KEYS_AT_ONCE);
            while let Some(keys) = chunks.next().await {
                let keys = keys.map_err(|error| error.1)?;
                let sha256: Vec<String> = keys.iter().filter_map(|key| sha256_of(key)).map(str::to_owned).collect();
                let owned = self.store.owned(&sha256).await?;
                for key in &keys {
                    if sha256_of(key).is_some_and(|of| !owned.iter().any(|owned| owned == of)) {
                        self.blobs.remove(key).await?;
                    }
                }
            }
        }
        self.store.no_leftovers().await
    }

    fn remove_incoming(&self, name: &str) -> anyhow::Result<()> {
        // The name is one that the program gave itself.
        let path = self.incoming().join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(anyhow::Error::from(error).context(format!("cannot remove {}", path.display())))
            }
            _ => Ok(()),
        }
    }
}

//! One data folder in use: rows, bytes and computing.

mod batch;
mod digest;
mod feed;
mod group;
mod left;
mod profile;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use bytes::Bytes;
use plimsoll_ingest::ReadOptions;
use plimsoll_ingest::quality::restore;
use polars_io::SerReader as _;
use polars_io::prelude::ParquetReader;

use crate::blobs::{Blobs, raw_key};
use crate::clock::Clock;
use crate::compute::Compute;
use crate::config::Limits;
use crate::store::{ActivityRow, Store, Undone, Upload};
use crate::timings::Timings;
use crate::track::Track;

pub(crate) use batch::{Batch, FileReport};
pub(crate) use feed::Feed;

/// Sports that a person can say an activity was.
pub(crate) const SPORTS: [&str; 8] =
    ["running", "walking", "hiking", "cycling", "swimming", "rowing", "strength_training", "other"];

/// A data folder in use. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    pub(crate) store: Store,
    pub(crate) compute: Compute,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) timings: Arc<Timings>,
    blobs: Blobs,
    folder: PathBuf,
    /// Imports that run in this process.
    running: Arc<Mutex<HashSet<String>>>,
}

impl Library {
    /// Opens a data folder, creates it when missing.
    pub(crate) async fn open(folder: &Path, clock: Clock, limits: Limits) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let library = Self {
            blobs: Blobs::in_folder(&folder.join("files"))?,
            store: Store::open(&folder.join("plimsoll.sqlite")).await?,
            compute: Compute::new(),
            clock,
            limits,
            timings: Arc::default(),
            folder: folder.to_owned(),
            running: Arc::default(),
        };
        let incoming = library.incoming();
        std::fs::create_dir_all(&incoming)
            .with_context(|| format!("cannot create the folder {}", incoming.display()))?;
        Ok(library)
    }

    /// The folder for archives that wait to be opened, and for what does not fit into memory.
    pub(crate) fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// The raw bytes of an upload.
    pub(crate) async fn raw_bytes(&self, upload: &Upload) -> anyhow::Result<Option<Bytes>> {
        self.blobs.get(&raw_key(&upload.sha256)).await
    }

    /// An activity's records, ready for display. Records that are lost or damaged are read from the file again.
    pub(crate) async fn track(&self, activity: &ActivityRow) -> anyhow::Result<Track> {
        let stored = self.blobs.get(&activity.records_key).await?;
        let as_recorded = activity.as_recorded;
        if let Some(parquet) = stored
            && let Some(track) = self.compute.run(move || track_of(parquet, as_recorded)).await?
        {
            return Ok(track);
        }
        let parquet = self.read_records_again(activity).await?.context("the activity's records are missing")?;
        self.compute.run(move || track_of(parquet, as_recorded)).await?.context("the activity's records cannot be read")
    }

    async fn read_records_again(&self, activity: &ActivityRow) -> anyhow::Result<Option<Bytes>> {
        let Some(upload) = self.store.upload(&activity.athlete_id, &activity.upload_id).await? else { return Ok(None) };
        let Some(athlete) = self.store.athlete(&upload.athlete_id).await? else { return Ok(None) };
        let Some(bytes) = self.raw_bytes(&upload).await? else { return Ok(None) };
        let options = ReadOptions { zone: Some(athlete.profile.zone) };
        let key = activity.records_key.clone();
        let timings = self.timings.clone();
        let parquet =
            self.compute.run(move || digest::records_again(&bytes, &options, &upload, &key, &timings)).await?;
        if let Some(parquet) = &parquet {
            self.blobs.put_cache(&activity.records_key, parquet.clone()).await?;
        }
        Ok(parquet)
    }

    /// Takes an import back as a whole; see [`Store::undo_import`].
    pub(crate) async fn undo_import(&self, athlete_id: &str, import_id: &str) -> anyhow::Result<Undone> {
        self.store.undo_import(athlete_id, import_id, self.now_ms()).await
    }

    /// Brings an undone import back; see [`Store::redo_import`].
    pub(crate) async fn redo_import(&self, athlete_id: &str, import_id: &str) -> anyhow::Result<Undone> {
        self.store.redo_import(athlete_id, import_id, self.now_ms()).await
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }
}

/// Parquet to what is displayed, cleaned or as it was recorded; `None` when it cannot be read.
fn track_of(parquet: Bytes, as_recorded: bool) -> Option<Track> {
    let records = ParquetReader::new(std::io::Cursor::new(parquet)).finish().ok()?;
    Some(Track::from_records(&if as_recorded { restore(&records) } else { records }))
}

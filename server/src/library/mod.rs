//! One data folder in use: rows, bytes and computing.

mod batch;
mod digest;
mod erase;
mod estimates;
mod export;
mod feed;
mod folder;
mod group;
mod left;
mod profile;
mod said;
mod stand_in;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use bytes::Bytes;
use plimsoll_ingest::ReadOptions;
use plimsoll_ingest::quality::restore;
use polars_io::SerReader as _;
use polars_io::prelude::ParquetReader;

use crate::blobs::{Blobs, frame_key, raw_key};
use crate::clock::Clock;
use crate::compute::Compute;
use crate::config::Limits;
use crate::store::{ActivityRow, Athlete, IN_FLIGHT_MS, Store, Undone, Upload};
use crate::timings::Timings;
use crate::track::Track;

pub(crate) use batch::{Batch, FileReport};
pub(crate) use feed::Feed;

/// Activities of one file that are told of one by one; a table may have given thousands.
pub(crate) const WRITTEN_OUT: usize = 20;

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
    /// Locked, shared, by every process that uses the folder.
    _in_use: Arc<File>,
    /// When it was opened, epoch milliseconds, if no other process used the folder then.
    alone_at_ms: Option<i64>,
    /// Imports that run in this process.
    running: Arc<Mutex<HashSet<String>>>,
}

impl Library {
    /// Opens a data folder, creates it when missing: then nobody else on the machine looks into it.
    pub(crate) async fn open(folder: &Path, clock: Clock, limits: Limits) -> anyhow::Result<Self> {
        create_private(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let _opening = open_alone(folder).await?;
        let (in_use, alone) = enter(folder)?;
        // Others come in when the opening is over: what they begin is later.
        let alone_at_ms = alone.then(|| clock.now().timestamp_millis());
        let library = Self {
            _in_use: Arc::new(in_use),
            alone_at_ms,
            blobs: Blobs::in_folder(&folder.join("files"))?,
            store: Store::open(&folder.join("plimsoll.sqlite")).await?,
            compute: Compute::new()?,
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

    /// Until when unfinished work that gave no later sign of life was left behind, epoch milliseconds. What is younger,
    /// another process may still be at; when this one was alone in the folder as it opened it, all others came after
    /// that.
    pub(crate) fn left_before_ms(&self) -> i64 {
        let silent_ms = self.now_ms() - IN_FLIGHT_MS;
        self.alone_at_ms.map_or(silent_ms, |opened_ms| opened_ms.max(silent_ms))
    }

    /// The athlete of a name or an id, as somebody at the machine says it; `None` when there is no such one.
    ///
    /// # Errors
    /// When several have the name; it lists their ids.
    pub(crate) async fn the_athlete(&self, name: &str) -> anyhow::Result<Option<Athlete>> {
        let mut found = self.store.athletes_named(name).await?;
        if found.len() > 1 {
            let ids: Vec<&str> = found.iter().map(|athlete| athlete.id.as_str()).collect();
            anyhow::bail!("{} athletes are named “{name}”; say which by its id: {}", ids.len(), ids.join(", "));
        }
        Ok(found.pop())
    }

    /// The folder for archives that wait to be opened, and for what does not fit into memory.
    pub(crate) fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// The raw bytes of an upload.
    pub(crate) async fn raw_bytes(&self, upload: &Upload) -> anyhow::Result<Option<Bytes>> {
        self.blobs.get(&raw_key(&upload.sha256)).await
    }

    /// An activity's records, ready for display. They are read from the file the first time somebody asks, and when what
    /// was kept of them is lost or damaged.
    pub(crate) async fn track(&self, activity: &ActivityRow) -> anyhow::Result<Track> {
        let stored = self.blobs.get(&frame_key(&activity.records_key, &activity.sport)).await?;
        let as_recorded = activity.as_recorded;
        if let Some(parquet) = stored
            && let Some(track) = self.compute.run(move || track_of(parquet, as_recorded)).await?
        {
            return Ok(track);
        }
        let parquet = self.read_records(activity).await?.context("the activity's records are missing")?;
        self.compute.run(move || track_of(parquet, as_recorded)).await?.context("the activity's records cannot be read")
    }

    async fn read_records(&self, activity: &ActivityRow) -> anyhow::Result<Option<Bytes>> {
        let Some(upload) = self.store.upload(&activity.athlete_id, &activity.upload_id).await? else { return Ok(None) };
        let Some(athlete) = self.store.athlete(&upload.athlete_id).await? else { return Ok(None) };
        let Some(bytes) = self.raw_bytes(&upload).await? else { return Ok(None) };
        let options = ReadOptions { zone: Some(athlete.profile.zone) };
        let (key, sport) = (activity.records_key.clone(), activity.sport.clone());
        let frame_key = frame_key(&key, &sport);
        let parquet =
            self.compute.run(move || digest::records_as_parquet(&bytes, &options, &upload, &key, &sport)).await?;
        if let Some(parquet) = &parquet {
            self.blobs.put_cache(&frame_key, parquet.clone()).await?;
            // Who was erased meanwhile leaves nothing.
            if self.store.upload(&activity.athlete_id, &activity.upload_id).await?.is_none() {
                self.blobs.remove(&frame_key).await?;
            }
        }
        Ok(parquet)
    }

    /// Takes an import back as a whole; see [`Store::undo_import`].
    pub(crate) async fn undo_import(&self, athlete_id: &str, import_id: &str) -> anyhow::Result<Undone> {
        let undone = self.store.undo_import(athlete_id, import_id, self.now_ms()).await?;
        self.follow_details_of(athlete_id).await?;
        Ok(undone)
    }

    /// Brings an undone import back; see [`Store::redo_import`].
    pub(crate) async fn redo_import(&self, athlete_id: &str, import_id: &str) -> anyhow::Result<Undone> {
        let undone = self.store.redo_import(athlete_id, import_id, self.now_ms()).await?;
        self.follow_details_of(athlete_id).await?;
        Ok(undone)
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }
}

/// The file in a data folder whose lock one process has while it opens the folder.
const OPENING: &str = "opening.lock";

/// Makes a folder that only whoever runs the program opens. One that is there stays as it is.
fn create_private(folder: &Path) -> std::io::Result<()> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Waits until nobody else is opening the folder; others wait until the file is dropped, or its process ends. Two that
/// make the tables of a new folder would be in each other's way, and each might take itself for the only one.
async fn open_alone(folder: &Path) -> anyhow::Result<File> {
    let file = lock_file(folder, OPENING)?;
    let cannot = || format!("cannot lock {}", folder.join(OPENING).display());
    tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await?.with_context(cannot)
}

/// The file in a data folder whose lock tells who uses it.
const IN_USE: &str = "in-use.lock";

/// Takes the folder's lock, shared; tells whether nobody else had it.
fn enter(folder: &Path) -> anyhow::Result<(File, bool)> {
    let file = lock_file(folder, IN_USE)?;
    let alone = file.try_lock().is_ok();
    // From exclusive to shared, or to shared beside the others.
    file.lock_shared().with_context(|| format!("cannot lock {}", folder.join(IN_USE).display()))?;
    Ok((file, alone))
}

/// A file in a data folder that is there to be locked.
fn lock_file(folder: &Path, name: &str) -> anyhow::Result<File> {
    let opened = File::options().create(true).truncate(false).write(true).open(folder.join(name));
    opened.with_context(|| format!("cannot write to the data folder {} (its file {name})", folder.display()))
}

/// Parquet to what is displayed, cleaned or as it was recorded; `None` when it cannot be read.
fn track_of(parquet: Bytes, as_recorded: bool) -> Option<Track> {
    let records = ParquetReader::new(std::io::Cursor::new(parquet)).finish().ok()?;
    Some(Track::from_records(&if as_recorded { restore(&records) } else { records }))
}

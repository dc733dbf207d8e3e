//! Files on their way from disks and archives into an import, a few at a time: memory does not grow with an archive.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use plimsoll_ingest::archive::{self, Item, Origin, ReadWriteSeek, Scratch};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

use super::Library;
use super::batch::{Batch, Content, FileReport, Incoming, shown_name};
use super::export::Place;
use super::stand_in::{FileRow, FileRows};
use crate::config::{Limits, archive_words, failure_words};
use crate::store::{FileResult, WaitingArchive};
use crate::timings::{Stage, Timings};
use crate::words;

/// Most files of one group.
pub(super) const GROUP: usize = 64;

/// Memory for files on their way, in units of [`ROOM_UNIT`] bytes.
const ROOM: u32 = 1000;

/// A file that takes so much of it is alone on its way: the next one is not even decompressed before it is read, since
/// what it becomes takes memory as well.
const LARGE: u32 = ROOM / 4;

/// First bytes of a file, which tell whether it holds many.
const HEAD: u64 = 64 * 1024;

/// Places of an archive among the files of its import: more than any gives. What one gives cannot be known before; its
/// members are not all, since tables and large documents in it are taken apart.
pub(super) const PLACES: i64 = 1 << 32;

/// 64 kB: together 64 MB.
const ROOM_UNIT: usize = 64_000;

/// Where files are fed into an import, from a thread that may block.
pub(crate) struct Feed {
    files: mpsc::Sender<Incoming>,
    room: Arc<Semaphore>,
    runtime: Handle,
    next: i64,
    done: HashSet<i64>,
    rows: FileRows,
    place: Place,
    limits: Limits,
    timings: Arc<Timings>,
    scratch: TemporaryFiles,
}

/// The other end.
pub(super) struct Fed {
    files: mpsc::Receiver<Incoming>,
}

impl Fed {
    /// The files that wait, at least one; `None` when there will be no more.
    pub(super) async fn next_group(&mut self) -> Option<Vec<Incoming>> {
        let mut group = Vec::new();
        (self.files.recv_many(&mut group, GROUP).await > 0).then_some(group)
    }
}

impl Feed {
    /// A feed whose first file has the place `first`; files at places in `done` are passed over. What a table says of
    /// files goes to `rows`.
    pub(super) fn new(place: Place, first: i64, done: HashSet<i64>, rows: FileRows) -> (Self, Fed) {
        let (sender, files) = mpsc::channel(GROUP);
        let library = &place.library;
        let feed = Self {
            files: sender,
            room: Arc::new(Semaphore::new(ROOM as usize)),
            runtime: Handle::current(),
            next: first,
            done,
            rows,
            limits: library.limits,
            timings: library.timings.clone(),
            scratch: TemporaryFiles { folder: library.incoming() },
            place,
        };
        (feed, Fed { files })
    }

    /// Feeds a file of the disk; an archive gives its members. Waits while too much is under way. Breaks off when
    /// nobody takes files any more.
    pub(crate) fn path(&mut self, path: &Path) -> ControlFlow<()> {
        let name = path.to_string_lossy();
        let began = Instant::now();
        let opened = open(path);
        let (file, size, holds_many) = match opened {
            Ok(opened) => opened,
            Err(reason) => return self.settled(&name, FileResult::Failed, reason),
        };
        if holds_many {
            return self.archive(&name, BufReader::with_capacity(1 << 17, file));
        }
        if size > self.limits.file_bytes as u64 {
            let reason = words::too_large(size, self.limits.file_bytes, "--max-file-mb");
            return self.settled(&name, FileResult::Failed, reason);
        }
        // What it holds now; one that grows meanwhile is cut off.
        let mut bytes = Vec::with_capacity(usize::try_from(size).map_or(0, |size| size.saturating_add(1)));
        // One byte more shows a file that grew meanwhile.
        let read = file.take(self.limits.file_bytes as u64 + 1).read_to_end(&mut bytes);
        self.timings.add(Stage::Read, bytes.len(), began.elapsed());
        match read {
            Ok(_) if bytes.len() <= self.limits.file_bytes => self.bytes(&name, bytes, None),
            Ok(size) => {
                let reason = words::too_large(size as u64, self.limits.file_bytes, "--max-file-mb");
                self.settled(&name, FileResult::Failed, reason)
            }
            Err(error) => self.settled(&name, FileResult::Failed, format!("cannot be read: {error}")),
        }
    }

    /// Feeds every member of an archive, which may have no name: then its members have their own. What ends the archive
    /// early is a result of its own, under its name. Of an export of Plimsoll's own, it feeds the original files.
    pub(crate) fn archive(&mut self, name: &str, mut source: impl Read + Seek) -> ControlFlow<()> {
        let shown = if name.is_empty() { String::new() } else { shown_name(name) };
        let name = if name.is_empty() { "what came in folders" } else { name };
        if let Some(flow) = self.own_export(name, &mut source) {
            return flow;
        }
        let (flow, walked) = self.walk(|limits, scratch, visit| archive::walk(&shown, source, limits, scratch, visit));
        match (flow, walked) {
            (ControlFlow::Continue(()), Err(error)) => self.settled(name, FileResult::Failed, archive_words(&error)),
            _ => flow,
        }
    }

    /// Where the files go.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The place of the next file.
    pub(super) fn next_place(&self) -> i64 {
        self.next
    }

    /// How much is taken.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Waits for what the store does.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Where time is counted.
    pub(super) fn timings(&self) -> Arc<Timings> {
        self.timings.clone()
    }

    /// Feeds what `walk` visits, and counts the time between.
    pub(super) fn walk<T>(
        &mut self,
        walk: impl FnOnce(&archive::Limits, &mut dyn Scratch, &mut dyn FnMut(Item) -> ControlFlow<()>) -> T,
    ) -> (ControlFlow<()>, T) {
        let limits = self.limits.archive;
        let mut scratch = self.scratch.clone();
        let timings = self.timings.clone();
        let mut went_on = Instant::now();
        let mut flow = ControlFlow::Continue(());
        let walked = walk(&limits, &mut scratch, &mut |item| {
            let bytes = match &item.content {
                archive::Content::File { bytes, .. } => bytes.len(),
                archive::Content::SetAside { .. } | archive::Content::Failed { .. } => 0,
            };
            let stage = match item.origin {
                Origin::File => Stage::Read,
                Origin::Member => Stage::Inflate,
                Origin::Part => Stage::Split,
            };
            timings.add(stage, bytes, went_on.elapsed());
            flow = self.item(item);
            went_on = Instant::now();
            flow
        });
        (flow, walked)
    }

    fn item(&mut self, item: Item) -> ControlFlow<()> {
        match item.content {
            archive::Content::File { bytes, details, stand_in } => {
                if details.is_some()
                    && let Ok(mut rows) = self.rows.lock()
                {
                    rows.push(FileRow { of: self.next, file: shown_name(&item.name), stand_in });
                }
                self.bytes(&item.name, bytes, details)
            }
            archive::Content::SetAside { reason } => self.settled(&item.name, FileResult::SetAside, reason),
            archive::Content::Failed { reason, cap } => {
                self.settled(&item.name, FileResult::Failed, failure_words(&reason, cap.as_ref()))
            }
        }
    }

    /// Feeds bytes, with what an export says about them.
    pub(super) fn bytes(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        details: Option<plimsoll_ingest::Details>,
    ) -> ControlFlow<()> {
        self.send(name, bytes.len(), Content::Bytes { bytes: bytes.into(), details })
    }

    /// Feeds a result that stands already.
    pub(crate) fn settled(&mut self, name: &str, result: FileResult, reason: String) -> ControlFlow<()> {
        self.send(name, 0, Content::Settled { result, reason })
    }

    fn send(&mut self, name: &str, size: usize, content: Content) -> ControlFlow<()> {
        let position = self.next;
        self.next += 1;
        if self.done.contains(&position) {
            return ControlFlow::Continue(());
        }
        let units = u32::try_from(size.div_ceil(ROOM_UNIT)).unwrap_or(ROOM).clamp(1, ROOM);
        let Ok(room) = self.runtime.block_on(self.room.clone().acquire_many_owned(units)) else {
            return ControlFlow::Break(());
        };
        let incoming = Incoming { name: shown_name(name), position: Some(position), content, room: Some(room) };
        if self.files.blocking_send(incoming).is_err() {
            return ControlFlow::Break(());
        }
        if units >= LARGE && self.runtime.block_on(self.room.acquire_many(ROOM)).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// A file of the disk, its size, and whether it holds many files.
fn open(path: &Path) -> Result<(File, u64, bool), String> {
    let cannot = |error: io::Error| format!("cannot be opened: {error}");
    // Asked before opening: a pipe would wait for its other end.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head).map_err(cannot)?;
    file.rewind().map_err(cannot)?;
    Ok((file, size, archive::holds_many(&head)))
}

/// Room for archives inside archives: files without a name in the data folder, which go with their process.
#[derive(Debug, Clone)]
struct TemporaryFiles {
    folder: PathBuf,
}

impl Scratch for TemporaryFiles {
    fn create(&mut self) -> io::Result<Box<dyn ReadWriteSeek>> {
        Ok(Box::new(tempfile::tempfile_in(&self.folder)?))
    }
}

impl Batch {
    /// Takes in every file of an archive, a few at a time.
    #[cfg(test)]
    pub(crate) async fn take_in_archive(
        &self,
        name: &str,
        source: impl Read + Seek + Send + 'static,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<()> {
        let name = name.to_owned();
        self.take_in_from(move |feed| feed.archive(&name, source), report).await.map(|_| ())
    }

    /// Notes an archive that lies under the name `file` in [`Library::incoming`]. After this returns it is never lost:
    /// when the process ends in the middle, the next start goes on with it. Several archives may wait. `name` may be empty
    /// (see [`Feed::archive`]).
    pub(crate) async fn keep_archive(&self, name: &str, file: &str) -> anyhow::Result<WaitingArchive> {
        let store = &self.library.store;
        let next = store.next_position(&self.athlete.id, self.id()).await?;
        let waiting = store.waiting_archives(&self.athlete.id, self.id()).await?;
        let after = waiting.last().map_or(0, |last| last.first_position.saturating_add(PLACES));
        let name = if name.is_empty() { String::new() } else { shown_name(name) };
        let limits = Some(self.library.limits);
        let archive = WaitingArchive { file: file.to_owned(), name, first_position: next.max(after), limits };
        store.note_archive(&self.athlete.id, self.id(), &archive).await?;
        Ok(archive)
    }

    /// Takes in what is not yet in of an archive in the data folder, under the limits it was accepted under, then removes
    /// it.
    pub(crate) async fn open_waiting_archive(
        &self,
        archive: &WaitingArchive,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<()> {
        let path = self.library.incoming().join(&archive.file);
        let (name, opened) = (archive.name.clone(), path.clone());
        let produce = move |feed: &mut Feed| match File::open(&opened) {
            Ok(file) => feed.archive(&name, BufReader::with_capacity(1 << 17, file)),
            Err(error) => feed.settled(&name, FileResult::Failed, format!("cannot be opened: {error}")),
        };
        let library = Library { limits: archive.limits.unwrap_or(self.library.limits), ..self.library.clone() };
        let _ = self.take_in_at(&library, archive.first_position, produce, report).await?;
        self.library.store.archive_is_in(&self.athlete.id, self.id(), &archive.file).await?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }
}

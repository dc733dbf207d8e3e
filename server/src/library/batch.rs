//! An import while it runs: files in, a result for each.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use plimsoll_ingest::Details;
use tokio::time::MissedTickBehavior;

use super::export::{OwnExports, Place};
use super::stand_in::FileRows;
use super::{Feed, Library};
use crate::store::{ActivityRow, Athlete, FileResult, Import, Source};

/// How many groups are under way at once: while one waits for the disk, another keeps the processor busy.
const GROUPS_AT_ONCE: usize = 3;

/// What became of one file.
#[derive(Debug, Clone)]
pub(crate) struct FileReport {
    /// The name it came under.
    pub(crate) name: String,
    /// Its result.
    pub(crate) result: FileResult,
    /// Why, or what was odd: phrases or sentences.
    pub(crate) messages: Vec<String>,
    /// How many of the last messages are notices of the reader.
    pub(crate) notices: usize,
    /// The first of its activities, or of those that the same bytes gave before; at most [`super::WRITTEN_OUT`].
    pub(crate) activities: Vec<ActivityRow>,
    /// How many there are.
    pub(crate) activity_count: u64,
}

/// A file on its way in.
#[derive(Debug)]
pub(super) struct Incoming {
    /// The name it came under.
    pub(super) name: String,
    /// Its place in the import; `None` for the next.
    pub(super) position: Option<i64>,
    /// What came.
    pub(super) content: Content,
    /// Its share of the memory that files on their way may take.
    pub(super) room: Option<tokio::sync::OwnedSemaphorePermit>,
}

/// What came under a name.
#[derive(Debug)]
pub(super) enum Content {
    /// Bytes, perhaps compressed with gzip.
    Bytes {
        /// The bytes.
        bytes: Bytes,
        /// What the export says about the file.
        details: Option<Details>,
    },
    /// Nothing to read; the result stands already.
    Settled {
        /// The result.
        result: FileResult,
        /// Why.
        reason: String,
    },
}

/// An import that is running. Dropped without [`Batch::finish`] (its sender went away), it ends with what it has.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(super) library: Library,
    pub(super) athlete: Athlete,
    id: String,
    is_finished: bool,
    _heartbeat: Heartbeat,
}

/// How often an import gives a sign of life: several times before it would be taken to have been left behind.
const BEAT: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 10_000 });

/// Notes from time to time that the process of an import is at it, also while one file takes long. Ends when dropped.
#[derive(Debug)]
struct Heartbeat(tokio::task::JoinHandle<()>);

impl Heartbeat {
    fn begin(library: &Library, athlete_id: &str, import_id: &str) -> Self {
        // Not the library itself, which holds the folder's lock.
        let (store, clock) = (library.store.clone(), library.clock);
        let (athlete_id, import_id) = (athlete_id.to_owned(), import_id.to_owned());
        Self(tokio::spawn(async move {
            let mut beats = tokio::time::interval(BEAT);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                beats.tick().await;
                let now_ms = clock.now().timestamp_millis();
                if let Err(error) = store.touch_import(&athlete_id, &import_id, now_ms).await {
                    tracing::warn!(error = format!("{error:#}"), "an import could not give a sign of life");
                }
            }
        }))
    }
}

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Library {
    /// Begins an import; `label` says what is imported, for a person. [`Library::finish_unread`] must have been called
    /// before.
    pub(crate) async fn begin_import(&self, athlete: &Athlete, source: Source, label: &str) -> anyhow::Result<Batch> {
        let id = self.store.begin_import(&athlete.id, source, label, self.now_ms()).await?;
        Ok(self.batch(athlete, &id))
    }

    /// An import that exists, to go on with.
    pub(super) fn batch(&self, athlete: &Athlete, id: &str) -> Batch {
        if let Ok(mut running) = self.running.lock() {
            running.insert(id.to_owned());
        }
        let heartbeat = Heartbeat::begin(self, &athlete.id, id);
        let (library, athlete, id) = (self.clone(), athlete.clone(), id.to_owned());
        Batch { library, athlete, id, is_finished: false, _heartbeat: heartbeat }
    }
}

impl Batch {
    /// The import's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Takes one file in: stores its bytes, acknowledges them, reads them. The same bytes twice are one upload.
    ///
    /// # Errors
    /// Only when the store or the disk fails; a file that cannot be read is a [`FileResult::Failed`]. An archive has to
    /// go through [`Batch::open_waiting_archive`].
    #[cfg(test)]
    pub(crate) async fn take_in(&self, name: &str, bytes: Bytes) -> anyhow::Result<FileReport> {
        self.take_in_one(name, Content::Bytes { bytes, details: None }).await
    }

    /// Takes files in, in their order; faster than one by one.
    pub(crate) async fn take_in_all(&self, files: Vec<(String, Bytes)>) -> anyhow::Result<Vec<FileReport>> {
        let incoming = files.into_iter().map(|(name, bytes)| {
            let content = Content::Bytes { bytes, details: None };
            Incoming { name: shown_name(&name), position: None, content, room: None }
        });
        self.take_in_group(incoming.collect()).await
    }

    /// Notes a file that failed before its bytes were here: it was too large, or could not be opened.
    pub(crate) async fn fail(&self, name: &str, reason: &str) -> anyhow::Result<FileReport> {
        self.take_in_one(name, Content::Settled { result: FileResult::Failed, reason: reason.to_owned() }).await
    }

    async fn take_in_one(&self, name: &str, content: Content) -> anyhow::Result<FileReport> {
        let incoming = Incoming { name: shown_name(name), position: None, content, room: None };
        let mut reports = self.take_in_group(vec![incoming]).await?;
        reports.pop().context("a file without a result")
    }

    pub(super) async fn take_in_group(&self, group: Vec<Incoming>) -> anyhow::Result<Vec<FileReport>> {
        // A task of its own: a sender that goes away after the acknowledgement does not stop the reading.
        let (library, athlete, id) = (self.library.clone(), self.athlete.clone(), self.id.clone());
        own_task(async move { library.take_in_group(&athlete, &id, group).await }).await
    }

    /// Takes in every file that `produce` feeds, which runs on a thread of its own. `report` hears of each file when its
    /// rows are on the disk, in the order they were fed. Ends with what `produce` gives back.
    ///
    /// # Errors
    /// Only when the store or the disk fails; then files that were fed may be without a result.
    pub(crate) async fn take_in_from<T: Send + 'static>(
        &self,
        produce: impl FnOnce(&mut Feed) -> T + Send + 'static,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<T> {
        let first = self.library.store.next_position(&self.athlete.id, &self.id).await?;
        self.take_in_at(&self.library, first, produce, report).await
    }

    /// As [`Batch::take_in_from`], with the limits of `library`; the first file has the place `first`, and places whose
    /// files have their result are passed over.
    pub(super) async fn take_in_at<T: Send + 'static>(
        &self,
        library: &Library,
        first: i64,
        produce: impl FnOnce(&mut Feed) -> T + Send + 'static,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<T> {
        let done = library.store.done_positions(&self.athlete.id, &self.id, first).await?;
        let (rows, exports) = (FileRows::default(), OwnExports::default());
        let place = Place {
            library: library.clone(),
            athlete_id: self.athlete.id.clone(),
            import_id: self.id.clone(),
            exports: exports.clone(),
        };
        let (mut feed, files) = Feed::new(place, first, done, rows.clone());
        let producing = tokio::task::spawn_blocking(move || produce(&mut feed));
        let stored = futures_util::stream::unfold(files, |mut files| async {
            let group = files.next_group().await?;
            Some((group, files))
        })
        .map(|group| {
            let library = library.clone();
            own_task(async move { library.store_group(group).await })
        })
        .buffered(GROUPS_AT_ONCE);
        // One group after the other, so that the first of equal files is the one that is read.
        let acknowledged = stored.and_then(|stored| {
            let (library, athlete, id) = (library.clone(), self.athlete.clone(), self.id.clone());
            async move { library.acknowledge_group(&athlete, &id, stored).await }
        });
        let mut groups = std::pin::pin!(
            acknowledged
                .map_ok(|group| {
                    let (library, athlete) = (library.clone(), self.athlete.clone());
                    own_task(async move { library.read_group(&athlete, group).await })
                })
                .try_buffered(GROUPS_AT_ONCE)
        );
        while let Some(reports) = groups.try_next().await? {
            reports.into_iter().for_each(&mut *report);
        }
        let produced = producing.await.context("reading the files ended early")?;
        let rows = rows.lock().map(|mut rows| std::mem::take(&mut *rows)).unwrap_or_default();
        self.take_in_stand_ins(first, rows, report).await?;
        let exports = exports.lock().map(|mut exports| std::mem::take(&mut *exports)).unwrap_or_default();
        self.take_over(exports, report).await?;
        Ok(produced)
    }

    /// Notes that every file came; returns the import with its counts.
    pub(crate) async fn finish(mut self) -> anyhow::Result<Import> {
        let store = &self.library.store;
        self.library.follow_details_of(&self.athlete.id).await?;
        store.finish_import(&self.athlete.id, &self.id, self.library.now_ms()).await?;
        self.is_finished = true;
        store.import(&self.athlete.id, &self.id).await?.context("the import is gone")
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Ok(mut running) = self.library.running.lock() {
            running.remove(&self.id);
        }
        if self.is_finished {
            return;
        }
        let (library, athlete, id) = (self.library.clone(), self.athlete.id.clone(), std::mem::take(&mut self.id));
        // Without a runtime the program ends, and the next start finishes the import.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let is_waiting =
                    library.store.waiting_archives(&athlete, &id).await.map_or(true, |all| !all.is_empty());
                if !is_waiting && let Err(error) = library.store.finish_import(&athlete, &id, library.now_ms()).await {
                    tracing::error!(error = format!("{error:#}"), "an import could not be ended");
                }
            });
        }
    }
}

/// Runs `work` as a task of its own, which goes on when nobody waits for it any more.
async fn own_task<T: Send + 'static>(
    work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::spawn(work).await.context("taking files in ended early")?
}

/// A file name as text to show: without control characters, of bearable length.
pub(super) fn shown_name(name: &str) -> String {
    const MOST: usize = 500;
    let shown: String = name.chars().filter(|c| !c.is_control()).collect();
    match shown.chars().count() {
        0 => "unnamed file".to_owned(),
        1..=MOST => shown,
        // The end says more: the file's own name.
        length => std::iter::once('…').chain(shown.chars().skip(length - MOST)).collect(),
    }
}

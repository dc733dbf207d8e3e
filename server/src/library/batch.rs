//! An import while it runs: files in, a result for each, in groups.
//!
//! A group goes through in five steps: its files are decompressed, hashed and put into the blob store side by side;
//! one transaction acknowledges them; they are read side by side; their frames are stored; one transaction stores the
//! rows. A file sent alone is a group of one.

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use plimsoll_ingest::{Details, archive};

use super::digest::{Digested, Reader};
use super::{Feed, Library};
use crate::blobs::{raw_key, sha256_hex};
use crate::config::naming_options;
use crate::store::{
    ActivityRow, Arrival, Arrived, Athlete, FileResult, Finished, Import, Reading, Received, Source, Upload,
};
use crate::timings::Stage;

/// How many files of a group wait for the disk at once: flushes that come together cost little more than one.
const WRITES_AT_ONCE: usize = 16;

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
    /// Its activities, or those that the same bytes gave before.
    pub(crate) activities: Vec<ActivityRow>,
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
        Batch { library: self.clone(), athlete: athlete.clone(), id: id.to_owned(), is_finished: false }
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
    /// go through [`Batch::take_in_archive`].
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

    async fn take_in_group(&self, group: Vec<Incoming>) -> anyhow::Result<Vec<FileReport>> {
        // A task of its own: a sender that goes away after the acknowledgement does not stop the reading.
        let (library, athlete, id) = (self.library.clone(), self.athlete.clone(), self.id.clone());
        let taking = tokio::spawn(async move { library.take_in_group(&athlete, &id, group).await });
        taking.await.context("taking files in ended early")?
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
        self.take_in_at(first, produce, report).await
    }

    /// As [`Batch::take_in_from`]; the first file has the place `first`, and places whose files have their result are
    /// passed over.
    pub(super) async fn take_in_at<T: Send + 'static>(
        &self,
        first: i64,
        produce: impl FnOnce(&mut Feed) -> T + Send + 'static,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<T> {
        let done = self.library.store.done_positions(&self.athlete.id, &self.id, first).await?;
        let (mut feed, files) = Feed::new(&self.library, first, done);
        let producing = tokio::task::spawn_blocking(move || produce(&mut feed));
        let mut groups = std::pin::pin!(
            futures_util::stream::unfold(files, |mut files| async {
                let group = files.next_group().await?;
                Some((group, files))
            })
            .map(|group| self.take_in_group(group))
            .buffered(GROUPS_AT_ONCE)
        );
        while let Some(reports) = groups.next().await {
            reports?.into_iter().for_each(&mut *report);
        }
        producing.await.context("reading the files ended early")
    }

    /// Notes that every file came; returns the import with its counts.
    pub(crate) async fn finish(mut self) -> anyhow::Result<Import> {
        let store = &self.library.store;
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

impl Library {
    async fn take_in_group(
        &self,
        athlete: &Athlete,
        import_id: &str,
        group: Vec<Incoming>,
    ) -> anyhow::Result<Vec<FileReport>> {
        let mut stored = futures_util::stream::iter(group).map(|file| self.store_bytes(file)).buffered(WRITES_AT_ONCE);
        let (mut arrivals, mut contents, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(one) = stored.next().await {
            let (arrival, bytes, room) = one?;
            arrivals.push(arrival);
            contents.push(bytes);
            rooms.push(room);
        }
        drop(stored);
        let receiving = self.store.receive(&athlete.id, import_id, &arrivals, self.now_ms());
        let answers = self.timings.wait(Stage::StoreRows, 0, receiving).await?;
        let fresh: Vec<(Upload, Bytes)> = answers
            .iter()
            .zip(contents)
            .filter_map(|(answer, bytes)| match (answer, bytes) {
                (Received::Fresh(upload), Some(bytes)) => Some((upload.clone(), bytes)),
                _ => None,
            })
            .collect();
        let mut finished = self.read_uploads(athlete, fresh).await?.into_iter();
        drop(rooms);
        let mut reports = Vec::with_capacity(arrivals.len());
        for (arrival, received) in arrivals.into_iter().zip(&answers) {
            reports.push(self.report(athlete, arrival, received, &mut finished).await?);
        }
        Ok(reports)
    }

    /// Puts a file's bytes, decompressed, into the blob store.
    async fn store_bytes(
        &self,
        file: Incoming,
    ) -> anyhow::Result<(Arrival, Option<Bytes>, Option<tokio::sync::OwnedSemaphorePermit>)> {
        let settled = |result, reason| Ok::<_, anyhow::Error>((Arrived::Settled { result, reason }, None));
        let (content, bytes) = match file.content {
            Content::Settled { result, reason } => settled(result, reason),
            Content::Bytes { bytes, .. } if bytes.is_empty() => {
                settled(FileResult::Failed, "the file is empty (0 bytes)".to_owned())
            }
            Content::Bytes { bytes, details } => {
                let (timings, limits) = (self.timings.clone(), self.limits.archive);
                let hashed = self
                    .compute
                    .run(move || {
                        let bytes = timings.time(Stage::Inflate, 0, || plain(bytes, &limits))?;
                        let sha256 = timings.time(Stage::Hash, bytes.len(), || sha256_hex(&bytes));
                        Ok((bytes, sha256))
                    })
                    .await?;
                match hashed {
                    Err(reason) => settled(FileResult::Failed, reason),
                    Ok((bytes, sha256)) => {
                        let key = raw_key(&sha256);
                        let putting = self.blobs.put(&key, bytes.clone());
                        self.timings.wait(Stage::StoreBytes, bytes.len(), putting).await?;
                        let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                        Ok((Arrived::Stored { sha256, size_bytes, details }, Some(bytes)))
                    }
                }
            }
        }?;
        Ok((Arrival { name: file.name, position: file.position, content }, bytes, file.room))
    }

    /// Reads acknowledged uploads of one athlete; returns what became of each, and how many of its messages are
    /// notices, in their order.
    pub(super) async fn read_uploads(
        &self,
        athlete: &Athlete,
        uploads: Vec<(Upload, Bytes)>,
    ) -> anyhow::Result<Vec<(Finished, usize)>> {
        if uploads.is_empty() {
            return Ok(Vec::new());
        }
        let known: Vec<Upload> = uploads.iter().map(|(upload, _)| upload.clone()).collect();
        let read = self.read_and_store(athlete, uploads).await;
        if let Err(error) = &read {
            // The bytes are there; sending them again tries again.
            for upload in &known {
                self.store.fail_upload(upload, &format!("it could not be stored: {error:#}")).await?;
            }
        }
        read
    }

    async fn read_and_store(
        &self,
        athlete: &Athlete,
        uploads: Vec<(Upload, Bytes)>,
    ) -> anyhow::Result<Vec<(Finished, usize)>> {
        let reader = Reader { profile: athlete.profile.clone(), today: self.clock.today(athlete.profile.zone) };
        let mut digesting = futures_util::stream::iter(uploads)
            .map(|(upload, bytes)| {
                let reader = reader.clone();
                async move {
                    let (timings, shown) = (self.timings.clone(), upload.clone());
                    let digested = self.compute.run(move || reader.digest(&bytes, &shown, &timings)).await;
                    let Digested { reading, records, notices } =
                        digested.unwrap_or_else(|fault| Digested::nothing(Reading::Failed(fault.to_string())));
                    for (key, parquet) in records {
                        let bytes = parquet.len();
                        let putting = self.blobs.put_cache(&key, parquet);
                        self.timings.wait(Stage::StoreRecords, bytes, putting).await?;
                    }
                    anyhow::Ok(((upload, reading), notices))
                }
            })
            .buffered(WRITES_AT_ONCE);
        let (mut readings, mut notices) = (Vec::new(), Vec::new());
        while let Some(read) = digesting.next().await {
            let (reading, told) = read?;
            readings.push(reading);
            notices.push(told);
        }
        drop(digesting);
        let finishing = self.store.finish(&athlete.id, &readings);
        let finished = self.timings.wait(Stage::StoreRows, 0, finishing).await?;
        Ok(finished.into_iter().zip(notices).collect())
    }

    /// What the sender of a file gets to hear; `finished` holds what became of those that were read.
    async fn report(
        &self,
        athlete: &Athlete,
        arrival: Arrival,
        received: &Received,
        finished: &mut impl Iterator<Item = (Finished, usize)>,
    ) -> anyhow::Result<FileReport> {
        let name = arrival.name;
        let (upload, result, messages, notices) = match received {
            Received::Settled => {
                let Arrived::Settled { result, reason } = arrival.content else {
                    anyhow::bail!("{name} has no result");
                };
                return Ok(FileReport { name, result, messages: vec![reason], notices: 0, activities: Vec::new() });
            }
            Received::Duplicate(upload, words) => (upload, FileResult::Duplicate, vec![words.clone()], 0),
            Received::Fresh(upload) => {
                let (Finished { result, messages }, notices) = finished.next().context("a file was not read")?;
                (upload, result, messages, notices)
            }
        };
        let activities = self.store.activities_of_upload(&athlete.id, &upload.id).await?;
        Ok(FileReport { name, result, messages, notices, activities })
    }
}

/// The bytes of a file without the compression that it may come in.
fn plain(bytes: Bytes, limits: &archive::Limits) -> Result<Bytes, String> {
    use std::borrow::Cow;
    match archive::plain(&bytes, limits) {
        Ok(Cow::Owned(plain)) => Ok(plain.into()),
        Ok(Cow::Borrowed(same)) if same.len() == bytes.len() => Ok(bytes),
        Ok(Cow::Borrowed(part)) => Ok(Bytes::copy_from_slice(part)),
        Err(error) => Err(naming_options(&error.to_string())),
    }
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

//! A group of files, from bytes to rows.
//!
//! A group goes through in four steps: its files are decompressed, hashed and put into the blob store side by side;
//! one transaction acknowledges them; they are read side by side; one transaction stores the rows. A file sent alone is
//! a group of one.

use std::borrow::Cow;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use plimsoll_ingest::{Notice, archive};
use tokio::sync::OwnedSemaphorePermit;

use super::Library;
use super::batch::{Content, FileReport, Incoming};
use super::digest::{Digested, Reader};
use crate::blobs::{raw_key, sha256_hex};
use crate::config::archive_words;
use crate::store::{Arrival, Arrived, Athlete, FileResult, Finished, Reading, Received, Upload};
use crate::timings::Stage;

/// How many files of a group wait for the disk at once: flushes that come together cost little more than one.
const WRITES_AT_ONCE: usize = 16;

/// A file's bytes without the compression that it may have come in.
#[derive(Debug)]
pub(super) struct Plain {
    /// The bytes.
    pub(super) bytes: Bytes,
    /// What was odd about the compression.
    pub(super) notice: Option<Notice>,
}

/// An acknowledged upload and its bytes.
#[derive(Debug)]
pub(super) struct Unread {
    /// The upload.
    pub(super) upload: Upload,
    /// Its bytes.
    pub(super) plain: Plain,
}

/// A file whose bytes are in the blob store, or that has its result.
struct StoredFile {
    arrival: Arrival,
    plain: Option<Plain>,
    room: Option<OwnedSemaphorePermit>,
}

/// A group whose bytes are in the blob store.
pub(super) struct StoredGroup(Vec<StoredFile>);

/// A group that is acknowledged.
pub(super) struct AcknowledgedGroup {
    files: Vec<(Arrival, Received)>,
    unread: Vec<Unread>,
    /// Uploads that were there and about which the export says something else than their activities.
    told: Vec<Upload>,
    rooms: Vec<Option<OwnedSemaphorePermit>>,
}

impl Library {
    /// Takes a group of files in; a result for each, in their order.
    pub(super) async fn take_in_group(
        &self,
        athlete: &Athlete,
        import_id: &str,
        group: Vec<Incoming>,
    ) -> anyhow::Result<Vec<FileReport>> {
        let stored = self.store_group(group).await?;
        let acknowledged = self.acknowledge_group(athlete, import_id, stored).await?;
        self.read_group(athlete, acknowledged).await
    }

    /// The first step.
    pub(super) async fn store_group(&self, group: Vec<Incoming>) -> anyhow::Result<StoredGroup> {
        let mut storing = futures_util::stream::iter(group).map(|file| self.store_bytes(file)).buffered(WRITES_AT_ONCE);
        let mut stored = Vec::new();
        while let Some(file) = storing.next().await {
            stored.push(file?);
        }
        Ok(StoredGroup(stored))
    }

    /// The second. Of the same bytes in several groups, those that come first here are the ones that are read.
    pub(super) async fn acknowledge_group(
        &self,
        athlete: &Athlete,
        import_id: &str,
        StoredGroup(stored): StoredGroup,
    ) -> anyhow::Result<AcknowledgedGroup> {
        let (mut arrivals, mut contents, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
        for StoredFile { arrival, plain, room } in stored {
            arrivals.push(arrival);
            contents.push(plain);
            rooms.push(room);
        }
        let receiving = self.store.receive(&athlete.id, import_id, &arrivals, self.now_ms());
        let answers = match self.timings.wait(Stage::StoreRows, 0, receiving).await {
            Ok(answers) => answers,
            Err(error) => {
                // Nobody has the bytes then, unless they were here before: whose athlete was erased meanwhile leaves none.
                for arrival in &arrivals {
                    if let Arrived::Stored { sha256, .. } = &arrival.content
                        && let Err(error) = self.drop_if_nobodys(sha256).await
                    {
                        tracing::warn!(error = format!("{error:#}"), "bytes that are nobody's could not be removed");
                    }
                }
                return Err(error);
            }
        };
        for (answer, plain) in answers.iter().zip(&contents) {
            if let (Received::Fresh(upload), Some(plain)) = (answer, plain) {
                // Whoever erased the same bytes since they were put there did not know of this row.
                self.blobs.put(&raw_key(&upload.sha256), plain.bytes.clone()).await?;
            }
        }
        let unread = answers
            .iter()
            .zip(contents)
            .filter_map(|(answer, plain)| match (answer, plain) {
                (Received::Fresh(upload), Some(plain)) => Some(Unread { upload: upload.clone(), plain }),
                _ => None,
            })
            .collect();
        let told = answers
            .iter()
            .filter_map(|answer| match answer {
                Received::Duplicate(upload, _) if upload.details_due > 0 => Some(upload.clone()),
                _ => None,
            })
            .collect();
        Ok(AcknowledgedGroup { told, files: arrivals.into_iter().zip(answers).collect(), unread, rooms })
    }

    /// The rest.
    pub(super) async fn read_group(
        &self,
        athlete: &Athlete,
        group: AcknowledgedGroup,
    ) -> anyhow::Result<Vec<FileReport>> {
        let mut finished = self.read_uploads(athlete, group.unread).await?.into_iter();
        drop(group.rooms);
        self.renew(athlete, group.told).await?;
        let mut reports = Vec::with_capacity(group.files.len());
        for (arrival, received) in group.files {
            reports.push(self.report(athlete, arrival, &received, &mut finished).await?);
        }
        Ok(reports)
    }

    /// Puts a file's bytes, decompressed, into the blob store.
    async fn store_bytes(&self, file: Incoming) -> anyhow::Result<StoredFile> {
        let settled = |result, reason| (Arrived::Settled { result, reason }, None);
        let (content, plain) = match file.content {
            Content::Settled { result, reason } => settled(result, reason),
            Content::Bytes { bytes, .. } if bytes.is_empty() => {
                settled(FileResult::SetAside, "an empty file".to_owned())
            }
            Content::Bytes { bytes, details } => {
                let (timings, limits) = (self.timings.clone(), self.limits.archive);
                let hashing = self.compute.run(move || {
                    let plain = timings.time(Stage::Inflate, 0, || Plain::of(bytes, &limits))?;
                    let sha256 = timings.time(Stage::Hash, plain.bytes.len(), || sha256_hex(&plain.bytes));
                    Ok((plain, sha256))
                });
                match hashing.await? {
                    Err(reason) => settled(FileResult::Failed, reason),
                    Ok((plain, sha256)) => {
                        let (key, size) = (raw_key(&sha256), plain.bytes.len());
                        let putting = self.blobs.put(&key, plain.bytes.clone());
                        self.timings.wait(Stage::StoreBytes, size, putting).await?;
                        let size_bytes = i64::try_from(size).unwrap_or(i64::MAX);
                        (Arrived::Stored { sha256, size_bytes, details }, Some(plain))
                    }
                }
            }
        };
        let arrival = Arrival { name: file.name, position: file.position, content };
        Ok(StoredFile { arrival, plain, room: file.room })
    }

    /// Reads acknowledged uploads of one athlete; returns what became of each, and how many of its messages are
    /// notices, in their order.
    pub(super) async fn read_uploads(
        &self,
        athlete: &Athlete,
        uploads: Vec<Unread>,
    ) -> anyhow::Result<Vec<(Finished, usize)>> {
        if uploads.is_empty() {
            return Ok(Vec::new());
        }
        let known: Vec<Upload> = uploads.iter().map(|unread| unread.upload.clone()).collect();
        let read = self.read_and_store(athlete, uploads).await;
        if let Err(error) = &read {
            // The bytes are there; sending them again tries again.
            for upload in &known {
                self.store.fail_upload(upload, &format!("it could not be stored: {error:#}")).await?;
            }
        }
        read
    }

    async fn read_and_store(&self, athlete: &Athlete, uploads: Vec<Unread>) -> anyhow::Result<Vec<(Finished, usize)>> {
        let (readings, notices) = self.digest_all(athlete, uploads).await?;
        let finishing = self.store.finish(&athlete.id, &readings);
        let finished = self.timings.wait(Stage::StoreRows, 0, finishing).await?;
        Ok(finished.into_iter().zip(notices).collect())
    }

    /// What uploads of one athlete hold, and how many of the messages of each are notices, in their order.
    pub(super) async fn digest_all(
        &self,
        athlete: &Athlete,
        uploads: Vec<Unread>,
    ) -> anyhow::Result<(Vec<(Upload, Reading)>, Vec<usize>)> {
        // As it is now: it may have changed since the import began.
        let now = self.store.athlete(&athlete.id).await?;
        let profile = now.map_or_else(|| athlete.profile.clone(), |athlete| athlete.profile);
        let reader = Reader {
            today: self.clock.today(profile.zone),
            profile,
            as_recorded: self.store.as_recorded(&athlete.id).await?.into(),
            said_sports: self.store.said_sports(&athlete.id).await?.into(),
        };
        let mut digesting = futures_util::stream::iter(uploads)
            .map(|Unread { upload, plain }| {
                let reader = reader.clone();
                async move {
                    let (timings, shown) = (self.timings.clone(), upload.clone());
                    let digested = self.compute.run(move || reader.digest(plain, &shown, &timings)).await;
                    let Digested { reading, notices } =
                        digested.unwrap_or_else(|fault| Digested::nothing(Reading::Failed(fault.to_string())));
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
        Ok((readings, notices))
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
                return Ok(FileReport {
                    name,
                    result,
                    messages: vec![reason],
                    notices: 0,
                    activities: Vec::new(),
                    activity_count: 0,
                });
            }
            Received::Duplicate(upload, words) => (upload, FileResult::Duplicate, vec![words.clone()], 0),
            Received::Fresh(upload) => {
                let (Finished { result, messages }, notices) = finished.next().context("a file was not read")?;
                (upload, result, messages, notices)
            }
        };
        let (activity_count, activities) =
            self.store.first_of_upload(&athlete.id, &upload.id, super::WRITTEN_OUT).await?;
        Ok(FileReport { name, result, messages, notices, activities, activity_count })
    }
}

impl Plain {
    /// Takes the compression off that a file may come in.
    fn of(bytes: Bytes, limits: &archive::Limits) -> Result<Self, String> {
        let plain = archive::plain(&bytes, limits).map_err(|error| archive_words(&error))?;
        let notice = plain.notice;
        let bytes = match plain.bytes {
            Cow::Owned(plain) => plain.into(),
            Cow::Borrowed(_) => bytes,
        };
        Ok(Self { bytes, notice })
    }
}

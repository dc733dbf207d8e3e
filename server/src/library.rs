//! One data folder in use: rows, bytes and computing, and the two things that are done with them — taking a file in,
//! and working out where an athlete stands.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use chrono::NaiveDate;
use plimsoll_analytics::{
    ActivitySummary, DayGrid, Gaps, Parameters, Run, analyse, line_outlook, planned_run, summarise,
};
use plimsoll_ingest::{FileKind, Notice, NoticeCode, ReadOptions};
use polars_io::SerReader as _;
use polars_io::prelude::{ParquetReader, ParquetWriter};

use crate::blobs::{Blobs, raw_key, records_key, sha256_hex};
use crate::clock::Clock;
use crate::compute::Compute;
use crate::config::Limits;
use crate::standing::{Standing, is_believable};
use crate::store::{ActivityRow, Athlete, AthleteError, NewActivity, Profile, Received, Store, Upload};
use crate::track::Track;

/// Sports that a person can say an activity was.
pub(crate) const SPORTS: [&str; 8] =
    ["running", "walking", "hiking", "cycling", "swimming", "rowing", "strength_training", "other"];

/// How often a file is begun before it is given up: one that ends the program must not do so at every start.
const MOST_ATTEMPTS: i64 = 3;

/// A data folder in use. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Library {
    pub(crate) store: Store,
    pub(crate) compute: Compute,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    blobs: Blobs,
}

/// What became of one file.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// Read for the first time.
    New {
        /// Its activities.
        activities: Vec<ActivityRow>,
        /// What was odd.
        notices: Vec<Notice>,
    },
    /// The same bytes were there before.
    Duplicate {
        /// The activities they gave.
        activities: Vec<ActivityRow>,
    },
    /// Nothing could be read.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Library {
    /// Opens a data folder, creates it when missing.
    pub(crate) async fn open(folder: &Path, clock: Clock, limits: Limits) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let blobs = Blobs::in_folder(&folder.join("files"))?;
        let store = Store::open(&folder.join("plimsoll.sqlite")).await?;
        Ok(Self { store, compute: Compute::new(), clock, limits, blobs })
    }

    /// Does what was left when a process ended in the middle: reads files that were acknowledged, works out summaries.
    /// Files that were received less than `younger_ms` milliseconds ago are left to the process that received them.
    /// Returns how many files were looked at. Reading a file twice at once does no harm: the second result is dropped.
    pub(crate) async fn finish_unread(&self, younger_ms: i64) -> anyhow::Result<usize> {
        let before_ms = self.clock.now().timestamp_millis() - younger_ms;
        for athlete in self.store.athletes_with_summaries_due().await? {
            self.summarise_again(&athlete).await?;
        }
        let unread = self.store.unread_uploads(before_ms).await?;
        for upload in &unread {
            let Some(athlete) = self.store.athlete(&upload.athlete_id).await? else { continue };
            match self.blobs.get(&raw_key(&upload.sha256)).await? {
                Some(bytes) => {
                    self.read_upload(&athlete, upload, bytes).await?;
                }
                None => self.store.fail_upload(upload, "the stored bytes are missing").await?,
            }
        }
        Ok(unread.len())
    }

    /// Takes a file in: store the bytes, acknowledge them, read them. The same bytes twice are one activity.
    /// [`Library::finish_unread`] must have been called before.
    ///
    /// # Errors
    /// Only when the store or the disk fails; a file that cannot be read is an [`Outcome::Failed`].
    pub(crate) async fn take_in(&self, athlete: &Athlete, file_name: &str, bytes: Bytes) -> anyhow::Result<Outcome> {
        if bytes.is_empty() {
            return Ok(Outcome::Failed { reason: "the file is empty (0 bytes)".to_owned() });
        }
        let file_name = shown_name(file_name);
        let hashed = bytes.clone();
        let sha256 = self.compute.run(move || sha256_hex(&hashed)).await?;
        self.blobs.put(&raw_key(&sha256), bytes.clone()).await?;
        let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let now_ms = self.clock.now().timestamp_millis();
        match self.store.receive_upload(&athlete.id, &file_name, &sha256, size_bytes, now_ms).await? {
            Received::Duplicate(upload) => {
                let activities = self.store.activities_of_upload(&athlete.id, &upload.id).await?;
                Ok(Outcome::Duplicate { activities })
            }
            Received::Fresh(upload) => {
                // A task of its own: a sender that goes away after the acknowledgement does not stop the reading.
                let (library, athlete) = (self.clone(), athlete.clone());
                let reading = tokio::spawn(async move {
                    let outcome = library.read_upload(&athlete, &upload, bytes).await;
                    if let Err(error) = &outcome {
                        // The bytes are there; sending them again tries again.
                        library.store.fail_upload(&upload, &format!("it could not be stored: {error:#}")).await?;
                    }
                    outcome
                });
                reading.await.context("reading the file ended early")?
            }
        }
    }

    async fn read_upload(&self, athlete: &Athlete, upload: &Upload, bytes: Bytes) -> anyhow::Result<Outcome> {
        if self.store.begin_reading(upload).await? > MOST_ATTEMPTS {
            let reason = format!("reading it ended the program {MOST_ATTEMPTS} times; the file is kept");
            self.store.fail_upload(upload, &reason).await?;
            return Ok(Outcome::Failed { reason });
        }
        let (profile, sha256) = (athlete.profile.clone(), upload.sha256.clone());
        let today = self.clock.today(profile.zone);
        let read = self
            .compute
            .run(move || digest(&bytes, &ReadOptions { zone: Some(profile.zone) }, &profile, &sha256, today))
            .await
            .unwrap_or_else(|fault| Err(fault.to_string()));
        let digested = match read {
            Ok(digested) => digested,
            Err(reason) => {
                self.store.fail_upload(upload, &reason).await?;
                return Ok(Outcome::Failed { reason });
            }
        };
        let mut activities = Vec::with_capacity(digested.activities.len());
        for (activity, parquet) in digested.activities {
            self.blobs.put(&activity.records_key, parquet).await?;
            activities.push(activity);
        }
        self.store.finish_upload(upload, &activities, &digested.notices, digested.device.as_ref()).await?;
        let activities = self.store.activities_of_upload(&athlete.id, &upload.id).await?;
        let mut notices = digested.notices;
        // What is as usual for such files is no news to the sender; it stands on the activity's page.
        notices.retain(|notice| !matches!(notice.code, NoticeCode::NotUsed | NoticeCode::DistanceFromPositions));
        Ok(Outcome::New { activities, notices })
    }

    /// The raw bytes of an upload.
    pub(crate) async fn raw_bytes(&self, upload: &Upload) -> anyhow::Result<Option<Bytes>> {
        self.blobs.get(&raw_key(&upload.sha256)).await
    }

    /// An activity's records, ready for display.
    pub(crate) async fn track(&self, activity: &ActivityRow) -> anyhow::Result<Track> {
        let parquet = self.blobs.get(&activity.records_key).await?.context("the activity's records are missing")?;
        self.compute
            .run(move || {
                let records = ParquetReader::new(std::io::Cursor::new(parquet)).finish()?;
                anyhow::Ok(Track::from_records(&records))
            })
            .await?
            .context("the activity's records cannot be read")
    }

    /// Changes what an athlete told about themselves and works out anew what rests on it. `None` when there is no
    /// such athlete.
    pub(crate) async fn change_profile(&self, id: &str, profile: Profile) -> Result<Option<Athlete>, AthleteError> {
        if !self.store.set_profile(id, profile).await? {
            return Ok(None);
        }
        let Some(athlete) = self.store.athlete(id).await? else { return Ok(None) };
        // A task of its own: a person who goes away does not stop it half way.
        let (library, changed) = (self.clone(), athlete.clone());
        let summarising = tokio::spawn(async move { library.summarise_again(&changed).await });
        summarising.await.context("working out the summaries ended early")??;
        Ok(Some(athlete))
    }

    /// Works out every summary of an athlete anew, after heart-rate limits or sex changed.
    async fn summarise_again(&self, athlete: &Athlete) -> anyhow::Result<()> {
        for activity in self.store.activities_with_removed(&athlete.id).await? {
            let Some(upload) = self.store.upload(&athlete.id, &activity.upload_id).await? else { continue };
            let Some(bytes) = self.raw_bytes(&upload).await? else { continue };
            let (profile, key) = (athlete.profile.clone(), activity.records_key.clone());
            let sha256 = upload.sha256.clone();
            let summary: Option<ActivitySummary> = self
                .compute
                .run(move || {
                    let read = plimsoll_ingest::read(&bytes, &ReadOptions { zone: Some(profile.zone) }).ok()?;
                    let (_, found) = read
                        .activities
                        .iter()
                        .enumerate()
                        .find(|(position, _)| records_key(&sha256, *position) == key)?;
                    Some(summarise(found, &profile.physiology))
                })
                .await?;
            if let Some(summary) = summary {
                self.store.set_summary(&athlete.id, &activity.id, &summary).await?;
            }
        }
        self.store.summaries_done(&athlete.id).await
    }

    /// Where `athlete` stands today, with `planned_km` weighed against the line when given.
    pub(crate) async fn standing(&self, athlete: &Athlete, planned_km: Option<f64>) -> anyhow::Result<Standing> {
        let at_home = self.clock.today(athlete.profile.zone);
        let mut runs = self.store.activities(&athlete.id).await?;
        runs.retain(|activity| activity.sport == "running" && is_believable(activity.local_date, at_home));
        // Where the athlete ran last, the next day may have begun.
        let today = runs.last().map_or(at_home, |run| run.local_date.max(at_home));
        let counted: Vec<Run> = runs.iter().map(counted_run).collect();
        let ran_today = counted.last().is_some_and(|run| run.date == today);
        let as_of = if ran_today { today } else { today.pred_opt().unwrap_or(today) };
        if counted.is_empty() {
            return Ok(Standing { today, as_of, analysis: None, outlook: None, planned: None, runs });
        }
        let computed = self
            .compute
            .run(move || {
                let parameters = Parameters::default();
                let grid = DayGrid::new(&counted, &[], Some(as_of), Gaps::Rest)?;
                let analysis = analyse(&grid, &parameters);
                let outlook = line_outlook(&grid, today, &parameters);
                let planned = planned_km.map(|km| planned_run(&grid, today, km, &parameters));
                Ok::<_, plimsoll_analytics::GridError>((analysis, outlook, planned))
            })
            .await?;
        let (analysis, outlook, planned) = computed.context("the stored runs do not make a calendar")?;
        Ok(Standing { today, as_of, analysis: Some(Arc::new(analysis)), outlook: Some(outlook), planned, runs })
    }
}

/// What one file gave, ready for the store.
struct Digested {
    activities: Vec<(NewActivity, Vec<u8>)>,
    notices: Vec<Notice>,
    device: Option<plimsoll_ingest::Device>,
}

fn digest(
    bytes: &[u8],
    options: &ReadOptions,
    profile: &Profile,
    sha256: &str,
    today: NaiveDate,
) -> Result<Digested, String> {
    let file = plimsoll_ingest::read(bytes, options).map_err(|error| error.to_string())?;
    let mut notices = file.notices;
    let mut activities = Vec::with_capacity(file.activities.len());
    for (position, mut activity) in file.activities.into_iter().enumerate() {
        let (Some(start), Some(local_date)) = (activity.start, activity.local_date) else {
            notices.push(Notice::new(
                NoticeCode::NoTimes,
                format!("activity {}", position + 1),
                "The activity has no times, so it cannot be put on a day; it was left out.",
            ));
            continue;
        };
        if !is_believable(local_date, today) {
            notices.push(Notice::new(
                NoticeCode::ImpossibleValue,
                format!("activity {}", position + 1),
                format!("It is dated {local_date}: the watch's clock was not right. It is kept, and counts nowhere."),
            ));
        }
        let summary = summarise(&activity, &profile.physiology);
        let mut parquet = Vec::new();
        ParquetWriter::new(&mut parquet)
            .finish(&mut activity.records)
            .map_err(|error| format!("its records cannot be stored: {error}"))?;
        let stored = NewActivity {
            position: i64::try_from(position).unwrap_or(i64::MAX),
            sport: activity.sport.name().to_owned(),
            run_kind: activity.sport.run_kind().map(str::to_owned),
            title: activity.details.title.clone(),
            start_ms: start.timestamp_millis(),
            utc_offset_s: activity.utc_offset_s.map(i64::from),
            offset_source: snake(&activity.offset_source),
            local_date,
            summary,
            laps: serde_json::to_value(&activity.laps).unwrap_or_default(),
            records_key: records_key(sha256, position),
        };
        activities.push((stored, parquet));
    }
    if activities.is_empty() {
        return Err(nothing_to_keep(&file.kind, &notices));
    }
    Ok(Digested { activities, notices, device: file.device })
}

/// Why a file that could be read gave no activity.
fn nothing_to_keep(kind: &FileKind, notices: &[Notice]) -> String {
    let what = match kind {
        FileKind::Activity => "it says that it is an activity, but none of its samples has a time".to_owned(),
        FileKind::Course => "it is a planned route without times, not an activity".to_owned(),
        FileKind::Other(name) if name == "empty" => "it holds no track".to_owned(),
        FileKind::Other(name) if name == "waypoints" => "it holds waypoints, no track".to_owned(),
        FileKind::Other(name) => format!("it is a file of the kind “{}”, not an activity", name.replace('_', " ")),
    };
    // A place that could not be read may be the reason; what was merely set aside is not.
    let damage = notices.iter().find(|notice| {
        matches!(notice.code, NoticeCode::Damaged | NoticeCode::Truncated | NoticeCode::ImpossibleValue)
    });
    damage.map_or_else(|| what.clone(), |notice| format!("{what}. {}", notice.text))
}

fn counted_run(activity: &ActivityRow) -> Run {
    Run {
        id: activity.id.clone(),
        date: activity.local_date,
        order: activity.start_ms,
        distance_km: activity.summary.distance_m.map(|metres| metres / 1000.0),
        load: None,
    }
}

/// A value's name as serde writes it.
fn snake<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A file name as text to show: the last part only, without control characters, of bearable length.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let shown: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if shown.is_empty() { "unnamed file".to_owned() } else { shown }
}

//! One file to what the store keeps of it: activities, diary values, or why there are none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{NaiveDate, NaiveTime, TimeZone as _};
use plimsoll_analytics::{ActivitySummary, Physiology, summarise};
use plimsoll_ingest::quality::{self, Cleaning};
use plimsoll_ingest::same::{Ending, Outline, Richness, endings};
use plimsoll_ingest::{
    Activity, Details, FileKind, Format, Notice, NoticeCode, ReadError, ReadOptions, RunKind, Sport, WatchFile,
};
use polars_io::SerReader as _;
use polars_io::prelude::{ParquetCompression, ParquetReader, ParquetWriter};

use super::group::Plain;
use crate::blobs::records_key;
use crate::standing::is_believable;
use crate::store::{Likeness, NewActivity, Profile, Reading, Upload};
use crate::timings::{Stage, Timings};

/// What reading needs to know beside the bytes.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// The athlete.
    pub(super) profile: Profile,
    /// Today, where the athlete lives.
    pub(super) today: NaiveDate,
    /// Keys of records that a person wants as they were recorded: what the same bytes gave was undone before.
    pub(super) as_recorded: Arc<BTreeSet<String>>,
    /// Sports that a person said, by the key of the records.
    pub(super) said_sports: Arc<BTreeMap<String, String>>,
}

/// What one file gave.
pub(super) struct Digested {
    /// Rows.
    pub(super) reading: Reading,
    /// How many of the reading's messages are notices.
    pub(super) notices: usize,
}

impl Digested {
    /// No rows but the reason.
    pub(super) fn nothing(reading: Reading) -> Self {
        Self { reading, notices: 0 }
    }
}

impl Reader {
    fn options(&self) -> ReadOptions {
        ReadOptions { zone: Some(self.profile.zone) }
    }

    /// Reads an upload.
    pub(super) fn digest(&self, plain: Plain, upload: &Upload, timings: &Timings) -> Digested {
        let Plain { bytes, notice } = plain;
        let read = timings.time(Stage::Decode, bytes.len(), || read(&bytes, &self.options(), upload.details.as_ref()));
        // They are in the blob store; a large file and its frames need not be in memory together any longer.
        drop(bytes);
        match read {
            Ok(mut file) => {
                file.notices.splice(0..0, notice);
                self.keep(file, &upload.sha256, timings)
            }
            Err(error) => Digested::nothing(unreadable(&error)),
        }
    }

    fn keep(&self, file: WatchFile, sha256: &str, timings: &Timings) -> Digested {
        let endings = endings(&file);
        let mut notices = file.notices;
        let mut activities = Vec::new();
        for (position, (mut activity, ending)) in file.activities.into_iter().zip(endings).enumerate() {
            let place = format!("activity {}", position + 1);
            let Some((start_ms, local_date)) = self.day(&activity) else {
                notices.push(Notice::new(NoticeCode::NoTimes, place, LEFT_OUT));
                continue;
            };
            if !is_believable(local_date, self.today) {
                let text = format!(
                    "It is dated {local_date}: the watch’s clock was not right. It is kept, and counts nowhere."
                );
                notices.push(Notice::new(NoticeCode::ImpossibleValue, place, text).about(position));
            }
            let richness = Richness::of(&activity, file.format);
            let records_key = records_key(sha256, position);
            let sport = activity.sport.clone();
            let wishes = Wishes {
                sport: self.said_sports.get(&records_key).map(String::as_str),
                as_recorded: self.as_recorded.contains(&records_key),
            };
            let (worked_out, cleaned) = work_out(activity, ending, richness, wishes, &self.profile.physiology, timings);
            activity = cleaned;
            let WorkedOut { summary, likeness, findings, cleaning, .. } = worked_out;
            activities.push(NewActivity {
                position: i64::try_from(position).unwrap_or(i64::MAX),
                sport: sport.name().to_owned(),
                run_kind: sport.run_kind().map(str::to_owned),
                details: activity.details,
                start_ms,
                utc_offset_s: activity.utc_offset_s.map(i64::from),
                offset_source: snake(&activity.offset_source),
                local_date,
                summary,
                laps: serde_json::to_value(&activity.laps).unwrap_or_default(),
                lengths: serde_json::to_value(&activity.lengths).unwrap_or_default(),
                findings,
                cleaning,
                records_key,
                likeness,
            });
        }
        if activities.is_empty() && file.diary.is_empty() {
            return Digested::nothing(nothing_to_keep(&file.kind, file.format, &notices));
        }
        let told = told(&notices);
        let messages = diary_words(file.diary.len()).into_iter().chain(told.iter().cloned()).collect();
        let reading = Reading::Read { activities, diary: file.diary, notices, device: file.device, messages };
        Digested { reading, notices: told.len() }
    }

    /// Start, epoch milliseconds, and the day it counts on. A day without a time is taken to start at noon.
    fn day(&self, activity: &Activity) -> Option<(i64, NaiveDate)> {
        let date = activity.local_date?;
        let noon = || {
            let local = date.and_time(NaiveTime::from_hms_opt(12, 0, 0)?);
            Some(self.profile.zone.from_local_datetime(&local).earliest()?.timestamp_millis())
        };
        Some((activity.start.map(|start| start.timestamp_millis()).or_else(noon)?, date))
    }
}

/// Reads a file, with what its export says about it.
///
/// # Errors
/// As [`plimsoll_ingest::read`].
pub(super) fn read(bytes: &[u8], options: &ReadOptions, details: Option<&Details>) -> Result<WatchFile, ReadError> {
    let mut file = plimsoll_ingest::read(bytes, options)?;
    if let Some(details) = details {
        file.apply(details.clone());
    }
    Ok(file)
}

/// Cleans an activity's records in place; gives what looked wrong and what was done, as JSON. The recorded values stay
/// beside the cleaned ones.
fn clean(activity: &mut Activity) -> (serde_json::Value, serde_json::Value) {
    let findings: Vec<serde_json::Value> = quality::examine(activity).iter().map(finding).collect();
    let cleaned = quality::clean(activity, &Cleaning::default());
    activity.records = cleaned.records;
    let steps = cleaned
        .steps
        .iter()
        .map(|step| serde_json::json!({ "name": step.name, "samples": step.samples, "text": step.text }));
    (findings.into(), steps.collect())
}

/// A finding as its notice, with its kind (several kinds have one code) and the seconds that it is about.
fn finding(finding: &quality::Finding) -> serde_json::Value {
    let mut notice = serde_json::to_value(finding.notice()).unwrap_or_default();
    if let Some(fields) = notice.as_object_mut() {
        fields.insert("kind".to_owned(), snake(&finding.kind).into());
        let of = |stretch: &quality::Stretch| Some(stretch.to_s? - stretch.from_s?);
        let seconds: Option<f64> = finding.stretches.iter().map(of).sum();
        let seconds = seconds.filter(|_| !finding.stretches.is_empty());
        fields.insert("seconds".to_owned(), seconds.into());
    }
    notice
}

/// What a person decided that numbers rest on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wishes<'a> {
    /// The name of the sport, where it may be another than the file's.
    pub(super) sport: Option<&'a str>,
    /// Samples as they were recorded.
    pub(super) as_recorded: bool,
}

/// Everything that rests on an activity's samples and totals, its sport, and its athlete.
#[derive(Debug)]
pub(super) struct WorkedOut {
    pub(super) summary: ActivitySummary,
    pub(super) likeness: Option<Likeness>,
    /// Notices, as JSON.
    pub(super) findings: serde_json::Value,
    /// Steps, as JSON.
    pub(super) cleaning: serde_json::Value,
    /// The kind of running, where the sport is the file's.
    pub(super) run_kind: Option<&'static str>,
}

/// Works out what rests on an activity; gives the activity back cleaned. It is recognised by the sport of its file: its
/// copies were not told another one.
pub(super) fn work_out(
    mut activity: Activity,
    ending: Ending,
    richness: Richness,
    wishes: Wishes<'_>,
    physiology: &Physiology,
    timings: &Timings,
) -> (WorkedOut, Activity) {
    let samples = activity.records.estimated_size();
    let sport = activity.sport.clone();
    take_sport(&mut activity, wishes.sport);
    let run_kind = activity.sport.run_kind();
    let summarise = |activity: &_| timings.time(Stage::Summarise, samples, || summarise(activity, physiology));
    let recorded = wishes.as_recorded.then(|| summarise(&activity));
    let (findings, cleaning) = timings.time(Stage::Clean, samples, || clean(&mut activity));
    let summary = recorded.unwrap_or_else(|| summarise(&activity));
    activity.sport = sport;
    let likeness = likeness(&activity, ending, richness, &summary);
    (WorkedOut { summary, likeness, findings, cleaning, run_kind }, activity)
}

/// Takes the sport of a name for the activity's, unless the file's own has that name: it may say more.
fn take_sport(activity: &mut Activity, name: Option<&str>) {
    let Some(name) = name.filter(|name| *name != activity.sport.name()) else { return };
    activity.sport = match name {
        "running" => Sport::Running(RunKind::Generic),
        "unknown" => Sport::Unknown,
        name => Sport::CrossTraining(name.to_owned()),
    };
}

/// What an activity is recognised by when it comes in other bytes.
fn likeness(activity: &Activity, ending: Ending, richness: Richness, summary: &ActivitySummary) -> Option<Likeness> {
    let outline = Outline::of(activity, summary.elapsed_time_s, summary.timer_time_s, summary.distance_m)?;
    Some(Likeness { outline: Outline { ending, ..outline }, richness })
}

/// The record frame under `key`, cleaned as one of `sport`, as Parquet, from the file; `None` when the file does not give
/// it.
pub(super) fn records_as_parquet(
    bytes: &[u8],
    options: &ReadOptions,
    upload: &Upload,
    key: &str,
    sport: &str,
) -> Option<Bytes> {
    let file = read(bytes, options, upload.details.as_ref()).ok()?;
    let (_, activity) =
        file.activities.into_iter().enumerate().find(|(position, _)| records_key(&upload.sha256, *position) == key)?;
    as_parquet(activity, sport)
}

/// What was recorded of an activity, cleaned as one of `sport`, as Parquet.
fn as_parquet(mut activity: Activity, sport: &str) -> Option<Bytes> {
    take_sport(&mut activity, Some(sport));
    clean(&mut activity);
    let mut parquet = Vec::new();
    let writer = ParquetWriter::new(&mut parquet).set_parallel(false).with_compression(COMPRESSION);
    writer.finish(&mut activity.records).ok()?;
    Some(parquet.into())
}

/// The recordings of activities of a file as Parquet, by their places in it: each as [`records_as_parquet`] gives it, of one
/// reading. `wanted` names the places and the sports.
pub(super) fn recordings_as_parquet(
    bytes: &[u8],
    options: &ReadOptions,
    upload: &Upload,
    wanted: &BTreeMap<i64, String>,
) -> BTreeMap<i64, Option<Bytes>> {
    let Ok(file) = read(bytes, options, upload.details.as_ref()) else { return BTreeMap::new() };
    let activities = (0_i64..).zip(file.activities);
    let wanted = activities.filter_map(|(position, activity)| Some((position, wanted.get(&position)?, activity)));
    wanted.map(|(position, sport, activity)| (position, as_parquet(activity, sport))).collect()
}

/// Whether Parquet holds a row.
pub(super) fn has_rows(parquet: &Bytes) -> bool {
    ParquetReader::new(std::io::Cursor::new(parquet)).num_rows().is_ok_and(|rows| rows > 0)
}

/// Compression of record frames: half of what Snappy leaves, for half as long again to read.
const COMPRESSION: ParquetCompression = ParquetCompression::Zstd(None);

/// Whether a notice is worth the sender's attention. What is as usual for such files stands on the activity's page.
fn is_news(notice: &Notice) -> bool {
    !matches!(notice.code, NoticeCode::NotUsed | NoticeCode::DistanceFromPositions)
}

/// What of the notices is told in a report, in order. What several activities of a file have in common is said once.
fn told(notices: &[Notice]) -> Vec<String> {
    let mut told: Vec<(&str, usize)> = Vec::new();
    for notice in notices.iter().filter(|notice| is_news(notice)) {
        match told.iter_mut().find(|(text, _)| *text == notice.text) {
            Some((_, times)) => *times += 1,
            None => told.push((&notice.text, 1)),
        }
    }
    let sentence = |(text, times): (&str, usize)| match times {
        1 => text.to_owned(),
        times => format!("{} ({times} times).", text.trim_end_matches('.')),
    };
    told.into_iter().map(sentence).collect()
}

fn diary_words(values: usize) -> Option<String> {
    match values {
        0 => None,
        1 => Some("1 diary value".to_owned()),
        n => Some(format!("{n} diary values")),
    }
}

/// What is said of an activity without a day.
const LEFT_OUT: &str = "The activity has no times, so it cannot be put on a day; it was left out.";

/// Why nothing could be read; a picture among the files is set aside.
fn unreadable(error: &ReadError) -> Reading {
    match error.beside_training() {
        Some(what) => Reading::SetAside(what.to_owned()),
        None => Reading::Failed(error.to_string()),
    }
}

/// Why a file that could be read gave nothing.
fn nothing_to_keep(kind: &FileKind, format: Format, notices: &[Notice]) -> Reading {
    if format == Format::Csv {
        return no_row(notices);
    }
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
    // The file may say itself why it has no day; what is said of each activity comes behind.
    let undated = notices.iter().find(|notice| notice.code == NoticeCode::NoTimes);
    match (damage, kind) {
        (Some(notice), _) => Reading::Failed(format!("{what}. {}", notice.text)),
        (None, FileKind::Activity) if undated.is_some_and(|notice| notice.text != LEFT_OUT) => {
            Reading::Failed(undated.map(|notice| notice.text.clone()).unwrap_or_default())
        }
        (None, FileKind::Activity) => Reading::Failed(what),
        (None, _) => Reading::SetAside(what),
    }
}

/// Why a table of past training gave nothing.
fn no_row(notices: &[Notice]) -> Reading {
    let mut skipped = notices.iter().filter(|notice| notice.code == NoticeCode::SampleSkipped);
    match (skipped.next(), skipped.next()) {
        (None, _) => Reading::SetAside("it is a table without a row".to_owned()),
        (Some(only), None) => {
            // Which line the only row stands in says nothing.
            let why = only.text.split_once(" was left out: ").map_or(only.text.as_str(), |(_, why)| why);
            Reading::Failed(format!("its only row cannot be read: {}", why.trim_end_matches('.')))
        }
        (Some(first), Some(_)) => Reading::Failed(format!("none of its rows can be read. {}", first.text)),
    }
}

/// A value's name as serde writes it.
fn snake<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_says_itself_why_it_has_no_day_fails_with_that_reason() {
        let own = "Its times count from when the device was switched on: the day is not known.";
        let general = Notice::new(NoticeCode::NoTimes, "activity 1", LEFT_OUT);
        let notices = [Notice::new(NoticeCode::NoTimes, "activity 1", own), general.clone()];
        let Reading::Failed(reason) = nothing_to_keep(&FileKind::Activity, Format::Fit, &notices) else {
            panic!("not failed")
        };
        assert_eq!(reason, own);
        let Reading::Failed(reason) = nothing_to_keep(&FileKind::Activity, Format::Fit, &[general]) else {
            panic!("not failed")
        };
        assert!(reason.contains("none of its samples has a time"), "{reason}");
    }
}

//! `plimsoll inspect`: what is in a file.

mod print;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use plimsoll_analytics::{ActivitySummary, Physiology, summarise};
use plimsoll_ingest::archive::{
    ArchiveError, Content, Limits, ReadWriteSeek, Scratch, StandIn, holds_many, plain, walk,
};
use plimsoll_ingest::{
    Activity, Details, Device, DiaryValue, Format, Lap, Length, Notice, OffsetSource, OtherMessage, OtherValue, Pause,
    ReadOptions, Totals, quality, read, schema,
};
use polars::prelude::{AnyValue, Column, DataType, PolarsResult};
use serde::Serialize;

use crate::config::{archive_words, failure_words};
use crate::words;

/// One file, or one member of an archive.
#[derive(Debug, Default, Serialize)]
struct FileReport {
    file: String,
    /// Whether it was read, or was set aside because it holds no training.
    ok: bool,
    /// Why it was not read.
    error: Option<String>,
    /// What it is instead of training.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    device: Option<Device>,
    notices: Vec<Notice>,
    messages: BTreeMap<String, u64>,
    activities: Vec<ActivityReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diary: Vec<DiaryValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<OtherReport>,
}

/// A message beside the activities, with the fields that the profile has names for.
#[derive(Debug, Serialize)]
struct OtherReport {
    message: String,
    fields: BTreeMap<String, OtherFieldReport>,
}

/// A value in its units, which are empty where the profile states none.
#[derive(Debug, Serialize)]
struct OtherFieldReport {
    value: OtherValue,
    units: String,
}

/// One activity. Totals are the device's own where it stated them (`stated` lists which); distance and times that it
/// did not state come from the records.
#[derive(Debug, Serialize)]
struct ActivityReport {
    sport: String,
    sub_sport: Option<&'static str>,
    #[serde(flatten)]
    details: DetailsReport,
    start: Option<DateTime<Utc>>,
    start_unix_s: Option<i64>,
    utc_offset_s: Option<i32>,
    utc_offset_from: OffsetSource,
    local_date: Option<NaiveDate>,
    #[serde(flatten)]
    totals: Totals,
    moving_time_s: Option<f64>,
    /// By Minetti, metres.
    grade_adjusted_distance_m: Option<f64>,
    steps: Option<f64>,
    best_efforts: Vec<EffortReport>,
    /// Names of the totals above that the device stated.
    stated: Vec<&'static str>,
    /// `session` when `distance_m` is the device's total, else where it was taken from.
    distance_from: String,
    laps: Vec<Lap>,
    pauses: Vec<Pause>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lengths: Vec<Length>,
    records: usize,
    columns: BTreeMap<String, ColumnReport>,
    /// Columns of what a heart-rate strap kept in its own memory.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    strap: BTreeMap<String, ColumnReport>,
    /// What looks wrong with the samples.
    findings: Vec<Notice>,
    /// What cleaning would do about it.
    cleaning: Vec<CleaningReport>,
}

/// What a person or a service says about an activity. The sport it names is in the activity's own.
#[derive(Debug, Serialize)]
struct DetailsReport {
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gear: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commute: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rpe: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feel: Option<f64>,
}

impl From<&Details> for DetailsReport {
    fn from(details: &Details) -> Self {
        let Details { sport: _, title, description, gear, commute, rpe, feel } = details.clone();
        Self { title, description, gear, commute, rpe, feel }
    }
}

/// The shortest time over a distance.
#[derive(Debug, Serialize)]
struct EffortReport {
    distance_m: f64,
    time_s: f64,
}

/// One step of cleaning.
#[derive(Debug, Serialize)]
struct CleaningReport {
    step: &'static str,
    samples: usize,
    text: String,
}

/// Count of valid values, and sum, least and greatest of them; null when there are none or they are not numbers.
#[derive(Debug, Default, PartialEq, Serialize)]
struct ColumnReport {
    count: usize,
    sum: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
}

/// Reports on `files` and on every file in those that are archives, in JSON also on their `others` when asked; returns
/// whether every file could be read.
pub(crate) fn inspect(files: &[PathBuf], json: bool, others: bool, limits: Limits) -> anyhow::Result<bool> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut all_read = true;
    for file in files {
        let mut written = Ok(());
        reports(file, &limits, &mut |mut report| {
            all_read &= report.ok;
            if json && !others {
                report.others.clear();
            }
            written = write(&report, json, &mut out);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        written?;
    }
    Ok(all_read)
}

/// Writes a report; a reader that follows along sees each file as it is done.
fn write(report: &FileReport, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if json {
        serde_json::to_writer(&mut *out, report)?;
        writeln!(out)?;
    } else {
        print::print(report, out)?;
    }
    Ok(out.flush()?)
}

/// Opens a regular file; a pipe would be waited for without end.
fn open(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other("it is not a regular file"))
    }
}

/// Room beside memory for archives in archives.
struct TemporaryFiles;

impl Scratch for TemporaryFiles {
    fn create(&mut self) -> io::Result<Box<dyn ReadWriteSeek>> {
        Ok(Box::new(tempfile::tempfile()?))
    }
}

/// Bytes that tell what a file is.
const HEAD: u64 = 64 * 1024;

/// Visits a report for the file at `path`, or for each of its members when it is an archive.
fn reports(path: &Path, limits: &Limits, visit: &mut dyn FnMut(FileReport) -> ControlFlow<()>) {
    let name = path.display().to_string();
    if let Err(error) = visit_file(path, &name, limits, visit) {
        let _ = visit(FileReport { file: name, ..failed(archive_words(&error)) });
    }
}

fn visit_file(
    path: &Path,
    name: &str,
    limits: &Limits,
    visit: &mut dyn FnMut(FileReport) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let mut file = io::BufReader::new(open(path)?);
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    if !holds_many(&head) {
        let mut bytes = Vec::new();
        // One byte more shows a file that is too large.
        file.take(limits.member_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        let report = if bytes.len() as u64 > limits.member_bytes {
            let size = path.metadata().map_or(bytes.len() as u64, |data| data.len());
            let limit = usize::try_from(limits.member_bytes).unwrap_or(usize::MAX);
            failed(words::too_large(size, limit, "--max-file-mb"))
        } else {
            read_report(&bytes, Details::default(), limits)
        };
        let _ = visit(FileReport { file: name.to_owned(), ..report });
        return Ok(());
    }
    walk(name, file, limits, &mut TemporaryFiles, &mut |item| {
        let (report, stand_in) = match item.content {
            Content::File { bytes, details, stand_in } => {
                (read_report(&bytes, details.unwrap_or_default(), limits), stand_in)
            }
            Content::SetAside { reason } => (set_aside(reason), None),
            Content::Failed { reason, cap } => (failed(failure_words(&reason, cap.as_ref())), None),
        };
        let stand_in = stand_in.filter(|_| report.activities.iter().all(|activity| activity.local_date.is_none()));
        visit(FileReport { file: item.name, ..report })?;
        let Some(StandIn { name, bytes }) = stand_in else { return ControlFlow::Continue(()) };
        visit(FileReport { file: name, ..read_report(&bytes, Details::default(), limits) })
    })
}

fn failed(error: String) -> FileReport {
    FileReport { error: Some(error), ..FileReport::default() }
}

fn set_aside(reason: impl Into<String>) -> FileReport {
    FileReport { ok: true, set_aside: Some(reason.into()), ..FileReport::default() }
}

fn read_report(bytes: &[u8], details: Details, limits: &Limits) -> FileReport {
    let bytes = match plain(bytes, limits) {
        Ok(bytes) => bytes,
        Err(error) => return failed(archive_words(&error)),
    };
    let mut file = match read(&bytes.bytes, &ReadOptions::default()) {
        Ok(file) => file,
        Err(error) => return error.beside_training().map_or_else(|| failed(error.to_string()), set_aside),
    };
    file.apply(details);
    let mut notices: Vec<Notice> = bytes.notice.into_iter().collect();
    notices.append(&mut file.notices);
    let others = file.others.decode_noting(&mut notices);
    FileReport {
        ok: true,
        format: Some(file.format),
        kind: Some(file.kind.name().to_owned()),
        device: file.device,
        notices,
        messages: file.messages,
        activities: file.activities.iter().map(activity_report).collect(),
        diary: file.diary,
        others: others.into_iter().filter_map(other_report).collect(),
        ..FileReport::default()
    }
}

/// The message with what has a name in it; `None` when nothing has.
fn other_report(message: OtherMessage) -> Option<OtherReport> {
    if !message.is_named() {
        return None;
    }
    let fields: BTreeMap<String, OtherFieldReport> = message
        .fields
        .into_iter()
        .filter(|field| field.is_named())
        .map(|field| (field.name, OtherFieldReport { value: field.value, units: field.units }))
        .collect();
    (!fields.is_empty()).then_some(OtherReport { message: message.kind, fields })
}

fn activity_report(activity: &Activity) -> ActivityReport {
    let summary = summarise(activity, &Physiology::default());
    let stated = stated(&activity.session);
    let (totals, distance_from) = with_records(activity.session.clone(), &summary);
    ActivityReport {
        sport: activity.sport.name().to_owned(),
        sub_sport: activity.sport.run_kind(),
        details: DetailsReport::from(&activity.details),
        start: activity.start,
        start_unix_s: activity.start.map(|start| start.timestamp()),
        utc_offset_s: activity.utc_offset_s,
        utc_offset_from: activity.offset_source,
        local_date: activity.local_date,
        totals,
        moving_time_s: summary.moving_time_s,
        grade_adjusted_distance_m: summary.grade_adjusted_distance_m,
        steps: summary.steps,
        best_efforts: summary
            .best_efforts
            .by_distance
            .iter()
            .map(|effort| EffortReport { distance_m: effort.distance_m, time_s: effort.time_s })
            .collect(),
        stated,
        distance_from,
        laps: activity.laps.clone(),
        pauses: activity.pauses.clone(),
        lengths: activity.lengths.clone(),
        records: activity.records.height(),
        columns: activity.records.columns().iter().filter_map(column_report).collect(),
        strap: activity
            .strap_heart_rate
            .iter()
            .flat_map(|strap| strap.columns().iter().filter_map(column_report))
            .collect(),
        findings: quality::examine(activity).iter().map(quality::Finding::notice).collect(),
        cleaning: quality::clean(activity, &quality::Cleaning::default())
            .steps
            .into_iter()
            .map(|step| CleaningReport { step: step.name, samples: step.samples, text: step.text })
            .collect(),
    }
}

/// Names of the totals that the device stated.
fn stated(totals: &Totals) -> Vec<&'static str> {
    let Totals {
        distance_m,
        timer_time_s,
        elapsed_time_s,
        ascent_m,
        descent_m,
        calories_kcal,
        avg_heart_rate_bpm,
        max_heart_rate_bpm,
    } = totals;
    [
        ("distance_m", distance_m),
        ("timer_time_s", timer_time_s),
        ("elapsed_time_s", elapsed_time_s),
        ("ascent_m", ascent_m),
        ("descent_m", descent_m),
        ("calories_kcal", calories_kcal),
        ("avg_heart_rate_bpm", avg_heart_rate_bpm),
        ("max_heart_rate_bpm", max_heart_rate_bpm),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.is_some().then_some(name))
    .collect()
}

/// Fills what the device did not state from the summary of the records.
fn with_records(mut totals: Totals, summary: &ActivitySummary) -> (Totals, String) {
    let distance_from = match totals.distance_m {
        Some(_) => "session".to_owned(),
        None => summary.distance_origin.as_str().to_owned(),
    };
    totals.distance_m = totals.distance_m.or(summary.distance_m);
    totals.timer_time_s = totals.timer_time_s.or(summary.timer_time_s);
    totals.elapsed_time_s = totals.elapsed_time_s.or(summary.elapsed_time_s);
    (totals, distance_from)
}

/// The column's name and numbers. `time` is reported as `time_unix_s`, seconds since 1970.
fn column_report(column: &Column) -> Option<(String, ColumnReport)> {
    let name = column.name().as_str();
    let (name, numbers) = match column.dtype() {
        DataType::Datetime(_, _) => {
            (if name == schema::TIME { "time_unix_s" } else { name }, seconds_since_1970(column).ok()?)
        }
        DataType::List(_) => {
            (name, column.explode(polars::prelude::ExplodeOptions { empty_as_null: true, keep_nulls: true }).ok()?)
        }
        _ => (name, column.clone()),
    };
    let numbers = numbers.cast(&DataType::Float64).ok()?;
    let count = numbers.len() - numbers.null_count();
    let report = if count == 0 {
        ColumnReport::default()
    } else {
        let number = |value: PolarsResult<polars::prelude::Scalar>| match value.ok()?.value() {
            AnyValue::Float64(value) => Some(*value),
            _ => None,
        };
        ColumnReport {
            count,
            sum: number(numbers.sum_reduce()),
            min: number(numbers.min_reduce()),
            max: number(numbers.max_reduce()),
        }
    };
    Some((name.to_owned(), report))
}

fn seconds_since_1970(column: &Column) -> PolarsResult<Column> {
    let milliseconds = column.cast(&DataType::Int64)?.cast(&DataType::Float64)?;
    Ok(&milliseconds / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::{Limits, print, reports};

    /// A file with two fields of a user profile, one that has no name, and a message that has none.
    fn settings() -> Vec<u8> {
        let messages: &[&[u8]] = &[
            &[0x40, 0, 0, 0, 0, 1, 0, 1, 0],
            &[0, 2],
            &[0x41, 0, 0, 3, 0, 3, 8, 1, 2, 4, 2, 0x84, 99, 1, 2],
            &[1, 50, 0xBC, 2, 7],
            &[0x42, 0, 0, 0x33, 0xFF, 1, 0, 1, 2],
            &[2, 1],
        ];
        let messages = messages.concat();
        let mut file = vec![12, 0x10, 0, 0];
        file.extend((messages.len() as u32).to_le_bytes());
        file.extend(b".FIT");
        file.extend(messages);
        file.extend([0, 0]);
        file
    }

    #[test]
    fn the_users_profile_is_reported_and_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.fit");
        std::fs::write(&path, settings()).unwrap();
        let mut found = Vec::new();
        reports(&path, &Limits::default(), &mut |report| {
            found.push(report);
            ControlFlow::Continue(())
        });
        let [report] = found.as_slice() else { panic!("one file, one report") };
        let others = serde_json::to_value(&report.others).unwrap();
        let expected = serde_json::json!([
            { "message": "file_id", "fields": { "type": { "value": "settings", "units": "" } } },
            { "message": "user_profile", "fields": {
                "resting_heart_rate": { "value": 50.0, "units": "bpm" },
                "weight": { "value": 70.0, "units": "kg" },
            } },
        ]);
        assert_eq!(others, expected);

        let mut out = Vec::new();
        print::print(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\n  user_profile: weight 70 kg, resting_heart_rate 50 bpm\n"), "{text}");
        assert!(!text.contains("unknown_field"), "{text}");
    }
}

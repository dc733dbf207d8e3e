//! `plimsoll inspect`: what is in a file.

mod print;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use plimsoll_analytics::{ActivitySummary, Physiology, summarise};
use plimsoll_ingest::{
    Activity, Device, Format, Lap, Notice, OffsetSource, OtherMessage, OtherValue, Pause, ReadOptions, Totals, schema,
};
use polars::prelude::{AnyValue, Column, DataType, PolarsResult};
use serde::Serialize;

/// One file.
#[derive(Debug, Serialize)]
struct FileReport {
    file: String,
    ok: bool,
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    device: Option<Device>,
    notices: Vec<Notice>,
    messages: BTreeMap<String, u64>,
    activities: Vec<ActivityReport>,
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
    title: Option<String>,
    start: Option<DateTime<Utc>>,
    start_unix_s: Option<i64>,
    utc_offset_s: Option<i32>,
    utc_offset_from: OffsetSource,
    local_date: Option<NaiveDate>,
    #[serde(flatten)]
    totals: Totals,
    moving_time_s: Option<f64>,
    /// Names of the totals above that the device stated.
    stated: Vec<&'static str>,
    /// `session` when `distance_m` is the device's total, else where it was taken from.
    distance_from: String,
    laps: Vec<Lap>,
    pauses: Vec<Pause>,
    records: usize,
    columns: BTreeMap<String, ColumnReport>,
}

/// Count of valid values, and sum, least and greatest of them; null when there are none or they are not numbers.
#[derive(Debug, Default, PartialEq, Serialize)]
struct ColumnReport {
    count: usize,
    sum: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
}

/// Reports on `files`, in JSON also on their `others` when asked; returns whether every file could be read.
pub(crate) fn inspect(files: &[PathBuf], json: bool, others: bool) -> anyhow::Result<bool> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut all_read = true;
    for file in files {
        let mut report = report(file);
        all_read &= report.ok;
        if json {
            if !others {
                report.others.clear();
            }
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        } else {
            print::print(&report, &mut out)?;
        }
        // A reader that follows along sees each file as it is done.
        out.flush()?;
    }
    Ok(all_read)
}

/// The bytes of a regular file; a pipe would be waited for without end.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.is_file() {
        std::fs::read(path)
    } else {
        Err(std::io::Error::other("it is not a regular file"))
    }
}

fn report(path: &Path) -> FileReport {
    let read = read_file(path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| plimsoll_ingest::read(&bytes, &ReadOptions::default()).map_err(|error| error.to_string()));
    let file = path.display().to_string();
    match read {
        Ok(mut read) => {
            let others = read.others.decode_noting(&mut read.notices);
            FileReport {
                file,
                ok: true,
                error: None,
                format: Some(read.format),
                kind: Some(read.kind.name().to_owned()),
                device: read.device,
                notices: read.notices,
                messages: read.messages,
                activities: read.activities.iter().map(activity_report).collect(),
                others: others.into_iter().filter_map(other_report).collect(),
            }
        }
        Err(error) => FileReport {
            file,
            ok: false,
            error: Some(error),
            format: None,
            kind: None,
            device: None,
            notices: Vec::new(),
            messages: BTreeMap::new(),
            activities: Vec::new(),
            others: Vec::new(),
        },
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
        title: activity.details.title.clone(),
        start: activity.start,
        start_unix_s: activity.start.map(|start| start.timestamp()),
        utc_offset_s: activity.utc_offset_s,
        utc_offset_from: activity.offset_source,
        local_date: activity.local_date,
        totals,
        moving_time_s: summary.moving_time_s,
        stated,
        distance_from,
        laps: activity.laps.clone(),
        pauses: activity.pauses.clone(),
        records: activity.records.height(),
        columns: activity.records.columns().iter().filter_map(column_report).collect(),
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
    use super::{print, report};

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
        let report = report(&path);
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
        print::print(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\n  user_profile: weight 70 kg, resting_heart_rate 50 bpm\n"), "{text}");
        assert!(!text.contains("unknown_field"), "{text}");
    }
}

//! What tests ask of a file that was read.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use chrono::{DateTime, Utc};
use plimsoll_ingest::{Activity, NoticeCode, ReadOptions, WatchFile, read};

/// Reads a text with no zone given.
pub(crate) fn read_text(text: &str) -> WatchFile {
    read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

/// The one activity of a file.
pub(crate) fn only(file: &WatchFile) -> &Activity {
    assert_eq!(file.activities.len(), 1);
    &file.activities[0]
}

/// A column as numbers, nulls kept.
pub(crate) fn column(activity: &Activity, name: &str) -> Vec<Option<f64>> {
    let column = activity.records.column(name).unwrap().cast(&polars::prelude::DataType::Float64).unwrap();
    column.f64().unwrap().iter().collect()
}

pub(crate) fn has_column(activity: &Activity, name: &str) -> bool {
    activity.records.column(name).is_ok()
}

pub(crate) fn codes(file: &WatchFile) -> Vec<NoticeCode> {
    file.notices.iter().map(|notice| notice.code).collect()
}

/// Place of the first notice of `code`.
pub(crate) fn place(file: &WatchFile, code: NoticeCode) -> &str {
    &file.notices.iter().find(|notice| notice.code == code).unwrap().place
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

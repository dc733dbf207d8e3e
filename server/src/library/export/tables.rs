//! Activities, days and values of days as tables.

use std::io::Write;

use anyhow::Context as _;
use plimsoll_analytics::{ActivitySummary, Analysis, DayMetric};
use plimsoll_ingest::DiaryValue;
use serde_json::{Map, Value, json};

use super::format::{original_path, records_path};
use crate::store::{Exported, ReadRow};

/// A cell of a table.
enum Cell {
    Text(String),
    Number(Option<f64>),
    Whole(Option<i64>),
    Is(Option<bool>),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => no_formula(text),
            Self::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Whole(whole) => whole.map(|whole| whole.to_string()).unwrap_or_default(),
            Self::Is(is) => is.map(|is| is.to_string()).unwrap_or_default(),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Text(text) if text.is_empty() => Value::Null,
            Self::Text(text) => text.into(),
            Self::Number(number) => number.into(),
            Self::Whole(whole) => whole.into(),
            Self::Is(is) => is.into(),
        }
    }
}

/// A text for a table: a spreadsheet takes what begins like a formula for one, and would do what it says.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// What is said of an activity before its numbers, by name…
const BEFORE: [&str; 15] = [
    "local_date",
    "start_utc",
    "utc_offset_s",
    "sport",
    "run_kind",
    "title",
    "description",
    "gear",
    "commute",
    "rpe_0_to_10",
    "feel_0_to_100",
    "counts",
    "taken_out",
    "copy_of",
    "samples_as_recorded",
];

/// …and behind them.
const BEHIND: [&str; 5] = ["distance_origin", "original", "position_in_original", "sha256_and_position", RECORDS];

/// The column that says where the recording lies.
pub(super) const RECORDS: &str = "records";

/// Every value of an activity that is one value, by name; the unit is in the name.
fn cells(exported: &Exported) -> impl Iterator<Item = (&'static str, Cell)> {
    let Exported { activity, sha256, file_name, kept } = exported;
    let text = |text: &Option<String>| Cell::Text(text.clone().unwrap_or_default());
    let start = chrono::DateTime::from_timestamp_millis(activity.start_ms).unwrap_or_default();
    let copy_of = kept.as_ref().map(|(sha256, position)| place(sha256, *position)).unwrap_or_default();
    let before = [
        Cell::Text(activity.local_date.to_string()),
        Cell::Text(start.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
        Cell::Whole(activity.utc_offset_s),
        Cell::Text(activity.sport.clone()),
        text(&activity.run_kind),
        text(&activity.title),
        text(&activity.description),
        text(&activity.gear),
        Cell::Is(activity.commute),
        Cell::Number(activity.rpe),
        Cell::Number(activity.feel),
        Cell::Is(Some(activity.removed_ms.is_none() && kept.is_none())),
        Cell::Is(Some(activity.removed_ms.is_some())),
        Cell::Text(copy_of),
        Cell::Is(Some(activity.as_recorded)),
    ];
    let behind = [
        Cell::Text(activity.summary.distance_origin.as_str().to_owned()),
        Cell::Text(original_path(file_name, sha256)),
        Cell::Whole(Some(activity.position)),
        Cell::Text(place(sha256, activity.position)),
        Cell::Text(records_name(exported)),
    ];
    BEFORE.into_iter().zip(before).chain(numbers(&activity.summary)).chain(BEHIND.into_iter().zip(behind))
}

/// What an activity is called that comes from these bytes.
fn place(sha256: &str, position: i64) -> String {
    format!("{sha256}-{position}")
}

/// Every value of a summary that is one number. One that is added does not compile before it stands here.
fn numbers(summary: &ActivitySummary) -> [(&'static str, Cell); 24] {
    let ActivitySummary {
        distance_m,
        moving_time_s,
        timer_time_s,
        elapsed_time_s,
        ascent_m,
        descent_m,
        avg_heart_rate_bpm,
        max_heart_rate_bpm,
        avg_cadence_spm,
        avg_speed_mps,
        trimp,
        edwards_trimp,
        lucia_trimp,
        hrtss,
        hrtss_hrr_squared,
        session_rpe_load,
        rtss,
        grade_adjusted_distance_m,
        grade_adjusted_distance_elevate_m,
        normalised_graded_speed_mps,
        efficiency_factor,
        decoupling_pct,
        decoupling_graded_pct,
        steps,
        best_efforts: _,
        peak_heart_rates: _,
        intensity: _,
        mechanics: _,
        reasons: _,
        distance_origin: _,
    } = summary;
    [
        ("distance_m", distance_m),
        ("moving_time_s", moving_time_s),
        ("timer_time_s", timer_time_s),
        ("elapsed_time_s", elapsed_time_s),
        ("ascent_m", ascent_m),
        ("descent_m", descent_m),
        ("avg_heart_rate_bpm", avg_heart_rate_bpm),
        ("max_heart_rate_bpm", max_heart_rate_bpm),
        ("avg_cadence_spm", avg_cadence_spm),
        ("avg_speed_mps", avg_speed_mps),
        ("trimp_banister", trimp),
        ("trimp_edwards", edwards_trimp),
        ("trimp_lucia", lucia_trimp),
        ("hrtss_trimp_100", hrtss),
        ("hrtss_hrr_squared", hrtss_hrr_squared),
        ("session_rpe_load_rpe_min", session_rpe_load),
        ("rtss", rtss),
        ("grade_adjusted_distance_minetti_m", grade_adjusted_distance_m),
        ("grade_adjusted_distance_elevate_m", grade_adjusted_distance_elevate_m),
        ("normalised_graded_speed_mps", normalised_graded_speed_mps),
        ("efficiency_factor_m_per_min_per_bpm", efficiency_factor),
        ("decoupling_pct", decoupling_pct),
        ("decoupling_graded_pct", decoupling_graded_pct),
        ("steps", steps),
    ]
    .map(|(name, value)| (name, Cell::Number(*value)))
}

/// The names of the columns of activities.
pub(super) fn activity_columns() -> impl Iterator<Item = &'static str> {
    let numbers = numbers(&ActivitySummary::default()).into_iter().map(|(name, _)| name);
    BEFORE.into_iter().chain(numbers).chain(BEHIND)
}

/// An activity as a row of [`activity_columns`].
pub(super) fn activity_row(exported: &Exported) -> Vec<String> {
    cells(exported).map(|(_, cell)| cell.text()).collect()
}

/// Where the recording of an activity lies in the archive.
pub(super) fn records_name(exported: &Exported) -> String {
    records_path(exported.activity.local_date, &exported.sha256, exported.activity.position)
}

/// An activity as JSON, with what is more than one number.
pub(super) fn activity_json(exported: &Exported) -> Value {
    let activity = &exported.activity;
    let summary = &activity.summary;
    let mut fields: Map<String, Value> = cells(exported).map(|(name, cell)| (name.to_owned(), cell.json())).collect();
    let missing: Map<String, Value> =
        summary.reasons.iter().map(|(field, why)| (field.clone().into_owned(), why.to_string().into())).collect();
    let more = json!({
        "best_efforts": summary.best_efforts,
        "peak_heart_rates": summary.peak_heart_rates,
        "intensity": summary.intensity,
        "mechanics": summary.mechanics,
        "missing_because": missing,
        "laps": activity.laps,
        "lengths": activity.lengths,
        "findings": activity.findings,
        "cleaning": activity.cleaning,
    });
    if let Value::Object(more) = more {
        fields.extend(more);
    }
    Value::Object(fields)
}

/// Every day that is analysed, with all its measures; what cannot be said is empty.
pub(super) fn write_days(out: &mut impl Write, analysis: Option<&Analysis>) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let mut header = vec!["date", "state"];
    header.extend(DayMetric::ALL.map(|metric| metric.info().symbol));
    table.write_record(&header)?;
    for day in analysis.into_iter().flat_map(Analysis::days) {
        let mut row = vec![day.date.to_string(), day.state.as_str().to_owned()];
        let value = |metric| day.get(metric).map(|value: f64| value.to_string()).unwrap_or_default();
        row.extend(DayMetric::ALL.map(value));
        table.write_record(&row)?;
    }
    table.flush().context("cannot write the days")
}

/// Values of single days.
pub(super) fn write_diary(out: &mut impl Write, values: &[DiaryValue]) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["date", "kind", "value", "measured_utc"])?;
    for value in values {
        let time = value.time.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        table.write_record([
            value.date.to_string(),
            value.kind.as_str().to_owned(),
            value.value.to_string(),
            time.unwrap_or_default(),
        ])?;
    }
    table.flush().context("cannot write the diary")
}

/// A value of a day as JSON.
pub(super) fn diary_json(value: &DiaryValue) -> Value {
    json!({
        "date": value.date,
        "kind": value.kind.as_str(),
        "value": value.value,
        "measured_utc": value.time.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)),
    })
}

/// The columns of the log of who looked.
pub(super) const READ_COLUMNS: [&str; 6] = ["at_utc", "who", "as", "kind", "what", "token"];

/// A line of the log of who looked.
pub(super) fn read_row(read: &ReadRow) -> [String; 6] {
    let at = chrono::DateTime::from_timestamp_millis(read.at_ms).unwrap_or_default();
    [
        at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        no_formula(&read.reader),
        read.role.clone(),
        std::iter::once(read.kind.as_str()).chain(read.with.iter().map(String::as_str)).collect::<Vec<_>>().join(" "),
        read.what.clone(),
        no_formula(read.token.as_deref().unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text_in_a_table_and_itself_in_json() {
        let title = Cell::Text("=HYPERLINK(\"http://example.org\")".to_owned());
        assert_eq!(title.text(), "'=HYPERLINK(\"http://example.org\")");
        assert_eq!(title.json(), "=HYPERLINK(\"http://example.org\")");
        assert_eq!(Cell::Text("Hill = hard".to_owned()).text(), "Hill = hard");
        assert_eq!(Cell::Number(Some(-3.5)).text(), "-3.5");
    }
}

//! The diary: what was written down, and resting heart rate and heart-rate variability by day.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{Days, NaiveDate};
use plimsoll_ingest::{DiaryKind, DiaryValue};
use serde::Deserialize;

use super::entries::{EntryForm, EntryRow, Rows, forms, rows as written};
use super::{Responsive, Shell, render};
use crate::http::App;
use crate::http::api::EVERY_DAY;
use crate::http::charts::{WIDE, diary_values};
use crate::http::error::PageError;
use crate::http::extract::PageQuery;
use crate::http::who::{May, ReadDiary};
use crate::words;

/// Days of a page.
const SPAN: Days = Days::new(83);

#[derive(Template)]
#[template(path = "diary.html")]
struct DiaryPage {
    shell: Shell,
    id: String,
    forms: Vec<EntryForm>,
    written: Vec<EntryRow>,
    removed: Vec<EntryRow>,
    /// How many older entries are left out.
    older: usize,
    /// Whether there are values on any day.
    has_values: bool,
    /// `29 Aug to 20 Nov`.
    span: String,
    kinds: Vec<KindView>,
    rows: Vec<DayRow>,
    /// Last day of the page before, when there are values on it or earlier.
    earlier: Option<NaiveDate>,
    /// Whether this is not the newest page.
    later: bool,
}

struct KindView {
    name: &'static str,
    unit: &'static str,
    note: &'static str,
    chart: Option<Responsive>,
}

struct DayRow {
    date: String,
    values: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SpanQuery {
    to: Option<NaiveDate>,
    /// Whether all entries are to be listed.
    all: Option<String>,
}

/// Name, unit and what to know about a kind of value.
fn kind_words(kind: DiaryKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        DiaryKind::RestingHeartRateBpm => ("Resting heart rate", "bpm", "As the watch worked it out for the day."),
        DiaryKind::HrvRmssdMs => {
            ("HRV, RMSSD", "ms", "Heart-rate variability over the night. RMSSD cannot be compared with SDNN.")
        }
        DiaryKind::HrvWeeklyRmssdMs => {
            ("HRV, RMSSD, mean of 7 days", "ms", "Mean of the last seven nights, as the watch worked it out.")
        }
        DiaryKind::HrvSdnnMs => {
            ("HRV, SDNN", "ms", "Heart-rate variability as Apple measures it. SDNN cannot be compared with RMSSD.")
        }
        _ => ("Value of another kind", "", ""),
    }
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<ReadDiary>,
    PageQuery(query): PageQuery<SpanQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let today = app.library.clock.today(athlete.profile.zone);
    let all = app.library.store.diary(&athlete.id, EVERY_DAY.0, EVERY_DAY.1).await?;
    let newest = all.last().map_or(today, |value| value.date);
    let to = query.to.unwrap_or(newest).clamp(EVERY_DAY.0, EVERY_DAY.1);
    let from = to.checked_sub_days(SPAN).unwrap_or(to);
    let shown: Vec<&DiaryValue> = all.iter().filter(|value| (from..=to).contains(&value.date)).collect();
    let mut by_kind: BTreeMap<DiaryKind, Vec<(NaiveDate, f64)>> = BTreeMap::new();
    let mut by_day: BTreeMap<NaiveDate, BTreeMap<DiaryKind, f64>> = BTreeMap::new();
    for value in shown {
        by_kind.entry(value.kind).or_default().push((value.date, value.value));
        by_day.entry(value.date).or_default().insert(value.kind, value.value);
    }
    let mut kinds = Vec::new();
    for (kind, values) in &by_kind {
        let (name, unit, note) = kind_words(*kind);
        let named = format!("{name} ({unit})");
        let chart = Responsive::draw(WIDE, |width| diary_values(&named, values, (from, to), width))?;
        kinds.push(KindView { name, unit, note, chart });
    }
    let whole = |value: Option<&f64>| value.map_or_else(|| "–".to_owned(), |value| words::whole(*value));
    let rows = by_day.iter().rev().map(|(date, values)| DayRow {
        date: format!("{} {}", date.format("%a"), words::day_month_near(*date, today)),
        values: by_kind.keys().map(|kind| whole(values.get(kind))).collect(),
    });
    let Rows { there: written, removed, older } = written(&app, &may, today, query.all.is_some()).await?;
    render(&DiaryPage {
        forms: forms(&may, today),
        written,
        removed,
        older,
        shell: Shell::of(&app, &may, "diary", format!("Diary · {}", athlete.profile.name)),
        id: athlete.id.clone(),
        has_values: !all.is_empty(),
        span: format!("{} to {}", words::day_month_near(from, today), words::day_month_near(to, today)),
        kinds,
        rows: rows.collect(),
        earlier: all.iter().map(|value| value.date).rfind(|date| *date < from),
        later: to < newest,
    })
}

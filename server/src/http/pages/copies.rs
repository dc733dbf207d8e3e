//! The same activity in different bytes, on the page of one of them.

use axum::extract::{Path, State};
use axum::response::Redirect;
use plimsoll_ingest::same::is_beginning;

use super::activity::to_page_of;
use crate::http::App;
use crate::http::api::activity as find_activity;
use crate::http::error::{PageError, Problem};
use crate::http::who::{May, WriteActivities};
use crate::store::ActivityRow;
use crate::words;

/// How an activity stands to its copies.
#[derive(Default)]
pub(super) struct Copies {
    /// The activity that is kept instead of this one, and the file it came in.
    pub(super) kept: Option<Other>,
    /// Copies that are left out in favour of this one.
    pub(super) copies: Vec<Other>,
    /// Whether a person said that this one is no copy.
    pub(super) kept_apart: bool,
}

/// Another activity that is the same.
pub(super) struct Other {
    pub(super) id: String,
    /// The file it came in.
    pub(super) file: String,
    /// What both have in common, and how little they differ.
    pub(super) because: String,
}

impl Copies {
    pub(super) async fn of(app: &App, activity: &ActivityRow) -> Result<Self, Problem> {
        let store = &app.library.store;
        let mut copies = Vec::new();
        for copy in store.copies_of(&activity.athlete_id, &activity.id).await? {
            copies.push(Other::new(app, activity, &copy).await?);
        }
        let kept = match &activity.same_as {
            Some(id) => store.activity(&activity.athlete_id, id).await?,
            None => None,
        };
        let kept = match kept {
            Some(kept) => Some(Other::new(app, activity, &kept).await?),
            None => None,
        };
        Ok(Self { kept, copies, kept_apart: activity.kept_apart })
    }
}

impl Other {
    async fn new(app: &App, activity: &ActivityRow, other: &ActivityRow) -> Result<Self, Problem> {
        let upload = app.library.store.upload(&other.athlete_id, &other.upload_id).await?;
        let store = &app.library.store;
        let outlines = store
            .outline(&activity.athlete_id, &activity.id)
            .await?
            .zip(store.outline(&other.athlete_id, &other.id).await?);
        let breaks_off = outlines.is_some_and(|(one, other)| is_beginning(&one, &other) || is_beginning(&other, &one));
        let file = upload.map_or_else(|| "another file".to_owned(), |upload| upload.file_name);
        Ok(Self { id: other.id.clone(), file, because: because(activity, other, breaks_off) })
    }
}

/// `the sport is the same, they start 3 s apart, and they are 9.98 and 10.01 km long`.
fn because(one: &ActivityRow, other: &ActivityRow, breaks_off: bool) -> String {
    let mut reasons = Vec::new();
    if one.sport == other.sport {
        reasons.push("the sport is the same".to_owned());
    }
    let apart_s = (one.start_ms - other.start_ms).unsigned_abs() / 1000;
    reasons.push(match apart_s {
        0 => "they start in the same second".to_owned(),
        1..120 => format!("they start {apart_s}\u{a0}s apart"),
        _ => format!("they start {}\u{a0}min apart", (apart_s + 30) / 60),
    });
    let pair = |left: String, right: String| if left == right { left } else { format!("{left} and {right}") };
    if let Some((left, right)) = one.summary.distance_m.zip(other.summary.distance_m) {
        let km = |metres: f64| words::two_decimals(metres / 1000.0);
        reasons.push(format!("they are {}\u{a0}km long", pair(km(left), km(right))));
    }
    if let Some((left, right)) = one.summary.timer_time_s.zip(other.summary.timer_time_s) {
        reasons.push(format!("they took {}", pair(words::duration(left), words::duration(right))));
    }
    if breaks_off {
        reasons.push("the file of the shorter one breaks off".to_owned());
    }
    match reasons.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{}, and {last}", before.join(", ")),
        None => String::new(),
    }
}

pub(super) async fn separate(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let activity = find_activity(&app, &athlete.id, &id).await?;
    app.library.store.separate(&athlete.id, &id).await?;
    Ok(to_page_of(&activity))
}

pub(super) async fn unite(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let activity = find_activity(&app, &athlete.id, &id).await?;
    app.library.store.unite(&athlete.id, &id).await?;
    Ok(to_page_of(&activity))
}

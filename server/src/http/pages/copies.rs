//! The same activity in different bytes, on the page of one of them.

use axum::extract::{Path, State};
use axum::response::Redirect;

use crate::http::App;
use crate::http::error::{PageError, Problem};
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
        let file = upload.map_or_else(|| "another file".to_owned(), |upload| upload.file_name);
        Ok(Self { id: other.id.clone(), file, because: because(activity, other) })
    }
}

/// `the sport is the same, they start 3 s apart, and they are 9.98 and 10.01 km long`.
fn because(one: &ActivityRow, other: &ActivityRow) -> String {
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
    match reasons.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{}, and {last}", before.join(", ")),
        None => String::new(),
    }
}

pub(super) async fn separate(
    State(app): State<App>,
    Path((athlete_id, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let done = app.library.store.separate(&athlete_id, &id).await?;
    back(done, &athlete_id, &id)
}

pub(super) async fn unite(
    State(app): State<App>,
    Path((athlete_id, id)): Path<(String, String)>,
) -> Result<Redirect, PageError> {
    let done = app.library.store.unite(&athlete_id, &id).await?;
    back(done, &athlete_id, &id)
}

fn back(done: bool, athlete_id: &str, id: &str) -> Result<Redirect, PageError> {
    if done {
        Ok(Redirect::to(&format!("/athletes/{athlete_id}/activities/{id}")))
    } else {
        Err(Problem::no_such("activity").into())
    }
}

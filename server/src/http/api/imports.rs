//! Imports: what was taken in together, a result for every file, and taking it back as a whole.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ListQuery;
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiQuery;
use crate::http::who::{May, ReadActivities, WriteActivities};
use crate::library::WRITTEN_OUT;
use crate::store::{ActivityRow, Counts, FileResult, Import, ImportFile, Undone};
use crate::words;

/// An import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportBody {
    /// Id.
    id: String,
    /// What was imported, for a person: a file's name and how many more came with it.
    label: String,
    /// Who brought the files: `page`, `api`, `command_line` or `demo`.
    source: &'static str,
    /// `running`, `finished` or `undone`.
    state: &'static str,
    /// When it began, milliseconds since 1970, UTC.
    started_ms: i64,
    /// When the last file had its result.
    finished_ms: Option<i64>,
    /// When it was undone; it can be brought back.
    undone_ms: Option<i64>,
    /// Its files by result.
    counts: CountsBody,
}

/// How many files of an import had which result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountsBody {
    /// Acknowledged, not read yet.
    waiting: u64,
    /// Their activities or diary values are new.
    new: u64,
    /// The same bytes were there before.
    duplicate: u64,
    /// All their activities were there before, in other bytes.
    same_activity: u64,
    /// Recognised, and they hold no activity.
    set_aside: u64,
    /// Nothing could be read.
    failed: u64,
}

impl From<Import> for ImportBody {
    fn from(import: Import) -> Self {
        let Counts { waiting, new, duplicate, same_activity, set_aside, failed } = import.counts;
        Self {
            id: import.id,
            label: import.label,
            source: import.source.as_str(),
            state: import.state.as_str(),
            started_ms: import.started_ms,
            finished_ms: import.finished_ms,
            undone_ms: import.undone_ms,
            counts: CountsBody { waiting, new, duplicate, same_activity, set_aside, failed },
        }
    }
}

/// A file of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileBody {
    /// Place in the import; not every place is taken.
    position: i64,
    /// The name it came under; for a file of an archive, the archive's before it.
    file: String,
    /// `waiting`, `new`, `duplicate`, `same_activity`, `set_aside` or `failed`.
    result: &'static str,
    /// Why, or what was odd: one sentence each.
    messages: Vec<String>,
    /// The upload that holds its bytes; null when they were not kept.
    upload: Option<String>,
    /// The first 20 activities that it gave, or that the same bytes gave before; none of an import that was undone. The
    /// others are among the athlete's activities, with the same `upload`.
    activities: Vec<GivenActivity>,
    /// How many there are.
    activity_count: u64,
}

/// An activity in brief.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GivenActivity {
    /// Id.
    id: String,
    /// `running`, `cycling`…
    sport: String,
    /// `trail`, `treadmill`…
    run_kind: Option<String>,
    /// Title.
    title: Option<String>,
    /// The day that the load counts on.
    #[schema(value_type = String, format = Date)]
    local_date: NaiveDate,
    /// Distance, m.
    distance_m: Option<f64>,
    /// Id of the activity that is kept instead of this one: the same one in other bytes.
    same_as: Option<String>,
}

impl From<ActivityRow> for GivenActivity {
    fn from(row: ActivityRow) -> Self {
        Self {
            id: row.id,
            sport: row.sport,
            run_kind: row.run_kind,
            title: row.title,
            local_date: row.local_date,
            distance_m: row.summary.distance_m,
            same_as: row.same_as,
        }
    }
}

impl FileBody {
    fn new(file: ImportFile, (activity_count, activities): (u64, Vec<ActivityRow>)) -> Self {
        Self {
            position: file.position,
            file: file.name,
            result: file.result.as_str(),
            messages: file.messages.iter().map(|text| sentence(text)).collect(),
            upload: file.upload_id,
            activities: activities.into_iter().map(GivenActivity::from).collect(),
            activity_count,
        }
    }
}

/// A phrase as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    format!("{}.", words::capitalised(text.trim_end_matches('.')))
}

/// How many activities a file of an import gave, and the first of them.
pub(crate) async fn given(app: &App, athlete_id: &str, file: &ImportFile) -> Result<(u64, Vec<ActivityRow>), Problem> {
    match &file.upload_id {
        Some(upload) => Ok(app.library.store.first_of_upload(athlete_id, upload, WRITTEN_OUT).await?),
        None => Ok((0, Vec::new())),
    }
}

/// Files of an import from place `first` on, with what they gave.
pub(super) async fn file_bodies(
    app: &App,
    athlete_id: &str,
    import_id: &str,
    result: Option<FileResult>,
    first: i64,
    limit: i64,
) -> Result<Vec<FileBody>, Problem> {
    let store = &app.library.store;
    let mut bodies = Vec::new();
    for file in store.import_files(athlete_id, import_id, result, first, limit).await? {
        let given = given(app, athlete_id, &file).await?;
        bodies.push(FileBody::new(file, given));
    }
    Ok(bodies)
}

/// A page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportPage {
    /// Newest first.
    imports: Vec<ImportBody>,
    /// `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// An athlete's imports, newest first.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/imports",
    params(("athlete" = String, Path, description = "Id"), ListQuery),
    responses((status = OK, body = ImportPage), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<ImportPage>, ApiError> {
    let limit = query.limit();
    let mut imports = app.library.store.imports(&athlete.id, query.cursor.as_deref(), limit + 1).await?;
    let next = cut(&mut imports, limit).map(|last| last.id.clone());
    Ok(Json(ImportPage { imports: imports.into_iter().map(ImportBody::from).collect(), next }))
}

/// Cuts rows to `limit`; returns the last that stays when some had to go.
fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}

/// The import of an address, or the problem that there is none.
pub(crate) async fn find(app: &App, athlete_id: &str, id: &str) -> Result<Import, Problem> {
    app.library.store.import(athlete_id, id).await?.ok_or_else(|| Problem::no_such("import"))
}

/// One import, with how many of its files had which result.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/imports/{import}",
    params(("athlete" = String, Path, description = "Id"), ("import" = String, Path, description = "Id")),
    responses((status = OK, body = ImportBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ImportBody>, ApiError> {
    Ok(Json(find(&app, &athlete.id, &id).await?.into()))
}

/// A page of an import's files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilePage {
    /// In the order of the import.
    files: Vec<FileBody>,
    /// `after` of the next page; null on the last.
    next: Option<i64>,
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilesQuery {
    /// Only files with this result.
    result: Option<String>,
    /// `next` of the page before: only files at later places.
    after: Option<i64>,
    /// How many, 1 to 500; 100 when not given.
    limit: Option<i64>,
}

/// The report on an import: its files, each with its result, what it gave, and why not.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/imports/{import}/files",
    params(("athlete" = String, Path, description = "Id"), ("import" = String, Path, description = "Id"), FilesQuery),
    responses((status = OK, body = FilePage), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn files(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
    ApiQuery(query): ApiQuery<FilesQuery>,
) -> Result<Json<FilePage>, ApiError> {
    let import = find(&app, &athlete.id, &id).await?;
    let result = query.result.as_deref().map(result_named).transpose()?;
    let first = query.after.map_or(0, |after| after.saturating_add(1));
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let mut files = file_bodies(&app, &athlete.id, &import.id, result, first, limit + 1).await?;
    let next = cut(&mut files, limit).map(|last| last.position);
    Ok(Json(FilePage { files, next }))
}

/// Every result, in the order in which a person wants to hear of them.
pub(crate) const RESULTS: [FileResult; 6] = [
    FileResult::Failed,
    FileResult::New,
    FileResult::SameActivity,
    FileResult::Duplicate,
    FileResult::SetAside,
    FileResult::Waiting,
];

/// The result of a name.
pub(crate) fn result_named(name: &str) -> Result<FileResult, Problem> {
    RESULTS.into_iter().find(|result| result.as_str() == name).ok_or_else(|| {
        let names = RESULTS.map(FileResult::as_str).join(", ");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("“{name}” is not one of: {names}."))
    })
}

/// What is said when an import could not be undone or brought back.
pub(crate) fn turned(done: Undone) -> Result<(), Problem> {
    match done {
        Undone::Done | Undone::Already => Ok(()),
        Undone::Running => Err(Problem::new(
            StatusCode::CONFLICT,
            "This import is still running: its files are being read. It can be undone when it is finished.",
        )),
        Undone::NoSuchImport => Err(Problem::no_such("import")),
    }
}

/// Takes an import back as a whole: what its files brought counts nowhere. Nothing is deleted, and `redo` brings it back.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/imports/{import}/undo",
    params(("athlete" = String, Path, description = "Id"), ("import" = String, Path, description = "Id")),
    responses((status = OK, body = ImportBody), (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is still running.")))]
pub(super) async fn undo(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ImportBody>, ApiError> {
    turned(app.library.undo_import(&athlete.id, &id).await?)?;
    Ok(Json(find(&app, &athlete.id, &id).await?.into()))
}

/// Brings an import back that was undone.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/imports/{import}/redo",
    params(("athlete" = String, Path, description = "Id"), ("import" = String, Path, description = "Id")),
    responses((status = OK, body = ImportBody), (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is still running.")))]
pub(super) async fn redo(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ImportBody>, ApiError> {
    turned(app.library.redo_import(&athlete.id, &id).await?)?;
    Ok(Json(find(&app, &athlete.id, &id).await?.into()))
}

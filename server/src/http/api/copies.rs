//! The same activity in different bytes: its copies, and telling them apart.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::activities::ActivityBody;
use super::activity;
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::who::{May, ReadActivities, WriteActivities};

/// A copy of an activity that is left out in its favour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopyBody {
    /// Name of the file that it came in.
    file: String,
    /// The copy itself.
    activity: ActivityBody,
}

/// The copies that are left out in favour of an activity, the earliest stored first; none when it is a copy itself.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/activities/{activity}/copies",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<CopyBody>), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Vec<CopyBody>>, ApiError> {
    let kept = activity(&app, &athlete.id, &id).await?;
    let store = &app.library.store;
    let mut copies = Vec::new();
    for copy in store.copies_of(&athlete.id, &kept.id).await? {
        let file =
            store.upload(&athlete.id, &copy.upload_id).await?.map_or_else(String::new, |upload| upload.file_name);
        copies.push(CopyBody { file, activity: ActivityBody::from(&copy) });
    }
    Ok(Json(copies))
}

/// Says that an activity is no copy of any other: it counts by itself, and is not linked again.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/activities/{activity}/separate",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn separate(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    activity(&app, &athlete.id, &id).await?;
    app.library.store.separate(&athlete.id, &id).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// Takes an activity's samples as they were recorded: what cleaning did is undone.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/activities/{activity}/as-recorded",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn as_recorded(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    app.library.set_as_recorded(&athlete, &id, true).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// Cleans an activity's samples again.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/activities/{activity}/cleaned",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn cleaned(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    app.library.set_as_recorded(&athlete, &id, false).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// Takes back that an activity is no copy: it is compared with the others again.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/activities/{activity}/unite",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn unite(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    activity(&app, &athlete.id, &id).await?;
    app.library.store.unite(&athlete.id, &id).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

//! What people write down: the diary; injuries and notes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::EVERY_DAY;
use crate::access::Role;
use crate::entries::Body;
use crate::http::App;
use crate::http::entries::{add, change, is_author, list, take_out};
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{ApiJson, ApiQuery};
use crate::http::who::{May, Need, ReadDiary, ReadInjuries, WriteDiary, WriteInjuries};
use crate::store::Entry;

/// Something that was written down.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryBody {
    /// Id.
    id: String,
    #[serde(flatten)]
    body: Body,
    /// Who wrote it, by name.
    author: String,
    /// As what: `athlete` or `physio`.
    author_role: Role,
    /// Whether you wrote it.
    own: bool,
    /// Whether it came along with an import: then the file says who wrote it.
    imported: bool,
    /// Epoch milliseconds.
    created_ms: i64,
    /// When it was changed last, epoch milliseconds.
    changed_ms: i64,
    /// When it was taken out, epoch milliseconds; null when it was not.
    removed_ms: Option<i64>,
}

impl EntryBody {
    fn of<N>(may: &May<N>, entry: Entry) -> Self {
        let own = is_author(may, &entry);
        let Entry { id, body, author, created_ms, changed_ms, removed_ms, imported, .. } = entry;
        Self {
            id,
            body,
            author: author.name,
            author_role: author.role,
            own,
            imported,
            created_ms,
            changed_ms,
            removed_ms,
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntriesQuery {
    /// First day; the earliest when not given. An illness or an injury is there when any day of it is.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<NaiveDate>,
    /// Last day; the latest when not given.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
    /// Of one kind: `marks`, `pain`, `illness`; `injury`, `note`.
    kind: Option<String>,
    /// Whether also what was taken out and you can bring back; false when not given.
    removed: Option<bool>,
}

impl EntriesQuery {
    fn holds(&self, entry: &Entry) -> bool {
        let (first, last) = (self.from.unwrap_or(EVERY_DAY.0), self.to.unwrap_or(EVERY_DAY.1));
        let body = &entry.body;
        let ends = match body {
            Body::Illness(_) | Body::Injury(_) => body.last().unwrap_or(EVERY_DAY.1),
            _ => body.date(),
        };
        body.date() <= last
            && first <= ends
            && self.kind.as_deref().is_none_or(|kind| kind == body.kind())
            && (entry.removed_ms.is_none() || self.removed == Some(true))
    }
}

async fn listed<N: Need>(app: &App, may: &May<N>, query: &EntriesQuery) -> Result<Json<Vec<EntryBody>>, ApiError> {
    let entries = list(app, may).await?.into_iter().filter(|entry| query.holds(entry));
    Ok(Json(entries.map(|entry| EntryBody::of(may, entry)).collect()))
}

async fn added<N: Need>(app: &App, may: &May<N>, body: Body) -> Result<(StatusCode, Json<EntryBody>), ApiError> {
    Ok((StatusCode::CREATED, Json(EntryBody::of(may, add(app, may, body).await?))))
}

/// What the athlete wrote down of single days, pain and illness, the latest day first.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/diary/entries",
    params(("athlete" = String, Path, description = "Id"), EntriesQuery),
    responses((status = OK, body = Vec<EntryBody>), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn diary(
    State(app): State<App>,
    may: May<ReadDiary>,
    ApiQuery(query): ApiQuery<EntriesQuery>,
) -> Result<Json<Vec<EntryBody>>, ApiError> {
    listed(&app, &may, &query).await
}

/// Writes marks of a day, pain or an illness down.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/diary/entries", request_body = Body,
    params(("athlete" = String, Path, description = "Id")),
    responses((status = CREATED, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn add_to_diary(
    State(app): State<App>,
    may: May<WriteDiary>,
    ApiJson(body): ApiJson<Body>,
) -> Result<(StatusCode, Json<EntryBody>), ApiError> {
    added(&app, &may, body).await
}

/// Changes an entry of the diary, as a whole: a value that is left out is not noted any more.
#[utoipa::path(put, path = "/api/v1/athletes/{athlete}/diary/entries/{entry}", request_body = Body,
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = OK, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn change_diary(
    State(app): State<App>,
    may: May<WriteDiary>,
    Path((_, entry)): Path<(String, String)>,
    ApiJson(body): ApiJson<Body>,
) -> Result<Json<EntryBody>, ApiError> {
    Ok(Json(EntryBody::of(&may, change(&app, &may, &entry, body, None).await?)))
}

/// Takes an entry out of the diary; it can be brought back.
#[utoipa::path(delete, path = "/api/v1/athletes/{athlete}/diary/entries/{entry}",
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn remove_from_diary(
    State(app): State<App>,
    may: May<WriteDiary>,
    Path((_, entry)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    take_out(&app, &may, &entry, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an entry of the diary back.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/diary/entries/{entry}/restore",
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = OK, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn restore_to_diary(
    State(app): State<App>,
    may: May<WriteDiary>,
    Path((_, entry)): Path<(String, String)>,
) -> Result<Json<EntryBody>, ApiError> {
    Ok(Json(EntryBody::of(&may, take_out(&app, &may, &entry, false).await?)))
}

/// Injuries and notes on them, the latest day first. A note that is not shared is there for the athlete and for who
/// wrote it.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/injuries",
    params(("athlete" = String, Path, description = "Id"), EntriesQuery),
    responses((status = OK, body = Vec<EntryBody>), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn injuries(
    State(app): State<App>,
    may: May<ReadInjuries>,
    ApiQuery(query): ApiQuery<EntriesQuery>,
) -> Result<Json<Vec<EntryBody>>, ApiError> {
    listed(&app, &may, &query).await
}

/// Writes an injury or a note down: the athlete, and a physio whom the athlete lets see injuries. Only the athlete says
/// that others read a note: `shared` of anybody else is not taken.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/injuries", request_body = Body,
    params(("athlete" = String, Path, description = "Id")),
    responses((status = CREATED, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn add_injury(
    State(app): State<App>,
    may: May<WriteInjuries>,
    ApiJson(body): ApiJson<Body>,
) -> Result<(StatusCode, Json<EntryBody>), ApiError> {
    added(&app, &may, body).await
}

/// Changes an injury or a note, as a whole. It is the athlete's and who wrote it; what a note says is its writer's alone,
/// and whether it is shared the athlete's.
#[utoipa::path(put, path = "/api/v1/athletes/{athlete}/injuries/{entry}", request_body = Body,
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = OK, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn change_injury(
    State(app): State<App>,
    may: May<WriteInjuries>,
    Path((_, entry)): Path<(String, String)>,
    ApiJson(body): ApiJson<Body>,
) -> Result<Json<EntryBody>, ApiError> {
    Ok(Json(EntryBody::of(&may, change(&app, &may, &entry, body, None).await?)))
}

/// Takes an injury or a note out; it can be brought back.
#[utoipa::path(delete, path = "/api/v1/athletes/{athlete}/injuries/{entry}",
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn remove_injury(
    State(app): State<App>,
    may: May<WriteInjuries>,
    Path((_, entry)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    take_out(&app, &may, &entry, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an injury or a note back.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/injuries/{entry}/restore",
    params(("athlete" = String, Path, description = "Id"), ("entry" = String, Path, description = "Id")),
    responses((status = OK, body = EntryBody), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn restore_injury(
    State(app): State<App>,
    may: May<WriteInjuries>,
    Path((_, entry)): Path<(String, String)>,
) -> Result<Json<EntryBody>, ApiError> {
    Ok(Json(EntryBody::of(&may, take_out(&app, &may, &entry, false).await?)))
}

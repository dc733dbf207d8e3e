//! Who sees what of an athlete, and who looked.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Kind, Role};
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiQuery;
use crate::http::who::{May, ReadConsent, WriteConsent};
use crate::store::{Grant, Grantee};

/// What an athlete lets somebody see.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GrantBody {
    /// Id.
    id: String,
    /// Name of the person or the squad.
    to: String,
    /// Whether it is the staff of a squad.
    squad: bool,
    /// `coach` or `physio`.
    role: Role,
    /// What they may see.
    kinds: Vec<Kind>,
    /// The last day, on the athlete's calendar; null without one.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<NaiveDate>,
    /// Who gave it, by name.
    given_by: String,
    /// When it was given, epoch milliseconds.
    given_ms: i64,
    /// When it began to hold, epoch milliseconds; null while who answers for the athlete has not agreed.
    confirmed_ms: Option<i64>,
    /// When it was taken back, epoch milliseconds.
    revoked_ms: Option<i64>,
}

impl From<Grant> for GrantBody {
    fn from(grant: Grant) -> Self {
        Self {
            id: grant.id,
            squad: matches!(grant.to, Grantee::Squad(_)),
            to: grant.to_name,
            role: grant.role,
            kinds: grant.kinds.iter().collect(),
            until: grant.until,
            given_by: grant.given_by,
            given_ms: grant.given_ms,
            confirmed_ms: grant.confirmed_ms,
            revoked_ms: grant.revoked_ms,
        }
    }
}

/// What an athlete lets others see, the newest first; what ended, too. A token cannot ask.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/grants", params(("athlete" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<GrantBody>), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn grants(
    State(app): State<App>,
    May { athlete, .. }: May<ReadConsent>,
) -> Result<Json<Vec<GrantBody>>, ApiError> {
    Ok(Json(app.library.store.grants(&athlete.id).await?.into_iter().map(GrantBody::from).collect()))
}

/// Takes a grant back, at once.
#[utoipa::path(delete, path = "/api/v1/athletes/{athlete}/grants/{grant}",
    params(("athlete" = String, Path, description = "Id"), ("grant" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn revoke(
    State(app): State<App>,
    May { athlete, .. }: May<WriteConsent>,
    Path((_, grant)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let now_ms = app.now_ms();
    match app.library.store.revoke_grant(&athlete.id, &grant, now_ms).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::no_such("grant").into()),
    }
}

/// A read of an athlete's data by somebody else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadBody {
    /// Id.
    id: String,
    /// Who, by name.
    reader: String,
    /// As what: `coach`, `assistant`, `physio`, `guardian`.
    role: String,
    /// The token that it was read with; null in a browser.
    token: Option<String>,
    /// Which kind of data: `load`, `activities`, `diary`, `injuries`, `consent`, `whole`.
    kind: String,
    /// What else went into it: flags may rest on the diary and on injuries.
    with: Vec<String>,
    /// What, as the address without ids; before it the method, when something was changed.
    what: String,
    /// When, epoch milliseconds.
    at_ms: i64,
}

/// A page of reads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadPage {
    /// Newest first.
    reads: Vec<ReadBody>,
    /// `before` of the next page; null on the last.
    next: Option<String>,
}

/// Which page of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadsQuery {
    /// `next` of the page before.
    before: Option<String>,
    /// How many, 1 to 200; 50 when not given.
    limit: Option<i64>,
}

/// Who looked at an athlete's data, the newest first. A token cannot ask.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/reads",
    params(("athlete" = String, Path, description = "Id"), ReadsQuery),
    responses((status = OK, body = ReadPage), (status = FORBIDDEN, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn reads(
    State(app): State<App>,
    May { athlete, .. }: May<ReadConsent>,
    ApiQuery(query): ApiQuery<ReadsQuery>,
) -> Result<Json<ReadPage>, ApiError> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let mut rows = app.library.store.reads(&athlete.id, query.before.as_deref(), limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = more.then(|| rows.last().map(|row| row.id.clone())).flatten();
    let reads = rows.into_iter().map(|row| ReadBody {
        id: row.id,
        reader: row.reader,
        role: row.role,
        token: row.token,
        kind: row.kind,
        with: row.with,
        what: row.what,
        at_ms: row.at_ms,
    });
    Ok(Json(ReadPage { reads: reads.collect(), next }))
}

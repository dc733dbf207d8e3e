//! The own account: who one is here, where one is signed in, which programs have a token.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Role;
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::who::{Asker, Person};

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    /// Id.
    id: String,
    /// What others see.
    name: String,
    /// Address; also the name to sign in with.
    email: String,
    /// Whether this person runs the installation.
    keeper: bool,
    /// The athlete that this person is; null without a log of one's own.
    athlete: Option<String>,
    /// Whether signing in asks for a second factor.
    second_factor: bool,
    /// When it was made, epoch milliseconds.
    created_ms: i64,
}

/// Who asks.
#[utoipa::path(get, path = "/api/v1/account",
    responses((status = OK, body = AccountBody), (status = UNAUTHORIZED, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn show(asker: Asker) -> Result<Json<AccountBody>, ApiError> {
    let account = asker.0.account().ok_or_else(|| Problem::no_such("account"))?;
    Ok(Json(AccountBody {
        id: account.id.clone(),
        name: account.name.clone(),
        email: account.email.clone(),
        keeper: account.keeper,
        athlete: account.athlete_id.clone(),
        second_factor: account.has_second_factor,
        created_ms: account.created_ms,
    }))
}

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    /// Id.
    id: String,
    /// What the browser calls itself.
    agent: String,
    /// From where it began.
    address: String,
    /// When it began, epoch milliseconds.
    created_ms: i64,
    /// Last use, to within five minutes, epoch milliseconds.
    seen_ms: i64,
    /// Whether it is the one that asks.
    own: bool,
}

/// Browsers that are signed in. For the person in a browser; a token cannot ask.
#[utoipa::path(get, path = "/api/v1/account/sessions",
    responses((status = OK, body = Vec<SessionBody>), (status = UNAUTHORIZED, body = Problem), (status = FORBIDDEN, body = Problem)))]
pub(super) async fn sessions(State(app): State<App>, person: Person) -> Result<Json<Vec<SessionBody>>, ApiError> {
    let now_ms = app.now_ms();
    let sessions = app.library.store.sessions(&person.account.id, now_ms).await?;
    let bodies = sessions.into_iter().map(|session| SessionBody {
        own: session.id == person.session_id,
        id: session.id,
        agent: session.agent,
        address: session.address,
        created_ms: session.created_ms,
        seen_ms: session.seen_ms,
    });
    Ok(Json(bodies.collect()))
}

/// Signs a browser out.
#[utoipa::path(delete, path = "/api/v1/account/sessions/{session}", params(("session" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn end_session(
    State(app): State<App>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    match app.library.store.end_session(&person.account.id, &id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::no_such("session").into()),
    }
}

/// A token of a program, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenBody {
    /// Id.
    id: String,
    /// What its owner calls it.
    name: String,
    /// What it lets a program do: `load:read`, `activities:write`…
    scopes: Vec<&'static str>,
    /// When it was made, epoch milliseconds.
    created_ms: i64,
    /// Until when it holds, epoch milliseconds.
    expires_ms: i64,
    /// Last use, to within five minutes, epoch milliseconds.
    used_ms: Option<i64>,
    /// When it was taken back, epoch milliseconds.
    revoked_ms: Option<i64>,
}

/// Tokens of programs, the newest first. For the person in a browser; a token cannot ask.
#[utoipa::path(get, path = "/api/v1/account/tokens",
    responses((status = OK, body = Vec<TokenBody>), (status = UNAUTHORIZED, body = Problem), (status = FORBIDDEN, body = Problem)))]
pub(super) async fn tokens(State(app): State<App>, person: Person) -> Result<Json<Vec<TokenBody>>, ApiError> {
    let tokens = app.library.store.tokens(&person.account.id).await?;
    let bodies = tokens.into_iter().map(|token| TokenBody {
        id: token.id,
        name: token.name,
        scopes: token.scopes.iter().map(|scope| scope.name()).collect(),
        created_ms: token.created_ms,
        expires_ms: token.expires_ms,
        used_ms: token.used_ms,
        revoked_ms: token.revoked_ms,
    });
    Ok(Json(bodies.collect()))
}

/// Takes a token back; it lets nobody in any more.
#[utoipa::path(delete, path = "/api/v1/account/tokens/{token}", params(("token" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = UNAUTHORIZED, body = Problem), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn revoke_token(
    State(app): State<App>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let now_ms = app.now_ms();
    match app.library.store.revoke_token(&person.account.id, &id, now_ms).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::no_such("token").into()),
    }
}

/// A squad that one is on the staff of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SquadBody {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// `coach` or `assistant`.
    role: Role,
}

/// Squads that one is on the staff of, by name.
#[utoipa::path(get, path = "/api/v1/squads",
    responses((status = OK, body = Vec<SquadBody>), (status = UNAUTHORIZED, body = Problem), (status = FORBIDDEN, body = Problem)))]
pub(super) async fn squads(State(app): State<App>, person: Person) -> Result<Json<Vec<SquadBody>>, ApiError> {
    let squads = app.library.store.squads_of(&person.account.id).await?;
    Ok(Json(squads.into_iter().map(|(squad, role)| SquadBody { id: squad.id, name: squad.name, role }).collect()))
}

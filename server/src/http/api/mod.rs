//! The JSON API: everything that a page shows. Routes and document come from the same declarations.

mod account;
mod activities;
mod athletes;
mod copies;
mod diary;
mod entries;
mod export;
mod imports;
mod load;
mod numbers;
mod sharing;
mod thresholds;
mod uploads;

use axum::Router;
use serde::Deserialize;
use utoipa::openapi::OpenApi as Document;
use utoipa::{IntoParams, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::App;
use super::error::Problem;
use crate::store::ActivityRow;

pub(super) use diary::EVERY_DAY;
pub(super) use imports::{RESULTS, find as find_import, given, result_named, sentence, turned};
pub(super) use load::{HISTORY_DAYS, history_days};

#[derive(OpenApi)]
#[openapi(info(
    title = "Plimsoll",
    description = "Running load from watch files. Distances in km or m, times in s, loads in km per day, as the names say. \
                   A value that cannot be said is null, and `reasons` says why. A program sends a token as \
                   `Authorization: Bearer plimsoll_…`; a person makes it on the page of the account, with the scopes that it is to have."
))]
struct Api;

pub(super) fn routes() -> (Router<App>, Document) {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(athletes::list, athletes::add))
        .routes(routes!(athletes::show, athletes::change))
        .routes(routes!(load::today))
        .routes(routes!(load::days))
        .routes(routes!(load::flags))
        .routes(routes!(load::chart))
        .routes(routes!(load::evidence_register))
        .routes(routes!(load::metrics))
        .routes(routes!(uploads::list, uploads::send))
        .routes(routes!(uploads::original))
        .routes(routes!(imports::list))
        .routes(routes!(imports::show))
        .routes(routes!(imports::files))
        .routes(routes!(imports::undo))
        .routes(routes!(imports::redo))
        .routes(routes!(diary::list))
        .routes(routes!(entries::diary, entries::add_to_diary))
        .routes(routes!(entries::change_diary, entries::remove_from_diary))
        .routes(routes!(entries::restore_to_diary))
        .routes(routes!(entries::injuries, entries::add_injury))
        .routes(routes!(entries::change_injury, entries::remove_injury))
        .routes(routes!(entries::restore_injury))
        .routes(routes!(activities::list))
        .routes(routes!(activities::show, activities::change, activities::remove))
        .routes(routes!(activities::restore))
        .routes(routes!(copies::list))
        .routes(routes!(copies::as_recorded))
        .routes(routes!(copies::cleaned))
        .routes(routes!(copies::separate))
        .routes(routes!(copies::unite))
        .routes(routes!(thresholds::estimates))
        .routes(routes!(thresholds::of_activities))
        .routes(routes!(activities::series))
        .routes(routes!(activities::chart))
        .routes(routes!(account::show))
        .routes(routes!(account::sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(account::tokens))
        .routes(routes!(account::revoke_token))
        .routes(routes!(account::squads))
        .routes(routes!(sharing::grants))
        .routes(routes!(sharing::revoke))
        .routes(routes!(sharing::reads))
        .routes(routes!(export::export))
        .split_for_parts()
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when not given.
    limit: Option<i64>,
}

impl ListQuery {
    fn limit(&self) -> i64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}

/// The activity of an address, or the problem that there is none, or that its import was undone.
pub(super) async fn activity(app: &App, athlete_id: &str, id: &str) -> Result<ActivityRow, Problem> {
    let store = &app.library.store;
    match store.activity(athlete_id, id).await? {
        Some(activity) => Ok(activity),
        None => Err(match store.undone_import_of(athlete_id, id).await? {
            Some(import) => Problem::undone(athlete_id, &import),
            None => Problem::no_such("activity"),
        }),
    }
}

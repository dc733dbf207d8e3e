//! The JSON API: everything that a page shows. Routes and document come from the same declarations.

mod activities;
mod athletes;
mod copies;
mod diary;
mod imports;
mod load;
mod uploads;

use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::App;
use super::error::Problem;
use crate::store::Athlete;

pub(super) use diary::EVERY_DAY;
pub(super) use imports::{RESULTS, find as find_import, result_named, sentence, turned};
pub(super) use load::{HISTORY_DAYS, history_days};

#[derive(OpenApi)]
#[openapi(info(
    title = "Plimsoll",
    description = "Running load from watch files. Distances in km or m, times in s, loads in km per day, as the names say. \
                   A value that cannot be said is null, and `reasons` says why."
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
        .routes(routes!(uploads::list, uploads::send))
        .routes(routes!(uploads::original))
        .routes(routes!(imports::list))
        .routes(routes!(imports::show))
        .routes(routes!(imports::files))
        .routes(routes!(imports::undo))
        .routes(routes!(imports::redo))
        .routes(routes!(diary::list))
        .routes(routes!(activities::list))
        .routes(routes!(activities::show, activities::change, activities::remove))
        .routes(routes!(activities::restore))
        .routes(routes!(copies::list))
        .routes(routes!(copies::as_recorded))
        .routes(routes!(copies::cleaned))
        .routes(routes!(copies::separate))
        .routes(routes!(copies::unite))
        .routes(routes!(activities::series))
        .routes(routes!(activities::chart))
        .split_for_parts()
}

/// The athlete of an address, or the problem that there is none.
pub(super) async fn athlete(app: &App, id: &str) -> Result<Athlete, Problem> {
    app.library.store.athlete(id).await?.ok_or_else(|| Problem::no_such("athlete"))
}

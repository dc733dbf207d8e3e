//! The style sheet, the script, the icon and a table to fill in, inside the binary.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::App;
use super::charts::chart_css;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/static/plimsoll.css", get(|| async { asset("text/css", include_str!("../../static/plimsoll.css")) }))
        .route("/static/charts.css", get(|| async { asset("text/css", chart_css()) }))
        .route(
            "/static/plimsoll.js",
            get(|| async { asset("text/javascript", include_str!("../../static/plimsoll.js")) }),
        )
        .route(
            "/static/past-training.csv",
            get(|| async { asset("text/csv; charset=utf-8", include_str!("../../static/past-training.csv")) }),
        )
        .route("/static/icon.svg", get(|| async { asset("image/svg+xml", include_str!("../../static/icon.svg")) }))
}

fn asset(kind: &'static str, body: impl IntoResponse) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")], body)
}

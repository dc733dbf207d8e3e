//! The service over HTTP: pages for people, the same in JSON for programs, charts for both.

mod api;
mod assets;
mod charts;
mod error;
mod extract;
mod guard;
mod pages;
mod uploads;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::library::Library;

/// What every handler has.
#[derive(Debug, Clone)]
pub(crate) struct App {
    library: Library,
    /// Whether the athletes are invented; pages say so.
    demo: bool,
}

/// All routes.
pub(crate) fn router(library: Library, demo: bool) -> Router {
    let app = App { library, demo };
    let (api, document) = api::routes();
    Router::new()
        .merge(pages::routes())
        .merge(api)
        .route("/api/openapi.json", get(|| async move { axum::Json(document) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .merge(assets::routes())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        // Uploads count their bytes themselves, so that the answer can name the limit; other bodies are small.
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn(guard::loopback_host))
        .layer(middleware::from_fn(guard::headers))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(error::after_panic))
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}

async fn ready(axum::extract::State(app): axum::extract::State<App>) -> Result<&'static str, error::ApiError> {
    app.library.store.ping().await?;
    Ok("ready\n")
}

#[cfg(test)]
mod tests;

//! The service over HTTP: pages for people, the same in JSON for programs, charts for both.

mod api;
mod assets;
mod caller;
mod charts;
mod entries;
mod error;
mod export;
mod extract;
mod guard;
mod pages;
mod uploads;
mod who;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware;
use axum::routing::get;
use chrono::NaiveDate;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::accounts::Accounts;
use crate::library::Library;

/// What every handler has.
#[derive(Debug, Clone)]
pub(crate) struct App {
    library: Library,
    /// Who is let in.
    accounts: Accounts,
    /// Whether the athletes are invented: there is nobody to sign in, and pages say so.
    demo: bool,
}

impl App {
    /// Now, epoch milliseconds.
    fn now_ms(&self) -> i64 {
        self.library.clock.now().timestamp_millis()
    }

    /// Today, where nobody's own calendar counts: the day of birth of an account, the last day of a request.
    fn today(&self) -> NaiveDate {
        self.library.clock.now().date_naive()
    }
}

/// How many requests are answered at once, and how many of one address.
const REQUESTS_AT_ONCE: usize = 512;
const REQUESTS_OF_ONE: usize = 64;

/// All routes.
pub(crate) fn router(library: Library, accounts: Accounts, demo: bool) -> Router {
    let crowd = guard::Crowd::of(REQUESTS_AT_ONCE, REQUESTS_OF_ONE, accounts.proxies);
    let app = App { library, accounts, demo };
    let (api, document) = api::routes();
    let known = middleware::from_fn_with_state(app.clone(), who::identify);
    let mut router = Router::new()
        .merge(pages::routes())
        .merge(api)
        .route_layer(known)
        .route("/api/openapi.json", get(|| async move { axum::Json(document) }))
        .route("/readyz", get(ready))
        .merge(assets::routes())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        // Uploads count their bytes themselves, so that the answer can name the limit; other bodies are small.
        .layer(DefaultBodyLimit::max(256 * 1024))
        .layer(middleware::from_fn_with_state(guard::Patience::USUAL, guard::in_time))
        .layer(middleware::from_fn_with_state(crowd, guard::not_too_many))
        .layer(CsrfLayer::new());
    if demo {
        // Nobody signs in to the demo, so that another page must not get at it under a name of its own.
        router = router.layer(middleware::from_fn(guard::loopback_host));
    }
    // Whether the process lives is answered also while the house is full.
    let alive = Router::new().route("/healthz", get(|| async { "ok\n" }));
    router
        .merge(alive)
        .layer(middleware::from_fn(guard::headers))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(CatchPanicLayer::custom(error::after_panic))
        // Addresses hold ids, and some links a secret: what is logged is the route.
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            let route = request.extensions().get::<axum::extract::MatchedPath>().map_or("", |path| path.as_str());
            tracing::debug_span!("request", method = %request.method(), route)
        }))
        .with_state(app)
}

/// What is compressed on its way: archives are by their nature.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/zip"))
}

async fn ready(axum::extract::State(app): axum::extract::State<App>) -> Result<&'static str, error::ApiError> {
    app.library.store.ping().await?;
    Ok("ready\n")
}

#[cfg(test)]
mod tests;

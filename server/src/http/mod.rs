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
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use chrono::{NaiveDate, TimeDelta};
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;
    use crate::clock::Clock;
    use crate::commands::demo::invite;
    use crate::config::Limits;

    async fn get(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        (status, axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    /// What the API says of the invented squad on a fixed day: the words and numbers that people see.
    #[tokio::test(flavor = "multi_thread")]
    async fn the_squad_on_a_fixed_day_reads_as_it_did() {
        let folder = tempfile::tempdir().unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let noon = today.and_hms_opt(12, 0, 0).unwrap().and_utc() + TimeDelta::minutes(30);
        let library = Library::open(folder.path(), Clock::Fixed(noon), Limits::from_megabytes(128, 256)).await.unwrap();
        invite(&library, today, &mut std::io::sink()).await.unwrap();
        let router = router(library, true);

        let (_, athletes) = get(&router, "/api/v1/athletes").await;
        let athletes: Vec<Value> = serde_json::from_slice(&athletes).unwrap();
        let mut told = String::new();
        for athlete in athletes {
            let path = format!("/api/v1/athletes/{}/today?planned_km=15", athlete["id"].as_str().unwrap());
            let (status, body) = get(&router, &path).await;
            assert_eq!(status, StatusCode::OK);
            let mut today: Value = serde_json::from_slice(&body).unwrap();
            // Ids are new every time.
            for flag in today["flags"].as_array_mut().unwrap() {
                if !flag["activity"].is_null() {
                    flag["activity"] = "…".into();
                }
            }
            round(&mut today);
            let today = serde_json::to_string_pretty(&today).unwrap();
            told.push_str(&format!("# {}\n{today}\n\n", athlete["name"].as_str().unwrap()));
        }
        insta::assert_snapshot!("squad_today", told);
    }

    /// Four decimals: the last bits may differ between processors.
    fn round(value: &mut Value) {
        match value {
            Value::Number(number) if number.is_f64() => {
                let rounded = (number.as_f64().unwrap_or_default() * 1e4).round() / 1e4;
                *value = rounded.into();
            }
            Value::Array(values) => values.iter_mut().for_each(round),
            Value::Object(fields) => fields.values_mut().for_each(round),
            _ => {}
        }
    }

    #[test]
    fn the_document_of_the_api_is_as_it_was() {
        let (_, document) = api::routes();
        insta::assert_snapshot!("openapi", document.to_pretty_json().unwrap());
    }
}

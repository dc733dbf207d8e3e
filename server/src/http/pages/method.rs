//! The method: what is computed, on what evidence, and what is not known.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use plimsoll_analytics::{DayMetric, Evidence, FlagCode, MetricInfo, register};

use super::{Shell, render};
use crate::http::App;
use crate::http::error::PageError;

#[derive(Template)]
#[template(path = "method.html")]
struct MethodPage {
    shell: Shell,
    flags: &'static [FlagCode],
    metrics: Vec<&'static MetricInfo>,
    entries: &'static [Evidence],
}

pub(super) async fn page(State(app): State<App>) -> Result<Html<String>, PageError> {
    render(&MethodPage {
        shell: Shell::plain(&app, "method", "Method"),
        flags: FlagCode::ALL,
        metrics: DayMetric::ALL.into_iter().map(DayMetric::info).collect(),
        entries: register(),
    })
}

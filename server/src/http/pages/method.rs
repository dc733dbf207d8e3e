//! The method: what is computed, on what evidence, and what is not known.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use plimsoll_analytics::{
    ACTIVITY_METRICS, ACTIVITY_PARTS, DayMetric, ESTIMATE_METRICS, Evidence, FlagCode, MetricInfo, OwnMetric, register,
};

use super::{Shell, render};
use crate::http::App;
use crate::http::error::PageError;
use crate::http::who::Viewer;

#[derive(Template)]
#[template(path = "method.html")]
struct MethodPage {
    shell: Shell,
    flags: &'static [FlagCode],
    /// Heading, what they have in common, and the metrics.
    metrics: Vec<(&'static str, &'static str, Vec<&'static MetricInfo>)>,
    entries: &'static [Evidence],
}

pub(super) async fn page(State(app): State<App>, viewer: Viewer) -> Result<Html<String>, PageError> {
    render(&MethodPage {
        shell: Shell::plain(&app, &viewer, "method", "Method"),
        flags: FlagCode::ALL,
        metrics: vec![
            (
                "of an activity",
                "What a device stated wins where it can be. A value that cannot be worked out is left out, with the reason.",
                ACTIVITY_METRICS.iter().collect(),
            ),
            (
                "of an activity, one for each distance, time, zone or speed",
                "What an activity is too short for, and zones whose limits are not set, are left out.",
                ACTIVITY_PARTS.iter().collect(),
            ),
            (
                "estimated from a runner’s own efforts",
                "Only when somebody asks; never applied by itself.",
                ESTIMATE_METRICS.iter().collect(),
            ),
            (
                "of a day",
                "Windows end with the day itself. A day without training is a known zero or unknown, and the two are \
                 never the same.",
                DayMetric::ALL.into_iter().map(DayMetric::info).collect(),
            ),
            (
                "against the own baseline",
                "z-scores against the 60 days (mechanics: 42) that end 7 days before, without days of injury or \
                 illness, at least 14 of them with a value.",
                OwnMetric::ALL.into_iter().map(OwnMetric::info).collect(),
            ),
        ],
        entries: register(),
    })
}

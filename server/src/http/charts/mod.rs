//! Charts as SVG, drawn by plotters, in one style. Pages set them into their HTML; the API serves the same drawing
//! with the colours for light and dark inside.

mod canvas;
mod diary;
mod history;
mod profile;
mod route;
mod sparkline;

use axum::http::header;
use axum::response::IntoResponse;

pub(crate) use canvas::{Chart, ChartError, chart_css};
pub(crate) use diary::diary_values;
pub(crate) use history::{HistoryDay, history};
pub(crate) use profile::{ProfileSeries, profile};
pub(crate) use route::route;
pub(crate) use sparkline::sparkline;

/// A chart as a file of its own. Its colours for dark stand in a style element, which this answer alone allows.
pub(crate) fn svg_file(chart: &Chart) -> impl IntoResponse + use<> {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ];
    (headers, chart.standalone())
}

/// Widest and narrowest chart, CSS pixels.
pub(crate) const WIDTHS: std::ops::RangeInclusive<u32> = 280..=1600;

/// Width for a laptop, CSS pixels.
pub(crate) const WIDE: u32 = 760;

/// Width for a phone, CSS pixels.
pub(crate) const NARROW: u32 = 350;

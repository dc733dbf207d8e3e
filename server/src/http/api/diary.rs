//! Values of single days.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use plimsoll_ingest::DiaryValue;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiQuery;
use crate::http::who::{May, ReadDiary};

/// A value of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiaryBody {
    /// The day on the wearer's wall clock.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// `resting_heart_rate_bpm`, `hrv_rmssd_ms`, `hrv_weekly_rmssd_ms` or `hrv_sdnn_ms`: never one under another's name.
    kind: &'static str,
    /// The value, in the unit that the kind ends with.
    value: f64,
    /// When it was measured or worked out, milliseconds since 1970, UTC; null when only the day is known.
    time_ms: Option<i64>,
}

impl From<DiaryValue> for DiaryBody {
    fn from(value: DiaryValue) -> Self {
        let time_ms = value.time.map(|time| time.timestamp_millis());
        Self { date: value.date, kind: value.kind.as_str(), value: value.value, time_ms }
    }
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SpanQuery {
    /// First day; the earliest when not given.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<NaiveDate>,
    /// Last day; the latest when not given.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<NaiveDate>,
}

/// Resting heart rate and heart-rate variability by day: one value for a date and kind, the one measured last.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/diary",
    params(("athlete" = String, description = "Id"), SpanQuery),
    responses((status = OK, body = Vec<DiaryBody>), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    May { athlete, .. }: May<ReadDiary>,
    ApiQuery(span): ApiQuery<SpanQuery>,
) -> Result<Json<Vec<DiaryBody>>, ApiError> {
    let (first, last) = EVERY_DAY;
    let values = app.library.store.diary(&athlete.id, span.from.unwrap_or(first), span.to.unwrap_or(last)).await?;
    Ok(Json(values.into_iter().map(DiaryBody::from).collect()))
}

/// Days that a watch can be dated on, and many more.
pub(crate) const EVERY_DAY: (NaiveDate, NaiveDate) =
    match (NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31)) {
        (Some(first), Some(last)) => (first, last),
        _ => (NaiveDate::MIN, NaiveDate::MAX),
    };

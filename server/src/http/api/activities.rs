//! Activities.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::numbers::NumbersBody;
use super::{ListQuery, activity};
use crate::http::App;
use crate::http::charts::{ProfileSeries, WIDE, WIDTHS, profile, route, svg_file};
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{ApiJson, ApiQuery};
use crate::http::who::{May, ReadActivities, WriteActivities};
use crate::library::SPORTS;
use crate::store::ActivityRow;
use crate::track::Track;

/// An activity. Null means that neither the device stated it nor the records give it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ActivityBody {
    /// Id.
    id: String,
    /// The upload it came in.
    upload: String,
    /// `running`, `cycling`…; only `running` counts toward the line.
    sport: String,
    /// `trail`, `treadmill`, `track`, `road`, `virtual`.
    run_kind: Option<String>,
    /// Title. This and the next five: what the activity says, else what its copies say.
    title: Option<String>,
    /// Longer text.
    description: Option<String>,
    /// Shoes or other gear, by name.
    gear: Option<String>,
    /// Whether it was on the way to work or the like.
    commute: Option<bool>,
    /// Session rating of perceived exertion, 0 to 10.
    rpe: Option<f64>,
    /// How it felt, 0 (very weak) to 100 (very strong).
    feel: Option<f64>,
    /// Start, milliseconds since 1970, UTC.
    start_ms: i64,
    /// Seconds from UTC to the runner's wall clock.
    utc_offset_s: Option<i64>,
    /// The day that the load counts on.
    #[schema(value_type = String, format = Date)]
    local_date: NaiveDate,
    /// Distance, m.
    distance_m: Option<f64>,
    /// Time in motion, s.
    moving_time_s: Option<f64>,
    /// Time with the timer running, s.
    timer_time_s: Option<f64>,
    /// Time from start to end, s.
    elapsed_time_s: Option<f64>,
    /// Climb, m.
    ascent_m: Option<f64>,
    /// Descent, m.
    descent_m: Option<f64>,
    /// Mean heart rate, bpm.
    avg_heart_rate_bpm: Option<f64>,
    /// Highest heart rate, bpm.
    max_heart_rate_bpm: Option<f64>,
    /// Mean cadence, steps per minute.
    avg_cadence_spm: Option<f64>,
    /// Mean speed in motion, m/s.
    avg_speed_mps: Option<f64>,
    #[serde(flatten)]
    numbers: NumbersBody,
    /// Laps: `start`, `distance_m`, `timer_time_s`…
    laps: serde_json::Value,
    /// Lengths of a pool: `start`, `is_active`, `timer_time_s`, `strokes`, `stroke`…
    lengths: serde_json::Value,
    /// When the activity was taken out, milliseconds since 1970; it can be put back.
    removed_ms: Option<i64>,
    /// Id of the activity that is kept instead of this one: the same one in other bytes.
    same_as: Option<String>,
    /// What looks wrong with the samples: objects with `code`, `place` and `text`.
    findings: serde_json::Value,
    /// What cleaning does about it: objects with `name`, `samples` and `text`.
    cleaning: serde_json::Value,
    /// Whether numbers and records are those of the samples as they were recorded, without cleaning.
    as_recorded: bool,
    /// Whether a person said that it is no copy of any other.
    kept_apart: bool,
}

impl From<&ActivityRow> for ActivityBody {
    fn from(row: &ActivityRow) -> Self {
        let summary = &row.summary;
        Self {
            id: row.id.clone(),
            upload: row.upload_id.clone(),
            sport: row.sport.clone(),
            run_kind: row.run_kind.clone(),
            title: row.title.clone(),
            description: row.description.clone(),
            gear: row.gear.clone(),
            commute: row.commute,
            rpe: row.rpe,
            feel: row.feel,
            start_ms: row.start_ms,
            utc_offset_s: row.utc_offset_s,
            local_date: row.local_date,
            distance_m: summary.distance_m,
            moving_time_s: summary.moving_time_s,
            timer_time_s: summary.timer_time_s,
            elapsed_time_s: summary.elapsed_time_s,
            ascent_m: summary.ascent_m,
            descent_m: summary.descent_m,
            avg_heart_rate_bpm: summary.avg_heart_rate_bpm,
            max_heart_rate_bpm: summary.max_heart_rate_bpm,
            avg_cadence_spm: summary.avg_cadence_spm,
            avg_speed_mps: summary.avg_speed_mps,
            numbers: NumbersBody::from(summary),
            laps: row.laps.clone(),
            lengths: row.lengths.clone(),
            removed_ms: row.removed_ms,
            same_as: row.same_as.clone(),
            findings: row.findings.clone(),
            cleaning: row.cleaning.clone(),
            as_recorded: row.as_recorded,
            kept_apart: row.kept_apart,
        }
    }
}

/// A page of activities.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityPage {
    /// Newest first.
    activities: Vec<ActivityBody>,
    /// `cursor` of the next page; null on the last.
    next: Option<String>,
}

/// An athlete's activities, newest first.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/activities",
    params(("athlete" = String, Path, description = "Id"), ListQuery),
    responses((status = OK, body = ActivityPage), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn list(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> Result<Json<ActivityPage>, ApiError> {
    let page = app.library.store.activity_page(&athlete.id, query.cursor.as_deref(), query.limit()).await?;
    Ok(Json(ActivityPage { activities: page.rows.iter().map(ActivityBody::from).collect(), next: page.next }))
}

/// One activity.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/activities/{activity}",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn show(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// What can be changed of an activity.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ActivityChange {
    /// `running`, `walking`, `hiking`, `cycling`, `swimming`, `rowing`, `strength_training` or `other`.
    sport: String,
}

/// Changes an activity's sport; only `running` counts toward the line.
#[utoipa::path(patch, path = "/api/v1/athletes/{athlete}/activities/{activity}", request_body = ActivityChange,
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
    ApiJson(change): ApiJson<ActivityChange>,
) -> Result<Json<ActivityBody>, ApiError> {
    if !SPORTS.contains(&change.sport.as_str()) {
        let detail = format!("“{}” is not one of: {}.", change.sport, SPORTS.join(", "));
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).into());
    }
    activity(&app, &athlete.id, &id).await?;
    app.library.set_sport(&athlete, &id, &change.sport).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// Takes an activity out of everything; its file stays, and it can be put back.
#[utoipa::path(delete, path = "/api/v1/athletes/{athlete}/activities/{activity}",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = NO_CONTENT), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn remove(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let now_ms = app.now_ms();
    activity(&app, &athlete.id, &id).await?;
    app.library.store.set_removed(&athlete.id, &id, Some(now_ms)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts an activity back.
#[utoipa::path(post, path = "/api/v1/athletes/{athlete}/activities/{activity}/restore",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = ActivityBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn restore(
    State(app): State<App>,
    May { athlete, .. }: May<WriteActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<ActivityBody>, ApiError> {
    activity(&app, &athlete.id, &id).await?;
    app.library.store.set_removed(&athlete.id, &id, None).await?;
    Ok(Json(ActivityBody::from(&activity(&app, &athlete.id, &id).await?)))
}

/// Series along an activity, averaged over even stretches of distance (of time, when no distance is known).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesBody {
    /// `km` or `min`: what `along` counts.
    along_unit: &'static str,
    /// Middle of each stretch.
    along: Vec<f64>,
    /// Speed, m/s.
    speed_mps: Vec<Option<f64>>,
    /// Heart rate, bpm.
    heart_rate_bpm: Vec<Option<f64>>,
    /// Altitude, m.
    altitude_m: Vec<Option<f64>>,
    /// Cadence, steps per minute.
    cadence_spm: Vec<Option<f64>>,
    /// Positions in order, thinned for display: latitude and longitude, degrees.
    positions: Vec<(f64, f64)>,
}

async fn track(app: &App, athlete_id: &str, id: &str) -> Result<Track, Problem> {
    Ok(app.library.track(&activity(app, athlete_id, id).await?).await?)
}

/// Pace, heart rate, elevation and cadence along an activity, and its route.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/activities/{activity}/series",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id")),
    responses((status = OK, body = SeriesBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn series(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<SeriesBody>, ApiError> {
    let track = track(&app, &athlete.id, &id).await?;
    Ok(Json(SeriesBody {
        along_unit: if track.by_time { "min" } else { "km" },
        along: track.along,
        speed_mps: track.speed_mps,
        heart_rate_bpm: track.heart_rate_bpm,
        altitude_m: track.altitude_m,
        cadence_spm: track.cadence_spm,
        positions: track.positions,
    }))
}

/// How wide a chart is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChartQuery {
    /// Width, CSS pixels, 280 to 1600; 760 when not given.
    width: Option<u32>,
}

/// A chart of an activity as SVG: `pace.svg`, `speed.svg`, `heart_rate.svg`, `elevation.svg` or `route.svg`.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/activities/{activity}/charts/{name}",
    params(("athlete" = String, Path, description = "Id"), ("activity" = String, Path, description = "Id"),
        ("name" = String, Path, description = "`pace.svg`, `speed.svg`, `heart_rate.svg`, `elevation.svg`, `route.svg`"), ChartQuery),
    responses((status = OK, body = String, content_type = "image/svg+xml"), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn chart(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
    Path((_, id, name)): Path<(String, String, String)>,
    ApiQuery(query): ApiQuery<ChartQuery>,
) -> Result<Response, ApiError> {
    let width = query.width.unwrap_or(WIDE).clamp(*WIDTHS.start(), *WIDTHS.end());
    let series = ProfileSeries::ALL.into_iter().find(|series| name.strip_suffix(".svg") == Some(series.name()));
    if series.is_none() && name != "route.svg" {
        return Err(Problem::no_such("chart").into());
    }
    let track = track(&app, &athlete.id, &id).await?;
    let drawn = match series {
        Some(series) => profile(&track, series, width),
        None => route(&track, width),
    };
    let chart = drawn
        .map_err(anyhow::Error::from)?
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "The activity has no values for this chart."))?;
    Ok(svg_file(&chart).into_response())
}

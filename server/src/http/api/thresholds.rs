//! Limits estimated from a runner's own best efforts, and the load of every activity with its source.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use plimsoll_analytics::{Estimate, Loaded, NoEstimate, ThresholdEstimates, loads};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::who::{May, ReadActivities, ReadLoad};
use crate::training::loaded;

/// Estimates, made when asked for and never applied by themselves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EstimatesBody {
    /// First day of the runs that count.
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    /// Last day of the runs that count.
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    /// Maximum heart rate, bpm: the highest mean over 10 s, which is the least that it can be. `high` is null: nothing
    /// bounds it from above.
    max_hr_bpm: EstimateBody,
    /// Threshold heart rate, bpm: the highest mean over 30 min, between those over 60 and 20 min.
    threshold_hr_bpm: EstimateBody,
    /// Threshold speed, m/s: critical speed through the best distances in 3 to 20 min, with the 95 % interval of the
    /// slope, which is the scatter of these efforts and not whether they were as fast as possible. None when the heart
    /// rate says that they were not, or when they come from fewer than 3 runs.
    threshold_speed_mps: EstimateBody,
    /// D′ of the same line, m.
    d_prime_m: Option<f64>,
}

/// An estimate with its interval, or the reason that there is none.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct EstimateBody {
    /// The estimate.
    value: Option<f64>,
    /// Lower end of the interval.
    low: Option<f64>,
    /// Upper end of the interval; null where there is none.
    high: Option<f64>,
    /// Runs that were looked at.
    runs: usize,
    /// The efforts that it rests on.
    efforts: Vec<SupportBody>,
    /// Why there is none.
    reason: Option<String>,
}

/// An effort that an estimate rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SupportBody {
    /// Id of the activity.
    activity: String,
    /// Its day.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// How long it was held, s.
    time_s: f64,
    /// Heart rate (bpm) or distance (m).
    value: f64,
}

impl From<Result<Estimate, NoEstimate>> for EstimateBody {
    fn from(estimate: Result<Estimate, NoEstimate>) -> Self {
        match estimate {
            Err(missing) => Self { reason: Some(missing.to_string()), ..Self::default() },
            Ok(Estimate { value, low, high, from, runs }) => Self {
                value: Some(value),
                low: Some(low),
                high,
                runs,
                efforts: from
                    .into_iter()
                    .map(|support| SupportBody {
                        activity: support.run,
                        date: support.date,
                        time_s: support.time_s,
                        value: support.value,
                    })
                    .collect(),
                reason: None,
            },
        }
    }
}

/// Estimates maximum heart rate, threshold heart rate and threshold speed from the runs of the last 180 days. Nothing is
/// changed: whoever wants them puts them into the profile.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/threshold-estimates",
    params(("athlete" = String, description = "Id")),
    responses((status = OK, body = EstimatesBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn estimates(
    State(app): State<App>,
    May { athlete, .. }: May<ReadLoad>,
) -> Result<Json<EstimatesBody>, ApiError> {
    let ThresholdEstimates { from, to, max_hr_bpm, threshold_hr_bpm, threshold_speed_mps, d_prime_m } =
        app.library.threshold_estimates(&athlete).await?;
    Ok(Json(EstimatesBody {
        from,
        to,
        max_hr_bpm: max_hr_bpm.into(),
        threshold_hr_bpm: threshold_hr_bpm.into(),
        threshold_speed_mps: threshold_speed_mps.into(),
        d_prime_m,
    }))
}

/// The load of one activity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoadBody {
    /// Id of the activity.
    activity: String,
    /// The day that it counts on.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// `running`, `cycling`…
    sport: String,
    /// Load in the unit of TRIMP; null when it cannot be said.
    trimp: Option<f64>,
    /// `trimp`: from heart rate, unless that is suspect. `session_rpe`: rating × minutes × the athlete's own median TRIMP per unit of it.
    /// `duration`: minutes × the athlete's own median TRIMP per minute of that sport.
    source: Option<&'static str>,
    /// Why there is none.
    reason: Option<String>,
}

/// The load of every activity that counts, in order of time: TRIMP where heart rate suffices, else what stands in for it.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/loads",
    params(("athlete" = String, Path, description = "Id")),
    responses((status = OK, body = Vec<LoadBody>), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn of_activities(
    State(app): State<App>,
    May { athlete, .. }: May<ReadActivities>,
) -> Result<Json<Vec<LoadBody>>, ApiError> {
    let activities = app.library.store.activities(&athlete.id).await?;
    let loaded: Vec<Loaded<'_>> = activities.iter().map(loaded).collect();
    let loads = loads(&loaded);
    let bodies = activities.iter().zip(loads).map(|(activity, load)| LoadBody {
        activity: activity.id.clone(),
        date: activity.local_date,
        sport: activity.sport.clone(),
        trimp: load.ok().map(|load| load.trimp),
        source: load.ok().map(|load| load.source.name()),
        reason: load.err().map(|missing| missing.to_string()),
    });
    Ok(Json(bodies.collect()))
}

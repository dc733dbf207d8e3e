//! Athletes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use plimsoll_analytics::Physiology;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Kind, Role};
use crate::http::App;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiJson;
use crate::http::who::{Asker, May, ReadLoad, WriteLoad, visible};
use crate::store::{Athlete, Profile, sex_from_name, sex_name};

/// An athlete.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AthleteBody {
    /// Id.
    id: String,
    #[serde(flatten)]
    profile: ProfileBody,
}

/// What an athlete tells about themselves.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProfileBody {
    /// Name.
    name: String,
    /// IANA time zone, such as `Europe/Copenhagen`; UTC when not given.
    #[serde(default)]
    zone: Option<String>,
    /// `female` or `male`: chooses the constants of TRIMP. Null: TRIMP is not computed.
    #[serde(default)]
    sex: Option<String>,
    /// Resting heart rate, bpm.
    #[serde(default)]
    resting_hr_bpm: Option<f64>,
    /// Maximum heart rate, bpm.
    #[serde(default)]
    max_hr_bpm: Option<f64>,
    /// Heart rate at threshold, bpm: for hrTSS.
    #[serde(default)]
    threshold_hr_bpm: Option<f64>,
    /// Speed at threshold, m/s: for rTSS and the bands of speed.
    #[serde(default)]
    threshold_speed_mps: Option<f64>,
    /// Heart rate at the first ventilatory threshold, bpm: for Lucia's TRIMP.
    #[serde(default)]
    vt1_hr_bpm: Option<f64>,
    /// Heart rate at the second ventilatory threshold, bpm.
    #[serde(default)]
    vt2_hr_bpm: Option<f64>,
}

impl From<Athlete> for AthleteBody {
    fn from(athlete: Athlete) -> Self {
        let Profile { name, zone, physiology } = athlete.profile;
        Self {
            id: athlete.id,
            profile: ProfileBody {
                name,
                zone: Some(zone.name().to_owned()),
                sex: physiology.sex.map(|sex| sex_name(sex).to_owned()),
                resting_hr_bpm: physiology.resting_hr_bpm,
                max_hr_bpm: physiology.max_hr_bpm,
                threshold_hr_bpm: physiology.threshold_hr_bpm,
                threshold_speed_mps: physiology.threshold_speed_mps,
                vt1_hr_bpm: physiology.vt1_hr_bpm,
                vt2_hr_bpm: physiology.vt2_hr_bpm,
            },
        }
    }
}

impl TryFrom<ProfileBody> for Profile {
    type Error = Problem;

    fn try_from(body: ProfileBody) -> Result<Self, Problem> {
        let invalid = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
        let zone = body.zone.as_deref().map(str::trim).filter(|zone| !zone.is_empty()).unwrap_or("UTC");
        let sex = body.sex.as_deref().filter(|sex| !sex.is_empty());
        Ok(Self {
            name: body.name,
            zone: zone
                .parse()
                .map_err(|_| invalid(format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen.")))?,
            physiology: Physiology {
                sex: sex
                    .map(|sex| {
                        sex_from_name(sex).ok_or_else(|| invalid(format!("sex is female, male or empty, not “{sex}”.")))
                    })
                    .transpose()?,
                resting_hr_bpm: body.resting_hr_bpm,
                max_hr_bpm: body.max_hr_bpm,
                threshold_hr_bpm: body.threshold_hr_bpm,
                threshold_speed_mps: body.threshold_speed_mps,
                vt1_hr_bpm: body.vt1_hr_bpm,
                vt2_hr_bpm: body.vt2_hr_bpm,
            },
        })
    }
}

/// An athlete that you may see something of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListedBody {
    /// Id.
    id: String,
    /// Name.
    name: String,
    /// What you are to the athlete; one person may be several things.
    roles: Vec<Role>,
    /// What you can read.
    reads: Vec<Kind>,
}

/// The athletes that you may see something of, by name.
#[utoipa::path(get, path = "/api/v1/athletes", responses((status = OK, body = Vec<ListedBody>)))]
pub(super) async fn list(State(app): State<App>, asker: Asker) -> Result<Json<Vec<ListedBody>>, ApiError> {
    let bodies = visible(&app, &asker.0).await?.into_iter().map(|visible| {
        let mut roles: Vec<Role> = visible.ties.0.iter().map(|tie| tie.role).collect();
        roles.dedup();
        let reads = visible.readable.iter().collect();
        ListedBody { id: visible.athlete.id, name: visible.athlete.profile.name, roles, reads }
    });
    Ok(Json(bodies.collect()))
}

/// Begins your own log of training: an athlete that is you. In the demo, adds one more invented athlete.
#[utoipa::path(post, path = "/api/v1/athletes", request_body = ProfileBody,
    responses((status = CREATED, body = AthleteBody), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn add(
    State(app): State<App>,
    asker: Asker,
    ApiJson(body): ApiJson<ProfileBody>,
) -> Result<(StatusCode, Json<AthleteBody>), ApiError> {
    let athlete = asker.begin_log(&app, body.try_into()?).await?;
    Ok((StatusCode::CREATED, Json(athlete.into())))
}

/// One athlete.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}", params(("athlete" = String, Path, description = "Id")),
    responses((status = OK, body = AthleteBody), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn show(May { athlete, .. }: May<ReadLoad>) -> Result<Json<AthleteBody>, ApiError> {
    Ok(Json(athlete.into()))
}

/// Changes what an athlete tells about themselves, as a whole: a value that is left out is not known any more. What
/// rests on it is worked out anew.
#[utoipa::path(put, path = "/api/v1/athletes/{athlete}", params(("athlete" = String, Path, description = "Id")),
    request_body = ProfileBody,
    responses((status = OK, body = AthleteBody), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn change(
    State(app): State<App>,
    May { athlete, .. }: May<WriteLoad>,
    ApiJson(body): ApiJson<ProfileBody>,
) -> Result<Json<AthleteBody>, ApiError> {
    let changed = app.library.change_profile(&athlete.id, body.try_into()?).await?;
    Ok(Json(changed.ok_or_else(|| Problem::no_such("athlete"))?.into()))
}

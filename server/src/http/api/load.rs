//! Where an athlete stands: the line, measures per day, flags, and what is known about them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{Days, NaiveDate};
use plimsoll_analytics::{
    ACTIVITY_METRICS, Analysis, Channel, Day, DayMetric, Episode, Evidence, Flag, FlagCode, Input, LineChange,
    LineOutlook, MetricInfo, OwnMetric, PlannedRun, SpikeClass, register,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::day_body::DayBody;
use crate::http::App;
use crate::http::charts::{HistoryDay, WIDE, WIDTHS, history, svg_file};
use crate::http::error::{ApiError, Problem};
use crate::http::extract::ApiQuery;
use crate::http::who::{May, ReadLoad};
use crate::standing::Standing;

/// Days of the history chart when no range is asked for: twelve weeks.
pub(crate) const HISTORY_DAYS: usize = 84;

/// A flag over the days on which it held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlagBody {
    /// `session_spike`, `weekly_ramp`…
    code: &'static str,
    /// `info`, `caution`, `warning` or `stop`.
    level: &'static str,
    /// First day.
    #[schema(value_type = String, format = Date)]
    first: NaiveDate,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    last: NaiveDate,
    /// The run it is about.
    activity: Option<String>,
    /// What it is about beside the day: a body site, a pair of shoes.
    about: Option<String>,
    /// What was measured, on the last day.
    value: Option<f64>,
    /// What it was compared with.
    threshold: Option<f64>,
    /// Unit of both.
    unit: &'static str,
    /// Key of the entry in the evidence register.
    evidence: &'static str,
    /// What it was made from.
    inputs: Vec<InputBody>,
    /// The words.
    text: String,
}

/// One thing that a flag was made from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InputBody {
    /// What it is: `longest_30d_km`.
    name: &'static str,
    /// A number, a day or a name.
    #[schema(value_type = Value)]
    value: serde_json::Value,
    /// Unit of a number; empty for a ratio, a day or a name.
    unit: &'static str,
}

impl From<&Input> for InputBody {
    fn from(input: &Input) -> Self {
        Self { name: input.name, value: serde_json::to_value(&input.value).unwrap_or_default(), unit: input.unit }
    }
}

impl FlagBody {
    fn new(flag: &Flag, first: NaiveDate, last: NaiveDate) -> Self {
        Self {
            code: flag.code.as_str(),
            level: flag.level.as_str(),
            first,
            last,
            activity: flag.session.clone(),
            about: flag.about.clone(),
            inputs: flag.inputs.iter().map(InputBody::from).collect(),
            value: flag.value,
            threshold: flag.threshold,
            unit: flag.unit,
            evidence: flag.evidence,
            text: flag.text.clone(),
        }
    }
}

impl From<&Episode> for FlagBody {
    fn from(episode: &Episode) -> Self {
        Self::new(&episode.flag, episode.first, episode.last)
    }
}

/// A run that the line rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LongestBody {
    /// Its day.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// Its length, km.
    km: f64,
}

/// The line on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineBody {
    /// 1.10 × the longest run of the 30 days before, km.
    line_km: Option<f64>,
    /// The same without runs that are less than 14 days old and were spikes, or the first in 30 days, km: the headline.
    line_careful_km: Option<f64>,
    /// Why the headline is null.
    reason: Option<&'static str>,
    /// The run that the headline rests on.
    longest: Option<LongestBody>,
    /// The longest run of the 30 days before, whatever it was.
    counted_longest: Option<LongestBody>,
    /// When the headline moves next if nothing more is run.
    next: Option<LineChangeBody>,
    /// Every move of the headline in the next 60 days if nothing more is run.
    calendar: Vec<LineChangeBody>,
}

/// The next move of the line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineChangeBody {
    /// The day.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// From, km; null when there is no line until then.
    from_km: Option<f64>,
    /// To, km; null when there will be no line.
    to_km: Option<f64>,
    /// A run of this length before then, km, keeps the line where it was; null when it does not fall.
    kept_by_km: Option<f64>,
}

fn longest_body(longest: Option<(NaiveDate, f64)>) -> Option<LongestBody> {
    longest.map(|(date, km)| LongestBody { date, km })
}

impl From<&LineOutlook> for LineBody {
    fn from(outlook: &LineOutlook) -> Self {
        let change = |next: &LineChange| LineChangeBody {
            date: next.date,
            from_km: next.from_km,
            to_km: next.to_km,
            kept_by_km: next.kept_by_km,
        };
        Self {
            line_km: outlook.line_km.ok(),
            line_careful_km: outlook.careful_km.ok(),
            reason: outlook.careful_km.err().map(plimsoll_analytics::Reason::as_str),
            longest: longest_body(outlook.longest),
            counted_longest: longest_body(outlook.counted_longest),
            next: outlook.next().map(change),
            calendar: outlook.calendar.iter().map(change).collect(),
        }
    }
}

/// A planned run against the longest of the 30 days before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedBody {
    /// The planned distance, km.
    distance_km: f64,
    /// Planned ÷ longest; null when there is none.
    ratio: Option<f64>,
    /// The class of the ratio: `reference`, `small`, `moderate` or `large`; `no_baseline` without one.
    class: Option<&'static str>,
    /// The flag that it would raise.
    flag: Option<FlagBody>,
}

/// Where an athlete stands today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TodayBody {
    /// Today in the athlete's time zone.
    #[schema(value_type = String, format = Date)]
    today: NaiveDate,
    /// The line; null before the first run.
    line: Option<LineBody>,
    /// The measures of the last day: today once something was run, yesterday before that. Null before the first run.
    day: Option<DayBody>,
    /// Flags that hold today, and those of runs of the last 14 days that the line leaves out, the gravest first.
    flags: Vec<FlagBody>,
    /// The planned run, when `planned_km` was given.
    planned: Option<PlannedBody>,
}

/// What is planned.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TodayQuery {
    /// A run to weigh against the line, km.
    planned_km: Option<f64>,
}

/// The line, today's measures and the active flags.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/today",
    params(("athlete" = String, Path, description = "Id"), TodayQuery),
    responses((status = OK, body = TodayBody), (status = NOT_FOUND, body = Problem), (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn today(
    State(app): State<App>,
    may: May<ReadLoad>,
    ApiQuery(query): ApiQuery<TodayQuery>,
) -> Result<Json<TodayBody>, ApiError> {
    if query.planned_km.is_some_and(|km| !(0.1..=1000.0).contains(&km)) {
        let detail = "planned_km must lie between 0.1 and 1000.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).into());
    }
    let standing = app.library.standing(&may.athlete, may.readable(), query.planned_km).await?;
    Ok(Json(TodayBody {
        today: standing.today,
        line: standing.outlook.as_ref().map(LineBody::from),
        day: standing.day().map(DayBody::from),
        flags: standing.active_episodes().iter().map(FlagBody::from).collect(),
        planned: standing.planned.as_ref().map(planned_body),
    }))
}

fn planned_body(planned: &PlannedRun) -> PlannedBody {
    PlannedBody {
        distance_km: planned.distance_km,
        ratio: planned.ratio,
        class: planned.class.map(SpikeClass::as_str),
        flag: planned.flag.as_ref().map(|flag| FlagBody::new(flag, flag.date, flag.date)),
    }
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RangeQuery {
    /// First day, YYYY-MM-DD; the first run's when not given.
    from: Option<NaiveDate>,
    /// Last day, YYYY-MM-DD; today when not given.
    to: Option<NaiveDate>,
}

impl RangeQuery {
    fn contains(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// Which load the days are of.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChannelQuery {
    /// The channel of acute and chronic load, ratios, monotony, strain, fitness, fatigue and form: `distance` (when not
    /// given), `time`, `grade_adjusted_distance`, `steps`, `session_rpe`, `banister_trimp`, `edwards_trimp`,
    /// `lucia_trimp`, `running_stress`, or `load` (TRIMP with its fallbacks).
    channel: Option<String>,
}

/// Every measure of every day, from the first activity to today (to yesterday, while nothing was run today).
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/days",
    params(("athlete" = String, Path, description = "Id"), RangeQuery, ChannelQuery),
    responses((status = OK, body = Vec<DayBody>), (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn days(
    State(app): State<App>,
    may: May<ReadLoad>,
    ApiQuery(range): ApiQuery<RangeQuery>,
    ApiQuery(query): ApiQuery<ChannelQuery>,
) -> Result<Json<Vec<DayBody>>, ApiError> {
    let channel = query.channel.as_deref().map(|name| Channel::from_name(name).ok_or(name)).transpose();
    let channel = channel.map_err(|name| {
        let names: Vec<&str> = Channel::ALL.iter().map(|channel| channel.as_str()).collect();
        let detail = format!("“{name}” is no load channel. There are {}.", names.join(", "));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, &detail)
    })?;
    let standing = app.library.standing_of(&may.athlete, may.readable(), None, channel).await?;
    let days = standing.analysis.iter().flat_map(|analysis| analysis.days());
    Ok(Json(days.filter(|day| range.contains(day.date)).map(DayBody::from).collect()))
}

/// Every flag, each over the days on which it held.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/flags",
    params(("athlete" = String, Path, description = "Id"), RangeQuery),
    responses((status = OK, body = Vec<FlagBody>), (status = NOT_FOUND, body = Problem)))]
pub(super) async fn flags(
    State(app): State<App>,
    may: May<ReadLoad>,
    ApiQuery(range): ApiQuery<RangeQuery>,
) -> Result<Json<Vec<FlagBody>>, ApiError> {
    let standing = app.library.standing(&may.athlete, may.readable(), None).await?;
    let episodes = standing.analysis.as_deref().map(Analysis::episodes).unwrap_or_default();
    let touched = |episode: &&Episode| {
        range.from.is_none_or(|from| from <= episode.last) && range.to.is_none_or(|to| episode.first <= to)
    };
    Ok(Json(episodes.iter().filter(touched).map(FlagBody::from).collect()))
}

/// Which days, and how wide the chart is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// First day, YYYY-MM-DD; twelve weeks before `to` when not given.
    from: Option<NaiveDate>,
    /// Last day, YYYY-MM-DD; today when not given.
    to: Option<NaiveDate>,
    /// Width, CSS pixels, 280 to 1600; 760 when not given.
    width: Option<u32>,
}

/// A chart as SVG. There is one: `history.svg`.
#[utoipa::path(get, path = "/api/v1/athletes/{athlete}/charts/{name}",
    params(("athlete" = String, Path, description = "Id"), ("name" = String, Path, description = "`history.svg`"), HistoryQuery),
    responses((status = OK, body = String, content_type = "image/svg+xml"), (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)))]
pub(super) async fn chart(
    State(app): State<App>,
    may: May<ReadLoad>,
    Path((_, name)): Path<(String, String)>,
    ApiQuery(query): ApiQuery<HistoryQuery>,
) -> Result<Response, ApiError> {
    if name != "history.svg" {
        return Err(Problem::no_such("chart").into());
    }
    let standing = app.library.standing(&may.athlete, may.readable(), None).await?;
    let to = query.to.unwrap_or(standing.today);
    let twelve_weeks = Days::new(HISTORY_DAYS as u64 - 1);
    let from = query.from.or_else(|| to.checked_sub_days(twelve_weeks)).unwrap_or(to);
    if from > to || (to - from).num_days() > 3 * 366 {
        let detail = "`from` must lie at most three years before `to`.";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).into());
    }
    let width = query.width.unwrap_or(WIDE).clamp(*WIDTHS.start(), *WIDTHS.end());
    let chart = history(&history_days(&standing, from, to), width).map_err(anyhow::Error::from)?;
    Ok(svg_file(&chart).into_response())
}

/// The days of a chart from `from` to `to`. Days before the first run and after today are empty.
pub(crate) fn history_days(standing: &Standing, from: NaiveDate, to: NaiveDate) -> Vec<HistoryDay> {
    let analysis = standing.analysis.as_deref();
    let spikes: Vec<NaiveDate> = analysis
        .iter()
        .flat_map(|analysis| &analysis.flags)
        .filter(|flag| flag.code == FlagCode::SessionSpike)
        .map(|flag| flag.date)
        .collect();
    from.iter_days()
        .take_while(|date| *date <= to)
        .map(|date| {
            let day: Option<Day<'_>> = analysis.and_then(|analysis| analysis.day_of(date));
            let of = |metric| day.and_then(|day| day.get(metric).ok());
            // Before the first run nothing was recorded; that is not a gap to be marked.
            let outside = day.is_none();
            HistoryDay {
                date,
                distance_km: if outside { Some(0.0) } else { of(DayMetric::DistanceKm) },
                acute_km: of(DayMetric::Acute),
                chronic_km: of(DayMetric::Chronic),
                longest_30d_km: of(DayMetric::Longest30dKm),
                spike: spikes.contains(&date),
            }
        })
        .collect()
}

/// An entry of the evidence register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceBody {
    /// Key.
    key: &'static str,
    /// What it is about.
    title: &'static str,
    /// Grade: A large cohort in runners … D opinion.
    grade: &'static str,
    /// What is computed.
    rule: &'static str,
    /// Who was studied.
    population: &'static str,
    /// What was found.
    finding: &'static str,
    /// What it does not show.
    not_shown: &'static str,
    /// What people usually do about it.
    advice: &'static str,
    /// Source.
    citation: &'static str,
    /// DOI.
    doi: Option<&'static str>,
}

impl From<&'static Evidence> for EvidenceBody {
    fn from(entry: &'static Evidence) -> Self {
        Self {
            key: &entry.key,
            title: &entry.title,
            grade: &entry.grade,
            rule: &entry.rule,
            population: &entry.population,
            finding: &entry.finding,
            not_shown: &entry.not_shown,
            advice: &entry.advice,
            citation: &entry.citation,
            doi: entry.doi.as_deref(),
        }
    }
}

/// The evidence register: what stands behind each flag, and what does not.
#[utoipa::path(get, path = "/api/v1/evidence", responses((status = OK, body = Vec<EvidenceBody>)))]
pub(super) async fn evidence_register() -> Json<Vec<EvidenceBody>> {
    Json(register().iter().map(EvidenceBody::from).collect())
}

/// What a metric is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricBody {
    /// Name for programs: the field of an activity or a day.
    symbol: &'static str,
    /// Name for a person.
    title: &'static str,
    /// Unit; empty for a ratio.
    unit: &'static str,
    /// Digits after the point that are worth showing.
    precision: usize,
    /// How several values become one: `sum`, `mean`, `max` or `last`.
    aggregation: &'static str,
    /// How far it can be trusted, in words.
    validity: &'static str,
    /// What is computed.
    formula: &'static str,
    /// Where the formula comes from.
    source: &'static str,
}

impl From<&'static MetricInfo> for MetricBody {
    fn from(info: &'static MetricInfo) -> Self {
        Self {
            symbol: info.symbol,
            title: info.title,
            unit: info.unit,
            precision: info.precision,
            aggregation: info.aggregation.as_str(),
            validity: info.validity.text(),
            formula: info.formula,
            source: info.source,
        }
    }
}

/// Every metric, of activities, of days, and against the own baseline: unit, formula, how far it can be trusted, source.
#[utoipa::path(get, path = "/api/v1/metrics", responses((status = OK, body = Vec<MetricBody>)))]
pub(super) async fn metrics() -> Json<Vec<MetricBody>> {
    let infos =
        ACTIVITY_METRICS.iter().chain(DayMetric::ALL.map(DayMetric::info)).chain(OwnMetric::ALL.map(OwnMetric::info));
    Json(infos.map(MetricBody::from).collect())
}

//! Sample columns of one activity, with the time that each sample stands for.

use plimsoll_ingest::quality::HEART_RATE_BPM;
use plimsoll_ingest::{Activity, Pause, schema};
use polars::prelude::*;

/// A gap between two samples longer than this, seconds, is a pause and counts for nothing, unless the distance grew in
/// it at more than [`MOVING_MPS`]: some devices write a sample only every minute.
pub(crate) const MAX_GAP_S: f64 = 30.0;

/// With a speed for less of the time than this, the time in motion would be too low to stand for the activity.
const MIN_SPEED_SHARE: f64 = 0.5;

/// Above this speed, m/s, a runner is moving.
pub(crate) const MOVING_MPS: f64 = 0.5;

const TIME: &str = "t";
const DURATION: &str = "duration";

/// One activity's samples as a frame of f64 columns: `t` (seconds), `duration` (seconds until the next sample; null
/// when that is a pause), heart rate (plausible ones), speed, cadence, altitude, distance; null where not known.
pub(crate) struct Samples(DataFrame);

/// What one pass over the samples gives.
#[derive(Debug, Default)]
pub(crate) struct Means {
    pub(crate) timer_s: Option<f64>,
    pub(crate) moving_s: Option<f64>,
    pub(crate) elapsed_s: Option<f64>,
    pub(crate) avg_heart_rate_bpm: Option<f64>,
    pub(crate) max_heart_rate_bpm: Option<f64>,
    pub(crate) avg_cadence_spm: Option<f64>,
    /// The part of the timer time in which there is a heart rate, 0 to 1.
    pub(crate) heart_rate_share: Option<f64>,
}

impl Samples {
    pub(crate) fn new(activity: &Activity) -> PolarsResult<Self> {
        let records = &activity.records;
        let stamps = milliseconds(records)?;
        let seconds = match &stamps {
            Some(stamps) => stamps.iter().map(|ms| ms.map(|ms| ms as f64 / 1000.0)).collect(),
            None => numbers(records, schema::ELAPSED_S)?,
        };
        let paused: Vec<bool> = match &stamps {
            Some(stamps) => paused(stamps, &activity.pauses),
            None => vec![false; records.height()],
        };
        let mut columns = vec![Column::new(TIME.into(), seconds), Column::new("paused".into(), paused)];
        for name in
            [schema::HEART_RATE_BPM, schema::SPEED_MPS, schema::CADENCE_SPM, schema::ALTITUDE_M, schema::DISTANCE_M]
        {
            columns.push(Column::new(name.into(), numbers(records, name)?));
        }
        let known = |value: Expr, condition: Expr| when(condition).then(value).otherwise(lit(NULL));
        let until_next = || col(TIME).shift(lit(-1)) - col(TIME);
        let heart_rate = || col(schema::HEART_RATE_BPM);
        let is_plausible =
            heart_rate().gt_eq(lit(*HEART_RATE_BPM.start())).and(heart_rate().lt_eq(lit(*HEART_RATE_BPM.end())));
        let leg = || col(schema::DISTANCE_M).shift(lit(-1)) - col(schema::DISTANCE_M);
        let moved_on = (leg() / until_next()).gt(lit(MOVING_MPS)).fill_null(lit(false));
        let is_short = until_next().lt_eq(lit(MAX_GAP_S));
        let counts = until_next().gt(lit(0.0)).and(is_short.or(moved_on)).and(col("paused").not());
        let step = leg() / col(DURATION);
        let frame = DataFrame::new(records.height(), columns)?
            .lazy()
            .with_columns([
                known(until_next(), counts).alias(DURATION),
                known(heart_rate(), is_plausible).alias(schema::HEART_RATE_BPM),
            ])
            .with_column(coalesce(&[col(schema::SPEED_MPS), step]).alias(schema::SPEED_MPS))
            .collect()?;
        Ok(Self(frame))
    }

    /// Totals, and means weighted with the time that each sample stands for.
    pub(crate) fn means(&self) -> PolarsResult<Means> {
        let duration = || col(DURATION);
        let lasting = |condition: Expr| duration().filter(condition);
        let (heart_rate, cadence) = (|| col(schema::HEART_RATE_BPM), || col(schema::CADENCE_SPM));
        let means = self
            .0
            .clone()
            .lazy()
            .select([
                duration().sum().alias("timer"),
                lasting(col(schema::SPEED_MPS).gt(lit(MOVING_MPS))).sum().alias("moving"),
                lasting(col(schema::SPEED_MPS).is_not_null()).sum().alias("with_speed"),
                (col(TIME).max() - col(TIME).min()).alias("elapsed"),
                (heart_rate() * duration()).sum().alias("beats"),
                lasting(heart_rate().is_not_null()).sum().alias("with_heart_rate"),
                heart_rate().max().alias("max_heart_rate"),
                (cadence() * duration()).filter(cadence().gt(lit(0.0))).sum().alias("steps"),
                lasting(cadence().gt(lit(0.0))).sum().alias("stepping"),
            ])
            .collect()?;
        let value = |name: &str| -> PolarsResult<Option<f64>> {
            Ok(means
                .column(name)?
                .cast(&DataType::Float64)?
                .f64()?
                .iter()
                .next()
                .flatten()
                .filter(|value: &f64| value.is_finite()))
        };
        let positive = |name: &str| value(name).map(|value| value.filter(|value| *value > 0.0));
        let mean = |sum: Option<f64>, weight: Option<f64>| Some(sum? / weight?);
        let timer_s = positive("timer")?;
        let with_heart_rate = positive("with_heart_rate")?;
        Ok(Means {
            timer_s,
            moving_s: match (positive("with_speed")?, timer_s) {
                (Some(with_speed), Some(timer)) if with_speed >= MIN_SPEED_SHARE * timer => value("moving")?,
                _ => None,
            },
            elapsed_s: positive("elapsed")?,
            avg_heart_rate_bpm: mean(value("beats")?, with_heart_rate),
            max_heart_rate_bpm: value("max_heart_rate")?,
            avg_cadence_spm: mean(value("steps")?, positive("stepping")?),
            heart_rate_share: mean(with_heart_rate, timer_s),
        })
    }

    /// Heart rate with the seconds that it stands for, sample by sample.
    pub(crate) fn heart_rates(&self) -> PolarsResult<Vec<(f64, f64)>> {
        let rates = self.0.column(schema::HEART_RATE_BPM)?.f64()?;
        let durations = self.0.column(DURATION)?.f64()?;
        Ok(rates.iter().zip(durations.iter()).filter_map(|(rate, duration)| Some((rate?, duration?))).collect())
    }

    /// The known altitudes, metres.
    pub(crate) fn altitudes_m(&self) -> PolarsResult<Vec<f64>> {
        Ok(self.0.column(schema::ALTITUDE_M)?.f64()?.iter().flatten().collect())
    }

    /// Last − first distance of the samples, metres; `None` when that is not above zero.
    pub(crate) fn distance_m(&self) -> PolarsResult<Option<f64>> {
        // `first` and `last` of a Polars column panic when it is empty.
        let mut known = self.0.column(schema::DISTANCE_M)?.f64()?.iter().flatten();
        let first = known.next();
        let distance = known.last().zip(first).map(|(last, first)| last - first);
        Ok(distance.filter(|distance| distance.is_finite() && *distance > 0.0))
    }
}

/// Sample times in ms since the epoch; `None` without a time column.
fn milliseconds(records: &DataFrame) -> PolarsResult<Option<Vec<Option<i64>>>> {
    let Ok(column) = records.column(schema::TIME) else { return Ok(None) };
    let per_ms = match column.dtype() {
        DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000,
        DataType::Datetime(TimeUnit::Microseconds, _) => 1_000,
        DataType::Datetime(TimeUnit::Milliseconds, _) => 1,
        _ => return Ok(None),
    };
    let stamps = column.cast(&DataType::Int64)?;
    let stamps: Vec<Option<i64>> = stamps.i64()?.iter().map(|stamp| stamp.map(|stamp| stamp / per_ms)).collect();
    Ok(stamps.iter().any(Option::is_some).then_some(stamps))
}

/// A column as finite numbers; all null when the file does not have it or holds something else under its name.
fn numbers(records: &DataFrame, name: &str) -> PolarsResult<Vec<Option<f64>>> {
    let Ok(column) = records.column(name) else { return Ok(vec![None; records.height()]) };
    if !column.dtype().is_primitive_numeric() {
        return Ok(vec![None; records.height()]);
    }
    let column = column.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().map(|value| value.filter(|value| value.is_finite())).collect())
}

/// For each sample: whether the timer stood still somewhere between it and the next.
fn paused(stamps: &[Option<i64>], pauses: &[Pause]) -> Vec<bool> {
    let mut pauses: Vec<(i64, i64)> =
        pauses.iter().map(|pause| (pause.from.timestamp_millis(), pause.to.timestamp_millis())).collect();
    pauses.sort_unstable();
    let next = stamps.iter().skip(1).copied().chain([None]);
    stamps
        .iter()
        .zip(next)
        .map(|(from, to)| {
            let (Some(from), Some(to)) = (*from, to) else { return false };
            let started = pauses.partition_point(|(start, _)| *start < to);
            started.checked_sub(1).and_then(|last| pauses.get(last)).is_some_and(|(_, end)| *end > from)
        })
        .collect()
}

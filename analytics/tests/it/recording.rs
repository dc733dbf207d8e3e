//! Recordings written down in a few lines.

use chrono::{DateTime, Utc};
use plimsoll_analytics::{Physiology, Sex};
use plimsoll_ingest::{Activity, Details, DistanceSource, OffsetSource, RunKind, Sport, Totals, schema};
use polars::prelude::*;

/// A man with a resting heart rate of 40 and a maximum of 200, and nothing else known.
pub(crate) const MAN: Physiology = Physiology {
    sex: Some(Sex::Male),
    resting_hr_bpm: Some(40.0),
    max_hr_bpm: Some(200.0),
    threshold_hr_bpm: None,
    threshold_speed_mps: None,
    vt1_hr_bpm: None,
    vt2_hr_bpm: None,
};

/// 2025-09-01T00:00:00Z, ms.
const START_MS: i64 = 1_756_684_800_000;

/// A second of the recording as a moment.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(START_MS + 1000 * second).unwrap()
}

/// Samples at these seconds, with columns beside the time.
pub(crate) fn activity(seconds: &[i64], columns: Vec<Column>) -> Activity {
    let stamps: Vec<i64> = seconds.iter().map(|second| START_MS + 1000 * second).collect();
    let time = Column::new(schema::TIME.into(), stamps)
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)))
        .unwrap();
    with_records(DataFrame::new(seconds.len(), [vec![time], columns].concat()).unwrap())
}

/// A run with these records and nothing stated.
pub(crate) fn with_records(records: DataFrame) -> Activity {
    Activity {
        sport: Sport::Running(RunKind::Road),
        details: Details::default(),
        start: Some(at(0)),
        utc_offset_s: None,
        offset_source: OffsetSource::Unknown,
        local_date: None,
        session: Totals::default(),
        distance_source: DistanceSource::Device,
        laps: vec![],
        pauses: vec![],
        lengths: vec![],
        strap_heart_rate: None,
        records,
    }
}

/// A column of values.
pub(crate) fn column<T>(name: &str, values: Vec<T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
    Vec<T>: AsRef<[T]>,
{
    Series::new(name.into(), values).into()
}

/// Half an hour, a sample per second, at 3 m/s and 130 beats per minute.
pub(crate) fn half_an_hour() -> Activity {
    let seconds: Vec<i64> = (0..=1800).collect();
    let distances: Vec<f64> = seconds.iter().map(|second| 100.0 + 3.0 * *second as f64).collect();
    let columns = vec![
        column(schema::DISTANCE_M, distances),
        column(schema::SPEED_MPS, vec![3.0_f64; 1801]),
        column(schema::HEART_RATE_BPM, vec![130_u16; 1801]),
        column(schema::CADENCE_SPM, vec![170.0_f64; 1801]),
    ];
    activity(&seconds, columns)
}

/// Seconds 0 to `last`, one sample each, with columns made from the second.
pub(crate) fn every_second(last: i64, columns: &[(&str, &dyn Fn(f64) -> f64)]) -> Activity {
    let seconds: Vec<i64> = (0..=last).collect();
    let of = |make: &dyn Fn(f64) -> f64| seconds.iter().map(|second| make(*second as f64)).collect::<Vec<f64>>();
    let columns = columns.iter().map(|(name, make)| column(name, of(make))).collect();
    activity(&seconds, columns)
}

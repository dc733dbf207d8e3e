//! What looks wrong is found where it is, what is right is left alone, and cleaning can be undone.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod clean;
mod corpus;
mod find;
mod lock;

use chrono::{DateTime, Utc};
use plimsoll_ingest::quality::{Finding, FindingKind, examine};
use plimsoll_ingest::{Activity, Details, DistanceSource, OffsetSource, RunKind, Sport, Totals, schema};
use polars::prelude::*;

/// 2025-09-01T00:00:00Z, ms.
const START_MS: i64 = 1_756_684_800_000;

fn at(second: f64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(START_MS + (1000.0 * second) as i64).unwrap()
}

fn time(seconds: &[f64]) -> Column {
    let stamps: Vec<i64> = seconds.iter().map(|second| START_MS + (1000.0 * second) as i64).collect();
    Column::new(schema::TIME.into(), stamps)
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)))
        .unwrap()
}

/// A run with samples at these seconds, and columns beside the time.
fn run(seconds: &[f64], columns: Vec<Column>) -> Activity {
    Activity {
        sport: Sport::Running(RunKind::Road),
        details: Details::default(),
        start: Some(at(0.0)),
        utc_offset_s: None,
        offset_source: OffsetSource::Unknown,
        local_date: None,
        session: Totals::default(),
        distance_source: DistanceSource::Device,
        laps: vec![],
        pauses: vec![],
        lengths: vec![],
        strap_heart_rate: None,
        records: DataFrame::new(seconds.len(), [vec![time(seconds)], columns].concat()).unwrap(),
    }
}

fn heart_rates(rates: Vec<Option<u16>>) -> Column {
    Column::new(schema::HEART_RATE_BPM.into(), rates)
}

fn floats(name: &str, values: Vec<f64>) -> Column {
    Column::new(name.into(), values)
}

/// So many samples, one a second.
fn seconds(samples: usize) -> Vec<f64> {
    (0..samples).map(|second| second as f64).collect()
}

fn found(activity: &Activity, kind: FindingKind) -> Option<Finding> {
    let findings = examine(activity);
    assert_eq!(findings, examine(activity));
    findings.into_iter().find(|finding| finding.kind == kind)
}

fn rows(finding: &Finding) -> Vec<(usize, usize)> {
    finding.stretches.iter().map(|stretch| (stretch.first_row, stretch.last_row)).collect()
}

fn kinds(activity: &Activity) -> Vec<FindingKind> {
    examine(activity).into_iter().map(|finding| finding.kind).collect()
}

/// Noise of a fixed sequence, about normal with this standard deviation.
struct Noise(u64);

impl Noise {
    fn next(&mut self, sd: f64) -> f64 {
        let mut uniform = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        };
        // The sum of four uniform numbers has a variance of a third.
        sd * 3.0_f64.sqrt() * (uniform() + uniform() + uniform() + uniform() - 2.0)
    }
}

//! Records that no watch should write: no panic, no infinity.

use plimsoll_analytics::{ActivitySummary, Physiology, summarise};
use plimsoll_ingest::{Activity, schema};
use polars::prelude::*;
use proptest::prelude::*;
use serde_json::Value;

use crate::recording::{MAN, activity, column, every_second, with_records};

const KNOWN: Physiology = Physiology {
    threshold_hr_bpm: Some(170.0),
    threshold_speed_mps: Some(4.0),
    vt1_hr_bpm: Some(140.0),
    vt2_hr_bpm: Some(165.0),
    ..MAN
};

const COLUMNS: [&str; 12] = [
    schema::DISTANCE_M,
    schema::SPEED_MPS,
    schema::HEART_RATE_BPM,
    schema::CADENCE_SPM,
    schema::ALTITUDE_M,
    schema::GRADE,
    schema::TOTAL_CYCLES,
    schema::STANCE_TIME_MS,
    schema::STANCE_BALANCE_PCT,
    schema::VERTICAL_OSCILLATION_MM,
    schema::STEP_LENGTH_MM,
    schema::VERTICAL_RATIO_PCT,
];

/// What is stored must come back as it was: an infinity would not.
fn comes_back(activity: &Activity) -> ActivitySummary {
    let summary = summarise(activity, &KNOWN);
    let stored = serde_json::to_value(&summary).unwrap();
    let back: ActivitySummary = serde_json::from_str(&stored.to_string()).unwrap();
    assert!(alike(&stored, &serde_json::to_value(&back).unwrap()), "{stored}");
    summary
}

/// Whether both say the same, but for the last bit of a number.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| alike(a, b)))
        }
        (a, b) => a == b,
    }
}

fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..400.0_f64,
        1 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, -1.0, 0.0, 1e-308]),
    ]
}

proptest! {
    #[test]
    fn any_records_give_a_summary_that_can_be_kept(
        rows in prop::collection::vec((hostile(), prop::array::uniform12(hostile())), 0..60),
    ) {
        let mut columns = vec![column(schema::ELAPSED_S, rows.iter().map(|(time, _)| *time).collect::<Vec<f64>>())];
        for (index, name) in COLUMNS.into_iter().enumerate() {
            columns.push(column(name, rows.iter().map(|(_, values)| values[index]).collect::<Vec<f64>>()));
        }
        comes_back(&with_records(DataFrame::new(rows.len(), columns).unwrap()));
    }

    #[test]
    fn times_in_any_order_give_a_summary_that_can_be_kept(
        seconds in prop::collection::vec(prop_oneof![9 => 0..5000_i64, 1 => -9_000_000_000_000..9_000_000_000_000_i64], 0..60),
    ) {
        let columns = COLUMNS.map(|name| column(name, (0..seconds.len()).map(|row| 3.0 * row as f64).collect::<Vec<f64>>()));
        comes_back(&activity(&seconds, columns.to_vec()));
    }
}

#[test]
fn nothing_one_sample_and_times_that_run_backwards() {
    for seconds in [&[][..], &[0][..], &[9, 8, 7, 6, 5][..], &[4, 4, 4, 4][..]] {
        let columns = COLUMNS.map(|name| column(name, vec![150.0_f64; seconds.len()]));
        let summary = comes_back(&activity(seconds, columns.to_vec()));
        assert!(summary.best_efforts.is_empty() && summary.mechanics.is_empty() && summary.intensity.is_empty());
        assert_eq!((summary.trimp, summary.rtss, summary.steps, summary.efficiency_factor), (None, None, None, None));
    }
}

#[test]
fn days_of_samples_give_a_summary() {
    // Also where nothing moves, everything moves at once, or the altitude saws.
    let shapes: [&dyn Fn(f64) -> f64; 3] = [&|s| 3.0 * s, &|s| (s / 1000.0).floor() * 3000.0, &|s| 30.0 * (s % 100.0)];
    let summary = |last: i64, metres: &dyn Fn(f64) -> f64| {
        comes_back(&every_second(
            last,
            &[
                (schema::DISTANCE_M, metres),
                (schema::HEART_RATE_BPM, &|s| 120.0 + s % 60.0),
                (schema::CADENCE_SPM, &|_| 170.0),
                (schema::ALTITUDE_M, &|s| 100.0 + (s % 20.0)),
            ],
        ))
    };
    for metres in shapes {
        summary(100_000, metres);
    }
    // Nearly five days, second by second.
    let long = summary(400_000, shapes[0]);
    assert!((long.distance_m.unwrap() - 1_200_000.0).abs() < 10.0);
    assert!((long.avg_heart_rate_bpm.unwrap() - 149.5).abs() < 0.01);
}

#[test]
fn a_summary_stored_before_there_were_these_fields_is_read() {
    let stored = r#"{"distance_m":5000.0,"moving_time_s":1500.0,"timer_time_s":1500.0,"elapsed_time_s":1510.0,
        "ascent_m":null,"descent_m":null,"avg_heart_rate_bpm":null,"max_heart_rate_bpm":null,"avg_cadence_spm":null,
        "avg_speed_mps":3.33,"trimp":null,"trimp_reason":"no heart rate was recorded","distance_origin":"records"}"#;
    let summary: ActivitySummary = serde_json::from_str(stored).unwrap();
    assert_eq!((summary.distance_m, summary.steps), (Some(5000.0), None));
    assert!(summary.best_efforts.is_empty() && summary.reasons.is_empty());
}

//! Records to one summary.

use plimsoll_analytics::{DistanceOrigin, Physiology, Sex, banister_trimp, summarise};
use plimsoll_ingest::quality::{Cleaning, clean, restore};
use plimsoll_ingest::{Activity, Details, DistanceSource, Pause, Totals, schema};
use polars::prelude::*;

use crate::recording::{MAN, activity, at, column, half_an_hour, with_records};
use crate::support::close;

#[test]
fn a_steady_run() {
    let summary = summarise(&half_an_hour(), &MAN);
    assert_eq!((summary.distance_m, summary.distance_origin), (Some(5400.0), DistanceOrigin::Records));
    assert_eq!(summary.moving_time_s, Some(1800.0));
    assert_eq!(summary.timer_time_s, Some(1800.0));
    assert_eq!(summary.elapsed_time_s, Some(1800.0));
    close(summary.avg_heart_rate_bpm.unwrap(), 130.0, 1e-9);
    assert_eq!(summary.max_heart_rate_bpm, Some(130.0));
    close(summary.avg_cadence_spm.unwrap(), 170.0, 1e-9);
    close(summary.avg_speed_mps.unwrap(), 3.0, 1e-12);
    assert_eq!(summary.ascent_m, None);
    // The published value for 30 min at 130.
    close(summary.trimp.unwrap(), 31.802_539, 1e-6);
    assert_eq!(summary.why_missing("trimp"), None);
}

#[test]
fn the_time_of_the_samples_weighs_the_heart_rate() {
    // 10 s at 100, then 20 s at 160; the last sample stands for no time.
    let rates = column(schema::HEART_RATE_BPM, vec![100.0_f64, 160.0, 250.0]);
    let summary = summarise(&activity(&[0, 10, 30], vec![rates]), &MAN);
    close(summary.avg_heart_rate_bpm.unwrap(), 140.0, 1e-9);
    let trimp = |seconds: f64, rate| banister_trimp(seconds / 60.0, rate, 40.0, 200.0, Sex::Male);
    close(summary.trimp.unwrap(), trimp(10.0, 100.0) + trimp(20.0, 160.0), 1e-12);
}

#[test]
fn gaps_and_pauses_count_for_nothing() {
    let seconds = [0, 10, 20, 60, 70, 80];
    let columns = || {
        vec![
            column(schema::SPEED_MPS, vec![3.0_f64, 3.0, 3.0, 3.0, 0.2, 3.0]),
            column(schema::HEART_RATE_BPM, vec![130.0_f64; 6]),
        ]
    };
    let gap = activity(&seconds, columns());
    let summary = summarise(&gap, &MAN);
    assert_eq!(
        (summary.timer_time_s, summary.moving_time_s, summary.elapsed_time_s),
        (Some(40.0), Some(30.0), Some(80.0))
    );
    close(summary.trimp.unwrap(), banister_trimp(40.0 / 60.0, 130.0, 40.0, 200.0, Sex::Male), 1e-12);
    // A gap of 30 s still counts.
    let summary = summarise(&activity(&[0, 30, 61], columns().iter().map(|c| c.head(Some(3))).collect()), &MAN);
    assert_eq!(summary.timer_time_s, Some(30.0));
    let paused = Activity { pauses: vec![Pause { from: at(12), to: at(18) }], ..gap };
    assert_eq!(summarise(&paused, &MAN).timer_time_s, Some(30.0));
    // Of five legs of 10 s a pause takes out those that it touches, and not the one that begins as it ends, nor the one
    // that ends as it begins.
    let pauses = vec![Pause { from: at(12), to: at(20) }, Pause { from: at(40), to: at(45) }];
    let records = activity(&[0, 10, 20, 30, 40, 50], vec![column(schema::SPEED_MPS, vec![3.0_f64; 6])]);
    assert_eq!(summarise(&Activity { pauses, ..records }, &MAN).timer_time_s, Some(30.0));
}

#[test]
fn what_the_device_stated_wins_unless_it_cannot_be() {
    let stated = |session| summarise(&Activity { session, ..half_an_hour() }, &MAN);
    let summary = stated(Totals {
        distance_m: Some(5500.0),
        timer_time_s: Some(1790.0),
        elapsed_time_s: Some(1900.0),
        ascent_m: Some(0.0),
        descent_m: Some(12.0),
        avg_heart_rate_bpm: Some(131.0),
        max_heart_rate_bpm: Some(151.0),
        ..Totals::default()
    });
    assert_eq!((summary.distance_m, summary.distance_origin), (Some(5500.0), DistanceOrigin::DeviceTotal));
    assert_eq!((summary.timer_time_s, summary.elapsed_time_s), (Some(1790.0), Some(1900.0)));
    assert_eq!((summary.ascent_m, summary.descent_m), (Some(0.0), Some(12.0)));
    assert_eq!((summary.avg_heart_rate_bpm, summary.max_heart_rate_bpm), (Some(131.0), Some(151.0)));
    for distance in [0.0, -5.0, f64::NAN, f64::INFINITY, 4_294_967.0, 30_000.0] {
        let summary = stated(Totals { distance_m: Some(distance), ..Totals::default() });
        assert_eq!(
            (summary.distance_m, summary.distance_origin),
            (Some(5400.0), DistanceOrigin::Records),
            "{distance}"
        );
    }
    let summary = stated(Totals { avg_heart_rate_bpm: Some(255.0), ascent_m: Some(65_535.0), ..Totals::default() });
    close(summary.avg_heart_rate_bpm.unwrap(), 130.0, 1e-9);
    assert_eq!(summary.ascent_m, None);
}

#[test]
fn why_there_is_no_trimp() {
    let reason = |physiology: Physiology| summarise(&half_an_hour(), &physiology).why_missing("trimp").unwrap();
    assert_eq!(reason(Physiology { sex: None, ..MAN }), "the sex is not set, and the formula depends on it");
    assert_eq!(reason(Physiology { resting_hr_bpm: None, ..MAN }), "the resting heart rate is not set");
    assert_eq!(reason(Physiology { max_hr_bpm: None, ..MAN }), "the maximum heart rate is not set");
    assert_eq!(
        reason(Physiology { max_hr_bpm: Some(40.0), ..MAN }),
        "resting (40) and maximum heart rate (40) do not go together"
    );
    let partly = column(schema::HEART_RATE_BPM, vec![Some(130.0_f64), None, None, Some(130.0)]);
    let summary = summarise(&activity(&[0, 10, 20, 30], vec![partly]), &MAN);
    assert_eq!(summary.why_missing("trimp").unwrap(), "heart rate was recorded for only 33 % of the time");
    // Strap noise is no heart rate.
    let noise = column(schema::HEART_RATE_BPM, vec![0.0_f64, 255.0, 0.0]);
    let summary = summarise(&activity(&[0, 10, 20], vec![noise]), &MAN);
    assert_eq!(summary.why_missing("trimp").unwrap(), "no heart rate was recorded");
    assert_eq!((summary.avg_heart_rate_bpm, summary.max_heart_rate_bpm), (None, None));
}

#[test]
fn climb_leaves_noise_out() {
    let climb = |altitudes: Vec<f64>| {
        let seconds: Vec<i64> = (0..).take(altitudes.len()).collect();
        let summary = summarise(&activity(&seconds, vec![column(schema::ALTITUDE_M, altitudes)]), &MAN);
        (summary.ascent_m.unwrap(), summary.descent_m.unwrap())
    };
    assert_eq!(climb(vec![100.0, 102.0, 100.0, 102.0, 100.5]), (0.0, 0.0));
    assert_eq!(climb(vec![100.0, 105.0, 104.0, 110.0, 100.0]), (10.0, 10.0));
}

#[test]
fn positions_alone_and_speed_from_distance() {
    let distances = column(schema::DISTANCE_M, vec![None, Some(0.0_f64), Some(30.0), Some(31.0), None]);
    let activity =
        Activity { distance_source: DistanceSource::Positions, ..activity(&[0, 10, 20, 30, 40], vec![distances]) };
    let summary = summarise(&activity, &MAN);
    assert_eq!((summary.distance_m, summary.distance_origin), (Some(31.0), DistanceOrigin::Positions));
    assert_eq!(summary.moving_time_s, Some(10.0));
}

#[test]
fn samples_a_minute_apart_are_a_run_and_a_stop_of_a_minute_is_none() {
    let distances = column(schema::DISTANCE_M, vec![0.0_f64, 180.0, 360.0, 361.0, 541.0]);
    let summary = summarise(&activity(&[0, 60, 120, 180, 240], vec![distances]), &MAN);
    assert_eq!((summary.distance_m, summary.timer_time_s), (Some(541.0), Some(180.0)));
    assert_eq!(summary.moving_time_s, Some(180.0));
}

#[test]
fn a_speed_for_a_moment_says_nothing_of_the_time_in_motion() {
    let speeds = column(schema::SPEED_MPS, vec![Some(3.0_f64), None, None, None, None]);
    assert_eq!(summarise(&activity(&[0, 10, 20, 30, 40], vec![speeds]), &MAN).moving_time_s, None);
}

#[test]
fn elapsed_seconds_do_where_there_is_no_time() {
    let records = df!(schema::ELAPSED_S => [0.0, 10.0, 20.0], schema::SPEED_MPS => [3.0, 3.0, 3.0]).unwrap();
    let summary = summarise(&with_records(records), &MAN);
    assert_eq!((summary.timer_time_s, summary.moving_time_s), (Some(20.0), Some(20.0)));
}

#[test]
fn nothing_and_nonsense_give_nothing() {
    for records in [
        DataFrame::empty(),
        df!(schema::TIME => ["a", "b"], schema::HEART_RATE_BPM => ["x", "y"]).unwrap(),
        df!(schema::ELAPSED_S => [f64::NAN, f64::INFINITY], schema::SPEED_MPS => [f64::NAN, 1e308]).unwrap(),
    ] {
        let summary = summarise(&with_records(records), &MAN);
        assert_eq!((summary.distance_m, summary.distance_origin), (None, DistanceOrigin::None));
        assert_eq!((summary.timer_time_s, summary.moving_time_s, summary.trimp), (None, None, None));
    }
    // Time that runs backwards stands for no time.
    let rates = column(schema::HEART_RATE_BPM, vec![130.0_f64, 130.0, 130.0]);
    let summary = summarise(&activity(&[20, 10, 0], vec![rates]), &MAN);
    assert_eq!((summary.timer_time_s, summary.trimp), (None, None));
}

#[test]
fn a_line_of_a_diary_is_an_activity_without_records() {
    let line = Activity {
        session: Totals { distance_m: Some(10_000.0), timer_time_s: Some(3000.0), ..Totals::default() },
        details: Details { rpe: Some(6.0), ..Details::default() },
        start: None,
        distance_source: DistanceSource::None,
        ..with_records(DataFrame::empty())
    };
    let summary = summarise(&line, &MAN);
    assert_eq!((summary.distance_m, summary.distance_origin), (Some(10_000.0), DistanceOrigin::DeviceTotal));
    assert_eq!((summary.timer_time_s, summary.elapsed_time_s, summary.moving_time_s), (Some(3000.0), None, None));
    close(summary.avg_speed_mps.unwrap(), 10.0 / 3.0, 1e-12);
    assert_eq!((summary.trimp, summary.why_missing("trimp").as_deref()), (None, Some("no heart rate was recorded")));
    // Foster: 50 min at 6.
    assert_eq!(summary.session_rpe_load, Some(300.0));
    let with_mean = Activity { session: Totals { avg_heart_rate_bpm: Some(140.0), ..line.session.clone() }, ..line };
    assert_eq!(
        summarise(&with_mean, &MAN).why_missing("trimp").unwrap(),
        "only a mean heart rate is known, and the formula needs it over time"
    );
}

#[test]
fn a_session_rpe_load_needs_a_rating_and_a_time() {
    let rated = |rpe, activity| {
        let details = Details { rpe, ..Details::default() };
        summarise(&Activity { details, ..activity }, &MAN).session_rpe_load
    };
    assert_eq!(rated(Some(4.0), half_an_hour()), Some(120.0));
    // Rest is a rating; no rating is none.
    assert_eq!(rated(Some(0.0), half_an_hour()), Some(0.0));
    for rpe in [None, Some(-1.0), Some(17.0), Some(f64::NAN)] {
        assert_eq!(rated(rpe, half_an_hour()), None, "{rpe:?}");
    }
    assert_eq!(rated(Some(4.0), with_records(DataFrame::empty())), None);
}

#[test]
fn a_cleaned_run_is_summarised_without_what_was_taken_out() {
    let mut run = half_an_hour();
    let mut rates = vec![130_u16; 1801];
    rates[600..604].fill(220);
    run.records.with_column(column(schema::HEART_RATE_BPM, rates)).unwrap();
    assert_eq!(summarise(&run, &MAN).max_heart_rate_bpm, Some(220.0));
    // A block of samples that stands twice is time that counts twice.
    let twice = run.records.slice(0, 1201).vstack(&run.records.slice(900, 901)).unwrap();
    let run = Activity { records: twice, ..run };
    assert_eq!(summarise(&run, &MAN).timer_time_s, Some(2100.0));
    let cleaned = Activity { records: clean(&run, &Cleaning::default()).records, ..run.clone() };
    let summary = summarise(&cleaned, &MAN);
    assert_eq!((summary.max_heart_rate_bpm, summary.timer_time_s), (Some(130.0), Some(1800.0)));
    assert_eq!((summary.distance_m, summary.elapsed_time_s), (Some(5400.0), Some(1800.0)));
    let restored = Activity { records: restore(&cleaned.records), ..run.clone() };
    assert_eq!(summarise(&restored, &MAN), summarise(&run, &MAN));
}

#[test]
fn what_a_summary_has_it_keeps_in_json() {
    let summary = summarise(&half_an_hour(), &MAN);
    let json = serde_json::to_value(&summary).unwrap();
    for part in ["best_efforts", "intensity", "mechanics"] {
        assert!(json.get(part).is_some(), "{part}");
    }
    // 300 m in 100 s: a best minute, and no best 400 m.
    let short = summarise(&Activity { records: half_an_hour().records.head(Some(101)), ..half_an_hour() }, &MAN);
    assert!(!short.best_efforts.is_empty() && short.best_efforts.by_distance.is_empty());
}

#[test]
fn origins_have_names() {
    let origins =
        [DistanceOrigin::DeviceTotal, DistanceOrigin::Records, DistanceOrigin::Positions, DistanceOrigin::None];
    assert_eq!(origins.map(DistanceOrigin::as_str), ["device total", "records", "positions", "none"]);
}

#[test]
fn the_mean_cadence_is_that_of_stepping() {
    let cadence = column(schema::CADENCE_SPM, vec![160.0_f64, 0.0, 180.0, 180.0]);
    let summary = summarise(&activity(&[0, 10, 20, 40], vec![cadence]), &MAN);
    // 10 s at 160 and 20 s at 180.
    close(summary.avg_cadence_spm.unwrap(), (1600.0 + 3600.0) / 30.0, 1e-9);
}

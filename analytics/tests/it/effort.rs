//! Efficiency factor and decoupling.

use plimsoll_analytics::{ActivitySummary, decoupling_pct, efficiency_factor, speed_variation_pct, summarise};
use plimsoll_ingest::schema;
use proptest::prelude::*;

use crate::recording::{MAN, activity, column, every_second};
use crate::support::close;

#[test]
fn stops_are_left_out_and_short_runs_too() {
    // Steady at 3 m/s and 150 bpm, with 5 min of standing in the middle in which the heart calms down.
    let stands = |second: f64| (900.0..1200.0).contains(&second);
    let run = |last: i64| {
        every_second(
            last,
            &[
                (schema::SPEED_MPS, &|s| if stands(s) { 0.0 } else { 3.0 }),
                (schema::DISTANCE_M, &|s| 3.0 * if s < 900.0 { s } else { (s - 300.0).max(900.0) }),
                (schema::HEART_RATE_BPM, &|s| if stands(s) { 100.0 } else { 150.0 }),
                (schema::ALTITUDE_M, &|_| 20.0),
            ],
        )
    };
    let summary = summarise(&run(2400), &MAN);
    close(summary.decoupling_pct.unwrap(), 0.0, 1e-9);
    close(summary.efficiency_factor.unwrap(), 180.0 / 150.0, 1e-9);
    let short = summarise(&run(1400), &MAN);
    assert_eq!((short.decoupling_pct, short.efficiency_factor), (None, None));
    assert_eq!(short.why_missing("decoupling_pct").unwrap(), "it is shorter than 20 minutes");
}

#[test]
fn nothing_known_is_no_value() {
    for pieces in [&[][..], &[(3.0, 0.0, 60.0)][..], &[(f64::NAN, 140.0, 60.0)][..], &[(3.0, 140.0, f64::INFINITY)][..]]
    {
        assert_eq!((decoupling_pct(pieces), efficiency_factor(pieces)), (None, None), "{pieces:?}");
    }
    // No speed in the first half: no ratio to compare with.
    assert_eq!(decoupling_pct(&[(0.0, 140.0, 60.0), (3.0, 140.0, 60.0)]), None);
}

proptest! {
    #[test]
    fn splitting_the_time_of_a_sample_changes_neither(
        pieces in prop::collection::vec((1.0..6.0_f64, 90.0..190.0_f64, 1.0..30.0_f64), 2..60),
        share in 0.1..0.9_f64,
    ) {
        let split: Vec<_> =
            pieces.iter().flat_map(|(v, hr, s)| [(*v, *hr, s * share), (*v, *hr, s * (1.0 - share))]).collect();
        prop_assert!((decoupling_pct(&pieces).unwrap() - decoupling_pct(&split).unwrap()).abs() < 1e-7);
        prop_assert!((efficiency_factor(&pieces).unwrap() - efficiency_factor(&split).unwrap()).abs() < 1e-9);
    }

    #[test]
    fn splitting_the_time_of_a_sample_leaves_the_variation(
        pieces in prop::collection::vec((1.0..6.0_f64, 90.0..190.0_f64, 1.0..200.0_f64), 8..60),
        share in 0.1..0.9_f64, warm_up_s in 0.0..300.0_f64,
    ) {
        let split: Vec<_> =
            pieces.iter().flat_map(|(v, hr, s)| [(*v, *hr, s * share), (*v, *hr, s * (1.0 - share))]).collect();
        match (speed_variation_pct(&pieces, warm_up_s), speed_variation_pct(&split, warm_up_s)) {
            (Some(whole), Some(split)) => prop_assert!((whole - split).abs() < 1e-6, "{} {}", whole, split),
            (whole, split) => prop_assert_eq!(whole, split),
        }
    }

    #[test]
    fn faster_throughout_changes_the_factor_and_not_the_decoupling(
        pieces in prop::collection::vec((1.0..6.0_f64, 90.0..190.0_f64, 1.0..30.0_f64), 2..60),
        factor in 0.5..2.0_f64,
    ) {
        let scaled: Vec<_> = pieces.iter().map(|(v, hr, s)| (v * factor, *hr, *s)).collect();
        prop_assert!((decoupling_pct(&pieces).unwrap() - decoupling_pct(&scaled).unwrap()).abs() < 1e-7);
        prop_assert!((efficiency_factor(&pieces).unwrap() * factor - efficiency_factor(&scaled).unwrap()).abs() < 1e-9);
    }
}

/// A run in which each second has a speed, at 150 bpm on level ground.
fn at_speeds(last: i64, speed: &dyn Fn(f64) -> f64) -> ActivitySummary {
    let columns: [(&str, &dyn Fn(f64) -> f64); 3] =
        [(schema::SPEED_MPS, speed), (schema::HEART_RATE_BPM, &|_| 150.0), (schema::ALTITUDE_M, &|_| 20.0)];
    let mut run = every_second(last, &columns);
    let mut so_far_m = 0.0;
    let distances: Vec<f64> = (0..=last)
        .map(|second| {
            let here_m = so_far_m;
            so_far_m += speed(second as f64);
            here_m
        })
        .collect();
    run.records.with_column(column(schema::DISTANCE_M, distances)).unwrap();
    summarise(&run, &MAN)
}

#[test]
fn an_hour_of_intervals_is_no_steady_run() {
    let summary = at_speeds(3600, &|s| if s % 240.0 < 120.0 { 5.0 } else { 1.5 });
    assert_eq!((summary.efficiency_factor, summary.decoupling_pct, summary.decoupling_graded_pct), (None, None, None));
    // 24 minutes of 5.0 and 26 of 1.5 after the first ten: a mean of 3.18, and a deviation of 1.75.
    let why = "its pace was not steady: it varied by 55 % from minute to minute (steady is 15 % at most)";
    assert_eq!(summary.why_missing("efficiency_factor").unwrap(), why);
    assert_eq!(summary.why_missing("decoupling_pct").unwrap(), why);
}

#[test]
fn a_run_that_varies_a_little_or_warms_up_slowly_is_steady() {
    let (by_turns, warm_up) =
        (|s: f64| if s % 120.0 < 60.0 { 3.4 } else { 2.6 }, |s: f64| if s < 600.0 { 1.5 } else { 3.0 });
    // 0.4 of 3 is 13 %; 0.5 would be 17 %.
    for steady in [at_speeds(3600, &by_turns), at_speeds(3600, &warm_up)] {
        assert!(steady.efficiency_factor.is_some() && steady.decoupling_pct.is_some());
    }
    let more = at_speeds(3600, &|s| if s % 120.0 < 60.0 { 3.5 } else { 2.5 });
    assert_eq!(more.efficiency_factor, None);
    // Slow for longer than a warm-up.
    assert_eq!(at_speeds(3600, &|s| if s < 1500.0 { 2.0 } else { 3.5 }).efficiency_factor, None);
}

#[test]
fn variation_is_that_of_the_means_of_minutes() {
    let minutes = [(3.0, 150.0, 60.0), (4.0, 150.0, 60.0), (5.0, 150.0, 60.0)];
    close(speed_variation_pct(&minutes, 0.0).unwrap(), 100.0 * (2.0_f64 / 3.0).sqrt() / 4.0, 1e-9);
    // The first minute left out, and the part of a minute at the end.
    let longer = [&minutes[..], &[(9.0, 150.0, 59.0)]].concat();
    close(speed_variation_pct(&longer, 60.0).unwrap(), 100.0 * 0.5 / 4.5, 1e-9);
    // Within a minute it may vary as it likes.
    let quick: Vec<_> = (0..600).map(|second| (if second % 2 == 0 { 2.0 } else { 4.0 }, 150.0, 1.0)).collect();
    close(speed_variation_pct(&quick, 0.0).unwrap(), 0.0, 1e-9);
    // However long a sample stands.
    close(speed_variation_pct(&[(3.0, 150.0, 1e12), (4.0, 150.0, 1e12)], 0.0).unwrap(), 100.0 * 0.5 / 3.5, 1e-3);
    for few in [&[][..], &minutes[..1], &[(0.0, 150.0, 600.0)]] {
        assert_eq!(speed_variation_pct(few, 0.0), None);
    }
}

#[test]
fn pieces_that_are_not_known_change_nothing() {
    let plain = [(3.0, 150.0, 600.0), (3.5, 140.0, 900.0)];
    let of = |pieces: &[_]| (efficiency_factor(pieces), decoupling_pct(pieces), speed_variation_pct(pieces, 0.0));
    let (nan, infinite) = (f64::NAN, f64::INFINITY);
    for unknown in [
        (nan, 140.0, 60.0),
        (infinite, 140.0, 60.0),
        (3.0, nan, 60.0),
        (3.0, infinite, 60.0),
        (3.0, 0.0, 60.0),
        (3.0, -5.0, 60.0),
        (3.0, 140.0, nan),
        (3.0, 140.0, infinite),
        (3.0, 140.0, -60.0),
    ] {
        assert_eq!(of(&[plain[0], unknown, plain[1]]), of(&plain), "{unknown:?}");
    }
}

#[test]
fn twenty_minutes_in_motion_are_enough_and_a_crawl_is_no_motion() {
    let run = |every_s: usize, mps: f64| {
        let seconds: Vec<i64> = (0..=1200).step_by(every_s).collect();
        let rows = seconds.len();
        let columns = vec![
            column(schema::SPEED_MPS, vec![mps; rows]),
            column(schema::HEART_RATE_BPM, vec![150.0_f64; rows]),
            column(schema::GRADE, vec![0.0_f64; rows]),
        ];
        summarise(&activity(&seconds, columns), &MAN)
    };
    // However far the samples are apart: 240 twelfths of a minute, added up one by one, would be less than 20.
    for every_s in [1, 5, 30] {
        close(run(every_s, 3.0).efficiency_factor.unwrap(), 180.0 / 150.0, 1e-9);
    }
    let crawl = run(30, 0.5);
    assert_eq!(crawl.why_missing("decoupling_pct").unwrap(), "no speed was recorded for most of the time");
    assert_eq!((crawl.moving_time_s, crawl.timer_time_s), (Some(0.0), Some(1200.0)));
}

//! Efficiency factor and decoupling.

use plimsoll_analytics::{decoupling_pct, efficiency_factor, summarise};
use plimsoll_ingest::schema;
use proptest::prelude::*;

use crate::recording::{MAN, every_second};
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
    fn faster_throughout_changes_the_factor_and_not_the_decoupling(
        pieces in prop::collection::vec((1.0..6.0_f64, 90.0..190.0_f64, 1.0..30.0_f64), 2..60),
        factor in 0.5..2.0_f64,
    ) {
        let scaled: Vec<_> = pieces.iter().map(|(v, hr, s)| (v * factor, *hr, *s)).collect();
        prop_assert!((decoupling_pct(&pieces).unwrap() - decoupling_pct(&scaled).unwrap()).abs() < 1e-7);
        prop_assert!((efficiency_factor(&pieces).unwrap() * factor - efficiency_factor(&scaled).unwrap()).abs() < 1e-9);
    }
}

//! Steps, and how a runner moves at each speed.

use plimsoll_analytics::{Physiology, summarise};
use plimsoll_ingest::{Activity, Sport, schema};

use crate::recording::{MAN, activity, column, every_second, half_an_hour};
use crate::support::close;

#[test]
fn values_stand_by_speed() {
    // Ten minutes at 2.5 m/s and 160 spm, ten at 4 m/s and 180.
    let fast = |second: f64| second >= 600.0;
    let run = every_second(
        1200,
        &[
            (schema::SPEED_MPS, &|s| if fast(s) { 4.0 } else { 2.5 }),
            (schema::CADENCE_SPM, &|s| if fast(s) { 180.0 } else { 160.0 }),
            (schema::STANCE_TIME_MS, &|s| if fast(s) { 215.0 } else { 268.5 }),
            (schema::HEART_RATE_BPM, &|s| if fast(s) { 165.0 } else { 135.0 }),
        ],
    );
    let mechanics = summarise(&run, &MAN).mechanics;
    let speeds: Vec<f64> = mechanics.bins.iter().map(|at| at.speed_mps).collect();
    assert_eq!(speeds, [2.5, 4.0]);
    let slow = mechanics.at_speed(2.6).unwrap();
    assert_eq!((slow.cadence_spm, slow.stance_time_ms, slow.heart_rate_bpm), (Some(160.0), Some(268.5), Some(135.0)));
    assert_eq!((slow.time_s, slow.step_length_mm), (600.0, None));
    assert_eq!(mechanics.at_speed(4.1).unwrap().cadence_spm, Some(180.0));
    assert_eq!((mechanics.at_speed(3.0), mechanics.at_speed(f64::NAN), mechanics.at_speed(99.0)), (None, None, None));
}

#[test]
fn hills_moments_and_other_sports_are_left_out() {
    let climbing = every_second(
        1200,
        &[
            (schema::SPEED_MPS, &|_| 2.5),
            (schema::DISTANCE_M, &|s| 2.5 * s),
            (schema::CADENCE_SPM, &|_| 160.0),
            (schema::ALTITUDE_M, &|s| if s < 600.0 { 0.0 } else { 0.2 * (s - 600.0) }),
        ],
    );
    let mechanics = summarise(&climbing, &MAN).mechanics;
    let time_s: f64 = mechanics.bins.iter().map(|at| at.time_s).sum();
    assert!((560.0..=620.0).contains(&time_s), "only the level half: {time_s}");

    let moment = every_second(50, &[(schema::SPEED_MPS, &|_| 2.5), (schema::CADENCE_SPM, &|_| 160.0)]);
    assert!(summarise(&moment, &MAN).mechanics.is_empty());
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..half_an_hour() };
    assert!(summarise(&ride, &MAN).mechanics.is_empty());
    // Heart rate alone is no mechanics.
    let heart = every_second(600, &[(schema::SPEED_MPS, &|_| 2.5), (schema::HEART_RATE_BPM, &|_| 140.0)]);
    assert!(summarise(&heart, &MAN).mechanics.is_empty());
}

#[test]
fn steps_from_cadence_and_from_the_count_of_strides() {
    let steps = |activity: &Activity| summarise(activity, &Physiology::default()).steps;
    // Half an hour at 170.
    close(steps(&half_an_hour()).unwrap(), 5100.0, 1e-6);
    let counted =
        every_second(600, &[(schema::TOTAL_CYCLES, &|s| 1000.0 + 1.4 * s), (schema::CADENCE_SPM, &|_| 170.0)]);
    close(steps(&counted).unwrap(), 2.0 * 1.4 * 600.0, 1e-6);
    // A count that starts anew in the middle loses that second.
    let anew = every_second(600, &[(schema::TOTAL_CYCLES, &|s| 1.4 * if s < 300.0 { s } else { s - 300.0 })]);
    close(steps(&anew).unwrap(), 2.0 * 1.4 * 599.0, 1e-6);
    // A count over a part of the time does not stand for all of it.
    let mut part: Vec<Option<f64>> = (0..601).map(|s| Some(1.4 * f64::from(s))).collect();
    part[300..].fill(None);
    let seconds: Vec<i64> = (0..601).collect();
    let part = activity(&seconds, vec![column(schema::TOTAL_CYCLES, part)]);
    let summary = summarise(&part, &MAN);
    assert_eq!(summary.steps, None);
    assert_eq!(summary.why_missing("steps").unwrap(), "no cadence was recorded for most of the time");
    let walk = |name: &str| Activity { sport: Sport::CrossTraining(name.to_owned()), ..half_an_hour() };
    close(steps(&walk("walking")).unwrap(), 5100.0, 1e-6);
    assert_eq!(summarise(&walk("rowing"), &MAN).why_missing("steps").unwrap(), "it was not done on foot");
}

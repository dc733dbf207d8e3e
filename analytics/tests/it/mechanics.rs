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
fn a_bin_holds_the_speeds_nearest_to_its_middle() {
    // 3.1 is nearer to 3.0 than to 3.25, 3.15 is not; 3.37 belongs to 3.25, 3.38 to 3.5.
    let speeds = [2.9, 3.1, 3.15, 3.37, 3.38];
    let run = every_second(
        500,
        &[
            (schema::SPEED_MPS, &|s| speeds[(s as usize / 100).min(4)]),
            (schema::CADENCE_SPM, &|s| 160.0 + (s / 100.0).floor()),
        ],
    );
    let bins = summarise(&run, &MAN).mechanics.bins;
    let cadences: Vec<Option<f64>> = bins.iter().map(|at| at.cadence_spm).collect();
    assert_eq!(cadences, [Some(160.5), Some(162.5), Some(164.0)]);
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

#[test]
fn a_value_is_weighed_with_its_time_and_stands_for_half_of_it_at_least() {
    // By turns 10 s at 2.5 m/s and 160 spm, 20 s at 2.6 and 166: (25 + 52) ÷ 30 and (1600 + 3320) ÷ 30.
    let seconds: Vec<i64> = (0..=20).map(|row| 15 * row - 5 * (row % 2)).collect();
    let by_turns = |short: Option<f64>, long: Option<f64>| {
        (0..=20).map(|row| if row % 2 == 0 { short } else { long }).collect::<Vec<_>>()
    };
    let columns = vec![
        column(schema::SPEED_MPS, by_turns(Some(2.5), Some(2.6))),
        column(schema::CADENCE_SPM, by_turns(Some(160.0), Some(166.0))),
        column(schema::STANCE_TIME_MS, by_turns(Some(0.0), Some(250.0))),
        column(schema::STEP_LENGTH_MM, by_turns(Some(1000.0), None)),
    ];
    let summary = summarise(&activity(&seconds, columns), &MAN);
    let [at] = summary.mechanics.bins[..] else { panic!("{:?}", summary.mechanics) };
    close(at.speed_mps, 77.0 / 30.0, 1e-9);
    assert_eq!((at.time_s, at.cadence_spm), (300.0, Some(164.0)));
    // Of a contact time of 0 nothing is known; a step length for a third of the time is none.
    assert_eq!((at.stance_time_ms, at.step_length_mm), (Some(250.0), None));
    // 10 × 10 s at 160, 10 × 20 s at 166.
    close(summary.steps.unwrap(), (100.0 * 160.0 + 200.0 * 166.0) / 60.0, 1e-9);
}

#[test]
fn a_slope_of_3_per_cent_is_level() {
    let run = every_second(
        1200,
        &[
            (schema::SPEED_MPS, &|_| 2.5),
            (schema::CADENCE_SPM, &|s| if s < 600.0 { 160.0 } else { 150.0 }),
            (schema::GRADE, &|s| if s < 600.0 { 0.03 } else { -0.031 }),
        ],
    );
    assert_eq!(summarise(&run, &MAN).mechanics.at_speed(2.5).unwrap().cadence_spm, Some(160.0));
}

#[test]
fn who_does_not_step_or_barely_moves_shows_no_mechanics() {
    let at = |mps: f64, spm: f64| {
        every_second(
            600,
            &[(schema::SPEED_MPS, &|_| mps), (schema::CADENCE_SPM, &|_| spm), (schema::HEART_RATE_BPM, &|_| 140.0)],
        )
    };
    assert!(!summarise(&at(2.5, 160.0), &MAN).mechanics.is_empty());
    for run in [at(2.5, 0.0), at(0.5, 160.0)] {
        assert!(summarise(&run, &MAN).mechanics.is_empty());
    }
    assert_eq!(summarise(&at(2.5, 0.0), &MAN).steps, None);
}

#[test]
fn a_count_of_strides_that_leaps_loses_that_leg_and_one_that_stays_at_0_is_none() {
    // 28 strides every 20 s; 3 a second and two at once would be 62.
    let run = |strides: &dyn Fn(i64) -> i64| {
        let rows: Vec<i64> = (0..=30).collect();
        let seconds: Vec<i64> = rows.iter().map(|row| 20 * row).collect();
        let counts: Vec<i64> = rows.iter().map(|row| strides(*row)).collect();
        let columns = vec![column(schema::TOTAL_CYCLES, counts), column(schema::CADENCE_SPM, vec![170.0_f64; 31])];
        summarise(&activity(&seconds, columns), &MAN).steps
    };
    assert_eq!(run(&|row| 28 * row), Some(2.0 * 28.0 * 30.0));
    assert_eq!(run(&|row| 28 * row + if row < 15 { 0 } else { 72 }), Some(2.0 * 28.0 * 29.0));
    // Ten minutes at 170.
    close(run(&|_| 0).unwrap(), 1700.0, 1e-9);
}

#[test]
fn a_cadence_over_a_part_of_the_time_makes_no_steps() {
    let known = |rows: usize| {
        let cadence = (0..101).map(|row| (row < rows).then_some(170.0_f64)).collect();
        let seconds: Vec<i64> = (0..101).collect();
        summarise(&activity(&seconds, vec![column(schema::CADENCE_SPM, cadence)]), &MAN).steps
    };
    close(known(80).unwrap(), 80.0 * 170.0 / 60.0, 1e-9);
    assert_eq!(known(79), None);
}

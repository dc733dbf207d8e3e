//! Best efforts.

use plimsoll_analytics::{BEST_DISTANCES_M, BEST_TIMES_S, best_in_time, best_over_distance, summarise};
use plimsoll_ingest::{Activity, Sport, schema};
use proptest::prelude::*;

use crate::recording::{MAN, every_second, half_an_hour};
use crate::support::close;

#[test]
fn an_even_run() {
    let best = summarise(&half_an_hour(), &MAN).best_efforts;
    // 5.4 km in half an hour.
    let distances: Vec<f64> = best.by_distance.iter().map(|effort| effort.distance_m).collect();
    assert_eq!(distances, [400.0, 1000.0, 1609.344, 3000.0, 5000.0]);
    let times: Vec<f64> = best.by_time.iter().map(|effort| effort.time_s).collect();
    assert_eq!(times, [60.0, 180.0, 300.0, 420.0, 600.0, 900.0, 1200.0, 1800.0]);
    for effort in best.by_distance.iter().chain(&best.by_time) {
        close(effort.speed_mps(), 3.0, 1e-9);
    }
}

#[test]
fn the_fast_kilometre_is_found_where_it_is() {
    // 10 min at 3 m/s, 4 min at 5 m/s, 10 min at 3 m/s.
    let metres = |s: f64| 3.0 * s + 2.0 * (s - 600.0).clamp(0.0, 240.0);
    let activity = every_second(1440, &[(schema::DISTANCE_M, &metres)]);
    let best = summarise(&activity, &MAN).best_efforts;
    let kilometre = best.by_distance.iter().find(|effort| effort.distance_m == 1000.0).unwrap();
    close(kilometre.time_s, 200.0, 1e-9);
    close(kilometre.from_s, 600.0, 40.1);
    // 1200 m fast and 1800 m of the rest.
    let three = best.by_distance.iter().find(|effort| effort.distance_m == 3000.0).unwrap();
    close(three.time_s, 240.0 + 600.0, 1e-9);
    let five_minutes = best.by_time.iter().find(|effort| effort.time_s == 300.0).unwrap();
    close(five_minutes.distance_m, 240.0 * 5.0 + 60.0 * 3.0, 1e-9);
}

#[test]
fn an_effort_may_begin_and_end_between_samples_and_the_clock_goes_on() {
    // 900 m in 5 min, a break of 5 min, 900 m in 5 min.
    let (times, metres) = ([0.0, 300.0, 600.0, 900.0], [0.0, 900.0, 900.0, 1800.0]);
    close(best_over_distance(&times, &metres, 450.0).unwrap().time_s, 150.0, 1e-9);
    close(best_over_distance(&times, &metres, 1350.0).unwrap().time_s, 750.0, 1e-9);
    close(best_in_time(&times, &metres, 750.0).unwrap().distance_m, 1350.0, 1e-9);
    assert_eq!(best_over_distance(&times, &metres, 1801.0), None);
    assert_eq!(best_in_time(&times, &metres, 901.0), None);
}

#[test]
fn faults_of_the_recording_are_no_records() {
    let times = [0.0, 10.0, 20.0, 30.0, 40.0];
    // A leap of 5 km, and a distance that starts anew.
    let leap = best_over_distance(&times, &[0.0, 30.0, 5030.0, 5060.0, 5090.0], 60.0).unwrap();
    close(leap.time_s, 20.0, 1e-9);
    let anew = best_over_distance(&times, &[0.0, 30.0, 60.0, 0.0, 30.0], 90.0).unwrap();
    close(anew.time_s, 40.0, 1e-9);
    for hopeless in [&[][..], &[1.0][..], &[f64::NAN, f64::INFINITY][..], &[3.0, 2.0, 1.0][..]] {
        assert_eq!(best_over_distance(hopeless, hopeless, 10.0), None);
        assert_eq!(best_in_time(hopeless, hopeless, 10.0), None);
    }
    assert_eq!(best_over_distance(&times, &[0.0; 5], 0.0), None);
    assert_eq!(best_in_time(&times, &[0.0; 5], f64::NAN), None);
}

#[test]
fn only_runs_have_best_efforts() {
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..half_an_hour() };
    assert!(summarise(&ride, &MAN).best_efforts.is_empty());
}

/// Legs of a run: seconds and speed.
fn legs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((1.0..30.0_f64, 0.0..7.0_f64), 5..120)
}

fn path(legs: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let (mut times, mut metres, mut at) = (vec![0.0], vec![0.0], (0.0, 0.0));
    for (seconds, mps) in legs {
        at = (at.0 + seconds, at.1 + seconds * mps);
        times.push(at.0);
        metres.push(at.1);
    }
    (times, metres)
}

proptest! {
    #[test]
    fn a_longer_effort_takes_longer_and_holds_no_higher_speed_over_twice_its_length(legs in legs()) {
        let (times, metres) = path(&legs);
        for over_m in [50.0, 100.0, 200.0, 400.0] {
            let short = best_over_distance(&times, &metres, over_m);
            let long = best_over_distance(&times, &metres, 2.0 * over_m);
            if let (Some(short), Some(long)) = (short, long) {
                prop_assert!(long.time_s >= short.time_s - 1e-9);
                // One of the halves is at least as fast as the whole.
                prop_assert!(long.speed_mps() <= short.speed_mps() * (1.0 + 1e-9));
            }
        }
        for in_s in [10.0, 20.0, 40.0] {
            let (short, long) = (best_in_time(&times, &metres, in_s), best_in_time(&times, &metres, 2.0 * in_s));
            if let (Some(short), Some(long)) = (short, long) {
                prop_assert!(long.distance_m >= short.distance_m - 1e-9);
                prop_assert!(long.speed_mps() <= short.speed_mps() * (1.0 + 1e-9));
            }
        }
    }

    #[test]
    fn the_best_effort_is_the_best_of_all_that_begin_at_any_second(legs in legs(), over_m in 20.0..300.0_f64) {
        let (times, metres) = path(&legs);
        let Some(best) = best_over_distance(&times, &metres, over_m) else { return Ok(()) };
        let reach = |goal_m: f64| {
            let next = metres.partition_point(|m| *m < goal_m).max(1);
            let (from, to) = (metres[next - 1], *metres.get(next)?);
            Some(times[next - 1] + (goal_m - from) / (to - from) * (times[next] - times[next - 1]))
        };
        let end = *metres.last().unwrap();
        for step in 0..400 {
            let from_m = (end - over_m) * f64::from(step) / 400.0;
            // Of a place where the runner stood, the moment of leaving counts; passing over those loses nothing.
            let (Some(from_s), Some(to_s)) = (reach(from_m), reach(from_m + over_m)) else { continue };
            let stands = metres.iter().filter(|m| (**m - from_m).abs() < 1e-9).count() > 1;
            prop_assert!(stands || to_s - from_s >= best.time_s - 1e-6, "{} {}", to_s - from_s, best.time_s);
        }
    }

    #[test]
    fn half_the_speed_is_twice_the_time(legs in legs(), over_m in 20.0..300.0_f64) {
        let (times, metres) = path(&legs);
        let slow: Vec<f64> = times.iter().map(|s| 2.0 * s).collect();
        let (fast, slow) = (best_over_distance(&times, &metres, over_m), best_over_distance(&slow, &metres, over_m));
        match (fast, slow) {
            (Some(fast), Some(slow)) => prop_assert!((2.0 * fast.time_s - slow.time_s).abs() < 1e-6),
            (fast, slow) => prop_assert_eq!(fast.is_some(), slow.is_some()),
        }
    }
}

#[test]
fn distances_and_times_go_up() {
    assert!(BEST_DISTANCES_M.is_sorted() && BEST_TIMES_S.is_sorted());
}

#[test]
fn what_is_not_known_or_goes_back_in_time_is_passed_over() {
    let times = [0.0, 10.0, 20.0, 30.0];
    // 90 m over the sample that has no distance.
    close(best_over_distance(&times, &[0.0, 30.0, f64::NAN, 90.0], 90.0).unwrap().time_s, 30.0, 1e-9);
    // A leap of 300 m late in a run adds nothing either.
    let leap = [0.0, 30.0, 60.0, 360.0];
    close(best_over_distance(&times, &leap, 60.0).unwrap().time_s, 20.0, 1e-9);
    assert_eq!(best_over_distance(&times, &leap, 61.0), None);
    // The second sample of one moment: 30 m in 10 s, then 50 m in 10 s.
    close(best_over_distance(&[0.0, 10.0, 10.0, 20.0], &[0.0, 30.0, 50.0, 80.0], 80.0).unwrap().time_s, 20.0, 1e-9);
}

#[test]
fn of_equal_efforts_the_first_counts() {
    let (times, metres) = ([0.0, 100.0, 200.0], [0.0, 300.0, 600.0]);
    assert_eq!(best_over_distance(&times, &metres, 300.0).unwrap().from_s, 0.0);
    assert_eq!(best_in_time(&times, &metres, 100.0).unwrap().from_s, 0.0);
}

#[test]
fn a_distance_between_samples_is_that_of_an_even_leg() {
    // 400 m in 100 s, and half of the next 300 m.
    let effort = best_in_time(&[0.0, 100.0, 200.0], &[0.0, 400.0, 700.0], 150.0).unwrap();
    assert_eq!((effort.distance_m, effort.from_s), (550.0, 0.0));
    // Nobody went anywhere.
    assert_eq!(best_in_time(&[0.0, 60.0], &[5.0, 5.0], 60.0), None);
}

//! Slopes from altitude and device, and what they make of distance and speed.

use plimsoll_analytics::{ActivitySummary, GradeModel, Physiology, normalised_speed_mps, summarise};
use plimsoll_ingest::{Activity, RunKind, Sport, Totals, schema};
use proptest::prelude::*;

use crate::recording::{MAN, activity, column, every_second, half_an_hour};
use crate::support::close;

const THRESHOLD: Physiology = Physiology { threshold_speed_mps: Some(4.0), ..MAN };

/// Half an hour at 3 m/s on the ground that `altitude` gives over the distance.
fn run_over(altitude: &dyn Fn(f64) -> f64) -> Activity {
    let altitude_m = |second: f64| altitude(3.0 * second);
    every_second(
        1800,
        &[
            (schema::DISTANCE_M, &|second| 3.0 * second),
            (schema::SPEED_MPS, &|_| 3.0),
            (schema::HEART_RATE_BPM, &|_| 140.0),
            (schema::ALTITUDE_M, &altitude_m),
        ],
    )
}

fn summary_over(altitude: &dyn Fn(f64) -> f64) -> ActivitySummary {
    summarise(&run_over(altitude), &THRESHOLD)
}

/// A repeatable value in −1 to 1 for a place.
fn noise(place: f64) -> f64 {
    let x = (place * 12.9898).sin() * 43_758.547;
    2.0 * (x - x.floor()) - 1.0
}

#[test]
fn level_ground_changes_nothing() {
    let summary = summary_over(&|_| 250.0);
    close(summary.grade_adjusted_distance_m.unwrap(), 5400.0, 1e-6);
    close(summary.grade_adjusted_distance_elevate_m.unwrap(), 5400.0, 1e-6);
    close(summary.normalised_graded_speed_mps.unwrap(), 3.0, 1e-9);
    close(summary.rtss.unwrap(), 100.0 * 0.5 * (3.0_f64 / 4.0).powi(2), 1e-9);
    // 180 m/min at 140 bpm.
    close(summary.efficiency_factor.unwrap(), 180.0 / 140.0, 1e-9);
    close(summary.decoupling_pct.unwrap(), 0.0, 1e-9);
    close(summary.decoupling_graded_pct.unwrap(), 0.0, 1e-9);
}

#[test]
fn an_even_slope_costs_what_the_model_says() {
    for percent in [-20.0, -5.0, 5.0, 10.0] {
        let grade = percent / 100.0;
        let summary = summary_over(&|metres| 500.0 + grade * metres);
        let minetti = GradeModel::Minetti2002.factor(grade);
        close(summary.grade_adjusted_distance_m.unwrap() / 5400.0, minetti, 1e-9);
        let strava = GradeModel::ElevateStravaFit.factor(grade);
        close(summary.grade_adjusted_distance_elevate_m.unwrap() / 5400.0, strava, 1e-9);
        close(summary.normalised_graded_speed_mps.unwrap(), 3.0 * minetti, 1e-9);
    }
}

#[test]
fn noise_makes_no_hills() {
    let white = summary_over(&|metres| 100.0 + noise(metres)).grade_adjusted_distance_m.unwrap();
    close(white / 5400.0, 1.0, 0.005);
    // A barometer that resolves 20 cm.
    let steps = summary_over(&|metres| (5.0 * (100.0 + 0.02 * metres)).round() / 5.0);
    close(steps.grade_adjusted_distance_m.unwrap() / 5400.0, GradeModel::Minetti2002.factor(0.02), 0.001);
}

#[test]
fn standing_still_while_the_altitude_wanders_is_no_hill() {
    // Ten minutes at a level crossing.
    let metres = |second: f64| 3.0 * if second < 600.0 { second } else { (second - 600.0).max(600.0) };
    let activity = every_second(
        2400,
        &[
            (schema::DISTANCE_M, &metres),
            (schema::SPEED_MPS, &|second| if (600.0..1200.0).contains(&second) { 0.0 } else { 3.0 }),
            (schema::ALTITUDE_M, &|second| {
                if (600.0..1200.0).contains(&second) { 100.0 + 4.0 * noise(second) } else { 100.0 }
            }),
        ],
    );
    let summary = summarise(&activity, &MAN);
    close(summary.grade_adjusted_distance_m.unwrap() / summary.distance_m.unwrap(), 1.0, 1e-3);
}

#[test]
fn what_is_not_known_of_a_slope_is_said() {
    let why = |activity: &Activity| summarise(activity, &THRESHOLD).why_missing("rtss");
    let words = |text: &str| Some(text.to_owned());
    let no_altitude = half_an_hour();
    let unknown = words("no altitude was recorded for most of the way, so the slope is not known");
    assert_eq!(why(&no_altitude), unknown);
    assert_eq!(summarise(&no_altitude, &THRESHOLD).grade_adjusted_distance_m, None);
    let level = run_over(&|_| 250.0);
    let on = |kind| Activity { sport: Sport::Running(kind), ..level.clone() };
    assert_eq!(why(&on(RunKind::Treadmill)), words("the slope of the treadmill was not recorded"));
    assert_eq!(
        why(&run_over(&|m| 100.0 + 40.0 * (m / 40.0).sin())),
        words("the altitude leaps as no ground does, so the slope is not known")
    );
    // A track is level, whether or not there is an altitude.
    let track = Activity { sport: Sport::Running(RunKind::Track), ..no_altitude };
    close(summarise(&track, &THRESHOLD).grade_adjusted_distance_m.unwrap(), 5400.0, 1e-9);
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..level.clone() };
    assert_eq!(why(&ride), words("it is no run"));
    assert_eq!(summarise(&level, &MAN).why_missing("rtss"), words("the threshold pace is not set"));
}

#[test]
fn what_the_device_says_of_the_slope_wins() {
    let mut activity = run_over(&|_| 100.0);
    let grades = column(schema::GRADE, vec![0.1_f64; 1801]);
    activity.records.with_column(grades).unwrap();
    let ratio = summarise(&activity, &MAN).grade_adjusted_distance_m.unwrap() / 5400.0;
    close(ratio, GradeModel::Minetti2002.factor(0.1), 1e-9);
}

#[test]
fn surges_weigh_more_than_their_mean() {
    let even = normalised_speed_mps(&[(3.0, 3600.0)]).unwrap();
    let surges: Vec<(f64, f64)> = [(2.0, 120.0), (4.0, 120.0)].repeat(15);
    let surging = normalised_speed_mps(&surges).unwrap();
    close(even, 3.0, 1e-12);
    assert!(surging > 3.2 && surging < 4.0, "{surging}");
    // A plain sum over seconds of the trailing mean, the way it is usually written.
    let seconds: Vec<f64> = surges.iter().flat_map(|(mps, s)| vec![*mps; *s as usize]).collect();
    let means: Vec<f64> = seconds.windows(30).map(|window| window.iter().sum::<f64>() / 30.0).collect();
    let plain = (means.iter().map(|mean| mean.powi(4)).sum::<f64>() / means.len() as f64).powf(0.25);
    close(surging, plain, 0.01);
    assert_eq!(normalised_speed_mps(&[(3.0, 29.9)]), None);
    close(normalised_speed_mps(&[(3.0, 30.0)]).unwrap(), 3.0, 1e-12);
    assert_eq!(normalised_speed_mps(&[(f64::NAN, 60.0), (3.0, f64::INFINITY), (3.0, -1.0)]), None);
}

proptest! {
    #[test]
    fn splitting_the_time_of_a_sample_changes_no_normalised_speed(
        pieces in prop::collection::vec((0.5..7.0_f64, 1.0..60.0_f64), 2..40),
        share in 0.1..0.9_f64,
    ) {
        let split: Vec<_> = pieces.iter().flat_map(|(v, s)| [(*v, s * share), (*v, s * (1.0 - share))]).collect();
        let (whole, split) = (normalised_speed_mps(&pieces), normalised_speed_mps(&split));
        match (whole, split) {
            (Some(whole), Some(split)) => prop_assert!((whole - split).abs() < 1e-9, "{whole} {split}"),
            (whole, split) => prop_assert_eq!(whole, split),
        }
    }

    #[test]
    fn scaling_the_speed_scales_what_is_made_of_it(
        pieces in prop::collection::vec((0.5..7.0_f64, 1.0..60.0_f64), 31..60),
        factor in 0.2..3.0_f64,
    ) {
        let scaled: Vec<_> = pieces.iter().map(|(v, s)| (v * factor, *s)).collect();
        let (plain, scaled) = (normalised_speed_mps(&pieces).unwrap(), normalised_speed_mps(&scaled).unwrap());
        prop_assert!((plain * factor - scaled).abs() < 1e-9);
        let most = pieces.iter().map(|(v, _)| *v).fold(0.0, f64::max);
        let least = pieces.iter().map(|(v, _)| *v).fold(f64::INFINITY, f64::min);
        prop_assert!((least - 1e-9..=most + 1e-9).contains(&plain));
    }

    #[test]
    fn a_slope_there_and_back_never_costs_less_than_its_mean(percent in 0.0..8.0_f64) {
        // Minetti's polynomial is convex near the level: hills of both signs cost more than none.
        let grade = percent / 100.0;
        let both = GradeModel::Minetti2002.factor(grade) + GradeModel::Minetti2002.factor(-grade);
        prop_assert!(both >= 2.0 - 1e-12);
        prop_assert!(GradeModel::ALL.into_iter().all(|model| model.factor(0.0) == 1.0));
    }
}

/// A run with a sample every so often: seconds between samples, and distance and altitude at each, metres.
fn sampled(every_s: i64, places: &[(f64, f64)]) -> Activity {
    let seconds: Vec<i64> = (0..).map(|row| every_s * row).take(places.len()).collect();
    let (metres, altitudes): (Vec<f64>, Vec<f64>) = places.iter().copied().unzip();
    activity(&seconds, vec![column(schema::DISTANCE_M, metres), column(schema::ALTITUDE_M, altitudes)])
}

/// Grade-adjusted distance ÷ distance by Minetti.
fn ratio(activity: &Activity) -> Option<f64> {
    let summary = summarise(activity, &THRESHOLD);
    Some(summary.grade_adjusted_distance_m? / summary.distance_m?)
}

#[test]
fn samples_within_10_m_are_one_place_and_a_slope_needs_20_m() {
    // Standing with an altitude of 0, 0, 0 and 8 is one place at 2; from there to 3 over 20 m.
    let stand = [(100.0, 0.0), (100.0, 0.0), (100.0, 0.0), (100.0, 8.0)];
    let run = sampled(10, &[&stand[..], &[(110.0, 1.0), (120.0, 3.0)]].concat());
    close(ratio(&run).unwrap(), GradeModel::Minetti2002.factor(0.05), 1e-9);
    let short = sampled(10, &[&stand[..], &[(110.0, 1.0), (119.9, 3.0)]].concat());
    assert_eq!(ratio(&short), None);
}

#[test]
fn places_farther_apart_than_50_m_make_a_slope_with_their_neighbours() {
    // A minute and 180 m apart: 5 % to the next one; then 9 m over 360 m, from the one before to the one after.
    let run = sampled(60, &[(0.0, 0.0), (180.0, 9.0), (360.0, 9.0)]);
    let factor = |grade| GradeModel::Minetti2002.factor(grade);
    close(ratio(&run).unwrap(), (factor(0.05) + factor(0.025)) / 2.0, 1e-9);
}

#[test]
fn a_distance_that_goes_back_begins_new_ground() {
    // Level at 100 m, then corrected by 20 m and level at 200 m.
    let places = (0..200).map(|row| {
        let metres = 30.0 * f64::from(row);
        if row < 100 { (metres, 100.0) } else { (metres - 50.0, 200.0) }
    });
    let run = sampled(10, &places.collect::<Vec<_>>());
    close(ratio(&run).unwrap(), 1.0, 1e-9);
}

#[test]
fn samples_without_distance_or_altitude_are_passed_over() {
    let places = (0..200).map(|row| {
        let metres = 3.0 * f64::from(row);
        match row % 10 {
            3 => (metres, f64::NAN),
            7 => (f64::NAN, 0.05 * metres),
            _ => (metres, 0.05 * metres),
        }
    });
    let run = sampled(1, &places.collect::<Vec<_>>());
    close(ratio(&run).unwrap(), GradeModel::Minetti2002.factor(0.05), 1e-9);
}

#[test]
fn a_cliff_or_two_in_a_long_run_are_no_rough_altitude() {
    // Slopes over 45 % at 3 of some 540 places, and at 7 of some 1,080: 1 % of them would be too many, and 5.
    let over = |last: i64, leap: f64| {
        every_second(
            last,
            &[
                (schema::DISTANCE_M, &|s| 3.0 * s),
                (schema::SPEED_MPS, &|_| 3.0),
                (schema::ALTITUDE_M, &|s| if s < 900.0 { 100.0 } else { 100.0 + leap }),
            ],
        )
    };
    assert!(ratio(&over(1800, 35.0)).is_some());
    assert!(ratio(&over(3600, 60.0)).is_some());
    assert_eq!(ratio(&over(1800, 60.0)), None);
}

#[test]
fn a_slope_from_the_device_stands_for_80_per_cent_of_the_way_or_not_at_all() {
    let with = |grades: Vec<Option<f64>>, speeds: Vec<f64>| {
        let seconds: Vec<i64> = (0..).map(|row| 10 * row).take(speeds.len()).collect();
        let columns = vec![column(schema::GRADE, grades), column(schema::SPEED_MPS, speeds)];
        let run = activity(&seconds, columns);
        let stated = Totals { distance_m: Some(100.0), ..Totals::default() };
        summarise(&Activity { session: stated, ..run }, &THRESHOLD)
    };
    let up = |unknown: usize| (0..6).map(|row| (row != unknown).then_some(0.1)).collect::<Vec<_>>();
    // Of five legs of 10 m one has no slope.
    let factor = GradeModel::Minetti2002.factor(0.1);
    close(with(up(2), vec![1.0; 6]).grade_adjusted_distance_m.unwrap(), 100.0 * factor, 1e-9);
    let most = with(up(2), vec![1.0, 1.0, 1.2, 1.0, 1.0, 1.0]);
    let why = "no altitude was recorded for most of the way, so the slope is not known";
    assert_eq!(most.why_missing("grade_adjusted_distance_m").unwrap(), why);
    // Slopes at two samples of six are not those of the run; the altitude says that it is level.
    let mut level = sampled(10, &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0].map(|metres| (metres, 100.0)));
    level.records.with_column(column(schema::GRADE, vec![Some(0.1), Some(0.1), None, None, None, None])).unwrap();
    close(ratio(&level).unwrap(), 1.0, 1e-9);
    // Two legs of different speed and time weigh by their way.
    let seconds = [0, 10, 30];
    let columns =
        vec![column(schema::GRADE, vec![0.1_f64, 0.0, 0.0]), column(schema::SPEED_MPS, vec![2.0_f64, 4.0, 4.0])];
    let stated = Totals { distance_m: Some(100.0), ..Totals::default() };
    let summary = summarise(&Activity { session: stated, ..activity(&seconds, columns) }, &THRESHOLD);
    close(summary.grade_adjusted_distance_m.unwrap(), 20.0 * factor + 80.0, 1e-9);
    let strava = GradeModel::ElevateStravaFit.factor(0.1);
    close(summary.grade_adjusted_distance_elevate_m.unwrap(), 20.0 * strava + 80.0, 1e-9);
}

#[test]
fn without_speed_nothing_is_graded() {
    let with = |speeds: Vec<Option<f64>>| {
        let seconds: Vec<i64> = (0..).take(speeds.len()).collect();
        let columns = vec![column(schema::GRADE, vec![0.0_f64; speeds.len()]), column(schema::SPEED_MPS, speeds)];
        let stated = Totals { distance_m: Some(300.0), ..Totals::default() };
        summarise(&Activity { session: stated, ..activity(&seconds, columns) }, &THRESHOLD)
    };
    let no_speed = "no speed was recorded for most of the time";
    for speed in [0.0, f64::INFINITY] {
        let summary = with(vec![Some(speed); 100]);
        assert_eq!(summary.why_missing("grade_adjusted_distance_m").unwrap(), no_speed, "{speed}");
    }
    // With a speed for 79 of 99 s the ratio is known, but no mean over the time.
    let part = with((0..100).map(|row| (row < 79).then_some(3.0)).collect());
    close(part.grade_adjusted_distance_m.unwrap(), 300.0, 1e-9);
    assert_eq!(part.why_missing("rtss").unwrap(), no_speed);
    assert_eq!(
        summarise(&activity(&[], vec![]), &THRESHOLD).why_missing("rtss").unwrap(),
        "no distance was recorded over time"
    );
}

#[test]
fn models_have_names() {
    assert_eq!(GradeModel::ALL.map(GradeModel::as_str), ["Minetti", "Strava fit"]);
}

//! Loads and zones from heart rate.

use plimsoll_analytics::{
    Physiology, banister_trimp, edwards_trimp, hrtss_hrr_squared, hrtss_trimp_100, lucia_trimp, reserve, summarise,
};
use plimsoll_ingest::{Activity, Sport, Totals, schema};
use proptest::prelude::*;

use crate::recording::{MAN, activity, column, half_an_hour};
use crate::support::close;

const KNOWN: Physiology = Physiology {
    threshold_hr_bpm: Some(170.0),
    threshold_speed_mps: Some(4.0),
    vt1_hr_bpm: Some(140.0),
    vt2_hr_bpm: Some(165.0),
    ..MAN
};

#[test]
fn every_load_of_a_steady_half_hour() {
    // 130 of 200 is 65 %: zone 2 of Edwards, and below VT1.
    let summary = summarise(&half_an_hour(), &KNOWN);
    close(summary.edwards_trimp.unwrap(), 60.0, 1e-9);
    close(summary.lucia_trimp.unwrap(), 30.0, 1e-9);
    let trimp = summary.trimp.unwrap();
    close(summary.hrtss.unwrap(), hrtss_trimp_100(trimp, 170.0, 40.0, 200.0, KNOWN.sex.unwrap()), 1e-9);
    let (now, at_threshold) = (reserve(130.0, 40.0, 200.0), reserve(170.0, 40.0, 200.0));
    close(summary.hrtss_hrr_squared.unwrap(), hrtss_hrr_squared(1800.0, now, at_threshold), 1e-9);
    assert_eq!(summary.intensity.max_heart_rate_zones_s, Some([0.0, 0.0, 1800.0, 0.0, 0.0, 0.0]));
    assert_eq!(summary.intensity.ventilatory_zones_s, Some([1800.0, 0.0, 0.0]));
    let peaks: Vec<(f64, f64)> = summary.peak_heart_rates.iter().map(|peak| (peak.time_s, peak.bpm.round())).collect();
    assert_eq!(peaks, [(10.0, 130.0), (60.0, 130.0), (1200.0, 130.0), (1800.0, 130.0)]);
}

#[test]
fn heart_counts_in_any_sport() {
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..half_an_hour() };
    let (run, ride) = (summarise(&half_an_hour(), &KNOWN), summarise(&ride, &KNOWN));
    assert_eq!((run.trimp, run.edwards_trimp, run.hrtss), (ride.trimp, ride.edwards_trimp, ride.hrtss));
}

#[test]
fn a_peak_weighs_a_heart_rate_with_its_seconds() {
    // Samples 10 s and 20 s apart in turns, 120 and 180 in turns: a window of 60 s holds 40 s of one and 20 s of the other.
    let seconds: Vec<i64> = (0..=60).map(|row| 30 * (row / 2) + 10 * (row % 2)).collect();
    let bpm: Vec<f64> = (0..=60).map(|row| if row % 2 == 0 { 120.0 } else { 180.0 }).collect();
    let run = activity(&seconds, vec![column(schema::HEART_RATE_BPM, bpm)]);
    let peaks = summarise(&run, &MAN).peak_heart_rates;
    assert_eq!((peaks[0].time_s, peaks[0].bpm), (10.0, 180.0));
    close(peaks[1].bpm, (40.0 * 180.0 + 20.0 * 120.0) / 60.0, 1e-9);
}

#[test]
fn what_a_load_lacks_is_said() {
    let why = |physiology: Physiology, field: &str| summarise(&half_an_hour(), &physiology).why_missing(field).unwrap();
    assert_eq!(why(MAN, "hrtss"), "the threshold heart rate is not set");
    assert_eq!(why(MAN, "lucia_trimp"), "the heart rates at the ventilatory thresholds VT1 and VT2 are not set");
    let swapped = Physiology { vt1_hr_bpm: Some(165.0), vt2_hr_bpm: Some(140.0), ..KNOWN };
    let equal = Physiology { vt2_hr_bpm: Some(140.0), ..KNOWN };
    for limits in [swapped, equal] {
        assert_eq!(why(limits, "lucia_trimp"), "VT2 does not lie above VT1");
    }
    for bpm in [40.0, 200.0, 205.0] {
        assert_eq!(
            why(Physiology { threshold_hr_bpm: Some(bpm), ..KNOWN }, "hrtss"),
            format!("the threshold heart rate ({bpm}) does not lie between resting and maximum heart rate")
        );
    }
    assert_eq!(
        why(Physiology { resting_hr_bpm: Some(10.0), ..KNOWN }, "trimp"),
        "resting (10) and maximum heart rate (200) do not go together"
    );
    // Edwards asks for nothing but the maximum.
    let summary = summarise(&half_an_hour(), &Physiology { max_hr_bpm: Some(200.0), ..Physiology::default() });
    assert!(summary.edwards_trimp.is_some() && summary.trimp.is_none());
    assert_eq!(why(Physiology::default(), "edwards_trimp"), "the maximum heart rate is not set");
}

#[test]
fn peaks_are_means_and_no_single_beats() {
    let mut bpm = vec![130.0_f64; 1801];
    bpm[900..905].fill(190.0);
    let mut run = half_an_hour();
    run.records.with_column(column(schema::HEART_RATE_BPM, bpm)).unwrap();
    let summary = summarise(&run, &MAN);
    close(summary.peak_heart_rates[0].bpm, 160.0, 1e-9);
    assert_eq!(summary.max_heart_rate_bpm, Some(190.0));
}

proptest! {
    #[test]
    fn splitting_the_time_of_a_sample_leaves_every_load(
        bpm in prop::collection::vec(60.0..200.0_f64, 5..40),
        step in 2_i64..15,
    ) {
        let seconds: Vec<i64> = (0..).take(bpm.len()).map(|row| 2 * step * row).collect();
        let whole = summarise(&activity(&seconds, vec![column(schema::HEART_RATE_BPM, bpm.clone())]), &KNOWN);
        // The last sample stands for no time.
        let split_seconds: Vec<i64> = (0..).take(2 * bpm.len() - 1).map(|row| step * row).collect();
        let split_bpm: Vec<f64> = bpm.iter().flat_map(|bpm| [*bpm; 2]).take(2 * bpm.len() - 1).collect();
        let split = summarise(&activity(&split_seconds, vec![column(schema::HEART_RATE_BPM, split_bpm)]), &KNOWN);
        for (whole, split) in [
            (whole.trimp, split.trimp),
            (whole.edwards_trimp, split.edwards_trimp),
            (whole.lucia_trimp, split.lucia_trimp),
            (whole.hrtss, split.hrtss),
            (whole.hrtss_hrr_squared, split.hrtss_hrr_squared),
        ] {
            prop_assert!((whole.unwrap() - split.unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_higher_heart_rate_is_never_a_lower_load(low in 30.0..220.0_f64, more in 0.0..30.0_f64) {
        let of = |bpm: f64| {
            let summary = summarise(&activity(&[0, 20, 40], vec![column(schema::HEART_RATE_BPM, vec![bpm; 3])]), &KNOWN);
            [summary.trimp, summary.edwards_trimp, summary.lucia_trimp, summary.hrtss, summary.hrtss_hrr_squared]
        };
        for (low, high) in of(low).into_iter().zip(of(low + more)) {
            prop_assert!(high >= low);
        }
    }

    // Jensen: Banister's weighting is convex, so the sum over samples is at least the value of the mean.
    #[test]
    fn the_sum_over_samples_is_at_least_the_value_of_the_mean(bpm in prop::collection::vec(40.0..200.0_f64, 1..60)) {
        let mean = bpm.iter().sum::<f64>() / bpm.len() as f64;
        let sex = MAN.sex.unwrap();
        let sum: f64 = bpm.iter().map(|bpm| banister_trimp(1.0, *bpm, 40.0, 200.0, sex)).sum();
        prop_assert!(sum >= banister_trimp(bpm.len() as f64, mean, 40.0, 200.0, sex) - 1e-9);
    }

    #[test]
    fn impulses_grow_with_the_time(zones in prop::array::uniform6(0.0..1e5_f64), factor in 1.0..10.0_f64) {
        let longer = zones.map(|seconds| seconds * factor);
        prop_assert!((edwards_trimp(longer) - factor * edwards_trimp(zones)).abs() < 1e-6);
        let [a, b, c, ..] = zones;
        prop_assert!(lucia_trimp([a, b, c]) >= (a + b + c) / 60.0 - 1e-9);
    }
}

// Half an hour of samples, of a run of two hours and 21 km by the device's own totals.
#[test]
fn records_of_a_part_are_not_the_load_of_the_whole() {
    let part = |timer_s| {
        let mut run = half_an_hour();
        run.session = Totals { timer_time_s: Some(timer_s), distance_m: Some(21_000.0), ..Totals::default() };
        run.records.with_column(column(schema::ALTITUDE_M, vec![20.0_f64; 1801])).unwrap();
        summarise(&run, &KNOWN)
    };
    let summary = part(7200.0);
    assert_eq!((summary.timer_time_s, summary.distance_m), (Some(7200.0), Some(21_000.0)));
    let loads = [
        ("trimp", summary.trimp),
        ("edwards_trimp", summary.edwards_trimp),
        ("lucia_trimp", summary.lucia_trimp),
        ("hrtss", summary.hrtss),
        ("rtss", summary.rtss),
        ("grade_adjusted_distance_m", summary.grade_adjusted_distance_m),
        ("normalised_graded_speed_mps", summary.normalised_graded_speed_mps),
        ("efficiency_factor", summary.efficiency_factor),
        ("decoupling_pct", summary.decoupling_pct),
        ("steps", summary.steps),
    ];
    for (field, value) in loads {
        assert_eq!(value, None, "{field}");
        assert_eq!(summary.why_missing(field).unwrap(), "the records cover only 25 % of the time", "{field}");
    }
    assert_eq!((summary.hrtss_hrr_squared, summary.moving_time_s), (None, None));
    assert!(summary.intensity.is_empty() && summary.peak_heart_rates.is_empty());
    // 80 % of the time is enough, as for a heart rate with gaps.
    let most = part(1800.0 / 0.8);
    for value in [most.trimp, most.edwards_trimp, most.rtss, most.steps, most.grade_adjusted_distance_m] {
        assert!(value.is_some());
    }
    assert_eq!(part(1800.0 / 0.79).trimp, None);
}

#[test]
fn a_threshold_speed_that_cannot_be_makes_neither_a_score_nor_bands() {
    let mut run = half_an_hour();
    run.records.with_column(column(schema::ALTITUDE_M, vec![20.0_f64; 1801])).unwrap();
    let of = |threshold: f64| summarise(&run, &Physiology { threshold_speed_mps: Some(threshold), ..KNOWN });
    for threshold in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let summary = of(threshold);
        assert_eq!(summary.intensity.threshold_speed_bands_s, None, "{threshold}");
    }
    for threshold in [0.0, -1.0] {
        assert_eq!(of(threshold).why_missing("rtss").unwrap(), "the threshold pace is not set");
    }
    assert_eq!(of(4.0).intensity.threshold_speed_bands_s, Some([1800.0, 0.0, 0.0, 0.0, 0.0]));
}

#[test]
fn bands_begin_at_80_90_100_and_110_per_cent_of_the_threshold_speed() {
    // Of 4 m/s: 3.2, 3.6, 4.0 and 4.4; 10 s at each speed.
    let speeds = vec![3.1_f64, 3.2, 3.5, 3.6, 4.0, 4.3, 4.4, 9.0, 0.0];
    let seconds: Vec<i64> = (0..9).map(|row| 10 * row).collect();
    let columns = vec![column(schema::GRADE, vec![0.0_f64; 9]), column(schema::SPEED_MPS, speeds)];
    let bands = summarise(&activity(&seconds, columns), &KNOWN).intensity.threshold_speed_bands_s;
    assert_eq!(bands, Some([10.0, 20.0, 10.0, 20.0, 20.0]));
}

//! Published numbers of one activity, and numbers computed once from a published formula.

use plimsoll_analytics::{
    Body, GradeModel, Sex, banister_trimp, decoupling_pct, edwards_trimp, edwards_zone, govss, hrtss_hrr_squared,
    hrtss_trimp_100, lactate_normalised_power_w, lucia_trimp, lucia_zone, minetti_cost_j_per_kg_m, reserve, rtss,
    running_power_w,
};

use crate::support::close;

// Minetti 2002, doi 10.1152/japplphysiol.01177.2001.
#[test]
fn cost_of_running_on_a_slope() {
    let costs = [
        (-0.45, 4.0323),
        (-0.40, 3.6097),
        (-0.30, 2.4622),
        (-0.20, 1.8000),
        (-0.10, 2.1517),
        (-0.05, 2.7459),
        (0.0, 3.6),
        (0.05, 4.6852),
        (0.10, 5.9682),
        (0.15, 7.4170),
        (0.20, 9.0067),
        (0.30, 12.5793),
        (0.45, 19.4260),
    ];
    for (grade, cost) in costs {
        close(minetti_cost_j_per_kg_m(grade), cost, 5e-5);
        close(GradeModel::Minetti2002.factor(grade), cost / 3.6, 2e-5);
    }
    let least = (-450..=450).map(|i| minetti_cost_j_per_kg_m(f64::from(i) / 1000.0)).fold(f64::INFINITY, f64::min);
    close(least, 1.78127, 5e-5);
    close(minetti_cost_j_per_kg_m(-0.1814), 1.78127, 5e-6);
    // Nobody measured steeper slopes.
    assert_eq!(minetti_cost_j_per_kg_m(2.0), minetti_cost_j_per_kg_m(0.45));
    assert_eq!(minetti_cost_j_per_kg_m(-2.0), minetti_cost_j_per_kg_m(-0.45));
}

// github.com/thomaschampagne/elevate, `stream-processor.ts`: a fit of Strava's table from −34 to +34 %.
#[test]
fn elevates_fit_of_stravas_grade_adjusted_pace() {
    let factors = [
        (-30, 1.5040),
        (-20, 1.0838),
        (-10, 0.8841),
        (-5, 0.8985),
        (0, 1.0),
        (5, 1.1915),
        (10, 1.4702),
        (15, 1.8269),
        (20, 2.2449),
        (30, 3.1540),
    ];
    for (percent, factor) in factors {
        close(GradeModel::ElevateStravaFit.factor(f64::from(percent) / 100.0), factor, 5e-5);
    }
    assert_eq!(GradeModel::ElevateStravaFit.factor(0.9), GradeModel::ElevateStravaFit.factor(0.34));
    // The two models disagree widely downhill.
    close(GradeModel::Minetti2002.factor(-0.1), 0.598, 5e-4);
}

// Skiba 2006 as in GoldenCheetah, `GOVSS.cpp`; 70 kg, 1.75 m, without changes of speed.
#[test]
fn power_of_running_and_govss() {
    let body = Body { mass_kg: 70.0, height_m: 1.75 };
    let watts = [(3.0, 0.0, 262.55), (4.0, 0.0, 373.94), (5.0, 0.0, 491.75), (3.0, 0.05, 339.54), (3.0, -0.05, 201.96)];
    for (speed_mps, grade, expected) in watts {
        close(running_power_w(speed_mps, grade, body), expected, 5e-3);
    }
    let threshold = running_power_w(4.0, 0.0, body);
    close(govss(3600.0, threshold, threshold), 100.0, 1e-9);
    // Half an hour at four fifths: 100 × ½ × 0.8².
    close(govss(1800.0, 200.0, 250.0), 32.0, 1e-9);
    close(lactate_normalised_power_w(&[(250.0, 600.0)]).unwrap(), 250.0, 1e-9);
    assert_eq!(lactate_normalised_power_w(&[(250.0, 29.0)]), None);
}

// me-create.com/triathlon-24e; slowtwitch.com thread 682825 (speeds in mph); Enduroco prints about 165 for the last.
#[test]
fn running_stress_score() {
    let pace = |seconds: f64| 1000.0 / seconds;
    close(rtss(1800.0, pace(300.0), pace(270.0)), 40.5, 1e-9);
    close(rtss(3600.0, 10.0, 15.0), 44.444, 5e-4);
    close(rtss(3600.0, 7.5, 15.0), 25.0, 1e-9);
    close(rtss(3600.0, 4.0, 4.0), 100.0, 1e-9);
    close(rtss(5400.0, 1.05 * 4.0, 4.0), 165.375, 1e-9);
}

// The variants of hrTSS: GoldenCheetah's TRIMP100 (and Elevate's HRSS), and pacelore's, whose page prints 179.4.
#[test]
fn heart_rate_stress_score() {
    let hour = banister_trimp(60.0, 150.0, 50.0, 190.0, Sex::Male);
    close(hrtss_trimp_100(hour, 165.0, 50.0, 190.0, Sex::Male), 70.788_316, 1e-6);
    let at_threshold = banister_trimp(60.0, 165.0, 50.0, 190.0, Sex::Male);
    close(hrtss_trimp_100(at_threshold, 165.0, 50.0, 190.0, Sex::Male), 100.0, 1e-9);

    close(hrtss_hrr_squared(7200.0, reserve(155.0, 45.0, 185.0), 0.83), 179.226_866, 1e-6);
    close(hrtss_hrr_squared(3600.0, 0.83, 0.83), 100.0, 1e-9);
}

// Constants for women differ between programs: GoldenCheetah and Elevate 0.64, Runalyze 0.821776, here 0.86.
#[test]
fn runalyzes_constant_for_women_makes_both_sexes_alike_at_the_maximum() {
    let women = banister_trimp(60.0, 190.0, 60.0, 190.0, Sex::Female) * 0.821_776 / 0.86;
    close(women, 261.9247, 5e-5 + 1e-4);
    close(banister_trimp(60.0, 190.0, 60.0, 190.0, Sex::Male), 261.9248, 5e-5);
}

// Edwards 1993 as in sport-activities-features: weights 1 to 5; above 90 % is 5, strictly.
#[test]
fn zones_and_impulse_of_edwards() {
    let zones = [
        (99.0, 0),
        (100.0, 1),
        (120.0, 1),
        (121.0, 2),
        (140.0, 2),
        (141.0, 3),
        (160.0, 3),
        (161.0, 4),
        (180.0, 4),
        (181.0, 5),
        (200.0, 5),
        (210.0, 5),
    ];
    for (bpm, zone) in zones {
        assert_eq!(edwards_zone(bpm, 200.0), Some(zone), "{bpm}");
    }
    close(edwards_trimp([600.0, 60.0, 60.0, 60.0, 60.0, 60.0]), 15.0, 1e-12);
    close(edwards_trimp([0.0, 0.0, 0.0, 1800.0, 0.0, 0.0]), 90.0, 1e-12);
    // Its test sums seconds × weight to 41458; in minutes that is 690.97. Any seconds with that sum will do.
    close(edwards_trimp([300.0, 1000.0, 2000.0, 3000.0, 4000.0, 2291.6]), 41_458.0 / 60.0, 1e-9);
    close(edwards_trimp([300.0, 1000.0, 2000.0, 3000.0, 4000.0, 2291.6]), 690.97, 5e-3);
}

// Lucia: below VT1 × 1, from VT1 × 2, from VT2 × 3.
#[test]
fn zones_and_impulse_of_lucia() {
    let zones = [(139.0, 0), (140.0, 1), (164.9, 1), (165.0, 2)];
    for (bpm, zone) in zones {
        assert_eq!(lucia_zone(bpm, 140.0, 165.0), Some(zone), "{bpm}");
    }
    assert_eq!(lucia_zone(150.0, 150.0, 150.0), None);
    close(lucia_trimp([600.0, 600.0, 600.0]), 60.0, 1e-12);
}

// GoldenCheetah, `AerobicDecoupling.cpp`: 12 km/h throughout, 140 and then 150 bpm.
#[test]
fn decoupling_of_a_rising_heart_rate() {
    let mps = 12.0 / 3.6;
    let halves: Vec<_> = (0..3600).map(|second| (mps, if second < 1800 { 140.0 } else { 150.0 }, 1.0)).collect();
    close(decoupling_pct(&halves).unwrap(), 6.666_667, 1e-6);
    close(decoupling_pct(&[(mps, 140.0, 900.0), (mps, 150.0, 900.0)]).unwrap(), 6.666_667, 1e-6);
}

// Unknown is never a number: no load of 0, no lowest zone, no score from limits that cannot be.
#[test]
fn what_is_not_known_has_neither_a_load_nor_a_zone() {
    let nan = f64::NAN;
    for (bpm, rest, max) in [(nan, 40.0, 200.0), (130.0, nan, 200.0), (130.0, 40.0, nan), (130.0, 200.0, 40.0)] {
        assert!(banister_trimp(30.0, bpm, rest, max, Sex::Male).is_nan(), "{bpm} {rest} {max}");
    }
    assert!(banister_trimp(nan, 130.0, 40.0, 200.0, Sex::Male).is_nan());
    for (bpm, max) in [(nan, 200.0), (150.0, nan), (150.0, 0.0), (150.0, -200.0), (f64::INFINITY, 200.0)] {
        assert_eq!(edwards_zone(bpm, max), None, "{bpm} {max}");
    }
    for (bpm, vt1, vt2) in [(nan, 140.0, 165.0), (150.0, nan, 165.0), (150.0, 140.0, nan), (150.0, 165.0, 140.0)] {
        assert_eq!(lucia_zone(bpm, vt1, vt2), None, "{bpm} {vt1} {vt2}");
    }
    assert!(edwards_trimp([nan, 0.0, 0.0, 0.0, 0.0, 60.0]).is_nan() && lucia_trimp([60.0, nan, 0.0]).is_nan());
    for threshold in [0.0, -4.0, nan] {
        assert!(rtss(3600.0, 3.0, threshold).is_nan(), "{threshold}");
        assert!(hrtss_hrr_squared(3600.0, 0.7, threshold).is_nan(), "{threshold}");
        assert!(govss(3600.0, 250.0, threshold).is_nan(), "{threshold}");
    }
}

//! Heart-rate variability against published numbers.

use plimsoll_analytics::variability::{ARTEFACT_SHARE, mean_rr_ms, rmssd_ms, sdnn_ms, without_artefacts};

use crate::support::close;

/// Source: the HRV test of Runalyze (science §4).
#[test]
fn rmssd_sdnn_and_mean_are_runalyzes() {
    let rr = [500.0, 510.0, 530.0, 550.0, 560.0];
    close(rmssd_ms(&rr).unwrap(), 15.8114, 5e-5);
    close(rmssd_ms(&rr).unwrap(), (1000.0_f64 / 4.0).sqrt(), 1e-12);
    close(sdnn_ms(&rr).unwrap(), 25.5, 0.05);
    close(sdnn_ms(&rr).unwrap(), 650_f64.sqrt(), 1e-12);
    close(mean_rr_ms(&rr).unwrap(), 530.0, 1e-12);
}

/// Source: the artefact filter of the same test: mean 350, anomalies 25 %.
#[test]
fn the_artefact_filter_is_runalyzes() {
    let filtered = without_artefacts(&[300.0, 350.0, 400.0, 701.0, 99.0, 400.0, 350.0, 300.0], ARTEFACT_SHARE);
    assert_eq!(filtered.artefact_share, 0.25);
    close(mean_rr_ms(&filtered.rr_ms).unwrap(), 350.0, 1e-12);
    assert!(filtered.rr_ms[3].is_nan() && filtered.rr_ms[4].is_nan());
    // 400 − 350 − 300 on both sides, and no difference across the gap.
    close(rmssd_ms(&filtered.rr_ms).unwrap(), 50.0, 1e-12);
}

#[test]
fn the_bound_of_the_filter_is_inside() {
    let artefacts = |rr: &[f64]| without_artefacts(rr, 0.75).artefact_share;
    assert_eq!(artefacts(&[400.0, 400.0, 700.0, 400.0, 400.0]), 0.0);
    assert_eq!(artefacts(&[400.0, 400.0, 100.0, 400.0, 400.0]), 0.0);
    close(artefacts(&[400.0, 400.0, 701.0, 400.0, 400.0]), 0.2, 1e-12);
    close(artefacts(&[400.0, 400.0, 99.0, 400.0, 400.0]), 0.2, 1e-12);
    // One near neighbour is enough.
    assert_eq!(artefacts(&[400.0, 400.0, 900.0, 900.0]), 0.0);
}

#[test]
fn what_is_no_interval_is_an_artefact_and_nothing_is_made_up() {
    let filtered = without_artefacts(&[800.0, f64::NAN, 810.0, 0.0, -5.0, f64::INFINITY, 820.0, 830.0], 0.75);
    let kept: Vec<f64> = filtered.rr_ms.iter().copied().filter(|value| !value.is_nan()).collect();
    assert_eq!(kept, [820.0, 830.0]);
    assert_eq!(without_artefacts(&[], 0.75).artefact_share, 0.0);
    assert_eq!(without_artefacts(&[800.0], 0.75).rr_ms, [800.0]);
    for alone in [0.0, -5.0, f64::INFINITY] {
        assert_eq!(without_artefacts(&[alone], 0.75).artefact_share, 1.0);
    }
    assert_eq!((rmssd_ms(&[]), rmssd_ms(&[800.0]), rmssd_ms(&[800.0, f64::NAN, 810.0])), (None, None, None));
    assert_eq!((sdnn_ms(&[800.0]), mean_rr_ms(&[f64::NAN])), (None, None));
}

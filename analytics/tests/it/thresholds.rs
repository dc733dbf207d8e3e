//! Limits estimated from a runner's own best efforts.

use plimsoll_analytics::{
    ActivitySummary, BestEffort, BestEfforts, EstimateParameters, NoEstimate, PeakHeartRate, RunnersRun,
    ThresholdEstimates, estimate_thresholds,
};
use proptest::prelude::*;

use crate::support::{close, day};

/// A run with the farthest it went in some times, and the highest heart rates it held.
fn run(efforts: &[(f64, f64)], peaks: &[(f64, f64)]) -> ActivitySummary {
    let by_time =
        efforts.iter().map(|(time_s, distance_m)| BestEffort { distance_m: *distance_m, time_s: *time_s, from_s: 0.0 });
    ActivitySummary {
        best_efforts: BestEfforts { by_time: by_time.collect(), by_distance: vec![] },
        peak_heart_rates: peaks.iter().map(|(time_s, bpm)| PeakHeartRate { time_s: *time_s, bpm: *bpm }).collect(),
        ..ActivitySummary::default()
    }
}

fn estimates(summaries: &[ActivitySummary]) -> ThresholdEstimates {
    let names: Vec<String> = (0..summaries.len()).map(|index| format!("run-{index}")).collect();
    let runs: Vec<RunnersRun<'_>> = names
        .iter()
        .zip(summaries)
        .zip(0..)
        .map(|((id, summary), index)| RunnersRun { id, date: day(index), summary })
        .collect();
    estimate_thresholds(&runs, day(100), &EstimateParameters::default())
}

const TIMES_S: [f64; 6] = [180.0, 300.0, 420.0, 600.0, 900.0, 1200.0];

#[test]
fn critical_speed_of_efforts_on_a_line() {
    let on_a_line: Vec<(f64, f64)> = TIMES_S.iter().map(|time_s| (*time_s, 180.0 + 4.2 * time_s)).collect();
    // The best effort of each duration counts, whichever run it was in.
    let (one, two) = on_a_line.split_at(3);
    let slower: Vec<(f64, f64)> = on_a_line.iter().map(|(s, m)| (*s, 0.8 * m)).collect();
    let found = estimates(&[run(one, &[]), run(two, &[]), run(&slower, &[])]);
    let speed = found.threshold_speed_mps.unwrap();
    close(speed.value, 4.2, 1e-9);
    close(speed.low, 4.2, 1e-6);
    close(speed.high, 4.2, 1e-6);
    close(found.d_prime_m.unwrap(), 180.0, 1e-6);
    assert_eq!((speed.from.len(), speed.runs), (6, 3));
    assert_eq!((speed.from[0].run.as_str(), speed.from[5].run.as_str()), ("run-0", "run-1"));
}

// The interval of a slope by Student's t; quantile 2.776445 for four degrees of freedom.
#[test]
fn the_interval_is_that_of_the_slope() {
    let off = [10.0, -12.0, 4.0, 6.0, -14.0, 6.0];
    let efforts: Vec<(f64, f64)> = TIMES_S.iter().zip(off).map(|(s, off)| (*s, 180.0 + 4.2 * s + off)).collect();
    let speed = estimates(&[run(&efforts, &[])]).threshold_speed_mps.unwrap();
    let n = 6.0;
    let mean_x = TIMES_S.iter().sum::<f64>() / n;
    let xx: f64 = TIMES_S.iter().map(|s| (s - mean_x).powi(2)).sum();
    let mean_y = efforts.iter().map(|(_, m)| m).sum::<f64>() / n;
    let slope = efforts.iter().map(|(s, m)| (s - mean_x) * (m - mean_y)).sum::<f64>() / xx;
    let residual: f64 = efforts.iter().map(|(s, m)| (m - mean_y - slope * (s - mean_x)).powi(2)).sum();
    let half = 2.776_445 * (residual / 4.0 / xx).sqrt();
    close(speed.value, slope, 1e-9);
    close(speed.high - speed.value, half, 1e-6);
    close(speed.value - speed.low, half, 1e-6);
}

#[test]
fn easy_runs_and_few_efforts_give_no_critical_speed() {
    let even: Vec<(f64, f64)> = TIMES_S.iter().map(|time_s| (*time_s, 3.0 * time_s - 20.0)).collect();
    assert_eq!(estimates(&[run(&even, &[])]).threshold_speed_mps, Err(NoEstimate::NotAllOut));
    let few = estimates(&[run(&[(180.0, 900.0), (300.0, 1450.0), (3600.0, 14_000.0)], &[])]);
    assert_eq!(few.threshold_speed_mps, Err(NoEstimate::TooFewEfforts { have: 2, need: 4 }));
    assert_eq!(few.d_prime_m, None);
    let none = estimates(&[]);
    assert_eq!(none.max_hr_bpm, Err(NoEstimate::TooFewRuns { have: 0, need: 5 }));
    assert_eq!(none.threshold_hr_bpm, Err(NoEstimate::TooFewRuns { have: 0, need: 5 }));
}

#[test]
fn heart_rates_with_their_ends() {
    let peaks = |ten: f64| [(10.0, ten), (1200.0, 172.0), (1800.0, 168.0), (3600.0, 161.0)];
    let runs: Vec<ActivitySummary> =
        [181.0, 184.0, 179.0, 187.0, 170.0].iter().map(|ten| run(&[], &peaks(*ten))).collect();
    let found = estimates(&runs);
    let max = found.max_hr_bpm.unwrap();
    // 187 is the least it can be; with the next at 184 and confidence 0.8 the end is 187 + 3 · 4.
    assert_eq!((max.value, max.low, max.runs), (187.0, 187.0, 5));
    close(max.high, 199.0, 1e-9);
    assert_eq!((max.from[0].run.as_str(), max.from[1].run.as_str()), ("run-3", "run-1"));
    let threshold = found.threshold_hr_bpm.unwrap();
    assert_eq!((threshold.low, threshold.value, threshold.high), (161.0, 168.0, 172.0));

    let mut short = runs;
    for run in &mut short {
        run.peak_heart_rates.pop();
    }
    assert_eq!(estimates(&short).threshold_hr_bpm, Err(NoEstimate::NoHour));
}

#[test]
fn only_the_days_asked_for_count() {
    let summary = run(&[], &[(10.0, 180.0)]);
    let runs: Vec<RunnersRun<'_>> =
        (0..10).map(|index| RunnersRun { id: "run", date: day(40 * index), summary: &summary }).collect();
    let parameters = EstimateParameters { days: 81, least_runs: 3, ..EstimateParameters::default() };
    let found = estimate_thresholds(&runs, day(360), &parameters);
    assert_eq!((found.from, found.to), (day(280), day(360)));
    assert_eq!(found.max_hr_bpm.unwrap().runs, 3);
    let before = estimate_thresholds(&runs, day(359), &parameters);
    assert_eq!(before.max_hr_bpm, Err(NoEstimate::TooFewRuns { have: 2, need: 3 }));
}

// Uniform peaks below a known maximum: the upper end holds it in about the share it claims.
#[test]
fn the_upper_end_holds_the_maximum_as_often_as_it_says() {
    let mut state = 7_u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let held = (0..2000).filter(|_| {
        let runs: Vec<ActivitySummary> = (0..6).map(|_| run(&[], &[(10.0, 100.0 + 90.0 * unit())])).collect();
        estimates(&runs).max_hr_bpm.unwrap().high >= 190.0
    });
    let share = held.count() as f64 / 2000.0;
    assert!((0.77..=0.84).contains(&share), "{share}");
}

proptest! {
    #[test]
    fn scaling_every_distance_scales_the_speed(
        cs in 2.0..6.0_f64, d_prime in 50.0..400.0_f64, factor in 0.5..2.0_f64,
        off in prop::array::uniform6(-8.0..8.0_f64),
    ) {
        let efforts = |factor: f64| -> Vec<(f64, f64)> {
            TIMES_S.iter().zip(off).map(|(s, off)| (*s, factor * (d_prime + cs * s + off))).collect()
        };
        let plain = estimates(&[run(&efforts(1.0), &[])]).threshold_speed_mps;
        let scaled = estimates(&[run(&efforts(factor), &[])]).threshold_speed_mps;
        match (plain, scaled) {
            (Ok(plain), Ok(scaled)) => {
                prop_assert!((plain.value * factor - scaled.value).abs() < 1e-9);
                prop_assert!((plain.low * factor - scaled.low).abs() < 1e-9);
                prop_assert!(plain.low <= plain.value && plain.value <= plain.high);
            }
            (plain, scaled) => prop_assert_eq!(plain.is_ok(), scaled.is_ok()),
        }
    }
}

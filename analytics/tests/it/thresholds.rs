//! Limits estimated from a runner's own best efforts.

use plimsoll_analytics::{
    ActivitySummary, BestEffort, BestEfforts, EstimateParameters, HeartRateQuality, NoEstimate, PeakHeartRate,
    RunnersRun, ThresholdEstimates, estimate_thresholds, summarise,
};
use plimsoll_ingest::schema;
use proptest::prelude::*;

use crate::recording::{MAN, every_second};
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
    estimates_with(summaries, &EstimateParameters::default())
}

fn estimates_with(summaries: &[ActivitySummary], parameters: &EstimateParameters) -> ThresholdEstimates {
    let heart_rate = HeartRateQuality::Plausible;
    let names: Vec<String> = (0..summaries.len()).map(|index| format!("run-{index}")).collect();
    let runs: Vec<RunnersRun<'_>> = names
        .iter()
        .zip(summaries)
        .zip(0..)
        .map(|((id, summary), index)| RunnersRun { id, date: day(index), summary, heart_rate })
        .collect();
    estimate_thresholds(&runs, day(100), parameters)
}

/// Each effort as a run of its own.
fn apart(efforts: &[(f64, f64)]) -> Vec<ActivitySummary> {
    efforts.iter().map(|effort| run(&[*effort], &[])).collect()
}

const TIMES_S: [f64; 6] = [180.0, 300.0, 420.0, 600.0, 900.0, 1200.0];

#[test]
fn critical_speed_of_efforts_on_a_line() {
    let on_a_line: Vec<(f64, f64)> = TIMES_S.iter().map(|time_s| (*time_s, 180.0 + 4.2 * time_s)).collect();
    // The best effort of each duration counts, whichever run it was in.
    let slower: Vec<(f64, f64)> = on_a_line.iter().map(|(s, m)| (*s, 0.8 * m)).collect();
    let [one, two, three] = [0..2, 2..4, 4..6].map(|efforts| run(&on_a_line[efforts], &[]));
    let found = estimates(&[one, two, three, run(&slower, &[])]);
    let speed = found.threshold_speed_mps.unwrap();
    close(speed.value, 4.2, 1e-9);
    close(speed.low, 4.2, 1e-6);
    close(speed.high.unwrap(), 4.2, 1e-6);
    close(found.d_prime_m.unwrap(), 180.0, 1e-6);
    assert_eq!((speed.from.len(), speed.runs), (6, 4));
    assert_eq!((speed.from[0].run.as_str(), speed.from[5].run.as_str()), ("run-0", "run-2"));
}

// The interval of a slope by Student's t; quantile 2.776445 for four degrees of freedom.
#[test]
fn the_interval_is_that_of_the_slope() {
    let off = [10.0, -12.0, 4.0, 6.0, -14.0, 6.0];
    let efforts: Vec<(f64, f64)> = TIMES_S.iter().zip(off).map(|(s, off)| (*s, 180.0 + 4.2 * s + off)).collect();
    let speed = estimates(&apart(&efforts)).threshold_speed_mps.unwrap();
    let n = 6.0;
    let mean_x = TIMES_S.iter().sum::<f64>() / n;
    let xx: f64 = TIMES_S.iter().map(|s| (s - mean_x).powi(2)).sum();
    let mean_y = efforts.iter().map(|(_, m)| m).sum::<f64>() / n;
    let slope = efforts.iter().map(|(s, m)| (s - mean_x) * (m - mean_y)).sum::<f64>() / xx;
    let residual: f64 = efforts.iter().map(|(s, m)| (m - mean_y - slope * (s - mean_x)).powi(2)).sum();
    let half = 2.776_445 * (residual / 4.0 / xx).sqrt();
    close(speed.value, slope, 1e-9);
    close(speed.high.unwrap() - speed.value, half, 1e-6);
    close(speed.value - speed.low, half, 1e-6);
}

#[test]
fn easy_runs_and_few_efforts_give_no_critical_speed() {
    let even: Vec<(f64, f64)> = TIMES_S.iter().map(|time_s| (*time_s, 3.0 * time_s - 20.0)).collect();
    assert_eq!(estimates(&apart(&even)).threshold_speed_mps, Err(NoEstimate::NotAllOut));
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
    // 187 is the least that it can be, and nothing bounds it from above.
    assert_eq!((max.value, max.low, max.high, max.runs), (187.0, 187.0, None, 5));
    assert_eq!((max.from[0].run.as_str(), max.from[1].run.as_str()), ("run-3", "run-1"));
    let threshold = found.threshold_hr_bpm.unwrap();
    assert_eq!((threshold.low, threshold.value, threshold.high), (161.0, 168.0, Some(172.0)));

    let mut short = runs;
    for run in &mut short {
        run.peak_heart_rates.pop();
    }
    assert_eq!(estimates(&short).threshold_hr_bpm, Err(NoEstimate::NoHour));
}

#[test]
fn only_the_days_asked_for_count() {
    let summary = run(&[], &[(10.0, 180.0)]);
    let runs: Vec<RunnersRun<'_>> = (0..10)
        .map(|index| RunnersRun {
            id: "run",
            date: day(40 * index),
            summary: &summary,
            heart_rate: HeartRateQuality::Plausible,
        })
        .collect();
    let parameters = EstimateParameters { days: 81, least_runs: 3, ..EstimateParameters::default() };
    let found = estimate_thresholds(&runs, day(360), &parameters);
    assert_eq!((found.from, found.to), (day(280), day(360)));
    assert_eq!(found.max_hr_bpm.unwrap().runs, 3);
    let before = estimate_thresholds(&runs, day(359), &parameters);
    assert_eq!(before.max_hr_bpm, Err(NoEstimate::TooFewRuns { have: 2, need: 3 }));
}

// 10 min at 180, 10 at 150, 10 at 180, then 140: the mean over 30 min is 170, over 20 min 165, over 60 min 155.
#[test]
fn the_threshold_lies_within_its_own_ends() {
    let bpm = |s: f64| match s {
        s if s < 600.0 || (1200.0..1800.0).contains(&s) => 180.0,
        s if s < 1200.0 => 150.0,
        _ => 140.0,
    };
    let summary = summarise(&every_second(3600, &[(schema::HEART_RATE_BPM, &bpm)]), &MAN);
    let threshold = estimates(&vec![summary; 5]).threshold_hr_bpm.unwrap();
    close(threshold.low, 155.0, 0.1);
    close(threshold.value, 170.0, 0.1);
    assert_eq!(threshold.high, Some(threshold.value));
}

/// Efforts on a line of 4.2 m/s, each a run of its own whose heart rate reached so much over a minute.
fn at_heart_rate(bpm: [f64; 6]) -> Vec<ActivitySummary> {
    let efforts = TIMES_S.iter().zip(bpm);
    efforts.map(|(s, bpm)| run(&[(*s, 180.0 + 4.2 * s)], &[(10.0, bpm + 2.0), (60.0, bpm)])).collect()
}

#[test]
fn efforts_well_below_the_maximum_heart_rate_make_no_critical_speed() {
    let set = EstimateParameters { max_hr_bpm: Some(190.0), ..EstimateParameters::default() };
    let easy = estimates_with(&at_heart_rate([150.0; 6]), &set).threshold_speed_mps;
    let refused = NoEstimate::LowHeartRate { have: 0, need: 4, bpm: 180.5 };
    assert_eq!(easy, Err(refused));
    assert_eq!(
        refused.to_string(),
        "the fastest efforts were not all-out: in 0 of the 4 durations that a line needs the heart rate of the run reached \
         180 bpm over a minute, which is near the maximum"
    );
    let hard = |runs: &[ActivitySummary]| estimates_with(runs, &set).threshold_speed_mps;
    // 95 % of 190 is 180.5. Two durations that were run easily are left out of the line, three are too many.
    let four = hard(&at_heart_rate([181.0, 150.0, 182.0, 180.5, 180.0, 185.0])).unwrap();
    assert_eq!(four.from.len(), 4);
    close(four.value, 4.2, 1e-9);
    let three = hard(&at_heart_rate([181.0, 150.0, 182.0, 180.4, 180.0, 185.0]));
    assert_eq!(three, Err(NoEstimate::LowHeartRate { have: 3, need: 4, bpm: 180.5 }));
    // Without a maximum that is set, the highest that was seen stands for it: 187, of which 95 % are 177.65.
    assert_eq!(
        estimates(&at_heart_rate([150.0, 150.0, 185.0, 178.0, 178.0, 177.7])).threshold_speed_mps.unwrap().from.len(),
        4
    );
    // Nobody can tell of a run without heart rate, and it counts.
    let mut silent = at_heart_rate([181.0, 150.0, 182.0, 180.4, 180.0, 185.0]);
    silent[1].peak_heart_rates.clear();
    assert_eq!(hard(&silent).unwrap().from.len(), 4);
}

#[test]
fn efforts_of_one_or_two_runs_make_no_line() {
    let on_a_line: Vec<(f64, f64)> = TIMES_S.iter().map(|time_s| (*time_s, 180.0 + 4.2 * time_s)).collect();
    let one = estimates(&[run(&on_a_line, &[])]).threshold_speed_mps;
    assert_eq!(one, Err(NoEstimate::TooFewEffortRuns { have: 1, need: 3 }));
    assert_eq!(
        one.unwrap_err().to_string(),
        "the farthest efforts come from 1 run, and those of one run overlap: 3 runs are needed"
    );
    let (first, second) = on_a_line.split_at(3);
    let two = estimates(&[run(first, &[]), run(second, &[])]);
    assert_eq!(two.threshold_speed_mps, Err(NoEstimate::TooFewEffortRuns { have: 2, need: 3 }));
    assert_eq!(two.d_prime_m, None);
}

#[test]
fn a_suspect_heart_rate_is_nobodys_maximum() {
    let peaks = |bpm: f64| [(10.0, bpm), (1200.0, bpm), (1800.0, bpm), (3600.0, bpm)];
    let summaries: Vec<ActivitySummary> =
        [150.0, 151.0, 152.0, 153.0, 154.0, 180.0].map(|bpm| run(&[], &peaks(bpm))).into();
    let found = |quality: HeartRateQuality| {
        let runs: Vec<RunnersRun<'_>> = summaries
            .iter()
            .enumerate()
            .map(|(index, summary)| {
                let heart_rate = if index == 5 { quality } else { HeartRateQuality::Plausible };
                RunnersRun { id: "run", date: day(index as u64), summary, heart_rate }
            })
            .collect();
        let found = estimate_thresholds(&runs, day(100), &EstimateParameters::default());
        (found.max_hr_bpm.unwrap().value, found.threshold_hr_bpm.unwrap().value)
    };
    assert_eq!(found(HeartRateQuality::Plausible), (180.0, 180.0));
    assert_eq!(found(HeartRateQuality::Suspect), (154.0, 154.0));
}

#[test]
fn a_level_that_is_no_number_is_the_usual_one() {
    let off = [10.0, -12.0, 4.0, 6.0, -14.0, 6.0];
    let efforts: Vec<(f64, f64)> = TIMES_S.iter().zip(off).map(|(s, off)| (*s, 180.0 + 4.2 * s + off)).collect();
    let of = |speed_level| {
        let parameters = EstimateParameters { speed_level, ..EstimateParameters::default() };
        estimates_with(&apart(&efforts), &parameters).threshold_speed_mps.unwrap()
    };
    assert_eq!(of(f64::NAN), of(0.95));
    assert_eq!((of(-1.0), of(f64::INFINITY)), (of(0.0), of(0.999)));
}

#[test]
fn the_farthest_effort_of_each_duration_counts_in_any_order_and_the_first_of_equals() {
    let on_a_line: Vec<(f64, f64)> = TIMES_S.iter().take(4).map(|time_s| (*time_s, 180.0 + 4.2 * time_s)).collect();
    let slower: Vec<(f64, f64)> = on_a_line.iter().map(|(s, m)| (*s, 0.8 * m)).collect();
    let slow_first = [vec![run(&slower, &[])], apart(&on_a_line), vec![run(&on_a_line, &[])]].concat();
    // Four durations are enough for a line.
    let speed = estimates(&slow_first).threshold_speed_mps.unwrap();
    close(speed.value, 4.2, 1e-9);
    let from: Vec<&str> = speed.from.iter().map(|support| support.run.as_str()).collect();
    assert_eq!(from, ["run-1", "run-2", "run-3", "run-4"]);
}

#[test]
fn a_maximum_that_cannot_be_is_none_that_is_set() {
    let set = |bpm| EstimateParameters { max_hr_bpm: Some(bpm), ..EstimateParameters::default() };
    let runs = at_heart_rate([187.0; 6]);
    for bpm in [f64::INFINITY, f64::NAN, 0.0, -190.0] {
        assert!(estimates_with(&runs, &set(bpm)).threshold_speed_mps.is_ok(), "{bpm}");
    }
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
        let plain = estimates(&apart(&efforts(1.0))).threshold_speed_mps;
        let scaled = estimates(&apart(&efforts(factor))).threshold_speed_mps;
        match (plain, scaled) {
            (Ok(plain), Ok(scaled)) => {
                prop_assert!((plain.value * factor - scaled.value).abs() < 1e-9);
                prop_assert!((plain.low * factor - scaled.low).abs() < 1e-9);
                prop_assert!(plain.low <= plain.value && plain.value <= plain.high.unwrap());
            }
            (plain, scaled) => prop_assert_eq!(plain.is_ok(), scaled.is_ok()),
        }
    }
}

//! Maximum heart rate, threshold heart rate and threshold pace, estimated from a runner's own best efforts. Only when
//! somebody asks: what a watch recorded is not a test, and nothing is applied by itself.

use std::fmt;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::HeartRateQuality;
use crate::activity::{ActivitySummary, BestEffort};

/// What an estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EstimateParameters {
    /// Runs of so many days up to the last one count: form changes.
    pub days: u64,
    /// Shortest and longest effort of the distance–time line, seconds.
    pub effort_s: (f64, f64),
    /// Fewest different durations for a line.
    pub least_efforts: usize,
    /// Fewest runs that the efforts of such a line come from: those of one run overlap, and at most one of them was run as
    /// hard as its time allows.
    pub least_effort_runs: usize,
    /// Fewest runs with heart rate.
    pub least_runs: usize,
    /// The maximum heart rate that the runner has set, bpm. Without one the highest that was seen stands for it.
    pub max_hr_bpm: Option<f64>,
    /// An effort was not all-out when the highest mean heart rate over a minute of its run stayed below this share of the
    /// maximum. Ours: no source gives a bound for efforts of 3 to 20 minutes.
    pub all_out_share: f64,
    /// Confidence level of the interval of critical speed, held within 0 and 0.999; not a number: 0.95.
    pub speed_level: f64,
}

impl Default for EstimateParameters {
    /// 180 days; efforts of 3 to 20 minutes, at least four of them, from three runs; five runs with heart rate; 95 % of the
    /// maximum; a level of 95 %.
    fn default() -> Self {
        Self {
            days: 180,
            effort_s: (180.0, 1200.0),
            least_efforts: 4,
            least_effort_runs: 3,
            least_runs: 5,
            max_hr_bpm: None,
            all_out_share: 0.95,
            speed_level: 0.95,
        }
    }
}

/// A run to estimate from.
#[derive(Debug, Clone, Copy)]
pub struct RunnersRun<'a> {
    /// Its name for the caller; estimates refer to it.
    pub id: &'a str,
    /// The day that it counts on.
    pub date: NaiveDate,
    /// Its numbers.
    pub summary: &'a ActivitySummary,
    /// What became of its heart rate: that of a suspect one is not looked at.
    pub heart_rate: HeartRateQuality,
}

impl RunnersRun<'_> {
    /// The highest mean heart rate over `time_s`; `None` when it has none that can be believed.
    fn peak_bpm(&self, time_s: f64) -> Option<f64> {
        let peaks = self.summary.peak_heart_rates.iter().filter(|_| self.heart_rate != HeartRateQuality::Suspect);
        peaks.filter(|peak| peak.time_s == time_s && peak.bpm.is_finite()).map(|peak| peak.bpm).next()
    }
}

/// One effort that an estimate rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// The run's name.
    pub run: String,
    /// Its day.
    pub date: NaiveDate,
    /// How long it was held, seconds.
    pub time_s: f64,
    /// Heart rate (bpm) or distance (m), as the estimate's.
    pub value: f64,
}

/// An estimate between two ends: low ≤ value ≤ high.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate itself.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end; `None` where nothing in the files bounds it from above.
    pub high: Option<f64>,
    /// The efforts it rests on.
    pub from: Vec<Support>,
    /// How many runs were looked at.
    pub runs: usize,
}

/// Why there is no estimate. [`fmt::Display`] says it to a person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoEstimate {
    /// Fewer runs with heart rate than are needed.
    TooFewRuns {
        /// There are.
        have: usize,
        /// There must be.
        need: usize,
    },
    /// Fewer durations with a best effort than are needed.
    TooFewEfforts {
        /// There are.
        have: usize,
        /// There must be.
        need: usize,
    },
    /// The farthest in each of the durations comes from too few runs.
    TooFewEffortRuns {
        /// There are.
        have: usize,
        /// There must be.
        need: usize,
    },
    /// Too many of the farthest efforts were run at a heart rate well below the maximum.
    LowHeartRate {
        /// Durations whose farthest effort may have been all-out.
        have: usize,
        /// There must be.
        need: usize,
        /// The heart rate that its run had to reach, bpm.
        bpm: f64,
    },
    /// No run has heart rate over an hour, which is one end of the interval.
    NoHour,
    /// Longer efforts are as fast as shorter ones: they were not run as fast as they could have been.
    NotAllOut,
}

impl fmt::Display for NoEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRuns { have, need } => {
                write!(f, "{need} runs with heart rate are needed, and there are {have}")
            }
            Self::TooFewEfforts { have, need } => {
                write!(f, "best efforts of {need} different durations are needed, and there are {have}")
            }
            Self::TooFewEffortRuns { have, need } => write!(
                f,
                "the farthest efforts come from {have} run{}, and those of one run overlap: {need} runs are needed",
                if *have == 1 { "" } else { "s" }
            ),
            Self::LowHeartRate { have, need, bpm } => write!(
                f,
                "the fastest efforts were not all-out: in {have} of the {need} durations that a line needs the heart rate of \
                 the run reached {bpm:.0} bpm over a minute, which is near the maximum"
            ),
            Self::NoHour => f.write_str("no run has heart rate over a whole hour"),
            Self::NotAllOut => f.write_str(
                "the longer efforts are as fast as the shorter ones, so they were not run as fast as possible, and a line \
                 through them would say too little",
            ),
        }
    }
}

/// What a runner's own best efforts say of their limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdEstimates {
    /// First day that counts.
    pub from: NaiveDate,
    /// Last day that counts.
    pub to: NaiveDate,
    /// Maximum heart rate, bpm; see [`estimate_thresholds`].
    pub max_hr_bpm: Result<Estimate, NoEstimate>,
    /// Threshold heart rate, bpm.
    pub threshold_hr_bpm: Result<Estimate, NoEstimate>,
    /// Threshold speed, m/s: critical speed.
    pub threshold_speed_mps: Result<Estimate, NoEstimate>,
    /// D′ of the same line, metres: the distance that can be run above critical speed.
    pub d_prime_m: Option<f64>,
}

/// Estimates a runner's limits from the runs of the days up to `as_of`. Runs of other days are passed over.
///
/// - **Maximum heart rate**: the highest mean over 10 s of any run: the least that the maximum can be. No upper end, and
///   no confidence: how far below the maximum somebody's hardest runs stay differs from runner to runner, and nothing in
///   the files says it.
/// - **Threshold heart rate**: the highest mean over 30 min; from the highest over 60 min to the highest over 20 min, or to
///   the estimate where that is higher. When those were run all-out, an hour's lies at the threshold and 20 minutes'
///   above it. A bracket, not a confidence interval; the estimate is too low when none was all-out.
/// - **Threshold speed**: critical speed, the slope of the least-squares line of distance over time through the longest
///   distance in each of the durations from 3 to 20 min, with the interval of Student's t for the slope. That interval is
///   the scatter of these efforts about the line and nothing else: efforts that were not all-out, or that overlap, make
///   the slope too low by more than it shows. Durations whose farthest effort was run at a heart rate below
///   [`EstimateParameters::all_out_share`] of the maximum are left out (without a heart rate nobody can tell, and it
///   counts); the others must come from three runs. No line when D′ is not above zero.
///
/// The heart rate of a run that is [`HeartRateQuality::Suspect`] is not looked at; its distances are.
#[must_use]
pub fn estimate_thresholds(
    runs: &[RunnersRun<'_>],
    as_of: NaiveDate,
    parameters: &EstimateParameters,
) -> ThresholdEstimates {
    let from = as_of.checked_sub_days(Days::new(parameters.days.saturating_sub(1))).unwrap_or(NaiveDate::MIN);
    let runs: Vec<&RunnersRun<'_>> = runs.iter().filter(|run| (from..=as_of).contains(&run.date)).collect();
    let line = critical_speed(&runs, parameters);
    ThresholdEstimates {
        from,
        to: as_of,
        max_hr_bpm: max_heart_rate(&runs, parameters),
        threshold_hr_bpm: threshold_heart_rate(&runs, parameters),
        d_prime_m: line.as_ref().ok().map(|(_, d_prime_m)| *d_prime_m),
        threshold_speed_mps: line.map(|(estimate, _)| estimate),
    }
}

/// The highest means over `time_s`, one per run, the highest first.
fn highest(runs: &[&RunnersRun<'_>], time_s: f64) -> Vec<Support> {
    let peak_of = |run: &&RunnersRun<'_>| {
        Some(Support { run: run.id.to_owned(), date: run.date, time_s, value: run.peak_bpm(time_s)? })
    };
    let mut peaks: Vec<Support> = runs.iter().filter_map(peak_of).collect();
    peaks.sort_by(|a, b| b.value.total_cmp(&a.value));
    peaks
}

fn max_heart_rate(runs: &[&RunnersRun<'_>], parameters: &EstimateParameters) -> Result<Estimate, NoEstimate> {
    let peaks = highest(runs, 10.0);
    let count = peaks.len();
    let need = parameters.least_runs.max(1);
    let (Some(first), true) = (peaks.first(), count >= need) else {
        return Err(NoEstimate::TooFewRuns { have: count, need });
    };
    let from = peaks.iter().take(2).cloned().collect();
    Ok(Estimate { value: first.value, low: first.value, high: None, from, runs: count })
}

fn threshold_heart_rate(runs: &[&RunnersRun<'_>], parameters: &EstimateParameters) -> Result<Estimate, NoEstimate> {
    let [short, middle, long] = [1200.0, 1800.0, 3600.0].map(|time_s| highest(runs, time_s));
    if middle.len() < parameters.least_runs {
        return Err(NoEstimate::TooFewRuns { have: middle.len(), need: parameters.least_runs });
    }
    let (Some(high), Some(value), Some(low)) = (short.first(), middle.first(), long.first()) else {
        return Err(NoEstimate::NoHour);
    };
    Ok(Estimate {
        value: value.value,
        // An easy middle between two hard parts has a lower mean over 20 min than over 30.
        low: low.value.min(value.value),
        high: Some(high.value.max(value.value)),
        from: vec![high.clone(), value.clone(), low.clone()],
        runs: middle.len(),
    })
}

/// Critical speed, and D′ in metres.
fn critical_speed(runs: &[&RunnersRun<'_>], parameters: &EstimateParameters) -> Result<(Estimate, f64), NoEstimate> {
    let (shortest_s, longest_s) = parameters.effort_s;
    let mut best: Vec<(BestEffort, &RunnersRun<'_>)> = Vec::new();
    for run in runs.iter().copied() {
        for effort in &run.summary.best_efforts.by_time {
            if !(shortest_s..=longest_s).contains(&effort.time_s) || !effort.distance_m.is_finite() {
                continue;
            }
            match best.iter_mut().find(|(known, _)| known.time_s == effort.time_s) {
                Some(known) if known.0.distance_m < effort.distance_m => *known = (*effort, run),
                Some(_) => {}
                None => best.push((*effort, run)),
            }
        }
    }
    best.sort_by(|(a, _), (b, _)| a.time_s.total_cmp(&b.time_s));
    let need = parameters.least_efforts.max(3);
    if best.len() < need {
        return Err(NoEstimate::TooFewEfforts { have: best.len(), need });
    }
    if let Some(bpm) = all_out_bpm(runs, parameters) {
        best.retain(|(_, run)| run.peak_bpm(60.0).is_none_or(|peak| peak >= bpm));
        if best.len() < need {
            return Err(NoEstimate::LowHeartRate { have: best.len(), need, bpm });
        }
    }
    let mut names: Vec<&str> = best.iter().map(|(_, run)| run.id).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < parameters.least_effort_runs {
        return Err(NoEstimate::TooFewEffortRuns { have: names.len(), need: parameters.least_effort_runs });
    }
    let points: Vec<(f64, f64)> = best.iter().map(|(effort, _)| (effort.time_s, effort.distance_m)).collect();
    let line = Line::through(&points, parameters.speed_level).ok_or(NoEstimate::NotAllOut)?;
    if line.intercept <= 0.0 || line.slope <= 0.0 {
        return Err(NoEstimate::NotAllOut);
    }
    let support = |(effort, run): &(BestEffort, &RunnersRun<'_>)| Support {
        run: run.id.to_owned(),
        date: run.date,
        time_s: effort.time_s,
        value: effort.distance_m,
    };
    let estimate = Estimate {
        value: line.slope,
        low: line.slope - line.half_width,
        high: Some(line.slope + line.half_width),
        from: best.iter().map(support).collect(),
        runs: runs.iter().filter(|run| !run.summary.best_efforts.by_time.is_empty()).count(),
    };
    Ok((estimate, line.intercept))
}

/// The heart rate that a run with an all-out effort reaches over a minute; `None` when no heart rate is known.
fn all_out_bpm(runs: &[&RunnersRun<'_>], parameters: &EstimateParameters) -> Option<f64> {
    let seen = runs.iter().filter_map(|run| run.peak_bpm(10.0)).reduce(f64::max);
    let set = parameters.max_hr_bpm.filter(|bpm| bpm.is_finite() && *bpm > 0.0);
    // Who has gone above what they set has set too little.
    let max = set.into_iter().chain(seen).reduce(f64::max)?;
    Some(max * parameters.all_out_share)
}

/// Least-squares line y = intercept + slope · x.
struct Line {
    slope: f64,
    intercept: f64,
    /// Half of the confidence interval of the slope.
    half_width: f64,
}

impl Line {
    /// `None` with fewer than three points, or without a spread of x.
    fn through(points: &[(f64, f64)], level: f64) -> Option<Self> {
        let n = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
        let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
        let (mut xx, mut xy) = (0.0, 0.0);
        for (x, y) in points {
            xx += (x - mean_x).powi(2);
            xy += (x - mean_x) * (y - mean_y);
        }
        let slope = xy / xx;
        let intercept = mean_y - slope * mean_x;
        let residual: f64 = points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
        let freedom = n - 2.0;
        let level = if level.is_nan() { 0.95 } else { level.clamp(0.0, 0.999) };
        let quantile = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(0.5 + level / 2.0);
        let half_width = quantile * (residual / freedom / xx).sqrt();
        (slope.is_finite() && half_width.is_finite()).then_some(Self { slope, intercept, half_width })
    }
}

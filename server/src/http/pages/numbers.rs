//! What analytics make of an activity, as its page shows it: load, effort, best efforts, intensity and mechanics.

use plimsoll_analytics::{ActivitySummary, BestEffort, Load, LoadSource, MechanicsAt, Missing, NoLoad, SPEED_BANDS};

use crate::store::ActivityRow;
use crate::words;

/// A value with its name.
pub(super) type Fact = (String, String);

/// Everything that the page shows of it.
pub(super) struct Numbers {
    pub(super) load: Vec<Fact>,
    /// What stands in for a TRIMP that cannot be worked out, in a sentence.
    pub(super) stand_in: Option<String>,
    pub(super) effort: Vec<Fact>,
    /// What cannot be said of load and effort, by reason.
    pub(super) unknown: Vec<String>,
    /// Whether a value in the settings would change that.
    pub(super) settings_would_help: bool,
    pub(super) by_distance: Vec<EffortRow>,
    pub(super) by_time: Vec<EffortRow>,
    pub(super) intensity: Vec<Distribution>,
    pub(super) mechanics: Option<MechanicsTable>,
}

/// A best effort as a line of a table.
pub(super) struct EffortRow {
    pub(super) name: String,
    pub(super) result: String,
    pub(super) pace: String,
    /// When it began.
    pub(super) at: String,
}

/// Time by intensity.
pub(super) struct Distribution {
    pub(super) name: &'static str,
    pub(super) zones: Vec<Zone>,
}

pub(super) struct Zone {
    pub(super) name: String,
    pub(super) time: String,
    pub(super) percent: String,
    /// Length of the bar, 0 to 100.
    pub(super) length: f64,
}

/// A table of what there is, a row per speed.
pub(super) struct MechanicsTable {
    pub(super) heads: Vec<(&'static str, &'static str)>,
    pub(super) rows: Vec<Vec<String>>,
}

/// Names of the fields that are explained when they are missing, in the page's order.
const LOADS: [(&str, &str); 6] = [
    ("trimp", "TRIMP (Banister)"),
    ("edwards_trimp", "TRIMP (Edwards)"),
    ("lucia_trimp", "TRIMP (Lucia)"),
    ("session_rpe_load", "session RPE load"),
    ("hrtss", "hrTSS"),
    ("rtss", "rTSS"),
];
const EFFORTS: [(&str, &str); 4] = [
    ("grade_adjusted_distance_m", "grade-adjusted distance and pace"),
    ("efficiency_factor", "efficiency factor"),
    ("decoupling_pct", "decoupling"),
    ("steps", "steps"),
];

impl Numbers {
    pub(super) fn of(activity: &ActivityRow, load: Result<Load, NoLoad>) -> Self {
        let summary = &activity.summary;
        let (unknown, settings_would_help) = unknown(summary);
        Self {
            load: load_facts(summary),
            stand_in: stand_in(summary, load),
            effort: effort_facts(summary),
            unknown,
            settings_would_help,
            by_distance: summary.best_efforts.by_distance.iter().map(over_distance).collect(),
            by_time: summary.best_efforts.by_time.iter().map(in_time).collect(),
            intensity: distributions(summary),
            mechanics: mechanics(&summary.mechanics.bins),
        }
    }
}

fn load_facts(summary: &ActivitySummary) -> Vec<Fact> {
    let values = [
        (summary.trimp, "TRIMP (Banister)"),
        (summary.edwards_trimp, "TRIMP (Edwards)"),
        (summary.lucia_trimp, "TRIMP (Lucia)"),
        (summary.session_rpe_load, "session RPE load"),
        (summary.rtss, "rTSS (normalised graded pace, Minetti)"),
        (summary.hrtss, "hrTSS (variant TRIMP-100)"),
        (summary.hrtss_hrr_squared, "hrTSS (variant HRR²)"),
    ];
    values.into_iter().filter_map(|(value, name)| Some((words::whole(value?), name.to_owned()))).collect()
}

fn stand_in(summary: &ActivitySummary, load: Result<Load, NoLoad>) -> Option<String> {
    // It has a TRIMP, and something else is counted: its heart rate is suspect.
    let instead =
        if summary.trimp.is_some() { " Its heart rate looks wrong, so its TRIMP is not counted." } else { "" };
    let counted = |trimp: f64, from: &str| {
        format!("Counted as a load of {}, in the unit of TRIMP: from {from}.{instead}", words::whole(trimp))
    };
    match load {
        Ok(Load { source: LoadSource::Trimp, .. }) => None,
        Ok(Load { trimp, source: LoadSource::SessionRpe }) => {
            Some(counted(trimp, "the rating of effort, at this athlete’s median TRIMP per unit of it"))
        }
        Ok(Load { trimp, source: LoadSource::Duration }) => {
            Some(counted(trimp, "the duration, at this athlete’s median TRIMP per minute of this sport"))
        }
        Err(missing) => Some(format!("Its load in the unit of TRIMP is unknown: {missing}.{instead}")),
    }
}

fn effort_facts(summary: &ActivitySummary) -> Vec<Fact> {
    let km = |metres: f64| format!("{} km", words::two_decimals(metres / 1000.0));
    let percent = |value: f64| format!("{} %", words::one_decimal(value));
    let duration_s = summary.timer_time_s.or(summary.elapsed_time_s);
    let graded = summary.grade_adjusted_distance_m.zip(duration_s).map(|(metres, seconds)| metres / seconds);
    let facts = [
        (graded.and_then(words::pace), "grade-adjusted pace (Minetti)"),
        (summary.normalised_graded_speed_mps.and_then(words::pace), "normalised graded pace (Minetti)"),
        (summary.grade_adjusted_distance_m.map(km), "grade-adjusted distance (Minetti)"),
        (summary.grade_adjusted_distance_elevate_m.map(km), "grade-adjusted distance (Strava fit)"),
        (summary.efficiency_factor.map(words::two_decimals), "efficiency factor, m/min per bpm"),
        // On hills the plain one says more of the ground than of the runner.
        (summary.decoupling_graded_pct.map(percent), "decoupling of grade-adjusted pace (Minetti) and heart rate"),
        (
            summary.decoupling_pct.filter(|_| summary.decoupling_graded_pct.is_none()).map(percent),
            "decoupling of pace and heart rate",
        ),
        (summary.steps.map(|steps| words::thousands(steps.max(0.0).round() as u64)), "steps, both feet"),
    ];
    facts.into_iter().filter_map(|(value, name)| Some((value?, name.to_owned()))).collect()
}

/// What is missing, those with the same reason together; and whether something in the settings would help.
fn unknown(summary: &ActivitySummary) -> (Vec<String>, bool) {
    let mut by_reason: Vec<(&Missing, Vec<&str>)> = Vec::new();
    for (field, name) in LOADS.into_iter().chain(EFFORTS) {
        // That a ride is no run needs no saying.
        let missing = summary.reasons.get(field).filter(|why| !matches!(why, Missing::NotARun | Missing::NotOnFoot));
        let Some(missing) = missing else { continue };
        match by_reason.iter_mut().find(|(reason, _)| *reason == missing) {
            Some((_, names)) => names.push(name),
            None => by_reason.push((missing, vec![name])),
        }
    }
    let is_setting = |missing: &Missing| {
        matches!(
            missing,
            Missing::SexNotSet
                | Missing::RestingHeartRateNotSet
                | Missing::MaxHeartRateNotSet
                | Missing::HeartRateLimits(..)
                | Missing::ThresholdHeartRateNotSet
                | Missing::ThresholdHeartRateOutside(_)
                | Missing::VentilatoryThresholdsNotSet
                | Missing::VentilatoryThresholdsOrder
                | Missing::ThresholdSpeedNotSet
        )
    };
    let settings_would_help = by_reason.iter().any(|(missing, _)| is_setting(missing));
    let lines = by_reason.iter().map(|(missing, names)| format!("{}: {missing}.", names.join(", ")));
    (lines.collect(), settings_would_help)
}

fn over_distance(effort: &BestEffort) -> EffortRow {
    row(effort, words::race_distance(effort.distance_m), words::duration(effort.time_s))
}

fn in_time(effort: &BestEffort) -> EffortRow {
    let km = format!("{} km", words::two_decimals(effort.distance_m / 1000.0));
    row(effort, words::short_time(effort.time_s), km)
}

fn row(effort: &BestEffort, name: String, result: String) -> EffortRow {
    let pace =
        if effort.speed_mps() > 0.5 { words::minutes_seconds(1000.0 / effort.speed_mps()) } else { "–".to_owned() };
    EffortRow { name, result, pace, at: words::duration(effort.from_s) }
}

fn distributions(summary: &ActivitySummary) -> Vec<Distribution> {
    let zones = &summary.intensity;
    let of_max = ["below 50 %", "50–60 %", "60–70 %", "70–80 %", "80–90 %", "above 90 %"].map(str::to_owned);
    let ventilatory = ["below VT1", "VT1 to VT2", "from VT2 on"].map(str::to_owned);
    let bounds: Vec<String> = SPEED_BANDS.iter().map(|bound| words::whole(100.0 * bound)).collect();
    let mut of_threshold: Vec<String> = bounds.first().map(|least| format!("below {least} %")).into_iter().collect();
    of_threshold.extend(bounds.windows(2).map(|pair| format!("{} %", pair.join("–"))));
    of_threshold.extend(bounds.last().map(|most| format!("from {most} % on")));
    [
        ("Heart rate, of the maximum", Vec::from(of_max), zones.max_heart_rate_zones_s.map(Vec::from)),
        ("Heart rate, by threshold", Vec::from(ventilatory), zones.ventilatory_zones_s.map(Vec::from)),
        (
            "Grade-adjusted speed (Minetti), of threshold speed",
            of_threshold,
            zones.threshold_speed_bands_s.map(Vec::from),
        ),
    ]
    .into_iter()
    .filter_map(|(name, names, seconds)| Some(Distribution { name, zones: bars(names, &seconds?) }))
    .collect()
}

fn bars(names: Vec<String>, seconds_in: &[f64]) -> Vec<Zone> {
    let total: f64 = seconds_in.iter().sum();
    let zone = |(name, seconds): (String, &f64)| {
        let length = if total > 0.0 { 100.0 * seconds / total } else { 0.0 };
        Zone { name, time: words::duration(*seconds), percent: format!("{} %", words::whole(length)), length }
    };
    names.into_iter().zip(seconds_in).map(zone).collect()
}

/// How a value of the mechanics is read and written.
type Column = (&'static str, &'static str, fn(&MechanicsAt) -> Option<f64>, fn(f64) -> String);

fn mechanics(bins: &[MechanicsAt]) -> Option<MechanicsTable> {
    const COLUMNS: [Column; 7] = [
        ("spm", "Cadence, steps per minute", |at| at.cadence_spm, words::whole),
        ("Contact, ms", "Ground contact time", |at| at.stance_time_ms, words::whole),
        ("Left, %", "Share of ground contact on the left", |at| at.stance_balance_pct, words::one_decimal),
        ("Bounce, mm", "Vertical oscillation", |at| at.vertical_oscillation_mm, words::whole),
        ("Step, cm", "Step length", |at| at.step_length_mm.map(|mm| mm / 10.0), words::whole),
        ("Ratio, %", "Vertical oscillation over step length", |at| at.vertical_ratio_pct, words::one_decimal),
        ("bpm", "Heart rate", |at| at.heart_rate_bpm, words::whole),
    ];
    if bins.is_empty() {
        return None;
    }
    let present: Vec<&Column> =
        COLUMNS.iter().filter(|(_, _, value, _)| bins.iter().any(|at| value(at).is_some())).collect();
    let mut heads = vec![("min/km", "Pace"), ("Time", "Time at it")];
    heads.extend(present.iter().map(|(head, title, ..)| (*head, *title)));
    let rows = bins.iter().map(|at| {
        let mut row = vec![words::minutes_seconds(1000.0 / at.speed_mps), words::duration(at.time_s)];
        row.extend(present.iter().map(|(_, _, value, shown)| value(at).map_or_else(|| "–".to_owned(), shown)));
        row
    });
    Some(MechanicsTable { heads, rows: rows.collect() })
}

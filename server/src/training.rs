//! What the analysis gets to see of an athlete: sessions with their loads, and a diary, from the rows of the store.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plimsoll_analytics::{
    Channel, DayMarks, Diary, HeartRateQuality, LoadScales, Loaded, Missing, RunForm, Session, SessionKind,
};
use plimsoll_ingest::{DiaryKind, DiaryValue};

use crate::store::ActivityRow;

/// What findings say of a heart rate that is not to be believed.
const SUSPECT: [&str; 2] = ["heart_rate_cadence_lock", "heart_rate_impossible"];

/// Activities as sessions, in their order. What no sport is known of is left out: it may have been a drive.
pub(crate) fn sessions(activities: &[ActivityRow]) -> Vec<Session> {
    let loaded = |activity| -> Loaded<'_> {
        let activity: &ActivityRow = activity;
        Loaded { sport: &activity.sport, summary: &activity.summary }
    };
    let scales = LoadScales::of(activities.iter().map(loaded));
    let known = activities.iter().filter(|activity| activity.sport != "unknown");
    known.map(|activity| session(activity, &scales)).collect()
}

fn session(activity: &ActivityRow, scales: &LoadScales) -> Session {
    let summary = &activity.summary;
    let km = |metres: Option<f64>| metres.map(|metres| metres / 1000.0);
    let load = scales.load(Loaded { sport: &activity.sport, summary }).ok();
    let stated = Session::row(&activity.id, activity.local_date, activity.start_ms, km(summary.distance_m), None);
    let is_run = activity.sport == "running";
    Session {
        kind: match stated.kind {
            _ if !is_run => SessionKind::CrossTraining,
            // Its file states no distance.
            SessionKind::Unknown => SessionKind::Run,
            kind => kind,
        },
        load_source: load.map(|load| load.source),
        shoe: activity.gear.clone().filter(|_| is_run),
        heart_rate: heart_rate(activity),
        ..stated
    }
    .with(Channel::Time, summary.timer_time_s.or(summary.elapsed_time_s).map(|seconds| seconds / 60.0))
    // Where the ground is not known, it counts as level: a day must not become unknown for the want of a barometer.
    .with(Channel::GradeAdjustedDistance, km(summary.grade_adjusted_distance_m.or(summary.distance_m)))
    .with(Channel::Steps, summary.steps)
    .with(Channel::SessionRpe, summary.session_rpe_load)
    .with(Channel::BanisterTrimp, summary.trimp)
    .with(Channel::EdwardsTrimp, summary.edwards_trimp)
    .with(Channel::LuciaTrimp, summary.lucia_trimp)
    .with(Channel::RunningStress, summary.rtss)
    .with(Channel::Load, load.map(|load| load.trimp))
}

fn heart_rate(activity: &ActivityRow) -> HeartRateQuality {
    let kinds = activity.findings.as_array().into_iter().flatten().filter_map(|finding| finding.get("kind")?.as_str());
    if kinds.into_iter().any(|kind| SUSPECT.contains(&kind)) {
        return HeartRateQuality::Suspect;
    }
    match activity.summary.reasons.get("trimp") {
        Some(Missing::NoHeartRate | Missing::OnlyMeanHeartRate | Missing::HeartRateGaps(_)) => {
            HeartRateQuality::Missing
        }
        _ => HeartRateQuality::Plausible,
    }
}

/// What is known beside training: marks of days that watches measured, and how each run was run.
pub(crate) fn diary(activities: &[ActivityRow], values: &[DiaryValue]) -> Diary {
    let mut marks: BTreeMap<NaiveDate, DayMarks> = BTreeMap::new();
    for value in values {
        let day = marks.entry(value.date).or_insert_with(|| DayMarks { date: value.date, ..DayMarks::default() });
        match value.kind {
            DiaryKind::RestingHeartRateBpm => day.resting_hr_bpm = Some(value.value),
            DiaryKind::HrvRmssdMs => day.rmssd_ms = Some(value.value),
            // Means of a week would count each day seven times over, and SDNN is no RMSSD.
            _ => {}
        }
    }
    let runs = activities.iter().filter(|activity| activity.sport == "running").flat_map(run_forms).collect();
    Diary { marks: marks.into_values().collect(), runs, ..Diary::default() }
}

/// One entry for the efficiency of a run, and one for each speed that its mechanics were measured at.
fn run_forms(activity: &ActivityRow) -> impl Iterator<Item = RunForm> + '_ {
    let of = || RunForm { session: activity.id.clone(), date: activity.local_date, ..RunForm::default() };
    let efficiency = activity.summary.efficiency_factor.map(|factor| RunForm { efficiency: Some(factor), ..of() });
    let mechanics = activity.summary.mechanics.bins.iter().map(move |at| RunForm {
        speed_mps: Some(at.speed_mps),
        cadence_spm: at.cadence_spm,
        stance_time_ms: at.stance_time_ms,
        stance_balance_pct: at.stance_balance_pct,
        vertical_oscillation_mm: at.vertical_oscillation_mm,
        vertical_ratio_pct: at.vertical_ratio_pct,
        step_length_mm: at.step_length_mm,
        ..of()
    });
    efficiency.into_iter().chain(mechanics)
}

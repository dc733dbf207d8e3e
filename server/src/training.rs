//! What the analysis gets to see of an athlete: sessions with their loads, and a diary, from the rows of the store.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plimsoll_analytics::{
    Channel, DayMarks, Diary, HeartRateQuality, LoadScales, Loaded, Missing, RunForm, Session, SessionKind,
};
use plimsoll_ingest::{DiaryKind, DiaryValue};

use crate::entries::Body;
use crate::store::ActivityRow;

/// A heart rate that followed the steps for less of the time than this makes a load that is off by less than a tenth,
/// nearer than what would stand in for it. Our own bound.
const LOCKED_SHARE: f64 = 0.05;

/// Activities as sessions, in their order. What no sport is known of is left out: it may have been a drive.
pub(crate) fn sessions(activities: &[ActivityRow]) -> Vec<Session> {
    let scales = LoadScales::of(activities.iter().map(loaded));
    let known = activities.iter().filter(|activity| activity.sport != "unknown");
    known.map(|activity| session(activity, &scales)).collect()
}

/// An activity for its load, among others.
pub(crate) fn loaded(activity: &ActivityRow) -> Loaded<'_> {
    Loaded { sport: &activity.sport, summary: &activity.summary, heart_rate: heart_rate(activity) }
}

fn session(activity: &ActivityRow, scales: &LoadScales) -> Session {
    let summary = &activity.summary;
    let km = |metres: Option<f64>| metres.map(|metres| metres / 1000.0);
    let load = scales.load(loaded(activity)).ok();
    let heart_rate = heart_rate(activity);
    // Of a heart rate that is not to be believed no load is known, and unknown is no other load either.
    let from_heart = |load: Option<f64>| load.filter(|_| heart_rate != HeartRateQuality::Suspect);
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
        heart_rate,
        ..stated
    }
    .with(Channel::Time, summary.timer_time_s.or(summary.elapsed_time_s).map(|seconds| seconds / 60.0))
    // Where the slope is not known, neither is this: plain distance has a channel of its own, and in this one it would be
    // another quantity without a word.
    .with(Channel::GradeAdjustedDistance, km(summary.grade_adjusted_distance_m))
    .with(Channel::Steps, summary.steps)
    .with(Channel::SessionRpe, summary.session_rpe_load)
    .with(Channel::BanisterTrimp, from_heart(summary.trimp))
    .with(Channel::EdwardsTrimp, from_heart(summary.edwards_trimp))
    .with(Channel::LuciaTrimp, from_heart(summary.lucia_trimp))
    .with(Channel::RunningStress, summary.rtss)
    .with(Channel::Load, load.map(|load| load.trimp))
}

/// What became of the heart rate of an activity.
///
/// Values that cannot be are left out of everything, so they make it suspect only where too little is left without them.
fn heart_rate(activity: &ActivityRow) -> HeartRateQuality {
    let is_missing = matches!(
        activity.summary.reasons.get("trimp"),
        Some(Missing::NoHeartRate | Missing::OnlyMeanHeartRate | Missing::HeartRateGaps(_) | Missing::RecordGaps(_))
    );
    let whole_s = activity.summary.timer_time_s.or(activity.summary.elapsed_time_s);
    let locked_s = finding(activity, "heart_rate_cadence_lock").map(|found| found.get("seconds")?.as_f64());
    let is_locked = locked_s.is_some_and(|seconds| {
        // Without both times it may be all of it.
        seconds.zip(whole_s).is_none_or(|(seconds, whole_s)| seconds >= LOCKED_SHARE * whole_s)
    });
    if is_locked || is_missing && finding(activity, "heart_rate_impossible").is_some() {
        HeartRateQuality::Suspect
    } else if is_missing {
        HeartRateQuality::Missing
    } else {
        HeartRateQuality::Plausible
    }
}

/// The quality of a heart rate whose highest values are asked for: there any that may be wrong counts.
pub(crate) fn peak_heart_rate(activity: &ActivityRow) -> HeartRateQuality {
    let doubts = ["heart_rate_cadence_lock", "heart_rate_impossible"];
    if doubts.iter().any(|kind| finding(activity, kind).is_some()) {
        HeartRateQuality::Suspect
    } else {
        heart_rate(activity)
    }
}

/// What was found of a kind.
fn finding<'a>(activity: &'a ActivityRow, kind: &str) -> Option<&'a serde_json::Value> {
    let is_of_kind = |finding: &&serde_json::Value| finding.get("kind").and_then(|kind| kind.as_str()) == Some(kind);
    activity.findings.as_array()?.iter().find(is_of_kind)
}

/// What is known beside training: marks of days that watches measured, how each run was run, and what was written down.
/// What a person says of a day counts instead of what a watch says; of several entries of a day, what the later one says.
pub(crate) fn diary(activities: &[ActivityRow], values: &[DiaryValue], written: &[Body]) -> Diary {
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
    let mut diary = Diary::default();
    for body in written {
        match body {
            Body::Marks(said) => {
                let day = marks.entry(said.date).or_insert_with(|| DayMarks { date: said.date, ..DayMarks::default() });
                let said = said.of_day();
                day.resting_hr_bpm = said.resting_hr_bpm.or(day.resting_hr_bpm);
                day.rmssd_ms = said.rmssd_ms.or(day.rmssd_ms);
                day.hooper = said.hooper.or(day.hooper);
                day.wellness = said.wellness.or(day.wellness);
            }
            other => other.put_into(&mut diary),
        }
    }
    diary.marks = marks.into_values().collect();
    diary.runs = activities.iter().filter(|activity| activity.sport == "running").flat_map(run_forms).collect();
    diary
}

/// One entry for the efficiency of a run, and one for each speed that its mechanics were measured at.
fn run_forms(activity: &ActivityRow) -> impl Iterator<Item = RunForm> + '_ {
    let of = || RunForm { session: activity.id.clone(), date: activity.local_date, ..RunForm::default() };
    let is_believed = heart_rate(activity) != HeartRateQuality::Suspect;
    let efficiency = activity
        .summary
        .efficiency_factor
        .filter(|_| is_believed)
        .map(|factor| RunForm { efficiency: Some(factor), ..of() });
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

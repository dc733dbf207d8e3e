//! An athlete with a diary, in short.

use plimsoll_analytics::{
    Analysis, DayGrid, DayMarks, Diary, Flag, FlagCode, Gaps, Pain, Parameters, RunForm, Session, analyse,
};

use crate::support::{day, run};

/// 8 km every other day for `last` + 1 days; every other day is rest.
pub(crate) fn eights(last: u64) -> Vec<Session> {
    (0..=last).step_by(2).map(|index| run(index, 8.0)).collect()
}

/// The analysis of sessions and a diary up to day `last`.
pub(crate) fn with(sessions: &[Session], diary: &Diary, last: u64) -> Analysis {
    let grid = DayGrid::new(sessions, &[], Some(day(last)), Gaps::Rest).unwrap().with_intervals(&diary.intervals());
    analyse(&grid, diary, &Parameters::default())
}

/// The analysis of [`eights`] and a diary.
pub(crate) fn keeping(diary: &Diary, last: u64) -> Analysis {
    with(&eights(last), diary, last)
}

/// The flags of a code, with their days counted from the first of all.
pub(crate) fn of(analysis: &Analysis, code: FlagCode) -> Vec<(u64, Flag)> {
    let count = |flag: &Flag| u64::try_from((flag.date - day(0)).num_days()).unwrap();
    analysis.flags.iter().filter(|flag| flag.code == code).map(|flag| (count(flag), flag.clone())).collect()
}

/// The days on which a code is raised.
pub(crate) fn days(analysis: &Analysis, code: FlagCode) -> Vec<u64> {
    of(analysis, code).into_iter().map(|(day, _)| day).collect()
}

/// Resting heart rate of a day.
pub(crate) fn resting(index: u64, bpm: f64) -> DayMarks {
    DayMarks { date: day(index), resting_hr_bpm: Some(bpm), ..DayMarks::default() }
}

/// Wellness of a day, the higher the better.
pub(crate) fn wellness(index: u64, score: f64) -> DayMarks {
    DayMarks { date: day(index), wellness: Some(score), ..DayMarks::default() }
}

/// A value that goes up and down by 1 around `mean` from day to day.
pub(crate) fn around(mean: f64, index: u64) -> f64 {
    if index.is_multiple_of(2) { mean + 1.0 } else { mean - 1.0 }
}

/// Pain during the run of a day.
pub(crate) fn during(site: &str, index: u64, pain: f64) -> Pain {
    Pain { during: Some(pain), ..Pain::at(site, day(index)) }
}

/// Pain the morning after a day.
pub(crate) fn morning(site: &str, index: u64, pain: f64) -> Pain {
    Pain { next_morning: Some(pain), ..Pain::at(site, day(index)) }
}

/// The efficiency of the run of a day.
pub(crate) fn efficiency(index: u64, value: f64) -> RunForm {
    RunForm { session: format!("run-{index}"), date: day(index), efficiency: Some(value), ..RunForm::default() }
}

/// The cadence of the run of a day, at a speed.
pub(crate) fn cadence(index: u64, spm: f64, speed_mps: f64) -> RunForm {
    RunForm {
        session: format!("run-{index}"),
        date: day(index),
        speed_mps: Some(speed_mps),
        cadence_spm: Some(spm),
        ..RunForm::default()
    }
}

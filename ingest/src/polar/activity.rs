//! An exercise to an activity.

use chrono::{DateTime, LocalResult, Offset, TimeZone, Utc};
use polars::prelude::PolarsError;

use super::records::records;
use super::session::{Block, Lap, Session};
use super::sport;
use crate::{Activity, Details, Notice, NoticeCode, OffsetSource, Pause, ReadOptions, Sport, Totals};

/// The activities of a session: one per exercise.
pub(super) fn activities(
    session: Session,
    options: &ReadOptions,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Activity>, PolarsError> {
    let Session { block: mut session, mut exercises, .. } = session;
    let details = Details {
        title: session.name.take(),
        description: session.note.take(),
        rpe: session.load.rpe.as_deref().and_then(rpe),
        ..Details::default()
    };
    match exercises.as_mut_slice() {
        [] => exercises.push(session),
        [only] => complete(only, &session),
        all => {
            for exercise in all {
                exercise.offset_min = exercise.offset_min.or(session.offset_min);
            }
        }
    }
    let several = exercises.len() > 1;
    let mut activities = Vec::with_capacity(exercises.len());
    for (number, mut exercise) in (1_usize..).zip(exercises) {
        let mut details = details.clone();
        if several {
            details.title = exercise.name.take().or(details.title);
        }
        let before = notices.len();
        if let Some(activity) = activity(exercise, details, number, options, notices)? {
            Notice::assign(notices, before, activities.len());
            activities.push(activity);
        }
    }
    Ok(activities)
}

/// What the only exercise does not state, the session does.
fn complete(only: &mut Block, session: &Block) {
    only.start_ms = only.start_ms.or(session.start_ms);
    only.stop_ms = only.stop_ms.or(session.stop_ms);
    only.offset_min = only.offset_min.or(session.offset_min);
    only.duration_s = only.duration_s.or(session.duration_s);
    only.distance_m = only.distance_m.or(session.distance_m);
    only.energy_kcal = only.energy_kcal.or(session.energy_kcal);
    only.heart_rate.avg = only.heart_rate.avg.or(session.heart_rate.avg);
    only.heart_rate.max = only.heart_rate.max.or(session.heart_rate.max);
    if only.sport.name.is_none() && only.sport.id.is_none() {
        only.sport.name.clone_from(&session.sport.name);
        only.sport.id = session.sport.id;
    }
}

/// Polar's ten steps of exertion.
fn rpe(step: &str) -> Option<f64> {
    const STEPS: [&str; 10] =
        ["NONE", "EASY", "LIGHT", "FAIRLY_BRISK", "BRISK", "MODERATE", "FAIRLY_HARD", "HARD", "EXHAUSTING", "EXTREME"];
    let step = step.trim_start_matches("RPE_");
    if let Some(index) = STEPS.iter().position(|known| *known == step) {
        return Some(index as f64 + 1.0);
    }
    step.parse::<f64>().ok().filter(|step| (0.0..=10.0).contains(step))
}

/// The wall clock's offset from UTC, milliseconds, and what an activity says about it.
fn offset(exercise: &Block, options: &ReadOptions) -> (i64, Option<i32>, OffsetSource) {
    if let Some(minutes) = exercise.offset_min.filter(|minutes| minutes.abs() <= 18.0 * 60.0) {
        let seconds = (minutes * 60.0).round() as i32;
        return (i64::from(seconds) * 1000, Some(seconds), OffsetSource::File);
    }
    let local = exercise.start_ms.and_then(DateTime::from_timestamp_millis).map(|local| local.naive_utc());
    if let (Some(zone), Some(local)) = (options.zone, local) {
        let seconds = match zone.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix().local_minus_utc(),
            // An hour that no clock showed: the offset of the same numbers in UTC.
            LocalResult::None => zone.offset_from_utc_datetime(&local).fix().local_minus_utc(),
        };
        return (i64::from(seconds) * 1000, Some(seconds), OffsetSource::Zone);
    }
    (0, None, OffsetSource::Unknown)
}

fn activity(
    mut exercise: Block,
    details: Details,
    number: usize,
    options: &ReadOptions,
    notices: &mut Vec<Notice>,
) -> Result<Option<Activity>, PolarsError> {
    let place = format!("exercise {number}");
    let Some(start_local_ms) = exercise.start_ms else {
        let text = "An exercise without a start was left out.";
        notices.push(Notice::new(NoticeCode::NoTimes, place, text));
        return Ok(None);
    };
    let (offset_ms, utc_offset_s, offset_source) = offset(&exercise, options);
    if offset_source == OffsetSource::Unknown {
        let text = "The file does not state its offset from UTC; its times were taken as UTC.";
        notices.push(Notice::new(NoticeCode::OffsetUnknown, &place, text));
    }
    let sport = sport::of(&exercise.sport).unwrap_or_else(|| {
        notices.push(Notice::new(NoticeCode::SportAssumed, &place, "The sport is not stated; it was left open."));
        Sport::Unknown
    });
    let utc = |local_ms: i64| DateTime::from_timestamp_millis(local_ms.saturating_sub(offset_ms));
    let pauses: Vec<Pause> = exercise
        .pauses
        .iter()
        .filter_map(|pause| Some(Pause { from: utc(pause.start_ms?)?, to: utc(pause.end_ms?)? }))
        .filter(|pause| pause.from < pause.to)
        .collect();
    if let Some(rate) = exercise.statistics.list.iter().find(|statistic| statistic.kind == "HEART_RATE") {
        exercise.heart_rate.avg = exercise.heart_rate.avg.or(rate.value.avg);
        exercise.heart_rate.max = exercise.heart_rate.max.or(rate.value.max);
    }
    let laps = laps(&mut exercise, utc);
    let (rows, distance_source) = records(&mut exercise, offset_ms, &pauses, &laps, &sport, &place, notices);
    let elapsed_s = exercise.stop_ms.map(|stop| stop.saturating_sub(start_local_ms) as f64 / 1000.0);
    let local_date = DateTime::from_timestamp_millis(start_local_ms).map(|local| local.date_naive());
    let positive = |value: Option<f64>| value.filter(|value| *value > 0.0 && *value < 1e9);
    Ok(Some(Activity {
        sport,
        details,
        start: utc(start_local_ms),
        utc_offset_s,
        offset_source,
        local_date,
        session: Totals {
            distance_m: positive(exercise.distance_m),
            timer_time_s: positive(exercise.duration_s),
            elapsed_time_s: positive(elapsed_s),
            ascent_m: exercise.ascent_m,
            descent_m: exercise.descent_m,
            calories_kcal: positive(exercise.energy_kcal),
            avg_heart_rate_bpm: positive(exercise.heart_rate.avg),
            max_heart_rate_bpm: positive(exercise.heart_rate.max),
        },
        distance_source,
        laps,
        pauses,
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: rows.finish(start_local_ms.saturating_sub(offset_ms))?,
    }))
}

/// Laps taken by hand, else the automatic ones. Each ends at its split time.
fn laps(exercise: &mut Block, utc: impl Fn(i64) -> Option<DateTime<Utc>>) -> Vec<crate::Lap> {
    let by_hand = std::mem::take(&mut exercise.laps.by_hand);
    let automatic = std::mem::take(&mut exercise.laps.automatic);
    let of_exercise = std::mem::take(&mut exercise.auto_laps);
    let laps: Vec<Lap> =
        [by_hand, automatic, of_exercise].into_iter().find(|laps| !laps.is_empty()).unwrap_or_default();
    let mut begins_s = 0.0;
    laps.into_iter()
        .map(|lap| {
            let start_s = match (lap.split_s, lap.duration_s) {
                (Some(split_s), Some(duration_s)) => (split_s - duration_s).max(0.0),
                _ => begins_s,
            };
            begins_s = lap.split_s.unwrap_or(start_s + lap.duration_s.unwrap_or(0.0));
            let start = exercise.start_ms.and_then(|start_ms| utc(start_ms.saturating_add((start_s * 1000.0) as i64)));
            let totals = Totals {
                distance_m: lap.distance_m,
                timer_time_s: lap.duration_s,
                ascent_m: lap.ascent_m,
                descent_m: lap.descent_m,
                avg_heart_rate_bpm: lap.heart_rate.avg,
                max_heart_rate_bpm: lap.heart_rate.max,
                ..Totals::default()
            };
            crate::Lap { start, totals }
        })
        .collect()
}

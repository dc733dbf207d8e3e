//! A read `<Activity>` to an activity.

use polars::prelude::PolarsError;

use super::sieve::{LapRead, Session};
use crate::sport::words as sport;
use crate::xml::field::Field;
use crate::xml::measure::{
    assume_sport, distance, local_date, mend_speed_unit, offset, order_notice, samples, settle_way,
};
use crate::xml::notices::Notices;
use crate::xml::track::{Track, utc};
use crate::xml::{breaks, frame};
use crate::{
    Activity, Details, DistanceSource, Format, Lap, Notice, NoticeCode, Pause, ReadOptions, RunKind, Sport, Totals,
};

/// A lap that starts this much later than the one before ran out was begun after a pause, seconds.
const LATE_S: f64 = 2.0;
/// Metres along the positions from which a written distance that stays at 0 is not believed.
const MOVED_M: f64 = 50.0;

/// Builds the activity of a session with at least one row, or one lap with a time.
pub(super) fn activity(
    mut session: Session,
    place: &str,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Activity, PolarsError> {
    order_notice(&session.track, notices);
    if session.repeats > 0 {
        let again = samples(session.repeats, "stands in a lap again and was", "stand in a lap again and were");
        let text = format!("{again} left out.");
        notices.add(Notice::new(NoticeCode::DuplicateSamples, place, text));
    }
    mend_distance_restarts(&mut session.track, &session.laps, place, notices);
    breaks::settle(&mut session.track);
    pauses_between_laps(&mut session.track, &session.laps);
    mend_speed_unit(&mut session.track, place, notices);

    let Session { sport: stated, name, notes, lap_notes, laps, mut track, repeats, .. } = session;
    let lap_start = laps.first().and_then(|lap| lap.start).map(|start| start.utc_ms);
    let start = track.time_ms.first().copied().or(lap_start).and_then(utc);
    let (utc_offset_s, offset_source) = offset(&track, start, Format::Tcx, options, notices);
    let totals = totals(&laps);
    let (mut distance_m, distance_source) = distance(&mut track, is_believed);
    let sport = sport_of(stated.as_deref(), name.as_deref(), &track, distance_m.as_deref(), place, notices);
    if let Some(along_m) = distance_m.as_mut().filter(|_| distance_source == DistanceSource::Positions) {
        settle_way(along_m, &track, &sport, totals.distance_m, place, notices);
    }
    let lap = lap_column(&track, &laps, repeats > 0);
    Ok(Activity {
        details: Details { title: name, description: description(notes, lap_notes, laps.len()), ..Details::default() },
        start,
        utc_offset_s,
        offset_source,
        local_date: start.map(|start| local_date(start, utc_offset_s)),
        session: totals,
        distance_source,
        pauses: std::mem::take(&mut track.pauses),
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: frame::records(track, distance_m, lap, &sport)?,
        laps: laps
            .into_iter()
            .map(|lap| Lap { start: lap.start.and_then(|start| utc(start.utc_ms)), totals: lap.totals })
            .collect(),
        sport,
    })
}

/// The activity's totals out of those of its laps, where every lap states one: sums, the mean heart rate weighted by
/// the laps' times, the highest heart rate of all. A total of 0 stands for none.
fn totals(laps: &[LapRead]) -> Totals {
    let sum = |of: fn(&Totals) -> Option<f64>| {
        let sum: f64 = laps.iter().map(|lap| of(&lap.totals)).sum::<Option<f64>>()?;
        (sum > 0.0).then_some(sum)
    };
    let timer_time_s = sum(|totals| totals.timer_time_s);
    let beats: Option<f64> = laps
        .iter()
        .filter(|lap| lap.totals.timer_time_s != Some(0.0))
        .map(|lap| Some(lap.totals.timer_time_s? * lap.totals.avg_heart_rate_bpm.filter(|bpm| *bpm > 0.0)?))
        .sum();
    let highest = laps.iter().filter_map(|lap| lap.totals.max_heart_rate_bpm).fold(0.0, f64::max);
    Totals {
        distance_m: sum(|totals| totals.distance_m),
        timer_time_s,
        calories_kcal: sum(|totals| totals.calories_kcal),
        avg_heart_rate_bpm: beats.zip(timer_time_s).map(|(beats, seconds)| beats / seconds),
        max_heart_rate_bpm: (highest > 0.0).then_some(highest),
        ..Totals::default()
    }
}

/// The sport that `Sport` states, with the kind of running that a name may add; when it states none that is known, a
/// word of the name, or what the speed looks like.
fn sport_of(
    stated: Option<&str>,
    name: Option<&str>,
    track: &Track,
    distance_m: Option<&[f64]>,
    place: &str,
    notices: &mut Notices<'_>,
) -> Sport {
    let named = name.and_then(sport::from_words);
    match (stated.and_then(sport::from_type), named) {
        (Some(Sport::Running(RunKind::Generic)), Some(Sport::Running(kind))) => return Sport::Running(kind),
        (Some(sport), _) => return sport,
        (None, _) => {}
    }
    assume_sport(stated, name, track, distance_m.unwrap_or_default(), place, notices)
}

/// Whether a written distance is one: it does not stay at 0 while the positions move.
fn is_believed(written: &[f64], way_m: f64) -> bool {
    way_m < MOVED_M || written.iter().any(|m| *m > 0.0)
}

/// Makes a distance that begins anew in each lap one that runs through.
///
/// It begins anew when every lap but the first starts at less than a tenth of what the one before it ended with, plus
/// 20 m, and at least one of those ended beyond 200 m.
fn mend_distance_restarts(track: &mut Track, laps: &[LapRead], place: &str, notices: &mut Notices<'_>) {
    let rows = track.rows();
    let Some(column) = track.fields.get_mut(Field::Distance.index()) else { return };
    let values = column.values_mut();
    let ends = laps.iter().skip(1).map(|lap| lap.first_row).chain([rows]);
    let valid = |range: &[f64]| {
        let mut valid = range.iter().copied().filter(|m| !m.is_nan());
        let first = valid.next()?;
        Some((first, valid.next_back().unwrap_or(first)))
    };
    let (mut bases, mut base, mut before, mut proof) = (Vec::new(), 0.0, None, false);
    for (lap, end) in laps.iter().zip(ends) {
        let end = end.min(values.len());
        let Some((first, last)) = values.get(lap.first_row..end).and_then(valid) else { continue };
        if let Some(before) = before {
            if first > 0.1 * before + 20.0 {
                return;
            }
            proof |= before > 200.0;
            base += before;
        }
        bases.push((lap.first_row, end, base));
        before = Some(last);
    }
    if !proof {
        return;
    }
    for (from, to, base) in bases {
        values.get_mut(from..to).unwrap_or_default().iter_mut().for_each(|m| *m += base);
    }
    let text = "The distance begins anew in each lap; it was added up.";
    notices.add(Notice::new(NoticeCode::Converted, place, text));
}

/// Adds the pauses between laps: where a lap starts later than the one before it ran out, and no point stands between.
fn pauses_between_laps(track: &mut Track, laps: &[LapRead]) {
    for pair in laps.windows(2) {
        let [before, lap] = pair else { continue };
        let (Some(began), Some(timer_s), Some(start)) = (before.start, before.totals.timer_time_s, lap.start) else {
            continue;
        };
        let late_s = start.utc_ms.saturating_sub(began.utc_ms) as f64 / 1000.0 - timer_s;
        let times =
            lap.first_row.checked_sub(1).and_then(|last| track.time_ms.get(last)).zip(track.time_ms.get(lap.first_row));
        if let Some((&from, &to)) = times
            && late_s > LATE_S
            && to.saturating_sub(from) as f64 / 1000.0 >= late_s
            && let (Some(from), Some(to)) = (utc(from), utc(to))
        {
            track.pauses.push(Pause { from, to });
        }
    }
    track.pauses.sort_by_key(|pause| pause.from);
}

/// The lap of each row: the one it stands in; by the laps' starts where a lap repeats the points of others.
fn lap_column(track: &Track, laps: &[LapRead], by_time: bool) -> Option<Vec<u32>> {
    if laps.is_empty() {
        return None;
    }
    let number = |begun: usize| u32::try_from(begun.saturating_sub(1)).unwrap_or(u32::MAX);
    let starts: Option<Vec<i64>> =
        if by_time { laps.iter().map(|lap| lap.start.map(|start| start.utc_ms)).collect() } else { None };
    Some(match starts.filter(|starts| starts.is_sorted()) {
        Some(starts) => {
            track.time_ms.iter().map(|time| number(starts.partition_point(|start| start <= time))).collect()
        }
        None => (0..track.rows()).map(|row| number(laps.partition_point(|lap| lap.first_row <= row))).collect(),
    })
}

/// What a person wrote: the activity's notes, then those of its laps, which say of which lap where there are several.
fn description(notes: Option<String>, lap_notes: Vec<(usize, String)>, laps: usize) -> Option<String> {
    let mut all: Vec<String> = notes.into_iter().collect();
    for (lap, text) in lap_notes {
        if all.first() != Some(&text) {
            all.push(if laps > 1 { format!("Lap {lap}: {text}") } else { text });
        }
    }
    (!all.is_empty()).then(|| all.join("\n"))
}

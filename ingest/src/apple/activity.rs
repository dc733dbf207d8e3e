//! A workout, its samples and its route to an activity.

use chrono::{DateTime, Offset, TimeDelta, TimeZone};
use polars::prelude::{DataFrame, DataType, PolarsError};

use super::quantity::Quantity;
use super::sport;
use super::workout::{Happening, Sample, Workout};
use crate::jumps::leave_out_jumps;
use crate::rows::Rows;
use crate::{
    Activity, Details, DistanceSource, Lap, Notice, NoticeCode, OffsetSource, Pause, ReadOptions, Sport, Totals, schema,
};

/// A value counts for rows up to this long after it, milliseconds.
const OLDEST_MS: i64 = 10_000;
/// Longest interval of counted steps that gives a cadence, milliseconds.
const LONGEST_COUNT_MS: u32 = 30_000;
/// More steps per minute nobody takes.
const MOST_STEPS_PER_MINUTE: f64 = 400.0;

/// Builds the activity of a workout. `samples` are in order of time; `number` counts workouts from 1.
pub(super) fn activity(
    mut workout: Workout,
    samples: &[Sample],
    sources: &[String],
    number: usize,
    options: &ReadOptions,
    notices: &mut Vec<Notice>,
) -> Result<Activity, PolarsError> {
    let place = format!("workout {number}");
    let start = workout.start.utc();
    let zone = || {
        let zone = options.zone?;
        Some(zone.offset_from_utc_datetime(&start?.naive_utc()).fix().local_minus_utc())
    };
    let (utc_offset_s, offset_source) = match (workout.offset_s(), zone()) {
        (Some(offset_s), _) => (Some(offset_s), OffsetSource::File),
        (None, Some(offset_s)) => (Some(offset_s), OffsetSource::Zone),
        (None, None) => {
            let text = "The times have no offset from UTC; the day is the day in UTC.";
            notices.push(Notice::new(NoticeCode::OffsetUnknown, &place, text));
            (None, OffsetSource::Unknown)
        }
    };
    let local = start
        .and_then(|start| start.naive_utc().checked_add_signed(TimeDelta::seconds(utc_offset_s.unwrap_or(0).into())));
    let sport = sport::of(&workout).unwrap_or_else(|| {
        let text = "The kind of workout is not stated; it was left open.";
        notices.push(Notice::new(NoticeCode::SportAssumed, &place, text));
        Sport::Unknown
    });
    let (laps, pauses) = (laps(&workout), pauses(&workout));
    let embedded = std::mem::take(&mut workout.embedded);
    if embedded.is_empty() && !workout.routes.is_empty() {
        let text = format!("Its route stands in another file ({}), which is not here.", workout.routes.join(", "));
        notices.push(Notice::new(NoticeCode::NotUsed, &place, text));
    }
    let stated_m = workout.distance_m.filter(|metres| *metres > 0.0);
    let (mut rows, distance_source) = match route(&embedded, &sport, stated_m, options, &place, notices) {
        Some(rows) => (rows, DistanceSource::Positions),
        None => (Rows::new(times(samples, &workout.source, sources)), DistanceSource::None),
    };
    for quantity in Quantity::of_records() {
        let Some(column) = quantity.column().filter(|column| !rows.has(column)) else { continue };
        let values = joined(rows.time_ms(), &of_quantity(samples, quantity, &workout.source, sources), quantity);
        rows.add(column, values);
    }
    if !laps.is_empty() {
        let starts: Vec<i64> = laps.iter().filter_map(|lap| lap.start).map(|start| start.timestamp_millis()).collect();
        let lap = |time: &i64| starts.partition_point(|start| start <= time).saturating_sub(1) as f64;
        let lap = rows.time_ms().iter().map(lap).collect();
        rows.add(schema::LAP, lap);
    }
    Ok(Activity {
        sport,
        details: Details { title: workout.title.take(), ..Details::default() },
        start,
        utc_offset_s,
        offset_source,
        local_date: local.map(|local| local.date()),
        session: Totals {
            distance_m: stated_m,
            timer_time_s: workout.duration_s,
            elapsed_time_s: Some(workout.end.utc_ms.saturating_sub(workout.start.utc_ms) as f64 / 1000.0),
            ascent_m: workout.ascent_m,
            descent_m: None,
            calories_kcal: workout.energy_kcal.filter(|kcal| *kcal > 0.0),
            avg_heart_rate_bpm: workout.avg_heart_rate_bpm,
            max_heart_rate_bpm: workout.max_heart_rate_bpm,
        },
        distance_source,
        laps,
        pauses,
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: rows.finish(workout.start.utc_ms)?,
    })
}

/// The rows of all routes; `None` when they have no timed point.
fn route(
    embedded: &[String],
    sport: &Sport,
    stated_m: Option<f64>,
    options: &ReadOptions,
    place: &str,
    notices: &mut Vec<Notice>,
) -> Option<Rows> {
    const COLUMNS: [&str; 4] = [schema::LAT_DEG, schema::LON_DEG, schema::ALTITUDE_M, schema::SPEED_MPS];
    let mut time_ms: Vec<i64> = Vec::new();
    let mut along_m: Vec<f64> = Vec::new();
    let mut columns: [Vec<f64>; 4] = [const { Vec::new() }; 4];
    for text in embedded {
        let file = match crate::gpx::read(text.as_bytes(), options) {
            Ok(file) => file,
            Err(error) => {
                notices.push(Notice::new(NoticeCode::Damaged, place, format!("Its route was left out: {error}.")));
                continue;
            }
        };
        // What a route cannot know (sport, offset) the workout says.
        let own = |notice: &Notice| {
            !matches!(
                notice.code,
                NoticeCode::OffsetUnknown
                    | NoticeCode::SportAssumed
                    | NoticeCode::NotUsed
                    | NoticeCode::DistanceFromPositions
            )
        };
        notices.extend(file.notices.into_iter().filter(own).map(|mut notice| {
            notice.place = format!("{place}, its route, {}", notice.place).trim_end_matches(", ").to_owned();
            notice
        }));
        for track in &file.activities {
            let records = &track.records;
            time_ms.extend(times_of(records));
            // Nobody knows the way from one route to the next.
            let before_m = along_m.last().copied().unwrap_or(0.0);
            along_m.extend(numbers(records, schema::DISTANCE_M, 0.0).into_iter().map(|metres| before_m + metres));
            for (column, name) in columns.iter_mut().zip(COLUMNS) {
                column.extend(numbers(records, name, f64::NAN));
            }
        }
    }
    if time_ms.is_empty() {
        return None;
    }
    if sport.is_on_foot() {
        let jumps = leave_out_jumps(&mut along_m, time_ms.iter().copied().map(Some));
        notices.extend(jumps.notice(place));
    }
    notices.push(Notice::distance_from_positions(place, "", stated_m));
    let mut rows = Rows::new(time_ms);
    rows.add(schema::DISTANCE_M, along_m);
    for (name, column) in COLUMNS.into_iter().zip(columns) {
        rows.add(name, column);
    }
    Some(rows)
}

/// Times of the rows of a frame, milliseconds.
fn times_of(records: &DataFrame) -> Vec<i64> {
    let times = records.column(schema::TIME).and_then(|time| time.cast(&DataType::Int64)).ok();
    let times = times.as_ref().and_then(|times| times.i64().ok());
    times.map(|times| times.iter().flatten().collect()).unwrap_or_default()
}

/// A column of a frame, `missing` where it has no value.
fn numbers(records: &DataFrame, name: &str, missing: f64) -> Vec<f64> {
    let values = records.column(name).ok().and_then(|column| column.f64().ok());
    match values {
        Some(values) => values.iter().map(|value| value.unwrap_or(missing)).collect(),
        None => vec![missing; records.height()],
    }
}

/// The times of rows without a route: those of heart rates, else of the quantity with the most samples.
fn times(samples: &[Sample], source: &str, sources: &[String]) -> Vec<i64> {
    let count = |quantity: Quantity| samples.iter().filter(|sample| sample.quantity == quantity).count();
    let base = if count(Quantity::HeartRate) > 0 {
        Some(Quantity::HeartRate)
    } else {
        Quantity::of_records().max_by_key(|quantity| count(*quantity))
    };
    let own = base.map(|quantity| of_quantity(samples, quantity, source, sources)).unwrap_or_default();
    let mut times: Vec<i64> = own.iter().map(|sample| sample.start_ms).collect();
    times.dedup();
    times
}

/// The samples of one quantity: of the workout's own source when it has any.
fn of_quantity(samples: &[Sample], quantity: Quantity, source: &str, sources: &[String]) -> Vec<Sample> {
    let all = samples.iter().copied().filter(|sample| sample.quantity == quantity);
    let is_own = |sample: &Sample| sources.get(usize::from(sample.source)).is_some_and(|name| name == source);
    if all.clone().any(|sample| is_own(&sample)) { all.filter(is_own).collect() } else { all.collect() }
}

/// The value of each row: the latest sample that is not too old; for steps, the rate of the interval around the row.
fn joined(time_ms: &[i64], samples: &[Sample], quantity: Quantity) -> Vec<f64> {
    let value = |time: &i64| {
        let begun = samples.partition_point(|sample| sample.start_ms <= *time);
        let Some(sample) = begun.checked_sub(1).and_then(|last| samples.get(last)) else { return f64::NAN };
        let age_ms = time.saturating_sub(sample.start_ms);
        if quantity == Quantity::Steps {
            let is_inside = sample.length_ms > 0 && age_ms <= i64::from(sample.length_ms);
            let per_minute = sample.value * 60_000.0 / f64::from(sample.length_ms);
            let counts = is_inside && sample.length_ms <= LONGEST_COUNT_MS && per_minute <= MOST_STEPS_PER_MINUTE;
            return if counts { per_minute } else { f64::NAN };
        }
        if age_ms <= OLDEST_MS { sample.value } else { f64::NAN }
    };
    time_ms.iter().map(value).collect()
}

/// Laps by the events of that name: those with a duration begin at their time; those without end there.
fn laps(workout: &Workout) -> Vec<Lap> {
    let mut marks: Vec<_> = workout.events.iter().filter(|event| event.what == Happening::Lap).collect();
    marks.sort_by_key(|event| event.at_ms);
    let mut begins_ms = workout.start.utc_ms;
    let mut laps: Vec<Lap> = marks
        .iter()
        .map(|event| {
            let (start_ms, seconds) = match event.duration_s.filter(|seconds| *seconds > 0.0) {
                Some(seconds) => (event.at_ms, seconds),
                None => (begins_ms, event.at_ms.saturating_sub(begins_ms).max(0) as f64 / 1000.0),
            };
            begins_ms = event.at_ms;
            let totals = Totals { elapsed_time_s: Some(seconds), ..Totals::default() };
            Lap { start: DateTime::from_timestamp_millis(start_ms), totals }
        })
        .collect();
    laps.sort_by_key(|lap| lap.start);
    laps
}

/// Intervals in which the timer stood still, stopped by hand or by the watch; what is still stopped ends with the
/// workout.
fn pauses(workout: &Workout) -> Vec<Pause> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut events = workout.events.clone();
    events.sort_by_key(|event| event.at_ms);
    for (stop, go) in [(Happening::Pause, Happening::Resume), (Happening::MotionPaused, Happening::MotionResumed)] {
        let mut stopped = None;
        for event in &events {
            if event.what == stop {
                stopped = stopped.or(Some(event.at_ms));
            } else if event.what == go
                && let Some(from) = stopped.take()
            {
                spans.push((from, event.at_ms));
            }
        }
        spans.extend(stopped.map(|from| (from, workout.end.utc_ms)));
    }
    spans.sort_unstable();
    let mut pauses: Vec<Pause> = Vec::new();
    for (from, to) in spans {
        let (Some(from), Some(to)) = (DateTime::from_timestamp_millis(from), DateTime::from_timestamp_millis(to))
        else {
            continue;
        };
        match pauses.last_mut() {
            Some(last) if from <= last.to => last.to = last.to.max(to),
            _ if from < to => pauses.push(Pause { from, to }),
            _ => {}
        }
    }
    pauses
}

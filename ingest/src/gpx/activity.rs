//! A track to an activity.

use chrono::{DateTime, Offset, TimeZone, Utc};
use polars::prelude::{
    Column as PolarsColumn, DataFrame, Float64Chunked, Int64Chunked, IntoSeries, NewChunkedArray, PolarsError,
    TimeUnit, TimeZone as PolarsZone, UInt16Chunked,
};

use super::notices::Notices;
use super::tag::Field;
use super::text::quoted;
use super::track::{Track, utc};
use crate::jumps::leave_out_jumps;
use crate::pace::{Pace, steps_per_count};
use crate::sport::words as sport;
use crate::{Activity, Details, DistanceSource, Notice, NoticeCode, OffsetSource, ReadOptions, Sport, Totals, schema};

/// Builds the activity of a track with at least one row. `number` counts the file's tracks from 1.
pub(super) fn activity(
    mut track: Track,
    file_name: Option<&str>,
    number: usize,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Activity, PolarsError> {
    let place = format!("track {number}");
    order_notice(&track, notices);
    let start = track.time_ms.first().copied().and_then(utc);
    let (utc_offset_s, offset_source) = offset(&track, start, options, notices);
    let local_date = start.map(|start| {
        let offset = chrono::Duration::seconds(utc_offset_s.unwrap_or(0).into());
        start.naive_utc().checked_add_signed(offset).unwrap_or(start.naive_utc()).date()
    });
    let sport = sport_of(&track, &place, notices);
    let (mut distance_m, distance_source) = distance(&mut track);
    if distance_source == DistanceSource::Positions {
        let text = if track.seams.is_empty() {
            "Distance was added up from positions."
        } else {
            "Distance was added up from positions; the way between segments is not counted."
        };
        notices.add(Notice::new(NoticeCode::DistanceFromPositions, place.as_str(), text));
        if let Some(along_m) = distance_m.as_mut().filter(|_| sport.is_on_foot()) {
            let jumps = leave_out_jumps(along_m, track.time_ms.iter().copied().map(Some));
            jumps.notice(&place).into_iter().for_each(|notice| notices.add(notice));
        }
    }
    Ok(Activity {
        details: Details { title: track.name.take().or_else(|| file_name.map(str::to_owned)), ..Details::default() },
        start,
        utc_offset_s,
        offset_source,
        local_date,
        session: Totals::default(),
        distance_source,
        laps: Vec::new(),
        pauses: std::mem::take(&mut track.pauses),
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: records(track, distance_m, &sport)?,
        sport,
    })
}

fn order_notice(track: &Track, notices: &mut Notices<'_>) {
    let Some(at) = track.out_of_order_at else { return };
    let text = format!(
        "{} repeat a time and {} run backwards, first here; they are kept as they stand.",
        samples(track.repeated),
        samples(track.backwards)
    );
    let place = format!("line {}", notices.line_of(at));
    notices.add(Notice::new(NoticeCode::TimeOrder, place, text));
}

fn samples(count: u64) -> String {
    if count == 1 { "1 sample".to_owned() } else { format!("{count} samples") }
}

/// The offset from UTC: of the times themselves when they have one, else of the athlete's zone.
fn offset(
    track: &Track,
    start: Option<DateTime<Utc>>,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> (Option<i32>, OffsetSource) {
    if track.zone_missing {
        notices.once_at(NoticeCode::OffsetUnknown, 0, "Times without a zone were taken as UTC.");
    }
    if let Some(offset_s) = track.offset_s {
        return (Some(offset_s), OffsetSource::File);
    }
    match (options.zone, start) {
        (Some(zone), Some(start)) => {
            let offset = zone.offset_from_utc_datetime(&start.naive_utc()).fix();
            (Some(offset.local_minus_utc()), OffsetSource::Zone)
        }
        _ => {
            let text = "GPX has no offset from UTC, and no time zone was given: the local date is the UTC date.";
            notices.once_at(NoticeCode::OffsetUnknown, 0, text);
            (None, OffsetSource::Unknown)
        }
    }
}

/// The sport the track states; when it states none that is known, a word of its name, or what its speed looks like.
fn sport_of(track: &Track, place: &str, notices: &mut Notices<'_>) -> Sport {
    if let Some(sport) = track.kind.as_deref().and_then(sport::from_type) {
        return sport;
    }
    let said = match &track.kind {
        Some(kind) => format!("The type {} is not a known sport", quoted(kind)),
        None => "The sport is not stated".to_owned(),
    };
    if let Some(name) = &track.name
        && let Some(sport) = sport::from_words(name)
    {
        let text = format!("{said}; it was taken from the name {}: {}.", quoted(name), sport.name());
        notices.add(Notice::new(NoticeCode::SportAssumed, place, text));
        return sport;
    }
    let pace = pace(track);
    let sport = pace.sport();
    let text = if sport.is_run() {
        format!("{said}; a mean speed of {:.1} m/s while moving was taken as running.", pace.mean_mps())
    } else {
        format!("{said}, and the speed does not look like running; it was left open.")
    };
    notices.add(Notice::new(NoticeCode::SportAssumed, place, text));
    sport
}

/// The speed of the legs between rows of one segment.
fn pace(track: &Track) -> Pace {
    let mut seams = track.seams.iter().peekable();
    let legs = track.time_ms.windows(2).zip(track.along_m.windows(2));
    let mut pace = Pace::default();
    for (row, (time, along)) in (1_usize..).zip(legs) {
        if seams.next_if_eq(&&row).is_some() {
            continue;
        }
        if let (&[time_0, time_1], &[along_0, along_1]) = (time, along) {
            pace.take(time_1.saturating_sub(time_0) as f64 / 1000.0, along_1 - along_0);
        }
    }
    pace
}

/// Share of the distance along the positions by which a written distance may differ and still be believed.
const BELIEVED: f64 = 0.25;

/// The distance column: the file's own when every row has one, it never falls and it agrees roughly with the
/// positions (some writers put the length of each leg there, or other units); else the distance along the positions.
fn distance(track: &mut Track) -> (Option<Vec<f64>>, DistanceSource) {
    let rows = track.rows();
    let along = std::mem::take(&mut track.along_m);
    let along_total = along.last().copied().unwrap_or(0.0);
    let written =
        track.fields.get_mut(Field::Distance.index()).map(std::mem::take).and_then(|column| column.finish(rows));
    if let Some(written) = written {
        let total = written.last().copied().unwrap_or(0.0) - written.first().copied().unwrap_or(0.0);
        let never_falls = written.windows(2).all(|pair| matches!(pair, [before, after] if before <= after));
        if never_falls && total > 0.0 && (total - along_total).abs() <= BELIEVED * along_total {
            return (Some(written), DistanceSource::Device);
        }
    }
    // Positions that are all missing leave nothing to add up.
    if track.lat_deg.is_empty() { (None, DistanceSource::None) } else { (Some(along), DistanceSource::Positions) }
}

/// One row per timed point, columns as in [`schema`].
fn records(track: Track, distance_m: Option<Vec<f64>>, sport: &Sport) -> Result<DataFrame, PolarsError> {
    let rows = track.rows();
    let start_ms = track.time_ms.first().copied().unwrap_or(0);
    let elapsed_s = track.time_ms.iter().map(|ms| ms.saturating_sub(start_ms) as f64 / 1000.0).collect();
    let [altitude, speed, heart_rate, cadence, power, temperature, _] = track.fields;

    let mut columns: Vec<PolarsColumn> = Vec::with_capacity(12);
    let time = Int64Chunked::from_vec(schema::TIME.into(), track.time_ms);
    columns.push(time.into_datetime(TimeUnit::Milliseconds, Some(PolarsZone::UTC)).into_series().into());
    columns.extend(floats(schema::ELAPSED_S, Some(elapsed_s)));
    columns.extend(floats(schema::DISTANCE_M, distance_m));
    columns.extend(floats(schema::SPEED_MPS, speed.finish(rows)));
    columns.extend(whole_numbers(schema::HEART_RATE_BPM, heart_rate.finish(rows)));
    if let Some(mut cadence) = cadence.finish(rows) {
        let mut name = schema::CADENCE_RPM;
        if sport.is_on_foot() {
            name = schema::CADENCE_SPM;
            let factor = steps_per_count(sport, &cadence);
            cadence.iter_mut().for_each(|value| *value *= factor);
        }
        columns.extend(floats(name, Some(cadence)));
    }
    columns.extend(floats(schema::ALTITUDE_M, altitude.finish(rows)));
    columns.extend(floats(schema::LAT_DEG, track.lat_deg.finish(rows)));
    columns.extend(floats(schema::LON_DEG, track.lon_deg.finish(rows)));
    columns.extend(whole_numbers(schema::POWER_W, power.finish(rows)));
    columns.extend(floats(schema::TEMPERATURE_C, temperature.finish(rows)));
    DataFrame::new(rows, columns)
}

fn floats(name: &str, values: Option<Vec<f64>>) -> Option<PolarsColumn> {
    let values = values?;
    let column = if values.iter().any(|value| value.is_nan()) {
        Float64Chunked::from_iter_options(name.into(), values.into_iter().map(|v| (!v.is_nan()).then_some(v)))
    } else {
        Float64Chunked::from_vec(name.into(), values)
    };
    Some(column.into_series().into())
}

/// Rounds; the limits of the fields keep the values inside the type.
fn whole_numbers(name: &str, values: Option<Vec<f64>>) -> Option<PolarsColumn> {
    let values = values?.into_iter().map(|v| (!v.is_nan()).then(|| v.round() as u16));
    Some(UInt16Chunked::from_iter_options(name.into(), values).into_series().into())
}

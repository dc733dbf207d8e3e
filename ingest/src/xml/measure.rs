//! What is worked out of a whole track: speed, units, order of times, offset from UTC.

use chrono::{DateTime, Offset, TimeZone, Utc};

use super::field::Field;
use super::notices::Notices;
use super::track::Track;
use crate::pace::Pace;
use crate::{Format, Notice, NoticeCode, OffsetSource, ReadOptions};

/// Kilometres per hour in a metre per second.
const KMH_PER_MPS: f64 = 3.6;
/// Written speeds this many times the speed along the positions are kilometres per hour.
const KMH_RATIO: std::ops::RangeInclusive<f64> = 3.2..=4.0;
/// Less moving than this proves nothing, metres and seconds.
const ENOUGH_M: f64 = 200.0;
const ENOUGH_S: f64 = 60.0;

/// Says that times repeat or run backwards.
pub(crate) fn order_notice(track: &Track, notices: &mut Notices<'_>) {
    let Some(at) = track.out_of_order_at else { return };
    let parts = [(track.repeated, "with the time of the one before"), (track.backwards, "with an earlier time")];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", samples(*n))).collect();
    let text = format!("There are {}, first here; they are kept as they stand.", parts.join(" and "));
    let place = format!("line {}", notices.line_of(at));
    notices.add(Notice::new(NoticeCode::TimeOrder, place, text));
}

pub(crate) fn samples(count: u64) -> String {
    if count == 1 { "1 sample".to_owned() } else { format!("{count} samples") }
}

/// The offset from UTC: of the times themselves when they have one, else of the athlete's zone.
pub(crate) fn offset(
    track: &Track,
    start: Option<DateTime<Utc>>,
    format: Format,
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
            let text =
                format!("{format} has no offset from UTC, and no time zone was given: the local date is the UTC date.");
            notices.once_at(NoticeCode::OffsetUnknown, 0, &text);
            (None, OffsetSource::Unknown)
        }
    }
}

/// The day of `start` on a wall clock that is `utc_offset_s` before UTC; on that of UTC when it is not known.
pub(crate) fn local_date(start: DateTime<Utc>, utc_offset_s: Option<i32>) -> chrono::NaiveDate {
    let offset = chrono::Duration::seconds(utc_offset_s.unwrap_or(0).into());
    start.naive_utc().checked_add_signed(offset).unwrap_or(start.naive_utc()).date()
}

/// The speed of the legs along `along_m` between rows of one segment.
pub(crate) fn pace(track: &Track, along_m: &[f64]) -> Pace {
    let mut pace = Pace::default();
    for (seconds, metres, _) in legs(track, along_m) {
        pace.take(seconds, metres);
    }
    pace
}

/// Legs between rows of one segment: seconds, metres, and the row at their end.
fn legs(track: &Track, along_m: &[f64]) -> impl Iterator<Item = (f64, f64, usize)> {
    let mut breaks = track.breaks.iter().peekable();
    let legs = track.time_ms.windows(2).zip(along_m.windows(2));
    (1_usize..).zip(legs).filter_map(move |(row, (time, along))| {
        if breaks.next_if_eq(&&row).is_some() {
            return None;
        }
        let (&[time_0, time_1], &[along_0, along_1]) = (time, along) else { return None };
        Some((time_1.saturating_sub(time_0) as f64 / 1000.0, along_1 - along_0, row))
    })
}

/// Converts a speed column that was written in km/h: over the whole track it says about 3.6 times what the positions
/// say. The formats state metres per second.
pub(crate) fn mend_speed_unit(track: &mut Track, place: &str, notices: &mut Notices<'_>) {
    let Some(speed) = track.fields.get(Field::Speed.index()).filter(|speed| !speed.is_empty()) else { return };
    let (mut seconds, mut along, mut written) = (0.0, 0.0, 0.0);
    for (leg_s, leg_m, row) in legs(track, &track.along_m) {
        if let Some(speed) = speed.get(row)
            && leg_s > 0.0
            && leg_s <= 60.0
        {
            seconds += leg_s;
            along += leg_m;
            written += speed * leg_s;
        }
    }
    if seconds >= ENOUGH_S && along >= ENOUGH_M && KMH_RATIO.contains(&(written / along)) {
        if let Some(speed) = track.fields.get_mut(Field::Speed.index()) {
            speed.values_mut().iter_mut().for_each(|speed| *speed /= KMH_PER_MPS);
        }
        let text = "Speeds are 3.6 times what the positions say: they are in km/h and were converted to m/s.";
        notices.add(Notice::new(NoticeCode::Converted, place, text));
    }
}

//! What is worked out of a whole track: order of times, offset from UTC, distance, units, sport.

use chrono::{DateTime, Offset, TimeZone, Utc};

use super::field::Field;
use super::notices::Notices;
use super::text::quoted;
use super::track::Track;
use crate::jumps::leave_out_jumps;
use crate::pace::Pace;
use crate::sport::words;
use crate::{DistanceSource, Format, Notice, NoticeCode, OffsetSource, ReadOptions, Sport};

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
    let parts = [(track.repeated, "the time of the one before"), (track.backwards, "an earlier time than it")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", samples(*n, "has", "have")))
        .collect();
    let text = match track.repeated + track.backwards {
        1 => format!("{}; it is kept as it stands.", parts.concat()),
        _ => format!("{}, the first of them here; they are kept as they stand.", parts.join(", and ")),
    };
    let place = format!("line {}", notices.line_of(at));
    notices.add(Notice::new(NoticeCode::TimeOrder, place, text));
}

/// Says that points have no time and were left out; `none_has` when no point has one.
pub(crate) fn untimed_notice(track: &Track, none_has: &str, place: &str, notices: &mut Notices<'_>) {
    let text = match (track.untimed, track.rows()) {
        (0, _) => return,
        (_, 0) => none_has.to_owned(),
        (1, _) => "1 point without a time was left out.".to_owned(),
        (n, _) => format!("{n} points without a time were left out."),
    };
    notices.add(Notice::new(NoticeCode::NoTimes, place, text));
}

/// `1 sample has`, `3 samples have`.
pub(crate) fn samples(count: u64, does: &str, do_: &str) -> String {
    if count == 1 { format!("1 sample {does}") } else { format!("{count} samples {do_}") }
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

/// The distance column: the file's own, when `is_believed` says so of it and of the length of the way along the
/// positions; else the distance along the positions.
pub(crate) fn distance(
    track: &mut Track,
    is_believed: impl FnOnce(&[f64], f64) -> bool,
) -> (Option<Vec<f64>>, DistanceSource) {
    let rows = track.rows();
    let along_m = std::mem::take(&mut track.along_m);
    let way_m = along_m.last().copied().unwrap_or(0.0);
    let written =
        track.fields.get_mut(Field::Distance.index()).map(std::mem::take).and_then(|column| column.finish(rows));
    match written.filter(|written| is_believed(written, way_m)) {
        Some(written) => (Some(written), DistanceSource::Device),
        // Positions that are all missing leave nothing to add up.
        None if track.lat_deg.is_empty() => (None, DistanceSource::None),
        None => (Some(along_m), DistanceSource::Positions),
    }
}

/// Says that a distance was added up from positions, once legs that nobody runs are left out of it on foot.
/// `stated_m` is the total that the file states.
pub(crate) fn settle_way(
    along_m: &mut [f64],
    track: &Track,
    sport: &Sport,
    stated_m: Option<f64>,
    place: &str,
    notices: &mut Notices<'_>,
) {
    let but = if track.breaks.is_empty() { "" } else { ", without the way during pauses" };
    notices.add(Notice::distance_from_positions(place, but, stated_m));
    if sport.is_on_foot() {
        let jumps = leave_out_jumps(along_m, track.time_ms.iter().copied().map(Some));
        jumps.notice(place).into_iter().for_each(|notice| notices.add(notice));
    }
}

/// The sport where none is `stated`, or none that is known: a word of the name, or what the speed along `along_m` looks
/// like. Says which.
pub(crate) fn assume_sport(
    stated: Option<&str>,
    name: Option<&str>,
    track: &Track,
    along_m: &[f64],
    place: &str,
    notices: &mut Notices<'_>,
) -> Sport {
    let said = match stated {
        Some(sport) => format!("The sport {} is not a known one", quoted(sport)),
        None => "The sport is not stated".to_owned(),
    };
    let named = name.and_then(|name| Some((name, words::from_words(name)?)));
    let (sport, text) = if let Some((name, sport)) = named {
        let text = format!("{said}; it was taken from the name {}: {}.", quoted(name), sport.name());
        (sport, text)
    } else {
        let pace = pace(track, along_m);
        let sport = pace.sport();
        let text = if sport.is_run() {
            format!("{said}; a mean speed of {:.1} m/s while moving was taken as running.", pace.mean_mps())
        } else {
            format!("{said}, and the speed does not look like running; it was left open.")
        };
        (sport, text)
    };
    notices.add(Notice::new(NoticeCode::SportAssumed, place, text));
    sport
}

/// The speed of the legs along `along_m` between rows of one segment.
fn pace(track: &Track, along_m: &[f64]) -> Pace {
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

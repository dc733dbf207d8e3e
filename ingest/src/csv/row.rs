//! One row to one activity.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Said;
use super::header::{Column, Header};
use super::text::{is_yes, tidy};
use crate::sport::words;
use crate::stamp::{self, Zone};
use crate::{Details, FASTEST_RUN_MPS, OffsetSource, RunKind, Sport};

/// Characters of a title or gear, and of a description, that are kept.
const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 10_000;
/// A longer one is a slip of the keyboard, or another unit.
const MAX_DISTANCE_M: f64 = 10_000_000.0;
const MAX_DURATION_S: f64 = 31.0 * 86_400.0;
const METRES_PER_MILE: f64 = 1609.344;
/// Mean speed of what is not on foot, m/s: faster than any is ridden, rowed or skied.
const FASTEST_MPS: f64 = 40.0;
/// Sports that are not known and are named.
const NAMED_SPORTS: usize = 20;

/// A row that could be read.
#[derive(Debug)]
pub(super) struct Row {
    /// `None` when the row names a day alone.
    pub(super) start: Option<DateTime<Utc>>,
    pub(super) utc_offset_s: Option<i32>,
    pub(super) offset_source: OffsetSource,
    pub(super) local_date: NaiveDate,
    pub(super) distance_m: Option<f64>,
    pub(super) duration_s: Option<f64>,
    pub(super) sport: Sport,
    pub(super) is_sport_stated: bool,
    pub(super) details: Details,
    /// What a person should know of how it was read.
    pub(super) reading: Option<String>,
    /// Texts that were cut, as sentences without their place.
    pub(super) cut: Vec<String>,
}

/// Reads a row, or says what is wrong with it, as the rest of a sentence.
pub(super) fn read(
    header: &Header,
    record: &csv::StringRecord,
    zone: Option<Tz>,
    said: &mut Said,
) -> Result<Row, String> {
    if record.iter().skip(header.columns.len()).any(|cell| !cell.is_empty()) {
        return Err(format!(
            "it has {} cells and the first row names {}; a value with the separator in it has to stand in quotes",
            record.len(),
            header.columns.len()
        ));
    }
    let (mut start, mut distance_m, mut duration_s) = (None, None, None);
    let mut hours_and_minutes = None;
    let (mut sport, mut details) = (None, Details::default());
    let mut cut = Vec::new();
    let mut text = |cell: &str, longest: usize, [is, was]: [&str; 2]| {
        if cell.chars().nth(longest).is_some() {
            cut.push(format!("{is} longer than {longest} characters and {was} cut."));
        }
        tidy(cell, longest)
    };
    for (column, cell) in header.columns.iter().zip(record) {
        let Some(column) = column.filter(|_| !cell.is_empty()) else { continue };
        let number = |unit: f64, most: f64, name: &str| -> Result<f64, String> {
            let value = number(cell, header.is_comma_free)? * unit;
            if value <= most { Ok(value) } else { Err(format!("{cell}{name} is more than can be")) }
        };
        match column {
            Column::Date => start = Some(Start::read(cell, zone)?),
            Column::DistanceKm => distance_m = Some(number(1000.0, MAX_DISTANCE_M, " km")?),
            Column::DistanceM => distance_m = Some(number(1.0, MAX_DISTANCE_M, " m")?),
            Column::DistanceMi => distance_m = Some(number(METRES_PER_MILE, MAX_DISTANCE_M, " miles")?),
            Column::Duration => {
                duration_s = Some(duration(cell, header.is_comma_free)?);
                hours_and_minutes = as_hours_and_minutes(cell).map(|as_hours_s| (cell, as_hours_s));
            }
            Column::DurationMin => duration_s = Some(number(60.0, MAX_DURATION_S, " min")?),
            Column::DurationS => duration_s = Some(number(1.0, MAX_DURATION_S, " s")?),
            Column::Rpe => {
                let rpe = number(1.0, 10.0, "").map_err(|_| format!("{} is no rating from 0 to 10", quoted(cell)))?;
                details.rpe = Some(rpe);
            }
            Column::Sport => sport = Some(read_sport(cell, said)),
            Column::Title => details.title = text(cell, LONGEST_NAME, ["the title is", "was"]),
            Column::Description => {
                let notes = || text(cell, LONGEST_TEXT, ["the notes are", "were"]);
                details.description = details.description.or_else(notes);
            }
            Column::Gear => details.gear = text(cell, LONGEST_NAME, ["the gear is", "was"]),
            Column::Commute => {
                let is_commute = is_yes(cell).ok_or_else(|| format!("{} is neither yes nor no", quoted(cell)))?;
                details.commute = Some(is_commute);
            }
        }
    }
    let start = start.ok_or("there is no date")?;
    if distance_m.is_none() && duration_s.is_none() {
        return Err("it has neither a distance nor a duration".to_owned());
    }
    if distance_m.unwrap_or(0.0) <= 0.0 && duration_s.unwrap_or(0.0) <= 0.0 {
        return Err("neither its distance nor its duration is above zero".to_owned());
    }
    let is_sport_stated = sport.is_some();
    let sport = sport.unwrap_or(Sport::Running(RunKind::Generic));
    let mut reading = None;
    if let Some((distance_m, as_minutes_s)) = distance_m.zip(duration_s)
        && let Some((cell, as_hours_s)) = hours_and_minutes
        && distance_m > fastest_mps(&sport) * as_minutes_s
        && distance_m <= fastest_mps(&sport) * as_hours_s
    {
        duration_s = Some(as_hours_s);
        let km = distance_m / 1000.0;
        reading = Some(format!(
            "{} is read as hours and minutes: nobody covers {km:.1} km in so many minutes and seconds.",
            quoted(cell)
        ));
    }
    said.is_noon_assumed |= start.is_noon_assumed;
    said.is_zone_unknown |= start.is_zone_unknown;
    Ok(Row {
        start: (!start.is_noon_assumed).then_some(start.utc),
        utc_offset_s: start.offset_s,
        offset_source: start.source,
        local_date: start.local_date,
        distance_m,
        duration_s,
        is_sport_stated,
        sport,
        details,
        reading,
        cut,
    })
}

/// When an activity began.
#[derive(Debug)]
struct Start {
    utc: DateTime<Utc>,
    offset_s: Option<i32>,
    source: OffsetSource,
    local_date: NaiveDate,
    is_noon_assumed: bool,
    is_zone_unknown: bool,
}

impl Start {
    fn read(text: &str, zone: Option<Tz>) -> Result<Self, String> {
        if text.len() == 10 {
            let date = read_date(text)?;
            let start = Self::on_the_wall(date.and_time(NOON), zone);
            // The day is said; which noon it was says nothing about the day.
            return Ok(Self { is_noon_assumed: true, is_zone_unknown: false, ..start });
        }
        let wrong = || format!("{} is no date such as 2025-03-31 or 2025-03-31 07:30", quoted(text));
        let stamp = stamp::parse(text).ok_or_else(wrong)?;
        let utc = DateTime::from_timestamp_millis(stamp.utc_ms).ok_or_else(wrong)?;
        let (offset_s, source) = match (stamp.zone, zone) {
            (Zone::Missing, _) => return Ok(Self::on_the_wall(utc.naive_utc(), zone)),
            (Zone::Offset(offset_s), _) => (Some(offset_s), OffsetSource::File),
            (Zone::Utc, Some(zone)) => {
                (Some(zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc()), OffsetSource::Zone)
            }
            (Zone::Utc, None) => (None, OffsetSource::Unknown),
        };
        let local = utc.naive_utc().checked_add_signed(TimeDelta::seconds(offset_s.unwrap_or(0).into()));
        let local_date = local.ok_or_else(wrong)?.date();
        Ok(Self { utc, offset_s, source, local_date, is_noon_assumed: false, is_zone_unknown: false })
    }

    /// From what the wall clock showed. An hour that stands twice is the first; one that the clock left out is taken as
    /// if it had not changed yet.
    fn on_the_wall(local: NaiveDateTime, zone: Option<Tz>) -> Self {
        let before = local.checked_sub_signed(TimeDelta::hours(3)).unwrap_or(local);
        let offset = zone.map(|zone| {
            let found = zone.offset_from_local_datetime(&local).earliest();
            found
                .or_else(|| zone.offset_from_local_datetime(&before).earliest())
                .map_or(0, |o| o.fix().local_minus_utc())
        });
        let utc = local.checked_sub_signed(TimeDelta::seconds(offset.unwrap_or(0).into())).unwrap_or(local);
        Self {
            utc: utc.and_utc(),
            offset_s: offset,
            source: if offset.is_some() { OffsetSource::Zone } else { OffsetSource::Unknown },
            local_date: local.date(),
            is_noon_assumed: false,
            is_zone_unknown: offset.is_none(),
        }
    }
}

const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

fn read_date(text: &str) -> Result<NaiveDate, String> {
    // chrono alone would take 2025-1-5 and years of any length.
    let is_shaped = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !is_shaped {
        return Err(format!("{} is no date such as 2025-03-31", quoted(text)));
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("there is no day {text}"))
}

/// A number that is zero or more, with a decimal point or a decimal comma.
fn number(text: &str, is_comma_free: bool) -> Result<f64, String> {
    // Where a comma separates the cells, a value with one in it was quoted, and “1,200” may be either.
    if !is_comma_free
        && let Some((_, decimals)) = text.split_once(',')
        && (decimals.len() == 3 || decimals.contains([',', '.']))
    {
        return Err(format!("{} may be thousands or decimals; write it without a comma", quoted(text)));
    }
    let value: f64 = text.replace(',', ".").parse().map_err(|_| format!("{} is no number", quoted(text)))?;
    if !value.is_finite() {
        Err(format!("{} is no number", quoted(text)))
    } else if value < 0.0 {
        Err(format!("{text} is below zero"))
    } else {
        // -0 becomes 0.
        Ok(value + 0.0)
    }
}

/// Seconds of `H:MM:SS` or `MM:SS`.
fn duration(text: &str, is_comma_free: bool) -> Result<f64, String> {
    let wrong = || format!("{} is no duration such as 1:05:30 or 45:30", quoted(text));
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [_] => return Err(format!("{}; a number alone belongs in a column duration_min or duration_s", wrong())),
        [minutes, seconds] => ("0", *minutes, *seconds),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return Err(wrong()),
    };
    let whole = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (Some(hours), Some(minutes), Ok(seconds)) = (whole(hours), whole(minutes), number(seconds, is_comma_free))
    else {
        return Err(wrong());
    };
    if seconds >= 60.0 || parts.len() == 3 && minutes >= 60 {
        return Err(wrong());
    }
    let duration_s = f64::from(hours) * 3600.0 + f64::from(minutes) * 60.0 + seconds;
    if duration_s <= MAX_DURATION_S { Ok(duration_s) } else { Err(format!("{text} is more than can be")) }
}

/// Seconds of `a:b` as hours and minutes; `None` for what can only be minutes and seconds.
fn as_hours_and_minutes(text: &str) -> Option<f64> {
    let (hours, minutes) = text.split_once(':')?;
    let whole = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let duration_s = f64::from(whole(hours)?) * 3600.0 + f64::from(whole(minutes)?) * 60.0;
    Some(duration_s).filter(|duration_s| *duration_s <= MAX_DURATION_S)
}

/// Nobody covers the whole of a distance faster, m/s.
fn fastest_mps(sport: &Sport) -> f64 {
    if sport.is_on_foot() { FASTEST_RUN_MPS } else { FASTEST_MPS }
}

/// The sport of a word; a word that is not known is a cross-training of that name.
fn read_sport(text: &str, said: &mut Said) -> Sport {
    words::from_type(text).unwrap_or_else(|| {
        let name = words::normal(text);
        if said.unknown_sports.len() < NAMED_SPORTS && !said.unknown_sports.contains(&name) {
            said.unknown_sports.push(name.clone());
        }
        Sport::CrossTraining(name)
    })
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("“{short}”")
}

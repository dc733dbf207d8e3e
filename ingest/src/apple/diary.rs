//! Readings to values of days.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Offset, TimeDelta, TimeZone, Utc};

use super::quantity::Quantity;
use super::workout::{Record, When};
use crate::{DiaryKind, DiaryValue, Notice, NoticeCode, ReadOptions};

/// One reading of a quantity of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    quantity: Quantity,
    start: When,
    value: f64,
}

impl From<&Record<'_>> for Reading {
    fn from(record: &Record<'_>) -> Self {
        Self { quantity: record.quantity, start: record.start, value: record.value }
    }
}

/// What a value is of.
type Day = (NaiveDate, DiaryKind);
/// Readings with their times.
type Timed = Vec<(DateTime<Utc>, f64)>;

/// One value per day and quantity: the median of the day's readings (of an even number, the mean of the two in the
/// middle). The time is that of the last reading: a value that comes from more of the day is told from an earlier one.
pub(super) fn values(readings: Vec<Reading>, options: &ReadOptions, notices: &mut Vec<Notice>) -> Vec<DiaryValue> {
    let mut days: BTreeMap<Day, Timed> = BTreeMap::new();
    let mut unknown = false;
    for Reading { quantity, start, value } in readings {
        let kind = match quantity {
            Quantity::RestingHeartRate => DiaryKind::RestingHeartRateBpm,
            Quantity::HrvSdnn => DiaryKind::HrvSdnnMs,
            _ => continue,
        };
        let Some(utc) = start.utc() else { continue };
        let zone = || options.zone.map(|zone| zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc());
        let offset_s = start.offset_s.or_else(zone);
        unknown |= offset_s.is_none();
        let local = utc.naive_utc().checked_add_signed(TimeDelta::seconds(offset_s.unwrap_or(0).into()));
        days.entry((local.unwrap_or(utc.naive_utc()).date(), kind)).or_default().push((utc, value));
    }
    if unknown {
        let text = "Readings without an offset from UTC were counted on the UTC day.";
        notices.push(Notice::new(NoticeCode::OffsetUnknown, "", text));
    }
    let value = |((date, kind), mut readings): (Day, Timed)| {
        let time = readings.iter().map(|(time, _)| *time).max();
        readings.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let middle = readings.len() / 2;
        let upper = readings.get(middle)?.1;
        let lower = if readings.len() % 2 == 0 { readings.get(middle.checked_sub(1)?)?.1 } else { upper };
        Some(DiaryValue { date, kind, value: 0.5 * (lower + upper), time })
    };
    days.into_iter().filter_map(value).collect()
}

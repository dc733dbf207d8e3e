//! Values of single days, from monitoring and wellness files.
//!
//! | message | field | becomes |
//! |---|---|---|
//! | `monitoring_hr_data` (211) | `current_day_resting_heart_rate` (1), bpm | resting heart rate of the day |
//! | | `resting_heart_rate` (0), bpm: the mean of seven days | resting heart rate of the last seven days |
//! | `hrv_status_summary` (370) | `last_night_average` (1), 1/128 ms | RMSSD of the night |
//! | | `weekly_average` (0), 1/128 ms | RMSSD of the last seven nights |
//!
//! The day is that of the message's timestamp on the wearer's clock: its offset is that of the last `monitoring_info`
//! before it, which states local time beside UTC, else of the first one in the file, else the athlete's zone. A file
//! may state a value again and again while the day goes on: of each kind and day the last one in the file stands. The
//! resting heart rate of a `user_profile` is a setting and no value of a day; the status of the HRV is a word, and stays
//! with the other messages.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::definition::{Definition, TIMESTAMP};
use super::offset;
use super::summary::{FIRST_DATED, utc};
use crate::{DiaryKind, DiaryValue, Notice, NoticeCode, OffsetSource};

/// Values that are kept before the last of each day is known; a watch states one a minute at most.
const VALUES: usize = 50_000;
/// Parts of a millisecond in which RMSSD is counted.
const HRV_SCALE: f64 = 128.0;

#[derive(Debug, Clone, Copy)]
struct Stated {
    time: u32,
    offset_s: Option<i32>,
    kind: DiaryKind,
    value: f64,
}

/// Values of days, as a file states them.
#[derive(Debug, Default)]
pub(super) struct Diary {
    stated: Vec<Stated>,
    first_offset_s: Option<i32>,
    offset_s: Option<i32>,
    capped: bool,
}

impl Diary {
    /// Takes the offset from UTC of a `monitoring_info`.
    pub(super) fn clock(&mut self, definition: &Definition, data: &[u8]) {
        let clock = definition.integer(data, TIMESTAMP).zip(definition.integer(data, 0));
        if let Some(offset) = clock.and_then(|clock| offset::from_clocks(&[clock])) {
            self.offset_s = Some(offset);
            self.first_offset_s = self.first_offset_s.or(Some(offset));
        }
    }

    /// Takes the values of a `monitoring_hr_data`.
    pub(super) fn resting_heart_rate(&mut self, definition: &Definition, data: &[u8], time: Option<u32>) {
        self.take(time, DiaryKind::RestingHeartRateBpm, definition.number(data, 1));
        self.take(time, DiaryKind::RestingHeartRateWeeklyBpm, definition.number(data, 0));
    }

    /// Takes the values of an `hrv_status_summary`.
    pub(super) fn hrv_status(&mut self, definition: &Definition, data: &[u8], time: Option<u32>) {
        let scaled = |number| definition.number(data, number).map(|value| value / HRV_SCALE);
        self.take(time, DiaryKind::HrvRmssdMs, scaled(1));
        self.take(time, DiaryKind::HrvWeeklyRmssdMs, scaled(0));
    }

    fn take(&mut self, time: Option<u32>, kind: DiaryKind, value: Option<f64>) {
        // A heart that does not beat, or like a clock, is one that was not measured.
        let (Some(time), Some(value)) = (time.filter(|time| *time >= FIRST_DATED), value.filter(|value| *value > 0.0))
        else {
            return;
        };
        if self.stated.len() >= VALUES {
            self.capped = true;
            return;
        }
        self.stated.push(Stated { time, offset_s: self.offset_s, kind, value });
    }

    /// The last value of each day and kind, in order of time.
    pub(super) fn finish(self, zone: Option<Tz>, notices: &mut Vec<Notice>) -> Vec<DiaryValue> {
        let mut days = BTreeMap::new();
        let mut is_unknown = false;
        for Stated { time, offset_s, kind, value } in self.stated {
            let Some(at) = utc(time) else { continue };
            let (offset_s, source) = offset::at(Some(at), offset_s.or(self.first_offset_s), zone);
            is_unknown |= source == OffsetSource::Unknown;
            let date = (at + TimeDelta::seconds(i64::from(offset_s.unwrap_or(0)))).date_naive();
            days.insert((date, kind), DiaryValue { date, kind, value, time: Some(at) });
        }
        if is_unknown {
            let text = "The file does not state its offset from UTC; the days of its values are days in UTC.";
            notices.push(Notice::new(NoticeCode::OffsetUnknown, "", text));
        }
        if self.capped {
            let text = format!("There are too many values of days; the first {VALUES} were kept.");
            notices.push(Notice::new(NoticeCode::Capped, "", text));
        }
        let mut values: Vec<DiaryValue> = days.into_values().collect();
        values.sort_by_key(|value| (value.time, value.kind));
        values
    }
}

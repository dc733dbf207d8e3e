//! Values of days in monitoring and wellness files.

use chrono::NaiveDate;
use plimsoll_ingest::{DiaryKind, DiaryValue, FileKind, NoticeCode, ReadOptions, fit};

use super::bytes::*;

const USER_PROFILE: u16 = 3;
const MONITORING_HR_DATA: u16 = 211;
const HRV_STATUS_SUMMARY: u16 = 370;

/// 2023-03-08T00:00:00Z; [`T0`] is 08:53:20 on that day.
const MIDNIGHT: u32 = T0 - T0 % 86_400;

fn monitoring(kind: u8) -> Messages {
    Messages::default()
        .define(0, FILE_ID, &[(0, 1, ENUM)])
        .data(0, &[kind])
        .define(1, MONITORING_INFO, &[(253, 4, U32), (0, 4, U32)])
        .define(2, MONITORING_HR_DATA, &[(253, 4, U32), (0, 1, U8), (1, 1, U8)])
        .define(3, HRV_STATUS_SUMMARY, &[(253, 4, U32), (0, 2, U16), (1, 2, U16), (6, 1, ENUM)])
}

fn clock(messages: Messages, utc: u32, local: u32) -> Messages {
    messages.parts(1, &[&utc.to_le_bytes(), &local.to_le_bytes()])
}

fn heart_rate(messages: Messages, time: u32, week: u8, day: u8) -> Messages {
    messages.parts(2, &[&time.to_le_bytes(), &[week, day]])
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 3, day).unwrap()
}

/// Dates, kinds and values.
fn values(of: &[DiaryValue]) -> Vec<(NaiveDate, DiaryKind, f64)> {
    of.iter().map(|value| (value.date, value.kind, value.value)).collect()
}

#[test]
fn the_last_value_of_a_day_on_the_wearers_clock_stands() {
    use DiaryKind::{RestingHeartRateBpm, RestingHeartRateWeeklyBpm};
    // Ten hours ahead of UTC.
    let mut messages = clock(monitoring(32), T0, T0 + 36_000);
    for (hour, week, today) in [(10, 51, 49), (13, 51, 47), (14, 50, 44), (20, 50, 0xFF), (22, 0, 45)] {
        messages = heart_rate(messages, MIDNIGHT + hour * 3600, week, today);
    }
    let file = messages.read();
    assert_eq!(file.kind, FileKind::Other("monitoring_b".to_owned()));
    assert!(file.activities.is_empty());
    assert_eq!(
        values(&file.diary),
        [
            (day(8), RestingHeartRateBpm, 47.0),
            (day(8), RestingHeartRateWeeklyBpm, 51.0),
            (day(9), RestingHeartRateWeeklyBpm, 50.0),
            (day(9), RestingHeartRateBpm, 45.0),
        ],
        "at 14:00 UTC the next day begins"
    );
    assert_eq!(file.diary[0].time.unwrap().to_rfc3339(), "2023-03-08T13:00:00+00:00");
    assert_eq!(file.messages["monitoring_hr_data"], 5);
    assert!(!codes(&file).contains(&NoticeCode::OffsetUnknown));
    let others = file.others.decode();
    assert!(others.iter().any(|message| message.kind == "monitoring_hr_data"), "they can be looked at as well");
}

#[test]
fn the_night_is_in_milliseconds_of_rmssd() {
    let messages = monitoring(68)
        .parts(3, &[&T0.to_le_bytes(), &(48 * 128_u16).to_le_bytes(), &(128 * 53 + 64_u16).to_le_bytes(), &[4]]);
    let file = messages.read();
    assert_eq!(file.kind, FileKind::Other("hrv_status".to_owned()));
    assert_eq!(
        values(&file.diary),
        [(day(8), DiaryKind::HrvRmssdMs, 53.5), (day(8), DiaryKind::HrvWeeklyRmssdMs, 48.0)]
    );
}

#[test]
fn the_day_follows_the_file_then_the_zone_then_utc() {
    let evening = MIDNIGHT + 20 * 3600;
    let read = |messages: &Messages, zone| fit::read(&messages.file(), &ReadOptions { zone }).unwrap();
    let without = heart_rate(monitoring(32), evening, 0xFF, 50);
    let auckland = Some(chrono_tz::Pacific::Auckland);
    let file = read(&without, auckland);
    assert_eq!(values(&file.diary), [(day(9), DiaryKind::RestingHeartRateBpm, 50.0)]);
    assert!(!codes(&file).contains(&NoticeCode::OffsetUnknown));
    let file = read(&without, None);
    assert_eq!(values(&file.diary), [(day(8), DiaryKind::RestingHeartRateBpm, 50.0)]);
    assert!(codes(&file).contains(&NoticeCode::OffsetUnknown));

    // A wearer who flew east in between; what stands before the first clock goes with it.
    let messages = heart_rate(monitoring(32), evening, 0xFF, 50);
    let messages = heart_rate(clock(messages, T0, T0 - 18_000), evening + 1, 0xFF, 51);
    let messages = heart_rate(clock(messages, T0, T0 + 36_000), evening + 2, 0xFF, 52);
    let file = read(&messages, auckland);
    assert_eq!(
        values(&file.diary),
        [(day(8), DiaryKind::RestingHeartRateBpm, 51.0), (day(9), DiaryKind::RestingHeartRateBpm, 52.0)]
    );
}

#[test]
fn what_is_no_value_of_a_day_is_none() {
    let file = heart_rate(heart_rate(monitoring(32), 5000, 50, 50), u32::MAX, 50, 50)
        .define(4, USER_PROFILE, &[(8, 1, U8), (253, 4, U32)])
        .parts(4, &[&[48], &T0.to_le_bytes()])
        .parts(3, &[&T0.to_le_bytes(), &[0xFF; 4], &[4]])
        .read();
    assert_eq!(file.diary, [], "a watch that did not know the time, a setting, a status without a number");
}

#[test]
fn a_flood_of_values_is_one_a_day() {
    let mut messages = monitoring(32);
    for second in 0..60_000 {
        messages = heart_rate(messages, MIDNIGHT + second, 0xFF, 40 + (second % 20) as u8);
    }
    let file = messages.read();
    assert_eq!(file.diary.len(), 1);
    assert!(codes(&file).contains(&NoticeCode::Capped));
}

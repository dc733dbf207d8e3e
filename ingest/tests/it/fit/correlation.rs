//! Times that count from when the device was switched on, and a message that says which UTC belongs to one of them.

use chrono::{DateTime, Utc};
use plimsoll_ingest::{Notice, NoticeCode, OffsetSource, WatchFile};

use super::bytes::*;

const CORRELATION: u16 = 162;
const FIELDS: [(u8, u8, u8); 5] = [(253, 4, U32), (1, 4, U32), (3, 4, U32), (4, 2, U16), (5, 2, U16)];

/// `timestamp_correlation`: at `system` seconds and milliseconds it was `utc`, and `local` on the wall.
fn correlation(file: Messages, utc: u32, local: u32, system: u32, system_ms: u16) -> Messages {
    file.define(9, CORRELATION, &FIELDS).parts(
        9,
        &[
            &utc.to_le_bytes(),
            &system.to_le_bytes(),
            &local.to_le_bytes(),
            &0_u16.to_le_bytes(),
            &system_ms.to_le_bytes(),
        ],
    )
}

/// Two samples, the timer stopped between them, a lap and a session, from `start` on.
fn samples(file: Messages, start: u32) -> Messages {
    let at = |s: u32| (start + s).to_le_bytes();
    file.define(0, RECORD, &[(253, 4, U32), (3, 1, U8)])
        .parts(0, &[&at(0), &[140]])
        .parts(0, &[&at(60), &[150]])
        .define(1, EVENT, &[(253, 4, U32), (0, 1, ENUM), (1, 1, ENUM)])
        .parts(1, &[&at(10), &[0, 4]])
        .parts(1, &[&at(40), &[0, 0]])
        .define(2, LAP, &[(253, 4, U32), (2, 4, U32)])
        .parts(2, &[&at(60), &at(0)])
        .define(3, LENGTH, &[(253, 4, U32), (2, 4, U32)])
        .parts(3, &[&at(30), &at(5)])
        .define(4, HR, &[(253, 4, U32), (9, 4, U32), (6, 1, U8)])
        .parts(4, &[&at(20), &1024_u32.to_le_bytes(), &[99]])
        .define(5, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM)])
        .parts(5, &[&at(60), &at(0), &[1]])
}

fn utc(time: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(631_065_600 + i64::from(time), 0).unwrap()
}

/// The activities of which it is said that their times counted from when the device was switched on.
fn converted(file: &WatchFile) -> Vec<usize> {
    let told = |notice: &&Notice| notice.code == NoticeCode::Converted && notice.text.contains("switched on");
    file.notices.iter().filter(told).filter_map(|notice| notice.activity).collect()
}

fn says_where_the_date_comes_from(file: &WatchFile) -> bool {
    converted(file).contains(&0)
}

#[track_caller]
fn assert_undated(file: &WatchFile) {
    let activity = &file.activities[0];
    assert_eq!((activity.start, activity.local_date), (None, None));
    assert!(codes(file).contains(&NoticeCode::NoTimes) && !says_where_the_date_comes_from(file), "{:?}", file.notices);
}

#[test]
fn all_times_of_a_file_are_dated_by_its_correlation_wherever_it_stands() {
    let before = samples(correlation(Messages::activity(), T0, T0 - 25_200, 69, 0), 100);
    let behind = correlation(samples(Messages::activity(), 100), T0, T0 - 25_200, 69, 0);
    for file in [before, behind] {
        let file = file.read();
        let [activity] = file.activities.as_slice() else { panic!("{:?}", file.activities) };
        let start = T0 + 31;
        assert_eq!(activity.start, Some(utc(start)));
        assert_eq!(column(&file, "time"), [0, 60].map(|s| Some(utc(start + s).timestamp_millis() as f64)));
        assert_eq!(column(&file, "elapsed_s"), [Some(0.0), Some(60.0)]);
        assert_eq!(activity.laps[0].start, Some(utc(start)));
        assert_eq!(activity.lengths[0].start, Some(utc(start + 5)));
        let pauses: Vec<_> = activity.pauses.iter().map(|pause| (pause.from, pause.to)).collect();
        assert_eq!(pauses, [(utc(start + 10), utc(start + 40))]);
        let strap = activity.strap_heart_rate.as_ref().unwrap().column("time").unwrap().to_physical_repr();
        assert_eq!(strap.i64().unwrap().get(0), Some(utc(start + 20).timestamp_millis()));
        // The message knows the clock on the wall, too.
        assert_eq!((activity.utc_offset_s, activity.offset_source), (Some(-25_200), OffsetSource::File));
        assert_eq!(activity.local_date, Some(utc(start - 25_200).date_naive()));
        assert!(says_where_the_date_comes_from(&file), "{:?}", file.notices);
        assert!(!codes(&file).contains(&NoticeCode::NoTimes), "{:?}", file.notices);
    }
}

#[test]
fn parts_of_seconds_are_counted() {
    for (system_ms, start) in [(109, T0 + 31), (700, T0 + 30)] {
        let file = samples(correlation(Messages::activity(), T0, u32::MAX, 69, system_ms), 100).read();
        assert_eq!(file.activities[0].start, Some(utc(start)), "{system_ms} ms");
        assert_eq!(file.activities[0].offset_source, OffsetSource::Unknown);
    }
}

#[test]
fn a_clock_that_was_set_is_left_as_it_is() {
    let file = samples(correlation(Messages::activity(), T0, T0, T0, 0), T0).read();
    assert_eq!(file.activities[0].start, Some(utc(T0)));
    assert!(!says_where_the_date_comes_from(&file), "{:?}", file.notices);
    // Only what was recorded before the clock was set is moved.
    let file = correlation(samples(Messages::activity(), 100), T0, T0, 69, 0);
    let file = file.define(0, RECORD, &[(253, 4, U32), (3, 1, U8)]).parts(0, &[&(T0 + 100).to_le_bytes(), &[151]]);
    let last = column(&file.read(), "time").pop().unwrap();
    assert_eq!(last, Some(utc(T0 + 100).timestamp_millis() as f64));
}

#[test]
fn only_activities_whose_own_times_were_moved_say_where_their_date_comes_from() {
    let dated = || correlation(Messages::activity(), T0, u32::MAX, 69, 0);
    let both = samples(samples(dated(), 100), T0 + 5000).read();
    assert_eq!(both.activities.iter().map(|a| a.start).collect::<Vec<_>>(), [Some(utc(T0 + 31)), Some(utc(T0 + 5000))]);
    assert_eq!(converted(&both), [0], "{:?}", both.notices);
    // An event is no time of an activity.
    let event = samples(dated(), T0).define(1, EVENT, &[(253, 4, U32), (0, 1, ENUM), (1, 1, ENUM)]);
    let event = event.parts(1, &[&5_u32.to_le_bytes(), &[0, 4]]).read();
    assert_eq!((event.activities[0].start, converted(&event)), (Some(utc(T0)), vec![]), "{:?}", event.notices);
    // One sample is.
    let sample = samples(samples(dated(), T0), T0 + 5000).define(0, RECORD, &[(253, 4, U32), (3, 1, U8)]);
    let sample = sample.parts(0, &[&5150_u32.to_le_bytes(), &[151]]).read();
    assert_eq!(converted(&sample), [1], "{:?}", sample.notices);
}

#[test]
fn a_correlation_that_says_nothing_or_two_things_dates_nothing() {
    let with = |utc, system| samples(correlation(Messages::activity(), utc, u32::MAX, system, 0), 100);
    for (utc, system) in [(u32::MAX, 69), (T0, u32::MAX), (70, 69), (u32::MAX - 1, 69), (0x1000_0000, 0x0FFF_FFFF)] {
        assert_undated(&with(utc, system).read());
    }
    // The clock of the device was set to zero in between: which of the two counts is not known.
    assert_undated(&correlation(with(T0, 69), T0 + 1000, u32::MAX, 20, 0).read());
    // It runs a little fast or slow: the first one counts.
    let drifted = correlation(with(T0, 69), T0 + 1000, u32::MAX, 1070, 0).read();
    assert_eq!(drifted.activities[0].start, Some(utc(T0 + 31)));
}

#[test]
fn a_correlation_dates_its_own_part_of_a_chain() {
    let first = samples(correlation(Messages::activity(), T0, u32::MAX, 69, 0), 100).file();
    let second = samples(Messages::activity(), 5000).file();
    let file = read(&[first, second].concat());
    assert_eq!(file.activities.iter().map(|a| a.start).collect::<Vec<_>>(), [Some(utc(T0 + 31)), None]);
}

#[test]
fn no_value_of_a_correlation_is_too_large() {
    for utc in [0, 0x0FFF_FFFF, 0x1000_0000, T0, 0xEFFF_FFFF, 0xF000_0000, u32::MAX - 1] {
        for system in [0, 1, 0x0FFF_FFFF, 0x1000_0000, u32::MAX - 1] {
            for start in [0, 69, 0x0FFF_FFFF - 60] {
                let file = samples(correlation(Messages::activity(), utc, u32::MAX, system, u16::MAX), start).read();
                assert_eq!(file.activities[0].records.height(), 2);
                let span = column(&file, "elapsed_s");
                assert_eq!(span, [Some(0.0), Some(60.0)], "{utc} {system} {start}");
            }
        }
    }
}

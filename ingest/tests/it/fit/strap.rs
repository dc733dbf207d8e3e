//! `hr` messages: heart rates from a strap's own memory, at its own times; and `length` messages.

use plimsoll_ingest::{Length, WatchFile};
use polars::prelude::DataType;

use super::bytes::*;

/// Counts of 1/1024 s at the anchor; the low twelve bits are near their end.
const ANCHOR: u32 = 0x4BD1_8F00;

/// A session of 100 s from T0 on, with a sample at its start.
fn session() -> Messages {
    Messages::activity()
        .define(1, RECORD, &[(253, 4, U32)])
        .data(1, &T0.to_le_bytes())
        .define(2, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM)])
        .parts(2, &[&(T0 + 100).to_le_bytes(), &T0.to_le_bytes(), &[1]])
}

/// The layouts of `hr`: an anchor (time, count, fraction, rate), eight packed rates, two whole ones.
fn straps(messages: Messages) -> Messages {
    messages
        .define(5, HR, &[(253, 4, U32), (9, 4, U32), (0, 2, U16), (6, 1, U8)])
        .define(6, HR, &[(6, 8, U8), (10, 12, BYTE)])
        .define(7, HR, &[(9, 8, U32), (6, 2, U8)])
}

fn anchor(messages: Messages, time: u32, count: u32, fraction: u16, bpm: u8) -> Messages {
    messages.parts(5, &[&time.to_le_bytes(), &count.to_le_bytes(), &fraction.to_le_bytes(), &[bpm]])
}

/// Counts, twelve bits of each, as the strap packs them.
fn packed(counts: [u32; 8]) -> Vec<u8> {
    counts
        .chunks(2)
        .flat_map(|pair| {
            let (a, b) = (pair[0] & 0xFFF, pair[1] & 0xFFF);
            [a as u8, (a >> 8) as u8 | (b << 4) as u8, (b >> 4) as u8]
        })
        .collect()
}

/// Milliseconds since T0 and heart rates of an activity.
fn rates(file: &WatchFile, activity: usize) -> Vec<(i64, u32)> {
    let frame = file.activities[activity].strap_heart_rate.as_ref().unwrap();
    let column = |name: &str, to: DataType| frame.column(name).unwrap().to_physical_repr().cast(&to).unwrap();
    let time = column("time", DataType::Int64);
    let rate = column("heart_rate_bpm", DataType::UInt32);
    assert_eq!(frame.column("heart_rate_bpm").unwrap().dtype(), &DataType::UInt16);
    time.i64()
        .unwrap()
        .iter()
        .zip(rate.u32().unwrap().iter())
        .map(|(ms, rate)| (ms.unwrap() - (631_065_600 + i64::from(T0)) * 1000, rate.unwrap()))
        .collect()
}

#[test]
fn packed_counts_roll_over_every_four_seconds_and_count_on_from_the_anchor() {
    let counts: [u32; 8] = std::array::from_fn(|beat| ANCHOR + 768 * (beat as u32 + 1));
    let messages = anchor(straps(session()), T0 + 10, ANCHOR, 16_384, 120);
    let file = messages
        .parts(6, &[&[121, 122, 123, 124, 125, 126, 127, 128], &packed(counts)])
        .parts(7, &[&(ANCHOR + 1024 * 8).to_le_bytes(), &(ANCHOR + 1024 * 9).to_le_bytes(), &[140, 141]])
        .parts(6, &[&[142; 8], &packed(std::array::from_fn(|beat| ANCHOR + 1024 * (10 + beat as u32)))])
        .read();
    let mut expected: Vec<(i64, u32)> = (0..=8).map(|beat| (10_500 + 750 * beat, 120 + beat as u32)).collect();
    expected.extend([(18_500, 140), (19_500, 141)]);
    expected.extend((0..8).map(|beat| (20_500 + 1000 * beat, 142)));
    assert_eq!(rates(&file, 0), expected);
    assert!(!columns(&file).contains(&"heart_rate_bpm".to_owned()), "the records stay as they are");
    assert_eq!(file.messages["hr"], 4);
}

#[test]
fn the_strap_counts_through_its_rollover_of_32_bits() {
    let count = u32::MAX - 500;
    let file = anchor(straps(session()), T0, count, 0, 100)
        .parts(7, &[&count.wrapping_add(1024).to_le_bytes(), &count.wrapping_add(2048).to_le_bytes(), &[101, 102]])
        .parts(7, &[&u32::MAX.to_le_bytes(), &count.wrapping_add(4096).to_le_bytes(), &[103, 0xFF]])
        .read();
    assert_eq!(rates(&file, 0), [(0, 100), (1000, 101), (2000, 102)]);
}

#[test]
fn heart_rates_of_a_strap_belong_to_the_session_of_their_time() {
    let mut messages = session().parts(2, &[&(T0 + 300).to_le_bytes(), &(T0 + 200).to_le_bytes(), &[2]]).define(
        5,
        HR,
        &[(253, 4, U32), (9, 4, U32), (6, 1, U8)],
    );
    for (second, bpm) in [(0, 99), (100, 100), (101, 101), (199, 102), (200, 103), (300, 104), (301, 105)] {
        messages = messages.parts(5, &[&(T0 + second).to_le_bytes(), &[0, 0, 0, 0], &[bpm]]);
    }
    let file = messages.parts(5, &[&(T0 - 1).to_le_bytes(), &[0, 0, 0, 0], &[98]]).read();
    assert_eq!(rates(&file, 0), [(0, 99), (100_000, 100)]);
    assert_eq!(rates(&file, 1), [(200_000, 103), (300_000, 104)]);
    assert!(session().read().activities[0].strap_heart_rate.is_none());
}

/// Garmin's watches append what the strap kept as parts of their own, without a `file_id`.
#[test]
fn each_part_of_a_chain_has_an_anchor_of_its_own() {
    let mut bytes = session().file();
    bytes.extend(anchor(straps(Messages::default()), T0 + 20, 77, 0, 110).file());
    bytes.extend(straps(Messages::default()).parts(6, &[&[111; 8], &[7; 12]]).file());
    bytes.extend(anchor(straps(Messages::default()), T0 + 5, 1_000_000, 0, 109).file());
    let file = read(&bytes);
    assert_eq!(file.activities.len(), 1);
    assert_eq!(rates(&file, 0), [(5000, 109), (20_000, 110)]);
    let notice = file.notices.iter().find(|notice| notice.text.contains("strap")).unwrap();
    assert!(notice.text.starts_with("8 heart rates"), "{}", notice.text);
}

#[test]
fn rates_and_counts_of_different_number_are_paired_as_far_as_they_go() {
    let file = anchor(straps(session()), T0, ANCHOR, 0, 100)
        .define(8, HR, &[(6, 3, U8), (10, 3, BYTE)])
        .parts(8, &[&[101, 102, 103], &packed([ANCHOR + 1024, ANCHOR + 2048, 0, 0, 0, 0, 0, 0])[..3]])
        .define(9, HR, &[(6, 1, U8), (10, 4, BYTE)])
        .parts(9, &[&[104], &packed([ANCHOR + 3072, ANCHOR + 4096, 0, 0, 0, 0, 0, 0])[..4]])
        .define(10, HR, &[(10, 2, BYTE), (6, 0, U8)])
        .parts(10, &[&[1, 2]])
        .read();
    assert_eq!(rates(&file, 0), [(0, 100), (1000, 101), (2000, 102), (3000, 104)]);
}

#[test]
fn lengths_of_a_pool_belong_to_the_session_of_their_time() {
    let fields =
        [(253, 4, U32), (2, 4, U32), (3, 4, U32), (4, 4, U32), (5, 2, U16), (6, 2, U16), (7, 1, ENUM), (12, 1, ENUM)];
    let mut messages =
        session().parts(2, &[&(T0 + 300).to_le_bytes(), &(T0 + 200).to_le_bytes(), &[5]]).define(8, LENGTH, &fields);
    for (start, strokes, stroke, kind) in
        [(0, 12_u16, 2, 1_u8), (30, u16::MAX, 0xFF, 0), (205, 9, 0, 1), (230, 8, 99, 9)]
    {
        messages = messages.parts(
            8,
            &[
                &(T0 + start + 25).to_le_bytes(),
                &(T0 + start).to_le_bytes(),
                &25_500_u32.to_le_bytes(),
                &25_000_u32.to_le_bytes(),
                &strokes.to_le_bytes(),
                &980_u16.to_le_bytes(),
                &[stroke, kind],
            ],
        );
    }
    let file = messages.read();
    let start = |second: u32| chrono::DateTime::from_timestamp(631_065_600 + i64::from(T0 + second), 0);
    let [first, second] = file.activities.as_slice() else { panic!("two sessions") };
    assert_eq!(
        first.lengths,
        [
            Length {
                start: start(0),
                is_active: Some(true),
                timer_time_s: Some(25.0),
                elapsed_time_s: Some(25.5),
                strokes: Some(12),
                stroke: Some("breaststroke".to_owned()),
                avg_speed_mps: Some(0.98),
            },
            Length {
                start: start(30),
                is_active: Some(false),
                timer_time_s: Some(25.0),
                elapsed_time_s: Some(25.5),
                strokes: None,
                stroke: None,
                avg_speed_mps: Some(0.98),
            },
        ]
    );
    let strokes: Vec<_> = second.lengths.iter().map(|length| (length.stroke.as_deref(), length.is_active)).collect();
    assert_eq!(strokes, [(Some("freestyle"), Some(true)), (Some("unknown_99"), None)]);
    assert_eq!(file.messages["length"], 4);
}

/// A watch may write a session of the whole triathlon beside those of its legs.
#[test]
fn of_sessions_that_begin_together_the_last_has_the_straps_heart_rates() {
    let sessions = [(50, 0), (100, 50)].iter().fold(session(), |messages, (end, start)| {
        messages.parts(2, &[&(T0 + end).to_le_bytes(), &(T0 + start).to_le_bytes(), &[1]])
    });
    let mut messages = sessions.define(5, HR, &[(253, 4, U32), (9, 4, U32), (6, 1, U8)]);
    for (second, bpm) in [(0, 99), (49, 100), (50, 101), (100, 102)] {
        messages = messages.parts(5, &[&(T0 + second).to_le_bytes(), &[0, 0, 0, 0], &[bpm]]);
    }
    let file = messages.read();
    assert_eq!(file.activities.len(), 3);
    assert!(file.activities[0].strap_heart_rate.is_none(), "the whole");
    assert_eq!(rates(&file, 1), [(0, 99), (49_000, 100)]);
    assert_eq!(rates(&file, 2), [(50_000, 101), (100_000, 102)]);
    assert_eq!(file.activities[1].records.height(), 1, "as the samples are");
}

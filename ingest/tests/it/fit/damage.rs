//! Damaged and hostile files: what stands before the damage is kept, nothing panics, nothing grows out of bounds.

use plimsoll_ingest::{NoticeCode, ReadError, ReadOptions, encode, fit};
use proptest::prelude::*;

use super::bytes::*;
use super::written::recording;

/// Seventeen records: file_id, then time and heart rate.
fn small() -> Messages {
    let mut messages = Messages::activity().define(1, RECORD, &[(253, 4, U32), (3, 1, U8)]);
    for second in 0..17 {
        messages = messages.parts(1, &[&(T0 + second).to_le_bytes(), &[100 + second as u8]]);
    }
    messages
}

#[test]
fn a_file_cut_anywhere_keeps_what_stands_before_the_cut() {
    let whole = encode::fit(&recording(30));
    let mut rows = 0;
    for length in 0..whole.len() {
        let Ok(file) = fit::read(&whole[..length], &ReadOptions::default()) else {
            assert!(length < 60, "nothing could be read of {length} bytes");
            continue;
        };
        assert!(codes(&file).contains(&NoticeCode::Truncated), "{length}: {:?}", file.notices);
        let now = file.activities.iter().map(|activity| activity.records.height()).sum();
        assert!(now >= rows, "{length}: {now} rows after {rows}");
        assert_eq!(now as u64, file.messages.get("record").copied().unwrap_or(0));
        rows = now;
    }
    assert_eq!(rows, 31);
}

#[test]
fn the_place_of_a_cut_is_named() {
    let bytes = small().file();
    let file = read(&bytes[..bytes.len() - 5]);
    assert_eq!(file.messages["record"], 16);
    let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::Truncated).unwrap();
    assert_eq!(notice.place, format!("byte {}", bytes.len() - 5));
}

#[test]
fn no_bytes_and_no_messages_are_errors() {
    let read = |bytes: &[u8]| fit::read(bytes, &ReadOptions::default()).map(|_| ());
    assert_eq!(read(&[]), Err(ReadError::Empty));
    assert!(matches!(read(b"hello, this is no FIT file"), Err(ReadError::Fit { .. })));
    assert!(matches!(read(&Messages::default().file()), Err(ReadError::Fit { .. })));
    assert!(matches!(read(&small().file()[..14]), Err(ReadError::Fit { .. })));
}

#[test]
fn a_wrong_checksum_is_a_notice() {
    let mut bytes = small().file();
    *bytes.last_mut().unwrap() ^= 1;
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 17);
    assert_eq!(file.notices.iter().filter(|notice| notice.code == NoticeCode::WrongChecksum).count(), 1);
}

#[test]
fn a_header_without_checksum_is_fine_and_a_wrong_one_a_notice() {
    let mut bytes = small().file();
    (bytes[12], bytes[13]) = (0, 0);
    let end = bytes.len() - 2;
    let whole = crc(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&whole);
    assert!(!codes(&read(&bytes)).contains(&NoticeCode::WrongChecksum));

    bytes[12] = 1;
    assert!(codes(&read(&bytes)).contains(&NoticeCode::WrongChecksum));
}

#[test]
fn a_short_header_is_read() {
    let messages = small();
    let mut bytes = vec![12, 0x10, 0, 0];
    bytes.extend((messages.0.len() as u32).to_le_bytes());
    bytes.extend(b".FIT");
    bytes.extend(&messages.0);
    bytes.extend(crc(&bytes).to_le_bytes());
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 17);
    assert!(!codes(&file).contains(&NoticeCode::WrongChecksum));
}

#[test]
fn an_impossible_header_size_costs_no_message() {
    for size in [0, 1, 11, 13, 15, 200, 255] {
        let mut bytes = small().file();
        bytes[0] = size;
        let file = read(&bytes);
        assert_eq!(file.messages["record"], 17, "header size {size}");
        assert!(codes(&file).contains(&NoticeCode::Damaged), "header size {size}");
    }
}

#[test]
fn declared_sizes_only_bound_the_reading() {
    let messages = small();
    for size in [u32::MAX, u32::MAX - 20, messages.0.len() as u32 + 100] {
        let file = read(&messages.file_declaring(size));
        assert_eq!(file.messages["record"], 17);
        assert!(codes(&file).contains(&NoticeCode::Truncated));
    }
    let file = read(&messages.file_declaring(messages.0.len() as u32 - 12));
    assert_eq!(file.messages["record"], 17, "the checksum shows where the data end");
    assert!(codes(&file).contains(&NoticeCode::Damaged));
    let mut bytes = messages.file();
    bytes.extend([0; 20]);
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 17);
    assert_eq!(codes(&file).iter().filter(|code| **code == NoticeCode::TrailingBytes).count(), 1);
    let file = read(&messages.file_declaring(0));
    assert_eq!(file.messages["record"], 17, "a watch that never closed its file");
    assert!(codes(&file).contains(&NoticeCode::Truncated));
}

#[test]
fn an_undefined_layout_stops_its_part_but_not_the_next() {
    let mut bytes = small().data(9, &[1, 2, 3]).file();
    let damaged_at = bytes.len() - 2 - 4;
    bytes.extend(small().file());
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 34);
    let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::Damaged).unwrap();
    assert_eq!(notice.place, format!("byte {damaged_at}"));
}

#[test]
fn the_largest_layout_there_can_be_is_read() {
    let fields: Vec<(u8, u8, u8)> = (0..=254).map(|number| (number, 255, BYTE)).collect();
    let file = Messages::activity().define(1, RECORD, &fields).data(1, &[1; 255 * 255]).read();
    assert_eq!(file.messages["record"], 1);
    let developer: Vec<(u8, u8, u8)> = (0..=254).map(|number| (number, 255, 3)).collect();
    let both = Messages::activity()
        .define_all(1, RECORD, true, &fields, &developer)
        .data(1, &[1; 2 * 255 * 255])
        .data(1, &[1; 2 * 255 * 255 - 1]);
    let file = both.read();
    assert_eq!(file.messages["record"], 1);
    assert!(codes(&file).contains(&NoticeCode::Damaged));
}

#[test]
fn fields_of_size_zero_and_broken_sizes_have_no_value() {
    let fields = [(253, 4, U32), (3, 0, U8), (6, 3, U16), (4, 1, U8)];
    let file = Messages::activity().define(1, RECORD, &fields).parts(1, &[&T0.to_le_bytes(), &[1, 2, 3, 80]]).read();
    assert_eq!(columns(&file), ["time", "elapsed_s", "cadence_rpm", "cadence_rpm_raw"]);
}

/// Each definition is another one, so none can be skipped as known; only the last of a local number is kept.
#[test]
fn a_storm_of_redefinitions_is_read_and_forgotten() {
    let mut messages = Messages::activity();
    for round in 0..50_000_u32 {
        let number = (round % 250) as u8;
        messages = messages
            .define(1, RECORD, &[(253, 4, U32), (number, 1, U8), (3, 1, U8)])
            .parts(1, &[&(T0 + round).to_le_bytes(), &[0xFF, 100]]);
    }
    let file = messages.read();
    assert_eq!(file.messages["record"], 50_000);
    let frame = &file.activities[0].records;
    assert_eq!((frame.height(), frame.width()), (50_000, 3));
    assert!(file.others.len() < 5);
}

/// A size that is not a whole number of elements: there is no value, and the fields behind it stay where they are.
#[test]
fn broken_sizes_do_not_shift_what_stands_behind_them() {
    for (size, base) in [(1, U16), (3, U16), (5, U32), (7, 0x89), (2, F32), (9, 0x8E)] {
        let skipped = vec![7; usize::from(size)];
        let file = Messages::activity()
            .define(1, RECORD, &[(253, 4, U32), (7, size, base), (3, 1, U8)])
            .parts(1, &[&T0.to_le_bytes(), &skipped, &[100]])
            .read();
        assert_eq!(columns(&file), ["time", "elapsed_s", "heart_rate_bpm"], "{size} bytes of {base:x}");
        assert_eq!(column(&file, "heart_rate_bpm"), [Some(100.0)]);
    }
}

/// A megabyte of one-byte messages must neither become a million samples nor take a second.
#[test]
fn messages_without_fields_are_counted_and_take_no_memory() {
    let mut messages = small().define(2, RECORD, &[]);
    messages.0.resize(messages.0.len() + 1_000_000, 2);
    let file = messages.read();
    assert_eq!(file.messages["record"], 1_000_017);
    assert_eq!(file.activities[0].records.height(), 17);
}

/// Two bytes for a sample, in a file that has every column: the samples are capped, and a notice says so.
#[test]
fn tiny_samples_beside_many_columns_are_capped() {
    let fields: Vec<(u8, u8, u8)> = [253, 5, 73, 78].map(|number| (number, 4, U32)).to_vec();
    let mut messages = Messages::activity().define(1, RECORD, &fields).parts(1, &[&[1; 16]]);
    messages = messages.define(2, RECORD, &[(3, 1, U8)]);
    for _ in 0..2_000_000 {
        messages.0.extend([0xC0 | 1, 100]);
    }
    let file = messages.read();
    assert_eq!(file.messages["record"], 2_000_001);
    assert!(codes(&file).contains(&NoticeCode::Capped));
    let frame = &file.activities[0].records;
    assert!(frame.height() * frame.width() < 6_000_000, "{} × {}", frame.height(), frame.width());
}

#[test]
fn a_chain_of_thousands_of_files_is_capped() {
    let one = Messages::activity().file();
    let file = read(&one.repeat(3000));
    assert_eq!(file.messages["file_id"], 1000);
    assert!(codes(&file).contains(&NoticeCode::Capped));
}

#[test]
fn laps_sessions_and_descriptions_are_capped() {
    let mut messages = small()
        .define(2, LAP, &[])
        .define(3, SESSION, &[])
        .define(4, FIELD_DESCRIPTION, &[])
        .define(5, LENGTH, &[])
        .define(6, HR, &[]);
    for _ in 0..200_000 {
        messages.0.extend([2, 3, 4, 5, 6]);
    }
    let file = messages.read();
    assert_eq!(file.messages["lap"], 200_000);
    let lengths: usize = file.activities.iter().map(|activity| activity.lengths.len()).sum();
    assert_eq!(lengths, 50_000);
    assert_eq!(file.activities.len(), 1000);
    assert!(codes(&file).contains(&NoticeCode::Capped));
}

#[test]
fn impossible_latitudes_are_left_out() {
    let fields = [(253, 4, U32), (0, 4, 0x85), (1, 4, 0x85)];
    let file = Messages::activity()
        .define(1, RECORD, &fields)
        .parts(1, &[&T0.to_le_bytes(), &0x4000_0001_i32.to_le_bytes(), &1_i32.to_le_bytes()])
        .read();
    assert!(codes(&file).contains(&NoticeCode::ImpossibleValue));
    assert!(!columns(&file).contains(&"lat_deg".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_240_229),
        ..ProptestConfig::default()
    })]

    /// Any bytes of a real file may be anything: there is an answer, the same each time, and it is consistent.
    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = rich();
        for (index, value) in changes {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        check(&bytes);
    }

    #[test]
    fn any_messages_behind_a_good_header_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&Messages(bytes).file());
    }
}

fn check(bytes: &[u8]) {
    let first = fit::read(bytes, &ReadOptions::default());
    let again = fit::read(bytes, &ReadOptions::default());
    match (first, again) {
        (Ok(first), Ok(again)) => {
            assert_eq!(first.notices, again.notices);
            assert_eq!(first.messages, again.messages);
            assert_eq!(first.others.decode(), again.others.decode());
            assert_eq!(first.diary, again.diary);
            for (first, again) in first.activities.iter().zip(&again.activities) {
                assert_eq!(first.strap_heart_rate, again.strap_heart_rate);
                assert_eq!(first.lengths, again.lengths);
                assert!(first.records.equals_missing(&again.records));
                assert_eq!(first.laps.len(), again.laps.len());
            }
        }
        (first, again) => assert_eq!(first.map(|_| ()), again.map(|_| ())),
    }
}

/// A small file with something of everything.
fn rich() -> Vec<u8> {
    let mut name = [0_u8; 12];
    name[..5].copy_from_slice(b"Power");
    let mut messages = Messages::activity()
        .define(2, FIELD_DESCRIPTION, &[(0, 1, U8), (1, 1, U8), (2, 1, U8), (3, 12, TEXT), (6, 1, U8), (7, 1, 1)])
        .parts(2, &[&[0, 0, U16], &name, &[2, 1]])
        .define_all(1, RECORD, false, &[(253, 4, U32), (3, 1, U8), (8, 3, BYTE), (73, 4, U32)], &[(0, 2, 0)])
        .define(3, HRV, &[(0, 10, U16)])
        .define_all(4, LAP, true, &[(253, 4, U32), (2, 4, U32), (9, 4, U32)], &[])
        .define(5, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM), (7, 4, U32)])
        .define(6, ACTIVITY, &[(253, 4, U32), (5, 4, U32)])
        .define(7, EVENT, &[(253, 4, U32), (0, 1, ENUM), (1, 1, ENUM)]);
    for second in 0..8_u32 {
        let time = (T0 + second).to_le_bytes();
        messages = messages
            .parts(1, &[&time, &[120, 0x10, 0x20, second as u8], &3000_u32.to_le_bytes(), &[1, 1]])
            .data(3, &[0x20, 3, 0x30, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
            .parts(7, &[&time, &[0, (second % 2) as u8 * 4]]);
    }
    messages = messages
        .parts(4, &[&(T0 + 7).to_be_bytes(), &T0.to_be_bytes(), &2100_u32.to_be_bytes()])
        .parts(5, &[&(T0 + 7).to_le_bytes(), &T0.to_le_bytes(), &[1], &7000_u32.to_le_bytes()])
        .parts(6, &[&(T0 + 7).to_le_bytes(), &(T0 + 3607).to_le_bytes()]);
    messages = messages
        .define(8, 3, &[(8, 1, U8), (0, 5, TEXT), (4, 2, U16)])
        .parts(8, &[&[50], b"Ada\0\0", &700_u16.to_le_bytes()])
        .define(9, HR, &[(253, 4, U32), (0, 2, U16), (6, 2, U8), (9, 8, U32), (10, 3, BYTE)])
        .parts(9, &[&T0.to_le_bytes(), &[1, 2], &[120, 121], &[7; 8], &[1, 2, 3]])
        .define(13, HR, &[(6, 2, U8), (10, 3, BYTE)])
        .parts(13, &[&[120, 121], &[1, 2, 3]])
        .define(14, LENGTH, &[(253, 4, U32), (2, 4, U32), (5, 2, U16), (7, 1, ENUM)])
        .parts(14, &[&T0.to_le_bytes(), &T0.to_le_bytes(), &[9, 0], &[2]])
        .define(15, MONITORING_INFO, &[(253, 4, U32), (0, 4, U32)])
        .parts(15, &[&T0.to_le_bytes(), &(T0 + 3600).to_le_bytes()])
        .define(15, 211, &[(253, 4, U32), (0, 1, U8), (1, 1, U8)])
        .parts(15, &[&T0.to_le_bytes(), &[50, 48]])
        .define(10, 55, &[(253, 4, U32), (3, 4, U32), (24, 1, BYTE), (11, 4, U32)])
        .parts(10, &[&T0.to_le_bytes(), &8_u32.to_le_bytes(), &[0x61], &T0.to_le_bytes()])
        .define(11, EVENT, &[(0, 1, ENUM), (1, 1, ENUM), (2, 2, U16), (3, 4, U32), (9, 1, 0x0A)])
        .parts(11, &[&[42, 3], &[1, 1], &[1, 2, 3, 4], &[4]])
        .define(12, 372, &[(0, 2, U16), (1, 8, U16)])
        .parts(12, &[&[1, 1], &[9; 8]]);
    let mut bytes = messages.file();
    bytes.extend(small().file());
    bytes
}

/// Each of these parts claims all that follows it, and none has a right checksum: to sum each to its end would take as
/// many times the file as it has parts.
#[test]
fn checksums_of_parts_that_lie_over_each_other_are_compared_up_to_a_cap() {
    const PARTS: usize = 100;
    let part = Messages::activity().data(5, &[]).0;
    let size = 14 + part.len();
    let mut bytes = Vec::new();
    for place in 0..PARTS {
        let rest = (PARTS - place) * size + 10_000 - 14;
        bytes.extend([14, 0x10, 0, 0]);
        bytes.extend((rest as u32).to_le_bytes());
        bytes.extend(b".FIT\0\0");
        bytes.extend(&part);
    }
    bytes.resize(PARTS * size + 10_002, 0x55);
    let file = read(&bytes);
    assert_eq!(file.messages["file_id"], PARTS as u64);
    let compared = codes(&file).iter().filter(|code| **code == NoticeCode::WrongChecksum).count();
    assert!((1..10).contains(&compared), "{compared}");
    let capped: Vec<_> = file.notices.iter().filter(|notice| notice.code == NoticeCode::Capped).collect();
    assert!(capped.len() == 1 && capped[0].text.contains("checksums"), "{capped:?}");
}

#[test]
fn every_checksum_of_a_chain_is_compared() {
    let mut bytes = Vec::new();
    for _ in 0..100 {
        bytes.extend(small().file());
        *bytes.last_mut().unwrap() ^= 1;
        bytes.push(0xAA);
    }
    bytes.resize(bytes.len() + 10_000, 0x55);
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 1700);
    assert_eq!(codes(&file).iter().filter(|code| **code == NoticeCode::WrongChecksum).count(), 100);
    assert!(!codes(&file).contains(&NoticeCode::Capped));
}

//! Damage in the middle of a file: what stands behind it is found again, and nothing is made up.

use plimsoll_ingest::{NoticeCode, WatchFile, encode};

use super::bytes::*;
use super::written::{recording, start};

/// Notices about places where reading went on: where it stopped, and the text.
fn places(file: &WatchFile) -> Vec<(&str, &str)> {
    file.notices
        .iter()
        .filter(|notice| notice.code == NoticeCode::Resynchronised)
        .map(|notice| (notice.place.as_str(), notice.text.as_str()))
        .collect()
}

/// A run of `seconds` with a sample a second: time, distance, heart rate; then a session.
fn run(seconds: u32) -> Messages {
    let mut messages = Messages::activity().define(1, RECORD, &[(253, 4, U32), (5, 4, U32), (3, 1, U8)]);
    for second in 0..seconds {
        messages = messages.parts(1, &[&(T0 + second).to_le_bytes(), &(second * 300).to_le_bytes(), &[150]]);
    }
    messages
        .define(2, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM), (9, 4, U32)])
        .parts(2, &[&(T0 + seconds).to_le_bytes(), &T0.to_le_bytes(), &[1], &(seconds * 300).to_le_bytes()])
}

/// First byte of the sample of that second in the file of [`run`].
fn at(second: usize) -> usize {
    let before = Messages::activity().define(1, RECORD, &[(253, 4, U32), (5, 4, U32), (3, 1, U8)]);
    14 + before.0.len() + 10 * second
}

/// Samples are those of the run, each at its own distance.
fn check_samples(file: &WatchFile, at_least: usize, note: &str) {
    let [activity] = file.activities.as_slice() else { panic!("{note}: {} activities", file.activities.len()) };
    let rows = activity.records.height();
    assert!(rows >= at_least, "{note}: {rows} samples, {:?}", file.notices);
    let times = column(file, "elapsed_s");
    let wrong = times.iter().zip(column(file, "distance_m")).filter(|(time, distance)| {
        time.is_none_or(|time| !(0.0..200.0).contains(&time)) || time.map(|time| time * 3.0) != *distance
    });
    // The sample in which the damage lies may have lost its own values, and the one behind it its time.
    assert!(wrong.count() <= 2, "{note}: {times:?}");
}

#[test]
fn reading_goes_on_behind_an_undefined_layout_and_says_where() {
    let mut bytes = run(100).file();
    let damage = at(50);
    bytes[damage] = 9;
    let file = read(&bytes);
    assert_eq!(column(&file, "heart_rate_bpm").len(), 99);
    let text = format!("What stands at byte {damage} makes no sense; reading went on at byte {}, 10 bytes on.", at(51));
    assert_eq!(places(&file), [(format!("byte {damage}").as_str(), text.as_str())]);
    assert_eq!(file.activities[0].session.distance_m, Some(300.0), "what stands at the end is read as well");
    assert!(!codes(&file).contains(&NoticeCode::Damaged));
}

#[test]
fn a_byte_lost_or_added_anywhere_costs_a_few_samples() {
    let whole = run(100).file();
    // The first two samples tell when it all began.
    for place in at(2)..at(100) {
        let mut lost = whole.clone();
        lost.remove(place);
        check_samples(&read(&lost), 96, &format!("without byte {place}"));
        for value in [0, 1, 0x41, 0x83, 0xFF] {
            let mut added = whole.clone();
            added.insert(place, value);
            let file = read(&added);
            check_samples(&file, 96, &format!("with {value} before byte {place}"));
            assert_eq!(file.activities[0].session.distance_m, Some(300.0), "{place}");
        }
    }
}

#[test]
fn a_stretch_of_noise_costs_only_itself() {
    let whole = run(100).file();
    let mut noise = 1_u32;
    for first in 20..60 {
        let mut bytes = whole.clone();
        for byte in &mut bytes[at(first)..at(first + 20)] {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (noise >> 24) as u8;
        }
        let file = read(&bytes);
        check_samples(&file, 77, &format!("noise from sample {first}"));
        assert!((1..4).contains(&places(&file).len()), "{first}: {:?}", file.notices);
    }
}

#[test]
fn a_written_file_survives_the_loss_of_a_block() {
    let whole = encode::fit(&recording(1000));
    let lost = 4096..4096 + 512;
    let bytes = [&whole[..lost.start], &whole[lost.end..]].concat();
    let file = read(&bytes);
    let rows = file.activities[0].records.height();
    assert!((960..990).contains(&rows), "{rows} of 1001 samples");
    assert!(codes(&file).contains(&NoticeCode::Resynchronised));
    assert_eq!(file.activities[0].start, Some(start()));
    assert_eq!(file.activities[0].session.distance_m, Some(3000.0));
    let elapsed = column(&file, "elapsed_s");
    assert!(elapsed.is_sorted() && elapsed.last() == Some(&Some(1000.0)));
}

#[test]
fn another_part_is_found_behind_one_that_was_cut() {
    let first = run(50).file();
    let mut bytes = first[..at(30) + 3].to_vec();
    bytes.extend(run(100).file());
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 130);
    assert_eq!(file.activities.len(), 2);
    assert!(codes(&file).contains(&NoticeCode::Resynchronised));

    let mut bytes = first.clone();
    bytes.extend([0xAA; 33]);
    bytes.extend(run(100).file());
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 150);
    assert_eq!(places(&file)[0].0, format!("byte {}", first.len()));
}

/// Without a safe place behind the damage it is as if the file ended there.
#[test]
fn nothing_is_found_where_nothing_is_safe() {
    let mut bytes = run(100).file();
    let end = bytes.len() - 2;
    bytes[at(50)..end].fill(0x0F);
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 50);
    assert!(codes(&file).contains(&NoticeCode::Damaged));
    assert_eq!(places(&file), []);
}

/// Samples that only look like samples: their times are years away from those before the damage.
#[test]
fn samples_of_another_time_are_not_gone_on_with() {
    let mut messages = run(50);
    messages.0.truncate(at(50) - 14);
    messages = messages.data(9, &[1, 2, 3]);
    for second in 0..50 {
        messages = messages.parts(1, &[&(T0 + 100_000_000 + second).to_le_bytes(), &[0; 4], &[150]]);
    }
    let file = messages.read();
    assert_eq!(file.messages["record"], 50);
    assert!(codes(&file).contains(&NoticeCode::Damaged));
}

/// A clock that is set while it runs, once or back and forth, is odd but no damage.
#[test]
fn a_clock_that_jumps_is_no_damage() {
    let jump = |messages: Messages, to: u32| {
        (0..5).fold(messages, |messages, second| {
            messages.parts(1, &[&(to + second).to_le_bytes(), &second.to_le_bytes(), &[150]])
        })
    };
    let file = jump(jump(run(10), T0 + 50_000_000), T0 + 20).read();
    assert_eq!(file.messages["record"], 20);
    let single = run(10)
        .parts(1, &[&1000_u32.to_le_bytes(), &[0; 4], &[150]])
        .parts(1, &[&(T0 + 11).to_le_bytes(), &[0; 4], &[150]]);
    let single = jump(single, T0 + 12).read();
    assert_eq!(single.messages["record"], 17);
    for file in [file, single] {
        assert_eq!(places(&file), []);
        assert!(!codes(&file).contains(&NoticeCode::Damaged));
    }
}

/// Many damaged places are told in a few lines.
#[test]
fn places_are_named_up_to_a_number() {
    let mut bytes = run(100).file();
    for second in (5..95).step_by(5) {
        bytes[at(second)] = 9;
    }
    let file = read(&bytes);
    assert_eq!(file.messages["record"], 82);
    let places = places(&file);
    assert_eq!(places.len(), 11);
    assert_eq!(places[10].1, "8 more places make no sense; 80 bytes were passed over there.");
}

/// Bytes that look like the beginnings of definitions and samples over and over. What is kept of them is bounded by
/// their number, and the answer does not take a time that grows faster than it.
#[test]
fn hostile_bytes_behind_a_damage_are_passed_over() {
    let traps: [&[u8]; 4] = [
        &[0x40, 0, 0, 20, 0, 255],
        &[0x60, 0, 1, 0, 20, 255, 1, 2, 0x84],
        &[1, 0, 0, 0],
        b"\x0e.FIT\x0e\x10\0\0\0\0\0\0.FIT\0\0",
    ];
    for trap in traps {
        let mut messages = run(20).data(9, &[]);
        while messages.0.len() < 400_000 {
            messages.0.extend(trap);
        }
        let file = messages.read();
        let rows: usize = file.activities.iter().map(|activity| activity.records.height()).sum();
        assert!(rows <= 20 + 400_000 / 10, "{rows}");
        assert!(file.notices.len() < 1100, "{}", file.notices.len());
    }
}

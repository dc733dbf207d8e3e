//! Fields that a developer described, and those of the watch that they may stand in for.

use plimsoll_ingest::{DistanceSource, NoticeCode, WatchFile};

use super::bytes::*;

/// A `field_description` with name, units, and the field of `record` that it stands for.
fn described(number: u8, base: u8, name: &str, units: &str, native: u8) -> Vec<u8> {
    let text = |text: &str| {
        let mut bytes = [0_u8; 24];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        bytes
    };
    [&[0, number, base][..], &text(name), &text(units), &RECORD.to_le_bytes(), &[native]].concat()
}

fn descriptions(of: &[Vec<u8>]) -> Messages {
    let fields = [(0, 1, U8), (1, 1, U8), (2, 1, U8), (3, 24, TEXT), (8, 24, TEXT), (14, 2, U16), (15, 1, U8)];
    let messages = Messages::activity().define(2, FIELD_DESCRIPTION, &fields);
    of.iter().fold(messages, |messages, description| messages.data(2, description))
}

fn not_used(file: &WatchFile) -> Vec<&str> {
    file.notices.iter().filter(|notice| notice.code == NoticeCode::NotUsed).map(|notice| notice.text.as_str()).collect()
}

/// Power and oscillation of a foot pod, with and without a value of the watch's own in the second sample.
fn foot_pod(own_power: u16) -> WatchFile {
    descriptions(&[
        described(0, U16, "Power", "Watts", 7),
        described(1, F32, "Vertical Oscillation", "Centimeters", 39),
        described(2, U8, "Cadence", "RPM", 4),
        described(3, F32, "Speed", "furlongs", 6),
        described(4, F32, "Way", " M ", 5),
    ])
    .define_all(
        1,
        RECORD,
        false,
        &[(253, 4, U32), (7, 2, U16)],
        &[(0, 2, 0), (1, 4, 0), (2, 1, 0), (3, 4, 0), (4, 4, 0)],
    )
    .parts(
        1,
        &[
            &T0.to_le_bytes(),
            &[0xFF, 0xFF],
            &251_u16.to_le_bytes(),
            &8.5_f32.to_le_bytes(),
            &[85],
            &3_f32.to_le_bytes(),
            &10_f32.to_le_bytes(),
        ],
    )
    .parts(
        1,
        &[
            &(T0 + 1).to_le_bytes(),
            &own_power.to_le_bytes(),
            &[0xFF, 0xFF],
            &8.75_f32.to_le_bytes(),
            &[86],
            &3_f32.to_le_bytes(),
            &12.5_f32.to_le_bytes(),
        ],
    )
    .read()
}

#[test]
fn a_foot_pods_power_is_taken_where_the_watch_has_none() {
    let file = foot_pod(u16::MAX);
    assert_eq!(column(&file, "power_w"), [Some(251.0), None]);
    assert_eq!(column(&file, "Power"), [Some(251.0), None], "it keeps its own column");
    assert_eq!(column(&file, "vertical_oscillation_mm"), [Some(85.0), Some(87.5)], "the developer wrote centimetres");
    assert_eq!(column(&file, "distance_m"), [Some(10.0), Some(12.5)]);
    assert_eq!(file.activities[0].distance_source, DistanceSource::Device);
    let columns = columns(&file);
    for missing in ["cadence_spm", "cadence_rpm", "cadence_rpm_raw", "speed_mps"] {
        assert!(!columns.contains(&missing.to_owned()), "{missing}: the unit is not known to be the same");
    }
}

#[test]
fn one_value_of_the_watch_keeps_the_foot_pods_apart() {
    let file = foot_pod(249);
    assert_eq!(column(&file, "power_w"), [None, Some(249.0)]);
    assert_eq!(column(&file, "Power"), [Some(251.0), None]);
}

#[test]
fn fields_without_a_column_are_named() {
    let file = descriptions(&[
        described(0, TEXT, "Words", "", 0xFF),
        described(1, U16, "List", "", 0xFF),
        described(2, U16, "Number", "", 0xFF),
        described(3, F32, "CP", "W", 0xFF),
    ])
    .define_all(1, RECORD, false, &[(253, 4, U32)], &[(0, 4, 0), (1, 4, 0), (2, 2, 0), (9, 1, 3)])
    .parts(1, &[&T0.to_le_bytes(), b"abc\0", &[1, 0, 2, 0], &[3, 0], &[4]])
    .define_all(3, SESSION, false, &[(253, 4, U32), (2, 4, U32)], &[(3, 4, 0)])
    .parts(3, &[&T0.to_le_bytes(), &T0.to_le_bytes(), &250_f32.to_le_bytes()])
    .read();
    assert_eq!(columns(&file), ["time", "elapsed_s", "Number"]);
    assert_eq!(
        not_used(&file),
        ["Developer fields that are no single numbers of samples have no column: CP, List, Words, field 9 of \
          developer 3."]
    );
    assert_eq!(not_used(&foot_pod(1)), Vec::<&str>::new());
}

#[test]
fn many_fields_without_a_column_are_counted() {
    let fields: Vec<(u8, u8, u8)> = (0..200).map(|number| (number, 1, 5)).collect();
    let file = Messages::activity()
        .define_all(1, RECORD, false, &[(253, 4, U32)], &fields)
        .parts(1, &[&T0.to_le_bytes(), &[7; 200]])
        .read();
    let notices = not_used(&file);
    assert!(notices[0].ends_with("and 180 more."), "{notices:?}");
}

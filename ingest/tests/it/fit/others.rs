//! What a file says beside its activities.

use std::process::Command;

use plimsoll_ingest::{NoticeCode, OtherMessage, OtherValue, WatchFile};
use proptest::prelude::*;

use super::bytes::*;

const USER_PROFILE: u16 = 3;
const ZONES_TARGET: u16 = 7;
const HR_ZONE: u16 = 8;
const DEVICE_INFO: u16 = 23;
const WORKOUT: u16 = 26;
const WEIGHT_SCALE: u16 = 30;
const MONITORING: u16 = 55;
const TIME_IN_ZONE: u16 = 216;
const UNKNOWN: u16 = 0xFF33;

const U16Z: u8 = 0x8B;
const S64: u8 = 0x8E;
const F64: u8 = 0x89;

/// A kind of message that is written and read back as one line per message.
fn lines(file: &WatchFile) -> Vec<String> {
    file.others.decode().iter().map(line).collect()
}

fn line(message: &OtherMessage) -> String {
    let fields: Vec<String> = message
        .fields
        .iter()
        .map(|field| format!("{}={} {}", field.name, value(&field.value), field.units).trim_end().to_owned())
        .collect();
    format!("{}: {}", message.kind, fields.join(", "))
}

fn value(of: &OtherValue) -> String {
    match of {
        OtherValue::Number(number) => number.to_string(),
        OtherValue::Text(text) => text.clone(),
        OtherValue::List(values) => format!("[{}]", values.iter().map(value).collect::<Vec<_>>().join(" ")),
        OtherValue::Missing => "–".to_owned(),
    }
}

/// A file with settings of several kinds; fields are not in the order of their numbers.
fn settings() -> Messages {
    Messages::activity()
        .define(1, USER_PROFILE, &[(8, 1, U8), (0, 8, TEXT), (4, 2, U16), (3, 1, U8), (1, 1, ENUM), (2, 1, U8)])
        .parts(1, &[&[50], b"Ada\0\0\0\0\0", &700_u16.to_le_bytes(), &[172, 0, 0xFF]])
        .define_all(2, ZONES_TARGET, true, &[(1, 1, U8), (2, 1, U8), (3, 2, U16), (5, 1, ENUM)], &[])
        .parts(2, &[&[190, 172], &250_u16.to_be_bytes(), &[1]])
        .define(3, HR_ZONE, &[(254, 2, U16), (1, 1, U8), (2, 8, TEXT)])
        .parts(3, &[&0_u16.to_le_bytes(), &[120], b"easy\0xyz"])
        .parts(3, &[&1_u16.to_le_bytes(), &[150], b"\0\0\0\0\0\0\0\0"])
        .define_all(4, WORKOUT, false, &[(4, 1, ENUM), (6, 2, U16), (8, 6, TEXT)], &[(0, 2, 0)])
        .parts(4, &[&[1], &3_u16.to_le_bytes(), b"8x\x1b40\0", &[9, 9]])
        .define(5, UNKNOWN, &[(7, 1, U8), (9, 4, U16), (253, 4, U32)])
        .parts(5, &[&[3], &1_u16.to_le_bytes(), &u16::MAX.to_le_bytes(), &T0.to_le_bytes()])
}

#[test]
fn settings_have_the_profiles_names_values_and_units() {
    let file = settings().read();
    assert_eq!(file.others.len(), 7);
    assert_eq!(
        lines(&file),
        [
            "file_id: type=activity",
            "user_profile: resting_heart_rate=50 bpm, friendly_name=Ada, weight=70 kg, height=1.72 m, gender=female",
            "zones_target: max_heart_rate=190, threshold_heart_rate=172, functional_threshold_power=250, \
             hr_calc_type=percent_max_hr",
            "hr_zone: message_index=0, high_bpm=120 bpm, name=easy",
            "hr_zone: message_index=1, high_bpm=150 bpm",
            "workout: sport=running, num_valid_steps=3, wkt_name=8x 40",
            "unknown_65331: unknown_field_7=3, unknown_field_9=[1 –], timestamp=2023-03-08T08:53:20Z",
        ]
    );
}

#[test]
fn samples_laps_sessions_and_the_timer_are_no_other_messages() {
    let time = (253, 4, U32);
    let file = Messages::activity()
        .define(1, RECORD, &[time])
        .define(2, LAP, &[time])
        .define(3, SESSION, &[time])
        .define(4, EVENT, &[time, (0, 1, ENUM), (1, 1, ENUM), (3, 4, U32)])
        .define(5, ACTIVITY, &[time])
        .define(6, HRV, &[(0, 2, U16)]);
    let now = T0.to_le_bytes();
    let file = [1, 2, 3, 5].iter().fold(file, |file, local| file.data(*local, &now));
    let file = file
        .parts(4, &[&now, &[0, 0], &[0; 4]])
        .parts(4, &[&now, &[11, 3], &3700_u32.to_le_bytes()])
        .data(6, &[1, 1])
        .read();
    assert_eq!(
        lines(&file),
        [
            "file_id: type=activity",
            "event: timestamp=2023-03-08T08:53:20Z, event=battery, event_type=marker, battery_level=3.7 V"
        ]
    );
}

#[test]
fn what_a_field_means_may_depend_on_another_and_never_on_chance() {
    // The kind of activity is packed with its intensity, and tells what the cycles are.
    let cycles = |activity: u8| {
        let file = Messages::activity()
            .define(1, MONITORING, &[(3, 4, U32), (24, 1, BYTE)])
            .parts(1, &[&20_u32.to_le_bytes(), &[activity]])
            .define(2, DEVICE_INFO, &[(4, 2, U16), (2, 2, U16), (0, 1, U8)])
            .parts(2, &[&3113_u16.to_le_bytes(), &1_u16.to_le_bytes(), &[0]])
            .read();
        let first = lines(&file);
        for _ in 0..50 {
            assert_eq!(lines(&file), first);
        }
        first
    };
    assert_eq!(
        cycles(0x61),
        [
            "file_id: type=activity",
            "monitoring: steps=20 steps, current_activity_type_intensity=97, activity_type=running, intensity=3",
            "device_info: garmin_product=fr945, manufacturer=garmin, device_index=creator",
        ]
    );
    assert!(cycles(0x62)[1].starts_with("monitoring: strokes=10 strokes,"), "{:?}", cycles(0x62));
}

#[test]
fn of_a_field_named_twice_the_first_valid_value_counts() {
    let file = Messages::activity()
        .define(1, USER_PROFILE, &[(8, 1, U8), (8, 1, U8), (8, 1, U8)])
        .data(1, &[0xFF, 51, 52])
        .read();
    assert_eq!(lines(&file)[1], "user_profile: resting_heart_rate=51 bpm");
}

#[test]
fn a_weight_is_in_kilogrammes_unless_it_is_a_word() {
    let file = Messages::activity()
        .define(1, WEIGHT_SCALE, &[(0, 2, U16)])
        .data(1, &7580_u16.to_le_bytes())
        .data(1, &65534_u16.to_le_bytes())
        .read();
    assert_eq!(lines(&file)[1..], ["weight_scale: weight=75.8 kg", "weight_scale: weight=calculating"]);
}

#[test]
fn lists_keep_the_places_of_what_is_missing() {
    let zones: Vec<u8> = [1000_u32, u32::MAX, 2500].iter().flat_map(|time| time.to_le_bytes()).collect();
    let file = Messages::activity().define(1, TIME_IN_ZONE, &[(2, 12, U32)]).data(1, &zones).read();
    assert_eq!(lines(&file)[1], "time_in_zone: time_in_hr_zone=[1 – 2.5] s");
}

#[test]
fn a_compressed_header_gives_the_time() {
    let file = settings().define(0, RECORD, &[(253, 4, U32)]).data(0, &T0.to_le_bytes());
    let file =
        file.define(1, USER_PROFILE, &[(8, 1, U8)]).data(0x80 | (1 << 5) | ((T0 + 5) & 0x1F) as u8, &[44]).read();
    assert_eq!(
        lines(&file).last().map(String::as_str),
        Some("user_profile: resting_heart_rate=44 bpm, timestamp=2023-03-08T08:53:25Z")
    );
}

/// Times of all kinds: UTC, wall clock, since the device was switched on.
#[test]
fn times_do_not_depend_on_the_machines_zone() {
    const CHILD: &str = "PLIMSOLL_TEST_ZONE_CHILD";
    let file = Messages::activity()
        .define(1, MONITORING_INFO, &[(253, 4, U32), (0, 4, U32)])
        .parts(1, &[&T0.to_le_bytes(), &(T0 + 3600).to_le_bytes()])
        .parts(1, &[&1000_u32.to_le_bytes(), &u32::MAX.to_le_bytes()])
        .read();
    assert_eq!(
        lines(&file)[1..],
        [
            "monitoring_info: timestamp=2023-03-08T08:53:20Z, local_timestamp=2023-03-08T09:53:20",
            "monitoring_info: timestamp=1000 s",
        ]
    );
    if std::env::var_os(CHILD).is_some() {
        return;
    }
    for zone in ["Asia/Kolkata", "America/St_Johns", "XXX-9:30", "no such zone"] {
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["times_do_not_depend_on_the_machines_zone", "--nocapture"])
            .env("TZ", zone)
            .env(CHILD, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && text.contains("1 passed"), "{zone}: {text}");
    }
}

#[test]
fn values_that_do_not_fit_the_profile_cost_only_themselves() {
    let file = Messages::activity()
        .define(
            1,
            USER_PROFILE,
            &[(4, 4, TEXT), (8, 1, U8), (1, 8, F64), (3, 3, U16), (5, 1, 0x5F), (9, 2, U16Z), (253, 8, S64)],
        )
        .parts(1, &[b"fat\0", &[50], &1e300_f64.to_le_bytes(), &[1, 2, 3], &[7], &[0, 0], &i64::MIN.to_le_bytes()])
        .read();
    let mut notices = Vec::new();
    let messages = file.others.decode_noting(&mut notices);
    let found = line(&messages[1]);
    assert!(found.starts_with("user_profile: unknown_field_4=fat, resting_heart_rate=50 bpm, gender=1000"), "{found}");
    assert!(found.ends_with("timestamp=-9223372036854776000 s"), "{found}");
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].code, NoticeCode::NotUsed);
    assert!(notices[0].text.contains("user_profile"), "{}", notices[0].text);
}

#[test]
fn a_flood_of_one_kind_does_not_crowd_out_the_others() {
    let mut messages = Messages::activity().define(1, UNKNOWN, &[(0, 1, U8)]);
    for _ in 0..100_000 {
        messages.0.extend([1, 5]);
    }
    let file = messages.define(2, USER_PROFILE, &[(8, 1, U8)]).data(2, &[50]).read();
    assert_eq!(file.messages["unknown_65331"], 100_000);
    assert_eq!(file.others.len(), 1 + 512 + 1);
    assert_eq!(lines(&file).last().map(String::as_str), Some("user_profile: resting_heart_rate=50 bpm"));
    let capped: Vec<_> = file.notices.iter().filter(|notice| notice.code == NoticeCode::NotUsed).collect();
    assert_eq!(capped.len(), 1);
    assert!(capped[0].text.starts_with("99488 messages, most of them unknown_65331"), "{}", capped[0].text);
    assert!(capped[0].text.contains("512 messages of a kind"), "{}", capped[0].text);
}

#[test]
fn messages_and_bytes_are_capped_in_all() {
    let mut many = Messages::activity();
    for kind in 0..20_000_u16 {
        many = many.define(1, 1000 + kind, &[(0, 1, U8)]).data(1, &[1]);
    }
    let file = many.read();
    assert_eq!(file.others.len(), 4096);
    assert_eq!(codes(&file).iter().filter(|code| **code == NoticeCode::NotUsed).count(), 1);
    assert_eq!(file.others.decode().len(), 4096);

    let wide: Vec<(u8, u8, u8)> = (0..=254).map(|number| (number, 255, BYTE)).collect();
    let mut large = Messages::activity().define(1, UNKNOWN, &wide);
    for _ in 0..20 {
        large = large.data(1, &[1; 255 * 255]);
    }
    let file = large.read();
    assert_eq!(file.others.len(), 1 + 8, "half a megabyte holds eight messages of 65 kB");
    assert!(codes(&file).contains(&NoticeCode::NotUsed));
    assert_eq!(file.others.decode().len(), 9);
}

#[test]
fn messages_without_fields_or_values_are_nothing_to_decode() {
    let file = Messages::activity()
        .define(1, UNKNOWN, &[])
        .data(1, &[])
        .define(2, USER_PROFILE, &[(8, 1, U8), (0, 4, TEXT), (2, 0, U8)])
        .parts(2, &[&[0xFF], &[0xFF; 4]])
        .read();
    assert_eq!(lines(&file), ["file_id: type=activity", "user_profile: "]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_240_229),
        ..ProptestConfig::default()
    })]

    /// Whatever a message of any kind holds, there is an answer, and the same one each time.
    #[test]
    fn any_message_decodes_and_to_the_same_each_time(
        kind in 0..420_u16,
        big_endian: bool,
        fields in prop::collection::vec((prop_oneof![0..32_u8, any::<u8>()], 0..5_u8, 0..20_u8), 1..12),
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), 0..8_u8, Just(0xFF)], 12 * 40),
    ) {
        // Sizes that mostly are whole elements.
        let fields: Vec<(u8, u8, u8)> = fields.into_iter().map(|(number, n, base)| (number, n * 8, base)).collect();
        let size: usize = fields.iter().map(|(_, size, _)| usize::from(*size)).sum();
        let single: Vec<(u8, u8, u8)> = fields.iter().map(|(number, _, base)| (*number, base_size(*base), *base)).collect();
        let single_size: usize = single.iter().map(|(_, size, _)| usize::from(*size)).sum();
        let file = Messages::activity()
            .define_all(1, kind, big_endian, &fields, &[])
            .data(1, &bytes[..size])
            .define_all(2, kind, big_endian, &single, &[])
            .data(2, &bytes[..single_size])
            .read();
        let first = file.others.decode();
        prop_assert_eq!(first.len(), file.others.len());
        for _ in 0..4 {
            prop_assert_eq!(&first, &file.others.decode());
        }
    }
}

fn base_size(base: u8) -> u8 {
    match base {
        3 | 4 | 11 => 2,
        5 | 6 | 8 | 12 => 4,
        9 | 14..=16 => 8,
        _ => 1,
    }
}

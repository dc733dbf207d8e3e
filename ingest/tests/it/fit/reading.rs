//! What the fields of FIT messages mean.

use chrono::NaiveDate;
use plimsoll_ingest::{FileKind, NoticeCode, OffsetSource, ReadOptions, RunKind, Sport, fit};

use super::bytes::*;

const TIME: (u8, u8, u8) = (253, 4, U32);

fn t(second: u32) -> [u8; 4] {
    (T0 + second).to_le_bytes()
}

#[test]
fn the_enhanced_field_wins_over_the_plain_one_in_either_order() {
    for fields in [[TIME, (6, 2, U16), (73, 4, U32)], [TIME, (73, 4, U32), (6, 2, U16)]] {
        let speeds = |plain: u16, enhanced: u32| {
            let (plain, enhanced) = (plain.to_le_bytes(), enhanced.to_le_bytes());
            if fields[1].0 == 6 { [&plain[..], &enhanced].concat() } else { [&enhanced[..], &plain].concat() }
        };
        let file = Messages::activity()
            .define(1, RECORD, &fields)
            .parts(1, &[&t(0), &speeds(2000, 3000)])
            .parts(1, &[&t(1), &speeds(2000, u32::MAX)])
            .parts(1, &[&t(2), &speeds(u16::MAX, 4000)])
            .parts(1, &[&t(3), &speeds(u16::MAX, u32::MAX)])
            .read();
        assert_eq!(column(&file, "speed_mps"), [Some(3.0), Some(2.0), Some(4.0), None]);
    }
}

#[test]
fn of_a_field_named_twice_the_first_valid_value_counts() {
    let file = Messages::activity()
        .define(1, RECORD, &[TIME, (3, 1, U8), (3, 1, U8)])
        .parts(1, &[&t(0), &[100, 110]])
        .parts(1, &[&t(1), &[0xFF, 111]])
        .read();
    assert_eq!(column(&file, "heart_rate_bpm"), [Some(100.0), Some(111.0)]);
}

#[test]
fn compressed_distance_rolls_over() {
    // Twelve bits of speed (cm/s) and twelve of distance (1/16 m), which start anew every 256 m.
    let packed = |speed: u16, distance: u16| {
        let [a, b] = speed.to_le_bytes();
        [a, b | ((distance & 0xF) << 4) as u8, (distance >> 4) as u8]
    };
    let mut messages = Messages::activity().define(1, RECORD, &[TIME, (8, 3, BYTE)]);
    for second in 0..200_u32 {
        messages = messages.parts(1, &[&t(second), &packed(400, (second * 64 % 4096) as u16)]);
    }
    messages = messages.parts(1, &[&t(200), &[0xFF; 3]]);
    let file = messages.read();
    let distance = column(&file, "distance_m");
    assert_eq!(distance[199], Some(796.0));
    assert_eq!(distance[200], None);
    assert_eq!(column(&file, "speed_mps")[10], Some(4.0));
}

/// A stated distance is where the compressed one goes on from, and parts of a chain start anew.
#[test]
fn compressed_distance_counts_on_from_a_stated_one() {
    let packed = |metres: u16| {
        let low = metres * 16;
        [0xFF, 0xF | (low << 4) as u8, (low >> 4) as u8]
    };
    let messages = Messages::activity()
        .define(1, RECORD, &[TIME, (8, 3, BYTE)])
        .define(2, RECORD, &[TIME, (5, 4, U32)])
        .parts(1, &[&t(0), &packed(200)])
        .parts(2, &[&t(1), &100_050_u32.to_le_bytes()])
        .parts(1, &[&t(2), &packed(1001 % 256)])
        .parts(1, &[&t(3), &packed(1030 % 256)]);
    let mut bytes = messages.file();
    bytes.extend(messages.file());
    let file = read(&bytes);
    for part in 0..2 {
        assert_eq!(column_of(&file, part, "distance_m"), [200.0, 1000.5, 1001.0, 1030.0].map(Some));
    }
    assert!(!columns(&file).contains(&"speed_mps".to_owned()));
}

#[test]
fn cycles_of_eight_bits_count_on_and_a_stated_total_wins() {
    let messages = Messages::activity()
        .define(1, RECORD, &[TIME, (18, 1, U8)])
        .define(2, RECORD, &[TIME, (19, 4, U32), (18, 1, U8)])
        .parts(1, &[&t(0), &[250]])
        .parts(1, &[&t(1), &[2]])
        .parts(1, &[&t(2), &[0xFF]])
        .parts(1, &[&t(3), &[1]])
        .parts(2, &[&t(4), &700_u32.to_le_bytes(), &[9]])
        .parts(2, &[&t(5), &u32::MAX.to_le_bytes(), &[190]]);
    let mut bytes = messages.file();
    bytes.extend(messages.file());
    let file = read(&bytes);
    let expected = [Some(250.0), Some(258.0), None, Some(513.0), Some(700.0), Some(702.0)];
    assert_eq!(column_of(&file, 0, "total_cycles"), expected);
    assert_eq!(column_of(&file, 1, "total_cycles"), expected, "a part starts anew");
}

#[test]
fn compressed_times_count_on_from_the_last_full_one() {
    let mut messages = Messages::activity().define(1, RECORD, &[TIME, (3, 1, U8)]).define(2, RECORD, &[(3, 1, U8)]);
    messages = messages.parts(1, &[&t(0), &[100]]);
    for second in [1, 20, 31, 40, 71] {
        messages = messages.data(0x80 | (2 << 5) | ((T0 + second) & 0x1F) as u8, &[101]);
    }
    let file = messages.read();
    assert_eq!(column(&file, "elapsed_s"), [0.0, 1.0, 20.0, 31.0, 40.0, 71.0].map(Some));
}

/// A watch that writes a full sample now and then, and compressed ones between, whatever it begins with.
#[test]
fn compressed_samples_may_follow_the_first_full_one() {
    for full in 0..=5 {
        for every in [1000, 30, 2] {
            let mut messages =
                Messages::activity().define(1, RECORD, &[TIME, (3, 1, U8)]).define(2, RECORD, &[(3, 1, U8)]);
            for second in 0..200 {
                messages = if second < full || full > 0 && second % every == 0 {
                    messages.parts(1, &[&t(second), &[140]])
                } else {
                    messages.data(0x80 | (2 << 5) | ((T0 + second) & 0x1F) as u8, &[140])
                };
            }
            let file = messages.define(3, LAP, &[TIME, (2, 4, U32)]).parts(3, &[&t(200), &t(0)]).read();
            assert_eq!(column(&file, "heart_rate_bpm").len(), 200, "{full}, {every}: {:?}", file.notices);
            if full > 0 {
                let seconds: Vec<Option<f64>> = (0..200).map(|second| Some(f64::from(second))).collect();
                assert_eq!(column(&file, "elapsed_s"), seconds, "{full}, {every}");
            }
        }
    }
}

#[test]
fn byte_order_belongs_to_the_definition() {
    let file = Messages::activity()
        .define_all(1, RECORD, true, &[TIME, (7, 2, U16)], &[])
        .define(2, RECORD, &[TIME, (7, 2, U16)])
        .parts(1, &[&T0.to_be_bytes(), &[1, 2]])
        .parts(2, &[&t(1), &[1, 2]])
        .read();
    assert_eq!(column(&file, "power_w"), [Some(258.0), Some(513.0)]);
    assert_eq!(column(&file, "elapsed_s"), [Some(0.0), Some(1.0)]);
}

#[test]
fn a_layout_can_be_defined_anew() {
    let file = Messages::activity()
        .define(1, RECORD, &[TIME, (3, 1, U8)])
        .parts(1, &[&t(0), &[100]])
        .define(1, RECORD, &[TIME, (4, 1, U8)])
        .parts(1, &[&t(1), &[80]])
        .define(1, RECORD, &[TIME, (3, 1, U8)])
        .parts(1, &[&t(2), &[102]])
        .read();
    assert_eq!(column(&file, "heart_rate_bpm"), [Some(100.0), None, Some(102.0)]);
    assert_eq!(column(&file, "cadence_rpm_raw"), [None, Some(80.0), None]);
    assert_eq!(file.messages["record"], 3);
}

#[test]
fn of_a_compressed_a_plain_and_an_enhanced_field_the_last_named_here_wins() {
    let file = Messages::activity()
        .define(1, RECORD, &[TIME, (108, 2, U16), (99, 1, U8), (5, 4, U32), (8, 3, BYTE)])
        .parts(1, &[&t(0), &1550_u16.to_le_bytes(), &[17], &1234_u32.to_le_bytes(), &[0, 1, 1]])
        .parts(1, &[&t(1), &[0xFF, 0xFF], &[18], &[0xFF; 4], &[0xFF; 3]])
        .read();
    assert_eq!(column(&file, "respiration_rate_brpm"), [Some(15.5), Some(18.0)]);
    assert_eq!(column(&file, "distance_m"), [Some(12.34), None]);
}

#[test]
fn scales_are_those_of_the_profile() {
    let fields = [
        (2, 2, U16),
        (5, 4, U32),
        (9, 2, 0x83),
        (13, 1, 1),
        (39, 2, U16),
        (41, 2, U16),
        (83, 2, U16),
        (84, 2, U16),
        (85, 2, U16),
        (0, 4, 0x85),
        (1, 4, 0x85),
        (139, 2, U16),
    ];
    let parts: [&[u8]; 12] = [
        &3000_u16.to_le_bytes(),
        &123_456_u32.to_le_bytes(),
        &(-250_i16).to_le_bytes(),
        &[(-5_i8) as u8],
        &83_u16.to_le_bytes(),
        &2345_u16.to_le_bytes(),
        &812_u16.to_le_bytes(),
        &5012_u16.to_le_bytes(),
        &10_250_u16.to_le_bytes(),
        &(1_i32 << 29).to_le_bytes(),
        &i32::MIN.to_le_bytes(),
        &3765_u16.to_le_bytes(),
    ];
    let file = Messages::activity().define(1, RECORD, &fields).parts(1, &parts).read();
    for (name, expected) in [
        ("altitude_m", 100.0),
        ("distance_m", 1234.56),
        ("grade", -0.025),
        ("temperature_c", -5.0),
        ("vertical_oscillation_mm", 8.3),
        ("stance_time_ms", 234.5),
        ("vertical_ratio_pct", 8.12),
        ("stance_balance_pct", 50.12),
        ("step_length_mm", 1025.0),
        ("lat_deg", 45.0),
        ("lon_deg", -180.0),
        ("core_temperature_c", 37.65),
    ] {
        let found = column(&file, name)[0].unwrap();
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
    assert!(codes(&file).contains(&NoticeCode::NoTimes));
}

#[test]
fn cadence_counts_both_feet_of_a_runner_and_revolutions_of_a_cyclist() {
    let of_sport = |sport: u8| {
        Messages::activity()
            .define(1, RECORD, &[TIME, (4, 1, U8), (53, 1, U8)])
            .parts(1, &[&t(0), &[85, 64]])
            .parts(1, &[&t(1), &[86, 0xFF]])
            .parts(1, &[&t(2), &[0xFF, 64]])
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
            .parts(2, &[&t(2), &t(0), &[sport]])
            .read()
    };
    let run = of_sport(1);
    assert_eq!(column(&run, "cadence_spm"), [Some(171.0), Some(172.0), None]);
    assert_eq!(column(&run, "cadence_rpm_raw"), [Some(85.0), Some(86.0), None]);
    let ride = of_sport(2);
    assert_eq!(column(&ride, "cadence_rpm"), [Some(85.5), Some(86.0), None]);
    assert!(!columns(&ride).contains(&"cadence_spm".to_owned()));
}

fn described(developer: u8, number: u8, base: u8, name: &str) -> Vec<u8> {
    let mut text = [0_u8; 16];
    text[..name.len()].copy_from_slice(name.as_bytes());
    [&[developer, number, base][..], &text].concat()
}

#[test]
fn developer_fields_become_columns_under_their_names() {
    let file = Messages::activity()
        .define(2, FIELD_DESCRIPTION, &[(0, 1, U8), (1, 1, U8), (2, 1, U8), (3, 16, TEXT)])
        .data(2, &described(0, 0, F32, " Form Power "))
        .data(2, &described(0, 1, U16, "power_w"))
        .data(2, &described(1, 0, U16, "Form Power"))
        .data(2, &described(0, 2, TEXT, "Words"))
        .define_all(1, RECORD, false, &[TIME, (7, 2, U16)], &[(0, 4, 0), (1, 2, 0), (0, 2, 1), (2, 4, 0), (9, 2, 0)])
        .parts(1, &[&t(0), &[250, 0], &61.5_f32.to_le_bytes(), &[1, 1], &[0xFF, 0xFF], b"abcd", &[7, 7]])
        .parts(1, &[&t(1), &[251, 0], &f32::NAN.to_le_bytes(), &[2, 1], &[9, 0], b"abcd", &[7, 7]])
        .read();
    assert_eq!(columns(&file), ["time", "elapsed_s", "power_w", "Form Power", "power_w_0", "Form Power_1"]);
    assert_eq!(column(&file, "Form Power"), [Some(61.5), None]);
    assert_eq!(column(&file, "power_w"), [Some(250.0), Some(251.0)], "the watch's own value stays apart");
    assert_eq!(column(&file, "power_w_0"), [Some(257.0), Some(258.0)]);
    assert_eq!(column(&file, "Form Power_1"), [None, Some(9.0)]);
}

#[test]
fn heart_beats_join_the_sample_before_them() {
    let none = 0xFFFF_u16.to_le_bytes();
    let file = Messages::activity()
        .define(1, RECORD, &[TIME])
        .define(3, HRV, &[(0, 6, U16)])
        .data(1, &t(0))
        .data(1, &t(1))
        .parts(3, &[&800_u16.to_le_bytes(), &810_u16.to_le_bytes(), &none])
        .parts(3, &[&820_u16.to_le_bytes(), &none, &none])
        .data(1, &t(2))
        .read();
    let rr = file.activities[0].records.column("rr_ms").unwrap().as_materialized_series().clone();
    let lists: Vec<Option<Vec<f64>>> = (0..3)
        .map(|row| rr.list().unwrap().get_as_series(row).map(|own| own.f64().unwrap().into_no_null_iter().collect()))
        .collect();
    assert_eq!(lists, [None, Some(vec![800.0, 810.0, 820.0]), None]);
    assert_eq!(file.messages["hrv"], 2);
}

/// Two sessions with a change between them; samples before the first and behind the last go to the nearest.
fn multisport() -> Messages {
    let mut messages = Messages::activity().define(1, RECORD, &[TIME, (3, 1, U8)]);
    for second in 0..30 {
        messages = messages.parts(1, &[&t(second), &[100 + second as u8]]);
    }
    messages
        .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM), (7, 4, U32)])
        .parts(2, &[&t(10), &t(2), &[2], &8000_u32.to_le_bytes()])
        .parts(2, &[&t(25), &t(12), &[1], &13_000_u32.to_le_bytes()])
        .define(3, LAP, &[TIME, (2, 4, U32), (9, 4, U32)])
        .parts(3, &[&t(10), &t(2), &5000_u32.to_le_bytes()])
        .parts(3, &[&t(20), &t(12), &6000_u32.to_le_bytes()])
        .parts(3, &[&t(25), &t(20), &7000_u32.to_le_bytes()])
}

#[test]
fn each_session_is_an_activity_and_each_sample_belongs_to_one() {
    let file = multisport().read();
    let [ride, run] = file.activities.as_slice() else { panic!("two sessions") };
    assert_eq!(ride.sport, Sport::CrossTraining("cycling".to_owned()));
    assert_eq!(run.sport, Sport::Running(RunKind::Generic));
    assert_eq!((ride.records.height(), run.records.height()), (12, 18));
    assert_eq!((ride.laps.len(), run.laps.len()), (1, 2));
    assert_eq!(run.laps[1].totals.distance_m, Some(70.0));
    assert_eq!(column_of(&file, 1, "lap"), [vec![Some(0.0); 8], vec![Some(1.0); 10]].concat());
    assert_eq!(column_of(&file, 1, "elapsed_s")[0], Some(0.0));
    assert_eq!(run.session.elapsed_time_s, Some(13.0));
}

#[test]
fn a_session_without_samples_is_an_activity_all_the_same() {
    let file = Messages::activity()
        .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM), (9, 4, U32)])
        .parts(2, &[&t(60), &t(0), &[1], &20_000_u32.to_le_bytes()])
        .read();
    let [activity] = file.activities.as_slice() else { panic!("one session") };
    assert_eq!(activity.session.distance_m, Some(200.0));
    assert_eq!((activity.records.height(), activity.records.width()), (0, 0));
}

#[test]
fn samples_without_a_session_are_one_activity_of_the_stated_sport() {
    let file = Messages::default()
        .define(4, SPORT, &[(0, 1, ENUM), (1, 1, ENUM)])
        .data(4, &[1, 4])
        .define(1, RECORD, &[TIME])
        .data(1, &t(5))
        .read();
    assert_eq!(file.kind, FileKind::Activity, "a file without file_id that holds samples");
    assert_eq!(file.activities[0].sport, Sport::Running(RunKind::Track));
    assert_eq!(file.activities[0].start.unwrap().timestamp(), i64::from(T0) + 5 + 631_065_600);
    assert_eq!(file.activities[0].session, plimsoll_ingest::Totals::default());
}

#[test]
fn sports_have_their_kinds() {
    let cross = |name: &str| Sport::CrossTraining(name.to_owned());
    for (sport, sub_sport, expected) in [
        (1, 0, Sport::Running(RunKind::Generic)),
        (1, 1, Sport::Running(RunKind::Treadmill)),
        (1, 45, Sport::Running(RunKind::Treadmill)),
        (1, 2, Sport::Running(RunKind::Road)),
        (1, 3, Sport::Running(RunKind::Trail)),
        (1, 4, Sport::Running(RunKind::Track)),
        (1, 58, Sport::Running(RunKind::Virtual)),
        (5, 17, Sport::CrossTraining("swimming".to_owned())),
        (200, 0, Sport::CrossTraining("unknown_200".to_owned())),
        (1, 67, Sport::Running(RunKind::Generic)),
        (0, 0, Sport::Unknown),
        (0, 0xFF, Sport::Unknown),
        // Where the sport is none of its own, its sub-sport is the sport.
        (0, 1, Sport::Running(RunKind::Treadmill)),
        (0, 3, Sport::Running(RunKind::Trail)),
        (0xFF, 45, Sport::Running(RunKind::Treadmill)),
        (0, 17, cross("swimming")),
        (0, 18, cross("swimming")),
        (0, 8, cross("cycling")),
        (0, 43, cross("yoga")),
        (0, 58, Sport::Unknown),
        (4, 1, Sport::Running(RunKind::Treadmill)),
        (4, 14, cross("rowing")),
        (4, 15, cross("elliptical")),
        (4, 0, cross("fitness_equipment")),
        (10, 20, cross("strength_training")),
        (10, 26, cross("workout")),
        (10, 0, cross("training")),
        // Else it is a kind of it.
        (2, 1, cross("cycling")),
    ] {
        let file = Messages::activity()
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM), (6, 1, ENUM)])
            .parts(2, &[&t(1), &t(0), &[sport, sub_sport]])
            .read();
        assert_eq!(file.activities[0].sport, expected);
    }
}

#[test]
fn a_generic_sport_at_running_speed_is_taken_as_running() {
    let at = |speed_mmps: u16, cadence: u8| {
        let file = Messages::activity()
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
            .parts(2, &[&t(1), &t(0), &[0]])
            .define(1, RECORD, &[TIME, (6, 2, U16), (4, 1, U8)])
            .parts(1, &[&t(0), &speed_mmps.to_le_bytes(), &[cadence]])
            .read();
        assert!(codes(&file).contains(&NoticeCode::SportAssumed));
        file.activities[0].sport.clone()
    };
    assert_eq!(at(3000, 85), Sport::Running(RunKind::Generic));
    assert_eq!(at(3000, 0xFF), Sport::Running(RunKind::Generic));
    assert_eq!(at(1200, 55), Sport::Unknown, "walking");
    assert_eq!(at(3000, 30), Sport::Unknown, "no runner's cadence");
    assert_eq!(at(8000, 85), Sport::Unknown, "cycling");
}

#[test]
fn without_a_speed_the_way_between_samples_tells_it() {
    let looks = |decimetres_per_s: u32, by_position: bool| {
        let mut messages = Messages::activity()
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
            .parts(2, &[&t(0), &t(0), &[0]])
            .define(1, RECORD, &[TIME, (5, 4, U32), (0, 4, 0x85), (1, 4, 0x85)]);
        for second in 0..120 {
            // A decimetre is 10.7 semicircles.
            let (way, lat) = (second * decimetres_per_s, (second * decimetres_per_s * 107 / 10) as i32);
            let (way, lat) = if by_position { (u32::MAX, lat) } else { (way * 10, i32::MAX) };
            let lon = if by_position { 0_i32 } else { i32::MAX };
            messages = messages.parts(1, &[&t(second), &way.to_le_bytes(), &lat.to_le_bytes(), &lon.to_le_bytes()]);
        }
        let file = messages.read();
        assert!(codes(&file).contains(&NoticeCode::SportAssumed));
        file.activities[0].sport.clone()
    };
    for by_position in [false, true] {
        assert_eq!(looks(30, by_position), Sport::Running(RunKind::Generic));
        assert_eq!(looks(12, by_position), Sport::Unknown, "walking");
        assert_eq!(looks(90, by_position), Sport::Unknown, "cycling");
    }
}

#[test]
fn times_since_the_watch_was_switched_on_are_no_dates() {
    const ON: u32 = 17_000_000;
    let file = Messages::activity()
        .define(1, RECORD, &[TIME])
        .parts(1, &[&ON.to_le_bytes()])
        .parts(1, &[&(ON + 5).to_le_bytes()])
        .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
        .parts(2, &[&(ON + 5).to_le_bytes(), &ON.to_le_bytes(), &[1]])
        .read();
    let [activity] = file.activities.as_slice() else { panic!("one session") };
    assert_eq!((activity.start, activity.local_date), (None, None));
    assert_eq!(column(&file, "elapsed_s"), [Some(0.0), Some(5.0)]);
    assert_eq!(codes(&file), [NoticeCode::NoTimes]);
}

#[test]
fn fields_of_samples_without_a_column_are_named_when_they_hold_something() {
    let file = Messages::activity()
        .define(1, RECORD, &[TIME, (30, 1, U8), (31, 1, U8), (32, 1, 0x01), (200, 1, U8), (3, 1, U8)])
        .parts(1, &[&t(0), &[0x80, 3, 0x7F, 7, 100]])
        .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
        .parts(2, &[&t(0), &t(0), &[1]])
        .read();
    let texts: Vec<_> = file.notices.iter().filter(|n| n.code == NoticeCode::NotUsed).map(|n| &n.text).collect();
    assert_eq!(
        texts,
        ["Fields of samples that are not used: left_right_balance, gps_accuracy, 1 field without a name."]
    );
}

#[test]
fn the_offset_comes_from_the_file_else_from_the_zone() {
    let with_local = |local: u32| {
        Messages::activity()
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
            .parts(2, &[&t(60), &t(0), &[1]])
            .define(3, ACTIVITY, &[TIME, (5, 4, U32)])
            .parts(3, &[&t(60), &local.to_le_bytes()])
            .file()
    };
    let zone = ReadOptions { zone: Some(chrono_tz::Pacific::Auckland) };
    let read = |local, options: &ReadOptions| {
        let file = fit::read(&with_local(local), options).unwrap();
        let activity = &file.activities[0];
        (activity.utc_offset_s, activity.offset_source, activity.local_date)
    };
    // T0 is 2023-03-08T08:53:20Z.
    let day = NaiveDate::from_ymd_opt(2023, 3, 8);
    assert_eq!(read(T0 + 60 - 18_000, &zone), (Some(-18_000), OffsetSource::File, day));
    assert_eq!(read(u32::MAX, &zone), (Some(46_800), OffsetSource::Zone, day), "daylight saving time");
    assert_eq!(read(12, &zone).1, OffsetSource::Zone, "a local clock that was never set");
    assert_eq!(read(12, &ReadOptions::default()), (None, OffsetSource::Unknown, day));
    let file = fit::read(&with_local(12), &ReadOptions::default()).unwrap();
    assert!(codes(&file).contains(&NoticeCode::OffsetUnknown));
}

#[test]
fn the_timers_stops_are_pauses() {
    let file = multisport()
        .define(7, EVENT, &[TIME, (0, 1, ENUM), (1, 1, ENUM)])
        .parts(7, &[&t(2), &[0, 0]])
        .parts(7, &[&t(4), &[0, 4]])
        .parts(7, &[&t(6), &[0, 0]])
        .parts(7, &[&t(7), &[9, 3]])
        .parts(7, &[&t(10), &[0, 4]])
        .parts(7, &[&t(12), &[0, 0]])
        .parts(7, &[&t(25), &[0, 4]])
        .read();
    let pauses: Vec<(i64, i64)> = file.activities[0]
        .pauses
        .iter()
        .map(|pause| (pause.from.timestamp(), pause.to.timestamp()))
        .map(|(from, to)| (from - 631_065_600 - i64::from(T0), to - 631_065_600 - i64::from(T0)))
        .collect();
    assert_eq!(pauses, [(4, 6)]);
    assert!(file.activities[1].pauses.is_empty(), "from one sport to the next nobody pauses");
}

/// Some watches state the start of a lap, or of the first fix, for that of the session.
#[test]
fn elapsed_time_counts_from_the_first_sample_where_that_is_before_the_stated_start() {
    let with_first = |first: u32| {
        Messages::activity()
            .define(1, RECORD, &[TIME])
            .data(1, &first.to_le_bytes())
            .data(1, &t(10))
            .data(1, &t(20))
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM)])
            .parts(2, &[&t(20), &t(10), &[1]])
            .read()
    };
    let file = with_first(T0 + 3);
    assert_eq!(column(&file, "elapsed_s"), [0.0, 7.0, 17.0].map(Some));
    assert_eq!(file.activities[0].start.unwrap().timestamp(), 631_065_600 + i64::from(T0) + 10, "as stated");
    let file = with_first(1000);
    assert_eq!(column(&file, "elapsed_s"), [None, Some(0.0), Some(10.0)], "a clock that was not set yet");
    let file = with_first(T0 + 12);
    assert_eq!(column(&file, "elapsed_s"), [2.0, 0.0, 10.0].map(Some));
}

#[test]
fn what_the_runner_felt_is_a_session_rpe() {
    let typed = |base: u8, feel: u8, tenths: u8| {
        Messages::activity()
            .define(2, SESSION, &[TIME, (2, 4, U32), (5, 1, ENUM), (192, 1, base), (193, 1, base)])
            .parts(2, &[&t(1), &t(0), &[1], &[feel], &[tenths]])
            .read()
            .activities[0]
            .details
            .clone()
    };
    let with = |tenths| typed(U8, 75, tenths);
    assert_eq!((with(70).rpe, with(70).feel), (Some(7.0), Some(75.0)));
    assert_eq!(with(0).rpe, Some(0.0));
    assert_eq!(with(0xFF).rpe, None);
    assert_eq!(with(120).rpe, None, "the scale ends at ten");
    // A type with a sign: −95 and −5.
    const I8: u8 = 0x01;
    let below = typed(I8, 0xFB, 0xA1);
    assert_eq!((below.rpe, below.feel), (None, None), "and begins at zero");
}

#[test]
fn files_of_other_kinds_have_no_activities() {
    for (kind, expected) in [
        (6, FileKind::Course),
        (2, FileKind::Other("settings".to_owned())),
        (5, FileKind::Other("workout".to_owned())),
        (32, FileKind::Other("monitoring_b".to_owned())),
        (8, FileKind::Other("locations".to_owned())),
        (11, FileKind::Other("goals".to_owned())),
        (44, FileKind::Other("metrics".to_owned())),
        (49, FileKind::Other("sleep".to_owned())),
        (68, FileKind::Other("hrv_status".to_owned())),
        (99, FileKind::Other("unknown_99".to_owned())),
    ] {
        let file = Messages::default()
            .define(0, FILE_ID, &[(0, 1, ENUM)])
            .data(0, &[kind])
            .define(1, RECORD, &[TIME])
            .data(1, &t(0))
            .read();
        assert_eq!(file.kind, expected);
        assert_eq!(file.messages["record"], 1);
        assert!(file.activities.is_empty());
    }
    let file = Messages::activity().read();
    assert_eq!(file.kind, FileKind::Activity);
    assert!(file.activities.is_empty());
    assert_eq!(file.notices.len(), 1);
}

#[test]
fn every_kind_of_message_is_counted_under_its_name() {
    let file = Messages::activity()
        .define(1, 104, &[(0, 1, U8)])
        .data(1, &[1])
        .data(1, &[1])
        .define(1, 3, &[(0, 1, U8)])
        .data(1, &[1])
        .define(2, HR, &[(0, 1, U8)])
        .data(2, &[1])
        .define(2, 0xFE00, &[(0, 1, U8)])
        .data(2, &[1])
        .read();
    let counts: Vec<(&str, u64)> = file.messages.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, [("file_id", 1), ("hr", 1), ("unknown_104", 2), ("unknown_65024", 1), ("user_profile", 1)]);
}

#[test]
fn parts_of_a_chain_are_read_each_by_itself() {
    let mut bytes = Messages::default().define(0, FILE_ID, &[(0, 1, ENUM)]).data(0, &[2]).file();
    bytes.extend(multisport().file());
    let file = read(&bytes);
    assert_eq!(file.kind, FileKind::Activity);
    assert_eq!(file.messages["file_id"], 2);
    assert_eq!(file.activities.len(), 2);
}

#[test]
fn times_that_run_backwards_are_kept_and_named() {
    let file = Messages::activity()
        .define(1, RECORD, &[TIME])
        .data(1, &t(5))
        .data(1, &t(3))
        .data(1, &7_u32.to_le_bytes())
        .read();
    assert_eq!(column(&file, "elapsed_s").len(), 3);
    assert!(codes(&file).contains(&NoticeCode::TimeOrder));
}

/// Samples of one layout are read many at once: that must not show, whatever stands between them.
#[test]
fn samples_keep_their_values_whatever_stands_between_them() {
    const SAMPLES: u32 = 1000;
    let heart_rate = |second: u32| (second % 7 != 3).then_some(60 + (second % 120) as u8);
    let power = |second: u32| (second >= 300 && !second.is_multiple_of(5)).then_some((second * 3 % 1000) as u16);
    // Only within a few seconds, long before the end.
    let altitude = |second: u32| (400..420).contains(&second).then_some(2500 + second as u16);
    let mut messages = Messages::activity()
        .define(1, RECORD, &[TIME, (3, 1, U8), (7, 2, U16), (2, 2, U16)])
        .define_all(2, RECORD, true, &[(7, 2, U16), (2, 2, U16), (3, 1, U8), TIME], &[])
        .define(3, HRV, &[(0, 2, U16)]);
    for second in 0..SAMPLES {
        let bpm = heart_rate(second).unwrap_or(u8::MAX);
        let (watts, metres) = (power(second).unwrap_or(u16::MAX), altitude(second).unwrap_or(u16::MAX));
        messages = if second % 97 < 90 {
            messages.parts(1, &[&t(second), &[bpm], &watts.to_le_bytes(), &metres.to_le_bytes()])
        } else {
            let time = (T0 + second).to_be_bytes();
            messages.parts(2, &[&watts.to_be_bytes(), &metres.to_be_bytes(), &[bpm], &time])
        };
        if second % 50 == 0 {
            messages = messages.parts(3, &[&(500 + second as u16).to_le_bytes()]);
        }
        if second % 211 == 0 {
            // Neither a time nor a value: no sample.
            messages = messages.parts(1, &[&[0xFF; 9]]);
        }
    }
    let file = messages.read();
    let expected = |value: &dyn Fn(u32) -> Option<f64>| (0..SAMPLES).map(value).collect::<Vec<_>>();
    assert_eq!(column(&file, "elapsed_s"), expected(&|second| Some(f64::from(second))));
    assert_eq!(column(&file, "heart_rate_bpm"), expected(&|second| heart_rate(second).map(f64::from)));
    assert_eq!(column(&file, "power_w"), expected(&|second| power(second).map(f64::from)));
    assert_eq!(
        column(&file, "altitude_m"),
        expected(&|second| altitude(second).map(|raw| f64::from(raw) / 5.0 - 500.0))
    );
    let intervals = file.activities[0].records.column("rr_ms").unwrap();
    let with_interval: Vec<u32> = (0..SAMPLES).filter(|row| !intervals.get(*row as usize).unwrap().is_null()).collect();
    assert_eq!(with_interval, (0..SAMPLES).step_by(50).collect::<Vec<_>>());
}

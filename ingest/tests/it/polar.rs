//! What becomes of Polar's training sessions.

use std::fmt::Write;

use crate::ask::{codes, column, only, read_text};
use chrono::NaiveDate;
use plimsoll_ingest::{
    Activity, DistanceSource, FileKind, Format, NoticeCode, OffsetSource, ReadError, ReadOptions, RunKind, Sport, read,
};
use proptest::prelude::*;

/// `[{"dateTime": …, "value": …}, …]`, one a second.
fn samples(values: &[&str]) -> String {
    let mut text = String::from("[ ");
    for (second, value) in values.iter().enumerate() {
        let _ = write!(
            text,
            "{}{{\n  \"dateTime\" : \"2021-03-02T17:05:{:02}.000\"",
            if second > 0 { ", " } else { "" },
            11 + second
        );
        if !value.is_empty() {
            let _ = write!(text, ",\n  \"value\" : {value}");
        }
        text.push_str("\n}");
    }
    text + " ]"
}

/// An older session with one exercise of `sport` that has `inner`.
fn old(sport: &str, inner: &str) -> String {
    format!(
        r#"{{
  "exportVersion" : "1.6",
  "name" : "Evening run",
  "note" : "Legs tired\nafter hills",
  "startTime" : "2021-03-02T17:05:11.000",
  "stopTime" : "2021-03-02T18:05:12.200",
  "timeZoneOffset" : 60,
  "distance" : 10012.3,
  "duration" : "PT3541.2S",
  "maximumHeartRate" : 171,
  "averageHeartRate" : 148,
  "kiloCalories" : 702,
  "physicalInformationSnapshot" : {{ "dateTime" : "2021-03-02T17:05:11.000", "weight, kg" : 70.0, "deep" : [ {{ }} ] }},
  "exercises" : [ {{
    "startTime" : "2021-03-02T17:05:11.000",
    "stopTime" : "2021-03-02T18:05:12.200",
    "timezoneOffset" : 60,
    "duration" : "PT3541.2S",
    "distance" : 10012.3,
    "sport" : "{sport}",
    "ascent" : 85.0,
    "descent" : 80.5,
    "heartRate" : {{ "min" : 82, "avg" : 148, "max" : 171 }}
    {inner}
  }} ]
}}"#
    )
}

#[test]
fn an_older_session_is_joined_by_its_times() {
    let inner = format!(
        r#", "samples" : {{ "heartRate" : {}, "speed" : {}, "cadence" : {}, "altitude" : {}, "distance" : {}, "temperature" : {},
        "recordedRoute" : [ {{ "dateTime" : "2021-03-02T17:05:12.000", "longitude" : 24.9, "latitude" : 60.1, "altitude" : 12.0 }} ] }},
        "autoLaps" : [ {{ "splitTime" : "PT300S", "duration" : "PT300S", "distance" : 1000.0, "heartRate" : {{ "avg" : 140, "max" : 150 }} }},
                       {{ "splitTime" : "PT590S", "duration" : "PT290S", "distance" : 1000.0 }} ]"#,
        samples(&["82", "0", "", "85"]),
        samples(&["0.0", "10.8", "12.6"]),
        samples(&["0", "84", "86"]),
        samples(&["30.1", "30.2"]),
        samples(&["0.0", "3.0", "6.5"]),
        samples(&["4.5"]),
    );
    let file = read_text(&old("TRAIL_RUNNING", &inner));
    assert_eq!((file.format, file.kind.clone()), (Format::Polar, FileKind::Activity));
    let run = only(&file);
    assert_eq!(run.sport, Sport::Running(RunKind::Trail));
    assert_eq!(run.details.title.as_deref(), Some("Evening run"));
    assert_eq!(run.details.description.as_deref(), Some("Legs tired\nafter hills"));
    assert_eq!(run.start, Some("2021-03-02T16:05:11Z".parse().unwrap()));
    assert_eq!((run.utc_offset_s, run.offset_source), (Some(3600), OffsetSource::File));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2021, 3, 2));
    assert_eq!(run.session.distance_m, Some(10012.3));
    assert_eq!(run.session.timer_time_s, Some(3541.2));
    assert_eq!(run.session.elapsed_time_s, Some(3601.2));
    assert_eq!((run.session.ascent_m, run.session.descent_m), (Some(85.0), Some(80.5)));
    assert_eq!(run.session.calories_kcal, Some(702.0));
    assert_eq!((run.session.avg_heart_rate_bpm, run.session.max_heart_rate_bpm), (Some(148.0), Some(171.0)));
    assert_eq!(column(run, "elapsed_s"), [Some(0.0), Some(1.0), Some(2.0), Some(3.0)]);
    // A strap without contact writes 0.
    assert_eq!(column(run, "heart_rate_bpm"), [Some(82.0), None, None, Some(85.0)]);
    let speed_mps = column(run, "speed_mps");
    assert!((speed_mps[1].unwrap() - 3.0).abs() < 1e-9 && (speed_mps[2].unwrap() - 3.5).abs() < 1e-9);
    assert_eq!(column(run, "cadence_spm"), [Some(0.0), Some(168.0), Some(172.0), None]);
    assert_eq!(column(run, "altitude_m"), [Some(30.1), Some(30.2), None, None]);
    assert_eq!(column(run, "distance_m"), [Some(0.0), Some(3.0), Some(6.5), None]);
    assert_eq!(run.distance_source, DistanceSource::Device);
    assert_eq!(column(run, "temperature_c"), [Some(4.5), None, None, None]);
    assert_eq!(column(run, "lat_deg"), [None, Some(60.1), None, None]);
    let laps: Vec<_> = run.laps.iter().map(|lap| (lap.start.unwrap().to_rfc3339(), lap.totals.timer_time_s)).collect();
    assert_eq!(
        laps,
        [("2021-03-02T16:05:11+00:00".to_owned(), Some(300.0)), ("2021-03-02T16:10:11+00:00".to_owned(), Some(290.0))]
    );
    assert_eq!(run.laps[0].totals.avg_heart_rate_bpm, Some(140.0));
    assert_eq!(file.notices, []);
}

/// A newer session of five minutes with a pause of two, with `series` in it.
fn new(series: &str) -> String {
    format!(
        r#"{{"identifier":{{"id":"1"}},"created":"2025-08-16T23:00:00.000Z","startTime":"2025-08-16T17:12:22","stopTime":"2025-08-16T17:17:22",
"name":"Running","durationMillis":180000,"distanceMeters":600.5,"timezoneOffsetMinutes":-420,"hrAvg":140,"hrMax":150,"calories":33,
"sport":{{"id":"17"}},"product":{{"modelName":"Polar Vantage V3"}},"loadInformation":{{"sessionRpe":"RPE_FAIRLY_HARD"}},
"exercises":[{{"startTime":"2025-08-16T17:12:22","stopTime":"2025-08-16T17:17:22","durationMillis":180000,"timezoneOffsetMinutes":-420,
"pauseTimes":[{{"startTime":"2025-08-16T17:13:22","endTime":"2025-08-16T17:15:22.000"}}],
"laps":{{"laps":[],"autoLaps":[{{"splitTimeMillis":100000,"durationMillis":100000,"distanceMeters":333.0}}]}},
"statistics":{{"statistics":[{{"type":"HEART_RATE","avg":141,"max":151}}]}},
"samples":{{"samples":[{series}],"transitionSamples":[{{"type":"HEART_RATE","intervalMillis":1000,"values":[99]}}]}},
"routes":{{"route":{{"startTime":"2025-08-16T17:12:24","wayPoints":[
{{"latitude":47.1,"longitude":8.5,"altitude":440.0,"elapsedMillis":0}},{{"latitude":47.1001,"longitude":8.5,"elapsedMillis":4000}}]}}}}}}]}}"#
    )
}

fn series(kind: &str, values: &[&str]) -> String {
    format!(r#"{{"type":"{kind}","intervalMillis":1000,"values":[{}]}}"#, values.join(","))
}

#[test]
fn a_newer_session_has_series_and_nan() {
    let text = new(&[
        series("HEART_RATE", &["120", "NaN", "\"NaN\"", "123"]),
        series("SPEED", &["9.0", "NaN"]),
        series("LEFT_CRANK_CURRENT_POWER", &["120", "125.5"]),
        series("STRIDE_LENGTH", &["220"]),
    ]
    .join(","));
    let file = read_text(&text);
    let run = only(&file);
    assert_eq!(run.sport, Sport::Running(RunKind::Treadmill));
    assert_eq!(run.details.rpe, Some(7.0));
    assert_eq!(file.device.as_ref().unwrap().product.as_deref(), Some("Polar Vantage V3"));
    assert_eq!(run.start, Some("2025-08-17T00:12:22Z".parse().unwrap()));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2025, 8, 16));
    // What the exercise does not state, the session does.
    assert_eq!(run.session.distance_m, Some(600.5));
    assert_eq!(run.session.timer_time_s, Some(180.0));
    assert_eq!(run.session.max_heart_rate_bpm, Some(150.0));
    assert_eq!(column(run, "elapsed_s"), [Some(0.0), Some(1.0), Some(2.0), Some(3.0), Some(6.0)]);
    assert_eq!(column(run, "heart_rate_bpm"), [Some(120.0), None, None, Some(123.0), None]);
    assert_eq!(column(run, "power_w"), [Some(240.0), Some(251.0), None, None, None]);
    assert_eq!(column(run, "lat_deg"), [None, None, Some(47.1), None, Some(47.1001)]);
    assert_eq!(run.distance_source, DistanceSource::Positions);
    let distance_m = column(run, "distance_m");
    assert!((distance_m[4].unwrap() - 11.1).abs() < 0.1, "{distance_m:?}");
    assert_eq!(run.pauses.len(), 1);
    assert_eq!(run.laps[0].totals.distance_m, Some(333.0));
    assert_eq!(codes(&file), [NoticeCode::DistanceFromPositions]);
}

#[test]
fn a_series_without_its_pause_goes_on_behind_it() {
    let rate = vec!["120"; 180];
    let file = read_text(&new(&series("HEART_RATE", &rate)));
    let elapsed_s = column(only(&file), "elapsed_s");
    assert_eq!((elapsed_s[59], elapsed_s[60]), (Some(59.0), Some(180.0)));
    assert_eq!(elapsed_s.last(), Some(&Some(299.0)));
    // One that runs on through the pause is as long as the whole.
    let rate = vec!["120"; 300];
    let file = read_text(&new(&series("HEART_RATE", &rate)));
    assert_eq!(column(only(&file), "elapsed_s")[299], Some(299.0));
}

#[test]
fn both_sides_of_power_are_added_up() {
    let both = [series("LEFT_CRANK_CURRENT_POWER", &["100"]), series("RIGHT_CRANK_CURRENT_POWER", &["110"])].join(",");
    let file = read_text(&new(&both));
    assert_eq!(column(only(&file), "power_w")[0], Some(210.0));
}

#[test]
fn each_exercise_is_an_activity() {
    let text = r#"{"exportVersion":"1.6","startTime":"2021-07-04T09:00:00.000","timeZoneOffset":120,"name":"Triathlon",
        "exercises":[{"startTime":"2021-07-04T09:00:00.000","duration":"PT1800S","sport":"OPEN_WATER_SWIMMING"},
        {"startTime":"2021-07-04T09:35:00.000","duration":"PT3600S","sport":"ROAD_BIKING"},
        {"startTime":"2021-07-04T10:40:00.000","duration":"PT2700S","sport":"RUNNING","distance":10000}]}"#;
    let file = read_text(text);
    let sports: Vec<String> = file.activities.iter().map(|activity| activity.sport.to_string()).collect();
    assert_eq!(sports, ["swimming", "cycling", "running"]);
    assert!(file.activities.iter().all(|activity| activity.utc_offset_s == Some(7200)));
    // Nobody shares out what only the session knows.
    assert_eq!(file.activities[0].session.distance_m, None);
    assert_eq!(file.messages["exercise"], 3);
}

#[test]
fn a_session_that_was_entered_by_hand_counts() {
    let text = r#"{"exportVersion":"1.6","startTime":"2021-07-04T09:00:00.000","stopTime":"2021-07-04T09:30:00.000",
        "timeZoneOffset":120,"duration":"PT1800S","distance":5000.0,"sport":"RUNNING"}"#;
    let file = read_text(text);
    assert_eq!(only(&file).session.distance_m, Some(5000.0));
    assert_eq!(only(&file).records.height(), 0);
}

#[test]
fn a_planned_session_did_not_take_place() {
    let text = r#"{"exportVersion":"1.6","startTime":"2021-07-04T09:00:00.000","name":"Tempo","done":false,
        "exercises":[{"type":"PHASED","sport":"RUNNING","distance":5000.0}]}"#;
    let file = read_text(text);
    assert_eq!(file.kind, FileKind::Other("training_target".to_owned()));
    assert!(file.activities.is_empty());
}

#[test]
fn without_an_offset_the_zone_counts() {
    let text = r#"{"exportVersion":"1.0","startTime":"2021-07-04T09:00:00.000","duration":"PT60S","sport":"RUNNING"}"#;
    let file = read(text.as_bytes(), &ReadOptions { zone: Some(chrono_tz::America::New_York) }).unwrap();
    assert_eq!(only(&file).start, Some("2021-07-04T13:00:00Z".parse().unwrap()));
    assert_eq!(only(&file).offset_source, OffsetSource::Zone);
    let file = read_text(text);
    assert_eq!(only(&file).offset_source, OffsetSource::Unknown);
    assert_eq!(codes(&file), [NoticeCode::OffsetUnknown]);
}

#[test]
fn values_that_cannot_be_are_left_out_and_order_is_made() {
    let inner = r#", "samples" : { "heartRate" : [ { "dateTime" : "2021-03-02T17:05:13.000", "value" : 121 },
        { "dateTime" : "2021-03-02T17:05:12.000", "value" : 120 }, { "dateTime" : "2021-03-02T17:05:12.900", "value" : 99 },
        { "dateTime" : "2021-03-02T17:05:14.000", "value" : 999 }, { "dateTime" : "soon", "value" : 100 },
        { "dateTime" : "2021-03-02T17:05:15.000", "value" : { } }, null, 5, [ ] ],
        "recordedRoute" : [ { "dateTime" : "2021-03-02T17:05:12.000", "longitude" : 0.0, "latitude" : 0.0 } ] }"#;
    let file = read_text(&old("RUNNING", inner));
    assert_eq!(column(only(&file), "heart_rate_bpm"), [Some(120.0), Some(121.0)]);
    assert!(only(&file).records.column("lat_deg").is_err());
    assert_eq!(codes(&file), [NoticeCode::ImpossibleValue, NoticeCode::TimeOrder]);
}

#[test]
fn a_cut_keeps_what_stands_before_it() {
    let inner = format!(r#", "samples" : {{ "heartRate" : {} }}"#, samples(&["120", "121", "122", "123"]));
    let whole = old("RUNNING", &inner);
    let cut = whole.find(": 123").unwrap();
    let file = read_text(&whole[..cut]);
    assert_eq!(column(only(&file), "heart_rate_bpm"), [Some(120.0), Some(121.0), Some(122.0)]);
    assert_eq!(codes(&file), [NoticeCode::Truncated]);
    assert_eq!(file.notices[0].place, format!("line {}", whole[..cut].lines().count()));
    for cut in 1..whole.len() {
        match read(&whole.as_bytes()[..cut], &ReadOptions::default()) {
            Ok(file) => assert!(codes(&file).contains(&NoticeCode::Truncated), "{cut}"),
            Err(ReadError::Text { format, line, .. }) => assert!(format == Format::Polar && line > 0),
            Err(error) => assert!(matches!(error, ReadError::NotAWatchFile { .. }), "{error}"),
        }
    }
}

#[test]
fn rr_intervals_stand_with_the_second_they_end_in() {
    // 0.6 + 0.5 + 0.6 s of beats, 2 s without contact, and two beats behind the last heart rate.
    let beats = [("0.6", false), ("0.5", false), ("0.6", false), ("2.0", true), ("0.7", false), ("0.8", false)];
    let beats: Vec<String> = beats
        .iter()
        .map(|(seconds, offline)| format!(r#"{{ "duration" : "PT{seconds}S", "offline" : {offline} }}"#))
        .collect();
    let beats = beats.join(", ");
    let inner = format!(r#", "samples" : {{ "rr" : [ {beats} ], "heartRate" : {} }}"#, samples(&["100", "101", "102"]));
    let file = read_text(&old("RUNNING", &inner));
    let run = only(&file);
    let intervals = |run: &Activity| -> Vec<Vec<f64>> {
        let lists = run.records.column("rr_ms").unwrap().list().unwrap();
        let list = |row| lists.get_as_series(row).map(|list| list.f64().unwrap().iter().flatten().collect());
        (0..lists.len()).map(|row| list(row).unwrap_or_default()).collect()
    };
    assert_eq!(column(run, "elapsed_s"), [0.0, 1.0, 2.0, 4.0, 5.0].map(Some));
    assert_eq!(column(run, "heart_rate_bpm"), [Some(100.0), Some(101.0), Some(102.0), None, None]);
    assert_eq!(intervals(run), [vec![600.0], vec![500.0, 600.0], vec![], vec![700.0], vec![800.0]]);
    // Beats alone are rows, too.
    let alone = read_text(&old("RUNNING", &format!(r#", "samples" : {{ "rr" : [ {beats} ] }}"#)));
    assert_eq!(intervals(only(&alone)).concat(), [600.0, 500.0, 600.0, 700.0, 800.0]);
}

#[test]
fn a_stride_is_one_step_or_two_as_speed_and_cadence_say() {
    let steps = |stride: &str, speed_kmh: &str| {
        let parts = [
            series("STRIDE_LENGTH", &[stride, "0", stride]),
            series("SPEED", &[speed_kmh; 3]),
            series("CADENCE", &["90"; 3]),
        ];
        let file = read_text(&new(&parts.join(",")));
        let run = only(&file);
        run.records.column("step_length_mm").is_ok().then(|| column(run, "step_length_mm")[..3].to_vec())
    };
    // 180 steps a minute at 10.8 km/h are steps of one metre, in whichever unit.
    for one in ["1.0", "100", "1000"] {
        assert_eq!(steps(one, "10.8"), Some(vec![Some(1000.0), None, Some(1000.0)]), "{one}");
    }
    assert_eq!(steps("200", "10.8"), Some(vec![Some(1000.0), None, Some(1000.0)]));
    assert_eq!(steps("140", "10.8"), None);
    // Without them it is one step, when it can be.
    let alone = |stride: &str| read_text(&new(&series("STRIDE_LENGTH", &[stride])));
    assert_eq!(column(only(&alone("95")), "step_length_mm")[0], Some(950.0));
    assert!(only(&alone("220")).records.column("step_length_mm").is_err());
}

#[test]
fn samples_that_are_not_used_are_named() {
    let file = read_text(&new(&[series("AIR_PRESSURE", &["NaN", "980"]), series("FORWARD_X", &["NaN"])].join(",")));
    let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::NotUsed).unwrap();
    assert_eq!((notice.text.as_str(), notice.activity), ("Not used: AIR_PRESSURE.", Some(0)));
}

proptest! {
    /// Whatever is changed in a session: the same result twice, and no panic.
    #[test]
    fn any_damage_is_read_or_refused(edits in prop::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 1..12)) {
        let parts = [series("HEART_RATE", &["120", "NaN", "121"]), series("DISTANCE", &["1", "2"])].join(",");
        let mut bytes = new(&parts).into_bytes();
        for (at, byte, edit) in edits {
            let at = at % bytes.len();
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => _ = bytes.remove(at),
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        let read = || plimsoll_ingest::polar::read(&bytes, &ReadOptions::default());
        prop_assert_eq!(format!("{:?}", read()), format!("{:?}", read()));
    }
}

#[test]
fn nesting_and_odd_types_do_no_harm() {
    let head = r#"{"exportVersion":"1","startTime":"2021-07-04T09:00:00""#;
    for (deep, code) in [
        (format!(r#"{head},"x":{}"#, "[".repeat(100_000)), NoticeCode::Truncated),
        (format!(r#"{head},"samples":{}"#, r#"{"samples":[{"values":["#.repeat(10_000)), NoticeCode::Truncated),
        // An exercise has no exercises: these are passed over.
        (format!(r#"{head}{}"#, r#","exercises":[{"a":1"#.repeat(10_000)), NoticeCode::Truncated),
    ] {
        assert_eq!(codes(&read_text(&deep))[0], code);
    }
    let odd = r#"{"exportVersion":"1","exercises":{"startTime":5},"startTime":"2021-07-04T09:00:00","samples":7,"laps":"x",
        "pauseTimes":[[]],"sport":[],"duration":"PT1e400S","distance":1e999,"statistics":null}"#;
    assert_eq!(only(&read_text(odd)).sport, Sport::Unknown);
    let many = |exercise: &str| {
        let exercises = vec![exercise; 100_000].join(",");
        read_text(&format!(r#"{{"exportVersion":"1","startTime":"2021-07-04T09:00:00","exercises":[{exercises}]}}"#))
    };
    assert!(many(r#"{"distance":1}"#).activities.is_empty(), "none has a start");
    assert_eq!(many("{}").activities.len(), 1, "the session itself, as if entered by hand");
    let error = plimsoll_ingest::polar::read(b"{\"a\":\n\n1", &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::Text { line: 3, .. }), "{error}");
}

#[test]
fn elements_of_lists_that_say_nothing_are_none() {
    let file = read_text(&old(
        "RUNNING",
        r#", "autoLaps": [0, null, {}, {"deep": [1]}, {"distance": 1000}, "x", []],
           "exercises": [{"startTime": "2021-03-02T17:05:11.000", "sport": "CYCLING"}]"#,
    ));
    assert_eq!(only(&file).laps.len(), 1);
    assert_eq!(only(&file).sport, Sport::Running(RunKind::Generic));
    assert_eq!(file.messages["exercise"], 1, "an exercise has none of its own");
}

//! What becomes of Apple Health's exports.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

pub(crate) mod export;
mod split;
mod zipped;

use chrono::NaiveDate;
use plimsoll_ingest::{
    Activity, DiaryKind, DistanceSource, FileKind, Format, NoticeCode, OffsetSource, ReadError, ReadOptions, RunKind,
    Sport, WatchFile, read,
};

use export::{DTD, record, run};
use proptest::prelude::*;

fn options() -> ReadOptions {
    ReadOptions::default()
}

/// A whole document around `body`.
fn document(body: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{DTD}<HealthData locale=\"de_DE\">\n{body}</HealthData>\n")
}

fn read_body(body: &str) -> WatchFile {
    read(document(body).as_bytes(), &options()).unwrap()
}

fn column(activity: &Activity, name: &str) -> Vec<Option<f64>> {
    let column = activity.records.column(name).unwrap().cast(&polars::prelude::DataType::Float64).unwrap();
    column.f64().unwrap().iter().collect()
}

fn codes(file: &WatchFile) -> Vec<NoticeCode> {
    file.notices.iter().map(|notice| notice.code).collect()
}

const OLD: &str = r#" <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="32.1" durationUnit="min" totalDistance="6.1" totalDistanceUnit="km" totalEnergyBurned="418.4" totalEnergyBurnedUnit="kJ" sourceName="Watch" device="&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch4,4&gt;" startDate="2019-05-01 07:30:00 +0200" endDate="2019-05-01 08:05:00 +0200">
  <MetadataEntry key="HKIndoorWorkout" value="0"/>
  <WorkoutEvent type="HKWorkoutEventTypePause" date="2019-05-01 07:40:00 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeResume" date="2019-05-01 07:42:00 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeMotionPaused" date="2019-05-01 07:41:00 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeMotionResumed" date="2019-05-01 07:42:30 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeLap" date="2019-05-01 07:45:00 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeLap" date="2019-05-01 07:55:00 +0200"/>
  <WorkoutEvent type="HKWorkoutEventTypeSegment" date="2019-05-01 07:30:00 +0200" duration="5" durationUnit="min"/>
 </Workout>
"#;

#[test]
fn an_old_workout_has_its_totals_in_attributes() {
    let file = read_body(OLD);
    assert_eq!((file.format, file.kind.clone()), (Format::AppleHealth, FileKind::Activity));
    let device = file.device.as_ref().unwrap();
    assert_eq!(device.manufacturer.as_deref(), Some("Apple Inc."));
    assert_eq!(device.product.as_deref(), Some("Watch4,4"));
    let [run] = file.activities.as_slice() else { panic!("{:?}", file.activities) };
    assert_eq!(run.sport, Sport::Running(RunKind::Generic));
    assert_eq!(run.start, Some("2019-05-01T05:30:00Z".parse().unwrap()));
    assert_eq!((run.utc_offset_s, run.offset_source), (Some(7200), OffsetSource::File));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2019, 5, 1));
    assert_eq!(run.session.distance_m, Some(6100.0));
    assert_eq!(run.session.timer_time_s, Some(1926.0));
    assert_eq!(run.session.elapsed_time_s, Some(2100.0));
    assert!((run.session.calories_kcal.unwrap() - 100.0).abs() < 1e-9);
    // The watch stopped by itself while it was stopped by hand: one pause.
    let pauses: Vec<i64> = run.pauses.iter().map(|pause| (pause.to - pause.from).num_seconds()).collect();
    assert_eq!(pauses, [150]);
    let laps: Vec<Option<f64>> = run.laps.iter().map(|lap| lap.totals.elapsed_time_s).collect();
    assert_eq!(laps, [Some(900.0), Some(600.0)]);
    assert_eq!(run.records.height(), 0);
    assert_eq!(run.distance_source, DistanceSource::None);
}

#[test]
fn a_new_workout_has_its_totals_in_statistics() {
    let file = read_body(
        r#" <Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30" durationUnit="min" sourceName="Watch" startDate="2023-12-31 23:50:00 +0000" endDate="2024-01-01 00:20:00 +0000">
  <MetadataEntry key="HKTimeZone" value="Pacific/Auckland"/>
  <MetadataEntry key="HKIndoorWorkout" value="1"/>
  <MetadataEntry key="HKElevationAscended" value="4527 cm"/>
  <WorkoutActivity uuid="1" startDate="2023-12-31 23:50:00 +0000"><WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" maximum="250" unit="count/min"/></WorkoutActivity>
  <WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="1.5" unit="mi"/>
  <WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="3.1" unit="mi"/>
  <WorkoutStatistics type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="320" unit="Cal"/>
  <WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="148.6" minimum="102" maximum="171" unit="count/min"/>
 </Workout>
"#,
    );
    let run = &file.activities[0];
    assert_eq!(run.sport, Sport::Running(RunKind::Treadmill));
    // The phone made the export in London; the run was in New Zealand, where it was New Year's Day already.
    assert_eq!(run.utc_offset_s, Some(13 * 3600));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2024, 1, 1));
    assert!((run.session.distance_m.unwrap() - 3.1 * 1609.344).abs() < 1e-3);
    assert_eq!(run.session.calories_kcal, Some(320.0));
    assert_eq!(run.session.ascent_m, Some(45.27));
    assert_eq!((run.session.avg_heart_rate_bpm, run.session.max_heart_rate_bpm), (Some(148.6), Some(171.0)));
}

#[test]
fn everything_but_running_is_cross_training() {
    for (kind, sport) in [
        ("TraditionalStrengthTraining", "strength_training"),
        ("Cycling", "cycling"),
        ("Swimming", "swimming"),
        ("Walking", "walking"),
        ("Elliptical", "elliptical"),
        ("HighIntensityIntervalTraining", "hiit"),
        ("PaddleSports", "paddling"),
        ("Archery", "archery"),
        ("WheelchairRunPace", "wheelchair"),
        ("TrackAndField", "track_and_field"),
    ] {
        let file = read_body(&OLD.replace("TypeRunning", &format!("Type{kind}")));
        assert_eq!(file.activities[0].sport, Sport::CrossTraining(sport.to_owned()), "{kind}");
    }
}

#[test]
fn without_a_route_there_is_a_row_per_heart_rate() {
    let own = |what, unit, time, value| record(what, "Watch", unit, time, time, value);
    let file = read_body(
        &[
            // Before and after the workout: not its own.
            own("HeartRate", "count/min", "2019-05-01 07:29:59 +0200", "80"),
            own("HeartRate", "count/min", "2019-05-01 08:05:01 +0200", "90"),
            own("HeartRate", "count/min", "2019-05-01 07:30:05 +0200", "121"),
            own("HeartRate", "count/min", "2019-05-01 07:30:00 +0200", "120.4"),
            own("HeartRate", "count/min", "2019-05-01 07:31:00 +0200", "130"),
            record("HeartRate", "Scale", "count/min", "2019-05-01 07:30:02 +0200", "2019-05-01 07:30:02 +0200", "60"),
            own("RunningPower", "W", "2019-05-01 07:30:04 +0200", "251"),
            own("RunningSpeed", "km/hr", "2019-05-01 07:30:05 +0200", "10.8"),
            own("RunningVerticalOscillation", "cm", "2019-05-01 07:30:05 +0200", "8.7"),
            own("RunningGroundContactTime", "ms", "2019-05-01 07:30:05 +0200", "243"),
            own("RunningStrideLength", "m", "2019-05-01 07:30:05 +0200", "1.02"),
            record("StepCount", "Watch", "count", "2019-05-01 07:30:00 +0200", "2019-05-01 07:30:10 +0200", "29"),
            record("StepCount", "Watch", "count", "2019-05-01 07:30:50 +0200", "2019-05-01 07:40:50 +0200", "1700"),
            OLD.to_owned(),
        ]
        .concat(),
    );
    let run = &file.activities[0];
    assert_eq!(column(run, "elapsed_s"), [Some(0.0), Some(5.0), Some(60.0)]);
    assert_eq!(column(run, "heart_rate_bpm"), [Some(120.0), Some(121.0), Some(130.0)]);
    // A value counts for ten seconds, and never backwards.
    assert_eq!(column(run, "power_w"), [None, Some(251.0), None]);
    assert_eq!(column(run, "speed_mps"), [None, Some(3.0), None]);
    assert_eq!(column(run, "vertical_oscillation_mm"), [None, Some(87.0), None]);
    assert_eq!(column(run, "stance_time_ms"), [None, Some(243.0), None]);
    assert_eq!(column(run, "step_length_mm"), [None, Some(1020.0), None]);
    // 29 steps in ten seconds; ten minutes of steps say nothing about one moment.
    assert_eq!(column(run, "cadence_spm"), [Some(174.0), Some(174.0), None]);
    assert_eq!(column(run, "lap"), [Some(0.0), Some(0.0), Some(0.0)]);
    assert_eq!(file.messages["Record"], 13);
}

#[test]
fn a_route_gives_the_rows_and_the_heart_rate_is_joined_to_it() {
    let route = export::route("2019-05-01T05:30:00Z", 60);
    let body = OLD.replace(" </Workout>", &format!("<Route><![CDATA[{route}]]></Route></Workout>"));
    let beats =
        record("HeartRate", "Watch", "count/min", "2019-05-01 07:30:20 +0200", "2019-05-01 07:30:20 +0200", "140");
    let file = read_body(&format!("{body}{beats}"));
    let run = &file.activities[0];
    assert_eq!(run.records.height(), 60);
    assert_eq!(run.distance_source, DistanceSource::Positions);
    let distance_m = column(run, "distance_m");
    assert!((distance_m[59].unwrap() - 177.0).abs() < 0.5, "{:?}", distance_m[59]);
    assert_eq!(column(run, "altitude_m")[3], Some(34.5));
    assert_eq!(column(run, "speed_mps")[3], Some(3.0));
    let heart_rate: Vec<usize> =
        column(run, "heart_rate_bpm").iter().enumerate().filter(|(_, bpm)| bpm.is_some()).map(|(row, _)| row).collect();
    assert_eq!(heart_rate, (20..=30).collect::<Vec<_>>());
    assert_eq!(codes(&file), [NoticeCode::DistanceFromPositions]);
}

#[test]
fn a_route_that_jumps_is_not_run() {
    let route = export::route("2019-05-01T05:30:00Z", 60).replacen("lat=\"52.5", "lat=\"53.5", 30);
    let body = OLD.replace(" </Workout>", &format!("<Route><![CDATA[{route}]]></Route></Workout>"));
    let file = read_body(&body);
    let total = column(&file.activities[0], "distance_m")[59].unwrap();
    assert!((total - 174.0).abs() < 1.0, "{total}");
    assert!(codes(&file).contains(&NoticeCode::ImpossibleValue));
}

#[test]
fn a_day_has_the_median_of_its_readings() {
    let hrv = |time: &str, value: &str| record("HeartRateVariabilitySDNN", "Watch", "ms", time, time, value);
    let resting = |time: &str, value: &str| record("RestingHeartRate", "Watch", "count/min", time, time, value);
    let file = read_body(
        &[
            hrv("2024-03-02 23:30:00 -0500", "40.5"),
            hrv("2024-03-02 04:00:00 -0500", "300"),
            hrv("2024-03-02 08:00:00 -0500", "44.5"),
            hrv("2024-03-03 00:10:00 -0500", "50"),
            hrv("2024-03-03 01:10:00 -0500", "60"),
            resting("2024-03-02 00:05:00 -0500", "48"),
            resting("2024-03-03 00:05:00 -0500", "500"),
        ]
        .concat(),
    );
    assert_eq!(file.kind, FileKind::Other("diary".to_owned()));
    let values: Vec<_> = file.diary.iter().map(|value| (value.date.to_string(), value.kind, value.value)).collect();
    assert_eq!(
        values,
        [
            ("2024-03-02".to_owned(), DiaryKind::RestingHeartRateBpm, 48.0),
            ("2024-03-02".to_owned(), DiaryKind::HrvSdnnMs, 44.5),
            ("2024-03-03".to_owned(), DiaryKind::HrvSdnnMs, 55.0),
        ]
    );
    assert_eq!(file.diary[0].time, Some("2024-03-02T05:05:00Z".parse().unwrap()));
    // The last of three: a later export, which knows more of the day, is told from the one before.
    assert_eq!(file.diary[1].time, Some("2024-03-03T04:30:00Z".parse().unwrap()));
    assert_eq!(codes(&file), [NoticeCode::ImpossibleValue]);
}

#[test]
fn what_is_damaged_costs_its_own_place() {
    let good =
        record("HeartRate", "Watch", "count/min", "2019-05-01 07:31:00 +0200", "2019-05-01 07:31:00 +0200", "130");
    let broken = good.replace("unit=\"", "unit=");
    let file = read_body(&format!("{good}{broken}{OLD}"));
    assert_eq!(file.activities[0].records.height(), 1);
    assert!(!file.notices.is_empty());
    // A workout that is not closed ends where the next begins.
    let open = OLD.replace(" </Workout>", "");
    let file = read_body(&format!("{open}{OLD}{open}"));
    assert_eq!(file.activities.len(), 3);
    assert_eq!(file.activities[0].pauses, file.activities[1].pauses);
}

#[test]
fn a_cut_keeps_what_stands_before_it() {
    let whole = document(&format!("{}{OLD}", run(1, "2020-01-02", "")));
    let cut = whole.find("HKWorkoutEventTypeResume").unwrap();
    let file = read(&whole.as_bytes()[..cut], &options()).unwrap();
    assert_eq!(file.activities.len(), 2);
    assert!(codes(&file).contains(&NoticeCode::Truncated));
    // Every cut is read or refused, never worse.
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        match read(&whole.as_bytes()[..cut], &options()) {
            Ok(file) => assert!(codes(&file).contains(&NoticeCode::Truncated) || cut > whole.len() - 3, "{cut}"),
            Err(ReadError::Text { format, line, .. }) => assert!(format == Format::AppleHealth && line > 0),
            Err(_) => {}
        }
    }
}

#[test]
fn entities_of_the_document_type_are_not_expanded() {
    let text = format!(
        "<!DOCTYPE HealthData [<!ENTITY a \"<Workout workoutActivityType='x'/>\"><!ENTITY b \"&a;&a;\">]><HealthData>{}</HealthData>",
        OLD.replace("sourceName=\"Watch\"", "sourceName=\"&b;&b;\"").replace("name:Apple Watch", "name:&b;")
    );
    let file = read(text.as_bytes(), &options()).unwrap();
    assert_eq!((file.activities.len(), file.messages["Workout"]), (1, 1));
}

#[test]
fn depth_and_size_of_the_markup_do_no_harm() {
    let deep = format!("{}{OLD}", OLD.replace("<WorkoutEvent", &format!("{}<WorkoutEvent", "<a>".repeat(50_000))));
    let file = read_body(&deep);
    assert_eq!(file.activities.len(), 2);
    let giant = OLD.replace("sourceName=\"Watch\"", &format!("sourceName=\"{}\"", "x".repeat(1_000_000)));
    let file = read_body(&format!("{giant}{OLD}"));
    assert_eq!(file.activities.len(), 1);
    assert!(codes(&file).contains(&NoticeCode::Capped));
    let many = document(&"<Workout/>".repeat(100_000));
    assert!(matches!(read(many.as_bytes(), &options()), Err(ReadError::Text { .. })));
}

#[test]
fn workouts_that_all_overlap_do_not_multiply_the_samples() {
    let beats: String = (0..1_800)
        .map(|s| {
            let time = format!("2019-05-01 07:{:02}:{:02} +0200", 30 + s / 60, s % 60);
            record("HeartRate", "Watch", "count/min", &time, &time, "130")
        })
        .collect();
    let file = read_body(&format!("{beats}{}", OLD.repeat(900)));
    let rows: usize = file.activities.iter().map(|activity| activity.records.height()).sum();
    assert_eq!((file.activities.len(), rows), (900, 8 * 1_800));
    assert!(codes(&file).contains(&NoticeCode::Capped));
}

proptest! {
    /// Whatever is changed in a document: the same result twice, and no panic.
    #[test]
    fn any_damage_is_read_or_refused(edits in prop::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 1..12)) {
        let beats = record("HeartRate", "W", "count/min", "2019-05-01 07:31:00 +0200", "2019-05-01 07:31:00 +0200", "130");
        let route = format!("<Route><![CDATA[{}]]></Route></Workout>", export::route("2019-05-01T05:30:00Z", 3));
        let mut bytes = document(&format!("{beats}{}", OLD.replace(" </Workout>", &route))).into_bytes();
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
        let read = || plimsoll_ingest::apple::read(&bytes, &options());
        prop_assert_eq!(format!("{:?}", read()), format!("{:?}", read()));
    }
}

#[test]
fn another_document_is_refused() {
    let error = plimsoll_ingest::apple::read(b"<gpx><trk/></gpx>", &options()).unwrap_err();
    assert!(error.to_string().contains("no <HealthData>"), "{error}");
    let file = read(b"<HealthData><Me/></HealthData>", &options()).unwrap();
    assert_eq!(file.kind, FileKind::Other("records".to_owned()));
}

//! What the TCX reader makes of files, good and bad.

mod damage;

use crate::ask::{codes, column, has_column, only, place, read_text, time};
use chrono::{NaiveDate, TimeZone, Utc};
use plimsoll_ingest::encode::{self, Recording, Sample};
use plimsoll_ingest::{
    DistanceSource, FileKind, Format, NoticeCode, OffsetSource, ReadOptions, RunKind, Sport, WatchFile, read,
};

fn options() -> ReadOptions {
    ReadOptions { zone: None }
}

/// A TCX document around `body`.
fn tcx(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrainingCenterDatabase xmlns=\"v2\" xmlns:ns3=\"x\">\n{body}\n\
         </TrainingCenterDatabase>\n"
    )
}

/// One run with `laps`.
fn run(laps: &str) -> String {
    tcx(&format!(
        "<Activities><Activity Sport=\"Running\"><Id>2024-05-01T07:00:00Z</Id>\n{laps}</Activity></Activities>"
    ))
}

fn clock(s: u32) -> String {
    format!("2024-05-01T{:02}:{:02}:{:02}Z", 7 + s / 3600, s / 60 % 60, s % 60)
}

/// A lap that starts `s` seconds into the run and states its `totals`, with `tracks` in it.
fn lap(s: u32, totals: &str, tracks: &[String]) -> String {
    let tracks: String = tracks.iter().map(|points| format!("<Track>\n{points}</Track>")).collect();
    format!("<Lap StartTime=\"{}\">{totals}<Intensity>Active</Intensity>{tracks}</Lap>\n", clock(s))
}

/// A point `s` seconds into the run, 3 m/s north, with `inner` in it; one line.
fn point(s: u32, inner: &str) -> String {
    let lat = 52.5 + f64::from(s) * 3.0 / 111_280.0;
    format!(
        "<Trackpoint><Time>{}</Time><Position><LatitudeDegrees>{lat:.7}</LatitudeDegrees><LongitudeDegrees>13.4\
         </LongitudeDegrees></Position>{inner}</Trackpoint>\n",
        clock(s)
    )
}

/// A point of a treadmill.
fn indoors(s: u32, distance_m: f64) -> String {
    format!("<Trackpoint><Time>{}</Time><DistanceMeters>{distance_m}</DistanceMeters></Trackpoint>\n", clock(s))
}

fn points(seconds: impl IntoIterator<Item = u32>) -> String {
    seconds.into_iter().map(|s| point(s, "")).collect()
}

fn simple(points: String) -> String {
    run(&lap(0, "", &[points]))
}

#[test]
fn every_number_of_a_point_is_read_under_any_prefix() {
    let inner = "<AltitudeMeters>34.5</AltitudeMeters><DistanceMeters>12.25</DistanceMeters>\
                 <HeartRateBpm><Value>150</Value></HeartRateBpm><SensorState>Present</SensorState>\
                 <Extensions><ns3:TPX><ns3:Speed>3.1</ns3:Speed><ns3:RunCadence>86</ns3:RunCadence>\
                 <ns3:Watts>250</ns3:Watts></ns3:TPX></Extensions>";
    for prefix in ["ns3:", "ns2:", "x:", ""] {
        let file = read_text(&simple(point(0, &inner.replace("ns3:", prefix))));
        let run = only(&file);
        for (name, value) in [
            ("altitude_m", 34.5),
            ("distance_m", 12.25),
            ("heart_rate_bpm", 150.0),
            ("speed_mps", 3.1),
            ("cadence_spm", 172.0),
            ("power_w", 250.0),
            ("lat_deg", 52.5),
            ("lon_deg", 13.4),
            ("elapsed_s", 0.0),
            ("lap", 0.0),
        ] {
            assert_eq!(column(run, name), [Some(value)], "{name} with prefix {prefix}");
        }
        assert_eq!(codes(&file), [NoticeCode::OffsetUnknown]);
    }
}

#[test]
fn a_run_has_its_day_device_title_and_notes() {
    let text = "<Activities><Activity Sport=\"Running\"><Id>x</Id>".to_owned()
        + &lap(0, "", &[points(0..3)])
        + "<Notes>Legs heavy.\nRain &amp; wind</Notes><Name>Trail run</Name><Creator xsi:type=\"Device_t\"><Name>Forerunner \
           </Name><UnitId>3815748186</UnitId><ProductID>484</ProductID><Version><VersionMajor>2</VersionMajor></Version>\
           </Creator></Activity></Activities><Author><Name>Connect</Name><Build><Time>Jan 5 2012</Time></Build></Author>";
    let zone = ReadOptions { zone: Some(chrono_tz::America::Los_Angeles) };
    let file = read(tcx(&text).as_bytes(), &zone).unwrap();
    let run = only(&file);
    assert_eq!((file.format, file.kind.clone()), (Format::Tcx, FileKind::Activity));
    let device = file.device.as_ref().unwrap();
    assert_eq!((device.product.as_deref(), device.serial), (Some("Forerunner"), Some(3_815_748_186)));
    assert_eq!(run.details.title.as_deref(), Some("Trail run"));
    assert_eq!(run.details.description.as_deref(), Some("Legs heavy.\nRain & wind"));
    assert_eq!(run.sport, Sport::Running(RunKind::Trail));
    assert_eq!(run.start, Some(time("2024-05-01T07:00:00Z")));
    assert_eq!((run.utc_offset_s, run.offset_source), (Some(-7 * 3600), OffsetSource::Zone));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2024, 5, 1));
    assert_eq!((file.messages["Lap"], file.messages["Trackpoint"]), (1, 3));
}

#[test]
fn totals_are_the_sums_of_what_every_lap_states() {
    let totals = |seconds: u32, metres: u32, mean: u32, highest: u32| {
        format!(
            "<TotalTimeSeconds>{seconds}</TotalTimeSeconds><DistanceMeters>{metres}</DistanceMeters>\
             <MaximumSpeed>4</MaximumSpeed><Calories>10</Calories><AverageHeartRateBpm><Value>{mean}</Value>\
             </AverageHeartRateBpm><MaximumHeartRateBpm><Value>{highest}</Value></MaximumHeartRateBpm>"
        )
    };
    let laps =
        lap(0, &totals(30, 100, 140, 150), &[points(0..30)]) + &lap(30, &totals(10, 30, 160, 170), &[points(30..40)]);
    let file = read_text(&run(&laps));
    let own = only(&file);
    assert_eq!(own.session.timer_time_s, Some(40.0));
    assert_eq!(own.session.distance_m, Some(130.0));
    assert_eq!(own.session.calories_kcal, Some(20.0));
    assert_eq!(own.session.avg_heart_rate_bpm, Some(145.0));
    assert_eq!(own.session.max_heart_rate_bpm, Some(170.0));
    assert_eq!(own.session.elapsed_time_s, None);
    assert_eq!(own.laps.len(), 2);
    assert_eq!(own.laps[1].start, Some(time("2024-05-01T07:00:30Z")));
    assert_eq!(own.laps[1].totals.distance_m, Some(30.0));
    assert_eq!(column(own, "lap")[29..31], [Some(0.0), Some(1.0)]);
    assert!(own.pauses.is_empty());
    // One lap that does not say leaves the sum open; nothing but zeros states nothing.
    let open = read_text(&run(&laps.replacen("<DistanceMeters>30</DistanceMeters>", "", 1)));
    assert_eq!(only(&open).session.distance_m, None);
    assert_eq!(only(&open).session.timer_time_s, Some(40.0));
    let zero = read_text(&run(&laps.replace("<Calories>10", "<Calories>0")));
    assert_eq!(only(&zero).session.calories_kcal, None);
}

#[test]
fn a_treadmill_counts_fully() {
    let file = read_text(&simple((0..100).map(|s| indoors(s, f64::from(s) * 2.5)).collect()));
    assert_eq!(only(&file).distance_source, DistanceSource::Device);
    assert_eq!(column(only(&file), "distance_m")[99], Some(247.5));
    assert!(!has_column(only(&file), "lat_deg"));
    assert!(only(&file).sport.is_run());
}

#[test]
fn a_missing_distance_is_added_up_from_positions() {
    let file = read_text(&simple(points(0..=100)));
    assert_eq!(only(&file).distance_source, DistanceSource::Positions);
    assert!((column(only(&file), "distance_m")[100].unwrap() - 300.0).abs() < 0.2);
    let said = |file: &WatchFile| {
        file.notices.iter().find(|notice| notice.code == NoticeCode::DistanceFromPositions).unwrap().text.clone()
    };
    assert_eq!(said(&file), "Distance was added up from positions.");
    // A total that the lap states is the activity's, and the sentence does not claim another.
    let stated = read_text(&run(&lap(0, "<DistanceMeters>312</DistanceMeters>", &[points(0..=100)])));
    assert_eq!(only(&stated).session.distance_m, Some(312.0));
    assert!(said(&stated).ends_with("The total, 0.31 km, is the one that the file states."), "{}", said(&stated));
    let zeros = (0..=100).map(|s| point(s, "<DistanceMeters>0.0</DistanceMeters>")).collect();
    assert_eq!(only(&read_text(&simple(zeros))).distance_source, DistanceSource::Positions);
}

#[test]
fn a_distance_that_begins_anew_in_each_lap_runs_through() {
    let points = |from: u32| (0..=100).map(|s| indoors(from + s, f64::from(s) * 10.0)).collect::<String>();
    let file =
        read_text(&run(&(lap(0, "", &[points(0)]) + &lap(101, "", &[points(101)]) + &lap(202, "", &[points(202)]))));
    let distance_m = column(only(&file), "distance_m");
    assert_eq!((distance_m[100], distance_m[201], distance_m[302]), (Some(1000.0), Some(2000.0), Some(3000.0)));
    assert!(codes(&file).contains(&NoticeCode::Converted));
    // A distance that runs through is left as it is.
    let through = |from: u32| (0..=100).map(|s| indoors(from + s, f64::from(from + s) * 10.0)).collect::<String>();
    let file = read_text(&run(&(lap(0, "", &[through(0)]) + &lap(101, "", &[through(101)]))));
    assert_eq!(column(only(&file), "distance_m")[201], Some(2010.0));
}

#[test]
fn a_second_track_in_a_lap_is_a_pause_unless_it_goes_on_at_once() {
    let pause = read_text(&run(&lap(0, "", &[points(0..=10), points(70..=80)])));
    let own = only(&pause);
    assert_eq!(own.pauses.len(), 1);
    assert_eq!((own.pauses[0].from, own.pauses[0].to), (time("2024-05-01T07:00:10Z"), time("2024-05-01T07:01:10Z")));
    assert!((column(own, "distance_m")[21].unwrap() - 60.0).abs() < 0.1);
    let seam = read_text(&run(&lap(0, "", &[points(0..=10), points(15..=25)])));
    assert!(only(&seam).pauses.is_empty());
    assert!((column(only(&seam), "distance_m")[21].unwrap() - 75.0).abs() < 0.1);
}

#[test]
fn a_lap_that_starts_late_follows_a_pause() {
    let seconds = |s: u32| format!("<TotalTimeSeconds>{s}</TotalTimeSeconds>");
    let file = read_text(&run(&(lap(0, &seconds(10), &[points(0..=10)]) + &lap(70, &seconds(10), &[points(70..=80)]))));
    assert_eq!(only(&file).pauses.len(), 1);
    // Rest laps of a pool have no points; the timer runs on.
    let laps = lap(0, &seconds(10), &[points(0..=10)])
        + &lap(10, &seconds(60), &[])
        + &lap(70, &seconds(10), &[points(70..=80)]);
    let file = read_text(&run(&laps));
    assert!(only(&file).pauses.is_empty());
    assert_eq!(column(only(&file), "lap").last(), Some(&Some(2.0)));
}

#[test]
fn points_that_a_later_lap_repeats_count_once() {
    let all = (0..200).map(|s| indoors(s, f64::from(s))).collect::<String>();
    let file = read_text(&run(&(lap(0, "", std::slice::from_ref(&all)) + &lap(100, "", &[all]))));
    let own = only(&file);
    assert_eq!(own.records.height(), 200);
    assert_eq!(column(own, "lap")[99..101], [Some(0.0), Some(1.0)]);
    assert!(codes(&file).contains(&NoticeCode::DuplicateSamples));
}

#[test]
fn sports_are_taken_as_stated() {
    let with = |sport: &str| {
        let text = simple(points(0..200)).replace("Sport=\"Running\"", &format!("Sport=\"{sport}\""));
        read_text(&text)
    };
    for (stated, name) in [("Running", "running"), ("Biking", "cycling"), ("Other", "other"), ("Walking", "walking")] {
        let file = with(stated);
        assert_eq!(only(&file).sport.name(), name, "{stated}");
        assert!(!codes(&file).contains(&NoticeCode::SportAssumed));
    }
    let assumed = with("");
    assert!(only(&assumed).sport.is_run());
    assert!(codes(&assumed).contains(&NoticeCode::SportAssumed));
}

#[test]
fn cadence_is_the_runs_own_on_foot_and_the_pedals_otherwise() {
    let inner = "<Cadence>60</Cadence><Extensions><TPX><RunCadence>88</RunCadence></TPX></Extensions>";
    let text = simple(point(0, inner));
    assert_eq!(column(only(&read_text(&text)), "cadence_spm"), [Some(176.0)]);
    let ride = read_text(&text.replace("Sport=\"Running\"", "Sport=\"Biking\""));
    assert_eq!(column(only(&ride), "cadence_rpm"), [Some(60.0)]);
    let both = read_text(&simple(point(0, "<Cadence>176</Cadence>")));
    assert_eq!(column(only(&both), "cadence_spm"), [Some(176.0)]);
}

#[test]
fn each_activity_of_a_multisport_session_is_its_own() {
    let leg = |around: &str, sport: &str, hour: u32| {
        let laps = lap(0, "", &[points(0..3)]).replace("T07", &format!("T{hour:02}"));
        format!("<{around}><Activity Sport=\"{sport}\"><Id>x</Id>{laps}</Activity></{around}>")
    };
    let session =
        leg("FirstSport", "Biking", 7) + "<NextSport><Transition/></NextSport>" + &leg("NextSport", "Running", 9);
    let text = tcx(&format!("<Activities><MultiSportSession><Id>x</Id>{session}</MultiSportSession></Activities>"));
    let file = read_text(&text);
    let sports: Vec<&str> = file.activities.iter().map(|activity| activity.sport.name()).collect();
    assert_eq!(sports, ["cycling", "running"]);
    assert_eq!(file.activities[1].start, Some(time("2024-05-01T09:00:00Z")));
}

#[test]
fn courses_and_workouts_are_set_aside_by_name() {
    let course = format!("<Courses><Course><Name>Loop</Name><Lap/><Track>{}</Track></Course></Courses>", points(0..3));
    let file = read_text(&tcx(&course));
    assert_eq!(file.kind, FileKind::Course);
    assert!(file.activities.is_empty());
    let file = read_text(&tcx("<Workouts><Workout Sport=\"Running\"><Name>8 x 400</Name></Workout></Workouts>"));
    assert_eq!(file.kind, FileKind::Other("workouts".to_owned()));
    assert_eq!(read_text(&tcx("<Activities/>")).kind, FileKind::Other("empty".to_owned()));
}

#[test]
fn an_activity_entered_by_hand_has_totals_and_no_samples() {
    let totals = "<TotalTimeSeconds>1800</TotalTimeSeconds><DistanceMeters>5000</DistanceMeters>";
    let file = read_text(&run(&lap(0, totals, &[])));
    let own = only(&file);
    assert_eq!((own.records.height(), own.session.distance_m), (0, Some(5000.0)));
    assert_eq!(own.start, Some(time("2024-05-01T07:00:00Z")));
}

#[test]
fn a_point_with_nothing_but_its_time_is_a_row_and_one_without_is_none() {
    let bare = format!("<Trackpoint><Time>{}</Time></Trackpoint>\n", clock(5));
    let untimed = point(10, "").replace(&format!("<Time>{}</Time>", clock(10)), "");
    let file = read_text(&simple(points([0]) + &bare + &untimed + &points([20])));
    assert_eq!(column(only(&file), "elapsed_s"), [0.0, 5.0, 20.0].map(Some));
    assert_eq!(column(only(&file), "lat_deg")[1], None);
    assert!((column(only(&file), "distance_m")[2].unwrap() - 60.0).abs() < 0.1);
    assert!(codes(&file).contains(&NoticeCode::NoTimes));
}

#[test]
fn the_encoding_and_leading_blanks_do_not_matter() {
    let text = simple(points(0..5)).replacen("<Lap", "<Notes>Läufer</Notes><Lap", 1);
    let expected = only(&read_text(&text)).records.clone();
    let utf_16 = text.replacen("UTF-8", "UTF-16", 1);
    let little: Vec<u8> = [b"\xff\xfe".to_vec(), utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let latin_1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let declared = latin_1(&text.replacen("UTF-8", "ISO-8859-1", 1));
    let bom = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let strava = [b"          ".as_slice(), text.as_bytes()].concat();
    for bytes in [little, declared, bom, strava, latin_1(&text)] {
        let file = read(&bytes, &options()).unwrap();
        assert_eq!(only(&file).details.description.as_deref(), Some("Läufer"));
        assert!(only(&file).records.equals_missing(&expected));
    }
    assert_eq!(place(&read(&latin_1(&text), &options()).unwrap(), NoticeCode::Damaged), "line 4");
}

#[test]
fn a_written_run_is_read_as_it_was() {
    let samples = (0..=600_i32).map(|i| Sample {
        time: Utc.timestamp_opt(1_714_546_800 + i64::from(i), 0).unwrap(),
        position: (i != 7).then(|| (52.5 + f64::from(i) * 2.7e-5, 13.4)),
        distance_m: Some(f64::from(i) * 3.0),
        speed_mps: Some(3.0),
        altitude_m: Some(30.0 + f64::from(i) / 10.0),
        heart_rate_bpm: Some(120 + u8::try_from(i / 10).unwrap()),
        cadence_spm: Some(170.0),
    });
    let recording = Recording {
        title: Some("Hills & <dales>".to_owned()),
        kind: RunKind::Generic,
        utc_offset_s: 7200,
        serial: 17,
        samples: samples.collect(),
        lap_every_m: Some(1000.0),
    };
    let text = encode::tcx(&recording);
    assert_eq!(text, encode::tcx(&recording));
    let file = read_text(&text);
    let run = only(&file);
    assert_eq!(run.details.title.as_deref(), Some("Hills & <dales>"));
    assert_eq!(run.sport, Sport::Running(RunKind::Generic));
    assert_eq!(file.device.as_ref().unwrap().serial, Some(17));
    assert_eq!(run.records.height(), 601);
    assert_eq!((run.laps.len(), run.pauses.len()), (2, 0));
    assert_eq!((run.session.distance_m, run.session.timer_time_s), (Some(1800.0), Some(600.0)));
    assert_eq!(run.session.max_heart_rate_bpm, Some(180.0));
    for (name, value) in [
        ("cadence_spm", 170.0),
        ("heart_rate_bpm", 180.0),
        ("altitude_m", 90.0),
        ("distance_m", 1800.0),
        ("speed_mps", 3.0),
    ] {
        assert_eq!(column(run, name)[600], Some(value), "{name}");
    }
    assert_eq!(column(run, "lat_deg")[7], None);
}

#[test]
fn a_notice_names_the_activity_that_it_is_about() {
    let activity = |name: &str, from: u32| {
        let points: String = (from..from + 100).map(|s| point(s, "")).collect();
        format!("<Activity Sport=\"{name}\"><Id>x</Id>{}</Activity>", lap(from, "", &[points]))
    };
    // An activity without a point becomes none: the second one of the file is the first that is read.
    let empty = "<Activity Sport=\"Running\"><Id>x</Id></Activity>";
    let [known, unknown] = [activity("Running", 0), activity("Quidditch", 600)];
    let file = read_text(&tcx(&format!("<Activities>{empty}{known}{unknown}</Activities>")));
    assert_eq!(file.activities.len(), 2);
    let of = |code: NoticeCode| -> Vec<(&str, Option<usize>)> {
        file.notices.iter().filter(|n| n.code == code).map(|n| (n.place.as_str(), n.activity)).collect()
    };
    assert_eq!(of(NoticeCode::DistanceFromPositions), [("activity 2", Some(0)), ("activity 3", Some(1))]);
    assert_eq!(of(NoticeCode::SportAssumed), [("activity 3", Some(1))]);
}

#[test]
fn notes_of_laps_are_kept() {
    const TIME: &str = "<TotalTimeSeconds>60</TotalTimeSeconds>";
    let notes = |first: &str, second: &str| {
        let text = run(&(lap(0, &format!("{TIME}{first}"), &[]) + &lap(60, &format!("{TIME}{second}"), &[])));
        read_text(&text).activities[0].details.description.clone()
    };
    assert_eq!(notes("<Notes>Warm up</Notes>", "").as_deref(), Some("Lap 1: Warm up"));
    assert_eq!(notes("", ""), None);
    let text = run(&lap(0, &format!("{TIME}<Notes>Hills</Notes>"), &[]))
        .replace("</Activity>", "<Notes>Tired</Notes></Activity>");
    assert_eq!(read_text(&text).activities[0].details.description.as_deref(), Some("Tired\nHills"));
}

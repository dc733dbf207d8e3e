//! What the GPX reader makes of files, good and bad.

mod damage;
mod rules;

use crate::ask::{codes, column, has_column, only, place, read_text, time};
use chrono::{NaiveDate, TimeZone, Utc};
use plimsoll_ingest::encode::{self, Recording, Sample};
use plimsoll_ingest::{DistanceSource, FileKind, Format, NoticeCode, OffsetSource, ReadOptions, RunKind, Sport, read};

fn options() -> ReadOptions {
    ReadOptions { zone: None }
}

/// A GPX 1.1 document around `body`.
fn gpx(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Test\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\" xmlns:gpxtpx=\"x\" xmlns:ns3=\"y\">\n{body}\n</gpx>\n"
    )
}

/// One track with one segment of `points`.
fn track(points: &str) -> String {
    gpx(&format!("<trk><type>running</type><trkseg>\n{points}\n</trkseg></trk>"))
}

/// A point `s` seconds into the run, 3 m/s north, with `inner` in it; one line.
fn point(s: u32, inner: &str) -> String {
    let lat = 52.5 + f64::from(s) * 3.0 / 111_280.0;
    let (m, s) = (s / 60, s % 60);
    format!(
        "<trkpt lat=\"{lat:.7}\" lon=\"13.4\"><ele>34.5</ele><time>2024-05-01T07:{m:02}:{s:02}Z</time>{inner}</trkpt>\n"
    )
}

fn points(seconds: impl IntoIterator<Item = u32>) -> String {
    seconds.into_iter().map(|s| point(s, "")).collect()
}

#[test]
fn heart_rate_and_cadence_survive_under_any_prefix() {
    for inner in [
        "<extensions><gpxtpx:TrackPointExtension><gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>86</gpxtpx:cad></gpxtpx:TrackPointExtension></extensions>",
        "<extensions><ns3:TrackPointExtension><ns3:hr>150</ns3:hr><ns3:cad>86</ns3:cad></ns3:TrackPointExtension></extensions>",
        "<extensions><TrackPointExtension><hr>150</hr><cad>86</cad></TrackPointExtension></extensions>",
        "<extensions><heartrate>150</heartrate><cadence>86</cadence></extensions>",
        "<extensions><extension hr=\"150\" cad=\"86\"/></extensions>",
        "<extensions><gpxdata:hr>150</gpxdata:hr><gpxdata:cadence>86</gpxdata:cadence></extensions>",
        "<hr>150.4</hr><cad><![CDATA[ 86 ]]></cad>",
    ] {
        let file = read_text(&track(&point(0, inner)));
        assert_eq!(column(only(&file), "heart_rate_bpm"), [Some(150.0)], "{inner}");
        assert_eq!(column(only(&file), "cadence_spm"), [Some(172.0)], "{inner}");
    }
}

#[test]
fn power_temperature_and_speed_are_read_where_they_are() {
    let inner = "<extensions><power>212</power><gpxtpx:TrackPointExtension><gpxtpx:atemp>7.5</gpxtpx:atemp>\
                 <gpxtpx:speed>3.1</gpxtpx:speed></gpxtpx:TrackPointExtension></extensions>";
    let file = read_text(&track(&(point(0, inner) + &point(1, ""))));
    assert_eq!(column(only(&file), "power_w"), [Some(212.0), None]);
    assert_eq!(column(only(&file), "temperature_c"), [Some(7.5), None]);
    assert_eq!(column(only(&file), "speed_mps"), [Some(3.1), None]);
    assert!(!has_column(only(&file), "heart_rate_bpm"));
}

#[test]
fn cadence_is_doubled_for_one_foot_only() {
    let cad = |cad: u32| format!("<extensions><cad>{cad}</cad></extensions>");
    let both = read_text(&track(&point(0, &cad(176))));
    assert_eq!(column(only(&both), "cadence_spm"), [Some(176.0)]);
    let ride = track(&point(0, &cad(86))).replace("running", "cycling");
    let ride = read_text(&ride);
    assert_eq!(only(&ride).sport, Sport::CrossTraining("cycling".to_owned()));
    assert_eq!(column(only(&ride), "cadence_rpm"), [Some(86.0)]);
    assert!(!has_column(only(&ride), "cadence_spm"));
}

#[test]
fn a_run_has_its_start_distance_and_title() {
    let text = gpx(&format!(
        "<metadata><name>File</name></metadata><trk><name>Tom &amp; J&#xe9;r&#244;me</name><type>trail_running</type>\
         <link href='x'><text>a</text><type>cycling</type></link><trkseg>{}</trkseg></trk>",
        points(0..=100)
    ));
    let zone = ReadOptions { zone: Some(chrono_tz::America::Los_Angeles) };
    let file = read(text.as_bytes(), &zone).unwrap();
    let run = only(&file);
    assert_eq!((file.format, file.kind.clone()), (Format::Gpx, FileKind::Activity));
    assert_eq!(file.device.as_ref().unwrap().manufacturer.as_deref(), Some("Test"));
    assert_eq!(run.details.title.as_deref(), Some("Tom & Jérôme"));
    assert_eq!(run.sport, Sport::Running(RunKind::Trail));
    assert_eq!(run.start, Some(time("2024-05-01T07:00:00Z")));
    assert_eq!((run.utc_offset_s, run.offset_source), (Some(-7 * 3600), OffsetSource::Zone));
    assert_eq!(run.local_date, NaiveDate::from_ymd_opt(2024, 5, 1));
    assert_eq!(run.distance_source, DistanceSource::Positions);
    let distance_m = column(run, "distance_m");
    assert_eq!(distance_m[0], Some(0.0));
    assert!((distance_m[100].unwrap() - 300.0).abs() < 0.2, "{:?}", distance_m[100]);
    assert_eq!(column(run, "elapsed_s")[100], Some(100.0));
    assert_eq!(column(run, "altitude_m")[3], Some(34.5));
    assert_eq!(file.messages["trkpt"], 101);
    assert_eq!(file.messages.get("rte"), None);
    assert_eq!(codes(&file), [NoticeCode::DistanceFromPositions]);
}

#[test]
fn a_morning_run_near_the_date_line_counts_on_its_own_day() {
    let text = track(&points(0..2)).replace("2024-05-01T07", "2024-04-30T19");
    let zone = ReadOptions { zone: Some(chrono_tz::Pacific::Auckland) };
    let file = read(text.as_bytes(), &zone).unwrap();
    assert_eq!(only(&file).local_date, NaiveDate::from_ymd_opt(2024, 5, 1));
    let unknown = read_text(&text);
    assert_eq!(only(&unknown).local_date, NaiveDate::from_ymd_opt(2024, 4, 30));
    assert_eq!((only(&unknown).utc_offset_s, only(&unknown).offset_source), (None, OffsetSource::Unknown));
    assert!(codes(&unknown).contains(&NoticeCode::OffsetUnknown));
}

#[test]
fn an_offset_in_the_times_beats_the_athletes_zone() {
    let text = track(&points(0..2)).replace("Z</time>", "+02:00</time>");
    let file = read(text.as_bytes(), &ReadOptions { zone: Some(chrono_tz::Asia::Tokyo) }).unwrap();
    assert_eq!(only(&file).start, Some(time("2024-05-01T05:00:00Z")));
    assert_eq!((only(&file).utc_offset_s, only(&file).offset_source), (Some(7200), OffsetSource::File));
}

#[test]
fn times_without_a_zone_are_utc_and_said_once() {
    let file = read_text(&track(&points(0..5)).replace("Z</time>", ".250</time>"));
    assert_eq!(only(&file).start, Some(time("2024-05-01T07:00:00.250Z")));
    let said = file.notices.iter().filter(|notice| notice.text.contains("without a zone")).count();
    assert_eq!(said, 1);
}

#[test]
fn positions_of_zero_are_no_positions() {
    let text = track(&points(0..3)).replace("lon=\"13.4\"", "lon=\"0.0\"");
    let text = (0..3).fold(text, |text, s| {
        let lat = 52.5 + f64::from(s) * 3.0 / 111_280.0;
        text.replace(&format!("{lat:.7}"), "0.0")
    });
    let file = read_text(&text);
    assert_eq!(only(&file).records.height(), 3);
    assert!(!has_column(only(&file), "lat_deg") && !has_column(only(&file), "distance_m"));
    assert_eq!(only(&file).distance_source, DistanceSource::None);
}

#[test]
fn each_track_is_an_activity() {
    let one = |day: u32, kind: &str| {
        format!("<trk><type>{kind}</type><trkseg>{}</trkseg></trk>", points(0..3))
            .replace("05-01", &format!("05-{day:02}"))
    };
    let file = read_text(&gpx(&(one(1, "running") + "<trk><name>empty</name></trk>" + &one(2, "cycling"))));
    assert_eq!(file.activities.len(), 2);
    assert_eq!(file.messages["trk"], 3);
    assert_eq!(file.activities[1].start, Some(time("2024-05-02T07:00:00Z")));
    assert_eq!(file.activities[1].sport.name(), "cycling");
}

#[test]
fn a_new_segment_is_a_pause_and_its_way_does_not_count() {
    let text = gpx(&format!(
        "<trk><type>running</type><trkseg>{}</trkseg><trkseg/><trkseg>{}</trkseg></trk>",
        points(0..=10),
        points(70..=80)
    ));
    let file = read_text(&text);
    let run = only(&file);
    assert_eq!(run.pauses.len(), 1);
    assert_eq!(run.pauses[0].from, time("2024-05-01T07:00:10Z"));
    assert_eq!(run.pauses[0].to, time("2024-05-01T07:01:10Z"));
    assert!((column(run, "distance_m")[21].unwrap() - 60.0).abs() < 0.1);
}

#[test]
fn a_track_without_times_is_a_course() {
    let text = track(&points(0..3)).replace("<time>", "<!--").replace("</time>", "-->");
    let file = read_text(&text);
    assert_eq!(file.kind, FileKind::Course);
    assert!(file.activities.is_empty());
    assert!(codes(&file).contains(&NoticeCode::NoTimes));
    assert_eq!(read_text(&gpx("<rte><rtept lat=\"1\" lon=\"2\"/></rte>")).kind, FileKind::Course);
    assert_eq!(read_text(&gpx("<wpt lat=\"1\" lon=\"2\"/>")).kind, FileKind::Other("waypoints".to_owned()));
    assert_eq!(read_text(&gpx("")).kind, FileKind::Other("empty".to_owned()));
}

#[test]
fn a_point_without_a_time_is_left_out_of_a_timed_track_but_not_its_way() {
    let untimed = point(10, "").replace("<time>2024-05-01T07:00:10Z</time>", "");
    let file = read_text(&track(&(points([0]) + &untimed + &points([20]))));
    assert_eq!(only(&file).records.height(), 2);
    assert!((column(only(&file), "distance_m")[1].unwrap() - 60.0).abs() < 0.1);
    assert!(codes(&file).contains(&NoticeCode::NoTimes));
}

#[test]
fn times_before_gps_are_no_times() {
    let file = read_text(&track(&points(0..3)).replace("2024-05-01", "1901-12-13"));
    assert_eq!(file.kind, FileKind::Course);
    assert!(codes(&file).contains(&NoticeCode::ImpossibleValue));
}

#[test]
fn times_out_of_order_are_kept_and_said() {
    let file = read_text(&track(&points([0, 1, 1, 5, 3])));
    assert_eq!(column(only(&file), "elapsed_s"), [0.0, 1.0, 1.0, 5.0, 3.0].map(Some));
    assert_eq!(place(&file, NoticeCode::TimeOrder), "line 6");
    let said = |seconds: &[u32]| {
        let file = read_text(&track(&points(seconds.iter().copied())));
        file.notices.into_iter().find(|notice| notice.code == NoticeCode::TimeOrder).unwrap().text
    };
    assert_eq!(said(&[0, 1, 1, 5]), "1 sample has the time of the one before; it is kept as it stands.");
    assert_eq!(
        said(&[0, 1, 1, 5, 5, 3]),
        "2 samples have the time of the one before, and 1 sample has an earlier time than it, the first of them here; \
         they are kept as they stand."
    );
}

#[test]
fn the_sport_is_assumed_from_the_speed_when_it_is_not_stated() {
    let text = track(&points(0..200)).replace("<type>running</type>", "");
    let file = read_text(&text);
    assert_eq!(only(&file).sport, Sport::Running(RunKind::Generic));
    assert!(codes(&file).contains(&NoticeCode::SportAssumed));
    let slow = track(&points((0..40).map(|i| i * 90).collect::<Vec<_>>())).replace("running", "trackOnWeb");
    let slow = slow.replace("52.5", "52.50");
    assert_eq!(only(&read_text(&slow)).sport, Sport::Unknown);
}

#[test]
fn gpx_1_0_has_speed_and_name_of_its_own() {
    let text = "<gpx version='1.0' creator='Old'><name>Morning</name><trk><trkseg>\
                <trkpt lat='52.5' lon='13.4'><time>2004-05-01T07:00:00Z</time><course>12</course><speed>3.2</speed></trkpt>\
                </trkseg></trk></gpx>";
    let file = read_text(text);
    assert_eq!(only(&file).details.title.as_deref(), Some("Morning"));
    assert_eq!(column(only(&file), "speed_mps"), [Some(3.2)]);
}

#[test]
fn the_files_own_distance_counts_when_it_can_be_believed() {
    let with = |factor: f64| -> String {
        let points = (0..50).map(|s| {
            let written = f64::from(s) * 3.0 * factor;
            point(s, &format!("<extensions><gpxdata:distance>{written}</gpxdata:distance></extensions>"))
        });
        track(&points.collect::<String>())
    };
    let believed = read_text(&with(1.05));
    assert_eq!(only(&believed).distance_source, DistanceSource::Device);
    assert_eq!(column(only(&believed), "distance_m")[40], Some(126.0));
    let kilometres = read_text(&with(0.001));
    assert_eq!(only(&kilometres).distance_source, DistanceSource::Positions);
}

#[test]
fn a_prefix_on_every_element_changes_nothing() {
    let plain = track(&points(0..5));
    let mut prefixed = plain.clone();
    for name in ["gpx", "trk", "trkseg", "trkpt", "time", "ele", "type"] {
        for (open, close) in [("<", ">"), ("<", " "), ("</", ">")] {
            prefixed = prefixed.replace(&format!("{open}{name}{close}"), &format!("{open}g:{name}{close}"));
        }
    }
    assert!(prefixed.contains("<g:trkpt"));
    assert!(only(&read_text(&plain)).records.equals_missing(&only(&read_text(&prefixed)).records));
}

#[test]
fn the_encoding_does_not_matter() {
    let text = track(&points(0..5)).replacen("<type>", "<name>Läufer</name><type>", 1);
    let expected = only(&read_text(&text)).records.clone();
    let utf_16 = text.replacen("UTF-8", "UTF-16", 1);
    let little: Vec<u8> = [b"\xff\xfe".to_vec(), utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let big: Vec<u8> = [b"\xfe\xff".to_vec(), utf_16.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat();
    let latin_1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let declared = latin_1(&text.replacen("UTF-8", "ISO-8859-1", 1));
    let bom = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for bytes in [little, big, declared, bom, latin_1(&text)] {
        let file = read(&bytes, &options()).unwrap();
        assert_eq!(only(&file).details.title.as_deref(), Some("Läufer"));
        assert!(only(&file).records.equals_missing(&expected));
    }
    let undeclared = read(&latin_1(&text), &options()).unwrap();
    assert_eq!(place(&undeclared, NoticeCode::Damaged), "line 3");
}

#[test]
fn a_written_run_is_read_as_it_was() {
    let samples = (0..300_i32).map(|i| Sample {
        time: Utc.timestamp_opt(1_714_546_800 + i64::from(i), 0).unwrap(),
        position: (i != 7).then(|| (52.5 + f64::from(i) * 2.7e-5, 13.4)),
        distance_m: None,
        speed_mps: Some(3.0),
        altitude_m: Some(30.0 + f64::from(i) / 10.0),
        heart_rate_bpm: Some(120 + u8::try_from(i / 10).unwrap()),
        cadence_spm: Some(170.0),
    });
    let recording = Recording {
        title: Some("Hills & <dales>".to_owned()),
        kind: RunKind::Generic,
        utc_offset_s: 7200,
        serial: 1,
        samples: samples.collect(),
        lap_every_m: None,
    };
    let text = encode::gpx(&recording);
    assert_eq!(text, encode::gpx(&recording));
    assert!(text.contains("<type>running</type>"));
    let file = read_text(&text);
    let run = only(&file);
    assert_eq!(run.details.title.as_deref(), Some("Hills & <dales>"));
    assert_eq!(run.sport, Sport::Running(RunKind::Generic));
    assert_eq!(run.records.height(), 299);
    assert_eq!(column(run, "cadence_spm")[10], Some(170.0));
    assert_eq!(column(run, "heart_rate_bpm")[298], Some(149.0));
    assert_eq!(column(run, "altitude_m")[0], Some(30.0));
    let distance_m = column(run, "distance_m")[298].unwrap();
    assert!((distance_m - 898.3).abs() < 1.0, "{distance_m}");
    for kind in [RunKind::Road, RunKind::Trail, RunKind::Treadmill, RunKind::Track, RunKind::Virtual] {
        let file = read_text(&encode::gpx(&Recording { kind, ..recording.clone() }));
        assert_eq!(only(&file).sport, Sport::Running(kind));
    }
}

#[test]
fn a_jump_of_the_position_does_not_lengthen_a_run() {
    let mut points: Vec<String> = (0..600).map(|s| point(s, "")).collect();
    points[300] = points[300].replace("lat=\"52.5", "lat=\"53.5");
    let file = read_text(&track(&points.concat()));
    let distance = file.activities[0].records.column("distance_m").unwrap().f64().unwrap().last().unwrap();
    assert!((1785.0..1800.0).contains(&distance), "{distance}");
    let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::ImpossibleValue).unwrap();
    assert!(notice.text.starts_with("2 legs are faster than anybody runs"), "{}", notice.text);
}

#[test]
fn tracks_beyond_the_cap_are_counted_and_left_out() {
    let one = format!("<trk><type>running</type><trkseg>{}</trkseg></trk>", point(0, ""));
    let file = read_text(&gpx(&one.repeat(1500)));
    assert_eq!(file.messages["trk"], 1500);
    assert_eq!(file.activities.len(), 1000);
    let capped: Vec<_> = file.notices.iter().filter(|notice| notice.code == NoticeCode::Capped).collect();
    assert_eq!(capped.len(), 1);
    assert!(capped[0].text.contains("1000 tracks"));
}

//! Rules that tell writers' habits apart: seams from pauses, one activity from several, units, extensions.

use std::path::Path;

use plimsoll_ingest::{DistanceSource, NoticeCode, ReadOptions, read};

use super::{codes, column, gpx, only, point, points, read_text, track};

fn segments(segments: &[String]) -> String {
    let segments: String = segments.iter().map(|points| format!("<trkseg>\n{points}</trkseg>")).collect();
    gpx(&format!("<trk><name>Two</name><type>running</type>{segments}</trk>"))
}

#[test]
fn a_segment_for_each_lap_is_no_pause() {
    // Every second, then every eight seconds as a watch that saves memory writes.
    for (first, second) in
        [(points(0..=60), points(61..=120)), (points((0..=60).step_by(5)), points((68..=120).step_by(5)))]
    {
        let file = read_text(&segments(&[first, second]));
        let run = only(&file);
        assert!(run.pauses.is_empty());
        let distance_m = column(run, "distance_m").last().unwrap().unwrap();
        let seconds = column(run, "elapsed_s").last().unwrap().unwrap();
        assert!((distance_m - 3.0 * seconds).abs() < 0.2, "{distance_m} m in {seconds} s");
    }
}

#[test]
fn standing_still_for_a_short_time_is_a_pause() {
    // Twenty seconds at a light: the next segment goes on where the one before ended.
    let later = (60..120).map(|s| {
        point(s, "").replace(&format!("07:{:02}:{:02}Z", s / 60, s % 60), &{
            let s = s + 20;
            format!("07:{:02}:{:02}Z", s / 60, s % 60)
        })
    });
    let file = read_text(&segments(&[points(0..60), later.collect()]));
    assert_eq!(only(&file).pauses.len(), 1);
    // Far away within a short time is no way that anybody ran, either.
    let file = read_text(&segments(&[points(0..60), points(75..120).replace("lon=\"13.4\"", "lon=\"13.5\"")]));
    assert_eq!(only(&file).pauses.len(), 1);
    assert!(column(only(&file), "distance_m").last().unwrap().unwrap() < 320.0);
}

#[test]
fn segments_hours_apart_are_activities_of_their_own() {
    let evening = points(0..60).replace("T07", "T18");
    let file = read_text(&segments(&[points(0..60), points(100..160), evening]));
    assert_eq!(file.activities.len(), 2);
    assert_eq!(file.activities[0].pauses.len(), 1);
    assert_eq!(file.activities[1].details.title.as_deref(), Some("Two"));
    assert_eq!(column(&file.activities[1], "elapsed_s")[59], Some(59.0));
    assert!((column(&file.activities[1], "distance_m")[59].unwrap() - 177.0).abs() < 0.2);
    assert_eq!(file.activities[0].records.height() + file.activities[1].records.height(), 180);
}

#[test]
fn a_track_that_goes_on_where_the_one_before_ended_is_the_same_run() {
    let tracks = |gap: u32, kind: &str| {
        let one = |points: String, kind: &str| format!("<trk><type>{kind}</type><trkseg>{points}</trkseg></trk>");
        gpx(&(one(points(0..60), "running") + &one(points(60 + gap..120 + gap), kind)))
    };
    let file = read_text(&tracks(1, "running"));
    assert_eq!((only(&file).records.height(), only(&file).pauses.len()), (120, 0));
    let first_and_last = (column(only(&file), "distance_m")[0], column(only(&file), "distance_m")[119]);
    assert!(first_and_last.0 == Some(0.0) && (first_and_last.1.unwrap() - 360.0).abs() < 0.3, "{first_and_last:?}");
    // Another sport, or another place.
    assert_eq!(read_text(&tracks(1, "cycling")).activities.len(), 2);
    assert_eq!(read_text(&tracks(120, "running")).activities.len(), 2);
}

#[test]
fn kilometres_per_hour_are_converted() {
    let with = |speed: f64| {
        track(
            &(0..120)
                .map(|s| point(s, &format!("<extensions><speed>{speed}</speed></extensions>")))
                .collect::<String>(),
        )
    };
    let kmh = read_text(&with(10.8));
    assert!((column(only(&kmh), "speed_mps")[60].unwrap() - 3.0).abs() < 1e-9);
    assert!(codes(&kmh).contains(&NoticeCode::Converted));
    let mps = read_text(&with(3.3));
    assert_eq!(column(only(&mps), "speed_mps")[60], Some(3.3));
    assert!(!codes(&mps).contains(&NoticeCode::Converted));
}

#[test]
fn decimal_commas_are_taken_for_points() {
    let text = track(&points(0..3).replace("lon=\"13.4\"", "lon=\"13,4\"").replace("34.5", "34,5"));
    let file = read_text(&text);
    assert_eq!(column(only(&file), "lon_deg"), [Some(13.4); 3]);
    assert_eq!(column(only(&file), "altitude_m"), [Some(34.5); 3]);
    assert_eq!(codes(&file).iter().filter(|code| **code == NoticeCode::Converted).count(), 1);
    // A thousand is no decimal.
    let odd = read_text(&track(&points(0..3).replace("34.5", "1,034.5")));
    assert!(!super::has_column(only(&odd), "altitude_m"));
}

#[test]
fn extensions_of_many_writers_are_read() {
    let cases = [
        // Garmin TrackPointExtension v2, with what is passed over beside it.
        (
            "<gpxtpx:TrackPointExtension><gpxtpx:atemp>7</gpxtpx:atemp><gpxtpx:wtemp>9</gpxtpx:wtemp><gpxtpx:depth>1</gpxtpx:depth><gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>86</gpxtpx:cad><gpxtpx:speed>3</gpxtpx:speed><gpxtpx:course>1</gpxtpx:course><gpxtpx:bearing>1</gpxtpx:bearing></gpxtpx:TrackPointExtension>",
            "heart_rate_bpm cadence_spm speed_mps temperature_c",
        ),
        // Garmin PowerExtension, Strava, phones.
        ("<pwr:PowerInWatts>212</pwr:PowerInWatts>", "power_w"),
        ("<power>212</power>", "power_w"),
        // Cluetrust gpxdata: Suunto, Polar, GoldenCheetah.
        (
            "<gpxdata:hr>150</gpxdata:hr><gpxdata:cadence>86</gpxdata:cadence><gpxdata:temp>7</gpxdata:temp><gpxdata:verticalSpeed>0.1</gpxdata:verticalSpeed><gpxdata:seaLevelPressure>1013</gpxdata:seaLevelPressure>",
            "heart_rate_bpm cadence_spm temperature_c",
        ),
        (
            "<suunto:HR>150</suunto:HR><suunto:Cadence>86</suunto:Cadence><suunto:Temperature>7</suunto:Temperature>",
            "heart_rate_bpm cadence_spm temperature_c",
        ),
        // Amazfit, COROS.
        (
            "<ns3:TrackPointExtension><ns3:hr>150</ns3:hr><ns3:cad>86</ns3:cad></ns3:TrackPointExtension>",
            "heart_rate_bpm cadence_spm",
        ),
        ("<heartrate>150</heartrate><distance>0</distance><speed>3</speed>", "heart_rate_bpm speed_mps"),
        ("<heart_rate>150</heart_rate><Power>212</Power>", "heart_rate_bpm power_w"),
        // OsmAnd, FitoTrack.
        (
            "<osmand:speed>3</osmand:speed><osmand:hr>150</osmand:hr><osmand:heading>90</osmand:heading>",
            "heart_rate_bpm speed_mps",
        ),
    ];
    for (inner, columns) in cases {
        let file = read_text(&track(&point(0, &format!("<extensions>{inner}</extensions>"))));
        for (name, value) in [
            ("heart_rate_bpm", 150.0),
            ("cadence_spm", 172.0),
            ("power_w", 212.0),
            ("temperature_c", 7.0),
            ("speed_mps", 3.0),
        ] {
            if columns.contains(name) {
                assert_eq!(column(only(&file), name), [Some(value)], "{name} of {inner}");
            } else {
                assert!(!super::has_column(only(&file), name), "{name} of {inner}");
            }
        }
        assert!(!codes(&file).contains(&NoticeCode::NotUsed), "{inner}: {:?}", file.notices);
    }
}

#[test]
fn an_extension_that_nobody_knows_is_named_once() {
    let inner = "<extensions><x:StrideLength>1.1</x:StrideLength><x:LeftRight>50</x:LeftRight></extensions>";
    let file = read_text(&track(&(point(0, inner) + &point(1, inner))));
    let said: Vec<_> = file.notices.iter().filter(|notice| notice.code == NoticeCode::NotUsed).collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].text, "Not used: StrideLength, LeftRight.");
}

#[test]
fn every_extension_of_the_real_files_is_read_or_known() {
    let Ok(corpus) = std::env::var("PLIMSOLL_CORPUS") else {
        println!("skipped: PLIMSOLL_CORPUS does not name a folder of real files");
        return;
    };
    let mut seen = 0;
    for format in ["gpx", "tcx"] {
        for maker in std::fs::read_dir(Path::new(&corpus).join(format)).unwrap() {
            for file in std::fs::read_dir(maker.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                let Ok(file) = read(&std::fs::read(&path).unwrap(), &ReadOptions::default()) else { continue };
                seen += 1;
                let unused = file.notices.iter().find(|notice| notice.place.ends_with("extensions"));
                assert_eq!(unused, None, "{}", path.display());
            }
        }
    }
    assert!(seen > 150);
}

#[test]
fn a_distance_from_positions_says_so_and_leaves_pauses_out() {
    let file = read_text(&segments(&[points(0..60), points(600..660)]));
    assert_eq!(only(&file).distance_source, DistanceSource::Positions);
    let notice = file.notices.iter().find(|notice| notice.code == NoticeCode::DistanceFromPositions).unwrap();
    assert!(notice.text.contains("pauses"), "{}", notice.text);
}

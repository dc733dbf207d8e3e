//! Whole exports to small documents.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use plimsoll_ingest::apple::{Caps, Document, Report, Source, split};
use plimsoll_ingest::{DiaryKind, Format, ReadOptions, Sport, read};

use super::export::{DTD, REFERENCE, record, route, run};

/// An export in memory.
#[derive(Default)]
struct Export {
    xml: Vec<u8>,
    routes: BTreeMap<String, Vec<u8>>,
}

impl Source for Export {
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        // Small pieces, so that tags lie across their edges.
        Ok(Box::new(BufReader::with_capacity(1000, self.xml.as_slice())))
    }

    fn route(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.routes.get(path).cloned())
    }
}

/// An export of runs on `days` of January 2024: a heart rate every five seconds of each run and every ten minutes of
/// each day, a resting heart rate and an SDNN a day. `address` is another in each export.
fn export(address: u32, days: u32) -> Export {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{DTD}<HealthData locale=\"de_DE\">\n");
    xml.push_str(&format!(" <ExportDate value=\"2024-02-{address:02} 10:00:00 +0100\"/>\n"));
    for day in 1..=days {
        let day = format!("2024-01-{day:02}");
        for minute in (0..24 * 60).step_by(10) {
            let time = format!("{day} {:02}:{:02}:32 +0100", minute / 60, minute % 60);
            xml.push_str(&record("HeartRate", "Watch", "count/min", &time, &time, "61"));
            xml.push_str(&record("BasalEnergyBurned", "Watch", "kcal", &time, &time, "1.2"));
        }
        for second in (0..1800).step_by(5) {
            let time = format!("{day} 07:{:02}:{:02} +0100", second / 60, second % 60);
            let bpm = 120 + second / 60;
            xml.push_str(&record("HeartRate", "Watch", "count/min", &time, &time, &bpm.to_string()));
        }
        let time = format!("{day} 03:00:00 +0100");
        xml.push_str(&record("RestingHeartRate", "Watch", "count/min", &time, &time, "47"));
        let _ = write!(
            xml,
            " <Record type=\"HKQuantityTypeIdentifierHeartRateVariabilitySDNN\" sourceName=\"Watch\" unit=\"ms\" \
             startDate=\"{time}\" endDate=\"{time}\" value=\"48.25\">\n  <HeartRateVariabilityMetadataList>\n   \
             <InstantaneousBeatsPerMinute bpm=\"61\" time=\"3:00:01,52\"/>\n  </HeartRateVariabilityMetadataList>\n </Record>\n"
        );
    }
    for day in 1..=days {
        xml.push_str(&run(address, &format!("2024-01-{day:02}"), if day == 2 { REFERENCE } else { "" }));
    }
    xml.push_str(" <ActivitySummary dateComponents=\"2024-01-01\"/>\n</HealthData>\n");
    let route = route("2024-01-02T06:00:00Z", 1800).replace("2024-06-01", &format!("2024-06-{address:02}"));
    let routes = [("/workout-routes/route_2024-01-02_7.30am.gpx".to_owned(), route.into_bytes())];
    Export { xml: xml.into_bytes(), routes: routes.into() }
}

fn documents(export: &mut Export, caps: &Caps) -> (Vec<Document>, Report) {
    let mut documents = Vec::new();
    let report = split(export, caps, &mut |document| {
        documents.push(document);
        ControlFlow::Continue(())
    })
    .unwrap();
    (documents, report)
}

#[test]
fn each_workout_and_each_month_is_a_document() {
    let mut export = export(1, 31);
    assert!(export.xml.len() > 5_000_000);
    let (documents, report) = documents(&mut export, &Caps::default());
    assert_eq!((report.workouts, report.months, report.passes), (31, 1, 2));
    assert!(report.remarks.is_empty(), "{:?}", report.remarks);
    assert_eq!(documents[0].name, "running-2024-01-01T06:00:00Z");
    assert_eq!(documents[31].name, "diary-2024-01");
    for (number, document) in documents[..31].iter().enumerate() {
        let file = read(&document.bytes, &ReadOptions::default()).unwrap();
        assert_eq!(file.format, Format::AppleHealth);
        let [run] = file.activities.as_slice() else { panic!("{}", document.name) };
        assert!(run.sport.is_run());
        assert_eq!(run.utc_offset_s, Some(3600));
        assert_eq!(run.session.distance_m, Some(5400.0));
        let heart_rate = run.records.column("heart_rate_bpm").unwrap();
        let heart_rate = heart_rate.u16().unwrap();
        assert_eq!(heart_rate.iter().flatten().max(), Some(149));
        if number == 1 {
            assert_eq!((run.records.height(), heart_rate.null_count()), (1800, 0));
            assert!(run.records.column("lat_deg").is_ok());
        } else {
            // Those of the run, and those that are taken every ten minutes of the day.
            assert_eq!(run.records.height(), 360 + 3);
        }
    }
    let diary = read(&documents[31].bytes, &ReadOptions::default()).unwrap().diary;
    assert_eq!(diary.len(), 62);
    assert!(diary.iter().any(|value| value.kind == DiaryKind::HrvSdnnMs && value.value == 48.25));
}

#[test]
fn a_later_export_repeats_the_bytes_of_earlier_workouts() {
    let (earlier, _) = documents(&mut export(3, 10), &Caps::default());
    let (later, _) = documents(&mut export(28, 20), &Caps::default());
    assert_eq!(earlier[..10], later[..10]);
    assert_ne!(earlier[10].bytes, later[20].bytes);
    // The same times, written by a phone that has travelled: nothing changes where the place is known.
    let place = |mut export: Export, hours: i32| {
        let zone = "  <MetadataEntry key=\"HKTimeZone\" value=\"Europe/Berlin\"/>\n  <WorkoutStatistics";
        let mut text = String::from_utf8(export.xml).unwrap().replace("  <WorkoutStatistics", zone);
        if hours != 1 {
            text = text.replace(" 07:", &format!(" {:02}:", 6 + hours)).replace("+0100", &format!("+{hours:02}00"));
        }
        export.xml = text.into_bytes();
        documents(&mut export, &Caps::default()).0
    };
    let (home, away) = (place(export(3, 3), 1), place(export(3, 3), 4));
    let run = |document: &Document| {
        let text = String::from_utf8(document.bytes.clone()).unwrap();
        text.lines().filter(|line| !line.contains("value=\"61\"")).collect::<String>()
    };
    assert_eq!(home[..3].iter().map(run).collect::<Vec<_>>(), away[..3].iter().map(run).collect::<Vec<_>>());
    assert!(run(&home[0]).contains("startDate=\"2024-01-01 06:00:00 +0000\""));
}

#[test]
fn documents_survive_being_split_again() {
    let (first, _) = documents(&mut export(1, 2), &Caps::default());
    let again = |document: &Document| {
        documents(&mut Export { xml: document.bytes.clone(), ..Export::default() }, &Caps::default()).0
    };
    assert_eq!(again(&first[0]), [first[0].clone()]);
    assert_eq!(again(&first[2]), [first[2].clone()]);
}

#[test]
fn few_samples_at_a_time_take_more_passes_and_give_the_same() {
    let (whole, _) = documents(&mut export(1, 12), &Caps::default());
    let (pieces, report) = documents(&mut export(1, 12), &Caps { samples: 1000, ..Caps::default() });
    assert_eq!(whole, pieces);
    // Each run has 363 samples: two runs fit.
    assert_eq!(report.passes, 1 + 6);
    let (capped, report) = documents(&mut export(1, 12), &Caps { samples: 1000, passes: 3, ..Caps::default() });
    assert_eq!(capped.len(), whole.len());
    assert_eq!(capped[..4], whole[..4]);
    assert!(capped[4].bytes.len() < 1000);
    assert!(report.remarks.iter().any(|remark| remark.contains("3 passes") && remark.contains("8 workouts")));
}

#[test]
fn caps_are_named_when_they_are_reached() {
    let caps = Caps { workouts: 2, readings: 3, samples_of_workout: 10, route_bytes: 100, ..Caps::default() };
    let (documents, report) = documents(&mut export(1, 4), &caps);
    assert_eq!(documents.len(), 3);
    let cuts: Vec<String> =
        report.cuts.iter().map(|cut| format!("{} ({}, {})", cut.what, cut.cap, cut.option)).collect();
    assert_eq!(
        cuts,
        [
            "Apple Health’s export has too many workouts; left out: 2 (2, workouts)",
            "Apple Health’s export has too many readings of days; left out: 5 (3, readings)",
            "the route of running-2024-01-02T06:00:00Z is too large and was left out (100 bytes for the routes of a \
             workout, route_bytes)",
            "workouts with too many samples were cut; left out: 706 (10 samples, samples_of_workout)",
        ]
    );
    assert!(report.remarks.is_empty() && !report.is_partial, "{:?}", report.remarks);
    let file = read(&documents[0].bytes, &ReadOptions::default()).unwrap();
    assert_eq!(file.activities[0].records.height(), 10);
}

/// What is said about an export of runs that each hold `inner`.
fn told(inner: &str, days: u32, caps: &Caps) -> (Vec<Document>, String) {
    let runs: String = (1..=days).map(|day| run(1, &format!("2024-01-{day:02}"), inner)).collect();
    let xml = format!("<HealthData>\n{runs}</HealthData>\n").into_bytes();
    let (documents, report) = documents(&mut Export { xml, ..Export::default() }, caps);
    assert!(report.is_partial);
    (documents, report.remarks.join(" "))
}

#[test]
fn what_workouts_hold_is_bounded_over_all_of_them() {
    let lap = "<WorkoutEvent type=\"HKWorkoutEventTypeLap\" date=\"2024-01-01 07:10:00 +0100\"/>\n";
    let (documents, remarks) = told(&lap.repeat(30), 10, &Caps { events: 100, ..Caps::default() });
    let laps = |document: &Document| String::from_utf8_lossy(&document.bytes).matches("TypeLap").count();
    assert_eq!(documents.iter().map(laps).sum::<usize>(), 100);
    assert!(remarks.contains("or 100 of all, were left out: 200."), "{remarks}");
    let (_, remarks) = told(&lap.repeat(4_003), 1, &Caps::default());
    assert!(
        remarks.contains("Pauses and laps beyond 4000 of a workout, or 1000000 of all, were left out: 3."),
        "{remarks}"
    );
    let reference = format!("<FileReference path=\"/{}.gpx\"/>", "r".repeat(500));
    let (documents, remarks) = told(&reference, 10, &Caps { text_bytes: 2_300, ..Caps::default() });
    assert_eq!(documents.len(), 10);
    assert!(remarks.contains("or 2300 bytes together, were left out: 6."), "{remarks}");
    assert!(remarks.contains("beyond 2300 bytes left out: "), "{remarks}");
    let (_, remarks) = told(&reference.repeat(18), 1, &Caps::default());
    assert!(remarks.contains("Routes beyond 16 of a workout, or whose names are longer than 1 kB"), "{remarks}");
    let long = format!("<FileReference path=\"/{}.gpx\"/>", "r".repeat(1_500));
    assert!(told(&long, 1, &Caps::default()).1.contains("were left out: 1."));
}

#[test]
fn samples_that_too_many_share_and_sources_beyond_those_told_apart_are_said() {
    let time = |second: u32| format!("2024-01-01 07:{:02}:{:02} +0100", second / 60, second % 60);
    let beat =
        |source: &str, second: u32| record("HeartRate", source, "count/min", &time(second), &time(second), "140");
    let runs = run(1, "2024-01-01", "").repeat(10);
    let xml = format!("<HealthData>\n{}{}{runs}</HealthData>\n", beat("A", 60), beat("A", 120)).into_bytes();
    let (found, report) = documents(&mut Export { xml, ..Export::default() }, &Caps::default());
    let with = found.iter().filter(|found| String::from_utf8_lossy(&found.bytes).contains("<Record")).count();
    assert_eq!((found.len(), with), (10, 8));
    assert!(
        report.is_partial && report.remarks[0].contains("More than 8 workouts share some of the time"),
        "{report:?}"
    );
    let beats: String = (0..1_001).map(|number| beat(&format!("Source {number}"), number)).collect();
    let xml = format!("<HealthData>\n{beats}{}</HealthData>\n", run(1, "2024-01-01", "")).into_bytes();
    let (found, report) = documents(&mut Export { xml, ..Export::default() }, &Caps::default());
    let text = String::from_utf8_lossy(&found[0].bytes).into_owned();
    assert_eq!((text.matches("\"Source 0\"").count(), text.matches("sourceName=\"\"").count()), (1, 1));
    assert!(report.remarks[0].contains("more than 1000 sources"), "{report:?}");
}

#[test]
fn a_long_workout_does_not_hide_those_that_follow() {
    // It began before more than 64 others, and lasts through all of them.
    let long = run(1, "2024-01-01", "").replacen("endDate=\"2024-01-01 07:30:00", "endDate=\"2024-06-01 07:30:00", 1);
    let runs: String = (2..=29)
        .flat_map(|day| ["", "x", "y"].map(|mark| (day, mark)))
        .map(|(day, mark)| {
            let hour = match mark {
                "" => "07",
                "x" => "12",
                _ => "17",
            };
            run(1, &format!("2024-01-{day:02}"), "").replace(" 07:", &format!(" {hour}:"))
        })
        .collect();
    let time = "2024-02-10 09:00:00 +0100";
    let beat = record("HeartRate", "Watch", "count/min", time, time, "99");
    let xml = format!("<HealthData>\n{beat}{long}{runs}</HealthData>\n").into_bytes();
    let (found, report) = documents(&mut Export { xml, ..Export::default() }, &Caps::default());
    assert_eq!(found.len(), 85);
    assert!(String::from_utf8_lossy(&found[0].bytes).contains("<Record"));
    assert!(report.remarks.is_empty(), "{report:?}");
}

#[test]
fn a_route_that_is_missing_is_said() {
    let mut export = export(1, 2);
    export.routes.clear();
    let (documents, report) = documents(&mut export, &Caps::default());
    assert_eq!(documents.len(), 3);
    assert_eq!(
        report.remarks,
        [
            "The route of running-2024-01-02T06:00:00Z did not come with it. Routes lie in the folder workout-routes of the \
             whole export."
        ]
    );
}

#[test]
fn cross_training_has_its_heart_rate_and_its_own_name() {
    let mut export = export(1, 2);
    export.xml =
        String::from_utf8(export.xml).unwrap().replacen("ActivityTypeRunning", "ActivityTypeRowing", 1).into_bytes();
    let (documents, _) = documents(&mut export, &Caps::default());
    assert_eq!(documents[0].name, "rowing-2024-01-01T06:00:00Z");
    let file = read(&documents[0].bytes, &ReadOptions::default()).unwrap();
    assert_eq!(file.activities[0].sport, Sport::CrossTraining("rowing".to_owned()));
    assert_eq!(file.activities[0].records.height(), 363);
}

#[test]
fn a_cut_export_gives_what_stands_before() {
    let mut export = export(1, 3);
    let text = String::from_utf8(export.xml.clone()).unwrap();
    export.xml.truncate(text.rfind("<Workout ").unwrap() + 40);
    let (documents, report) = documents(&mut export, &Caps::default());
    assert_eq!((report.workouts, documents.len()), (2, 3));
    assert!(report.remarks[0].contains("ends too early"), "{:?}", report.remarks);
}

/// An export that cannot be read beyond a byte.
struct Failing(Vec<u8>);

impl Source for Failing {
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        struct End;
        impl io::Read for End {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the zip is damaged"))
            }
        }
        Ok(Box::new(BufReader::new(io::Read::chain(self.0.as_slice(), End))))
    }

    fn route(&mut self, _: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }
}

#[test]
fn an_export_that_fails_on_the_way_gives_what_stands_before() {
    let xml = export(1, 2).xml;
    let mut count = 0;
    let mut source = Failing(xml[..xml.len() - 60].to_vec());
    let report = split(&mut source, &Caps::default(), &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(count, 3);
    assert!(report.remarks[0].contains("the zip is damaged"), "{:?}", report.remarks);
}

#[test]
fn another_document_is_not_an_export_and_a_visitor_may_stop() {
    let mut source = Export { xml: b"<ClinicalDocument><Record/></ClinicalDocument>".to_vec(), ..Export::default() };
    let (nothing, report) = documents(&mut source, &Caps::default());
    assert!(nothing.is_empty() && !report.is_health_data);
    let mut count = 0;
    split(&mut export(1, 3), &Caps::default(), &mut |_| {
        count += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(count, 1);
}

//! Exports as they are handed over: a zip archive, or the file out of it.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use plimsoll_ingest::apple::Caps;
use plimsoll_ingest::archive::{Content, InMemory, Item, Limits, Origin, walk};
use plimsoll_ingest::{ReadOptions, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::export::{DTD, REFERENCE, record, route, run};

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn walked(bytes: &[u8], limits: &Limits) -> Vec<Item> {
    let mut items = Vec::new();
    walk("export.zip", Cursor::new(bytes), limits, &mut InMemory, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    })
    .unwrap();
    items
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

fn xml() -> String {
    let time = "2024-01-02 07:10:00 +0100";
    let body = [
        record("HeartRate", "Watch", "count/min", time, time, "140"),
        record("RestingHeartRate", "Watch", "count/min", time, time, "47"),
        run(1, "2024-01-02", REFERENCE),
    ];
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{DTD}<HealthData>\n{}</HealthData>\n", body.concat())
}

#[test]
fn an_archive_gives_its_workouts_with_their_routes_and_other_routes_once() {
    let (xml, route) = (xml(), route("2024-01-02T06:00:00Z", 600));
    let bytes = zip(&[
        ("apple_health_export/workout-routes/route_2024-01-02_7.30am.gpx", route.as_bytes()),
        ("apple_health_export/workout-routes/route_2024-01-05_9.00am.gpx", route.as_bytes()),
        ("apple_health_export/export_cda.xml", b"<ClinicalDocument/>"),
        ("apple_health_export/electrocardiograms/ecg_2024-01-01.csv", b"Name,x\nBorn,y\n"),
        ("apple_health_export/export.xml", xml.as_bytes()),
    ]);
    let items = walked(&bytes, &Limits::default());
    assert_eq!(
        names(&items),
        [
            "export.zip/apple_health_export/export.xml#running-2024-01-02T06:00:00Z",
            "export.zip/apple_health_export/export.xml#diary-2024-01",
            "export.zip/apple_health_export/export.xml",
            "export.zip/apple_health_export/workout-routes/route_2024-01-05_9.00am.gpx",
            "export.zip/apple_health_export/export_cda.xml",
            "export.zip/apple_health_export/electrocardiograms/ecg_2024-01-01.csv",
        ]
    );
    let Content::File { bytes, .. } = &items[0].content else { panic!("{:?}", items[0]) };
    let file = read(bytes, &ReadOptions::default()).unwrap();
    assert_eq!(file.activities[0].records.height(), 600);
    assert!(matches!(&items[2].content, Content::SetAside { reason } if reason.contains("1 workout and 1 month")));
    assert!(matches!(items[3].content, Content::File { .. }));
}

#[test]
fn the_content_tells_the_export_and_not_its_name() {
    let (xml, route) = (xml(), route("2024-01-02T06:00:00Z", 600));
    for (name, folder) in [
        ("apple_health_export/Exportación.xml", "apple_health_export/workout-routes"),
        ("导出.xml", "锻炼路线"),
        ("Export.XML", "Workout-Routes"),
        ("exportar", "workout-routes"),
    ] {
        let route_name = format!("{folder}/route_2024-01-02_7.30am.gpx");
        let items = walked(
            &zip(&[
                (&route_name, route.as_bytes()),
                ("export_cda.xml", b"<ClinicalDocument/>"),
                (name, xml.as_bytes()),
            ]),
            &Limits::default(),
        );
        let is_known_before = name != "exportar";
        let workout = items.iter().find(|item| item.name.ends_with(&format!("{name}#running-2024-01-02T06:00:00Z")));
        let Content::File { bytes, .. } = &workout.unwrap().content else { panic!("{items:?}") };
        let rows = read(bytes, &ReadOptions::default()).unwrap().activities[0].records.height();
        assert_eq!(rows == 600, is_known_before, "{name}");
        let cda = items.iter().find(|item| item.name.ends_with("export_cda.xml")).unwrap();
        assert_eq!(cda.content, Content::SetAside { reason: "a clinical document (CDA)".to_owned() });
    }
}

#[test]
fn each_of_several_exports_gets_its_own_routes() {
    let (xml, short, long) = (xml(), route("2024-01-02T06:00:00Z", 100), route("2024-01-02T06:00:00Z", 600));
    let items = walked(
        &zip(&[
            ("a/export.xml", xml.as_bytes()),
            ("a/workout-routes/route_2024-01-02_7.30am.gpx", short.as_bytes()),
            ("b/export.xml", xml.as_bytes()),
            ("b/workout-routes/route_2024-01-02_7.30am.gpx", long.as_bytes()),
        ]),
        &Limits::default(),
    );
    let rows = |item: &Item| match &item.content {
        Content::File { bytes, .. } => {
            read(bytes, &ReadOptions::default()).unwrap().activities.first().map(|a| a.records.height())
        }
        _ => None,
    };
    assert_eq!(items.iter().filter_map(rows).collect::<Vec<_>>(), [100, 600], "{:?}", names(&items));
    assert_eq!(items.len(), 6);
}

#[test]
fn an_export_that_is_compressed_once_more_is_read_all_the_same() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(xml().as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let expected = walked(xml().as_bytes(), &Limits::default());
    assert_eq!(walked(&gz, &Limits::default()), expected);
    assert!(plimsoll_ingest::archive::holds_many(&gz));
    let route = route("2024-01-02T06:00:00Z", 600);
    let items = walked(
        &zip(&[("x/workout-routes/route_2024-01-02_7.30am.gpx", route.as_bytes()), ("x/export.xml.gz", &gz)]),
        &Limits::default(),
    );
    assert_eq!(items.len(), 3, "the route went to its workout: {:?}", names(&items));
}

#[test]
fn the_file_by_itself_gives_its_workouts_without_routes() {
    let items = walked(xml().as_bytes(), &Limits::default());
    assert_eq!(names(&items), ["export.zip#running-2024-01-02T06:00:00Z", "export.zip#diary-2024-01", "export.zip"]);
    let Content::SetAside { reason } = &items[2].content else { panic!("{:?}", items[2]) };
    assert!(reason.contains("did not come with it. Routes lie in the folder workout-routes"), "{reason}");
}

#[test]
fn a_route_that_passes_a_cap_is_not_called_missing() {
    let (xml, route) = (xml(), route("2024-01-02T06:00:00Z", 600));
    let name = "workout-routes/route_2024-01-02_7.30am.gpx";
    let bytes = zip(&[("export.xml", xml.as_bytes()), (name, route.as_bytes())]);
    let said = |limits: &Limits| {
        let mut items = Vec::new();
        let result = walk("export.zip", Cursor::new(&bytes), limits, &mut InMemory, &mut |item| {
            items.push(item);
            ControlFlow::Continue(())
        });
        let found = items.into_iter().find(|item| item.name == "export.zip/export.xml");
        let Some(Item { content: Content::Failed { reason, cap }, .. }) = found else { panic!("{result:?}") };
        (reason, cap.map(|cap| cap.option), result.is_ok())
    };
    let limits = Limits { member_bytes: route.len() as u64 - 1, ..Limits::default() };
    let (reason, cap, _) = said(&limits);
    let words = "The route of running-2024-01-02T06:00:00Z was not joined to it: the file is too large.";
    assert!(reason.contains(words) && cap.is_none(), "{reason}");
    let limits = Limits { total_bytes: (xml.len() + route.len() / 2) as u64, ..Limits::default() };
    let (reason, cap, is_whole) = said(&limits);
    assert!(reason.contains("was not joined to it: its files are too large together."), "{reason}");
    assert_eq!((cap, is_whole), (Some("total_bytes"), false));
    // A cap of Apple's own is named beside what was taken.
    let caps = Caps { route_bytes: 1_000, workouts: 1, ..Caps::default() };
    let items = walked(&bytes, &Limits { apple: caps, ..Limits::default() });
    let cuts: Vec<&str> = items
        .iter()
        .filter_map(|item| match &item.content {
            Content::Failed { cap: Some(cap), .. } => Some(cap.option),
            _ => None,
        })
        .collect();
    assert_eq!(cuts, ["route_bytes"], "{items:?}");
}

#[test]
fn a_document_stays_as_it_is_when_it_is_handed_over_again() {
    let (xml, route) = (xml(), route("2024-01-02T06:00:00Z", 60));
    let bytes =
        zip(&[("export.xml", xml.as_bytes()), ("workout-routes/route_2024-01-02_7.30am.gpx", route.as_bytes())]);
    let items = walked(&bytes, &Limits::default());
    let Content::File { bytes, .. } = &items[0].content else { panic!("{:?}", items[0]) };
    let again = walked(bytes, &Limits::default());
    assert_eq!(
        again,
        [Item { name: "export.zip".to_owned(), content: items[0].content.clone(), origin: Origin::File }]
    );
}

#[test]
fn limits_end_the_export_alone_and_the_visitor_may_stop() {
    let big = xml().replace("</HealthData>", &" <!-- as large as an export -->\n".repeat(700_000)) + "</HealthData>";
    let bytes = zip(&[("export.xml", big.as_bytes()), ("b.gpx", route("2024-01-02T06:00:00Z", 9).as_bytes())]);
    let items = walked(&bytes, &Limits { ratio: 50, ..Limits::default() });
    let found = items.iter().find(|item| item.name == "export.zip/export.xml").unwrap();
    let Content::Failed { reason, cap: Some(cap) } = &found.content else { panic!("{found:?}") };
    assert!(
        reason.contains("(it grows too much when it is decompressed); what stands before was kept. The route"),
        "{reason}"
    );
    assert_eq!((cap.cap.as_str(), cap.option), ("50 times", "ratio"));
    assert!(names(&items).contains(&"export.zip/export.xml#running-2024-01-02T06:00:00Z"));
    assert!(names(&items).contains(&"export.zip/b.gpx"));
    let mut count = 0;
    walk("export.zip", Cursor::new(&bytes), &Limits::default(), &mut InMemory, &mut |_| {
        count += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(count, 1);
}

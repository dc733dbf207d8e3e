//! What exports say about files, whichever comes first, and when their imports are undone.

use super::*;

/// An export whose table calls the file `kind` and `title`, with shoes and an exertion of 6.
fn export(file: &[u8], kind: &str, title: &str) -> Vec<u8> {
    let table = format!(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Gear,Filename,Perceived Exertion\n\
         1,\"Nov 19, 2026, 7:00:00 AM\",{title},{kind},Blue one,activities/1.gpx,6\n"
    );
    archives::zip(&[("activities.csv", table.as_bytes()), ("activities/1.gpx", file)])
}

impl Bench {
    /// One import of an export; its id.
    async fn import_export(&self, zip: Vec<u8>) -> String {
        let reports = self.import_archive("export.zip", zip).await;
        assert!(reports.iter().any(|report| report.name.ends_with("1.gpx")), "{reports:?}");
        let imports = self.library.store.imports(&self.athlete.id, None, 10).await.unwrap();
        imports[0].id.clone()
    }

    /// All that an export can change of the only activity.
    async fn shown(&self) -> Shown {
        let [activity] = self.activities().await.try_into().unwrap();
        let outline = self.library.store.outline(&self.athlete.id, &activity.id).await.unwrap().unwrap();
        Shown {
            sport: activity.sport,
            outline_sport: outline.sport,
            title: activity.title,
            gear: activity.gear,
            rpe: activity.rpe,
            summary: serde_json::to_string(&activity.summary).unwrap(),
        }
    }
}

#[derive(Debug, PartialEq)]
struct Shown {
    sport: String,
    outline_sport: String,
    title: Option<String>,
    gear: Option<String>,
    rpe: Option<f64>,
    summary: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_first_or_the_export_first_comes_to_the_same() {
    let mut outcomes = Vec::new();
    for export_first in [true, false] {
        let bench = Bench::new().await;
        if export_first {
            bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
            bench.import(vec![("run.gpx", poor(1))]).await;
        } else {
            bench.import(vec![("run.gpx", poor(1))]).await;
            bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
        }
        outcomes.push(bench.shown().await);
    }
    let [export_first, file_first] = outcomes.try_into().unwrap();
    assert_eq!(file_first, export_first);
    assert_eq!((file_first.sport.as_str(), file_first.outline_sport.as_str()), ("cycling", "cycling"));
    assert_eq!((file_first.title.as_deref(), file_first.rpe), (Some("To the sea"), Some(6.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_an_export_takes_back_what_it_said_and_bringing_it_back_says_it_again() {
    for export_first in [true, false] {
        let alone = Bench::new().await;
        alone.import(vec![("run.gpx", poor(1))]).await;
        let silent = alone.shown().await;
        assert_eq!((silent.sport.as_str(), silent.gear.as_deref(), silent.rpe), ("running", None, None));

        let bench = Bench::new().await;
        let zip = export(&poor(1), "Ride", "To the sea");
        let export = if export_first {
            let export = bench.import_export(zip).await;
            bench.import(vec![("run.gpx", poor(1))]).await;
            export
        } else {
            bench.import(vec![("run.gpx", poor(1))]).await;
            bench.import_export(zip).await
        };
        let told = bench.shown().await;
        let id = bench.activities().await.remove(0).id;
        bench.undo(&export).await;
        assert_eq!(bench.shown().await, silent, "export first: {export_first}");
        bench.redo(&export).await;
        assert_eq!(bench.shown().await, told);
        assert_eq!(bench.activities().await.remove(0).id, id, "it is the same activity all the time");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_exports_the_first_that_was_not_undone_counts() {
    let bench = Bench::new().await;
    let first = bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
    let second = bench.import_export(export(&poor(1), "Hike", "Up the hill")).await;
    let told = bench.shown().await;
    assert_eq!((told.sport.as_str(), told.title.as_deref()), ("cycling", Some("To the sea")));
    bench.undo(&first).await;
    let other = bench.shown().await;
    assert_eq!((other.sport.as_str(), other.title.as_deref()), ("hiking", Some("Up the hill")));
    bench.undo(&second).await;
    assert!(bench.activities().await.is_empty());
    bench.redo(&first).await;
    assert_eq!(bench.shown().await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_undone_export_said_is_not_said_when_the_file_comes_again_without_it() {
    let bench = Bench::new().await;
    let export = bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
    bench.undo(&export).await;
    bench.import(vec![("run.gpx", poor(1))]).await;
    let again = bench.shown().await;
    assert_eq!((again.sport.as_str(), again.gear.as_deref(), again.rpe), ("running", None, None));
    bench.redo(&export).await;
    assert_eq!(bench.shown().await.gear.as_deref(), Some("Blue one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sport_that_a_person_said_stands_whatever_an_export_says_later() {
    let bench = Bench::new().await;
    bench.import(vec![("run.gpx", poor(1))]).await;
    let run = bench.activities().await.remove(0);
    bench.library.store.set_sport(&bench.athlete.id, &run.id, "hiking").await.unwrap();
    let export = bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
    let told = bench.shown().await;
    assert_eq!((told.sport.as_str(), told.title.as_deref()), ("hiking", Some("To the sea")));
    bench.undo(&export).await;
    assert_eq!(bench.shown().await.sport, "hiking");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_says_is_followed_at_the_next_start_when_the_process_ended_before() {
    let bench = Bench::new().await;
    bench.import(vec![("run.gpx", poor(1))]).await;
    let bytes = poor(1);
    let batch = bench.begin("an export").await;
    let details = plimsoll_ingest::Details { gear: Some("Blue one".to_owned()), ..Default::default() };
    let size_bytes = i64::try_from(bytes.len()).unwrap();
    let content = Arrived::Stored { sha256: crate::blobs::sha256_hex(&bytes), size_bytes, details: Some(details) };
    let arrival = Arrival { name: "1.gpx".to_owned(), position: None, content };
    let received = bench.library.store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    let [Received::Duplicate(_, words)] = received.as_slice() else { panic!("{received:?}") };
    assert!(words.contains("what the export says about it was added"), "{words}");
    std::mem::forget(batch);
    assert_eq!(bench.shown().await.gear, None);

    open(&bench.folder).await.finish_unread(now_ms()).await.unwrap();
    assert_eq!(bench.shown().await.gear.as_deref(), Some("Blue one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_says_what_is_known_adds_nothing() {
    let bench = Bench::new().await;
    bench.import_export(export(&poor(1), "Ride", "To the sea")).await;
    let reports = bench.import_archive("again.zip", export(&poor(1), "Ride", "To the sea")).await;
    let again = reports.iter().find(|report| report.name.ends_with("1.gpx")).unwrap();
    assert_eq!(again.result, FileResult::Duplicate);
    assert!(!again.messages[0].contains("added"), "{again:?}");
}

//! What a person decided, when imports are undone and the same bytes come again.

use super::cleaning::spiked;
use super::*;

#[tokio::test]
async fn a_sport_and_recorded_samples_outlive_undoing_and_importing_the_same_bytes() {
    let bench = Bench::new().await;
    let (import, _) = bench.import(vec![("run.gpx", spiked()), ("other.fit", rich(2))]).await;
    let [other, run] = bench.activities().await.try_into().unwrap();
    bench.library.store.set_sport(&bench.athlete.id, &run.id, "hiking").await.unwrap();
    bench.library.set_as_recorded(&bench.athlete, &run.id, true).await.unwrap();
    bench.undo(&import).await;
    assert!(bench.activities().await.is_empty());

    bench.import(vec![("again.gpx", spiked()), ("other.fit", rich(2))]).await;
    let [other_again, again] = bench.activities().await.try_into().unwrap();
    assert_eq!((again.id.as_str(), other_again.id.as_str()), (run.id.as_str(), other.id.as_str()));
    assert_eq!((again.sport.as_str(), again.as_recorded), ("hiking", true));
    assert_eq!(again.summary.max_heart_rate_bpm, Some(200.0), "the numbers are those of the recorded samples");
    assert_eq!((other_again.sport.as_str(), other_again.as_recorded), ("running", false));
}

#[tokio::test]
async fn what_was_separated_is_not_linked_when_the_same_bytes_come_again() {
    for copy_alone in [true, false] {
        let bench = Bench::new().await;
        let (watch, _) = bench.import(vec![("watch.fit", rich(1))]).await;
        let (copy, _) = bench.import(vec![("copy.gpx", poor(1))]).await;
        let kept = bench.activities().await.remove(0);
        let apart = bench.library.store.copies_of(&bench.athlete.id, &kept.id).await.unwrap().remove(0);
        bench.library.store.separate(&bench.athlete.id, &apart.id).await.unwrap();
        bench.undo(&copy).await;
        let files = if copy_alone {
            vec![("copy.gpx", poor(1))]
        } else {
            bench.undo(&watch).await;
            vec![("watch.fit", rich(1)), ("copy.gpx", poor(1))]
        };
        let (_, reports) = bench.import(files).await;
        assert!(reports.iter().all(|report| report.result == FileResult::New), "{reports:?}");
        assert_eq!(bench.activities().await.len(), 2);
        assert!(bench.library.store.unite(&bench.athlete.id, &apart.id).await.unwrap());
        assert_eq!(bench.activities().await.len(), 1);
    }
}

#[tokio::test]
async fn what_was_taken_out_stays_out_and_is_said_to() {
    let bench = Bench::new().await;
    let (import, _) = bench.import(vec![("run.fit", rich(1))]).await;
    let run = bench.activities().await.remove(0);
    bench.library.store.set_removed(&bench.athlete.id, &run.id, Some(5)).await.unwrap();
    bench.undo(&import).await;
    let (_, reports) = bench.import(vec![("run.fit", rich(1))]).await;
    assert!(bench.activities().await.is_empty());
    assert!(reports[0].messages[0].contains("taken out before"), "{reports:?}");
    bench.library.store.set_removed(&bench.athlete.id, &run.id, None).await.unwrap();
    assert_eq!(bench.activities().await.len(), 1);
}

#[tokio::test]
async fn what_was_taken_out_while_its_copy_was_undone_stays_out() {
    let bench = Bench::new().await;
    let (watch, _) = bench.import(vec![("watch.fit", rich(1))]).await;
    bench.import(vec![("copy.gpx", poor(1))]).await;
    bench.undo(&watch).await;
    let copy = bench.activities().await.remove(0);
    bench.library.store.set_removed(&bench.athlete.id, &copy.id, Some(5)).await.unwrap();
    bench.redo(&watch).await;
    assert!(bench.activities().await.is_empty(), "both are one activity, and that was taken out");
}

#[tokio::test]
async fn what_the_same_bytes_do_not_give_any_more_is_gone() {
    let bench = Bench::new().await;
    let rows = b"date,distance_km\n2026-11-01,5\n2026-11-02,6\n".to_vec();
    let (import, _) = bench.import(vec![("rows.csv", rows)]).await;
    let before = bench.activities().await.remove(0);
    let upload = bench.library.store.upload(&bench.athlete.id, &before.upload_id).await.unwrap().unwrap();
    bench.undo(&import).await;
    // As a reader that leaves all of them out would have it.
    let batch = bench.begin("again").await;
    let content = Arrived::Stored { sha256: upload.sha256, size_bytes: upload.size_bytes, details: None };
    let arrival = Arrival { name: "rows.csv".to_owned(), position: None, content };
    let received = bench.library.store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    let [Received::Fresh(upload)] = received.as_slice() else { panic!("{received:?}") };
    let nothing = Reading::Read {
        activities: Vec::new(),
        diary: Vec::new(),
        notices: Vec::new(),
        device: None,
        messages: Vec::new(),
    };
    bench.library.store.finish(&bench.athlete.id, &[(upload.clone(), nothing)]).await.unwrap();
    batch.finish().await.unwrap();
    assert!(bench.activities().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_says_of_bytes_that_are_just_being_read_is_not_lost() {
    let bench = Bench::new().await;
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Gear,Filename,Perceived Exertion\n\
                 1,\"Nov 19, 2026, 7:00:00 AM\",Before breakfast,Run,Old shoes,activities/1.fit,6\n";
    // The same bytes twice; the export tells only of the second.
    let files: [(&str, &[u8]); 3] =
        [("activities.csv", table.as_bytes()), ("activities/0.fit", &rich(1)), ("activities/1.fit", &rich(1))];
    let reports = bench.import_archive("export.zip", archives::zip(&files)).await;
    let results: Vec<(&str, FileResult)> = reports.iter().map(|report| (report.name.as_str(), report.result)).collect();
    assert!(results.contains(&("export.zip/activities/0.fit", FileResult::New)), "{results:?}");
    assert!(results.contains(&("export.zip/activities/1.fit", FileResult::Duplicate)), "{results:?}");
    bench.library.finish_unread(now_ms()).await.unwrap();
    let run = bench.activities().await.remove(0);
    assert_eq!((run.title.as_deref(), run.gear.as_deref()), (Some("Before breakfast"), Some("Old shoes")));
    assert_eq!(run.rpe, Some(6.0));
    assert!(run.summary.session_rpe_load.is_some(), "the load by exertion was worked out");
}

#[tokio::test]
async fn what_was_put_back_while_its_copy_was_undone_stays_when_the_copy_comes_again() {
    for again in [false, true] {
        let bench = Bench::new().await;
        bench.import(vec![("watch.fit", rich(1))]).await;
        let (copy, _) = bench.import(vec![("copy.gpx", poor(1))]).await;
        let watch = bench.activities().await.remove(0);
        bench.library.store.set_removed(&bench.athlete.id, &watch.id, Some(5)).await.unwrap();
        bench.undo(&copy).await;
        bench.library.store.set_removed(&bench.athlete.id, &watch.id, None).await.unwrap();
        assert_eq!(bench.activities().await.len(), 1);
        if again {
            let (_, reports) = bench.import(vec![("copy.gpx", poor(1))]).await;
            assert!(!reports[0].messages.join(" ").contains("taken out"), "{reports:?}");
        } else {
            bench.redo(&copy).await;
        }
        let [there] = bench.activities().await.try_into().unwrap();
        assert_eq!(there.id, watch.id, "it was put back after it was taken out");
        bench.undo(&copy).await;
        assert_eq!(bench.activities().await.len(), 1);
    }
}

#[tokio::test]
async fn of_two_decisions_about_copies_the_later_holds_whichever_copy_it_was_about() {
    for watch_first in [true, false] {
        let bench = Bench::new().await;
        let (watch, _) = bench.import(vec![("watch.fit", rich(1))]).await;
        let (copy, _) = bench.import(vec![("copy.gpx", poor(1))]).await;
        // Each stands alone when it is decided about.
        let order = if watch_first {
            [(&copy, "walking"), (&watch, "hiking")]
        } else {
            [(&watch, "hiking"), (&copy, "walking")]
        };
        for (other, sport) in order {
            bench.undo(other).await;
            let alone = bench.activities().await.remove(0);
            assert!(bench.library.set_sport(&bench.athlete, &alone.id, sport).await.unwrap());
            bench.redo(other).await;
            let [both] = bench.activities().await.try_into().unwrap();
            assert_eq!(both.sport, sport);
        }
        for (other, removed_ms) in [(&copy, Some(5)), (&watch, None)] {
            bench.undo(other).await;
            let every = bench.library.store.activities_with_removed(&bench.athlete.id).await.unwrap();
            bench.library.store.set_removed(&bench.athlete.id, &every[0].id, removed_ms).await.unwrap();
            bench.redo(other).await;
            assert_eq!(bench.activities().await.is_empty(), removed_ms.is_some());
        }
    }
}

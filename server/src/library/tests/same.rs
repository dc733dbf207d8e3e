//! The same activity in different bytes.

use super::*;

#[tokio::test]
async fn the_richer_copy_is_kept_whichever_came_first() {
    for files in [[rich(1), poor(1)], [poor(1), rich(1)]] {
        for together in [true, false] {
            let bench = Bench::new().await;
            let [first, second] = files.clone();
            let reports = if together {
                bench.import(vec![("first", first), ("second", second)]).await.1
            } else {
                let mut reports = bench.import(vec![("first", first)]).await.1;
                reports.extend(bench.import(vec![("second", second)]).await.1);
                reports
            };
            assert_eq!(results(&reports), [FileResult::New, FileResult::SameActivity], "{reports:?}");
            assert!(reports[1].messages[0].contains("in first"), "{reports:?}");
            let kept = bench.activities().await;
            assert_eq!(kept.len(), 1);
            assert_eq!(kept[0].summary.avg_heart_rate_bpm, Some(140.0), "the watch's file has the heart rate");
            assert_eq!(kept[0].title.as_deref(), Some("6 km"), "and the copy the title");
            let copies = bench.library.store.copies_of(&bench.athlete.id, &kept[0].id).await.unwrap();
            assert_eq!(copies.len(), 1);
            assert_eq!(copies[0].same_as.as_ref(), Some(&kept[0].id));
        }
    }
}

#[tokio::test]
async fn a_copy_stands_for_itself_again_when_the_kept_one_is_undone() {
    let bench = Bench::new().await;
    bench.import(vec![("copy.gpx", poor(1))]).await;
    let (watch, _) = bench.import(vec![("watch.fit", rich(1))]).await;
    assert_eq!(bench.activities().await[0].summary.avg_heart_rate_bpm, Some(140.0));
    bench.undo(&watch).await;
    let left = bench.activities().await;
    assert_eq!((left.len(), left[0].summary.avg_heart_rate_bpm), (1, None));
    bench.redo(&watch).await;
    let back = bench.activities().await;
    assert_eq!((back.len(), back[0].summary.avg_heart_rate_bpm), (1, Some(140.0)));
}

#[tokio::test]
async fn what_a_person_separated_stays_separated_until_they_unite_it() {
    let bench = Bench::new().await;
    bench.import(vec![("watch.fit", rich(1)), ("copy.gpx", poor(1))]).await;
    let kept = bench.activities().await.remove(0);
    let copy = bench.library.store.copies_of(&bench.athlete.id, &kept.id).await.unwrap().remove(0);
    assert!(bench.library.store.separate(&bench.athlete.id, &copy.id).await.unwrap());
    assert_eq!(bench.activities().await.len(), 2);
    // Another copy comes, and everything near is compared anew.
    let third = encode::gpx(&run(1, 6.01, false)).into_bytes();
    let (_, reports) = bench.import(vec![("third.gpx", third)]).await;
    assert_eq!(results(&reports), [FileResult::SameActivity]);
    assert_eq!(bench.activities().await.len(), 2);
    bench.library.store.relink_all(&bench.athlete.id).await.unwrap();
    assert_eq!(bench.activities().await.len(), 2);
    assert!(bench.library.store.unite(&bench.athlete.id, &copy.id).await.unwrap());
    assert_eq!(bench.activities().await.len(), 1);
    assert!(!bench.library.store.separate(&bench.athlete.id, "none").await.unwrap());
}

#[tokio::test]
async fn taking_an_activity_out_takes_out_its_copies_and_those_that_come_later() {
    let bench = Bench::new().await;
    bench.import(vec![("copy.gpx", poor(1))]).await;
    let copy = bench.activities().await.remove(0);
    bench.library.store.set_sport(&bench.athlete.id, &copy.id, "walking").await.unwrap();
    bench.library.store.set_removed(&bench.athlete.id, &copy.id, Some(5)).await.unwrap();
    let (_, reports) = bench.import(vec![("watch.fit", rich(1))]).await;
    assert!(reports[0].messages[0].contains("taken out"), "{reports:?}");
    assert!(bench.activities().await.is_empty());
    // Bringing back either brings back the one activity that both are.
    bench.library.store.set_removed(&bench.athlete.id, &copy.id, None).await.unwrap();
    let back = bench.activities().await;
    assert_eq!(back.len(), 1);
    assert_eq!(back[0].sport, "walking", "what the person said of the copy holds for the one that is kept");
    bench.library.store.set_removed(&bench.athlete.id, &back[0].id, Some(7)).await.unwrap();
    assert!(bench.activities().await.is_empty());
}

#[tokio::test]
async fn another_run_of_the_same_length_is_no_copy() {
    let bench = Bench::new().await;
    let (_, reports) = bench.import(vec![("monday.fit", rich(1)), ("tuesday.fit", rich(2))]).await;
    assert_eq!(results(&reports), [FileResult::New, FileResult::New]);
    assert_eq!(bench.activities().await.len(), 2);
}

#[tokio::test]
async fn a_line_of_a_diary_is_the_run_of_that_day() {
    for diary_first in [true, false] {
        let bench = Bench::new().await;
        let recording = run(1, 6.0, true);
        let minutes = recording.samples.len() as f64 * 5.0 / 60.0;
        let line = format!("date,distance_km,duration_min\n2026-11-19,6.0,{minutes:.2}\n");
        let (diary, watch) = (("diary.csv", line.into_bytes()), ("watch.fit", encode::fit(&recording)));
        let [first, second] = if diary_first { [diary, watch] } else { [watch, diary] };
        bench.import(vec![first]).await;
        let (_, reports) = bench.import(vec![second]).await;
        assert_eq!(results(&reports), [FileResult::SameActivity], "{reports:?}");
        let kept = bench.activities().await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].summary.avg_heart_rate_bpm, Some(140.0), "the watch's file says more");
    }
}

#[tokio::test]
async fn a_file_that_broke_off_gives_way_to_the_whole_one() {
    let whole = rich(1);
    let part = whole[..whole.len() / 3].to_vec();
    for part_first in [true, false] {
        let bench = Bench::new().await;
        let (part, whole) = (("part.fit", part.clone()), ("whole.fit", whole.clone()));
        let [first, second] = if part_first { [part, whole] } else { [whole, part] };
        bench.import(vec![first]).await;
        let (_, reports) = bench.import(vec![second]).await;
        assert_eq!(results(&reports), [FileResult::SameActivity], "{reports:?}");
        let kept = bench.activities().await;
        assert_eq!(kept.len(), 1);
        assert!(kept[0].summary.distance_m.is_some_and(|metres| metres > 5_900.0), "{:?}", kept[0].summary);
    }
}

#[tokio::test]
async fn a_long_table_in_other_bytes_is_told_of_in_few_words() {
    let bench = Bench::new().await;
    let table = |end: &str| {
        let rows = (0..500).map(|day| {
            let date = noon().date_naive() - TimeDelta::days(day);
            format!("{date},{}{end}", 5 + day % 20)
        });
        format!("date,distance_km{end}{}", rows.collect::<String>()).into_bytes()
    };
    bench.import(vec![("table.csv", table("\n"))]).await;
    let (_, reports) = bench.import(vec![("again.csv", table("\r\n"))]).await;
    let [report] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!(report.result, FileResult::SameActivity);
    let told: Vec<&str> = report.messages.iter().take(11).map(String::as_str).collect();
    assert!(told[..10].iter().all(|text| text.starts_with("the same activity as ")), "{told:?}");
    assert_eq!(told[10], "490 more of its activities are the same as those of other files");
    assert_eq!((report.activity_count, report.activities.len()), (500, WRITTEN_OUT));
    assert_eq!(bench.activities().await.len(), 500);
}

/// The watch's own file of a run nine hours west of the athlete's zone: there it was still the day before.
fn abroad(days_ago: i64) -> Vec<u8> {
    encode::fit(&Recording { utc_offset_s: -9 * 3600, ..run(days_ago, 6.0, true) })
}

#[tokio::test]
async fn a_copy_of_another_local_date_stands_for_itself_again_when_the_kept_one_is_undone() {
    for watch_first in [true, false] {
        let bench = Bench::new().await;
        let files = [("watch.fit", abroad(1)), ("copy.gpx", poor(1))];
        let mut imports = Vec::new();
        let [watch, copy] = files;
        for (name, bytes) in if watch_first { [watch, copy] } else { [copy, watch] } {
            imports.push((name, bench.import(vec![(name, bytes)]).await.0));
        }
        let import_of = |wanted: &str| imports.iter().find(|(name, _)| *name == wanted).unwrap().1.clone();
        let [kept] = bench.activities().await.try_into().unwrap();
        let copy = bench.library.store.copies_of(&bench.athlete.id, &kept.id).await.unwrap().remove(0);
        assert_ne!(kept.local_date, copy.local_date);
        for undone in ["watch.fit", "copy.gpx"] {
            bench.undo(&import_of(undone)).await;
            let [left] = bench.activities().await.try_into().unwrap();
            assert_eq!(left.summary.avg_heart_rate_bpm.is_some(), undone == "copy.gpx");
            bench.redo(&import_of(undone)).await;
            let [back] = bench.activities().await.try_into().unwrap();
            assert_eq!(back.id, kept.id);
        }
    }
}

#[tokio::test]
async fn a_copy_of_another_local_date_is_separated_from_the_kept_one() {
    let bench = Bench::new().await;
    bench.import(vec![("watch.fit", abroad(1)), ("copy.gpx", poor(1))]).await;
    let [kept] = bench.activities().await.try_into().unwrap();
    assert!(bench.library.store.separate(&bench.athlete.id, &kept.id).await.unwrap());
    assert_eq!(bench.activities().await.len(), 2);
    assert!(bench.library.store.unite(&bench.athlete.id, &kept.id).await.unwrap());
    assert_eq!(bench.activities().await.len(), 1);
}

#[tokio::test]
async fn the_copy_of_what_the_same_bytes_do_not_give_any_more_stands_for_itself() {
    let bench = Bench::new().await;
    let (_, reports) = bench.import(vec![("watch.fit", abroad(1)), ("copy.gpx", poor(1))]).await;
    let kept = bench.activities().await.remove(0);
    assert_eq!(kept.upload_id, reports[0].activities[0].upload_id);
    let store = &bench.library.store;
    // An export tells of the watch's file, and a reader that finds nothing in it any more reads it anew.
    let mut upload = store.upload(&bench.athlete.id, &kept.upload_id).await.unwrap().unwrap();
    let batch = bench.begin("export.zip").await;
    let details = plimsoll_ingest::Details { gear: Some("Old shoes".to_owned()), ..Default::default() };
    let content = Arrived::Stored { sha256: upload.sha256.clone(), size_bytes: 1, details: Some(details) };
    let arrival = Arrival { name: "watch.fit".to_owned(), position: None, content };
    store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    upload.details_due = 1;
    store.renew(&bench.athlete.id, &[(upload, nothing_read())]).await.unwrap();
    let [left] = bench.activities().await.try_into().unwrap();
    assert_eq!(left.summary.avg_heart_rate_bpm, None, "the copy is there");
}

/// A reading of a file in which nothing is.
fn nothing_read() -> Reading {
    let (activities, diary, notices, messages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Reading::Read { activities, diary, notices, device: None, messages }
}

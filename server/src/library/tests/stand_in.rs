//! Rows of Strava's table whose files are training files that give no activity when they are read.

use super::folders::{brief, folder};
use super::*;

const TABLE: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Activity Gear,Filename,\
    Perceived Exertion\n\
    1,\"Nov 19, 2026, 7:00:00 AM\",Round the lake,Run,2000,6.0,Old shoes,activities/1.fit,6\n";

/// The run of that day, broken off before its first sample.
fn cut(days_ago: i64) -> Vec<u8> {
    let mut bytes = rich(days_ago);
    bytes.truncate(60);
    bytes
}

/// What a person sees of all activities: day, title, gear, exertion, distance, duration, whether it has heart rate.
async fn shown(bench: &Bench) -> Vec<String> {
    let shown = |activity: ActivityRow| {
        let ActivityRow { local_date, title, gear, rpe, summary, .. } = activity;
        let has_heart_rate = summary.avg_heart_rate_bpm.is_some();
        format!(
            "{local_date} {title:?} {gear:?} {rpe:?} {:?} {:?} {has_heart_rate}",
            summary.distance_m, summary.timer_time_s
        )
    };
    bench.activities().await.into_iter().map(shown).collect()
}

async fn last_import(bench: &Bench) -> String {
    bench.library.store.imports(&bench.athlete.id, None, 1).await.unwrap()[0].id.clone()
}

/// What a report that is looked at later says of each file.
async fn kept_words(bench: &Bench, import: &str) -> Vec<(String, FileResult, Vec<String>)> {
    let files = bench.library.store.import_files(&bench.athlete.id, import, None, 0, 100).await.unwrap();
    let last = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    files.into_iter().map(|file| (last(&file.name), file.result, file.messages)).collect()
}

const ROW: &str = "2026-11-19 Some(\"Round the lake\") Some(\"Old shoes\") Some(6.0) Some(6000.0) Some(2000.0) false";

#[tokio::test(flavor = "multi_thread")]
async fn a_row_stands_in_for_its_file_that_gives_no_activity() {
    let files: &[(&str, &[u8])] = &[("activities/1.fit", &cut(1)), ("activities.csv", TABLE.as_bytes())];
    for is_packed in [true, false] {
        let bench = Bench::new().await;
        let import = async || {
            if is_packed {
                bench.import_archive("export.zip", archives::zip(files)).await
            } else {
                bench.import_folder(folder(files).path()).await
            }
        };
        let reports = import().await;
        let (first, told) = (last_import(&bench).await, brief(&reports));
        assert_eq!(told[0].1, FileResult::Failed, "{told:?}");
        assert!(told[0].2.contains("none of its samples has a time"), "why it gave nothing: {told:?}");
        let instead = format!("instead of {}, which gave no activity", reports[0].name);
        assert_eq!(told[2], ("activities.csv#2026-11-19T07:00:00Z".to_owned(), FileResult::New, instead));
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(shown(&bench).await, [ROW]);
        let kept = kept_words(&bench, &first).await;
        let stands_in = "what Strava’s table says of it was taken as past training".to_owned();
        assert_eq!(kept[0].2, [reports[0].messages[0].clone(), stands_in]);
        assert_eq!(kept[2].2, reports[2].messages, "the page says of the row what the import said");

        let again = import().await;
        assert_eq!(results(&again), [FileResult::Failed, FileResult::SetAside, FileResult::Duplicate], "{again:?}");
        let second = last_import(&bench).await;
        assert_eq!(shown(&bench).await, [ROW]);
        // While one of the two is there, so is the row.
        bench.undo(&first).await;
        assert_eq!(shown(&bench).await, [ROW]);
        bench.undo(&second).await;
        assert!(shown(&bench).await.is_empty());
        bench.redo(&first).await;
        assert_eq!(shown(&bench).await, [ROW]);
        bench.redo(&second).await;
        assert_eq!(shown(&bench).await, [ROW]);
        // The same files in the other form bring nothing new.
        if is_packed {
            bench.import_folder(folder(files).path()).await;
        } else {
            bench.import_archive("export.zip", archives::zip(files)).await;
        }
        assert_eq!(shown(&bench).await, [ROW]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_alone_and_the_export_may_come_in_either_order() {
    let export = archives::zip(&[("activities.csv", TABLE.as_bytes()), ("activities/1.fit", &cut(1))]);
    for export_first in [true, false] {
        let bench = Bench::new().await;
        if !export_first {
            bench.import(vec![("1.fit", cut(1))]).await;
            assert!(shown(&bench).await.is_empty());
        }
        bench.import_archive("export.zip", export.clone()).await;
        let id = last_import(&bench).await;
        if export_first {
            bench.import(vec![("1.fit", cut(1))]).await;
        }
        assert_eq!(shown(&bench).await, [ROW]);
        bench.undo(&id).await;
        assert!(shown(&bench).await.is_empty(), "the file by itself tells of nothing");
        bench.redo(&id).await;
        assert_eq!(shown(&bench).await, [ROW]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_file_that_comes_later_is_the_activity_and_the_row_a_copy_of_it() {
    let bench = Bench::new().await;
    let export = |file: &[u8]| archives::zip(&[("activities.csv", TABLE.as_bytes()), ("activities/1.fit", file)]);
    bench.import_archive("export.zip", export(&cut(1))).await;
    let row = bench.activities().await.remove(0);
    let reports = bench.import_archive("later.zip", export(&rich(1))).await;
    let later = last_import(&bench).await;
    assert_eq!(results(&reports), [FileResult::SetAside, FileResult::SameActivity], "{reports:?}");
    let kept = bench.activities().await;
    assert_eq!(kept.len(), 1, "counted once");
    assert!(kept[0].summary.avg_heart_rate_bpm.is_some(), "the recording is the one that is kept");
    let copies = bench.library.store.copies_of(&bench.athlete.id, &kept[0].id).await.unwrap();
    assert_eq!(copies.iter().map(|copy| &copy.id).collect::<Vec<_>>(), [&row.id]);
    bench.undo(&later).await;
    assert_eq!(shown(&bench).await, [ROW]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_same_bytes_stands_in_too_and_one_that_says_too_little_does_not() {
    let bench = Bench::new().await;
    let table = format!(
        "{TABLE}2,\"Nov 18, 2026, 7:00:00 AM\",Again,Run,1800,5.0,,activities/2.fit,\n\
         3,someday,No day,Run,1800,5.0,,activities/3.fit,\n"
    );
    let files: &[(&str, &[u8])] = &[
        ("activities.csv", table.as_bytes()),
        ("activities/1.fit", &cut(1)),
        ("activities/2.fit", &cut(1)),
        ("activities/3.fit", &rich(3)[..50]),
    ];
    let reports = bench.import_archive("export.zip", archives::zip(files)).await;
    let titles: Vec<_> = bench.activities().await.into_iter().filter_map(|activity| activity.title).collect();
    assert_eq!(titles.len(), 2, "{reports:?}");
    assert!(titles.contains(&"Again".to_owned()), "{titles:?}");
    let too_little = "Strava’s table has no date, or neither a distance nor a duration, for it either";
    let kept = kept_words(&bench, &last_import(&bench).await).await;
    let third = kept.iter().find(|(name, ..)| name == "3.fit").unwrap();
    assert!(third.1 == FileResult::Failed && third.2.len() == 2 && third.2[1] == too_little, "{third:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_file_was_read_before_the_process_ended_stands_in_after_the_next_start() {
    let bench = Bench::new().await;
    let files: &[(&str, &[u8])] =
        &[("activities/1.fit", &cut(1)), ("activities.csv", TABLE.as_bytes()), ("activities/2.fit", &rich(2))];
    std::fs::write(bench.library.incoming().join("spooled"), archives::zip(files)).unwrap();
    let batch = bench.begin("export.zip").await;
    let id = batch.id().to_owned();
    batch.keep_archive("export.zip", "spooled").await.unwrap();
    // The first of its files was in when the process ended.
    batch.take_in_all(vec![("export.zip/activities/1.fit".to_owned(), cut(1).into())]).await.unwrap();
    std::mem::forget(batch);
    assert!(shown(&bench).await.is_empty());

    let after = open(&bench.folder).await;
    assert_eq!(after.finish_left_imports(now_ms()).await.unwrap(), 1);
    let import = after.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!((import.counts.new, import.counts.failed, import.counts.waiting), (2, 1, 0));
    assert!(shown(&bench).await.contains(&ROW.to_owned()));
    let words = &kept_words(&bench, &id).await[0].2;
    assert_eq!(words.len(), 2, "said once, beside the reason: {words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_row_is_what_became_of_it_also_when_the_process_ended_before_it_was_said() {
    let bench = Bench::new().await;
    let files: &[(&str, &[u8])] = &[("activities/1.fit", &cut(1)), ("activities.csv", TABLE.as_bytes())];
    std::fs::write(bench.library.incoming().join("spooled"), archives::zip(files)).unwrap();
    let batch = bench.begin("export.zip").await;
    let id = batch.id().to_owned();
    batch.keep_archive("export.zip", "spooled").await.unwrap();
    // The file and its row were in when the process ended, and nothing was said yet.
    batch.take_in_all(vec![("export.zip/activities/1.fit".to_owned(), cut(1).into())]).await.unwrap();
    let row = b"date,distance_m,duration_s\n2026-11-19T07:00:00Z,6000,2000\n";
    let content = batch::Content::Bytes { bytes: row[..].into(), details: None };
    let (name, position) = ("export.zip/activities.csv#2026-11-19T07:00:00Z".to_owned(), Some(feed::PLACES / 2));
    batch.take_in_group(vec![batch::Incoming { name, position, content, room: None }]).await.unwrap();
    std::mem::forget(batch);

    let after = open(&bench.folder).await;
    assert_eq!(after.finish_left_imports(now_ms()).await.unwrap(), 1);
    let kept = kept_words(&bench, &id).await;
    assert_eq!(bench.activities().await.len(), 1);
    let said = |name: &str| kept.iter().find(|(known, ..)| known.starts_with(name)).unwrap().2.clone();
    assert_eq!(said("1.fit")[1..], ["what Strava’s table says of it was taken as past training"]);
    assert_eq!(said("activities.csv#"), ["instead of export.zip/activities/1.fit, which gave no activity"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_says_which_number_and_its_file_does_not_say_that_it_was_taken() {
    for (table, number) in [
        (TABLE.replace(",6.0,", ",99999999,"), "99999999000 m"),
        (TABLE.replace(",2000,", ",999999999,"), "999999999 s"),
    ] {
        let bench = Bench::new().await;
        let files: &[(&str, &[u8])] = &[("activities.csv", table.as_bytes()), ("activities/1.fit", &cut(1))];
        let reports = bench.import_archive("export.zip", archives::zip(files)).await;
        assert!(bench.activities().await.is_empty());
        let kept = kept_words(&bench, &last_import(&bench).await).await;
        let said = |name: &str| kept.iter().find(|(known, ..)| known.starts_with(name)).unwrap().clone();
        let why = format!("its only row cannot be read: {number} is more than can be");
        let (_, result, words) = said("activities.csv#");
        let instead = "instead of export.zip/activities/1.fit, which gave no activity";
        assert_eq!((result, words.as_slice()), (FileResult::Failed, [instead.to_owned(), why.clone()].as_slice()));
        assert_eq!(reports.last().unwrap().messages, words);
        let either = format!("what Strava’s table says of it could not be taken either: {why}");
        assert_eq!(said("1.fit").2[1..], [either]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_does_not_stand_in_for_a_file_that_is_being_read_in_another_import() {
    let (good, bad) = (rich(1), cut(1));
    for (file, is_good) in [(good, true), (bad, false)] {
        let bench = Bench::new().await;
        let other = bench.begin("beside").await;
        bench.acknowledge(&other, file.clone(), now_ms()).await;
        let export = archives::zip(&[("activities.csv", TABLE.as_bytes()), ("activities/1.fit", &file)]);
        let reports = bench.import_archive("export.zip", export.clone()).await;
        assert_eq!(results(&reports), [FileResult::SetAside, FileResult::Duplicate], "{reports:?}");
        assert!(bench.activities().await.is_empty());
        let kept = kept_words(&bench, &last_import(&bench).await).await;
        let said = kept.iter().find(|(name, ..)| name == "1.fit").unwrap().2.last().unwrap();
        assert!(said.contains("was still being read in another import"), "{kept:?}");

        bench.library.finish_unread(now_ms()).await.unwrap();
        other.finish().await.unwrap();
        assert_eq!(bench.activities().await.len(), usize::from(is_good));
        // Importing it again brings the row, if that is needed.
        bench.import_archive("export.zip", export).await;
        assert_eq!(bench.activities().await.len(), 1);
        assert_eq!(shown(&bench).await == [ROW], !is_good);
    }
}

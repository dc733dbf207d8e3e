//! Archives and compressed files.

use std::io::{Cursor, Write as _};

use super::*;

impl Bench {
    pub(super) async fn import_archive(&self, name: &str, zip: Vec<u8>) -> Vec<FileReport> {
        let batch = self.begin(name).await;
        let mut reports = Vec::new();
        batch.take_in_archive(name, Cursor::new(zip), &mut |file| reports.push(file)).await.unwrap();
        batch.finish().await.unwrap();
        reports
    }
}

pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_of_an_archive_has_its_result() {
    let bench = Bench::new().await;
    let (a, b) = (rich(1), rich(2));
    let zip = zip(&[("a.fit", &a), ("copies/a.fit", &a), ("b.fit", &b), ("note.txt", b"hello there, no run in here")]);
    let reports = bench.import_archive("export.zip", zip.clone()).await;
    assert_eq!(results(&reports)[..3], [FileResult::New, FileResult::Duplicate, FileResult::New], "{reports:?}");
    assert_eq!(reports[1].name, "export.zip/copies/a.fit");
    assert!(matches!(reports[3].result, FileResult::Failed | FileResult::SetAside), "{reports:?}");
    assert_eq!(bench.activities().await.len(), 2);
    let again = bench.import_archive("export.zip", zip).await;
    assert_eq!(results(&again)[..3], [FileResult::Duplicate; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_or_not_a_file_is_the_same() {
    let bench = Bench::new().await;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&rich(1)).unwrap();
    let (_, reports) = bench.import(vec![("run.fit.gz", gz.finish().unwrap()), ("run.fit", rich(1))]).await;
    assert_eq!(results(&reports), [FileResult::New, FileResult::Duplicate], "{reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_in_the_data_folder_goes_on_where_the_process_ended() {
    let bench = Bench::new().await;
    let members: Vec<(String, Vec<u8>)> = (1..=9).map(|day| (format!("{day}.fit"), rich(day))).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    std::fs::write(bench.library.incoming().join("spooled"), zip(&members)).unwrap();
    std::fs::write(bench.library.incoming().join("half"), b"never came to its end").unwrap();
    let batch = bench.begin("export.zip").await;
    let (file, name) = ("spooled".to_owned(), "export.zip".to_owned());
    let archive = crate::store::WaitingArchive { file, name, first_position: 0, limits: None };
    bench.library.store.note_archive(&bench.athlete.id, batch.id(), &archive).await.unwrap();
    // Three of its files were in when the process ended.
    let first: Vec<(String, Bytes)> =
        members.iter().take(3).map(|(name, bytes)| ((*name).to_owned(), Bytes::copy_from_slice(bytes))).collect();
    batch.take_in_all(first).await.unwrap();
    let id = batch.id().to_owned();
    std::mem::forget(batch);

    let mut after = open(&bench.folder).await;
    // The lock of a process that ended goes with it; the batch that was forgotten here keeps its own.
    after.alone_at_ms = Some(now_ms());
    after.clear_incoming().await.unwrap();
    assert_eq!(after.finish_left_imports(now_ms()).await.unwrap(), 1);
    let import = after.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!((import.state, import.counts.new, import.counts.duplicate), (ImportState::Finished, 9, 0));
    assert_eq!(after.store.activities(&bench.athlete.id).await.unwrap().len(), 9);
    assert_eq!(std::fs::read_dir(after.incoming()).unwrap().count(), 0, "nothing stays behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_of_an_archive_names_the_option_that_raises_it() {
    let bench = Bench::new().await;
    let mut library = bench.library.clone();
    library.limits.archive.members = 1;
    library.limits.archive.member_bytes = 1_000;
    let batch = library.begin_import(&bench.athlete, Source::Api, "capped").await.unwrap();
    let (a, b) = (rich(1), rich(2));
    let mut reports = Vec::new();
    let zip = Cursor::new(zip(&[("a.fit", &a), ("b.fit", &b)]));
    batch.take_in_archive("capped.zip", zip, &mut |file| reports.push(file)).await.unwrap();
    assert_eq!(results(&reports), [FileResult::Failed; 2], "{reports:?}");
    assert!(reports[0].messages[0].contains("--max-file-mb"), "{reports:?}");
    assert!(reports[1].name == "capped.zip" && reports[1].messages[0].contains("--max-members"), "{reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_was_spooled_is_gone_when_its_files_are_in() {
    let bench = Bench::new().await;
    let (a, b) = (rich(1), rich(2));
    std::fs::write(bench.library.incoming().join("one"), zip(&[("a.fit", &a)])).unwrap();
    std::fs::write(bench.library.incoming().join("two"), zip(&[("b.fit", &b)])).unwrap();
    let batch = bench.begin("both").await;
    let mut reports = Vec::new();
    for (name, file) in [("first.zip", "one"), ("second.zip", "two"), ("third.zip", "missing")] {
        let archive = batch.keep_archive(name, file).await.unwrap();
        batch.open_waiting_archive(&archive, &mut |file| reports.push(file)).await.unwrap();
    }
    assert_eq!(results(&reports), [FileResult::New, FileResult::New, FileResult::Failed], "{reports:?}");
    assert_eq!(reports[1].name, "second.zip/b.fit");
    assert_eq!(std::fs::read_dir(bench.library.incoming()).unwrap().count(), 0);
    assert_eq!(batch.finish().await.unwrap().counts.new, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_says_of_a_file_goes_to_its_activity() {
    let bench = Bench::new().await;
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Filename\n\
                 7,\"Nov 19, 2026, 7:00:00 AM\",Round the lake,Run,with the dog,activities/7.fit\n";
    let watch = rich(1);
    let zip = zip(&[("activities/7.fit", &watch), ("activities.csv", table.as_bytes())]);
    let reports = bench.import_archive("export.zip", zip).await;
    assert_eq!(reports[0].result, FileResult::New, "{reports:?}");
    let activity = bench.activities().await.remove(0);
    assert_eq!(activity.title.as_deref(), Some("Round the lake"));
    assert_eq!(activity.description.as_deref(), Some("with the dog"));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_keep_their_order() {
    let bench = Bench::new().await;
    let files: Vec<(String, Vec<u8>)> =
        (1..=150).map(|day| (format!("{day:03}.gpx"), encode::gpx(&run(day, 0.5, false)).into_bytes())).collect();
    let members: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let reports = bench.import_archive("year.zip", zip(&members)).await;
    let names: Vec<&str> = reports.iter().map(|report| report.name.as_str()).collect();
    let expected: Vec<String> = files.iter().map(|(name, _)| format!("year.zip/{name}")).collect();
    assert_eq!(names, expected);
    assert!(reports.iter().all(|report| report.result == FileResult::New));
    assert_eq!(bench.activities().await.len(), 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_says_comes_to_a_file_that_is_there_already() {
    let bench = Bench::new().await;
    bench.import(vec![("run.fit", rich(1))]).await;
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Activity Gear,Filename,\
                 Perceived Exertion\n\
                 1,\"Nov 19, 2026, 7:00:00 AM\",Before breakfast,Run,2000,6.0,Old shoes,activities/1.fit,6\n";
    let export = zip(&[("activities.csv", table.as_bytes()), ("activities/1.fit", &rich(1))]);
    let reports = bench.import_archive("export.zip", export).await;
    let copy = reports.iter().find(|report| report.name.ends_with("1.fit")).unwrap();
    assert_eq!(copy.result, FileResult::Duplicate);
    assert!(copy.messages[0].contains("was added"), "{copy:?}");
    bench.library.finish_unread(now_ms()).await.unwrap();
    let activity = bench.activities().await.remove(0);
    assert_eq!((activity.title.as_deref(), activity.gear.as_deref()), (Some("Before breakfast"), Some("Old shoes")));
    assert_eq!(activity.rpe, Some(6.0));
    assert!(activity.summary.session_rpe_load.is_some(), "the load by exertion was worked out");
}

/// An export of Apple Health with that many runs, years before all others.
fn apple_export(runs: i64) -> Vec<u8> {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap().and_hms_opt(6, 0, 0).unwrap();
    let workout = |day: i64| {
        let (start, end) = (first + TimeDelta::days(day), first + TimeDelta::days(day) + TimeDelta::minutes(30));
        format!(
            "<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" duration=\"30\" durationUnit=\"min\" \
             totalDistance=\"5\" totalDistanceUnit=\"km\" sourceName=\"W\" startDate=\"{start} +0000\" \
             endDate=\"{end} +0000\"></Workout>\n"
        )
    };
    let workouts: String = (0..runs).map(workout).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<HealthData locale=\"en_US\">\n{workouts}</HealthData>\n")
        .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_gives_more_files_than_it_has_members_takes_no_place_of_the_next() {
    let bench = Bench::new().await;
    let mut library = bench.library.clone();
    library.limits.archive.members = 10;
    let export = apple_export(30);
    std::fs::write(library.incoming().join("one"), zip(&[("apple_health_export/export.xml", &export)])).unwrap();
    let runs: Vec<(String, Vec<u8>)> = (1..=8).map(|day| (format!("{day}.fit"), rich(day))).collect();
    let runs: Vec<(&str, &[u8])> = runs.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    std::fs::write(library.incoming().join("two"), zip(&runs)).unwrap();
    let batch = library.begin_import(&bench.athlete, Source::Api, "both").await.unwrap();
    let kept =
        [batch.keep_archive("apple.zip", "one").await.unwrap(), batch.keep_archive("runs.zip", "two").await.unwrap()];
    for archive in &kept {
        batch.open_waiting_archive(archive, &mut |_| {}).await.unwrap();
    }
    assert_eq!(batch.finish().await.unwrap().counts.new, 38);
    assert_eq!(bench.activities().await.len(), 38);
}

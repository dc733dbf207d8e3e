//! Folders: unpacked exports, and what a table says of files that are not there.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;

impl Bench {
    pub(super) async fn import_folder(&self, path: &Path) -> Vec<FileReport> {
        self.import_paths(vec![path.to_owned()]).await
    }

    async fn import_paths(&self, paths: Vec<PathBuf>) -> Vec<FileReport> {
        let batch = self.begin("paths").await;
        let mut reports = Vec::new();
        let _ = batch.take_in_from(move |feed| feed.paths(&paths), &mut |file| reports.push(file)).await.unwrap();
        batch.finish().await.unwrap();
        reports
    }
}

pub(super) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// Each report as the end of its name, its result and its first message.
pub(super) fn brief(reports: &[FileReport]) -> Vec<(String, FileResult, String)> {
    let last = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    reports
        .iter()
        .map(|report| (last(&report.name), report.result, report.messages.first().cloned().unwrap_or_default()))
        .collect()
}

const TABLE: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,\
    Activity Gear,Filename\n\
    1,\"Nov 19, 2026, 7:00:00 AM\",Round the lake,Run,with the dog,2000,6.0,Old shoes,activities/1.fit.gz\n\
    2,\"Nov 18, 2026, 7:00:00 AM\",Forgot the watch,Run,,2000,6.0,Old shoes,activities/2.fit.gz\n\
    3,\"Nov 17, 2026, 7:00:00 AM\",By hand,Run,,3000,10.0,,\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_unpacked_export_is_the_export() {
    let bench = Bench::new().await;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&rich(1)).unwrap();
    let packed = gz.finish().unwrap();
    let files: &[(&str, &[u8])] =
        &[("activities/1.fit.gz", &packed), ("activities.csv", TABLE.as_bytes()), ("media/1.jpg", b"\xff\xd8\xff\xe0")];
    let unpacked = folder(files);
    let reports = bench.import_folder(unpacked.path()).await;
    let table = "a table of Strava’s export: activities.csv; 1 activity without a file was taken from it";
    let missing = "a file that the table names is not there: activities/2.fit.gz; what the table says of it is read \
         instead, as past training";
    let expected = [
        ("1.fit.gz", FileResult::New, ""),
        ("activities.csv#2026-11-17T07:00:00Z", FileResult::New, ""),
        ("activities.csv", FileResult::SetAside, table),
        ("1.jpg", FileResult::SetAside, "a picture"),
        ("activities.csv#2026-11-18T07:00:00Z", FileResult::New, ""),
        ("activities.csv", FileResult::SetAside, missing),
    ];
    assert_eq!(brief(&reports), expected.map(|(name, result, message)| (name.to_owned(), result, message.to_owned())));
    let activities = bench.activities().await;
    let mut titles: Vec<&str> = activities.iter().filter_map(|activity| activity.title.as_deref()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["By hand", "Forgot the watch", "Round the lake"]);

    // The zip of the same files brings nothing new.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let batch = bench.begin("export.zip").await;
    let (mut again, zip) = (Vec::new(), zip.finish().unwrap());
    batch.take_in_archive("export.zip", zip, &mut |file| again.push(file)).await.unwrap();
    batch.finish().await.unwrap();
    let same: Vec<FileResult> = expected
        .iter()
        .map(|(_, result, _)| if *result == FileResult::New { FileResult::Duplicate } else { *result })
        .collect();
    assert_eq!(results(&again), same, "{again:?}");
    assert_eq!(bench.activities().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_later_is_the_activity_that_the_table_told_of() {
    let bench = Bench::new().await;
    let reports = bench.import_folder(folder(&[("activities.csv", TABLE.as_bytes())]).path()).await;
    assert_eq!(reports.iter().filter(|report| report.result == FileResult::New).count(), 3, "{reports:?}");
    let whole = folder(&[("activities.csv", TABLE.as_bytes()), ("activities/2.fit", &rich(2))]);
    let reports = bench.import_folder(whole.path()).await;
    let came = reports.iter().find(|report| report.name.ends_with("2.fit")).unwrap();
    assert_eq!(came.result, FileResult::SameActivity, "{came:?}");
    let activities = bench.activities().await;
    assert_eq!(activities.len(), 3, "no second run");
    let kept = activities.iter().find(|activity| activity.title.as_deref() == Some("Forgot the watch")).unwrap();
    assert!(kept.summary.avg_heart_rate_bpm.is_some(), "the recording is the one that is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_export_holds_beside_training_is_the_same_loose_and_packed() {
    let bench = Bench::new().await;
    let beside: [(&str, &[u8], &str); 3] = [
        ("empty.fit", b"", "an empty file"),
        ("export_cda.xml", b"<?xml version=\"1.0\"?>\n<ClinicalDocument/>", "a clinical document (CDA)"),
        ("ecg_2024-01-02.csv", "Name,Ada\nUnit,\u{b5}V\n\n-1.5\n".as_bytes(), "an electrocardiogram"),
    ];
    let files = beside.map(|(name, bytes, _)| (name, bytes));
    let expected: Vec<_> =
        beside.iter().map(|(name, _, what)| ((*name).to_owned(), FileResult::SetAside, (*what).to_owned())).collect();
    let (_, loose) = bench.import(files.map(|(name, bytes)| (name, bytes.to_vec())).to_vec()).await;
    assert_eq!(brief(&loose), expected);
    let mut unpacked = brief(&bench.import_folder(folder(&files).path()).await);
    unpacked.sort_by_key(|(name, ..)| expected.iter().position(|(other, ..)| other == name));
    assert_eq!(unpacked, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn splitting_an_export_is_counted_as_that() {
    let bench = Bench::new().await;
    let xml = b"<HealthData>\n <Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" duration=\"30\" \
        durationUnit=\"min\" totalDistance=\"5\" totalDistanceUnit=\"km\" sourceName=\"Watch\" \
        startDate=\"2026-11-18 07:00:00 +0000\" endDate=\"2026-11-18 07:30:00 +0000\"/>\n</HealthData>\n";
    let reports = bench.import_folder(folder(&[("export.xml", xml), ("run.fit", &rich(1))]).path()).await;
    assert_eq!(results(&reports), [FileResult::New, FileResult::SetAside, FileResult::New], "{reports:?}");
    let table = bench.library.timings.table(Duration::from_secs(1), None);
    let has_bytes = |stage: &str| !table.lines().find(|line| line.starts_with(stage)).unwrap().ends_with('–');
    assert!(has_bytes("split export") && has_bytes("read") && !has_bytes("inflate"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_named_beside_each_other_are_the_export_that_they_lie_in() {
    let whole = folder(&[
        ("activities.csv", TABLE.as_bytes()),
        ("activities/1.fit", &rich(1)),
        ("activities/2.fit", &rich(2)),
        ("page.html", b"<!doctype html><html></html>"),
    ]);
    let all = || ["activities/1.fit", "activities.csv", "activities", "page.html"].map(|name| whole.path().join(name));
    let bench = Bench::new().await;
    let reports = bench.import_paths(all()[1..].to_vec()).await;
    assert_eq!(results(&reports)[2..], [FileResult::New, FileResult::New, FileResult::SetAside], "{reports:?}");
    assert_eq!(reports[2].activities[0].title.as_deref(), Some("Round the lake"));
    // Nor is what lies elsewhere a fault; what is named alone was meant as training.
    let bench = Bench::new().await;
    let reports = bench.import_paths(vec![all()[0].clone(), all()[3].clone()]).await;
    assert_eq!(results(&reports), [FileResult::New, FileResult::SetAside], "{reports:?}");
    let reports = bench.import_paths(vec![all()[3].clone()]).await;
    assert_eq!(results(&reports), [FileResult::Failed], "{reports:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn named_files_are_told_of_in_the_words_of_their_folder() {
    let whole = folder(&[
        ("account-data-1.json", br#"{"username": "ada", "settings": {}}"#),
        ("activity-2026-11-01.json", br#"{"exportVersion": "1.0", "date": "2026-11-01", "summary": {}}"#),
        ("run.fit", &rich(1)),
    ]);
    let names = ["account-data-1.json", "activity-2026-11-01.json", "run.fit"];
    let told = async |paths: Vec<PathBuf>| {
        let reports = Bench::new().await.import_paths(paths).await;
        reports.into_iter().map(|report| (report.result, report.messages)).collect::<Vec<_>>()
    };
    let one_by_one = told(names.map(|name| whole.path().join(name)).to_vec()).await;
    assert_eq!(one_by_one, told(vec![whole.path().to_path_buf()]).await);
    assert_eq!(one_by_one[..2].iter().map(|(result, _)| *result).collect::<Vec<_>>(), [FileResult::SetAside; 2]);
}

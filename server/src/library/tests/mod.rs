//! Imports as a whole: results, undoing, and what is left by a process that ended.

mod archives;
mod cleaning;
mod decisions;
mod folders;
mod left;
mod opening;
mod said;
mod same;
mod sport;
mod stand_in;
mod whole;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use plimsoll_ingest::encode::{self, Recording, Sample};
use plimsoll_ingest::{DiaryKind, DiaryValue, RunKind};
use tempfile::TempDir;

use super::*;
use crate::store::{Arrival, Arrived, Athlete, FileResult, ImportState, Profile, Reading, Received, Source};

struct Bench {
    folder: TempDir,
    library: Library,
    athlete: Athlete,
}

fn noon() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn now_ms() -> i64 {
    noon().timestamp_millis()
}

async fn open(folder: &TempDir) -> Library {
    Library::open(folder.path(), Clock::Fixed(noon()), Limits::from_megabytes(128, 256)).await.unwrap()
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = open(&folder).await;
        let athlete = library.store.add_athlete(Profile::named("Ada"), 0).await.unwrap();
        Self { folder, library, athlete }
    }

    async fn begin(&self, label: &str) -> Batch {
        self.library.begin_import(&self.athlete, Source::Api, label).await.unwrap()
    }

    /// One import of `files`; its id and the result of each file.
    async fn import(&self, files: Vec<(&str, Vec<u8>)>) -> (String, Vec<FileReport>) {
        let batch = self.begin("files").await;
        let files = files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.into())).collect();
        let reports = batch.take_in_all(files).await.unwrap();
        (batch.finish().await.unwrap().id, reports)
    }

    /// An import of one file that gives `values`.
    async fn import_diary(&self, name: &str, values: Vec<DiaryValue>) -> String {
        let batch = self.begin(name).await;
        let arrived = Arrived::Stored { sha256: name.to_owned(), size_bytes: 1, details: None };
        let arrival = Arrival { name: name.to_owned(), position: None, content: arrived };
        let received = self.library.store.receive(&self.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
        let [Received::Fresh(upload)] = received.as_slice() else { panic!("{received:?}") };
        let (activities, notices, messages) = (Vec::new(), Vec::new(), Vec::new());
        let reading = Reading::Read { activities, diary: values, notices, device: None, messages };
        self.library.store.finish(&self.athlete.id, &[(upload.clone(), reading)]).await.unwrap();
        let import = batch.finish().await.unwrap();
        assert_eq!(import.counts.new, 1, "values of days are something new");
        import.id
    }

    async fn activities(&self) -> Vec<ActivityRow> {
        self.library.store.activities(&self.athlete.id).await.unwrap()
    }

    async fn undo(&self, import: &str) -> Undone {
        self.library.undo_import(&self.athlete.id, import).await.unwrap()
    }

    async fn redo(&self, import: &str) -> Undone {
        self.library.redo_import(&self.athlete.id, import).await.unwrap()
    }
}

fn results(reports: &[FileReport]) -> Vec<FileResult> {
    reports.iter().map(|report| report.result).collect()
}

/// A run of `km` at 3 m/s that began `days_ago`, with a heart rate if wished.
fn run(days_ago: i64, km: f64, heart_rate: bool) -> Recording {
    let start = noon() - TimeDelta::days(days_ago) - TimeDelta::hours(5);
    let samples =
        (0..).map(|step| 5.0 * f64::from(step)).take_while(|seconds| seconds * 3.0 <= km * 1000.0).map(|seconds| {
            Sample {
                time: start + TimeDelta::seconds(seconds as i64),
                position: Some((55.0 + seconds * 3.0 / 111_320.0, 12.0)),
                distance_m: Some(seconds * 3.0),
                speed_mps: Some(3.0),
                altitude_m: Some(20.0),
                heart_rate_bpm: heart_rate.then_some(140),
                cadence_spm: heart_rate.then_some(170.0),
            }
        });
    Recording {
        title: Some(format!("{km} km")),
        kind: RunKind::Generic,
        utc_offset_s: 0,
        serial: 1,
        samples: samples.collect(),
        lap_every_m: None,
    }
}

/// The watch's own file.
fn rich(days_ago: i64) -> Vec<u8> {
    encode::fit(&run(days_ago, 6.0, true))
}

/// A service's copy of the same run, without heart rate.
fn poor(days_ago: i64) -> Vec<u8> {
    encode::gpx(&run(days_ago, 6.0, false)).into_bytes()
}

#[tokio::test]
async fn an_import_counts_its_files_by_result_and_keeps_the_reasons() {
    let bench = Bench::new().await;
    let files = vec![
        ("a.fit", rich(1)),
        ("again.fit", rich(1)),
        ("page.html", b"<!doctype html><html></html>".to_vec()),
        ("photo.jpg", b"\xff\xd8\xff\xe0rest".to_vec()),
        ("nothing.fit", Vec::new()),
    ];
    let (id, reports) = bench.import(files).await;
    let expected =
        [FileResult::New, FileResult::Duplicate, FileResult::Failed, FileResult::SetAside, FileResult::SetAside];
    assert_eq!(results(&reports), expected);
    let import = bench.library.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!(import.state, ImportState::Finished);
    let counts = import.counts;
    assert_eq!((counts.new, counts.duplicate, counts.set_aside, counts.failed, counts.waiting), (1, 1, 2, 1, 0));
    let files = bench.library.store.import_files(&bench.athlete.id, &id, None, 0, 100).await.unwrap();
    assert_eq!(files.iter().map(|file| file.position).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    let failed = Some(FileResult::Failed);
    let failed = bench.library.store.import_files(&bench.athlete.id, &id, failed, 0, 100).await.unwrap();
    assert!(failed[0].name == "page.html" && failed[0].messages[0].contains("HTML"), "{failed:?}");
    assert!(files[4].upload_id.is_none() && files[4].messages == ["an empty file"], "{files:?}");
}

#[tokio::test]
async fn undoing_takes_back_what_the_import_brought_and_bringing_it_back_restores_it() {
    let bench = Bench::new().await;
    let (first, _) = bench.import(vec![("a.fit", rich(1))]).await;
    let (second, _) = bench.import(vec![("b.fit", rich(2)), ("c.fit", rich(3)), ("a.fit", rich(1))]).await;
    assert_eq!(bench.activities().await.len(), 3);
    assert_eq!(bench.undo(&second).await, Undone::Done);
    assert_eq!(bench.undo(&second).await, Undone::Already);
    let left = bench.activities().await;
    assert_eq!(left.len(), 1, "the file that the first import brought stays");
    assert_eq!(bench.redo(&second).await, Undone::Done);
    assert_eq!(bench.activities().await.len(), 3);

    // The second import lists the first one's file too, so it stays there when the first is undone.
    assert_eq!(bench.undo(&first).await, Undone::Done);
    assert_eq!(bench.activities().await.len(), 3);
    let upload = bench.library.store.upload(&bench.athlete.id, &left[0].upload_id).await.unwrap().unwrap();
    assert_eq!(upload.import_id.as_deref(), Some(second.as_str()));
    bench.undo(&second).await;
    assert!(bench.activities().await.is_empty());
    bench.redo(&first).await;
    assert_eq!(bench.activities().await.len(), 1);
    assert_eq!(bench.undo("no such").await, Undone::NoSuchImport);
}

#[tokio::test]
async fn what_was_undone_is_new_when_it_is_imported_again() {
    let bench = Bench::new().await;
    let (first, _) = bench.import(vec![("a.fit", rich(1)), ("b.fit", rich(2))]).await;
    bench.undo(&first).await;
    let (second, reports) = bench.import(vec![("a.fit", rich(1))]).await;
    assert_eq!(results(&reports), [FileResult::New]);
    assert_eq!(bench.activities().await.len(), 1, "one activity, not two of the same file");
    bench.redo(&first).await;
    assert_eq!(bench.activities().await.len(), 2);
    bench.undo(&second).await;
    assert_eq!(bench.activities().await.len(), 2, "the first import lists the file and is there");
}

#[tokio::test]
async fn an_import_that_was_left_running_is_finished_at_the_next_start() {
    let bench = Bench::new().await;
    let batch = bench.begin("files").await;
    batch.take_in("a.fit", rich(1).into()).await.unwrap();
    // Acknowledged, and then the process ends.
    let bytes = rich(2);
    let sha256 = crate::blobs::sha256_hex(&bytes);
    bench.library.blobs.put(&raw_key(&sha256), bytes).await.unwrap();
    let arrived = Arrived::Stored { sha256, size_bytes: 1, details: None };
    let arrival = Arrival { name: "b.fit".to_owned(), position: None, content: arrived };
    bench.library.store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    let id = batch.id().to_owned();
    std::mem::forget(batch);

    let after = open(&bench.folder).await;
    assert_eq!(after.finish_unread(now_ms()).await.unwrap(), 1);
    assert_eq!(after.finish_left_imports(now_ms()).await.unwrap(), 1);
    let import = after.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
    assert_eq!((import.state, import.counts.new, import.counts.waiting), (ImportState::Finished, 2, 0));
    assert_eq!(after.store.activities(&bench.athlete.id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_that_ends_the_program_again_and_again_is_given_up() {
    let bench = Bench::new().await;
    let batch = bench.begin("files").await;
    let sha256 = crate::blobs::sha256_hex(b"fatal");
    bench.library.blobs.put(&raw_key(&sha256), &b"fatal"[..]).await.unwrap();
    let arrived = Arrived::Stored { sha256, size_bytes: 5, details: None };
    let arrival = Arrival { name: "fatal.fit".to_owned(), position: None, content: arrived };
    bench.library.store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    // The import gives signs of life beside this, none of them later than now.
    let upload = bench.library.store.unread_uploads(now_ms()).await.unwrap().remove(0);
    // Twice a process began to read it and ended.
    for _ in 0..2 {
        bench.library.store.begin_reading(&upload).await.unwrap();
    }
    bench.library.finish_unread(now_ms()).await.unwrap();
    let import = batch.finish().await.unwrap();
    assert_eq!((import.counts.failed, import.counts.waiting), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_damaged_are_read_from_the_file_again() {
    let bench = Bench::new().await;
    bench.import(vec![("a.fit", rich(1))]).await;
    let activity = bench.activities().await.remove(0);
    let whole = bench.library.track(&activity).await.unwrap();
    let key = crate::blobs::frame_key(&activity.records_key, &activity.sport);
    bench.library.blobs.put_cache(&key, &b""[..]).await.unwrap();
    let again = bench.library.track(&activity).await.unwrap();
    assert_eq!(whole.along, again.along);
    assert!(bench.library.blobs.get(&key).await.unwrap().unwrap().len() > 100);
}

#[tokio::test]
async fn a_sender_that_goes_away_leaves_no_import_running() {
    let bench = Bench::new().await;
    let batch = bench.begin("files").await;
    batch.take_in("a.fit", rich(1).into()).await.unwrap();
    let id = batch.id().to_owned();
    drop(batch);
    loop {
        let import = bench.library.store.import(&bench.athlete.id, &id).await.unwrap().unwrap();
        if import.state == ImportState::Finished {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn of_several_diary_values_of_a_day_the_last_measured_counts_and_undone_ones_do_not() {
    let bench = Bench::new().await;
    let date = noon().date_naive();
    let value = |value: f64, hour: i64| DiaryValue {
        date,
        kind: DiaryKind::RestingHeartRateBpm,
        value,
        time: Some(noon() + TimeDelta::hours(hour)),
    };
    let mut imports = Vec::new();
    for (name, values) in [("late", vec![value(52.0, 1), value(47.0, 2)]), ("early", vec![value(50.0, 0)])] {
        imports.push(bench.import_diary(name, values).await);
    }
    let diary = async || bench.library.store.diary(&bench.athlete.id, date, date).await.unwrap();
    assert_eq!(diary().await, [value(47.0, 2)]);
    bench.undo(&imports[0]).await;
    assert_eq!(diary().await, [value(50.0, 0)]);
}

#[tokio::test]
async fn what_comes_in_through_another_process_is_left_alone() {
    let bench = Bench::new().await;
    assert_eq!(bench.library.left_before_ms(), now_ms(), "it was alone from the start");
    let arriving = bench.library.incoming().join("arriving");
    std::fs::write(&arriving, b"half of it").unwrap();
    let second = open(&bench.folder).await;
    assert!(second.alone_at_ms.is_none());
    second.clear_incoming().await.unwrap();
    assert!(arriving.exists(), "its sender may still be at it");
    drop((bench.library, second));
    let alone = open(&bench.folder).await;
    alone.clear_incoming().await.unwrap();
    assert!(!arriving.exists());
}

#[tokio::test]
async fn how_a_session_felt_and_how_hard_it_was_are_kept() {
    let bench = Bench::new().await;
    let batch = bench.begin("a session").await;
    let details = plimsoll_ingest::Details { rpe: Some(4.0), feel: Some(75.0), ..Default::default() };
    let content = batch::Content::Bytes { bytes: rich(1).into(), details: Some(details) };
    let file = batch::Incoming { name: "run.fit".to_owned(), position: None, content, room: None };
    bench.library.take_in_group(&bench.athlete, batch.id(), vec![file]).await.unwrap();
    batch.finish().await.unwrap();
    let run = bench.activities().await.remove(0);
    assert_eq!((run.rpe, run.feel), (Some(4.0), Some(75.0)));
}

#[tokio::test]
async fn an_import_in_which_a_file_failed_does_not_keep_what_a_later_one_read_of_it() {
    let bench = Bench::new().await;
    let batch = bench.begin("an older program").await;
    let (bytes, sha256) = (rich(1), crate::blobs::sha256_hex(&rich(1)));
    let arrived = Arrived::Stored { sha256, size_bytes: 1, details: None };
    let arrival = Arrival { name: "a.fit".to_owned(), position: None, content: arrived };
    let received = bench.library.store.receive(&bench.athlete.id, batch.id(), &[arrival], 0).await.unwrap();
    let [Received::Fresh(upload)] = received.as_slice() else { panic!("{received:?}") };
    let failed = Reading::Failed("it cannot be read".to_owned());
    bench.library.store.finish(&bench.athlete.id, &[(upload.clone(), failed)]).await.unwrap();
    let first = batch.finish().await.unwrap().id;
    // While nothing was read, the import that says so is as good as any.
    bench.undo(&first).await;
    bench.redo(&first).await;
    assert_eq!(bench.library.store.uploads(&bench.athlete.id, 9).await.unwrap().len(), 1);

    let (second, reports) = bench.import(vec![("a.fit", bytes.clone())]).await;
    assert_eq!(results(&reports), [FileResult::New]);
    bench.undo(&second).await;
    assert!(bench.activities().await.is_empty(), "what the import brought is taken back");
    bench.redo(&second).await;
    assert_eq!(bench.activities().await.len(), 1);
    bench.undo(&first).await;
    assert_eq!(bench.activities().await.len(), 1);
    bench.redo(&first).await;
    // A third that lists it as known keeps it, in whatever order the others are undone.
    let (third, reports) = bench.import(vec![("a.fit", bytes)]).await;
    assert_eq!(results(&reports), [FileResult::Duplicate]);
    bench.undo(&second).await;
    assert_eq!(bench.activities().await.len(), 1);
    bench.undo(&third).await;
    assert!(bench.activities().await.is_empty());
    bench.redo(&second).await;
    assert_eq!(bench.activities().await.len(), 1);
}

#[tokio::test]
async fn a_value_of_the_whole_day_is_newer_than_one_of_a_time_of_it() {
    for whole_first in [true, false] {
        let bench = Bench::new().await;
        let date = noon().date_naive();
        let value = |value: f64, time| DiaryValue { date, kind: DiaryKind::HrvSdnnMs, value, time };
        let (whole, early) = (value(60.0, None), value(20.0, Some(noon() - TimeDelta::hours(5))));
        let files = [("whole", whole), ("early", early)];
        let files = if whole_first {
            files
        } else {
            let [a, b] = files;
            [b, a]
        };
        for (name, value) in files {
            bench.import_diary(name, vec![value]).await;
        }
        assert_eq!(bench.library.store.diary(&bench.athlete.id, date, date).await.unwrap(), [whole]);
    }
}

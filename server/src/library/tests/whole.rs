//! Everything of somebody taken along and erased, and what ends or comes in between.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::access::Role;
use crate::blobs::sha256_hex;
use crate::library::batch::{Content, Incoming};
use crate::store::Whose;

/// Names of the files below a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(names(&entry.path()));
        } else {
            found.insert(entry.file_name().into_string().unwrap());
        }
    }
    found
}

fn holds(folder: &Path, marker: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| {
        if entry.file_type().unwrap().is_dir() {
            return holds(&entry.path(), marker);
        }
        std::fs::read(entry.path()).unwrap().windows(marker.len()).any(|window| window == marker)
    })
}

fn whose(athlete: &Athlete) -> Whose {
    Whose { athlete_id: Some(athlete.id.clone()), account_id: athlete.account_id.clone() }
}

fn incoming(name: &str, bytes: &[u8]) -> Incoming {
    let content = Content::Bytes { bytes: bytes.to_vec().into(), details: None };
    Incoming { name: name.to_owned(), position: None, content, room: None }
}

async fn export(library: &Library, athlete: &Athlete) -> Vec<u8> {
    library.export(athlete, true, Vec::new()).await.unwrap()
}

#[tokio::test]
async fn an_erasure_that_a_crash_interrupts_is_finished_at_the_next_start() {
    let bench = Bench::new().await;
    let bytes = encode::fit(&run(9, 5.0, true));
    bench.import(vec![("quokka.fit", bytes.clone())]).await;
    let batch = bench.begin("waits").await;
    std::fs::write(bench.library.incoming().join("upload-1"), b"PK an archive").unwrap();
    batch.keep_archive("archive.zip", "upload-1").await.unwrap();
    bench.library.begin_erasure(&whose(&bench.athlete), &[]).await.unwrap();
    assert!(bench.library.store.athlete(&bench.athlete.id).await.unwrap().is_none(), "the rows are gone at once");
    // The process ends here.
    drop(batch);
    let Bench { folder, library, .. } = bench;
    drop(library);
    assert!(names(&folder.path().join("files")).contains(&sha256_hex(&bytes)));

    let library = open(&folder).await;
    assert_eq!(library.finish_erasures().await.unwrap(), 1);
    assert_eq!(library.finish_erasures().await.unwrap(), 0);
    assert!(names(&folder.path().join("files")).is_empty());
    assert!(names(&folder.path().join("incoming")).is_empty());
    for marker in [b"quokka.fit".as_slice(), sha256_hex(&bytes).as_bytes(), b"Ada"] {
        assert!(!holds(folder.path(), marker), "{} is there still", String::from_utf8_lossy(marker));
    }
}

#[tokio::test]
async fn what_is_on_its_way_when_its_owner_is_erased_leaves_nothing() {
    let bench = Bench::new().await;
    let (bytes, other) = (encode::fit(&run(9, 5.0, true)), encode::fit(&run(10, 6.0, true)));
    let batch = bench.begin("on its way").await;
    let stored = bench.library.store_group(vec![incoming("run.fit", &bytes)]).await.unwrap();
    let erasure = bench.library.begin_erasure(&whose(&bench.athlete), &[]).await.unwrap();
    bench.library.finish_erasure(&erasure).await.unwrap();
    assert!(bench.library.acknowledge_group(&bench.athlete, batch.id(), stored).await.is_err());
    assert!(batch.take_in("other.fit", other.into()).await.is_err());
    assert!(names(&bench.folder.path().join("files")).is_empty());
}

#[tokio::test]
async fn the_same_bytes_stay_for_whom_they_come_in_between() {
    let bench = Bench::new().await;
    let bytes = encode::fit(&run(9, 5.0, true));
    bench.import(vec![("run.fit", bytes.clone())]).await;
    let bea = bench.library.store.add_athlete(Profile::named("Bea"), 0).await.unwrap();
    let batch = bench.library.begin_import(&bea, Source::Api, "hers").await.unwrap();
    // They are there already, so they are not put there; then their owner is erased.
    let stored = bench.library.store_group(vec![incoming("run.fit", &bytes)]).await.unwrap();
    let erasure = bench.library.begin_erasure(&whose(&bench.athlete), &[]).await.unwrap();
    bench.library.finish_erasure(&erasure).await.unwrap();
    let group = bench.library.acknowledge_group(&bea, batch.id(), stored).await.unwrap();
    let reports = bench.library.read_group(&bea, group).await.unwrap();
    assert_eq!(reports[0].result, FileResult::New);
    let activity = &bench.library.store.activities(&bea.id).await.unwrap()[0];
    let upload = bench.library.store.upload(&bea.id, &activity.upload_id).await.unwrap().unwrap();
    assert_eq!(bench.library.raw_bytes(&upload).await.unwrap().unwrap(), bytes);
}

#[tokio::test]
async fn files_that_are_nobodys_go_at_the_next_start_after_an_erasure() {
    let bench = Bench::new().await;
    let bytes = encode::fit(&run(9, 5.0, true));
    bench.import(vec![("run.fit", bytes.clone())]).await;
    let gone = bench.library.store.add_athlete(Profile::named("Bea"), 0).await.unwrap();
    // Of a process that was killed while it stored a file of hers.
    bench.library.store_group(vec![incoming("bea.fit", b"of nobody")]).await.unwrap();
    let files = bench.folder.path().join("files");
    bench.library.clear_leftovers().await.unwrap();
    assert_eq!(names(&files).len(), 2, "nobody was erased");
    let erasure = bench.library.begin_erasure(&whose(&gone), &[]).await.unwrap();
    bench.library.finish_erasure(&erasure).await.unwrap();
    bench.library.clear_leftovers().await.unwrap();
    assert_eq!(names(&files), BTreeSet::from([sha256_hex(&bytes)]));
}

#[tokio::test]
async fn an_export_whose_import_a_crash_interrupts_is_gone_on_with() {
    let bench = Bench::new().await;
    bench.import(vec![("a.fit", encode::fit(&run(9, 5.0, true))), ("b.fit", encode::fit(&run(11, 6.0, true)))]).await;
    let (undone, _) = bench.import(vec![("c.fit", encode::fit(&run(14, 7.0, true)))]).await;
    bench.library.undo_import(&bench.athlete.id, &undone).await.unwrap();
    let first = bench.library.store.activities(&bench.athlete.id).await.unwrap().remove(0);
    bench.library.set_sport(&bench.athlete, &first.id, "cycling").await.unwrap();
    let archive = export(&bench.library, &bench.athlete).await;

    let there = Bench::new().await;
    let batch = there.begin("everything.zip").await;
    std::fs::write(there.library.incoming().join("upload-1"), &archive).unwrap();
    let waiting = batch.keep_archive("everything.zip", "upload-1").await.unwrap();
    let import = batch.id().to_owned();
    // The process ends here.
    std::mem::forget(batch);
    let library = open(&there.folder).await;
    let left = library.store.import(&there.athlete.id, &import).await.unwrap().unwrap();
    assert!(library.finish_left_import(&left, i64::MAX).await.unwrap());
    let report = async || {
        let found = library.store.activities(&there.athlete.id).await.unwrap();
        let all = library.store.every_activity(&there.athlete.id).await.unwrap();
        let undone = library.store.undone_imports(&there.athlete.id).await.unwrap();
        assert_eq!((undone.len(), undone[0].1.label.as_str()), (1, "files"));
        let sports: Vec<String> = found.iter().map(|one| one.sport.clone()).collect();
        let files = library.store.import_files(&there.athlete.id, &import, None, 0, 100).await.unwrap();
        (sports, all.len(), files.iter().map(|file| (file.position, file.messages.clone())).collect::<Vec<_>>())
    };
    let once = report().await;
    assert_eq!((once.0.len(), once.1, once.2.len()), (2, 3, 4), "{once:?}");
    assert_eq!(once.0.iter().filter(|sport| *sport == "cycling").count(), 1);
    // It ended before it noted that the archive is in: once more from the start.
    std::fs::write(library.incoming().join("upload-1"), &archive).unwrap();
    library.batch(&there.athlete, &import).open_waiting_archive(&waiting, &mut |_| {}).await.unwrap();
    assert_eq!(report().await, once);
}

#[tokio::test]
async fn what_is_set_and_decided_here_stands_before_what_an_export_says() {
    let bench = Bench::new().await;
    let mut profile = Profile::named("Ada");
    profile.zone = chrono_tz::Europe::Copenhagen;
    profile.physiology.max_hr_bpm = Some(190.0);
    profile.physiology.vt1_hr_bpm = Some(150.0);
    let athlete = bench.library.change_profile(&bench.athlete.id, profile).await.unwrap().unwrap();
    bench.import(vec![("a.fit", encode::fit(&run(9, 5.0, true)))]).await;
    let archive = export(&bench.library, &athlete).await;

    let there = Bench::new().await;
    let mut profile = Profile::named("Ada Elsewhere");
    profile.physiology.max_hr_bpm = Some(180.0);
    there.library.change_profile(&there.athlete.id, profile).await.unwrap();
    there.import(vec![("b.fit", encode::fit(&run(15, 6.0, true)))]).await;
    let batch = there.begin("everything.zip").await;
    let mut said = Vec::new();
    let source = std::io::Cursor::new(archive.clone());
    batch.take_in_archive("everything.zip", source, &mut |file| said.push(file.messages.join(" "))).await.unwrap();
    batch.finish().await.unwrap();
    let athlete = there.library.store.athlete(&there.athlete.id).await.unwrap().unwrap();
    let body = athlete.profile.physiology;
    assert_eq!((body.max_hr_bpm, body.vt1_hr_bpm), (Some(180.0), Some(150.0)));
    assert_eq!((athlete.profile.name.as_str(), athlete.profile.zone), ("Ada Elsewhere", chrono_tz::UTC));
    assert!(said[0].contains("taken over: heart rate at VT1; the time zone stays UTC"), "{said:?}");
    assert!(there.library.store.athletes_with_summaries_due().await.unwrap().is_empty());

    // One that does not go together with what is set here.
    let other = Bench::new().await;
    let mut profile = Profile::named("Ada");
    profile.physiology.max_hr_bpm = Some(140.0);
    other.library.change_profile(&other.athlete.id, profile).await.unwrap();
    let batch = other.begin("everything.zip").await;
    let mut said = Vec::new();
    let source = std::io::Cursor::new(archive);
    batch.take_in_archive("everything.zip", source, &mut |file| said.push(file.messages.join(" "))).await.unwrap();
    batch.finish().await.unwrap();
    assert!(
        said[0].contains("its profile was left out, because with what is set here maximum heart rate (140)"),
        "{said:?}"
    );
    assert_eq!(other.library.store.activities(&other.athlete.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_put_in_or_read_is_named() {
    let bench = Bench::new().await;
    let bytes = encode::fit(&run(9, 5.0, true));
    bench.import(vec![("a.fit", bytes.clone()), ("b.fit", encode::fit(&run(11, 6.0, true)))]).await;
    let sha256 = sha256_hex(&bytes);
    std::fs::remove_file(bench.folder.path().join("files").join(crate::blobs::raw_key(&sha256))).unwrap();
    let archive = export(&bench.library, &bench.athlete).await;
    let mut problems = String::new();
    let mut opened = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    std::io::Read::read_to_string(&mut opened.by_name("problems.txt").unwrap(), &mut problems).unwrap();
    assert!(problems.contains("original/a-") && problems.contains("its bytes are not there any more"), "{problems}");

    let there = Bench::new().await;
    let source = packed(&[
        ("plimsoll-export.json", br#"{"plimsoll_export": 1}"#.as_slice()),
        ("decisions.json", b"{\"originals\": 7}"),
        ("original/run.fit", &bytes),
    ]);
    let batch = there.begin("everything.zip").await;
    let mut said = Vec::new();
    batch
        .take_in_archive("everything.zip", source, &mut |file| said.push((file.name, file.messages.join(" "))))
        .await
        .unwrap();
    batch.finish().await.unwrap();
    assert!(said[0].1.contains("it has no profile that can be read"), "{said:?}");
    assert!(said[1].0.ends_with("decisions.json") && said[1].1.contains("not what Plimsoll writes"), "{said:?}");
    assert_eq!(there.library.store.activities(&there.athlete.id).await.unwrap().len(), 1);
}

fn packed(members: &[(&str, &[u8])]) -> std::io::Cursor<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, bytes).unwrap();
    }
    archive.finish().unwrap()
}

/// An export that somebody wrote by hand: of five entries two are what Plimsoll could have written.
fn written_by_hand() -> std::io::Cursor<Vec<u8>> {
    let entry = |last: u8, role: &str, entry: serde_json::Value| {
        serde_json::json!({
            "id": format!("00000000-0000-7000-8000-00000000000{last}"), "entry": entry, "author": "Pia\u{7} Physio",
            "author_role": role, "created_ms": i64::MIN, "changed_ms": 5, "removed_ms": null,
        })
    };
    let note = |text: &str| serde_json::json!({"kind": "note", "date": "2026-11-01", "text": text, "shared": true});
    let entries = serde_json::json!([
        entry(1, "athlete", note("Mine.")),
        entry(2, "physio", note("Hers, they say.")),
        entry(3, "keeper", note("Nobody's.")),
        entry(4, "athlete", serde_json::json!({"kind": "pain", "date": "0001-01-01", "site": "x", "during": 1e300})),
        {"id": 7},
    ]);
    packed(&[
        ("plimsoll-export.json", br#"{"plimsoll_export": 1}"#.as_slice()),
        ("profile.json", br#"{"name": "Ada", "zone": "UTC", "max_hr_bpm": 190}"#),
        ("decisions.json", b"{}"),
        ("entries.json", entries.to_string().as_bytes()),
        ("original/run.fit", &encode::fit(&run(9, 5.0, true))),
    ])
}

#[tokio::test]
async fn what_was_written_down_comes_along_as_what_a_file_says_and_goes_with_its_import() {
    let bench = Bench::new().await;
    let (store, id) = (&bench.library.store, &bench.athlete.id);
    let batch = bench.begin("by hand.zip").await;
    let import_id = batch.id().to_owned();
    let mut said = Vec::new();
    batch
        .take_in_archive("by hand.zip", written_by_hand(), &mut |file| said.push(file.messages.join(" ")))
        .await
        .unwrap();
    batch.finish().await.unwrap();
    assert!(said.iter().any(|text| text.contains("2\u{a0}entries of what was written down came along")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("; 3 of what was written down cannot be")), "{said:?}");
    let entries = store.entries(id).await.unwrap();
    let authors: Vec<_> =
        entries.iter().map(|entry| (entry.author.name.as_str(), entry.author.role, entry.imported)).collect();
    let own = (bench.athlete.profile.name.as_str(), Role::Athlete, true);
    assert_eq!(authors, [("Pia Physio", Role::Physio, true), own]);
    assert!(entries.iter().all(|entry| entry.author.account_id.is_none() && entry.created_ms == 0));

    // They go with the import and come back with it, or with the next one.
    store.undo_import(id, &import_id, 1).await.unwrap();
    assert!(store.entries(id).await.unwrap().is_empty());
    store.redo_import(id, &import_id, 2).await.unwrap();
    assert_eq!(store.entries(id).await.unwrap().len(), 2);
    store.undo_import(id, &import_id, 3).await.unwrap();
    let again = bench.begin("again.zip").await;
    again.take_in_archive("again.zip", written_by_hand(), &mut |_| {}).await.unwrap();
    again.finish().await.unwrap();
    assert_eq!(store.entries(id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_brings_the_files_of_an_export_and_nothing_else() {
    let bench = Bench::new().await;
    let (library, id) = (&bench.library, &bench.athlete.id);
    let batch = library.begin_import(&bench.athlete, Source::Token, "by a program").await.unwrap();
    let mut said = Vec::new();
    let source = written_by_hand();
    batch.take_in_archive("x.zip", source, &mut |file| said.push(file.messages.join(" "))).await.unwrap();
    batch.finish().await.unwrap();
    assert!(said.iter().any(|text| text.contains("sent with a token")), "{said:?}");
    assert_eq!(library.store.activities(id).await.unwrap().len(), 1);
    assert!(library.store.entries(id).await.unwrap().is_empty());
    let profile = library.store.athlete(id).await.unwrap().unwrap().profile;
    assert_eq!(profile.physiology.max_hr_bpm, bench.athlete.profile.physiology.max_hr_bpm);
}

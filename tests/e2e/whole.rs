//! Everything at once: taken along to another installation, and erased until no file of the data folder knows of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use plimsoll_ingest::encode;
use plimsoll_tests::people::{Browser, PASSWORD, email};
use plimsoll_tests::{Service, binary, run};
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::accounts::code;
use crate::imports::zip;

/// The members of an archive.
fn members(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut members = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        let name = member.name().unwrap().into_owned();
        assert!(members.insert(name.clone(), bytes).is_none(), "{name} twice");
    }
    members
}

fn text<'a>(members: &'a BTreeMap<String, Vec<u8>>, name: &str) -> &'a str {
    let bytes = members.get(name).unwrap_or_else(|| panic!("{name} is not among {:?}", members.keys()));
    std::str::from_utf8(bytes).unwrap()
}

async fn send(ada: &Browser, service: &Service, athlete: &str, files: Vec<(&str, Vec<u8>)>) -> Value {
    let mut form = Form::new();
    for (name, bytes) in files {
        form = form.part("file", Part::bytes(bytes).file_name(name.to_owned()));
    }
    let uploads = format!("{}/api/v1/athletes/{athlete}/uploads", service.url);
    let answer = ada.client.post(uploads).multipart(form).send().await.unwrap();
    let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    let answer: Value = answer.json().await.unwrap();
    let Some(location) = location else { return answer["import"].clone() };
    for _ in 0..600 {
        let import: Value = serde_json::from_str(&ada.get(&location).await.text).unwrap();
        if import["state"] != "running" {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import does not end");
}

async fn files_of(ada: &Browser, athlete: &str, import: &Value) -> Vec<Value> {
    let path = format!("athletes/{athlete}/imports/{}/files?limit=200", import["id"].as_str().unwrap());
    ada.api(&path).await["files"].as_array().unwrap().clone()
}

async fn export(ada: &Browser, service: &Service, athlete: &str) -> Vec<u8> {
    let path = format!("{}/api/v1/athletes/{athlete}/export", service.url);
    let answer = ada.client.get(path).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    assert!(!answer.headers().contains_key("content-encoding"), "a zip is compressed again");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"plimsoll-"));
    answer.bytes().await.unwrap().to_vec()
}

/// Nothing that one installation gives otherwise than another.
fn told(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for id in ["id", "upload", "activity", "removed_ms", "imported"] {
                fields.remove(id);
            }
            for field in fields.values_mut() {
                *field = told(field.take());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| *value = told(value.take())),
        _ => {}
    }
    value
}

/// What the API says of an athlete.
async fn everything(ada: &Browser, athlete: &str) -> BTreeMap<&'static str, Value> {
    let mut all = BTreeMap::new();
    for path in [
        "activities?limit=200",
        "days",
        "flags",
        "diary",
        "loads",
        "diary/entries?removed=true",
        "injuries?removed=true",
    ] {
        all.insert(path, told(ada.api(&format!("athletes/{athlete}/{path}")).await));
    }
    all
}

/// A service with somebody who keeps it and runs.
async fn runner(folder: &Path, name: &str) -> (Service, Browser, String) {
    let service = Service::serve(folder);
    let browser = Browser::new(&service);
    browser
        .sign_up_with(service.setup.as_deref().unwrap(), name, &[("runs", "yes"), ("zone", "Europe/Copenhagen")])
        .await;
    let athlete = browser.own_athlete().await;
    (service, browser, athlete)
}

async fn person(service: &Service, keeper: &Browser, name: &str) -> Browser {
    let browser = Browser::new(service);
    let path = keeper.post("/keeper/invitations", &[]).await.shown();
    browser.sign_up(&path, name).await;
    browser
}

/// Writes something down.
async fn write(ada: &Browser, service: &Service, athlete: &str, path: &str, entry: &Value) -> Value {
    let address = format!("{}/api/v1/athletes/{athlete}/{path}", service.url);
    let answer = ada.client.post(address).json(entry).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.unwrap()
}

/// A history with everything that can be decided about it.
async fn history(ada: &Browser, service: &Service, athlete: &str) {
    let profile = json!({"name": "Ada", "zone": "Europe/Copenhagen", "sex": "female", "resting_hr_bpm": 50, "max_hr_bpm": 190,
        "threshold_hr_bpm": 172, "threshold_speed_mps": 3.5, "vt1_hr_bpm": 150, "vt2_hr_bpm": 170});
    let put = ada.client.put(format!("{}/api/v1/athletes/{athlete}", service.url)).json(&profile).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::OK);
    let joined = run(9, 9.0);
    let start = joined.samples[0].time.format("%b %-d, %Y, %-I:%M:%S %p");
    let table = format!(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Gear,Elapsed Time,Distance,Perceived Exertion,Filename\n\
         1,\"{start}\",Round the lake,Run,Old shoes,1,9,7,activities/1.fit\n\
         2,\"Jan 7, 2026, 7:00:00 AM\",Without a file,Run,Old shoes,3000,10,5,\n"
    );
    let strava = zip(&[("activities.csv", table.as_bytes()), ("activities/1.fit", &encode::fit(&joined))]);
    let record = "<Record type=\"HKQuantityTypeIdentifierRestingHeartRate\" sourceName=\"Watch\" unit=\"count/min\" \
         creationDate=\"2026-11-03 08:00:00 +0000\" startDate=\"2026-11-03 07:00:00 +0000\" \
         endDate=\"2026-11-03 07:01:00 +0000\" value=\"51\"/>";
    let health =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<HealthData locale=\"en_GB\">\n{record}</HealthData>\n");
    let files = vec![
        ("strava.zip", strava),
        ("export.xml", health.into_bytes()),
        ("Morning run.fit", encode::fit(&run(2, 5.0))),
        ("the same.gpx", encode::gpx(&run(2, 5.0)).into_bytes()),
        ("apart.fit", encode::fit(&run(4, 7.0))),
        ("apart.gpx", encode::gpx(&run(4, 7.0)).into_bytes()),
        ("removed.fit", encode::fit(&run(6, 20.0))),
        ("cycled.fit", encode::fit(&run(8, 11.0))),
        ("recorded.fit", encode::fit(&run(12, 6.0))),
        ("../../broken.fit", encode::fit(&run(1, 5.0))[..60].to_vec()),
        ("picture.jpg", b"\xff\xd8\xff\xe0 a picture".to_vec()),
        (
            "past.csv",
            b"date,distance_km,duration,rpe,sport\n2026-10-01,12,1:05:00,6,run\n2026-10-03,8,0:44:00,4,run\n".to_vec(),
        ),
    ];
    send(ada, service, athlete, files).await;
    for (path, entry) in [
        ("diary/entries", json!({"kind": "marks", "date": "2026-11-03", "resting_hr_bpm": 48, "fatigue": 3})),
        ("diary/entries", json!({"kind": "pain", "date": "2026-11-02", "site": "shin", "side": "left", "during": 6})),
        ("diary/entries", json!({"kind": "illness", "first": "2026-10-01", "last": "2026-10-04"})),
        ("injuries", json!({"kind": "injury", "site": "shin", "first": "2026-03-01", "last": "2026-04-02"})),
        ("injuries", json!({"kind": "note", "date": "2026-04-02", "text": "Both legs.\nFor good."})),
    ] {
        write(ada, service, athlete, path, &entry).await;
    }
    let taken_out = json!({"kind": "note", "date": "2026-04-03", "text": "A mistake."});
    let taken_out = write(ada, service, athlete, "injuries", &taken_out).await;
    let remove = format!("/athletes/{athlete}/injuries/{}/remove", taken_out["id"].as_str().unwrap());
    assert_eq!(ada.post(&remove, &[]).await.status, StatusCode::SEE_OTHER);
    let undone = send(ada, service, athlete, vec![("undone.fit", encode::fit(&run(15, 30.0)))]).await;
    let undo = format!("/athletes/{athlete}/imports/{}/undo", undone["id"].as_str().unwrap());
    assert_eq!(ada.post(&undo, &[]).await.status, StatusCode::SEE_OTHER);
    let all =
        ada.api(&format!("athletes/{athlete}/activities?limit=200")).await["activities"].as_array().unwrap().clone();
    let id = |km: f64| {
        let found = all.iter().find(|one| (one["distance_m"].as_f64().unwrap() / 1000.0 - km).abs() < 0.02);
        found.unwrap_or_else(|| panic!("no run of {km} km in {all:?}"))["id"].as_str().unwrap().to_owned()
    };
    for (km, order, fields) in [
        (7.0, "separate", vec![]),
        (20.0, "remove", vec![]),
        (11.0, "sport", vec![("sport", "cycling")]),
        (6.0, "as-recorded", vec![]),
    ] {
        let path = format!("/athletes/{athlete}/activities/{}/{order}", id(km));
        let answer = ada.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.words());
    }
}

/// What of an export does not depend on where and when it was made.
fn lasting(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut members = members(archive);
    for of_here in ["plimsoll-export.json", "README.txt", "account.json", "sharing.json", "who-looked.csv"] {
        members.remove(of_here);
    }
    members
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_along_to_another_installation() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (service, ada, athlete) = runner(folder.path(), "Ada").await;
    let bea = person(&service, &ada, "Bea Beside").await;
    send(&bea, &service, &bea.own_athlete().await, vec![("bea.fit", encode::fit(&run(3, 21.5)))]).await;
    history(&ada, &service, &athlete).await;
    let here = everything(&ada, &athlete).await;
    let archive = export(&ada, &service, &athlete).await;

    // What is in it, and what is not.
    let inside = members(&archive);
    let originals: Vec<&String> = inside.keys().filter(|name| name.starts_with("original/")).collect();
    assert_eq!(originals.len(), 14, "{originals:?}");
    let undone = originals.iter().find(|name| name.starts_with("original/undone-")).unwrap();
    assert_eq!(inside[*undone], encode::fit(&run(15, 30.0)), "byte for byte");
    assert!(originals.iter().any(|name| name.starts_with("original/broken-")), "{originals:?}");
    assert!(originals.iter().any(|name| name.starts_with("original/picture-")), "{originals:?}");
    let parquet: Vec<&String> = inside.keys().filter(|name| name.starts_with("records/")).collect();
    assert_eq!(parquet.len(), 8, "one for each activity that was recorded: {parquet:?}");
    assert!(parquet.iter().all(|name| inside[*name].starts_with(b"PAR1")));
    let table = text(&inside, "activities.csv");
    let objects: Vec<Value> = serde_json::from_str(text(&inside, "activities.json")).unwrap();
    assert_eq!(table.lines().count(), objects.len() + 1);
    assert_eq!(objects.len(), 11);
    for column in table.lines().next().unwrap().split(',') {
        assert!(objects[0].get(column).is_some(), "{column} is in no object");
    }
    let lake = objects.iter().find(|one| one["title"] == "Round the lake").unwrap();
    assert_eq!((&lake["rpe_0_to_10"], &lake["gear"]), (&json!(7.0), &json!("Old shoes")));
    assert!(lake["distance_m"].as_f64().unwrap() > 8_990.0 && inside.contains_key(lake["records"].as_str().unwrap()));
    assert!(objects.iter().filter(|one| one["taken_out"] == true).all(|one| one["counts"] == false));
    assert!(text(&inside, "days.csv").lines().count() > 300);
    assert!(text(&inside, "diary.csv").contains("2026-11-03,resting_heart_rate_bpm,51,"));
    assert!(text(&inside, "README.txt").starts_with("Everything of Ada out of Plimsoll"));
    let told = |name: &str| {
        inside.iter().filter(|(_, bytes)| contains(bytes, name.as_bytes())).map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(told("ada@example.org"), ["account.json"]);
    for secret in ["argon2", "Bea", "password_hash", "secret_hash", "totp"] {
        assert!(told(secret).is_empty(), "{secret} is in {:?}", told(secret));
    }

    // Elsewhere.
    let (other, her, there) = runner(elsewhere.path(), "Ada").await;
    let import = send(&her, &other, &there, vec![("everything.zip", archive.clone())]).await;
    let files = files_of(&her, &there, &import).await;
    let manifest = files.iter().find(|file| file["file"] == "everything.zip/plimsoll-export.json").unwrap();
    let said = manifest["messages"].to_string();
    assert!(said.contains("Plimsoll’s own export of Ada") && said.contains("sex, resting heart rate"), "{said}");
    let decisions = files.iter().find(|file| file["file"] == "everything.zip/decisions.json").unwrap();
    assert!(
        decisions["messages"].to_string().contains("decisions about its activities were taken over"),
        "{decisions}"
    );
    let again = everything(&her, &there).await;
    for (path, value) in &here {
        assert_eq!(&again[path], value, "{path}");
    }
    let (was, is) = (lasting(&archive), lasting(&export(&her, &other, &there).await));
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>());
    for (name, bytes) in &was {
        assert!(
            is[name] == *bytes,
            "{name} is another:\n{}\n{}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&is[name])
        );
    }

    // Once more changes nothing.
    send(&her, &other, &there, vec![("everything.zip", archive.clone())]).await;
    assert_eq!(everything(&her, &there).await, again);
    // What was undone is there, and can be brought back.
    let before =
        her.api(&format!("athletes/{there}/activities?limit=200")).await["activities"].as_array().unwrap().len();
    let imports = her.api(&format!("athletes/{there}/imports")).await;
    let undone = imports["imports"].as_array().unwrap().iter().find(|import| import["state"] == "undone").unwrap();
    assert_eq!(undone["label"], "undone.fit");
    let redo = format!("/athletes/{there}/imports/{}/redo", undone["id"].as_str().unwrap());
    her.post(&redo, &[]).await;
    let all = her.api(&format!("athletes/{there}/activities?limit=200")).await;
    assert_eq!(all["activities"].as_array().unwrap().len(), before + 1, "{all}");
}

fn contains(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker)
}

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).output().unwrap()
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_takes_everything_along_and_erases_it() {
    let (folder, elsewhere, files) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |folder: &tempfile::TempDir| folder.path().to_str().unwrap().to_owned();
    let (data, other) = (path(&folder), path(&elsewhere));
    for (name, days, km) in [("a.fit", 3, 5.0), ("b.fit", 5, 8.0)] {
        std::fs::write(files.path().join(name), encode::fit(&run(days, km))).unwrap();
    }
    done(&plimsoll(&["import", &path(&files), "--athlete", "Ada", "--data", &data, "--zone", "Asia/Tokyo"]));
    done(&plimsoll(&["import", files.path().join("a.fit").to_str().unwrap(), "--athlete", "Bea", "--data", &data]));
    let out = files.path().join("ada.zip");
    let out = out.to_str().unwrap();
    let said = done(&plimsoll(&["export", out, "--athlete", "Ada", "--data", &data]));
    assert!(said.contains("Everything of Ada is in"), "{said}");
    let twice = plimsoll(&["export", out, "--athlete", "Ada", "--data", &data]);
    assert_eq!(twice.status.code(), Some(2), "a file that is there is not written over");
    let said = done(&plimsoll(&["import", out, "--athlete", "Ada", "--data", &other]));
    assert!(said.contains("2 new") && said.contains("time zone"), "{said}");
    let back = files.path().join("back.zip");
    done(&plimsoll(&["export", back.to_str().unwrap(), "--athlete", "Ada", "--data", &other]));
    assert!(lasting(&std::fs::read(out).unwrap()) == lasting(&std::fs::read(&back).unwrap()));

    // A newer export: the files come in, and what else is in it is left out with a word.
    let mut newer: Vec<(String, Vec<u8>)> = members(&std::fs::read(out).unwrap()).into_iter().collect();
    for (name, bytes) in &mut newer {
        if name == "plimsoll-export.json" {
            *bytes = br#"{"plimsoll_export": 99, "made": "some day"}"#.to_vec();
        }
    }
    let newer: Vec<(&str, &[u8])> = newer.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let newer_path = files.path().join("newer.zip");
    std::fs::write(&newer_path, zip(&newer)).unwrap();
    let third = tempfile::tempdir().unwrap();
    let output = plimsoll(&["import", newer_path.to_str().unwrap(), "--athlete", "Ada", "--data", &path(&third)]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("written by a newer program (format 99; this one knows 1)"), "{said}");
    assert!(said.contains("2 new") && said.contains("1 failed"), "{said}");

    // Packed again in a folder, as some programs do.
    let folded: Vec<(String, Vec<u8>)> = members(&std::fs::read(out).unwrap()).into_iter().collect();
    let folded: Vec<(String, &[u8])> =
        folded.iter().map(|(name, bytes)| (format!("ada/{name}"), bytes.as_slice())).collect();
    let folded: Vec<(&str, &[u8])> = folded.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let folded_path = files.path().join("folded.zip");
    std::fs::write(&folded_path, zip(&folded)).unwrap();
    let fourth = tempfile::tempdir().unwrap();
    let said =
        done(&plimsoll(&["import", folded_path.to_str().unwrap(), "--athlete", "Ada", "--data", &path(&fourth)]));
    assert!(said.contains("2 new") && said.contains("own export of Ada") && said.contains("time zone"), "{said}");

    // Erasing.
    let refused = plimsoll(&["erase", "--athlete", "Nobody", "--data", &data, "--yes"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no athlete named “Nobody”"));
    let asked = Command::new(binary())
        .args(["erase", "--athlete", "Ada", "--data", &data])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(asked.status.code(), Some(1), "nothing was typed");
    let only_hers = encode::fit(&run(5, 8.0));
    let shared = encode::fit(&run(3, 5.0));
    assert!(found_in(folder.path(), &only_hers[100..200]) > 0 && found_in(folder.path(), &shared[100..200]) > 0);
    let said = done(&plimsoll(&["erase", "--athlete", "Ada", "--data", &data, "--yes"]));
    assert!(said.contains("2 files") && said.contains("Erased."), "{said}");
    assert_eq!(found_in(folder.path(), b"b.fit"), 0);
    assert_eq!(found_in(folder.path(), &only_hers[100..200]), 0);
    assert_eq!(found_in(folder.path(), &shared[100..200]), 1, "the same bytes are Bea's, too");
    let bea = files.path().join("bea.zip");
    done(&plimsoll(&["export", bea.to_str().unwrap(), "--athlete", "Bea", "--data", &data]));
    assert_eq!(members(&std::fs::read(bea).unwrap()).keys().filter(|name| name.starts_with("original/")).count(), 1);
}

/// How many files of a folder hold the bytes, or have them in their name.
fn found_in(folder: &Path, marker: &[u8]) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        found += usize::from(contains(entry.file_name().as_encoded_bytes(), marker));
        if entry.file_type().unwrap().is_dir() {
            found += found_in(&entry.path(), marker);
        } else {
            found += usize::from(contains(&std::fs::read(entry.path()).unwrap(), marker));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_in_no_file_of_the_data_folder_and_others_are_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(folder.path());
    let keeper = Browser::new(&service);
    keeper.sign_up(service.setup.as_deref().unwrap(), "Kit").await;
    let zoe = person(&service, &keeper, "Zenobia Quillfeather").await;
    let bea = person(&service, &keeper, "Bea").await;
    let (hers, other) = (zoe.own_athlete().await, bea.own_athlete().await);
    let shared = encode::fit(&run(4, 6.0));
    let own = encode::fit(&run(3, 11.0));
    let titled = plimsoll_ingest::encode::Recording { title: Some("Xylophone Hill".to_owned()), ..run(7, 9.0) };
    let files = vec![
        ("quokka-own.fit", own.clone()),
        ("shared.fit", shared.clone()),
        ("titled.gpx", encode::gpx(&titled).into_bytes()),
        ("broken-zebra.fit", encode::fit(&run(1, 5.0))[..60].to_vec()),
    ];
    send(&zoe, &service, &hers, files).await;
    send(&bea, &service, &other, vec![("mine.fit", shared.clone()), ("b.fit", encode::fit(&run(2, 7.5)))]).await;
    // Pages were looked at, so that recordings lie there as Parquet; others looked, and a squad has her.
    for (browser, athlete) in [(&zoe, &hers), (&bea, &other)] {
        let all = browser.api(&format!("athletes/{athlete}/activities")).await;
        for activity in all["activities"].as_array().unwrap() {
            let page = format!("/athletes/{athlete}/activities/{}", activity["id"].as_str().unwrap());
            assert_eq!(browser.get(&page).await.status, StatusCode::OK);
        }
    }
    let offer = [("role", "coach"), ("kind", "load"), ("kind", "activities")];
    let link = zoe.post(&format!("/athletes/{hers}/sharing/offers"), &offer).await.shown();
    bea.post(&link, &[]).await;
    assert_eq!(bea.get(&format!("/athletes/{hers}")).await.status, StatusCode::OK);
    let squad = zoe.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
    let ask = zoe.post(&format!("{squad}/ask"), &[("kind", "load")]).await.shown();
    bea.post(&ask, &[("kind", "load")]).await;
    assert_eq!(zoe.get(&squad).await.status, StatusCode::OK);
    zoe.post("/account/tokens", &[("name", "wombat script"), ("scope", "load:read"), ("days", "7")]).await;
    let uploads = zoe.api(&format!("athletes/{hers}/uploads")).await;
    let hashes: BTreeMap<String, String> = uploads
        .as_array()
        .unwrap()
        .iter()
        .map(|upload| (upload["file"].as_str().unwrap().to_owned(), upload["sha256"].as_str().unwrap().to_owned()))
        .collect();
    let account = zoe.api("account").await["id"].as_str().unwrap().to_owned();
    let note = json!({"kind": "note", "date": "2026-11-01", "text": "A stork on the chimney."});
    write(&zoe, &service, &hers, "injuries", &note).await;
    let before = everything(&bea, &other).await;

    let mail = email("Zenobia Quillfeather");
    let mut markers: Vec<(&str, Vec<u8>)> = vec![
        ("e-mail", mail.clone().into_bytes()),
        ("title", b"Xylophone Hill".to_vec()),
        ("name of a file", b"quokka-own".to_vec()),
        ("name of a failed file", b"broken-zebra".to_vec()),
        ("token", b"wombat script".to_vec()),
        ("note", b"stork on the chimney".to_vec()),
        ("content", own[2000..2100].to_vec()),
        ("content of another", encode::gpx(&titled).into_bytes()[5000..5100].to_vec()),
        ("athlete", hers.clone().into_bytes()),
        ("account", account.clone().into_bytes()),
    ];
    for (file, hash) in &hashes {
        if file != "shared.fit" {
            markers.push(("hash", hash.clone().into_bytes()));
        }
    }
    for (what, marker) in &markers {
        assert!(found_in(folder.path(), marker) > 0, "{what} is nowhere before");
    }
    let (name, hash) = (b"Zenobia Quillfeather", hashes["shared.fit"].as_bytes().to_vec());
    assert!(found_in(folder.path(), name) > 0);

    // Not by accident, and not by somebody else.
    let page = zoe.get("/account/erase").await;
    let words = page.words();
    assert!(words.contains("4 files") && words.contains("the squad Harriers, which has no other coach"), "{words}");
    assert!(words.contains("Plimsoll makes no backups of its own"), "{words}");
    let form = |phrase: &str, password: &str| [("phrase", phrase.to_owned()), ("password", password.to_owned())];
    let send_form = async |browser: &Browser, path: &str, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(path, &fields).await
    };
    let erase = "/account/erase";
    assert_eq!(send_form(&zoe, erase, &form("yes", PASSWORD)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = send_form(&zoe, erase, &form(&mail, "not the password")).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.words().contains("Nothing was erased. The password is not right."), "{}", wrong.words());
    let of_hers = format!("/athletes/{hers}/erase");
    assert_eq!(send_form(&bea, &of_hers, &form(&mail, PASSWORD)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send_form(&keeper, &of_hers, &form(&mail, PASSWORD)).await.status, StatusCode::NOT_FOUND);
    let last = send_form(&keeper, erase, &form(&email("Kit"), PASSWORD)).await;
    assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last.words().contains("Nobody else keeps this installation"), "{}", last.words());
    assert_eq!(zoe.api("account").await["id"], account.as_str(), "nothing was erased");

    let erased = send_form(&zoe, erase, &form(&mail.to_uppercase(), PASSWORD)).await;
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.words());
    assert!(erased.words().contains("Its files are removed"), "{}", erased.words());
    for (what, marker) in &markers {
        assert_eq!(found_in(folder.path(), marker), 0, "{what} is there still");
    }
    // She looked at Bea as coach of the squad: that line of the log is Bea's.
    let log = bea.api(&format!("athletes/{other}/reads")).await;
    assert!(log.to_string().contains("Zenobia Quillfeather"), "{log}");
    assert_eq!(found_in(folder.path(), name), 1, "the name is in the database only");
    assert!(zoe.get("/account").await.location.unwrap().starts_with("/sign-in"));
    assert_eq!(Browser::new(&service).sign_in("Zenobia Quillfeather").await.status, StatusCode::UNAUTHORIZED);
    // Others are as they were.
    assert_eq!(everything(&bea, &other).await, before);
    assert!(found_in(folder.path(), &hash) > 1, "the same bytes are Bea's, and what was made of them");
    assert_eq!(bea.get(&format!("/athletes/{hers}")).await.status, StatusCode::NOT_FOUND);
    let grants = bea.api(&format!("athletes/{other}/grants")).await;
    assert!(grants[0]["revoked_ms"].is_number(), "the squad has ended: {grants}");
    // Who comes back begins anew.
    let again = person(&service, &keeper, "Zenobia Quillfeather").await;
    let anew = again.own_athlete().await;
    assert_eq!(again.api(&format!("athletes/{anew}/activities")).await["activities"], json!([]));
    drop(service);
    let service = Service::serve(folder.path());
    assert_eq!(everything(&bea.at(&service), &other).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_for_somebody_takes_everything_along_for_them_and_erases_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(folder.path());
    let keeper = Browser::new(&service);
    keeper.sign_up(service.setup.as_deref().unwrap(), "Kit").await;
    let gil = person(&service, &keeper, "Gil").await;
    let young = Browser::new(&service);
    let path = keeper.post("/keeper/invitations", &[]).await.shown();
    let born = (plimsoll_tests::today() - chrono::Days::new(14 * 365)).to_string();
    young.sign_up_with(&path, "Yuki", &[("runs", "yes"), ("born", &born)]).await;
    let link = young.post("/account/guardian", &[]).await.shown();
    gil.post(&link, &[]).await;
    let athlete = young.own_athlete().await;
    send(&young, &service, &athlete, vec![("run.fit", encode::fit(&run(3, 5.0)))]).await;

    let inside = members(&export(&gil, &service, &athlete).await);
    assert!(!inside.contains_key("account.json"), "browsers and address are the child's");
    assert!(inside.keys().any(|name| name.starts_with("original/run-")));
    let reads = young.api(&format!("athletes/{athlete}/reads")).await;
    assert_eq!((&reads["reads"][0]["kind"], &reads["reads"][0]["reader"]), (&json!("whole"), &json!("Gil")), "{reads}");
    let before = reads["reads"].as_array().unwrap().len();
    export(&young, &service, &athlete).await;
    let reads = young.api(&format!("athletes/{athlete}/reads")).await;
    assert_eq!(reads["reads"].as_array().unwrap().len(), before, "the own export is no look of somebody else's");
    let page = gil.get(&format!("/athletes/{athlete}/sharing")).await;
    assert!(page.text.contains(&format!("/athletes/{athlete}/erase")), "{}", page.words());

    let wards = gil.get("/account/erase").await.words();
    assert!(wards.contains("the account of Yuki, for whom nobody else answers"), "{wards}");
    let erase = format!("/athletes/{athlete}/erase");
    let refused = gil.post(&erase, &[("phrase", "gil@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let erased = gil.post(&erase, &[("phrase", "Yuki"), ("password", PASSWORD)]).await;
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.words());
    assert_eq!(found_in(folder.path(), b"Yuki"), 0);
    assert_eq!(Browser::new(&service).sign_in("Yuki").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(gil.api("account").await["name"], "Gil", "who answered stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_second_factor_erasing_asks_for_it_and_the_last_account_leaves_an_installation_to_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let (service, ada, _) = runner(folder.path(), "Ada").await;
    let page = ada.get("/account/second-factor").await.text;
    let secret = page.split_once("name=\"secret\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let first = code(&secret, -1);
    ada.post("/account/second-factor", &[("secret", &secret), ("code", &first), ("password", PASSWORD)]).await;
    let erase = async |code: &str| {
        let form = [("phrase", "ada@example.org"), ("password", PASSWORD), ("code", code)];
        ada.post("/account/erase", &form).await
    };
    assert!(ada.get("/account/erase").await.text.contains("name=\"code\""));
    for wrong in ["", "000000", &first] {
        let refused = erase(wrong).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{wrong}");
        assert!(refused.words().contains("Nothing was erased. The code is not right"), "{}", refused.words());
    }
    assert_eq!(erase(&code(&secret, 0)).await.status, StatusCode::OK);
    assert_eq!(found_in(folder.path(), b"ada@example.org"), 0);
    drop(service);
    assert!(Service::serve(folder.path()).setup.is_some(), "nobody has an account");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

#[test]
fn whenever_an_erasure_is_killed_everything_is_there_or_nothing_is_after_the_next_start() {
    const FILES: u64 = 30;
    let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = folder.path().join("whole");
    for day in 1..=FILES {
        std::fs::write(files.path().join(format!("quokka-{day}.fit")), encode::fit(&run(day, 2.0))).unwrap();
    }
    let data = |folder: &Path| folder.to_str().unwrap().to_owned();
    done(&plimsoll(&["import", &data(files.path()), "--athlete", "Adaline", "--data", &data(&whole)]));
    let one = files.path().join("quokka-1.fit");
    done(&plimsoll(&["import", &data(&one), "--athlete", "Bea", "--data", &data(&whole)]));
    let content = encode::fit(&run(9, 2.0))[300..400].to_vec();
    let (mut gone, mut there) = (0, 0);
    for wait_ms in [0, 20, 40, 60, 80, 100, 130, 160, 200, 300, 2000] {
        let place = folder.path().join(format!("killed-after-{wait_ms}"));
        copy(&whole, &place);
        let arguments = ["erase", "--athlete", "Adaline", "--yes", "--data", &data(&place)];
        let mut erasing = Command::new(binary()).args(arguments).stdout(std::process::Stdio::null()).spawn().unwrap();
        // Whenever that is: what holds afterwards holds at every moment.
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = erasing.kill();
        erasing.wait().unwrap();
        // The next start.
        let out = folder.path().join(format!("bea-{wait_ms}.zip"));
        done(&plimsoll(&["export", &data(&out), "--athlete", "Bea", "--data", &data(&place)]));
        assert!(members(&std::fs::read(&out).unwrap()).keys().any(|name| name.starts_with("original/quokka-1-")));
        let out = folder.path().join(format!("ada-{wait_ms}.zip"));
        let output = plimsoll(&["export", &data(&out), "--athlete", "Adaline", "--data", &data(&place)]);
        if output.status.success() {
            there += 1;
            let originals =
                members(&std::fs::read(&out).unwrap()).into_keys().filter(|name| name.starts_with("original/"));
            assert_eq!(originals.count() as u64, FILES);
        } else {
            gone += 1;
            assert!(String::from_utf8_lossy(&output.stderr).contains("no athlete named “Adaline”"));
            for marker in [b"Adaline".as_slice(), b"quokka-9.fit", &content] {
                assert_eq!(found_in(&place, marker), 0, "{} after {wait_ms} ms", String::from_utf8_lossy(marker));
            }
        }
    }
    assert!(gone > 0 && there > 0, "{gone} gone, {there} there: the moments were all before, or all after");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_fails_in_the_middle_breaks_off_and_is_not_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (service, ada, athlete) = runner(folder.path(), "Ada").await;
    send(&ada, &service, &athlete, vec![("run.fit", encode::fit(&run(3, 5.0)))]).await;
    let sha256 = ada.api(&format!("athletes/{athlete}/uploads")).await[0]["sha256"].as_str().unwrap().to_owned();
    // What cannot be read, and is not missing either.
    let raw = folder.path().join("files/raw").join(&sha256[..2]).join(&sha256);
    std::fs::remove_file(&raw).unwrap();
    std::os::unix::fs::symlink(&raw, &raw).unwrap();
    let path = format!("{}/api/v1/athletes/{athlete}/export", service.url);
    let answer = ada.client.get(path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "it was not known yet");
    assert!(answer.bytes().await.is_err(), "a part was given out as the whole");
    std::fs::remove_file(&raw).unwrap();
    assert!(members(&export(&ada, &service, &athlete).await).contains_key("problems.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_no_log_takes_the_account_along() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(folder.path());
    let carl = Browser::new(&service);
    carl.sign_up_with(service.setup.as_deref().unwrap(), "Carl", &[("zone", "UTC")]).await;
    carl.post("/squads", &[("name", "Harriers")]).await;
    assert!(carl.get("/account").await.text.contains("/account/account.json"));
    let own: Value = serde_json::from_str(&carl.get("/account/account.json").await.text).unwrap();
    assert_eq!((&own["email"], &own["squads"][0]["name"]), (&json!(email("Carl")), &json!("Harriers")));
    assert!(!own.to_string().contains("argon2"), "{own}");
    assert_ne!(Browser::new(&service).get("/account/account.json").await.status, StatusCode::OK);
}

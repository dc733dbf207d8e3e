//! Imports over HTTP: archives, the report, undoing; the same activity twice; uploads that end early.

use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use plimsoll_ingest::encode;
use plimsoll_tests::people::Browser;
use plimsoll_tests::run;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::service::Bench;

/// A zip of files.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The import at `location` when it is over.
async fn finished(bench: &Bench, location: &str) -> Value {
    for _ in 0..600 {
        let answer = bench.client.get(format!("{}{location}", bench.service.url)).send().await.unwrap();
        let import: Value = answer.json().await.unwrap();
        if import["state"] != "running" {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the import does not end");
}

/// Sends a body that is one file.
async fn send_body(bench: &Bench, name: &str, bytes: Vec<u8>) -> reqwest::Response {
    let request = bench.client.post(bench.api(&format!("uploads?name={name}")));
    request.header("content-type", "application/octet-stream").body(bytes).send().await.unwrap()
}

async fn activities(bench: &Bench) -> Vec<Value> {
    bench.get("activities?limit=200").await["activities"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_is_acknowledged_reported_on_undone_and_brought_back() {
    let bench = Bench::new().await;
    let archive = zip(&[
        ("activities/12.fit", &encode::fit(&run(12, 12.0))),
        ("activities/2.gpx", encode::gpx(&run(2, 16.0)).as_bytes()),
        ("activities/cut.fit", &encode::fit(&run(1, 5.0))[..40]),
        ("profile.jpg", b"\xff\xd8\xff\xe0 a picture"),
    ]);
    let form = Form::new().part("file", Part::bytes(archive).file_name("export.zip"));
    let answer = bench.client.post(bench.api("uploads")).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let id = answer.json::<Value>().await.unwrap()["import"]["id"].as_str().unwrap().to_owned();
    assert!(location.ends_with(&format!("/imports/{id}")), "{location}");

    let import = finished(&bench, &location).await;
    assert_eq!((&import["label"], &import["source"]), (&json!("export.zip"), &json!("api")));
    let counts = json!({"waiting": 0, "new": 2, "duplicate": 0, "same_activity": 0, "set_aside": 1, "failed": 1});
    assert_eq!(import["counts"], counts);
    let failed = bench.get(&format!("imports/{id}/files?result=failed")).await;
    assert_eq!(failed["files"][0]["file"], "export.zip/activities/cut.fit");
    assert!(failed["files"][0]["messages"].to_string().contains("Damaged"), "{failed}");
    assert!(failed["next"].is_null());
    let (mut names, mut after) = (Vec::new(), String::new());
    loop {
        let page = bench.get(&format!("imports/{id}/files?limit=3{after}")).await;
        names.extend(page["files"].as_array().unwrap().iter().map(|file| file["file"].to_string()));
        let Some(next) = page["next"].as_i64() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(names.len(), 4, "{names:?}");
    let unknown = bench.client.get(bench.api(&format!("imports/{id}/files?result=lost"))).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let turn = async |what: &str| {
        let answer = bench.client.post(bench.api(&format!("imports/{id}/{what}"))).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{what}");
        answer.json::<Value>().await.unwrap()["state"].clone()
    };
    let before = activities(&bench).await;
    assert_eq!(before.len(), 2);
    assert_eq!(turn("undo").await, "undone");
    assert_eq!(turn("undo").await, "undone", "asking twice does no harm");
    assert!(activities(&bench).await.is_empty());
    assert!(bench.get("today").await["line"].is_null());
    assert_eq!(turn("redo").await, "finished");
    assert_eq!(activities(&bench).await, before, "everything is as it was");
    let nowhere = bench.client.post(bench.api("imports/nowhere/undo")).send().await.unwrap();
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_are_empty_encrypted_or_cut_say_so() {
    let bench = Bench::new().await;
    let fit = encode::fit(&run(3, 5.0));
    let whole = zip(&[("a.fit", &fit), ("b.fit", &encode::fit(&run(4, 5.0)))]);
    let cut = whole[..whole.len() * 3 / 4].to_vec();
    // Bit 0 of a member's flags, in its own header and in the directory at the end.
    let mut locked = zip(&[("a.fit", &fit)]);
    let directory = locked.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    locked[6] |= 1;
    locked[directory + 8] |= 1;
    for (name, bytes, result, words) in [
        ("empty.zip", zip(&[]), "set_aside", "empty"),
        ("locked.zip", locked, "failed", "encrypted"),
        ("cut.zip", cut, "failed", "cut off"),
    ] {
        let answer = send_body(&bench, name, bytes).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{name}");
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let import = finished(&bench, &location).await;
        assert_ne!(import["counts"][result], 0, "{name}: {import}");
        let id = import["id"].as_str().unwrap();
        let files = bench.get(&format!("imports/{id}/files?result={result}")).await;
        assert!(files["files"].to_string().to_lowercase().contains(words), "{name}: {files}");
        let page = format!("{}/athletes/{}/imports/{id}", bench.service.url, bench.athlete);
        assert!(bench.client.get(page).send().await.unwrap().text().await.unwrap().contains(name));
    }
    assert_eq!(activities(&bench).await.len(), 1, "what stands before the cut is read");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_run_in_two_files_is_one_activity_until_a_person_says_otherwise() {
    let bench = Bench::new().await;
    bench.upload(vec![("watch.fit", encode::fit(&run(3, 8.0)))]).await;
    let second = bench.upload(vec![("copy.gpx", encode::gpx(&run(3, 8.0)).into_bytes())]).await;
    assert_eq!(second[0]["result"], "same_activity", "{second:?}");
    let [kept] = activities(&bench).await.try_into().unwrap();
    let kept = kept["id"].as_str().unwrap().to_owned();
    let copies = bench.get(&format!("activities/{kept}/copies")).await;
    assert_eq!(copies[0]["file"], "copy.gpx", "{copies}");
    assert_eq!(copies[0]["activity"]["same_as"], kept.as_str());
    let copy = copies[0]["activity"]["id"].as_str().unwrap().to_owned();
    let page = async |id: &str| {
        let address = format!("{}/athletes/{}/activities/{id}", bench.service.url, bench.athlete);
        bench.client.get(address).send().await.unwrap().text().await.unwrap()
    };
    assert!(page(&kept).await.contains("Also recorded as"));
    assert!(page(&copy).await.contains("watch.fit"), "a copy says what it is a copy of");

    // The form of the page, without script.
    let separate = format!("{}/athletes/{}/activities/{copy}/separate", bench.service.url, bench.athlete);
    let after = bench.client.post(separate).send().await.unwrap();
    assert!(after.text().await.unwrap().contains("activity of its own"));
    assert_eq!(activities(&bench).await.len(), 2);
    assert!(!page(&kept).await.contains("Also recorded as"));
    let unite = bench.client.post(bench.api(&format!("activities/{copy}/unite"))).send().await.unwrap();
    assert_eq!(unite.json::<Value>().await.unwrap()["same_as"], kept.as_str());
    assert_eq!(activities(&bench).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_past_training_counts_without_a_recording() {
    let bench = Bench::new().await;
    let sample = bench.client.get(format!("{}/static/past-training.csv", bench.service.url)).send().await.unwrap();
    let sample = sample.text().await.unwrap();
    assert!(sample.starts_with("date,distance_km,duration,rpe,sport\n"), "{sample}");
    let answer = send_body(&bench, "past.csv", sample.clone().into_bytes()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["files"][0]["result"], "new", "{answer}");
    let all = activities(&bench).await;
    assert_eq!(all.len(), sample.trim().lines().count() - 1, "one activity for each row");
    let is_long = |activity: &&Value| (activity["distance_m"].as_f64().unwrap() - 16_100.0).abs() < 1.0;
    let run = all.iter().find(is_long).unwrap();
    assert_eq!(run["rpe"], 6.0);
    let page = format!("{}/athletes/{}/activities/{}", bench.service.url, bench.athlete, run["id"].as_str().unwrap());
    let page = bench.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("only its totals") && page.contains("RPE\u{a0}6"), "{page}");
    assert!(!page.contains("<h2>Route"), "no empty charts");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_leads_to_the_page_of_the_import() {
    let bench = Bench::new().await;
    let browser = Browser::new(&bench.service);
    browser.sign_in("Ada").await;
    let client = browser.client;
    let page = format!("{}/athletes/{}/upload", bench.service.url, bench.athlete);
    assert!(client.get(&page).send().await.unwrap().text().await.unwrap().contains("None yet"));
    let form = Form::new()
        .part("file", Part::bytes(encode::fit(&run(3, 5.0))).file_name("a.fit"))
        .part("file", Part::bytes(Vec::new()).file_name(""));
    let answer = client.post(&page).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let import = format!("{}{}", bench.service.url, answer.headers()["location"].to_str().unwrap());
    let html = client.get(&import).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("a.fit") && html.contains("brought something new"), "{html}");
    assert!(html.contains("Undo this import") && !html.contains("http-equiv=\"refresh\""));
    let nothing = Form::new().part("file", Part::bytes(Vec::new()).file_name(""));
    let refused = client.post(&page).multipart(nothing).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().await.unwrap().contains("No file was sent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpacked_export_comes_file_by_file_and_is_joined() {
    let bench = Bench::new().await;
    let recording = run(3, 5.0);
    let start = recording.samples[0].time.format("%b %-d, %Y, %-I:%M:%S %p");
    let table = format!(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Gear,Elapsed Time,Distance,Filename\n\
         1,\"{start}\",Round the lake,Run,Old shoes,1,5,activities/1.fit\n"
    );
    let inner = zip(&[("b.fit", &encode::fit(&run(4, 6.0)))]);
    // As a browser sends a folder: in no order, the table behind what it tells of.
    let form = Form::new()
        .part("file", Part::bytes(encode::fit(&recording)).file_name("export_7/activities/1.fit"))
        .part("file", Part::bytes(inner).file_name("export_7/more.zip"))
        .part("file", Part::bytes(encode::fit(&run(5, 7.0))).file_name("alone.fit"))
        .part("file", Part::bytes(table.clone().into_bytes()).file_name("export_7/activities.csv"))
        .part("file", Part::bytes(encode::gpx(&run(6, 8.0)).into_bytes()).file_name("export_7/activities/2.gpx"));
    let answer = bench.client.post(bench.api("uploads")).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let import = finished(&bench, &location).await;
    assert_eq!((&import["label"], &import["counts"]["new"]), (&json!("folder export_7"), &json!(4)), "{import}");
    assert_eq!((&import["counts"]["failed"], &import["counts"]["set_aside"]), (&json!(0), &json!(1)), "{import}");
    let files =
        bench.get(&format!("{}/files", location.rsplit_once("athletes/").unwrap().1.split_once('/').unwrap().1)).await;
    let told = files.to_string();
    assert!(told.contains("\"export_7/activities/1.fit\"") && told.contains("\"export_7/more.zip/b.fit\""), "{told}");
    let activities = activities(&bench).await;
    assert_eq!(activities.len(), 4);
    let joined = activities.iter().find(|activity| activity["title"] == "Round the lake");
    assert_eq!(joined.unwrap()["gear"], "Old shoes", "{activities:?}");

    // Who drops what lies in the folder, instead of the folder, drops the table beside the folders.
    let bench = Bench::new().await;
    let form = Form::new()
        .part("file", Part::bytes(table.into_bytes()).file_name("activities.csv"))
        .part("file", Part::bytes(encode::fit(&recording)).file_name("activities/1.fit"));
    let answer = bench.client.post(bench.api("uploads")).multipart(form).send().await.unwrap();
    finished(&bench, answer.headers()["location"].to_str().unwrap()).await;
    let activities = bench.get("activities").await["activities"].clone();
    assert_eq!((activities.as_array().unwrap().len(), &activities[0]["title"]), (1, &json!("Round the lake")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_an_export_that_comes_file_by_file_stands_in_for_a_file_that_gives_no_activity() {
    let bench = Bench::new().await;
    let recording = run(3, 5.0);
    let start = recording.samples[0].time.format("%b %-d, %Y, %-I:%M:%S %p");
    let table = format!(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Gear,Elapsed Time,Distance,Filename\n\
         1,\"{start}\",Round the lake,Run,Old shoes,1667,5,activities/1.fit\n"
    );
    let send = async |file: Vec<u8>| {
        let form = Form::new()
            .part("file", Part::bytes(file).file_name("export_7/activities/1.fit"))
            .part("file", Part::bytes(table.clone().into_bytes()).file_name("export_7/activities.csv"));
        let answer = bench.client.post(bench.api("uploads")).multipart(form).send().await.unwrap();
        finished(&bench, answer.headers()["location"].to_str().unwrap()).await
    };
    for new in [1, 0] {
        let import = send(encode::fit(&recording)[..60].to_vec()).await;
        assert_eq!((&import["counts"]["new"], &import["counts"]["failed"]), (&json!(new), &json!(1)), "{import}");
        let activities = activities(&bench).await;
        assert_eq!((activities.len(), &activities[0]["title"]), (1, &json!("Round the lake")), "{activities:?}");
    }
    // The file comes whole: one activity still.
    let import = send(encode::fit(&recording)).await;
    assert_eq!((&import["counts"]["new"], &import["counts"]["failed"]), (&json!(0), &json!(0)), "{import}");
    assert_eq!(activities(&bench).await.len(), 1);
}

/// Opens a request by hand, so that it can be left in the middle: the head and the first `sent` bytes of `body`.
fn begin_request(bench: &Bench, path: &str, kind: &str, body: &[u8], sent: usize) -> TcpStream {
    let host = bench.service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST /api/v1/athletes/{}/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
        bench.athlete,
        body.len(),
        bench.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..sent]).unwrap();
    stream
}

fn incoming(data: &Path) -> usize {
    std::fs::read_dir(data.join("incoming")).unwrap().count()
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_whose_sender_goes_away_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on(folder.path()).await;
    let mut archive = zip(&[("a.fit", &encode::fit(&run(3, 30.0))), ("b.fit", &encode::fit(&run(4, 30.0)))]);
    // More than tells an archive from a plain file must have come.
    archive.resize(archive.len().max(400_000), 0);
    let stream = begin_request(&bench, "uploads?name=export.zip", "application/zip", &archive, archive.len() - 100);
    until("the archive on the disk", async || incoming(folder.path()) == 1).await;
    drop(stream);
    until("the end of the archive", async || incoming(folder.path()) == 0).await;
    assert!(bench.get("imports").await["imports"].as_array().unwrap().is_empty());
    assert!(activities(&bench).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_over_the_limit_is_refused_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::with(folder.path(), &["--max-upload-mb", "1"]).await;
    let mut archive = zip(&[("a.fit", &encode::fit(&run(3, 5.0)))]);
    archive.resize(1_500_000, 0);
    // Of undeclared length: it is counted while it comes.
    let host = bench.service.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let path = format!("/api/v1/athletes/{}/uploads?name=big.zip", bench.athlete);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer {}\r\n\
         Connection: close\r\n\r\n",
        bench.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    for chunk in archive.chunks(50_000) {
        let sent = write!(stream, "{:x}\r\n", chunk.len())
            .and_then(|()| stream.write_all(chunk))
            .and_then(|()| stream.write_all(b"\r\n"));
        // The service stops listening at its limit.
        if sent.is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || (answer.contains(" 413 ") && answer.contains("--max-upload-mb")), "{answer}");
    until("the end of the archive", async || incoming(folder.path()) == 0).await;
    assert!(bench.get("imports").await["imports"].as_array().unwrap().is_empty());

    let declared = send_body(&bench, "big.zip", archive).await;
    assert_eq!(declared.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(declared.json::<Value>().await.unwrap()["detail"].as_str().unwrap().contains("--max-upload-mb"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_import_shows_its_progress_and_is_not_undone() {
    let bench = Bench::new().await;
    // A form of so many files that the first of them go in before the last has come.
    const FILES: u64 = 65;
    let mut body = Vec::new();
    for place in 0..FILES {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{place}.gpx\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(encode::gpx(&run(place + 1, 0.5)).as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let sent = body.len() - 200;
    let mut stream = begin_request(&bench, "uploads", "multipart/form-data; boundary=edge", &body, sent);
    let mut import = Value::Null;
    until("the first files", async || {
        import = bench.get("imports").await["imports"][0].clone();
        import["counts"]["new"] == 64
    })
    .await;
    assert_eq!(import["state"], "running");
    let id = import["id"].as_str().unwrap().to_owned();
    let refused = bench.client.post(bench.api(&format!("imports/{id}/undo"))).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(refused.json::<Value>().await.unwrap()["detail"].as_str().unwrap().contains("still running"));
    let page = format!("{}/athletes/{}/imports/{id}", bench.service.url, bench.athlete);
    let html = bench.client.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("http-equiv=\"refresh\"") && html.contains("Files are being read"), "{html}");
    assert!(!html.contains("/undo\""), "no button that would be refused");

    stream.write_all(&body[sent..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let import = bench.get(&format!("imports/{id}")).await;
    assert_eq!((&import["state"], &import["counts"]["new"]), (&json!("finished"), &json!(FILES)));
    let html = bench.client.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("65\u{a0}files brought something new"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_are_listed_newest_first_page_by_page() {
    let bench = Bench::new().await;
    for place in 0..3 {
        bench.upload(vec![(&format!("{place}.gpx"), encode::gpx(&run(place + 1, 1.0)).into_bytes())]).await;
    }
    let first = bench.get("imports?limit=2").await;
    let labels = |page: &Value| -> Vec<String> {
        page["imports"].as_array().unwrap().iter().map(|import| import["label"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(labels(&first), ["2.gpx", "1.gpx"]);
    let rest = bench.get(&format!("imports?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(labels(&rest), ["0.gpx"]);
    assert!(rest["next"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diary_without_values_says_where_they_come_from() {
    let bench = Bench::new().await;
    assert_eq!(bench.get("diary").await, json!([]));
    let page = format!("{}/athletes/{}/diary", bench.service.url, bench.athlete);
    let html = bench.client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("No resting heart rate") && html.contains("Apple Health"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_days_stand_in_the_diary_under_their_own_names() {
    let bench = Bench::new().await;
    let record = |kind: &str, unit: &str, day: u32, value: f64| {
        format!(
            "<Record type=\"HKQuantityTypeIdentifier{kind}\" sourceName=\"Watch\" unit=\"{unit}\" \
             creationDate=\"2026-11-{day:02} 08:00:00 +0000\" startDate=\"2026-11-{day:02} 07:00:00 +0000\" \
             endDate=\"2026-11-{day:02} 07:01:00 +0000\" value=\"{value}\"/>\n"
        )
    };
    let export = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<HealthData locale=\"en_GB\">\n{}{}{}</HealthData>\n",
        record("RestingHeartRate", "count/min", 3, 51.0),
        record("RestingHeartRate", "count/min", 4, 49.0),
        record("HeartRateVariabilitySDNN", "ms", 4, 62.5),
    );
    let archive = zip(&[("apple_health_export/export.xml", export.as_bytes())]);
    let answer = send_body(&bench, "export.zip", archive).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let import = finished(&bench, &location).await;
    assert_eq!(import["counts"]["failed"], 0, "{import}");
    let told: Vec<(String, String, f64)> = bench
        .get("diary?from=2026-11-01&to=2026-11-30")
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|value| {
            let text = |name: &str| value[name].as_str().unwrap().to_owned();
            (text("date"), text("kind"), value["value"].as_f64().unwrap())
        })
        .collect();
    let value = |date: &str, kind: &str, value: f64| (date.to_owned(), kind.to_owned(), value);
    assert_eq!(
        told,
        [
            value("2026-11-03", "resting_heart_rate_bpm", 51.0),
            value("2026-11-04", "hrv_sdnn_ms", 62.5),
            value("2026-11-04", "resting_heart_rate_bpm", 49.0),
        ]
    );
    assert_eq!(bench.get("diary?from=2026-11-04&to=2026-11-04").await.as_array().unwrap().len(), 2);
    let page = format!("{}/athletes/{}/diary", bench.service.url, bench.athlete);
    let html = bench.client.get(&page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("HRV, SDNN, ms") && !html.contains("HRV, RMSSD"), "{html}");
    let undo = bench.client.post(format!("{}{location}/undo", bench.service.url)).send().await.unwrap();
    assert_eq!(undo.status(), StatusCode::OK);
    assert_eq!(bench.get("diary").await, json!([]));
}

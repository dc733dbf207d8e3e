//! Kill the program while files come in: what was acknowledged is there after the restart, once.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plimsoll_ingest::encode;
use plimsoll_tests::{Service, binary, run};
use reqwest::Client;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::service::Bench;

const FILES: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill_in_the_middle_of_an_upload() {
    // At different points: while the first file is under way, and after some were acknowledged.
    for acknowledged_before_the_kill in [0, 3, 11] {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Bench::on(folder.path()).await;
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let sending = tokio::spawn(send_all(bench.client.clone(), bench.api("uploads"), acknowledged.clone()));
        while acknowledged.load(Ordering::SeqCst) < acknowledged_before_the_kill {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bench.service.kill();
        let known = sending.await.unwrap();
        assert!(known.len() >= acknowledged_before_the_kill);

        bench.service = Service::serve(folder.path());
        let uploads = bench.get("uploads").await;
        let uploads = uploads.as_array().unwrap();
        for name in &known {
            assert!(uploads.iter().any(|upload| upload["file"] == **name), "{name} was acknowledged and is gone");
        }
        assert!(uploads.iter().all(|upload| upload["state"] == "read"), "what was received is read at the start");
        let activities = bench.get("activities?limit=200").await;
        let activities = activities["activities"].as_array().unwrap();
        assert_eq!(activities.len(), uploads.len(), "one activity for each file, none doubled");

        let again = send_all(bench.client.clone(), bench.api("uploads"), Arc::default()).await;
        assert_eq!(again.len() as u64, FILES, "the rest goes in after the restart");
        let activities = bench.get("activities?limit=200").await;
        assert_eq!(activities["activities"].as_array().unwrap().len() as u64, FILES);
    }
}

#[test]
fn what_an_import_said_is_there_after_it_was_killed() {
    const COUNT: usize = 400;
    let folder = tempfile::tempdir().unwrap();
    let (files, data) = (folder.path().join("files"), folder.path().join("data"));
    std::fs::create_dir(&files).unwrap();
    for days_ago in 0..COUNT as u64 {
        std::fs::write(files.join(format!("{days_ago:03}.fit")), encode::fit(&run(days_ago + 1, 3.0))).unwrap();
    }
    let arguments = ["import", files.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()];
    let mut child = Command::new(binary()).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let is_result = |line: &String| line.starts_with("new ");
    let mut told = said.by_ref().filter(is_result).take(70).count();
    child.kill().unwrap();
    child.wait().unwrap();
    told += said.filter(is_result).count();
    assert!((70..COUNT).contains(&told), "it was killed in the middle: {told}");

    let again = Command::new(binary()).args(arguments).output().unwrap();
    let words = String::from_utf8(again.stdout).unwrap();
    let summary = words.lines().find(|line| line.ends_with("for Ada")).unwrap();
    let number =
        |place: usize| -> usize { summary.split(", ").nth(place).unwrap().split(' ').next().unwrap().parse().unwrap() };
    let (new, duplicate) = (number(0), number(1));
    assert_eq!(new + duplicate, COUNT, "{summary}");
    assert!(duplicate >= told, "what was said to be in is in: {told}, {summary}");
    let data = data.to_str().unwrap();
    let listed = Command::new(binary()).args(["imports", "--athlete", "Ada", "--data", data]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let first = listed.lines().last().unwrap();
    assert!(first.contains(&format!("{duplicate} new")), "the first import lists what it brought: {listed}");
}

/// Sends files one by one until the service is gone; returns the names that it acknowledged.
async fn send_all(client: Client, address: String, acknowledged: Arc<AtomicUsize>) -> Vec<String> {
    let mut names = Vec::new();
    for days_ago in 0..FILES {
        let name = format!("{days_ago}.fit");
        let part = Part::bytes(encode::fit(&run(days_ago + 1, 3.0))).file_name(name.clone());
        let Ok(answer) = client.post(&address).multipart(Form::new().part("file", part)).send().await else { break };
        let Ok(answer) = answer.json::<Value>().await else { break };
        assert!(answer["files"][0]["result"] != "failed", "{answer}");
        names.push(name);
        acknowledged.fetch_add(1, Ordering::SeqCst);
    }
    names
}

//! Uploads, answers and refusals over HTTP.

use std::path::Path;

use plimsoll_ingest::encode;
use plimsoll_tests::people::Browser;
use plimsoll_tests::{Service, run};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// A service on an empty folder, and an athlete in it.
pub(crate) struct Bench {
    pub(crate) service: Service,
    pub(crate) client: Client,
    pub(crate) athlete: String,
    /// Lets programs send files.
    pub(crate) token: String,
    _folder: Option<tempfile::TempDir>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut bench = Self::on(folder.path()).await;
        bench._folder = Some(folder);
        bench
    }

    pub(crate) async fn on(data: &Path) -> Self {
        Self::with(data, &[]).await
    }

    pub(crate) async fn with(data: &Path, arguments: &[&str]) -> Self {
        let service = Service::start(&[&["serve", "--data", data.to_str().unwrap()], arguments].concat());
        let browser = Browser::following(&service);
        browser.sign_up(service.setup.as_deref().unwrap(), "Ada").await;
        let athlete = browser.own_athlete().await;
        let mut token = vec![("name", "all"), ("days", "7")];
        token.extend(["activities:read", "activities:write"].map(|scope| ("scope", scope)));
        let token = browser.post("/account/tokens", &token).await.shown();
        let client = browser.client;
        let answer = client
            .put(format!("{}/api/v1/athletes/{athlete}", service.url))
            .json(&json!({"name": "Ada", "zone": "UTC", "sex": "female", "resting_hr_bpm": 50, "max_hr_bpm": 190}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Self { service, client, athlete, token, _folder: None }
    }

    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}/api/v1/athletes/{}/{path}", self.service.url, self.athlete)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.api(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn upload(&self, files: Vec<(&str, Vec<u8>)>) -> Vec<Value> {
        let mut form = Form::new();
        for (name, bytes) in files {
            form = form.part("file", Part::bytes(bytes).file_name(name.to_owned()));
        }
        let answer = self.client.post(self.api("uploads")).multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["import"]["state"], "finished");
        answer["files"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_go_in_and_the_line_and_a_spike_come_out() {
    let bench = Bench::new().await;
    let files: Vec<(String, Vec<u8>)> = [(40, 8.0), (35, 9.0), (20, 12.0), (10, 10.0), (2, 16.0)]
        .into_iter()
        .map(|(days_ago, km)| (format!("{days_ago}.fit"), encode::fit(&run(days_ago, km))))
        .collect();
    let results = bench.upload(files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect()).await;
    assert!(results.iter().all(|result| result["result"] == "new"), "{results:?}");

    let today = bench.get("today?planned_km=13.3").await;
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 0.02;
    // 16 km two days ago was 33 % more than 12 km: counted by the study, left out of the careful line.
    assert!(near(&today["line"]["line_km"], 17.6), "{today}");
    assert!(near(&today["line"]["line_careful_km"], 13.2), "{today}");
    let spike = today["flags"].as_array().unwrap().iter().find(|flag| flag["code"] == "session_spike").unwrap();
    assert_eq!(spike["level"], "warning");
    assert!(near(&spike["value"], 16.0 / 12.0), "{spike}");
    assert!(today["planned"]["flag"].is_null(), "13.3 km is less than the 16 km that were run: {today}");

    let days = bench.get("days").await;
    assert_eq!(days.as_array().unwrap().len(), 40, "from the first run to yesterday: today is not over");
    let trimp = &bench.get("activities").await["activities"][0]["trimp"];
    // 16 km at 3 m/s and 140 bpm, 50 to 190, female: 88.9 min · d · 0.86 · e^(1.67 d), d = 9/14.
    let d = 90.0_f64 / 140.0;
    let expected = 16_000.0 / 3.0 / 60.0 * d * 0.86 * (1.67 * d).exp();
    assert!((trimp.as_f64().unwrap() / expected - 1.0).abs() < 0.01, "{trimp} for {expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_twice_are_one_activity_and_what_was_removed_comes_back() {
    let bench = Bench::new().await;
    let bytes = encode::gpx(&run(3, 5.0)).into_bytes();
    let first = bench.upload(vec![("a.gpx", bytes.clone())]).await;
    let again = bench.upload(vec![("renamed.fit", bytes.clone())]).await;
    assert_eq!((&first[0]["result"], &again[0]["result"]), (&json!("new"), &json!("duplicate")));
    let activities = bench.get("activities").await;
    assert_eq!(activities["activities"].as_array().unwrap().len(), 1);

    let id = activities["activities"][0]["id"].as_str().unwrap();
    let address = bench.api(&format!("activities/{id}"));
    assert_eq!(bench.client.delete(&address).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(bench.get("activities").await["activities"].as_array().unwrap().is_empty());
    assert!(bench.get("today").await["line"].is_null());
    let third = bench.upload(vec![("a.gpx", bytes.clone())]).await;
    assert!(third[0]["messages"][0].as_str().unwrap().contains("taken out"), "{third:?}");
    assert!(bench.get("activities").await["activities"].as_array().unwrap().is_empty(), "sending again is not asking");
    let back = bench.client.post(format!("{address}/restore")).send().await.unwrap();
    assert_eq!(back.status(), StatusCode::OK);
    assert_eq!(bench.get("activities").await["activities"].as_array().unwrap().len(), 1);

    let upload = activities["activities"][0]["upload"].as_str().unwrap();
    let file = bench.client.get(bench.api(&format!("uploads/{upload}/file"))).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap().as_ref(), bytes, "the original comes back as it was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn heart_rate_and_cadence_of_a_gpx_survive_to_the_charts() {
    let bench = Bench::new().await;
    bench.upload(vec![("a.gpx", encode::gpx(&run(3, 5.0)).into_bytes())]).await;
    let activity = &bench.get("activities").await["activities"][0];
    assert_eq!(activity["avg_heart_rate_bpm"], 140.0);
    assert_eq!(activity["avg_cadence_spm"], 170.0);
    let id = activity["id"].as_str().unwrap();
    let series = bench.get(&format!("activities/{id}/series")).await;
    assert!(series["heart_rate_bpm"].as_array().unwrap().iter().all(|bpm| *bpm == 140.0));
    for chart in ["pace", "heart_rate", "elevation", "route"] {
        let answer = bench.client.get(bench.api(&format!("activities/{id}/charts/{chart}.svg"))).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/svg+xml");
        // The colours for dark stand in the file itself, and the answer allows them.
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("style-src 'unsafe-inline'") && !policy.contains("script-src"), "{policy}");
        let svg = answer.text().await.unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("prefers-color-scheme: dark"), "{chart}");
    }
    let history = bench.client.get(bench.api("charts/history.svg")).send().await.unwrap();
    assert!(history.text().await.unwrap().starts_with("<svg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_are_named_with_their_reason_and_the_good_ones_beside_them_go_in() {
    let bench = Bench::new().await;
    let good = encode::fit(&run(1, 6.0));
    let cut = good[..good.len() / 2].to_vec();
    let mut gpx = encode::gpx(&run(2, 6.0));
    let point = gpx.match_indices("lat=\"").nth(100).unwrap().0;
    gpx.insert_str(point + 5, "broken");
    let results = bench
        .upload(vec![
            ("page.fit", b"<!doctype html><html><body>Sign in</body></html>".to_vec()),
            ("cut.fit", cut),
            ("point.gpx", gpx.into_bytes()),
            ("nothing.fit", Vec::new()),
            ("good.fit", good),
        ])
        .await;
    let words = |place: usize| results[place]["messages"].to_string();
    let outcome = |place: usize| results[place]["result"].as_str().unwrap();

    assert_eq!(outcome(0), "failed");
    assert!(words(0).contains("HTML"), "{}", words(0));
    assert_eq!(outcome(1), "new", "{}", words(1));
    assert!(words(1).contains("byte") || words(1).contains("ends"), "{}", words(1));
    let kept = results[1]["activities"][0]["distance_m"].as_f64().unwrap();
    assert!((2_800.0..3_100.0).contains(&kept), "the half that stands is kept: {kept}");
    assert_eq!(outcome(2), "new");
    assert!(words(2).contains("latitude") || words(2).contains("position"), "{}", words(2));
    assert_eq!(outcome(3), "set_aside");
    assert!(words(3).contains("empty"), "{}", words(3));
    // The whole of which the second is the beginning: read like the others, and linked to it.
    assert_eq!(outcome(4), "same_activity", "{}", words(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_300_mb_is_refused_by_a_limit_that_the_message_names() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::with(folder.path(), &["--max-upload-mb", "256"]).await;
    let form = Form::new().part("file", Part::bytes(vec![0_u8; 300_000_000]).file_name("big.fit"));
    let answer = bench.client.post(bench.api("uploads")).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("256 MB") && detail.contains("--max-upload-mb"), "{detail}");
    assert!(bench.get("uploads").await.as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_over_its_limit_does_not_keep_the_others_out() {
    let bench = Bench::new().await;
    let results =
        bench.upload(vec![("big.fit", vec![0_u8; 130_000_000]), ("good.fit", encode::fit(&run(1, 6.0)))]).await;
    assert_eq!(results[0]["result"], "failed");
    assert!(results[0]["messages"][0].as_str().unwrap().contains("--max-file-mb"), "{results:?}");
    assert_eq!(results[1]["result"], "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_and_other_hosts_are_refused() {
    let bench = Bench::new().await;
    let add =
        |client: &Client| client.post(format!("{}/api/v1/athletes", bench.service.url)).json(&json!({"name": "X"}));
    let foreign = add(&bench.client).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    // Nobody signs in to the demo, so that it must not be reached under a name that a page elsewhere points at it.
    let demo = Service::start(&["demo"]);
    let client = Client::new();
    let rebound = client.get(&demo.url).header("host", "evil.example:80").send().await.unwrap();
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(client.get(&demo.url).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_text_wherever_it_is_shown() {
    let bench = Bench::new().await;
    let name = "<script>alert(1).fit";
    bench.upload(vec![(name, b"nonsense".to_vec())]).await;
    let import = bench.get("imports").await["imports"][0]["id"].as_str().unwrap().to_owned();
    for page in ["upload".to_owned(), format!("imports/{import}")] {
        let page = format!("{}/athletes/{}/{page}", bench.service.url, bench.athlete);
        let html = bench.client.get(page).send().await.unwrap().text().await.unwrap();
        assert!(!html.contains("<script>alert"), "an uploaded name became markup");
        assert!(html.contains("alert(1)"), "the name is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_document_answers_and_unknown_ones_are_problems() {
    let bench = Bench::new().await;
    let document: Value =
        bench.client.get(format!("{}/api/openapi.json", bench.service.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for path in document["paths"].as_object().unwrap().keys() {
        let filled = path
            .replace("{athlete}", "nobody")
            .replace("{activity}", "none")
            .replace("{upload}", "none")
            .replace("{import}", "none")
            .replace("{grant}", "none")
            .replace("{session}", "none")
            .replace("{token}", "none");
        let answer = bench.client.get(format!("{}{}", bench.service.url, filled.replace("{name}", "none.svg"))).send();
        let status = answer.await.unwrap().status();
        let expected = if path.contains("{athlete}") {
            [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].as_slice()
        } else {
            [StatusCode::OK, StatusCode::METHOD_NOT_ALLOWED].as_slice()
        };
        assert!(expected.contains(&status), "{path}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_the_api_are_problem_details() {
    let bench = Bench::new().await;
    let refused = [
        (bench.client.get(bench.api("today?planned_km=abc")), StatusCode::BAD_REQUEST),
        (bench.client.get(bench.api("today?planned_km=-1")), StatusCode::UNPROCESSABLE_ENTITY),
        (bench.client.get(bench.api("days?from=2026-02-30")), StatusCode::BAD_REQUEST),
        (bench.client.post(bench.api("uploads")).body("no multipart"), StatusCode::UNPROCESSABLE_ENTITY),
        (bench.client.post(bench.api("today")), StatusCode::METHOD_NOT_ALLOWED),
        (bench.client.put(bench.api("")).body("{"), StatusCode::NOT_FOUND),
    ];
    for (request, expected) in refused {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), expected);
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{expected}");
        assert_eq!(answer.json::<Value>().await.unwrap()["status"], expected.as_u16());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trimp_follows_the_profile() {
    let bench = Bench::new().await;
    bench.upload(vec![("a.fit", encode::fit(&run(3, 5.0)))]).await;
    let trimp = async || bench.get("activities").await["activities"][0]["trimp"].as_f64();
    let before = trimp().await.unwrap();
    let address = format!("{}/api/v1/athletes/{}", bench.service.url, bench.athlete);
    let put = async |sex: Option<&str>| {
        let profile = json!({"name": "Ada", "sex": sex, "resting_hr_bpm": 50, "max_hr_bpm": 190});
        assert_eq!(bench.client.put(&address).json(&profile).send().await.unwrap().status(), StatusCode::OK);
    };
    put(Some("male")).await;
    let d = 90.0_f64 / 140.0;
    let expected = 0.64 * (1.92 * d).exp() / (0.86 * (1.67 * d).exp());
    assert!((trimp().await.unwrap() / before - expected).abs() < 1e-6);
    put(None).await;
    assert_eq!(trimp().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_a_day_that_cannot_be_is_kept_and_counts_nowhere() {
    let bench = Bench::new().await;
    let days_since_1999 = (plimsoll_tests::today() - chrono::NaiveDate::from_ymd_opt(1999, 6, 1).unwrap()).num_days();
    let results = bench.upload(vec![("old.fit", encode::fit(&run(days_since_1999.unsigned_abs(), 5.0)))]).await;
    assert_eq!(results[0]["result"], "new");
    assert!(results[0]["messages"].to_string().contains("1999-06-01"), "{results:?}");
    assert_eq!(bench.get("activities").await["activities"].as_array().unwrap().len(), 1);
    assert!(bench.get("today").await["day"].is_null());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_sender_does_not_hold_up_the_end_when_it_is_asked_for_twice() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::serve(folder.path());
    let mut stalled = std::net::TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    stalled.write_all(b"GET / HT").unwrap();
    let terminate = || {
        let process = service.process_id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    };
    terminate();
    // The first signal is taken when nobody is let in any more.
    while Client::new().get(format!("{}/healthz", service.url)).send().await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    terminate();
    assert!(service.ended_within(std::time::Duration::from_secs(8)), "before the grace of ten seconds is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_a_spike_a_return_and_a_steady_runner() {
    let service = Service::start(&["demo"]);
    let client = Client::new();
    let athletes: Vec<Value> =
        client.get(format!("{}/api/v1/athletes", service.url)).send().await.unwrap().json().await.unwrap();
    assert!(athletes.len() >= 3);
    let (mut states, mut codes) = (Vec::new(), Vec::new());
    for athlete in &athletes {
        let id = athlete["id"].as_str().unwrap();
        let address = format!("{}/api/v1/athletes/{id}/today", service.url);
        let today: Value = client.get(address).send().await.unwrap().json().await.unwrap();
        states.push(today["day"]["state"].as_str().unwrap().to_owned());
        codes.extend(today["flags"].as_array().unwrap().iter().map(|flag| flag["code"].as_str().unwrap().to_owned()));
        let page = client.get(format!("{}/athletes/{id}", service.url)).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
    }
    for state in ["steady", "returning"] {
        assert!(states.iter().any(|found| found == state), "{state} in {states:?}");
    }
    for code in ["session_spike", "returning"] {
        assert!(codes.iter().any(|found| found == code), "{code} in {codes:?}");
    }
    let home = client.get(&service.url).send().await.unwrap().text().await.unwrap();
    assert!(home.contains("class=\"squad\"") && home.contains("Demo:"));
}

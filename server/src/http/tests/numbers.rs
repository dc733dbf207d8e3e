//! The numbers of an activity, and the settings that they rest on, as a client and a person see them.

use chrono::TimeDelta;
use plimsoll_ingest::RunKind;
use plimsoll_ingest::encode::{Recording, Sample, fit};

use super::*;

/// A level run `days_ago`, over an hour long, with `hard_s` seconds of it at `hard_mps` and a heart rate of `hard_bpm`.
fn run(days_ago: i64, hard_s: u32, hard_mps: f64, hard_bpm: u8) -> Vec<u8> {
    let start = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(6, 0, 0).unwrap().and_utc();
    let mut along_m = 0.0;
    let samples = (0..3701).map(|second: u32| {
        let is_hard = (1200..1200 + hard_s).contains(&second);
        let speed = if is_hard { hard_mps } else { 2.75 };
        let sample = Sample {
            time: start - TimeDelta::days(days_ago) + TimeDelta::seconds(second.into()),
            position: None,
            distance_m: Some(along_m),
            speed_mps: Some(speed),
            altitude_m: Some(20.0),
            heart_rate_bpm: Some(if is_hard { hard_bpm } else { 140 }),
            cadence_spm: Some(184.0),
        };
        along_m += speed;
        sample
    });
    let samples = samples.collect();
    fit(&Recording { title: None, kind: RunKind::Road, utc_offset_s: 0, serial: 1, samples, lap_every_m: None })
}

/// All-out efforts on the line of 180 m and 4 m/s, one in each run.
fn hard_runs() -> Vec<(String, Vec<u8>)> {
    let times = [180, 300, 420, 600, 900, 1200].into_iter().zip(1_i64..);
    times
        .map(|(time_s, day)| {
            let mps = 4.0 + 180.0 / f64::from(time_s);
            (format!("{day}.fit"), run(2 * day, time_s, mps, 170 + u8::try_from(day).unwrap()))
        })
        .collect()
}

async fn upload(router: &Router, athlete: &str, files: &[(String, Vec<u8>)]) {
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let (status, ..) = send(router, form(athlete, &files)).await;
    assert!(status.is_success() || status.is_redirection(), "{status}");
}

async fn json(router: &Router, path: &str) -> Value {
    let (status, body) = get(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    serde_json::from_slice(&body).unwrap()
}

async fn text(router: &Router, path: &str) -> String {
    let (status, body) = get(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    String::from_utf8(body).unwrap()
}

fn post(path: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn near(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value / expected - 1.0).abs() < 0.005)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_run_follow_what_the_person_sets() {
    let (_folder, router, athlete) = ada().await;
    upload(&router, &athlete.id, &[("a.fit".to_owned(), run(1, 600, 4.0, 170))]).await;
    let api = format!("/api/v1/athletes/{}", athlete.id);
    let of_the_run = async || json(&router, &format!("{api}/activities")).await["activities"][0].clone();

    let before = of_the_run().await;
    assert!(before["trimp"].is_null() && before["rtss"].is_null());
    assert_eq!(before["reasons"]["rtss"], "the threshold pace is not set");
    assert_eq!(before["reasons"]["edwards_trimp"], "the maximum heart rate is not set");
    assert!(near(&before["grade_adjusted_distance_m"], before["distance_m"].as_f64().unwrap()));
    assert!(near(&before["steps"], 184.0 * 3700.0 / 60.0));
    let efforts = before["best_efforts"]["by_time"].as_array().unwrap();
    assert!(
        efforts.iter().any(|effort| effort["time_s"] == 600.0 && near(&effort["distance_m"], 2400.0)),
        "{efforts:?}"
    );
    let mechanics = before["mechanics"].as_array().unwrap();
    assert!(
        mechanics.iter().any(|at| near(&at["speed_mps"], 4.0) && near(&at["heart_rate_bpm"], 170.0)),
        "{mechanics:?}"
    );

    let settings = format!("/athletes/{}/settings", athlete.id);
    let fields = "name=Ada&zone=UTC&sex=male&resting_hr_bpm=50&max_hr_bpm=190&threshold_hr_bpm=170&threshold_pace=4%3A10\
                  &vt1_hr_bpm=150&vt2_hr_bpm=168";
    let (status, _, page) = send(&router, post(&settings, fields)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Saved.") && page.contains("value=\"4:10\""), "{page}");
    assert_eq!(json(&router, &api).await["threshold_speed_mps"], 4.0);
    let after = of_the_run().await;
    for number in ["trimp", "edwards_trimp", "lucia_trimp", "hrtss", "hrtss_hrr_squared", "rtss"] {
        assert!(after[number].as_f64().is_some_and(|value| value > 20.0), "{number}: {after}");
    }
    assert!(near(&after["intensity"]["ventilatory_zones_s"][2], 600.0), "{after}");

    let wrong = fields.replace("4%3A10", "4.5");
    let (status, _, page) = send(&router, post(&settings, &wrong)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("“4.5” is not a pace") && page.contains("value=\"4.5\""), "{page}");
    let (status, _, page) = send(&router, post(&settings, &fields.replace("vt1_hr_bpm=150", "vt1_hr_bpm=175"))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("must lie above heart rate at VT1"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_run_reads_as_it_did() {
    let (_folder, router, athlete) = ada().await;
    upload(&router, &athlete.id, &[("a.fit".to_owned(), run(1, 600, 4.0, 170))]).await;
    let fields = "name=Ada&zone=UTC&sex=male&resting_hr_bpm=50&max_hr_bpm=190&threshold_pace=4%3A10";
    send(&router, post(&format!("/athletes/{}/settings", athlete.id), fields)).await;
    let run = json(&router, &format!("/api/v1/athletes/{}/activities", athlete.id)).await["activities"][0].clone();
    let page = text(&router, &format!("/athletes/{}/activities/{}", athlete.id, run["id"].as_str().unwrap())).await;
    let mut ids = ids(&page);
    ids.push(&athlete.id);
    insta::assert_snapshot!("activity_page", main_of(&page, &ids));
}

#[tokio::test(flavor = "multi_thread")]
async fn estimates_are_shown_put_into_the_form_and_saved_by_nobody_but_the_person() {
    let (_folder, router, athlete) = ada().await;
    let (api, settings) = (format!("/api/v1/athletes/{}", athlete.id), format!("/athletes/{}/settings", athlete.id));
    let nothing = text(&router, &format!("{settings}?estimate=yes")).await;
    assert!(nothing.contains("5 runs with heart rate are needed, and there are 0"), "{nothing}");

    upload(&router, &athlete.id, &hard_runs()).await;
    let estimates = json(&router, &format!("{api}/threshold-estimates")).await;
    let speed = &estimates["threshold_speed_mps"];
    assert!(near(&speed["value"], 4.0) && near(&estimates["d_prime_m"], 180.0), "{estimates}");
    assert!(speed["low"].as_f64() <= speed["value"].as_f64() && speed["value"].as_f64() <= speed["high"].as_f64());
    assert_eq!(speed["efforts"].as_array().unwrap().len(), 6);
    assert!(near(&estimates["max_hr_bpm"]["value"], 176.0), "{estimates}");
    assert!(estimates["max_hr_bpm"]["high"].is_null(), "{estimates}");

    let asked = text(&router, &format!("{settings}?estimate=yes&threshold_pace=yes&max_hr=yes")).await;
    assert!(asked.contains("Nothing changes until you save it."), "{asked}");
    assert!(asked.contains("value=\"4:10\"") && asked.contains("value=\"176\""), "{asked}");
    for words in [
        "At least 176\u{a0}bpm: the highest mean over 10 s in 6\u{a0}runs.",
        "says nothing of whether they were run as fast",
    ] {
        assert!(asked.contains(words), "{words}: {asked}");
    }
    assert!(!asked.contains("confidence"), "{asked}");
    let profile = json(&router, &api).await;
    assert!(profile["threshold_speed_mps"].is_null() && profile["max_hr_bpm"].is_null(), "{profile}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_load_has_its_source() {
    let (_folder, router, athlete) = ada().await;
    send(
        &router,
        post(
            &format!("/athletes/{}/settings", athlete.id),
            "name=Ada&zone=UTC&sex=male&resting_hr_bpm=50&max_hr_bpm=190",
        ),
    )
    .await;
    let mut files = hard_runs();
    let rows = "date,distance_km,duration,rpe,sport\n2026-11-01,10.0,1:00:00,,run\n2026-11-02,,1:00:00,5,rowing\n";
    files.push(("diary.csv".to_owned(), rows.as_bytes().to_vec()));
    upload(&router, &athlete.id, &files).await;
    let loads = json(&router, &format!("/api/v1/athletes/{}/loads", athlete.id)).await;
    let loads = loads.as_array().unwrap();
    assert_eq!(loads.len(), 8);
    let on = |date: &str| loads.iter().find(|load| load["date"] == date).unwrap();
    assert_eq!((&on("2026-11-18")["source"], &on("2026-11-01")["source"]), (&"trimp".into(), &"duration".into()));
    assert!(on("2026-11-01")["trimp"].as_f64().unwrap() > 50.0, "{loads:?}");
    // Nobody rated a run with heart rate: what the rating stands for is not known.
    let rowed = on("2026-11-02");
    assert!(rowed["trimp"].is_null() && rowed["source"].is_null(), "{rowed}");
    assert_eq!(rowed["reason"], "5 activities with a TRIMP are needed to compare with, and there are 0");
}

// A sensor that counts steps for 10 of 60 minutes: 184 of both.
#[tokio::test(flavor = "multi_thread")]
async fn a_heart_rate_that_follows_the_steps_makes_neither_a_load_nor_a_maximum() {
    let (_folder, router, athlete) = ada().await;
    let (api, page) = (format!("/api/v1/athletes/{}", athlete.id), format!("/athletes/{}", athlete.id));
    let fields = "name=Ada&zone=UTC&sex=male&resting_hr_bpm=50&max_hr_bpm=190";
    send(&router, post(&format!("{page}/settings"), fields)).await;
    upload(&router, &athlete.id, &hard_runs()).await;
    let usual = json(&router, &format!("{api}/loads")).await;
    upload(&router, &athlete.id, &[("locked.fit".to_owned(), run(20, 600, 2.75, 184))]).await;

    let loads = json(&router, &format!("{api}/loads")).await;
    let on =
        |loads: &Value, date: &str| loads.as_array().unwrap().iter().find(|load| load["date"] == date).unwrap().clone();
    let locked = on(&loads, "2026-10-31");
    assert_eq!(locked["source"], "duration", "{loads}");
    // Those of the others stand as they were: what looks wrong is in no median either.
    assert_eq!(on(&loads, "2026-11-18"), on(&usual, "2026-11-18"));
    let estimates = json(&router, &format!("{api}/threshold-estimates")).await;
    assert!(near(&estimates["max_hr_bpm"]["value"], 176.0), "{estimates}");

    let run = locked["activity"].as_str().unwrap();
    let told = text(&router, &format!("{page}/activities/{run}")).await;
    assert!(told.contains("Its heart rate looks wrong, so its TRIMP is not counted."), "{told}");
    let flags = json(&router, &format!("{api}/flags?from=2026-10-01")).await.to_string();
    assert!(flags.contains("Its load is worked out from its duration at your own median instead."), "{flags}");
}

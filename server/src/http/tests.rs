//! What clients see: the squad's numbers, the document of the API, and pages of an import from its form to its end.

mod numbers;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chrono::{NaiveDate, TimeDelta};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::accounts::{Secret, SignUp};
use crate::cli::DoorArgs;
use crate::clock::Clock;
use crate::commands::demo::invite;
use crate::config::Limits;
use crate::store::{Log, Profile};

async fn get(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (status, axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}

/// What the API says of the invented squad on a fixed day: the words and numbers that people see.
#[tokio::test(flavor = "multi_thread")]
async fn the_squad_on_a_fixed_day_reads_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let noon = today.and_hms_opt(12, 0, 0).unwrap().and_utc() + TimeDelta::minutes(30);
    let library = Library::open(folder.path(), Clock::Fixed(noon), Limits::from_megabytes(128, 256)).await.unwrap();
    invite(&library, today, &mut std::io::sink()).await.unwrap();
    let accounts = Accounts::of(&library, &DoorArgs::default()).unwrap();
    let router = router(library, accounts, true);

    let (_, athletes) = get(&router, "/api/v1/athletes").await;
    let athletes: Vec<Value> = serde_json::from_slice(&athletes).unwrap();
    let mut told = String::new();
    for athlete in athletes {
        let path = format!("/api/v1/athletes/{}/today?planned_km=15", athlete["id"].as_str().unwrap());
        let (status, body) = get(&router, &path).await;
        assert_eq!(status, StatusCode::OK);
        let mut today: Value = serde_json::from_slice(&body).unwrap();
        // Ids are new every time.
        for flag in today["flags"].as_array_mut().unwrap() {
            if !flag["activity"].is_null() {
                flag["activity"] = "…".into();
            }
        }
        round(&mut today);
        let today = serde_json::to_string_pretty(&today).unwrap();
        told.push_str(&format!("# {}\n{today}\n\n", athlete["name"].as_str().unwrap()));
    }
    insta::assert_snapshot!("squad_today", told);
}

/// Four decimals: the last bits may differ between processors.
fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = (number.as_f64().unwrap_or_default() * 1e4).round() / 1e4;
            *value = rounded.into();
        }
        Value::Array(values) => values.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

#[test]
fn the_document_of_the_api_is_as_it_was() {
    let (_, document) = api::routes();
    insta::assert_snapshot!("openapi", document.to_pretty_json().unwrap());
}

/// Sends a request; returns status, the address that it leads to, and the body.
async fn send(router: &Router, request: Request<Body>) -> (StatusCode, Option<String>, String) {
    let answer = router.clone().oneshot(request).await.unwrap();
    let (status, location) = (answer.status(), answer.headers().get("location").cloned());
    let location = location.map(|location| location.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, location, String::from_utf8(body.to_vec()).unwrap())
}

/// What a page says in its main part: without tags of form, with ids as `…`.
fn main_of(html: &str, ids: &[&str]) -> String {
    let main = html.split_once("<main id=\"main\">").unwrap().1.split_once("</main>").unwrap().0;
    // Pictures are looked at elsewhere.
    let mut told = String::new();
    let mut rest = main;
    while let Some((before, svg)) = rest.split_once("<svg") {
        told.push_str(before);
        told.push_str("<svg…/>");
        rest = svg.split_once("</svg>").unwrap().1;
    }
    told.push_str(rest);
    for id in ids {
        told = told.replace(id, "…");
    }
    told.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Every id in what was sent: UUIDs, which are new every time.
fn ids(text: &str) -> Vec<&str> {
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    let mut ids: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(is_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A folder's files as a form sends them.
fn form(athlete: &str, files: &[(&str, Vec<u8>)]) -> Request<Body> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    Request::post(format!("/athletes/{athlete}/upload"))
        .header("host", "localhost")
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .unwrap()
}

/// A service with one athlete on a fixed afternoon, who is signed in; the folder goes when it is dropped.
async fn ada() -> (tempfile::TempDir, Router, crate::store::Athlete) {
    let folder = tempfile::tempdir().unwrap();
    let now = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(16, 2, 0).unwrap().and_utc();
    let library = Library::open(folder.path(), Clock::Fixed(now), Limits::from_megabytes(128, 256)).await.unwrap();
    let accounts = Accounts::of(&library, &DoorArgs::default()).unwrap();
    let form = SignUp {
        email: "ada@example.org".to_owned(),
        name: "Ada".to_owned(),
        password: serde_json::from_value("seven herons over a mill".into()).unwrap(),
        born: None,
        log: Log::New(Box::new(Profile::named("Ada"))),
    };
    let caller = crate::accounts::Caller { address: None, agent: String::new() };
    let (id, begun) = accounts.sign_up(form, None, &caller).await.unwrap();
    let account = library.store.account(&id).await.unwrap().unwrap();
    let athlete = library.store.athlete(&account.athlete_id.unwrap()).await.unwrap().unwrap();
    let router = signed_in(router(library, accounts, false), &begun.secret);
    (folder, router, athlete)
}

/// Sends every request of a router with the cookie of a session.
fn signed_in(router: Router, secret: &Secret) -> Router {
    let cookie = format!("plimsoll={}", secret.text());
    router.layer(middleware::map_request(move |mut request: Request<Body>| {
        let cookie = cookie.parse().unwrap();
        async move {
            request.headers_mut().insert("cookie", cookie);
            request
        }
    }))
}

/// The pages that a person goes through with an upload, in their words.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_an_import_read_as_they_did() {
    let (_folder, router, athlete) = ada().await;
    let at = |path: &str| format!("/athletes/{}{path}", athlete.id);
    let mut told = String::new();
    let mut tell = |name: &str, html: &str| {
        let mut ids = ids(html);
        ids.push(&athlete.id);
        told.push_str(&format!("# {name}\n{}\n\n", main_of(html, &ids)));
    };
    let page = async |path: &str| String::from_utf8(get(&router, path).await.1).unwrap();

    tell("Upload, nothing yet", &page(&at("/upload")).await);
    tell("Diary, nothing yet", &page(&at("/diary")).await);
    let rows = "date,distance_km,duration,rpe,sport,title,notes,gear,commute\n\
                2026-11-03,12.0,1:02:33,6,run,Long one,Easy until the hill.,Old pair,yes\n";
    let files = [
        ("page.fit", b"<!doctype html><html></html>".to_vec()),
        ("past.csv", rows.as_bytes().to_vec()),
        ("again.csv", rows.as_bytes().to_vec()),
        ("photo.jpg", b"\xff\xd8\xff\xe0 a picture".to_vec()),
    ];
    let (status, location, _) = send(&router, form(&athlete.id, &files)).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let import = location.unwrap();
    let report = page(&import).await;
    tell("Import", &report);
    tell("Import, failed only", &page(&format!("{import}?result=failed")).await);
    let activity = ids(&report).into_iter().find(|id| report.contains(&format!("/activities/{id}"))).unwrap();
    tell("Activity without a recording", &page(&at(&format!("/activities/{activity}"))).await);
    let undo = Request::post(format!("{import}/undo")).header("host", "localhost").body(Body::empty()).unwrap();
    let (status, location, _) = send(&router, undo).await;
    assert_eq!((status, location.as_deref()), (StatusCode::SEE_OTHER, Some(import.as_str())));
    tell("Import, undone", &page(&import).await);
    tell("Upload, with imports", &page(&at("/upload")).await);
    let nowhere = get(&router, &at("/imports/nowhere")).await;
    assert_eq!(nowhere.0, StatusCode::NOT_FOUND);
    tell("No such import", &String::from_utf8(nowhere.1).unwrap());
    insta::assert_snapshot!("import_pages", told);
}

/// The first run in 30 days draws no line, and says so; what is planned on top of it is not weighed against it unsaid.
#[tokio::test(flavor = "multi_thread")]
async fn today_after_a_long_break_says_why_there_is_no_line() {
    let (_folder, router, athlete) = ada().await;
    let page = async || {
        let page = get(&router, &format!("/athletes/{}?plan=25", athlete.id)).await.1;
        main_of(&String::from_utf8(page).unwrap(), &[])
    };
    let api = async || -> Value {
        let path = format!("/api/v1/athletes/{}/today?planned_km=25", athlete.id);
        serde_json::from_slice(&get(&router, &path).await.1).unwrap()
    };
    let run =
        |row: &str| form(&athlete.id, &[("past.csv", format!("date,distance_km,duration\n{row}\n").into_bytes())]);

    send(&router, run("2026-09-10 07:30,20,1:50:00")).await;
    let away = page().await;
    assert!(
        away.contains("25.0 km would be the first run in 30 days, 71 days after the one of 10 Sep 2026:"),
        "{away}"
    );
    let planned = &api().await["planned"];
    assert_eq!((&planned["class"], &planned["ratio"]), (&"no_baseline".into(), &Value::Null));
    assert_eq!((&planned["flag"]["code"], &planned["flag"]["level"]), (&"no_baseline".into(), &"caution".into()));

    send(&router, run("2026-11-18 07:30,30,2:50:00")).await;
    let back = page().await.replace('\u{a0}', " ");
    for words in [
        "Every run of the last 30 days is younger than 14 days and was a spike itself, or the first after 30 days \
         without one, so the careful line cannot be drawn yet.",
        "The 30.0 km run of 18 Nov had no other in the 30 days before it and counts only after 14 days; counted, the \
         line would be 33.0 km.",
        "Build up in stages, by how it feels during the run and the morning after",
        "From 2 Dec on there is a line: 33.0 km, when the 30.0 km run of 18 Nov starts to count.",
        "There is no line to weigh 25.0 km against: the longest run of the last 30 days (30.0 km) had no other in the \
         30 days before it and is younger than 14 days.",
        "30.0 km is the first run in 30 days, 69 days after the one of 10 Sep 2026",
    ] {
        assert!(back.contains(words), "{words}: {back}");
    }
    let line = &api().await["line"];
    assert_eq!((&line["line_careful_km"], &line["reason"]), (&Value::Null, &"only_recent_spikes".into()));
    assert_eq!((&line["next"]["date"], &line["next"]["from_km"]), (&"2026-12-02".into(), &Value::Null));
    assert!((line["next"]["to_km"].as_f64().unwrap() - 33.0).abs() < 1e-9);
}

/// A table of many rows, and the same rows in other bytes: both lists of their line in the report end early.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_gave_many_activities_names_the_first() {
    let (_folder, router, athlete) = ada().await;
    let table = |count: u32, end: &str| {
        let rows = (1..=count).map(|day| format!("2026-10-{day:02} 07:30,10,50:00{end}"));
        format!("date,distance_km,duration{end}{}", rows.collect::<String>()).into_bytes()
    };
    for (name, bytes, told, more) in [("many.csv", table(25, "\n"), 0, 0), ("again.csv", table(25, "\r\n"), 10, 1)] {
        let (_, location, _) = send(&router, form(&athlete.id, &[(name, bytes)])).await;
        let report = String::from_utf8(get(&router, &location.unwrap()).await.1).unwrap();
        assert_eq!(report.matches("class=\"gave\"").count(), 20, "{name}");
        // Each of the second table's rows has its partner in the first.
        assert_eq!(report.matches("<p>The same activity as").count(), told, "{name}");
        assert_eq!(report.matches("15 more of its activities are the same").count(), more, "{name}");
        assert_eq!(report.matches("and 5 more").count(), 1, "{name}");
    }
    let (_, location, _) = send(&router, form(&athlete.id, &[("few.csv", table(20, " \n"))])).await;
    let report = String::from_utf8(get(&router, &location.unwrap()).await.1).unwrap();
    assert!(!report.contains(" more<"), "{report}");
}

/// An import's report names few of many activities, and says how many there are.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_names_the_first_activities_of_a_file_and_counts_them() {
    let (_folder, router, athlete) = ada().await;
    let rows: String = (1..=25).map(|day| format!("2026-10-{day:02},10\n")).collect();
    let request = Request::post(format!("/api/v1/athletes/{}/uploads?name=many.csv", athlete.id))
        .header("host", "localhost")
        .body(Body::from(format!("date,distance_km\n{rows}")))
        .unwrap();
    let answer: Value = serde_json::from_str(&send(&router, request).await.2).unwrap();
    let import = answer["import"]["id"].as_str().unwrap();
    let report = get(&router, &format!("/api/v1/athletes/{}/imports/{import}/files", athlete.id)).await.1;
    let report: Value = serde_json::from_slice(&report).unwrap();
    for file in [&answer["files"][0], &report["files"][0]] {
        assert_eq!((file["activities"].as_array().unwrap().len(), &file["activity_count"]), (20, &25.into()));
    }
}

/// An activity whose import was undone says so, with the way to bring it back, and nothing changes it.
#[tokio::test(flavor = "multi_thread")]
async fn an_activity_that_was_undone_leads_to_its_import() {
    let (_folder, router, athlete) = ada().await;
    let at = |path: &str| format!("/athletes/{}{path}", athlete.id);
    let table = b"date,distance_km\n2026-11-01,10\n".to_vec();
    let (_, import, _) = send(&router, form(&athlete.id, &[("run.csv", table)])).await;
    let import = import.unwrap();
    let activities: Value =
        serde_json::from_slice(&get(&router, &format!("/api/v1{}", at("/activities"))).await.1).unwrap();
    let page = at(&format!("/activities/{}", activities["activities"][0]["id"].as_str().unwrap()));
    let post = |path: String| Request::post(path).header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(send(&router, post(format!("{import}/undo"))).await.0, StatusCode::SEE_OTHER);

    let (status, body) = get(&router, &page).await;
    let body = String::from_utf8(body).unwrap();
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("was undone") && body.contains(&format!("href=\"{import}\"")), "{body}");
    let (status, body) = get(&router, &format!("/api/v1{page}")).await;
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, problem["see"].as_str()), (StatusCode::NOT_FOUND, Some(format!("/api/v1{import}").as_str())));
    let change = Request::patch(format!("/api/v1{page}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Body::from("{\"sport\":\"rowing\"}"))
        .unwrap();
    assert_eq!(send(&router, change).await.0, StatusCode::NOT_FOUND);
    assert_eq!(send(&router, post(format!("{page}/remove"))).await.0, StatusCode::NOT_FOUND);

    assert_eq!(send(&router, post(format!("{import}/redo"))).await.0, StatusCode::SEE_OTHER);
    let (status, body) = get(&router, &format!("/api/v1{page}")).await;
    let activity: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, activity["sport"].as_str()), (StatusCode::OK, Some("running")));
    assert!(activity["removed_ms"].is_null());
    let nothing: Value =
        serde_json::from_slice(&get(&router, &format!("/api/v1{}", at("/activities/none"))).await.1).unwrap();
    assert_eq!(nothing.get("see"), None);
}

/// Two activities in one file: each page says what concerns it, and offers the sport that it has.
#[tokio::test(flavor = "multi_thread")]
async fn an_activity_shows_its_own_notices_and_its_own_sport() {
    let (_folder, router, athlete) = ada().await;
    let part = |sport: &str, hour: u32| {
        // The last sample has the time of the one before.
        let points: String = (0..600)
            .map(|second: u32| second.min(598))
            .map(|second| {
                let (lat, clock) =
                    (52.5 + f64::from(second) * 2.7e-5, format!("{:02}:{:02}", second / 60, second % 60));
                format!(
                    "<Trackpoint><Time>2026-11-19T{hour:02}:{clock}Z</Time><Position><LatitudeDegrees>{lat:.6}\
                     </LatitudeDegrees><LongitudeDegrees>13.4</LongitudeDegrees></Position></Trackpoint>"
                )
            })
            .collect();
        format!(
            "<Activity Sport=\"{sport}\"><Lap StartTime=\"2026-11-19T{hour:02}:00:00Z\"><Track>{points}</Track></Lap>\
             </Activity>"
        )
    };
    let parts = part("Running", 7) + &part("Transition", 8);
    let file = format!("<TrainingCenterDatabase><Activities>{parts}</Activities></TrainingCenterDatabase>");
    let (_, report, _) = send(&router, form(&athlete.id, &[("both.tcx", file.into_bytes())])).await;
    let report = String::from_utf8(get(&router, &report.unwrap()).await.1).unwrap();
    let both = "<p>1 sample has the time of the one before; it is kept as it stands (2 times).</p>";
    assert!(report.contains(both), "{report}");
    let activities = get(&router, &format!("/api/v1/athletes/{}/activities", athlete.id)).await.1;
    let activities: Value = serde_json::from_slice(&activities).unwrap();
    let mut told = Vec::new();
    for activity in activities["activities"].as_array().unwrap() {
        let path = format!("/athletes/{}/activities/{}", athlete.id, activity["id"].as_str().unwrap());
        let page = String::from_utf8(get(&router, &path).await.1).unwrap();
        let sport = activity["sport"].as_str().unwrap().to_owned();
        assert_eq!(page.matches(" selected>").count(), 1, "{sport}");
        assert!(page.contains(&format!("<option value=\"{sport}\" selected>")), "{sport}: {page}");
        told.push((sport.clone(), page.contains("(activity 1)"), page.contains("(activity 2)")));
        // Sending the form as it came changes nothing.
        let change = Request::post(format!("{path}/sport"))
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("sport={sport}")))
            .unwrap();
        assert_eq!(send(&router, change).await.0, StatusCode::SEE_OTHER, "{sport}");
    }
    assert_eq!(told, [("transition".to_owned(), false, true), ("running".to_owned(), true, false)]);
}

/// Bytes that come without a name are refused with what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_name_is_told_to_bring_one() {
    let (_folder, router, athlete) = ada().await;
    for kind in [None, Some("application/octet-stream")] {
        let mut request = Request::post(format!("/api/v1/athletes/{}/uploads", athlete.id)).header("host", "localhost");
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let (status, _, body) = send(&router, request.body(Body::from("any bytes")).unwrap()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("needs its name in the address, for example ?name=run.fit"), "{body}");
    }
}

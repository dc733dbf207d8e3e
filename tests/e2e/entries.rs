//! What people write down: diary, injuries and notes; who reads it, and what the flags make of it.

use plimsoll_ingest::encode;
use plimsoll_tests::people::Browser;
use plimsoll_tests::{Service, run, today};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Ada with a run three days ago, and those whom she lets look.
struct Stage {
    ada: Browser,
    /// Sees everything.
    petra: Browser,
    /// Sees everything as well, and did not write what Petra wrote.
    paul: Browser,
    /// A coach who sees everything.
    carl: Browser,
    /// A coach who sees load.
    lena: Browser,
    athlete: String,
    service: Service,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::serve(folder.path());
        let keeper = Browser::new(&service);
        keeper.sign_up(service.setup.as_deref().unwrap(), "Kit").await;
        let person = async |name: &str| {
            let browser = Browser::new(&service);
            browser.sign_up(&keeper.post("/keeper/invitations", &[]).await.shown(), name).await;
            browser
        };
        let (ada, petra, paul) = (person("Ada").await, person("Petra").await, person("Paul").await);
        let (carl, lena) = (person("Carl").await, person("Lena").await);
        let athlete = ada.own_athlete().await;
        let part = Part::bytes(encode::fit(&run(3, 5.0))).file_name("run.fit");
        let uploads = format!("{}/api/v1/athletes/{athlete}/uploads", service.url);
        ada.client.post(uploads).multipart(Form::new().part("file", part)).send().await.unwrap();
        let all = ["load", "activities", "diary", "injuries"];
        for (to, role, kinds) in
            [(&petra, "physio", &all[..]), (&paul, "physio", &all), (&carl, "coach", &all), (&lena, "coach", &all[..1])]
        {
            let mut fields = vec![("role", role)];
            fields.extend(kinds.iter().map(|kind| ("kind", *kind)));
            let link = ada.post(&format!("/athletes/{athlete}/sharing/offers"), &fields).await.shown();
            assert_eq!(to.post(&link, &[]).await.status, StatusCode::SEE_OTHER);
        }
        Self { ada, petra, paul, carl, lena, athlete, service, _folder: folder }
    }

    async fn send(&self, who: &Browser, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let address = format!("{}/api/v1/athletes/{}/{path}", self.service.url, self.athlete);
        let request = who.client.request(method, address);
        let request = body.iter().fold(request, |request, body| request.json(body));
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    async fn write(&self, who: &Browser, path: &str, body: Value) -> Value {
        let (status, written) = self.send(who, Method::POST, path, Some(&body)).await;
        assert_eq!(status, StatusCode::CREATED, "{written}");
        written
    }

    async fn texts(&self, who: &Browser) -> Vec<String> {
        let list = who.api(&format!("athletes/{}/injuries?kind=note", self.athlete)).await;
        list.as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    }

    async fn flags(&self, who: &Browser) -> Vec<String> {
        let flags = who.api(&format!("athletes/{}/flags", self.athlete)).await;
        let flags = flags.as_array().unwrap_or_else(|| flags["flags"].as_array().unwrap()).clone();
        flags.iter().map(|flag| flag["code"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_read_by_the_athlete_and_its_writer_until_the_athlete_shares_it() {
    let stage = Stage::new().await;
    let note =
        |text: &str, shared: bool| json!({"kind": "note", "date": today().to_string(), "text": text, "shared": shared});
    let written = stage.write(&stage.petra, "injuries", note("Load the calf slowly.", false)).await;
    let path = format!("injuries/{}", written["id"].as_str().unwrap());
    assert_eq!((written["author"].as_str(), written["author_role"].as_str()), (Some("Petra"), Some("physio")));
    stage.write(&stage.ada, "injuries", note("I ran anyway.", false)).await;

    assert_eq!(stage.texts(&stage.ada).await, ["I ran anyway.", "Load the calf slowly."]);
    assert_eq!(stage.texts(&stage.petra).await, ["Load the calf slowly."]);
    for other in [&stage.paul, &stage.carl] {
        assert!(stage.texts(other).await.is_empty());
        let page = other.get(&format!("/athletes/{}/injuries", stage.athlete)).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("calf"), "{}", page.words());
    }
    // A physio who does not read it is told that there is none; so is nothing of it by trying to take it out.
    assert_eq!(stage.send(&stage.paul, Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        stage.send(&stage.carl, Method::POST, "injuries", Some(&note("x", true))).await.0,
        StatusCode::FORBIDDEN
    );

    // Whoever wrote it does not say who else reads it.
    let (_, kept) = stage.send(&stage.petra, Method::PUT, &path, Some(&note("Load the calf slowly.", true))).await;
    assert_eq!(kept["shared"], false);
    let born = stage.write(&stage.petra, "injuries", note("A second look.", true)).await;
    assert_eq!(born["shared"], false);
    stage.send(&stage.petra, Method::DELETE, &format!("injuries/{}", born["id"].as_str().unwrap()), None).await;

    // Ada may share it, and may not put words into Petra's mouth.
    let (status, refused) = stage.send(&stage.ada, Method::PUT, &path, Some(&note("Run!", true))).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(refused["detail"].as_str().unwrap().contains("only its writer"), "{refused}");
    let shared = stage.send(&stage.ada, Method::PUT, &path, Some(&note("Load the calf slowly.", true))).await;
    assert_eq!(shared.0, StatusCode::OK);
    for other in [&stage.paul, &stage.carl] {
        assert_eq!(stage.texts(other).await, ["Load the calf slowly."]);
    }
    assert_eq!(stage.send(&stage.paul, Method::DELETE, &path, None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(stage.send(&stage.lena, Method::GET, "injuries", None).await.0, StatusCode::FORBIDDEN);

    // Taken out by its writer, and brought back by the athlete.
    assert_eq!(stage.send(&stage.petra, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(stage.texts(&stage.carl).await.is_empty());
    let back = stage.send(&stage.ada, Method::POST, &format!("{path}/restore"), None).await;
    assert_eq!(back.0, StatusCode::OK);
    assert_eq!(stage.texts(&stage.carl).await, ["Load the calf slowly."]);

    // What Ada takes out, only Ada brings back, and nobody else but its writer looks at it.
    assert_eq!(stage.send(&stage.ada, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let back = format!("{path}/restore");
    assert_eq!(stage.send(&stage.petra, Method::POST, &back, None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(stage.send(&stage.petra, Method::DELETE, &path, None).await.0, StatusCode::FORBIDDEN);
    let page = format!("/athletes/{}/{path}", stage.athlete);
    assert_eq!(stage.paul.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stage.send(&stage.ada, Method::POST, &back, None).await.0, StatusCode::OK);

    // What others read stands in Ada's log.
    let reads = stage.ada.api(&format!("athletes/{}/reads?limit=200", stage.athlete)).await;
    let injuries = reads["reads"].as_array().unwrap().iter().filter(|read| read["kind"] == "injuries");
    assert!(injuries.clone().any(|read| read["reader"] == "Carl"), "{reads}");
    assert!(
        injuries.clone().any(|read| read["reader"] == "Petra" && read["what"].as_str().unwrap().starts_with("POST "))
    );
    let sharing = stage.ada.get(&format!("/athletes/{}/sharing", stage.athlete)).await.words();
    assert!(sharing.contains("Petra (physio) took out an injury or a note"), "{sharing}");
    assert!(!injuries.clone().any(|read| read["reader"] == "Ada"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pain_shows_in_the_flags_of_whoever_sees_the_diary_and_of_nobody_else() {
    let stage = Stage::new().await;
    let day = today() - chrono::Days::new(3);
    let pain = |during: f64| json!({"kind": "pain", "date": day.to_string(), "site": "Achilles tendon", "side": "left", "during": during});
    let written = stage.write(&stage.ada, "diary/entries", pain(7.0)).await;
    assert!(stage.flags(&stage.ada).await.contains(&"pain_during".to_owned()));
    assert!(stage.flags(&stage.petra).await.contains(&"pain_during".to_owned()));
    assert!(!stage.flags(&stage.lena).await.contains(&"pain_during".to_owned()));
    // The log tells that flags said more to whoever may see the diary.
    let reads = stage.ada.api(&format!("athletes/{}/reads", stage.athlete)).await;
    let of = |reader: &str| {
        reads["reads"].as_array().unwrap().iter().find(|read| read["reader"] == reader).unwrap()["with"].clone()
    };
    assert_eq!((of("Petra"), of("Lena")), (json!(["diary", "injuries"]), json!([])));
    for who in [&stage.petra, &stage.carl] {
        assert_eq!(stage.send(who, Method::POST, "diary/entries", Some(&pain(1.0))).await.0, StatusCode::FORBIDDEN);
    }

    // Changed, it counts as it is now; taken out, not at all.
    let path = format!("diary/entries/{}", written["id"].as_str().unwrap());
    assert_eq!(stage.send(&stage.ada, Method::PUT, &path, Some(&pain(1.0))).await.0, StatusCode::OK);
    assert!(!stage.flags(&stage.ada).await.contains(&"pain_during".to_owned()));
    stage.send(&stage.ada, Method::PUT, &path, Some(&pain(7.0))).await;
    assert_eq!(stage.send(&stage.ada, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert!(!stage.flags(&stage.ada).await.contains(&"pain_during".to_owned()));
    assert_eq!(stage.send(&stage.ada, Method::PUT, &path, Some(&pain(7.0))).await.0, StatusCode::CONFLICT);

    // What cannot be is refused with the reason, and what belongs elsewhere is sent there.
    for (body, reason) in [
        (pain(12.0), "outside its scale of 0 to 10"),
        (json!({"kind": "pain", "date": day.to_string(), "site": ""}), "Nothing is said"),
        (json!({"kind": "injury", "first": day.to_string(), "site": "knee"}), "belongs to the injuries"),
        (json!({"kind": "marks", "date": day.to_string(), "resting_hr": 50}), "unknown field `resting_hr`"),
        (json!({"kind": "marks", "date": "2999-01-01", "sleep": 2}), "2999-01-01 cannot be"),
    ] {
        let (status, refused) = stage.send(&stage.ada, Method::POST, "diary/entries", Some(&body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(reason), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_write_down_change_and_take_out_and_say_what_is_wrong() {
    let stage = Stage::new().await;
    let diary = format!("/athletes/{}/diary", stage.athlete);
    let day = today().to_string();
    let fields = |site: &'static str, during: &'static str| {
        vec![("kind", "pain"), ("date", day.as_str()), ("site", site), ("side", "left"), ("during", during)]
    };
    let hostile = "<script>alert(1)</script>\"'";
    let sent = stage.ada.post(&format!("{diary}/entries"), &fields(hostile, "3,5")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.words());
    let page = stage.ada.get(&diary).await;
    assert!(!page.text.contains("<script>alert"), "what is typed is text");
    assert!(page.words().contains("3.5 of 10 while running"), "{}", page.words());

    let wrong = stage.ada.post(&format!("{diary}/entries"), &fields("shin", "much")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.words().contains("“much” is not a number"), "{}", wrong.words());
    assert!(wrong.text.contains("value=\"shin\""), "what was typed is kept");

    let list = stage.ada.api(&format!("athletes/{}/diary/entries", stage.athlete)).await;
    let id = list[0]["id"].as_str().unwrap();
    let form = stage.ada.get(&format!("{diary}/entries/{id}")).await;
    assert!(form.text.contains("value=\"3.5\"") && form.text.contains("value=\"left\" selected"), "{}", form.text);
    stage.ada.post(&format!("{diary}/entries/{id}"), &fields("calf", "2")).await;
    let page = stage.ada.get(&diary).await.words();
    assert!(page.contains("Left calf: 2 of 10 while running"), "{page}");
    stage.ada.post(&format!("{diary}/entries/{id}/remove"), &[]).await;
    let page = stage.ada.get(&diary).await.words();
    assert!(page.contains("Taken out (1)") && page.contains("Bring it back"), "{page}");

    // A coach looks, and has no form to fill in.
    let seen = stage.carl.get(&diary).await;
    assert!(!seen.text.contains("<form class=\"stacked\"") && !seen.words().contains("Left calf"), "{}", seen.words());
    // A note that somebody else wrote, Ada shares with a button, whatever its lines and spaces are.
    let injuries = format!("/athletes/{}/injuries", stage.athlete);
    let text = " One.\r\nTwo. ";
    let note = json!({"kind": "note", "date": today().to_string(), "text": text});
    let written = stage.write(&stage.petra, "injuries", note).await;
    let address = format!("{injuries}/{}", written["id"].as_str().unwrap());
    let page = stage.ada.get(&injuries).await.text;
    assert!(page.contains(&format!("{address}/share")) && !page.contains(&format!("<a href=\"{address}\"")), "{page}");
    assert_eq!(stage.petra.post(&format!("{address}/share"), &[("shared", "yes")]).await.status, StatusCode::FORBIDDEN);
    let shared = stage.ada.post(&format!("{address}/share"), &[("shared", "yes")]).await;
    assert_eq!(shared.status, StatusCode::SEE_OTHER, "{}", shared.words());
    assert!(stage.carl.get(&injuries).await.words().contains("One. Two."));

    // What was filled in from an older state is not taken.
    let form = stage.petra.get(&address).await.text;
    let (_, rest) = form.split_once("name=\"seen_ms\" value=\"").unwrap();
    let seen = rest.split_once('"').unwrap().0.to_owned();
    let day = today().to_string();
    let sent = [("kind", "note"), ("date", day.as_str()), ("text", "Three."), ("seen_ms", seen.as_str())];
    assert_eq!(stage.petra.post(&address, &sent).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.petra.post(&address, &sent).await.status, StatusCode::CONFLICT);
    let read = stage.carl.get(&injuries).await.words();
    assert!(read.contains("Three."), "it stays shared: {read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_larger_than_any_form_is_refused_wherever_one_is_read() {
    let stage = Stage::new().await;
    let large = "a".repeat(257 * 1024);
    let api = format!("/api/v1/athletes/{}", stage.athlete);
    let pages = format!("/athletes/{}", stage.athlete);
    for (method, path, kind) in [
        (Method::POST, "/sign-in".to_owned(), "application/x-www-form-urlencoded"),
        (Method::POST, format!("{pages}/diary/entries"), "application/x-www-form-urlencoded"),
        (Method::POST, format!("{pages}/sharing/offers"), "application/x-www-form-urlencoded"),
        (Method::POST, format!("{api}/injuries"), "application/json"),
        (Method::PUT, api.clone(), "application/json"),
    ] {
        let request = stage.ada.client.request(method, format!("{}{path}", stage.service.url));
        let answer = request.header("content-type", kind).body(large.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_as_long_as_is_let_in_fits_the_form() {
    let stage = Stage::new().await;
    let text = "🏃".repeat(10_000);
    let day = today().to_string();
    let fields = [("kind", "note"), ("date", day.as_str()), ("text", text.as_str())];
    let injuries = format!("/athletes/{}/injuries", stage.athlete);
    assert_eq!(stage.ada.post(&injuries, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.texts(&stage.ada).await, [text]);
}

//! Who may do what of whom, over HTTP: every route of the document, and every page, for everybody.

use std::collections::BTreeMap;

use plimsoll_ingest::encode;
use plimsoll_tests::people::Browser;
use plimsoll_tests::{Service, run};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

/// What a route does with whose data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing: it says what is the same for everybody.
    Nothing,
    /// An account that can be used.
    Account,
    /// A person in a browser.
    Person,
    /// Data of an athlete: the place in [`KINDS`], and whether it changes them.
    Data(usize, bool),
    /// Grants and the log of who looked; whether it changes them.
    Consent(bool),
    /// Everything at once: for the athlete in a browser.
    Whole,
}

use Needs::{Account, Consent, Data, Nothing, Whole};

const LOAD: usize = 0;
const ACTIVITIES: usize = 1;
const DIARY: usize = 2;
const INJURIES: usize = 3;
const KINDS: [&str; 4] = ["load", "activities", "diary", "injuries"];

/// Every route of the document. A route that is not here fails the test.
const ROUTES: &[(&str, &str, Needs)] = &[
    ("get", "/api/v1/evidence", Nothing),
    ("get", "/api/v1/metrics", Nothing),
    ("get", "/api/v1/account", Account),
    ("get", "/api/v1/account/sessions", Needs::Person),
    ("delete", "/api/v1/account/sessions/{session}", Needs::Person),
    ("get", "/api/v1/account/tokens", Needs::Person),
    ("delete", "/api/v1/account/tokens/{token}", Needs::Person),
    ("get", "/api/v1/squads", Needs::Person),
    ("get", "/api/v1/athletes", Account),
    ("post", "/api/v1/athletes", Account),
    ("get", "/api/v1/athletes/{athlete}", Data(LOAD, false)),
    ("put", "/api/v1/athletes/{athlete}", Data(LOAD, true)),
    ("get", "/api/v1/athletes/{athlete}/today", Data(LOAD, false)),
    ("get", "/api/v1/athletes/{athlete}/days", Data(LOAD, false)),
    ("get", "/api/v1/athletes/{athlete}/flags", Data(LOAD, false)),
    ("get", "/api/v1/athletes/{athlete}/charts/{name}", Data(LOAD, false)),
    ("get", "/api/v1/athletes/{athlete}/threshold-estimates", Data(LOAD, false)),
    ("get", "/api/v1/athletes/{athlete}/loads", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/activities", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/activities/{activity}", Data(ACTIVITIES, false)),
    ("patch", "/api/v1/athletes/{athlete}/activities/{activity}", Data(ACTIVITIES, true)),
    ("delete", "/api/v1/athletes/{athlete}/activities/{activity}", Data(ACTIVITIES, true)),
    ("post", "/api/v1/athletes/{athlete}/activities/{activity}/restore", Data(ACTIVITIES, true)),
    ("get", "/api/v1/athletes/{athlete}/activities/{activity}/copies", Data(ACTIVITIES, false)),
    ("post", "/api/v1/athletes/{athlete}/activities/{activity}/as-recorded", Data(ACTIVITIES, true)),
    ("post", "/api/v1/athletes/{athlete}/activities/{activity}/cleaned", Data(ACTIVITIES, true)),
    ("post", "/api/v1/athletes/{athlete}/activities/{activity}/separate", Data(ACTIVITIES, true)),
    ("post", "/api/v1/athletes/{athlete}/activities/{activity}/unite", Data(ACTIVITIES, true)),
    ("get", "/api/v1/athletes/{athlete}/activities/{activity}/series", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/activities/{activity}/charts/{name}", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/uploads", Data(ACTIVITIES, false)),
    ("post", "/api/v1/athletes/{athlete}/uploads", Data(ACTIVITIES, true)),
    ("get", "/api/v1/athletes/{athlete}/uploads/{upload}/file", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/imports", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/imports/{import}", Data(ACTIVITIES, false)),
    ("get", "/api/v1/athletes/{athlete}/imports/{import}/files", Data(ACTIVITIES, false)),
    ("post", "/api/v1/athletes/{athlete}/imports/{import}/undo", Data(ACTIVITIES, true)),
    ("post", "/api/v1/athletes/{athlete}/imports/{import}/redo", Data(ACTIVITIES, true)),
    ("get", "/api/v1/athletes/{athlete}/diary", Data(DIARY, false)),
    ("get", "/api/v1/athletes/{athlete}/diary/entries", Data(DIARY, false)),
    ("post", "/api/v1/athletes/{athlete}/diary/entries", Data(DIARY, true)),
    ("put", "/api/v1/athletes/{athlete}/diary/entries/{entry}", Data(DIARY, true)),
    ("delete", "/api/v1/athletes/{athlete}/diary/entries/{entry}", Data(DIARY, true)),
    ("post", "/api/v1/athletes/{athlete}/diary/entries/{entry}/restore", Data(DIARY, true)),
    ("get", "/api/v1/athletes/{athlete}/injuries", Data(INJURIES, false)),
    ("post", "/api/v1/athletes/{athlete}/injuries", Data(INJURIES, true)),
    ("put", "/api/v1/athletes/{athlete}/injuries/{entry}", Data(INJURIES, true)),
    ("delete", "/api/v1/athletes/{athlete}/injuries/{entry}", Data(INJURIES, true)),
    ("post", "/api/v1/athletes/{athlete}/injuries/{entry}/restore", Data(INJURIES, true)),
    ("get", "/api/v1/athletes/{athlete}/grants", Consent(false)),
    ("delete", "/api/v1/athletes/{athlete}/grants/{grant}", Consent(true)),
    ("get", "/api/v1/athletes/{athlete}/reads", Consent(false)),
    ("get", "/api/v1/athletes/{athlete}/export", Whole),
];

/// Every page about an athlete.
const PAGES: &[(&str, &str, Needs)] = &[
    ("get", "/athletes/{athlete}", Data(LOAD, false)),
    ("get", "/athletes/{athlete}/settings", Data(LOAD, true)),
    ("post", "/athletes/{athlete}/settings", Data(LOAD, true)),
    ("get", "/athletes/{athlete}/upload", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/upload", Data(ACTIVITIES, true)),
    ("get", "/athletes/{athlete}/imports/{import}", Data(ACTIVITIES, false)),
    ("post", "/athletes/{athlete}/imports/{import}/undo", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/imports/{import}/redo", Data(ACTIVITIES, true)),
    ("get", "/athletes/{athlete}/activities", Data(ACTIVITIES, false)),
    ("get", "/athletes/{athlete}/activities/{activity}", Data(ACTIVITIES, false)),
    ("post", "/athletes/{athlete}/activities/{activity}/remove", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/restore", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/as-recorded", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/cleaned", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/separate", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/unite", Data(ACTIVITIES, true)),
    ("post", "/athletes/{athlete}/activities/{activity}/sport", Data(ACTIVITIES, true)),
    ("get", "/athletes/{athlete}/diary", Data(DIARY, false)),
    ("post", "/athletes/{athlete}/diary/entries", Data(DIARY, true)),
    ("get", "/athletes/{athlete}/diary/entries/{entry}", Data(DIARY, true)),
    ("post", "/athletes/{athlete}/diary/entries/{entry}", Data(DIARY, true)),
    ("post", "/athletes/{athlete}/diary/entries/{entry}/remove", Data(DIARY, true)),
    ("post", "/athletes/{athlete}/diary/entries/{entry}/restore", Data(DIARY, true)),
    ("get", "/athletes/{athlete}/injuries", Data(INJURIES, false)),
    ("post", "/athletes/{athlete}/injuries", Data(INJURIES, true)),
    ("get", "/athletes/{athlete}/injuries/{entry}", Data(INJURIES, true)),
    ("post", "/athletes/{athlete}/injuries/{entry}", Data(INJURIES, true)),
    ("post", "/athletes/{athlete}/injuries/{entry}/remove", Data(INJURIES, true)),
    ("post", "/athletes/{athlete}/injuries/{entry}/restore", Data(INJURIES, true)),
    ("post", "/athletes/{athlete}/injuries/{entry}/share", Data(INJURIES, true)),
    ("get", "/athletes/{athlete}/sharing", Consent(false)),
    ("post", "/athletes/{athlete}/sharing/offers", Consent(true)),
    ("post", "/athletes/{athlete}/sharing/offers/{link}/drop", Consent(true)),
    ("post", "/athletes/{athlete}/sharing/grants/{grant}/revoke", Consent(true)),
    ("post", "/athletes/{athlete}/sharing/grants/{grant}/confirm", Consent(true)),
    ("post", "/athletes/{athlete}/sharing/guardian/end", Consent(true)),
    ("get", "/athletes/{athlete}/export.zip", Whole),
    ("get", "/athletes/{athlete}/erase", Whole),
    ("post", "/athletes/{athlete}/erase", Whole),
    ("get", "/account/erase", Needs::Person),
    ("post", "/account/erase", Needs::Person),
];

/// Somebody who asks.
struct Asker {
    name: String,
    client: Client,
    token: Option<String>,
    /// Whether there is a person or a program of one.
    known: bool,
    /// Whether it is a person in a browser.
    person: bool,
    /// What can be read and changed of the athlete, by place in [`KINDS`].
    reads: [bool; 4],
    changes: [bool; 4],
    consents: bool,
    /// Whether the athlete is somebody to them at all: others are not told that there is such an athlete.
    tied: bool,
}

impl Asker {
    fn expected(&self, needs: Needs) -> Outcome {
        if !self.known && needs != Nothing {
            return Outcome::Unknown;
        }
        let allowed = match needs {
            Nothing | Account => return Outcome::Allowed,
            Needs::Person => return if self.person { Outcome::Allowed } else { Outcome::Forbidden },
            Data(kind, false) => self.reads[kind],
            Data(kind, true) => self.changes[kind],
            Consent(_) | Whole => self.consents,
        };
        match (allowed, self.tied) {
            (true, _) => Outcome::Allowed,
            (false, true) => Outcome::Forbidden,
            (false, false) => Outcome::NoSuch,
        }
    }
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Outcome {
    Allowed,
    Unknown,
    Forbidden,
    NoSuch,
}

/// One athlete with an activity, and everybody who may or may not look.
struct Stage {
    service: Service,
    athlete: String,
    activity: String,
    upload: String,
    import: String,
    everybody: Vec<Asker>,
    _folder: tempfile::TempDir,
}

async fn invitation(keeper: &Browser) -> String {
    keeper.post("/keeper/invitations", &[]).await.shown()
}

/// Ada lets somebody look, who accepts.
async fn offer(ada: &Browser, athlete: &str, to: &Browser, role: &str, kinds: &[&str]) {
    let mut fields = vec![("role", role)];
    fields.extend(kinds.iter().map(|kind| ("kind", *kind)));
    let link = ada.post(&format!("/athletes/{athlete}/sharing/offers"), &fields).await.shown();
    let accepted = to.post(&link, &[]).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.words());
}

impl Stage {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::serve(folder.path());
        let person = async |name: &str, keeper: Option<&Browser>| {
            let browser = Browser::new(&service);
            let path = match keeper {
                Some(keeper) => invitation(keeper).await,
                None => service.setup.clone().unwrap(),
            };
            browser.sign_up(&path, name).await;
            browser
        };
        let keeper = person("Kit Keeper", None).await;
        let ada = person("Ada", Some(&keeper)).await;
        let athlete = ada.own_athlete().await;
        let part = Part::bytes(encode::fit(&run(3, 5.0))).file_name("run.fit");
        let uploads = format!("{}/api/v1/athletes/{athlete}/uploads", service.url);
        let sent = ada.client.post(uploads).multipart(Form::new().part("file", part)).send().await.unwrap();
        let import = sent.json::<Value>().await.unwrap()["import"]["id"].as_str().unwrap().to_owned();
        let first = &ada.api(&format!("athletes/{athlete}/activities")).await["activities"][0];
        let activity = first["id"].as_str().unwrap().to_owned();
        let upload = first["upload"].as_str().unwrap().to_owned();

        let of = |name: &str, browser: &Browser, reads: [bool; 4], changes: [bool; 4], consents: bool| Asker {
            name: name.to_owned(),
            client: browser.client.clone(),
            token: None,
            known: true,
            person: true,
            reads,
            changes,
            consents,
            tied: consents || reads.contains(&true),
        };
        let (none, all) = ([false; 4], [true; 4]);
        let mut everybody = vec![
            Asker { known: false, person: false, ..of("nobody", &Browser::new(&service), none, none, false) },
            of("the keeper", &keeper, none, none, false),
            of("a stranger", &person("Sten Stranger", Some(&keeper)).await, none, none, false),
            of("the athlete", &ada, all, all, true),
        ];

        // A coach, and a physio, alone with the athlete; each with one kind, and with all.
        for role in ["coach", "physio"] {
            for kinds in [vec![0], vec![1], vec![2], vec![3], vec![0, 1, 2, 3]] {
                let named: Vec<&str> = kinds.iter().map(|kind| KINDS[*kind]).collect();
                let name = format!("{role} of {}", named.join(" and "));
                let browser = person(&name, Some(&keeper)).await;
                offer(&ada, &athlete, &browser, role, &named).await;
                let reads: [bool; 4] = std::array::from_fn(|kind| kinds.contains(&kind));
                let changes = [false, false, false, role == "physio" && reads[3]];
                everybody.push(of(&name, &browser, reads, changes, false));
            }
        }

        // A squad that asks for two kinds: its coach and its assistant.
        let (carl, alma) = (person("Carl Coach", Some(&keeper)).await, person("Alma Assistant", Some(&keeper)).await);
        let squad = carl.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
        let staff = carl.post(&format!("{squad}/staff"), &[("role", "assistant")]).await.shown();
        alma.post(&staff, &[]).await;
        let ask = carl.post(&format!("{squad}/ask"), &[("kind", "load"), ("kind", "diary")]).await.shown();
        let joined = ada.post(&ask, &[("kind", "load"), ("kind", "diary")]).await;
        assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.words());
        for (name, browser) in [("coach of a squad", &carl), ("assistant of a squad", &alma)] {
            everybody.push(of(name, browser, [true, false, true, false], none, false));
        }

        // Whose grant was taken back is a stranger again, at once.
        let rolf = person("Rolf Revoked", Some(&keeper)).await;
        offer(&ada, &athlete, &rolf, "physio", &KINDS).await;
        let grants = ada.api(&format!("athletes/{athlete}/grants")).await;
        let his = grants.as_array().unwrap().iter().find(|grant| grant["to"] == "Rolf Revoked").unwrap();
        let revoke = format!("/athletes/{athlete}/sharing/grants/{}/revoke", his["id"].as_str().unwrap());
        assert_eq!(ada.post(&revoke, &[]).await.status, StatusCode::SEE_OTHER);
        everybody.push(of("whose grant was taken back", &rolf, none, none, false));

        // Programs of the athlete, a scope each; and one of a coach, whose scopes are wider than the grant.
        for (kind, name) in KINDS.iter().enumerate() {
            for change in [false, true] {
                let scope = format!("{name}:{}", if change { "write" } else { "read" });
                let token = ada.post("/account/tokens", &[("name", &scope), ("scope", &scope), ("days", "7")]).await;
                let only = |place: usize, on: bool| on && place == kind;
                everybody.push(Asker {
                    client: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
                    token: Some(token.shown()),
                    person: false,
                    tied: true,
                    ..of(
                        &format!("token {scope}"),
                        &ada,
                        std::array::from_fn(|place| only(place, !change)),
                        std::array::from_fn(|place| only(place, change)),
                        false,
                    )
                });
            }
        }
        let token = carl
            .post(
                "/account/tokens",
                &[("name", "all"), ("scope", "load:read"), ("scope", "activities:read"), ("days", "7")],
            )
            .await;
        everybody.push(Asker {
            client: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            token: Some(token.shown()),
            person: false,
            ..of("token of a coach", &carl, [true, false, false, false], none, false)
        });
        Self { service, athlete, activity, upload, import, everybody, _folder: folder }
    }

    fn filled(&self, path: &str) -> String {
        let path = path.replace("{athlete}", &self.athlete).replace("{activity}", &self.activity);
        let path = path.replace("{upload}", &self.upload).replace("{import}", &self.import);
        // What is not there: who may get so far is told so.
        let chart = if path.contains("/activities/") { "pace.svg" } else { "history.svg" };
        let path = path
            .replace("{name}", chart)
            .replace("{grant}", "none")
            .replace("{link}", "none")
            .replace("{entry}", "none");
        path.replace("{session}", "none").replace("{token}", "none")
    }

    /// Whether what was asked for was done, or why not.
    async fn outcome(&self, who: &Asker, method: &str, path: &str) -> (Outcome, StatusCode, String) {
        let method: Method = method.to_uppercase().parse().unwrap();
        let mut request = who.client.request(method, format!("{}{}", self.service.url, self.filled(path)));
        if let Some(token) = &who.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.send().await.unwrap();
        let (status, location) = (answer.status(), answer.headers().get("location").cloned());
        let text = answer.text().await.unwrap_or_default();
        let to_sign_in = location.is_some_and(|location| location.to_str().unwrap().starts_with("/sign-in"));
        let outcome = match status {
            _ if to_sign_in => Outcome::Unknown,
            StatusCode::UNAUTHORIZED => Outcome::Unknown,
            StatusCode::FORBIDDEN => Outcome::Forbidden,
            StatusCode::NOT_FOUND if text.contains("no such athlete") => Outcome::NoSuch,
            _ => Outcome::Allowed,
        };
        (outcome, status, text)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_and_page_is_for_whom_the_table_says_and_for_nobody_else() {
    let stage = Stage::new().await;
    let document = Browser::new(&stage.service).get("/api/openapi.json").await.text;
    let document: Value = serde_json::from_str(&document).unwrap();
    let table: BTreeMap<(&str, &str), Needs> =
        ROUTES.iter().map(|(method, path, needs)| ((*method, *path), *needs)).collect();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let needs = table.get(&(method.as_str(), path.as_str()));
            routes.push((
                method.clone(),
                path.clone(),
                *needs.unwrap_or_else(|| panic!("{method} {path} stands in no row")),
            ));
        }
    }
    assert_eq!(routes.len(), table.len(), "the table has rows for routes that are not there");
    routes.extend(PAGES.iter().map(|(method, path, needs)| ((*method).to_owned(), (*path).to_owned(), *needs)));

    let mut wrong = Vec::new();
    for who in &stage.everybody {
        for (method, path, needs) in &routes {
            // What is sent is empty: who may gets an answer about that, and nothing is changed but by plain orders,
            // which are taken back by the order after them.
            let expected = who.expected(*needs);
            let (outcome, status, text) = stage.outcome(who, method, path).await;
            // Confirming and ending need the guardian on top.
            let is_guardians = path.ends_with("/confirm") || path.ends_with("/guardian/end");
            if outcome != expected && !(is_guardians && outcome == Outcome::Forbidden && expected == Outcome::Allowed) {
                wrong.push(format!(
                    "{}: {method} {path}: {outcome:?} ({status}), not {expected:?}: {text:.160}",
                    who.name
                ));
            }
            assert!(!status.is_server_error(), "{}: {method} {path}: {status} {text}", who.name);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), stage.everybody.len() * routes.len(), wrong.join("\n"));
}

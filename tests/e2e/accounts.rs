//! Accounts as people use them: signing up and in, second factors, new passwords, grants, who looked, and what a log keeps.

use plimsoll_ingest::encode;
use plimsoll_tests::people::{Browser, PASSWORD, email};
use plimsoll_tests::{Service, binary, run, today};
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use totp_rs::{Algorithm, Builder, Secret};

/// A service with its keeper, who runs as well.
async fn kept(folder: &tempfile::TempDir) -> (Service, Browser) {
    let service = Service::serve(folder.path());
    let keeper = Browser::new(&service);
    keeper.sign_up(service.setup.as_deref().unwrap(), "Kit").await;
    (service, keeper)
}

async fn person(service: &Service, keeper: &Browser, name: &str) -> Browser {
    let browser = Browser::new(service);
    let path = keeper.post("/keeper/invitations", &[]).await.shown();
    browser.sign_up(&path, name).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_makes_one_keeper_and_an_invitation_one_account() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let setup = service.setup.clone().unwrap();
    assert_eq!(Browser::new(&service).get(&setup).await.status, StatusCode::GONE, "the link is used up");
    assert_eq!(keeper.get("/keeper").await.status, StatusCode::OK);

    let invitation = keeper.post("/keeper/invitations", &[]).await.shown();
    let ada = Browser::new(&service);
    ada.sign_up(&invitation, "Ada").await;
    assert_eq!(ada.get("/keeper").await.status, StatusCode::FORBIDDEN);
    assert_eq!(Browser::new(&service).get(&invitation).await.status, StatusCode::GONE);
    let stranger = Browser::new(&service);
    assert_eq!(stranger.get("/sign-up").await.status, StatusCode::FORBIDDEN, "who signs up needs an invitation");
    keeper.post("/keeper/sign-up", &[("who", "open")]).await;
    stranger.sign_up("/sign-up", "Sten").await;
    let address = email("Sten");
    let fields = [("name", "S"), ("email", address.as_str()), ("password", PASSWORD)];
    let again = Browser::new(&service);
    let again = again.post("/sign-up", &fields);
    assert_eq!(again.await.status, StatusCode::CONFLICT);

    // The same service again: nobody is asked to set it up, and who is signed in stays so.
    drop(service);
    let service = Service::serve(folder.path());
    assert!(service.setup.is_none());
    assert_eq!(ada.at(&service).api("account").await["name"], "Ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_that_are_easy_to_guess_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(folder.path());
    let setup = service.setup.clone().unwrap();
    let browser = Browser::new(&service);
    for (password, reason) in
        [("short", "ten characters"), ("password123", "known from leaks"), ("kit.keeper1", "can be guessed")]
    {
        let fields = [("name", "Kit Keeper"), ("email", "kit.keeper@example.org"), ("password", password)];
        let answer = browser.post(&setup, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(answer.words().contains(reason), "{password}: {}", answer.words());
        assert!(!answer.text.contains(password) || password == "short", "the page repeats the password");
    }
    browser.sign_up(&setup, "Kit").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_password_ends_after_ten_tries_also_in_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let ada = person(&service, &keeper, "Ada").await;
    let beside = Service::serve(folder.path());
    let mut wrong = 0;
    loop {
        let guesser = Browser::new(if wrong % 2 == 0 { &service } else { &beside });
        let answer = guesser.post("/sign-in", &[("email", &email("Ada")), ("password", "guess number one")]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.words().contains("too many tries"), "{}", answer.words());
            break;
        }
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        wrong += 1;
        assert!(wrong <= 20, "nobody stops guessing");
    }
    // A quarter of an hour may end in between, and counting begins anew.
    assert!((10..=20).contains(&wrong), "{wrong}");
    let right = Browser::new(&service).sign_in("Ada").await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "the right one does not help then");
    assert_eq!(ada.get("/account").await.status, StatusCode::OK, "who is signed in stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_and_a_new_password_ends_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let ada = person(&service, &keeper, "Ada").await;
    let (phone, tablet) = (Browser::new(&service), Browser::new(&service));
    for browser in [&phone, &tablet] {
        assert_eq!(browser.sign_in("Ada").await.status, StatusCode::SEE_OTHER);
    }
    let sessions = ada.api("account/sessions").await;
    assert_eq!(sessions.as_array().unwrap().len(), 3);
    let others: Vec<&Value> = sessions.as_array().unwrap().iter().filter(|session| session["own"] == false).collect();
    let ended = format!("/account/sessions/{}/end", others[0]["id"].as_str().unwrap());
    ada.post(&ended, &[]).await;
    assert_eq!(ada.api("account/sessions").await.as_array().unwrap().len(), 2);
    let new = "nine otters by the weir";
    let wrong = ada.post("/account/password", &[("password", "not the old one"), ("new", new)]).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    ada.post("/account/password", &[("password", PASSWORD), ("new", new)]).await;
    for browser in [&phone, &tablet] {
        assert!(
            browser.get("/account").await.location.unwrap().starts_with("/sign-in"),
            "a session outlived the password"
        );
    }
    assert_eq!(ada.get("/account").await.status, StatusCode::OK);
    assert_eq!(Browser::new(&service).sign_in("Ada").await.status, StatusCode::UNAUTHORIZED);
    ada.post("/sign-out", &[]).await;
    assert!(ada.get("/account").await.location.unwrap().starts_with("/sign-in"));
}

/// The code that an app shows for a secret `steps` half minutes from now.
#[expect(clippy::disallowed_methods, reason = "codes follow the clock of the machine, as that of a phone")]
pub(crate) fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret.as_bytes().to_vec());
    let totp = totp.with_account_name("a").with_issuer(None::<&str>).build().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    totp.generate(now.saturating_add_signed(30 * steps)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_and_a_code_of_it_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let ada = person(&service, &keeper, "Ada").await;
    let page = ada.get("/account/second-factor").await.text;
    assert!(page.contains("<svg") && !page.contains("style="));
    let secret = page.split_once("name=\"secret\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let wrong =
        ada.post("/account/second-factor", &[("secret", &secret), ("code", "000000"), ("password", PASSWORD)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let first = code(&secret, -1);
    let on = ada.post("/account/second-factor", &[("secret", &secret), ("code", &first), ("password", PASSWORD)]).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.words());
    let codes: Vec<String> =
        on.text.split("<li><code>").skip(1).map(|rest| rest.split_once('<').unwrap().0.to_owned()).collect();
    assert_eq!(codes.len(), 10);

    let phone = Browser::new(&service);
    assert_eq!(phone.sign_in("Ada").await.location.unwrap(), "/sign-in/code?next=/");
    assert!(phone.get("/account").await.location.unwrap().starts_with("/sign-in"), "half a session opens nothing");
    let used = phone.post("/sign-in/code", &[("code", &first)]).await;
    assert_eq!(used.status, StatusCode::UNAUTHORIZED, "the code was used to turn it on");
    let now = code(&secret, 0);
    assert_eq!(phone.post("/sign-in/code", &[("code", &now)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(phone.get("/account").await.status, StatusCode::OK);

    // When the app is lost: one of the codes that were kept, once.
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED] {
        let tablet = Browser::new(&service);
        tablet.sign_in("Ada").await;
        assert_eq!(tablet.post("/sign-in/code", &[("code", &codes[0].to_uppercase())]).await.status, expected);
    }

    // The keeper's link sets a password; the second factor stays, unless it goes with it.
    let accounts = keeper.get("/keeper").await.text;
    let id = accounts.split("/keeper/accounts/").map(|rest| rest.split_once('/').unwrap_or_default().0).find(|id| {
        let of_ada = accounts.split_once("ada@example.org").unwrap().1;
        of_ada.split_once("/keeper/accounts/").unwrap().1.starts_with(id) && id.len() == 36
    });
    let reset = format!("/keeper/accounts/{}/reset", id.unwrap());
    let link = keeper.post(&reset, &[]).await.shown();
    let stranger = Browser::new(&service);
    assert_eq!(stranger.post(&link, &[("password", "nine otters by the weir")]).await.status, StatusCode::OK);
    assert_eq!(stranger.get(&link).await.status, StatusCode::GONE);
    let fields = [("email", email("Ada")), ("password", "nine otters by the weir".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert!(stranger.post("/sign-in", &fields).await.location.unwrap().starts_with("/sign-in/code"));
    let link = keeper.post(&reset, &[("drop_second_factor", "yes")]).await.shown();
    stranger.post(&link, &[("password", "nine otters by the weir")]).await;
    assert_eq!(stranger.post("/sign-in", &fields).await.location.unwrap(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shown_once_ends_at_once_and_reaches_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let made = keeper.post("/account/tokens", &[("name", "script"), ("scope", "load:read"), ("days", "30")]).await;
    let token = made.shown();
    assert!(token.starts_with("plimsoll_"));
    assert!(!keeper.get("/account").await.text.contains(&token));
    let none = keeper.post("/account/tokens", &[("name", "script"), ("days", "30")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let program = Browser::new(&service);
    let ask = async |path: &str| {
        let address = format!("{}{path}", service.url);
        let request = program.client.get(address).header("authorization", format!("Bearer {token}"));
        request.send().await.unwrap().status()
    };
    assert_eq!(ask("/api/v1/account").await, StatusCode::OK);
    // What a proxy asked for is not for the service: who is signed in stays so.
    let address = format!("{}/account", service.url);
    let by_proxy = keeper.client.get(address).header("authorization", "Basic a2l0OmtpdA==").send().await.unwrap();
    assert_eq!(by_proxy.status(), StatusCode::OK);
    for path in ["/account", "/keeper", "/squads", "/api/v1/account/tokens"] {
        assert_eq!(ask(path).await, StatusCode::FORBIDDEN, "{path}");
    }
    let tokens = keeper.api("account/tokens").await;
    let revoke = format!("/account/tokens/{}/revoke", tokens[0]["id"].as_str().unwrap());
    keeper.post(&revoke, &[]).await;
    assert_eq!(ask("/api/v1/account").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_stands_in_the_log_and_who_may_not_any_more_does_not_look() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let (ada, carl) = (person(&service, &keeper, "Ada").await, person(&service, &keeper, "Carl").await);
    let athlete = ada.own_athlete().await;
    let part = Part::bytes(encode::fit(&run(3, 5.0))).file_name("run.fit");
    let uploads = format!("{}/api/v1/athletes/{athlete}/uploads", service.url);
    ada.client.post(uploads).multipart(Form::new().part("file", part)).send().await.unwrap();
    let squad = carl.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
    let ask = carl.post(&format!("{squad}/ask"), &[("kind", "load")]).await.shown();
    assert!(ada.get(&ask).await.words().contains("Harriers"));
    ada.post(&ask, &[("kind", "load")]).await;
    assert!(ada.api(&format!("athletes/{athlete}/reads")).await["reads"].as_array().unwrap().is_empty());

    let overview = carl.get(&squad).await;
    assert!(overview.words().contains("Ada"), "{}", overview.words());
    assert_eq!(carl.get(&format!("/athletes/{athlete}")).await.status, StatusCode::OK);
    let log = ada.api(&format!("athletes/{athlete}/reads")).await;
    let text = |read: &Value, field: &str| read[field].as_str().unwrap().to_owned();
    let reads = log["reads"].as_array().unwrap().iter();
    let reads: Vec<String> =
        reads.map(|read| ["reader", "role", "what"].map(|field| text(read, field)).join(" ")).collect();
    assert_eq!(reads, ["Carl coach /athletes/{athlete}", "Carl coach /squads/{squad}"]);
    let sharing = ada.get(&format!("/athletes/{athlete}/sharing")).await.words();
    assert!(sharing.contains("Carl (coach)") && sharing.contains("the overview of a squad"), "{sharing}");
    assert_eq!(ada.get(&format!("/athletes/{athlete}")).await.status, StatusCode::OK, "one's own looks are not logged");

    let grants = ada.api(&format!("athletes/{athlete}/grants")).await;
    let revoke = format!("/athletes/{athlete}/sharing/grants/{}/revoke", grants[0]["id"].as_str().unwrap());
    ada.post(&revoke, &[]).await;
    assert!(!carl.get(&squad).await.words().contains("Ada"));
    assert_eq!(carl.get(&format!("/athletes/{athlete}")).await.status, StatusCode::NOT_FOUND);
    let after = ada.api(&format!("athletes/{athlete}/reads")).await;
    assert_eq!(after["reads"].as_array().unwrap().len(), 2, "what was not seen is not in the log");

    // A grant that ends: on its last day it holds, before today it cannot be given.
    let offers = format!("/athletes/{athlete}/sharing/offers");
    let yesterday = today().pred_opt().unwrap().to_string();
    let late = ada.post(&offers, &[("role", "coach"), ("kind", "load"), ("until", &yesterday)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let offer =
        ada.post(&offers, &[("role", "coach"), ("kind", "load"), ("until", &today().to_string())]).await.shown();
    assert_eq!(ada.post(&offer, &[]).await.status, StatusCode::CONFLICT, "nobody grants to themselves");
    carl.post(&offer, &[]).await;
    assert_eq!(carl.get(&format!("/athletes/{athlete}")).await.status, StatusCode::OK);
    assert_eq!(carl.post(&offer, &[]).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_who_left_or_was_closed_lead_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let (carl, cora) = (person(&service, &keeper, "Carl").await, person(&service, &keeper, "Cora").await);
    let squad = carl.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
    let staff = format!("{squad}/staff");
    let link = carl.post(&staff, &[("role", "coach")]).await.shown();
    cora.post(&link, &[]).await;
    let way_back = cora.post(&staff, &[("role", "coach")]).await.shown();
    let id = cora.api("account").await["id"].as_str().unwrap().to_owned();
    assert_eq!(carl.post(&format!("{staff}/{id}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(cora.get(&squad).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cora.post(&way_back, &[]).await.status, StatusCode::GONE, "who was removed let themselves in again");
    let own = carl.api("account").await["id"].as_str().unwrap().to_owned();
    assert_eq!(
        carl.post(&format!("{staff}/{own}/remove"), &[]).await.status,
        StatusCode::CONFLICT,
        "the last coach stays"
    );

    let ask = carl.post(&format!("{squad}/ask"), &[("kind", "load")]).await.shown();
    let token = carl.post("/account/tokens", &[("name", "t"), ("scope", "load:read"), ("days", "30")]).await.shown();
    assert_eq!(by_token(&service, &token).await, StatusCode::OK);
    assert_eq!(keeper.get(&ask).await.status, StatusCode::OK);
    keeper.post(&format!("/keeper/accounts/{own}/close"), &[]).await;
    assert!(carl.get("/account").await.location.unwrap().starts_with("/sign-in"), "a closed account is signed out");
    assert_eq!(carl.sign_in("Carl").await.status, StatusCode::FORBIDDEN);
    assert_eq!(keeper.get(&ask).await.status, StatusCode::GONE);
    keeper.post(&format!("/keeper/accounts/{own}/open"), &[]).await;
    assert_eq!(carl.sign_in("Carl").await.status, StatusCode::SEE_OTHER);
    assert_eq!(by_token(&service, &token).await, StatusCode::UNAUTHORIZED, "a token came back with the account");
}

async fn by_token(service: &Service, token: &str) -> StatusCode {
    let request = Browser::new(service).client.get(format!("{}/api/v1/account", service.url));
    request.header("authorization", format!("Bearer {token}")).send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_tokens_and_links() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let ada = person(&service, &keeper, "Ada").await;
    let athlete = ada.own_athlete().await;
    let id = ada.api("account").await["id"].as_str().unwrap().to_owned();
    let squad = ada.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
    let made = async || {
        let token = ada.post("/account/tokens", &[("name", "t"), ("scope", "load:read"), ("days", "30")]).await.shown();
        let offer = [("role", "coach"), ("kind", "load")];
        let offer = ada.post(&format!("/athletes/{athlete}/sharing/offers"), &offer).await.shown();
        let ask = ada.post(&format!("{squad}/ask"), &[("kind", "load")]).await.shown();
        let staff = ada.post(&format!("{squad}/staff"), &[("role", "coach")]).await.shown();
        assert_eq!(by_token(&service, &token).await, StatusCode::OK);
        (token, [offer, ask, staff])
    };
    let have_ended = async |(token, links): (String, [String; 3])| {
        assert_eq!(by_token(&service, &token).await, StatusCode::UNAUTHORIZED, "a token outlived the password");
        for link in links {
            assert_eq!(keeper.get(&link).await.status, StatusCode::GONE, "a link outlived the password");
        }
    };
    let before = made().await;
    assert!(ada.get("/account").await.words().contains("ends all your tokens"));
    let new = "nine otters by the weir";
    let changed = ada.post("/account/password", &[("password", PASSWORD), ("new", new)]).await;
    assert!(changed.words().contains("your tokens have ended"), "{}", changed.words());
    have_ended(before).await;

    let before = made().await;
    let link = keeper.post(&format!("/keeper/accounts/{id}/reset"), &[]).await.shown();
    let stranger = Browser::new(&service);
    assert!(stranger.get(&link).await.words().contains("All tokens of the account end"));
    let reset = stranger.post(&link, &[("password", PASSWORD)]).await;
    assert!(reset.words().contains("tokens of the account have ended"), "{}", reset.words());
    have_ended(before).await;
    // What others made is not touched.
    let invitation = keeper.post("/keeper/invitations", &[]).await.shown();
    let link = keeper.post(&format!("/keeper/accounts/{id}/reset"), &[]).await.shown();
    stranger.post(&link, &[("password", new)]).await;
    assert_eq!(stranger.get(&invitation).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_passwords_that_are_right_count_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let invitation = keeper.post("/keeper/invitations", &[]).await.shown();
    let ask = keeper.post("/squads", &[("name", "Harriers")]).await.location.unwrap();
    let ask = keeper.post(&format!("{ask}/ask"), &[("kind", "load")]).await.shown();
    let to_sign_up = ask.replace("/invitations/", "/sign-up/");
    for number in 0..30 {
        for path in [&invitation, &ask, &to_sign_up] {
            assert_eq!(Browser::new(&service).get(path).await.status, StatusCode::OK, "{number}: {path}");
        }
    }
    // A quarter of an hour may end in between, and counting begins anew.
    let mut refused = false;
    for _ in 0..110 {
        let wrong = Browser::new(&service).get(&format!("/invitations/{}", "0".repeat(64))).await.status;
        refused |= wrong == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(refused, "links can be guessed without end");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_like_others_are_refused_with_one_full_stop() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let path = keeper.post("/keeper/invitations", &[]).await.shown();
    let name = "A\u{200b}da";
    let fields = [("name", name), ("email", "ada@example.org"), ("password", PASSWORD)];
    let answers = [
        Browser::new(&service).post(&path, &fields).await,
        keeper.post("/squads", &[("name", name)]).await,
        keeper.post("/account/tokens", &[("name", name), ("scope", "load:read"), ("days", "30")]).await,
        keeper.post("/account", &[("name", "\u{3164}"), ("email", &email("Kit")), ("password", PASSWORD)]).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.words());
        let is_clear = answer.words().contains("invisible") || answer.words().contains("can be seen");
        assert!(is_clear && !answer.words().contains(".."), "{}", answer.words());
    }
    let fields = [("name", "Ada"), ("email", "ada@example.org"), ("password", "short")];
    let short = Browser::new(&service).post(&path, &fields).await.words();
    assert!(short.contains("ten characters") && !short.contains(".."), "{short}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_mail_a_link_comes_to_who_forgot_the_password_and_to_who_signs_up() {
    let Some(mut mail) = MailServer::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let smtp = format!("smtp://127.0.0.1:{}", mail.port);
    let service = Service::start(&[
        "serve",
        "--data",
        folder.path().to_str().unwrap(),
        "--smtp-url",
        &smtp,
        "--mail-from",
        "plimsoll@example.org",
        "--public-url",
        "http://plimsoll.example.org",
    ]);
    let keeper = Browser::new(&service);
    keeper.sign_up(service.setup.as_deref().unwrap(), "Kit").await;
    keeper.post("/keeper/sign-up", &[("who", "open")]).await;

    // Whether there is an account does not show in the answer; only one of the two gets mail.
    let stranger = Browser::new(&service);
    let nobody = stranger.post("/forgotten", &[("email", "nobody@example.org")]).await;
    let somebody = stranger.post("/forgotten", &[("email", "kit@example.org")]).await;
    assert_eq!((nobody.status, nobody.words()), (somebody.status, somebody.words()));
    let (to, text) = mail.taken();
    assert_eq!(to, "kit@example.org");
    assert!(text.contains("ends all your tokens"), "{text}");
    let link = text.split_whitespace().find(|word| word.contains("/reset/")).unwrap();
    let link =
        link.strip_prefix("http://plimsoll.example.org").expect("links lead to where the keeper says people come in");
    assert_eq!(stranger.post(link, &[("password", "nine otters by the weir")]).await.status, StatusCode::OK);
    let fields = [("email", "kit@example.org"), ("password", "nine otters by the weir")];
    assert_eq!(stranger.post("/sign-in", &fields).await.status, StatusCode::SEE_OTHER);

    // An account is made by the link alone, which shows that the address is theirs; who has one is told so.
    let ada = Browser::new(&service);
    let directly = ada.post("/sign-up", &[("name", "Ada"), ("email", &email("Ada")), ("password", PASSWORD)]).await;
    assert!(directly.words().contains("Look at your mail"), "{}", directly.words());
    let (to, text) = mail.taken();
    assert_eq!(to, "ada@example.org");
    assert_eq!(Browser::new(&service).sign_in("Ada").await.status, StatusCode::UNAUTHORIZED);
    let link = text.split_whitespace().find(|word| word.contains("/sign-up/")).unwrap();
    let link = link.strip_prefix("http://plimsoll.example.org").unwrap();
    let page = ada.get(link).await.text;
    let field = page.split_once("name=\"email\"").unwrap().1.split_once('>').unwrap().0;
    assert!(field.contains("value=\"ada@example.org\"") && field.contains("readonly"), "{field}");
    // Another address is not taken, and nobody learns whether it has an account.
    for address in ["kit@example.org", "nobody@example.org"] {
        let other = ada.post(link, &[("name", "Ada"), ("email", address), ("password", PASSWORD)]).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        assert!(other.words().contains("was sent to ada@example.org"), "{}", other.words());
    }
    ada.sign_up(link, "Ada").await;
    ada.post("/sign-up", &[("email", &email("Ada"))]).await;
    assert!(mail.taken().1.contains("already"));
}

/// A mail server, ended when dropped: aiosmtpd, of the Python that `PLIMSOLL_PYTHON` names.
struct MailServer {
    child: std::process::Child,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl MailServer {
    fn start() -> Option<Self> {
        use std::io::BufRead as _;
        let Some(python) = std::env::var_os("PLIMSOLL_PYTHON") else {
            eprintln!("left out: PLIMSOLL_PYTHON names no Python with aiosmtpd");
            return None;
        };
        let mut child = std::process::Command::new(python)
            .args(["-c", include_str!("../../server/src/accounts/tests/smtp_server.py")])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap().trim().parse().unwrap();
        Some(Self { child, lines, port })
    }

    /// The next message: to whom, and its text.
    fn taken(&mut self) -> (String, String) {
        let message: Value = serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&message["rcpt_tos"][0]), text(&message["text"]))
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_sixteen_a_guardian_agrees_first_to_the_account_and_to_each_grant() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let (gil, carl) = (person(&service, &keeper, "Gil").await, person(&service, &keeper, "Carl").await);
    let young = Browser::new(&service);
    let path = keeper.post("/keeper/invitations", &[]).await.shown();
    let born = (today() - chrono::Days::new(14 * 365)).to_string();
    young.sign_up_with(&path, "Yuki", &[("runs", "yes"), ("born", &born)]).await;
    assert_eq!(young.get("/api/v1/account").await.status, StatusCode::FORBIDDEN);
    assert!(
        young.get("/account").await.words().contains("has to agree")
            || young.get("/account").await.words().contains("answers for you")
    );
    let link = young.post("/account/guardian", &[]).await.shown();
    assert_eq!(young.post(&link, &[]).await.status, StatusCode::FORBIDDEN, "nobody answers for themselves");
    assert!(gil.get(&link).await.words().contains("under 16"));
    gil.post(&link, &[]).await;
    let athlete = young.own_athlete().await;

    let offer = [("role", "coach"), ("kind", "load")];
    let link = young.post(&format!("/athletes/{athlete}/sharing/offers"), &offer).await.shown();
    carl.post(&link, &[]).await;
    let today = format!("/athletes/{athlete}");
    assert_eq!(carl.get(&today).await.status, StatusCode::NOT_FOUND, "the guardian has not agreed");
    let grants = gil.api(&format!("athletes/{athlete}/grants")).await;
    let confirm = format!("/athletes/{athlete}/sharing/grants/{}/confirm", grants[0]["id"].as_str().unwrap());
    assert_eq!(young.post(&confirm, &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(gil.post(&confirm, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(carl.get(&today).await.status, StatusCode::OK);

    // Who answers with a closed account answers for nobody.
    let id = gil.api("account").await["id"].as_str().unwrap().to_owned();
    keeper.post(&format!("/keeper/accounts/{id}/close"), &[]).await;
    assert_eq!(young.get("/api/v1/account").await.status, StatusCode::FORBIDDEN);
    assert_eq!(carl.get(&today).await.status, StatusCode::NOT_FOUND);
    keeper.post(&format!("/keeper/accounts/{id}/open"), &[]).await;
    gil.sign_in("Gil").await;
    assert_eq!(carl.get(&today).await.status, StatusCode::OK);

    let cora = person(&service, &keeper, "Cora").await;
    let late = gil.post(&format!("/athletes/{athlete}/sharing/offers"), &offer).await.shown();
    assert_eq!(cora.get(&late).await.status, StatusCode::OK);
    gil.post(&format!("/athletes/{athlete}/sharing/guardian/end"), &[]).await;
    assert_eq!(cora.post(&late, &[]).await.status, StatusCode::GONE, "who answers no more lets nobody look");
    assert_eq!(young.get("/api/v1/account").await.status, StatusCode::FORBIDDEN);
    assert_eq!(carl.get(&today).await.status, StatusCode::NOT_FOUND, "nobody looks while nobody answers for them");
    assert_eq!(gil.get(&today).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn training_of_the_command_line_is_nobodys_until_it_is_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("a.fit"), encode::fit(&run(3, 5.0))).unwrap();
    for name in ["Ada", "Grace"] {
        let arguments =
            ["import", files.path().to_str().unwrap(), "--athlete", name, "--data", folder.path().to_str().unwrap()];
        assert!(std::process::Command::new(binary()).args(arguments).output().unwrap().status.success());
    }
    let service = Service::serve(folder.path());
    let setup = service.setup.clone().unwrap();
    let kit = Browser::new(&service);
    let page = kit.get(&setup).await.text;
    let mine = page.split("<option value=\"").map(|rest| rest.split_once('"').unwrap().0).find(|id| id.len() == 36);
    let mine = mine.unwrap().to_owned();
    kit.sign_up_with(&setup, "Kit", &[("mine", &mine)]).await;
    assert_eq!(kit.own_athlete().await, mine);
    assert_eq!(kit.api(&format!("athletes/{mine}/activities")).await["activities"].as_array().unwrap().len(), 1);
    let keeper = kit.get("/keeper").await.text;
    let (_, rest) = keeper.split_once("/keeper/athletes/").unwrap();
    let others = rest.split_once('/').unwrap().0.to_owned();
    assert_eq!(kit.get(&format!("/athletes/{others}")).await.status, StatusCode::NOT_FOUND, "the keeper sees nobody's");
    let link = kit.post(&format!("/keeper/athletes/{others}/claim"), &[]).await.shown();
    let grace = Browser::new(&service);
    grace.sign_up_with(&link.replace("/invitations/", "/sign-up/"), "Grace", &[]).await;
    assert_eq!(grace.post(&link, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(grace.own_athlete().await, others);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_typed_becomes_markup_a_header_or_a_query() {
    let folder = tempfile::tempdir().unwrap();
    let (service, keeper) = kept(&folder).await;
    let nasty = "<script>alert(1)</script>' OR 1=1; --{{7*7}}";
    let squad = keeper.post("/squads", &[("name", nasty)]).await.location.unwrap();
    for page in [squad.as_str(), "/squads"] {
        let text = keeper.get(page).await.text;
        assert!(!text.contains("<script>alert") && text.contains("alert(1)") && text.contains("{{7*7}}"), "{page}");
    }
    for next in ["//evil.example", "https://evil.example", "/\r\nSet-Cookie: a=b"] {
        let browser = Browser::new(&service);
        let answer =
            browser.post("/sign-in", &[("email", &email("Kit")), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.location.as_deref(), Some("/"), "{next:?}");
    }
    for path in [
        "/athletes/..%2f..%2fetc%2fpasswd",
        "/athletes/'%20OR%20'1'='1",
        "/static/..%2f..%2fplimsoll.sqlite",
        "/setup/%00",
    ] {
        let status = keeper.get(path).await.status;
        assert!([StatusCode::NOT_FOUND, StatusCode::GONE].contains(&status), "{path}: {status}");
    }
    let wrong = Browser::new(&service).post("/sign-in", &[("email", "' OR '1'='1"), ("password", PASSWORD)]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_run_names_nobody_and_no_place_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.txt");
    let data = folder.path().join("data");
    let mut secrets = vec![PASSWORD.to_owned(), email("Kit"), email("Ada"), "Ada".to_owned()];
    {
        let service = Service::logging(&["serve", "--data", data.to_str().unwrap()], &log);
        let keeper = Browser::new(&service);
        let setup = service.setup.clone().unwrap();
        keeper.sign_up(&setup, "Kit").await;
        let invitation = keeper.post("/keeper/invitations", &[]).await.shown();
        let ada = Browser::new(&service);
        ada.sign_up(&invitation, "Ada").await;
        let athlete = ada.own_athlete().await;
        let part = Part::bytes(encode::fit(&run(3, 5.0))).file_name("Home to office.fit");
        let uploads = format!("{}/api/v1/athletes/{athlete}/uploads", service.url);
        ada.client.post(uploads).multipart(Form::new().part("file", part)).send().await.unwrap();
        let id = ada.api(&format!("athletes/{athlete}/activities")).await["activities"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        ada.get(&format!("/athletes/{athlete}/activities/{id}")).await;
        let token = ada.post("/account/tokens", &[("name", "t"), ("scope", "load:read"), ("days", "7")]).await.shown();
        let request = ada.client.get(format!("{}/api/v1/athletes", service.url));
        request.header("authorization", format!("Bearer {token}")).send().await.unwrap();
        Browser::new(&service).post("/sign-in", &[("email", &email("Ada")), ("password", "a wrong one, that")]).await;
        let secret = |link: &str| link.rsplit('/').next().unwrap().to_owned();
        secrets.extend([secret(&setup), secret(&invitation), token.replace("plimsoll_", ""), "a wrong one".to_owned()]);
        // Where the run began.
        secrets.extend(["55.00", "Home to office"].map(str::to_owned));
    }
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(told.contains("/athletes/{athlete}"), "the log says which routes were asked for: {told:.2000}");
    for secret in secrets {
        let found = told.find(&secret).map(|at| told[at.saturating_sub(150)..(at + 100).min(told.len())].to_owned());
        assert_eq!(found, None, "{secret} stands in the log");
    }
}

//! A person with a browser: uploads a file, reads the line and a flag. Chromium through chromedriver, whose path is
//! in `PLIMSOLL_CHROMEDRIVER`; pictures are kept in the folder `PLIMSOLL_SCREENSHOTS`, when it is set.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use plimsoll_ingest::encode;
use plimsoll_tests::people::{PASSWORD, email};
use plimsoll_tests::{Service, run};
use serde_json::json;

/// chromedriver on a free port; ended when dropped.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("PLIMSOLL_CHROMEDRIVER") else {
            eprintln!("left out: PLIMSOLL_CHROMEDRIVER names no chromedriver");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program).arg(format!("--port={port}")).stdout(Stdio::null()).spawn().unwrap();
        Some(Self { child, port })
    }

    /// A browser with a window of `width` × `height` CSS pixels, in light or dark.
    async fn browser(&self, width: u32, height: u32, dark: bool) -> Client {
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--window-size={width},{height}"),
        ];
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let mut options = json!({ "args": arguments });
        if width < 500 {
            // A window cannot be as narrow as a phone; the device's own metrics can.
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0 } });
        }
        let capabilities = json!({ "goog:chromeOptions": options }).as_object().unwrap().clone();
        let address = format!("http://127.0.0.1:{}", self.port);
        for _ in 0..200 {
            if let Ok(client) =
                ClientBuilder::new(hyper_connector()).capabilities(capabilities.clone()).connect(&address).await
            {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("chromedriver does not answer");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hyper_connector() -> hyper_util::client::legacy::connect::HttpConnector {
    hyper_util::client::legacy::connect::HttpConnector::new()
}

async fn text(client: &Client, selector: &str) -> String {
    let element = client.wait().for_element(Locator::Css(selector)).await.unwrap();
    element.text().await.unwrap()
}

/// Keeps a picture, and checks that nothing sticks out of the window sideways.
async fn picture(client: &Client, name: &str) {
    let out = client
        .execute("return document.documentElement.scrollWidth - document.documentElement.clientWidth", vec![])
        .await
        .unwrap();
    assert_eq!(out, json!(0), "{name} is wider than its window");
    let png = client.screenshot().await.unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    if let Some(folder) = std::env::var_os("PLIMSOLL_SCREENSHOTS").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_uploads_files_and_reads_the_line_and_a_flag() {
    let Some(driver) = Driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(&folder.path().join("data"));
    let browser = driver.browser(1280, 900, false).await;

    browser.goto(&format!("{}{}", service.url, service.setup.as_deref().unwrap())).await.unwrap();
    for (field, typed) in [("name", "Grace"), ("email", "grace@example.org"), ("password", PASSWORD)] {
        let input = browser.find(Locator::Css(&format!("input[name={field}]"))).await.unwrap();
        input.send_keys(typed).await.unwrap();
    }
    picture(&browser, "set-up").await;
    browser.find(Locator::Css("form button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::LinkText("Upload files")).await.unwrap();
    assert!(text(&browser, "main").await.contains("No runs yet"));
    picture(&browser, "first-visit").await;

    browser.find(Locator::LinkText("Upload files")).await.unwrap().click().await.unwrap();
    let mut paths = Vec::new();
    for (days_ago, km) in [(33, 7.0), (25, 12.0), (11, 9.0), (3, 16.0)] {
        let path = folder.path().join(format!("run-{days_ago}.fit"));
        std::fs::write(&path, encode::fit(&run(days_ago, km))).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    let page = folder.path().join("page.fit");
    std::fs::write(&page, "<html></html>").unwrap();
    paths.push(page.to_str().unwrap().to_owned());
    let input = browser.wait().for_element(Locator::Css("#files")).await.unwrap();
    input.send_keys(&paths.join("\n")).await.unwrap();
    browser.find(Locator::Css("#upload button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".report .failed")).await.unwrap();
    assert_eq!(text(&browser, "[data-result=new]").await, "4");
    let first = text(&browser, ".report tbody tr").await;
    assert!(first.contains("page.fit") && first.contains("HTML"), "what failed stands first: {first}");
    picture(&browser, "import").await;

    browser.find(Locator::LinkText("See where the line is now")).await.unwrap().click().await.unwrap();
    assert_eq!(text(&browser, "#line-km").await, "13.2");
    let flag = text(&browser, "details[data-code=session_spike]").await;
    assert!(flag.contains("33") && flag.contains("12.0"), "{flag}");
    assert!(flag.contains("1.52"), "the warning stands open to its evidence: {flag}");
    picture(&browser, "today").await;

    // Below the line, between the two lines, and above both.
    for (km, level, words) in [
        ("13.2", "fine", "no longer than"),
        ("14", "caution", "above your line of 13.2"),
        ("25", "warning", "56 % longer"),
    ] {
        let plan = browser.find(Locator::Css("#plan")).await.unwrap();
        plan.clear().await.unwrap();
        plan.send_keys(km).await.unwrap();
        browser.find(Locator::Css(".plan-row button")).await.unwrap().click().await.unwrap();
        let planned = text(&browser, &format!(".planned.{level}")).await;
        assert!(planned.contains(words), "{km}: {planned}");
    }

    browser
        .find(Locator::Css("details[data-code=session_spike] a[href*=activities]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    browser.wait().for_element(Locator::Css("h1.title")).await.unwrap();
    assert!(text(&browser, "main").await.contains("16.00 km"));
    assert_eq!(browser.find_all(Locator::Css(".activity .only-wide svg.chart")).await.unwrap().len(), 4);
    picture(&browser, "activity").await;
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sends_a_zip_undoes_the_import_and_brings_it_back() {
    let Some(driver) = Driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let bench = crate::service::Bench::on(&folder.path().join("data")).await;
    let archive = folder.path().join("export.zip");
    let files: Vec<(String, Vec<u8>)> = [(25, 12.0), (3, 16.0)]
        .into_iter()
        .map(|(days_ago, km)| (format!("activities/{days_ago}.fit"), encode::fit(&run(days_ago, km))))
        .collect();
    let named: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    std::fs::write(&archive, crate::imports::zip(&named)).unwrap();
    let browser = driver.browser(390, 844, true).await;
    let athlete = format!("{}/athletes/{}", bench.service.url, bench.athlete);
    // Who is not signed in is led to sign in, and back.
    browser.goto(&format!("{athlete}/upload")).await.unwrap();
    for (field, typed) in [("email", email("Ada").as_str()), ("password", PASSWORD)] {
        let input = browser.wait().for_element(Locator::Css(&format!("input[name={field}]"))).await.unwrap();
        input.send_keys(typed).await.unwrap();
    }
    picture(&browser, "sign-in-phone").await;
    browser.find(Locator::Css("form.stacked button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("#upload")).await.unwrap();
    picture(&browser, "upload-phone").await;
    let input = browser.find(Locator::Css("#files")).await.unwrap();
    input.send_keys(archive.to_str().unwrap()).await.unwrap();
    browser.find(Locator::Css("#upload button")).await.unwrap().click().await.unwrap();
    // The page follows the import by itself until it is over.
    let undo = browser.wait().for_element(Locator::Css("form[action$='/undo'] button")).await.unwrap();
    assert_eq!(text(&browser, "[data-result=new]").await, "2");
    assert!(text(&browser, "h1").await.contains("export.zip"));
    assert!(text(&browser, ".when").await.contains("from the upload page"));
    picture(&browser, "import-phone").await;
    undo.click().await.unwrap();
    let redo = browser.wait().for_element(Locator::Css("form[action$='/redo'] button")).await.unwrap();
    assert!(text(&browser, "main").await.contains("counts nowhere"));
    assert!(bench.get("activities").await["activities"].as_array().unwrap().is_empty());
    picture(&browser, "import-undone-phone").await;
    redo.click().await.unwrap();
    browser.wait().for_element(Locator::Css("form[action$='/undo'] button")).await.unwrap();
    assert_eq!(bench.get("activities").await["activities"].as_array().unwrap().len(), 2);

    // A drop of two files is one import, which the folder gave its name.
    browser.goto(&format!("{athlete}/upload")).await.unwrap();
    browser
        .execute(
            "const entry = (name) => ({ isFile: true, fullPath: `/Watch/${name}`, \
                file: (found) => found(new File(['no run ' + name], name)) }); \
             const event = new Event('drop', { cancelable: true }); \
             event.dataTransfer = { items: ['a.fit', 'b.fit'].map((name) => ({ webkitGetAsEntry: () => entry(name) })) }; \
             document.getElementById('upload').dispatchEvent(event);",
            vec![],
        )
        .await
        .unwrap();
    browser.wait().for_element(Locator::Css("form[action$='/undo'] button")).await.unwrap();
    assert_eq!(text(&browser, "h1").await, "folder Watch");
    assert_eq!(text(&browser, "[data-result=set_aside]").await, "2");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_erases_everything() {
    let Some(driver) = Driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = Service::serve(&folder.path().join("data"));
    for (width, height) in [(390, 844), (1280, 900)] {
        let device = if width < 500 { "phone" } else { "laptop" };
        let browser = driver.browser(width, height, false).await;
        let setup = if device == "phone" { service.setup.clone().unwrap() } else { "/sign-in".to_owned() };
        browser.goto(&format!("{}{setup}", service.url)).await.unwrap();
        let mut fields = vec![("email", "grace@example.org"), ("password", PASSWORD)];
        if device == "phone" {
            fields.insert(0, ("name", "Grace"));
        }
        for (field, typed) in fields {
            let input = browser.find(Locator::Css(&format!("input[name={field}]"))).await.unwrap();
            input.send_keys(typed).await.unwrap();
        }
        browser.find(Locator::Css("main form button")).await.unwrap().click().await.unwrap();
        browser.wait().for_element(Locator::LinkText("Upload files")).await.unwrap();
        browser.goto(&format!("{}/account", service.url)).await.unwrap();
        assert!(text(&browser, "#export").await.contains("Download everything"));
        let section = browser.find(Locator::Css("#export")).await.unwrap();
        browser.execute("arguments[0].scrollIntoView()", vec![serde_json::to_value(section).unwrap()]).await.unwrap();
        picture(&browser, &format!("account-{device}")).await;
        browser.find(Locator::Css("#erase a")).await.unwrap().click().await.unwrap();
        browser.wait().for_element(Locator::Css("input[name=phrase]")).await.unwrap();
        picture(&browser, &format!("erase-{device}")).await;
        if device == "laptop" {
            for (field, typed) in [("password", PASSWORD), ("phrase", "grace@example.org")] {
                let input = browser.find(Locator::Css(&format!("input[name={field}]"))).await.unwrap();
                input.send_keys(typed).await.unwrap();
            }
            browser.find(Locator::Css("main form button")).await.unwrap().click().await.unwrap();
            browser.wait().for_element(Locator::LinkText("Home")).await.unwrap();
            assert!(text(&browser, "main").await.contains("Nothing of yours is in this installation any more"));
            picture(&browser, "erased").await;
        }
        browser.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_a_phone_and_a_laptop_in_light_and_dark() {
    let Some(driver) = Driver::start() else { return };
    let service = Service::start(&["demo"]);
    for (width, height, dark) in [(390, 844, false), (390, 844, true), (1280, 1300, false), (1280, 1300, true)] {
        let browser = driver.browser(width, height, dark).await;
        browser.goto(&service.url).await.unwrap();
        let shade = browser.execute("return matchMedia('(prefers-color-scheme: dark)').matches", vec![]).await.unwrap();
        assert_eq!(shade, json!(dark));
        let device =
            format!("{}-{}", if width < 500 { "phone" } else { "laptop" }, if dark { "dark" } else { "light" });
        picture(&browser, &format!("squad-{device}")).await;
        let first = browser.find(Locator::Css(".squad .name a")).await.unwrap();
        let today = first.attr("href").await.unwrap().unwrap();
        for (name, path) in [
            ("today", String::new()),
            ("activities", "/activities".to_owned()),
            ("upload", "/upload".to_owned()),
            ("diary", "/diary".to_owned()),
            ("settings", "/settings".to_owned()),
        ] {
            browser.goto(&format!("{}{today}{path}", service.url)).await.unwrap();
            picture(&browser, &format!("demo-{name}-{device}")).await;
        }
        browser.goto(&format!("{}{today}/activities", service.url)).await.unwrap();
        browser.find(Locator::Css("tbody a")).await.unwrap().click().await.unwrap();
        browser.wait().for_element(Locator::Css("h1.title")).await.unwrap();
        picture(&browser, &format!("demo-activity-{device}")).await;
        browser.goto(&format!("{}/method", service.url)).await.unwrap();
        picture(&browser, &format!("method-{device}")).await;
        browser.close().await.unwrap();
    }
}

//! People who use the service in a browser: each with cookies of their own.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::Service;

/// A password that is taken.
pub const PASSWORD: &str = "seven herons over a mill";

/// A browser: it keeps cookies, and does not follow where answers lead.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Sends requests with the cookies.
    pub client: Client,
    url: String,
}

/// What a page answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Where it leads.
    pub location: Option<String>,
    /// The page.
    pub text: String,
}

impl Browser {
    /// A browser that knows nobody yet.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { client, url: service.url.clone() }
    }

    /// A browser that goes where answers lead.
    #[must_use]
    pub fn following(service: &Service) -> Self {
        let client = Client::builder().cookie_store(true).build().unwrap();
        Self { client, url: service.url.clone() }
    }

    /// The same browser after the service came up again somewhere else.
    #[must_use]
    pub fn at(&self, service: &Service) -> Self {
        Self { client: self.client.clone(), url: service.url.clone() }
    }

    /// Looks at a page.
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.client.get(self.address(path)).send().await.unwrap()).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let request = self.client.post(self.address(path)).header("content-type", "application/x-www-form-urlencoded");
        answer(request.body(body.collect::<Vec<_>>().join("&")).send().await.unwrap()).await
    }

    /// What the API says.
    pub async fn api(&self, path: &str) -> Value {
        let answer = self.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    /// Makes the account that a link lets somebody make, with a log of training.
    pub async fn sign_up(&self, path: &str, name: &str) -> Answer {
        self.sign_up_with(path, name, &[("runs", "yes"), ("zone", "UTC")]).await
    }

    /// Makes the account that a link lets somebody make.
    pub async fn sign_up_with(&self, path: &str, name: &str, more: &[(&str, &str)]) -> Answer {
        let email = email(name);
        let fields = [&[("name", name), ("email", &email), ("password", PASSWORD)], more].concat();
        let answer = self.post(path, &fields).await;
        let is_in = [StatusCode::SEE_OTHER, StatusCode::OK].contains(&answer.status);
        assert!(is_in, "{name} cannot sign up: {}", answer.text);
        answer
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str) -> Answer {
        self.post("/sign-in", &[("email", &email(name)), ("password", PASSWORD)]).await
    }

    /// The id of the athlete that who is signed in is.
    pub async fn own_athlete(&self) -> String {
        self.api("account").await["athlete"].as_str().unwrap().to_owned()
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Answer {
    /// The link or token that a page shows this once; of a link, the path.
    #[must_use]
    pub fn shown(&self) -> String {
        let (_, rest) = self.text.split_once("<code class=\"secret\">").unwrap_or_else(|| panic!("{}", self.text));
        let text = rest.split_once("</code>").unwrap().0;
        text.strip_prefix("http://")
            .map_or_else(|| text.to_owned(), |rest| format!("/{}", rest.split_once('/').unwrap().1))
    }

    /// What the page says in its main part, without tags.
    #[must_use]
    pub fn words(&self) -> String {
        let main = self.text.split_once("<main id=\"main\">").map_or(self.text.as_str(), |(_, main)| main);
        let main = main.split_once("</main>").map_or(main, |(main, _)| main);
        let mut words = String::new();
        for piece in main.split('<') {
            words.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
            words.push(' ');
        }
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

async fn answer(response: Response) -> Answer {
    let location = response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    Answer { status: response.status(), location, text: response.text().await.unwrap() }
}

/// The address of somebody of this name.
#[must_use]
pub fn email(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase().replace(' ', "."))
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

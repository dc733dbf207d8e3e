//! Mail as a mail server gets it. The server is aiosmtpd, of the Python that `PLIMSOLL_PYTHON` names.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::accounts::mail::Mailer;

/// A mail server, ended when it is dropped.
struct Server {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

/// A message that the server took.
#[derive(Deserialize)]
struct Taken {
    mail_from: String,
    rcpt_tos: Vec<String>,
    headers: Vec<(String, String)>,
    r#type: String,
    text: String,
    ascii: bool,
}

impl Server {
    /// Starts one; `None`, said aloud, when no Python is named for it.
    fn start(user_and_password: &[&str]) -> Option<Self> {
        let Some(python) = std::env::var_os("PLIMSOLL_PYTHON") else {
            eprintln!("left out: PLIMSOLL_PYTHON names no Python with aiosmtpd");
            return None;
        };
        let mut child = Command::new(python)
            .args(["-c", include_str!("smtp_server.py")])
            .args(user_and_password)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        Some(Self { child, lines, port: port.trim().parse().unwrap() })
    }

    fn taken(&mut self) -> Taken {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn mailer(url: &str) -> Mailer {
    Mailer::from_url(url, "Plimsoll für Läufer <plimsoll@example.org>").unwrap()
}

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let Some(mut server) = Server::start(&[]) else { return };
    let subject = "Zurück zum Lauf: öffne diesen Verweis, bevor er in einer Stunde nicht mehr gilt — 走る";
    let text = format!("Für dich:\n\nhttps://run.example.org/reset/{}\n.\n..\n🦔\n", "x".repeat(200));
    let mailer = mailer(&format!("smtp://127.0.0.1:{}", server.port));
    mailer.send("anna+run@example.org", subject, &text).await.unwrap();
    let taken = server.taken();
    assert_eq!(
        (taken.mail_from.as_str(), taken.rcpt_tos.as_slice()),
        ("plimsoll@example.org", &["anna+run@example.org".to_owned()][..])
    );
    let header = |name: &str| {
        let of_name: Vec<_> =
            taken.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(of_name.len(), 1, "{name}");
        of_name[0].to_owned()
    };
    assert_eq!(header("Subject"), subject);
    assert_eq!(header("To"), "anna+run@example.org");
    assert_eq!(header("From"), "Plimsoll für Läufer <plimsoll@example.org>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Message-ID").ends_with("@example.org>") && !header("Date").is_empty());
    assert_eq!(taken.r#type, "text/plain");
    assert_eq!(taken.text.replace("\r\n", "\n").trim_end(), text.trim_end());
    assert!(taken.ascii, "a server without 8BITMIME could not pass it on");

    mailer.send("berta@example.org", "Once more", "Text").await.unwrap();
    assert_eq!(server.taken().rcpt_tos, ["berta@example.org"]);
}

#[tokio::test]
async fn who_signs_in_is_let_in_and_no_error_shows_a_password() {
    let Some(mut server) = Server::start(&["anna", "s3cret p@ss/wörd"]) else { return };
    let url = |password: &str| format!("smtp://anna:{password}@127.0.0.1:{}", server.port);
    let (right, wrong, none) =
        (url("s3cret%20p%40ss%2Fw%C3%B6rd"), url("an0ther"), format!("smtp://127.0.0.1:{}", server.port));
    mailer(&right).send("anna@example.org", "Hello", "Text").await.unwrap();
    assert_eq!(server.taken().rcpt_tos, ["anna@example.org"]);
    for url in [wrong, none] {
        let error = mailer(&url).send("anna@example.org", "Hello", "Text").await.unwrap_err();
        let shown = format!("{error:#} {error:?}");
        assert!(shown.contains("127.0.0.1 did not take a message") && !shown.contains("an0ther"), "{shown}");
    }
}

#[tokio::test]
async fn nothing_goes_to_a_server_that_does_not_encrypt_when_it_should() {
    let Some(server) = Server::start(&[]) else { return };
    for url in [format!("smtp://127.0.0.1:{}?tls=required", server.port), format!("smtps://127.0.0.1:{}", server.port)]
    {
        assert!(mailer(&url).send("anna@example.org", "Hello", "Text").await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    // Bound and closed again: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error =
        mailer(&format!("smtp://127.0.0.1:{port}")).send("anna@example.org", "Hello", "Text").await.unwrap_err();
    assert!(format!("{error:#}").contains("127.0.0.1"), "{error:#}");
}

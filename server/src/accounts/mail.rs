//! Mail that the service sends: links, by a server that the keeper names.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use lettre::message::{Mailbox, header};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// How long sending may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Sends mail.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from.email.to_string()).finish_non_exhaustive()
    }
}

impl Mailer {
    /// A server by its address, `smtps://user:password@host` or `smtp://host?tls=required`, and who mails are from.
    ///
    /// # Errors
    /// When one of them is none; the password of the address is not in the words.
    pub(crate) fn from_url(url: &str, from: &str) -> anyhow::Result<Self> {
        let unreadable = || {
            anyhow::anyhow!(
                "--smtp-url is no address of a mail server; write it like smtps://user:password@mail.example.org"
            )
        };
        // The error could repeat the address, and the password in it.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| unreadable())?;
        let from = from.parse().with_context(|| format!("--mail-from is “{from}”, which is no address of mail"))?;
        Ok(Self { transport: builder.timeout(Some(LONGEST)).build(), from })
    }

    /// Sends plain text.
    ///
    /// # Errors
    /// When the address is none, or the server does not take the mail.
    pub(crate) async fn send(&self, to: &str, subject: &str, text: &str) -> anyhow::Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse().context("no address of mail")?))
            .subject(subject)
            .header(header::ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .context("the mail cannot be written")?;
        let sent = tokio::time::timeout(LONGEST, self.transport.send(message)).await;
        sent.context("the mail server took too long")?.context("the mail server did not take it")?;
        Ok(())
    }
}

/// An address of mail as it is stored and compared: trimmed and in lower case.
///
/// # Errors
/// Why it is none, for a person.
pub(crate) fn email_address(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    let is_address = text.len() <= 254
        && text.parse::<Address>().is_ok()
        && text.rsplit('@').next().is_some_and(|host| !host.is_empty());
    if is_address { Ok(text) } else { Err("That is no address of mail. Write it like ada@example.org.".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case_and_what_is_none_is_said() {
        assert_eq!(email_address(" Ada@Example.ORG "), Ok("ada@example.org".to_owned()));
        for wrong in ["", "ada", "ada@", "@example.org", "a da@example.org", "ada@example.org\r\nbcc: x@example.org"] {
            assert!(email_address(wrong).is_err(), "{wrong}");
        }
        assert!(email_address(&format!("{}@example.org", "a".repeat(250))).is_err());
    }

    #[test]
    fn a_wrong_option_is_named_without_the_password() {
        let error = Mailer::from_url("gopher://ada:geheim@example.org", "plimsoll@example.org").unwrap_err();
        assert!(format!("{error:#}").contains("--smtp-url") && !format!("{error:#}").contains("geheim"), "{error:#}");
        let error = Mailer::from_url("smtp://example.org", "plimsoll").unwrap_err();
        assert!(format!("{error:#}").contains("--mail-from"), "{error:#}");
        let mailer = Mailer::from_url("smtps://ada:geheim@example.org", "plimsoll@example.org").unwrap();
        assert!(!format!("{mailer:?}").contains("geheim"));
    }

    /// A real server, `aiosmtpd`, of the Python that `PLIMSOLL_PYTHON` names.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_mail_server_gets_what_was_written_and_no_line_of_a_header_more() {
        const SERVER: &str = "
import asyncio, sys
from aiosmtpd.controller import Controller
class Handler:
    async def handle_DATA(self, server, session, envelope):
        sys.stdout.write(repr((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode())) + '\\n')
        sys.stdout.flush()
        return '250 OK'
controller = Controller(Handler(), hostname='127.0.0.1', port=0)
# Port 0: the controller's own check asks for the port before it is known.
controller._trigger_server = lambda: None
controller.start()
print(controller.server.sockets[0].getsockname()[1], flush=True)
sys.stdin.read()
";
        let Some(python) = std::env::var_os("PLIMSOLL_PYTHON") else {
            eprintln!("left out: PLIMSOLL_PYTHON names no Python with aiosmtpd");
            return;
        };
        let mut server =
            Command::new(python).args(["-c", SERVER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
        let port: u16 = said.next().unwrap().unwrap().trim().parse().unwrap();
        let mailer = Mailer::from_url(&format!("smtp://127.0.0.1:{port}"), "plimsoll@example.org").unwrap();
        mailer
            .send("ada@example.org", "Ein neues Passwort für Plimsoll", "Hier:\nhttps://example.org/x\n")
            .await
            .unwrap();
        let got = said.next().unwrap().unwrap();
        assert!(got.contains("plimsoll@example.org") && got.contains("['ada@example.org']"), "{got}");
        assert!(got.contains("https://example.org/x") && got.contains("utf-8"), "{got}");
        mailer.send("ada@example.org", "One\r\nBcc: eve@example.org", "Text\n").await.unwrap();
        let got = said.next().unwrap().unwrap();
        assert!(got.contains("['ada@example.org']") && !got.contains("\\nBcc:"), "{got}");
        assert!(mailer.send("ada@example.org\r\nRCPT TO:<eve@example.org>", "One", "Text").await.is_err());
        server.kill().unwrap();
        server.wait().unwrap();
    }
}

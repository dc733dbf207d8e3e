//! Mail to people: plain text over SMTP, and addresses as they are compared.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use url::{Host, Url};

use super::secret::Secret;

/// How long sending one message may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Longest address, bytes (RFC 3696, erratum 1690).
const LONGEST_ADDRESS: usize = 254;

/// Sends mail through one server.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The server, without what a person needs to sign in.
    server: String,
}

impl Mailer {
    /// From the address of a server, `smtps://user:password@host`, `smtp://user:password@host?tls=required` or
    /// `smtp://host`, and the sender, `plimsoll@example.org` or `Plimsoll <plimsoll@example.org>`.
    ///
    /// # Errors
    /// When one of them is none; what is said shows nothing of user and password.
    pub(crate) fn from_url(url: &str, from: &str) -> anyhow::Result<Self> {
        let from: Mailbox =
            from.trim().parse().map_err(|_| anyhow::anyhow!("the sender of mail, “{from}”, is no e-mail address"))?;
        let (server, encrypted) = checked_server(url)?;
        if !encrypted && !server.is_loopback {
            tracing::warn!(
                "mail goes to {} unencrypted; smtps://… or ?tls=required at the end of its address encrypt it",
                server.name
            );
        }
        // The reason may quote the address, so only its kind is passed on.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| {
                let what = if error.is_tls() { "TLS does not work on this machine" } else { "it is malformed" };
                anyhow::anyhow!("cannot use the address of the mail server: {what}")
            })?
            .timeout(Some(TIME_LIMIT))
            .build();
        Ok(Self { transport, from, server: server.name })
    }

    /// Sends plain text to one person.
    ///
    /// # Errors
    /// When the address or the subject cannot be sent, or the server does not take the message within 20 seconds.
    pub(crate) async fn send(&self, to: &str, subject: &str, text: &str) -> anyhow::Result<()> {
        let message = self.message(to, subject, text)?;
        let server = &self.server;
        match tokio::time::timeout(TIME_LIMIT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            // Said once: the error names its cause, and has it as its source as well.
            Ok(Err(error)) => anyhow::bail!("the mail server {server} did not take a message: {error}"),
            Err(_) => anyhow::bail!("the mail server {server} did not answer within {TIME_LIMIT:?}"),
        }
    }

    fn message(&self, to: &str, subject: &str, text: &str) -> anyhow::Result<Message> {
        let to: Address =
            to.parse().ok().filter(|_| is_one_line(to)).context("mail cannot be sent to what is no address")?;
        anyhow::ensure!(is_one_line(subject), "the subject of a message must be one line");
        // An id of its own: one that is made for it would tell the name of the machine.
        let id = format!("<{}@{}>", Secret::new()?.text(), self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(id))
            // Nobody’s note of absence is wanted (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .context("cannot write the message")
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("server", &self.server).field("from", &self.from).finish_non_exhaustive()
    }
}

/// A mail server, without what is needed to sign in.
struct Server {
    name: String,
    is_loopback: bool,
}

/// Checks the address of a mail server; also whether it asks for encryption.
fn checked_server(url: &str) -> anyhow::Result<(Server, bool)> {
    let forms = "smtps://user:password@host, smtp://user:password@host?tls=required or smtp://host";
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
    let url = url.with_context(|| {
        format!(
            "the address of the mail server must have the form {forms}, with special characters in user and password \
             percent-encoded"
        )
    })?;
    let name =
        url.host_str().with_context(|| format!("the address of the mail server names none: {forms}"))?.to_owned();
    anyhow::ensure!(
        url.username().is_empty() == url.password().is_none_or(str::is_empty),
        "the address of the mail server must have both user and password, or neither: {forms}"
    );
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let encrypted = match (url.scheme(), tls.as_deref()) {
        ("smtps", None) | ("smtp", Some("required")) => true,
        ("smtp", None | Some("opportunistic")) => false,
        _ => anyhow::bail!("the address of the mail server must have one of the forms {forms}"),
    };
    anyhow::ensure!(
        url.fragment().is_none() && url.query_pairs().all(|(name, _)| name == "tls"),
        "the address of the mail server ends with more than ?tls=required; special characters in user and password \
         must be percent-encoded"
    );
    let is_loopback = match Host::parse(&name) {
        Ok(Host::Domain(domain)) => domain == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    };
    Ok((Server { name, is_loopback }, encrypted))
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}'))
}

/// An e-mail address as it is stored and compared: trimmed, in lower case, with the ASCII form of its domain.
///
/// # Errors
/// Why it is none, in words for the person who typed it.
pub(crate) fn email_address(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("An e-mail address is needed.".to_owned());
    }
    let Some((local, domain)) = typed.rsplit_once('@') else {
        return Err("This is no e-mail address: it has no @.".to_owned());
    };
    if !local.is_ascii() {
        return Err(
            "Mail cannot be sent to this address: before the @ it may have only letters from a to z, digits and \
                    a few signs."
                .to_owned(),
        );
    }
    let Ok(Host::Domain(domain)) = Host::parse(domain) else {
        return Err("This is no e-mail address: what stands behind the @ is not the name of a domain.".to_owned());
    };
    let address = format!("{}@{domain}", local.to_ascii_lowercase());
    if address.len() > LONGEST_ADDRESS {
        return Err(format!("This e-mail address is too long: it may have at most {LONGEST_ADDRESS} characters."));
    }
    // A quoted part before the @ may have spaces and signs of its own; no provider gives out such addresses.
    match address.parse::<Address>() {
        Ok(_) if !local.contains('"') => Ok(address),
        _ => Err("This is no e-mail address. It looks like anna@example.org.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_one_form() {
        for (typed, address) in [
            ("anna@example.org", "anna@example.org"),
            ("  Anna.Meyer+Run@Example.ORG\n", "anna.meyer+run@example.org"),
            ("anna@MÜLLER.example", "anna@xn--mller-kva.example"),
            ("anna@xn--mller-kva.example", "anna@xn--mller-kva.example"),
            ("anna@localhost", "anna@localhost"),
            ("o'neil_1@sub.example.org", "o'neil_1@sub.example.org"),
        ] {
            assert_eq!(email_address(typed).as_deref(), Ok(address), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for (typed, why) in [
            ("", "is needed"),
            (" ", "is needed"),
            ("anna", "no @"),
            ("@example.org", "looks like"),
            ("anna@", "behind the @"),
            ("anna@exa mple.org", "behind the @"),
            ("anna@127.0.0.1", "behind the @"),
            ("anna@[::1]", "behind the @"),
            ("anna@example..org", "looks like"),
            ("anna@example.org.", "looks like"),
            ("an na@example.org", "looks like"),
            ("anna@b@example.org", "looks like"),
            (".anna@example.org", "looks like"),
            ("\"an na\"@example.org", "looks like"),
            ("anna\r\nBcc: eve@example.org", "looks like"),
            ("anna\r\nRCPT TO:<eve@example.org", "looks like"),
            ("Anna <anna@example.org>", "behind the @"),
            ("an\u{212a}a@example.org", "before the @"),
            (&format!("{}@example.org", "a".repeat(65)), "looks like"),
            (&format!("anna@{}example.org", "a.".repeat(130)), "too long"),
        ] {
            let reason = email_address(typed).unwrap_err();
            assert!(reason.contains(why), "{typed:?}: {reason}");
        }
    }

    #[test]
    fn servers_are_named_by_an_address() {
        for url in [
            "smtp://localhost",
            "smtp://127.0.0.1:2525",
            "smtp://mail.example.org:25/runner.example.org",
            "smtps://anna:s3cret%40@mail.example.org",
            "smtp://anna:s3cret@mail.example.org:587?tls=required",
            "smtp://mail.example.org?tls=opportunistic",
        ] {
            assert!(Mailer::from_url(url, "plimsoll@example.org").is_ok(), "{url}");
            assert!(Mailer::from_url(url, "Plimsoll für alle <plimsoll@example.org>").is_ok(), "{url}");
        }
        let mailer = Mailer::from_url("smtp://anna:s3cret@localhost", "plimsoll@example.org").unwrap();
        let shown = format!("{mailer:?}");
        assert!(shown.contains("localhost") && !shown.contains("s3cret") && !shown.contains("anna"), "{shown}");
    }

    #[test]
    fn what_is_said_of_a_wrong_address_shows_no_password() {
        for url in [
            "",
            "s3cret",
            "s3cret://mail.example.org",
            "mail.example.org:s3cret",
            "http://anna:s3cret@mail.example.org",
            "smtp:anna:s3cret@mail.example.org",
            "smtp://anna:s3cret@",
            "smtp://anna:s3cret",
            "smtp://anna:p#s3cret@mail.example.org",
            "smtp://anna:p?tls=s3cret@mail.example.org",
            "smtp://anna:25?s3cret@mail.example.org",
            "smtp://anna:25#s3cret@mail.example.org",
            "smtp://anna:25/s3cret@mail.example.org?tls=s3cret",
            "smtp://anna:s3cret%FF@mail.example.org",
            "smtp://anna:s3cret@mail.example.org?tls=perhaps",
            "smtp://anna:s3cret@mail.example.org?ssl=required",
            "smtp://anna@mail.example.org",
            "smtp://:s3cret@mail.example.org",
            "smtps://anna:s3cret@mail.example.org?tls=none",
        ] {
            let error = Mailer::from_url(url, "plimsoll@example.org").unwrap_err();
            let shown = format!("{error:#} {error:?}");
            assert!(shown.contains("mail server") && !shown.contains("s3cret"), "{url}: {shown}");
        }
        let error = Mailer::from_url("smtp://localhost", "nobody").unwrap_err();
        assert!(error.to_string().contains("“nobody”"), "{error}");
    }

    #[test]
    fn nobody_adds_headers_by_way_of_address_or_subject() {
        let mailer = Mailer::from_url("smtp://localhost", "plimsoll@example.org").unwrap();
        for to in ["anna@example.org\r\nBcc: eve@example.org", "anna@example.org\n", "a@b, eve@example.org", "nobody"] {
            assert!(mailer.message(to, "Hello", "Text").is_err(), "{to:?}");
        }
        for subject in ["Hello\r\nBcc: eve@example.org", "Hello\n", "Hello\rthere", "Hello\u{2028}there", "Hello\0"] {
            assert!(mailer.message("anna@example.org", subject, "Text").is_err(), "{subject:?}");
        }
    }

    #[test]
    fn a_message_tells_nothing_of_the_machine() {
        let mailer = Mailer::from_url("smtp://localhost", "Plimsoll <plimsoll@example.org>").unwrap();
        let message = mailer.message("anna@example.org", "Grüße", "Für dich.\n").unwrap().formatted();
        let message = String::from_utf8(message).unwrap();
        let header =
            |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        assert!(header("Message-ID: ").ends_with("@example.org>"), "{message}");
        assert_eq!(header("Auto-Submitted: "), "auto-generated");
        assert_eq!(header("To: "), "anna@example.org");
        assert_eq!(header("Content-Type: "), "text/plain; charset=utf-8");
        assert!(!header("Date: ").is_empty());
    }
}

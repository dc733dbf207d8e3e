//! Signing in and up: passwords against the store, with a limit on guessing, and links that are handed on.

use std::net::IpAddr;

use anyhow::Context as _;
use chrono::{Datelike as _, NaiveDate};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{Mailer, Password, Passwords, Secret, TotpSecret, email_address, recovery_hash};
use crate::cli::DoorArgs;
use crate::clock::Clock;
use crate::library::Library;
use crate::store::{Account, AccountError, Device, Link, Log, NewAccount, NewLink, Purpose, Store, Terms};

/// How many tries at one account are taken in a quarter of an hour, from wherever they come.
const TRIES_PER_ACCOUNT: i64 = 10;

/// How many tries are taken from one address in a quarter of an hour, at whichever accounts and links. Those that were
/// right do not count.
const TRIES_PER_ADDRESS: i64 = 50;

/// The window that tries are counted in, milliseconds.
const WINDOW_MS: i64 = 15 * 60_000;

/// The setting that says who may sign up.
const SIGN_UP: &str = "sign_up";

/// Accounts in use: what is asked of people at the door. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    /// `None`: no mail is sent, and the keeper hands links on.
    pub(crate) mailer: Option<Mailer>,
    /// How people reach the service, without a slash at the end; `None`: as the request says.
    pub(crate) public_url: Option<String>,
    /// How many proxies stand before the service, each of which adds the address that it saw.
    pub(crate) proxies: usize,
}

/// From where somebody asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Address. All whose address is not known are counted as one.
    pub(crate) address: Option<IpAddr>,
    /// What the browser calls itself.
    pub(crate) agent: String,
}

/// Why somebody was not let in.
#[derive(Debug, Error)]
pub(crate) enum SignInError {
    /// The address or the password.
    #[error("The address or the password is not right.")]
    Wrong,
    /// The code of the second factor.
    #[error("The code is not right, was used already, or is too old. Wait for the next one.")]
    WrongCode,
    /// The account is closed.
    #[error("The keeper of this installation has closed the account.")]
    Closed,
    /// Too many tries.
    #[error("There were too many tries. Wait {}, or ask for a new password.", minutes(*.0))]
    TooMany(i64),
    /// The database, or the machine.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

/// A try that was counted, before anybody knew whether it is right.
#[derive(Debug)]
pub(crate) struct Tried {
    /// What it was counted by from where it came.
    from: String,
    /// What it was counted by at which account; `None` at a link.
    account: Option<String>,
    at_ms: i64,
}

/// A session that begins, as the browser keeps it.
#[derive(Debug)]
pub(crate) struct Begun {
    /// What the cookie holds.
    pub(crate) secret: Secret,
    /// Whether the second factor is asked for next.
    pub(crate) half: bool,
}

/// Who signs up, as the form says.
#[derive(Debug, Clone)]
pub(crate) struct SignUp {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password: Password,
    pub(crate) born: Option<NaiveDate>,
    pub(crate) log: Log,
}

impl Accounts {
    /// Accounts of a data folder, with what the command line says.
    ///
    /// # Errors
    /// When an option is no use; the sentence names it.
    pub(crate) fn of(library: &Library, doors: &DoorArgs) -> anyhow::Result<Self> {
        let public_url = doors.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let is_host = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']));
            anyhow::ensure!(
                is_host,
                "--public-url is “{url}”; write it like https://plimsoll.example.org, without a path"
            );
        }
        let mailer = match (&doors.smtp_url, &doors.mail_from) {
            (Some(url), Some(from)) => Some(Mailer::from_url(url, from).context("--smtp-url and --mail-from")?),
            _ => None,
        };
        Ok(Self {
            store: library.store.clone(),
            clock: library.clock,
            passwords: Passwords::new(doors.breached_passwords.as_deref()).context("--breached-passwords")?,
            mailer,
            public_url,
            proxies: doors.proxies,
        })
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// Whether people reach the service by HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The name of the cookie that holds the session. A browser takes one with this prefix from HTTPS only, and from
    /// nobody else of the same domain.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.is_https() { "__Host-plimsoll" } else { "plimsoll" }
    }

    /// Counts a try at an account, and from an address; refuses it when there were too many. One that turns out right is
    /// forgiven: [`Self::forgive`].
    pub(super) async fn count_tries(&self, account: &str, caller: &Caller) -> Result<Tried, SignInError> {
        let tried = self.count_from(caller).await?;
        let account = key("account", account);
        self.count_try(&account, TRIES_PER_ACCOUNT, tried.at_ms).await?;
        Ok(Tried { account: Some(account), ..tried })
    }

    /// Counts a try from an address only: at links, and where everybody may sign up.
    pub(crate) async fn count_from(&self, caller: &Caller) -> Result<Tried, SignInError> {
        let from = key("address", &caller.address.map_or_else(|| "unknown".to_owned(), network));
        let at_ms = self.now_ms();
        self.count_try(&from, TRIES_PER_ADDRESS, at_ms).await?;
        Ok(Tried { from, account: None, at_ms })
    }

    async fn count_try(&self, what: &str, most: i64, now_ms: i64) -> Result<(), SignInError> {
        if self.store.count_attempt(what, WINDOW_MS, now_ms).await? > most {
            let left_ms = WINDOW_MS - now_ms.rem_euclid(WINDOW_MS);
            return Err(SignInError::TooMany((left_ms + 59_999) / 60_000));
        }
        Ok(())
    }

    /// Takes a try back out of the count: it was right. Those before it, which were not, stay.
    pub(crate) async fn forgive(&self, tried: &Tried) -> anyhow::Result<()> {
        for what in [Some(&tried.from), tried.account.as_ref()].into_iter().flatten() {
            self.store.forgive_attempt(what, WINDOW_MS, tried.at_ms).await?;
        }
        Ok(())
    }

    /// Takes a try back out of the count, and every one at its account: who it is has been shown.
    pub(super) async fn forgive_all(&self, tried: &Tried) -> anyhow::Result<()> {
        self.forgive(tried).await?;
        match &tried.account {
            Some(account) => self.store.forget_attempts(account).await,
            None => Ok(()),
        }
    }

    /// Lets somebody in by address and password; with a second factor, half way.
    pub(crate) async fn sign_in(
        &self,
        email: &str,
        password: &Password,
        caller: &Caller,
    ) -> Result<Begun, SignInError> {
        let email = email_address(email).unwrap_or_else(|_| email.trim().to_lowercase());
        let tried = self.count_tries(&email, caller).await?;
        let known = self.store.credentials(&email).await?;
        let stored = known.as_ref().map(|known| known.password_hash.clone());
        if !self.passwords.verify(password, stored.as_deref()).await? {
            return Err(SignInError::Wrong);
        }
        let (Some(known), Some(stored)) = (known, stored) else { return Err(SignInError::Wrong) };
        if known.account.closed_ms.is_some() {
            return Err(SignInError::Closed);
        }
        if Passwords::needs_rehash(&stored) {
            let anew = self.passwords.hash(password).await?;
            self.store.rehash_password(&known.account.id, &stored, &anew).await?;
        }
        let half = known.totp_secret.is_some();
        if half {
            // Codes that were guessed stay counted.
            self.forgive(&tried).await?;
        } else {
            self.forgive_all(&tried).await?;
        }
        Ok(self.begin(&known.account.id, half, caller).await?)
    }

    /// Lets somebody in the rest of the way, by a code of the second factor or one for when that is lost.
    pub(crate) async fn second_factor(
        &self,
        account: &Account,
        half_session: &str,
        code: &str,
        caller: &Caller,
    ) -> Result<Begun, SignInError> {
        let tried = self.count_tries(&account.email, caller).await?;
        if !self.is_code_right(&account.id, code).await? {
            return Err(SignInError::WrongCode);
        }
        self.forgive_all(&tried).await?;
        self.store.end_session(&account.id, half_session).await?;
        Ok(self.begin(&account.id, false, caller).await?)
    }

    /// Whether a code of the second factor, or one for when that is lost, is right; it is used up by that.
    pub(crate) async fn is_code_right(&self, account_id: &str, code: &str) -> anyhow::Result<bool> {
        let Some(known) = self.store.credentials_of(account_id).await? else { return Ok(false) };
        let Some(secret) = known.totp_secret.as_deref() else { return Ok(false) };
        let secret = TotpSecret::from_stored(secret)?;
        if let Some(step) = secret.check(code, self.now_ms(), known.totp_step) {
            return self.store.take_totp_step(account_id, step).await;
        }
        match recovery_hash(code) {
            Some(hash) => self.store.take_recovery_code(account_id, &hash, self.now_ms()).await,
            None => Ok(false),
        }
    }

    /// Whether the password of an account is this one: asked again before what is grave. Tries are counted.
    pub(crate) async fn is_password(
        &self,
        account: &Account,
        password: &Password,
        caller: &Caller,
    ) -> Result<bool, SignInError> {
        let tried = self.count_tries(&account.email, caller).await?;
        let known = self.store.credentials_of(&account.id).await?;
        let right = self.passwords.verify(password, known.as_ref().map(|known| known.password_hash.as_str())).await?;
        if right {
            self.forgive_all(&tried).await?;
        }
        Ok(right)
    }

    /// Begins a session.
    pub(crate) async fn begin(&self, account_id: &str, half: bool, caller: &Caller) -> anyhow::Result<Begun> {
        let secret = Secret::new()?;
        let address = caller.address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        let device = Device { agent: &caller.agent, address: &address };
        self.store.begin_session(account_id, &secret.hash(), half, device, self.now_ms()).await?;
        Ok(Begun { secret, half })
    }

    /// Why a password is not taken; `None` when it is.
    pub(crate) async fn refused_password(&self, password: &Password, about: &[&str]) -> anyhow::Result<Option<String>> {
        self.passwords.refuse(password, about).await
    }

    /// Makes an account, and lets its owner in.
    pub(crate) async fn sign_up(
        &self,
        form: SignUp,
        link: Option<(&Secret, Purpose)>,
        caller: &Caller,
    ) -> Result<(String, Begun), AccountError> {
        let email = email_address(&form.email).map_err(AccountError::Invalid)?;
        if let Some(reason) = self.refused_password(&form.password, &[&email, &form.name]).await? {
            return Err(AccountError::Invalid(reason));
        }
        let today = self.clock.now().date_naive();
        if form.born.is_some_and(|born| born > today) {
            return Err(AccountError::Invalid("the day of birth lies in the future".to_owned()));
        }
        if form.born.is_some_and(|born| born.year() < 1900) {
            return Err(AccountError::Invalid("the day of birth lies before 1900".to_owned()));
        }
        let password_hash = self.passwords.hash(&form.password).await?;
        let born = form.born.filter(|born| crate::store::is_under_age(*born, today));
        let new = NewAccount { email, name: form.name, password_hash, born, log: form.log };
        let hash = link.map(|(secret, purpose)| (secret.hash(), purpose));
        let link = hash.as_ref().map(|(hash, purpose)| (hash.as_str(), *purpose));
        let id = self.store.add_account(new, link, self.now_ms()).await?;
        let begun = self.begin(&id, false, caller).await?;
        Ok((id, begun))
    }

    /// Sets a new password by a link, and lets nobody in: who has a second factor is asked for it.
    pub(crate) async fn reset(&self, secret: &Secret, password: &Password) -> Result<String, AccountError> {
        let link = self.link(secret, Purpose::Reset).await?.ok_or(AccountError::LinkGone)?;
        let account = match &link.account_id {
            Some(id) => self.store.account(id).await?.ok_or(AccountError::LinkGone)?,
            None => return Err(AccountError::LinkGone),
        };
        if let Some(reason) = self.refused_password(password, &[&account.email, &account.name]).await? {
            return Err(AccountError::Invalid(reason));
        }
        let hash = self.passwords.hash(password).await?;
        let id = self.store.reset_password(&secret.hash(), &hash, self.now_ms()).await?;
        self.store.forget_attempts(&key("account", &account.email)).await?;
        Ok(id)
    }

    /// Makes a link; returns its secret, which is shown once.
    pub(crate) async fn new_link(&self, purpose: Purpose, new: NewLink<'_>) -> anyhow::Result<Secret> {
        let secret = Secret::new()?;
        self.store.add_link(&secret.hash(), purpose, new, self.now_ms()).await?;
        Ok(secret)
    }

    /// The link of a secret, if it is for `purpose` and can still be used.
    pub(crate) async fn link(&self, secret: &Secret, purpose: Purpose) -> anyhow::Result<Option<Link>> {
        let link = self.store.link(&secret.hash(), self.now_ms()).await?;
        Ok(link.filter(|link| link.purpose == purpose))
    }

    /// Sends somebody who asked for it a link for a new password, if there is an account with the address. Who asks does
    /// not learn whether there is.
    pub(crate) async fn mail_reset(&self, email: &str, caller: &Caller) -> Result<(), SignInError> {
        let Ok(email) = email_address(email) else { return Ok(()) };
        self.count_tries(&format!("reset {email}"), caller).await?;
        let accounts = self.clone();
        // In the background: how long it takes would tell whether there is an account.
        tokio::spawn(async move {
            if let Err(error) = accounts.send_reset(&email).await {
                tracing::error!(error = format!("{error:#}"), "a mail for a new password could not be sent");
            }
        });
        Ok(())
    }

    async fn send_reset(&self, email: &str) -> anyhow::Result<()> {
        let (Some(mailer), Some(base)) = (&self.mailer, &self.public_url) else { return Ok(()) };
        let known = self.store.credentials(email).await?.filter(|known| known.account.closed_ms.is_none());
        let Some(known) = known else { return Ok(()) };
        let id = known.account.id.as_str();
        let secret = self.new_link(Purpose::Reset, NewLink { account_id: Some(id), ..NewLink::default() }).await?;
        let text = format!(
            "Somebody, probably you, asked for a new password for Plimsoll at {base}.\n\nSet it here within 24 hours:\n\
             {base}{}\n\nA new password signs every browser out. It also ends all your tokens, and the links that you made and \
             nobody has used yet, such as offers and invitations to squads.\n\nIf it was not you, nothing needs to be done: the password stays as it is.\n",
            path_of(Purpose::Reset, &secret)
        );
        mailer.send(email, "A new password for Plimsoll", &text).await
    }

    /// Sends somebody a link with which to sign up, where everybody may; somebody with an account is told so instead.
    /// Who asks does not learn which it was.
    pub(crate) async fn mail_sign_up(&self, email: &str, caller: &Caller) -> Result<(), AccountError> {
        let email = email_address(email).map_err(AccountError::Invalid)?;
        match self.count_tries(&format!("sign up {email}"), caller).await {
            Ok(_) => {}
            Err(SignInError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(AccountError::Invalid(error.to_string())),
        }
        let accounts = self.clone();
        // In the background: how long it takes would tell whether there is an account.
        tokio::spawn(async move {
            if let Err(error) = accounts.send_sign_up(&email).await {
                tracing::error!(error = format!("{error:#}"), "a mail for signing up could not be sent");
            }
        });
        Ok(())
    }

    async fn send_sign_up(&self, email: &str) -> anyhow::Result<()> {
        let (Some(mailer), Some(base)) = (&self.mailer, &self.public_url) else { return Ok(()) };
        let text = if self.store.credentials(email).await?.is_some() {
            format!(
                "Somebody, probably you, wanted to sign up for Plimsoll at {base}. There is an account with your address \
                 already: sign in at {base}/sign-in, or set a new password at {base}/forgotten.\n"
            )
        } else {
            let terms = Terms { email: Some(email.to_owned()), ..Terms::default() };
            let secret = self.new_link(Purpose::SignUp, NewLink { terms, ..NewLink::default() }).await?;
            format!(
                "Somebody, probably you, wants to sign up for Plimsoll at {base}. Go on here within two weeks; the link is \
                 for this address alone:\n{base}{}\n",
                path_of(Purpose::SignUp, &secret)
            )
        };
        mailer.send(email, "Signing up for Plimsoll", &text).await
    }

    /// Whether everybody may sign up; otherwise who has a link may.
    pub(crate) async fn is_open(&self) -> anyhow::Result<bool> {
        Ok(self.store.setting(SIGN_UP).await?.as_deref() == Some("open"))
    }

    /// Says whether everybody may sign up.
    pub(crate) async fn set_open(&self, open: bool) -> anyhow::Result<()> {
        self.store.set_setting(SIGN_UP, if open { "open" } else { "invitation" }).await
    }
}

/// `1 minute`, `15 minutes`.
fn minutes(number: i64) -> String {
    format!("{number} {}", if number == 1 { "minute" } else { "minutes" })
}

/// Where a link leads, without the host.
pub(crate) fn path_of(purpose: Purpose, secret: &Secret) -> String {
    let secret = secret.text();
    match purpose {
        Purpose::Setup => format!("/setup/{secret}"),
        Purpose::SignUp => format!("/sign-up/{secret}"),
        Purpose::Reset => format!("/reset/{secret}"),
        Purpose::Claim | Purpose::Guardian | Purpose::Ask | Purpose::Staff | Purpose::Offer => {
            format!("/invitations/{secret}")
        }
    }
}

/// What tries are counted by: no address of a person stands in the table.
pub(super) fn key(kind: &str, what: &str) -> String {
    Sha256::digest(format!("{kind} {what}")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The network that an address is taken for: who has one IPv6 address has all of its /64.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        other => other.to_canonical().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    const RIGHT: &str = "seven herons over a mill";

    /// A folder with the account of Ada, at a quarter past.
    async fn ada() -> (tempfile::TempDir, Accounts, Caller) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::Fixed("2026-11-20T12:15:00Z".parse().unwrap());
        let library = Library::open(folder.path(), clock, Limits::from_megabytes(128, 256)).await.unwrap();
        let accounts = Accounts::of(&library, &DoorArgs::default()).unwrap();
        let caller = Caller { address: Some(IpAddr::from([192, 0, 2, 7])), agent: String::new() };
        accounts.sign_up(form("ada@example.org", None), None, &caller).await.unwrap();
        (folder, accounts, caller)
    }

    fn form(email: &str, born: Option<&str>) -> SignUp {
        let born = born.map(|born| born.parse().unwrap());
        SignUp {
            email: email.to_owned(),
            name: "Ada".to_owned(),
            password: RIGHT.to_owned().into(),
            born,
            log: Log::None,
        }
    }

    #[tokio::test]
    async fn only_tries_that_fail_count() {
        let (_folder, accounts, caller) = ada().await;
        let sign_in = async |password: &str| {
            accounts.sign_in("ada@example.org", &password.to_owned().into(), &caller).await.map(drop)
        };
        for _ in 0..TRIES_PER_ADDRESS + 5 {
            sign_in(RIGHT).await.unwrap();
            let tried = accounts.count_from(&caller).await.unwrap();
            accounts.forgive(&tried).await.unwrap();
        }
        // Signing in with an own account in between does not give tries at other accounts back.
        for number in 0..TRIES_PER_ADDRESS {
            let email = format!("nobody{number}@example.org");
            let wrong = accounts.sign_in(&email, &"guess number one".to_owned().into(), &caller).await;
            assert!(matches!(wrong, Err(SignInError::Wrong)), "{number}: {wrong:?}");
            if number + 1 < TRIES_PER_ADDRESS {
                sign_in(RIGHT).await.unwrap();
            }
        }
        let refused = sign_in(RIGHT).await.unwrap_err().to_string();
        assert_eq!(refused, "There were too many tries. Wait 15 minutes, or ask for a new password.");
        assert_eq!(
            SignInError::TooMany(1).to_string(),
            "There were too many tries. Wait 1 minute, or ask for a new password."
        );
    }

    #[tokio::test]
    async fn who_comes_from_nowhere_is_counted_too() {
        let (_folder, accounts, _) = ada().await;
        let caller = Caller { address: None, agent: String::new() };
        for _ in 0..TRIES_PER_ADDRESS {
            accounts.count_from(&caller).await.unwrap();
        }
        assert!(matches!(accounts.count_from(&caller).await, Err(SignInError::TooMany(_))));
    }

    #[tokio::test]
    async fn nobody_was_born_before_1900() {
        let (_folder, accounts, caller) = ada().await;
        for born in ["0001-01-01", "1899-12-31", "2026-11-21"] {
            let made = accounts.sign_up(form("old@example.org", Some(born)), None, &caller).await;
            assert!(matches!(made, Err(AccountError::Invalid(_))), "{born}");
        }
        accounts.sign_up(form("old@example.org", Some("1900-01-01")), None, &caller).await.unwrap();
    }

    #[test]
    fn who_has_one_address_of_a_network_has_all() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}

//! Passwords: how they are kept, and which ones are refused. Nothing is ever looked up on a network.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use argon2::password_hash::Error as HashError;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use serde::Deserialize;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use super::breached::Breached;
use super::guessable::{self, Known};
use super::secret::random_bytes;

/// Fewest characters of a new password.
const SHORTEST: usize = 10;

/// Most bytes: more than anybody types, and little enough to work with.
const LONGEST_BYTES: usize = 1024;

/// Memory of one hash, KiB. The three are what OWASP recommends for Argon2id.
const MEMORY_KIB: u32 = 19_456;

/// Passes over the memory.
const PASSES: u32 = 2;

/// Lanes that could be worked on at once.
const LANES: u32 = 1;

/// A password as somebody typed it. Unicode that looks the same is the same (NFKC, as NIST SP 800-63B asks for), so
/// that it does not depend on the keyboard.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Password {
    /// Normalised; empty when it is too long.
    text: String,
    /// Whether more was typed than is taken: no account has such a password.
    too_long: bool,
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        let too_long = typed.len() > LONGEST_BYTES;
        let text = if too_long { String::new() } else { typed.nfkc().collect() };
        Self { text, too_long }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Hashes and judges passwords, at most as many at once as there are cores: each hash takes 19 MiB.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    breached: Option<Breached>,
}

impl Passwords {
    /// With the file of leaked passwords, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read or has another format.
    pub(crate) fn new(breached: Option<&Path>) -> anyhow::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let breached = breached.map(Breached::open).transpose()?;
        Ok(Self { permits: Arc::new(Semaphore::new(cores)), breached })
    }

    /// What the store keeps of a password: Argon2id, as a PHC string with its parameters.
    ///
    /// # Errors
    /// When the password is too long, which [`Passwords::refuse`] says in words, or the machine gives no random bytes.
    pub(crate) async fn hash(&self, password: &Password) -> anyhow::Result<String> {
        let password = password.clone();
        self.run(move || {
            anyhow::ensure!(!password.too_long, "a password of more than {LONGEST_BYTES} bytes is not kept");
            let salt: [u8; 16] = random_bytes()?;
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.text.as_bytes(), &salt)
                .context("cannot hash the password")?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one whose hash is `stored`. Without an account (`None`) it is not, and finding that
    /// out takes as much work, so that the time does not tell who has one.
    ///
    /// # Errors
    /// When what is stored is no hash.
    pub(crate) async fn verify(&self, password: &Password, stored: Option<&str>) -> anyhow::Result<bool> {
        if password.too_long {
            return Ok(false);
        }
        let password = password.clone();
        let known = stored.is_some();
        let stored = stored.map_or_else(nobodys_hash, str::to_owned);
        self.run(move || {
            let stored = PasswordHash::new(&stored).context("the store holds a hash of a password that is none")?;
            match argon2()?.verify_password(password.text.as_bytes(), &stored) {
                Ok(()) => Ok(known),
                Err(HashError::PasswordInvalid) => Ok(false),
                Err(error) => Err(error).context("the store holds a hash of a password that cannot be checked"),
            }
        })
        .await
    }

    /// Whether a stored hash is weaker than those that are made now. The next time that its password is known, after
    /// signing in, it should be made anew.
    pub(crate) fn needs_rehash(stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        let Ok(parameters) = Params::try_from(&hash) else { return true };
        hash.algorithm != Algorithm::Argon2id.ident()
            || hash.version != Some(Version::V0x13.into())
            || parameters.m_cost() < MEMORY_KIB
            || parameters.t_cost() < PASSES
    }

    /// Why a new password is refused, in words for the person who chose it; `None` when it is taken. `about` is what
    /// others know of the person: e-mail address and name.
    ///
    /// # Errors
    /// When the file of leaked passwords cannot be read any more.
    pub(crate) async fn refuse(&self, password: &Password, about: &[&str]) -> anyhow::Result<Option<String>> {
        if password.too_long {
            return Ok(Some(format!("This password is too long: it may have at most {LONGEST_BYTES} bytes.")));
        }
        if password.text.chars().count() < SHORTEST {
            return Ok(Some(format!("This password is too short: it needs at least {SHORTEST} characters.")));
        }
        let password = password.clone();
        let known = Known::of(about);
        let breached = self.breached.clone();
        self.run(move || {
            if let Some(reason) = guessable::reason(&password.text, &known) {
                return Ok(Some(reason));
            }
            let breached = breached.map_or(Ok(false), |file| file.contains(&password.text))?;
            Ok(breached.then(|| guessable::LEAKED.to_owned()))
        })
        .await
    }

    /// Runs `work` where blocking is fine, when its turn comes. It goes on when nobody waits for it any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let permit = self.permits.clone().acquire_owned().await.context("the service is stopping")?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        done.await.context("working with a password ended with a fault of the program")?
    }
}

/// What hashes new passwords.
fn argon2() -> anyhow::Result<Argon2<'static>> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None).context("the parameters of Argon2id are wrong")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

/// A hash with the parameters of new ones that is that of no account.
fn nobodys_hash() -> String {
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::from(text.to_owned())
    }

    fn passwords() -> Passwords {
        Passwords::new(None).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let passwords = passwords();
        let stored = passwords.hash(&password("a quiet morning run")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(!Passwords::needs_rehash(&stored));
        assert!(passwords.verify(&password("a quiet morning run"), Some(&stored)).await.unwrap());
        for other in ["", "a quiet morning run ", "A quiet morning run"] {
            assert!(!passwords.verify(&password(other), Some(&stored)).await.unwrap(), "{other}");
        }
        assert_ne!(passwords.hash(&password("a quiet morning run")).await.unwrap(), stored, "each has its own salt");
    }

    #[tokio::test]
    async fn hashes_of_other_programs_are_understood() {
        // Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32 -e
        let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(passwords().verify(&password("password"), Some(stored)).await.unwrap());
        assert!(!Passwords::needs_rehash(stored));
    }

    #[tokio::test]
    async fn nobodys_password_is_wrong_and_costs_what_a_real_one_does() {
        assert!(!passwords().verify(&password("a quiet morning run"), None).await.unwrap());
        let stored = nobodys_hash();
        let nobody = PasswordHash::new(&stored).unwrap();
        let of_now = passwords().hash(&password("a quiet morning run")).await.unwrap();
        let of_now = PasswordHash::new(&of_now).unwrap();
        assert_eq!(
            (&nobody.params, nobody.version, nobody.algorithm),
            (&of_now.params, of_now.version, of_now.algorithm)
        );
        let lengths = |hash: &PasswordHash| (hash.salt.unwrap().len(), hash.hash.unwrap().len());
        assert_eq!(lengths(&nobody), lengths(&of_now));
    }

    #[tokio::test]
    async fn what_is_no_hash_is_an_error_and_no_wrong_password() {
        for stored in ["", "plain text", "$scrypt$ln=15,r=8,p=1$c29tZXNhbHQ$c29tZWhhc2g"] {
            assert!(passwords().verify(&password("a quiet morning run"), Some(stored)).await.is_err(), "{stored}");
        }
    }

    #[test]
    fn weaker_hashes_are_to_be_made_anew() {
        let stored = |start: &str| format!("{start}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
        for weaker in [
            "$argon2id$v=19$m=19455,t=2,p=1",
            "$argon2id$v=19$m=65536,t=1,p=1",
            "$argon2i$v=19$m=65536,t=2,p=1",
            "$argon2id$v=16$m=65536,t=2,p=1",
        ] {
            assert!(Passwords::needs_rehash(&stored(weaker)), "{weaker}");
        }
        assert!(!Passwords::needs_rehash(&stored("$argon2id$v=19$m=19456,t=2,p=1")));
        assert!(!Passwords::needs_rehash(&stored("$argon2id$v=19$m=47104,t=3,p=4")));
        assert!(Passwords::needs_rehash("plain text"));
    }

    #[tokio::test]
    async fn unicode_that_looks_the_same_is_the_same() {
        let passwords = passwords();
        let composed = passwords.hash(&password("Läufer am Dreikönigstag")).await.unwrap();
        let decomposed = "La\u{308}ufer am Dreiko\u{308}nigstag";
        assert!(passwords.verify(&password(decomposed), Some(&composed)).await.unwrap());
    }

    #[tokio::test]
    async fn lengths_are_counted_in_characters_and_capped_in_bytes() {
        let refused = async |text: &str| passwords().refuse(&password(text), &[]).await.unwrap();
        let short = "This password is too short: it needs at least 10 characters.";
        assert_eq!(refused("").await.as_deref(), Some(short));
        assert_eq!(refused("xq7 vmk2p").await.as_deref(), Some(short));
        assert_eq!(refused("xq7 vmk2pz").await, None);
        assert_eq!(refused("日本の朝は静か").await.as_deref(), Some(short), "21 bytes, but seven characters");
        assert_eq!(refused("静かな朝に川沿いを走る").await, None);
        let long = "xq7 vmk2".repeat(128);
        assert_ne!(refused(&long).await.as_deref(), Some("This password is too long: it may have at most 1024 bytes."));
        let too_long = format!("{long}z");
        assert_eq!(
            refused(&too_long).await.as_deref(),
            Some("This password is too long: it may have at most 1024 bytes.")
        );
        assert!(passwords().hash(&password(&too_long)).await.is_err());
        let empty = passwords().hash(&password("")).await.unwrap();
        assert!(!passwords().verify(&password(&too_long), Some(&empty)).await.unwrap());
    }

    #[tokio::test]
    async fn what_stands_in_the_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("breached.txt");
        // SHA-1 of “a quiet morning run”.
        std::fs::write(&file, "HASH:12\r\n".replace("HASH", &super::super::breached::sha1_hex("a quiet morning run")))
            .unwrap();
        let passwords = Passwords::new(Some(&file)).unwrap();
        let reason = passwords.refuse(&password("a quiet morning run"), &[]).await.unwrap();
        assert_eq!(reason.as_deref(), Some(guessable::LEAKED));
        assert_eq!(passwords.refuse(&password("a quiet evening run"), &[]).await.unwrap(), None);
        std::fs::remove_file(&file).unwrap();
        let error = passwords.refuse(&password("a quiet morning run"), &[]).await.unwrap_err();
        assert!(format!("{error:#}").contains("breached.txt"), "{error:#}");
    }

    #[test]
    fn forms_give_passwords_and_debugging_shows_none() {
        let password: Password = serde_json::from_str(r#""a quiet morning run""#).unwrap();
        assert_eq!(password.text, "a quiet morning run");
        assert_eq!(format!("{password:?}"), "Password(…)");
    }
}

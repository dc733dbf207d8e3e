//! Passwords: which are taken, and how they are kept.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use tokio::sync::Semaphore;
use zxcvbn::feedback::Warning;

/// Fewest characters.
const SHORTEST: usize = 10;

/// Most bytes: longer ones cost time and make nothing safer.
const LONGEST_BYTES: usize = 1024;

/// Memory of one hash, KiB; with the next two what OWASP's cheat sheet on storing passwords asks for at least.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A password as it was typed. Shows nowhere.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Hashes, compares and judges passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    /// Each hash takes memory and a core for a while.
    permits: Arc<Semaphore>,
    /// What is compared with where there is no account, so that this takes as long as where there is one.
    nobody: Arc<str>,
    leaked: Option<Arc<Path>>,
}

impl Passwords {
    /// With a file of passwords that are known from leaks, or without: lines of `SHA1:COUNT` sorted by the hash, as Have I
    /// Been Pwned's downloader writes them.
    ///
    /// # Errors
    /// When the file cannot be opened or is no such file.
    pub(crate) fn new(leaked: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(file) = leaked {
            let opening = || format!("cannot use the passwords known from leaks in {}", file.display());
            let mut first = String::new();
            BufReader::new(File::open(file).with_context(opening)?).read_line(&mut first).with_context(opening)?;
            let is_hash = first.get(..40).is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
            anyhow::ensure!(
                is_hash,
                "{} holds no passwords known from leaks: its first line is no SHA-1 in hexadecimal, a colon and a count",
                file.display()
            );
        }
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let nobody = hash(&Password("nobody has this one".to_owned()))?.into();
        Ok(Self { permits: Arc::new(Semaphore::new(cores)), nobody, leaked: leaked.map(Arc::from) })
    }

    /// The hash that is stored, as a PHC string: argon2id.
    pub(crate) async fn hash(&self, password: Password) -> anyhow::Result<String> {
        let _permit = self.permits.acquire().await?;
        tokio::task::spawn_blocking(move || hash(&password)).await?
    }

    /// Whether a password is the one of a stored hash; without one, false after as long a time.
    ///
    /// # Errors
    /// When what is stored is no such hash.
    pub(crate) async fn verify(&self, password: Password, stored: Option<&str>) -> anyhow::Result<bool> {
        // Nobody has set such a one.
        let password = if password.0.len() > LONGEST_BYTES { Password::default() } else { password };
        let (known, stored) = (stored.is_some(), stored.unwrap_or(&self.nobody).to_owned());
        let _permit = self.permits.acquire().await?;
        let right = tokio::task::spawn_blocking(move || {
            let stored = PasswordHash::new(&stored).map_err(|error| anyhow::anyhow!("a stored password: {error}"))?;
            Ok::<_, anyhow::Error>(argon2()?.verify_password(password.0.as_bytes(), &stored).is_ok())
        });
        Ok(right.await?? && known)
    }

    /// Whether a stored hash is weaker than those made today.
    pub(crate) fn needs_rehash(&self, stored: &str) -> bool {
        let Ok(stored) = PasswordHash::new(stored) else { return false };
        let Ok(params) = Params::try_from(&stored) else { return true };
        stored.algorithm.as_str() != "argon2id" || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
    }

    /// Why a new password is not taken, for a person; `None` when it is. `about` is what others know of the person.
    pub(crate) async fn refuse(&self, password: &Password, about: &[&str]) -> anyhow::Result<Option<String>> {
        let (password, leaked) = (password.clone(), self.leaked.clone());
        let about: Vec<String> = about.iter().map(|text| (*text).to_owned()).collect();
        tokio::task::spawn_blocking(move || {
            if let Some(reason) = refused(&password, &about) {
                return Ok(Some(reason.to_owned()));
            }
            match leaked {
                Some(file) if is_in(&file, &password)? => Ok(Some(LEAKED.to_owned())),
                _ => Ok(None),
            }
        })
        .await?
    }
}

/// What is said of a password from a leak.
const LEAKED: &str = "This password is known from leaks of other services, where guessing begins. Choose another one.";

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password) -> anyhow::Result<String> {
    let hash = argon2()?.hash_password(password.0.as_bytes());
    Ok(hash.map_err(|error| anyhow::anyhow!("a password cannot be hashed: {error}"))?.to_string())
}

/// Why a password is too easy to guess.
fn refused(password: &Password, about: &[String]) -> Option<&'static str> {
    let text = password.0.as_str();
    if text.len() > LONGEST_BYTES {
        return Some("A password has at most 1,024 bytes.");
    }
    if text.chars().count() < SHORTEST {
        return Some(
            "A password has at least ten characters: several words that do not belong together make a good one.",
        );
    }
    // Only the beginning is judged: time grows faster than length, and a long one is not easier for what follows.
    let judged: String = text.chars().take(72).collect();
    let mut known: Vec<String> = vec!["plimsoll".to_owned()];
    for text in about {
        known.push(text.to_lowercase());
        known.extend(text.split('@').next().map(str::to_lowercase));
        known.extend(text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).filter(|text| text.chars().count() > 2).collect();
    let judgement = zxcvbn::zxcvbn(&judged, &known);
    let warning = judgement.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    match warning {
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => return Some(LEAKED),
        _ if u8::from(judgement.score()) >= 2 => return None,
        _ => {}
    }
    Some(match warning {
        Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => {
            "This password repeats itself and is easy to guess. Take several words that do not belong together."
        }
        Some(
            Warning::StraightRowsOfKeysAreEasyToGuess
            | Warning::ShortKeyboardPatternsAreEasyToGuess
            | Warning::SequencesLikeAbcAreEasyToGuess,
        ) => {
            "This password follows the keys or the alphabet and is easy to guess. Take several words that do not belong together."
        }
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => {
            "Dates are easy to guess. Take several words that do not belong together."
        }
        _ => {
            "This password is easy to guess from common words, names, or what is known of you. Take several words that do not belong together."
        }
    })
}

/// Whether a password is in a sorted file of hashes; looks at some thirty lines of a thousand million.
fn is_in(file: &Path, password: &Password) -> anyhow::Result<bool> {
    let wanted = super::secret::hex(&Sha1::digest(&password.0)).to_uppercase();
    let reading = || format!("cannot read the passwords known from leaks in {}", PathBuf::from(file).display());
    let open = File::open(file).with_context(reading)?;
    let mut end = open.metadata().with_context(reading)?.len();
    let mut reader = BufReader::with_capacity(256, open);
    let mut begin = 0;
    // A line that begins in [begin, end) may be the wanted one.
    while begin < end {
        let middle = begin + (end - begin) / 2;
        let mut line = Vec::new();
        // The line after the one that lies across the middle; of the first byte, the first line.
        let mut at = middle;
        reader.seek(SeekFrom::Start(middle.saturating_sub(1))).with_context(reading)?;
        if middle > 0 {
            at += reader.read_until(b'\n', &mut line).with_context(reading)? as u64 - 1;
            line.clear();
        }
        let length = if at < end { reader.read_until(b'\n', &mut line).with_context(reading)? as u64 } else { 0 };
        if length == 0 {
            end = middle;
            continue;
        }
        let hash = line.get(..40).unwrap_or_default().to_ascii_uppercase();
        match hash.as_slice().cmp(wanted.as_bytes()) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => begin = at + length,
            std::cmp::Ordering::Greater => end = middle,
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password(text.to_owned())
    }

    fn reason(text: &str) -> Option<&'static str> {
        refused(&password(text), &["ada.lovelace@example.org".to_owned(), "Ada Lovelace".to_owned()])
    }

    #[test]
    fn what_is_easy_to_guess_is_refused_with_the_reason() {
        for (text, said) in [
            ("short", "ten characters"),
            ("password123", "known from leaks"),
            ("P@ssw0rd12", "known from leaks"),
            ("1234567890", "known from leaks"),
            ("aaaaaaaaaaaa", "repeats itself"),
            ("zxcvbnm,./", "follows the keys"),
            ("ada.lovelace", "known of you"),
            ("plimsoll2026", "known of you"),
        ] {
            let reason = reason(text).unwrap_or_else(|| panic!("{text} is taken"));
            assert!(reason.contains(said), "{text}: {reason}");
        }
        assert!(reason(&"long ".repeat(300)).unwrap().contains("1,024"));
    }

    #[test]
    fn what_is_hard_to_guess_is_taken_without_rules_on_letters() {
        for text in ["seven herons over a mill", "tvgqxbwlzu", "ключ под половиком", "雨の中を走る十二の狐と鶴"]
        {
            assert_eq!(reason(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::new(None).unwrap();
        let stored = passwords.hash(password("seven herons over a mill")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(password("seven herons over a mill"), Some(&stored)).await.unwrap());
        assert!(!passwords.verify(password("seven herons over a hill"), Some(&stored)).await.unwrap());
        assert!(!passwords.verify(password("nobody has this one"), None).await.unwrap());
        assert!(!passwords.verify(password(&"x".repeat(5000)), Some(&stored)).await.unwrap());
        assert!(passwords.verify(password("x"), Some("nonsense")).await.is_err());
        assert!(!passwords.needs_rehash(&stored));
        assert!(passwords.needs_rehash(&stored.replace("m=19456", "m=4096")));
        assert!(!format!("{:?}", password("seven herons")).contains("heron"));
    }

    #[tokio::test]
    async fn a_file_of_leaked_passwords_is_searched_from_its_first_line_to_its_last() {
        let folder = tempfile::tempdir().unwrap();
        let texts: Vec<String> = (0..200).map(|number| format!("seven herons over mill {number}")).collect();
        let mut hashes: Vec<(String, &String)> =
            texts.iter().map(|text| (super::super::secret::hex(&Sha1::digest(text)).to_uppercase(), text)).collect();
        hashes.sort();
        for (ending, last_line_ends) in [("\n", true), ("\r\n", true), ("\n", false)] {
            let file = folder.path().join("leaked.txt");
            let mut lines =
                hashes.iter().map(|(hash, _)| format!("{hash}:{}", hash.len())).collect::<Vec<_>>().join(ending);
            if last_line_ends {
                lines.push_str(ending);
            }
            std::fs::write(&file, lines).unwrap();
            let passwords = Passwords::new(Some(&file)).unwrap();
            for (_, text) in &hashes {
                let reason = passwords.refuse(&password(text), &[]).await.unwrap();
                assert!(reason.is_some_and(|reason| reason.contains("leaks")), "{text}");
            }
            for number in 200..400 {
                let text = format!("seven herons over mill {number}");
                assert_eq!(passwords.refuse(&password(&text), &[]).await.unwrap(), None, "{text}");
            }
        }
        let other = folder.path().join("other.txt");
        std::fs::write(&other, "password\n").unwrap();
        let error = Passwords::new(Some(&other)).unwrap_err().to_string();
        assert!(error.contains("other.txt") && error.contains("SHA-1"), "{error}");
    }
}

//! Secrets that stand for somebody: of sessions, of links in mail, of programs that use the API.

use std::fmt;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::blobs::sha256_hex;

/// Bytes of a secret: 256 bits, which nobody guesses, so that a fast hash is enough for the store.
const BYTES: usize = 32;

/// A secret that only its holder has: the database stores its hash.
#[derive(Clone)]
pub(crate) struct Secret([u8; BYTES]);

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(random_bytes()?))
    }

    /// The secret for its holder: 43 characters of base64url, for cookies, links and headers.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The secret that has this text; `None` when it is the text of none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// What the database stores: the SHA-256 of the bytes, in lower-case hexadecimal.
    pub(crate) fn hash(&self) -> String {
        sha256_hex(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Random bytes of the machine, fit for secrets.
///
/// # Errors
/// When the machine gives none.
pub(super) fn random_bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("the machine gives no random bytes, and without them nothing can be secret")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_from_its_text_and_from_no_other() {
        let secret = Secret::new().unwrap();
        let text = secret.text();
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{text}");
        assert_eq!(Secret::parse(&text).unwrap().hash(), secret.hash());
        assert_ne!(Secret::new().unwrap().text(), text);
        let (all_but_one, longer, padded) = (&text[1..], format!("{text}A"), format!("{text}="));
        for other in ["", all_but_one, &longer, &padded, &format!(" {text}"), &"é".repeat(21), &"/".repeat(43)] {
            assert!(Secret::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn one_secret_has_one_text() {
        // The last character carries four bits; the two that are left over must be zero.
        assert!(Secret::parse(&"A".repeat(43)).is_some());
        assert!(Secret::parse(&format!("{}B", "A".repeat(42))).is_none());
    }

    #[test]
    fn the_store_gets_the_sha_256_of_the_bytes() {
        let zeros = Secret::parse(&"A".repeat(43)).unwrap();
        assert_eq!(zeros.hash(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    }

    #[test]
    fn debugging_shows_nothing_of_it() {
        let secret = Secret::parse(&"A".repeat(43)).unwrap();
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
    }
}

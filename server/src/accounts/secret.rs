//! Secrets that let somebody in: of sessions, tokens and links. What is stored is a hash, so that who reads the database
//! cannot use them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// How many bytes: as much as nobody guesses.
const BYTES: usize = 32;

/// 256 random bits.
#[derive(Clone)]
pub(crate) struct Secret([u8; BYTES]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut bytes = [0; BYTES];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As it is handed out: 43 characters that stand in an address or a header as they are.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// From how it was handed out; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(Self(URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?))
    }

    /// What is stored: SHA-256, lower-case hexadecimal. Of 256 random bits nothing is found by trying.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::digest(self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Fills `bytes` with random ones.
pub(super) fn fill_random(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|error| anyhow::anyhow!("the machine gives no random numbers: {error}"))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_from_its_text_and_shows_nowhere_else() {
        let secret = Secret::new().unwrap();
        let text = secret.text();
        assert_eq!(text.len(), 43);
        assert_eq!(Secret::parse(&text).unwrap().hash(), secret.hash());
        assert_ne!(Secret::new().unwrap().text(), text);
        assert!(!format!("{secret:?}").contains(&text[..8]) && !secret.hash().contains(&text));
        for wrong in ["", "x", &text[1..], &format!("{text}A"), &text.replace(&text[..1], "=")] {
            assert!(Secret::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        // FIPS 180-4 has no vector of 32 zero bytes; `sha256sum` gives this one.
        let zero = Secret::parse(&"A".repeat(43)).unwrap();
        assert_eq!(zero.hash(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    }
}

//! The second factor: codes of an app that change every half minute (RFC 6238), and codes for when the app is lost.

use std::fmt;

use anyhow::Context as _;
use qrcode::QrCode;
use sha2::{Digest as _, Sha256};
use totp_rs::{Algorithm, Builder, Secret as RawSecret, Totp};

use super::secret::{fill_random, hex};

/// A code is taken this many steps early or late: clocks differ.
const SKEW: u16 = 1;

/// How many codes there are for when the app is lost.
const RECOVERY_CODES: usize = 10;

/// Letters and digits that are not taken for one another; with one that only fills them up to 32.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";

/// Letters of a recovery code: 59 bits.
const RECOVERY_LETTERS: usize = 12;

/// What the app and the service both know.
#[derive(Clone)]
pub(crate) struct TotpSecret(Vec<u8>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// A new one, of 160 bits as RFC 4226 recommends.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut bytes = vec![0; 20];
        fill_random(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As it is stored: base 32.
    pub(crate) fn stored(&self) -> String {
        RawSecret::from(self.0.clone()).to_base32()
    }

    /// From how it is stored; `None` for any other text.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        let secret = RawSecret::try_from_base32(text).ok()?;
        (secret.as_bytes().len() == 20).then(|| Self(secret.as_bytes().to_vec()))
    }

    /// As a person types it, in groups of four.
    pub(crate) fn text(&self) -> String {
        let stored = self.stored();
        let groups: Vec<String> =
            stored.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join(" ")
    }

    /// The address that an app reads from a picture.
    pub(crate) fn uri(&self, account: &str) -> anyhow::Result<String> {
        // A colon would end the issuer.
        let totp = self.builder().with_account_name(account.replace(':', " ")).with_issuer(Some("Plimsoll")).build();
        Ok(totp.context("the second factor cannot be set up for this address")?.to_url()?)
    }

    /// The time step of a code, when it is right at `now_ms` and of no step up to `last_step`: no code is taken twice.
    pub(crate) fn check(&self, code: &str, now_ms: i64, last_step: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let step = self.totp()?.check(&code, u64::try_from(now_ms / 1000).ok()?)?;
        i64::try_from(step).ok().filter(|step| last_step.is_none_or(|last| *step > last))
    }

    fn builder(&self) -> Builder {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(SKEW);
        builder.with_step_duration(30).with_secret(self.0.clone())
    }

    fn totp(&self) -> Option<Totp> {
        self.builder().with_account_name("plimsoll").with_issuer(None::<&str>).build().ok()
    }
}

/// A picture of an address for an app to read, as SVG that takes the size of its place.
pub(crate) fn qr_svg(uri: &str) -> anyhow::Result<String> {
    let code = QrCode::new(uri).context("the address does not fit into a picture")?;
    let svg = code.render::<qrcode::render::svg::Color<'_>>().module_dimensions(1, 1).build();
    // Only the element: it stands in a page.
    let element = svg.find("<svg").map(|at| svg[at..].to_owned()).context("the picture is no SVG")?;
    Ok(element.replacen("<svg ", "<svg role=\"img\" aria-label=\"Code to scan\" ", 1))
}

/// New codes for when the app is lost, as a person keeps them: `k7wq-93bd-x2fm`.
pub(crate) fn recovery_codes() -> anyhow::Result<Vec<String>> {
    (0..RECOVERY_CODES).map(|_| recovery_code()).collect()
}

fn recovery_code() -> anyhow::Result<String> {
    let mut code = String::with_capacity(RECOVERY_LETTERS + 2);
    let mut letters = 0;
    while letters < RECOVERY_LETTERS {
        let mut byte = [0];
        fill_random(&mut byte)?;
        let letter = char::from(ALPHABET[usize::from(byte[0] % 32)]);
        // The last of the alphabet only fills it up to 32.
        if letter == '_' {
            continue;
        }
        if letters > 0 && letters % 4 == 0 {
            code.push('-');
        }
        code.push(letter);
        letters += 1;
    }
    Ok(code)
}

/// What of a recovery code is stored; case, spaces and hyphens do not count. `None` for what can be none.
pub(crate) fn recovery_hash(code: &str) -> Option<String> {
    let letters: String =
        code.to_lowercase().chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
    let is_code =
        letters.len() == RECOVERY_LETTERS && letters.bytes().all(|byte| byte != b'_' && ALPHABET.contains(&byte));
    is_code.then(|| hex(&Sha256::digest(letters)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret of its vectors for SHA-1, whose codes of eight digits end in these six.
    fn rfc() -> TotpSecret {
        TotpSecret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(rfc().check(code, seconds * 1000, None), Some(seconds / 30), "{seconds}");
            assert_eq!(
                rfc().check(&format!("{} {}", &code[..3], &code[3..]), seconds * 1000, None),
                Some(seconds / 30)
            );
        }
    }

    #[test]
    fn a_code_holds_a_step_around_its_own_and_once() {
        let (secret, code) = (rfc(), "081804");
        let at = 1_111_111_109_i64;
        let step = at / 30;
        for (seconds, taken) in [(at - 60, false), (at - 30, true), (at, true), (at + 30, true), (at + 60, false)] {
            assert_eq!(secret.check(code, seconds * 1000, None).is_some(), taken, "{seconds}");
        }
        assert_eq!(secret.check(code, at * 1000, Some(step)), None);
        assert_eq!(secret.check(code, at * 1000, Some(step - 1)), Some(step));
        for wrong in ["", "08180", "0818044", "08180x", "-81804", "+81804"] {
            assert_eq!(secret.check(wrong, at * 1000, None), None, "{wrong}");
        }
        assert_eq!(secret.check(code, -1, None), None);
    }

    #[test]
    fn a_secret_comes_back_and_stands_in_the_picture() {
        let secret = TotpSecret::new().unwrap();
        assert_eq!(TotpSecret::from_stored(&secret.stored()).unwrap().0, secret.0);
        assert!(TotpSecret::from_stored("").is_none() && TotpSecret::from_stored("AAAA").is_none());
        assert_eq!(secret.text().len(), 39);
        let uri = secret.uri("ada@example.org").unwrap();
        assert!(uri.starts_with("otpauth://totp/Plimsoll:") && uri.contains(&secret.stored()), "{uri}");
        let svg = qr_svg(&uri).unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("viewBox") && !svg.contains("style"), "{svg}");
        assert!(!format!("{secret:?}").contains(&secret.stored()));
    }

    #[test]
    fn recovery_codes_differ_and_are_known_however_they_are_typed() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), 10);
        let mut hashes: Vec<String> = codes.iter().map(|code| recovery_hash(code).unwrap()).collect();
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(&typed).as_ref(), Some(&hashes[0]));
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 10);
        assert!(
            codes.iter().all(|code| code.len() == 14 && !code.contains(['_', 'l', 'o', '0', '1', 'i'])),
            "{codes:?}"
        );
        for wrong in ["", "k7wq-93bd-x2f", "k7wq-93bd-x2f_", "123456"] {
            assert_eq!(recovery_hash(wrong), None, "{wrong}");
        }
    }
}

//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when its device is gone.

use std::fmt;

use anyhow::Context as _;
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Totp};

use super::secret::random_bytes;
use crate::blobs::sha256_hex;

/// Who an authenticator app says that the codes are for.
const ISSUER: &str = "Plimsoll";

/// How long a code is shown, seconds.
const STEP_SECONDS: i64 = 30;

/// Recovery codes that are given at once.
const RECOVERY_CODES: usize = 10;

/// Characters of a recovery code, at five bits each.
const RECOVERY_LENGTH: usize = 12;

/// Crockford's base 32: none of its characters is taken for another.
const RECOVERY_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What the service and an authenticator app share: 160 bits.
#[derive(Clone)]
pub(crate) struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// A new secret.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(random_bytes()?))
    }

    /// The secret for typing it into an app: base 32 in groups of four.
    pub(crate) fn text(&self) -> String {
        in_groups(&self.stored(), ' ')
    }

    /// What the database stores. It must be the secret itself: codes are worked out of it.
    pub(crate) fn stored(&self) -> String {
        totp_rs::Secret::from(self.0).to_base32()
    }

    /// The secret from what was stored.
    ///
    /// # Errors
    /// When that is no secret.
    pub(crate) fn from_stored(stored: &str) -> anyhow::Result<Self> {
        let bytes = totp_rs::Secret::try_from_base32(stored).ok();
        let bytes = bytes.and_then(|secret| secret.as_bytes().try_into().ok());
        bytes.map(Self).context("the store holds a second factor that is none")
    }

    /// The address that an app takes the secret from; `account` tells it apart from others in the app.
    ///
    /// # Errors
    /// When `account` is empty or has a colon, which separates it from the issuer.
    pub(crate) fn uri(&self, account: &str) -> anyhow::Result<String> {
        let totp = Builder::new().with_secret(self.0).with_issuer(Some(ISSUER)).with_account_name(account).build();
        Ok(totp.and_then(|totp| totp.to_url())?)
    }

    /// The time step whose code this is, when it is the present one or a neighbour of it (clocks differ) and newer than
    /// `last_step`, the one whose code was taken last: no code works twice. Spaces in the code do not matter.
    pub(crate) fn check(&self, code: &str, now_ms: i64, last_step: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        let totp = self.totp();
        let now = now_ms.div_euclid(STEP_SECONDS * 1000);
        (now - 1..=now + 1)
            .filter(|step| last_step.is_none_or(|last| *step > last))
            .find(|step| u64::try_from(step * STEP_SECONDS).is_ok_and(|seconds| totp.check(&code, seconds).is_some()))
    }

    /// What works codes out: SHA-1, six digits and 30 seconds, the only ones that every app knows.
    fn totp(&self) -> Totp {
        Builder::new().with_secret(self.0).with_skew(0).build_noncompliant()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// `uri` as a QR code: an SVG element for a page, black on white also where the reader's system is dark, which scales
/// with its width and has no styles of its own.
///
/// # Errors
/// When `uri` is too long for a QR code (2,331 bytes).
pub(crate) fn qr_svg(uri: &str) -> anyhow::Result<String> {
    let code = QrCode::new(uri).context("this is too long for a QR code")?;
    let document = code.render::<svg::Color<'_>>().module_dimensions(5, 5).build();
    // What declares a document does not belong inside a page.
    Ok(document.split_once("?>").map_or(document.as_str(), |(_, element)| element).to_owned())
}

/// New recovery codes, to be shown once: each stands for one code of the app. 60 random bits each, like
/// `k7wq-93bd-x2fm`.
///
/// # Errors
/// When the machine gives no random bytes.
pub(crate) fn recovery_codes() -> anyhow::Result<Vec<String>> {
    let code = || {
        let bytes: [u8; RECOVERY_LENGTH] = random_bytes()?;
        // 32 divides 256: every character is as likely as every other.
        let code: String = bytes.iter().map(|byte| char::from(RECOVERY_ALPHABET[usize::from(byte % 32)])).collect();
        Ok(in_groups(&code, '-'))
    };
    (0..RECOVERY_CODES).map(|_| code()).collect()
}

/// What the store keeps of a recovery code; `None` when what was typed is none. Upper case, spaces, hyphens, and what
/// looks alike (`O` for `0`, `l` and `I` for `1`) do not matter.
pub(crate) fn recovery_hash(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|character| !character.is_whitespace() && !matches!(character, '-' | '‐' | '‑' | '–' | '—'))
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let known = |byte: u8| RECOVERY_ALPHABET.contains(&byte);
    (code.len() == RECOVERY_LENGTH && code.bytes().all(known)).then(|| sha256_hex(code.as_bytes()))
}

/// Text of ASCII characters in groups of four.
fn in_groups(text: &str, between: char) -> String {
    text.char_indices().fold(String::new(), |mut grouped, (index, character)| {
        if index > 0 && index % 4 == 0 {
            grouped.push(between);
        }
        grouped.push(character);
        grouped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn of_the_rfc() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The last six of the eight digits that the RFC gives for SHA-1.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(of_the_rfc().check(code, seconds * 1000, None), Some(seconds / 30), "{seconds}");
            assert_eq!(of_the_rfc().check(code, seconds * 1000 + 90_000, None), None, "{seconds}");
        }
    }

    #[test]
    fn a_code_holds_one_step_around_its_own() {
        let secret = of_the_rfc();
        let step = 1_234_567_890 / 30;
        let taken = |ms: i64| secret.check("005924", ms, None);
        let (first, last) = ((step - 1) * 30_000, (step + 2) * 30_000 - 1);
        assert_eq!([first - 1, first, last, last + 1].map(taken), [None, Some(step), Some(step), None]);
    }

    #[test]
    fn no_code_works_twice() {
        let (secret, now) = (of_the_rfc(), 1_234_567_890_000);
        let step = secret.check("005924", now, None).unwrap();
        assert_eq!(secret.check("005924", now, Some(step - 1)), Some(step));
        assert_eq!(secret.check("005924", now, Some(step)), None);
        // Nor does one that is older than the last.
        assert_eq!(secret.check("005924", now, Some(step + 1)), None);
    }

    #[test]
    fn spaces_in_a_code_do_not_matter_and_anything_else_does() {
        let check = |code: &str| of_the_rfc().check(code, 1_234_567_890_000, None);
        for code in ["005 924", " 005924\u{a0}", "00 59 24\n"] {
            assert!(check(code).is_some(), "{code}");
        }
        for code in ["", "5924", "005924 0", "+05924", "00592a", "００５９２４", "005925", "-05924"] {
            assert!(check(code).is_none(), "{code}");
        }
    }

    #[test]
    fn times_without_a_step_are_no_match() {
        for now_ms in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(of_the_rfc().check("000000", now_ms, None), None, "{now_ms}");
        }
    }

    #[test]
    fn a_secret_comes_back_from_the_store() {
        let secret = TotpSecret::new().unwrap();
        assert_eq!(TotpSecret::from_stored(&secret.stored()).unwrap().0, secret.0);
        assert_eq!(of_the_rfc().text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        for other in ["", "GEZD", "not base 32", &format!("{}AA", secret.stored())] {
            assert!(TotpSecret::from_stored(other).is_err(), "{other}");
        }
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
    }

    #[test]
    fn apps_are_told_issuer_and_account() {
        let uri = of_the_rfc().uri("anna+run@example.org").unwrap();
        assert_eq!(
            uri,
            "otpauth://totp/Plimsoll:anna%2Brun%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Plimsoll"
        );
        assert!(of_the_rfc().uri("a:b").is_err() && of_the_rfc().uri("").is_err());
    }

    #[test]
    fn a_qr_code_scales_and_keeps_to_a_strict_policy() {
        let svg = qr_svg(&of_the_rfc().uri("anna@example.org").unwrap()).unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>"), "{svg:.80}");
        assert!(svg.contains(r#" viewBox="0 0 "#) && !svg.contains("style") && !svg.contains("script"));
        assert!(qr_svg(&"a".repeat(3000)).is_err());
    }

    #[test]
    fn recovery_codes_are_unlike_each_other() {
        let codes = recovery_codes().unwrap();
        let hashes: std::collections::HashSet<_> = codes.iter().map(|code| recovery_hash(code).unwrap()).collect();
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        for code in codes {
            let groups: Vec<_> = code.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4], "{code}");
        }
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let hash = recovery_hash("k0wq-91bd-x2fm");
        assert!(hash.is_some());
        for typed in
            ["K0WQ-91BD-X2FM", "k0wq91bdx2fm", " k0wq 91bd x2fm ", "k0wq–91bd–x2fm", "kOwq-9Ibd-x2fm", "kowq-9lbd-x2fm"]
        {
            assert_eq!(recovery_hash(typed), hash, "{typed}");
        }
        for other in ["", "k0wq-91bd-x2f", "k0wq-91bd-x2fmm", "k0wq-91bd-x2fu", "k0wq-91bd-x2fé", "k0wq_91bd_x2fm"] {
            assert_eq!(recovery_hash(other), None, "{other}");
        }
    }
}

//! Text as spreadsheets and services write it.

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::Notice;

/// Decodes a table: a byte-order mark counts first; UTF-16 without one is known by the zero beside its first character;
/// bytes that are no UTF-8 are taken as Windows-1252, the superset of Latin-1.
/// The notice says when that was needed.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Notice>) {
    match bytes {
        [first, 0, ..] if first.is_ascii() && *first != 0 => (UTF_16LE.decode_without_bom_handling(bytes).0, None),
        [0, second, ..] if second.is_ascii() && *second != 0 => (UTF_16BE.decode_without_bom_handling(bytes).0, None),
        _ => crate::decode::decode(bytes),
    }
}

/// `text` for a person: at most `longest` characters, no control characters but line breaks; `None` when nothing is left.
pub(crate) fn tidy(text: &str, longest: usize) -> Option<String> {
    let text: String = text
        .trim()
        .chars()
        .take(longest)
        .filter(|c| *c != '\r')
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a cell says yes or no; `None` when it says neither.
pub(crate) fn is_yes(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "1.0" => Some(true),
        "false" | "no" | "n" | "0" | "0.0" => Some(false),
        _ => None,
    }
}

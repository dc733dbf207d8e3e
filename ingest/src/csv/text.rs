//! Text as spreadsheets and services write it.

pub(crate) use crate::decode::decode;

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

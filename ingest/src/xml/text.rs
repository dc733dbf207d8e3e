//! Small readings of text: numbers, names, quotations.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

/// Characters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// A finite number, blanks around it allowed.
pub(crate) fn number(text: &str) -> Option<f64> {
    fast_float2::parse::<f64, _>(text.trim_ascii()).ok().filter(|number| number.is_finite())
}

/// A finite number whose decimals stand behind a comma: `52,5`. A comma between thousands looks the same and cannot
/// be told apart; in these formats nobody writes one.
pub(crate) fn comma_number(text: &str) -> Option<f64> {
    let (whole, decimals) = text.trim_ascii().split_once(',')?;
    let all_digits = !decimals.is_empty() && decimals.bytes().all(|b| b.is_ascii_digit());
    (all_digits && !whole.contains('.')).then(|| number(&format!("{whole}.{decimals}")))?
}

/// The raw value of an attribute.
pub(crate) fn attribute<'a>(tag: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map(|attribute| attribute.value)
}

/// `text` with the predefined entities and character references resolved, or as it stands when it has others.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
}

/// `text` for a person: no control characters, no blanks around it, at most [`LONGEST_NAME`] characters.
pub(crate) fn tidy(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(LONGEST_NAME).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A longer text for a person: no control characters but line breaks, no blanks around it.
pub(crate) fn paragraph(text: &str) -> Option<String> {
    let text: String =
        text.trim().chars().filter(|c| *c != '\r').map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `text` in quotation marks, shortened to what fits in a sentence.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

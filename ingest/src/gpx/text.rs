//! Small readings of text: numbers, names, quotations.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

/// Characters of a name that are kept.
const LONGEST_NAME: usize = 200;

/// A finite number, blanks around it allowed.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// The raw value of an attribute.
pub(super) fn attribute<'a>(tag: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map(|attribute| attribute.value)
}

/// `text` with the predefined entities and character references resolved, or as it stands when it has others.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
}

/// `text` for a person: no control characters, no blanks around it, at most [`LONGEST_NAME`] characters.
pub(super) fn tidy(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(LONGEST_NAME).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `text` in quotation marks, shortened to what fits in a sentence.
pub(super) fn quoted(text: &str) -> String {
    let text = text.trim();
    let short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

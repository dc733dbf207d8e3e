//! Bytes to text: whatever the encoding, an XML file becomes one string.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{Notice, NoticeCode};

/// Decodes an XML file and says, in a notice, when that was not what the file promised.
///
/// A byte-order mark counts first, then the declared encoding, then UTF-8. Bytes that are no UTF-8 are taken one by
/// one as Windows-1252, the superset of Latin-1, so that a name with one wrong byte does not cost the track.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Notice>) {
    match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => (UTF_16LE.decode_with_bom_removal(bytes).0, None),
        [0xfe, 0xff, ..] | [0, b'<', ..] => (UTF_16BE.decode_with_bom_removal(bytes).0, None),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8(rest),
        _ => match declared(bytes) {
            Some(encoding) => (encoding.decode_without_bom_handling(bytes).0, None),
            None => utf_8(bytes),
        },
    }
}

/// The encoding of the XML declaration when it is a single- or multi-byte one other than UTF-8.
///
/// A declaration that can be read as ASCII cannot stand in a UTF-16 file, whatever it says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let declaration = bytes.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = declaration.iter().take(512).position(|b| *b == b'>')?;
    let declaration = std::str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value.get(1..)?.split(quote).next()?;
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    (![UTF_8, UTF_16LE, UTF_16BE].contains(&encoding)).then_some(encoding)
}

fn utf_8(bytes: &[u8]) -> (Cow<'_, str>, Option<Notice>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    let mut text = String::with_capacity(bytes.len());
    let mut first_line = None;
    let mut wrong = 0_usize;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        if first_line.is_none() {
            first_line = Some(1 + text.bytes().filter(|b| *b == b'\n').count());
        }
        wrong += chunk.invalid().len();
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    let notice = Notice::new(
        NoticeCode::Damaged,
        first_line.map(|line| format!("line {line}")).unwrap_or_default(),
        format!(
            "{wrong} byte{} that are not valid UTF-8 were read as Latin-1 (Windows-1252).",
            if wrong == 1 { "" } else { "s" }
        ),
    );
    (Cow::Owned(text), Some(notice))
}

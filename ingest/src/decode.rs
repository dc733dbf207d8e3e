//! Bytes to text: whatever the encoding, a file becomes one string.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{Notice, NoticeCode};

/// Characters that tell UTF-16 without a byte-order mark.
const TELLING: usize = 4;

/// The byte order of a text in UTF-16: by its byte-order mark; else by the zeros beside its first characters, which are
/// ASCII in every format that is read.
pub(crate) fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let pairs = || bytes.as_chunks::<2>().0.iter().take(TELLING);
    match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ if bytes.len() < 2 * TELLING => None,
        _ if pairs().all(|[low, high]| is_plain(*low) && *high == 0) => Some(UTF_16LE),
        _ if pairs().all(|[high, low]| is_plain(*low) && *high == 0) => Some(UTF_16BE),
        _ => None,
    }
}

/// Decodes a file and says, in a notice, when that was not what the file promised.
///
/// A byte-order mark counts first, then zeros between its characters, then the encoding that XML declares, then UTF-8. Bytes that are no UTF-8 are taken one by
/// one as Windows-1252, the superset of Latin-1, so that a name with one wrong byte does not cost the track.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Notice>) {
    if let Some(encoding) = utf_16(bytes) {
        return (encoding.decode_with_bom_removal(bytes).0, None);
    }
    match bytes {
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

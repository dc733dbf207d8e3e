//! Plain tags and texts, cut without a parser.

/// A plain piece of the text.
pub(super) enum Piece<'t> {
    /// Text without references, not empty.
    Text(&'t str),
    /// A start tag: what stands between the brackets, the length of its name, and whether it is its end tag, too.
    Start { content: &'t str, name: usize, is_empty: bool },
    /// The name in an end tag.
    End(&'t str),
}

/// The plain piece at the start of `rest` and the bytes it takes; `None` where it takes a parser.
#[inline]
pub(super) fn piece(rest: &str) -> Option<(Piece<'_>, usize)> {
    let bytes = rest.as_bytes();
    if bytes.first() != Some(&b'<') {
        let end = memchr::memchr2(b'<', b'&', bytes)?;
        let text = rest.get(..end).filter(|_| bytes.get(end) == Some(&b'<'))?;
        return Some((Piece::Text(text), end));
    }
    let from = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
    if !bytes.get(from)?.is_ascii_alphabetic() {
        return None;
    }
    let ends_name = |byte: &u8| matches!(byte, b'>' | b'<' | b'/' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n');
    let name = bytes.get(from..)?.iter().position(ends_name)?;
    let mut end = from + name;
    if from == 2 {
        let text = rest.get(from..end).filter(|_| bytes.get(end) == Some(&b'>'))?;
        return Some((Piece::End(text), end + 1));
    }
    match bytes.get(end)? {
        b'/' if bytes.get(end + 1) != Some(&b'>') => return None,
        b'<' | b'"' | b'\'' => return None,
        _ => {}
    }
    // A bracket in a value does not end the tag, and one that opens is none of XML.
    while bytes.get(end) != Some(&b'>') {
        end += memchr::memchr3(b'>', b'"', b'\'', bytes.get(end..)?)?;
        let quote = *bytes.get(end)?;
        if quote != b'>' {
            end += 2 + memchr::memchr(quote, bytes.get(end + 1..)?)?;
        }
    }
    let content = rest.get(from..end)?;
    if content.len() > name && content.contains('<') {
        return None;
    }
    let (content, is_empty) = content.strip_suffix('/').map_or((content, false), |content| (content, true));
    Some((Piece::Start { content, name, is_empty }, end + 1))
}

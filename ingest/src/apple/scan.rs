//! Tags out of a stream of any length, with bounded memory.
//!
//! A pull parser over a stream holds whatever stands between two brackets, however long it is. Here only one tag is
//! ever held, up to a cap, and what no tag can be is passed over: text, comments, processing instructions and the
//! document type, so that no entity that it declares is ever known, let alone expanded. A tag that runs into the next
//! one (a quote is missing) is given up alone.

use std::borrow::Cow;
use std::io::{self, BufRead};

use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// Longest tag that is held, bytes. Apple's longest are below 1 kB.
const LONGEST_TAG: usize = 64 * 1024;
/// Longest document type that is passed over, bytes. Apple's has 10 kB.
const LONGEST_DOCTYPE: usize = 1024 * 1024;

/// What the scanner stops at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'s> {
    /// `<a …>`, or `<a …/>` when `is_empty`.
    Start { tag: Tag<'s>, is_empty: bool },
    /// `</a>`.
    End(&'s [u8]),
    /// `<![CDATA[…]]>`.
    CData(&'s [u8]),
}

/// Places of one kind of trouble.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    /// How many.
    pub(super) count: u64,
    /// Line of the first, from 1.
    pub(super) first_line: u64,
}

impl Trouble {
    pub(super) fn at(&mut self, line: u64) {
        if self.count == 0 {
            self.first_line = line;
        }
        self.count += 1;
    }
}

/// A stream of tags.
pub(super) struct Scanner<R> {
    source: R,
    held: Vec<u8>,
    /// Longest CDATA section that is held.
    longest_cdata: usize,
    /// Line that has been reached, from 1.
    pub(super) line: u64,
    /// Markup that makes no sense.
    pub(super) damaged: Trouble,
    /// Tags and sections longer than their caps.
    pub(super) too_long: Trouble,
    /// Whether the stream ended inside of markup.
    pub(super) is_cut: bool,
}

/// How a tag ended.
enum End {
    Closed,
    TooLong,
    RunsIntoNext,
    Cut,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(source: R, longest_cdata: usize) -> Self {
        Self {
            source,
            held: Vec::new(),
            longest_cdata,
            line: 1,
            damaged: Trouble::default(),
            too_long: Trouble::default(),
            is_cut: false,
        }
    }

    /// The next tag or CDATA section with the line that it ends in; `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Item<'_>)>> {
        loop {
            if !self.skip_text()? {
                return Ok(None);
            }
            self.held.clear();
            match self.peek()? {
                Some(b'!') => {
                    if self.declaration()? {
                        return Ok(Some((self.line, Item::CData(&self.held))));
                    }
                }
                Some(b'?') => {
                    self.until(b'?', 1, 0)?;
                }
                _ => match self.tag()? {
                    End::Closed => break,
                    End::TooLong => self.too_long.at(self.line),
                    End::RunsIntoNext => self.damaged.at(self.line),
                    End::Cut => {
                        self.is_cut = true;
                        return Ok(None);
                    }
                },
            }
        }
        let tag = self.held.as_slice();
        let item = if let Some(name) = tag.strip_prefix(b"/") {
            Item::End(name.trim_ascii_end())
        } else if let Some(tag) = tag.strip_suffix(b"/") {
            Item::Start { tag: Tag(tag), is_empty: true }
        } else {
            Item::Start { tag: Tag(tag), is_empty: false }
        };
        Ok(Some((self.line, item)))
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(chunk(&mut self.source)?.first().copied())
    }

    fn bump(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.line += u64::from(byte == b'\n');
            self.source.consume(1);
        }
        Ok(byte)
    }

    /// Goes behind the next `<`; false at the end.
    fn skip_text(&mut self) -> io::Result<bool> {
        loop {
            let chunk = chunk(&mut self.source)?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let found = memchr(b'<', chunk);
            let taken = found.map_or(chunk.len(), |at| at + 1);
            let lines = count_lines(chunk, taken);
            self.line += lines;
            self.source.consume(taken);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// Holds a tag up to its `>`, which may stand in quotes without ending it.
    fn tag(&mut self) -> io::Result<End> {
        let mut quote = None;
        let mut is_long = false;
        loop {
            let chunk = chunk(&mut self.source)?;
            if chunk.is_empty() {
                return Ok(End::Cut);
            }
            let mut found = match quote {
                Some(quote) => memchr2(quote, b'<', chunk),
                None => memchr3(b'>', b'"', b'\'', chunk),
            };
            let mut end = found.unwrap_or(chunk.len());
            if quote.is_none()
                && let Some(bracket) = memchr(b'<', chunk.get(..end).unwrap_or_default())
            {
                found = Some(bracket);
                end = bracket;
            }
            let mark = found.and_then(|at| chunk.get(at).copied());
            // A quotation mark belongs to the tag; `<` is left for the next one.
            let kept = if matches!(mark, Some(b'"' | b'\'')) { end + 1 } else { end };
            let taken = if mark == Some(b'>') { end + 1 } else { kept };
            let lines = count_lines(chunk, taken);
            let piece = chunk.get(..kept).unwrap_or_default();
            is_long |= self.held.len() + piece.len() > LONGEST_TAG;
            if !is_long {
                self.held.extend_from_slice(piece);
            }
            self.line += lines;
            self.source.consume(taken);
            match mark {
                Some(b'>') if is_long => return Ok(End::TooLong),
                Some(b'>') => return Ok(End::Closed),
                Some(b'<') => return Ok(End::RunsIntoNext),
                Some(mark) => quote = if quote.is_some() { None } else { Some(mark) },
                None => {}
            }
        }
    }

    /// Passes over what begins with `<!`; true when it was a CDATA section, which is held.
    fn declaration(&mut self) -> io::Result<bool> {
        const CDATA: &[u8] = b"![CDATA[";
        let mut head = Vec::with_capacity(CDATA.len());
        while head.len() < CDATA.len() {
            match self.peek()? {
                Some(byte) if byte != b'>' && byte != b'<' => head.push(byte),
                _ => break,
            }
            self.bump()?;
            if head == b"!--" {
                self.until(b'-', 2, 0)?;
                return Ok(false);
            }
        }
        if head == CDATA {
            let is_whole = self.until(b']', 2, self.longest_cdata)?;
            return Ok(is_whole && self.held.len() < self.longest_cdata);
        }
        if head.eq_ignore_ascii_case(b"!DOCTYPE") {
            self.skip_doctype()?;
        }
        Ok(false)
    }

    /// Goes behind `mark` (`count` of it, or more) with a `>`, and holds less than `keep` bytes of what stands before
    /// it. False when it does not come, or when there is more.
    fn until(&mut self, mark: u8, count: usize, keep: usize) -> io::Result<bool> {
        let mut marks = 0;
        while let Some(byte) = self.bump()? {
            if byte == b'>' && marks >= count {
                let whole = self.held.len() < keep;
                self.held.truncate(self.held.len().saturating_sub(count));
                if keep > 0 && !whole {
                    self.too_long.at(self.line);
                }
                return Ok(whole);
            }
            marks = if byte == mark { marks + 1 } else { 0 };
            if self.held.len() < keep {
                self.held.push(byte);
            }
        }
        self.is_cut = true;
        Ok(false)
    }

    /// Passes over a document type: quotes and comments in its internal subset are respected, unbalanced brackets of
    /// declarations (some releases of iOS write them) are not an obstacle.
    fn skip_doctype(&mut self) -> io::Result<()> {
        let (mut quote, mut brackets, mut last) = (None, 0_u32, [0_u8; 3]);
        for _ in 0..LONGEST_DOCTYPE {
            let Some(byte) = self.bump()? else {
                self.is_cut = true;
                return Ok(());
            };
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'-') if last == *b"<!-" => {
                    self.until(b'-', 2, 0)?;
                    last = [0; 3];
                    continue;
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets = brackets.saturating_add(1),
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => return Ok(()),
                (None, _) => {}
            }
            last = [last[1], last[2], byte];
        }
        self.too_long.at(self.line);
        Ok(())
    }
}

/// What the source has at hand; empty at the end.
fn chunk<R: BufRead>(source: &mut R) -> io::Result<&[u8]> {
    // Asked twice, because a chunk that is returned from inside of a loop would be borrowed for good.
    while let Err(error) = source.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    source.fill_buf()
}

fn count_lines(chunk: &[u8], taken: usize) -> u64 {
    memchr_iter(b'\n', chunk.get(..taken).unwrap_or_default()).count() as u64
}

/// A start tag without its brackets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'s>(&'s [u8]);

impl<'s> Tag<'s> {
    /// The name.
    pub(super) fn name(self) -> &'s [u8] {
        let end = self.0.iter().position(u8::is_ascii_whitespace).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }

    /// The value of attribute `name` as it stands in the file.
    pub(super) fn raw(self, name: &str) -> Option<&'s [u8]> {
        let mut rest = self.0.get(self.name().len()..)?;
        loop {
            rest = rest.trim_ascii_start();
            let equals = memchr(b'=', rest)?;
            let key = rest.get(..equals)?.trim_ascii_end();
            let value = rest.get(equals + 1..)?.trim_ascii_start();
            let quote = value.first().copied().filter(|byte| matches!(byte, b'"' | b'\''))?;
            let value = value.get(1..)?;
            let end = memchr(quote, value)?;
            if key == name.as_bytes() {
                return value.get(..end);
            }
            rest = value.get(end + 1..)?;
        }
    }

    /// The value of attribute `name`: the predefined entities and character references are resolved; a value with
    /// others stands as it is. Bytes that are no UTF-8 become replacement characters.
    pub(super) fn get(self, name: &str) -> Option<Cow<'s, str>> {
        let text = String::from_utf8_lossy(self.raw(name)?);
        if memchr(b'&', text.as_bytes()).is_none() {
            return Some(text);
        }
        let plain = quick_xml::escape::unescape(&text).map(Cow::into_owned);
        Some(plain.map_or(text, Cow::Owned))
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{Item, LONGEST_TAG, Scanner};

    /// What stands in `text`, read in pieces of `size` bytes.
    fn items(text: &str, size: usize) -> (Vec<String>, Scanner<BufReader<&[u8]>>) {
        let mut scanner = Scanner::new(BufReader::with_capacity(size, text.as_bytes()), 64);
        let mut found = Vec::new();
        while let Some((_, item)) = scanner.next().unwrap() {
            found.push(match item {
                Item::Start { tag, is_empty } => {
                    let name = String::from_utf8_lossy(tag.name()).into_owned();
                    format!("{}{name} {}", if is_empty { "empty " } else { "" }, tag.get("a").unwrap_or_default())
                }
                Item::End(name) => format!("end {}", String::from_utf8_lossy(name)),
                Item::CData(text) => format!("cdata {}", String::from_utf8_lossy(text)),
            });
        }
        (found, scanner)
    }

    #[test]
    fn tags_are_cut_the_same_however_the_stream_is_chunked() {
        let text = "<?xml version='1.0'?>\n<!DOCTYPE r [\n<!-- don't > -->\n<!ENTITY e \"<b a='no'/>\">\n> ]>\n<r a = 'x>y' >\
                    <!-- <b a='no'/> --><c b='1' a=\"&lt;&e;&#65;\"/><d a=\"&amp;\"/><![CDATA[<b/>]]]]>&amp;</r >";
        for size in 1..40 {
            let (found, scanner) = items(text, size);
            assert_eq!(found, ["r x>y", "empty c &lt;&e;&#65;", "empty d &", "cdata <b/>]]", "end r"], "{size}");
            assert_eq!((scanner.line, scanner.damaged.count, scanner.is_cut), (6, 0, false));
        }
    }

    #[test]
    fn a_missing_quote_costs_its_own_tag() {
        let (found, scanner) = items("<r>\n<b a=\"1/>\n<c a='2'/><d a='3'", 7);
        assert_eq!(found, ["r ", "empty c 2"]);
        assert_eq!((scanner.damaged.count, scanner.damaged.first_line, scanner.is_cut), (1, 3, true));
    }

    #[test]
    fn what_is_too_long_is_passed_over_and_never_held() {
        let text = format!("<r><b a='{}'/><c a='2'/><![CDATA[{}]]><d/></r>", "x".repeat(1_000_000), "y".repeat(1000));
        let (found, scanner) = items(&text, 512);
        assert_eq!(found, ["r ", "empty c 2", "empty d ", "end r"]);
        assert_eq!(scanner.too_long.count, 2);
        assert!(scanner.held.capacity() <= 2 * LONGEST_TAG);
    }
}

//! Which format the content is. The name of a file is never asked.

use std::fmt;

use serde::Serialize;

use crate::ReadError;
use crate::decode::utf_16;
use crate::error::{CLINICAL_DOCUMENT, ELECTROCARDIOGRAM};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Garmin's Flexible and Interoperable Data Transfer.
    Fit,
    /// GPS Exchange Format 1.0 or 1.1.
    Gpx,
    /// Garmin's Training Center XML.
    Tcx,
    /// A table of past training (comma-separated values).
    Csv,
    /// A training session of Polar's account export (JSON).
    Polar,
    /// A workout, or values of days, of Apple Health's export (XML).
    AppleHealth,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fit => "FIT",
            Self::Gpx => "GPX",
            Self::Tcx => "TCX",
            Self::Csv => "CSV",
            Self::Polar => "Polar JSON",
            Self::AppleHealth => "Apple Health XML",
        })
    }
}

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// One or more activities.
    Activity,
    /// A planned route or course.
    Course,
    /// Anything else, under the format's own name: `settings`, `monitoring_b`, `workout`.
    Other(String),
}

impl FileKind {
    /// The kind's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Activity => "activity",
            Self::Course => "course",
            Self::Other(name) => name,
        }
    }
}

/// Bytes of a UTF-16 file that are looked at; its prolog has to end within them.
const UTF_16_HEAD: usize = 64 * 1024;
/// Bytes that are looked at to tell text from binary data.
const TEXT_HEAD: usize = 4096;

/// First bytes of files that are not read, longest promise first.
const SIGNATURES: &[(&[u8], ReadError)] = &[
    (b"\x1f\x8b", ReadError::Archive { kind: "a gzip file" }),
    (b"PK\x03\x04", ReadError::Archive { kind: "a zip archive" }),
    (b"PK\x05\x06", ReadError::Archive { kind: "a zip archive" }),
    (b"%PDF-", ReadError::NotAWatchFile { looks_like: "a PDF document" }),
    (b"\x89PNG", ReadError::NotAWatchFile { looks_like: "a PNG image" }),
    (b"\xff\xd8\xff", ReadError::NotAWatchFile { looks_like: "a JPEG image" }),
    (b"GIF8", ReadError::NotAWatchFile { looks_like: "a GIF image" }),
    (b"II*\0", ReadError::NotAWatchFile { looks_like: "a TIFF image" }),
    (b"MM\0*", ReadError::NotAWatchFile { looks_like: "a TIFF image" }),
    (b"7z\xbc\xaf\x27\x1c", ReadError::NotAWatchFile { looks_like: "a 7z archive" }),
    (b"Rar!", ReadError::NotAWatchFile { looks_like: "a RAR archive" }),
    (b"BZh", ReadError::NotAWatchFile { looks_like: "a bzip2 archive" }),
    (b"\xfd7zXZ\0", ReadError::NotAWatchFile { looks_like: "an xz archive" }),
    (b"\x28\xb5\x2f\xfd", ReadError::NotAWatchFile { looks_like: "a Zstandard archive" }),
    (b"SQLite format 3\0", ReadError::NotAWatchFile { looks_like: "an SQLite database" }),
    (b"PAR1", ReadError::NotAWatchFile { looks_like: "a Parquet file" }),
    (b"\xd0\xcf\x11\xe0", ReadError::NotAWatchFile { looks_like: "an old Microsoft Office document" }),
];

impl Format {
    /// Recognises the format from the content.
    ///
    /// FIT: `.FIT` at byte 8, even behind a header-size byte that is damaged. GPX: an XML document in UTF-8, UTF-16 or
    /// a single-byte encoding whose root element is called `gpx`, under any prefix, behind any byte-order mark, blanks,
    /// declaration, comments and document type. TCX: the same with `TrainingCenterDatabase`. Apple Health: the same with
    /// `HealthData`. A table: columns of [`crate::csv`], also in UTF-16. Polar: a JSON object with the keys of a training session in its first 4 kB.
    ///
    /// # Errors
    /// [`ReadError::Empty`], [`ReadError::Archive`] or [`ReadError::NotAWatchFile`].
    pub fn detect(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        if is_fit(bytes) {
            return Ok(Self::Fit);
        }
        if let Some((_, error)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
            return Err(error.clone());
        }
        match utf_16(bytes) {
            Some(encoding) => {
                let (text, _) = encoding.decode_with_bom_removal(head(bytes, UTF_16_HEAD));
                detect_text(text.as_bytes())
            }
            None => detect_text(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
        }
    }
}

/// The first `len` bytes, or all of them.
fn head(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(..len).unwrap_or(bytes)
}

/// Whether the FIT mark stands where it belongs, and the file is not a text that happens to hold it there.
fn is_fit(bytes: &[u8]) -> bool {
    let (Some(&size), Some(before), Some(b".FIT")) = (bytes.first(), bytes.get(1..8), bytes.get(8..12)) else {
        return false;
    };
    matches!(size, 12 | 14) || before.iter().any(|b| !is_text_byte(*b))
}

/// Whether `byte` can stand in a text: printable ASCII, the usual blanks, or part of a non-ASCII character.
fn is_text_byte(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)
}

fn detect_text(bytes: &[u8]) -> Result<Format, ReadError> {
    let text = bytes.trim_ascii_start();
    if text.is_empty() {
        return Err(other("a text file with nothing in it but blanks"));
    }
    if text.first() == Some(&b'<') {
        return match root_name(text) {
            Some(b"gpx") => Ok(Format::Gpx),
            Some(b"HealthData") => Ok(Format::AppleHealth),
            Some(b"TrainingCenterDatabase") => Ok(Format::Tcx),
            Some(b"ClinicalDocument") => Err(other(CLINICAL_DOCUMENT)),
            Some(b"kml") => Err(other("a KML map file")),
            Some(b"svg") => Err(other("an SVG image")),
            Some(name) if name.eq_ignore_ascii_case(b"html") => Err(other("an HTML page")),
            Some(_) => Err(other("an XML document of another kind")),
            None if starts_with_ignore_case(text, b"<!doctype html") => Err(other("an HTML page")),
            None => Err(other("an XML document without any element")),
        };
    }
    let sample = head(text, TEXT_HEAD);
    if sample.iter().any(|b| !is_text_byte(*b)) {
        return Err(other("binary data"));
    }
    if text.first() == Some(&b'{') && looks_like_polar(sample) {
        return Ok(Format::Polar);
    }
    Err(match text.first() {
        Some(b'{' | b'[') if looks_like_json(text) => other("a JSON document"),
        _ if crate::csv::is_ours(sample) => return Ok(Format::Csv),
        _ if looks_like_electrocardiogram(sample) => other(ELECTROCARDIOGRAM),
        _ if looks_like_table(sample) => {
            other("a CSV table without a column date, and one like distance_km or duration")
        }
        _ => other("plain text"),
    })
}

fn other(looks_like: &'static str) -> ReadError {
    ReadError::NotAWatchFile { looks_like }
}

fn starts_with_ignore_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Local name of the first element behind declarations, comments and a document type.
fn root_name(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = text.trim_ascii_start();
        text = if text.starts_with(b"<?") {
            after(text, b"?>")?
        } else if text.starts_with(b"<!--") {
            after(text.get(4..)?, b"-->")?
        } else if text.starts_with(b"<!") {
            after_doctype(text)?
        } else {
            break;
        };
    }
    let name = text.strip_prefix(b"<")?;
    let end = name.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(name.len());
    let name = name.get(..end)?;
    let local = name.iter().position(|b| *b == b':').and_then(|colon| name.get(colon + 1..)).unwrap_or(name);
    (!local.is_empty()).then_some(local)
}

/// What stands behind the first `mark`.
fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    text.get(at + mark.len()..)
}

/// What stands behind a document type, its internal subset and quoted strings skipped.
fn after_doctype(text: &[u8]) -> Option<&[u8]> {
    let mut quote = None;
    let mut brackets = 0_u32;
    for (i, &byte) in text.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => brackets = brackets.saturating_add(1),
            (None, b']') => brackets = brackets.saturating_sub(1),
            (None, b'>') if brackets == 0 => return text.get(i + 1..),
            (None, _) => {}
        }
    }
    None
}

/// Whether the first byte behind the bracket can continue a JSON value; `[Params]` of an INI file cannot.
fn looks_like_json(text: &[u8]) -> bool {
    let inner = text.get(1..).unwrap_or_default().trim_ascii_start();
    let is_object = text.first() == Some(&b'{');
    match inner.first() {
        None | Some(b'"' | b'}' | b']') => true,
        Some(b'{' | b'[' | b'-' | b'0'..=b'9') => !is_object,
        Some(_) => !is_object && [b"true".as_slice(), b"false", b"null"].iter().any(|word| inner.starts_with(word)),
    }
}

/// Whether a JSON object has the keys that Polar's training sessions begin with.
fn looks_like_polar(sample: &[u8]) -> bool {
    let has = |key: &str| memchr::memmem::find(sample, key.as_bytes()).is_some();
    (has("\"exportVersion\"") || has("\"durationMillis\"")) && (has("\"exercises\"") || has("\"startTime\""))
}

/// Whether one of the first lines names the unit µV, as Apple's tables of electrocardiograms do in every language.
fn looks_like_electrocardiogram(sample: &[u8]) -> bool {
    // The sign stands twice in Unicode.
    let units = ["\u{b5}V", "\u{3bc}V"];
    sample.split(|b| *b == b'\n').any(|line| {
        let (name, cell) = line.split_at(line.iter().rposition(|b| matches!(b, b',' | b';')).unwrap_or(0));
        let cell = cell.get(1..).unwrap_or_default().trim_ascii();
        let cell = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell);
        !name.is_empty() && units.iter().any(|unit| cell == unit.as_bytes())
    })
}

/// Whether the first two lines have the same number (at least one) of one separator.
fn looks_like_table(sample: &[u8]) -> bool {
    let mut lines = sample.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else {
        return false;
    };
    let count = |line: &[u8], separator: u8| line.iter().filter(|b| **b == separator).count();
    [b',', b';', b'\t'].into_iter().any(|s| count(first, s) > 0 && count(first, s) == count(second, s))
}

//! What a member is, by its first bytes.

use std::io::Read;

use memchr::memmem;

use super::inflate::Gunzip;
use super::table;
use crate::{Format, ReadError, apple};

/// First bytes that are looked at. The root element of an XML document has to begin within them.
pub(super) const HEAD: usize = 64 * 1024;
/// How many layers of gzip are taken off.
pub(super) const GZIP_LAYERS: usize = 2;

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file that [`crate::read`] knows, perhaps compressed with gzip.
    File(Format),
    /// Something that holds many, inside so many layers of gzip.
    Many(Many, usize),
    /// No training, by its nature.
    Aside(String),
    /// Damaged before anything can be seen of it.
    Failed(String),
}

/// What holds many files, or may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    /// A zip archive.
    Zip,
    /// A program, which may have a zip archive behind it.
    Program,
    /// Apple Health's export, which may be larger than memory.
    Health,
    /// The table of Strava's export.
    StravaTable,
}

/// What a file is that begins with `head`.
pub(super) fn kind(head: &[u8]) -> Kind {
    kind_within(head, 0)
}

fn kind_within(head: &[u8], layers: usize) -> Kind {
    if let Some(many) = many(head) {
        return Kind::Many(many, layers);
    }
    if head.starts_with(b"\x1f\x8b") {
        if layers == GZIP_LAYERS {
            return Kind::Failed(format!("gzip inside gzip, more than {GZIP_LAYERS} layers"));
        }
        let mut inner = Vec::new();
        let mut gunzip = Gunzip::new(head);
        // Reading from memory does not fail; damage is an oddity.
        let _ = (&mut gunzip).take(HEAD as u64).read_to_end(&mut inner);
        return match (inner.is_empty(), gunzip.oddity()) {
            (true, Some(_)) => Kind::Failed("a damaged gzip file".to_owned()),
            _ => kind_within(&inner, layers + 1),
        };
    }
    plain_kind(head)
}

fn many(head: &[u8]) -> Option<Many> {
    if super::is_archive(head) {
        return Some(Many::Zip);
    }
    if [b"MZ".as_slice(), b"#!", b"\x7fELF"].iter().any(|mark| head.starts_with(mark)) {
        return Some(Many::Program);
    }
    match Format::detect(head) {
        Ok(Format::AppleHealth) => (!apple::is_document(head)).then_some(Many::Health),
        Err(_) if is_health_export(head) => Some(Many::Health),
        // Columns that repeat tell Strava's from others, but not from one that names ours.
        Ok(Format::Csv) => table::has_names(head).then_some(Many::StravaTable),
        Err(ReadError::NotAWatchFile { looks_like: "plain text" }) => {
            table::is_table(head).then_some(Many::StravaTable)
        }
        Err(ReadError::NotAWatchFile { looks_like }) if looks_like.starts_with("a CSV table") => {
            table::is_table(head).then_some(Many::StravaTable)
        }
        _ => None,
    }
}

/// What a file is that holds no others.
fn plain_kind(head: &[u8]) -> Kind {
    let error = match Format::detect(head) {
        Ok(format) => return Kind::File(format),
        Err(error) => error,
    };
    Kind::Aside(match (error.beside_training(), error) {
        (Some(what), _) => what.to_owned(),
        (None, ReadError::NotAWatchFile { looks_like }) => phrase(head, looks_like),
        (None, error) => error.to_string(),
    })
}

/// Whether the root element is `HealthData`, behind the long document type that Apple writes.
fn is_health_export(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.first() == Some(&b'<')
        && [b"<!DOCTYPE HealthData".as_slice(), b"<HealthData"].iter().any(|mark| memmem::find(text, mark).is_some())
}

/// What a person calls it.
fn phrase(head: &[u8], looks_like: &'static str) -> String {
    let is_picture = head.starts_with(b"BM") || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    let is_tar = head.get(257..262) == Some(b"ustar");
    if is_picture {
        "a picture".to_owned()
    } else if head.get(4..8) == Some(b"ftyp") {
        "a picture or a video".to_owned()
    } else if is_tar {
        "a tar archive".to_owned()
    } else if looks_like.starts_with("a CSV table") {
        "a CSV table that is no table of training".to_owned()
    } else if looks_like == "binary data" {
        format!("not a watch file: {looks_like}")
    } else {
        looks_like.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{Kind, Many, kind};
    use crate::Format;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_content_decides() {
        let aside = |reason: &str| Kind::Aside(reason.to_owned());
        for (head, expected) in [
            (b"<gpx/>".to_vec(), Kind::File(Format::Gpx)),
            (gzip(b"<gpx/>"), Kind::File(Format::Gpx)),
            (gzip(&gzip(b"<gpx/>")), Kind::File(Format::Gpx)),
            (b"PK\x03\x04".to_vec(), Kind::Many(Many::Zip, 0)),
            (gzip(b"PK\x03\x04"), Kind::Many(Many::Zip, 1)),
            (gzip(&gzip(b"PK\x03\x04")), Kind::Many(Many::Zip, 2)),
            (b"MZ\x90\0".to_vec(), Kind::Many(Many::Program, 0)),
            (b"<?xml version='1.0'?><!DOCTYPE HealthData [".to_vec(), Kind::Many(Many::Health, 0)),
            (gzip(b"<HealthData locale='de'>"), Kind::Many(Many::Health, 1)),
            (b"Activity ID,Activity Date,Activity Type,Filename\n".to_vec(), Kind::Many(Many::StravaTable, 0)),
            (b"<ClinicalDocument xmlns='urn:hl7-org:v3'>".to_vec(), aside("a clinical document (CDA)")),
            ("Name,A\nGeburtsdatum,B\nEinheit,\u{b5}V\n\n-1.5\n".as_bytes().to_vec(), aside("an electrocardiogram")),
            (Vec::new(), aside("an empty file")),
            (gzip(b""), aside("an empty file")),
            (b"\xff\xd8\xff\xe0".to_vec(), aside("a picture")),
            (b"\0\0\0\x18ftypmp42".to_vec(), aside("a picture or a video")),
            (b"{\"a\": 1}".to_vec(), aside("a JSON document")),
            (b"\0\x01\x02".to_vec(), aside("not a watch file: binary data")),
        ] {
            assert_eq!(kind(&head), expected, "{}", String::from_utf8_lossy(&head));
        }
        assert!(matches!(kind(&gzip(&gzip(&gzip(b"<gpx/>")))), Kind::Failed(_)));
        assert!(matches!(kind(b"\x1f\x8b\x08"), Kind::Failed(_)));
    }
}

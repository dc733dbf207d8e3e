//! What a member is, by its first bytes.

use std::io::Read;

use memchr::memmem;

use super::inflate::Gunzip;
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
    /// A zip archive.
    Zip,
    /// A zip archive, compressed with one layer of gzip.
    ZipInGzip,
    /// Apple Health's export, which may be larger than memory.
    Health,
    /// No training, by its nature.
    Aside(String),
    /// Damaged before anything can be seen of it.
    Failed(String),
}

/// What a file is that begins with `head`.
pub(super) fn kind(head: &[u8]) -> Kind {
    kind_within(head, 0)
}

fn kind_within(head: &[u8], layers: usize) -> Kind {
    if super::is_archive(head) {
        return if layers == 0 { Kind::Zip } else { Kind::ZipInGzip };
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
            _ => match kind_within(&inner, layers + 1) {
                Kind::ZipInGzip if layers > 0 => Kind::Failed("a zip archive inside two layers of gzip".to_owned()),
                Kind::Health => Kind::Aside("Apple Health’s export, compressed with gzip".to_owned()),
                kind => kind,
            },
        };
    }
    match Format::detect(head) {
        Ok(Format::AppleHealth) if !apple::is_document(head) => Kind::Health,
        Ok(format) => Kind::File(format),
        Err(_) if is_health_export(head) => Kind::Health,
        Err(ReadError::Empty) => Kind::Aside("an empty file".to_owned()),
        Err(ReadError::NotAWatchFile { looks_like }) => Kind::Aside(phrase(head, looks_like)),
        Err(error) => Kind::Aside(error.to_string()),
    }
}

/// Whether the root element is `HealthData`, behind the long document type that Apple writes.
pub(super) fn is_health_export(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.first() == Some(&b'<')
        && [b"<!DOCTYPE HealthData".as_slice(), b"<HealthData"].iter().any(|mark| memmem::find(text, mark).is_some())
}

/// What a person calls it.
fn phrase(head: &[u8], looks_like: &'static str) -> String {
    let is_picture = looks_like.ends_with(" image")
        || head.starts_with(b"BM")
        || head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
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

    use super::{Kind, kind};
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
            (b"PK\x03\x04".to_vec(), Kind::Zip),
            (gzip(b"PK\x03\x04"), Kind::ZipInGzip),
            (b"<?xml version='1.0'?><!DOCTYPE HealthData [".to_vec(), Kind::Health),
            (b"<HealthData locale='de'>".to_vec(), Kind::Health),
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

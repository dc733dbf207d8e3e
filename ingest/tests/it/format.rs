//! Which format a content is taken for.

use plimsoll_ingest::{Format, ReadError};

fn not_a_watch_file(looks_like: &'static str) -> Result<Format, ReadError> {
    Err(ReadError::NotAWatchFile { looks_like })
}

#[test]
fn a_gpx_file_is_known_by_its_root_element() {
    for text in [
        "<gpx/>",
        "<gpx version=\"1.1\">",
        "\u{feff}<gpx>",
        "\n\t <?xml version='1.0'?>\n<gpx>",
        "<?xml version='1.0'?><!-- <html> --><gpx>",
        "<!DOCTYPE gpx [<!ENTITY a \">\"> <!ELEMENT gpx ANY>]>\n<gpx>",
        "<?xml version='1.0'?><?xml-stylesheet href='a.xsl'?><g:gpx xmlns:g='http://www.topografix.com/GPX/1/1'>",
    ] {
        assert_eq!(Format::detect(text.as_bytes()), Ok(Format::Gpx), "{text}");
    }
}

#[test]
fn a_tcx_file_is_known_by_its_root_element() {
    for text in [
        "<TrainingCenterDatabase/>",
        "          <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TrainingCenterDatabase xmlns=\"x\">",
        "\u{feff}<?xml version='1.0'?><t:TrainingCenterDatabase xmlns:t='x'>",
    ] {
        assert_eq!(Format::detect(text.as_bytes()), Ok(Format::Tcx), "{text}");
    }
}

#[test]
fn utf_16_and_latin_1_do_not_hide_a_gpx_file() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><gpx creator=\"Läufer\"/>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(Format::detect(&[b"\xff\xfe".as_slice(), &little].concat()), Ok(Format::Gpx));
    assert_eq!(Format::detect(&[b"\xfe\xff".as_slice(), &big].concat()), Ok(Format::Gpx));
    assert_eq!(Format::detect(&little), Ok(Format::Gpx));
    assert_eq!(Format::detect(&big), Ok(Format::Gpx));
    assert_eq!(Format::detect(b"<?xml version='1.0'?><!-- L\xe4ufer --><gpx/>"), Ok(Format::Gpx));
}

#[test]
fn a_fit_file_is_known_by_its_mark() {
    assert_eq!(Format::detect(b"\x0e\x20\x54\x08\x10\x00\x00\x00.FIT\x00\x00"), Ok(Format::Fit));
    assert_eq!(Format::detect(b"\x0c\x10\x64\x00\x10\x00\x00\x00.FIT"), Ok(Format::Fit));
    // A header-size byte that is damaged hides nothing.
    assert_eq!(Format::detect(b"\x00\x20\x54\x08\x10\x00\x00\x00.FIT\x00\x00"), Ok(Format::Fit));
    // A text that holds the mark by chance is a text.
    assert_eq!(Format::detect(b"My file .FIT is at home"), not_a_watch_file("plain text"));
}

#[test]
fn an_archive_is_not_one_file() {
    for (bytes, kind) in [(b"\x1f\x8b\x08\x00".as_slice(), "a gzip file"), (b"PK\x03\x04\x14\x00", "a zip archive")] {
        assert_eq!(Format::detect(bytes), Err(ReadError::Archive { kind }));
    }
}

#[test]
fn everything_else_is_named_for_what_it_looks_like() {
    assert_eq!(Format::detect(b""), Err(ReadError::Empty));
    for (bytes, looks_like) in [
        (b" \r\n\t".as_slice(), "a text file with nothing in it but blanks"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
        (b"\n<HTML lang=en>", "an HTML page"),
        (b"<!doctype HTML", "an HTML page"),
        (b"<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"/>", "a KML map file"),
        (b"<svg/>", "an SVG image"),
        (b"<rss/>", "an XML document of another kind"),
        (b"<gpxx/>", "an XML document of another kind"),
        (b"<?xml version=\"1.0\"?>", "an XML document without any element"),
        (b"{\"activities\": []}", "a JSON document"),
        (b"[ {\"a\": 1} ]", "a JSON document"),
        (b"[Params]\r\nVersion=106\r\n", "plain text"),
        (b"date,km\n2024-05-01,12.3\n", "a CSV table without a column date, and one like distance_km or duration"),
        (b"date;km\n2024-05-01;12,3\n", "a CSV table without a column date, and one like distance_km or duration"),
        (b"ran 12 km today", "plain text"),
        ("Läufer".as_bytes(), "plain text"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x00\x01\x02\x03", "binary data"),
    ] {
        let found = Format::detect(bytes);
        assert_eq!(found, not_a_watch_file(looks_like), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn an_electrocardiogram_is_known_by_its_unit_in_any_language() {
    for (table, is_one) in [
        ("Name,Ada\nSample Rate,512 hertz\n\nLead,Lead I\nUnit,\u{b5}V\n\n-130.8\n", true),
        ("Nombre,\"Ada\"\r\nUnidad,\"\u{3bc}V\"\r\n\r\n-130.8\r\n", true),
        ("Name;Ada\nEinheit;\u{b5}V\n\n-130,8\n", true),
        ("Name,Ada\nUnit,mV\n", false),
        ("\u{b5}V\n1\n", false),
        ("a note about \u{b5}V\n", false),
    ] {
        let found = Format::detect(table.as_bytes()).unwrap_err().beside_training() == Some("an electrocardiogram");
        assert_eq!(found, is_one, "{table}");
    }
}

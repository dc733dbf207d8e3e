//! What is found in an archive, and what is passed over.

use std::borrow::Cow;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use plimsoll_ingest::archive::{
    Content, InMemory, Limits, ReadWriteSeek, Scratch, holds_many, is_archive, plain, walk,
};
use plimsoll_ingest::{NoticeCode, ReadOptions, read};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{GPX, assert_found, gzip, walked, walked_within, zip, zip_as};

#[test]
fn a_file_that_is_no_archive_is_its_own_only_file() {
    assert_found(&walked(GPX), &[("a.zip", &format!("{} bytes", GPX.len()))]);
    assert_found(&walked(b"%PDF-1.4"), &[("a.zip", "a PDF document")]);
    assert_found(&walked(b""), &[("a.zip", "an empty file")]);
    assert!(!is_archive(GPX));
}

#[test]
fn each_member_is_told_by_its_content() {
    let packed = gzip(GPX);
    let bytes = zip(&[
        ("run.gpx", GPX),
        ("named like a picture.jpg", GPX),
        ("run.gpx.gz", &packed),
        ("run.fit", b""),
        ("photo.fit", b"\xff\xd8\xff\xe0 and so on"),
        ("page.gpx", b"<!DOCTYPE html><html>"),
        ("unknown.fit", b"\0\x01\x02\x03"),
        ("settings.json", b"{\"a\": 1}"),
        ("folder/", b""),
        ("__MACOSX/._run.gpx", GPX),
        ("folder/.DS_Store", b"\0\0"),
        ("folder/Thumbs.db", b"\0\0"),
    ]);
    assert!(is_archive(&bytes));
    let len = format!("{} bytes", GPX.len());
    assert_found(
        &walked(&bytes),
        &[
            ("a.zip/run.gpx", &len),
            ("a.zip/named like a picture.jpg", &len),
            ("a.zip/run.gpx.gz", &format!("{} bytes", packed.len())),
            ("a.zip/run.fit", "an empty file"),
            ("a.zip/photo.fit", "a picture"),
            ("a.zip/page.gpx", "an HTML page"),
            ("a.zip/unknown.fit", "not a watch file: binary data"),
            ("a.zip/settings.json", "a JSON document"),
        ],
    );
}

#[test]
fn what_was_found_can_be_read() {
    for bytes in [zip(&[("1.gpx.gz", &gzip(GPX))]), zip(&[("1.gpx", GPX)]), gzip(GPX), gzip(&gzip(GPX))] {
        let items = walked(&bytes);
        let Content::File { bytes, .. } = &items[0].content else { panic!("{items:?}") };
        let plain = plain(bytes, &Limits::default()).unwrap();
        assert_eq!((plain.bytes.as_ref(), plain.notice), (GPX, None));
        assert_eq!(read(&plain.bytes, &ReadOptions::default()).unwrap().activities.len(), 1);
    }
}

#[test]
fn names_are_shown_and_never_followed() {
    let bytes = zip(&[("../../etc/passwd", GPX), ("/abs\u{7}olute", GPX), ("C:\\x\\y.gpx", GPX)]);
    let items = walked(&bytes);
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["a.zip/../../etc/passwd", "a.zip//abs\u{fffd}olute", "a.zip/C:\\x\\y.gpx"]);
}

#[test]
fn archives_in_archives_are_opened_packed_or_not() {
    let inner = zip(&[("b.gpx", GPX), ("c.txt", b"hello")]);
    let len = format!("{} bytes", GPX.len());
    let expected =
        [("a.zip/UploadedFiles_Part1.zip/b.gpx", len.as_str()), ("a.zip/UploadedFiles_Part1.zip/c.txt", "plain text")];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        assert_found(&walked(&zip_as(method, &[("UploadedFiles_Part1.zip", &inner)])), &expected);
    }
    assert_found(&walked(&zip(&[("UploadedFiles_Part1.zip", &gzip(&inner))])), &expected);
    assert_found(&walked(&zip(&[("UploadedFiles_Part1.zip", &gzip(&gzip(&inner)))])), &expected);
}

#[test]
fn an_archive_is_opened_behind_a_program_and_in_gzip_wherever_it_lies() {
    let archive = zip(&[("b.gpx", GPX)]);
    let program = [b"MZ\x90\0 a program".as_slice(), &archive].concat();
    let len = format!("{} bytes", GPX.len());
    for bytes in [program.clone(), gzip(&archive), gzip(&gzip(&archive)), gzip(&program)] {
        assert!(holds_many(&bytes));
        assert_found(&walked(&bytes), &[("a.zip/b.gpx", &len)]);
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            assert_found(&walked(&zip_as(method, &[("x", &bytes)])), &[("a.zip/x/b.gpx", &len)]);
        }
        // One archive deep, wherever the wrapping is.
        let limits = Limits { depth: 0, ..Limits::default() };
        let (items, result) = walked_within(&limits, &bytes);
        assert!(result.is_ok());
        assert_found(&items, &[("a.zip", "failed: it lies too deep inside other archives (0, depth)")]);
    }
    for bytes in [b"MZ\x90\0 a program".to_vec(), gzip(b"\x7fELF and no archive")] {
        assert_found(&walked(&bytes), &[("a.zip", "a program")]);
        assert_found(&walked(&zip(&[("x", &bytes)])), &[("a.zip/x", "a program")]);
    }
    // A bomb in gzip is stopped before it fills the scratch space.
    let bomb = gzip(&[archive.as_slice(), &vec![0; 40_000_000]].concat());
    assert_found(&walked(&bomb), &[("a.zip", "failed: it grows too much when it is decompressed (200 times, ratio)")]);
}

/// Scratch space that counts how often it was asked for.
struct Counting(usize);

impl Scratch for Counting {
    fn create(&mut self) -> std::io::Result<Box<dyn ReadWriteSeek>> {
        self.0 += 1;
        InMemory.create()
    }
}

#[test]
fn a_large_packed_archive_goes_to_the_scratch_space() {
    // Bytes that do not compress, so that the archive is as large as they are.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(9_000_000)
    .collect();
    let inner = zip_as(CompressionMethod::Stored, &[("noise.bin", &noise), ("b.gpx", GPX)]);
    for (method, asked) in [(CompressionMethod::Stored, 0), (CompressionMethod::Deflated, 1)] {
        let bytes = zip_as(method, &[("inner.zip", &inner)]);
        let (mut scratch, mut found) = (Counting(0), 0);
        walk("a.zip", Cursor::new(&bytes), &Limits::default(), &mut scratch, &mut |item| {
            found += usize::from(matches!(item.content, Content::File { bytes, .. } if bytes == GPX));
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!((found, scratch.0), (1, asked), "{method}");
    }
}

#[test]
fn zip64_and_bytes_before_the_archive_are_fine() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("big.gpx", SimpleFileOptions::default().large_file(true)).unwrap();
    writer.write_all(GPX).unwrap();
    let large = writer.finish().unwrap().into_inner();
    let len = format!("{} bytes", GPX.len());
    assert_found(&walked(&large), &[("a.zip/big.gpx", &len)]);
    let program = [b"MZ\x90\0 a program".as_slice(), &zip(&[("b.gpx", GPX)])].concat();
    assert_found(&walked(&program), &[("a.zip/b.gpx", &len)]);
}

#[test]
fn files_by_the_same_name_are_all_found() {
    // The writer refuses a name that is there already: it is changed behind its back, in both of its places.
    let bytes = zip(&[("same.gpx", GPX), ("sane.gpx", GPX)]);
    let text: Vec<u8> = bytes.windows(8).enumerate().filter(|(_, w)| w == b"sane.gpx").map(|(at, _)| at).fold(
        bytes.clone(),
        |mut bytes, at| {
            bytes[at..at + 8].copy_from_slice(b"same.gpx");
            bytes
        },
    );
    let len = format!("{} bytes", GPX.len());
    assert_found(&walked(&text), &[("a.zip/same.gpx", &len), ("a.zip/same.gpx", &len)]);
}

#[test]
fn the_visitor_may_stop() {
    let bytes = zip(&[("1.gpx", GPX), ("2.gpx", GPX)]);
    let mut seen = 0;
    let result = walk("a.zip", Cursor::new(&bytes), &Limits::default(), &mut InMemory, &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert!(result.is_ok());
    assert_eq!(seen, 1);
}

#[test]
fn an_archive_without_files_says_so() {
    assert_found(&walked(&zip(&[])), &[("a.zip", "an archive without any file")]);
}

#[test]
fn gzip_of_several_parts_is_one_file() {
    let (a, b) = GPX.split_at(100);
    let parts = [gzip(a), gzip(b)].concat();
    let whole = plain(&parts, &Limits::default()).unwrap();
    assert_eq!((whole.bytes.as_ref(), whole.notice), (GPX, None));
    assert!(matches!(plain(GPX, &Limits::default()).unwrap().bytes, Cow::Borrowed(_)));
}

#[test]
fn odd_gzip_gives_what_can_be_read_and_says_so() {
    let packed = gzip(GPX);
    let mut wrong = packed.clone();
    let at = wrong.len() - 8;
    wrong[at] ^= 1;
    for (bytes, code) in [
        ([packed.as_slice(), b"\0\0\0\0"].concat(), NoticeCode::TrailingBytes),
        (wrong, NoticeCode::WrongChecksum),
        (packed[..packed.len() - 3].to_vec(), NoticeCode::Truncated),
    ] {
        let plain = plain(&bytes, &Limits::default()).unwrap();
        assert_eq!((plain.bytes.as_ref(), plain.notice.map(|notice| notice.code)), (GPX, Some(code)));
    }
    let half = plain(&packed[..packed.len() / 2], &Limits::default()).unwrap();
    assert!(GPX.starts_with(&half.bytes) && !half.bytes.is_empty());
    assert_eq!(half.notice.unwrap().code, NoticeCode::Truncated);
    assert!(plain(b"\x1f\x8b\x08", &Limits::default()).is_err());
    assert!(plain(&gzip(&gzip(&gzip(GPX))), &Limits::default()).is_err());
}

//! Archives that are cut off or damaged, and bytes of any kind.

use std::io::Write;

use plimsoll_ingest::archive::{ArchiveError, Content, Item, Limits, plain};
use plimsoll_ingest::{ReadOptions, read};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{GPX, assert_found, gzip, walked, walked_within, zip, zip_as};

fn files(items: &[Item]) -> usize {
    items.iter().filter(|item| matches!(&item.content, Content::File { bytes, .. } if bytes == GPX)).count()
}

/// An archive as it is written to a pipe: sizes stand behind the data only.
fn streamed(names: &[&str]) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    for name in names {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(GPX).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_download_that_broke_off_gives_the_files_before_the_cut() {
    let len = format!("{} bytes", GPX.len());
    for bytes in [zip(&[("1.gpx", GPX), ("2.gpx", GPX), ("3.gpx", GPX)]), streamed(&["1.gpx", "2.gpx", "3.gpx"])] {
        let third = bytes.windows(5).position(|window| window == b"3.gpx").unwrap();
        let cut = "failed: damaged zip archive: it is cut off inside a.zip/3.gpx; the files before were found";
        assert_found(
            &walked(&bytes[..third + 100]),
            &[
                ("a.zip/1.gpx", &len),
                ("a.zip/2.gpx", &len),
                ("a.zip/3.gpx", "failed: the archive is cut off inside it"),
                ("a.zip", cut),
            ],
        );
        let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        let items = walked(&bytes[..directory + 20]);
        assert_eq!((files(&items), items.len()), (3, 4));
        let items = walked(&bytes[..directory]);
        assert_eq!((files(&items), items.len()), (3, 4));
    }
}

#[test]
fn an_archive_inside_a_cut_archive_is_read_as_far_as_it_goes() {
    let inner = zip_as(CompressionMethod::Stored, &[("1.gpx", GPX), ("2.gpx", GPX)]);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let bytes = zip_as(method, &[("part.zip", &inner)]);
        let second = if method == CompressionMethod::Stored {
            bytes.windows(5).position(|window| window == b"2.gpx").unwrap() + 50
        } else {
            bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap() - 40
        };
        let items = walked(&bytes[..second]);
        assert!(files(&items) >= 1, "{items:?}");
        assert!(matches!(items.last().unwrap().content, Content::Failed { .. }));
    }
}

#[test]
fn nothing_but_a_mark_is_a_damaged_archive() {
    let (items, result) = walked_within(&Limits::default(), b"PK\x03\x04");
    assert!(items.is_empty());
    assert!(matches!(result, Err(ArchiveError::Damaged { kind: "zip archive", .. })));
    // Inside another archive it fails alone.
    let items = walked(&zip(&[("x.zip", b"PK\x03\x04"), ("b.gpx", GPX)]));
    assert_eq!((files(&items), items.len()), (1, 2));
}

#[test]
fn a_damaged_directory_does_not_cost_the_files() {
    let mut bytes = zip(&[("1.gpx", GPX), ("2.gpx", GPX), ("3.gpx", GPX)]);
    let second = bytes.windows(4).enumerate().filter(|(_, window)| window == b"PK\x01\x02").nth(1).unwrap().0;
    bytes[second..second + 4].fill(0);
    let items = walked(&bytes);
    assert_eq!(files(&items), 3, "{items:?}");
    assert!(matches!(items.last().unwrap().content, Content::Failed { .. }));
}

/// The header of a deflated member that does not say how long it is.
fn endless(name: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\x08\0\x08\0".to_vec();
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(name.as_bytes());
    bytes
}

#[test]
fn members_inside_the_data_of_each_other_are_not_unpacked_to_the_end_each() {
    // Each header stands in a stored block of the data before it; behind them come blocks without anything in them,
    // then damage.
    let mut bytes = endless("a");
    for _ in 0..40 {
        let header = endless("a");
        let len = u16::try_from(header.len()).unwrap();
        bytes.push(0);
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.extend_from_slice(&(!len).to_le_bytes());
        bytes.extend_from_slice(&header);
    }
    bytes.extend_from_slice(&b"\0\0\0\xff\xff".repeat(100_000));
    bytes.extend_from_slice(&[7; 20]);
    let (items, _) = walked_within(&Limits::default(), &bytes);
    let with = |words: &str| {
        let says = |item: &&Item| matches!(&item.content, Content::Failed { reason, .. } if reason.contains(words));
        items.iter().filter(says).count()
    };
    assert_eq!((with("says where it ends"), with("its end was not looked for")), (5, 36));
    // What is read counts against the cap for everything, also when nothing comes of it.
    let (_, result) = walked_within(&Limits { total_bytes: 1_200_000, ..Limits::default() }, &bytes);
    assert!(matches!(result, Err(ArchiveError::Capped { option: "total_bytes", .. })), "{result:?}");
}

#[test]
fn damaged_data_of_a_member_give_what_stands_before() {
    let points: String = (0..2_000)
        .map(|i| {
            let (minute, second) = (i / 60, i % 60);
            format!(
                "<trkpt lat='{}' lon='13.4'><time>2024-05-01T07:{minute:02}:{second:02}Z</time></trkpt>",
                f64::from(i) / 1e4
            )
        })
        .collect();
    let text = format!("<gpx><trk><trkseg>{points}</trkseg></trk></gpx>");
    let mut bytes = zip(&[("a.gpx", text.as_bytes()), ("b.gpx", GPX)]);
    let middle = bytes.windows(5).position(|window| window == b"b.gpx").unwrap() / 2;
    bytes[middle..middle + 40].fill(0xff);
    let items = walked(&bytes);
    let Content::File { bytes, .. } = &items[0].content else { panic!("{items:?}") };
    let file = read(bytes, &ReadOptions::default()).unwrap();
    let rows = file.activities[0].records.height();
    assert!((1..2_000).contains(&rows), "{rows}");
    assert!(!file.notices.is_empty());
    assert_eq!(files(&items), 1);
}

fn small() -> Limits {
    let limits = Limits::default();
    Limits { members: 50, member_bytes: 20_000, total_bytes: 100_000, ratio: 50, depth: 3, name_bytes: 40, ..limits }
}

/// Walks twice: the same items, and no more bytes than allowed.
fn check(bytes: &[u8]) {
    let limits = small();
    let (items, result) = walked_within(&limits, bytes);
    let (again, second) = walked_within(&limits, bytes);
    assert_eq!((&items, format!("{result:?}")), (&again, format!("{second:?}")));
    let total: usize =
        items.iter().map(|item| if let Content::File { bytes, .. } = &item.content { bytes.len() } else { 0 }).sum();
    assert!(total <= 100_000 && items.len() <= 200);
    for item in &items {
        if let Content::File { bytes, .. } = &item.content
            && let Ok(plain) = plain(bytes, &limits)
        {
            assert!(plain.bytes.len() <= 20_000);
            let _ = read(&plain.bytes, &ReadOptions::default());
        }
    }
    let _ = plain(bytes, &limits);
}

fn seeds() -> Vec<Vec<u8>> {
    let inner = zip(&[("1.gpx", GPX), ("2.gpx.gz", &gzip(GPX))]);
    let table = b"Activity ID,Activity Date,Activity Name,Activity Type,Distance,Filename\n\
        1,\"Jan 5, 2019, 6:32:11 AM\",Run,Run,5,1.gpx\n2,\"Jan 6, 2019, 6:32:11 AM\",Run,Run,5,\n";
    vec![
        zip_as(CompressionMethod::Stored, &[("z.zip", &inner), ("activities.csv", table), ("1.gpx", GPX)]),
        zip(&[("z.zip", &inner), ("activities.csv", table)]),
        streamed(&["1.gpx", "2.gpx"]),
        gzip(&gzip(GPX)),
        gzip(&inner),
        [b"MZ".as_slice(), &inner].concat(),
        table.to_vec(),
    ]
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        check(&bytes);
        check(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        check(&[b"\x1f\x8b\x08".as_slice(), &bytes].concat());
    }

    #[test]
    fn archives_with_damage(
        seed in 0..7_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8),
    ) {
        let mut bytes = seeds().swap_remove(seed);
        for (at, byte, edit) in edits {
            let at = at.index(bytes.len());
            match edit {
                0 | 1 => bytes[at] = byte,
                2 => bytes.insert(at, byte),
                _ => _ = bytes.remove(at),
            }
        }
        check(&bytes);
    }

    #[test]
    fn a_cut_anywhere(seed in 0..7_usize, cut in any::<prop::sample::Index>()) {
        let bytes = seeds().swap_remove(seed);
        check(&bytes[..cut.index(bytes.len())]);
    }
}

#[test]
fn a_source_that_cannot_be_read_ends_the_walk() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    impl std::io::Seek for Broken {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(100)
        }
    }
    let result = plimsoll_ingest::archive::walk(
        "x",
        Broken,
        &Limits::default(),
        &mut plimsoll_ingest::archive::InMemory,
        &mut |_| std::ops::ControlFlow::Continue(()),
    );
    assert!(matches!(result, Err(ArchiveError::Io(_))));
}

//! What hostile archives are stopped by.

use std::io::{Cursor, Write};

use plimsoll_ingest::archive::{ArchiveError, Content, Limits, plain};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{GPX, assert_found, gzip, walked, walked_within, zip, zip_as};

fn capped(result: Result<(), ArchiveError>) -> &'static str {
    match result {
        Err(ArchiveError::Capped { option, .. }) => option,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_member_that_is_too_large_fails_and_the_walk_goes_on() {
    let large = [GPX, &[b' '; 5_000]].concat();
    let limits = Limits { member_bytes: 2_000, ..Limits::default() };
    let (items, result) = walked_within(&limits, &zip(&[("large.gpx", &large), ("b.gpx", GPX)]));
    assert!(result.is_ok());
    assert_found(
        &items,
        &[
            ("a.zip/large.gpx", "failed: the file is too large (2000 bytes, member_bytes)"),
            ("a.zip/b.gpx", &format!("{} bytes", GPX.len())),
        ],
    );
    let error = plain(&gzip(&large), &limits).unwrap_err();
    assert_eq!(error.to_string(), "the file is too large (the cap is 2000 bytes; member_bytes raises it)");
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let bomb = [GPX, &vec![b' '; 40_000_000]].concat();
    let items = walked(&zip(&[("bomb.gpx", &bomb), ("b.gpx", GPX)]));
    assert_found(
        &items[..1],
        &[("a.zip/bomb.gpx", "failed: it grows too much when it is decompressed (200 times, ratio)")],
    );
    assert!(matches!(items[1].content, Content::File { .. }));
    assert!(matches!(plain(&gzip(&bomb), &Limits::default()), Err(ArchiveError::Capped { option: "ratio", .. })));
}

#[test]
fn too_many_and_too_much_end_the_walk_behind_what_came_before() {
    let bytes = zip(&[("1.gpx", GPX), ("2.gpx", GPX), ("3.gpx", GPX)]);
    let (items, result) = walked_within(&Limits { members: 2, ..Limits::default() }, &bytes);
    assert_eq!((items.len(), capped(result)), (2, "members"));
    let limits = Limits { total_bytes: 2 * GPX.len() as u64, ..Limits::default() };
    let (items, result) = walked_within(&limits, &bytes);
    assert_eq!((items.len(), capped(result)), (2, "total_bytes"));
}

#[test]
fn archives_are_opened_so_deep_and_no_deeper() {
    let mut bytes = zip(&[("run.gpx", GPX)]);
    for _ in 0..3 {
        bytes = zip_as(CompressionMethod::Stored, &[("z", &bytes)]);
    }
    let reason = "failed: it lies too deep inside other archives (3, depth)";
    assert_found(&walked(&bytes), &[("a.zip/z/z/z", reason)]);
    let (items, _) = walked_within(&Limits { depth: 4, ..Limits::default() }, &bytes);
    assert_found(&items, &[("a.zip/z/z/z/run.gpx", &format!("{} bytes", GPX.len()))]);
}

#[test]
fn a_name_that_is_too_long_is_cut_and_its_file_fails() {
    let limits = Limits { name_bytes: 10, ..Limits::default() };
    let (items, _) = walked_within(&limits, &zip(&[("a-very-long-name.gpx", GPX), ("b.gpx", GPX)]));
    assert_eq!(items[0].name, "a.zip/a-very-lon…");
    assert_found(&items[..1], &[("a.zip/a-very-lon…", "failed: its name is too long (10 bytes, name_bytes)")]);
    assert!(matches!(items[1].content, Content::File { .. }));
}

/// Overwrites a field of the first header with `mark`.
fn set(bytes: &mut [u8], mark: &[u8], offset: usize, value: &[u8]) {
    let at = bytes.windows(4).position(|window| window == mark).unwrap() + offset;
    bytes[at..at + value.len()].copy_from_slice(value);
}

#[test]
fn sizes_and_checksums_of_headers_are_not_believed() {
    let len = format!("{} bytes", GPX.len());
    for size in [[1, 0, 0, 0], [0xfe; 4], [0; 4]] {
        let mut bytes = zip(&[("b.gpx", GPX)]);
        set(&mut bytes, b"PK\x01\x02", 24, &size);
        set(&mut bytes, b"PK\x03\x04", 22, &size);
        assert_found(&walked(&bytes), &[("a.zip/b.gpx", &len)]);
    }
    let mut bytes = zip(&[("b.gpx", GPX)]);
    set(&mut bytes, b"PK\x01\x02", 16, &[1; 4]);
    assert_found(&walked(&bytes), &[("a.zip/b.gpx", &len)]);
    // A packed size behind the end of the archive.
    set(&mut bytes, b"PK\x01\x02", 20, &[0xfe; 4]);
    assert_found(&walked(&bytes), &[("a.zip/b.gpx", "failed: the archive ends before it does")]);
}

#[test]
fn encryption_and_other_methods_are_named() {
    let files: &[(&str, &[u8])] = &[("b.gpx", GPX)];
    let mut bytes = zip(files);
    set(&mut bytes, b"PK\x01\x02", 8, &[1, 0]);
    assert_found(&walked(&bytes), &[("a.zip/b.gpx", "failed: it is encrypted")]);
    for (method, reason) in [
        (12, "failed: it is compressed in a way that is not read: bzip2"),
        (77, "failed: it is compressed in a way that is not read: method 77"),
    ] {
        let mut bytes = zip(files);
        set(&mut bytes, b"PK\x01\x02", 10, &[method, 0]);
        assert_found(&walked(&bytes), &[("a.zip/b.gpx", reason)]);
    }
}

#[test]
fn files_that_share_their_bytes_are_refused() {
    // Many entries of the directory point to one large member: its directory is repeated, and the counts raised.
    let filler: Vec<u8> = (0..60_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let kernel = [GPX, &filler].concat();
    let mut bytes = zip_as(CompressionMethod::Stored, &[("k.gpx", &kernel)]);
    let start = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let entry = bytes[start..end].to_vec();
    let mut last = bytes[end..].to_vec();
    bytes.truncate(start);
    for _ in 0..100 {
        bytes.extend_from_slice(&entry);
    }
    last[8..10].copy_from_slice(&[100, 0]);
    last[10..12].copy_from_slice(&[100, 0]);
    last[12..16].copy_from_slice(&u32::try_from(entry.len() * 100).unwrap().to_le_bytes());
    bytes.extend_from_slice(&last);
    let (items, result) = walked_within(&Limits::default(), &bytes);
    assert_eq!(items.len(), 1);
    assert!(result.unwrap_err().to_string().contains("overlap"));
}

/// An archive whose directory has one entry for each of `names`, all for the same member.
fn shared(names: &[String], content: &[u8]) -> Vec<u8> {
    let mut bytes = zip_as(CompressionMethod::Stored, &[("export.xml", EXPORT), ("x.gpx", content)]);
    let entries: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x01\x02").map(|(at, _)| at).collect();
    let end = bytes.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let (start, entry) = (entries[0], bytes[entries[1]..end].to_vec());
    let mut last = bytes[end..].to_vec();
    bytes.truncate(entries[1]);
    for name in names {
        let mut entry = entry[..46].to_vec();
        entry[28..32].copy_from_slice(&[name.len().to_le_bytes()[0], name.len().to_le_bytes()[1], 0, 0]);
        bytes.extend_from_slice(&entry);
        bytes.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(names.len() + 1).unwrap().to_le_bytes();
    last[8..10].copy_from_slice(&count);
    last[10..12].copy_from_slice(&count);
    last[12..16].copy_from_slice(&u32::try_from(bytes.len() - start).unwrap().to_le_bytes());
    bytes.extend_from_slice(&last);
    bytes
}

const EXPORT: &[u8] = b"<HealthData>\n<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" duration=\"30\" \
    durationUnit=\"min\" sourceName=\"W\" startDate=\"2020-01-01 00:00:00 +0000\" endDate=\"2020-01-01 00:30:00 +0000\">\
    <WorkoutRoute><FileReference path=\"/long.gpx\"/></WorkoutRoute></Workout>\n</HealthData>\n";

#[test]
fn names_are_held_for_members_that_can_be_had_only() {
    // The name is too long: the member fails, and is not joined to its workout before.
    let long = format!("{}/long.gpx", "a".repeat(2_000));
    let items = walked(&shared(&[long], GPX));
    let said = |words: &str| items.iter().any(|item| format!("{:?}", item.content).contains(words));
    assert!(said("did not come with it") && said("its name is too long"), "{items:?}");
    // Many names for one member: the walk ends where there are more bytes of them than of the archive.
    let filler = [GPX, &[b' '; 20_000]].concat();
    let names: Vec<String> = (0..500).map(|number| format!("{number}/long.gpx")).collect();
    let (items, result) = walked_within(&Limits::default(), &shared(&names, &filler));
    assert!(result.unwrap_err().to_string().contains("overlap"));
    assert!(items.len() < 5, "{}", items.len());
}

#[test]
fn files_beyond_those_that_are_tried_are_named() {
    let table = b"Activity ID,Activity Date,Activity Type,Filename\n1,\"Jan 5, 2019, 6:32:11 AM\",Run,1.gpx\n";
    let names: Vec<String> = (10..27).map(|number| format!("{number}/activities.csv")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), table.as_slice())).collect();
    let items = walked(&zip(&files));
    let said = "more than 16 files have the name of Strava’s table: this one, and those behind it, are not joined";
    assert!(
        format!("{:?}", items[0].content).contains(said) && items[0].name == "a.zip/26/activities.csv",
        "{items:?}"
    );
    // An export of Apple Health behind many other documents: its routes are not joined, and that is said.
    let names: Vec<String> = (0..256).map(|number| format!("{number}.xml")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"<a/>".as_slice())).collect();
    files.extend([("export.xml", EXPORT), ("long.gpx", GPX)]);
    let items = walked(&zip(&files));
    let said = "was not joined to it: the export is not one of the first 256 files";
    assert!(items.iter().any(|item| format!("{:?}", item.content).contains(said)), "{:?}", items.last());
}

#[test]
fn declared_counts_allocate_nothing() {
    let mut bytes = zip(&[("b.gpx", GPX)]);
    set(&mut bytes, b"PK\x05\x06", 8, &[0xff; 4]);
    // The directory says 65,535 members and holds one: it is damaged, and the member is found without it.
    let (items, _) = walked_within(&Limits::default(), &bytes);
    assert!(items.iter().any(|item| matches!(&item.content, Content::File { bytes, .. } if bytes == GPX)));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..2_000 {
        writer.start_file(format!("{i}.txt"), SimpleFileOptions::default()).unwrap();
        writer.write_all(b"x").unwrap();
    }
    assert_eq!(walked(&writer.finish().unwrap().into_inner()).len(), 2_000);
}

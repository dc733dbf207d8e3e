//! Nothing that can be uploaded makes the reader panic, and the same bytes give the same result.

use std::path::{Path, PathBuf};

use plimsoll_ingest::{Format, ReadOptions, fit, gpx, read, tcx};
use proptest::prelude::*;

/// Reads `bytes` by every way in, twice.
fn check(bytes: &[u8]) {
    let options = ReadOptions { zone: Some(chrono_tz::Europe::Berlin) };
    let _ = Format::detect(bytes);
    for reader in [read, gpx::read, tcx::read, fit::read] {
        let (first, second) = (reader(bytes, &options), reader(bytes, &options));
        assert_eq!(format!("{first:?}"), format!("{second:?}"));
        if let (Ok(first), Ok(second)) = (first, second) {
            assert_eq!(first.others.decode(), second.others.decode());
        }
    }
}

const GPX: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Test" xmlns="http://www.topografix.com/GPX/1/1" xmlns:g="x">
<metadata><name>a &amp; b</name></metadata><wpt lat="1" lon="2"/>
<trk><name><![CDATA[c]]></name><type>9</type><trkseg>
<trkpt lat="52.5" lon="13.4"><ele>34</ele><time>2024-05-01T07:00:00Z</time><extensions><g:x><g:hr>120</g:hr><g:cad>80</g:cad></g:x></extensions></trkpt>
<trkpt lat="52.6" lon="13.5"><ele>35</ele><time>2024-05-01T07:00:01.5+02:00</time><!-- c --></trkpt>
</trkseg><trkseg><trkpt lat='52.7' lon='13.6'><time>2024-05-01 07:10:00</time></trkpt></trkseg></trk>
</gpx>
"#;

const TCX: &str = r#"
  <?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="x" xmlns:n="y"><Activities><Activity Sport="Running"><Id>2024-05-01T07:00:00Z</Id>
<Lap StartTime="2024-05-01T07:00:00Z"><TotalTimeSeconds>2.5</TotalTimeSeconds><DistanceMeters>7</DistanceMeters>
<AverageHeartRateBpm><Value>140</Value></AverageHeartRateBpm><Track>
<Trackpoint><Time>2024-05-01T07:00:00Z</Time><Position><LatitudeDegrees>52.5</LatitudeDegrees><LongitudeDegrees>13.4</LongitudeDegrees></Position><DistanceMeters>0</DistanceMeters><HeartRateBpm><Value>140</Value></HeartRateBpm><Extensions><n:TPX><n:RunCadence>85</n:RunCadence></n:TPX></Extensions></Trackpoint>
</Track><Track>
<Trackpoint><Time>2024-05-01T07:00:02.5+02:00</Time><DistanceMeters>7</DistanceMeters><!-- c --></Trackpoint>
</Track></Lap><Notes>a &amp; b</Notes></Activity></Activities></TrainingCenterDatabase>
"#;

/// The header of a FIT file and its file_id message.
const FIT: &[u8] = b"\x0e\x20\x54\x08\x22\x00\x00\x00.FIT\x00\x00\x40\x00\x01\x00\x00\x04\x03\x04\x8c\x04\x04\x86\x01\x02\x84\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x04\x00\x00\x00";

/// Pieces of markup that a random document is made of.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<trk>"),
        Just("</trk>"),
        Just("<trkseg>"),
        Just("</trkseg>"),
        Just("</trkpt>"),
        Just("<gpx>"),
        Just("</gpx>"),
        Just("<trkpt lat=\"1.5\" lon=\"2\">"),
        Just("<trkpt lat='x' lon=\"2\"/>"),
        Just("<trkpt lat=\""),
        Just("<time>2024-05-01T07:00:00Z</time>"),
        Just("<time>2024-05-01T06:59:00</time>"),
        Just("<time>"),
        Just("</time>"),
        Just("<hr>120</hr>"),
        Just("<extensions hr=\"1e300\">"),
        Just("<name>"),
        Just("<!--"),
        Just("-->"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("&amp;"),
        Just("&#0;"),
        Just("&#x110000;"),
        Just("&a"),
        Just("<!DOCTYPE gpx ["),
        Just("]>"),
        Just("<?"),
        Just("?>"),
        Just("\""),
        Just("'"),
        Just("<"),
        Just(">"),
        Just("é"),
        Just("\0"),
        Just("<a:b:c/>"),
        Just("<:>"),
        Just("</>"),
        Just("<rte><rtept/>"),
        Just("<Activity Sport=\"Running\">"),
        Just("</Activity>"),
        Just("<Lap StartTime=\"2024-05-01T07:00:00Z\">"),
        Just("</Lap>"),
        Just("<Track>"),
        Just("</Track>"),
        Just("<Trackpoint>"),
        Just("</Trackpoint>"),
        Just("<Time>2024-05-01T07:00:00Z</Time>"),
        Just("<Time>2024-05-01T11:00:00Z</Time>"),
        Just("<TotalTimeSeconds>10</TotalTimeSeconds>"),
        Just("<DistanceMeters>300</DistanceMeters>"),
        Just("<DistanceMeters>1,5</DistanceMeters>"),
        Just("<LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>1</LongitudeDegrees>"),
        Just("<Course>"),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2048)) {
        check(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_valid_head(bytes in prop::collection::vec(any::<u8>(), 0..1024), cut in 0..GPX.len()) {
        check(&[FIT, &bytes].concat());
        check(&[&GPX.as_bytes()[..cut], &bytes].concat());
        check(&[b"\xff\xfe<\0g\0p\0x\0>\0".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_markup(body in markup()) {
        check(body.as_bytes());
        check(format!("<gpx><trk><trkseg>{body}").as_bytes());
        check(format!("<TrainingCenterDatabase><Activity><Lap>{body}").as_bytes());
    }

    #[test]
    fn valid_files_with_damage(edits in prop::collection::vec((0..GPX.len(), any::<u8>(), 0..3_u8), 1..12)) {
        for file in [GPX, TCX] {
            let mut bytes = file.as_bytes().to_vec();
            for (at, byte, edit) in &edits {
                let at = at % bytes.len();
                match edit {
                    0 => bytes[at] = *byte,
                    1 => bytes.insert(at, *byte),
                    _ => _ = bytes.remove(at),
                }
            }
            check(&bytes);
        }
    }

    #[test]
    fn a_cut_anywhere_in_a_tcx_file_keeps_the_points_before_it(cut in 0..TCX.len()) {
        let bytes = &TCX.as_bytes()[..cut];
        let whole = bytes.windows(13).filter(|window| window == b"</Trackpoint>").count();
        let rows = tcx::read(bytes, &ReadOptions::default())
            .map_or(0, |file| file.activities.iter().map(|activity| activity.records.height()).sum());
        prop_assert_eq!(rows, whole);
    }

    #[test]
    fn a_cut_anywhere_keeps_the_points_before_it(cut in 0..GPX.len()) {
        let bytes = &GPX.as_bytes()[..cut];
        let whole = bytes.windows(8).filter(|window| window == b"</trkpt>").count();
        let rows = gpx::read(bytes, &ReadOptions::default())
            .map_or(0, |file| file.activities.iter().map(|activity| activity.records.height()).sum());
        prop_assert_eq!(rows, whole);
    }
}

/// Files below `folder`, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Start tags with the local name `wanted`, comments left out.
fn count_elements(bytes: &[u8], wanted: &str) -> u64 {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    while let Some(start) = text.find("<!--") {
        let end = text[start..].find("-->").map_or(text.len(), |end| start + end + 3);
        text.replace_range(start..end, "");
    }
    let starts = text.split('<').skip(1).filter(|tag| {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
        name.rsplit(':').next() == Some(wanted)
    });
    starts.count() as u64
}

#[test]
fn real_files_are_read_whole_or_refused() {
    let Ok(corpus) = std::env::var("PLIMSOLL_CORPUS") else {
        println!("skipped: PLIMSOLL_CORPUS does not name a folder of real files");
        return;
    };
    let corpus = Path::new(&corpus);
    let (mut read_whole, mut refused) = (0, Vec::new());
    for path in files(&corpus.join("gpx")) {
        let bytes = std::fs::read(&path).unwrap();
        match read(&bytes, &ReadOptions::default()) {
            Ok(file) => {
                read_whole += 1;
                let counted = file.messages.get("trkpt").copied().unwrap_or(0);
                assert_eq!(counted, count_elements(&bytes, "trkpt"), "{}", path.display());
                assert_eq!(file.format, Format::Gpx);
            }
            Err(error) => refused.push(format!("{}: {error}", path.display())),
        }
    }
    println!("{read_whole} read, refused: {refused:#?}");
    assert!(read_whole > 100 && refused.len() < 5, "{refused:#?}");
    for path in files(&corpus.join("tcx")) {
        let bytes = std::fs::read(&path).unwrap();
        let file = read(&bytes, &ReadOptions::default()).unwrap();
        assert_eq!(file.format, Format::Tcx);
        for element in ["Activity", "Lap", "Trackpoint"] {
            let counted = file.messages.get(element).copied().unwrap_or(0);
            assert_eq!(counted, count_elements(&bytes, element), "{element} in {}", path.display());
        }
    }
}

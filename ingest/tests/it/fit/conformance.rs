//! Real files, read where they lie: the folder is named by the environment variable `PLIMSOLL_CORPUS`; without it the
//! test passes and says so. Their values are compared by the end-to-end tests, through `plimsoll inspect`.

use std::path::Path;

use plimsoll_ingest::{NoticeCode, ReadError, ReadOptions, fit};

/// Files of the folder that are FIT by name but not by content, or damaged before anything useful.
const REFUSED: &[&str] = &[];

/// Files that are damaged in their middle: their header's byte order is wrong, or bytes were lost. No other may be taken
/// for damaged.
const DAMAGED: &[&str] = &["bad-endian.fit", "strava-android-app-201.10-b1218918.fit"];

#[test]
fn every_real_file_is_read() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("left out: PLIMSOLL_CORPUS names no folder of watch files");
        return;
    };
    let mut refused: Vec<(String, ReadError)> = Vec::new();
    for maker in std::fs::read_dir(Path::new(&corpus).join("fit")).unwrap() {
        for file in std::fs::read_dir(maker.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            match fit::read(&bytes, &ReadOptions::default()) {
                Ok(file) => {
                    let skips = file.notices.iter().any(|notice| notice.code == NoticeCode::Resynchronised);
                    assert!(!skips || DAMAGED.iter().any(|known| name.ends_with(known)), "{name}: {:?}", file.notices);
                    let others = file.others.decode();
                    assert_eq!(others.len(), file.others.len(), "{name}");
                    assert_eq!(others, file.others.decode(), "{name}");
                    for activity in &file.activities {
                        let rows = activity.records.height() as u64;
                        assert!(rows <= file.messages.get("record").copied().unwrap_or(0), "{name}");
                    }
                }
                Err(error) => refused.push((name, error)),
            }
        }
    }
    refused.retain(|(name, _)| !REFUSED.iter().any(|known| name.ends_with(known)));
    assert!(refused.is_empty(), "{refused:?}");
}

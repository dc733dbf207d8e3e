//! Archives of every kind, as people hand them over and as an enemy makes them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod caps;
mod damage;
mod folder;
mod stand_in;
mod strava;
mod zips;

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use flate2::Compression;
use flate2::write::GzEncoder;
use plimsoll_ingest::archive::{ArchiveError, Content, InMemory, Item, Limits, walk};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const GPX: &[u8] = b"<gpx version='1.1'><trk><type>running</type><trkseg>\
    <trkpt lat='52.5' lon='13.4'><time>2024-05-01T07:00:00Z</time></trkpt>\
    <trkpt lat='52.6' lon='13.4'><time>2024-05-01T07:30:00Z</time></trkpt></trkseg></trk></gpx>";

/// A zip archive of `files`.
fn zip_as(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_as(CompressionMethod::Deflated, files)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Everything that a walk finds, and how it ends.
fn walked_within(limits: &Limits, bytes: &[u8]) -> (Vec<Item>, Result<(), ArchiveError>) {
    let mut items = Vec::new();
    let result = walk("a.zip", Cursor::new(bytes), limits, &mut InMemory, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    (items, result)
}

/// Everything that a walk finds that ends well.
fn walked(bytes: &[u8]) -> Vec<Item> {
    let (items, result) = walked_within(&Limits::default(), bytes);
    assert!(result.is_ok(), "{result:?}");
    items
}

/// Names with what was found, in short.
fn brief(items: &[Item]) -> Vec<(&str, String)> {
    let brief = |content: &Content| match content {
        Content::File { bytes, details, .. } => {
            format!("{} bytes{}", bytes.len(), if details.is_some() { ", with details" } else { "" })
        }
        Content::SetAside { reason } => reason.clone(),
        Content::Failed { reason, cap: None } => format!("failed: {reason}"),
        Content::Failed { reason, cap: Some(cap) } => format!("failed: {reason} ({}, {})", cap.cap, cap.option),
    };
    items.iter().map(|item| (item.name.as_str(), brief(&item.content))).collect()
}

/// The same, without owned strings on the other side.
#[track_caller]
fn assert_found(items: &[Item], expected: &[(&str, &str)]) {
    let found = brief(items);
    let found: Vec<(&str, &str)> = found.iter().map(|(name, what)| (*name, what.as_str())).collect();
    assert_eq!(found, expected);
}

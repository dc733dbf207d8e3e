//! Memory stays within a small multiple of the input, whatever the input repeats.

use std::hint::black_box;
use std::process::Command;

use peak_alloc::PeakAlloc;
use plimsoll_ingest::{ReadOptions, read};

use crate::fit::bytes::{BYTE, ENUM, HR, HRV, LAP, Messages, RECORD, SESSION, T0, U8, U16, U32};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes of an input, about: enough that what is there once does not count.
const SIZE: usize = 2_000_000;
/// Most bytes for a byte of the input. Real files take at most six.
const MOST_TIMES: usize = 24;
/// And for what is there once.
const MOST_BESIDE: usize = 16_000_000;

/// `head`, as many of `again` as come to [`SIZE`], separated, and `tail`.
fn repeated(head: &str, again: &str, separator: &str, tail: &str) -> Vec<u8> {
    let times = SIZE / (again.len() + separator.len());
    [head, &vec![again; times].join(separator), tail].concat().into_bytes()
}

/// A message again and again.
fn messages(before: Messages, data: &[u8]) -> Vec<u8> {
    let mut messages = before;
    messages.0.reserve(SIZE);
    while messages.0.len() < SIZE {
        messages.0.extend(data);
    }
    messages.file()
}

fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    let exercise = r#"{"startTime":"2024-05-01T07:00:00","sport":"RUNNING","exercises":[{"startTime":"2024-05-01T07:00:00","sport":"RUNNING","#;
    let polar = |list: &str, again: &str| {
        let opening: usize = list.matches(['[', '{']).count();
        let closing: String = list
            .chars()
            .rev()
            .filter_map(|c| match c {
                '[' => Some(']'),
                '{' => Some('}'),
                _ => None,
            })
            .collect();
        assert_eq!(closing.len(), opening);
        repeated(
            &format!(r#"{{"exportVersion":"1",{}{list}"#, exercise.trim_start_matches('{')),
            again,
            ",",
            &format!("{closing}}}]}}"),
        )
    };
    let nested = {
        let inner = format!(r#"{{"exercises":[{}]}}"#, vec!["0"; 200].join(","));
        let middle = format!(r#"{{"exercises":[{}]}}"#, vec![inner; 200].join(","));
        polar(r#""exercises":["#, &middle)
    };
    let session = [&[2][..], &(T0 + 100_000).to_le_bytes(), &T0.to_le_bytes(), &[5]].concat();
    let strap = {
        let beats = Messages::activity()
            .define(3, HR, &[(253, 4, U32), (9, 4, U32), (6, 1, U8)])
            .parts(3, &[&T0.to_le_bytes(), &1000_u32.to_le_bytes(), &[100]])
            .define(4, HR, &[(10, 252, BYTE), (6, 168, U8)])
            .define(2, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM)]);
        let sessions = (0..1000).fold(beats, |messages, _| messages.data(2, &session[1..]));
        let mut count = 1000_u32;
        let mut beats = sessions;
        while beats.0.len() < SIZE {
            let mut packed = Vec::new();
            for _ in 0..84 {
                let (a, b) = ((count + 2) & 0xFFF, (count + 4) & 0xFFF);
                count += 4;
                packed.extend([a as u8, (a >> 8) as u8 | (b << 4) as u8, (b >> 4) as u8]);
            }
            beats = beats.parts(4, &[&packed, &[101; 168]]);
        }
        beats.file()
    };
    let point = r#"<trkpt lat="1" lon="2"><time>2024-05-01T07:00:00Z</time></trkpt>"#;
    let gpx =
        |head: &str, again: &str, tail: &str| repeated(&format!("<gpx>{head}"), again, "", &format!("{tail}</gpx>"));
    let tcx = |again: &str| {
        let head = "<TrainingCenterDatabase><Activities><Activity Sport=\"Running\">";
        repeated(head, again, "", "</Activity></Activities></TrainingCenterDatabase>")
    };
    vec![
        ("FIT: a strap and a thousand sessions", strap),
        (
            "FIT: sessions",
            messages(Messages::activity().define(2, SESSION, &[(253, 4, U32), (2, 4, U32), (5, 1, ENUM)]), &session),
        ),
        ("FIT: laps", messages(Messages::activity().define(2, LAP, &[(5, 1, ENUM)]), &[2, 1])),
        ("FIT: samples of one byte", messages(Messages::activity().define(1, RECORD, &[(3, 1, U8)]), &[1, 100])),
        ("FIT: RR intervals", messages(Messages::activity().define(1, HRV, &[(0, 2, U16)]), &[1, 1, 1])),
        ("Polar: exercises in exercises", nested),
        ("Polar: a route of zeros", polar(r#""samples":{"recordedRoute":["#, "0")),
        ("Polar: laps of zeros", polar(r#""laps":{"laps":["#, "0")),
        ("Polar: laps", polar(r#""autoLaps":["#, r#"{"ascent":1}"#)),
        ("Polar: pauses of nothing", polar(r#""pauseTimes":["#, "{}")),
        (
            "Polar: a route",
            polar(r#""routes":{"route":{"wayPoints":["#, r#"{"latitude":1,"longitude":2,"elapsedMillis":1}"#),
        ),
        ("Polar: positions of one value", polar(r#""samples":{"recordedRoute":["#, r#"{"latitude":1}"#)),
        ("Polar: RR intervals", polar(r#""samples":{"rr":["#, r#"{"duration":"PT1S"}"#)),
        ("Polar: a series", polar(r#""samples":{"samples":[{"type":"HEART_RATE","values":["#, "1")),
        ("GPX: points", gpx("<trk><trkseg>", point, "</trkseg></trk>")),
        ("GPX: tracks of a point", gpx("", &format!("<trk><trkseg>{point}</trkseg></trk>"), "")),
        ("GPX: tracks of nothing", gpx("", "<trk/>", "")),
        ("GPX: segments of a point", gpx("<trk>", &format!("<trkseg>{point}</trkseg>"), "</trk>")),
        ("TCX: laps of nothing", tcx("<Lap/>")),
        ("TCX: laps with notes", tcx("<Lap><Notes>a</Notes></Lap>")),
        ("TCX: points", tcx("<Trackpoint><Time>2024-05-01T07:00:00Z</Time></Trackpoint>")),
        ("CSV: rows", repeated("date,distance_km\n", "2024-05-01,1", "\n", "\n")),
        ("CSV: a header of commas", repeated("date,distance_km", ",", "", "\n2020-01-01,5\n")),
        (
            "CSV: rows of commas",
            repeated("date,distance_km\n", &format!("2024-05-01,1{}", ",".repeat(1_900)), "\n", "\n"),
        ),
        ("CSV: marks", repeated("date,distance_km\n", "\"", "\n", "\n")),
    ]
}

/// A process has one peak, and tests run beside each other: so this one measures in a process of its own.
#[test]
fn memory_is_bounded_by_a_multiple_of_the_input() {
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::peaks", "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let errors = String::from_utf8(out.stderr).unwrap();
    assert!(out.status.success(), "{text}{errors}");
    assert_eq!(text.matches("times the input").count(), inputs().len(), "{text}");
}

#[test]
#[ignore = "the other test runs it alone in a process"]
fn peaks() {
    // What is set up once for the whole program is no input's.
    drop(read(b"date,distance_km\n2024-05-01,10\n", &ReadOptions::default()));
    let mut over = Vec::new();
    for (name, bytes) in inputs() {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let _ = black_box(read(&bytes, &ReadOptions::default()));
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        println!("{name}: {:.1} MB, {} times the input", peak as f64 / 1e6, peak / bytes.len());
        if peak > MOST_TIMES * bytes.len() + MOST_BESIDE {
            over.push(name);
        }
    }
    assert_eq!(over, [""; 0], "too much memory");
}

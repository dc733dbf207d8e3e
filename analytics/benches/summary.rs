//! What an activity's summary takes, against reading the same activity from its file: the bound of an import. All ratios
//! are of one run.
//!
//! ```text
//! cargo bench -p plimsoll-analytics --bench summary
//! ```

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails where it cannot go on")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::DateTime;
use plimsoll_analytics::{Physiology, Sex, summarise};
use plimsoll_ingest::encode::{Recording, Sample, fit};
use plimsoll_ingest::quality::{self, Cleaning};
use plimsoll_ingest::{ReadOptions, RunKind, read};

/// Samples, one each second: three hours.
const SAMPLES: i64 = 10_800;
const TURNS: usize = 60;

fn main() {
    let bytes = fit(&run());
    let options = ReadOptions::default();
    let mut activity = read(&bytes, &options).unwrap().activities.remove(0);
    activity.records = quality::clean(&activity, &Cleaning::default()).records;
    let known = Physiology {
        sex: Some(Sex::Female),
        max_hr_bpm: Some(192.0),
        resting_hr_bpm: Some(50.0),
        threshold_hr_bpm: Some(170.0),
        vt1_hr_bpm: Some(150.0),
        vt2_hr_bpm: Some(170.0),
        threshold_speed_mps: Some(4.0),
    };
    let [mut reading, mut plain, mut full, mut looking] = [Duration::MAX; 4];
    // Best of many, in turns, so that whatever else the machine does meets all of them.
    for _ in 0..TURNS {
        reading = reading.min(timed(|| drop(black_box(read(&bytes, &options).unwrap()))));
        looking = looking.min(timed(|| drop(black_box(quality::clean(&activity, &Cleaning::default())))));
        plain = plain.min(timed(|| drop(black_box(summarise(&activity, &Physiology::default())))));
        full = full.min(timed(|| drop(black_box(summarise(&activity, &known)))));
    }
    println!("{} bytes of FIT, {SAMPLES} samples", bytes.len());
    let row = |name: &str, time: Duration| {
        let ns = time.as_secs_f64() * 1e9 / SAMPLES as f64;
        println!("{name:44} {ns:6.1} ns a sample, {:4.2} times reading", time.as_secs_f64() / reading.as_secs_f64());
    };
    row("reading the file", reading);
    row("cleaning", looking);
    row("summary, nothing known of the runner", plain);
    row("summary, every limit known", full);
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// Hilly, with a speed that changes.
fn run() -> Recording {
    let (mut metres, mut altitude_m) = (0.0, 200.0);
    let sample = |second: i64| {
        let t = second as f64;
        let speed_mps = 3.0 + 0.6 * (t / 97.0).sin() + 0.2 * (t / 7.3).sin();
        let sample = Sample {
            time: DateTime::from_timestamp_secs(1_700_000_000 + second).unwrap(),
            position: Some((48.0 + metres / 111_320.0, 11.0)),
            distance_m: Some(metres),
            speed_mps: Some(speed_mps),
            altitude_m: Some(altitude_m),
            heart_rate_bpm: Some((150.0 + 12.0 * (t / 300.0).sin() + 3.0 * (t / 11.0).sin()) as u8),
            cadence_spm: Some((164.0 + 4.0 * (t / 31.0).sin()).round()),
        };
        metres += speed_mps;
        altitude_m += 0.15 * (t / 211.0).sin();
        sample
    };
    Recording {
        title: None,
        kind: RunKind::Generic,
        utc_offset_s: 3600,
        serial: 1,
        samples: (0..SAMPLES).map(sample).collect(),
        lap_every_m: Some(1000.0),
    }
}

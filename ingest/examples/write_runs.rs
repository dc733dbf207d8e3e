//! Writes generated runs as FIT files, for measuring: `write_runs FOLDER COUNT`.
//!
//! Every file comes from a seed of its own and has about 300 kB: a sample each second for a little over three hours. The
//! same number gives the same bytes.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta};
use plimsoll_ingest::RunKind;
use plimsoll_ingest::encode::{Recording, Sample, fit};

/// Samples of a file, one each second.
const SAMPLES: i64 = 11_000;
/// Start of the first run, seconds since 1970: 1 January 2015, 06:00.
const FIRST_START_S: i64 = 1_420_092_000;
/// One run a day and a half, so that no two overlap.
const BETWEEN_S: i64 = 129_600;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        return Err("write_runs FOLDER COUNT".into());
    };
    std::fs::create_dir_all(&folder)?;
    for seed in 0..count.parse()? {
        std::fs::write(folder.join(format!("{seed:05}.fit")), fit(&run(seed)))?;
    }
    Ok(())
}

/// Numbers from 0 to 1 (SplitMix64).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn run(seed: u32) -> Recording {
    let mut random = Random(u64::from(seed));
    let start = DateTime::from_timestamp_secs(FIRST_START_S + BETWEEN_S * i64::from(seed)).unwrap_or_default();
    let (mut speed_mps, mut heart_bpm, mut metres) = (2.4 + random.unit(), 120.0, 0.0);
    let (mut lat, mut lon, mut heading) =
        (45.0 + 10.0 * random.unit(), 10.0 * random.unit(), std::f64::consts::TAU * random.unit());
    let mut altitude_m = 100.0 * random.unit();
    let samples = (0..SAMPLES).map(|second| {
        let sample = Sample {
            time: start + TimeDelta::seconds(second),
            position: Some((lat, lon)),
            distance_m: Some(metres),
            speed_mps: Some(speed_mps),
            altitude_m: Some(altitude_m),
            heart_rate_bpm: Some(heart_bpm as u8),
            cadence_spm: Some((150.0 + 6.0 * speed_mps + 4.0 * random.unit()).round()),
        };
        speed_mps = (speed_mps + 0.1 * (random.unit() - 0.5)).clamp(1.5, 4.5);
        heart_bpm = (heart_bpm + 2.0 * (random.unit() - 0.49)).clamp(90.0, 190.0);
        altitude_m += 0.4 * (random.unit() - 0.5);
        heading += 0.2 * (random.unit() - 0.5);
        lat += speed_mps * heading.cos() / 111_320.0;
        lon += speed_mps * heading.sin() / 70_000.0;
        metres += speed_mps;
        sample
    });
    Recording {
        title: None,
        kind: RunKind::Generic,
        utc_offset_s: 3600,
        serial: seed,
        samples: samples.collect(),
        lap_every_m: Some(1000.0),
    }
}

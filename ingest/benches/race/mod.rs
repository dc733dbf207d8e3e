//! This crate against another reader, on the same bytes.
//!
//! The files are generated; where `PLIMSOLL_CORPUS` names a folder of real files, the largest ones that the other reader
//! can read are added. At the end the ratios of the mean times of the run are printed.

use std::cell::RefCell;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use criterion::{BenchmarkId, Criterion, Throughput};
use plimsoll_ingest::encode::{Recording, Sample};
use plimsoll_ingest::{ReadOptions, RunKind};

/// Real files of each format that are added.
const LARGEST: usize = 3;

/// Another reader, and the format it reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rival {
    /// Its crate.
    pub(crate) name: &'static str,
    /// Folder and extension of the format's files.
    pub(crate) format: &'static str,
    /// Writes a file of the format.
    pub(crate) write: fn(&Recording) -> Vec<u8>,
    /// Reads the bytes; whether it could.
    pub(crate) read: fn(&[u8]) -> bool,
}

fn run(hours: u32) -> Recording {
    let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let samples = (0..=hours * 3600)
        .map(|second| {
            let x = f64::from(second);
            let wave = (x / 97.0).sin();
            Sample {
                time: start + TimeDelta::seconds(i64::from(second)),
                position: Some((47.0 + x * 2.5e-5, 8.0 + wave * 1e-3)),
                distance_m: Some(x * 2.9),
                speed_mps: Some(2.9 + wave * 0.4),
                altitude_m: Some(450.0 + wave * 35.0),
                heart_rate_bpm: Some((150.0 + wave * 12.0) as u8),
                cadence_spm: Some(172.0 + wave * 3.0),
            }
        })
        .collect();
    Recording {
        title: Some("Long run".to_owned()),
        kind: RunKind::Road,
        utc_offset_s: 3600,
        serial: 1,
        samples,
        lap_every_m: Some(1000.0),
    }
}

/// The largest real files that `rival` reads, too.
fn real_files(rival: Rival) -> Vec<(String, Vec<u8>)> {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("PLIMSOLL_CORPUS is not set: generated {} files only", rival.format);
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(Path::new(&corpus).join(rival.format))
        .unwrap()
        .flat_map(|maker| std::fs::read_dir(maker.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().len()));
    paths
        .into_iter()
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .filter(|(_, bytes)| (rival.read)(bytes))
        .take(LARGEST)
        .collect()
}

/// Time and iterations of one reader.
#[derive(Debug, Default, Clone, Copy)]
struct Spent {
    time: Duration,
    iterations: u64,
}

impl Spent {
    fn measure(spent: &RefCell<Self>, iterations: u64, mut read: impl FnMut()) -> Duration {
        let start = Instant::now();
        for _ in 0..iterations {
            read();
        }
        let time = start.elapsed();
        let mut spent = spent.borrow_mut();
        spent.time += time;
        spent.iterations += iterations;
        time
    }

    fn mean_s(self) -> f64 {
        self.time.as_secs_f64() / self.iterations as f64
    }
}

/// Measures this crate against each of `rivals`, and prints the ratios.
pub(crate) fn race(criterion: &mut Criterion, rivals: &[Rival]) {
    let options = ReadOptions::default();
    let mut report = Vec::new();
    for rival in rivals {
        let mut files: Vec<(String, Vec<u8>)> =
            [1, 3].map(|hours| (format!("generated {hours} h"), (rival.write)(&run(hours)))).to_vec();
        files.extend(real_files(*rival));
        let mut group = criterion.benchmark_group(rival.format);
        group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
        for (name, bytes) in files {
            let (own, other) = (RefCell::new(Spent::default()), RefCell::new(Spent::default()));
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_with_input(BenchmarkId::new("plimsoll", &name), &bytes, |bencher, bytes| {
                bencher.iter_custom(|iterations| {
                    Spent::measure(&own, iterations, || {
                        black_box(plimsoll_ingest::read(black_box(bytes), &options).unwrap());
                    })
                });
            });
            group.bench_with_input(BenchmarkId::new(rival.name, &name), &bytes, |bencher, bytes| {
                bencher.iter_custom(|iterations| Spent::measure(&other, iterations, || assert!((rival.read)(bytes))));
            });
            report.push((rival, name, bytes.len(), own.into_inner(), other.into_inner()));
        }
        group.finish();
    }

    for (Rival { name: other_name, format, .. }, name, size, own, other) in report {
        // A filter on the command line may have left one of them out.
        if own.iterations == 0 || other.iterations == 0 {
            continue;
        }
        println!(
            "{name}.{format} ({size} bytes): plimsoll {:.2} ms ({:.0} MB/s), {other_name} {:.2} ms ({:.0} MB/s), \
             ratio {:.1}",
            own.mean_s() * 1e3,
            size as f64 / own.mean_s() / 1e6,
            other.mean_s() * 1e3,
            size as f64 / other.mean_s() / 1e6,
            other.mean_s() / own.mean_s()
        );
    }
}

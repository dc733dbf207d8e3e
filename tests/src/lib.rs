//! What the end-to-end tests stand on: the binary as a person starts it, and files as a watch writes them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a broken harness ends the test at once, with the place")]

pub mod people;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use plimsoll_ingest::RunKind;
use plimsoll_ingest::encode::{Recording, Sample};

/// The `plimsoll` binary that was built together with these tests.
///
/// # Panics
/// When it was not built: it is with `cargo test --workspace`, not with `-p plimsoll-tests` alone.
#[must_use]
pub fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let binary = tests.ancestors().nth(2).unwrap().join(format!("plimsoll{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.is_file(), "{} is missing: run the tests with `cargo test --workspace`", binary.display());
    binary
}

/// A running `plimsoll serve`; killed when dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// The path of the link that makes the first account; `None` when there is one already, and of the demo.
    pub setup: Option<String>,
}

impl Service {
    /// Starts `plimsoll` with `arguments` on a free port and waits until it says where it is.
    ///
    /// # Panics
    /// When it ends before that.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        Self::begin(Command::new(binary()).args(arguments))
    }

    fn begin(command: &mut Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut setup = None;
        let url = loop {
            let Some(Ok(line)) = lines.next() else { panic!("plimsoll ended before it answered") };
            if let Some((_, secret)) = line.split_once("/setup/") {
                setup = Some(format!("/setup/{secret}"));
            } else if let Some((_, rest)) = line.split_once("Plimsoll is at http://") {
                break format!("http://{}", rest.split('/').next().unwrap());
            }
        };
        Self { child, url, setup }
    }

    /// The same, with everything that it tells of itself in a file.
    #[must_use]
    pub fn logging(arguments: &[&str], log: &Path) -> Self {
        let log = std::fs::File::create(log).unwrap();
        Self::begin(Command::new(binary()).args(arguments).env("PLIMSOLL_LOG", "trace").stderr(log))
    }

    /// Starts `plimsoll serve` on `data`.
    #[must_use]
    pub fn serve(data: &Path) -> Self {
        Self::start(&["serve", "--data", data.to_str().unwrap()])
    }

    /// Ends it at once, as a power cut would (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Whether it ends by itself within `limit`.
    #[must_use]
    pub fn ended_within(&mut self, limit: std::time::Duration) -> bool {
        let began = std::time::Instant::now();
        while began.elapsed() < limit {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        false
    }

    /// The id of the process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Today, UTC.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the service that is tested runs on the machine's clock")]
pub fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// A run of `km` at 3 m/s and 140 bpm along a straight road, on the morning `days_ago`, a sample every 5 s.
#[must_use]
pub fn run(days_ago: u64, km: f64) -> Recording {
    let start = (today() - Days::new(days_ago)).and_hms_opt(7, 0, 0).unwrap().and_utc();
    recording(start, km)
}

fn recording(start: DateTime<Utc>, km: f64) -> Recording {
    const STEP_S: i32 = 5;
    const SPEED_MPS: f64 = 3.0;
    let mut samples = Vec::new();
    let mut seconds = 0;
    loop {
        let metres = (f64::from(seconds) * SPEED_MPS).min(km * 1000.0);
        samples.push(Sample {
            time: start + TimeDelta::seconds(i64::from(seconds)),
            position: Some((55.0 + metres / 111_320.0, 12.0)),
            distance_m: Some(metres),
            speed_mps: Some(SPEED_MPS),
            altitude_m: Some(20.0 + metres / 500.0),
            heart_rate_bpm: Some(140),
            cadence_spm: Some(170.0),
        });
        if metres >= km * 1000.0 {
            break;
        }
        seconds += STEP_S;
    }
    Recording {
        title: Some(format!("Run of {km} km")),
        kind: RunKind::Generic,
        utc_offset_s: 0,
        serial: 1,
        samples,
        lap_every_m: Some(1000.0),
    }
}

/// A test folder with real watch files, named by `PLIMSOLL_CORPUS`; `None`, said aloud, when it is not set.
#[must_use]
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_CORPUS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("left out: PLIMSOLL_CORPUS names no folder of watch files");
    }
    folder
}

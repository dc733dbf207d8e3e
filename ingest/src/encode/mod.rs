//! Writers of watch files, for generated data only: the demo squad, tests and benchmarks.
//!
//! They write what a watch would write, so that generated runs take the same way through [`crate::read`] as any
//! upload. The same [`Recording`] gives the same bytes every time.

mod fit;
mod gpx;
mod tcx;

use chrono::{DateTime, Utc};

pub use fit::fit;
pub use gpx::gpx;
pub use tcx::tcx;

use crate::RunKind;

/// One recorded run, to be written out.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Title (GPX `<name>`, TCX `<Name>`); FIT has no place for it.
    pub title: Option<String>,
    /// Kind of running.
    pub kind: RunKind,
    /// Seconds to add to UTC for the runner's wall clock (written to FIT as `local_timestamp`).
    pub utc_offset_s: i32,
    /// Serial number of the invented watch.
    pub serial: u32,
    /// Samples in order of time.
    pub samples: Vec<Sample>,
    /// A lap ends each time this distance is passed, metres. `None`: one lap.
    pub lap_every_m: Option<f64>,
}

/// One sample of a [`Recording`]. `None` is written as the format's "no value".
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Time, UTC, whole seconds.
    pub time: DateTime<Utc>,
    /// Latitude and longitude, degrees.
    pub position: Option<(f64, f64)>,
    /// Distance since the start, metres.
    pub distance_m: Option<f64>,
    /// Speed, metres per second.
    pub speed_mps: Option<f64>,
    /// Altitude, metres.
    pub altitude_m: Option<f64>,
    /// Heart rate, beats per minute.
    pub heart_rate_bpm: Option<u8>,
    /// Cadence, steps per minute (both feet).
    pub cadence_spm: Option<f64>,
}

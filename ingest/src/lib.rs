//! Watch files to Polars frames.
//!
//! ```
//! # let bytes = br#"<gpx><trk><type>running</type><trkseg>
//! # <trkpt lat="55.6761" lon="12.5683"><time>2026-11-01T07:00:00Z</time></trkpt>
//! # <trkpt lat="55.6770" lon="12.5683"><time>2026-11-01T07:00:33Z</time></trkpt></trkseg></trk></gpx>"#;
//! let file = plimsoll_ingest::read(bytes, &plimsoll_ingest::ReadOptions::default())?;
//! for activity in &file.activities {
//!     println!("{}: {}", activity.sport, activity.records);
//! }
//! # assert_eq!(file.activities[0].records.height(), 2);
//! # Ok::<(), plimsoll_ingest::ReadError>(())
//! ```
//!
//! [`read`] takes the bytes of one file (FIT, GPX, TCX, a table of past training, a session of Polar's export, workouts
//! of Apple Health's) and gives back a [`WatchFile`]: its activities, each with session totals, laps and one
//! [`polars::prelude::DataFrame`] of records, [`DiaryValue`]s of single days, [`OtherMessages`] for what else it says,
//! and [`Notice`]s for everything that was odd. The content decides the format, never a file name.
//!
//! [`archive::walk`] finds such files in archives and in the exports of Strava, Garmin, Apple Health and Polar;
//! [`quality`] finds what looks wrong with an activity and cleans it in steps that can be undone; [`same`] tells when two
//! files hold one activity.
//!
//! Architecture invariants: no file or network access, no async, no clock, no environment, no time zone of the
//! machine; no panic on any input; no allocation from a size that the input declares; the same bytes and options
//! give the same result every time. A damaged file gives what could be read plus notices.
//!
//! # Where the time goes
//!
//! Shares of the time of reading all files of a corpus (173 FIT, 136 GPX, 45 TCX), one core, by `perf record` on
//! `cargo bench --bench corpus -- fit` (`-- gpx`, `-- tcx`), optimised as it is released: what the compiler put into
//! another function counts there.
//!
//! | FIT | % | | GPX | TCX, % |
//! |---|---|---|---|---|
//! | samples to columns, field by field | 38 | cutting tags and texts, telling them apart | 69 | 73 |
//! | headers, layouts and times of messages; RR intervals, laps | 18 | numbers and times | 14 | 15 |
//! | columns to frames: units, null bitmaps, sessions | 15 | points to columns, distances | 12 | 6 |
//! | allocating and copying memory | 11 | allocating, copying and comparing memory | 3 | 4 |
//! | fresh memory from the kernel | 11 | checking UTF-8 | 1 | 1 |
//! | checksum | 3 | fresh memory from the kernel | 1 | 1 |
//! | messages kept as they are | 2 | columns to frames | 0 | 0 |
//! | names by the profile | 2 | | | |

mod activity;
pub mod apple;
pub mod archive;
pub mod csv;
mod decode;
mod diary;
#[cfg(feature = "encode")]
pub mod encode;
mod error;
pub mod fit;
mod format;
mod geo;
pub mod gpx;
mod jumps;
mod notice;
mod other;
mod pace;
pub mod polar;
pub mod quality;
mod rows;
pub mod same;
pub mod schema;
mod sport;
mod stamp;
pub mod tcx;
mod xml;

pub use activity::{Activity, Details, Device, DistanceSource, Lap, Length, OffsetSource, Pause, Totals, WatchFile};
pub use diary::{DiaryKind, DiaryValue};
pub use error::ReadError;
pub use format::{FileKind, Format};
pub use jumps::FASTEST_RUN_MPS;
pub use notice::{Notice, NoticeCode};
pub use other::{OtherField, OtherMessage, OtherMessages, OtherValue};
pub use sport::{RunKind, Sport};

/// What a caller knows that the file may not say.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The athlete's time zone, for files that carry no offset from UTC of their own. `None`: the local date is the
    /// UTC date, and a notice says so.
    pub zone: Option<chrono_tz::Tz>,
}

/// Reads one watch file.
///
/// # Errors
/// [`ReadError`] when nothing at all could be read: no bytes, another kind of file, or damage before the first
/// useful value. Damage later on is not an error: what stands before (and, where the format allows it, after) the
/// damaged place is returned with a [`Notice`] that names the place.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    match Format::detect(bytes)? {
        Format::Fit => fit::read(bytes, options),
        Format::Gpx => gpx::read(bytes, options),
        Format::Csv => csv::read(bytes, options),
        Format::Tcx => tcx::read(bytes, options),
        Format::AppleHealth => apple::read(bytes, options),
        Format::Polar => polar::read(bytes, options),
    }
}

//! TCX reader: Garmin's Training Center XML.
//!
//! What becomes what:
//! - Each `<Activity>` with at least one timed point or one lap with a time is one [`Activity`], those of a
//!   `<MultiSportSession>` too. A file of `<Courses>` is a [`FileKind::Course`], one of `<Workouts>`
//!   `Other("workouts")`, one without anything `Other("empty")`.
//! - Each timed `<Trackpoint>` is one row, also one that has nothing but its time. Points without a time are left out,
//!   but the way through them counts in a distance from positions.
//! - `lap` is the `<Lap>` the point stands in, laps without points counted. Where a lap begins with points of more than
//!   a minute before its own start that were there already (COROS writes the whole track into each lap), these are left
//!   out and the laps' starts decide.
//! - [`Activity::session`]: sums of the laps' `TotalTimeSeconds` (time with the timer running), `DistanceMeters` and
//!   `Calories`, the mean heart rate weighted by the laps' times, the highest one of all laps. A total exists only
//!   where every lap states it, and 0 stands for none.
//! - Pauses: between two `<Track>`s of one lap, unless the break is a mere seam (at most 2 s, or at most 30 s at half to
//!   twice the speed around it); between two laps, where the second starts more than 2 s after the time of the first
//!   ran out and no point stands between.
//! - `distance_m` is the device's `DistanceMeters`, with nulls where a point has none. One that begins anew in each lap
//!   is added up. Where there is none, or it stays at 0 while the positions move more than 50 m, it is the distance
//!   along the positions (pauses left out, and on foot legs that nobody runs).
//! - Extensions count under any prefix: `Speed`, `RunCadence` and `Watts` of `TPX`, temperature as others write it.
//!   What `LX` says of a lap is not read. A speed in km/h is recognised and converted as in [`crate::gpx`].
//! - Cadence: on foot `RunCadence`, else `Cadence`; otherwise the other way round. Whether it counts one foot is told as
//!   in [`crate::gpx`].
//! - Sport: `Sport` as stated. `Other` stays cross-training “other” whatever the speed: it is what watches write for
//!   swimming, skiing and everything that is neither running nor cycling. A word of `<Name>` adds the kind of running.
//! - Offset from UTC: TCX has none. An offset in the times themselves counts, then [`ReadOptions::zone`].
//!
//! What is odd: a point whose time cannot be read is left out; a position or number that cannot be becomes a null; a
//! decimal comma is taken for a point. Markup damage costs the point it stands in. Each has a
//! [`Notice`](crate::Notice), the first twenty with their line.

mod activity;
mod sieve;
mod tag;

use sieve::{Document, Session};

use crate::xml::document::{self, Found};
use crate::xml::markup;
use crate::xml::measure::untimed_notice;
use crate::xml::notices::Notices;
use crate::{Activity, Device, FileKind, Format, ReadError, ReadOptions, WatchFile};

/// Reads a TCX file.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the file is damaged before its first point, or when none
/// of its points can be read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    document::read(bytes, Format::Tcx, |text, notices| found(text, options, notices))
}

fn found<'t>(text: &'t str, options: &ReadOptions, notices: &mut Notices<'t>) -> Result<Found, ReadError> {
    let (document, ended) = markup::read::<Document>(text, notices);
    let (courses, workouts) = (ended.count("Course"), ended.count("Workout"));
    let points: u64 = document.sessions.iter().map(|session| session.track.rows() as u64 + session.track.untimed).sum();
    if points + courses + workouts == 0 {
        document::refuse_damaged(Format::Tcx, "TrainingCenterDatabase", &ended, document.skipped, notices)?;
    }
    let activities = activities(document.sessions, options, notices)?;
    let kind = if !activities.is_empty() {
        FileKind::Activity
    } else if points + courses > 0 {
        FileKind::Course
    } else if workouts > 0 {
        FileKind::Other("workouts".to_owned())
    } else {
        FileKind::Other("empty".to_owned())
    };
    let device = document
        .device
        .filter(|device| *device != Device::default())
        .or_else(|| Some(Device { manufacturer: Some(document.author?), ..Device::default() }));
    Ok(Found { kind, device, counts: ended.counts, activities })
}

fn activities(
    sessions: Vec<Session>,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Vec<Activity>, ReadError> {
    let mut activities = Vec::new();
    for (number, session) in (1..).zip(sessions) {
        let place = format!("activity {number}");
        let before = notices.len();
        untimed_notice(&session.track, "No point of this activity has a time.", &place, notices);
        let has_laps = session.laps.iter().any(|lap| lap.start.is_some() && lap.totals.timer_time_s.is_some());
        if session.track.rows() > 0 || has_laps {
            let activity = activity::activity(session, &place, options, notices);
            notices.assign(before, activities.len());
            // The columns are built to one length and distinct names, so that this does not happen.
            activities.push(activity.map_err(|error| document::refused(Format::Tcx, error.to_string()))?);
        }
    }
    Ok(activities)
}

//! GPX reader: GPS Exchange Format 1.0 and 1.1.
//!
//! What becomes what:
//! - Each `<trk>` with at least one timed point is one [`Activity`]. A track that begins within ten minutes and 50 m of
//!   the end of the one before and has the same `<type>` (or neither has one) goes on with it; a break of three hours
//!   or more between two segments begins another activity. A file of routes, or of tracks without any time, is a
//!   [`FileKind::Course`]; one of waypoints only is `Other("waypoints")`, one without any point `Other("empty")`.
//! - Each timed `<trkpt>` is one row. Points without a time in a timed track are left out, but the way through them
//!   counts in the distance of the next row.
//! - A new `<trkseg>` is a pause (one of [`Activity::pauses`], whose way is not counted in `distance_m`) or a mere seam
//!   (whose way counts): a seam lasts at most 2 s, or at most 30 s at about the speed around it (half to twice).
//! - `distance_m` is the file's own where an extension has a believable one, else added up along the positions
//!   (WGS 84; error below 2·10⁻⁶ between the latitudes ±75°).
//! - `speed_mps` exists only when the file has it. A column that says 3.2 to 4.0 times the speed along the positions,
//!   over at least 200 m and a minute, is in km/h and converted.
//! - Extensions count under any prefix, in any case, as elements or attributes: heart rate, cadence, power, (air)
//!   temperature, speed and distance as Garmin (`TrackPointExtension` 1 and 2, `PowerExtension`), Cluetrust
//!   (`gpxdata`), Strava, COROS, Suunto, Polar, Wahoo and phone programs write them. The first of several in a point
//!   wins. Others are named in one notice, but for a few that are known to hold nothing a run is made of.
//! - Cadence: on foot, Garmin's `cad` counts one foot; when the median of the values above zero is below 130 (walking
//!   and hiking: 80) they are doubled to `cadence_spm`, else they count both feet already. Not on foot, or when the
//!   sport is not known, the values stand as written in `cadence_rpm`.
//! - Sport: `<type>`; when that names none that is known, a sport among the words of `<name>`; else a mean speed of
//!   1.8–6.0 m/s while moving is taken as running, unless more than a tenth of the way, or half a minute on end, is
//!   faster than 7 m/s.
//! - Offset from UTC: GPX has none. An offset in the times themselves counts, then [`ReadOptions::zone`].
//!
//! What is odd: a point whose latitude, longitude or time cannot be read is left out; a number that cannot be (a
//! position not on the earth, a heart rate of 400) becomes a null; a decimal comma is taken for a point. Markup damage
//! costs the point it stands in. Each has a [`Notice`](crate::Notice), the first twenty with their line.

mod activity;
mod sieve;
mod tag;

use sieve::{Document, MOST_TRACKS, Trk};

use crate::xml::breaks;
use crate::xml::document::{self, Found};
use crate::xml::markup;
use crate::xml::measure::untimed_notice;
use crate::xml::notices::Notices;
use crate::{Activity, Device, FileKind, Format, ReadError, ReadOptions, WatchFile};

/// Reads a GPX file.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the file is damaged before its first point, or when none
/// of its points can be read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    document::read(bytes, Format::Gpx, |text, notices| found(text, options, notices))
}

fn found<'t>(text: &'t str, options: &ReadOptions, notices: &mut Notices<'t>) -> Result<Found, ReadError> {
    let (document, ended) = markup::read::<Document>(text, notices);
    let (route_points, waypoints) = (ended.count("rtept"), ended.count("wpt"));
    let track_points: u64 = document.tracks.iter().map(|trk| trk.track.rows() as u64 + trk.track.untimed).sum();
    if track_points + route_points + waypoints == 0 {
        document::refuse_damaged(Format::Gpx, "gpx", &ended, document.skipped, notices)?;
    }
    let activities = activities(document.tracks, document.name.as_deref(), options, notices)?;
    let kind = if !activities.is_empty() {
        FileKind::Activity
    } else if track_points + route_points > 0 {
        FileKind::Course
    } else if waypoints > 0 {
        FileKind::Other("waypoints".to_owned())
    } else {
        FileKind::Other("empty".to_owned())
    };
    let device = document.creator.map(|creator| Device { manufacturer: Some(creator), ..Device::default() });
    Ok(Found { kind, device, counts: ended.counts, activities })
}

fn activities(
    tracks: Vec<Trk>,
    file_name: Option<&str>,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Vec<Activity>, ReadError> {
    let mut activities = Vec::new();
    for (number, trk) in joined(tracks) {
        let track = &trk.track;
        let none_has = "No point of this track has a time: it is a course, not an activity.";
        untimed_notice(track, none_has, &format!("track {number}"), notices);
        if track.rows() == 0 {
            continue;
        }
        let parts = parted(trk);
        let several = parts.len() > 1;
        for (part, trk) in (1..).zip(parts) {
            if activities.len() >= MOST_TRACKS {
                notices.capped(0, MOST_TRACKS, "activities");
                return Ok(activities);
            }
            let place = if several { format!("track {number}, part {part}") } else { format!("track {number}") };
            let before = notices.len();
            let activity = activity::activity(trk, file_name, &place, options, notices);
            notices.assign(before, activities.len());
            // The columns are built to one length and distinct names, so that this does not happen.
            activities.push(activity.map_err(|error| document::refused(Format::Gpx, error.to_string()))?);
        }
    }
    Ok(activities)
}

/// The tracks with their numbers from 1, those that go on with the one before put behind it.
fn joined(tracks: Vec<Trk>) -> Vec<(usize, Trk)> {
    let mut joined: Vec<(usize, Trk)> = Vec::with_capacity(tracks.len());
    for (number, next) in (1..).zip(tracks) {
        match joined.last_mut() {
            Some((_, track)) if activity::goes_on(track, &next) => track.track.append(next.track),
            _ => joined.push((number, next)),
        }
    }
    joined
}

/// The parts of a track between breaks that end an activity, in order.
fn parted(mut trk: Trk) -> Vec<Trk> {
    let mut parts = Vec::new();
    // What stands behind the cap is left out by the caller; until then it is one part.
    let starts: Vec<usize> = breaks::activity_starts(&trk.track).take(MOST_TRACKS).collect();
    for row in starts.into_iter().rev() {
        let track = trk.track.split_off(row);
        parts.push(Trk { name: trk.name.clone(), description: trk.description.clone(), kind: trk.kind.clone(), track });
    }
    parts.push(trk);
    parts.reverse();
    parts
}

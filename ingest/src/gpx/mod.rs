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
//! What is odd: a point whose latitude, longitude or time cannot be read is left out; a number that cannot be
//! (a position not on the earth, a heart rate of 400) becomes a null; a decimal comma is taken for a point. Markup
//! damage costs the point it stands in. Each has a [`Notice`], the first twenty with their line.

mod activity;
mod sieve;
mod tag;

use sieve::{COUNTED, Document, MOST_TRACKS, Trk};

use crate::xml::breaks;
use crate::xml::markup::Ended;
use crate::xml::notices::Notices;
use crate::{Activity, Device, FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions, WatchFile};

/// Reads a GPX file.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the file is damaged before its first point, or when none
/// of its points can be read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (text, decoding) = crate::decode::decode(bytes);
    let mut notices = Notices::new(&text);
    if let Some(notice) = decoding {
        notices.add(notice);
    }
    let (mut document, ended) = sieve::sieve(&text, &mut notices);
    let count = |name: &str| {
        COUNTED.iter().zip(document.counts).find(|((_, counted), _)| *counted == name).map_or(0, |(_, count)| count)
    };
    let (route_points, waypoints) = (count("rtept"), count("wpt"));
    let track_points: u64 = document.tracks.iter().map(|trk| trk.track.rows() as u64 + trk.track.untimed).sum();
    if track_points + route_points + waypoints == 0 {
        refuse_damaged(&document, ended, &mut notices)?;
    }
    let messages = COUNTED
        .iter()
        .zip(document.counts)
        .filter(|(_, n)| *n > 0)
        .map(|((_, name), n)| ((*name).to_owned(), n))
        .collect();
    let activities = activities(&mut document, options, &mut notices)?;
    let kind = if !activities.is_empty() {
        FileKind::Activity
    } else if track_points + route_points > 0 {
        FileKind::Course
    } else if waypoints > 0 {
        FileKind::Other("waypoints".to_owned())
    } else {
        FileKind::Other("empty".to_owned())
    };
    let device = document.creator.take().map(|creator| Device { manufacturer: Some(creator), ..Device::default() });
    Ok(WatchFile {
        format: Format::Gpx,
        kind,
        device,
        messages,
        activities,
        others: OtherMessages::default(),
        diary: Vec::new(),
        notices: notices.finish(),
    })
}

/// Errors when the reason that there is no point at all is damage.
fn refuse_damaged(document: &Document, ended: Ended, notices: &mut Notices<'_>) -> Result<(), ReadError> {
    if let Some((at, what)) = ended.damage {
        let what = if ended.has_root { what } else { "there is no <gpx> element".to_owned() };
        return Err(ReadError::Text { format: Format::Gpx, what, line: notices.line_of(at) });
    }
    match document.skipped {
        0 => Ok(()),
        1 => Err(ReadError::Text {
            format: Format::Gpx,
            what: "its only track point cannot be read".to_owned(),
            line: 1,
        }),
        n => Err(ReadError::Text {
            format: Format::Gpx,
            what: format!("none of its {n} track points can be read"),
            line: 1,
        }),
    }
}

fn activities(
    document: &mut Document,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Vec<Activity>, ReadError> {
    let mut activities = Vec::new();
    for (number, trk) in joined(std::mem::take(&mut document.tracks)) {
        let track = &trk.track;
        if track.untimed > 0 {
            let text = if track.rows() == 0 {
                "No point of this track has a time: it is a course, not an activity.".to_owned()
            } else {
                format!("{} points without a time were left out.", track.untimed)
            };
            notices.add(Notice::new(NoticeCode::NoTimes, format!("track {number}"), text));
        }
        if track.rows() == 0 {
            continue;
        }
        let parts = parted(trk);
        let several = parts.len() > 1;
        for (part, trk) in (1..).zip(parts) {
            if activities.len() >= MOST_TRACKS {
                let text = format!("There are more than {MOST_TRACKS} activities; those from here on were left out.");
                notices.once_at(NoticeCode::Capped, 0, &text);
                return Ok(activities);
            }
            let place = if several { format!("track {number}, part {part}") } else { format!("track {number}") };
            let activity = activity::activity(trk, document.name.as_deref(), &place, options, notices);
            // The columns are built to one length and distinct names, so that this does not happen.
            activities.push(activity.map_err(|error| ReadError::Text {
                format: Format::Gpx,
                what: error.to_string(),
                line: 1,
            })?);
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

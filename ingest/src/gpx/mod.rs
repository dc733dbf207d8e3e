//! GPX reader: GPS Exchange Format 1.0 and 1.1.
//!
//! What becomes what:
//! - Each `<trk>` with at least one timed point is one [`Activity`]. A file of routes, or of tracks without any time, is
//!   a [`FileKind::Course`]; one of waypoints only is `Other("waypoints")`, one without any point `Other("empty")`.
//! - Each timed `<trkpt>` is one row. Points without a time in a timed track are left out, but the way through them
//!   counts in the distance of the next row.
//! - A new `<trkseg>` means that the recording stood still: the interval is one of [`Activity::pauses`], and the way
//!   across it is not counted in `distance_m`.
//! - `distance_m` is the file's own where an extension has a believable one, else added up along the positions
//!   (WGS 84; error below 2·10⁻⁶ between the latitudes ±75°).
//! - `speed_mps` exists only when the file has it.
//! - Cadence: on foot, Garmin's `cad` counts one foot; when the median of the values above zero is below 130 (walking
//!   and hiking: 80) they are doubled to `cadence_spm`, else they count both feet already. Not on foot, or when the
//!   sport is not known, the values stand as written in `cadence_rpm`.
//! - Sport: `<type>`; when that names none that is known, a sport among the words of `<name>`; else a mean speed of 1.8–6.0 m/s while moving is taken as running,
//!   unless more than a tenth of the way is faster than 7 m/s.
//! - Offset from UTC: GPX has none. An offset in the times themselves counts, then [`ReadOptions::zone`].
//!
//! What is odd: a point whose latitude, longitude or time cannot be read is left out; a number that cannot be
//! (a position not on the earth, a heart rate of 400) becomes a null. Markup damage costs the point it stands in. Each
//! has a [`Notice`], the first twenty with their line.

mod activity;
mod notices;
mod point;
mod sieve;
mod tag;
mod text;
mod track;

use notices::Notices;
use sieve::{COUNTED, Document};

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
    let mut document = sieve::sieve(&text, &mut notices);
    let count = |name: &str| {
        COUNTED.iter().zip(document.counts).find(|((_, counted), _)| *counted == name).map_or(0, |(_, count)| count)
    };
    let (route_points, waypoints) = (count("rtept"), count("wpt"));
    let track_points: u64 = document.tracks.iter().map(|track| track.rows() as u64 + track.untimed).sum();
    if track_points + route_points + waypoints == 0 {
        refuse_damaged(&mut document, &mut notices)?;
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
fn refuse_damaged(document: &mut Document, notices: &mut Notices<'_>) -> Result<(), ReadError> {
    if let Some((at, what)) = document.damage.take() {
        let what = if document.has_root { what } else { "there is no <gpx> element".to_owned() };
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
    for (number, track) in (1..).zip(std::mem::take(&mut document.tracks)) {
        if track.untimed > 0 {
            let text = if track.rows() == 0 {
                "No point of this track has a time: it is a course, not an activity.".to_owned()
            } else {
                format!("{} points without a time were left out.", track.untimed)
            };
            notices.add(Notice::new(NoticeCode::NoTimes, format!("track {number}"), text));
        }
        if track.rows() > 0 {
            let activity = activity::activity(track, document.name.as_deref(), number, options, notices);
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

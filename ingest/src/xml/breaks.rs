//! What a break between two segments of a track means: a pause, a mere seam, or another activity.
//!
//! Some writers begin a segment when the timer starts again, others with each lap, each kilometre or each save. The
//! break tells them apart by the gap `g` between the times on its two sides and the way `w` between their positions:
//! - `g` ≥ [`ANOTHER_ACTIVITY_S`]: another activity (GPX; a TCX file states its activities itself);
//! - `g` ≤ [`NO_PAUSE_S`]: a seam;
//! - `g` ≤ [`LONGEST_SEAM_S`] and `w`/`g` at least half and at most twice the mean speed within [`AROUND_S`] on both
//!   sides, which has to be a moving one: a seam;
//! - else: a pause.
//!
//! The way over a seam counts in the distance, that over a pause does not.

use super::field::Field;
use super::track::{Track, utc};
use crate::pace::STANDING_MPS;
use crate::{Pause, geo};

/// Standing still for this long ends an activity, seconds.
const ANOTHER_ACTIVITY_S: f64 = 3.0 * 3600.0;
/// A timer that stands still for less has not been stopped, seconds.
const NO_PAUSE_S: f64 = 2.0;
/// The longest interval between the samples of a watch that saves memory, and then some, seconds.
const LONGEST_SEAM_S: f64 = 30.0;
/// How far around a break the speed is looked at, seconds and rows.
const AROUND_S: f64 = 30.0;
const AROUND_ROWS: usize = 40;

/// Rows that begin another activity.
pub(crate) fn activity_starts(track: &Track) -> impl Iterator<Item = usize> {
    track.breaks.iter().copied().filter(|row| gap_s(track, *row) >= ANOTHER_ACTIVITY_S)
}

/// Decides what the breaks of `track` are: pauses are written down and stay breaks, seams become way.
pub(crate) fn settle(track: &mut Track) {
    let mut kept = Vec::new();
    let mut ways = Vec::new();
    for (i, &row) in track.breaks.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| track.breaks.get(i)).copied().unwrap_or(0);
        let after = track.breaks.get(i + 1).copied().unwrap_or(track.rows());
        let gap = gap_s(track, row);
        let way = way_m(track, row);
        if is_seam(track, before, row, after, gap, way) {
            ways.push((row, way.unwrap_or(0.0)));
            continue;
        }
        kept.push(row);
        if gap > 0.0
            && let (Some(from), Some(to)) = (time(track, row - 1).and_then(utc), time(track, row).and_then(utc))
        {
            track.pauses.push(Pause { from, to });
        }
    }
    track.breaks = kept;
    let mut added = 0.0;
    let mut ways = ways.into_iter().peekable();
    if ways.peek().is_some() {
        for (row, along) in track.along_m.iter_mut().enumerate() {
            while let Some((_, way)) = ways.next_if(|(at, _)| *at == row) {
                added += way;
            }
            *along += added;
        }
    }
}

fn is_seam(track: &Track, before: usize, row: usize, after: usize, gap: f64, way: Option<f64>) -> bool {
    if !(0.0..=LONGEST_SEAM_S).contains(&gap) {
        return false;
    }
    if gap <= NO_PAUSE_S {
        return true;
    }
    let (Some(way), Some(around)) = (way, speed_around_mps(track, before, row, after)) else { return false };
    around > STANDING_MPS && (0.5 * around..=2.0 * around).contains(&(way / gap))
}

fn time(track: &Track, row: usize) -> Option<i64> {
    track.time_ms.get(row).copied()
}

/// Seconds between `row` and the one before; negative when time runs backwards.
fn gap_s(track: &Track, row: usize) -> f64 {
    match (row.checked_sub(1).and_then(|before| time(track, before)), time(track, row)) {
        (Some(before), Some(now)) => now.saturating_sub(before) as f64 / 1000.0,
        _ => 0.0,
    }
}

/// The way from the row before to `row`, metres: between their positions, else by the device's distance.
fn way_m(track: &Track, row: usize) -> Option<f64> {
    let before = row.checked_sub(1)?;
    match (track.position(before), track.position(row)) {
        (Some(from), Some(to)) => Some(geo::distance_m(from, to)),
        _ => {
            let device = track.fields.get(Field::Distance.index())?;
            Some(device.get(row)? - device.get(before)?)
        }
    }
}

/// Mean speed on both sides of `row`, within its own segment and the one before.
fn speed_around_mps(track: &Track, before: usize, row: usize, after: usize) -> Option<f64> {
    let near = |from: usize, to: usize| {
        let (Some(start), Some(end)) = (time(track, from), time(track, to)) else { return false };
        end.saturating_sub(start) as f64 / 1000.0 <= AROUND_S
    };
    let last = row.checked_sub(1)?;
    let first = (before.max(last.saturating_sub(AROUND_ROWS))..=last).find(|from| near(*from, last))?;
    let end = (row..after.min(row + AROUND_ROWS)).rev().find(|to| near(row, *to))?;
    let (mut seconds, mut metres) = (0.0, 0.0);
    for (from, to) in [(first, last), (row, end)] {
        let (Some(start), Some(stop)) = (time(track, from), time(track, to)) else { continue };
        let along = match (track.along_m.get(from), track.along_m.get(to)) {
            (Some(from), Some(to)) if !track.lat_deg.is_empty() => to - from,
            _ => {
                let device = track.fields.get(Field::Distance.index())?;
                device.get(to)? - device.get(from)?
            }
        };
        seconds += stop.saturating_sub(start) as f64 / 1000.0;
        metres += along;
    }
    (seconds > 0.0).then(|| metres / seconds)
}

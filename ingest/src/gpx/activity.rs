//! Tracks to activities.

use super::sieve::Trk;
use crate::sport::words as sport;
use crate::xml::measure::{assume_sport, distance, local_date, mend_speed_unit, offset, order_notice, settle_way};
use crate::xml::notices::Notices;
use crate::xml::track::utc;
use crate::xml::{breaks, frame};
use crate::{Activity, Details, DistanceSource, Format, ReadOptions, Sport, Totals, geo};
use polars::prelude::PolarsError;

/// A track that begins this soon and this near after the one before, with the same type, goes on with it.
const GOES_ON_S: f64 = 600.0;
const GOES_ON_M: f64 = 50.0;

/// Whether `next` goes on with `track`: the recording was saved and begun again, or the writer makes a track of each
/// lap.
pub(super) fn goes_on(track: &Trk, next: &Trk) -> bool {
    let Some(last) = track.track.rows().checked_sub(1) else { return false };
    let (Some(&from), Some(&to)) = (track.track.time_ms.last(), next.track.time_ms.first()) else { return false };
    let (Some(here), Some(there)) = (track.track.position(last), next.track.position(0)) else { return false };
    let gap_s = to.saturating_sub(from) as f64 / 1000.0;
    gap_s > 0.0 && gap_s <= GOES_ON_S && geo::distance_m(here, there) <= GOES_ON_M && track.kind == next.kind
}

/// Builds the activity of a track with at least one row.
pub(super) fn activity(
    mut track: Trk,
    file_name: Option<&str>,
    place: &str,
    options: &ReadOptions,
    notices: &mut Notices<'_>,
) -> Result<Activity, PolarsError> {
    order_notice(&track.track, notices);
    breaks::settle(&mut track.track);
    mend_speed_unit(&mut track.track, place, notices);
    let start = track.track.time_ms.first().copied().and_then(utc);
    let (utc_offset_s, offset_source) = offset(&track.track, start, Format::Gpx, options, notices);
    let sport = sport_of(&track, place, notices);
    let details = Details {
        title: track.name.take().or_else(|| file_name.map(str::to_owned)),
        description: track.description.take(),
        ..Details::default()
    };
    let mut track = track.track;
    let (mut distance_m, distance_source) = distance(&mut track, is_believed);
    if let Some(along_m) = distance_m.as_mut().filter(|_| distance_source == DistanceSource::Positions) {
        settle_way(along_m, &track, &sport, None, place, notices);
    }
    Ok(Activity {
        details,
        start,
        utc_offset_s,
        offset_source,
        local_date: start.map(|start| local_date(start, utc_offset_s)),
        session: Totals::default(),
        distance_source,
        laps: Vec::new(),
        pauses: std::mem::take(&mut track.pauses),
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: frame::records(track, distance_m, None, &sport)?,
        sport,
    })
}

/// The sport the track states; when it states none that is known, a word of its name, or what its speed looks like.
fn sport_of(track: &Trk, place: &str, notices: &mut Notices<'_>) -> Sport {
    let stated = track.kind.as_deref();
    stated.and_then(sport::from_type).unwrap_or_else(|| {
        assume_sport(stated, track.name.as_deref(), &track.track, &track.track.along_m, place, notices)
    })
}

/// Share of the distance along the positions by which a written distance may differ and still be believed.
const BELIEVED: f64 = 0.25;

/// Whether a written distance is one since the start: every row has one, it never falls and it agrees roughly with the
/// way along the positions (some writers put the length of each leg there, or other units).
fn is_believed(written: &[f64], way_m: f64) -> bool {
    let total = written.last().copied().unwrap_or(0.0) - written.first().copied().unwrap_or(0.0);
    let never_falls = written.windows(2).all(|pair| matches!(pair, [before, after] if before <= after));
    never_falls && total > 0.0 && (total - way_m).abs() <= BELIEVED * way_m
}

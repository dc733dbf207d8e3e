//! Tracks to activities.

use super::sieve::Trk;
use crate::jumps::leave_out_jumps;
use crate::sport::words as sport;
use crate::xml::field::Field;
use crate::xml::measure::{local_date, mend_speed_unit, offset, order_notice, pace};
use crate::xml::notices::Notices;
use crate::xml::text::quoted;
use crate::xml::track::{Track, utc};
use crate::xml::{breaks, frame};
use crate::{Activity, Details, DistanceSource, Format, Notice, NoticeCode, ReadOptions, Sport, Totals, geo};
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
    let (mut distance_m, distance_source) = distance(&mut track);
    if distance_source == DistanceSource::Positions {
        let text = if track.breaks.is_empty() {
            "Distance was added up from positions."
        } else {
            "Distance was added up from positions; the way during pauses is not counted."
        };
        notices.add(Notice::new(NoticeCode::DistanceFromPositions, place, text));
        if let Some(along_m) = distance_m.as_mut().filter(|_| sport.is_on_foot()) {
            let jumps = leave_out_jumps(along_m, track.time_ms.iter().copied().map(Some));
            jumps.notice(place).into_iter().for_each(|notice| notices.add(notice));
        }
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
    if let Some(sport) = track.kind.as_deref().and_then(sport::from_type) {
        return sport;
    }
    let said = match &track.kind {
        Some(kind) => format!("The type {} is not a known sport", quoted(kind)),
        None => "The sport is not stated".to_owned(),
    };
    if let Some(name) = &track.name
        && let Some(sport) = sport::from_words(name)
    {
        let text = format!("{said}; it was taken from the name {}: {}.", quoted(name), sport.name());
        notices.add(Notice::new(NoticeCode::SportAssumed, place, text));
        return sport;
    }
    let pace = pace(&track.track, &track.track.along_m);
    let sport = pace.sport();
    let text = if sport.is_run() {
        format!("{said}; a mean speed of {:.1} m/s while moving was taken as running.", pace.mean_mps())
    } else {
        format!("{said}, and the speed does not look like running; it was left open.")
    };
    notices.add(Notice::new(NoticeCode::SportAssumed, place, text));
    sport
}

/// Share of the distance along the positions by which a written distance may differ and still be believed.
const BELIEVED: f64 = 0.25;

/// The distance column: the file's own when every row has one, it never falls and it agrees roughly with the
/// positions (some writers put the length of each leg there, or other units); else the distance along the positions.
fn distance(track: &mut Track) -> (Option<Vec<f64>>, DistanceSource) {
    let rows = track.rows();
    let along = std::mem::take(&mut track.along_m);
    let along_total = along.last().copied().unwrap_or(0.0);
    let written =
        track.fields.get_mut(Field::Distance.index()).map(std::mem::take).and_then(|column| column.finish(rows));
    if let Some(written) = written {
        let total = written.last().copied().unwrap_or(0.0) - written.first().copied().unwrap_or(0.0);
        let never_falls = written.windows(2).all(|pair| matches!(pair, [before, after] if before <= after));
        if never_falls && total > 0.0 && (total - along_total).abs() <= BELIEVED * along_total {
            return (Some(written), DistanceSource::Device);
        }
    }
    // Positions that are all missing leave nothing to add up.
    if track.lat_deg.is_empty() { (None, DistanceSource::None) } else { (Some(along), DistanceSource::Positions) }
}

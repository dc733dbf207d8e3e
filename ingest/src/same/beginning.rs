//! An activity of which only the beginning is there: a file that broke off when it was copied, or was never closed.
//!
//! Its totals are those of the beginning, so that they agree with nothing. But its samples are the first samples of the
//! whole, and nobody begins two activities in one second: the same first second is demanded, and nothing may be longer
//! than in the whole. A recording that is started anew begins later, however soon.

use polars::prelude::{DataFrame, DataType};
use serde::{Deserialize, Serialize};

use super::{DISTANCE_M, DURATION_S, Outline, SEARCH_WINDOW_MS, SHARE, StartKind, agree, close, known, same_sport};
use crate::{Format, Notice, NoticeCode, WatchFile, schema};

/// Starts within this are in the same second, ms.
const SAME_SECOND_MS: u64 = 999;

/// Whether the end of an activity is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It is.
    #[default]
    Whole,
    /// The file breaks off: the totals may be those of a beginning.
    BrokenOff,
    /// Likewise, and the sport is a guess, because what states it stands at the end.
    SportUnknown,
}

/// The ending of each activity of a file. Only the last may be missing: when the file breaks off.
///
/// A FIT file breaks off when it is shorter than it says, was never closed, has no session, or cannot be read to its
/// end; files in other formats, when they end before their last element does.
#[must_use]
pub fn endings(file: &WatchFile) -> Vec<Ending> {
    let mut endings = vec![Ending::Whole; file.activities.len()];
    let has = |is_one: fn(&Notice, Format) -> bool| file.notices.iter().any(|notice| is_one(notice, file.format));
    let breaks_off = has(|notice, format| match notice.code {
        NoticeCode::Truncated => true,
        // In text it may be a letter in the wrong encoding.
        NoticeCode::Damaged => format == Format::Fit,
        _ => false,
    });
    if let Some(last) = endings.last_mut().filter(|_| breaks_off) {
        let is_guess = has(|notice, _| notice.code == NoticeCode::SportAssumed);
        *last = if is_guess { Ending::SportUnknown } else { Ending::BrokenOff };
    }
    endings
}

/// The time of the first sample, ms since 1970, UTC.
pub(super) fn first_sample_ms(records: &DataFrame) -> Option<i64> {
    let times = records.column(schema::TIME).ok()?.cast(&DataType::Int64).ok()?;
    times.i64().ok()?.iter().flatten().next()
}

/// Whether `part` broke off and is the beginning of `whole`, which holds more of the same: the same sport (any, where
/// that of `part` is a guess), the same first second, and it neither lasts longer nor goes further. One of duration and
/// distance has to be known of both. Two that agree are no beginnings of each other.
#[must_use]
pub fn is_beginning(part: &Outline, whole: &Outline) -> bool {
    part.is_broken_off()
        && (part.ending == Ending::SportUnknown || same_sport(part, whole))
        && begin_together(part, whole)
        && goes_no_further(part, whole)
        && !agree(part, whole)
}

fn begin_together(part: &Outline, whole: &Outline) -> bool {
    let can_be_compared = part.start_kind == whole.start_kind && part.start_kind != StartKind::Day;
    if !can_be_compared || part.start_ms.abs_diff(whole.start_ms) > SEARCH_WINDOW_MS.unsigned_abs() {
        return false;
    }
    // What says when the button was pressed stands at the end of a FIT file: without it, only the samples tell.
    let firsts = part.first_sample_ms.zip(whole.first_sample_ms);
    let (part_ms, whole_ms) = firsts.unwrap_or((part.start_ms, whole.start_ms));
    part_ms.abs_diff(whole_ms) <= SAME_SECOND_MS
}

fn goes_no_further(part: &Outline, whole: &Outline) -> bool {
    let no_more = |part: f64, whole: f64, floor: f64| part <= whole || close(part, whole, SHARE, floor);
    let lasts = part.longest_s().zip(whole.longest_s()).map(|(part, whole)| no_more(part, whole, DURATION_S));
    let goes = known(part.distance_m).zip(known(whole.distance_m));
    let goes = goes.map(|(part, whole)| no_more(part, whole, DISTANCE_M));
    lasts.or(goes).is_some() && lasts.unwrap_or(true) && goes.unwrap_or(true)
}

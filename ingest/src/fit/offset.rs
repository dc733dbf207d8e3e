//! The offset from UTC: from the file, else from the athlete's time zone.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::OffsetSource;

/// No place on Earth is further from UTC: the extremes are −12 h and +14 h.
const MOST_S: i64 = 15 * 3600;
const QUARTER_S: i64 = 15 * 60;
/// A watch may write its local time this much later than its UTC.
const SLACK_S: i64 = 60;

/// The offset that `clocks`, pairs of UTC and local time in FIT seconds, agree with; the first plausible one.
pub(super) fn from_clocks(clocks: &[(u32, u32)]) -> Option<i32> {
    clocks.iter().find_map(|&(utc, local)| plausible(i64::from(local) - i64::from(utc)))
}

/// Rounds to whole minutes, and to the quarter of an hour where that is at hand: every time zone is a multiple of it.
fn plausible(difference_s: i64) -> Option<i32> {
    let quarter = round_to(difference_s, QUARTER_S);
    let offset = if (quarter - difference_s).abs() <= SLACK_S { quarter } else { round_to(difference_s, 60) };
    if offset.abs() > MOST_S {
        return None;
    }
    i32::try_from(offset).ok()
}

fn round_to(value: i64, step: i64) -> i64 {
    (value + step / 2).div_euclid(step) * step
}

/// The offset at `start`, and where it comes from.
pub(super) fn at(start: Option<DateTime<Utc>>, file: Option<i32>, zone: Option<Tz>) -> (Option<i32>, OffsetSource) {
    if file.is_some() {
        return (file, OffsetSource::File);
    }
    match (start, zone) {
        (Some(start), Some(zone)) => {
            let offset = zone.offset_from_utc_datetime(&start.naive_utc()).fix().local_minus_utc();
            (Some(offset), OffsetSource::Zone)
        }
        _ => (None, OffsetSource::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::from_clocks;

    #[test]
    fn offsets_are_whole_minutes_and_possible_on_earth() {
        assert_eq!(from_clocks(&[(1_000_000_000, 1_000_007_200)]), Some(7200));
        assert_eq!(from_clocks(&[(1_000_000_000, 1_000_020_701)]), Some(20_700), "Nepal, one second late");
        assert_eq!(from_clocks(&[(1_000_000_000, 999_982_000)]), Some(-18_000));
        assert_eq!(from_clocks(&[(1_000_000_000, 0)]), None);
        assert_eq!(from_clocks(&[(1_000_000_000, 1), (1_000_000_000, 1_000_003_600)]), Some(3600));
        assert_eq!(from_clocks(&[(1_000_000_000, 1_000_002_220)]), Some(2220), "no zone, but what the watch says");
    }
}

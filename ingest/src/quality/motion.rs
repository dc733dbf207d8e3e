//! Speeds and leaps that nobody runs.

use super::finding::{Finding, FindingKind, count, joined};
use super::series::Series;
use crate::DistanceSource;
use crate::geo::distance_m;
use crate::jumps::{FASTEST_RUN_MPS, NOISE_M};

/// A distance that is back on its way within this many samples was a glitch, not a leap that stays.
const GLITCH_ROWS: usize = 10;

/// Rows with a speed that nobody runs.
pub(super) fn fast_rows(series: &Series) -> Vec<usize> {
    if !series.is_run {
        return Vec::new();
    }
    series.speed.iter().enumerate().filter(|(_, speed)| **speed > FASTEST_RUN_MPS).map(|(row, _)| row).collect()
}

pub(super) fn speed_spikes(series: &Series) -> Option<Finding> {
    let rows = fast_rows(series);
    let at = |column: &[f64], row: usize| column.get(row).copied().unwrap_or(f64::NAN);
    // What the speeds stand for until the next sample.
    let metres: f64 = rows
        .iter()
        .map(|row| at(&series.speed, *row) * (at(&series.seconds, row + 1) - at(&series.seconds, *row)))
        .filter(|metres| metres.is_finite() && *metres > 0.0)
        .fold(0.0, |sum, metres| sum + metres);
    let highest = rows.iter().map(|row| at(&series.speed, *row)).fold(0.0, f64::max);
    Finding::over(FindingKind::SpeedSpike, series, &joined(&rows), || {
        format!(
            "{} faster than anybody runs, up to {highest:.1} m/s; {metres:.0} m at those speeds. The distance is not \
             taken from speeds; the fastest pace is, unless cleaning leaves them out.",
            count(rows.len(), "sample is", "samples are")
        )
    })
}

/// No degree of latitude or longitude is longer, metres.
const DEGREE_M: f64 = 111_700.0;

/// What is wrong with the device's distance of a run.
#[derive(Debug, Default)]
pub(super) struct Leaps {
    /// Rows whose distance leaves the way and comes back to it.
    pub(super) glitches: Vec<usize>,
    /// Rows from which the distance is too long, and by how many metres.
    pub(super) leaps: Vec<(usize, f64)>,
}

/// Finds leaps in a distance that the device wrote (in one that was added up from positions they are left out already).
pub(super) fn leaps(series: &Series) -> Leaps {
    let mut leaps = Leaps::default();
    if !series.is_run || series.distance_source != DistanceSource::Device {
        return leaps;
    }
    let known: Vec<(usize, f64, f64)> = series.timed(&series.distance).collect();
    let most_m = |from_s: f64, to_s: f64| FASTEST_RUN_MPS * (to_s - from_s).max(0.0) + NOISE_M;
    let mut rest = known.as_slice();
    while let [(_, last_s, last_m), behind @ ..] = rest {
        rest = behind;
        let Some((row, next_s, next_m)) = behind.first() else { break };
        let leg_m = next_m - last_m;
        if (-NOISE_M..=most_m(*last_s, *next_s)).contains(&leg_m) {
            continue;
        }
        let fits = |(_, second, metres): &(usize, f64, f64)| {
            (-NOISE_M..=most_m(*last_s, *second)).contains(&(metres - last_m))
        };
        match behind.iter().take(GLITCH_ROWS).position(fits) {
            Some(back) => {
                leaps.glitches.extend(behind.iter().take(back).map(|(row, ..)| *row));
                rest = behind.get(back..).unwrap_or_default();
            }
            None if leg_m > 0.0 => leaps.leaps.push((*row, leg_m)),
            // A distance that starts anew is told by nobody to be wrong before or after.
            None => {}
        }
    }
    leaps
}

pub(super) fn distance_jumps(series: &Series) -> Option<Finding> {
    let Leaps { glitches, leaps } = leaps(series);
    let metres: f64 = leaps.iter().fold(0.0, |sum, (_, metres)| sum + metres);
    let mut rows: Vec<usize> = glitches.iter().copied().chain(leaps.iter().map(|(row, _)| *row)).collect();
    rows.sort_unstable();
    Finding::over(FindingKind::DistanceJump, series, &joined(&rows), || {
        format!(
            "The device’s distance leaps farther than anybody runs: {} left the way and came back, {} stayed and make \
             the distance {:.2} km longer.",
            count(glitches.len(), "sample", "samples"),
            count(leaps.len(), "leap", "leaps"),
            metres / 1000.0
        )
    })
}

pub(super) fn position_jumps(series: &Series) -> Option<Finding> {
    if !series.is_on_foot {
        return None;
    }
    let (mut rows, mut metres) = (Vec::new(), 0.0);
    let mut last: Option<(f64, (f64, f64))> = None;
    for ((row, second, lat), lon) in series.timed_positions() {
        let here = (lat, lon);
        if let Some((last_s, last)) = last {
            let most_m = FASTEST_RUN_MPS * (second - last_s).max(0.0) + NOISE_M;
            let at_most_m = DEGREE_M * ((here.0 - last.0).abs() + (here.1 - last.1).abs());
            // What is near by any measure need not be measured.
            let leg_m = if at_most_m > most_m { distance_m(last, here) } else { 0.0 };
            if leg_m > most_m {
                rows.push(row);
                metres += leg_m;
            }
        }
        last = Some((second, here));
    }
    Finding::over(FindingKind::PositionJump, series, &joined(&rows), || {
        let effect = if series.distance_source == DistanceSource::Positions {
            "the distance leaves them out, and what was run meanwhile is missing"
        } else {
            "the device’s distance may contain them"
        };
        format!("The position leaps {}, {:.2} km together: {effect}.", times(rows.len()), metres / 1000.0)
    })
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

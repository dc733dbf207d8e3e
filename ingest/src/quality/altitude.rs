//! Altitude that leaps as no ground does.
//!
//! No file says of an altitude whether a barometer measured it, so only what the altitude itself shows is told, and only
//! when it is plain: altitude from positions is off by tens of metres and wanders within seconds.

use super::finding::{Finding, FindingKind};
use super::series::Series;

/// Slopes are taken over legs of this length, metres.
const LEG_M: f64 = 20.0;
/// A leg in which there was no distance for longer than this, metres, says nothing of a slope.
const LONGEST_LEG_M: f64 = 60.0;
/// Steeper than this nobody runs or walks for long: the steepest hiking paths have about 45 %.
const STEEPEST: f64 = 0.45;
/// Share of such legs that is no single cliff or stair.
const SHARE: f64 = 0.01;
/// At least so many of them.
const LEAST: usize = 5;

pub(super) fn rough(series: &Series) -> Option<Finding> {
    if !series.is_on_foot {
        return None;
    }
    let (mut legs, mut steep, mut metres) = (0_usize, Vec::new(), 0.0);
    let mut from: Option<(usize, f64, f64)> = None;
    for (row, (distance, altitude)) in series.distance.iter().zip(&series.altitude).enumerate() {
        if distance.is_nan() || altitude.is_nan() {
            continue;
        }
        let Some((from_row, from_m, from_altitude)) = from else {
            from = Some((row, *distance, *altitude));
            continue;
        };
        let leg_m = distance - from_m;
        if !(0.0..LEG_M).contains(&leg_m) {
            if (LEG_M..=LONGEST_LEG_M).contains(&leg_m) {
                legs += 1;
                let rise_m = (altitude - from_altitude).abs();
                if rise_m > STEEPEST * leg_m {
                    steep.push(from_row..=row);
                    metres += rise_m;
                }
            }
            from = Some((row, *distance, *altitude));
        }
    }
    if steep.len() < LEAST || (steep.len() as f64) < SHARE * legs as f64 {
        return None;
    }
    Finding::over(FindingKind::AltitudeRough, series, &steep, || {
        format!(
            "The altitude changes by more than 45 % of the way in {} of {legs} legs of 20 m ({metres:.0} m together), as \
             no ground does: it is probably taken from positions, and climb and descent are uncertain.",
            steep.len()
        )
    })
}

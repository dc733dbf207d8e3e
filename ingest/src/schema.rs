//! Names and types of the record columns: one nomenclature for all formats, SI units in the names.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `time` | datetime, ms, UTC | time of the sample |
//! | `elapsed_s` | f64 | seconds since the activity's start, or since its first sample where that is earlier |
//! | `distance_m` | f64 | distance since the start, metres |
//! | `speed_mps` | f64 | speed, metres per second |
//! | `heart_rate_bpm` | u16 | heart rate, beats per minute |
//! | `cadence_spm` | f64 | on foot: steps per minute, both feet, with the fractional part |
//! | `cadence_rpm` | f64 | not on foot: revolutions or strokes per minute, with the fractional part |
//! | `cadence_rpm_raw` | u16 | FIT: the field `cadence` alone as the device wrote it (one foot, whole numbers) |
//! | `total_cycles` | f64 | FIT: strides, strokes or revolutions since the start |
//! | `altitude_m` | f64 | altitude, metres |
//! | `grade` | f64 | slope as a fraction |
//! | `lat_deg`, `lon_deg` | f64 | position, WGS 84 degrees |
//! | `power_w` | u16 | power, watts |
//! | `vertical_oscillation_mm` | f64 | vertical oscillation, millimetres |
//! | `stance_time_ms` | f64 | ground contact time, milliseconds |
//! | `stance_balance_pct` | f64 | ground contact balance, percent left |
//! | `step_length_mm` | f64 | step length, millimetres |
//! | `vertical_ratio_pct` | f64 | vertical ratio, percent |
//! | `temperature_c` | f64 | temperature, °C |
//! | `core_temperature_c` | f64 | temperature of the body's core, °C |
//! | `respiration_rate_brpm` | f64 | breaths per minute |
//! | `rr_ms` | list of f64 | RR intervals since the sample before, milliseconds |
//! | `lap` | u32 | number of the lap, from 0 |
//!
//! Cleaning ([`crate::quality`]) leaves the recorded values of a column that it changes in a column of the same name
//! with `_raw` behind it (`heart_rate_bpm_raw`, `speed_mps_raw`, `distance_m_raw`), the recorded place of rows that it
//! sorts in `row_raw`, and marks rows that stand twice in `is_duplicate`. `cadence_rpm_raw` is a column of FIT files.
//!
//! A null means that the sample has no (valid) value. Developer fields stand beside these under their own names.

use polars::prelude::{DataFrame, DataType, Int64Chunked, TimeUnit};

/// Time of the sample.
pub const TIME: &str = "time";
/// Seconds since the activity's start.
pub const ELAPSED_S: &str = "elapsed_s";
/// Distance since the start, metres.
pub const DISTANCE_M: &str = "distance_m";
/// Speed, metres per second.
pub const SPEED_MPS: &str = "speed_mps";
/// Heart rate, beats per minute.
pub const HEART_RATE_BPM: &str = "heart_rate_bpm";
/// Steps per minute, both feet.
pub const CADENCE_SPM: &str = "cadence_spm";
/// Revolutions or strokes per minute.
pub const CADENCE_RPM: &str = "cadence_rpm";
/// FIT field `cadence` alone.
pub const CADENCE_RPM_RAW: &str = "cadence_rpm_raw";
/// FIT: strides, strokes or revolutions since the start.
pub const TOTAL_CYCLES: &str = "total_cycles";
/// Altitude, metres.
pub const ALTITUDE_M: &str = "altitude_m";
/// Slope as a fraction.
pub const GRADE: &str = "grade";
/// Latitude, degrees.
pub const LAT_DEG: &str = "lat_deg";
/// Longitude, degrees.
pub const LON_DEG: &str = "lon_deg";
/// Power, watts.
pub const POWER_W: &str = "power_w";
/// Vertical oscillation, millimetres.
pub const VERTICAL_OSCILLATION_MM: &str = "vertical_oscillation_mm";
/// Ground contact time, milliseconds.
pub const STANCE_TIME_MS: &str = "stance_time_ms";
/// Ground contact balance, percent left.
pub const STANCE_BALANCE_PCT: &str = "stance_balance_pct";
/// Step length, millimetres.
pub const STEP_LENGTH_MM: &str = "step_length_mm";
/// Vertical ratio, percent.
pub const VERTICAL_RATIO_PCT: &str = "vertical_ratio_pct";
/// Temperature, °C.
pub const TEMPERATURE_C: &str = "temperature_c";
/// Temperature of the body's core, °C.
pub const CORE_TEMPERATURE_C: &str = "core_temperature_c";
/// Breaths per minute.
pub const RESPIRATION_RATE_BRPM: &str = "respiration_rate_brpm";
/// RR intervals, milliseconds.
pub const RR_MS: &str = "rr_ms";
/// Lap number, from 0.
pub const LAP: &str = "lap";
/// Heart rate as recorded, beside a cleaned one.
pub const HEART_RATE_BPM_RAW: &str = "heart_rate_bpm_raw";
/// Speed as recorded, beside a cleaned one.
pub const SPEED_MPS_RAW: &str = "speed_mps_raw";
/// Distance as recorded, beside a cleaned one.
pub const DISTANCE_M_RAW: &str = "distance_m_raw";
/// Place of the row in the records as read, from 0 (u32), when cleaning sorted them.
pub const ROW_RAW: &str = "row_raw";
/// Whether the row repeats an earlier one (boolean), when cleaning found such rows.
pub const IS_DUPLICATE: &str = "is_duplicate";

/// A column of records as numbers, one per row in the unit of its name; NaN where it has none that is finite. Empty when
/// the records have no column of that name, or it holds something else.
#[must_use]
pub fn numbers(records: &DataFrame, name: &str) -> Vec<f64> {
    let Ok(column) = records.column(name) else { return Vec::new() };
    if !column.dtype().is_primitive_numeric() {
        return Vec::new();
    }
    let Ok(column) = column.cast(&DataType::Float64) else { return Vec::new() };
    let Ok(values) = column.f64() else { return Vec::new() };
    let finite = |value: f64| if value.is_finite() { value } else { f64::NAN };
    let mut numbers = Vec::with_capacity(values.len());
    for chunk in values.downcast_iter() {
        let values = chunk.values().iter().copied().map(finite);
        match chunk.validity() {
            None => numbers.extend(values),
            Some(valid) => {
                numbers.extend(values.zip(valid.iter()).map(|(value, valid)| if valid { value } else { f64::NAN }));
            }
        }
    }
    numbers
}

/// A column of times, one per row in milliseconds since 1970, UTC; `None` where a row has none. Empty when the records
/// have no column of that name, or it holds something else.
#[must_use]
pub fn milliseconds(records: &DataFrame, name: &str) -> Vec<Option<i64>> {
    let Ok(column) = records.column(name) else { return Vec::new() };
    let per_ms = match column.dtype() {
        DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000,
        DataType::Datetime(TimeUnit::Microseconds, _) => 1_000,
        DataType::Datetime(TimeUnit::Milliseconds, _) => 1,
        _ => return Vec::new(),
    };
    let stamps = column.as_materialized_series().to_physical_repr();
    let Ok(stamps) = stamps.i64() else { return Vec::new() };
    // Nothing to divide, mostly, and a division for each would cost more than all the rest.
    if per_ms == 1 { times(stamps, |stamp| stamp) } else { times(stamps, |stamp| stamp / per_ms) }
}

fn times(stamps: &Int64Chunked, in_ms: impl Fn(i64) -> i64) -> Vec<Option<i64>> {
    let mut times = Vec::with_capacity(stamps.len());
    for chunk in stamps.downcast_iter() {
        let values = chunk.values().iter().map(|stamp| in_ms(*stamp));
        match chunk.validity() {
            None => times.extend(values.map(Some)),
            Some(valid) => times.extend(values.zip(valid.iter()).map(|(time, valid)| valid.then_some(time))),
        }
    }
    times
}

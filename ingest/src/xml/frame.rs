//! A track to a frame: one row per timed point, columns as in [`crate::schema`].

use polars::prelude::{
    Column as PolarsColumn, DataFrame, Int64Chunked, IntoSeries, PolarsError, TimeUnit, TimeZone, UInt16Type,
    UInt32Chunked,
};

use super::track::Track;
use crate::pace::steps_per_count;
use crate::{Sport, rows, schema};

/// The records of `track`. `lap` is the number of each row's lap, when the format has laps.
pub(crate) fn records(
    track: Track,
    distance_m: Option<Vec<f64>>,
    lap: Option<Vec<u32>>,
    sport: &Sport,
) -> Result<DataFrame, PolarsError> {
    let height = track.rows();
    let start_ms = track.time_ms.first().copied().unwrap_or(0);
    let elapsed_s = track.time_ms.iter().map(|ms| ms.saturating_sub(start_ms) as f64 / 1000.0).collect();
    let [altitude, speed, heart_rate, cadence, power, temperature, _, run_cadence] = track.fields;

    let mut columns: Vec<PolarsColumn> = Vec::with_capacity(13);
    let time = Int64Chunked::from_vec(schema::TIME.into(), track.time_ms);
    columns.push(time.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_series().into());
    columns.extend(floats(schema::ELAPSED_S, Some(elapsed_s)));
    columns.extend(floats(schema::DISTANCE_M, distance_m));
    columns.extend(floats(schema::SPEED_MPS, speed.finish(height)));
    columns.extend(whole_numbers(schema::HEART_RATE_BPM, heart_rate.finish(height)));
    let (cadence, run_cadence) = (cadence.finish(height), run_cadence.finish(height));
    let cadence = if sport.is_on_foot() { run_cadence.or(cadence) } else { cadence.or(run_cadence) };
    if let Some(mut cadence) = cadence {
        let mut name = schema::CADENCE_RPM;
        if sport.is_on_foot() {
            name = schema::CADENCE_SPM;
            let factor = steps_per_count(sport, &cadence);
            cadence.iter_mut().for_each(|value| *value *= factor);
        }
        columns.extend(floats(name, Some(cadence)));
    }
    columns.extend(floats(schema::ALTITUDE_M, altitude.finish(height)));
    columns.extend(floats(schema::LAT_DEG, track.lat_deg.finish(height)));
    columns.extend(floats(schema::LON_DEG, track.lon_deg.finish(height)));
    columns.extend(whole_numbers(schema::POWER_W, power.finish(height)));
    columns.extend(floats(schema::TEMPERATURE_C, temperature.finish(height)));
    columns.extend(lap.map(|lap| UInt32Chunked::from_vec(schema::LAP.into(), lap).into_series().into()));
    DataFrame::new(height, columns)
}

fn floats(name: &str, values: Option<Vec<f64>>) -> Option<PolarsColumn> {
    Some(rows::floats(name, values?).into_series().into())
}

/// Rounds; the limits of the fields keep the values inside the type, and below its largest number.
fn whole_numbers(name: &str, values: Option<Vec<f64>>) -> Option<PolarsColumn> {
    let round = |value: f64| if value.is_nan() { u16::MAX } else { value.round() as u16 };
    let values = values?.into_iter().map(round).collect();
    Some(rows::with_nulls::<UInt16Type>(name, values, |value| value, |value| value != u16::MAX).into_series().into())
}

//! From the cells of a file to one frame per activity.

use std::ops::Range;

use polars::prelude::{
    ChunkedArray, Column, DataFrame, DataType, Float64Type, Int64Type, IntoColumn, IntoSeries, ListBuilderTrait,
    ListPrimitiveChunkedBuilder, PolarsNumericType, TimeUnit, TimeZone, UInt16Type, UInt32Chunked,
};

use super::columns::{COLUMNS, Cell, Cells};
use super::plan::{CADENCE, FLOATS, FRACTIONAL, WORDS};
use super::record::Records;
use super::summary::FIT_EPOCH_UNIX_S;
use crate::geo::distance_m;
use crate::jumps::{Jumps, leave_out_jumps};
use crate::rows::with_nulls;
use crate::schema;

/// Which samples an activity has, and what its derived columns are counted from.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    /// Rows of the file's records, in order; ranges do not overlap.
    pub(super) rows: Vec<Range<usize>>,
    /// FIT time that elapsed time is counted from.
    pub(super) start: Option<u32>,
    /// Starts of its laps, in order.
    pub(super) laps: Vec<u32>,
    /// Whether cadence counts steps.
    pub(super) on_foot: bool,
}

impl Samples {
    fn count(&self) -> usize {
        self.rows.iter().map(ExactSizeIterator::len).sum()
    }

    fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().cloned().flatten()
    }
}

/// Distance since the start, metres, added up along the positions of a frame; a sample without a position has the
/// distance of the one before it. On foot, jumps of the position are left out. `None` when the frame has no positions.
pub(super) fn distance_from_positions(frame: &DataFrame, is_on_foot: bool) -> Option<(Column, Jumps)> {
    let degrees = |name: &str| frame.column(name).ok()?.f64().ok().cloned();
    let (lat, lon) = (degrees(schema::LAT_DEG)?, degrees(schema::LON_DEG)?);
    let (mut along, mut last) = (0.0, None);
    let mut distances: Vec<f64> = lat
        .iter()
        .zip(lon.iter())
        .map(|(lat, lon)| {
            let here = lat.zip(lon);
            if let (Some(last), Some(here)) = (last, here) {
                along += distance_m(last, here);
            }
            last = here.or(last);
            along
        })
        .collect();
    let mut jumps = Jumps::default();
    if is_on_foot {
        let times = frame.column(schema::TIME).ok()?.cast(&DataType::Int64).ok()?;
        jumps = leave_out_jumps(&mut distances, times.i64().ok()?.iter());
    }
    Some((Column::new(schema::DISTANCE_M.into(), distances), jumps))
}

/// Builds one frame per activity. The cells are given up column by column, so that they and the frames are never
/// both in memory as a whole.
pub(super) fn frames(mut records: Records<'_>, developer_names: &[String], activities: &[Samples]) -> Vec<DataFrame> {
    let rows = records.rows();
    let mut columns: Vec<Vec<Column>> = vec![Vec::new(); activities.len()];

    let time = records.time.take(rows);
    for (samples, columns) in activities.iter().zip(&mut columns) {
        let mut times = Vec::with_capacity(samples.count());
        for range in &samples.rows {
            times.extend_from_slice(time.get(range.clone()).unwrap_or_default());
        }
        columns.extend(time_column(&times));
        columns.extend(elapsed_column(samples.start, &times));
        columns.extend(lap_column(&samples.laps, &times));
    }
    drop(time);

    for (samples, columns) in activities.iter().zip(&mut columns) {
        columns.extend(cadence_column(&records, samples));
        columns.extend(rr_column(&records, samples));
    }
    records.rr = Vec::new();
    for (cells, name) in records.words.iter_mut().zip(WORDS) {
        add(cells, rows, activities, &mut columns, |values: Vec<u16>| numbers::<UInt16Type>(name, values, |cell| cell));
    }
    for (index, (cells, float)) in records.floats.iter_mut().zip(FLOATS).enumerate() {
        if index == FRACTIONAL {
            continue;
        }
        add(cells, rows, activities, &mut columns, |values: Vec<f64>| {
            numbers::<Float64Type>(float.name, values, |value| value / float.scale - float.offset)
        });
    }
    for (cells, name) in records.developer.iter_mut().zip(developer_names) {
        add(cells, rows, activities, &mut columns, |values| numbers::<Float64Type>(name, values, |value| value));
    }

    activities
        .iter()
        .zip(columns)
        .map(|(samples, mut columns)| {
            columns.sort_by_cached_key(|column| position(column.name()));
            // Every column has a cell per sample and a name of its own; an empty frame is all that could be said
            // if that were not so.
            DataFrame::new(samples.count(), columns).unwrap_or_default()
        })
        .collect()
}

/// Hands one column over to the activities that have a value in it.
fn add<T: Cell>(
    cells: &mut Cells<T>,
    rows: usize,
    activities: &[Samples],
    columns: &mut [Vec<Column>],
    column: impl Fn(Vec<T>) -> Option<Column>,
) {
    if cells.is_empty() {
        return;
    }
    let values = cells.take(rows);
    if let ([samples], [columns]) = (activities, &mut *columns)
        && matches!(samples.rows.as_slice(), [all] if *all == (0..rows))
    {
        columns.extend(column(values));
        return;
    }
    for (samples, columns) in activities.iter().zip(columns) {
        let mut own = Vec::with_capacity(samples.count());
        for range in &samples.rows {
            own.extend_from_slice(values.get(range.clone()).unwrap_or_default());
        }
        columns.extend(column(own));
    }
}

/// A column of `values` in its own unit, null where missing; `None` when all are missing.
fn numbers<T>(name: &str, values: Vec<T::Native>, convert: impl Fn(T::Native) -> T::Native) -> Option<Column>
where
    T: PolarsNumericType,
    T::Native: Cell + Default,
    ChunkedArray<T>: IntoSeries,
{
    let column = with_nulls::<T>(name, values, convert, Cell::is_valid);
    (column.null_count() < column.len()).then(|| column.into_series().into_column())
}

/// Times in FIT seconds as UTC.
fn time_column(times: &[u32]) -> Option<Column> {
    times.iter().any(|time| time.is_valid()).then(|| {
        let ms = |time: &u32| if time.is_valid() { (FIT_EPOCH_UNIX_S + i64::from(*time)) * 1000 } else { i64::MIN };
        with_nulls::<Int64Type>(schema::TIME, times.iter().map(ms).collect(), |ms| ms, |ms| ms != i64::MIN)
            .into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
            .into_column()
    })
}

/// Seconds since the start. A sample before it has a wrong time, and none of these.
fn elapsed_column(start: Option<u32>, times: &[u32]) -> Option<Column> {
    let start = start?;
    let elapsed = |time: &u32| if time.is_valid() && *time >= start { f64::from(time - start) } else { f64::NAN };
    numbers::<Float64Type>(schema::ELAPSED_S, times.iter().map(elapsed).collect(), |value| value)
}

/// The lap of each sample: the last one that has begun. A sample without a time is in the lap of the one before.
fn lap_column(starts: &[u32], times: &[u32]) -> Option<Column> {
    if starts.is_empty() || times.is_empty() {
        return None;
    }
    let mut lap = 0_u32;
    // Times that the lap holds for.
    let mut within = 0..0;
    let laps = times.iter().map(|time| {
        if time.is_valid() && !within.contains(time) {
            let begun = starts.partition_point(|start| *start <= *time);
            lap = u32::try_from(begun.saturating_sub(1)).unwrap_or(u32::MAX);
            let since = begun.checked_sub(1).and_then(|last| starts.get(last)).copied().unwrap_or(0);
            within = since..starts.get(begun).copied().unwrap_or(u32::MAX);
        }
        lap
    });
    Some(UInt32Chunked::from_vec(schema::LAP.into(), laps.collect()).into_column())
}

/// Cadence with its fractional part: steps of both feet, or revolutions.
fn cadence_column(records: &Records<'_>, samples: &Samples) -> Option<Column> {
    let whole = records.words.get(CADENCE).filter(|cells| !cells.is_empty())?;
    let fraction = records.floats.get(FRACTIONAL)?;
    let scale = FLOATS.get(FRACTIONAL)?.scale;
    let (name, factor) = if samples.on_foot { (schema::CADENCE_SPM, 2.0) } else { (schema::CADENCE_RPM, 1.0) };
    let cadence = samples.rows().map(|row| match whole.get(row) {
        Some(whole) => factor * (f64::from(whole) + fraction.get(row).unwrap_or(0.0) / scale),
        None => f64::NAN,
    });
    numbers::<Float64Type>(name, cadence.collect(), |value| value)
}

fn rr_column(records: &Records<'_>, samples: &Samples) -> Option<Column> {
    let rr = &records.rr;
    let first_of = |row: usize| rr.partition_point(|(of, _)| (*of as usize) < row);
    let intervals: usize = samples.rows.iter().map(|range| first_of(range.end) - first_of(range.start)).sum();
    if intervals == 0 {
        return None;
    }
    let mut list =
        ListPrimitiveChunkedBuilder::<Float64Type>::new(schema::RR_MS.into(), samples.count(), 0, DataType::Float64);
    let mut own_ms = Vec::new();
    for range in &samples.rows {
        let mut rest = rr.get(first_of(range.start)..).unwrap_or_default();
        for row in range.clone() {
            let own = rest.iter().take_while(|(of, _)| *of as usize == row).count();
            let (here, behind) = rest.split_at_checked(own).unwrap_or_default();
            rest = behind;
            own_ms.clear();
            own_ms.extend(here.iter().map(|(_, ms)| f64::from(*ms)));
            list.append_opt_slice((!own_ms.is_empty()).then_some(own_ms.as_slice()));
        }
    }
    Some(list.finish().into_column())
}

/// Place of a column in the frame: as in the schema, developer columns behind.
fn position(name: &str) -> usize {
    COLUMNS.iter().position(|known| *known == name).unwrap_or(COLUMNS.len())
}

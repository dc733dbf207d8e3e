//! Columns of plain numbers to a frame of records.

use polars::prelude::{
    ChunkedArray, Column, DataFrame, DataType, Float64Chunked, Float64Type, Int64Chunked, IntoColumn, ListBuilderTrait,
    ListPrimitiveChunkedBuilder, NewChunkedArray, PolarsError, PolarsNumericType, TimeUnit, TimeZone, UInt16Chunked,
    UInt32Chunked,
};
use polars_arrow::bitmap::Bitmap;

use crate::schema;

/// The columns in the order in which a frame has them; [`schema::TIME`] and [`schema::ELAPSED_S`] stand before them.
const ORDER: [&str; 15] = [
    schema::DISTANCE_M,
    schema::SPEED_MPS,
    schema::HEART_RATE_BPM,
    schema::CADENCE_SPM,
    schema::CADENCE_RPM,
    schema::ALTITUDE_M,
    schema::LAT_DEG,
    schema::LON_DEG,
    schema::POWER_W,
    schema::VERTICAL_OSCILLATION_MM,
    schema::STANCE_TIME_MS,
    schema::STEP_LENGTH_MM,
    schema::TEMPERATURE_C,
    schema::RR_MS,
    schema::LAP,
];

/// Records of one activity while they are put together: one row per time. NaN is null.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    time_ms: Vec<i64>,
    columns: Vec<(&'static str, Vec<f64>)>,
    /// RR intervals, milliseconds, with the row of each; rows never run backwards.
    rr: Vec<(usize, f64)>,
}

impl Rows {
    /// Rows at `time_ms`, milliseconds since 1970, UTC.
    pub(crate) fn new(time_ms: Vec<i64>) -> Self {
        Self { time_ms, columns: Vec::new(), rr: Vec::new() }
    }

    /// The times of the rows.
    pub(crate) fn time_ms(&self) -> &[i64] {
        &self.time_ms
    }

    /// Adds a column, unless it has no value at all or there is one of that name.
    pub(crate) fn add(&mut self, name: &'static str, mut values: Vec<f64>) {
        values.resize(self.time_ms.len(), f64::NAN);
        if !self.has(name) && values.iter().any(|value| !value.is_nan()) {
            self.columns.push((name, values));
        }
    }

    /// The values of the column called `name`, when there is one.
    pub(crate) fn values(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|(column, _)| *column == name).map(|(_, values)| values.as_slice())
    }

    /// Gives the rows their RR intervals: milliseconds with the row of each, in order of rows.
    pub(crate) fn set_rr(&mut self, intervals: Vec<(usize, f64)>) {
        self.rr = intervals;
    }

    /// Whether there is a column called `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(column, _)| *column == name)
    }

    /// The frame, columns as in [`schema`]; `elapsed_s` counts from `start_ms`.
    pub(crate) fn finish(self, start_ms: i64) -> Result<DataFrame, PolarsError> {
        let rows = self.time_ms.len();
        let elapsed = self.time_ms.iter().map(|ms| ms.saturating_sub(start_ms) as f64 / 1000.0).collect();
        let mut columns = vec![
            Int64Chunked::from_vec(schema::TIME.into(), self.time_ms)
                .into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
                .into_column(),
            column(schema::ELAPSED_S, elapsed),
        ];
        let place = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        let mut own: Vec<Column> = self.columns.into_iter().map(|(name, values)| column(name, values)).collect();
        own.extend(lists(schema::RR_MS, rows, &self.rr));
        own.sort_by_key(|column| place(column.name()));
        columns.extend(own);
        DataFrame::new(rows, columns)
    }
}

/// A column in the type that the schema names. Whoever fills it keeps the values inside that type.
fn column(name: &str, values: Vec<f64>) -> Column {
    let valid = |value: f64| (!value.is_nan()).then_some(value);
    match name {
        schema::HEART_RATE_BPM | schema::POWER_W => {
            let values = values.into_iter().map(|value| valid(value).map(|value| value.round() as u16));
            UInt16Chunked::from_iter_options(name.into(), values).into_column()
        }
        schema::LAP => {
            let values = values.into_iter().map(|value| valid(value).map(|value| value as u32));
            UInt32Chunked::from_iter_options(name.into(), values).into_column()
        }
        _ => floats(name, values).into_column(),
    }
}

/// A column of lists: of each row the values that are given with its number; `None` when no row has one.
fn lists(name: &str, rows: usize, mut values: &[(usize, f64)]) -> Option<Column> {
    if values.is_empty() {
        return None;
    }
    let mut list = ListPrimitiveChunkedBuilder::<Float64Type>::new(name.into(), rows, values.len(), DataType::Float64);
    let mut own = Vec::new();
    for row in 0..rows {
        let here = values.iter().take_while(|(of, _)| *of <= row).count();
        let (taken, rest) = values.split_at_checked(here).unwrap_or_default();
        values = rest;
        own.clear();
        own.extend(taken.iter().map(|(_, value)| *value));
        list.append_opt_slice((!own.is_empty()).then_some(own.as_slice()));
    }
    Some(list.finish().into_column())
}

/// A column of floats, null where NaN.
pub(crate) fn floats(name: &str, values: Vec<f64>) -> Float64Chunked {
    with_nulls::<Float64Type>(name, values, |value| value, |value| !value.is_nan())
}

/// A column of `values`, each put through `convert`; null where what comes out is not valid. It takes the values as
/// they are, instead of pushing them one by one into a column that grows.
pub(crate) fn with_nulls<T>(
    name: &str,
    mut values: Vec<T::Native>,
    convert: impl Fn(T::Native) -> T::Native,
    is_valid: impl Fn(T::Native) -> bool,
) -> ChunkedArray<T>
where
    T: PolarsNumericType,
    T::Native: Default,
{
    let rows = values.len();
    let mut validity = Vec::with_capacity(rows.div_ceil(BITS) * size_of::<u64>());
    let mut nulls = 0;
    // A bit per value, where all or none are valid without looking at each: mostly it is so.
    for values in values.chunks_mut(BITS) {
        let mut valid = 0;
        for value in values.iter_mut() {
            *value = convert(*value);
            valid += usize::from(is_valid(*value));
        }
        let mut bits = u64::MAX;
        if valid < values.len() {
            nulls += values.len() - valid;
            bits = 0;
            for (bit, value) in values.iter_mut().enumerate() {
                if is_valid(*value) {
                    bits |= 1 << bit;
                } else {
                    *value = T::Native::default();
                }
            }
        }
        validity.extend_from_slice(&bits.to_le_bytes());
    }
    let validity = (nulls > 0).then(|| Bitmap::try_new(validity, rows).ok()).flatten();
    ChunkedArray::from_vec_validity(name.into(), values, validity)
}

/// Values whose bits make one word.
const BITS: usize = 64;

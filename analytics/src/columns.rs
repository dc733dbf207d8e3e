//! Plain values as columns of a frame, without a detour.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedArray, Column, DataType, Float64Chunked, Float64Type,
    FrozenCategories, IntoColumn as _, PolarsResult, UInt8Chunked,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::ArrowDataType;

/// A column of numbers; NaN becomes null.
pub(crate) fn floats(name: &str, values: Vec<f64>) -> Column {
    let validity = validity(&values);
    let array = PrimitiveArray::new(ArrowDataType::Float64, values.into(), validity);
    let column: Float64Chunked = ChunkedArray::<Float64Type>::with_chunk(name.into(), array);
    column.into_column()
}

/// A bit per value: whether it is a number. `None`: every one is.
fn validity(values: &[f64]) -> Option<Bitmap> {
    let has_nan = |values: &[f64]| values.iter().fold(false, |any, value| any | value.is_nan());
    let byte = |eight: &[f64]| {
        eight.iter().enumerate().fold(0_u8, |byte, (place, value)| byte | (u8::from(!value.is_nan()) << place))
    };
    let mut bits = Vec::with_capacity(values.len().div_ceil(8));
    let mut is_any_missing = false;
    // What is missing lies together, so most of a column can be passed over.
    for many in values.chunks(128) {
        if has_nan(many) {
            is_any_missing = true;
            bits.extend(many.chunks(8).map(byte));
        } else {
            bits.resize(bits.len() + many.len().div_ceil(8), u8::MAX);
        }
    }
    is_any_missing.then(|| Bitmap::from_u8_vec(bits, values.len()))
}

/// A column of one of few names, given by their places in the list of them.
pub(crate) fn enumeration(
    name: &str,
    names: impl Iterator<Item = &'static str>,
    places: Vec<u8>,
) -> PolarsResult<Column> {
    let dtype = DataType::from_frozen_categories(FrozenCategories::new(names)?);
    let places = UInt8Chunked::from_vec(name.into(), places);
    // As many names as a byte can tell apart: the physical type is that.
    Ok(CategoricalChunked::<Categorical8Type>::from_cats_and_dtype(places, dtype).into_column())
}

//! Plain values as columns of a frame, without a detour.

use polars::prelude::{
    Categorical8Type, CategoricalChunked, ChunkedArray, Column, DataType, Float64Chunked, Float64Type,
    FrozenCategories, IntoColumn as _, PolarsResult, UInt8Chunked,
};
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::BitmapBuilder;
use polars_arrow::datatypes::ArrowDataType;

/// A column of numbers; NaN becomes null.
pub(crate) fn floats(name: &str, values: Vec<f64>) -> Column {
    let mut known = BitmapBuilder::with_capacity(values.len());
    note(&mut known, &values);
    floats_with(name, values, known)
}

/// The same where it is noted already which values are numbers.
pub(crate) fn floats_with(name: &str, values: Vec<f64>, known: BitmapBuilder) -> Column {
    let array = PrimitiveArray::new(ArrowDataType::Float64, values.into(), known.into_opt_validity());
    let column: Float64Chunked = ChunkedArray::<Float64Type>::with_chunk(name.into(), array);
    column.into_column()
}

/// Notes a bit per value: whether it is a number.
pub(crate) fn note(known: &mut BitmapBuilder, values: &[f64]) {
    // What is missing lies together, so most of a column can be passed over.
    for many in values.chunks(128) {
        if many.iter().fold(false, |any, value| any | value.is_nan()) {
            many.iter().for_each(|value| known.push(!value.is_nan()));
        } else {
            known.extend_constant(many.len(), true);
        }
    }
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

//! CSV.
pub(crate) mod text;

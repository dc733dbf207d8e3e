//! What the XML formats share: one pass over the markup, numbers and times of a point, columns of a track.
//!
//! `document` begins and ends a reading; in between `markup` cuts the text into elements, each format acts on them, and
//! `track` gathers the points straight into columns; `breaks`, `measure` and `frame` make the records of them.

pub(crate) mod breaks;
pub(crate) mod document;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod markup;
pub(crate) mod measure;
pub(crate) mod notices;
mod piece;
pub(crate) mod point;
pub(crate) mod text;
pub(crate) mod track;
pub(crate) mod unused;

//! One field of many samples at once.

use super::base::BaseType;
use super::columns::{Cell, Cells};

/// Samples that are read at once: they, and what they become, stay in the fastest memory.
pub(super) const MOST: usize = 256;

/// A field of samples of one layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'r, 'a> {
    /// Data of the samples, at most [`MOST`].
    pub(super) rows: &'r [&'a [u8]],
    /// Rows that the file is expected to have.
    pub(super) expected: usize,
    /// First byte of the field in each.
    pub(super) offset: usize,
    /// Its type.
    pub(super) base: BaseType,
    /// Byte order.
    pub(super) big_endian: bool,
}

/// What [`fill`] did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    /// The first values of their column were written.
    pub(super) is_first: bool,
    /// Values beyond the limit, which were left out.
    pub(super) beyond: u64,
}

/// Writes the field to the rows from `first` on, over what may stand there, where it has a value and that is no further
/// from zero than `limit`. `cell` makes a cell of a value.
pub(super) fn fill<T: Cell>(
    cells: &mut Cells<T>,
    first: usize,
    source: Source<'_, '_>,
    limit: f64,
    cell: impl Fn(f64) -> T,
) -> Filled {
    let mut beyond = 0;
    let rows = source.rows.iter().map(|row| row.get(source.offset..).unwrap_or_default());
    let was_empty = cells.is_empty();
    // The usual types each have a loop of their own.
    macro_rules! write {
        ($($usual:ident)*) => {
            match source.base {
                $(BaseType::$usual if !source.big_endian => {
                    let number = |bytes| BaseType::$usual.number(bytes, false);
                    cells.write(first, source.expected, rows.map(|bytes| checked(number(bytes), limit, &cell, &mut beyond)));
                })*
                base => {
                    let number = |bytes| base.number(bytes, source.big_endian);
                    cells.write(first, source.expected, rows.map(|bytes| checked(number(bytes), limit, &cell, &mut beyond)));
                }
            }
        };
    }
    write!(Uint8 Sint8 Uint16 Sint16 Uint32 Sint32 Float32);
    Filled { is_first: was_empty && !cells.is_empty(), beyond }
}

/// The cell of a value; those beyond the limit are counted.
#[inline(always)]
fn checked<T: Cell>(value: Option<f64>, limit: f64, cell: impl Fn(f64) -> T, beyond: &mut u64) -> T {
    match value {
        Some(value) if value.abs() <= limit => cell(value),
        None => T::MISSING,
        Some(_) => {
            *beyond += 1;
            T::MISSING
        }
    }
}

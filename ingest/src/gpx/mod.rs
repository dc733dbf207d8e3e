//! GPX reader.

use crate::{ReadError, ReadOptions, WatchFile};

/// Reads a GPX file.
///
/// # Errors
/// See [`ReadError`].
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    let _ = (bytes, options);
    Err(ReadError::Empty)
}

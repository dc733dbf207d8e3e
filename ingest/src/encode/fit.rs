//! FIT writer.

use super::Recording;

/// Writes `recording` as a FIT activity file.
#[must_use]
pub fn fit(recording: &Recording) -> Vec<u8> {
    let _ = recording;
    Vec::new()
}

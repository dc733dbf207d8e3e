//! What must hold for whatever a reader gave.

use plimsoll_ingest::quality::{Cleaning, clean, examine, restore};
use plimsoll_ingest::{ReadError, ReadOptions, WatchFile};

/// The athlete's zone that every target reads with.
pub fn options() -> ReadOptions {
    ReadOptions { zone: Some(chrono_tz::Europe::Berlin) }
}

/// Uses every part of the result as a caller would; a broken frame or a value out of its range ends the target.
pub fn check(read: Result<WatchFile, ReadError>) {
    let file = match read {
        Ok(file) => file,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    for activity in &file.activities {
        let rows = activity.records.height();
        for column in activity.records.columns() {
            assert_eq!(column.len(), rows, "{}", column.name());
        }
        let _ = examine(activity);
        let cleaned = clean(activity, &Cleaning::default());
        assert!(restore(&cleaned.records).equals_missing(&activity.records), "cleaning cannot be undone");
        assert!(activity.details.rpe.is_none_or(|rpe| (0.0..=10.0).contains(&rpe)), "RPE {:?}", activity.details.rpe);
    }
    for value in &file.diary {
        assert!(value.value.is_finite() && value.value > 0.0, "{value:?}");
    }
    let _ = file.others.decode();
}

//! Which format the content is. The name of a file is never asked.

use serde::Serialize;

use crate::ReadError;

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Garmin's Flexible and Interoperable Data Transfer.
    Fit,
    /// GPS Exchange Format 1.0 or 1.1.
    Gpx,
}

/// What a file is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// One or more activities.
    Activity,
    /// A planned route or course.
    Course,
    /// Anything else, under the format's own name: `settings`, `monitoring_b`, `workout`.
    Other(String),
}

impl FileKind {
    /// The kind's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Activity => "activity",
            Self::Course => "course",
            Self::Other(name) => name,
        }
    }
}

impl Format {
    /// Recognises the format from the first bytes.
    ///
    /// # Errors
    /// [`ReadError::Empty`], [`ReadError::NotReadYet`] or [`ReadError::NotAWatchFile`].
    pub fn detect(bytes: &[u8]) -> Result<Self, ReadError> {
        let _ = bytes;
        Err(ReadError::Empty)
    }
}

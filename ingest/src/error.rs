//! The one error of the crate.

use thiserror::Error;

use crate::Format;

/// Why nothing could be read from a file. Messages do not name the file: the caller knows its name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There are no bytes.
    #[error("the file is empty (0 bytes)")]
    Empty,
    /// The content is something else.
    #[error(
        "not a watch file: this looks like {looks_like}; Plimsoll reads FIT, GPX, TCX, tables (CSV) of past training, and exports of Polar and Apple Health"
    )]
    NotAWatchFile {
        /// What the first bytes look like, with its article: `an HTML page`.
        looks_like: &'static str,
    },
    /// An archive holds many files: [`crate::archive`] opens it.
    #[error("{kind} is an archive of files, not one file")]
    Archive {
        /// What it is, with its article: `a zip archive`.
        kind: &'static str,
    },
    /// A FIT file whose first damage stands before anything useful.
    #[error("damaged FIT file: {what} at byte {offset}")]
    Fit {
        /// What was wrong.
        what: String,
        /// Offset from the start of the file, bytes.
        offset: usize,
    },
    /// A file of text (XML, JSON, CSV) whose first damage stands before anything useful.
    #[error("damaged {format} file: {what} (line {line})")]
    Text {
        /// The format.
        format: Format,
        /// What was wrong.
        what: String,
        /// Line number, from 1.
        line: usize,
    },
}

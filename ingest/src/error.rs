//! The one error of the crate.

use thiserror::Error;

/// Why nothing could be read from a file. Messages do not name the file: the caller knows its name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// There are no bytes.
    #[error("the file is empty (0 bytes)")]
    Empty,
    /// The content is something else.
    #[error("not a watch file: this looks like {looks_like}; Plimsoll reads FIT and GPX")]
    NotAWatchFile {
        /// What the first bytes look like, with its article: `an HTML page`.
        looks_like: &'static str,
    },
    /// A watch file of a format that is recognised but not read.
    #[error("{format} files are recognised but not read yet; export the activity as FIT or GPX")]
    NotReadYet {
        /// The format's name.
        format: &'static str,
    },
    /// A FIT file whose first damage stands before anything useful.
    #[error("damaged FIT file: {what} at byte {offset}")]
    Fit {
        /// What was wrong.
        what: String,
        /// Offset from the start of the file, bytes.
        offset: usize,
    },
    /// A GPX file whose first damage stands before anything useful.
    #[error("damaged GPX file: {what} (line {line})")]
    Gpx {
        /// What was wrong.
        what: String,
        /// Line number, from 1.
        line: usize,
    },
}

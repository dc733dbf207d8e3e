//! How much is opened, and what has been used up of it.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::inflate::Unpack;
use super::{ArchiveError, Content, Reached};
use crate::apple;

/// How much of an archive is opened. Sizes are those after decompression.
///
/// A field that is missing where they were written down has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Most members of all archives together, folders included. Passing it ends the walk.
    pub members: u64,
    /// Largest single file, bytes. A larger one fails, the walk goes on.
    pub member_bytes: u64,
    /// Most bytes of all files together, with archives that have to be unpacked before they can be opened. Passing it
    /// ends the walk.
    pub total_bytes: u64,
    /// Most that a member may grow when it is decompressed, as a factor, once it has passed 16 MB.
    pub ratio: u64,
    /// How many archives may lie one inside the other; 1 is an archive of plain files.
    pub depth: u32,
    /// Longest name of a member, bytes. Names are shown cut to it.
    pub name_bytes: usize,
    /// Most activities without a file that are taken from one of Strava's tables.
    pub table_rows: usize,
    /// How much of Apple Health's export is taken.
    pub apple: apple::Caps,
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
            table_rows: 20_000,
            apple: apple::Caps::default(),
        }
    }
}

/// Bytes below which a member may grow by any factor: settings of zeros and the like are small and compress well.
const ANY_RATIO_BELOW: u64 = 16_000_000;
/// Bytes between two looks at the limits.
const STEP: u64 = 1 << 20;

/// Why reading a member stopped before its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The bytes cannot be had.
    Io(io::Error),
    /// A cap for one member.
    Member(Cap),
    /// A cap for everything together.
    All(Cap),
}

/// A cap that was reached.
#[derive(Debug)]
pub(super) struct Cap {
    what: &'static str,
    cap: String,
    option: &'static str,
}

impl Cap {
    pub(super) fn depth(limits: &Limits) -> Self {
        Self { what: "it lies too deep inside other archives", cap: limits.depth.to_string(), option: "depth" }
    }

    pub(super) fn rows(limits: &Limits) -> Reached {
        Reached { cap: limits.table_rows.to_string(), option: "table_rows" }
    }

    pub(super) fn members(limits: &Limits) -> Reached {
        Reached { cap: limits.members.to_string(), option: "members" }
    }

    pub(super) fn name(limits: &Limits) -> Self {
        Self { what: "its name is too long", cap: format!("{} bytes", limits.name_bytes), option: "name_bytes" }
    }

    pub(super) fn member(limits: &Limits) -> Self {
        Self { what: "the file is too large", cap: megabytes(limits.member_bytes), option: "member_bytes" }
    }

    fn ratio(limits: &Limits) -> Self {
        Self {
            what: "it grows too much when it is decompressed",
            cap: format!("{} times", limits.ratio),
            option: "ratio",
        }
    }

    /// What there is too much of, as a phrase.
    pub(super) fn what(&self) -> &'static str {
        self.what
    }

    /// As what was found under a name.
    pub(super) fn content(self) -> Content {
        let reason = self.what.to_owned();
        Content::Failed { reason, cap: Some(self.reached()) }
    }

    /// The cap without what there was too much of.
    pub(super) fn reached(self) -> Reached {
        Reached { cap: self.cap, option: self.option }
    }

    /// As the end of the walk, or of [`super::plain`].
    pub(super) fn error(self) -> ArchiveError {
        ArchiveError::Capped { what: self.what.to_owned(), cap: self.cap, option: self.option }
    }
}

fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{bytes} bytes") } else { format!("{} MB", bytes / 1_000_000) }
}

/// What has been used up in one walk.
#[derive(Debug, Default)]
pub(super) struct Spent {
    members: u64,
    total: u64,
}

impl Spent {
    /// Counts a member.
    pub(super) fn member(&mut self, limits: &Limits) -> Result<(), Cap> {
        self.members += 1;
        if self.members <= limits.members {
            return Ok(());
        }
        Err(Cap { what: "there are too many files in it", cap: limits.members.to_string(), option: "members" })
    }

    /// Counts bytes that were made or, where more were read for them than were made, those.
    pub(super) fn bytes(&mut self, count: u64, limits: &Limits) -> Result<(), Cap> {
        self.total = self.total.saturating_add(count);
        if self.total <= limits.total_bytes {
            return Ok(());
        }
        Err(Cap { what: "its files are too large together", cap: megabytes(limits.total_bytes), option: "total_bytes" })
    }
}

impl Spent {
    /// Counts bytes of a member that is read as a stream: `count` more, `out` of `consumed` packed ones so far.
    pub(super) fn stream(&mut self, count: u64, out: u64, consumed: u64, limits: &Limits) -> Result<(), Cap> {
        self.bytes(count, limits)?;
        if grows_too_much(out, consumed, limits) { Err(Cap::ratio(limits)) } else { Ok(()) }
    }
}

fn grows_too_much(out: u64, consumed: u64, limits: &Limits) -> bool {
    out > ANY_RATIO_BELOW && out > limits.ratio.saturating_mul(consumed.max(1))
}

/// Reads on until `bytes` has `upto` bytes, or the end (`true`). `before`: bytes that the reader gave out and that are
/// not in `bytes`.
pub(super) fn fill(
    reader: &mut dyn Unpack,
    bytes: &mut Vec<u8>,
    before: u64,
    upto: u64,
    limits: &Limits,
    spent: &mut Spent,
) -> Result<bool, Stopped> {
    loop {
        let have = bytes.len() as u64;
        let consumed = reader.consumed();
        if have >= upto {
            return Ok(false);
        }
        let step = STEP.min(upto - have);
        let result = (&mut *reader).take(step).read_to_end(bytes);
        let count = bytes.len() as u64 - have;
        // A stream may take much and give nothing.
        let taken = reader.consumed().saturating_sub(consumed);
        spent.bytes(count.max(taken), limits).map_err(Stopped::All)?;
        result.map_err(Stopped::Io)?;
        let out = before.saturating_add(have + count);
        if grows_too_much(out, reader.consumed(), limits) {
            return Err(Stopped::Member(Cap::ratio(limits)));
        }
        if count < step {
            return Ok(true);
        }
    }
}

/// Reads a whole member behind what `bytes` holds of it.
pub(super) fn fill_whole(
    reader: &mut dyn Unpack,
    bytes: &mut Vec<u8>,
    limits: &Limits,
    spent: &mut Spent,
) -> Result<(), Stopped> {
    fill(reader, bytes, 0, limits.member_bytes.saturating_add(1), limits, spent)?;
    if bytes.len() as u64 > limits.member_bytes { Err(Stopped::Member(Cap::member(limits))) } else { Ok(()) }
}

//! FIT reader.
//!
//! One pass walks the message stream (`walk`) and sieves it (`sieve`): samples, laps, lengths, sessions and what a strap
//! kept go by field number straight into typed columns (`plan`, `record`, `summary`, `strap`); all others are kept as they
//! are, behind caps, and named by the profile when somebody asks (`others`, `profile`). Those that say who wrote the file,
//! what a developer field is, which UTC belongs to a time of its clock, or what a day's values are, are understood at
//! once (`identity`, `correlation`, `diary`). What was sieved
//! becomes activities (`assemble`) and frames (`frame`).
//!
//! Checksums are advice: a wrong one is a notice. Sizes in the file only ever bound how far reading goes, never what
//! is allocated.
//!
//! # Which value counts
//!
//! - Of fields with one number in one definition: the first valid one.
//! - Of fields for one quantity: the enhanced over the plain, the plain over the compressed one, each where it is
//!   valid, sample by sample, in whatever order they stand.
//! - Compressed distance (12 bits) and cycles (8 bits) count on from the last value of their part, whichever field
//!   gave it, and roll over at their width; so do the counts of a strap (12 bits onto 32). A part of a chained file
//!   starts anew. `compressed_accumulated_power` is not read: the power itself stands in every sample that has it.
//! - A field that is no whole number of elements, or empty, has no value; what stands behind it stays in place. Of an
//!   array in a sample the first element counts.
//! - Developer fields: see `developer`. Native ones that are not in [`crate::schema`] are left out, and a notice names
//!   those that hold something.
//! - Where the sport is none of its own (generic, training, fitness equipment), its sub-sport tells it.
//! - A time below 0x10000000 counts from when the device was switched on. Where a `timestamp_correlation` of its part
//!   says which UTC belongs to one of them, all of the part follow from it, to the second, and a notice says so for each activity
//!   that has one. Else an
//!   activity that begins at one has no start and no day; its samples keep the times that they have to each other.
//! - Local time beside UTC stands in `activity`; where it is not there, that of a `timestamp_correlation` counts.
//!
//! # What belongs to what
//!
//! Each session of an activity is one activity; samples, laps, lengths and pauses belong to the last session that had
//! begun (of two that begin together, to the later one in the file), what stands before the first to the first. Elapsed time counts from the stated start, or from the first
//! sample where that is earlier by less than a day; the start itself stays as stated. Heart rates of a strap belong to
//! the session within whose time they lie, whatever part they stand in; others, from before and after, are left out.
//!
//! `workout_rpe` of a session is its rating of perceived exertion, `workout_feel` how it felt. Names of sports and
//! workouts are those of the watch's menu and of a plan, and no title that a person gave.
//!
//! # Damage
//!
//! Where the stream makes no sense, reading goes on at the next safe place (`resync` says what that is), and a notice
//! names both places; where there is none, it ends there, and what stands before is the result. Nothing is
//! interpolated. A sample that lost a byte of its own may be wrong in the fields behind it.

mod assemble;
mod base;
mod columns;
mod correlation;
pub(crate) mod crc;
mod definition;
mod developer;
mod diary;
mod frame;
mod header;
mod identity;
mod offset;
pub(crate) mod others;
mod plan;
mod profile;
mod record;
mod resync;
mod sieve;
mod sport;
mod strap;
mod summary;
mod transpose;
mod walk;

use crate::{FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions, WatchFile};
use sieve::Sieve;
use walk::{Stop, Stretch};

/// Parts of a chained file that are read; real ones have fewer than ten.
const PARTS: usize = 1000;

/// Reads a FIT file: what could be read, with notices for what could not.
///
/// Each session of an activity file becomes an activity; its samples are those of its time. Files of other kinds
/// (settings, courses, workouts) have messages but no activities.
///
/// # Errors
/// [`ReadError::Empty`] without bytes, and [`ReadError::Fit`] when not one message could be read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if !header::is_header(bytes, 0) {
        return Err(ReadError::Fit { what: "no FIT header".to_owned(), offset: 0 });
    }
    let mut notices = Vec::new();
    let mut sieve = Sieve::new(bytes.len());
    let first_message = read_parts(bytes, &mut sieve, &mut notices);
    if sieve.messages() == 0 {
        return Err(ReadError::Fit { what: "not one whole message".to_owned(), offset: first_message });
    }

    notices.extend(sieve.notices());
    let kind = assemble::file_kind(&sieve.parts);
    let device = assemble::device(&sieve.parts);
    let messages = sieve.counts_by_name();
    let others = OtherMessages::from_fit(std::mem::take(&mut sieve.others).finish());
    let diary = std::mem::take(&mut sieve.diary).finish(options.zone, &mut notices);
    let activities = assemble::activities(sieve, options, &mut notices);
    if kind == FileKind::Activity && activities.is_empty() {
        let text = "The file says that it is an activity, but holds neither a session nor a sample.";
        notices.push(Notice::new(NoticeCode::Damaged, "", text));
    }
    Ok(WatchFile { format: Format::Fit, kind, device, messages, activities, others, diary, notices })
}

/// Reads the parts one after the other; gives where the first message stands.
fn read_parts<'a>(bytes: &'a [u8], sieve: &mut Sieve<'a>, notices: &mut Vec<Notice>) -> usize {
    let mut start = 0;
    let mut first_message = None;
    let mut skipped = Skips::default();
    let mut checksums = header::Checksums::new(bytes.len());
    while header::is_header(bytes, start) {
        if sieve.parts.len() == PARTS {
            let text = format!("The file is a chain of more than {PARTS} files; only the first ones were read.");
            notices.push(Notice::new(NoticeCode::Capped, format!("byte {start}"), text));
            start = bytes.len();
            break;
        }
        let extent = header::extent(bytes, start, &mut checksums, notices);
        first_message.get_or_insert(extent.messages);
        checksums.check(bytes, &extent, notices);
        sieve.begin_part();
        let walked = walk::walk(bytes, stretch(bytes, &extent), sieve);
        sieve.end_part();
        for (from, to) in walked.skipped {
            notices.extend(skipped.notice(from, to));
        }
        notices.extend(walked.stop.and_then(|stop| stop_notice(stop, extent.complete)));
        start = match walked.next_part {
            Some(next) => next,
            None if extent.complete => walked.end.saturating_add(header::CRC_SIZE),
            None => bytes.len(),
        };
        if !header::is_header(bytes, start)
            && let Some(next) = header::next_part(bytes, start)
        {
            notices.extend(skipped.notice(start, next));
            start = next;
        }
    }
    notices.extend(skipped.rest());
    notices.extend(checksums.notice());
    if let Some(rest) = bytes.len().checked_sub(start).filter(|rest| *rest > 0) {
        let text = format!("{rest} bytes stand behind the end of the file proper; they were not read.");
        notices.push(Notice::new(NoticeCode::TrailingBytes, format!("byte {start}"), text));
    }
    first_message.unwrap_or(0)
}

/// The bytes of a part. Where nothing follows it, bytes behind its declared end may be its own: those that were added
/// by mistake in its middle pushed them there.
fn stretch(bytes: &[u8], extent: &header::Extent) -> Stretch {
    let behind = extent.end.saturating_add(header::CRC_SIZE);
    let is_last = extent.complete && !header::is_header(bytes, behind) && header::next_part(bytes, behind).is_none();
    let furthest = if is_last { bytes.len().saturating_sub(header::CRC_SIZE).max(extent.end) } else { extent.end };
    Stretch { from: extent.messages, end: extent.end, furthest }
}

/// Damaged stretches that were passed over.
#[derive(Default)]
struct Skips {
    places: usize,
    bytes: usize,
}

impl Skips {
    /// Places that are named one by one.
    const NAMED: usize = 10;

    fn notice(&mut self, from: usize, to: usize) -> Option<Notice> {
        self.places += 1;
        let bytes = to.saturating_sub(from);
        if self.places > Self::NAMED {
            self.bytes += bytes;
            return None;
        }
        let text =
            format!("What stands at byte {from} makes no sense; reading went on at byte {to}, {bytes} bytes on.");
        Some(Notice::new(NoticeCode::Resynchronised, format!("byte {from}"), text))
    }

    /// The notice about the places that were not named.
    fn rest(&self) -> Option<Notice> {
        let places = self.places.checked_sub(Self::NAMED).filter(|places| *places > 0)?;
        let text = format!("{places} more places make no sense; {} bytes were passed over there.", self.bytes);
        Some(Notice::new(NoticeCode::Resynchronised, "", text))
    }
}

fn stop_notice(stop: Stop, part_is_complete: bool) -> Option<Notice> {
    let (at, text) = match stop {
        // That a cut file ends in the middle of a message goes without saying.
        Stop::Cut { .. } if !part_is_complete => return None,
        Stop::Cut { at } => (at, "The last message is longer than the data; everything before it was read.".to_owned()),
        Stop::Undefined { at, layout } => {
            (at, format!("A message refers to layout {layout}, which was never defined; reading stopped there."))
        }
    };
    Some(Notice::new(NoticeCode::Damaged, format!("byte {at}"), text))
}

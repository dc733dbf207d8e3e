//! FIT reader.
//!
//! One pass walks the message stream (`walk`) and sieves it (`sieve`): samples, laps and sessions go by field
//! number straight into typed columns (`record`, `summary`); all others are kept as they are, behind caps, and named
//! by the profile when somebody asks (`others`, `profile`). Those that say who wrote the file or what a developer
//! field is are understood at once (`identity`). What was sieved becomes activities (`assemble`) and frames (`frame`).
//!
//! Checksums are advice: a wrong one is a notice. Sizes in the file only ever bound how far reading goes, never what
//! is allocated.

mod assemble;
mod base;
mod columns;
pub(crate) mod crc;
mod definition;
mod developer;
mod frame;
mod header;
mod identity;
mod offset;
pub(crate) mod others;
mod profile;
mod record;
mod sieve;
mod sport;
mod summary;
mod walk;

use crate::{FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions, WatchFile};
use sieve::Sieve;
use walk::Stop;

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
    let activities = assemble::activities(sieve, options, &mut notices);
    if kind == FileKind::Activity && activities.is_empty() {
        let text = "The file says that it is an activity, but holds neither a session nor a sample.";
        notices.push(Notice::new(NoticeCode::Damaged, "", text));
    }
    Ok(WatchFile { format: Format::Fit, kind, device, messages, activities, others, diary: Vec::new(), notices })
}

/// Reads the parts one after the other; gives where the first message stands.
fn read_parts(bytes: &[u8], sieve: &mut Sieve, notices: &mut Vec<Notice>) -> usize {
    let mut start = 0;
    let mut first_message = None;
    while header::is_header(bytes, start) {
        if sieve.parts.len() == PARTS {
            let text = format!("The file is a chain of more than {PARTS} files; only the first ones were read.");
            notices.push(Notice::new(NoticeCode::Capped, format!("byte {start}"), text));
            return first_message.unwrap_or(0);
        }
        let extent = header::extent(bytes, start, notices);
        first_message.get_or_insert(extent.messages);
        header::check_crc(bytes, &extent, notices);
        sieve.begin_part();
        let stopped = walk::walk(bytes, extent.messages, extent.end, sieve);
        sieve.end_part();
        notices.extend(stopped.and_then(|stop| stop_notice(stop, extent.complete)));
        if !extent.complete {
            return first_message.unwrap_or(0);
        }
        start = extent.end.saturating_add(header::CRC_SIZE);
    }
    if let Some(rest) = bytes.len().checked_sub(start).filter(|rest| *rest > 0) {
        let text = format!("{rest} bytes stand behind the end of the file proper; they were not read.");
        notices.push(Notice::new(NoticeCode::TrailingBytes, format!("byte {start}"), text));
    }
    first_message.unwrap_or(0)
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

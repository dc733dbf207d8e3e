//! The header of one FIT file, or of one part of a chained file.

use super::crc::crc16;
use crate::{Notice, NoticeCode};

/// Bytes of the shortest header: sizes, versions and the signature, without a checksum.
const SHORT: usize = 12;
/// Bytes of the usual header, which carries its own checksum.
const LONG: usize = 14;
/// Bytes of the checksum behind the messages.
pub(super) const CRC_SIZE: usize = 2;

/// Where the messages of one part lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// First byte of the header.
    pub(super) start: usize,
    /// First byte of the messages.
    pub(super) messages: usize,
    /// One past the last byte of the messages; never past the end of the file.
    pub(super) end: usize,
    /// Whether the part's checksum can be compared: the file holds every declared byte.
    pub(super) complete: bool,
}

/// Whether a FIT header stands at `start`.
pub(super) fn is_header(bytes: &[u8], start: usize) -> bool {
    bytes.get(start..).and_then(|rest| rest.get(8..SHORT)).is_some_and(|signature| signature == b".FIT")
}

/// Whether a FIT header of one of the usual lengths stands at `start`.
pub(super) fn begins_part(bytes: &[u8], start: usize) -> bool {
    let size = bytes.get(start).map(|size| usize::from(*size));
    matches!(size, Some(SHORT | LONG)) && is_header(bytes, start)
}

/// The first place from `start` on where a header of one of the usual lengths stands.
pub(super) fn next_part(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    memchr::memmem::find_iter(rest, b".FIT")
        .filter_map(|at| start.checked_add(at)?.checked_sub(8))
        .find(|at| *at >= start && begins_part(bytes, *at))
}

/// Reads the header at `start`, where [`is_header`] holds, and bounds the messages by what is really there.
pub(super) fn extent(bytes: &[u8], start: usize, notices: &mut Vec<Notice>) -> Extent {
    let declared = usize::from(bytes.get(start).copied().unwrap_or(0));
    let size = header_size(bytes, start, declared);
    if size != declared {
        notices.push(Notice::new(
            NoticeCode::Damaged,
            format!("byte {start}"),
            format!("The header says that it is {declared} bytes long, which cannot be; {size} bytes were taken."),
        ));
    }
    let messages = start.saturating_add(size).min(bytes.len());
    if size >= LONG {
        check_header_crc(bytes, start, notices);
    }

    let data_size = bytes
        .get(start..)
        .and_then(|rest| rest.get(4..))
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |size| usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX));
    let end = messages.saturating_add(data_size);
    let with_crc = end.saturating_add(CRC_SIZE);

    // A watch writes the size when it closes the file. Where it did not (battery empty), the size is still zero.
    if data_size == 0 && bytes.len() > with_crc && !is_header(bytes, with_crc) {
        notices.push(Notice::new(
            NoticeCode::Truncated,
            format!("byte {start}"),
            "The file was never closed: its header declares no data. It was read to its end.",
        ));
        return Extent { start, messages, end: bytes.len(), complete: false };
    }
    if with_crc > bytes.len() {
        notices.push(Notice::new(
            NoticeCode::Truncated,
            format!("byte {}", bytes.len()),
            format!(
                "The file ends at byte {}, its header declares {with_crc} bytes; what is there was read.",
                bytes.len()
            ),
        ));
        return Extent { start, messages, end: end.min(bytes.len()), complete: false };
    }
    if let Some(end) = end_by_checksum(bytes, start, messages, end) {
        notices.push(Notice::new(
            NoticeCode::Damaged,
            format!("byte {start}"),
            format!(
                "The header declares {data_size} bytes of data, the checksum shows that they are {}.",
                end - messages
            ),
        ));
        return Extent { start, messages, end, complete: true };
    }
    Extent { start, messages, end, complete: true }
}

/// Where the messages really end when more bytes follow than the header declares: before a checksum at the end of
/// the file, if that one fits and the one at the declared end does not.
fn end_by_checksum(bytes: &[u8], start: usize, messages: usize, declared: usize) -> Option<usize> {
    let end = bytes.len().checked_sub(CRC_SIZE)?;
    if declared >= end || is_header(bytes, declared.saturating_add(CRC_SIZE)) {
        return None;
    }
    (!crc_fits(bytes, start, messages, declared) && crc_fits(bytes, start, messages, end)).then_some(end)
}

/// Whether a checksum at `end` fits the part. Some writers leave the header out; the two ways agree when the header
/// ends in its own checksum.
fn crc_fits(bytes: &[u8], start: usize, messages: usize, end: usize) -> bool {
    let stated = bytes.get(end..).and_then(|rest| rest.first_chunk()).map(|crc| u16::from_le_bytes(*crc));
    let fits = |from: usize| stated.is_some() && bytes.get(from..end).map(crc16) == stated;
    fits(start) || fits(messages)
}

/// The header's length: as declared when that is usual or leads to a definition, else the usual length that does.
fn header_size(bytes: &[u8], start: usize, declared: usize) -> usize {
    if declared == SHORT || declared == LONG {
        return declared;
    }
    // Every part begins with a definition: bit 6 set, bit 7 clear, then a reserved zero and the byte order.
    let leads_to_definition = |size: usize| {
        let at = start.saturating_add(size);
        bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .is_some_and(|[header, reserved, order]: &[u8; 3]| header & 0xC0 == 0x40 && *reserved == 0 && *order <= 1)
    };
    let extended = (declared > LONG).then_some(declared);
    extended.into_iter().chain([LONG, SHORT]).find(|size| leads_to_definition(*size)).unwrap_or(LONG)
}

fn check_header_crc(bytes: &[u8], start: usize, notices: &mut Vec<Notice>) {
    let Some(header) = bytes.get(start..).and_then(|rest| rest.first_chunk::<LONG>()) else { return };
    let [data @ .., low, high] = header;
    let stated = u16::from_le_bytes([*low, *high]);
    // Zero means that the writer did not compute one.
    if stated != 0 && stated != crc16(data) {
        notices.push(Notice::new(
            NoticeCode::WrongChecksum,
            format!("byte {start}"),
            "The checksum of the header does not fit; the header was believed all the same.",
        ));
    }
}

/// Compares the checksum behind the messages of a complete part.
pub(super) fn check_crc(bytes: &[u8], extent: &Extent, notices: &mut Vec<Notice>) {
    if !extent.complete {
        return;
    }
    if !crc_fits(bytes, extent.start, extent.messages, extent.end) {
        notices.push(Notice::new(
            NoticeCode::WrongChecksum,
            format!("byte {}", extent.end),
            "The checksum does not fit the data; they were read all the same.",
        ));
    }
}

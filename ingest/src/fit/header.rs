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

/// Compares checksums, over a few times the bytes of the file and no more: parts of a damaged file may lie over each
/// other, and each would be summed up to the end of the file.
#[derive(Debug)]
pub(super) struct Checksums {
    /// Bytes that may still be summed.
    left: usize,
    /// Parts whose checksum was not compared.
    passed_over: usize,
}

impl Checksums {
    /// Times that the bytes of a file may be summed. One whole part takes at most six: its declared and its real end,
    /// and what it has in the end, each with the header and without.
    const TIMES: usize = 8;

    /// For a file of `file_size` bytes.
    pub(super) fn new(file_size: usize) -> Self {
        Self { left: file_size.saturating_mul(Self::TIMES), passed_over: 0 }
    }

    /// Whether a checksum at `end` fits the part; `None` when it was not compared. Some writers leave the header out;
    /// the two ways agree when the header ends in its own checksum.
    fn fit(&mut self, bytes: &[u8], start: usize, messages: usize, end: usize) -> Option<bool> {
        let stated = bytes.get(end..).and_then(|rest| rest.first_chunk()).map(|crc| u16::from_le_bytes(*crc));
        let Some(stated) = stated else { return Some(false) };
        for from in [start, messages] {
            let part = bytes.get(from..end).unwrap_or_default();
            self.left = self.left.checked_sub(part.len())?;
            if crc16(part) == stated {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Compares the checksum behind the messages of a complete part.
    pub(super) fn check(&mut self, bytes: &[u8], extent: &Extent, notices: &mut Vec<Notice>) {
        if !extent.complete {
            return;
        }
        match self.fit(bytes, extent.start, extent.messages, extent.end) {
            Some(true) => {}
            Some(false) => notices.push(Notice::new(
                NoticeCode::WrongChecksum,
                format!("byte {}", extent.end),
                "The checksum does not fit the data; they were read all the same.",
            )),
            None => self.passed_over += 1,
        }
    }

    /// What was not compared.
    pub(super) fn notice(&self) -> Option<Notice> {
        (self.passed_over > 0).then(|| {
            let text = format!(
                "Parts of the file lie over each other; the checksums of {} of them were not compared.",
                self.passed_over
            );
            Notice::new(NoticeCode::Capped, "", text)
        })
    }

    /// Where the messages really end when more bytes follow than the header declares, and no other part is among them:
    /// before a checksum at the end of the file, if that one fits and the one at the declared end does not.
    fn real_end(&mut self, bytes: &[u8], start: usize, messages: usize, declared: usize) -> Option<usize> {
        let end = bytes.len().checked_sub(CRC_SIZE)?;
        let behind = declared.saturating_add(CRC_SIZE);
        if declared >= end || is_header(bytes, behind) || next_part(bytes, behind).is_some() {
            return None;
        }
        let fits = self.fit(bytes, start, messages, declared)?;
        (!fits && self.fit(bytes, start, messages, end)?).then_some(end)
    }
}

/// Reads the header at `start`, where [`is_header`] holds, and bounds the messages by what is really there.
pub(super) fn extent(bytes: &[u8], start: usize, checksums: &mut Checksums, notices: &mut Vec<Notice>) -> Extent {
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
    if let Some(end) = checksums.real_end(bytes, start, messages, end) {
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

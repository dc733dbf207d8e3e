//! One pass over the message stream of a part: definitions are kept, data messages are handed on.

use super::definition::{Definition, TIMESTAMP};
use crate::{Notice, NoticeCode};

/// Local message numbers: four bits.
const SLOTS: usize = 16;

/// Takes what the walk finds.
pub(super) trait Sink {
    /// A data message; `time` is its timestamp, from its own field or its compressed header.
    fn message(&mut self, definition: &mut Definition, data: &[u8], time: Option<u32>);

    /// `count` data messages of `kind` stood in the part (added up over several calls).
    fn count(&mut self, kind: u16, count: u64);
}

/// Walks over the messages in `bytes[from..end]` and returns a notice when they end too early.
pub(super) fn walk(bytes: &[u8], from: usize, end: usize, sink: &mut impl Sink) -> Option<Notice> {
    let mut slots: [Option<Definition>; SLOTS] = [const { None }; SLOTS];
    let stopped = walk_slots(bytes.get(..end).unwrap_or(bytes), from, &mut slots, sink);
    for definition in slots.iter().flatten() {
        sink.count(definition.kind, definition.count);
    }
    stopped
}

fn walk_slots(
    bytes: &[u8],
    from: usize,
    slots: &mut [Option<Definition>; SLOTS],
    sink: &mut impl Sink,
) -> Option<Notice> {
    let mut at = from;
    let mut clock = None;
    while let Some((&header, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
        let message = Header::of(header);
        let slot = slots.get_mut(message.local)?;
        let taken = if message.is_definition {
            let Some(source) = Definition::length(rest, message.has_developer_fields).and_then(|n| rest.get(..n))
            else {
                return Some(cut(at));
            };
            // A watch that writes the same definition again and again would otherwise pay for it each time.
            if !slot.as_ref().is_some_and(|known| known.source == source) {
                if let Some(known) = slot.take() {
                    sink.count(known.kind, known.count);
                }
                *slot = Definition::parse(source);
            }
            source.len()
        } else {
            let Some(definition) = slot else { return Some(undefined(at, message.local)) };
            let Some(data) = rest.get(..definition.data_size) else { return Some(cut(at)) };
            let stated = definition.integer(data, TIMESTAMP);
            let time = stated.or_else(|| message.time_offset.and_then(|offset| Some(advance(clock?, offset))));
            clock = time.or(clock);
            definition.count += 1;
            sink.message(definition, data, time);
            definition.data_size
        };
        at = at.saturating_add(1).saturating_add(taken);
    }
    None
}

/// The parts of a message's first byte.
struct Header {
    local: usize,
    is_definition: bool,
    has_developer_fields: bool,
    time_offset: Option<u32>,
}

impl Header {
    fn of(byte: u8) -> Self {
        if byte & 0x80 != 0 {
            return Self {
                local: usize::from((byte >> 5) & 0x3),
                is_definition: false,
                has_developer_fields: false,
                time_offset: Some(u32::from(byte & 0x1F)),
            };
        }
        let is_definition = byte & 0x40 != 0;
        Self {
            local: usize::from(byte & 0xF),
            is_definition,
            has_developer_fields: is_definition && byte & 0x20 != 0,
            time_offset: None,
        }
    }
}

/// The next time whose low five bits are `offset`, from `clock` on.
fn advance(clock: u32, offset: u32) -> u32 {
    clock.wrapping_add(offset.wrapping_sub(clock) & 0x1F)
}

fn cut(at: usize) -> Notice {
    Notice::new(
        NoticeCode::Truncated,
        format!("byte {at}"),
        "The data end in the middle of a message; everything before it was read.",
    )
}

fn undefined(at: usize, local: usize) -> Notice {
    Notice::new(
        NoticeCode::Damaged,
        format!("byte {at}"),
        format!("A message refers to layout {local}, which was never defined; reading stopped there."),
    )
}

#[cfg(test)]
mod tests {
    use super::advance;

    #[test]
    fn compressed_times_roll_over_at_32_seconds() {
        assert_eq!(advance(1000, 1000 & 31), 1000);
        assert_eq!(advance(1000, 1001 & 31), 1001);
        assert_eq!(advance(1000, 1031 & 31), 1031);
        assert_eq!(advance(31, 0), 32);
    }
}

//! One pass over the message stream of a part: definitions are kept, data messages are handed on.
//!
//! A damaged stream is not recognised by its bytes but by what they say: a layout that was never defined, a header
//! byte or a definition that no writer makes, a sample days away from the one before. Of these only the first is
//! certain; the others are doubts, which the next few messages settle. Where they make no sense either, the walk goes
//! on behind the damage if there is a safe place (`resync`), and as if nothing were wrong if there is none.

use super::definition::Definition;
use super::resync::{self, Ahead, Place, is_near};

/// Local message numbers: four bits.
pub(super) const SLOTS: usize = 16;
/// The kind of message whose times a damage is told by.
pub(super) const RECORD: u16 = 20;
/// Damaged places of one part behind which reading goes on.
const SKIPS: usize = 1000;

/// Samples that are handed on together.
const SAMPLES: usize = super::transpose::MOST;

/// Layouts by local message number.
pub(super) type Slots = [Option<Definition>; SLOTS];

/// Takes what the walk finds.
pub(super) trait Sink<'a> {
    /// A data message; `time` is its timestamp, from its own field or its compressed header.
    fn message(&mut self, definition: &mut Definition, data: &'a [u8], time: Option<u32>);

    /// Samples of one layout that follow each other: their messages, header bytes and all, and the time of each.
    fn samples(&mut self, definition: &mut Definition, messages: &'a [u8], times: &[u32]);

    /// `count` data messages of `kind` stood in the part (added up over several calls).
    fn count(&mut self, kind: u16, count: u64);
}

/// Why a walk ended before the end of its part, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// In the middle of the message that begins here.
    Cut { at: usize },
    /// At a message whose layout was never defined.
    Undefined { at: usize, layout: usize },
}

/// The bytes of a part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    /// First byte of the messages.
    pub(super) from: usize,
    /// One past their last byte.
    pub(super) end: usize,
    /// One past the last byte that may belong to them where bytes were added or lost.
    pub(super) furthest: usize,
}

/// How a walk went.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Why it ended before the end.
    pub(super) stop: Option<Stop>,
    /// Damaged stretches that were passed over: first byte and first byte behind.
    pub(super) skipped: Vec<(usize, usize)>,
    /// Where the messages ended.
    pub(super) end: usize,
    /// Where another part was found in the middle of this one.
    pub(super) next_part: Option<usize>,
}

/// Walks over the messages of a part.
pub(super) fn walk<'a>(bytes: &'a [u8], stretch: Stretch, sink: &mut impl Sink<'a>) -> Walked {
    let mut walker = Walker {
        bytes: bytes.get(..stretch.furthest).unwrap_or(bytes),
        end: stretch.end.min(bytes.len()),
        slots: [const { None }; SLOTS],
        clock: None,
        sampled: None,
        times: Vec::new(),
        has_compressed: false,
        is_wary: true,
    };
    let mut walked = Walked::default();
    let mut at = stretch.from;
    while let Some(end) = walker.run(at, sink) {
        let (stopped_at, stop) = match end {
            End::Doubt { at } => (at, None),
            End::Stop(stop @ (Stop::Cut { at } | Stop::Undefined { at, .. })) => (at, Some(stop)),
        };
        let place = (walked.skipped.len() < SKIPS).then(|| walker.search(stopped_at, stretch.furthest)).flatten();
        match place {
            Some(Place::Message(to)) => {
                walked.skipped.push((stopped_at, to));
                walker.end = stretch.furthest.min(bytes.len());
                at = to;
            }
            Some(Place::Part(to)) => {
                walked.skipped.push((stopped_at, to));
                walked.next_part = Some(to);
                break;
            }
            None if stop.is_some() => {
                walked.stop = stop;
                break;
            }
            // One search that found nothing is enough: all later ones would look at the same bytes.
            None => {
                walker.is_wary = false;
                at = stopped_at;
            }
        }
    }
    walked.end = walker.end;
    for definition in walker.slots.iter().flatten() {
        sink.count(definition.kind, definition.count);
    }
    walked
}

/// Why a run over messages ended.
enum End {
    /// It cannot go on.
    Stop(Stop),
    /// It could go on, but what stands here is hardly a message.
    Doubt { at: usize },
}

struct Walker<'a> {
    bytes: &'a [u8],
    end: usize,
    slots: Slots,
    /// The last timestamp of any message: compressed ones count on from it.
    clock: Option<u32>,
    /// The last timestamp of a sample.
    sampled: Option<u32>,
    /// Times of the samples that are being handed on together.
    times: Vec<u32>,
    /// A compressed header was seen.
    has_compressed: bool,
    /// Whether doubts are looked into.
    is_wary: bool,
}

impl<'a> Walker<'a> {
    /// Hands on the samples from `at` on in the layout `local`, of which nothing is to be doubted; gives the bytes they
    /// take.
    fn samples(&mut self, bytes: &'a [u8], at: usize, local: usize, sink: &mut impl Sink<'a>) -> usize {
        let Some(definition) = self.slots.get_mut(local).and_then(Option::as_mut) else { return 0 };
        let (rest, size) = (bytes.get(at..).unwrap_or_default(), definition.data_size + 1);
        let header = rest.first();
        let mut sampled = self.sampled;
        self.times.clear();
        for message in rest.chunks_exact(size).take(SAMPLES) {
            let Some(time) = message.get(1..).and_then(|data| definition.time(data)) else { break };
            if message.first() != header || !is_near(Some(time), sampled) {
                break;
            }
            sampled = Some(time);
            self.times.push(time);
        }
        let taken = self.times.len() * size;
        let Some(messages) = rest.get(..taken).filter(|_| !self.times.is_empty()) else { return 0 };
        definition.count += self.times.len() as u64;
        (self.clock, self.sampled) = (sampled, sampled);
        sink.samples(definition, messages, &self.times);
        taken
    }

    /// Walks over messages from `at` on; `None` when the end was reached.
    fn run(&mut self, mut at: usize, sink: &mut impl Sink<'a>) -> Option<End> {
        let bytes = self.bytes.get(..self.end).unwrap_or(self.bytes);
        while let Some((&header, rest)) = bytes.get(at..).and_then(<[u8]>::split_first) {
            let message = Header::of(header);
            let taken = if message.is_definition {
                let Some(source) = Definition::length(rest, message.has_developer_fields).and_then(|n| rest.get(..n))
                else {
                    return Some(End::Stop(Stop::Cut { at }));
                };
                // A watch that writes the same definition again and again would otherwise pay for it each time.
                let slot = self.slots.get(message.local)?;
                if slot.as_ref().is_none_or(|known| known.source != source) {
                    let definition = Definition::parse(source);
                    if self.is_wary && (message.is_odd || !Definition::is_plausible(source)) {
                        let new = definition.as_ref().map(|definition| (message.local, definition));
                        let behind = at.saturating_add(1).saturating_add(source.len());
                        if !Definition::is_sound(source) || !self.ahead(None).holds(behind, new) {
                            return Some(End::Doubt { at });
                        }
                    }
                    let slot = self.slots.get_mut(message.local)?;
                    if let Some(known) = std::mem::replace(slot, definition) {
                        sink.count(known.kind, known.count);
                    }
                }
                source.len()
            } else {
                let Some(definition) = self.slots.get(message.local)?.as_ref() else {
                    return Some(End::Stop(Stop::Undefined { at, layout: message.local }));
                };
                if definition.kind == RECORD && !message.is_odd {
                    let taken = self.samples(bytes, at, message.local, sink);
                    if taken > 0 {
                        at += taken;
                        continue;
                    }
                }
                let definition = self.slots.get(message.local)?.as_ref()?;
                let size = definition.data_size;
                let Some(data) = rest.get(..size) else { return Some(End::Stop(Stop::Cut { at })) };
                let stated = definition.time(data);
                let is_sample = definition.kind == RECORD;
                let is_new = is_sample && !is_near(stated, self.sampled);
                if self.is_wary && (message.is_odd || is_new) {
                    let is_odd = message.is_odd && !(self.has_compressed && stated.is_none());
                    let mut ahead = self.ahead(stated.filter(|_| is_sample));
                    ahead.has_compressed |= message.time_offset.is_some();
                    let behind = at.saturating_add(1).saturating_add(size);
                    if is_odd && is_new && self.sampled.is_some() || (is_odd || is_new) && !ahead.holds(behind, None) {
                        return Some(End::Doubt { at });
                    }
                }
                let time = stated.or_else(|| message.time_offset.and_then(|offset| Some(advance(self.clock?, offset))));
                self.clock = time.or(self.clock);
                if is_sample {
                    self.sampled = time.or(self.sampled);
                }
                self.has_compressed |= message.time_offset.is_some();
                let definition = self.slots.get_mut(message.local)?.as_mut()?;
                definition.count += 1;
                sink.message(definition, data, time);
                size
            };
            at = at.saturating_add(1).saturating_add(taken);
        }
        None
    }

    /// What is known for looking ahead; `other` is a time from which samples may go on as well.
    fn ahead(&self, other: Option<u32>) -> Ahead<'_> {
        Ahead {
            bytes: self.bytes.get(..self.end).unwrap_or(self.bytes),
            slots: &self.slots,
            times: [self.sampled, other],
            has_compressed: self.has_compressed,
        }
    }

    /// The next safe place behind the damage at `at`.
    fn search(&self, at: usize, furthest: usize) -> Option<Place> {
        let ahead = Ahead { bytes: self.bytes.get(..furthest).unwrap_or(self.bytes), ..self.ahead(None) };
        resync::search(&ahead, at)
    }
}

/// The parts of a message's first byte.
pub(super) struct Header {
    pub(super) local: usize,
    pub(super) is_definition: bool,
    pub(super) has_developer_fields: bool,
    pub(super) time_offset: Option<u32>,
    /// Compressed, which most files never use, or with a bit that no writer sets.
    pub(super) is_odd: bool,
}

impl Header {
    pub(super) fn of(byte: u8) -> Self {
        if byte & 0x80 != 0 {
            return Self {
                local: usize::from((byte >> 5) & 0x3),
                is_definition: false,
                has_developer_fields: false,
                time_offset: Some(u32::from(byte & 0x1F)),
                is_odd: true,
            };
        }
        let is_definition = byte & 0x40 != 0;
        Self {
            local: usize::from(byte & 0xF),
            is_definition,
            has_developer_fields: is_definition && byte & 0x20 != 0,
            time_offset: None,
            is_odd: byte & 0x10 != 0 || !is_definition && byte & 0x20 != 0,
        }
    }
}

/// The next time whose low five bits are `offset`, from `clock` on.
fn advance(clock: u32, offset: u32) -> u32 {
    clock.wrapping_add(offset.wrapping_sub(clock) & 0x1F)
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

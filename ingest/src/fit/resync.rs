//! Where reading goes on behind a damaged place.
//!
//! A place is safe when nothing else is likely to look like it: the header of another part; a definition of a kind
//! that the profile knows, with fields of known types, and messages behind it; or a sample, under a layout that is
//! known, not before the last one nor more than a day behind it, and messages behind it, at least one more sample among
//! them, no sample before another or minutes behind it.
//! "Messages behind it" are the next three, or all up to a definition or the end; each must have a known layout.

use super::definition::Definition;
use super::header;
use super::profile;
use super::walk::{Header, RECORD, Slots};

/// Messages that must make sense behind a place.
const MESSAGES_AHEAD: usize = 3;
/// Samples further apart than this are doubted, seconds.
const FAR_S: u32 = 86_400;
/// Samples behind a damage are at most this far apart, seconds: watches that save memory write one every few minutes.
const STEP_S: u32 = 300;

/// Whether a sample at `time` goes on from one at `before`. One without a time does; the first one has yet to show it.
#[inline]
pub(super) fn is_near(time: Option<u32>, before: Option<u32>) -> bool {
    match (time, before) {
        (Some(time), Some(before)) => time.wrapping_sub(before.wrapping_sub(FAR_S)) <= 2 * FAR_S,
        (time, _) => time.is_none(),
    }
}

/// Whether a sample at `time` follows one at `before` as samples of one recording do.
fn follows(time: Option<u32>, before: Option<u32>) -> bool {
    matches!((time, before), (Some(time), Some(before)) if time.wrapping_sub(before) <= STEP_S)
}

/// A safe place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The first byte of a message.
    Message(usize),
    /// The first byte of the header of another part.
    Part(usize),
}

/// What is known when the messages ahead are judged.
pub(super) struct Ahead<'a> {
    /// The file up to where the part may end.
    pub(super) bytes: &'a [u8],
    /// Known layouts.
    pub(super) slots: &'a Slots,
    /// Times that samples may go on from.
    pub(super) times: [Option<u32>; 2],
    /// Whether compressed headers are to be expected.
    pub(super) has_compressed: bool,
}

impl Ahead<'_> {
    /// Whether the messages from `at` on make sense, if `new` is the layout of its local number.
    pub(super) fn holds(&self, at: usize, new: Option<(usize, &Definition)>) -> bool {
        self.samples(at, new, self.times, is_near).is_some()
    }

    /// How many of the messages ahead are samples that go on from one of `times`, and from each other, as `goes_on` has
    /// it; `None` when they make no sense.
    fn samples(
        &self,
        mut at: usize,
        new: Option<(usize, &Definition)>,
        mut times: [Option<u32>; 2],
        goes_on: impl Fn(Option<u32>, Option<u32>) -> bool,
    ) -> Option<usize> {
        let mut samples = 0;
        for _ in 0..MESSAGES_AHEAD {
            if at == self.bytes.len() {
                break;
            }
            let (&byte, rest) = self.bytes.get(at..)?.split_first()?;
            let message = Header::of(byte);
            if message.is_definition {
                return definition(&message, rest).map(|_| samples);
            }
            let definition = match new {
                Some((local, definition)) if local == message.local => definition,
                _ => self.slots.get(message.local)?.as_ref()?,
            };
            let is_compressed = message.time_offset.is_some() && (self.has_compressed || definition.wants_time());
            if message.is_odd && !is_compressed {
                return None;
            }
            let time = definition.time(rest.get(..definition.data_size)?);
            if definition.kind == RECORD && time.is_some() {
                let [last, other] = times;
                if goes_on(time, last) || goes_on(time, other) {
                    samples += 1;
                } else if last.is_some() {
                    return None;
                }
                // Before the clock was set, a first sample may tell any time; those behind it agree with each other.
                times = [time, other];
            }
            at += 1 + definition.data_size;
        }
        Some(samples)
    }

    /// Whether a sample begins at `at` that goes on from the last one, and from which others go on.
    fn is_sample(&self, at: usize) -> bool {
        let Some((&byte, rest)) = self.bytes.get(at..).and_then(<[u8]>::split_first) else { return false };
        let message = Header::of(byte);
        if message.is_definition || message.is_odd {
            return false;
        }
        let Some(definition) = self.slots.get(message.local).and_then(Option::as_ref) else { return false };
        let Some(data) = rest.get(..definition.data_size) else { return false };
        let time = definition.time(data);
        let [last, _] = self.times;
        definition.kind == RECORD
            && time.is_some()
            && is_near(time, last.or(time))
            && last.is_none_or(|last| time >= Some(last))
            && self.samples(at + 1 + definition.data_size, None, [time, None], follows) > Some(0)
    }

    /// Whether a definition begins at `at` that can be nothing else.
    fn is_definition(&self, at: usize) -> bool {
        let Some((&byte, rest)) = self.bytes.get(at..).and_then(<[u8]>::split_first) else { return false };
        let message = Header::of(byte);
        let Some(source) = definition(&message, rest).filter(|source| Definition::is_sound(source)) else {
            return false;
        };
        let Some(definition) = Definition::parse(source) else { return false };
        let behind = at + 1 + source.len();
        profile::is_named(definition.kind)
            && behind < self.bytes.len()
            && self.holds(behind, Some((message.local, &definition)))
    }
}

/// The first safe place behind `at`. It takes a time proportional to the bytes it passes.
pub(super) fn search(ahead: &Ahead<'_>, at: usize) -> Option<Place> {
    (at + 1..ahead.bytes.len()).find_map(|at| {
        if header::begins_part(ahead.bytes, at) {
            return Some(Place::Part(at));
        }
        (ahead.is_sample(at) || ahead.is_definition(at)).then_some(Place::Message(at))
    })
}

/// The bytes of a definition behind its header byte, if it begins as one and is all there.
fn definition<'a>(message: &Header, rest: &'a [u8]) -> Option<&'a [u8]> {
    if !message.is_definition || message.is_odd || !Definition::is_plausible(rest) {
        return None;
    }
    rest.get(..Definition::length(rest, message.has_developer_fields)?)
}

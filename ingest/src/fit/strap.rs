//! `hr` messages: what a heart-rate strap kept in its own memory, at its own times.
//!
//! The strap counts time in 1/1024 s from when it was switched on. A message with a timestamp is an anchor: it says
//! which UTC belongs to its one count. All others follow by the difference of their counts, whole (32 bits) or packed
//! (12 bits each, which roll over every four seconds and count on from the count before). Garmin's watches append these
//! messages behind the activity as parts of their own.

use std::ops::Range;

use polars::prelude::{
    Column, DataFrame, Int64Chunked, IntoColumn, NewChunkedArray, TimeUnit, TimeZone, UInt16Chunked,
};

use super::base::BaseType;
use super::correlation::Began;
use super::definition::{Definition, Field};
use super::record::count_on;
use super::summary::FIT_EPOCH_UNIX_S;
use crate::schema;

/// Fields of `hr`.
const FRACTION: u8 = 0;
const TIME_256: u8 = 1;
const BPM: u8 = 6;
const COUNT: u8 = 9;
const COUNT_12: u8 = 10;

/// Counts in a second.
const COUNTS_PER_S: i64 = 1024;

/// One value. Eight bytes, for a packed one takes two and a half in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Beat {
    /// FIT time.
    s: u32,
    ms: u16,
    bpm: u16,
}

/// Which UTC belongs to a count.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    utc_ms: i64,
    count: u32,
}

/// The values of a file.
#[derive(Debug, Default)]
pub(super) struct Strap {
    beats: Vec<Beat>,
    /// Values of earlier parts.
    before: usize,
    anchor: Option<Anchor>,
    /// The last count.
    last: Option<u32>,
    /// Values without an anchor or without a count each.
    pub(super) unplaced: u64,
}

impl Strap {
    /// Begins a new part of a chained file: counts start anew.
    pub(super) fn begin_part(&mut self) {
        (self.anchor, self.last, self.before) = (None, None, self.beats.len());
    }

    /// Makes UTC of the times of the part that count from when the device was switched on.
    pub(super) fn correlate(&mut self, began: Began) {
        for beat in self.beats.get_mut(self.before..).unwrap_or_default() {
            began.date(&mut beat.s);
        }
    }

    /// Adds the values of one `hr` message.
    pub(super) fn push(&mut self, definition: &Definition, data: &[u8], time: Option<u32>) {
        let bytes_of = |number| field(definition, number).and_then(|field| Some((field, bytes(field, data)?)));
        let number = |field: &Field, bytes: &[u8]| field.base.number(bytes, definition.big_endian);
        if let (Some(time), Some((field, bytes))) = (time, bytes_of(COUNT))
            && let Some(count) = number(field, bytes)
        {
            let fraction = definition
                .number(data, FRACTION)
                .map(|parts| parts / 32_768.0)
                .or_else(|| definition.number(data, TIME_256).map(|parts| parts / 256.0));
            let ms = (fraction.unwrap_or(0.0) * 1000.0).round() as i64;
            self.anchor = Some(Anchor { utc_ms: i64::from(time) * 1000 + ms, count: count as u32 });
            self.last = None;
        }
        let mut rates = bytes_of(BPM).map(|(field, bytes)| {
            let is_bytes = field.base.size() == 1;
            bytes.iter().map(move |rate| (is_bytes && *rate != 0xFF).then_some(*rate))
        });
        let mut next_rate = || rates.as_mut().and_then(Iterator::next).flatten();
        if let Some((field, bytes)) = bytes_of(COUNT) {
            for element in bytes.chunks_exact(field.base.size()) {
                let count = number(field, element).map(|count| count as u32);
                self.add(count, next_rate());
            }
        } else if let Some((_, bytes)) = bytes_of(COUNT_12) {
            for &[a, b, c] in bytes.as_chunks().0 {
                for low in [u32::from(a) | u32::from(b & 0xF) << 8, u32::from(b >> 4) | u32::from(c) << 4] {
                    let before = self.last.or(self.anchor.map(|anchor| anchor.count));
                    let count = before.map(|before| count_on(Some(u64::from(before)), low, 12) as u32);
                    self.add(count, next_rate());
                }
            }
        }
        while next_rate().is_some() {
            self.unplaced += 1;
        }
    }

    fn add(&mut self, count: Option<u32>, bpm: Option<u8>) {
        self.last = count.or(self.last);
        let Some(bpm) = bpm else { return };
        let (Some(count), Some(anchor)) = (count, self.anchor) else {
            self.unplaced += 1;
            return;
        };
        // Counts roll over after 48 days; a difference of more than half of that is one into the past.
        let since = i64::from(count.wrapping_sub(anchor.count).cast_signed());
        let utc_ms = anchor.utc_ms + since * 1000 / COUNTS_PER_S;
        let (Ok(s), Ok(ms)) = (u32::try_from(utc_ms.div_euclid(1000)), u16::try_from(utc_ms.rem_euclid(1000))) else {
            return;
        };
        self.beats.push(Beat { s, ms, bpm: u16::from(bpm) });
    }

    /// Sorts the values by time. A value that stands twice is one.
    pub(super) fn finish(&mut self) {
        self.beats.sort_unstable();
        self.beats.dedup();
    }

    /// The values within `seconds` of FIT time, once they are sorted; `None` when there are none.
    pub(super) fn frame(&self, seconds: Range<u64>) -> Option<DataFrame> {
        let first = self.beats.partition_point(|beat| u64::from(beat.s) < seconds.start);
        let behind = self.beats.partition_point(|beat| u64::from(beat.s) < seconds.end);
        let beats = self.beats.get(first..behind).filter(|beats| !beats.is_empty())?;
        let times = beats.iter().map(|beat| (FIT_EPOCH_UNIX_S + i64::from(beat.s)) * 1000 + i64::from(beat.ms));
        let time = Int64Chunked::from_iter_values(schema::TIME.into(), times)
            .into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
            .into_column();
        let rates = beats.iter().map(|beat| beat.bpm);
        let rates: Column = UInt16Chunked::from_iter_values(schema::HEART_RATE_BPM.into(), rates).into_column();
        DataFrame::new(beats.len(), vec![time, rates]).ok()
    }
}

/// The first field of that number.
fn field(definition: &Definition, number: u8) -> Option<&Field> {
    definition.fields.iter().find(|field| field.number == number && field.base != BaseType::Text)
}

fn bytes<'a>(field: &Field, data: &'a [u8]) -> Option<&'a [u8]> {
    data.get(field.offset..)?.get(..field.size)
}

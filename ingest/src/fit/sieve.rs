//! Sorts the messages of a file: hot ones to columns, all others to where they are kept as they are, and of these the
//! few that say what the columns mean to the profile; all to the count.

use std::collections::BTreeMap;
use std::ops::Range;

use super::correlation::Correlation;
use super::definition::Definition;
use super::developer::Developers;
use super::diary::Diary;
use super::identity::{self, FileId};
use super::others::Keeper;
use super::profile;
use super::record::Records;
use super::strap::Strap;
use super::summary::{self, Summary, TimerEvent, local_clock};
use super::walk::Sink;
use crate::{Device, Length, Notice, NoticeCode};

/// Sessions that are kept; a decathlon with its transitions has nineteen.
const SESSIONS: usize = 1000;
/// Laps that are kept.
const LAPS: usize = 50_000;
/// Lengths that are kept.
const LENGTHS: usize = 50_000;
/// Timer events that are kept.
const TIMER_EVENTS: usize = 100_000;
/// `activity` messages that are kept: a file has one.
const CLOCKS: usize = 100;

/// Numbers of the message kinds that are read.
mod kind {
    pub(super) const FILE_ID: u16 = 0;
    pub(super) const SPORT: u16 = 12;
    pub(super) const SESSION: u16 = 18;
    pub(super) const LAP: u16 = 19;
    pub(super) const RECORD: u16 = crate::fit::walk::RECORD;
    pub(super) const EVENT: u16 = 21;
    pub(super) const DEVICE_INFO: u16 = 23;
    pub(super) const ACTIVITY: u16 = 34;
    pub(super) const HRV: u16 = 78;
    pub(super) const LENGTH: u16 = 101;
    pub(super) const MONITORING_INFO: u16 = 103;
    pub(super) const HR: u16 = 132;
    pub(super) const TIMESTAMP_CORRELATION: u16 = 162;
    pub(super) const FIELD_DESCRIPTION: u16 = 206;
    pub(super) const MONITORING_HR_DATA: u16 = 211;
    pub(super) const HRV_STATUS_SUMMARY: u16 = 370;
}

/// One part of a chained file; most files have just one.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Its first `file_id`.
    pub(super) file_id: Option<FileId>,
    /// Its samples.
    pub(super) rows: Range<usize>,
    /// Its sessions.
    pub(super) sessions: Vec<Summary>,
    /// Its laps.
    pub(super) laps: Vec<Summary>,
    /// Its lengths of a pool, each with a time that tells its session.
    pub(super) lengths: Vec<(Option<u32>, Length)>,
    /// Its timer.
    pub(super) timer: Vec<TimerEvent>,
    /// UTC beside local time.
    pub(super) clocks: Vec<(u32, u32)>,
    /// UTC beside the time since the device was switched on.
    pub(super) correlation: Correlation,
    /// Samples whose times were made UTC by that, in their order.
    pub(super) correlated: Vec<Range<usize>>,
    /// Sport and sub-sport of its first `sport` message.
    pub(super) sport: Option<(Option<u32>, Option<u32>)>,
    /// The device that wrote it, from `device_info`.
    pub(super) creator: Option<Device>,
}

/// What was sieved from a file so far.
#[derive(Debug)]
pub(super) struct Sieve<'a> {
    pub(super) records: Records<'a>,
    pub(super) developers: Developers,
    pub(super) parts: Vec<Part>,
    pub(super) others: Keeper,
    pub(super) strap: Strap,
    pub(super) diary: Diary,
    part: Part,
    counts: BTreeMap<u16, u64>,
    laps: usize,
    lengths: usize,
    sessions: usize,
    timer_events: usize,
    decoded: usize,
    refused: BTreeMap<u16, u64>,
    capped: BTreeMap<u16, usize>,
}

impl<'a> Sieve<'a> {
    /// An empty sieve for a file of `file_size` bytes.
    pub(super) fn new(file_size: usize) -> Self {
        Self {
            records: Records::new(file_size),
            developers: Developers::default(),
            parts: Vec::new(),
            others: Keeper::default(),
            strap: Strap::default(),
            diary: Diary::default(),
            part: Part::default(),
            counts: BTreeMap::new(),
            laps: 0,
            lengths: 0,
            sessions: 0,
            timer_events: 0,
            decoded: 0,
            refused: BTreeMap::new(),
            capped: BTreeMap::new(),
        }
    }

    /// Begins a part.
    pub(super) fn begin_part(&mut self) {
        self.records.begin_part();
        self.developers.begin_part();
        self.strap.begin_part();
        self.part = Part { rows: self.records.rows()..self.records.rows(), ..Part::default() };
    }

    /// Ends the part.
    pub(super) fn end_part(&mut self) {
        self.records.settle();
        let mut part = std::mem::take(&mut self.part);
        part.rows.end = self.records.rows();
        part.clocks.extend(part.correlation.clock);
        self.correlate(&mut part);
        self.parts.push(part);
    }

    /// Makes UTC of the times of a part that count from when the device was switched on, where it says when that was.
    fn correlate(&mut self, part: &mut Part) {
        let Some(began) = part.correlation.began() else { return };
        self.strap.correlate(began);
        for (row, time) in (part.rows.start..).zip(self.records.time.cells_mut(part.rows.clone())) {
            if began.date(time) {
                match part.correlated.last_mut() {
                    Some(rows) if rows.end == row => rows.end += 1,
                    _ => part.correlated.push(row..row + 1),
                }
            }
        }
        for summary in part.sessions.iter_mut().chain(&mut part.laps) {
            for time in [&mut summary.start, &mut summary.end].into_iter().flatten() {
                summary.is_correlated |= began.date(time);
            }
        }
        for (time, length) in &mut part.lengths {
            if let Some(time) = time {
                began.date(time);
            }
            // Where it has a start, that is its time.
            length.start = length.start.and(*time).and_then(summary::utc);
        }
        for event in &mut part.timer {
            began.date(&mut event.time);
        }
    }

    /// Number of messages so far.
    pub(super) fn messages(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Number of messages by the profile's names.
    pub(super) fn counts_by_name(&self) -> BTreeMap<String, u64> {
        self.counts.iter().map(|(kind, count)| (profile::message_name(*kind), *count)).collect()
    }

    /// What had to be left out.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (kind, count) in &self.refused {
            let name = profile::message_name(*kind);
            let text = format!("{count} {name} messages could not be understood and were left out.");
            notices.push(Notice::new(NoticeCode::NotUsed, "", text));
        }
        for (kind, cap) in &self.capped {
            let name = profile::message_name(*kind);
            let text = format!("Only the first {cap} {name} messages were kept.");
            notices.push(Notice::new(NoticeCode::Capped, "", text));
        }
        notices.extend(self.others.notice());
        if self.records.capped {
            let text = format!(
                "Samples would take too much memory for a file of this size; {} samples were kept.",
                self.records.rows()
            );
            notices.push(Notice::new(NoticeCode::Capped, "", text));
        }
        notices.extend(self.developers.notice());
        if self.strap.unplaced > 0 {
            let text = format!("{} heart rates of a strap have no time; they were left out.", self.strap.unplaced);
            notices.push(Notice::new(NoticeCode::NoTimes, "", text));
        }
        if self.developers.capped {
            let text = "There are too many developer fields; the first ones were kept.";
            notices.push(Notice::new(NoticeCode::Capped, "", text));
        }
        notices.extend(self.unused_fields());
        let impossible = self.records.impossible_positions;
        if impossible > 0 {
            let text = format!("{impossible} latitudes or longitudes that cannot be were left out.");
            notices.push(Notice::new(NoticeCode::ImpossibleValue, "", text));
        }
        notices
    }

    /// Names the fields of samples that held something and have no column.
    fn unused_fields(&self) -> Option<Notice> {
        let (named, unnamed): (Vec<_>, Vec<_>) = self
            .records
            .unused
            .iter()
            .map(|number| profile::field_name(kind::RECORD, *number))
            .partition(|name| name.is_some());
        let mut names: Vec<String> = named.into_iter().flatten().collect();
        match unnamed.len() {
            0 => {}
            1 => names.push("1 field without a name".to_owned()),
            n => names.push(format!("{n} fields without a name")),
        }
        let text = format!("Fields of samples that are not used: {}.", names.join(", "));
        (!names.is_empty()).then(|| Notice::new(NoticeCode::NotUsed, "", text))
    }

    /// Whether one more message of `kind` is kept when `kept` of them were.
    fn has_room(&mut self, kind: u16, kept: usize, cap: usize) -> bool {
        if kept >= cap {
            self.capped.insert(kind, cap);
        }
        kept < cap
    }

    /// Passes a message to the profile's decoder, which is slow: so many and no more.
    fn decode<T>(&mut self, definition: &Definition, decoder: impl FnOnce() -> Option<T>) -> Option<T> {
        if !self.has_room(definition.kind, self.decoded, identity::MESSAGES) {
            return None;
        }
        self.decoded += 1;
        let decoded = decoder();
        if decoded.is_none() {
            *self.refused.entry(definition.kind).or_default() += 1;
        }
        decoded
    }

    /// Takes note of developer fields that have no place.
    fn leave_out_developers(&mut self, definition: &Definition) {
        for field in &definition.developer_fields {
            self.developers.leave_out(field.developer, field.number);
        }
    }

    /// Takes from a message what it says about the file itself, or about a day.
    fn identify(&mut self, definition: &Definition, data: &[u8], time: Option<u32>) {
        match definition.kind {
            kind::SPORT if self.part.sport.is_none() => {
                self.part.sport = Some((definition.integer(data, 0), definition.integer(data, 1)));
            }
            kind::FILE_ID if self.part.file_id.is_none() => {
                self.part.file_id = self.decode(definition, || identity::file_id(definition, data));
            }
            // Index 0 is the device that writes the file; the others are its sensors.
            kind::DEVICE_INFO if self.part.creator.is_none() && definition.number(data, 0) == Some(0.0) => {
                self.part.creator = self.decode(definition, || identity::device_info(definition, data));
            }
            kind::TIMESTAMP_CORRELATION => self.part.correlation.read(definition, data),
            kind::MONITORING_INFO => self.diary.clock(definition, data),
            kind::MONITORING_HR_DATA => self.diary.resting_heart_rate(definition, data, time),
            kind::HRV_STATUS_SUMMARY => self.diary.hrv_status(definition, data, time),
            kind::FIELD_DESCRIPTION => {
                if let Some(field) = self.decode(definition, || identity::field_description(definition, data)) {
                    self.developers.describe(field.developer, field.number, &field.name, field.kind, field.native);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Sink<'a> for Sieve<'a> {
    fn message(&mut self, definition: &mut Definition, data: &'a [u8], time: Option<u32>) {
        match definition.kind {
            kind::RECORD => self.records.push(definition, data, time, &mut self.developers),
            kind::HRV => self.records.push_hrv(definition, data),
            kind::HR => self.strap.push(definition, data, time),
            kind::LENGTH => {
                if self.has_room(kind::LENGTH, self.lengths, LENGTHS) {
                    self.lengths += 1;
                    self.part.lengths.push(summary::length(definition, data, time));
                }
            }
            kind::LAP => {
                self.leave_out_developers(definition);
                if self.has_room(kind::LAP, self.laps, LAPS) {
                    self.laps += 1;
                    self.part.laps.push(Summary::lap(definition, data, time));
                }
            }
            kind::SESSION => {
                self.leave_out_developers(definition);
                if self.has_room(kind::SESSION, self.sessions, SESSIONS) {
                    self.sessions += 1;
                    self.part.sessions.push(Summary::session(definition, data, time));
                }
            }
            kind::ACTIVITY => {
                if self.part.clocks.len() < CLOCKS {
                    self.part.clocks.extend(local_clock(definition, data));
                }
            }
            kind::EVENT => match TimerEvent::read(definition, data, time) {
                Some(event) => {
                    if self.has_room(kind::EVENT, self.timer_events, TIMER_EVENTS) {
                        self.timer_events += 1;
                        self.part.timer.push(event);
                    }
                }
                None => self.others.keep(definition, data, time),
            },
            _ => {
                self.identify(definition, data, time);
                self.others.keep(definition, data, time);
            }
        }
    }

    fn samples(&mut self, definition: &mut Definition, messages: &'a [u8], times: &[u32]) {
        self.records.push_run(definition, messages, times, &mut self.developers);
    }

    fn count(&mut self, kind: u16, count: u64) {
        if count > 0 {
            *self.counts.entry(kind).or_default() += count;
        }
    }
}

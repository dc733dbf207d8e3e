//! Messages that are kept as they are until somebody asks what they say.

use std::collections::BTreeMap;

use fitparser::Value;

use super::definition::Definition;
use super::profile::{self, Clock, Named, Raw};
pub(crate) use super::profile::{UNKNOWN_FIELD, UNKNOWN_MESSAGE};
use super::summary::{FIRST_DATED, utc};
use crate::{Notice, NoticeCode, OtherField, OtherMessage, OtherValue};

/// Messages that are kept of one kind. Settings, zones and workouts have dozens; some watches write a message that
/// nobody uses for every sample, and must not crowd out the zones at the end of the file.
const OF_A_KIND: usize = 512;
/// Messages that are kept in all.
const MESSAGES: usize = 4096;
/// Bytes of definitions and data that are kept in all. Decoded, a byte may become a hundred, so this bounds memory and
/// time; real files stay below it.
const BYTES: usize = 512 * 1024;

/// Kept messages. Each distinct definition is kept once, without developer fields; so are the data.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    definitions: Vec<Vec<u8>>,
    messages: Vec<Message>,
    data: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Message {
    definition: usize,
    /// First byte in the data.
    start: usize,
    /// Timestamp in FIT seconds, when the message's header has it.
    time: Option<u32>,
}

impl Kept {
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Decodes all messages.
    pub(crate) fn decode(&self, notices: &mut Vec<Notice>) -> Vec<OtherMessage> {
        let definitions: Vec<Option<Definition>> =
            self.definitions.iter().map(|source| Definition::parse(source)).collect();
        let mut refused: BTreeMap<u16, usize> = BTreeMap::new();
        let mut decoded = Vec::with_capacity(self.messages.len());
        for message in &self.messages {
            let Some(Some(definition)) = definitions.get(message.definition) else { continue };
            let data = self.data.get(message.start..).and_then(|data| data.get(..definition.data_size));
            let Some(data) = data else { continue };
            let mut values = profile::values(definition, data, |_| true);
            values.extend(message.time.map(Raw::timestamp));
            let (fields, refusals) = profile::decode(definition.kind, &values);
            if refusals > 0 {
                *refused.entry(definition.kind).or_default() += refusals;
            }
            decoded.push(OtherMessage {
                kind: profile::message_name(definition.kind),
                fields: fields.into_iter().filter_map(|field| other_field(definition.kind, field)).collect(),
            });
        }
        for (kind, count) in refused {
            let name = profile::message_name(kind);
            let text = format!("{count} values in {name} messages are not what the profile says; they have no names.");
            notices.push(Notice::new(NoticeCode::NotUsed, "", text));
        }
        decoded
    }
}

/// Keeps messages while a file is read.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    kept: Kept,
    /// Bytes of definitions and data.
    bytes: usize,
    /// Where each definition is kept.
    known: BTreeMap<Vec<u8>, usize>,
    /// Messages kept and left out by kind.
    by_kind: BTreeMap<u16, (usize, u64)>,
}

impl Keeper {
    /// Keeps a message, unless it has no fields or there is no room. `time` is its timestamp, FIT seconds.
    pub(super) fn keep(&mut self, definition: &mut Definition, data: &[u8], time: Option<u32>) {
        if definition.fields.is_empty() {
            return;
        }
        let (of_kind, left_out) = self.by_kind.entry(definition.kind).or_default();
        if *of_kind >= OF_A_KIND || self.kept.messages.len() >= MESSAGES {
            *left_out += 1;
            return;
        }
        let Some(native) = Definition::length(&definition.source, false).and_then(|n| definition.source.get(..n))
        else {
            return;
        };
        // Data of developer fields stand behind all others.
        let developer = definition.developer_fields.first().map_or(definition.data_size, |field| field.offset);
        let Some(data) = data.get(..developer) else { return };

        let known = definition.kept_as.or_else(|| self.known.get(native).copied());
        let taken = self.bytes + data.len() + if known.is_none() { native.len() } else { 0 };
        if taken > BYTES {
            *left_out += 1;
            return;
        }
        *of_kind += 1;
        self.bytes = taken;
        let number = known.unwrap_or_else(|| {
            self.known.insert(native.to_vec(), self.kept.definitions.len());
            self.kept.definitions.push(native.to_vec());
            self.kept.definitions.len() - 1
        });
        definition.kept_as = Some(number);
        let time = time.filter(|_| definition.timestamp.is_none());
        self.kept.messages.push(Message { definition: number, start: self.kept.data.len(), time });
        self.kept.data.extend_from_slice(data);
    }

    /// What had to be left out.
    pub(super) fn notice(&self) -> Option<Notice> {
        let most = self.by_kind.iter().max_by_key(|(kind, (_, left_out))| (*left_out, std::cmp::Reverse(**kind)));
        let (kind, _) = most.filter(|(_, (_, left_out))| *left_out > 0)?;
        let total: u64 = self.by_kind.values().map(|(_, left_out)| left_out).sum();
        let name = profile::message_name(*kind);
        let text = format!(
            "{total} messages, most of them {name}, were only counted: beside samples, laps and sessions, up to \
             {OF_A_KIND} messages of a kind, {MESSAGES} messages and {BYTES} bytes are kept."
        );
        Some(Notice::new(NoticeCode::NotUsed, "", text))
    }

    /// What was kept.
    pub(super) fn finish(self) -> Kept {
        self.kept
    }
}

fn other_field(kind: u16, field: Named) -> Option<OtherField> {
    let clock = profile::clock(kind, field.number);
    let value = other_value(field.value, clock);
    let units = match (clock, &value) {
        // A date is no longer in seconds, nor a word in kilogrammes.
        (_, OtherValue::Text(_)) => String::new(),
        (Some(_), OtherValue::Number(_)) => "s".to_owned(),
        _ => field.units,
    };
    (value != OtherValue::Missing).then_some(OtherField { name: field.name, value, units })
}

fn other_value(value: Value, clock: Option<Clock>) -> OtherValue {
    let number = match value {
        Value::String(text) => return text_value(&text),
        Value::Array(values) => {
            return OtherValue::List(values.into_iter().map(|value| other_value(value, clock)).collect());
        }
        // Only the other crate's own times, in the machine's zone, are of this kind; it is given none.
        Value::Timestamp(_) | Value::Invalid => return OtherValue::Missing,
        value => value.try_into().unwrap_or(f64::NAN),
    };
    if !f64::is_finite(number) {
        return OtherValue::Missing;
    }
    match clock.and_then(|clock| time_text(number, clock)) {
        Some(text) => OtherValue::Text(text),
        None => OtherValue::Number(number),
    }
}

/// A time as text; `None` when it is counted from when the device was switched on, or no time at all.
fn time_text(seconds: f64, clock: Clock) -> Option<String> {
    if !(f64::from(FIRST_DATED)..4_294_967_296.0).contains(&seconds) {
        return None;
    }
    let pattern = match clock {
        Clock::Utc => "%Y-%m-%dT%H:%M:%SZ",
        Clock::Local => "%Y-%m-%dT%H:%M:%S",
    };
    utc(seconds as u32).map(|time| time.format(pattern).to_string())
}

/// A text as one line that a terminal can show.
fn text_value(text: &str) -> OtherValue {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.trim() {
        "" => OtherValue::Missing,
        line => OtherValue::Text(line.to_owned()),
    }
}

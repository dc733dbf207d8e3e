//! The FIT profile, as `fitparser` carries it: names, units and enumerations for the values of one message.
//!
//! Only values cross over, never bytes: no header, checksum, definition or developer field of the file reaches the
//! other crate, so none of them can be hostile there. What its tables would get wrong or do by chance is decided here:
//!
//! - It turns times into the machine's zone. Whatever the profile calls a time (see [`clock`]) is handed over as a
//!   list, which it names but does not convert.
//! - It hands out fields in random order, and what it makes of one may depend on which came before. So each field is
//!   decoded alone first, which finds those that pack others ("composites"); only the rest are then decoded together,
//!   where one field may tell what another means (`product` by `manufacturer`).
//! - Components that only count on from the last message ("accumulated") are left out: it adds them up without end.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fitparser::de::DecodeOption;
use fitparser::profile::{FieldDataType, MesgNum, get_field_variant_as_string};
use fitparser::{FitDataField, Value};

use super::base::BaseType;
use super::definition::{Definition, Field, TIMESTAMP};

/// Which clock a time is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// UTC.
    Utc,
    /// The watch's wall clock.
    Local,
}

/// Times other than field 253, by kind of message and field.
const UTC_TIMES: [(u16, u8); 29] = [
    (0, 4),
    (2, 39),
    (15, 2),
    (15, 3),
    (18, 2),
    (19, 2),
    (21, 15),
    (28, 3),
    (32, 1),
    (72, 4),
    (101, 2),
    (128, 9),
    (129, 1),
    (129, 2),
    (142, 2),
    (160, 6),
    (162, 1),
    (174, 6),
    (187, 1),
    (187, 3),
    (225, 6),
    (225, 254),
    (227, 1),
    (229, 0),
    (312, 9),
    (312, 27),
    (412, 0),
    (412, 2),
    (412, 7),
];
/// Times on the wall clock.
const LOCAL_TIMES: [(u16, u8); 6] = [(28, 6), (34, 5), (55, 11), (103, 0), (162, 3), (398, 0)];

/// The weight of a `weight_scale`: the one enumeration ("calculating") that is a measure otherwise, which `fitparser`
/// forgets to scale.
const WEIGHT: (u16, u8) = (30, 0);
const WEIGHT_SCALE: f64 = 100.0;

/// Whether a field is a time.
pub(super) fn clock(kind: u16, number: u8) -> Option<Clock> {
    if number == TIMESTAMP || UTC_TIMES.contains(&(kind, number)) {
        Some(Clock::Utc)
    } else if LOCAL_TIMES.contains(&(kind, number)) {
        Some(Clock::Local)
    } else {
        None
    }
}

/// A field's value before the profile names it. It has at least one valid element.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    number: u8,
    value: Value,
    /// Elements of a list that say "no value".
    missing: Vec<bool>,
}

impl Raw {
    /// A timestamp that the message's header states.
    pub(super) fn timestamp(time: u32) -> Self {
        Self { number: TIMESTAMP, value: Value::Array(vec![Value::UInt32(time)]), missing: vec![false] }
    }

    fn read(definition: &Definition, field: &Field, data: &[u8]) -> Option<Self> {
        // What an unknown type means nobody can say.
        if field.base_code & 0x1F > 0x10 {
            return None;
        }
        let bytes = data.get(field.offset..)?.get(..field.size)?;
        if field.base == BaseType::Text {
            let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            let text = std::str::from_utf8(text).ok().filter(|text| !text.trim().is_empty())?;
            let value = Value::Array(vec![Value::String(text.to_owned())]);
            return Some(Self { number: field.number, value, missing: vec![false] });
        }
        let elements = bytes.chunks_exact(field.base.size());
        let mut missing: Vec<bool> =
            elements.clone().map(|element| field.base.number(element, definition.big_endian).is_none()).collect();
        if missing.iter().all(|missing| *missing) {
            return None;
        }
        if field.base == BaseType::Byte {
            // Bytes are missing all together or not at all.
            missing.fill(false);
        }
        let mut values = elements
            .map(|element| element_value(field.base, element, definition.big_endian))
            .collect::<Option<Vec<Value>>>()?;
        // Alone, a value may be turned into a time or a word, which takes a whole number of 32 bits; in a list nothing
        // is turned.
        let is_small = field.base.size() <= 4 && field.base != BaseType::Float32;
        let value = if values.len() == 1 && is_small && clock(definition.kind, field.number).is_none() {
            values.pop()?
        } else {
            Value::Array(values)
        };
        Some(Self { number: field.number, value, missing })
    }

    /// The value as the profile gave it back, with what is missing marked, and without the list around a single one.
    fn finish(&self, value: Value) -> Value {
        match value {
            Value::Array(mut values) if values.len() == self.missing.len() => {
                for (value, missing) in values.iter_mut().zip(&self.missing) {
                    if *missing {
                        *value = Value::Invalid;
                    }
                }
                if values.len() == 1 { values.pop().unwrap_or(Value::Invalid) } else { Value::Array(values) }
            }
            value => value,
        }
    }

    fn unnamed(&self) -> Named {
        let name =
            if self.number == TIMESTAMP { "timestamp".to_owned() } else { format!("{UNKNOWN_FIELD}{}", self.number) };
        Named { number: self.number, name, units: String::new(), value: self.finish(self.value.clone()) }
    }
}

/// What the names of fields that the profile does not know begin with; their number follows.
pub(crate) const UNKNOWN_FIELD: &str = "unknown_field_";
/// What the names of messages that the profile does not know begin with; their number follows.
pub(crate) const UNKNOWN_MESSAGE: &str = "unknown_";

fn element_value(base: BaseType, element: &[u8], big_endian: bool) -> Option<Value> {
    fn array<const N: usize>(bytes: &[u8], big_endian: bool) -> Option<[u8; N]> {
        let mut bytes: [u8; N] = bytes.try_into().ok()?;
        if big_endian {
            bytes.reverse();
        }
        Some(bytes)
    }
    Some(match base {
        BaseType::Uint8 => Value::UInt8(*element.first()?),
        BaseType::Uint8z => Value::UInt8z(*element.first()?),
        BaseType::Byte => Value::Byte(*element.first()?),
        BaseType::Sint8 => Value::SInt8(i8::from_le_bytes(array(element, big_endian)?)),
        BaseType::Sint16 => Value::SInt16(i16::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint16 => Value::UInt16(u16::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint16z => Value::UInt16z(u16::from_le_bytes(array(element, big_endian)?)),
        BaseType::Sint32 => Value::SInt32(i32::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint32 => Value::UInt32(u32::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint32z => Value::UInt32z(u32::from_le_bytes(array(element, big_endian)?)),
        BaseType::Float32 => Value::Float32(f32::from_le_bytes(array(element, big_endian)?)),
        BaseType::Float64 => Value::Float64(f64::from_le_bytes(array(element, big_endian)?)),
        BaseType::Sint64 => Value::SInt64(i64::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint64 => Value::UInt64(u64::from_le_bytes(array(element, big_endian)?)),
        BaseType::Uint64z => Value::UInt64z(u64::from_le_bytes(array(element, big_endian)?)),
        BaseType::Text => return None,
    })
}

/// The valid values of a message, in the definition's order. Of fields with the same number the first valid one counts.
pub(super) fn values(definition: &Definition, data: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<Raw> {
    let mut taken = BTreeSet::new();
    let mut values = Vec::new();
    for field in definition.fields.iter().filter(|field| wanted(field.number)) {
        if !taken.contains(&field.number)
            && let Some(raw) = Raw::read(definition, field, data)
        {
            taken.insert(field.number);
            values.push(raw);
        }
    }
    values
}

/// A value with the profile's name and units.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) number: u8,
    pub(super) name: String,
    pub(super) units: String,
    pub(super) value: Value,
}

impl Named {
    fn part(field: FitDataField) -> Self {
        Self {
            number: field.number(),
            name: field.name().to_owned(),
            units: field.units().to_owned(),
            value: field.into_value(),
        }
    }

    fn of(kind: u16, field: FitDataField, raw: &Raw) -> Self {
        let named = Self::part(field);
        if named.name.starts_with(UNKNOWN_FIELD) {
            return raw.unnamed();
        }
        let value = match raw.finish(named.value) {
            Value::SInt64(number) if (kind, raw.number) == WEIGHT => Value::Float64(number as f64 / WEIGHT_SCALE),
            value => value,
        };
        Self { value, ..named }
    }
}

/// Names the values of one message of `kind`: those of the definition in their order, then what they pack. Also gives
/// how many values the profile refused (a text where it has a measure); these stay without a name.
pub(super) fn decode(kind: u16, raws: &[Raw]) -> (Vec<Named>, usize) {
    if !is_named(kind) {
        return (raws.iter().map(Raw::unnamed).collect(), 0);
    }
    let message = MesgNum::from(kind);
    let options = HashSet::from([DecodeOption::KeepCompositeFields]);
    let own: BTreeSet<u8> = raws.iter().map(|raw| raw.number).collect();
    let mut alone: BTreeMap<u8, FitDataField> = BTreeMap::new();
    let mut parts: BTreeMap<u8, FitDataField> = BTreeMap::new();
    let mut together: HashMap<u8, Value> = HashMap::new();
    let mut context: BTreeMap<u8, Value> = BTreeMap::new();
    let mut refused = 0;

    for raw in raws {
        let mut values = HashMap::from([(raw.number, raw.value.clone())]);
        let mut sums = HashMap::new();
        let Ok(fields) = message.decode_message(&mut values, &mut sums, &options) else {
            refused += 1;
            continue;
        };
        let is_composite = fields.iter().any(|field| field.number() != raw.number);
        for field in fields {
            if field.number() == raw.number {
                alone.insert(raw.number, field);
            } else if !own.contains(&field.number()) && !sums.contains_key(&sum_key(kind, field.number())) {
                parts.entry(field.number()).or_insert(field);
            }
        }
        if is_composite {
            for (number, value) in values.into_iter().filter(|(number, _)| !own.contains(number)) {
                context.entry(number).or_insert(value);
            }
        } else {
            together.insert(raw.number, raw.value.clone());
        }
    }

    // The parts that were found already only tell what the rest means.
    let found: BTreeSet<u8> = context.keys().copied().collect();
    together.extend(context);
    let mut sums = HashMap::new();
    // That one value only makes no sense beside another must not cost the others their names.
    let fields = message.decode_message(&mut together, &mut sums, &options).unwrap_or_default();
    let mut by_number: BTreeMap<u8, Vec<FitDataField>> = BTreeMap::new();
    for field in fields {
        by_number.entry(field.number()).or_default().push(field);
    }
    for (number, mut fields) in by_number {
        // Of two fields with one number, which comes first is chance: the value decoded alone stands.
        let (Some(field), true) = (fields.pop(), fields.is_empty()) else { continue };
        if let Some(known) = alone.get_mut(&number) {
            *known = field;
        } else if ![&own, &found].iter().any(|known| known.contains(&number))
            && !sums.contains_key(&sum_key(kind, number))
        {
            parts.entry(number).or_insert(field);
        }
    }

    let mut named: Vec<Named> = raws
        .iter()
        .map(|raw| alone.remove(&raw.number).map_or_else(|| raw.unnamed(), |field| Named::of(kind, field, raw)))
        .collect();
    named.extend(parts.into_values().map(Named::part));
    (named, refused)
}

/// The key under which `fitparser` keeps the sum of an accumulated field.
fn sum_key(kind: u16, number: u8) -> u32 {
    u32::from(kind) << 8 | u32::from(number)
}

/// Whether the profile knows this kind of message. For the bounds of the makers' own range it has names, but they are no
/// messages.
pub(super) fn is_named(kind: u16) -> bool {
    const MAKERS: u16 = 0xFF00;
    kind < MAKERS && MesgNum::is_named_variant(i64::from(kind))
}

/// The profile's name for a field; `None` when it has none.
pub(super) fn field_name(kind: u16, number: u8) -> Option<String> {
    let mut values = HashMap::from([(number, Value::UInt8(1))]);
    let fields = MesgNum::from(kind).decode_message(&mut values, &mut HashMap::new(), &HashSet::new()).ok()?;
    let field = fields.iter().find(|field| field.number() == number)?;
    Some(field.name()).filter(|name| !name.starts_with(UNKNOWN_FIELD)).map(str::to_owned)
}

/// The profile's name for a kind of message; `unknown_<n>` when it has none.
pub(super) fn message_name(kind: u16) -> String {
    if is_named(kind) { MesgNum::from(kind).to_string() } else { format!("{UNKNOWN_MESSAGE}{kind}") }
}

/// The profile's name for a swimming stroke; `unknown_<n>` when it has none.
pub(super) fn stroke_name(stroke: u32) -> String {
    variant_name(FieldDataType::SwimStroke, stroke)
}

/// The profile's name for a sport; `unknown_<n>` when it has none.
pub(super) fn sport_name(sport: u32) -> String {
    variant_name(FieldDataType::Sport, sport)
}

fn variant_name(of: FieldDataType, number: u32) -> String {
    let value = i64::from(number);
    if of.is_named_variant(value) { get_field_variant_as_string(of, value) } else { format!("unknown_{number}") }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use fitparser::Value;
    use fitparser::profile::MesgNum;

    use super::{Clock, clock};

    /// Only the test asks the other crate for a time: that the list of times is whole.
    #[test]
    fn every_time_of_the_profile_is_known_as_one() {
        for kind in (0..=u16::MAX).filter(|kind| MesgNum::is_named_variant(i64::from(*kind))) {
            for number in 0..=u8::MAX {
                let mut values = HashMap::from([(number, Value::UInt32(1_000_000_000))]);
                let fields = MesgNum::from(kind)
                    .decode_message(&mut values, &mut HashMap::new(), &HashSet::new())
                    .unwrap_or_default();
                for field in fields {
                    let is_time = matches!(field.value(), Value::Timestamp(_));
                    let expected = clock(kind, field.number());
                    if field.name().starts_with("unknown_field") {
                        continue;
                    }
                    assert_eq!(is_time, expected.is_some(), "{kind} {}", field.name());
                    let is_local = field.name() == "local_timestamp" || field.name() == "scheduled_time";
                    assert_eq!(is_local, expected == Some(Clock::Local), "{kind} {}", field.name());
                }
            }
        }
    }
}

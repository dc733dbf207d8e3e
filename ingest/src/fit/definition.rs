//! Definition messages: the layout of the data messages that follow under one local number.

use std::rc::Rc;

use super::base::BaseType;
use super::plan::RecordPlan;
use super::walk::RECORD;

/// The field number of a timestamp, in every kind of message.
pub(super) const TIMESTAMP: u8 = 253;

/// One field of a message: where its bytes lie and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    /// Number in the profile, unique within a kind of message.
    pub(super) number: u8,
    /// Type of one element.
    pub(super) base: BaseType,
    /// Base type byte as it stood.
    pub(super) base_code: u8,
    /// First byte, counted from the message's first data byte.
    pub(super) offset: usize,
    /// Bytes of all elements, at least one.
    pub(super) size: usize,
}

/// One developer field of a message. Its type is told by a `field_description` message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeveloperField {
    /// Number within the developer's own fields.
    pub(super) number: u8,
    /// Index of the developer.
    pub(super) developer: u8,
    /// First byte, counted from the message's first data byte.
    pub(super) offset: usize,
    /// Bytes of all elements, at least one.
    pub(super) size: usize,
}

/// The layout of a data message.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// The definition's own bytes behind its header byte, to recognise a repetition.
    pub(super) source: Vec<u8>,
    /// Kind of message: its number in the profile.
    pub(super) kind: u16,
    /// Byte order of its numbers.
    pub(super) big_endian: bool,
    /// Fields whose size fits their type.
    pub(super) fields: Vec<Field>,
    /// The timestamp among them.
    pub(super) timestamp: Option<Field>,
    /// Where the timestamp stands, if it is of the usual type and byte order.
    pub(super) usual_timestamp: Option<usize>,
    /// Developer fields.
    pub(super) developer_fields: Vec<DeveloperField>,
    /// Bytes of a data message behind its header byte.
    pub(super) data_size: usize,
    /// Data messages seen under this definition.
    pub(super) count: u64,
    /// For `record`: what goes to which column; made when the first message comes.
    pub(super) record_plan: Option<Rc<RecordPlan>>,
    /// For messages that are kept as they are: the number under which the layout was kept.
    pub(super) kept_as: Option<usize>,
}

impl Definition {
    /// The bytes that a definition at the start of `bytes` takes; `None` when they are not all there.
    pub(super) fn length(bytes: &[u8], has_developer_fields: bool) -> Option<usize> {
        let native = 5 + 3 * usize::from(*bytes.get(4)?);
        let length = if has_developer_fields { native + 1 + 3 * usize::from(*bytes.get(native)?) } else { native };
        (bytes.len() >= length).then_some(length)
    }

    /// Whether the bytes behind a definition's header byte begin as every writer begins them: a reserved zero, then one
    /// of the two byte orders.
    pub(super) fn is_plausible(source: &[u8]) -> bool {
        matches!(source, [0, 0 | 1, ..])
    }

    /// Whether the definition of exactly these bytes has at least one field, and each field is of a known type and a
    /// whole number of elements.
    pub(super) fn is_sound(source: &[u8]) -> bool {
        let Some((&[.., fields], rest)) = source.split_first_chunk::<5>() else { return false };
        let Some((native, developer)) = rest.split_at_checked(3 * usize::from(fields)) else { return false };
        fields > 0
            && native.as_chunks().0.iter().all(|&[_, size, code]| {
                let element = BaseType::from_code(code).size();
                size > 0 && BaseType::is_code(code) && usize::from(size).is_multiple_of(element)
            })
            && developer.get(1..).unwrap_or_default().as_chunks().0.iter().all(|&[_, size, _]| size > 0)
    }

    /// Reads a definition from exactly its bytes, as [`Definition::length`] counts them.
    pub(super) fn parse(source: &[u8]) -> Option<Self> {
        let (&[_reserved, order, kind_a, kind_b, fields], rest) = source.split_first_chunk()?;
        let big_endian = order == 1;
        let kind = if big_endian { u16::from_be_bytes([kind_a, kind_b]) } else { u16::from_le_bytes([kind_a, kind_b]) };
        let (native, developer) = rest.split_at_checked(3 * usize::from(fields))?;

        let mut offset = 0;
        let mut definition = Self {
            source: source.to_vec(),
            kind,
            big_endian,
            fields: Vec::new(),
            timestamp: None,
            usual_timestamp: None,
            developer_fields: Vec::new(),
            data_size: 0,
            count: 0,
            record_plan: None,
            kept_as: None,
        };
        for &[number, size, base_code] in native.as_chunks().0 {
            let size = usize::from(size);
            let base = BaseType::from_code(base_code);
            // A field that is not a whole number of elements has no value that could be named; its bytes are
            // stepped over.
            if size > 0 && size.is_multiple_of(base.size()) {
                definition.fields.push(Field { number, base, base_code, offset, size });
            }
            offset += size;
        }
        for &[number, size, developer] in developer.get(1..).unwrap_or_default().as_chunks().0 {
            let size = usize::from(size);
            if size > 0 {
                definition.developer_fields.push(DeveloperField { number, developer, offset, size });
            }
            offset += size;
        }
        definition.data_size = offset;
        definition.timestamp = definition.fields.iter().find(|field| field.number == TIMESTAMP).copied();
        let is_usual = |field: &Field| field.base == BaseType::Uint32 && !big_endian;
        definition.usual_timestamp = definition.timestamp.filter(is_usual).map(|field| field.offset);
        Some(definition)
    }

    /// The first valid value of field `number` in the data message `data`, without scale and offset. Of an array it
    /// is the first element.
    pub(super) fn number(&self, data: &[u8], number: u8) -> Option<f64> {
        self.fields
            .iter()
            .filter(|field| field.number == number)
            .find_map(|field| field.base.number(data.get(field.offset..)?, self.big_endian))
    }

    /// Field `number` as a whole number that fits 32 bits without sign: a time, an enumeration.
    pub(super) fn integer(&self, data: &[u8], number: u8) -> Option<u32> {
        self.number(data, number).and_then(whole)
    }

    /// The message's own timestamp, FIT seconds.
    #[inline]
    pub(super) fn time(&self, data: &[u8]) -> Option<u32> {
        match self.usual_timestamp {
            Some(at) => {
                data.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes)).filter(|time| *time != u32::MAX)
            }
            None => self.unusual_time(data),
        }
    }

    /// Whether it is of a kind that has a time, which its fields do not give: it is made for compressed headers.
    pub(super) fn wants_time(&self) -> bool {
        const EVENT: u16 = 21;
        self.timestamp.is_none() && matches!(self.kind, RECORD | EVENT)
    }

    fn unusual_time(&self, data: &[u8]) -> Option<u32> {
        let field = self.timestamp.as_ref()?;
        field.base.number(data.get(field.offset..)?, self.big_endian).and_then(whole)
    }
}

fn whole(value: f64) -> Option<u32> {
    (0.0..4_294_967_296.0).contains(&value).then_some(value as u32)
}

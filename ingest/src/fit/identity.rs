//! The messages that say who wrote a file and what its developer fields are.

use fitparser::Value;
use fitparser::profile::field_types::FitBaseType;

use super::base::BaseType;
use super::definition::Definition;
use super::developer::{self, Kind, Native};
use super::profile::{self, Named};
use super::walk::RECORD;
use crate::Device;

/// Messages of one file that are understood; a watch writes a few dozen.
pub(super) const MESSAGES: usize = 4096;

/// Fields of `file_id` that are used: type, manufacturer, product, serial number, product name.
const FILE_ID: [u8; 5] = [0, 1, 2, 3, 8];
/// Fields of `device_info` that are used: manufacturer, serial number, product, product name.
const DEVICE_INFO: [u8; 4] = [2, 3, 4, 27];
/// Fields of `field_description` that are used: developer, number, type, name, scale, offset, units.
const FIELD_DESCRIPTION: [u8; 7] = [0, 1, 2, 3, 6, 7, 8];
/// Fields of `field_description` that name what it stands for: kind of message and field.
const NATIVE: [u8; 2] = [14, 15];

/// A file's `file_id`.
#[derive(Debug, Clone, Default)]
pub(super) struct FileId {
    /// Name of the file's type, such as `activity`.
    pub(super) kind: Option<String>,
    /// Who wrote it.
    pub(super) device: Device,
}

/// A `field_description`.
#[derive(Debug, Clone)]
pub(super) struct FieldDescription {
    pub(super) developer: u8,
    pub(super) number: u8,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The watch's own field of samples that it stands for.
    pub(super) native: Option<Native>,
}

/// Decodes a `file_id` message.
pub(super) fn file_id(definition: &Definition, data: &[u8]) -> Option<FileId> {
    let fields = decode(definition, data, &FILE_ID)?;
    Some(FileId {
        kind: word(&fields, 0),
        device: Device {
            manufacturer: word(&fields, 1),
            product: text(&fields, 8).or_else(|| word(&fields, 2)),
            serial: serial(&fields, 3),
        },
    })
}

/// Decodes a `device_info` message.
pub(super) fn device_info(definition: &Definition, data: &[u8]) -> Option<Device> {
    let fields = decode(definition, data, &DEVICE_INFO)?;
    Some(Device {
        manufacturer: word(&fields, 2),
        product: text(&fields, 27).or_else(|| word(&fields, 4)),
        serial: serial(&fields, 3),
    })
}

/// Decodes a `field_description` message.
pub(super) fn field_description(definition: &Definition, data: &[u8]) -> Option<FieldDescription> {
    let fields = decode(definition, data, &FIELD_DESCRIPTION)?;
    let byte = |number| integer(&fields, number).and_then(|v| u8::try_from(v).ok());
    let base = match value(&fields, 2)? {
        Value::String(name) => base_type(FitBaseType::from(name.as_str()))?,
        _ => return None,
    };
    let kind = match base {
        BaseType::Text => Kind::Text,
        base => Kind::Number {
            base,
            scale: integer(&fields, 6).filter(|scale| *scale != 0).map_or(1.0, |scale| scale as f64),
            offset: integer(&fields, 7).map_or(0.0, |offset| offset as f64),
        },
    };
    let [message, number] = NATIVE.map(|number| definition.integer(data, number));
    let native = number
        .filter(|_| message == Some(u32::from(RECORD)))
        .and_then(|number| developer::native(u8::try_from(number).ok()?, &text(&fields, 8)?));
    let name = text(&fields, 3).unwrap_or_default();
    Some(FieldDescription { developer: byte(0)?, number: byte(1)?, name, kind, native })
}

/// The wanted fields of one message, with the profile's names.
fn decode(definition: &Definition, data: &[u8], wanted: &[u8]) -> Option<Vec<Named>> {
    let values = profile::values(definition, data, |number| wanted.contains(&number));
    let (fields, refused) = profile::decode(definition.kind, &values);
    (refused == 0).then_some(fields)
}

fn base_type(base: FitBaseType) -> Option<BaseType> {
    match base {
        FitBaseType::Value(_) => None,
        base => Some(BaseType::from_code(base.as_u8())),
    }
}

fn value(fields: &[Named], number: u8) -> Option<&Value> {
    fields.iter().find(|field| field.number == number).map(|field| &field.value)
}

fn integer(fields: &[Named], number: u8) -> Option<i64> {
    value(fields, number)?.try_into().ok()
}

/// A text that is not blank.
fn text(fields: &[Named], number: u8) -> Option<String> {
    match value(fields, number)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// A name of the profile, or the bare number when the profile has none for it.
fn word(fields: &[Named], number: u8) -> Option<String> {
    text(fields, number).or_else(|| integer(fields, number).map(|value| value.to_string()))
}

fn serial(fields: &[Named], number: u8) -> Option<u32> {
    integer(fields, number).and_then(|value| u32::try_from(value).ok())
}

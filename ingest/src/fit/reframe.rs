//! The messages that `fitparser`'s profile decodes: each is framed anew as a small clean FIT file of its own.
//!
//! Only fields that are asked for are passed on, and none of them is a time: so neither a hostile header nor a
//! damaged neighbour nor the machine's time zone ever reaches the other decoder, and a message that it refuses
//! costs only itself.

use fitparser::profile::field_types::FitBaseType;
use fitparser::profile::{FieldDataType, MesgNum, get_field_variant_as_string};
use fitparser::{FitDataField, Value};

use super::base::BaseType;
use super::crc::crc16;
use super::definition::Definition;
use super::developer::Kind;
use crate::Device;

/// Messages of one file that are passed on; a watch writes a few dozen.
pub(super) const MESSAGES: usize = 4096;

/// Fields of `file_id` that are used: type, manufacturer, product, serial number, product name.
const FILE_ID: [u8; 5] = [0, 1, 2, 3, 8];
/// Fields of `device_info` that are used: manufacturer, serial number, product, product name.
const DEVICE_INFO: [u8; 4] = [2, 3, 4, 27];
/// Fields of `field_description` that are used: developer, number, type, name, scale, offset.
const FIELD_DESCRIPTION: [u8; 6] = [0, 1, 2, 3, 6, 7];

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
    Some(FieldDescription { developer: byte(0)?, number: byte(1)?, name: text(&fields, 3).unwrap_or_default(), kind })
}

/// The profile's name for a kind of message; `unknown_<n>` when it has none.
pub(super) fn message_name(kind: u16) -> String {
    if MesgNum::is_named_variant(i64::from(kind)) { MesgNum::from(kind).to_string() } else { format!("unknown_{kind}") }
}

/// The profile's name for a sport; `unknown_<n>` when it has none.
pub(super) fn sport_name(sport: u32) -> String {
    let value = i64::from(sport);
    if FieldDataType::Sport.is_named_variant(value) {
        get_field_variant_as_string(FieldDataType::Sport, value)
    } else {
        format!("unknown_{sport}")
    }
}

/// Frames the wanted fields of one message and decodes them.
fn decode(definition: &Definition, data: &[u8], wanted: &[u8]) -> Option<Vec<FitDataField>> {
    let framed = frame(definition, data, wanted)?;
    let message = fitparser::from_bytes(&framed).ok()?.into_iter().next()?;
    Some(message.into_vec())
}

fn frame(definition: &Definition, data: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let mut layout = Vec::new();
    let mut values: Vec<u8> = Vec::new();
    for &number in wanted {
        // The other decoder takes whichever of two fields of one number comes last; only one is passed on.
        let field = definition.fields.iter().find(|field| field.number == number && field.base.size() <= 4);
        let Some(field) = field else { continue };
        let order = if field.base.size() > 1 { 0x80 } else { 0 };
        layout.extend([number, u8::try_from(field.size).ok()?, (field.base_code & 0x1F) | order]);
        values.extend(data.get(field.offset..)?.get(..field.size)?);
    }
    let fields = u8::try_from(layout.len() / 3).ok()?;
    let size = u32::try_from(6 + layout.len() + 1 + values.len()).ok()?;

    let mut file = vec![14, 0x10, 0, 0];
    file.extend(size.to_le_bytes());
    file.extend(b".FIT");
    file.extend(crc16(&file).to_le_bytes());
    file.extend([0x40, 0, u8::from(definition.big_endian)]);
    file.extend(if definition.big_endian { definition.kind.to_be_bytes() } else { definition.kind.to_le_bytes() });
    file.push(fields);
    file.extend(layout);
    file.push(0);
    file.extend(values);
    file.extend(crc16(&file).to_le_bytes());
    Some(file)
}

fn base_type(base: FitBaseType) -> Option<BaseType> {
    match base {
        FitBaseType::Value(_) => None,
        base => Some(BaseType::from_code(base.as_u8())),
    }
}

fn value(fields: &[FitDataField], number: u8) -> Option<&Value> {
    fields.iter().find(|field| field.number() == number).map(FitDataField::value)
}

fn integer(fields: &[FitDataField], number: u8) -> Option<i64> {
    value(fields, number)?.try_into().ok()
}

/// A text that is not blank.
fn text(fields: &[FitDataField], number: u8) -> Option<String> {
    match value(fields, number)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// A name of the profile, or the bare number when the profile has none for it.
fn word(fields: &[FitDataField], number: u8) -> Option<String> {
    text(fields, number).or_else(|| integer(fields, number).map(|value| value.to_string()))
}

fn serial(fields: &[FitDataField], number: u8) -> Option<u32> {
    integer(fields, number).and_then(|value| u32::try_from(value).ok())
}

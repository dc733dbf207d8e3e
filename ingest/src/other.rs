//! What a file says beside its activities.

use serde::Serialize;

use crate::Notice;
use crate::fit::others::Kept;

/// The messages of a FIT file that are neither samples, laps, lengths, sessions, beat intervals, heart rates of a
/// strap, timer events nor the activity's clock, in the file's order and up to a cap. For GPX there are none.
///
/// They are kept as the file has them, and only [`OtherMessages::decode`] gives them names.
#[derive(Debug, Clone, Default)]
pub struct OtherMessages(Kept);

impl OtherMessages {
    pub(crate) fn from_fit(kept: Kept) -> Self {
        Self(kept)
    }

    /// Number of messages.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decodes the messages, in the file's order. It takes some microseconds per field: ask once.
    ///
    /// The same messages give the same result every time and in every time zone of the machine.
    pub fn decode(&self) -> Vec<OtherMessage> {
        self.decode_noting(&mut Vec::new())
    }

    /// Decodes the messages and adds a notice for each kind that has values the profile refused. Such a value stays,
    /// under its field's number.
    pub fn decode_noting(&self, notices: &mut Vec<Notice>) -> Vec<OtherMessage> {
        self.0.decode(notices)
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherMessage {
    /// The profile's name, such as `user_profile`; `unknown_<n>` for a message that it does not know.
    pub kind: String,
    /// Fields that have a value, in the file's order; then the parts of fields that pack several. A field without a
    /// value is not there. Fields of developers are left out.
    pub fields: Vec<OtherField>,
}

impl OtherMessage {
    /// Whether the profile knows this kind of message.
    pub fn is_named(&self) -> bool {
        !self.kind.starts_with(crate::fit::others::UNKNOWN_MESSAGE)
    }
}

/// One field of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherField {
    /// The profile's name, such as `resting_heart_rate`; `unknown_field_<n>` for a field that it does not know or whose
    /// value does not fit it.
    pub name: String,
    /// The value, in `units`.
    pub value: OtherValue,
    /// The profile's units, such as `bpm`; empty when it states none.
    pub units: String,
}

impl OtherField {
    /// Whether the profile knows this field.
    pub fn is_named(&self) -> bool {
        !self.name.starts_with(crate::fit::others::UNKNOWN_FIELD)
    }
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum OtherValue {
    /// A finite number, scaled; also a member of an enumeration that the profile has no name for.
    Number(f64),
    /// A text without control characters; a member of an enumeration by the profile's name; a time: UTC as RFC 3339
    /// (`2023-03-08T06:13:20Z`), the wall clock of the watch without a zone (`2023-03-08T07:13:20`).
    Text(String),
    /// Several values. Members of enumerations are numbers here.
    List(Vec<OtherValue>),
    /// An element of a list that has no value; null in JSON.
    Missing,
}

//! JSON to values, as far as it goes.
//!
//! Values are filled in where they belong while they are read, so that a file that ends in the middle has given
//! everything before its end. A value of another type than expected is nothing, not an error; what nobody asks for is
//! passed over without being built.

use std::borrow::Cow;
use std::fmt;

use memchr::memmem;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Something that is filled from the fields of an object, or from what stands in its place.
pub(super) trait Fields {
    /// Takes the value of `key` out of `map`, whatever it is.
    fn field<'de, A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        skip(map)
    }

    /// Takes a text that stands in place of the object.
    fn text(&mut self, _: &str) {}

    /// Takes a list that stands in place of the object.
    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        drain_list(list)
    }
}

/// Passes over a value.
pub(super) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Any value: a number, a text, a yes, or nothing of these.
#[derive(Debug, Clone)]
pub(super) enum Plain<'de> {
    Number(f64),
    Text(Cow<'de, str>),
    True,
    Nothing,
}

impl Plain<'_> {
    /// The number, which may stand in quotes. `NaN` is none.
    pub(super) fn number(&self) -> Option<f64> {
        let number = match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.trim().parse().ok()?,
            Self::True | Self::Nothing => return None,
        };
        number.is_finite().then_some(number)
    }

    /// Whether it says that something is so; a text may stand for the word.
    pub(super) fn is_true(&self) -> bool {
        matches!(self, Self::True) || matches!(self, Self::Text(text) if text == "true")
    }

    /// The text, or the number as text.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(number) => Some(number.to_string().into()),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::True | Self::Nothing => None,
        }
    }
}

/// Visits of values that are not what a visitor is for.
macro_rules! nothing {
    ($value:expr; $($visit:ident: $type:ty),*) => {
        $(fn $visit<E>(self, _: $type) -> Result<Self::Value, E> { Ok($value) })*
    };
}

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de> Deserialize<'de> for Plain<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Plain<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Plain<'de>, E> {
                Ok(if value { Plain::True } else { Plain::Nothing })
            }
            fn visit_unit<E>(self) -> Result<Plain<'de>, E> {
                Ok(Plain::Nothing)
            }
            fn visit_i64<E>(self, value: i64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(value as f64))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(value as f64))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Plain<'de>, E> {
                Ok(Plain::Number(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Plain<'de>, E> {
                Ok(Plain::Text(value.to_owned().into()))
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Plain<'de>, E> {
                Ok(Plain::Text(value.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Plain<'de>, A::Error> {
                drain_map(map).map(|()| Plain::Nothing)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Plain<'de>, A::Error> {
                drain_list(list).map(|()| Plain::Nothing)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Fills the value from what stands in the file.
pub(super) struct Fill<'a, T>(pub(super) &'a mut T);

impl<'de, T: Fields> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Fields> Visitor<'de> for Fill<'_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }
    nothing!((); visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(text);
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Plain<'de>>()? {
            self.0.field(&key.text().unwrap_or_default(), &mut map)?;
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.list(list)
    }
}

/// A list that is filled from an array of objects, up to a number of them. An element that says nothing is none: it
/// would take its room all the same, and the file two bytes for it.
pub(super) struct List<'a, T>(pub(super) &'a mut Vec<T>, pub(super) usize);

impl<T: Fields + Default + PartialEq> Fields for List<'_, T> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        let nothing = T::default();
        while self.0.len() < self.1 {
            let mut element = T::default();
            let filled = list.next_element_seed(Fill(&mut element));
            let is_end = matches!(filled, Ok(None));
            // What stands before damage in the element is kept.
            if element != nothing {
                self.0.push(element);
            }
            filled?;
            if is_end {
                self.0.shrink_to_fit();
                return Ok(());
            }
        }
        drain_list(list)
    }
}

/// A list of numbers; what is none is NaN.
pub(super) struct Numbers<'a>(pub(super) &'a mut Vec<f64>);

impl Fields for Numbers<'_> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Plain<'de>>()? {
            self.0.push(value.number().unwrap_or(f64::NAN));
        }
        Ok(())
    }
}

/// Reads `text` into `value`.
///
/// # Errors
/// When the text is not JSON to its end, or nested deeper than 128 levels. The value has what stands before.
pub(super) fn fill<T: Fields>(text: &str, value: &mut T) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Fill(value).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// `text` with `null` for `NaN` and the infinities, which Polar writes and JSON does not have. Lines stay lines.
pub(super) fn without_nan(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if memmem::find(bytes, b"NaN").is_none() && memmem::find(bytes, b"Infinity").is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (outside, quoted) = rest.split_at(quote);
        nulls(&mut plain, outside);
        let end = end_of_string(quoted);
        plain.push_str(quoted.get(..end).unwrap_or(quoted));
        rest = quoted.get(end..).unwrap_or_default();
    }
    nulls(&mut plain, rest);
    Cow::Owned(plain)
}

/// Length of the string that `quoted` begins with, quotation marks included.
fn end_of_string(quoted: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in quoted.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    quoted.len()
}

fn nulls(plain: &mut String, mut outside: &str) {
    const NONE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    while let Some(at) = outside.find(['N', 'I', '-']) {
        let (before, from) = outside.split_at(at);
        plain.push_str(before);
        outside = match NONE.iter().find_map(|word| from.strip_prefix(word)) {
            Some(behind) => {
                plain.push_str("null");
                behind
            }
            None => {
                plain.push_str(from.get(..1).unwrap_or_default());
                from.get(1..).unwrap_or_default()
            }
        };
    }
    plain.push_str(outside);
}

#[cfg(test)]
mod tests {
    use super::without_nan;

    #[test]
    fn only_bare_words_become_null() {
        let text = r#"{"a NaN \" NaN": [1.5, NaN,-Infinity, -2, Infinity], "b": "NaN", "c": null, "d": NaN}"#;
        let plain = r#"{"a NaN \" NaN": [1.5, null,null, -2, null], "b": "NaN", "c": null, "d": null}"#;
        assert_eq!(without_nan(text), plain);
        assert_eq!(without_nan("\"NaN"), "\"NaN");
        assert_eq!(without_nan("é NaNé"), "é nullé");
    }
}

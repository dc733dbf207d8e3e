//! The base types of FIT fields: their sizes, and how their bytes become numbers.

/// A base type. Its code's low five bits number it; the top bit only repeats that it has a byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BaseType {
    /// 8-bit unsigned, invalid 0xFF: `enum`, `uint8`.
    Uint8,
    /// 8-bit signed, invalid 0x7F.
    Sint8,
    /// 16-bit signed, invalid 0x7FFF.
    Sint16,
    /// 16-bit unsigned, invalid 0xFFFF.
    Uint16,
    /// 32-bit signed, invalid 0x7FFF_FFFF.
    Sint32,
    /// 32-bit unsigned, invalid 0xFFFF_FFFF.
    Uint32,
    /// UTF-8, ended by a NUL.
    Text,
    /// 32-bit float, invalid when not finite.
    Float32,
    /// 64-bit float, invalid when not finite.
    Float64,
    /// 8-bit unsigned, invalid 0.
    Uint8z,
    /// 16-bit unsigned, invalid 0.
    Uint16z,
    /// 32-bit unsigned, invalid 0.
    Uint32z,
    /// Bytes without meaning of their own; also what an unknown code is taken as.
    Byte,
    /// 64-bit signed, invalid 0x7FFF…
    Sint64,
    /// 64-bit unsigned, invalid 0xFFFF…
    Uint64,
    /// 64-bit unsigned, invalid 0.
    Uint64z,
}

impl BaseType {
    /// The type of a definition's base type byte.
    pub(super) fn from_code(code: u8) -> Self {
        match code & 0x1F {
            0 | 2 => Self::Uint8,
            1 => Self::Sint8,
            3 => Self::Sint16,
            4 => Self::Uint16,
            5 => Self::Sint32,
            6 => Self::Uint32,
            7 => Self::Text,
            8 => Self::Float32,
            9 => Self::Float64,
            10 => Self::Uint8z,
            11 => Self::Uint16z,
            12 => Self::Uint32z,
            14 => Self::Sint64,
            15 => Self::Uint64,
            16 => Self::Uint64z,
            _ => Self::Byte,
        }
    }

    /// Whether `code` is one that the protocol gives to a type.
    pub(super) fn is_code(code: u8) -> bool {
        let has_order = Self::from_code(code).size() > 1;
        code & 0x1F <= 0x10 && code & 0xE0 == if has_order { 0x80 } else { 0 }
    }

    /// Bytes of one element.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Uint8 | Self::Sint8 | Self::Text | Self::Uint8z | Self::Byte => 1,
            Self::Sint16 | Self::Uint16 | Self::Uint16z => 2,
            Self::Sint32 | Self::Uint32 | Self::Float32 | Self::Uint32z => 4,
            Self::Float64 | Self::Sint64 | Self::Uint64 | Self::Uint64z => 8,
        }
    }

    /// The element at the start of `bytes` as a number, without scale and offset; `None` when it is the type's
    /// "no value", when the type is no number, or when there are too few bytes.
    #[inline(always)]
    pub(super) fn number(self, bytes: &[u8], big_endian: bool) -> Option<f64> {
        match self {
            Self::Uint8 | Self::Byte => {
                first::<1>(bytes, big_endian).map(|[v]| v).filter(|v| *v != 0xFF).map(f64::from)
            }
            Self::Uint8z => first::<1>(bytes, big_endian).map(|[v]| v).filter(|v| *v != 0).map(f64::from),
            Self::Sint8 => first(bytes, big_endian).map(i8::from_le_bytes).filter(|v| *v != i8::MAX).map(f64::from),
            Self::Sint16 => first(bytes, big_endian).map(i16::from_le_bytes).filter(|v| *v != i16::MAX).map(f64::from),
            Self::Uint16 => first(bytes, big_endian).map(u16::from_le_bytes).filter(|v| *v != u16::MAX).map(f64::from),
            Self::Uint16z => first(bytes, big_endian).map(u16::from_le_bytes).filter(|v| *v != 0).map(f64::from),
            Self::Sint32 => first(bytes, big_endian).map(i32::from_le_bytes).filter(|v| *v != i32::MAX).map(f64::from),
            Self::Uint32 => first(bytes, big_endian).map(u32::from_le_bytes).filter(|v| *v != u32::MAX).map(f64::from),
            Self::Uint32z => first(bytes, big_endian).map(u32::from_le_bytes).filter(|v| *v != 0).map(f64::from),
            Self::Float32 => first(bytes, big_endian).map(f32::from_le_bytes).filter(|v| v.is_finite()).map(f64::from),
            Self::Float64 => first(bytes, big_endian).map(f64::from_le_bytes).filter(|v| v.is_finite()),
            // A double keeps 53 bits; none of the quantities read this way has more.
            Self::Sint64 => {
                first(bytes, big_endian).map(i64::from_le_bytes).filter(|v| *v != i64::MAX).map(|v| v as f64)
            }
            Self::Uint64 => {
                first(bytes, big_endian).map(u64::from_le_bytes).filter(|v| *v != u64::MAX).map(|v| v as f64)
            }
            Self::Uint64z => first(bytes, big_endian).map(u64::from_le_bytes).filter(|v| *v != 0).map(|v| v as f64),
            Self::Text => None,
        }
    }
}

/// The first `N` bytes in little-endian order.
#[inline(always)]
fn first<const N: usize>(bytes: &[u8], big_endian: bool) -> Option<[u8; N]> {
    let mut value = *bytes.first_chunk::<N>()?;
    if big_endian {
        value.reverse();
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::BaseType;

    #[test]
    fn invalid_values_are_none_in_both_byte_orders() {
        assert_eq!(BaseType::from_code(0x84).number(&[0xFF, 0xFF], false), None);
        assert_eq!(BaseType::from_code(0x83).number(&[0xFF, 0x7F], false), None);
        assert_eq!(BaseType::from_code(0x83).number(&[0x7F, 0xFF], true), None);
        assert_eq!(BaseType::from_code(0x83).number(&[0x7F, 0xFF], false), Some(-129.0));
        assert_eq!(BaseType::from_code(0x8B).number(&[0, 0], false), None);
        assert_eq!(BaseType::from_code(0x88).number(&[0xFF; 4], false), None);
        assert_eq!(BaseType::from_code(0x86).number(&[1, 2, 3], false), None);
    }

    #[test]
    fn the_protocol_has_seventeen_types() {
        assert_eq!((0..=u8::MAX).filter(|code| BaseType::is_code(*code)).count(), 17);
        assert!(BaseType::is_code(0x84) && !BaseType::is_code(0x04) && !BaseType::is_code(0x82));
    }
}

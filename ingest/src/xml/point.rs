//! One track point while it is read.

use super::field::Field;
use super::notices::Notices;
use super::text::{comma_number, number, quoted};
use crate::NoticeCode;
use crate::stamp::{self, Stamp};

/// 6 January 1980, when GPS time began, milliseconds since 1970.
const GPS_BEGAN_MS: i64 = 315_964_800_000;

/// One track point while it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    /// Byte of its start tag.
    pub(crate) at: usize,
    /// Latitude and longitude, degrees; `None` when they are known not to be true.
    pub(crate) position: Option<(f64, f64)>,
    /// Time, when there is one.
    pub(crate) time: Option<Stamp>,
    /// Numbers by [`Field::index`]; NaN when there is none.
    pub(crate) fields: [f64; Field::ALL.len()],
    /// Whether something makes it useless; the notice has been given.
    pub(crate) broken: bool,
}

impl Point {
    /// A point whose start tag stands at byte `at`.
    pub(crate) fn new(at: usize) -> Self {
        Self { at, position: None, time: None, fields: [f64::NAN; Field::ALL.len()], broken: false }
    }

    /// Takes a position, unless it cannot be.
    pub(crate) fn take_position(&mut self, (lat, lon): (f64, f64), notices: &mut Notices<'_>) {
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            notices.at(NoticeCode::ImpossibleValue, self.at, || {
                format!("The position {lat}, {lon} is not on the earth; it was left out, the rest of the sample kept.")
            });
        } else if lat == 0.0 && lon == 0.0 {
            notices.once_at(
                NoticeCode::ImpossibleValue,
                self.at,
                "Positions of exactly 0, 0 stand for “no position”; they were left out, the rest of the samples kept.",
            );
        } else {
            self.position = Some((lat, lon));
        }
    }

    /// Takes the time that `text` says. One that cannot be read makes the point useless.
    pub(crate) fn take_time(&mut self, text: &str, at: usize, notices: &mut Notices<'_>) {
        let text = text.trim_ascii();
        if self.broken || text.is_empty() {
            return;
        }
        match stamp::parse(text) {
            Some(stamp) if stamp.utc_ms < GPS_BEGAN_MS => notices.once_at(
                NoticeCode::ImpossibleValue,
                at,
                "Times before GPS began (1980) stand for “no time”; they were left out.",
            ),
            Some(stamp) => self.time = Some(stamp),
            None => {
                self.broken = true;
                notices.at(NoticeCode::SampleSkipped, at, || {
                    format!("A track point with the time {} was left out.", quoted(text))
                });
            }
        }
    }

    /// Takes the number that `text` says as `field`, unless it cannot be.
    pub(crate) fn take_number(&mut self, field: Field, text: &str, at: usize, notices: &mut Notices<'_>) {
        let Some(slot) = self.fields.get_mut(field.index()) else { return };
        let text = text.trim_ascii();
        // The first of several wins: the element itself before the same value in an extension behind it.
        if self.broken || text.is_empty() || !slot.is_nan() {
            return;
        }
        let (min, max) = field.limits();
        match any_number(text, at, notices) {
            // A strap without contact writes 0.
            Some(0.0) if field == Field::HeartRate => {}
            Some(value) if (min..=max).contains(&value) => *slot = value,
            _ => notices
                .at(NoticeCode::ImpossibleValue, at, || format!("{} of {} was left out.", field.words(), quoted(text))),
        }
    }
}

/// A coordinate, or what to call it when it is none.
pub(crate) fn degrees(name: &str, text: Option<&str>, at: usize, notices: &mut Notices<'_>) -> Result<f64, String> {
    let text = text.ok_or_else(|| format!("no {name}"))?;
    any_number(text, at, notices).ok_or_else(|| format!("a {name} of {}", quoted(text)))
}

/// A number with a decimal point, or with a decimal comma, which is said once.
pub(crate) fn any_number(text: &str, at: usize, notices: &mut Notices<'_>) -> Option<f64> {
    number(text).or_else(|| {
        let number = comma_number(text)?;
        let said = "Numbers have a decimal comma; it was taken for a decimal point.";
        notices.once_at(NoticeCode::Converted, at, said);
        Some(number)
    })
}

//! What stands in a track point.

use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

use super::sieve::Sieve;
use super::tag::{Field, Tag};
use super::text::{number, quoted, tidy};
use super::track::Point;
use crate::NoticeCode;
use crate::stamp as time;

/// 6 January 1980, when GPS time began, milliseconds since 1970.
const GPS_BEGAN_MS: i64 = 315_964_800_000;

/// Names of unused extension elements that the notice lists.
pub(super) const LISTED_NAMES: usize = 12;

impl Sieve<'_, '_> {
    pub(super) fn start_point(&mut self, tag: &BytesStart<'_>, at: usize) {
        let fields = [f64::NAN; Field::ALL.len()];
        self.point = Some(Point { at, position: None, time: None, fields, broken: false });
        let (mut lat, mut lon) = (None, None);
        for attribute in tag.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "lat" => lat = Some(attribute.value),
                "lon" => lon = Some(attribute.value),
                _ => self.take_attribute(&attribute, at),
            }
        }
        match (degrees("latitude", lat.as_deref()), degrees("longitude", lon.as_deref())) {
            (Err(what), _) | (_, Err(what)) => {
                self.notices.at(NoticeCode::SampleSkipped, at, || format!("A track point with {what} was left out."));
                self.point = Some(Point { at, position: None, time: None, fields, broken: true });
            }
            (Ok(lat), Ok(lon)) if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) => {
                self.notices.at(NoticeCode::ImpossibleValue, at, || {
                    format!(
                        "The position {lat}, {lon} is not on the earth; it was left out, the rest of the sample kept."
                    )
                });
            }
            (Ok(lat), Ok(lon)) if lat == 0.0 && lon == 0.0 => self.notices.once_at(
                NoticeCode::ImpossibleValue,
                at,
                "Positions of exactly 0, 0 stand for “no position”; they were left out, the rest of the samples kept.",
            ),
            (Ok(lat), Ok(lon)) => {
                if let Some(point) = &mut self.point {
                    point.position = Some((lat, lon));
                }
            }
        }
    }

    /// Takes numbers that stand in attributes: `<extension hr="120"/>`.
    pub(super) fn take_attributes(&mut self, tag: &BytesStart<'_>, at: usize) {
        for attribute in tag.attributes().with_checks(false).flatten() {
            self.take_attribute(&attribute, at);
        }
    }

    fn take_attribute(&mut self, attribute: &Attribute<'_>, at: usize) {
        if let Some(field) = Field::from_local_name(attribute.key.local_name().as_ref()) {
            self.take_number(field, &attribute.value, at);
        }
    }

    pub(super) fn take_time(&mut self, at: usize) {
        let Some(point) = &mut self.point else { return };
        let text = self.content.trim();
        if point.broken || text.is_empty() {
            return;
        }
        match time::parse(text) {
            Some(stamp) if stamp.utc_ms < GPS_BEGAN_MS => self.notices.once_at(
                NoticeCode::ImpossibleValue,
                at,
                "Times before GPS began (1980) stand for “no time”; they were left out.",
            ),
            Some(stamp) => point.time = Some(stamp),
            None => {
                point.broken = true;
                self.notices.at(NoticeCode::SampleSkipped, at, || {
                    format!("A track point with the time {} was left out.", quoted(text))
                });
            }
        }
    }

    pub(super) fn take_field(&mut self, field: Field, at: usize) {
        let text = std::mem::take(&mut self.content);
        self.take_number(field, &text, at);
        self.content = text;
    }

    pub(super) fn take_number(&mut self, field: Field, text: &str, at: usize) {
        let Some(point) = &mut self.point else { return };
        let Some(slot) = point.fields.get_mut(field.index()) else { return };
        let text = text.trim();
        // The first of several wins: the element itself before the same value in an extension behind it.
        if point.broken || text.is_empty() || !slot.is_nan() {
            return;
        }
        let (min, max) = field.limits();
        match number(text) {
            // A strap without contact writes 0.
            Some(0.0) if field == Field::HeartRate => {}
            Some(value) if (min..=max).contains(&value) => *slot = value,
            _ => self
                .notices
                .at(NoticeCode::ImpossibleValue, at, || format!("{} of {} was left out.", field.words(), quoted(text))),
        }
    }

    pub(super) fn note_unused(&mut self, name: &str) {
        if self.point.is_some()
            && self.is_leaf
            && self.unused.len() <= LISTED_NAMES
            && self.open.contains(&Tag::Extensions)
            && !self.content.trim_ascii().is_empty()
            && !self.unused.iter().any(|known| known == name)
        {
            self.unused.extend(tidy(name));
        }
    }

    pub(super) fn finish_point(&mut self) {
        let Some(point) = self.point.take() else { return };
        if point.broken {
            self.document.skipped += 1;
        } else {
            self.track.get_or_insert_default().push(&point);
        }
    }
}

/// A coordinate, or what to call it when it is none.
fn degrees(name: &str, text: Option<&str>) -> Result<f64, String> {
    let text = text.ok_or_else(|| format!("no {name}"))?;
    number(text).ok_or_else(|| format!("a {name} of {}", quoted(text)))
}

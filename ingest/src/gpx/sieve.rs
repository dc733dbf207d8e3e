//! GPX elements to tracks.

use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

use super::tag::Tag;
use crate::NoticeCode;
use crate::xml::field::Field;
use crate::xml::markup::{self, Elements};
use crate::xml::notices::Notices;
use crate::xml::point::{Point, degrees};
use crate::xml::text::{attribute, paragraph, tidy, unescaped};
use crate::xml::track::Track;
use crate::xml::unused::Unused;

/// Tracks of one file that are kept.
pub(super) const MOST_TRACKS: usize = 1000;

type Here<'a, 't> = markup::Here<'a, 't, Tag>;

/// Elements of a point's extensions that are known to hold nothing a run is made of, in lower case: they are passed
/// over without a word.
const PASSED_OVER: &[&str] = &[
    "course",
    "bearing",
    "heading",
    "depth",
    "wtemp",
    "seastate",
    "verticalspeed",
    "sealevelpressure",
    "energy",
    "calories",
    "accuracy",
    "hdop",
    "vdop",
    "pdop",
    "satellites",
    "last",
    "mapzoom",
    "surface",
];

/// One `<trk>`.
#[derive(Debug, Default)]
pub(super) struct Trk {
    /// `<name>`.
    pub(super) name: Option<String>,
    /// `<desc>`.
    pub(super) description: Option<String>,
    /// `<type>`.
    pub(super) kind: Option<String>,
    /// Its points.
    pub(super) track: Track,
}

/// What one pass gathers.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// `creator` of the root element.
    pub(super) creator: Option<String>,
    /// `<name>` of the metadata (1.1) or of the root element (1.0).
    pub(super) name: Option<String>,
    /// Tracks in order, those without points too.
    pub(super) tracks: Vec<Trk>,
    /// Points left out.
    pub(super) skipped: u64,
    track: Option<Trk>,
    point: Option<Point>,
    unused: Unused,
}

impl Elements for Document {
    type Tag = Tag;

    const COUNTED: &'static [(Tag, &'static str)] = &[
        (Tag::Trk, "trk"),
        (Tag::TrkSeg, "trkseg"),
        (Tag::TrkPt, "trkpt"),
        (Tag::Rte, "rte"),
        (Tag::RtePt, "rtept"),
        (Tag::Wpt, "wpt"),
    ];

    fn tag(name: &str) -> Tag {
        Tag::from_local_name(name)
    }

    fn level(tag: Tag) -> Option<u8> {
        match tag {
            Tag::Trk => Some(1),
            Tag::TrkSeg => Some(2),
            Tag::TrkPt => Some(3),
            _ => None,
        }
    }

    fn is_root(tag: Tag) -> bool {
        tag == Tag::Gpx
    }

    fn start(&mut self, tag: Tag, element: &BytesStart<'_>, here: &mut Here<'_, '_>) {
        match tag {
            Tag::Gpx if self.creator.is_none() => {
                self.creator = attribute(element, "creator").and_then(|text| tidy(&unescaped(&text)));
            }
            Tag::Trk => {
                // Points that a damaged file has between two tracks are a track of their own.
                self.finish_track(here.at, here.notices);
                self.track = Some(Trk::default());
            }
            Tag::TrkSeg => self.track.get_or_insert_default().track.begin_segment(),
            Tag::TrkPt => self.start_point(element, here),
            // Numbers may stand in attributes: `<extension hr="120"/>`.
            Tag::Other | Tag::Field(_) => {
                if let Some(point) = &mut self.point {
                    for attribute in element.attributes().with_checks(false).flatten() {
                        take_attribute(point, &attribute, here);
                    }
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: Tag, name: &str, here: &mut Here<'_, '_>) {
        match (tag, here.parent()) {
            (Tag::Name, Some(Tag::Trk)) => {
                if let Some(track) = &mut self.track {
                    track.name = tidy(here.content);
                }
            }
            (Tag::Desc, Some(Tag::Trk)) => {
                if let Some(track) = &mut self.track {
                    track.description = paragraph(here.content);
                }
            }
            (Tag::Name, Some(Tag::Gpx | Tag::Metadata)) => self.name = tidy(here.content),
            (Tag::Type, Some(Tag::Trk)) => {
                if let Some(track) = &mut self.track {
                    track.kind = tidy(here.content);
                }
            }
            (Tag::Time, Some(Tag::TrkPt)) => {
                if let Some(point) = &mut self.point {
                    point.take_time(here.content, here.at, here.notices);
                }
            }
            // `<ele>` of a point; extensions repeat it or mean another altitude.
            (Tag::Field(Field::Altitude), parent) if parent != Some(Tag::TrkPt) => {}
            (Tag::Field(field), _) => {
                if let Some(point) = &mut self.point {
                    point.take_number(field, here.content, here.at, here.notices);
                }
            }
            (Tag::Other, _) => self.note_unused(name, here),
            (Tag::TrkPt, _) => self.finish_point(),
            (Tag::Trk, _) => self.finish_track(here.at, here.notices),
            _ => {}
        }
    }

    fn finish(&mut self, at: usize, notices: &mut Notices<'_>) {
        // A point that the cut runs through may lack half of its digits.
        self.skipped += u64::from(self.point.take().is_some());
        self.finish_track(at, notices);
        std::mem::take(&mut self.unused).tell("trkpt extensions", notices);
    }
}

impl Document {
    fn start_point(&mut self, element: &BytesStart<'_>, here: &mut Here<'_, '_>) {
        let mut point = Point::new(here.at);
        let (mut lat, mut lon) = (None, None);
        for attribute in element.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "lat" => lat = Some(attribute.value),
                "lon" => lon = Some(attribute.value),
                _ => take_attribute(&mut point, &attribute, here),
            }
        }
        let lat = degrees("latitude", lat.as_deref(), here.at, here.notices);
        match (lat, degrees("longitude", lon.as_deref(), here.at, here.notices)) {
            (Ok(lat), Ok(lon)) => point.take_position((lat, lon), here.notices),
            (Err(what), _) | (_, Err(what)) => {
                let text = || format!("A track point with {what} was left out.");
                here.notices.at(NoticeCode::SampleSkipped, here.at, text);
                point.broken = true;
            }
        }
        self.point = Some(point);
    }

    fn finish_point(&mut self) {
        let Some(point) = self.point.take() else { return };
        if point.broken {
            self.skipped += 1;
        } else {
            self.track.get_or_insert_default().track.push(&point);
        }
    }

    /// Keeps the track that is being read, up to the cap: each costs a frame, however few points it has.
    fn finish_track(&mut self, at: usize, notices: &mut Notices<'_>) {
        let Some(track) = self.track.take() else { return };
        if self.tracks.len() < MOST_TRACKS {
            self.tracks.push(track);
        } else {
            notices.capped(at, MOST_TRACKS, "tracks");
        }
    }

    fn note_unused(&mut self, name: &str, here: &Here<'_, '_>) {
        if self.point.is_some()
            && here.is_leaf
            && here.open.contains(&Tag::Extensions)
            && !PASSED_OVER.iter().any(|known| known.eq_ignore_ascii_case(name))
        {
            self.unused.note(name, here.content);
        }
    }
}

fn take_attribute(point: &mut Point, attribute: &Attribute<'_>, here: &mut Here<'_, '_>) {
    if let Some(field) = Field::from_extension(attribute.key.local_name().as_ref()) {
        point.take_number(field, &attribute.value, here.at, here.notices);
    }
}

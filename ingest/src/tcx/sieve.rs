//! TCX elements to activities, laps and points.

use quick_xml::events::BytesStart;

use super::tag::Tag;
use crate::stamp::{self, Stamp};
use crate::xml::field::Field;
use crate::xml::markup::{self, Elements};
use crate::xml::notices::Notices;
use crate::xml::point::{Point, any_number, degrees};
use crate::xml::text::{attribute, number, paragraph, quoted, tidy, unescaped};
use crate::xml::track::Track;
use crate::xml::unused::Unused;
use crate::{Device, NoticeCode, Totals};

/// Activities of one file that are kept.
const MOST_ACTIVITIES: usize = 1000;
/// Laps of one file that are kept.
const MOST_LAPS: usize = 10_000;
/// A lap whose first point stands this long before the lap's own start repeats points of an earlier lap, milliseconds.
const REPEATS_MS: i64 = 60_000;

type Here<'a, 't> = markup::Here<'a, 't, Tag>;

/// One `<Lap>`.
#[derive(Debug, Default)]
pub(super) struct LapRead {
    /// `StartTime`.
    pub(super) start: Option<Stamp>,
    /// What it states, as it states it.
    pub(super) totals: Totals,
    /// The first row that is its own.
    pub(super) first_row: usize,
}

/// One `<Activity>`.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// `Sport`.
    pub(super) sport: Option<String>,
    /// `<Name>`.
    pub(super) name: Option<String>,
    /// `<Notes>`.
    pub(super) notes: Option<String>,
    /// `<Notes>` of its laps, with the number of the lap.
    pub(super) lap_notes: Vec<(usize, String)>,
    /// Its laps, in order.
    pub(super) laps: Vec<LapRead>,
    /// The points of all laps.
    pub(super) track: Track,
    /// Points of a lap that repeat those of the laps before it; they were left out.
    pub(super) repeats: u64,
    /// Whether the lap that is being read repeats points.
    repeating: bool,
    /// Whether the lap that is being read has had a timed point.
    lap_has_rows: bool,
}

/// What one pass gathers.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The `<Creator>` of the first activity that has one.
    pub(super) device: Option<Device>,
    /// `<Author>`: the program that wrote the file.
    pub(super) author: Option<String>,
    /// Activities in order, those without points too.
    pub(super) sessions: Vec<Session>,
    /// Points left out.
    pub(super) skipped: u64,
    session: Option<Session>,
    point: Option<Point>,
    lat: f64,
    lon: f64,
    /// Laps of all activities.
    laps: usize,
    /// Whether the lap that is being read is one of those that are kept.
    lap_is_kept: bool,
    unused: Unused,
}

impl Elements for Document {
    type Tag = Tag;

    const COUNTED: &'static [(Tag, &'static str)] = &[
        (Tag::Activity, "Activity"),
        (Tag::Lap, "Lap"),
        (Tag::Track, "Track"),
        (Tag::Trackpoint, "Trackpoint"),
        (Tag::Course, "Course"),
        (Tag::Workout, "Workout"),
    ];

    fn tag(name: &str) -> Tag {
        Tag::from_local_name(name)
    }

    fn level(tag: Tag) -> Option<u8> {
        match tag {
            Tag::Activity | Tag::Course => Some(1),
            Tag::Lap => Some(2),
            Tag::Track => Some(3),
            Tag::Trackpoint => Some(4),
            _ => None,
        }
    }

    fn is_root(tag: Tag) -> bool {
        tag == Tag::Root
    }

    fn start(&mut self, tag: Tag, element: &BytesStart<'_>, here: &mut Here<'_, '_>) {
        match tag {
            Tag::Activity => {
                // Laps that a damaged file has between two activities are an activity of their own.
                self.finish_session(here.at, here.notices);
                let sport = attribute(element, "Sport").and_then(|text| tidy(&unescaped(&text)));
                self.session = Some(Session { sport, ..Session::default() });
            }
            Tag::Lap if !here.open.contains(&Tag::Course) => self.start_lap(element, here),
            Tag::Track => {
                if let Some(session) = &mut self.session {
                    session.begin_track();
                }
            }
            Tag::Trackpoint => {
                self.point = (!here.open.contains(&Tag::Course)).then(|| Point::new(here.at));
                (self.lat, self.lon) = (f64::NAN, f64::NAN);
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: Tag, name: &str, here: &mut Here<'_, '_>) {
        if self.point.is_some() {
            self.close_in_point(tag, name, here);
        } else {
            self.close_outside(tag, here);
        }
    }

    fn finish(&mut self, at: usize, notices: &mut Notices<'_>) {
        // A point that the cut runs through may lack half of its digits.
        self.skipped += u64::from(self.point.take().is_some());
        self.finish_session(at, notices);
        std::mem::take(&mut self.unused).tell("Trackpoint extensions", notices);
    }
}

impl Document {
    fn close_in_point(&mut self, tag: Tag, name: &str, here: &mut Here<'_, '_>) {
        let Some(point) = &mut self.point else { return };
        match tag {
            Tag::Time if here.parent() == Some(Tag::Trackpoint) => {
                point.take_time(here.content, here.at, here.notices);
            }
            Tag::Value if here.parent() == Some(Tag::HeartRate) => {
                point.take_number(Field::HeartRate, here.content, here.at, here.notices);
            }
            // Some writers leave out `<Value>`.
            Tag::HeartRate if here.is_leaf => {
                point.take_number(Field::HeartRate, here.content, here.at, here.notices);
            }
            Tag::Distance => point.take_number(Field::Distance, here.content, here.at, here.notices),
            Tag::Field(field) => point.take_number(field, here.content, here.at, here.notices),
            Tag::Latitude => self.lat = coordinate("latitude", here),
            Tag::Longitude => self.lon = coordinate("longitude", here),
            Tag::Trackpoint => self.finish_point(here.notices),
            Tag::Other if here.is_leaf && here.open.contains(&Tag::Extensions) => self.unused.note(name, here.content),
            _ => {}
        }
    }

    fn close_outside(&mut self, tag: Tag, here: &mut Here<'_, '_>) {
        match (tag, here.parent()) {
            (Tag::TotalTime, Some(Tag::Lap)) => self.state(here, |totals| &mut totals.timer_time_s),
            (Tag::Distance, Some(Tag::Lap)) => self.state(here, |totals| &mut totals.distance_m),
            (Tag::Calories, Some(Tag::Lap)) => self.state(here, |totals| &mut totals.calories_kcal),
            (Tag::Value, Some(Tag::AverageHeartRate)) => self.state(here, |totals| &mut totals.avg_heart_rate_bpm),
            (Tag::Value, Some(Tag::MaximumHeartRate)) => self.state(here, |totals| &mut totals.max_heart_rate_bpm),
            (Tag::Name, Some(Tag::Activity)) => {
                if let Some(session) = &mut self.session {
                    session.name = tidy(here.content);
                }
            }
            (Tag::Notes, Some(Tag::Activity)) => {
                if let Some(session) = &mut self.session {
                    session.notes = paragraph(here.content);
                }
            }
            (Tag::Notes, Some(Tag::Lap)) => {
                if let (true, Some(session), Some(notes)) =
                    (self.lap_is_kept, &mut self.session, paragraph(here.content))
                {
                    session.lap_notes.push((session.laps.len(), notes));
                }
            }
            (Tag::Name, Some(Tag::Creator)) => {
                let device = self.device.get_or_insert_default();
                device.product = device.product.take().or_else(|| tidy(here.content));
            }
            (Tag::UnitId, Some(Tag::Creator)) => {
                let device = self.device.get_or_insert_default();
                // 0 stands for none.
                let serial = here.content.trim_ascii().parse().ok().filter(|serial| *serial != 0);
                device.serial = device.serial.or(serial);
            }
            (Tag::Name, Some(Tag::Author)) => self.author = self.author.take().or_else(|| tidy(here.content)),
            (Tag::Activity, _) => self.finish_session(here.at, here.notices),
            _ => {}
        }
    }

    fn start_lap(&mut self, element: &BytesStart<'_>, here: &mut Here<'_, '_>) {
        let session = self.session.get_or_insert_default();
        if self.laps >= MOST_LAPS {
            let text = format!("There are more than {MOST_LAPS} laps; those from here on were counted to the last.");
            here.notices.once_at(NoticeCode::Capped, here.at, &text);
            self.lap_is_kept = false;
            return;
        }
        self.laps += 1;
        self.lap_is_kept = true;
        let start = attribute(element, "StartTime").and_then(|text| stamp::parse(&text));
        session.laps.push(LapRead { start, totals: Totals::default(), first_row: session.track.rows() });
        session.repeating = false;
        session.lap_has_rows = false;
    }

    /// Takes a total of the lap that is open; a negative one, or one that is no number, is left out.
    fn state(&mut self, here: &mut Here<'_, '_>, of: impl FnOnce(&mut Totals) -> &mut Option<f64>) {
        let kept = self.session.as_mut().filter(|_| self.lap_is_kept);
        let Some(lap) = kept.and_then(|session| session.laps.last_mut()) else { return };
        let text = here.content.trim_ascii();
        if text.is_empty() {
            return;
        }
        match any_number(text, here.at, here.notices) {
            Some(value) if (0.0..=1e9).contains(&value) => *of(&mut lap.totals) = Some(value),
            _ => here.notices.at(NoticeCode::ImpossibleValue, here.at, || {
                format!("A lap’s total of {} was left out.", quoted(text))
            }),
        }
    }

    fn finish_point(&mut self, notices: &mut Notices<'_>) {
        let Some(mut point) = self.point.take() else { return };
        if point.broken {
            self.skipped += 1;
            return;
        }
        if !self.lat.is_nan() && !self.lon.is_nan() {
            point.take_position((self.lat, self.lon), notices);
        }
        self.session.get_or_insert_default().push(&point);
    }

    /// Keeps the activity that is being read, up to the cap: each costs a frame, however few points it has.
    fn finish_session(&mut self, at: usize, notices: &mut Notices<'_>) {
        let Some(session) = self.session.take() else { return };
        if self.sessions.len() < MOST_ACTIVITIES {
            self.sessions.push(session);
        } else {
            notices.capped(at, MOST_ACTIVITIES, "activities");
        }
    }
}

impl Session {
    /// Begins a `<Track>`. The first of a lap goes on where the lap before it ended; between two of one lap the timer
    /// may have stood still.
    fn begin_track(&mut self) {
        if self.lap_has_rows {
            self.track.begin_segment();
        }
    }

    fn push(&mut self, point: &Point) {
        if let (Some(stamp), Some(&first), Some(&last)) =
            (point.time, self.track.time_ms.first(), self.track.time_ms.last())
        {
            let lap_start = self.laps.last().and_then(|lap| lap.start);
            if !self.lap_has_rows
                && stamp.utc_ms <= first
                && first < last
                && lap_start.is_some_and(|start| start.utc_ms.saturating_sub(stamp.utc_ms) > REPEATS_MS)
            {
                self.repeating = true;
            }
            if self.repeating && stamp.utc_ms <= last {
                self.repeats += 1;
                self.lap_has_rows = true;
                return;
            }
        }
        let said = (self.track.repeated, self.track.out_of_order_at);
        let repeated = self.track.time_ms.last().copied() == point.time.map(|stamp| stamp.utc_ms);
        self.track.push(point);
        // Garmin Connect begins each lap with the last point of the one before: that is no disorder.
        if repeated && !self.lap_has_rows {
            (self.track.repeated, self.track.out_of_order_at) = said;
        }
        self.lap_has_rows |= point.time.is_some();
    }
}

/// A coordinate in degrees; NaN, with a notice, when the text is none.
fn coordinate(name: &str, here: &mut Here<'_, '_>) -> f64 {
    if let Some(degrees) = number(here.content) {
        return degrees;
    }
    if here.content.trim_ascii().is_empty() {
        return f64::NAN;
    }
    degrees(name, Some(here.content), here.at, here.notices).unwrap_or_else(|what| {
        let text = || format!("A position with {what} was left out, the rest of the sample kept.");
        here.notices.at(NoticeCode::ImpossibleValue, here.at, text);
        f64::NAN
    })
}

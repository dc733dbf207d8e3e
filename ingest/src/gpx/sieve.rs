//! One pass over the markup: elements to tracks.
//!
//! The pull parser only cuts the text into tags; which element is open is kept here, so that a damaged place costs as
//! little as possible: an end tag that closes nothing is passed over, one that closes an outer element closes the
//! inner ones with it, and a start tag that runs into the next one is given up alone.

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::notices::Notices;
use super::point::LISTED_NAMES;
use super::tag::{Field, Tag};
use super::text::{attribute, tidy, unescaped};
use super::track::{Point, Track};
use crate::{Notice, NoticeCode};

/// Tracks of one file that are kept.
const MOST_TRACKS: usize = 1000;
/// Open elements that are told apart; deeper ones are passed over.
const DEEPEST: usize = 64;
/// Bytes of one element's text that are kept.
const LONGEST_TEXT: usize = 4096;
/// Damaged tags behind which reading starts again. Each may cost a look at the whole rest of the file.
const RESTARTS: u32 = 32;

/// Elements that are counted, in the order of [`Document::counts`].
pub(super) const COUNTED: [(Tag, &str); 6] = [
    (Tag::Trk, "trk"),
    (Tag::TrkSeg, "trkseg"),
    (Tag::TrkPt, "trkpt"),
    (Tag::Rte, "rte"),
    (Tag::RtePt, "rtept"),
    (Tag::Wpt, "wpt"),
];

/// What one pass gathers.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// `creator` of the root element.
    pub(super) creator: Option<String>,
    /// `<name>` of the metadata (1.1) or of the root element (1.0).
    pub(super) name: Option<String>,
    /// Tracks in order, those without points too.
    pub(super) tracks: Vec<Track>,
    /// Number of elements as in [`COUNTED`].
    pub(super) counts: [u64; COUNTED.len()],
    /// Points left out.
    pub(super) skipped: u64,
    /// The first damage, with its byte.
    pub(super) damage: Option<(usize, String)>,
    /// Whether there is a `<gpx>` element.
    pub(super) has_root: bool,
}

/// Reads all of `text`.
pub(super) fn sieve<'t>(text: &'t str, notices: &mut Notices<'t>) -> Document {
    let mut sieve = Sieve {
        document: Document::default(),
        notices,
        open: Vec::with_capacity(DEEPEST),
        too_deep: 0,
        content: String::new(),
        is_leaf: false,
        track: None,
        point: None,
        unused: Vec::new(),
        root_closed: false,
    };
    sieve.read(text);
    sieve.finish(text.len())
}

pub(super) struct Sieve<'n, 't> {
    pub(super) document: Document,
    pub(super) notices: &'n mut Notices<'t>,
    /// Open elements, outermost first, at most [`DEEPEST`].
    pub(super) open: Vec<Tag>,
    /// Open elements beyond those.
    too_deep: u64,
    /// Text since the last tag, at most [`LONGEST_TEXT`] bytes.
    pub(super) content: String,
    /// Whether the last tag was a start tag.
    pub(super) is_leaf: bool,
    pub(super) track: Option<Track>,
    pub(super) point: Option<Point>,
    /// Names of extension elements that held something and were not used.
    pub(super) unused: Vec<String>,
    root_closed: bool,
}

/// How a run of the parser ended.
enum Run {
    /// At the end of the text, or where nothing more is wanted.
    Done,
    /// In a damaged tag that starts at this byte.
    Damaged(usize),
}

impl Sieve<'_, '_> {
    fn read(&mut self, text: &str) {
        let mut from = 0;
        let mut restarts = 0;
        while let Some(rest) = text.get(from..) {
            let Run::Damaged(at) = self.run(rest, from) else { return };
            // A lone `<` at the very end is a cut, not damage; `finish` says so.
            let Some(next) = text.get(at + 1..).and_then(|rest| rest.find('<')) else { return };
            restarts += 1;
            if restarts > RESTARTS {
                self.damaged(at, "too many damaged tags; reading stopped here");
                return;
            }
            self.damaged(at, "a tag runs into the next one; it was passed over");
            from = at + 1 + next;
        }
    }

    /// Reads `rest`, which starts at byte `base` of the file, up to its end or the first damaged tag.
    fn run(&mut self, rest: &str, base: usize) -> Run {
        let mut xml = Reader::from_str(rest);
        let config = xml.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        config.expand_empty_elements = true;
        let position = |offset: u64| base.saturating_add(usize::try_from(offset).unwrap_or(usize::MAX));
        loop {
            let at = position(xml.buffer_position());
            match xml.read_event() {
                Ok(Event::Start(tag)) => {
                    // XML has no `<` in a tag: a quote is missing, and the tag has swallowed others.
                    if tag.attributes_raw().contains('<') {
                        return Run::Damaged(at);
                    }
                    if self.root_closed {
                        self.trailing(at);
                        return Run::Done;
                    }
                    self.start(&tag, at);
                }
                Ok(Event::End(tag)) => self.end(tag.local_name().as_ref(), at),
                Ok(Event::Text(text)) => {
                    let text = text.into_inner();
                    if self.root_closed && !text.trim_ascii().is_empty() {
                        self.trailing(at);
                        return Run::Done;
                    }
                    self.take_text(&text, at);
                }
                Ok(Event::CData(text)) => self.take_text(&text.into_inner(), at),
                Ok(Event::GeneralRef(reference)) => {
                    let name = reference.into_inner();
                    match quick_xml::escape::unescape(&format!("&{name};")) {
                        Ok(text) => self.take_text(&text, at),
                        Err(_) => self.notices.once_at(
                            NoticeCode::NotUsed,
                            at,
                            "The file uses entities of its own; they are not expanded.",
                        ),
                    }
                }
                Ok(Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::DocType(_)) => {}
                Ok(Event::Eof | Event::Empty(_)) => return Run::Done,
                Err(Error::Syntax(
                    SyntaxError::UnclosedComment
                    | SyntaxError::UnclosedCData
                    | SyntaxError::UnclosedDoctype
                    | SyntaxError::UnclosedPI
                    | SyntaxError::UnclosedXmlDecl,
                )) => return Run::Done,
                Err(_) => return Run::Damaged(position(xml.error_position()).max(at)),
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) {
        self.content.clear();
        self.is_leaf = true;
        if self.too_deep > 0 || self.open.len() >= DEEPEST {
            self.too_deep += 1;
            let text = format!("Elements nested deeper than {DEEPEST} levels were passed over.");
            self.notices.once_at(NoticeCode::Capped, at, &text);
            return;
        }
        let name = tag.local_name();
        let kind = Tag::from_local_name(name.as_ref());
        if let Some(level) = kind.track_level() {
            self.close_unclosed(level, at);
        }
        if let Some(i) = COUNTED.iter().position(|(counted, _)| *counted == kind)
            && let Some(count) = self.document.counts.get_mut(i)
        {
            *count += 1;
        }
        match kind {
            Tag::Gpx => {
                self.document.has_root = true;
                if self.document.creator.is_none() {
                    self.document.creator = attribute(tag, "creator").and_then(|text| tidy(&unescaped(&text)));
                }
            }
            Tag::Trk => self.track = Some(Track::default()),
            Tag::TrkSeg => self.track.get_or_insert_default().begin_segment(),
            Tag::TrkPt => self.start_point(tag, at),
            Tag::Other | Tag::Field(_) if self.point.is_some() => self.take_attributes(tag, at),
            _ => {}
        }
        self.open.push(kind);
    }

    /// Closes what a track element at `level` cannot stand in: the end tag before it is missing.
    fn close_unclosed(&mut self, level: u8, at: usize) {
        let unclosed = self.open.iter().position(|open| open.track_level().is_some_and(|open| open >= level));
        if let Some(from) = unclosed {
            self.damaged(at, "the element before is not closed; it was taken as closed here");
            self.close_down_to(from, at);
        }
    }

    fn close_down_to(&mut self, depth: usize, at: usize) {
        while self.open.len() > depth
            && let Some(tag) = self.open.pop()
        {
            self.close(tag, "", at);
        }
    }

    fn end(&mut self, name: &str, at: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else {
            let tag = Tag::from_local_name(name);
            if self.open.last() == Some(&tag) {
                self.open.pop();
                self.close(tag, name, at);
            } else if let Some(depth) = self.open.iter().rposition(|open| *open == tag) {
                self.damaged(at, "an end tag closes more than one element");
                self.close_down_to(depth, at);
            } else {
                self.damaged(at, "an end tag closes nothing; it was passed over");
            }
        }
        self.content.clear();
        self.is_leaf = false;
    }

    /// Acts on the end of `tag`, which has been taken off the open elements.
    fn close(&mut self, tag: Tag, name: &str, at: usize) {
        let parent = self.open.last().copied();
        match (tag, parent) {
            (Tag::Name, Some(Tag::Trk)) => {
                if let Some(track) = &mut self.track {
                    track.name = tidy(&self.content);
                }
            }
            (Tag::Name, Some(Tag::Gpx | Tag::Metadata)) => self.document.name = tidy(&self.content),
            (Tag::Type, Some(Tag::Trk)) => {
                if let Some(track) = &mut self.track {
                    track.kind = tidy(&self.content);
                }
            }
            (Tag::Time, Some(Tag::TrkPt)) => self.take_time(at),
            (Tag::Field(Field::Altitude), Some(Tag::TrkPt)) => self.take_field(Field::Altitude, at),
            (Tag::Field(Field::Altitude), _) => {}
            (Tag::Field(field), _) => self.take_field(field, at),
            (Tag::Other, _) => self.note_unused(name),
            (Tag::TrkPt, _) => self.finish_point(),
            (Tag::Trk, _) => self.finish_track(at),
            (Tag::Gpx, None) => self.root_closed = true,
            _ => {}
        }
    }

    /// Keeps the track that is being read, up to the cap: each costs a frame, however few points it has.
    fn finish_track(&mut self, at: usize) {
        let Some(track) = self.track.take() else { return };
        if self.document.tracks.len() < MOST_TRACKS {
            self.document.tracks.push(track);
        } else {
            let text = format!("There are more than {MOST_TRACKS} tracks; those from here on were left out.");
            self.notices.once_at(NoticeCode::Capped, at, &text);
        }
    }

    fn take_text(&mut self, text: &str, at: usize) {
        let free = LONGEST_TEXT.saturating_sub(self.content.len());
        if text.len() <= free {
            self.content.push_str(text);
            return;
        }
        // Blanks between elements are not worth a notice.
        if !text.trim_ascii().is_empty() {
            let notice = format!("A text longer than {LONGEST_TEXT} bytes was cut.");
            self.notices.once_at(NoticeCode::Capped, at, &notice);
        }
        let cut = (0..=free).rev().find(|cut| text.is_char_boundary(*cut)).unwrap_or(0);
        self.content.push_str(text.get(..cut).unwrap_or_default());
    }

    fn damaged(&mut self, at: usize, what: &str) {
        self.document.damage.get_or_insert_with(|| (at, what.to_owned()));
        self.notices.at(NoticeCode::Damaged, at, || format!("Damaged markup: {what}."));
    }

    fn trailing(&mut self, at: usize) {
        self.notices.once_at(NoticeCode::TrailingBytes, at, "What stands behind the end of the document was not read.");
    }

    /// Ends the document at byte `end`.
    fn finish(mut self, end: usize) -> Document {
        if !self.open.is_empty() || self.too_deep > 0 || !self.document.has_root {
            self.document.damage.get_or_insert((end, "the file ends before its last element is closed".to_owned()));
            self.notices.once_at(
                NoticeCode::Truncated,
                end,
                "The file ends before its last element is closed; everything before the cut was kept.",
            );
        }
        // A point that the cut runs through may lack half of its digits.
        if self.point.take().is_some() {
            self.document.skipped += 1;
        }
        self.finish_track(end);
        if !self.unused.is_empty() {
            let more = if self.unused.len() > LISTED_NAMES { " and others" } else { "" };
            self.unused.truncate(LISTED_NAMES);
            let text = format!("Not used: {}{more}.", self.unused.join(", "));
            self.notices.add(Notice::new(NoticeCode::NotUsed, "trkpt extensions", text));
        }
        self.document
    }
}

//! One pass over the markup, whatever its vocabulary.
//!
//! Plain tags and texts, of which a track has hundreds of thousands, are cut by `piece`; at anything else (comments,
//! declarations, entities, damage) the pull parser is asked for one event. Neither knows which element is open: that is
//! kept here, so that a damaged place costs as little as possible: an end tag that closes nothing is passed over, one
//! that closes an outer element closes the inner ones with it, and a tag that runs into the next one is given up alone.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::notices::Notices;
use super::piece::{Piece, piece};
use crate::NoticeCode;

/// Open elements that are told apart; deeper ones are passed over.
const DEEPEST: usize = 64;
/// Bytes of one element's text that are kept.
const LONGEST_TEXT: usize = 4096;
/// Damaged tags behind which reading starts again. Each may cost a look at the whole rest of the file.
const RESTARTS: u32 = 32;

/// The elements of one vocabulary, and what each of them does.
pub(crate) trait Elements: Default {
    /// An element that means something, or any other.
    type Tag: Copy + PartialEq + 'static;

    /// Elements that are counted, under the name that the count has.
    const COUNTED: &'static [(Self::Tag, &'static str)];

    /// The element called `name`, any prefix left out.
    fn tag(name: &str) -> Self::Tag;

    /// Depth of the track's own elements in each other: one of them cannot stand inside one of the same or a higher
    /// number, so that its start closes what a damaged file left open.
    fn level(tag: Self::Tag) -> Option<u8>;

    /// Whether it is the root element.
    fn is_root(tag: Self::Tag) -> bool;

    /// Acts on a start tag; `here.open` are the elements around it.
    fn start(&mut self, tag: Self::Tag, element: &BytesStart<'_>, here: &mut Here<'_, '_, Self::Tag>);

    /// Acts on the end of an element; `here.open` are the elements around it, `name` is empty when its end tag is
    /// missing.
    fn close(&mut self, tag: Self::Tag, name: &str, here: &mut Here<'_, '_, Self::Tag>);

    /// Acts on the end of the text, at byte `at`, whatever is still open.
    fn finish(&mut self, at: usize, notices: &mut Notices<'_>);
}

/// A place in the document.
pub(crate) struct Here<'a, 't, T> {
    /// Byte of the tag.
    pub(crate) at: usize,
    /// Open elements around it, outermost first.
    pub(crate) open: &'a [T],
    /// Text since the last tag.
    pub(crate) content: &'a str,
    /// Whether the last tag was a start tag: the element has text only.
    pub(crate) is_leaf: bool,
    /// Where oddities are said.
    pub(crate) notices: &'a mut Notices<'t>,
}

impl<T: Copy> Here<'_, '_, T> {
    /// The element around this one.
    pub(crate) fn parent(&self) -> Option<T> {
        self.open.last().copied()
    }
}

/// What a pass says about the document as a whole.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// The first damage, with its byte.
    pub(crate) damage: Option<(usize, String)>,
    /// Whether there is a root element.
    pub(crate) has_root: bool,
    /// Number of elements of each name that is counted, where there is one.
    pub(crate) counts: BTreeMap<String, u64>,
}

impl Ended {
    /// Number of elements called `name`, one of those that are counted.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }
}

/// Reads all of `text`.
pub(crate) fn read<'t, E: Elements>(text: &'t str, notices: &mut Notices<'t>) -> (E, Ended) {
    let mut elements = E::default();
    let mut markup = Markup {
        elements: &mut elements,
        notices: &mut *notices,
        ended: Ended::default(),
        counts: vec![0; E::COUNTED.len()],
        open: Vec::with_capacity(DEEPEST),
        too_deep: 0,
        content: String::new(),
        is_leaf: false,
        leaf: "",
        root_closed: false,
    };
    markup.read(text);
    let ended = markup.finish(text.len());
    elements.finish(text.len(), notices);
    (elements, ended)
}

/// `name` without its prefix.
fn local(name: &str) -> &str {
    let colon = name.bytes().position(|byte| byte == b':');
    colon.and_then(|colon| name.get(colon + 1..)).unwrap_or(name)
}

struct Markup<'e, 'n, 't, E: Elements> {
    elements: &'e mut E,
    notices: &'n mut Notices<'t>,
    ended: Ended,
    /// Numbers of elements, as in [`Elements::COUNTED`].
    counts: Vec<u64>,
    /// Open elements, outermost first, at most [`DEEPEST`].
    open: Vec<E::Tag>,
    /// Open elements beyond those.
    too_deep: u64,
    /// Text since the last tag, at most [`LONGEST_TEXT`] bytes.
    content: String,
    is_leaf: bool,
    /// Name of the last start tag, as long as [`Self::is_leaf`]; else empty.
    leaf: &'t str,
    root_closed: bool,
}

/// How a run of the parser ended.
enum Run {
    /// At the end of the text, or where nothing more is wanted.
    Done,
    /// In a damaged tag that starts at this byte.
    Damaged(usize),
}

impl<'t, E: Elements> Markup<'_, '_, 't, E> {
    fn read(&mut self, text: &'t str) {
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
    fn run(&mut self, rest: &'t str, base: usize) -> Run {
        let mut offset = 0;
        while let Some(rest) = rest.get(offset..).filter(|rest| !rest.is_empty()) {
            let at = base.saturating_add(offset);
            let Some((piece, taken)) = piece(rest) else {
                match self.event(rest, at) {
                    Ok(taken) => offset += taken,
                    Err(run) => return run,
                }
                continue;
            };
            offset += taken;
            match piece {
                Piece::Text(text) => {
                    if self.root_closed && !text.trim_ascii().is_empty() {
                        self.trailing(at);
                        return Run::Done;
                    }
                    self.take_text(text, at);
                }
                Piece::Start { content, name, is_empty } => {
                    if self.root_closed {
                        self.trailing(at);
                        return Run::Done;
                    }
                    self.start(&BytesStart::from_content(content, name), at);
                    let name = local(content.get(..name).unwrap_or_default());
                    if is_empty {
                        self.end(name, base.saturating_add(offset));
                    } else {
                        self.leaf = name;
                    }
                }
                Piece::End(name) => self.end(local(name), at),
            }
        }
        Run::Done
    }

    /// Reads what stands at the start of `rest`, which is byte `at` of the file: one event of the pull parser. Gives the
    /// bytes it took.
    fn event(&mut self, rest: &'t str, at: usize) -> Result<usize, Run> {
        let mut xml = Reader::from_str(rest);
        let config = xml.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let position = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let event = xml.read_event();
        let taken = position(xml.buffer_position());
        match event {
            // XML has no `<` in a tag: a bracket or a quote is missing, and the tag has swallowed others.
            Ok(Event::Start(_) | Event::Empty(_) | Event::End(_))
                if rest.get(1..taken).is_some_and(|tag| tag.contains('<')) =>
            {
                // An end tag that lacks nothing but its bracket ends its element all the same.
                let name = rest.strip_prefix("</").and_then(|tag| tag.split('<').next());
                if let Some(name) = name {
                    self.end(local(name.trim_ascii_end()), at);
                }
                return Err(Run::Damaged(at));
            }
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                if self.root_closed {
                    self.trailing(at);
                    return Err(Run::Done);
                }
                self.start(&tag, at);
                if rest.get(..taken).is_some_and(|tag| tag.ends_with("/>")) {
                    self.end(local(tag.name().0), at.saturating_add(taken));
                }
            }
            Ok(Event::End(tag)) => self.end(local(tag.name().0), at),
            Ok(Event::Text(text)) => {
                let text = text.into_inner();
                if self.root_closed && !text.trim_ascii().is_empty() {
                    self.trailing(at);
                    return Err(Run::Done);
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
            Ok(Event::Eof) => return Err(Run::Done),
            Err(Error::Syntax(
                SyntaxError::UnclosedComment
                | SyntaxError::UnclosedCData
                | SyntaxError::UnclosedDoctype
                | SyntaxError::UnclosedPI
                | SyntaxError::UnclosedXmlDecl,
            )) => return Err(Run::Done),
            Err(_) => return Err(Run::Damaged(at.saturating_add(position(xml.error_position())))),
        }
        // An event takes at least a byte; one that did not would come again and again.
        if taken == 0 { Err(Run::Done) } else { Ok(taken) }
    }

    fn start(&mut self, element: &BytesStart<'_>, at: usize) {
        self.content.clear();
        self.is_leaf = true;
        self.leaf = "";
        if self.too_deep > 0 || self.open.len() >= DEEPEST {
            self.too_deep += 1;
            let text = format!("Elements nested deeper than {DEEPEST} levels were passed over.");
            self.notices.once_at(NoticeCode::Capped, at, &text);
            return;
        }
        let tag = E::tag(local(element.name().0));
        if let Some(level) = E::level(tag) {
            self.close_unclosed(level, at);
        }
        self.ended.has_root |= E::is_root(tag);
        if let Some(i) = E::COUNTED.iter().position(|(counted, _)| *counted == tag)
            && let Some(count) = self.counts.get_mut(i)
        {
            *count += 1;
        }
        let mut here =
            Here { at, open: &self.open, content: &self.content, is_leaf: true, notices: &mut *self.notices };
        self.elements.start(tag, element, &mut here);
        self.open.push(tag);
    }

    /// Closes what a track element at `level` cannot stand in: the end tag before it is missing.
    fn close_unclosed(&mut self, level: u8, at: usize) {
        let unclosed = self.open.iter().position(|open| E::level(*open).is_some_and(|open| open >= level));
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
            let tag = match self.open.last() {
                Some(open) if self.leaf == name && !name.is_empty() => *open,
                _ => E::tag(name),
            };
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
        self.leaf = "";
    }

    /// Acts on the end of `tag`, which has been taken off the open elements.
    fn close(&mut self, tag: E::Tag, name: &str, at: usize) {
        let mut here =
            Here { at, open: &self.open, content: &self.content, is_leaf: self.is_leaf, notices: &mut *self.notices };
        self.elements.close(tag, name, &mut here);
        self.root_closed |= self.open.is_empty() && E::is_root(tag);
    }

    fn take_text(&mut self, text: &str, at: usize) {
        // Text that stands behind an element inside another is indentation.
        if !self.is_leaf {
            return;
        }
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
        self.ended.damage.get_or_insert_with(|| (at, what.to_owned()));
        self.notices.at(NoticeCode::Damaged, at, || format!("Damaged markup: {what}."));
    }

    fn trailing(&mut self, at: usize) {
        self.notices.once_at(NoticeCode::TrailingBytes, at, "What stands behind the end of the document was not read.");
    }

    /// Ends the document at byte `end`.
    fn finish(mut self, end: usize) -> Ended {
        if !self.open.is_empty() || self.too_deep > 0 || !self.ended.has_root {
            self.ended.damage.get_or_insert((end, "the file ends before its last element is closed".to_owned()));
            self.notices.once_at(
                NoticeCode::Truncated,
                end,
                "The file ends before its last element is closed; everything before the cut was kept.",
            );
        }
        let counts = E::COUNTED.iter().zip(self.counts).filter(|(_, count)| *count > 0);
        self.ended.counts = counts.map(|((_, name), count)| ((*name).to_owned(), count)).collect();
        self.ended
    }
}

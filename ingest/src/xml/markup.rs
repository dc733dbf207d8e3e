//! One pass over the markup, whatever its vocabulary.
//!
//! The pull parser only cuts the text into tags; which element is open is kept here, so that a damaged place costs as
//! little as possible: an end tag that closes nothing is passed over, one that closes an outer element closes the
//! inner ones with it, and a start tag that runs into the next one is given up alone.

use quick_xml::Reader;
use quick_xml::errors::{Error, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::notices::Notices;
use crate::NoticeCode;

/// Open elements that are told apart; deeper ones are passed over.
const DEEPEST: usize = 64;
/// Bytes of one element's text that are kept.
const LONGEST_TEXT: usize = 4096;
/// Damaged tags behind which reading starts again. Each may cost a look at the whole rest of the file.
const RESTARTS: u32 = 32;

/// The elements of one vocabulary, and what each of them does.
pub(crate) trait Elements {
    /// An element that means something, or any other.
    type Tag: Copy + PartialEq;

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
}

/// Reads all of `text` into `elements`.
pub(crate) fn read<'t, E: Elements>(text: &'t str, elements: &mut E, notices: &mut Notices<'t>) -> Ended {
    let mut markup = Markup {
        elements,
        notices,
        ended: Ended::default(),
        open: Vec::with_capacity(DEEPEST),
        too_deep: 0,
        content: String::new(),
        is_leaf: false,
        root_closed: false,
    };
    markup.read(text);
    markup.finish(text.len())
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
    /// Open elements, outermost first, at most [`DEEPEST`].
    open: Vec<E::Tag>,
    /// Open elements beyond those.
    too_deep: u64,
    /// Text since the last tag, at most [`LONGEST_TEXT`] bytes.
    content: String,
    is_leaf: bool,
    root_closed: bool,
}

/// How a run of the parser ended.
enum Run {
    /// At the end of the text, or where nothing more is wanted.
    Done,
    /// In a damaged tag that starts at this byte.
    Damaged(usize),
}

impl<E: Elements> Markup<'_, '_, '_, E> {
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
                Ok(Event::End(tag)) => self.end(local(tag.name().0), at),
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

    fn start(&mut self, element: &BytesStart<'_>, at: usize) {
        self.content.clear();
        self.is_leaf = true;
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
            let tag = E::tag(name);
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
        self.ended
    }
}

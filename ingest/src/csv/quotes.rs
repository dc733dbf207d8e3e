//! Quotation marks that open a cell and are never closed.
//!
//! Read by the book, such a cell swallows all rows up to the next mark, or to the end of the table. A mark counts as
//! opening only when its cell is closed on its line, or closed on a later one by a mark that a cell ends with; else it is
//! a character like others, and what follows it on its line is read as if it were not there.

use std::borrow::Cow;

use crate::{Notice, NoticeCode};

/// Places that are named one by one.
const NAMED: usize = 20;

/// The table with such marks quoted themselves, so that they mean nothing; lines stay lines. Notices name them, and
/// cells in good order that go on over lines that look like rows of their own.
pub(super) fn mend<'t>(text: &'t str, separator: u8, notices: &mut Vec<Notice>) -> Cow<'t, str> {
    let bytes = text.as_bytes();
    let mut mended = String::new();
    let mut copied = 0;
    let (mut unclosed, mut swallowing) = (Places::default(), Places::default());
    // Lines are counted up to where the last place was.
    let (mut line, mut counted) = (1, 0);
    let mut at = 0;
    while at < bytes.len() {
        // A cell begins here.
        if bytes.get(at) != Some(&b'"') {
            at = end_of_cell(bytes, at, separator) + 1;
            continue;
        }
        let quoted = Quoted::at(bytes, at, separator);
        let is_over_lines = bytes.get(at..quoted.end).is_some_and(|cell| cell.iter().any(is_break));
        let mut here = || {
            line += newlines(bytes, counted, at);
            counted = at;
            line
        };
        if !quoted.is_closed_well && (is_over_lines || !quoted.is_closed) {
            unclosed.add(here());
            let end = end_of_cell(bytes, at, separator);
            mended.push_str(text.get(copied..at).unwrap_or_default());
            mended.push('"');
            mended.push_str(&text.get(at..end).unwrap_or_default().replace('"', "\"\""));
            mended.push('"');
            copied = end;
            at = end + 1;
            continue;
        }
        if is_over_lines && bytes.get(at..quoted.end).is_some_and(|cell| has_line_of_row(cell, separator)) {
            swallowing.add(here());
        }
        at = end_of_cell(bytes, quoted.end, separator) + 1;
    }
    notices.extend(unclosed.notice("A quotation mark is not closed; it was read as a character like others."));
    notices.extend(swallowing.notice(
        "A cell in quotation marks goes on over lines with a date, like rows of their own. If they are rows, a quotation \
         mark is missing.",
    ));
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(mended)
}

/// A cell that a quotation mark opens.
struct Quoted {
    /// Behind the mark that closes it, or the end of the text.
    end: usize,
    is_closed: bool,
    /// Whether the cell ends behind the mark that closes it.
    is_closed_well: bool,
}

impl Quoted {
    /// The one that begins at `start`.
    fn at(bytes: &[u8], start: usize, separator: u8) -> Self {
        let mut at = start + 1;
        loop {
            let Some(mark) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) else {
                return Self { end: bytes.len(), is_closed: false, is_closed_well: false };
            };
            at += mark + 1;
            if bytes.get(at) == Some(&b'"') {
                at += 1;
                continue;
            }
            let blanks = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count();
            let behind = bytes.get(at + blanks);
            let is_closed_well = behind.is_none_or(|byte| *byte == separator || matches!(byte, b'\n' | b'\r'));
            return Self { end: at, is_closed: true, is_closed_well };
        }
    }
}

/// Where the cell ends that is read from `at` on, outside of quotation marks: at a separator, a line break or the end.
pub(super) fn end_of_cell(bytes: &[u8], at: usize, separator: u8) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memchr3(separator, b'\n', b'\r', rest).map_or(bytes.len(), |end| at + end)
}

fn is_break(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Line breaks that end from `from` on and before `to`: a line feed, or a carriage return that none follows.
pub(super) fn newlines(bytes: &[u8], from: usize, to: usize) -> usize {
    let is_end = |at: &usize| match bytes.get(*at) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (from..to.min(bytes.len())).filter(is_end).count()
}

/// Whether a line within the cell has a cell that is a day, `2024-05-01`, wherever the column of dates stands.
fn has_line_of_row(cell: &[u8], separator: u8) -> bool {
    let is_day = |line: &[u8]| {
        line.get(..10).is_some_and(|day| {
            day.iter().enumerate().all(|(place, byte)| match place {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            })
        })
    };
    let lines = cell.split(is_break).skip(1);
    lines.flat_map(|line| line.split(|byte| *byte == separator)).any(|cell| is_day(cell.trim_ascii()))
}

/// Lines of the same oddity: the first of them.
#[derive(Default)]
struct Places {
    lines: Vec<usize>,
}

impl Places {
    fn add(&mut self, line: usize) {
        if self.lines.len() < NAMED && self.lines.last() != Some(&line) {
            self.lines.push(line);
        }
    }

    /// What is odd, with the first line as its place.
    fn notice(&self, what: &str) -> Option<Notice> {
        let first = self.lines.first()?;
        let lines: Vec<String> = self.lines.iter().map(ToString::to_string).collect();
        let word = if lines.len() == 1 { "Line" } else { "Lines" };
        let more = if self.lines.len() < NAMED { "" } else { " and perhaps more" };
        let text = format!("{word} {}{more}: {what}", lines.join(", "));
        Some(Notice::new(NoticeCode::Damaged, format!("line {first}"), text))
    }
}

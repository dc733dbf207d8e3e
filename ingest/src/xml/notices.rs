//! Notices with their lines, and no more of them than a person would read.

use crate::{Notice, NoticeCode};

/// Notices about single places that are written out; the rest are counted.
const WRITTEN_OUT: usize = 20;

/// Notices of one file.
pub(crate) struct Notices<'t> {
    lines: Lines<'t>,
    list: Vec<Notice>,
    written_out: usize,
    counted: Vec<(NoticeCode, u64)>,
}

impl<'t> Notices<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: Lines { text, at: 0, line: 1 }, list: Vec::new(), written_out: 0, counted: Vec::new() }
    }

    /// A notice about byte `at`. Behind the first [`WRITTEN_OUT`], it is counted only.
    pub(crate) fn at(&mut self, code: NoticeCode, at: usize, text: impl FnOnce() -> String) {
        if self.written_out < WRITTEN_OUT {
            self.written_out += 1;
            let place = format!("line {}", self.lines.line_of(at));
            self.list.push(Notice::new(code, place, text()));
        } else if let Some((_, count)) = self.counted.iter_mut().find(|(counted, _)| *counted == code) {
            *count += 1;
        } else {
            self.counted.push((code, 1));
        }
    }

    /// A notice about byte `at` that is given once, however often it applies.
    pub(crate) fn once_at(&mut self, code: NoticeCode, at: usize, text: &str) {
        if !self.list.iter().any(|notice| notice.code == code && notice.text == text) {
            let place = format!("line {}", self.lines.line_of(at));
            self.list.push(Notice::new(code, place, text));
        }
    }

    /// Says once that from byte `at` on there is more than is kept: `what` there are, and how many of them count.
    pub(crate) fn capped(&mut self, at: usize, most: usize, what: &str) {
        let text = format!("There are more than {most} {what}; those from here on were left out.");
        self.once_at(NoticeCode::Capped, at, &text);
    }

    /// A notice about a named place, or the whole file.
    pub(crate) fn add(&mut self, notice: Notice) {
        self.list.push(notice);
    }

    /// Number of notices so far.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Makes the notices from number `from` on those of an activity.
    pub(crate) fn assign(&mut self, from: usize, activity: usize) {
        Notice::assign(&mut self.list, from, activity);
    }

    /// Line of byte `at`, from 1.
    pub(crate) fn line_of(&mut self, at: usize) -> usize {
        self.lines.line_of(at)
    }

    /// All notices, the counted ones summed up at the end.
    pub(crate) fn finish(mut self) -> Vec<Notice> {
        for (code, count) in self.counted {
            let what = match code {
                NoticeCode::SampleSkipped if count == 1 => "more sample was left out",
                NoticeCode::SampleSkipped => "more samples were left out",
                NoticeCode::ImpossibleValue if count == 1 => "more value was left out",
                NoticeCode::ImpossibleValue => "more values were left out",
                _ if count == 1 => "more place like these",
                _ => "more places like these",
            };
            self.list.push(Notice::new(code, "", format!("{count} {what}.")));
        }
        self.list
    }
}

/// Counts lines as far as somebody asks for them.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn line_of(&mut self, at: usize) -> usize {
        if at < self.at {
            (self.at, self.line) = (0, 1);
        }
        let bytes = self.text.as_bytes();
        let between = bytes.get(self.at..at.min(bytes.len())).unwrap_or_default();
        self.line += between.iter().filter(|b| **b == b'\n').count();
        self.at = at.max(self.at);
        self.line
    }
}

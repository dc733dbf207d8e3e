//! Extension elements that nobody asks for.

use super::notices::Notices;
use super::text::tidy;
use crate::{Notice, NoticeCode};

/// Names that the notice lists.
const LISTED: usize = 12;

/// Names of extension elements that held something and were not used, each once.
#[derive(Debug, Default)]
pub(crate) struct Unused(Vec<String>);

impl Unused {
    /// Notes an element, unless it is empty.
    pub(crate) fn note(&mut self, name: &str, content: &str) {
        if self.0.len() <= LISTED && !content.trim_ascii().is_empty() && !self.0.iter().any(|known| known == name) {
            self.0.extend(tidy(name));
        }
    }

    /// Names them in one notice, when there are any.
    pub(crate) fn tell(mut self, place: &str, notices: &mut Notices<'_>) {
        if !self.0.is_empty() {
            let more = if self.0.len() > LISTED { " and others" } else { "" };
            self.0.truncate(LISTED);
            let text = format!("Not used: {}{more}.", self.0.join(", "));
            notices.add(Notice::new(NoticeCode::NotUsed, place, text));
        }
    }
}

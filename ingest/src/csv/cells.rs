//! How many cells a row has, before anything makes room for them.

use memchr::memchr;

/// Most cells of a row. Exports have about a hundred; what makes room for cells takes many bytes for each.
pub(crate) const MOST_CELLS: usize = 2_000;

/// The line of the first row that has more cells than [`MOST_CELLS`]; lines are those of the text.
pub(crate) fn crowded_row(text: &str, separator: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut cells) = (0, 1, 1);
    while at < bytes.len() {
        // A cell begins here. A mark anywhere else is a character like others.
        if bytes.get(at) == Some(&b'"') {
            let end = end_of_quotes(bytes, at + 1);
            line += super::quotes::newlines(bytes, at, end);
            at = end;
        }
        at = super::quotes::end_of_cell(bytes, at, separator);
        if bytes.get(at) == Some(&separator) {
            cells += 1;
            if cells > MOST_CELLS {
                return Some(line);
            }
        } else {
            cells = 1;
            line += super::quotes::newlines(bytes, at, at + 1);
        }
        at += 1;
    }
    None
}

/// Behind the mark that closes a cell, or the end of the text.
fn end_of_quotes(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let Some(mark) = bytes.get(at..).and_then(|rest| memchr(b'"', rest)) else { return bytes.len() };
        at += mark + 1;
        if bytes.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
}

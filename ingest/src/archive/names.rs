//! Names of members: for people to read, never to open.

/// What an archive holds beside its files: folders of the system that packed it, hidden files.
pub(super) fn is_clutter(name: &str) -> bool {
    let mut parts = name.split(['/', '\\']).peekable();
    while let Some(part) = parts.next() {
        let is_hidden = part.starts_with('.') && !part.chars().all(|c| c == '.');
        let is_last = parts.peek().is_none();
        let is_system = is_last && ["thumbs.db", "desktop.ini"].contains(&part.to_ascii_lowercase().as_str());
        if part == "__MACOSX" || is_hidden || is_system {
            return true;
        }
    }
    false
}

/// `name` inside `archive` (by itself when that has no name), cut to `longest` bytes, without characters that act instead of being seen.
pub(super) fn shown(archive: &str, name: &str, longest: usize) -> String {
    let mut shown = if archive.is_empty() { String::new() } else { format!("{archive}/") };
    let end = shown.len().saturating_add(longest);
    for c in name.chars() {
        let c = if acts(c) { '\u{fffd}' } else { c };
        if shown.len() + c.len_utf8() > end {
            shown.push('…');
            break;
        }
        shown.push(c);
    }
    shown
}

/// Control characters, and marks that turn the direction of writing.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The name as it is compared: one kind of slash, no case.
pub(super) fn key(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches("./").to_lowercase()
}

/// The part of a key before its last component, with the slash; empty at the top.
pub(super) fn folder(key: &str) -> &str {
    key.rfind('/').and_then(|slash| key.get(..=slash)).unwrap_or_default()
}

/// The last component of a name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{is_clutter, shown};

    #[test]
    fn what_systems_leave_behind_is_clutter() {
        for name in ["__MACOSX/a/._b.fit", "a/.DS_Store", ".hidden/a.fit", "a\\Thumbs.db", "._x"] {
            assert!(is_clutter(name), "{name}");
        }
        for name in ["a.fit", "../../etc/passwd", "./a.fit", "a/b.c/d", "MACOSX/a", "...", ""] {
            assert!(!is_clutter(name), "{name}");
        }
    }

    #[test]
    fn names_are_shown_without_what_acts() {
        assert_eq!(shown("a.zip", "b\n\u{1b}[2J\u{202e}tif.exe", 1024), "a.zip/b\u{fffd}\u{fffd}[2J\u{fffd}tif.exe");
        assert_eq!(shown("a.zip", "äää", 3), "a.zip/ä…");
        assert_eq!(shown("", "a/b.fit", 1024), "a/b.fit");
        assert_eq!(shown("a.zip", "../../etc/passwd", 1024), "a.zip/../../etc/passwd");
    }
}

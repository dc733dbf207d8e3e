//! A file of leaked passwords, as the downloader of Have I Been Pwned writes it: a line `SHA1:COUNT` for each, sorted
//! by hash. It has tens of gigabytes, so it is searched where it lies, and never read whole.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha1::{Digest as _, Sha1};

/// Characters of a hash.
const HASH: usize = 40;

/// Longest line, with its end: more than a hash and any count need.
const LONGEST_LINE: usize = 80;

/// How much is looked at when the file is opened.
const BEGINNING: usize = 4096;

/// A sorted file of leaked passwords. It is opened for each search, so that a newer one may take its place.
#[derive(Debug, Clone)]
pub(crate) struct Breached {
    path: PathBuf,
}

impl Breached {
    /// Checks that the file begins as it should.
    ///
    /// # Errors
    /// When it cannot be read or has another format.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let this = Self { path: path.to_owned() };
        let mut file = this.file()?;
        let beginning = read_at(&mut file, 0, BEGINNING).with_context(|| this.unreadable())?;
        anyhow::ensure!(!beginning.is_empty(), "{} is empty; it should hold leaked passwords", path.display());
        // The last line may have been cut.
        let whole = beginning.iter().rposition(|byte| *byte == b'\n').filter(|_| beginning.len() == BEGINNING);
        let lines = beginning[..whole.unwrap_or(beginning.len())].split(|byte| *byte == b'\n');
        let mut last = None;
        for line in lines {
            if line.trim_ascii().is_empty() && last.is_some() {
                break;
            }
            let hash = hash_of(line).with_context(|| this.malformed(line))?;
            anyhow::ensure!(
                last.is_none_or(|last| last < hash),
                "{} is not sorted by hash; order the passwords by hash when downloading them, not by count",
                path.display()
            );
            last = Some(hash);
        }
        Ok(this)
    }

    /// Whether the password is in the file.
    ///
    /// # Errors
    /// When the file cannot be read, or a line on the way has another format.
    pub(crate) fn contains(&self, password: &str) -> anyhow::Result<bool> {
        let sought: Option<[u8; HASH]> = sha1_hex(password).as_bytes().try_into().ok();
        let sought = sought.context("a SHA-1 has 40 characters")?;
        let mut file = self.file()?;
        // The line sought begins in `low..high`; `low` is the beginning of a line.
        let mut low = 0;
        let mut high = file.metadata().with_context(|| self.unreadable())?.len();
        while low < high {
            let middle = low + (high - low) / 2;
            let (start, line) = line_around(&mut file, middle).with_context(|| self.unreadable())?;
            if line.trim_ascii().is_empty() && start > 0 {
                // Nothing but the end of the file has an empty line.
                high = start;
                continue;
            }
            let hash = hash_of(&line).with_context(|| self.malformed(&line))?;
            match hash.cmp(&sought) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Greater => high = start,
                std::cmp::Ordering::Less => low = start + line.len() as u64,
            }
        }
        Ok(false)
    }

    fn file(&self) -> anyhow::Result<File> {
        File::open(&self.path).with_context(|| self.unreadable())
    }

    fn unreadable(&self) -> String {
        format!("cannot read the leaked passwords in {}", self.path.display())
    }

    fn malformed(&self, line: &[u8]) -> String {
        let shown: String = String::from_utf8_lossy(line).trim().chars().take(60).collect();
        format!(
            "{} does not hold lines of a SHA-1 and a count, as the downloader of Have I Been Pwned writes them, but “{}”",
            self.path.display(),
            shown.escape_debug()
        )
    }
}

/// SHA-1 of a password, in upper-case hexadecimal.
pub(super) fn sha1_hex(password: &str) -> String {
    use std::fmt::Write as _;
    Sha1::digest(password).iter().fold(String::with_capacity(HASH), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

/// The hash that a line begins with, in upper case; `None` when it is none of a hash and a count.
fn hash_of(line: &[u8]) -> Option<[u8; HASH]> {
    let (hash, count) = line.split_first_chunk::<HASH>()?;
    let count = count.strip_prefix(b":")?.trim_ascii_end();
    let sound = hash.iter().all(u8::is_ascii_hexdigit) && !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    sound.then(|| hash.map(|digit| digit.to_ascii_uppercase()))
}

/// The line that the byte at `offset` belongs to, with its end, and where it begins.
fn line_around(file: &mut File, offset: u64) -> std::io::Result<(u64, Vec<u8>)> {
    let from = offset.saturating_sub(LONGEST_LINE as u64);
    let mut bytes = read_at(file, from, 2 * LONGEST_LINE)?;
    let at = usize::try_from(offset - from).map_err(|_| ErrorKind::InvalidData)?;
    // A file that became shorter ends here.
    let before = bytes.get(..at).ok_or(ErrorKind::UnexpectedEof)?;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| at + end + 1);
    bytes.truncate(end);
    Ok((from + start as u64, bytes.split_off(start)))
}

/// Up to `length` bytes from `offset` on; fewer only at the end of the file.
fn read_at(file: &mut File, offset: u64, length: usize) -> std::io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of these passwords, and what keeps it.
    fn file_of(passwords: &[String], end: &str, last_end: &str) -> (tempfile::TempDir, PathBuf) {
        let mut lines: Vec<_> = passwords
            .iter()
            .enumerate()
            .map(|(n, password)| format!("{}:{}", sha1_hex(password), n * n * n + 1))
            .collect();
        lines.sort();
        file_with(&(lines.join(end) + last_end))
    }

    fn file_with(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breached.txt");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_hash_is_written_as_in_the_file() {
        // As published for “password”.
        assert_eq!(sha1_hex("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        for (end, last_end) in [("\n", "\n"), ("\r\n", "\r\n"), ("\n", ""), ("\r\n", ""), ("\r\n", "\r\n\r\n")] {
            for count in [1, 2, 3, 100, 1000] {
                let (listed, absent): (Vec<_>, Vec<_>) = (0..2 * count)
                    .map(|n| format!("password {n}"))
                    .partition(|password| password.len() % 2 == 0 || { password.ends_with(['0', '1', '2', '3', '4']) });
                let (_folder, path) = file_of(&listed, end, last_end);
                let breached = Breached::open(&path).unwrap();
                for password in &listed {
                    assert!(breached.contains(password).unwrap(), "{password} of {count}");
                }
                for password in &absent {
                    assert!(!breached.contains(password).unwrap(), "{password} of {count}");
                }
            }
        }
    }

    #[test]
    fn the_first_and_the_last_line_are_found_and_what_lies_beyond_is_not() {
        let mut sorted: Vec<_> = (0..50).map(|n| format!("password {n}")).collect();
        sorted.sort_by_key(|password| sha1_hex(password));
        let (_folder, path) = file_of(&sorted[1..49], "\r\n", "\r\n");
        let breached = Breached::open(&path).unwrap();
        let found = [0, 1, 48, 49].map(|n| breached.contains(&sorted[n]).unwrap());
        assert_eq!(found, [false, true, true, false]);
    }

    #[test]
    fn lower_case_is_read_as_well() {
        let (_folder, path) = file_with(&format!("{}:7\n", sha1_hex("password").to_lowercase()));
        assert!(Breached::open(&path).unwrap().contains("password").unwrap());
    }

    #[test]
    fn other_files_are_refused_by_name() {
        let hash = sha1_hex("password");
        for text in
            ["password\n123456\n", &hash, &format!("{hash}:\n"), &format!("{hash};3\n"), "\n", &"\0".repeat(9000)]
        {
            let (_folder, path) = file_with(text);
            let error = Breached::open(&path).unwrap_err().to_string();
            assert!(error.contains("breached.txt") && error.contains("SHA-1 and a count"), "{error}");
        }
        // Have I Been Pwned offers hashes of another kind, too: 32 characters.
        let (_folder, path) = file_with("0011223344556677889900112233AABB:3\n");
        let error = Breached::open(&path).unwrap_err().to_string();
        assert!(error.ends_with("but “0011223344556677889900112233AABB:3”"), "{error}");
        let (_folder, path) = file_with("");
        assert!(Breached::open(&path).unwrap_err().to_string().contains("breached.txt is empty"));
        let folder = tempfile::tempdir().unwrap();
        let error = format!("{:#}", Breached::open(&folder.path().join("none.txt")).unwrap_err());
        assert!(error.contains("none.txt"), "{error}");
    }

    #[test]
    fn a_file_that_is_sorted_by_count_is_refused() {
        let (_folder, path) = file_with(&format!("{}:9\n{}:3\n", "B".repeat(40), "A".repeat(40)));
        assert!(Breached::open(&path).unwrap_err().to_string().contains("not sorted by hash"));
    }

    #[test]
    fn a_line_that_is_damaged_is_an_error_when_it_is_met() {
        let lines: Vec<_> = ('0'..='9').map(|digit| format!("{}:1", digit.to_string().repeat(40))).collect();
        let (_folder, path) = file_with(&(lines.join("\n") + "\n"));
        let breached = Breached::open(&path).unwrap();
        std::fs::write(&path, "x".repeat(500)).unwrap();
        let error = breached.contains("password").unwrap_err().to_string();
        assert!(error.contains("breached.txt"), "{error}");
    }
}

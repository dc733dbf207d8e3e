//! Members by their names, whole and whatever they are: of an archive whose layout is known.

use std::cell::RefCell;
use std::io::{Read, Seek};
use std::ops::ControlFlow;

use zip::read::Config;
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::kind::{HEAD, Kind, Many, kind};
use super::limits::{Limits, fill_whole};
use super::member::Member;
use super::walk::{HEADERS, Stop, Walk, damaged, is_damage, path};
use super::window::Window;
use super::{ArchiveError, Content, InMemory, Item, Origin};

/// Visits those members of a zip archive whose names `choose` picks, one at a time and in the archive's order, each whole
/// and as it is: what it holds is not looked at, and archives in it are not opened. The visitor gets the name as the
/// archive has it, which is text and no path to open. A source that is no zip archive, or one without a readable
/// directory, has none.
///
/// # Errors
/// As [`super::walk`].
pub fn walk_chosen<R: Read + Seek>(
    name: &str,
    mut source: R,
    limits: &Limits,
    choose: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(&str, Item) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let current = RefCell::new(String::new());
    let mut visit = |item| visit(&current.borrow(), item);
    let mut scratch = InMemory;
    let mut walk = Walk::new(limits, &mut scratch, &mut visit);
    let choose = |path: &str| {
        let is_chosen = choose(path);
        if is_chosen {
            path.clone_into(&mut current.borrow_mut());
        }
        is_chosen
    };
    let walked = Window::new(&mut source, 0, u64::MAX)
        .map_err(Stop::from)
        .and_then(|mut source| walk.chosen(name, &mut source, &choose));
    match walked {
        Ok(()) | Err(Stop::Visitor) => Ok(()),
        Err(Stop::Error(error)) => Err(error),
    }
}

impl Walk<'_> {
    fn chosen(&mut self, name: &str, source: &mut Window<'_>, choose: &dyn Fn(&str) -> bool) -> Result<(), Stop> {
        let mut head = Vec::new();
        Member::WHOLE.open(source)?.take(HEAD as u64).read_to_end(&mut head)?;
        if kind(&head) != Kind::Many(Many::Zip, 0) {
            return Ok(());
        }
        self.origin = Origin::Member;
        let len = source.len();
        let mut directory = match ZipIterable::try_new(&mut *source, Config::default()) {
            Ok(directory) => directory,
            Err(ZipError::Io(error)) if !is_damage(&error) => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        // Members that share their bytes would use more than there are.
        let mut used = 0_u64;
        let files = directory.files().map_err(|error| damaged(error.to_string()))?;
        while let Some(entry) = files.next() {
            let entry = entry.map_err(|error| damaged(error.to_string()))?;
            self.count_member()?;
            let path = path(&entry);
            if entry.is_dir() || !choose(&path) {
                continue;
            }
            let Some(shown) = self.shown(name, &path)? else { continue };
            let source = &mut **files.reader_mut();
            let member = match Member::find(&entry, source)? {
                Ok(member) => member,
                Err(reason) => {
                    self.item(&shown, Content::Failed { reason, cap: None })?;
                    continue;
                }
            };
            used = used.saturating_add(HEADERS).saturating_add(member.packed);
            if used > len {
                return Err(damaged("its files overlap: it is made to be larger than it looks".to_owned()));
            }
            let mut bytes = Vec::new();
            let filled = fill_whole(&mut *member.open(source)?, &mut bytes, self.limits, &mut self.spent);
            match filled {
                Ok(()) => {
                    bytes.shrink_to_fit();
                    self.item(&shown, Content::File { bytes, details: None, stand_in: None })?;
                }
                Err(stopped) => self.member_stopped(&shown, stopped)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn chosen(archive: &[u8], limits: &Limits) -> Result<Vec<(String, Content)>, ArchiveError> {
        let mut found = Vec::new();
        let choose = |name: &str| name.starts_with("original/");
        walk_chosen("export.zip", Cursor::new(archive), limits, &choose, &mut |path, item| {
            assert!(item.name.starts_with("export.zip/"), "{}", item.name);
            found.push((path.to_owned(), item.content));
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }

    #[test]
    fn members_that_are_chosen_come_whole_whatever_they_are() {
        let inner = zip(&[("run.gpx", b"<gpx/>")]);
        let archive = zip(&[
            ("activities.csv", b"Activity ID,Activity Date,Activity Type,Filename\n"),
            ("original/picture.jpg", b"\xff\xd8\xff\xe0"),
            ("original/inner.zip", &inner),
            ("other/run.gpx", b"<gpx/>"),
        ]);
        let file = |bytes: &[u8]| Content::File { bytes: bytes.to_vec(), details: None, stand_in: None };
        let found = chosen(&archive, &Limits::default()).unwrap();
        assert_eq!(
            found,
            [
                ("original/picture.jpg".to_owned(), file(b"\xff\xd8\xff\xe0")),
                ("original/inner.zip".to_owned(), file(&inner))
            ]
        );
        assert!(chosen(b"<gpx/>", &Limits::default()).unwrap().is_empty());
        assert!(chosen(&archive[..archive.len() - 30], &Limits::default()).unwrap().is_empty());
    }

    #[test]
    fn the_caps_hold_for_them_too() {
        let archive = zip(&[("original/large.bin", &[7; 5000]), ("original/small.bin", b"small")]);
        let found = chosen(&archive, &Limits { member_bytes: 1000, ..Limits::default() }).unwrap();
        assert!(matches!(&found[0].1, Content::Failed { cap: Some(cap), .. } if cap.option == "member_bytes"));
        assert!(matches!(&found[1].1, Content::File { bytes, .. } if bytes == b"small"));
        let few = Limits { members: 1, ..Limits::default() };
        assert!(matches!(chosen(&archive, &few), Err(ArchiveError::Capped { option: "members", .. })));
    }
}

//! A folder of the disk on its way into an import: walked like an archive, so that an unpacked export is joined like the
//! packed one. Nothing outside the folder is opened.

use std::fs::{self, DirEntry, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use plimsoll_ingest::archive::{self, ReadSeek};

use super::Feed;
use super::batch::shown_name;
use crate::store::FileResult;
use crate::timings::Stage;

impl Feed {
    /// Feeds files and folders that a person named, in their order. Of several, those that lie beside each other
    /// (`export/*`) are walked together, like the folder itself: they may be an export, in which much is no training. A
    /// file that is named alone is meant as such.
    pub(crate) fn paths(&mut self, paths: &[PathBuf]) -> ControlFlow<()> {
        if let [path] = paths {
            return if path.is_dir() { self.folder(path) } else { self.path(path) };
        }
        for beside in paths.chunk_by(|a, b| a.parent() == b.parent() && !is_hidden(a) && !is_hidden(b)) {
            match beside {
                [path] if path.is_dir() => self.folder(path)?,
                // A walk passes them over; a person who names one means it.
                [path] if is_hidden(path) => self.path(path)?,
                beside => {
                    let parent = beside.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
                    let files = self.timings().time(Stage::Find, 0, || Files::named(beside));
                    self.files(parent, files)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Feeds every file of a folder, and of the folders in it, in the order of their names; archives give their
    /// members. Hidden files are passed over. What is no file of the folder has its result first.
    pub(crate) fn folder(&mut self, path: &Path) -> ControlFlow<()> {
        let files = self.timings().time(Stage::Find, 0, || Files::find(path));
        self.files(path, files)
    }

    fn files(&mut self, folder: &Path, mut files: Files) -> ControlFlow<()> {
        let name = folder.to_string_lossy();
        let name = name.trim_end_matches('/');
        for Refused { name: inner, result, reason } in std::mem::take(&mut files.refused) {
            let parts: Vec<&str> = [name, &inner].into_iter().filter(|part| !part.is_empty()).collect();
            self.settled(&parts.join("/"), result, reason)?;
        }
        if files.names.is_empty() {
            return ControlFlow::Continue(());
        }
        let shown = if name.is_empty() { String::new() } else { shown_name(name) };
        self.walk(|limits, scratch, visit| archive::walk_folder(&shown, &mut files, limits, scratch, visit)).0
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// What lies in a folder.
#[derive(Debug, Default)]
struct Files {
    /// Names from the folder on, to be shown.
    names: Vec<String>,
    paths: Vec<PathBuf>,
    refused: Vec<Refused>,
}

/// What is no file of the folder.
#[derive(Debug)]
struct Refused {
    /// From the folder on; empty for the folder itself.
    name: String,
    result: FileResult,
    reason: String,
}

impl Files {
    fn find(folder: &Path) -> Self {
        let mut files = Self::default();
        match fs::canonicalize(folder) {
            Ok(root) => files.search(&root, folder, ""),
            Err(error) => files.refuse(String::new(), FileResult::Failed, format!("cannot be opened: {error}")),
        }
        files
    }

    /// Files and folders that were named one by one, and lie in one folder.
    fn named(paths: &[PathBuf]) -> Self {
        let mut files = Self::default();
        for path in paths {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            // A link that a person names is what it leads to.
            match fs::canonicalize(path) {
                Ok(found) if found.is_dir() => files.search(&found, path, &format!("{name}/")),
                Ok(found) if found.is_file() => {
                    files.names.push(name);
                    files.paths.push(found);
                }
                Ok(_) => files.refuse(name, FileResult::Failed, NOT_REGULAR.to_owned()),
                Err(error) => files.refuse(name, FileResult::Failed, format!("cannot be opened: {error}")),
            }
        }
        files
    }

    /// `name` is the folder's own, with a slash behind it; empty at the top, which is `root` without links.
    fn search(&mut self, root: &Path, folder: &Path, name: &str) {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>) {
            Ok(entries) => entries,
            Err(error) => {
                let name = name.trim_end_matches('/').to_owned();
                return self.refuse(name, FileResult::Failed, format!("cannot be opened: {error}"));
            }
        };
        let mut inside: Vec<DirEntry> =
            entries.into_iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")).collect();
        // The order in which a folder gives its files changes from disk to disk.
        inside.sort_by_key(DirEntry::file_name);
        for entry in inside {
            let path = entry.path();
            let name = format!("{name}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.search(root, &path, &format!("{name}/")),
                Ok(kind) if kind.is_file() => {
                    self.names.push(name);
                    self.paths.push(path);
                }
                Ok(kind) if kind.is_symlink() => {
                    let (result, reason) = link(root, &path);
                    self.refuse(name, result, reason);
                }
                Ok(_) => self.refuse(name, FileResult::Failed, NOT_REGULAR.to_owned()),
                Err(error) => self.refuse(name, FileResult::Failed, format!("cannot be opened: {error}")),
            }
        }
    }

    fn refuse(&mut self, name: String, result: FileResult, reason: String) {
        self.refused.push(Refused { name, result, reason });
    }
}

const NOT_REGULAR: &str = "it is not a regular file";

/// What becomes of a link: it is never followed, and one that leads out of the folder is missing something.
fn link(root: &Path, path: &Path) -> (FileResult, String) {
    match fs::canonicalize(path) {
        Ok(target) if target.starts_with(root) => {
            (FileResult::SetAside, "a link to what is in the folder anyway".to_owned())
        }
        Ok(_) => {
            let reason =
                "it is a link out of the folder, and links are not followed; import what it leads to by its name";
            (FileResult::Failed, reason.to_owned())
        }
        Err(_) => (FileResult::Failed, "it is a link that leads nowhere".to_owned()),
    }
}

impl archive::Folder for Files {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn open(&mut self, number: usize) -> io::Result<Box<dyn ReadSeek>> {
        let path = self.paths.get(number).ok_or(io::ErrorKind::NotFound)?;
        // It may have become something else since the folder was searched; a pipe would wait for its other end.
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::other(NOT_REGULAR));
        }
        Ok(Box::new(File::open(path)?))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    fn write(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }

    #[test]
    fn a_folder_has_one_order_and_nothing_from_outside() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("in");
        for name in ["b/2.fit", "b/1.fit", "a.fit", ".hidden/x.fit", ".x.fit", "c.fit"] {
            write(&folder.join(name));
        }
        write(&folder.join(OsStr::from_bytes(b"\xff.fit")));
        write(&outer.path().join("out.fit"));
        symlink(outer.path().join("out.fit"), folder.join("l1")).unwrap();
        symlink(outer.path(), folder.join("l2")).unwrap();
        symlink(folder.join("b"), folder.join("l3")).unwrap();
        symlink(folder.join("gone"), folder.join("l4")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.join("s")).unwrap();
        let mut files = Files::find(&folder);
        assert_eq!(files.names, ["a.fit", "b/1.fit", "b/2.fit", "c.fit", "\u{fffd}.fit"]);
        let refused: Vec<(&str, FileResult, &str)> = files
            .refused
            .iter()
            .map(|refused| (refused.name.as_str(), refused.result, &refused.reason[..16]))
            .collect();
        assert_eq!(
            refused,
            [
                ("l1", FileResult::Failed, "it is a link out"),
                ("l2", FileResult::Failed, "it is a link out"),
                ("l3", FileResult::SetAside, "a link to what i"),
                ("l4", FileResult::Failed, "it is a link tha"),
                ("s", FileResult::Failed, "it is not a regu"),
            ]
        );
        // A name that is no text is opened all the same.
        assert!(archive::Folder::open(&mut files, 4).is_ok());
        // What became a link meanwhile is not opened.
        fs::remove_file(folder.join("c.fit")).unwrap();
        symlink(outer.path().join("out.fit"), folder.join("c.fit")).unwrap();
        assert!(archive::Folder::open(&mut files, 3).is_err());
        assert_eq!(Files::find(&outer.path().join("gone")).refused[0].name, "");
        // A person may name a link.
        let named = Files::named(&[folder.join("l1"), folder.join("b"), folder.join("gone")]);
        assert_eq!((named.names, named.refused.len()), (vec!["l1".into(), "b/1.fit".into(), "b/2.fit".into()], 1));
    }

    #[test]
    fn a_link_to_a_folder_that_was_named_is_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        write(&outer.path().join("in/a.fit"));
        symlink(outer.path().join("in"), outer.path().join("link")).unwrap();
        assert_eq!(Files::find(&outer.path().join("link")).names, ["a.fit"]);
    }
}

//! A folder of files as if it were an archive of them.

use std::io::{self, BufReader};
use std::ops::ControlFlow;

use super::find::{DOCUMENTS_TRIED, Found, Places, TABLES_TRIED, Wanted};
use super::health::{self, Done, Routes};
use super::inflate::Unpack;
use super::limits::{Limits, Spent};
use super::member::Member;
use super::strava::Export;
use super::walk::{Stop, Walk};
use super::window::Window;
use super::{ArchiveError, Content, Item, Origin, Reached, ReadSeek, Scratch, names};

/// Files that lie unpacked in a folder, and in folders below it.
pub trait Folder {
    /// Names of the files, from the folder on, with `/` between: `activities/1.fit.gz`. The walk goes in this order,
    /// and the first of several exports that name a file gets it.
    fn names(&self) -> &[String];

    /// Opens the file with this place in [`Folder::names`].
    ///
    /// # Errors
    /// When it cannot be opened: that file alone fails.
    fn open(&mut self, number: usize) -> io::Result<Box<dyn ReadSeek>>;
}

/// Visits every file of a folder as [`super::walk`] visits those of an archive: exports that lie in it unpacked are
/// joined like packed ones, several beside each other, and archives in it are opened.
///
/// `name` is what the folder is called; the names of items begin with it, unless it is empty. Each file counts by itself
/// against `limits`: how many there are is for whoever chose the folder. A file that cannot be read, and an archive
/// that is damaged or passes a cap, fail alone.
pub fn walk_folder(
    name: &str,
    folder: &mut dyn Folder,
    limits: &Limits,
    scratch: &mut dyn Scratch,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) {
    // What ends a walk otherwise is a result of the file that it happened in; only the visitor ends this one.
    let _ = Walk::new(limits, scratch, visit).folder(name, folder);
}

/// Files of a folder as members.
struct Files<'f>(&'f mut dyn Folder);

impl Places for Files<'_> {
    fn open(&mut self, id: u64, member: &Member) -> io::Result<Box<dyn Unpack + '_>> {
        let number = usize::try_from(id).map_err(io::Error::other)?;
        Ok(member.unpack(BufReader::new(self.0.open(number)?)))
    }
}

impl Walk<'_> {
    fn folder(&mut self, name: &str, folder: &mut dyn Folder) -> Result<(), Stop> {
        let mut files = Files(folder);
        let mut export = self.tables_beside(name, &mut files)?;
        let done = self.health_beside(name, &mut files)?;
        for number in 0..files.0.names().len() {
            let Some(path) = files.0.names().get(number).cloned() else { break };
            let id = number as u64;
            if done.has(id) {
                continue;
            }
            let Some(shown) = self.shown(name, &path)? else { continue };
            self.spent = Spent::default();
            self.origin = Origin::File;
            let found = Found { shown, path, id, member: Member::WHOLE };
            let visited = match files.0.open(number) {
                Ok(mut file) => Window::new(&mut file, 0, u64::MAX)
                    .map_err(Stop::from)
                    .and_then(|mut source| self.named(&found, &mut source, 0, &mut export)),
                Err(error) => Err(error.into()),
            };
            match visited {
                Err(Stop::Error(error)) => self.item_of(Origin::File, &found.shown, ending(error))?,
                visited => visited?,
            }
        }
        self.spent = Spent::default();
        self.missing(&mut export)
    }

    /// Strava's tables of the folder. One that cannot be read says so when it is visited.
    fn tables_beside(&mut self, name: &str, files: &mut Files<'_>) -> Result<Export, Stop> {
        let mut export = Export::default();
        let mut wanted = Wanted::default();
        self.each_beside(name, files, &Export::may_be_table, &mut |found| wanted.take(found, TABLES_TRIED));
        for found in wanted.found {
            self.spent = Spent::default();
            let Ok(mut reader) = files.open(found.id, &found.member) else { continue };
            match self.read_table(&found, &mut *reader, &mut export) {
                Ok(()) | Err(Stop::Error(_)) => {}
                Err(Stop::Visitor) => return Err(Stop::Visitor),
            }
        }
        self.tables_beyond(wanted.beyond)?;
        Ok(export)
    }

    /// Visits Apple Health's exports of the folder.
    fn health_beside(&mut self, name: &str, files: &mut Files<'_>) -> Result<Done, Stop> {
        let mut wanted = Wanted::default();
        self.each_beside(name, files, &health::may_be_export, &mut |found| wanted.take(found, DOCUMENTS_TRIED));
        let exports = self.exports(files, wanted.found);
        if exports.is_empty() {
            return Ok(Done::default());
        }
        let mut routes = Routes::default();
        self.each_beside(name, files, &health::may_be_route, &mut |found| routes.add(found));
        self.routes_beyond(&mut routes)?;
        self.spent = Spent::default();
        self.health(files, &exports, &routes)
    }

    /// Hands out the files whose name is wanted, until `take` has no room.
    fn each_beside(
        &self,
        name: &str,
        files: &Files<'_>,
        is_wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(Found) -> bool,
    ) {
        let longest = self.limits.name_bytes;
        let wanted = (0_u64..).zip(files.0.names());
        let wanted = wanted.filter(|(_, path)| path.len() <= longest && is_wanted(path) && !names::is_clutter(path));
        for (id, path) in wanted {
            let shown = names::shown(name, path, longest);
            if !take(Found { shown, path: path.clone(), id, member: Member::WHOLE }) {
                break;
            }
        }
    }
}

/// What ended the walk through one file, as the file's result.
fn ending(error: ArchiveError) -> Content {
    match error {
        ArchiveError::Capped { what, cap, option } => {
            Content::Failed { reason: what, cap: Some(Reached { cap, option }) }
        }
        error => Content::failed(error.to_string()),
    }
}

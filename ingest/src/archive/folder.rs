//! A folder of files as if it were an archive of them.

use std::io::{self, BufReader};
use std::ops::ControlFlow;

use super::find::{DOCUMENTS_TRIED, Found, Places, TABLES_TRIED};
use super::health::{self, Done};
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
    fn open(&mut self, found: &Found) -> io::Result<Box<dyn Unpack + '_>> {
        let number = usize::try_from(found.id).map_err(io::Error::other)?;
        Ok(found.member.unpack(BufReader::new(self.0.open(number)?)))
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
        for found in self.find_beside(name, files, TABLES_TRIED, &Export::may_be_table) {
            self.spent = Spent::default();
            let Ok(mut reader) = files.open(&found) else { continue };
            match self.read_table(&found.path, found.id, &mut *reader, &mut export) {
                Ok(_) | Err(Stop::Error(_)) => {}
                Err(Stop::Visitor) => return Err(Stop::Visitor),
            }
        }
        Ok(export)
    }

    /// Visits Apple Health's exports of the folder.
    fn health_beside(&mut self, name: &str, files: &mut Files<'_>) -> Result<Done, Stop> {
        let found = self.find_beside(name, files, DOCUMENTS_TRIED, &health::may_be_export);
        let exports = self.exports(files, found);
        if exports.is_empty() {
            return Ok(Done::default());
        }
        let routes = health::by_name(self.find_beside(name, files, usize::MAX, &health::may_be_route));
        self.spent = Spent::default();
        self.health(files, &exports, &routes)
    }

    /// The first `most` files whose name is wanted.
    fn find_beside(&self, name: &str, files: &Files<'_>, most: usize, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Found> {
        let wanted = (0_u64..).zip(files.0.names()).filter(|(_, path)| is_wanted(path) && !names::is_clutter(path));
        let found = wanted.map(|(id, path)| {
            let shown = names::shown(name, path, self.limits.name_bytes);
            Found { shown, path: path.clone(), id, member: Member::WHOLE }
        });
        found.take(most).collect()
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

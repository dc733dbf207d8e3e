//! What has to be known of an archive before its members are visited: its exports.

use std::io;

use zip::unstable::read::ZipIterable;

use super::health::{self, Done};
use super::inflate::Unpack;
use super::member::Member;
use super::names;
use super::strava::Export;
use super::walk::{Stop, Walk, damaged, path};
use super::window::Window;

/// Members by the name of Strava's table that are looked into.
pub(super) const TABLES_TRIED: usize = 16;
/// XML documents of which it is seen whether they are Apple Health's export.
pub(super) const DOCUMENTS_TRIED: usize = 256;

/// The directory of an archive.
pub(super) type Directory<'d, 's> = ZipIterable<&'d mut Window<'s>>;

/// The archive that a directory is of.
fn source_of<'d, 's>(directory: &'d mut Directory<'_, 's>) -> Result<&'d mut Window<'s>, Stop> {
    directory.files().map(|files| &mut **files.reader_mut()).map_err(|error| damaged(error.to_string()))
}

/// A member that was found in an archive, or a file of a folder.
#[derive(Debug)]
pub(super) struct Found {
    /// Its name, as it is shown.
    pub(super) shown: String,
    /// Its name, as the archive has it.
    pub(super) path: String,
    /// What no other has: where its own header stands, or its number in the folder.
    pub(super) id: u64,
    pub(super) member: Member,
}

/// Where members can be opened.
pub(super) trait Places {
    /// The bytes of a member, unpacked, from the first on.
    fn open(&mut self, found: &Found) -> io::Result<Box<dyn Unpack + '_>>;
}

impl Places for Window<'_> {
    fn open(&mut self, found: &Found) -> io::Result<Box<dyn Unpack + '_>> {
        found.member.open(self)
    }
}

impl Walk<'_> {
    /// Strava's tables of the archive.
    pub(super) fn tables(&mut self, name: &str, directory: &mut Directory<'_, '_>) -> Result<Export, Stop> {
        let mut export = Export::default();
        for found in self.find(name, directory, TABLES_TRIED, &Export::may_be_table)? {
            let mut reader = found.member.open(source_of(directory)?)?;
            self.read_table(&found.path, found.id, &mut *reader, &mut export)?;
        }
        Ok(export)
    }

    /// Visits Apple Health's exports of the archive.
    pub(super) fn health_in(&mut self, name: &str, directory: &mut Directory<'_, '_>) -> Result<Done, Stop> {
        let found = self.find(name, directory, DOCUMENTS_TRIED, &health::may_be_export)?;
        if found.is_empty() {
            return Ok(Done::default());
        }
        let exports = self.exports(source_of(directory)?, found);
        if exports.is_empty() {
            return Ok(Done::default());
        }
        let routes = health::by_name(self.find(name, directory, usize::MAX, &health::may_be_route)?);
        self.health(source_of(directory)?, &exports, &routes)
    }

    /// The first `most` members whose name is wanted.
    fn find(
        &mut self,
        name: &str,
        directory: &mut Directory<'_, '_>,
        most: usize,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Found>, Stop> {
        let files = directory.files().map_err(|error| damaged(error.to_string()))?;
        let (mut seen, mut wanted) = (0_u64, Vec::new());
        // Damage is met again, and reported, when the members are visited.
        while let Some(Ok(entry)) = files.next() {
            seen += 1;
            if seen > self.limits.members || wanted.len() == most {
                break;
            }
            let path = path(&entry);
            if !is_wanted(&path) || names::is_clutter(&path) {
                continue;
            }
            if let Ok(member) = Member::find(&entry, files.reader_mut())? {
                let shown = names::shown(name, &path, self.limits.name_bytes);
                wanted.push(Found { shown, path, id: entry.header_start(), member });
            }
        }
        Ok(wanted)
    }
}

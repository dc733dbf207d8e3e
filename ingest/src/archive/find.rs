//! What has to be known of an archive before its members are visited: its exports.

use std::io;

use zip::unstable::read::ZipIterable;

use super::health::{self, Done, Routes};
use super::inflate::Unpack;
use super::member::Member;
use super::strava::Export;
use super::walk::{HEADERS, Stop, Walk, damaged, path};
use super::window::Window;
use super::{Content, names};

/// Members by the name of Strava's table that are looked into.
pub(super) const TABLES_TRIED: usize = 16;
/// XML documents of which it is seen whether they are Apple Health's export.
pub(super) const DOCUMENTS_TRIED: usize = 256;
/// Bytes of names that are held at a time, together with where their members lie.
pub(super) const HELD_BYTES: usize = 32_000_000;

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

/// Members that were found by their names, up to a cap.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) found: Vec<Found>,
    /// The first beyond the cap, as it is shown.
    pub(super) beyond: Option<String>,
}

impl Wanted {
    /// Takes one in; `false` when there is no room for it among `most`.
    pub(super) fn take(&mut self, found: Found, most: usize) -> bool {
        if self.found.len() < most {
            self.found.push(found);
            return true;
        }
        self.beyond = Some(found.shown);
        false
    }
}

/// Where members can be opened.
pub(super) trait Places {
    /// The bytes of the member with this [`Found::id`], unpacked, from the first on.
    fn open(&mut self, id: u64, member: &Member) -> io::Result<Box<dyn Unpack + '_>>;
}

impl Places for Window<'_> {
    fn open(&mut self, _: u64, member: &Member) -> io::Result<Box<dyn Unpack + '_>> {
        member.open(self)
    }
}

impl Walk<'_> {
    /// Strava's tables of the archive.
    pub(super) fn tables(&mut self, name: &str, directory: &mut Directory<'_, '_>) -> Result<Export, Stop> {
        let mut export = Export::default();
        let wanted = self.find(name, directory, TABLES_TRIED, &Export::may_be_table)?;
        for found in wanted.found {
            let mut reader = found.member.open(source_of(directory)?)?;
            self.read_table(&found, &mut *reader, &mut export)?;
        }
        self.tables_beyond(wanted.beyond)?;
        Ok(export)
    }

    /// Says that a table, and those behind it, were not joined.
    pub(super) fn tables_beyond(&mut self, first: Option<String>) -> Result<(), Stop> {
        let Some(shown) = first else { return Ok(()) };
        let reason = format!(
            "more than {TABLES_TRIED} files have the name of Strava’s table: this one, and those behind it, are not joined \
             to their files"
        );
        self.item(&shown, Content::failed(reason))
    }

    /// Visits Apple Health's exports of the archive.
    pub(super) fn health_in(&mut self, name: &str, directory: &mut Directory<'_, '_>) -> Result<Done, Stop> {
        // Of an export beyond those, it is said where it is visited that its routes were not joined.
        let found = self.find(name, directory, DOCUMENTS_TRIED, &health::may_be_export)?.found;
        if found.is_empty() {
            return Ok(Done::default());
        }
        let exports = self.exports(source_of(directory)?, found);
        if exports.is_empty() {
            return Ok(Done::default());
        }
        let mut routes = Routes::default();
        self.each(name, directory, &health::may_be_route, &mut |found| routes.add(found))?;
        self.routes_beyond(&mut routes)?;
        self.health(source_of(directory)?, &exports, &routes)
    }

    /// The first `most` members whose name is wanted.
    fn find(
        &mut self,
        name: &str,
        directory: &mut Directory<'_, '_>,
        most: usize,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Wanted, Stop> {
        let mut wanted = Wanted::default();
        self.each(name, directory, is_wanted, &mut |found| wanted.take(found, most))?;
        Ok(wanted)
    }

    /// Hands out the members whose name is wanted, until `take` has no room. Damage, members that share their bytes and
    /// names that are too long are met again, and reported, when the members are visited.
    fn each(
        &mut self,
        name: &str,
        directory: &mut Directory<'_, '_>,
        is_wanted: &dyn Fn(&str) -> bool,
        take: &mut dyn FnMut(Found) -> bool,
    ) -> Result<(), Stop> {
        let files = directory.files().map_err(|error| damaged(error.to_string()))?;
        let (mut seen, mut used) = (0_u64, 0_u64);
        while let Some(Ok(entry)) = files.next() {
            seen += 1;
            if seen > self.limits.members {
                break;
            }
            if entry.name_raw().len() > self.limits.name_bytes {
                continue;
            }
            let path = path(&entry);
            if !is_wanted(&path) || names::is_clutter(&path) {
                continue;
            }
            let source = files.reader_mut();
            let Ok(member) = Member::find(&entry, source)? else { continue };
            used = used.saturating_add(HEADERS).saturating_add(member.packed);
            if used > source.len() {
                break;
            }
            let shown = names::shown(name, &path, self.limits.name_bytes);
            if !take(Found { shown, path, id: entry.header_start(), member }) {
                break;
            }
        }
        Ok(())
    }
}

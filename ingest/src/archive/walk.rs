//! From member to member, and into archives inside archives.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::find::Found;
use super::inflate::Unpack;
use super::kind::{HEAD, Kind, Many, kind};
use super::limits::{Cap, Limits, Spent, Stopped, fill, fill_whole};
use super::member::{Member, Packing};
use super::strava::{Export, Taken};
use super::window::Window;
use super::{ArchiveError, Content, Item, Origin, ReadSeek, ReadWriteSeek, Scratch, StandIn, names};
use crate::{Details, Format};

/// Bytes of a compressed inner archive that are held in memory; a larger one goes to the scratch space.
const IN_MEMORY: u64 = 8_000_000;
/// Bytes of a member's headers, at least.
pub(super) const HEADERS: u64 = 30 + 46;

/// Why the walk ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The visitor said so.
    Visitor,
    Error(ArchiveError),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Error(error.into())
    }
}

/// One walk.
pub(super) struct Walk<'a> {
    pub(super) limits: &'a Limits,
    pub(super) spent: Spent,
    scratch: &'a mut dyn Scratch,
    pub(super) visit: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    /// Where the bytes come from that are read just now.
    pub(super) origin: Origin,
}

/// See [`super::walk`].
pub(super) fn walk(
    name: &str,
    source: &mut dyn ReadSeek,
    limits: &Limits,
    scratch: &mut dyn Scratch,
    visit: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<(), ArchiveError> {
    let mut walk = Walk::new(limits, scratch, visit);
    match Window::new(source, 0, u64::MAX).map_err(Stop::from).and_then(|mut source| walk.top(name, &mut source)) {
        Ok(()) | Err(Stop::Visitor) => Ok(()),
        Err(Stop::Error(error)) => Err(error),
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        limits: &'a Limits,
        scratch: &'a mut dyn Scratch,
        visit: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    ) -> Self {
        Self { limits, spent: Spent::default(), scratch, visit, origin: Origin::File }
    }
}

impl Walk<'_> {
    fn top(&mut self, name: &str, source: &mut Window<'_>) -> Result<(), Stop> {
        let mut head = Vec::new();
        Member::WHOLE.open(source)?.take(HEAD as u64).read_to_end(&mut head)?;
        if kind(&head) == Kind::Many(Many::Zip, 0) {
            return self.zip(name, source, 1);
        }
        let found = Found { shown: name.to_owned(), path: name.to_owned(), id: 0, member: Member::WHOLE };
        self.member(&found, source, 0, About::default()).map(drop)
    }

    /// Hands an item to the visitor.
    pub(super) fn item(&mut self, name: &str, content: Content) -> Result<(), Stop> {
        self.item_of(self.origin, name, content)
    }

    /// The same for one that comes from elsewhere.
    pub(super) fn item_of(&mut self, origin: Origin, name: &str, content: Content) -> Result<(), Stop> {
        match (self.visit)(Item { name: name.to_owned(), content, origin }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Visitor),
        }
    }

    /// The end of the walk for which reading stopped, where a single member has no say.
    pub(super) fn stop(&self, stopped: Stopped) -> Stop {
        match stopped {
            Stopped::Io(error) => error.into(),
            Stopped::Member(cap) | Stopped::All(cap) => Stop::Error(cap.error()),
        }
    }

    /// Hands on why one member could not be read to its end, or ends the walk.
    pub(super) fn member_stopped(&mut self, name: &str, stopped: Stopped) -> Result<(), Stop> {
        match stopped {
            Stopped::Member(cap) => self.item(name, cap.content()),
            Stopped::Io(error) if is_damage(&error) => self.item(name, Content::failed(error.to_string())),
            stopped => Err(self.stop(stopped)),
        }
    }

    /// A zip archive; `depth` counts from 1 for one that lies in no other.
    fn zip(&mut self, name: &str, source: &mut Window<'_>, depth: u32) -> Result<(), Stop> {
        if depth > self.limits.depth {
            return self.item(name, Cap::depth(self.limits).content());
        }
        let before = std::mem::replace(&mut self.origin, Origin::Member);
        let result = self.members(name, source, depth);
        self.origin = before;
        result
    }

    fn members(&mut self, name: &str, source: &mut Window<'_>, depth: u32) -> Result<(), Stop> {
        let len = source.len();
        let mut directory = match ZipIterable::try_new(&mut *source, Config::default()) {
            Ok(directory) => directory,
            Err(ZipError::Io(error)) if !is_damage(&error) => return Err(error.into()),
            Err(_) => return self.loose(name, source, 0, depth, Export::default()),
        };
        if directory.is_empty() {
            return self.item(name, Content::aside("an archive without any file"));
        }
        let mut export = self.tables(name, &mut directory)?;
        let done = self.health_in(name, &mut directory)?;
        // Bytes of the archive that its members use: members that share them would use more than there are.
        let (mut used, mut end, mut is_damaged) = (0_u64, 0_u64, false);
        let files = directory.files().map_err(|error| damaged(error.to_string()))?;
        while let Some(entry) = files.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(ZipError::Io(error)) if !is_damage(&error) => return Err(error.into()),
                Err(_) => {
                    is_damaged = true;
                    break;
                }
            };
            self.count_member()?;
            used = used.saturating_add(HEADERS);
            let path = path(&entry);
            if entry.is_dir() {
                continue;
            }
            let Some(shown) = self.shown(name, &path)? else { continue };
            let source = &mut **files.reader_mut();
            let member = match Member::find(&entry, source)? {
                Ok(member) => member,
                Err(reason) => {
                    self.item(&shown, Content::failed(reason))?;
                    continue;
                }
            };
            used = used.saturating_add(member.packed);
            if used > len {
                return Err(damaged("its files overlap: it is made to be larger than it looks".to_owned()));
            }
            end = end.max(member.start.saturating_add(member.packed));
            if done.has(entry.header_start()) {
                continue;
            }
            let found = Found { shown, path, id: entry.header_start(), member };
            self.named(&found, source, depth, &mut export)?;
        }
        if is_damaged { self.loose(name, source, end, depth, export) } else { self.missing(&mut export) }
    }

    /// Counts a member.
    pub(super) fn count_member(&mut self) -> Result<(), Stop> {
        self.spent.member(self.limits).map_err(|cap| Stop::Error(cap.error()))
    }

    /// The name of a member as it is shown; `None` when it is passed over, or its name says too much.
    pub(super) fn shown(&mut self, archive: &str, path: &str) -> Result<Option<String>, Stop> {
        if names::is_clutter(path) {
            return Ok(None);
        }
        let shown = names::shown(archive, path, self.limits.name_bytes);
        if path.len() > self.limits.name_bytes {
            self.item(&shown, Cap::name(self.limits).content())?;
            return Ok(None);
        }
        Ok(Some(shown))
    }

    /// A member of an archive, with what the archive's own table says about it.
    pub(super) fn named(
        &mut self,
        found: &Found,
        source: &mut Window<'_>,
        depth: u32,
        export: &mut Export,
    ) -> Result<(), Stop> {
        if export.is_table(found.id) {
            return self.table(&found.shown, found.id, export);
        }
        let row = export.take(&found.path);
        let about = About {
            details: row.as_ref().map(Taken::details),
            stand_in: row.as_ref().and_then(Taken::stand_in),
            is_strava: export.is_strava(&found.path),
            is_among_others: true,
        };
        let visited = self.member(found, source, depth, about);
        if let (Ok(false) | Err(_), Some(row)) = (&visited, row) {
            export.give_back(row);
        }
        visited.map(drop)
    }

    /// One member, whatever it is. Whether it was given out as a file.
    pub(super) fn member(
        &mut self,
        found: &Found,
        source: &mut Window<'_>,
        depth: u32,
        about: About,
    ) -> Result<bool, Stop> {
        let name = &found.shown;
        let mut bytes = Vec::new();
        let mut reader = found.member.open(source)?;
        match fill(&mut *reader, &mut bytes, 0, HEAD as u64, self.limits, &mut self.spent) {
            Ok(_) => {}
            // Whoever reads on meets the damage again.
            Err(Stopped::Io(error)) if is_damage(&error) && !bytes.is_empty() => {}
            Err(stopped) => return self.member_stopped(name, stopped).map(|()| false),
        }
        match kind(&bytes) {
            Kind::File(format) => {
                match fill_whole(&mut *reader, &mut bytes, self.limits, &mut self.spent) {
                    Ok(()) => {}
                    Err(Stopped::Io(error)) if is_damage(&error) && says_that_it_ends_early(format) => {}
                    Err(stopped) => return self.member_stopped(name, stopped).map(|()| false),
                }
                // It grew by doubling, and may wait among others for its turn.
                bytes.shrink_to_fit();
                return self
                    .item(name, Content::File { bytes, details: about.details, stand_in: about.stand_in })
                    .map(|()| true);
            }
            Kind::Aside(reason) if about.details.is_some() => {
                let reason = format!("Strava’s table names it as the file of an activity, which it is not: {reason}");
                self.item(name, Content::failed(reason))
            }
            Kind::Aside(_) if about.is_strava && name.ends_with(".csv") => {
                self.item(name, Content::aside(format!("a table of Strava’s export: {}", names::last(name))))
            }
            Kind::Aside(reason) => self.item(name, Content::aside(reason)),
            Kind::Failed(reason) => self.item(name, Content::failed(reason)),
            Kind::Many(many, gzip) => {
                drop(reader);
                let member = Member { gzip, ..found.member };
                let found = Found { shown: name.clone(), path: found.path.clone(), member, ..*found };
                self.many(&found, source, depth, many, about.is_among_others)
            }
        }
        .map(|()| false)
    }

    /// A member that holds many files, or may.
    fn many(
        &mut self,
        found: &Found,
        source: &mut Window<'_>,
        depth: u32,
        many: Many,
        is_among_others: bool,
    ) -> Result<(), Stop> {
        let (name, at) = (&found.shown, &found.member);
        match many {
            Many::Health => self.big_xml(source, found, is_among_others),
            Many::StravaTable => {
                let (mut bytes, mut export) = (Vec::new(), Export::default());
                match fill_whole(&mut *at.open(source)?, &mut bytes, self.limits, &mut self.spent) {
                    Ok(()) => {}
                    Err(stopped) => return self.member_stopped(name, stopped),
                }
                export.add(found, &bytes, self.limits);
                self.table(name, found.id, &mut export)?;
                self.missing(&mut export)
            }
            Many::Zip if depth >= self.limits.depth => self.item(name, Cap::depth(self.limits).content()),
            Many::Zip | Many::Program if at.packing == Packing::Stored && at.gzip == 0 => {
                self.inner(name, &mut Window::new(source, at.start, at.packed)?, depth, many)
            }
            Many::Zip | Many::Program => {
                let unpacked = self.unpack(&mut *at.open(source)?);
                match unpacked {
                    Ok(mut place) => self.inner(name, &mut Window::new(&mut place, 0, u64::MAX)?, depth, many),
                    Err(stopped) => self.member_stopped(name, stopped),
                }
            }
        }
    }

    /// A zip archive inside another, or what may be one. Its damage ends it alone.
    fn inner(&mut self, name: &str, source: &mut Window<'_>, depth: u32, many: Many) -> Result<(), Stop> {
        let has_files = |source| ZipIterable::try_new(source, Config::default()).is_ok_and(|zip| !zip.is_empty());
        if many == Many::Program && !has_files(&mut *source) {
            return self.item(name, Content::aside("a program"));
        }
        match self.zip(name, source, depth + 1) {
            Err(Stop::Error(error @ ArchiveError::Damaged { .. })) => {
                self.item(name, Content::failed(error.to_string()))
            }
            result => result,
        }
    }

    /// Unpacks an archive to where it can be moved about in. Damage is taken for the end: what stands before it can
    /// still be found.
    fn unpack(&mut self, reader: &mut dyn Unpack) -> Result<Box<dyn ReadWriteSeek>, Stopped> {
        let mut bytes = Vec::new();
        let mut is_end = self.fill_to_damage(reader, &mut bytes, 0, IN_MEMORY)?;
        if is_end {
            return Ok(Box::new(Cursor::new(bytes)));
        }
        let mut place = self.scratch.create().map_err(Stopped::Io)?;
        let mut written = 0;
        loop {
            place.write_all(&bytes).map_err(Stopped::Io)?;
            written += bytes.len() as u64;
            if is_end {
                place.seek(SeekFrom::Start(0)).map_err(Stopped::Io)?;
                return Ok(place);
            }
            bytes.clear();
            is_end = self.fill_to_damage(reader, &mut bytes, written, IN_MEMORY)?;
        }
    }

    fn fill_to_damage(
        &mut self,
        reader: &mut dyn Unpack,
        bytes: &mut Vec<u8>,
        before: u64,
        upto: u64,
    ) -> Result<bool, Stopped> {
        match fill(reader, bytes, before, upto, self.limits, &mut self.spent) {
            Err(Stopped::Io(error)) if is_damage(&error) => Ok(true),
            result => result,
        }
    }
}

/// What is known about a member from elsewhere.
#[derive(Debug, Default)]
pub(super) struct About {
    /// What Strava's table says of it.
    details: Option<Details>,
    /// The same as a file, for when this one gives no activity.
    stand_in: Option<StandIn>,
    /// Whether it lies in Strava's export.
    is_strava: bool,
    /// Whether there are other files around it.
    is_among_others: bool,
}

pub(super) fn path(entry: &ZipFileEntry<'_>) -> String {
    entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Cow::into_owned)
}

/// Whether bytes were read but are not as they should be; otherwise the source itself cannot be read.
pub(super) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
}

pub(super) fn damaged(what: String) -> Stop {
    Stop::Error(ArchiveError::Damaged { kind: "zip archive", what })
}

/// Whether the reader of the format notices when a file ends before its end.
fn says_that_it_ends_early(format: Format) -> bool {
    matches!(format, Format::Fit | Format::Gpx | Format::Tcx | Format::Polar | Format::AppleHealth)
}

//! Apple Health's export inside an archive, or by itself: its big file cut into documents, its routes joined to them.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read};

use zip::unstable::read::ZipIterable;

use super::inflate::Unpack;
use super::kind::{HEAD, Kind, kind};
use super::limits::{Limits, Spent, fill_whole};
use super::member::Member;
use super::walk::{Stop, Walk, path};
use super::window::Window;
use super::{Content, Item, names};
use crate::apple::{self, Caps};

/// Bytes of the export that are read ahead.
const BUFFER: usize = 64 * 1024;
/// Members by the name of the export that are looked into.
const EXPORTS_TRIED: u32 = 4;

/// Members of an archive that became documents: they are not visited once more.
#[derive(Debug, Default)]
pub(super) struct Done(HashSet<u64>);

impl Done {
    /// Whether the member whose header begins here is done.
    pub(super) fn has(&self, header_start: u64) -> bool {
        self.0.contains(&header_start)
    }
}

/// Where the routes of an archive lie, by the last two parts of their names, with their headers.
type Routes = HashMap<String, (u64, Member)>;

impl Walk<'_> {
    /// Finds Apple Health's export in an archive and visits its documents, before anything else: only then it is known
    /// which routes belong to workouts. The others are tracks like any.
    pub(super) fn health(&mut self, archive: &str, directory: &mut ZipIterable<&mut Window<'_>>) -> Result<Done, Stop> {
        let Some((xml_at, name, xml)) = self.find_export(archive, directory)? else { return Ok(Done::default()) };
        let mut routes = Routes::new();
        let Ok(files) = directory.files() else { return Ok(Done::default()) };
        let mut seen = 0;
        // Damage is met again, and reported, when the members are visited.
        while let Some(Ok(entry)) = files.next() {
            seen += 1;
            if seen > self.limits.members {
                break;
            }
            if let Some(key) = route_key(&path(&entry))
                && let Ok(member) = Member::find(&entry, files.reader_mut())?
            {
                routes.insert(key, (entry.header_start(), member));
            }
        }
        let mut done = self.documents(&name, files.reader_mut(), &xml, &routes)?;
        done.0.insert(xml_at);
        Ok(done)
    }

    /// The first member called `export.xml` that is Apple Health's: its header, its name as it is shown, where it lies.
    fn find_export(
        &mut self,
        archive: &str,
        directory: &mut ZipIterable<&mut Window<'_>>,
    ) -> Result<Option<(u64, String, Member)>, Stop> {
        let Ok(files) = directory.files() else { return Ok(None) };
        let (mut seen, mut tried) = (0, 0);
        while let Some(Ok(entry)) = files.next() {
            seen += 1;
            if seen > self.limits.members || tried == EXPORTS_TRIED {
                break;
            }
            let path = path(&entry);
            if names::last(&names::key(&path)) != "export.xml" || names::is_clutter(&path) {
                continue;
            }
            let source = &mut **files.reader_mut();
            let Ok(member) = Member::find(&entry, source)? else { continue };
            tried += 1;
            let mut head = Vec::new();
            // What cannot be read is no export here; when it is visited, it says why.
            let _ = member.open(source)?.take(HEAD as u64).read_to_end(&mut head);
            if kind(&head) == Kind::Health {
                let shown = names::shown(archive, &path, self.limits.name_bytes);
                return Ok(Some((entry.header_start(), shown, member)));
            }
        }
        Ok(None)
    }

    /// Visits the documents of an export that lies by itself: its routes are not there.
    pub(super) fn big_xml(&mut self, name: &str, source: &mut Window<'_>, at: &Member) -> Result<(), Stop> {
        self.documents(name, source, at, &Routes::new()).map(|_| ())
    }

    /// Visits the documents of an export, then what is to be said about it. Gives the routes that were used.
    fn documents(&mut self, name: &str, source: &mut Window<'_>, xml: &Member, routes: &Routes) -> Result<Done, Stop> {
        let limits = self.limits;
        let spent = &mut self.spent;
        let visit = &mut self.visit;
        let mut export = Export { source, xml, routes, limits, spent, first_pass: None, used: Done::default() };
        let mut has_stopped = false;
        let caps = Caps::default();
        let report = apple::split(&mut export, &caps, &mut |document| {
            let content = Content::File { bytes: document.bytes, details: None };
            let flow = visit(Item { name: format!("{name}#{}", document.name), content });
            has_stopped |= flow.is_break();
            flow
        });
        let used = export.used;
        if has_stopped {
            return Err(Stop::Visitor);
        }
        let content = match report {
            Err(error) => Content::failed(error.to_string()),
            Ok(report) if !report.is_health_data => Content::aside("an XML document of another kind"),
            Ok(report) => {
                let taken = format!(
                    "Apple Health’s export, of which {} and {} with values of days were taken",
                    count(report.workouts, "workout"),
                    count(report.months, "month")
                );
                let said: Vec<&str> =
                    std::iter::once(taken.as_str()).chain(report.remarks.iter().map(String::as_str)).collect();
                let said = said.join(". ");
                if report.is_partial { Content::failed(said) } else { Content::aside(said) }
            }
        };
        self.item(name, content)?;
        Ok(used)
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// `workout-routes/route_….gpx` of a route's name, whatever folder that lies in.
fn route_key(name: &str) -> Option<String> {
    let key = names::key(name);
    let (folder, file) = key.rsplit_once('/')?;
    (file.ends_with(".gpx") && names::last(folder) == "workout-routes").then(|| file.to_owned())
}

/// An export in its archive.
struct Export<'e, 's> {
    source: &'e mut Window<'s>,
    xml: &'e Member,
    routes: &'e Routes,
    limits: &'e Limits,
    spent: &'e mut Spent,
    /// Bytes of the first pass, which counts against the limits; later ones read no more than it.
    first_pass: Option<u64>,
    used: Done,
}

impl apple::Source for Export<'_, '_> {
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        let reader = self.xml.open(self.source)?;
        Ok(match self.first_pass {
            Some(bytes) => Box::new(BufReader::with_capacity(BUFFER, reader.take(bytes))),
            None => {
                let count = self.first_pass.insert(0);
                let metered = Metered { reader, limits: self.limits, spent: &mut *self.spent, count };
                Box::new(BufReader::with_capacity(BUFFER, metered))
            }
        })
    }

    fn route(&mut self, path: &str) -> Option<Vec<u8>> {
        let (header_start, member) = self.routes.get(&route_key(path)?)?;
        let mut bytes = Vec::new();
        fill_whole(&mut *member.open(self.source).ok()?, &mut bytes, self.limits, self.spent).ok()?;
        self.used.0.insert(*header_start);
        Some(bytes)
    }
}

/// A reader that stops at the limits for everything together, and for growth.
struct Metered<'m> {
    reader: Box<dyn Unpack + 'm>,
    limits: &'m Limits,
    spent: &'m mut Spent,
    count: &'m mut u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        *self.count += count as u64;
        let consumed = self.reader.consumed();
        match self.spent.stream(count as u64, *self.count, consumed, self.limits) {
            Ok(()) => Ok(count),
            Err(cap) => Err(io::Error::other(cap.error())),
        }
    }
}

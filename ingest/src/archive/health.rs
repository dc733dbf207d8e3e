//! Apple Health's export inside an archive, or by itself: its big file cut into documents, its routes joined to them.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read};

use super::find::{Found, Places};
use super::inflate::Unpack;
use super::kind::{Kind, Many, kind};
use super::limits::{Cap, Limits, Spent, fill_whole};
use super::walk::{Stop, Walk};
use super::{Content, Origin, names};
use crate::apple::{self, Caps};

/// Bytes of the export that are read ahead.
const BUFFER: usize = 64 * 1024;
/// First bytes of an XML document that are looked at: Apple's document type stands behind the declaration. Whatever
/// has more before it is met when it is visited.
const PROLOG: u64 = 1024;

/// Members that became documents: they are not visited once more.
#[derive(Debug, Default)]
pub(super) struct Done(HashSet<u64>);

impl Done {
    /// Whether the member is done.
    pub(super) fn has(&self, id: u64) -> bool {
        self.0.contains(&id)
    }
}

/// Tracks of an archive by the last part of their names, where routes may be among them.
pub(super) type Routes = HashMap<String, Vec<Found>>;

/// Whether a name may be that of Apple Health's export. In other languages than English it is called otherwise.
pub(super) fn may_be_export(path: &str) -> bool {
    let key = names::key(path);
    key.ends_with(".xml") || key.ends_with(".xml.gz")
}

/// Whether a name may be that of a route.
pub(super) fn may_be_route(path: &str) -> bool {
    names::key(path).ends_with(".gpx")
}

/// Routes by name.
pub(super) fn by_name(found: Vec<Found>) -> Routes {
    let mut routes = Routes::new();
    for found in found {
        routes.entry(names::last(&names::key(&found.path)).to_owned()).or_default().push(found);
    }
    routes
}

impl Walk<'_> {
    /// Those of `found` that are Apple Health's exports.
    pub(super) fn exports(&mut self, places: &mut dyn Places, found: Vec<Found>) -> Vec<Found> {
        let mut exports = Vec::new();
        for mut found in found {
            let mut head = Vec::new();
            // What cannot be read is no export here; when it is visited, it says why.
            let Ok(reader) = places.open(&found) else { continue };
            let _ = reader.take(PROLOG).read_to_end(&mut head);
            if let Kind::Many(Many::Health, layers) = kind(&head) {
                found.member.gzip = layers;
                exports.push(found);
            }
        }
        exports
    }

    /// Visits the documents of Apple Health's exports, before anything else: only then it is known which routes belong
    /// to workouts. The others are tracks like any.
    pub(super) fn health(&mut self, places: &mut dyn Places, exports: &[Found], routes: &Routes) -> Result<Done, Stop> {
        let mut done = Done::default();
        for export in exports {
            self.documents(places, export, routes, &mut done)?;
            done.0.insert(export.id);
        }
        Ok(done)
    }

    /// Visits the documents of an export that is met without the other members around it.
    pub(super) fn big_xml(&mut self, places: &mut dyn Places, export: &Found) -> Result<(), Stop> {
        self.documents(places, export, &Routes::new(), &mut Done::default())
    }

    /// Visits the documents of an export, then what is to be said about it. Notes the routes that were used.
    fn documents(
        &mut self,
        places: &mut dyn Places,
        xml: &Found,
        routes: &Routes,
        done: &mut Done,
    ) -> Result<(), Stop> {
        let name = &xml.shown;
        let limits = self.limits;
        let spent = &mut self.spent;
        let visit = &mut self.visit;
        let folder = names::folder(&names::key(&xml.path)).to_owned();
        let mut export = Export { places, xml, folder, routes, limits, spent, first_pass: None, capped: None, done };
        let mut has_stopped = false;
        let caps = Caps::default();
        let report = apple::split(&mut export, &caps, &mut |document| {
            let content = Content::File { bytes: document.bytes, details: None };
            let flow = visit(super::Item { name: format!("{name}#{}", document.name), content, origin: Origin::Part });
            has_stopped |= flow.is_break();
            flow
        });
        let capped = export.capped.map(Cap::reached);
        if has_stopped {
            return Err(Stop::Visitor);
        }
        let content = match report {
            Err(error) => Content::Failed { reason: error.to_string(), cap: capped },
            Ok(report) if !report.is_health_data => match capped {
                Some(_) => Content::Failed { reason: "it cannot be read to its end".to_owned(), cap: capped },
                None => Content::aside("an XML document of another kind"),
            },
            Ok(report) => {
                let taken = format!(
                    "Apple Health’s export, of which {} and {} with values of days were taken",
                    count(report.workouts, "workout"),
                    count(report.months, "month")
                );
                let reason = match report.remarks.as_slice() {
                    [] => taken,
                    remarks => format!("{taken}. {}", remarks.join(" ")),
                };
                if report.is_partial { Content::Failed { reason, cap: capped } } else { Content::aside(reason) }
            }
        };
        self.item_of(Origin::Part, name, content)
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// An export among its files.
struct Export<'e> {
    places: &'e mut dyn Places,
    xml: &'e Found,
    /// The folder that it lies in: names of routes count from there.
    folder: String,
    routes: &'e Routes,
    limits: &'e Limits,
    spent: &'e mut Spent,
    /// Bytes of the first pass, which counts against the limits; later ones read no more than it.
    first_pass: Option<u64>,
    /// The cap that ended the first pass.
    capped: Option<Cap>,
    done: &'e mut Done,
}

impl apple::Source for Export<'_> {
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        let reader = self.places.open(self.xml)?;
        Ok(match self.first_pass {
            Some(bytes) => Box::new(BufReader::with_capacity(BUFFER, reader.take(bytes))),
            None => {
                let (count, capped) = (self.first_pass.insert(0), &mut self.capped);
                let metered = Metered { reader, limits: self.limits, spent: &mut *self.spent, count, capped };
                Box::new(BufReader::with_capacity(BUFFER, metered))
            }
        })
    }

    fn route(&mut self, path: &str) -> Option<Vec<u8>> {
        let key = names::key(path.trim_start_matches('/'));
        let named = self.routes.get(names::last(&key))?;
        let full = format!("{}{key}", self.folder);
        let is_below = |found: &&Found| names::key(&found.path).starts_with(&self.folder);
        // The folder of routes may have another name than the export says.
        let found =
            named.iter().find(|found| names::key(&found.path) == full).or_else(|| named.iter().find(is_below))?;
        let mut bytes = Vec::new();
        fill_whole(&mut *self.places.open(found).ok()?, &mut bytes, self.limits, self.spent).ok()?;
        self.done.0.insert(found.id);
        Some(bytes)
    }
}

/// A reader that stops at the limits for everything together, and for growth.
struct Metered<'m> {
    reader: Box<dyn Unpack + 'm>,
    limits: &'m Limits,
    spent: &'m mut Spent,
    count: &'m mut u64,
    capped: &'m mut Option<Cap>,
}

impl Read for Metered<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        *self.count += count as u64;
        let consumed = self.reader.consumed();
        match self.spent.stream(count as u64, *self.count, consumed, self.limits) {
            Ok(()) => Ok(count),
            Err(cap) => {
                let what = cap.what();
                *self.capped = Some(cap);
                Err(io::Error::other(what))
            }
        }
    }
}

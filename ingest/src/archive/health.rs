//! Apple Health's export inside an archive, or by itself: its big file cut into documents, its routes joined to them.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufRead, BufReader, Read};

use super::find::{DOCUMENTS_TRIED, Found, HELD_BYTES, Places};
use super::inflate::Unpack;
use super::kind::{Kind, Many, kind};
use super::limits::{Cap, Limits, Spent, Stopped, fill_whole};
use super::member::Member;
use super::walk::{Stop, Walk};
use super::{Content, Origin, Reached, names};
use crate::apple;

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

/// Tracks of an archive, where routes may be among them.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// By the last part of the key of their name, and the whole key.
    places: BTreeMap<(String, String), (u64, Member)>,
    /// Bytes of all of it.
    bytes: usize,
    /// The first beyond the cap, as it is shown.
    beyond: Option<String>,
    /// Why none is known although there may be some.
    unknown: Option<String>,
}

/// Bytes of a route's place beside its names, about.
const PLACE_BYTES: usize = 100;

impl Routes {
    /// Takes a track in, unless one has its name; `false` when there is no room.
    pub(super) fn add(&mut self, found: Found) -> bool {
        let key = names::key(&found.path);
        let last = names::last(&key).to_owned();
        self.bytes = self.bytes.saturating_add(PLACE_BYTES + last.len() + key.len());
        if self.bytes > HELD_BYTES {
            self.beyond = Some(found.shown);
            return false;
        }
        self.places.entry((last, key)).or_insert((found.id, found.member));
        true
    }

    /// The track that an export in `folder` names. The folder of routes may have another name than the export says.
    fn find(&self, folder: &str, path: &str) -> Option<(u64, Member)> {
        let key = names::key(path.trim_start_matches('/'));
        let last = names::last(&key).to_owned();
        let full = (last.clone(), format!("{folder}{key}"));
        if let Some(place) = self.places.get(&full) {
            return Some(*place);
        }
        let ((other, key), place) = self.places.range((last, folder.to_owned())..).next()?;
        (*other == full.0 && key.starts_with(folder)).then_some(*place)
    }
}

/// Whether a name may be that of Apple Health's export. In other languages than English it is called otherwise.
pub(super) fn may_be_export(path: &str) -> bool {
    let key = names::key(path);
    key.ends_with(".xml") || key.ends_with(".xml.gz")
}

/// Whether a name may be that of a route.
pub(super) fn may_be_route(path: &str) -> bool {
    names::key(path).ends_with(".gpx")
}

impl Walk<'_> {
    /// Those of `found` that are Apple Health's exports.
    pub(super) fn exports(&mut self, places: &mut dyn Places, found: Vec<Found>) -> Vec<Found> {
        let mut exports = Vec::new();
        for mut found in found {
            let mut head = Vec::new();
            // What cannot be read is no export here; when it is visited, it says why.
            let Ok(reader) = places.open(found.id, &found.member) else { continue };
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

    /// Says that a track, and those behind it, are not looked for when a workout names its route.
    pub(super) fn routes_beyond(&mut self, routes: &mut Routes) -> Result<(), Stop> {
        let Some(shown) = routes.beyond.take() else { return Ok(()) };
        let what = format!("the names of the tracks are longer than {} MB together", HELD_BYTES / 1_000_000);
        routes.unknown = Some(what.clone());
        self.item(&shown, Content::failed(format!("{what}: this one, and those behind it, are not joined to workouts")))
    }

    /// Visits the documents of an export that is met by itself, or among others without being known before them.
    pub(super) fn big_xml(
        &mut self,
        places: &mut dyn Places,
        export: &Found,
        is_among_others: bool,
    ) -> Result<(), Stop> {
        let unknown = is_among_others.then(|| {
            format!("the export is not one of the first {DOCUMENTS_TRIED} files whose names end with .xml or .xml.gz")
        });
        self.documents(places, export, &Routes { unknown, ..Routes::default() }, &mut Done::default())
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
        let mut report = apple::split(&mut export, &limits.apple, &mut |document| {
            let content = Content::File { bytes: document.bytes, details: None, stand_in: None };
            let flow = visit(super::Item { name: format!("{name}#{}", document.name), content, origin: Origin::Part });
            has_stopped |= flow.is_break();
            flow
        });
        let capped = export.capped.map(Cap::reached);
        if has_stopped {
            return Err(Stop::Visitor);
        }
        let cuts = report.as_mut().map(|report| std::mem::take(&mut report.cuts)).unwrap_or_default();
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
        self.item_of(Origin::Part, name, content)?;
        for apple::Cut { what, cap, option } in cuts {
            let content = Content::Failed { reason: what, cap: Some(Reached { cap, option }) };
            self.item_of(Origin::Part, name, content)?;
        }
        Ok(())
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
    /// The cap for everything together, or for growth, that was reached.
    capped: Option<Cap>,
    done: &'e mut Done,
}

impl apple::Source for Export<'_> {
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        let reader = self.places.open(self.xml.id, &self.xml.member)?;
        Ok(match self.first_pass {
            Some(bytes) => Box::new(BufReader::with_capacity(BUFFER, reader.take(bytes))),
            None => {
                let (count, capped) = (self.first_pass.insert(0), &mut self.capped);
                let metered = Metered { reader, limits: self.limits, spent: &mut *self.spent, count, capped };
                Box::new(BufReader::with_capacity(BUFFER, metered))
            }
        })
    }

    fn route(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some((id, member)) = self.routes.find(&self.folder, path) else {
            return self.routes.unknown.clone().map_or(Ok(None), Err);
        };
        if let Some(cap) = &self.capped {
            return Err(cap.what().to_owned());
        }
        let mut bytes = Vec::new();
        let mut reader = self.places.open(id, &member).map_err(|error| error.to_string())?;
        // One that fails is visited once more, like any file, and says there what would have to be done.
        match fill_whole(&mut *reader, &mut bytes, self.limits, self.spent) {
            Ok(()) => {
                self.done.0.insert(id);
                Ok(Some(bytes))
            }
            Err(Stopped::Io(error)) => Err(error.to_string()),
            Err(Stopped::Member(cap)) => Err(cap.what().to_owned()),
            Err(Stopped::All(cap)) => {
                let what = cap.what().to_owned();
                self.capped = Some(cap);
                Err(what)
            }
        }
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

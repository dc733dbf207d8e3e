//! Knowing an export of Plimsoll's own again, and taking in what stands beside its original files.
//!
//! What is here stands: of the profile only what nobody set is taken, and decisions only where nobody decided. Taking the
//! same export in twice, or going on with it after a crash, comes to the same.

use std::collections::HashMap;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use plimsoll_ingest::archive::{self, Content as Found, walk_chosen};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::format::{
    DECISIONS, Decisions, ENTRIES, EntryFile, FORMAT, MANIFEST, ORIGINAL, Original, PROFILE, ProfileFile,
};
use crate::blobs::{raw_key, sha256_hex};
use crate::config::{archive_words, failure_words};
use crate::entries::MOST;
use crate::library::batch::{Batch, Content, FileReport, Incoming};
use crate::library::feed::PLACES;
use crate::library::group::{Plain, Unread};
use crate::library::{Feed, Library};
use crate::store::{Athlete, AthleteError, Deciding, Entry, FileResult, Source, Undoing};
use crate::words;

/// Where the files of a feed go.
#[derive(Debug, Clone)]
pub(in crate::library) struct Place {
    pub(in crate::library) library: Library,
    pub(in crate::library) athlete_id: String,
    pub(in crate::library) import_id: String,
    /// Exports that were met.
    pub(in crate::library) exports: OwnExports,
}

/// Exports of which something is left to do when all files are in.
pub(in crate::library) type OwnExports = Arc<Mutex<Vec<OwnExport>>>;

/// An export that is being taken in.
#[derive(Debug)]
pub(in crate::library) struct OwnExport {
    /// Its name, as it is shown.
    name: String,
    /// The place of what is said of its decisions.
    place: i64,
    originals: Vec<Original>,
    /// Entries as they stand there.
    entries: Vec<Value>,
}

/// What an export is known by, of whatever version.
struct Known {
    /// What stands before the names of its files: the folder that it was packed in.
    folder: String,
    version: u64,
    made: Option<DateTime<Utc>>,
    athlete: String,
}

impl Feed {
    /// Feeds the original files of an export of Plimsoll's own, and takes its profile over; `None` when `source` is no
    /// such export.
    pub(in crate::library) fn own_export(
        &mut self,
        name: &str,
        source: &mut (impl Read + Seek),
    ) -> Option<ControlFlow<()>> {
        let limits = self.limits().archive;
        let known = Known::in_source(name, source, &limits)?;
        Some(self.take_export(name, source, &limits, &known))
    }

    fn take_export(
        &mut self,
        name: &str,
        source: &mut (impl Read + Seek),
        limits: &archive::Limits,
        known: &Known,
    ) -> ControlFlow<()> {
        let first = self.next_place();
        let manifest = format!("{name}/{}{MANIFEST}", known.folder);
        let place = self.place().clone();
        let import = self.block_on(place.library.store.import(&place.athlete_id, &place.import_id));
        // It may not have the scopes for all the rest, and a later start does not know them any more.
        if import.is_ok_and(|import| import.is_none_or(|import| import.source == Source::Token)) {
            let reason = "Plimsoll’s own export, sent with a token: its original files are taken in. Its profile, what was \
                          decided and what was written down are taken from a person, on the page.";
            self.settled(&manifest, FileResult::SetAside, reason.to_owned())?;
            return self.originals(name, source, limits, known, &[], &|_| true);
        }
        if known.version > u64::from(FORMAT) {
            let reason = format!(
                "Plimsoll’s own export, written by a newer program (format {}; this one knows {FORMAT}): its original \
                 files are taken in, its profile and what was decided are not. A newer Plimsoll takes those as well.",
                known.version
            );
            self.settled(&manifest, FileResult::Failed, reason)?;
            return self.originals(name, source, limits, known, &[], &|_| true);
        }
        let read = Beside::read(name, source, limits, &known.folder);
        let adopted = match &read.profile {
            Some(profile) => {
                let place = self.place().clone();
                let adopting = async { place.library.adopt_profile(&place.athlete_id, profile).await };
                self.block_on(adopting).unwrap_or_else(|error| format!("its profile could not be stored: {error:#}"))
            }
            None => "it has no profile that can be read".to_owned(),
        };
        let made = known.made.map(|made| format!(", made on {}", made.format("%-d %B %Y"))).unwrap_or_default();
        let of = if known.athlete.is_empty() { String::new() } else { format!(" of {}", known.athlete) };
        let said = format!("Plimsoll’s own export{of}{made}: its original files are taken in; {adopted}");
        self.settled(&manifest, FileResult::SetAside, said)?;
        for problem in &read.problems {
            self.settled(&format!("{name}/{}", problem.0), FileResult::Failed, problem.1.clone())?;
        }
        let Decisions { undone_imports, originals } = read.decisions;
        let undone: HashMap<&str, usize> = originals
            .iter()
            .filter_map(|original| Some((original.path.as_str(), original.undone_import?)))
            .filter(|(_, import)| *import < undone_imports.len())
            .collect();
        self.originals(name, source, limits, known, &originals, &|path| !undone.contains_key(path))?;
        let place = self.place().clone();
        let by_path: HashMap<&str, &Original> =
            originals.iter().map(|original| (original.path.as_str(), original)).collect();
        let choose = |path: &str| path.strip_prefix(&known.folder).is_some_and(|path| undone.contains_key(path));
        let mut position = 0;
        let mut failed = Vec::new();
        let walked = walk_chosen(name, &mut *source, limits, &choose, &mut |path, item| {
            let path = path.strip_prefix(&known.folder).unwrap_or(path);
            let (Some(import), Some(original)) = (undone.get(path), by_path.get(path)) else {
                return ControlFlow::Continue(());
            };
            let Some(undone_import) = undone_imports.get(*import) else { return ControlFlow::Continue(()) };
            match item.content {
                Found::File { bytes, .. } => {
                    let bytes = Bytes::from(bytes);
                    let import_id = undone_id(&place.import_id, first, *import);
                    let sha256 = sha256_hex(&bytes);
                    let file = Undoing {
                        athlete_id: &place.athlete_id,
                        import_id: &import_id,
                        import: undone_import,
                        position,
                        file_name: &original.file,
                        sha256: &sha256,
                        size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                        details: original.said.as_ref(),
                    };
                    position += 1;
                    if let Err(error) = self.block_on(place.library.take_in_undone(&file, bytes)) {
                        failed.push((item.name, format!("it could not be stored: {error:#}")));
                    }
                }
                Found::Failed { reason, cap } => failed.push((item.name, failure_words(&reason, cap.as_ref()))),
                Found::SetAside { .. } => {}
            }
            ControlFlow::Continue(())
        });
        for (name, reason) in failed {
            self.settled(&name, FileResult::Failed, reason)?;
        }
        if let Err(error) = walked {
            self.settled(name, FileResult::Failed, archive_words(&error))?;
        }
        if let Ok(mut exports) = self.place().exports.lock() {
            let place = first.saturating_add(PLACES - 1);
            exports.push(OwnExport { name: name.to_owned(), place, originals, entries: read.entries });
        }
        ControlFlow::Continue(())
    }

    /// Feeds original files, with what other exports said about them.
    fn originals(
        &mut self,
        name: &str,
        source: &mut (impl Read + Seek),
        limits: &archive::Limits,
        known: &Known,
        originals: &[Original],
        choose: &dyn Fn(&str) -> bool,
    ) -> ControlFlow<()> {
        let by_path: HashMap<&str, &Original> =
            originals.iter().map(|original| (original.path.as_str(), original)).collect();
        let inside = |path: &str| path.strip_prefix(&known.folder).filter(|path| is_original(path)).map(str::to_owned);
        let choose = |path: &str| inside(path).is_some_and(|path| choose(&path));
        let mut flow = ControlFlow::Continue(());
        let walked = walk_chosen(name, &mut *source, limits, &choose, &mut |path, item| {
            let original = inside(path).and_then(|path| by_path.get(path.as_str()).copied());
            flow = match item.content {
                Found::File { bytes, .. } => {
                    // It is called what it was called.
                    let shown = original.map(|original| format!("{name}/{ORIGINAL}{}", original.file));
                    let details = original.and_then(|original| original.said.clone());
                    self.bytes(&shown.unwrap_or(item.name), bytes, details)
                }
                Found::Failed { reason, cap } => {
                    self.settled(&item.name, FileResult::Failed, failure_words(&reason, cap.as_ref()))
                }
                Found::SetAside { reason } => self.settled(&item.name, FileResult::SetAside, reason),
            };
            flow
        });
        match (flow, walked) {
            (ControlFlow::Continue(()), Err(error)) => self.settled(name, FileResult::Failed, archive_words(&error)),
            _ => flow,
        }
    }
}

/// Whether a name in an export is that of an original file.
fn is_original(path: &str) -> bool {
    path.starts_with(ORIGINAL) && path.len() > ORIGINAL.len()
}

impl Known {
    /// What an archive is known by as an export: a file of a name that no other program gives, at the top or in the one
    /// folder that the export was packed in again.
    fn in_source(name: &str, source: &mut (impl Read + Seek), limits: &archive::Limits) -> Option<Self> {
        let mut known = None;
        let folder = |path: &str| {
            let folder = path.strip_suffix(MANIFEST)?;
            (folder.is_empty() || folder.find('/') == Some(folder.len() - 1)).then(|| folder.to_owned())
        };
        let choose = |path: &str| folder(path).is_some();
        // What ends this early is met again, and told, when the archive is walked.
        let _ = walk_chosen(name, source, limits, &choose, &mut |path, item| {
            if let Found::File { bytes, .. } = item.content
                && let Some(folder) = folder(path)
                && let Some(found) = Self::of(folder, &bytes)
            {
                known = Some(found);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        known
    }

    fn of(folder: String, manifest: &[u8]) -> Option<Self> {
        let manifest: Value = serde_json::from_slice(manifest).ok()?;
        let version = manifest.get("plimsoll_export")?.as_u64()?;
        let text = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default();
        Some(Self { folder, version, made: text("made").parse().ok(), athlete: text("athlete").to_owned() })
    }
}

/// What stands beside the original files.
#[derive(Default)]
struct Beside {
    profile: Option<ProfileFile>,
    decisions: Decisions,
    /// Entries as they stand there.
    entries: Vec<Value>,
    /// Names of files that cannot be read, and why.
    problems: Vec<(String, String)>,
}

impl Beside {
    fn read(name: &str, source: &mut (impl Read + Seek), limits: &archive::Limits, folder: &str) -> Self {
        let mut beside = Self::default();
        let choose =
            |path: &str| path.strip_prefix(folder).is_some_and(|path| [PROFILE, DECISIONS, ENTRIES].contains(&path));
        let walked = walk_chosen(name, source, limits, &choose, &mut |path, item| {
            let path = path.strip_prefix(folder).unwrap_or(path);
            match item.content {
                Found::File { bytes, .. } => match path {
                    PROFILE => beside.profile = beside.parsed(path, &bytes),
                    DECISIONS => {
                        beside.decisions = beside.parsed::<Decisions>(path, &bytes).unwrap_or_default().tamed();
                    }
                    ENTRIES => beside.entries = beside.parsed(path, &bytes).unwrap_or_default(),
                    _ => {}
                },
                Found::Failed { reason, cap } => {
                    beside.problems.push((path.to_owned(), failure_words(&reason, cap.as_ref())));
                }
                Found::SetAside { .. } => {}
            }
            ControlFlow::Continue(())
        });
        if let Err(error) = walked {
            beside.problems.push((DECISIONS.to_owned(), archive_words(&error)));
        }
        beside
    }

    fn parsed<T: DeserializeOwned>(&mut self, path: &str, bytes: &[u8]) -> Option<T> {
        match serde_json::from_slice(bytes) {
            Ok(value) => Some(value),
            Err(error) => {
                let reason = format!("it is not what Plimsoll writes ({error}), so nothing of it was taken over");
                self.problems.push((path.to_owned(), reason));
                None
            }
        }
    }
}

impl Library {
    /// Takes over what of a profile nobody set here; the time zone only where there is no file yet, because it decides on
    /// which day a file counts that is read. Says what was taken.
    async fn adopt_profile(&self, athlete_id: &str, theirs: &ProfileFile) -> anyhow::Result<String> {
        let athlete = self.store.athlete(athlete_id).await?.context("the athlete is gone")?;
        let is_empty = self.store.is_empty(athlete_id).await?;
        let mut profile = athlete.profile;
        let (body, mut taken) = theirs.completed(&profile.physiology);
        profile.physiology = body;
        let zone = theirs.zone.parse().ok().filter(|zone| *zone != profile.zone);
        let mut stays = String::new();
        match zone {
            Some(zone) if is_empty => {
                profile.zone = zone;
                taken.push("time zone");
            }
            Some(_) => {
                stays = format!("; the time zone stays {} (the export’s is {})", profile.zone.name(), theirs.zone);
            }
            None => {}
        }
        if taken.is_empty() {
            return Ok(format!("nothing of its profile was missing here{stays}"));
        }
        match self.store.set_profile(athlete_id, profile).await {
            Ok(_) if is_empty => self.store.summaries_done(athlete_id).await?,
            Ok(_) => {}
            Err(AthleteError::Invalid(reason)) => {
                return Ok(format!("its profile was left out, because with what is set here {reason}"));
            }
            Err(AthleteError::Store(error)) => return Err(error),
        }
        Ok(format!("of its profile were taken over: {}{stays}", taken.join(", ")))
    }

    /// Takes in a file of an import that was undone: it is there, and counts nowhere.
    async fn take_in_undone(&self, file: &Undoing<'_>, bytes: Bytes) -> anyhow::Result<()> {
        let athlete = self.store.athlete(file.athlete_id).await?.context("the athlete is gone")?;
        let key = raw_key(file.sha256);
        self.blobs.put(&key, bytes.clone()).await?;
        if let Some(upload) = self.store.receive_undone(file, self.now_ms()).await? {
            // Whoever erased the same bytes meanwhile did not know of this row.
            self.blobs.put(&key, bytes.clone()).await?;
            let unread = Unread { upload, plain: Plain { bytes, notice: None } };
            self.read_uploads(&athlete, vec![unread]).await?;
        }
        Ok(())
    }

    /// Works out anew what rests on decisions that were taken over.
    async fn follow_decisions(&self, athlete: &Athlete) -> anyhow::Result<()> {
        self.store.relink_all(&athlete.id).await?;
        // A group may have been given a sport of one of its copies by the first time.
        for _ in 0..2 {
            let due = self.store.athletes_with_summaries_due().await?;
            let Some(athlete) = due.into_iter().find(|due| due.id == athlete.id) else { break };
            self.summarise_again(&athlete).await?;
        }
        Ok(())
    }
}

impl Batch {
    /// Takes over what was decided about the files of exports, which are all in.
    pub(in crate::library) async fn take_over(
        &self,
        exports: Vec<OwnExport>,
        report: &mut (dyn FnMut(FileReport) + Send),
    ) -> anyhow::Result<()> {
        let (store, id) = (&self.library.store, &self.athlete.id);
        for export in exports {
            let decisions: Vec<Deciding<'_>> = export
                .originals
                .iter()
                .filter(|original| !original.decided.is_empty())
                .map(|original| (original.sha256.as_str(), original.decided.as_slice()))
                .collect();
            let named: usize = decisions.iter().map(|(_, decided)| decided.len()).sum();
            let taken = store.decide(id, &decisions).await?;
            let today = self.library.clock.today(self.athlete.profile.zone);
            // One that cannot be read leaves the others alone.
            let entry = |value: &Value| {
                let file: EntryFile = serde_json::from_value(value.clone()).ok()?;
                file.as_entry(&self.athlete, today).ok()
            };
            let room = MOST.saturating_sub(store.count_entries(id).await?);
            let entries: Vec<Entry> = export.entries.iter().filter_map(entry).take(room).collect();
            let left_out = export.entries.len() - entries.len();
            let put = store.put_entries(id, self.id(), &entries).await?;
            self.library.follow_decisions(&self.athlete).await?;
            let done = store.done_positions(id, self.id(), export.place).await?;
            if done.contains(&export.place) {
                continue;
            }
            let mut said = match (named, taken) {
                (0, _) => "nothing was decided about its activities".to_owned(),
                (_, 0) => {
                    "what was decided about its activities holds here already, or something else was decided here"
                        .to_owned()
                }
                (_, 1) => "1 decision about its activities was taken over".to_owned(),
                (_, taken) => format!("{} decisions about its activities were taken over", words::thousands(taken)),
            };
            if put > 0 {
                said.push_str(&format!(
                    "; {} of what was written down came along",
                    words::count(put, "entry", "entries")
                ));
            }
            if left_out > 0 {
                said.push_str(&format!(
                    "; {left_out} of what was written down cannot be, or were too many, and were left out"
                ));
            }
            let content = Content::Settled { result: FileResult::SetAside, reason: said };
            let name = format!("{}/{DECISIONS}", export.name);
            let told = Incoming { name, position: Some(export.place), content, room: None };
            self.take_in_group(vec![told]).await?.into_iter().for_each(&mut *report);
        }
        Ok(())
    }
}

/// The id of an import that was undone, which is the same when an export is gone on with. Beside the import that brings it.
fn undone_id(import_id: &str, place: i64, index: usize) -> String {
    let mut bytes = Uuid::parse_str(import_id).unwrap_or_default().into_bytes();
    let hash = Sha256::digest(format!("{import_id} {place} {index}"));
    // Six bytes are the time of the import that brings it.
    for (byte, of) in bytes.iter_mut().zip(hash).skip(6) {
        *byte = of;
    }
    uuid::Builder::from_bytes(bytes)
        .with_version(uuid::Version::SortRand)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
        .to_string()
}

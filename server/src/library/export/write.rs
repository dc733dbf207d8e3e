//! Writing an export, from its first byte to its last. Files go through a few kilobytes at a time, recordings one by one,
//! rows by pages: with the history grow only the days, which are worked out as for the page Today, and the archive's own
//! list of its members.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use bytes::Bytes;
use chrono::{DateTime, Datelike as _, NaiveDateTime, Timelike as _, Utc};
use futures_util::StreamExt as _;
use plimsoll_ingest::ReadOptions;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::format::{
    DECISIONS, ENTRIES, EntryFile, FORMAT, MANIFEST, Manifest, Original, PROFILE, ProfileFile, README, original_path,
    records_path,
};
use super::tables;
use crate::access::{Kinds, Role};
use crate::blobs::{frame_key, raw_key};
use crate::library::{Library, digest};
use crate::store::{ActivityRow, Athlete, Grantee, Upload, UploadState};

/// Rows that are read from the store at once.
const PAGE: i64 = 200;

/// A member from this size on needs the fields for large ones.
const LARGE: i64 = u32::MAX as i64;

/// Why an export ended before its end.
const NOT_WRITTEN: &str = "cannot write the export";

impl Library {
    /// Writes everything of an athlete into `out`, as a zip archive from beginning to end; with the account when it is
    /// theirs who asks. What cannot be put in (bytes that are lost) is named in the archive.
    ///
    /// # Errors
    /// When the store fails, or `out` takes no more: then the archive is cut off.
    pub(crate) async fn export<W: Write + Send + 'static>(
        &self,
        athlete: &Athlete,
        with_account: bool,
        out: W,
    ) -> anyhow::Result<W> {
        let (library, athlete, runtime) = (self.clone(), athlete.clone(), Handle::current());
        let now = self.clock.now();
        let local = now.with_timezone(&athlete.profile.zone).naive_local();
        tokio::task::spawn_blocking(move || {
            let is_over = Arc::new(AtomicBool::new(false));
            let out = Quiet { out, is_over: is_over.clone() };
            let mut export = Export {
                zip: ZipWriter::new_stream(out),
                library,
                athlete,
                runtime,
                now,
                made: member_time(local),
                without_records: HashSet::new(),
                problems: Vec::new(),
            };
            match export.write(with_account) {
                Ok(()) => Ok(export.zip.finish().context(NOT_WRITTEN)?.into_inner().out),
                Err(error) => {
                    // The writer would go on to an end that is none.
                    is_over.store(true, Ordering::Relaxed);
                    Err(error)
                }
            }
        })
        .await
        .context("writing the export ended early")?
    }
}

/// Where an export goes. When it is over, nothing goes there any more.
struct Quiet<W> {
    out: W,
    is_over: Arc<AtomicBool>,
}

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_over.load(Ordering::Relaxed) { Ok(bytes.len()) } else { self.out.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_over.load(Ordering::Relaxed) { Ok(()) } else { self.out.flush() }
    }
}

/// An export that is being written.
struct Export<W: Write> {
    zip: ZipWriter<StreamWriter<Quiet<W>>>,
    library: Library,
    athlete: Athlete,
    runtime: Handle,
    now: DateTime<Utc>,
    /// The same on the athlete's clock, for the archive's members.
    made: zip::DateTime,
    /// Activities without a recording: rows of a table.
    without_records: HashSet<String>,
    problems: Vec<String>,
}

impl<W: Write> Export<W> {
    fn write(&mut self, with_account: bool) -> anyhow::Result<()> {
        let athlete = self.athlete.clone();
        self.json(
            MANIFEST,
            &Manifest {
                plimsoll_export: FORMAT,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                made: self.now,
                athlete: athlete.profile.name.clone(),
            },
        )?;
        let made = self.now.with_timezone(&athlete.profile.zone).format("%-d %B %Y, %H:%M (%Z)").to_string();
        let readme =
            include_str!("README.txt").replace("{{athlete}}", &athlete.profile.name).replace("{{made}}", &made);
        self.begin(README, CompressionMethod::Deflated, 0)?;
        self.zip.write_all(readme.as_bytes()).context(NOT_WRITTEN)?;
        self.json(PROFILE, &ProfileFile::from(&athlete.profile))?;
        self.decisions()?;
        self.files()?;
        self.activities()?;
        self.days()?;
        self.diary()?;
        self.entries(with_account)?;
        self.sharing()?;
        self.who_looked()?;
        if with_account && let Some(account_id) = &athlete.account_id {
            self.account(account_id)?;
        }
        if !self.problems.is_empty() {
            self.begin("problems.txt", CompressionMethod::Deflated, 0)?;
            let problems = format!("{}\n", self.problems.join("\n"));
            self.zip.write_all(problems.as_bytes()).context(NOT_WRITTEN)?;
        }
        Ok(())
    }

    /// Begins a member; `size` is that of its bytes, as far as it is known.
    fn begin(&mut self, name: &str, method: CompressionMethod, size: i64) -> anyhow::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(size >= LARGE)
            .last_modified_time(self.made);
        self.zip.start_file(name, options).with_context(|| format!("{NOT_WRITTEN}, at {name}"))
    }

    /// A member that is one value as JSON.
    fn json(&mut self, name: &str, value: &impl Serialize) -> anyhow::Result<()> {
        self.begin(name, CompressionMethod::Deflated, 0)?;
        serde_json::to_writer_pretty(&mut self.zip, value).context(NOT_WRITTEN)?;
        self.text("\n")
    }

    fn text(&mut self, text: &str) -> anyhow::Result<()> {
        self.zip.write_all(text.as_bytes()).context(NOT_WRITTEN)
    }

    /// A value of a list; `is_first` says whether there was one before.
    fn value(&mut self, is_first: &mut bool, value: &impl Serialize) -> anyhow::Result<()> {
        self.text(if std::mem::take(is_first) { "\n" } else { ",\n" })?;
        serde_json::to_writer(&mut self.zip, value).context(NOT_WRITTEN)
    }

    /// The next page of uploads.
    fn uploads(&self, after: &str) -> anyhow::Result<Vec<Upload>> {
        self.runtime.block_on(self.library.store.every_upload(&self.athlete.id, after, PAGE))
    }

    /// Every original file with what was decided about its activities.
    fn decisions(&mut self) -> anyhow::Result<()> {
        let undone = self.runtime.block_on(self.library.store.undone_imports(&self.athlete.id))?;
        let imports: Vec<_> = undone.iter().map(|(_, import)| import).collect();
        self.begin(DECISIONS, CompressionMethod::Deflated, 0)?;
        self.text("{\"undone_imports\": ")?;
        serde_json::to_writer(&mut self.zip, &imports).context(NOT_WRITTEN)?;
        self.text(",\n\"originals\": [")?;
        let (mut is_first, mut after) = (true, String::new());
        loop {
            let uploads = self.uploads(&after)?;
            let Some(last) = uploads.last() else { break };
            after.clone_from(&last.sha256);
            for upload in uploads {
                let decided = self.runtime.block_on(self.library.store.decided(&self.athlete.id, &upload.id))?;
                let (state, reason) = match upload.state {
                    UploadState::Received => ("received", None),
                    UploadState::Read => ("read", None),
                    UploadState::SetAside(reason) => ("set_aside", Some(reason)),
                    UploadState::Failed(reason) => ("failed", Some(reason)),
                };
                let import_id = upload.import_id.filter(|_| upload.undone_ms.is_some());
                let original = Original {
                    path: original_path(&upload.file_name, &upload.sha256),
                    file: upload.file_name,
                    sha256: upload.sha256,
                    size_bytes: upload.size_bytes,
                    state: state.to_owned(),
                    reason,
                    said: upload.details,
                    undone_import: import_id.and_then(|id| undone.iter().position(|(of, _)| *of == id)),
                    decided,
                };
                self.value(&mut is_first, &original)?;
            }
        }
        self.text("\n]}\n")
    }

    /// Every original file, and what was recorded of its activities.
    fn files(&mut self) -> anyhow::Result<()> {
        let mut after = String::new();
        loop {
            let uploads = self.uploads(&after)?;
            let Some(last) = uploads.last() else { return Ok(()) };
            after.clone_from(&last.sha256);
            for upload in uploads {
                if self.original(&upload)? && upload.undone_ms.is_none() {
                    self.records(&upload)?;
                }
            }
        }
    }

    /// An original file; false when its bytes are not there.
    fn original(&mut self, upload: &Upload) -> anyhow::Result<bool> {
        let path = original_path(&upload.file_name, &upload.sha256);
        let Some(mut chunks) = self.runtime.block_on(self.library.blobs.read(&raw_key(&upload.sha256)))? else {
            self.problems.push(format!("{path}: its bytes are not there any more."));
            return Ok(false);
        };
        let mut is_begun = false;
        while let Some(chunk) = self.runtime.block_on(chunks.next()) {
            let chunk = chunk.with_context(|| format!("cannot read the bytes of {path}"))?;
            if !std::mem::replace(&mut is_begun, true) {
                self.begin(&path, packing(&chunk), upload.size_bytes)?;
            }
            self.zip.write_all(&chunk).context(NOT_WRITTEN)?;
        }
        if !is_begun {
            self.begin(&path, CompressionMethod::Stored, 0)?;
        }
        Ok(true)
    }

    /// What was recorded of the activities of a file: what is kept of it for pages, else read from the file once.
    fn records(&mut self, upload: &Upload) -> anyhow::Result<()> {
        let activities =
            self.runtime.block_on(self.library.store.activities_of_upload(&self.athlete.id, &upload.id))?;
        let mut unread: Vec<ActivityRow> = Vec::new();
        for activity in activities {
            let key = frame_key(&activity.records_key, &activity.sport);
            match self.runtime.block_on(self.library.blobs.get(&key))? {
                Some(parquet) => self.recording(upload, activity.position, &activity, Some(parquet))?,
                None => unread.push(activity),
            }
        }
        if unread.is_empty() {
            return Ok(());
        }
        let Some(bytes) = self.runtime.block_on(self.library.raw_bytes(upload))? else { return Ok(()) };
        let options = ReadOptions { zone: Some(self.athlete.profile.zone) };
        let wanted: BTreeMap<i64, String> =
            unread.iter().map(|activity| (activity.position, activity.sport.clone())).collect();
        let of = upload.clone();
        let reading = self.library.compute.run(move || digest::recordings_as_parquet(&bytes, &options, &of, &wanted));
        let mut read = self.runtime.block_on(reading)?;
        for activity in unread {
            let parquet = read.remove(&activity.position).flatten();
            self.recording(upload, activity.position, &activity, parquet)?;
        }
        Ok(())
    }

    fn recording(
        &mut self,
        upload: &Upload,
        position: i64,
        activity: &ActivityRow,
        parquet: Option<Bytes>,
    ) -> anyhow::Result<()> {
        let name = records_path(activity.local_date, &upload.sha256, position);
        match parquet.filter(digest::has_rows) {
            Some(parquet) => {
                self.begin(&name, CompressionMethod::Stored, 0)?;
                self.zip.write_all(&parquet).context(NOT_WRITTEN)
            }
            None => {
                self.without_records.insert(name);
                Ok(())
            }
        }
    }

    /// Calls `each` for every activity that was not undone, in order of time.
    fn each_activity(
        &mut self,
        mut each: impl FnMut(&mut Self, crate::store::Exported) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut last: Option<ActivityRow> = None;
        loop {
            let page = self.library.store.exported(&self.athlete.id, last.as_ref(), PAGE);
            let page = self.runtime.block_on(page)?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some(end.activity.clone());
            for activity in page {
                each(self, activity)?;
            }
        }
    }

    fn activities(&mut self) -> anyhow::Result<()> {
        self.begin("activities.csv", CompressionMethod::Deflated, 0)?;
        self.row(tables::activity_columns())?;
        self.each_activity(|export, activity| {
            let mut row = tables::activity_row(&activity);
            if export.without_records.contains(&tables::records_name(&activity))
                && let Some(records) = row.last_mut()
            {
                records.clear();
            }
            export.row(row)
        })?;
        self.begin("activities.json", CompressionMethod::Deflated, 0)?;
        self.text("[")?;
        let mut is_first = true;
        self.each_activity(|export, activity| {
            let mut object = tables::activity_json(&activity);
            if export.without_records.contains(&tables::records_name(&activity))
                && let Some(records) = object.get_mut(tables::RECORDS)
            {
                *records = Value::Null;
            }
            export.value(&mut is_first, &object)
        })?;
        self.text("\n]\n")
    }

    /// A row of a table.
    fn row<T: AsRef<[u8]>>(&mut self, row: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
        let mut table = csv::Writer::from_writer(&mut self.zip);
        table.write_record(row).context(NOT_WRITTEN)?;
        table.flush().context(NOT_WRITTEN)
    }

    fn days(&mut self) -> anyhow::Result<()> {
        let standing = self.runtime.block_on(self.library.standing(&self.athlete, Kinds::all(), None))?;
        self.begin("days.csv", CompressionMethod::Deflated, 0)?;
        tables::write_days(&mut self.zip, standing.analysis.as_deref())
    }

    fn diary(&mut self) -> anyhow::Result<()> {
        let store = self.library.store.clone();
        let values = match self.runtime.block_on(store.diary_span(&self.athlete.id))? {
            Some((first, last)) => self.runtime.block_on(store.diary(&self.athlete.id, first, last))?,
            None => Vec::new(),
        };
        self.begin("diary.csv", CompressionMethod::Deflated, 0)?;
        tables::write_diary(&mut self.zip, &values)?;
        self.json("diary.json", &values.iter().map(tables::diary_json).collect::<Vec<Value>>())
    }

    /// What was written down. Who takes it along in the athlete's place does not get the notes that are not shared.
    fn entries(&mut self, by_athlete: bool) -> anyhow::Result<()> {
        let entries = self.runtime.block_on(self.library.store.entries(&self.athlete.id))?;
        let entries = entries.into_iter().filter(|entry| by_athlete || entry.body.is_for(Role::Guardian, false));
        self.json(ENTRIES, &entries.map(EntryFile::from).collect::<Vec<EntryFile>>())
    }

    fn sharing(&mut self) -> anyhow::Result<()> {
        let grants = self.runtime.block_on(self.library.store.grants(&self.athlete.id))?;
        let grants = grants.into_iter().map(|grant| {
            json!({
                "to": grant.to_name,
                "is_squad": matches!(grant.to, Grantee::Squad(_)),
                "role": grant.role,
                "kinds": grant.kinds.names(),
                "until": grant.until,
                "given_by": grant.given_by,
                "given": instant(Some(grant.given_ms)),
                "holds_since": instant(grant.confirmed_ms),
                "taken_back": instant(grant.revoked_ms),
            })
        });
        let grants: Vec<Value> = grants.collect();
        self.json("sharing.json", &json!({ "grants": grants }))
    }

    fn who_looked(&mut self) -> anyhow::Result<()> {
        self.begin("who-looked.csv", CompressionMethod::Deflated, 0)?;
        self.row(tables::READ_COLUMNS)?;
        let mut before: Option<String> = None;
        loop {
            let page = self.library.store.reads(&self.athlete.id, before.as_deref(), PAGE);
            let page = self.runtime.block_on(page)?;
            let Some(last) = page.last() else { return Ok(()) };
            before = Some(last.id.clone());
            for read in &page {
                self.row(tables::read_row(read))?;
            }
        }
    }

    fn account(&mut self, account_id: &str) -> anyhow::Result<()> {
        match self.runtime.block_on(self.library.account_export(account_id, self.now))? {
            Some(value) => self.json("account.json", &value),
            None => Ok(()),
        }
    }
}

impl Library {
    /// An account as JSON, without what lets somebody in; `None` when there is none of that id.
    pub(crate) async fn account_export(&self, account_id: &str, now: DateTime<Utc>) -> anyhow::Result<Option<Value>> {
        let store = &self.store;
        let Some(account) = store.account(account_id).await? else { return Ok(None) };
        let sessions = store.sessions(account_id, now.timestamp_millis()).await?;
        let tokens = store.tokens(account_id).await?;
        let squads = store.squads_of(account_id).await?;
        Ok(Some(json!({
            "name": account.name,
            "email": account.email,
            "born": account.born,
            "keeps_the_installation": account.keeper,
            "has_a_second_factor": account.has_second_factor,
            "somebody_answers_for_them": account.has_guardian,
            "made": instant(Some(account.created_ms)),
            "browsers": sessions.iter().map(|session| json!({
                "browser": session.agent,
                "address": session.address,
                "began": instant(Some(session.created_ms)),
                "last_used": instant(Some(session.seen_ms)),
            })).collect::<Vec<_>>(),
            "tokens": tokens.iter().map(|token| json!({
                "name": token.name,
                "scopes": token.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>(),
                "made": instant(Some(token.created_ms)),
                "until": instant(Some(token.expires_ms)),
                "last_used": instant(token.used_ms),
                "taken_back": instant(token.revoked_ms),
            })).collect::<Vec<_>>(),
            "squads": squads.iter().map(|(squad, role)| json!({ "name": squad.name, "role": role })).collect::<Vec<_>>(),
        })))
    }
}

/// The time of the members of an archive, on the clock of whoever unpacks it.
fn member_time(local: NaiveDateTime) -> zip::DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    let (date, time) = (local.date(), local.time());
    zip::DateTime::from_date_and_time(
        u16::try_from(date.year()).unwrap_or_default(),
        small(date.month()),
        small(date.day()),
        small(time.hour()),
        small(time.minute()),
        small(time.second()),
    )
    .unwrap_or_default()
}

/// An instant as text.
fn instant(epoch_ms: Option<i64>) -> Option<String> {
    let at = epoch_ms.and_then(DateTime::<Utc>::from_timestamp_millis)?;
    Some(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// How a file is packed, by its first bytes: what is compressed by its nature would only cost time.
fn packing(head: &[u8]) -> CompressionMethod {
    const COMPRESSED: [&[u8]; 6] = [b"PK", b"\x1f\x8b", b"\xff\xd8\xff", b"\x89PNG", b"PAR1", b"7z\xbc\xaf"];
    let is_media = head.get(4..8) == Some(b"ftyp") || head.starts_with(b"RIFF");
    if is_media || COMPRESSED.iter().any(|mark| head.starts_with(mark)) {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    }
}

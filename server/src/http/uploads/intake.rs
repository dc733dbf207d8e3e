//! The files of one request on their way into an import: small ones in groups, archives and folders when all have come.

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::Stream;
use tempfile::TempPath;

use super::packed::{Packed, is_in_folder};
use super::part::{self, Broken, Part};
use super::{App, Taken};
use crate::library::Batch;
use crate::store::{Athlete, Source, WaitingArchive};
use crate::words;

/// Most files of a group.
const GROUP: usize = 64;

/// Most bytes of a group; one file alone may have more.
const GROUP_BYTES: usize = 32_000_000;

/// What has come of a request so far.
pub(super) struct Intake<'a> {
    app: &'a App,
    athlete: &'a Athlete,
    source: Source,
    /// Name of the first file.
    first: Option<String>,
    /// Files that came.
    count: usize,
    /// Files that were taken in, or have their result.
    taken: usize,
    /// The import; begun when it must be, because its label tells what came.
    batch: Option<Batch>,
    group: Vec<(String, Bytes)>,
    archives: Vec<(String, TempPath)>,
    /// The files that came in folders.
    folders: Option<Packed>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(app: &'a App, athlete: &'a Athlete, source: Source) -> Self {
        let (group, archives) = (Vec::new(), Vec::new());
        Self { app, athlete, source, first: None, count: 0, taken: 0, batch: None, group, archives, folders: None }
    }

    /// How many files were taken in already.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Reads a file to its end.
    pub(super) async fn read(&self, chunks: impl Stream<Item = Result<Bytes, Broken>> + Unpin) -> Result<Part, Broken> {
        let library = &self.app.library;
        part::read(chunks, library.limits.file_bytes, &library.incoming()).await
    }

    /// Takes a file in, now or with others.
    pub(super) async fn add(&mut self, name: String, part: Part) -> anyhow::Result<()> {
        self.count += 1;
        self.first.get_or_insert_with(|| name.clone());
        let mut part = part;
        // An archive comes alone: what it holds belongs to no export around it.
        if is_in_folder(&name) && !matches!(part, Part::TooLarge(_)) && !part.is_zip()? {
            match self.pack(name.clone(), part).await? {
                Some(given_back) => part = given_back,
                None => return Ok(()),
            }
        }
        match part {
            Part::Small(bytes) => {
                self.group.push((name, bytes));
                let size: usize = self.group.iter().map(|(_, bytes)| bytes.len()).sum();
                if self.group.len() >= GROUP || size >= GROUP_BYTES {
                    self.take_group(false).await?;
                }
            }
            Part::TooLarge(size) => {
                self.take_group(false).await?;
                let reason = words::too_large(size, self.app.library.limits.file_bytes, "--max-file-mb");
                self.batch(false).await?.fail(&name, &reason).await?;
                self.taken += 1;
            }
            Part::Archive(file) => self.archives.push((name, file)),
        }
        Ok(())
    }

    /// Puts a file with those that came in folders; gives back what cannot be there.
    async fn pack(&mut self, name: String, part: Part) -> anyhow::Result<Option<Part>> {
        let packed = match self.folders.take() {
            Some(packed) => packed,
            None => Packed::begin(&self.app.library.incoming())?,
        };
        let (packed, part) = packed.add(name, part).await?;
        self.folders = Some(packed);
        Ok(part)
    }

    /// Ends the archive of what came in folders. What came beside them and belongs to files there (an export's table,
    /// or its one large file) goes with it.
    async fn end_folders(&mut self) -> anyhow::Result<()> {
        if self.folders.is_none() {
            return Ok(());
        }
        for (name, file) in std::mem::take(&mut self.archives) {
            let part = Part::Archive(file);
            let part = if part.is_zip()? { Some(part) } else { self.pack(name.clone(), part).await? };
            if let Some(Part::Archive(file)) = part {
                self.archives.push((name, file));
            }
        }
        if let Some(packed) = self.folders.take() {
            // Its files have their own names, with their folders.
            self.archives.push((String::new(), packed.finish().await?));
        }
        Ok(())
    }

    /// Every file came. Returns the import, which goes on by itself when it has archives to open; `None` when there
    /// was no file.
    pub(super) async fn finish(mut self) -> anyhow::Result<Option<Taken>> {
        if self.count == 0 {
            return Ok(None);
        }
        self.end_folders().await?;
        self.take_group(true).await?;
        let mut kept = Vec::new();
        for (name, file) in std::mem::take(&mut self.archives) {
            kept.push(keep(self.batch(true).await?, &name, file).await?);
        }
        self.batch(true).await?;
        let batch = self.batch.take().context("an import that was begun is gone")?;
        if kept.is_empty() {
            return Ok(Some(Taken { import: batch.finish().await?, is_running: false }));
        }
        let store = &self.app.library.store;
        let import = store.import(&self.athlete.id, batch.id()).await?.context("the import is gone")?;
        tokio::spawn(async move {
            if let Err(error) = open(batch, &kept).await {
                // The archives lie there: the service goes on with them later.
                tracing::error!(error = format!("{error:#}"), "an import stopped in the middle");
            }
        });
        Ok(Some(Taken { import, is_running: true }))
    }

    async fn take_group(&mut self, is_all: bool) -> anyhow::Result<()> {
        let group = std::mem::take(&mut self.group);
        if group.is_empty() {
            return Ok(());
        }
        let count = group.len();
        self.batch(is_all).await?.take_in_all(group).await?;
        self.taken += count;
        Ok(())
    }

    async fn batch(&mut self, is_all: bool) -> anyhow::Result<&Batch> {
        if self.batch.is_none() {
            let label = label(self.first.as_deref().unwrap_or_default(), self.count, is_all);
            self.batch = Some(self.app.library.begin_import(self.athlete, self.source, &label).await?);
        }
        self.batch.as_ref().context("an import that was begun is gone")
    }
}

/// Hands a file on the disk over to the import, which removes it when its members are in.
async fn keep(batch: &Batch, name: &str, file: TempPath) -> anyhow::Result<WaitingArchive> {
    let in_folder = file.file_name().and_then(|name| name.to_str()).context("a file without a name")?.to_owned();
    let archive = batch.keep_archive(name, &in_folder).await?;
    file.keep().context("cannot keep what came in")?;
    Ok(archive)
}

async fn open(batch: Batch, archives: &[WaitingArchive]) -> anyhow::Result<()> {
    for archive in archives {
        batch.open_waiting_archive(archive, &mut |_| {}).await?;
    }
    batch.finish().await.map(|_| ())
}

/// What an import is called, from its first file and how many came.
fn label(first: &str, count: usize, is_all: bool) -> String {
    let first: String = first.chars().filter(|c| !c.is_control()).take(200).collect();
    // Where a sender was when it named the file says nothing.
    let first = first.trim_start_matches("../").trim_start_matches("./").to_owned();
    // Files of a folder come with its name before theirs.
    if let Some((folder, _)) = first.split_once('/').filter(|(folder, _)| !folder.is_empty()) {
        return format!("folder {folder}");
    }
    match count {
        _ if first.is_empty() => "unnamed file".to_owned(),
        1 if is_all => first,
        2 if is_all => format!("{first} and 1 more"),
        _ if is_all => format!("{first} and {} more", count - 1),
        _ => format!("{first} and others"),
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn an_import_is_called_by_what_came() {
        assert_eq!(label("run.fit", 1, true), "run.fit");
        assert_eq!(label("run.fit", 2, true), "run.fit and 1 more");
        assert_eq!(label("run.fit", 5, true), "run.fit and 4 more");
        assert_eq!(label("run.fit", 64, false), "run.fit and others");
        assert_eq!(label("Activities/2019/run.fit", 64, false), "folder Activities");
        assert_eq!(label("../../2019/run.fit", 64, false), "folder 2019");
        assert_eq!(label("../run.fit", 1, true), "run.fit");
        assert_eq!(label("..", 1, true), "..");
        assert_eq!(label("", 1, true), "unnamed file");
    }
}

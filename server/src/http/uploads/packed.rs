//! The files of folders, which come one by one, as an archive on the disk: an export that somebody unpacked is whole
//! again, and is opened like any archive that waits.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::{NamedTempFile, TempPath};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::part::Part;

/// A member from this size on needs the fields for large ones.
const LARGE: u64 = u32::MAX as u64;

/// Folders while their files come.
pub(super) struct Packed {
    /// The archive, which goes when this is dropped.
    place: NamedTempFile,
    writer: ZipWriter<BufWriter<File>>,
}

/// Whether a file came in a folder: then its name begins with the folder's.
pub(super) fn is_in_folder(name: &str) -> bool {
    name.split_once('/').is_some_and(|(folder, file)| !folder.is_empty() && !file.is_empty())
}

impl Packed {
    /// Begins an archive in `folder`.
    pub(super) fn begin(folder: &Path) -> anyhow::Result<Self> {
        let place = tempfile::Builder::new().prefix("upload-").tempfile_in(folder);
        let place = place.context("cannot store what comes in")?;
        let writer = ZipWriter::new(BufWriter::with_capacity(1 << 20, place.reopen()?));
        Ok(Self { place, writer })
    }

    /// Adds a file under its name. A name that cannot be (it came before, or is longer than an
    /// archive can say) gives the part back.
    pub(super) async fn add(mut self, name: String, part: Part) -> anyhow::Result<(Self, Option<Part>)> {
        tokio::task::spawn_blocking(move || {
            let size = match &part {
                Part::Small(bytes) => bytes.len() as u64,
                Part::Archive(file) => file.metadata()?.len(),
                Part::TooLarge(_) => return Ok((self, Some(part))),
            };
            // What comes is compressed by its nature, or soon gone.
            let options =
                SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(size >= LARGE);
            if name.len() > usize::from(u16::MAX) || self.writer.start_file(name, options).is_err() {
                return Ok((self, Some(part)));
            }
            match part {
                Part::Small(bytes) => self.writer.write_all(&bytes)?,
                Part::Archive(file) => _ = io::copy(&mut File::open(file)?.take(size), &mut self.writer)?,
                Part::TooLarge(_) => {}
            }
            Ok((self, None))
        })
        .await?
        .map_err(|error: io::Error| anyhow::Error::from(error).context("cannot store what comes in"))
    }

    /// Writes the archive to its end, flushed.
    pub(super) async fn finish(self) -> anyhow::Result<TempPath> {
        let Self { place, writer } = self;
        tokio::task::spawn_blocking(move || {
            let file = writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            anyhow::Ok(place.into_temp_path())
        })
        .await?
        .context("cannot store what came in")
    }
}

#[cfg(test)]
mod tests {
    use super::is_in_folder;

    #[test]
    fn a_file_of_a_folder_has_its_name_before_its_own() {
        assert!(is_in_folder("export/activities/1.fit"));
        for name in ["run.fit", "/run.fit", "run/", "/", ""] {
            assert!(!is_in_folder(name), "{name}");
        }
    }
}

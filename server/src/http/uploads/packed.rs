//! The files of a folder, which come one by one, as an archive on the disk: an export that somebody unpacked is whole
//! again, and is opened like any archive that waits.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::part::Part;

/// A member from this size on needs the fields for large ones.
const LARGE: u64 = u32::MAX as u64;

/// A folder while its files come.
pub(super) struct Packed {
    /// Its name.
    name: String,
    /// The archive, which goes when this is dropped.
    place: NamedTempFile,
    writer: ZipWriter<BufWriter<File>>,
}

/// The name of the folder that a file came in, and the file's name from there on; `None` for one that came alone.
pub(super) fn apart(name: &str) -> Option<(&str, &str)> {
    name.split_once('/').filter(|(folder, file)| !folder.is_empty() && !file.is_empty())
}

impl Packed {
    /// Begins an archive in `folder`, for the files of the one called `name`.
    pub(super) fn begin(name: &str, folder: &Path) -> anyhow::Result<Self> {
        let place = tempfile::Builder::new().prefix("upload-").tempfile_in(folder);
        let place = place.context("cannot store what comes in")?;
        let writer = ZipWriter::new(BufWriter::with_capacity(1 << 20, place.reopen()?));
        Ok(Self { name: name.to_owned(), place, writer })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Adds a file under its name from the folder on. A name that cannot be (it came before, or is longer than an
    /// archive can say) gives the part back.
    pub(super) async fn add(mut self, name: String, part: Part) -> anyhow::Result<(Self, Option<Part>)> {
        tokio::task::spawn_blocking(move || {
            let size = match &part {
                Part::Small(bytes) => bytes.len() as u64,
                Part::Archive(file) => file.as_file().metadata()?.len(),
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
                Part::Archive(file) => _ = io::copy(&mut file.reopen()?.take(size), &mut self.writer)?,
                Part::TooLarge(_) => {}
            }
            Ok((self, None))
        })
        .await?
        .map_err(|error: io::Error| anyhow::Error::from(error).context("cannot store what comes in"))
    }

    /// Writes the archive to its end, flushed.
    pub(super) async fn finish(self) -> anyhow::Result<(String, NamedTempFile)> {
        let Self { name, place, writer } = self;
        tokio::task::spawn_blocking(move || {
            let file = writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            anyhow::Ok((name, place))
        })
        .await?
        .context("cannot store what came in")
    }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn a_name_with_a_folder_is_taken_apart() {
        assert_eq!(apart("export/activities/1.fit"), Some(("export", "activities/1.fit")));
        assert_eq!(apart("run.fit"), None);
        assert_eq!(apart("/run.fit"), None);
        assert_eq!(apart("run/"), None);
    }
}

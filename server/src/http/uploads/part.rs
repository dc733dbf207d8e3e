//! One file of a request while it comes: a plain one into memory, an archive onto the disk.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use plimsoll_ingest::archive::{holds_many, is_archive};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// First bytes of a file, which tell whether it holds many.
const HEAD: usize = 64 * 1024;

/// What is written to the disk at once, bytes.
const WRITE: usize = 1 << 20;

/// A file that came whole.
pub(super) enum Part {
    /// A plain file.
    Small(Bytes),
    /// A plain file of so many bytes, more than are taken; they were thrown away.
    TooLarge(u64),
    /// A file that holds many. It goes when this is dropped.
    Archive(TempPath),
}

impl Part {
    /// Whether it is an archive of files, by itself.
    pub(super) fn is_zip(&self) -> io::Result<bool> {
        let Self::Archive(file) = self else { return Ok(false) };
        let mut mark = Vec::new();
        File::open(file)?.take(4).read_to_end(&mut mark)?;
        Ok(is_archive(&mark))
    }
}

/// Why a file did not come whole.
#[derive(Debug)]
pub(super) enum Broken {
    /// The request is larger than the limit.
    TooMuch,
    /// The sender went away, or sent what is no form.
    Sender(String),
    /// The disk is full or fails.
    Disk(io::Error),
}

/// Reads a file to its end. Of a plain one at most `limit` bytes are kept; an archive is written into `folder`.
pub(super) async fn read(
    mut chunks: impl Stream<Item = Result<Bytes, Broken>> + Unpin,
    limit: usize,
    folder: &Path,
) -> Result<Part, Broken> {
    let mut kept = BytesMut::new();
    while kept.len() < HEAD {
        let Some(chunk) = chunks.next().await else { break };
        kept.extend_from_slice(&chunk?);
    }
    if holds_many(&kept) {
        // Closed: very many may wait.
        return spool(&kept, chunks, folder).await.map(|file| Part::Archive(file.into_temp_path()));
    }
    let mut size = kept.len() as u64;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        size += chunk.len() as u64;
        if size > limit as u64 {
            kept = BytesMut::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(if size > limit as u64 { Part::TooLarge(size) } else { Part::Small(kept.freeze()) })
}

/// Writes a file to the disk as it comes; it is flushed when this returns, and gone when the sender goes away before.
async fn spool(
    head: &[u8],
    mut chunks: impl Stream<Item = Result<Bytes, Broken>> + Unpin,
    folder: &Path,
) -> Result<NamedTempFile, Broken> {
    let spooled = tempfile::Builder::new().prefix("upload-").tempfile_in(folder).map_err(Broken::Disk)?;
    let file = tokio::fs::File::from_std(spooled.reopen().map_err(Broken::Disk)?);
    let mut file = BufWriter::with_capacity(WRITE, file);
    file.write_all(head).await.map_err(Broken::Disk)?;
    while let Some(chunk) = chunks.next().await {
        file.write_all(&chunk?).await.map_err(Broken::Disk)?;
    }
    file.flush().await.map_err(Broken::Disk)?;
    file.get_ref().sync_all().await.map_err(Broken::Disk)?;
    Ok(spooled)
}

//! Where a member lies, and its bytes.

use std::io::{self, BufRead, BufReader, Seek, SeekFrom};

use zip::HasZipMetadata;
use zip::read::ZipFileEntry;
use zip::result::ZipError;

use super::inflate::{Counted, Gunzip, Inflate, Unpack};
use super::window::Window;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Stored,
    Deflated,
}

/// Where the data of a member lie in their source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// First byte.
    pub(super) start: u64,
    /// Bytes as packed.
    pub(super) packed: u64,
    pub(super) packing: Packing,
    /// Layers of gzip that are taken off what is unpacked.
    pub(super) gzip: usize,
}

impl Member {
    /// A source that is its own only file.
    pub(super) const WHOLE: Self = Self { start: 0, packed: u64::MAX, packing: Packing::Stored, gzip: 0 };

    /// Where the member of an entry lies, or why it cannot be had, as a phrase.
    pub(super) fn find(entry: &ZipFileEntry<'_>, source: &mut Window<'_>) -> io::Result<Result<Self, String>> {
        if entry.encrypted() {
            return Ok(Err("it is encrypted".to_owned()));
        }
        let packing = match Packing::of(method(entry.compression())) {
            Ok(packing) => packing,
            Err(reason) => return Ok(Err(reason)),
        };
        let start = match entry.get_metadata().data_start(source) {
            Ok(start) => start,
            Err(ZipError::Io(error)) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            Err(_) => return Ok(Err("the archive is damaged: it is not where the directory says".to_owned())),
        };
        let packed = entry.compressed_size();
        if start.checked_add(packed).is_none_or(|end| end > source.len()) {
            return Ok(Err("the archive ends before it does".to_owned()));
        }
        Ok(Ok(Self { start, packed, packing, gzip: 0 }))
    }

    /// Its bytes, unpacked, from the first on. It can be opened as often as needed.
    pub(super) fn open<'w>(&self, source: &'w mut Window<'_>) -> io::Result<Box<dyn Unpack + 'w>> {
        source.seek(SeekFrom::Start(self.start))?;
        Ok(self.unpack(source))
    }

    /// The same out of a source that stands at its first byte.
    pub(super) fn unpack<'w>(&self, source: impl BufRead + 'w) -> Box<dyn Unpack + 'w> {
        let packed = source.take(self.packed);
        let mut reader: Box<dyn Unpack + 'w> = match self.packing {
            Packing::Stored => Box::new(Counted::new(packed)),
            Packing::Deflated => Box::new(Inflate::new(packed)),
        };
        for _ in 0..self.gzip {
            reader = Box::new(Gunzip::new(BufReader::new(reader)));
        }
        reader
    }
}

impl Packing {
    /// The packing by the format's number for it (APPNOTE 4.4.5), or why it cannot be undone, as a phrase.
    pub(super) fn of(method: u16) -> Result<Self, String> {
        let name = match method {
            0 => return Ok(Self::Stored),
            8 => return Ok(Self::Deflated),
            9 => "Deflate64",
            12 => "bzip2",
            14 => "LZMA",
            93 => "Zstandard",
            95 => "XZ",
            99 => return Err("it is encrypted (AES)".to_owned()),
            _ => return Err(format!("it is compressed in a way that is not read: method {method}")),
        };
        Err(format!("it is compressed in a way that is not read: {name}"))
    }
}

#[expect(deprecated, reason = "the constants that replace it have no number for what is only to be named")]
fn method(method: zip::CompressionMethod) -> u16 {
    method.to_u16()
}

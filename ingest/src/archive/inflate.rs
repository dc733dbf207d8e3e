//! Compressed bytes to plain ones, as far as they go: what stands before a damaged place is given out first.

use std::io::{self, BufRead, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// A reader that knows how many bytes of its source it has used.
pub(super) trait Unpack: Read {
    /// Bytes of the source that were used so far.
    fn consumed(&self) -> u64;
}

/// A reader of plain bytes that counts them.
pub(super) struct Counted<R> {
    source: R,
    count: u64,
}

impl<R> Counted<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, count: 0 }
    }
}

impl<R: Read> Unpack for Counted<R> {
    fn consumed(&self) -> u64 {
        self.count
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(out)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// A raw deflate stream. A stream that is cut off ends with `UnexpectedEof`, a damaged one with `InvalidData`.
pub(super) struct Inflate<R> {
    source: R,
    state: Decompress,
    has_ended: bool,
    is_damaged: bool,
}

impl<R: BufRead> Inflate<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, state: Decompress::new(false), has_ended: false, is_damaged: false }
    }
}

impl<R: BufRead> Unpack for Inflate<R> {
    fn consumed(&self) -> u64 {
        self.state.total_in()
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "its compressed data are damaged");
        while !self.has_ended && !out.is_empty() {
            if self.is_damaged {
                return Err(damaged());
            }
            let input = self.source.fill_buf()?;
            let is_end = input.is_empty();
            let before = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(input, out, FlushDecompress::None);
            let used = usize::try_from(self.state.total_in() - before.0).unwrap_or(usize::MAX);
            let made = usize::try_from(self.state.total_out() - before.1).unwrap_or(usize::MAX);
            self.source.consume(used);
            match status {
                Ok(Status::StreamEnd) => self.has_ended = true,
                Ok(_) if made == 0 && is_end => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its compressed data are cut off"));
                }
                Ok(_) if made == 0 && used == 0 => self.is_damaged = true,
                Ok(_) => {}
                Err(_) => self.is_damaged = true,
            }
            if made > 0 {
                return Ok(made);
            }
        }
        Ok(0)
    }
}

/// What is odd about a gzip file whose bytes were given out as far as they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// It ends in the middle.
    CutOff,
    /// Its compressed data are damaged in the middle.
    Damaged,
    /// The checksum of a part does not fit.
    WrongChecksum,
    /// Bytes behind the last part that are no gzip.
    TrailingBytes,
}

enum Stage {
    Header,
    Body,
    Done,
}

/// A gzip file of one or several parts (RFC 1952). Damage ends it like the end of the file; [`Gunzip::oddity`] says so.
pub(super) struct Gunzip<R> {
    inflate: Inflate<R>,
    stage: Stage,
    crc: Crc,
    parts: u64,
    /// Bytes used by the parts before this one, and by headers.
    consumed: u64,
    oddity: Option<Oddity>,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            inflate: Inflate::new(source),
            stage: Stage::Header,
            crc: Crc::new(),
            parts: 0,
            consumed: 0,
            oddity: None,
        }
    }

    /// What was odd so far: the first thing.
    pub(super) fn oddity(&self) -> Option<Oddity> {
        self.oddity
    }

    fn end(&mut self, oddity: Option<Oddity>) {
        self.stage = Stage::Done;
        self.oddity = self.oddity.or(oddity);
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.inflate.source.fill_buf()?.first().copied();
        if byte.is_some() {
            self.inflate.source.consume(1);
            self.consumed += 1;
        }
        Ok(byte)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        for place in &mut bytes {
            match self.byte()? {
                Some(byte) => *place = byte,
                None => return Ok(None),
            }
        }
        Ok(Some(bytes))
    }

    /// Reads the header of a part. `None`: the file ends within it.
    fn header(&mut self) -> io::Result<Option<Result<(), Oddity>>> {
        let foreign = if self.parts == 0 { Oddity::Damaged } else { Oddity::TrailingBytes };
        for expected in [0x1f, 0x8b, 8] {
            match self.byte()? {
                Some(byte) if byte == expected => {}
                Some(_) => return Ok(Some(Err(foreign))),
                None => return Ok(None),
            }
        }
        let Some([flags, ..]) = self.bytes::<7>()? else { return Ok(None) };
        if flags & 4 != 0 {
            let Some(len) = self.bytes::<2>()? else { return Ok(None) };
            for _ in 0..u16::from_le_bytes(len) {
                if self.byte()?.is_none() {
                    return Ok(None);
                }
            }
        }
        // The file's name and a comment, each up to a zero.
        for flag in [8, 16] {
            if flags & flag == 0 {
                continue;
            }
            loop {
                match self.byte()? {
                    Some(0) => break,
                    Some(_) => {}
                    None => return Ok(None),
                }
            }
        }
        if flags & 2 != 0 && self.bytes::<2>()?.is_none() {
            return Ok(None);
        }
        Ok(Some(Ok(())))
    }

    /// Between the parts: the checksum of the last one.
    fn trailer(&mut self) -> io::Result<()> {
        self.consumed += self.inflate.consumed();
        self.inflate.state.reset(false);
        self.inflate.has_ended = false;
        match self.bytes::<8>()? {
            Some([a, b, c, d, ..]) if u32::from_le_bytes([a, b, c, d]) != self.crc.sum() => {
                self.oddity = self.oddity.or(Some(Oddity::WrongChecksum));
            }
            Some(_) => {}
            None => {
                self.end(Some(Oddity::CutOff));
                return Ok(());
            }
        }
        self.crc.reset();
        self.parts += 1;
        if self.inflate.source.fill_buf()?.is_empty() {
            self.end(None);
        } else {
            self.stage = Stage::Header;
        }
        Ok(())
    }
}

impl<R: BufRead> Unpack for Gunzip<R> {
    fn consumed(&self) -> u64 {
        self.consumed + self.inflate.consumed()
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !out.is_empty() {
            match self.stage {
                Stage::Done => break,
                Stage::Header => match self.header()? {
                    Some(Ok(())) => self.stage = Stage::Body,
                    Some(Err(oddity)) => self.end(Some(oddity)),
                    None if self.parts > 0 => self.end(Some(Oddity::TrailingBytes)),
                    None => self.end(Some(Oddity::CutOff)),
                },
                Stage::Body => match self.inflate.read(out) {
                    Ok(0) => self.trailer()?,
                    Ok(count) => {
                        self.crc.update(out.get(..count).unwrap_or_default());
                        return Ok(count);
                    }
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.end(Some(Oddity::CutOff)),
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => self.end(Some(Oddity::Damaged)),
                    Err(error) => return Err(error),
                },
            }
        }
        Ok(0)
    }
}

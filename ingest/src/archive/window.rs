//! A stretch of a source as a source of its own: a member that lies uncompressed in an archive is read in place.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use super::ReadSeek;

/// Bytes that are read ahead.
const BUFFER: usize = 16 * 1024;

/// Bytes `start..start + len` of a source. Positions count from its own start and never leave it.
pub(super) struct Window<'a> {
    source: &'a mut (dyn ReadSeek + 'a),
    start: u64,
    len: u64,
    at: u64,
    buffer: Vec<u8>,
    buffer_at: u64,
}

impl<'a> Window<'a> {
    /// A window that ends where the source ends, at the latest.
    pub(super) fn new(source: &'a mut (dyn ReadSeek + 'a), start: u64, len: u64) -> io::Result<Self> {
        let end = source.seek(SeekFrom::End(0))?;
        let len = len.min(end.saturating_sub(start));
        Ok(Self { source, start, len, at: 0, buffer: Vec::new(), buffer_at: 0 })
    }

    /// Bytes in the window.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// What is buffered at the position.
    fn buffered(&self) -> &[u8] {
        let offset = self.at.checked_sub(self.buffer_at).and_then(|offset| usize::try_from(offset).ok());
        offset.and_then(|offset| self.buffer.get(offset..)).unwrap_or_default()
    }
}

impl Read for Window<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.len() >= BUFFER && self.buffered().is_empty() {
            // Much at once needs no stop in between.
            let left = usize::try_from(self.len - self.at).unwrap_or(usize::MAX);
            self.source.seek(SeekFrom::Start(self.start.saturating_add(self.at)))?;
            let end = out.len().min(left);
            let count = self.source.read(out.get_mut(..end).unwrap_or_default())?;
            self.consume(count);
            return Ok(count);
        }
        let mut ready = self.fill_buf()?;
        let count = ready.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Window<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.buffered().is_empty() && self.at < self.len {
            let wanted = usize::try_from(self.len - self.at).unwrap_or(BUFFER).min(BUFFER);
            self.buffer.clear();
            self.buffer_at = self.at;
            self.source.seek(SeekFrom::Start(self.start.saturating_add(self.at)))?;
            (&mut self.source).take(wanted as u64).read_to_end(&mut self.buffer)?;
        }
        Ok(self.buffered())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count as u64).min(self.len);
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        // The window has no place behind its end; to read there gives nothing.
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?.min(self.len);
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Seek, SeekFrom};

    use super::Window;

    #[test]
    fn a_window_in_a_window_shows_its_stretch_only() {
        let mut source = Cursor::new((0..=255_u8).collect::<Vec<_>>());
        let mut outer = Window::new(&mut source, 10, 100).unwrap();
        let mut inner = Window::new(&mut outer, 5, 1_000).unwrap();
        assert_eq!(inner.len(), 95);
        let mut bytes = Vec::new();
        inner.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, (15..110).collect::<Vec<u8>>());
        inner.seek(SeekFrom::End(-3)).unwrap();
        bytes.clear();
        inner.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, [107, 108, 109]);
        // Much at once goes past the buffer, and no further than the window.
        let mut out = vec![0; 20_000];
        inner.seek(SeekFrom::Start(90)).unwrap();
        assert_eq!(inner.read(&mut out).unwrap(), 5);
        assert_eq!(out[..6], [105, 106, 107, 108, 109, 0]);
        assert_eq!(inner.read(&mut out).unwrap(), 0);
        assert_eq!(inner.seek(SeekFrom::Start(u64::MAX)).unwrap(), 95);
        assert_eq!(inner.read(&mut [0]).unwrap(), 0);
        assert!(inner.seek(SeekFrom::Current(-96)).is_err());
    }
}

//! A zip archive without its directory, such as a download that broke off: from one member's own header to the next.

use std::io::{self, Read, Seek, SeekFrom};

use memchr::memmem;

use super::Content;
use super::find::Found;
use super::kind::{HEAD, Kind, Many, kind};
use super::limits::{Stopped, fill};
use super::member::{Member, Packing};
use super::strava::Export;
use super::walk::{About, Stop, Walk, damaged, is_damage};
use super::window::Window;

/// Bytes between two looks for a header…
const STRETCH: u64 = 64 * 1024;
/// …of which the first is short: mostly a header stands where the member before it ends.
const FIRST_STRETCH: u64 = 512;
/// Bytes that are unpacked at once to find where a member ends.
const MEASURED: u64 = 1 << 20;
/// How often the whole archive may be unpacked to look for ends that are not found: each member may begin in the data
/// of the one before it.
const MOST_WASTED: u64 = 4;

/// Where an archive ends before its end.
enum Cut {
    /// In the member that is shown as this.
    In(String),
    /// Behind a member.
    Behind,
    /// Its directory stands there, but cannot be read.
    Directory,
}

impl Walk<'_> {
    /// Visits the members from byte `from` on.
    pub(super) fn loose(
        &mut self,
        name: &str,
        source: &mut Window<'_>,
        from: u64,
        depth: u32,
        mut export: Export,
    ) -> Result<(), Stop> {
        let (mut at, mut count) = (from, 0_u64);
        let (mut wasted, most_wasted) = (0_u64, source.len().saturating_mul(MOST_WASTED));
        let cut = loop {
            match next_mark(source, at)? {
                Some((place, true)) => at = place,
                Some((_, false)) => break Cut::Directory,
                None => break Cut::Behind,
            }
            let Some(header) = Header::read(source, at)? else { break Cut::Behind };
            let header_start = at;
            self.count_member()?;
            let shown = self.shown(name, &header.name)?;
            let packing =
                if header.is_encrypted { Err("it is encrypted".to_owned()) } else { Packing::of(header.method) };
            let left = source.len().saturating_sub(header.data);
            let is_looked_for = wasted <= most_wasted;
            let packed = match (header.packed, &packing) {
                (Some(packed), _) if packed <= left => Some(packed),
                // What is stated is not there: the data themselves say where they end.
                (_, Ok(Packing::Deflated)) if is_looked_for => match self.measure(source, header.data)? {
                    Measured::Packed(packed) => Some(packed),
                    Measured::Damaged { used } => {
                        wasted = wasted.saturating_add(used);
                        None
                    }
                },
                (packed, _) => packed,
            };
            let member = match (packed, packing) {
                (Some(packed), Ok(packing)) => Ok(Member { start: header.data, packed, packing, gzip: 0 }),
                (_, Err(reason)) => Err(reason),
                (None, Ok(Packing::Deflated)) if !is_looked_for => {
                    Err("its end was not looked for: too much was unpacked for ends that were not found".to_owned())
                }
                (None, Ok(_)) => Err("neither the archive nor the file says where it ends".to_owned()),
            };
            if packed.is_some_and(|packed| packed > left) {
                let shown = shown.unwrap_or_else(|| name.to_owned());
                let rest = member.ok().map(|member| Member { packed: left, ..member });
                count += u64::from(self.cut_member(&shown, source, rest, depth)?);
                break Cut::In(shown);
            }
            at = header.data.saturating_add(packed.unwrap_or(0));
            let Some(shown) = shown.filter(|_| !header.name.ends_with(['/', '\\'])) else { continue };
            let member = match member {
                Ok(member) => member,
                Err(reason) => {
                    self.item(&shown, Content::failed(reason))?;
                    continue;
                }
            };
            count += 1;
            let found = Found { shown, path: header.name, id: header_start, member };
            if Export::may_be_table(&found.path) && !export.is_table(header_start) {
                self.read_table(&found, &mut *found.member.open(source)?, &mut export)?;
            }
            self.named(&found, source, depth, &mut export)?;
        };
        // Which other files are missing cannot be told of a part of an archive.
        self.unreadable(&mut export)?;
        let what = match cut {
            Cut::In(member) => format!("it is cut off inside {member}"),
            Cut::Behind => "it is cut off".to_owned(),
            Cut::Directory => "its directory cannot be read".to_owned(),
        };
        match count {
            0 if from == 0 => Err(damaged(what)),
            _ => self.item(name, Content::failed(format!("damaged zip archive: {what}; the files before were found"))),
        }
    }

    /// The member in which the archive is cut off. Of an archive in it, what is there is read (`true`).
    fn cut_member(
        &mut self,
        shown: &str,
        source: &mut Window<'_>,
        member: Option<Member>,
        depth: u32,
    ) -> Result<bool, Stop> {
        if let Some(member) = member {
            let mut head = Vec::new();
            match fill(&mut *member.open(source)?, &mut head, 0, HEAD as u64, self.limits, &mut self.spent) {
                Ok(_) => {}
                Err(Stopped::Io(error)) if is_damage(&error) => {}
                Err(stopped) => return self.member_stopped(shown, stopped).map(|()| false),
            }
            if kind(&head) == Kind::Many(Many::Zip, 0) {
                let found = Found { shown: shown.to_owned(), path: shown.to_owned(), id: 0, member };
                return self.member(&found, source, depth, About::default()).map(|_| true);
            }
        }
        self.item(shown, Content::failed("the archive is cut off inside it")).map(|()| false)
    }

    /// Packed bytes of a deflated member that does not state them: found by unpacking it. More than there are when it is
    /// cut off.
    fn measure(&mut self, source: &mut Window<'_>, start: u64) -> Result<Measured, Stop> {
        let left = source.len().saturating_sub(start);
        let mut reader = Member { start, packed: left, packing: Packing::Deflated, gzip: 0 }.open(source)?;
        let (mut bytes, mut before) = (Vec::new(), 0_u64);
        loop {
            match fill(&mut *reader, &mut bytes, before, MEASURED, self.limits, &mut self.spent) {
                Ok(true) => return Ok(Measured::Packed(reader.consumed())),
                Ok(false) => {
                    before += bytes.len() as u64;
                    bytes.clear();
                }
                Err(Stopped::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(Measured::Packed(left + 1));
                }
                Err(Stopped::Io(error)) if is_damage(&error) => {
                    return Ok(Measured::Damaged { used: reader.consumed() });
                }
                Err(Stopped::Member(_)) => return Ok(Measured::Damaged { used: reader.consumed() }),
                Err(stopped) => return Err(self.stop(stopped)),
            }
        }
    }
}

/// What unpacking a member says about its end.
enum Measured {
    /// It has so many bytes as packed.
    Packed(u64),
    /// Its end was not found. So many bytes were used to see that.
    Damaged { used: u64 },
}

/// The next header of a member (`true`) or of the directory at or behind `from`.
fn next_mark(source: &mut Window<'_>, from: u64) -> io::Result<Option<(u64, bool)>> {
    source.seek(SeekFrom::Start(from))?;
    let (mut bytes, mut base, mut stretch) = (Vec::new(), from, FIRST_STRETCH);
    loop {
        let count = source.take(std::mem::replace(&mut stretch, STRETCH)).read_to_end(&mut bytes)?;
        for place in memmem::find_iter(&bytes, b"PK") {
            let is_member = match bytes.get(place + 2..place + 4) {
                Some([3, 4]) => true,
                Some([1, 2] | [5, 6]) => false,
                _ => continue,
            };
            return Ok(Some((base + place as u64, is_member)));
        }
        if count == 0 {
            return Ok(None);
        }
        // A mark may stand across the edge.
        let passed = bytes.len().saturating_sub(3);
        bytes.drain(..passed);
        base += passed as u64;
    }
}

/// What stands before a member's data (APPNOTE 4.3.7).
struct Header {
    name: String,
    is_encrypted: bool,
    method: u16,
    /// Bytes as packed; `None` when they are stated behind the data only.
    packed: Option<u64>,
    /// First byte of the data.
    data: u64,
}

impl Header {
    /// `None` when the source ends within it.
    fn read(source: &mut Window<'_>, at: u64) -> io::Result<Option<Self>> {
        source.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        source.take(30).read_to_end(&mut bytes)?;
        let u16_at = |at: usize| -> Option<u16> { Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)) };
        let u32_at = |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
        let (Some(flags), Some(method), Some(packed)) = (u16_at(6), u16_at(8), u32_at(18)) else { return Ok(None) };
        let (Some(unpacked), Some(name_len), Some(extra_len)) = (u32_at(22), u16_at(26), u16_at(28)) else {
            return Ok(None);
        };
        let (mut name, mut extra) = (Vec::new(), Vec::new());
        source.take(name_len.into()).read_to_end(&mut name)?;
        source.take(extra_len.into()).read_to_end(&mut extra)?;
        if name.len() < name_len.into() || extra.len() < extra_len.into() {
            return Ok(None);
        }
        let is_stated_behind = flags & 8 != 0 && packed == 0;
        let packed = if packed == u32::MAX { packed_64(&extra, unpacked == u32::MAX) } else { Some(packed.into()) };
        Ok(Some(Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            is_encrypted: flags & 1 != 0,
            method,
            packed: packed.filter(|_| !is_stated_behind),
            data: at + 30 + u64::from(name_len) + u64::from(extra_len),
        }))
    }
}

/// Packed bytes from the field for large archives (APPNOTE 4.5.3), where they stand behind the unpacked ones.
fn packed_64(mut extra: &[u8], has_unpacked: bool) -> Option<u64> {
    while let [a, b, c, d, rest @ ..] = extra {
        let len = usize::from(u16::from_le_bytes([*c, *d]));
        let field = rest.get(..len)?;
        if [*a, *b] == [1, 0] {
            let at = if has_unpacked { 8 } else { 0 };
            return Some(u64::from_le_bytes(field.get(at..at + 8)?.try_into().ok()?));
        }
        extra = rest.get(len..)?;
    }
    None
}

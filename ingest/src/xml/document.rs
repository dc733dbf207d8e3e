//! What every XML document is, whatever its vocabulary: bytes of some encoding, and a file once its elements are read.

use std::collections::BTreeMap;

use super::markup::Ended;
use super::notices::Notices;
use crate::{Activity, Device, FileKind, Format, OtherMessages, ReadError, WatchFile};

/// What the elements of a document say.
pub(crate) struct Found {
    pub(crate) kind: FileKind,
    pub(crate) device: Option<Device>,
    /// Number of elements by name.
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) activities: Vec<Activity>,
}

/// Reads a document of `format`: its text goes through `elements`, and what is odd is said.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    elements: impl for<'t> FnOnce(&'t str, &mut Notices<'t>) -> Result<Found, ReadError>,
) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (text, decoding) = crate::decode::decode(bytes);
    let mut notices = Notices::new(&text);
    if let Some(notice) = decoding {
        notices.add(notice);
    }
    let Found { kind, device, counts, activities } = elements(&text, &mut notices)?;
    Ok(WatchFile {
        format,
        kind,
        device,
        messages: counts,
        activities,
        others: OtherMessages::default(),
        diary: Vec::new(),
        notices: notices.finish(),
    })
}

/// Errors when the reason that there is no point at all is damage, or that all of them (`skipped`) are broken.
pub(crate) fn refuse_damaged(
    format: Format,
    root: &str,
    ended: &Ended,
    skipped: u64,
    notices: &mut Notices<'_>,
) -> Result<(), ReadError> {
    if let Some((at, what)) = &ended.damage {
        let what = if ended.has_root { what.clone() } else { format!("there is no <{root}> element") };
        return Err(ReadError::Text { format, what, line: notices.line_of(*at) });
    }
    match skipped {
        0 => Ok(()),
        1 => Err(refused(format, "its only track point cannot be read")),
        n => Err(refused(format, format!("none of its {n} track points can be read"))),
    }
}

/// The error that the document as a whole is not what it should be.
pub(crate) fn refused(format: Format, what: impl Into<String>) -> ReadError {
    ReadError::Text { format, what: what.into(), line: 1 }
}

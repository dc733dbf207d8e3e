//! Settings, as plain values passed in.

use std::net::SocketAddr;

use plimsoll_ingest::archive::{self, ArchiveError, Reached};
use serde::{Deserialize, Serialize};

/// Where the service listens unless told otherwise.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// The data folder unless told otherwise.
pub(crate) const DEFAULT_DATA: &str = "plimsoll-data";

/// How much is taken at once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Largest file, bytes; also for a file inside an archive, after decompression.
    pub(crate) file_bytes: usize,
    /// Largest request, bytes.
    pub(crate) request_bytes: usize,
    /// How much of an archive is opened.
    pub(crate) archive: archive::Limits,
}

impl Limits {
    /// Limits from megabytes (1 MB = 1,000,000 bytes), those of archives as they are unless told otherwise.
    pub(crate) fn from_megabytes(file_mb: u32, request_mb: u32) -> Self {
        let bytes = |mb: u32| u64::from(mb) * 1_000_000;
        let whole = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Self {
            file_bytes: whole(bytes(file_mb)),
            request_bytes: whole(bytes(request_mb)),
            archive: archive::Limits { member_bytes: bytes(file_mb), ..archive::Limits::default() },
        }
    }
}

/// The option of the command line that raises a cap of archives; `field` is the field of [`archive::Limits`], or of
/// its caps for Apple Health, that holds it.
fn raised_by(field: &str) -> Option<&'static str> {
    match field {
        "member_bytes" => Some("--max-file-mb"),
        "total_bytes" => Some("--max-archive-gb"),
        "members" => Some("--max-members"),
        "ratio" => Some("--max-ratio"),
        "depth" => Some("--max-depth"),
        "name_bytes" => Some("--max-name-bytes"),
        "table_rows" => Some("--max-table-rows"),
        "workouts" => Some("--max-workouts"),
        "readings" => Some("--max-readings"),
        "samples_of_workout" => Some("--max-workout-samples"),
        "route_bytes" => Some("--max-route-mb"),
        _ => None,
    }
}

/// Why a member could not be taken out of an archive, for a person.
pub(crate) fn failure_words(reason: &str, cap: Option<&Reached>) -> String {
    let Some(Reached { cap, option }) = cap else { return reason.to_owned() };
    let raised = raised_by(option).map_or_else(String::new, |option| format!("; {option} raises it"));
    format!("{} (the cap is {cap}{raised})", reason.trim_end_matches('.'))
}

/// Why an archive could not be opened to its end, for a person.
pub(crate) fn archive_words(error: &ArchiveError) -> String {
    match error {
        ArchiveError::Capped { what, cap, option } => failure_words(what, Some(&Reached { cap: cap.clone(), option })),
        other => other.to_string(),
    }
}

/// Refuses every address but loopback.
///
/// # Errors
/// A sentence that says why.
pub(crate) fn loopback_only(address: SocketAddr) -> anyhow::Result<SocketAddr> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "refusing to listen on {address}: nobody signs in to the demo, so whoever reaches that address could use it. \
         Listen on 127.0.0.1 or [::1]; `plimsoll serve` has accounts and listens anywhere."
    );
    Ok(address)
}

//! Settings, as plain values passed in.

use std::net::SocketAddr;

/// Where the service listens unless told otherwise.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// The data folder unless told otherwise.
pub(crate) const DEFAULT_DATA: &str = "plimsoll-data";

/// How much is taken at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Largest file, bytes.
    pub(crate) file_bytes: usize,
    /// Largest request, bytes.
    pub(crate) request_bytes: usize,
}

impl Limits {
    /// Limits from megabytes (1 MB = 1,000,000 bytes).
    pub(crate) fn from_megabytes(file_mb: u32, request_mb: u32) -> Self {
        let bytes = |mb: u32| usize::try_from(u64::from(mb) * 1_000_000).unwrap_or(usize::MAX);
        Self { file_bytes: bytes(file_mb), request_bytes: bytes(request_mb) }
    }
}

/// Refuses every address but loopback.
///
/// # Errors
/// A sentence that says why.
pub(crate) fn loopback_only(address: SocketAddr) -> anyhow::Result<SocketAddr> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "refusing to listen on {address}: there are no accounts yet, so whoever reaches that address could read and \
         change every athlete's data. Listen on 127.0.0.1 or [::1]; to use it from another machine, forward the port \
         (for example with `ssh -L 8080:127.0.0.1:8080 HOST`)."
    );
    Ok(address)
}

//! Bytes by key: raw uploads under their SHA-256, immutable, and record frames as Parquet beside them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};

/// A store of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    /// Every write is flushed to the disk before it counts.
    flushed: Arc<dyn ObjectStore>,
    /// The same keys; the system writes when it likes.
    lazy: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Files under `folder`, which is created when missing.
    pub(crate) fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
        let lazy = LocalFileSystem::new_with_prefix(folder)
            .with_context(|| format!("cannot use the folder {}", folder.display()))?;
        let flushed = lazy.clone().with_fsync(true);
        Ok(Self { flushed: Arc::new(flushed), lazy: Arc::new(lazy) })
    }

    /// Stores `bytes` under `key` unless the key is there already: keys name their content. They are on the disk when
    /// this returns.
    pub(crate) async fn put(&self, key: &str, bytes: impl Into<PutPayload>) -> anyhow::Result<()> {
        let path = Key::from(key);
        if self.flushed.head(&path).await.is_ok() {
            return Ok(());
        }
        self.flushed.put(&path, bytes.into()).await.map(|_| ()).with_context(|| format!("cannot store {key}"))
    }

    /// Stores `bytes` that can be made again: a power cut may damage them.
    pub(crate) async fn put_cache(&self, key: &str, bytes: impl Into<PutPayload>) -> anyhow::Result<()> {
        let stored = self.lazy.put(&Key::from(key), bytes.into()).await;
        stored.map(|_| ()).with_context(|| format!("cannot store {key}"))
    }

    /// The bytes under `key`, or `None` when there are none.
    pub(crate) async fn get(&self, key: &str) -> anyhow::Result<Option<Bytes>> {
        match self.lazy.get(&Key::from(key)).await {
            Ok(found) => {
                let bytes = found.bytes().await.with_context(|| format!("cannot read {key}"))?;
                Ok(Some(bytes))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {key}")),
        }
    }

    /// The bytes under `key` a few at a time, or `None` when there are none.
    pub(crate) async fn read(
        &self,
        key: &str,
    ) -> anyhow::Result<Option<BoxStream<'static, object_store::Result<Bytes>>>> {
        match self.lazy.get(&Key::from(key)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {key}")),
        }
    }

    /// Removes what is under `key`, if anything is.
    pub(crate) async fn remove(&self, key: &str) -> anyhow::Result<()> {
        match self.flushed.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot remove {key}")),
        }
    }

    /// The keys in a folder of keys, with those in folders of it, in no order.
    pub(crate) fn keys(&self, folder: &str) -> BoxStream<'static, anyhow::Result<String>> {
        let found = self.lazy.list(Some(&Key::from(folder)));
        found.map_ok(|found| found.location.to_string()).map_err(anyhow::Error::from).boxed()
    }
}

/// The SHA-256 of `bytes`, in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Key of a raw upload.
pub(crate) fn raw_key(sha256: &str) -> String {
    format!("raw/{}/{sha256}", sha256.get(..2).unwrap_or("00"))
}

/// Folder of the keys of everything that was made of an upload, among that of others.
pub(crate) fn made_folder(sha256: &str) -> String {
    format!("records/{}", sha256.get(..2).unwrap_or("00"))
}

/// The SHA-256 of the upload that a key belongs to.
pub(crate) fn sha256_of(key: &str) -> Option<&str> {
    key.rsplit('/').next()?.get(..64).filter(|sha256| sha256.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Names the records of the activity at `position` in an upload. It carries the version of the reader.
pub(crate) fn records_key(sha256: &str, position: usize) -> String {
    const READER_VERSION: u32 = 1;
    format!("records/{}/{sha256}-{position}-v{READER_VERSION}.parquet", sha256.get(..2).unwrap_or("00"))
}

/// Key of the frame of such records, cleaned as those of a sport: what nobody runs is ridden, so that one sport's frame
/// must not stand for another's. A newer reader writes beside, never over.
pub(crate) fn frame_key(records_key: &str, sport: &str) -> String {
    let stem = records_key.strip_suffix(".parquet").unwrap_or(records_key);
    let sport: String = sport.chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{stem}-{sport}.parquet")
}

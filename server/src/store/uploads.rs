//! Uploads: files whose bytes are kept, and what became of them.

use plimsoll_ingest::Details;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Store;

/// How long an acknowledged file may take to be read, and an import may give no sign of life, before it is taken to have
/// been left behind, milliseconds.
pub(crate) const IN_FLIGHT_MS: i64 = 60_000;

/// An acknowledged file.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// UUIDv7.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) athlete_id: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub(crate) sha256: String,
    /// Name the file came under. Text only: it never becomes a path.
    pub(crate) file_name: String,
    /// Size, bytes.
    pub(crate) size_bytes: i64,
    /// When it was acknowledged, epoch milliseconds.
    pub(crate) received_ms: i64,
    /// What became of it.
    pub(crate) state: UploadState,
    /// The first import that lists it and was not undone; `None` for files from before there were imports.
    pub(crate) import_id: Option<String>,
    /// Since when no import lists it that was not undone, epoch milliseconds: what it gave counts nowhere.
    pub(crate) undone_ms: Option<i64>,
    /// What the exports that it came in say about it, as far as they were not undone, the first of them first.
    pub(crate) details: Option<Details>,
    /// How often that changed since its activities were read; 0 when they follow it.
    pub(crate) details_due: i64,
    /// Notices as JSON.
    pub(crate) notices: serde_json::Value,
    /// Device as JSON.
    pub(crate) device: Option<serde_json::Value>,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UploadState {
    /// Acknowledged, not read yet.
    Received,
    /// Read; its activities and diary values are in the store.
    Read,
    /// Recognised, and it holds no activity; what it is.
    SetAside(String),
    /// Nothing could be read, and why.
    Failed(String),
}

impl Store {
    /// Notes why nothing could be read from an upload. The bytes stay.
    pub(crate) async fn fail_upload(&self, upload: &Upload, reason: &str) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE uploads SET state = 'failed', failure = $3 WHERE athlete_id = $1 AND id = $2 AND state <> 'read'",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(reason)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "UPDATE import_files SET result = 'failed', messages = $3 \
             WHERE athlete_id = $1 AND upload_id = $2 AND result = 'waiting'",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(serde_json::to_string(&[reason])?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Counts that reading an upload begins again; returns how often it was begun.
    pub(crate) async fn begin_reading(&self, upload: &Upload) -> anyhow::Result<i64> {
        let row = sqlx::query(
            "UPDATE uploads SET attempts = attempts + 1 WHERE athlete_id = $1 AND id = $2 RETURNING attempts",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .fetch_one(&self.write)
        .await?;
        Ok(row.try_get("attempts")?)
    }

    /// Uploads that were acknowledged before `before_ms` (epoch milliseconds) but not read: a process ended in between.
    /// Those of an import that gave a sign of life since then are about to be read by the process that received them.
    pub(crate) async fn unread_uploads(&self, before_ms: i64) -> anyhow::Result<Vec<Upload>> {
        let rows = sqlx::query(
            "SELECT * FROM uploads u WHERE state = 'received' AND received_ms <= $1 AND NOT EXISTS (SELECT 1 FROM \
                 imports i WHERE i.athlete_id = u.athlete_id AND i.id = u.import_id AND i.state = 'running' \
                 AND i.touched_ms > $1) ORDER BY athlete_id, id",
        )
        .bind(before_ms)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// An athlete's uploads that were not undone, newest first, at most `limit`.
    pub(crate) async fn uploads(&self, athlete_id: &str, limit: i64) -> anyhow::Result<Vec<Upload>> {
        let rows = sqlx::query(
            "SELECT * FROM uploads WHERE athlete_id = $1 AND undone_ms IS NULL \
             ORDER BY received_ms DESC, id DESC LIMIT $2",
        )
        .bind(athlete_id)
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// One upload, undone or not.
    pub(crate) async fn upload(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<Upload>> {
        let row = sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(upload_from_row).transpose()
    }
}

pub(super) fn upload_from_row(row: &SqliteRow) -> anyhow::Result<Upload> {
    let state: String = row.try_get("state")?;
    let failure: Option<String> = row.try_get("failure")?;
    let notices: String = row.try_get("notices")?;
    let device: Option<String> = row.try_get("device")?;
    let details: Option<String> = row.try_get("details")?;
    Ok(Upload {
        id: row.try_get("id")?,
        athlete_id: row.try_get("athlete_id")?,
        sha256: row.try_get("sha256")?,
        file_name: row.try_get("file_name")?,
        size_bytes: row.try_get("size_bytes")?,
        received_ms: row.try_get("received_ms")?,
        state: match state.as_str() {
            "received" => UploadState::Received,
            "read" => UploadState::Read,
            "set_aside" => UploadState::SetAside(failure.unwrap_or_default()),
            _ => UploadState::Failed(failure.unwrap_or_default()),
        },
        import_id: row.try_get("import_id")?,
        undone_ms: row.try_get("undone_ms")?,
        details: details.as_deref().map(serde_json::from_str).transpose()?,
        details_due: row.try_get("details_due")?,
        notices: serde_json::from_str(&notices)?,
        device: device.as_deref().map(serde_json::from_str).transpose()?,
    })
}

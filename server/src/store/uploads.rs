//! Uploads: what was acknowledged, and what became of it.

use plimsoll_ingest::{Device, Notice};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{NewActivity, Store, new_id};

/// How long an acknowledged file may take to be read before it is taken to have been left behind, milliseconds.
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
    /// Read; its activities are in the store.
    Read,
    /// Nothing could be read, and why.
    Failed(String),
}

/// The answer to a file.
#[derive(Debug, Clone)]
pub(crate) enum Received {
    /// The first time these bytes came for this athlete, or they could not be read the last time: read them now.
    Fresh(Upload),
    /// The same bytes are there already.
    Duplicate(Upload),
}

impl Store {
    /// Acknowledges a file whose bytes are in the blob store. After this returns, the file is never lost.
    pub(crate) async fn receive_upload(
        &self,
        athlete_id: &str,
        file_name: &str,
        sha256: &str,
        size_bytes: i64,
        now_ms: i64,
    ) -> anyhow::Result<Received> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let known = sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 AND sha256 = $2")
            .bind(athlete_id)
            .bind(sha256)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = known {
            let mut upload = upload_from_row(&row)?;
            let is_on_its_way = upload.state == UploadState::Received && now_ms - upload.received_ms < IN_FLIGHT_MS;
            if upload.state == UploadState::Read || is_on_its_way {
                transaction.commit().await?;
                return Ok(Received::Duplicate(upload));
            }
            sqlx::query(
                "UPDATE uploads SET state = 'received', attempts = 0, failure = NULL, file_name = $3, received_ms = $4 \
                 WHERE athlete_id = $1 AND id = $2",
            )
            .bind(athlete_id)
            .bind(&upload.id)
            .bind(file_name)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            upload.state = UploadState::Received;
            file_name.clone_into(&mut upload.file_name);
            return Ok(Received::Fresh(upload));
        }
        let upload = Upload {
            id: new_id(),
            athlete_id: athlete_id.to_owned(),
            sha256: sha256.to_owned(),
            file_name: file_name.to_owned(),
            size_bytes,
            received_ms: now_ms,
            state: UploadState::Received,
            notices: serde_json::Value::Array(Vec::new()),
            device: None,
        };
        sqlx::query(
            "INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, notices) \
             VALUES ($1, $2, $3, $4, $5, $6, 'received', '[]')",
        )
        .bind(athlete_id)
        .bind(&upload.id)
        .bind(sha256)
        .bind(file_name)
        .bind(size_bytes)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Received::Fresh(upload))
    }

    /// Stores what was read from an upload, once: a second call for the same upload changes nothing.
    pub(crate) async fn finish_upload(
        &self,
        upload: &Upload,
        activities: &[NewActivity],
        notices: &[Notice],
        device: Option<&Device>,
    ) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let claimed = sqlx::query(
            "UPDATE uploads SET state = 'read', failure = NULL, notices = $3, device = $4 \
             WHERE athlete_id = $1 AND id = $2 AND state <> 'read'",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(serde_json::to_string(notices)?)
        .bind(device.map(serde_json::to_string).transpose()?)
        .execute(&mut *transaction)
        .await?;
        if claimed.rows_affected() == 1 {
            for activity in activities {
                activity.insert(&mut transaction, upload).await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Notes why nothing could be read from an upload. The bytes stay.
    pub(crate) async fn fail_upload(&self, upload: &Upload, reason: &str) -> anyhow::Result<()> {
        sqlx::query(
            "UPDATE uploads SET state = 'failed', failure = $3 WHERE athlete_id = $1 AND id = $2 AND state <> 'read'",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(reason)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Counts that reading an upload begins; returns how often it was begun.
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
    pub(crate) async fn unread_uploads(&self, before_ms: i64) -> anyhow::Result<Vec<Upload>> {
        let rows =
            sqlx::query("SELECT * FROM uploads WHERE state = 'received' AND received_ms <= $1 ORDER BY athlete_id, id")
                .bind(before_ms)
                .fetch_all(&self.read)
                .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// An athlete's uploads, newest first, at most `limit`.
    pub(crate) async fn uploads(&self, athlete_id: &str, limit: i64) -> anyhow::Result<Vec<Upload>> {
        let rows =
            sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 ORDER BY received_ms DESC, id DESC LIMIT $2")
                .bind(athlete_id)
                .bind(limit)
                .fetch_all(&self.read)
                .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// One upload.
    pub(crate) async fn upload(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<Upload>> {
        let row = sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(upload_from_row).transpose()
    }
}

fn upload_from_row(row: &SqliteRow) -> anyhow::Result<Upload> {
    let state: String = row.try_get("state")?;
    let failure: Option<String> = row.try_get("failure")?;
    let notices: String = row.try_get("notices")?;
    let device: Option<String> = row.try_get("device")?;
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
            _ => UploadState::Failed(failure.unwrap_or_default()),
        },
        notices: serde_json::from_str(&notices)?,
        device: device.as_deref().map(serde_json::from_str).transpose()?,
    })
}

//! Archives that lie in the data folder until all their members are in.

use sqlx::Row as _;

use super::Store;
use crate::config::Limits;

/// An archive that lies in the data folder because its members are not all in yet.
#[derive(Debug, Clone)]
pub(crate) struct WaitingArchive {
    /// File name in the folder of what comes in.
    pub(crate) file: String,
    /// Name it was sent under.
    pub(crate) name: String,
    /// Position of its first member.
    pub(crate) first_position: i64,
    /// The limits that it was accepted under; `None` for one from before they were kept.
    pub(crate) limits: Option<Limits>,
}

impl Store {
    /// Notes an archive in the data folder whose members are about to come; after this returns, it is never lost.
    pub(crate) async fn note_archive(
        &self,
        athlete_id: &str,
        import_id: &str,
        archive: &WaitingArchive,
    ) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO import_archives (athlete_id, import_id, file, name, first_position, limits) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(&archive.file)
        .bind(&archive.name)
        .bind(archive.first_position)
        .bind(archive.limits.as_ref().map(serde_json::to_string).transpose()?)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// Notes that all members of an archive are in.
    pub(crate) async fn archive_is_in(&self, athlete_id: &str, import_id: &str, file: &str) -> anyhow::Result<()> {
        sqlx::query("DELETE FROM import_archives WHERE athlete_id = $1 AND import_id = $2 AND file = $3")
            .bind(athlete_id)
            .bind(import_id)
            .bind(file)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Archives of an import whose members are not all in.
    pub(crate) async fn waiting_archives(
        &self,
        athlete_id: &str,
        import_id: &str,
    ) -> anyhow::Result<Vec<WaitingArchive>> {
        let rows = sqlx::query(
            "SELECT * FROM import_archives WHERE athlete_id = $1 AND import_id = $2 ORDER BY first_position, file",
        )
        .bind(athlete_id)
        .bind(import_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                let limits: Option<String> = row.try_get("limits")?;
                Ok(WaitingArchive {
                    file: row.try_get("file")?,
                    name: row.try_get("name")?,
                    first_position: row.try_get("first_position")?,
                    limits: limits.as_deref().map(serde_json::from_str).transpose()?,
                })
            })
            .collect()
    }

    /// File names of all archives whose members are not all in, whoever's they are.
    pub(crate) async fn waiting_archive_files(&self) -> anyhow::Result<Vec<String>> {
        let rows = sqlx::query("SELECT file FROM import_archives").fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok(row.try_get("file")?)).collect()
    }
}

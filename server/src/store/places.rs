//! Places of files in an import: which have their result, and what is said of them.

use std::collections::HashSet;

use sqlx::Row as _;

use super::Store;

impl Store {
    /// Places of an import from `first` on whose files have their result.
    pub(crate) async fn done_positions(
        &self,
        athlete_id: &str,
        import_id: &str,
        first: i64,
    ) -> anyhow::Result<HashSet<i64>> {
        let rows = sqlx::query(
            "SELECT position FROM import_files WHERE athlete_id = $1 AND import_id = $2 AND position >= $3 \
             AND result <> 'waiting'",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(first)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("position")?)).collect()
    }

    /// Positions from `first` on whose files have their result and gave no activity.
    pub(crate) async fn positions_without_activity(
        &self,
        athlete_id: &str,
        import_id: &str,
        first: i64,
    ) -> anyhow::Result<HashSet<i64>> {
        let rows = sqlx::query(
            "SELECT position FROM import_files f WHERE athlete_id = $1 AND import_id = $2 AND position >= $3 \
             AND result <> 'waiting' AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.athlete_id = f.athlete_id \
             AND a.upload_id = f.upload_id)",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(first)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("position")?)).collect()
    }

    /// Adds to what is said of a file of an import, unless it is said already.
    pub(crate) async fn add_message(
        &self,
        athlete_id: &str,
        import_id: &str,
        position: i64,
        message: &str,
    ) -> anyhow::Result<()> {
        sqlx::query(
            "UPDATE import_files SET messages = json_insert(messages, '$[#]', $4) WHERE athlete_id = $1 \
             AND import_id = $2 AND position = $3 \
             AND NOT EXISTS (SELECT 1 FROM json_each(messages) WHERE value = $4)",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(position)
        .bind(message)
        .execute(&self.write)
        .await?;
        Ok(())
    }
}

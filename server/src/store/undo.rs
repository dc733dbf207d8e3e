//! Taking an import back, and bringing it back: marks, never deletions.
//!
//! An upload belongs to the first import that lists it and was not undone. While there is none, what it gave counts
//! nowhere. An import that got nothing out of it has nothing of what a later one read.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use sqlx::{Row as _, Sqlite, Transaction};

use super::same::relink;
use super::{Store, said};

/// The answer to the wish to undo an import or to bring it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    /// It was done.
    Done,
    /// It is as wished already.
    Already,
    /// Files are still coming; ask again when it is finished.
    Running,
    /// There is no such import.
    NoSuchImport,
}

impl Store {
    /// Takes an import back as a whole: its activities and diary values count no more, and activities that were
    /// copies of its own stand for themselves again. Files that another import lists too stay with that one, without what
    /// the undone one said about them: they are due to be read anew.
    pub(crate) async fn undo_import(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<Undone> {
        self.turn_import(athlete_id, id, "finished", "undone", now_ms).await
    }

    /// Brings an undone import back, with everything as it was.
    pub(crate) async fn redo_import(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<Undone> {
        self.turn_import(athlete_id, id, "undone", "finished", now_ms).await
    }

    async fn turn_import(
        &self,
        athlete_id: &str,
        id: &str,
        from: &str,
        to: &str,
        now_ms: i64,
    ) -> anyhow::Result<Undone> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let row = sqlx::query("SELECT state FROM imports WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(Undone::NoSuchImport) };
        let state: String = row.try_get("state")?;
        if state == "running" {
            return Ok(Undone::Running);
        }
        if state != from {
            return Ok(Undone::Already);
        }
        sqlx::query("UPDATE imports SET state = $3, undone_ms = $4 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .bind(to)
            .bind((to == "undone").then_some(now_ms))
            .execute(&mut *transaction)
            .await?;
        give_uploads_their_import(&mut transaction, athlete_id, id, now_ms).await?;
        said::work_out_again(&mut transaction, athlete_id, id).await?;
        let dates = dates_of(&mut transaction, athlete_id, id).await?;
        relink(&mut transaction, athlete_id, &dates).await?;
        transaction.commit().await?;
        Ok(Undone::Done)
    }
}

/// Gives every upload that import `$2` lists to the first import that lists it and was not undone; marks it as undone
/// when there is none. Where it was read, an import that reported a failure has no claim on it, unless it was that one's
/// last. The first imports are found for all of them at once, by an index that is named: left to choose,
/// SQLite goes through every file of the athlete for each upload.
const GIVE_UPLOADS: &str = "WITH listed AS MATERIALIZED (SELECT DISTINCT upload_id FROM import_files \
    WHERE athlete_id = $1 AND import_id = $2 AND upload_id IS NOT NULL), \
    owners AS MATERIALIZED (SELECT l.upload_id, MIN(IIF(i.state = 'undone' OR u.state = 'read' \
    AND f.result IN ('failed', 'set_aside') AND f.import_id <> u.import_id, NULL, f.import_id)) AS import_id FROM listed l \
    CROSS JOIN uploads u ON u.athlete_id = $1 AND u.id = l.upload_id \
    CROSS JOIN import_files f INDEXED BY import_files_by_upload ON f.athlete_id = $1 AND f.upload_id = l.upload_id \
    CROSS JOIN imports i ON i.athlete_id = f.athlete_id AND i.id = f.import_id GROUP BY l.upload_id) \
    UPDATE uploads SET import_id = COALESCE(o.import_id, uploads.import_id), \
    undone_ms = IIF(o.import_id IS NULL, COALESCE(undone_ms, $3), NULL) FROM owners o \
    WHERE uploads.athlete_id = $1 AND uploads.id = o.upload_id AND uploads.import_id IS NOT NULL";

async fn give_uploads_their_import(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    import_id: &str,
    now_ms: i64,
) -> anyhow::Result<()> {
    sqlx::query(GIVE_UPLOADS).bind(athlete_id).bind(import_id).bind(now_ms).execute(&mut **transaction).await?;
    Ok(())
}

/// Days on which an import's files have activities.
async fn dates_of(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    import_id: &str,
) -> anyhow::Result<BTreeSet<NaiveDate>> {
    let rows = sqlx::query(
        "SELECT DISTINCT local_date FROM activities WHERE athlete_id = $1 AND upload_id IN (SELECT upload_id FROM \
         import_files WHERE athlete_id = $1 AND import_id = $2)",
    )
    .bind(athlete_id)
    .bind(import_id)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter().map(|row| Ok(row.try_get::<String, _>("local_date")?.parse()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of SQLite's plan for a statement about an athlete's import.
    async fn plan(statement: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap();
        let steps = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
            .bind("an athlete")
            .bind("an import")
            .bind(0)
            .fetch_all(&store.write)
            .await
            .unwrap();
        steps.iter().map(|step| step.try_get("detail").unwrap()).collect()
    }

    #[tokio::test]
    async fn each_upload_of_an_import_finds_its_files_by_itself_and_not_among_all_of_the_athlete() {
        let steps = plan(GIVE_UPLOADS).await;
        let of_files = steps.iter().filter(|step| step.contains(" f ")).collect::<Vec<_>>();
        let wanted = "SEARCH f USING INDEX import_files_by_upload (athlete_id=? AND upload_id=?)";
        assert_eq!(of_files, [wanted], "{steps:?}");
        let of_owners = steps.iter().filter(|step| step.contains(" o ")).collect::<Vec<_>>();
        assert_eq!(of_owners, ["SEARCH o USING AUTOMATIC COVERING INDEX (upload_id=?)"], "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("CORRELATED")), "{steps:?}");
    }

    #[tokio::test]
    async fn what_is_said_about_each_upload_is_found_by_itself() {
        let steps = plan(said::LISTED).await;
        for wanted in [
            "SEARCH u USING INDEX sqlite_autoindex_uploads_1 (athlete_id=? AND id=?)",
            "SEARCH d USING INDEX sqlite_autoindex_import_details_1 (athlete_id=? AND upload_id=?)",
            "SEARCH i USING INDEX sqlite_autoindex_imports_1 (athlete_id=? AND id=?)",
        ] {
            assert!(steps.iter().any(|step| step.starts_with(wanted)), "{wanted} in {steps:?}");
        }
    }
}

//! What exports say about files, import by import.
//!
//! Each import's words about an upload have a row of their own. What counts is what the imports say that were not
//! undone, the first of them first, laid over what the file says. So it does not matter whether the file came before the
//! export or with it, and undoing an import takes back what it said. When it changes, the upload's rows are due to be
//! read anew.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::Details;
use sqlx::{Row as _, Sqlite, Transaction};

use super::receive::{Reading, put_rows};
use super::same::relink;
use super::uploads::upload_from_row;
use super::{Store, Upload, UploadState};

impl Store {
    /// Uploads of an athlete whose rows do not follow what is said about them yet, in order of id, at most `limit` after
    /// the id `after`.
    pub(crate) async fn uploads_to_renew(
        &self,
        athlete_id: &str,
        after: &str,
        limit: i64,
    ) -> anyhow::Result<Vec<Upload>> {
        let rows = sqlx::query(
            "SELECT * FROM uploads WHERE athlete_id = $1 AND id > $2 AND details_due > 0 AND state = 'read' \
             AND undone_ms IS NULL ORDER BY id LIMIT $3",
        )
        .bind(athlete_id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// Athletes who have such uploads, by id.
    pub(crate) async fn athletes_to_renew(&self) -> anyhow::Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT DISTINCT athlete_id FROM uploads WHERE details_due > 0 AND state = 'read' \
             AND undone_ms IS NULL ORDER BY athlete_id",
        )
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get("athlete_id")?)).collect()
    }

    /// Stores anew what was read from uploads that were due. One about which more was said meanwhile stays due; one that
    /// could not be read again stays as it is.
    pub(crate) async fn renew(&self, athlete_id: &str, readings: &[(Upload, Reading)]) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut dates = BTreeSet::new();
        for (upload, reading) in readings {
            let claimed = sqlx::query(
                "UPDATE uploads SET details_due = 0 WHERE athlete_id = $1 AND id = $2 AND details_due = $3 \
                 AND state = 'read'",
            )
            .bind(athlete_id)
            .bind(&upload.id)
            .bind(upload.details_due)
            .execute(&mut *transaction)
            .await?;
            if let Reading::Read { activities, diary, .. } = reading
                && claimed.rows_affected() == 1
            {
                dates.extend(put_rows(&mut transaction, upload, activities, diary).await?);
            }
        }
        relink(&mut transaction, athlete_id, &dates).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Notes what an import says about an upload, and gives what is said about it altogether.
pub(super) async fn note(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    upload_id: &str,
    import_id: Option<&str>,
    details: Option<Details>,
) -> anyhow::Result<Option<Details>> {
    let rows = sqlx::query(
        "SELECT d.import_id, d.details FROM import_details d JOIN imports i ON i.athlete_id = d.athlete_id \
         AND i.id = d.import_id WHERE d.athlete_id = $1 AND d.upload_id = $2 AND i.state <> 'undone'",
    )
    .bind(athlete_id)
    .bind(upload_id)
    .fetch_all(&mut **transaction)
    .await?;
    let mut said: BTreeMap<String, Details> = BTreeMap::new();
    for row in &rows {
        said.insert(row.try_get("import_id")?, serde_json::from_str(row.try_get("details")?)?);
    }
    if let (Some(import_id), Some(details)) = (import_id, details) {
        // The same bytes may stand in an export twice.
        let before = said.remove(import_id).unwrap_or_default();
        let details = before.or(details);
        sqlx::query(
            "INSERT INTO import_details (athlete_id, upload_id, import_id, details) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (athlete_id, upload_id, import_id) DO UPDATE SET details = excluded.details",
        )
        .bind(athlete_id)
        .bind(upload_id)
        .bind(import_id)
        .bind(serde_json::to_string(&details)?)
        .execute(&mut **transaction)
        .await?;
        said.insert(import_id.to_owned(), details);
    }
    Ok(said.into_values().reduce(Details::or))
}

/// Adds what an export says about a file that is there already; tells whether that changes anything. While the file is
/// being read, [`Store::finish`] sees that it is due.
pub(super) async fn add(
    transaction: &mut Transaction<'_, Sqlite>,
    known: &mut Upload,
    import_id: Option<&str>,
    details: Details,
) -> anyhow::Result<bool> {
    let after = note(transaction, &known.athlete_id, &known.id, import_id, Some(details)).await?;
    if after == known.details {
        return Ok(false);
    }
    known.details = after;
    let is_told = match &known.details {
        Some(details) if known.state == UploadState::Read => differs(transaction, known, details).await?,
        _ => true,
    };
    if is_told && known.state == UploadState::Read {
        known.details_due += 1;
    }
    set(transaction, known).await?;
    Ok(is_told)
}

/// Works out anew what is said about each upload that an import lists, after the import was undone or brought back.
pub(super) async fn work_out_again(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    import_id: &str,
) -> anyhow::Result<()> {
    let rows = sqlx::query(LISTED).bind(athlete_id).bind(import_id).fetch_all(&mut **transaction).await?;
    let mut uploads: BTreeMap<String, (Upload, Option<Details>)> = BTreeMap::new();
    for row in &rows {
        let upload = upload_from_row(row)?;
        let said: Option<String> = row.try_get("said")?;
        let said = said.as_deref().map(serde_json::from_str::<Details>).transpose()?;
        let (_, altogether) = uploads.entry(upload.id.clone()).or_insert((upload, None));
        *altogether = match (altogether.take(), said) {
            (Some(before), Some(said)) => Some(before.or(said)),
            (before, said) => before.or(said),
        };
    }
    for (mut upload, altogether) in uploads.into_values() {
        if upload.details != altogether {
            upload.details = altogether;
            upload.details_due += i64::from(upload.state == UploadState::Read);
            set(transaction, &upload).await?;
        }
    }
    Ok(())
}

/// The uploads that import `$2` lists and that are there, each with what is said about it: a row for each import that
/// says something and was not undone, in the order of the imports.
pub(super) const LISTED: &str = "WITH listed AS MATERIALIZED (SELECT DISTINCT upload_id FROM import_files \
    WHERE athlete_id = $1 AND import_id = $2 AND upload_id IS NOT NULL) \
    SELECT u.*, d.details AS said FROM listed l CROSS JOIN uploads u ON u.athlete_id = $1 AND u.id = l.upload_id \
    LEFT JOIN import_details d ON d.athlete_id = $1 AND d.upload_id = l.upload_id AND EXISTS (SELECT 1 FROM imports i \
    WHERE i.athlete_id = $1 AND i.id = d.import_id AND i.state <> 'undone') \
    WHERE u.undone_ms IS NULL AND (u.details IS NOT NULL OR d.details IS NOT NULL) ORDER BY u.id, d.import_id";

async fn set(transaction: &mut Transaction<'_, Sqlite>, upload: &Upload) -> anyhow::Result<()> {
    sqlx::query("UPDATE uploads SET details = $3, details_due = $4 WHERE athlete_id = $1 AND id = $2")
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(upload.details.as_ref().map(serde_json::to_string).transpose()?)
        .bind(upload.details_due)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Whether the rows of an upload say something else than `details`. In a file of several activities it is not known
/// which one is meant: only gear and commute count; see [`plimsoll_ingest::WatchFile::apply`].
async fn differs(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    details: &Details,
) -> anyhow::Result<bool> {
    let found = sqlx::query(
        "WITH alone AS (SELECT COUNT(*) = 1 AS it FROM activities WHERE athlete_id = $1 AND upload_id = $2) \
         SELECT 1 FROM activities, alone WHERE athlete_id = $1 AND upload_id = $2 \
         AND (gear IS NOT COALESCE($5, gear) OR commute IS NOT COALESCE($6, commute) OR alone.it \
         AND (title IS NOT COALESCE($3, title) OR description IS NOT COALESCE($4, description) \
         OR rpe IS NOT COALESCE($7, rpe) OR feel IS NOT COALESCE($8, feel) \
         OR COALESCE(json_extract(outline, '$.outline.sport'), sport) <> $9)) LIMIT 1",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .bind(&details.title)
    .bind(&details.description)
    .bind(&details.gear)
    .bind(details.commute.map(i64::from))
    .bind(details.rpe)
    .bind(details.feel)
    .bind(details.sport.as_ref().map(plimsoll_ingest::Sport::name))
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    /// A store as it was before: the runs `a` to `d`, each from a file of its own, and what is said about them.
    const BEFORE: &str = r#"
        INSERT INTO athletes (id, name, zone, created_ms) VALUES ('x', 'Ada', 'UTC', 0);
        INSERT INTO imports (athlete_id, id, source, label, state, started_ms, touched_ms) VALUES
            ('x', '1', 'api', '', 'finished', 0, 0), ('x', '2', 'api', '', 'finished', 0, 0),
            ('x', '3', 'api', '', 'undone', 0, 0);
        INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, notices, import_id, details)
            SELECT 'x', value, value, '', 1, 0, 'read', '[]', '1', IIF(value = 'd', NULL, '{"sport":"cycling"}')
            FROM json_each('["a", "b", "c", "d"]');
        INSERT INTO import_files (athlete_id, import_id, position, name, result, messages, upload_id)
            SELECT 'x', '1', key, '', 'new', '[]', value FROM json_each('["a", "b", "c", "d"]');
        INSERT INTO import_files (athlete_id, import_id, position, name, result, messages, upload_id) VALUES
            ('x', '2', 0, '', 'duplicate', '["the same; what the export says about it was added"]', 'b'),
            ('x', '3', 0, '', 'duplicate', '["the same; what the export says about it was added"]', 'c');
        INSERT INTO activities (athlete_id, id, upload_id, position, sport, start_ms, offset_source, local_date, summary,
            laps, records_key, outline)
            SELECT 'x', id, id, 0, 'running', 0, '', '2026-11-20', '{}', '[]', '', '{"outline":{"sport":"cycling"}}'
            FROM uploads;"#;

    #[tokio::test]
    async fn what_was_said_before_each_import_had_a_row_for_it_goes_to_the_import_that_reported_it() {
        let store = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
        for script in [
            include_str!("../../migrations/sqlite/0001_initial.sql"),
            include_str!("../../migrations/sqlite/0002_imports.sql"),
            BEFORE,
            include_str!("../../migrations/sqlite/0003_decisions.sql"),
        ] {
            sqlx::raw_sql(script).execute(&store).await.unwrap();
        }
        let rows = sqlx::query(
            "SELECT u.id, d.import_id, u.details IS NOT NULL AS counts, u.details_due, a.sport_said FROM uploads u \
             JOIN activities a ON a.upload_id = u.id LEFT JOIN import_details d ON d.upload_id = u.id ORDER BY u.id",
        )
        .fetch_all(&store)
        .await
        .unwrap();
        let found: Vec<(String, Option<String>, bool, bool, bool)> = rows
            .iter()
            .map(|row| {
                (row.get("id"), row.get("import_id"), row.get("counts"), row.get("details_due"), row.get("sport_said"))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        let expected = [
            // Told of by the import it came in: the sport differs because a person said so.
            ("a".to_owned(), some("1"), true, false, true),
            // Told of later: the sport differs because it did not follow.
            ("b".to_owned(), some("2"), true, true, false),
            // Told of later by an import that was undone.
            ("c".to_owned(), some("3"), false, true, false),
            ("d".to_owned(), None, false, false, true),
        ];
        assert_eq!(found, expected);
    }
}

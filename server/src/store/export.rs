//! Everything of one athlete, a page at a time, for taking it along; and what was decided elsewhere, taken over here.

use chrono::NaiveDate;
use plimsoll_ingest::Details;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, Sqlite, Transaction};

use super::activities::activity_from_row;
use super::uploads::upload_from_row;
use super::{ActivityRow, Store, Upload, new_id, said};

/// An activity that is taken along.
#[derive(Debug, Clone)]
pub(crate) struct Exported {
    /// The activity.
    pub(crate) activity: ActivityRow,
    /// SHA-256 of the file it came in.
    pub(crate) sha256: String,
    /// The name that the file came under.
    pub(crate) file_name: String,
    /// The SHA-256 and place of the activity that is kept instead.
    pub(crate) kept: Option<(String, i64)>,
}

/// What a person decided about one activity of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Its place in the file, from 0.
    pub(crate) position: i64,
    /// The sport that it was said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sport: Option<SaidSport>,
    /// Whether it was taken out, or taken out and put back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taken_out: Option<TakenOut>,
    /// Whether the samples count as they were recorded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) as_recorded: bool,
    /// Whether it is no copy of any other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) kept_apart: bool,
}

/// A sport that a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SaidSport {
    /// `running`, `cycling`…
    pub(crate) sport: String,
    /// `trail`, `treadmill`…
    #[serde(default)]
    pub(crate) run_kind: Option<String>,
    /// Of decisions about copies the greatest holds.
    #[serde(default)]
    pub(crate) order: Option<i64>,
}

/// That an activity was taken out, or put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TakenOut {
    /// When, epoch milliseconds; `None` when it was put back.
    #[serde(default)]
    pub(crate) at_ms: Option<i64>,
    /// Of decisions about copies the greatest holds.
    #[serde(default)]
    pub(crate) order: Option<i64>,
}

/// An import that was undone while nothing else brought its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UndoneImport {
    /// What was imported, for a person.
    pub(crate) label: String,
    /// When it was undone, epoch milliseconds.
    pub(crate) undone_ms: i64,
}

/// Decisions about activities of one file, by its SHA-256.
pub(crate) type Deciding<'a> = (&'a str, &'a [Decided]);

/// A file of an import that was undone elsewhere.
#[derive(Debug)]
pub(crate) struct Undoing<'a> {
    /// Whose.
    pub(crate) athlete_id: &'a str,
    /// The id of the import here.
    pub(crate) import_id: &'a str,
    /// The import.
    pub(crate) import: &'a UndoneImport,
    /// The file's place in it.
    pub(crate) position: i64,
    /// The name that the file came under.
    pub(crate) file_name: &'a str,
    /// SHA-256 of its bytes, which are in the blob store.
    pub(crate) sha256: &'a str,
    /// How many.
    pub(crate) size_bytes: i64,
    /// What exports say about it.
    pub(crate) details: Option<&'a Details>,
}

impl Store {
    /// An athlete's uploads by SHA-256, whatever became of them, at most `limit` after `after`.
    pub(crate) async fn every_upload(&self, athlete_id: &str, after: &str, limit: i64) -> anyhow::Result<Vec<Upload>> {
        let rows = sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 AND sha256 > $2 ORDER BY sha256 LIMIT $3")
            .bind(athlete_id)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(upload_from_row).collect()
    }

    /// An athlete's activities that were not undone, in order of time, copies and those that were taken out among them: at
    /// most `limit` behind `after`.
    pub(crate) async fn exported(
        &self,
        athlete_id: &str,
        after: Option<&ActivityRow>,
        limit: i64,
    ) -> anyhow::Result<Vec<Exported>> {
        let (date, start_ms, key) = match after {
            Some(last) => (last.local_date.to_string(), last.start_ms, last.records_key.as_str()),
            None => (String::new(), 0, ""),
        };
        let rows = sqlx::query(
            "SELECT a.*, u.sha256, u.file_name, k.position AS kept_position, v.sha256 AS kept_sha256 \
             FROM present_activities a JOIN uploads u ON u.athlete_id = a.athlete_id AND u.id = a.upload_id \
             LEFT JOIN activities k ON k.athlete_id = a.athlete_id AND k.id = a.same_as \
             LEFT JOIN uploads v ON v.athlete_id = k.athlete_id AND v.id = k.upload_id \
             WHERE a.athlete_id = $1 AND (a.local_date, a.start_ms, a.records_key) > ($2, $3, $4) \
             ORDER BY a.local_date, a.start_ms, a.records_key LIMIT $5",
        )
        .bind(athlete_id)
        .bind(date)
        .bind(start_ms)
        .bind(key)
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                let kept: (Option<String>, Option<i64>) = (row.try_get("kept_sha256")?, row.try_get("kept_position")?);
                Ok(Exported {
                    activity: activity_from_row(row)?,
                    sha256: row.try_get("sha256")?,
                    file_name: row.try_get("file_name")?,
                    kept: kept.0.zip(kept.1),
                })
            })
            .collect()
    }

    /// What a person decided about the activities of an upload, in the file's order; only those about which somebody did.
    pub(crate) async fn decided(&self, athlete_id: &str, upload_id: &str) -> anyhow::Result<Vec<Decided>> {
        let rows = sqlx::query(
            "SELECT position, sport, run_kind, sport_said, sport_decision, removed_ms, removal_decision, as_recorded, \
             kept_apart FROM activities WHERE athlete_id = $1 AND upload_id = $2 AND (sport_said = 1 OR as_recorded = 1 \
             OR kept_apart = 1 OR removed_ms IS NOT NULL OR removal_decision IS NOT NULL) ORDER BY position",
        )
        .bind(athlete_id)
        .bind(upload_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(decided_from_row).collect()
    }

    /// Imports of an athlete that were undone, as far as their files count nowhere: each with its id here.
    pub(crate) async fn undone_imports(&self, athlete_id: &str) -> anyhow::Result<Vec<(String, UndoneImport)>> {
        let rows = sqlx::query(
            "SELECT i.id, i.label, COALESCE(i.undone_ms, 0) AS undone_ms FROM imports i WHERE i.athlete_id = $1 \
             AND i.state = 'undone' AND EXISTS (SELECT 1 FROM uploads u WHERE u.athlete_id = i.athlete_id \
             AND u.import_id = i.id AND u.undone_ms IS NOT NULL) ORDER BY undone_ms, i.label, i.id",
        )
        .bind(athlete_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                let import = UndoneImport { label: row.try_get("label")?, undone_ms: row.try_get("undone_ms")? };
                Ok((row.try_get("id")?, import))
            })
            .collect()
    }

    /// Whether an athlete has no file yet.
    pub(crate) async fn is_empty(&self, athlete_id: &str) -> anyhow::Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM uploads WHERE athlete_id = $1)";
        Ok(sqlx::query_scalar(sql).bind(athlete_id).fetch_one(&self.read).await?)
    }

    /// Takes in a file of an import that was undone elsewhere, as one that is undone here: it counts nowhere until somebody
    /// brings the import back. The upload, when its bytes were not there before and wait to be read.
    pub(crate) async fn receive_undone(&self, file: &Undoing<'_>, now_ms: i64) -> anyhow::Result<Option<Upload>> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO imports (athlete_id, id, source, label, state, started_ms, touched_ms, finished_ms, undone_ms) \
             VALUES ($1, $2, 'api', $3, 'undone', $4, $4, $4, $5) ON CONFLICT DO NOTHING",
        )
        .bind(file.athlete_id)
        .bind(file.import_id)
        .bind(&file.import.label)
        .bind(now_ms)
        .bind(file.import.undone_ms)
        .execute(&mut *transaction)
        .await?;
        let details = file.details.map(serde_json::to_string).transpose()?;
        let inserted = sqlx::query(
            "INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, attempts, notices, \
             import_id, details, undone_ms) VALUES ($1, $2, $3, $4, $5, $6, 'received', 1, '[]', $7, $8, $9) \
             ON CONFLICT (athlete_id, sha256) DO NOTHING RETURNING *",
        )
        .bind(file.athlete_id)
        .bind(new_id())
        .bind(file.sha256)
        .bind(file.file_name)
        .bind(file.size_bytes)
        .bind(now_ms)
        .bind(file.import_id)
        .bind(details)
        .bind(file.import.undone_ms)
        .fetch_optional(&mut *transaction)
        .await?;
        let upload = inserted.as_ref().map(upload_from_row).transpose()?;
        if let Some(upload) = &upload {
            said::note(&mut transaction, file.athlete_id, &upload.id, Some(file.import_id), file.details.cloned())
                .await?;
            sqlx::query(
                "INSERT INTO import_files (athlete_id, import_id, position, name, result, messages, upload_id) \
                 VALUES ($1, $2, $3, $4, 'waiting', '[]', $5) ON CONFLICT DO NOTHING",
            )
            .bind(file.athlete_id)
            .bind(file.import_id)
            .bind(file.position)
            .bind(file.file_name)
            .bind(&upload.id)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(upload)
    }

    /// Takes over what was decided elsewhere about activities that are here, where nobody decided here. What was decided
    /// here before stands. Returns how many decisions were taken over; when numbers rest on one of them, summaries are due.
    pub(crate) async fn decide(&self, athlete_id: &str, decisions: &[Deciding<'_>]) -> anyhow::Result<u64> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        // Decisions that come are earlier than none of those that are here.
        let row = sqlx::query(
            "SELECT COALESCE(MAX(sport_decision), 0) AS sport, COALESCE(MAX(removal_decision), 0) AS removal \
             FROM activities WHERE athlete_id = $1",
        )
        .bind(athlete_id)
        .fetch_one(&mut *transaction)
        .await?;
        let (sports, removals): (i64, i64) = (row.try_get("sport")?, row.try_get("removal")?);
        let (mut taken, mut is_due) = (0, false);
        for (sha256, decided) in decisions {
            for decision in *decided {
                let of = Of { athlete_id, sha256, position: decision.position };
                if let Some(said) = &decision.sport {
                    let changed = of.say_sport(&mut transaction, said, sports).await?;
                    is_due |= changed > 0;
                    taken += changed;
                }
                if let Some(out) = &decision.taken_out {
                    taken += of.take_out(&mut transaction, out, removals).await?;
                }
                if decision.as_recorded {
                    let changed = of.set(&mut transaction, "as_recorded").await?;
                    is_due |= changed > 0;
                    taken += changed;
                }
                if decision.kept_apart {
                    taken += of.set(&mut transaction, "kept_apart").await?;
                }
            }
        }
        if is_due {
            sqlx::query("UPDATE athletes SET summaries_due = 1 WHERE id = $1")
                .bind(athlete_id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// The first and the last day on which an athlete has values of single days.
    pub(crate) async fn diary_span(&self, athlete_id: &str) -> anyhow::Result<Option<(NaiveDate, NaiveDate)>> {
        let row = sqlx::query("SELECT MIN(date) AS first, MAX(date) AS last FROM diary_values WHERE athlete_id = $1")
            .bind(athlete_id)
            .fetch_one(&self.read)
            .await?;
        let (first, last): (Option<String>, Option<String>) = (row.try_get("first")?, row.try_get("last")?);
        first.zip(last).map(|(first, last)| Ok((first.parse()?, last.parse()?))).transpose()
    }
}

/// An activity by the bytes that it came in.
struct Of<'a> {
    athlete_id: &'a str,
    sha256: &'a str,
    position: i64,
}

/// The activity of these bytes at this place.
const WHICH: &str = "athlete_id = $1 AND position = $3 \
    AND upload_id = (SELECT id FROM uploads WHERE athlete_id = $1 AND sha256 = $2)";

impl Of<'_> {
    async fn say_sport(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        said: &SaidSport,
        before: i64,
    ) -> sqlx::Result<u64> {
        let sql = format!(
            "UPDATE activities SET sport = $4, run_kind = $5, sport_said = 1, sport_decision = $6 \
             WHERE {WHICH} AND sport_said = 0"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.athlete_id).bind(self.sha256).bind(self.position);
        let query =
            query.bind(&said.sport).bind(&said.run_kind).bind(said.order.map(|order| order.saturating_add(before)));
        Ok(query.execute(&mut **transaction).await?.rows_affected())
    }

    async fn take_out(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        out: &TakenOut,
        before: i64,
    ) -> sqlx::Result<u64> {
        let sql = format!(
            "UPDATE activities SET removed_ms = $4, removal_decision = $5 \
             WHERE {WHICH} AND removed_ms IS NULL AND removal_decision IS NULL"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.athlete_id).bind(self.sha256).bind(self.position);
        let query = query.bind(out.at_ms).bind(out.order.map(|order| order.saturating_add(before)));
        Ok(query.execute(&mut **transaction).await?.rows_affected())
    }

    /// Sets a column that is either 0 or 1.
    async fn set(&self, transaction: &mut Transaction<'_, Sqlite>, column: &'static str) -> sqlx::Result<u64> {
        let sql = format!("UPDATE activities SET {column} = 1 WHERE {WHICH} AND {column} = 0");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.athlete_id).bind(self.sha256).bind(self.position);
        Ok(query.execute(&mut **transaction).await?.rows_affected())
    }
}

fn decided_from_row(row: &SqliteRow) -> anyhow::Result<Decided> {
    let (at_ms, order): (Option<i64>, Option<i64>) = (row.try_get("removed_ms")?, row.try_get("removal_decision")?);
    let is_said: bool = row.try_get("sport_said")?;
    let said = || -> anyhow::Result<SaidSport> {
        Ok(SaidSport {
            sport: row.try_get("sport")?,
            run_kind: row.try_get("run_kind")?,
            order: row.try_get("sport_decision")?,
        })
    };
    Ok(Decided {
        position: row.try_get("position")?,
        sport: is_said.then(said).transpose()?,
        taken_out: (at_ms.is_some() || order.is_some()).then_some(TakenOut { at_ms, order }),
        as_recorded: row.try_get("as_recorded")?,
        kept_apart: row.try_get("kept_apart")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Profile;

    /// How the rows of a table are taken along.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Taken {
        /// In a file that is written for them.
        In(&'static str),
        /// Not at all, and why.
        Not(&'static str),
    }

    /// Every table that names an athlete or an account, and how its rows are taken along. A table that is missing here fails a
    /// test.
    const TAKEN: &[(&str, Taken)] = &[
        ("athletes", Taken::In("profile.json")),
        ("uploads", Taken::In("decisions.json")),
        ("activities", Taken::In("activities.json")),
        ("diary_values", Taken::In("diary.json")),
        ("entries", Taken::In("entries.json")),
        ("imports", Taken::In("decisions.json")),
        ("import_files", Taken::Not("a report on how files came in; the files are there, and what is said of each")),
        ("import_archives", Taken::Not("archives that are still being opened; what is out of them is there")),
        ("import_details", Taken::In("decisions.json")),
        ("grants", Taken::In("sharing.json")),
        ("squad_staff", Taken::In("account.json")),
        ("guardians", Taken::In("account.json")),
        ("reads", Taken::In("who-looked.csv")),
        ("accounts", Taken::In("account.json")),
        ("sessions", Taken::In("account.json")),
        ("api_tokens", Taken::In("account.json")),
        ("recovery_codes", Taken::Not("secrets")),
        ("links", Taken::Not("secrets, which let their holder do something here")),
    ];

    async fn store(folder: &tempfile::TempDir) -> Store {
        Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap()
    }

    #[tokio::test]
    async fn every_table_that_names_somebody_says_how_it_is_taken_along() {
        let folder = tempfile::tempdir().unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
             AND (c.name IN ('athlete_id', 'account_id', 'guardian_id', 'reader_id') OR m.name IN ('athletes', 'accounts') \
             OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f.\"table\" IN ('athletes', 'accounts'))) \
             ORDER BY m.name",
        )
        .fetch_all(&store(&folder).await.read)
        .await
        .unwrap();
        let mut listed: Vec<&str> = Vec::new();
        for (table, taken) in TAKEN {
            listed.push(*table);
            let (Taken::In(words) | Taken::Not(words)) = taken;
            assert!(!words.is_empty(), "{table}");
        }
        listed.sort_unstable();
        assert_eq!(tables, listed, "a table of an athlete needs a line in TAKEN, so that it is not left behind");
    }

    #[tokio::test]
    async fn what_was_decided_here_stands_before_what_was_decided_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let athlete = store.add_athlete(Profile::named("Ada"), 0).await.unwrap();
        sqlx::query(
            "INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, notices) \
             VALUES ($1, 'u', 'x', 'run.fit', 1, 1, 'read', '[]')",
        )
        .bind(&athlete.id)
        .execute(&store.write)
        .await
        .unwrap();
        for position in 0..2 {
            sqlx::query(
                "INSERT INTO activities (athlete_id, id, upload_id, position, sport, start_ms, offset_source, local_date, \
                 summary, laps, records_key) VALUES ($1, $2, 'u', $2, 'cycling', 1, '', '2026-11-28', '{}', '[]', $2)",
            )
            .bind(&athlete.id)
            .bind(position)
            .execute(&store.write)
            .await
            .unwrap();
        }
        store.set_sport(&athlete.id, "0", "walking").await.unwrap();
        let said = Some(SaidSport { sport: "running".to_owned(), run_kind: None, order: Some(3) });
        let decided = |position| Decided {
            position,
            sport: said.clone(),
            taken_out: Some(TakenOut { at_ms: Some(7), order: Some(5) }),
            ..Decided::default()
        };
        let decisions = [decided(0), decided(1), decided(2)];
        assert_eq!(store.decide(&athlete.id, &[("x", &decisions)]).await.unwrap(), 3);
        assert_eq!(store.decide(&athlete.id, &[("x", &decisions)]).await.unwrap(), 0, "twice changes nothing");
        let here = store.decided(&athlete.id, "u").await.unwrap();
        assert_eq!(here[0].sport.as_ref().unwrap().sport, "walking");
        assert_eq!(here[1].sport.as_ref().unwrap().order, Some(4), "later than what is here");
        assert!(here.iter().all(|decided| decided.taken_out == Some(TakenOut { at_ms: Some(7), order: Some(5) })));
        assert_eq!(store.athletes_with_summaries_due().await.unwrap().len(), 1);
    }
}

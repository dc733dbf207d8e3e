//! Places of files in an import: which have their result, and what is said of them.

use std::collections::{HashMap, HashSet};

use sqlx::{Row as _, Sqlite, Transaction};

use super::Store;
use crate::words;

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

    /// Files from `first` on that have their result and gave no activity, by their place. Of one that is not read yet it is
    /// not known.
    pub(crate) async fn without_activity(
        &self,
        athlete_id: &str,
        import_id: &str,
        first: i64,
    ) -> anyhow::Result<HashMap<i64, Without>> {
        let rows = sqlx::query(
            "SELECT f.position, u.state IS 'received' AS is_unread FROM import_files f LEFT JOIN uploads u \
             ON u.athlete_id = f.athlete_id AND u.id = f.upload_id WHERE f.athlete_id = $1 AND f.import_id = $2 \
             AND f.position >= $3 AND f.result <> 'waiting' AND (is_unread OR NOT EXISTS (SELECT 1 FROM activities a \
             WHERE a.athlete_id = f.athlete_id AND a.upload_id = f.upload_id))",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(first)
        .fetch_all(&self.read)
        .await?;
        let known = |is_unread: bool| if is_unread { Without::Unread } else { Without::Activity };
        rows.iter().map(|row| Ok((row.try_get("position")?, known(row.try_get("is_unread")?)))).collect()
    }

    /// Says of files and of the rows that stand in for them what became of these, in one transaction. What is said
    /// already is not said again.
    pub(crate) async fn say_of_stand_ins(
        &self,
        athlete_id: &str,
        import_id: &str,
        stand_ins: &[InsteadOf],
    ) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for InsteadOf { place, file, instead } in stand_ins {
            let words = match instead {
                Instead::Nothing(words) => (*words).to_owned(),
                Instead::Row(row) => {
                    let place = Place { athlete_id, import_id, position: *row };
                    let words = place.became(&mut transaction).await?;
                    place
                        .say(&mut transaction, |messages| {
                            let instead = words::stands_in_for(file);
                            if !messages.contains(&instead) {
                                messages.insert(0, instead);
                            }
                        })
                        .await?;
                    words
                }
            };
            let place = Place { athlete_id, import_id, position: *place };
            place
                .say(&mut transaction, |messages| {
                    // The process may have ended before it was read.
                    messages.retain(|said| said != words::TABLE_WAITS);
                    if !messages.contains(&words) {
                        messages.push(words);
                    }
                })
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// What is known of a file that has no activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Without {
    /// It was read and gave none.
    Activity,
    /// The same bytes came in another import and are not read yet.
    Unread,
}

/// A file that gave no activity, and what stands in for it.
#[derive(Debug)]
pub(crate) struct InsteadOf {
    /// The file's place.
    pub(crate) place: i64,
    /// Its name.
    pub(crate) file: String,
    /// What stands in for it.
    pub(crate) instead: Instead,
}

/// What stands in for a file.
#[derive(Debug)]
pub(crate) enum Instead {
    /// What came at this place.
    Row(i64),
    /// Nothing, and why.
    Nothing(&'static str),
}

/// A place of an import.
struct Place<'a> {
    athlete_id: &'a str,
    import_id: &'a str,
    position: i64,
}

impl Place<'_> {
    /// What became of the row that came here, for the file that it stands in for.
    async fn became(&self, transaction: &mut Transaction<'_, Sqlite>) -> anyhow::Result<String> {
        let row = sqlx::query(
            "SELECT u.state, u.failure, EXISTS (SELECT 1 FROM activities a WHERE a.athlete_id = u.athlete_id \
             AND a.upload_id = u.id) AS is_taken FROM import_files f JOIN uploads u ON u.athlete_id = f.athlete_id \
             AND u.id = f.upload_id WHERE f.athlete_id = $1 AND f.import_id = $2 AND f.position = $3",
        )
        .bind(self.athlete_id)
        .bind(self.import_id)
        .bind(self.position)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(row) = row else { return Ok(words::table_not_taken(None)) };
        let (state, failure): (String, Option<String>) = (row.try_get("state")?, row.try_get("failure")?);
        Ok(match state.as_str() {
            "received" => words::TABLE_ON_ITS_WAY.to_owned(),
            _ if row.try_get("is_taken")? => words::TABLE_STANDS_IN.to_owned(),
            _ => words::table_not_taken(failure.as_deref()),
        })
    }

    /// Changes what is said of the file that came here.
    async fn say(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        change: impl FnOnce(&mut Vec<String>),
    ) -> anyhow::Result<()> {
        let row =
            sqlx::query("SELECT messages FROM import_files WHERE athlete_id = $1 AND import_id = $2 AND position = $3")
                .bind(self.athlete_id)
                .bind(self.import_id)
                .bind(self.position)
                .fetch_optional(&mut **transaction)
                .await?;
        let Some(row) = row else { return Ok(()) };
        let mut messages: Vec<String> = serde_json::from_str(row.try_get("messages")?)?;
        change(&mut messages);
        sqlx::query("UPDATE import_files SET messages = $4 WHERE athlete_id = $1 AND import_id = $2 AND position = $3")
            .bind(self.athlete_id)
            .bind(self.import_id)
            .bind(self.position)
            .bind(serde_json::to_string(&messages)?)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

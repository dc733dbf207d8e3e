//! What people write down about an athlete.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Store, new_id};
use crate::access::{Kind, Role};
use crate::entries::Body;

/// Something that was written down.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// UUIDv7.
    pub(crate) id: String,
    /// What.
    pub(crate) body: Body,
    /// Who wrote it.
    pub(crate) author: Author,
    /// Epoch milliseconds.
    pub(crate) created_ms: i64,
    /// When it was changed last, epoch milliseconds.
    pub(crate) changed_ms: i64,
    /// When it was taken out, epoch milliseconds; it can be brought back.
    pub(crate) removed_ms: Option<i64>,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Author {
    /// The account; `None` in the demo, and when it is gone.
    pub(crate) account_id: Option<String>,
    /// By name.
    pub(crate) name: String,
    /// As what.
    pub(crate) role: Role,
}

impl Store {
    /// What was written down about an athlete, taken out or not, the latest day first.
    pub(crate) async fn entries(&self, athlete_id: &str) -> anyhow::Result<Vec<Entry>> {
        let rows = sqlx::query("SELECT * FROM entries WHERE athlete_id = $1 ORDER BY date DESC, id DESC")
            .bind(athlete_id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(from_row).collect()
    }

    /// One entry, when it is data of `kind`.
    pub(crate) async fn entry(&self, athlete_id: &str, kind: Kind, id: &str) -> anyhow::Result<Option<Entry>> {
        let row = sqlx::query("SELECT * FROM entries WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        let entry = row.as_ref().map(from_row).transpose()?;
        Ok(entry.filter(|entry| entry.body.data() == kind))
    }

    /// Writes something down.
    pub(crate) async fn add_entry(
        &self,
        athlete_id: &str,
        body: &Body,
        author: &Author,
        now_ms: i64,
    ) -> anyhow::Result<Entry> {
        let (body, author) = (body.clone(), author.clone());
        let entry = Entry { id: new_id(), body, author, created_ms: now_ms, changed_ms: now_ms, removed_ms: None };
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        insert(&mut transaction, athlete_id, &entry).await?;
        transaction.commit().await?;
        Ok(entry)
    }

    /// Takes in entries that were written elsewhere, under the ids that they have; one that is here stays as it is here.
    /// Returns how many were new.
    pub(crate) async fn put_entries(&self, athlete_id: &str, entries: &[Entry]) -> anyhow::Result<u64> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut put = 0;
        for entry in entries {
            put += insert(&mut transaction, athlete_id, entry).await?;
        }
        transaction.commit().await?;
        Ok(put)
    }

    /// Changes what an entry says; whether there is one that was not taken out.
    pub(crate) async fn change_entry(
        &self,
        athlete_id: &str,
        id: &str,
        body: &Body,
        now_ms: i64,
    ) -> anyhow::Result<bool> {
        let changed = sqlx::query(
            "UPDATE entries SET date = $1, body = $2, changed_ms = $3 \
             WHERE athlete_id = $4 AND id = $5 AND kind = $6 AND removed_ms IS NULL",
        )
        .bind(body.date().to_string())
        .bind(serde_json::to_string(body)?)
        .bind(now_ms)
        .bind(athlete_id)
        .bind(id)
        .bind(body.kind())
        .execute(&self.write)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Takes an entry out (`now_ms` given), or brings it back; whether there is one.
    pub(crate) async fn remove_entry(&self, athlete_id: &str, id: &str, now_ms: Option<i64>) -> anyhow::Result<bool> {
        let changed = sqlx::query("UPDATE entries SET removed_ms = $1 WHERE athlete_id = $2 AND id = $3")
            .bind(now_ms)
            .bind(athlete_id)
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(changed.rows_affected() == 1)
    }
}

/// Puts an entry in, unless one of its id is there; returns how many were put in.
async fn insert(transaction: &mut Transaction<'_, Sqlite>, athlete_id: &str, entry: &Entry) -> anyhow::Result<u64> {
    let put = sqlx::query(
        "INSERT INTO entries (athlete_id, id, kind, date, body, author_id, author_name, author_role, created_ms, \
         changed_ms, removed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
    )
    .bind(athlete_id)
    .bind(&entry.id)
    .bind(entry.body.kind())
    .bind(entry.body.date().to_string())
    .bind(serde_json::to_string(&entry.body)?)
    .bind(&entry.author.account_id)
    .bind(&entry.author.name)
    .bind(entry.author.role.as_str())
    .bind(entry.created_ms)
    .bind(entry.changed_ms)
    .bind(entry.removed_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(put.rows_affected())
}

fn from_row(row: &SqliteRow) -> anyhow::Result<Entry> {
    let (id, body, role): (String, String, String) =
        (row.try_get("id")?, row.try_get("body")?, row.try_get("author_role")?);
    let body = serde_json::from_str(&body).with_context(|| format!("the entry {id} cannot be read"))?;
    let author = Author {
        account_id: row.try_get("author_id")?,
        name: row.try_get("author_name")?,
        role: Role::named(&role).with_context(|| format!("the entry {id} was written by a “{role}”"))?,
    };
    Ok(Entry {
        id,
        body,
        author,
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
        removed_ms: row.try_get("removed_ms")?,
    })
}

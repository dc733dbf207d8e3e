//! What people write down about an athlete.

use anyhow::Context as _;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, Sqlite, Transaction};

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
    /// As what who took it out did that.
    pub(crate) removed_role: Option<Role>,
    /// Whether it came along with an import: who wrote it is what a file says.
    pub(crate) imported: bool,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Author {
    /// The account; `None` in the demo, when it is gone, and of what came along from elsewhere.
    pub(crate) account_id: Option<String>,
    /// By name.
    pub(crate) name: String,
    /// As what.
    pub(crate) role: Role,
}

/// Entries of an athlete that came with no import, or with one that is not undone.
const PRESENT: &str = "SELECT e.* FROM entries e LEFT JOIN imports i ON i.athlete_id = e.athlete_id AND i.id = e.import_id \
    WHERE e.athlete_id = $1 AND (i.state IS NULL OR i.state <> 'undone')";

impl Store {
    /// What was written down about an athlete, taken out or not, the latest day first.
    pub(crate) async fn entries(&self, athlete_id: &str) -> anyhow::Result<Vec<Entry>> {
        let rows = sqlx::query(AssertSqlSafe(format!("{PRESENT} ORDER BY e.date DESC, e.id DESC")))
            .bind(athlete_id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(from_row).collect()
    }

    /// One entry, when it is data of `kind`.
    pub(crate) async fn entry(&self, athlete_id: &str, kind: Kind, id: &str) -> anyhow::Result<Option<Entry>> {
        let row = sqlx::query(AssertSqlSafe(format!("{PRESENT} AND e.id = $2")))
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
        let entry = Entry {
            id: new_id(),
            body,
            author,
            created_ms: now_ms,
            changed_ms: now_ms,
            removed_ms: None,
            removed_role: None,
            imported: false,
        };
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        insert(&mut transaction, athlete_id, &entry, None).await?;
        transaction.commit().await?;
        Ok(entry)
    }

    /// How many entries an athlete has, taken out or not.
    pub(crate) async fn count_entries(&self, athlete_id: &str) -> anyhow::Result<usize> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM entries WHERE athlete_id = $1")
            .bind(athlete_id)
            .fetch_one(&self.read)
            .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Takes in entries that an import brings along, under the ids that they have; one that is here stays as it is here,
    /// unless it came with an import that was undone. Returns how many were new.
    pub(crate) async fn put_entries(
        &self,
        athlete_id: &str,
        import_id: &str,
        entries: &[Entry],
    ) -> anyhow::Result<u64> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut put = 0;
        for entry in entries {
            put += insert(&mut transaction, athlete_id, entry, Some(import_id)).await?;
        }
        transaction.commit().await?;
        Ok(put)
    }

    /// Changes what an entry says; whether it is as it was at `seen_ms`, and was not taken out.
    pub(crate) async fn change_entry(
        &self,
        athlete_id: &str,
        id: &str,
        body: &Body,
        seen_ms: i64,
        now_ms: i64,
    ) -> anyhow::Result<bool> {
        let changed = sqlx::query(
            "UPDATE entries SET date = $1, body = $2, changed_ms = $3 \
             WHERE athlete_id = $4 AND id = $5 AND kind = $6 AND removed_ms IS NULL AND changed_ms = $7",
        )
        .bind(body.date().to_string())
        .bind(serde_json::to_string(body)?)
        .bind(now_ms)
        .bind(athlete_id)
        .bind(id)
        .bind(body.kind())
        .bind(seen_ms)
        .execute(&self.write)
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// Takes an entry out (when and as what is given), or brings it back; whether there is one.
    pub(crate) async fn remove_entry(
        &self,
        athlete_id: &str,
        id: &str,
        removed: Option<(i64, Role)>,
    ) -> anyhow::Result<bool> {
        let changed =
            sqlx::query("UPDATE entries SET removed_ms = $1, removed_role = $2 WHERE athlete_id = $3 AND id = $4")
                .bind(removed.map(|(at_ms, _)| at_ms))
                .bind(removed.map(|(_, role)| role.as_str()))
                .bind(athlete_id)
                .bind(id)
                .execute(&self.write)
                .await?;
        Ok(changed.rows_affected() == 1)
    }
}

/// Puts an entry in, unless one of its id is there; returns how many were put in.
async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    entry: &Entry,
    import_id: Option<&str>,
) -> anyhow::Result<u64> {
    let put = sqlx::query(
        "INSERT INTO entries (athlete_id, id, kind, date, body, author_id, author_name, author_role, created_ms, \
         changed_ms, removed_ms, removed_role, import_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (athlete_id, id) DO UPDATE SET import_id = excluded.import_id WHERE EXISTS (SELECT 1 FROM imports i \
         WHERE i.athlete_id = entries.athlete_id AND i.id = entries.import_id AND i.state = 'undone')",
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
    .bind(entry.removed_role.map(Role::as_str))
    .bind(import_id)
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
        removed_role: row.try_get::<Option<String>, _>("removed_role")?.as_deref().and_then(Role::named),
        imported: row.try_get::<Option<String>, _>("import_id")?.is_some(),
    })
}

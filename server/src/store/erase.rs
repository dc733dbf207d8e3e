//! Erasing an athlete with their account: every row in one transaction, with a note of the files that go next, so that
//! whatever ends the process in between, what was begun is finished.

use sqlx::{AssertSqlSafe, Row as _, Sqlite, Transaction};

use super::accounts::AccountError;
use super::{Store, grants, new_id};

/// Whose data are erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Whose {
    /// The athlete; `None` for an account without a log of training.
    pub(crate) athlete_id: Option<String>,
    /// The account; `None` for an athlete that is nobody's.
    pub(crate) account_id: Option<String>,
}

/// What a column names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Athlete,
    Account,
}

/// What becomes of a row whose column names who is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It goes.
    Goes,
    /// It is somebody else's and stays, with nothing in place of the id.
    Forgets,
    /// The same, where the column must hold a text.
    Empties,
}

use Names::{Account, Athlete};
use Then::{Empties, Forgets, Goes};

/// Every column that names an athlete or an account, in the order in which rows go. A table that is missing here fails a
/// test.
const COLUMNS: &[(&str, &str, Names, Then)] = &[
    ("import_details", "athlete_id", Athlete, Goes),
    ("diary_values", "athlete_id", Athlete, Goes),
    ("entries", "athlete_id", Athlete, Goes),
    ("activities", "athlete_id", Athlete, Goes),
    ("import_files", "athlete_id", Athlete, Goes),
    ("import_archives", "athlete_id", Athlete, Goes),
    ("uploads", "athlete_id", Athlete, Goes),
    ("imports", "athlete_id", Athlete, Goes),
    ("grants", "athlete_id", Athlete, Goes),
    ("reads", "athlete_id", Athlete, Goes),
    ("links", "athlete_id", Athlete, Goes),
    ("athletes", "id", Athlete, Goes),
    ("athletes", "account_id", Account, Goes),
    ("sessions", "account_id", Account, Goes),
    ("recovery_codes", "account_id", Account, Goes),
    ("api_tokens", "account_id", Account, Goes),
    ("links", "account_id", Account, Goes),
    ("links", "made_by", Account, Goes),
    ("guardians", "account_id", Account, Goes),
    ("guardians", "guardian_id", Account, Goes),
    ("squad_staff", "account_id", Account, Goes),
    // What others let this person see.
    ("grants", "account_id", Account, Goes),
    // What a guardian gave is the child's.
    ("grants", "given_by", Account, Empties),
    // What a physio wrote is the patient's, with the name.
    ("entries", "author_id", Account, Forgets),
    // The log of who looked is theirs who were looked at, with the name.
    ("reads", "reader_id", Account, Empties),
    ("accounts", "id", Account, Goes),
];

/// What an erasure is going to remove, and what it means for others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extent {
    /// Files, and their bytes.
    pub(crate) files: i64,
    /// Their bytes.
    pub(crate) file_bytes: i64,
    /// Activities, also those that were taken out or undone.
    pub(crate) activities: i64,
    /// Values of single days.
    pub(crate) diary_values: i64,
    /// What was written down.
    pub(crate) entries: i64,
    /// Grants to others.
    pub(crate) grants: i64,
    /// Lines of the log of who looked.
    pub(crate) reads: i64,
    /// Lines of other people's logs that keep the name.
    pub(crate) own_looks: i64,
    /// How many squads have this person on their staff, and somebody else as a coach.
    pub(crate) other_squads: i64,
    /// Names of squads that have no other coach: they end.
    pub(crate) ending_squads: Vec<String>,
    /// Names of people under 16 for whom nobody else answers.
    pub(crate) wards: Vec<String>,
    /// Whether nobody else would keep the installation while others have accounts.
    pub(crate) is_last_keeper: bool,
}

/// A file that an erasure removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErasedFile {
    /// Bytes of an upload, by their SHA-256, and everything that was made of them.
    Raw(String),
    /// An archive that waited to be opened, by its file name.
    Incoming(String),
}

/// The next files of an erasure. While this is held nobody else writes, so that nobody else gets hold of the same bytes
/// between the look for them and their removal.
#[derive(Debug)]
pub(crate) struct NextFiles {
    transaction: Transaction<'static, Sqlite>,
    erasure_id: String,
    /// To be removed; others of the same bytes were left out.
    pub(crate) files: Vec<ErasedFile>,
}

/// Files that are removed while nobody else writes.
const FILES_AT_ONCE: i64 = 100;

/// The setting that says that files may lie there that are nobody's.
const LEFTOVERS: &str = "leftover_files";

impl Store {
    /// What erasing somebody removes.
    pub(crate) async fn extent(&self, whose: &Whose) -> anyhow::Result<Extent> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM uploads WHERE athlete_id = $1) AS files, \
             (SELECT COALESCE(SUM(size_bytes), 0) FROM uploads WHERE athlete_id = $1) AS file_bytes, \
             (SELECT COUNT(*) FROM activities WHERE athlete_id = $1) AS activities, \
             (SELECT COUNT(*) FROM diary_values WHERE athlete_id = $1) AS diary_values, \
             (SELECT COUNT(*) FROM entries WHERE athlete_id = $1) AS entries, \
             (SELECT COUNT(*) FROM grants WHERE athlete_id = $1 AND revoked_ms IS NULL) AS grants, \
             (SELECT COUNT(*) FROM reads WHERE athlete_id = $1) AS reads, \
             (SELECT COUNT(*) FROM reads WHERE reader_id = $2) AS own_looks, \
             (SELECT COUNT(*) FROM squad_staff m WHERE m.account_id = $2 AND EXISTS (SELECT 1 FROM squad_staff o \
             WHERE o.squad_id = m.squad_id AND o.account_id <> $2 AND o.role = 'coach')) AS other_squads",
        )
        .bind(&whose.athlete_id)
        .bind(&whose.account_id)
        .fetch_one(&self.read)
        .await?;
        let mut transaction = self.read.begin().await?;
        let ending = ending_squads(&mut transaction, whose).await?;
        let wards = sqlx::query_scalar(
            "SELECT a.name FROM guardians g JOIN accounts a ON a.id = g.account_id WHERE g.guardian_id = $1 AND NOT EXISTS \
             (SELECT 1 FROM guardians o JOIN accounts k ON k.id = o.guardian_id WHERE o.account_id = g.account_id \
             AND o.guardian_id <> $1 AND k.closed_ms IS NULL) ORDER BY a.name",
        )
        .bind(&whose.account_id)
        .fetch_all(&mut *transaction)
        .await?;
        let is_last_keeper = is_last_keeper(&mut transaction, whose).await?;
        transaction.commit().await?;
        Ok(Extent {
            files: row.try_get("files")?,
            file_bytes: row.try_get("file_bytes")?,
            activities: row.try_get("activities")?,
            diary_values: row.try_get("diary_values")?,
            entries: row.try_get("entries")?,
            grants: row.try_get("grants")?,
            reads: row.try_get("reads")?,
            own_looks: row.try_get("own_looks")?,
            other_squads: row.try_get("other_squads")?,
            ending_squads: ending.into_iter().map(|(_, name)| name).collect(),
            wards,
            is_last_keeper,
        })
    }

    /// Removes every row of somebody, and notes the files that go next ([`Store::next_erased_files`]); `tries` are what
    /// tries at the account are counted by. Squads without another coach end. Returns the erasure's id.
    ///
    /// # Errors
    /// When nobody else keeps the installation and others have accounts.
    pub(crate) async fn begin_erasure(
        &self,
        whose: &Whose,
        tries: &[String],
        now_ms: i64,
    ) -> Result<String, AccountError> {
        let id = new_id();
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if is_last_keeper(&mut transaction, whose).await? {
            return Err(AccountError::Invalid(
                "nobody else keeps this installation, and others have accounts here: make somebody else a keeper first, \
                 on the page of the keeper"
                    .to_owned(),
            ));
        }
        sqlx::query("INSERT INTO erasures (id, noted_ms) VALUES ($1, $2)")
            .bind(&id)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO erasure_files (erasure_id, kind, name) SELECT $2, 'raw', sha256 FROM uploads WHERE athlete_id = $1 \
             UNION SELECT $2, 'incoming', file FROM import_archives WHERE athlete_id = $1",
        )
        .bind(&whose.athlete_id)
        .bind(&id)
        .execute(&mut *transaction)
        .await?;
        for (squad_id, _) in ending_squads(&mut transaction, whose).await? {
            grants::end_squad(&mut transaction, &squad_id, now_ms).await?;
            sqlx::query("DELETE FROM squads WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM grants WHERE squad_id = $1)")
                .bind(&squad_id)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(account_id) = &whose.account_id {
            sqlx::query(
                "DELETE FROM links WHERE json_extract(terms, '$.email') = (SELECT email FROM accounts WHERE id = $1)",
            )
            .bind(account_id)
            .execute(&mut *transaction)
            .await?;
        }
        for (table, column, names, then) in COLUMNS {
            let of = match names {
                Athlete => &whose.athlete_id,
                Account => &whose.account_id,
            };
            let Some(of) = of else { continue };
            let sql = match then {
                Goes => format!("DELETE FROM {table} WHERE {column} = $1"),
                Forgets => format!("UPDATE {table} SET {column} = NULL WHERE {column} = $1"),
                Empties => format!("UPDATE {table} SET {column} = '' WHERE {column} = $1"),
            };
            sqlx::query(AssertSqlSafe(sql)).bind(of).execute(&mut *transaction).await?;
        }
        for what in tries {
            sqlx::query("DELETE FROM attempts WHERE what = $1").bind(what).execute(&mut *transaction).await?;
        }
        set(&mut transaction, LEFTOVERS, "1").await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Erasures that are not finished, the first first.
    pub(crate) async fn erasures(&self) -> anyhow::Result<Vec<String>> {
        Ok(sqlx::query_scalar("SELECT id FROM erasures ORDER BY id").fetch_all(&self.read).await?)
    }

    /// The next files that an erasure removes; `None` when there are no more. [`NextFiles::are_gone`] notes that they are.
    pub(crate) async fn next_erased_files(&self, erasure_id: &str) -> anyhow::Result<Option<NextFiles>> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(
            "SELECT kind, name, EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = name) AS is_others FROM erasure_files \
             WHERE erasure_id = $1 ORDER BY kind, name LIMIT $2",
        )
        .bind(erasure_id)
        .bind(FILES_AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
        if rows.is_empty() {
            transaction.rollback().await?;
            return Ok(None);
        }
        let mut files = Vec::new();
        for row in &rows {
            let (kind, name): (String, String) = (row.try_get("kind")?, row.try_get("name")?);
            match kind.as_str() {
                "raw" if row.try_get("is_others")? => {}
                "raw" => files.push(ErasedFile::Raw(name)),
                _ => files.push(ErasedFile::Incoming(name)),
            }
        }
        Ok(Some(NextFiles { transaction, erasure_id: erasure_id.to_owned(), files }))
    }

    /// Whether bytes are no upload's. While the answer is held nobody else writes.
    pub(crate) async fn nobodys(&self, sha256: &str) -> anyhow::Result<Option<Transaction<'static, Sqlite>>> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let is_somebodys: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM uploads WHERE sha256 = $1)")
            .bind(sha256)
            .fetch_one(&mut *transaction)
            .await?;
        Ok(if is_somebodys { None } else { Some(transaction) })
    }

    /// Writes the database anew, so that nothing of what was removed is left in its file or its log, and forgets the
    /// erasure.
    pub(crate) async fn end_erasure(&self, erasure_id: &str) -> anyhow::Result<()> {
        sqlx::query("VACUUM").execute(&self.write).await?;
        self.empty_log().await?;
        sqlx::query("DELETE FROM erasures WHERE id = $1").bind(erasure_id).execute(&self.write).await?;
        self.empty_log().await
    }

    /// Moves what stands in SQLite's log into the database, and empties it.
    async fn empty_log(&self) -> anyhow::Result<()> {
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.write).await?;
        let is_busy: i64 = row.try_get(0)?;
        anyhow::ensure!(is_busy == 0, "the log of the database could not be emptied: somebody else is reading from it");
        Ok(())
    }

    /// Whether files may lie there that are nobody's: what was on its way while its owner was erased.
    pub(crate) async fn may_have_leftovers(&self) -> anyhow::Result<bool> {
        Ok(self.setting(LEFTOVERS).await?.as_deref() == Some("1"))
    }

    /// Notes that there are no such files.
    pub(crate) async fn no_leftovers(&self) -> anyhow::Result<()> {
        self.set_setting(LEFTOVERS, "0").await
    }

    /// Which of these SHA-256 are those of an upload.
    pub(crate) async fn owned(&self, sha256: &[String]) -> anyhow::Result<Vec<String>> {
        let sql = "SELECT DISTINCT sha256 FROM uploads WHERE sha256 IN (SELECT value FROM json_each($1))";
        Ok(sqlx::query_scalar(sql).bind(serde_json::to_string(sha256)?).fetch_all(&self.read).await?)
    }
}

impl NextFiles {
    /// Notes that the files are removed.
    pub(crate) async fn are_gone(mut self) -> anyhow::Result<()> {
        sqlx::query(
            "DELETE FROM erasure_files WHERE (erasure_id, kind, name) IN (SELECT erasure_id, kind, name FROM erasure_files \
             WHERE erasure_id = $1 ORDER BY kind, name LIMIT $2)",
        )
        .bind(&self.erasure_id)
        .bind(FILES_AT_ONCE)
        .execute(&mut *self.transaction)
        .await?;
        self.transaction.commit().await?;
        Ok(())
    }
}

/// Squads whose only coach is erased: id and name.
async fn ending_squads(
    transaction: &mut Transaction<'_, Sqlite>,
    whose: &Whose,
) -> anyhow::Result<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT s.id, s.name FROM squads s JOIN squad_staff m ON m.squad_id = s.id WHERE m.account_id = $1 \
         AND m.role = 'coach' AND NOT EXISTS (SELECT 1 FROM squad_staff o WHERE o.squad_id = s.id AND o.role = 'coach' \
         AND o.account_id <> $1) ORDER BY s.name, s.id",
    )
    .bind(&whose.account_id)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
}

/// Whether nobody else would keep the installation, while others have accounts.
async fn is_last_keeper(transaction: &mut Transaction<'_, Sqlite>, whose: &Whose) -> anyhow::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND keeper = 1) \
        AND NOT EXISTS (SELECT 1 FROM accounts WHERE id <> $1 AND keeper = 1 AND closed_ms IS NULL) \
        AND EXISTS (SELECT 1 FROM accounts WHERE id <> $1)";
    Ok(sqlx::query_scalar(sql).bind(&whose.account_id).fetch_one(&mut **transaction).await?)
}

async fn set(transaction: &mut Transaction<'_, Sqlite>, name: &str, value: &str) -> anyhow::Result<()> {
    sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
        .bind(name)
        .bind(value)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Columns that name something else than an athlete or an account.
    const OTHERS: [&str; 4] = ["upload_id", "import_id", "squad_id", "erasure_id"];

    /// Columns of the schema that name an athlete or an account, or may.
    async fn naming(store: &Store) -> BTreeSet<(String, String)> {
        let rows = sqlx::query(
            "SELECT m.name AS of, c.name AS col, EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f \
             WHERE f.\"from\" = c.name AND f.\"table\" IN ('athletes', 'accounts')) AS refers \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        )
        .fetch_all(&store.read)
        .await
        .unwrap();
        let mut naming = BTreeSet::new();
        for row in &rows {
            let (table, column): (String, String) = (row.get("of"), row.get("col"));
            let may = (column.ends_with("_id") && !OTHERS.contains(&column.as_str())) || column.ends_with("_by");
            let is_own = column == "id" && ["athletes", "accounts"].contains(&table.as_str());
            if may || is_own || row.get("refers") {
                naming.insert((table, column));
            }
        }
        naming
    }

    #[tokio::test]
    async fn a_column_that_may_be_null_is_null_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap();
        for (table, column, _, then) in COLUMNS.iter().filter(|line| line.3 != Goes) {
            let must_hold: bool = sqlx::query_scalar("SELECT \"notnull\" FROM pragma_table_info($1) WHERE name = $2")
                .bind(table)
                .bind(column)
                .fetch_one(&store.read)
                .await
                .unwrap();
            assert_eq!(must_hold, *then == Empties, "{table}.{column}");
        }
    }

    #[tokio::test]
    async fn what_an_author_who_is_gone_wrote_names_no_account_and_no_mailed_link_keeps_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap();
        for sql in [
            "INSERT INTO accounts (id, email, name, password_hash, created_ms) VALUES ('p', 'pia@example.org', 'Pia', '', 1)",
            "INSERT INTO athletes (id, name, zone, created_ms) VALUES ('a', 'Ada', 'UTC', 1)",
            "INSERT INTO entries (athlete_id, id, kind, date, body, author_id, author_name, author_role, created_ms, changed_ms) \
             VALUES ('a', 'e', 'note', '2026-11-20', '{}', 'p', 'Pia', 'physio', 1, 1)",
            "INSERT INTO links (secret_hash, id, purpose, terms, made_ms, expires_ms) \
             VALUES ('h', 'l', 'sign_up', '{\"email\":\"pia@example.org\"}', 1, 2), ('i', 'm', 'sign_up', '{}', 1, 2)",
        ] {
            sqlx::query(sql).execute(&store.write).await.unwrap();
        }
        let whose = Whose { athlete_id: None, account_id: Some("p".to_owned()) };
        store.begin_erasure(&whose, &[], 3).await.unwrap();
        let author: Option<String> =
            sqlx::query_scalar("SELECT author_id FROM entries").fetch_one(&store.read).await.unwrap();
        assert_eq!(author, None);
        let links: Vec<String> = sqlx::query_scalar("SELECT id FROM links").fetch_all(&store.read).await.unwrap();
        assert_eq!(links, ["m"]);
    }

    #[tokio::test]
    async fn every_column_that_names_somebody_has_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap();
        let listed: BTreeSet<(String, String)> =
            COLUMNS.iter().map(|(table, column, ..)| ((*table).to_owned(), (*column).to_owned())).collect();
        assert_eq!(
            naming(&store).await,
            listed,
            "a table that names an athlete or an account needs a line in COLUMNS, so that erasing somebody reaches it"
        );
    }
}

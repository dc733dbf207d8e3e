//! Imports: what was taken in together, with a result for every file, and undone together.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Store, new_id};

/// Who brought the files of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The upload page.
    Page,
    /// The API, by a person who is signed in; in the demo, by anybody.
    Api,
    /// A program with a token of the athlete's: it brings files, and nothing that a person decided or wrote down.
    Token,
    /// `plimsoll import`.
    CommandLine,
    /// The invented squad.
    Demo,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportState {
    /// Files are still coming.
    Running,
    /// Every file has its result.
    Finished,
    /// It was taken back as a whole.
    Undone,
}

/// What became of one file of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileResult {
    /// Acknowledged, not read yet.
    Waiting,
    /// Its activities or diary values are new.
    New,
    /// The same bytes were there before.
    Duplicate,
    /// All its activities were there before, in other bytes.
    SameActivity,
    /// Recognised, and it holds no activity.
    SetAside,
    /// Nothing could be read.
    Failed,
}

/// How many files of an import had which result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// See [`FileResult::Waiting`].
    pub(crate) waiting: u64,
    /// See [`FileResult::New`].
    pub(crate) new: u64,
    /// See [`FileResult::Duplicate`].
    pub(crate) duplicate: u64,
    /// See [`FileResult::SameActivity`].
    pub(crate) same_activity: u64,
    /// See [`FileResult::SetAside`].
    pub(crate) set_aside: u64,
    /// See [`FileResult::Failed`].
    pub(crate) failed: u64,
}

/// An import.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// UUIDv7.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) athlete_id: String,
    /// Who brought the files.
    pub(crate) source: Source,
    /// What was imported, for a person.
    pub(crate) label: String,
    /// How far it is.
    pub(crate) state: ImportState,
    /// When it began, epoch milliseconds.
    pub(crate) started_ms: i64,
    /// The last sign of life while it ran, epoch milliseconds.
    pub(crate) touched_ms: i64,
    /// When the last file had its result, epoch milliseconds.
    pub(crate) finished_ms: Option<i64>,
    /// When it was undone, epoch milliseconds.
    pub(crate) undone_ms: Option<i64>,
    /// Its files by result.
    pub(crate) counts: Counts,
}

/// One file of an import.
#[derive(Debug, Clone)]
pub(crate) struct ImportFile {
    /// Place in the import, from 0; not every place is taken.
    pub(crate) position: i64,
    /// Name it came under. Text only.
    pub(crate) name: String,
    /// What became of it.
    pub(crate) result: FileResult,
    /// Why, or what was odd: phrases or sentences.
    pub(crate) messages: Vec<String>,
    /// The upload that holds its bytes; `None` when they were not kept.
    pub(crate) upload_id: Option<String>,
}

impl Source {
    const NAMES: [(Self, &str); 5] = [
        (Self::Page, "page"),
        (Self::Api, "api"),
        (Self::Token, "token"),
        (Self::CommandLine, "command_line"),
        (Self::Demo, "demo"),
    ];

    /// The source as it is stored and sent.
    pub(crate) fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(source, _)| *source == self).map_or("", |(_, name)| name)
    }
}

impl ImportState {
    const NAMES: [(Self, &str); 3] =
        [(Self::Running, "running"), (Self::Finished, "finished"), (Self::Undone, "undone")];

    /// The state as it is stored and sent.
    pub(crate) fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

impl FileResult {
    const NAMES: [(Self, &str); 6] = [
        (Self::Waiting, "waiting"),
        (Self::New, "new"),
        (Self::Duplicate, "duplicate"),
        (Self::SameActivity, "same_activity"),
        (Self::SetAside, "set_aside"),
        (Self::Failed, "failed"),
    ];

    /// The result as it is stored and sent.
    pub(crate) fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(result, _)| *result == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> anyhow::Result<Self> {
        named(&Self::NAMES, name)
    }
}

impl Counts {
    /// Counts one more file with `result`.
    pub(crate) fn add(&mut self, result: FileResult) {
        *self.of(result) += 1;
    }

    fn of(&mut self, result: FileResult) -> &mut u64 {
        match result {
            FileResult::Waiting => &mut self.waiting,
            FileResult::New => &mut self.new,
            FileResult::Duplicate => &mut self.duplicate,
            FileResult::SameActivity => &mut self.same_activity,
            FileResult::SetAside => &mut self.set_aside,
            FileResult::Failed => &mut self.failed,
        }
    }
}

fn named<T: Copy>(names: &[(T, &str)], name: &str) -> anyhow::Result<T> {
    names
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(value, _)| *value)
        .ok_or_else(|| anyhow::anyhow!("the store holds an unknown word “{name}”"))
}

impl Store {
    /// Begins an import; returns its id.
    pub(crate) async fn begin_import(
        &self,
        athlete_id: &str,
        source: Source,
        label: &str,
        now_ms: i64,
    ) -> anyhow::Result<String> {
        let id = new_id();
        sqlx::query(
            "INSERT INTO imports (athlete_id, id, source, label, state, started_ms, touched_ms) \
             VALUES ($1, $2, $3, $4, 'running', $5, $5)",
        )
        .bind(athlete_id)
        .bind(&id)
        .bind(source.as_str())
        .bind(label)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(id)
    }

    /// Notes that the process of an import is at it.
    pub(crate) async fn touch_import(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<()> {
        sqlx::query("UPDATE imports SET touched_ms = $3 WHERE athlete_id = $1 AND id = $2 AND state = 'running'")
            .bind(athlete_id)
            .bind(id)
            .bind(now_ms)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Notes that every file of an import came. Files may still wait to be read.
    pub(crate) async fn finish_import(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<()> {
        sqlx::query(
            "UPDATE imports SET state = 'finished', finished_ms = $3 \
             WHERE athlete_id = $1 AND id = $2 AND state = 'running'",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    /// An athlete's imports, newest first, at most `limit`; those that brought no file are left out. `before` is the id
    /// of the last one of the page before.
    pub(crate) async fn imports(
        &self,
        athlete_id: &str,
        before: Option<&str>,
        limit: i64,
    ) -> anyhow::Result<Vec<Import>> {
        let rows = sqlx::query(
            "SELECT * FROM imports i WHERE athlete_id = $1 AND ($3 IS NULL OR id < $3) AND (state = 'running' OR EXISTS (SELECT 1 FROM \
             import_files f WHERE f.athlete_id = i.athlete_id AND f.import_id = i.id)) ORDER BY id DESC LIMIT $2",
        )
        .bind(athlete_id)
        .bind(limit)
        .bind(before)
        .fetch_all(&self.read)
        .await?;
        let mut imports = Vec::with_capacity(rows.len());
        for row in &rows {
            imports.push(self.import_from_row(row).await?);
        }
        Ok(imports)
    }

    /// One import.
    pub(crate) async fn import(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<Import>> {
        let row = sqlx::query("SELECT * FROM imports WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        match row {
            Some(row) => Ok(Some(self.import_from_row(&row).await?)),
            None => Ok(None),
        }
    }

    /// One import, whoever's it is.
    pub(crate) async fn import_by_id(&self, id: &str) -> anyhow::Result<Option<Import>> {
        let row = sqlx::query("SELECT * FROM imports WHERE id = $1").bind(id).fetch_optional(&self.read).await?;
        match row {
            Some(row) => Ok(Some(self.import_from_row(&row).await?)),
            None => Ok(None),
        }
    }

    /// Files of an import from `first_position` on, in its order, at most `limit`; only those with `result` when given.
    pub(crate) async fn import_files(
        &self,
        athlete_id: &str,
        import_id: &str,
        result: Option<FileResult>,
        first_position: i64,
        limit: i64,
    ) -> anyhow::Result<Vec<ImportFile>> {
        let rows = sqlx::query(
            "SELECT * FROM import_files WHERE athlete_id = $1 AND import_id = $2 AND position >= $3 \
             AND ($4 IS NULL OR result = $4) ORDER BY position LIMIT $5",
        )
        .bind(athlete_id)
        .bind(import_id)
        .bind(first_position)
        .bind(result.map(FileResult::as_str))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                let (result, messages): (String, String) = (row.try_get("result")?, row.try_get("messages")?);
                Ok(ImportFile {
                    position: row.try_get("position")?,
                    name: row.try_get("name")?,
                    result: FileResult::from_name(&result)?,
                    messages: serde_json::from_str(&messages)?,
                    upload_id: row.try_get("upload_id")?,
                })
            })
            .collect()
    }

    /// Imports that were left running and gave no sign of life since `before_ms` (epoch milliseconds).
    pub(crate) async fn left_imports(&self, before_ms: i64) -> anyhow::Result<Vec<Import>> {
        let rows = sqlx::query("SELECT * FROM imports WHERE state = 'running' AND touched_ms <= $1 ORDER BY id")
            .bind(before_ms)
            .fetch_all(&self.read)
            .await?;
        let mut imports = Vec::with_capacity(rows.len());
        for row in &rows {
            imports.push(self.import_from_row(row).await?);
        }
        Ok(imports)
    }

    /// Takes over an import that [`Store::left_imports`] gave; false when another process was faster, or it ended.
    pub(crate) async fn take_over_import(
        &self,
        athlete_id: &str,
        id: &str,
        before_ms: i64,
        now_ms: i64,
    ) -> anyhow::Result<bool> {
        let taken = sqlx::query(
            "UPDATE imports SET touched_ms = $4 \
             WHERE athlete_id = $1 AND id = $2 AND state = 'running' AND touched_ms <= $3",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(before_ms)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// The place after the last file of an import.
    pub(crate) async fn next_position(&self, athlete_id: &str, import_id: &str) -> anyhow::Result<i64> {
        let mut transaction = self.write.begin().await?;
        let next = next_position(&mut transaction, athlete_id, import_id).await?;
        transaction.commit().await?;
        Ok(next)
    }

    async fn import_from_row(&self, row: &SqliteRow) -> anyhow::Result<Import> {
        let (source, state): (String, String) = (row.try_get("source")?, row.try_get("state")?);
        let (athlete_id, id): (String, String) = (row.try_get("athlete_id")?, row.try_get("id")?);
        let counted = sqlx::query(
            "SELECT result, COUNT(*) AS files FROM import_files WHERE athlete_id = $1 AND import_id = $2 GROUP BY result",
        )
        .bind(&athlete_id)
        .bind(&id)
        .fetch_all(&self.read)
        .await?;
        let mut counts = Counts::default();
        for row in &counted {
            let (result, files): (String, i64) = (row.try_get("result")?, row.try_get("files")?);
            *counts.of(FileResult::from_name(&result)?) = files.unsigned_abs();
        }
        Ok(Import {
            id,
            athlete_id,
            source: named(&Source::NAMES, &source)?,
            label: row.try_get("label")?,
            state: named(&ImportState::NAMES, &state)?,
            started_ms: row.try_get("started_ms")?,
            touched_ms: row.try_get("touched_ms")?,
            finished_ms: row.try_get("finished_ms")?,
            undone_ms: row.try_get("undone_ms")?,
            counts,
        })
    }
}

pub(super) async fn next_position(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    import_id: &str,
) -> anyhow::Result<i64> {
    let row = sqlx::query(
        "SELECT COALESCE(MAX(position) + 1, 0) AS next FROM import_files WHERE athlete_id = $1 AND import_id = $2",
    )
    .bind(athlete_id)
    .bind(import_id)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(row.try_get("next")?)
}

//! Rows: accounts, athletes, imports, uploads and activities in SQLite. Knows SQL, knows no HTTP.

mod accounts;
mod activities;
mod archives;
mod athletes;
mod diary;
mod entries;
mod erase;
mod export;
mod grants;
mod imports;
mod links;
mod places;
mod receive;
mod said;
mod same;
mod sessions;
mod undo;
mod uploads;

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub(crate) use accounts::{Account, AccountError, Log, NewAccount, is_under_age};
pub(crate) use activities::{ActivityRow, NewActivity};
pub(crate) use archives::WaitingArchive;
pub(crate) use athletes::{Athlete, AthleteError, Profile, clear_name, sex_from_name, sex_name};
pub(crate) use entries::{Author, Entry};
pub(crate) use erase::{ErasedFile, Extent, Whose};
pub(crate) use export::{Decided, Deciding, Exported, Undoing, UndoneImport};
pub(crate) use grants::{Grant, Grantee, NewGrant, NewRead, ReadRow, Squad, Staff};
pub(crate) use imports::{Counts, FileResult, Import, ImportFile, ImportState, Source};
pub(crate) use links::{Link, LinksOf, NewLink, Purpose, Terms};
pub(crate) use places::{Instead, InsteadOf, Without};
pub(crate) use receive::{Arrival, Arrived, Finished, Reading, Received};
pub(crate) use same::Likeness;
pub(crate) use sessions::{ApiToken, Device};
pub(crate) use undo::Undone;
pub(crate) use uploads::{IN_FLIGHT_MS, Upload, UploadState};

/// How long what wants to write waits for others that write, in this process and in others.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What brings the tables up to date.
static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The rows of one data folder.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    /// One connection: SQLite has one writer, and waiting here is fairer than waiting on its lock.
    write: SqlitePool,
    /// Read-only connections.
    read: SqlitePool,
}

impl Store {
    /// Opens the database file, creates it when missing, and brings its tables up to date.
    pub(crate) async fn open(file: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An upload is acknowledged when its row is committed, so a commit must reach the disk.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is removed is overwritten, not only forgotten.
            .pragma("secure_delete", "ON")
            .busy_timeout(LONGEST_WAIT);
        let opening = || format!("cannot open the database {}", file.display());
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(LONGEST_WAIT)
            .connect_with(options.clone())
            .await
            .with_context(opening)?;
        MIGRATOR
            .run(&write)
            .await
            .with_context(|| format!("cannot bring the tables of {} up to date", file.display()))?;
        let read = SqlitePoolOptions::new()
            .max_connections(8)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .with_context(opening)?;
        Ok(Self { write, read })
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> anyhow::Result<()> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }

    /// Ends all connections, writing the log back into the file.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Whether an error says that others were writing for longer than [`LONGEST_WAIT`]. Asking again later helps.
pub(crate) fn is_busy(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref()).any(|error| match error {
        sqlx::Error::PoolTimedOut => true,
        // SQLITE_BUSY is the low byte of its extended codes, too.
        sqlx::Error::Database(error) => {
            error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
        }
        _ => false,
    })
}

/// A new id: UUIDv7, ordered by time.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables as they were before accounts came, with an athlete and a file.
    async fn before_accounts(file: &Path) {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let before = MIGRATOR.iter().filter(|migration| migration.version < 6).cloned().collect();
        let before = sqlx::migrate::Migrator { migrations: before, ..sqlx::migrate::Migrator::DEFAULT };
        before.run(&pool).await.unwrap();
        for sql in [
            "INSERT INTO athletes (id, name, zone, max_hr_bpm, created_ms) VALUES ('a', 'Ada', 'UTC', 190, 1)",
            "INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, notices) \
             VALUES ('a', 'u', 'x', 'run.fit', 1, 1, 'read', '[]')",
        ] {
            sqlx::query(sql).execute(&pool).await.unwrap();
        }
        pool.close().await;
    }

    #[tokio::test]
    async fn what_was_there_before_accounts_stays_also_when_the_change_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plimsoll.sqlite");
        before_accounts(&file).await;
        // The second time as after a kill between the change and the note of it.
        for _ in 0..2 {
            let store = Store::open(&file).await.unwrap();
            let athletes = store.unclaimed_athletes().await.unwrap();
            assert_eq!(athletes.len(), 1);
            assert_eq!((athletes[0].id.as_str(), athletes[0].profile.physiology.max_hr_bpm), ("a", Some(190.0)));
            assert!(
                store.upload("a", "u").await.unwrap().is_some(),
                "what belongs to an athlete went with the old table"
            );
            let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&store.read).await.unwrap();
            assert!(broken.is_empty());
            sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 6").execute(&store.write).await.unwrap();
            store.close().await;
        }
    }
}

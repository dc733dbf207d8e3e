//! Sessions of browsers and tokens of programs. Only hashes of their secrets are stored.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::accounts::{Account, account_from_row};
use super::{Store, new_id};
use crate::access::Scope;

/// How long a session lasts without being used, days.
const SESSION_DAYS: i64 = 30;

/// How long half a session lasts, which still asks for the second factor, minutes.
const HALF_MINUTES: i64 = 10;

/// How old the note of a session's or a token's last use may grow before it is written again, minutes.
const SEEN_MINUTES: i64 = 5;

/// A session as its owner sees it in the list.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// UUIDv7; not the secret.
    pub(crate) id: String,
    /// What the browser calls itself.
    pub(crate) agent: String,
    /// From where it began.
    pub(crate) address: String,
    /// Epoch milliseconds.
    pub(crate) created_ms: i64,
    /// Last use, to within five minutes, epoch milliseconds.
    pub(crate) seen_ms: i64,
}

/// Who a session is of.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Whose session it is.
    pub(crate) account: Account,
    /// The session's id.
    pub(crate) session_id: String,
    /// Whether the second factor is still asked for.
    pub(crate) half: bool,
}

/// A token as its owner sees it in the list.
#[derive(Debug, Clone)]
pub(crate) struct ApiToken {
    /// UUIDv7; not the secret.
    pub(crate) id: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// What it lets a program do.
    pub(crate) scopes: Vec<Scope>,
    /// Epoch milliseconds.
    pub(crate) created_ms: i64,
    /// Epoch milliseconds.
    pub(crate) expires_ms: i64,
    /// Last use, to within five minutes, epoch milliseconds.
    pub(crate) used_ms: Option<i64>,
    /// When it was taken back, epoch milliseconds.
    pub(crate) revoked_ms: Option<i64>,
}

/// Where and with what somebody signs in.
#[derive(Debug, Clone)]
pub(crate) struct Device<'a> {
    /// What the browser calls itself.
    pub(crate) agent: &'a str,
    /// Its address.
    pub(crate) address: &'a str,
}

impl Store {
    /// Begins a session, `half` of one while the second factor is still asked for. What is over goes.
    pub(crate) async fn begin_session(
        &self,
        account_id: &str,
        secret_hash: &str,
        half: bool,
        device: Device<'_>,
        now_ms: i64,
    ) -> anyhow::Result<String> {
        let id = new_id();
        let lasts_ms = if half { HALF_MINUTES * 60_000 } else { SESSION_DAYS * 86_400_000 };
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM sessions WHERE expires_ms <= $1").bind(now_ms).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO sessions (account_id, id, secret_hash, half, agent, address, created_ms, seen_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        )
        .bind(account_id)
        .bind(&id)
        .bind(secret_hash)
        .bind(half)
        .bind(device.agent)
        .bind(device.address)
        .bind(now_ms)
        .bind(now_ms + lasts_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Whose session a secret belongs to, while it lasts; notes its use.
    pub(crate) async fn session(&self, secret_hash: &str, now_ms: i64) -> anyhow::Result<Option<Known>> {
        let row = sqlx::query(
            "SELECT a.*, s.id AS session_id, s.half, s.seen_ms, \
             (SELECT t.id FROM athletes t WHERE t.account_id = a.id) AS athlete_id, \
             EXISTS (SELECT 1 FROM guardians g JOIN accounts k ON k.id = g.guardian_id WHERE g.account_id = a.id \
             AND k.closed_ms IS NULL) AS has_guardian \
             FROM sessions s JOIN accounts a ON a.id = s.account_id \
             WHERE s.secret_hash = $1 AND s.expires_ms > $2 AND a.closed_ms IS NULL",
        )
        .bind(secret_hash)
        .bind(now_ms)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let known = Known {
            account: account_from_row(&row)?,
            session_id: row.try_get("session_id")?,
            half: row.try_get("half")?,
        };
        if !known.half && row.try_get::<i64, _>("seen_ms")? < now_ms - SEEN_MINUTES * 60_000 {
            sqlx::query("UPDATE sessions SET seen_ms = $2, expires_ms = $3 WHERE secret_hash = $1")
                .bind(secret_hash)
                .bind(now_ms)
                .bind(now_ms + SESSION_DAYS * 86_400_000)
                .execute(&self.write)
                .await?;
        }
        Ok(Some(known))
    }

    /// The sessions of an account that last, the one used last first.
    pub(crate) async fn sessions(&self, account_id: &str, now_ms: i64) -> anyhow::Result<Vec<Session>> {
        let rows = sqlx::query(
            "SELECT * FROM sessions WHERE account_id = $1 AND expires_ms > $2 AND half = 0 ORDER BY seen_ms DESC, id DESC",
        )
        .bind(account_id)
        .bind(now_ms)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(session_from_row).collect()
    }

    /// Ends a session; false when there is no such one.
    pub(crate) async fn end_session(&self, account_id: &str, id: &str) -> anyhow::Result<bool> {
        let done = sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id = $2")
            .bind(account_id)
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends all sessions of an account but one.
    pub(crate) async fn end_other_sessions(&self, account_id: &str, keep: &str) -> anyhow::Result<u64> {
        let done = sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id <> $2")
            .bind(account_id)
            .bind(keep)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected())
    }

    /// Keeps a token under the hash of its secret.
    pub(crate) async fn add_token(
        &self,
        account_id: &str,
        name: &str,
        secret_hash: &str,
        scopes: &[Scope],
        expires_ms: i64,
        now_ms: i64,
    ) -> anyhow::Result<ApiToken> {
        let id = new_id();
        let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
        sqlx::query(
            "INSERT INTO api_tokens (account_id, id, name, secret_hash, scopes, created_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(account_id)
        .bind(&id)
        .bind(name)
        .bind(secret_hash)
        .bind(serde_json::to_string(&names)?)
        .bind(now_ms)
        .bind(expires_ms)
        .execute(&self.write)
        .await?;
        Ok(ApiToken {
            id,
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            created_ms: now_ms,
            expires_ms,
            used_ms: None,
            revoked_ms: None,
        })
    }

    /// The tokens of an account, the newest first; those that were taken back or are over, too.
    pub(crate) async fn tokens(&self, account_id: &str) -> anyhow::Result<Vec<ApiToken>> {
        let sql = "SELECT * FROM api_tokens WHERE account_id = $1 ORDER BY id DESC";
        sqlx::query(sql).bind(account_id).fetch_all(&self.read).await?.iter().map(token_from_row).collect()
    }

    /// Takes a token back; false when there is no such one, or it was taken back already.
    pub(crate) async fn revoke_token(&self, account_id: &str, id: &str, now_ms: i64) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE api_tokens SET revoked_ms = $3 WHERE account_id = $1 AND id = $2 AND revoked_ms IS NULL",
        )
        .bind(account_id)
        .bind(id)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whose token a secret is, while it holds; notes its use.
    pub(crate) async fn token(&self, secret_hash: &str, now_ms: i64) -> anyhow::Result<Option<(Account, ApiToken)>> {
        let row =
            sqlx::query("SELECT * FROM api_tokens WHERE secret_hash = $1 AND expires_ms > $2 AND revoked_ms IS NULL")
                .bind(secret_hash)
                .bind(now_ms)
                .fetch_optional(&self.read)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let token = token_from_row(&row)?;
        let Some(account) = self.account(row.try_get("account_id")?).await? else { return Ok(None) };
        if account.closed_ms.is_some() {
            return Ok(None);
        }
        if token.used_ms.is_none_or(|used_ms| used_ms < now_ms - SEEN_MINUTES * 60_000) {
            sqlx::query("UPDATE api_tokens SET used_ms = $2 WHERE secret_hash = $1")
                .bind(secret_hash)
                .bind(now_ms)
                .execute(&self.write)
                .await?;
        }
        Ok(Some((account, token)))
    }
}

fn session_from_row(row: &SqliteRow) -> anyhow::Result<Session> {
    Ok(Session {
        id: row.try_get("id")?,
        agent: row.try_get("agent")?,
        address: row.try_get("address")?,
        created_ms: row.try_get("created_ms")?,
        seen_ms: row.try_get("seen_ms")?,
    })
}

fn token_from_row(row: &SqliteRow) -> anyhow::Result<ApiToken> {
    let scopes: Vec<String> = serde_json::from_str(row.try_get("scopes")?)?;
    Ok(ApiToken {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        scopes: scopes.iter().filter_map(|name| Scope::named(name)).collect(),
        created_ms: row.try_get("created_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        used_ms: row.try_get("used_ms")?,
        revoked_ms: row.try_get("revoked_ms")?,
    })
}

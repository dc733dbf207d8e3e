//! What athletes let others see, squads and their staff, guardians, and the log of who looked.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::accounts::{Account, AccountError, is_under_age};
use super::athletes::athlete_from_row;
use super::links::{Link, Purpose, consume};
use super::{Athlete, Store, new_id};
use crate::access::{Kind, Kinds, Role, Tie, Ties};

/// What an athlete lets somebody see.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// UUIDv7.
    pub(crate) id: String,
    /// Who may look: one person, or the staff of a squad.
    pub(crate) to: Grantee,
    /// The person's or the squad's name.
    pub(crate) to_name: String,
    /// As what: coach or physio.
    pub(crate) role: Role,
    /// At what.
    pub(crate) kinds: Kinds,
    /// The last day, on the athlete's calendar.
    pub(crate) until: Option<NaiveDate>,
    /// Who gave it, by name: the athlete or the guardian.
    pub(crate) given_by: String,
    /// Epoch milliseconds.
    pub(crate) given_ms: i64,
    /// When it began to hold, epoch milliseconds; `None` while a guardian has not agreed.
    pub(crate) confirmed_ms: Option<i64>,
    /// When it was taken back, epoch milliseconds.
    pub(crate) revoked_ms: Option<i64>,
}

impl Grant {
    /// Whether it holds on `today`, the athlete's.
    pub(crate) fn holds(&self, today: NaiveDate) -> bool {
        self.confirmed_ms.is_some() && self.revoked_ms.is_none() && self.until.is_none_or(|until| today <= until)
    }
}

/// Who may look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grantee {
    /// One person; the account's id.
    Account(String),
    /// The staff of a squad; its id.
    Squad(String),
}

/// A grant that is to be given.
#[derive(Debug, Clone)]
pub(crate) struct NewGrant {
    /// To whom.
    pub(crate) to: Grantee,
    /// As what.
    pub(crate) role: Role,
    /// Of what.
    pub(crate) kinds: Kinds,
    /// The last day.
    pub(crate) until: Option<NaiveDate>,
}

/// A squad.
#[derive(Debug, Clone)]
pub(crate) struct Squad {
    /// UUIDv7.
    pub(crate) id: String,
    /// Name.
    pub(crate) name: String,
}

/// Somebody of a squad's staff.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    /// Who.
    pub(crate) account_id: String,
    /// Their name.
    pub(crate) name: String,
    /// Coach or assistant.
    pub(crate) role: Role,
}

/// A read of health data by somebody else.
#[derive(Debug, Clone)]
pub(crate) struct ReadRow {
    /// UUIDv7.
    pub(crate) id: String,
    /// Who, by name.
    pub(crate) reader: String,
    /// As what.
    pub(crate) role: String,
    /// With which token; `None` in a browser.
    pub(crate) token: Option<String>,
    /// Which kind of data.
    pub(crate) kind: String,
    /// What else went into it.
    pub(crate) with: Vec<String>,
    /// What, as the address without ids.
    pub(crate) what: String,
    /// Epoch milliseconds.
    pub(crate) at_ms: i64,
}

/// A read that is to be logged.
#[derive(Debug, Clone)]
pub(crate) struct NewRead<'a> {
    /// Whose data.
    pub(crate) athlete_id: &'a str,
    /// Who reads.
    pub(crate) reader: &'a Account,
    /// As what.
    pub(crate) role: Role,
    /// With which token.
    pub(crate) token: Option<&'a str>,
    /// Which kind of data.
    pub(crate) kind: Kind,
    /// What else went into it.
    pub(crate) with: Kinds,
    /// What, as the address without ids; before it the method, when something was changed.
    pub(crate) what: &'a str,
}

/// Athletes with what somebody is to them, one row for each tie.
const TIES: &str = "SELECT t.*, b.born, EXISTS (SELECT 1 FROM guardians h JOIN accounts k ON k.id = h.guardian_id \
    WHERE h.account_id = b.id AND k.closed_ms IS NULL) AS has_guardian, \
    x.role AS tie_role, x.kinds AS tie_kinds, x.until AS tie_until, x.squad_id AS tie_squad_id FROM (\
    SELECT t.id AS athlete_id, 'athlete' AS role, '[]' AS kinds, NULL AS until, NULL AS squad_id FROM athletes t WHERE t.account_id = $1 \
    UNION ALL \
    SELECT t.id, 'guardian', '[]', NULL, NULL FROM guardians g JOIN athletes t ON t.account_id = g.account_id WHERE g.guardian_id = $1 \
    UNION ALL \
    SELECT g.athlete_id, g.role, g.kinds, g.until, NULL FROM grants g \
    WHERE g.account_id = $1 AND g.revoked_ms IS NULL AND g.confirmed_ms IS NOT NULL \
    UNION ALL \
    SELECT g.athlete_id, s.role, g.kinds, g.until, s.squad_id FROM squad_staff s JOIN grants g ON g.squad_id = s.squad_id \
    WHERE s.account_id = $1 AND g.revoked_ms IS NULL AND g.confirmed_ms IS NOT NULL\
    ) x JOIN athletes t ON t.id = x.athlete_id LEFT JOIN accounts b ON b.id = t.account_id ";

impl Store {
    /// An athlete, and everything that somebody is to them; `None` when there is no such athlete or nothing between the
    /// two.
    pub(crate) async fn tied_athlete(
        &self,
        account_id: &str,
        athlete_id: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Option<(Athlete, Ties)>> {
        let sql = sqlx::AssertSqlSafe(format!("{TIES} WHERE x.athlete_id = $2"));
        let rows = sqlx::query(sql).bind(account_id).bind(athlete_id).fetch_all(&self.read).await?;
        Ok(tied(&rows, now)?.pop())
    }

    /// Every athlete that somebody is something to, by name.
    pub(crate) async fn tied_athletes(
        &self,
        account_id: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Vec<(Athlete, Ties)>> {
        let sql = sqlx::AssertSqlSafe(format!("{TIES} ORDER BY t.name, t.id"));
        tied(&sqlx::query(sql).bind(account_id).fetch_all(&self.read).await?, now)
    }

    /// What an athlete lets others see, and let, the newest first.
    pub(crate) async fn grants(&self, athlete_id: &str) -> anyhow::Result<Vec<Grant>> {
        let rows = sqlx::query(
            "SELECT g.*, COALESCE(a.name, s.name) AS to_name, b.name AS given_by_name FROM grants g \
             LEFT JOIN accounts a ON a.id = g.account_id LEFT JOIN squads s ON s.id = g.squad_id \
             LEFT JOIN accounts b ON b.id = g.given_by WHERE g.athlete_id = $1 ORDER BY g.id DESC",
        )
        .bind(athlete_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(grant_from_row).collect()
    }

    /// Gives a grant. One that the same person or squad has in the same role is taken back: the new one takes its place.
    /// `confirmed` is whether it holds at once: only what the athlete or a guardian of now gives does. With a link, that is
    /// used up by it.
    pub(crate) async fn give(
        &self,
        athlete_id: &str,
        new: &NewGrant,
        given_by: &str,
        confirmed: bool,
        link: Option<(&str, Purpose)>,
        now_ms: i64,
    ) -> Result<String, AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some((secret_hash, purpose)) = link
            && consume(&mut transaction, secret_hash, purpose, now_ms).await?.is_none()
        {
            return Err(AccountError::LinkGone);
        }
        if confirmed && !may_give(&mut transaction, athlete_id, given_by).await? {
            return Err(AccountError::LinkGone);
        }
        let (account_id, squad_id) = match &new.to {
            Grantee::Account(id) => (Some(id), None),
            Grantee::Squad(id) => (None, Some(id)),
        };
        sqlx::query(
            "UPDATE grants SET revoked_ms = $5 WHERE athlete_id = $1 AND revoked_ms IS NULL AND role = $4 \
             AND (account_id = $2 OR squad_id = $3)",
        )
        .bind(athlete_id)
        .bind(account_id)
        .bind(squad_id)
        .bind(new.role.as_str())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO grants (athlete_id, id, account_id, squad_id, role, kinds, until, given_by, given_ms, \
             confirmed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(athlete_id)
        .bind(&id)
        .bind(account_id)
        .bind(squad_id)
        .bind(new.role.as_str())
        .bind(serde_json::to_string(&new.kinds.names()).map_err(anyhow::Error::from)?)
        .bind(new.until.map(|until| until.to_string()))
        .bind(given_by)
        .bind(now_ms)
        .bind(confirmed.then_some(now_ms))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// A guardian agrees to a grant.
    pub(crate) async fn confirm_grant(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE grants SET confirmed_ms = $3 \
             WHERE athlete_id = $1 AND id = $2 AND confirmed_ms IS NULL AND revoked_ms IS NULL",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a grant back, at once.
    pub(crate) async fn revoke_grant(&self, athlete_id: &str, id: &str, now_ms: i64) -> anyhow::Result<bool> {
        let done =
            sqlx::query("UPDATE grants SET revoked_ms = $3 WHERE athlete_id = $1 AND id = $2 AND revoked_ms IS NULL")
                .bind(athlete_id)
                .bind(id)
                .bind(now_ms)
                .execute(&self.write)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Makes somebody the guardian of the person that a link names, and uses it up.
    pub(crate) async fn become_guardian(
        &self,
        guardian_id: &str,
        secret_hash: &str,
        now_ms: i64,
    ) -> Result<(), AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let link = consume(&mut transaction, secret_hash, Purpose::Guardian, now_ms).await?;
        let child = link.and_then(|link| link.account_id).ok_or(AccountError::LinkGone)?;
        sqlx::query(
            "INSERT INTO guardians (account_id, guardian_id, given_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(child)
        .bind(guardian_id)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether somebody answers for an account now: as its guardian, with an account that is not closed.
    pub(crate) async fn is_guardian(&self, account_id: &str, guardian_id: &str) -> anyhow::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM guardians g JOIN accounts k ON k.id = g.guardian_id \
            WHERE g.account_id = $1 AND g.guardian_id = $2 AND k.closed_ms IS NULL)";
        Ok(sqlx::query_scalar(sql).bind(account_id).bind(guardian_id).fetch_one(&self.read).await?)
    }

    /// A guardian takes their agreement back: the account does nothing until somebody else answers for it, and the links
    /// that the guardian made for it lead nowhere any more.
    pub(crate) async fn end_guardianship(&self, account_id: &str, guardian_id: &str) -> anyhow::Result<bool> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query("DELETE FROM guardians WHERE account_id = $1 AND guardian_id = $2")
            .bind(account_id)
            .bind(guardian_id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM links WHERE made_by = $2 AND used_ms IS NULL \
             AND athlete_id IN (SELECT id FROM athletes WHERE account_id = $1)",
        )
        .bind(account_id)
        .bind(guardian_id)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Adds a squad, with who makes it as its coach.
    pub(crate) async fn add_squad(&self, name: &str, coach_id: &str, now_ms: i64) -> Result<Squad, AccountError> {
        let name = super::accounts::checked_name(name)?;
        let id = new_id();
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO squads (id, name, created_ms) VALUES ($1, $2, $3)")
            .bind(&id)
            .bind(&name)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        join_staff(&mut transaction, &id, coach_id, Role::Coach, now_ms).await?;
        transaction.commit().await?;
        Ok(Squad { id, name })
    }

    /// Squads that somebody is on the staff of, by name, with the role.
    pub(crate) async fn squads_of(&self, account_id: &str) -> anyhow::Result<Vec<(Squad, Role)>> {
        let rows = sqlx::query(
            "SELECT s.*, m.role FROM squads s JOIN squad_staff m ON m.squad_id = s.id WHERE m.account_id = $1 \
             ORDER BY s.name, s.id",
        )
        .bind(account_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok((squad_from_row(row)?, role_of(row)?))).collect()
    }

    /// A squad, and what somebody is in its staff; `None` when there is no such one, or they are nothing in it.
    pub(crate) async fn squad_of(&self, account_id: &str, squad_id: &str) -> anyhow::Result<Option<(Squad, Role)>> {
        Ok(self.squads_of(account_id).await?.into_iter().find(|(squad, _)| squad.id == squad_id))
    }

    /// A squad by id.
    pub(crate) async fn squad(&self, squad_id: &str) -> anyhow::Result<Option<Squad>> {
        let row = sqlx::query("SELECT * FROM squads WHERE id = $1").bind(squad_id).fetch_optional(&self.read).await?;
        row.as_ref().map(squad_from_row).transpose()
    }

    /// The staff of a squad by name.
    pub(crate) async fn staff(&self, squad_id: &str) -> anyhow::Result<Vec<Staff>> {
        let rows = sqlx::query(
            "SELECT m.account_id, m.role, a.name FROM squad_staff m JOIN accounts a ON a.id = m.account_id \
             WHERE m.squad_id = $1 ORDER BY a.name, a.id",
        )
        .bind(squad_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Staff { account_id: row.try_get("account_id")?, name: row.try_get("name")?, role: role_of(row)? })
            })
            .collect()
    }

    /// Takes an athlete out of a squad: the grant to it ends.
    pub(crate) async fn leave_squad(&self, squad_id: &str, athlete_id: &str, now_ms: i64) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE grants SET revoked_ms = $3 WHERE squad_id = $1 AND athlete_id = $2 AND revoked_ms IS NULL",
        )
        .bind(squad_id)
        .bind(athlete_id)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes somebody a coach or an assistant of the squad that a link names, and uses it up.
    pub(crate) async fn join_staff(
        &self,
        account_id: &str,
        secret_hash: &str,
        now_ms: i64,
    ) -> Result<Link, AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let link =
            consume(&mut transaction, secret_hash, Purpose::Staff, now_ms).await?.ok_or(AccountError::LinkGone)?;
        let squad_id = link.squad_id.as_deref().ok_or(AccountError::LinkGone)?;
        let role = Role::granted_named(&link.terms.role).ok_or(AccountError::LinkGone)?;
        join_staff(&mut transaction, squad_id, account_id, role, now_ms).await?;
        transaction.commit().await?;
        Ok(link)
    }

    /// Takes somebody off the staff of a squad; the links that they made for it lead nowhere any more. The last coach
    /// stays, so that somebody answers for it; false then.
    pub(crate) async fn leave_staff(&self, squad_id: &str, account_id: &str) -> anyhow::Result<bool> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query(
            "DELETE FROM squad_staff WHERE squad_id = $1 AND account_id = $2 AND (role <> 'coach' OR EXISTS (SELECT 1 \
             FROM squad_staff o WHERE o.squad_id = $1 AND o.account_id <> $2 AND o.role = 'coach'))",
        )
        .bind(squad_id)
        .bind(account_id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM links WHERE squad_id = $1 AND made_by = $2")
            .bind(squad_id)
            .bind(account_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Renames a squad.
    pub(crate) async fn rename_squad(&self, squad_id: &str, name: &str) -> Result<(), AccountError> {
        let name = super::accounts::checked_name(name)?;
        sqlx::query("UPDATE squads SET name = $2 WHERE id = $1").bind(squad_id).bind(name).execute(&self.write).await?;
        Ok(())
    }

    /// Ends a squad: every grant to it ends, and it is gone from all lists. The athletes' logs keep who read as its staff.
    pub(crate) async fn end_squad(&self, squad_id: &str, now_ms: i64) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        end_squad(&mut transaction, squad_id, now_ms).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Logs reads of health data by somebody else, before they are answered.
    pub(crate) async fn log_reads(&self, reads: &[NewRead<'_>], now_ms: i64) -> anyhow::Result<()> {
        if reads.is_empty() {
            return Ok(());
        }
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for read in reads {
            let kinds: Vec<&str> = std::iter::once(read.kind.as_str()).chain(read.with.names()).collect();
            sqlx::query(
                "INSERT INTO reads (athlete_id, id, reader_id, reader_name, role, token, kind, what, at_ms) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(read.athlete_id)
            .bind(new_id())
            .bind(&read.reader.id)
            .bind(&read.reader.name)
            .bind(read.role.as_str())
            .bind(read.token)
            .bind(kinds.join(" "))
            .bind(read.what)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Who looked at an athlete's data, the newest first, from before the row `before`.
    pub(crate) async fn reads(
        &self,
        athlete_id: &str,
        before: Option<&str>,
        most: i64,
    ) -> anyhow::Result<Vec<ReadRow>> {
        let rows = sqlx::query(
            "SELECT * FROM reads WHERE athlete_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(athlete_id)
        .bind(before)
        .bind(most)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(read_from_row).collect()
    }
}

/// Ends a squad; see [`Store::end_squad`].
pub(super) async fn end_squad(
    transaction: &mut Transaction<'_, Sqlite>,
    squad_id: &str,
    now_ms: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE grants SET revoked_ms = $2 WHERE squad_id = $1 AND revoked_ms IS NULL")
        .bind(squad_id)
        .bind(now_ms)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("DELETE FROM squad_staff WHERE squad_id = $1").bind(squad_id).execute(&mut **transaction).await?;
    sqlx::query("DELETE FROM links WHERE squad_id = $1").bind(squad_id).execute(&mut **transaction).await?;
    Ok(())
}

/// Whether somebody may let others see an athlete's data: whose they are, or who answers for them now.
async fn may_give(transaction: &mut Transaction<'_, Sqlite>, athlete_id: &str, given_by: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM athletes t WHERE t.id = $1 AND (t.account_id IS NULL OR t.account_id = $2 OR EXISTS \
         (SELECT 1 FROM guardians g JOIN accounts k ON k.id = g.guardian_id \
         WHERE g.account_id = t.account_id AND g.guardian_id = $2 AND k.closed_ms IS NULL)))",
    )
    .bind(athlete_id)
    .bind(given_by)
    .fetch_one(&mut **transaction)
    .await
}

async fn join_staff(
    transaction: &mut Transaction<'_, Sqlite>,
    squad_id: &str,
    account_id: &str,
    role: Role,
    now_ms: i64,
) -> sqlx::Result<()> {
    // Who is a coach does not become an assistant by a link.
    sqlx::query(
        "INSERT INTO squad_staff (squad_id, account_id, role, since_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (squad_id, account_id) DO UPDATE SET role = $3 WHERE squad_staff.role <> 'coach'",
    )
    .bind(squad_id)
    .bind(account_id)
    .bind(role.as_str())
    .bind(now_ms)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Athletes in the order of the rows, each with the ties that hold now.
fn tied(rows: &[SqliteRow], now: DateTime<Utc>) -> anyhow::Result<Vec<(Athlete, Ties)>> {
    let mut athletes: Vec<(Athlete, Ties)> = Vec::new();
    for row in rows {
        let athlete = athlete_from_row(row)?;
        let today = now.with_timezone(&athlete.profile.zone).date_naive();
        let (role, kinds): (String, String) = (row.try_get("tie_role")?, row.try_get("tie_kinds")?);
        let (born, until): (Option<String>, Option<String>) = (row.try_get("born")?, row.try_get("tie_until")?);
        let born: Option<NaiveDate> = born.map(|born| born.parse()).transpose()?;
        let is_under_age = born.is_some_and(|born| is_under_age(born, today));
        let role = match role.as_str() {
            "athlete" => Role::Athlete,
            "guardian" => Role::Guardian,
            name => {
                Role::granted_named(name).ok_or_else(|| anyhow::anyhow!("the store holds an unknown role “{name}”"))?
            }
        };
        // Nobody answers for who has come of age, and nobody looks at who is under age while nobody answers for them.
        let has_guardian: bool = row.try_get("has_guardian")?;
        if (role == Role::Guardian && !is_under_age) || (role.is_granted() && is_under_age && !has_guardian) {
            continue;
        }
        if let Some(until) = until
            && today > until.parse::<NaiveDate>()?
        {
            continue;
        }
        let tie = Tie { role, granted: kinds_from(&kinds)?, squad_id: row.try_get("tie_squad_id")? };
        match athletes.last_mut() {
            Some((last, ties)) if last.id == athlete.id => ties.0.push(tie),
            _ => athletes.push((athlete, Ties(vec![tie]))),
        }
    }
    Ok(athletes)
}

fn kinds_from(json: &str) -> anyhow::Result<Kinds> {
    let names: Vec<String> = serde_json::from_str(json)?;
    Kinds::named(names.iter().map(String::as_str))
        .map_err(|name| anyhow::anyhow!("the store grants an unknown “{name}”"))
}

fn role_of(row: &SqliteRow) -> anyhow::Result<Role> {
    let name: String = row.try_get("role")?;
    Role::granted_named(&name).ok_or_else(|| anyhow::anyhow!("the store holds an unknown role “{name}”"))
}

fn grant_from_row(row: &SqliteRow) -> anyhow::Result<Grant> {
    let (account_id, squad_id): (Option<String>, Option<String>) =
        (row.try_get("account_id")?, row.try_get("squad_id")?);
    let to = match (account_id, squad_id) {
        (Some(id), None) => Grantee::Account(id),
        (None, Some(id)) => Grantee::Squad(id),
        _ => anyhow::bail!("the store holds a grant to nobody"),
    };
    let until: Option<String> = row.try_get("until")?;
    let (to_name, given_by): (Option<String>, Option<String>) =
        (row.try_get("to_name")?, row.try_get("given_by_name")?);
    Ok(Grant {
        id: row.try_get("id")?,
        to,
        to_name: to_name.unwrap_or_else(|| "somebody who is gone".to_owned()),
        role: role_of(row)?,
        kinds: kinds_from(row.try_get("kinds")?)?,
        until: until.map(|until| until.parse()).transpose()?,
        given_by: given_by.unwrap_or_else(|| "somebody who is gone".to_owned()),
        given_ms: row.try_get("given_ms")?,
        confirmed_ms: row.try_get("confirmed_ms")?,
        revoked_ms: row.try_get("revoked_ms")?,
    })
}

fn squad_from_row(row: &SqliteRow) -> anyhow::Result<Squad> {
    Ok(Squad { id: row.try_get("id")?, name: row.try_get("name")? })
}

fn read_from_row(row: &SqliteRow) -> anyhow::Result<ReadRow> {
    // The kind, and behind it, after spaces, what else went into it.
    let kinds: String = row.try_get("kind")?;
    let mut kinds = kinds.split(' ').map(str::to_owned);
    Ok(ReadRow {
        id: row.try_get("id")?,
        reader: row.try_get("reader_name")?,
        role: row.try_get("role")?,
        token: row.try_get("token")?,
        kind: kinds.next().unwrap_or_default(),
        with: kinds.collect(),
        what: row.try_get("what")?,
        at_ms: row.try_get("at_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_guardian_of_now_lets_others_look_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("plimsoll.sqlite")).await.unwrap();
        for sql in [
            "INSERT INTO accounts (id, email, name, password_hash, created_ms) \
             VALUES ('y', 'y@example.org', 'Yuki', '', 1), ('g', 'g@example.org', 'Gil', '', 1), \
             ('c', 'c@example.org', 'Carl', '', 1)",
            "INSERT INTO athletes (id, account_id, name, zone, created_ms) VALUES ('a', 'y', 'Yuki', 'UTC', 1)",
            "INSERT INTO guardians (account_id, guardian_id, given_ms) VALUES ('y', 'g', 1)",
        ] {
            sqlx::query(sql).execute(&store.write).await.unwrap();
        }
        let new = NewGrant {
            to: Grantee::Account("c".to_owned()),
            role: Role::Coach,
            kinds: Kinds::named(["load"]).unwrap(),
            until: None,
        };
        let given = async |by: &str| store.give("a", &new, by, true, None, 2).await.is_ok();
        assert!(given("y").await && given("g").await);
        assert!(!given("c").await, "somebody who is nothing to the athlete");
        store.set_closed("g", true, 3).await.unwrap();
        assert!(!given("g").await && !store.is_guardian("y", "g").await.unwrap(), "the account is closed");
        store.set_closed("g", false, 4).await.unwrap();
        assert!(given("g").await);
        store.end_guardianship("y", "g").await.unwrap();
        assert!(!given("g").await, "the guardianship has ended");
    }
}

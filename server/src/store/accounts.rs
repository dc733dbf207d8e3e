//! Accounts: who signs in.

use chrono::{Months, NaiveDate};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};
use thiserror::Error;

use super::athletes::clear_name;
use super::links::{Purpose, consume, forget_mailed};
use super::{AthleteError, Profile, Store, new_id};

/// From this age on nobody else answers for a person here, years.
const OF_AGE_YEARS: u32 = 16;

/// Somebody who signs in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// UUIDv7.
    pub(crate) id: String,
    /// Address, in lower case; also the name to sign in with.
    pub(crate) email: String,
    /// What others see.
    pub(crate) name: String,
    /// Whether this person runs the installation.
    pub(crate) keeper: bool,
    /// Day of birth, of who said to be under 16.
    pub(crate) born: Option<NaiveDate>,
    /// Whether a guardian answers for this person, whose account is not closed.
    pub(crate) has_guardian: bool,
    /// Whether signing in asks for a second factor.
    pub(crate) has_second_factor: bool,
    /// The athlete whose data are this person's own.
    pub(crate) athlete_id: Option<String>,
    /// Epoch milliseconds.
    pub(crate) created_ms: i64,
    /// When the keeper closed it, epoch milliseconds: nobody signs in.
    pub(crate) closed_ms: Option<i64>,
}

impl Account {
    /// Whether a guardian answers for this person on `today`.
    pub(crate) fn is_under_age(&self, today: NaiveDate) -> bool {
        self.born.is_some_and(|born| is_under_age(born, today))
    }

    /// Whether the account can do nothing yet, for want of a guardian.
    pub(crate) fn waits_for_guardian(&self, today: NaiveDate) -> bool {
        self.is_under_age(today) && !self.has_guardian
    }
}

/// Whether somebody born on `born` is under 16 on `today`.
pub(crate) fn is_under_age(born: NaiveDate, today: NaiveDate) -> bool {
    born.checked_add_months(Months::new(12 * OF_AGE_YEARS)).is_none_or(|of_age| today < of_age)
}

/// What signing in is checked against.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// Whose.
    pub(crate) account: Account,
    /// PHC string.
    pub(crate) password_hash: String,
    /// The secret of the second factor, when it is on.
    pub(crate) totp_secret: Option<String>,
    /// Time step of the last code that was taken.
    pub(crate) totp_step: Option<i64>,
}

/// An account that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    /// Checked and in lower case.
    pub(crate) email: String,
    /// What others see.
    pub(crate) name: String,
    /// PHC string.
    pub(crate) password_hash: String,
    /// Day of birth, of who is under 16.
    pub(crate) born: Option<NaiveDate>,
    /// The training log that the person wants, or has here already.
    pub(crate) log: Log,
}

/// What log of training a new account has.
#[derive(Debug, Clone)]
pub(crate) enum Log {
    /// None; one can be begun later.
    None,
    /// A new one.
    New(Box<Profile>),
    /// One that is here and is nobody's.
    Claimed(String),
}

/// Why an account was not made or changed.
#[derive(Debug, Error)]
pub(crate) enum AccountError {
    /// Somebody has the address.
    #[error("there is an account with the address {0} already; sign in, or ask for a new password")]
    EmailTaken(String),
    /// The link was used or is too old.
    #[error("this link was used already or is too old; ask for a new one")]
    LinkGone,
    /// The athlete is somebody's by now.
    #[error("these data are somebody’s already")]
    Claimed,
    /// The values themselves.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<AthleteError> for AccountError {
    fn from(error: AthleteError) -> Self {
        match error {
            AthleteError::Store(error) => Self::Store(error),
            other => Self::Invalid(other.to_string()),
        }
    }
}

/// What every question for accounts selects.
const SELECT: &str = "SELECT a.*, (SELECT t.id FROM athletes t WHERE t.account_id = a.id) AS athlete_id, \
    EXISTS (SELECT 1 FROM guardians g JOIN accounts k ON k.id = g.guardian_id WHERE g.account_id = a.id \
    AND k.closed_ms IS NULL) AS has_guardian FROM accounts a ";

impl Store {
    /// Whether there is any account.
    pub(crate) async fn has_accounts(&self) -> anyhow::Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&self.read).await?)
    }

    /// All accounts by name.
    pub(crate) async fn accounts(&self) -> anyhow::Result<Vec<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY a.name, a.id"));
        sqlx::query(sql).fetch_all(&self.read).await?.iter().map(account_from_row).collect()
    }

    /// One account by id.
    pub(crate) async fn account(&self, id: &str) -> anyhow::Result<Option<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.id = $1"));
        sqlx::query(sql).bind(id).fetch_optional(&self.read).await?.as_ref().map(account_from_row).transpose()
    }

    /// What the person with this address signs in with.
    pub(crate) async fn credentials(&self, email: &str) -> anyhow::Result<Option<Credentials>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.email = $1"));
        sqlx::query(sql).bind(email).fetch_optional(&self.read).await?.as_ref().map(credentials_from_row).transpose()
    }

    /// What the person of an account signs in with.
    pub(crate) async fn credentials_of(&self, id: &str) -> anyhow::Result<Option<Credentials>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.id = $1"));
        sqlx::query(sql).bind(id).fetch_optional(&self.read).await?.as_ref().map(credentials_from_row).transpose()
    }

    /// Makes an account by a link, which is used up by it, or without one where everybody may sign up. The account that
    /// a link for setting up makes is the keeper's. Returns its id.
    pub(crate) async fn add_account(
        &self,
        new: NewAccount,
        link: Option<(&str, Purpose)>,
        now_ms: i64,
    ) -> Result<String, AccountError> {
        let name = checked_name(&new.name)?;
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some((secret_hash, purpose)) = link {
            let link = consume(&mut transaction, secret_hash, purpose, now_ms).await?.ok_or(AccountError::LinkGone)?;
            if let Some(email) = link.terms.email.filter(|email| *email != new.email) {
                return Err(AccountError::Invalid(format!(
                    "this link was sent to {email} and makes an account for no other address; say another one on the page \
                     on which you asked for it, or change the address later"
                )));
            }
        }
        let id = new_id();
        let done = sqlx::query(
            "INSERT INTO accounts (id, email, name, password_hash, keeper, born, created_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
        )
        .bind(&id)
        .bind(&new.email)
        .bind(&name)
        .bind(&new.password_hash)
        .bind(matches!(link, Some((_, Purpose::Setup))))
        .bind(new.born.map(|born| born.to_string()))
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(AccountError::EmailTaken(new.email));
        }
        forget_mailed(&mut transaction, &new.email).await?;
        match new.log {
            Log::None => {}
            Log::New(profile) => {
                super::athletes::insert(&mut transaction, *profile, Some(&id), now_ms).await.map(drop)?;
            }
            Log::Claimed(athlete_id) => claim(&mut transaction, &id, &athlete_id).await?,
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Makes an athlete that is nobody's the one of an account, by a link that is used up by it.
    pub(crate) async fn claim_athlete(
        &self,
        account_id: &str,
        athlete_id: &str,
        secret_hash: &str,
        now_ms: i64,
    ) -> Result<(), AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if consume(&mut transaction, secret_hash, Purpose::Claim, now_ms).await?.is_none() {
            return Err(AccountError::LinkGone);
        }
        claim(&mut transaction, account_id, athlete_id).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Begins the log of training of an account that has none. Returns the athlete's id.
    pub(crate) async fn begin_log(
        &self,
        account_id: &str,
        profile: Profile,
        now_ms: i64,
    ) -> Result<super::Athlete, AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let has_one: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM athletes WHERE account_id = $1)")
            .bind(account_id)
            .fetch_one(&mut *transaction)
            .await?;
        if has_one {
            return Err(AccountError::Invalid("you have a log of training here already".to_owned()));
        }
        let athlete = super::athletes::insert(&mut transaction, profile, Some(account_id), now_ms).await?;
        transaction.commit().await?;
        Ok(athlete)
    }

    /// Changes name and address.
    pub(crate) async fn set_account(&self, id: &str, name: &str, email: &str) -> Result<(), AccountError> {
        let done = sqlx::query("UPDATE accounts SET name = $2, email = $3 WHERE id = $1")
            .bind(id)
            .bind(checked_name(name)?)
            .bind(email)
            .execute(&self.write)
            .await;
        match done {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(AccountError::EmailTaken(email.to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sets a password, and ends every session of the account but `keep`, its tokens, and the links that it made: who
    /// knew the old one is out.
    pub(crate) async fn set_password(
        &self,
        id: &str,
        password_hash: &str,
        keep: Option<&str>,
        now_ms: i64,
    ) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        replace_password(&mut transaction, id, password_hash, keep, now_ms).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The same hash with stronger parameters; sessions go on.
    pub(crate) async fn rehash_password(&self, id: &str, old: &str, new: &str) -> anyhow::Result<()> {
        sqlx::query("UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind(id)
            .bind(old)
            .bind(new)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Sets a password by a link, which is used up by it, as [`Self::set_password`] does; with `drop_second_factor` that is off afterwards. Returns the
    /// account.
    pub(crate) async fn reset_password(
        &self,
        secret_hash: &str,
        password_hash: &str,
        now_ms: i64,
    ) -> Result<String, AccountError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let link =
            consume(&mut transaction, secret_hash, Purpose::Reset, now_ms).await?.ok_or(AccountError::LinkGone)?;
        let id = link.account_id.ok_or(AccountError::LinkGone)?;
        replace_password(&mut transaction, &id, password_hash, None, now_ms).await?;
        if link.terms.drop_second_factor {
            forget_second_factor(&mut transaction, &id).await?;
        }
        transaction.commit().await?;
        Ok(id)
    }

    /// Turns the second factor on, with the recovery codes' hashes.
    pub(crate) async fn set_second_factor(
        &self,
        id: &str,
        secret: &str,
        step: i64,
        recovery: &[String],
    ) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        forget_second_factor(&mut transaction, id).await?;
        sqlx::query("UPDATE accounts SET totp_secret = $2, totp_step = $3 WHERE id = $1")
            .bind(id)
            .bind(secret)
            .bind(step)
            .execute(&mut *transaction)
            .await?;
        for hash in recovery {
            sqlx::query("INSERT INTO recovery_codes (account_id, code_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(id)
                .bind(hash)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Turns the second factor off.
    pub(crate) async fn drop_second_factor(&self, id: &str) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        forget_second_factor(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that a code of a time step was taken; false when that step or a later one was taken already, perhaps by
    /// another process.
    pub(crate) async fn take_totp_step(&self, id: &str, step: i64) -> anyhow::Result<bool> {
        let done =
            sqlx::query("UPDATE accounts SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2)")
                .bind(id)
                .bind(step)
                .execute(&self.write)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Uses a recovery code up; false when there is no such one.
    pub(crate) async fn take_recovery_code(&self, id: &str, code_hash: &str, now_ms: i64) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE recovery_codes SET used_ms = $3 WHERE account_id = $1 AND code_hash = $2 AND used_ms IS NULL",
        )
        .bind(id)
        .bind(code_hash)
        .bind(now_ms)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// How many recovery codes are left.
    pub(crate) async fn recovery_codes_left(&self, id: &str) -> anyhow::Result<i64> {
        let sql = "SELECT COUNT(*) FROM recovery_codes WHERE account_id = $1 AND used_ms IS NULL";
        Ok(sqlx::query_scalar(sql).bind(id).fetch_one(&self.read).await?)
    }

    /// Closes an account, which ends its sessions and tokens for good, or opens it again. False when there is no such account or
    /// it is the last keeper's that is open.
    pub(crate) async fn set_closed(&self, id: &str, closed: bool, now_ms: i64) -> anyhow::Result<bool> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let done = if closed {
            sqlx::query(
                "UPDATE accounts SET closed_ms = $2 WHERE id = $1 AND closed_ms IS NULL AND (keeper = 0 OR EXISTS \
                 (SELECT 1 FROM accounts k WHERE k.keeper = 1 AND k.closed_ms IS NULL AND k.id <> $1))",
            )
            .bind(id)
            .bind(now_ms)
            .execute(&mut *transaction)
            .await?
        } else {
            sqlx::query("UPDATE accounts SET closed_ms = NULL WHERE id = $1")
                .bind(id)
                .execute(&mut *transaction)
                .await?
        };
        if closed && done.rows_affected() == 1 {
            revoke_tokens(&mut transaction, id, now_ms).await?;
            for sql in [
                "DELETE FROM sessions WHERE account_id = $1",
                // What they handed on lets nobody in any more.
                "DELETE FROM links WHERE made_by = $1 OR account_id = $1",
            ] {
                sqlx::query(sql).bind(id).execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Makes somebody a keeper.
    pub(crate) async fn make_keeper(&self, id: &str) -> anyhow::Result<()> {
        sqlx::query("UPDATE accounts SET keeper = 1 WHERE id = $1").bind(id).execute(&self.write).await?;
        Ok(())
    }

    /// The value of a setting of the installation.
    pub(crate) async fn setting(&self, name: &str) -> anyhow::Result<Option<String>> {
        let sql = "SELECT value FROM settings WHERE name = $1";
        Ok(sqlx::query_scalar(sql).bind(name).fetch_optional(&self.read).await?)
    }

    /// Sets a setting of the installation.
    pub(crate) async fn set_setting(&self, name: &str, value: &str) -> anyhow::Result<()> {
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
            .bind(name)
            .bind(value)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Counts one more try at `what` in the window of time that `now_ms` lies in; returns how many there were in it.
    pub(crate) async fn count_attempt(&self, what: &str, window_ms: i64, now_ms: i64) -> anyhow::Result<i64> {
        let window = now_ms - now_ms.rem_euclid(window_ms);
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM attempts WHERE window_ms < $1")
            .bind(window - window_ms)
            .execute(&mut *transaction)
            .await?;
        let count = sqlx::query_scalar(
            "INSERT INTO attempts (what, window_ms, count) VALUES ($1, $2, 1) \
             ON CONFLICT (what, window_ms) DO UPDATE SET count = count + 1 RETURNING count",
        )
        .bind(what)
        .bind(window)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// Takes one try at `what`, which was counted at `then_ms`, back out of the count.
    pub(crate) async fn forgive_attempt(&self, what: &str, window_ms: i64, then_ms: i64) -> anyhow::Result<()> {
        sqlx::query("UPDATE attempts SET count = count - 1 WHERE what = $1 AND window_ms = $2 AND count > 0")
            .bind(what)
            .bind(then_ms - then_ms.rem_euclid(window_ms))
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Forgets the tries at `what`: one was right.
    pub(crate) async fn forget_attempts(&self, what: &str) -> anyhow::Result<()> {
        sqlx::query("DELETE FROM attempts WHERE what = $1").bind(what).execute(&self.write).await?;
        Ok(())
    }
}

async fn replace_password(
    transaction: &mut Transaction<'_, Sqlite>,
    id: &str,
    password_hash: &str,
    keep: Option<&str>,
    now_ms: i64,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(password_hash)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE account_id = $1 AND id <> $2")
        .bind(id)
        .bind(keep.unwrap_or_default())
        .execute(&mut **transaction)
        .await?;
    revoke_tokens(transaction, id, now_ms).await?;
    // What was handed on lets nobody in any more, and other links for a new password lead nowhere.
    sqlx::query(
        "DELETE FROM links WHERE used_ms IS NULL AND (made_by = $1 OR (account_id = $1 AND purpose = 'reset'))",
    )
    .bind(id)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn revoke_tokens(transaction: &mut Transaction<'_, Sqlite>, id: &str, now_ms: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE api_tokens SET revoked_ms = $2 WHERE account_id = $1 AND revoked_ms IS NULL")
        .bind(id)
        .bind(now_ms)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn forget_second_factor(transaction: &mut Transaction<'_, Sqlite>, id: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE accounts SET totp_secret = NULL, totp_step = NULL WHERE id = $1")
        .bind(id)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("DELETE FROM recovery_codes WHERE account_id = $1").bind(id).execute(&mut **transaction).await?;
    Ok(())
}

async fn claim(
    transaction: &mut Transaction<'_, Sqlite>,
    account_id: &str,
    athlete_id: &str,
) -> Result<(), AccountError> {
    let done = sqlx::query(
        "UPDATE athletes SET account_id = $2 WHERE id = $1 AND account_id IS NULL \
         AND NOT EXISTS (SELECT 1 FROM athletes o WHERE o.account_id = $2)",
    )
    .bind(athlete_id)
    .bind(account_id)
    .execute(&mut **transaction)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(AccountError::Claimed) }
}

/// A name as others see it; see [`super::athletes::clear_name`].
pub(crate) fn checked_name(name: &str) -> Result<String, AccountError> {
    clear_name(name).map_err(|reason| AccountError::Invalid(reason.to_owned()))
}

pub(super) fn account_from_row(row: &SqliteRow) -> anyhow::Result<Account> {
    let born: Option<String> = row.try_get("born")?;
    let totp_secret: Option<String> = row.try_get("totp_secret")?;
    Ok(Account {
        id: row.try_get("id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        keeper: row.try_get("keeper")?,
        born: born.map(|born| born.parse()).transpose()?,
        has_guardian: row.try_get("has_guardian")?,
        has_second_factor: totp_secret.is_some(),
        athlete_id: row.try_get("athlete_id")?,
        created_ms: row.try_get("created_ms")?,
        closed_ms: row.try_get("closed_ms")?,
    })
}

fn credentials_from_row(row: &SqliteRow) -> anyhow::Result<Credentials> {
    Ok(Credentials {
        account: account_from_row(row)?,
        password_hash: row.try_get("password_hash")?,
        totp_secret: row.try_get("totp_secret")?,
        totp_step: row.try_get("totp_step")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_turns_sixteen_today_is_of_age() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(is_under_age(day("2010-11-29"), day("2026-11-28")));
        assert!(!is_under_age(day("2010-11-28"), day("2026-11-28")));
        // Born on a leap day: the birthday of a common year is the day before the first of March.
        assert!(is_under_age(day("2012-02-29"), day("2028-02-28")));
        assert!(!is_under_age(day("2012-02-29"), day("2028-02-29")));
    }
}

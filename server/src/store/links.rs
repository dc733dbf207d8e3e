//! Links that are handed on: what each lets its holder do, once and until when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Store, new_id};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Makes the first account, the keeper's.
    Setup,
    /// Makes an account.
    SignUp,
    /// Sets a new password.
    Reset,
    /// Makes an athlete that is nobody's the holder's own.
    Claim,
    /// Lets the holder answer for somebody under 16.
    Guardian,
    /// Asks an athlete into a squad, or to let a coach or physio see something.
    Ask,
    /// Makes the holder a coach or an assistant of a squad.
    Staff,
    /// Offers the holder to see something of an athlete, as coach or physio.
    Offer,
}

/// What comes with a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Terms {
    /// What the holder, or who made the link, will be: coach, assistant, physio.
    pub(crate) role: String,
    /// Names of the kinds of data.
    pub(crate) kinds: Vec<String>,
    /// Last day of the grant.
    pub(crate) until: Option<NaiveDate>,
    /// The second factor goes with the password.
    pub(crate) drop_second_factor: bool,
    /// The only address that an account is made for: the link was mailed to it.
    pub(crate) email: Option<String>,
}

/// A link.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// UUIDv7; not the secret.
    pub(crate) id: String,
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// Whose password is set, or who is under 16.
    pub(crate) account_id: Option<String>,
    /// Which athlete is claimed, or offers.
    pub(crate) athlete_id: Option<String>,
    /// Of which squad.
    pub(crate) squad_id: Option<String>,
    /// What comes with it.
    pub(crate) terms: Terms,
    /// Who made it; `None`: whoever runs the program on its machine.
    pub(crate) made_by: Option<String>,
    /// Epoch milliseconds.
    pub(crate) expires_ms: i64,
}

/// A link that is to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewLink<'a> {
    /// Whose password is set, or who is under 16.
    pub(crate) account_id: Option<&'a str>,
    /// Which athlete is claimed, or offers.
    pub(crate) athlete_id: Option<&'a str>,
    /// Of which squad.
    pub(crate) squad_id: Option<&'a str>,
    /// What comes with it.
    pub(crate) terms: Terms,
    /// Who makes it.
    pub(crate) made_by: Option<&'a str>,
}

impl Purpose {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Setup, "setup"),
        (Self::SignUp, "sign_up"),
        (Self::Reset, "reset"),
        (Self::Claim, "claim"),
        (Self::Guardian, "guardian"),
        (Self::Ask, "ask"),
        (Self::Staff, "staff"),
        (Self::Offer, "offer"),
    ];

    /// Name in the store.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(purpose, _)| *purpose == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> anyhow::Result<Self> {
        let found = Self::ALL.into_iter().find(|(_, of)| *of == name).map(|(purpose, _)| purpose);
        found.ok_or_else(|| anyhow::anyhow!("the store holds a link for an unknown purpose “{name}”"))
    }

    /// How long a link for it can be used, hours.
    pub(crate) fn hours(self) -> i64 {
        match self {
            Self::Reset => 24,
            Self::Setup => 24 * 365,
            _ => 24 * 14,
        }
    }
}

impl Store {
    /// Keeps a link under the hash of its secret. A new link for setting up takes the place of those before.
    pub(crate) async fn add_link(
        &self,
        secret_hash: &str,
        purpose: Purpose,
        new: NewLink<'_>,
        now_ms: i64,
    ) -> anyhow::Result<String> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        // Nothing is to be learned from links that lead nowhere any more.
        sqlx::query(
            "DELETE FROM links WHERE expires_ms < $1 OR ($2 = 'setup' AND purpose = 'setup') \
             OR (expires_ms < $3 AND json_extract(terms, '$.email') IS NOT NULL)",
        )
        .bind(now_ms - 30 * 86_400_000)
        .bind(purpose.as_str())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        let id = new_id();
        sqlx::query(
            "INSERT INTO links (secret_hash, id, purpose, account_id, athlete_id, squad_id, terms, made_by, made_ms, \
             expires_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(secret_hash)
        .bind(&id)
        .bind(purpose.as_str())
        .bind(new.account_id)
        .bind(new.athlete_id)
        .bind(new.squad_id)
        .bind(serde_json::to_string(&new.terms)?)
        .bind(new.made_by)
        .bind(now_ms)
        .bind(now_ms + purpose.hours() * 3_600_000)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// The link of a secret, if it can still be used.
    pub(crate) async fn link(&self, secret_hash: &str, now_ms: i64) -> anyhow::Result<Option<Link>> {
        let row = sqlx::query("SELECT * FROM links WHERE secret_hash = $1 AND used_ms IS NULL AND expires_ms > $2")
            .bind(secret_hash)
            .bind(now_ms)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(link_from_row).transpose()
    }

    /// Links that somebody made, or that concern an athlete or a squad, and can still be used; newest first.
    pub(crate) async fn open_links(
        &self,
        of: LinksOf<'_>,
        purposes: &[Purpose],
        now_ms: i64,
    ) -> anyhow::Result<Vec<Link>> {
        let (column, id) = match of {
            LinksOf::Maker(id) => ("made_by", id),
            LinksOf::Athlete(id) => ("athlete_id", id),
            LinksOf::Squad(id) => ("squad_id", id),
            LinksOf::Account(id) => ("account_id", id),
        };
        let sql =
            format!("SELECT * FROM links WHERE {column} = $1 AND used_ms IS NULL AND expires_ms > $2 ORDER BY id DESC");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(now_ms).fetch_all(&self.read).await?;
        let links = rows.iter().map(link_from_row).collect::<anyhow::Result<Vec<Link>>>()?;
        Ok(links.into_iter().filter(|link| purposes.contains(&link.purpose)).collect())
    }

    /// Takes a link back by its id.
    pub(crate) async fn drop_link(&self, id: &str, of: LinksOf<'_>) -> anyhow::Result<bool> {
        let (column, owner) = match of {
            LinksOf::Maker(id) => ("made_by", id),
            LinksOf::Athlete(id) => ("athlete_id", id),
            LinksOf::Squad(id) => ("squad_id", id),
            LinksOf::Account(id) => ("account_id", id),
        };
        let sql = format!("DELETE FROM links WHERE id = $1 AND {column} = $2");
        Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(owner).execute(&self.write).await?.rows_affected() == 1)
    }
}

/// Whose links.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LinksOf<'a> {
    /// Made by this account.
    Maker(&'a str),
    /// About this athlete.
    Athlete(&'a str),
    /// About this squad.
    Squad(&'a str),
    /// About this account.
    Account(&'a str),
}

/// Forgets the links that were mailed to an address: it has an account now.
pub(super) async fn forget_mailed(transaction: &mut Transaction<'_, Sqlite>, email: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM links WHERE json_extract(terms, '$.email') = $1")
        .bind(email)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Uses a link up; `None` when it was used, is too old, or is for something else.
pub(super) async fn consume(
    transaction: &mut Transaction<'_, Sqlite>,
    secret_hash: &str,
    purpose: Purpose,
    now_ms: i64,
) -> anyhow::Result<Option<Link>> {
    let row = sqlx::query(
        "UPDATE links SET used_ms = $3 WHERE secret_hash = $1 AND purpose = $2 AND used_ms IS NULL AND expires_ms > $3 \
         RETURNING *",
    )
    .bind(secret_hash)
    .bind(purpose.as_str())
    .bind(now_ms)
    .fetch_optional(&mut **transaction)
    .await?;
    row.as_ref().map(link_from_row).transpose()
}

fn link_from_row(row: &SqliteRow) -> anyhow::Result<Link> {
    let (purpose, terms): (String, String) = (row.try_get("purpose")?, row.try_get("terms")?);
    Ok(Link {
        id: row.try_get("id")?,
        purpose: Purpose::named(&purpose)?,
        account_id: row.try_get("account_id")?,
        athlete_id: row.try_get("athlete_id")?,
        squad_id: row.try_get("squad_id")?,
        terms: serde_json::from_str(&terms)?,
        made_by: row.try_get("made_by")?,
        expires_ms: row.try_get("expires_ms")?,
    })
}

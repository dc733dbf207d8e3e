//! The same activity in different bytes: the richest copy is kept, the others point to it.
//!
//! A group is one activity to its athlete. Taking it out takes out every copy; a copy that comes later joins the group
//! as it is. What a person separated stands alone and is never linked again, unless the person asks for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use plimsoll_ingest::same::{Candidate, Outline, Richness, clusters};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::activities::{ActivityRow, activity_from_row};
use super::{Store, Upload};
use crate::words;

/// Copies of one activity are dated this many days apart at most, and so are those that could be copies of these.
const DAYS_AROUND: Days = Days::new(3);

/// What an activity is recognised by, as it stands in the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Likeness {
    /// Sport, start, durations, distance as read from the file.
    pub(crate) outline: Outline,
    /// How much the file says.
    pub(crate) richness: Richness,
}

/// An activity among those that are compared.
struct Compared {
    id: String,
    date: NaiveDate,
    same_as: Option<String>,
    sport: String,
    run_kind: Option<String>,
    removed_ms: Option<i64>,
    candidate: Candidate,
}

impl Store {
    /// The copies that are left out in favour of an activity, the earliest stored first.
    pub(crate) async fn copies_of(&self, athlete_id: &str, id: &str) -> anyhow::Result<Vec<ActivityRow>> {
        let rows = sqlx::query("SELECT * FROM present_activities WHERE athlete_id = $1 AND same_as = $2 ORDER BY id")
            .bind(athlete_id)
            .bind(id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// Says that an activity is no copy of any other: it stands alone from now on. False when there is none.
    pub(crate) async fn separate(&self, athlete_id: &str, id: &str) -> anyhow::Result<bool> {
        self.set_kept_apart(athlete_id, id, true).await
    }

    /// Takes back [`Store::separate`]: the activity is linked with its copies again. False when there is none.
    pub(crate) async fn unite(&self, athlete_id: &str, id: &str) -> anyhow::Result<bool> {
        self.set_kept_apart(athlete_id, id, false).await
    }

    /// Finds out anew which activities of an athlete are the same as others.
    pub(crate) async fn relink_all(&self, athlete_id: &str) -> anyhow::Result<()> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query("SELECT DISTINCT local_date FROM activities WHERE athlete_id = $1")
            .bind(athlete_id)
            .fetch_all(&mut *transaction)
            .await?;
        let dates: anyhow::Result<BTreeSet<NaiveDate>> =
            rows.iter().map(|row| Ok(row.try_get::<String, _>("local_date")?.parse()?)).collect();
        relink(&mut transaction, athlete_id, &dates?).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn set_kept_apart(&self, athlete_id: &str, id: &str, kept_apart: bool) -> anyhow::Result<bool> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let row =
            sqlx::query("UPDATE activities SET kept_apart = $3 WHERE athlete_id = $1 AND id = $2 RETURNING local_date")
                .bind(athlete_id)
                .bind(id)
                .bind(i64::from(kept_apart))
                .fetch_optional(&mut *transaction)
                .await?;
        let Some(row) = row else { return Ok(false) };
        let date = row.try_get::<String, _>("local_date")?.parse()?;
        relink(&mut transaction, athlete_id, &BTreeSet::from([date])).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Finds out anew which activities on `dates` are the same as others. The outcome depends on the activities that are
/// there, not on the order in which they came.
pub(super) async fn relink(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    dates: &BTreeSet<NaiveDate>,
) -> anyhow::Result<()> {
    for (from, to) in ranges(dates) {
        let (apart, together) = load(transaction, athlete_id, from, to).await?;
        for activity in apart.iter().filter(|activity| activity.same_as.is_some()) {
            link(transaction, athlete_id, &activity.id, None).await?;
        }
        let candidates: Vec<Candidate> = together.iter().map(|activity| activity.candidate.clone()).collect();
        for cluster in clusters(&candidates, |_, _| false) {
            let Some(kept) = together.get(cluster.kept) else { continue };
            let copies: Vec<&Compared> = cluster.copies.iter().filter_map(|copy| together.get(*copy)).collect();
            // The others may have partners outside the days that were loaded.
            if std::iter::once(kept).chain(copies.iter().copied()).any(|member| dates.contains(&member.date)) {
                link_cluster(transaction, athlete_id, kept, &copies).await?;
            }
        }
    }
    Ok(())
}

/// Days to load around `dates`, without overlap.
fn ranges(dates: &BTreeSet<NaiveDate>) -> Vec<(NaiveDate, NaiveDate)> {
    let mut ranges: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for date in dates {
        let from = date.checked_sub_days(DAYS_AROUND).unwrap_or(*date);
        let to = date.checked_add_days(DAYS_AROUND).unwrap_or(*date);
        match ranges.last_mut() {
            Some(last) if from <= last.1 => last.1 = to,
            _ => ranges.push((from, to)),
        }
    }
    ranges
}

/// Activities from `from` to `to`: those that stand alone whatever they resemble (undone, or separated by a person),
/// and those that are compared.
async fn load(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> anyhow::Result<(Vec<Compared>, Vec<Compared>)> {
    let rows = sqlx::query(
        "SELECT a.id, a.upload_id, a.position, a.local_date, a.same_as, a.kept_apart, a.sport, a.run_kind, \
         a.removed_ms, a.outline, u.sha256, u.state = 'read' AND u.undone_ms IS NULL AS is_present \
         FROM activities a JOIN uploads u ON u.athlete_id = a.athlete_id AND u.id = a.upload_id \
         WHERE a.athlete_id = $1 AND a.local_date >= $2 AND a.local_date <= $3 AND a.outline IS NOT NULL",
    )
    .bind(athlete_id)
    .bind(from.to_string())
    .bind(to.to_string())
    .fetch_all(&mut **transaction)
    .await?;
    let (mut apart, mut together) = (Vec::new(), Vec::new());
    for row in &rows {
        let is_compared = row.try_get::<bool, _>("is_present")? && !row.try_get::<bool, _>("kept_apart")?;
        let compared = compared_from_row(row)?;
        if is_compared { together.push(compared) } else { apart.push(compared) }
    }
    Ok((apart, together))
}

fn compared_from_row(row: &SqliteRow) -> anyhow::Result<Compared> {
    let (sha256, outline): (String, String) = (row.try_get("sha256")?, row.try_get("outline")?);
    let position: i64 = row.try_get("position")?;
    let Likeness { outline, richness } = serde_json::from_str(&outline)?;
    Ok(Compared {
        id: row.try_get("id")?,
        date: row.try_get::<String, _>("local_date")?.parse()?,
        same_as: row.try_get("same_as")?,
        sport: row.try_get("sport")?,
        run_kind: row.try_get("run_kind")?,
        removed_ms: row.try_get("removed_ms")?,
        candidate: Candidate {
            // Named by content: ids tell the order of import, which must not matter.
            id: format!("{sha256}-{position:06}"),
            outline,
            richness,
            file: Some(sha256),
        },
    })
}

/// Writes that `copies` are the same as `kept`, which takes over what a person decided about the one kept before.
async fn link_cluster(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    kept: &Compared,
    copies: &[&Compared],
) -> anyhow::Result<()> {
    let stands: BTreeMap<&str, &Compared> =
        std::iter::once(kept).chain(copies.iter().copied()).map(|member| (member.id.as_str(), member)).collect();
    let pointed_at: BTreeSet<&str> = stands.values().filter_map(|member| member.same_as.as_deref()).collect();
    let was_kept = |member: &&Compared| member.same_as.is_none() && pointed_at.contains(member.id.as_str());
    // The one that was kept so far; without a group so far, the one that was there first.
    let before = stands.values().copied().find(was_kept).or_else(|| stands.values().copied().next());
    if kept.same_as.is_some() {
        link(transaction, athlete_id, &kept.id, None).await?;
    }
    for copy in copies {
        if copy.same_as.as_deref() != Some(kept.id.as_str()) {
            link(transaction, athlete_id, &copy.id, Some(&kept.id)).await?;
        }
    }
    let Some(before) = before.filter(|_| !copies.is_empty()) else { return Ok(()) };
    for member in stands.values().filter(|member| member.removed_ms != before.removed_ms) {
        sqlx::query("UPDATE activities SET removed_ms = $3 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(&member.id)
            .bind(before.removed_ms)
            .execute(&mut **transaction)
            .await?;
    }
    let was_changed_by_a_person = before.sport != before.candidate.outline.sport;
    if was_changed_by_a_person && kept.sport != before.sport {
        sqlx::query("UPDATE activities SET sport = $3, run_kind = $4 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(&kept.id)
            .bind(&before.sport)
            .bind(&before.run_kind)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

async fn link(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    id: &str,
    kept: Option<&str>,
) -> anyhow::Result<()> {
    sqlx::query("UPDATE activities SET same_as = $3 WHERE athlete_id = $1 AND id = $2")
        .bind(athlete_id)
        .bind(id)
        .bind(kept)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// A phrase for every activity of an upload that is the same as one of another file. Files in `later` do not count:
/// they came after this one.
pub(super) async fn same_activity_words(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    later: &[&str],
) -> anyhow::Result<Vec<String>> {
    // Most rows of a long table are the same as nothing: only the others are searched for one by one.
    let own = sqlx::query(
        "SELECT a.id, a.same_as, COALESCE(a.same_as, a.id) AS kept FROM activities a \
         WHERE a.athlete_id = $1 AND a.upload_id = $2 AND (a.same_as IS NOT NULL OR EXISTS \
         (SELECT 1 FROM activities c WHERE c.athlete_id = $1 AND c.same_as = a.id)) ORDER BY a.position",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .fetch_all(&mut **transaction)
    .await?;
    let mut words = Vec::new();
    for row in &own {
        let (id, same_as, kept): (String, Option<String>, String) =
            (row.try_get("id")?, row.try_get("same_as")?, row.try_get("kept")?);
        // The kept one first. Two searches by key: a join would look at every activity of the athlete.
        let others = sqlx::query(
            "SELECT o.*, u.file_name FROM activities o JOIN uploads u ON u.athlete_id = o.athlete_id \
             AND u.id = o.upload_id WHERE o.athlete_id = $1 AND o.id IN (SELECT $2 UNION ALL SELECT id \
             FROM activities WHERE athlete_id = $1 AND same_as = $2) ORDER BY o.same_as IS NOT NULL, o.id",
        )
        .bind(&upload.athlete_id)
        .bind(&kept)
        .fetch_all(&mut **transaction)
        .await?;
        for other in &others {
            let (found, file): (ActivityRow, String) = (activity_from_row(other)?, other.try_get("file_name")?);
            if found.id != id && !later.contains(&found.upload_id.as_str()) {
                words.push(words::same_activity(&found, &file, same_as.is_none()));
                break;
            }
        }
    }
    Ok(words)
}

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

/// An activity and one that could be a copy of it are dated this many days apart at most.
const DAYS_APART: u64 = 3;

/// How far from what changed groups may change: to the copies of what was kept there.
const DAYS_REACHED: u64 = 2 * DAYS_APART;

/// How far from what changed activities are compared, so that those reached are seen with all that could be copies of
/// them, and with what else could take these.
const DAYS_AROUND: Days = Days::new(DAYS_REACHED + 2 * DAYS_APART);

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
    /// Whether a person said what the sport was.
    sport_said: bool,
    removed_ms: Option<i64>,
    /// The decision that took it out or put it back.
    removal_decision: Option<i64>,
    /// The decision that said the sport.
    sport_decision: Option<i64>,
    candidate: Candidate,
}

/// What a file has in common with others.
#[derive(Debug, Default)]
pub(super) struct InOthers {
    /// How many of its activities are the same as one of another file.
    pub(super) activities: usize,
    /// A phrase for each of the first of them, and one for the rest.
    pub(super) words: Vec<String>,
}

impl Store {
    /// The copies that are left out in favour of an activity, the earliest stored first.
    pub(crate) async fn copies_of(&self, athlete_id: &str, id: &str) -> anyhow::Result<Vec<ActivityRow>> {
        // The sign before id: SQLite would go through all activities in that order to spare sorting a few.
        let rows = sqlx::query("SELECT * FROM present_activities WHERE athlete_id = $1 AND same_as = $2 ORDER BY +id")
            .bind(athlete_id)
            .bind(id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// What an activity is recognised by; `None` when it is compared with no other.
    pub(crate) async fn outline(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<Outline>> {
        let row = sqlx::query("SELECT outline FROM activities WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        let outline: Option<String> = row.map(|row| row.try_get("outline")).transpose()?.flatten();
        Ok(outline.as_deref().map(serde_json::from_str::<Likeness>).transpose()?.map(|likeness| likeness.outline))
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

/// Finds out anew which activities are the same as others, after some on `dates` changed, came or went. The outcome
/// depends on the activities that are there, not on the order in which they came. Copies may be dated otherwise than what
/// changed: a watch knows the zone it was in, a copy may not.
pub(super) async fn relink(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    dates: &BTreeSet<NaiveDate>,
) -> anyhow::Result<()> {
    for (from, to) in ranges(dates) {
        let (apart, together) = load(transaction, athlete_id, from, to).await?;
        let mut links: Vec<(&str, Option<&str>)> =
            apart.iter().filter(|one| one.same_as.is_some()).map(|one| (one.id.as_str(), None)).collect();
        let candidates: Vec<Candidate> = together.iter().map(|activity| activity.candidate.clone()).collect();
        for cluster in clusters(&candidates, |_, _| false) {
            let Some(kept) = together.get(cluster.kept) else { continue };
            let copies: Vec<&Compared> = cluster.copies.iter().filter_map(|copy| together.get(*copy)).collect();
            let changed = changed_links(kept, &copies);
            let mut members = std::iter::once(kept).chain(copies.iter().copied());
            // The others may have partners outside the days that were loaded.
            let is_about = |member: &Compared| {
                dates.contains(&member.date) || !changed.is_empty() && is_reached(dates, member.date)
            };
            if members.any(is_about) {
                links.extend(changed);
                hand_over(transaction, athlete_id, kept, &copies).await?;
            }
        }
        link(transaction, athlete_id, &links).await?;
    }
    Ok(())
}

/// Whether a group that has an activity on `date` may be another since something on `dates` changed.
fn is_reached(dates: &BTreeSet<NaiveDate>, date: NaiveDate) -> bool {
    let from = date.checked_sub_days(Days::new(DAYS_REACHED)).unwrap_or(date);
    let to = date.checked_add_days(Days::new(DAYS_REACHED)).unwrap_or(date);
    dates.range(from..=to).next().is_some()
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
         a.sport_said, a.removed_ms, a.removal_decision, a.sport_decision, a.outline, u.sha256, \
         u.state = 'read' AND u.undone_ms IS NULL AS is_present \
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
        sport_said: row.try_get("sport_said")?,
        removed_ms: row.try_get("removed_ms")?,
        removal_decision: row.try_get("removal_decision")?,
        sport_decision: row.try_get("sport_decision")?,
        candidate: Candidate {
            // Named by content: ids tell the order of import, which must not matter.
            id: format!("{sha256}-{position:06}"),
            outline,
            richness,
            file: Some(sha256),
        },
    })
}

/// What has to be written so that `copies` are the same as `kept`, and `kept` as none.
fn changed_links<'a>(kept: &'a Compared, copies: &[&'a Compared]) -> Vec<(&'a str, Option<&'a str>)> {
    let kept_id = kept.id.as_str();
    let own = kept.same_as.is_some().then_some((kept_id, None));
    let changed = copies.iter().filter(|copy| copy.same_as.as_deref() != Some(kept_id));
    own.into_iter().chain(changed.map(|copy| (copy.id.as_str(), Some(kept_id)))).collect()
}

async fn link(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    links: &[(&str, Option<&str>)],
) -> anyhow::Result<()> {
    // One by one, by key: joined with a list of thousands, SQLite would go through the list for every activity.
    for (id, kept) in links {
        sqlx::query("UPDATE activities SET same_as = $3 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .bind(kept)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Gives a group what a person decided last about any of its activities: whether it is taken out, and the sport. Of
/// decisions whose order is not known, the one about the activity that stood for the group so far counts, else that about
/// the activity that was stored first.
async fn hand_over(
    transaction: &mut Transaction<'_, Sqlite>,
    athlete_id: &str,
    kept: &Compared,
    copies: &[&Compared],
) -> anyhow::Result<()> {
    if copies.is_empty() {
        return Ok(());
    }
    let members: BTreeMap<&str, &Compared> =
        std::iter::once(kept).chain(copies.iter().copied()).map(|member| (member.id.as_str(), member)).collect();
    let pointed_at: BTreeSet<&str> = members.values().filter_map(|member| member.same_as.as_deref()).collect();
    let before =
        members.values().find(|member| member.same_as.is_none() && pointed_at.contains(member.id.as_str())).copied();
    // The last of equals: what stood for the group, else what was stored first.
    let by_age = || members.values().rev().copied().chain(before);
    let removal = by_age().max_by_key(|member| member.removal_decision);
    let (removed_ms, decision) = removal.map_or((None, None), |last| (last.removed_ms, last.removal_decision));
    for member in
        members.values().filter(|member| (member.removed_ms, member.removal_decision) != (removed_ms, decision))
    {
        sqlx::query("UPDATE activities SET removed_ms = $3, removal_decision = $4 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(&member.id)
            .bind(removed_ms)
            .bind(decision)
            .execute(&mut **transaction)
            .await?;
    }
    let said = by_age().filter(|member| member.sport_said).max_by_key(|member| member.sport_decision);
    if let Some(said) = said.filter(|said| !kept.sport_said || kept.sport != said.sport) {
        sqlx::query(
            "UPDATE activities SET sport = $3, run_kind = $4, sport_said = 1, sport_decision = $5 \
             WHERE athlete_id = $1 AND id = $2",
        )
        .bind(athlete_id)
        .bind(&kept.id)
        .bind(&said.sport)
        .bind(&said.run_kind)
        .bind(said.sport_decision)
        .execute(&mut **transaction)
        .await?;
        // Its numbers are still those of the other sport.
        sqlx::query("UPDATE athletes SET summaries_due = 1 WHERE id = $1")
            .bind(athlete_id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// What of an upload is the same as activities of other files. Files in `later` do not count: they came after this one.
pub(super) async fn in_others(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    later: &[&str],
) -> anyhow::Result<InOthers> {
    // Two searches by key: a join would look at every activity of the athlete.
    let rows = sqlx::query(
        "WITH own AS (SELECT COALESCE(same_as, id) AS kept FROM activities WHERE athlete_id = $1 AND upload_id = $2) \
         SELECT id, upload_id, position, same_as FROM activities WHERE athlete_id = $1 \
         AND id IN (SELECT kept FROM own) \
         UNION ALL SELECT id, upload_id, position, same_as FROM activities WHERE athlete_id = $1 \
         AND same_as IN (SELECT kept FROM own)",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .fetch_all(&mut **transaction)
    .await?;
    let members = rows.iter().map(Member::from_row).collect::<anyhow::Result<Vec<_>>>()?;
    let mut groups: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    for member in members.iter().filter(|member| !later.contains(&member.upload_id.as_str())) {
        groups.entry(member.group()).or_default().push(member);
    }
    // The kept one first, then in the order of storing.
    groups.values_mut().for_each(|group| group.sort_by_key(|member| (member.same_as.is_some(), &member.id)));
    let mut own: Vec<&Member> = members.iter().filter(|member| member.upload_id == upload.id).collect();
    own.sort_by_key(|member| member.position);
    let pairs: Vec<(&Member, &Member)> = own
        .into_iter()
        .filter_map(|own| Some((own, *groups.get(own.group())?.iter().find(|other| other.id != own.id)?)))
        .collect();
    let mut words = Vec::new();
    for (own, other) in pairs.iter().take(NAMED) {
        let row = sqlx::query(
            "SELECT o.*, u.file_name FROM activities o JOIN uploads u ON u.athlete_id = o.athlete_id \
             AND u.id = o.upload_id WHERE o.athlete_id = $1 AND o.id = $2",
        )
        .bind(&upload.athlete_id)
        .bind(&other.id)
        .fetch_one(&mut **transaction)
        .await?;
        let (found, file): (ActivityRow, String) = (activity_from_row(&row)?, row.try_get("file_name")?);
        words.push(words::same_activity(&found, &file, own.same_as.is_none()));
    }
    if let Some(more) = pairs.len().checked_sub(NAMED).filter(|more| *more > 0) {
        words.push(words::more_same_activities(more as u64));
    }
    Ok(InOthers { activities: pairs.len(), words })
}

/// Activities of one file whose copies are named one by one; a table may have thousands.
const NAMED: usize = 10;

/// A member of a group of copies.
struct Member {
    id: String,
    upload_id: String,
    position: i64,
    same_as: Option<String>,
}

impl Member {
    fn from_row(row: &SqliteRow) -> anyhow::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            upload_id: row.try_get("upload_id")?,
            position: row.try_get("position")?,
            same_as: row.try_get("same_as")?,
        })
    }

    /// The id of the one that is kept.
    fn group(&self) -> &str {
        self.same_as.as_deref().unwrap_or(&self.id)
    }
}

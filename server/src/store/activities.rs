//! Activities.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use plimsoll_analytics::ActivitySummary;
use plimsoll_ingest::Details;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use super::same::Likeness;
use super::{Store, Upload, new_id};

/// An activity on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct NewActivity {
    /// Place in the file, from 0.
    pub(crate) position: i64,
    /// `running`, `cycling`…
    pub(crate) sport: String,
    /// `trail`, `treadmill`…
    pub(crate) run_kind: Option<String>,
    /// What a person or a service says about it; the sport stands above.
    pub(crate) details: Details,
    /// Start, epoch milliseconds.
    pub(crate) start_ms: i64,
    /// Seconds from UTC to the runner's wall clock.
    pub(crate) utc_offset_s: Option<i64>,
    /// Where the offset comes from.
    pub(crate) offset_source: String,
    /// The day the load counts on.
    pub(crate) local_date: NaiveDate,
    /// The analytics summary.
    pub(crate) summary: ActivitySummary,
    /// Laps as JSON.
    pub(crate) laps: serde_json::Value,
    /// Lengths of a pool as JSON.
    pub(crate) lengths: serde_json::Value,
    /// What looks wrong with the samples: notices.
    pub(crate) findings: serde_json::Value,
    /// What cleaning did about it: objects with `name`, `samples` and `text`.
    pub(crate) cleaning: serde_json::Value,
    /// Key of the record frame.
    pub(crate) records_key: String,
    /// What the same activity in other bytes is recognised by; `None`: it is compared with no other.
    pub(crate) likeness: Option<Likeness>,
}

/// An activity in the store.
#[derive(Debug, Clone)]
pub(crate) struct ActivityRow {
    /// UUIDv7.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) athlete_id: String,
    /// The upload it came in.
    pub(crate) upload_id: String,
    /// Its place among the activities of that, from 0.
    pub(crate) position: i64,
    /// `running`, `cycling`…
    pub(crate) sport: String,
    /// `trail`, `treadmill`…
    pub(crate) run_kind: Option<String>,
    /// Title. This and the next four: what the activity says, else what its copies say.
    pub(crate) title: Option<String>,
    /// Longer text.
    pub(crate) description: Option<String>,
    /// Shoes or other gear, by name.
    pub(crate) gear: Option<String>,
    /// Whether it was on the way to work or the like.
    pub(crate) commute: Option<bool>,
    /// Session rating of perceived exertion, 0 to 10.
    pub(crate) rpe: Option<f64>,
    /// How it felt, 0 (very weak) to 100 (very strong); see `rpe`.
    pub(crate) feel: Option<f64>,
    /// Start, epoch milliseconds.
    pub(crate) start_ms: i64,
    /// Seconds from UTC to the runner's wall clock.
    pub(crate) utc_offset_s: Option<i64>,
    /// The day the load counts on.
    pub(crate) local_date: NaiveDate,
    /// The analytics summary.
    pub(crate) summary: ActivitySummary,
    /// Laps as JSON.
    pub(crate) laps: serde_json::Value,
    /// Lengths of a pool as JSON.
    pub(crate) lengths: serde_json::Value,
    /// What looks wrong with the samples, as JSON: notices.
    pub(crate) findings: serde_json::Value,
    /// What cleaning did about it, as JSON: objects with `name`, `samples` and `text`.
    pub(crate) cleaning: serde_json::Value,
    /// Whether a person wants the samples as they were recorded.
    pub(crate) as_recorded: bool,
    /// Key of the record frame, which is cleaned and holds what was recorded beside it.
    pub(crate) records_key: String,
    /// When the athlete took it out, epoch milliseconds.
    pub(crate) removed_ms: Option<i64>,
    /// The activity that is kept instead: the same one in other bytes.
    pub(crate) same_as: Option<String>,
    /// Whether a person said that it is no copy of any other.
    pub(crate) kept_apart: bool,
}

/// One page of a listing, newest first.
#[derive(Debug, Clone)]
pub(crate) struct Page<T> {
    /// The rows.
    pub(crate) rows: Vec<T>,
    /// Where the next page begins; `None` on the last page.
    pub(crate) next: Option<String>,
}

impl NewActivity {
    /// Stores the activity. Where the same bytes gave one at its place before, that one takes the file's values and
    /// stays what a person made of it: the sport, whether it was taken out or separated, the samples as recorded.
    pub(super) async fn put(&self, transaction: &mut Transaction<'_, Sqlite>, upload: &Upload) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO activities (athlete_id, id, upload_id, position, sport, run_kind, title, start_ms, \
             utc_offset_s, offset_source, local_date, summary, laps, records_key, description, gear, commute, rpe, \
             lengths, outline, findings, cleaning, feel) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
             $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) ON CONFLICT (athlete_id, upload_id, position) DO UPDATE SET \
             sport = IIF(sport_said = 1, sport, excluded.sport), \
             run_kind = IIF(sport_said = 1, run_kind, excluded.run_kind), title = excluded.title, \
             start_ms = excluded.start_ms, utc_offset_s = excluded.utc_offset_s, \
             offset_source = excluded.offset_source, local_date = excluded.local_date, summary = excluded.summary, \
             laps = excluded.laps, records_key = excluded.records_key, description = excluded.description, \
             gear = excluded.gear, commute = excluded.commute, rpe = excluded.rpe, lengths = excluded.lengths, \
             outline = excluded.outline, findings = excluded.findings, cleaning = excluded.cleaning, \
             feel = excluded.feel",
        )
        .bind(&upload.athlete_id)
        .bind(new_id())
        .bind(&upload.id)
        .bind(self.position)
        .bind(&self.sport)
        .bind(&self.run_kind)
        .bind(&self.details.title)
        .bind(self.start_ms)
        .bind(self.utc_offset_s)
        .bind(&self.offset_source)
        .bind(self.local_date.to_string())
        .bind(serde_json::to_string(&self.summary)?)
        .bind(self.laps.to_string())
        .bind(&self.records_key)
        .bind(&self.details.description)
        .bind(&self.details.gear)
        .bind(self.details.commute.map(i64::from))
        .bind(self.details.rpe)
        .bind(self.lengths.to_string())
        .bind(self.likeness.as_ref().map(serde_json::to_string).transpose()?)
        .bind(self.findings.to_string())
        .bind(self.cleaning.to_string())
        .bind(self.details.feel)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

impl Store {
    /// All activities of an athlete that count, in order of time: not taken out, not undone, no copies of others.
    pub(crate) async fn activities(&self, athlete_id: &str) -> anyhow::Result<Vec<ActivityRow>> {
        let rows = sqlx::query(
            "SELECT * FROM present_activities WHERE athlete_id = $1 AND removed_ms IS NULL AND same_as IS NULL \
             ORDER BY local_date, start_ms, id",
        )
        .bind(athlete_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// All activities of an athlete, those that were taken out among them, in order of time; no copies of others.
    pub(crate) async fn activities_with_removed(&self, athlete_id: &str) -> anyhow::Result<Vec<ActivityRow>> {
        let rows = sqlx::query(
            "SELECT * FROM present_activities WHERE athlete_id = $1 AND same_as IS NULL \
             ORDER BY local_date, start_ms, id",
        )
        .bind(athlete_id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// Every activity of an athlete, also those that count nowhere: taken out, undone, copies of others.
    pub(crate) async fn every_activity(&self, athlete_id: &str) -> anyhow::Result<Vec<ActivityRow>> {
        let rows = sqlx::query("SELECT * FROM activities WHERE athlete_id = $1 ORDER BY upload_id, position")
            .bind(athlete_id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// A page of the activities that [`Store::activities`] gives, newest first. `cursor` is a [`Page::next`].
    pub(crate) async fn activity_page(
        &self,
        athlete_id: &str,
        cursor: Option<&str>,
        limit: i64,
    ) -> anyhow::Result<Page<ActivityRow>> {
        let (before_ms, before_id) = cursor.and_then(parse_cursor).unwrap_or((i64::MAX, String::new()));
        let rows = sqlx::query(
            "SELECT * FROM present_activities WHERE athlete_id = $1 AND removed_ms IS NULL AND same_as IS NULL \
             AND (start_ms < $2 OR (start_ms = $2 AND id < $3)) ORDER BY start_ms DESC, id DESC LIMIT $4",
        )
        .bind(athlete_id)
        .bind(before_ms)
        .bind(before_id)
        .bind(limit.saturating_add(1))
        .fetch_all(&self.read)
        .await?;
        let mut rows = rows.iter().map(activity_from_row).collect::<anyhow::Result<Vec<_>>>()?;
        let wanted = usize::try_from(limit).unwrap_or(0);
        let next = if rows.len() > wanted {
            rows.truncate(wanted);
            rows.last().map(|row| format!("{}_{}", row.start_ms, row.id))
        } else {
            None
        };
        Ok(Page { rows, next })
    }

    /// One activity, taken out or not, also a copy of another; none that was undone.
    pub(crate) async fn activity(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<ActivityRow>> {
        let row = sqlx::query("SELECT * FROM present_activities WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(activity_from_row).transpose()
    }

    /// The import that an activity came with and that was undone; `None` when the activity is there, or never was.
    pub(crate) async fn undone_import_of(&self, athlete_id: &str, id: &str) -> anyhow::Result<Option<String>> {
        let row = sqlx::query(
            "SELECT u.import_id FROM activities a JOIN uploads u ON u.athlete_id = a.athlete_id \
             AND u.id = a.upload_id WHERE a.athlete_id = $1 AND a.id = $2 AND u.undone_ms IS NOT NULL",
        )
        .bind(athlete_id)
        .bind(id)
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(|row| row.try_get("import_id")).transpose()?.flatten())
    }

    /// Keys of the records of an athlete's activities that a person wants as they were recorded, also of those that were
    /// undone.
    pub(crate) async fn as_recorded(&self, athlete_id: &str) -> anyhow::Result<BTreeSet<String>> {
        let rows = sqlx::query("SELECT records_key FROM activities WHERE athlete_id = $1 AND as_recorded = 1")
            .bind(athlete_id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| Ok(row.try_get("records_key")?)).collect()
    }

    /// Sports that a person said of an athlete's activities, by the keys of their records, also of those that were
    /// undone.
    pub(crate) async fn said_sports(&self, athlete_id: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let rows = sqlx::query("SELECT records_key, sport FROM activities WHERE athlete_id = $1 AND sport_said = 1")
            .bind(athlete_id)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("records_key")?, row.try_get("sport")?))).collect()
    }

    /// How many activities one upload gave, and the first of them in the file's order, at most `limit`.
    pub(crate) async fn first_of_upload(
        &self,
        athlete_id: &str,
        upload_id: &str,
        limit: usize,
    ) -> anyhow::Result<(u64, Vec<ActivityRow>)> {
        let rows = sqlx::query(
            "SELECT * FROM present_activities WHERE athlete_id = $1 AND upload_id = $2 ORDER BY position LIMIT $3",
        )
        .bind(athlete_id)
        .bind(upload_id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
        .await?;
        if rows.len() < limit {
            return Ok((rows.len() as u64, rows.iter().map(activity_from_row).collect::<anyhow::Result<_>>()?));
        }
        let counted = sqlx::query(
            "SELECT COUNT(*) AS activities FROM present_activities WHERE athlete_id = $1 AND upload_id = $2",
        )
        .bind(athlete_id)
        .bind(upload_id)
        .fetch_one(&self.read)
        .await?;
        let count: i64 = counted.try_get("activities")?;
        Ok((count.unsigned_abs(), rows.iter().map(activity_from_row).collect::<anyhow::Result<_>>()?))
    }

    /// Activities that came in one upload, in the file's order.
    pub(crate) async fn activities_of_upload(
        &self,
        athlete_id: &str,
        upload_id: &str,
    ) -> anyhow::Result<Vec<ActivityRow>> {
        let rows =
            sqlx::query("SELECT * FROM present_activities WHERE athlete_id = $1 AND upload_id = $2 ORDER BY position")
                .bind(athlete_id)
                .bind(upload_id)
                .fetch_all(&self.read)
                .await?;
        rows.iter().map(activity_from_row).collect()
    }

    /// Takes an activity out (`Some(now)`) or puts it back (`None`), together with its copies. The decision has a number
    /// greater than all before, so that the last one holds when copies come together that were decided about apart.
    /// Returns false when there is no such activity.
    pub(crate) async fn set_removed(
        &self,
        athlete_id: &str,
        id: &str,
        removed_ms: Option<i64>,
    ) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE activities SET removed_ms = $3, removal_decision = (SELECT COALESCE(MAX(removal_decision), 0) + 1 \
             FROM activities WHERE athlete_id = $1 AND removal_decision IS NOT NULL) WHERE athlete_id = $1 AND \
             COALESCE(same_as, id) = (SELECT COALESCE(same_as, id) FROM activities WHERE athlete_id = $1 AND id = $2)",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(removed_ms)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Changes an activity's sport; numbered as in [`Store::set_removed`]. Returns false when there is no such activity.
    pub(crate) async fn set_sport(&self, athlete_id: &str, id: &str, sport: &str) -> anyhow::Result<bool> {
        let done = sqlx::query(
            "UPDATE activities SET sport = $3, run_kind = NULL, sport_said = 1, sport_decision = (SELECT \
             COALESCE(MAX(sport_decision), 0) + 1 FROM activities WHERE athlete_id = $1 AND sport_decision IS NOT NULL) \
             WHERE athlete_id = $1 AND id = $2",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(sport)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes an activity's samples as they were recorded, or cleaned. Returns false when there is no such activity.
    pub(crate) async fn set_as_recorded(&self, athlete_id: &str, id: &str, as_recorded: bool) -> anyhow::Result<bool> {
        let done = sqlx::query("UPDATE activities SET as_recorded = $3 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .bind(i64::from(as_recorded))
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Replaces an activity's summary, after the athlete's heart-rate limits changed, and what it is recognised by.
    pub(crate) async fn set_summary(
        &self,
        athlete_id: &str,
        id: &str,
        summary: &ActivitySummary,
        likeness: Option<&Likeness>,
    ) -> anyhow::Result<()> {
        sqlx::query("UPDATE activities SET summary = $3, outline = $4 WHERE athlete_id = $1 AND id = $2")
            .bind(athlete_id)
            .bind(id)
            .bind(serde_json::to_string(summary)?)
            .bind(likeness.map(serde_json::to_string).transpose()?)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Replaces what was found in an activity's samples and done to them. The kind of running is taken where none is
    /// known.
    pub(crate) async fn set_examined(
        &self,
        athlete_id: &str,
        id: &str,
        findings: &serde_json::Value,
        cleaning: &serde_json::Value,
        run_kind: Option<&str>,
    ) -> anyhow::Result<()> {
        sqlx::query(
            "UPDATE activities SET findings = $3, cleaning = $4, run_kind = COALESCE(run_kind, $5) \
             WHERE athlete_id = $1 AND id = $2",
        )
        .bind(athlete_id)
        .bind(id)
        .bind(findings.to_string())
        .bind(cleaning.to_string())
        .bind(run_kind)
        .execute(&self.write)
        .await?;
        Ok(())
    }
}

fn parse_cursor(cursor: &str) -> Option<(i64, String)> {
    let (start_ms, id) = cursor.split_once('_')?;
    Some((start_ms.parse().ok()?, id.to_owned()))
}

pub(super) fn activity_from_row(row: &SqliteRow) -> anyhow::Result<ActivityRow> {
    let local_date: String = row.try_get("local_date")?;
    let summary: String = row.try_get("summary")?;
    let laps: String = row.try_get("laps")?;
    let lengths: String = row.try_get("lengths")?;
    let (findings, cleaning): (String, String) = (row.try_get("findings")?, row.try_get("cleaning")?);
    Ok(ActivityRow {
        id: row.try_get("id")?,
        athlete_id: row.try_get("athlete_id")?,
        upload_id: row.try_get("upload_id")?,
        position: row.try_get("position")?,
        sport: row.try_get("sport")?,
        run_kind: row.try_get("run_kind")?,
        title: row.try_get("title")?,
        description: row.try_get("description")?,
        gear: row.try_get("gear")?,
        commute: row.try_get("commute")?,
        rpe: row.try_get("rpe")?,
        feel: row.try_get("feel")?,
        start_ms: row.try_get("start_ms")?,
        utc_offset_s: row.try_get("utc_offset_s")?,
        local_date: local_date.parse()?,
        summary: serde_json::from_str(&summary)?,
        laps: serde_json::from_str(&laps)?,
        lengths: serde_json::from_str(&lengths)?,
        findings: serde_json::from_str(&findings)?,
        cleaning: serde_json::from_str(&cleaning)?,
        as_recorded: row.try_get("as_recorded")?,
        records_key: row.try_get("records_key")?,
        removed_ms: row.try_get("removed_ms")?,
        same_as: row.try_get("same_as")?,
        kept_apart: row.try_get("kept_apart")?,
    })
}

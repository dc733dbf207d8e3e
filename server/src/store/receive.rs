//! Taking files in, a group at a time: one transaction acknowledges them, another stores what was read from them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use plimsoll_ingest::{Details, Device, DiaryValue, Notice};
use sqlx::{Row as _, Sqlite, Transaction};

use super::imports::{FileResult, next_position};
use super::said;
use super::same::{InOthers, in_others, relink};
use super::uploads::{IN_FLIGHT_MS, upload_from_row};
use super::{NewActivity, Store, Upload, UploadState, diary, new_id};
use crate::words;

/// A file that has come.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Name it came under.
    pub(crate) name: String,
    /// Its place in the import; `None` for the next.
    pub(crate) position: Option<i64>,
    /// What came.
    pub(crate) content: Arrived,
}

/// What came under a name.
#[derive(Debug, Clone)]
pub(crate) enum Arrived {
    /// Bytes, which are in the blob store.
    Stored {
        /// Their SHA-256.
        sha256: String,
        /// How many.
        size_bytes: i64,
        /// What the export says about the file.
        details: Option<Details>,
    },
    /// Nothing that is kept; the result stands already.
    Settled {
        /// The result.
        result: FileResult,
        /// Why.
        reason: String,
    },
}

/// The answer to a file that has come.
#[derive(Debug, Clone)]
pub(crate) enum Received {
    /// The first time these bytes came for this athlete, or nothing that counts was read the last time: read them now.
    Fresh(Upload),
    /// The same bytes are there already, and what is said of them.
    Duplicate(Upload, String),
    /// Noted, with the result that stood already.
    Settled,
}

/// What was read from an upload.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    /// Activities, diary values or both.
    Read {
        /// Activities in the file's order.
        activities: Vec<NewActivity>,
        /// Values of single days.
        diary: Vec<DiaryValue>,
        /// What was odd.
        notices: Vec<Notice>,
        /// Who wrote the file.
        device: Option<Device>,
        /// What the sender gets to hear.
        messages: Vec<String>,
    },
    /// Recognised, and it holds no activity; what it is.
    SetAside(String),
    /// Nothing could be read, and why.
    Failed(String),
}

/// What became of an upload that was read.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    /// Its result.
    pub(crate) result: FileResult,
    /// Why, or what was odd.
    pub(crate) messages: Vec<String>,
}

impl Store {
    /// Acknowledges files of an import whose bytes are in the blob store, in one transaction, in their order. After
    /// this returns, none of them is lost.
    ///
    /// # Errors
    /// Also when the import was undone meanwhile.
    pub(crate) async fn receive(
        &self,
        athlete_id: &str,
        import_id: &str,
        arrivals: &[Arrival],
        now_ms: i64,
    ) -> anyhow::Result<Vec<Received>> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let alive =
            sqlx::query("UPDATE imports SET touched_ms = $3 WHERE athlete_id = $1 AND id = $2 AND state <> 'undone'")
                .bind(athlete_id)
                .bind(import_id)
                .bind(now_ms)
                .execute(&mut *transaction)
                .await?;
        anyhow::ensure!(alive.rows_affected() == 1, "the import was undone while files were still coming");
        let mut next = next_position(&mut transaction, athlete_id, import_id).await?;
        let mut answers = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let (received, result, messages) = match &arrival.content {
                Arrived::Settled { result, reason } => (Received::Settled, *result, vec![reason.clone()]),
                Arrived::Stored { sha256, size_bytes, details } => {
                    let upload = Upload {
                        id: new_id(),
                        athlete_id: athlete_id.to_owned(),
                        sha256: sha256.clone(),
                        file_name: last_part(&arrival.name).to_owned(),
                        size_bytes: *size_bytes,
                        received_ms: now_ms,
                        state: UploadState::Received,
                        import_id: Some(import_id.to_owned()),
                        undone_ms: None,
                        details: details.clone(),
                        details_due: 0,
                        notices: serde_json::Value::Array(Vec::new()),
                        device: None,
                    };
                    match receive_upload(&mut transaction, upload).await? {
                        Received::Duplicate(upload, words) => {
                            let messages = vec![words.clone()];
                            (Received::Duplicate(upload, words), FileResult::Duplicate, messages)
                        }
                        fresh => (fresh, FileResult::Waiting, Vec::new()),
                    }
                }
            };
            let upload_id = match &received {
                Received::Fresh(upload) | Received::Duplicate(upload, _) => Some(&upload.id),
                Received::Settled => None,
            };
            let position = arrival.position.unwrap_or(next);
            next = next.max(position + 1);
            sqlx::query(
                "INSERT INTO import_files (athlete_id, import_id, position, name, result, messages, upload_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (athlete_id, import_id, position) DO UPDATE \
                 SET name = excluded.name, result = excluded.result, messages = excluded.messages, \
                 upload_id = excluded.upload_id",
            )
            .bind(athlete_id)
            .bind(import_id)
            .bind(position)
            .bind(&arrival.name)
            .bind(result.as_str())
            .bind(serde_json::to_string(&messages)?)
            .bind(upload_id)
            .execute(&mut *transaction)
            .await?;
            answers.push(received);
        }
        transaction.commit().await?;
        Ok(answers)
    }

    /// Stores what was read from uploads of one athlete, in one transaction, and finds out which of their activities
    /// were there before in other bytes. Each upload is stored once: what comes second changes nothing. The answers
    /// are in the order of the uploads.
    pub(crate) async fn finish(
        &self,
        athlete_id: &str,
        readings: &[(Upload, Reading)],
    ) -> anyhow::Result<Vec<Finished>> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut dates = BTreeSet::new();
        for (upload, reading) in readings {
            if !claim(&mut transaction, upload, reading).await? {
                continue;
            }
            if let Reading::Read { activities, diary, .. } = reading {
                dates.extend(put_rows(&mut transaction, upload, activities, diary).await?);
            }
        }
        relink(&mut transaction, athlete_id, &dates).await?;
        let mut finished = Vec::with_capacity(readings.len());
        for (place, (upload, reading)) in readings.iter().enumerate() {
            let (result, messages) = match reading {
                Reading::Failed(reason) => (FileResult::Failed, vec![reason.clone()]),
                Reading::SetAside(reason) => (FileResult::SetAside, vec![reason.clone()]),
                Reading::Read { messages, activities, diary, .. } => {
                    let later: Vec<&str> =
                        readings.iter().skip(place + 1).map(|(upload, _)| upload.id.as_str()).collect();
                    let InOthers { activities: same, words } = in_others(&mut transaction, upload, &later).await?;
                    let is_nothing_else = same == activities.len() && diary.is_empty();
                    let result = if same > 0 && is_nothing_else { FileResult::SameActivity } else { FileResult::New };
                    let taken_out = if same == 0 { taken_out(&mut transaction, upload).await? } else { 0 };
                    let taken_out = (taken_out > 0).then(|| words::taken_out_before(taken_out));
                    (result, words.into_iter().chain(taken_out).chain(messages.iter().cloned()).collect())
                }
            };
            sqlx::query(
                "UPDATE import_files SET result = $3, messages = $4 \
                 WHERE athlete_id = $1 AND upload_id = $2 AND result = 'waiting'",
            )
            .bind(&upload.athlete_id)
            .bind(&upload.id)
            .bind(result.as_str())
            .bind(serde_json::to_string(&messages)?)
            .execute(&mut *transaction)
            .await?;
            finished.push(Finished { result, messages });
        }
        transaction.commit().await?;
        Ok(finished)
    }
}

/// The file's own name, without folders and archives around it.
fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(name)
}

/// Acknowledges one upload, or finds the one with the same bytes.
async fn receive_upload(transaction: &mut Transaction<'_, Sqlite>, upload: Upload) -> anyhow::Result<Received> {
    let known = sqlx::query("SELECT * FROM uploads WHERE athlete_id = $1 AND sha256 = $2")
        .bind(&upload.athlete_id)
        .bind(&upload.sha256)
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(row) = known else {
        sqlx::query(
            "INSERT INTO uploads (athlete_id, id, sha256, file_name, size_bytes, received_ms, state, attempts, \
             notices, import_id, details) VALUES ($1, $2, $3, $4, $5, $6, 'received', 1, '[]', $7, $8)",
        )
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .bind(&upload.sha256)
        .bind(&upload.file_name)
        .bind(upload.size_bytes)
        .bind(upload.received_ms)
        .bind(&upload.import_id)
        .bind(upload.details.as_ref().map(serde_json::to_string).transpose()?)
        .execute(&mut **transaction)
        .await?;
        let Upload { athlete_id, id, import_id, details, .. } = &upload;
        said::note(transaction, athlete_id, id, import_id.as_deref(), details.clone()).await?;
        return Ok(Received::Fresh(upload));
    };
    let mut known = upload_from_row(&row)?;
    let is_on_its_way = known.state == UploadState::Received && upload.received_ms - known.received_ms < IN_FLIGHT_MS;
    if known.undone_ms.is_none() && (known.state == UploadState::Read || is_on_its_way) {
        let mut words = words::duplicate(taken_out(transaction, &known).await? > 0);
        if let Some(details) = upload.details
            && said::add(transaction, &mut known, upload.import_id.as_deref(), details).await?
        {
            words.push_str("; what the export says about it was added");
        }
        return Ok(Received::Duplicate(known, words));
    }
    let Upload { athlete_id, import_id, details, .. } = &upload;
    let details = said::note(transaction, athlete_id, &known.id, import_id.as_deref(), details.clone()).await?;
    let upload = Upload { id: known.id, details, ..upload };
    sqlx::query(
        "UPDATE uploads SET state = 'received', attempts = 1, failure = NULL, undone_ms = NULL, notices = '[]', \
         file_name = $3, received_ms = $4, import_id = $5, details = $6, details_due = 0 WHERE athlete_id = $1 AND id = $2",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .bind(&upload.file_name)
    .bind(upload.received_ms)
    .bind(&upload.import_id)
    .bind(upload.details.as_ref().map(serde_json::to_string).transpose()?)
    .execute(&mut **transaction)
    .await?;
    Ok(Received::Fresh(upload))
}

/// How many activities of a known upload are taken out.
async fn taken_out(transaction: &mut Transaction<'_, Sqlite>, upload: &Upload) -> anyhow::Result<u64> {
    let counted = sqlx::query(
        "SELECT COUNT(*) AS activities FROM activities \
         WHERE athlete_id = $1 AND upload_id = $2 AND removed_ms IS NOT NULL",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(counted.try_get::<i64, _>("activities")?.unsigned_abs())
}

/// Stores what was read from an upload, into the rows that it has already. Returns the days on which it has activities
/// now or had some before: copies of them are to be compared anew.
pub(super) async fn put_rows(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    activities: &[NewActivity],
    diary: &[DiaryValue],
) -> anyhow::Result<BTreeSet<NaiveDate>> {
    let rows = sqlx::query("SELECT DISTINCT local_date FROM activities WHERE athlete_id = $1 AND upload_id = $2")
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .fetch_all(&mut **transaction)
        .await?;
    let before = rows.iter().map(|row| Ok(row.try_get::<String, _>("local_date")?.parse()?));
    let mut dates = before.collect::<anyhow::Result<BTreeSet<NaiveDate>>>()?;
    dates.extend(activities.iter().map(|activity| activity.local_date));
    remove_others(transaction, upload, activities).await?;
    for activity in activities {
        activity.put(transaction, upload).await?;
    }
    diary::insert(transaction, upload, diary).await?;
    Ok(dates)
}

/// Removes what the same bytes gave before, as far as they do not give it now.
async fn remove_others(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    activities: &[NewActivity],
) -> anyhow::Result<()> {
    let places: Vec<i64> = activities.iter().map(|activity| activity.position).collect();
    sqlx::query(
        "DELETE FROM activities WHERE athlete_id = $1 AND upload_id = $2 \
         AND position NOT IN (SELECT value FROM json_each($3))",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .bind(serde_json::to_string(&places)?)
    .execute(&mut **transaction)
    .await?;
    sqlx::query("DELETE FROM diary_values WHERE athlete_id = $1 AND upload_id = $2")
        .bind(&upload.athlete_id)
        .bind(&upload.id)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Turns the state of an upload to what was read; false when another got there first. When an export told of it while it
/// was being read, it is due to be read anew.
async fn claim(transaction: &mut Transaction<'_, Sqlite>, upload: &Upload, reading: &Reading) -> anyhow::Result<bool> {
    let (state, failure, notices, device) = match reading {
        Reading::Read { notices, device, .. } => ("read", None, notices.as_slice(), device.as_ref()),
        Reading::SetAside(reason) => ("set_aside", Some(reason), [].as_slice(), None),
        Reading::Failed(reason) => ("failed", Some(reason), [].as_slice(), None),
    };
    let claimed = sqlx::query(
        "UPDATE uploads SET state = $3, failure = $4, notices = $5, device = $6, details_due = IIF(details IS $7, 0, 1) \
         WHERE athlete_id = $1 AND id = $2 AND state <> 'read'",
    )
    .bind(&upload.athlete_id)
    .bind(&upload.id)
    .bind(state)
    .bind(failure)
    .bind(serde_json::to_string(notices)?)
    .bind(device.map(serde_json::to_string).transpose()?)
    .bind(upload.details.as_ref().map(serde_json::to_string).transpose()?)
    .execute(&mut **transaction)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

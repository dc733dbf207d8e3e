//! Values of single days.

use chrono::{DateTime, NaiveDate};
use plimsoll_ingest::DiaryValue;
use sqlx::{Row as _, Sqlite, Transaction};

use super::{Store, Upload};

impl Store {
    /// An athlete's values of single days from `from` to `to`, both included, by date and kind. Of several values of
    /// one day and kind, the one that was measured last counts; one of the day as a whole, which has no time, is later
    /// than any time of it.
    pub(crate) async fn diary(
        &self,
        athlete_id: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> anyhow::Result<Vec<DiaryValue>> {
        let rows = sqlx::query(
            "SELECT d.* FROM diary_values d JOIN uploads u ON u.athlete_id = d.athlete_id AND u.id = d.upload_id \
             WHERE d.athlete_id = $1 AND d.date >= $2 AND d.date <= $3 AND u.state = 'read' AND u.undone_ms IS NULL \
             ORDER BY d.date, d.kind, d.time_ms NULLS LAST, u.sha256",
        )
        .bind(athlete_id)
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(&self.read)
        .await?;
        let mut values: Vec<DiaryValue> = Vec::with_capacity(rows.len());
        for row in &rows {
            let (date, kind): (String, String) = (row.try_get("date")?, row.try_get("kind")?);
            let time_ms: Option<i64> = row.try_get("time_ms")?;
            let value = DiaryValue {
                date: date.parse()?,
                kind: serde_json::from_value(kind.into())?,
                value: row.try_get("value")?,
                time: time_ms.and_then(DateTime::from_timestamp_millis),
            };
            match values.last_mut() {
                Some(last) if (last.date, last.kind) == (value.date, value.kind) => *last = value,
                _ => values.push(value),
            }
        }
        Ok(values)
    }
}

/// Stores the values that an upload gave; of several of one day and kind, the last.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    upload: &Upload,
    values: &[DiaryValue],
) -> anyhow::Result<()> {
    for value in values {
        sqlx::query(
            "INSERT INTO diary_values (athlete_id, date, kind, upload_id, value, time_ms) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (athlete_id, date, kind, upload_id) \
             DO UPDATE SET value = excluded.value, time_ms = excluded.time_ms",
        )
        .bind(&upload.athlete_id)
        .bind(value.date.to_string())
        .bind(value.kind.as_str())
        .bind(&upload.id)
        .bind(value.value)
        .bind(value.time.map(|time| time.timestamp_millis()))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

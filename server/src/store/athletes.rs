//! Athletes.

use chrono_tz::Tz;
use plimsoll_analytics::{Physiology, Sex};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use thiserror::Error;

use super::{Store, new_id};

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;

/// An athlete.
#[derive(Debug, Clone)]
pub(crate) struct Athlete {
    /// UUIDv7.
    pub(crate) id: String,
    /// What the athlete told about themselves.
    pub(crate) profile: Profile,
}

/// What an athlete tells about themselves.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// Name, unique in the store.
    pub(crate) name: String,
    /// Time zone: decides which day a run counts on when the file does not say.
    pub(crate) zone: Tz,
    /// For TRIMP.
    pub(crate) physiology: Physiology,
}

/// Why an athlete was not stored.
#[derive(Debug, Error)]
pub(crate) enum AthleteError {
    /// The values themselves.
    #[error("{0}")]
    Invalid(String),
    /// Somebody has the name.
    #[error("there is an athlete named “{0}” already; choose another name")]
    NameTaken(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl Profile {
    /// A profile with a name and nothing else known.
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), zone: Tz::UTC, physiology: Physiology::default() }
    }

    /// Trims the name and checks every value.
    fn checked(mut self) -> Result<Self, AthleteError> {
        let invalid = |text: &str| Err(AthleteError::Invalid(text.to_owned()));
        self.name = self.name.trim().to_owned();
        if self.name.is_empty() {
            return invalid("a name is needed");
        }
        if self.name.chars().count() > LONGEST_NAME || self.name.chars().any(char::is_control) {
            return invalid("a name has at most 80 characters and no line breaks");
        }
        let Physiology { resting_hr_bpm, max_hr_bpm, .. } = self.physiology;
        if resting_hr_bpm.is_some_and(|bpm| !(25.0..=120.0).contains(&bpm)) {
            return invalid("resting heart rate must lie between 25 and 120 beats per minute");
        }
        if max_hr_bpm.is_some_and(|bpm| !(100.0..=240.0).contains(&bpm)) {
            return invalid("maximum heart rate must lie between 100 and 240 beats per minute");
        }
        if let (Some(resting), Some(max)) = (resting_hr_bpm, max_hr_bpm)
            && resting + 20.0 > max
        {
            return invalid("maximum heart rate must lie well above resting heart rate");
        }
        Ok(self)
    }
}

/// The sex as it is stored and sent.
pub(crate) fn sex_name(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "female",
        Sex::Male => "male",
    }
}

/// The sex from its name; `None` for any other text.
pub(crate) fn sex_from_name(name: &str) -> Option<Sex> {
    match name {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        _ => None,
    }
}

impl Store {
    /// All athletes by name.
    pub(crate) async fn athletes(&self) -> anyhow::Result<Vec<Athlete>> {
        let rows = sqlx::query("SELECT * FROM athletes ORDER BY name, id").fetch_all(&self.read).await?;
        rows.iter().map(athlete_from_row).collect()
    }

    /// One athlete by id.
    pub(crate) async fn athlete(&self, id: &str) -> anyhow::Result<Option<Athlete>> {
        let row = sqlx::query("SELECT * FROM athletes WHERE id = $1").bind(id).fetch_optional(&self.read).await?;
        row.as_ref().map(athlete_from_row).transpose()
    }

    /// One athlete by exact name.
    pub(crate) async fn athlete_named(&self, name: &str) -> anyhow::Result<Option<Athlete>> {
        let row =
            sqlx::query("SELECT * FROM athletes WHERE name = $1").bind(name.trim()).fetch_optional(&self.read).await?;
        row.as_ref().map(athlete_from_row).transpose()
    }

    /// Adds an athlete.
    pub(crate) async fn add_athlete(&self, profile: Profile, now_ms: i64) -> Result<Athlete, AthleteError> {
        let profile = profile.checked()?;
        let id = new_id();
        let done = sqlx::query(
            "INSERT INTO athletes (id, name, zone, sex, resting_hr_bpm, max_hr_bpm, created_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING",
        )
        .bind(&id)
        .bind(&profile.name)
        .bind(profile.zone.name())
        .bind(profile.physiology.sex.map(sex_name))
        .bind(profile.physiology.resting_hr_bpm)
        .bind(profile.physiology.max_hr_bpm)
        .bind(now_ms)
        .execute(&self.write)
        .await
        .map_err(anyhow::Error::from)?;
        if done.rows_affected() == 0 {
            return Err(AthleteError::NameTaken(profile.name));
        }
        Ok(Athlete { id, profile })
    }

    /// Changes what an athlete told about themselves and marks the summaries as due. Returns false when there is no
    /// such athlete.
    pub(crate) async fn set_profile(&self, id: &str, profile: Profile) -> Result<bool, AthleteError> {
        let profile = profile.checked()?;
        let done = sqlx::query(
            "UPDATE athletes SET name = $2, zone = $3, sex = $4, resting_hr_bpm = $5, max_hr_bpm = $6, \
             summaries_due = 1 WHERE id = $1",
        )
        .bind(id)
        .bind(&profile.name)
        .bind(profile.zone.name())
        .bind(profile.physiology.sex.map(sex_name))
        .bind(profile.physiology.resting_hr_bpm)
        .bind(profile.physiology.max_hr_bpm)
        .execute(&self.write)
        .await;
        match done {
            Ok(done) => Ok(done.rows_affected() == 1),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Err(AthleteError::NameTaken(profile.name))
            }
            Err(error) => Err(AthleteError::Store(error.into())),
        }
    }
}

impl Store {
    /// Athletes whose summaries do not follow their profile yet: the process ended in between.
    pub(crate) async fn athletes_with_summaries_due(&self) -> anyhow::Result<Vec<Athlete>> {
        let rows =
            sqlx::query("SELECT * FROM athletes WHERE summaries_due = 1 ORDER BY id").fetch_all(&self.read).await?;
        rows.iter().map(athlete_from_row).collect()
    }

    /// Notes that every summary of an athlete follows their profile.
    pub(crate) async fn summaries_done(&self, id: &str) -> anyhow::Result<()> {
        sqlx::query("UPDATE athletes SET summaries_due = 0 WHERE id = $1").bind(id).execute(&self.write).await?;
        Ok(())
    }
}

fn athlete_from_row(row: &SqliteRow) -> anyhow::Result<Athlete> {
    let zone: String = row.try_get("zone")?;
    let sex: Option<String> = row.try_get("sex")?;
    Ok(Athlete {
        id: row.try_get("id")?,
        profile: Profile {
            name: row.try_get("name")?,
            zone: zone.parse().map_err(|_| anyhow::anyhow!("the store holds an unknown time zone “{zone}”"))?,
            physiology: Physiology {
                sex: sex.as_deref().and_then(sex_from_name),
                resting_hr_bpm: row.try_get("resting_hr_bpm")?,
                max_hr_bpm: row.try_get("max_hr_bpm")?,
            },
        },
    })
}

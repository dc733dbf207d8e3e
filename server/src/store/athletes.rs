//! Athletes.

use chrono_tz::Tz;
use plimsoll_analytics::{Physiology, Sex};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite, Transaction};
use thiserror::Error;

use super::{Store, new_id};

/// A statement that values are bound to.
type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;

/// An athlete.
#[derive(Debug, Clone)]
pub(crate) struct Athlete {
    /// UUIDv7.
    pub(crate) id: String,
    /// The account of whose data it is; `None` while they are nobody's.
    pub(crate) account_id: Option<String>,
    /// What the athlete told about themselves.
    pub(crate) profile: Profile,
}

/// What an athlete tells about themselves.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// Name; others may have the same.
    pub(crate) name: String,
    /// Time zone: decides which day a run counts on when the file does not say.
    pub(crate) zone: Tz,
    /// What loads and paces are measured against.
    pub(crate) physiology: Physiology,
}

/// Why an athlete was not stored.
#[derive(Debug, Error)]
pub(crate) enum AthleteError {
    /// The values themselves.
    #[error("{0}")]
    Invalid(String),
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
    pub(super) fn checked(mut self) -> Result<Self, AthleteError> {
        self.name = clear_name(&self.name).map_err(|reason| AthleteError::Invalid(reason.to_owned()))?;
        check(&self.physiology).map_err(AthleteError::Invalid)?;
        Ok(self)
    }
}

/// A name as others see it, trimmed: of an account, an athlete, a squad or a token.
///
/// # Errors
/// When it is too long or of more than one line, when nothing of it can be seen, or when it holds what is not seen and
/// makes it look like another.
pub(crate) fn clear_name(name: &str) -> Result<String, &'static str> {
    let name = name.trim();
    if name.is_empty() {
        return Err("a name is needed");
    }
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err("a name has at most 80 characters and no line breaks");
    }
    if name.chars().any(is_hidden) {
        return Err(
            "a name has no invisible characters and none that change the direction of writing; type it anew instead of \
             pasting it",
        );
    }
    if name.chars().all(|letter| letter.is_whitespace() || is_blank(letter)) {
        return Err("a name needs something that can be seen");
    }
    Ok(name.to_owned())
}

/// What nobody sees, and what turns the direction of what follows.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What shows nothing alone: marks that go on a letter, and letters that are drawn as room.
fn is_blank(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}')
}

/// Checks each value of a body on its own, and those that must follow each other.
fn check(physiology: &Physiology) -> Result<(), String> {
    let Physiology {
        sex: _,
        resting_hr_bpm,
        max_hr_bpm,
        threshold_hr_bpm,
        threshold_speed_mps,
        vt1_hr_bpm,
        vt2_hr_bpm,
    } = *physiology;
    let rates = [
        ("resting heart rate", resting_hr_bpm, 25.0, 120.0),
        ("heart rate at VT1", vt1_hr_bpm, 60.0, 230.0),
        ("heart rate at VT2", vt2_hr_bpm, 60.0, 230.0),
        ("threshold heart rate", threshold_hr_bpm, 80.0, 230.0),
        ("maximum heart rate", max_hr_bpm, 100.0, 240.0),
    ];
    for (name, value, least, most) in rates {
        if value.is_some_and(|bpm| !(least..=most).contains(&bpm)) {
            return Err(format!("{name} must lie between {least} and {most} beats per minute"));
        }
    }
    if let (Some(resting), Some(max)) = (resting_hr_bpm, max_hr_bpm)
        && resting + 20.0 > max
    {
        return Err("maximum heart rate must lie well above resting heart rate".to_owned());
    }
    let [resting, vt1, vt2, threshold, max] = rates.map(|(name, value, ..)| value.map(|bpm| (name, bpm)));
    // VT2 and the threshold are two ways to find about the same place: neither has to lie above the other.
    for (lower, upper) in [
        (resting, vt1),
        (resting, vt2),
        (resting, threshold),
        (vt1, vt2),
        (vt1, threshold),
        (vt1, max),
        (vt2, max),
        (threshold, max),
    ] {
        if let (Some((lower, below)), Some((upper, above))) = (lower, upper)
            && below >= above
        {
            return Err(format!("{upper} ({above:.0}) must lie above {lower} ({below:.0})"));
        }
    }
    if threshold_speed_mps.is_some_and(|mps| !(1.0..=8.0).contains(&mps)) {
        return Err("threshold pace must lie between 2:05 and 16:40 min/km".to_owned());
    }
    Ok(())
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

    /// Athletes of exactly this name, or the one of this id.
    pub(crate) async fn athletes_named(&self, name: &str) -> anyhow::Result<Vec<Athlete>> {
        let sql = "SELECT * FROM athletes WHERE name = $1 OR id = $1 ORDER BY id";
        sqlx::query(sql).bind(name.trim()).fetch_all(&self.read).await?.iter().map(athlete_from_row).collect()
    }

    /// Athletes that are nobody's, by name.
    pub(crate) async fn unclaimed_athletes(&self) -> anyhow::Result<Vec<Athlete>> {
        let sql = "SELECT * FROM athletes WHERE account_id IS NULL ORDER BY name, id";
        sqlx::query(sql).fetch_all(&self.read).await?.iter().map(athlete_from_row).collect()
    }

    /// Adds an athlete that is nobody's.
    pub(crate) async fn add_athlete(&self, profile: Profile, now_ms: i64) -> Result<Athlete, AthleteError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await.map_err(anyhow::Error::from)?;
        let athlete = insert(&mut transaction, profile, None, now_ms).await?;
        transaction.commit().await.map_err(anyhow::Error::from)?;
        Ok(athlete)
    }

    /// Changes what an athlete told about themselves and marks the summaries as due. Returns false when there is no
    /// such athlete.
    pub(crate) async fn set_profile(&self, id: &str, profile: Profile) -> Result<bool, AthleteError> {
        let profile = profile.checked()?;
        let query = sqlx::query(
            "UPDATE athletes SET name = $2, zone = $3, sex = $4, resting_hr_bpm = $5, max_hr_bpm = $6, \
             threshold_hr_bpm = $7, threshold_speed_mps = $8, vt1_hr_bpm = $9, vt2_hr_bpm = $10, \
             summaries_due = 1 WHERE id = $1",
        );
        let done = with_profile(query.bind(id), &profile).execute(&self.write).await.map_err(anyhow::Error::from)?;
        Ok(done.rows_affected() == 1)
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

/// Adds an athlete, of an account or nobody's.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    profile: Profile,
    account_id: Option<&str>,
    now_ms: i64,
) -> Result<Athlete, AthleteError> {
    let profile = profile.checked()?;
    let id = new_id();
    let query = sqlx::query(
        "INSERT INTO athletes (id, name, zone, sex, resting_hr_bpm, max_hr_bpm, threshold_hr_bpm, \
         threshold_speed_mps, vt1_hr_bpm, vt2_hr_bpm, account_id, created_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    );
    let query = with_profile(query.bind(&id), &profile).bind(account_id).bind(now_ms);
    query.execute(&mut **transaction).await.map_err(anyhow::Error::from)?;
    Ok(Athlete { id, account_id: account_id.map(str::to_owned), profile })
}

/// Binds a profile to the next nine places of a statement: from the name to VT2.
fn with_profile<'q>(query: Statement<'q>, profile: &'q Profile) -> Statement<'q> {
    let physiology = &profile.physiology;
    query
        .bind(&profile.name)
        .bind(profile.zone.name())
        .bind(physiology.sex.map(sex_name))
        .bind(physiology.resting_hr_bpm)
        .bind(physiology.max_hr_bpm)
        .bind(physiology.threshold_hr_bpm)
        .bind(physiology.threshold_speed_mps)
        .bind(physiology.vt1_hr_bpm)
        .bind(physiology.vt2_hr_bpm)
}

pub(super) fn athlete_from_row(row: &SqliteRow) -> anyhow::Result<Athlete> {
    let zone: String = row.try_get("zone")?;
    let sex: Option<String> = row.try_get("sex")?;
    Ok(Athlete {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        profile: Profile {
            name: row.try_get("name")?,
            zone: zone.parse().map_err(|_| anyhow::anyhow!("the store holds an unknown time zone “{zone}”"))?,
            physiology: Physiology {
                sex: sex.as_deref().and_then(sex_from_name),
                resting_hr_bpm: row.try_get("resting_hr_bpm")?,
                max_hr_bpm: row.try_get("max_hr_bpm")?,
                threshold_hr_bpm: row.try_get("threshold_hr_bpm")?,
                threshold_speed_mps: row.try_get("threshold_speed_mps")?,
                vt1_hr_bpm: row.try_get("vt1_hr_bpm")?,
                vt2_hr_bpm: row.try_get("vt2_hr_bpm")?,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_do_not_go_together_are_refused_by_name() {
        let known = Physiology {
            sex: None,
            resting_hr_bpm: Some(50.0),
            max_hr_bpm: Some(190.0),
            threshold_hr_bpm: Some(172.0),
            threshold_speed_mps: Some(4.0),
            vt1_hr_bpm: Some(150.0),
            vt2_hr_bpm: Some(170.0),
        };
        assert_eq!(check(&known), Ok(()));
        assert_eq!(check(&Physiology::default()), Ok(()));
        let refused = |physiology| check(&physiology).unwrap_err();
        assert_eq!(
            refused(Physiology { threshold_hr_bpm: Some(195.0), ..known }),
            "maximum heart rate (190) must lie above threshold heart rate (195)"
        );
        assert_eq!(
            refused(Physiology { vt1_hr_bpm: Some(171.0), ..known }),
            "heart rate at VT2 (170) must lie above heart rate at VT1 (171)"
        );
        assert_eq!(
            refused(Physiology { threshold_hr_bpm: Some(f64::NAN), ..known }),
            "threshold heart rate must lie between 80 and 230 beats per minute"
        );
        assert_eq!(
            refused(Physiology { threshold_speed_mps: Some(12.0), ..known }),
            "threshold pace must lie between 2:05 and 16:40 min/km"
        );
        assert_eq!(
            refused(Physiology { resting_hr_bpm: Some(110.0), max_hr_bpm: Some(120.0), ..Physiology::default() }),
            "maximum heart rate must lie well above resting heart rate"
        );
    }

    #[test]
    fn a_name_can_be_seen_as_it_is() {
        for name in ["Ada", " Grace Hopper ", "Zoë", "李", "Zoe\u{308}", "Ada ❤\u{fe0f}", "محمد", "🏃"] {
            assert_eq!(clear_name(name), Ok(name.trim().to_owned()));
        }
        let hidden =
            ['\u{200b}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{2069}', '\u{feff}', '\u{ad}'];
        for letter in hidden {
            let refused = clear_name(&format!("Ada{letter} L")).unwrap_err();
            assert!(refused.contains("invisible"), "{letter:?}: {refused}");
        }
        for blank in ["\u{3164}", "\u{2800}\u{2800}", "\u{301}", "\u{fe0f}"] {
            assert_eq!(clear_name(blank), Err("a name needs something that can be seen"), "{blank:?}");
        }
        assert_eq!(clear_name(" \u{3000} "), Err("a name is needed"));
    }
}

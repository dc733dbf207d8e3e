//! What cannot stand in a diary.

use chrono::NaiveDate;
use plimsoll_ingest::quality::HEART_RATE_BPM;
use thiserror::Error;

use super::{DayMarks, Diary, Pain, RunForm, Shoe};

/// Ratings of pain and of effort (Borg's CR10).
const TEN: (f64, f64) = (0.0, 10.0);
/// Hooper's items.
const HOOPER: (f64, f64) = (1.0, 7.0);
/// Above anything that was ever measured, ms: a value in other units is noticed.
const MAX_RMSSD_MS: f64 = 1000.0;
/// A distance of shoes that no pair lasts, km.
const MAX_SHOE_KM: f64 = 100_000.0;
/// A number of running mechanics that none has in the units of its name.
const MAX_MECHANICS: f64 = 10_000.0;

/// Why an entry of a diary cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DiaryError {
    /// A value is not a finite number.
    #[error("{date}: {field} is not a number")]
    NotANumber {
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
    },
    /// A rating outside its scale.
    #[error("{date}: {field} is {value}, outside its scale of {low} to {high}")]
    OffScale {
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
        /// The lowest rating.
        low: f64,
        /// The highest rating.
        high: f64,
    },
    /// A value that must be above zero.
    #[error("{date}: {field} is {value}, not above zero")]
    NotPositive {
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// A value that nobody has.
    #[error("{date}: {field} is {value}, more than it can be; is the unit right?")]
    TooLarge {
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// Something ended before it began.
    #[error("{what} ends on {last}, before it begins on {first}")]
    Backwards {
        /// An injury by its site, or an illness.
        what: String,
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
    /// An entry that is about a site, a session or a pair does not name it.
    #[error("{what} has no {field}")]
    Unnamed {
        /// The kind of entry, with its day where it has one.
        what: String,
        /// What is missing.
        field: &'static str,
    },
    /// A distance of a pair of shoes that cannot be.
    #[error("shoes {name}: {field} is {value}, not between 0 and {MAX_SHOE_KM} km")]
    Shoe {
        /// The pair.
        name: String,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// Two pairs with one name.
    #[error("two pairs of shoes are named {name}")]
    TwoPairs {
        /// The name.
        name: String,
    },
}

/// A rating of perceived exertion on Borg's category-ratio scale, 0–10, as session RPE needs it. A rating from the
/// scale of 6 to 20 is refused where it can be told from the other.
///
/// # Errors
/// [`DiaryError::OffScale`] or [`DiaryError::NotANumber`].
pub fn checked_rpe(date: NaiveDate, rpe: f64) -> Result<f64, DiaryError> {
    on_scale(date, "rpe", Some(rpe), TEN).map(|()| rpe)
}

fn finite(date: NaiveDate, field: &'static str, value: f64) -> Result<(), DiaryError> {
    if value.is_finite() { Ok(()) } else { Err(DiaryError::NotANumber { date, field }) }
}

fn on_scale(
    date: NaiveDate,
    field: &'static str,
    value: Option<f64>,
    (low, high): (f64, f64),
) -> Result<(), DiaryError> {
    let Some(value) = value else { return Ok(()) };
    finite(date, field, value)?;
    if (low..=high).contains(&value) { Ok(()) } else { Err(DiaryError::OffScale { date, field, value, low, high }) }
}

fn positive(date: NaiveDate, field: &'static str, value: Option<f64>, most: f64) -> Result<(), DiaryError> {
    let Some(value) = value else { return Ok(()) };
    finite(date, field, value)?;
    if value <= 0.0 {
        Err(DiaryError::NotPositive { date, field, value })
    } else if value > most {
        Err(DiaryError::TooLarge { date, field, value })
    } else {
        Ok(())
    }
}

impl Diary {
    /// Looks for entries that cannot be. Whether entries of different kinds agree with each other is not looked at.
    ///
    /// # Errors
    /// The first that is found: a rating outside its scale, an RMSSD that is not above zero, an interval that ends
    /// before it begins, an entry without a site, a session or a name, two pairs with one name.
    pub fn check(&self) -> Result<(), DiaryError> {
        self.marks.iter().try_for_each(check_marks)?;
        self.pains.iter().try_for_each(check_pain)?;
        for injury in &self.injuries {
            let what = || format!("the injury of {}", injury.first);
            check_named(&injury.site, "site", what)?;
            check_forward(injury.first, injury.last, || format!("the injury {}", injury.site))?;
        }
        for illness in &self.illnesses {
            check_forward(illness.first, illness.last, || "the illness".to_owned())?;
        }
        self.shoes.iter().try_for_each(check_shoe)?;
        let mut names: Vec<String> = self.shoes.iter().map(|shoe| super::key(&shoe.name)).collect();
        names.sort_unstable();
        if let Some(name) = names.array_windows().find_map(|[a, b]| (a == b).then(|| a.clone())) {
            return Err(DiaryError::TwoPairs { name });
        }
        self.runs.iter().try_for_each(check_form)
    }
}

fn check_marks(marks: &DayMarks) -> Result<(), DiaryError> {
    let date = marks.date;
    on_scale(date, "resting_hr_bpm", marks.resting_hr_bpm, (*HEART_RATE_BPM.start(), *HEART_RATE_BPM.end()))?;
    positive(date, "rmssd_ms", marks.rmssd_ms, MAX_RMSSD_MS)?;
    if let Some(wellness) = marks.wellness {
        finite(date, "wellness", wellness)?;
    }
    let Some(hooper) = marks.hooper else { return Ok(()) };
    let items = [
        ("fatigue", hooper.fatigue),
        ("stress", hooper.stress),
        ("soreness", hooper.soreness),
        ("sleep", hooper.sleep),
    ];
    items.into_iter().try_for_each(|(field, item)| on_scale(date, field, item.map(f64::from), HOOPER))
}

fn check_pain(pain: &Pain) -> Result<(), DiaryError> {
    check_named(&pain.site, "site", || format!("the pain of {}", pain.date))?;
    on_scale(pain.date, "pain during", pain.during, TEN)?;
    on_scale(pain.date, "pain next morning", pain.next_morning, TEN)
}

fn check_shoe(shoe: &Shoe) -> Result<(), DiaryError> {
    check_named(&shoe.name, "name", || "a pair of shoes".to_owned())?;
    for (field, value) in [("limit_km", shoe.limit_km), ("distance_before_km", shoe.distance_before_km)] {
        if let Some(value) = value.filter(|value| !(0.0..=MAX_SHOE_KM).contains(value)) {
            return Err(DiaryError::Shoe { name: shoe.name.clone(), field, value });
        }
    }
    Ok(())
}

fn check_form(form: &RunForm) -> Result<(), DiaryError> {
    let date = form.date;
    check_named(&form.session, "session", || format!("the running form of {date}"))?;
    on_scale(date, "stance_balance_pct", form.stance_balance_pct, (0.0, 100.0))?;
    let rest = [
        ("speed_mps", form.speed_mps),
        ("efficiency", form.efficiency),
        ("cadence_spm", form.cadence_spm),
        ("stance_time_ms", form.stance_time_ms),
        ("vertical_oscillation_mm", form.vertical_oscillation_mm),
        ("vertical_ratio_pct", form.vertical_ratio_pct),
        ("step_length_mm", form.step_length_mm),
    ];
    rest.into_iter().try_for_each(|(field, value)| positive(date, field, value, MAX_MECHANICS))
}

fn check_named(name: &str, field: &'static str, what: impl Fn() -> String) -> Result<(), DiaryError> {
    if name.trim().is_empty() { Err(DiaryError::Unnamed { what: what(), field }) } else { Ok(()) }
}

fn check_forward(first: NaiveDate, last: Option<NaiveDate>, what: impl Fn() -> String) -> Result<(), DiaryError> {
    match last {
        Some(last) if last < first => Err(DiaryError::Backwards { what: what(), first, last }),
        _ => Ok(()),
    }
}

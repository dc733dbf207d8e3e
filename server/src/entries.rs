//! What people write down about an athlete: marks of a day, pain and illness in the diary; injuries and notes on them.

use chrono::{Days, NaiveDate};
use plimsoll_analytics as analytics;
use plimsoll_analytics::{DayMarks, Diary, Hooper, Side};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Kind, Role};

/// So many entries are kept of an athlete: one a day for fifty years.
pub(crate) const MOST: usize = 20_000;
/// A text longer than this, characters, is no remark.
const MAX_TEXT: usize = 10_000;
/// A site longer than this, characters, is no site.
const MAX_SITE: usize = 80;

/// Something that is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Body {
    /// How a day was.
    Marks(Marks),
    /// Pain at one site on one day.
    Pain(Pain),
    /// An illness.
    Illness(Illness),
    /// An injury.
    Injury(Injury),
    /// A note beside the injuries.
    Note(Note),
}

/// How a day was; what was not marked is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marks {
    /// The day on whose morning it was marked.
    #[schema(value_type = String, format = Date)]
    pub(crate) date: NaiveDate,
    /// Resting heart rate, bpm.
    #[serde(default)]
    pub(crate) resting_hr_bpm: Option<f64>,
    /// Heart-rate variability as RMSSD, ms.
    #[serde(default)]
    pub(crate) rmssd_ms: Option<f64>,
    /// Hooper: fatigue, 1 (very good) to 7 (very bad).
    #[serde(default)]
    pub(crate) fatigue: Option<u8>,
    /// Hooper: stress, 1 (very good) to 7 (very bad).
    #[serde(default)]
    pub(crate) stress: Option<u8>,
    /// Hooper: soreness of muscles, 1 (very good) to 7 (very bad).
    #[serde(default)]
    pub(crate) soreness: Option<u8>,
    /// Hooper: sleep, 1 (very good) to 7 (very bad).
    #[serde(default)]
    pub(crate) sleep: Option<u8>,
    /// Wellness as one number on a scale of one's own: the higher, the better.
    #[serde(default)]
    pub(crate) wellness: Option<f64>,
    /// Remark.
    #[serde(default)]
    pub(crate) text: String,
}

/// Pain at one site on one day, from 0 (none) to 10 (the worst imaginable); what was not noted is null, never 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pain {
    /// The day of the run, or of the note when there was none.
    #[schema(value_type = String, format = Date)]
    pub(crate) date: NaiveDate,
    /// Where, in one's own words, such as `Achilles tendon`.
    pub(crate) site: String,
    /// `left` or `right`; null: not said, or the middle of the body.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) side: Option<Side>,
    /// Whether the site is a bone.
    #[serde(default)]
    pub(crate) is_bone: bool,
    /// The worst during the run of the day, 0–10.
    #[serde(default)]
    pub(crate) during: Option<f64>,
    /// On the morning after, 0–10.
    #[serde(default)]
    pub(crate) next_morning: Option<f64>,
    /// Whether it gets worse while running.
    #[serde(default)]
    pub(crate) is_worse_while_running: bool,
    /// Whether it comes at night.
    #[serde(default)]
    pub(crate) is_at_night: bool,
    /// Whether it is there at rest.
    #[serde(default)]
    pub(crate) is_at_rest: bool,
    /// Whether there is swelling.
    #[serde(default)]
    pub(crate) is_swollen: bool,
    /// Whether it is in one spot that a finger can point at.
    #[serde(default)]
    pub(crate) is_in_one_spot: bool,
    /// Remark.
    #[serde(default)]
    pub(crate) text: String,
}

/// An illness.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Illness {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub(crate) first: NaiveDate,
    /// Last day; null while it goes on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) last: Option<NaiveDate>,
    /// Remark.
    #[serde(default)]
    pub(crate) text: String,
}

/// An injury.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Injury {
    /// Where, in one's own words, such as `Achilles tendon`.
    pub(crate) site: String,
    /// `left` or `right`; null: not said, or the middle of the body.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) side: Option<Side>,
    /// Whether it is one of a bone.
    #[serde(default)]
    pub(crate) is_bone: bool,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub(crate) first: NaiveDate,
    /// Last day; null while it goes on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) last: Option<NaiveDate>,
    /// What it is, as who treats it says.
    #[serde(default)]
    pub(crate) diagnosis: String,
    /// Remark.
    #[serde(default)]
    pub(crate) text: String,
}

/// A note. The athlete and who wrote it read it; whoever may read injuries and notes does when it is shared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// Its day.
    #[schema(value_type = String, format = Date)]
    pub(crate) date: NaiveDate,
    /// What it says.
    pub(crate) text: String,
    /// Whether whoever may read injuries and notes reads it.
    #[serde(default)]
    pub(crate) shared: bool,
}

impl Body {
    /// Name in the API and the store.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Marks(_) => "marks",
            Self::Pain(_) => "pain",
            Self::Illness(_) => "illness",
            Self::Injury(_) => "injury",
            Self::Note(_) => "note",
        }
    }

    /// Which data it is, as they are granted: the diary, or injuries and notes.
    pub(crate) fn data(&self) -> Kind {
        match self {
            Self::Marks(_) | Self::Pain(_) | Self::Illness(_) => Kind::Diary,
            Self::Injury(_) | Self::Note(_) => Kind::Injuries,
        }
    }

    /// Its day; of what lasts, the first.
    pub(crate) fn date(&self) -> NaiveDate {
        match self {
            Self::Marks(marks) => marks.date,
            Self::Pain(pain) => pain.date,
            Self::Illness(illness) => illness.first,
            Self::Injury(injury) => injury.first,
            Self::Note(note) => note.date,
        }
    }

    /// The last day of what lasts and has one.
    pub(crate) fn last(&self) -> Option<NaiveDate> {
        match self {
            Self::Illness(illness) => illness.last,
            Self::Injury(injury) => injury.last,
            Self::Marks(_) | Self::Pain(_) | Self::Note(_) => None,
        }
    }

    fn texts(&self) -> Vec<(&'static str, &str, usize)> {
        match self {
            Self::Marks(Marks { text, .. }) | Self::Illness(Illness { text, .. }) | Self::Note(Note { text, .. }) => {
                vec![("text", text, MAX_TEXT)]
            }
            Self::Pain(pain) => vec![("site", &pain.site, MAX_SITE), ("text", &pain.text, MAX_TEXT)],
            Self::Injury(injury) => vec![
                ("site", &injury.site, MAX_SITE),
                ("diagnosis", &injury.diagnosis, MAX_TEXT),
                ("text", &injury.text, MAX_TEXT),
            ],
        }
    }

    /// Whether it can be, seen from `today`, the athlete's; what is wrong, as a sentence.
    ///
    /// # Errors
    /// A day that nothing can be known of, nothing said at all, a text that is too long, and what
    /// [`Diary::check`] names.
    pub(crate) fn check(&self, today: NaiveDate) -> Result<(), String> {
        let date = self.date();
        // Where the athlete is, the next day may have begun.
        let days = EARLIEST..=today + Days::new(1);
        for day in [Some(date), self.last()].into_iter().flatten() {
            if !days.contains(&day) {
                return Err(format!("{day} cannot be: write down days from {EARLIEST} to {}.", days.end()));
            }
        }
        for (field, text, most) in self.texts() {
            let length = text.chars().count();
            if length > most {
                return Err(format!("{field} has {length} characters; {most} are the most."));
            }
            let is_line = field == "site";
            if text.chars().any(|c| c.is_control() && (is_line || !matches!(c, '\n' | '\r' | '\t'))) {
                return Err(format!("{field} holds a character that is no text."));
            }
        }
        match self {
            Self::Marks(marks) if *marks == (Marks { date, ..Marks::default() }) => {
                return Err("Nothing is marked: fill in at least one field.".to_owned());
            }
            Self::Pain(pain) if !pain.says_something() => {
                return Err("Nothing is said of the pain: rate it, 0 for none, or tick what is so.".to_owned());
            }
            Self::Note(note) if note.text.trim().is_empty() => return Err("The note is empty.".to_owned()),
            _ => {}
        }
        let mut diary = Diary::default();
        self.put_into(&mut diary);
        diary.check().map_err(|error| format!("{}.", crate::words::capitalised(&error.to_string())))
    }

    /// Adds it to what the analysis gets to see. Notes are for people alone.
    pub(crate) fn put_into(&self, diary: &mut Diary) {
        match self {
            Self::Marks(marks) => diary.marks.push(marks.of_day()),
            Self::Pain(pain) => diary.pains.push(analytics::Pain {
                date: pain.date,
                site: pain.site.trim().to_owned(),
                side: pain.side,
                is_bone: pain.is_bone,
                during: pain.during,
                next_morning: pain.next_morning,
                is_worse_while_running: pain.is_worse_while_running,
                is_at_night: pain.is_at_night,
                is_at_rest: pain.is_at_rest,
                is_swollen: pain.is_swollen,
                is_in_one_spot: pain.is_in_one_spot,
            }),
            Self::Illness(illness) => {
                diary.illnesses.push(analytics::Illness { first: illness.first, last: illness.last });
            }
            Self::Injury(injury) => diary.injuries.push(analytics::Injury {
                site: injury.site.trim().to_owned(),
                side: injury.side,
                is_bone: injury.is_bone,
                first: injury.first,
                last: injury.last,
            }),
            Self::Note(_) => {}
        }
    }

    /// Whether somebody who is `role` to the athlete, and may read data of its kind, reads it: a note that is not shared
    /// is for the athlete and for who wrote it.
    pub(crate) fn is_for(&self, role: Role, is_author: bool) -> bool {
        match self {
            Self::Note(note) => note.shared || is_author || is_own(role),
            _ => true,
        }
    }

    /// As somebody who is `role` to the athlete may write it: only the athlete says that others read a note.
    pub(crate) fn by(mut self, role: Role) -> Self {
        if let Self::Note(note) = &mut self
            && !is_own(role)
        {
            note.shared = false;
        }
        self
    }

    /// What somebody who may write data of its kind may put in its place when they send `new`: it is the athlete's and who
    /// wrote it, but what a note says is the writer's alone, and whether others read it the athlete's.
    ///
    /// # Errors
    /// Why nothing of `new` may be put there.
    pub(crate) fn changed_to(&self, mut new: Self, role: Role, is_author: bool) -> Result<Self, &'static str> {
        if !is_own(role) && !is_author {
            return Err("Only the athlete and who wrote this can change it.");
        }
        if let (Self::Note(old), Self::Note(new)) = (self, &mut new) {
            if !is_author && (old.date, &old.text) != (new.date, &new.text) {
                return Err("What this note says only its writer can change. You can share it, or take it out.");
            }
            if !is_own(role) {
                new.shared = old.shared;
            }
        }
        Ok(new)
    }
}

/// Whether what is written about the athlete is the role's own.
pub(crate) fn is_own(role: Role) -> bool {
    matches!(role, Role::Athlete | Role::Demo)
}

/// The earliest day that something can be written down for.
const EARLIEST: NaiveDate = match NaiveDate::from_ymd_opt(1950, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

impl Marks {
    /// As the analysis takes them.
    pub(crate) fn of_day(&self) -> DayMarks {
        let hooper = Hooper { fatigue: self.fatigue, stress: self.stress, soreness: self.soreness, sleep: self.sleep };
        DayMarks {
            date: self.date,
            resting_hr_bpm: self.resting_hr_bpm,
            rmssd_ms: self.rmssd_ms,
            hooper: Some(hooper).filter(|hooper| *hooper != Hooper::default()),
            wellness: self.wellness,
        }
    }
}

impl Pain {
    fn says_something(&self) -> bool {
        self.during.is_some()
            || self.next_morning.is_some()
            || self.is_worse_while_running
            || self.is_at_night
            || self.is_at_rest
            || self.is_swollen
            || self.is_in_one_spot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn problem(body: &Body) -> String {
        body.check(day("2026-11-20")).unwrap_err()
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_is_wrong() {
        let pain = |during| Pain { date: day("2026-11-19"), site: "shin".into(), during, ..Pain::default() };
        assert_eq!(Body::Pain(pain(Some(3.0))).check(day("2026-11-20")), Ok(()));
        assert!(problem(&Body::Pain(pain(Some(11.0)))).contains("outside its scale of 0 to 10"));
        assert!(problem(&Body::Pain(pain(None))).contains("Nothing is said"));
        assert!(problem(&Body::Pain(Pain { site: " ".into(), ..pain(Some(1.0)) })).contains("no site"));
        let marks = Marks { date: day("2026-11-19"), ..Marks::default() };
        assert!(problem(&Body::Marks(marks.clone())).contains("Nothing is marked"));
        assert!(problem(&Body::Marks(Marks { sleep: Some(8), ..marks })).contains("1 to 7"));
        let injury = Injury { site: "knee".into(), first: day("2026-11-10"), ..Injury::default() };
        let backwards = Injury { last: Some(day("2026-11-09")), ..injury.clone() };
        assert!(problem(&Body::Injury(backwards)).contains("before it begins"));
        assert!(problem(&Body::Injury(Injury { first: day("2027-01-01"), ..injury })).contains("2027-01-01 cannot be"));
        let long = Note { date: day("2026-11-10"), text: "a".repeat(10_001), shared: false };
        assert!(problem(&Body::Note(long)).contains("10001 characters"));
    }

    #[test]
    fn a_note_is_for_the_athlete_and_its_writer_until_it_is_shared() {
        let note = |text: &str, shared| Body::Note(Note { date: day("2026-11-10"), text: text.into(), shared });
        let own = note("rest", false);
        assert!(own.is_for(Role::Athlete, false) && own.is_for(Role::Physio, true));
        for role in [Role::Physio, Role::Coach, Role::Assistant, Role::Guardian] {
            assert!(!own.is_for(role, false), "{role:?}");
            assert!(note("rest", true).is_for(role, false), "{role:?}");
        }
        // The athlete says who reads it, the writer what it says.
        let changed = |new: &Body, role, is_author| own.changed_to(new.clone(), role, is_author).ok();
        assert_eq!(changed(&note("rest", true), Role::Athlete, false), Some(note("rest", true)));
        assert_eq!(changed(&note("run", false), Role::Athlete, false), None);
        assert_eq!(changed(&note("run", true), Role::Physio, true), Some(note("run", false)));
        assert_eq!(changed(&note("rest", true), Role::Physio, false), None);
        assert_eq!(note("rest", true).by(Role::Physio), note("rest", false));
        assert_eq!(note("rest", true).by(Role::Athlete), note("rest", true));
    }
}

//! What an export is: names of its files, and what those say that are read again.

use chrono::{DateTime, NaiveDate, Utc};
use plimsoll_analytics::Physiology;
use plimsoll_ingest::Details;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Role;
use crate::entries::Body;
use crate::store::{Athlete, Author, Decided, Entry, Profile, UndoneImport, sex_from_name, sex_name};

/// The version that is written. One that reads differently gets the next number.
pub(super) const FORMAT: u32 = 1;

/// The file that an export is known by. It comes first.
pub(super) const MANIFEST: &str = "plimsoll-export.json";
pub(super) const README: &str = "README.txt";
pub(super) const PROFILE: &str = "profile.json";
pub(super) const DECISIONS: &str = "decisions.json";
/// Folder of the original files.
pub(super) const ORIGINAL: &str = "original/";
/// Folder of recordings as Parquet.
pub(super) const RECORDS: &str = "records/";
pub(super) const ENTRIES: &str = "entries.json";

/// What an export is known by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Version of the format.
    pub(super) plimsoll_export: u32,
    /// Version of the program that wrote it.
    #[serde(default)]
    pub(super) program: String,
    /// When it was made.
    pub(super) made: DateTime<Utc>,
    /// Whose it is, by name.
    #[serde(default)]
    pub(super) athlete: String,
}

/// What an athlete told about themselves; what nobody set is left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ProfileFile {
    pub(super) name: String,
    pub(super) zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resting_hr_bpm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_hr_bpm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) threshold_hr_bpm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) threshold_speed_mps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vt1_hr_bpm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vt2_hr_bpm: Option<f64>,
}

impl From<&Profile> for ProfileFile {
    fn from(profile: &Profile) -> Self {
        let Physiology {
            sex,
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_speed_mps,
            vt1_hr_bpm,
            vt2_hr_bpm,
        } = profile.physiology;
        Self {
            name: profile.name.clone(),
            zone: profile.zone.name().to_owned(),
            sex: sex.map(|sex| sex_name(sex).to_owned()),
            resting_hr_bpm,
            max_hr_bpm,
            threshold_hr_bpm,
            threshold_speed_mps,
            vt1_hr_bpm,
            vt2_hr_bpm,
        }
    }
}

impl ProfileFile {
    /// What of it is known where `own` says nothing: the body, and what was taken, by name.
    pub(super) fn completed(&self, own: &Physiology) -> (Physiology, Vec<&'static str>) {
        let mut taken = Vec::new();
        let mut other = |name: &'static str, own: Option<f64>, theirs: Option<f64>| {
            if own.is_none() && theirs.is_some() {
                taken.push(name);
            }
            own.or(theirs)
        };
        let mut body = Physiology {
            sex: own.sex,
            resting_hr_bpm: other("resting heart rate", own.resting_hr_bpm, self.resting_hr_bpm),
            max_hr_bpm: other("maximum heart rate", own.max_hr_bpm, self.max_hr_bpm),
            threshold_hr_bpm: other("threshold heart rate", own.threshold_hr_bpm, self.threshold_hr_bpm),
            threshold_speed_mps: other("threshold pace", own.threshold_speed_mps, self.threshold_speed_mps),
            vt1_hr_bpm: other("heart rate at VT1", own.vt1_hr_bpm, self.vt1_hr_bpm),
            vt2_hr_bpm: other("heart rate at VT2", own.vt2_hr_bpm, self.vt2_hr_bpm),
        };
        if let (None, Some(sex)) = (own.sex, self.sex.as_deref().and_then(sex_from_name)) {
            body.sex = Some(sex);
            taken.insert(0, "sex");
        }
        (body, taken)
    }
}

/// Something that was written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EntryFile {
    pub(super) id: Uuid,
    pub(super) entry: Body,
    /// Who wrote it, by name.
    pub(super) author: String,
    /// As what.
    pub(super) author_role: String,
    pub(super) created_ms: i64,
    pub(super) changed_ms: i64,
    /// When it was taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) removed_ms: Option<i64>,
    /// As what who took it out did that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) removed_role: Option<String>,
}

impl From<Entry> for EntryFile {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.parse().unwrap_or_default(),
            entry: entry.body,
            author: entry.author.name,
            author_role: entry.author.role.as_str().to_owned(),
            created_ms: entry.created_ms,
            changed_ms: entry.changed_ms,
            removed_ms: entry.removed_ms,
            removed_role: entry.removed_role.map(|role| role.as_str().to_owned()),
        }
    }
}

impl EntryFile {
    /// As one of an athlete here; why not, when nobody could have written it. What others wrote keeps their name, and is
    /// nobody's: who has an account of that name here need not be the same person.
    pub(super) fn as_entry(&self, athlete: &Athlete, today: NaiveDate) -> Result<Entry, String> {
        self.entry.check(today)?;
        let role = |name: &str| Role::named(name).filter(|role| matches!(role, Role::Athlete | Role::Physio));
        let author = match role(&self.author_role).ok_or_else(|| format!("a {} writes nothing", self.author_role))? {
            Role::Physio => {
                let mut name = self.author.clone();
                name.retain(|c| !c.is_control());
                cut(&mut name, LONGEST_NAME);
                Author { account_id: None, name, role: Role::Physio }
            }
            role => Author { account_id: athlete.account_id.clone(), name: athlete.profile.name.clone(), role },
        };
        let removed_ms = self.removed_ms.map(|at_ms| at_ms.clamp(0, LAST_MS));
        Ok(Entry {
            id: self.id.to_string(),
            body: self.entry.clone(),
            author,
            created_ms: self.created_ms.clamp(0, LAST_MS),
            changed_ms: self.changed_ms.clamp(0, LAST_MS),
            removed_ms,
            removed_role: removed_ms.and_then(|_| role(self.removed_role.as_deref().unwrap_or("athlete"))),
            imported: true,
        })
    }
}

/// What was decided, beside what the original files say.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Decisions {
    /// Imports that were undone, while nothing else brought their files.
    pub(super) undone_imports: Vec<UndoneImport>,
    /// Every original file.
    pub(super) originals: Vec<Original>,
}

/// An original file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Original {
    /// Where it lies in the archive; text, and never a path to open.
    pub(super) path: String,
    /// The name that it came under.
    pub(super) file: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub(super) sha256: String,
    /// How many.
    pub(super) size_bytes: i64,
    /// `read`, `set_aside`, `failed`, or `received` when nobody looked at it yet.
    pub(super) state: String,
    /// Why nothing could be read, or what it is instead of an activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// What the exports of other services that it came in say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<Details>,
    /// The import that it came with and that was undone, by its place in the list of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) undone_import: Option<usize>,
    /// What a person decided about its activities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) decided: Vec<Decided>,
}

impl Decisions {
    /// Only what Plimsoll itself could have written: whoever made the archive by hand must not get text of any length, or
    /// numbers that have no place, into the store by it.
    pub(super) fn tamed(mut self) -> Self {
        for import in &mut self.undone_imports {
            import.label.retain(|c| !c.is_control());
            cut(&mut import.label, LONGEST_NAME);
            import.undone_ms = import.undone_ms.clamp(0, LAST_MS);
        }
        for original in &mut self.originals {
            original.file.retain(|c| !c.is_control());
            cut(&mut original.file, LONGEST_NAME);
            if let Some(said) = &mut original.said {
                for (text, most) in [
                    (&mut said.title, LONGEST_NAME),
                    (&mut said.gear, LONGEST_NAME),
                    (&mut said.description, LONGEST_TEXT),
                ] {
                    if let Some(text) = text {
                        cut(text, most);
                    }
                }
                said.rpe = said.rpe.filter(|rpe| (0.0..=10.0).contains(rpe));
                said.feel = said.feel.filter(|feel| (0.0..=100.0).contains(feel));
            }
            for decided in &mut original.decided {
                decided.sport = decided
                    .sport
                    .take()
                    .filter(|said| is_word(&said.sport) && said.run_kind.as_deref().is_none_or(is_word));
                if let Some(said) = &mut decided.sport {
                    said.order = said.order.filter(is_order);
                }
                if let Some(out) = &mut decided.taken_out {
                    out.at_ms = out.at_ms.map(|at_ms| at_ms.clamp(0, LAST_MS));
                    out.order = out.order.filter(is_order);
                }
            }
        }
        self
    }
}

/// Longest name, title and text that come from an export, in characters: longer than those of any other are taken.
const LONGEST_NAME: usize = 500;
const LONGEST_TEXT: usize = 20_000;

/// The last millisecond of the year 9999.
const LAST_MS: i64 = 253_402_300_799_999;

fn cut(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
}

/// Whether it can be the name of a sport: `strength_training`.
fn is_word(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Whether it can be the number of a decision: there is room for many behind it.
fn is_order(order: &i64) -> bool {
    (0..=LAST_MS).contains(order)
}

/// How much of a hash stands in a name, hexadecimal digits.
const HASH_DIGITS: usize = 16;

/// Longest part of an original's own name, in characters.
const LONGEST: usize = 80;

/// The name of an original file in the archive: its own, of plain characters, with what no other file has behind it.
pub(super) fn original_path(file_name: &str, sha256: &str) -> String {
    let plain: String =
        file_name.chars().map(|c| if c.is_alphanumeric() || "._-+ ()".contains(c) { c } else { '_' }).collect();
    // Neither hidden nor, on Windows, cut.
    let plain = plain.trim_matches(|c: char| c == '.' || c == ' ');
    let (stem, extension) = match plain.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty() && extension.len() <= 5 && extension.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            (stem, format!(".{extension}"))
        }
        _ => (plain, String::new()),
    };
    let stem: String = stem.chars().take(LONGEST).collect();
    let stem = if stem.is_empty() { "file" } else { &stem };
    format!("{ORIGINAL}{stem}-{}{extension}", digits(sha256))
}

/// The name of a recording in the archive.
pub(super) fn records_path(date: chrono::NaiveDate, sha256: &str, position: i64) -> String {
    format!("{RECORDS}{date}-{}-{position}.parquet", digits(sha256))
}

fn digits(sha256: &str) -> &str {
    sha256.get(..HASH_DIGITS).unwrap_or(sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_and_stay_different() {
        let sha = "0123456789abcdef0123456789abcdef";
        let named = |name: &str| original_path(name, sha);
        assert_eq!(named("Morning run.fit"), "original/Morning run-0123456789abcdef.fit");
        assert_eq!(named("../../etc/passwd"), "original/_.._etc_passwd-0123456789abcdef");
        assert_eq!(named("..."), "original/file-0123456789abcdef");
        assert_eq!(named("Løb.gpx"), "original/Løb-0123456789abcdef.gpx");
        assert_eq!(named("a\0b\\c:d.tcx"), "original/a_b_c_d-0123456789abcdef.tcx");
        assert_eq!(named("CON"), "original/CON-0123456789abcdef");
        assert_eq!(
            named("activities.csv#2019-01-07T00:02:11Z"),
            "original/activities.csv_2019-01-07T00_02_11Z-0123456789abcdef"
        );
        assert_eq!(named(&"x".repeat(300)).len(), "original/".len() + LONGEST + 1 + HASH_DIGITS);
        assert_ne!(named("run.fit"), original_path("run.fit", "ffff456789abcdef0123456789abcdef"));
    }

    #[test]
    fn what_nobody_could_have_decided_is_left_out() {
        let decisions = serde_json::json!({
            "undone_imports": [{ "label": "x".repeat(10_000), "undone_ms": i64::MAX }],
            "originals": [{
                "path": "original/a", "file": "a\u{7}.fit", "sha256": "", "size_bytes": 1, "state": "read",
                "said": { "title": "t".repeat(10_000), "rpe": 1e300 },
                "decided": [
                    { "position": 0, "sport": { "sport": "<b>", "order": 1 }, "taken_out": { "at_ms": -5, "order": i64::MAX } },
                    { "position": 1, "sport": { "sport": "strength_training", "order": i64::MAX } },
                ],
            }],
        });
        let tamed = serde_json::from_value::<Decisions>(decisions).unwrap().tamed();
        let (import, original) = (&tamed.undone_imports[0], &tamed.originals[0]);
        assert_eq!((import.label.len(), import.undone_ms), (LONGEST_NAME, LAST_MS));
        let said = original.said.as_ref().unwrap();
        assert_eq!(
            (original.file.as_str(), said.title.as_ref().unwrap().len(), said.rpe),
            ("a.fit", LONGEST_NAME, None)
        );
        assert_eq!(original.decided[0].sport, None);
        assert_eq!(original.decided[0].taken_out.as_ref().map(|out| (out.at_ms, out.order)), Some((Some(0), None)));
        assert_eq!(original.decided[1].sport.as_ref().map(|said| said.order), Some(None));
    }

    #[test]
    fn a_profile_fills_what_nobody_set_and_nothing_else() {
        let theirs = ProfileFile {
            sex: Some("male".to_owned()),
            max_hr_bpm: Some(190.0),
            vt1_hr_bpm: Some(140.0),
            ..ProfileFile::default()
        };
        let own = Physiology { max_hr_bpm: Some(185.0), ..Physiology::default() };
        let (body, taken) = theirs.completed(&own);
        assert_eq!(
            (body.max_hr_bpm, body.vt1_hr_bpm, body.sex.map(sex_name)),
            (Some(185.0), Some(140.0), Some("male"))
        );
        assert_eq!(taken, ["sex", "heart rate at VT1"]);
    }
}

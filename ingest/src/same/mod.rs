//! The same activity in different bytes: the watch's own file, a service's copy of it, a line in a training diary.
//!
//! Two activities of one person are the same when their sport, start, duration and distance agree ([`are_same`]). A
//! person does one thing at a time, so what decides is the time; the tolerances are as wide as copies of one recording
//! differ: a copy may begin at the first position instead of the start button, count the time in motion instead of
//! the time on the clock, and add its distance up from positions. A file that broke off holds the beginning of an
//! activity; it is the same as the whole. The rule is our own and has not been validated.
//!
//! It says nothing of files: two activities out of one file are two activities, however alike (intervals, rows of a
//! diary). [`clusters`] keeps them apart; who calls [`are_same`] alone has to.

mod beginning;
mod cluster;

use chrono::NaiveDate;
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

pub use beginning::{Ending, endings, is_beginning};
pub use cluster::{Candidate, Cluster, clusters};

use crate::quality::RAW_SUFFIX;
use crate::{Activity, Format};

/// Copies of one recording start within this, seconds: a GPX file begins at the first position.
const START_S: f64 = 120.0;
/// Starts this close are the same press of the button, seconds.
const FIRM_START_S: f64 = 10.0;
/// Share by which durations and distances of copies differ.
const SHARE: f64 = 0.03;
/// Durations may differ by this whatever their length, seconds, but never by more than [`SHORT_SHARE`].
const DURATION_S: f64 = 60.0;
/// Distances may differ by this whatever their length, metres, but never by more than [`SHORT_SHARE`].
const DISTANCE_M: f64 = 100.0;
/// In a short activity the fixed tolerances would be most of it; they end at this share.
const SHORT_SHARE: f64 = 0.25;
/// Share by which a distance added up from noisy positions differs from the device's, when the times agree firmly.
const FIRM_DISTANCE_SHARE: f64 = 0.1;
/// Durations this close, as a share, agree firmly (and those within [`FIRM_START_S`] seconds).
const FIRM_DURATION_SHARE: f64 = 0.01;
/// With a time zone guessed, starts have to agree within this, seconds.
const GUESSED_START_S: f64 = 30.0;
/// Offsets from UTC are multiples of this, ms.
const QUARTER_HOUR_MS: i64 = 900_000;
/// No offset from UTC is further from it than this, ms.
const MAX_OFFSET_MS: i64 = 14 * 3_600_000;

/// Starts of the same activity are never further apart than this, ms: noon UTC stands for a day that may begin 14
/// hours before UTC's and end 12 hours after. Who looks for copies in a store asks for this much on both sides.
pub const SEARCH_WINDOW_MS: i64 = 27 * 3_600_000;

/// What is known of the start of an [`Outline`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartKind {
    /// A moment, UTC.
    #[default]
    Moment,
    /// A clock time without a zone, taken as if it were UTC.
    WallClock,
    /// Only the day: [`Outline::local_date`] counts, `start_ms` is noon UTC of it.
    Day,
}

/// What an activity is recognised by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// [`crate::Sport::name`].
    pub sport: String,
    /// [`crate::Sport::is_run`].
    pub is_run: bool,
    /// Start, ms since 1970, UTC.
    pub start_ms: i64,
    /// What is known of the start.
    #[serde(default)]
    pub start_kind: StartKind,
    /// Calendar day of the start on the runner's wall clock. Compared only where one of two outlines has only a day.
    #[serde(default)]
    pub local_date: Option<NaiveDate>,
    /// Seconds to add to UTC for the wall clock. Compared only where one of two outlines has a time without a zone.
    #[serde(default)]
    pub utc_offset_s: Option<i32>,
    /// Time from start to end, seconds; `None` (and what is not above zero) means not known.
    pub elapsed_s: Option<f64>,
    /// Time with the timer running or in motion, seconds; likewise.
    pub timer_s: Option<f64>,
    /// Distance, metres; likewise.
    pub distance_m: Option<f64>,
    /// Time of the first sample, ms since 1970, UTC. Compared only where one of two outlines is broken off.
    #[serde(default)]
    pub first_sample_ms: Option<i64>,
    /// Whether the end is there; see [`endings`].
    #[serde(default)]
    pub ending: Ending,
}

impl Outline {
    /// The outline of an activity whose end is there, with the totals that its summary gives. `None` without a start
    /// and a day.
    #[must_use]
    pub fn of(
        activity: &Activity,
        elapsed_s: Option<f64>,
        timer_s: Option<f64>,
        distance_m: Option<f64>,
    ) -> Option<Self> {
        let noon = |day: NaiveDate| Some(day.and_hms_opt(12, 0, 0)?.and_utc().timestamp_millis());
        let (start_ms, start_kind) = match activity.start {
            Some(start) => (start.timestamp_millis(), StartKind::Moment),
            None => (noon(activity.local_date?)?, StartKind::Day),
        };
        Some(Self {
            sport: activity.sport.name().to_owned(),
            is_run: activity.sport.is_run(),
            start_ms,
            start_kind,
            local_date: activity.local_date,
            utc_offset_s: activity.utc_offset_s,
            elapsed_s,
            timer_s,
            distance_m,
            first_sample_ms: beginning::first_sample_ms(&activity.records),
            ending: Ending::Whole,
        })
    }

    fn is_broken_off(&self) -> bool {
        self.ending != Ending::Whole
    }

    /// The known durations, seconds.
    fn durations_s(&self) -> impl Iterator<Item = f64> + Clone {
        [self.elapsed_s, self.timer_s].into_iter().filter_map(known)
    }

    fn longest_s(&self) -> Option<f64> {
        self.durations_s().max_by(f64::total_cmp)
    }
}

fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite() && *value > 0.0)
}

/// Whether two outlines, of one person and not out of one file, are the same activity. Symmetric; not transitive.
///
/// - **Sport**: both runs, both on foot but no runs, or the same name; names that say no sport in particular (unknown,
///   other, training) go with any.
/// - **Start**: within 2 min, and for at least half of the shorter one both were under way. A clock time without a
///   zone is shifted by the other's offset from UTC; where that is not known either, by any whole number of quarter
///   hours up to 14 h, and then the start must agree within 30 s, and duration and distance must both be known.
/// - **Duration**: elapsed or timer time of one agrees with either of the other within 3 % or 60 s (at most a quarter);
///   what a later start left out is no difference.
/// - **Distance**: within 3 % or 100 m (at most a quarter); within 10 % when the starts agree within 10 s and the
///   durations within 1 % or 10 s.
/// - What one of them does not know cannot disagree, but one of duration and distance has to agree; without any
///   duration the starts have to agree within 10 s.
/// - Where one has only a **day**: the same local date, and duration and distance within 3 %.
/// - Where one is **broken off**, it may be the beginning of the other ([`is_beginning`]): the first samples (the starts,
///   where a time of samples is not known) in the same second, and neither duration nor distance more than that of the
///   other, beyond the tolerances above.
#[must_use]
pub fn are_same(a: &Outline, b: &Outline) -> bool {
    agree(a, b) || is_beginning(a, b) || is_beginning(b, a)
}

/// [`are_same`] for two that are whole.
fn agree(a: &Outline, b: &Outline) -> bool {
    if !same_sport(a, b) {
        return false;
    }
    if a.start_kind == StartKind::Day || b.start_kind == StartKind::Day {
        return same_day(a, b);
    }
    // Milliseconds that `b` starts after `a`, once both are read on one clock.
    let between_ms = b.start_ms.saturating_sub(a.start_ms);
    match (a.start_kind, b.start_kind) {
        (StartKind::Moment, StartKind::WallClock) => same_wall_clock(a, b, between_ms, a.utc_offset_s),
        (StartKind::WallClock, StartKind::Moment) => same_wall_clock(b, a, between_ms.saturating_neg(), b.utc_offset_s),
        _ => same_recording(a, b, seconds(between_ms)),
    }
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

/// Names that say no sport in particular.
const INDEFINITE: &[&str] = &["unknown", "other", "generic", "training", "fitness_equipment"];
/// Kinds of going on foot that services take for each other.
const WALKS: &[&str] = &["walking", "hiking", "snowshoeing"];

fn same_sport(a: &Outline, b: &Outline) -> bool {
    let is_one_of = |names: &[&str], outline: &Outline| !outline.is_run && names.contains(&outline.sport.as_str());
    is_one_of(INDEFINITE, a)
        || is_one_of(INDEFINITE, b)
        || is_one_of(WALKS, a) && is_one_of(WALKS, b)
        || a.is_run && b.is_run
        || a.is_run == b.is_run && a.sport == b.sport
}

/// How two values that may be unknown compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
    Agree,
    Differ,
    Unknown,
}

impl Compared {
    fn of(agree: Option<bool>) -> Self {
        agree.map_or(Self::Unknown, |agree| if agree { Self::Agree } else { Self::Differ })
    }
}

fn nothing_differs(compared: [Compared; 2]) -> bool {
    !compared.contains(&Compared::Differ) && compared.contains(&Compared::Agree)
}

/// Whether two amounts differ by no more than a share of the larger, or than `floor` where that is more.
fn close(a: f64, b: f64, share: f64, floor: f64) -> bool {
    let larger = a.max(b);
    (a - b).abs() <= (share * larger).max(floor.min(SHORT_SHARE * larger))
}

/// Whether any duration of `a` agrees with any of `b`; `late_s` seconds are what `b` left out at the start.
fn durations(a: &Outline, b: &Outline, late_s: f64, share: f64, floor_s: f64) -> Compared {
    let (before_a, before_b) = ((-late_s).max(0.0), late_s.max(0.0));
    let mut pairs = a.durations_s().flat_map(|a_s| b.durations_s().map(move |b_s| (a_s, b_s))).peekable();
    Compared::of(pairs.peek().is_some().then(|| {
        pairs.any(|(a_s, b_s)| close(a_s, b_s, share, floor_s) || close(a_s + before_a, b_s + before_b, share, floor_s))
    }))
}

fn distances(a: &Outline, b: &Outline, share: f64, floor_m: f64) -> Compared {
    Compared::of(known(a.distance_m).zip(known(b.distance_m)).map(|(a_m, b_m)| close(a_m, b_m, share, floor_m)))
}

fn same_day(a: &Outline, b: &Outline) -> bool {
    a.local_date.is_some()
        && a.local_date == b.local_date
        && nothing_differs([durations(a, b, 0.0, SHARE, 0.0), distances(a, b, SHARE, 0.0)])
}

/// `between_ms`: what the clock time shows more than the moment.
fn same_wall_clock(moment: &Outline, clock: &Outline, between_ms: i64, offset_s: Option<i32>) -> bool {
    if same_recording(moment, clock, seconds(between_ms)) {
        return true;
    }
    if let Some(offset_s) = offset_s {
        return same_recording(moment, clock, seconds(between_ms) - f64::from(offset_s));
    }
    let quarters = (between_ms as f64 / QUARTER_HOUR_MS as f64).round() as i64;
    let shift_ms = quarters.saturating_mul(QUARTER_HOUR_MS);
    let late_s = seconds(between_ms.saturating_sub(shift_ms));
    shift_ms.saturating_abs() <= MAX_OFFSET_MS
        && late_s.abs() <= GUESSED_START_S
        && moment.longest_s().is_some()
        && clock.longest_s().is_some()
        && distances(moment, clock, SHARE, DISTANCE_M) == Compared::Agree
        && same_recording(moment, clock, late_s)
}

/// Whether duration and distance agree when `b` starts `late_s` seconds after `a`.
fn same_recording(a: &Outline, b: &Outline, late_s: f64) -> bool {
    if late_s.abs() > START_S {
        return false;
    }
    let is_firm_start = late_s.abs() <= FIRM_START_S;
    let (a_s, b_s) = match (a.longest_s(), b.longest_s()) {
        (None, None) if is_firm_start => (1.0, 1.0),
        (None, None) => return false,
        (a_s, b_s) => (a_s.or(b_s).unwrap_or_default(), b_s.or(a_s).unwrap_or_default()),
    };
    // Intervals that are recorded one by one start within minutes of each other too, but never run at once.
    let both_s = a_s.min(late_s + b_s) - late_s.max(0.0);
    let has_duration = a.longest_s().is_some() || b.longest_s().is_some();
    if has_duration && both_s < 0.5 * a_s.min(b_s) {
        return false;
    }
    let is_firm = is_firm_start && durations(a, b, 0.0, FIRM_DURATION_SHARE, FIRM_START_S) == Compared::Agree;
    let share = if is_firm { FIRM_DISTANCE_SHARE } else { SHARE };
    nothing_differs([durations(a, b, late_s, SHARE, DURATION_S), distances(a, b, share, DISTANCE_M)])
}

/// How much a copy of an activity says: the greater one is kept, among those whose end is there before those that broke
/// off ([`Outline::ending`]). Compared field by field, in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Richness {
    /// Columns of the records, each counted with the percentage of samples that have a value in it.
    pub columns_pct: u32,
    /// Samples.
    pub samples: u32,
    /// Whether the device stated totals: in a recording that broke off they are missing.
    #[serde(default)]
    pub has_totals: bool,
    /// How much the format can say: FIT 4, TCX 3, GPX 2, other recordings 1, a line of a table 0.
    pub format: u8,
    /// Laps.
    pub laps: u32,
}

impl Richness {
    /// The richness of an activity that was read from a file of `format`.
    #[must_use]
    pub fn of(activity: &Activity, format: Format) -> Self {
        Self {
            columns_pct: columns_pct(&activity.records),
            samples: u32::try_from(activity.records.height()).unwrap_or(u32::MAX),
            has_totals: activity.session.timer_time_s.or(activity.session.elapsed_time_s).is_some(),
            format: match format {
                Format::Fit => 4,
                Format::Tcx => 3,
                Format::Gpx => 2,
                Format::Polar | Format::AppleHealth => 1,
                Format::Csv => 0,
            },
            laps: u32::try_from(activity.laps.len()).unwrap_or(u32::MAX),
        }
    }
}

fn columns_pct(records: &DataFrame) -> u32 {
    let rows = records.height();
    if rows == 0 {
        return 0;
    }
    let columns = records.columns().iter().filter(|column| !column.name().ends_with(RAW_SUFFIX));
    let per_cent = columns.map(|column| (100 * rows.saturating_sub(column.null_count()) / rows) as u64);
    u32::try_from(per_cent.sum::<u64>()).unwrap_or(u32::MAX)
}

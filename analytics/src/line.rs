//! The line on one day, when it moves next, and what a planned run would be.

use chrono::{Days as CalendarDays, NaiveDate};
use serde::Serialize;

use crate::body::Body;
use crate::flags::{Facts, Own, planned_spike};
use crate::indicators::{Days, no_longest};
use crate::longest::{Compared, Length as RunLength, Standing, compare, longer, standing};
use crate::table::Table;
use crate::{Channel, DayGrid, Diary, Flag, Measure, Parameters, Reason, SpikeClass};

/// How far ahead changes of the line are looked for, days: twice the window, so every run has left it.
const OUTLOOK_DAYS: usize = 60;

/// A run by its day and distance, km.
type Length = (NaiveDate, f64);

/// The line on the morning of a day, and when it moves if nothing more is run.
#[derive(Debug, Clone, PartialEq)]
pub struct LineOutlook {
    /// The day.
    pub date: NaiveDate,
    /// 1.10 × the longest run of the 30 days before, km.
    pub line_km: Measure,
    /// The same without runs that were spikes and are less than 14 days old, km: the headline.
    pub careful_km: Measure,
    /// The run that `careful_km` rests on.
    pub longest: Option<Length>,
    /// The run that `line_km` rests on.
    pub counted_longest: Option<Length>,
    /// Every day of the next 60 on which `careful_km` moves if nothing more is run, in order. Empty when there is no
    /// careful line to move.
    pub calendar: Vec<LineChange>,
    /// When there is no careful line on the day: the first of the next 60 days that has one, with the line in km.
    pub appears: Option<Length>,
}

/// One move of the careful line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineChange {
    /// The first day with the new line.
    pub date: NaiveDate,
    /// The line until then, km.
    pub from_km: f64,
    /// The line from then on, km; `None`: there is no line any more.
    pub to_km: Option<f64>,
    /// The run that leaves the window, when the line falls.
    pub leaving: Option<Length>,
    /// The run that the line rests on from then on.
    pub resting_on: Option<Length>,
    /// What keeps the line where it was, when it falls: a run of this length, km, before then. It is no longer than the
    /// one that leaves, so it is no spike.
    pub kept_by_km: Option<f64>,
    /// Why it moves.
    pub because: ChangeCause,
}

impl LineOutlook {
    /// The next change.
    #[must_use]
    pub fn next(&self) -> Option<&LineChange> {
        self.calendar.first()
    }
}

/// Why the careful line moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// The run that it rested on is more than 30 days old.
    LeavesWindow,
    /// A run that was a spike is 14 days old and counts from now on.
    CarefulDaysEnd,
    /// A run of the day itself counts from the next day on.
    RunCounts,
}

/// The line on the morning of `date`: from the runs before it. Runs after `date` are left out of the outlook; a run
/// on `date` itself moves the line the day after.
#[must_use]
pub fn line_outlook(grid: &DayGrid, date: NaiveDate, parameters: &Parameters) -> LineOutlook {
    let mut outlook = LineOutlook {
        date,
        line_km: Err(Reason::ShortHistory),
        careful_km: Err(Reason::ShortHistory),
        longest: None,
        counted_longest: None,
        calendar: Vec::new(),
        appears: None,
    };
    let Some(today) = grid.index_of(date) else { return outlook };
    let mut runs = compare(grid.lengths(), parameters);
    runs.retain(|compared| compared.run.day <= today);
    let now = standing(&runs, today, parameters);
    let days =
        Days { kinds: grid.kinds(), breaks: &[], distance_km: grid.column(Channel::Distance), load: &[], runs: &runs };
    let none = no_longest(&days, today, parameters);
    let line = |run: RunLength| run.km * parameters.line_factor;
    let dated = |run: RunLength| Some((day_of(grid, run.day)?, run.km));
    outlook.line_km = now.counted.map(line).ok_or(none);
    outlook.careful_km = now.careful.map(line).ok_or(now.counted.map_or(none, |_| Reason::OnlyRecentSpikes));
    outlook.longest = now.careful.and_then(dated);
    outlook.counted_longest = now.counted.and_then(dated);

    let mut before = now.careful;
    for later in today + 1..=today.saturating_add(OUTLOOK_DAYS) {
        let Some(on) = day_of(grid, later) else { break };
        let standing = standing(&runs, later, parameters);
        let to_km = standing.careful.map(|run| run.km * parameters.line_factor);
        match (before, standing.careful) {
            (Some(from), to) if Some(from.km) != to.map(|run| run.km) => {
                let because = cause(from, standing, today);
                let leaves = because == ChangeCause::LeavesWindow;
                outlook.calendar.push(LineChange {
                    date: on,
                    from_km: from.km * parameters.line_factor,
                    to_km,
                    leaving: dated(from).filter(|_| leaves),
                    resting_on: standing.careful.and_then(dated),
                    kept_by_km: leaves.then_some(from.km),
                    because,
                });
            }
            (None, Some(_)) if outlook.calendar.is_empty() => {
                outlook.appears = to_km.map(|km| (on, km));
                break;
            }
            _ => {}
        }
        before = standing.careful;
    }
    outlook
}

/// The date of a day counted from the grid's first, also behind its last.
fn day_of(grid: &DayGrid, day: usize) -> Option<NaiveDate> {
    grid.first()?.checked_add_days(CalendarDays::new(day as u64))
}

fn cause(from: RunLength, standing: Standing, today: usize) -> ChangeCause {
    match standing.careful {
        Some(to) if to.km > from.km && to.day == today => ChangeCause::RunCounts,
        Some(to) if to.km > from.km => ChangeCause::CarefulDaysEnd,
        _ => ChangeCause::LeavesWindow,
    }
}

/// A run that is planned, beside the longest run of the 30 days before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRun {
    /// The planned distance, km.
    pub distance_km: f64,
    /// Planned ÷ longest. `None`: no run in the 30 days before, or the distance is no number of at least zero.
    pub ratio: Option<f64>,
    /// The class of the ratio.
    pub class: Option<SpikeClass>,
    /// The flag that the run would raise, by the study's definition.
    pub flag: Option<Flag>,
}

/// What a run of `distance_km` on `date` would be, after the runs already in the grid on that day.
#[must_use]
pub fn planned_run(
    grid: &DayGrid,
    diary: &Diary,
    date: NaiveDate,
    distance_km: f64,
    parameters: &Parameters,
) -> PlannedRun {
    let nothing = PlannedRun { distance_km, ratio: None, class: None, flag: None };
    if !distance_km.is_finite() || distance_km < 0.0 {
        return nothing;
    }
    let Some(day) = grid.index_of(date) else { return nothing };
    let is_before = |run: &&RunLength| run.day <= day && run.day.saturating_add(parameters.line_days) >= day;
    let baseline = grid.lengths().iter().filter(is_before).copied().map(Some).reduce(longer).flatten();
    let Some(longest) = baseline else { return nothing };
    let ratio = distance_km / longest.km;
    let class = SpikeClass::with(ratio, parameters);
    let planned = Compared { run: RunLength { day, km: distance_km }, baseline, class };
    let days =
        Days { kinds: grid.kinds(), breaks: &[], distance_km: grid.column(Channel::Distance), load: &[], runs: &[] };
    let body = Body::of_injuries(diary, parameters);
    let own = Some(Own { grid, diary, body: &body });
    let facts = Facts { days, table: &Table::default(), first_row: 0, parameters, own };
    PlannedRun { distance_km, ratio: Some(ratio), class: Some(class), flag: planned_spike(&facts, &planned) }
}

//! The line on one day, when it moves next, and what a planned run would be.

use chrono::{Days as CalendarDays, NaiveDate};
use serde::Serialize;

use crate::body::Body;
use crate::flags::{Facts, Own, planned_spike, planned_without_baseline};
use crate::indicators::{Days, no_longest};
use crate::longest::{Length as RunLength, Weighed, standing, weigh};
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
    /// The same without runs that are less than 14 days old and were spikes, or had no run in the 30 days before them,
    /// km: the headline.
    pub careful_km: Measure,
    /// The run that `careful_km` rests on.
    pub longest: Option<Length>,
    /// The run that `line_km` rests on.
    pub counted_longest: Option<Length>,
    /// The class of the run that `line_km` rests on.
    pub counted_class: Option<SpikeClass>,
    /// Every day of the next 60 on which `careful_km` moves if nothing more is run, in order: it rises, falls, ends, or
    /// appears again. The differences between the outlooks of one day and the next.
    pub calendar: Vec<LineChange>,
}

/// One move of the careful line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineChange {
    /// The first day with the new line.
    pub date: NaiveDate,
    /// The line until then, km; `None`: there is no line yet.
    pub from_km: Option<f64>,
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
    /// A run that was a spike, or had no run in the 30 days before it, is 14 days old and counts from now on.
    CarefulDaysEnd,
    /// A run of the day itself counts from the next day on.
    RunCounts,
}

/// The line on the morning of `date`: from the runs before it. Runs after `date` are left out of the outlook; a run
/// on `date` itself moves the line the day after.
#[must_use]
pub fn line_outlook(grid: &DayGrid, date: NaiveDate, parameters: &Parameters) -> LineOutlook {
    let parameters = &parameters.bounded();
    let mut outlook = LineOutlook {
        date,
        line_km: Err(Reason::ShortHistory),
        careful_km: Err(Reason::ShortHistory),
        longest: None,
        counted_longest: None,
        counted_class: None,
        calendar: Vec::new(),
    };
    let Some(today) = grid.index_of(date) else { return outlook };
    let mut runs = weigh(grid.lengths(), parameters);
    runs.retain(|weighed| weighed.run.day <= today);
    let now = standing(&runs, today, parameters);
    let days =
        Days { kinds: grid.kinds(), breaks: &[], distance_km: grid.column(Channel::Distance), load: &[], runs: &runs };
    let none = no_longest(&days, today, parameters);
    let line = |weighed: Weighed| weighed.run.km * parameters.line_factor;
    let dated = |weighed: Weighed| Some((day_of(grid, weighed.run.day)?, weighed.run.km));
    outlook.line_km = now.counted.map(line).ok_or(none);
    outlook.careful_km = now.careful.map(line).ok_or(now.counted.map_or(none, |_| Reason::OnlyRecentSpikes));
    outlook.longest = now.careful.and_then(dated);
    outlook.counted_longest = now.counted.and_then(dated);
    outlook.counted_class = now.counted.map(|weighed| weighed.class);

    let mut from = now.careful;
    for later in today + 1..=today.saturating_add(OUTLOOK_DAYS) {
        let Some(on) = day_of(grid, later) else { break };
        let to = standing(&runs, later, parameters).careful;
        let km = |longest: Option<Weighed>| longest.map(|weighed| weighed.run.km);
        if km(from) != km(to) {
            let because = cause(from, to, later);
            let leaving = from.filter(|_| because == ChangeCause::LeavesWindow);
            outlook.calendar.push(LineChange {
                date: on,
                from_km: from.map(line),
                to_km: to.map(line),
                leaving: leaving.and_then(dated),
                resting_on: to.and_then(dated),
                kept_by_km: km(leaving),
                because,
            });
        }
        from = to;
    }
    outlook
}

/// The date of a day counted from the grid's first, also behind its last.
fn day_of(grid: &DayGrid, day: usize) -> Option<NaiveDate> {
    grid.first()?.checked_add_days(CalendarDays::new(day as u64))
}

/// Why the line moves on `day`. It only rises because a run counts from then on: one of the day before, or one that had
/// to wait.
fn cause(from: Option<Weighed>, to: Option<Weighed>, day: usize) -> ChangeCause {
    let before = from.map_or(0.0, |weighed| weighed.run.km);
    match to.filter(|weighed| weighed.run.km > before) {
        Some(to) if to.run.day + 1 == day => ChangeCause::RunCounts,
        Some(_) => ChangeCause::CarefulDaysEnd,
        None => ChangeCause::LeavesWindow,
    }
}

/// A run that was, beside the longest run of the 30 days before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeighedRun {
    /// The id of its session.
    pub session: String,
    /// Its day.
    pub date: NaiveDate,
    /// Its distance, km.
    pub distance_km: f64,
    /// The longest run of the 30 days before it and of those earlier on its day; `None`: there is none with a distance.
    pub longest: Option<Length>,
    /// Distance ÷ longest.
    pub ratio: Option<f64>,
    /// The class of the ratio; [`SpikeClass::NoBaseline`] without one.
    pub class: SpikeClass,
}

/// Every run that has a distance, by day and order, with its class (doi 10.1136/bjsports-2024-109380).
#[must_use]
pub fn weigh_runs(grid: &DayGrid, parameters: &Parameters) -> Vec<WeighedRun> {
    let weighed = weigh(grid.lengths(), &parameters.bounded());
    let run = |(weighed, session): (Weighed, &crate::Session)| WeighedRun {
        session: session.id.clone(),
        date: session.date,
        distance_km: weighed.run.km,
        longest: weighed.baseline.and_then(|longest| Some((day_of(grid, longest.day)?, longest.km))),
        ratio: weighed.baseline.map(|longest| weighed.run.km / longest.km),
        class: weighed.class,
    };
    weighed.into_iter().zip(grid.measured_runs()).map(run).collect()
}

/// A run that is planned, beside the longest run of the 30 days before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRun {
    /// The planned distance, km.
    pub distance_km: f64,
    /// Planned ÷ longest. `None`: no run in the 30 days before, or the distance is no number of at least zero.
    pub ratio: Option<f64>,
    /// The class of the ratio; [`SpikeClass::NoBaseline`] without a run in the 30 days before. `None`: the day lies
    /// before the record, or the distance is no number of at least zero.
    pub class: Option<SpikeClass>,
    /// The flag that the run would raise: by the study's definition, or our caution where there is nothing to weigh it
    /// against.
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
    let parameters = &parameters.bounded();
    let nothing = PlannedRun { distance_km, ratio: None, class: None, flag: None };
    if !distance_km.is_finite() || distance_km < 0.0 {
        return nothing;
    }
    let Some(day) = grid.index_of(date) else { return nothing };
    let runs = grid.lengths();
    let up_to_day = runs.get(..runs.partition_point(|run| run.day <= day)).unwrap_or_default();
    let mut planned = up_to_day.to_vec();
    planned.push(RunLength { day, km: distance_km });
    let Some(planned) = weigh(&planned, parameters).pop() else { return nothing };
    let days =
        Days { kinds: grid.kinds(), breaks: &[], distance_km: grid.column(Channel::Distance), load: &[], runs: &[] };
    let body = Body::of_injuries(diary, parameters);
    let own = Some(Own { grid, diary, body: &body });
    let facts = Facts { days, table: &Table::default(), first_row: 0, parameters, own };
    PlannedRun {
        distance_km,
        ratio: planned.baseline.map(|longest| distance_km / longest.km),
        class: Some(planned.class),
        flag: planned_spike(&facts, &planned).or_else(|| planned_without_baseline(&facts, &planned)),
    }
}

//! The line on one day, when it moves next, and what a planned run would be.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::indicators::{index_of, line};
use crate::longest::{Compared, Longest, Standing, Walk, compare, days_between};
use crate::rules::{Session, session_spike};
use crate::{DayGrid, Flag, Measure, Parameters, SpikeClass};

/// How far ahead the next change of the line is looked for, days: twice the window, so every run has left it.
const OUTLOOK_DAYS: u64 = 60;

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
    /// The next day on which `careful_km` moves if nothing more is run. `None` when there is no careful line to move.
    pub next: Option<LineChange>,
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
    /// Why it moves.
    pub because: ChangeCause,
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
    let mut runs = compare(grid, parameters);
    runs.retain(|compared| compared.run.date <= date);
    let mut walk = Walk::new(&runs, parameters);
    let today = walk.on(date);
    // A day before the record has the same answer as its first day: there is no history.
    let lines = line(grid, index_of(grid, date).unwrap_or_default(), today, parameters);
    let mut outlook = LineOutlook {
        date,
        line_km: lines.counted,
        careful_km: lines.careful,
        longest: today.careful.map(length),
        counted_longest: today.counted.map(length),
        next: None,
        appears: None,
    };
    let ahead = (1..=OUTLOOK_DAYS).map_while(|days| date.checked_add_days(Days::new(days)));
    for later in ahead {
        let standing = walk.on(later);
        let to_km = standing.careful.map(|run| run.km * parameters.line_factor);
        match (today.careful, standing.careful) {
            (Some(from), to) if Some(from.km) != to.map(|run| run.km) => {
                let because = cause(from, standing, date);
                outlook.next = Some(LineChange {
                    date: later,
                    from_km: from.km * parameters.line_factor,
                    to_km,
                    leaving: (because == ChangeCause::LeavesWindow).then(|| length(from)),
                    resting_on: standing.careful.map(length),
                    because,
                });
                break;
            }
            (None, Some(_)) => {
                outlook.appears = to_km.map(|km| (later, km));
                break;
            }
            _ => {}
        }
    }
    outlook
}

fn cause(from: Longest, standing: Standing, today: NaiveDate) -> ChangeCause {
    match standing.careful {
        Some(to) if to.km > from.km && to.date == today => ChangeCause::RunCounts,
        Some(to) if to.km > from.km => ChangeCause::CarefulDaysEnd,
        _ => ChangeCause::LeavesWindow,
    }
}

fn length(run: Longest) -> Length {
    (run.date, run.km)
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
pub fn planned_run(grid: &DayGrid, date: NaiveDate, distance_km: f64, parameters: &Parameters) -> PlannedRun {
    let window = 0..=i64::from(parameters.line_days);
    let baseline = (compare(grid, parameters).iter())
        .filter(|compared: &&Compared<'_>| window.contains(&days_between(compared.run.date, date)))
        .map(|compared| Longest { date: compared.run.date, km: compared.km })
        .max_by(|a, b| a.km.total_cmp(&b.km).then(a.date.cmp(&b.date)));
    let planned = Session { id: None, date, km: distance_km };
    let Some(baseline) = baseline.filter(|_| distance_km.is_finite() && distance_km >= 0.0) else {
        return PlannedRun { distance_km, ratio: None, class: None, flag: None };
    };
    let ratio = distance_km / baseline.km;
    PlannedRun {
        distance_km,
        ratio: Some(ratio),
        class: Some(SpikeClass::with(ratio, parameters)),
        flag: session_spike(grid, &planned, baseline, parameters),
    }
}

//! Days to measures: one [`Day`] per calendar day of a grid, and the flags that follow from them.

use chrono::NaiveDate;

use crate::breaks::{Break, breaks};
use crate::days::DayKind;
use crate::longest::{Compared, Standing, Walk, compare};
use crate::parameters::Parameters;
use crate::{Day, DayGrid, Flag, Measure, Reason, State, kernels, rules};

/// Days in a training week.
pub(crate) const WEEK: usize = 7;

/// Everything that is said of one runner's days.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// One entry per calendar day, in order.
    pub days: Vec<Day>,
    /// In order of date; within a date in the order of [`crate::FlagCode`].
    pub flags: Vec<Flag>,
}

/// Computes every measure for every day of the grid, and the flags. Pure: the grid's last day is "today".
#[must_use]
pub fn analyse(grid: &DayGrid, parameters: &Parameters) -> Analysis {
    let runs = compare(grid, parameters);
    let breaks = breaks(grid, parameters);
    let days = days(grid, &runs, &breaks, parameters);
    let flags = rules::flags(&rules::Facts { grid, runs: &runs, breaks: &breaks, days: &days, parameters });
    Analysis { days, flags }
}

fn days(grid: &DayGrid, runs: &[Compared<'_>], breaks: &[Break], parameters: &Parameters) -> Vec<Day> {
    let distance = Channel::new(grid.distance_km(), grid.has_distance(), parameters);
    let load = Channel::new(grid.load(), grid.has_load(), parameters);
    let loaded = if grid.has_load() { &load } else { &distance };
    let acute_ewma = kernels::ewma(loaded.values, parameters.acute_days);
    let chronic_ewma = kernels::ewma(loaded.values, parameters.chronic_days);
    let mut walk = Walk::new(runs, parameters);

    let mut days = Vec::with_capacity(grid.len());
    for (index, (date, pause)) in (0..).map_while(|index| grid.date(index)).zip(breaks).enumerate() {
        let state = state(index, pause, parameters);
        let known_return = if state == State::Returning { Err(Reason::Returning) } else { Ok(()) };
        let acute = loaded.mean(index, 0, parameters.acute_days);
        let chronic = loaded.mean(index, 0, parameters.chronic_days);
        let before = parameters.chronic_days.saturating_sub(parameters.acute_days);
        let chronic_before = loaded.mean(index, parameters.acute_days, before);
        let ewma = |values: &[Option<f64>]| values.get(index).copied().flatten().ok_or(Reason::ShortHistory);
        let monotony = monotony(loaded, index, parameters);
        let week_km = distance.sum(index, 0, WEEK);
        let line = line(grid, index, walk.on(date), parameters);
        days.push(Day {
            date,
            distance_km: distance.value(index),
            load: load.value(index),
            acute,
            chronic,
            ratio_coupled: known_return.and_then(|()| ratio(acute?, chronic?)),
            // The 21 days alone would be known before the 28 that every ratio needs.
            ratio_uncoupled: known_return.and_then(|()| ratio(acute?, chronic_before?)),
            ratio_ewma: known_return
                .and_then(|()| chronic.and_then(|_| ratio(ewma(&acute_ewma)?, ewma(&chronic_ewma)?))),
            monotony,
            strain: monotony.and_then(|monotony| Ok(monotony * loaded.sum(index, 0, WEEK)?)),
            longest_30d_km: line.longest,
            line_km: line.counted,
            line_careful_km: line.careful,
            week_km,
            ramp_pct: known_return.and_then(|()| ramp_pct(week_km?, distance.sum(index, WEEK, WEEK)?)),
            state,
        });
    }
    days
}

fn state(index: usize, pause: &Break, parameters: &Parameters) -> State {
    match pause {
        Break::Away { .. } | Break::Back { .. } => State::Returning,
        Break::None if index < parameters.line_days as usize => State::Provisional,
        Break::None => State::Steady,
    }
}

/// One quantity per day with what its windows need to know.
struct Channel<'a> {
    values: &'a [Option<f64>],
    is_recorded: bool,
    first_known: usize,
    unknown_share: f64,
}

impl<'a> Channel<'a> {
    fn new(values: &'a [Option<f64>], is_recorded: bool, parameters: &Parameters) -> Self {
        let first_known = values.iter().position(Option::is_some).unwrap_or(values.len());
        Self { values, is_recorded, first_known, unknown_share: parameters.unknown_share }
    }

    /// Whether `days` days up to `index` lie within the record. History begins with the first known day.
    fn check(&self, index: usize, days: usize) -> Result<(), Reason> {
        if !self.is_recorded {
            Err(Reason::NotRecorded)
        } else if (index + 1).saturating_sub(self.first_known) < days {
            Err(Reason::ShortHistory)
        } else {
            Ok(())
        }
    }

    fn value(&self, index: usize) -> Measure {
        self.check(index, 0)?;
        self.values.get(index).copied().flatten().ok_or(Reason::UnknownDays)
    }

    fn mean(&self, index: usize, skip: usize, days: usize) -> Measure {
        self.check(index, skip.saturating_add(days))?;
        kernels::trailing_mean(self.values, index, skip, days, self.unknown_share).ok_or(Reason::UnknownDays)
    }

    fn sum(&self, index: usize, skip: usize, days: usize) -> Measure {
        self.check(index, skip.saturating_add(days))?;
        kernels::trailing_sum(self.values, index, skip, days).ok_or(Reason::UnknownDays)
    }
}

/// `above` ÷ `below`; a zero (or vanishing) chronic load has no ratio.
fn ratio(above: f64, below: f64) -> Measure {
    Some(above / below).filter(|ratio| ratio.is_finite()).ok_or(Reason::NoChronicLoad)
}

fn ramp_pct(week: f64, before: f64) -> Measure {
    Some(100.0 * (week - before) / before).filter(|ramp| ramp.is_finite()).ok_or(Reason::NoWeekBefore)
}

fn monotony(channel: &Channel<'_>, index: usize, parameters: &Parameters) -> Measure {
    channel.check(index, WEEK)?;
    let week = kernels::trailing(channel.values, index, 0, WEEK).ok_or(Reason::ShortHistory)?;
    let week: Vec<f64> = week.iter().copied().collect::<Option<_>>().ok_or(Reason::UnknownDays)?;
    kernels::monotony(&week, parameters.monotony_cap).ok_or(Reason::NoLoad)
}

/// The longest run and both lines of one day.
pub(crate) struct Line {
    pub(crate) longest: Measure,
    pub(crate) counted: Measure,
    pub(crate) careful: Measure,
}

/// `index` may be the day after the grid's last.
pub(crate) fn line(grid: &DayGrid, index: usize, standing: Standing, parameters: &Parameters) -> Line {
    let longest = standing.counted.map(|run| run.km).ok_or_else(|| no_longest(grid, index, parameters));
    let careful = match (longest, standing.careful) {
        (Err(reason), _) => Err(reason),
        (Ok(_), None) => Err(Reason::OnlyRecentSpikes),
        (Ok(_), Some(run)) => Ok(run.km * parameters.line_factor),
    };
    Line { longest, counted: longest.map(|km| km * parameters.line_factor), careful }
}

fn no_longest(grid: &DayGrid, index: usize, parameters: &Parameters) -> Reason {
    let days = parameters.line_days as usize;
    let unknown = unknown_days(grid, index, days);
    if index == 0 {
        Reason::ShortHistory
    } else if !grid.has_distance() {
        Reason::NotRecorded
    } else if unknown as f64 > parameters.unknown_share * days.min(index) as f64 {
        Reason::UnknownDays
    } else {
        Reason::NoRunIn30Days
    }
}

/// How many of the `days` days before the day at `index` have an unknown distance or are unknown altogether.
pub(crate) fn unknown_days(grid: &DayGrid, index: usize, days: usize) -> usize {
    let end = index.min(grid.len());
    let window = index.saturating_sub(days)..end;
    let distances = grid.distance_km().get(window.clone()).unwrap_or_default();
    let kinds = grid.kinds().get(window).unwrap_or_default();
    let has_distance = grid.has_distance();
    kinds
        .iter()
        .zip(distances)
        .filter(|(kind, distance)| **kind == DayKind::Unknown || (has_distance && distance.is_none()))
        .count()
}

/// The index of `date` counted from the grid's first day, also behind its last; `None` before the first.
pub(crate) fn index_of(grid: &DayGrid, date: NaiveDate) -> Option<usize> {
    usize::try_from(date.signed_duration_since(grid.first()?).num_days()).ok()
}

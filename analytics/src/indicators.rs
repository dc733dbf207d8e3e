//! Days to measures: a row of the table per calendar day.

use std::ops::Range;

use crate::averages::Averages;
use crate::breaks::Break;
use crate::days::DayKind;
use crate::longest::{Weighed, standings};
use crate::parameters::Parameters;
use crate::table::Table;
use crate::windows::{Quantity, Windows};
use crate::{DayMetric, Reason, State};

/// Days in a training week.
pub(crate) const WEEK: usize = 7;

/// Ratios and ramps, which mean little while a runner comes back.
const UNLESS_RETURNING: [DayMetric; 6] = [
    DayMetric::RatioCoupled,
    DayMetric::RatioUncoupled,
    DayMetric::RatioEwma,
    DayMetric::RatioRedi,
    DayMetric::RampPct,
    DayMetric::Ramp3wPct,
];

/// The days of one athlete, as the measures look at them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days<'a> {
    /// One entry per day.
    pub(crate) kinds: &'a [DayKind],
    /// One entry per day.
    pub(crate) breaks: &'a [Break],
    /// Running distance, km; NaN unknown. Empty: not recorded.
    pub(crate) distance_km: &'a [f64],
    /// Load in the channel that is looked at; NaN unknown. Empty: not recorded.
    pub(crate) load: &'a [f64],
    /// Runs with their baselines, in order.
    pub(crate) runs: &'a [Weighed],
}

impl<'a> Days<'a> {
    /// Whether the load that is looked at is distance itself.
    pub(crate) fn is_load_distance(&self) -> bool {
        std::ptr::eq(self.load, self.distance_km)
    }

    /// Whether a day is part of a break or of a return.
    pub(crate) fn is_returning(&self, day: usize) -> bool {
        self.breaks.get(day).is_some_and(|pause| *pause != Break::None)
    }

    /// The runs of some days, each with its place among all.
    pub(crate) fn runs_of(&self, days: Range<usize>) -> impl Iterator<Item = (usize, &'a Weighed)> + use<'a> {
        let first = self.runs.partition_point(|weighed| weighed.run.day < days.start);
        let runs = self.runs.iter().enumerate().skip(first);
        runs.take_while(move |(_, weighed)| weighed.run.day < days.end)
    }

    /// Every stretch of such days from `from` on.
    fn returns(&self, from: usize) -> impl Iterator<Item = Range<usize>> {
        let breaks = self.breaks.get(from..).unwrap_or_default();
        let stretches = breaks.chunk_by(|a, b| (*a == Break::None) == (*b == Break::None));
        let with_start = stretches.scan(from, |start, stretch| {
            let days = *start..*start + stretch.len();
            *start = days.end;
            Some((stretch, days))
        });
        with_start
            .filter(|(stretch, _)| stretch.first().is_some_and(|pause| *pause != Break::None))
            .map(|(_, days)| days)
    }
}

/// Adds the rows of the days from `from` on, without the reasons of what cannot be said. Rows before are not looked at.
///
/// Gives the windows, from which `explain` can tell the reasons.
pub(crate) fn fill<'a>(days: &Days<'a>, parameters: &Parameters, from: usize, table: &mut Table) -> Windows<'a> {
    let first_row = table.len();
    let mut windows = Windows::of(days, parameters, from);
    let Windows { load, distance, .. } = &windows;
    states(days, parameters, from, table);

    table.extend(DayMetric::DistanceKm, distance.each());
    table.extend(DayMetric::Load, if days.is_load_distance() { load.say(0, Vec::new()) } else { load.each() });

    table.extend(DayMetric::Acute, windows.acute.iter().copied());
    table.extend(DayMetric::Chronic, windows.chronic.iter().copied());
    table.extend(DayMetric::RatioCoupled, ratios(&windows.acute, &windows.chronic));
    table.extend(DayMetric::RatioUncoupled, ratios(&windows.acute, &windows.chronic_before));

    let averages = Averages::of(load, parameters, from);
    let (acute, chronic) = (load.say(1, averages.acute), load.say(1, averages.chronic));
    // The averages begin with the first day, their ratio with a whole window.
    let known = ratios(&acute, &chronic).zip(&windows.chronic);
    table.extend(DayMetric::RatioEwma, known.map(|(ratio, chronic)| if chronic.is_nan() { f64::NAN } else { ratio }));
    table.extend(DayMetric::AcuteEwma, acute);
    table.extend(DayMetric::ChronicEwma, chronic);
    table.extend(DayMetric::Redi, load.say(parameters.acute_days, averages.redi));
    let ratio_redi = ratios(&averages.redi_acute, &averages.redi_chronic).collect();
    table.extend(DayMetric::RatioRedi, load.say(parameters.chronic_days, ratio_redi));
    let redi_unknown = if load.has_gaps() {
        let is_unknown = |(acute, chronic): (&f64, &f64)| acute.is_nan() || chronic.is_nan();
        averages.redi_acute.iter().zip(&averages.redi_chronic).map(is_unknown).collect()
    } else {
        Vec::new()
    };
    table.extend(DayMetric::Fitness, load.say(parameters.fitness_days, averages.fitness));
    table.extend(DayMetric::Fatigue, load.say(parameters.fatigue_days, averages.fatigue));
    table.extend(DayMetric::Form, load.say(parameters.fitness_days, averages.form));

    table.extend(DayMetric::Monotony, windows.monotony.iter().copied());
    let strains = windows.monotony.iter().zip(&windows.load_week).map(|(monotony, week)| monotony * week);
    table.extend(DayMetric::Strain, strains);

    table.extend(DayMetric::WeekKm, windows.week.iter().copied());
    table.extend(DayMetric::RampPct, ramps(&windows.week, &windows.week_before));
    table.extend(DayMetric::Ramp3wPct, ramps(&windows.week, &windows.three_weeks_before));

    for stretch in days.returns(from) {
        let rows = first_row + stretch.start - from..first_row + stretch.end - from;
        for metric in UNLESS_RETURNING {
            table.hide(metric, rows.clone());
        }
    }
    lines(days, parameters, from, table);
    windows.redi_unknown = redi_unknown;
    windows
}

fn states(days: &Days<'_>, parameters: &Parameters, from: usize, table: &mut Table) {
    let window = parameters.line_days;
    let most = parameters.unknown_share * window as f64;
    let is_unknown = |day: usize| days.kinds.get(day) == Some(&DayKind::Unknown);
    // Unknown days of the window before a day, counted along.
    let mut unknown = (from.saturating_sub(window)..from).filter(|day| is_unknown(*day)).count();
    let state = |(day, pause): (usize, &Break)| {
        let is_little_known = day < window || unknown as f64 > most;
        unknown += usize::from(is_unknown(day));
        unknown -= usize::from(day.checked_sub(window).is_some_and(is_unknown));
        match pause {
            Break::Away { .. } | Break::Back { .. } => State::Returning,
            Break::None if is_little_known => State::Provisional,
            Break::None => State::Steady,
        }
    };
    table.states.extend(days.breaks.iter().enumerate().skip(from).map(state));
}

fn lines(days: &Days<'_>, parameters: &Parameters, from: usize, table: &mut Table) {
    let (counted, careful) = standings(days.runs, days.kinds.len(), parameters, from);
    let counted: Vec<f64> = counted.collect();
    table.extend(DayMetric::LineKm, counted.iter().map(|km| km * parameters.line_factor));
    table.extend(DayMetric::Longest30dKm, counted);
    table.extend(DayMetric::LineCarefulKm, careful.map(|km| km * parameters.line_factor));
}

/// `above` ÷ `below`, day by day; a zero (or vanishing) load below has no ratio.
fn ratios(above: &[f64], below: &[f64]) -> impl Iterator<Item = f64> {
    above.iter().zip(below).map(|(above, below)| finite(above / below))
}

/// By how much a week is above the one before, %, day by day.
fn ramps(week: &[f64], before: &[f64]) -> impl Iterator<Item = f64> {
    week.iter().zip(before).map(|(week, before)| finite(100.0 * (week - before) / before))
}

fn finite(value: f64) -> f64 {
    if value.abs() < f64::INFINITY { value } else { f64::NAN }
}

/// Says of each measure that is not in the rows from `from` on why it is not.
pub(crate) fn explain(days: &Days<'_>, windows: &Windows<'_>, parameters: &Parameters, from: usize, table: &mut Table) {
    let why = Why { days, windows, parameters, from };
    for metric in DayMetric::ALL {
        table.explain(metric, from, |table, day| why.of(metric, table, day));
    }
}

struct Why<'a> {
    days: &'a Days<'a>,
    windows: &'a Windows<'a>,
    parameters: &'a Parameters,
    /// The day of the windows' first row.
    from: usize,
}

impl Why<'_> {
    /// Why `metric` cannot be said of `day`, which is also its row.
    fn of(&self, metric: DayMetric, table: &Table, day: usize) -> Reason {
        let Parameters { acute_days, chronic_days, fitness_days, fatigue_days, .. } = *self.parameters;
        let Windows { load, distance, .. } = self.windows;
        match metric {
            DayMetric::DistanceKm => distance.why(day, 0),
            DayMetric::Load if self.days.is_load_distance() => Reason::NotRecorded,
            DayMetric::Load => load.why(day, 0),
            DayMetric::AcuteEwma | DayMetric::ChronicEwma => load.why(day, 1),
            DayMetric::Acute | DayMetric::Redi => load.why(day, acute_days),
            DayMetric::Chronic => load.why(day, chronic_days),
            DayMetric::Fitness | DayMetric::Form => load.why(day, fitness_days),
            DayMetric::Fatigue => load.why(day, fatigue_days),
            _ if UNLESS_RETURNING.contains(&metric) && self.days.is_returning(day) => Reason::Returning,
            DayMetric::RatioCoupled => self.no_ratio(day, &self.windows.chronic),
            DayMetric::RatioUncoupled => self.no_ratio(day, &self.windows.chronic_before),
            DayMetric::RatioEwma if self.is_unknown(&self.windows.chronic, day) => load.why(day, chronic_days),
            DayMetric::RatioEwma if table.get(DayMetric::AcuteEwma, day).is_err() => Reason::UnknownDays,
            DayMetric::RatioRedi if load.values.is_empty() || load.is_short(day, chronic_days) => {
                load.why(day, chronic_days)
            }
            DayMetric::RatioRedi if self.is_redi_unknown(day) => Reason::UnknownDays,
            DayMetric::RatioEwma | DayMetric::RatioRedi => Reason::NoChronicLoad,
            DayMetric::Monotony | DayMetric::Strain if self.is_unknown(&self.windows.load_week, day) => {
                load.why(day, WEEK)
            }
            DayMetric::Monotony | DayMetric::Strain => Reason::NoLoad,
            DayMetric::WeekKm => distance.why(day, WEEK),
            DayMetric::RampPct => self.no_ramp(day, &self.windows.week_before, 2 * WEEK),
            DayMetric::Ramp3wPct => self.no_ramp(day, &self.windows.three_weeks_before, 4 * WEEK),
            DayMetric::LineCarefulKm if table.get(DayMetric::LineKm, day).is_ok() => Reason::OnlyRecentSpikes,
            DayMetric::Longest30dKm | DayMetric::LineKm | DayMetric::LineCarefulKm => {
                no_longest(self.days, day, self.parameters)
            }
        }
    }

    fn is_unknown(&self, column: &[f64], day: usize) -> bool {
        column.get(day.saturating_sub(self.from)).is_none_or(|value| value.is_nan())
    }

    fn is_redi_unknown(&self, day: usize) -> bool {
        self.windows.redi_unknown.get(day.saturating_sub(self.from)) == Some(&true)
    }

    /// Of `above` ÷ `below`, worked out from so many days each.
    fn no_quotient(
        &self,
        day: usize,
        of: &Quantity<'_>,
        above: (&[f64], usize),
        below: (&[f64], usize),
    ) -> Option<Reason> {
        [above, below].into_iter().find(|(column, _)| self.is_unknown(column, day)).map(|(_, days)| of.why(day, days))
    }

    fn no_ratio(&self, day: usize, below: &[f64]) -> Reason {
        let Windows { load, acute, .. } = self.windows;
        let Parameters { acute_days, chronic_days, .. } = *self.parameters;
        self.no_quotient(day, load, (acute, acute_days), (below, chronic_days)).unwrap_or(Reason::NoChronicLoad)
    }

    fn no_ramp(&self, day: usize, before: &[f64], days: usize) -> Reason {
        let Windows { distance, week, .. } = self.windows;
        self.no_quotient(day, distance, (week, WEEK), (before, days)).unwrap_or(Reason::NoWeekBefore)
    }
}

/// Why a day has no longest run; `day` may be behind the last.
pub(crate) fn no_longest(days: &Days<'_>, day: usize, parameters: &Parameters) -> Reason {
    let window = parameters.line_days;
    if day == 0 {
        Reason::ShortHistory
    } else if days.distance_km.is_empty() {
        Reason::NotRecorded
    } else if unknown_days(days, day, window) as f64 > parameters.unknown_share * window.min(day) as f64 {
        Reason::UnknownDays
    } else {
        Reason::NoRunIn30Days
    }
}

/// How many of the `window` days before `day` have an unknown distance or are unknown altogether.
pub(crate) fn unknown_days(days: &Days<'_>, day: usize, window: usize) -> usize {
    let place = day.saturating_sub(window)..day.min(days.kinds.len());
    let kinds = days.kinds.get(place.clone()).unwrap_or_default();
    let distances = days.distance_km.get(place).unwrap_or_default();
    let is_unknown = |(index, kind): &(usize, &DayKind)| {
        **kind == DayKind::Unknown || distances.get(*index).is_some_and(|distance| distance.is_nan())
    };
    kinds.iter().enumerate().filter(is_unknown).count()
}

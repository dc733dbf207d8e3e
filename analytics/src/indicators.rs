//! Days to measures: a row of the table per calendar day.

use crate::breaks::Break;
use crate::days::DayKind;
use crate::kernels::{Ewma, Redi, monotony, window_mean, window_sum};
use crate::longest::{Compared, Standing, Walk};
use crate::parameters::Parameters;
use crate::table::Table;
use crate::{DayMetric, Measure, Reason, State};

/// Days in a training week.
pub(crate) const WEEK: usize = 7;

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
    pub(crate) runs: &'a [Compared],
}

/// Adds the rows of the days from `from` on. Those before are in the table already; they are not looked at.
pub(crate) fn fill(days: &Days<'_>, parameters: &Parameters, from: usize, table: &mut Table) {
    table.reserve(days.kinds.len().saturating_sub(from));
    states(days, parameters, from, table);
    let load = Column::new(days.load);
    let distance = Column::new(days.distance_km);
    let windows = Windows::of(&load, &distance, parameters, from);
    let mut averages = Averages::new(parameters);
    for value in days.load.iter().take(from) {
        averages.next(*value);
    }
    let mut walk = Walk::from(days.runs, parameters, from);
    let is_distance = std::ptr::eq(days.load, days.distance_km);
    // What is known before this many days of record is not said.
    let (acute_days, chronic_days) = (parameters.acute_days, parameters.chronic_days);
    let ramp_floor = 2 * WEEK;

    for (row, day) in (from..days.kinds.len()).enumerate() {
        let at = |column: &[f64]| column.get(row).copied().unwrap_or(f64::NAN);
        let is_returning = days.breaks.get(day).is_some_and(|pause| *pause != Break::None);
        let unless_returning = |measure: Measure| if is_returning { Err(Reason::Returning) } else { measure };
        let mut push = |metric, measure| table.push(metric, measure);

        push(DayMetric::DistanceKm, distance.value(day));
        push(DayMetric::Load, if is_distance { Err(Reason::NotRecorded) } else { load.value(day) });

        let acute = load.say(day, acute_days, at(&windows.acute));
        let chronic = load.say(day, chronic_days, at(&windows.chronic));
        // The days before the acute ones alone would be known before all that every ratio needs.
        let before = load.say(day, chronic_days, at(&windows.chronic_before));
        push(DayMetric::Acute, acute);
        push(DayMetric::Chronic, chronic);
        push(DayMetric::RatioCoupled, unless_returning(ratio(acute, chronic)));
        push(DayMetric::RatioUncoupled, unless_returning(ratio(acute, before)));

        let average = averages.next(days.load.get(day).copied().unwrap_or(f64::NAN));
        let ewma = [average.acute, average.chronic].map(|value| load.say(day, 1, value));
        push(DayMetric::AcuteEwma, ewma[0]);
        push(DayMetric::ChronicEwma, ewma[1]);
        push(DayMetric::RatioEwma, unless_returning(chronic.and_then(|_| ratio(ewma[0], ewma[1]))));
        push(DayMetric::Redi, load.say(day, acute_days, average.redi));
        let redi = [average.redi_acute, average.redi_chronic].map(|value| load.say(day, chronic_days, value));
        push(DayMetric::RatioRedi, unless_returning(ratio(redi[0], redi[1])));

        let monotony = match load.say(day, WEEK, at(&windows.monotony)) {
            Ok(0.0) => Err(Reason::NoLoad),
            measure => measure,
        };
        push(DayMetric::Monotony, monotony);
        push(DayMetric::Strain, monotony.map(|monotony| monotony * at(&windows.load_week)));

        push(DayMetric::Fitness, load.say(day, parameters.fitness_days, average.fitness));
        push(DayMetric::Fatigue, load.say(day, parameters.fatigue_days, average.fatigue));
        push(DayMetric::Form, load.say(day, parameters.fitness_days, average.form));

        let line = line(days, day, walk.on(day), parameters);
        push(DayMetric::Longest30dKm, line.longest);
        push(DayMetric::LineKm, line.counted);
        push(DayMetric::LineCarefulKm, line.careful);

        let week = distance.say(day, WEEK, at(&windows.week));
        push(DayMetric::WeekKm, week);
        let week_before = distance.say(day, ramp_floor, at(&windows.week_before));
        push(DayMetric::RampPct, unless_returning(ramp_pct(week, week_before)));
        let three_weeks = distance.say(day, 4 * WEEK, at(&windows.three_weeks_before)).map(|mean| mean * WEEK as f64);
        push(DayMetric::Ramp3wPct, unless_returning(ramp_pct(week, three_weeks)));
    }
}

fn states(days: &Days<'_>, parameters: &Parameters, from: usize, table: &mut Table) {
    let state = |(day, pause): (usize, &Break)| match pause {
        Break::Away { .. } | Break::Back { .. } => State::Returning,
        Break::None if day < parameters.line_days => State::Provisional,
        Break::None => State::Steady,
    };
    table.states.extend(days.breaks.iter().enumerate().skip(from).map(state));
}

/// Sums and means over windows, from the first row on that is asked for.
struct Windows {
    acute: Vec<f64>,
    chronic: Vec<f64>,
    /// Of the chronic days without the acute ones.
    chronic_before: Vec<f64>,
    load_week: Vec<f64>,
    monotony: Vec<f64>,
    week: Vec<f64>,
    week_before: Vec<f64>,
    three_weeks_before: Vec<f64>,
}

impl Windows {
    fn of(load: &Column<'_>, distance: &Column<'_>, parameters: &Parameters, from: usize) -> Windows {
        let Parameters { acute_days, chronic_days, unknown_share, .. } = *parameters;
        let longest = chronic_days.max(acute_days).max(4 * WEEK);
        let start = from.saturating_sub(longest);
        let rows = from - start;
        let load = load.values.get(start..).unwrap_or_default();
        let distance = distance.values.get(start..).unwrap_or_default();
        let mean = |values: &[f64], days| window_mean(values, days, unknown_share);
        let is_same = std::ptr::eq(load, distance);
        let load_week = window_sum(load, WEEK);
        let week = if is_same { load_week.clone() } else { window_sum(distance, WEEK) };
        let week_before = delayed(&week, WEEK, rows);
        Windows {
            acute: mean(load, acute_days).split_off(rows.min(load.len())),
            chronic: mean(load, chronic_days).split_off(rows.min(load.len())),
            chronic_before: delayed(&mean(load, chronic_days.saturating_sub(acute_days)), acute_days, rows),
            monotony: monotony(load, WEEK, parameters.spread, parameters.monotony_cap).split_off(rows.min(load.len())),
            load_week: delayed(&load_week, 0, rows),
            three_weeks_before: delayed(&mean(distance, 3 * WEEK), WEEK, rows),
            week: delayed(&week, 0, rows),
            week_before,
        }
    }
}

/// The values of `days` before, from row `from` on; NaN where there are none.
fn delayed(values: &[f64], days: usize, from: usize) -> Vec<f64> {
    let missing = days.saturating_sub(from).min(values.len());
    let start = from.saturating_sub(days);
    let end = values.len().saturating_sub(days).max(start);
    let known = values.get(start..end).unwrap_or_default();
    let mut result = vec![f64::NAN; missing];
    result.extend_from_slice(known);
    result
}

/// One quantity per day, and what is said of its windows.
struct Column<'a> {
    values: &'a [f64],
    first_known: usize,
}

impl<'a> Column<'a> {
    fn new(values: &'a [f64]) -> Self {
        let first_known = values.iter().position(|value| !value.is_nan()).unwrap_or(values.len());
        Self { values, first_known }
    }

    /// `value`, worked out for `day` from `days` days, or why it cannot be said. History begins with the first known
    /// day.
    fn say(&self, day: usize, days: usize, value: f64) -> Measure {
        if self.values.is_empty() {
            Err(Reason::NotRecorded)
        } else if (day + 1).saturating_sub(self.first_known) < days {
            Err(Reason::ShortHistory)
        } else if value.is_nan() {
            Err(Reason::UnknownDays)
        } else {
            Ok(value)
        }
    }

    fn value(&self, day: usize) -> Measure {
        self.say(day, 0, self.values.get(day).copied().unwrap_or(f64::NAN))
    }
}

/// Averages that run on from day to day.
struct Averages {
    acute: Ewma,
    chronic: Ewma,
    redi: Redi,
    redi_acute: Redi,
    redi_chronic: Redi,
    fitness: Ewma,
    fatigue: Ewma,
    form: f64,
    is_form_of_day_before: bool,
}

/// The averages of one day.
struct Average {
    acute: f64,
    chronic: f64,
    redi: f64,
    redi_acute: f64,
    redi_chronic: f64,
    fitness: f64,
    fatigue: f64,
    form: f64,
}

impl Averages {
    fn new(parameters: &Parameters) -> Self {
        let ewma = |days: usize, seed| Ewma::new(parameters.ewma.weight(days as f64), seed);
        let fitness = |days: usize| Ewma::new(parameters.fitness.weight(days as f64), Some(0.0));
        Self {
            acute: ewma(parameters.acute_days, None),
            chronic: ewma(parameters.chronic_days, None),
            redi: Redi::new(parameters.redi_decay),
            redi_acute: Redi::new(parameters.redi_acute_decay),
            redi_chronic: Redi::new(parameters.redi_chronic_decay),
            fitness: fitness(parameters.fitness_days),
            fatigue: fitness(parameters.fatigue_days),
            form: 0.0,
            is_form_of_day_before: parameters.form_of_day_before,
        }
    }

    fn next(&mut self, load: f64) -> Average {
        let (fitness, fatigue) = (self.fitness.next(load), self.fatigue.next(load));
        let before = std::mem::replace(&mut self.form, fitness - fatigue);
        Average {
            acute: self.acute.next(load),
            chronic: self.chronic.next(load),
            redi: self.redi.next(load),
            redi_acute: self.redi_acute.next(load),
            redi_chronic: self.redi_chronic.next(load),
            fitness,
            fatigue,
            form: if self.is_form_of_day_before { before } else { self.form },
        }
    }
}

/// `above` ÷ `below`; a zero (or vanishing) chronic load has no ratio.
fn ratio(above: Measure, below: Measure) -> Measure {
    let ratio = above? / below?;
    if ratio.is_finite() { Ok(ratio) } else { Err(Reason::NoChronicLoad) }
}

fn ramp_pct(week: Measure, before: Measure) -> Measure {
    let (week, before) = (week?, before?);
    let ramp = 100.0 * (week - before) / before;
    if ramp.is_finite() { Ok(ramp) } else { Err(Reason::NoWeekBefore) }
}

/// The longest run and both lines of one day.
pub(crate) struct Line {
    pub(crate) longest: Measure,
    pub(crate) counted: Measure,
    pub(crate) careful: Measure,
}

/// `day` may be behind the last.
pub(crate) fn line(days: &Days<'_>, day: usize, standing: Standing, parameters: &Parameters) -> Line {
    let Some(counted) = standing.counted else {
        let reason = Err(no_longest(days, day, parameters));
        return Line { longest: reason, counted: reason, careful: reason };
    };
    Line {
        longest: Ok(counted.km),
        counted: Ok(counted.km * parameters.line_factor),
        careful: standing.careful.map(|run| run.km * parameters.line_factor).ok_or(Reason::OnlyRecentSpikes),
    }
}

fn no_longest(days: &Days<'_>, day: usize, parameters: &Parameters) -> Reason {
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

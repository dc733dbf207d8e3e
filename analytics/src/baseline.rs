//! An athlete's own past as the measure: z-scores of marks, efficiency and mechanics against their own baseline.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::own_metric::OwnMetric;
use crate::{BodyParameters, DayGrid, Diary, Reason, RunForm};

/// One value of an [`OwnMetric`] beside the athlete's own baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnValue {
    /// Its day.
    pub date: NaiveDate,
    /// The id of its session, where it is of one.
    pub session: Option<Arc<str>>,
    /// The value, in the metric's unit.
    pub value: f64,
    /// The speed that it was taken at, m/s; `None`: it does not depend on one, or none was said.
    pub speed_mps: Option<f64>,
    /// The comparison, or why there is none.
    pub compared: Result<Compared, Reason>,
    pub(crate) day: usize,
}

/// A value against a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// What is compared: the mean of the last 7 days of resting heart rate and lnRMSSD, otherwise the value itself.
    pub recent: f64,
    /// Mean of the baseline.
    pub mean: f64,
    /// Sample standard deviation (n − 1) of the baseline; above zero.
    pub standard_deviation: f64,
    /// Days of the baseline that have a value.
    pub days: usize,
    /// (recent − mean) ÷ standard deviation.
    pub z: f64,
}

/// Mechanics that are off the baseline to the same side for several days with a run, up to one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shift {
    pub(crate) metric: OwnMetric,
    pub(crate) day: usize,
    /// The place of the day's last value among those of the metric.
    pub(crate) place: usize,
    /// Days with a run in a row.
    pub(crate) runs: usize,
}

/// Every value of every [`OwnMetric`] that an athlete keeps, each against its own baseline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baselines {
    values: [Vec<OwnValue>; OwnMetric::COUNT],
    /// By day, then by metric.
    pub(crate) shifts: Vec<Shift>,
}

impl Baselines {
    /// Compares everything in a diary that falls on the days of a grid.
    ///
    /// A baseline is made of the [`BodyParameters::baseline_days`] that end [`BodyParameters::recent_days`] before the
    /// day, without those in an injury or an illness ([`DayGrid::with_intervals`]); at least
    /// [`BodyParameters::baseline_least`] days must have a value. A day without a value has none here either: unknown is
    /// no zero, and it is not carried on.
    #[must_use]
    pub fn of(grid: &DayGrid, diary: &Diary, parameters: &BodyParameters) -> Baselines {
        Baselines::default().going_on(grid, diary, &parameters.bounded(), 0)
    }

    /// The same for a grid and a diary that differ from those of `self` only from the day at `from` on: what was compared
    /// before it stands.
    pub(crate) fn going_on(
        &self,
        grid: &DayGrid,
        diary: &Diary,
        parameters: &BodyParameters,
        from: usize,
    ) -> Baselines {
        let mut baselines = Baselines::default();
        for metric in OwnMetric::ALL {
            let known = self.get(metric);
            let known = known.get(..known.partition_point(|value| value.day < from)).unwrap_or_default();
            let values = match metric.form() {
                Some(form) => values_of_runs(grid, &diary.runs, parameters, form, known),
                None => values_of_days(grid, diary, parameters, metric, known),
            };
            if metric.is_told_of_alone() {
                baselines.shifts.extend(shifts(metric, &values, parameters));
            }
            if let Some(place) = baselines.values.get_mut(metric as usize) {
                *place = values;
            }
        }
        baselines.shifts.sort_by_key(|shift| (shift.day, shift.metric));
        baselines
    }

    /// The values of a metric, by day.
    #[must_use]
    pub fn get(&self, metric: OwnMetric) -> &[OwnValue] {
        self.values.get(metric as usize).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The healthy days of a baseline that ends before `day`.
fn window(day: usize, length: usize, parameters: &BodyParameters) -> Range<usize> {
    let end = (day + 1).saturating_sub(parameters.recent_days);
    end.saturating_sub(length)..end
}

fn is_well(grid: &DayGrid, day: usize) -> bool {
    !grid.is_injured(day) && !grid.is_ill(day)
}

/// A day of the grid; `None`: it lies outside.
pub(crate) fn place(grid: &DayGrid, date: NaiveDate) -> Option<usize> {
    grid.index_of(date).filter(|day| *day < grid.len())
}

/// Values of days: those of one day are averaged. `known` are the first of them.
fn values_of_days(
    grid: &DayGrid,
    diary: &Diary,
    parameters: &BodyParameters,
    metric: OwnMetric,
    known: &[OwnValue],
) -> Vec<OwnValue> {
    let noted = |date, value: Option<f64>| Some((place(grid, date)?, value.filter(|value| value.is_finite())?));
    let mut noted: Vec<(usize, f64)> = if metric == OwnMetric::Efficiency {
        diary.runs.iter().filter_map(|run| noted(run.date, run.efficiency)).collect()
    } else {
        diary.marks.iter().filter_map(|marks| noted(marks.date, metric.mark(marks))).collect()
    };
    // Values take part, so that those of one day are summed in one order.
    noted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mean = |of_day: &[(usize, f64)]| {
        let sum: f64 = of_day.iter().map(|(_, value)| value).sum();
        Some((of_day.first()?.0, sum / of_day.len() as f64))
    };
    let values: Vec<(usize, f64)> = noted.chunk_by(|a, b| a.0 == b.0).filter_map(mean).collect();
    let (all_days, all): (Vec<usize>, Vec<f64>) = values.iter().copied().unzip();
    let (healthy_days, healthy): (Vec<usize>, Vec<f64>) =
        values.iter().copied().filter(|(day, _)| is_well(grid, *day)).unzip();

    let (recent_days, recent_least) =
        if metric.is_averaged() { (parameters.recent_days, parameters.recent_least) } else { (1, 1) };
    let (mut recent, mut base) = (Sliding::default(), Sliding::default());
    let mut compare = |(day, value): &(usize, f64)| {
        let last = recent.over(&all_days, (day + 1).saturating_sub(recent_days)..day + 1);
        let last = all.get(last).unwrap_or_default();
        let base = base.over(&healthy_days, window(*day, parameters.baseline_days, parameters));
        let base = healthy.get(base).unwrap_or_default();
        let compared = if last.len() < recent_least {
            Err(Reason::FewRecentDays)
        } else {
            against(last.iter().sum::<f64>() / last.len() as f64, base, base.len(), parameters)
        };
        OwnValue {
            date: grid.date(*day).unwrap_or_default(),
            session: None,
            value: *value,
            speed_mps: None,
            compared,
            day: *day,
        }
    };
    known.iter().cloned().chain(values.iter().skip(known.len()).map(&mut compare)).collect()
}

/// A window that only moves forward over values by day: the places of those in it.
#[derive(Default)]
struct Sliding {
    start: usize,
    end: usize,
}

impl Sliding {
    fn over(&mut self, by_day: &[usize], days: Range<usize>) -> Range<usize> {
        let is_before = |index: usize, day: usize| by_day.get(index).is_some_and(|of| *of < day);
        while is_before(self.start, days.start) {
            self.start += 1;
        }
        self.end = self.end.max(self.start);
        while is_before(self.end, days.end) {
            self.end += 1;
        }
        self.start..self.end
    }
}

/// `recent` against the values of a baseline that come from `days` days.
fn against(recent: f64, base: &[f64], days: usize, parameters: &BodyParameters) -> Result<Compared, Reason> {
    if days < parameters.baseline_least.max(2) {
        return Err(Reason::ShortBaseline);
    }
    // Against the first value, so that values without any spread have exactly none; four sums side by side, which the
    // compiler works on in one step.
    let anchor = base.first().copied().unwrap_or_default();
    let (mut sums, mut squares) = ([0.0; 4], [0.0; 4]);
    let (chunks, rest) = base.as_chunks::<4>();
    let last = [0, 1, 2, 3].map(|lane| rest.get(lane).copied().unwrap_or(anchor));
    for chunk in chunks.iter().chain([&last]) {
        for ((value, sum), square) in chunk.iter().zip(&mut sums).zip(&mut squares) {
            let off = value - anchor;
            *sum += off;
            *square += off * off;
        }
    }
    let (sum, square): (f64, f64) = (sums.iter().sum(), squares.iter().sum());
    let count = base.len() as f64;
    let mean = anchor + sum / count;
    let standard_deviation = ((square - sum * sum / count).max(0.0) / (count - 1.0)).sqrt();
    let z = (recent - mean) / standard_deviation;
    if standard_deviation > 1e-9 * mean.abs() && z.is_finite() {
        Ok(Compared { recent, mean, standard_deviation, days, z })
    } else {
        Err(Reason::NoSpread)
    }
}

/// Values of runs, each against those at a matched speed. `known` are the first of them.
fn values_of_runs(
    grid: &DayGrid,
    forms: &[RunForm],
    parameters: &BodyParameters,
    form: fn(&RunForm) -> Option<f64>,
    known: &[OwnValue],
) -> Vec<OwnValue> {
    let value = |run: &RunForm| {
        let value = form(run).filter(|value| value.is_finite())?;
        let day = place(grid, run.date)?;
        let speed_mps = run.speed_mps.filter(|speed| speed.is_finite());
        let session = Some(run.session.as_str().into());
        Some(OwnValue { date: run.date, session, value, speed_mps, compared: Err(Reason::ShortBaseline), day })
    };
    let mut values: Vec<OwnValue> = forms.iter().filter_map(value).collect();
    values.sort_by(|a, b| {
        let speed = |value: &OwnValue| value.speed_mps.unwrap_or(-1.0);
        (a.day, &a.session)
            .cmp(&(b.day, &b.session))
            .then_with(|| speed(a).total_cmp(&speed(b)))
            .then_with(|| a.value.total_cmp(&b.value))
    });
    let healthy: Vec<(usize, Option<f64>, f64)> = (values.iter().filter(|value| is_well(grid, value.day)))
        .map(|value| (value.day, value.speed_mps, value.value))
        .collect();
    let healthy_days: Vec<usize> = healthy.iter().map(|value| value.0).collect();
    let (mut base, mut matched) = (Sliding::default(), Vec::new());
    for (value, known) in values.iter_mut().zip(known) {
        value.compared = known.compared;
    }
    for value in values.iter_mut().skip(known.len()) {
        let base = base.over(&healthy_days, window(value.day, parameters.mechanics_days, parameters));
        matched.clear();
        let (mut days, mut last) = (0, None);
        for (day, speed_mps, other) in healthy.get(base).unwrap_or_default() {
            if is_matched(value.speed_mps, *speed_mps, parameters.matched_speed) {
                matched.push(*other);
                days += usize::from(last.replace(*day) != Some(*day));
            }
        }
        value.compared = against(value.value, &matched, days, parameters);
    }
    values
}

fn is_matched(speed: Option<f64>, other: Option<f64>, share: f64) -> bool {
    match (speed, other) {
        (Some(speed), Some(other)) => (other - speed).abs() <= share * speed,
        (None, None) => true,
        _ => false,
    }
}

/// Days on which a metric has been off to one side for several days with a run in a row. Days on which it cannot be said
/// are passed over; two weeks without a value end the row.
fn shifts(metric: OwnMetric, values: &[OwnValue], parameters: &BodyParameters) -> Vec<Shift> {
    let side = |z: f64| match z {
        z if z >= parameters.mechanics_z => 1,
        z if z <= -parameters.mechanics_z => -1,
        _ => 0,
    };
    let (mut found, mut place) = (Vec::new(), 0);
    let (mut row, mut row_side, mut last) = (0, 0, 0);
    for of_day in values.chunk_by(|a, b| a.day == b.day) {
        place += of_day.len();
        let mut sides = of_day.iter().filter_map(|value| value.compared.ok()).map(|compared| side(compared.z));
        let (Some(first), Some(day)) = (sides.next(), of_day.first().map(|value| value.day)) else { continue };
        let side = if sides.all(|side| side == first) { first } else { 0 };
        let goes_on = side == row_side && day - last <= 2 * parameters.recent_days;
        row = if side == 0 {
            0
        } else if goes_on {
            row + 1
        } else {
            1
        };
        (row_side, last) = (side, day);
        if row > 0 && row >= parameters.mechanics_runs {
            found.push(Shift { metric, day, place: place - 1, runs: row });
        }
    }
    found
}

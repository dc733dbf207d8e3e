//! The longest run of the 30 days before: for each run (is it a spike?) and for each day (where is the line?).

use std::collections::VecDeque;

use crate::kernels::window_max;
use crate::{Parameters, SpikeClass};

/// A run by its day, counted from the first day of its record, and its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Length {
    pub(crate) day: usize,
    pub(crate) km: f64,
}

/// One run weighed against the longest before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weighed {
    pub(crate) run: Length,
    /// The longest of the 30 days before and of earlier runs of the same day; `None`: nothing to weigh it against.
    pub(crate) baseline: Option<Length>,
    /// The class of the run ÷ its baseline.
    pub(crate) class: SpikeClass,
    /// Whether it lifts the careful line the day after, and not only when the careful days are over.
    pub(crate) counts_at_once: bool,
}

impl Weighed {
    pub(crate) fn new(run: Length, baseline: Option<Length>, parameters: &Parameters) -> Weighed {
        let of = |longest: Length| SpikeClass::with(run.km / longest.km, parameters);
        let class = baseline.map_or(SpikeClass::NoBaseline, of);
        let counts_at_once = match class {
            SpikeClass::Reference => true,
            // While the record is young, what exists is all there is to go by; the days are provisional.
            SpikeClass::NoBaseline => run.day < parameters.line_days,
            SpikeClass::Small | SpikeClass::Moderate | SpikeClass::Large => false,
        };
        Weighed { run, baseline, class, counts_at_once }
    }
}

/// The longest run of a moving window: candidates fall in length from front to back, so the front is the longest.
#[derive(Debug, Default)]
struct Window(VecDeque<Length>);

impl Window {
    /// Of two runs of the same length the later one stays: it holds its place longer.
    fn push(&mut self, run: Length) {
        while self.0.back().is_some_and(|last| last.km <= run.km) {
            self.0.pop_back();
        }
        self.0.push_back(run);
    }

    /// The longest with runs of more than `days` before `day` dropped.
    fn longest(&mut self, day: usize, days: usize) -> Option<Length> {
        while self.0.front().is_some_and(|run| run.day + days < day) {
            self.0.pop_front();
        }
        self.0.front().copied()
    }
}

/// Every run with its baseline, in the order of `lengths`: by day, then by order within the day.
pub(crate) fn weigh(lengths: &[Length], parameters: &Parameters) -> Vec<Weighed> {
    let mut window = Window::default();
    let weigh = |run: &Length| {
        let baseline = window.longest(run.day, parameters.line_days);
        window.push(*run);
        Weighed::new(*run, baseline, parameters)
    };
    lengths.iter().map(weigh).collect()
}

/// Both longest runs as they stand on the morning of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Standing {
    /// By the study's definition: every run of the 30 days before.
    pub(crate) counted: Option<Weighed>,
    /// Without runs that do not count at once and are younger than the careful days.
    pub(crate) careful: Option<Weighed>,
}

/// The standing on the morning of a day.
pub(crate) fn standing(runs: &[Weighed], day: usize, parameters: &Parameters) -> Standing {
    let before = runs.get(..runs.partition_point(|weighed| weighed.run.day < day)).unwrap_or_default();
    let window = before.iter().rev().take_while(|weighed| weighed.run.day + parameters.line_days >= day);
    let mut standing = Standing::default();
    for weighed in window {
        standing.counted = longer(standing.counted, *weighed);
        if weighed.counts_at_once || weighed.run.day + parameters.careful_days <= day {
            standing.careful = longer(standing.careful, *weighed);
        }
    }
    standing
}

/// The longer of two; of equals the later.
fn longer(longest: Option<Weighed>, other: Weighed) -> Option<Weighed> {
    let is_longer = |longest: &Weighed| (longest.run.km, longest.run.day) > (other.run.km, other.run.day);
    Some(longest.filter(is_longer).unwrap_or(other))
}

/// The lengths of both longest runs on the morning of each day from `from` up to `days`, km; NaN where there is none.
pub(crate) fn standings(
    runs: &[Weighed],
    days: usize,
    parameters: &Parameters,
    from: usize,
) -> (impl Iterator<Item = f64>, impl Iterator<Item = f64>) {
    let (line_days, careful_days) = (parameters.line_days, parameters.careful_days.max(1));
    let start = from.saturating_sub(line_days);
    // By day, the longest run that counts at once, and the longest that has to wait; 0: none.
    let mut ordinary = vec![0.0; days.saturating_sub(start)];
    let mut waiting = ordinary.clone();
    for weighed in runs.iter().skip(runs.partition_point(|weighed| weighed.run.day < start)) {
        let column = if weighed.counts_at_once { &mut ordinary } else { &mut waiting };
        if let Some(longest) = column.get_mut(weighed.run.day - start) {
            *longest = weighed.run.km.max(*longest);
        }
    }
    let counted: Vec<f64> = ordinary.iter().zip(&waiting).map(|(ordinary, waiting)| waiting.max(*ordinary)).collect();
    let counted = window_max(&counted, line_days);
    let ordinary = window_max(&ordinary, line_days);
    let waiting = window_max(&waiting, (line_days + 1).saturating_sub(careful_days));
    let known = |km: f64| if km > 0.0 { km } else { f64::NAN };
    let first = from - start;
    let counted = before(counted, 1, first).map(known);
    let careful = before(ordinary, 1, first).zip(before(waiting, careful_days, first));
    (counted, careful.map(move |(ordinary, waiting)| known(waiting.max(ordinary))))
}

/// The values of `days` before, from the one at `first` on; 0 where there are none.
fn before(values: Vec<f64>, days: usize, first: usize) -> impl Iterator<Item = f64> {
    let rows = values.len().saturating_sub(first);
    let missing = days.saturating_sub(first).min(rows);
    let start = first.saturating_sub(days);
    std::iter::repeat_n(0.0, missing).chain(values.into_iter().skip(start).take(rows - missing))
}

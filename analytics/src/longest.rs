//! The longest run of the 30 days before: for each run (is it a spike?) and for each day (where is the line?).

use std::collections::VecDeque;

use crate::{Parameters, SpikeClass};

/// A run by its day, counted from the first day of its record, and its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Length {
    pub(crate) day: usize,
    pub(crate) km: f64,
}

/// One run beside the longest it is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) run: Length,
    /// The longest of the 30 days before and of earlier runs of the same day; `None`: nothing to compare with.
    pub(crate) baseline: Option<Length>,
    /// The class of the run ÷ its baseline.
    pub(crate) class: SpikeClass,
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
pub(crate) fn compare(lengths: &[Length], parameters: &Parameters) -> Vec<Compared> {
    let mut window = Window::default();
    let compare = |run: &Length| {
        let baseline = window.longest(run.day, parameters.line_days);
        window.push(*run);
        let class = baseline.map_or(SpikeClass::Reference, |longest| SpikeClass::with(run.km / longest.km, parameters));
        Compared { run: *run, baseline, class }
    };
    lengths.iter().map(compare).collect()
}

/// Both longest runs as they stand on the morning of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Standing {
    /// By the study's definition: every run of the 30 days before.
    pub(crate) counted: Option<Length>,
    /// Without runs that were spikes and are younger than the careful days.
    pub(crate) careful: Option<Length>,
}

/// Walks forward through the days and keeps both windows; linear in runs and days together.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    runs: &'a [Compared],
    parameters: &'a Parameters,
    next: usize,
    counted: Window,
    ordinary: Window,
    /// Spikes that are too young for the careful line, oldest first.
    waiting: VecDeque<Length>,
    aged_spikes: Window,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(runs: &'a [Compared], parameters: &'a Parameters) -> Self {
        let (counted, ordinary, aged_spikes) = Default::default();
        Self { runs, parameters, next: 0, counted, ordinary, waiting: VecDeque::new(), aged_spikes }
    }

    /// The same for days from `day` on, without the runs that have left every window by then.
    pub(crate) fn from(runs: &'a [Compared], parameters: &'a Parameters, day: usize) -> Self {
        let next = runs.partition_point(|compared| compared.run.day + parameters.line_days < day);
        Self { next, ..Self::new(runs, parameters) }
    }

    /// The standing on the morning of `day`. Days must not go backwards from call to call.
    pub(crate) fn on(&mut self, day: usize) -> Standing {
        while let Some(compared) = self.runs.get(self.next).filter(|compared| compared.run.day < day) {
            self.counted.push(compared.run);
            if compared.class == SpikeClass::Reference {
                self.ordinary.push(compared.run);
            } else {
                self.waiting.push_back(compared.run);
            }
            self.next += 1;
        }
        let is_aged = |run: &mut Length| run.day + self.parameters.careful_days <= day;
        while let Some(aged) = self.waiting.pop_front_if(is_aged) {
            self.aged_spikes.push(aged);
        }
        let days = self.parameters.line_days;
        let (ordinary, aged) = (self.ordinary.longest(day, days), self.aged_spikes.longest(day, days));
        Standing { counted: self.counted.longest(day, days), careful: longer(ordinary, aged) }
    }
}

/// The longer of two; of equals the later.
pub(crate) fn longer(a: Option<Length>, b: Option<Length>) -> Option<Length> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if (a.km, a.day) > (b.km, b.day) { a } else { b }),
        (a, b) => a.or(b),
    }
}

//! The longest run of the 30 days before: for each run (is it a spike?) and for each day (where is the line?).

use std::collections::VecDeque;

use chrono::NaiveDate;

use crate::{DayGrid, Parameters, Run, SpikeClass};

/// A run that stands as the longest of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Longest {
    pub(crate) date: NaiveDate,
    pub(crate) km: f64,
}

/// One run beside the longest it is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared<'a> {
    pub(crate) run: &'a Run,
    pub(crate) km: f64,
    /// The longest of the 30 days before and of earlier runs of the same day; `None`: nothing to compare with.
    pub(crate) baseline: Option<Longest>,
}

impl Compared<'_> {
    /// The run ÷ its baseline, and the class of that.
    pub(crate) fn spike(&self, parameters: &Parameters) -> Option<(f64, SpikeClass)> {
        let ratio = self.km / self.baseline?.km;
        Some((ratio, SpikeClass::with(ratio, parameters)))
    }

    fn longest(&self) -> Longest {
        Longest { date: self.run.date, km: self.km }
    }

    fn is_spike(&self, parameters: &Parameters) -> bool {
        self.spike(parameters).is_some_and(|(_, class)| class != SpikeClass::Reference)
    }
}

/// Whole days from `earlier` to `later`.
pub(crate) fn days_between(earlier: NaiveDate, later: NaiveDate) -> i64 {
    later.signed_duration_since(earlier).num_days()
}

/// The longest run of a moving window: candidates fall in length from front to back, so the front is the longest.
#[derive(Debug, Default)]
struct Window(VecDeque<Longest>);

impl Window {
    /// Of two runs of the same length the later one stays: it holds its place longer.
    fn push(&mut self, run: Longest) {
        while self.0.back().is_some_and(|last| last.km <= run.km) {
            self.0.pop_back();
        }
        self.0.push_back(run);
    }

    /// The longest with runs of more than `days` before `date` dropped.
    fn longest(&mut self, date: NaiveDate, days: u32) -> Option<Longest> {
        while self.0.front().is_some_and(|run| days_between(run.date, date) > i64::from(days)) {
            self.0.pop_front();
        }
        self.0.front().copied()
    }
}

/// Every run with a distance above zero, with its baseline, in the grid's order.
pub(crate) fn compare<'a>(grid: &'a DayGrid, parameters: &Parameters) -> Vec<Compared<'a>> {
    let mut window = Window::default();
    let mut compared = Vec::new();
    for run in grid.runs() {
        let Some(km) = run.length_km() else { continue };
        let baseline = window.longest(run.date, parameters.line_days);
        window.push(Longest { date: run.date, km });
        compared.push(Compared { run, km, baseline });
    }
    compared
}

/// Both longest runs as they stand on the morning of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Standing {
    /// By the study's definition: every run of the 30 days before.
    pub(crate) counted: Option<Longest>,
    /// Without runs that were spikes and are younger than the careful days.
    pub(crate) careful: Option<Longest>,
}

/// Walks forward through the days and keeps both windows; linear in runs and days together.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    runs: &'a [Compared<'a>],
    parameters: &'a Parameters,
    next: usize,
    counted: Window,
    ordinary: Window,
    /// Spikes that are too young for the careful line, oldest first.
    waiting: VecDeque<Longest>,
    aged_spikes: Window,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(runs: &'a [Compared<'a>], parameters: &'a Parameters) -> Self {
        let (counted, ordinary, aged_spikes) = Default::default();
        Self { runs, parameters, next: 0, counted, ordinary, waiting: VecDeque::new(), aged_spikes }
    }

    /// The standing on the morning of `date`. Dates must not go backwards from call to call.
    pub(crate) fn on(&mut self, date: NaiveDate) -> Standing {
        while let Some(compared) = self.runs.get(self.next).filter(|compared| compared.run.date < date) {
            self.counted.push(compared.longest());
            if compared.is_spike(self.parameters) {
                self.waiting.push_back(compared.longest());
            } else {
                self.ordinary.push(compared.longest());
            }
            self.next += 1;
        }
        let careful_days = i64::from(self.parameters.careful_days);
        while let Some(aged) = self.waiting.pop_front_if(|run| days_between(run.date, date) >= careful_days) {
            self.aged_spikes.push(aged);
        }
        let days = self.parameters.line_days;
        let (ordinary, aged) = (self.ordinary.longest(date, days), self.aged_spikes.longest(date, days));
        Standing { counted: self.counted.longest(date, days), careful: longer(ordinary, aged) }
    }
}

/// The longer of two; of equals the later.
fn longer(a: Option<Longest>, b: Option<Longest>) -> Option<Longest> {
    [a, b].into_iter().flatten().max_by(|a, b| a.km.total_cmp(&b.km).then(a.date.cmp(&b.date)))
}

//! Names: of the sources of samples, and of documents.

use std::collections::HashMap;

use super::sport;
use super::workout::{Record, Sample, Workout};
use crate::Sport;

/// Sources of samples that are told apart; the samples of later ones stand without a source.
pub(super) const MOST_SOURCES: u16 = 1_000;

/// Names of sources by number.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// By number.
    pub(super) names: Vec<String>,
    numbers: HashMap<String, u16>,
    /// Whether there were more than [`MOST_SOURCES`].
    pub(super) is_cut: bool,
}

impl Sources {
    /// A sample of a record, its source numbered.
    pub(super) fn sample(&mut self, record: &Record<'_>) -> Sample {
        let name = record.source();
        let number = match self.numbers.get(&name) {
            Some(number) => *number,
            None => {
                let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX).min(MOST_SOURCES);
                if number < MOST_SOURCES {
                    self.names.push(name.clone());
                    self.numbers.insert(name, number);
                }
                self.is_cut |= number == MOST_SOURCES;
                number
            }
        };
        let Record { quantity, start, length_ms, value, .. } = *record;
        Sample { start_ms: start.utc_ms, value, length_ms, source: number, quantity }
    }
}

/// Names of documents, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The start of the last workout, and how often each name was given at it.
    start_ms: Option<i64>,
    given: HashMap<String, u32>,
}

impl Names {
    /// The name of the next workout; they come in order of time.
    pub(super) fn of(&mut self, workout: &Workout) -> String {
        if self.start_ms != Some(workout.start.utc_ms) {
            self.given.clear();
            self.start_ms = Some(workout.start.utc_ms);
        }
        let sport = sport::of(workout);
        let sport = sport.as_ref().map_or("workout", Sport::name);
        let start = workout.start.utc().map(|start| start.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let name = format!("{sport}-{}", start.unwrap_or_default());
        let given = self.given.entry(name.clone()).or_default();
        *given += 1;
        if *given > 1 { format!("{name}-{given}") } else { name }
    }
}

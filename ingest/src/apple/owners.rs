//! Which workouts a sample belongs to.

use std::collections::BTreeSet;

use super::quantity::Quantity;
use super::workout::Workout;

/// Workouts that a sample may belong to (two programs may write the same run).
pub(super) const MOST_OWNERS: usize = 8;

/// The workouts at any time.
#[derive(Debug)]
pub(super) struct Owners {
    runs: Spans,
    all: Spans,
}

impl Owners {
    /// Of workouts in order of their start.
    pub(super) fn new(workouts: &[Workout]) -> Self {
        let numbered = || (0_u32..).zip(workouts);
        Self { runs: Spans::new(numbered().filter(|(_, workout)| workout.is_run())), all: Spans::new(numbered()) }
    }

    /// Those whose document a sample belongs into: for runs, all quantities; else heart rates, which count for any
    /// training.
    pub(super) fn of(&self, quantity: Quantity, at_ms: i64) -> Few {
        if quantity == Quantity::HeartRate { self.all.at(at_ms) } else { self.runs.at(at_ms) }
    }
}

/// Numbers of workouts, up to a cap: those that began last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Few {
    count: u8,
    /// Whether there are more.
    pub(super) is_cut: bool,
    numbers: [u32; MOST_OWNERS],
}

impl Few {
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.numbers.iter().take(self.count.into()).filter_map(|number| usize::try_from(*number).ok())
    }
}

/// The time line cut where a workout starts or ends.
#[derive(Debug, Default)]
struct Spans {
    from_ms: Vec<i64>,
    few: Vec<Few>,
}

impl Spans {
    fn new<'w>(workouts: impl Iterator<Item = (u32, &'w Workout)>) -> Self {
        let mut edges: Vec<(i64, bool, u32)> = Vec::new();
        for (number, workout) in workouts {
            // A sample at the very end belongs to the workout.
            edges.push((workout.start.utc_ms, true, number));
            edges.push((workout.end.utc_ms.saturating_add(1), false, number));
        }
        edges.sort_unstable();
        let (mut spans, mut open) = (Self::default(), BTreeSet::new());
        for edges in edges.chunk_by(|(a, ..), (b, ..)| a == b) {
            for (at_ms, starts, number) in edges {
                if *starts {
                    open.insert(*number)
                } else {
                    open.remove(number)
                };
                if spans.from_ms.last() != Some(at_ms) {
                    spans.from_ms.push(*at_ms);
                }
            }
            let mut few = Few { is_cut: open.len() > MOST_OWNERS, ..Few::default() };
            for (place, number) in few.numbers.iter_mut().zip(open.iter().rev()) {
                *place = *number;
                few.count += 1;
            }
            spans.few.push(few);
        }
        spans
    }

    fn at(&self, at_ms: i64) -> Few {
        let begun = self.from_ms.partition_point(|from_ms| *from_ms <= at_ms);
        begun.checked_sub(1).and_then(|at| self.few.get(at)).copied().unwrap_or_default()
    }
}

//! Everything that is said of one athlete's days: measures and flags.

use chrono::{Days as CalendarDays, NaiveDate};

use crate::body::Body;
use crate::breaks::breaks;
use crate::flags::{Facts, Own, judge, tell};
use crate::indicators::{Days, explain, fill};
use crate::longest::weigh;
use crate::table::Table;
use crate::{Baselines, Channel, DayGrid, Diary, Flag, Parameters};

/// Everything that is said of one athlete's days.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// The day of the first row.
    pub(crate) first: Option<NaiveDate>,
    pub(crate) table: Table,
    /// The channel that is looked at, and whether it and distance are recorded at all: it decides what is said of every day.
    recorded: Option<(Channel, bool, bool)>,
    /// Marks, efficiency and mechanics against the athlete's own baseline.
    pub baselines: Baselines,
    /// In order of date; within a date in the order of [`crate::FlagCode`].
    pub flags: Vec<Flag>,
}

/// Computes every measure for every day of the grid, and the flags. Pure: the grid's last day is "today".
///
/// `diary` adds what is known beside training; without it ([`Diary::default`]) the flags that rest on it are not raised.
#[must_use]
pub fn analyse(grid: &DayGrid, diary: &Diary, parameters: &Parameters) -> Analysis {
    let mut analysis = Analysis { first: grid.first(), ..Analysis::default() };
    analysis.go_on(grid, diary, parameters, 0);
    analysis
}

impl Analysis {
    /// Brings the analysis up to a grid that differs from the one before only from the day of `changed` on, as when a
    /// run is added, edited or taken away: only what the change can reach is worked out again. Gives the same as
    /// [`analyse`] of the new grid with the same diary and parameters.
    ///
    /// Every session before `changed`, and every day before it that both grids have, must be the same. The new grid may
    /// be longer or shorter: without an `as_of` the days behind the last session go with it, also those before
    /// `changed`. Where the first day moves, or a channel begins or ceases to be recorded, everything is worked out
    /// anew. A caller whose loads are put together over all activities, as [`crate::loads`] takes medians, may find
    /// that one more run moves the load of earlier days: then `changed` is the first of those.
    pub fn update(&mut self, grid: &DayGrid, diary: &Diary, parameters: &Parameters, changed: NaiveDate) {
        let is_same_start = self.first == grid.first() && self.first.is_some_and(|first| first < changed);
        let is_same_kind = self.recorded == Some(recorded(grid, parameters));
        let from = if is_same_start && is_same_kind { grid.index_of(changed).unwrap_or_default() } else { 0 };
        self.first = grid.first();
        self.go_on(grid, diary, parameters, from.min(self.len()).min(grid.len()));
    }

    /// Works out everything from the day at `from` on, which both grids have or which is the first that one has not.
    fn go_on(&mut self, grid: &DayGrid, diary: &Diary, parameters: &Parameters, from: usize) {
        let parameters = &parameters.bounded();
        self.table.truncate(from);
        let last_kept = from
            .checked_sub(1)
            .and_then(|last| self.first.and_then(|first| first.checked_add_days(CalendarDays::new(last as u64))));
        self.flags.retain(|flag| last_kept.is_some_and(|last| flag.date <= last));

        let runs = weigh(grid.lengths(), parameters);
        let breaks = breaks(grid.kinds(), parameters);
        let (channel, ..) = recorded(grid, parameters);
        self.recorded = Some(recorded(grid, parameters));
        let days = Days {
            kinds: grid.kinds(),
            breaks: &breaks,
            distance_km: grid.column(Channel::Distance),
            load: grid.column(channel),
            runs: &runs,
        };
        let windows = fill(&days, parameters, from, &mut self.table);
        explain(&days, &windows, parameters, from, &mut self.table);
        let body = Body::of(grid, diary, parameters, &self.baselines, from);
        let own = Some(Own { grid, diary, body: &body });
        let facts = Facts { days, table: &self.table, first_row: 0, parameters, own };
        let mut verdicts = Vec::new();
        judge(&facts, from..grid.len(), &mut verdicts);
        self.flags.extend(verdicts.iter().map(|verdict| tell(&facts, verdict)));
        self.baselines = body.baselines;
    }
}

/// The channel that is looked at, and whether it and distance are recorded.
fn recorded(grid: &DayGrid, parameters: &Parameters) -> (Channel, bool, bool) {
    let channel = parameters.channel(|channel| grid.is_recorded(channel));
    (channel, grid.is_recorded(channel), grid.is_recorded(Channel::Distance))
}

//! What is said of one day: its measures, or why one of them cannot be said.

use chrono::{Days, NaiveDate};
use polars::prelude::{Column, DataFrame, DataType, PolarsResult};
use serde::Serialize;

use crate::columns::{enumeration, floats};
use crate::{Analysis, DayMetric};

/// A value, or the reason why there is none. Values are always finite.
pub type Measure = Result<f64, Reason>;

/// Why a measure cannot be said. Never an error of the program: each is a fact about the days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The record is shorter than the measure's window.
    ShortHistory,
    /// Unknown days in the window: more than 20 %, or any where a sum needs every day.
    UnknownDays,
    /// No run carries this quantity.
    NotRecorded,
    /// The chronic load is zero: there is nothing to divide by.
    NoChronicLoad,
    /// No run in the 30 days before.
    NoRunIn30Days,
    /// Every run in the 30 days before is less than 14 days old, and was a spike or the first in 30 days.
    OnlyRecentSpikes,
    /// A break of 14 days or more, or less than 28 days since the first run after one.
    Returning,
    /// No load in the week: there is no spread to speak of.
    NoLoad,
    /// The week before has no distance to compare with.
    NoWeekBefore,
    /// Fewer than 3 of the last 7 days have a value.
    FewRecentDays,
    /// Fewer than 14 healthy days of the baseline have a value.
    ShortBaseline,
    /// Every day of the baseline has the same value.
    NoSpread,
}

impl Reason {
    /// The reason's name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortHistory => "short_history",
            Self::UnknownDays => "unknown_days",
            Self::NotRecorded => "not_recorded",
            Self::NoChronicLoad => "no_chronic_load",
            Self::NoRunIn30Days => "no_run_in_30_days",
            Self::OnlyRecentSpikes => "only_recent_spikes",
            Self::Returning => "returning",
            Self::NoLoad => "no_load",
            Self::NoWeekBefore => "no_week_before",
            Self::FewRecentDays => "few_recent_days",
            Self::ShortBaseline => "short_baseline",
            Self::NoSpread => "no_spread",
        }
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::ShortHistory => "The record is not long enough yet.",
            Self::UnknownDays => "Too many days that it needs are unknown.",
            Self::NotRecorded => "No run has a value for it.",
            Self::NoChronicLoad => "The chronic load is zero, so there is nothing to compare with.",
            Self::NoRunIn30Days => "There is no run in the 30 days before.",
            Self::OnlyRecentSpikes => {
                "Every run in the 30 days before is less than 14 days old, and was a spike or the first in 30 days."
            }
            Self::Returning => {
                "After a break of 14 days or more, ratios mean little until 28 days from the first run back."
            }
            Self::NoLoad => "There is no load in these 7 days.",
            Self::NoWeekBefore => "Nothing was run in the 7 days before these 7.",
            Self::FewRecentDays => "Fewer than 3 of the last 7 days have a value.",
            Self::ShortBaseline => "Fewer than 14 healthy days before have a value, too few for a baseline.",
            Self::NoSpread => "Every day of the baseline has the same value, so there is no spread to compare with.",
        }
    }
}

/// How far the measures of a day can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Fewer than 30 days of record before the day, or more than 20 % of those 30 unknown: a longer run would not be
    /// known.
    Provisional,
    /// A break of 14 days or more, or less than 28 days since the first run after one. Comes before `Provisional`.
    Returning,
    /// Neither.
    Steady,
}

impl State {
    /// Every state, in order.
    pub const ALL: [State; 3] = [State::Provisional, State::Returning, State::Steady];

    /// The column `state` of a frame of days.
    pub(crate) fn column(states: &[State]) -> PolarsResult<Column> {
        let places = states.iter().map(|state| *state as u8).collect();
        enumeration("state", Self::ALL.iter().map(|state| state.as_str()), places)
    }

    /// The state's name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Returning => "returning",
            Self::Steady => "steady",
        }
    }
}

/// One calendar day of an [`Analysis`]: its measures, as known at its end.
///
/// Load is that of the channel that is looked at ([`crate::Parameters::load`]). Windows end with the day itself unless
/// [`DayMetric::info`] says otherwise. Means are per day over the known days of the window; with more than 20 % of it
/// unknown they are [`Reason::UnknownDays`], and so are exponential averages with more than 20 % of as many days as
/// they average over. REDI, made for gaps, goes on until less than 20 % of its weight is on known days.
#[derive(Debug, Clone, Copy)]
pub struct Day<'a> {
    /// The day.
    pub date: NaiveDate,
    /// How far its measures can be trusted.
    pub state: State,
    analysis: &'a Analysis,
    index: usize,
}

impl Day<'_> {
    /// One measure, in the unit that its [`DayMetric::info`] names.
    ///
    /// # Errors
    /// The reason why it cannot be said.
    pub fn get(&self, metric: DayMetric) -> Measure {
        self.analysis.table.get(metric, self.index)
    }

    /// Every measure under its name, in the order of [`DayMetric::ALL`].
    pub fn measures(&self) -> impl Iterator<Item = (&'static str, Measure)> {
        DayMetric::ALL.into_iter().map(|metric| (metric.info().symbol, self.get(metric)))
    }
}

impl Analysis {
    /// Number of days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no day.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The day at `index`, counted from 0.
    #[must_use]
    pub fn day(&self, index: usize) -> Option<Day<'_>> {
        let state = *self.table.states.get(index)?;
        Some(Day { date: self.first?.checked_add_days(Days::new(index as u64))?, state, analysis: self, index })
    }

    /// The day of a date.
    #[must_use]
    pub fn day_of(&self, date: NaiveDate) -> Option<Day<'_>> {
        self.day(usize::try_from(date.signed_duration_since(self.first?).num_days()).ok()?)
    }

    /// Every day, in order.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = Day<'_>> + ExactSizeIterator {
        let first = self.first.unwrap_or_default();
        self.table.states.iter().enumerate().map(move |(index, state)| Day {
            // A grid spans a hundred years at most, and its days have dates.
            date: first.checked_add_days(Days::new(index as u64)).unwrap_or(first),
            state: *state,
            analysis: self,
            index,
        })
    }

    /// The last day.
    #[must_use]
    pub fn last(&self) -> Option<Day<'_>> {
        self.day(self.len().checked_sub(1)?)
    }

    /// The days as a frame: `date` (Date), one f64 column per metric ([`DayMetric::ALL`]), `state` (an enumeration); null where
    /// a measure cannot be said.
    ///
    /// # Errors
    /// Passes on an error of Polars; none is known to happen.
    pub fn days_frame(&self) -> PolarsResult<DataFrame> {
        let first = self.first.map_or(0, epoch_day);
        let dates: Vec<i32> = (first..).take(self.len()).collect();
        let mut columns = vec![Column::new("date".into(), dates).cast(&DataType::Date)?];
        for metric in DayMetric::ALL {
            columns.push(floats(metric.info().symbol, self.table.values(metric).to_vec()));
        }
        columns.push(State::column(&self.table.states)?);
        DataFrame::new(self.len(), columns)
    }
}

/// Days since 1970. chrono's range of dates is ±262,000 years, which is far inside i32 days.
pub(crate) fn epoch_day(date: NaiveDate) -> i32 {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or_default()
}

//! What is said of one day: its measures, or why one of them cannot be said.

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType, PolarsResult};
use serde::Serialize;

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
    /// Every run in the 30 days before was a spike less than 14 days ago.
    OnlyRecentSpikes,
    /// A break of 14 days or more, or less than 28 days since the first run after one.
    Returning,
    /// No load in the week: there is no spread to speak of.
    NoLoad,
    /// The week before has no distance to compare with.
    NoWeekBefore,
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
            Self::OnlyRecentSpikes => "Every run in the 30 days before was a spike less than 14 days ago.",
            Self::Returning => {
                "After a break of 14 days or more, ratios mean little until 28 days from the first run back."
            }
            Self::NoLoad => "There is no load in these 7 days.",
            Self::NoWeekBefore => "Nothing was run in the 7 days before these 7.",
        }
    }
}

/// How far the measures of a day can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Fewer than 30 days of record before the day: a longer run before them would not be known.
    Provisional,
    /// A break of 14 days or more, or less than 28 days since the first run after one. Comes before `Provisional`.
    Returning,
    /// Neither.
    Steady,
}

impl State {
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

/// The measures of one calendar day, as known at its end.
///
/// Load is the load of the runs, or their distance in km when no run has a load ([`crate::DayGrid::has_load`]).
/// Windows end with the day itself unless stated otherwise. Means are per day over the known days of the window;
/// with more than 20 % of it unknown they are [`Reason::UnknownDays`].
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Distance run, km.
    pub distance_km: Measure,
    /// Load of the runs, in their unit.
    pub load: Measure,
    /// Mean load per day of the last 7 days.
    pub acute: Measure,
    /// Mean load per day of the last 28 days, the acute 7 included (coupled).
    pub chronic: Measure,
    /// Acute ÷ chronic; from 28 days of record. At most 4 by construction. Contested: doi 10.4085/1062-6050-501-19.
    pub ratio_coupled: Measure,
    /// Acute ÷ mean of the 21 days before the acute window (7:21), doi 10.1136/bjsports-2017-098925.
    pub ratio_uncoupled: Measure,
    /// EWMA over 7 days ÷ EWMA over 28 days, λ = 2/(N + 1), seeded with the first day; from 28 days of record,
    /// doi 10.1136/bjsports-2016-096589. An unknown day carries the averages on.
    pub ratio_ewma: Measure,
    /// Mean ÷ population standard deviation of the last 7 days (Foster 1998), at most 10; needs all 7 days.
    pub monotony: Measure,
    /// Sum of the last 7 days × monotony (Foster 1998).
    pub strain: Measure,
    /// The longest single run in the 30 days before the day, km.
    pub longest_30d_km: Measure,
    /// 1.10 × `longest_30d_km`: above it a run is a spike by the study's definition, doi 10.1136/bjsports-2024-109380.
    pub line_km: Measure,
    /// The same without runs that were spikes themselves and are less than 14 days old (our caution, no trial).
    pub line_careful_km: Measure,
    /// Distance of the last 7 days, km; needs all 7 days.
    pub week_km: Measure,
    /// `week_km` against the 7 days before, per cent.
    pub ramp_pct: Measure,
    /// How far these can be trusted.
    pub state: State,
}

impl Day {
    /// Every measure under its name, in the order of the fields: the columns of frames, tables and wire formats.
    pub fn measures(&self) -> [(&'static str, Measure); 14] {
        [
            ("distance_km", self.distance_km),
            ("load", self.load),
            ("acute", self.acute),
            ("chronic", self.chronic),
            ("ratio_coupled", self.ratio_coupled),
            ("ratio_uncoupled", self.ratio_uncoupled),
            ("ratio_ewma", self.ratio_ewma),
            ("monotony", self.monotony),
            ("strain", self.strain),
            ("longest_30d_km", self.longest_30d_km),
            ("line_km", self.line_km),
            ("line_careful_km", self.line_careful_km),
            ("week_km", self.week_km),
            ("ramp_pct", self.ramp_pct),
        ]
    }

    /// A day of which nothing can be said yet; the starting point for filling one in.
    pub(crate) fn blank(date: NaiveDate) -> Day {
        let none = Err(Reason::ShortHistory);
        Day {
            date,
            distance_km: none,
            load: none,
            acute: none,
            chronic: none,
            ratio_coupled: none,
            ratio_uncoupled: none,
            ratio_ewma: none,
            monotony: none,
            strain: none,
            longest_30d_km: none,
            line_km: none,
            line_careful_km: none,
            week_km: none,
            ramp_pct: none,
            state: State::Provisional,
        }
    }
}

/// The days as a frame: `date` (Date), one f64 column per measure ([`Day::measures`]), `state` (string); null where a
/// measure cannot be said.
///
/// # Errors
/// Passes on an error of Polars; none is known to happen.
pub fn days_frame(days: &[Day]) -> PolarsResult<DataFrame> {
    let epoch = NaiveDate::default();
    let dates: Vec<i32> = days
        .iter()
        // chrono's range of dates is ±262,000 years, which is far inside i32 days.
        .map(|day| i32::try_from(day.date.signed_duration_since(epoch).num_days()).unwrap_or_default())
        .collect();
    let mut columns = vec![Column::new("date".into(), dates).cast(&DataType::Date)?];
    for (index, (name, _)) in Day::blank(epoch).measures().into_iter().enumerate() {
        let values: Vec<Option<f64>> =
            days.iter().map(|day| day.measures().get(index).and_then(|(_, measure)| measure.ok())).collect();
        columns.push(Column::new(name.into(), values));
    }
    let states: Vec<&str> = days.iter().map(|day| day.state.as_str()).collect();
    columns.push(Column::new("state".into(), states));
    DataFrame::new(days.len(), columns)
}

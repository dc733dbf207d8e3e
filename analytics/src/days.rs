//! Sessions to days: a dense grid in which a known rest day and an unknown day are different things.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::longest::Length;
use crate::{Channel, Interval, IntervalKind, Session, SessionKind};

/// The longest span of a grid, days (100 years): a mistyped year is refused instead of filled.
pub(crate) const MAX_DAYS: i64 = 36_525;

/// What a calendar day without any session means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// A rest day: the record is complete.
    #[default]
    Rest,
    /// Nobody knows: only days with a session or a stated rest are known.
    Unknown,
}

/// Why sessions could not become days.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum GridError {
    /// A value is not a finite number.
    #[error("{session} on {date}: {field} is not a number")]
    NotANumber {
        /// The session's id.
        session: String,
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
    },
    /// A value is below zero.
    #[error("{session} on {date}: {field} is {value}, below zero")]
    Negative {
        /// The session's id.
        session: String,
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// A value that no session can have.
    #[error("{session} on {date}: {field} is {value}, more than any session can have")]
    TooLarge {
        /// The session's id.
        session: String,
        /// Its day.
        date: NaiveDate,
        /// The field.
        field: &'static str,
        /// The value.
        value: f64,
    },
    /// The days span more than 100 years.
    #[error("the days from {first} to {last} span more than 100 years; is a year mistyped?")]
    TooLong {
        /// First day.
        first: NaiveDate,
        /// Last day.
        last: NaiveDate,
    },
}

/// What is known of a day as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayKind {
    /// Somebody ran.
    Run,
    /// Known to be without a run.
    Rest,
    /// Not known.
    Unknown,
}

/// A dense calendar: every day from the first to the last, with the load of each channel summed per day.
///
/// 0 is a known zero; a day that is unknown in a channel is NaN inside and `None` outside. A channel that no training
/// has a value in counts as not recorded; without any training, one that no rest is stated in.
#[derive(Debug, Clone, Default)]
pub struct DayGrid {
    first: Option<NaiveDate>,
    kinds: Vec<DayKind>,
    /// By [`Channel::index`]; empty when the channel is not recorded.
    loads: [Vec<f64>; Channel::COUNT],
    /// By day, order, id.
    sessions: Vec<Session>,
    /// Runs with a length, in the order of `sessions`.
    lengths: Vec<Length>,
    intervals: Vec<Interval>,
    /// One entry per day; empty when there are no intervals.
    unwell: Vec<Unwell>,
}

/// Whether a day lies in an injury or an illness.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unwell {
    pub(crate) injured: bool,
    pub(crate) ill: bool,
}

impl DayGrid {
    /// Lays sessions out over the calendar, from the first day mentioned to `as_of` (default: the last day mentioned).
    ///
    /// Sessions and unknown days after `as_of` are left out. The order of `sessions` does not matter. A day in
    /// `unknown` is unknown in every channel even when it has a session, and so is one with a session of
    /// [`SessionKind::Unknown`]; its runs still count as runs. No day at all gives an empty grid.
    ///
    /// # Errors
    /// [`GridError`]: a value that is not finite, negative or absurd (names the session), or a span over 100 years.
    pub fn new(
        sessions: &[Session],
        unknown: &[NaiveDate],
        as_of: Option<NaiveDate>,
        gaps: Gaps,
    ) -> Result<DayGrid, GridError> {
        let is_past = |date: &NaiveDate| as_of.is_none_or(|as_of| *date <= as_of);
        let mut sessions: Vec<Session> = sessions.iter().filter(|session| is_past(&session.date)).cloned().collect();
        for session in &sessions {
            session.check()?;
        }
        sort(&mut sessions);
        let unknown: BTreeSet<NaiveDate> = unknown.iter().copied().filter(is_past).collect();

        let firsts = [sessions.first().map(|session| session.date), unknown.first().copied()];
        let lasts = [sessions.last().map(|session| session.date), unknown.last().copied()];
        let Some(first) = firsts.into_iter().flatten().min() else { return Ok(DayGrid::default()) };
        let last = as_of.or(lasts.into_iter().flatten().max()).unwrap_or(first);
        if last.signed_duration_since(first).num_days() >= MAX_DAYS {
            return Err(GridError::TooLong { first, last });
        }

        // A rest that is stated in some channel would else make all training in it unknown.
        let is_only_rest = !sessions.iter().any(Session::is_training);
        let says = |session: &Session| is_only_rest || session.is_training();
        let recorded = Channel::ALL
            .map(|channel| sessions.iter().any(|session| says(session) && session.loads.get(channel).is_some()));
        let mut grid = DayGrid { first: Some(first), ..DayGrid::default() };
        let mut rest = sessions.as_slice();
        for date in first.iter_days().take_while(|date| *date <= last) {
            let (today, later) = rest.split_at(rest.partition_point(|session| session.date <= date));
            rest = later;
            let is_unknown = unknown.contains(&date)
                || (today.is_empty() && gaps == Gaps::Unknown)
                || today.iter().any(|session| session.kind == SessionKind::Unknown);
            let day = grid.kinds.len();
            grid.kinds.push(match (today.iter().any(|session| session.kind == SessionKind::Run), is_unknown) {
                (true, _) => DayKind::Run,
                (false, true) => DayKind::Unknown,
                (false, false) => DayKind::Rest,
            });
            for (channel, column) in Channel::ALL.into_iter().zip(&mut grid.loads) {
                if recorded.get(channel.index()) == Some(&true) {
                    let sum: f64 = today.iter().map(|session| session.adds(channel)).sum();
                    // The empty sum of floating-point numbers is -0.
                    column.push(if is_unknown { f64::NAN } else { sum + 0.0 });
                }
            }
            grid.lengths.extend(today.iter().filter_map(|session| Some(Length { day, km: session.length_km()? })));
        }
        grid.sessions = sessions;
        Ok(grid)
    }

    /// The same days with the intervals of injury and illness marked. They are left out of baselines, and change no
    /// load.
    #[must_use]
    pub fn with_intervals(mut self, intervals: &[Interval]) -> DayGrid {
        self.intervals = intervals.to_vec();
        self.unwell = Vec::new();
        let Some(first) = self.first.filter(|_| !intervals.is_empty()) else { return self };
        let mut unwell = vec![Unwell::default(); self.kinds.len()];
        for interval in intervals {
            let place = |date: NaiveDate| usize::try_from(date.signed_duration_since(first).num_days());
            let from = place(interval.first).unwrap_or_default();
            let until = match interval.last.map(place) {
                // It was over before the first day.
                Some(Err(_)) => continue,
                Some(Ok(last)) => last.saturating_add(1),
                None => usize::MAX,
            };
            for day in unwell.iter_mut().take(until).skip(from) {
                match interval.kind {
                    IntervalKind::Injury => day.injured = true,
                    IntervalKind::Illness => day.ill = true,
                }
            }
        }
        self.unwell = unwell;
        self
    }

    /// Number of days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no day at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// First day; `None` when empty.
    #[must_use]
    pub fn first(&self) -> Option<NaiveDate> {
        self.first
    }

    /// Last day; `None` when empty.
    #[must_use]
    pub fn last(&self) -> Option<NaiveDate> {
        self.len().checked_sub(1).and_then(|last| self.date(last))
    }

    /// The date of the day at `index`, counted from 0.
    #[must_use]
    pub fn date(&self, index: usize) -> Option<NaiveDate> {
        if index < self.len() { self.first?.checked_add_days(Days::new(index as u64)) } else { None }
    }

    /// The sum of every day in a channel, in its unit; `None` = unknown. All `None` when it is not recorded.
    #[must_use]
    pub fn daily(&self, channel: Channel) -> Vec<Option<f64>> {
        let values = self.column(channel);
        (0..self.len()).map(|day| values.get(day).copied().filter(|value| !value.is_nan())).collect()
    }

    /// Whether any training has a value in the channel; without any training, whether a rest is stated in it.
    #[must_use]
    pub fn is_recorded(&self, channel: Channel) -> bool {
        !self.column(channel).is_empty()
    }

    /// The sessions up to the last day, by day and order.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The intervals of injury and illness.
    #[must_use]
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Whether the day at `index` lies in an injury.
    #[must_use]
    pub fn is_injured(&self, index: usize) -> bool {
        self.unwell(index).injured
    }

    /// Whether the day at `index` lies in an illness.
    #[must_use]
    pub fn is_ill(&self, index: usize) -> bool {
        self.unwell(index).ill
    }

    pub(crate) fn unwell(&self, index: usize) -> Unwell {
        self.unwell.get(index).copied().unwrap_or_default()
    }

    /// NaN = unknown; empty when the channel is not recorded.
    pub(crate) fn column(&self, channel: Channel) -> &[f64] {
        self.loads.get(channel.index()).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn kinds(&self) -> &[DayKind] {
        &self.kinds
    }

    pub(crate) fn lengths(&self) -> &[Length] {
        &self.lengths
    }

    /// Sessions with a length, one for each of [`DayGrid::lengths`].
    pub(crate) fn measured_runs(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.length_km().is_some())
    }

    /// The place of `date` counted from the first day, also behind the last; `None` before the first.
    pub(crate) fn index_of(&self, date: NaiveDate) -> Option<usize> {
        usize::try_from(date.signed_duration_since(self.first?).num_days()).ok()
    }
}

/// By day, order and id. The values take part so that even sessions with the same id and order are summed in one order.
fn sort(sessions: &mut [Session]) {
    sessions.sort_by(|a, b| {
        let value = |session: &Session, channel| session.loads.get(channel).unwrap_or(-1.0);
        let mut order = (a.date, a.order).cmp(&(b.date, b.order)).then_with(|| a.id.cmp(&b.id));
        for channel in Channel::ALL {
            order = order.then_with(|| value(a, channel).total_cmp(&value(b, channel)));
        }
        order
    });
}

//! One athlete's rows, laid out over the calendar and analysed.

use std::ops::Range;

use super::rows::Rows;
use super::{Settings, SquadError};
use crate::breaks::breaks;
use crate::days::{DayKind, MAX_DAYS};
use crate::flags::{Facts, Verdict, judge};
use crate::indicators::{Days, fill};
use crate::longest::{Length, weigh};
use crate::session::MIN_RUN_KM;
use crate::table::Table;
use crate::{Channel, Gaps, Parameters};

/// The days of one athlete, as far as loads tell.
#[derive(Default)]
pub(super) struct Laid {
    /// Days since 1970.
    pub(super) first: i32,
    kinds: Vec<DayKind>,
    distance_km: Vec<f64>,
    load: Vec<f64>,
    lengths: Vec<Length>,
    has_distance: bool,
    has_load: bool,
}

/// Which quantities some rows have a value of.
#[derive(Default)]
struct Recorded {
    distance: bool,
    load: bool,
}

impl Recorded {
    fn note(&mut self, km: f64, load: f64) {
        self.distance |= !km.is_nan();
        self.load |= !load.is_nan();
    }
}

impl Laid {
    /// Number of days.
    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Lays an athlete's rows out over the calendar; the same as [`crate::DayGrid::new`] of [`crate::Session::row`]s.
    pub(super) fn lay(
        &mut self,
        rows: &Rows<'_>,
        athlete: Range<usize>,
        settings: &Settings<'_>,
    ) -> Result<(), SquadError> {
        rows.check(&athlete)?;
        self.kinds.clear();
        self.distance_km.clear();
        self.load.clear();
        self.lengths.clear();
        let dates = rows.dates.get(athlete.clone()).unwrap_or_default();
        let past = settings.as_of.map_or(dates.len(), |as_of| dates.partition_point(|date| *date <= as_of));
        let dates = dates.get(..past).unwrap_or_default();
        let (Some(first), Some(newest)) = (dates.first(), dates.last()) else { return Ok(()) };
        let last = settings.as_of.unwrap_or(*newest);
        if i64::from(last) - i64::from(*first) >= MAX_DAYS {
            return Err(SquadError::TooLong { row: athlete.end.saturating_sub(1) });
        }
        self.first = *first;
        let distances = rows.distance_km.get(athlete.clone()).unwrap_or_default();
        let loads = rows.load.get(athlete).unwrap_or_default();
        let (empty, blank) = match settings.gaps {
            Gaps::Rest => (DayKind::Rest, 0.0),
            Gaps::Unknown => (DayKind::Unknown, f64::NAN),
        };
        let days = usize::try_from(last + 1 - *first).unwrap_or_default();
        self.kinds.resize(days, empty);
        self.distance_km.resize(days, blank);
        self.load.resize(days, blank);
        let mut before = None;
        let (mut has_training, mut of_training, mut of_rest) = (false, Recorded::default(), Recorded::default());
        for (row, date) in dates.iter().enumerate() {
            let of = |column: &[f64]| column.get(row).copied().unwrap_or(f64::NAN);
            let day = usize::try_from(*date - *first).unwrap_or_default();
            let (km, load) = (of(distances), of(loads));
            let is_training = self.add(day, before == Some(*date), km, load);
            has_training |= is_training;
            if is_training { &mut of_training } else { &mut of_rest }.note(km, load);
            before = Some(*date);
        }
        let recorded = if has_training { of_training } else { of_rest };
        (self.has_distance, self.has_load) = (recorded.distance, recorded.load);
        Ok(())
    }

    /// Adds a session to a day, which has one already or not, and gives whether somebody trained.
    fn add(&mut self, day: usize, is_more: bool, km: f64, load: f64) -> bool {
        let is_run = if km.is_nan() { load > 0.0 } else { km >= MIN_RUN_KM };
        let is_unknown = km.is_nan() && load.is_nan();
        let is_training = is_run || load > 0.0;
        // A stated rest is zero in the column that it leaves empty.
        let blank = if is_training || is_unknown { f64::NAN } else { 0.0 };
        let adds = |value: f64| if value.is_nan() { blank } else { value };
        if let (Some(kind), Some(distance), Some(sum)) =
            (self.kinds.get_mut(day), self.distance_km.get_mut(day), self.load.get_mut(day))
        {
            if !is_more {
                (*kind, *distance, *sum) = (DayKind::Rest, 0.0, 0.0);
            }
            *kind = match (*kind, is_run, is_unknown) {
                (DayKind::Run, ..) | (_, true, _) => DayKind::Run,
                (DayKind::Unknown, ..) | (_, _, true) => DayKind::Unknown,
                (DayKind::Rest, ..) => DayKind::Rest,
            };
            *distance += if is_training && !is_run { 0.0 } else { adds(km) };
            *sum += adds(load);
        }
        if km >= MIN_RUN_KM {
            self.lengths.push(Length { day, km });
        }
        is_training
    }

    /// Adds the athlete's rows and flags.
    pub(super) fn analyse(&self, parameters: &Parameters, table: &mut Table, verdicts: &mut Vec<Verdict>) {
        let first_row = table.len();
        let breaks = breaks(&self.kinds, parameters);
        let runs = weigh(&self.lengths, parameters);
        let is_recorded = |channel| match channel {
            Channel::Distance => self.has_distance,
            Channel::Load => self.has_load,
            _ => false,
        };
        let channel = parameters.channel(is_recorded);
        let column = |channel: Channel| match channel {
            Channel::Distance if self.has_distance => self.distance_km.as_slice(),
            Channel::Load if self.has_load => self.load.as_slice(),
            _ => &[],
        };
        let days = Days {
            kinds: &self.kinds,
            breaks: &breaks,
            distance_km: column(Channel::Distance),
            load: column(channel),
            runs: &runs,
        };
        fill(&days, parameters, 0, table);
        judge(&Facts { days, table, first_row, parameters, own: None }, 0..self.kinds.len(), verdicts);
    }
}

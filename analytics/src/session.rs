//! What the days are made of: runs, cross-training, and stated rest.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Channel, GridError, LoadSource, Loads};

/// The largest value of one session in any channel that is taken: far above anything real, and low enough that no sum
/// over a grid overflows.
const MAX_VALUE: f64 = 1e9;

/// The shortest distance, km, that is a run (1 m): a watch started and stopped again is none.
pub(crate) const MIN_RUN_KM: f64 = 0.001;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A run, of any kind.
    Run,
    /// Anything else: counts in the channels that are not mechanical.
    CrossTraining,
    /// A day stated to be without training.
    Rest,
    /// Nobody knows what was done, or whether anything was: the day is unknown in every channel.
    Unknown,
}

/// What became of the heart rate of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeartRateQuality {
    /// Nobody looked, as in a table of past training.
    #[default]
    NotLookedAt,
    /// Recorded, and it can be.
    Plausible,
    /// Recorded, and it looks wrong: locked to the cadence, impossible values.
    Suspect,
    /// Not recorded, or for too little of the time.
    Missing,
}

/// One run, one session of something else, or a stated day of rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The caller's name for it; errors and flags carry it back.
    pub id: String,
    /// Calendar day on the athlete's wall clock.
    pub date: NaiveDate,
    /// Order within the day, such as the start in ms or a row number.
    pub order: i64,
    /// What it was.
    pub kind: SessionKind,
    /// Its load by channel. `None` where it counts and nobody knows how much: the day is unknown in that channel. A
    /// stated rest adds 0 where it says nothing.
    pub loads: Loads,
    /// Where [`Channel::Load`] comes from; `None`: it was given as it is.
    pub load_source: Option<LoadSource>,
    /// Whether it was a race. Races count like every other run.
    pub is_race: bool,
    /// The pair of shoes, by the athlete's name for it.
    pub shoe: Option<String>,
    /// What became of its heart rate.
    pub heart_rate: HeartRateQuality,
}

impl Session {
    /// A run of which nothing is known but the day.
    #[must_use]
    pub fn run(id: impl Into<String>, date: NaiveDate, order: i64) -> Session {
        Session {
            id: id.into(),
            date,
            order,
            kind: SessionKind::Run,
            loads: Loads::unknown(),
            load_source: None,
            is_race: false,
            shoe: None,
            heart_rate: HeartRateQuality::default(),
        }
    }

    /// Training other than a run.
    #[must_use]
    pub fn cross_training(id: impl Into<String>, date: NaiveDate, order: i64) -> Session {
        Session { kind: SessionKind::CrossTraining, ..Session::run(id, date, order) }
    }

    /// A day without training: zero in every channel.
    #[must_use]
    pub fn rest(id: impl Into<String>, date: NaiveDate) -> Session {
        Session { kind: SessionKind::Rest, loads: Loads::zero(), ..Session::run(id, date, 0) }
    }

    /// A row of a table that states a distance (km), a load in any one unit, or both.
    ///
    /// It is a run when the distance is at least a metre, or when there is none but a load; training of another kind
    /// when the distance is 0 and there is load. What states zero and nothing else is a rest, in every channel. What
    /// states neither is unknown.
    #[must_use]
    pub fn row(
        id: impl Into<String>,
        date: NaiveDate,
        order: i64,
        distance_km: Option<f64>,
        load: Option<f64>,
    ) -> Session {
        let has_load = load.is_some_and(|load| load > 0.0);
        let kind = match (distance_km, load) {
            (Some(km), _) if km >= MIN_RUN_KM => SessionKind::Run,
            (Some(_), _) if has_load => SessionKind::CrossTraining,
            (Some(_), _) => SessionKind::Rest,
            (None, Some(_)) if has_load => SessionKind::Run,
            (None, Some(_)) => SessionKind::Rest,
            (None, None) => SessionKind::Unknown,
        };
        let loads = Loads::unknown().with(Channel::Distance, distance_km).with(Channel::Load, load);
        Session { kind, loads, ..Session::run(id, date, order) }
    }

    /// The session with one load set.
    #[must_use]
    pub fn with(mut self, channel: Channel, value: impl Into<Option<f64>>) -> Session {
        self.loads.set(channel, value.into());
        self
    }

    /// The distance when it is a run that has one that counts against others: known and at least a metre.
    pub(crate) fn length_km(&self) -> Option<f64> {
        self.loads.get(Channel::Distance).filter(|km| self.kind == SessionKind::Run && *km >= MIN_RUN_KM)
    }

    /// What the session adds to its day in `channel`: NaN when it counts there and nobody knows how much.
    pub(crate) fn adds(&self, channel: Channel) -> f64 {
        match self.kind {
            SessionKind::CrossTraining if channel.is_mechanical() => 0.0,
            SessionKind::Rest => self.loads.get(channel).unwrap_or(0.0),
            _ => self.loads.get(channel).unwrap_or(f64::NAN),
        }
    }

    /// Whether somebody trained: what such a session has no value for is not recorded. A rest tells nothing of that.
    pub(crate) fn is_training(&self) -> bool {
        matches!(self.kind, SessionKind::Run | SessionKind::CrossTraining)
    }

    /// # Errors
    /// A value that is not finite, below zero or absurd.
    pub(crate) fn check(&self) -> Result<(), GridError> {
        for channel in Channel::ALL {
            let Some(value) = self.loads.get(channel) else { continue };
            let (session, date, field) = (|| self.id.clone(), self.date, channel.field());
            if !value.is_finite() {
                return Err(GridError::NotANumber { session: session(), date, field });
            }
            if value < 0.0 {
                return Err(GridError::Negative { session: session(), date, field, value });
            }
            if value > MAX_VALUE {
                return Err(GridError::TooLarge { session: session(), date, field, value });
            }
        }
        Ok(())
    }
}

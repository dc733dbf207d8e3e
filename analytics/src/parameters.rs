//! Windows and thresholds, in one place.

use thiserror::Error;

use crate::days::MAX_DAYS;
use crate::kernels::{Smoothing, Spread};
use crate::{BodyParameters, Channel};

/// No window looks further, days: a grid spans no more.
const MOST_DAYS: usize = MAX_DAYS as usize;

/// A window by the name of its field, and the fewest days that it can have.
pub(crate) type Window<'a> = (&'static str, &'a mut usize, usize);

/// Why parameters cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// A window that is empty where there is a mean to take, or longer than any record.
    #[error("{field} is {days}; it must be from {least} to {most} days")]
    Window {
        /// The field of [`Parameters`] or [`BodyParameters`].
        field: &'static str,
        /// Its value.
        days: usize,
        /// The fewest days.
        least: usize,
        /// The most days.
        most: usize,
    },
}

/// Windows and thresholds of every measure and flag. The default holds the documented values; the sources stand with
/// the measures ([`crate::Day`]) and in the evidence register.
///
/// [`Parameters::check`] names a window that cannot be. What is looked at without a check takes the nearest that can.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// The channel of acute and chronic load, ratios, monotony, strain, fitness, fatigue and form. `None`:
    /// [`Channel::Load`] where any session has one, else [`Channel::Distance`].
    pub load: Option<Channel>,
    /// Acute window, days: 7.
    pub acute_days: usize,
    /// Chronic window, days, the acute days included: 28. Also the history that ratios need.
    pub chronic_days: usize,
    /// How the averages of the EWMA ratio forget: λ = 2 ÷ (N + 1) (Williams 2017). They begin with the first day's load.
    pub ewma: Smoothing,
    /// Decay of REDI, per day: 0.1 (doi 10.1136/bmjsem-2019-000573).
    pub redi_decay: f64,
    /// Decay of the acute REDI in a ratio, per day: 1/7 (ours).
    pub redi_acute_decay: f64,
    /// Decay of the chronic REDI in a ratio, per day: 1/28 (ours).
    pub redi_chronic_decay: f64,
    /// With less than this share of its weight on known days a REDI says nothing: 0.20 (our rule, no trial). At a decay
    /// of 0.1 per day that is after 16 unknown days in a row.
    pub redi_known_share: f64,
    /// Days of fitness: 42.
    pub fitness_days: usize,
    /// Days of fatigue: 7.
    pub fatigue_days: usize,
    /// How fitness and fatigue forget: λ = 1 − e^(−1/N), as in GoldenCheetah. They begin with 0.
    pub fitness: Smoothing,
    /// Whether form is the day before's fitness − fatigue (GoldenCheetah's default), not the day's own.
    pub form_of_day_before: bool,
    /// Which standard deviation monotony takes: of the population.
    pub spread: Spread,
    /// Window of the longest run, days before the day itself: 30 (doi 10.1136/bjsports-2024-109380).
    pub line_days: usize,
    /// The line as a multiple of the longest run: 1.10.
    pub line_factor: f64,
    /// A run above this multiple of the longest is a small spike: 1.10.
    pub small_spike: f64,
    /// Above this multiple a moderate spike: 1.30.
    pub moderate_spike: f64,
    /// Above this multiple a large spike: 2.00.
    pub large_spike: f64,
    /// For this many days a run that was a spike does not lift the careful line: 14 (our caution, no trial).
    pub careful_days: usize,
    /// Days without a run after which a runner is returning: 14 (our rule, no trial).
    pub break_days: u32,
    /// Days, from the first run back, for which a runner is returning: 28 (our rule, no trial).
    pub return_days: u32,
    /// A window with more than this share of its days unknown says nothing, nor does an exponential average over as
    /// many days; a day with more of the 30 before it unknown is provisional, and a break with more is none: 0.20 (our
    /// rule, no trial).
    pub unknown_share: f64,
    /// A week above both its comparisons by more than this many percent is a ramp: 30.
    pub ramp_pct: f64,
    /// Below this distance per week, km, a ramp is only information: 10.
    pub ramp_floor_km: f64,
    /// The band outside which the load ratio is mentioned, lower end: 0.8.
    pub ratio_low: f64,
    /// The band outside which the load ratio is mentioned, upper end: 1.3.
    pub ratio_high: f64,
    /// The load ratio above which the words say so: 1.5.
    pub ratio_very_high: f64,
    /// Strain above this share of the own last year is information: 0.90.
    pub strain_quantile: f64,
    /// Monotony above this is information: 1.5 (Runalyze's first mark).
    pub monotony_info: f64,
    /// Monotony above this is a caution: 2.0 (Runalyze's second mark).
    pub monotony_caution: f64,
    /// The value that monotony is capped at, and that a week without any spread gets: 10 (as Runalyze does).
    pub monotony_cap: f64,
    /// What rests on more than loads.
    pub body: BodyParameters,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            load: None,
            acute_days: 7,
            chronic_days: 28,
            ewma: Smoothing::Span,
            redi_decay: 0.1,
            redi_acute_decay: 1.0 / 7.0,
            redi_chronic_decay: 1.0 / 28.0,
            redi_known_share: 0.20,
            fitness_days: 42,
            fatigue_days: 7,
            fitness: Smoothing::TimeConstant,
            form_of_day_before: true,
            spread: Spread::Population,
            line_days: 30,
            line_factor: 1.10,
            small_spike: 1.10,
            moderate_spike: 1.30,
            large_spike: 2.00,
            careful_days: 14,
            break_days: 14,
            return_days: 28,
            unknown_share: 0.20,
            ramp_pct: 30.0,
            ramp_floor_km: 10.0,
            ratio_low: 0.8,
            ratio_high: 1.3,
            ratio_very_high: 1.5,
            strain_quantile: 0.90,
            monotony_info: 1.5,
            monotony_caution: 2.0,
            monotony_cap: 10.0,
            body: BodyParameters::default(),
        }
    }
}

impl Parameters {
    /// Looks for windows that cannot be: averages over no day, and any of more than 100 years.
    ///
    /// # Errors
    /// The first that is found, by the name of its field.
    pub fn check(&self) -> Result<(), ParameterError> {
        let mut parameters = self.clone();
        parameters.windows().into_iter().try_for_each(|(field, days, least)| {
            let (days, most) = (*days, MOST_DAYS);
            if (least..=most).contains(&days) {
                Ok(())
            } else {
                Err(ParameterError::Window { field, days, least, most })
            }
        })
    }

    /// The same with every window within the bounds of [`Parameters::check`]: sums of days and windows then stay far
    /// from overflowing.
    pub(crate) fn bounded(&self) -> Parameters {
        let mut parameters = self.clone();
        bound(parameters.windows());
        parameters
    }

    fn windows(&mut self) -> Vec<Window<'_>> {
        let own = [
            ("acute_days", &mut self.acute_days, 1),
            ("chronic_days", &mut self.chronic_days, 1),
            ("fitness_days", &mut self.fitness_days, 1),
            ("fatigue_days", &mut self.fatigue_days, 1),
            ("line_days", &mut self.line_days, 0),
            ("careful_days", &mut self.careful_days, 0),
        ];
        own.into_iter().chain(self.body.windows()).collect()
    }

    /// The channel of acute and chronic load where these channels are recorded.
    pub(crate) fn channel(&self, is_recorded: impl Fn(Channel) -> bool) -> Channel {
        let usual = if is_recorded(Channel::Load) { Channel::Load } else { Channel::Distance };
        self.load.unwrap_or(usual)
    }
}

/// Keeps windows within the bounds of [`Parameters::check`].
pub(crate) fn bound<'a>(windows: impl IntoIterator<Item = Window<'a>>) {
    for (_, days, least) in windows {
        *days = (*days).clamp(least, MOST_DAYS);
    }
}

/// Whether `value` is above `threshold` by more than floating-point noise: 13.2 against 12 is 1.1, not above it.
pub(crate) fn is_above(value: f64, threshold: f64) -> bool {
    value - threshold > 1e-9 * threshold.abs()
}

/// Whether `value` is below `threshold` by more than floating-point noise.
pub(crate) fn is_below(value: f64, threshold: f64) -> bool {
    threshold - value > 1e-9 * threshold.abs()
}

//! Windows and thresholds, in one place.

/// Windows and thresholds of every measure and flag. The default holds the documented values; the sources stand with
/// the measures ([`crate::Day`]) and in the evidence register.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Acute window, days: 7.
    pub acute_days: usize,
    /// Chronic window, days, the acute days included: 28. Also the history that ratios need.
    pub chronic_days: usize,
    /// Window of the longest run, days before the day itself: 30 (doi 10.1136/bjsports-2024-109380).
    pub line_days: u32,
    /// The line as a multiple of the longest run: 1.10.
    pub line_factor: f64,
    /// A run above this multiple of the longest is a small spike: 1.10.
    pub small_spike: f64,
    /// Above this multiple a moderate spike: 1.30.
    pub moderate_spike: f64,
    /// Above this multiple a large spike: 2.00.
    pub large_spike: f64,
    /// For this many days a run that was a spike does not lift the careful line: 14 (our caution, no trial).
    pub careful_days: u32,
    /// Days without a run after which a runner is returning: 14 (our rule, no trial).
    pub break_days: usize,
    /// Days, from the first run back, for which a runner is returning: 28 (our rule, no trial).
    pub return_days: usize,
    /// Above this share of unknown days a window says nothing: 0.20 (our rule, no trial).
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
    /// Monotony above this is information: 1.5 (Runalyze's first mark).
    pub monotony_info: f64,
    /// Monotony above this is a caution: 2.0 (Runalyze's second mark).
    pub monotony_caution: f64,
    /// The value that monotony is capped at, and that a week without any spread gets: 10 (as Runalyze does).
    pub monotony_cap: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            acute_days: 7,
            chronic_days: 28,
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
            monotony_info: 1.5,
            monotony_caution: 2.0,
            monotony_cap: 10.0,
        }
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

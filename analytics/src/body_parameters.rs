//! Windows and thresholds of what rests on more than loads.

use crate::parameters::{Window, bound};

/// Windows and thresholds of baselines and of the flags that rest on a diary. The default holds the documented values.
///
/// Where no source is named the value is ours or habit: it can be set, and no text sells it as a result.
#[derive(Debug, Clone, PartialEq)]
pub struct BodyParameters {
    /// Days of a baseline: 60 (28–60 are usual), ending [`BodyParameters::recent_days`] before the day.
    pub baseline_days: usize,
    /// Fewest healthy days with a value that make a baseline: 14 (ours).
    pub baseline_least: usize,
    /// Days of the mean that resting heart rate and lnRMSSD are compared by: 7 (Plews 2014).
    pub recent_days: usize,
    /// Fewest days with a value in that mean: 3 (Plews 2014).
    pub recent_least: usize,
    /// Standard deviations at which resting heart rate, wellness and efficiency are off the baseline: 1 (ours).
    pub off_z: f64,
    /// The smallest worthwhile change of lnRMSSD, in standard deviations of the baseline: 0.5. As it is usually cited; the
    /// source was not read.
    pub hrv_band_sd: f64,
    /// Days with a value, one after the other, on which a sign must be off before it counts: 3 (ours).
    pub off_days: usize,
    /// Those days lie within this many: 7 (ours). For the efficiency of runs, which do not come daily, the same.
    pub off_window_days: usize,
    /// Signs that must be off together: 2 (ours).
    pub off_signs: usize,
    /// Days for which efficiency must have been down before too little recovery is a warning: 14 (ours, after the
    /// two to three weeks of a decline in performance).
    pub efficiency_down_days: usize,
    /// Days of the baseline of running mechanics: 42 (six weeks), ending `recent_days` before the run.
    pub mechanics_days: usize,
    /// Standard deviations at which mechanics are off: 1.5 (ours).
    pub mechanics_z: f64,
    /// Days with a run, one after the other, on which they must be off to the same side: 3 (ours).
    pub mechanics_runs: usize,
    /// Share by which speeds may differ and still be matched: 0.05 (ours).
    pub matched_speed: f64,
    /// Pain during a run up to this needs no word, of 10: 3. Clinicians who print the pain-monitoring model call what lies
    /// above it, up to [`BodyParameters::pain_allowed`], acceptable.
    pub pain_mild: f64,
    /// Pain during a run up to this is allowed, of 10: 5 (pain-monitoring model).
    pub pain_allowed: f64,
    /// Pain of the next morning up to this has settled: 0. The model gives no number; this is our reading.
    pub pain_settled: f64,
    /// In a bone pain above this means stop, of 10: 1; below it any pain is a warning.
    pub bone_pain_stop: f64,
    /// A rise of mean pain from one week to the next of at least this is one: 1 (the step of the scale; ours).
    pub pain_rise: f64,
    /// Fewest ratings in each of the two weeks: 2 (ours).
    pub pain_week_least: usize,
    /// Pain for this many days should be looked at: 14 (ours, as habit has it).
    pub pain_days: usize,
    /// An entry stands for this many days, and pains no farther apart are one spell: 7 (ours).
    pub pain_spell_days: usize,
    /// Pain that begins within this many days after pain on the other side has changed sides: 14 (ours).
    pub pain_side_days: usize,
    /// Days after a race or a very long run: 7. Habit; no trial.
    pub race_recovery_days: usize,
    /// A run of this distance or more counts like a race, km: 30. Habit; no trial.
    pub very_long_run_km: f64,
    /// Months for which a closed injury is a previous one: 12.
    pub previous_injury_months: u32,
    /// Days over which shoes are looked at: 28 (ours).
    pub shoe_days: usize,
    /// Fewest runs in them for one pair to be worth a word: 4 (ours).
    pub shoe_least: usize,
    /// Days before a session in which another one has heart rate, for a missing one to be worth a word: 28 (ours).
    pub heart_rate_days: usize,
}

impl Default for BodyParameters {
    fn default() -> Self {
        Self {
            baseline_days: 60,
            baseline_least: 14,
            recent_days: 7,
            recent_least: 3,
            off_z: 1.0,
            hrv_band_sd: 0.5,
            off_days: 3,
            off_window_days: 7,
            off_signs: 2,
            efficiency_down_days: 14,
            mechanics_days: 42,
            mechanics_z: 1.5,
            mechanics_runs: 3,
            matched_speed: 0.05,
            pain_mild: 3.0,
            pain_allowed: 5.0,
            pain_settled: 0.0,
            bone_pain_stop: 1.0,
            pain_rise: 1.0,
            pain_week_least: 2,
            pain_days: 14,
            pain_spell_days: 7,
            pain_side_days: 14,
            race_recovery_days: 7,
            very_long_run_km: 30.0,
            previous_injury_months: 12,
            shoe_days: 28,
            shoe_least: 4,
            heart_rate_days: 28,
        }
    }
}

impl BodyParameters {
    /// The same with every window within the bounds of [`crate::Parameters::check`].
    pub(crate) fn bounded(&self) -> BodyParameters {
        let mut parameters = self.clone();
        bound(parameters.windows());
        parameters
    }

    pub(crate) fn windows(&mut self) -> [Window<'_>; 11] {
        [
            ("baseline_days", &mut self.baseline_days, 0),
            ("recent_days", &mut self.recent_days, 0),
            ("off_window_days", &mut self.off_window_days, 0),
            ("efficiency_down_days", &mut self.efficiency_down_days, 0),
            ("mechanics_days", &mut self.mechanics_days, 0),
            ("pain_days", &mut self.pain_days, 0),
            ("pain_spell_days", &mut self.pain_spell_days, 0),
            ("pain_side_days", &mut self.pain_side_days, 0),
            ("race_recovery_days", &mut self.race_recovery_days, 0),
            ("shoe_days", &mut self.shoe_days, 0),
            ("heart_rate_days", &mut self.heart_rate_days, 0),
        ]
    }
}

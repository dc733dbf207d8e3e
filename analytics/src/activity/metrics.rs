//! What every number of an activity is.

use crate::{Aggregation, MetricInfo, Validity};

/// Declares the table, a row per field of [`super::ActivitySummary`] that is a number.
macro_rules! activity_metrics {
    ($($symbol:literal, $title:literal, $unit:literal, $precision:literal, $aggregation:ident, $validity:ident, $formula:literal,
        $source:literal;)*) => {
        /// Every metric of an activity, by the name of its field in [`crate::ActivitySummary`].
        pub const ACTIVITY_METRICS: &[MetricInfo] = &[$(MetricInfo {
            symbol: $symbol,
            title: $title,
            unit: $unit,
            precision: $precision,
            aggregation: Aggregation::$aggregation,
            validity: Validity::$validity,
            formula: $formula,
            source: $source,
        }),*];
    };
}

activity_metrics! {
    "distance_m", "Distance", "m", 0, Sum, Measured,
        "The device's total, else its samples, else positions.", "The watch, or the ellipsoid.";
    "moving_time_s", "Time in motion", "s", 0, Sum, Measured, "Time with a speed above 0.5 m/s.", "The watch.";
    "timer_time_s", "Timer time", "s", 0, Sum, Measured, "Time with the timer running.", "The watch.";
    "elapsed_time_s", "Elapsed time", "s", 0, Sum, Measured, "Time from start to end.", "The watch.";
    "ascent_m", "Climb", "m", 0, Sum, Measured, "The device's total, else altitudes with a hysteresis of 3 m.", "The watch.";
    "descent_m", "Descent", "m", 0, Sum, Measured, "Likewise.", "The watch.";
    "avg_heart_rate_bpm", "Mean heart rate", "bpm", 0, Mean, Measured,
        "The device's mean, else weighted with the time of each sample.", "The watch.";
    "max_heart_rate_bpm", "Highest heart rate", "bpm", 0, Max, Measured, "The device's, else the highest sample.", "The watch.";
    "avg_cadence_spm", "Mean cadence", "spm", 0, Mean, Measured, "Steps per minute of both feet while stepping.", "The watch.";
    "avg_speed_mps", "Mean speed", "m/s", 2, Mean, Measured, "Distance ÷ timer time.", "The watch.";
    "trimp", "TRIMP (Banister)", "TRIMP", 0, Sum, OtherEvidence,
        "Per sample: minutes × d × A × e^(B·d), d = heart rate reserve; men A 0.64, B 1.92, women A 0.86, B 1.67.",
        "Banister, as most training logs print it; the constant of women differs between programs";
    "edwards_trimp", "TRIMP (Edwards)", "TRIMP", 0, Sum, OtherEvidence,
        "Minutes × 1 to 5 in five zones from 50 % of maximum heart rate.", "Edwards, as programs print it";
    "lucia_trimp", "TRIMP (Lucia)", "TRIMP", 0, Sum, OtherEvidence,
        "Minutes × 1, 2 or 3 below, between and above the two ventilatory thresholds.", "Lucia, as programs print it";
    "hrtss", "hrTSS (TRIMP-100)", "TSS", 0, Sum, OwnRule,
        "100 × TRIMP ÷ TRIMP of an hour at threshold heart rate. There is no one published formula.",
        "GoldenCheetah and Elevate";
    "hrtss_hrr_squared", "hrTSS (reserve squared)", "TSS", 0, Sum, OwnRule,
        "100 × hours × (heart rate reserve ÷ that at threshold)². Another formula under the same name.", "as published by pacelore";
    "session_rpe_load", "Session RPE load", "RPE·min", 0, Sum, OtherEvidence,
        "Rating of exertion (0–10) × minutes.", "Foster 2001, doi 10.1519/1533-4287(2001)015<0109:ANATME>2.0.CO;2";
    "rtss", "rTSS", "rTSS", 0, Sum, OwnRule,
        "100 × hours × (normalised graded speed ÷ threshold speed)².", "TrainingPeaks' idea; the normalised speed is our stand-in";
    "grade_adjusted_distance_m", "Grade-adjusted distance (Minetti)", "m", 0, Sum, OtherEvidence,
        "Distance on the level that costs as much, slope held within ± 45 %. Metabolic, not mechanical.",
        "Minetti 2002, doi 10.1152/japplphysiol.01177.2001";
    "grade_adjusted_distance_elevate_m", "Grade-adjusted distance (Elevate)", "m", 0, Sum, OtherEvidence,
        "The same by Elevate's fit of Strava's data; at −10 % it says 0.88 of the way where Minetti says 0.60.", "Elevate (Thomas Champagne)";
    "normalised_graded_speed_mps", "Normalised graded speed", "m/s", 2, Mean, OwnRule,
        "Fourth root of the mean of the fourth power of 30 s means of grade-adjusted speed (Minetti).", "our stand-in for an unpublished formula";
    "efficiency_factor", "Efficiency factor", "m/min per bpm", 2, Mean, OtherEvidence,
        "Grade-adjusted speed ÷ heart rate in motion, at least 20 minutes.", "Friel's idea, with Minetti's speed";
    "decoupling_pct", "Decoupling", "%", 1, Mean, OtherEvidence,
        "How much less speed per heartbeat in the second half. Of steady runs on even ground.", "GoldenCheetah; Friel's mark is 5 %";
    "decoupling_graded_pct", "Decoupling, graded", "%", 1, Mean, OtherEvidence,
        "The same of grade-adjusted speed.", "GoldenCheetah, with Minetti's speed";
    "steps", "Steps", "steps", 0, Sum, Measured, "The device's count of strides × 2, else cadence × time.", "The watch.";
}

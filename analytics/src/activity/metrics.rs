//! What every number of an activity is.

use crate::{Aggregation, MetricInfo, Validity};

/// Declares a table of metrics.
macro_rules! activity_metrics {
    ($(#[$doc:meta])* $table:ident; $($symbol:literal, $title:literal, $unit:literal, $precision:literal, $aggregation:ident, $validity:ident, $formula:literal,
        $source:literal;)*) => {
        $(#[$doc])*
        pub const $table: &[MetricInfo] = &[$(MetricInfo {
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
    /// Every metric of an activity that is one number, by the name of its field in [`crate::ActivitySummary`].
    ACTIVITY_METRICS;
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
        "Distance on the level that costs as much, slope held within ± 45 %. Metabolic, not mechanical. Unknown where the slope is: it is not taken for level.",
        "Minetti 2002, doi 10.1152/japplphysiol.01177.2001";
    "grade_adjusted_distance_elevate_m", "Grade-adjusted distance (Elevate)", "m", 0, Sum, OtherEvidence,
        "The same by Elevate's fit of Strava's data; at −10 % it says 0.88 of the way where Minetti says 0.60.", "Elevate (Thomas Champagne)";
    "normalised_graded_speed_mps", "Normalised graded speed", "m/s", 2, Mean, OwnRule,
        "Fourth root of the mean of the fourth power of 30 s means of grade-adjusted speed (Minetti).", "our stand-in for an unpublished formula";
    "efficiency_factor", "Efficiency factor", "m/min per bpm", 2, Mean, OtherEvidence,
        "Grade-adjusted speed ÷ heart rate in motion, at least 20 minutes, of a steady run: the speed varies by at most 15 % from minute to minute after the first 10.", "Friel's idea, with Minetti's speed; the bound of steadiness is ours";
    "decoupling_pct", "Decoupling", "%", 1, Mean, OtherEvidence,
        "How much less speed per heartbeat in the second half. Of steady runs on even ground: the recorded speed varies by at most 15 %, as above.", "GoldenCheetah; Friel's mark is 5 %";
    "decoupling_graded_pct", "Decoupling, graded", "%", 1, Mean, OtherEvidence,
        "The same of grade-adjusted speed, when that is steady.", "GoldenCheetah, with Minetti's speed";
    "steps", "Steps", "steps", 0, Sum, Measured, "The device's count of strides × 2, else cadence × time.", "The watch.";
}

activity_metrics! {
    /// What an activity has several numbers of: one for each distance, time, zone or speed.
    ACTIVITY_PARTS;
    "best_times_s", "Best time over a distance", "s", 0, Min, Measured,
        "The shortest time over 400 m, 1 km, a mile, 3, 5, 10 and 15 km, half and full marathon and 50 km, anywhere within a run; the clock goes on in pauses.",
        "The watch, or positions.";
    "best_distances_m", "Longest distance in a time", "m", 0, Max, Measured,
        "The longest distance in 1, 3, 5, 7, 10, 15, 20, 30 and 60 minutes, anywhere within a run; the clock goes on in pauses.",
        "The watch, or positions.";
    "peak_heart_rates_bpm", "Highest mean heart rate over a time", "bpm", 0, Max, Measured,
        "The highest mean over 10 s, 1, 20, 30 and 60 minutes; where heart rate covers 80 % of the time.", "The watch.";
    "max_heart_rate_zones_s", "Time by per cent of maximum heart rate", "s", 0, Sum, Measured,
        "Time below 50 %, from 50 %, and above 60, 70, 80 and 90 % of the maximum heart rate that is set.", "Edwards' zones, as programs print them";
    "ventilatory_zones_s", "Time by ventilatory threshold", "s", 0, Sum, Measured,
        "Time below VT1, from VT1 on, and from VT2 on.", "Lucia's zones, as programs print them";
    "threshold_speed_bands_s", "Time by per cent of threshold speed", "s", 0, Sum, OwnRule,
        "Time below 80 %, and from 80, 90, 100 and 110 % of threshold speed on, of grade-adjusted speed (Minetti).", "our own bands";
    "mechanics_by_speed", "Cadence and running dynamics by speed", "", 1, Mean, OwnRule,
        "Means of cadence (spm), ground contact (ms), its balance (% left), oscillation (mm), step length (mm) and vertical ratio (%) in bins of speed 0.25 m/s wide with at least a minute in them, within ± 3 % of level where the slope is known.",
        "our own method; the watch";
}

activity_metrics! {
    /// What is estimated from a runner's own efforts when somebody asks ([`crate::estimate_thresholds`]).
    ESTIMATE_METRICS;
    "max_hr_bpm", "Maximum heart rate, estimated", "bpm", 0, Max, OwnRule,
        "The highest mean over 10 s in the runs of 180 days, five at least: the least that the maximum can be. Nothing bounds it from above.",
        "our own rule";
    "threshold_hr_bpm", "Threshold heart rate, estimated", "bpm", 0, Max, OwnRule,
        "The highest mean over 30 minutes, between those over 60 and 20 minutes. Too low when none was run all-out.", "our own rule";
    "threshold_speed_mps", "Threshold speed, estimated", "m/s", 2, Last, OwnRule,
        "Critical speed: the slope of the line of distance over time through the longest distances in 3 to 20 minutes, four at least from three runs, whose runs reached 95 % of the maximum heart rate over a minute where that is known. The interval is the scatter about the line, not whether the efforts were all-out.",
        "the linear distance–time model; which efforts count is ours";
    "d_prime_m", "D′, estimated", "m", 0, Last, OwnRule,
        "The height of the same line at time 0: the distance that can be run above critical speed.", "the linear distance–time model";
}

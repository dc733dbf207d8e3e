//! What every metric is: symbol, unit, precision, how it is put together, how far it can be trusted, and its source.

use serde::Serialize;

/// How several values of a metric become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// They add up.
    Sum,
    /// Their mean, weighted with time.
    Mean,
    /// The largest counts.
    Max,
    /// The smallest counts.
    Min,
    /// The last one stands for the period.
    Last,
}

impl Aggregation {
    /// The name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Min => "min",
            Self::Last => "last",
        }
    }
}

/// How far a metric can be trusted to say something about running injuries or overreaching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// A count or a measurement: it says what it is and no more.
    Measured,
    /// Associated with injuries in a cohort of runners.
    RunnerCohort,
    /// From other sports, small studies or the laboratory.
    OtherEvidence,
    /// Studies contradict each other.
    Contested,
    /// Opinion, habit, or our own caution: no study tests it.
    OwnRule,
}

impl Validity {
    /// The level as a person reads it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Measured => "measured: it says what it is and no more",
            Self::RunnerCohort => "associated with injuries in a cohort of runners",
            Self::OtherEvidence => "from other sports, small studies or the laboratory",
            Self::Contested => "contested: studies contradict each other",
            Self::OwnRule => "habit or our own caution: no study tests it",
        }
    }
}

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricInfo {
    /// Name for programs: a column, a field.
    pub symbol: &'static str,
    /// Name for a person.
    pub title: &'static str,
    /// Unit; empty for a ratio.
    pub unit: &'static str,
    /// Digits after the point that are worth showing.
    pub precision: usize,
    /// How several values become one.
    pub aggregation: Aggregation,
    /// How far it can be trusted.
    pub validity: Validity,
    /// What is computed, in words.
    pub formula: &'static str,
    /// Where the formula comes from: a DOI, a citation, or that it is ours.
    pub source: &'static str,
}

/// Declares the metrics of a day: the enumeration and the table behind it, from one list.
macro_rules! day_metrics {
    ($($name:ident { $symbol:literal, $title:literal, $unit:literal, $precision:literal, $aggregation:ident, $validity:ident,
        $formula:literal, $source:literal })*) => {
        /// A metric of one calendar day, as known at its end. [`DayMetric::info`] says what it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DayMetric {
            $(#[doc = $formula] $name,)*
        }

        impl DayMetric {
            /// Every metric, in the order of columns and fields.
            pub const ALL: [DayMetric; DayMetric::COUNT] = [$(DayMetric::$name),*];

            /// How many there are.
            pub const COUNT: usize = [$($symbol),*].len();

            /// What it is.
            #[must_use]
            pub fn info(self) -> &'static MetricInfo {
                match self {
                    $(DayMetric::$name => &MetricInfo {
                        symbol: $symbol,
                        title: $title,
                        unit: $unit,
                        precision: $precision,
                        aggregation: Aggregation::$aggregation,
                        validity: Validity::$validity,
                        formula: $formula,
                        source: $source,
                    },)*
                }
            }
        }
    };
}

day_metrics! {
    DistanceKm { "distance_km", "Running distance", "km", 1, Sum, Measured,
        "Distance of the day's runs, km.", "The watch, or positions." }
    Load { "load", "Load", "", 0, Sum, Measured,
        "Load of the day in the channel that is looked at, in its unit; left out when that is distance.",
        "The channel's own source." }
    Acute { "acute", "Acute load", "per day", 1, Last, OtherEvidence,
        "Mean load per day of the last 7 days, over the known ones.", "doi 10.1136/bjsports-2015-095788" }
    Chronic { "chronic", "Chronic load", "per day", 1, Last, OtherEvidence,
        "Mean load per day of the last 28 days, the acute 7 included, over the known ones.",
        "doi 10.1136/bjsports-2015-095788" }
    RatioCoupled { "ratio_coupled", "Load ratio, coupled 7:28", "", 2, Last, Contested,
        "Acute ÷ chronic. At most 4 by construction where every day is known.", "doi 10.1136/bjsports-2015-095788; contested: doi 10.4085/1062-6050-501-19" }
    RatioUncoupled { "ratio_uncoupled", "Load ratio, uncoupled 7:21", "", 2, Last, Contested,
        "Acute ÷ mean load per day of the 21 days before the acute 7.", "doi 10.1136/bjsports-2017-098925" }
    AcuteEwma { "acute_ewma", "Acute load, EWMA", "per day", 1, Last, OtherEvidence,
        "E(today) = λ × load + (1 − λ) × E(yesterday), λ = 2 ÷ (7 + 1), begun with the first day's load; an unknown day carries it on, more than 20 % of the last 7 end it.",
        "doi 10.1136/bjsports-2016-096589" }
    ChronicEwma { "chronic_ewma", "Chronic load, EWMA", "per day", 1, Last, OtherEvidence,
        "The same with 28 days, λ = 2 ÷ (28 + 1).", "doi 10.1136/bjsports-2016-096589" }
    RatioEwma { "ratio_ewma", "Load ratio, EWMA 7:28", "", 2, Last, Contested,
        "Acute EWMA ÷ chronic EWMA.", "doi 10.1136/bjsports-2016-096589" }
    Redi { "redi", "REDI", "per day", 1, Last, OtherEvidence,
        "Mean load per day with weights e^(−0.1 × days ago) over the known days: made for records with gaps, and left out when less than 20 % of the weight is on known days.",
        "doi 10.1136/bmjsem-2019-000573" }
    RatioRedi { "ratio_redi", "Load ratio, REDI", "", 2, Last, OwnRule,
        "REDI with a decay of 1/7 per day ÷ REDI with 1/28: said also when many days are unknown, as far as each of them is.",
        "doi 10.1136/bmjsem-2019-000573 for the mean; the ratio and its decays are ours, without bounds" }
    Monotony { "monotony", "Monotony", "", 2, Last, OtherEvidence,
        "Mean ÷ population standard deviation of the last 7 days, rest days as 0; at most 10, which no spread at all has.",
        "Foster 1998, Med Sci Sports Exerc 30:1164" }
    Strain { "strain", "Strain", "", 0, Last, OtherEvidence,
        "Sum of the last 7 days × monotony.", "Foster 1998, Med Sci Sports Exerc 30:1164" }
    Fitness { "fitness", "Fitness", "per day", 1, Last, OwnRule,
        "Exponential average over 42 days, begun with 0, λ = 1 − e^(−1/42); left out when more than 20 % of them are unknown. Performance planning; no study of running injuries.",
        "GoldenCheetah's convention; TrainingPeaks and Runalyze take other weights" }
    Fatigue { "fatigue", "Fatigue", "per day", 1, Last, OwnRule,
        "The same over 7 days.", "GoldenCheetah's convention" }
    Form { "form", "Form", "per day", 1, Last, OwnRule,
        "Fitness − fatigue of the day before.", "GoldenCheetah's convention" }
    Longest30dKm { "longest_30d_km", "Longest run of 30 days", "km", 1, Max, RunnerCohort,
        "The longest single run in the 30 days before the day, km.", "doi 10.1136/bjsports-2024-109380" }
    LineKm { "line_km", "The line, every run counted", "km", 1, Last, RunnerCohort,
        "1.10 × the longest run of the 30 days before: above it a run is a spike by the study's definition.",
        "doi 10.1136/bjsports-2024-109380" }
    LineCarefulKm { "line_careful_km", "The line", "km", 1, Last, OwnRule,
        "The same without runs that are less than 14 days old and were spikes themselves, or the first in 30 days.",
        "our caution on top of doi 10.1136/bjsports-2024-109380" }
    WeekKm { "week_km", "Week", "km", 1, Last, Measured,
        "Distance of the last 7 days, km.", "The watch, or positions." }
    RampPct { "ramp_pct", "Ramp, against the week before", "%", 0, Last, RunnerCohort,
        "The last 7 days against the 7 before, per cent.", "Nielsen 2014, J Orthop Sports Phys Ther 44:739" }
    Ramp3wPct { "ramp_3w_pct", "Ramp, against three weeks", "%", 0, Last, RunnerCohort,
        "The last 7 days against the weekly mean of the 21 before, per cent.",
        "Nielsen 2014, J Orthop Sports Phys Ther 44:739; the three weeks are ours" }
}

//! What an athlete is compared with themselves in.

use crate::{Aggregation, DayMarks, MetricInfo, RunForm, Validity};

/// Declares the metrics: the enumeration and the table behind it, from one list.
macro_rules! own_metrics {
    ($($name:ident { $symbol:literal, $title:literal, $unit:literal, $precision:literal, $validity:ident, $formula:literal,
        $source:literal })*) => {
        /// A quantity that is compared with the athlete's own baseline. [`OwnMetric::info`] says what it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OwnMetric {
            $(#[doc = $formula] $name,)*
        }

        impl OwnMetric {
            /// Every metric, in order.
            pub const ALL: [OwnMetric; OwnMetric::COUNT] = [$(OwnMetric::$name),*];

            /// How many there are.
            pub const COUNT: usize = [$($symbol),*].len();

            /// What it is.
            #[must_use]
            pub fn info(self) -> &'static MetricInfo {
                match self {
                    $(OwnMetric::$name => &MetricInfo {
                        symbol: $symbol,
                        title: $title,
                        unit: $unit,
                        precision: $precision,
                        aggregation: Aggregation::Mean,
                        validity: Validity::$validity,
                        formula: $formula,
                        source: $source,
                    },)*
                }
            }

            /// The names of its z-score and of the mean of its baseline, for programs.
            pub(crate) fn names(self) -> (&'static str, &'static str) {
                match self {
                    $(OwnMetric::$name => (concat!($symbol, "_z"), concat!($symbol, "_baseline")),)*
                }
            }
        }
    };
}

own_metrics! {
    RestingHeartRate { "resting_hr_bpm", "Resting heart rate", "bpm", 0, OtherEvidence,
        "Mean of the last 7 days (at least 3 with a value) against the own baseline.",
        "doi 10.1136/bjsm.2007.042200: the change under overload lies within that from day to day; the bound is ours" }
    LnRmssd { "ln_rmssd", "Heart-rate variability (lnRMSSD)", "", 2, OtherEvidence,
        "Mean of ln(RMSSD in ms) over the last 7 days (at least 3 with a value) against the own baseline. Off on either side: it may rise or fall under overload.",
        "Plews 2014, Int J Sports Physiol Perform; the band of ± 0.5 SD as usually cited" }
    Hooper { "hooper_sum", "Hooper index", "of 28", 0, OtherEvidence,
        "Sum of fatigue, stress, soreness and sleep, 1–7 each; the higher the worse. The day itself against the own baseline.",
        "as usually printed; the paper was not read" }
    Wellness { "wellness", "Wellness", "", 1, OwnRule,
        "The athlete's own score, the higher the better. The day itself against the own baseline.",
        "the athlete's own scale" }
    Efficiency { "efficiency", "Efficiency factor", "m/min per bpm", 3, OwnRule,
        "Grade-adjusted speed ÷ heart rate of steady runs, mean of the day, against the own baseline.",
        "habit of training logs; heat and hills move it too" }
    Cadence { "cadence_spm", "Cadence", "spm", 0, OwnRule,
        "Steps per minute, both feet, against own runs at a matched speed in 6 weeks. No number is right for everybody.",
        "doi 10.1186/s40798-022-00504-0: evidence on injury is insufficient" }
    StanceTime { "stance_time_ms", "Ground contact", "ms", 0, OwnRule,
        "Ground contact of a step, ms, against own runs at a matched speed in 6 weeks.", "no bound is known; the own past only" }
    StanceBalance { "stance_balance_pct", "Ground contact, left", "%", 1, OwnRule,
        "Share of ground contact on the left, %, against own runs at a matched speed in 6 weeks.",
        "no bound is known; the own past only" }
    VerticalOscillation { "vertical_oscillation_mm", "Vertical oscillation", "mm", 0, OwnRule,
        "Vertical oscillation, mm, against own runs at a matched speed in 6 weeks.", "no bound is known; the own past only" }
    VerticalRatio { "vertical_ratio_pct", "Vertical ratio", "%", 1, OwnRule,
        "Vertical oscillation ÷ step length, %, against own runs at a matched speed in 6 weeks.",
        "no bound is known; the own past only" }
    StepLength { "step_length_mm", "Step length", "mm", 0, OwnRule,
        "Step length, mm, against own runs at a matched speed in 6 weeks.", "no bound is known; the own past only" }
}

impl OwnMetric {
    /// Whether the mean of the last days is compared, not the day itself.
    pub(crate) fn is_averaged(self) -> bool {
        matches!(self, Self::RestingHeartRate | Self::LnRmssd)
    }

    /// Whether a shift of it is a flag of its own. Step length at a matched speed is cadence once more, and the vertical
    /// ratio follows from oscillation and step length.
    pub(crate) fn is_told_of_alone(self) -> bool {
        matches!(self, Self::Cadence | Self::StanceTime | Self::StanceBalance | Self::VerticalOscillation)
    }

    /// Its value among the marks of a day; `None`: not marked, or no mark.
    pub(crate) fn mark(self, marks: &DayMarks) -> Option<f64> {
        match self {
            Self::RestingHeartRate => marks.resting_hr_bpm,
            Self::LnRmssd => marks.rmssd_ms.filter(|rmssd| *rmssd > 0.0).map(f64::ln),
            Self::Hooper => marks.hooper.and_then(|hooper| hooper.sum()).map(f64::from),
            Self::Wellness => marks.wellness,
            _ => None,
        }
    }

    /// Where it stands among the mechanics of a run; `None`: it is none of them.
    pub(crate) fn form(self) -> Option<fn(&RunForm) -> Option<f64>> {
        Some(match self {
            Self::Cadence => |run| run.cadence_spm,
            Self::StanceTime => |run| run.stance_time_ms,
            Self::StanceBalance => |run| run.stance_balance_pct,
            Self::VerticalOscillation => |run| run.vertical_oscillation_mm,
            Self::VerticalRatio => |run| run.vertical_ratio_pct,
            Self::StepLength => |run| run.step_length_mm,
            _ => return None,
        })
    }
}

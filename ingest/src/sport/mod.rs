//! Sports: running with its kinds, everything else as cross-training.

pub(crate) mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of activity it was.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sport {
    /// A run. Only runs count in the mechanical channels (distance, the line).
    Running(RunKind),
    /// Anything else, under its name in snake case: `cycling`, `swimming`, `walking`.
    CrossTraining(String),
    /// The file does not say, and its speed does not look like running.
    Unknown,
}

/// Kinds of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// Not stated.
    Generic,
    /// Street or road.
    Road,
    /// Trail.
    Trail,
    /// Treadmill or indoor running.
    Treadmill,
    /// Track.
    Track,
    /// Virtual activity.
    Virtual,
}

impl Sport {
    /// Whether it is a run.
    #[must_use]
    pub fn is_run(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// The sport's name: `running`, the cross-training's own name, or `unknown`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Running(_) => "running",
            Self::CrossTraining(name) => name,
            Self::Unknown => "unknown",
        }
    }

    /// The kind of running: `trail`, `treadmill`…; `None` for generic running and everything else.
    #[must_use]
    pub fn run_kind(&self) -> Option<&'static str> {
        match self {
            Self::Running(RunKind::Road) => Some("road"),
            Self::Running(RunKind::Trail) => Some("trail"),
            Self::Running(RunKind::Treadmill) => Some("treadmill"),
            Self::Running(RunKind::Track) => Some("track"),
            Self::Running(RunKind::Virtual) => Some("virtual"),
            Self::Running(RunKind::Generic) | Self::CrossTraining(_) | Self::Unknown => None,
        }
    }

    /// This sport, as a watch states it, corrected by what a person or a service says.
    pub(crate) fn corrected(self, said: &Self) -> Self {
        match (&self, said) {
            (_, Self::Unknown) => self,
            (Self::Unknown, _) | (Self::Running(RunKind::Generic), Self::Running(_)) => said.clone(),
            (Self::CrossTraining(name), Self::CrossTraining(_)) if matches!(name.as_str(), "other" | "generic") => {
                said.clone()
            }
            _ if self.is_run() == said.is_run() => self,
            _ => said.clone(),
        }
    }

    /// Whether cadence counts steps (on foot) rather than revolutions or strokes.
    #[must_use]
    pub fn is_on_foot(&self) -> bool {
        match self {
            Self::Running(_) => true,
            Self::CrossTraining(name) => matches!(name.as_str(), "walking" | "hiking" | "snowshoeing"),
            Self::Unknown => false,
        }
    }
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.run_kind() {
            Some(kind) => write!(f, "{} ({kind})", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RunKind, Sport};

    #[test]
    fn what_a_person_says_corrects_what_a_watch_says() {
        let cross = |name: &str| Sport::CrossTraining(name.to_owned());
        let run = Sport::Running;
        for (watch, said, expected) in [
            (run(RunKind::Generic), run(RunKind::Trail), run(RunKind::Trail)),
            (run(RunKind::Treadmill), run(RunKind::Generic), run(RunKind::Treadmill)),
            (run(RunKind::Treadmill), run(RunKind::Trail), run(RunKind::Treadmill)),
            (run(RunKind::Trail), cross("hiking"), cross("hiking")),
            (cross("cycling"), run(RunKind::Generic), run(RunKind::Generic)),
            (cross("cycling"), cross("swimming"), cross("cycling")),
            (cross("other"), cross("yoga"), cross("yoga")),
            (Sport::Unknown, run(RunKind::Generic), run(RunKind::Generic)),
            (run(RunKind::Road), Sport::Unknown, run(RunKind::Road)),
        ] {
            assert_eq!(watch.clone().corrected(&said), expected, "{watch:?} {said:?}");
        }
    }
}

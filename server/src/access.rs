//! Who may see and do what of whom: one table, and one function that reads it. Everything that is an athlete's passes
//! here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an athlete's data are, as they are granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Load and status: the line, daily loads, indicators and flags, the profile.
    Load,
    /// Activities with their positions, imports and the files themselves.
    Activities,
    /// Diary and pain: resting heart rate, variability, wellness, pain by site.
    Diary,
    /// Injuries, and notes on them.
    Injuries,
    /// Grants, and the log of who looked: never granted.
    Consent,
    /// Everything at once: taking it along, and erasing it. Never granted.
    Whole,
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Looking.
    Read,
    /// Adding, changing, taking out.
    Write,
}

/// What somebody is to an athlete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Whose data it is.
    Athlete,
    /// Answers for an athlete under 16.
    Guardian,
    /// Trains the athlete.
    Coach,
    /// Helps the coaches of a squad, and only reads.
    Assistant,
    /// Treats the athlete.
    Physio,
    /// Runs the installation.
    Keeper,
    /// Signed in, and nothing to the athlete; also whose grant was taken back or has ended.
    Stranger,
    /// Looks at the invented squad.
    Demo,
}

/// What each role may do with each kind of data at most; what was granted narrows it. `r` read, `w` write.
const TABLE: [(Role, [&str; 6]); 8] = [
    //                 load  activities  diary  injuries  consent  whole
    (Role::Athlete, ["rw", "rw", "rw", "rw", "rw", "rw"]),
    (Role::Guardian, ["r", "r", "r", "r", "rw", "rw"]),
    (Role::Coach, ["r", "r", "r", "r", "", ""]),
    (Role::Assistant, ["r", "r", "r", "r", "", ""]),
    (Role::Physio, ["r", "r", "r", "rw", "", ""]),
    (Role::Keeper, ["", "", "", "", "", ""]),
    (Role::Stranger, ["", "", "", "", "", ""]),
    (Role::Demo, ["rw", "rw", "rw", "rw", "", ""]),
];

/// Whether somebody who is `role` to an athlete, and was granted `granted`, may do `action` with data of `kind`.
pub(crate) fn may(role: Role, granted: Kinds, kind: Kind, action: Action) -> bool {
    let letter = match action {
        Action::Read => 'r',
        Action::Write => 'w',
    };
    let at_most = TABLE.iter().find(|(of, _)| *of == role).map_or("", |(_, cells)| cells[kind as usize]);
    at_most.contains(letter) && (!role.is_granted() || granted.contains(kind))
}

impl Kind {
    /// Those that an athlete can grant, in the order in which they are shown.
    pub(crate) const GRANTED: [Self; 4] = [Self::Load, Self::Activities, Self::Diary, Self::Injuries];

    /// Name in the API and the store.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Activities => "activities",
            Self::Diary => "diary",
            Self::Injuries => "injuries",
            Self::Consent => "consent",
            Self::Whole => "whole",
        }
    }

    /// What it is, for a person.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Load => "load and status",
            Self::Activities => "activities and positions",
            Self::Diary => "diary and pain",
            Self::Injuries => "injuries and notes",
            Self::Consent => "grants and who looked",
            Self::Whole => "everything",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::GRANTED.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Role {
    /// Whether the role rests on what an athlete granted.
    pub(crate) fn is_granted(self) -> bool {
        matches!(self, Self::Coach | Self::Assistant | Self::Physio)
    }

    /// Whether what is read is somebody else's: such reads are logged.
    pub(crate) fn is_somebody_else(self) -> bool {
        !matches!(self, Self::Athlete | Self::Demo)
    }

    /// Name in the API and the store.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Athlete => "athlete",
            Self::Guardian => "guardian",
            Self::Coach => "coach",
            Self::Assistant => "assistant",
            Self::Physio => "physio",
            Self::Keeper => "keeper",
            Self::Stranger => "stranger",
            Self::Demo => "demo",
        }
    }

    /// The role of its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        TABLE.iter().map(|(role, _)| *role).find(|role| role.as_str() == name)
    }

    /// The role of its name, of those that are granted.
    pub(crate) fn granted_named(name: &str) -> Option<Self> {
        [Self::Coach, Self::Assistant, Self::Physio].into_iter().find(|role| role.as_str() == name)
    }
}

/// A set of kinds of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kinds(u8);

impl Kinds {
    /// Nothing.
    pub(crate) const NONE: Self = Self(0);

    /// Everything that can be granted.
    pub(crate) fn all() -> Self {
        Kind::GRANTED.into_iter().collect()
    }

    /// Whether a kind is in it.
    pub(crate) fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds in it that can be granted.
    pub(crate) fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::GRANTED.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// From the names of kinds; the first that is none, as an error.
    pub(crate) fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        names.into_iter().map(|name| Kind::named(name).ok_or_else(|| name.to_owned())).collect()
    }

    /// The kinds by name.
    pub(crate) fn names(self) -> Vec<&'static str> {
        self.iter().map(Kind::as_str).collect()
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u8))
    }
}

/// What a token lets a program do, out of what its owner may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Of which data.
    pub(crate) kind: Kind,
    /// What.
    pub(crate) action: Action,
}

impl Scope {
    /// Every scope. Neither consent nor everything at once is given to a program.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("load:read", Self { kind: Kind::Load, action: Action::Read }),
        ("load:write", Self { kind: Kind::Load, action: Action::Write }),
        ("activities:read", Self { kind: Kind::Activities, action: Action::Read }),
        ("activities:write", Self { kind: Kind::Activities, action: Action::Write }),
        ("diary:read", Self { kind: Kind::Diary, action: Action::Read }),
        ("diary:write", Self { kind: Kind::Diary, action: Action::Write }),
        ("injuries:read", Self { kind: Kind::Injuries, action: Action::Read }),
        ("injuries:write", Self { kind: Kind::Injuries, action: Action::Write }),
    ];

    /// The scope of its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(of, _)| *of == name).map(|(_, scope)| scope)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, scope)| *scope == self).map_or("", |(name, _)| name)
    }
}

/// One thing that somebody is to an athlete, and what was granted with it.
#[derive(Debug, Clone)]
pub(crate) struct Tie {
    /// What they are.
    pub(crate) role: Role,
    /// What was granted; of no weight for the athlete and the guardian.
    pub(crate) granted: Kinds,
    /// The squad by whose staff it is; `None` when it is between the two alone.
    pub(crate) squad_id: Option<String>,
}

/// Everything that somebody is to an athlete.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ties(pub(crate) Vec<Tie>);

impl Ties {
    /// As what somebody may do `action` with data of `kind`: the first tie that allows it.
    pub(crate) fn as_what(&self, kind: Kind, action: Action) -> Option<Role> {
        self.0.iter().find(|tie| may(tie.role, tie.granted, kind, action)).map(|tie| tie.role)
    }

    /// What can be read.
    pub(crate) fn readable(&self) -> Kinds {
        Kind::GRANTED.into_iter().filter(|kind| self.as_what(*kind, Action::Read).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_narrows_what_a_role_may() {
        let load: Kinds = [Kind::Load].into_iter().collect();
        assert!(may(Role::Coach, load, Kind::Load, Action::Read));
        assert!(!may(Role::Coach, load, Kind::Diary, Action::Read));
        assert!(!may(Role::Coach, Kinds::all(), Kind::Load, Action::Write));
        assert!(!may(Role::Coach, Kinds::all(), Kind::Consent, Action::Read));
        assert!(may(Role::Physio, Kinds::all(), Kind::Injuries, Action::Write));
        assert!(!may(Role::Physio, load, Kind::Injuries, Action::Write));
    }

    #[test]
    fn nobody_but_the_athlete_and_who_answers_for_them_may_take_everything_along_or_erase_it() {
        for (role, _) in TABLE {
            let whole = may(role, Kinds::all(), Kind::Whole, Action::Read)
                || may(role, Kinds::all(), Kind::Whole, Action::Write);
            assert_eq!(whole, [Role::Athlete, Role::Guardian].contains(&role), "{role:?}");
        }
    }

    #[test]
    fn who_runs_the_installation_sees_nothing_by_that() {
        for role in [Role::Keeper, Role::Stranger] {
            for kind in [Kind::Load, Kind::Activities, Kind::Diary, Kind::Injuries, Kind::Consent, Kind::Whole] {
                for action in [Action::Read, Action::Write] {
                    assert!(!may(role, Kinds::all(), kind, action), "{role:?} {kind:?} {action:?}");
                }
            }
        }
    }

    #[test]
    fn names_come_back_as_what_they_name() {
        assert_eq!(Kinds::named(["load", "injuries"]).unwrap().names(), ["load", "injuries"]);
        assert_eq!(Kinds::named(["load", "whole"]), Err("whole".to_owned()));
        for (name, scope) in Scope::ALL {
            assert_eq!(Scope::named(name), Some(scope));
            assert_eq!(scope.name(), name);
        }
    }
}

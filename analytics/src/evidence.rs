//! The evidence register: what stands behind each flag, and what does not.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One entry of the register: a rule, its study, and how far that goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Name for programs; flags refer to it.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// A (large cohort or trial in runners), B (smaller cohort in runners), C (other sports, mechanism), D (opinion
    /// or our own rule); with a minus or a word where a letter alone would say too much.
    pub grade: String,
    /// What the program computes, in words.
    pub rule: String,
    /// Who was studied.
    pub population: String,
    /// What was found, with its interval.
    pub finding: String,
    /// What this does not show.
    pub not_shown: String,
    /// What people usually do about it.
    pub advice: String,
    /// The main source in full, or that there is none.
    pub citation: String,
    /// The main source's DOI.
    pub doi: Option<String>,
    /// Where to read it.
    pub link: Option<String>,
    /// Further sources, for and against.
    #[serde(default)]
    pub sources: Vec<Source>,
}

/// A further source of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The source in full.
    pub citation: String,
    /// Its DOI.
    pub doi: Option<String>,
    /// Where to read it.
    pub link: Option<String>,
    /// What it found.
    pub finding: String,
}

#[derive(Deserialize)]
struct Register {
    evidence: Vec<Evidence>,
}

// A register that does not parse is a mistake in the source tree; a test fails on it, and a page without a source is
// better than a service that does not start.
static REGISTER: LazyLock<Vec<Evidence>> =
    LazyLock::new(|| parse(TEXT).map(|register| register.evidence).unwrap_or_default());

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/evidence.toml"));

fn parse(text: &str) -> Result<Register, toml::de::Error> {
    toml::from_str(text)
}

/// The entry for a key.
#[must_use]
pub fn evidence(key: &str) -> Option<&'static Evidence> {
    register().iter().find(|entry| entry.key == key)
}

/// Every entry, in the register's order.
#[must_use]
pub fn register() -> &'static [Evidence] {
    &REGISTER
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_register_parses() {
        let register = super::parse(super::TEXT).map_err(|error| error.to_string());
        assert!(register.is_ok_and(|register| !register.evidence.is_empty()));
    }
}

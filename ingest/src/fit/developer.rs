//! Developer fields: what `field_description` messages say about them, and which column each becomes.
//!
//! A field of single numbers in samples becomes a column under its own name. Fields that are texts or lists, and those
//! of laps and sessions, have no column; a notice names them.
//!
//! A developer may say that a field stands for one of the watch's own (Stryd's power for `power`). It keeps its column
//! all the same; and where the watch itself wrote no such value in the whole file, the schema's column is filled from
//! the developer's, the first described that has values, if its unit is one that [`native`] knows. Cadence is never
//! filled so: developers count one foot or both and say `rpm` either way.

use std::collections::{BTreeMap, BTreeSet};

use super::base::BaseType;
use super::columns::COLUMNS;
use crate::{Notice, NoticeCode};

/// Descriptions that are kept in one file.
const DESCRIPTIONS: usize = 1024;

/// What the values of a developer field are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Numbers: `raw / scale - offset`.
    Number {
        /// Type in the data.
        base: BaseType,
        /// Divisor.
        scale: f64,
        /// Subtrahend, in the field's unit.
        offset: f64,
    },
    /// Text.
    Text,
}

/// A developer field as described.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Description {
    /// Name as the developer gave it.
    pub(super) name: String,
    /// What its values are.
    pub(super) kind: Kind,
    /// Index of its column.
    pub(super) column: usize,
}

/// A field of `record` that a developer field stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Native {
    /// Its number.
    pub(super) field: u8,
    /// What the developer's values are multiplied by for the unit of the schema's column.
    pub(super) factor: f64,
}

/// The field `number` of `record`, for values in `units`; `None` when these are not known to be the same quantity.
pub(super) fn native(number: u8, units: &str) -> Option<Native> {
    let units = units.trim().to_lowercase();
    let factor = match (number, units.as_str()) {
        (3, "bpm")
        | (5, "m" | "meters" | "metres")
        | (6 | 73, "m/s")
        | (7, "w" | "watt" | "watts")
        | (13 | 139, "c" | "°c" | "celsius")
        | (39 | 85, "mm" | "millimeters" | "millimetres")
        | (41, "ms" | "milliseconds") => 1.0,
        (6 | 73, "km/h") => 1.0 / 3.6,
        (39 | 85, "cm" | "centimeters" | "centimetres") => 10.0,
        _ => return None,
    };
    Some(Native { field: number, factor })
}

/// The developer fields of a file.
#[derive(Debug, Default)]
pub(super) struct Developers {
    /// By developer and field number, within the part being read.
    known: BTreeMap<(u8, u8), Description>,
    /// Column names, each with the developer and field that it was first given to.
    columns: Vec<(String, (u8, u8))>,
    /// Columns that may stand in for one of the watch's own, in the order of their descriptions.
    natives: Vec<(usize, Native)>,
    /// Fields that have no column, by name.
    unplaced: BTreeSet<String>,
    generation: u32,
    described: usize,
    /// Descriptions were left out to bound memory.
    pub(super) capped: bool,
}

impl Developers {
    /// Begins a new part of a chained file, in which the numbers may mean something else.
    pub(super) fn begin_part(&mut self) {
        self.known.clear();
        self.generation = self.generation.wrapping_add(1);
    }

    /// Changes whenever a description changes.
    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    /// The description of a field.
    pub(super) fn description(&self, developer: u8, number: u8) -> Option<&Description> {
        self.known.get(&(developer, number))
    }

    /// Takes a description; a repetition changes nothing.
    pub(super) fn describe(&mut self, developer: u8, number: u8, name: &str, kind: Kind, native: Option<Native>) {
        let name = clean(name, developer, number);
        let key = (developer, number);
        if self.known.get(&key).is_some_and(|known| known.kind == kind && known.name == name) {
            return;
        }
        if self.described >= DESCRIPTIONS {
            self.capped = true;
            return;
        }
        self.described += 1;
        let column = self.column(&name, key);
        self.natives.extend(native.map(|native| (column, native)));
        self.known.insert(key, Description { name, kind, column });
        self.generation = self.generation.wrapping_add(1);
    }

    /// Takes note that a field has no column.
    pub(super) fn leave_out(&mut self, developer: u8, number: u8) {
        let described = self.description(developer, number).map(|known| known.name.clone());
        // Each name is one of at most so many descriptions, or of so few numbers.
        self.unplaced.insert(described.unwrap_or_else(|| format!("field {number} of developer {developer}")));
    }

    /// The notice about fields that have no column.
    pub(super) fn notice(&self) -> Option<Notice> {
        const NAMED: usize = 20;
        if self.unplaced.is_empty() {
            return None;
        }
        let mut names = self.unplaced.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if let Some(more) = self.unplaced.len().checked_sub(NAMED).filter(|more| *more > 0) {
            names = format!("{names} and {more} more");
        }
        let text = format!("Developer fields that are no single numbers of samples have no column: {names}.");
        Some(Notice::new(NoticeCode::NotUsed, "", text))
    }

    /// Columns that may stand in for one of the watch's own.
    pub(super) fn natives(&self) -> &[(usize, Native)] {
        &self.natives
    }

    /// The column for a field: under its own name, unless that is taken.
    fn column(&mut self, name: &str, key: (u8, u8)) -> usize {
        let (developer, number) = key;
        let names = [name.to_owned(), format!("{name}_{developer}"), format!("{name}_{developer}_{number}")];
        let mut last = String::new();
        for candidate in names {
            if !COLUMNS.contains(&candidate.as_str()) && !crate::quality::is_reserved(&candidate) {
                match self.columns.iter().position(|(taken, _)| *taken == candidate) {
                    None => {
                        self.columns.push((candidate, key));
                        return self.columns.len() - 1;
                    }
                    Some(column) if self.columns.get(column).is_some_and(|(_, owner)| *owner == key) => return column,
                    Some(_) => {}
                }
            }
            last = candidate;
        }
        // All three names belong to other fields: a name that counts on cannot.
        self.columns.push((format!("{last}_{}", self.columns.len()), key));
        self.columns.len() - 1
    }

    /// Names of the columns, in the order of their indices; no two are the same.
    pub(super) fn into_column_names(self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.columns
            .into_iter()
            .enumerate()
            .map(|(index, (name, _))| if seen.insert(name.clone()) { name } else { format!("{name} ({index})") })
            .collect()
    }
}

/// The name without control characters and surplus white space.
fn clean(name: &str, developer: u8, number: u8) -> String {
    let words: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() { format!("developer_{developer}_field_{number}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::{BaseType, Developers, Kind};

    const NUMBER: Kind = Kind::Number { base: BaseType::Uint16, scale: 1.0, offset: 0.0 };

    #[test]
    fn a_name_is_suffixed_only_when_it_is_taken() {
        let mut developers = Developers::default();
        developers.describe(0, 0, " Power\0 ", NUMBER, None);
        developers.describe(1, 0, "Power", NUMBER, None);
        developers.describe(1, 1, "lap", NUMBER, None);
        developers.begin_part();
        developers.describe(0, 0, "Power", NUMBER, None);
        assert_eq!(developers.into_column_names(), ["Power", "Power_1", "lap_1"]);
    }
}

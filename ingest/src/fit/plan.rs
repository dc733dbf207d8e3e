//! What the fields of `record` messages become: the columns, and for each definition which field goes to which.

use super::base::BaseType;
use super::columns::Cell;
use super::definition::{Definition, TIMESTAMP};
use super::developer::{Developers, Kind};
use crate::schema;

/// A float column: its name, and how the number in the file becomes the column's unit: `raw / scale - offset`.
#[derive(Debug, Clone, Copy)]
pub(super) struct FloatColumn {
    pub(super) name: &'static str,
    pub(super) scale: f64,
    pub(super) offset: f64,
}

const fn float(name: &'static str, scale: f64, offset: f64) -> FloatColumn {
    FloatColumn { name, scale, offset }
}

pub(super) const DISTANCE: usize = 0;
pub(super) const SPEED: usize = 1;
const ALTITUDE: usize = 2;
pub(super) const LAT: usize = 4;
pub(super) const LON: usize = 5;
/// Fractional cadence: no column of its own, it completes the cadence.
pub(super) const FRACTIONAL: usize = 12;

/// Semicircles in a degree.
pub(super) const SEMICIRCLES: f64 = 2_147_483_648.0 / 180.0;

pub(super) const TOTAL_CYCLES: usize = 13;
const RESPIRATION_RATE: usize = 14;
const CORE_TEMPERATURE: usize = 15;

/// The float columns, in the order of their cells.
pub(super) const FLOATS: [FloatColumn; 16] = [
    float(schema::DISTANCE_M, 100.0, 0.0),
    float(schema::SPEED_MPS, 1000.0, 0.0),
    float(schema::ALTITUDE_M, 5.0, 500.0),
    // The file's unit is a hundredth of a percent.
    float(schema::GRADE, 10_000.0, 0.0),
    float(schema::LAT_DEG, SEMICIRCLES, 0.0),
    float(schema::LON_DEG, SEMICIRCLES, 0.0),
    float(schema::VERTICAL_OSCILLATION_MM, 10.0, 0.0),
    float(schema::STANCE_TIME_MS, 10.0, 0.0),
    float(schema::STANCE_BALANCE_PCT, 100.0, 0.0),
    float(schema::STEP_LENGTH_MM, 10.0, 0.0),
    float(schema::VERTICAL_RATIO_PCT, 100.0, 0.0),
    float(schema::TEMPERATURE_C, 1.0, 0.0),
    float("fractional_cadence", 128.0, 0.0),
    float(schema::TOTAL_CYCLES, 1.0, 0.0),
    float(schema::RESPIRATION_RATE_BRPM, 100.0, 0.0),
    float(schema::CORE_TEMPERATURE_C, 100.0, 0.0),
];

const HEART_RATE: usize = 0;
pub(super) const CADENCE: usize = 1;
const POWER: usize = 2;

/// The whole-number columns, in the order of their cells.
pub(super) const WORDS: [&str; 3] = [schema::HEART_RATE_BPM, schema::CADENCE_RPM_RAW, schema::POWER_W];

/// Where a field goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Float(usize),
    Word(usize),
    /// A float column whose unit in the file is a hundredth of this field's.
    Hundreds(usize),
    /// Cycles in eight bits, which count on.
    Cycles,
    /// Speed and distance in twelve bits each.
    CompressedSpeedDistance,
}

/// Fields of `record` by number. Of two that go to the same column the later one in this list wins where it is
/// valid: a plain field over the compressed one, an enhanced field over the plain one.
pub(super) const FIELDS: [(u8, Target); 24] = [
    (8, Target::CompressedSpeedDistance),
    (0, Target::Float(LAT)),
    (1, Target::Float(LON)),
    (2, Target::Float(ALTITUDE)),
    (3, Target::Word(HEART_RATE)),
    (4, Target::Word(CADENCE)),
    (5, Target::Float(DISTANCE)),
    (6, Target::Float(SPEED)),
    (7, Target::Word(POWER)),
    (9, Target::Float(3)),
    (13, Target::Float(11)),
    (18, Target::Cycles),
    (19, Target::Float(TOTAL_CYCLES)),
    (39, Target::Float(6)),
    (41, Target::Float(7)),
    (53, Target::Float(FRACTIONAL)),
    (73, Target::Float(SPEED)),
    (78, Target::Float(ALTITUDE)),
    (83, Target::Float(10)),
    (84, Target::Float(8)),
    (85, Target::Float(9)),
    (99, Target::Hundreds(RESPIRATION_RATE)),
    (108, Target::Float(RESPIRATION_RATE)),
    (139, Target::Float(CORE_TEMPERATURE)),
];

/// What a value of a float column is at most, to either side, as it stands in the file.
pub(super) fn limit(column: usize) -> f64 {
    match column {
        // A quarter of the way round is the pole.
        LAT => 1_073_741_824.0,
        LON => 2_147_483_648.0,
        _ => f64::INFINITY,
    }
}

/// The value of a whole-number column, or what stands for "missing" there.
pub(super) fn word(value: f64) -> u16 {
    if (0.0..65_535.0).contains(&value) { value as u16 } else { u16::MISSING }
}

/// What a record definition's fields become, worked out once per definition.
#[derive(Debug)]
pub(super) struct RecordPlan {
    /// In the order in which they are to be written.
    pub(super) native: Vec<(usize, BaseType, Target)>,
    pub(super) developer: Vec<DeveloperEntry>,
    /// Fields that have no column: number, offset, type.
    pub(super) unused: Vec<(u8, usize, BaseType)>,
    pub(super) big_endian: bool,
    /// Whether no field depends on the sample before.
    pub(super) can_wait: bool,
    /// State of the field descriptions that the plan was made with.
    pub(super) generation: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct DeveloperEntry {
    pub(super) offset: usize,
    pub(super) base: BaseType,
    pub(super) column: usize,
    pub(super) scale: f64,
    pub(super) shift: f64,
}

impl RecordPlan {
    pub(super) fn of(definition: &Definition, developers: &mut Developers) -> Self {
        let mut native = Vec::new();
        for (number, target) in FIELDS {
            // Where a definition names a field twice, the first valid value counts: so it is written last.
            for field in definition.fields.iter().rev().filter(|field| field.number == number) {
                if target != Target::CompressedSpeedDistance || field.size == 3 {
                    native.push((field.offset, field.base, target));
                }
            }
        }
        let has_column = |number: u8| number == TIMESTAMP || FIELDS.iter().any(|(known, _)| *known == number);
        let unused =
            definition.fields.iter().filter(|field| field.size >= field.base.size() && !has_column(field.number));
        let unused = unused.map(|field| (field.number, field.offset, field.base)).collect();
        let mut developer = Vec::new();
        for field in definition.developer_fields.iter().rev() {
            // Texts and arrays have no place in a column of numbers.
            match developers.description(field.developer, field.number).map(|known| (known.kind, known.column)) {
                Some((Kind::Number { base, scale, offset }, column)) if base.size() == field.size => {
                    developer.push(DeveloperEntry { offset: field.offset, base, column, scale, shift: offset });
                }
                _ => developers.leave_out(field.developer, field.number),
            }
        }
        let counts_on = |target: &Target| matches!(target, Target::Cycles | Target::CompressedSpeedDistance);
        Self {
            can_wait: !native.iter().any(|(_, _, target)| counts_on(target)),
            native,
            unused,
            developer,
            big_endian: definition.big_endian,
            generation: developers.generation(),
        }
    }

    /// Most columns that a sample can open.
    pub(super) fn width(&self) -> usize {
        self.native.len() + self.developer.len()
    }
}

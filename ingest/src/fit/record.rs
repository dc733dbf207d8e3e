//! `record` and `hrv` messages: samples, straight into typed columns.
//!
//! Samples that follow each other in one layout wait, and are then read field by field: one loop over the samples for
//! each column costs a fraction of one over the columns for each sample. A sample that cannot wait is read at once: one
//! without a time, which may be none; one with a field that counts on; one for which there may be no room.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::base::BaseType;
use super::columns::{Cell, Cells};
use super::definition::Definition;
use super::developer::{Developers, Native};
use super::plan::{
    CADENCE, DISTANCE, DeveloperEntry, FIELDS, FLOATS, LAT, LON, RecordPlan, SEMICIRCLES, SPEED, TOTAL_CYCLES, Target,
    WORDS, limit, word,
};
use super::transpose::{self, Source};

/// The count whose low `bits` are `low`: the next one from `before` on, or `low` itself where none was known. It is
/// right as long as fewer than 2^`bits` are counted from one message to the next.
pub(super) fn count_on(before: Option<u64>, low: u32, bits: u32) -> u64 {
    let mask = (1_u64 << bits) - 1;
    let low = u64::from(low) & mask;
    before.map_or(low, |before| before.saturating_add(low.wrapping_sub(before) & mask))
}

/// Bytes of the file for each cell that its samples may take: a hostile file must not unfold into columns of nothing.
const BYTES_PER_CELL: usize = 2;
/// Cells that even a small file may take.
const CELLS_FREE: usize = 2_000_000;
/// Cells each sample takes by itself: time, elapsed time, lap, and cadence in its other unit.
const CELLS_PER_ROW: usize = 4;
/// Cells that count for an RR interval: the interval, its row, and its place in a list.
const CELLS_PER_INTERVAL: usize = 3;
/// Developer columns that are kept.
const DEVELOPER_COLUMNS: usize = 128;

/// The samples of a file, column by column.
#[derive(Debug, Default)]
pub(super) struct Records<'a> {
    /// Samples, those that wait among them.
    rows: usize,
    /// Data of the last samples, whose cells but for the time are yet to be read.
    waiting: Vec<&'a [u8]>,
    /// How they are to be read.
    plan: Option<Rc<RecordPlan>>,
    cells_allowed: usize,
    columns: usize,
    /// Bytes of the file that are not yet known to be samples.
    bytes_left: usize,
    /// Something was left out to bound memory.
    pub(super) capped: bool,
    /// Fields that have no column and held something.
    pub(super) unused: BTreeSet<u8>,
    /// Positions that cannot be, and were left out.
    pub(super) impossible_positions: u64,
    pub(super) time: Cells<u32>,
    pub(super) floats: [Cells<f64>; FLOATS.len()],
    pub(super) words: [Cells<u16>; WORDS.len()],
    pub(super) developer: Vec<Cells<f64>>,
    /// RR intervals, milliseconds, with the row that each belongs to; rows never run backwards.
    pub(super) rr: Vec<(u32, u16)>,
    /// First row of the part being read.
    part_start: usize,
}

impl<'a> Records<'a> {
    /// No samples yet, of a file of `file_size` bytes.
    pub(super) fn new(file_size: usize) -> Self {
        let cells_allowed = (file_size / BYTES_PER_CELL).saturating_add(CELLS_FREE);
        Self { cells_allowed, columns: CELLS_PER_ROW, bytes_left: file_size, ..Self::default() }
    }

    /// Number of samples.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Speed in `row`, metres per second.
    pub(super) fn speed_mps(&self, row: usize) -> Option<f64> {
        self.floats.get(SPEED)?.get(row).map(|speed| speed / 1000.0)
    }

    /// Distance in `row`, metres.
    pub(super) fn distance_m(&self, row: usize) -> Option<f64> {
        self.floats.get(DISTANCE)?.get(row).map(|hundredths| hundredths / 100.0)
    }

    /// Latitude and longitude in `row`, degrees.
    pub(super) fn position(&self, row: usize) -> Option<(f64, f64)> {
        let degrees = |column: usize| Some(self.floats.get(column)?.get(row)? / SEMICIRCLES);
        Some((degrees(LAT)?, degrees(LON)?))
    }

    /// The cadence field in `row`: strides or revolutions per minute.
    pub(super) fn cadence(&self, row: usize) -> Option<f64> {
        self.words.get(CADENCE)?.get(row).map(f64::from)
    }

    /// Begins a new part of a chained file: fields that count on start anew.
    pub(super) fn begin_part(&mut self) {
        self.settle();
        self.part_start = self.rows;
        // Intervals that waited for a first sample waited for one of their own part.
        let known = self.rr.partition_point(|(row, _)| (*row as usize) < self.rows);
        self.rr.truncate(known);
    }

    /// Adds one `record` message.
    pub(super) fn push(
        &mut self,
        definition: &mut Definition,
        data: &'a [u8],
        time: Option<u32>,
        developers: &mut Developers,
    ) {
        let plan = self.plan_of(definition, developers);
        match time.filter(|time| *time != u32::MAX) {
            Some(time) if plan.can_wait && self.fit(1, self.columns + plan.width()) => {
                self.time.set(self.rows, time);
                self.rows += 1;
                self.waiting.push(data);
                if self.waiting.len() >= transpose::MOST {
                    self.settle();
                }
            }
            time => {
                self.settle();
                self.push_row(&plan, data, time);
            }
        }
    }

    /// Adds `record` messages that follow each other: header bytes and all, with a time each.
    pub(super) fn push_run(
        &mut self,
        definition: &mut Definition,
        messages: &'a [u8],
        times: &[u32],
        developers: &mut Developers,
    ) {
        let plan = self.plan_of(definition, developers);
        let data = messages.chunks_exact(definition.data_size + 1).filter_map(|message| message.get(1..));
        if plan.can_wait && self.fit(times.len(), self.columns + plan.width()) {
            let expected = self.expected(definition.data_size, &plan);
            self.time.write(self.rows, expected, times.iter().copied());
            self.rows += times.len();
            self.waiting.extend(data);
            if self.waiting.len() >= transpose::MOST {
                self.settle();
            }
        } else {
            for (data, time) in data.zip(times) {
                self.push(definition, data, Some(*time), developers);
            }
        }
    }

    /// What the fields of a definition become. Samples that wait for another plan are read.
    fn plan_of(&mut self, definition: &mut Definition, developers: &mut Developers) -> Rc<RecordPlan> {
        let known = definition
            .record_plan
            .take()
            .filter(|plan| definition.developer_fields.is_empty() || plan.generation == developers.generation());
        let plan = known.unwrap_or_else(|| Rc::new(RecordPlan::of(definition, developers)));
        if !self.plan.as_ref().is_some_and(|waiting| Rc::ptr_eq(waiting, &plan)) {
            self.settle();
            self.plan = Some(Rc::clone(&plan));
        }
        definition.record_plan = Some(Rc::clone(&plan));
        plan
    }

    /// Rows of the file if all that is left of it were samples of this size, as far as there may be so many.
    fn expected(&self, data_size: usize, plan: &RecordPlan) -> usize {
        let more = self.bytes_left / (data_size + 1);
        if self.fit(more, self.columns + plan.width()) { self.rows + more } else { self.rows }
    }

    /// Reads the samples that wait.
    pub(super) fn settle(&mut self) {
        let Some(plan) = self.plan.as_ref().filter(|_| !self.waiting.is_empty()).map(Rc::clone) else { return };
        let first = self.rows - self.waiting.len();
        let size = self.waiting.first().map_or(0, |data| data.len());
        let expected = self.expected(size, &plan);
        self.bytes_left = self.bytes_left.saturating_sub(self.waiting.len() * (size + 1));
        let of = |offset, base| Source { rows: &self.waiting, expected, offset, base, big_endian: plan.big_endian };
        for &(offset, base, target) in &plan.native {
            let filled = match target {
                Target::Float(column) => {
                    let Some(cells) = self.floats.get_mut(column) else { continue };
                    transpose::fill(cells, first, of(offset, base), limit(column), |value| value)
                }
                Target::Hundreds(column) => {
                    let Some(cells) = self.floats.get_mut(column) else { continue };
                    transpose::fill(cells, first, of(offset, base), f64::INFINITY, |value| value * 100.0)
                }
                Target::Word(column) => {
                    let Some(cells) = self.words.get_mut(column) else { continue };
                    transpose::fill(cells, first, of(offset, base), f64::INFINITY, word)
                }
                // Samples with these do not wait.
                Target::Cycles | Target::CompressedSpeedDistance => continue,
            };
            self.columns += usize::from(filled.is_first);
            self.impossible_positions += filled.beyond;
        }
        for &DeveloperEntry { offset, base, column, scale, shift } in &plan.developer {
            let source = of(offset, base);
            if column >= DEVELOPER_COLUMNS {
                let mut unused = Cells::<f64>::default();
                self.capped |= transpose::fill(&mut unused, 0, source, f64::INFINITY, |value| value).is_first;
                continue;
            }
            if self.developer.len() <= column {
                self.developer.resize_with(column + 1, Cells::default);
            }
            let Some(cells) = self.developer.get_mut(column) else { continue };
            let cell = |value: f64| Some(value / scale - shift).filter(|value| value.is_finite()).unwrap_or(f64::NAN);
            self.columns += usize::from(transpose::fill(cells, first, source, f64::INFINITY, cell).is_first);
        }
        // Whether a field is used at all shows in one sample as well as in all; to look into each would take time.
        for data in [self.waiting.first(), self.waiting.last()].into_iter().flatten() {
            note_unused(&plan, data, &mut self.unused);
        }
        self.waiting.clear();
    }

    fn push_row(&mut self, plan: &RecordPlan, data: &[u8], time: Option<u32>) {
        let (row, big_endian) = (self.rows, plan.big_endian);
        if !self.has_room(self.columns) {
            return;
        }
        let mut holds_something = false;
        if let Some(time) = time {
            self.time.set(row, time);
            holds_something = true;
        }
        for &(offset, base, target) in &plan.native {
            let Some(bytes) = data.get(offset..) else { continue };
            if target == Target::CompressedSpeedDistance {
                holds_something |= self.push_compressed(row, bytes);
                continue;
            }
            let Some(value) = base.number(bytes, big_endian) else { continue };
            holds_something |= match target {
                Target::Float(column) => self.set_float(row, column, value),
                Target::Word(column) => self.set_word(row, column, value),
                Target::Hundreds(column) => self.set_float(row, column, value * 100.0),
                Target::Cycles => self.push_cycles(row, value),
                Target::CompressedSpeedDistance => false,
            };
        }
        for entry in &plan.developer {
            let Some(value) = data.get(entry.offset..).and_then(|bytes| entry.base.number(bytes, big_endian)) else {
                continue;
            };
            holds_something |= self.set_developer(row, entry.column, value / entry.scale - entry.shift);
        }
        note_unused(plan, data, &mut self.unused);
        // A message without any value is counted, but is no sample.
        if holds_something {
            self.rows += 1;
        }
    }

    /// Whether so many more samples fit when there are `columns` columns.
    fn fit(&self, samples: usize, columns: usize) -> bool {
        self.fit_with_intervals(samples, 0, columns)
    }

    /// Whether so many more samples and RR intervals fit when there are `columns` columns.
    fn fit_with_intervals(&self, samples: usize, intervals: usize, columns: usize) -> bool {
        let intervals = self.rr.len().saturating_add(intervals);
        let cells = (self.rows.saturating_add(samples))
            .saturating_mul(columns)
            .saturating_add(intervals.saturating_mul(CELLS_PER_INTERVAL));
        cells <= self.cells_allowed
    }

    /// Whether another sample fits when there are `columns` columns; takes note when it does not.
    fn has_room(&mut self, columns: usize) -> bool {
        let fits = self.fit(1, columns);
        self.capped |= !fits;
        fits
    }

    /// Makes room for a column that had no value so far: the samples before it get a cell each.
    fn open_column(&mut self) -> bool {
        let has_room = self.has_room(self.columns + 1);
        if has_room {
            self.columns += 1;
        }
        has_room
    }

    fn set_float(&mut self, row: usize, column: usize, value: f64) -> bool {
        if value.abs() > limit(column) {
            self.impossible_positions += 1;
            return false;
        }
        if self.floats.get(column).is_none_or(Cells::is_empty) && !self.open_column() {
            return false;
        }
        self.floats.get_mut(column).is_some_and(|cells| cells.set(row, value))
    }

    fn set_word(&mut self, row: usize, column: usize, value: f64) -> bool {
        let value = word(value);
        if !value.is_valid() {
            return false;
        }
        if self.words.get(column).is_none_or(Cells::is_empty) && !self.open_column() {
            return false;
        }
        self.words.get_mut(column).is_some_and(|cells| cells.set(row, value))
    }

    fn set_developer(&mut self, row: usize, column: usize, value: f64) -> bool {
        if column >= DEVELOPER_COLUMNS {
            self.capped = true;
            return false;
        }
        if !value.is_finite() {
            return false;
        }
        if self.developer.len() <= column {
            self.developer.resize_with(column + 1, Cells::default);
        }
        if self.developer.get(column).is_none_or(Cells::is_empty) && !self.open_column() {
            return false;
        }
        self.developer.get_mut(column).is_some_and(|cells| cells.set(row, value))
    }

    /// Fills columns that the watch left empty in the whole file from those of developers that stand for them.
    pub(super) fn stand_in(&mut self, natives: &[(usize, Native)]) {
        for (column, Native { field, factor }) in natives {
            let target = FIELDS.iter().find(|(number, _)| number == field).map(|(_, target)| *target);
            let is_empty = match target {
                Some(Target::Float(target)) => self.floats.get(target).is_some_and(Cells::is_empty),
                Some(Target::Word(target)) => self.words.get(target).is_some_and(Cells::is_empty),
                _ => false,
            };
            if !is_empty {
                continue;
            }
            for row in 0..self.rows {
                let Some(value) = self.developer.get(*column).and_then(|cells| cells.get(row)) else { continue };
                let value = value * factor;
                match target {
                    Some(Target::Float(target)) => {
                        let Some(float) = FLOATS.get(target) else { continue };
                        self.set_float(row, target, (value + float.offset) * float.scale);
                    }
                    Some(Target::Word(target)) => _ = self.set_word(row, target, value.round()),
                    _ => {}
                }
            }
        }
    }

    /// Speed in hundredths of a metre per second and distance in sixteenths of a metre, twelve bits each. The
    /// distance rolls over every 256 m, and counts on from the last distance of the part, whichever field gave it.
    fn push_compressed(&mut self, row: usize, bytes: &[u8]) -> bool {
        const HUNDREDTHS_IN_SIXTEENTH: f64 = 6.25;
        let Some(&[a, b, c]) = bytes.first_chunk() else { return false };
        if [a, b, c] == [0xFF; 3] {
            return false;
        }
        let speed = u16::from(a) | (u16::from(b & 0x0F) << 8);
        if speed != 0xFFF {
            self.set_float(row, SPEED, f64::from(speed) * 10.0);
        }
        let low = u32::from(b >> 4) | (u32::from(c) << 4);
        let before = self.floats.get(DISTANCE).and_then(|cells| cells.last_since(self.part_start));
        let total = count_on(before.map(|hundredths| (hundredths / HUNDREDTHS_IN_SIXTEENTH) as u64), low, 12);
        self.set_float(row, DISTANCE, total as f64 * HUNDREDTHS_IN_SIXTEENTH)
    }

    /// Cycles in eight bits, which roll over at 256 and count on from the last total of the part.
    fn push_cycles(&mut self, row: usize, value: f64) -> bool {
        let before = self.floats.get(TOTAL_CYCLES).and_then(|cells| cells.last_since(self.part_start));
        let total = count_on(before.map(|total| total as u64), value as u32, 8);
        self.set_float(row, TOTAL_CYCLES, total as f64)
    }

    /// Adds one `hrv` message: intervals since the sample before, milliseconds. Those that come before the first
    /// sample of their part belong to it.
    pub(super) fn push_hrv(&mut self, definition: &Definition, data: &[u8]) {
        let most = self.columns + self.plan.as_ref().map_or(0, |plan| plan.width());
        let row = if self.rows > self.part_start { self.rows - 1 } else { self.rows };
        let Ok(row) = u32::try_from(row) else { return };
        for field in definition.fields.iter().filter(|field| field.number == 0) {
            let Some(bytes) = data.get(field.offset..).and_then(|rest| rest.get(..field.size)) else { continue };
            let elements = bytes.chunks_exact(field.base.size());
            if !self.fit_with_intervals(1, elements.len(), most) {
                self.settle();
                if !self.fit_with_intervals(1, elements.len(), self.columns) {
                    self.capped = true;
                    return;
                }
            }
            let cell = |value: Option<f64>| value.map(word).filter(|value| value.is_valid()).map(|value| (row, value));
            if field.base == BaseType::Uint16 && !definition.big_endian {
                self.rr.extend(elements.filter_map(|element| cell(BaseType::Uint16.number(element, false))));
            } else {
                let number = |element| field.base.number(element, definition.big_endian);
                self.rr.extend(elements.filter_map(|element| cell(number(element))));
            }
        }
    }
}

/// Notes the fields without a column that hold something in a sample.
fn note_unused(plan: &RecordPlan, data: &[u8], unused: &mut BTreeSet<u8>) {
    for &(number, offset, base) in &plan.unused {
        let value = data.get(offset..).and_then(|bytes| base.number(bytes, plan.big_endian));
        if value.is_some() {
            unused.insert(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::count_on;

    #[test]
    fn counts_roll_over_at_their_width() {
        assert_eq!(count_on(None, 250, 8), 250);
        assert_eq!(count_on(Some(250), 250, 8), 250);
        assert_eq!(count_on(Some(250), 4, 8), 260);
        assert_eq!(count_on(Some(260), 3, 8), 515, "one before would be 255 behind");
        assert_eq!(count_on(Some(4095), 0, 12), 4096);
        assert_eq!(count_on(Some(0xFFFF_FFFF), 1, 12), 0x1_0000_0001);
    }
}

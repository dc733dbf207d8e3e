//! FIT writer.

use chrono::{DateTime, Utc};

use super::{Recording, Sample};
use crate::RunKind;
use crate::fit::crc::crc16;

/// Seconds from the Unix epoch to FIT's.
const FIT_EPOCH_UNIX_S: i64 = 631_065_600;
/// Semicircles in a degree.
const SEMICIRCLES: f64 = 2_147_483_648.0 / 180.0;
/// The manufacturer that the profile reserves for programs under development.
const DEVELOPMENT: u64 = 255;

/// Writes `recording` as a FIT activity file.
///
/// The file holds what a watch writes: `file_id`, `device_info`, timer events, one `record` per sample, a `lap` each
/// time the lap distance is passed, one `session` and the `activity` with its local time. The session's and laps'
/// totals are counted from the samples; without samples there is no session.
#[must_use]
pub fn fit(recording: &Recording) -> Vec<u8> {
    let mut file = Writer::default();
    let start = recording.samples.first().map_or(0, |sample| time(sample.time));
    let end = recording.samples.last().map_or(start, |sample| time(sample.time));

    file.message(
        0,
        0,
        &[
            (0, Enum(4)),
            (1, U16(Some(DEVELOPMENT))),
            (2, U16(Some(1))),
            (3, U32z(u64::from(recording.serial))),
            (4, U32(Some(start))),
        ],
    );
    file.message(
        1,
        23,
        &[
            (253, U32(Some(start))),
            (0, U8(Some(0))),
            (2, U16(Some(DEVELOPMENT))),
            (3, U32z(u64::from(recording.serial))),
            (4, U16(Some(1))),
        ],
    );
    if !recording.samples.is_empty() {
        file.timer(start, START);
        write_samples(&mut file, recording);
        file.timer(end, STOP_ALL);
        let totals = Totals::of(&recording.samples, 0.0);
        let mut session = vec![(5, Enum(1)), (6, Enum(sub_sport(recording.kind)))];
        session.extend(totals.fields(9, 1, [16, 17, 22, 23]));
        file.message(5, 18, &session);
    }
    let local = u64::try_from(i64::try_from(end).unwrap_or(0) + i64::from(recording.utc_offset_s)).ok();
    file.message(
        6,
        34,
        &[
            (253, U32(Some(end))),
            (0, U32(Some((end - start) * 1000))),
            (5, U32(local)),
            (1, U16(Some(u64::from(!recording.samples.is_empty())))),
            (2, Enum(0)),
            (3, Enum(26)),
            (4, Enum(1)),
        ],
    );
    file.finish()
}

/// Writes the records, and a lap behind the last record of each.
fn write_samples(file: &mut Writer, recording: &Recording) {
    let mut lap_from = 0;
    let mut before_m = 0.0;
    let mut lap_at = recording.lap_every_m;
    for (index, sample) in recording.samples.iter().enumerate() {
        file.record(sample);
        let (Some(distance), Some(every), Some(at)) = (sample.distance_m, recording.lap_every_m, lap_at) else {
            continue;
        };
        if every > 0.0 && distance >= at && index > lap_from {
            file.lap(recording.samples.get(lap_from..=index).unwrap_or_default(), before_m);
            before_m = distance;
            lap_from = index;
            lap_at = Some(((distance / every).floor() + 1.0) * every);
        }
    }
    // The last lap is the rest; where the run ends with a lap there is none.
    if lap_from == 0 || lap_from + 1 < recording.samples.len() {
        file.lap(recording.samples.get(lap_from..).unwrap_or_default(), before_m);
    }
}

fn time(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp() - FIT_EPOCH_UNIX_S).unwrap_or(0)
}

fn sub_sport(kind: RunKind) -> u8 {
    match kind {
        RunKind::Generic => 0,
        RunKind::Treadmill => 1,
        RunKind::Road => 2,
        RunKind::Trail => 3,
        RunKind::Track => 4,
        RunKind::Virtual => 58,
    }
}

/// A value scaled to whole numbers, if it can be told in them.
fn scaled(value: Option<f64>, scale: f64, offset: f64) -> Option<u64> {
    let raw = ((value? + offset) * scale).round();
    (0.0..4_294_967_295.0).contains(&raw).then_some(raw as u64)
}

/// Totals of a stretch of samples, from its first to its last.
struct Totals {
    start: u64,
    end: u64,
    distance_m: Option<f64>,
    ascent_m: Option<f64>,
    descent_m: Option<f64>,
    avg_heart_rate: Option<f64>,
    max_heart_rate: Option<f64>,
}

impl Totals {
    /// `before_m` is the distance already run when the stretch begins.
    fn of(samples: &[Sample], before_m: f64) -> Self {
        let distance = samples.iter().rev().find_map(|sample| sample.distance_m);
        let altitudes: Vec<f64> = samples.iter().filter_map(|sample| sample.altitude_m).collect();
        let climbs = || altitudes.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
        let rates = || samples.iter().filter_map(|sample| sample.heart_rate_bpm).map(f64::from);
        let (count, sum) = rates().fold((0.0, 0.0), |(count, sum), rate| (count + 1.0, sum + rate));
        Self {
            start: samples.first().map_or(0, |sample| time(sample.time)),
            end: samples.last().map_or(0, |sample| time(sample.time)),
            distance_m: distance.map(|distance| distance - before_m),
            ascent_m: (!altitudes.is_empty()).then(|| climbs().filter(|climb| *climb > 0.0).sum()),
            descent_m: (!altitudes.is_empty()).then(|| -climbs().filter(|climb| *climb < 0.0).sum::<f64>()),
            avg_heart_rate: (count > 0.0).then_some(sum / count),
            max_heart_rate: rates().reduce(f64::max),
        }
    }

    /// The fields of a `session` or `lap`: `event`, `event_type`, then mean and highest heart rate, climb and descent
    /// under the numbers that they have there.
    fn fields(&self, event: u8, event_type: u8, numbers: [u8; 4]) -> Vec<(u8, Value)> {
        let [avg_heart_rate, max_heart_rate, ascent, descent] = numbers;
        let duration_ms = Some(self.end.saturating_sub(self.start) * 1000);
        vec![
            (253, U32(Some(self.end))),
            (2, U32(Some(self.start))),
            (7, U32(duration_ms)),
            (8, U32(duration_ms)),
            (9, U32(scaled(self.distance_m, 100.0, 0.0))),
            (ascent, U16(scaled(self.ascent_m, 1.0, 0.0))),
            (descent, U16(scaled(self.descent_m, 1.0, 0.0))),
            (0, Enum(event)),
            (1, Enum(event_type)),
            (avg_heart_rate, U8(scaled(self.avg_heart_rate, 1.0, 0.0))),
            (max_heart_rate, U8(scaled(self.max_heart_rate, 1.0, 0.0))),
        ]
    }
}

use Value::{Enum, I32, U8, U16, U32, U32z};

/// A field's value with its base type. `None`, or what does not fit, is written as the type's "no value".
#[derive(Debug, Clone, Copy)]
enum Value {
    Enum(u8),
    U8(Option<u64>),
    U16(Option<u64>),
    U32(Option<u64>),
    U32z(u64),
    I32(Option<i32>),
}

impl Value {
    /// Size and base type byte.
    fn layout(self) -> [u8; 2] {
        match self {
            Enum(_) => [1, 0x00],
            U8(_) => [1, 0x02],
            U16(_) => [2, 0x84],
            U32(_) => [4, 0x86],
            U32z(_) => [4, 0x8C],
            I32(_) => [4, 0x85],
        }
    }

    fn write(self, bytes: &mut Vec<u8>) {
        match self {
            Enum(value) => bytes.push(value),
            U8(value) => bytes.push(fit_or(value, u8::MAX)),
            U16(value) => bytes.extend(fit_or(value, u16::MAX).to_le_bytes()),
            U32(value) => bytes.extend(fit_or(value, u32::MAX).to_le_bytes()),
            U32z(value) => bytes.extend(u32::try_from(value).unwrap_or(0).to_le_bytes()),
            I32(value) => bytes.extend(value.unwrap_or(i32::MAX).to_le_bytes()),
        }
    }
}

fn fit_or<T: TryFrom<u64>>(value: Option<u64>, invalid: T) -> T {
    value.and_then(|value| T::try_from(value).ok()).unwrap_or(invalid)
}

/// Types of timer events.
const START: u8 = 0;
const STOP_ALL: u8 = 4;

/// A FIT file being written.
#[derive(Debug, Default)]
struct Writer {
    messages: Vec<u8>,
    /// Layouts already defined, by local number.
    defined: Vec<(u8, Vec<u8>)>,
}

impl Writer {
    /// Writes a message of `kind` under local number `local`, and its definition when it is new.
    fn message(&mut self, local: u8, kind: u16, fields: &[(u8, Value)]) {
        let layout: Vec<u8> = fields
            .iter()
            .flat_map(|(number, value)| {
                let [size, base] = value.layout();
                [*number, size, base]
            })
            .collect();
        if !self.defined.iter().any(|(known, of)| *known == local && *of == layout) {
            self.messages.extend([0x40 | local, 0, 0]);
            self.messages.extend(kind.to_le_bytes());
            self.messages.push(u8::try_from(fields.len()).unwrap_or(u8::MAX));
            self.messages.extend(&layout);
            self.defined.retain(|(known, _)| *known != local);
            self.defined.push((local, layout));
        }
        self.messages.push(local);
        for (_, value) in fields {
            value.write(&mut self.messages);
        }
    }

    fn timer(&mut self, time: u64, event_type: u8) {
        self.message(2, 21, &[(253, U32(Some(time))), (0, Enum(0)), (1, Enum(event_type)), (4, U8(Some(0)))]);
    }

    fn record(&mut self, sample: &Sample) {
        let semicircles = |degrees: f64| (degrees * SEMICIRCLES).round() as i32;
        let strides = sample.cadence_spm.map(|steps| steps / 2.0);
        let parts = strides.map(|strides| (strides * 128.0).round()).filter(|parts| (0.0..32_640.0).contains(parts));
        self.message(
            3,
            20,
            &[
                (253, U32(Some(time(sample.time)))),
                (0, I32(sample.position.map(|(lat, _)| semicircles(lat)))),
                (1, I32(sample.position.map(|(_, lon)| semicircles(lon)))),
                (5, U32(scaled(sample.distance_m, 100.0, 0.0))),
                (73, U32(scaled(sample.speed_mps, 1000.0, 0.0))),
                (78, U32(scaled(sample.altitude_m, 5.0, 500.0))),
                (3, U8(sample.heart_rate_bpm.map(u64::from))),
                (4, U8(parts.map(|parts| parts as u64 / 128))),
                (53, U8(parts.map(|parts| parts as u64 % 128))),
            ],
        );
    }

    fn lap(&mut self, samples: &[Sample], before_m: f64) {
        self.message(4, 19, &Totals::of(samples, before_m).fields(9, 1, [15, 16, 21, 22]));
    }

    /// The whole file: header, messages, checksum.
    fn finish(self) -> Vec<u8> {
        // Header of 14 bytes, protocol 1.0, profile 21.202.
        let mut file = vec![14, 0x10];
        file.extend(21_202_u16.to_le_bytes());
        file.extend(u32::try_from(self.messages.len()).unwrap_or(u32::MAX).to_le_bytes());
        file.extend(b".FIT");
        file.extend(crc16(&file).to_le_bytes());
        file.extend(self.messages);
        file.extend(crc16(&file).to_le_bytes());
        file
    }
}

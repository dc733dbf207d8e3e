//! Workouts, and the samples that belong to them.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use super::quantity::{Quantity, energy_kcal, length_m, number, time_s};
use super::scan::Tag;
use crate::stamp::{self, Zone};

/// Events of one workout that are kept.
pub(super) const MOST_EVENTS: usize = 4_000;
/// Routes of one workout that are kept.
pub(super) const MOST_ROUTES: usize = 16;
/// Longest path of a route, bytes.
const LONGEST_PATH: usize = 1024;
/// Characters of one name that are kept.
pub(super) const LONGEST_NAME: usize = 200;

/// A time with the offset from UTC that it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) utc_ms: i64,
    /// Seconds to add to UTC.
    pub(super) offset_s: Option<i32>,
}

impl When {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let stamp = stamp::parse(text)?;
        let offset_s = match stamp.zone {
            // Apple writes every time with the phone's offset: zero is one like others.
            Zone::Utc => Some(0),
            Zone::Offset(seconds) => Some(seconds),
            Zone::Missing => None,
        };
        Some(Self { utc_ms: stamp.utc_ms, offset_s })
    }

    pub(super) fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.utc_ms)
    }
}

/// What happened to the timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    Pause,
    Resume,
    /// The watch stopped by itself.
    MotionPaused,
    MotionResumed,
    Lap,
}

impl Happening {
    /// The names, without `HKWorkoutEventType`.
    pub(super) const NAMES: [(Self, &'static str); 5] = [
        (Self::Pause, "Pause"),
        (Self::Resume, "Resume"),
        (Self::MotionPaused, "MotionPaused"),
        (Self::MotionResumed, "MotionResumed"),
        (Self::Lap, "Lap"),
    ];

    fn from_type(name: &[u8]) -> Option<Self> {
        let name = name.strip_prefix(b"HKWorkoutEventType")?;
        Self::NAMES.iter().find(|(_, known)| known.as_bytes() == name).map(|(happening, _)| *happening)
    }
}

/// An event of a workout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Event {
    pub(super) what: Happening,
    pub(super) at_ms: i64,
    pub(super) duration_s: Option<f64>,
}

/// A workout as Apple states it; `None` is not stated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Workout {
    /// `workoutActivityType` without `HKWorkoutActivityType`.
    pub(super) kind: String,
    pub(super) source: String,
    /// Name, manufacturer, model and hardware, in this order.
    pub(super) device: [Option<String>; 4],
    pub(super) start: When,
    pub(super) end: When,
    pub(super) duration_s: Option<f64>,
    pub(super) distance_m: Option<f64>,
    pub(super) energy_kcal: Option<f64>,
    pub(super) avg_heart_rate_bpm: Option<f64>,
    pub(super) max_heart_rate_bpm: Option<f64>,
    pub(super) ascent_m: Option<f64>,
    pub(super) is_indoor: Option<bool>,
    /// Where it took place, by `HKTimeZone`.
    pub(super) zone: Option<Tz>,
    /// What the program that wrote it calls it.
    pub(super) title: Option<String>,
    pub(super) events: Vec<Event>,
    /// Paths of its routes inside the export.
    pub(super) routes: Vec<String>,
    /// Routes that stand in the document itself, as GPX.
    pub(super) embedded: Vec<String>,
    pub(super) left_out: LeftOut,
}

/// What was too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) events: u64,
    pub(super) routes: u64,
    /// Names that were cut or left out.
    pub(super) names: u64,
}

impl LeftOut {
    pub(super) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.routes += other.routes;
        self.names += other.names;
    }
}

/// Room for what several workouts hold beside their totals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) events: usize,
    /// Bytes of names and of paths of routes.
    pub(super) text: usize,
}

impl Room {
    /// Whether `bytes` fit; if so, they are taken.
    fn takes(&mut self, bytes: usize) -> bool {
        let left = self.text.checked_sub(bytes);
        self.text = left.unwrap_or(self.text);
        left.is_some()
    }
}

impl Workout {
    /// Names of the parts of [`Self::device`].
    pub(super) const DEVICE: [&'static str; 4] = ["name", "manufacturer", "model", "hardware"];

    /// The workout of a `<Workout>` tag; `None` when it has no kind, start or end, or ends before it starts.
    pub(super) fn from_tag(tag: Tag<'_>) -> Option<Self> {
        let kind = tag.get("workoutActivityType")?;
        let start = When::parse(&tag.get("startDate")?)?;
        let end = When::parse(&tag.get("endDate")?)?;
        if end.utc_ms < start.utc_ms {
            return None;
        }
        let mut cut = 0;
        Some(Self {
            kind: name(kind.strip_prefix("HKWorkoutActivityType").unwrap_or(&kind), &mut cut).unwrap_or_default(),
            source: tag.get("sourceName").and_then(|source| name(&source, &mut cut)).unwrap_or_default(),
            device: tag.get("device").map(|device| parts_of_device(&device, &mut cut)).unwrap_or_default(),
            left_out: LeftOut { names: cut, ..LeftOut::default() },
            start,
            end,
            duration_s: measure(tag, "duration", "durationUnit", time_s),
            distance_m: measure(tag, "totalDistance", "totalDistanceUnit", length_m),
            energy_kcal: measure(tag, "totalEnergyBurned", "totalEnergyBurnedUnit", energy_kcal),
            avg_heart_rate_bpm: None,
            max_heart_rate_bpm: None,
            ascent_m: None,
            is_indoor: None,
            zone: None,
            title: None,
            events: Vec::new(),
            routes: Vec::new(),
            embedded: Vec::new(),
        })
    }

    /// Seconds from UTC on the runner's wall clock at the start: of the place, when the workout names it, else of
    /// the times themselves (those of the phone when it made the export).
    pub(super) fn offset_s(&self) -> Option<i32> {
        match (self.zone, self.start.utc()) {
            (Some(zone), Some(start)) => {
                Some(zone.offset_from_utc_datetime(&start.naive_utc()).fix().local_minus_utc())
            }
            _ => self.start.offset_s,
        }
    }

    /// Whether it is a run, indoors or not.
    pub(super) fn is_run(&self) -> bool {
        self.kind == "Running"
    }

    pub(super) fn take_metadata(&mut self, key: &str, value: &str) {
        match key {
            "HKIndoorWorkout" => self.is_indoor = number(value).map(|value| value != 0.0),
            "HKTimeZone" => self.zone = value.trim().parse().ok(),
            "HKElevationAscended" => {
                self.ascent_m = value
                    .trim()
                    .split_once(' ')
                    .and_then(|(value, unit)| Some(number(value)? * length_m(unit)?))
                    .filter(|metres| (0.0..=100_000.0).contains(metres));
            }
            "HKWorkoutBrandName" => self.title = name(value, &mut self.left_out.names),
            _ => {}
        }
    }

    /// Takes a sum or a mean over the workout. A workout of several parts has one for each part beside its own, which
    /// is the largest.
    pub(super) fn take_statistics(&mut self, tag: Tag<'_>) {
        let Some(kind) = tag.get("type") else { return };
        let kind = kind.strip_prefix("HKQuantityTypeIdentifier").unwrap_or(&kind);
        let larger = |old: Option<f64>, new: Option<f64>| match (old, new) {
            (Some(old), Some(new)) => Some(old.max(new)),
            (old, new) => old.or(new),
        };
        if kind.starts_with("Distance") {
            self.distance_m = larger(self.distance_m, measure(tag, "sum", "unit", length_m));
        } else if kind == "ActiveEnergyBurned" {
            self.energy_kcal = larger(self.energy_kcal, measure(tag, "sum", "unit", energy_kcal));
        } else if kind == Quantity::HeartRate.name() {
            let unit = tag.get("unit").unwrap_or_else(|| Quantity::HeartRate.unit().into());
            let rate = |name: &str| Quantity::HeartRate.value(&tag.get(name)?, &unit);
            self.avg_heart_rate_bpm = self.avg_heart_rate_bpm.or(rate("average"));
            self.max_heart_rate_bpm = larger(self.max_heart_rate_bpm, rate("maximum"));
        }
    }

    pub(super) fn take_event(&mut self, tag: Tag<'_>) -> Option<()> {
        let what = Happening::from_type(tag.raw("type")?)?;
        let at_ms = When::parse(&tag.get("date")?)?.utc_ms;
        let duration_s = measure(tag, "duration", "durationUnit", time_s);
        if self.events.len() < MOST_EVENTS {
            self.events.push(Event { what, at_ms, duration_s });
        } else {
            self.left_out.events += 1;
        }
        Some(())
    }

    pub(super) fn take_route(&mut self, path: &str) {
        if path.is_empty() {
            return;
        }
        if path.len() <= LONGEST_PATH && self.routes.len() < MOST_ROUTES {
            self.routes.push(path.to_owned());
        } else {
            self.left_out.routes += 1;
        }
    }

    /// Makes it as small as it can be, and takes that from `room`. What has no room is left out.
    pub(super) fn fit(&mut self, room: &mut Room) {
        let kept = self.events.len().min(room.events);
        self.left_out.events += (self.events.len() - kept) as u64;
        self.events.truncate(kept);
        self.events.shrink_to_fit();
        room.events -= kept;
        let before = self.routes.len();
        self.routes.retain_mut(|path| {
            path.shrink_to_fit();
            room.takes(size_of::<String>() + path.len())
        });
        self.routes.shrink_to_fit();
        self.left_out.routes += (before - self.routes.len()) as u64;
        let source = (!self.source.is_empty()).then(|| std::mem::take(&mut self.source));
        let mut names: [Option<String>; 6] = [const { None }; 6];
        let given = std::mem::take(&mut self.device).into_iter().chain([self.title.take(), source]);
        for (place, name) in names.iter_mut().zip(given) {
            let len = name.as_ref().map_or(0, String::len);
            *place = name.filter(|_| room.takes(len));
            self.left_out.names += u64::from(len > 0 && place.is_none());
        }
        let [a, b, c, d, title, source] = names;
        self.device = [a, b, c, d];
        self.title = title;
        self.source = source.unwrap_or_default();
    }
}

/// A value not below zero in the unit that stands beside it. Without a unit it means nothing.
fn measure(tag: Tag<'_>, value: &str, unit: &str, factor: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let value = number(&tag.get(value)?)? * factor(&tag.get(unit)?)?;
    (0.0..=1e9).contains(&value).then(|| (value * 1000.0).round() / 1000.0)
}

/// `text` without control characters and blanks around it, shortened, which is counted.
fn name(text: &str, cut: &mut u64) -> Option<String> {
    *cut += u64::from(text.trim().chars().nth(LONGEST_NAME).is_some());
    let text: String = text.trim().chars().take(LONGEST_NAME).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The lasting parts of `<<HKDevice: 0x28…>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, …>`: the address
/// in front is another in every export. A value may hold commas (`hardware:Watch6,1`).
fn parts_of_device(text: &str, cut: &mut u64) -> [Option<String>; 4] {
    let text = text.trim().trim_end_matches('>');
    let mut parts: [Option<String>; 4] = [const { None }; 4];
    for field in text.split(", ") {
        let Some((key, value)) = field.split_once(':') else { continue };
        let known = Workout::DEVICE.iter().position(|known| *known == key.trim());
        if let Some(part) = known.and_then(|known| parts.get_mut(known)) {
            *part = name(value, cut);
        }
    }
    parts
}

/// One value at one time, or over an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) start_ms: i64,
    /// [`Quantity::unit`].
    pub(super) value: f64,
    /// How long the value was added up; 0 for a moment. Longer than 49 days is 49 days.
    pub(super) length_ms: u32,
    /// Number of the source in the list of whoever keeps samples.
    pub(super) source: u16,
    pub(super) quantity: Quantity,
}

/// A record of a quantity that means something here.
#[derive(Debug)]
pub(super) struct Record<'s> {
    pub(super) quantity: Quantity,
    pub(super) start: When,
    pub(super) length_ms: u32,
    pub(super) value: f64,
    tag: Tag<'s>,
}

impl<'s> Record<'s> {
    /// The record of a `<Record>` tag of `quantity`; `None` when its time or value cannot be.
    pub(super) fn from_tag(tag: Tag<'s>, quantity: Quantity) -> Option<Self> {
        let start = When::parse(&tag.get("startDate")?)?;
        let end_ms = tag.get("endDate").and_then(|end| When::parse(&end)).map_or(start.utc_ms, |end| end.utc_ms);
        let value = quantity.value(&tag.get("value")?, &tag.get("unit")?)?;
        let length_ms = u32::try_from(end_ms.saturating_sub(start.utc_ms).max(0)).unwrap_or(u32::MAX);
        Some(Self { quantity, start, length_ms, value, tag })
    }

    /// Who measured it.
    pub(super) fn source(&self) -> String {
        // Who it is shows in the first characters as well.
        self.tag.get("sourceName").and_then(|source| name(&source, &mut 0)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::parts_of_device;

    #[test]
    fn a_device_is_known_without_its_address() {
        let text = "<<HKDevice: 0x3035d1db0>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, \
                    hardware:Watch6,10, software:10.6.1, creation date:2024-08-24 17:12:03 +0000>";
        let [name, manufacturer, model, hardware] = parts_of_device(text, &mut 0);
        assert_eq!(name.as_deref(), Some("Apple Watch"));
        assert_eq!(manufacturer.as_deref(), Some("Apple Inc."));
        assert_eq!(model.as_deref(), Some("Watch"));
        assert_eq!(hardware.as_deref(), Some("Watch6,10"));
        assert_eq!(parts_of_device("My watch", &mut 0), [const { None }; 4]);
    }
}

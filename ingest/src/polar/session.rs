//! What a training session says, in both forms that Polar has written.

use serde::de::{MapAccess, SeqAccess};

use super::json::{Fields, Fill, List, Numbers, Plain, skip};
use super::text::{duration_s, wall_clock_ms, words};

/// Exercises of one session that are kept: each costs a frame.
const MOST_EXERCISES: usize = 200;
/// Laps, pauses and the like that are kept.
const MOST_PARTS: usize = 10_000;
/// Series of one exercise that are kept.
const MOST_SERIES: usize = 64;
/// Characters of a name and of a longer text that are kept.
const LONGEST_NAME: usize = 200;
const LONGEST_NOTE: usize = 10_000;

/// A session: what it says of itself, and its exercises. An exercise has no exercises of its own.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) block: Block,
    pub(super) exercises: Vec<Block>,
    /// Whether the file says `done`: a planned session, not one that took place.
    pub(super) is_target: bool,
}

impl Fields for Session {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "exercises" => map.next_value_seed(Fill(&mut List(&mut self.exercises, MOST_EXERCISES))),
            "done" => {
                self.is_target = true;
                skip(map)
            }
            _ => self.block.field(key, map),
        }
    }
}

/// What a session and its exercises have in common.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    /// Wall clock, milliseconds since 1970 as if it were UTC.
    pub(super) start_ms: Option<i64>,
    pub(super) stop_ms: Option<i64>,
    pub(super) offset_min: Option<f64>,
    pub(super) duration_s: Option<f64>,
    pub(super) distance_m: Option<f64>,
    pub(super) ascent_m: Option<f64>,
    pub(super) descent_m: Option<f64>,
    pub(super) energy_kcal: Option<f64>,
    pub(super) heart_rate: MeanAndMost,
    /// `RUNNING`, or a number.
    pub(super) sport: Named,
    pub(super) name: Option<String>,
    pub(super) note: Option<String>,
    pub(super) product: Product,
    pub(super) load: Load,
    pub(super) statistics: Statistics,
    pub(super) samples: Samples,
    pub(super) routes: Routes,
    pub(super) laps: Laps,
    pub(super) auto_laps: Vec<Lap>,
    pub(super) pauses: Vec<Pause>,
}

impl Fields for Block {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "startTime" => self.start_ms = wall_clock_ms(&map.next_value()?),
            "stopTime" => self.stop_ms = wall_clock_ms(&map.next_value()?),
            "timezoneOffset" | "timeZoneOffset" | "timezoneOffsetMinutes" => {
                self.offset_min = map.next_value::<Plain<'_>>()?.number();
            }
            "duration" => self.duration_s = duration_s(&map.next_value()?),
            "durationMillis" => self.duration_s = map.next_value::<Plain<'_>>()?.number().map(|ms| ms / 1000.0),
            "distance" | "distanceMeters" => self.distance_m = map.next_value::<Plain<'_>>()?.number(),
            "ascent" => self.ascent_m = map.next_value::<Plain<'_>>()?.number(),
            "descent" => self.descent_m = map.next_value::<Plain<'_>>()?.number(),
            "kiloCalories" | "calories" => self.energy_kcal = map.next_value::<Plain<'_>>()?.number(),
            "averageHeartRate" | "hrAvg" => self.heart_rate.avg = map.next_value::<Plain<'_>>()?.number(),
            "maximumHeartRate" | "hrMax" => self.heart_rate.max = map.next_value::<Plain<'_>>()?.number(),
            "heartRate" => map.next_value_seed(Fill(&mut self.heart_rate))?,
            "sport" => map.next_value_seed(Fill(&mut self.sport))?,
            "name" => self.name = words(&map.next_value()?, LONGEST_NAME),
            "note" => self.note = words(&map.next_value()?, LONGEST_NOTE),
            "product" => map.next_value_seed(Fill(&mut self.product))?,
            "loadInformation" => map.next_value_seed(Fill(&mut self.load))?,
            "statistics" => map.next_value_seed(Fill(&mut self.statistics))?,
            "samples" => map.next_value_seed(Fill(&mut self.samples))?,
            "routes" => map.next_value_seed(Fill(&mut self.routes))?,
            "laps" => map.next_value_seed(Fill(&mut self.laps))?,
            "autoLaps" => map.next_value_seed(Fill(&mut List(&mut self.auto_laps, MOST_PARTS)))?,
            "pauseTimes" => map.next_value_seed(Fill(&mut List(&mut self.pauses, MOST_PARTS)))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `{"avg": 148, "max": 171}`.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct MeanAndMost {
    pub(super) avg: Option<f64>,
    pub(super) max: Option<f64>,
}

impl Fields for MeanAndMost {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "avg" => self.avg = map.next_value::<Plain<'_>>()?.number(),
            "max" => self.max = map.next_value::<Plain<'_>>()?.number(),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `"statistics": {"statistics": [{"type": "HEART_RATE", "avg": 148, "max": 171}]}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Statistics {
    pub(super) list: Vec<Statistic>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Statistic {
    pub(super) kind: String,
    pub(super) value: MeanAndMost,
}

impl Fields for Statistics {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "statistics" => map.next_value_seed(Fill(&mut List(&mut self.list, MOST_SERIES))),
            _ => skip(map),
        }
    }
}

impl Fields for Statistic {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "type" => self.kind = words(&map.next_value()?, LONGEST_NAME).unwrap_or_default(),
            _ => self.value.field(key, map)?,
        }
        Ok(())
    }
}

/// `"product": {"modelName": "Polar Vantage V"}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Product {
    pub(super) model: Option<String>,
}

impl Fields for Product {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "modelName" => self.model = words(&map.next_value()?, LONGEST_NAME),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `"loadInformation": {"sessionRpe": "RPE_MODERATE"}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Load {
    pub(super) rpe: Option<String>,
}

impl Fields for Load {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "sessionRpe" => self.rpe = words(&map.next_value()?, LONGEST_NAME),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// One sample with its own time.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Wall clock, milliseconds.
    pub(super) at_ms: Option<i64>,
    pub(super) value: Option<f64>,
}

impl Fields for Point {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "dateTime" => self.at_ms = wall_clock_ms(&map.next_value()?),
            "value" => self.value = map.next_value::<Plain<'_>>()?.number(),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// One position, with a time of its own or one since the start of its route.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Position {
    pub(super) at_ms: Option<i64>,
    pub(super) elapsed_ms: Option<f64>,
    pub(super) lat_deg: Option<f64>,
    pub(super) lon_deg: Option<f64>,
    pub(super) altitude_m: Option<f64>,
}

impl Fields for Position {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "dateTime" => self.at_ms = wall_clock_ms(&map.next_value()?),
            "elapsedMillis" => self.elapsed_ms = map.next_value::<Plain<'_>>()?.number(),
            "latitude" => self.lat_deg = map.next_value::<Plain<'_>>()?.number(),
            "longitude" => self.lon_deg = map.next_value::<Plain<'_>>()?.number(),
            "altitude" => self.altitude_m = map.next_value::<Plain<'_>>()?.number(),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Samples of one kind, each with its time (older exports).
#[derive(Debug, Default, PartialEq)]
pub(super) struct Timed {
    pub(super) kind: String,
    pub(super) points: Vec<Point>,
}

/// Samples of one kind at a steady interval (newer exports).
#[derive(Debug, Default, PartialEq)]
pub(super) struct Series {
    pub(super) kind: String,
    pub(super) interval_ms: Option<f64>,
    pub(super) values: Vec<f64>,
}

impl Fields for Series {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "type" => self.kind = words(&map.next_value()?, LONGEST_NAME).unwrap_or_default(),
            "intervalMillis" => self.interval_ms = map.next_value::<Plain<'_>>()?.number(),
            "values" => map.next_value_seed(Fill(&mut Numbers(&mut self.values)))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// One RR interval (older exports).
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) duration_s: Option<f64>,
    /// Whether the sensor had no contact meanwhile: time that passed, and no interval between two beats.
    pub(super) is_offline: bool,
}

impl Fields for Interval {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "duration" => self.duration_s = duration_s(&map.next_value()?),
            "offline" => self.is_offline = map.next_value::<Plain<'_>>()?.is_true(),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// All samples of an exercise.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Samples {
    pub(super) timed: Vec<Timed>,
    pub(super) series: Vec<Series>,
    pub(super) positions: Vec<Position>,
    /// In order, from the start of the exercise on.
    pub(super) intervals: Vec<Interval>,
}

impl Fields for Samples {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "samples" => map.next_value_seed(Fill(&mut List(&mut self.series, MOST_SERIES))),
            // What was measured between two exercises belongs to neither.
            "transitionSamples" => skip(map),
            "recordedRoute" => map.next_value_seed(Fill(&mut List(&mut self.positions, usize::MAX))),
            "rr" => map.next_value_seed(Fill(&mut List(&mut self.intervals, usize::MAX))),
            kind if self.timed.len() < MOST_SERIES => {
                self.timed.push(Timed { kind: kind.to_owned(), points: Vec::new() });
                match self.timed.last_mut() {
                    Some(timed) => map.next_value_seed(Fill(&mut List(&mut timed.points, usize::MAX))),
                    None => skip(map),
                }
            }
            _ => skip(map),
        }
    }
}

/// `"routes": {"route": {"startTime": …, "wayPoints": […]}}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Routes {
    pub(super) route: Route,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Route {
    pub(super) start_ms: Option<i64>,
    pub(super) positions: Vec<Position>,
}

impl Fields for Routes {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "route" => map.next_value_seed(Fill(&mut self.route)),
            _ => skip(map),
        }
    }
}

impl Fields for Route {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "startTime" => self.start_ms = wall_clock_ms(&map.next_value()?),
            "wayPoints" => map.next_value_seed(Fill(&mut List(&mut self.positions, usize::MAX)))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// One lap; it ends `split_s` after the start of the exercise.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Lap {
    pub(super) split_s: Option<f64>,
    pub(super) duration_s: Option<f64>,
    pub(super) distance_m: Option<f64>,
    pub(super) ascent_m: Option<f64>,
    pub(super) descent_m: Option<f64>,
    pub(super) heart_rate: MeanAndMost,
}

impl Fields for Lap {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "splitTime" => self.split_s = duration_s(&map.next_value()?),
            "splitTimeMillis" => self.split_s = map.next_value::<Plain<'_>>()?.number().map(|ms| ms / 1000.0),
            "duration" => self.duration_s = duration_s(&map.next_value()?),
            "durationMillis" => self.duration_s = map.next_value::<Plain<'_>>()?.number().map(|ms| ms / 1000.0),
            "distance" | "distanceMeters" => self.distance_m = map.next_value::<Plain<'_>>()?.number(),
            "ascent" => self.ascent_m = map.next_value::<Plain<'_>>()?.number(),
            "descent" => self.descent_m = map.next_value::<Plain<'_>>()?.number(),
            "averageHeartRate" => self.heart_rate.avg = map.next_value::<Plain<'_>>()?.number(),
            "maximumHeartRate" => self.heart_rate.max = map.next_value::<Plain<'_>>()?.number(),
            "heartRate" => map.next_value_seed(Fill(&mut self.heart_rate))?,
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `{"startTime": …, "endTime": …}`, wall clock.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Pause {
    pub(super) start_ms: Option<i64>,
    pub(super) end_ms: Option<i64>,
}

impl Fields for Pause {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "startTime" => self.start_ms = wall_clock_ms(&map.next_value()?),
            "endTime" => self.end_ms = wall_clock_ms(&map.next_value()?),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// `"RUNNING"`, or `{"id": "1"}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) id: Option<f64>,
}

impl Fields for Named {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "id" => self.id = map.next_value::<Plain<'_>>()?.number(),
            _ => skip(map)?,
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.name = words(&Plain::Text(text.into()), LONGEST_NAME);
    }
}

/// `[…]`, or `{"laps": […], "autoLaps": […]}`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Laps {
    pub(super) by_hand: Vec<Lap>,
    pub(super) automatic: Vec<Lap>,
}

impl Fields for Laps {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "laps" => map.next_value_seed(Fill(&mut List(&mut self.by_hand, MOST_PARTS))),
            "autoLaps" => map.next_value_seed(Fill(&mut List(&mut self.automatic, MOST_PARTS))),
            _ => skip(map),
        }
    }

    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A) -> Result<(), A::Error> {
        List(&mut self.by_hand, MOST_PARTS).list(list)
    }
}

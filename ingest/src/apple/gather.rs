//! Elements to workouts and records, one at a time.

use super::quantity::Quantity;
use super::scan::{Item, Tag, Trouble};
use super::workout::{MOST_ROUTES, Workout};

/// Elements that are open inside of a workout and told apart; deeper ones are passed over.
const DEEPEST: usize = 16;

/// What an element turned out to be.
#[derive(Debug)]
pub(super) enum Found<'s> {
    /// A workout that is complete, or as complete as it will be.
    Workout(Box<Workout>),
    /// A record outside of workouts, of a quantity that means something here.
    Record(Quantity, Tag<'s>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Workout,
    Route,
    Other,
}

/// Puts elements together.
#[derive(Debug, Default)]
pub(super) struct Gather {
    workout: Option<Box<Workout>>,
    /// Open elements from the workout inwards, at most [`DEEPEST`].
    open: Vec<Open>,
    /// Open elements beyond those.
    too_deep: u64,
    /// Whether the root element is `HealthData`; `None` before it.
    pub(super) is_health_data: Option<bool>,
    /// Whether the root element has ended.
    pub(super) is_closed: bool,
    /// Elements of each kind: `Record`, `Workout`.
    pub(super) records: u64,
    pub(super) workouts: u64,
    /// Workouts that could not be read.
    pub(super) unreadable: Trouble,
}

impl Gather {
    /// Takes the next item. A start tag may both end a workout that was left open and be a record: then the record
    /// is lost with the damage around it.
    pub(super) fn take<'s>(&mut self, item: Item<'s>, line: u64) -> Option<Found<'s>> {
        match item {
            Item::Start { tag, is_empty } => self.start(tag, is_empty, line),
            Item::End(name) => self.end(name),
            Item::CData(text) => {
                if let (Some(workout), Some(Open::Route)) = (&mut self.workout, self.open.last()) {
                    // A section that holds `]]>` stands in two.
                    let text = String::from_utf8_lossy(text);
                    match workout.embedded.last_mut() {
                        Some(route) => route.push_str(&text),
                        None => workout.embedded.push(text.into_owned()),
                    }
                }
                None
            }
        }
    }

    /// The workout that the end of the file left open.
    pub(super) fn finish(&mut self) -> Option<Box<Workout>> {
        self.open.clear();
        self.too_deep = 0;
        self.workout.take()
    }

    fn start<'s>(&mut self, tag: Tag<'s>, is_empty: bool, line: u64) -> Option<Found<'s>> {
        let name = tag.name();
        if self.is_health_data.is_none() {
            self.is_health_data = Some(name == b"HealthData");
        }
        match name {
            b"Record" => {
                self.records += 1;
                if let Some(workout) = self.finish() {
                    return Some(Found::Workout(workout));
                }
                return Quantity::from_type(tag.raw("type")?).map(|quantity| Found::Record(quantity, tag));
            }
            b"Workout" => {
                self.workouts += 1;
                let before = self.finish();
                self.workout = Workout::from_tag(tag).map(Box::new);
                if self.workout.is_none() {
                    self.unreadable.at(line);
                } else if is_empty {
                    // At most one can be given back; the one before was damaged, but is whole as far as it goes.
                    return match before {
                        Some(before) => Some(Found::Workout(before)),
                        None => self.finish().map(Found::Workout),
                    };
                } else {
                    self.open.push(Open::Workout);
                }
                return before.map(Found::Workout);
            }
            _ => {}
        }
        let workout = self.workout.as_mut()?;
        let is_own = self.open.len() == 1 && self.too_deep == 0;
        let mut opened = Open::Other;
        match name {
            b"MetadataEntry" if is_own => {
                if let (Some(key), Some(value)) = (tag.get("key"), tag.get("value")) {
                    workout.take_metadata(&key, &value);
                }
            }
            b"WorkoutStatistics" if is_own => workout.take_statistics(tag),
            b"WorkoutEvent" if is_own => _ = workout.take_event(tag),
            b"FileReference" => {
                if let Some(path) = tag.get("path") {
                    workout.take_route(&path);
                }
            }
            b"Route" if is_own && !is_empty => {
                if workout.embedded.len() < MOST_ROUTES {
                    workout.embedded.push(String::new());
                    opened = Open::Route;
                } else {
                    workout.left_out.routes += 1;
                }
            }
            _ => {}
        }
        if !is_empty {
            if self.open.len() < DEEPEST { self.open.push(opened) } else { self.too_deep += 1 }
        }
        None
    }

    fn end<'s>(&mut self, name: &[u8]) -> Option<Found<'s>> {
        match name {
            b"HealthData" => {
                self.is_closed = true;
                self.finish().map(Found::Workout)
            }
            b"Workout" => self.finish().map(Found::Workout),
            _ => {
                if self.too_deep > 0 {
                    self.too_deep -= 1;
                } else if self.open.len() > 1 {
                    self.open.pop();
                }
                None
            }
        }
    }
}

//! Apple Health: workouts and values of days out of `export.xml`.
//!
//! A whole export has up to several gigabytes; [`split`] cuts it, in bounded memory, into small documents of the
//! same form, one for each workout and one for each month of the diary. [`read`] reads those, and an `export.xml` that
//! is small enough to be handed over as a whole.
//!
//! What becomes what:
//! - Each `<Workout>` is one [`Activity`]: runs are running (`HKIndoorWorkout` = 1: treadmill), everything else is
//!   cross-training under its kind.
//! - Totals stand in attributes (before iOS 16) or in `<WorkoutStatistics>`. `duration` is the time with the timer
//!   running; the energy is the active energy.
//! - The offset from UTC is that of `HKTimeZone` at the start; without one, that of the start itself. All times of an
//!   export carry the offset of the phone that made it, which is not always where the workout was.
//! - Pauses are the person's and the watch's own (`Pause`, `MotionPaused`), laps the events called `Lap`; segments
//!   overlap (kilometres and miles) and are not used.
//! - With a route there is one row per point of it, with position, altitude, speed, and the distance along the
//!   positions. Without one there is one row per heart-rate sample (if there is none, per sample of the quantity with
//!   the most).
//! - A row has the latest value of each quantity that is not older than 10 s: heart rate, power, speed (where the
//!   route has none), vertical oscillation, ground contact time, step length. When one of the samples of a quantity
//!   comes from the source that wrote the workout, those of other sources are left out.
//! - Cadence is steps counted over an interval divided by its length, for rows inside of intervals of at most 30 s.
//! - Resting heart rate, and heart-rate variability as SDNN, become diary values: the value of a day is the median of
//!   its readings. Apple takes SDNN now and then, over a minute each, also while somebody breathes by instruction: a
//!   single odd reading must not be the day. Nothing here is RMSSD.
//!
//! What is odd: a tag that runs into the next one is passed over, a workout that is not closed ends where the next
//! element of its kind begins, values that cannot be are left out; each with a [`Notice`] that has the first line.

mod activity;
mod diary;
mod gather;
mod names;
mod owners;
mod quantity;
mod scan;
mod split;
mod sport;
mod workout;
mod write;

pub use split::{Caps, Cut, Document, Report, Source, split};

use std::collections::BTreeMap;

use polars::prelude::PolarsError;

use crate::{Activity, Device, FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions, WatchFile};
use gather::{Found, Gather};
use owners::MOST_OWNERS;
use scan::{Scanner, Trouble};
use workout::{LONGEST_NAME, LeftOut, MOST_EVENTS, MOST_ROUTES, Record, Sample, Workout};

/// Workouts of one document that are kept: each costs a frame.
const MOST_WORKOUTS: usize = 1_000;

/// Reads a document of Apple Health's export.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the root element is not `HealthData`, or when the
/// document is damaged and holds nothing that could be read.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (text, decoding) = crate::decode::decode(bytes);
    let mut content = Content::default();
    content.notices.extend(decoding);
    let (damage, last_line) = content.gather(text.as_bytes());
    if content.is_health_data != Some(true) {
        return Err(refusal("there is no <HealthData> element".to_owned(), 1));
    }
    if content.workouts.is_empty()
        && content.readings.is_empty()
        && let Some((line, what)) = damage
    {
        return Err(refusal(what.to_owned(), line.max(1)));
    }
    let Content { workouts, mut samples, readings, sources, counts, mut notices, .. } = content;
    samples.sort_by_key(|sample| sample.start_ms);
    let kind = match (workouts.is_empty(), readings.is_empty()) {
        (false, _) => FileKind::Activity,
        (true, false) => FileKind::Other("diary".to_owned()),
        (true, true) => FileKind::Other("records".to_owned()),
    };
    let device = workouts.first().map(device);
    // The columns are built to one length and distinct names, so that this does not happen.
    let failed = |error: PolarsError| refusal(error.to_string(), last_line);
    let activities = activities(workouts, &samples, &sources, options, &mut notices).map_err(failed)?;
    Ok(WatchFile {
        format: Format::AppleHealth,
        kind,
        device,
        messages: counts,
        activities,
        others: OtherMessages::default(),
        diary: diary::values(readings, options, &mut notices),
        notices,
    })
}

/// Whether a file that begins like this is a document that [`split`] made, rather than an export.
pub(crate) fn is_document(head: &[u8]) -> bool {
    head.starts_with(write::HEAD.as_bytes())
}

fn refusal(what: String, line: u64) -> ReadError {
    ReadError::Text { format: Format::AppleHealth, what, line: usize::try_from(line).unwrap_or(usize::MAX) }
}

/// The watch or program that wrote a workout.
fn device(workout: &Workout) -> Device {
    let [name, manufacturer, model, hardware] = workout.device.clone();
    let source = (!workout.source.is_empty()).then(|| workout.source.clone());
    Device { manufacturer: manufacturer.or(source), product: hardware.or(name).or(model), serial: None }
}

/// The activities of all workouts, each with the samples between its start and end.
fn activities(
    workouts: Vec<Workout>,
    samples: &[Sample],
    sources: &[String],
    options: &ReadOptions,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Activity>, PolarsError> {
    // Samples may belong to this many workouts on average, so that overlapping workouts do not multiply them.
    let mut left = samples.len().saturating_mul(MOST_OWNERS);
    let mut without = 0_u64;
    let mut activities = Vec::with_capacity(workouts.len());
    for (number, workout) in (1_usize..).zip(workouts) {
        let from = samples.partition_point(|sample| sample.start_ms < workout.start.utc_ms);
        let to = samples.partition_point(|sample| sample.start_ms <= workout.end.utc_ms);
        let mut own = samples.get(from..to).unwrap_or_default();
        if own.len() > left {
            own = &[];
            without += 1;
        }
        left -= own.len();
        let before = notices.len();
        activities.push(activity::activity(workout, own, sources, number, options, notices)?);
        Notice::assign(notices, before, activities.len() - 1);
    }
    if without > 0 {
        let text = format!("Workouts that overlap with too many others were left without samples: {without}.");
        notices.push(Notice::new(NoticeCode::Capped, "", text));
    }
    Ok(activities)
}

/// What one pass over a document gathers.
#[derive(Debug, Default)]
struct Content {
    is_health_data: Option<bool>,
    workouts: Vec<Workout>,
    samples: Vec<Sample>,
    readings: Vec<diary::Reading>,
    sources: Vec<String>,
    counts: BTreeMap<String, u64>,
    notices: Vec<Notice>,
}

impl Content {
    /// Reads all of `text`. Gives the first damage, with its line, and the last line.
    fn gather(&mut self, text: &[u8]) -> (Option<(u64, &'static str)>, u64) {
        let mut gather = Gather::default();
        // Routes stand in the document; none can be longer than it.
        let mut scanner = Scanner::new(text, text.len());
        let (mut wrong, mut too_many) = (Trouble::default(), Trouble::default());
        let (mut numbers, mut nameless) = (std::collections::HashMap::new(), Trouble::default());
        // Reading from memory does not fail.
        while let Ok(Some((line, item))) = scanner.next() {
            match gather.take(item, line) {
                Some(Found::Workout(_)) if self.workouts.len() >= MOST_WORKOUTS => too_many.at(line),
                Some(Found::Workout(workout)) => self.workouts.push(*workout),
                Some(Found::Record(quantity, tag)) => match Record::from_tag(tag, quantity) {
                    Some(record) if quantity.is_diary() => self.readings.push(diary::Reading::from(&record)),
                    Some(record) => {
                        let source = record.source();
                        let number = match numbers.get(&source) {
                            Some(number) => *number,
                            None => {
                                let number = u16::try_from(self.sources.len()).unwrap_or(u16::MAX);
                                if number < u16::MAX {
                                    self.sources.push(source.clone());
                                    numbers.insert(source, number);
                                } else {
                                    nameless.at(line);
                                }
                                number
                            }
                        };
                        let workout::Record { quantity, start, length_ms, value, .. } = record;
                        self.samples.push(Sample {
                            start_ms: start.utc_ms,
                            value,
                            length_ms,
                            source: number,
                            quantity,
                        });
                    }
                    None => wrong.at(line),
                },
                None => {}
            }
            if gather.is_closed || gather.is_health_data == Some(false) {
                break;
            }
        }
        self.workouts.extend(gather.finish().map(|workout| *workout).filter(|_| self.workouts.len() < MOST_WORKOUTS));
        self.is_health_data = gather.is_health_data;
        for (name, count) in [("Record", gather.records), ("Workout", gather.workouts)] {
            if count > 0 {
                self.counts.insert(name.to_owned(), count);
            }
        }
        let mut damage = None;
        if scanner.damaged.count > 0 {
            damage = Some((scanner.damaged.first_line, "a tag runs into the next one"));
        }
        if gather.unreadable.count > 0 {
            damage = damage.or(Some((gather.unreadable.first_line, "a workout has no kind, start or end")));
        }
        if !gather.is_closed {
            damage = damage.or(Some((scanner.line, "the file ends before its last element is closed")));
            let text = "The file ends before its last element is closed; what stands before the cut was kept.";
            self.notices.push(Notice::new(NoticeCode::Truncated, format!("line {}", scanner.line), text));
        }
        self.tell(NoticeCode::Damaged, scanner.damaged, "Tags that run into the next one were passed over");
        self.tell(NoticeCode::Capped, scanner.too_long, "Tags longer than 64 kB were passed over");
        self.tell(NoticeCode::Damaged, gather.unreadable, "Workouts without a kind, start or end were left out");
        self.tell(NoticeCode::ImpossibleValue, wrong, "Records that cannot be, or have unknown units, were left out");
        self.tell(NoticeCode::Capped, too_many, "Workouts beyond the first 1,000 were left out");
        self.tell(
            NoticeCode::Capped,
            nameless,
            "Samples of sources beyond the first 65,535 stand without their source",
        );
        self.tell_left_out();
        (damage, scanner.line)
    }

    fn tell_left_out(&mut self) {
        let mut all = LeftOut::default();
        self.workouts.iter().for_each(|workout| all.add(workout.left_out));
        for (count, what) in [
            (all.events, format!("Pauses and laps beyond the first {MOST_EVENTS} of a workout were left out")),
            (all.routes, format!("Routes beyond the first {MOST_ROUTES} of a workout were left out")),
            (all.names, format!("Names longer than {LONGEST_NAME} characters were cut")),
        ] {
            if count > 0 {
                self.notices.push(Notice::new(NoticeCode::Capped, "", format!("{what}: {count}.")));
            }
        }
    }

    fn tell(&mut self, code: NoticeCode, trouble: Trouble, what: &str) {
        if trouble.count > 0 {
            let text = format!("{what}: {}, the first here.", trouble.count);
            self.notices.push(Notice::new(code, format!("line {}", trouble.first_line), text));
        }
    }
}

//! A whole export, of any size, to small documents.
//!
//! The export is one XML file of up to several gigabytes in which records stand by the million before the workouts
//! that they belong to. It is read as a stream, several times over:
//! 1. The first pass keeps all workouts and the readings of the diary.
//! 2. The second keeps the samples that fall into workouts. When there are more than fit, the last workouts of the
//!    group give theirs up, and a further pass begins with them.
//!
//! Each workout and each month of readings becomes a document that [`super::read`] reads. A workout whose place is known
//! (`HKTimeZone`) has the same bytes in every later export, so that whoever knows files by their bytes knows it again.
//! Other workouts, and readings, have only the offset from UTC that the phone had when it made the export: theirs stay
//! the same as long as that does.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead};
use std::ops::ControlFlow;

use chrono::{DateTime, Datelike, TimeDelta};
use serde::{Deserialize, Serialize};

use super::gather::{Found, Gather};
use super::names::{MOST_SOURCES, Names, Sources};
use super::owners::{MOST_OWNERS, Owners};
use super::scan::{Scanner, Trouble};
use super::workout::{LONGEST_NAME, LeftOut, MOST_EVENTS, MOST_ROUTES, Record, Room, Sample, Workout};
use super::write;

/// Where an export is read from, as often as it takes.
pub trait Source {
    /// `export.xml` from its beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&mut self) -> io::Result<Box<dyn BufRead + '_>>;

    /// The bytes of the route that the export names `/workout-routes/route_….gpx`; `None` when there is none.
    ///
    /// # Errors
    /// Why a route that may be there cannot be had, as a phrase.
    fn route(&mut self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

/// How much of an export is taken. Memory is bounded by a small multiple of the sum of what these stand for.
///
/// A field that is missing where they were written down has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caps {
    /// Most workouts, each about 500 bytes while it waits, beside the next two.
    pub workouts: usize,
    /// Most pauses and laps of all workouts together, 32 bytes each.
    pub events: usize,
    /// Most bytes of names (of devices, of programs) and of paths of routes, of all workouts together.
    pub text_bytes: usize,
    /// Most readings of the diary, 32 bytes each.
    pub readings: usize,
    /// Most samples in memory at a time, 32 bytes each.
    pub samples: usize,
    /// Most samples of one workout.
    pub samples_of_workout: usize,
    /// Most bytes of the routes of one workout together.
    pub route_bytes: usize,
    /// Most passes over the export.
    pub passes: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            workouts: 50_000,
            events: 1_000_000,
            text_bytes: 64_000_000,
            readings: 500_000,
            samples: 2_000_000,
            samples_of_workout: 100_000,
            route_bytes: 32_000_000,
            passes: 64,
        }
    }
}

/// A file for [`crate::read`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it holds, for a person: `running-2023-05-01T05:30:00Z`, `diary-2023-05`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether the root element is `HealthData`; if not, nothing else was read.
    pub is_health_data: bool,
    /// Workouts that became documents.
    pub workouts: usize,
    /// Months of readings that became documents.
    pub months: usize,
    /// Times that the export was read.
    pub passes: u32,
    /// Whether anything of the export could not be read, or was left out beside [`Report::cuts`].
    pub is_partial: bool,
    /// What a person should know, each a sentence.
    pub remarks: Vec<String>,
    /// What was left out because of a cap that a person may want to raise.
    pub cuts: Vec<Cut>,
}

/// Something that was left out because there was too much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What, and how many, as a phrase.
    pub what: String,
    /// The cap, with its unit.
    pub cap: String,
    /// Field of [`Caps`] that holds it.
    pub option: &'static str,
}

/// Where routes are, for a person who handed over the export without them.
const ROUTES: &str = "Routes lie in the folder workout-routes of the whole export.";

/// Splits the export in `source` and gives each document to `visit`, workouts in order of time, then months.
///
/// An export that ends too early, or cannot be read to its end, gives what stands before: [`Report::remarks`] says so.
///
/// # Errors
/// When the export cannot be opened.
pub fn split(
    source: &mut dyn Source,
    caps: &Caps,
    visit: &mut dyn FnMut(Document) -> ControlFlow<()>,
) -> io::Result<Report> {
    let mut split = Split {
        caps,
        report: Report::default(),
        sources: Sources::default(),
        missing: Named::default(),
        too_large: Named::default(),
        unread: Named::default(),
        samples_left_out: 0,
        crowded: 0,
    };
    let Some((workouts, readings)) = split.first_pass(source)? else { return Ok(split.report) };
    let mut names = Names::default();
    let owners = Owners::new(&workouts);
    let mut from = 0;
    while from < workouts.len() {
        let (to, mut samples) = split.samples(source, &workouts, &owners, from)?;
        for (workout, samples) in workouts.get(from..to).unwrap_or_default().iter().zip(&mut samples) {
            let name = names.of(workout);
            let routes = split.routes(source, workout, &name);
            let samples = std::mem::take(samples);
            let samples = split.in_order(samples);
            let text = write::workout(workout, &routes, &samples, &split.sources.names);
            split.report.workouts += 1;
            if visit(Document { name, bytes: text.into_bytes() }).is_break() {
                return Ok(split.report);
            }
        }
        from = to;
    }
    split.tell_of_routes();
    split.tell_of_samples();
    for (month, readings) in by_month(readings) {
        let (samples, offsets): (Vec<Sample>, HashMap<i64, Option<i32>>) = split.apart(readings);
        let readings = samples.iter().map(|sample| (sample, offsets.get(&sample.start_ms).copied().flatten()));
        let text = write::readings(readings, &split.sources.names);
        split.report.months += 1;
        if visit(Document { name: format!("diary-{month}"), bytes: text.into_bytes() }).is_break() {
            break;
        }
    }
    Ok(split.report)
}

/// A reading with the offset from UTC that it is written with.
type Reading = (Sample, Option<i32>);

/// Splitting while it goes on.
struct Split<'c> {
    caps: &'c Caps,
    report: Report,
    sources: Sources,
    /// Workouts whose routes are not there, are too large, or cannot be had.
    missing: Named,
    too_large: Named,
    unread: Named,
    /// Samples that were too many for their workout.
    samples_left_out: u64,
    /// Samples at times that too many workouts share.
    crowded: u64,
}

/// How many, and which was the first.
#[derive(Debug, Default)]
struct Named {
    count: usize,
    first: String,
    /// What happened to the first.
    why: String,
}

impl Named {
    fn add(&mut self, name: &str, why: String) {
        if self.count == 0 {
            name.clone_into(&mut self.first);
            self.why = why;
        }
        self.count += 1;
    }
}

impl Split<'_> {
    /// All workouts in order of time, and the readings; `None` when this is no export.
    fn first_pass(&mut self, source: &mut dyn Source) -> io::Result<Option<(Vec<Workout>, Vec<Reading>)>> {
        let (mut workouts, mut readings) = (Vec::new(), Vec::new());
        let (mut too_many_workouts, mut too_many_readings, mut wrong) = (0_u64, 0_u64, Trouble::default());
        let mut room = Room { events: self.caps.events, text: self.caps.text_bytes };
        let mut left_out = LeftOut::default();
        let mut keep = |mut workout: Workout, workouts: &mut Vec<Workout>| {
            // Routes that stand in the document itself are not read here.
            workout.embedded = Vec::new();
            workout.fit(&mut room);
            left_out.add(workout.left_out);
            workouts.push(workout);
        };
        let mut gather = Gather::default();
        let mut scanner = Scanner::new(source.open()?, 0);
        self.report.passes += 1;
        let mut failure = None;
        loop {
            let (line, item) = match scanner.next() {
                Ok(Some(next)) => next,
                Ok(None) => break,
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            let found = gather.take(item, line);
            if gather.is_health_data == Some(false) {
                return Ok(None);
            }
            match found {
                Some(Found::Workout(workout)) if workouts.len() < self.caps.workouts => keep(*workout, &mut workouts),
                Some(Found::Workout(_)) => too_many_workouts += 1,
                Some(Found::Record(quantity, tag)) if quantity.is_diary() => match Record::from_tag(tag, quantity) {
                    Some(_) if readings.len() >= self.caps.readings => too_many_readings += 1,
                    Some(record) => readings.push((self.sources.sample(&record), record.start.offset_s)),
                    None => wrong.at(line),
                },
                _ => {}
            }
            if gather.is_closed {
                break;
            }
        }
        // A workout that the end cuts through still has its totals: they stand in its first tag.
        match gather.finish() {
            Some(workout) if workouts.len() < self.caps.workouts => keep(*workout, &mut workouts),
            Some(_) => too_many_workouts += 1,
            None => {}
        }
        self.report.is_health_data = gather.is_health_data == Some(true);
        if !self.report.is_health_data {
            return Ok(None);
        }
        self.report.is_partial = failure.is_some()
            || !gather.is_closed
            || scanner.damaged.count + scanner.too_long.count + gather.unreadable.count > 0
            || left_out.events + left_out.routes > 0;
        let remarks = &mut self.report.remarks;
        if let Some(error) = failure {
            remarks.push(format!(
                "The export cannot be read beyond line {} ({error}); what stands before was kept.",
                scanner.line
            ));
        } else if !gather.is_closed {
            remarks.push(format!("The export ends too early, at line {}; what stands before was kept.", scanner.line));
        }
        let mut trouble = |trouble: Trouble, what: &str| {
            if trouble.count > 0 {
                remarks.push(format!("{what}: {}, the first at line {}.", trouble.count, trouble.first_line));
            }
        };
        trouble(scanner.damaged, "Damaged tags that were passed over");
        trouble(scanner.too_long, "Tags longer than 64 kB that were passed over");
        trouble(gather.unreadable, "Workouts without a kind, start or end, which were left out");
        trouble(wrong, "Readings of days that cannot be, or in unknown units, which were left out");
        let Caps { events, text_bytes, .. } = self.caps;
        for (count, what) in [
            (left_out.events, format!("Pauses and laps beyond {MOST_EVENTS} of a workout, or {events} of all")),
            (
                left_out.routes,
                format!(
                    "Routes beyond {MOST_ROUTES} of a workout, or whose names are longer than 1 kB, or {text_bytes} bytes together"
                ),
            ),
        ] {
            if count > 0 {
                remarks.push(format!("{what}, were left out: {count}."));
            }
        }
        if left_out.names > 0 {
            remarks.push(format!(
                "Names longer than {LONGEST_NAME} characters were cut, and those beyond {text_bytes} bytes left out: {}.",
                left_out.names
            ));
        }
        for (count, what, cap, option) in [
            (too_many_workouts, "workouts", self.caps.workouts, "workouts"),
            (too_many_readings, "readings of days", self.caps.readings, "readings"),
        ] {
            if count > 0 {
                let what = format!("Apple Health’s export has too many {what}; left out: {count}");
                self.report.cuts.push(Cut { what, cap: cap.to_string(), option });
            }
        }
        workouts.sort_by(|a, b| {
            let key = |workout: &Workout| (workout.start.utc_ms, workout.end.utc_ms);
            key(a).cmp(&key(b)).then_with(|| a.kind.cmp(&b.kind)).then_with(|| a.source.cmp(&b.source))
        });
        Ok(Some((workouts, readings)))
    }

    /// One pass for the samples of the workouts behind `from`: how far it got, and the samples of each up to there.
    fn samples(
        &mut self,
        source: &mut dyn Source,
        workouts: &[Workout],
        owners: &Owners,
        from: usize,
    ) -> io::Result<(usize, Vec<Vec<Sample>>)> {
        let rest = workouts.get(from..).unwrap_or_default();
        let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); rest.len()];
        let mut left_out = vec![0_u64; rest.len()];
        if self.report.passes >= self.caps.passes {
            let text = format!(
                "The samples are too many for {} passes over the export; {} workouts have their totals only.",
                self.caps.passes,
                rest.len()
            );
            self.report.remarks.push(text);
            self.report.is_partial = true;
            return Ok((workouts.len(), samples));
        }
        self.report.passes += 1;
        let (mut to, mut held) = (rest.len(), 0_usize);
        let mut gather = Gather::default();
        let mut scanner = Scanner::new(source.open()?, 0);
        // Where the stream cannot be read further, the first pass stopped as well, and has said so.
        while let Ok(Some((line, item))) = scanner.next() {
            let found = gather.take(item, line);
            if gather.is_closed {
                break;
            }
            let Some(Found::Record(quantity, tag)) = found else { continue };
            if quantity.is_diary() {
                continue;
            }
            let Some(record) = Record::from_tag(tag, quantity) else { continue };
            let few = owners.of(quantity, record.start.utc_ms);
            // Each pass meets them all.
            self.crowded += u64::from(few.is_cut && from == 0);
            for number in few.numbers() {
                let Some(index) = number.checked_sub(from).filter(|index| *index < to) else { continue };
                let (Some(own), Some(left_out)) = (samples.get_mut(index), left_out.get_mut(index)) else { continue };
                if own.len() < self.caps.samples_of_workout {
                    own.push(self.sources.sample(&record));
                    held += 1;
                } else {
                    *left_out += 1;
                }
            }
            // The last workouts give up their samples; a further pass begins with them.
            while held > self.caps.samples && to > 1 {
                to -= 1;
                held -= samples.get_mut(to).map(std::mem::take).map_or(0, |given_up| given_up.len());
            }
        }
        samples.truncate(to);
        self.samples_left_out += left_out.iter().take(to).sum::<u64>();
        Ok((from + to, samples))
    }

    /// The routes of a workout as canonical GPX.
    fn routes(&mut self, source: &mut dyn Source, workout: &Workout, name: &str) -> Vec<String> {
        let (mut routes, mut left) = (Vec::new(), self.caps.route_bytes);
        for path in &workout.routes {
            match source.route(path) {
                Ok(Some(bytes)) if bytes.len() <= left => {
                    left -= bytes.len();
                    routes.push(write::route(&bytes));
                }
                Ok(Some(_)) => self.too_large.add(name, String::new()),
                Ok(None) => self.missing.add(name, String::new()),
                Err(why) => self.unread.add(name, why),
            }
        }
        routes
    }

    fn tell_of_routes(&mut self) {
        let remarks = &mut self.report.remarks;
        match &self.missing {
            Named { count: 0, .. } => {}
            Named { count: 1, first, .. } => {
                remarks.push(format!("The route of {first} did not come with it. {ROUTES}"));
            }
            Named { count, first, .. } => remarks
                .push(format!("{count} routes did not come with it, the first of them that of {first}. {ROUTES}")),
        }
        match &self.unread {
            Named { count: 0, .. } => {}
            Named { count: 1, first, why } => {
                remarks.push(format!("The route of {first} was not joined to it: {why}."));
            }
            Named { count, first, why } => {
                remarks.push(format!("{count} routes were not joined, the first of them that of {first}: {why}."));
            }
        }
        self.report.is_partial |= self.unread.count > 0;
        let what = match &self.too_large {
            Named { count: 0, .. } => return,
            Named { count: 1, first, .. } => format!("the route of {first} is too large and was left out"),
            Named { count, first, .. } => {
                format!("{count} routes are too large and were left out, the first of them that of {first}")
            }
        };
        let cap = format!("{} bytes for the routes of a workout", self.caps.route_bytes);
        self.report.cuts.push(Cut { what, cap, option: "route_bytes" });
    }

    fn tell_of_samples(&mut self) {
        if self.samples_left_out > 0 {
            let what = format!("workouts with too many samples were cut; left out: {}", self.samples_left_out);
            let cap = format!("{} samples", self.caps.samples_of_workout);
            self.report.cuts.push(Cut { what, cap, option: "samples_of_workout" });
        }
        let remarks = &mut self.report.remarks;
        if self.crowded > 0 {
            remarks.push(format!(
                "More than {MOST_OWNERS} workouts share some of the time; its samples went to the {MOST_OWNERS} that began \
                 last: {}.",
                self.crowded
            ));
        }
        if self.sources.is_cut {
            remarks.push(format!(
                "There are more than {MOST_SOURCES} sources of samples; those of later ones stand without their source."
            ));
        }
        self.report.is_partial |= self.crowded > 0 || self.sources.is_cut;
    }

    /// Samples in an order that does not depend on where they stand in the export, each once.
    fn in_order(&self, mut samples: Vec<Sample>) -> Vec<Sample> {
        let source = |sample: &Sample| self.sources.names.get(usize::from(sample.source));
        samples.sort_by(|a, b| {
            (a.start_ms, a.quantity, a.length_ms)
                .cmp(&(b.start_ms, b.quantity, b.length_ms))
                .then_with(|| source(a).cmp(&source(b)))
                .then_with(|| a.value.total_cmp(&b.value))
        });
        samples.dedup();
        samples
    }

    /// Readings in order, and the offset of each by its time.
    fn apart(&self, readings: Vec<Reading>) -> (Vec<Sample>, HashMap<i64, Option<i32>>) {
        let offsets = readings.iter().map(|(sample, offset_s)| (sample.start_ms, *offset_s)).collect();
        (self.in_order(readings.into_iter().map(|(sample, _)| sample).collect()), offsets)
    }
}

/// Readings by the calendar month of the wearer's wall clock: a later export changes the last month alone.
fn by_month(readings: Vec<Reading>) -> BTreeMap<String, Vec<Reading>> {
    let mut months: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        let (sample, offset_s) = &reading;
        let Some(utc) = DateTime::from_timestamp_millis(sample.start_ms) else { continue };
        let local = utc.naive_utc().checked_add_signed(TimeDelta::seconds(offset_s.unwrap_or(0).into()));
        let day = local.unwrap_or(utc.naive_utc()).date();
        months.entry(format!("{:04}-{:02}", day.year(), day.month())).or_default().push(reading);
    }
    months
}

//! Workouts and readings as small documents, always the same bytes for the same content.
//!
//! Exports of the same workout differ in what has nothing to do with it: the address in `device`, the offset that all
//! times are written with (that of the phone when it made the export), the order of attributes, and in a route the
//! time of the export and a name made of the phone's wall clock. None of these gets into a document.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta};
use quick_xml::escape::escape;

use super::workout::{Happening, Sample, Workout};

/// How every document begins. Apple's own exports have a document type and a locale.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<HealthData>\n";
const FOOT: &str = "</HealthData>\n";

/// The document of a workout: its totals, its routes as GPX text and `samples` in their order. `sources` are the
/// names that samples point to.
pub(super) fn workout(workout: &Workout, routes: &[String], samples: &[Sample], sources: &[String]) -> String {
    let mut text = String::with_capacity(1024 + 220 * samples.len() + routes.iter().map(String::len).sum::<usize>());
    text.push_str(HEAD);
    // Where the place is known, so is its wall clock, and the times need no offset.
    let offset_s = if workout.zone.is_some() { Some(0) } else { workout.start.offset_s };
    text.push_str("<Workout");
    attribute(&mut text, "workoutActivityType", &format!("HKWorkoutActivityType{}", workout.kind));
    for (name, value, unit) in [
        ("duration", workout.duration_s, "s"),
        ("totalDistance", workout.distance_m, "m"),
        ("totalEnergyBurned", workout.energy_kcal, "kcal"),
    ] {
        if let Some(value) = value {
            attribute(&mut text, name, &value.to_string());
            attribute(&mut text, &format!("{name}Unit"), unit);
        }
    }
    attribute(&mut text, "sourceName", &workout.source);
    let device: Vec<String> = Workout::DEVICE
        .iter()
        .zip(&workout.device)
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}:{value}")))
        .collect();
    if !device.is_empty() {
        attribute(&mut text, "device", &device.join(", "));
    }
    attribute(&mut text, "startDate", &date(workout.start.utc_ms, offset_s));
    attribute(&mut text, "endDate", &date(workout.end.utc_ms, offset_s));
    text.push_str(">\n");
    metadata(&mut text, "HKTimeZone", workout.zone.map(|zone| zone.name().to_owned()));
    metadata(&mut text, "HKIndoorWorkout", workout.is_indoor.map(|indoor| u8::from(indoor).to_string()));
    metadata(&mut text, "HKElevationAscended", workout.ascent_m.map(|metres| format!("{metres} m")));
    metadata(&mut text, "HKWorkoutBrandName", workout.title.clone());
    for event in &workout.events {
        let name = Happening::NAMES.iter().find(|(what, _)| *what == event.what).map_or("", |(_, name)| name);
        text.push_str("<WorkoutEvent");
        attribute(&mut text, "type", &format!("HKWorkoutEventType{name}"));
        attribute(&mut text, "date", &date(event.at_ms, offset_s));
        if let Some(duration_s) = event.duration_s {
            attribute(&mut text, "duration", &duration_s.to_string());
            attribute(&mut text, "durationUnit", "s");
        }
        text.push_str("/>\n");
    }
    if workout.avg_heart_rate_bpm.is_some() || workout.max_heart_rate_bpm.is_some() {
        text.push_str("<WorkoutStatistics type=\"HKQuantityTypeIdentifierHeartRate\"");
        for (name, value) in [("average", workout.avg_heart_rate_bpm), ("maximum", workout.max_heart_rate_bpm)] {
            if let Some(value) = value {
                attribute(&mut text, name, &value.to_string());
            }
        }
        text.push_str(" unit=\"count/min\"/>\n");
    }
    for route in routes {
        text.push_str("<Route><![CDATA[");
        text.push_str(&route.replace("]]>", "]]]]><![CDATA[>"));
        text.push_str("]]></Route>\n");
    }
    text.push_str("</Workout>\n");
    for sample in samples {
        record(&mut text, sample, sources, offset_s);
    }
    text.push_str(FOOT);
    text
}

/// The document of readings, each with its offset from UTC.
pub(super) fn readings<'a>(readings: impl Iterator<Item = (&'a Sample, Option<i32>)>, sources: &[String]) -> String {
    let mut text = HEAD.to_owned();
    for (sample, offset_s) in readings {
        record(&mut text, sample, sources, offset_s);
    }
    text.push_str(FOOT);
    text
}

fn record(text: &mut String, sample: &Sample, sources: &[String], offset_s: Option<i32>) {
    let source = sources.get(usize::from(sample.source)).map_or("", String::as_str);
    text.push_str("<Record");
    attribute(text, "type", &format!("HKQuantityTypeIdentifier{}", sample.quantity.name()));
    attribute(text, "sourceName", source);
    attribute(text, "unit", sample.quantity.unit());
    attribute(text, "startDate", &date(sample.start_ms, offset_s));
    if sample.length_ms > 0 {
        attribute(text, "endDate", &date(sample.start_ms.saturating_add(i64::from(sample.length_ms)), offset_s));
    }
    attribute(text, "value", &sample.value.to_string());
    text.push_str("/>\n");
}

fn metadata(text: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value {
        text.push_str("<MetadataEntry");
        attribute(text, "key", key);
        attribute(text, "value", &value);
        text.push_str("/>\n");
    }
}

fn attribute(text: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _ = write!(text, " {name}=\"{}\"", escape(value));
}

/// A time as Apple writes it, on the wall clock `offset_s` from UTC; without an offset, as it was read.
fn date(utc_ms: i64, offset_s: Option<i32>) -> String {
    let seconds = offset_s.unwrap_or(0);
    let local = DateTime::from_timestamp_millis(utc_ms).unwrap_or_default().naive_utc();
    let local = local.checked_add_signed(TimeDelta::seconds(seconds.into())).unwrap_or(local);
    let mut text =
        local.format(if utc_ms % 1000 == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.3f" }).to_string();
    if offset_s.is_some() {
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        let _ = write!(text, " {sign}{:02}{:02}", minutes / 60, minutes % 60);
    }
    text
}

/// The text of a route without what belongs to the export: `<metadata>` and the name in front of the first point.
pub(super) fn route(bytes: &[u8]) -> String {
    let (text, _) = crate::decode::decode(bytes);
    let text = text.trim_ascii_start();
    // The declaration names an encoding that the text no longer has.
    let text = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest);
    let (head, points) = text.split_at(text.find("<trkpt").unwrap_or(text.len()));
    let head = without(&without(head, "metadata"), "name");
    // XML has no other control characters, and a document with them could not be read by others.
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    head.trim_start().chars().chain(points.chars()).filter(is_text).collect()
}

/// `text` without the first element called `name`.
fn without(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let span = text.find(&open).and_then(|from| Some((from, from + text.get(from..)?.find(&close)? + close.len())));
    match span {
        Some((from, to)) => [text.get(..from), text.get(to..)].into_iter().flatten().collect(),
        None => text.to_owned(),
    }
}

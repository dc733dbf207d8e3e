//! TCX writer.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::escape::escape;

use super::{Recording, Sample};

/// Writes `recording` as a TCX file as Garmin Connect does: one `<Track>` a lap, speed and cadence in the extension
/// `TPX`, one element a line.
///
/// A lap ends with the sample that passes [`Recording::lap_every_m`], and the next begins with the one behind it. Each
/// lap states its time up to the start of the next, its distance and its heart rates. Cadence is written as the
/// extension has it: one foot, whole numbers. Left out, for TCX has no place for them: the kind of running and the
/// offset from UTC.
#[must_use]
pub fn tcx(recording: &Recording) -> String {
    let mut xml = String::with_capacity(2048 + 640 * recording.samples.len());
    xml.push_str(HEAD);
    if let Some(first) = recording.samples.first() {
        push(&mut xml, format_args!("      <Id>{}</Id>\n", stamp(first.time)));
    }
    let laps = laps(recording);
    let starts: Vec<DateTime<Utc>> = laps.iter().filter_map(|lap| lap.first()).map(|sample| sample.time).collect();
    let mut distance_before_m = 0.0;
    for (number, lap) in (1_usize..).zip(laps) {
        let (Some(first), Some(last)) = (lap.first(), lap.last()) else { continue };
        let end = starts.get(number).copied().unwrap_or(last.time);
        let seconds = (end - first.time).as_seconds_f64();
        push(&mut xml, format_args!("      <Lap StartTime=\"{}\">\n", stamp(first.time)));
        push(&mut xml, format_args!("        <TotalTimeSeconds>{seconds:.1}</TotalTimeSeconds>\n"));
        let distance_m = lap.iter().rev().find_map(|sample| sample.distance_m).unwrap_or(distance_before_m);
        let own_m = distance_m - distance_before_m;
        distance_before_m = distance_m;
        push(
            &mut xml,
            format_args!("        <DistanceMeters>{own_m:.2}</DistanceMeters>\n        <Calories>0</Calories>\n"),
        );
        heart_rates(&mut xml, lap);
        xml.push_str("        <Intensity>Active</Intensity>\n        <TriggerMethod>Distance</TriggerMethod>\n");
        xml.push_str("        <Track>\n");
        lap.iter().for_each(|sample| trackpoint(&mut xml, sample));
        xml.push_str("        </Track>\n      </Lap>\n");
    }
    if let Some(title) = &recording.title {
        // XML has no way to write control characters.
        let title: String = title.chars().filter(|c| !c.is_control()).collect();
        push(&mut xml, format_args!("      <Name>{}</Name>\n", escape(title)));
    }
    let serial = recording.serial;
    push(&mut xml, format_args!("      <Creator><Name>Plimsoll</Name><UnitId>{serial}</UnitId></Creator>\n"));
    xml.push_str("    </Activity>\n  </Activities>\n</TrainingCenterDatabase>\n");
    xml
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2" xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">
  <Activities>
    <Activity Sport="Running">
"#;

/// The samples of each lap.
fn laps(recording: &Recording) -> Vec<&[Sample]> {
    let mut next_m = recording.lap_every_m;
    let laps = recording.samples.split_inclusive(|sample| {
        let (Some(at), Some(distance_m), Some(every)) = (next_m, sample.distance_m, recording.lap_every_m) else {
            return false;
        };
        let passed = distance_m >= at && every > 0.0;
        if passed {
            next_m = Some(((distance_m / every).floor() + 1.0) * every);
        }
        passed
    });
    laps.collect()
}

fn heart_rates(xml: &mut String, lap: &[Sample]) {
    let rates: Vec<u8> = lap.iter().filter_map(|sample| sample.heart_rate_bpm).collect();
    if let Some(highest) = rates.iter().max() {
        let mean = rates.iter().map(|rate| f64::from(*rate)).sum::<f64>() / rates.len() as f64;
        push(xml, format_args!("        <AverageHeartRateBpm><Value>{mean:.0}</Value></AverageHeartRateBpm>\n"));
        push(xml, format_args!("        <MaximumHeartRateBpm><Value>{highest}</Value></MaximumHeartRateBpm>\n"));
    }
}

fn trackpoint(xml: &mut String, sample: &Sample) {
    push(xml, format_args!("          <Trackpoint>\n            <Time>{}</Time>\n", stamp(sample.time)));
    if let Some((lat, lon)) = sample.position {
        xml.push_str("            <Position>\n");
        push(xml, format_args!("              <LatitudeDegrees>{lat:.6}</LatitudeDegrees>\n"));
        push(xml, format_args!("              <LongitudeDegrees>{lon:.6}</LongitudeDegrees>\n"));
        xml.push_str("            </Position>\n");
    }
    if let Some(altitude_m) = sample.altitude_m {
        push(xml, format_args!("            <AltitudeMeters>{altitude_m:.1}</AltitudeMeters>\n"));
    }
    if let Some(distance_m) = sample.distance_m {
        push(xml, format_args!("            <DistanceMeters>{distance_m:.2}</DistanceMeters>\n"));
    }
    if let Some(heart_rate_bpm) = sample.heart_rate_bpm {
        xml.push_str("            <HeartRateBpm>\n");
        push(xml, format_args!("              <Value>{heart_rate_bpm}</Value>\n            </HeartRateBpm>\n"));
    }
    if sample.speed_mps.is_some() || sample.cadence_spm.is_some() {
        xml.push_str("            <Extensions>\n              <ns3:TPX>\n");
        if let Some(speed_mps) = sample.speed_mps {
            push(xml, format_args!("                <ns3:Speed>{speed_mps:.3}</ns3:Speed>\n"));
        }
        if let Some(cadence_spm) = sample.cadence_spm {
            let strides = (cadence_spm / 2.0).round();
            push(xml, format_args!("                <ns3:RunCadence>{strides:.0}</ns3:RunCadence>\n"));
        }
        xml.push_str("              </ns3:TPX>\n            </Extensions>\n");
    }
    xml.push_str("          </Trackpoint>\n");
}

fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn push(xml: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = xml.write_fmt(text);
}

//! GPX writer.

use std::fmt::Write;

use chrono::SecondsFormat;
use quick_xml::escape::escape;

use super::Recording;
use crate::RunKind;

/// Writes `recording` as a GPX 1.1 file with Garmin's `TrackPointExtension` for heart rate and cadence.
///
/// Cadence is written as the extension has it: one foot, whole numbers. Samples without a position are left out, for
/// GPX has no place for them; so are distance, speed, laps, the offset from UTC and the serial number.
#[must_use]
pub fn gpx(recording: &Recording) -> String {
    let mut xml = String::with_capacity(1024 + 300 * recording.samples.len());
    xml.push_str(HEAD);
    if let Some(first) = recording.samples.first() {
        let time = first.time.to_rfc3339_opts(SecondsFormat::Secs, true);
        push(&mut xml, format_args!("  <metadata>\n    <time>{time}</time>\n  </metadata>\n"));
    }
    xml.push_str("  <trk>\n");
    if let Some(title) = &recording.title {
        // XML has no way to write control characters.
        let title: String = title.chars().filter(|c| !c.is_control()).collect();
        push(&mut xml, format_args!("    <name>{}</name>\n", escape(title)));
    }
    push(&mut xml, format_args!("    <type>{}</type>\n    <trkseg>\n", type_of(recording.kind)));
    for sample in &recording.samples {
        let Some((lat, lon)) = sample.position else { continue };
        push(&mut xml, format_args!("      <trkpt lat=\"{lat:.7}\" lon=\"{lon:.7}\">\n"));
        if let Some(altitude_m) = sample.altitude_m {
            push(&mut xml, format_args!("        <ele>{altitude_m:.1}</ele>\n"));
        }
        let time = sample.time.to_rfc3339_opts(SecondsFormat::Secs, true);
        push(&mut xml, format_args!("        <time>{time}</time>\n"));
        if sample.heart_rate_bpm.is_some() || sample.cadence_spm.is_some() {
            xml.push_str("        <extensions><gpxtpx:TrackPointExtension>");
            if let Some(heart_rate_bpm) = sample.heart_rate_bpm {
                push(&mut xml, format_args!("<gpxtpx:hr>{heart_rate_bpm}</gpxtpx:hr>"));
            }
            if let Some(cadence_spm) = sample.cadence_spm {
                push(&mut xml, format_args!("<gpxtpx:cad>{:.0}</gpxtpx:cad>", (cadence_spm / 2.0).round()));
            }
            xml.push_str("</gpxtpx:TrackPointExtension></extensions>\n");
        }
        xml.push_str("      </trkpt>\n");
    }
    xml.push_str("    </trkseg>\n  </trk>\n</gpx>\n");
    xml
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Plimsoll" xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">
"#;

/// The word Garmin Connect writes for the kind of running.
fn type_of(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Generic => "running",
        RunKind::Road => "street_running",
        RunKind::Trail => "trail_running",
        RunKind::Treadmill => "treadmill_running",
        RunKind::Track => "track_running",
        RunKind::Virtual => "virtual_running",
    }
}

fn push(xml: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = xml.write_fmt(text);
}

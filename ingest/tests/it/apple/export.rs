//! A small writer of exports.

use std::fmt::Write;

/// A document type as iOS writes it, with a declaration that some releases leave in pieces.
pub(crate) const DTD: &str = r#"<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
  device           CDATA #IMPLIED
>
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
]>
"#;

/// The route of a run, as it stands in the run.
pub(crate) const REFERENCE: &str = "  <WorkoutRoute sourceName=\"Watch\"><MetadataEntry key=\"HKMetadataKeySyncVersion\" value=\"2\"/>\
                         <FileReference path=\"/workout-routes/route_2024-01-02_7.30am.gpx\"/></WorkoutRoute>\n";

pub(crate) fn record(quantity: &str, source: &str, unit: &str, start: &str, end: &str, value: &str) -> String {
    format!(
        " <Record type=\"HKQuantityTypeIdentifier{quantity}\" sourceName=\"{source}\" sourceVersion=\"9.1\" \
         device=\"&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch&gt;\" unit=\"{unit}\" creationDate=\"{start}\" \
         startDate=\"{start}\" endDate=\"{end}\" value=\"{value}\"/>\n"
    )
}

/// A run of half an hour at 7:00 on `day`, an hour after UTC, with `inner` in it. `address` is another in each export.
pub(crate) fn run(address: u32, day: &str, inner: &str) -> String {
    format!(
        " <Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" duration=\"30\" durationUnit=\"min\" \
         sourceName=\"Watch\" device=\"&lt;&lt;HKDevice: 0x{address:x}&gt;, name:Apple Watch, manufacturer:Apple Inc.&gt;\" \
         creationDate=\"{day} 07:31:00 +0100\" startDate=\"{day} 07:00:00 +0100\" endDate=\"{day} 07:30:00 +0100\">\n\
         {inner}  <WorkoutStatistics type=\"HKQuantityTypeIdentifierDistanceWalkingRunning\" \
         startDate=\"{day} 07:00:00 +0100\" endDate=\"{day} 07:30:00 +0100\" sum=\"5.4\" unit=\"km\"/>\n </Workout>\n"
    )
}

/// A route of `seconds` at 3 m/s, as the Health app writes it.
pub(crate) fn route(start: &str, seconds: u32) -> String {
    let start: chrono::DateTime<chrono::Utc> = start.parse().unwrap();
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Apple Health Export\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\">\n  <metadata>\n    <time>2024-06-01T10:00:00Z</time>\n  </metadata>\n  \
         <trk>\n    <name>Route 2019-05-01 8:05am</name>\n    <trkseg>\n",
    );
    for s in 0..seconds {
        let lat = 52.5 + f64::from(s) * 3.0 / 111_280.0;
        let time = (start + chrono::TimeDelta::seconds(s.into())).format("%Y-%m-%dT%H:%M:%SZ");
        let _ = writeln!(
            text,
            "      <trkpt lon=\"13.4\" lat=\"{lat:.7}\"><ele>34.5</ele><time>{time}</time><extensions><speed>3.0</speed>\
             <course>0</course><hAcc>4.1</hAcc><vAcc>3.2</vAcc></extensions></trkpt>"
        );
    }
    text + "    </trkseg>\n  </trk>\n</gpx>\n"
}

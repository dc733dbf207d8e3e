//! What the crate's own writer writes, it reads.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use plimsoll_ingest::encode::{self, Recording, Sample};
use plimsoll_ingest::{DistanceSource, FileKind, OffsetSource, RunKind, Sport};

use super::bytes::{column, crc, read};

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

/// `seconds` of running at 3 m/s, uphill, from the equator to the north.
pub(crate) fn recording(seconds: u32) -> Recording {
    let samples = (0..=seconds)
        .map(|second| Sample {
            time: start() + TimeDelta::seconds(i64::from(second)),
            position: Some((f64::from(second) * 1e-5, 10.0)),
            distance_m: Some(3.0 * f64::from(second)),
            speed_mps: Some(3.0),
            altitude_m: Some(100.0 + f64::from(second) / 5.0),
            heart_rate_bpm: Some(if second == 0 { 120 } else { 150 }),
            cadence_spm: Some(170.5),
        })
        .collect();
    Recording { title: None, kind: RunKind::Trail, utc_offset_s: 19_800, serial: 7, samples, lap_every_m: Some(1000.0) }
}

#[test]
fn a_written_recording_is_read_back() {
    let recording = recording(1000);
    let bytes = encode::fit(&recording);
    assert_eq!(bytes, encode::fit(&recording), "the same recording gives the same bytes");
    assert_eq!(crc(&bytes), 0, "a file that ends in its checksum has checksum zero");

    let file = read(&bytes);
    assert_eq!(file.notices, []);
    assert_eq!(file.kind, FileKind::Activity);
    let device = file.device.as_ref().unwrap();
    assert_eq!((device.manufacturer.as_deref(), device.serial), (Some("development"), Some(7)));
    assert_eq!(file.messages["record"], 1001);
    assert_eq!(file.messages["event"], 2);

    let [activity] = file.activities.as_slice() else { panic!("one session, one activity") };
    assert_eq!(activity.sport, Sport::Running(RunKind::Trail));
    assert_eq!(activity.start, Some(start()));
    assert_eq!((activity.utc_offset_s, activity.offset_source), (Some(19_800), OffsetSource::File));
    assert_eq!(activity.local_date, NaiveDate::from_ymd_opt(2023, 11, 15), "evening in UTC, next day in India");
    assert_eq!(activity.distance_source, DistanceSource::Device);
    assert_eq!(activity.pauses, []);

    let session = &activity.session;
    assert_eq!(session.distance_m, Some(3000.0));
    assert_eq!(session.elapsed_time_s, Some(1000.0));
    assert_eq!(session.timer_time_s, Some(1000.0));
    assert_eq!(session.ascent_m, Some(200.0));
    assert_eq!(session.descent_m, Some(0.0));
    assert_eq!((session.avg_heart_rate_bpm, session.max_heart_rate_bpm), (Some(150.0), Some(150.0)));
    assert_eq!(session.calories_kcal, None);

    let distances: Vec<f64> = activity.laps.iter().filter_map(|lap| lap.totals.distance_m).collect();
    assert_eq!(distances, [1002.0, 999.0, 999.0], "each lap ends with the first sample behind its mark");
    assert_eq!(distances.iter().sum::<f64>(), 3000.0);
}

#[test]
fn samples_keep_their_values_to_the_formats_resolution() {
    let recording = recording(60);
    let file = read(&encode::fit(&recording));
    let near = |name: &str, tolerance: f64, of: &dyn Fn(&Sample) -> f64| {
        let found = column(&file, name);
        assert_eq!(found.len(), recording.samples.len());
        for (found, sample) in found.iter().zip(&recording.samples) {
            let found = found.unwrap();
            assert!((found - of(sample)).abs() <= tolerance, "{name}: {found} for {}", of(sample));
        }
    };
    near("time", 0.0, &|sample| sample.time.timestamp_millis() as f64);
    near("elapsed_s", 0.0, &|sample| (sample.time - start()).as_seconds_f64());
    near("distance_m", 0.005, &|sample| sample.distance_m.unwrap());
    near("speed_mps", 0.0005, &|sample| sample.speed_mps.unwrap());
    near("altitude_m", 0.1, &|sample| sample.altitude_m.unwrap());
    near("lat_deg", 1e-7, &|sample| sample.position.unwrap().0);
    near("lon_deg", 1e-7, &|sample| sample.position.unwrap().1);
    near("heart_rate_bpm", 0.0, &|sample| f64::from(sample.heart_rate_bpm.unwrap()));
    near("cadence_spm", 1.0 / 128.0, &|sample| sample.cadence_spm.unwrap());
    near("cadence_rpm_raw", 0.0, &|_| 85.0);
    near("lap", 0.0, &|_| 0.0);
}

#[test]
fn what_a_sample_does_not_have_stays_missing() {
    let mut recording = recording(3);
    for sample in &mut recording.samples {
        sample.position = None;
        sample.altitude_m = None;
        sample.cadence_spm = None;
    }
    recording.samples[2].heart_rate_bpm = None;
    let file = read(&encode::fit(&recording));
    assert_eq!(super::bytes::columns(&file), ["time", "elapsed_s", "distance_m", "speed_mps", "heart_rate_bpm", "lap"]);
    assert_eq!(column(&file, "heart_rate_bpm")[2], None);
    assert_eq!(file.activities[0].session.ascent_m, None);
}

#[test]
fn a_recording_without_samples_has_no_session() {
    let mut recording = recording(0);
    recording.samples.clear();
    let file = read(&encode::fit(&recording));
    assert!(file.activities.is_empty());
    assert_eq!(file.messages.get("session"), None);
}

//! What single files of the folder of real files show. Without the folder the tests pass.

use std::path::Path;

use plimsoll_ingest::{NoticeCode, Sport, WatchFile};

use super::bytes::*;

/// Reads the file whose name has `part` in it; `None` without the folder.
fn real(part: &str) -> Option<WatchFile> {
    let corpus = std::env::var_os("PLIMSOLL_CORPUS")?;
    for maker in std::fs::read_dir(Path::new(&corpus).join("fit")).unwrap() {
        for file in std::fs::read_dir(maker.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.to_string_lossy().contains(part) {
                return Some(read(&std::fs::read(path).unwrap()));
            }
        }
    }
    panic!("no file {part}");
}

fn highest(file: &WatchFile, name: &str) -> f64 {
    column(file, name).into_iter().flatten().fold(f64::MIN, f64::max)
}

#[test]
fn a_compressed_distance_ends_where_the_session_says() {
    let Some(run) = real("bdb23e5a-compressed-speed-distance") else { return };
    let found = highest(&run, "distance_m");
    let stated = run.activities[0].session.distance_m.unwrap();
    assert!((found - stated).abs() < 0.1, "{found} m in samples, {stated} m stated");
    let Some(ride) = real("05eadfbf-null_compressed_speed_dist") else { return };
    assert_eq!(highest(&ride, "distance_m"), 13_400.14, "the compressed field stands there without a value");
}

#[test]
fn strokes_of_a_swim_are_counted_on() {
    let Some(file) = real("5580f23e-Garmin945swimRRdata") else { return };
    let total = column(&file, "total_cycles");
    assert!(total.iter().flatten().is_sorted());
    // The session states 1184.
    assert_eq!(highest(&file, "total_cycles"), 1184.0);
}

#[test]
fn a_straps_heart_rates_lie_within_the_activity() {
    for (name, least) in [
        ("5580f23e-Garmin945swimRRdata", 5000),
        ("84062b90-HrmPluginTestActivity", 300),
        ("8f58b144-HrmPluginTestActivity", 300),
        ("d9eb932b-event_timestamp", 5000),
        ("813264ad-activity-pool-swim-with-hr-mesgs", 500),
    ] {
        let Some(file) = real(name) else { return };
        let [activity] = file.activities.as_slice() else { panic!("{name}: one session") };
        let strap = activity.strap_heart_rate.as_ref().unwrap();
        let start = activity.start.unwrap().timestamp_millis();
        let last = column(&file, "time").into_iter().flatten().fold(f64::MIN, f64::max);
        let end = last as i64 + 120_000;
        let times = strap.column("time").unwrap().to_physical_repr().i64().unwrap().clone();
        let times: Vec<i64> = times.into_no_null_iter().collect();
        assert!(times.is_sorted() && times[0] >= start && times[times.len() - 1] <= end, "{name}");
        assert!(times.len() > least, "{name}: {} rates", times.len());
        let rates = strap.column("heart_rate_bpm").unwrap().u16().unwrap();
        let mean = rates.into_no_null_iter().map(f64::from).sum::<f64>() / times.len() as f64;
        if let Some(stated) = activity.session.avg_heart_rate_bpm.filter(|stated| *stated > 0.0) {
            assert!((mean - stated).abs() < 15.0, "{name}: mean {mean}, stated {stated}");
        }
    }
}

#[test]
fn lengths_of_a_pool_add_up_to_the_swim() {
    let Some(file) = real("a4c87cf3-GarminSwimExample") else { return };
    let activity = &file.activities[0];
    assert_eq!(activity.lengths.len() as u64, file.messages["length"]);
    let timer: f64 = activity.lengths.iter().filter_map(|length| length.elapsed_time_s).sum();
    let stated = activity.session.elapsed_time_s.unwrap();
    assert!((timer - stated).abs() < 0.1 * stated, "{timer} s of {stated} s");
    assert!(activity.lengths.iter().any(|length| length.stroke.as_deref() == Some("freestyle")));
}

#[test]
fn the_power_of_a_foot_pod_is_used_where_the_watch_has_none() {
    let Some(file) = real("3c4bf0fb-Fr955v19.28andStryd") else { return };
    assert_eq!(column(&file, "power_w"), column(&file, "Power"));
    assert!(highest(&file, "power_w") > 100.0);
    assert_ne!(
        column(&file, "stance_time_ms"),
        column(&file, "Ground Time"),
        "the watch's running dynamics are its own"
    );
    assert_eq!(file.activities[0].details.rpe, Some(5.0));
    assert!(file.notices.iter().any(|notice| notice.code == NoticeCode::NotUsed && notice.text.contains("CP")));
    let own = column(&file, "vertical_oscillation_mm");
    let pods = column(&file, "Vertical Oscillation");
    let means = |values: &[Option<f64>]| {
        values.iter().flatten().filter(|value| **value > 0.0).fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + value))
    };
    let ((n, own), (m, pods)) = (means(&own), means(&pods));
    assert!(((own / n) / (10.0 * pods / m) - 1.0).abs() < 0.5, "millimetres beside centimetres");
}

#[test]
fn running_dynamics_of_a_watch_have_their_columns() {
    let Some(file) = real("ea51d728-portland") else { return };
    for name in ["vertical_oscillation_mm", "stance_time_ms", "Form Power", "Leg Spring Stiffness", "power_w"] {
        assert!(highest(&file, name) > 0.0, "{name}");
    }
    let Some(file) = real("3fb5e421-23784573849") else { return };
    for name in ["step_length_mm", "vertical_ratio_pct", "stance_balance_pct", "respiration_rate_brpm"] {
        assert!(highest(&file, name) > 0.0, "{name}");
    }
    assert!((8.0..60.0).contains(&highest(&file, "respiration_rate_brpm")));
}

#[test]
fn the_core_temperature_has_a_column() {
    let Some(file) = real("93dbdc66-Karoo") else { return };
    assert!((36.0..40.0).contains(&highest(&file, "core_temperature_c")));
}

/// Somebody turned CR LF into LF in this one: a byte is missing in many places.
#[test]
fn a_file_that_lost_bytes_is_read_to_its_end() {
    let Some(file) = real("87020eec-strava-android-app") else { return };
    let times = column(&file, "elapsed_s");
    assert!(times.len() > 4500, "{} samples", times.len());
    assert!(codes(&file).contains(&NoticeCode::Resynchronised));
    let stated = file.activities[0].session.elapsed_time_s.unwrap();
    assert!(times.iter().flatten().all(|time| *time <= stated + 5.0));
    let distance = highest(&file, "distance_m");
    let stated = file.activities[0].session.distance_m.unwrap();
    assert!((distance - stated).abs() < 0.02 * stated, "{distance} m of {stated} m");
}

#[test]
fn monitoring_files_are_set_aside_by_name() {
    let Some(file) = real("ba649a82-MonitoringFile") else { return };
    assert!(file.kind.name().starts_with("monitoring"), "{}", file.kind.name());
    assert!(file.activities.is_empty());
    assert_eq!(file.diary, []);
}

/// A watch that has no swimming in its menu says “generic”, and “open water” beside it.
#[test]
fn a_swim_in_open_water_is_no_run() {
    let Some(file) = real("77eefa61-310xt-ows") else { return };
    assert_eq!(file.activities[0].sport, Sport::CrossTraining("swimming".to_owned()));
}

#[test]
fn a_clock_that_was_never_set_tells_no_day() {
    for name in ["bdb23e5a-compressed-speed-distance", "fd78336d-antfs-dump.63"] {
        let Some(file) = real(name) else { return };
        let undated = file.activities.iter().filter(|activity| activity.start.is_none()).count();
        assert!(undated > 0 && file.activities.iter().all(|a| a.start.is_some() == a.local_date.is_some()), "{name}");
        assert!(codes(&file).contains(&NoticeCode::NoTimes), "{name}");
    }
}

/// A camera that has no clock: it noted which UTC one of its times was when its receiver found out. What the receiver
/// itself says in `gps_metadata` agrees to the second: at 68.909 s it was 867551652 and at 69.109 s 867551653.
#[test]
fn a_clock_that_was_never_set_is_dated_by_the_files_own_correlation() {
    let Some(file) = real("7fa317e0-garmin-virb-ultra-30") else { return };
    let [ride] = file.activities.as_slice() else { panic!("{:?}", file.activities) };
    assert_eq!(ride.start, Some("2017-06-28T02:33:06Z".parse().unwrap()));
    assert_eq!((ride.utc_offset_s, ride.local_date), (Some(-25_200), Some("2017-06-27".parse().unwrap())));
    let times = column(&file, "time");
    let first_and_last = [times[0], times[times.len() - 1]].map(|ms| ms.unwrap() / 1000.0);
    assert_eq!(first_and_last, [1_498_617_186.0, 1_498_617_395.0]);
}

#[test]
fn the_clock_on_the_wall_may_stand_beside_utc_in_a_correlation_alone() {
    let Some(file) = real("eb38a3df-lezyne_super_gps") else { return };
    // Melbourne in winter.
    assert_eq!(file.activities[0].utc_offset_s, Some(36_000));
}

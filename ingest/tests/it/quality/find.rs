//! Each kind of finding, and its opposite.

use plimsoll_ingest::quality::FindingKind;
use plimsoll_ingest::{Activity, DistanceSource, NoticeCode, Pause, Sport};

use super::clean::strap;
use super::*;

/// Half an hour at 3 m/s with a heart rate around 150 that wanders as hearts do, and nothing wrong.
fn good() -> Activity {
    let mut noise = Noise(1);
    let seconds = seconds(1800);
    let rates = seconds.iter().map(|s| Some((150.0 + 8.0 * (s / 97.0).sin() + noise.next(1.0)) as u16)).collect();
    let speeds = seconds.iter().map(|s| 3.0 + 0.6 * (s / 41.0).sin() + noise.next(0.1)).collect();
    let columns = vec![
        floats(schema::DISTANCE_M, seconds.iter().map(|second| 3.0 * second).collect()),
        floats(schema::SPEED_MPS, speeds),
        heart_rates(rates),
        floats(schema::CADENCE_SPM, seconds.iter().map(|_| 168.0 + noise.next(2.0).round()).collect()),
        floats(schema::ALTITUDE_M, seconds.iter().map(|s| 100.0 + 20.0 * (s / 300.0).sin()).collect()),
        floats(schema::LAT_DEG, seconds.iter().map(|s| 52.0 + s * 2.7e-5).collect()),
        floats(schema::LON_DEG, vec![13.0; 1800]),
    ];
    run(&seconds, columns)
}

/// The good run with one column replaced.
fn with(column: Column) -> Activity {
    let mut activity = good();
    activity.records.with_column(column).unwrap();
    activity
}

fn column_of(activity: &Activity, name: &str) -> Vec<f64> {
    activity.records.column(name).unwrap().cast(&DataType::Float64).unwrap().f64().unwrap().iter().flatten().collect()
}

/// The good run's column with values at some rows changed.
fn changed(name: &str, change: impl Fn(usize, f64) -> f64) -> Activity {
    let values = column_of(&good(), name).into_iter().enumerate().map(|(row, value)| change(row, value)).collect();
    let dtype = good().records.column(name).unwrap().dtype().clone();
    with(floats(name, values).cast(&dtype).unwrap())
}

#[test]
fn a_good_run_has_no_findings() {
    assert_eq!(kinds(&good()), []);
    assert_eq!(kinds(&run(&[], vec![])), []);
    assert_eq!(kinds(&Activity { records: DataFrame::empty(), ..good() }), []);
}

#[test]
fn impossible_heart_rates() {
    let activity = changed(schema::HEART_RATE_BPM, |row, rate| match row {
        0 | 1 => 0.0,
        723 => 255.0,
        724 => 24.0,
        725 => 25.0,
        726 => 250.0,
        _ => rate,
    });
    let finding = found(&activity, FindingKind::HeartRateImpossible).unwrap();
    assert_eq!(rows(&finding), [(0, 1), (723, 724)]);
    let notice = finding.notice();
    assert_eq!(notice.code, NoticeCode::HeartRateSuspect);
    assert_eq!(notice.place, "0:00–0:01 (samples 1–2), 12:03–12:04 (samples 724–725)");
}

#[test]
fn a_spike_is_short_and_a_sprint_is_none() {
    let activity = changed(schema::HEART_RATE_BPM, |row, rate| if (900..904).contains(&row) { 205.0 } else { rate });
    let finding = found(&activity, FindingKind::HeartRateSpike).unwrap();
    assert_eq!(rows(&finding), [(900, 903)]);
    assert!(finding.text.contains("205–205 bpm). Cleaning leaves them out"), "{}", finding.text);
    let down = changed(schema::HEART_RATE_BPM, |row, rate| if row == 900 { 60.0 } else { rate });
    assert_eq!(rows(&found(&down, FindingKind::HeartRateSpike).unwrap()), [(900, 900)]);
    // A leap that stays is a sensor that has found the heart; a rise of 3 bpm a second is a sprint.
    let stays = changed(schema::HEART_RATE_BPM, |row, rate| if row < 900 { rate - 60.0 } else { rate });
    assert_eq!(found(&stays, FindingKind::HeartRateSpike), None);
    let sprint = changed(schema::HEART_RATE_BPM, |row, rate| rate + 3.0 * (10.0 - (row as f64 - 900.0).abs()).max(0.0));
    assert_eq!(found(&sprint, FindingKind::HeartRateSpike), None);
}

#[test]
fn a_sensor_that_drops_out() {
    let dropped = |rows: std::ops::Range<usize>| {
        let rates = column_of(&good(), schema::HEART_RATE_BPM).into_iter().enumerate();
        with(heart_rates(rates.map(|(row, rate)| (!rows.contains(&row)).then_some(rate as u16)).collect()))
    };
    let finding = found(&dropped(600..780), FindingKind::HeartRateDropout).unwrap();
    assert_eq!(rows(&finding), [(600, 779)]);
    assert!(finding.text.contains("3:00 (10 % of the time)"), "{}", finding.text);
    assert_eq!(found(&dropped(600..650), FindingKind::HeartRateDropout), None);
    assert!(finding.text.ends_with("means and load leave that time out."), "{}", finding.text);
    // What the strap remembers is not missing in the end, and the sentence says so.
    let remembers = |rows: std::ops::Range<u16>| {
        let times: Vec<f64> = rows.map(f64::from).collect();
        Activity { strap_heart_rate: strap(&times, &vec![150; times.len()]), ..dropped(600..780) }
    };
    let text = found(&remembers(590..790), FindingKind::HeartRateDropout).unwrap().text;
    assert!(text.ends_with("the strap kept it in its own memory, and cleaning fills it in from there."), "{text}");
    let text = found(&remembers(590..691), FindingKind::HeartRateDropout).unwrap().text;
    assert!(text.contains("for 1:36 of it the strap kept one in its own memory"), "{text}");
    // No sensor at all is no dropout.
    assert_eq!(found(&dropped(0..1800), FindingKind::HeartRateDropout), None);
}

#[test]
fn a_heart_that_stands_still() {
    let flat = changed(schema::HEART_RATE_BPM, |row, rate| if (600..1000).contains(&row) { 151.0 } else { rate });
    let finding = found(&flat, FindingKind::HeartRateFlat).unwrap();
    assert_eq!(rows(&finding).len(), 1);
    assert!(finding.text.contains("6:3"), "{}", finding.text);
    // On a treadmill at one speed it may.
    let mut even = flat;
    even.records.with_column(floats(schema::SPEED_MPS, vec![3.0; 1800])).unwrap();
    assert_eq!(found(&even, FindingKind::HeartRateFlat), None);
    let short = changed(schema::HEART_RATE_BPM, |row, rate| if (600..880).contains(&row) { 151.0 } else { rate });
    assert_eq!(found(&short, FindingKind::HeartRateFlat), None);
}

#[test]
fn speeds_that_nobody_runs() {
    let activity = changed(schema::SPEED_MPS, |row, speed| if row == 500 { 20.0 } else { speed });
    let finding = found(&activity, FindingKind::SpeedSpike).unwrap();
    assert_eq!(rows(&finding), [(500, 500)]);
    assert!(finding.text.contains("20.0 m/s; 20 m"), "{}", finding.text);
    assert_eq!(finding.notice().code, NoticeCode::SpeedSpike);
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..activity };
    assert_eq!(found(&ride, FindingKind::SpeedSpike), None);
}

#[test]
fn leaps_of_the_distance_and_of_the_position() {
    let leap = changed(schema::DISTANCE_M, |row, metres| match row {
        300 => 79_000.0,
        row if row >= 900 => metres + 1500.0,
        _ => metres,
    });
    let finding = found(&leap, FindingKind::DistanceJump).unwrap();
    assert_eq!(rows(&finding), [(300, 300), (900, 900)]);
    assert!(finding.text.contains("1.50 km longer"), "{}", finding.text);
    let positions = Activity { distance_source: DistanceSource::Positions, ..leap };
    assert_eq!(found(&positions, FindingKind::DistanceJump), None);

    let away = changed(schema::LAT_DEG, |row, lat| if row == 700 { lat + 0.01 } else { lat });
    let finding = found(&away, FindingKind::PositionJump).unwrap();
    assert_eq!(rows(&finding), [(700, 701)]);
    assert!(finding.text.contains("2 times, 2.2"), "{}", finding.text);
}

#[test]
fn times_that_run_backwards_or_repeat() {
    let seconds = [0.0, 1.0, 2.0, 2.0, 3.0, 2.0, 4.0, 4.0];
    let rates = [140, 141, 142, 142, 143, 142, 144, 150].map(Some).to_vec();
    let activity = run(&seconds, vec![heart_rates(rates)]);
    let rows_of = |kind| rows(&found(&activity, kind).unwrap());
    assert_eq!(rows_of(FindingKind::TimeBackwards), [(5, 5)]);
    assert_eq!(rows_of(FindingKind::DuplicateSamples), [(3, 3), (5, 5)]);
    assert_eq!(rows_of(FindingKind::SameTime), [(7, 7)]);
    let codes = [FindingKind::TimeBackwards, FindingKind::DuplicateSamples].map(FindingKind::code);
    assert_eq!(codes, [NoticeCode::TimeOrder, NoticeCode::DuplicateSamples]);
}

#[test]
fn gaps_and_what_was_covered_in_them() {
    let times: Vec<f64> = (0..=100).chain(160..=200).chain(300..=320).map(f64::from).collect();
    let metres = times.iter().map(|second| 3.0 * second.min(160.0)).collect();
    let activity = run(&times, vec![floats(schema::DISTANCE_M, metres)]);
    let finding = found(&activity, FindingKind::Gap).unwrap();
    assert_eq!(rows(&finding), [(100, 101), (141, 142)]);
    assert!(
        finding.text.starts_with("2 stretches without samples outside pauses, 2:40 together, 180 m"),
        "{}",
        finding.text
    );
    assert_eq!(finding.notice().place, "1:40–2:40 (samples 101–102), 3:20–5:00 (samples 142–143)");
    let paused = Activity { pauses: vec![Pause { from: at(201.0), to: at(299.0) }], ..activity };
    assert_eq!(rows(&found(&paused, FindingKind::Gap).unwrap()), [(100, 101)]);
    // A device that writes a sample a minute has no gaps.
    let sparse: Vec<f64> = (0..60).map(|minute| 60.0 * f64::from(minute)).collect();
    assert_eq!(kinds(&run(&sparse, vec![])), []);
}

#[test]
fn altitude_that_no_ground_has() {
    let wander = changed(schema::ALTITUDE_M, |row, metres| if row % 100 < 7 { metres + 15.0 } else { metres });
    let finding = found(&wander, FindingKind::AltitudeRough).unwrap();
    assert_eq!(finding.notice().code, NoticeCode::AltitudeFromPositions);
    // A mountain run up at 30 % is ground.
    let steep = changed(schema::ALTITUDE_M, |row, _| 0.9 * row as f64);
    assert_eq!(found(&steep, FindingKind::AltitudeRough), None);
}

#[test]
fn a_timer_that_runs_longer_than_the_activity_takes() {
    let with = |timer_s: f64, elapsed_s: Option<f64>| {
        let session = Totals { timer_time_s: Some(timer_s), elapsed_time_s: elapsed_s, ..Totals::default() };
        found(&Activity { session, ..good() }, FindingKind::TimerTooLong)
    };
    let finding = with(2760.0, Some(1632.0)).unwrap();
    assert!(finding.text.contains("run for 46:00, longer than the 27:12"), "{}", finding.text);
    let notice = finding.notice();
    assert_eq!((notice.code, notice.place.as_str()), (NoticeCode::TotalsDisagree, ""));
    // Where no time from start to end is stated, the samples tell it: 1,799 s.
    assert!(with(1900.0, None).is_some());
    // A pause, an even time and the slack of rounding are right.
    for timer_s in [900.0, 1799.0, 1815.0] {
        assert_eq!(with(timer_s, None), None, "{timer_s}");
    }
}

#[test]
fn a_total_that_cannot_be_is_named() {
    let with =
        |sport: Sport, session: Totals| found(&Activity { sport, session, ..good() }, FindingKind::TotalImpossible);
    let run = || Sport::Running(RunKind::Generic);
    let fast = || Totals { distance_m: Some(21_100.0), timer_time_s: Some(110.0), ..Totals::default() };
    let finding = with(run(), fast()).unwrap();
    assert!(finding.text.contains("21.10 km was left out: in 1:50 that would be 191.8 m/s"), "{}", finding.text);
    assert_eq!(finding.notice().code, NoticeCode::ImpossibleValue);
    for session in [
        Totals { distance_m: Some(3e6), ..Totals::default() },
        Totals { timer_time_s: Some(1e6), ..Totals::default() },
        Totals { elapsed_time_s: Some(1e6), ..Totals::default() },
        Totals { ascent_m: Some(60_000.0), ..Totals::default() },
        Totals { descent_m: Some(-1.0), ..Totals::default() },
    ] {
        let finding = with(Sport::CrossTraining("cycling".to_owned()), session.clone()).unwrap();
        assert!(finding.text.contains("stated") && finding.text.contains("left out"), "{session:?} {}", finding.text);
    }
    // What can be, and zero, which says nothing.
    assert_eq!(with(run(), Totals::default()), None);
    assert_eq!(with(run(), Totals { distance_m: Some(0.0), ..Totals::default() }), None);
    let can_be = Totals { distance_m: Some(5000.0), timer_time_s: Some(1500.0), ..Totals::default() };
    assert_eq!(with(run(), can_be), None);
}

#[test]
fn a_distance_of_samples_that_nobody_runs_is_named() {
    let fast = changed(schema::DISTANCE_M, |row, _| 14.0 * row as f64);
    let finding = found(&fast, FindingKind::TotalImpossible).unwrap();
    assert!(finding.text.contains("distance of the samples") && finding.text.contains("14.0 m/s"), "{}", finding.text);
    let ride = Activity { sport: Sport::CrossTraining("cycling".to_owned()), ..fast };
    assert_eq!(found(&ride, FindingKind::TotalImpossible), None);
}

//! Facts about the squad.

use chrono::{Days, NaiveDate};
use plimsoll_ingest::{Activity, FileKind, ReadOptions, read};

use super::{DemoAthlete, squad};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 14).unwrap_or_default()
}

/// Each activity of an athlete as `(days ago, metres, activity)`.
fn runs(athlete: &DemoAthlete) -> Vec<(u64, f64, Activity)> {
    let options = ReadOptions { zone: Some(athlete.zone) };
    let activities = athlete.files.iter().flat_map(|file| read(&file.bytes, &options).unwrap().activities);
    let runs = activities.map(|activity| {
        let days_ago = (today() - activity.local_date.unwrap()).num_days().unsigned_abs();
        let distance_m = activity.records.column("distance_m").unwrap().f64().unwrap().last().unwrap();
        (days_ago, distance_m, activity)
    });
    runs.collect()
}

fn athlete(name: &str) -> DemoAthlete {
    squad(today()).unwrap().into_iter().find(|athlete| athlete.name.starts_with(name)).unwrap()
}

fn between(runs: &[(u64, f64, Activity)], days: std::ops::RangeInclusive<u64>) -> impl Iterator<Item = f64> {
    runs.iter().filter(move |(ago, ..)| days.contains(ago)).map(|(_, metres, _)| *metres)
}

#[test]
fn the_same_day_gives_the_same_bytes() {
    let (first, second) = (squad(today()).unwrap(), squad(today()).unwrap());
    assert_eq!(first.len(), 6);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first.files.len(), second.files.len());
        assert!(first.files.iter().zip(&second.files).all(|(a, b)| a.name == b.name && a.bytes == b.bytes));
    }
}

#[test]
fn the_squad_is_small() {
    let mut total = 0;
    for athlete in squad(today()).unwrap() {
        let bytes: usize = athlete.files.iter().map(|file| file.bytes.len()).sum();
        println!("{}: {} files, {bytes} bytes", athlete.name, athlete.files.len());
        total += bytes;
    }
    println!("{total} bytes");
    assert!(total < 12_000_000, "{total}");
}

#[test]
fn every_file_is_a_run_that_reads_back_as_it_was_meant() {
    for athlete in squad(today()).unwrap() {
        let options = ReadOptions { zone: Some(athlete.zone) };
        let mut names: Vec<_> = athlete.files.iter().map(|file| file.name.clone()).collect();
        names.dedup();
        assert_eq!(names.len(), athlete.files.len());
        for file in &athlete.files {
            let read = read(&file.bytes, &options).unwrap();
            assert_eq!(read.kind, FileKind::Activity, "{}", file.name);
            assert_eq!(read.activities.len(), 1, "{}", file.name);
            let run = &read.activities[0];
            assert!(run.sport.is_run(), "{}: {}", file.name, run.sport);
            let day = run.local_date.unwrap();
            assert!(file.name.starts_with(&day.to_string()), "{}: {day}", file.name);
            assert!(day <= today() && day > today().checked_sub_days(Days::new(141)).unwrap());
            let elapsed_s = run.records.column("elapsed_s").unwrap().f64().unwrap().last().unwrap();
            let distance_m = run.records.column("distance_m").unwrap().f64().unwrap().last().unwrap();
            let mean_mps = distance_m / elapsed_s;
            assert!((1.5..5.0).contains(&mean_mps), "{} {}: {mean_mps} m/s", athlete.name, file.name);
        }
    }
}

#[test]
fn the_steady_runner_ran_yesterday_and_never_jumped() {
    let runs = runs(&athlete("Ida"));
    assert_eq!(runs.last().map(|(ago, ..)| *ago), Some(1));
    for (ago, metres, _) in runs.iter().filter(|(ago, ..)| *ago < 110) {
        let longest = between(&runs, ago + 1..=ago + 30).fold(0.0, f64::max);
        assert!(*metres < 1.1 * longest, "{ago} days ago: {metres} after {longest}");
    }
    assert!(runs.iter().any(|(.., run)| run.records.column("lat_deg").is_err()), "a run on a treadmill");
}

#[test]
fn one_runner_spiked_five_days_ago() {
    let runs = runs(&athlete("Tomás"));
    let spike = between(&runs, 5..=5).fold(0.0, f64::max);
    let longest = between(&runs, 6..=35).fold(0.0, f64::max);
    assert!((1.38..1.42).contains(&(spike / longest)), "{spike} after {longest}");
}

#[test]
fn one_runner_is_ten_days_back_after_six_weeks_off() {
    let runs = runs(&athlete("Aoife"));
    assert_eq!(between(&runs, 11..=52).count(), 0);
    assert_eq!(between(&runs, 10..=10).count(), 1);
    assert!(between(&runs, 53..=140).count() > 30);
}

#[test]
fn the_beginner_has_three_weeks() {
    let runs = runs(&athlete("Jonah"));
    assert!(runs.iter().all(|(ago, ..)| *ago <= 21));
    assert!(runs.len() >= 8);
}

#[test]
fn the_marathoner_ramps_up_without_one_long_run() {
    let runs = runs(&athlete("Nadia"));
    let week: f64 = between(&runs, 0..=6).sum();
    let before: f64 = between(&runs, 7..=13).sum();
    let three_weeks: f64 = between(&runs, 7..=27).sum();
    assert!(week > 1.3 * before && week > 1.3 * three_weeks / 3.0, "{week} after {before}");
    let longest_before = between(&runs, 7..=36).fold(0.0, f64::max);
    assert!(between(&runs, 0..=6).all(|metres| metres < 1.1 * longest_before));
}

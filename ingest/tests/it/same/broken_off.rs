//! Files that break off.

use std::path::{Path, PathBuf};

use chrono::{TimeDelta, Utc};
use plimsoll_ingest::encode::{self, Recording, Sample};
use plimsoll_ingest::same::endings;
use plimsoll_ingest::{Activity, ReadOptions, RunKind, WatchFile, read, schema};
use polars::prelude::DataType;

use super::*;

/// The outline of the activity at `index`, with the totals that it states or else those of its samples.
fn outline(file: &WatchFile, index: usize) -> Option<Outline> {
    let activity = file.activities.get(index)?;
    let stated = &activity.session;
    let elapsed_s = stated.elapsed_time_s.or_else(|| span_s(activity));
    let distance_m = stated.distance_m.or_else(|| last_m(activity));
    let outline = Outline::of(activity, elapsed_s, stated.timer_time_s, distance_m)?;
    Some(Outline { ending: endings(file)[index], ..outline })
}

fn span_s(activity: &Activity) -> Option<f64> {
    let times = activity.records.column(schema::TIME).ok()?.cast(&DataType::Int64).ok()?;
    let times: Vec<i64> = times.i64().ok()?.iter().flatten().collect();
    Some((times.last()? - times.first()?) as f64 / 1000.0)
}

fn last_m(activity: &Activity) -> Option<f64> {
    activity.records.column(schema::DISTANCE_M).ok()?.f64().ok()?.iter().flatten().last()
}

/// An hour of running at 3 m/s.
fn recording() -> Recording {
    let start = chrono::DateTime::<Utc>::from_timestamp_millis(START_MS).unwrap();
    let sample = |seconds: i64| Sample {
        time: start + TimeDelta::seconds(seconds),
        position: Some((55.0 + seconds as f64 * 3.0 / 111_320.0, 12.0)),
        distance_m: Some(seconds as f64 * 3.0),
        speed_mps: Some(3.0),
        altitude_m: Some(20.0),
        heart_rate_bpm: Some(140),
        cadence_spm: Some(170.0),
    };
    Recording {
        title: None,
        kind: RunKind::Generic,
        utc_offset_s: 0,
        serial: 1,
        samples: (0..=3600).map(sample).collect(),
        lap_every_m: Some(1000.0),
    }
}

#[test]
fn a_file_that_breaks_off_holds_the_beginning_of_its_activity() {
    let files = [encode::fit(&recording()), encode::gpx(&recording()).into(), encode::tcx(&recording()).into()];
    for bytes in files {
        let whole = read(&bytes, &ReadOptions::default()).unwrap();
        assert_eq!(endings(&whole), [Ending::Whole]);
        for share in [10, 50, 90] {
            let part = read(&bytes[..bytes.len() * share / 100], &ReadOptions::default()).unwrap();
            assert_ne!(endings(&part), [Ending::Whole], "{:?}", part.notices);
            let (part, whole) = (outline(&part, 0).unwrap(), outline(&whole, 0).unwrap());
            assert!(is_beginning(&part, &whole) && !is_beginning(&whole, &part), "{part:?} {whole:?}");
        }
    }
}

#[test]
fn a_run_that_is_started_anew_is_another_run() {
    let bytes = encode::fit(&recording());
    let part = read(&bytes[..bytes.len() / 20], &ReadOptions::default()).unwrap();
    let mut again = recording();
    for later_s in [1, 30] {
        again.samples.iter_mut().for_each(|sample| sample.time += TimeDelta::seconds(later_s));
        let again = read(&encode::fit(&again), &ReadOptions::default()).unwrap();
        assert!(!same(&outline(&part, 0).unwrap(), &outline(&again, 0).unwrap()), "{later_s}");
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn real_files_that_are_cut_hold_the_beginning_of_their_activity() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("left out: PLIMSOLL_CORPUS names no folder of watch files");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&corpus), &mut paths);
    paths.sort();
    let (mut recognised, mut cut_off, mut others) = (0, 0, Vec::new());
    let mut outlines: Vec<(PathBuf, Outline)> = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(whole) = read(&bytes, &ReadOptions::default()) else { continue };
        outlines.extend((0..whole.activities.len()).filter_map(|index| Some((path.clone(), outline(&whole, index)?))));
        let ([_], Some(whole)) = (whole.activities.as_slice(), outline(&whole, 0)) else { continue };
        for share in [20, 50, 80] {
            let Ok(part) = read(&bytes[..bytes.len() * share / 100], &ReadOptions::default()) else { continue };
            let Some(part) = outline(&part, 0).filter(|part| part.elapsed_s.is_some_and(|s| s > 0.0)) else { continue };
            cut_off += 1;
            if same(&part, &whole) {
                recognised += 1;
            } else {
                others.push((path.clone(), share, part, whole.clone()));
            }
        }
    }
    println!("{recognised} of {cut_off} beginnings were recognised; not: {others:#?}");
    assert!(recognised * 100 >= cut_off * 99, "{recognised} of {cut_off}");
    // And nothing else in the folder is taken for a beginning of anything.
    for (number, (path, one)) in outlines.iter().enumerate() {
        for (other_path, other) in outlines.iter().skip(number + 1).filter(|(other, _)| other != path) {
            let is_one = is_beginning(one, other) || is_beginning(other, one);
            assert!(!is_one, "{} {one:#?} {} {other:#?}", path.display(), other_path.display());
        }
    }
}

#[test]
fn a_copy_cut_near_its_end_never_wins_over_the_whole() {
    let mut short = recording();
    short.samples.truncate(601);
    let bytes = encode::fit(&short);
    let candidate = |bytes: &[u8], id: String| {
        let file = read(bytes, &ReadOptions::default()).unwrap();
        let richness = Richness::of(file.activities.first()?, file.format);
        Some(Candidate { id, outline: outline(&file, 0)?, richness, file: None })
    };
    // The larger id would lose a tie.
    let whole = candidate(&bytes, "z".to_owned()).unwrap();
    for cut in 1..=600 {
        let Some(part) = candidate(&bytes[..bytes.len() - cut], "a".to_owned()) else { panic!("{cut}") };
        assert_ne!(part.outline.ending, Ending::Whole, "{cut}");
        let found = clusters(&[part, whole.clone()], |_, _| false);
        assert_eq!(found, [Cluster { kept: 1, copies: vec![0] }], "{cut}");
    }
}

#[test]
fn of_two_that_broke_off_the_one_with_totals_is_kept() {
    let broken = Outline { ending: Ending::BrokenOff, ..run() };
    let with = |id: &str, has_totals| Candidate {
        id: id.to_owned(),
        outline: broken.clone(),
        richness: Richness { has_totals, ..Richness::default() },
        file: None,
    };
    let found = clusters(&[with("a", false), with("b", true)], |_, _| false);
    assert_eq!(found, [Cluster { kept: 1, copies: vec![0] }]);
}

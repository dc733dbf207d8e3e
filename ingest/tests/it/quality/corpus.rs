//! Real files, where `PLIMSOLL_CORPUS` names a folder of them.

#![expect(clippy::print_stdout, reason = "says what was left out, and what was found")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_ingest::quality::{Cleaning, clean, examine, restore};
use plimsoll_ingest::{ReadOptions, read};

use super::clean::assert_same;
use super::*;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn shift(rates: &[Option<f64>], by: f64) -> Vec<Option<f64>> {
    rates.iter().map(|rate| rate.map(|rate| rate + by)).collect()
}

fn activities() -> Vec<(PathBuf, Activity)> {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("left out: PLIMSOLL_CORPUS names no folder of watch files");
        return Vec::new();
    };
    let mut paths = Vec::new();
    files(Path::new(&corpus), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let file = read(&std::fs::read(&path).unwrap(), &ReadOptions::default()).ok()?;
        Some(file.activities.into_iter().map(move |activity| (path.clone(), activity)))
    };
    let activities: Vec<_> = paths.into_iter().filter_map(read).flatten().collect();
    assert!(!activities.is_empty(), "no activity was read");
    activities
}

#[test]
fn real_activities_are_examined_cleaned_and_restored() {
    let all = Cleaning { cadence_lock: true, distance_jumps: true, ..Cleaning::default() };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (path, activity) in activities() {
        for finding in examine(&activity) {
            assert!(finding.stretches.iter().all(|stretch| {
                stretch.first_row <= stretch.last_row && stretch.last_row < activity.records.height()
            }));
            *counts.entry(format!("{:?}", finding.kind)).or_default() += 1;
            let notice = finding.notice();
            println!("{}: {:?} {}: {}", path.display(), finding.kind, notice.place, notice.text);
        }
        for cleaning in [all, Cleaning::default()] {
            let cleaned = clean(&activity, &cleaning);
            assert_same(&restore(&cleaned.records), &activity.records);
            for step in &cleaned.steps {
                *counts.entry(format!("step {}", step.name)).or_default() += 1;
            }
        }
    }
    println!("{counts:#?}");
}

/// Real hearts moved to where their feet are, and real steps in place of hearts: neither is in the files themselves.
#[test]
fn the_heart_rate_of_real_runs_is_told_from_their_steps() {
    let column = |activity: &Activity, name: &str| -> Option<Vec<Option<f64>>> {
        Some(activity.records.column(name).ok()?.cast(&DataType::Float64).ok()?.f64().ok()?.iter().collect())
    };
    let median = |values: &[Option<f64>]| {
        let mut known: Vec<f64> = values.iter().copied().flatten().filter(|value| *value > 0.0).collect();
        known.sort_by(f64::total_cmp);
        known.get(known.len() / 2).copied()
    };
    let is_locked = |activity: &Activity, rates: &[Option<f64>]| {
        let mut activity = activity.clone();
        let rates = rates.iter().map(|rate| rate.map(|rate| rate.round() as u16)).collect();
        activity.records.with_column(heart_rates(rates)).unwrap();
        found(&activity, FindingKind::HeartRateCadenceLock).is_some()
    };
    let [mut runs, mut as_read, mut close, mut moved, mut stepped, mut followed] = [0; 6];
    for (path, activity) in activities() {
        let columns = column(&activity, schema::HEART_RATE_BPM).zip(column(&activity, schema::CADENCE_SPM));
        let Some((rates, steps)) = columns.filter(|(rates, _)| activity.sport.is_run() && rates.len() >= 900) else {
            continue;
        };
        let Some((rate, step)) = median(&rates).zip(median(&steps)) else { continue };
        runs += 1;
        let is_close = |(rate, steps): (&Option<f64>, &Option<f64>)| {
            rate.zip(*steps).is_some_and(|(rate, steps)| (rate - steps).abs() <= 5.0)
        };
        let flags: Vec<bool> = rates.iter().zip(&steps).map(is_close).collect();
        close += usize::from(flags.chunk_by(|a, b| a == b).any(|run| run.first() == Some(&true) && run.len() > 60));
        if is_locked(&activity, &rates) {
            as_read += 1;
            println!("{} is locked as read", path.display());
        }
        moved += usize::from(is_locked(&activity, &shift(&rates, step - rate)));
        let third = rates.len() / 3;
        let mut locked = shift(&rates, (140.0 - rate).min(0.0));
        locked[third..2 * third].clone_from_slice(&steps[third..2 * third]);
        stepped += usize::from(is_locked(&activity, &locked));
        followed += usize::from(is_locked(&activity, &steps));
    }
    println!(
        "{runs} runs of 900 samples with heart rate and steps: {close} close for a minute, {as_read} locked as read; \
         {moved} with the heart rate moved onto the cadence; {stepped} with steps for the middle third, {followed} with \
         steps throughout"
    );
    assert!(20 * as_read <= runs && 20 * moved <= runs, "hearts are taken for feet");
    assert!(4 * stepped >= 3 * runs && 4 * followed >= 3 * runs, "feet are taken for hearts");
}

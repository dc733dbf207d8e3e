//! Real files against a table that two independent decoders agree on.
//!
//! The folder is named by the environment variable `PLIMSOLL_CORPUS`; without it the test passes and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plimsoll_ingest::{Activity, Lap, ReadOptions, WatchFile, fit};

/// Where this reader knowingly differs: file, quantities (`*` at the end: all that begin so), and who is right.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "fit/GPSBabel+gpsbabel/7fee0ec4-fitwrite-track.fit",
        "record.*",
        "a course: its samples are a plan, not an activity, and are counted but not kept (the table knows no file types)",
    ),
    ("fit/GPSBabel+gpsbabel/7fee0ec4-fitwrite-track.fit", "lap.*", "as above: the laps of a course"),
];

/// Count, sum, least and greatest of a quantity's values.
#[derive(Debug, Clone, Copy, Default)]
struct Summary {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Summary {
    fn add(&mut self, value: f64) {
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = if self.count == 0 { value } else { self.max.max(value) };
        self.sum += value;
        self.count += 1;
    }

    fn agrees_with(&self, other: &Self) -> bool {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
        self.count == other.count
            && close(self.sum, other.sum)
            && close(self.min, other.min)
            && close(self.max, other.max)
    }
}

type Quantities = BTreeMap<String, Summary>;

/// Quantity names of the table by column.
const RECORD: [(&str, &str); 16] = [
    ("record.time_unix_s", "time"),
    ("record.cadence_rpm_raw", "cadence_rpm_raw"),
    ("record.distance_m", "distance_m"),
    ("record.speed_mps", "speed_mps"),
    ("record.altitude_m", "altitude_m"),
    ("record.lat_deg", "lat_deg"),
    ("record.lon_deg", "lon_deg"),
    ("record.heart_rate_bpm", "heart_rate_bpm"),
    ("record.power_w", "power_w"),
    ("record.temperature_c", "temperature_c"),
    ("record.vertical_oscillation_mm", "vertical_oscillation_mm"),
    ("record.stance_time_ms", "stance_time_ms"),
    ("record.step_length_mm", "step_length_mm"),
    ("record.vertical_ratio_pct", "vertical_ratio_pct"),
    ("record.stance_time_balance_pct", "stance_balance_pct"),
    ("record.grade", "grade"),
];

fn quantities(file: &WatchFile) -> Quantities {
    let mut quantities = Quantities::new();
    for kind in ["record", "lap", "session", "hrv", "length", "event"] {
        let count = file.messages.get(kind).copied().unwrap_or(0);
        quantities.insert(format!("{kind}.messages"), Summary { count, ..Summary::default() });
    }
    let mut add = |name: &str, value: Option<f64>| {
        if let Some(value) = value {
            quantities.entry(name.to_owned()).or_default().add(value);
        }
    };
    for activity in &file.activities {
        add_records(activity, &mut add);
        if file.messages.contains_key("session") {
            add("session.start_time_unix_s", activity.start.map(|start| start.timestamp() as f64));
        }
        let session = &activity.session;
        add("session.total_distance_m", session.distance_m);
        add("session.total_timer_time_s", session.timer_time_s);
        add("session.total_elapsed_time_s", session.elapsed_time_s);
        add("session.total_ascent_m", session.ascent_m);
        add("session.total_calories_kcal", session.calories_kcal);
        add("session.avg_heart_rate_bpm", session.avg_heart_rate_bpm);
        add("session.max_heart_rate_bpm", session.max_heart_rate_bpm);
        for Lap { totals, .. } in &activity.laps {
            add("lap.total_distance_m", totals.distance_m);
            add("lap.total_timer_time_s", totals.timer_time_s);
        }
    }
    quantities
}

fn add_records(activity: &Activity, add: &mut impl FnMut(&str, Option<f64>)) {
    use polars::prelude::DataType;
    for (name, column) in RECORD {
        let Ok(column) = activity.records.column(column) else { continue };
        let scale = if name == "record.time_unix_s" { 1000.0 } else { 1.0 };
        let values = column.to_physical_repr().cast(&DataType::Float64).unwrap();
        for value in values.f64().unwrap().iter() {
            add(name, value.map(|value| value / scale));
        }
    }
}

fn expected(corpus: &Path) -> BTreeMap<String, Quantities> {
    let table = std::fs::read_to_string(corpus.join("expected-fit.tsv")).unwrap();
    let mut files: BTreeMap<String, Quantities> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |cell: usize| cells.get(cell).and_then(|cell| cell.parse().ok()).unwrap_or(0.0);
        let summary = Summary { count: number(2) as u64, sum: number(3), min: number(4), max: number(5) };
        files.entry(cells[0].to_owned()).or_default().insert(cells[1].to_owned(), summary);
    }
    files
}

#[test]
fn real_files_agree_with_two_other_decoders() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("skipped: PLIMSOLL_CORPUS does not name a folder of real files");
        return;
    };
    let corpus = Path::new(&corpus);
    let mut compared = 0;
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (name, expected) in expected(corpus) {
        let bytes = std::fs::read(corpus.join(&name)).unwrap();
        let found = match fit::read(&bytes, &ReadOptions::default()) {
            Ok(file) => quantities(&file),
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (quantity, expected) in expected {
            compared += 1;
            let found = found.get(&quantity).copied().unwrap_or_default();
            if found.agrees_with(&expected) {
                continue;
            }
            let allowed = DIFFERENCES.iter().position(|(file, allowed, _)| {
                *file == name
                    && allowed.strip_suffix('*').map_or(*allowed == quantity, |start| quantity.starts_with(start))
            });
            match allowed {
                Some(index) => {
                    used.insert(index);
                }
                None => wrong.push(format!("{name}: {quantity}: found {found:?}, expected {expected:?}")),
            }
        }
    }
    for (index, (file, quantity, _)) in DIFFERENCES.iter().enumerate() {
        if !used.contains(&index) {
            wrong.push(format!("{file}: {quantity} is on the list of differences, but does not differ"));
        }
    }
    println!("{compared} quantities compared, {} differ knowingly", used.len());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Files that the table has no rows for are read all the same.
#[test]
fn every_real_file_is_read() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("skipped: PLIMSOLL_CORPUS does not name a folder of real files");
        return;
    };
    for maker in std::fs::read_dir(Path::new(&corpus).join("fit")).unwrap() {
        for file in std::fs::read_dir(maker.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            match fit::read(&bytes, &ReadOptions::default()) {
                Ok(file) => println!(
                    "{}: {} {:?} {:?} {:?}",
                    path.file_name().unwrap().display(),
                    file.kind.name(),
                    file.device,
                    file.activities
                        .iter()
                        .map(|a| (a.sport.to_string(), a.records.height(), a.utc_offset_s))
                        .collect::<Vec<_>>(),
                    file.notices
                ),
                Err(error) => println!("{}: {error}", path.display()),
            }
        }
    }
}

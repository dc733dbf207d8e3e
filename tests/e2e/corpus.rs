//! Real watch files of some twenty makers: what `plimsoll inspect` says against a table of values that two
//! independent decoders agree on, and what `plimsoll import` says of every one.
//!
//! The folder is named by `PLIMSOLL_CORPUS`; its README says how the table is to be read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll_tests::{binary, corpus};
use serde_json::Value;

/// Where the program knowingly differs: file, quantities (`*` at the end: all that begin so), the reason and who is
/// right. An entry that no longer differs fails the test.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "fit/GPSBabel+gpsbabel/7fee0ec4-fitwrite-track.fit",
        "record.*",
        "a course: its samples are a plan, not an activity; they are counted and not kept. Both are right: the table \
         knows no file types",
    ),
    ("fit/GPSBabel+gpsbabel/7fee0ec4-fitwrite-track.fit", "lap.*", "as above: the laps of a course"),
];

/// The table's record quantities by column.
const RECORD: [(&str, &str); 15] = [
    ("record.time_unix_s", "time_unix_s"),
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
];

/// The table's session quantities by field; `distance_m` and the times only where the device stated them.
const SESSION: [(&str, &str); 7] = [
    ("session.total_distance_m", "distance_m"),
    ("session.total_timer_time_s", "timer_time_s"),
    ("session.total_elapsed_time_s", "elapsed_time_s"),
    ("session.total_ascent_m", "ascent_m"),
    ("session.total_calories_kcal", "calories_kcal"),
    ("session.avg_heart_rate_bpm", "avg_heart_rate_bpm"),
    ("session.max_heart_rate_bpm", "max_heart_rate_bpm"),
];

/// The table's lap quantities by field.
const LAP: [(&str, &str); 2] = [("lap.total_distance_m", "distance_m"), ("lap.total_timer_time_s", "timer_time_s")];

/// Count, sum, least and greatest of a quantity's values.
#[derive(Debug, Clone, Copy, Default)]
struct Summary {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Summary {
    fn of(value: f64) -> Self {
        Self { count: 1, sum: value, min: value, max: value }
    }

    fn add(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        let first = self.count == 0;
        self.min = if first { other.min } else { self.min.min(other.min) };
        self.max = if first { other.max } else { self.max.max(other.max) };
        self.sum += other.sum;
        self.count += other.count;
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

fn quantities(file: &Value) -> Quantities {
    let mut found = Quantities::new();
    for kind in ["record", "lap", "session", "hrv", "length", "event"] {
        let count = file["messages"][kind].as_u64().unwrap_or(0);
        found.insert(format!("{kind}.messages"), Summary { count, ..Summary::default() });
    }
    let mut add = |name: &str, summary: Summary| found.entry(name.to_owned()).or_default().add(summary);
    let has_session = file["messages"]["session"].as_u64().is_some();
    for activity in file["activities"].as_array().unwrap() {
        for (name, column) in RECORD {
            let column = &activity["columns"][column];
            if let (Some(count), Some(sum), Some(min), Some(max)) =
                (column["count"].as_u64(), column["sum"].as_f64(), column["min"].as_f64(), column["max"].as_f64())
            {
                add(name, Summary { count, sum, min, max });
            }
        }
        let stated: BTreeSet<&str> = activity["stated"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for (name, field) in SESSION.iter().filter(|(_, field)| stated.contains(field)) {
            add(name, Summary::of(activity[field].as_f64().unwrap()));
        }
        if let (true, Some(start)) = (has_session, activity["start_unix_s"].as_f64()) {
            add("session.start_time_unix_s", Summary::of(start));
        }
        for lap in activity["laps"].as_array().unwrap() {
            for (name, field) in LAP {
                if let Some(value) = lap[field].as_f64() {
                    add(name, Summary::of(value));
                }
            }
        }
    }
    found
}

fn expected(corpus: &Path) -> BTreeMap<String, Quantities> {
    let table = std::fs::read_to_string(corpus.join("expected-fit.tsv")).unwrap();
    let mut files: BTreeMap<String, Quantities> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |cell: usize| cells.get(cell).and_then(|cell| cell.parse().ok()).unwrap_or(0.0);
        let summary = Summary { count: cells[2].parse().unwrap(), sum: number(3), min: number(4), max: number(5) };
        files.entry(cells[0].to_owned()).or_default().insert(cells[1].to_owned(), summary);
    }
    files
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[test]
fn inspect_agrees_with_two_independent_decoders() {
    let Some(corpus) = corpus() else { return };
    let files = files_under(&corpus.join("fit"));
    let out = Command::new(binary()).arg("inspect").arg("--json").args(&files).output().unwrap();
    let reports: BTreeMap<String, Value> = String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let report: Value = serde_json::from_str(line).unwrap();
            let name = Path::new(report["file"].as_str().unwrap()).strip_prefix(&corpus).unwrap().to_owned();
            (name.to_str().unwrap().to_owned(), report)
        })
        .collect();
    assert_eq!(reports.len(), files.len(), "an object for every file");

    let (mut compared, mut wrong, mut used) = (0, Vec::new(), BTreeSet::new());
    for (name, expected) in expected(&corpus) {
        let found = quantities(&reports[&name]);
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
    assert!(compared > 3000, "the table was read");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Its times count from when the device was switched on, and nothing says when that was.
const WITHOUT_DAY: &str = "fit/dtcooper+python-fitparse/bdb23e5a-compressed-speed-distance.fit";

#[test]
fn the_row_of_an_export_stands_in_for_a_real_file_without_a_day() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename\n\
                 1,\"Jan 5, 2019, 6:32:11 AM\",Hills,Run,3600,10,activities/1.fit\n";
    let file = std::fs::read(corpus.join(WITHOUT_DAY)).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("activities.csv", table.as_bytes()), ("activities/1.fit", &file)] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    let archive = folder.path().join("export.zip");
    std::fs::write(&archive, zip.finish().unwrap().into_inner()).unwrap();
    let out = Command::new(binary())
        .args(["import", archive.to_str().unwrap(), "--athlete", "Ada", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    assert!(out.contains("1 new, 0 duplicate, 0 same activity, 1 set aside, 1 failed"), "{out}");
    assert!(out.lines().any(|line| line.starts_with("failed ") && line.contains("the day is not known")), "{out}");
    assert!(out.lines().any(|line| line.starts_with("new ") && line.contains("activities.csv#2019-01-05")), "{out}");
}

/// How the line of a file begins.
const RESULTS: [&str; 5] = ["new ", "duplicate ", "same activity ", "set aside ", "failed "];

#[test]
fn import_ends_with_a_result_for_every_file() {
    let Some(corpus) = corpus() else { return };
    let files = files_under(&corpus);
    let data = tempfile::tempdir().unwrap();
    let out = Command::new(binary())
        .args(["import", corpus.to_str().unwrap(), "--athlete", "Everybody", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let results: Vec<&str> = text.lines().filter(|line| RESULTS.iter().any(|word| line.starts_with(word))).collect();
    for file in &files {
        let name = file.to_str().unwrap();
        let count = results.iter().filter(|line| line.contains(&format!(" {name}: "))).count();
        assert_eq!(count, 1, "results for {name}");
    }
    assert_eq!(results.len(), files.len());
    for word in ["new ", "same activity ", "set aside "] {
        assert!(results.iter().any(|line| line.starts_with(word)), "the corpus holds files that are {word}");
    }
    assert!(!text.contains("fault of the program") && !String::from_utf8_lossy(&out.stderr).contains("panicked"));
}

//! The subcommands as a person types them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use plimsoll_ingest::encode;
use plimsoll_tests::{binary, run};
use serde_json::Value;

fn plimsoll(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn import_says_what_became_of_every_file_and_its_exit_status_whether_any_failed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, files) = (folder.path().join("data"), folder.path().join("files"));
    std::fs::create_dir_all(files.join("deeper")).unwrap();
    write(&files, "a.fit", encode::fit(&run(5, 5.0)));
    write(&files, "copy of a.bin", encode::fit(&run(5, 5.0)));
    write(&files, "deeper/b.gpx", encode::gpx(&run(4, 6.0)));
    let import =
        || plimsoll(&["import", files.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()]);

    let first = import();
    let out = text(&first.stdout);
    assert!(first.status.success(), "{out}");
    assert!(out.contains("2 new, 1 duplicate, 0 same activity, 0 set aside, 0 failed, for Ada"), "{out}");
    assert_eq!(out.lines().filter(|line| line.starts_with("new ")).count(), 2, "{out}");

    write(&files, "page.fit", "<html></html>");
    write(&files, "nothing.fit", "");
    write(&files, "cut.fit.gz", b"\x1f\x8b\x08");
    let second = import();
    let out = text(&second.stdout);
    assert_eq!(second.status.code(), Some(1), "{out}");
    assert!(out.contains("0 new, 3 duplicate, 0 same activity, 2 set aside, 1 failed"), "{out}");
    let has = |start: &str, name: &str, word: &str| {
        out.lines().any(|line| line.starts_with(start) && line.contains(name) && line.contains(word))
    };
    assert!(has("set aside ", "page.fit", "HTML") && has("set aside ", "nothing.fit", "empty"), "{out}");
    assert!(has("failed ", "cut.fit.gz", "damaged"), "{out}");
    // A file that somebody names is no thing beside training: it may be the wrong one.
    let page = files.join("page.fit");
    let out = plimsoll(&["import", page.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()]);
    assert!(out.status.code() == Some(1) && text(&out.stdout).contains("HTML"), "{out:?}");
}

#[test]
fn each_cap_is_named_with_the_option_that_raises_it() {
    let folder = tempfile::tempdir().unwrap();
    let fit = encode::fit(&run(5, 5.0));
    let inner = crate::imports::zip(&[("a-long-name.fit", &fit), ("b.fit", &fit)]);
    write(folder.path(), "a.zip", crate::imports::zip(&[("inner.zip", &inner)]));
    let (archive, data) = (folder.path().join("a.zip"), folder.path().join("data"));
    let (archive, data) = (archive.to_str().unwrap(), data.to_str().unwrap());
    for (option, cap, said) in [
        ("--max-name-bytes", "10", "its name is too long (the cap is 10 bytes; --max-name-bytes raises it)"),
        ("--max-members", "1", "there are too many files in it (the cap is 1; --max-members raises it)"),
        ("--max-depth", "1", "it lies too deep inside other archives (the cap is 1; --max-depth raises it)"),
        ("--max-file-mb", "0", "the file is too large (the cap is 0 bytes; --max-file-mb raises it)"),
        ("--max-archive-gb", "0", "its files are too large together (the cap is 0 bytes; --max-archive-gb raises it)"),
    ] {
        let import = ["import", archive, "--athlete", "Ada", "--data", data, option, cap];
        for arguments in [&import[..], &["inspect", archive, option, cap]] {
            let out = plimsoll(arguments);
            assert!(text(&out.stdout).contains(said), "{arguments:?}: {}", text(&out.stdout));
            assert_eq!(out.status.code(), Some(1));
        }
    }
}

#[test]
fn each_cap_of_an_export_is_named_with_the_option_that_raises_it() {
    let folder = tempfile::tempdir().unwrap();
    let record = |quantity: &str, unit: &str| {
        format!(
            "<Record type='HKQuantityTypeIdentifier{quantity}' sourceName='W' unit='{unit}' \
             startDate='2020-01-01 00:10:00 +0000' endDate='2020-01-01 00:10:00 +0000' value='60'/>"
        )
    };
    let xml = format!(
        "<HealthData>{}{}<Workout workoutActivityType='HKWorkoutActivityTypeRunning' sourceName='W' \
         startDate='2020-01-01 00:00:00 +0000' endDate='2020-01-01 00:30:00 +0000'><WorkoutRoute>\
         <FileReference path='/workout-routes/r.gpx'/></WorkoutRoute></Workout></HealthData>",
        record("HeartRate", "count/min"),
        record("RestingHeartRate", "count/min"),
    );
    let table =
        "Activity ID,Activity Date,Activity Type,Moving Time,Filename\n1,\"Jan 5, 2019, 6:32:11 AM\",Run,1800,\n";
    let files: [(&str, &[u8]); 3] =
        [("export.xml", xml.as_bytes()), ("workout-routes/r.gpx", b"<gpx/>"), ("activities.csv", table.as_bytes())];
    write(folder.path(), "a.zip", crate::imports::zip(&files));
    let archive = folder.path().join("a.zip");
    for (option, said) in [
        ("--max-workouts", "has too many workouts; left out: 1 (the cap is 0; --max-workouts raises it)"),
        ("--max-readings", "has too many readings of days; left out: 1 (the cap is 0; --max-readings raises it)"),
        ("--max-workout-samples", "left out: 1 (the cap is 0 samples; --max-workout-samples raises it)"),
        ("--max-route-mb", "(the cap is 0 bytes for the routes of a workout; --max-route-mb raises it)"),
        ("--max-table-rows", "without a file that were left out: 1 (the cap is 0; --max-table-rows raises it)"),
    ] {
        let out = plimsoll(&["inspect", archive.to_str().unwrap(), option, "0"]);
        assert!(text(&out.stdout).contains(said), "{option}: {}", text(&out.stdout));
        assert_eq!(out.status.code(), Some(1));
    }
}

#[test]
fn several_programs_may_begin_with_the_same_new_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let begin = |name: usize| {
        let file = format!("{name}.fit");
        write(folder.path(), &file, encode::fit(&run(name as u64, 5.0)));
        Command::new(binary())
            .args(["import", folder.path().join(file).to_str().unwrap(), "--athlete", &format!("Runner {name}")])
            .args(["--data", data.to_str().unwrap()])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let programs: Vec<_> = (1..=6).map(begin).collect();
    for program in programs {
        let out = program.wait_with_output().unwrap();
        assert!(out.status.success(), "{} {}", text(&out.stdout), text(&out.stderr));
        assert!(text(&out.stdout).contains("1 new, 0 duplicate"), "{}", text(&out.stdout));
    }
}

#[test]
fn a_path_that_is_not_there_is_a_result_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let out = plimsoll(&["import", "/no/such/file.fit", "--athlete", "Ada", "--data", data.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("failed         /no/such/file.fit"), "{}", text(&out.stdout));
}

#[cfg(unix)]
#[test]
fn import_passes_over_what_is_no_file_and_goes_on_when_nobody_reads_along() {
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let (data, files) = (folder.path().join("data"), folder.path().join("files"));
    std::fs::create_dir_all(&files).unwrap();
    assert!(Command::new("mkfifo").arg(files.join("0.fit")).status().unwrap().success());
    for days_ago in 1..=12 {
        write(&files, &format!("{days_ago:02}.fit"), encode::fit(&run(days_ago, 2.0)));
    }
    let arguments = ["import", files.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()];
    let mut unread = Command::new(binary()).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    drop(unread.stdout.take());
    assert_eq!(unread.wait().unwrap().code(), Some(1), "one entry failed");
    let out = text(&plimsoll(&arguments).stdout);
    assert!(
        out.contains("0 new, 12 duplicate, 0 same activity, 0 set aside, 1 failed")
            && out.contains("not a regular file"),
        "{out}"
    );
}

#[test]
fn an_import_is_taken_back_as_a_whole_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, files) = (folder.path().join("data"), folder.path().join("files"));
    std::fs::create_dir_all(&files).unwrap();
    write(&files, "watch.fit", encode::fit(&run(5, 5.0)));
    write(&files, "copy.gpx", encode::gpx(&run(5, 5.0)));
    let data = data.to_str().unwrap();
    let import = || {
        let out = text(&plimsoll(&["import", files.to_str().unwrap(), "--athlete", "Ada", "--data", data]).stdout);
        let id = out.split("undo-import ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap().to_owned();
        (out, id)
    };
    let (out, id) = import();
    assert!(out.contains("1 new, 0 duplicate, 1 same activity, 0 set aside, 0 failed"), "{out}");
    let same = out.lines().find(|line| line.starts_with("same activity ")).unwrap();
    // The two are read side by side: whichever is done last is the same as the other.
    let other = if same.contains("copy.gpx: ") { "in watch.fit" } else { "in copy.gpx" };
    assert!(same.contains("5.00 km running") && same.contains(other), "it says which: {same}");

    let listed = || text(&plimsoll(&["imports", "--athlete", "Ada", "--data", data]).stdout);
    assert!(listed().contains(&id) && listed().contains("1 new, 1 same activity"), "{}", listed());
    let undo = plimsoll(&["undo-import", &id, "--data", data]);
    assert!(undo.status.success(), "{}", text(&undo.stderr));
    assert!(listed().contains("(undone)"), "{}", listed());
    let (again, second) = import();
    assert!(again.contains("1 new, 0 duplicate, 1 same activity"), "what was undone is new again: {again}");
    assert!(plimsoll(&["undo-import", &second, "--data", data]).status.success());
    assert!(plimsoll(&["redo-import", &id, "--data", data]).status.success());
    let (third, _) = import();
    assert!(third.contains("0 new, 2 duplicate"), "{third}");
    let unknown = plimsoll(&["undo-import", "nothing", "--data", data]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("no import nothing"), "{}", text(&unknown.stderr));
}

#[test]
fn an_archive_gives_a_line_for_every_file_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(&encode::fit(&run(5, 5.0))).unwrap();
    let gz = gz.finish().unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let members = [("a.fit", encode::fit(&run(5, 5.0))), ("b.fit.gz", gz), ("photo.jpg", b"\xff\xd8\xff\xe0".to_vec())];
    for (name, bytes) in members {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    write(folder.path(), "export.zip", zip.finish().unwrap().into_inner());
    let (archive, data) = (folder.path().join("export.zip"), folder.path().join("data"));
    let arguments = ["import", archive.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()];
    let out = plimsoll(&arguments);
    let words = text(&out.stdout);
    assert!(out.status.success(), "{words}");
    assert!(words.contains("1 new, 1 duplicate, 0 same activity, 1 set aside, 0 failed"), "{words}");
    let line = |start: &str, name: &str| words.lines().any(|line| line.starts_with(start) && line.contains(name));
    assert!(line("new ", "export.zip/a.fit: 5.00 km"), "{words}");
    assert!(line("set aside ", "export.zip/photo.jpg: a picture"), "{words}");

    let capped = plimsoll(&[&arguments[..], &["--max-members", "1"]].concat());
    assert_eq!(capped.status.code(), Some(1));
    assert!(text(&capped.stdout).contains("--max-members raises it"), "{}", text(&capped.stdout));
}

#[test]
fn a_row_of_an_export_stands_in_for_a_file_that_gives_no_activity() {
    let folder = tempfile::tempdir().unwrap();
    let (data, export) = (folder.path().join("data"), folder.path().join("export"));
    std::fs::create_dir_all(export.join("activities")).unwrap();
    let table = "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Filename\n\
                 1,\"Jan 5, 2019, 6:32:11 AM\",Hills,Run,3600,10,activities/1.fit\n";
    write(&export, "activities.csv", table);
    write(&export, "activities/1.fit", &encode::fit(&run(5, 5.0))[..60]);
    let arguments = ["import", export.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()];
    let out = text(&plimsoll(&arguments).stdout);
    assert!(out.contains("1 new, 0 duplicate, 0 same activity, 1 set aside, 1 failed"), "{out}");
    let new = out.lines().find(|line| line.starts_with("new ")).unwrap();
    assert!(new.contains("activities.csv#2019-01-05T06:32:11Z: 10.00 km"), "{out}");
    assert!(new.contains("/activities/1.fit, which gave no activity"), "{out}");
    let again = text(&plimsoll(&arguments).stdout);
    assert!(again.contains("0 new, 1 duplicate, 0 same activity, 1 set aside, 1 failed"), "{again}");
}

#[test]
fn import_says_where_the_time_went_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.fit", encode::fit(&run(5, 5.0)));
    let (file, data) = (folder.path().join("a.fit"), folder.path().join("data"));
    let arguments = ["import", file.to_str().unwrap(), "--athlete", "Ada", "--data", data.to_str().unwrap()];
    let out = text(&plimsoll(&[&arguments[..], &["--timings"]].concat()).stdout);
    for stage in ["read", "inflate", "split export", "hash", "decode", "summarise", "store rows", "wall"] {
        assert!(out.lines().any(|line| line.starts_with(stage)), "{stage}: {out}");
    }
}

#[test]
fn inspect_gives_one_object_per_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.fit", encode::fit(&run(5, 5.0)));
    write(folder.path(), "b.txt", "hello");
    let (a, b) = (folder.path().join("a.fit"), folder.path().join("b.txt"));
    let out = plimsoll(&["inspect", a.to_str().unwrap(), b.to_str().unwrap(), "--json"]);
    assert_eq!(out.status.code(), Some(1), "one file could not be read");
    let lines: Vec<Value> = text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["ok"], true);
    assert_eq!(lines[0]["messages"]["session"], 1);
    let activity = &lines[0]["activities"][0];
    assert_eq!(activity["sport"], "running");
    let heart_rate = &activity["columns"]["heart_rate_bpm"];
    assert_eq!((&heart_rate["min"], &heart_rate["max"]), (&140.0.into(), &140.0.into()));
    assert_eq!(heart_rate["count"], lines[0]["messages"]["record"]);
    assert_eq!((&lines[1]["ok"], lines[1]["error"].is_string()), (&false.into(), true));
    let table = plimsoll(&["inspect", a.to_str().unwrap()]);
    assert!(table.status.success() && text(&table.stdout).contains("heart_rate_bpm"));
}

#[test]
fn inspect_tells_what_else_is_in_a_file_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.fit", encode::fit(&run(5, 5.0)));
    let file = folder.path().join("a.fit");
    let json = |arguments: &[&str]| -> Value {
        let out = plimsoll(&[&["inspect", file.to_str().unwrap(), "--json"], arguments].concat());
        serde_json::from_slice(&out.stdout).unwrap()
    };
    assert!(json(&[])["others"].is_null());
    assert!(json(&["--others"])["others"].to_string().contains("file_id"));
}

#[test]
fn the_demo_refuses_every_address_but_loopback_and_says_why() {
    let out = plimsoll(&["demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(out.status.code(), Some(2));
    let words = text(&out.stderr);
    assert!(words.contains("refusing to listen on 0.0.0.0") && words.contains("nobody signs in"), "{words}");
}

#[test]
fn a_link_for_a_new_password_is_for_an_account_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let out = plimsoll(&["reset-link", "ada@example.org", "--data", data]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("no data folder"), "{}", text(&out.stderr));
    plimsoll(&["import", "/dev/null", "--athlete", "Ada", "--data", data]);
    let out = plimsoll(&["reset-link", "ada@example.org", "--data", data]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("no account"), "{}", text(&out.stderr));
}

#[test]
fn analyze_prints_every_day_and_the_flags() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("date,distance_km\n");
    for day in 1..=28 {
        table.push_str(&format!("2026-02-{day:02},5\n"));
    }
    table.push_str("2026-03-10,5\n2026-03-12,9\n");
    write(folder.path(), "runs.csv", table);
    let csv = folder.path().join("runs.csv");
    let out = plimsoll(&["analyze", csv.to_str().unwrap(), "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let lines: Vec<Value> = text(&out.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let days: Vec<&Value> = lines.iter().filter(|line| line["type"] == "day").collect();
    assert_eq!(days.len(), 28 + 12, "every calendar day from the first to the last");
    let constant = days[27];
    for ratio in ["ratio_coupled", "ratio_uncoupled", "ratio_ewma"] {
        assert!((constant[ratio].as_f64().unwrap() - 1.0).abs() < 1e-12, "constant load: {constant}");
    }
    let spike = lines.iter().find(|line| line["code"] == "session_spike").unwrap();
    assert_eq!((&spike["date"], &spike["level"]), (&"2026-03-12".into(), &"warning".into()));
    assert!((spike["value"].as_f64().unwrap() - 1.8).abs() < 1e-12);

    let table = plimsoll(&["analyze", csv.to_str().unwrap()]);
    assert!(table.status.success() && text(&table.stdout).contains("2026-03-12"), "{}", text(&table.stdout));
}

#[test]
fn a_date_that_does_not_exist_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "runs.csv", "date,distance_km\n2026-02-28,5\n2026-02-30,6\n");
    let csv = folder.path().join("runs.csv");
    let out = plimsoll(&["analyze", csv.to_str().unwrap(), "--json"]);
    assert!(!out.status.success());
    let words = text(&out.stderr);
    assert!(words.contains("runs.csv") && words.contains("line 3") && words.contains("2026-02-30"), "{words}");
    assert!(out.stdout.is_empty(), "nothing half-computed");
}

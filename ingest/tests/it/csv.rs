//! Tables of past training.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use chrono::{DateTime, NaiveDate, Utc};
use plimsoll_ingest::{Details, Format, NoticeCode, ReadError, ReadOptions, RunKind, Sport, WatchFile, csv, read};
use proptest::prelude::*;

fn berlin() -> ReadOptions {
    ReadOptions { zone: Some(chrono_tz::Europe::Berlin) }
}

#[track_caller]
fn table(text: &str) -> WatchFile {
    let file = read(text.as_bytes(), &berlin()).unwrap();
    assert_eq!(file.format, Format::Csv);
    file
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().unwrap())
}

/// Distance and duration of each row.
fn totals(file: &WatchFile) -> Vec<(Option<f64>, Option<f64>)> {
    file.activities.iter().map(|activity| (activity.session.distance_m, activity.session.timer_time_s)).collect()
}

fn notices(file: &WatchFile, code: NoticeCode) -> Vec<(&str, &str)> {
    let found = file.notices.iter().filter(|notice| notice.code == code);
    found.map(|notice| (notice.place.as_str(), notice.text.as_str())).collect()
}

#[test]
fn a_row_is_an_activity_without_samples() {
    let file = table(
        "date,distance_km,duration,rpe,sport,title,notes,gear,commute\n\
         2024-05-01 07:30,12.5,1:05:30,6,trail run,Hills,\"Rain,\nand \"\"mud\"\"\",Shoe A,yes\n",
    );
    assert_eq!(file.messages["row"], 1);
    let [run] = file.activities.as_slice() else { panic!("{file:?}") };
    assert_eq!(run.sport, Sport::Running(RunKind::Trail));
    assert_eq!((run.start, run.utc_offset_s), (time("2024-05-01T05:30:00Z"), Some(7200)));
    assert_eq!(run.local_date, day("2024-05-01"));
    assert_eq!(totals(&file), [(Some(12_500.0), Some(3930.0))]);
    assert_eq!((run.records.height(), run.records.width()), (0, 0));
    let expected = Details {
        sport: Some(Sport::Running(RunKind::Trail)),
        title: Some("Hills".to_owned()),
        description: Some("Rain,\nand \"mud\"".to_owned()),
        gear: Some("Shoe A".to_owned()),
        commute: Some(true),
        rpe: Some(6.0),
        feel: None,
    };
    assert_eq!(run.details, expected);
    assert_eq!(file.notices, []);
}

#[test]
fn units_are_in_the_names_of_columns() {
    for (header, cells, expected) in [
        ("distance_km", "5.25", (Some(5250.0), None)),
        ("distance_m", "5250", (Some(5250.0), None)),
        ("distance_mi", "1", (Some(1609.344), None)),
        ("duration", "45:30", (None, Some(2730.0))),
        ("duration", "90:00", (None, Some(5400.0))),
        ("duration", "0:45:30.5", (None, Some(2730.5))),
        ("duration_min", "45.5", (None, Some(2730.0))),
        ("duration_s", "2730", (None, Some(2730.0))),
    ] {
        let file = table(&format!("date,{header}\n2024-05-01,{cells}\n"));
        assert_eq!(totals(&file), [expected], "{header} {cells}");
    }
}

#[test]
fn a_day_alone_has_no_start() {
    let text = "date,distance_km\n2024-01-05,5\n2024-07-05,6\n";
    // Wherever the athlete lives, the day is the same.
    for zone in [None, Some(chrono_tz::Europe::Berlin), Some(chrono_tz::Pacific::Kiritimati)] {
        let file = read(text.as_bytes(), &ReadOptions { zone }).unwrap();
        let starts: Vec<_> = file.activities.iter().map(|activity| (activity.start, activity.local_date)).collect();
        assert_eq!(starts, [(None, day("2024-01-05")), (None, day("2024-07-05"))]);
        assert_eq!(notices(&file, NoticeCode::NoTimes).len(), 1);
    }
}

#[test]
fn a_time_counts_in_its_zone() {
    for (text, start, date, offset_s) in [
        ("2024-05-01T07:30:00+09:00", "2024-04-30T22:30:00Z", "2024-05-01", Some(32_400)),
        ("2024-05-01T23:30:00Z", "2024-05-01T23:30:00Z", "2024-05-02", Some(7200)),
        ("2024-05-01 23:30", "2024-05-01T21:30:00Z", "2024-05-01", Some(7200)),
        // The clock goes from 2:00 to 3:00; and from 3:00 to 2:00, where 2:30 stands twice.
        ("2024-03-31 02:30", "2024-03-31T01:30:00Z", "2024-03-31", Some(3600)),
        ("2024-10-27 02:30", "2024-10-27T00:30:00Z", "2024-10-27", Some(7200)),
    ] {
        let file = table(&format!("date,distance_km\n{text},5\n"));
        let run = &file.activities[0];
        assert_eq!((run.start, run.local_date, run.utc_offset_s), (time(start), day(date), offset_s), "{text}");
    }
    let file = read(b"date,distance_km\n2024-05-01 23:30,5\n", &ReadOptions::default()).unwrap();
    assert_eq!(notices(&file, NoticeCode::OffsetUnknown).len(), 1);
    assert_eq!(file.activities[0].local_date, day("2024-05-01"));
}

#[test]
fn spreadsheets_of_all_kinds_are_read() {
    let semicolons = "Date;Distance_km;Title\r\n2024-05-01;12,5;Läufe\r\n";
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let latin_1 = semicolons.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let tabs = "date\tdistance_km\ttitle\n2024-05-01\t12,5\tLäufe\n";
    let quoted = "\"date\",\"distance_km\",\"title\"\n\"2024-05-01\",\"12,5\",\"Läufe\"";
    for bytes in [
        semicolons.as_bytes().to_vec(),
        tabs.as_bytes().to_vec(),
        quoted.as_bytes().to_vec(),
        [b"\xef\xbb\xbf".as_slice(), semicolons.as_bytes()].concat(),
        [b"\xff\xfe".as_slice(), &utf_16(semicolons)].concat(),
        latin_1,
    ] {
        let file = read(&bytes, &berlin()).unwrap();
        assert_eq!(totals(&file), [(Some(12_500.0), None)], "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(file.activities[0].details.title.as_deref(), Some("Läufe"));
    }
    // Without its mark UTF-16 is no text for `read`, but whoever knows that it is a table may have it read.
    assert_eq!(totals(&csv::read(&utf_16(tabs), &berlin()).unwrap()), [(Some(12_500.0), None)]);
}

#[test]
fn a_row_with_an_error_is_left_out_and_named() {
    let text = "date,distance_km,duration,rpe,commute\n\
        2024-05-01,5,,,\n\
        \n\
        \n\
        yesterday,5,,,\n\
        2024-02-30,5,,,\n\
        ,5,,,\n\
        2024-05-02,,,,\n\
        2024-05-02,five,,,\n\
        2024-05-02,-5,,,\n\
        2024-05-02,99999,,,\n\
        2024-05-02,\"1,200\",,,\n\
        2024-05-02,,45,,\n\
        2024-05-02,,1:75:00,,\n\
        2024-05-02,5,,11,\n\
        2024-05-02,5,,,perhaps\n\
        2024-05-02,5,25,,,x\n\
        ,,,,\n\
        2024-05-03,7,,,\n";
    let file = table(text);
    assert_eq!(totals(&file), [(Some(5000.0), None), (Some(7000.0), None)]);
    let lines: Vec<&str> = notices(&file, NoticeCode::SampleSkipped).iter().map(|(place, _)| *place).collect();
    let expected: Vec<String> = (5..=17).map(|line| format!("line {line}")).collect();
    assert_eq!(lines, expected);
    let why = notices(&file, NoticeCode::SampleSkipped)[8].1;
    assert!(why.contains("duration_min"), "{why}");
    let many = format!("date,distance_km\n{}", "x,1\n".repeat(100));
    let file = table(&many);
    assert_eq!(notices(&file, NoticeCode::SampleSkipped).len(), 21);
    assert_eq!(file.kind.name(), "empty");
}

#[test]
fn columns_and_sports_that_are_not_known_are_named_once() {
    let file =
        table("date,distance_km,mood,shoe size,sport\n2024-05-01,5,good,42,Disc Golf\n2024-05-02,5,,,disc-golf\n");
    assert_eq!(
        notices(&file, NoticeCode::NotUsed),
        [("line 1", "Columns that are not known were not used: mood, shoe size.")]
    );
    assert_eq!(file.activities[1].sport, Sport::CrossTraining("disc_golf".to_owned()));
    assert_eq!(notices(&file, NoticeCode::SportAssumed).len(), 1);
    let file = table("date,distance_km,sport\n2024-05-01,5,\n2024-05-02,5,Radfahren\n");
    assert_eq!(file.activities[0].sport, Sport::Running(RunKind::Generic));
    assert_eq!(file.activities[0].details.sport, None);
    assert_eq!(file.activities[1].sport, Sport::CrossTraining("cycling".to_owned()));
}

#[test]
fn another_table_is_not_taken_for_one() {
    for text in ["date,km\n2024-05-01,5\n", "day,distance_km\n2024-05-01,5\n", "date,distance\n2024-05-01,5\n"] {
        assert!(matches!(Format::detect(text.as_bytes()), Err(ReadError::NotAWatchFile { .. })), "{text}");
        let Err(ReadError::Text { format: Format::Csv, what, line: 1 }) = csv::read(text.as_bytes(), &berlin()) else {
            panic!("{text}");
        };
        assert!(what.contains("distance_km"), "{what}");
    }
    assert!(csv::read(b"date,distance_km,date\n", &berlin()).is_err());
    assert!(csv::read(b"\n\n", &berlin()).is_err());
    assert_eq!(csv::read(b"", &berlin()).unwrap_err(), ReadError::Empty);
    assert_eq!(table("\n\ndate,distance_km").activities.len(), 0);
}

#[test]
fn what_a_service_says_is_laid_over_the_file() {
    let said = Details {
        sport: Some(Sport::Running(RunKind::Trail)),
        title: Some("Theirs".to_owned()),
        gear: Some("Shoe B".to_owned()),
        commute: Some(false),
        ..Details::default()
    };
    let mut file = table("date,distance_km,title,rpe\n2024-05-01,5,Mine,4\n");
    file.apply(said.clone());
    let run = &file.activities[0];
    assert_eq!(run.sport, Sport::Running(RunKind::Trail));
    assert_eq!(run.details, Details { rpe: Some(4.0), ..said.clone() });
    // Which of two is meant is not known.
    let mut file = table("date,distance_km,title\n2024-05-01,5,Mine\n2024-05-02,5,\n");
    file.apply(said);
    for (activity, title) in file.activities.iter().zip([Some("Mine"), None]) {
        assert_eq!(activity.sport, Sport::Running(RunKind::Generic));
        assert_eq!(activity.details.title.as_deref(), title);
        assert_eq!(activity.details.gear.as_deref(), Some("Shoe B"));
        assert_eq!(activity.details.commute, Some(false));
    }
}

#[test]
fn rows_beyond_the_cap_are_counted() {
    let rows = |count: usize| table(&format!("date,distance_km\n{}", "2024-05-01,10\n".repeat(count)));
    let whole = rows(20_000);
    assert_eq!((whole.activities.len(), notices(&whole, NoticeCode::Capped)), (20_000, vec![]));
    let capped = rows(20_003);
    assert_eq!(capped.activities.len(), 20_000);
    assert_eq!(notices(&capped, NoticeCode::Capped), [("", "Rows beyond the first 20,000 were left out: 3.")]);
}

proptest! {
    #[test]
    fn any_cells(cells in prop::collection::vec("[-0-9a-z:,.;\"TZ+ \n\t\u{e9}]{0,12}", 0..40)) {
        let text = format!("date,distance_km,duration,rpe,sport\n{}", cells.join(","));
        let (first, second) = (read(text.as_bytes(), &berlin()).unwrap(), csv::read(text.as_bytes(), &berlin()).unwrap());
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
        prop_assert!(first.activities.iter().all(|activity| activity.start.is_some() && activity.local_date.is_some()));
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = csv::read(&bytes, &berlin());
        let text = [b"date;duration_s\n".as_slice(), &bytes].concat();
        let _ = csv::read(&text, &berlin());
    }

    #[test]
    fn any_distance_comes_back(distance_m in 0_u32..10_000_000) {
        let file = read(format!("date,distance_m\n2024-05-01,{distance_m}\n").as_bytes(), &berlin()).unwrap();
        prop_assert_eq!(totals(&file), [(Some(f64::from(distance_m)), None)]);
    }
}

#[test]
fn a_text_that_is_cut_is_named_with_its_row() {
    let (title, notes) = ("t".repeat(201), "n".repeat(10_001));
    let file = table(&format!(
        "date,distance_km,title,gear,notes\n2024-05-01,5,{title},Shoe A,fine\n2024-05-02,5,Hills,{title},{notes}\n\
         2024-05-03,5,{},Shoe A,fine\n",
        &title[..200]
    ));
    let lengths = |text: &Option<String>| text.as_ref().unwrap().chars().count();
    let [first, second, _] = file.activities.as_slice() else { panic!("{file:?}") };
    assert_eq!((lengths(&first.details.title), lengths(&second.details.gear)), (200, 200));
    assert_eq!(lengths(&second.details.description), 10_000);
    assert_eq!(
        notices(&file, NoticeCode::Capped),
        [
            ("line 2", "Line 2: the title is longer than 200 characters and was cut."),
            ("line 3", "Line 3: the gear is longer than 200 characters and was cut."),
            ("line 3", "Line 3: the notes are longer than 10000 characters and were cut."),
        ]
    );
    assert_eq!(file.notices.iter().map(|notice| notice.activity).collect::<Vec<_>>()[..3], [Some(0), Some(1), Some(1)]);
    let many: String = (0..25).map(|_| format!("2024-05-01,5,{title}\n")).collect();
    let file = table(&format!("date,distance_km,title\n{many}"));
    let told = notices(&file, NoticeCode::Capped);
    assert_eq!((told.len(), told[20]), (21, ("", "5 more texts that are too long were cut.")));
}

#[test]
fn minutes_and_seconds_that_nobody_could_take_are_hours_and_minutes() {
    for (row, expected_s, is_told) in [
        ("21.1,1:50,run", 6600.0, true),
        ("5,0:45,", 2700.0, true),
        ("12,2:30,hike", 9000.0, true),
        ("60,2:10,cycling", 7800.0, true),
        // What can be minutes and seconds is.
        ("5,25:30,run", 1530.0, false),
        ("0.4,1:50,run", 110.0, false),
        ("1,1:50,cycling", 110.0, false),
        (",1:50,run", 110.0, false),
        ("0,1:50,run", 110.0, false),
        // Written out, or neither: as it stands.
        ("21.1,0:01:50,run", 110.0, false),
        ("21.1,1:50.5,run", 110.5, false),
        ("900,1:50,run", 110.0, false),
    ] {
        let file = table(&format!("date,distance_km,duration,sport\n2026-11-08,{row}\n"));
        assert_eq!(totals(&file)[0].1, Some(expected_s), "{row}");
        let told = notices(&file, NoticeCode::Converted);
        assert_eq!(told.len(), usize::from(is_told), "{row}");
        assert!(
            told.iter().all(|(place, text)| *place == "line 2"
                && text.starts_with("Line 2: ")
                && text.contains("hours and minutes")),
            "{told:?}"
        );
    }
    let many = format!("date,distance_km,duration\n{}", "2026-11-08,21.1,1:50\n".repeat(30));
    assert_eq!(notices(&table(&many), NoticeCode::Converted).len(), 21);
}

#[test]
fn a_row_of_nothing_but_zeros_is_left_out() {
    let file =
        table("date,distance_km,duration\n2026-11-08,0,\n2026-11-08,,0:00\n2026-11-08,0,0:00\n2026-11-08,0,30:00\n");
    assert_eq!(totals(&file), [(Some(0.0), Some(1800.0))]);
    let lines: Vec<&str> = notices(&file, NoticeCode::SampleSkipped).iter().map(|(place, _)| *place).collect();
    assert_eq!(lines, ["line 2", "line 3", "line 4"]);
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_no_row() {
    for (rows, texts) in [
        ("2024-05-01,10,\"easy\n2024-05-02,12,ok\n2024-05-03,8,ok\n", ["\"easy", "ok", "ok"]),
        // The mark of a later row does not close it.
        ("2024-05-01,10,\"easy\n2024-05-02,12,\"ok\n2024-05-03,8,ok\n", ["\"easy", "\"ok", "ok"]),
        ("2024-05-01,10,\"easy\n2024-05-02,12,\"o\nk\"\n2024-05-03,8,ok\n", ["\"easy", "o\nk", "ok"]),
        ("2024-05-01,10,ok\n2024-05-02,12,ok\n2024-05-03,8,\"o \"\"k", ["ok", "ok", "\"o \"\"k"]),
    ] {
        let file = table(&format!("date,distance_km,notes\n{rows}"));
        let found: Vec<_> = file.activities.iter().filter_map(|a| a.details.description.as_deref()).collect();
        assert_eq!(found, texts, "{rows}");
        let [(place, text)] = notices(&file, NoticeCode::Damaged)[..] else { panic!("{:?}", file.notices) };
        assert!(place.starts_with("line ") && text.contains("is not closed"), "{text}");
    }
    let file = table("date,distance_km,notes\n2024-05-01,10,ok\n2024-05-02,10,\"Hills\" and mud\n");
    assert_eq!(notices(&file, NoticeCode::Damaged), []);
}

#[test]
fn a_cell_that_goes_on_over_rows_is_told_of() {
    let file = table("date,distance_km,notes\n2024-05-01,10,\"easy\n2024-05-02,12,ok\n2024-05-03,8,\"\n");
    assert_eq!(file.activities.len(), 1);
    let [(place, text)] = notices(&file, NoticeCode::Damaged)[..] else { panic!("{:?}", file.notices) };
    assert!(place == "line 2" && text.contains("lines with a date"), "{text}");
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = "date,distance_km,notes\n2024-05-01,10,Läufe\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[b"\xff\xfe".as_slice(), &little].concat(), [b"\xfe\xff".as_slice(), &big].concat(), little, big] {
        let file = read(&bytes, &berlin()).unwrap();
        assert_eq!(file.activities[0].details.description.as_deref(), Some("Läufe"));
    }
}

#[test]
fn a_row_of_too_many_cells_is_refused_before_room_is_made_for_them() {
    let wide = |cells: usize| format!("date,distance_km{}\n2020-01-01,5\n", ",".repeat(cells - 2));
    assert_eq!(read(wide(2_000).as_bytes(), &ReadOptions::default()).unwrap().activities.len(), 1);
    let error = read(wide(2_001).as_bytes(), &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("more than 2000 cells") && error.contains("line 1"), "{error}");
    // Commas within quotation marks separate nothing; behind a mark within a cell they do.
    let quoted = format!("date,distance_km,notes\n2020-01-01,5,\"{}\"\n", ",".repeat(5_000));
    assert_eq!(read(quoted.as_bytes(), &ReadOptions::default()).unwrap().activities.len(), 1);
    let behind = format!("date,distance_km,notes\n2020-01-01,5,a\"{}\n", ",".repeat(5_000));
    assert!(read(behind.as_bytes(), &ReadOptions::default()).is_err());
}

#[test]
fn rows_within_a_cell_are_named_whatever_ends_lines_and_wherever_the_date_stands() {
    let told = |text: &str| {
        let file = read(text.as_bytes(), &ReadOptions::default()).unwrap();
        file.notices.iter().map(|notice| format!("{} {}", notice.place, notice.text)).collect::<Vec<_>>().join("; ")
    };
    let by_carriage_return = told("date,distance_km,title\r2019-02-01,5,\"Easy\r2019-02-02,6,\"b\r2019-02-03,7,c\r");
    assert!(by_carriage_return.contains("line 2") && by_carriage_return.contains("quotation"), "{by_carriage_return}");
    let date_second =
        told("distance_km,date,title\n5,2019-03-01,\"Easy\n6,2019-03-02,b\n7,2019-03-03,c\"\n8,2019-03-04,d\n");
    assert!(date_second.contains("line 2") && date_second.contains("lines with a date"), "{date_second}");
}

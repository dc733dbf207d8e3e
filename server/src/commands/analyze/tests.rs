//! Facts about the command.

use serde_json::Value;

use super::*;

const JSON: AnalyzeOptions = AnalyzeOptions { json: true, as_of: None, gaps: Gaps::Rest };

fn run(csv: impl AsRef<[u8]>, options: &AnalyzeOptions) -> Result<String> {
    let mut out = Vec::new();
    analyze(&mut csv.as_ref(), "runs.csv", options, &mut out)?;
    Ok(String::from_utf8(out)?)
}

fn lines(csv: impl AsRef<[u8]>, options: &AnalyzeOptions) -> Vec<Value> {
    run(csv, options).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The days of the JSON output.
fn days(csv: impl AsRef<[u8]>, options: &AnalyzeOptions) -> Vec<Value> {
    lines(csv, options).into_iter().filter(|line| line["type"] == "day").collect()
}

fn error(csv: impl AsRef<[u8]>) -> String {
    format!("{:#}", run(csv, &JSON).unwrap_err())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_day_line_has_exactly_these_keys_in_this_order() {
    let text = run("date,distance_km\n2025-01-01,5\n", &JSON).unwrap();
    assert_eq!(
        text,
        "{\"type\":\"day\",\"athlete\":null,\"date\":\"2025-01-01\",\"distance_km\":5.0,\"load\":null,\"acute\":null,\
         \"chronic\":null,\"ratio_coupled\":null,\"ratio_uncoupled\":null,\"acute_ewma\":5.0,\"chronic_ewma\":5.0,\
         \"ratio_ewma\":null,\"redi\":null,\"ratio_redi\":null,\"monotony\":null,\"strain\":null,\"fitness\":null,\
         \"fatigue\":null,\"form\":null,\"longest_30d_km\":null,\"line_km\":null,\"line_careful_km\":null,\
         \"week_km\":null,\"ramp_pct\":null,\"ramp_3w_pct\":null,\"state\":\"provisional\",\
         \"reasons\":{\"load\":\"not_recorded\",\"acute\":\"short_history\",\"chronic\":\"short_history\",\
         \"ratio_coupled\":\"short_history\",\"ratio_uncoupled\":\"short_history\",\"ratio_ewma\":\"short_history\",\
         \"redi\":\"short_history\",\"ratio_redi\":\"short_history\",\"monotony\":\"short_history\",\
         \"strain\":\"short_history\",\"fitness\":\"short_history\",\"fatigue\":\"short_history\",\
         \"form\":\"short_history\",\"longest_30d_km\":\"short_history\",\"line_km\":\"short_history\",\
         \"line_careful_km\":\"short_history\",\"week_km\":\"short_history\",\"ramp_pct\":\"short_history\",\
         \"ramp_3w_pct\":\"short_history\"}}\n"
    );
}

#[test]
fn a_flag_line_has_exactly_these_keys_and_stands_after_the_days() {
    let lines = lines("date,distance_km\n2025-01-01,12\n2025-01-03,15.7\n", &JSON);
    assert_eq!(
        lines.iter().map(|line| line["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["day", "day", "day", "flag"]
    );
    let flag = lines[3].as_object().unwrap();
    assert_eq!(flag.keys().len(), 10);
    assert_eq!(
        (&flag["athlete"], &flag["date"], &flag["code"], &flag["level"], &flag["threshold"], &flag["evidence"]),
        (
            &Value::Null,
            &"2025-01-03".into(),
            &"session_spike".into(),
            &"warning".into(),
            &1.3.into(),
            &"frandsen_2025".into()
        )
    );
    assert!((flag["value"].as_f64().unwrap() - 15.7 / 12.0).abs() < 1e-12);
    assert_eq!(flag["inputs"][1], serde_json::json!({ "name": "longest_30d_km", "value": 12.0, "unit": "km" }));
    assert!(flag["text"].as_str().unwrap().starts_with("15.7 km is 31 % longer than your longest run"));
}

#[test]
fn rows_of_one_date_are_several_runs_and_order_is_free() {
    let days = days("distance_km,Note,DATE\n3,late,2025-01-03\n4,,2025-01-01\n2,,2025-01-03\n", &JSON);
    let km: Vec<_> = days.iter().map(|day| day["distance_km"].as_f64().unwrap()).collect();
    assert_eq!(km, [4.0, 0.0, 5.0]);
    assert_eq!(days[2]["longest_30d_km"], 4.0);
}

#[test]
fn empty_is_unknown_and_zero_is_rest() {
    let csv = "date,distance_km\n2025-01-01,5\n2025-01-02,\n2025-01-03,0\n2025-01-05,5\n";
    let km = |gaps| -> Vec<Value> {
        days(csv, &AnalyzeOptions { gaps, ..JSON }).iter().map(|day| day["distance_km"].clone()).collect()
    };
    assert_eq!(km(Gaps::Rest), [Value::from(5.0), Value::Null, 0.0.into(), 0.0.into(), 5.0.into()]);
    assert_eq!(km(Gaps::Unknown), [Value::from(5.0), Value::Null, 0.0.into(), Value::Null, 5.0.into()]);
    assert_eq!(days(csv, &JSON)[1]["reasons"]["distance_km"], "unknown_days");
}

#[test]
fn a_rest_stated_in_one_column_is_known_in_the_other() {
    let csv =
        "date,distance_km,load\n2026-01-01,10,60\n2026-01-02,0,\n2026-01-03,8,50\n2026-01-04,,0\n2026-01-05,5,30\n";
    let lines = lines(csv, &JSON);
    assert!(lines.iter().all(|line| line["code"] != "data_gap"), "{lines:#?}");
    let of = |column: &str| lines.iter().take(5).map(|day| day[column].as_f64().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("distance_km"), [10.0, 0.0, 8.0, 0.0, 5.0]);
    assert_eq!(of("load"), [60.0, 0.0, 50.0, 0.0, 30.0]);
    // A rest that is stated in loads makes no loads of a table of distances.
    let days = days("date,distance_km,load\n2026-01-01,10,\n2026-01-02,,0\n2026-01-03,8,\n", &JSON);
    assert_eq!((&days[2]["load"], &days[2]["reasons"]["load"]), (&Value::Null, &"not_recorded".into()));
    assert_eq!(days[2]["acute_ewma"], 0.75 * 0.75 * 10.0 + 0.25 * 8.0);
}

#[test]
fn as_of_extends_or_cuts_the_days() {
    let csv = "date,distance_km\n2025-01-01,5\n2025-01-03,6\n";
    let until = |day: &str| days(csv, &AnalyzeOptions { as_of: Some(date(day)), ..JSON });
    assert_eq!(until("2025-01-06").len(), 6);
    assert_eq!(until("2025-01-06")[5]["longest_30d_km"], 6.0);
    assert_eq!(until("2025-01-02").len(), 2);
    let early = run(csv, &AnalyzeOptions { as_of: Some(date("2024-12-31")), ..JSON }).unwrap_err();
    assert_eq!(early.to_string(), "runs.csv has no run on or before 2024-12-31");
}

#[test]
fn a_byte_order_mark_semicolons_and_decimal_commas() {
    let days = days("\u{feff}Date;Distance_km\r\n2025-01-01;5,5\r\n2025-01-02;6.5\r\n", &JSON);
    assert_eq!((&days[0]["distance_km"], &days[1]["distance_km"]), (&5.5.into(), &6.5.into()));
}

#[test]
fn quoted_decimal_commas_and_tabs() {
    let quoted = days("date,distance_km\n2025-01-01,\"8,5\"\n", &JSON);
    assert_eq!(quoted[0]["distance_km"], 8.5);
    let tabs = days("date\tdistance_km\n2025-01-01\t8,5\n", &JSON);
    assert_eq!(tabs[0]["distance_km"], 8.5);
    let to_the_metre = days("date;distance_km\n2025-01-01;10,125\n", &JSON);
    assert_eq!(to_the_metre[0]["distance_km"], 10.125);
    assert!(error("date,distance_km\n2025-01-01,\"1,200\"\n").contains("may be thousands or decimals"));
}

#[test]
fn load_alone_leaves_the_distances_unsaid() {
    let csv: String = (1..=28).map(|day| format!("2025-01-{day:02},50\n")).collect();
    let days = days(format!("date,load\n{csv}"), &JSON);
    let last = &days[27];
    assert_eq!((&last["load"], &last["ratio_coupled"], &last["monotony"]), (&50.0.into(), &1.0.into(), &10.0.into()));
    for column in ["distance_km", "longest_30d_km", "line_km", "line_careful_km", "week_km", "ramp_pct"] {
        assert_eq!((&last[column], &last["reasons"][column]), (&Value::Null, &"not_recorded".into()), "{column}");
    }
}

#[test]
fn athletes_in_order_of_first_appearance_on_a_common_calendar() {
    let csv = "athlete,date,distance_km\nZoe,2025-01-02,5\nAmy,2025-01-01,6\nZoe,2025-01-01,4\n";
    let days: Vec<_> = days(csv, &JSON)
        .iter()
        .map(|day| format!("{} {}", day["athlete"].as_str().unwrap(), day["date"].as_str().unwrap()))
        .collect();
    assert_eq!(days, ["Zoe 2025-01-01", "Zoe 2025-01-02", "Amy 2025-01-01", "Amy 2025-01-02"]);
}

#[test]
fn every_bad_row_is_named_and_nothing_is_written() {
    let csv = "date,distance_km,load\n2025-01-01,5,\n2025-02-30,5,1\n\n2025-01-03,five,1\n2025-01-04,-3,x\n1.5.2025,5,1\n,5,1\n\
               2025-01-05\n2025-01-06,5,3,7\n2025-01-07,inf,1\n2025-01-08,1e99,1\n";
    assert_eq!(
        error(csv),
        "nothing was computed:\n\
         runs.csv, line 3, column date: there is no day 2025-02-30\n\
         runs.csv, line 5, column distance_km: \"five\" is not a number\n\
         runs.csv, line 6, column distance_km: -3 is below zero\n\
         runs.csv, line 6, column load: \"x\" is not a number\n\
         runs.csv, line 7, column date: \"1.5.2025\" is not a date such as 2025-03-31\n\
         runs.csv, line 8, column date: the date is missing\n\
         runs.csv, line 9, column distance_km: the row ends before it\n\
         runs.csv, line 9, column load: the row ends before it\n\
         runs.csv, line 10: 4 values, but the header has 3 columns; is there a decimal comma? \
         Separate the columns with `;` or put the value in quotes\n\
         runs.csv, line 11, column distance_km: \"inf\" is not a number\n\
         runs.csv, line 12, column distance_km: 1e99 is more than any run can have"
    );
    let mut out = Vec::new();
    assert!(analyze(&mut csv.as_bytes(), "runs.csv", &JSON, &mut out).is_err());
    assert!(out.is_empty());
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let line = |csv: &str| error(csv).lines().nth(1).map(str::to_owned);
    let expected = Some("runs.csv, line 6, column date: there is no day 2025-02-30".to_owned());
    for end in ["\n", "\r\n"] {
        let csv = ["date,note,load", "", "2025-01-01,\"two\nlines\",5", "", "2025-02-30,,5", ""].join(end);
        assert_eq!(line(&csv), expected, "{end:?}");
    }
}

#[test]
fn no_more_than_20_bad_rows_are_shown() {
    let message = error(format!("date,load\n{}", "x,1\n".repeat(25)));
    assert_eq!(message.lines().count(), 22);
    assert!(message.ends_with("and 5 more"));
}

#[test]
fn a_header_that_does_not_do() {
    assert_eq!(error(""), "runs.csv is empty; it should begin with a header such as date,distance_km");
    assert_eq!(error("date,distance_km\n"), "runs.csv has a header but no runs");
    assert_eq!(
        error("day,distance_km\n2025-01-01,5\n"),
        "runs.csv, line 1: the header has no column date; it has: day, distance_km"
    );
    assert_eq!(
        error("date,km\n2025-01-01,5\n"),
        "runs.csv, line 1: the header has no column distance_km or load; it has: date, km"
    );
    assert_eq!(error("date,load,Load\n"), "runs.csv, line 1: the header has two columns load");
    assert_eq!(error(b"\xff\xfed\0"), "runs.csv is UTF-16 text; save it as CSV in UTF-8");
    assert_eq!(
        error(b"athlete,date,load\nJos\xe9,2025-01-01,5\n"),
        "nothing was computed:\nruns.csv, line 2: not UTF-8 text"
    );
}

#[test]
fn a_mistyped_year_is_refused() {
    assert_eq!(
        error("date,load\n0205-01-01,5\n2025-01-01,5\n"),
        "runs.csv cannot be analysed: the days from 0205-01-01 to 2025-01-01 span more than 100 years; is a year \
         mistyped?"
    );
}

#[test]
fn the_table_shows_four_weeks_and_the_flags_as_episodes() {
    let first = date("2025-01-01");
    let rows: String = first
        .iter_days()
        .take(40)
        .enumerate()
        .map(|(index, date)| format!("{date},{}\n", if index == 39 { 16 } else { 10 }))
        .collect();
    let text = run(format!("date,distance_km\n{rows}"), &AnalyzeOptions { json: false, ..JSON }).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "28 of 40 days; acute, chronic and ratios are of distance, km per day.");
    assert_eq!(
        lines[2],
        "date             km    acute  chronic    ratio     7:21     ewma monotony   strain  week km   \
         ramp %  line km  careful  state"
    );
    assert_eq!(
        lines[30],
        "2025-02-09     16.0     10.9     10.2     1.06     1.09     1.10     5.17      393     76.0        \
         9     11.0     11.0  steady"
    );
    assert_eq!(lines[31], "", "that a table of distances has no loads needs no word");
    assert!(text.contains("2025-02-09                warning  Longer than usual\n    16.0 km is 60 % longer than"));
    assert!(text.contains("2025-01-07 to 2025-02-09  caution  Little variation\n"));
    assert!(text.contains("\n12 earlier days and 0 earlier flags: --json writes them all.\n"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let error = analyze(&mut Broken, "runs.csv", &JSON, &mut Vec::new()).unwrap_err();
    assert_eq!(format!("{error:#}"), "runs.csv cannot be read: the disk is gone");
}

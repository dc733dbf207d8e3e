//! `plimsoll analyze RUNS.csv`: every indicator for every day, and the flags, from a plain list of runs.
//!
//! The file: a header with `date` and `distance_km` or `load` (or both), optionally `athlete`; upper or lower case,
//! any order, further columns ignored. One row per run; rows of one date are several runs of that day, in their order.
//! Separator: `;` when the header has one, and then numbers may have a decimal comma; `,` otherwise. A byte-order mark
//! is skipped. A value left empty is unknown, 0 is a rest day, a date without a row is a rest day or unknown as asked.

use std::collections::{HashMap, HashSet};
use std::io::{ErrorKind, Read, Write};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use plimsoll_analytics::{Analysis, Day, DayGrid, Flag, Gaps, Measure, Parameters, Reason, Run, analyse};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// At most this many bad rows are shown.
const SHOWN_PROBLEMS: usize = 20;

/// The table shows this many days; with `--json` all are written.
const SHOWN_DAYS: usize = 28;

/// A bigger value is a slip of the keyboard; the day grid refuses it as well, but knows no line.
const MAX_VALUE: f64 = 1e9;

/// What the command line asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnalyzeOptions {
    /// One JSON object per line instead of a table.
    pub(crate) json: bool,
    /// The last day of the analysis; rows after it are left out. `None`: the last date in the file.
    pub(crate) as_of: Option<NaiveDate>,
    /// What a date without a row means.
    pub(crate) gaps: Gaps,
}

/// Reads runs from `csv` (called `file_name` in messages), analyses each athlete, and writes to `out`.
///
/// # Errors
/// The file cannot be read, or any row is bad: all bad rows are named (the first 20 in full), and nothing is written.
pub(crate) fn analyze(
    csv: &mut dyn Read,
    file_name: &str,
    options: &AnalyzeOptions,
    out: &mut dyn Write,
) -> Result<()> {
    let mut bytes = Vec::new();
    csv.read_to_end(&mut bytes).with_context(|| format!("{file_name} cannot be read"))?;
    let athletes = read(&bytes, file_name)?;
    let last = athletes.iter().filter_map(Athlete::last).max();
    let as_of = options.as_of.or(last);
    let mut grids = Vec::new();
    for athlete in athletes {
        let grid = DayGrid::new(&athlete.runs, &athlete.unknown, as_of, options.gaps)
            .with_context(|| format!("{file_name} cannot be analysed"))?;
        grids.push((athlete.name, grid));
    }
    grids.retain(|(_, grid)| !grid.is_empty());
    if let (true, Some(as_of)) = (grids.is_empty(), as_of) {
        bail!("{file_name} has no run on or before {as_of}");
    }
    match write(&grids, options.json, out).and_then(|()| out.flush()) {
        // Whoever reads has seen enough: `plimsoll analyze runs.csv | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("the result cannot be written"),
    }
}

fn write(grids: &[(Option<String>, DayGrid)], json: bool, out: &mut dyn Write) -> std::io::Result<()> {
    for (index, (athlete, grid)) in grids.iter().enumerate() {
        let analysis = analyse(grid, &Parameters::default());
        if json {
            write_json(athlete.as_deref(), &analysis, out)?;
        } else {
            if index > 0 {
                writeln!(out)?;
            }
            write_table(athlete.as_deref(), grid, &analysis, out)?;
        }
    }
    if !json {
        writeln!(out, "\nPlimsoll supports a decision; it is not a diagnosis.")?;
    }
    Ok(())
}

// ---- reading ----

/// One athlete's rows.
#[derive(Debug, Default)]
struct Athlete {
    name: Option<String>,
    runs: Vec<Run>,
    unknown: Vec<NaiveDate>,
}

impl Athlete {
    fn last(&self) -> Option<NaiveDate> {
        self.runs.iter().map(|run| run.date).chain(self.unknown.iter().copied()).max()
    }
}

/// Where the columns are.
struct Header {
    len: usize,
    date: usize,
    distance_km: Option<usize>,
    load: Option<usize>,
    athlete: Option<usize>,
    has_decimal_comma: bool,
}

/// The athletes in order of their first row.
fn read(bytes: &[u8], file_name: &str) -> Result<Vec<Athlete>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("{file_name} is UTF-16 text; save it as CSV in UTF-8");
    }
    let first_line = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let is_semicolon = first_line.is_some_and(|line| line.contains(&b';'));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if is_semicolon { b';' } else { b',' })
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);

    let mut header = None;
    let mut athletes = Athletes::default();
    let mut problems: Vec<String> = Vec::new();
    let mut lines = Lines { bytes, offset: 0, line: 1 };
    for (row, record) in (0_i64..).zip(reader.byte_records()) {
        let record = record.with_context(|| format!("{file_name} cannot be read"))?;
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let fields: Vec<&str> = match record.iter().map(std::str::from_utf8).collect() {
            Ok(fields) => fields,
            Err(_) => {
                problems.push(format!("{file_name}, line {line}: not UTF-8 text"));
                continue;
            }
        };
        let Some(header) = &header else {
            header = Some(read_header(&fields, is_semicolon).with_context(|| format!("{file_name}, line {line}"))?);
            continue;
        };
        if fields.iter().all(|field| field.is_empty()) {
            continue;
        }
        match read_row(header, &fields, row, line) {
            Ok((name, entry)) => athletes.add(name, entry),
            Err(row_problems) => {
                problems.extend(row_problems.into_iter().map(|problem| format!("{file_name}, line {line}{problem}")));
            }
        }
    }
    if header.is_none() {
        bail!("{file_name} is empty; it should begin with a header such as date,distance_km");
    }
    if !problems.is_empty() {
        let more = problems.len().saturating_sub(SHOWN_PROBLEMS);
        problems.truncate(SHOWN_PROBLEMS);
        if more > 0 {
            problems.push(format!("and {more} more"));
        }
        bail!("nothing was computed:\n{}", problems.join("\n"));
    }
    if athletes.list.is_empty() {
        bail!("{file_name} has a header but no runs");
    }
    Ok(athletes.list)
}

/// Counts lines along the file. The reader's own count stops at the first of several blank lines.
struct Lines<'a> {
    bytes: &'a [u8],
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the row that the reader found at or behind `offset`; offsets do not go backwards.
    fn of(&mut self, offset: u64) -> usize {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = offset.saturating_add(blank);
        let passed = self.bytes.get(self.offset..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.offset = start;
        self.line
    }
}

fn read_header(fields: &[&str], has_decimal_comma: bool) -> Result<Header> {
    let names: Vec<String> = fields.iter().map(|field| field.to_lowercase()).collect();
    let find = |name: &str| -> Result<Option<usize>> {
        let mut places = (0..).zip(&names).filter(|(_, other)| *other == name).map(|(place, _)| place);
        let place = places.next();
        if places.next().is_some() {
            bail!("the header has two columns {name}");
        }
        Ok(place)
    };
    let found = fields.join(", ");
    let date = find("date")?.with_context(|| format!("the header has no column date; it has: {found}"))?;
    let (distance_km, load, athlete) = (find("distance_km")?, find("load")?, find("athlete")?);
    if distance_km.is_none() && load.is_none() {
        bail!("the header has no column distance_km or load; it has: {found}");
    }
    Ok(Header { len: fields.len(), date, distance_km, load, athlete, has_decimal_comma })
}

/// One row: a run, or a day that is unknown.
enum Entry {
    Run(Run),
    Unknown(NaiveDate),
}

impl Athlete {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Run(run) => self.runs.push(run),
            Entry::Unknown(date) => self.unknown.push(date),
        }
    }
}

/// Athletes in order of first appearance.
#[derive(Debug, Default)]
struct Athletes {
    list: Vec<Athlete>,
    places: HashMap<Option<String>, usize>,
}

impl Athletes {
    fn add(&mut self, name: Option<String>, entry: Entry) {
        let place = *self.places.entry(name).or_insert_with_key(|name| {
            self.list.push(Athlete { name: name.clone(), ..Athlete::default() });
            self.list.len() - 1
        });
        if let Some(athlete) = self.list.get_mut(place) {
            athlete.add(entry);
        }
    }
}

/// The athlete's name and the entry, or what is wrong, each beginning with `, column …` or `: …`.
fn read_row(header: &Header, fields: &[&str], row: i64, line: usize) -> Result<(Option<String>, Entry), Vec<String>> {
    if fields.iter().skip(header.len).any(|field| !field.is_empty()) {
        let hint = if header.has_decimal_comma { "" } else { "; is there a decimal comma?" };
        return Err(vec![format!(": {} values, but the header has {} columns{hint}", fields.len(), header.len)]);
    }
    let mut problems = Vec::new();
    let mut field = |name: &str, place: usize| {
        let value = fields.get(place).copied();
        if value.is_none() {
            problems.push(format!(", column {name}: the row ends before it"));
        }
        value.unwrap_or_default()
    };
    let date = field("date", header.date);
    let distance = header.distance_km.map(|place| ("distance_km", field("distance_km", place)));
    let load = header.load.map(|place| ("load", field("load", place)));
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut keep = |result: Result<_, String>| match result {
        Ok(value) => value,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let mut number = |column: Option<(&str, &str)>| {
        column.and_then(|(name, text)| {
            keep(read_number(text, header.has_decimal_comma).map_err(|why| format!(", column {name}: {why}")))
        })
    };
    let (distance_km, load) = (number(distance), number(load));
    let date = match read_date(date) {
        Ok(date) => date,
        Err(why) => {
            problems.insert(0, format!(", column date: {why}"));
            return Err(problems);
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let name = header.athlete.and_then(|place| fields.get(place)).filter(|name| !name.is_empty());
    let entry = if distance_km.is_none() && load.is_none() {
        Entry::Unknown(date)
    } else {
        Entry::Run(Run { id: format!("line {line}"), date, order: row, distance_km, load })
    };
    Ok((name.map(|name| (*name).to_owned()), entry))
}

fn read_date(text: &str) -> Result<NaiveDate, String> {
    // chrono alone would take 2025-1-5 and years of any length.
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if text.is_empty() {
        Err("the date is missing".to_owned())
    } else if !is_shaped {
        Err(format!("{text:?} is not a date such as 2025-03-31"))
    } else {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("there is no day {text}"))
    }
}

fn read_number(text: &str, has_decimal_comma: bool) -> Result<Option<f64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = if has_decimal_comma { text.replace(',', ".") } else { text.to_owned() };
    let value: f64 = number.parse().map_err(|_| format!("{text:?} is not a number"))?;
    if !value.is_finite() {
        Err(format!("{text:?} is not a number"))
    } else if value < 0.0 {
        Err(format!("{text} is below zero"))
    } else if value > MAX_VALUE {
        Err(format!("{text} is more than any run can have"))
    } else {
        // -0 becomes 0.
        Ok(Some(value + 0.0))
    }
}

// ---- writing ----

/// A day as one JSON object.
struct DayLine<'a>(Option<&'a str>, &'a Day);

impl Serialize for DayLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DayLine(athlete, day) = self;
        let measures = day.measures();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "day")?;
        map.serialize_entry("athlete", athlete)?;
        map.serialize_entry("date", &day.date)?;
        for (name, measure) in &measures {
            map.serialize_entry(name, &measure.ok())?;
        }
        map.serialize_entry("state", day.state.as_str())?;
        map.serialize_entry("reasons", &Reasons(&measures))?;
        map.end()
    }
}

/// Column → why it is null.
struct Reasons<'a>(&'a [(&'static str, Measure)]);

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons = self.0.iter().filter_map(|(name, measure)| Some((name, measure.err()?.as_str())));
        serializer.collect_map(reasons)
    }
}

/// A flag as one JSON object.
#[derive(serde::Serialize)]
struct FlagLine<'a> {
    r#type: &'static str,
    athlete: Option<&'a str>,
    date: NaiveDate,
    code: &'static str,
    level: &'static str,
    value: Option<f64>,
    threshold: Option<f64>,
    evidence: &'static str,
    text: &'a str,
}

impl<'a> FlagLine<'a> {
    fn new(athlete: Option<&'a str>, flag: &'a Flag) -> Self {
        Self {
            r#type: "flag",
            athlete,
            date: flag.date,
            code: flag.code.as_str(),
            level: flag.level.as_str(),
            value: flag.value,
            threshold: flag.threshold,
            evidence: flag.evidence,
            text: &flag.text,
        }
    }
}

fn write_json(athlete: Option<&str>, analysis: &Analysis, out: &mut dyn Write) -> std::io::Result<()> {
    for day in &analysis.days {
        serde_json::to_writer(&mut *out, &DayLine(athlete, day))?;
        writeln!(out)?;
    }
    for flag in &analysis.flags {
        serde_json::to_writer(&mut *out, &FlagLine::new(athlete, flag))?;
        writeln!(out)?;
    }
    Ok(())
}

/// Columns of the table: heading, measure, digits after the point.
const COLUMNS: [(&str, &str, usize); 13] = [
    ("km", "distance_km", 1),
    ("load", "load", 0),
    ("acute", "acute", 1),
    ("chronic", "chronic", 1),
    ("ratio", "ratio_coupled", 2),
    ("7:21", "ratio_uncoupled", 2),
    ("ewma", "ratio_ewma", 2),
    ("monotony", "monotony", 2),
    ("strain", "strain", 0),
    ("week km", "week_km", 1),
    ("ramp %", "ramp_pct", 0),
    ("line km", "line_km", 1),
    ("careful", "line_careful_km", 1),
];

fn write_table(athlete: Option<&str>, grid: &DayGrid, analysis: &Analysis, out: &mut dyn Write) -> std::io::Result<()> {
    let days = &analysis.days;
    let shown = days.get(days.len().saturating_sub(SHOWN_DAYS)..).unwrap_or_default();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return Ok(()) };
    if let Some(athlete) = athlete {
        writeln!(out, "{athlete}")?;
    }
    let what = if grid.has_load() { "load" } else { "distance, km per day" };
    writeln!(out, "{} of {} days; acute, chronic and ratios are of {what}.", shown.len(), days.len())?;

    // What no run has is said once below, not as a column of dashes.
    let is_recorded = |name: &'static str| !last.measures().contains(&(name, Err(Reason::NotRecorded)));
    let columns: Vec<_> = COLUMNS.into_iter().filter(|(_, name, _)| is_recorded(name)).collect();
    write!(out, "\n{:<10}", "date")?;
    for (heading, _, _) in &columns {
        write!(out, " {heading:>8}")?;
    }
    writeln!(out, "  state")?;
    for day in shown {
        write!(out, "{:<10}", day.date.to_string())?;
        let measures = day.measures();
        for (_, name, digits) in &columns {
            let value = measures.iter().find(|(other, _)| other == name).and_then(|(_, measure)| measure.ok());
            match value {
                Some(value) => write!(out, " {value:>8.digits$}")?,
                None => write!(out, " {:>8}", "-")?,
            }
        }
        writeln!(out, "  {}", day.state.as_str())?;
    }

    let mut told = HashSet::new();
    for reason in last.measures().into_iter().filter_map(|(_, measure)| measure.err()) {
        if told.insert(reason) {
            let names: Vec<&str> = COLUMNS
                .iter()
                .filter(|(_, name, _)| last.measures().contains(&(*name, Err(reason))))
                .map(|(heading, _, _)| *heading)
                .collect();
            if !names.is_empty() {
                writeln!(out, "-  {} on {}: {}", names.join(", "), last.date, reason.text())?;
            }
        }
    }

    let episodes = analysis.episodes();
    let (recent, earlier): (Vec<_>, Vec<_>) = episodes.iter().partition(|episode| episode.last >= first.date);
    writeln!(out, "\nFlags since {}:{}", first.date, if recent.is_empty() { " none" } else { "" })?;
    for episode in recent {
        let until = if episode.first == episode.last { String::new() } else { format!(" to {}", episode.last) };
        let dates = format!("{}{until}", episode.first);
        writeln!(out, "{dates:<24}  {:<7}  {}", episode.flag.level.as_str(), episode.flag.code.title())?;
        writeln!(out, "    {}", episode.flag.text)?;
    }
    let hidden = days.len() - shown.len();
    if hidden > 0 {
        writeln!(out, "\n{hidden} earlier days and {} earlier flags: --json writes them all.", earlier.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
             \"chronic\":null,\"ratio_coupled\":null,\"ratio_uncoupled\":null,\"ratio_ewma\":null,\"monotony\":null,\
             \"strain\":null,\"longest_30d_km\":null,\"line_km\":null,\"line_careful_km\":null,\"week_km\":null,\
             \"ramp_pct\":null,\"state\":\"provisional\",\"reasons\":{\"load\":\"not_recorded\",\
             \"acute\":\"short_history\",\"chronic\":\"short_history\",\"ratio_coupled\":\"short_history\",\
             \"ratio_uncoupled\":\"short_history\",\"ratio_ewma\":\"short_history\",\"monotony\":\"short_history\",\
             \"strain\":\"short_history\",\"longest_30d_km\":\"short_history\",\"line_km\":\"short_history\",\
             \"line_careful_km\":\"short_history\",\"week_km\":\"short_history\",\"ramp_pct\":\"short_history\"}}\n"
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
        assert_eq!(flag.keys().len(), 9);
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
    fn load_alone_leaves_the_distances_unsaid() {
        let csv: String = (1..=28).map(|day| format!("2025-01-{day:02},50\n")).collect();
        let days = days(format!("date,load\n{csv}"), &JSON);
        let last = &days[27];
        assert_eq!(
            (&last["load"], &last["ratio_coupled"], &last["monotony"]),
            (&50.0.into(), &1.0.into(), &10.0.into())
        );
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
             runs.csv, line 10: 4 values, but the header has 3 columns; is there a decimal comma?\n\
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
        assert_eq!(lines[31], "-  load on 2025-02-09: No run has a value for it.");
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
}

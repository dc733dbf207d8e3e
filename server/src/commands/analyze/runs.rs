//! A table of runs, read with all its bad rows named.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use plimsoll_analytics::Session;

/// At most this many bad rows are shown.
const SHOWN_PROBLEMS: usize = 20;

/// A bigger value is a slip of the keyboard; the day grid refuses it as well, but knows no line.
const MAX_VALUE: f64 = 1e9;

/// One athlete's rows.
#[derive(Debug, Default)]
pub(super) struct Athlete {
    pub(super) name: Option<String>,
    pub(super) runs: Vec<Session>,
    pub(super) unknown: Vec<NaiveDate>,
}

impl Athlete {
    /// The date of the last row.
    pub(super) fn last(&self) -> Option<NaiveDate> {
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
    /// Whether the fields are separated by something else, so that a comma in a value can only be a decimal comma.
    is_comma_free: bool,
}

/// The athletes in order of their first row.
pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Vec<Athlete>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("{file_name} is UTF-16 text; save it as CSV in UTF-8");
    }
    let first_line = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let has = |separator: u8| first_line.is_some_and(|line| line.contains(&separator));
    let separator = [b';', b'\t'].into_iter().find(|separator| has(*separator)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
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
            header =
                Some(read_header(&fields, separator != b',').with_context(|| format!("{file_name}, line {line}"))?);
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

fn read_header(fields: &[&str], is_comma_free: bool) -> Result<Header> {
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
    Ok(Header { len: fields.len(), date, distance_km, load, athlete, is_comma_free })
}

/// One row: a run, or a day that is unknown.
enum Entry {
    Run(Box<Session>),
    Unknown(NaiveDate),
}

impl Athlete {
    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Run(run) => self.runs.push(*run),
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
        let hint = if header.is_comma_free {
            ""
        } else {
            "; is there a decimal comma? Separate the columns with `;` or put the value in quotes"
        };
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
            keep(read_number(text, header.is_comma_free).map_err(|why| format!(", column {name}: {why}")))
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
        Entry::Run(Box::new(Session::row(format!("line {line}"), date, row, distance_km, load)))
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

fn read_number(text: &str, is_comma_free: bool) -> Result<Option<f64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    // Where a comma separates the fields, a value with one in it was quoted, and “1,200” may be either.
    if !is_comma_free
        && let Some((_, decimals)) = text.split_once(',')
        && (decimals.len() == 3 || decimals.contains(','))
    {
        return Err(format!("{text:?} may be thousands or decimals; write it without commas"));
    }
    let value: f64 = text.replace(',', ".").parse().map_err(|_| format!("{text:?} is not a number"))?;
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

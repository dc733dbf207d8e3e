//! `activities.csv` of Strava's export.
//!
//! Its columns changed over the years, and their names follow the language of the account. In English they are found by
//! name. In other languages the present layout is known by its repeated names (elapsed time, distance) and read by
//! position. Times are UTC. The last of two distances is metres; a single one is kilometres, and metres before 2019,
//! when the columns had other names.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::Details;
use crate::csv::{crowded_row, text};
use crate::sport::words;

/// Characters of a title or gear, and of a description, that are kept.
pub(super) const LONGEST_NAME: usize = 200;
pub(super) const LONGEST_TEXT: usize = 10_000;

/// What the table says.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Activities with the file that each names.
    pub(super) files: Vec<(String, Row)>,
    /// Activities without a file.
    pub(super) without_file: Vec<Row>,
    /// Activities with and without a file that are left out, because there are too many.
    pub(super) files_left_out: u64,
    pub(super) rows_left_out: u64,
    /// Lines of which a text was cut.
    pub(super) cut: Vec<u64>,
}

/// What the table says about one activity.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) details: Details,
    /// The kind of activity in the table's own word.
    kind: String,
    start: Option<DateTime<Utc>>,
    distance_m: Option<f64>,
    duration_s: Option<f64>,
    /// Whether its file was met and could not be used.
    pub(super) is_met: bool,
}

/// Why a row cannot stand for an activity that has no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// Its date cannot be read.
    Date,
    /// It has neither a distance nor a duration.
    Amount,
}

impl Row {
    /// The start, and the row as a table of past training (see [`crate::csv`]). The same row gives the same bytes in every
    /// later export, so that whoever knows files by their bytes knows it again.
    pub(super) fn document(&self) -> Result<(String, Vec<u8>), Lack> {
        let start = self.start.ok_or(Lack::Date)?.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        if self.distance_m.is_none() && self.duration_s.is_none() {
            return Err(Lack::Amount);
        }
        let Details { sport: _, title, description, gear, commute, rpe, feel: _ } = &self.details;
        let written = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let (mut header, mut row) = (Vec::new(), Vec::new());
        for (name, cell) in [
            ("date", start.clone()),
            ("distance_m", written(self.distance_m)),
            ("duration_s", written(self.duration_s)),
            ("rpe", written(*rpe)),
            ("sport", self.kind.clone()),
            ("title", said(title)),
            ("notes", said(description)),
            ("gear", said(gear)),
            ("commute", commute.map(|commute| commute.to_string()).unwrap_or_default()),
        ] {
            header.push(name.to_owned());
            row.push(cell);
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory does not fail.
        let _ = writer.write_record(header).and_then(|()| writer.write_record(row));
        Ok((start, writer.into_inner().unwrap_or_default()))
    }
}

/// Where the columns are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Columns {
    date: usize,
    title: Option<usize>,
    kind: usize,
    description: Option<usize>,
    elapsed_s: Option<usize>,
    moving_s: Option<usize>,
    distance: Option<usize>,
    /// Metres in one unit of the distance.
    metres: f64,
    rpe: Option<usize>,
    commute: Option<usize>,
    gear: Option<usize>,
    file: usize,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Option<Self> {
        let names = names(header);
        Self::english(&names).or_else(|| Self::by_position(&names))
    }

    fn english(names: &[String]) -> Option<Self> {
        let all = |wanted: &str| (0..).zip(names).filter(|(_, name)| *name == wanted).map(|(at, _)| at).collect();
        let first = |wanted: &[&str]| -> Option<usize> {
            wanted.iter().find_map(|wanted| names.iter().position(|name| name == wanted))
        };
        let is_old = names.first().is_some_and(|name| name == "id");
        first(&["activity id", "id"])?;
        let distances: Vec<usize> = all("distance");
        let elapsed: Vec<usize> = [all("elapsed time"), all("elapsed_time")].concat();
        Some(Self {
            date: first(&["activity date", "date"])?,
            title: first(&["activity name", "name"]),
            kind: first(&["activity type", "type"])?,
            description: first(&["activity description", "description"]),
            elapsed_s: elapsed.last().copied(),
            moving_s: first(&["moving time"]),
            distance: distances.last().copied(),
            metres: if is_old || distances.len() > 1 { 1.0 } else { 1000.0 },
            rpe: first(&["perceived exertion"]),
            commute: first(&["commute"]),
            gear: first(&["activity gear", "gear"]),
            file: first(&["filename"])?,
        })
    }

    fn by_position(names: &[String]) -> Option<Self> {
        let is_same =
            |a: usize, b: usize| names.get(a).is_some_and(|name| !name.is_empty() && names.get(b) == Some(name));
        (is_same(5, 15) && is_same(6, 17)).then_some(Self {
            date: 1,
            title: Some(2),
            kind: 3,
            description: Some(4),
            elapsed_s: Some(15),
            moving_s: Some(16),
            distance: Some(17),
            metres: 1.0,
            // The relative effort stands twice as well, the second time six columns before it.
            rpe: is_same(8, 37).then_some(43),
            commute: Some(9),
            gear: Some(11),
            file: 12,
        })
    }
}

/// Whether a file that begins like this is the table, by the names or the places of its columns.
pub(super) fn is_table(head: &[u8]) -> bool {
    header(head).is_some_and(|header| Columns::find(&header).is_some())
}

/// Whether a file that begins like this is the table by the names of its columns.
pub(super) fn has_names(head: &[u8]) -> bool {
    header(head).is_some_and(|header| Columns::english(&names(&header)).is_some())
}

fn names(header: &csv::StringRecord) -> Vec<String> {
    header.iter().map(|name| name.trim().to_lowercase()).collect()
}

fn header(head: &[u8]) -> Option<csv::StringRecord> {
    let (text, _) = text::decode(head);
    let mut record = csv::StringRecord::new();
    let is_row = reader(&text).read_record(&mut record).is_ok_and(|is_row| is_row);
    is_row.then_some(record)
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes())
}

impl Table {
    /// Reads at most so many activities that have a file, and that have none; `None` when it is not Strava's.
    pub(super) fn read(bytes: &[u8], most_files: u64, most_rows: usize) -> Option<Self> {
        let (text, _) = text::decode(bytes);
        if crowded_row(&text, b',').is_some() {
            return None;
        }
        let mut reader = reader(&text);
        let mut record = csv::StringRecord::new();
        reader.read_record(&mut record).ok().filter(|is_row| *is_row)?;
        let columns = Columns::find(&record)?;
        let mut table = Self::default();
        // Text in memory is read without errors.
        while let Ok(true) = reader.read_record(&mut record) {
            let line = record.position().map_or(0, csv::Position::line);
            let field =
                |at: Option<usize>| at.and_then(|at| record.get(at)).map(str::trim).filter(|text| !text.is_empty());
            let Some(file) = field(Some(columns.file)) else {
                if field(Some(columns.date)).is_none() {
                    continue;
                }
                if table.without_file.len() < most_rows {
                    let row = row(&columns, line, &field, &mut table.cut);
                    table.without_file.push(row);
                } else {
                    table.rows_left_out += 1;
                }
                continue;
            };
            if (table.files.len() as u64) < most_files {
                let row = row(&columns, line, &field, &mut table.cut);
                table.files.push((file.to_owned(), row));
            } else {
                table.files_left_out += 1;
            }
        }
        Some(table)
    }
}

fn row<'a>(columns: &Columns, line: u64, field: &impl Fn(Option<usize>) -> Option<&'a str>, cut: &mut Vec<u64>) -> Row {
    let value = |at: Option<usize>| field(at).and_then(number).filter(|value| *value > 0.0);
    let is_longer =
        |at: Option<usize>, longest: usize| field(at).is_some_and(|said| said.chars().nth(longest).is_some());
    if [columns.title, columns.gear, Some(columns.kind)].into_iter().any(|at| is_longer(at, LONGEST_NAME))
        || is_longer(columns.description, LONGEST_TEXT)
    {
        cut.push(line);
    }
    Row {
        line,
        details: details(columns, field),
        kind: field(Some(columns.kind)).and_then(|kind| text::tidy(kind, LONGEST_NAME)).unwrap_or_default(),
        start: field(Some(columns.date)).and_then(read_time),
        distance_m: value(columns.distance).map(|distance| distance * columns.metres),
        duration_s: value(columns.moving_s).or_else(|| value(columns.elapsed_s)),
        is_met: false,
    }
}

fn details<'a>(columns: &Columns, field: &impl Fn(Option<usize>) -> Option<&'a str>) -> Details {
    let said = |at: Option<usize>, longest: usize| field(at).and_then(|said| text::tidy(said, longest));
    Details {
        sport: field(Some(columns.kind)).and_then(words::from_type),
        title: said(columns.title, LONGEST_NAME),
        description: said(columns.description, LONGEST_TEXT),
        gear: said(columns.gear, LONGEST_NAME),
        commute: field(columns.commute).and_then(text::is_yes),
        feel: None,
        rpe: field(columns.rpe).and_then(number).filter(|rpe| (0.0..=10.0).contains(rpe) && *rpe > 0.0),
    }
}

/// A number with a decimal point or a decimal comma.
fn number(text: &str) -> Option<f64> {
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// `Jan 5, 2019, 6:32:11 AM`, `5 janv. 2019 à 06:32:11`, `05.01.2019, 06:32:11`, `2019-01-05 06:32:11`, all UTC. Two numbers
/// with slashes are not read: they are the day and the month in either order.
fn read_time(text: &str) -> Option<DateTime<Utc>> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).collect();
    let (mut date, mut time, mut month, mut numbers, mut afternoon) = (None, None, None, Vec::new(), None);
    for word in words {
        if word.contains(':') {
            time = Some(word.trim_end_matches('z').to_owned());
        } else if let Some(pm) = [("am", false), ("pm", true)].iter().find(|(mark, _)| word.replace('.', "") == *mark) {
            afternoon = Some(pm.1);
        } else if let Ok(number) = word.trim_end_matches('.').parse::<u32>() {
            numbers.push(number);
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            date = NaiveDate::parse_from_str(word, "%Y-%m-%d")
                .or_else(|_| NaiveDate::parse_from_str(word, "%d.%m.%Y"))
                .ok();
        } else {
            month = month.or_else(|| read_month(word));
        }
    }
    let date = match (date, month, numbers.as_slice()) {
        (Some(date), _, _) => date,
        (None, Some(month), [day, year]) => NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, month, *day)?,
        _ => return None,
    };
    let time = time?;
    let mut parts = time.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
        None => hour,
    };
    Some(NaiveDateTime::new(date, NaiveTime::from_hms_opt(hour, minute, second)?).and_utc())
}

/// A month by the first letters that its names share in English, German, French, Spanish, Italian, Portuguese and Dutch.
fn read_month(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "jän", "ene", "gen"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrt", "maa"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mei", "mag"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aoû", "aou", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    (1..).zip(MONTHS).find(|(_, names)| names.iter().any(|name| word.starts_with(name))).map(|(number, _)| number)
}

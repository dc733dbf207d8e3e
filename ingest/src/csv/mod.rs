//! Tables of past training: for what never had a file, or whose files are lost.
//!
//! The first row names the columns, in any order; each other row is one activity, without samples.
//!
//! | column | holds |
//! |---|---|
//! | `date` | the day, `2024-05-01`; or with a time, `2024-05-01 07:30`, `2024-05-01T07:30:00+02:00` |
//! | `distance_km`, `distance_m` or `distance_mi` | distance in kilometres, metres or miles |
//! | `duration` | `H:MM:SS`, or `MM:SS` (`45:30` is 45 minutes; see below) |
//! | `duration_min` or `duration_s` | duration as a number of minutes or seconds |
//! | `rpe` | session rating of perceived exertion, 0 to 10 |
//! | `sport` | `run`, `trail run`, `cycling`… in a word that services use; running when it is empty or not there |
//! | `title`, `notes` or `description`, `gear` | text |
//! | `commute` | `yes` or `no` |
//!
//! `date` and one of distance and duration have to be there, and one of the two has to be above zero. An empty cell says nothing. Cells are separated by commas,
//! semicolons or tabs, and may stand in double quotes; a decimal comma counts where something else separates, or in
//! quotes. UTF-8, UTF-16 and Windows-1252 are read. A quotation mark that is never closed is a character like others, and a
//! notice names its line; so does one where a quoted cell goes on over lines that look like rows.
//!
//! A duration `a:b` is minutes and seconds, also where there is no distance. Where the distance beside it would then be
//! covered faster than 12.5 m/s on foot, or 40 m/s otherwise, and would not as hours and minutes, it is hours and
//! minutes (`1:50` for a half marathon), and a notice names the line.
//!
//! A date alone counts on that day and has no start. A time without a zone is the athlete's wall clock; without a known
//! zone it is taken as UTC. A row that cannot be read is left out, with a notice that names its line. Titles and gear
//! are cut to 200 characters, notes to 10,000, with such a notice. Of more than 20,000 rows the first 20,000 are read,
//! and a notice says how many were left out; a table with a row of more than 2,000 cells is refused.

mod cells;
mod header;
mod quotes;
mod row;
pub(crate) mod text;

use std::collections::BTreeMap;

pub(crate) use cells::crowded_row;
pub(crate) use header::is_ours;

use header::Header;
use row::Row;

use crate::{
    Activity, Details, DistanceSource, FileKind, Format, Notice, NoticeCode, OtherMessages, ReadError, ReadOptions,
    Totals, WatchFile,
};

/// Rows with an error that are written out; the rest are counted.
const WRITTEN_OUT: usize = 20;
/// Rows that are read: once a day for more than fifty years. Each is an activity, at any size of cell.
const MOST_ROWS: u64 = 20_000;

/// Reads a table of past training. Each row is one [`Activity`] without records: no rows, no columns.
///
/// # Errors
/// [`ReadError::Empty`] for no bytes; [`ReadError::Text`] when the first row does not name the columns.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<WatchFile, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (text, decoding) = text::decode(bytes);
    let mut notices: Vec<Notice> = decoding.into_iter().collect();
    let separator = header::separator(&text);
    let text = quotes::mend(&text, separator, &mut notices);
    if let Some(line) = crowded_row(&text, separator) {
        let what = format!("the row has more than {} cells", cells::MOST_CELLS);
        return Err(ReadError::Text { format: Format::Csv, what, line });
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text: text.as_bytes(), offset: 0, line: 1 };
    let mut header = None;
    let mut activities = Vec::new();
    let mut said = Said::default();
    let (mut rows, mut skipped, mut readings, mut cuts) = (0_u64, 0_usize, 0_usize, 0_usize);
    let mut record = csv::StringRecord::new();
    // Text in memory is read without errors.
    while let Ok(true) = reader.read_record(&mut record) {
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let Some(header) = &header else {
            let found = Header::read(&record, separator != b',').map_err(|what| ReadError::Text {
                format: Format::Csv,
                what,
                line,
            })?;
            notices.extend(found.unknown_notice(line));
            header = Some(found);
            continue;
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        rows += 1;
        if rows > MOST_ROWS {
            continue;
        }
        match row::read(header, &record, options.zone, &mut said) {
            Ok(mut row) => {
                if let Some(text) = row.reading.take() {
                    readings += 1;
                    if readings <= WRITTEN_OUT {
                        let text = format!("Line {line}: {text}");
                        let notice = Notice::new(NoticeCode::Converted, format!("line {line}"), text);
                        notices.push(notice.about(activities.len()));
                    }
                }
                for text in std::mem::take(&mut row.cut) {
                    cuts += 1;
                    if cuts <= WRITTEN_OUT {
                        let text = format!("Line {line}: {text}");
                        let notice = Notice::new(NoticeCode::Capped, format!("line {line}"), text);
                        notices.push(notice.about(activities.len()));
                    }
                }
                activities.push(activity(row));
            }
            Err(what) => {
                skipped += 1;
                if skipped <= WRITTEN_OUT {
                    let text = format!("Line {line} was left out: {what}.");
                    notices.push(Notice::new(NoticeCode::SampleSkipped, format!("line {line}"), text));
                }
            }
        }
    }
    if header.is_none() {
        let what = format!("there is no row that names the columns; it needs {}", header::NEEDED);
        return Err(ReadError::Text { format: Format::Csv, what, line: 1 });
    }
    if skipped > WRITTEN_OUT {
        let text = format!("{} more rows were left out.", skipped - WRITTEN_OUT);
        notices.push(Notice::new(NoticeCode::SampleSkipped, "", text));
    }
    if readings > WRITTEN_OUT {
        let text = format!("{} more durations are read as hours and minutes.", readings - WRITTEN_OUT);
        notices.push(Notice::new(NoticeCode::Converted, "", text));
    }
    if cuts > WRITTEN_OUT {
        let text = format!("{} more texts that are too long were cut.", cuts - WRITTEN_OUT);
        notices.push(Notice::new(NoticeCode::Capped, "", text));
    }
    if rows > MOST_ROWS {
        let text = format!("Rows beyond the first 20,000 were left out: {}.", rows - MOST_ROWS);
        notices.push(Notice::new(NoticeCode::Capped, "", text));
    }
    said.notices(&mut notices);
    Ok(WatchFile {
        format: Format::Csv,
        kind: if activities.is_empty() { FileKind::Other("empty".to_owned()) } else { FileKind::Activity },
        device: None,
        messages: BTreeMap::from([("row".to_owned(), rows)]),
        activities,
        others: OtherMessages::default(),
        diary: Vec::new(),
        notices,
    })
}

/// What is said once, however many rows it concerns.
#[derive(Debug, Default)]
struct Said {
    /// A row names a day only.
    is_noon_assumed: bool,
    /// A row's time has no zone, and none is known.
    is_zone_unknown: bool,
    /// Sports that are not known, and that became cross-training under their own name.
    unknown_sports: Vec<String>,
}

impl Said {
    fn notices(self, notices: &mut Vec<Notice>) {
        if self.is_noon_assumed {
            let text = "Rows with a date alone have a day and no start.";
            notices.push(Notice::new(NoticeCode::NoTimes, "", text));
        }
        if self.is_zone_unknown {
            let text = "Times without a zone were taken as UTC, because no time zone is known.";
            notices.push(Notice::new(NoticeCode::OffsetUnknown, "", text));
        }
        if !self.unknown_sports.is_empty() {
            let text =
                format!("Sports that are not known count as cross-training: {}.", self.unknown_sports.join(", "));
            notices.push(Notice::new(NoticeCode::SportAssumed, "", text));
        }
    }
}

fn activity(row: Row) -> Activity {
    Activity {
        sport: row.sport.clone(),
        details: Details { sport: row.is_sport_stated.then_some(row.sport), ..row.details },
        start: row.start,
        utc_offset_s: row.utc_offset_s,
        offset_source: row.offset_source,
        local_date: Some(row.local_date),
        session: Totals { distance_m: row.distance_m, timer_time_s: row.duration_s, ..Totals::default() },
        distance_source: DistanceSource::None,
        laps: Vec::new(),
        pauses: Vec::new(),
        lengths: Vec::new(),
        strap_heart_rate: None,
        records: polars::prelude::DataFrame::empty(),
    }
}

/// Counts lines along the text. The reader's own count stops at the first of several blank lines.
struct Lines<'a> {
    text: &'a [u8],
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the row that the reader found at or behind `offset`; offsets do not go backwards.
    fn of(&mut self, offset: u64) -> usize {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.text.get(offset..).unwrap_or_default();
        let start = offset.saturating_add(rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count());
        let passed = self.text.get(self.offset..start).unwrap_or_default();
        self.line += quotes::newlines(passed, 0, passed.len());
        self.offset = start;
        self.line
    }
}

//! Which columns a table has.

/// What a table needs, for a person.
pub(super) const NEEDED: &str =
    "date and at least one of distance_km, distance_m, distance_mi, duration, duration_min, duration_s";
/// Unknown columns that are named.
const NAMED: usize = 20;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Date,
    DistanceKm,
    DistanceM,
    DistanceMi,
    Duration,
    DurationMin,
    DurationS,
    Rpe,
    Sport,
    Title,
    Description,
    Gear,
    Commute,
}

/// Columns by name.
const COLUMNS: &[(&str, Column)] = &[
    ("date", Column::Date),
    ("distance_km", Column::DistanceKm),
    ("distance_m", Column::DistanceM),
    ("distance_mi", Column::DistanceMi),
    ("duration", Column::Duration),
    ("duration_min", Column::DurationMin),
    ("duration_s", Column::DurationS),
    ("rpe", Column::Rpe),
    ("sport", Column::Sport),
    ("title", Column::Title),
    ("notes", Column::Description),
    ("description", Column::Description),
    ("gear", Column::Gear),
    ("commute", Column::Commute),
];

/// The columns of one table.
#[derive(Debug)]
pub(super) struct Header {
    /// What each column holds, in their order; `None` for one that is not known.
    pub(super) columns: Vec<Option<Column>>,
    /// Whether something else separates the cells, so that a comma in a value can only be a decimal comma.
    pub(super) is_comma_free: bool,
    unknown: Vec<String>,
}

impl Header {
    /// Reads the first row, or says what is wrong with it.
    pub(super) fn read(record: &csv::StringRecord, is_comma_free: bool) -> Result<Self, String> {
        let mut header = Self { columns: Vec::new(), is_comma_free, unknown: Vec::new() };
        for name in record {
            let column = column(name);
            if column.is_some() && header.columns.contains(&column) {
                return Err(format!("it has two columns for the same, the second is {}", short(name)));
            }
            if column.is_none() && !name.is_empty() {
                header.unknown.push(short(name));
            }
            header.columns.push(column);
        }
        if header.is_enough() {
            return Ok(header);
        }
        let found: Vec<String> = record.iter().take(NAMED).map(short).collect();
        Err(format!("its first row does not name the columns {NEEDED}; it has {}", found.join(", ")))
    }

    fn is_enough(&self) -> bool {
        use Column::{Date, DistanceKm, DistanceM, DistanceMi, Duration, DurationMin, DurationS};
        let has = |column| self.columns.contains(&Some(column));
        has(Date) && [DistanceKm, DistanceM, DistanceMi, Duration, DurationMin, DurationS].into_iter().any(has)
    }

    /// Says which columns are not used.
    pub(super) fn unknown_notice(&self, line: usize) -> Option<crate::Notice> {
        let more = if self.unknown.len() > NAMED { " and more" } else { "" };
        let names: Vec<&str> = self.unknown.iter().take(NAMED).map(String::as_str).collect();
        let text = format!("Columns that are not known were not used: {}{more}.", names.join(", "));
        let notice = crate::Notice::new(crate::NoticeCode::NotUsed, format!("line {line}"), text);
        (!self.unknown.is_empty()).then_some(notice)
    }
}

fn column(name: &str) -> Option<Column> {
    let name = name.trim_matches(['\u{feff}', ' ', '\t']).to_lowercase();
    COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
}

/// A name as it fits in a sentence.
fn short(name: &str) -> String {
    name.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What separates the cells: a semicolon or a tab when the first row with anything in it has one, else a comma.
pub(super) fn separator(text: &str) -> u8 {
    let first = first_line(text);
    if first.contains(';') {
        b';'
    } else if first.contains('\t') {
        b'\t'
    } else {
        b','
    }
}

fn first_line(text: &str) -> &str {
    text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default()
}

/// Whether a text begins with a row that names the columns of a table of past training.
pub(crate) fn is_ours(head: &[u8]) -> bool {
    // The end may be cut in the middle of a character, and a name in Latin-1 hides no column of ours.
    let text = String::from_utf8_lossy(head);
    let line = first_line(&text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(line))
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    matches!(reader.read_record(&mut record), Ok(true))
        && Header { columns: record.iter().map(column).collect(), is_comma_free: false, unknown: Vec::new() }
            .is_enough()
}

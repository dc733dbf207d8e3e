//! Days and flags, as lines of JSON or as a table for a person.

use std::collections::HashSet;
use std::io::Write;

use chrono::NaiveDate;
use plimsoll_analytics::{Analysis, Day, DayGrid, Flag, Measure, Reason};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::words;

/// The table shows this many days; with `--json` all are written.
const SHOWN_DAYS: usize = 28;

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

pub(super) fn write_json(athlete: Option<&str>, analysis: &Analysis, out: &mut dyn Write) -> std::io::Result<()> {
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

pub(super) fn write_table(
    athlete: Option<&str>,
    grid: &DayGrid,
    analysis: &Analysis,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let days = &analysis.days;
    let shown = days.get(days.len().saturating_sub(SHOWN_DAYS)..).unwrap_or_default();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else { return Ok(()) };
    if let Some(athlete) = athlete {
        writeln!(out, "{}", words::plain(athlete))?;
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
        // That a table of distances has no loads needs no reason.
        if !(reason == Reason::NotRecorded && grid.has_distance()) && told.insert(reason) {
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

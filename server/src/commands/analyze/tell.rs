//! Days and flags, as lines of JSON or as a table for a person.

use std::collections::HashSet;
use std::io::Write;

use chrono::NaiveDate;
use plimsoll_analytics::{Analysis, Channel, DayGrid, DayMetric, Flag, Input, Reason};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::day_body::DayBody;
use crate::words;

/// The table shows this many days; with `--json` all are written.
const SHOWN_DAYS: usize = 28;

/// A day as one JSON object.
struct DayLine<'a>(Option<&'a str>, DayBody);

impl Serialize for DayLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let DayLine(athlete, day) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "day")?;
        map.serialize_entry("athlete", athlete)?;
        day.write(&mut map)?;
        map.end()
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
    inputs: &'a [Input],
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
            inputs: &flag.inputs,
            text: &flag.text,
        }
    }
}

pub(super) fn write_json(athlete: Option<&str>, analysis: &Analysis, out: &mut dyn Write) -> std::io::Result<()> {
    for day in analysis.days() {
        serde_json::to_writer(&mut *out, &DayLine(athlete, day.into()))?;
        writeln!(out)?;
    }
    for flag in &analysis.flags {
        serde_json::to_writer(&mut *out, &FlagLine::new(athlete, flag))?;
        writeln!(out)?;
    }
    Ok(())
}

/// Columns of the table: heading and metric.
const COLUMNS: [(&str, DayMetric); 13] = [
    ("km", DayMetric::DistanceKm),
    ("load", DayMetric::Load),
    ("acute", DayMetric::Acute),
    ("chronic", DayMetric::Chronic),
    ("ratio", DayMetric::RatioCoupled),
    ("7:21", DayMetric::RatioUncoupled),
    ("ewma", DayMetric::RatioEwma),
    ("monotony", DayMetric::Monotony),
    ("strain", DayMetric::Strain),
    ("week km", DayMetric::WeekKm),
    ("ramp %", DayMetric::RampPct),
    ("line km", DayMetric::LineKm),
    ("careful", DayMetric::LineCarefulKm),
];

pub(super) fn write_table(
    athlete: Option<&str>,
    grid: &DayGrid,
    analysis: &Analysis,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let hidden = analysis.len().saturating_sub(SHOWN_DAYS);
    let (Some(first), Some(last)) = (analysis.day(hidden), analysis.last()) else { return Ok(()) };
    if let Some(athlete) = athlete {
        writeln!(out, "{}", words::plain(athlete))?;
    }
    let what = if grid.is_recorded(Channel::Load) { "load" } else { "distance, km per day" };
    writeln!(out, "{} of {} days; acute, chronic and ratios are of {what}.", analysis.len() - hidden, analysis.len())?;

    // What no run has is said once below, not as a column of dashes.
    let is_recorded = |metric| last.get(metric) != Err(Reason::NotRecorded);
    let columns: Vec<_> = COLUMNS.into_iter().filter(|(_, metric)| is_recorded(*metric)).collect();
    write!(out, "\n{:<10}", "date")?;
    for (heading, _) in &columns {
        write!(out, " {heading:>8}")?;
    }
    writeln!(out, "  state")?;
    for day in analysis.days().skip(hidden) {
        write!(out, "{:<10}", day.date.to_string())?;
        for (_, metric) in &columns {
            match day.get(*metric) {
                Ok(value) => write!(out, " {value:>8.*}", metric.info().precision)?,
                Err(_) => write!(out, " {:>8}", "-")?,
            }
        }
        writeln!(out, "  {}", day.state.as_str())?;
    }

    let mut told = HashSet::new();
    for reason in last.measures().filter_map(|(_, measure)| measure.err()) {
        // That a table of distances has no loads needs no reason.
        if !(reason == Reason::NotRecorded && grid.is_recorded(Channel::Distance)) && told.insert(reason) {
            let names: Vec<&str> = COLUMNS
                .iter()
                .filter(|(_, metric)| last.get(*metric) == Err(reason))
                .map(|(heading, _)| *heading)
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
    if hidden > 0 {
        writeln!(out, "\n{hidden} earlier days and {} earlier flags: --json writes them all.", earlier.len())?;
    }
    Ok(())
}

//! `plimsoll analyze RUNS.csv`: every indicator for every day, and the flags, from a plain list of runs.
//!
//! The file: a header with `date` and `distance_km` or `load` (or both), optionally `athlete`; upper or lower case,
//! any order, further columns ignored. One row per run; rows of one date are several runs of that day, in their order.
//! Separator: `;` or a tab when the header has one; `,` otherwise. Numbers may have a decimal comma (in quotes where `,`
//! separates). A byte-order mark is skipped. A value left empty is unknown, 0 is a rest day, a date without a row is a rest day or unknown as asked.

mod runs;
mod tell;

use std::io::{ErrorKind, Read, Write};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use plimsoll_analytics::{DayGrid, Diary, Gaps, Parameters, analyse};

use runs::{Athlete, read};
use tell::{write_json, write_table};

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
        let analysis = analyse(grid, &Diary::default(), &Parameters::default());
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

#[cfg(test)]
mod tests;

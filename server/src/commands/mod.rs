//! The subcommands.

pub(crate) mod analyze;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod imports;
pub(crate) mod inspect;
pub(crate) mod reset_link;
pub(crate) mod serve;
pub(crate) mod whole;

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// `plimsoll analyze`: opens the table (`-` is standard input) and writes to standard output.
pub(crate) fn analyze_path(runs: &Path, options: &analyze::AnalyzeOptions) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let done = if runs == Path::new("-") {
        analyze::analyze(&mut std::io::stdin().lock(), "standard input", options, &mut out)
    } else {
        let name = runs.display().to_string();
        let mut file = std::fs::File::open(runs).with_context(|| format!("cannot open {name}"))?;
        analyze::analyze(&mut file, &name, options, &mut out)
    };
    out.flush()?;
    done
}

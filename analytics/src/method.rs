//! Every metric and flag as one page of Markdown, made from the tables that the program itself works with.

use std::fmt::Write as _;

use crate::{ACTIVITY_METRICS, Channel, DayMetric, FlagCode, MetricInfo, OwnMetric, evidence};

/// The page: channels, metrics of an activity, of a day and of the own baseline, flags with their evidence.
#[must_use]
pub fn method_page() -> String {
    let mut page = String::from(
        "# Metrics and flags\n\nMade by a test from the tables of this crate (`method_page`); the Method page of the program shows the same.\n\n\
         ## Load channels\n\nKinds of load that are never mixed in one ratio. Mechanical ones count runs only, the others \
         cross-training as well.\n\n| channel | unit | mechanical |\n|---|---|---|\n",
    );
    for channel in Channel::ALL {
        let mechanical = if channel.is_mechanical() { "yes" } else { "no" };
        // Writing to a string does not fail.
        let _ = writeln!(page, "| `{}` | {} | {mechanical} |", channel.as_str(), channel.unit());
    }
    page += "\n## Metrics of an activity\n\nBeside these: best efforts by distance and time, highest mean heart rates, time in zones of \
             heart rate and speed, and mechanics by speed.\n\n";
    page += &metrics(&ACTIVITY_METRICS.iter().collect::<Vec<_>>());
    page += "\n## Metrics of a day\n\n";
    page += &metrics(&DayMetric::ALL.map(DayMetric::info));
    page += "\n## Against the own baseline\n\nFrom an athlete's diary: z-scores against the 60 days (mechanics: 42) that end 7 \
             days before, without days of injury or illness, at least 14 with a value.\n\n";
    page += &metrics(&OwnMetric::ALL.map(OwnMetric::info));
    page += "\n## Flags\n\n| flag | name | rule | evidence | grade |\n|---|---|---|---|---|\n";
    for code in FlagCode::ALL {
        let entry = evidence(code.evidence());
        let (title, grade) = entry.map_or(("", ""), |entry| (entry.title.as_str(), entry.grade.as_str()));
        let _ = writeln!(page, "| `{}` | {} | {} | {title} | {grade} |", code.as_str(), code.title(), code.rule());
    }
    page
}

fn metrics(infos: &[&MetricInfo]) -> String {
    let mut table = String::from(
        "| metric | name | unit | what is computed | how far to trust it | source |\n|---|---|---|---|---|---|\n",
    );
    for info in infos {
        let (symbol, title, unit, formula) = (info.symbol, info.title, info.unit, info.formula);
        let (validity, source) = (info.validity.text(), info.source);
        let _ = writeln!(table, "| `{symbol}` | {title} | {unit} | {formula} | {validity} | {source} |");
    }
    table
}

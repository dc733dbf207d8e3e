//! Every metric and flag as one page of Markdown, made from the tables that the program itself works with.

use std::fmt::Write as _;

use crate::{
    ACTIVITY_METRICS, ACTIVITY_PARTS, Channel, DayMetric, ESTIMATE_METRICS, FlagCode, Level, MetricInfo, OwnMetric,
    evidence,
};

/// The page: channels, metrics of an activity, of a day and of the own baseline, flags with their evidence.
#[must_use]
pub fn method_page() -> String {
    let mut page = String::from(
        "# Metrics and flags\n\nMade by a test from the tables of this crate (`method_page`); the Method page of the program shows the same. \
         Windows and bounds in names, formulas and rules are the defaults (`Parameters`); where they are set otherwise, the values \
         follow and the texts do not.\n\n\
         ## Load channels\n\nKinds of load that are never mixed in one ratio. Mechanical ones count runs only, the others \
         cross-training as well.\n\n| channel | unit | mechanical |\n|---|---|---|\n",
    );
    for channel in Channel::ALL {
        let mechanical = if channel.is_mechanical() { "yes" } else { "no" };
        // Writing to a string does not fail.
        let _ = writeln!(page, "| `{}` | {} | {mechanical} |", channel.as_str(), channel.unit());
    }
    page += "\n## Metrics of an activity\n\n";
    page += &metrics(&ACTIVITY_METRICS.iter().collect::<Vec<_>>());
    page += "\n## Of an activity, one for each distance, time, zone or speed\n\n";
    page += &metrics(&ACTIVITY_PARTS.iter().collect::<Vec<_>>());
    page += "\n## Estimated from a runner's own efforts\n\nOnly when somebody asks; never applied by itself.\n\n";
    page += &metrics(&ESTIMATE_METRICS.iter().collect::<Vec<_>>());
    page += "\n## Metrics of a day\n\n";
    page += &metrics(&DayMetric::ALL.map(DayMetric::info));
    page += "\n## Against the own baseline\n\nFrom an athlete's diary: z-scores against the 60 days (mechanics: 42) that end 7 \
             days before, without days of injury or illness, at least 14 with a value.\n\n";
    page += &metrics(&OwnMetric::ALL.map(OwnMetric::info));
    page += "\n## Flags\n\n| flag | name | level | rule | evidence | grade |\n|---|---|---|---|---|---|\n";
    for code in FlagCode::ALL {
        let entry = evidence(code.evidence());
        let (title, grade) = entry.map_or(("", ""), |entry| (entry.title.as_str(), entry.grade.as_str()));
        let levels = code.levels().iter().map(|level| Level::as_str(*level)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            page,
            "| `{}` | {} | {levels} | {} | {title} | {grade} |",
            code.as_str(),
            code.title(),
            code.rule()
        );
    }
    page
}

fn metrics(infos: &[&MetricInfo]) -> String {
    let mut table = String::from(
        "| metric | name | unit | digits | several become one by | what is computed | how far to trust it | source |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for info in infos {
        let (symbol, title, unit, formula) = (info.symbol, info.title, info.unit, info.formula);
        let (digits, aggregation) = (info.precision, info.aggregation.as_str());
        let (validity, source) = (info.validity.text(), info.source);
        let _ = writeln!(
            table,
            "| `{symbol}` | {title} | {unit} | {digits} | {aggregation} | {formula} | {validity} | {source} |"
        );
    }
    table
}

//! What `plimsoll inspect` prints for a person.

use std::io::Write;

use plimsoll_ingest::OtherValue;

use super::{ActivityReport, CleaningReport, FileReport, OtherReport};
use crate::words;

/// Messages beside the activities that a person may care about, and which of their fields, in this order.
const OTHERS: [(&str, &[&str]); 8] = [
    (
        "user_profile",
        &[
            "friendly_name",
            "gender",
            "age",
            "height",
            "weight",
            "resting_heart_rate",
            "default_max_running_heart_rate",
            "default_max_heart_rate",
        ],
    ),
    ("zones_target", &["max_heart_rate", "threshold_heart_rate", "functional_threshold_power"]),
    ("hr_zone", &["name", "high_bpm"]),
    ("power_zone", &["name", "high_value"]),
    ("sport", &["name", "sport", "sub_sport"]),
    ("workout", &["wkt_name", "sport", "num_valid_steps"]),
    ("weather_conditions", &["condition", "temperature", "relative_humidity", "wind_speed"]),
    ("weight_scale", &["weight", "percent_fat"]),
];
/// Messages of a kind that are printed.
const OF_A_KIND: usize = 8;

pub(super) fn print(report: &FileReport, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{}", report.file)?;
    if let Some(error) = &report.error {
        return writeln!(out, "  not read: {error}\n");
    }
    if let Some(what) = &report.set_aside {
        return writeln!(out, "  set aside: {what}\n");
    }
    let kind = report.kind.as_deref().unwrap_or("?").replace('_', " ");
    let device = report.device.as_ref().map_or_else(String::new, |device| {
        let parts: Vec<&str> =
            [device.manufacturer.as_deref(), device.product.as_deref()].into_iter().flatten().collect();
        if parts.is_empty() { String::new() } else { format!(", written by {}", parts.join(" ")) }
    });
    let format = report.format.map_or_else(|| "?".to_owned(), |format| format.to_string());
    writeln!(out, "  {format}, {kind}{device}")?;
    let counts: Vec<String> = report.messages.iter().map(|(name, count)| format!("{name} {count}")).collect();
    writeln!(out, "  messages: {}", counts.join(", "))?;
    for notice in &report.notices {
        let place = if notice.place.is_empty() { String::new() } else { format!(" ({})", notice.place) };
        writeln!(out, "  notice: {}{place}", notice.text)?;
    }
    for (kind, fields) in OTHERS {
        print_others(kind, fields, &report.others, out)?;
    }
    if !report.diary.is_empty() {
        writeln!(out, "  diary:")?;
    }
    for value in &report.diary {
        writeln!(out, "    {} {} {:.0}", value.date, value.kind.as_str(), value.value)?;
    }
    for (index, activity) in report.activities.iter().enumerate() {
        print_activity(index + 1, activity, out)?;
    }
    writeln!(out)
}

fn print_activity(number: usize, activity: &ActivityReport, out: &mut impl Write) -> std::io::Result<()> {
    let start = activity.start.map_or_else(
        || "no times".to_owned(),
        |start| {
            words::wall_clock(start.timestamp_millis(), activity.utc_offset_s.map(i64::from))
                .format("%Y-%m-%d %H:%M")
                .to_string()
        },
    );
    let title = activity.details.title.as_ref().map_or_else(String::new, |title| format!(", {}", words::plain(title)));
    writeln!(out, "  activity {number}: {}, {start}{title}", words::sport(&activity.sport, activity.sub_sport))?;
    let totals = &activity.totals;
    let mut facts = Vec::new();
    if let Some(metres) = totals.distance_m {
        facts.push(format!("{:.2} km (from {})", metres / 1000.0, activity.distance_from));
    }
    for (name, seconds) in
        [("timer", totals.timer_time_s), ("moving", activity.moving_time_s), ("elapsed", totals.elapsed_time_s)]
    {
        facts.extend(seconds.map(|seconds| format!("{name} {}", words::duration(seconds))));
    }
    facts.extend(totals.ascent_m.map(|metres| format!("ascent {metres:.0} m")));
    facts.extend(totals.avg_heart_rate_bpm.map(|bpm| format!("mean heart rate {bpm:.0} bpm")));
    writeln!(out, "    {}", facts.join(", "))?;
    let mut sums = Vec::new();
    sums.extend(
        activity.grade_adjusted_distance_m.map(|metres| format!("grade-adjusted {:.2} km (Minetti)", metres / 1000.0)),
    );
    sums.extend(activity.steps.map(|steps| format!("{steps:.0} steps")));
    let efforts = activity.best_efforts.iter();
    sums.extend(
        efforts.map(|effort| {
            format!("best {} {}", words::race_distance(effort.distance_m), words::duration(effort.time_s))
        }),
    );
    if !sums.is_empty() {
        writeln!(out, "    {}", sums.join(", "))?;
    }
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let (laps, pauses) = (count(activity.laps.len(), "lap"), count(activity.pauses.len(), "pause"));
    let mut parts = vec![laps, pauses];
    parts.extend((!activity.lengths.is_empty()).then(|| count(activity.lengths.len(), "length")));
    parts.push(count(activity.records, "record"));
    writeln!(out, "    {}", parts.join(", "))?;
    for finding in &activity.findings {
        writeln!(out, "    finding: {} ({})", finding.text, finding.place)?;
    }
    for CleaningReport { step, text, .. } in &activity.cleaning {
        writeln!(out, "    cleaning, {step}: {text}")?;
    }
    if !activity.columns.is_empty() {
        writeln!(out, "    {:<26} {:>8} {:>16} {:>14} {:>14}", "column", "count", "sum", "min", "max")?;
    }
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    for (name, column) in &activity.columns {
        writeln!(
            out,
            "    {name:<26} {:>8} {:>16} {:>14} {:>14}",
            column.count,
            number(column.sum),
            number(column.min),
            number(column.max)
        )?;
    }
    Ok(())
}

/// One line for all messages of a kind.
fn print_others(kind: &str, names: &[&str], others: &[OtherReport], out: &mut impl Write) -> std::io::Result<()> {
    let mut lines: Vec<String> = Vec::new();
    for message in others.iter().filter(|message| message.message == kind) {
        let facts: Vec<String> = names
            .iter()
            .filter_map(|name| {
                let field = message.fields.get(*name)?;
                // A bare zero is a setting that nobody made.
                if field.units.is_empty() && field.value == OtherValue::Number(0.0) {
                    return None;
                }
                let fact = format!("{name} {} {}", plain(&field.value), field.units);
                Some(fact.trim_end().to_owned())
            })
            .collect();
        let line = facts.join(", ");
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let more = match lines.len().saturating_sub(OF_A_KIND) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    lines.truncate(OF_A_KIND);
    writeln!(out, "  {kind}: {}{more}", lines.join("; "))
}

/// At most two decimals, and none that say nothing.
fn plain(value: &OtherValue) -> String {
    match value {
        OtherValue::Number(number) => ((number * 100.0).round() / 100.0).to_string(),
        OtherValue::Text(text) => text.clone(),
        OtherValue::List(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        OtherValue::Missing => "–".to_owned(),
    }
}

//! Numbers and dates as a person reads them. Units are converted here and nowhere else.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};

use crate::store::ActivityRow;

/// `13.2 km`.
pub(crate) fn km(kilometres: f64) -> String {
    format!("{}\u{a0}km", one_decimal(kilometres))
}

/// `43`: a half is rounded up, away from zero, as people do. Rust alone would make 42 of 42.5.
pub(crate) fn whole(value: f64) -> String {
    format!("{:.0}", rounded(value, 1.0))
}

/// `13.2`; a half is rounded away from zero.
pub(crate) fn one_decimal(value: f64) -> String {
    format!("{:.1}", rounded(value, 10.0))
}

/// `13.24`; a half is rounded away from zero.
pub(crate) fn two_decimals(value: f64) -> String {
    format!("{:.2}", rounded(value, 100.0))
}

fn rounded(value: f64, parts: f64) -> f64 {
    // Negative zero would print its sign.
    (value * parts).round() / parts + 0.0
}

/// `7.1` from 7.15: a line that is rounded up would be a line that may not be run.
pub(crate) fn rounded_down(value: f64) -> String {
    // 13.2 may be stored as 13.199999999999999.
    one_decimal(((value + 1e-9) * 10.0).floor() / 10.0)
}

/// `7.1 km`, rounded down.
pub(crate) fn line_km(kilometres: f64) -> String {
    format!("{}\u{a0}km", rounded_down(kilometres))
}

/// `5:07 min/km` from metres per second; nothing below walking pace, where a pace means little.
pub(crate) fn pace(speed_mps: f64) -> Option<String> {
    (speed_mps > 0.5).then(|| format!("{}\u{a0}min/km", minutes_seconds(1000.0 / speed_mps)))
}

/// `5:07`: mean minutes per km over the timer time, for what is done on foot.
pub(crate) fn table_pace(activity: &ActivityRow) -> Option<String> {
    let speed = activity.summary.avg_speed_mps.filter(|mps| is_on_foot(&activity.sport) && *mps > 0.5)?;
    Some(minutes_seconds(1000.0 / speed))
}

/// Whether a sport is done on foot, so that its speed is said as a pace. What is not known most likely is.
pub(crate) fn is_on_foot(sport: &str) -> bool {
    matches!(sport, "running" | "walking" | "hiking" | "unknown")
}

/// `5:07` from seconds.
pub(crate) fn minutes_seconds(seconds: f64) -> String {
    let whole = whole_seconds(seconds);
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// `1:02:33` or `42:07` from seconds.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = whole_seconds(seconds);
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

/// `400 m`, `1 mile`, `5 km`, `half marathon`: a distance that people race over.
pub(crate) fn race_distance(metres: f64) -> String {
    const NAMES: [(f64, &str); 4] =
        [(400.0, "400\u{a0}m"), (1609.344, "1\u{a0}mile"), (21_097.5, "half marathon"), (42_195.0, "marathon")];
    let known = NAMES.iter().find(|(named, _)| *named == metres);
    known.map_or_else(|| format!("{}\u{a0}km", whole(metres / 1000.0)), |(_, name)| (*name).to_owned())
}

/// `10 s`, `20 min`, `1 h`: a round time.
pub(crate) fn short_time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        ..60.0 => (seconds, "s"),
        60.0..3600.0 => (seconds / 60.0, "min"),
        _ => (seconds / 3600.0, "h"),
    };
    format!("{}\u{a0}{unit}", one_decimal(value).trim_end_matches(".0"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
fn whole_seconds(seconds: f64) -> u64 {
    seconds.clamp(0.0, 1e12).round() as u64
}

/// `3 Nov`.
pub(crate) fn day_month(date: NaiveDate) -> String {
    date.format("%-d %b").to_string()
}

/// `3 Nov`, with the year when it is not `today`'s.
pub(crate) fn day_month_near(date: NaiveDate, today: NaiveDate) -> String {
    if date.year() == today.year() { day_month(date) } else { date.format("%-d %b %Y").to_string() }
}

/// `Friday 20 November`.
pub(crate) fn weekday_day_month(date: NaiveDate) -> String {
    date.format("%A %-d %B").to_string()
}

/// `today`, `yesterday`, `3 days ago`, else the date.
pub(crate) fn days_ago(date: NaiveDate, today: NaiveDate) -> String {
    match (today - date).num_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days @ 2..=13 => format!("{days} days ago"),
        _ => day_month_near(date, today),
    }
}

/// The runner's wall clock at an instant.
pub(crate) fn wall_clock(epoch_ms: i64, utc_offset_s: Option<i64>) -> NaiveDateTime {
    let shifted = epoch_ms.saturating_add(utc_offset_s.unwrap_or(0).saturating_mul(1000));
    DateTime::from_timestamp_millis(shifted).unwrap_or_default().naive_utc()
}

/// `12.9 km running on 2026-11-17`.
pub(crate) fn activity_in_brief(activity: &ActivityRow) -> String {
    let distance = activity
        .summary
        .distance_m
        .map_or_else(|| "no distance,".to_owned(), |metres| format!("{} km", two_decimals(metres / 1000.0)));
    format!("{distance} {} on {}", activity.sport.replace('_', " "), activity.local_date)
}

/// What is said of a file that gave no activity, when a row of Strava's table stands in for it…
pub(crate) const TABLE_STANDS_IN: &str = "what Strava’s table says of it was taken as past training";
/// …when none can…
pub(crate) const TABLE_SAYS_TOO_LITTLE: &str =
    "Strava’s table has no date, or neither a distance nor a duration, for it either";
/// …when the row came in another import as well, and is not read yet…
pub(crate) const TABLE_ON_ITS_WAY: &str = "what Strava’s table says of it is being read in another import";
/// …and when the file itself was not read yet.
pub(crate) const TABLE_WAITS: &str = "it was still being read in another import, so what Strava’s table says of it was not \
    taken in; should it give no activity there, importing it again with its table takes that in";

/// What is said of a file that gave no activity, when the row of Strava's table could not be taken, and why.
pub(crate) fn table_not_taken(reason: Option<&str>) -> String {
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("what Strava’s table says of it could not be taken either{reason}")
}

/// What is said of a row that stands in for a file.
pub(crate) fn stands_in_for(file: &str) -> String {
    format!("instead of {}, which gave no activity", plain(file))
}

/// What is said of bytes that came before.
pub(crate) fn duplicate(is_taken_out: bool) -> String {
    if is_taken_out {
        "the same bytes are there already, and their activity was taken out; it can be put back on its page".to_owned()
    } else {
        "the same bytes are there already".to_owned()
    }
}

/// What is said of an activity that is the same as `other`, which came in `file`, in other bytes.
pub(crate) fn same_activity(other: &ActivityRow, file: &str, is_kept: bool) -> String {
    let what = format!("the same activity as {} in {}", activity_in_brief(other), plain(file));
    if other.removed_ms.is_some() {
        format!("{what}, which was taken out; it can be put back on its page")
    } else if is_kept {
        format!("{what}; this copy is kept, the other linked to it")
    } else {
        format!("{what}; that copy is kept, this one linked to it")
    }
}

/// What is said of further activities of a file that are the same as those of others.
pub(crate) fn more_same_activities(count: u64) -> String {
    format!(
        "{} more of its activities {} the same as those of other files",
        thousands(count),
        if count == 1 { "is" } else { "are" }
    )
}

/// What is said of a file whose activities were taken out before its import was undone.
pub(crate) fn taken_out_before(count: u64) -> String {
    match count {
        1 => "its activity was taken out before; it can be put back on its page".to_owned(),
        _ => {
            format!("{} of its activities were taken out before; they can be put back on their pages", thousands(count))
        }
    }
}

/// Text without control characters, for a terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Why a file of `size` bytes is refused; the limit and the option that raises it are named.
pub(crate) fn too_large(size: u64, limit_bytes: usize, option: &str) -> String {
    format!(
        "it is larger ({:.0} MB) than the limit for one file, {:.0} MB; {option} raises it",
        megabytes(size),
        megabytes(limit_bytes as u64)
    )
}

/// `128 MB`, `20 GB`.
pub(crate) fn size(bytes: u64) -> String {
    let megabytes = megabytes(bytes);
    if megabytes < 1000.0 {
        format!("{megabytes:.0}\u{a0}MB")
    } else {
        format!("{}\u{a0}GB", one_decimal(megabytes / 1000.0).trim_end_matches(".0"))
    }
}

/// Bytes as megabytes (1 MB = 1,000,000 bytes).
#[expect(clippy::cast_precision_loss, reason = "shown to the nearest megabyte")]
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// `running`, `trail running`, `open water swimming`.
pub(crate) fn sport(name: &str, run_kind: Option<&str>) -> String {
    let name = name.replace('_', " ");
    run_kind.map_or_else(|| name.clone(), |kind| format!("{kind} {name}"))
}

/// `1 file`, `2 files`, `1,234 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", thousands(number), if number == 1 { one } else { many })
}

/// `1,234`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A word with its first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The first sentence of a text, and what comes after it.
pub(crate) fn first_sentence(text: &str) -> (&str, &str) {
    text.split_once(". ").map_or((text, ""), |(first, rest)| (text.get(..=first.len()).unwrap_or(first), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_runner_writes_them() {
        assert_eq!(km(13.24), "13.2\u{a0}km");
        assert_eq!((km(13.25), one_decimal(0.15)), ("13.3\u{a0}km".to_owned(), "0.2".to_owned()));
        assert_eq!([42.5, 43.5, 42.49, -0.2].map(whole), ["43", "44", "42", "0"]);
        assert_eq!([10.125, 10.124].map(two_decimals), ["10.13", "10.12"]);
        assert_eq!((line_km(7.15), line_km(1.1 * 12.0)), ("7.1\u{a0}km".to_owned(), "13.2\u{a0}km".to_owned()));
        assert_eq!(pace(1000.0 / 307.0).unwrap(), "5:07\u{a0}min/km");
        assert_eq!(pace(0.1), None);
        assert_eq!(duration(3753.4), "1:02:33");
        assert_eq!(duration(2527.0), "42:07");
        assert_eq!(duration(f64::NAN), "0:00");
        assert_eq!(
            [10.0, 1200.0, 3600.0, 5400.0].map(short_time),
            ["10\u{a0}s", "20\u{a0}min", "1\u{a0}h", "1.5\u{a0}h"]
        );
    }

    #[test]
    fn one_is_singular_and_thousands_are_set_apart() {
        assert_eq!(count(1, "file", "files"), "1\u{a0}file");
        assert_eq!(count(0, "file", "files"), "0\u{a0}files");
        assert_eq!(
            (thousands(999), thousands(1_000), thousands(1_234_567)),
            ("999".into(), "1,000".into(), "1,234,567".into())
        );
    }

    #[test]
    fn a_sentence_ends_at_its_full_stop_not_at_a_decimal_point() {
        let text = "18.4 km is 41 % longer than 13.0 km (on 2 Nov). More follows. And more.";
        let (first, rest) = first_sentence(text);
        assert_eq!(first, "18.4 km is 41 % longer than 13.0 km (on 2 Nov).");
        assert_eq!(rest, "More follows. And more.");
        assert_eq!(first_sentence("Only this."), ("Only this.", ""));
    }

    #[test]
    fn dates_read_short_and_name_the_year_only_when_it_is_another() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(day_month_near(date(2026, 11, 3), today), "3 Nov");
        assert_eq!(day_month_near(date(2025, 11, 3), today), "3 Nov 2025");
        assert_eq!(weekday_day_month(today), "Friday 20 November");
        assert_eq!(days_ago(date(2026, 11, 19), today), "yesterday");
    }
}

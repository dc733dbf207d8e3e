//! Times as writers of GPX and TCX write them.

/// A time read from text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Milliseconds since 1970, UTC (a missing zone taken as UTC).
    pub(crate) utc_ms: i64,
    /// What the text says about the zone.
    pub(crate) zone: Zone,
}

/// Zone part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// `Z` or an offset of zero: says nothing about the runner's wall clock.
    Utc,
    /// Seconds to add to UTC for the wall clock, not zero.
    Offset(i32),
    /// No zone at all.
    Missing,
}

const MS_PER_DAY: i64 = 86_400_000;

/// Parses `2024-05-01T07:30:00.250+02:00` and its relatives: `t` or a blank for `T`, any number of decimals (cut to
/// milliseconds), `Z`, `z`, `±hh:mm`, `±hhmm`, `±hh` or no zone. `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Stamp> {
    let mut rest = Cursor(text.trim_ascii().as_bytes());
    let year = rest.number(4)?;
    rest.expect(b'-')?;
    let month = rest.number(2)?;
    rest.expect(b'-')?;
    let day = rest.number(2)?;
    if !matches!(rest.next()?, b'T' | b't' | b' ') {
        return None;
    }
    let hour = rest.number(2)?;
    rest.expect(b':')?;
    let minute = rest.number(2)?;
    let second = if rest.eat(b':') { rest.number(2)? } else { 0 };
    let millis = if rest.eat(b'.') || rest.eat(b',') { rest.millis()? } else { 0 };
    // 60 is a leap second; it becomes the first moment of the next minute.
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let local_ms =
        days_since_1970(year, month, day) * MS_PER_DAY + (hour * 3600 + minute * 60 + second) * 1000 + millis;
    while rest.eat(b' ') {}
    let zone = match rest.next() {
        None => Zone::Missing,
        Some(b'Z' | b'z') => Zone::Utc,
        Some(sign @ (b'+' | b'-')) => {
            let hours = rest.number(2)?;
            let minutes = if rest.eat(b':') || !rest.0.is_empty() { rest.number(2)? } else { 0 };
            if hours > 18 || minutes > 59 {
                return None;
            }
            let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
            match seconds {
                0 => Zone::Utc,
                _ if sign == b'-' => Zone::Offset(-seconds),
                _ => Zone::Offset(seconds),
            }
        }
        Some(_) => return None,
    };
    if !rest.0.is_empty() {
        return None;
    }
    let offset_s = if let Zone::Offset(seconds) = zone { i64::from(seconds) } else { 0 };
    Some(Stamp { utc_ms: local_ms - offset_s * 1000, zone })
}

/// What is left of the text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn eat(&mut self, byte: u8) -> bool {
        match self.0.strip_prefix(&[byte]) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    fn digit(&mut self) -> Option<i64> {
        let first = *self.0.first()?;
        if !first.is_ascii_digit() {
            return None;
        }
        self.next();
        Some(i64::from(first - b'0'))
    }

    fn number(&mut self, digits: u32) -> Option<i64> {
        (0..digits).try_fold(0, |number, _| Some(number * 10 + self.digit()?))
    }

    fn millis(&mut self) -> Option<i64> {
        let mut millis = self.digit()? * 100;
        let mut weight = 10;
        while let Some(digit) = self.digit() {
            millis += digit * weight;
            weight /= 10;
        }
        Some(millis)
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1 January 1970 in the Gregorian calendar, by 400-year eras of years that start in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::{Zone, days_since_1970, parse};

    #[test]
    fn the_usual_forms_agree_with_chrono() {
        for text in [
            "2024-05-01T07:30:00Z",
            "2024-02-29T23:59:59.999Z",
            "2024-05-01T07:30:00.25+02:00",
            "2024-05-01T07:30:00-09:30",
            "1970-01-01T00:00:00Z",
            "1901-12-13T20:45:52Z",
            "0000-02-29T00:00:00Z",
            "2000-03-01T12:00:00.1234567Z",
        ] {
            let expected = DateTime::parse_from_rfc3339(text).unwrap();
            assert_eq!(parse(text).unwrap().utc_ms, expected.timestamp_millis(), "{text}");
        }
    }

    #[test]
    fn zones_are_told_apart() {
        for (text, zone) in [
            ("2024-05-01T07:30:00Z", Zone::Utc),
            ("2024-05-01T07:30:00+00:00", Zone::Utc),
            ("2024-05-01T07:30:00+0200", Zone::Offset(7200)),
            ("2024-05-01T07:30:00-05", Zone::Offset(-18_000)),
            ("2024-05-01 07:30:00", Zone::Missing),
            (" 2024-05-01T07:30 ", Zone::Missing),
        ] {
            assert_eq!(parse(text).map(|stamp| stamp.zone), Some(zone), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "example time",
            "2024-05-01",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-05-01T25:00:00Z",
            "2024-05-01T07:30:00Zulu",
            "2024-05-01T07:30:00.Z",
            "２０２４-05-01T07:30:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_has_its_number() {
        let mut date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for number in 0..146_097 {
            let (year, month, day) =
                (chrono::Datelike::year(&date), chrono::Datelike::month(&date), chrono::Datelike::day(&date));
            assert_eq!(days_since_1970(year.into(), month.into(), day.into()), number);
            date = date.succ_opt().unwrap();
        }
    }
}

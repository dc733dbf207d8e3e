//! Small readings of texts: times, durations, names.

use super::json::Plain;
use crate::stamp::{self, Zone};

/// The wall clock of a time, milliseconds since 1970 as if it were UTC. Polar writes times without a zone.
pub(super) fn wall_clock_ms(value: &Plain<'_>) -> Option<i64> {
    let stamp = stamp::parse(&value.text()?)?;
    let offset_s = if let Zone::Offset(seconds) = stamp.zone { i64::from(seconds) } else { 0 };
    Some(stamp.utc_ms + offset_s * 1000)
}

/// Seconds of `PT1H2M3.5S`.
pub(super) fn duration_s(value: &Plain<'_>) -> Option<f64> {
    let text = value.text()?;
    let mut rest = text.trim().strip_prefix("PT")?;
    let mut seconds = 0.0;
    while let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let (number, unit) = rest.split_at(end);
        let number = number.parse::<f64>().ok().filter(|number| (0.0..1e9).contains(number))?;
        seconds += number
            * match unit.chars().next()? {
                'H' => 3600.0,
                'M' => 60.0,
                'S' => 1.0,
                _ => return None,
            };
        rest = unit.get(1..)?;
    }
    rest.is_empty().then_some(seconds)
}

/// A text without control characters and blanks around it, shortened.
pub(super) fn words(value: &Plain<'_>, longest: usize) -> Option<String> {
    let text: String =
        value.text()?.trim().chars().take(longest).map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::json::Plain;
    use super::duration_s;

    #[test]
    fn durations_are_seconds() {
        let seconds = |text: &str| duration_s(&Plain::Text(text.to_owned().into()));
        assert_eq!(seconds("PT3601.2S"), Some(3601.2));
        assert_eq!(seconds("PT1H2M3.5S"), Some(3723.5));
        assert_eq!(seconds("PT0S"), Some(0.0));
        for text in ["", "3601", "P1D", "PT-5S", "PT5", "PTS", "PT5X"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}

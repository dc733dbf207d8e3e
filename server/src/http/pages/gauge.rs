//! The line as a gauge in the form of the Plimsoll mark: a ring with a line through its middle. The water is a run;
//! where it stands against the line is to scale, from 0 km at the bottom of the ring.

use crate::words;

/// Centre of the ring in the drawing.
const CENTRE: f64 = 150.0;
/// Radius of the ring.
const RADIUS: f64 = 104.0;
/// Texts beside the ring come no nearer to the line than this.
const MARK_GAP: f64 = 17.0;

/// What the template draws.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    /// The headline: `13.2`, or `–` when there is no line.
    pub(super) headline: String,
    /// Where the surface of the water stands.
    pub(super) water_y: f64,
    /// What the water is: `planned 11.0 km`; empty without water.
    pub(super) water_label: String,
    /// Where the label of the water stands.
    pub(super) water_label_y: f64,
    /// Whether the water is above the line.
    pub(super) over: bool,
    /// Marks beside the ring.
    pub(super) marks: Vec<Mark>,
    /// The whole in a sentence.
    pub(super) label: String,
}

/// A mark beside the ring.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    /// Height of the mark.
    pub(super) y: f64,
    /// Height of its text.
    pub(super) text_y: f64,
    /// Its text.
    pub(super) text: String,
}

impl Gauge {
    /// A gauge without a line.
    pub(super) fn empty() -> Self {
        Self {
            headline: "–".to_owned(),
            water_y: CENTRE + RADIUS,
            water_label: String::new(),
            water_label_y: CENTRE,
            over: false,
            marks: Vec::new(),
            label: "There is no line today".to_owned(),
        }
    }

    /// A gauge for a line of `line_km`, with `longest_km` marked, and water for a run of `water` (its name and km).
    /// The steps of the study (+30 %, double) are marked `with_steps`: when they are measured from the same run.
    pub(super) fn new(line_km: f64, longest_km: Option<f64>, water: Option<(&str, f64)>, with_steps: bool) -> Self {
        let height = |km: f64| (CENTRE + RADIUS * (1.0 - km / line_km)).clamp(CENTRE - RADIUS, CENTRE + RADIUS);
        let longest = longest_km.map(|km| (km, format!("longest {}", words::one_decimal(km))));
        let steps_from = longest_km.filter(|_| with_steps);
        let thirty = steps_from.map(|km| (km * 1.3, "+30\u{a0}%".to_owned()));
        let double = steps_from.map(|km| (km * 2.0, "double".to_owned()));
        let mut marks: Vec<Mark> = Vec::new();
        for (km, text) in [longest, thirty, double].into_iter().flatten() {
            let y = height(km);
            // The line itself has no text beside the ring, but takes up room there.
            let text_y = if (y - CENTRE).abs() < MARK_GAP { CENTRE + MARK_GAP * (y - CENTRE).signum() } else { y };
            marks.push(Mark { y, text_y: text_y + 4.0, text });
        }
        let water_y = water.map_or(CENTRE + RADIUS, |(_, km)| height(km));
        let over = water.is_some_and(|(_, km)| km > line_km * (1.0 + 1e-9));
        let (headline, unit) = (words::rounded_down(line_km), "kilometres");
        let label = match water {
            Some((name, km)) => {
                format!("Your line today is {headline} {unit}; {name} is {} {unit}", words::one_decimal(km))
            }
            None => format!("Your line today is {headline} {unit}"),
        };
        Self {
            headline,
            water_y,
            water_label: water.map_or_else(String::new, |(name, km)| format!("{name} {}", words::one_decimal(km))),
            // Below the surface, but never under the line of the ring nor out of it.
            water_label_y: (water_y + 34.0).clamp(CENTRE + 34.0, CENTRE + RADIUS - 26.0),
            over,
            marks,
            label,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_middle_and_the_water_is_to_scale() {
        let gauge = Gauge::new(13.2, Some(12.0), Some(("planned", 6.6)), true);
        assert_eq!(gauge.headline, "13.2");
        assert!((gauge.water_y - (CENTRE + RADIUS / 2.0)).abs() < 1e-9);
        assert!(!gauge.over);
        assert!((Gauge::new(13.2, None, Some(("planned", 13.2)), true).water_y - CENTRE).abs() < 1e-9);
    }

    #[test]
    fn a_run_above_the_line_is_over_and_stays_inside_the_ring() {
        let gauge = Gauge::new(10.0, Some(9.1), Some(("planned", 99.0)), true);
        assert!(gauge.over);
        assert!((gauge.water_y - (CENTRE - RADIUS)).abs() < 1e-9);
    }

    #[test]
    fn marks_do_not_run_into_the_line() {
        for mark in Gauge::new(13.2, Some(12.0), None, true).marks {
            assert!((mark.text_y - 4.0 - CENTRE).abs() >= MARK_GAP - 1e-9, "{mark:?}");
        }
    }
}

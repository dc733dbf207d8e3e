//! Pace, heart rate or elevation along an activity.

use plotters::element::{PathElement, Polygon, Text};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Chart, ChartError, Ink, fill, px, round_step, stroke, text_style, tick};
use crate::track::Track;
use crate::words;

/// What is drawn over the distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProfileSeries {
    /// Pace, min/km, faster above: for what is done on foot.
    Pace,
    /// Speed, km/h: for everything else.
    Speed,
    /// Heart rate, bpm.
    HeartRate,
    /// Elevation, m.
    Elevation,
}

impl ProfileSeries {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Pace, Self::Speed, Self::HeartRate, Self::Elevation];

    /// Those of an activity, in the order of its page.
    pub(crate) const fn of(is_on_foot: bool) -> [Self; 3] {
        [if is_on_foot { Self::Pace } else { Self::Speed }, Self::HeartRate, Self::Elevation]
    }

    /// Name in addresses.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pace => "pace",
            Self::Speed => "speed",
            Self::HeartRate => "heart_rate",
            Self::Elevation => "elevation",
        }
    }

    /// Heading with the unit.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Pace => "Pace, min/km",
            Self::Speed => "Speed, km/h",
            Self::HeartRate => "Heart rate, bpm",
            Self::Elevation => "Elevation, m",
        }
    }

    const fn ink(self) -> Ink {
        match self {
            Self::Pace | Self::Speed => Ink::Sea,
            Self::HeartRate => Ink::Hull,
            Self::Elevation => Ink::Text,
        }
    }

    fn values(self, track: &Track) -> &[Option<f64>] {
        match self {
            Self::Pace | Self::Speed => &track.speed_mps,
            Self::HeartRate => &track.heart_rate_bpm,
            Self::Elevation => &track.altitude_m,
        }
    }

    /// Places and labels of the grid between `low` and `high`.
    fn ticks(self, low: f64, high: f64) -> Vec<(f64, String)> {
        if self == Self::Pace {
            return pace_ticks(low, high);
        }
        // Labels count what the heading says; places count what the track has.
        let per_unit = if self == Self::Speed { 3.6 } else { 1.0 };
        let (low, high) = (low * per_unit, high * per_unit);
        // A round step may be too wide for a second line.
        let wide = round_step(high - low, 3.0);
        let step = if (high / wide).floor() > (low / wide).ceil() { wide } else { wide / 2.0 };
        let mut at = (low / step).ceil() * step;
        let mut ticks = Vec::new();
        while at <= high && ticks.len() < 12 {
            ticks.push((at / per_unit, tick(at)));
            at += step;
        }
        ticks
    }
}

/// Draws one series along `track`, `width` CSS pixels wide; `None` when the activity has no such values.
pub(crate) fn profile(track: &Track, series: ProfileSeries, width: u32) -> Result<Option<Chart>, ChartError> {
    const HEIGHT: u32 = 150;
    /// Labels of the grid stand at least this far apart, CSS pixels.
    const LABEL_HEIGHT: f64 = 15.0;
    let values = series.values(track);
    let points: Vec<(f64, f64)> = track
        .along
        .iter()
        .zip(values)
        .filter_map(|(along, value)| Some((*along, (*value)?)))
        .filter(|(_, value)| series != ProfileSeries::Pace || *value > 0.3)
        .collect();
    let (Some((low, high)), Some(end)) = (range(&points, series), track.along.last().copied()) else { return Ok(None) };
    if points.len() < 2 {
        return Ok(None);
    }
    let (left, right, top, bottom) = (44.0, f64::from(width) - 8.0, 10.0, f64::from(HEIGHT) - 26.0);
    let x = |along: f64| px(left + (right - left) * along / end);
    let y = |value: f64| px(bottom - (bottom - top) * ((value - low) / (high - low)).clamp(0.0, 1.0));
    let unit = if track.by_time { "min" } else { "km" };
    let label = format!("{} over {} {unit}", series.heading(), words::one_decimal(end));
    let chart = Chart::draw((width, HEIGHT), label, |paper| {
        // Labels that would run into each other are left out: slow paces lie close together.
        let mut last_y = f64::INFINITY;
        for (value, text) in series.ticks(low, high) {
            let here_y = f64::from(y(value));
            if (here_y - last_y).abs() < f64::from(px(LABEL_HEIGHT)) {
                continue;
            }
            last_y = here_y;
            paper.draw(&PathElement::new([(px(left), y(value)), (px(right), y(value))], stroke(Ink::Hair, 1.0)))?;
            let style = text_style(Ink::Soft, 11.5, HPos::Right, VPos::Center);
            paper.draw(&Text::new(text, (px(left - 6.0), y(value)), style))?;
        }
        let step = round_step(end, if width < 500 { 4.0 } else { 8.0 });
        let mut along = 0.0;
        while along <= end {
            let text = if along == 0.0 { format!("0 {unit}") } else { tick(along) };
            let style = text_style(Ink::Soft, 11.5, HPos::Center, VPos::Top);
            paper.draw(&Text::new(text, (x(along), px(bottom + 8.0)), style))?;
            along += step;
        }
        let line: Vec<(i32, i32)> = points.iter().map(|(along, value)| (x(*along), y(*value))).collect();
        if series == ProfileSeries::Elevation
            && let (Some(first), Some(last)) = (line.first(), line.last())
        {
            let mut area = vec![(first.0, px(bottom))];
            area.extend(&line);
            area.push((last.0, px(bottom)));
            paper.draw(&Polygon::new(area, fill(Ink::Hair)))?;
        }
        paper.draw(&PathElement::new(line, stroke(series.ink(), 1.8)))?;
        Ok(())
    })?;
    Ok(Some(chart))
}

/// Least and greatest value to show. Pace leaves the slowest twentieth and the fastest fiftieth to the edge, and what
/// is slower than half of the middle or, when that is less than a sixth, faster than three times it: a stop at a
/// crossing, or a jump of the position, would flatten everything else.
fn range(points: &[(f64, f64)], series: ProfileSeries) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied();
    let (mut low, mut high) = (at(0)?, at(values.len().checked_sub(1)?)?);
    if series == ProfileSeries::Pace {
        low = at(values.len() / 20)?.max(at(values.len() / 2)? / 2.0);
        high = at(values.len().checked_sub(values.len() / 50 + 1)?)?;
        let thrice = at(values.len() / 2)? * 3.0;
        if at(values.len() * 5 / 6)? <= thrice {
            high = high.min(thrice);
        }
    }
    let least_span = match series {
        ProfileSeries::Pace | ProfileSeries::Speed => 0.3,
        ProfileSeries::HeartRate | ProfileSeries::Elevation => 10.0,
    };
    let middle = f64::midpoint(low, high);
    let half = ((high - low) / 2.0).max(least_span / 2.0) * 1.1;
    // Nothing is slower than standing still.
    let least = if matches!(series, ProfileSeries::Pace | ProfileSeries::Speed) { 0.0 } else { f64::NEG_INFINITY };
    Some(((middle - half).max(least), middle + half))
}

/// Paces at round quarters, halves or whole minutes between two speeds, the fastest first.
fn pace_ticks(low_mps: f64, high_mps: f64) -> Vec<(f64, String)> {
    let (slow_s, fast_s) = (1000.0 / low_mps.max(0.3), 1000.0 / high_mps.max(0.31));
    if slow_s > 2.0 * fast_s {
        // Even steps of pace are uneven on a scale of speed: what is far apart above would be one line below.
        let minutes = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0];
        let paces = minutes.into_iter().map(|minutes| 60.0 * minutes).filter(|pace| (fast_s..=slow_s).contains(pace));
        return paces.map(|pace| (1000.0 / pace, words::minutes_seconds(pace))).collect();
    }
    let step =
        [5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0].into_iter().find(|s| (slow_s - fast_s) / s <= 5.0).unwrap_or(600.0);
    let mut at: f64 = (fast_s / step).ceil() * step;
    let mut ticks = Vec::new();
    while at <= slow_s && ticks.len() < 12 {
        ticks.push((1000.0 / at, words::minutes_seconds(at)));
        at += step;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Heights of the grid's labels, CSS pixels: they end at the left edge of the chart.
    fn label_heights(chart: &Chart) -> Vec<f64> {
        let svg = chart.inline();
        let labels = svg.split("<text ").skip(1).filter(|text| text.contains("text-anchor=\"end\""));
        labels.map(|text| text.split_once(" y=\"").unwrap().1.split_once('"').unwrap().0.parse().unwrap()).collect()
    }

    #[test]
    fn labels_of_slow_and_uneven_paces_keep_apart() {
        let paced = |speeds: &[f64]| Track {
            along: (0..speeds.len()).map(|i| 0.05 * i as f64).collect(),
            speed_mps: speeds.iter().copied().map(Some).collect(),
            ..Track::default()
        };
        let walk: Vec<f64> = (0..60).map(|i| if i < 40 { 0.6 + 0.01 * f64::from(i) } else { 3.4 }).collect();
        let run: Vec<f64> = (0..60).map(|i| 3.0 + 0.4 * (f64::from(i) / 5.0).sin()).collect();
        let jump: Vec<f64> = (0..60).map(|i| if i > 57 { 30.0 } else { 1.0 + 0.01 * f64::from(i) }).collect();
        for speeds in [walk, run, jump] {
            for width in [350, 640] {
                let chart = profile(&paced(&speeds), ProfileSeries::Pace, width).unwrap().unwrap();
                let heights = label_heights(&chart);
                assert!(heights.len() >= 2, "{heights:?}");
                for pair in heights.windows(2) {
                    assert!((pair[1] - pair[0]).abs() >= 150.0, "{heights:?}");
                }
            }
        }
    }
}

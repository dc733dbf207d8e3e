//! The route as a line, north up, with a scale. No map is asked from anywhere.

use plotters::element::{Circle, PathElement, Text};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Chart, ChartError, Ink, fill, px, round_step, stroke, text_style, tick};
use crate::track::Track;

/// Metres per degree of latitude, to the half percent that a drawing needs.
const METRES_PER_DEGREE: f64 = 111_320.0;

/// Draws the route; `None` when the activity has fewer than two positions.
pub(crate) fn route(track: &Track, width: u32) -> Result<Option<Chart>, ChartError> {
    let positions = &track.positions;
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else { return Ok(None) };
    let bounds = |pick: fn(&(f64, f64)) -> f64| {
        positions.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((south, north), (west, east)) = (bounds(|p| p.0), bounds(|p| p.1));
    let shrink = f64::midpoint(south, north).to_radians().cos().max(0.01);
    let metres = |position: &(f64, f64)| {
        ((position.1 - west) * METRES_PER_DEGREE * shrink, (position.0 - south) * METRES_PER_DEGREE)
    };
    let (wide_m, high_m) = metres(&(north, east));
    if positions.len() < 2 || wide_m.max(high_m) < 1.0 {
        return Ok(None);
    }
    let height = (f64::from(width) * (high_m / wide_m.max(1.0)).clamp(0.45, 0.9)).round();
    let (inner_w, inner_h) = (f64::from(width) - 32.0, height - 60.0);
    let scale = (inner_w / wide_m.max(1.0)).min(inner_h / high_m.max(1.0));
    let (left, bottom) = (16.0 + (inner_w - wide_m * scale) / 2.0, 16.0 + (inner_h + high_m * scale) / 2.0);
    let place = |position: &(f64, f64)| {
        let (east_m, north_m) = metres(position);
        (px(left + east_m * scale), px(bottom - north_m * scale))
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0.45 and 0.9 of the width")]
    let size = (width, height as u32);
    let chart = Chart::draw(size, "The route, north up", |paper| {
        let line: Vec<(i32, i32)> = positions.iter().map(place).collect();
        paper.draw(&PathElement::new(line, stroke(Ink::Sea, 2.6)))?;
        // The start is larger, so that it shows around the finish where both are at the same door.
        paper.draw(&Circle::new(place(first), px(6.5), fill(Ink::Text)))?;
        paper.draw(&Circle::new(place(last), px(4.0), fill(Ink::Hull)))?;

        let bar_m = round_step(inner_w / scale, 5.0);
        let (from, to, y) = (px(16.0), px(16.0 + bar_m * scale), px(height - 18.0));
        paper.draw(&PathElement::new(
            [(from, y - px(4.0)), (from, y), (to, y), (to, y - px(4.0))],
            stroke(Ink::Soft, 1.2),
        ))?;
        let text = if bar_m >= 1000.0 { format!("{} km", tick(bar_m / 1000.0)) } else { format!("{} m", tick(bar_m)) };
        paper.draw(&Text::new(text, (to + px(8.0), y), text_style(Ink::Soft, 11.5, HPos::Left, VPos::Center)))?;
        let right = px(f64::from(width) - 16.0);
        paper.draw(&Text::new("N ↑", (right, y), text_style(Ink::Soft, 11.5, HPos::Right, VPos::Center)))?;
        Ok(())
    })?;
    Ok(Some(chart))
}

//! A row's worth of weeks: one bar per week.

use plotters::element::{PathElement, Rectangle};

use super::canvas::{Chart, ChartError, Ink, fill, px, stroke};
use crate::words;

/// Draws `weeks_km`, oldest first; the last bar, the running week, in a stronger colour.
pub(crate) fn sparkline(weeks_km: &[f64]) -> Result<Chart, ChartError> {
    const WIDTH: u32 = 132;
    const HEIGHT: u32 = 34;
    let most = weeks_km.iter().copied().fold(1.0, f64::max);
    let list: Vec<String> = weeks_km.iter().map(|km| words::one_decimal(*km)).collect();
    let label = format!("Kilometres in each of the last {} weeks, oldest first: {}", weeks_km.len(), list.join(", "));
    Chart::draw((WIDTH, HEIGHT), label, |paper| {
        let count = u32::try_from(weeks_km.len()).unwrap_or(1).max(1);
        let slot = f64::from(WIDTH) / f64::from(count);
        let floor = f64::from(HEIGHT) - 1.0;
        let mut left = 0.0;
        for (place, km) in weeks_km.iter().enumerate() {
            let ink = if place + 1 == weeks_km.len() { Ink::Sea } else { Ink::Shoal };
            let top = floor - (floor - 2.0) * km / most;
            paper.draw(&Rectangle::new([(px(left + 1.0), px(top)), (px(left + slot - 1.0), px(floor))], fill(ink)))?;
            left += slot;
        }
        let base = [(0, px(floor)), (px(f64::from(WIDTH)), px(floor))];
        paper.draw(&PathElement::new(base, stroke(Ink::Hair, 1.0)))?;
        Ok(())
    })
}

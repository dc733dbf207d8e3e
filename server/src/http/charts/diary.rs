//! One kind of diary value over days: a dot a day, joined where days follow each other.

use chrono::{Datelike as _, NaiveDate};
use plotters::element::{Circle, PathElement, Text};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Chart, ChartError, Ink, fill, px, round_step, stroke, text_style, tick};
use crate::words;

const HEIGHT: u32 = 150;

/// Draws the values of the days from `from` to `to`, in order of time. `None` when there is none. `name` names the
/// measure and its unit.
pub(crate) fn diary_values(
    name: &str,
    values: &[(NaiveDate, f64)],
    (from, to): (NaiveDate, NaiveDate),
    width: u32,
) -> Result<Option<Chart>, ChartError> {
    let lowest = values.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let highest = values.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    if values.is_empty() {
        return Ok(None);
    }
    let step = round_step((highest - lowest).max(4.0), 3.0);
    let floor = (lowest / step).floor() * step;
    let ceiling = ((highest / step).ceil() * step).max(floor + step);
    let (left, right, top, bottom) = (34.0, f64::from(width) - 8.0, 8.0, f64::from(HEIGHT) - 24.0);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred days")]
    let day = |date: NaiveDate| (date - from).num_days() as f64;
    let across = |date: NaiveDate| left + (right - left) * day(date) / day(to).max(1.0);
    let up = |value: f64| bottom - (bottom - top) * (value - floor) / (ceiling - floor);
    let label = format!(
        "{name} from {} to {}: {} to {} on {}",
        words::day_month(from),
        words::day_month(to),
        tick(lowest),
        tick(highest),
        words::count(values.len() as u64, "day", "days"),
    );
    let chart = Chart::draw((width, HEIGHT), label, |paper| {
        let mut value = floor;
        while value <= ceiling + step / 2.0 {
            let y = px(up(value));
            paper.draw(&PathElement::new([(px(left), y), (px(right), y)], stroke(Ink::Hair, 1.0)))?;
            let style = text_style(Ink::Soft, 12.0, HPos::Right, VPos::Center);
            paper.draw(&Text::new(tick(value), (px(left - 6.0), y), style))?;
            value += step;
        }
        let mut last_label = f64::NEG_INFINITY;
        for date in from.iter_days().take_while(|date| *date <= to).filter(|date| date.day() == 1) {
            let x = across(date);
            // Months that would run into each other are left out.
            if x - last_label < 40.0 || x > right - 16.0 {
                continue;
            }
            last_label = x;
            let style = text_style(Ink::Soft, 12.0, HPos::Left, VPos::Top);
            let month = date.format(if date.month() == 1 { "%b %Y" } else { "%b" }).to_string();
            paper.draw(&Text::new(month, (px(x), px(bottom + 7.0)), style))?;
        }
        for pair in values.windows(2) {
            if let [(first, low), (next, high)] = pair
                && (*next - *first).num_days() == 1
            {
                let line = [(px(across(*first)), px(up(*low))), (px(across(*next)), px(up(*high)))];
                paper.draw(&PathElement::new(line, stroke(Ink::Sea, 1.5)))?;
            }
        }
        for (date, value) in values {
            paper.draw(&Circle::new((px(across(*date)), px(up(*value))), px(2.5), fill(Ink::Sea)))?;
        }
        Ok(())
    })?;
    Ok(Some(chart))
}

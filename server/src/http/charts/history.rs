//! Weeks of days: a bar per day, acute and chronic load, and the longest run of the 30 days before as a step.

use chrono::{Datelike as _, NaiveDate, Weekday};
use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Chart, ChartError, Ink, Paper, fill, px, round_step, stroke, text_style, tick};
use crate::words;

/// One day of the chart. `None` is a gap: nothing is drawn for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryDay {
    /// The day.
    pub(crate) date: NaiveDate,
    /// Running distance, km.
    pub(crate) distance_km: Option<f64>,
    /// Mean per day of the last 7 days, km.
    pub(crate) acute_km: Option<f64>,
    /// Mean per day of the last 28 days, km.
    pub(crate) chronic_km: Option<f64>,
    /// Longest run of the 30 days before, km.
    pub(crate) longest_30d_km: Option<f64>,
    /// Whether a run of the day was a spike.
    pub(crate) spike: bool,
}

/// Where the axes lie on the paper, CSS pixels, and how many days and km they span.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    days: f64,
    most_km: f64,
}

impl Frame {
    fn x(&self, day: f64) -> i32 {
        px(self.left + (self.right - self.left) * day / self.days)
    }

    fn y(&self, km: f64) -> i32 {
        px(self.bottom - (self.bottom - self.top) * km / self.most_km)
    }
}

/// Draws `days`, oldest first, `width` CSS pixels wide.
pub(crate) fn history(days: &[HistoryDay], width: u32) -> Result<Chart, ChartError> {
    let height = if width < 500 { 230 } else { 260 };
    let all_km = days.iter().flat_map(|day| [day.distance_km, day.acute_km, day.longest_30d_km]).flatten();
    let most = all_km.fold(1.0, f64::max) * 1.06;
    let step = round_step(most, 4.0);
    let (shown_width, shown_height) = (f64::from(width), f64::from(height));
    let frame = Frame {
        left: 30.0,
        right: shown_width - 4.0,
        top: 20.0,
        bottom: shown_height - 26.0,
        days: index(days.len()).max(1.0),
        most_km: most,
    };
    Chart::draw((width, height), label(days), |paper| {
        grid(paper, &frame, days, step)?;
        bars(paper, &frame, days)?;
        let level = |value: fn(&HistoryDay) -> Option<f64>| {
            pieces(days, value)
                .into_iter()
                .map(|piece| piece.into_iter().map(|(day, km)| (frame.x(day + 0.5), frame.y(km))).collect::<Vec<_>>())
        };
        for line in steps(days, &frame) {
            paper.draw(&PathElement::new(line, stroke(Ink::Hull, 1.6)))?;
        }
        for line in level(|day| day.chronic_km) {
            paper.draw(&PathElement::new(line, stroke(Ink::Text, 2.0)))?;
        }
        for line in level(|day| day.acute_km) {
            paper.draw(&PathElement::new(line, stroke(Ink::Sea, 2.0)))?;
        }
        Ok(())
    })
}

fn label(days: &[HistoryDay]) -> String {
    let total: f64 = days.iter().filter_map(|day| day.distance_km).sum();
    match (days.first(), days.last()) {
        (Some(first), Some(last)) => format!(
            "Running distance per day from {} to {}, {} in all, with acute and chronic load and the longest run of the 30 days before",
            words::day_month(first.date),
            words::day_month(last.date),
            words::km(total)
        ),
        _ => "No days yet".to_owned(),
    }
}

fn grid(paper: &Paper<'_>, frame: &Frame, days: &[HistoryDay], step: f64) -> Result<(), ChartError> {
    let mut km = 0.0;
    while km <= frame.most_km {
        let y = frame.y(km);
        paper.draw(&PathElement::new([(px(frame.left), y), (px(frame.right), y)], stroke(Ink::Hair, 1.0)))?;
        paper.draw(&Text::new(
            tick(km),
            (px(frame.left - 6.0), y),
            text_style(Ink::Soft, 11.5, HPos::Right, VPos::Center),
        ))?;
        km += step;
    }
    paper.draw(&Text::new(
        "km",
        (px(frame.left - 6.0), px(2.0)),
        text_style(Ink::Soft, 11.5, HPos::Right, VPos::Top),
    ))?;

    let mondays: Vec<(usize, NaiveDate)> = days
        .iter()
        .enumerate()
        .filter(|(_, day)| day.date.weekday() == Weekday::Mon)
        .map(|(place, day)| (place, day.date))
        .collect();
    // As many dates as have room: about 62 pixels each.
    let room = ((frame.right - frame.left) / 62.0).max(1.0);
    let every = (index(mondays.len()) / room).ceil().max(1.0);
    for (nth, (place, date)) in mondays.iter().enumerate() {
        let x = frame.x(index(*place) + 0.5);
        if index(nth) % every != 0.0 || x > px(frame.right - 16.0) {
            continue;
        }
        paper.draw(&Text::new(
            words::day_month(*date),
            (x, px(frame.bottom + 8.0)),
            text_style(Ink::Soft, 11.5, HPos::Center, VPos::Top),
        ))?;
    }
    Ok(())
}

fn bars(paper: &Paper<'_>, frame: &Frame, days: &[HistoryDay]) -> Result<(), ChartError> {
    for (place, day) in days.iter().enumerate() {
        let place = index(place);
        match day.distance_km {
            Some(km) if km > 0.0 => {
                let ink = if day.spike { Ink::Hull } else { Ink::Shoal };
                let corners = [(frame.x(place + 0.2), frame.y(km)), (frame.x(place + 0.8), frame.y(0.0))];
                paper.draw(&Rectangle::new(corners, fill(ink)))?;
                if day.spike {
                    // A mark as well as a colour.
                    let style = text_style(Ink::Hull, 10.0, HPos::Center, VPos::Bottom);
                    paper.draw(&Text::new("▲", (frame.x(place + 0.5), frame.y(km) - px(2.0)), style))?;
                }
            }
            Some(_) => {}
            None => {
                paper.draw(&Text::new(
                    "?",
                    (frame.x(place + 0.5), frame.y(0.0) - px(1.0)),
                    text_style(Ink::Soft, 10.0, HPos::Center, VPos::Bottom),
                ))?;
            }
        }
    }
    Ok(())
}

/// Runs of neighbouring days that have a value, as (day, value).
fn pieces(days: &[HistoryDay], value: fn(&HistoryDay) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = vec![Vec::new()];
    for (place, day) in days.iter().enumerate() {
        match (value(day), pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push((index(place), value)),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn steps(days: &[HistoryDay], frame: &Frame) -> Vec<Vec<(i32, i32)>> {
    pieces(days, |day| day.longest_30d_km)
        .into_iter()
        .map(|piece| {
            piece
                .into_iter()
                .flat_map(|(day, km)| [(frame.x(day), frame.y(km)), (frame.x(day + 1.0), frame.y(km))])
                .collect()
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a chart has at most some thousand days")]
fn index(place: usize) -> f64 {
    place as f64
}

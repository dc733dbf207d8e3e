//! The paper that every chart is drawn on: colours with their twins for dark, text, and the finished SVG.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use thiserror::Error;

/// plotters places things on whole units; the paper has ten to a CSS pixel, so that lines run smooth.
const UNITS_PER_PIXEL: u32 = 10;

/// plotters writes a font size of 1/1.24 of what it is told.
const PLOTTERS_FONT_FACTOR: f64 = 1.24;

/// A colour of the charts: its value in light, which stands in the SVG, and in dark, which a style sheet puts over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text and the chronic line.
    Text,
    /// Tick labels.
    Soft,
    /// Grid.
    Hair,
    /// Water: the acute line, pace.
    Sea,
    /// Bars.
    Shoal,
    /// The line of the mark; spikes.
    Hull,
    /// Under everything.
    Paper,
}

impl Ink {
    const ALL: [Self; 7] = [Self::Text, Self::Soft, Self::Hair, Self::Sea, Self::Shoal, Self::Hull, Self::Paper];

    const fn light(self) -> RGBColor {
        match self {
            Self::Text => RGBColor(0x14, 0x21, 0x2b),
            Self::Soft => RGBColor(0x5b, 0x6a, 0x75),
            Self::Hair => RGBColor(0xe4, 0xdf, 0xd6),
            Self::Sea => RGBColor(0x2b, 0x6c, 0x8a),
            Self::Shoal => RGBColor(0xa9, 0xc4, 0xd1),
            Self::Hull => RGBColor(0xb8, 0x43, 0x2f),
            Self::Paper => RGBColor(0xfa, 0xf8, 0xf4),
        }
    }

    const fn dark(self) -> &'static str {
        match self {
            Self::Text => "#e8edf0",
            Self::Soft => "#9fb0bb",
            Self::Hair => "#2a3945",
            Self::Sea => "#6fb3d0",
            Self::Shoal => "#35586a",
            Self::Hull => "#ef7d66",
            Self::Paper => "#0f171d",
        }
    }

    fn light_hex(self) -> String {
        let RGBColor(r, g, b) = self.light();
        format!("#{r:02X}{g:02X}{b:02X}")
    }
}

/// The style sheet that turns every chart dark where the reader's system is.
pub(crate) fn chart_css() -> String {
    let mut css = String::from("@media (prefers-color-scheme: dark) {\n");
    for ink in Ink::ALL {
        let (light, dark) = (ink.light_hex(), ink.dark());
        css.push_str(&format!(
            ".chart [fill=\"{light}\"] {{ fill: {dark}; }}\n.chart [stroke=\"{light}\"] {{ stroke: {dark}; }}\n"
        ));
    }
    css.push_str("}\n");
    css
}

/// Why a chart could not be drawn.
#[derive(Debug, Error)]
#[error("the chart could not be drawn: {0}")]
pub(crate) struct ChartError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for ChartError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// A drawn chart.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    body: String,
    width: u32,
    height: u32,
    label: String,
}

/// The paper while it is being drawn on.
pub(super) type Paper<'a> = DrawingArea<SVGBackend<'a>, Shift>;

impl Chart {
    /// Draws on a paper of `width` × `height` CSS pixels. `label` says in a sentence what is to be seen.
    pub(super) fn draw(
        (width, height): (u32, u32),
        label: impl Into<String>,
        draw: impl FnOnce(&Paper<'_>) -> Result<(), ChartError>,
    ) -> Result<Self, ChartError> {
        let mut svg = String::new();
        {
            let size = (width * UNITS_PER_PIXEL, height * UNITS_PER_PIXEL);
            let paper = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            draw(&paper)?;
            paper.present()?;
        }
        // plotters opens the drawing with one <svg …> tag and closes it with one </svg>.
        let body = svg.split_once('>').map_or("", |(_, rest)| rest).trim_end().trim_end_matches("</svg>").to_owned();
        Ok(Self { body, width, height, label: label.into() })
    }

    /// The SVG element, to be set into a page that has [`chart_css`].
    pub(crate) fn inline(&self) -> String {
        let (w, h) = (self.width * UNITS_PER_PIXEL, self.height * UNITS_PER_PIXEL);
        format!(
            "<svg class=\"chart\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{}\" \
             xmlns=\"http://www.w3.org/2000/svg\">{}</svg>",
            escape(&self.label),
            self.body
        )
    }

    /// An SVG file of its own, with paper, title and both sets of colours.
    pub(crate) fn standalone(&self) -> String {
        let (w, h) = (self.width * UNITS_PER_PIXEL, self.height * UNITS_PER_PIXEL);
        format!(
            "<svg class=\"chart\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             xmlns=\"http://www.w3.org/2000/svg\"><title>{}</title><style>{}</style>\
             <rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>{}</svg>\n",
            self.width,
            self.height,
            escape(&self.label),
            chart_css(),
            Ink::Paper.light_hex(),
            self.body
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// CSS pixels to units of the paper.
pub(super) fn px(pixels: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "a chart is at most a few thousand pixels wide")]
    let units = (pixels * f64::from(UNITS_PER_PIXEL)).clamp(-1e6, 1e6).round() as i32;
    units
}

/// A line of `pixels` width.
pub(super) fn stroke(ink: Ink, pixels: f64) -> ShapeStyle {
    ink.light().stroke_width(px(pixels).unsigned_abs())
}

/// A filled area.
pub(super) fn fill(ink: Ink) -> ShapeStyle {
    ink.light().filled()
}

/// Text of `pixels` size, anchored as told.
pub(super) fn text_style<'a>(ink: Ink, pixels: f64, h: HPos, v: VPos) -> TextStyle<'a> {
    // The page's own font applies through the style sheet; this family is for the SVG alone.
    ("system-ui, sans-serif", f64::from(px(pixels)) * PLOTTERS_FONT_FACTOR)
        .into_font()
        .color(&ink.light())
        .pos(Pos::new(h, v))
}

/// Round steps for an axis from 0 (or `low`) to at least `high`, about `wanted` of them.
pub(super) fn round_step(span: f64, wanted: f64) -> f64 {
    if !span.is_finite() || span <= 0.0 {
        return 1.0;
    }
    let rough = span / wanted;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|step| step * magnitude >= rough).unwrap_or(10.0);
    step * magnitude
}

/// A number without needless zeros: `5`, `2.5`.
pub(super) fn tick(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    // Negative zero would print its sign.
    format!("{}", rounded + 0.0)
}

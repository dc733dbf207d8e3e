//! Numbers and dates as a person reads them.

use std::fmt::{self, Display};

use chrono::NaiveDate;

/// `13.0 km`.
pub(crate) fn km(value: f64) -> impl Display {
    Shown(move |f: &mut fmt::Formatter<'_>| write!(f, "{value:.1} km"))
}

/// `2 Nov`.
pub(crate) fn day(date: NaiveDate) -> impl Display {
    date.format("%-d %b")
}

/// How much more than 1 a ratio is, in per cent: `41 %`, or `just over 10 %` when rounding would hide that it is
/// above `bound`.
pub(crate) fn more(ratio: f64, bound: f64) -> impl Display {
    let (percent, bound) = ((ratio - 1.0) * 100.0, (bound - 1.0) * 100.0);
    Shown(move |f: &mut fmt::Formatter<'_>| {
        let hidden = percent.round() <= bound.round() && percent > bound;
        write!(f, "{}{percent:.0} %", if hidden { "just over " } else { "" })
    })
}

/// A value beside a bound that it crossed: at least `digits` after the point, and as many more as it takes to show on
/// which side it lies (`1.301`, which is above 1.3).
pub(crate) fn beside(value: f64, bound: f64, digits: usize) -> String {
    let shown = |digits: usize| format!("{value:.digits$}");
    let tells =
        |text: &String| text.parse::<f64>().is_ok_and(|read| read.partial_cmp(&bound) == value.partial_cmp(&bound));
    (digits..digits + 8).map(shown).find(tells).unwrap_or_else(|| shown(digits))
}

/// `1 day`, `3 days`.
pub(crate) fn days(count: usize) -> impl Display {
    Shown(move |f: &mut fmt::Formatter<'_>| write!(f, "{count} day{}", if count == 1 { "" } else { "s" }))
}

struct Shown<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> Display for Shown<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

/// A rating of 0–10: `4`, `4.5`.
pub(crate) fn rating(value: f64) -> impl Display {
    Shown(move |f: &mut fmt::Formatter<'_>| write!(f, "{}", (value * 10.0).round() / 10.0))
}

/// A rating of 0–10 beside a bound that it crossed: `5.5`, and `5.04` where `5` would hide that it is above 5.
pub(crate) fn rating_beside(value: f64, bound: f64) -> String {
    beside(value, bound, 1).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `2 Nov 2025`, for days that may be long ago.
pub(crate) fn date(date: NaiveDate) -> impl Display {
    date.format("%-d %b %Y")
}

/// `5:33 min/km`, from m/s.
pub(crate) fn pace(speed_mps: f64) -> impl Display {
    let seconds = 1000.0 / speed_mps;
    Shown(move |f: &mut fmt::Formatter<'_>| {
        let seconds = seconds.round();
        write!(f, "{:.0}:{:02.0} min/km", (seconds / 60.0).floor(), seconds % 60.0)
    })
}

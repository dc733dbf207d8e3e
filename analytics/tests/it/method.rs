//! What every metric and flag says of itself.

use std::collections::HashSet;
use std::path::Path;

use plimsoll_analytics::{
    ACTIVITY_METRICS, ACTIVITY_PARTS, ActivitySummary, Channel, DayMetric, ESTIMATE_METRICS, FlagCode, evidence,
    kernels::{Smoothing, Spread},
    method_page,
};

#[test]
fn every_metric_says_what_it_is() {
    let mut symbols = HashSet::new();
    let of_days = DayMetric::ALL.map(DayMetric::info).into_iter();
    for info in of_days.chain(ACTIVITY_METRICS).chain(ACTIVITY_PARTS).chain(ESTIMATE_METRICS) {
        assert!(symbols.insert(info.symbol), "{} twice", info.symbol);
        assert!(
            info.symbol.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{}",
            info.symbol
        );
        assert!(info.formula.ends_with('.') && !info.title.is_empty() && !info.source.is_empty(), "{}", info.symbol);
        assert!(info.precision <= 3);
    }
}

// Whatever is in the table is a field of the summary, under that name.
#[test]
fn every_metric_of_an_activity_is_in_its_summary() {
    for info in ACTIVITY_METRICS {
        let stored = serde_json::json!({ "distance_origin": "none", info.symbol: 12.5 });
        let summary: ActivitySummary = serde_json::from_value(stored).unwrap();
        assert_eq!(serde_json::to_value(&summary).unwrap()[info.symbol], 12.5, "{}", info.symbol);
    }
}

#[test]
fn every_flag_says_its_rule_and_what_stands_behind_it() {
    let mut names = HashSet::new();
    for code in FlagCode::ALL {
        assert!(names.insert(code.as_str()));
        assert!(code.rule().ends_with('.') && !code.title().is_empty(), "{}", code.as_str());
        assert!(!code.levels().is_empty() && code.levels().is_sorted(), "{}", code.as_str());
        assert!(evidence(code.evidence()).is_some(), "{}", code.as_str());
    }
}

#[test]
fn rules_say_how_much_they_need() {
    assert!(FlagCode::Strain.rule().contains("at least 56"));
    assert!(FlagCode::SinglePair.rule().contains("at least 4"));
}

// What the page of metrics is read for: how many digits are worth showing, and what becomes of several values.
#[test]
fn the_page_shows_digits_aggregation_and_levels() {
    let page = method_page();
    for row in [
        "| `distance_km` | Running distance | km | 1 | sum |",
        "| `best_times_s` | Best time over a distance | s | 0 | min |",
    ] {
        assert!(page.contains(row), "{row}");
    }
    assert!(page.contains("| `weekly_ramp` | More than in recent weeks | info, caution |"));
    assert!(page.contains("are the defaults"));
}

#[test]
fn conventions_have_names() {
    let smoothing = [Smoothing::Span, Smoothing::TimeConstant, Smoothing::Reciprocal].map(Smoothing::as_str);
    assert_eq!(smoothing, ["span", "time_constant", "reciprocal"]);
    assert_eq!([Spread::Population, Spread::Sample].map(Spread::as_str), ["population", "sample"]);
}

#[test]
fn every_channel_has_a_name_of_its_own() {
    for (index, channel) in Channel::ALL.into_iter().enumerate() {
        assert_eq!(channel.index(), index);
        assert_eq!(Channel::from_name(channel.as_str()), Some(channel));
    }
    assert_eq!(Channel::from_name("epoc"), None);
}

// `PLIMSOLL_WRITE_DOCS=1 cargo test -p plimsoll-analytics` writes the page anew.
#[test]
fn the_page_of_metrics_and_flags_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("METRICS.md");
    if std::env::var_os("PLIMSOLL_WRITE_DOCS").is_some() {
        std::fs::write(&path, method_page()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page == method_page(), "METRICS.md is not what the tables say: PLIMSOLL_WRITE_DOCS=1 writes it anew");
}

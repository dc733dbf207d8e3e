//! What every metric and flag says of itself.

use std::collections::HashSet;
use std::path::Path;

use plimsoll_analytics::{ACTIVITY_METRICS, ActivitySummary, Channel, DayMetric, FlagCode, evidence, method_page};

#[test]
fn every_metric_says_what_it_is() {
    let mut symbols = HashSet::new();
    for info in DayMetric::ALL.map(DayMetric::info).into_iter().chain(ACTIVITY_METRICS) {
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
        assert!(evidence(code.evidence()).is_some(), "{}", code.as_str());
    }
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

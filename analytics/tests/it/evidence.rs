//! The evidence register.

use plimsoll_analytics::{FlagCode, evidence, register};

#[test]
fn every_flag_has_its_entry() {
    for code in FlagCode::ALL {
        assert!(evidence(code.evidence()).is_some(), "{} has no entry", code.as_str());
    }
    assert!(evidence("careful_line").is_some());
    assert!(evidence("nothing").is_none());
}

#[test]
fn every_entry_says_what_it_is_and_what_it_is_not() {
    for entry in register() {
        let fields = [
            &entry.title,
            &entry.grade,
            &entry.rule,
            &entry.population,
            &entry.finding,
            &entry.not_shown,
            &entry.advice,
            &entry.citation,
        ];
        assert!(fields.iter().all(|field| !field.trim().is_empty()), "{}", entry.key);
        assert!(entry.citation.ends_with('.') || entry.citation.ends_with(')'), "{}", entry.key);
        assert_eq!(register().iter().filter(|other| other.key == entry.key).count(), 1, "{}", entry.key);
    }
}

#[test]
fn links_are_those_of_the_dois() {
    let own = register().iter().map(|entry| (&entry.doi, &entry.link));
    let further = register().iter().flat_map(|entry| &entry.sources).map(|source| (&source.doi, &source.link));
    for (doi, link) in own.chain(further) {
        if let Some(doi) = doi {
            assert_eq!(link.as_deref(), Some(format!("https://doi.org/{doi}").as_str()));
        }
        assert!(link.as_deref().is_none_or(|link| link.starts_with("https://")));
    }
}

#[test]
fn the_study_behind_the_line_is_quoted_with_its_intervals() {
    let entry = evidence("frandsen_2025").unwrap();
    for figure in ["1.64, 95 % CI 1.31–2.05", "1.52, 1.16–2.00", "2.28, 1.50–3.48"] {
        assert!(entry.finding.contains(figure), "{figure}");
    }
    assert!(entry.population.contains("5205"));
}

// Figures that the register, and through it the pages, quote (science.md §2.2): entry, text, figure.
#[test]
fn the_other_studies_are_quoted_with_their_figures() {
    let all = |key: &str| {
        let entry = evidence(key).unwrap();
        let further = entry.sources.iter().map(|source| source.finding.as_str());
        [entry.population.as_str(), &entry.finding, &entry.not_shown].into_iter().chain(further).collect::<String>()
    };
    for (key, figures) in [
        ("frandsen_2025", &["588 071 sessions", "1820 runners (35 %)", "about 3 injuries per 1000 sessions"][..]),
        (
            "weekly_ramp",
            &[
                "874 novice",
                "1.59 (95 % CI 0.96–2.66, p = 0.07)",
                "20.8 % and 20.3 % injured (p = 0.90)",
                "22.6",
                "0.9–44.3",
            ],
        ),
        (
            "load_ratio",
            &["9.6 % injured (95 % credible interval 7.5–12.4)", "1.3 % (0.7–1.7)", "2.45 (95 % CI 1.28–4.71)"],
        ),
        ("load_ratio", &["1.95 (1.18–3.52)", "0.574 against 0.544", "0–3 against 0–1, p = 0.009"]),
        ("previous_injury", &["1.722 (95 % CI 1.114–2.661)", "17.8 (95 % CI 16.7–19.1)", "7.7 (6.9–8.7)"]),
        ("shoes", &["0.614 (95 % CI 0.389–0.969)"]),
        ("under_recovery", &["+0.55, maximum −0.75", "submaximal −0.38, maximum −0.33"]),
    ] {
        for figure in figures {
            assert!(all(key).contains(figure), "{key}: {figure}");
        }
    }
    // 1820 injuries in 588 071 sessions are 3.1 per 1000.
    assert_eq!(format!("{:.1}", 1820.0 / 588.071), "3.1");
}

// The page of a flag quotes the register; what a flag says itself must be the same figures, rounded.
#[test]
fn the_bounds_that_the_register_names_are_those_of_the_rules() {
    let rule = |key: &str| evidence(key).unwrap().rule.clone();
    let body = plimsoll_analytics::BodyParameters::default();
    assert!(
        rule("pain_monitoring")
            .contains(&format!("Above {} during a run: caution; above {}: stop", body.pain_mild, body.pain_allowed))
    );
    assert!(rule("shoes").contains(&format!("At least {} runs in the last {} days", body.shoe_least, body.shoe_days)));
}

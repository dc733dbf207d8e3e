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

//! The same activity in different bytes, and different activities that look alike.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod broken_off;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::same::{
    Candidate, Cluster, Ending, Outline, Richness, StartKind, are_same, clusters, is_beginning,
};
use proptest::prelude::*;

/// 2025-09-01T06:00:00Z, ms.
const START_MS: i64 = 1_756_706_400_000;

/// A run of an hour and 12 km.
fn run() -> Outline {
    Outline {
        sport: "running".to_owned(),
        is_run: true,
        start_ms: START_MS,
        start_kind: StartKind::Moment,
        local_date: "2025-09-01".parse().ok(),
        utc_offset_s: Some(7200),
        elapsed_s: Some(3720.0),
        timer_s: Some(3600.0),
        distance_m: Some(12_000.0),
        first_sample_ms: Some(START_MS),
        ending: Ending::Whole,
    }
}

fn late(outline: Outline, seconds: i64) -> Outline {
    let first_sample_ms = outline.first_sample_ms.map(|ms| ms + 1000 * seconds);
    Outline { start_ms: outline.start_ms + 1000 * seconds, first_sample_ms, ..outline }
}

/// The first `minutes` of [`run`], from a file that breaks off there.
fn beginning(minutes: f64) -> Outline {
    Outline {
        elapsed_s: Some(60.0 * minutes),
        timer_s: None,
        distance_m: Some(200.0 * minutes),
        ending: Ending::BrokenOff,
        ..run()
    }
}

/// [`are_same`], and that the order of the two does not matter.
fn same(a: &Outline, b: &Outline) -> bool {
    assert_eq!(are_same(a, b), are_same(b, a), "{a:?} {b:?}");
    are_same(a, b)
}

#[test]
fn a_service_s_copy_is_the_same() {
    let copies = [
        run(),
        // Elapsed time only, distance from positions.
        Outline { timer_s: None, distance_m: Some(12_240.0), ..run() },
        // Time in motion only: the stops at lights left out.
        Outline { elapsed_s: None, timer_s: Some(3550.0), ..run() },
        // GPX begins at the first position.
        late(Outline { elapsed_s: Some(3610.0), timer_s: None, distance_m: Some(11_700.0), ..run() }, 110),
        // Saved long after the end: only the timer agrees.
        Outline { elapsed_s: Some(6000.0), ..run() },
        Outline { distance_m: None, ..run() },
        Outline { elapsed_s: None, timer_s: None, ..run() },
        Outline { sport: "unknown".to_owned(), is_run: false, ..run() },
        // Positions in a street of high houses; the times agree to the second.
        Outline { distance_m: Some(13_000.0), ..run() },
    ];
    for copy in copies {
        assert!(same(&run(), &copy), "{copy:?}");
    }
}

#[test]
fn another_activity_is_another() {
    let others = [
        late(run(), 121),
        late(Outline { distance_m: Some(13_000.0), ..run() }, 30),
        Outline { elapsed_s: Some(7200.0), timer_s: Some(7100.0), ..run() },
        Outline { distance_m: Some(5_000.0), ..run() },
        Outline { sport: "cycling".to_owned(), is_run: false, ..run() },
        Outline { elapsed_s: None, timer_s: None, distance_m: None, ..run() },
        Outline { elapsed_s: Some(0.0), timer_s: Some(f64::NAN), distance_m: Some(-1.0), ..run() },
    ];
    for other in others {
        assert!(!same(&run(), &other), "{other:?}");
    }
}

#[test]
fn a_leg_of_a_triathlon_is_not_the_whole() {
    let swim = Outline {
        sport: "swimming".to_owned(),
        is_run: false,
        elapsed_s: Some(1800.0),
        timer_s: Some(1800.0),
        distance_m: Some(1_500.0),
        ..run()
    };
    let whole = Outline {
        sport: "multisport".to_owned(),
        is_run: false,
        elapsed_s: Some(9000.0),
        timer_s: Some(9000.0),
        distance_m: Some(51_500.0),
        ..run()
    };
    assert!(!same(&whole, &swim));
    assert!(!same(&Outline { sport: "unknown".to_owned(), ..whole }, &swim));
}

#[test]
fn intervals_recorded_one_by_one_are_several() {
    let interval = |seconds: f64, metres: f64| Outline {
        elapsed_s: Some(seconds),
        timer_s: Some(seconds),
        distance_m: Some(metres),
        ..run()
    };
    for rest_s in [0, 1, 5, 25] {
        assert!(!same(&interval(90.0, 400.0), &late(interval(90.0, 400.0), 90 + rest_s)), "{rest_s}");
        let unknown = Outline { elapsed_s: None, timer_s: None, ..interval(90.0, 400.0) };
        assert!(!same(&interval(90.0, 400.0), &late(unknown, 90 + rest_s)), "{rest_s}");
    }
    // The short one itself, with the copy a little late.
    assert!(same(&interval(90.0, 400.0), &late(interval(80.0, 380.0), 8)));
}

#[test]
fn a_clock_time_without_a_zone_is_shifted() {
    let clock = |hours: f64| {
        let outline = late(run(), (hours * 3600.0) as i64);
        Outline { start_kind: StartKind::WallClock, utc_offset_s: None, ..outline }
    };
    let somewhere = Outline { utc_offset_s: None, ..run() };
    for hours in [2.0, 5.75, -9.5, 0.0] {
        assert!(same(&somewhere, &clock(hours)), "{hours}");
        assert!(same(&somewhere, &late(clock(hours), 20)), "{hours}");
    }
    assert!(!same(&somewhere, &late(clock(2.0), 60)));
    assert!(!same(&somewhere, &clock(15.0)));
    assert!(!same(&somewhere, &Outline { distance_m: None, ..clock(2.0) }));
    // Where the offset is known, only that one.
    assert!(same(&run(), &late(clock(2.0), 60)));
    assert!(!same(&run(), &clock(3.0)));
    // Two moments are never shifted.
    assert!(!same(&run(), &late(run(), 7200)));
}

#[test]
fn a_line_of_a_diary_goes_with_the_run_of_its_day() {
    let line = Outline {
        start_ms: START_MS + 6 * 3_600_000,
        start_kind: StartKind::Day,
        utc_offset_s: None,
        elapsed_s: None,
        timer_s: None,
        ..run()
    };
    let of = |day: &str| Outline { local_date: day.parse().ok(), ..line.clone() };
    assert!(same(&run(), &of("2025-09-01")));
    assert!(!same(&run(), &of("2025-09-02")));
    assert!(same(&run(), &Outline { timer_s: Some(3660.0), ..of("2025-09-01") }));
    assert!(!same(&run(), &Outline { timer_s: Some(4200.0), ..of("2025-09-01") }));
    assert!(!same(&run(), &Outline { distance_m: Some(12_500.0), ..of("2025-09-01") }));
    assert!(!same(&run(), &Outline { distance_m: None, ..of("2025-09-01") }));
    assert!(same(&line, &line));
}

#[test]
fn the_beginning_of_a_run_is_that_run() {
    for minutes in [1.0, 25.0, 59.0] {
        assert!(same(&run(), &beginning(minutes)), "{minutes}");
        // Without the last part of a file, nothing says what was done, nor when the button was pressed.
        let cut = beginning(minutes);
        let cut = Outline { sport: "unknown".to_owned(), is_run: false, start_ms: START_MS + 4_000, ..cut };
        let guessed = Outline { sport: "cycling".to_owned(), ending: Ending::SportUnknown, ..cut.clone() };
        assert!(same(&run(), &guessed), "{minutes}");
        assert!(same(&run(), &cut), "{minutes}");
        assert!(same(&beginning(40.0), &beginning(minutes)), "{minutes}");
    }
    assert!(same(&run(), &Outline { distance_m: None, ..beginning(25.0) }));
    assert!(same(&run(), &Outline { elapsed_s: None, ..beginning(25.0) }));
    // Times of samples are not known of what was stored before.
    assert!(same(&Outline { first_sample_ms: None, ..run() }, &beginning(25.0)));
}

#[test]
fn what_does_not_begin_in_the_same_second_is_no_beginning() {
    let others = [
        // The watch broke off and was started anew, however soon.
        late(beginning(1.0), 1),
        late(beginning(1.0), -1),
        late(beginning(25.0), 20),
        // Whole: a short run and a long one at the same time are for a person to judge.
        Outline { ending: Ending::Whole, ..beginning(25.0) },
        Outline { sport: "cycling".to_owned(), is_run: false, ..beginning(25.0) },
        // Longer than the whole: a triathlon that broke off is not its first leg.
        beginning(75.0),
        Outline { distance_m: Some(13_000.0), ..beginning(25.0) },
        Outline { elapsed_s: Some(4200.0), ..beginning(25.0) },
        Outline { elapsed_s: None, distance_m: None, ..beginning(25.0) },
        Outline { start_kind: StartKind::Day, ..beginning(25.0) },
    ];
    for other in others {
        assert!(!same(&run(), &other), "{other:?}");
    }
}

#[test]
fn the_whole_is_kept_however_rich_its_beginning() {
    let (part, longer) = (candidate("part", beginning(25.0), 9), candidate("longer", beginning(40.0), 7));
    let whole = candidate("whole", run(), 5);
    assert_eq!(named(&[part.clone(), whole.clone(), longer.clone()]), set(&[("whole", &["part", "longer"])]));
    assert_eq!(named(&[part.clone(), longer.clone()]), set(&[("longer", &["part"])]));
    // Separated from the whole, the longest beginning stands for the others.
    let apart = clusters(&[part, longer, whole.clone()], |a, b| a == "whole" || b == "whole");
    assert_eq!(apart, [Cluster { kept: 2, copies: vec![] }, Cluster { kept: 1, copies: vec![0] }]);
    // What broke off at its very end agrees with the whole: with its totals it lost nothing of the activity.
    let end = candidate("end", Outline { timer_s: Some(3595.0), ..beginning(61.9) }, 9);
    let end = Candidate { outline: Outline { distance_m: Some(11_990.0), ..end.outline.clone() }, ..end };
    assert_eq!(named(&[end.clone(), whole.clone()]), set(&[("whole", &["end"])]));
    let end = Candidate { richness: Richness { has_totals: true, ..end.richness }, ..end };
    assert_eq!(named(&[end, whole]), set(&[("end", &["whole"])]));
}

fn candidate(id: &str, outline: Outline, columns_pct: u32) -> Candidate {
    Candidate { id: id.to_owned(), outline, richness: Richness { columns_pct, ..Richness::default() }, file: None }
}

/// Clusters by id: the kept one and its copies.
fn named(candidates: &[Candidate]) -> BTreeSet<(String, BTreeSet<String>)> {
    let id = |index: usize| candidates[index].id.clone();
    clusters(candidates, |_, _| false)
        .into_iter()
        .map(|cluster| (id(cluster.kept), cluster.copies.into_iter().map(id).collect()))
        .collect()
}

fn set(clusters: &[(&str, &[&str])]) -> BTreeSet<(String, BTreeSet<String>)> {
    let own = |id: &&str| (*id).to_owned();
    clusters.iter().map(|(kept, copies)| (own(kept), copies.iter().map(own).collect())).collect()
}

#[test]
fn every_copy_is_the_same_as_the_one_that_is_kept() {
    // A chain: 100 s apart each, so the ends are not the same.
    let chain = |richness: [u32; 3]| {
        let links = ["a", "b", "c"].into_iter().zip(richness).zip(0..);
        links.map(|((id, richness), link)| candidate(id, late(run(), 100 * link), richness)).collect::<Vec<_>>()
    };
    assert_eq!(named(&chain([1, 2, 1])), set(&[("b", &["a", "c"])]));
    assert_eq!(named(&chain([3, 2, 1])), set(&[("a", &["b"]), ("c", &[])]));
    assert_eq!(named(&chain([1, 2, 3])), set(&[("c", &["b"]), ("a", &[])]));
    assert_eq!(named(&chain([1, 1, 1])), set(&[("a", &["b"]), ("c", &[])]));
    let apart = clusters(&chain([1, 2, 1]), |a, b| (a, b) == ("b", "c") || (a, b) == ("c", "b"));
    assert_eq!(
        apart.iter().map(|cluster| (cluster.kept, cluster.copies.clone())).collect::<Vec<_>>(),
        [(1, vec![0]), (2, vec![])]
    );
}

#[test]
fn rows_of_one_table_are_never_the_same() {
    let line = Outline { start_kind: StartKind::Day, ..run() };
    let row = |id: &str, file: &str| Candidate { file: Some(file.to_owned()), ..candidate(id, line.clone(), 0) };
    // Twice 12 km on one day, and the same table sent again with more rows.
    let candidates = [row("a1", "a"), row("a2", "a"), row("b1", "b"), row("b2", "b")];
    assert_eq!(named(&candidates), set(&[("a1", &["b1"]), ("a2", &["b2"])]));
}

#[test]
fn the_richer_copy_is_kept() {
    let rich = Richness { columns_pct: 900, samples: 3000, has_totals: true, format: 4, laps: 12 };
    let poorer = [
        Richness { columns_pct: 700, samples: 9000, ..rich },
        Richness { has_totals: false, ..rich },
        Richness { samples: 2000, ..rich },
        Richness { format: 2, ..rich },
        Richness { laps: 0, ..rich },
    ];
    for poorer in poorer {
        assert!(poorer < rich, "{poorer:?}");
    }
}

#[test]
fn ten_thousand_activities_are_few_comparisons() {
    // Twice a day for seven years, each with a copy; a quadratic search would take minutes here.
    let candidates: Vec<Candidate> = (0..10_000)
        .map(|number: u32| {
            let outline = late(run(), i64::from(number / 2) * 43_200 + i64::from(number % 2) * 20);
            candidate(&format!("{number:05}"), outline, number % 2)
        })
        .collect();
    let clusters = clusters(&candidates, |_, _| false);
    assert_eq!(clusters.len(), 5_000);
    assert!(clusters.iter().all(|cluster| cluster.copies == [cluster.kept - 1]));
}

/// `rows` activities with nothing to tell them apart, out of `file`.
fn table(file: &str, rows: usize) -> Vec<Candidate> {
    let row = |number| Candidate { file: Some(file.to_owned()), ..candidate(&format!("{file}{number:05}"), run(), 0) };
    (0..rows).map(row).collect()
}

#[test]
fn a_long_table_of_one_day_is_not_compared_with_itself() {
    // A search among all of them would take minutes here.
    let rows = table("a", 30_000);
    assert_eq!(clusters(&rows, |_, _| false).len(), 30_000);
    // Sent again: each row has a partner, although there are more of them than one is compared with.
    let twice: Vec<Candidate> = table("a", 3_000).into_iter().chain(table("b", 3_000)).collect();
    let clusters = clusters(&twice, |_, _| false);
    assert_eq!(clusters.len(), 3_000);
    assert!(clusters.iter().all(|cluster| cluster.copies == [cluster.kept + 3_000]));
}

#[test]
fn one_activity_is_compared_with_a_thousand_at_most() {
    // All the same, each in a file of its own, and all separated by a person.
    let candidates: Vec<Candidate> = (0..1_200).map(|number| candidate(&format!("{number:05}"), run(), 0)).collect();
    let compared = RefCell::new(BTreeMap::<String, usize>::new());
    let clusters = clusters(&candidates, |kept, _| {
        *compared.borrow_mut().entry(kept.to_owned()).or_default() += 1;
        true
    });
    assert_eq!(clusters.len(), 1_200);
    assert_eq!(compared.borrow().values().max(), Some(&1_000));
    // The richest go first, so what is cut off is the poorest.
    assert_eq!(compared.borrow()["00300"], 899);
}

/// The rule of [`clusters`], word for word.
fn clusters_one_by_one(candidates: &[Candidate]) -> BTreeSet<(String, BTreeSet<String>)> {
    let longest = |outline: &Outline| {
        let known = [outline.elapsed_s, outline.timer_s].into_iter().flatten();
        known.filter(|seconds| seconds.is_finite()).fold(0.0, f64::max)
    };
    let mut left: Vec<&Candidate> = candidates.iter().collect();
    let is_cut = |candidate: &Candidate| candidate.outline.ending != Ending::Whole;
    let is_lost = |candidate: &Candidate| is_cut(candidate) && !candidate.richness.has_totals;
    left.sort_by_key(|candidate| (is_lost(candidate), Reverse(candidate.richness), is_cut(candidate), &candidate.id));
    let (mut later, first): (Vec<&Candidate>, Vec<&Candidate>) = left.iter().partition(|part| {
        let mut others = candidates.iter().filter(|other| other.file.is_none() || other.file != part.file);
        others.any(|whole| is_beginning(&part.outline, &whole.outline))
    });
    later.sort_by(|a, b| longest(&b.outline).total_cmp(&longest(&a.outline)));
    let mut clusters = BTreeSet::new();
    for kept in first.into_iter().chain(later) {
        if !left.iter().any(|candidate| candidate.id == kept.id) {
            continue;
        }
        left.retain(|candidate| candidate.id != kept.id);
        let mut files: Vec<&String> = kept.file.iter().collect();
        let mut copies = BTreeSet::new();
        left.retain(|other| {
            let is_copy = are_same(&kept.outline, &other.outline)
                && !other.file.as_ref().is_some_and(|file| files.contains(&file));
            if is_copy {
                files.extend(&other.file);
                copies.insert(other.id.clone());
            }
            !is_copy
        });
        clusters.insert((kept.id.clone(), copies));
    }
    clusters
}

fn outlines() -> impl Strategy<Value = Outline> {
    let amount = |most: f64| proptest::option::of(prop_oneof![0.0..most, Just(f64::NAN), Just(most)]);
    let sport = prop_oneof![Just("running"), Just("cycling"), Just("unknown"), Just("hiking"), Just("walking")];
    let kind = prop_oneof![Just(StartKind::Moment), Just(StartKind::WallClock), Just(StartKind::Day)];
    let start = prop_oneof![0_i64..400, 7_190_i64..7_210, 86_000_i64..90_000].prop_map(|s| START_MS + 1000 * s);
    let numbers = (amount(400.0), amount(400.0), amount(1500.0));
    let ending = prop_oneof![Just(Ending::Whole), Just(Ending::BrokenOff), Just(Ending::SportUnknown)];
    let broken_off = (ending, proptest::option::of(Just(START_MS)));
    (sport, kind, start, numbers, proptest::option::of(Just(7200)), proptest::bool::ANY, broken_off).prop_map(
        |(sport, start_kind, start_ms, numbers, utc_offset_s, has_day, (ending, first_sample_ms))| Outline {
            sport: sport.to_owned(),
            is_run: sport == "running",
            start_ms,
            start_kind,
            local_date: has_day.then(|| "2025-09-01".parse().unwrap()),
            utc_offset_s,
            elapsed_s: numbers.0,
            timer_s: numbers.1,
            distance_m: numbers.2,
            first_sample_ms,
            ending,
        },
    )
}

proptest! {
    #[test]
    fn sameness_is_symmetric(a in outlines(), b in outlines()) {
        prop_assert_eq!(are_same(&a, &b), are_same(&b, &a));
    }

    #[test]
    fn the_order_of_import_does_not_matter(
        drawn in proptest::collection::vec((outlines(), 0_u32..3, proptest::option::of(0_u8..4)), 0..24)
            .prop_map(|drawn| drawn.into_iter().enumerate().map(|(number, (outline, columns_pct, file))| Candidate {
                id: number.to_string(),
                outline,
                richness: Richness { columns_pct, ..Richness::default() },
                file: file.map(|file| file.to_string()),
            }).collect::<Vec<_>>())
            .prop_flat_map(|candidates| (Just(candidates.clone()), Just(candidates).prop_shuffle())),
    ) {
        let (candidates, shuffled) = drawn;
        let found = named(&candidates);
        prop_assert_eq!(&found, &named(&shuffled));
        prop_assert_eq!(&found, &clusters_one_by_one(&candidates));
        let members: usize = found.iter().map(|(_, copies)| 1 + copies.len()).sum();
        prop_assert_eq!(members, candidates.len());
    }

    #[test]
    fn an_activity_with_known_totals_is_the_same_as_itself(outline in outlines()) {
        let is_known = |value: Option<f64>| value.is_some_and(|value| value > 0.0);
        let has_totals = is_known(outline.elapsed_s) || is_known(outline.timer_s) || is_known(outline.distance_m);
        let has_start = outline.start_kind != StartKind::Day || outline.local_date.is_some();
        prop_assert_eq!(are_same(&outline, &outline), has_totals && has_start);
    }
}

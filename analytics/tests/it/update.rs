//! An analysis that follows what changes.

use plimsoll_analytics::{DayGrid, Diary, Gaps, Parameters, Session};

use crate::support::{analyse, day, run};

/// The analysis of `before` brought up to `after`, both up to their last session, and `after` analysed anew.
fn both(before: &[Session], after: &[Session], changed: u64) -> [plimsoll_analytics::Analysis; 2] {
    let grid = |runs: &[Session]| DayGrid::new(runs, &[], None, Gaps::Rest).unwrap();
    let mut updated = analyse(&grid(before));
    updated.update(&grid(after), &Diary::default(), &Parameters::default(), day(changed));
    [updated, analyse(&grid(after))]
}

fn daily(days: std::ops::Range<u64>) -> Vec<Session> {
    days.map(|index| run(index, 5.0 + (index % 5) as f64)).collect()
}

#[test]
fn the_last_day_taken_away_takes_its_flags_with_it() {
    let runs = daily(0..41);
    let [updated, anew] = both(&runs, &runs[..40], 40);
    assert_eq!((updated.len(), updated.flags.len()), (40, anew.flags.len()));
    assert_eq!(updated, anew);
}

#[test]
fn days_without_a_session_go_with_the_last_one() {
    let runs = [daily(0..36), daily(40..41)].concat();
    let [updated, anew] = both(&runs, &runs[..36], 40);
    assert_eq!(updated.len(), 36);
    assert_eq!(updated, anew);
    // And come back with it.
    let [updated, anew] = both(&runs[..36], &runs, 40);
    assert_eq!(updated.len(), 41);
    assert_eq!(updated, anew);
}

#[test]
fn the_first_days_taken_away_take_their_flags_with_them() {
    // A spike on day 3, then another first day.
    let runs = [vec![run(0, 5.0), run(3, 12.0)], daily(10..40)].concat();
    let [updated, anew] = both(&runs, &runs[2..], 0);
    assert!(updated.flags.iter().all(|flag| flag.date >= day(10)), "{:#?}", updated.flags);
    assert_eq!(updated, anew);
}

#[test]
fn nothing_left_leaves_nothing() {
    let [updated, anew] = both(&daily(0..41), &[], 0);
    assert!(updated.is_empty() && updated.flags.is_empty());
    assert_eq!(updated, anew);
}

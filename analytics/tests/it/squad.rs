//! Frames of runs that cannot be analysed, and rows of both quantities.

use plimsoll_analytics::{Channel, DayGrid, Diary, Gaps, Parameters, Session, SquadError, analyse, analyse_squad};
use polars::prelude::*;

use crate::support::day;

/// A row per run: athlete, day and distance.
fn frame(rows: &[(Option<&str>, Option<u64>, f64)]) -> DataFrame {
    df!(
        "athlete" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "date" => rows.iter().map(|row| row.1.map(day)).collect::<Vec<_>>(),
        "distance_km" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn refused(runs: &DataFrame) -> SquadError {
    analyse_squad(runs, None, Gaps::Rest, &Parameters::default()).unwrap_err()
}

#[test]
fn rows_that_are_not_sorted_are_named() {
    let of = |rows: &[(&str, u64)]| {
        let rows: Vec<_> = rows.iter().map(|(athlete, index)| (Some(*athlete), Some(*index), 8.0)).collect();
        refused(&frame(&rows)).to_string()
    };
    let said = |row| format!("row {row} of the runs is out of order: sort them by athlete, then by date");
    // Two runs on one day are in order.
    assert_eq!(of(&[("a", 0), ("a", 1), ("b", 5), ("b", 5), ("b", 3), ("b", 6)]), said(4));
    assert_eq!(of(&[("a", 0), ("b", 0), ("a", 1)]), said(2));
}

#[test]
fn rows_without_athlete_or_date_are_named() {
    let said = |rows: &[_]| refused(&frame(rows)).to_string();
    let (a, b, nobody) = (Some("a"), Some("b"), None);
    assert_eq!(
        said(&[(a, Some(0), 8.0), (nobody, Some(1), 8.0), (b, Some(2), 8.0)]),
        "row 1 of the runs has no athlete"
    );
    assert_eq!(said(&[(a, Some(0), 8.0), (a, None, 8.0), (b, Some(2), 8.0)]), "row 1 of the runs has no date");
}

#[test]
fn values_that_no_session_has_are_named() {
    for value in [-1.0, 2e9, f64::INFINITY] {
        let rows = [("a", 0, 8.0), ("a", 1, 8.0), ("b", 0, 8.0), ("b", 1, value), ("b", 2, 8.0)];
        let runs = frame(&rows.map(|(athlete, index, km)| (Some(athlete), Some(index), km)));
        let expected = format!("row 3 of the runs: distance_km is {value}, which no session can have");
        assert_eq!(refused(&runs).to_string(), expected);
    }
}

#[test]
fn days_over_more_than_a_hundred_years_are_named() {
    let over = |days: u64| frame(&[(Some("a"), Some(0), 8.0), (Some("a"), Some(days), 8.0)]);
    assert_eq!(
        refused(&over(36_525)).to_string(),
        "the runs that end with row 1 span more than 100 years; is a year mistyped?"
    );
    let squad = analyse_squad(&over(36_524), None, Gaps::Rest, &Parameters::default()).unwrap();
    assert_eq!(squad.days.height(), 36_525);
}

#[test]
fn columns_that_are_missing_or_hold_something_else_are_named() {
    let whole = frame(&[(Some("a"), Some(0), 8.0)]);
    let without = |column: &str| refused(&whole.drop(column).unwrap()).to_string();
    assert_eq!(without("athlete"), "the frame of runs needs a column athlete of names");
    assert_eq!(without("date"), "the frame of runs needs a column date of dates");
    assert_eq!(without("distance_km"), "the frame of runs needs a column distance_km or load of numbers");
    let mut words = whole.clone();
    words.with_column(Column::new("distance_km".into(), ["8"])).unwrap();
    assert_eq!(refused(&words).to_string(), "the frame of runs needs a column distance_km of numbers");
    // No rows are no athletes, and nothing to refuse.
    let nobody = whole.head(Some(0)).drop("distance_km").unwrap();
    assert_eq!(analyse_squad(&nobody, None, Gaps::Rest, &Parameters::default()).unwrap().days.height(), 0);
}

#[test]
fn rows_of_distance_and_load_are_those_of_sessions_whichever_load_is_asked_for() {
    let rows: Vec<(Option<f64>, Option<f64>)> = (0..60)
        .map(|index| match index % 6 {
            0 => (Some(10.0), Some(60.0)),
            1 => (Some(0.0), None),
            2 => (None, Some(0.0)),
            3 => (Some(8.0), None),
            4 => (None, Some(50.0)),
            _ => (Some(0.0), Some(30.0)),
        })
        .collect();
    let same = |rows: &[(Option<f64>, Option<f64>)], load: Option<Channel>| {
        let parameters = Parameters { load, ..Parameters::default() };
        let sessions: Vec<Session> = (0..)
            .zip(rows)
            .map(|(index, (km, load))| Session::row(format!("run-{index}"), day(index), 0, *km, *load))
            .collect();
        let grid = DayGrid::new(&sessions, &[], None, Gaps::Unknown).unwrap();
        let alone = analyse(&grid, &Diary::default(), &parameters);
        let (km, loads): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
        let runs = df!(
            "athlete" => vec!["a"; rows.len()],
            "date" => (0..).map(day).take(rows.len()).collect::<Vec<_>>(),
            "distance_km" => km,
            "load" => loads,
        );
        let squad = analyse_squad(&runs.unwrap(), None, Gaps::Unknown, &parameters).unwrap();
        let days = squad.days.drop("athlete").unwrap();
        assert!(days.equals_missing(&alone.days_frame().unwrap()), "{load:?}");
        assert_eq!(squad.flags.height(), alone.flags.len());
    };
    for load in [None, Some(Channel::Distance), Some(Channel::Load)] {
        same(&rows, load);
        let distances: Vec<_> = rows.iter().map(|(km, _)| (*km, None)).collect();
        same(&distances, load);
        let loads: Vec<_> = rows.iter().map(|(_, load)| (None, *load)).collect();
        same(&loads, load);
        // Rest stated in the load makes no load recorded.
        let rests: Vec<_> = rows.iter().map(|(km, _)| (*km, km.is_none_or(|km| km == 0.0).then_some(0.0))).collect();
        same(&rests, load);
        // Other sport alone has a load.
        let other: Vec<_> =
            (0..60).map(|index| if index % 2 == 0 { (Some(10.0), None) } else { (Some(0.0), Some(30.0)) }).collect();
        same(&other, load);
    }
}

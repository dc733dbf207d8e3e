//! Runs to days, and what a short or broken record leaves unsaid.

use plimsoll_analytics::{
    Analysis, Channel, DayGrid, DayMetric, Diary, Gaps, GridError, Interval, IntervalKind, Loads, Parameters, Reason,
    Session, SessionKind, State,
};

use crate::support::{analyse, analysis, close, day, loaded, run, start};

fn analysed(runs: &[Session], unknown: &[u64], gaps: Gaps) -> Analysis {
    let unknown: Vec<_> = unknown.iter().map(|index| day(*index)).collect();
    analyse(&DayGrid::new(runs, &unknown, None, gaps).unwrap())
}

#[test]
fn every_calendar_day_from_the_first_to_as_of() {
    let runs = [run(3, 5.0), run(0, 4.0), run(3, 2.0), run(9, 8.0)];
    let grid = DayGrid::new(&runs, &[], Some(day(5)), Gaps::Rest).unwrap();
    assert_eq!((grid.first(), grid.last(), grid.len()), (Some(start()), Some(day(5)), 6));
    assert_eq!(grid.daily(Channel::Distance), [4.0, 0.0, 0.0, 7.0, 0.0, 0.0].map(Some));
    assert_eq!(grid.sessions().len(), 3);
    let to_the_last_run = DayGrid::new(&runs, &[], None, Gaps::Rest).unwrap();
    assert_eq!(to_the_last_run.last(), Some(day(9)));
}

#[test]
fn no_days_at_all() {
    for (runs, as_of) in [(vec![], None), (vec![], Some(day(3))), (vec![run(5, 1.0)], Some(day(4)))] {
        let grid = DayGrid::new(&runs, &[], as_of, Gaps::Rest).unwrap();
        assert!(grid.is_empty() && grid.first().is_none() && grid.last().is_none());
        let analysis = analyse(&grid);
        assert!(analysis.is_empty() && analysis.flags.is_empty() && analysis.episodes().is_empty());
    }
}

#[test]
fn impossible_values_name_the_run() {
    let error = |run: Session| DayGrid::new(&[run], &[], None, Gaps::Rest).unwrap_err();
    assert_eq!(error(run(2, -1.0)).to_string(), "run-2 on 2025-09-03: distance_km is -1, below zero");
    assert_eq!(error(loaded(2, f64::NAN)).to_string(), "run-2 on 2025-09-03: load is not a number");
    assert!(matches!(error(run(2, f64::INFINITY)), GridError::NotANumber { .. }));
    assert!(matches!(error(run(2, 1e300)), GridError::TooLarge { .. }));
    let far = Session { date: start() + chrono::Days::new(36_525), ..run(0, 1.0) };
    assert!(matches!(DayGrid::new(&[run(0, 1.0), far], &[], None, Gaps::Rest), Err(GridError::TooLong { .. })));
    assert!(matches!(
        DayGrid::new(&[run(0, 1.0)], &[], Some(chrono::NaiveDate::MAX), Gaps::Rest),
        Err(GridError::TooLong { .. })
    ));
}

#[test]
fn unknown_is_not_zero() {
    let runs = [run(0, 5.0), run(1, 1.0).with(Channel::Distance, None), run(4, 5.0)];
    let rest = DayGrid::new(&runs, &[day(2)], None, Gaps::Rest).unwrap();
    assert_eq!(rest.daily(Channel::Distance), [Some(5.0), None, None, Some(0.0), Some(5.0)]);
    let unknown = DayGrid::new(&[run(0, 5.0), run(2, 0.0), run(4, 5.0)], &[], None, Gaps::Unknown).unwrap();
    assert_eq!(unknown.daily(Channel::Distance), [Some(5.0), None, Some(0.0), None, Some(5.0)]);
}

#[test]
fn a_row_that_states_a_rest_is_zero_in_the_column_that_it_leaves_empty() {
    let row = |index, km, load| Session::row(format!("row-{index}"), day(index), 0, km, load);
    let rows = [
        row(0, Some(10.0), Some(60.0)),
        row(1, Some(0.0), None),
        row(2, None, Some(0.0)),
        row(3, Some(8.0), None),
        row(4, None, Some(50.0)),
    ];
    let grid = DayGrid::new(&rows, &[], None, Gaps::Unknown).unwrap();
    assert_eq!(grid.daily(Channel::Distance), [Some(10.0), Some(0.0), Some(0.0), Some(8.0), None]);
    assert_eq!(grid.daily(Channel::Load), [Some(60.0), Some(0.0), Some(0.0), None, Some(50.0)]);
    assert_eq!([&rows[1], &rows[2]].map(|row| row.kind), [SessionKind::Rest; 2]);
}

#[test]
fn a_rest_does_not_make_a_quantity_recorded() {
    for rest in [Session::rest("rest", day(1)), Session::row("rest", day(1), 0, None, Some(0.0))] {
        let grid = DayGrid::new(&[run(0, 5.0), rest, run(2, 5.0)], &[], None, Gaps::Rest).unwrap();
        assert!(grid.is_recorded(Channel::Distance) && !grid.is_recorded(Channel::Load));
        assert_eq!(analyse(&grid).last().unwrap().get(DayMetric::Load), Err(Reason::NotRecorded));
    }
    // Where there is nothing but rest, what it is stated in is known to be zero.
    let rest = DayGrid::new(&[run(0, 0.0)], &[], None, Gaps::Rest).unwrap();
    assert_eq!(rest.daily(Channel::Distance), [Some(0.0)]);
    assert!(!rest.is_recorded(Channel::Load));
}

#[test]
fn a_row_that_states_nothing_is_an_unknown_day() {
    let rows = [run(0, 10.0), Session::row("empty", day(20), 0, None, None), run(40, 10.0)];
    assert_eq!(rows[1].kind, SessionKind::Unknown);
    let grid = DayGrid::new(&rows, &[], None, Gaps::Rest).unwrap();
    let stated = DayGrid::new(&[run(0, 10.0), run(40, 10.0)], &[day(20)], None, Gaps::Rest).unwrap();
    assert_eq!(grid.daily(Channel::Distance), stated.daily(Channel::Distance));
    assert_eq!(grid.daily(Channel::Distance)[20], None);
    assert_eq!(analyse(&grid), analyse(&stated));
    // A run beside it is still a run, of a day that nobody knows the sum of.
    let both = [rows.to_vec(), vec![run(20, 5.0)]].concat();
    let grid = DayGrid::new(&both, &[], None, Gaps::Rest).unwrap();
    assert_eq!(grid.daily(Channel::Distance)[20], None);
    close(analyse(&grid).day(21).unwrap().get(DayMetric::Longest30dKm).unwrap(), 10.0, 1e-12);
}

#[test]
fn a_quantity_that_no_run_has_is_not_recorded() {
    let analysed = analysis(&[loaded(0, 50.0), loaded(2, 50.0)], 40);
    let day = analysed.last().unwrap();
    for measure in [
        day.get(DayMetric::DistanceKm),
        day.get(DayMetric::WeekKm),
        day.get(DayMetric::RampPct),
        day.get(DayMetric::Longest30dKm),
        day.get(DayMetric::LineKm),
        day.get(DayMetric::LineCarefulKm),
    ] {
        assert!(matches!(measure, Err(Reason::NotRecorded | Reason::Returning)), "{measure:?}");
    }
    assert_eq!(analysis(&[run(0, 5.0)], 0).day(0).unwrap().get(DayMetric::Load), Err(Reason::NotRecorded));
}

#[test]
fn history_that_each_measure_needs() {
    let runs: Vec<_> = (0..40).map(|index| run(index, 5.0 + (index % 3) as f64)).collect();
    let analysis = analysis(&runs, 39);
    let days: Vec<_> = analysis.days().collect();
    // Days of record from which a measure is said.
    let first = |metric: DayMetric| {
        let index = days.iter().position(|day| day.get(metric).is_ok()).unwrap();
        assert!(days[..index].iter().all(|day| day.get(metric) == Err(Reason::ShortHistory)));
        assert!(days[index..].iter().all(|day| day.get(metric).is_ok()));
        index + 1
    };
    assert_eq!(first(DayMetric::Acute), 7);
    assert_eq!(first(DayMetric::Chronic), 28);
    assert_eq!(first(DayMetric::RatioCoupled), 28);
    assert_eq!(first(DayMetric::RatioUncoupled), 28);
    assert_eq!(first(DayMetric::RatioEwma), 28);
    assert_eq!(first(DayMetric::Monotony), 7);
    assert_eq!(first(DayMetric::Strain), 7);
    assert_eq!(first(DayMetric::WeekKm), 7);
    assert_eq!(first(DayMetric::RampPct), 14);
    assert_eq!(first(DayMetric::LineKm), 2);
    let states: Vec<_> = days.iter().map(|day| day.state.as_str()).collect();
    assert!(states[..30].iter().all(|state| *state == "provisional"));
    assert!(states[30..].iter().all(|state| *state == "steady"));
}

#[test]
fn up_to_a_fifth_of_a_window_may_be_unknown() {
    let runs: Vec<_> = (0..28).map(|index| run(index, 6.0)).collect();
    let last = |unknown: &[u64], metric| analysed(&runs, unknown, Gaps::Rest).last().unwrap().get(metric);
    close(last(&[27], DayMetric::Acute).unwrap(), 6.0, 1e-12);
    for metric in [DayMetric::WeekKm, DayMetric::Monotony] {
        assert_eq!(last(&[27], metric), Err(Reason::UnknownDays));
    }
    assert_eq!(last(&[26, 27], DayMetric::Acute), Err(Reason::UnknownDays));
    let five = [2, 4, 6, 10, 12];
    assert_eq!(last(&five, DayMetric::RatioUncoupled), Err(Reason::UnknownDays));
    close(last(&five, DayMetric::RatioCoupled).unwrap(), 1.0, 1e-12);
    close(last(&five, DayMetric::RatioEwma).unwrap(), 1.0, 1e-12);
    let six = [2, 4, 6, 10, 12, 14];
    use DayMetric::{Chronic, RatioCoupled, RatioEwma, RatioUncoupled};
    for metric in [Chronic, RatioCoupled, RatioUncoupled, RatioEwma] {
        assert_eq!(last(&six, metric), Err(Reason::UnknownDays));
    }
    // REDI is made for gaps.
    close(last(&six, DayMetric::RatioRedi).unwrap(), 1.0, 1e-12);
    // 7 of 28 are exactly a quarter.
    let quarter = Parameters { unknown_share: 0.25, ..Parameters::default() };
    let grid = DayGrid::new(&runs, &[2, 4, 6, 10, 12, 14, 16].map(day), None, Gaps::Rest).unwrap();
    let analysis = plimsoll_analytics::analyse(&grid, &Diary::default(), &quarter);
    close(analysis.last().unwrap().get(RatioEwma).unwrap(), 1.0, 1e-12);
}

/// Runs of 50 on `known` days, then silence up to day `last`.
fn silent(known: u64, last: u64) -> Analysis {
    let runs: Vec<_> = (0..known).map(|index| loaded(index, 50.0)).collect();
    analyse(&DayGrid::new(&runs, &[], Some(day(last)), Gaps::Unknown).unwrap())
}

#[test]
fn silence_is_not_steady() {
    let analysis = silent(60, 260);
    let states =
        |days: std::ops::Range<usize>| days.map(|index| analysis.day(index).unwrap().state).collect::<Vec<_>>();
    // 6 of the 30 days before day 66 are unknown, a fifth; 7 of those before day 67.
    assert!(states(30..67).iter().all(|state| *state == State::Steady));
    assert!(states(67..261).iter().all(|state| *state == State::Provisional));
    // Back among the known: 24 of 30 days.
    let runs: Vec<_> = (0..60).chain(100..140).map(|index| loaded(index, 50.0)).collect();
    let back = analyse(&DayGrid::new(&runs, &[], None, Gaps::Unknown).unwrap());
    assert_eq!((back.day(123).unwrap().state, back.day(124).unwrap().state), (State::Provisional, State::Steady));
}

#[test]
fn no_average_outlives_what_it_rests_on() {
    use DayMetric::{AcuteEwma, ChronicEwma, Fatigue, Fitness, Form, RatioEwma, RatioRedi, Redi};
    let analysis = silent(60, 260);
    // Days of silence up to which each is said: a fifth of its own window; for REDI four fifths of its weight.
    for (metric, days) in [
        (AcuteEwma, 1),
        (ChronicEwma, 5),
        (RatioEwma, 1),
        (Fitness, 8),
        (Fatigue, 1),
        // Fitness − fatigue of the day before.
        (Form, 2),
        (Redi, 16),
        (RatioRedi, 11),
    ] {
        for (index, day) in analysis.days().enumerate().skip(59) {
            let measure = day.get(metric);
            if index < 60 + days {
                assert!(measure.is_ok(), "{metric:?} on day {index}: {measure:?}");
            } else {
                assert_eq!(measure, Err(Reason::UnknownDays), "{metric:?} on day {index}");
            }
        }
    }
}

#[test]
fn an_average_comes_back_with_the_days_that_it_rests_on() {
    use DayMetric::{AcuteEwma, Form, Redi};
    let runs: Vec<_> = (0..60).chain(120..180).map(|index| loaded(index, 50.0)).collect();
    let analysis = analyse(&DayGrid::new(&runs, &[], None, Gaps::Unknown).unwrap());
    let first = |metric| (120..180).find(|index| analysis.day(*index).unwrap().get(metric).is_ok());
    // 6 of 7 days; 34 of 42, a day later; a fifth of the weight of e^(−0.1 × days ago): 1 − e^(−0.1 n) ≥ 0.2.
    assert_eq!((first(AcuteEwma), first(Form), first(Redi)), (Some(125), Some(154), Some(122)));
}

#[test]
fn nothing_is_divided_by_zero() {
    let zeros: Vec<_> = (0..40).map(|index| run(index, 0.0)).collect();
    let analysed = analysis(&zeros, 39);
    let day = analysed.last().unwrap();
    assert_eq!(day.get(DayMetric::Chronic), Ok(0.0));
    assert_eq!(day.get(DayMetric::RatioCoupled), Err(Reason::NoChronicLoad));
    assert_eq!(day.get(DayMetric::RatioUncoupled), Err(Reason::NoChronicLoad));
    assert_eq!(day.get(DayMetric::RatioEwma), Err(Reason::NoChronicLoad));
    assert_eq!(day.get(DayMetric::RatioRedi), Err(Reason::NoChronicLoad));
    assert_eq!((day.get(DayMetric::Monotony), day.get(DayMetric::Strain)), (Err(Reason::NoLoad), Err(Reason::NoLoad)));
    assert_eq!(day.get(DayMetric::RampPct), Err(Reason::NoWeekBefore));
    // No run in the window of the uncoupled chronic load, but not long enough away for a break.
    let late: Vec<_> = zeros.iter().take(33).cloned().chain((33..40).map(|index| run(index, 5.0))).collect();
    let analysed = analysis(&late, 39);
    let day = analysed.last().unwrap();
    close(day.get(DayMetric::RatioCoupled).unwrap(), 4.0, 1e-12);
    assert_eq!(day.get(DayMetric::RatioUncoupled), Err(Reason::NoChronicLoad));
}

#[test]
fn every_reason_has_a_name_and_a_sentence() {
    use Reason::{
        NoChronicLoad, NoLoad, NoRunIn30Days, NoWeekBefore, NotRecorded, OnlyRecentSpikes, Returning, ShortHistory,
        UnknownDays,
    };
    for reason in [
        ShortHistory,
        UnknownDays,
        NotRecorded,
        NoChronicLoad,
        NoRunIn30Days,
        OnlyRecentSpikes,
        Returning,
        NoLoad,
        NoWeekBefore,
    ] {
        assert!(reason.text().ends_with('.') && reason.as_str().chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    }
}

#[test]
fn a_day_is_found_by_its_place_and_by_its_date() {
    let grid = DayGrid::new(&[run(0, 5.0), run(3, 5.0)], &[], None, Gaps::Rest).unwrap();
    assert!(!grid.is_empty());
    assert_eq!([0, 3, 4].map(|index| grid.date(index)), [Some(day(0)), Some(day(3)), None]);
    let analysis = analyse(&grid);
    assert!(!analysis.is_empty());
    assert_eq!(analysis.day_of(day(3)).unwrap().date, day(3));
    let last = analysis.day_of(day(3)).unwrap();
    assert_eq!(last.get(DayMetric::DistanceKm), Ok(5.0));
    let each = DayMetric::ALL.into_iter().map(|metric| (metric.info().symbol, last.get(metric)));
    assert!(last.measures().eq(each));
    assert!(analysis.day_of(day(4)).is_none() && analysis.day_of(day(0) - chrono::Days::new(1)).is_none());
}

#[test]
fn a_grid_keeps_its_intervals() {
    let injury = Interval { kind: IntervalKind::Injury, first: day(1), last: Some(day(2)) };
    let grid = DayGrid::new(&[run(0, 5.0), run(3, 5.0)], &[], None, Gaps::Rest).unwrap();
    assert_eq!(grid.with_intervals(&[injury]).intervals(), [injury]);
}

#[test]
fn a_rest_is_zero_in_every_channel() {
    for loads in [Loads::zero(), Session::rest("rest", day(0)).loads] {
        assert!(Channel::ALL.iter().all(|channel| loads.get(*channel) == Some(0.0)));
    }
}

#[test]
fn a_fifth_of_unknown_days_is_still_a_break() {
    // 16 days of rest and 4 unknown ones: the fourth is a fifth of 20, a fifth one would be more.
    let away = |unknown: &[u64]| {
        let unknown: Vec<_> = unknown.iter().map(|index| day(*index)).collect();
        let grid = DayGrid::new(&[run(0, 10.0)], &unknown, Some(day(21)), Gaps::Rest).unwrap();
        analyse(&grid).last().unwrap().state == State::Returning
    };
    assert!(away(&[5, 10, 15, 20]));
    assert!(!away(&[5, 10, 15, 19, 20]));
}

#[test]
fn thirty_days_with_a_fifth_unknown_are_known_to_be_without_a_run() {
    let why = |unknown: u64| {
        let unknown: Vec<_> = (0..unknown).map(|index| day(2 + 4 * index)).collect();
        let grid = DayGrid::new(&[run(0, 10.0)], &unknown, Some(day(31)), Gaps::Rest).unwrap();
        analyse(&grid).last().unwrap().get(DayMetric::Longest30dKm).unwrap_err()
    };
    assert_eq!((why(6), why(7)), (Reason::NoRunIn30Days, Reason::UnknownDays));
}

#[test]
fn analyses_of_other_distances_are_not_the_same() {
    assert_ne!(analysis(&[run(0, 5.0)], 3), analysis(&[run(0, 6.0)], 3));
}

#[test]
fn rows_with_a_load_alone_are_runs() {
    let kind = |load| Session::row("row", day(0), 0, None, Some(load)).kind;
    assert_eq!((kind(50.0), kind(0.0)), (SessionKind::Run, SessionKind::Rest));
    assert!(DayGrid::new(&[run(0, 1e9)], &[], None, Gaps::Rest).is_ok());
}

#[test]
fn a_load_that_is_not_known_is_not_one_that_is_not_recorded() {
    let runs = [loaded(0, 50.0), Session::run("lost", day(1), 0)];
    assert_eq!(analysis(&runs, 1).last().unwrap().get(DayMetric::Load), Err(Reason::UnknownDays));
}

#[test]
fn history_begins_with_the_first_known_day() {
    use DayMetric::{Acute, AcuteEwma, Chronic, Fatigue, Fitness, Form, Ramp3wPct, RampPct, RatioRedi, Redi};
    let of = |unknown: &[u64], metric| {
        let runs: Vec<_> = (0..80).map(|index| run(index, 6.0)).collect();
        let analysis = analysed(&runs, unknown, Gaps::Rest);
        let first = analysis.days().position(|day| day.get(metric).is_ok()).unwrap();
        let before = analysis.day(first - 1).unwrap().get(metric);
        assert_eq!(before, Err(Reason::ShortHistory), "{metric:?}");
        first
    };
    for (metric, days) in [
        (Acute, 7),
        (Chronic, 28),
        (Redi, 7),
        (RatioRedi, 28),
        (Fitness, 42),
        (Fatigue, 7),
        (Form, 42),
        (RampPct, 14),
        (Ramp3wPct, 28),
    ] {
        assert_eq!(of(&[], metric), days - 1, "{metric:?}");
        // Of a fifth of the window it could be said that it may be unknown, but these days are no record.
        assert_eq!(of(&[0, 1, 2, 3], metric), days + 3, "{metric:?}");
    }
    assert_eq!(of(&[0, 1, 2, 3], AcuteEwma), 4);
}

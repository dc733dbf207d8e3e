//! Loads that are kept apart, and what is marked beside them.

use plimsoll_analytics::{
    Analysis, Channel, DayGrid, DayMetric, Diary, Gaps, InputValue, Interval, IntervalKind, Parameters, Reason,
    Session, SessionKind, analyse,
};

use crate::support::{close, day, run};

fn of(sessions: &[Session], load: Option<Channel>) -> Analysis {
    let grid = DayGrid::new(sessions, &[], None, Gaps::Rest).unwrap();
    analyse(&grid, &Diary::default(), &Parameters { load, ..Parameters::default() })
}

/// Four weeks: runs of 10 km, 60 minutes and 80 TRIMP on even days; rides of 100 TRIMP on odd ones.
fn weeks() -> Vec<Session> {
    (0..28)
        .map(|index| match index % 2 {
            0 => run(index, 10.0).with(Channel::Time, 60.0).with(Channel::BanisterTrimp, 80.0),
            _ => Session::cross_training(format!("ride-{index}"), day(index), 0).with(Channel::BanisterTrimp, 100.0),
        })
        .collect()
}

#[test]
fn cross_training_counts_for_the_heart_and_not_for_the_legs() {
    let mean = |channel| of(&weeks(), Some(channel)).last().unwrap().get(DayMetric::Chronic);
    close(mean(Channel::Distance).unwrap(), 5.0, 1e-12);
    close(mean(Channel::Time).unwrap(), 30.0, 1e-12);
    close(mean(Channel::BanisterTrimp).unwrap(), 90.0, 1e-12);
    // Nobody measured steps; a channel that nothing has is not zero.
    assert_eq!(mean(Channel::Steps), Err(Reason::NotRecorded));
}

#[test]
fn a_session_without_a_value_makes_its_day_unknown_in_that_channel_alone() {
    let mut sessions = weeks();
    sessions[27] = Session::cross_training("ride", day(27), 0);
    let grid = DayGrid::new(&sessions, &[], None, Gaps::Rest).unwrap();
    assert_eq!(grid.daily(Channel::BanisterTrimp)[27], None);
    assert_eq!(grid.daily(Channel::Time)[27], Some(0.0));
}

#[test]
fn the_line_and_the_ramp_are_of_distance_whatever_is_looked_at() {
    let (by_trimp, by_distance) = (of(&weeks(), Some(Channel::BanisterTrimp)), of(&weeks(), None));
    for metric in [DayMetric::LineKm, DayMetric::WeekKm, DayMetric::RampPct, DayMetric::DistanceKm] {
        assert_eq!(by_trimp.last().unwrap().get(metric), by_distance.last().unwrap().get(metric));
    }
    assert_eq!(by_distance.last().unwrap().get(DayMetric::Load), Err(Reason::NotRecorded));
    assert_eq!(by_trimp.last().unwrap().get(DayMetric::Load), Ok(100.0));
}

#[test]
fn the_longest_ride_is_no_run() {
    let ride = Session::cross_training("ride", day(27), 0).with(Channel::Distance, 120.0);
    let analysis = of(&[run(0, 10.0), ride, run(28, 10.5)], None);
    close(analysis.last().unwrap().get(DayMetric::Longest30dKm).unwrap(), 10.0, 1e-12);
    close(analysis.last().unwrap().get(DayMetric::WeekKm).unwrap(), 10.5, 1e-12);
}

#[test]
fn a_stated_rest_is_a_known_zero_everywhere() {
    let sessions = [run(0, 10.0).with(Channel::Time, 50.0), Session::rest("rest", day(1))];
    let grid = DayGrid::new(&sessions, &[], None, Gaps::Unknown).unwrap();
    assert_eq!(grid.daily(Channel::Distance), [Some(10.0), Some(0.0)]);
    assert_eq!(grid.daily(Channel::Time), [Some(50.0), Some(0.0)]);
    assert_eq!(sessions[1].kind, SessionKind::Rest);
}

#[test]
fn injuries_and_illnesses_are_marked_by_their_days() {
    let interval = |kind, first: u64, last: Option<u64>| Interval { kind, first: day(first), last: last.map(day) };
    let intervals = [
        interval(IntervalKind::Injury, 2, Some(4)),
        interval(IntervalKind::Illness, 4, Some(5)),
        interval(IntervalKind::Injury, 8, None),
    ];
    let grid = DayGrid::new(&[run(0, 5.0), run(9, 5.0)], &[], None, Gaps::Rest).unwrap().with_intervals(&intervals);
    let injured: Vec<usize> = (0..grid.len()).filter(|index| grid.is_injured(*index)).collect();
    let ill: Vec<usize> = (0..grid.len()).filter(|index| grid.is_ill(*index)).collect();
    assert_eq!((injured, ill), (vec![2, 3, 4, 8, 9], vec![4, 5]));
    // One that was over before the first day, and one that began before it.
    let early = [
        Interval {
            kind: IntervalKind::Injury,
            first: day(0) - chrono::Days::new(9),
            last: Some(day(0) - chrono::Days::new(2)),
        },
        Interval { kind: IntervalKind::Illness, first: day(0) - chrono::Days::new(9), last: Some(day(1)) },
    ];
    let grid = grid.with_intervals(&early);
    assert!(!(0..grid.len()).any(|index| grid.is_injured(index)));
    assert_eq!((0..grid.len()).filter(|index| grid.is_ill(*index)).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn every_flag_carries_what_it_was_made_from() {
    let runs: Vec<_> = (0..40).step_by(3).map(|index| run(index, 12.0)).chain([run(40, 16.0), run(41, 18.0)]).collect();
    let analysis = of(&runs, None);
    assert!(analysis.flags.iter().all(|flag| !flag.inputs.is_empty()), "{:#?}", analysis.flags);
    let spike = analysis.flags.iter().find(|flag| flag.session.as_deref() == Some("run-40")).unwrap();
    let input = |name| spike.inputs.iter().find(|input| input.name == name).map(|input| input.value.clone());
    assert_eq!(input("distance_km"), Some(InputValue::Number(16.0)));
    assert_eq!(input("longest_30d_km"), Some(InputValue::Number(12.0)));
    assert_eq!(input("longest_on"), Some(InputValue::Date(day(39))));
}

#[test]
fn races_count_like_every_run() {
    let races: Vec<_> = weeks().into_iter().map(|session| Session { is_race: true, ..session }).collect();
    let (plain, races) = (of(&weeks(), None), of(&races, None));
    for (plain, race) in plain.days().zip(races.days()) {
        assert_eq!(plain.measures().collect::<Vec<_>>(), race.measures().collect::<Vec<_>>());
    }
}

//! The line, the careful line, and when it moves.

use chrono::NaiveDate;
use plimsoll_analytics::{
    ChangeCause, Channel, DayGrid, DayMetric, Diary, Parameters, PlannedRun, Reason, SpikeClass, State, line_outlook,
    weigh_runs,
};

use crate::support::{analysis, close, day, grid, run};

fn p() -> Parameters {
    Parameters::default()
}

fn planned_run(grid: &DayGrid, date: NaiveDate, km: f64) -> PlannedRun {
    plimsoll_analytics::planned_run(grid, &Diary::default(), date, km, &p())
}

#[test]
fn the_line_is_a_tenth_above_the_longest_run_of_30_days() {
    let analysis = analysis(&[run(0, 8.0), run(4, 12.0), run(6, 10.0)], 40);
    assert_eq!(analysis.day(0).unwrap().get(DayMetric::LineKm), Err(Reason::ShortHistory));
    close(analysis.day(1).unwrap().get(DayMetric::LineKm).unwrap(), 8.8, 1e-12);
    close(analysis.day(4).unwrap().get(DayMetric::LineKm).unwrap(), 8.8, 1e-12);
    close(analysis.day(5).unwrap().get(DayMetric::LineKm).unwrap(), 13.2, 1e-12);
    close(analysis.day(34).unwrap().get(DayMetric::LineKm).unwrap(), 13.2, 1e-12);
    close(analysis.day(35).unwrap().get(DayMetric::LineKm).unwrap(), 11.0, 1e-12);
    close(analysis.day(36).unwrap().get(DayMetric::LineKm).unwrap(), 11.0, 1e-12);
    assert_eq!(analysis.day(37).unwrap().get(DayMetric::LineKm), Err(Reason::NoRunIn30Days));
    assert_eq!(analysis.day(37).unwrap().get(DayMetric::Longest30dKm), Err(Reason::NoRunIn30Days));
}

#[test]
fn a_spike_lifts_the_careful_line_after_14_days() {
    let runs = [run(0, 10.0), run(10, 12.0), run(20, 10.0)];
    let analysis = analysis(&runs, 45);
    close(analysis.day(11).unwrap().get(DayMetric::LineKm).unwrap(), 13.2, 1e-12);
    close(analysis.day(11).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 11.0, 1e-12);
    close(analysis.day(23).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 11.0, 1e-12);
    close(analysis.day(24).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 13.2, 1e-12);
    close(analysis.day(40).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 13.2, 1e-12);
    close(analysis.day(41).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 11.0, 1e-12);
}

#[test]
fn a_run_of_exactly_the_line_is_no_spike_and_counts_at_once() {
    let analysis = analysis(&[run(0, 12.0), run(3, 13.2)], 4);
    close(analysis.day(4).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 14.52, 1e-12);
}

#[test]
fn there_is_no_careful_line_when_only_recent_spikes_are_left() {
    let analysis = analysis(&[run(0, 5.0), run(29, 8.0)], 44);
    close(analysis.day(30).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 5.5, 1e-12);
    assert_eq!(analysis.day(31).unwrap().get(DayMetric::LineCarefulKm), Err(Reason::OnlyRecentSpikes));
    close(analysis.day(31).unwrap().get(DayMetric::LineKm).unwrap(), 8.8, 1e-12);
    close(analysis.day(43).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 8.8, 1e-12);
    let outlook = line_outlook(&grid(&[run(0, 5.0), run(29, 8.0)], 31), day(31), &p());
    assert_eq!(outlook.careful_km, Err(Reason::OnlyRecentSpikes));
    let appears = outlook.next().unwrap();
    assert_eq!((appears.date, appears.from_km, appears.because), (day(43), None, ChangeCause::CarefulDaysEnd));
    assert_eq!(appears.resting_on, Some((day(29), 8.0)));
    close(appears.to_km.unwrap(), 8.8, 1e-12);
}

#[test]
fn the_outlook_says_when_the_line_falls_and_which_run_leaves() {
    let grid = grid(&[run(0, 12.0), run(20, 10.0)], 25);
    for date in [day(25), day(26)] {
        let outlook = line_outlook(&grid, date, &p());
        close(outlook.careful_km.unwrap(), 13.2, 1e-12);
        assert_eq!(outlook.longest, Some((day(0), 12.0)));
        let next = outlook.next().unwrap();
        assert_eq!((next.date, next.because), (day(31), ChangeCause::LeavesWindow));
        assert_eq!((next.leaving, next.resting_on), (Some((day(0), 12.0)), Some((day(20), 10.0))));
        close(next.from_km.unwrap(), 13.2, 1e-12);
        close(next.to_km.unwrap(), 11.0, 1e-12);
    }
}

#[test]
fn the_calendar_names_every_fall_and_what_keeps_the_line() {
    let grid = grid(&[run(0, 12.0), run(10, 10.0), run(20, 8.0)], 25);
    let outlook = line_outlook(&grid, day(26), &p());
    let falls: Vec<_> = outlook.calendar.iter().map(|change| (change.date, change.kept_by_km)).collect();
    assert_eq!(falls, [(day(31), Some(12.0)), (day(41), Some(10.0)), (day(51), Some(8.0))]);
    assert_eq!(outlook.calendar[2].to_km, None);
    // An easy run of that length on the day before keeps the line where it was.
    let kept = crate::support::grid(&[run(0, 12.0), run(10, 10.0), run(20, 8.0), run(30, 12.0)], 31);
    close(line_outlook(&kept, day(31), &p()).careful_km.unwrap(), 13.2, 1e-12);
}

#[test]
fn the_outlook_says_when_the_line_ends() {
    let outlook = line_outlook(&grid(&[run(0, 12.0)], 10), day(11), &p());
    let next = outlook.next().unwrap();
    assert_eq!((next.date, next.to_km, next.because), (day(31), None, ChangeCause::LeavesWindow));
}

#[test]
fn the_outlook_says_when_a_spike_begins_to_count() {
    let outlook = line_outlook(&grid(&[run(0, 10.0), run(10, 12.0)], 12), day(13), &p());
    close(outlook.line_km.unwrap(), 13.2, 1e-12);
    assert_eq!(outlook.counted_longest, Some((day(10), 12.0)));
    let next = outlook.next().unwrap();
    assert_eq!((next.date, next.because, next.leaving), (day(24), ChangeCause::CarefulDaysEnd, None));
    assert_eq!(next.resting_on, Some((day(10), 12.0)));
}

#[test]
fn a_run_of_today_counts_tomorrow() {
    let outlook = line_outlook(&grid(&[run(0, 12.0), run(5, 13.0)], 5), day(5), &p());
    close(outlook.careful_km.unwrap(), 13.2, 1e-12);
    let next = outlook.next().unwrap();
    assert_eq!((next.date, next.because), (day(6), ChangeCause::RunCounts));
}

#[test]
fn the_calendar_goes_on_behind_the_end_of_the_line() {
    // The spike of day 25 is all that is left when the 10 km leave, and does not count for 8 more days.
    let outlook = line_outlook(&grid(&[run(0, 10.0), run(25, 15.0)], 26), day(26), &p());
    let moves: Vec<_> =
        outlook.calendar.iter().map(|change| (change.date, change.from_km, change.to_km, change.because)).collect();
    use ChangeCause::{CarefulDaysEnd, LeavesWindow};
    let (ten, fifteen) = (Some(10.0 * 1.1), Some(15.0 * 1.1));
    assert_eq!(
        moves,
        [
            (day(31), ten, None, LeavesWindow),
            (day(39), None, fifteen, CarefulDaysEnd),
            (day(56), fifteen, None, LeavesWindow)
        ]
    );
}

#[test]
fn a_spike_of_today_counts_when_its_careful_days_end() {
    let outlook = line_outlook(&grid(&[run(0, 10.0), run(5, 15.0)], 5), day(5), &p());
    let rise = outlook.next().unwrap();
    assert_eq!((rise.date, rise.because), (day(19), ChangeCause::CarefulDaysEnd));
    assert_eq!(rise.resting_on, Some((day(5), 15.0)));
}

#[test]
fn the_first_run_in_30_days_lifts_the_careful_line_after_14_days() {
    let runs = [run(0, 20.0), run(61, 30.0)];
    let (analysis, grid) = (analysis(&runs, 90), grid(&runs, 90));
    for (index, careful) in [(61, Err(Reason::NoRunIn30Days)), (62, Err(Reason::OnlyRecentSpikes))] {
        assert_eq!(analysis.day(index).unwrap().get(DayMetric::LineCarefulKm), careful);
    }
    close(analysis.day(62).unwrap().get(DayMetric::LineKm).unwrap(), 33.0, 1e-12);
    assert_eq!(analysis.day(74).unwrap().get(DayMetric::LineCarefulKm), Err(Reason::OnlyRecentSpikes));
    close(analysis.day(75).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 33.0, 1e-12);
    assert_eq!(analysis.day(62).unwrap().state, State::Returning);

    let outlook = line_outlook(&grid, day(62), &p());
    assert_eq!(outlook.careful_km, Err(Reason::OnlyRecentSpikes));
    assert_eq!((outlook.counted_longest, outlook.counted_class), (Some((day(61), 30.0)), Some(SpikeClass::NoBaseline)));
    let appears = outlook.next().unwrap();
    assert_eq!((appears.date, appears.from_km, appears.because), (day(75), None, ChangeCause::CarefulDaysEnd));
}

#[test]
fn a_second_run_after_a_break_is_what_the_careful_line_rests_on() {
    let analysis = analysis(&[run(0, 20.0), run(61, 30.0), run(63, 5.0)], 64);
    close(analysis.day(64).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 5.5, 1e-12);
    close(analysis.day(64).unwrap().get(DayMetric::LineKm).unwrap(), 33.0, 1e-12);
}

// Science: while the record is younger than 30 days, what exists counts, and the state says so.
#[test]
fn the_first_run_of_a_young_record_counts_at_once() {
    let analysed = analysis(&[run(0, 0.0), run(29, 10.0)], 30);
    close(analysed.day(30).unwrap().get(DayMetric::LineCarefulKm).unwrap(), 11.0, 1e-12);
    // 30 days that are known to be without a run are a baseline of none.
    let analysed = analysis(&[run(0, 0.0), run(30, 10.0)], 31);
    assert_eq!(analysed.day(31).unwrap().get(DayMetric::LineCarefulKm), Err(Reason::OnlyRecentSpikes));
}

#[test]
fn every_run_has_its_class() {
    let runs = [run(0, 10.0), run(10, 11.0), run(12, 13.0), run(14, 26.0), run(16, 52.1), run(80, 9.0)];
    let no_distance = run(20, 0.0).with(Channel::Distance, None);
    let grid = grid(&[runs.to_vec(), vec![no_distance]].concat(), 80);
    let weighed = weigh_runs(&grid, &p());
    use SpikeClass::{Large, Moderate, NoBaseline, Reference, Small};
    let classes: Vec<SpikeClass> = weighed.iter().map(|run| run.class).collect();
    assert_eq!(classes, [NoBaseline, Reference, Small, Moderate, Large, NoBaseline]);
    let spike = &weighed[2];
    assert_eq!((spike.session.as_str(), spike.date, spike.distance_km), ("run-12", day(12), 13.0));
    assert_eq!(spike.longest, Some((day(10), 11.0)));
    close(spike.ratio.unwrap(), 13.0 / 11.0, 1e-12);
    assert_eq!((weighed[5].longest, weighed[5].ratio), (None, None));
}

#[test]
fn the_outlook_agrees_with_the_days() {
    let runs: Vec<_> = (0..80).step_by(3).map(|index| run(index, 6.0 + (index * 7 % 11) as f64)).collect();
    let grid = grid(&runs, 100);
    let analysis = analysis(&runs, 100);
    for (index, measures) in (0..).zip(analysis.days()) {
        let outlook = line_outlook(&grid, day(index), &p());
        assert_eq!(
            (outlook.line_km, outlook.careful_km),
            (measures.get(DayMetric::LineKm), measures.get(DayMetric::LineCarefulKm)),
            "day {index}"
        );
    }
}

#[test]
fn nothing_to_look_ahead_from() {
    let empty = DayGrid::default();
    let outlook = line_outlook(&empty, day(0), &p());
    assert_eq!(outlook.line_km, Err(Reason::ShortHistory));
    assert_eq!(outlook.next(), None);
    let grid = grid(&[run(0, 12.0)], 10);
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        assert!(line_outlook(&grid, date, &p()).line_km.is_err());
        assert_eq!(planned_run(&grid, date, 10.0).ratio, None);
    }
    for km in [f64::NAN, f64::INFINITY, -1.0] {
        let planned = planned_run(&grid, day(11), km);
        assert_eq!((planned.ratio, planned.class, planned.flag), (None, None, None));
    }
}

#[test]
fn a_planned_run_is_measured_against_runs_of_the_same_day_too() {
    let grid = grid(&[run(0, 10.0), run(10, 15.0)], 10);
    close(planned_run(&grid, day(10), 15.0).ratio.unwrap(), 1.0, 1e-12);
    close(planned_run(&grid, day(9), 15.0).ratio.unwrap(), 1.5, 1e-12);
}

#[test]
fn a_planned_run_of_nothing_is_a_number_and_one_below_it_is_not() {
    let grid = grid(&[run(0, 10.0)], 5);
    let (nothing, below) = (planned_run(&grid, day(6), 0.0), planned_run(&grid, day(6), -1.0));
    assert_eq!((nothing.ratio, nothing.class), (Some(0.0), Some(SpikeClass::Reference)));
    assert_eq!((below.ratio, below.class), (None, None));
}

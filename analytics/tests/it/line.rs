//! The line, the careful line, and when it moves.

use chrono::NaiveDate;
use plimsoll_analytics::{ChangeCause, DayGrid, DayMetric, Diary, Parameters, PlannedRun, Reason, line_outlook};

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
    assert_eq!(outlook.next(), None);
    let (appears, km) = outlook.appears.unwrap();
    assert_eq!(appears, day(43));
    close(km, 8.8, 1e-12);
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
        close(next.from_km, 13.2, 1e-12);
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
    assert_eq!((outlook.next(), outlook.appears), (None, None));
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

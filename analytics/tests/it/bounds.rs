//! Windows and dates that nobody should ask for: an error or the nearest that can be, and never a panic.

use chrono::NaiveDate;
use plimsoll_analytics::kernels::Smoothing;
use plimsoll_analytics::{
    BodyParameters, DayMetric, Diary, Gaps, Injury, Parameters, Shoe, SquadError, analyse, analyse_squad, line_outlook,
    planned_run, weigh_runs,
};
use polars::prelude::*;

use crate::athlete::{around, cadence, during, efficiency, eights, resting, wellness};
use crate::support::{day, grid, run};

const FAR: usize = usize::MAX;

fn everywhere(days: usize) -> Parameters {
    Parameters {
        acute_days: days,
        chronic_days: days,
        fitness_days: days,
        fatigue_days: days,
        line_days: days,
        careful_days: days,
        break_days: u32::try_from(days).unwrap_or(u32::MAX),
        return_days: u32::try_from(days).unwrap_or(u32::MAX),
        body: BodyParameters {
            baseline_days: days,
            baseline_least: days,
            recent_days: days,
            recent_least: days,
            off_days: days,
            off_window_days: days,
            off_signs: days,
            efficiency_down_days: days,
            mechanics_days: days,
            mechanics_runs: days,
            pain_week_least: days,
            pain_days: days,
            pain_spell_days: days,
            pain_side_days: days,
            race_recovery_days: days,
            previous_injury_months: u32::try_from(days).unwrap_or(u32::MAX),
            shoe_days: days,
            shoe_least: days,
            heart_rate_days: days,
            ..BodyParameters::default()
        },
        ..Parameters::default()
    }
}

/// One window at a time, beside the usual ones.
fn one_by_one(days: usize) -> Vec<Parameters> {
    let usual = Parameters::default;
    let body = |set: fn(&mut BodyParameters, usize)| {
        let mut parameters = usual();
        set(&mut parameters.body, days);
        parameters
    };
    vec![
        Parameters { acute_days: days, ..usual() },
        Parameters { chronic_days: days, ..usual() },
        Parameters { fitness_days: days, ..usual() },
        Parameters { fatigue_days: days, ..usual() },
        Parameters { line_days: days, ..usual() },
        Parameters { careful_days: days, ..usual() },
        body(|body, days| body.baseline_days = days),
        body(|body, days| body.recent_days = days),
        body(|body, days| body.off_window_days = days),
        body(|body, days| body.efficiency_down_days = days),
        body(|body, days| body.mechanics_days = days),
        body(|body, days| body.pain_days = days),
        body(|body, days| body.pain_spell_days = days),
        body(|body, days| body.pain_side_days = days),
        body(|body, days| body.race_recovery_days = days),
        body(|body, days| body.shoe_days = days),
        body(|body, days| body.heart_rate_days = days),
    ]
}

fn diary() -> Diary {
    Diary {
        marks: (0..90).flat_map(|index| [resting(index, around(48.0, index)), wellness(index, 5.0)]).collect(),
        pains: vec![during("calf", 3, 4.0), during("calf", 60, 6.0), during("calf", 70, 2.0)],
        injuries: vec![Injury::new("calf", day(20), Some(day(30)))],
        shoes: vec![Shoe { name: "Red".into(), limit_km: Some(100.0), distance_before_km: None }],
        runs: (0..90).step_by(2).flat_map(|index| [efficiency(index, 1.3), cadence(index, 170.0, 3.0)]).collect(),
        ..Diary::default()
    }
}

fn frame() -> DataFrame {
    let dates: Vec<NaiveDate> = (0..90).step_by(2).map(day).collect();
    let km = vec![8.0; dates.len()];
    df!("athlete" => vec!["a"; dates.len()], "date" => dates, "distance_km" => km).unwrap()
}

#[test]
fn windows_that_cannot_be_are_taken_as_the_nearest_that_can() {
    let runs: Vec<_> = eights(90)
        .into_iter()
        .map(|run| plimsoll_analytics::Session { is_race: run.date == day(40), shoe: Some("Red".into()), ..run })
        .collect();
    let grid = grid(&runs, 90).with_intervals(&diary().intervals());
    for days in [0, 1, FAR - 1, FAR] {
        for parameters in one_by_one(days).into_iter().chain([everywhere(days)]) {
            let analysis = analyse(&grid, &diary(), &parameters);
            assert_eq!(analysis.len(), 91);
            for measure in
                analysis.days().flat_map(|day| day.measures().map(|(_, measure)| measure).collect::<Vec<_>>())
            {
                assert!(measure.is_ok_and(f64::is_finite) || measure.is_err());
            }
            let mut updated = analyse(&grid, &diary(), &parameters);
            updated.update(&grid, &diary(), &parameters, day(50));
            assert_eq!(updated, analysis);
            assert!(line_outlook(&grid, day(91), &parameters).line_km.is_ok() || parameters.line_days == 0);
            let planned = planned_run(&grid, &diary(), day(91), 12.0, &parameters);
            assert!(planned.class.is_some());
            assert_eq!(weigh_runs(&grid, &parameters).len(), runs.len());
            let squad = analyse_squad(&frame(), None, Gaps::Rest, &parameters).unwrap();
            assert_eq!(squad.days.height(), 89);
        }
    }
}

#[test]
fn windows_that_cannot_be_are_named() {
    assert_eq!(Parameters::default().check(), Ok(()));
    let said = |parameters: Parameters| parameters.check().unwrap_err().to_string();
    assert_eq!(
        said(Parameters { acute_days: 0, ..Parameters::default() }),
        "acute_days is 0; it must be from 1 to 36525 days"
    );
    let body = BodyParameters { shoe_days: 36_526, ..BodyParameters::default() };
    assert_eq!(
        said(Parameters { body, ..Parameters::default() }),
        "shoe_days is 36526; it must be from 0 to 36525 days"
    );
    for (parameters, least) in one_by_one(0).iter().zip([1, 1, 1, 1].into_iter().chain(std::iter::repeat(0))) {
        assert_eq!(parameters.check().is_err(), least == 1);
    }
    assert!(one_by_one(FAR).iter().all(|parameters| parameters.check().is_err()));
}

#[test]
fn the_newest_day_never_weighs_more_than_the_average() {
    for smoothing in [Smoothing::Span, Smoothing::TimeConstant, Smoothing::Reciprocal] {
        for days in [f64::NEG_INFINITY, -1.0, 0.0, 0.5, 1.0, f64::NAN] {
            assert_eq!(smoothing.weight(days), smoothing.weight(1.0));
        }
        assert!(smoothing.weight(1.0) <= 1.0 && smoothing.weight(f64::MAX) >= 0.0);
    }
    // An acute window of no day is the day itself.
    let runs: Vec<_> = (0..40).map(|index| run(index, 5.0 + (index % 3) as f64)).collect();
    let parameters = Parameters { acute_days: 0, ..Parameters::default() };
    let analysis = analyse(&grid(&runs, 39), &Diary::default(), &parameters);
    let day = analysis.last().unwrap();
    assert_eq!((day.get(DayMetric::Acute), day.get(DayMetric::AcuteEwma)), (Ok(5.0), Ok(5.0)));
}

#[test]
fn a_date_beyond_the_calendar_is_refused() {
    let squad = |days: &[i32]| {
        let dates = Column::new("date".into(), days.to_vec()).cast(&DataType::Date).unwrap();
        let columns = vec![
            Column::new("athlete".into(), vec![1_i64; days.len()]),
            dates,
            Column::new("distance_km".into(), vec![5.0; days.len()]),
        ];
        let frame = DataFrame::new(days.len(), columns).unwrap();
        analyse_squad(&frame, None, Gaps::Rest, &Parameters::default())
    };
    for (days, row) in
        [(vec![i32::MAX], 0), (vec![i32::MAX - 1, i32::MAX], 0), (vec![20_000, i32::MAX], 1), (vec![i32::MIN, 3], 0)]
    {
        let error = squad(&days).unwrap_err();
        assert!(matches!(error, SquadError::Date { row: at, .. } if at == row), "{error}");
    }
    assert_eq!(
        squad(&[i32::MAX]).unwrap_err().to_string(),
        "row 0 of the runs: the date is 2147483647 days from 1970, beyond what a date can be"
    );
    for last in [NaiveDate::MIN, NaiveDate::MAX] {
        let days = i32::try_from(last.signed_duration_since(NaiveDate::default()).num_days()).unwrap();
        assert_eq!(squad(&[days]).unwrap().days.height(), 1);
    }
}

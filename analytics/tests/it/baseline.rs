//! An athlete against their own past.

use plimsoll_analytics::{
    Baselines, BodyParameters, DayMarks, Diary, Hooper, Illness, Injury, OwnMetric, OwnValue, Reason, RunForm,
};

use crate::athlete::{around, cadence, efficiency, eights, keeping, resting, wellness};
use crate::support::{close, day, grid};

fn values(diary: &Diary, metric: OwnMetric, last: u64) -> Vec<OwnValue> {
    keeping(diary, last).baselines.get(metric).to_vec()
}

fn resting_values(marks: Vec<DayMarks>, last: u64) -> Vec<OwnValue> {
    values(&Diary { marks, ..Diary::default() }, OwnMetric::RestingHeartRate, last)
}

/// Resting heart rate of 49 and 51 by turns on days 0–99.
fn steady() -> Vec<DayMarks> {
    (0..100).map(|index| resting(index, around(50.0, index))).collect()
}

#[test]
fn a_resting_heart_rate_is_the_mean_of_7_days_against_60() {
    let mut marks = steady();
    marks.extend((100..107).map(|index| resting(index, 54.0)));
    let values = resting_values(marks, 106);
    let compared = values[106].compared.unwrap();
    // Days 40–99: as many of 49 as of 51, with a sample deviation of √(60 ÷ 59).
    close(compared.recent, 54.0, 1e-12);
    close(compared.mean, 50.0, 1e-12);
    close(compared.standard_deviation, (60.0_f64 / 59.0).sqrt(), 1e-12);
    close(compared.z, 4.0 / (60.0_f64 / 59.0).sqrt(), 1e-12);
    assert_eq!((compared.days, values[106].value, values[106].date), (60, 54.0, day(106)));
}

#[test]
fn a_baseline_needs_14_days_that_end_a_week_before() {
    let values = resting_values(steady(), 99);
    assert_eq!(values[19].compared, Err(Reason::ShortBaseline));
    assert_eq!(values[20].compared.unwrap().days, 14);
    assert_eq!(values[99].compared.unwrap().days, 60);
}

#[test]
fn the_mean_of_a_week_needs_3_days() {
    let mut marks = steady();
    marks.truncate(60);
    marks.extend([resting(70, 52.0), resting(71, 52.0), resting(72, 52.0)]);
    let values = resting_values(marks, 80);
    let compared: Vec<_> = values[60..].iter().map(|value| value.compared.map(|compared| compared.recent)).collect();
    assert_eq!(compared, [Err(Reason::FewRecentDays), Err(Reason::FewRecentDays), Ok(52.0)]);
}

#[test]
fn a_day_without_a_mark_is_not_said_and_never_zero() {
    let mut marks = steady();
    marks.retain(|marks| marks.date != day(90));
    let values = resting_values(marks, 99);
    assert!(values.iter().all(|value| value.date != day(90)));
    let last = values.last().unwrap().compared.unwrap();
    // Day 90 lies in the baseline of day 99, days 33–92.
    assert!((last.mean - 50.0).abs() < 0.1 && last.days == 59, "{last:?}");
}

#[test]
fn a_value_that_never_changes_has_no_spread_to_compare_with() {
    let mut marks: Vec<_> = (0..60).map(|index| resting(index, 50.1)).collect();
    marks.push(resting(60, 60.0));
    let values = resting_values(marks, 60);
    assert_eq!(values[60].compared, Err(Reason::NoSpread));
    assert!(Reason::NoSpread.text().ends_with('.') && Reason::NoSpread.as_str() == "no_spread");
}

#[test]
fn ill_and_injured_days_do_not_enter_a_baseline() {
    let high = |index| if (30..40).contains(&index) { 70.0 } else { around(50.0, index) };
    let marks: Vec<_> = (0..80).map(|index| resting(index, high(index))).collect();
    let healthy = resting_values(marks.clone(), 79);
    assert!(healthy[79].compared.unwrap().mean > 52.0);
    let ill = Diary { illnesses: vec![Illness { first: day(30), last: Some(day(39)) }], ..Diary::default() };
    let injured = Diary { injuries: vec![Injury::new("calf", day(30), Some(day(39)))], ..Diary::default() };
    for diary in [ill, injured] {
        let compared =
            values(&Diary { marks: marks.clone(), ..diary }, OwnMetric::RestingHeartRate, 79)[79].compared.unwrap();
        close(compared.mean, 50.0, 1e-12);
        assert_eq!(compared.days, 50);
    }
}

#[test]
fn lnrmssd_is_the_mean_of_logarithms() {
    let mark = |index: u64, rmssd| DayMarks { date: day(index), rmssd_ms: Some(rmssd), ..DayMarks::default() };
    let mut marks: Vec<_> = (0..40).map(|index| mark(index, around(3.0, index).exp())).collect();
    marks.extend([mark(40, 1_f64.exp()), mark(41, 2_f64.exp()), mark(42, 3_f64.exp()), mark(43, 0.0)]);
    let values = values(&Diary { marks, ..Diary::default() }, OwnMetric::LnRmssd, 43);
    // An RMSSD of 0 has no logarithm: it is no mark.
    assert_eq!(values.len(), 43);
    let compared = values[42].compared.unwrap();
    // Days 36–42: 4, 2, 4, 2, 1, 2, 3.
    close(compared.recent, 18.0 / 7.0, 1e-12);
    close(compared.mean, 3.0, 1e-12);
}

#[test]
fn wellness_and_efficiency_are_compared_day_by_day() {
    let marks: Vec<_> = (0..40).map(|index| wellness(index, around(6.0, index))).chain([wellness(40, 3.0)]).collect();
    let hooper = |sleep| Hooper { fatigue: Some(2), stress: Some(2), soreness: Some(2), sleep: Some(sleep) };
    let marks: Vec<_> = marks
        .into_iter()
        .enumerate()
        .map(|(index, marks)| DayMarks { hooper: Some(hooper(if index % 2 == 0 { 2 } else { 4 })), ..marks })
        .collect();
    let runs = (0..=40).step_by(2).map(|index| efficiency(index, 1.5 + 0.01 * around(0.0, index / 2)));
    let diary = Diary { marks, runs: runs.collect(), ..Diary::default() };
    let last = |metric| values(&diary, metric, 40).last().unwrap().clone();
    close(last(OwnMetric::Wellness).compared.unwrap().recent, 3.0, 0.0);
    assert!(last(OwnMetric::Wellness).compared.unwrap().z < -2.0);
    close(last(OwnMetric::Hooper).compared.unwrap().recent, 8.0, 0.0);
    assert!(last(OwnMetric::Hooper).compared.unwrap().z < 0.0);
    close(last(OwnMetric::Efficiency).compared.unwrap().recent, 1.51, 1e-12);
    assert_eq!(last(OwnMetric::Efficiency).compared.unwrap().days, 17);
}

#[test]
fn mechanics_are_compared_at_a_matched_speed_only() {
    let mut runs: Vec<RunForm> = (0..60)
        .flat_map(|index| [cadence(index, around(170.0, index), 3.0), cadence(index, around(185.0, index), 4.0)])
        .collect();
    runs.extend([cadence(60, 172.0, 3.1), cadence(60, 186.0, 4.0), cadence(60, 172.0, 3.5)]);
    let values = values(&Diary { runs, ..Diary::default() }, OwnMetric::Cadence, 60);
    let [slow, between, fast] = &values[120..] else { panic!("{values:?}") };
    close(slow.compared.unwrap().mean, 170.0, 1e-9);
    close(fast.compared.unwrap().mean, 185.0, 1e-9);
    // Days 12–53.
    assert_eq!((slow.compared.unwrap().days, slow.speed_mps), (42, Some(3.1)));
    assert_eq!(between.compared, Err(Reason::ShortBaseline));
    assert_eq!(slow.session.as_deref(), Some("run-60"));
}

#[test]
fn speeds_that_nobody_said_are_not_matched_with_others() {
    let unsaid = |run: RunForm| RunForm { speed_mps: None, ..run };
    let with = |index| cadence(index, around(170.0, index), 3.0);
    let runs = (0..40).map(with).chain([unsaid(with(40))]).collect();
    assert_eq!(
        values(&Diary { runs, ..Diary::default() }, OwnMetric::Cadence, 40)[40].compared,
        Err(Reason::ShortBaseline)
    );
    let runs = (0..=40).map(|index| unsaid(with(index))).collect();
    assert!(values(&Diary { runs, ..Diary::default() }, OwnMetric::Cadence, 40)[40].compared.is_ok());
}

#[test]
fn several_marks_of_a_day_are_averaged_and_numbers_that_are_none_left_out() {
    let mut marks = steady();
    marks.extend([resting(99, 55.0), resting(98, f64::NAN), resting(97, f64::INFINITY)]);
    let values = resting_values(marks, 99);
    assert_eq!(values.len(), 100);
    close(values[99].value, (49.0 + 55.0) / 2.0, 1e-12);
    assert!(values.iter().all(|value| value.value.is_finite()));
}

#[test]
fn entries_outside_the_days_are_not_looked_at() {
    let marks = vec![
        resting(0, 50.0),
        resting(200, 50.0),
        DayMarks { date: day(0) - chrono::Days::new(1), ..resting(0, 50.0) },
    ];
    assert_eq!(resting_values(marks, 99).len(), 1);
}

#[test]
fn every_metric_says_what_it_is() {
    for metric in OwnMetric::ALL {
        let info = metric.info();
        assert!(!info.symbol.is_empty() && !info.title.is_empty() && !info.source.is_empty());
        assert!(info.formula.ends_with('.'), "{}", info.symbol);
    }
    let parameters = BodyParameters::default();
    assert_eq!((parameters.baseline_least, parameters.recent_least, parameters.recent_days), (14, 3, 7));
    assert_eq!((parameters.off_z, parameters.hrv_band_sd), (1.0, 0.5));
}

#[test]
fn a_spread_of_rounding_is_none() {
    let marks = (0..60).map(|index| resting(index, 50.0 + 1e-10 * around(0.0, index))).chain([resting(60, 60.0)]);
    assert_eq!(resting_values(marks.collect(), 60)[60].compared, Err(Reason::NoSpread));
}

#[test]
fn a_mark_of_the_day_behind_the_last_is_not_looked_at() {
    assert_eq!(resting_values(steady(), 98).len(), 99);
}

#[test]
fn baselines_stand_without_an_analysis_with_windows_within_their_bounds() {
    let diary = Diary { marks: steady(), ..Diary::default() };
    let grid = grid(&eights(99), 99);
    let of = |parameters: &BodyParameters| Baselines::of(&grid, &diary, parameters);
    assert_eq!(of(&BodyParameters::default()), keeping(&diary, 99).baselines);
    // Other windows than the documented ones count, and one that cannot be is taken as the nearest that can.
    let days = |baseline_days| of(&BodyParameters { baseline_days, ..BodyParameters::default() });
    let compared = |baselines: &Baselines| baselines.get(OwnMetric::RestingHeartRate)[99].compared.unwrap().days;
    assert_eq!(compared(&days(30)), 30);
    assert_eq!(compared(&days(usize::MAX)), 93);
}

#[test]
fn every_metric_of_mechanics_is_read_from_its_own_value() {
    let form = RunForm {
        stance_time_ms: Some(250.0),
        stance_balance_pct: Some(50.5),
        vertical_oscillation_mm: Some(90.0),
        vertical_ratio_pct: Some(8.5),
        step_length_mm: Some(1060.0),
        ..cadence(0, 170.0, 3.0)
    };
    let diary = Diary { runs: vec![form], ..Diary::default() };
    use OwnMetric::{Cadence, StanceBalance, StanceTime, StepLength, VerticalOscillation, VerticalRatio};
    for (metric, value) in [
        (Cadence, 170.0),
        (StanceTime, 250.0),
        (StanceBalance, 50.5),
        (VerticalOscillation, 90.0),
        (VerticalRatio, 8.5),
        (StepLength, 1060.0),
    ] {
        let values: Vec<f64> = values(&diary, metric, 0).iter().map(|value| value.value).collect();
        assert_eq!(values, [value], "{metric:?}");
    }
}

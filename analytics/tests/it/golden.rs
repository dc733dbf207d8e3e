//! Published numbers, and numbers computed once from a published formula and published data.

use plimsoll_analytics::kernels::{Smoothing, Spread, ewma, monotony, redi, window_sum};
use plimsoll_analytics::{Analysis, DayGrid, DayMetric, Diary, Gaps, Parameters, Sex, SpikeClass, banister_trimp};
use polars::prelude::*;

use crate::support::{analyse, close, day, loaded};

/// Three fictitious athletes by Menaspà, 28 daily loads each (github.com/JorgeDelro/ACWR, `training_load.rda`, MIT).
fn athletes() -> [Vec<f64>; 3] {
    let a1 = [vec![30.0; 21], vec![50.0; 7]].concat();
    let a2 = vec![
        15., 15., 20., 20., 20., 25., 25., 25., 25., 30., 30., 30., 35., 35., 35., 35., 35., 40., 45., 45., 45., 40.,
        40., 45., 45., 50., 60., 70.,
    ];
    let a3 = vec![
        55., 50., 40., 60., 45., 50., 50., 20., 30., 80., 25., 10., 30., 15., 20., 15., 5., 5., 15., 5., 5., 5., 5.,
        15., 45., 90., 95., 95.,
    ];
    [a1, a2, a3]
}

fn analysed(loads: &[f64]) -> Analysis {
    let runs: Vec<_> = (0..).zip(loads).map(|(index, load)| loaded(index, *load)).collect();
    analyse(&DayGrid::new(&runs, &[], None, Gaps::Rest).unwrap())
}

/// Ratio of EWMA 7 to EWMA 28 on every day, seeded with the first value.
fn ewma_ratios(values: &[f64]) -> Vec<f64> {
    let (acute, chronic) = (span(values, 7), span(values, 28));
    acute.iter().zip(&chronic).map(|(acute, chronic)| acute / chronic).collect()
}

/// The average of λ = 2/(N + 1), begun with the first value.
fn span(values: &[f64], days: usize) -> Vec<f64> {
    ewma(values, Smoothing::Span.weight(days as f64), None)
}

// Williams 2017, doi 10.1136/bjsports-2016-096589, prints 1.43 for all three.
#[test]
fn coupled_rolling_ratio_is_1_43_for_all_three_athletes() {
    for loads in athletes() {
        let analysis = analysed(&loads);
        let day = analysis.last().unwrap();
        close(day.get(DayMetric::RatioCoupled).unwrap(), 50.0 / 35.0, 1e-12);
        close(day.get(DayMetric::RatioCoupled).unwrap(), 1.43, 0.005);
        close(day.get(DayMetric::Acute).unwrap(), 50.0, 1e-12);
        close(day.get(DayMetric::Chronic).unwrap(), 35.0, 1e-12);
    }
}

// Formula: 1 week to the 3 weeks before, doi 10.1136/bjsports-2017-098925.
#[test]
fn uncoupled_ratio_is_5_thirds_for_all_three_athletes() {
    for loads in athletes() {
        let analysis = analysed(&loads);
        let day = analysis.last().unwrap();
        let uncoupled = day.get(DayMetric::RatioUncoupled).unwrap();
        close(uncoupled, 1.666_667, 1e-6);
        // u = 3c ÷ (4 − c), c = 4u ÷ (3 + u).
        let coupled = day.get(DayMetric::RatioCoupled).unwrap();
        close(uncoupled, 3.0 * coupled / (4.0 - coupled), 1e-12);
        close(coupled, 4.0 * uncoupled / (3.0 + uncoupled), 1e-12);
    }
}

// Three weeks of one load and one of another: bounds of one ratio must not be used for the other.
#[test]
fn coupled_bounds_have_these_uncoupled_twins() {
    for (coupled, uncoupled) in [(1.5, 1.8), (1.3, 1.444), (0.8, 0.75)] {
        let analysis = analysed(&[vec![100.0; 21], vec![100.0 * uncoupled; 7]].concat());
        let day = analysis.last().unwrap();
        close(day.get(DayMetric::RatioUncoupled).unwrap(), uncoupled, 1e-12);
        close(day.get(DayMetric::RatioCoupled).unwrap(), coupled, 5e-4);
    }
}

// That it is never more, the invariants hold.
#[test]
fn coupled_ratio_of_a_month_with_all_load_in_its_last_week_is_4() {
    let analysis = analysed(&[vec![0.0; 21], vec![40.0; 7]].concat());
    close(analysis.last().unwrap().get(DayMetric::RatioCoupled).unwrap(), 4.0, 1e-12);
}

// Williams 2017 prints 1.25, 1.41 and 1.55.
#[test]
fn ewma_ratio_seeded_with_the_first_day() {
    let expected = [
        (47.330_322, 37.871_967, 1.249_746, 1.25),
        (53.673_012, 38.168_765, 1.406_202, 1.41),
        (62.124_188, 40.061_418, 1.550_724, 1.55),
    ];
    for (loads, (acute, chronic, ratio, printed)) in athletes().iter().zip(expected) {
        close(span(loads, 7)[27], acute, 1e-6);
        close(span(loads, 28)[27], chronic, 1e-6);
        let analysis = analysed(loads);
        let day = analysis.last().unwrap();
        close(day.get(DayMetric::RatioEwma).unwrap(), ratio, 1e-6);
        close(day.get(DayMetric::RatioEwma).unwrap(), printed, 0.005);
    }
}

#[test]
fn ewma_ratios_on_the_way() {
    let [a1, _, a3] = athletes();
    let ratios = ewma_ratios(&a1);
    let expected = [1.115_385, 1.186_340, 1.227_513, 1.248_757, 1.256_750, 1.256_043, 1.249_746];
    for (day, expected) in (22..).zip(expected) {
        close(ratios[day - 1], expected, 1e-6);
    }
    let ratios = ewma_ratios(&a3);
    let days = [7, 14, 21, 22, 25, 26, 27];
    let expected = [0.951_965, 0.668_914, 0.361_238, 0.331_458, 0.686_490, 1.156_010, 1.421_586];
    for (day, expected) in days.into_iter().zip(expected) {
        close(ratios[day - 1], expected, 1e-6);
    }
}

// The same averages begun with zero: another convention with other numbers, shown so that nobody mixes them up.
#[test]
fn ewma_ratio_seeded_with_zero_differs() {
    for (loads, expected) in athletes().iter().zip([1.399_388, 1.484_991, 1.903_695]) {
        let seeded = |days: f64| ewma(loads, Smoothing::Span.weight(days), Some(0.0))[27];
        close(seeded(7.0) / seeded(28.0), expected, 1e-6);
    }
}

/// Polars' own average, for comparing conventions.
fn polars_ewma_ratio(loads: &[f64], adjust: bool) -> f64 {
    let last = |span: usize| {
        let options = EWMOptions { adjust, min_periods: 1, ignore_nulls: false, ..Default::default() }.and_span(span);
        let means = Series::new("load".into(), loads).into_frame().lazy().select([col("load").ewm_mean(options)]);
        means.collect().unwrap().column("load").unwrap().f64().unwrap().last().unwrap()
    };
    last(7) / last(28)
}

// `adjust = true` is the default of pandas and Polars: what comes out of it is not the published ratio.
#[test]
fn the_ewma_ratio_is_not_that_of_the_adjusted_form() {
    for (loads, adjusted) in athletes().iter().zip([1.210_546, 1.284_598, 1.646_800]) {
        close(polars_ewma_ratio(loads, true), adjusted, 1e-6);
        let ratio = analysed(loads).last().unwrap().get(DayMetric::RatioEwma).unwrap();
        assert!((ratio - adjusted).abs() > 0.03, "{ratio}");
    }
}

#[test]
fn ewma_agrees_with_polars_unadjusted() {
    for loads in athletes() {
        close(polars_ewma_ratio(&loads, false), ewma_ratios(&loads)[27], 1e-12);
    }
}

// Wang 2020 calls it the initial load problem; the share follows from λ = 2/29.
#[test]
fn the_first_day_still_weighs_13_5_per_cent_after_28_more() {
    let impulse = [&[1.0][..], &[0.0; 28]].concat();
    close(span(&impulse, 28)[28], 0.135, 5e-4);
}

#[test]
fn weekly_sums() {
    let expected = [[210., 210., 210., 350., 1.666_7], [140., 210., 280., 350., 1.25], [350., 210., 70., 350., 5.0]];
    for (loads, [week1, week2, week3, week4, ratio]) in athletes().iter().zip(expected) {
        assert!(window_sum(loads, 0).iter().all(|sum| sum.is_nan()) && window_sum(loads, 0).len() == loads.len());
        let sums = [6, 13, 20, 27].map(|day| window_sum(loads, 7)[day]);
        assert_eq!(sums, [week1, week2, week3, week4]);
        close(sums[3] / sums[2], ratio, 5e-5);
    }
}

// Moussa 2019, doi 10.1136/bmjsem-2019-000573 (github.com/Grenouil/REDI).
#[test]
fn redi_of_28_days() {
    let expected = [
        [37.839_414, 40.720_189, 45.123_987],
        [39.849_426, 44.149_333, 50.265_228],
        [36.285_357, 40.308_933, 52.156_144],
    ];
    for (loads, expected) in athletes().iter().zip(expected) {
        for (decay, expected) in [0.05, 0.1, 0.2].into_iter().zip(expected) {
            close(redi(loads, decay)[27], expected, 1e-6);
        }
    }
}

#[test]
fn redi_with_three_days_unknown() {
    let expected = [
        [37.591_625, 40.438_865, 44.868_693],
        [40.139_189, 44.641_197, 50.986_386],
        [36.609_924, 41.800_387, 55.533_611],
    ];
    for (loads, expected) in athletes().iter().zip(expected) {
        let mut values = loads.clone();
        for day in [10, 11, 24] {
            values[day - 1] = f64::NAN;
        }
        for (decay, expected) in [0.05, 0.1, 0.2].into_iter().zip(expected) {
            close(redi(&values, decay)[27], expected, 1e-6);
        }
    }
}

// Frandsen 2025, doi 10.1136/bjsports-2024-109380: bounds belong to the lower class.
#[test]
fn spike_classes_at_their_bounds() {
    use SpikeClass::{Large, Moderate, Reference, Small};
    let ratios = [
        (1.10, Reference),
        (1.1001, Small),
        (1.30, Small),
        (1.3001, Moderate),
        (2.00, Moderate),
        (2.0001, Large),
        (0.5, Reference),
    ];
    for (ratio, class) in ratios {
        assert_eq!(SpikeClass::of(ratio), class, "{ratio}");
    }
    // 13.2 ÷ 12 is 1.1 and a little in floating point.
    for (km, class) in [(13.2, Reference), (13.3, Small), (15.7, Moderate), (24.1, Large)] {
        assert_eq!(SpikeClass::of(km / 12.0), class, "{km} km after 12 km");
    }
}

// Foster 1998. The first week is a test of Runalyze (20 and 8.45). The program takes the population form.
#[test]
fn monotony_and_strain_of_a_week() {
    let weeks: [([f64; 7], f64, f64, f64, f64); 4] = [
        ([5., 15., 20., 20., 20., 25., 35.], 2.3664, 2.1909, 331.30, 306.72),
        ([0., 20., 10., 10., 10., 10., 10.], 1.8708, 1.7321, 130.958, 121.244),
        ([0., 0., 0., 10., 20., 30., 40.], 0.9535, 0.8827, 95.346, 88.274),
        ([30., 0., 50., 0., 40., 60., 0.], 1.0796, 0.9995, 180.0 * 1.0796, 180.0 * 0.9995),
    ];
    for (week, population, sample, strain, strain_sample) in weeks {
        let value = monotony(&week, 7, Spread::Population, 10.0)[6];
        close(value, population, 5e-5);
        let sample_form = monotony(&week, 7, Spread::Sample, 10.0)[6];
        close(sample_form / value, (6.0_f64 / 7.0).sqrt(), 1e-12);
        close(sample_form, sample, 5e-5);
        let sum: f64 = week.iter().sum();
        close(sum * value, strain, 1e-2);
        close(sum * sample_form, strain_sample, 1e-2);

        let analysis = analysed(&week);
        let day = analysis.last().unwrap();
        close(day.get(DayMetric::Monotony).unwrap(), population, 5e-5);
        close(day.get(DayMetric::Strain).unwrap(), strain, 1e-2);
    }
}

#[test]
fn rest_days_left_out_of_the_record_change_no_monotony() {
    let runs = [loaded(3, 10.), loaded(4, 20.), loaded(5, 30.), loaded(6, 40.)];
    // A rest day in front only fixes where the record begins.
    let with_start = [&[loaded(0, 0.0)], runs.as_slice()].concat();
    let grid = DayGrid::new(&with_start, &[], Some(day(6)), Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    let day = analysis.last().unwrap();
    close(day.get(DayMetric::Monotony).unwrap(), 0.9535, 5e-5);
    close(day.get(DayMetric::Strain).unwrap(), 95.346, 1e-3);
}

#[test]
fn monotony_of_the_athletes_last_weeks() {
    let analyses = athletes().map(|loads| analysed(&loads));
    let [a1, a2, a3] = analyses.each_ref().map(|analysis| analysis.last().unwrap());
    // No spread at all is the worst value, not an absent one; Runalyze caps at 10.
    assert_eq!(a1.get(DayMetric::Monotony).unwrap(), 10.0);
    assert_eq!(a1.get(DayMetric::Strain).unwrap(), 3500.0);
    close(a2.get(DayMetric::Monotony).unwrap(), 4.8305, 5e-5);
    close(a3.get(DayMetric::Monotony).unwrap(), 1.2642, 5e-5);
}

// Banister; 30 min at 130 is also a test of Runalyze after fellrnr.com, which expects 32 ± 1 %.
#[test]
fn trimp_at_one_heart_rate() {
    let trimp = banister_trimp;
    close(trimp(30., 130., 40., 200., Sex::Male), 31.802_539, 1e-6);
    close(trimp(30., 130., 40., 200., Sex::Male), 32.0, 0.32);
    close(trimp(30., 130., 40., 200., Sex::Female), 37.128_518, 1e-6);
    // Programs that take 0.64 for women as well.
    close(trimp(30., 130., 40., 200., Sex::Female) * 0.64 / 0.86, 27.630_525, 1e-6);
    close(trimp(45., 150., 60., 190., Sex::Male), 75.330_220, 1e-6);
    close(trimp(60., 190., 60., 190., Sex::Male), 261.924_805, 1e-6);
    close(trimp(60., 190., 60., 190., Sex::Female), 274.107_858, 1e-6);
    close(trimp(54., 117., 77., 173., Sex::Male), 32.047_789, 1e-6);
}

// TRIMP relative to an hour at the lactate threshold, as GoldenCheetah and Elevate do.
#[test]
fn trimp_relative_to_an_hour_at_threshold() {
    let hour = |rate| banister_trimp(60., rate, 50., 190., Sex::Male);
    close(100.0 * hour(150.) / hour(165.), 70.788_316, 1e-6);
}

#[test]
fn trimp_keeps_the_heart_rate_reserve_within_its_bounds() {
    assert_eq!(banister_trimp(60., 35., 40., 200., Sex::Male), 0.0);
    close(banister_trimp(60., 230., 60., 190., Sex::Male), 261.924_805, 1e-6);
    assert!(banister_trimp(60., 130., 200., 40., Sex::Male).is_nan());
}

#[test]
fn the_frame_has_a_row_per_day_and_nulls_where_nothing_can_be_said() {
    let [a1, ..] = athletes();
    let analysis = analysed(&a1);
    let frame = analysis.days_frame().unwrap();
    assert_eq!(frame.shape(), (28, 24));
    assert_eq!(frame.column("date").unwrap().dtype(), &DataType::Date);
    assert_eq!(frame.column("date").unwrap().get(27).unwrap().to_string(), "2025-09-28");
    let ratios = frame.column("ratio_coupled").unwrap().f64().unwrap();
    assert_eq!(ratios.null_count(), 27);
    close(ratios.get(27).unwrap(), 50.0 / 35.0, 1e-12);
    assert_eq!(frame.column("distance_km").unwrap().null_count(), 28);
    let state = frame.column("state").unwrap().cast(&DataType::String).unwrap();
    assert_eq!(state.str().unwrap().get(0), Some("provisional"));
    assert_eq!(Analysis::default().days_frame().unwrap().shape(), (0, 24));
}

// Three conventions of fitness (42 days) and fatigue (7 days), by what is left of one load of 1000. GoldenCheetah's
// PMCData.cpp, the style of TrainingPeaks, and tests of Runalyze's TsbModel (47, 250, 188, 141, 59, 14).
#[test]
fn fitness_and_fatigue_of_one_load_in_three_conventions() {
    let impulse: Vec<f64> = [1000.0].into_iter().chain(std::iter::repeat_n(0.0, 10)).collect();
    let expected = [
        (Smoothing::TimeConstant, 23.528, [133.122, 115.40, 100.04, 65.17, 31.90]),
        (Smoothing::Reciprocal, 23.810, [142.857, 122.45, 104.96, 66.09, 30.58]),
        (Smoothing::Span, 46.512, [250.0, 187.5, 140.62, 59.33, 14.08]),
    ];
    for (smoothing, fitness, fatigue) in expected {
        close(ewma(&impulse, smoothing.weight(42.0), Some(0.0))[0], fitness, 5e-4);
        let decay = ewma(&impulse, smoothing.weight(7.0), Some(0.0));
        for (day, expected) in [0, 1, 2, 5, 10].into_iter().zip(fatigue) {
            close(decay[day], expected, 6e-3);
        }
    }
}

/// Fitness, fatigue and form from the first day on that has all three; 41 days without load come before `loads`.
fn performance(loads: &[f64], parameters: &Parameters) -> [Vec<f64>; 3] {
    let loads = [&[0.0; 41][..], loads].concat();
    let runs: Vec<_> = (0..).zip(&loads).map(|(index, load)| loaded(index, *load)).collect();
    let grid = DayGrid::new(&runs, &[], None, Gaps::Rest).unwrap();
    let analysis = plimsoll_analytics::analyse(&grid, &Diary::default(), parameters);
    [DayMetric::Fitness, DayMetric::Fatigue, DayMetric::Form]
        .map(|metric| analysis.days().skip(41).map(|day| day.get(metric).unwrap()).collect())
}

// The same three conventions as measures of days.
#[test]
fn fitness_and_fatigue_follow_the_convention_that_is_asked_for() {
    let impulse: Vec<f64> = [1000.0].into_iter().chain(std::iter::repeat_n(0.0, 10)).collect();
    for (smoothing, of_fitness, of_fatigue, after_10) in [
        (Smoothing::TimeConstant, 23.528, 133.122, 31.90),
        (Smoothing::Reciprocal, 23.810, 142.857, 30.58),
        (Smoothing::Span, 46.512, 250.0, 14.08),
    ] {
        let [fitness, fatigue, _] = performance(&impulse, &Parameters { fitness: smoothing, ..Parameters::default() });
        close(fitness[0], of_fitness, 5e-4);
        close(fatigue[0], of_fatigue, 6e-3);
        close(fatigue[10], after_10, 6e-3);
    }
    let eight_days = [150.0, 50.0, 40.0, 0.0, 0.0, 60.0, 30.0, 100.0];
    let [fitness, fatigue, _] =
        performance(&eight_days, &Parameters { fitness: Smoothing::Span, ..Parameters::default() });
    let rounded = |values: &[f64]| values.iter().map(|value| value.round()).collect::<Vec<_>>();
    assert_eq!(rounded(&fitness), [7., 9., 10., 10., 9., 12., 13., 17.]);
    assert_eq!(rounded(&fatigue), [38., 41., 40., 30., 23., 32., 32., 49.]);
}

// GoldenCheetah shows fitness − fatigue of a day on the day after; others on the day itself.
#[test]
fn form_is_that_of_the_day_before_unless_asked_otherwise() {
    let loads = [150.0, 50.0, 40.0, 0.0, 0.0, 60.0, 30.0, 100.0];
    let [fitness, fatigue, form] = performance(&loads, &Parameters::default());
    assert_eq!(form[0], 0.0);
    close(form[1], 150.0 * (1.0 - (-1.0 / 42.0_f64).exp()) - 150.0 * (1.0 - (-1.0 / 7.0_f64).exp()), 1e-12);
    for day in 1..loads.len() {
        assert_eq!(form[day], fitness[day - 1] - fatigue[day - 1]);
    }
    let [fitness, fatigue, form] =
        performance(&loads, &Parameters { form_of_day_before: false, ..Parameters::default() });
    close(form[0], 150.0 * (1.0 - (-1.0 / 42.0_f64).exp()) - 150.0 * (1.0 - (-1.0 / 7.0_f64).exp()), 1e-12);
    for day in 0..loads.len() {
        assert_eq!(form[day], fitness[day] - fatigue[day]);
    }
}

// A test of Runalyze, to whole numbers.
#[test]
fn fitness_and_fatigue_of_eight_days_as_runalyze_rounds_them() {
    let loads = [150.0, 50.0, 40.0, 0.0, 0.0, 60.0, 30.0, 100.0];
    let rounded =
        |days| ewma(&loads, Smoothing::Span.weight(days), Some(0.0)).iter().map(|v| v.round()).collect::<Vec<_>>();
    assert_eq!(rounded(42.0), [7., 9., 10., 10., 9., 12., 13., 17.]);
    assert_eq!(rounded(7.0), [38., 41., 40., 30., 23., 32., 32., 49.]);
}

// Banister's impulse and response without a seed: what is left of 1000 after some days is e^(−days/τ). A test of
// Runalyze's BanisterModel.
#[test]
fn what_is_left_of_one_load_by_banister() {
    let left = |tau: f64, days: f64| 1000.0 * (1.0 - Smoothing::TimeConstant.weight(tau)).powf(days);
    for (days, expected) in [(1.0, 976.0), (10.0, 788.0), (50.0, 304.0)] {
        close(left(42.0, days), expected, 0.5);
    }
    for (days, expected) in [(1.0, 867.0), (5.0, 490.0), (10.0, 240.0)] {
        close(left(7.0, days), expected, 0.5);
    }
}

// The R package divides 15 days by 21 from week 5 on and gives 1.40 for this; 1 is the only answer there can be.
#[test]
fn constant_load_of_six_weeks_has_an_uncoupled_ratio_of_1() {
    let analysis = analysed(&[10.0; 42]);
    for day in analysis.days().skip(27) {
        close(day.get(DayMetric::RatioUncoupled).unwrap(), 1.0, 1e-12);
    }
}

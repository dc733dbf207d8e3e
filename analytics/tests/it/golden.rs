//! Published numbers, and numbers computed once from a published formula and published data.

use plimsoll_analytics::kernels::{ewma, monotony, redi, trailing_mean, trailing_sum};
use plimsoll_analytics::{Analysis, DayGrid, Gaps, Parameters, Sex, SpikeClass, analyse, banister_trimp, days_frame};
use polars::prelude::*;

use crate::support::{close, day, loaded};

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

fn known(loads: &[f64]) -> Vec<Option<f64>> {
    loads.iter().copied().map(Some).collect()
}

fn analysed(loads: &[f64]) -> Analysis {
    let runs: Vec<_> = (0..).zip(loads).map(|(index, load)| loaded(index, *load)).collect();
    analyse(&DayGrid::new(&runs, &[], None, Gaps::Rest).unwrap())
}

/// Ratio of EWMA 7 to EWMA 28 on every day, seeded with the first value.
fn ewma_ratios(values: &[Option<f64>]) -> Vec<f64> {
    let (acute, chronic) = (ewma(values, 7), ewma(values, 28));
    acute.iter().zip(&chronic).map(|(acute, chronic)| acute.unwrap() / chronic.unwrap()).collect()
}

// Williams 2017, doi 10.1136/bjsports-2016-096589, prints 1.43 for all three.
#[test]
fn coupled_rolling_ratio_is_1_43_for_all_three_athletes() {
    for loads in athletes() {
        let day = analysed(&loads).last().unwrap();
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
        let day = analysed(&loads).last().unwrap();
        let uncoupled = day.get(DayMetric::RatioUncoupled).unwrap();
        close(uncoupled, 1.666_667, 1e-6);
        // u = 3c ÷ (4 − c), c = 4u ÷ (3 + u).
        let coupled = day.get(DayMetric::RatioCoupled).unwrap();
        close(uncoupled, 3.0 * coupled / (4.0 - coupled), 1e-12);
        close(coupled, 4.0 * uncoupled / (3.0 + uncoupled), 1e-12);
    }
}

#[test]
fn coupled_bounds_have_these_uncoupled_twins() {
    for (coupled, uncoupled) in [(1.5, 1.8), (1.3, 1.444), (0.8, 0.75)] {
        close(3.0 * coupled / (4.0 - coupled), uncoupled, 5e-4);
    }
}

#[test]
fn coupled_ratio_is_at_most_4() {
    let loads = [vec![0.0; 21], vec![40.0; 7]].concat();
    let values = known(&loads);
    let ratio = trailing_mean(&values, 27, 0, 7, 0.2).unwrap() / trailing_mean(&values, 27, 0, 28, 0.2).unwrap();
    close(ratio, 4.0, 1e-12);
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
        let values = known(loads);
        close(ewma(&values, 7)[27].unwrap(), acute, 1e-6);
        close(ewma(&values, 28)[27].unwrap(), chronic, 1e-6);
        let day = analysed(loads).last().unwrap();
        close(day.get(DayMetric::RatioEwma).unwrap(), ratio, 1e-6);
        close(day.get(DayMetric::RatioEwma).unwrap(), printed, 0.005);
    }
}

#[test]
fn ewma_ratios_on_the_way() {
    let [a1, _, a3] = athletes();
    let ratios = ewma_ratios(&known(&a1));
    let expected = [1.115_385, 1.186_340, 1.227_513, 1.248_757, 1.256_750, 1.256_043, 1.249_746];
    for (day, expected) in (22..).zip(expected) {
        close(ratios[day - 1], expected, 1e-6);
    }
    let ratios = ewma_ratios(&known(&a3));
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
        let values = known(&[&[0.0], loads.as_slice()].concat());
        close(ewma_ratios(&values[..])[28], expected, 1e-6);
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

// `adjust = true` is the default of pandas and Polars.
#[test]
fn ewma_ratio_in_the_adjusted_form_differs() {
    for (loads, expected) in athletes().iter().zip([1.210_546, 1.284_598, 1.646_800]) {
        close(polars_ewma_ratio(loads, true), expected, 1e-6);
    }
}

#[test]
fn ewma_agrees_with_polars_unadjusted() {
    for loads in athletes() {
        close(polars_ewma_ratio(&loads, false), ewma_ratios(&known(&loads))[27], 1e-12);
    }
}

// Wang 2020 calls it the initial load problem; the share follows from λ = 2/29.
#[test]
fn the_first_day_still_weighs_13_5_per_cent_after_28_more() {
    let impulse = known(&[&[1.0][..], &[0.0; 28]].concat());
    close(ewma(&impulse, 28)[28].unwrap(), 0.135, 5e-4);
}

#[test]
fn weekly_sums() {
    let expected = [[210., 210., 210., 350., 1.666_7], [140., 210., 280., 350., 1.25], [350., 210., 70., 350., 5.0]];
    for (loads, [week1, week2, week3, week4, ratio]) in athletes().iter().zip(expected) {
        let values = known(loads);
        let sums = [6, 13, 20, 27].map(|day| trailing_sum(&values, day, 0, 7).unwrap());
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
            close(redi(&known(loads), decay).unwrap(), expected, 1e-6);
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
        let mut values = known(loads);
        for day in [10, 11, 24] {
            values[day - 1] = None;
        }
        for (decay, expected) in [0.05, 0.1, 0.2].into_iter().zip(expected) {
            close(redi(&values, decay).unwrap(), expected, 1e-6);
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
        let value = monotony(&week, 10.0).unwrap();
        close(value, population, 5e-5);
        let sample_form = value * (6.0_f64 / 7.0).sqrt();
        close(sample_form, sample, 5e-5);
        let sum: f64 = week.iter().sum();
        close(sum * value, strain, 1e-2);
        close(sum * sample_form, strain_sample, 1e-2);

        let day = analysed(&week).last().unwrap();
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
    let day = analyse(&grid).last().unwrap();
    close(day.get(DayMetric::Monotony).unwrap(), 0.9535, 5e-5);
    close(day.get(DayMetric::Strain).unwrap(), 95.346, 1e-3);
}

#[test]
fn monotony_of_the_athletes_last_weeks() {
    let [a1, a2, a3] = athletes().map(|loads| analysed(&loads).last().unwrap());
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
    assert_eq!(banister_trimp(60., 130., 200., 40., Sex::Male), 0.0);
}

#[test]
fn the_frame_has_a_row_per_day_and_nulls_where_nothing_can_be_said() {
    let [a1, ..] = athletes();
    let analysis = analysed(&a1);
    let frame = days_frame(analysis.days()).unwrap();
    assert_eq!(frame.shape(), (28, 16));
    assert_eq!(frame.column("date").unwrap().dtype(), &DataType::Date);
    assert_eq!(frame.column("date").unwrap().get(27).unwrap().to_string(), "2025-09-28");
    let ratios = frame.column("ratio_coupled").unwrap().f64().unwrap();
    assert_eq!(ratios.null_count(), 27);
    close(ratios.get(27).unwrap(), 50.0 / 35.0, 1e-12);
    assert_eq!(frame.column("distance_km").unwrap().null_count(), 28);
    assert_eq!(frame.column("state").unwrap().str().unwrap().get(0), Some("provisional"));
    assert_eq!(days_frame(&[]).unwrap().shape(), (0, 16));
}

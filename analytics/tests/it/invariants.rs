//! What holds for any record.

use plimsoll_analytics::kernels::ewma;
use plimsoll_analytics::{Analysis, Day, DayGrid, Gaps, Measure, Parameters, Run, State, analyse, days_frame};
use proptest::prelude::*;

use crate::support::{analysis, day, loaded, run};

/// Loads per day; about a third of the days are rest.
fn loads(days: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![1 => Just(0.0), 2 => 0.5..200.0_f64], days)
}

fn runs(loads: &[f64]) -> Vec<Session> {
    (0..).zip(loads).map(|(index, load)| loaded(index, *load)).collect()
}

fn distances(loads: &[f64]) -> Vec<Session> {
    (0..).zip(loads).map(|(index, km)| run(index, *km)).collect()
}

fn unknown(days: &[usize]) -> Vec<chrono::NaiveDate> {
    days.iter().map(|index| day(*index as u64)).collect()
}

fn analysed(runs: &[Session], unknown: &[chrono::NaiveDate]) -> Analysis {
    analyse(&DayGrid::new(runs, unknown, None, Gaps::Rest).unwrap())
}

fn ratios(day: &Day) -> [Measure; 4] {
    [day.get(DayMetric::RatioCoupled), day.get(DayMetric::RatioUncoupled), day.get(DayMetric::RatioEwma), day.get(DayMetric::Monotony)]
}

fn is_close(a: Measure, b: Measure) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn constant_load_has_ratios_of_1(load in 0.1..500.0_f64, days in 28..60_usize) {
        let last = analysis(&runs(&vec![load; days]), days as u64 - 1).last().unwrap();
        for ratio in [last.get(DayMetric::RatioCoupled), last.get(DayMetric::RatioUncoupled), last.get(DayMetric::RatioEwma)] {
            prop_assert!((ratio.unwrap() - 1.0).abs() < 1e-12, "{ratio:?}");
        }
        prop_assert_eq!(last.get(DayMetric::Monotony), Ok(10.0));
    }

    #[test]
    fn scaling_every_load_leaves_the_ratios(loads in loads(28..50), factor in 0.01..100.0_f64) {
        let scaled: Vec<f64> = loads.iter().map(|load| load * factor).collect();
        let (plain, scaled) = (analysed(&runs(&loads), &[]), analysed(&runs(&scaled), &[]));
        for (plain, scaled) in plain.days.iter().zip(&scaled.days) {
            for (plain, scaled) in ratios(plain).into_iter().zip(ratios(scaled)) {
                prop_assert!(is_close(plain, scaled), "{plain:?} {scaled:?}");
            }
        }
    }

    #[test]
    fn the_order_of_runs_does_not_matter(loads in loads(1..50), shuffle in any::<u64>()) {
        // Two runs a day, so that order within a day plays a part.
        let mut runs: Vec<Session> = distances(&loads);
        runs.extend(distances(&loads).into_iter().map(|run| Session { order: -1, distance_km: Some(7.3), ..run }));
        let expected = analysed(&runs, &[]);
        let mut key = shuffle | 1;
        runs.sort_by_cached_key(|_| { key = key.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); key });
        let actual = analysed(&runs, &[]);
        prop_assert_eq!(actual.days, expected.days);
        prop_assert_eq!(actual.flags, expected.flags);
    }

    #[test]
    fn a_rest_day_never_raises_the_acute_load(loads in loads(7..50)) {
        let last = loads.len() as u64 - 1;
        let today = analysis(&runs(&loads), last).last().unwrap().acute.unwrap();
        let tomorrow = analysis(&runs(&loads), last + 1).last().unwrap().acute.unwrap();
        prop_assert!(tomorrow <= today * (1.0 + 1e-12));
    }

    #[test]
    fn an_unknown_day_is_not_read_as_zero(load in 1.0..100.0_f64, days in prop::collection::vec(0..28_usize, 1..6)) {
        // All days alike: a mean over the known days keeps its value, one that reads zeros falls.
        let last = analysed(&runs(&[load; 28]), &unknown(&days)).last().unwrap();
        for measure in [last.get(DayMetric::Acute), last.get(DayMetric::Chronic)] {
            prop_assert!(measure.is_err() || is_close(measure, Ok(load)), "{measure:?}");
        }
        for ratio in [last.get(DayMetric::RatioCoupled), last.get(DayMetric::RatioUncoupled), last.get(DayMetric::RatioEwma)] {
            prop_assert!(ratio.is_err() || is_close(ratio, Ok(1.0)), "{ratio:?}");
        }
    }

    #[test]
    fn history_before_a_window_changes_nothing_inside(before in loads(31..60), window in loads(31..40)) {
        let (short, long) = (distances(&window), distances(&[before, window].concat()));
        let (short, long) = (analysed(&short, &[]), analysed(&long, &[]));
        let (short, long) = (short.days.last().unwrap(), long.days.last().unwrap());
        prop_assert_eq!((short.acute, short.chronic), (long.acute, long.chronic));
        prop_assert_eq!((short.week_km, short.monotony, short.strain), (long.week_km, long.monotony, long.strain));
        prop_assert_eq!((short.longest_30d_km, short.line_km), (long.longest_30d_km, long.line_km));
        if short.state != State::Returning && long.state != State::Returning {
            prop_assert_eq!((short.ratio_coupled, short.ratio_uncoupled), (long.ratio_coupled, long.ratio_uncoupled));
            prop_assert_eq!(short.ramp_pct, long.ramp_pct);
        }
    }

    #[test]
    fn later_days_change_nothing_before_them(loads in loads(20..60), cut in 1..20_usize) {
        let runs = distances(&loads);
        let whole = analysed(&runs, &[]);
        let part = analysis(&runs, cut as u64 - 1);
        prop_assert_eq!(&whole.days[..cut], &part.days[..]);
    }

    #[test]
    fn the_careful_line_is_never_above_the_line(loads in loads(1..80)) {
        for day in analysed(&distances(&loads), &[]).days {
            if let Ok(careful) = day.get(DayMetric::LineCarefulKm) {
                prop_assert!(careful <= day.get(DayMetric::LineKm).unwrap());
            }
        }
    }

    #[test]
    fn the_moving_longest_is_the_plain_longest(loads in loads(1..80)) {
        for (index, day) in analysed(&distances(&loads), &[]).days.iter().enumerate() {
            let longest = loads[index.saturating_sub(30)..index].iter().copied().fold(0.0, f64::max);
            prop_assert_eq!(day.get(DayMetric::Longest30dKm).unwrap_or(0.0), longest);
        }
    }

    #[test]
    fn any_record_gives_finite_values_or_a_reason(
        values in prop::collection::vec((0..400_u64, -3..3_i64, prop::option::of(0.0..1e9_f64), prop::option::of(prop_oneof![Just(0.0), Just(1e-300), 0.0..1e9_f64])), 0..60),
        unknown in prop::collection::vec(0..400_u64, 0..20),
        gaps in prop_oneof![Just(Gaps::Rest), Just(Gaps::Unknown)],
    ) {
        let runs: Vec<Session> = values.into_iter()
            .map(|(index, order, distance_km, load)| Session { order, distance_km, load, ..run(index, 0.0) })
            .collect();
        let unknown: Vec<_> = unknown.into_iter().map(day).collect();
        let grid = DayGrid::new(&runs, &unknown, None, gaps).unwrap();
        let analysis = analyse(&grid);
        prop_assert_eq!(analysis.days().len(), grid.len());
        for day in analysis.days() {
            for (name, measure) in day.measures() {
                prop_assert!(measure.map_or(true, |value| value.is_finite()), "{name}: {measure:?}");
            }
        }
        for flag in &analysis.flags {
            prop_assert!(flag.value.is_none_or(f64::is_finite) && !flag.text.contains("NaN") && !flag.text.contains("inf "));
        }
        prop_assert_eq!(days_frame(analysis.days()).unwrap().height(), grid.len());
    }

    #[test]
    fn ewma_stays_between_the_least_and_the_most(loads in loads(1..60), span in 1..40_usize) {
        let values: Vec<_> = loads.iter().copied().map(Some).collect();
        let (least, most) = loads.iter().fold((f64::MAX, 0.0_f64), |(a, b), load| (a.min(*load), b.max(*load)));
        prop_assert!(ewma(&values, span).into_iter().flatten().all(|mean| mean >= least - 1e-9 && mean <= most + 1e-9));
    }
}

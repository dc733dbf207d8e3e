//! What holds for any record.

use std::ops::Range;

use plimsoll_analytics::kernels::{Smoothing, ewma};
use plimsoll_analytics::{
    Analysis, ChangeCause, Channel, Day, DayGrid, DayMetric, Diary, FlagCode, Gaps, Measure, Parameters, Session,
    State, analyse_squad, line_outlook,
};
use polars::prelude::*;
use proptest::prelude::*;

use crate::support::{analyse, analysis, day, loaded, run};

/// Loads per day; about a third of the days are rest.
fn loads(days: Range<usize>) -> impl Strategy<Value = Vec<f64>> {
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

const RATIOS: [DayMetric; 5] = [
    DayMetric::RatioCoupled,
    DayMetric::RatioUncoupled,
    DayMetric::RatioEwma,
    DayMetric::RatioRedi,
    DayMetric::Monotony,
];

fn is_close(a: Measure, b: Measure) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    }
}

fn all(day: Day<'_>) -> Vec<(&'static str, Measure)> {
    day.measures().collect()
}

/// Sessions of one athlete as somebody may keep them: several a day, values that are not known.
fn records() -> impl Strategy<Value = Vec<Session>> {
    let value = prop_oneof![1 => Just(None), 1 => Just(Some(0.0)), 4 => (0.5..40.0_f64).prop_map(Some)];
    let session = (0..90_u64, -3..3_i64, value.clone(), value);
    prop::collection::vec(session, 1..120).prop_map(|sessions| {
        let mut sessions: Vec<Session> = (0..)
            .zip(sessions)
            .map(|(id, (index, order, km, load)): (u32, _)| Session::row(id.to_string(), day(index), order, km, load))
            .collect();
        sessions.sort_by(|a, b| (a.date, a.order, &a.id).cmp(&(b.date, b.order, &b.id)));
        sessions
    })
}

/// Many athletes' sessions as a frame of runs.
fn frame(athletes: &[Vec<Session>]) -> DataFrame {
    let rows: Vec<(String, &Session)> = (0..)
        .zip(athletes)
        .flat_map(|(id, sessions): (u32, _)| sessions.iter().map(move |s| (id.to_string(), s)))
        .collect();
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let dates: Vec<chrono::NaiveDate> = rows.iter().map(|(_, session)| session.date).collect();
    let column = |channel| rows.iter().map(|(_, session)| session.loads.get(channel)).collect::<Vec<_>>();
    df!("athlete" => names, "date" => dates, "distance_km" => column(Channel::Distance), "load" => column(Channel::Load)).unwrap()
}

proptest! {
    #[test]
    fn constant_load_has_ratios_of_1(load in 0.1..500.0_f64, days in 28..60_usize) {
        let analysis = analysis(&runs(&vec![load; days]), days as u64 - 1);
        let last = analysis.last().unwrap();
        for ratio in RATIOS.into_iter().filter(|metric| *metric != DayMetric::Monotony) {
            prop_assert!((last.get(ratio).unwrap() - 1.0).abs() < 1e-12, "{ratio:?}");
        }
        prop_assert_eq!(last.get(DayMetric::Monotony), Ok(10.0));
    }

    #[test]
    fn scaling_every_load_leaves_the_ratios(loads in loads(28..50), factor in 0.01..100.0_f64) {
        let scaled: Vec<f64> = loads.iter().map(|load| load * factor).collect();
        let (plain, scaled) = (analysed(&runs(&loads), &[]), analysed(&runs(&scaled), &[]));
        for (plain, scaled) in plain.days().zip(scaled.days()) {
            for ratio in RATIOS {
                prop_assert!(is_close(plain.get(ratio), scaled.get(ratio)), "{ratio:?}");
            }
        }
    }

    #[test]
    fn the_order_of_runs_does_not_matter(loads in loads(1..50), shuffle in any::<u64>()) {
        // Two runs a day, so that order within a day plays a part.
        let mut runs: Vec<Session> = distances(&loads);
        runs.extend(distances(&loads).into_iter().map(|run| Session { order: -1, ..run.with(Channel::Distance, 7.3) }));
        let expected = analysed(&runs, &[]);
        let mut key = shuffle | 1;
        runs.sort_by_cached_key(|_| { key = key.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); key });
        prop_assert_eq!(analysed(&runs, &[]), expected);
    }

    #[test]
    fn a_rest_day_never_raises_the_acute_load(loads in loads(7..50)) {
        let last = loads.len() as u64 - 1;
        let acute = |last| analysis(&runs(&loads), last).last().unwrap().get(DayMetric::Acute).unwrap();
        prop_assert!(acute(last + 1) <= acute(last) * (1.0 + 1e-12));
    }

    #[test]
    fn an_unknown_day_is_not_read_as_zero(load in 1.0..100.0_f64, days in prop::collection::vec(0..28_usize, 1..6)) {
        // All days alike: a mean over the known days keeps its value, one that reads zeros falls.
        let analysis = analysed(&runs(&[load; 28]), &unknown(&days));
        let last = analysis.last().unwrap();
        for metric in [DayMetric::Acute, DayMetric::Chronic, DayMetric::AcuteEwma, DayMetric::ChronicEwma, DayMetric::Redi] {
            let measure = last.get(metric);
            prop_assert!(measure.is_err() || is_close(measure, Ok(load)), "{metric:?} {measure:?}");
        }
        for metric in RATIOS.into_iter().filter(|metric| *metric != DayMetric::Monotony) {
            let ratio = last.get(metric);
            prop_assert!(ratio.is_err() || is_close(ratio, Ok(1.0)), "{metric:?} {ratio:?}");
        }
    }

    #[test]
    fn history_before_a_window_changes_nothing_inside(before in loads(31..60), window in loads(31..40)) {
        let (short, long) = (distances(&window), distances(&[before, window].concat()));
        let (short, long) = (analysed(&short, &[]), analysed(&long, &[]));
        let (short, long) = (short.last().unwrap(), long.last().unwrap());
        use DayMetric::{Acute, Chronic, LineKm, Longest30dKm, Monotony, Ramp3wPct, RampPct, RatioCoupled, RatioUncoupled, Strain, WeekKm};
        for metric in [Acute, Chronic, WeekKm, Monotony, Strain, Longest30dKm, LineKm] {
            prop_assert_eq!(short.get(metric), long.get(metric));
        }
        if short.state != State::Returning && long.state != State::Returning {
            for metric in [RatioCoupled, RatioUncoupled, RampPct, Ramp3wPct] {
                prop_assert_eq!(short.get(metric), long.get(metric));
            }
        }
    }

    // An average that never forgets wholly: what came before weighs (1 − λ)^n after n days.
    #[test]
    fn history_changes_an_ewma_by_its_weight(before in loads(1..60), after in loads(1..60), span in 1..60_u32) {
        let weight = Smoothing::Span.weight(f64::from(span));
        let at_start = *ewma(&before, weight, None).last().unwrap();
        let long = *ewma(&[before, after.clone()].concat(), weight, None).last().unwrap();
        let zero = *ewma(&after, weight, Some(0.0)).last().unwrap();
        let carried = at_start * (1.0 - weight).powi(after.len() as i32);
        prop_assert!((long - zero - carried).abs() <= 1e-9 * long.abs().max(1.0));
    }

    #[test]
    fn later_days_change_nothing_before_them(loads in loads(20..60), cut in 1..20_usize) {
        let runs = distances(&loads);
        let (whole, part) = (analysed(&runs, &[]), analysis(&runs, cut as u64 - 1));
        prop_assert_eq!(part.len(), cut);
        for (whole, part) in whole.days().zip(part.days()) {
            prop_assert_eq!(all(whole), all(part));
        }
    }

    #[test]
    fn the_careful_line_is_never_above_the_line(loads in loads(1..80)) {
        for day in analysed(&distances(&loads), &[]).days() {
            if let Ok(careful) = day.get(DayMetric::LineCarefulKm) {
                prop_assert!(careful <= day.get(DayMetric::LineKm).unwrap());
            }
        }
    }

    #[test]
    fn adding_a_run_gives_the_same_as_starting_anew(records in records(), added in 0..95_u64, km in 0.5..60.0_f64) {
        let (diary, parameters) = (Diary::default(), Parameters::default());
        let last = Some(day(94));
        let before = DayGrid::new(&records, &[], last, Gaps::Rest).unwrap();
        let mut updated = plimsoll_analytics::analyse(&before, &diary, &parameters);
        let run = Session::run("added", day(added), 9).with(Channel::Distance, km);
        let after = DayGrid::new(&[records, vec![run]].concat(), &[], last, Gaps::Rest).unwrap();
        updated.update(&after, &diary, &parameters, day(added));
        prop_assert_eq!(updated, plimsoll_analytics::analyse(&after, &diary, &parameters));
    }

    #[test]
    fn many_athletes_at_once_are_each_alone(
        athletes in prop::collection::vec(records(), 1..6),
        gaps in prop_oneof![Just(Gaps::Rest), Just(Gaps::Unknown)],
        as_of in prop_oneof![Just(None), (0..120_u64).prop_map(|index| Some(day(index)))],
    ) {
        let squad = analyse_squad(&frame(&athletes), as_of, gaps, &Parameters::default()).unwrap();
        let (mut days, mut flags) = (0, 0);
        for (id, sessions) in (0..).zip(&athletes) {
            let id: u32 = id;
            let alone = analyse(&DayGrid::new(sessions, &[], as_of, gaps).unwrap());
            let own = squad.days.slice(days, alone.len());
            days += i64::try_from(alone.len()).unwrap();
            let expected = alone.days_frame().unwrap();
            prop_assert!(own.drop("athlete").unwrap().equals_missing(&expected), "{own} {expected}");
            prop_assert!(own.column("athlete").unwrap().str().unwrap().iter().all(|name| name == Some(id.to_string().as_str())));
            for flag in &alone.flags {
                let row = |column: &str| squad.flags.column(column).unwrap().get(flags).unwrap().into_static();
                prop_assert!(row("code").get_str() == Some(flag.code.as_str()));
                prop_assert!(row("level").get_str() == Some(flag.level.as_str()));
                prop_assert_eq!(row("date"), AnyValue::Date(i32::try_from(flag.date.signed_duration_since(chrono::NaiveDate::default()).num_days()).unwrap()));
                prop_assert_eq!(row("value").extract::<f64>(), flag.value);
                flags += 1;
            }
        }
        prop_assert_eq!((squad.days.height(), squad.flags.height()), (usize::try_from(days).unwrap(), flags));
    }

    #[test]
    fn the_moving_longest_is_the_plain_longest(loads in loads(1..80)) {
        for (index, day) in analysed(&distances(&loads), &[]).days().enumerate() {
            let longest = loads[index.saturating_sub(30)..index].iter().copied().fold(0.0, f64::max);
            prop_assert_eq!(day.get(DayMetric::Longest30dKm).unwrap_or(0.0), longest);
        }
    }

    // Few different loads, so that there are ties.
    #[test]
    fn strain_is_flagged_where_it_is_among_the_highest_tenth_of_the_year(
        loads in prop::collection::vec(prop_oneof![1 => Just(0.0), 1 => Just(50.0), 2 => 0.5..200.0_f64], 60..700),
        growth in prop_oneof![Just(0.0), Just(0.5), Just(-0.2)],
        gap in 0..60_usize,
    ) {
        let loads: Vec<f64> = (0..).zip(loads).map(|(day, load)| load * (1.0 + growth * f64::from(day) / 100.0).max(0.1)).collect();
        let analysis = analysed(&runs(&loads), &unknown(&[gap, gap + 1, 2 * gap, 4 * gap]));
        let strains: Vec<f64> = analysis.days().map(|day| day.get(DayMetric::Strain).unwrap_or(f64::NAN)).collect();
        for (index, day) in analysis.days().enumerate() {
            let year = &strains[index.saturating_sub(365)..index];
            let known = year.iter().filter(|strain| !strain.is_nan()).count();
            let as_high = year.iter().filter(|strain| **strain >= strains[index]).count();
            let is_high = !strains[index].is_nan() && known >= 56 && as_high as f64 <= (1.0 - 0.9) * known as f64;
            let is_flagged = analysis.flags.iter().any(|flag| flag.code == FlagCode::Strain && flag.date == day.date);
            prop_assert_eq!(is_flagged, is_high, "{}", day.date);
        }
    }

    #[test]
    fn the_outlook_and_the_table_have_the_same_lines(records in records()) {
        let grid = DayGrid::new(&records, &[], None, Gaps::Rest).unwrap();
        for day in analyse(&grid).days() {
            let outlook = line_outlook(&grid, day.date, &Parameters::default());
            prop_assert_eq!(outlook.line_km, day.get(DayMetric::LineKm));
            prop_assert_eq!(outlook.careful_km, day.get(DayMetric::LineCarefulKm));
        }
    }

    #[test]
    fn the_calendar_is_the_differences_of_successive_outlooks(records in records(), last in 0..95_u64) {
        let grid = DayGrid::new(&records, &[], Some(day(last)), Gaps::Rest).unwrap();
        let parameters = Parameters::default();
        let careful = |ahead: u64| line_outlook(&grid, day(last + ahead), &parameters).careful_km.ok();
        let moves: Vec<_> = (1..=60)
            .map(|ahead| (day(last + ahead), careful(ahead - 1), careful(ahead)))
            .filter(|(_, from, to)| from != to)
            .collect();
        let calendar = line_outlook(&grid, day(last), &parameters).calendar;
        let told: Vec<_> = calendar.iter().map(|change| (change.date, change.from_km, change.to_km)).collect();
        prop_assert_eq!(told, moves);
        for change in calendar {
            let ran_before = change.resting_on.is_some_and(|(date, _)| date.succ_opt() == Some(change.date));
            let rises = change.to_km.is_some_and(|to| change.from_km.is_none_or(|from| to > from));
            let cause = match (rises, ran_before) {
                (true, true) => ChangeCause::RunCounts,
                (true, false) => ChangeCause::CarefulDaysEnd,
                (false, _) => ChangeCause::LeavesWindow,
            };
            prop_assert_eq!(change.because, cause);
            // A run that counts from the next day on is one of today.
            prop_assert!(cause != ChangeCause::RunCounts || change.date == day(last + 1));
        }
    }

    #[test]
    fn the_coupled_ratio_is_at_most_4(loads in loads(28..80), quiet in 0..60_usize) {
        let loads = [vec![0.0; quiet], loads].concat();
        for day in analysed(&runs(&loads), &[]).days() {
            prop_assert!(day.get(DayMetric::RatioCoupled).unwrap_or_default() <= 4.0 + 1e-9);
        }
    }

    #[test]
    fn any_record_gives_finite_values_or_a_reason(
        values in prop::collection::vec((0..400_u64, -3..3_i64, prop::option::of(0.0..1e9_f64), prop::option::of(prop_oneof![Just(0.0), Just(1e-300), 0.0..1e9_f64])), 0..60),
        unknown in prop::collection::vec(0..400_u64, 0..20),
        gaps in prop_oneof![Just(Gaps::Rest), Just(Gaps::Unknown)],
    ) {
        let runs: Vec<Session> = values.into_iter()
            .map(|(index, order, distance_km, load)| Session::row("x", day(index), order, distance_km, load))
            .collect();
        let unknown: Vec<_> = unknown.into_iter().map(day).collect();
        let grid = DayGrid::new(&runs, &unknown, None, gaps).unwrap();
        let analysis = analyse(&grid);
        prop_assert_eq!(analysis.len(), grid.len());
        for day in analysis.days() {
            for (name, measure) in day.measures() {
                prop_assert!(measure.map_or(true, |value| value.is_finite()), "{name}: {measure:?}");
            }
        }
        for flag in &analysis.flags {
            prop_assert!(flag.value.is_none_or(f64::is_finite) && !flag.text.contains("NaN") && !flag.text.contains("inf "));
        }
        prop_assert_eq!(analysis.days_frame().unwrap().height(), grid.len());
    }

    #[test]
    fn ewma_stays_between_the_least_and_the_most(loads in loads(1..60), span in 1..40_u32) {
        let (least, most) = loads.iter().fold((f64::MAX, 0.0_f64), |(a, b), load| (a.min(*load), b.max(*load)));
        let means = ewma(&loads, Smoothing::Span.weight(f64::from(span)), None);
        prop_assert!(means.into_iter().all(|mean| mean >= least - 1e-9 && mean <= most + 1e-9));
    }
}

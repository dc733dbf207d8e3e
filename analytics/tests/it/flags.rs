//! Each flag's rule at its bounds, and its words.

use plimsoll_analytics::{
    Channel, DayGrid, DayMetric, Diary, Flag, FlagCode, Gaps, Input, InputValue, Level, Parameters, PlannedRun, Reason,
    Session, SpikeClass, State, analyse as analyse_with, evidence, kernels::Spread,
};

use crate::support::{analyse, analysis, close, day, grid, loaded, run};

fn planned_run(grid: &DayGrid, date: chrono::NaiveDate, km: f64) -> PlannedRun {
    plimsoll_analytics::planned_run(grid, &Diary::default(), date, km, &Parameters::default())
}

fn of(flags: &[Flag], code: FlagCode) -> Vec<&Flag> {
    flags.iter().filter(|flag| flag.code == code).collect()
}

/// 40 days with a run of 12 km every third day, then `last` on day 40.
fn twelves(last: f64) -> Vec<Session> {
    (0..40).step_by(3).map(|index| run(index, 12.0)).chain([run(40, last)]).collect()
}

fn spike_after_twelves(last: f64) -> Option<Flag> {
    let analysis = analysis(&twelves(last), 40);
    let spikes = of(&analysis.flags, FlagCode::SessionSpike);
    assert!(spikes.len() <= 1, "{spikes:#?}");
    spikes.first().map(|flag| (*flag).clone())
}

#[test]
fn session_spike_at_the_bounds_of_the_study() {
    assert_eq!(spike_after_twelves(13.2), None);
    for (km, level, threshold) in [
        (13.3, Level::Caution, 1.1),
        (15.7, Level::Warning, 1.3),
        (24.0, Level::Warning, 1.3),
        (24.1, Level::Warning, 2.0),
    ] {
        let flag = spike_after_twelves(km).unwrap();
        assert_eq!((flag.level, flag.threshold, flag.date), (level, Some(threshold), day(40)), "{km} km");
        assert_eq!((flag.session.as_deref(), flag.unit, flag.evidence), (Some("run-40"), "ratio", "frandsen_2025"));
        close(flag.value.unwrap(), km / 12.0, 1e-12);
    }
}

#[test]
fn session_spike_in_words() {
    let text = |km| spike_after_twelves(km).unwrap().text;
    assert_eq!(
        text(13.3),
        "13.3 km is 11 % longer than your longest run in the last 30 days (12.0 km on 10 Oct). In the largest study \
         of runners, runs more than 10 % and up to 30 % longer had a higher rate of overuse injury than runs at most \
         10 % longer."
    );
    assert_eq!(
        text(24.1),
        "24.1 km is 101 % longer than your longest run in the last 30 days (12.0 km on 10 Oct). In the largest study \
         of runners, runs more than twice the longest had a higher rate of overuse injury than runs at most 10 % \
         longer."
    );
    assert!(text(13.21).starts_with("13.2 km is just over 10 % longer than"));
}

#[test]
fn session_spike_says_when_the_record_is_short() {
    let analysis = analysis(&[run(0, 10.0), run(5, 14.0)], 5);
    let [flag] = of(&analysis.flags, FlagCode::SessionSpike)[..] else { panic!("one spike") };
    assert!(
        flag.text.ends_with("The record begins only 5 days before, so a longer run may be missing."),
        "{}",
        flag.text
    );
    assert_eq!(analysis.day(5).unwrap().state, State::Provisional);
    // 30 days are the whole window.
    let whole = crate::support::analysis(&[run(0, 10.0), run(30, 14.0)], 30);
    assert!(!of(&whole.flags, FlagCode::SessionSpike)[0].text.contains("The record begins"));
}

#[test]
fn session_spike_says_how_many_days_are_unknown() {
    let grid = DayGrid::new(&twelves(16.0), &[day(20), day(22)], None, Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    let [flag] = of(&analysis.flags, FlagCode::SessionSpike)[..] else { panic!("one spike") };
    assert!(flag.text.ends_with("at most 10 % longer. 2 days of that window are unknown."), "{}", flag.text);
    // A run of unknown length makes its day one of them.
    let lost = [twelves(16.0), vec![Session::run("lost", day(20), 0)]].concat();
    let analysis = crate::support::analysis(&lost, 40);
    let [flag] = of(&analysis.flags, FlagCode::SessionSpike)[..] else { panic!("one spike") };
    assert!(flag.text.ends_with(" 1 day of that window is unknown."), "{}", flag.text);
}

#[test]
fn runs_of_one_day_are_compared_in_their_order() {
    let second = |km, order| Session { order, id: format!("second-{order}"), ..run(40, km) };
    // 16 then 17: the second is measured against the first.
    let analysis = analysis(&[twelves(16.0), vec![second(17.0, 1)]].concat(), 40);
    let spikes = of(&analysis.flags, FlagCode::SessionSpike);
    assert_eq!(spikes.len(), 1);
    assert_eq!(spikes[0].session.as_deref(), Some("run-40"));
    // 17 first: it is a spike, and the 16 after it is none.
    let analysis = crate::support::analysis(&[twelves(16.0), vec![second(17.0, -1)]].concat(), 40);
    let spikes = of(&analysis.flags, FlagCode::SessionSpike);
    assert_eq!(spikes.len(), 1);
    assert_eq!(spikes[0].session.as_deref(), Some("second--1"));
    // Both are spikes when the second is a fifth longer than the first.
    let analysis = crate::support::analysis(&[twelves(16.0), vec![second(19.5, 1)]].concat(), 40);
    let spikes = of(&analysis.flags, FlagCode::SessionSpike);
    assert_eq!(spikes.len(), 2);
    assert!(spikes[1].text.starts_with(
        "19.5 km is 22 % longer than your longest run in the last 30 days (16.0 km earlier the same day)."
    ));
}

#[test]
fn the_window_of_the_longest_run_is_the_30_days_before() {
    let spikes = |gap| {
        // Short runs between keep the runner from being on a break.
        let between = (1..gap).step_by(5).map(|index| run(index, 5.0));
        let runs: Vec<_> = [run(0, 20.0)].into_iter().chain(between).chain([run(gap, 21.0)]).collect();
        of(&analysis(&runs, gap).flags, FlagCode::SessionSpike).len()
    };
    assert_eq!(spikes(30), 0);
    assert_eq!(spikes(31), 1);
}

#[test]
fn a_run_without_anything_before_it_is_no_spike_and_a_caution() {
    let analysis = analysis(&[run(0, 10.0), run(31, 25.0)], 31);
    assert_eq!(of(&analysis.flags, FlagCode::SessionSpike), Vec::<&Flag>::new());
    assert_eq!(analysis.day(31).unwrap().state, State::Returning);
    assert_eq!(analysis.day(31).unwrap().get(DayMetric::Longest30dKm), Err(Reason::NoRunIn30Days));
    let [flag] = of(&analysis.flags, FlagCode::NoBaseline)[..] else { panic!("one flag") };
    assert_eq!((flag.level, flag.date, flag.session.as_deref()), (Level::Caution, day(31), Some("run-31")));
    assert_eq!((flag.value, flag.threshold, flag.unit), (Some(25.0), None, "km"));
    assert_eq!(
        flag.text,
        "25.0 km is the first run in 30 days, 31 days after the one of 1 Sep 2025: there is nothing to weigh it \
         against. How the largest study of runners counted such runs is not known here. As our own caution the run \
         lifts the careful line only after 14 days; build up in stages rather than by percentages."
    );
}

#[test]
fn a_run_is_the_first_in_30_days_only_where_those_are_known() {
    let flags = |runs: &[Session], unknown: &[u64], last| {
        let unknown: Vec<_> = unknown.iter().map(|index| day(*index)).collect();
        let analysis = analyse(&DayGrid::new(runs, &unknown, Some(day(last)), Gaps::Rest).unwrap());
        of(&analysis.flags, FlagCode::NoBaseline).into_iter().cloned().collect::<Vec<_>>()
    };
    let runs = [run(0, 10.0), run(31, 25.0)];
    assert_eq!(flags(&runs, &[], 31).len(), 1);
    assert_eq!(flags(&[run(0, 10.0), run(30, 25.0)], &[], 30), []);
    let six = [3, 6, 9, 12, 15, 18];
    let [flag] = &flags(&runs, &six, 31)[..] else { panic!("one flag") };
    assert!(flag.text.ends_with("by percentages. 6 days of that window are unknown."), "{}", flag.text);
    assert_eq!(flags(&runs, &[&six[..], &[21]].concat(), 31), []);
    // A run whose distance nobody knows is a run.
    assert_eq!(flags(&[runs.to_vec(), vec![run(20, 1.0).with(Channel::Distance, None)]].concat(), &[], 31), []);
    // The first of a record that is known for 30 days, and of a younger one.
    let [flag] = &flags(&[run(0, 0.0), run(40, 8.0)], &[], 40)[..] else { panic!("one flag") };
    assert!(
        flag.text.starts_with("8.0 km is the first run in 30 days, and of a record that begins 40 days before: there"),
        "{}",
        flag.text
    );
    assert_eq!(flags(&[run(0, 0.0), run(29, 8.0)], &[], 29), []);
}

#[test]
fn a_planned_run_after_30_days_without_one_is_a_caution() {
    let grid = grid(&[run(0, 10.0)], 60);
    let planned = planned_run(&grid, day(61), 30.0);
    assert_eq!((planned.ratio, planned.class), (None, Some(SpikeClass::NoBaseline)));
    let flag = planned.flag.unwrap();
    assert_eq!((flag.code, flag.level, flag.session), (FlagCode::NoBaseline, Level::Caution, None));
    assert!(
        flag.text.starts_with("30.0 km would be the first run in 30 days, 61 days after the one of 1 Sep 2025:")
            && flag.text.contains("the run would lift the careful line only after 14 days"),
        "{}",
        flag.text
    );
    // A second run of that day is weighed against the first.
    let grid = crate::support::grid(&[run(0, 10.0), run(61, 10.0)], 61);
    assert_eq!(planned_run(&grid, day(61), 11.0).class, Some(SpikeClass::Reference));
}

#[test]
fn planned_session_spike_in_words() {
    let grid = grid(&twelves(12.0), 40);
    let planned = planned_run(&grid, day(41), 18.4);
    assert_eq!(planned.class, Some(SpikeClass::Moderate));
    let flag = planned.flag.unwrap();
    assert_eq!((flag.code, flag.level, flag.session), (FlagCode::PlannedSessionSpike, Level::Warning, None));
    assert!(flag.text.starts_with(
        "18.4 km would be 53 % longer than your longest run in the 30 days before 12 Oct (12.0 km on 11 Oct)."
    ));
    assert_eq!(planned_run(&grid, day(41), 13.2).flag, None);
}

/// Four weeks with one run each, then the analysis of the last day of the fourth.
fn ramp_flag(weeks: [f64; 4]) -> Option<Flag> {
    let runs: Vec<_> =
        (0..4).zip(weeks).flat_map(|(week, km)| [run(7 * week, km / 2.0), run(7 * week + 3, km / 2.0)]).collect();
    let analysis = analysis(&runs, 27);
    of(&analysis.flags, FlagCode::WeeklyRamp).into_iter().find(|flag| flag.date == day(27)).cloned()
}

#[test]
fn weekly_ramp_at_its_bounds() {
    assert_eq!(ramp_flag([20.0, 20.0, 20.0, 26.0]), None);
    let flag = ramp_flag([20.0, 20.0, 20.0, 26.1]).unwrap();
    assert_eq!((flag.level, flag.threshold, flag.unit), (Level::Caution, Some(30.0), "%"));
    close(flag.value.unwrap(), 30.5, 1e-9);
    // More than the week before, but not than the three weeks: back from an easy week.
    assert_eq!(ramp_flag([30.0, 30.0, 12.0, 30.0]), None);
    // More than the three weeks, but not than the week before: the second week on the new level.
    assert_eq!(ramp_flag([20.0, 20.0, 40.0, 45.0]), None);
    assert_eq!(ramp_flag([5.0, 5.0, 5.0, 9.9]).unwrap().level, Level::Info);
    assert_eq!(ramp_flag([5.0, 5.0, 5.0, 10.0]).unwrap().level, Level::Caution);
}

#[test]
fn weekly_ramp_in_words() {
    assert_eq!(
        ramp_flag([20.0, 22.0, 25.0, 36.0]).unwrap().text,
        "36.0 km in the last 7 days is 44 % more than in the 7 days before (25.0 km) and 61 % more than the mean of \
         the 3 weeks before (22.3 km). Among novice runners, increases over 30 % went with more injuries of the kinds \
         tied to distance, though chance could explain the difference."
    );
    assert!(ramp_flag([5.0, 5.0, 5.0, 9.9]).unwrap().text.ends_with("Below 10 km a week percentages mean little."));
    let near = ramp_flag([20.0, 20.0, 20.0, 26.04]).unwrap().text;
    assert!(near.starts_with("26.0 km in the last 7 days is just over 30 % more than"), "{near}");
}

/// 28 days with a load of `usual`, of which the last 7 have `last`.
fn ratio_flags(usual: f64, last: f64) -> Vec<Flag> {
    let runs: Vec<_> = (0..28).map(|index| loaded(index, if index < 21 { usual } else { last })).collect();
    analysis(&runs, 27).flags.into_iter().filter(|flag| flag.code == FlagCode::LoadRatio).collect()
}

#[test]
fn load_ratio_is_information_outside_its_band() {
    // c = 4u ÷ (3 + u): 1.3 in the coupled form is 3.9 ÷ 2.7 between the weeks, 0.8 is 2.4 ÷ 3.2.
    assert_eq!(ratio_flags(2.7, 3.9), []);
    assert_eq!(ratio_flags(3.2, 2.4), []);
    let [above] = &ratio_flags(30.0, 50.0)[..] else { panic!("one flag") };
    assert_eq!((above.level, above.threshold), (Level::Info, Some(1.3)));
    assert_eq!(
        above.text,
        "Load ratio 1.43, above 1.3: 50.0 load units per day over the last 7 days against 35.0 over the last 28 \
         (coupled rolling means). The usual bounds come from team sports and are contested: two studies of runners \
         found fewer injuries at high ratios, not more. Context, not a warning."
    );
    let [high] = &ratio_flags(20.0, 50.0)[..] else { panic!("one flag") };
    assert_eq!((high.level, high.threshold), (Level::Info, Some(1.5)));
    let [below] = &ratio_flags(30.0, 20.0)[..] else { panic!("one flag") };
    assert_eq!((below.level, below.threshold), (Level::Info, Some(0.8)));
    assert!(below.text.starts_with("Load ratio 0.73, below 0.8: 20.0 load units per day"));
}

fn monotony_flag(week: [f64; 7]) -> Option<Flag> {
    let runs: Vec<_> = (0..).zip(week).map(|(index, load)| loaded(index, load)).collect();
    analysis(&runs, 6).flags.into_iter().find(|flag| flag.code == FlagCode::Monotony)
}

#[test]
fn monotony_at_its_bounds() {
    assert_eq!(monotony_flag([0., 0., 0., 10., 20., 30., 40.]), None);
    let info = monotony_flag([0., 20., 10., 10., 10., 10., 10.]).unwrap();
    assert_eq!((info.level, info.threshold), (Level::Info, Some(1.5)));
    let caution = monotony_flag([5., 15., 20., 20., 20., 25., 35.]).unwrap();
    assert_eq!((caution.level, caution.threshold, caution.evidence), (Level::Caution, Some(2.0), "foster_1998"));
    assert_eq!(
        caution.text,
        "Monotony of the last 7 days is 2.37, above 2.00: the mean daily load divided by its spread. Hard and easy days \
         are close together. The evidence is one small study of illness, and the bound is a habit of training logs."
    );
    let alike = monotony_flag([10.0; 7]).unwrap();
    assert_eq!((alike.level, alike.value), (Level::Caution, Some(10.0)));
    assert!(alike.text.starts_with("Monotony of the last 7 days is 10 or more (the 7 days hardly differ), above 2.0"));
    assert_eq!(monotony_flag([0.0; 7]), None);
}

/// A number among the inputs of a flag.
fn number(flag: &Flag, name: &str) -> f64 {
    let number = |input: &Input| match input.value {
        InputValue::Number(value) if input.name == name => Some(value),
        _ => None,
    };
    flag.inputs.iter().find_map(number).unwrap()
}

// The week of Runalyze's test: mean 20, standard deviation 8.45.
#[test]
fn monotony_is_told_with_the_mean_and_the_spread_of_its_week() {
    let week = [5., 15., 20., 20., 20., 25., 35.];
    let flag = monotony_flag(week).unwrap();
    close(number(&flag, "mean_per_day"), 20.0, 1e-12);
    close(number(&flag, "standard_deviation"), 8.45, 5e-3);
    // Other windows of other measures change nothing of it.
    let runs: Vec<_> = (0..).zip(week).map(|(index, load)| loaded(index, load)).collect();
    let with = |parameters: Parameters| {
        let analysis = analyse_with(&grid(&runs, 6), &Diary::default(), &parameters);
        analysis.flags.into_iter().find(|flag| flag.code == FlagCode::Monotony).unwrap()
    };
    let short = with(Parameters { acute_days: 3, ..Parameters::default() });
    close(number(&short, "mean_per_day"), 20.0, 1e-12);
    close(number(&short, "standard_deviation"), 8.45, 5e-3);
    let sample = with(Parameters { spread: Spread::Sample, ..Parameters::default() });
    close(number(&sample, "standard_deviation"), 20.0 / 2.1909, 5e-3);
    let alike = monotony_flag([10.0; 7]).unwrap();
    assert_eq!((number(&alike, "mean_per_day"), number(&alike, "standard_deviation")), (10.0, 0.0));
}

#[test]
fn words_show_on_which_side_of_its_bound_a_value_lies() {
    // 1.3011 and 0.7987 would round to their bounds.
    let text = |usual: f64, last: f64| ratio_flags(usual, last)[0].text.clone();
    let coupled = |ratio: f64| 3.0 * ratio / (4.0 - ratio);
    assert!(text(100.0, 100.0 * coupled(1.3011)).starts_with("Load ratio 1.301, above 1.3: "));
    assert!(text(100.0, 100.0 * coupled(0.7987)).starts_with("Load ratio 0.799, below 0.8: "));
    assert!(text(100.0, 100.0 * coupled(1.300_04)).starts_with("Load ratio 1.30004, above 1.3: "));
    // A mean of 2 and a spread of 2 ÷ 2.003.
    let off = 2.0 * (7.0_f64 / 2.0).sqrt() / 2.003;
    let near = monotony_flag([2.0 - off, 2.0 + off, 2.0, 2.0, 2.0, 2.0, 2.0]).unwrap();
    assert!(near.text.starts_with("Monotony of the last 7 days is 2.003, above 2.00: "), "{}", near.text);
}

#[test]
fn returning_begins_after_14_days_and_lasts_28_from_the_first_run() {
    let runs = [run(0, 10.0), run(10, 10.0), run(30, 5.0)];
    let analysis = analysis(&runs, 60);
    let returning: Vec<u64> =
        (0..).zip(analysis.days()).filter(|(_, day)| day.state == State::Returning).map(|(index, _)| index).collect();
    // 14 days without a run are over on day 24; 28 days from day 30 end with day 57, which by then is the 27th day
    // without another run.
    assert_eq!(returning, (24..=60).collect::<Vec<_>>());
    let flags = of(&analysis.flags, FlagCode::Returning);
    assert_eq!(flags.len(), returning.len());
    assert_eq!(
        flags[0].text,
        "No run for 14 days (the last was on 11 Sep). Ratios are left out until 28 days from the first run back; \
         build up in stages rather than by percentages."
    );
    assert_eq!(
        flags[6].text,
        "Day 1 of 28 since the first run (1 Oct) after 19 days without one. Ratios are left out until then; build up \
         in stages rather than by percentages."
    );
    assert_eq!(analysis.day(30).unwrap().get(DayMetric::RatioCoupled), Err(Reason::Returning));
    assert_eq!(analysis.day(30).unwrap().get(DayMetric::RampPct), Err(Reason::Returning));
    close(analysis.day(30).unwrap().get(DayMetric::WeekKm).unwrap(), 5.0, 1e-12);
}

#[test]
fn a_return_ends_after_28_days_and_13_days_are_no_break() {
    let often = (30..70).step_by(2).map(|index| run(index, 5.0));
    let analysis = analysis(&[run(0, 10.0)].into_iter().chain(often).collect::<Vec<_>>(), 68);
    assert_eq!(analysis.day(57).unwrap().state, State::Returning);
    assert_eq!(analysis.day(58).unwrap().state, State::Steady);
    let short = crate::support::analysis(&[run(0, 10.0), run(14, 10.0)], 14);
    assert!(short.days().all(|day| day.state == State::Provisional));
    // The first run ever is no return, however long the record before it.
    let first = crate::support::analysis(&[run(0, 0.0), run(40, 5.0)], 41);
    assert!(first.days().all(|day| day.state != State::Returning));
}

/// The days on which a runner with runs on days 0 and `last` is returning, when some days between are unknown.
fn returning(last: u64, unknown: &[u64]) -> Vec<u64> {
    let unknown: Vec<_> = unknown.iter().map(|index| day(*index)).collect();
    let grid = DayGrid::new(&[run(0, 10.0), run(last, 10.0)], &unknown, None, Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    (0..).zip(analysis.days()).filter(|(_, day)| day.state == State::Returning).map(|(index, _)| index).collect()
}

#[test]
fn an_unknown_day_hides_no_break_and_is_no_part_of_it() {
    // 14 known days without a run are over on day 14, with one unknown among them on day 15.
    assert_eq!(returning(20, &[]), (14..=20).collect::<Vec<_>>());
    assert_eq!(returning(20, &[10]), (15..=20).collect::<Vec<_>>());
    let every_13: Vec<u64> = (1..200).step_by(13).collect();
    assert_eq!(returning(200, &every_13), (16..=200).collect::<Vec<_>>());
    let grid = DayGrid::new(&[run(0, 10.0)], &[day(10)], Some(day(15)), Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    let [flag] = of(&analysis.flags, FlagCode::Returning)[..] else { panic!("one flag") };
    assert!(flag.text.starts_with("No run for 14 days (the last was on 1 Sep)."), "{}", flag.text);
}

#[test]
fn more_than_a_fifth_of_unknown_days_are_no_proof_of_a_break() {
    assert_eq!(returning(20, &[5, 10]), (16..=20).collect::<Vec<_>>());
    // The third one in 14 days ends the count, which begins anew.
    assert_eq!(returning(20, &[3, 6, 9]), Vec::<u64>::new());
    assert_eq!(returning(24, &[3, 6, 9]), [23, 24]);
    assert_eq!(returning(200, &(1..200).step_by(2).collect::<Vec<_>>()), Vec::<u64>::new());
}

#[test]
fn data_gap_counts_the_unknown_days_of_28() {
    let grid = DayGrid::new(&twelves(12.0), &[day(1), day(38), day(39)], None, Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    let flags = of(&analysis.flags, FlagCode::DataGap);
    let last = flags.last().unwrap();
    assert_eq!((last.level, last.value, last.unit), (Level::Info, Some(2.0), "days"));
    assert_eq!(
        last.text,
        "2 of the last 28 days are unknown. Means are over the known days, and a measure is left out when more than \
         20 % of its days are unknown."
    );
    // Day 1 is unknown until day 28 inclusive, then the two late ones.
    assert_eq!(flags.len(), 28 + 3);
}

#[test]
fn consecutive_days_are_one_episode_and_each_spike_its_own() {
    let runs = [twelves(12.0), vec![run(41, 14.0), run(42, 16.0)]].concat();
    let grid = DayGrid::new(&runs, &[day(1), day(38)], None, Gaps::Rest).unwrap();
    let analysis = analyse(&grid);
    let episodes = analysis.episodes();
    let of = |code| episodes.iter().filter(move |episode| episode.flag.code == code);
    let gaps: Vec<_> = of(FlagCode::DataGap).map(|episode| (episode.first, episode.last)).collect();
    assert_eq!(gaps, [(day(1), day(28)), (day(38), day(42))]);
    let spikes: Vec<_> = of(FlagCode::SessionSpike).map(|episode| (episode.first, episode.last)).collect();
    assert_eq!(spikes, [(day(41), day(41)), (day(42), day(42))]);
    assert!(episodes.iter().all(|episode| episode.flag.date == episode.last));
}

#[test]
fn the_words_keep_to_the_house_rules() {
    let runs = [twelves(30.0), vec![run(41, 14.0), run(60, 16.0), run(61, 40.0)]].concat();
    let grid = DayGrid::new(&runs, &[day(50)], Some(day(100)), Gaps::Rest).unwrap();
    let flags = analyse(&grid).flags;
    assert!(flags.len() > 20);
    for flag in &flags {
        for word in ["danger zone", "sweet spot", "you will", "safe", "probab"] {
            assert!(!flag.text.to_lowercase().contains(word), "{word}: {}", flag.text);
        }
        assert!(flag.text.chars().any(|c| c.is_ascii_digit()) && flag.text.ends_with('.'), "{}", flag.text);
        assert_eq!(flag.code.evidence(), flag.evidence);
    }
    for entry in plimsoll_analytics::register() {
        let texts = [&entry.rule, &entry.finding, &entry.not_shown, &entry.advice];
        assert!(texts.iter().all(|text| !text.contains("you will") && !text.contains("danger zone")), "{}", entry.key);
    }
    assert!(evidence("session_spike").is_none());
}

#[test]
fn a_data_gap_is_told_by_quantity_where_both_are_recorded() {
    let text = |sessions: &[Session]| {
        let analysis = analyse(&grid(sessions, 9));
        of(&analysis.flags, FlagCode::DataGap).last().map(|flag| flag.text.clone())
    };
    let both = |index, km, load| Session::row(format!("run-{index}"), day(index), 0, km, load);
    let known: Vec<Session> = (0..9).map(|index| both(index, Some(8.0), Some(50.0))).collect();
    assert_eq!(text(&known), None);
    // The day itself has no load.
    let today = text(&[known.clone(), vec![both(9, Some(8.0), None)]].concat()).unwrap();
    assert!(today.starts_with("1 of the last 10 days is unknown (distance: 0, load: 1). Means"), "{today}");
    let alike = text(&[known, vec![both(9, None, None)]].concat()).unwrap();
    assert!(alike.starts_with("1 of the last 10 days is unknown. Means"), "{alike}");
    // Only one of the two is recorded at all.
    let lost = Session::run("run-9", day(9), 0);
    for one in [loaded as fn(u64, f64) -> Session, run] {
        let runs: Vec<Session> = (0..9).map(|index| one(index, 8.0)).chain([lost.clone()]).collect();
        let text = text(&runs).unwrap();
        assert!(text.starts_with("1 of the last 10 days is unknown. Means"), "{text}");
    }
}

#[test]
fn classes_have_names() {
    use SpikeClass::{Large, Moderate, NoBaseline, Reference, Small};
    let names = [NoBaseline, Reference, Small, Moderate, Large].map(SpikeClass::as_str);
    assert_eq!(names, ["no_baseline", "reference", "small", "moderate", "large"]);
}

#[test]
fn strain_in_words() {
    // 10 and 20 by turns, and a last week of twice as much: 4 × 40 + 3 × 20 = 220, with a deviation of 20 × √12 ÷ 7 around
    // 220 ÷ 7: a monotony of 3.18. Strain is known from day 6 on.
    let load = |index: u64| if index.is_multiple_of(2) { 20.0 } else { 10.0 };
    let runs: Vec<_> = (0..77).map(|index| loaded(index, load(index) * if index < 70 { 1.0 } else { 2.0 })).collect();
    let analysis = analysis(&runs, 76);
    let flag = of(&analysis.flags, FlagCode::Strain).pop().unwrap();
    assert_eq!((flag.date, flag.threshold), (day(76), None));
    close(flag.value.unwrap(), 220.0 * 220.0 / (20.0 * 12.0_f64.sqrt()), 1e-6);
    assert_eq!(
        flag.text,
        "Strain of the last 7 days is 699, among the highest tenth of your last 70 days: the week's load times its \
         monotony. In one small study of athletes illness came more often above a mark of strain found for each; it says \
         nothing of running injuries."
    );
}

// The rule counts along, and remembers what it can of the year; here every day is counted anew.
#[test]
fn strain_is_compared_with_the_year_before_over_many_years() {
    let mut state = 1_u64;
    let load = |index: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let level = 50.0 * (1.0 + (index as f64 / 150.0).sin().abs());
        level * ((state >> 33) % 5) as f64
    };
    let loads: Vec<f64> = (0..1200).map(load).collect();
    let runs: Vec<Session> = (0..).zip(&loads).map(|(index, load)| loaded(index, *load)).collect();
    let analysis = analysis(&runs, 1199);
    let strains: Vec<f64> = analysis.days().map(|day| day.get(DayMetric::Strain).unwrap_or(f64::NAN)).collect();
    let is_high = |index: &usize| {
        let year = strains[index.saturating_sub(365)..*index].iter().filter(|strain| !strain.is_nan());
        let as_high = year.clone().filter(|strain| **strain >= strains[*index]).count();
        !strains[*index].is_nan() && year.clone().count() >= 56 && as_high as f64 <= (1.0 - 0.9) * year.count() as f64
    };
    let expected: Vec<_> = (0..1200).filter(is_high).map(|index| day(index as u64)).collect();
    let flagged: Vec<_> = of(&analysis.flags, FlagCode::Strain).iter().map(|flag| flag.date).collect();
    assert!(expected.len() > 50);
    assert_eq!(flagged, expected);
}

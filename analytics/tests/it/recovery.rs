//! Signs of too little recovery, and the days after a race.

use plimsoll_analytics::{
    Analysis, BodyParameters, Channel, DayMarks, Diary, Flag, FlagCode, Illness, InputValue, Level, Parameters,
    Session, SessionKind,
};

use crate::athlete::{around, days, efficiency, eights, keeping, of, resting, wellness, with};
use crate::support::{day, grid, run};

/// Resting heart rate and wellness that go up and down on days 0–`from`, and are `bpm` and `score` from then on.
fn marked(from: u64, last: u64, bpm: f64, score: f64) -> Vec<DayMarks> {
    let value = |index, usual, later| if index < from { around(usual, index) } else { later };
    (0..=last)
        .map(|index| DayMarks { wellness: Some(value(index, 6.0, score)), ..resting(index, value(index, 50.0, bpm)) })
        .collect()
}

fn noting(marks: Vec<DayMarks>, last: u64) -> Analysis {
    keeping(&Diary { marks, ..Diary::default() }, last)
}

#[test]
fn two_signs_off_for_3_days_are_a_caution() {
    let analysis = noting(marked(40, 50, 60.0, 3.0), 50);
    let flags = of(&analysis, FlagCode::UnderRecovery);
    // Wellness is off from day 40 on; of the resting heart rate the mean of 7 days is, from day 40 on as well (one of 60
    // among seven): the third day is 42.
    assert_eq!(flags[0].0, 42);
    let flag = &flags[0].1;
    assert_eq!((flag.level, flag.value, flag.threshold, flag.unit), (Level::Caution, Some(2.0), Some(2.0), "signs"));
    assert_eq!((flag.evidence, flag.session.as_deref()), ("under_recovery", None));
    for part in ["2 signs", "resting heart rate 54", "wellness 3.0 against 6.0", "Possible under-recovery."] {
        assert!(flag.text.contains(part), "{part}: {}", flag.text);
    }
    assert!(!flag.text.contains("overtraining"));
    let names: Vec<_> = flag.inputs.iter().map(|input| input.name).collect();
    assert!(names.contains(&"resting_hr_bpm") && names.contains(&"wellness_z") && names.contains(&"baseline_days"));
}

#[test]
fn one_sign_alone_says_nothing() {
    assert!(days(&noting(marked(40, 50, 60.0, 6.0), 50), FlagCode::UnderRecovery).is_empty());
    assert!(days(&noting(marked(40, 50, 50.0, 3.0), 50), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn signs_to_the_other_side_say_nothing() {
    assert!(days(&noting(marked(40, 50, 40.0, 9.0), 50), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn two_days_are_not_three() {
    assert!(days(&noting(marked(40, 41, 60.0, 3.0), 41), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn fewer_than_14_days_make_no_baseline() {
    // On day 22 the baseline is days 0–15, of which 13 have a mark.
    let few: Vec<_> = marked(20, 22, 60.0, 3.0).into_iter().filter(|marks| marks.date >= day(3)).collect();
    assert!(days(&noting(few, 22), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn a_day_without_marks_is_never_off() {
    let mut marks = marked(40, 50, 60.0, 3.0);
    marks.retain(|marks| marks.date != day(45) && marks.date <= day(47));
    assert_eq!(days(&noting(marks, 60), FlagCode::UnderRecovery), [42, 43, 44, 46, 47]);
}

#[test]
fn heart_rate_variability_counts_to_either_side() {
    for factor in [0.5, 2.0] {
        let marks = marked(40, 50, 60.0, 6.0).into_iter().zip(0..).map(|(marks, index)| DayMarks {
            rmssd_ms: Some(if index < 40 { around(60.0, index) } else { 60.0 * factor }),
            ..marks
        });
        let analysis = noting(marks.collect(), 50);
        let flags = of(&analysis, FlagCode::UnderRecovery);
        assert_eq!(flags[0].0, 42, "{factor}");
        assert!(flags[0].1.text.contains("may rise or fall"), "{}", flags[0].1.text);
    }
}

#[test]
fn efficiency_down_for_14_days_is_a_warning() {
    let run_days = (0..=70).step_by(2);
    let value = |index| if index < 50 { 1.5 + 0.01 * around(0.0, index / 2) } else { 1.3 };
    let runs: Vec<_> = run_days.map(|index| efficiency(index, value(index))).collect();
    let diary = Diary { marks: marked(50, 70, 70.0, 6.0), runs, ..Diary::default() };
    let flags = of(&keeping(&diary, 70), FlagCode::UnderRecovery);
    // Runs on even days; three in a row by day 54.
    assert_eq!(flags[0].0, 54);
    assert_eq!(flags[0].1.level, Level::Caution);
    let first = flags.iter().find(|(_, flag)| flag.level == Level::Warning).unwrap();
    // Days 50–63 are 14; the run after them is on day 64.
    assert_eq!(first.0, 64);
    assert!(first.1.text.contains("Efficiency has been down for 15 days."), "{}", first.1.text);
}

#[test]
fn strain_in_the_own_top_decile_is_a_sign() {
    let marks = marked(100, 108, 50.0, 3.0);
    let easy = (0..100).filter(|index| index % 2 == 0).map(|index| run(index, 8.0));
    let hard = (95..=108).map(|index| run(index, 20.0));
    let sessions: Vec<Session> = easy.filter(|run| run.date < day(95)).chain(hard).collect();
    let analysis = with(&sessions, &Diary { marks, ..Diary::default() }, 108);
    let flags = of(&analysis, FlagCode::UnderRecovery);
    assert_eq!(flags[0].0, 102);
    assert!(flags[0].1.text.contains("among your own highest tenth"), "{}", flags[0].1.text);
    // Without a mark that is off, strain alone says nothing of recovery.
    assert!(days(&with(&sessions, &Diary::default(), 108), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn an_illness_of_these_days_is_named() {
    let diary = Diary {
        marks: marked(40, 50, 60.0, 3.0),
        illnesses: vec![Illness { first: day(40), last: Some(day(44)) }],
        ..Diary::default()
    };
    let flags = of(&keeping(&diary, 50), FlagCode::UnderRecovery);
    assert!(flags[0].1.text.ends_with("You noted an illness in these days, which alone can do it."));
}

#[test]
fn wellness_alone_may_be_hoopers() {
    let marks = vec![wellness(0, 5.0)];
    assert!(days(&noting(marks, 10), FlagCode::UnderRecovery).is_empty());
}

#[test]
fn the_7_days_after_a_race_are_named() {
    let mut sessions = eights(40);
    sessions.push(Session { is_race: true, ..run(11, 10.0) });
    let analysis = with(&sessions, &Diary::default(), 40);
    assert_eq!(days(&analysis, FlagCode::RaceRecovery), (12..=18).collect::<Vec<_>>());
    let flag = &of(&analysis, FlagCode::RaceRecovery)[2].1;
    assert_eq!((flag.level, flag.value, flag.threshold), (Level::Info, Some(3.0), Some(7.0)));
    assert_eq!(
        flag.text,
        "Day 3 of 7 after the race of 10.0 km on 12 Sep. Easy days after it are habit: no study says how many."
    );
}

#[test]
fn a_run_of_30_km_counts_like_a_race_and_the_next_begins_anew() {
    let long = |km: f64| [eights(40), vec![run(11, km)]].concat();
    assert!(days(&with(&long(29.9), &Diary::default(), 40), FlagCode::RaceRecovery).is_empty());
    assert_eq!(days(&with(&long(30.0), &Diary::default(), 40), FlagCode::RaceRecovery).len(), 7);
    let both = [eights(40), vec![run(11, 30.0), Session { is_race: true, ..run(15, 5.0) }]].concat();
    let flags = of(&with(&both, &Diary::default(), 40), FlagCode::RaceRecovery);
    let counted: Vec<_> = flags.iter().map(|(day, flag)| (*day, flag.value.unwrap())).collect();
    assert_eq!(counted[..5], [(12, 1.0), (13, 2.0), (14, 3.0), (15, 4.0), (16, 1.0)]);
    assert_eq!(counted.len(), 11);
    let ride = Session { kind: SessionKind::CrossTraining, is_race: true, ..run(11, 100.0) };
    let ride = [eights(40), vec![ride.with(Channel::Distance, 100.0)]].concat();
    assert!(days(&with(&ride, &Diary::default(), 40), FlagCode::RaceRecovery).is_empty());
}

#[test]
fn races_count_like_every_run() {
    let race = |is_race| {
        let sessions = [eights(40), vec![Session { is_race, ..run(41, 21.1) }, run(50, 12.0)]].concat();
        with(&sessions, &Diary::default(), 60)
    };
    let (plain, raced) = (race(false), race(true));
    assert_eq!(days(&raced, FlagCode::SessionSpike), [41]);
    let others = |analysis: &Analysis| {
        analysis.flags.iter().filter(|flag| flag.code != FlagCode::RaceRecovery).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&plain), others(&raced));
    assert!(plain.days_frame().unwrap().equals_missing(&raced.days_frame().unwrap()));
}

#[test]
fn the_days_that_are_off_lie_within_a_week() {
    let off_on = |days_off: [u64; 3]| {
        let kept = |index: u64| index < 40 || days_off.contains(&index);
        let marks = marked(40, 50, 70.0, 3.0).into_iter().zip(0..).filter(|(_, index)| kept(*index));
        // Hooper beside the other score is the same sign; the heart-rate variability is the second one.
        let marks = marks.map(|(marks, index)| DayMarks {
            rmssd_ms: Some(if index < 40 { around(60.0, index) } else { 20.0 }),
            ..marks
        });
        days(&noting(marks.collect(), 50), FlagCode::UnderRecovery)
    };
    assert_eq!(off_on([40, 41, 42]), [42]);
    // The mean of a week needs 3 days with a value, and 38 and 39 have one.
    assert_eq!(off_on([40, 43, 44]), [44]);
    assert!(off_on([40, 43, 48]).is_empty());
}

#[test]
fn a_day_that_is_not_off_begins_the_count_anew() {
    let marks = marked(40, 50, 60.0, 3.0)
        .into_iter()
        .zip(0..)
        .map(|(marks, index)| DayMarks { wellness: if index == 43 { Some(6.0) } else { marks.wellness }, ..marks });
    assert_eq!(days(&noting(marks.collect(), 50), FlagCode::UnderRecovery), [42, 46, 47, 48, 49, 50]);
}

#[test]
fn a_sign_is_off_from_one_standard_deviation_on() {
    // Wellness of 5 and 7 by turns on days 0–13 has a mean of 6 and a sample deviation of √(14 ÷ 13).
    let deviation = (14.0_f64 / 13.0).sqrt();
    let flagged = |score: f64| {
        // The mean of a week of the other sign needs marks on the days before.
        let marks = (0..=22).map(|index| DayMarks {
            wellness: if index < 14 { Some(around(6.0, index)) } else { (index > 19).then_some(score) },
            rmssd_ms: Some(if index < 14 { around(60.0, index) } else { 20.0 }),
            ..resting(index, 50.0)
        });
        days(&noting(marks.collect(), 22), FlagCode::UnderRecovery)
    };
    assert_eq!(flagged(6.0 - deviation), [22]);
    assert!(flagged(6.0 - 0.99 * deviation).is_empty());
}

/// Efficiency that goes down on day 50 and stays so, with a run every other day, and marks that say the same.
fn down_from_day_50(last: u64) -> Vec<(u64, Flag)> {
    let value = |index| if index < 50 { 1.5 + 0.01 * around(0.0, index / 2) } else { 1.3 };
    let runs: Vec<_> = (0..=last).step_by(2).map(|index| efficiency(index, value(index))).collect();
    let diary = Diary { marks: marked(50, last, 70.0, 6.0), runs, ..Diary::default() };
    of(&keeping(&diary, last), FlagCode::UnderRecovery)
}

#[test]
fn efficiency_is_down_since_the_first_day_of_the_row() {
    let flags = down_from_day_50(76);
    for (index, flag) in flags.iter().filter(|(_, flag)| flag.level == Level::Warning) {
        let days = index - 50 + 1;
        assert!(flag.text.contains(&format!("Efficiency has been down for {days} days.")), "{index}: {}", flag.text);
        let input = flag.inputs.iter().find(|input| input.name == "efficiency_down_days").unwrap();
        assert_eq!(input.value, InputValue::Number(days as f64));
    }
    // Longer than the 14 days of the rule and a week, where the search once stopped.
    assert!(flags.iter().any(|(index, flag)| *index >= 74 && flag.level == Level::Warning), "{flags:#?}");
}

// The band of lnRMSSD is the mean ± 0.5 standard deviations (science.md §4); on its edge is inside.
#[test]
fn variability_is_off_outside_half_a_standard_deviation() {
    // ln(RMSSD) of 3.9 and 4.1 by turns on days 0–13: a mean of 4 and a sample deviation of 0.1 · √(14 ÷ 13). Without marks
    // on days 14 and 15 these are the baseline of days 20 to 22, and their weeks have one value.
    let deviation = 0.1 * (14.0_f64 / 13.0).sqrt();
    let flagged = |off: f64| {
        let ln_rmssd = |index| if index < 14 { 4.0 + 0.1 * around(0.0, index) } else { 4.0 + off * deviation };
        let marks = (0..=22).filter(|index| ![14, 15].contains(index)).map(|index| DayMarks {
            wellness: Some(if index < 14 { around(6.0, index) } else { 3.0 }),
            rmssd_ms: Some(ln_rmssd(index).exp()),
            ..resting(index, 50.0)
        });
        days(&noting(marks.collect(), 22), FlagCode::UnderRecovery)
    };
    for inside in [0.0, 0.49, 0.5, -0.49, -0.5] {
        assert!(flagged(inside).is_empty(), "{inside}");
    }
    for outside in [0.51, -0.51] {
        assert_eq!(flagged(outside), [22], "{outside}");
    }
}

/// The flags of a record in which one sign is enough.
fn with_one_sign(sessions: &[Session], diary: &Diary, last: u64) -> Vec<(u64, Flag)> {
    let body = BodyParameters { off_signs: 1, ..BodyParameters::default() };
    let parameters = Parameters { body, ..Parameters::default() };
    of(&plimsoll_analytics::analyse(&grid(sessions, last), diary, &parameters), FlagCode::UnderRecovery)
}

#[test]
fn three_days_off_within_7_are_enough_and_the_eighth_is_outside() {
    let off_on = |off: [u64; 3]| {
        let usual = (0..40).map(|index| wellness(index, around(6.0, index)));
        let marks = usual.chain(off.map(|index| wellness(index, 3.0))).collect();
        let flags = with_one_sign(&eights(70), &Diary { marks, ..Diary::default() }, 70);
        flags.into_iter().map(|(index, _)| index).collect::<Vec<_>>()
    };
    assert_eq!(off_on([60, 63, 66]), [66]);
    assert!(off_on([60, 63, 67]).is_empty());
}

#[test]
fn efficiency_is_down_over_silences_of_7_days_and_no_longer() {
    let down = |first: u64| {
        let usual = (0..40).step_by(2).map(|index| efficiency(index, 1.5 + 0.01 * around(0.0, index / 2)));
        let runs = usual.chain([first, 57, 60, 63].map(|index| efficiency(index, 1.3))).collect();
        let (_, flag) = with_one_sign(&eights(70), &Diary { runs, ..Diary::default() }, 70).pop().unwrap();
        (flag.level, flag.text.contains("Efficiency has been down for 14 days."))
    };
    // Days 50–63 are 14.
    assert_eq!(down(50), (Level::Warning, true));
    assert_eq!(down(49), (Level::Caution, false));
}

#[test]
fn what_is_off_is_told_with_the_digits_that_show_it() {
    // Wellness of 5.6 and 6.4 by turns has a deviation below 1; 5 and 7 have one of 1.008 over 60 days.
    let text = |spread: f64| {
        let score = |index: u64| if index < 60 { 6.0 + spread * around(0.0, index) } else { 3.0 };
        let marks = (0..63).map(|index| wellness(index, score(index))).collect();
        with_one_sign(&eights(62), &Diary { marks, ..Diary::default() }, 62).pop().unwrap().1.text
    };
    assert!(text(0.4).contains("wellness 3.00 against 6.00 ± 0.40 (56 days)"), "{}", text(0.4));
    assert!(text(1.0).contains("wellness 3.0 against 6.0 ± 1.0 (56 days)"), "{}", text(1.0));
    assert!(!text(1.0).contains("Heart-rate variability"));
}

#[test]
fn an_illness_of_the_day_itself_is_named() {
    let named = |ill: u64| {
        let illnesses = vec![Illness { first: day(ill), last: Some(day(ill)) }];
        let diary = Diary { marks: marked(40, 50, 60.0, 3.0), illnesses, ..Diary::default() };
        let (_, flag) = of(&keeping(&diary, 50), FlagCode::UnderRecovery).pop().unwrap();
        flag.text.contains("You noted an illness in these days")
    };
    // The 7 days before day 50 count as well.
    assert_eq!([42, 43, 50].map(named), [false, true, true]);
}

#[test]
fn strain_is_a_sign_on_its_third_high_day_and_counts_beside_two_others() {
    let easy = (0..96).step_by(2).map(|index| run(index, 8.0));
    let sessions: Vec<Session> = easy.chain((96..=108).map(|index| run(index, 20.0))).collect();
    let marks: Vec<_> =
        (0..=108).map(|index| wellness(index, if index < 90 { around(6.0, index) } else { 3.0 })).collect();
    let diary = Diary { marks, ..Diary::default() };
    let analysis = with(&sessions, &diary, 108);
    let high = days(&analysis, FlagCode::Strain);
    let third = high.windows(3).find(|days| days[2] - days[0] == 2).unwrap()[2];
    assert_eq!(days(&analysis, FlagCode::UnderRecovery).first(), Some(&third));
    let both = Diary { marks: marked(90, 108, 70.0, 3.0), ..Diary::default() };
    let flags = of(&with(&sessions, &both, 108), FlagCode::UnderRecovery);
    let (_, flag) = flags.iter().find(|(index, _)| *index == third).unwrap();
    assert_eq!(flag.value, Some(3.0));
    assert!(flag.text.contains("among your own highest tenth"), "{}", flag.text);
}

#[test]
fn signs_are_told_once_by_an_analysis_that_goes_on() {
    let diary = Diary { marks: marked(40, 50, 60.0, 3.0), ..Diary::default() };
    let anew = keeping(&diary, 50);
    for changed in 41..=50 {
        let mut analysis = anew.clone();
        analysis.update(&grid(&eights(50), 50), &diary, &Parameters::default(), day(changed));
        assert_eq!(analysis, anew, "{changed}");
    }
}

#[test]
fn a_run_of_30_km_but_for_rounding_is_one_of_30_km() {
    let flagged =
        |km: f64| !days(&with(&[run(0, 8.0), run(5, km)], &Diary::default(), 20), FlagCode::RaceRecovery).is_empty();
    assert_eq!([30.0, 30.0 - 1e-8, 29.999].map(flagged), [true, true, false]);
}

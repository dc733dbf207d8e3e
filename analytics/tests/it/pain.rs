//! Rules on pain at their bounds, and their words.

use plimsoll_analytics::{Analysis, BodyParameters, Diary, FlagCode, Injury, Level, Pain, Parameters, Side};

use crate::athlete::{days, during, eights, keeping, morning, of};
use crate::support::{day, grid};

fn noting(pains: Vec<Pain>) -> Analysis {
    keeping(&Diary { pains, ..Diary::default() }, 60)
}

fn bone(pain: Pain) -> Pain {
    Pain { is_bone: true, ..pain }
}

fn on(side: Side, pain: Pain) -> Pain {
    Pain { side: Some(side), ..pain }
}

/// The pain-monitoring model (science §5.1): up to 5 of 10 during a run is allowed.
#[test]
fn pain_while_running_is_a_thought_above_3_and_allowed_up_to_5_of_10() {
    let level = |pain: f64| {
        of(&noting(vec![during("calf", 10, pain)]), FlagCode::PainDuring).first().map(|(_, flag)| flag.level)
    };
    assert_eq!(
        [0.0, 3.0, 3.5, 5.0, 5.5].map(level),
        [None, None, Some(Level::Caution), Some(Level::Caution), Some(Level::Stop)]
    );
    let allowed = &of(&noting(vec![during("calf", 10, 4.0)]), FlagCode::PainDuring)[0].1;
    assert_eq!(
        (allowed.threshold, allowed.text.as_str()),
        (
            Some(3.0),
            "4 of 10 in the calf while running on 11 Sep. The pain-monitoring model allows up to 5 of 10 when it has \
             settled by the next morning and does not rise from week to week."
        )
    );
    let analysis = noting(vec![during("calf", 10, 5.5)]);
    let [(10, flag)] = &of(&analysis, FlagCode::PainDuring)[..] else { panic!("{:?}", analysis.flags) };
    assert_eq!((flag.level, flag.value, flag.threshold, flag.unit), (Level::Stop, Some(5.5), Some(5.0), "of 10"));
    assert_eq!((flag.about.as_deref(), flag.evidence), (Some("calf"), "pain_monitoring"));
    assert_eq!(
        flag.text,
        "5.5 of 10 in the calf while running on 11 Sep. The pain-monitoring model allows up to 5 of 10 and ends the \
         run above that."
    );
    assert!(flag.inputs.iter().any(|input| input.name == "pain_during"));
}

/// Science §5.1: not for bone, where pain of 0, at most 1, is all that is allowed.
#[test]
fn in_a_bone_any_pain_is_a_warning_and_above_1_it_means_stop() {
    let level = |pain: f64| {
        let analysis = noting(vec![bone(during("shin bone", 10, pain))]);
        of(&analysis, FlagCode::PainDuring).first().map(|(_, flag)| flag.level)
    };
    assert_eq!(
        [0.0, 0.5, 1.0, 1.5, 6.0].map(level),
        [None, Some(Level::Warning), Some(Level::Warning), Some(Level::Stop), Some(Level::Stop)]
    );
}

#[test]
fn pain_settles_by_the_next_morning_or_is_told_on_that_morning() {
    assert!(of(&noting(vec![morning("calf", 10, 0.0)]), FlagCode::PainNextMorning).is_empty());
    let noted = Pain { during: Some(4.0), ..morning("calf", 10, 2.0) };
    let analysis = noting(vec![on(Side::Left, noted)]);
    let [(11, flag)] = &of(&analysis, FlagCode::PainNextMorning)[..] else { panic!("{:?}", analysis.flags) };
    assert_eq!((flag.level, flag.value, flag.threshold), (Level::Caution, Some(2.0), Some(0.0)));
    assert_eq!(
        flag.text,
        "2 of 10 in the left calf on the morning of 12 Sep, after the day before (4 of 10 during the run). By the \
         pain-monitoring model it should have settled by the next morning; many then run less or rest until it has."
    );
    let level = |pain| of(&noting(vec![pain]), FlagCode::PainNextMorning).first().map(|(_, flag)| flag.level);
    assert_eq!(level(morning("calf", 10, 5.5)), Some(Level::Stop));
    assert_eq!(level(bone(morning("shin bone", 10, 1.0))), Some(Level::Warning));
    // The morning after the last day has not come yet.
    assert_eq!(level(morning("calf", 60, 3.0)), None);
}

#[test]
fn pain_that_rises_by_a_point_from_week_to_week_is_told() {
    let weeks = |this: f64| {
        let early = [during("calf", 20, 2.0), during("calf", 24, 2.0)];
        noting(early.into_iter().chain([during("calf", 28, this), during("calf", 30, this)]).collect())
    };
    assert!(of(&weeks(2.9), FlagCode::PainRising).is_empty());
    let analysis = weeks(3.0);
    let rising = of(&analysis, FlagCode::PainRising);
    // Day 30 still has the rating of day 24 in its own week; the week before day 34 has only that one.
    assert_eq!(days(&analysis, FlagCode::PainRising), [31, 32, 33]);
    assert_eq!((rising[0].1.level, rising[0].1.value, rising[0].1.threshold), (Level::Caution, Some(1.0), Some(1.0)));
    assert_eq!(
        rising[0].1.text,
        "3.0 of 10 on average in the calf while running in the last 7 days, against 2.0 in the 7 days before. By the \
         pain-monitoring model pain should not rise from week to week; many go back to what they ran before it rose."
    );
}

#[test]
fn pain_that_nobody_rated_is_no_zero() {
    // One rating is no week, and none is not 0.
    let alone = noting(vec![during("calf", 28, 4.0), during("calf", 30, 4.0)]);
    assert!(of(&alone, FlagCode::PainRising).is_empty());
    let one = noting(vec![during("calf", 22, 0.0), during("calf", 28, 4.0), during("calf", 30, 4.0)]);
    assert!(of(&one, FlagCode::PainRising).is_empty());
    // An entry without any rating and without a sign says nothing at all.
    let empty = noting(vec![Pain::at("calf", day(20)), Pain { during: Some(f64::NAN), ..Pain::at("calf", day(21)) }]);
    assert_eq!(empty.flags, noting(Vec::new()).flags);
}

#[test]
fn pain_of_14_days_is_to_be_looked_at() {
    let every_other = |last: u64| noting((20..=last).step_by(2).map(|index| during("calf", index, 1.0)).collect());
    assert!(of(&every_other(32), FlagCode::SeeAProfessional).is_empty());
    // 20–33 are 14 days.
    let analysis = noting((20..=33).map(|index| during("calf", index, 1.0)).collect());
    let flags = of(&analysis, FlagCode::SeeAProfessional);
    // The last note stands for a week.
    assert_eq!(days(&analysis, FlagCode::SeeAProfessional), (33..40).collect::<Vec<_>>());
    assert_eq!((flags[0].1.level, flags[0].1.value, flags[0].1.unit), (Level::Warning, Some(1.0), "signs"));
    assert_eq!(
        flags[0].1.text,
        "Pain in the calf (1 of 10, noted on 4 Oct): for 14 days now. Have a physiotherapist or a doctor look at it. \
         This is no diagnosis."
    );
}

#[test]
fn a_day_without_pain_or_a_silence_ends_a_spell() {
    let free = |index| during("calf", index, if index == 26 { 0.0 } else { 1.0 });
    assert!(of(&noting((20..=36).map(free).collect()), FlagCode::SeeAProfessional).is_empty());
    let silent = (20..=27).chain(35..=40).map(|index| during("calf", index, 1.0)).collect();
    assert!(of(&noting(silent), FlagCode::SeeAProfessional).is_empty());
}

#[test]
fn signs_are_told_until_a_note_without_pain() {
    let night = Pain { is_at_night: true, ..during("calf", 20, 3.0) };
    let swollen = Pain { is_swollen: true, ..during("calf", 22, 2.0) };
    let analysis = noting(vec![night, swollen, during("calf", 24, 0.0)]);
    assert_eq!(days(&analysis, FlagCode::SeeAProfessional), [20, 21, 22, 23]);
    let flag = &of(&analysis, FlagCode::SeeAProfessional)[2].1;
    assert_eq!((flag.value, flag.level), (Some(2.0), Level::Warning));
    assert!(flag.text.contains("(2 of 10, noted on 23 Sep): at night, with swelling."), "{}", flag.text);
    assert_eq!(flag.inputs.iter().filter(|input| input.name == "sign").count(), 2);
    // The week of a sign ends though the pain goes on.
    let at_night = Pain { is_at_night: true, ..during("calf", 20, 2.0) };
    let analysis = noting(vec![at_night, during("calf", 24, 2.0), during("calf", 27, 2.0)]);
    assert_eq!(days(&analysis, FlagCode::SeeAProfessional), (20..=26).collect::<Vec<_>>());
    for sign in [
        Pain { is_worse_while_running: true, ..Pain::at("calf", day(20)) },
        Pain { is_at_rest: true, ..Pain::at("calf", day(20)) },
    ] {
        assert_eq!(days(&noting(vec![sign]), FlagCode::SeeAProfessional).len(), 7);
    }
    // In one spot of something that is no bone is no sign of its own.
    let spot = Pain { is_in_one_spot: true, ..during("calf", 20, 2.0) };
    assert!(of(&noting(vec![spot]), FlagCode::SeeAProfessional).is_empty());
}

/// Science §5.5: any focal bone pain means stop.
#[test]
fn one_spot_of_a_bone_means_stop() {
    let spot = Pain { is_in_one_spot: true, ..bone(during("shin bone", 20, 1.0)) };
    let analysis = noting(vec![on(Side::Right, spot)]);
    let flag = &of(&analysis, FlagCode::SeeAProfessional)[0].1;
    assert_eq!(flag.level, Level::Stop);
    assert_eq!(
        flag.text,
        "Pain in the right shin bone (1 of 10, noted on 21 Sep): in one spot of a bone. Stop running until a \
         physiotherapist or a doctor has looked at it. This is no diagnosis."
    );
    let night = noting(vec![Pain { is_at_night: true, ..bone(during("shin bone", 20, 1.0)) }]);
    assert_eq!(of(&night, FlagCode::SeeAProfessional)[0].1.level, Level::Stop);
}

#[test]
fn pain_that_changes_sides_is_told_at_the_new_one() {
    let both = |first, second| {
        noting(vec![
            on(Side::Left, during("Achilles tendon", first, 3.0)),
            on(Side::Right, during("achilles tendon", second, 2.0)),
        ])
    };
    let analysis = both(20, 30);
    assert_eq!(days(&analysis, FlagCode::SeeAProfessional), (30..37).collect::<Vec<_>>());
    let flag = &of(&analysis, FlagCode::SeeAProfessional)[0].1;
    assert!(flag.text.contains("right achilles tendon (2 of 10, noted on 1 Oct): after pain on the other side."));
    assert!(of(&both(20, 35), FlagCode::SeeAProfessional).is_empty());
    // Both at once is no change.
    assert!(of(&both(20, 20), FlagCode::SeeAProfessional).is_empty());
}

#[test]
fn the_site_of_an_earlier_injury_is_known_again() {
    let hurts = |injury: Injury, side| {
        let pain = Pain { side, ..during("Achilles tendon", 20, 2.0) };
        let analysis = keeping(&Diary { pains: vec![pain], injuries: vec![injury], ..Diary::default() }, 60);
        of(&analysis, FlagCode::SeeAProfessional).first().map(|(_, flag)| flag.text.clone())
    };
    let last = day(0) - chrono::Days::new(400);
    let injury = |site: &str| Injury::new(site, last - chrono::Days::new(30), Some(last));
    let text = hurts(injury("left achilles tendon"), Some(Side::Left)).unwrap();
    assert!(text.contains("at the site of an injury that ended on 28 Jul 2024"), "{text}");
    assert!(hurts(injury("Achilles tendon"), Some(Side::Left)).is_some());
    assert!(hurts(Injury { side: Some(Side::Right), ..injury("Achilles tendon") }, Some(Side::Left)).is_none());
    assert!(hurts(injury("calf"), None).is_none());
    // One that goes on, or ends on the day of the pain, is not an earlier one.
    assert!(hurts(Injury::new("Achilles tendon", last, Some(day(20))), None).is_none());
    assert!(hurts(Injury::new("Achilles tendon", last, Some(day(19))), None).is_some());
    assert!(hurts(Injury::new("Achilles tendon", last, None), None).is_none());
}

#[test]
fn several_notes_of_one_site_and_day_are_one_flag_and_sites_are_told_apart() {
    let analysis = noting(vec![
        during("Calf", 10, 6.0),
        during(" calf ", 10, 8.0),
        during("knee", 10, 7.0),
        on(Side::Left, during("knee", 10, 9.0)),
    ]);
    let about: Vec<_> = of(&analysis, FlagCode::PainDuring)
        .into_iter()
        .map(|(_, flag)| (flag.about.unwrap(), flag.value.unwrap()))
        .collect();
    assert_eq!(about, [("Calf".into(), 8.0), ("knee".into(), 7.0), ("left knee".into(), 9.0)]);
}

#[test]
fn the_site_of_an_injury_of_a_bone_is_a_bone() {
    let injury = Injury { is_bone: true, ..Injury::new("shin", day(5), Some(day(8))) };
    let level = |index| {
        let diary =
            Diary { pains: vec![during("shin", index, 1.0)], injuries: vec![injury.clone()], ..Diary::default() };
        of(&keeping(&diary, 60), FlagCode::PainDuring).first().map(|(_, flag)| flag.level)
    };
    assert_eq!((level(4), level(5), level(20)), (None, Some(Level::Warning), Some(Level::Warning)));
}

#[test]
fn a_spell_goes_on_over_7_days_and_no_more() {
    let since = |second: u64| {
        let analysis = noting(vec![Pain { is_at_night: true, ..during("calf", 20, 2.0) }, during("calf", second, 2.0)]);
        let spans = |(_, flag): &(u64, plimsoll_analytics::Flag)| {
            flag.inputs.iter().any(|input| {
                input.name == "days_of_pain"
                    && input.value == plimsoll_analytics::InputValue::Number((second - 20 + 1) as f64)
            })
        };
        of(&analysis, FlagCode::SeeAProfessional).iter().any(spans)
    };
    // The sign itself is told for a week; the second note falls into it only while the spell goes on.
    assert!(since(26));
    assert!(!since(28));
    let days_of =
        |gap: u64| noting((20..=20 + 3 * gap).step_by(gap as usize).map(|i| during("calf", i, 1.0)).collect());
    assert_eq!(days(&days_of(7), FlagCode::SeeAProfessional).first(), Some(&34));
    assert!(of(&days_of(8), FlagCode::SeeAProfessional).is_empty());
}

#[test]
fn pain_on_the_other_side_counts_for_14_days() {
    let second = |index| {
        let pains = vec![on(Side::Left, during("calf", 20, 3.0)), on(Side::Right, during("calf", index, 2.0))];
        !of(&noting(pains), FlagCode::SeeAProfessional).is_empty()
    };
    assert_eq!([21, 34, 35].map(second), [true, true, false]);
    // What was free of pain there is no pain on the other side.
    let free = vec![on(Side::Left, during("calf", 20, 0.0)), on(Side::Right, during("calf", 22, 2.0))];
    assert!(of(&noting(free), FlagCode::SeeAProfessional).is_empty());
}

// A warning asks for a change of plan; only a stop tells to stop.
#[test]
fn words_on_pain_ask_for_what_their_level_does() {
    let told = |pain: Pain, code| of(&noting(vec![pain]), code)[0].1.clone();
    let words = |flag: &plimsoll_analytics::Flag, is_stop: bool| {
        let ends = ["ends", "end the run", "not to run"].iter().any(|word| flag.text.contains(word));
        assert_eq!((flag.level == Level::Stop, ends), (is_stop, is_stop), "{:?}: {}", flag.level, flag.text);
    };
    for (pain, is_stop) in [(0.5, false), (1.0, false), (1.5, true)] {
        words(&told(bone(during("shin bone", 10, pain)), FlagCode::PainDuring), is_stop);
        words(&told(bone(morning("shin bone", 10, pain)), FlagCode::PainNextMorning), is_stop);
    }
    for (pain, is_stop) in [(4.0, false), (5.0, false), (5.5, true)] {
        words(&told(during("calf", 10, pain), FlagCode::PainDuring), is_stop);
        words(&told(morning("calf", 10, pain), FlagCode::PainNextMorning), is_stop);
    }
}

#[test]
fn a_rating_just_above_its_bound_shows_it() {
    let text = |pain: f64| of(&noting(vec![during("calf", 10, pain)]), FlagCode::PainDuring)[0].1.text.clone();
    assert!(text(5.04).starts_with("5.04 of 10 "), "{}", text(5.04));
    assert!(text(3.04).starts_with("3.04 of 10 "), "{}", text(3.04));
    assert!(text(10.0).starts_with("10 of 10 "), "{}", text(10.0));
}

#[test]
fn of_pain_that_rises_while_running_and_the_morning_after_the_larger_rise_is_told() {
    let rising = |during: [f64; 2], mornings: [f64; 2]| {
        let note = |index: u64, week: usize| Pain {
            next_morning: Some(mornings[week]),
            ..crate::athlete::during("calf", index, during[week])
        };
        let analysis = noting(vec![note(20, 0), note(24, 0), note(28, 1), note(30, 1)]);
        // Day 32 is the first with two mornings in either week.
        let (_, flag) = of(&analysis, FlagCode::PainRising).into_iter().find(|(index, _)| *index == 32).unwrap();
        (flag.value.unwrap(), flag.text.contains("while running"))
    };
    assert_eq!(rising([1.0, 2.0], [0.0, 2.0]), (2.0, false));
    assert_eq!(rising([1.0, 3.0], [3.0, 4.0]), (2.0, true));
    // Of rises alike the one while running.
    assert_eq!(rising([1.0, 2.0], [2.0, 3.0]), (1.0, true));
}

#[test]
fn pain_that_stays_as_it_is_does_not_rise() {
    let pains = [20, 24, 28, 30].map(|index| during("calf", index, 2.0)).to_vec();
    let body = BodyParameters { pain_rise: 0.0, ..BodyParameters::default() };
    let parameters = Parameters { body, ..Parameters::default() };
    let diary = Diary { pains, ..Diary::default() };
    let analysis = plimsoll_analytics::analyse(&grid(&eights(60), 60), &diary, &parameters);
    assert!(of(&analysis, FlagCode::PainRising).is_empty());
}

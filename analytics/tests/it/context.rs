//! Injuries, shoes, mechanics and heart rate; and what changes the words of a flag but not its arithmetic.

use plimsoll_analytics::{
    Analysis, BodyParameters, Channel, Diary, FlagCode, HeartRateQuality, Injury, Level, LoadSource, OwnMetric,
    Parameters, RunForm, Session, Shoe, Side, planned_run,
};

use crate::athlete::{around, cadence, days, eights, keeping, of, with};
use crate::support::{close, day, grid, run};

fn ended(days_before: u64) -> Injury {
    let last = day(0) - chrono::Days::new(days_before);
    Injury { side: Some(Side::Left), ..Injury::new("calf", last - chrono::Days::new(20), Some(last)) }
}

fn injured(injury: Injury) -> Diary {
    Diary { injuries: vec![injury], ..Diary::default() }
}

#[test]
fn an_injury_is_a_previous_one_for_12_months() {
    // It ended on 22 Sep 2024: 21 Sep 2025 is the last day, day 20.
    let analysis = keeping(&injured(ended(344)), 60);
    assert_eq!(days(&analysis, FlagCode::PreviousInjury), (0..=20).collect::<Vec<_>>());
    let flag = &of(&analysis, FlagCode::PreviousInjury)[0].1;
    assert_eq!((flag.level, flag.value, flag.about.as_deref()), (Level::Info, Some(344.0), Some("left calf")));
    assert_eq!(
        flag.text,
        "344 days since your injury (left calf) ended on 22 Sep 2024. In a study of 264 recreational runners those with a \
         previous injury had a higher rate of injury (hazard rate ratio 1.72, 95 % CI 1.11–2.66)."
    );
    let later = keeping(&injured(Injury::new("calf", day(10), Some(day(20)))), 60);
    assert_eq!(days(&later, FlagCode::PreviousInjury), (21..=60).collect::<Vec<_>>());
    assert!(days(&keeping(&injured(Injury::new("calf", day(10), None)), 60), FlagCode::PreviousInjury).is_empty());
    assert!(days(&keeping(&injured(ended(500)), 60), FlagCode::PreviousInjury).is_empty());
    assert!(
        days(&keeping(&injured(Injury::new("calf", day(70), Some(day(80)))), 60), FlagCode::PreviousInjury).is_empty()
    );
}

#[test]
fn an_injury_that_ends_with_the_calendar_goes_on() {
    let open = injured(Injury::new("calf", day(10), Some(chrono::NaiveDate::MAX)));
    assert_eq!(open.check(), Ok(()));
    assert!(days(&keeping(&open, 60), FlagCode::PreviousInjury).is_empty());
    let analysis = with(&spiking(), &open, 45);
    let (_, spike) = of(&analysis, FlagCode::SessionSpike).pop().unwrap();
    assert!(spike.text.ends_with("Your injury (calf) of 11 Sep 2025 is still open."), "{}", spike.text);
}

/// Runs that spike and ramp at the end.
fn spiking() -> Vec<Session> {
    [eights(40), vec![run(41, 14.0), run(43, 18.0), run(45, 20.0)]].concat()
}

/// What a flag says beside its words.
fn arithmetic(analysis: &Analysis) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let own = [FlagCode::PreviousInjury];
    let flags = analysis.flags.iter().filter(|flag| !own.contains(&flag.code));
    flags.map(|flag| (flag.code, flag.level, flag.date, flag.session.clone(), flag.value, flag.threshold)).collect()
}

#[test]
fn previous_injury_and_novice_status_change_the_words_and_nothing_else() {
    let plain = with(&spiking(), &Diary::default(), 46);
    let diary = Diary { is_novice: Some(true), ..injured(ended(100)) };
    let told = with(&spiking(), &diary, 46);
    assert_eq!(arithmetic(&plain), arithmetic(&told));
    assert!(plain.days_frame().unwrap().equals_missing(&told.days_frame().unwrap()));
    for code in [FlagCode::SessionSpike, FlagCode::WeeklyRamp] {
        let pairs: Vec<_> = of(&plain, code).into_iter().zip(of(&told, code)).collect();
        assert!(!pairs.is_empty());
        for ((_, plain), (_, told)) in pairs {
            let added = told.text.strip_prefix(&plain.text).unwrap();
            assert_eq!(
                added,
                " Your injury (left calf) ended on 24 May 2025: recreational runners with a previous injury had a higher \
                 rate of injury in one study (hazard rate ratio 1.72, 95 % CI 1.11–2.66). Novice runners are injured \
                 more often per hour of running than recreational ones (17.8 against 7.7 injuries per 1000 hours)."
            );
        }
    }
}

#[test]
fn nothing_is_added_for_what_is_long_over_or_not_said() {
    let plain = with(&spiking(), &Diary::default(), 46);
    for diary in [injured(ended(400)), Diary { is_novice: Some(false), ..Diary::default() }] {
        assert_eq!(with(&spiking(), &diary, 46).flags, plain.flags);
    }
    let open = with(&spiking(), &injured(Injury::new("calf", day(30), None)), 46);
    assert!(of(&open, FlagCode::SessionSpike)[0].1.text.ends_with(" Your injury (calf) of 1 Oct 2025 is still open."));
}

#[test]
fn a_planned_run_is_told_with_the_same_words() {
    let diary = Diary { is_novice: Some(true), ..Diary::default() };
    let planned = |diary: &Diary| planned_run(&grid(&eights(40), 40), diary, day(41), 12.0, &Parameters::default());
    let (plain, novice) = (planned(&Diary::default()), planned(&diary));
    assert_eq!((plain.ratio, plain.class), (novice.ratio, novice.class));
    assert!(novice.flag.unwrap().text.contains("17.8 against 7.7"));
    let told = planned(&injured(ended(100))).flag.unwrap();
    assert!(told.text.contains("Your injury (left calf) ended on 24 May 2025"), "{}", told.text);
    assert!(!plain.flag.unwrap().text.contains("17.8"));
}

fn in_pair(session: Session, shoe: &str) -> Session {
    Session { shoe: Some(shoe.into()), ..session }
}

fn pair(name: &str, limit_km: Option<f64>, before: Option<f64>) -> Shoe {
    Shoe { name: name.into(), limit_km, distance_before_km: before }
}

#[test]
fn a_pair_past_the_limit_of_its_owner_is_named_on_days_it_is_run_in() {
    let sessions: Vec<_> =
        (0..10).map(|index| in_pair(run(index, 10.0), if index % 2 == 0 { "red" } else { "Blue" })).collect();
    let diary = Diary {
        shoes: vec![pair("Red ", Some(700.0), Some(675.0)), pair("Blue", Some(50.0), None), pair("Green", None, None)],
        ..Diary::default()
    };
    let analysis = with(&sessions, &diary, 12);
    // 675 + 30 on day 4; Blue has its 50 on day 9, which is not past them.
    assert_eq!(days(&analysis, FlagCode::ShoeDistance), [4, 6, 8]);
    let flag = &of(&analysis, FlagCode::ShoeDistance)[0].1;
    assert_eq!((flag.value, flag.threshold, flag.about.as_deref()), (Some(705.0), Some(700.0), Some("Red")));
    assert_eq!(
        flag.text,
        "705 km in Red, past the 700 km that you set for it. The limit is yours: no study tells when a pair is worn out."
    );
    let unknown = in_pair(Session::run("lost", day(3), 1), "Red");
    let unknown = with(&[sessions, vec![unknown]].concat(), &diary, 12);
    let flag = &of(&unknown, FlagCode::ShoeDistance)[0].1;
    assert!(flag.text.starts_with("705 km or more in Red (1 run in it has no distance), past"), "{}", flag.text);
}

#[test]
fn every_run_of_28_days_in_one_pair_is_worth_a_word() {
    let red: Vec<_> = eights(40).into_iter().map(|run| in_pair(run, "Red")).collect();
    let analysis = with(&red, &Diary::default(), 40);
    // The fourth run is on day 6.
    assert_eq!(days(&analysis, FlagCode::SinglePair), (6..=40).collect::<Vec<_>>());
    let flag = &of(&analysis, FlagCode::SinglePair)[34].1;
    assert_eq!((flag.value, flag.about.as_deref(), flag.unit), (Some(14.0), Some("Red"), "runs"));
    assert!(flag.text.starts_with("14 of 14 runs in the last 28 days were in Red."), "{}", flag.text);
    assert!(flag.text.contains("hazard rate ratio 0.61, 95 % CI 0.39–0.97"));

    for other in [Some("Blue".to_owned()), None] {
        let mut mixed = red.clone();
        mixed[0].shoe = other;
        // Day 0 leaves the window on day 28.
        assert_eq!(days(&with(&mixed, &Diary::default(), 40), FlagCode::SinglePair), (28..=40).collect::<Vec<_>>());
    }
    assert!(days(&keeping(&Diary::default(), 40), FlagCode::SinglePair).is_empty());
}

/// Cadence of 169 and 171 by turns, every other day, and what comes after.
fn striding(later: &[(u64, f64)]) -> Analysis {
    let runs = (0..40).map(|index| cadence(index, around(170.0, index), 3.0));
    let runs: Vec<RunForm> = runs.chain(later.iter().map(|(index, spm)| cadence(*index, *spm, 3.0))).collect();
    keeping(&Diary { runs, ..Diary::default() }, 60)
}

#[test]
fn a_shift_of_cadence_on_3_days_in_a_row_is_told() {
    let analysis = striding(&[(41, 164.0), (43, 165.0), (45, 164.0)]);
    let [(45, flag)] = &of(&analysis, FlagCode::MechanicsShift)[..] else { panic!("{:?}", analysis.flags) };
    assert_eq!((flag.level, flag.value, flag.unit), (Level::Info, Some(164.0), "spm"));
    assert_eq!((flag.session.as_deref(), flag.about.as_deref()), (Some("run-45"), Some("Cadence")));
    close(flag.threshold.unwrap(), 170.0 - 1.5 * (39.0_f64 / 38.0).sqrt(), 0.05);
    // To the other side likewise, and not on another day of an analysis that goes on.
    let above = striding(&[(41, 176.0), (43, 175.0), (45, 176.0)]);
    let [(45, up)] = &of(&above, FlagCode::MechanicsShift)[..] else { panic!("{:?}", above.flags) };
    close(up.threshold.unwrap(), 170.0 + 1.5 * (39.0_f64 / 38.0).sqrt(), 0.05);
    for part in [
        "On 3 days with a run in a row, at about 5:33 min/km, you were off",
        "cadence 164 spm against 170 ± 1",
        "No study gives a bound",
    ] {
        assert!(flag.text.contains(part), "{part}: {}", flag.text);
    }
    assert!(!flag.text.contains("180"));
}

#[test]
fn two_runs_or_runs_to_both_sides_are_no_shift() {
    for later in [
        vec![(41, 164.0), (43, 165.0)],
        vec![(41, 164.0), (43, 176.0), (45, 164.0)],
        vec![(41, 164.0), (43, 170.0), (45, 164.0), (47, 164.0)],
        vec![(41, 171.0), (43, 171.0), (45, 171.0)],
    ] {
        assert!(days(&striding(&later), FlagCode::MechanicsShift).is_empty(), "{later:?}");
    }
}

#[test]
fn step_length_is_compared_and_not_told_twice() {
    let runs = (0..50).map(|index| {
        let run = cadence(index, if index < 40 { around(170.0, index) } else { 160.0 }, 3.0);
        RunForm { step_length_mm: run.cadence_spm.map(|spm| 180_000.0 / spm), ..run }
    });
    let analysis = keeping(&Diary { runs: runs.collect(), ..Diary::default() }, 60);
    assert!(analysis.baselines.get(OwnMetric::StepLength)[42].compared.unwrap().z > 1.5);
    let about: Vec<_> =
        of(&analysis, FlagCode::MechanicsShift).into_iter().map(|(_, flag)| flag.about.unwrap()).collect();
    assert!(about.len() > 3 && about.iter().all(|about| about == "Cadence"));
}

fn heart(session: Session, heart_rate: HeartRateQuality, load_source: Option<LoadSource>) -> Session {
    Session { heart_rate, load_source, ..session }
}

#[test]
fn a_suspect_heart_rate_is_named_with_the_source_of_the_load() {
    let run = heart(run(10, 8.0), HeartRateQuality::Suspect, Some(LoadSource::SessionRpe)).with(Channel::Load, 300.0);
    let analysis = with(&[run], &Diary::default(), 12);
    let [(10, flag)] = &of(&analysis, FlagCode::HeartRateSuspect)[..] else { panic!("{:?}", analysis.flags) };
    assert_eq!((flag.session.as_deref(), flag.evidence, flag.level), (Some("run-10"), "heart_rate", Level::Info));
    assert_eq!(
        flag.text,
        "The heart rate of the run of 8.0 km on 11 Sep looks wrong: values that cannot be, or that follow the cadence. \
         Its load is worked out from session RPE instead."
    );
    assert!(flag.inputs.iter().any(|input| input.name == "load_source"));
    let first = heart(crate::support::run(0, 8.0), HeartRateQuality::Suspect, None);
    assert_eq!(days(&with(&[first], &Diary::default(), 12), FlagCode::HeartRateSuspect), [0]);
}

#[test]
fn a_missing_heart_rate_is_named_where_others_have_it() {
    let with_heart = heart(run(10, 8.0), HeartRateQuality::Plausible, Some(LoadSource::Trimp));
    let missing = |index| {
        let run = run(index, 8.0).with(Channel::Load, 50.0);
        heart(run, HeartRateQuality::Missing, Some(LoadSource::Duration))
    };
    let sessions = [missing(8), with_heart, missing(20), missing(38), missing(39)];
    let analysis = with(&sessions, &Diary::default(), 40);
    // Before the first with heart rate, and more than 28 days after the last, there is none beside it.
    assert_eq!(days(&analysis, FlagCode::NoHeartRate), [20, 38]);
    assert_eq!(
        of(&analysis, FlagCode::NoHeartRate)[0].1.text,
        "The run of 8.0 km on 21 Sep has no heart rate, or too little of it; other sessions of these weeks have it. Its \
         load is worked out from its duration at your own median instead."
    );
    let nobody_looked = with(&[run(10, 8.0), run(12, 8.0)], &Diary::default(), 40);
    assert!(days(&nobody_looked, FlagCode::NoHeartRate).is_empty());
}

#[test]
fn two_weeks_without_a_run_end_a_row_of_shifted_ones() {
    assert_eq!(days(&striding(&[(41, 164.0), (43, 164.0), (57, 164.0)]), FlagCode::MechanicsShift), [57]);
    assert!(days(&striding(&[(41, 164.0), (42, 164.0), (57, 164.0)]), FlagCode::MechanicsShift).is_empty());
}

#[test]
fn a_day_that_is_off_to_both_sides_is_off_to_none() {
    let analysis = striding(&[(41, 164.0), (43, 164.0), (45, 164.0), (45, 176.0)]);
    assert!(days(&analysis, FlagCode::MechanicsShift).is_empty());
    let twice = striding(&[(41, 164.0), (41, 165.0), (43, 164.0)]);
    assert!(days(&twice, FlagCode::MechanicsShift).is_empty());
}

#[test]
fn a_previous_injury_is_named_with_a_flag_from_the_day_after_it_to_the_last_day_of_its_year() {
    let named_after = |last: chrono::NaiveDate| {
        let injury = Injury::new("calf", last, Some(last));
        let analysis = with(&spiking(), &injured(injury), 46);
        let spikes = of(&analysis, FlagCode::SessionSpike);
        spikes.iter().map(|(index, flag)| (*index, flag.text.contains("hazard rate ratio 1.72"))).collect::<Vec<_>>()
    };
    let named = |last: u64| named_after(day(last));
    assert_eq!(named(42), [(41, false), (43, true), (45, true)]);
    assert_eq!(named(43), [(41, false), (43, false), (45, true)]);
    // Day 43 is 14 Oct 2025.
    let a_year_before = |date: u32| chrono::NaiveDate::from_ymd_opt(2024, 10, date).unwrap();
    assert_eq!(named_after(a_year_before(14)), [(41, true), (43, false), (45, false)]);
    assert_eq!(named_after(a_year_before(15)), [(41, true), (43, true), (45, false)]);
}

#[test]
fn a_shift_counts_the_days_with_a_run_and_not_the_runs() {
    let twice = [41, 43, 45].map(|index| [(index, 164.0), (index, 164.5)]).concat();
    let flags = of(&striding(&twice), FlagCode::MechanicsShift);
    assert_eq!(flags[0].0, 45);
    assert!(flags[0].1.text.starts_with("On 3 days with a run in a row"), "{}", flags[0].1.text);
    let days = flags[0].1.inputs.iter().find(|input| input.name == "days_in_a_row").unwrap();
    assert_eq!((&days.value, days.unit), (&plimsoll_analytics::InputValue::Number(3.0), "days"));
}

/// Everything that can be flagged in one record: alike days, a spike, a race, pain, signs of too little recovery, a shift
/// of cadence, shoes, heart rates, days unknown, and a break.
fn everything(diary: Diary) -> Analysis {
    let km = |index: u64| if index < 76 { around(8.0, index) } else { 8.0 };
    let alike = (0..90).map(|index| in_pair(run(index, km(index)), "Red"));
    let special = [(91, 14.0), (92, 31.0), (93, 31.0), (120, 8.0)].map(|(index, km)| in_pair(run(index, km), "Red"));
    let mut sessions: Vec<Session> = alike.chain(special).collect();
    sessions[80].heart_rate = HeartRateQuality::Suspect;
    sessions[81].heart_rate = HeartRateQuality::Plausible;
    sessions[82].heart_rate = HeartRateQuality::Missing;
    sessions.push(Session::run("lost", day(121), 0));
    let pains =
        [(70, 1.0), (72, 1.0), (77, 4.0), (79, 6.0)].map(|(index, pain)| crate::athlete::during("knee", index, pain));
    let morning = crate::athlete::morning("shin", 60, 2.0);
    let night = plimsoll_analytics::Pain { is_at_night: true, ..crate::athlete::during("shin", 61, 1.0) };
    let mark = |index| plimsoll_analytics::DayMarks {
        wellness: Some(if index < 80 { around(6.0, index) } else { 2.0 }),
        ..crate::athlete::resting(index, if index < 80 { around(50.0, index) } else { 70.0 })
    };
    let stride = |index| cadence(index, if index < 80 { around(170.0, index) } else { 160.0 }, 3.0);
    let diary = Diary {
        pains: pains.into_iter().chain([morning, night]).collect(),
        marks: (0..90).map(mark).collect(),
        runs: (0..90).map(stride).collect(),
        shoes: vec![pair("Red", Some(100.0), None)],
        ..diary
    };
    with(&sessions, &diary, 125)
}

// "Context on every other flag": that is on load, pain, recovery and mechanics. Of shoes, heart rates and gaps an injury
// says nothing.
#[test]
fn a_previous_injury_is_named_with_every_flag_on_load_or_the_body() {
    let silent = [
        FlagCode::PreviousInjury,
        FlagCode::PlannedSessionSpike,
        FlagCode::ShoeDistance,
        FlagCode::SinglePair,
        FlagCode::HeartRateSuspect,
        FlagCode::NoHeartRate,
        FlagCode::DataGap,
    ];
    let (plain, told) = (everything(Diary::default()), everything(injured(ended(100))));
    assert_eq!(arithmetic(&plain), arithmetic(&told));
    let sentence = " Your injury (left calf) ended on 24 May 2025: recreational runners with a previous injury had a higher \
                    rate of injury in one study (hazard rate ratio 1.72, 95 % CI 1.11–2.66).";
    // A record with a run that has none in the 30 days before it is another one.
    let elsewhere = [FlagCode::PlannedSessionSpike, FlagCode::NoBaseline];
    for code in FlagCode::ALL.iter().filter(|code| !elsewhere.contains(code)) {
        let flags = of(&told, *code);
        assert!(!flags.is_empty(), "{code:?}");
        let is_named = !silent.contains(code);
        for ((_, plain), (_, told)) in of(&plain, *code).iter().zip(&flags) {
            let expected = format!("{}{}", plain.text, if is_named { sentence } else { "" });
            assert_eq!(told.text, expected, "{code:?}");
        }
    }
}

#[test]
fn a_previous_injury_and_novice_status_are_named_with_the_first_run_in_30_days() {
    let sessions = [eights(40), vec![run(85, 8.0)]].concat();
    let first = |diary: Diary| of(&with(&sessions, &diary, 86), FlagCode::NoBaseline).pop().unwrap();
    let (on, plain) = first(Diary::default());
    assert_eq!(on, 85);
    let injured = first(injured(ended(100))).1.text;
    assert!(injured.starts_with(&plain.text) && injured.matches("hazard rate ratio 1.72").count() == 1, "{injured}");
    let novice = first(Diary { is_novice: Some(true), ..Diary::default() }).1.text;
    assert!(novice.starts_with(&plain.text) && novice.matches("Novice runners").count() == 1, "{novice}");
}

// The flags on more running than before say something of novices; that on pain need not.
#[test]
fn novice_status_is_named_with_spikes_and_ramps_alone() {
    let novice = everything(Diary { is_novice: Some(true), ..Diary::default() });
    for flag in &novice.flags {
        let is_on_more = matches!(flag.code, FlagCode::SessionSpike | FlagCode::WeeklyRamp);
        assert_eq!(flag.text.contains("Novice runners"), is_on_more, "{}", flag.text);
    }
}

#[test]
fn a_flag_says_in_what_unit_it_is_what_it_is_about_and_what_it_was_made_from() {
    use FlagCode::*;
    let analysis = everything(injured(ended(100)));
    // Of strain and heart rates there is no bound, and so no unit; the load here is the distance.
    for (code, unit, about, inputs) in [
        (SeeAProfessional, "signs", Some("shin"), "since, noted, days_of_pain days, pain of 10, sign"),
        (PainDuring, "of 10", Some("knee"), "pain_during of 10, allowed of 10, bone"),
        (PainNextMorning, "of 10", Some("shin"), "pain_next_morning of 10, settled of 10, bone"),
        (
            PainRising,
            "of 10",
            Some("knee"),
            "rating, mean_this_week of 10, mean_week_before of 10, ratings_this_week, ratings_week_before",
        ),
        (SessionSpike, "ratio", None, "distance_km km, longest_30d_km km, longest_on, unknown_days days"),
        (WeeklyRamp, "%", None, "week_km km, week_before_km km, three_weeks_before_km km"),
        (
            UnderRecovery,
            "signs",
            None,
            "resting_hr_bpm bpm, resting_hr_bpm_baseline bpm, resting_hr_bpm_z SD, baseline_days days, wellness, \
             wellness_baseline, wellness_z SD, baseline_days days",
        ),
        (LoadRatio, "ratio", None, "acute km, chronic km, acute_days days, chronic_days days, method"),
        (Monotony, "ratio", None, "mean_per_day km, standard_deviation km"),
        (Strain, "", None, "week_load km, monotony, compared_with days"),
        (Returning, "days", None, "first_run_back, days_away days, day days"),
        (RaceRecovery, "days", None, "on, session, distance_km km"),
        (PreviousInjury, "days", Some("left calf"), "first, last"),
        (ShoeDistance, "km", Some("Red"), "distance_km km, limit_km km, runs_without_distance"),
        (SinglePair, "runs", Some("Red"), "runs, window days"),
        (
            MechanicsShift,
            "spm",
            Some("Cadence"),
            "cadence_spm spm, cadence_spm_baseline spm, cadence_spm_z SD, baseline_days days, days_in_a_row days, \
             speed_mps m/s",
        ),
        (HeartRateSuspect, "", None, "on, load_source"),
        (NoHeartRate, "", None, "on, load_source"),
        (DataGap, "days", None, "distance_unknown days, load_unknown days, window days"),
    ] {
        let (_, flag) = of(&analysis, code).pop().unwrap();
        let made: Vec<_> = flag.inputs.iter().map(|input| format!("{} {}", input.name, input.unit)).collect();
        let made = made.iter().map(|input| input.trim_end()).collect::<Vec<_>>().join(", ");
        assert_eq!((flag.unit, flag.about.as_deref(), made.as_str()), (unit, about, inputs), "{code:?}");
    }
    let planned = planned_run(&grid(&eights(40), 40), &Diary::default(), day(80), 12.0, &Parameters::default());
    let first = planned.flag.unwrap();
    assert_eq!((first.code, first.unit, first.about), (NoBaseline, "km", None));
    let names: Vec<_> = first.inputs.iter().map(|input| input.name).collect();
    assert_eq!(names, ["distance_km", "unknown_days", "last_run"]);
}

#[test]
fn a_shift_is_told_once_by_an_analysis_that_goes_on() {
    let runs = (0..40).map(|index| cadence(index, around(170.0, index), 3.0));
    let runs = runs.chain([41, 43, 45, 47].map(|index| cadence(index, 164.0, 3.0))).collect();
    let diary = Diary { runs, ..Diary::default() };
    let anew = keeping(&diary, 60);
    assert_eq!(days(&anew, FlagCode::MechanicsShift), [45, 47]);
    for changed in 44..=48 {
        let mut analysis = anew.clone();
        analysis.update(&grid(&eights(60), 60), &diary, &Parameters::default(), day(changed));
        assert_eq!(analysis, anew, "{changed}");
    }
}

#[test]
fn a_shift_that_may_be_told_at_once_is_still_one_to_a_side() {
    let runs = (0..40).map(|index| cadence(index, around(170.0, index), 3.0)).chain([cadence(45, 164.0, 3.0)]);
    let diary = Diary { runs: runs.collect(), ..Diary::default() };
    let body = BodyParameters { mechanics_runs: 0, ..BodyParameters::default() };
    let parameters = Parameters { body, ..Parameters::default() };
    let analysis = plimsoll_analytics::analyse(&grid(&eights(60), 60), &diary, &parameters);
    assert_eq!(days(&analysis, FlagCode::MechanicsShift), [45]);
}

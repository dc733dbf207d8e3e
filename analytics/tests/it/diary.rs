//! What cannot stand in a diary, and what it says of that.

use plimsoll_analytics::{
    DayMarks, Diary, DiaryError, Hooper, Illness, Injury, Pain, RunForm, Shoe, Side, checked_rpe,
};

use crate::athlete::{during, resting};
use crate::support::day;

fn said(diary: &Diary) -> String {
    diary.check().unwrap_err().to_string()
}

fn marks(marks: &DayMarks) -> Diary {
    Diary { marks: vec![DayMarks { date: day(0), ..marks.clone() }], ..Diary::default() }
}

#[test]
fn an_empty_diary_and_a_full_one_can_be() {
    assert_eq!(Diary::default().check(), Ok(()));
    let full = Diary {
        marks: vec![DayMarks {
            rmssd_ms: Some(60.0),
            hooper: Some(Hooper { fatigue: Some(1), stress: Some(7), soreness: None, sleep: Some(4) }),
            wellness: Some(-3.0),
            ..resting(0, 48.0)
        }],
        pains: vec![during("calf", 0, 10.0), during("calf", 1, 0.0)],
        injuries: vec![Injury::new("calf", day(0), Some(day(0))), Injury::new("calf", day(4), None)],
        illnesses: vec![Illness { first: day(2), last: None }],
        shoes: vec![Shoe { name: "Red".into(), limit_km: Some(800.0), distance_before_km: Some(0.0) }],
        runs: vec![RunForm { session: "a".into(), stance_balance_pct: Some(50.2), ..RunForm::default() }],
        ..Diary::default()
    };
    assert_eq!(full.check(), Ok(()));
}

#[test]
fn ratings_keep_to_their_scales() {
    assert_eq!(checked_rpe(day(0), 10.0), Ok(10.0));
    assert_eq!(
        checked_rpe(day(0), 13.0).unwrap_err().to_string(),
        "2025-09-01: rpe is 13, outside its scale of 0 to 10"
    );
    assert_eq!(checked_rpe(day(0), f64::NAN), Err(DiaryError::NotANumber { date: day(0), field: "rpe" }));
    let pain = |pain: f64| Diary { pains: vec![during("calf", 0, pain)], ..Diary::default() };
    assert_eq!(said(&pain(10.5)), "2025-09-01: pain during is 10.5, outside its scale of 0 to 10");
    assert_eq!(said(&pain(-1.0)), "2025-09-01: pain during is -1, outside its scale of 0 to 10");
    assert_eq!(said(&pain(f64::NAN)), "2025-09-01: pain during is not a number");
    let hooper = Hooper { sleep: Some(8), ..Hooper::default() };
    let hooper = marks(&DayMarks { hooper: Some(hooper), ..DayMarks::default() });
    assert_eq!(said(&hooper), "2025-09-01: sleep is 8, outside its scale of 1 to 7");
}

#[test]
fn marks_are_in_their_units() {
    let rmssd = |rmssd| marks(&DayMarks { rmssd_ms: Some(rmssd), ..DayMarks::default() });
    assert_eq!(said(&rmssd(0.0)), "2025-09-01: rmssd_ms is 0, not above zero");
    assert_eq!(said(&rmssd(60_000.0)), "2025-09-01: rmssd_ms is 60000, more than it can be; is the unit right?");
    assert_eq!(rmssd(1000.0).check(), Ok(()));
    let bpm = |bpm| Diary { marks: vec![resting(0, bpm)], ..Diary::default() };
    assert_eq!(said(&bpm(0.0)), "2025-09-01: resting_hr_bpm is 0, outside its scale of 25 to 250");
    let form = |form: RunForm| Diary { runs: vec![RunForm { date: day(0), ..form }], ..Diary::default() };
    assert_eq!(said(&form(RunForm::default())), "the running form of 2025-09-01 has no session");
    let slow = RunForm { session: "a".into(), cadence_spm: Some(-170.0), ..RunForm::default() };
    assert_eq!(said(&form(slow)), "2025-09-01: cadence_spm is -170, not above zero");
}

#[test]
fn entries_are_named_and_end_after_they_begin() {
    let diary = Diary { injuries: vec![Injury::new("calf", day(3), Some(day(2)))], ..Diary::default() };
    assert_eq!(said(&diary), "the injury calf ends on 2025-09-03, before it begins on 2025-09-04");
    let diary = Diary { illnesses: vec![Illness { first: day(3), last: Some(day(2)) }], ..Diary::default() };
    assert_eq!(said(&diary), "the illness ends on 2025-09-03, before it begins on 2025-09-04");
    let diary = Diary { pains: vec![Pain::at("  ", day(0))], ..Diary::default() };
    assert_eq!(said(&diary), "the pain of 2025-09-01 has no site");
    let shoe = |name: &str, limit_km| Shoe { name: name.into(), limit_km, distance_before_km: None };
    let shoes = |shoes| Diary { shoes, ..Diary::default() };
    assert_eq!(said(&shoes(vec![shoe("Red", Some(-1.0))])), "shoes Red: limit_km is -1, not between 0 and 100000 km");
    assert_eq!(
        said(&shoes(vec![shoe("Red", Some(f64::NAN))])),
        "shoes Red: limit_km is NaN, not between 0 and 100000 km"
    );
    assert_eq!(said(&shoes(vec![shoe("Red", None), shoe(" red", None)])), "two pairs of shoes are named red");
}

#[test]
fn a_hooper_index_needs_all_four_items() {
    let whole = Hooper { fatigue: Some(2), stress: Some(3), soreness: Some(4), sleep: Some(5) };
    assert_eq!(whole.sum(), Some(14));
    assert_eq!(Hooper { sleep: None, ..whole }.sum(), None);
}

#[test]
fn sides_are_named() {
    assert_eq!((Side::Left.as_str(), Side::Right.as_str()), ("left", "right"));
}

#[test]
fn what_is_left_out_of_an_entry_is_not_known_and_a_day_is_never_made_up() {
    let read = |text: &str| toml::from_str::<Diary>(text).map_err(|error| error.message().to_owned());
    let diary = read("[[pains]]\ndate = \"2025-09-01\"\nsite = \"calf\"\n[[marks]]\ndate = \"2025-09-01\"").unwrap();
    assert_eq!(diary.pains, [Pain::at("calf", day(0))]);
    assert_eq!(diary.marks, [DayMarks { date: day(0), ..DayMarks::default() }]);
    assert_eq!(read("").unwrap(), Diary::default());
    assert_eq!(read("[[pains]]\nsite = \"calf\"").unwrap_err(), "missing field `date`");
    assert_eq!(read("[[marks]]\nrmssd_ms = 50.0").unwrap_err(), "missing field `date`");
    assert_eq!(read("[[runs]]\nsession = \"a\"").unwrap_err(), "missing field `date`");
}

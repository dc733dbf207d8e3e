//! Steps of cleaning: what they change, what they leave, and that they can be undone.

use plimsoll_ingest::quality::{Cleaning, clean, restore};
use proptest::prelude::*;

use super::*;

const ALL: Cleaning = Cleaning {
    time_order: true,
    duplicate_samples: true,
    heart_rate_limits: true,
    heart_rate_spikes: true,
    cadence_lock: true,
    heart_rate_from_strap: true,
    speed_spikes: true,
    distance_jumps: true,
};

const NONE: Cleaning = Cleaning {
    time_order: false,
    duplicate_samples: false,
    heart_rate_limits: false,
    heart_rate_spikes: false,
    cadence_lock: false,
    heart_rate_from_strap: false,
    speed_spikes: false,
    distance_jumps: false,
};

/// That two frames have the same columns in the same order with the same types and values.
pub(super) fn assert_same(a: &DataFrame, b: &DataFrame) {
    assert_eq!(a.schema(), b.schema());
    assert!(a.equals_missing(b), "{a} {b}");
}

fn rates_of(frame: &DataFrame, name: &str) -> Vec<Option<u16>> {
    frame.column(name).unwrap().u16().unwrap().iter().collect()
}

pub(super) fn strap(seconds: &[f64], rates: &[u16]) -> Option<DataFrame> {
    let rates = Column::new(schema::HEART_RATE_BPM.into(), rates.to_vec());
    DataFrame::new(seconds.len(), vec![time(seconds), rates]).ok()
}

#[test]
fn impossible_values_and_spikes_become_null_and_the_recorded_ones_stay() {
    let rates = [140, 0, 141, 255, 142, 220, 143, 144].map(Some).to_vec();
    let speeds = vec![3.0, 3.0, 20.0, 3.0, 3.0, 3.0, 3.0, 3.0];
    let activity = run(&seconds(8), vec![heart_rates(rates.clone()), floats(schema::SPEED_MPS, speeds)]);
    let cleaned = clean(&activity, &Cleaning::default());
    let expected = vec![Some(140), None, Some(141), None, Some(142), None, Some(143), Some(144)];
    assert_eq!(rates_of(&cleaned.records, schema::HEART_RATE_BPM), expected);
    assert_eq!(rates_of(&cleaned.records, schema::HEART_RATE_BPM_RAW), rates);
    let steps: Vec<_> = cleaned.steps.iter().map(|step| (step.name, step.samples)).collect();
    assert_eq!(steps, [("heart_rate_limits", 2), ("heart_rate_spikes", 1), ("speed_spikes", 1)]);
    assert_same(&restore(&cleaned.records), &activity.records);
    // Only what is asked for.
    let limits = clean(&activity, &Cleaning { heart_rate_limits: true, ..NONE });
    assert!(limits.records.column(schema::SPEED_MPS_RAW).is_err());
    assert_same(&clean(&activity, &NONE).records, &activity.records);
    // Cleaning what is clean already changes nothing.
    let again = clean(&Activity { records: cleaned.records.clone(), ..activity }, &Cleaning::default());
    assert_same(&again.records, &cleaned.records);
    assert_eq!(again.steps, cleaned.steps);
}

#[test]
fn the_strap_s_memory_fills_what_is_missing_and_nothing_else() {
    let rates = vec![Some(140), None, None, Some(0), None];
    let activity = Activity {
        strap_heart_rate: strap(&[10.0, 14.0, 31.0, 34.5], &[120, 130, 150, 160]),
        ..run(&[0.0, 10.0, 20.0, 30.0, 40.0], vec![heart_rates(rates)])
    };
    let cleaned = clean(&activity, &Cleaning::default());
    // 10 s: measured then. 20 s: the nearest is 6 s away. 30 s: a zero, taken out and filled. 40 s: 5.5 s away.
    let expected = [Some(140), Some(120), None, Some(150), None];
    assert_eq!(rates_of(&cleaned.records, schema::HEART_RATE_BPM), expected);
    assert_same(&restore(&cleaned.records), &activity.records);
}

#[test]
fn a_strap_without_any_heart_rate_in_the_records() {
    let activity = Activity { strap_heart_rate: strap(&[0.0, 1.0], &[120, 121]), ..run(&[0.0, 1.0, 60.0], vec![]) };
    let cleaned = clean(&activity, &Cleaning::default());
    assert_eq!(rates_of(&cleaned.records, schema::HEART_RATE_BPM), [Some(120), Some(121), None]);
    assert_eq!(
        cleaned.steps[0].text,
        "2 heart rates filled in from the strap’s own memory, where the samples had none."
    );
    assert_same(&restore(&cleaned.records), &activity.records);
    // One that measured at other times gives nothing.
    let elsewhere = Activity { strap_heart_rate: strap(&[700.0], &[120]), ..activity };
    assert_same(&clean(&elsewhere, &ALL).records, &elsewhere.records);
}

#[test]
fn rows_in_disorder_are_sorted_and_those_that_stand_twice_are_marked() {
    let activity = run(
        &[0.0, 2.0, 1.0, 3.0, 2.0, 4.0],
        vec![
            heart_rates([140, 142, 141, 143, 142, 144].map(Some).to_vec()),
            floats(schema::DISTANCE_M, vec![0.0, 6.0, 3.0, 9.0, 6.0, 12.0]),
        ],
    );
    let cleaned = clean(&activity, &Cleaning::default());
    let rates = [140, 141, 142, 142, 143, 144].map(Some);
    assert_eq!(rates_of(&cleaned.records, schema::HEART_RATE_BPM), rates);
    let marks = cleaned.records.column(schema::IS_DUPLICATE).unwrap().bool().unwrap().iter().flatten();
    assert_eq!(marks.collect::<Vec<_>>(), [false, false, false, true, false, false]);
    assert_eq!(cleaned.steps.iter().map(|step| step.name).collect::<Vec<_>>(), ["time_order", "duplicate_samples"]);
    assert_same(&restore(&cleaned.records), &activity.records);
}

#[test]
fn a_clock_that_was_set_back_is_no_disorder() {
    let activity =
        run(&[0.0, 10.0, 20.0, 13.0, 23.0], vec![floats(schema::DISTANCE_M, vec![0.0, 30.0, 60.0, 90.0, 120.0])]);
    assert_same(&clean(&activity, &ALL).records, &activity.records);
}

#[test]
fn leaps_are_taken_off_the_distance_when_asked() {
    let metres = vec![0.0, 3.0, 79_000.0, 9.0, 1012.0, 1015.0];
    let activity = run(&seconds(6), vec![floats(schema::DISTANCE_M, metres)]);
    assert_same(&clean(&activity, &Cleaning::default()).records, &activity.records);
    let cleaned = clean(&activity, &ALL);
    let distance: Vec<Option<f64>> =
        cleaned.records.column(schema::DISTANCE_M).unwrap().f64().unwrap().iter().collect();
    assert_eq!(distance, [Some(0.0), Some(3.0), None, Some(9.0), Some(9.0), Some(12.0)]);
    assert_same(&restore(&cleaned.records), &activity.records);
}

/// Numbers as they come out of damaged files.
fn numbers() -> impl Strategy<Value = Option<f64>> {
    proptest::option::weighted(
        0.9,
        prop_oneof![0.0..30.0_f64, Just(f64::NAN), Just(f64::INFINITY), Just(-1e300), Just(65_535.0), Just(-0.0)],
    )
}

proptest! {
    #[test]
    fn what_was_cleaned_can_be_restored(
        drawn in proptest::collection::vec(
            (proptest::option::weighted(0.9, 0_i64..90), proptest::option::of(prop_oneof![Just(0_u16), 120..200_u16, Just(255)]),
             numbers(), numbers(), numbers()),
            0..120,
        ),
        columns in proptest::collection::vec(proptest::bool::ANY, 4),
        strap_at in proptest::collection::vec(0.0..90.0_f64, 0..20),
    ) {
        let times: Vec<Option<i64>> = drawn.iter().map(|row| row.0.map(|second| START_MS + 1000 * second)).collect();
        let time = Column::new(schema::TIME.into(), times)
            .cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))).unwrap();
        let all = [
            heart_rates(drawn.iter().map(|row| row.1).collect()),
            Column::new(schema::SPEED_MPS.into(), drawn.iter().map(|row| row.2).collect::<Vec<_>>()),
            Column::new(schema::DISTANCE_M.into(), drawn.iter().map(|row| row.3).collect::<Vec<_>>()),
            Column::new(schema::CADENCE_SPM.into(), drawn.iter().map(|row| row.4).collect::<Vec<_>>()),
        ];
        let kept = all.into_iter().zip(columns).filter(|(_, kept)| *kept).map(|(column, _)| column);
        let records = DataFrame::new(drawn.len(), std::iter::once(time).chain(kept).collect()).unwrap();
        let activity = Activity {
            strap_heart_rate: strap(&strap_at, &vec![150; strap_at.len()]),
            records,
            ..run(&[], vec![])
        };
        for cleaning in [ALL, Cleaning::default()] {
            let cleaned = clean(&activity, &cleaning);
            assert_same(&restore(&cleaned.records), &activity.records);
            let changes = cleaned.records.schema() != activity.records.schema();
            prop_assert_eq!(changes, !cleaned.steps.is_empty());
            let again = clean(&Activity { records: cleaned.records.clone(), ..activity.clone() }, &cleaning);
            assert_same(&again.records, &cleaned.records);
            let _ = examine(&Activity { records: cleaned.records, ..activity.clone() });
        }
    }
}

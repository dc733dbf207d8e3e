//! One load for every activity, and where it comes from.

use plimsoll_analytics::{
    ActivitySummary, HeartRateQuality, LEAST_FOR_A_MEDIAN, Load, LoadScales, LoadSource, Loaded, NoLoad, loads,
};
use proptest::prelude::*;

use crate::support::close;

/// An activity of so many minutes, with a TRIMP and a session RPE load where given.
fn summary(minutes: f64, trimp: Option<f64>, rpe_load: Option<f64>) -> ActivitySummary {
    ActivitySummary {
        timer_time_s: Some(60.0 * minutes),
        trimp,
        session_rpe_load: rpe_load,
        ..ActivitySummary::default()
    }
}

fn of(activities: &[(&str, ActivitySummary)]) -> Vec<Result<Load, NoLoad>> {
    let heart_rate = HeartRateQuality::Plausible;
    let activities: Vec<Loaded<'_>> =
        activities.iter().map(|(sport, summary)| Loaded { sport, summary, heart_rate }).collect();
    loads(&activities)
}

/// Five runs of an hour: TRIMP 60, 70, 80, 90 and 100 (1 to 1.67 a minute), session RPE load 240.
fn runs() -> Vec<(&'static str, ActivitySummary)> {
    [60.0, 70.0, 80.0, 90.0, 100.0].map(|trimp| ("running", summary(60.0, Some(trimp), Some(240.0)))).to_vec()
}

#[test]
fn heart_rate_then_rating_then_duration() {
    let mut activities = runs();
    activities.push(("running", summary(30.0, None, Some(120.0))));
    activities.push(("running", summary(30.0, None, None)));
    activities.push(("rowing", summary(30.0, None, Some(60.0))));
    activities.push(("rowing", summary(30.0, None, None)));
    activities.push(("running", ActivitySummary::default()));
    let loads = of(&activities);
    assert_eq!(loads[0], Ok(Load { trimp: 60.0, source: LoadSource::Trimp }));
    // The median of TRIMP per unit is 80 ÷ 240, per minute 80 ÷ 60.
    let [rated, timed, rowed] = [5, 6, 7].map(|index| loads[index].unwrap());
    close(rated.trimp, 40.0, 1e-9);
    close(timed.trimp, 40.0, 1e-9);
    close(rowed.trimp, 20.0, 1e-9);
    assert_eq!(
        [rated.source, timed.source, rowed.source],
        [LoadSource::SessionRpe, LoadSource::Duration, LoadSource::SessionRpe]
    );
    // Nobody knows what a minute of rowing comes to.
    assert_eq!(loads[8], Err(NoLoad::TooFewOthers { have: 0 }));
    assert_eq!(loads[9], Err(NoLoad::NothingKnown));
}

// What looks wrong is no load: the next source stands in, and the medians are made without it.
#[test]
fn a_suspect_heart_rate_is_passed_over() {
    let mut activities = runs();
    activities.push(("running", summary(30.0, Some(500.0), Some(120.0))));
    activities.push(("running", summary(30.0, Some(500.0), None)));
    let suspect = |index: usize| if index < 5 { HeartRateQuality::Plausible } else { HeartRateQuality::Suspect };
    let loaded: Vec<Loaded<'_>> = (0..)
        .zip(&activities)
        .map(|(index, (sport, summary))| Loaded { sport, summary, heart_rate: suspect(index) })
        .collect();
    let found = loads(&loaded);
    assert_eq!(found[4], Ok(Load { trimp: 100.0, source: LoadSource::Trimp }));
    let [rated, timed] = [5, 6].map(|index| found[index].unwrap());
    close(rated.trimp, 40.0, 1e-9);
    close(timed.trimp, 40.0, 1e-9);
    assert_eq!([rated.source, timed.source], [LoadSource::SessionRpe, LoadSource::Duration]);
    let alone = [Loaded { heart_rate: HeartRateQuality::Suspect, ..loaded[0] }];
    assert_eq!(loads(&alone), [Err(NoLoad::TooFewOthers { have: 0 })]);
}

#[test]
fn too_few_others_are_no_median() {
    let mut activities = runs();
    activities.truncate(LEAST_FOR_A_MEDIAN - 1);
    activities.push(("running", summary(30.0, None, Some(120.0))));
    let last = of(&activities).pop().unwrap();
    assert_eq!(last, Err(NoLoad::TooFewOthers { have: 4 }));
    assert_eq!(last.unwrap_err().to_string(), "5 activities with a TRIMP are needed to compare with, and there are 4");
    assert!(of(&[]).is_empty());
}

#[test]
fn a_rating_of_rest_is_a_load_of_nothing() {
    let mut activities = runs();
    activities.push(("running", summary(30.0, None, Some(0.0))));
    assert_eq!(of(&activities).pop().unwrap(), Ok(Load { trimp: 0.0, source: LoadSource::SessionRpe }));
}

#[test]
fn scales_are_medians_and_of_how_many() {
    let scales = |activities: &[(&str, ActivitySummary)]| {
        let heart_rate = HeartRateQuality::Plausible;
        LoadScales::of(activities.iter().map(|(sport, summary)| Loaded { sport, summary, heart_rate }))
    };
    let mut activities = runs();
    let of_five = scales(&activities);
    // 80 of 60, 70, 80, 90 and 100, over 240 units and 60 minutes.
    assert_eq!(of_five.per_rpe_unit, Some((80.0 / 240.0, 5)));
    assert_eq!(of_five.per_minute["running"], (80.0 / 60.0, 5));
    // Between the third and the fourth of six; a rating of rest has no TRIMP per unit.
    activities.push(("running", summary(60.0, Some(120.0), Some(0.0))));
    let of_six = scales(&activities);
    assert_eq!(of_six.per_rpe_unit, Some((80.0 / 240.0, 5)));
    let (per_minute, count) = of_six.per_minute["running"];
    close(per_minute, 85.0 / 60.0, 1e-12);
    assert_eq!(count, 6);
}

#[test]
fn sources_have_names() {
    let sources = [LoadSource::Trimp, LoadSource::SessionRpe, LoadSource::Duration];
    assert_eq!(sources.map(LoadSource::name), ["trimp", "session_rpe", "duration"]);
    assert_eq!(sources.map(LoadSource::as_str), ["heart rate", "session RPE", "duration"]);
}

proptest! {
    #[test]
    fn the_order_does_not_matter_and_scaling_every_trimp_scales_every_load(
        values in prop::collection::vec((1.0..200.0_f64, prop::option::of(1.0..300.0_f64), prop::option::of(0.0..900.0_f64)), 1..30),
        factor in 0.1..10.0_f64,
    ) {
        let make = |factor: f64| -> Vec<(&str, ActivitySummary)> {
            values.iter().map(|(min, trimp, rpe)| ("running", summary(*min, trimp.map(|t| t * factor), *rpe))).collect()
        };
        let plain = of(&make(1.0));
        let mut turned = make(1.0);
        turned.reverse();
        let mut back = of(&turned);
        back.reverse();
        prop_assert_eq!(&plain, &back);
        for (plain, scaled) in plain.iter().zip(of(&make(factor))) {
            match (plain, scaled) {
                (Ok(plain), Ok(scaled)) => {
                    prop_assert_eq!(plain.source, scaled.source);
                    prop_assert!((plain.trimp * factor - scaled.trimp).abs() <= 1e-9 * scaled.trimp.max(1.0));
                }
                (plain, scaled) => prop_assert_eq!(*plain, scaled),
            }
        }
    }
}

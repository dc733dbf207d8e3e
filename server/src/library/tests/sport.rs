//! Changing the sport, and everything that rests on it.

use super::*;

/// Half an hour at 14 m/s, which nobody runs, in a file that says it was a run.
fn fast() -> Vec<u8> {
    let mut recording = run(1, 6.0, true);
    for (sample, step) in recording.samples.iter_mut().zip(0_u32..) {
        (sample.distance_m, sample.speed_mps) = (None, None);
        sample.position = Some((40.0 + f64::from(step) * 70.0 / 111_320.0, 12.0));
    }
    encode::gpx(&recording).into_bytes()
}

#[tokio::test]
async fn numbers_and_records_follow_the_sport_and_come_back_with_it() {
    let bench = Bench::new().await;
    let (import, _) = bench.import(vec![("ride.gpx", fast())]).await;
    let state = async || {
        let activity = bench.activities().await.remove(0);
        let _ = bench.library.track(&activity).await.unwrap();
        let frame = bench.library.blobs.get(&crate::blobs::frame_key(&activity.records_key, &activity.sport)).await;
        (activity.summary, activity.findings, activity.cleaning, activity.run_kind, frame.unwrap().unwrap())
    };
    let id = bench.activities().await.remove(0).id;
    let first = state().await;
    assert_eq!(first.0.distance_m, None);
    assert!(first.1.to_string().contains("distance of the samples"), "{}", first.1);

    assert!(bench.library.set_sport(&bench.athlete, &id, "cycling").await.unwrap());
    let ride = state().await;
    assert!(ride.0.distance_m.is_some_and(|metres| metres > 1000.0), "{:?}", ride.0);
    assert!(!ride.1.to_string().contains("distance of the samples"), "{}", ride.1);

    // What is worked out or read anew for other reasons leaves the choice as it is.
    bench.library.summarise_again(&bench.athlete).await.unwrap();
    assert_eq!(state().await, ride);
    bench.undo(&import).await;
    bench.import(vec![("again.gpx", fast())]).await;
    assert_eq!(state().await, ride);

    assert!(bench.library.set_sport(&bench.athlete, &id, "running").await.unwrap());
    assert_eq!(state().await, first);
    assert!(!bench.library.set_sport(&bench.athlete, "nothing", "running").await.unwrap());
}

#[tokio::test]
async fn a_copy_stays_a_copy_when_the_kept_one_is_told_another_sport() {
    let bench = Bench::new().await;
    bench.import(vec![("watch.fit", rich(1)), ("copy.gpx", poor(1))]).await;
    let kept = bench.activities().await.remove(0);
    assert!(bench.library.set_sport(&bench.athlete, &kept.id, "cycling").await.unwrap());
    let [ride] = bench.activities().await.try_into().unwrap();
    assert_eq!((ride.id, ride.sport.as_str()), (kept.id, "cycling"));
}

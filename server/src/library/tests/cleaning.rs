//! Samples cleaned, as they were recorded, and back.

use super::*;

/// A run at 140 beats per minute with one sample of 200.
pub(super) fn spiked() -> Vec<u8> {
    let mut recording = run(1, 6.0, true);
    recording.samples[100].heart_rate_bpm = Some(200);
    encode::gpx(&recording).into_bytes()
}

#[tokio::test]
async fn what_looks_wrong_is_left_out_until_a_person_wants_it_as_it_was_recorded() {
    let bench = Bench::new().await;
    bench.import(vec![("run.gpx", spiked())]).await;
    let highest = async || {
        let activity = bench.activities().await.remove(0);
        let track = bench.library.track(&activity).await.unwrap();
        let drawn = track.heart_rate_bpm.iter().flatten().copied().fold(0.0, f64::max);
        // Charts draw means of some seconds: the spike shows in one of them.
        (activity.summary.max_heart_rate_bpm, drawn > 150.0)
    };
    let cleaned = bench.activities().await.remove(0);
    assert_eq!(cleaned.findings[0]["code"], "heart_rate_suspect", "{}", cleaned.findings);
    assert_eq!(cleaned.cleaning[0]["samples"], 1, "{}", cleaned.cleaning);
    assert_eq!(highest().await, (Some(140.0), false));

    assert!(bench.library.set_as_recorded(&bench.athlete, &cleaned.id, true).await.unwrap());
    assert_eq!(highest().await, (Some(200.0), true));
    // What is worked out anew for other reasons leaves the choice as it is.
    bench.library.summarise_again(&bench.athlete).await.unwrap();
    assert_eq!(highest().await, (Some(200.0), true));

    assert!(bench.library.set_as_recorded(&bench.athlete, &cleaned.id, false).await.unwrap());
    assert_eq!(highest().await, (Some(140.0), false));
    assert!(!bench.library.set_as_recorded(&bench.athlete, "nothing", true).await.unwrap());
}

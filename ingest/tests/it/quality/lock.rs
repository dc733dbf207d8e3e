//! Heart rate that locks to the cadence, and heart rate that only happens to be close to it.

use plimsoll_ingest::quality::FindingKind;

use super::*;

/// A run of `cadence`s and `rates`, one a second.
fn found_rows(cadence: &[f64], rates: &[f64]) -> Vec<(usize, usize)> {
    let rates = rates.iter().map(|rate| Some(rate.round() as u16)).collect();
    let columns = vec![heart_rates(rates), floats(schema::CADENCE_SPM, cadence.to_vec())];
    let activity = run(&seconds(cadence.len()), columns);
    found(&activity, FindingKind::HeartRateCadenceLock).map(|finding| rows(&finding)).unwrap_or_default()
}

/// The cadence of a watch: even, with noise in steps of two, and slow changes of this size.
fn cadence(samples: usize, level: f64, swing: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise(seed);
    let mut wander = 0.0;
    (0..samples)
        .map(|second| {
            wander = 0.9 * wander + noise.next(0.8);
            let slow = swing * (second as f64 / 13.0).sin();
            2.0 * ((level + slow + wander) / 2.0).round()
        })
        .collect()
}

/// A heart rate around a level that drifts, with the noise of a heart, independent of any cadence.
fn heart(samples: usize, level: f64, drift: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise(seed);
    let mut wander = 0.0;
    (0..samples)
        .map(|second| {
            wander = 0.97 * wander + noise.next(0.5);
            level + drift * second as f64 / samples as f64 + wander
        })
        .collect()
}

/// What a sensor shows that is locked from `from` to `to`: the steps, a little late and smooth.
fn lock(rates: &mut [f64], cadence: &[f64], share: f64, locked: std::ops::Range<usize>) {
    for second in locked {
        let late = &cadence[second.saturating_sub(3)..=second];
        rates[second] = share * late.iter().sum::<f64>() / late.len() as f64;
    }
}

fn overlap(found: &[(usize, usize)], locked: std::ops::Range<usize>) -> f64 {
    let inside = |(from, to): &(usize, usize)| (locked.end.min(to + 1)).saturating_sub(locked.start.max(*from));
    found.iter().map(inside).sum::<usize>() as f64 / locked.len() as f64
}

#[test]
fn a_sensor_that_steps_onto_the_cadence_and_off_again() {
    for seed in 0..20 {
        let cadence = cadence(1800, 172.0, 0.0, seed);
        let mut rates = heart(1800, 138.0, 6.0, 100 + seed);
        lock(&mut rates, &cadence, 1.0, 600..1000);
        let found = found_rows(&cadence, &rates);
        assert!(overlap(&found, 600..1000) > 0.95, "{seed}: {found:?}");
        assert!(overlap(&found, 0..590) == 0.0 && overlap(&found, 1010..1800) == 0.0, "{seed}: {found:?}");
    }
}

#[test]
fn a_sensor_that_counts_one_foot() {
    for seed in 0..20 {
        let cadence = cadence(1200, 168.0, 0.0, seed);
        let mut rates = heart(1200, 145.0, 6.0, 200 + seed);
        lock(&mut rates, &cadence, 0.5, 300..700);
        let found = found_rows(&cadence, &rates);
        assert!(overlap(&found, 300..700) > 0.95, "{seed}: {found:?}");
    }
}

#[test]
fn a_sensor_that_is_locked_all_the_time_follows_the_changes() {
    for seed in 0..20 {
        let cadence = cadence(1800, 170.0, 5.0, seed);
        let mut rates = heart(1800, 150.0, 0.0, 300 + seed);
        lock(&mut rates, &cadence, 1.0, 0..1800);
        let found = found_rows(&cadence, &rates);
        assert!(overlap(&found, 0..1800) > 0.95, "{seed}: {found:?}");
    }
}

#[test]
fn a_heart_that_happens_to_beat_as_fast_as_the_feet_step() {
    for seed in 0..60 {
        let swing = f64::from(u32::try_from(seed % 5).unwrap());
        let cadence = cadence(1800, 170.0, swing, seed);
        for (level, drift) in [(170.0, 0.0), (166.0, 8.0), (172.0, -4.0)] {
            let found = found_rows(&cadence, &heart(1800, level, drift, 400 + seed));
            assert_eq!(found, [], "{seed} {level}");
        }
    }
}

#[test]
fn intervals_that_take_the_heart_to_the_cadence() {
    for seed in 0..50 {
        let mut noise = Noise(seed);
        let (mut beat, mut cadences, mut rates) = (120.0, vec![], vec![]);
        for second in 0..2400 {
            let is_fast = second % 300 < 180;
            let (steps, goal) = if is_fast { (176.0, 176.0) } else { (160.0, 125.0) };
            // A heart closes a fortieth of what is missing every second; at first it is faster than anybody's.
            beat += (goal - beat) / 25.0 + noise.next(0.4);
            cadences.push(2.0 * ((steps + noise.next(1.5)) / 2.0_f64).round());
            rates.push(beat);
        }
        assert_eq!(found_rows(&cadences, &rates), [], "{seed}");
    }
}

#[test]
fn a_sensor_that_finds_the_heart_late() {
    // For five minutes it shows 95, then what the heart does: 170, as the feet do.
    for seed in 0..50 {
        let mut rates = heart(1800, 170.0, 0.0, seed);
        rates[..300].fill(95.0);
        assert_eq!(found_rows(&cadence(1800, 170.0, 2.0, 500 + seed), &rates), [], "{seed}");
    }
}

#[test]
fn a_ride_has_no_steps() {
    let cadence = cadence(1800, 170.0, 5.0, 1);
    let columns = vec![
        heart_rates(cadence.iter().map(|rate| Some(*rate as u16)).collect()),
        floats(schema::CADENCE_SPM, cadence),
    ];
    let mut ride = run(&seconds(1800), columns);
    assert!(found(&ride, FindingKind::HeartRateCadenceLock).is_some());
    ride.sport = Sport::CrossTraining("cycling".to_owned());
    assert_eq!(found(&ride, FindingKind::HeartRateCadenceLock), None);
}

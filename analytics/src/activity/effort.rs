//! Speed against heart rate: efficiency factor and decoupling.

/// A runner in motion: speed in m/s, heart rate in beats per minute, and the seconds that they hold for.
pub type EffortPiece = (f64, f64, f64);

fn known(pieces: &[EffortPiece]) -> impl Iterator<Item = EffortPiece> + '_ {
    pieces.iter().copied().filter(|(speed, bpm, seconds)| {
        speed.is_finite() && bpm.is_finite() && *bpm > 0.0 && seconds.is_finite() && *seconds > 0.0
    })
}

/// Efficiency factor: mean speed in metres per minute ÷ mean heart rate in beats per minute, over the pieces that have
/// both. `None` without any.
///
/// With grade-adjusted speed it can be compared between steady runs on different ground. A practitioners' measure;
/// that it follows fitness is not proven, and a lower heart rate at the same speed can also be a sign of too much.
#[must_use]
pub fn efficiency_factor(pieces: &[EffortPiece]) -> Option<f64> {
    let (mut way_m, mut beats) = (0.0, 0.0);
    for (speed, bpm, seconds) in known(pieces) {
        way_m += speed * seconds;
        beats += bpm * seconds / 60.0;
    }
    Some(way_m / beats).filter(|factor| factor.is_finite())
}

/// How much the speed varies from minute to minute, per cent: the coefficient of variation (population standard deviation
/// ÷ mean) of the mean speeds of whole minutes of the pieces that have both, the first `warm_up_s` seconds left out. `None`
/// with fewer than two such minutes, or without speed.
///
/// Efficiency and decoupling speak of steady runs, and no source says what steady is: the measure and its bound in a
/// summary (15 % after 10 minutes) are ours. Of two minutes hard and two easy it is 30 % and more.
#[must_use]
pub fn speed_variation_pct(pieces: &[EffortPiece], warm_up_s: f64) -> Option<f64> {
    const MINUTE_S: f64 = 60.0;
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let mut add = |speed: f64, minutes: f64| {
        let off = speed - mean;
        count += minutes;
        mean += off * minutes / count;
        squares += minutes * off * (speed - mean);
    };
    let mut warm_up_left_s = warm_up_s;
    // The minute that has begun: metres and seconds.
    let (mut way_m, mut held_s) = (0.0, 0.0);
    for (speed, _, seconds) in known(pieces) {
        let skipped_s = seconds.min(warm_up_left_s.max(0.0));
        warm_up_left_s -= skipped_s;
        let mut left_s = seconds - skipped_s;
        if held_s > 0.0 {
            let step_s = left_s.min(MINUTE_S - held_s);
            (way_m, held_s, left_s) = (way_m + speed * step_s, held_s + step_s, left_s - step_s);
            if held_s < MINUTE_S {
                continue;
            }
            add(way_m / held_s, 1.0);
        }
        // A piece may be longer than a minute, and is as many of one speed.
        let whole = (left_s / MINUTE_S).floor();
        if whole > 0.0 {
            add(speed, whole);
        }
        held_s = left_s - whole * MINUTE_S;
        way_m = speed * held_s;
    }
    let percent = 100.0 * (squares / count).max(0.0).sqrt() / mean;
    (count >= 2.0 && percent.is_finite()).then_some(percent)
}

/// Aerobic decoupling, per cent: 100 × (r₁ − r₂) ÷ r₁ with r = mean speed ÷ mean heart rate in the first and the
/// second half of the time. Above zero: speed fell against heart rate. `None` without any piece that has both, or
/// without speed in the first half.
///
/// Source: GoldenCheetah, `AerobicDecoupling.cpp`, which halves the samples with a heart rate by their number; they are
/// a second apart there, so that halving the time is the same and does not depend on the spacing.
#[must_use]
pub fn decoupling_pct(pieces: &[EffortPiece]) -> Option<f64> {
    let half_s = known(pieces).map(|(_, _, seconds)| seconds).sum::<f64>() / 2.0;
    let mut halves = [(0.0, 0.0); 2];
    let mut left_s = half_s;
    for (speed, bpm, seconds) in known(pieces) {
        let first_s = seconds.min(left_s);
        left_s -= first_s;
        for ((way, beats), seconds) in halves.iter_mut().zip([first_s, seconds - first_s]) {
            *way += speed * seconds;
            *beats += bpm * seconds;
        }
    }
    let [first, second] = halves.map(|(way, beats)| way / beats);
    Some(100.0 * (first - second) / first).filter(|percent| percent.is_finite())
}

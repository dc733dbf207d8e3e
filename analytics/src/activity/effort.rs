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

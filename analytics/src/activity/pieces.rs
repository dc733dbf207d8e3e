//! Values that each hold for some time, and means over windows of it, exact for any spacing of the samples.

/// A value and the seconds that it holds for (above zero).
pub(super) type Piece = (f64, f64);

/// Pieces with a known value and a time above zero.
pub(super) fn pieces<'a>(values: &'a [f64], duration_s: &'a [f64]) -> impl Iterator<Item = Piece> + 'a {
    let all = values.iter().copied().zip(duration_s.iter().copied());
    all.filter(is_known)
}

/// Whether value and time are finite, and the time above zero.
pub(super) fn is_known(piece: &Piece) -> bool {
    piece.0.is_finite() && piece.1.is_finite() && piece.1 > 0.0
}

/// A stretch of time over which the mean of the window that ends there goes from one value to another in a straight
/// line.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeanStretch {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) seconds: f64,
}

/// Follows the mean of the last `window_s` seconds from the end of the first whole window on. Nothing when the pieces
/// are shorter than one window. As the values are steps, the mean is a broken line; its stretches are given in
/// order. Time: linear in the number of pieces.
pub(super) fn trailing_means(pieces: &[Piece], window_s: f64, mut stretch: impl FnMut(MeanStretch)) {
    let next = |index: usize| pieces.get(index).copied().unwrap_or((0.0, 0.0));
    let (mut lead, mut lag) = (0, 0);
    let ((mut lead_value, mut lead_left), (mut lag_value, mut lag_left)) = (next(0), next(0));
    let (mut sum, mut missing_s) = (0.0, window_s);
    while missing_s > 0.0 {
        if lead >= pieces.len() {
            return;
        }
        let step = lead_left.min(missing_s);
        sum += step * lead_value;
        missing_s -= step;
        lead_left -= step;
        if lead_left <= 0.0 {
            lead += 1;
            (lead_value, lead_left) = next(lead);
        }
    }
    let mut from = sum / window_s;
    if lead >= pieces.len() {
        stretch(MeanStretch { from, to: from, seconds: 0.0 });
    }
    while lead < pieces.len() && lag < pieces.len() {
        let step = lead_left.min(lag_left);
        sum += step * (lead_value - lag_value);
        let to = sum / window_s;
        stretch(MeanStretch { from, to, seconds: step });
        from = to;
        lead_left -= step;
        lag_left -= step;
        if lead_left <= 0.0 {
            lead += 1;
            (lead_value, lead_left) = next(lead);
        }
        if lag_left <= 0.0 {
            lag += 1;
            (lag_value, lag_left) = next(lag);
        }
    }
}

/// Mean of the fourth powers of the trailing mean over `window_s`, to the power of ¼. `None` when there is no whole
/// window.
pub(super) fn power_mean_4(pieces: &[Piece], window_s: f64) -> Option<f64> {
    let (mut sum, mut seconds, mut only) = (0.0, 0.0, None);
    trailing_means(pieces, window_s, |MeanStretch { from: a, to: b, seconds: step }| {
        // ∫ over a straight line of its fourth power.
        sum += step * (a.powi(4) + a.powi(3) * b + a * a * b * b + a * b.powi(3) + b.powi(4)) / 5.0;
        seconds += step;
        only = only.or(Some(a));
    });
    let mean = if seconds > 0.0 { (sum / seconds).powf(0.25) } else { only? };
    Some(mean).filter(|mean| mean.is_finite())
}

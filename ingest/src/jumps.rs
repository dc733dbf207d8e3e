//! Jumps of a position: legs that nobody covers on foot, left out of a distance that is added up from positions.

use crate::{Notice, NoticeCode};

/// Faster than this nobody runs, metres per second: a sprinter's top speed.
pub const FASTEST_RUN_MPS: f64 = 12.5;
/// A position may be off by this without being a jump, metres.
pub(crate) const NOISE_M: f64 = 30.0;

/// Legs that were left out.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Jumps {
    /// How many.
    pub(crate) count: u64,
    /// Their length together, metres.
    pub(crate) metres: f64,
}

impl Jumps {
    /// The notice about them; `None` when there are none.
    pub(crate) fn notice(self, place: &str) -> Option<Notice> {
        let Self { count, metres } = self;
        (count > 0).then(|| {
            let legs = if count == 1 { "One leg is".to_owned() } else { format!("{count} legs are") };
            let km = metres / 1000.0;
            let text = format!(
                "{legs} faster than anybody runs (a jump of the position); {km:.1} km were left out of the distance."
            );
            Notice::new(NoticeCode::ImpossibleValue, place, text)
        })
    }
}

/// Takes the legs that nobody covers on foot out of `along_m`, the distance since the start at each sample in metres.
/// `time_ms` are the samples' times; a leg without both times is kept.
pub(crate) fn leave_out_jumps(along_m: &mut [f64], time_ms: impl Iterator<Item = Option<i64>>) -> Jumps {
    let mut jumps = Jumps::default();
    let (mut before_m, mut before_ms) = (along_m.first().copied().unwrap_or(0.0), None);
    for (along, now_ms) in along_m.iter_mut().zip(time_ms) {
        let leg_m = *along - before_m;
        before_m = *along;
        if let (Some(before), Some(now)) = (before_ms, now_ms) {
            let seconds = (i64::saturating_sub(now, before) as f64 / 1000.0).max(0.0);
            if leg_m > FASTEST_RUN_MPS * seconds + NOISE_M {
                jumps.count += 1;
                jumps.metres += leg_m;
            }
        }
        before_ms = now_ms.or(before_ms);
        *along -= jumps.metres;
    }
    jumps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(step_s: i64) -> impl Iterator<Item = Option<i64>> {
        (0..).map(move |sample: i64| Some(sample * step_s * 1000))
    }

    #[test]
    fn there_and_back_of_a_jump_are_left_out() {
        let mut along = [0.0, 3.0, 110_003.0, 220_003.0, 220_006.0];
        let jumps = leave_out_jumps(&mut along, times(1));
        assert_eq!((jumps.count, jumps.metres), (2, 220_000.0));
        assert_eq!(along, [0.0, 3.0, 3.0, 3.0, 6.0]);
    }

    #[test]
    fn noise_and_gaps_in_time_are_no_jumps() {
        let mut along = [0.0, 40.0, 43.0, 46.0];
        assert_eq!(leave_out_jumps(&mut along, times(1)), Jumps::default());
        let mut along = [0.0, 700.0];
        assert_eq!(leave_out_jumps(&mut along, times(60)), Jumps::default());
    }
}

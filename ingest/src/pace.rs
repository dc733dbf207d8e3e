//! What speed and cadence say about the sport when nothing else does.

use crate::{RunKind, Sport};

/// Moving slower than this is standing, metres per second.
pub(crate) const STANDING_MPS: f64 = 0.5;
/// Mean moving speeds that look like running, metres per second (9:16 to 2:47 min/km).
const RUNNING_MPS: std::ops::RangeInclusive<f64> = 1.8..=6.0;
/// Faster than this no runner runs for long, metres per second.
const RIDING_MPS: f64 = 7.0;
/// Share of the way that may be faster than that all the same, for positions jump.
const RIDING_SHARE: f64 = 0.1;
/// Nor so fast on end for this long, in at least so many legs (a single long one may be a jump), seconds. Slow rides in
/// the mountains are found by their descents.
const RIDING_ON_END_S: f64 = 30.0;
const RIDING_ON_END_LEGS: u32 = 5;
/// Less moving time than this proves nothing, seconds.
const ENOUGH_S: f64 = 60.0;

/// What a track's legs say about its speed; legs that stand still are left out.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Pace {
    moving_s: f64,
    moving_m: f64,
    riding_m: f64,
    on_end_s: f64,
    on_end_legs: u32,
    rode_on_end: bool,
}

impl Pace {
    /// Takes a leg of `leg_m` metres in `leg_s` seconds.
    pub(crate) fn take(&mut self, leg_s: f64, leg_m: f64) {
        if leg_s > 0.0 {
            if leg_m > RIDING_MPS * leg_s {
                self.on_end_s += leg_s;
                self.on_end_legs += 1;
                self.rode_on_end |= self.on_end_s >= RIDING_ON_END_S && self.on_end_legs >= RIDING_ON_END_LEGS;
            } else {
                (self.on_end_s, self.on_end_legs) = (0.0, 0);
            }
        }
        if leg_s > 0.0 && leg_m > STANDING_MPS * leg_s {
            self.moving_s += leg_s;
            self.moving_m += leg_m;
            if leg_m > RIDING_MPS * leg_s {
                self.riding_m += leg_m;
            }
        }
    }

    /// Mean speed while moving, metres per second; 0 when nothing moves.
    pub(crate) fn mean_mps(&self) -> f64 {
        if self.moving_s > 0.0 { self.moving_m / self.moving_s } else { 0.0 }
    }

    /// The sport it looks like: running, or nobody knows.
    pub(crate) fn sport(&self) -> Sport {
        let long_enough = self.moving_s >= ENOUGH_S;
        let rode = self.rode_on_end || self.riding_m > RIDING_SHARE * self.moving_m;
        if long_enough && RUNNING_MPS.contains(&self.mean_mps()) && !rode {
            Sport::Running(RunKind::Generic)
        } else {
            Sport::Unknown
        }
    }
}

/// Factor from the written cadence to `cadence_spm` on foot: 2 when the values count one foot, 1 when they count both.
///
/// Garmin's extension counts one foot (80–95 when running); some writers put both feet there (160–190). Between the
/// two lies a gap that hardly anybody runs in, so the median of the values above zero tells them apart; walkers take
/// fewer steps, so their limit is lower.
pub(crate) fn steps_per_count(sport: &Sport, cadences: &[f64]) -> f64 {
    let limit = if sport.is_run() { 130.0 } else { 80.0 };
    let mut moving: Vec<f64> = cadences.iter().copied().filter(|cadence| *cadence > 0.0).collect();
    if moving.is_empty() {
        return 1.0;
    }
    let middle = moving.len() / 2;
    let (_, median, _) = moving.select_nth_unstable_by(middle, f64::total_cmp);
    if *median < limit { 2.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{Pace, steps_per_count};
    use crate::{RunKind, Sport};

    #[test]
    fn only_running_speeds_look_like_running() {
        let looks = |legs: &[(f64, f64)]| {
            let mut pace = Pace::default();
            legs.iter().for_each(|(leg_s, leg_m)| pace.take(*leg_s, *leg_m));
            pace.sport()
        };
        let run = Sport::Running(RunKind::Generic);
        assert_eq!(looks(&[(600.0, 1_800.0)]), run);
        assert_eq!(looks(&[(600.0, 1_800.0), (900.0, 100.0)]), run);
        assert_eq!(looks(&[(600.0, 800.0)]), Sport::Unknown);
        assert_eq!(looks(&[(600.0, 5_000.0)]), Sport::Unknown);
        assert_eq!(looks(&[(10.0, 30.0)]), Sport::Unknown);
        // Up slowly and down fast is a mountain bike.
        assert_eq!(looks(&[(600.0, 1_200.0), (60.0, 600.0)]), Sport::Unknown);
        // So is one that hardly ever comes down; a jump of the position is none.
        let descent = [vec![(1800.0, 5_000.0)], vec![(5.0, 40.0); 7]].concat();
        assert_eq!(looks(&descent), Sport::Unknown);
        assert_eq!(looks(&[(1800.0, 5_000.0), (35.0, 280.0)]), run);
    }

    #[test]
    fn one_foot_is_doubled_and_both_are_not() {
        let run = Sport::Running(RunKind::Generic);
        let walk = Sport::CrossTraining("walking".to_owned());
        assert_eq!(steps_per_count(&run, &[0.0, 85.0, f64::NAN, 88.0, 0.0]), 2.0);
        assert_eq!(steps_per_count(&run, &[0.0, 172.0, 176.0]), 1.0);
        assert_eq!(steps_per_count(&walk, &[55.0]), 2.0);
        assert_eq!(steps_per_count(&walk, &[110.0]), 1.0);
        assert_eq!(steps_per_count(&run, &[]), 1.0);
    }
}

//! An amount that adds up over time, as a broken line: the distance of a run, or the sum of heartbeats; and the windows
//! on it in which it grows fastest.

/// Times that grow, and an amount that does not fall, both from 0.
#[derive(Debug)]
pub(super) struct Path {
    time_s: Vec<f64>,
    amount: Vec<f64>,
    /// The lowest and the highest rate of a leg, per second.
    slowest: f64,
    fastest: f64,
    /// The seconds of every leg, when they are the same and whole; 0 when they are not.
    every_s: f64,
}

impl Path {
    pub(super) fn with_capacity(legs: usize) -> Self {
        let corner = || {
            let mut corners = Vec::with_capacity(legs + 1);
            corners.push(0.0);
            corners
        };
        Self { time_s: corner(), amount: corner(), slowest: f64::INFINITY, fastest: 0.0, every_s: f64::NAN }
    }

    /// Goes on for `seconds`, above zero, in which `more` is added, at least zero.
    pub(super) fn go(&mut self, seconds: f64, more: f64) {
        let (now_s, so_far) = (self.length_s(), self.total());
        self.time_s.push(now_s + seconds);
        self.amount.push(so_far + more);
        if seconds != self.every_s {
            self.every_s = if self.every_s.is_nan() && seconds.fract() == 0.0 { seconds } else { 0.0 };
        }
        let rate = more / seconds;
        (self.slowest, self.fastest) = (self.slowest.min(rate), self.fastest.max(rate));
    }

    fn length_s(&self) -> f64 {
        self.time_s.last().copied().unwrap_or_default()
    }

    fn total(&self) -> f64 {
        self.amount.last().copied().unwrap_or_default()
    }

    /// The shortest time in which `amount` is added, and when it begins, seconds; `None` when it never is.
    ///
    /// The best window begins or ends at a corner. One that begins a little later is shorter by that little at most, and
    /// by less where nothing ever stands still: where the best is shorter by much, as much is passed over.
    pub(super) fn shortest(&self, amount: f64) -> Option<(f64, f64)> {
        if !(amount > 0.0 && self.total() >= amount) {
            return None;
        }
        let shrinks = 1.0 - self.slowest / self.fastest;
        let passed_over = |longer_s: f64| if shrinks > 0.0 { longer_s / shrinks } else { f64::INFINITY };
        let mut best = Best { value: f64::INFINITY, from_s: 0.0 };
        // How long it takes from a corner on, or a bound of that which is no better than the best.
        let after = |best: &mut Best, start: usize, end: &mut usize| {
            let (from_s, goal) = (self.time_s.get(start)?, self.amount.get(start)? + amount);
            *end = first(&self.amount, *end, |so_far| so_far >= goal);
            let bound_s = self.time_s.get(end.checked_sub(1)?)? - from_s;
            if bound_s >= best.value {
                return Some(bound_s);
            }
            let length_s = cross(&self.amount, &self.time_s, *end, goal)? - from_s;
            if length_s < best.value {
                *best = Best { value: length_s, from_s: *from_s };
            }
            Some(length_s)
        };
        let before = |best: &mut Best, end: usize, start: &mut usize| {
            let (to_s, goal) = (self.time_s.get(end)?, self.amount.get(end)? - amount);
            if goal < 0.0 {
                return None;
            }
            *start = first(&self.amount, *start, |so_far| so_far > goal);
            let bound_s = to_s - self.time_s.get(*start)?;
            if bound_s >= best.value {
                return Some(bound_s);
            }
            let from_s = cross(&self.amount, &self.time_s, *start, goal)?;
            if to_s - from_s < best.value {
                *best = Best { value: to_s - from_s, from_s };
            }
            Some(to_s - from_s)
        };
        self.sweep(&mut best, after, before, |best, length_s| passed_over(length_s - best));
        (best.value.is_finite() && best.value > 0.0).then_some((best.value, best.from_s))
    }

    /// The most that is added in `seconds`, and when that begins, seconds; `None` when the path is shorter. As
    /// [`Path::shortest`]: a window that begins a little later holds more by that little times the difference between
    /// the fastest and the slowest leg at most.
    pub(super) fn most(&self, seconds: f64) -> Option<(f64, f64)> {
        if !(seconds > 0.0 && self.length_s() >= seconds) {
            return None;
        }
        // Windows of so many legs begin and end at corners, all of them.
        let legs = seconds / self.every_s;
        if legs.fract() == 0.0 {
            return self.most_of_legs(legs as usize);
        }
        let gains = self.fastest - self.slowest;
        let passed_over = |missing: f64| if gains > 0.0 { missing / gains } else { f64::INFINITY };
        let mut best = Best { value: f64::NEG_INFINITY, from_s: 0.0 };
        let after = |best: &mut Best, start: usize, end: &mut usize| {
            let (from, goal_s) = (self.amount.get(start)?, self.time_s.get(start)? + seconds);
            *end = first(&self.time_s, *end, |time_s| time_s >= goal_s);
            let bound = self.amount.get(*end)? - from;
            if bound <= best.value {
                return Some(bound);
            }
            let added = cross(&self.time_s, &self.amount, *end, goal_s)? - from;
            if added > best.value {
                *best = Best { value: added, from_s: goal_s - seconds };
            }
            Some(added)
        };
        let before = |best: &mut Best, end: usize, start: &mut usize| {
            let (to, goal_s) = (self.amount.get(end)?, self.time_s.get(end)? - seconds);
            if goal_s < 0.0 {
                return None;
            }
            *start = first(&self.time_s, *start, |time_s| time_s > goal_s);
            let bound = to - self.amount.get(start.checked_sub(1)?)?;
            if bound <= best.value {
                return Some(bound);
            }
            let added = to - cross(&self.time_s, &self.amount, *start, goal_s)?;
            if added > best.value {
                *best = Best { value: added, from_s: goal_s };
            }
            Some(added)
        };
        self.sweep(&mut best, after, before, |best, added| passed_over(best - added));
        best.value.is_finite().then_some((best.value, best.from_s))
    }

    /// The most that is added in so many legs of the same length, and when that begins, seconds.
    fn most_of_legs(&self, legs: usize) -> Option<(f64, f64)> {
        let added = || self.amount.iter().zip(self.amount.get(legs..).unwrap_or_default()).map(|(from, to)| to - from);
        let best = added().fold(f64::NEG_INFINITY, |best, added| if added > best { added } else { best });
        let start = added().position(|added| added == best)?;
        Some((best, *self.time_s.get(start)?))
    }

    /// Looks at windows that begin at a corner, from the first on, and at those that end at one, from the last back.
    /// `after` and `before` give the value of a window and keep the best; they get the other end of the window before, and
    /// put this one's there. As many seconds are passed over as `passed_over` says of the best and the value.
    fn sweep(
        &self,
        best: &mut Best,
        after: impl Fn(&mut Best, usize, &mut usize) -> Option<f64>,
        before: impl Fn(&mut Best, usize, &mut usize) -> Option<f64>,
        passed_over: impl Fn(f64, f64) -> f64,
    ) {
        let corners = self.time_s.len();
        // Some from here and there first: with a good one much is passed over.
        let mut other = 1;
        for start in (0..corners).step_by(corners / SAMPLED + 1) {
            after(best, start, &mut other);
        }
        let (mut start, mut other) = (0, 1);
        while let Some(value) = after(best, start, &mut other) {
            let next_s = self.time_s.get(start).map_or(f64::INFINITY, |time_s| time_s + passed_over(best.value, value));
            start += 1;
            if self.time_s.get(start).is_some_and(|time_s| *time_s < next_s) {
                start = first(&self.time_s, start, |time_s| time_s >= next_s);
            }
        }
        let (mut end, mut other) = (corners.saturating_sub(1), corners);
        while let Some(value) = before(best, end, &mut other) {
            let next_s =
                self.time_s.get(end).map_or(f64::NEG_INFINITY, |time_s| time_s - passed_over(best.value, value));
            let Some(mut back) = end.checked_sub(1) else { break };
            if self.time_s.get(back).is_some_and(|time_s| *time_s > next_s) {
                back = first(&self.time_s, back, |time_s| time_s > next_s) - 1;
            }
            if back == 0 {
                break;
            }
            end = back;
        }
    }
}

/// The best window so far: its value, and when it begins, seconds.
#[derive(Debug, Clone, Copy)]
struct Best {
    value: f64,
    from_s: f64,
}

/// So many windows are looked at first.
const SAMPLED: usize = 48;

/// The value of `ys` where the line over `xs` is at `x`, on the leg that ends at the corner `end`.
fn cross(xs: &[f64], ys: &[f64], end: usize, x: f64) -> Option<f64> {
    let before = end.checked_sub(1)?;
    let (x0, x1, y0, y1) = (*xs.get(before)?, *xs.get(end)?, *ys.get(before)?, *ys.get(end)?);
    Some(if x1 > x0 { y0 + (x - x0) / (x1 - x0) * (y1 - y0) } else { y1 })
}

/// The first place, at least 1, whose value `is_far` enough; values do not fall. It is searched from `near` on, up or
/// down. Time: logarithmic in how far that is.
#[inline]
fn first(values: &[f64], near: usize, is_far: impl Fn(f64) -> bool) -> usize {
    let near = near.clamp(1, values.len());
    let far_at = |place: usize| values.get(place).is_none_or(|value| is_far(*value));
    // Mostly it is there, or one on.
    let is_there = far_at(near);
    if is_there && (near == 1 || !far_at(near - 1)) {
        return near;
    }
    if !is_there && far_at(near + 1) {
        return (near + 1).min(values.len());
    }
    let mut step = 1;
    let (low, high) = if is_there {
        while near > step && far_at(near - step) {
            step *= 2;
        }
        (near.saturating_sub(step) + 1, near - step / 2)
    } else {
        while !far_at(near + step) {
            step *= 2;
        }
        (near + step / 2 + 1, (near + step).min(values.len()))
    };
    let rest = values.get(low.max(1)..high).unwrap_or_default();
    low.max(1) + rest.partition_point(|value| !is_far(*value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(legs: &[(f64, f64)]) -> Path {
        let mut path = Path::with_capacity(legs.len());
        for (seconds, more) in legs {
            path.go(*seconds, *more);
        }
        path
    }

    /// The amount at a time, by walking there.
    fn at(legs: &[(f64, f64)], time_s: f64) -> f64 {
        let (mut left_s, mut so_far) = (time_s, 0.0);
        for (seconds, more) in legs {
            let step_s = left_s.min(*seconds);
            so_far += more * step_s / seconds;
            left_s -= step_s;
        }
        so_far
    }

    /// Corners, and the windows of `length_s` that begin or end at one.
    fn windows(legs: &[(f64, f64)], length_s: f64) -> Vec<(f64, f64)> {
        let mut corners = vec![0.0];
        for (seconds, _) in legs {
            corners.push(corners[corners.len() - 1] + seconds);
        }
        let whole_s = corners[corners.len() - 1];
        let begins = corners.iter().map(|from_s| (*from_s, from_s + length_s));
        let ends = corners.iter().map(|to_s| (to_s - length_s, *to_s));
        begins.chain(ends).filter(|(from_s, to_s)| *from_s >= 0.0 && *to_s <= whole_s).collect()
    }

    proptest! {
        /// Legs of whole seconds and halves of an amount, with stops: every sum is exact.
        #[test]
        fn the_best_window_is_that_of_trying_all(
            legs in prop::collection::vec((1_u8..5, 0_u8..12), 1..120),
            is_even: bool,
            least in prop::sample::select(vec![0.0, 6.0, 100.0]),
            seconds in 1_u8..120,
            amount in 1_u8..200,
        ) {
            // A path that never stands still lets more be passed over.
            let leg = |(s, more): (u8, u8)| (f64::from(if is_even { 2 } else { s }), least + f64::from(more) / 2.0);
            let legs: Vec<(f64, f64)> = legs.into_iter().map(leg).collect();
            let path = path(&legs);
            let seconds = f64::from(seconds);
            let all = windows(&legs, seconds).into_iter().map(|(from_s, to_s)| at(&legs, to_s) - at(&legs, from_s));
            let most = all.reduce(f64::max);
            let found = path.most(seconds);
            prop_assert_eq!(found.is_some(), most.is_some());
            if let (Some((added, from_s)), Some(most)) = (found, most) {
                prop_assert!((added - most).abs() < 1e-9, "{added} is not {most}");
                prop_assert!((at(&legs, from_s + seconds) - at(&legs, from_s) - added).abs() < 1e-9);
            }
            // What is the shortest for an amount holds it, and no window that is a little shorter does.
            let amount = f64::from(amount) * (0.25 + least / 10.0);
            match path.shortest(amount) {
                None => prop_assert!(path.total() < amount),
                Some((length_s, from_s)) => {
                    prop_assert!((at(&legs, from_s + length_s) - at(&legs, from_s) - amount).abs() < 1e-9);
                    let shorter = windows(&legs, length_s - 1e-6);
                    prop_assert!(shorter.iter().all(|(from_s, to_s)| at(&legs, *to_s) - at(&legs, *from_s) < amount));
                }
            }
        }
    }
}

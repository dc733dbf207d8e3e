//! Which run was on which day.

use super::parameters::{Athlete, Effort, RouteKind};
use super::random::Random;

/// Days before a run in which its distance is compared with the longest.
const LOOK_BACK_DAYS: u32 = 30;

/// One run that is to be generated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlannedRun {
    /// Days before today.
    pub(super) days_ago: u32,
    pub(super) distance_m: f64,
    pub(super) effort: Effort,
    pub(super) route: RouteKind,
}

/// All runs of `athlete`, oldest first.
pub(super) fn runs(athlete: &Athlete) -> Vec<PlannedRun> {
    let mut runs = Vec::new();
    for days_ago in (0..athlete.history_days).rev() {
        if !athlete.off.iter().any(|off| (off.to..=off.from).contains(&days_ago)) {
            let of_the_day = athlete.sessions.iter().filter(|session| session.day == days_ago % 7);
            runs.extend(of_the_day.filter_map(|session| {
                let weeks_ago = days_ago / 7;
                let mut random = Random::new(athlete.seed, u64::from(days_ago));
                if random.unit() < session.skipped {
                    return None;
                }
                let in_cycle = athlete.weeks.iter().cycle().nth(weeks_ago as usize).copied().unwrap_or(1.0);
                let growth = (1.0 - session.growth_per_week).powf(weeks_ago.into());
                let on_treadmill = session.treadmill_every.is_some_and(|every| weeks_ago % every.max(1) == every / 2);
                Some(PlannedRun {
                    days_ago,
                    distance_m: 1000.0 * session.km * growth * in_cycle * (1.0 + session.jitter * random.signed()),
                    effort: session.effort,
                    route: if on_treadmill { RouteKind::Treadmill } else { session.route },
                })
            }));
        }
        runs.extend(athlete.runs.iter().filter(|single| single.day == days_ago).map(|single| PlannedRun {
            days_ago,
            distance_m: 1000.0 * single.km,
            effort: single.effort,
            route: single.route,
        }));
        if let Some(spike) = athlete.spike.filter(|spike| spike.day == days_ago) {
            let before = runs.iter().filter(|run| run.days_ago <= days_ago + LOOK_BACK_DAYS);
            let longest_m = before.map(|run| run.distance_m).fold(0.0, f64::max);
            runs.push(PlannedRun {
                days_ago,
                distance_m: longest_m * spike.over_longest,
                effort: Effort::Long,
                route: RouteKind::OutAndBack,
            });
        }
    }
    runs
}

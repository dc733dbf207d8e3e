//! How far each pair of shoes has run.

use std::collections::BTreeMap;

use crate::baseline::place;
use crate::diary::key;
use crate::{Channel, DayGrid, Diary, SessionKind, Shoe};

/// A day on which a pair was past the limit that its owner set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Worn {
    pub(crate) day: usize,
    pub(crate) name: String,
    /// At the end of the day, km: what is known of it.
    pub(crate) total_km: f64,
    pub(crate) limit_km: f64,
    /// Runs in the pair whose distance nobody knows.
    pub(crate) unknown_runs: usize,
}

/// Every day with a run in a pair past its limit, by day and name.
pub(crate) fn worn(grid: &DayGrid, diary: &Diary) -> Vec<Worn> {
    let state = |shoe: &Shoe| {
        let limit_km = shoe.limit_km.filter(|limit| limit.is_finite())?;
        let before = shoe.distance_before_km.filter(|distance| distance.is_finite()).unwrap_or_default();
        let name = shoe.name.trim().to_owned();
        Some((key(&shoe.name), Worn { day: 0, name, total_km: before, limit_km, unknown_runs: 0 }))
    };
    let mut pairs: BTreeMap<String, Worn> = diary.shoes.iter().filter_map(state).collect();
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Worn> = Vec::new();
    for session in grid.sessions().iter().filter(|session| session.kind == SessionKind::Run) {
        let shoe = session.shoe.as_deref().map(key);
        let Some(pair) = shoe.and_then(|shoe| pairs.get_mut(&shoe)) else { continue };
        let Some(day) = place(grid, session.date) else { continue };
        match session.loads.get(Channel::Distance) {
            Some(km) => pair.total_km += km,
            None => pair.unknown_runs += 1,
        }
        if pair.total_km > pair.limit_km {
            found.push(Worn { day, ..pair.clone() });
        }
    }
    found.sort_by(|a, b| (a.day, &a.name).cmp(&(b.day, &b.name)));
    // The last of several runs in one pair on one day.
    found.reverse();
    found.dedup_by(|later, kept| (later.day, &later.name) == (kept.day, &kept.name));
    found.reverse();
    found
}

//! Activities in groups: each with its copies, the richest kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Outline, Richness, SEARCH_WINDOW_MS, are_same, is_beginning};

/// Activities of other files that one activity is compared with. Nobody does as many in so few days.
const MOST_COMPARED: usize = 1000;

/// One activity among those that are compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name, unlike any other's: it decides between copies that are equally rich (the smaller is kept).
    pub id: String,
    /// What it is recognised by.
    pub outline: Outline,
    /// How much it says.
    pub richness: Richness,
    /// The file it came from: activities of one file are never the same. `None`: a file of its own.
    pub file: Option<String>,
}

/// One activity with its copies, as indices of the candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// The richest of those that are whole, else of all.
    pub kept: usize,
    /// The others, the richer first. Empty for an activity that stands alone.
    pub copies: Vec<usize>,
}

/// Groups the activities of one person: each is in one cluster, each copy is the same as the one that is kept.
///
/// The richest goes first, what is whole before what broke off without totals, and takes every activity that is the same
/// and not yet taken, at most one out of each other file; then the next. So a chain (a same as b, b same as c, a not as
/// c) is one cluster when b is the richest, and otherwise b goes with the richer of the others. What broke off lets all
/// others go first while more of the same is there, however rich its beginning. `kept_apart` says which pairs of ids a person has separated.
///
/// The clusters are the same for every order of the candidates, as long as ids differ; they come in the order of
/// their kept one's start.
///
/// Cost: candidates × those of other files that start within days of them, at most 1,000. Where more than that are
/// neither kept nor taken yet, the activity is compared with 1,000 of them, those of its own days and of the files with
/// the richest activities first; a copy among the rest may be left standing alone.
#[must_use]
pub fn clusters(candidates: &[Candidate], kept_apart: impl Fn(&str, &str) -> bool) -> Vec<Cluster> {
    let mut search = Search::new(candidates, kept_apart);
    let places = 0..search.ranked.len();
    let (mut beginnings, others): (Vec<usize>, Vec<usize>) =
        places.partition(|place| search.is_less_than_another(*place));
    // Of those that nothing took, the longest says most.
    beginnings.sort_by(|a, b| search.longest_s(*b).total_cmp(&search.longest_s(*a)));
    let mut clusters: Vec<(i64, Cluster)> =
        others.into_iter().chain(beginnings).filter_map(|place| search.keep(place)).collect();
    // Stable: equal starts stay in the order of rank.
    clusters.sort_by_key(|(start_ms, _)| *start_ms);
    clusters.into_iter().map(|(_, cluster)| cluster).collect()
}

/// Candidates by their place in the order of rank, the richest first.
struct Search<'a, F> {
    /// Each with its index.
    ranked: Vec<(usize, &'a Candidate)>,
    /// The file of each.
    files: Vec<usize>,
    left: Left,
    kept_apart: F,
}

impl<'a, F: Fn(&str, &str) -> bool> Search<'a, F> {
    fn new(candidates: &'a [Candidate], kept_apart: F) -> Self {
        let rank = |candidate: &Candidate| {
            let broke_off = candidate.outline.is_broken_off();
            // With the device's totals, all that can be missing stands behind the end of the activity.
            let lost_its_end = broke_off && !candidate.richness.has_totals;
            (lost_its_end, Reverse(candidate.richness), broke_off, candidate.id.clone())
        };
        let mut ranked: Vec<(usize, &Candidate)> = candidates.iter().enumerate().collect();
        ranked.sort_by_cached_key(|(_, candidate)| rank(candidate));
        let files = numbered_files(&ranked);
        let mut left = Left::default();
        for (place, ((_, candidate), file)) in ranked.iter().zip(&files).enumerate() {
            left.insert(candidate.outline.start_ms, *file, place);
        }
        Self { ranked, files, left, kept_apart }
    }

    fn at(&self, place: usize) -> Option<(usize, &'a Candidate, usize)> {
        let (index, candidate) = self.ranked.get(place)?;
        Some((*index, candidate, *self.files.get(place)?))
    }

    fn longest_s(&self, place: usize) -> f64 {
        self.at(place).and_then(|(_, candidate, _)| candidate.outline.longest_s()).unwrap_or_default()
    }

    /// Places left of other files that start within days of a candidate.
    fn near(&self, candidate: &Candidate, file: usize) -> impl Iterator<Item = usize> {
        let start_ms = candidate.outline.start_ms;
        let is_near = move |place: &usize| {
            let other = self.at(*place).map(|(_, other, _)| other.outline.start_ms);
            other.is_some_and(|other_ms| start_ms.abs_diff(other_ms) <= SEARCH_WINDOW_MS.unsigned_abs())
        };
        self.left.near(start_ms, file).into_iter().filter(is_near)
    }

    /// Whether a candidate broke off, and one that holds more of the same activity is left.
    fn is_less_than_another(&self, place: usize) -> bool {
        let Some((_, part, file)) = self.at(place).filter(|(_, part, _)| part.outline.is_broken_off()) else {
            return false;
        };
        self.near(part, file)
            .filter_map(|place| self.at(place))
            .any(|(_, whole, _)| is_beginning(&part.outline, &whole.outline) && !(self.kept_apart)(&part.id, &whole.id))
    }

    /// Keeps a candidate and takes its copies; gives its start, ms. `None` when it was taken before.
    fn keep(&mut self, place: usize) -> Option<(i64, Cluster)> {
        let (index, kept, file) = self.at(place)?;
        let start_ms = kept.outline.start_ms;
        if !self.left.remove(start_ms, file, place) {
            return None;
        }
        let mut with = BTreeSet::from([file]);
        let mut copies = Vec::new();
        let near: Vec<usize> = self.near(kept, file).collect();
        for place in near {
            let Some((index, other, file)) = self.at(place) else { continue };
            let is_copy = !with.contains(&file)
                && are_same(&kept.outline, &other.outline)
                && !(self.kept_apart)(&kept.id, &other.id);
            if is_copy {
                self.left.remove(other.outline.start_ms, file, place);
                with.insert(file);
                copies.push(index);
            }
        }
        Some((start_ms, Cluster { kept: index, copies }))
    }
}

/// The file of each candidate as a number, in the order of their richest activities.
fn numbered_files(ranked: &[(usize, &Candidate)]) -> Vec<usize> {
    let mut numbers = BTreeMap::<&str, usize>::new();
    let mut files = Vec::with_capacity(ranked.len());
    for (place, (_, candidate)) in ranked.iter().enumerate() {
        // The place is as good a number as any, and unlike that of any other file.
        files.push(candidate.file.as_deref().map_or(place, |file| *numbers.entry(file).or_insert(place)));
    }
    files
}

/// Candidates that are neither kept nor taken yet, by their place in the order of rank.
///
/// They lie in spans as long as the search window, so that what is near is in three of them, and within a span by
/// file, so that a long table is passed over as a whole by its own rows.
#[derive(Default)]
struct Left(BTreeMap<i64, BTreeMap<usize, BTreeSet<usize>>>);

impl Left {
    fn span(start_ms: i64) -> i64 {
        start_ms.div_euclid(SEARCH_WINDOW_MS)
    }

    fn insert(&mut self, start_ms: i64, file: usize, place: usize) {
        self.0.entry(Self::span(start_ms)).or_default().entry(file).or_default().insert(place);
    }

    /// False when it was not there any more.
    fn remove(&mut self, start_ms: i64, file: usize, place: usize) -> bool {
        let Some(by_file) = self.0.get_mut(&Self::span(start_ms)) else { return false };
        let Some(places) = by_file.get_mut(&file) else { return false };
        let was_there = places.remove(&place);
        // What is empty must not be walked over again.
        if places.is_empty() {
            by_file.remove(&file);
        }
        was_there
    }

    /// Those of other files around a start, the richer first, at most [`MOST_COMPARED`].
    fn near(&self, start_ms: i64, file: usize) -> Vec<usize> {
        let span = Self::span(start_ms);
        let spans = [span, span - 1, span + 1].into_iter().filter_map(|span| self.0.get(&span));
        let others = spans.flatten().filter(|(other, _)| **other != file);
        let mut near: Vec<usize> = others.flat_map(|(_, places)| places).copied().take(MOST_COMPARED).collect();
        near.sort_unstable();
        near
    }
}

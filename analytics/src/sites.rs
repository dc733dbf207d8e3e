//! Pain by site: what was noted on which day, and since when it hurts.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::baseline::place;
use crate::diary::{is_same_site, key};
use crate::{BodyParameters, DayGrid, Diary, Injury, Pain, Side};

/// What is noted of one site on one day; the worst of several notes. `None` = not noted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ache {
    pub(crate) day: usize,
    /// During the run of the day, 0–10.
    pub(crate) during: Option<f64>,
    /// On the morning of the day, after the run of the day before, 0–10.
    pub(crate) morning: Option<f64>,
    pub(crate) is_bone: bool,
    pub(crate) is_worse_while_running: bool,
    pub(crate) is_at_night: bool,
    pub(crate) is_at_rest: bool,
    pub(crate) is_swollen: bool,
    pub(crate) is_in_one_spot: bool,
    /// The day on which the spell of pain began that this one is in; `None`: no pain.
    pub(crate) since: Option<usize>,
    /// Whether the other side hurt in the days before the spell.
    pub(crate) is_after_other_side: bool,
    /// When the last injury at the site ended that was over before the spell.
    pub(crate) injury_ended: Option<NaiveDate>,
}

impl Ache {
    /// The worse of both ratings.
    pub(crate) fn worst(&self) -> Option<f64> {
        self.during.into_iter().chain(self.morning).reduce(f64::max)
    }

    /// Whether something hurt: a rating above 0, or a sign of pain.
    fn hurts(&self) -> bool {
        self.worst().is_some_and(|pain| pain > 0.0)
            || self.is_worse_while_running
            || self.is_at_night
            || self.is_at_rest
            || self.is_swollen
            || self.is_in_one_spot
    }
}

/// One site of the body that has hurt.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Site {
    /// Without the side, in the athlete's words.
    pub(crate) words: String,
    pub(crate) side: Option<Side>,
    /// By day; one per day.
    pub(crate) aches: Vec<Ache>,
}

impl Site {
    /// The site as a person reads it: `left Achilles tendon`.
    pub(crate) fn name(&self) -> String {
        self.side.map_or_else(|| self.words.clone(), |side| format!("{} {}", side.as_str(), self.words))
    }

    /// The last note up to a day, while it still stands: for the days of a spell.
    pub(crate) fn standing(&self, day: usize, parameters: &BodyParameters) -> Option<&Ache> {
        let end = self.aches.partition_point(|ache| ache.day <= day);
        self.aches.get(end.checked_sub(1)?).filter(|ache| ache.day + parameters.pain_spell_days > day)
    }

    /// The notes of a range of days.
    pub(crate) fn between(&self, days: std::ops::Range<usize>) -> &[Ache] {
        let at = |day: usize| self.aches.partition_point(|ache| ache.day < day);
        self.aches.get(at(days.start)..at(days.end)).unwrap_or_default()
    }
}

/// A site by the name that is compared, and its side.
type SiteKey = (String, Option<Side>);
/// The day and the words of a site's first note, and what is noted by day.
type Noted = ((usize, String), BTreeMap<usize, Ache>);

/// Every site with a note on a day of the grid, by name and side. Ratings that are no finite number count as not noted.
pub(crate) fn sites(grid: &DayGrid, diary: &Diary, parameters: &BodyParameters) -> Vec<Site> {
    let mut sites: BTreeMap<SiteKey, Noted> = BTreeMap::new();
    let known = |rating: Option<f64>| rating.filter(|rating| rating.is_finite());
    let has_sign = |pain: &Pain| {
        let places = [pain.is_swollen, pain.is_in_one_spot];
        let times = [pain.is_worse_while_running, pain.is_at_night, pain.is_at_rest];
        places.into_iter().chain(times).any(|is_there| is_there)
    };
    for pain in &diary.pains {
        let Some(day) = place(grid, pain.date) else { continue };
        // A note without a rating and without a sign is none.
        if known(pain.during).or(known(pain.next_morning)).is_none() && !has_sign(pain) {
            continue;
        }
        let words = pain.site.split_whitespace().collect::<Vec<_>>().join(" ");
        let note = (day, words);
        let (first, aches) = sites.entry((key(&note.1), pain.side)).or_insert_with(|| (note.clone(), BTreeMap::new()));
        // Of different ways to write it the first: a later note changes no word of an earlier flag.
        if note < *first {
            *first = note;
        }
        let ache = aches.entry(day).or_default();
        ache.during = known(pain.during).into_iter().chain(ache.during).reduce(f64::max);
        ache.is_bone |= pain.is_bone;
        ache.is_worse_while_running |= pain.is_worse_while_running;
        ache.is_at_night |= pain.is_at_night;
        ache.is_at_rest |= pain.is_at_rest;
        ache.is_swollen |= pain.is_swollen;
        ache.is_in_one_spot |= pain.is_in_one_spot;
        if let Some(morning) = known(pain.next_morning).filter(|_| day + 1 < grid.len()) {
            let ache = aches.entry(day + 1).or_default();
            ache.morning = ache.morning.into_iter().chain([morning]).reduce(f64::max);
            ache.is_bone |= pain.is_bone;
        }
    }
    let site = |((_, side), ((_, words), aches)): (SiteKey, Noted)| {
        let noted = |(day, ache): (usize, Ache)| Ache { day, ..ache };
        let mut site = Site { words, side, aches: aches.into_iter().map(noted).collect() };
        spells(&mut site.aches, parameters);
        // A bone that has been injured is a bone, whether the note says so or not.
        let bone = at_site(diary, &site).filter(|injury| injury.is_bone).map(|injury| injury.first).min();
        for ache in &mut site.aches {
            ache.is_bone |= bone.is_some_and(|first| grid.date(ache.day).is_some_and(|date| first <= date));
        }
        site
    };
    let mut sites: Vec<Site> = sites.into_iter().map(site).collect();
    for index in 0..sites.len() {
        let Some(before) = sites.get(index).map(|site| before(grid, diary, &sites, site, parameters)) else { continue };
        let aches = sites.get_mut(index).map(|site| site.aches.iter_mut()).into_iter().flatten();
        for (ache, (is_after_other_side, injury_ended)) in aches.zip(before) {
            (ache.is_after_other_side, ache.injury_ended) = (is_after_other_side, injury_ended);
        }
    }
    sites
}

/// The injuries at a site.
fn at_site<'a>(diary: &'a Diary, site: &Site) -> impl Iterator<Item = &'a Injury> {
    diary.injuries.iter().filter(|injury| is_same_site(injury, &site.words, site.side))
}

/// Of each note of a site, whether the other side hurt before its spell, and when an injury at the site had ended.
fn before(
    grid: &DayGrid,
    diary: &Diary,
    sites: &[Site],
    site: &Site,
    parameters: &BodyParameters,
) -> Vec<(bool, Option<NaiveDate>)> {
    let name = key(&site.words);
    let other = site.side.map(Side::other);
    let other = sites.iter().find(|next| other.is_some() && next.side == other && key(&next.words) == name);
    let ends: Vec<NaiveDate> = at_site(diary, site).filter_map(|injury| injury.last).collect();
    let of = |ache: &Ache| {
        let Some(since) = ache.since else { return (false, None) };
        let days = since.saturating_sub(parameters.pain_side_days)..since;
        let hurt = other.is_some_and(|other| other.between(days).iter().any(|ache| ache.since.is_some()));
        let first = grid.date(since);
        (hurt, ends.iter().copied().filter(|last| first.is_some_and(|first| *last < first)).max())
    };
    site.aches.iter().map(of).collect()
}

/// Says of each note since when it has hurt. A note without pain ends a spell, and so does a longer silence; a day
/// without a rating and without a sign is no note at all.
fn spells(aches: &mut Vec<Ache>, parameters: &BodyParameters) {
    aches.retain(|ache| ache.worst().is_some() || ache.hurts());
    let mut running: Option<(usize, usize)> = None;
    for ache in aches {
        let since = running
            .filter(|(_, last)| ache.day - last <= parameters.pain_spell_days)
            .map_or(ache.day, |(since, _)| since);
        running = ache.hurts().then_some((since, ache.day));
        ache.since = running.map(|(since, _)| since);
    }
}

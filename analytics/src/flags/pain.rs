//! Rules on pain: the pain-monitoring model, and when it should be looked at.

use std::ops::Range;

use chrono::NaiveDate;

use super::judge::{Facts, Told, Verdict};
use super::{FlagCode, Input, Level, words};
use crate::BodyParameters;
use crate::parameters::is_above;
use crate::sites::{Ache, Site};

/// Days of a week of pain.
const WEEK: usize = 7;

/// The sites with their places; none when nothing was noted.
fn sites<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (usize, &'a Site)> + use<'a> {
    facts.own.map(|own| own.body.sites.as_slice()).unwrap_or_default().iter().enumerate()
}

fn site<'a>(facts: &Facts<'a>, verdict: &Verdict) -> Option<&'a Site> {
    facts.own.and_then(|own| own.body.sites.get(verdict.subject))
}

fn ache<'a>(facts: &Facts<'a>, verdict: &Verdict) -> Option<(&'a Site, &'a Ache)> {
    let site = site(facts, verdict)?;
    Some((site, site.between(verdict.day..verdict.day + 1).first()?))
}

/// Level and bound of pain above `settled`, which is worth a thought, and above what the model allows; in a bone of any
/// pain.
fn level(pain: f64, is_bone: bool, settled: f64, parameters: &BodyParameters) -> Option<(Level, f64)> {
    if is_bone && is_above(pain, parameters.bone_pain_stop) {
        Some((Level::Stop, parameters.bone_pain_stop))
    } else if is_bone && pain > 0.0 {
        Some((Level::Warning, 0.0))
    } else if is_above(pain, parameters.pain_allowed) {
        Some((Level::Stop, parameters.pain_allowed))
    } else {
        is_above(pain, settled).then_some((Level::Caution, settled))
    }
}

pub(super) fn during(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = &facts.parameters.body;
    for (subject, site) in sites(facts) {
        for ache in site.between(days.clone()) {
            let Some(pain) = ache.during else { continue };
            let judged = level(pain, ache.is_bone, parameters.pain_mild, parameters);
            verdicts.extend(judged.map(|(level, threshold)| Verdict {
                code: FlagCode::PainDuring,
                level,
                day: ache.day,
                subject,
                value: pain,
                threshold,
            }));
        }
    }
}

pub(super) fn tell_during(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some((site, ache)) = ache(facts, verdict) else { return Told::default() };
    let (allowed, in_bone) = (facts.parameters.body.pain_allowed, facts.parameters.body.bone_pain_stop);
    let meaning = match (ache.is_bone, verdict.level) {
        (true, Level::Stop) => format!(
            "The allowance for tendons is not meant for bones: above {in_bone} of 10 in a bone the run ends, and somebody \
             should look at it before the next."
        ),
        (true, _) => {
            "The allowance for tendons is not meant for bones: any pain there is a reason to change the plan, and \
                      many leave out running until it has gone."
                .to_owned()
        }
        (false, Level::Stop) => {
            format!("The pain-monitoring model allows up to {allowed} of 10 and ends the run above that.")
        }
        (false, _) => format!(
            "The pain-monitoring model allows up to {allowed} of 10 when it has settled by the next morning and does not \
             rise from week to week."
        ),
    };
    let text = format!(
        "{} of 10 in the {} while running on {}. {meaning}",
        words::rating_beside(verdict.value, verdict.threshold),
        site.name(),
        words::day(facts.date(verdict.day)),
    );
    let inputs = vec![
        Input::number("pain_during", verdict.value, "of 10"),
        Input::number("allowed", verdict.threshold, "of 10"),
        Input::text("bone", if ache.is_bone { "yes" } else { "no" }),
    ];
    Told { about: Some(site.name()), unit: "of 10", inputs, text, ..Told::default() }
}

pub(super) fn next_morning(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = &facts.parameters.body;
    for (subject, site) in sites(facts) {
        for ache in site.between(days.clone()) {
            let Some(pain) = ache.morning else { continue };
            let judged = level(pain, ache.is_bone, parameters.pain_settled, parameters);
            verdicts.extend(judged.map(|(level, threshold)| Verdict {
                code: FlagCode::PainNextMorning,
                level,
                day: ache.day,
                subject,
                value: pain,
                threshold,
            }));
        }
    }
}

pub(super) fn tell_next_morning(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some((site, ache)) = ache(facts, verdict) else { return Told::default() };
    let day_before = verdict.day.checked_sub(1);
    let before = day_before.and_then(|day| site.between(day..verdict.day).first()).and_then(|ache| ache.during);
    let during = before.map(|pain| format!(" ({} of 10 during the run)", words::rating(pain))).unwrap_or_default();
    let meaning = match (ache.is_bone, verdict.level) {
        (true, Level::Stop) => "In a bone this is a reason not to run until it has been looked at.",
        (true, _) => {
            "In a bone any pain the morning after is a reason to change the plan; many leave out running until it \
                      has gone."
        }
        (false, Level::Stop) => {
            "It is more than the pain-monitoring model allows during a run: a reason not to run until \
                                 it has settled."
        }
        (false, _) => {
            "By the pain-monitoring model it should have settled by the next morning; many then run less or rest \
                       until it has."
        }
    };
    let text = format!(
        "{} of 10 in the {} on the morning of {}, after the day before{during}. {meaning}",
        words::rating_beside(verdict.value, verdict.threshold),
        site.name(),
        words::day(facts.date(verdict.day)),
    );
    let mut inputs = vec![
        Input::number("pain_next_morning", verdict.value, "of 10"),
        Input::number("settled", verdict.threshold, "of 10"),
        Input::text("bone", if ache.is_bone { "yes" } else { "no" }),
    ];
    inputs.extend(before.map(|pain| Input::number("pain_during", pain, "of 10")));
    Told { about: Some(site.name()), unit: "of 10", inputs, text, ..Told::default() }
}

/// The mean pain of a week and of the week before.
struct Weeks {
    kind: &'static str,
    this: f64,
    before: f64,
    ratings: [usize; 2],
}

/// The larger of the rises of pain while running and of the morning after, up to `day`.
fn rise(site: &Site, day: usize, parameters: &BodyParameters) -> Option<Weeks> {
    let week = |end: usize| site.between(end.saturating_sub(WEEK)..end);
    let (this, before) = (week(day + 1), week((day + 1).saturating_sub(WEEK)));
    let compare = |kind, rating: fn(&Ache) -> Option<f64>| {
        let mean = |aches: &[Ache]| {
            let known = aches.iter().filter_map(rating);
            let (sum, count) = known.fold((0.0, 0_usize), |(sum, count), pain| (sum + pain, count + 1));
            (count >= parameters.pain_week_least.max(1)).then(|| (sum / count as f64, count))
        };
        let ((this, now), (before, then)) = (mean(this)?, mean(before)?);
        Some(Weeks { kind, this, before, ratings: [now, then] })
    };
    let during = compare("while running", |ache| ache.during);
    let morning = compare("the morning after", |ache| ache.morning);
    let larger = |a: Weeks, b: Weeks| if b.this - b.before > a.this - a.before { b } else { a };
    during.into_iter().chain(morning).reduce(larger)
}

pub(super) fn rising(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = &facts.parameters.body;
    for (subject, site) in sites(facts) {
        for (day, ache) in standing(site, days.clone(), parameters) {
            let Some(weeks) = rise(site, day, parameters) else { continue };
            let rise = weeks.this - weeks.before;
            if rise > 0.0 && !is_above(parameters.pain_rise, rise) {
                verdicts.push(Verdict {
                    code: FlagCode::PainRising,
                    level: if ache.is_bone { Level::Stop } else { Level::Caution },
                    day,
                    subject,
                    value: rise,
                    threshold: parameters.pain_rise,
                });
            }
        }
    }
}

/// The days of a range on which a note that hurts still stands, each with the note.
fn standing<'a>(
    site: &'a Site,
    days: Range<usize>,
    parameters: &'a BodyParameters,
) -> impl Iterator<Item = (usize, &'a Ache)> {
    let first = days.start.saturating_sub(parameters.pain_spell_days);
    let last = days.end;
    let noted = site.between(first..days.end);
    let until = noted.iter().skip(1).map(|next| next.day).chain([last]);
    noted.iter().zip(until).filter(|(ache, _)| ache.since.is_some()).flat_map(move |(ache, until)| {
        let until = until.min(ache.day + parameters.pain_spell_days).min(last);
        (ache.day.max(days.start)..until).map(move |day| (day, ache))
    })
}

pub(super) fn tell_rising(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some(site) = site(facts, verdict) else { return Told::default() };
    let Some(weeks) = rise(site, verdict.day, &facts.parameters.body) else { return Told::default() };
    let meaning = if verdict.level == Level::Stop {
        "In a bone this is a reason not to run until it has been looked at."
    } else {
        "By the pain-monitoring model pain should not rise from week to week; many go back to what they ran before it rose."
    };
    let text = format!(
        "{:.1} of 10 on average in the {} {} in the last 7 days, against {:.1} in the 7 days before. {meaning}",
        weeks.this,
        site.name(),
        weeks.kind,
        weeks.before,
    );
    let [now, then] = weeks.ratings;
    let inputs = vec![
        Input::text("rating", weeks.kind),
        Input::number("mean_this_week", weeks.this, "of 10"),
        Input::number("mean_week_before", weeks.before, "of 10"),
        Input::number("ratings_this_week", now as f64, ""),
        Input::number("ratings_week_before", then as f64, ""),
    ];
    Told { about: Some(site.name()), unit: "of 10", inputs, text, ..Told::default() }
}

/// Why a site should be looked at.
struct Signs {
    /// Each sign, and whether it is there.
    found: [(Sign, bool); 8],
    level: Level,
    /// Days from the first note of the spell to the last.
    days: usize,
    injury_ended: Option<NaiveDate>,
}

#[derive(Clone, Copy)]
enum Sign {
    Focal,
    Long,
    Night,
    Rest,
    Swollen,
    Worse,
    OtherSide,
    EarlierInjury,
}

impl Signs {
    /// On a day on which the note `ache` of a site still stands.
    fn of(site: &Site, day: usize, ache: &Ache, parameters: &BodyParameters) -> Signs {
        let since = ache.since.unwrap_or(ache.day);
        let recent = site.between(since.max((day + 1).saturating_sub(parameters.pain_spell_days))..day + 1);
        let any = |sign: fn(&Ache) -> bool| recent.iter().any(sign);
        let days = ache.day - since + 1;
        let is_focal = any(|ache| ache.is_bone && ache.is_in_one_spot);
        let is_deep = any(|ache| ache.is_bone && (ache.is_at_night || ache.is_at_rest || ache.is_swollen));
        let found = [
            (Sign::Focal, is_focal),
            (Sign::Long, days >= parameters.pain_days),
            (Sign::Night, any(|ache| ache.is_at_night)),
            (Sign::Rest, any(|ache| ache.is_at_rest)),
            (Sign::Swollen, any(|ache| ache.is_swollen)),
            (Sign::Worse, any(|ache| ache.is_worse_while_running)),
            (Sign::OtherSide, ache.is_after_other_side),
            (Sign::EarlierInjury, ache.injury_ended.is_some()),
        ];
        let level = if is_focal || is_deep { Level::Stop } else { Level::Warning };
        Signs { found, level, days, injury_ended: ache.injury_ended }
    }

    fn count(&self) -> usize {
        self.found.iter().filter(|(_, is_there)| *is_there).count()
    }

    fn words(&self) -> Vec<String> {
        let word = |sign: Sign| match sign {
            Sign::Focal => "in one spot of a bone".to_owned(),
            Sign::Long => format!("for {} now", words::days(self.days)),
            Sign::Night => "at night".to_owned(),
            Sign::Rest => "at rest".to_owned(),
            Sign::Swollen => "with swelling".to_owned(),
            Sign::Worse => "worse while running".to_owned(),
            Sign::OtherSide => "after pain on the other side".to_owned(),
            Sign::EarlierInjury => {
                let ended = self.injury_ended.map(|last| format!(" that ended on {}", words::date(last)));
                format!("at the site of an injury{}", ended.unwrap_or_default())
            }
        };
        self.found.iter().filter(|(_, is_there)| *is_there).map(|(sign, _)| word(*sign)).collect()
    }
}

pub(super) fn see_a_professional(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = &facts.parameters.body;
    for (subject, site) in sites(facts) {
        for (day, ache) in standing(site, days.clone(), parameters) {
            let signs = Signs::of(site, day, ache, parameters);
            let (code, level, value) = (FlagCode::SeeAProfessional, signs.level, signs.count() as f64);
            if value > 0.0 {
                verdicts.push(Verdict { code, level, day, subject, value, threshold: 1.0 });
            }
        }
    }
}

pub(super) fn tell_see_a_professional(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some(site) = site(facts, verdict) else { return Told::default() };
    let Some(ache) = site.standing(verdict.day, &facts.parameters.body) else { return Told::default() };
    let signs = Signs::of(site, verdict.day, ache, &facts.parameters.body).words();
    let rating = ache.worst().map(|pain| format!("{} of 10, ", words::rating(pain))).unwrap_or_default();
    let meaning = if verdict.level == Level::Stop {
        "Stop running until a physiotherapist or a doctor has looked at it."
    } else {
        "Have a physiotherapist or a doctor look at it."
    };
    let text = format!(
        "Pain in the {} ({rating}noted on {}): {}. {meaning} This is no diagnosis.",
        site.name(),
        words::day(facts.date(ache.day)),
        signs.join(", "),
    );
    let since = ache.since.unwrap_or(ache.day);
    let mut inputs = vec![
        Input::date("since", facts.date(since)),
        Input::date("noted", facts.date(ache.day)),
        Input::number("days_of_pain", (ache.day - since + 1) as f64, "days"),
    ];
    inputs.extend(ache.worst().map(|pain| Input::number("pain", pain, "of 10")));
    inputs.extend(signs.into_iter().map(|sign| Input::text("sign", sign)));
    Told { about: Some(site.name()), unit: "signs", inputs, text, ..Told::default() }
}

//! The mechanism of all flags: a table of rules, each of which judges days and tells what it found.

use std::ops::Range;

use chrono::{Days as CalendarDays, NaiveDate};

use super::{
    Flag, FlagCode, Input, Level, context, gear, heart_rate, injury, load, mechanics, no_baseline, pain, recovery,
    strain,
};
use crate::body::Body;
use crate::indicators::Days;
use crate::table::Table;
use crate::{DayGrid, DayMetric, Diary, Parameters};

/// What the rules look at: the days of one athlete and what was worked out of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) days: Days<'a>,
    pub(crate) table: &'a Table,
    /// The row of the athlete's first day.
    pub(crate) first_row: usize,
    pub(crate) parameters: &'a Parameters,
    /// What is known beyond loads. `None` where many athletes are looked at by their loads alone.
    pub(crate) own: Option<Own<'a>>,
}

/// What is known of one athlete beyond loads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own<'a> {
    pub(crate) grid: &'a DayGrid,
    pub(crate) diary: &'a Diary,
    /// What was worked out of both.
    pub(crate) body: &'a Body,
}

impl<'a> Facts<'a> {
    /// A metric of a day; NaN where it cannot be said.
    pub(crate) fn value(&self, metric: DayMetric, day: usize) -> f64 {
        self.values(metric).get(day).copied().unwrap_or(f64::NAN)
    }

    /// A metric of every day of the athlete; NaN where it cannot be said.
    pub(crate) fn values(&self, metric: DayMetric) -> &'a [f64] {
        let rows = self.first_row..self.first_row + self.days.kinds.len();
        self.table.values(metric).get(rows).unwrap_or_default()
    }

    /// A metric of some days, with the days.
    pub(crate) fn along(&self, metric: DayMetric, days: Range<usize>) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        days.clone().zip(self.values(metric).get(days).unwrap_or_default().iter().copied())
    }

    /// The date of a day. Only told of where there is a grid.
    pub(crate) fn date(&self, day: usize) -> NaiveDate {
        let first = self.own.and_then(|own| own.grid.first()).unwrap_or_default();
        first.checked_add_days(CalendarDays::new(day as u64)).unwrap_or(first)
    }
}

/// That a rule holds: cheap enough to be found ten thousand times over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) code: FlagCode,
    pub(crate) level: Level,
    pub(crate) day: usize,
    /// Which of several it is about: the place of a run, an entry, a pair, in the list that the rule looks at.
    pub(crate) subject: usize,
    pub(crate) value: f64,
    pub(crate) threshold: f64,
}

/// What a verdict is about, and how it came about.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The id of a session.
    pub(crate) session: Option<String>,
    /// A site, a pair.
    pub(crate) about: Option<String>,
    pub(crate) unit: &'static str,
    pub(crate) inputs: Vec<Input>,
    pub(crate) text: String,
}

/// One rule.
pub(crate) struct Rule {
    pub(crate) code: FlagCode,
    /// Finds the days in a range on which the rule holds, in order.
    pub(crate) judge: fn(&Facts<'_>, Range<usize>, &mut Vec<Verdict>),
    /// Puts a verdict into words.
    pub(crate) tell: fn(&Facts<'_>, &Verdict) -> Told,
}

/// Every rule that judges days that were. (A planned run is judged by [`load::planned_spike`].)
const RULES: &[Rule] = &[
    Rule { code: FlagCode::SeeAProfessional, judge: pain::see_a_professional, tell: pain::tell_see_a_professional },
    Rule { code: FlagCode::PainDuring, judge: pain::during, tell: pain::tell_during },
    Rule { code: FlagCode::PainNextMorning, judge: pain::next_morning, tell: pain::tell_next_morning },
    Rule { code: FlagCode::PainRising, judge: pain::rising, tell: pain::tell_rising },
    Rule { code: FlagCode::SessionSpike, judge: load::session_spike, tell: load::tell_session_spike },
    Rule { code: FlagCode::NoBaseline, judge: no_baseline::judge, tell: no_baseline::tell },
    Rule { code: FlagCode::WeeklyRamp, judge: load::weekly_ramp, tell: load::tell_weekly_ramp },
    Rule { code: FlagCode::UnderRecovery, judge: recovery::under_recovery, tell: recovery::tell_under_recovery },
    Rule { code: FlagCode::LoadRatio, judge: load::load_ratio, tell: load::tell_load_ratio },
    Rule { code: FlagCode::Monotony, judge: load::monotony, tell: load::tell_monotony },
    Rule { code: FlagCode::Strain, judge: strain::judge, tell: strain::tell },
    Rule { code: FlagCode::Returning, judge: load::returning, tell: load::tell_returning },
    Rule { code: FlagCode::RaceRecovery, judge: recovery::race_recovery, tell: recovery::tell_race_recovery },
    Rule { code: FlagCode::PreviousInjury, judge: injury::previous, tell: injury::tell_previous },
    Rule { code: FlagCode::ShoeDistance, judge: gear::shoe_distance, tell: gear::tell_shoe_distance },
    Rule { code: FlagCode::SinglePair, judge: gear::single_pair, tell: gear::tell_single_pair },
    Rule { code: FlagCode::MechanicsShift, judge: mechanics::shift, tell: mechanics::tell_shift },
    Rule { code: FlagCode::HeartRateSuspect, judge: heart_rate::suspect, tell: heart_rate::tell_suspect },
    Rule { code: FlagCode::NoHeartRate, judge: heart_rate::missing, tell: heart_rate::tell_missing },
    Rule { code: FlagCode::DataGap, judge: load::data_gap, tell: load::tell_data_gap },
];

/// Every verdict on the days of a range, by day, then in the order of codes.
pub(crate) fn judge(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.judge)(facts, days.clone(), &mut found);
    }
    // Each rule's are in order of days, and the rules in that of codes: counting them by day is all there is to sort.
    let mut places = vec![0; days.len() + 1];
    for verdict in &found {
        if let Some(count) = places.get_mut(verdict.day + 1 - days.start) {
            *count += 1;
        }
    }
    let mut place = verdicts.len();
    for count in &mut places {
        place += *count;
        *count = place;
    }
    let Some(filler) = found.first() else { return };
    verdicts.resize(place, *filler);
    for verdict in &found {
        if let Some(place) = places.get_mut(verdict.day - days.start)
            && let Some(free) = verdicts.get_mut(*place)
        {
            *free = *verdict;
            *place += 1;
        }
    }
}

/// A verdict as a flag with its inputs and words.
pub(crate) fn tell(facts: &Facts<'_>, verdict: &Verdict) -> Flag {
    let rule = RULES.iter().find(|rule| rule.code == verdict.code);
    flag(facts, verdict, rule.map(|rule| (rule.tell)(facts, verdict)).unwrap_or_default())
}

/// A verdict as a flag with words that were found for it.
pub(super) fn flag(facts: &Facts<'_>, verdict: &Verdict, told: Told) -> Flag {
    Flag {
        code: verdict.code,
        level: verdict.level,
        date: facts.date(verdict.day),
        session: told.session,
        about: told.about,
        value: Some(verdict.value).filter(|value| !value.is_nan()),
        threshold: Some(verdict.threshold).filter(|threshold| !threshold.is_nan()),
        unit: told.unit,
        evidence: verdict.code.evidence(),
        inputs: told.inputs,
        text: told.text + &context::of(facts, verdict),
    }
}

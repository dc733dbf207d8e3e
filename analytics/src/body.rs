//! What is worked out of a diary beside the days, once per analysis, for the rules that look at it.

use chrono::{Months, NaiveDate};

use crate::baseline::Baselines;
use crate::sites::{Site, sites};
use crate::wear::{Worn, worn};
use crate::{BodyParameters, DayGrid, Diary, Injury, Parameters};

/// Baselines, sites of pain, worn shoes and closed injuries of one athlete.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub(crate) baselines: Baselines,
    pub(crate) sites: Vec<Site>,
    pub(crate) worn: Vec<Worn>,
    /// By last day, then by first day and site.
    pub(crate) closed: Vec<Closed>,
}

/// An injury that is over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Closed {
    pub(crate) injury: Injury,
    pub(crate) last: NaiveDate,
    /// The first day on which it is no previous one any more.
    pub(crate) forgotten: NaiveDate,
}

impl Body {
    /// `known` are the baselines of a grid that differs only from the day at `from` on.
    pub(crate) fn of(grid: &DayGrid, diary: &Diary, parameters: &Parameters, known: &Baselines, from: usize) -> Body {
        Body {
            baselines: known.going_on(grid, diary, &parameters.body, from),
            sites: sites(grid, diary, &parameters.body),
            worn: worn(grid, diary),
            closed: closed(diary, &parameters.body),
        }
    }

    /// Only what the words of a planned run need.
    pub(crate) fn of_injuries(diary: &Diary, parameters: &Parameters) -> Body {
        Body { closed: closed(diary, &parameters.body), ..Body::default() }
    }
}

fn closed(diary: &Diary, parameters: &BodyParameters) -> Vec<Closed> {
    let months = Months::new(parameters.previous_injury_months);
    let closed = |injury: &Injury| {
        let last = injury.last?;
        let forgotten = last.checked_add_months(months).unwrap_or(NaiveDate::MAX);
        Some(Closed { injury: injury.clone(), last, forgotten })
    };
    let mut closed: Vec<Closed> = diary.injuries.iter().filter_map(closed).collect();
    closed.sort_by(|a, b| {
        let (one, other) = (&a.injury, &b.injury);
        (a.last, one.first, &one.site, one.side).cmp(&(b.last, other.first, &other.site, other.side))
    });
    closed
}

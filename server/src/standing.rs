//! Where an athlete stands on a day, and what pages and API read off it.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use plimsoll_analytics::{
    Analysis, Channel, Day, DayGrid, DayMetric, Episode, FlagCode, Gaps, LineOutlook, Measure, Parameters, PlannedRun,
    Reason, State as DayState, analyse, line_outlook, planned_run,
};

use crate::access::{Kind, Kinds};
use crate::entries::Body;
use crate::library::Library;
use crate::store::{ActivityRow, Athlete};
use crate::training;

/// How long a spike, or the first run in 30 days, stays among the active flags, days: as long as it stays out of the
/// careful line.
const SPIKE_STAYS_DAYS: i64 = 14;

/// No watch recorded a run before this day.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Whether a day can be the day of a run, seen from `today`: watches whose clock was never set write dates long before
/// there were any, or days to come. Tomorrow can be: it has begun elsewhere.
pub(crate) fn is_believable(date: NaiveDate, today: NaiveDate) -> bool {
    FIRST_DAY <= date && date <= today + Days::new(1)
}

/// Where an athlete stands on a day.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// The day: today in the athlete's time zone, or where the athlete ran last when it is a day further there.
    pub(crate) today: NaiveDate,
    /// The last day that is analysed: today once something was run, yesterday before that. A day that is not over is
    /// no rest day yet.
    pub(crate) as_of: NaiveDate,
    /// Every day's measures and all flags, up to `as_of`. `None` when there is no run yet.
    pub(crate) analysis: Option<Arc<Analysis>>,
    /// The line and when it moves.
    pub(crate) outlook: Option<LineOutlook>,
    /// The planned run, when one was asked for.
    pub(crate) planned: Option<PlannedRun>,
    /// Runs that count, in order of time.
    pub(crate) runs: Vec<ActivityRow>,
}

impl Standing {
    /// The measures of the last day analysed.
    pub(crate) fn day(&self) -> Option<Day<'_>> {
        self.analysis.as_deref()?.last()
    }

    /// Kilometres of the last seven days analysed; in the first week of the record, of the days there are.
    pub(crate) fn week_km(&self) -> Measure {
        let day = self.day().ok_or(Reason::NotRecorded)?;
        match day.get(DayMetric::WeekKm) {
            Err(Reason::ShortHistory) => {
                let days = self.analysis.as_deref().into_iter().flat_map(Analysis::days);
                days.map(|day| day.get(DayMetric::DistanceKm)).try_fold(0.0, |sum, km| Ok(sum + km?))
            }
            known => known,
        }
    }

    /// The weekly mean of the four weeks before the last seven days; `None` when the record is shorter or a day of
    /// theirs is unknown.
    pub(crate) fn usual_week_km(&self) -> Option<f64> {
        let analysis = self.analysis.as_deref()?;
        let first = analysis.len().checked_sub(35)?;
        let before = analysis.days().skip(first).take(28);
        let total: f64 = before.map(|day| day.get(DayMetric::DistanceKm).ok()).sum::<Option<f64>>()?;
        Some(total / 4.0)
    }

    /// Kilometres that are known in each of the last `count` weeks of seven days, oldest first.
    pub(crate) fn weeks_km(&self, count: usize) -> Vec<f64> {
        let mut weeks = vec![0.0; count];
        let days = self.analysis.as_deref().into_iter().flat_map(Analysis::days);
        for (days_ago, day) in days.rev().enumerate() {
            let week = count.checked_sub(days_ago / 7 + 1);
            if let Some(week) = week.and_then(|week| weeks.get_mut(week)) {
                *week += day.get(DayMetric::DistanceKm).unwrap_or(0.0);
            }
        }
        weeks
    }

    /// Flags that hold on the last day, and those of runs of the last 14 days that the line leaves out: the gravest
    /// first, then the newest.
    pub(crate) fn active_episodes(&self) -> Vec<Episode> {
        let Some(analysis) = self.analysis.as_deref() else { return Vec::new() };
        let mut active = analysis.episodes();
        active.retain(|episode| {
            if matches!(episode.flag.code, FlagCode::SessionSpike | FlagCode::NoBaseline) {
                (self.today - episode.last).num_days() < SPIKE_STAYS_DAYS
            } else {
                episode.last == self.as_of
            }
        });
        active.sort_by(|a, b| b.flag.level.cmp(&a.flag.level).then(b.first.cmp(&a.first)));
        active
    }

    /// The state as a person reads it; `None` before the first run.
    pub(crate) fn status(&self) -> Option<&'static str> {
        let rested = self.runs.last().map_or(0, |run| (self.today - run.local_date).num_days());
        Some(match self.day()?.state {
            DayState::Provisional => "provisional",
            DayState::Returning if rested > 14 => "away",
            DayState::Returning => "coming back",
            DayState::Steady => "steady",
        })
    }

    /// Whether the line would be higher with all runs counted.
    pub(crate) fn leaves_out_runs(&self) -> bool {
        self.outlook.as_ref().is_some_and(|outlook| {
            outlook.line_km.is_ok_and(|counted| outlook.careful_km.map_or(true, |careful| counted > careful + 0.05))
        })
    }
}

impl Library {
    /// Where `athlete` stands today, with `planned_km` weighed against the line when given. Of the diary only what
    /// `sees` holds goes into it: what somebody may not see shows in no flag and in no word of one.
    pub(crate) async fn standing(
        &self,
        athlete: &Athlete,
        sees: Kinds,
        planned_km: Option<f64>,
    ) -> anyhow::Result<Standing> {
        self.standing_of(athlete, sees, planned_km, None).await
    }

    /// The same with acute and chronic load and what rests on them in a channel of its own.
    pub(crate) async fn standing_of(
        &self,
        athlete: &Athlete,
        sees: Kinds,
        planned_km: Option<f64>,
        load: Option<Channel>,
    ) -> anyhow::Result<Standing> {
        let at_home = self.clock.today(athlete.profile.zone);
        let mut activities = self.store.activities(&athlete.id).await?;
        activities.retain(|activity| is_believable(activity.local_date, at_home));
        let runs: Vec<ActivityRow> =
            activities.iter().filter(|activity| activity.sport == "running").cloned().collect();
        // Where the athlete ran last, the next day may have begun.
        let today = runs.last().map_or(at_home, |run| run.local_date.max(at_home));
        let ran_today = runs.last().is_some_and(|run| run.local_date == today);
        let as_of = if ran_today { today } else { today.pred_opt().unwrap_or(today) };
        if runs.is_empty() {
            return Ok(Standing { today, as_of, analysis: None, outlook: None, planned: None, runs });
        }
        let values = if sees.contains(Kind::Diary) {
            self.store.diary(&athlete.id, FIRST_DAY, today).await?
        } else {
            Vec::new()
        };
        let mut entries = self.store.entries(&athlete.id).await?;
        entries.retain(|entry| {
            entry.removed_ms.is_none() && sees.contains(entry.body.data()) && entry.body.date() <= today
        });
        // In the order in which they were written.
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        let written: Vec<Body> = entries.into_iter().map(|entry| entry.body).collect();
        let computed = self
            .compute
            .run(move || {
                // Pages speak of distance unless asked for another kind of load.
                let load = Some(load.unwrap_or(Channel::Distance));
                let parameters = Parameters { load, ..Parameters::default() };
                let (sessions, diary) =
                    (training::sessions(&activities), training::diary(&activities, &values, &written));
                let grid = DayGrid::new(&sessions, &[], Some(as_of), Gaps::Rest)?;
                let grid = grid.with_intervals(&diary.intervals());
                let analysis = analyse(&grid, &diary, &parameters);
                let outlook = line_outlook(&grid, today, &parameters);
                let planned = planned_km.map(|km| planned_run(&grid, &diary, today, km, &parameters));
                Ok::<_, plimsoll_analytics::GridError>((analysis, outlook, planned))
            })
            .await?;
        let (analysis, outlook, planned) = computed.context("the stored runs do not make a calendar")?;
        Ok(Standing { today, as_of, analysis: Some(Arc::new(analysis)), outlook: Some(outlook), planned, runs })
    }
}

//! Where an athlete stands on a day, and what pages and API read off it.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use plimsoll_analytics::{
    Analysis, Channel, Day, DayGrid, DayMetric, Diary, Episode, FlagCode, Gaps, LineOutlook, Measure, Parameters,
    PlannedRun, Reason, Session, State as DayState, analyse, line_outlook, planned_run,
};

use crate::library::Library;
use crate::store::{ActivityRow, Athlete};

/// How long a spike stays among the active flags, days: as long as it stays out of the careful line.
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

    /// Flags that hold on the last day, and spikes of the last 14 days: the gravest first, then the newest.
    pub(crate) fn active_episodes(&self) -> Vec<Episode> {
        let Some(analysis) = self.analysis.as_deref() else { return Vec::new() };
        let mut active = analysis.episodes();
        active.retain(|episode| {
            if episode.flag.code == FlagCode::SessionSpike {
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
    pub(crate) fn leaves_out_spikes(&self) -> bool {
        self.outlook.as_ref().is_some_and(|outlook| {
            outlook.line_km.is_ok_and(|counted| outlook.careful_km.map_or(true, |careful| counted > careful + 0.05))
        })
    }
}

impl Library {
    /// Where `athlete` stands today, with `planned_km` weighed against the line when given.
    pub(crate) async fn standing(&self, athlete: &Athlete, planned_km: Option<f64>) -> anyhow::Result<Standing> {
        let at_home = self.clock.today(athlete.profile.zone);
        let mut runs = self.store.activities(&athlete.id).await?;
        runs.retain(|activity| activity.sport == "running" && is_believable(activity.local_date, at_home));
        // Where the athlete ran last, the next day may have begun.
        let today = runs.last().map_or(at_home, |run| run.local_date.max(at_home));
        let counted: Vec<Session> = runs.iter().map(counted_run).collect();
        let ran_today = counted.last().is_some_and(|run| run.date == today);
        let as_of = if ran_today { today } else { today.pred_opt().unwrap_or(today) };
        if counted.is_empty() {
            return Ok(Standing { today, as_of, analysis: None, outlook: None, planned: None, runs });
        }
        let computed = self
            .compute
            .run(move || {
                let parameters = Parameters::default();
                let grid = DayGrid::new(&counted, &[], Some(as_of), Gaps::Rest)?;
                let diary = Diary::default();
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

fn counted_run(activity: &ActivityRow) -> Session {
    let summary = &activity.summary;
    let distance_km = summary.distance_m.map(|metres| metres / 1000.0);
    Session::row(activity.id.clone(), activity.local_date, activity.start_ms, distance_km, None)
        .with(Channel::Time, summary.timer_time_s.map(|seconds| seconds / 60.0))
        .with(Channel::SessionRpe, summary.session_rpe_load)
        .with(Channel::BanisterTrimp, summary.trimp)
}

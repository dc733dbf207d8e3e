//! What an athlete's activities say together: limits, when somebody asks, and what an activity without heart rate
//! probably came to.

use plimsoll_analytics::{
    EstimateParameters, Load, LoadScales, LoadSource, NoLoad, RunnersRun, ThresholdEstimates, estimate_thresholds,
};

use super::Library;
use crate::standing::is_believable;
use crate::store::{ActivityRow, Athlete};
use crate::training::{loaded, peak_heart_rate};

impl Library {
    /// Estimates an athlete's limits from their runs up to today. Nothing is stored.
    pub(crate) async fn threshold_estimates(&self, athlete: &Athlete) -> anyhow::Result<ThresholdEstimates> {
        let today = self.clock.today(athlete.profile.zone);
        let mut activities = self.store.activities(&athlete.id).await?;
        activities.retain(|activity| activity.sport == "running" && is_believable(activity.local_date, today));
        let runs: Vec<RunnersRun<'_>> = activities
            .iter()
            .map(|run| RunnersRun {
                id: &run.id,
                date: run.local_date,
                summary: &run.summary,
                heart_rate: peak_heart_rate(run),
            })
            .collect();
        let as_of = runs.last().map_or(today, |run| run.date.max(today));
        let max_hr_bpm = athlete.profile.physiology.max_hr_bpm;
        Ok(estimate_thresholds(&runs, as_of, &EstimateParameters { max_hr_bpm, ..EstimateParameters::default() }))
    }

    /// The load of an activity, among the athlete's others when it has no TRIMP of its own that can be believed.
    pub(crate) async fn load_of(&self, activity: &ActivityRow) -> anyhow::Result<Result<Load, NoLoad>> {
        let own = LoadScales::default().load(loaded(activity));
        if own.is_ok_and(|load| load.source == LoadSource::Trimp) {
            return Ok(own);
        }
        let others = self.store.activities(&activity.athlete_id).await?;
        Ok(LoadScales::of(others.iter().map(loaded)).load(loaded(activity)))
    }
}

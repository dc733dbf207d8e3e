//! Changing what an athlete told about themselves, and everything that rests on it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use plimsoll_ingest::ReadOptions;
use plimsoll_ingest::same::{Richness, endings};

use super::Library;
use super::digest::{Wishes, WorkedOut, read, work_out};
use crate::blobs::records_key;
use crate::store::{ActivityRow, Athlete, AthleteError, Profile};

impl Library {
    /// Changes what an athlete told about themselves and works out anew what rests on it. `None` when there is no
    /// such athlete.
    pub(crate) async fn change_profile(&self, id: &str, profile: Profile) -> Result<Option<Athlete>, AthleteError> {
        if !self.store.set_profile(id, profile).await? {
            return Ok(None);
        }
        let Some(athlete) = self.store.athlete(id).await? else { return Ok(None) };
        // A task of its own: a person who goes away does not stop it half way.
        let (library, changed) = (self.clone(), athlete.clone());
        let summarising = tokio::spawn(async move { library.summarise_again(&changed).await });
        summarising.await.context("working out the summaries ended early")??;
        Ok(Some(athlete))
    }

    /// Works out every summary of an athlete anew, after heart-rate limits or sex changed, what activities are recognised
    /// by, and what looks wrong with them.
    pub(super) async fn summarise_again(&self, athlete: &Athlete) -> anyhow::Result<()> {
        let mut by_upload: BTreeMap<String, Vec<ActivityRow>> = BTreeMap::new();
        for activity in self.store.every_activity(&athlete.id).await? {
            by_upload.entry(activity.upload_id.clone()).or_default().push(activity);
        }
        for (upload_id, activities) in by_upload {
            self.summarise_upload(athlete, &upload_id, activities).await?;
        }
        self.store.relink_all(&athlete.id).await?;
        self.store.summaries_done(&athlete.id).await
    }

    /// Works out anew the summaries of `activities`, all those that came in one upload.
    async fn summarise_upload(
        &self,
        athlete: &Athlete,
        upload_id: &str,
        activities: Vec<ActivityRow>,
    ) -> anyhow::Result<()> {
        let Some(upload) = self.store.upload(&athlete.id, upload_id).await? else { return Ok(()) };
        let Some(bytes) = self.raw_bytes(&upload).await? else { return Ok(()) };
        let profile = athlete.profile.clone();
        let wishes: BTreeMap<String, (String, bool)> = activities
            .iter()
            .map(|activity| (activity.records_key.clone(), (activity.sport.clone(), activity.as_recorded)))
            .collect();
        let timings = self.timings.clone();
        let mut worked_out = self
            .compute
            .run(move || {
                let options = ReadOptions { zone: Some(profile.zone) };
                let Ok(file) = read(&bytes, &options, upload.details.as_ref()) else { return BTreeMap::new() };
                let endings = endings(&file);
                let activities = file.activities.into_iter().zip(endings).enumerate();
                let worked_out = activities.filter_map(|(position, (activity, ending))| {
                    let key = records_key(&upload.sha256, position);
                    let (sport, as_recorded) = wishes.get(&key)?;
                    let wishes = Wishes { sport: Some(sport), as_recorded: *as_recorded };
                    let richness = Richness::of(&activity, file.format);
                    let physiology = &profile.physiology;
                    let (worked_out, _) = work_out(activity, ending, richness, wishes, physiology, &timings);
                    Some((key, worked_out))
                });
                worked_out.collect::<BTreeMap<_, _>>()
            })
            .await?;
        for activity in &activities {
            if let Some(worked_out) = worked_out.remove(&activity.records_key) {
                let WorkedOut { summary, likeness, findings, cleaning, run_kind } = worked_out;
                let id = &activity.id;
                self.store.set_summary(&athlete.id, id, &summary, likeness.as_ref()).await?;
                self.store.set_examined(&athlete.id, id, &findings, &cleaning, run_kind).await?;
            }
        }
        Ok(())
    }

    /// Takes an activity's samples as they were recorded, or cleaned again. Returns false when there is no such
    /// activity.
    pub(crate) async fn set_as_recorded(
        &self,
        athlete: &Athlete,
        activity_id: &str,
        as_recorded: bool,
    ) -> anyhow::Result<bool> {
        let (store, athlete_id, id) = (self.store.clone(), athlete.id.clone(), activity_id.to_owned());
        let change = async move { store.set_as_recorded(&athlete_id, &id, as_recorded).await.map(drop) };
        self.change(athlete, activity_id, change).await
    }

    /// Changes an activity's sport, and works out anew what rests on it. Returns false when there is no such activity.
    pub(crate) async fn set_sport(&self, athlete: &Athlete, activity_id: &str, sport: &str) -> anyhow::Result<bool> {
        let (store, athlete_id, id) = (self.store.clone(), athlete.id.clone(), activity_id.to_owned());
        let sport = sport.to_owned();
        let change = async move { store.set_sport(&athlete_id, &id, &sport).await.map(drop) };
        self.change(athlete, activity_id, change).await
    }

    /// Makes a change to an activity, and works out anew what rests on it. Returns false when there is no such activity.
    async fn change(
        &self,
        athlete: &Athlete,
        activity_id: &str,
        change: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) -> anyhow::Result<bool> {
        let Some(activity) = self.store.activity(&athlete.id, activity_id).await? else { return Ok(false) };
        // A task of its own: a person who goes away does not stop it between the change and the summary.
        let (library, athlete) = (self.clone(), athlete.clone());
        let changing = tokio::spawn(async move {
            change.await?;
            let activities = library.store.activities_of_upload(&athlete.id, &activity.upload_id).await?;
            library.summarise_upload(&athlete, &activity.upload_id, activities).await?;
            library.store.relink_all(&athlete.id).await
        });
        changing.await.context("working out the summary ended early")??;
        Ok(true)
    }
}

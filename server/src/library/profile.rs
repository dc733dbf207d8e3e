//! Changing what an athlete told about themselves, and everything that rests on it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use plimsoll_analytics::summarise;
use plimsoll_ingest::ReadOptions;
use plimsoll_ingest::same::{Richness, endings};

use super::Library;
use super::digest::{clean, likeness, read};
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

    /// Works out every summary of an athlete anew, after heart-rate limits or sex changed, and what activities are
    /// recognised by.
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
        let as_recorded: BTreeSet<String> = activities
            .iter()
            .filter(|activity| activity.as_recorded)
            .map(|activity| activity.records_key.clone())
            .collect();
        let summaries = self
            .compute
            .run(move || {
                let options = ReadOptions { zone: Some(profile.zone) };
                let Ok(file) = read(&bytes, &options, upload.details.as_ref()) else { return BTreeMap::new() };
                let endings = endings(&file);
                let activities = file.activities.into_iter().zip(endings).enumerate();
                let summarised = activities.map(|(position, (mut activity, ending))| {
                    let key = records_key(&upload.sha256, position);
                    let richness = Richness::of(&activity, file.format);
                    if !as_recorded.contains(&key) {
                        clean(&mut activity);
                    }
                    let summary = summarise(&activity, &profile.physiology);
                    let likeness = likeness(&activity, ending, richness, &summary);
                    (key, (summary, likeness))
                });
                summarised.collect::<BTreeMap<_, _>>()
            })
            .await?;
        for activity in &activities {
            if let Some((summary, likeness)) = summaries.get(&activity.records_key) {
                self.store.set_summary(&athlete.id, &activity.id, summary, likeness.as_ref()).await?;
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
        let Some(activity) = self.store.activity(&athlete.id, activity_id).await? else { return Ok(false) };
        // A task of its own: a person who goes away does not stop it between the switch and the summary.
        let (library, athlete) = (self.clone(), athlete.clone());
        let changing = tokio::spawn(async move {
            library.store.set_as_recorded(&athlete.id, &activity.id, as_recorded).await?;
            let activities = library.store.activities_of_upload(&athlete.id, &activity.upload_id).await?;
            library.summarise_upload(&athlete, &activity.upload_id, activities).await?;
            library.store.relink_all(&athlete.id).await
        });
        changing.await.context("working out the summary ended early")??;
        Ok(true)
    }
}

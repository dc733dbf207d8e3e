//! Changing what an athlete told about themselves, and everything that rests on it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use plimsoll_analytics::summarise;
use plimsoll_ingest::ReadOptions;

use super::Library;
use super::digest::{likeness, read};
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
            let Some(upload) = self.store.upload(&athlete.id, &upload_id).await? else { continue };
            let Some(bytes) = self.raw_bytes(&upload).await? else { continue };
            let profile = athlete.profile.clone();
            let summaries = self
                .compute
                .run(move || {
                    let options = ReadOptions { zone: Some(profile.zone) };
                    let Ok(file) = read(&bytes, &options, upload.details.as_ref()) else { return BTreeMap::new() };
                    let summarised = file.activities.iter().enumerate().map(|(position, activity)| {
                        let summary = summarise(activity, &profile.physiology);
                        let likeness = likeness(activity, file.format, &summary);
                        (records_key(&upload.sha256, position), (summary, likeness))
                    });
                    summarised.collect::<BTreeMap<_, _>>()
                })
                .await?;
            for activity in &activities {
                if let Some((summary, likeness)) = summaries.get(&activity.records_key) {
                    self.store.set_summary(&athlete.id, &activity.id, summary, likeness.as_ref()).await?;
                }
            }
        }
        self.store.relink_all(&athlete.id).await?;
        self.store.summaries_done(&athlete.id).await
    }
}

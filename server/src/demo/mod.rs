//! The demo squad: six invented athletes with the files their watches would have written.
//!
//! Everything is generated: no real person, watch or run is in it. The places exist, the ways through them are
//! invented. `data/demo/squad.toml` says who runs what; the files take the same way in as any upload.

mod parameters;
mod plan;
mod random;
mod route;
mod run;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use plimsoll_analytics::Physiology;
use plimsoll_ingest::encode;
use thiserror::Error;

use crate::store::sex_from_name;
use parameters::{Athlete, Watch};
use plan::PlannedRun;
use random::Random;
use route::Routes;

/// One generated athlete with the files a watch would have written.
#[derive(Debug, Clone)]
pub(crate) struct DemoAthlete {
    /// An invented name.
    pub(crate) name: String,
    /// The athlete's time zone.
    pub(crate) zone: Tz,
    /// What the athlete knows of their limits.
    pub(crate) physiology: Physiology,
    /// FIT and GPX files, oldest first.
    pub(crate) files: Vec<DemoFile>,
}

/// One generated file.
#[derive(Debug, Clone)]
pub(crate) struct DemoFile {
    /// Name with extension, unique for the athlete.
    pub(crate) name: String,
    /// Content.
    pub(crate) bytes: Vec<u8>,
}

/// Why the squad could not be generated: its parameters are wrong.
#[derive(Debug, Error)]
pub(crate) enum SquadError {
    /// The file does not parse.
    #[error("data/demo/squad.toml: {0}")]
    Parameters(#[from] toml::de::Error),
    /// A day before the calendar begins.
    #[error("there is no day {days_ago} days before {today}")]
    NoSuchDay {
        /// The day the squad was to stand on.
        today: NaiveDate,
        /// Days before it.
        days_ago: u32,
    },
}

/// Generates the squad as it stands on `today`; the same day gives the same bytes.
///
/// `today` is the athletes' local date. The newest runs are of `today` (early in the morning) or the day before.
///
/// # Errors
/// [`SquadError`] when the embedded parameters are wrong, or `today` is at the very beginning of the calendar.
pub(crate) fn squad(today: NaiveDate) -> Result<Vec<DemoAthlete>, SquadError> {
    parameters::load()?.into_iter().map(|athlete| generate(athlete, today)).collect()
}

fn generate(athlete: Athlete, today: NaiveDate) -> Result<DemoAthlete, SquadError> {
    let runs = plan::runs(&athlete);
    let longest_m = runs.iter().map(|run| run.distance_m).fold(0.0, f64::max);
    let routes = Routes::new(athlete.place, athlete.seed, longest_m);
    let files = runs.iter().map(|run| file(&athlete, &routes, run, today)).collect::<Result<_, _>>()?;
    let physiology = Physiology {
        sex: athlete.sex.as_deref().and_then(sex_from_name),
        resting_hr_bpm: athlete.resting_hr_bpm,
        max_hr_bpm: athlete.max_hr_bpm,
        threshold_hr_bpm: athlete.threshold_hr_bpm,
        threshold_speed_mps: athlete.threshold_hr_bpm.map(|_| athlete.threshold_mps),
        vt1_hr_bpm: athlete.vt1_hr_bpm,
        vt2_hr_bpm: athlete.vt2_hr_bpm,
    };
    Ok(DemoAthlete { name: athlete.name, zone: athlete.zone, physiology, files })
}

fn file(athlete: &Athlete, routes: &Routes, run: &PlannedRun, today: NaiveDate) -> Result<DemoFile, SquadError> {
    let date = today
        .checked_sub_days(Days::new(run.days_ago.into()))
        .ok_or(SquadError::NoSuchDay { today, days_ago: run.days_ago })?;
    let local = date.and_time(start_time(athlete, run));
    let (start, utc_offset_s) = to_utc(athlete.zone, local);
    let recording = run::record(athlete, routes, run, start, utc_offset_s);
    let stem = local.format("%Y-%m-%d-%H%M%S");
    Ok(match athlete.watch {
        Watch::Fit => DemoFile { name: format!("{stem}.fit"), bytes: encode::fit(&recording) },
        Watch::Gpx => DemoFile { name: format!("{stem}.gpx"), bytes: encode::gpx(&recording).into_bytes() },
    })
}

/// Wall-clock time of the start: before work or after it; today's run very early, so that it is over.
fn start_time(athlete: &Athlete, run: &PlannedRun) -> NaiveTime {
    let mut random = Random::new(athlete.seed, 2_000 + u64::from(run.days_ago));
    let hour = match (run.days_ago, random.unit() < 0.55) {
        (0, _) => 4.0,
        (_, true) => 6.2 + 1.2 * random.unit(),
        (_, false) => 17.3 + 1.2 * random.unit(),
    };
    let seconds = (hour * 3600.0 + 600.0 * random.unit()) as u32;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or(NaiveTime::MIN)
}

/// The moment of a wall-clock time, and the offset from UTC that holds then, seconds.
fn to_utc(zone: Tz, local: NaiveDateTime) -> (DateTime<Utc>, i32) {
    let moment = match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment,
        // Clocks went forward over it: an hour later exists.
        LocalResult::None => zone.from_utc_datetime(&(local + TimeDelta::hours(1))),
    };
    (moment.with_timezone(&Utc), moment.offset().fix().local_minus_utc())
}

#[cfg(test)]
mod tests;

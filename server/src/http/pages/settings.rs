//! What an athlete tells about themselves, and what their files say of it when they ask.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use chrono::NaiveDate;
use plimsoll_analytics::{Estimate, NoEstimate, Physiology, Support, ThresholdEstimates};
use serde::Deserialize;

use super::athletes::refused;
use super::{Shell, render};
use crate::http::App;
use crate::http::error::{PageError, Problem};
use crate::http::extract::{PageForm, PageQuery};
use crate::http::who::{May, WriteLoad};
use crate::store::{Athlete, Profile, sex_from_name, sex_name};
use crate::words;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    shell: Shell,
    id: String,
    form: SettingsForm,
    zones: Vec<&'static str>,
    problem: Option<String>,
    saved: bool,
    /// Whether estimates stand in the form that nobody has saved.
    taken_over: bool,
    estimates: Option<Estimates>,
}

/// The fields as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct SettingsForm {
    name: String,
    zone: String,
    #[serde(default)]
    sex: String,
    #[serde(default)]
    resting_hr_bpm: String,
    #[serde(default)]
    max_hr_bpm: String,
    #[serde(default)]
    threshold_hr_bpm: String,
    /// Minutes and seconds per kilometre.
    #[serde(default)]
    threshold_pace: String,
    #[serde(default)]
    vt1_hr_bpm: String,
    #[serde(default)]
    vt2_hr_bpm: String,
}

/// Whether to estimate, and which of the estimates to put into the form.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SettingsQuery {
    estimate: Option<String>,
    max_hr: Option<String>,
    threshold_hr: Option<String>,
    threshold_pace: Option<String>,
}

impl From<&Athlete> for SettingsForm {
    fn from(athlete: &Athlete) -> Self {
        let Profile { name, zone, physiology } = &athlete.profile;
        let bpm = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        Self {
            name: name.clone(),
            zone: zone.name().to_owned(),
            sex: physiology.sex.map_or("", sex_name).to_owned(),
            resting_hr_bpm: bpm(physiology.resting_hr_bpm),
            max_hr_bpm: bpm(physiology.max_hr_bpm),
            threshold_hr_bpm: bpm(physiology.threshold_hr_bpm),
            threshold_pace: physiology.threshold_speed_mps.map_or_else(String::new, pace),
            vt1_hr_bpm: bpm(physiology.vt1_hr_bpm),
            vt2_hr_bpm: bpm(physiology.vt2_hr_bpm),
        }
    }
}

fn pace(speed_mps: f64) -> String {
    words::minutes_seconds(1000.0 / speed_mps)
}

/// Metres per second from `4:30` (minutes and seconds per kilometre).
fn speed(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.split_once(':')?;
    let (minutes, seconds): (u16, f64) = (minutes.trim().parse().ok()?, seconds.trim().replace(',', ".").parse().ok()?);
    let total = f64::from(minutes) * 60.0 + seconds;
    ((0.0..60.0).contains(&seconds) && total > 0.0).then(|| 1000.0 / total)
}

impl SettingsForm {
    /// The profile that the fields say; a pace that still reads as it was shown keeps the speed behind it.
    fn profile(&self, before: &Profile) -> Result<Profile, String> {
        let number = |name: &str, text: &str| match text.trim() {
            "" => Ok(None),
            text => text.replace(',', ".").parse().map(Some).map_err(|_| format!("{name}: “{text}” is not a number.")),
        };
        let zone = self.zone.trim();
        let mut profile = Profile::named(&self.name);
        profile.zone =
            zone.parse().map_err(|_| format!("“{zone}” is not a time zone. Write it like Europe/Copenhagen."))?;
        let body = &mut profile.physiology;
        body.sex = sex_from_name(&self.sex);
        body.resting_hr_bpm = number("Resting heart rate", &self.resting_hr_bpm)?;
        body.max_hr_bpm = number("Maximum heart rate", &self.max_hr_bpm)?;
        body.threshold_hr_bpm = number("Threshold heart rate", &self.threshold_hr_bpm)?;
        body.vt1_hr_bpm = number("Heart rate at VT1", &self.vt1_hr_bpm)?;
        body.vt2_hr_bpm = number("Heart rate at VT2", &self.vt2_hr_bpm)?;
        let typed = self.threshold_pace.trim();
        let known = before.physiology.threshold_speed_mps.filter(|mps| pace(*mps) == typed);
        body.threshold_speed_mps = match typed {
            "" => None,
            typed => Some(known.or_else(|| speed(typed)).ok_or_else(|| {
                format!("Threshold pace: “{typed}” is not a pace. Write minutes and seconds per km, like 4:30.")
            })?),
        };
        Ok(profile)
    }

    /// Puts the estimates that were chosen into the fields; whether there were any.
    fn take_over(&mut self, query: &SettingsQuery, estimates: &ThresholdEstimates) -> bool {
        let mut any = false;
        let mut put = |wanted: &Option<String>,
                       field: &mut String,
                       estimate: &Result<Estimate, NoEstimate>,
                       shown: fn(f64) -> String| {
            if let (Some(_), Ok(estimate)) = (wanted, estimate) {
                *field = shown(estimate.value);
                any = true;
            }
        };
        put(&query.max_hr, &mut self.max_hr_bpm, &estimates.max_hr_bpm, words::whole);
        put(&query.threshold_hr, &mut self.threshold_hr_bpm, &estimates.threshold_hr_bpm, words::whole);
        put(&query.threshold_pace, &mut self.threshold_pace, &estimates.threshold_speed_mps, pace);
        any
    }
}

/// What the files say, in words.
struct Estimates {
    /// First and last day.
    from: String,
    to: String,
    rows: Vec<EstimateRow>,
}

struct EstimateRow {
    /// Name of the field in the query.
    field: &'static str,
    name: &'static str,
    /// The value, or nothing.
    value: Option<String>,
    /// What the person has set.
    set: Option<String>,
    /// Its interval and what both mean; why there is none.
    text: String,
    efforts: Vec<EffortLine>,
}

/// An effort that an estimate rests on.
struct EffortLine {
    activity: String,
    text: String,
    day: String,
}

fn estimates(found: &ThresholdEstimates, known: &Physiology, today: NaiveDate) -> Estimates {
    let bpm = |value: f64| format!("{}\u{a0}bpm", words::whole(value));
    let per_km = |mps: f64| format!("{}\u{a0}min/km", pace(mps));
    let day = |date: NaiveDate| words::day_month_near(date, today);
    let row = |field,
               name,
               set: Option<f64>,
               estimate: &Result<Estimate, NoEstimate>,
               shown: &dyn Fn(f64) -> String,
               held: &dyn Fn(&Support) -> String,
               text: &dyn Fn(&Estimate) -> String| {
        let lines = |estimate: &Estimate| {
            let line = |support: &Support| EffortLine {
                activity: support.run.clone(),
                text: held(support),
                day: day(support.date),
            };
            estimate.from.iter().map(line).collect()
        };
        match estimate {
            Ok(estimate) => EstimateRow {
                field,
                name,
                value: Some(shown(estimate.value)),
                set: set.map(shown),
                text: text(estimate),
                efforts: lines(estimate),
            },
            Err(missing) => EstimateRow {
                field,
                name,
                value: None,
                set: set.map(shown),
                text: format!("Cannot be said: {missing}."),
                efforts: Vec::new(),
            },
        }
    };
    let rate_held = |support: &Support| format!("{} over {}", bpm(support.value), words::short_time(support.time_s));
    let distance_held = |support: &Support| {
        let km = words::two_decimals(support.value / 1000.0);
        format!("{km}\u{a0}km in {} ({})", words::short_time(support.time_s), per_km(support.value / support.time_s))
    };
    let max = |estimate: &Estimate| {
        format!(
            "At least {}: the highest mean over 10 s in {}. How far the maximum lies above it these runs cannot say; few \
             come close to it unless they are raced or run as a test.",
            bpm(estimate.value),
            words::count(estimate.runs as u64, "run", "runs"),
        )
    };
    let high = |estimate: &Estimate| estimate.high.unwrap_or(estimate.value);
    let threshold = |estimate: &Estimate| {
        format!(
            "Between {} and {}: the highest means over 60 and 20 min of {}, and over 30 min in the middle. Too low when \
             none of those was run as hard as it could be held.",
            bpm(estimate.low),
            bpm(high(estimate)),
            words::count(estimate.runs as u64, "run", "runs")
        )
    };
    let d_prime =
        found.d_prime_m.map_or_else(String::new, |metres| format!(" D′ of the same line: {} m.", words::whole(metres)));
    let speed = |estimate: &Estimate| {
        let slow = if estimate.low > 0.5 { per_km(estimate.low) } else { "walking pace".to_owned() };
        format!(
            "Critical speed, from the farthest you ran in each of {} times. {} to {} is the scatter of these efforts about \
             their line (95 %), and says nothing of whether they were run as fast as possible: where they were not, \
             the pace is faster than all of it.{d_prime}",
            estimate.from.len(),
            per_km(high(estimate)),
            slow,
        )
    };
    Estimates {
        from: day(found.from),
        to: day(found.to),
        rows: vec![
            row("max_hr", "Maximum heart rate", known.max_hr_bpm, &found.max_hr_bpm, &bpm, &rate_held, &max),
            row(
                "threshold_hr",
                "Threshold heart rate",
                known.threshold_hr_bpm,
                &found.threshold_hr_bpm,
                &bpm,
                &rate_held,
                &threshold,
            ),
            row(
                "threshold_pace",
                "Threshold pace",
                known.threshold_speed_mps,
                &found.threshold_speed_mps,
                &per_km,
                &distance_held,
                &speed,
            ),
        ],
    }
}

fn settings_page(app: &App, may: &May<WriteLoad>, athlete: &Athlete, form: SettingsForm) -> SettingsPage {
    SettingsPage {
        shell: Shell::of(app, may, "settings", "Settings"),
        id: athlete.id.clone(),
        form,
        zones: chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect(),
        problem: None,
        saved: false,
        taken_over: false,
        estimates: None,
    }
}

pub(super) async fn page(
    State(app): State<App>,
    may: May<WriteLoad>,
    PageQuery(query): PageQuery<SettingsQuery>,
) -> Result<Html<String>, PageError> {
    let athlete = &may.athlete;
    let mut page = settings_page(&app, &may, athlete, SettingsForm::from(athlete));
    if query.estimate.is_some() {
        let found = app.library.threshold_estimates(athlete).await?;
        page.taken_over = page.form.take_over(&query, &found);
        page.estimates =
            Some(estimates(&found, &athlete.profile.physiology, app.library.clock.today(athlete.profile.zone)));
    }
    render(&page)
}

pub(super) async fn change(
    State(app): State<App>,
    may: May<WriteLoad>,
    PageForm(form): PageForm<SettingsForm>,
) -> Result<Response, PageError> {
    let before = &may.athlete;
    let again = |form, problem| -> Result<Response, PageError> {
        let page = SettingsPage { problem: Some(problem), ..settings_page(&app, &may, before, form) };
        Ok(refused(render(&page)?))
    };
    let profile = match form.profile(&before.profile) {
        Ok(profile) => profile,
        Err(problem) => return again(form, problem),
    };
    match app.library.change_profile(&before.id, profile).await {
        Ok(after) => {
            let after = after.ok_or_else(|| Problem::no_such("athlete"))?;
            let page = SettingsPage { saved: true, ..settings_page(&app, &may, &after, SettingsForm::from(&after)) };
            Ok(render(&page)?.into_response())
        }
        Err(error) => {
            let problem = Problem::from(error);
            if problem.status >= 500 {
                return Err(problem.into());
            }
            again(form, problem.detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_as_runners_write_it() {
        let near = |text: &str, mps: f64| speed(text).is_some_and(|speed| (speed - mps).abs() < 1e-9);
        assert!(near("4:10", 4.0) && near(" 4:10 ", 4.0) && near("4 : 10,0", 4.0));
        for text in ["", "4", "4.5", "4:60", "4:-1", "0:00", "x:10", "-4:10", "4:10:00"] {
            assert_eq!(speed(text), None, "{text}");
        }
    }

    #[test]
    fn a_pace_that_nobody_changed_keeps_the_speed_behind_it() {
        let mut before = Profile::named("Ada");
        before.physiology.threshold_speed_mps = Some(3.95);
        let form = SettingsForm {
            name: "Ada".to_owned(),
            zone: "UTC".to_owned(),
            threshold_pace: pace(3.95),
            ..SettingsForm::default()
        };
        assert_eq!(form.profile(&before).unwrap().physiology.threshold_speed_mps, Some(3.95));
        let changed = SettingsForm { threshold_pace: "4:10".to_owned(), ..form.clone() };
        assert_eq!(changed.profile(&before).unwrap().physiology.threshold_speed_mps, Some(4.0));
        let wrong = SettingsForm { threshold_pace: "4,5".to_owned(), ..form };
        assert_eq!(
            wrong.profile(&before).unwrap_err(),
            "Threshold pace: “4,5” is not a pace. Write minutes and seconds per km, like 4:30."
        );
    }
}

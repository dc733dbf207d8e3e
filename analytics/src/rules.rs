//! The rules: from measures to flags, one function per code.

use chrono::NaiveDate;

use crate::breaks::Break;
use crate::days::DayKind;
use crate::indicators::{WEEK, index_of, unknown_days};
use crate::longest::{Compared, Longest};
use crate::parameters::{is_above, is_below};
use crate::{Day, DayGrid, Flag, FlagCode, Level, Parameters, SpikeClass, kernels, words};

/// What the rules look at.
pub(crate) struct Facts<'a> {
    pub(crate) grid: &'a DayGrid,
    pub(crate) runs: &'a [Compared<'a>],
    pub(crate) breaks: &'a [Break],
    pub(crate) days: &'a [Day],
    pub(crate) parameters: &'a Parameters,
}

/// All flags, by date, then code, then order of the runs.
pub(crate) fn flags(facts: &Facts<'_>) -> Vec<Flag> {
    let spikes = facts.runs.iter().filter_map(|compared| {
        let (baseline, date) = (compared.baseline?, compared.run.date);
        let run = Session { id: Some(compared.run.id.clone()), date, km: compared.km };
        session_spike(facts.grid, &run, baseline, facts.parameters)
    });
    let rules = [weekly_ramp, load_ratio, monotony, returning, data_gap];
    let daily = facts
        .days
        .iter()
        .enumerate()
        .flat_map(|(index, day)| rules.into_iter().filter_map(move |rule| rule(facts, index, day)));
    let mut flags: Vec<Flag> = spikes.chain(daily).collect();
    flags.sort_by_key(|flag| (flag.date, flag.code));
    flags
}

fn flag(code: FlagCode, level: Level, date: NaiveDate, text: String) -> Flag {
    Flag { code, level, date, run: None, value: None, threshold: None, unit: "", evidence: code.evidence(), text }
}

/// A run that was done (with its id) or is planned (without).
pub(crate) struct Session {
    pub(crate) id: Option<String>,
    pub(crate) date: NaiveDate,
    pub(crate) km: f64,
}

/// A run against the longest of the 30 days before it.
pub(crate) fn session_spike(grid: &DayGrid, run: &Session, baseline: Longest, parameters: &Parameters) -> Option<Flag> {
    let ratio = run.km / baseline.km;
    let class = SpikeClass::with(ratio, parameters);
    let level = class.level()?;
    let (threshold, range) = match class {
        SpikeClass::Large => (parameters.large_spike, "more than twice the longest"),
        SpikeClass::Moderate => (parameters.moderate_spike, "more than 30 % and up to 100 % longer"),
        SpikeClass::Small | SpikeClass::Reference => (parameters.small_spike, "more than 10 % and up to 30 % longer"),
    };
    let is_planned = run.id.is_none();
    let code = if is_planned { FlagCode::PlannedSessionSpike } else { FlagCode::SessionSpike };
    let (verb, window) = if is_planned {
        ("would be", format!("the 30 days before {}", words::day(run.date)))
    } else {
        ("is", "the last 30 days".to_owned())
    };
    let when = if baseline.date == run.date {
        "earlier the same day".to_owned()
    } else {
        format!("on {}", words::day(baseline.date))
    };
    let mut text = format!(
        "{} {verb} {} longer than your longest run in {window} ({} {when}). In the largest study of runners, \
         runs {range} had a higher rate of overuse injury than runs at most 10 % longer.",
        words::km(run.km),
        words::more(ratio, threshold),
        words::km(baseline.km),
    );
    let index = index_of(grid, run.date).unwrap_or_default();
    let window = parameters.line_days as usize;
    if index < window {
        let begins = if index == 0 { "that day".to_owned() } else { format!("only {} before", words::days(index)) };
        text += &format!(" The record begins {begins}, so a longer run may be missing.");
    }
    let unknown = unknown_days(grid, index, window);
    if unknown > 0 {
        text +=
            &format!(" {} of that window {} unknown.", words::days(unknown), if unknown == 1 { "is" } else { "are" });
    }
    Some(Flag {
        run: run.id.clone(),
        value: Some(ratio),
        threshold: Some(threshold),
        unit: "ratio",
        ..flag(code, level, run.date, text)
    })
}

fn weekly_ramp(facts: &Facts<'_>, index: usize, day: &Day) -> Option<Flag> {
    let parameters = facts.parameters;
    let (week, ramp) = (day.week_km.ok()?, day.ramp_pct.ok()?);
    let distances = facts.grid.distance_km();
    let before = kernels::trailing_sum(distances, index, WEEK, WEEK)?;
    let three = kernels::trailing_mean(distances, index, WEEK, 3 * WEEK, parameters.unknown_share)? * WEEK as f64;
    let factor = 1.0 + parameters.ramp_pct / 100.0;
    if !is_above(week, factor * before) || !is_above(week, factor * three) {
        return None;
    }
    let is_little = is_below(week, parameters.ramp_floor_km);
    let meaning = if is_little {
        format!("Below {:.0} km a week percentages mean little.", parameters.ramp_floor_km)
    } else {
        "Among novice runners, increases over 30 % went with more injuries of the kinds tied to distance, though \
         chance could explain the difference."
            .to_owned()
    };
    let text = format!(
        "{} in the last 7 days is {} more than in the 7 days before ({}) and {} more than the mean of the 3 weeks \
         before ({}). {meaning}",
        words::km(week),
        words::more(week / before, factor),
        words::km(before),
        words::more(week / three, factor),
        words::km(three),
    );
    let level = if is_little { Level::Info } else { Level::Caution };
    Some(Flag {
        value: Some(ramp),
        threshold: Some(parameters.ramp_pct),
        unit: "%",
        ..flag(FlagCode::WeeklyRamp, level, day.date, text)
    })
}

fn load_ratio(facts: &Facts<'_>, _index: usize, day: &Day) -> Option<Flag> {
    let parameters = facts.parameters;
    let (ratio, acute, chronic) = (day.ratio_coupled.ok()?, day.acute.ok()?, day.chronic.ok()?);
    let (side, threshold) = if is_above(ratio, parameters.ratio_very_high) {
        ("above", parameters.ratio_very_high)
    } else if is_above(ratio, parameters.ratio_high) {
        ("above", parameters.ratio_high)
    } else if is_below(ratio, parameters.ratio_low) {
        ("below", parameters.ratio_low)
    } else {
        return None;
    };
    let unit = if facts.grid.has_load() { "load units" } else { "km" };
    let text = format!(
        "Load ratio {ratio:.2}, {side} {threshold:.1}: {acute:.1} {unit} per day over the last {} days against \
         {chronic:.1} over the last {} (coupled rolling means). The usual bounds come from team sports and are \
         contested: two studies of runners found fewer injuries at high ratios, not more. Context, not a warning.",
        parameters.acute_days, parameters.chronic_days,
    );
    Some(Flag {
        value: Some(ratio),
        threshold: Some(threshold),
        unit: "ratio",
        ..flag(FlagCode::LoadRatio, Level::Info, day.date, text)
    })
}

fn monotony(facts: &Facts<'_>, _index: usize, day: &Day) -> Option<Flag> {
    let parameters = facts.parameters;
    let monotony = day.monotony.ok()?;
    let (level, threshold) = if is_above(monotony, parameters.monotony_caution) {
        (Level::Caution, parameters.monotony_caution)
    } else if is_above(monotony, parameters.monotony_info) {
        (Level::Info, parameters.monotony_info)
    } else {
        return None;
    };
    let shown = if monotony >= parameters.monotony_cap {
        format!("{monotony:.0} or more (the 7 days hardly differ)")
    } else {
        format!("{monotony:.2}")
    };
    let text = format!(
        "Monotony of the last 7 days is {shown}, above {threshold:.2}: the mean daily load divided by its spread. \
         Hard and easy days are close together. The evidence is one small study of illness, and the bound is a habit \
         of training logs.",
    );
    Some(Flag {
        value: Some(monotony),
        threshold: Some(threshold),
        unit: "ratio",
        ..flag(FlagCode::Monotony, level, day.date, text)
    })
}

fn returning(facts: &Facts<'_>, index: usize, day: &Day) -> Option<Flag> {
    let parameters = facts.parameters;
    let on = |index| facts.grid.date(index).map(|date| words::day(date).to_string()).unwrap_or_default();
    let (value, text) = match *facts.breaks.get(index)? {
        Break::None => return None,
        Break::Away { days, last_run } => (
            days,
            format!(
                "No run for {} (the last was on {}). Ratios are left out until {} days from the first run back; \
                 build up in stages rather than by percentages.",
                words::days(days),
                on(last_run),
                parameters.return_days,
            ),
        ),
        Break::Back { day: back, away, first_run } => (
            away,
            format!(
                "Day {back} of {} since the first run ({}) after {} without one. Ratios are left out until then; \
                 build up in stages rather than by percentages.",
                parameters.return_days,
                on(first_run),
                words::days(away),
            ),
        ),
    };
    Some(Flag {
        value: Some(value as f64),
        threshold: Some(parameters.break_days as f64),
        unit: "days",
        ..flag(FlagCode::Returning, Level::Info, day.date, text)
    })
}

fn data_gap<'a>(facts: &Facts<'a>, index: usize, day: &Day) -> Option<Flag> {
    let window = facts.parameters.chronic_days.min(index + 1);
    let values = |channel: &'a [Option<f64>]| kernels::trailing(channel, index, 0, window).unwrap_or_default();
    let (distances, loads) = (values(facts.grid.distance_km()), values(facts.grid.load()));
    let (has_distance, has_load) = (facts.grid.has_distance(), facts.grid.has_load());
    let distance = if has_distance { distances.iter().filter(|value| value.is_none()).count() } else { 0 };
    let load = if has_load { loads.iter().filter(|value| value.is_none()).count() } else { 0 };
    let kinds = kernels::trailing(facts.grid.kinds(), index, 0, window).unwrap_or_default();
    let unknown = (kinds.iter().zip(distances).zip(loads))
        .filter(|((kind, distance), load)| {
            **kind == DayKind::Unknown || (has_distance && distance.is_none()) || (has_load && load.is_none())
        })
        .count();
    if unknown == 0 {
        return None;
    }
    let detail = if has_distance && has_load && distance != load {
        format!(" (distance: {distance}, load: {load})")
    } else {
        String::new()
    };
    let text = format!(
        "{unknown} of the last {} {} unknown{detail}. Means are over the known days, and a measure is left out when \
         more than {:.0} % of its days are unknown.",
        words::days(window),
        if unknown == 1 { "is" } else { "are" },
        facts.parameters.unknown_share * 100.0,
    );
    Some(Flag {
        value: Some(unknown as f64),
        threshold: Some(0.0),
        unit: "days",
        ..flag(FlagCode::DataGap, Level::Info, day.date, text)
    })
}

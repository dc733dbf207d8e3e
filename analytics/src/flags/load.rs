//! Rules on loads: one run, a week, ratios, sameness, breaks, gaps.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict, flag};
use super::{Flag, FlagCode, Input, Level, SpikeClass, words};
use crate::breaks::Break;
use crate::days::DayKind;
use crate::indicators::{WEEK, unknown_days};
use crate::kernels::Spread;
use crate::longest::{Length, Weighed};
use crate::parameters::{is_above, is_below};
use crate::{Channel, DayMetric, Parameters};

/// What a load ratio is in: the channel that is looked at.
pub(super) fn load_unit(facts: &Facts<'_>) -> &'static str {
    let is_recorded = |channel| facts.own.is_some_and(|own| own.grid.is_recorded(channel));
    facts.parameters.channel(is_recorded).unit()
}

pub(super) fn session_spike(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    for (place, weighed) in facts.days.runs_of(days) {
        verdicts.extend(spike(weighed, place, FlagCode::SessionSpike, facts.parameters));
    }
}

fn spike(weighed: &Weighed, place: usize, code: FlagCode, parameters: &Parameters) -> Option<Verdict> {
    let threshold = match weighed.class {
        SpikeClass::Large => parameters.large_spike,
        SpikeClass::Moderate => parameters.moderate_spike,
        SpikeClass::Small => parameters.small_spike,
        SpikeClass::Reference | SpikeClass::NoBaseline => return None,
    };
    Some(Verdict {
        code,
        level: weighed.class.level()?,
        day: weighed.run.day,
        subject: place,
        value: weighed.run.km / weighed.baseline?.km,
        threshold,
    })
}

pub(super) fn tell_session_spike(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let id = facts.own.and_then(|own| own.grid.measured_runs().nth(verdict.subject)).map(|run| run.id.clone());
    let weighed = facts.days.runs.get(verdict.subject);
    let told = weighed.map(|weighed| tell_spike(facts, weighed, verdict, false)).unwrap_or_default();
    Told { session: id, ..told }
}

/// The flag that a planned run raises, beside the longest run of the days before it.
pub(crate) fn planned_spike(facts: &Facts<'_>, weighed: &Weighed) -> Option<Flag> {
    let verdict = spike(weighed, 0, FlagCode::PlannedSessionSpike, facts.parameters)?;
    let told = tell_spike(facts, weighed, &verdict, true);
    Some(flag(facts, &verdict, told))
}

fn tell_spike(facts: &Facts<'_>, weighed: &Weighed, verdict: &Verdict, is_planned: bool) -> Told {
    let Weighed { run, baseline, class, .. } = *weighed;
    let baseline = baseline.unwrap_or(run);
    let range = match class {
        SpikeClass::Large => "more than twice the longest",
        SpikeClass::Moderate => "more than 30 % and up to 100 % longer",
        SpikeClass::Small | SpikeClass::Reference | SpikeClass::NoBaseline => "more than 10 % and up to 30 % longer",
    };
    let (verb, window) = if is_planned {
        ("would be", format!("the 30 days before {}", words::day(facts.date(run.day))))
    } else {
        ("is", "the last 30 days".to_owned())
    };
    let when = if baseline.day == run.day {
        "earlier the same day".to_owned()
    } else {
        format!("on {}", words::day(facts.date(baseline.day)))
    };
    let mut text = format!(
        "{} {verb} {} longer than your longest run in {window} ({} {when}). In the largest study of runners, \
         runs {range} had a higher rate of overuse injury than runs at most 10 % longer.",
        words::km(run.km),
        words::more(verdict.value, verdict.threshold),
        words::km(baseline.km),
    );
    let window = facts.parameters.line_days;
    if run.day < window {
        let begins = if run.day == 0 { "that day".to_owned() } else { format!("only {} before", words::days(run.day)) };
        text += &format!(" The record begins {begins}, so a longer run may be missing.");
    }
    let unknown = unknown_days(&facts.days, run.day, window);
    if unknown > 0 {
        text +=
            &format!(" {} of that window {} unknown.", words::days(unknown), if unknown == 1 { "is" } else { "are" });
    }
    Told { unit: "ratio", inputs: spike_inputs(facts, run, baseline, unknown), text, ..Told::default() }
}

fn spike_inputs(facts: &Facts<'_>, run: Length, baseline: Length, unknown: usize) -> Vec<Input> {
    vec![
        Input::number("distance_km", run.km, "km"),
        Input::number("longest_30d_km", baseline.km, "km"),
        Input::date("longest_on", facts.date(baseline.day)),
        Input::number("unknown_days", unknown as f64, "days"),
    ]
}

pub(super) fn weekly_ramp(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = facts.parameters;
    let (weeks, three) = (facts.values(DayMetric::WeekKm), facts.values(DayMetric::Ramp3wPct));
    for (day, ramp) in facts.along(DayMetric::RampPct, days) {
        let (Some(week), Some(ramp_3w)) = (weeks.get(day), three.get(day)) else { continue };
        // Not known is never above.
        if is_above(ramp, parameters.ramp_pct) && is_above(*ramp_3w, parameters.ramp_pct) {
            let is_little = is_below(*week, parameters.ramp_floor_km);
            verdicts.push(Verdict {
                code: FlagCode::WeeklyRamp,
                level: if is_little { Level::Info } else { Level::Caution },
                day,
                subject: 0,
                value: ramp,
                threshold: parameters.ramp_pct,
            });
        }
    }
}

pub(super) fn tell_weekly_ramp(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let parameters = facts.parameters;
    let get = |metric| facts.value(metric, verdict.day);
    let week = get(DayMetric::WeekKm);
    let (to_before, to_three) = (1.0 + get(DayMetric::RampPct) / 100.0, 1.0 + get(DayMetric::Ramp3wPct) / 100.0);
    let factor = 1.0 + parameters.ramp_pct / 100.0;
    let meaning = if verdict.level == Level::Info {
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
        words::more(to_before, factor),
        words::km(week / to_before),
        words::more(to_three, factor),
        words::km(week / to_three),
    );
    let inputs = vec![
        Input::number("week_km", week, "km"),
        Input::number("week_before_km", week / to_before, "km"),
        Input::number("three_weeks_before_km", week / to_three, "km"),
    ];
    Told { unit: "%", inputs, text, ..Told::default() }
}

pub(super) fn load_ratio(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = facts.parameters;
    for (day, ratio) in facts.along(DayMetric::RatioCoupled, days) {
        let threshold = if is_above(ratio, parameters.ratio_very_high) {
            parameters.ratio_very_high
        } else if is_above(ratio, parameters.ratio_high) {
            parameters.ratio_high
        } else if is_below(ratio, parameters.ratio_low) {
            parameters.ratio_low
        } else {
            continue;
        };
        let code = FlagCode::LoadRatio;
        verdicts.push(Verdict { code, level: Level::Info, day, subject: 0, value: ratio, threshold });
    }
}

pub(super) fn tell_load_ratio(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let parameters = facts.parameters;
    let get = |metric| facts.value(metric, verdict.day);
    let (acute, chronic, unit) = (get(DayMetric::Acute), get(DayMetric::Chronic), load_unit(facts));
    let side = if verdict.value > verdict.threshold { "above" } else { "below" };
    let text = format!(
        "Load ratio {}, {side} {}: {acute:.1} {unit} per day over the last {} days against \
         {chronic:.1} over the last {} (coupled rolling means). The usual bounds come from team sports and are \
         contested: two studies of runners found fewer injuries at high ratios, not more. Context, not a warning.",
        words::beside(verdict.value, verdict.threshold, 2),
        verdict.threshold,
        parameters.acute_days,
        parameters.chronic_days,
    );
    let inputs = vec![
        Input::number("acute", acute, unit),
        Input::number("chronic", chronic, unit),
        Input::number("acute_days", parameters.acute_days as f64, "days"),
        Input::number("chronic_days", parameters.chronic_days as f64, "days"),
        Input::text("method", "coupled rolling means"),
    ];
    Told { unit: "ratio", inputs, text, ..Told::default() }
}

pub(super) fn monotony(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let parameters = facts.parameters;
    for (day, monotony) in facts.along(DayMetric::Monotony, days) {
        let (level, threshold) = if is_above(monotony, parameters.monotony_caution) {
            (Level::Caution, parameters.monotony_caution)
        } else if is_above(monotony, parameters.monotony_info) {
            (Level::Info, parameters.monotony_info)
        } else {
            continue;
        };
        verdicts.push(Verdict { code: FlagCode::Monotony, level, day, subject: 0, value: monotony, threshold });
    }
}

pub(super) fn tell_monotony(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let shown = if verdict.value >= facts.parameters.monotony_cap {
        format!("{:.0} or more (the 7 days hardly differ)", verdict.value)
    } else {
        words::beside(verdict.value, verdict.threshold, 2)
    };
    let text = format!(
        "Monotony of the last 7 days is {shown}, above {:.2}: the mean daily load divided by its spread. \
         Hard and easy days are close together. The evidence is one small study of illness, and the bound is a habit \
         of training logs.",
        verdict.threshold,
    );
    let (mean, standard_deviation) = of_week(facts, verdict.day);
    let inputs = vec![
        Input::number("mean_per_day", mean, load_unit(facts)),
        Input::number("standard_deviation", standard_deviation, load_unit(facts)),
    ];
    Told { unit: "ratio", inputs, text, ..Told::default() }
}

/// Mean and standard deviation of the 7 daily loads that the monotony of a day is made of.
fn of_week(facts: &Facts<'_>, day: usize) -> (f64, f64) {
    let end = day + 1;
    let loads = facts.days.load.get(end.saturating_sub(WEEK)..end).unwrap_or_default();
    let count = loads.len() as f64;
    let mean = loads.iter().sum::<f64>() / count;
    let squares: f64 = loads.iter().map(|load| (load - mean).powi(2)).sum();
    let divisor = match facts.parameters.spread {
        Spread::Population => count,
        Spread::Sample => count - 1.0,
    };
    (mean, (squares / divisor).sqrt())
}

pub(super) fn returning(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    for (day, pause) in days.clone().zip(facts.days.breaks.get(days).unwrap_or_default()) {
        let value = match *pause {
            Break::None => continue,
            Break::Away { days, .. } => days,
            Break::Back { away, .. } => away,
        };
        verdicts.push(Verdict {
            code: FlagCode::Returning,
            level: Level::Info,
            day,
            subject: 0,
            value: f64::from(value),
            threshold: f64::from(facts.parameters.break_days),
        });
    }
}

pub(super) fn tell_returning(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let on = |day: u32| words::day(facts.date(day as usize)).to_string();
    let wait = facts.parameters.return_days;
    let pause = facts.days.breaks.get(verdict.day).copied().unwrap_or(Break::None);
    let (inputs, text) = match pause {
        Break::None => (Vec::new(), String::new()),
        Break::Away { days, last_run } => (
            vec![Input::date("last_run", facts.date(last_run as usize))],
            format!(
                "No run for {} (the last was on {}). Ratios are left out until {wait} days from the first run back; \
                 build up in stages rather than by percentages.",
                words::days(days as usize),
                on(last_run),
            ),
        ),
        Break::Back { day, away, first_run } => (
            vec![
                Input::date("first_run_back", facts.date(first_run as usize)),
                Input::number("days_away", f64::from(away), "days"),
                Input::number("day", f64::from(day), "days"),
            ],
            format!(
                "Day {day} of {wait} since the first run ({}) after {} without one. Ratios are left out until then; \
                 build up in stages rather than by percentages.",
                on(first_run),
                words::days(away as usize),
            ),
        ),
    };
    Told { unit: "days", inputs, text, ..Told::default() }
}

/// Days of the last 28 (and of the record) up to `day` that are unknown: in distance, in load, in either or at all.
fn gaps(facts: &Facts<'_>, day: usize) -> (usize, usize, usize) {
    let end = day + 1;
    let window = end.saturating_sub(facts.parameters.chronic_days)..end;
    let kinds = facts.days.kinds.get(window.clone()).unwrap_or_default();
    let unknown = |column: &[f64], index: usize| column.get(index).is_some_and(|value| value.is_nan());
    let distances = facts.days.distance_km.get(window.clone()).unwrap_or_default();
    let loads = facts.days.load.get(window).unwrap_or_default();
    let count = |is_unknown: &dyn Fn(usize) -> bool| (0..kinds.len()).filter(|index| is_unknown(*index)).count();
    let distance = count(&|index| unknown(distances, index));
    let load = count(&|index| unknown(loads, index));
    let either = count(&|index| {
        unknown(distances, index) || unknown(loads, index) || kinds.get(index) == Some(&DayKind::Unknown)
    });
    (distance, load, either)
}

pub(super) fn data_gap(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let window = facts.parameters.chronic_days;
    let is_unknown = |day: usize| {
        let of = |column: &[f64]| column.get(day).is_some_and(|value| value.is_nan());
        facts.days.kinds.get(day) == Some(&DayKind::Unknown) || of(facts.days.distance_km) || of(facts.days.load)
    };
    // Unknown days of the window, counted along.
    let mut unknown = (days.start.saturating_sub(window)..days.start).filter(|day| is_unknown(*day)).count();
    for day in days {
        unknown += usize::from(is_unknown(day));
        if let Some(left) = day.checked_sub(window) {
            unknown -= usize::from(is_unknown(left));
        }
        if unknown > 0 {
            let (code, value) = (FlagCode::DataGap, unknown as f64);
            verdicts.push(Verdict { code, level: Level::Info, day, subject: 0, value, threshold: 0.0 });
        }
    }
}

pub(super) fn tell_data_gap(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let (distance, load, unknown) = gaps(facts, verdict.day);
    let window = facts.parameters.chronic_days.min(verdict.day + 1);
    let are_both_recorded = facts.own.is_some_and(|own| own.grid.is_recorded(Channel::Distance))
        && !std::ptr::eq(facts.days.distance_km, facts.days.load);
    let detail = if are_both_recorded && distance != load {
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
    let inputs = vec![
        Input::number("distance_unknown", distance as f64, "days"),
        Input::number("load_unknown", load as f64, "days"),
        Input::number("window", window as f64, "days"),
    ];
    Told { unit: "days", inputs, text, ..Told::default() }
}

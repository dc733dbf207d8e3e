//! The rule on how an athlete runs: against their own last six weeks at a matched speed.

use std::ops::Range;

use super::judge::{Facts, Told, Verdict};
use super::recovery::against;
use super::{FlagCode, Input, Level, words};
use crate::baseline::{OwnValue, Shift};

pub(super) fn shift(facts: &Facts<'_>, days: Range<usize>, verdicts: &mut Vec<Verdict>) {
    let Some(own) = facts.own else { return };
    let baselines = &own.body.baselines;
    let first = baselines.shifts.partition_point(|shift| shift.day < days.start);
    let shifts = baselines.shifts.iter().enumerate().skip(first);
    for (subject, shift) in shifts.take_while(|(_, shift)| shift.day < days.end) {
        let Some(value) = baselines.get(shift.metric).get(shift.place) else { continue };
        let Ok(compared) = value.compared else { continue };
        let bound = facts.parameters.body.mechanics_z.copysign(compared.z);
        verdicts.push(Verdict {
            code: FlagCode::MechanicsShift,
            level: Level::Info,
            day: shift.day,
            subject,
            value: value.value,
            threshold: compared.mean + bound * compared.standard_deviation,
        });
    }
}

fn subject<'a>(facts: &Facts<'a>, verdict: &Verdict) -> Option<(&'a Shift, &'a OwnValue)> {
    let baselines = &facts.own?.body.baselines;
    let shift = baselines.shifts.get(verdict.subject)?;
    Some((shift, baselines.get(shift.metric).get(shift.place)?))
}

pub(super) fn tell_shift(facts: &Facts<'_>, verdict: &Verdict) -> Told {
    let Some((shift, value)) = subject(facts, verdict) else { return Told::default() };
    let Ok(compared) = value.compared else { return Told::default() };
    let info = shift.metric.info();
    let (z, baseline) = shift.metric.names();
    let speed = value.speed_mps.map(|speed| format!(", at about {},", words::pace(speed))).unwrap_or_default();
    let text = format!(
        "On {} days with a run in a row{speed} you were off your own last 6 weeks to the same side; the last: {}. No study \
         gives a bound, and no number is right for everybody: other shoes, ground, tiredness or pain can all be behind it.",
        shift.runs,
        against(shift.metric, &compared),
    );
    let mut inputs = vec![
        Input::number(info.symbol, compared.recent, info.unit),
        Input::number(baseline, compared.mean, info.unit),
        Input::number(z, compared.z, "SD"),
        Input::number("baseline_days", compared.days as f64, "days"),
        Input::number("days_in_a_row", shift.runs as f64, "days"),
    ];
    inputs.extend(value.speed_mps.map(|speed| Input::number("speed_mps", speed, "m/s")));
    Told {
        session: value.session.as_deref().map(str::to_owned),
        about: Some(info.title.to_owned()),
        unit: info.unit,
        inputs,
        text,
    }
}

//! What is known of an athlete that changes the words of a flag, and not its arithmetic.

use super::FlagCode;
use super::injury::{closed, site};
use super::judge::{Facts, Verdict};
use super::words;
use crate::body::Closed;

/// Sentences to add to a flag, each with a space before it: on injuries to every flag on load or the body, on novices to
/// the flags on more running than before. Of shoes, heart rates and gaps an injury says nothing.
///
/// Nothing here can change a level, a value or a bound: it only sees a verdict that stands.
pub(super) fn of(facts: &Facts<'_>, verdict: &Verdict) -> String {
    match verdict.code {
        FlagCode::SessionSpike | FlagCode::PlannedSessionSpike | FlagCode::NoBaseline | FlagCode::WeeklyRamp => {
            injuries(facts, verdict.day) + novice(facts)
        }
        FlagCode::LoadRatio
        | FlagCode::Monotony
        | FlagCode::Strain
        | FlagCode::Returning
        | FlagCode::UnderRecovery
        | FlagCode::RaceRecovery
        | FlagCode::PainDuring
        | FlagCode::PainNextMorning
        | FlagCode::PainRising
        | FlagCode::SeeAProfessional
        | FlagCode::MechanicsShift => injuries(facts, verdict.day),
        FlagCode::PreviousInjury
        | FlagCode::ShoeDistance
        | FlagCode::SinglePair
        | FlagCode::HeartRateSuspect
        | FlagCode::NoHeartRate
        | FlagCode::DataGap => String::new(),
    }
}

/// The last injury that is open, and the last that ended within a year.
fn injuries(facts: &Facts<'_>, day: usize) -> String {
    let Some(own) = facts.own else { return String::new() };
    let mut sentences = String::new();
    let today = facts.date(day);
    let is_open = |injury: &&crate::Injury| injury.first <= today && injury.last.is_none_or(|last| last >= today);
    let mut open: Vec<_> = own.diary.injuries.iter().filter(is_open).collect();
    open.sort_by(|a, b| (a.first, &a.site).cmp(&(b.first, &b.site)));
    if let Some(injury) = open.last() {
        sentences += &format!(" Your injury ({}) of {} is still open.", site(injury), words::date(injury.first));
    }
    let is_previous = |closed: &&Closed| closed.last < today && today < closed.forgotten;
    if let Some(Closed { injury, last, .. }) = closed(facts).iter().rev().find(is_previous) {
        sentences += &format!(
            " Your injury ({}) ended on {}: recreational runners with a previous injury had a higher rate of injury in one \
             study (hazard rate ratio 1.72, 95 % CI 1.11–2.66).",
            site(injury),
            words::date(*last),
        );
    }
    sentences
}

fn novice(facts: &Facts<'_>) -> &'static str {
    if facts.own.is_some_and(|own| own.diary.is_novice == Some(true)) {
        " Novice runners are injured more often per hour of running than recreational ones (17.8 against 7.7 injuries \
         per 1000 hours)."
    } else {
        ""
    }
}

//! What is known of an athlete that changes the words of a flag, and not its arithmetic.

use super::injury::{closed, site};
use super::judge::{Facts, Verdict};
use super::words;
use crate::body::Closed;

/// Sentences to add to a flag on load, each with a space before it.
///
/// Nothing here can change a level, a value or a bound: it only sees a verdict that stands.
pub(super) fn of(facts: &Facts<'_>, verdict: &Verdict) -> String {
    let Some(own) = facts.own else { return String::new() };
    let mut sentences = String::new();
    let today = facts.date(verdict.day);
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
    if own.diary.is_novice == Some(true) {
        sentences += " Novice runners are injured more often per hour of running than recreational ones (17.8 against 7.7 \
                      injuries per 1000 hours).";
    }
    sentences
}

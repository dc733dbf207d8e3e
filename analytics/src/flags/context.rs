//! What is known of an athlete that changes the words of a flag, and not its arithmetic.

use super::judge::{Facts, Verdict};

/// Sentences to add to a flag on load, each with a space before it.
pub(super) fn of(facts: &Facts<'_>, verdict: &Verdict) -> String {
    let _ = (facts, verdict);
    String::new()
}

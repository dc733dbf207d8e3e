//! The clock, injected so that tests and the demo stand on a day of their choice.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Tells the time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    /// The machine's clock.
    System,
    /// Always the same instant.
    #[cfg(test)]
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now, UTC.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub(crate) fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            #[cfg(test)]
            Self::Fixed(instant) => instant,
        }
    }

    /// Today's date on the wall clock of `zone`.
    pub(crate) fn today(self, zone: Tz) -> NaiveDate {
        self.now().with_timezone(&zone).date_naive()
    }
}

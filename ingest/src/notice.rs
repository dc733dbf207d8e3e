//! Notices: what was odd in a file that could be read all the same.

use serde::Serialize;

/// One oddity, with its place and its effect on the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The kind of oddity, stable for programs.
    pub code: NoticeCode,
    /// Where: `byte 1234`, `line 17`, `session 2`. Empty when it concerns the whole file.
    pub place: String,
    /// One sentence for a person: what was found and what was done about it.
    pub text: String,
    /// The activity that it is about, by its place in [`crate::WatchFile::activities`]; `None` when it concerns the
    /// whole file, or nothing that became an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<usize>,
}

impl Notice {
    /// A notice of `code` at `place`.
    pub fn new(code: NoticeCode, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code, place: place.into(), text: text.into(), activity: None }
    }

    /// The same notice, about one activity of the file.
    #[must_use]
    pub fn about(self, activity: usize) -> Self {
        Self { activity: Some(activity), ..self }
    }

    /// Makes the notices from number `from` on those of an activity: they were given while it was built.
    pub(crate) fn assign(notices: &mut [Self], from: usize, activity: usize) {
        notices.iter_mut().skip(from).for_each(|notice| notice.activity = Some(activity));
    }

    /// Says that the distance of the samples was added up from positions, `but` for something. Where the file states a
    /// total as well, that one stays the activity's distance.
    pub(crate) fn distance_from_positions(place: &str, but: &str, stated_m: Option<f64>) -> Self {
        let text = match stated_m.filter(|metres| *metres > 0.0) {
            None => format!("Distance was added up from positions{but}."),
            Some(metres) => format!(
                "The samples have no distance: theirs was added up from positions{but}. The total, {:.2} km, is the one \
                 that the file states.",
                metres / 1000.0
            ),
        };
        Self::new(NoticeCode::DistanceFromPositions, place, text)
    }
}

/// Kinds of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeCode {
    /// The file ends before its declared end.
    Truncated,
    /// A checksum does not fit; the data were read all the same.
    WrongChecksum,
    /// Bytes that make no sense where they stand; reading stopped or went on behind them.
    Damaged,
    /// Data after the end of the file proper.
    TrailingBytes,
    /// One sample could not be read and was left out.
    SampleSkipped,
    /// A value that cannot be (a latitude of 120°) was left out.
    ImpossibleValue,
    /// Times run backwards or repeat.
    TimeOrder,
    /// Samples without a time.
    NoTimes,
    /// No offset from UTC is known: the local date is the UTC date.
    OffsetUnknown,
    /// The sport is not stated; what was taken instead.
    SportAssumed,
    /// Distance was added up from positions.
    DistanceFromPositions,
    /// A message, field or element that is not used.
    NotUsed,
    /// Reading went on behind a damaged place.
    Resynchronised,
    /// Heart rate that cannot be, or that follows the cadence instead of the heart.
    HeartRateSuspect,
    /// Speeds or legs that nobody runs: jumps of the position.
    SpeedSpike,
    /// Samples that stand twice.
    DuplicateSamples,
    /// A stretch without samples although the timer ran.
    Gap,
    /// Altitude comes from positions alone, not from a barometer: climb is uncertain.
    AltitudeFromPositions,
    /// Totals that contradict each other; both stand as stated.
    TotalsDisagree,
    /// Values in another unit or notation than the format states, converted.
    Converted,
    /// There was too much of something; the cap is named.
    Capped,
}

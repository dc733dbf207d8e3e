//! Numbers that belong to a track point.

/// A number that belongs to a track point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Altitude,
    Speed,
    HeartRate,
    Cadence,
    Power,
    Temperature,
    Distance,
    /// Strides per minute beside a [`Field::Cadence`] of its own (TCX).
    RunCadence,
}

impl Field {
    /// All fields, in the order of their numbers.
    pub(crate) const ALL: [Self; 8] = [
        Self::Altitude,
        Self::Speed,
        Self::HeartRate,
        Self::Cadence,
        Self::Power,
        Self::Temperature,
        Self::Distance,
        Self::RunCadence,
    ];

    /// The field of an element or attribute called `name` in a point's extensions: Garmin's `TrackPointExtension` and
    /// `PowerExtension`, Cluetrust's `gpxdata`, and what Strava, COROS, Suunto, Polar, Wahoo, Amazfit and phone
    /// programs write. Upper and lower case, `_` and `-` make no difference.
    pub(crate) fn from_extension(name: &str) -> Option<Self> {
        if let Some(field) = Self::from_plain_name(name) {
            return Some(field);
        }
        const LONGEST: usize = 24;
        if name.len() > LONGEST || !name.bytes().any(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-')) {
            return None;
        }
        let mut plain = [0_u8; LONGEST];
        let letters = name.bytes().filter(|b| !matches!(b, b'_' | b'-'));
        let mut len = 0;
        for (slot, letter) in plain.iter_mut().zip(letters) {
            *slot = letter.to_ascii_lowercase();
            len += 1;
        }
        Self::from_plain_name(std::str::from_utf8(plain.get(..len)?).ok()?)
    }

    /// The field called `name` in lower case, without punctuation.
    fn from_plain_name(name: &str) -> Option<Self> {
        Some(match name {
            "ele" | "altitude" => Self::Altitude,
            "speed" => Self::Speed,
            "hr" | "heartrate" | "heartratebpm" | "pulse" => Self::HeartRate,
            "cad" | "cadence" | "runcadence" => Self::Cadence,
            "power" | "powerinwatts" | "watts" => Self::Power,
            "atemp" | "temp" | "temperature" | "airtemp" => Self::Temperature,
            "distance" | "dist" => Self::Distance,
            _ => return None,
        })
    }

    /// Place in [`Self::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The field in words, at the beginning of a sentence.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Altitude => "An altitude",
            Self::Speed => "A speed",
            Self::HeartRate => "A heart rate",
            Self::Cadence | Self::RunCadence => "A cadence",
            Self::Power => "A power",
            Self::Temperature => "A temperature",
            Self::Distance => "A distance",
        }
    }

    /// What can be: metres, metres per second, beats, steps or revolutions per minute, watts, °C, metres.
    pub(crate) fn limits(self) -> (f64, f64) {
        match self {
            Self::Altitude => (-1_000.0, 12_000.0),
            Self::Speed => (0.0, 150.0),
            Self::HeartRate => (0.0, 255.0),
            Self::Cadence | Self::RunCadence => (0.0, 500.0),
            Self::Power => (0.0, 5_000.0),
            Self::Temperature => (-90.0, 90.0),
            Self::Distance => (0.0, 1e8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn names_in_the_wild() {
        for (name, field) in [
            ("hr", Some(Field::HeartRate)),
            ("HR", Some(Field::HeartRate)),
            ("heart_rate", Some(Field::HeartRate)),
            ("heartRate", Some(Field::HeartRate)),
            ("HeartRateBpm", Some(Field::HeartRate)),
            ("Cadence", Some(Field::Cadence)),
            ("RunCadence", Some(Field::Cadence)),
            ("PowerInWatts", Some(Field::Power)),
            ("Temperature", Some(Field::Temperature)),
            ("atemp", Some(Field::Temperature)),
            ("wtemp", None),
            ("verticalSpeed", None),
            ("a_name_that_is_longer_than_any_of_these", None),
            ("é_", None),
        ] {
            assert_eq!(Field::from_extension(name), field, "{name}");
        }
    }
}

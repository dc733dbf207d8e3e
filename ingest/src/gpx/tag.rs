//! Elements that mean something here, by local name: writers use any prefix, or none, for the same extension.

/// An element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Gpx,
    Metadata,
    Trk,
    TrkSeg,
    TrkPt,
    Rte,
    RtePt,
    Wpt,
    Extensions,
    Name,
    Type,
    Time,
    /// A number that belongs to a track point.
    Field(Field),
    Other,
}

/// A number that belongs to a track point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Altitude,
    Speed,
    HeartRate,
    Cadence,
    Power,
    Temperature,
    Distance,
}

impl Tag {
    /// The element called `name`, any prefix left out.
    pub(super) fn from_local_name(name: &str) -> Self {
        match name {
            "trkpt" => Self::TrkPt,
            "time" => Self::Time,
            "extensions" => Self::Extensions,
            "trkseg" => Self::TrkSeg,
            "trk" => Self::Trk,
            "gpx" => Self::Gpx,
            "metadata" => Self::Metadata,
            "rte" => Self::Rte,
            "rtept" => Self::RtePt,
            "wpt" => Self::Wpt,
            "name" => Self::Name,
            "type" => Self::Type,
            _ => Field::from_local_name(name).map_or(Self::Other, Self::Field),
        }
    }

    /// Depth of the track's own elements in each other: one of them cannot stand inside one of the same or a higher
    /// number, so that its start closes what a damaged file left open.
    pub(super) fn track_level(self) -> Option<u8> {
        match self {
            Self::Trk => Some(1),
            Self::TrkSeg => Some(2),
            Self::TrkPt => Some(3),
            _ => None,
        }
    }
}

impl Field {
    /// All fields, in the order of their numbers.
    pub(super) const ALL: [Self; 7] =
        [Self::Altitude, Self::Speed, Self::HeartRate, Self::Cadence, Self::Power, Self::Temperature, Self::Distance];

    /// The field of an element or attribute called `name`: Garmin's `TrackPointExtension` and `PowerExtension`,
    /// Cluetrust's `gpxdata`, and what Strava, COROS, Suunto, Amazfit and phone programs write.
    pub(super) fn from_local_name(name: &str) -> Option<Self> {
        Some(match name {
            "ele" => Self::Altitude,
            "speed" => Self::Speed,
            "hr" | "heartrate" | "heart_rate" | "heartRate" | "HeartRate" | "HeartRateBpm" => Self::HeartRate,
            "cad" | "cadence" | "Cadence" | "RunCadence" => Self::Cadence,
            "power" | "Power" | "PowerInWatts" | "watts" | "Watts" => Self::Power,
            "atemp" | "temp" | "temperature" | "Temperature" => Self::Temperature,
            "distance" => Self::Distance,
            _ => return None,
        })
    }

    /// Place in [`Self::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// The field in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Altitude => "altitude",
            Self::Speed => "speed",
            Self::HeartRate => "heart rate",
            Self::Cadence => "cadence",
            Self::Power => "power",
            Self::Temperature => "temperature",
            Self::Distance => "distance",
        }
    }

    /// What can be: metres, metres per second, beats, steps or revolutions per minute, watts, °C, metres.
    pub(super) fn limits(self) -> (f64, f64) {
        match self {
            Self::Altitude => (-1_000.0, 12_000.0),
            Self::Speed => (0.0, 150.0),
            Self::HeartRate => (0.0, 255.0),
            Self::Cadence => (0.0, 500.0),
            Self::Power => (0.0, 5_000.0),
            Self::Temperature => (-90.0, 90.0),
            Self::Distance => (0.0, 1e8),
        }
    }
}

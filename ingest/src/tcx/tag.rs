//! Elements that mean something here, by local name: writers use any prefix, or none, for the same extension.

use crate::xml::field::Field;

/// An element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Root,
    /// What stands around activities and courses: a wrong end tag must not close it.
    Group,
    Activity,
    Lap,
    Track,
    Trackpoint,
    Course,
    Workout,
    Creator,
    Author,
    Name,
    UnitId,
    Notes,
    Time,
    Latitude,
    Longitude,
    HeartRate,
    AverageHeartRate,
    MaximumHeartRate,
    Value,
    TotalTime,
    Distance,
    Calories,
    Extensions,
    /// A number that belongs to a track point.
    Field(Field),
    /// An element that is known to hold nothing a run is made of, or that repeats what the points say.
    PassedOver,
    Other,
}

impl Tag {
    /// The element called `name`, any prefix left out.
    pub(super) fn from_local_name(name: &str) -> Self {
        match name {
            "Trackpoint" => Self::Trackpoint,
            "Time" => Self::Time,
            "Value" => Self::Value,
            "HeartRateBpm" => Self::HeartRate,
            "DistanceMeters" => Self::Distance,
            "AltitudeMeters" => Self::Field(Field::Altitude),
            "LatitudeDegrees" => Self::Latitude,
            "LongitudeDegrees" => Self::Longitude,
            "Extensions" => Self::Extensions,
            "Speed" => Self::Field(Field::Speed),
            "RunCadence" => Self::Field(Field::RunCadence),
            "Watts" => Self::Field(Field::Power),
            "Cadence" => Self::Field(Field::Cadence),
            "TPX" | "Position" | "SensorState" | "LX" | "CX" | "Intensity" | "TriggerMethod" | "MaximumSpeed"
            | "CadenceSensor" | "Steps" | "AvgSpeed" | "AvgRunCadence" | "MaxRunCadence" | "MaxBikeCadence"
            | "AvgWatts" | "MaxWatts" => Self::PassedOver,
            "TrainingCenterDatabase" => Self::Root,
            "Activities" | "MultiSportSession" | "FirstSport" | "NextSport" | "Courses" | "Workouts" => Self::Group,
            "Activity" => Self::Activity,
            "Lap" => Self::Lap,
            "Track" => Self::Track,
            "Course" => Self::Course,
            "Workout" => Self::Workout,
            "Creator" => Self::Creator,
            "Author" => Self::Author,
            "Name" => Self::Name,
            "UnitId" => Self::UnitId,
            "Notes" => Self::Notes,
            "AverageHeartRateBpm" => Self::AverageHeartRate,
            "MaximumHeartRateBpm" => Self::MaximumHeartRate,
            "TotalTimeSeconds" => Self::TotalTime,
            "Calories" => Self::Calories,
            _ => Field::from_extension(name).map_or(Self::Other, Self::Field),
        }
    }
}

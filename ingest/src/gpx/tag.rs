//! Elements that mean something here, by local name: writers use any prefix, or none, for the same extension.

use crate::xml::field::Field;

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
    Desc,
    Type,
    Time,
    /// A number that belongs to a track point.
    Field(Field),
    Other,
}

impl Tag {
    /// The element called `name`, any prefix left out.
    pub(super) fn from_local_name(name: &str) -> Self {
        match name {
            "trkpt" => Self::TrkPt,
            "time" => Self::Time,
            "ele" => Self::Field(Field::Altitude),
            "extensions" => Self::Extensions,
            "trkseg" => Self::TrkSeg,
            "trk" => Self::Trk,
            "gpx" => Self::Gpx,
            "metadata" => Self::Metadata,
            "rte" => Self::Rte,
            "rtept" => Self::RtePt,
            "wpt" => Self::Wpt,
            "name" => Self::Name,
            "desc" => Self::Desc,
            "type" => Self::Type,
            "TrackPointExtension" => Self::Other,
            _ => Field::from_extension(name).map_or(Self::Other, Self::Field),
        }
    }
}

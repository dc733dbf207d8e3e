//! A day's measures as JSON, the same for the API and the command line.

use chrono::NaiveDate;
use plimsoll_analytics::{Day, DayMetric, Measure};
use serde::ser::{Serialize, SerializeMap, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// One day: `date`, a field per metric of [`DayMetric::ALL`], `state`, and `reasons`: why a field is null, by its name.
#[derive(Debug)]
pub(crate) struct DayBody {
    date: NaiveDate,
    state: &'static str,
    measures: Vec<(&'static str, Measure)>,
}

impl From<Day<'_>> for DayBody {
    fn from(day: Day<'_>) -> Self {
        Self { date: day.date, state: day.state.as_str(), measures: day.measures().collect() }
    }
}

impl DayBody {
    /// Writes the fields into a map that may have others.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("date", &self.date)?;
        for (name, measure) in &self.measures {
            map.serialize_entry(name, &measure.ok())?;
        }
        map.serialize_entry("state", self.state)?;
        map.serialize_entry("reasons", &Reasons(&self.measures))
    }
}

impl Serialize for DayBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

/// Name → why it is null.
struct Reasons<'a>(&'a [(&'static str, Measure)]);

impl Serialize for Reasons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons = self.0.iter().filter_map(|(name, measure)| Some((name, measure.err()?.as_str())));
        serializer.collect_map(reasons)
    }
}

impl PartialSchema for DayBody {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let mut day = ObjectBuilder::new()
            .description(Some("One day. Null means that it cannot be said; `reasons` says why, by field."))
            .property(
                "date",
                text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date))).description(Some("The day.")),
            )
            .required("date");
        for info in DayMetric::ALL.map(DayMetric::info) {
            let unit = if info.unit.is_empty() { String::new() } else { format!(" Unit: {}.", info.unit) };
            let number = ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::Number, Type::Null]))
                .description(Some(format!("{}.{unit} {}", info.title, info.formula)));
            day = day.property(info.symbol, number);
        }
        let reasons = ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(text()))
            .description(Some("Why a field is null, by its name: `short_history`, `unknown_days`, `returning`…"));
        day.property("state", text().description(Some("`provisional`, `returning` or `steady`.")))
            .required("state")
            .property("reasons", reasons)
            .required("reasons")
            .into()
    }
}

impl ToSchema for DayBody {}

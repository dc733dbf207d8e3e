//! Apple's quantities that mean something here, and their units.

use crate::schema;

/// What the names of Apple's quantity types begin with.
const PREFIX: &[u8] = b"HKQuantityTypeIdentifier";

/// A quantity that is measured again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quantity {
    HeartRate,
    Power,
    Speed,
    VerticalOscillation,
    GroundContactTime,
    StepLength,
    Steps,
    RestingHeartRate,
    HrvSdnn,
}

/// Name of a quantity without [`PREFIX`], the unit that values are kept in, and what can be.
const QUANTITIES: [(Quantity, &str, &str, (f64, f64)); 9] = [
    (Quantity::HeartRate, "HeartRate", "count/min", (1.0, 255.0)),
    (Quantity::Power, "RunningPower", "W", (0.0, 5_000.0)),
    (Quantity::Speed, "RunningSpeed", "m/s", (0.0, 150.0)),
    (Quantity::VerticalOscillation, "RunningVerticalOscillation", "mm", (0.0, 1_000.0)),
    (Quantity::GroundContactTime, "RunningGroundContactTime", "ms", (0.0, 5_000.0)),
    // HealthKit: “the distance covered by a single step while running”.
    (Quantity::StepLength, "RunningStrideLength", "mm", (0.0, 5_000.0)),
    (Quantity::Steps, "StepCount", "count", (0.0, 100_000.0)),
    (Quantity::RestingHeartRate, "RestingHeartRate", "count/min", (20.0, 200.0)),
    (Quantity::HrvSdnn, "HeartRateVariabilitySDNN", "ms", (0.1, 1_000.0)),
];

impl Quantity {
    /// The quantity of a `type` attribute.
    pub(super) fn from_type(name: &[u8]) -> Option<Self> {
        let name = name.strip_prefix(PREFIX)?;
        QUANTITIES.iter().find(|(_, known, ..)| known.as_bytes() == name).map(|(quantity, ..)| *quantity)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, (f64, f64)) {
        // Every quantity has its row; the first stands in for what cannot happen.
        QUANTITIES.iter().find(|(quantity, ..)| *quantity == self).unwrap_or(&QUANTITIES[0])
    }

    /// Its name without [`PREFIX`].
    pub(super) fn name(self) -> &'static str {
        self.row().1
    }

    /// The unit that values are kept in.
    pub(super) fn unit(self) -> &'static str {
        self.row().2
    }

    /// `value` in [`Self::unit`]; `None` when it is in no known unit of the quantity, or cannot be.
    pub(super) fn value(self, value: &str, unit: &str) -> Option<f64> {
        let value = number(value)?;
        let (_, _, kept, (least, most)) = self.row();
        let value = if unit == *kept {
            value
        } else {
            let value = value
                * match self {
                    Self::Speed => speed_mps(unit)?,
                    Self::VerticalOscillation | Self::StepLength => length_m(unit)? * 1000.0,
                    Self::GroundContactTime | Self::HrvSdnn => time_s(unit)? * 1000.0,
                    Self::HeartRate | Self::RestingHeartRate if unit == "count/s" => 60.0,
                    _ => return None,
                };
            // 10.8 km/h are 3 m/s, not 3.0000000000000004.
            (value * 1e6).round() / 1e6
        };
        (*least..=*most).contains(&value).then_some(value)
    }

    /// Whether it belongs to a day rather than to a workout.
    pub(super) fn is_diary(self) -> bool {
        matches!(self, Self::RestingHeartRate | Self::HrvSdnn)
    }

    /// The column of the records; `None` for what stands in none.
    pub(super) fn column(self) -> Option<&'static str> {
        Some(match self {
            Self::HeartRate => schema::HEART_RATE_BPM,
            Self::Power => schema::POWER_W,
            Self::Speed => schema::SPEED_MPS,
            Self::VerticalOscillation => schema::VERTICAL_OSCILLATION_MM,
            Self::GroundContactTime => schema::STANCE_TIME_MS,
            Self::StepLength => schema::STEP_LENGTH_MM,
            Self::Steps => schema::CADENCE_SPM,
            Self::RestingHeartRate | Self::HrvSdnn => return None,
        })
    }

    /// The quantities that stand in columns.
    pub(super) fn of_records() -> impl Iterator<Item = Self> {
        QUANTITIES.iter().map(|(quantity, ..)| *quantity).filter(|quantity| quantity.column().is_some())
    }
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Metres in one `unit`.
pub(super) fn length_m(unit: &str) -> Option<f64> {
    Some(match unit {
        "m" => 1.0,
        "km" => 1000.0,
        "cm" => 0.01,
        "mm" => 0.001,
        "mi" => 1609.344,
        "yd" => 0.9144,
        "ft" => 0.3048,
        "in" => 0.0254,
        _ => return None,
    })
}

/// Seconds in one `unit`.
pub(super) fn time_s(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" => 0.001,
        "s" | "sec" => 1.0,
        "min" => 60.0,
        "hr" | "h" => 3600.0,
        _ => return None,
    })
}

/// Metres per second in one `unit`.
fn speed_mps(unit: &str) -> Option<f64> {
    let (length, time) = unit.split_once('/')?;
    Some(length_m(length)? / time_s(time)?)
}

/// Kilocalories in one `unit`. Apple's `Cal` is the large calorie.
pub(super) fn energy_kcal(unit: &str) -> Option<f64> {
    Some(match unit {
        "kcal" | "Cal" => 1.0,
        "cal" => 0.001,
        "kJ" => 1.0 / 4.184,
        "J" => 0.001 / 4.184,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn units_become_si_and_unknown_ones_nothing() {
        let near = |value: Option<f64>, expected: f64| value == Some(expected);
        assert!(near(Quantity::Speed.value("12.6", "km/hr"), 3.5));
        assert!(near(Quantity::Speed.value("10", "mi/hr"), 4.4704));
        assert!(near(Quantity::VerticalOscillation.value("9.1", "cm"), 91.0));
        assert!(near(Quantity::StepLength.value("1.05", "m"), 1050.0));
        assert!(near(Quantity::HrvSdnn.value("48.2", "ms"), 48.2));
        assert!(near(Quantity::HeartRate.value("2.5", "count/s"), 150.0));
        for (quantity, value, unit) in [
            (Quantity::HeartRate, "400", "count/min"),
            (Quantity::HeartRate, "0", "count/min"),
            (Quantity::HeartRate, "NaN", "count/min"),
            (Quantity::Power, "200", "furlong"),
            (Quantity::Speed, "3", ""),
        ] {
            assert_eq!(quantity.value(value, unit), None, "{quantity:?} {value} {unit}");
        }
    }

    #[test]
    fn every_quantity_is_found_by_its_name() {
        for quantity in Quantity::of_records().chain([Quantity::RestingHeartRate, Quantity::HrvSdnn]) {
            let name = format!("HKQuantityTypeIdentifier{}", quantity.name());
            assert_eq!(Quantity::from_type(name.as_bytes()), Some(quantity));
        }
        assert_eq!(Quantity::from_type(b"HKQuantityTypeIdentifierBodyMass"), None);
    }
}

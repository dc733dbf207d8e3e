//! Slopes, and what running on them costs against the level. Each model is named: they disagree widely downhill.

use plimsoll_ingest::{Activity, RunKind, Sport, schema};
use serde::{Deserialize, Serialize};

use super::missing::Missing;
use super::samples::Samples;

/// Steepest slope that Minetti measured, as a fraction.
const MINETTI_STEEPEST: f64 = 0.45;
/// Steepest slope of the table that Elevate fitted, as a fraction.
const ELEVATE_STEEPEST: f64 = 0.34;

/// Which model turns a speed on a slope into the speed on the level that it stands for.
///
/// At a slope of −10 % Minetti gives 0.60 of the speed and the fit of Strava's data 0.88, so a value is only
/// comparable with others of the same model. Both are about metabolic cost or heart rate, not about impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradeModel {
    /// Energy cost of elite male mountain runners on a treadmill: [`minetti_cost_j_per_kg_m`] over its value on the
    /// level. Slope kept within ±45 %. doi 10.1152/japplphysiol.01177.2001
    Minetti2002,
    /// The polynomial that Elevate published as a fit of Strava's grade-adjusted pace; kept within the ±34 % of its
    /// table. Source: github.com/thomaschampagne/elevate, `stream-processor.ts`.
    ElevateStravaFit,
}

impl GradeModel {
    /// Every model.
    pub const ALL: [Self; 2] = [Self::Minetti2002, Self::ElevateStravaFit];

    /// The model's name as it is shown beside its values.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minetti2002 => "Minetti",
            Self::ElevateStravaFit => "Strava fit",
        }
    }

    /// Grade-adjusted speed ÷ speed on a slope (a fraction, uphill positive); 1 on the level. NaN for a slope that is
    /// not known.
    #[must_use]
    pub fn factor(self, grade: f64) -> f64 {
        match self {
            Self::Minetti2002 => minetti_cost_j_per_kg_m(grade) / 3.6,
            Self::ElevateStravaFit => {
                let percent = 100.0 * grade.clamp(-ELEVATE_STEEPEST, ELEVATE_STEEPEST);
                [
                    -2.662_810_732_593_074_7e-9,
                    -3.686_186_584_867_523e-7,
                    4.066_242_567_171_592_4e-7,
                    0.001_808_395_321_279_063_4,
                    0.029_290_920_646_623_777,
                    1.0,
                ]
                .into_iter()
                .fold(0.0, |sum, coefficient| sum * percent + coefficient)
            }
        }
    }
}

/// Energy cost of running on a slope, joules per kilogram and metre:
/// 155.4 i⁵ − 30.4 i⁴ − 43.3 i³ + 46.3 i² + 19.5 i + 3.6, with the slope i as a fraction kept within ±0.45.
///
/// Source: Minetti 2002, doi 10.1152/japplphysiol.01177.2001.
#[must_use]
pub fn minetti_cost_j_per_kg_m(grade: f64) -> f64 {
    let i = grade.clamp(-MINETTI_STEEPEST, MINETTI_STEEPEST);
    [155.4, -30.4, -43.3, 46.3, 19.5, 3.6].into_iter().fold(0.0, |sum, coefficient| sum * i + coefficient)
}

/// Slopes must be known for at least this part of the way (or of the samples, when the device wrote them).
const MIN_SHARE: f64 = 0.8;
/// Samples within this distance, metres, are averaged into one knot.
const KNOT_M: f64 = 10.0;
/// A slope is that of the line through the knots within this distance on both sides, metres.
const REACH_M: f64 = 50.0;
/// No slope is taken over a leg longer than this, metres: samples this far apart say little of the way between.
const LONGEST_LEG_M: f64 = 250.0;
/// No slope is taken from knots that span less than this, metres.
const LEAST_SPAN_M: f64 = 20.0;
/// Altitude in which more than this part of the slopes (and at least so many) is steeper than any path leaps.
const ROUGH: (f64, usize) = (0.01, 5);

/// The slope at every sample as a fraction, NaN where it is not known.
///
/// On a track it is 0. Else what the device wrote, where it did for at least 80 % of the samples; else the slope of the
/// altitude over the distance: samples are averaged into knots 10 m apart, so that standing still weighs nothing, and
/// a straight line is fitted through the knots within 50 m on both sides. White noise of 1 m then leaves a slope of
/// about 1 %; altitude from positions, which wanders by metres over hundreds of metres, leaves more. On a
/// treadmill altitude says nothing. Our own choice of smoothing, not a published one.
pub(super) fn grades(activity: &Activity, samples: &Samples) -> Result<Vec<f64>, Missing> {
    let rows = samples.duration_s.len();
    let device = schema::numbers(&activity.records, schema::GRADE);
    let known = device.iter().filter(|grade| !grade.is_nan()).count();
    if known > 0 && known as f64 >= MIN_SHARE * rows as f64 {
        return Ok(device);
    }
    match activity.sport {
        Sport::Running(RunKind::Track) => Ok(vec![0.0; rows]),
        Sport::Running(RunKind::Treadmill | RunKind::Virtual) => Err(Missing::Treadmill),
        _ => slopes(&samples.distance_m, &samples.altitude_m),
    }
}

/// Samples close together: their mean place.
#[derive(Debug, Clone, Copy, Default)]
struct Knot {
    distance_m: f64,
    altitude_m: f64,
    count: f64,
    /// Where it begins.
    from_m: f64,
    /// Knots with different numbers have no known way between them.
    stretch: u32,
}

fn slopes(distance_m: &[f64], altitude_m: &[f64]) -> Result<Vec<f64>, Missing> {
    if distance_m.iter().all(|distance| distance.is_nan()) {
        return Err(Missing::NoDistance);
    }
    let mut knots: Vec<Knot> = Vec::new();
    let mut knot_of = vec![usize::MAX; distance_m.len()];
    let (mut last_m, mut stretch) = (f64::NAN, 0);
    for (row, (distance, altitude)) in distance_m.iter().zip(altitude_m).enumerate() {
        if !distance.is_nan() && !altitude.is_nan() {
            let leg_m = distance - last_m;
            let goes_on = (0.0..=LONGEST_LEG_M).contains(&leg_m);
            stretch += u32::from(!goes_on);
            last_m = *distance;
            match knots.last_mut().filter(|knot| goes_on && distance - knot.from_m < KNOT_M) {
                Some(knot) => {
                    knot.count += 1.0;
                    knot.distance_m += (distance - knot.distance_m) / knot.count;
                    knot.altitude_m += (altitude - knot.altitude_m) / knot.count;
                }
                None => knots.push(Knot {
                    distance_m: *distance,
                    altitude_m: *altitude,
                    count: 1.0,
                    from_m: *distance,
                    stretch,
                }),
            }
        }
        if let Some(knot) = knot_of.get_mut(row) {
            *knot = knots.len().wrapping_sub(1);
        }
    }
    let at_knots: Vec<f64> = (0..knots.len()).map(|middle| slope_at(&knots, middle)).collect();
    let known = at_knots.iter().filter(|slope| !slope.is_nan()).count();
    if known == 0 {
        return Err(Missing::NoAltitude);
    }
    let steep = at_knots.iter().filter(|slope| slope.abs() > MINETTI_STEEPEST).count();
    if steep >= ROUGH.1 && steep as f64 > ROUGH.0 * known as f64 {
        return Err(Missing::AltitudeRough);
    }
    let at = |knot: &usize| at_knots.get(*knot).copied().unwrap_or(f64::NAN);
    Ok(knot_of.iter().map(at).collect())
}

/// Slope of the least-squares line through the knots around one of them.
fn slope_at(knots: &[Knot], middle: usize) -> f64 {
    let Some(here) = knots.get(middle) else { return f64::NAN };
    let belongs = |steps: usize, knot: &&Knot| {
        let away_m = (knot.distance_m - here.distance_m).abs();
        knot.stretch == here.stretch && (away_m <= REACH_M || (steps == 1 && away_m <= LONGEST_LEG_M))
    };
    let behind = knots.get(..middle).unwrap_or_default().iter().rev().enumerate();
    let ahead = knots.get(middle + 1..).unwrap_or_default().iter().enumerate();
    let behind = behind.take_while(|(index, knot)| belongs(index + 1, knot));
    let ahead = ahead.take_while(|(index, knot)| belongs(index + 1, knot));
    // Distances from the middle one keep the sums small.
    let [mut n, mut x, mut y, mut xx, mut xy] = [1.0, 0.0, 0.0, 0.0, 0.0];
    let (mut least_m, mut most_m) = (0.0_f64, 0.0_f64);
    for (_, knot) in behind.chain(ahead) {
        let (dx, dy) = (knot.distance_m - here.distance_m, knot.altitude_m - here.altitude_m);
        (n, x, y, xx, xy) = (n + 1.0, x + dx, y + dy, xx + dx * dx, xy + dx * dy);
        (least_m, most_m) = (least_m.min(dx), most_m.max(dx));
    }
    let spread = xx - x * x / n;
    if most_m - least_m < LEAST_SPAN_M || spread <= 0.0 { f64::NAN } else { (xy - x * y / n) / spread }
}

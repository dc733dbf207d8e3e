//! Invented ways to run: smooth loops and out-and-back curves over smooth hills.

use std::f64::consts::TAU;

use super::parameters::{Place, RouteKind};
use super::random::Random;

/// Metres per degree of latitude, near enough for a neighbourhood.
const M_PER_DEGREE: f64 = 111_200.0;
/// Corners of the polygon that stands for a loop.
const CORNERS: u32 = 720;
/// Distance between the points of an out-and-back curve, metres.
const STEP_M: f64 = 10.0;
/// How far to the right of the line the runner keeps, metres: the way back is beside the way out.
const KEEP_RIGHT_M: f64 = 2.5;

/// An athlete's ways. Points are metres east and north of the place's centre.
pub(super) struct Routes {
    place: Place,
    around: Line,
    out: Line,
    hills: [(f64, f64, f64); 5],
}

impl Routes {
    /// The ways of the athlete with `seed`, the longest of their runs `longest_m` metres.
    pub(super) fn new(place: Place, seed: u64, longest_m: f64) -> Self {
        let mut random = Random::new(seed, u64::MAX);
        // Waves of 700 m to 3 km; a random direction each.
        let hills = std::array::from_fn(|i| {
            let wave = TAU / (700.0 * 1.45_f64.powi(i32::try_from(i).unwrap_or(0)));
            let direction = random.angle();
            (wave * direction.cos(), wave * direction.sin(), random.angle())
        });
        let around = Line::around(place.loop_m, &mut random);
        let out = Line::out(longest_m / 2.0 + 10.0 * STEP_M, &mut random);
        Self { place, around, out, hills }
    }

    /// The point `along_m` metres into a run of `total_m`, or `None` on a treadmill.
    pub(super) fn point(&self, route: RouteKind, along_m: f64, total_m: f64) -> Option<Point> {
        // A run shorter than the loop takes a smaller one of the same shape, so that it ends where it began.
        let mut scale = 1.0;
        let (line, at_m, direction) = match route {
            RouteKind::Treadmill => return None,
            RouteKind::Loop => {
                let loop_m = self.around.length_m.max(1.0);
                scale = (total_m / loop_m).clamp(0.1, 1.0);
                (&self.around, (along_m / scale).rem_euclid(loop_m), 1.0)
            }
            RouteKind::OutAndBack if along_m <= total_m / 2.0 => (&self.out, along_m, 1.0),
            RouteKind::OutAndBack => (&self.out, (total_m - along_m).max(0.0), -1.0),
        };
        let (from, to, share) = line.between(at_m)?;
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let side_m = direction * KEEP_RIGHT_M / dx.hypot(dy).max(0.1);
        let (x, y) = (from.x + share * dx + side_m * dy, from.y + share * dy - side_m * dx);
        let home = line.points.first()?;
        Some(Point { x: home.x + scale * (x - home.x), y: home.y + scale * (y - home.y) })
    }

    /// Altitude at a point, metres.
    pub(super) fn altitude_m(&self, point: Point) -> f64 {
        let waves = self.hills.iter().enumerate().map(|(i, (kx, ky, phase))| {
            let height = 0.25 + 0.1 * f64::from(u8::try_from(i).unwrap_or(0));
            height * (kx * point.x + ky * point.y + phase).sin()
        });
        self.place.altitude_m + self.place.hill_m * waves.sum::<f64>()
    }

    /// Latitude and longitude of a point, degrees.
    pub(super) fn position(&self, point: Point) -> (f64, f64) {
        let lat = self.place.lat + point.y / M_PER_DEGREE;
        let lon = self.place.lon + point.x / (M_PER_DEGREE * self.place.lat.to_radians().cos());
        (lat, lon)
    }
}

/// A point, metres east and north of the centre.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A line of points with the length up to each.
struct Line {
    points: Vec<Point>,
    lengths_m: Vec<f64>,
    length_m: f64,
}

impl Line {
    /// A closed curve of `length_m` around the centre, its radius a sum of sines.
    fn around(length_m: f64, random: &mut Random) -> Self {
        let waves: [(f64, f64, f64); 4] = std::array::from_fn(|i| {
            let n = 2.0 + f64::from(u8::try_from(i).unwrap_or(0));
            (n, 0.32 / n * (0.5 + random.unit()), random.angle())
        });
        let points = (0..=CORNERS).map(|corner| {
            let angle = TAU * f64::from(corner) / f64::from(CORNERS);
            let radius = 1.0 + waves.iter().map(|(n, height, phase)| height * (n * angle + phase).sin()).sum::<f64>();
            // Parks are longer than they are wide.
            Point { x: 1.25 * radius * angle.cos(), y: 0.8 * radius * angle.sin() }
        });
        let unit = Self::new(points.collect());
        let scale = length_m / unit.length_m.max(1e-9);
        Self::new(unit.points.iter().map(|point| Point { x: point.x * scale, y: point.y * scale }).collect())
    }

    /// A curve of at least `length_m` that swings about one direction, as along a river.
    fn out(length_m: f64, random: &mut Random) -> Self {
        let start = random.angle();
        let swings: [(f64, f64, f64); 3] = std::array::from_fn(|i| {
            let wave_m = 900.0 * 2.1_f64.powi(i32::try_from(i).unwrap_or(0)) * (0.8 + 0.4 * random.unit());
            (TAU / wave_m, 0.28 + 0.1 * random.unit(), random.angle())
        });
        let (mut x, mut y, mut along) = (0.0, 0.0, 0.0);
        let mut points = vec![Point { x, y }];
        while along < length_m {
            let heading = start + swings.iter().map(|(k, swing, phase)| swing * (k * along + phase).sin()).sum::<f64>();
            (x, y) = (x + STEP_M * heading.cos(), y + STEP_M * heading.sin());
            along += STEP_M;
            points.push(Point { x, y });
        }
        Self::new(points)
    }

    fn new(points: Vec<Point>) -> Self {
        let mut length_m = 0.0;
        let mut lengths_m = vec![0.0];
        for (from, to) in points.iter().zip(points.iter().skip(1)) {
            length_m += (to.x - from.x).hypot(to.y - from.y);
            lengths_m.push(length_m);
        }
        Self { points, lengths_m, length_m }
    }

    /// The two points around `at_m` and the share of the way between them.
    fn between(&self, at_m: f64) -> Option<(Point, Point, f64)> {
        let next = self.lengths_m.partition_point(|length| *length <= at_m).clamp(1, self.points.len().max(2) - 1);
        let (from, to) = (self.points.get(next - 1)?, self.points.get(next)?);
        let (before, after) = (self.lengths_m.get(next - 1)?, self.lengths_m.get(next)?);
        Some((*from, *to, ((at_m - before) / (after - before).max(1e-9)).clamp(0.0, 1.0)))
    }
}

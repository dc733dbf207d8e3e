//! Distances on the earth (WGS 84).
//!
//! Tracks have many short legs and now and then a long one. A short leg is taken as the hypotenuse of its
//! north–south and east–west parts, each with the ellipsoid's own radius of curvature at the leg's middle latitude;
//! a long leg, or one near a pole, as a great circle with Lambert's correction for the flattening.

/// Semi-major axis of WGS 84, metres.
const A_M: f64 = 6_378_137.0;
/// Flattening of WGS 84.
const F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
const E2: f64 = F * (2.0 - F);
/// Legs that span less than this in latitude and in longitude are short, degrees.
const SHORT_DEG: f64 = 0.05;
/// Beyond this latitude meridians converge too fast for the short-leg formula, degrees.
const POLAR_DEG: f64 = 85.0;

/// Distance between two positions `(latitude, longitude)` in degrees, metres.
///
/// Against the exact geodesic the error stays below 2·10⁻⁶ of the distance for legs up to 0.05° (5.5 km) between the
/// latitudes ±75°, below 3·10⁻⁵ up to ±85°, and below 10⁻⁴ for all longer legs that do not run to the far side of the
/// earth (beyond 170° of arc: 0.5 %). Positions that are not finite give a distance that is not finite.
///
/// Source of the long-leg formula: Lambert, "The distance between two widely separated points on the surface of the
/// earth", J. Washington Acad. Sci. 32 (1942), 125–130.
pub(crate) fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let d_lat = to.0 - from.0;
    let mut d_lon = to.1 - from.1;
    // A leg over the date line is short, not once around the earth.
    if d_lon > 180.0 {
        d_lon -= 360.0;
    } else if d_lon < -180.0 {
        d_lon += 360.0;
    }
    let middle = 0.5 * (from.0 + to.0);
    if d_lat.abs() < SHORT_DEG && d_lon.abs() < SHORT_DEG && middle.abs() < POLAR_DEG {
        short_leg(middle.to_radians(), d_lat.to_radians(), d_lon.to_radians())
    } else {
        long_leg(from.0.to_radians(), to.0.to_radians(), d_lon.to_radians())
    }
}

/// Local ellipsoid: meridian radius north–south, prime-vertical radius east–west. Arguments in radians.
fn short_leg(middle_lat: f64, d_lat: f64, d_lon: f64) -> f64 {
    let (sin, cos) = middle_lat.sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let prime_vertical_m = A_M / w2.sqrt();
    let meridian_m = prime_vertical_m * (1.0 - E2) / w2;
    let north = meridian_m * d_lat;
    let east = prime_vertical_m * cos * d_lon;
    (north * north + east * east).sqrt()
}

/// Haversine on reduced latitudes with Lambert's first-order correction. Arguments in radians.
fn long_leg(lat_1: f64, lat_2: f64, d_lon: f64) -> f64 {
    let beta_1 = ((1.0 - F) * lat_1.tan()).atan();
    let beta_2 = ((1.0 - F) * lat_2.tan()).atan();
    let sin_half_lat = (0.5 * (beta_2 - beta_1)).sin();
    let sin_half_lon = (0.5 * d_lon).sin();
    let h = sin_half_lat * sin_half_lat + beta_1.cos() * beta_2.cos() * sin_half_lon * sin_half_lon;
    let half_angle = h.clamp(0.0, 1.0).sqrt().asin();
    let angle = 2.0 * half_angle;
    let (sin_half, cos_half) = half_angle.sin_cos();
    // The correction divides by these; near zero distance it vanishes, near the antipode it means nothing.
    if sin_half < 1e-9 || cos_half < 0.05 {
        return A_M * (1.0 - F / 3.0) * angle;
    }
    let p = 0.5 * (beta_1 + beta_2);
    let q = 0.5 * (beta_2 - beta_1);
    let x = (angle - angle.sin()) * (p.sin() * q.cos() / cos_half).powi(2);
    let y = (angle + angle.sin()) * (p.cos() * q.sin() / sin_half).powi(2);
    A_M * (angle - 0.5 * F * (x + y))
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{Geodesic, InverseGeodesic};

    use super::distance_m;

    fn exact_m(from: (f64, f64), to: (f64, f64)) -> f64 {
        Geodesic::wgs84().inverse(from.0, from.1, to.0, to.1)
    }

    /// Largest relative error over legs of `span` degrees in sixteen directions, from latitudes up to `max_lat`.
    fn worst(max_lat: f64, span: f64) -> f64 {
        let mut worst = 0.0_f64;
        for i in -40..=40 {
            let lat = max_lat * f64::from(i) / 40.0;
            for direction in 0..16 {
                let (sin, cos) = (f64::from(direction) * std::f64::consts::PI / 8.0).sin_cos();
                let to = (lat + span * sin, 10.0 + span * cos);
                if to.0.abs() > 90.0 {
                    continue;
                }
                let exact = exact_m((lat, 10.0), to);
                worst = worst.max((distance_m((lat, 10.0), to) - exact).abs() / exact);
            }
        }
        worst
    }

    #[test]
    fn short_legs_keep_two_parts_in_a_million() {
        for span in [0.000_01, 0.000_1, 0.001, 0.01, 0.049] {
            let error = worst(75.0, span);
            assert!(error < 2e-6, "{span}°: {error:e}");
        }
    }

    #[test]
    fn short_legs_in_the_arctic_keep_three_parts_in_a_hundred_thousand() {
        for span in [0.001, 0.01, 0.049] {
            let error = worst(90.0, span);
            assert!(error < 3e-5, "{span}°: {error:e}");
        }
    }

    #[test]
    fn long_legs_keep_one_part_in_ten_thousand() {
        for span in [0.06, 0.5, 5.0, 30.0, 90.0] {
            let error = worst(89.0, span);
            assert!(error < 1e-4, "{span}°: {error:e}");
        }
    }

    #[test]
    fn the_far_side_of_the_earth_keeps_half_a_percent() {
        for to in [(-50.0, -169.0), (-50.0, -170.0), (-49.5, -170.3), (-45.0, -165.0)] {
            let exact = exact_m((50.0, 10.0), to);
            let error = (distance_m((50.0, 10.0), to) - exact).abs() / exact;
            assert!(error < 5e-3, "{to:?}: {error:e}");
        }
    }

    #[test]
    fn a_leg_over_the_date_line_is_short() {
        let exact = exact_m((-17.0, 179.999), (-17.0, -179.999));
        assert!((distance_m((-17.0, 179.999), (-17.0, -179.999)) - exact).abs() < 1e-3);
    }

    #[test]
    fn no_way_is_zero_and_direction_does_not_matter() {
        assert_eq!(distance_m((52.5, 13.4), (52.5, 13.4)), 0.0);
        assert_eq!(distance_m((90.0, 0.0), (90.0, 0.0)), 0.0);
        for (a, b) in [((52.5, 13.4), (52.51, 13.41)), ((52.5, 13.4), (-33.9, 151.2))] {
            assert!((distance_m(a, b) - distance_m(b, a)).abs() < 1e-6);
        }
    }
}

//! A runner runs: speed, heart rate and cadence second by second.

use chrono::{DateTime, TimeDelta, Utc};
use plimsoll_ingest::RunKind;
use plimsoll_ingest::encode::{Recording, Sample};

use super::parameters::{Athlete, Effort, Kind, RouteKind};
use super::plan::PlannedRun;
use super::random::Random;
use super::route::Routes;

/// Time in which the heart follows the effort, seconds.
const HEART_LAG_S: f64 = 45.0;
/// Nobody in the squad runs longer than this, seconds.
const LONGEST_S: u32 = 6 * 3600;
/// Share of the heart-rate reserve at threshold speed.
const RESERVE_AT_THRESHOLD: f64 = 0.87;
/// Heart rates of an athlete that has none of their own, beats per minute.
const USUAL_HR_BPM: (f64, f64) = (60.0, 190.0);

/// Runs `run` from `start` on and records it.
pub(super) fn record(
    athlete: &Athlete,
    routes: &Routes,
    run: &PlannedRun,
    start: DateTime<Utc>,
    utc_offset_s: i32,
) -> Recording {
    let mut random = Random::new(athlete.seed, 1_000 + u64::from(run.days_ago));
    let rest_bpm = athlete.resting_hr_bpm.unwrap_or(USUAL_HR_BPM.0);
    let max_bpm = athlete.max_hr_bpm.unwrap_or(USUAL_HR_BPM.1);
    let mut heart_bpm = rest_bpm + 0.22 * (max_bpm - rest_bpm);
    let form = 1.0 + 0.02 * random.signed();
    let (surge_phase, wobble) = (random.angle(), [random.angle(), random.angle()]);
    let (mut restless, mut along_m, mut speed_mps) = (0.0, 0.0, 0.6 * athlete.easy_mps);
    let mut before_m = None;
    let mut grade = 0.0;
    let mut samples = Vec::new();

    for second in 0..LONGEST_S {
        let t = f64::from(second);
        let point = routes.point(run.route, along_m, run.distance_m);
        if second % athlete.sample_s.max(1) == 0 || along_m >= run.distance_m {
            let altitude_m = point.map(|point| routes.altitude_m(point));
            if let (Some((from_m, from_altitude_m)), Some(altitude_m)) = (before_m, altitude_m) {
                let leg_m: f64 = along_m - from_m;
                let slope: f64 = (altitude_m - from_altitude_m) / leg_m.max(1.0);
                grade = slope.clamp(-0.3, 0.3);
            }
            before_m = altitude_m.map(|altitude_m| (along_m, altitude_m));
            // A receiver wanders a metre or two, slowly.
            let [a, b] = wobble;
            let seen = point.map(|mut point| {
                point.x += 1.3 * (t / 23.0 + a).sin() + 0.7 * (t / 7.0 + b).sin();
                point.y += 1.3 * (t / 29.0 + b).sin() + 0.7 * (t / 9.0 + a).sin();
                routes.position(point)
            });
            samples.push(Sample {
                time: start + TimeDelta::seconds(second.into()),
                position: seen,
                distance_m: Some(along_m),
                speed_mps: Some(speed_mps),
                altitude_m,
                heart_rate_bpm: athlete.heart_rate.then(|| heart_bpm.clamp(30.0, 230.0).round() as u8),
                cadence_spm: Some(cadence_spm(athlete, speed_mps, random.signed())),
            });
        }
        if along_m >= run.distance_m {
            break;
        }
        restless = 0.97 * restless + 0.008 * random.signed();
        let share = along_m / run.distance_m.max(1.0);
        let warm = 1.0 - 0.09 * (-t / 300.0).exp();
        let tired = 1.0 - 0.025 * share;
        let surge = 1.0 + 0.015 * (t / 70.0 + surge_phase).sin();
        let target_mps = target_mps(athlete, run, t, share) * form * warm * tired * (surge + restless) / cost(grade);
        speed_mps += 0.15 * (target_mps.max(0.6) - speed_mps);
        along_m += speed_mps;

        let intensity = speed_mps * cost(grade) / athlete.threshold_mps;
        let drift = 0.04 * (t / 3600.0).min(2.0);
        let reserve = (RESERVE_AT_THRESHOLD * intensity + drift).clamp(0.1, 0.99);
        heart_bpm += (rest_bpm + reserve * (max_bpm - rest_bpm) - heart_bpm) / HEART_LAG_S + 0.12 * random.signed();
    }
    Recording {
        title: Some(title(athlete, run).to_owned()),
        kind: match (run.route, athlete.kind) {
            (RouteKind::Treadmill, _) => RunKind::Treadmill,
            (_, Kind::Trail) => RunKind::Trail,
            (_, Kind::Road) => RunKind::Generic,
        },
        utc_offset_s,
        serial: 1_000_000 + u32::try_from(athlete.seed).unwrap_or(0),
        samples,
        lap_every_m: Some(1000.0),
    }
}

/// Speed the runner means to run at on the level, metres per second.
fn target_mps(athlete: &Athlete, run: &PlannedRun, t: f64, share: f64) -> f64 {
    let in_the_middle = (0.25..0.8).contains(&share);
    match run.effort {
        Effort::Easy => athlete.easy_mps,
        Effort::Long => 0.97 * athlete.easy_mps,
        Effort::Tempo if in_the_middle => 0.97 * athlete.threshold_mps,
        Effort::Intervals if in_the_middle && t % 300.0 < 180.0 => 1.06 * athlete.threshold_mps,
        Effort::Intervals if in_the_middle => 0.85 * athlete.easy_mps,
        Effort::RunWalk if t % 300.0 >= 240.0 => 1.5,
        Effort::Tempo | Effort::Intervals | Effort::RunWalk => athlete.easy_mps,
    }
}

/// Cost of running on a slope against the level: uphill dearer, a gentle downhill cheaper, a steep one not.
fn cost(grade: f64) -> f64 {
    (1.0 + 3.2 * grade + 14.0 * grade * grade).clamp(0.75, 3.0)
}

/// Steps per minute, both feet. `noise` in −1 to 1.
fn cadence_spm(athlete: &Athlete, speed_mps: f64, noise: f64) -> f64 {
    if speed_mps < 1.8 {
        return (108.0 + 4.0 * noise).round();
    }
    (athlete.cadence_spm + 8.0 * (speed_mps - athlete.easy_mps) + 1.5 * noise).clamp(130.0, 220.0).round()
}

fn title(athlete: &Athlete, run: &PlannedRun) -> &'static str {
    match (run.effort, run.route, athlete.kind) {
        (_, RouteKind::Treadmill, _) => "Treadmill",
        (Effort::Long, _, Kind::Trail) => "Long trail run",
        (_, _, Kind::Trail) => "Trail run",
        (Effort::Long, ..) => "Long run",
        (Effort::Tempo, ..) => "Tempo run",
        (Effort::Intervals, ..) => "Intervals",
        (Effort::RunWalk, ..) => "Run and walk",
        (Effort::Easy, ..) => "Easy run",
    }
}

//! The samples of an exercise, joined to rows.

use super::clock::Clock;
use super::session::{Block, Position};
use super::stride::step_lengths_mm;
use crate::jumps::leave_out_jumps;
use crate::pace::steps_per_count;
use crate::rows::Rows;
use crate::xml::text::tidy;
use crate::{DistanceSource, Notice, NoticeCode, Pause, Sport, geo, schema};

/// What is measured: the two spellings without case and underscores, the factor to the schema's unit, what can be.
const KINDS: [(Kind, &str, f64, (f64, f64)); 10] = [
    (Kind::HeartRate, "heartrate", 1.0, (1.0, 255.0)),
    (Kind::Speed, "speed", 1.0 / 3.6, (0.0, 150.0)),
    (Kind::Cadence, "cadence", 1.0, (0.0, 500.0)),
    (Kind::Altitude, "altitude", 1.0, (-1_000.0, 12_000.0)),
    (Kind::Distance, "distance", 1.0, (0.0, 1e8)),
    (Kind::StrideLength, "stridelength", 1.0, (0.0, 5_000.0)),
    (Kind::Temperature, "temperature", 1.0, (-90.0, 90.0)),
    (Kind::Power, "power", 1.0, (0.0, 5_000.0)),
    (Kind::LeftPower, "leftcrankcurrentpower", 1.0, (0.0, 5_000.0)),
    (Kind::RightPower, "rightcrankcurrentpower", 1.0, (0.0, 5_000.0)),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    HeartRate,
    Speed,
    Cadence,
    Altitude,
    Distance,
    StrideLength,
    Temperature,
    Power,
    LeftPower,
    RightPower,
}

/// Values of one kind by second, wall clock, in order.
type BySecond<T> = Vec<(i64, T)>;

/// One row per second that has a value.
pub(super) fn records(
    exercise: &mut Block,
    offset_ms: i64,
    pauses: &[Pause],
    laps: &[crate::Lap],
    sport: &Sport,
    place: &str,
    notices: &mut Vec<Notice>,
) -> (Rows, DistanceSource) {
    let mut counts = Counts::default();
    let mut columns: [BySecond<f64>; KINDS.len()] = [const { Vec::new() }; KINDS.len()];
    for timed in std::mem::take(&mut exercise.samples.timed) {
        let Some((kind, column)) = column_of(&timed.kind, &mut columns) else {
            counts.unused(&timed.kind, timed.points.iter().any(|point| point.value.is_some()));
            continue;
        };
        let points = timed.points.iter().filter_map(|point| Some((point.at_ms?, point.value?)));
        column.extend(points.filter_map(|(at_ms, value)| Some((at_ms.div_euclid(1000), counts.checked(kind, value)?))));
    }
    for series in std::mem::take(&mut exercise.samples.series) {
        let Some((kind, column)) = column_of(&series.kind, &mut columns) else {
            counts.unused(&series.kind, series.values.iter().any(|value| !value.is_nan()));
            continue;
        };
        let interval_ms = series.interval_ms.filter(|ms| (1.0..=3_600_000.0).contains(ms)).unwrap_or(1000.0);
        let length_s = series.values.len() as f64 * interval_ms / 1000.0;
        let mut clock = Clock::new(exercise, length_s, pauses, offset_ms);
        column.reserve(series.values.iter().filter(|value| !value.is_nan()).count());
        for value in series.values {
            let at_ms = clock.tick(interval_ms);
            if let Some(value) = counts.checked(kind, value) {
                column.push(((at_ms / 1000.0).floor() as i64, value));
            }
        }
    }
    let rr = rr(exercise, pauses, offset_ms);
    let positions = positions(exercise, &mut counts);
    let mut seconds: Vec<i64> = Vec::new();
    for column in &mut columns {
        in_order(column, |(second, _)| *second, &mut counts);
        seconds.extend(column.iter().map(|(second, _)| *second));
    }
    seconds.extend(positions.iter().map(|(second, _)| *second));
    seconds.sort_unstable();
    // Beats behind the last sample, or without any other sample, are rows of their own.
    let last = seconds.last().copied().unwrap_or(i64::MIN);
    seconds.extend(rr.iter().map(|(second, _)| *second).filter(|second| *second > last));
    seconds.dedup();
    let place_of = |name: &'static str, column: &BySecond<f64>| (name, at(&seconds, column, |value| *value));
    let mut rows =
        Rows::new(seconds.iter().map(|second| second.saturating_mul(1000).saturating_sub(offset_ms)).collect());
    let mut power = Vec::new();
    let (mut along_m, mut strides) = (Vec::new(), Vec::new());
    for ((kind, ..), column) in KINDS.iter().zip(&columns).filter(|(_, column)| !column.is_empty()) {
        let (name, mut values) = match kind {
            Kind::HeartRate => place_of(schema::HEART_RATE_BPM, column),
            Kind::Speed => place_of(schema::SPEED_MPS, column),
            Kind::Altitude => place_of(schema::ALTITUDE_M, column),
            Kind::Temperature => place_of(schema::TEMPERATURE_C, column),
            Kind::Cadence if sport.is_on_foot() => place_of(schema::CADENCE_SPM, column),
            Kind::Cadence => place_of(schema::CADENCE_RPM, column),
            Kind::Power => place_of(schema::POWER_W, column),
            Kind::StrideLength => {
                strides = at(&seconds, column, |value| *value);
                continue;
            }
            Kind::Distance => {
                along_m = at(&seconds, column, |value| *value);
                continue;
            }
            Kind::LeftPower | Kind::RightPower => {
                power.push(at(&seconds, column, |value| *value));
                continue;
            }
        };
        if *kind == Kind::Cadence && sport.is_on_foot() {
            let factor = steps_per_count(sport, &values);
            values.iter_mut().for_each(|value| *value *= factor);
        }
        rows.add(name, values);
    }
    if sport.is_on_foot() {
        let lengths = step_lengths_mm(strides, &rows);
        rows.add(schema::STEP_LENGTH_MM, lengths);
    }
    let row_of = |second: i64| seconds.partition_point(|known| *known < second);
    rows.set_rr(rr.into_iter().map(|(second, ms)| (row_of(second), ms)).collect());
    match power.as_slice() {
        [one] => rows.add(schema::POWER_W, one.iter().map(|watts| 2.0 * watts).collect()),
        [left, right] => rows.add(schema::POWER_W, left.iter().zip(right).map(|(left, right)| left + right).collect()),
        _ => {}
    }
    rows.add(schema::LAT_DEG, at(&seconds, &positions, |(lat, ..)| *lat));
    rows.add(schema::LON_DEG, at(&seconds, &positions, |(_, lon, _)| *lon));
    rows.add(schema::ALTITUDE_M, at(&seconds, &positions, |(.., altitude)| *altitude));
    if !laps.is_empty() {
        let mut starts: Vec<i64> =
            laps.iter().filter_map(|lap| lap.start).map(|start| start.timestamp_millis()).collect();
        starts.sort_unstable();
        let lap = |time: &i64| starts.partition_point(|start| start <= time).saturating_sub(1) as f64;
        let lap = rows.time_ms().iter().map(lap).collect();
        rows.add(schema::LAP, lap);
    }
    let source = distance(along_m, &positions, &seconds, sport, place, &mut rows, notices);
    if source == DistanceSource::Positions {
        notices.push(Notice::distance_from_positions(place, "", exercise.distance_m));
    }
    counts.tell(place, notices);
    (rows, source)
}

/// The kind called `name` and its column.
fn column_of<'c, T>(name: &str, columns: &'c mut [T; KINDS.len()]) -> Option<(Kind, &'c mut T)> {
    let name: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let index = KINDS.iter().position(|(_, known, ..)| *known == name)?;
    Some((KINDS.get(index)?.0, columns.get_mut(index)?))
}

/// RR intervals, milliseconds, with the second in which each ends. They begin with the exercise, one behind the other.
fn rr(exercise: &mut Block, pauses: &[Pause], offset_ms: i64) -> BySecond<f64> {
    let intervals = std::mem::take(&mut exercise.samples.intervals);
    let length_s = intervals.iter().filter_map(|interval| interval.duration_s).sum();
    let mut clock = Clock::new(exercise, length_s, pauses, offset_ms);
    let timed = intervals.iter().filter_map(|interval| {
        let ms = interval.duration_s? * 1000.0;
        let ends_ms = clock.tick(ms) + ms;
        (!interval.is_offline && ms > 0.0).then_some(((ends_ms / 1000.0).floor() as i64, ms))
    });
    timed.collect()
}

/// A position in degrees and its altitude in metres, NaN where there is none.
type Place = (f64, f64, f64);

/// The positions of both forms by second.
fn positions(exercise: &mut Block, counts: &mut Counts) -> BySecond<Place> {
    let route = std::mem::take(&mut exercise.routes.route);
    let route_start_ms = route.start_ms.or(exercise.start_ms);
    let recorded = std::mem::take(&mut exercise.samples.positions);
    let place = |position: &Position| {
        let at_ms = match (position.at_ms, position.elapsed_ms) {
            (Some(at_ms), _) => at_ms,
            (None, Some(elapsed_ms)) => route_start_ms?.saturating_add(elapsed_ms as i64),
            (None, None) => return None,
        };
        let (lat, lon) = (position.lat_deg?, position.lon_deg?);
        Some((at_ms.div_euclid(1000), lat, lon, position.altitude_m))
    };
    let mut places = BySecond::new();
    for (second, lat, lon, altitude_m) in recorded.iter().chain(&route.positions).filter_map(place) {
        // 0, 0 stands for “no position”.
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) || (lat == 0.0 && lon == 0.0) {
            counts.impossible += 1;
            continue;
        }
        let altitude_m = altitude_m.and_then(|metres| counts.checked(Kind::Altitude, metres)).unwrap_or(f64::NAN);
        places.push((second, (lat, lon, altitude_m)));
    }
    in_order(&mut places, |(second, _)| *second, counts);
    places
}

/// Values in order of time, the first of each second.
fn in_order<T>(values: &mut Vec<T>, second: impl Fn(&T) -> i64, counts: &mut Counts) {
    if !values.is_sorted_by_key(&second) {
        counts.unordered = true;
        values.sort_by_key(&second);
    }
    values.dedup_by_key(|value| second(value));
}

/// The values at `seconds`, which hold those of all `values`; NaN where there is none. Both are in order.
fn at<T>(seconds: &[i64], values: &BySecond<T>, number: impl Fn(&T) -> f64) -> Vec<f64> {
    let mut values = values.iter().peekable();
    let value = |second: &i64| values.next_if(|(of, _)| of == second).map_or(f64::NAN, |(_, value)| number(value));
    seconds.iter().map(value).collect()
}

/// Adds the distance column: the exercise's own where it never falls, else along the positions.
fn distance(
    own_m: Vec<f64>,
    positions: &BySecond<Place>,
    seconds: &[i64],
    sport: &Sport,
    place: &str,
    rows: &mut Rows,
    notices: &mut Vec<Notice>,
) -> DistanceSource {
    let stated: Vec<f64> = own_m.iter().copied().filter(|metres| !metres.is_nan()).collect();
    if stated.is_sorted() && stated.last().is_some_and(|metres| *metres > 0.0) {
        rows.add(schema::DISTANCE_M, own_m);
        return DistanceSource::Device;
    }
    if positions.is_empty() {
        if stated.last().is_some_and(|metres| *metres > 0.0) {
            let text = "The distance falls on the way, and there are no positions; it was left out.";
            notices.push(Notice::new(NoticeCode::ImpossibleValue, place, text));
        }
        return DistanceSource::None;
    }
    let (mut last, mut along_m, mut positions) = (None, 0.0, positions.iter().peekable());
    let along = seconds.iter().map(|second| {
        if let Some((_, (lat, lon, _))) = positions.next_if(|(of, _)| of == second) {
            along_m += last.map_or(0.0, |last| geo::distance_m(last, (*lat, *lon)));
            last = Some((*lat, *lon));
        }
        along_m
    });
    let mut along: Vec<f64> = along.collect();
    if sport.is_on_foot() {
        let times = seconds.iter().map(|second| Some(second.saturating_mul(1000)));
        notices.extend(leave_out_jumps(&mut along, times).notice(place));
    }
    rows.add(schema::DISTANCE_M, along);
    DistanceSource::Positions
}

/// What was odd among the samples.
#[derive(Debug, Default)]
struct Counts {
    impossible: u64,
    unordered: bool,
    /// Names of samples that are not used.
    unused: Vec<String>,
}

impl Counts {
    /// `value` in the schema's unit; `None` when it cannot be. A heart rate of 0 is a strap without contact.
    fn checked(&mut self, kind: Kind, value: f64) -> Option<f64> {
        let (.., factor, (least, most)) = KINDS.iter().find(|(of, ..)| *of == kind)?;
        let value = value * factor;
        let is_none = value.is_nan() || (kind == Kind::HeartRate && value == 0.0);
        if is_none {
            return None;
        }
        let can_be = (*least..=*most).contains(&value);
        self.impossible += u64::from(!can_be);
        can_be.then_some(value)
    }

    /// Notes samples of a kind that is not read, when they say something.
    fn unused(&mut self, kind: &str, says_something: bool) {
        if says_something && !self.unused.iter().any(|known| known == kind) {
            self.unused.extend(tidy(kind));
        }
    }

    fn tell(self, place: &str, notices: &mut Vec<Notice>) {
        if !self.unused.is_empty() {
            let text = format!("Not used: {}.", self.unused.join(", "));
            notices.push(Notice::new(NoticeCode::NotUsed, place, text));
        }
        if self.impossible > 0 {
            let text = match self.impossible {
                1 => "1 value that cannot be was left out.".to_owned(),
                n => format!("{n} values that cannot be were left out."),
            };
            notices.push(Notice::new(NoticeCode::ImpossibleValue, place, text));
        }
        if self.unordered {
            let text = "Samples do not stand in order of time; they were put in order.";
            notices.push(Notice::new(NoticeCode::TimeOrder, place, text));
        }
    }
}

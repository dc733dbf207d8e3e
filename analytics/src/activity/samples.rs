//! Sample columns of one activity, with the time that each sample stands for.

use plimsoll_ingest::quality::HEART_RATE_BPM;
use plimsoll_ingest::{Activity, Pause, schema};

use super::missing::Missing;

/// A gap between two samples longer than this, seconds, is a pause and counts for nothing, unless the distance grew in
/// it at more than [`MOVING_MPS`]: some devices write a sample only every minute.
pub(crate) const MAX_GAP_S: f64 = 30.0;

/// Samples that stand for less of the timer time than this say too little of the whole activity.
const MIN_RECORDED_SHARE: f64 = 0.8;

/// With a speed for less of the time than this, the time in motion would be too low to stand for the activity.
const MIN_SPEED_SHARE: f64 = 0.5;

/// Above this speed, m/s, a runner is moving.
pub(crate) const MOVING_MPS: f64 = 0.5;

/// One activity's samples, column by column: a number per sample, NaN where it is not known. A column that the records
/// do not have is empty.
pub(crate) struct Samples {
    /// Seconds, from whenever.
    pub(super) time_s: Vec<f64>,
    /// Seconds until the next sample; not known when that is a pause.
    pub(super) duration_s: Vec<f64>,
    /// Plausible ones.
    pub(super) heart_rate_bpm: Vec<f64>,
    /// As recorded, else the distance until the next sample over the time.
    pub(super) speed_mps: Vec<f64>,
    pub(super) cadence_spm: Vec<f64>,
    pub(super) altitude_m: Vec<f64>,
    pub(super) distance_m: Vec<f64>,
}

/// What one pass over the samples gives.
#[derive(Debug, Default)]
pub(crate) struct Means {
    /// The time that the samples stand for.
    pub(crate) timer_s: Option<f64>,
    /// The time that they should stand for: the timer time that the device stated, when that is longer.
    pub(crate) whole_s: Option<f64>,
    pub(crate) moving_s: Option<f64>,
    pub(crate) elapsed_s: Option<f64>,
    pub(crate) avg_heart_rate_bpm: Option<f64>,
    pub(crate) max_heart_rate_bpm: Option<f64>,
    pub(crate) avg_cadence_spm: Option<f64>,
    /// The part of `whole_s` in which there is a heart rate, 0 to 1.
    pub(crate) heart_rate_share: Option<f64>,
}

impl Means {
    /// # Errors
    /// The samples stand for too little of the activity: a sum over them, or a mean, is not that of the whole.
    pub(crate) fn covering(&self) -> Result<(), Missing> {
        let Some((recorded_s, whole_s)) = self.timer_s.zip(self.whole_s) else { return Ok(()) };
        if recorded_s < MIN_RECORDED_SHARE * whole_s {
            return Err(Missing::RecordGaps((100.0 * recorded_s / whole_s).round() as u8));
        }
        Ok(())
    }
}

impl Samples {
    pub(crate) fn new(activity: &Activity) -> Self {
        let records = &activity.records;
        let stamps = schema::milliseconds(records, schema::TIME);
        let has_times = stamps.iter().any(Option::is_some);
        let time_s: Vec<f64> = if has_times {
            stamps.iter().map(|ms| ms.map_or(f64::NAN, |ms| ms as f64 / 1000.0)).collect()
        } else {
            schema::numbers(records, schema::ELAPSED_S)
        };
        let paused = if has_times { paused(&stamps, &activity.pauses) } else { Vec::new() };
        let distance_m = schema::numbers(records, schema::DISTANCE_M);
        let mut speed_mps = schema::numbers(records, schema::SPEED_MPS);
        if speed_mps.is_empty() && !distance_m.is_empty() {
            speed_mps.resize(time_s.len(), f64::NAN);
        }
        let mut heart_rate_bpm = schema::numbers(records, schema::HEART_RATE_BPM);
        for rate in heart_rate_bpm.iter_mut().filter(|rate| !HEART_RATE_BPM.contains(rate)) {
            *rate = f64::NAN;
        }

        let mut duration_s = vec![f64::NAN; time_s.len()];
        for (row, (duration, times)) in duration_s.iter_mut().zip(time_s.windows(2)).enumerate() {
            let [from_s, to_s] = times else { continue };
            // Not known when either time is not, and then it neither counts nor does a step with it.
            let until_next_s = to_s - from_s;
            let leg_m = match distance_m.get(row..=row + 1) {
                Some([from_m, to_m]) => to_m - from_m,
                _ => f64::NAN,
            };
            let moved_on = leg_m / until_next_s > MOVING_MPS;
            let counts = until_next_s > 0.0 && (until_next_s <= MAX_GAP_S || moved_on);
            if counts && !paused.get(row).copied().unwrap_or(false) {
                *duration = until_next_s;
                if let Some(speed) = speed_mps.get_mut(row).filter(|speed| speed.is_nan()) {
                    *speed = leg_m / until_next_s;
                }
            }
        }
        Self {
            time_s,
            duration_s,
            heart_rate_bpm,
            speed_mps,
            cadence_spm: schema::numbers(records, schema::CADENCE_SPM),
            altitude_m: schema::numbers(records, schema::ALTITUDE_M),
            distance_m,
        }
    }

    /// Totals, and means weighted with the time that each sample stands for. `stated_s` is the timer time that the device
    /// stated, seconds.
    pub(crate) fn means(&self, stated_s: Option<f64>) -> Means {
        let timer_s = positive(self.duration_s.iter().filter(|duration| !duration.is_nan()).sum());
        let whole_s = timer_s.map(|timer_s| stated_s.map_or(timer_s, |stated_s| stated_s.max(timer_s)));
        let with_speed = self.weighted(&self.speed_mps, |_| true);
        let moving = self.weighted(&self.speed_mps, |speed| speed > MOVING_MPS);
        let with_heart_rate = self.weighted(&self.heart_rate_bpm, |_| true);
        let stepping = self.weighted(&self.cadence_spm, |cadence| cadence > 0.0);
        let (first_s, last_s) = bounds(&self.time_s);
        let (_, max_bpm) = bounds(&self.heart_rate_bpm);
        Means {
            timer_s,
            whole_s,
            moving_s: match (positive(with_speed.seconds), whole_s) {
                (Some(with_speed), Some(whole_s)) if with_speed >= MIN_SPEED_SHARE * whole_s => Some(moving.seconds),
                _ => None,
            },
            elapsed_s: positive(last_s - first_s),
            avg_heart_rate_bpm: with_heart_rate.mean(),
            max_heart_rate_bpm: Some(max_bpm).filter(|bpm| bpm.is_finite()),
            avg_cadence_spm: stepping.mean(),
            heart_rate_share: positive(with_heart_rate.seconds)
                .zip(whole_s)
                .map(|(seconds, whole_s)| seconds / whole_s),
        }
    }

    /// Heart rate with the seconds that it stands for, sample by sample.
    pub(crate) fn heart_rates(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.lasting(&self.heart_rate_bpm)
    }

    /// The known altitudes, metres.
    pub(crate) fn altitudes_m(&self) -> impl Iterator<Item = f64> + '_ {
        self.altitude_m.iter().copied().filter(|altitude| !altitude.is_nan())
    }

    /// Last − first distance of the samples, metres; `None` when that is not above zero.
    pub(crate) fn distance_m(&self) -> Option<f64> {
        let mut known = self.distance_m.iter().filter(|distance| !distance.is_nan());
        let first = known.next()?;
        positive(known.next_back()? - first)
    }

    /// The values of a column that stand for some time, with the seconds.
    pub(super) fn lasting<'a>(&'a self, column: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
        let samples = column.iter().copied().zip(self.duration_s.iter().copied());
        samples.filter(|(value, duration_s)| !value.is_nan() && !duration_s.is_nan())
    }

    fn weighted(&self, column: &[f64], counts: impl Fn(f64) -> bool) -> Weighted {
        let mut sums = Weighted { seconds: 0.0, product: 0.0 };
        for (value, seconds) in self.lasting(column).filter(|(value, _)| counts(*value)) {
            sums.seconds += seconds;
            sums.product += value * seconds;
        }
        sums
    }
}

/// Sums over samples.
struct Weighted {
    seconds: f64,
    /// Value × seconds.
    product: f64,
}

impl Weighted {
    fn mean(&self) -> Option<f64> {
        positive(self.seconds).map(|seconds| self.product / seconds).filter(|mean| mean.is_finite())
    }
}

fn positive(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite() && *value > 0.0)
}

/// The lowest and the highest known value; infinities the wrong way round when there is none.
fn bounds(values: &[f64]) -> (f64, f64) {
    // `min` and `max` pass over NaN.
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// For each sample: whether the timer stood still somewhere between it and the next.
fn paused(stamps: &[Option<i64>], pauses: &[Pause]) -> Vec<bool> {
    let mut pauses: Vec<(i64, i64)> =
        pauses.iter().map(|pause| (pause.from.timestamp_millis(), pause.to.timestamp_millis())).collect();
    pauses.sort_unstable();
    let next = stamps.iter().skip(1).copied().chain([None]);
    stamps
        .iter()
        .zip(next)
        .map(|(from, to)| {
            let (Some(from), Some(to)) = (*from, to) else { return false };
            let started = pauses.partition_point(|(start, _)| *start < to);
            started.checked_sub(1).and_then(|last| pauses.get(last)).is_some_and(|(_, end)| *end > from)
        })
        .collect()
}

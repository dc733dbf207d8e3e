//! Where the time of an import goes, stage by stage.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A stage on the way of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Searching folders.
    Find,
    /// Reading files from the disk.
    Read,
    /// Taking members out of archives, and decompressing.
    Inflate,
    /// Cutting an export that is one large file into documents; with Apple Health's, decompressing it on the way.
    Split,
    /// SHA-256.
    Hash,
    /// Writing the bytes to the disk, flushed.
    StoreBytes,
    /// Bytes to frames.
    Decode,
    /// Looking for what is wrong with frames, and cleaning them.
    Clean,
    /// Frames to summaries.
    Summarise,
    /// Transactions.
    StoreRows,
}

impl Stage {
    const ALL: [(Self, &str); 10] = [
        (Self::Find, "find"),
        (Self::Read, "read"),
        (Self::Inflate, "inflate"),
        (Self::Split, "split export"),
        (Self::Hash, "hash"),
        (Self::StoreBytes, "store bytes"),
        (Self::Decode, "decode"),
        (Self::Clean, "clean"),
        (Self::Summarise, "summarise"),
        (Self::StoreRows, "store rows"),
    ];
}

/// Time and bytes by stage, summed over all workers. Counting costs some nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Timings {
    nanos: [AtomicU64; Stage::ALL.len()],
    bytes: [AtomicU64; Stage::ALL.len()],
}

impl Timings {
    /// Runs `work` and counts its time and `bytes` for `stage`.
    pub(crate) fn time<T>(&self, stage: Stage, bytes: usize, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.add(stage, bytes, began.elapsed());
        done
    }

    /// Awaits `work` and counts the time until it is done, waiting included.
    pub(crate) async fn wait<T>(&self, stage: Stage, bytes: usize, work: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let done = work.await;
        self.add(stage, bytes, began.elapsed());
        done
    }

    /// Counts time and bytes for a stage.
    pub(crate) fn add(&self, stage: Stage, bytes: usize, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if let (Some(sum), Some(all)) = (self.nanos.get(stage as usize), self.bytes.get(stage as usize)) {
            sum.fetch_add(nanos, Ordering::Relaxed);
            all.fetch_add(bytes as u64, Ordering::Relaxed);
        }
    }

    /// A table of the stages for a person; `wall` is the time that everything took.
    #[expect(clippy::cast_precision_loss, reason = "shown to a few digits")]
    pub(crate) fn table(&self, wall: Duration, cpu: Option<Duration>) -> String {
        let seconds = |index: usize| self.nanos.get(index).map_or(0.0, |sum| sum.load(Ordering::Relaxed) as f64 / 1e9);
        let total_s: f64 = (0..Stage::ALL.len()).map(seconds).sum();
        let mut table = String::from("stage            seconds   share      MB/s\n");
        for (index, (_, name)) in Stage::ALL.iter().enumerate() {
            let stage_s = seconds(index);
            let bytes = self.bytes.get(index).map_or(0, |sum| sum.load(Ordering::Relaxed));
            let rate =
                if bytes > 0 && stage_s > 0.0 { format!("{:.0}", bytes as f64 / 1e6 / stage_s) } else { "–".into() };
            let share = if total_s > 0.0 { 100.0 * stage_s / total_s } else { 0.0 };
            let _ = writeln!(table, "{name:<14} {stage_s:>9.2} {share:>6.1} % {rate:>8}");
        }
        let wall_s = wall.as_secs_f64();
        let _ = write!(table, "all workers    {total_s:>9.2}\nwall           {wall_s:>9.2}");
        if let Some(cpu) = cpu {
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            let busy = cpu.as_secs_f64() / wall_s.max(1e-9);
            let _ = write!(table, "\nprocessor      {:>9.2}  ({busy:.2} of {cores} cores busy)", cpu.as_secs_f64());
        }
        table
    }
}

/// Processor time of this process so far; `None` where the system does not say.
pub(crate) fn processor_time() -> Option<Duration> {
    // Linux counts in hundredths of a second, in the 14th and 15th field; the second may hold blanks and brackets.
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some(Duration::from_millis((user + system) * 10))
}

//! Every file of a folder of real ones (`PLIMSOLL_CORPUS`): how many are read whole, in part or not at all, by maker and
//! kind; and the time of all FIT files together against the other readers there are, in one run on one core.
//!
//! Only files that both readers of a comparison read count in it. Each time is the best of several rounds in which
//! the readers take turns, so that a busy machine slows all of them.

#![expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its files ends")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use plimsoll_ingest::{FileKind, NoticeCode, ReadError, ReadOptions, WatchFile, read};
use rustyfit::Decoder;

/// Rounds of each file; the fastest counts.
const ROUNDS: usize = 5;

/// What became of the files of one maker and kind.
#[derive(Debug, Default)]
struct Tally {
    whole: u32,
    partial: u32,
    refused: u32,
}

/// One line of the folder's list.
struct Listed {
    file: String,
    maker: String,
}

fn listed(corpus: &Path) -> Vec<Listed> {
    let text = std::fs::read_to_string(corpus.join("manifest.tsv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            Listed { file: cells[0].to_owned(), maker: maker(cells[6]) }
        })
        .collect()
}

/// The maker or program out of the list's words for the device: `garmin/fr920xt`, `Garmin Edge 530`, `StravaGPX`.
fn maker(device: &str) -> String {
    let name = device.split(['/', ' ', '-', '_']).next().unwrap_or_default().to_lowercase();
    match name.as_str() {
        "" | "..." | "0" | "development" => "not stated".to_owned(),
        "edge705" | "forerunner" | "oregon" | "edge" | "garmin" => "garmin".to_owned(),
        name if name.starts_with("strava") => "strava".to_owned(),
        name => name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned(),
    }
}

fn is_partial(file: &WatchFile) -> bool {
    let lost = [NoticeCode::Damaged, NoticeCode::Truncated, NoticeCode::Resynchronised, NoticeCode::Capped];
    file.notices.iter().any(|notice| lost.contains(&notice.code))
}

fn acceptance(corpus: &Path, files: &[Listed]) {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    let mut refused = Vec::new();
    for listed in files {
        let bytes = std::fs::read(corpus.join(&listed.file)).unwrap();
        let format = listed.file.split('/').next().unwrap_or_default().to_uppercase();
        let outcome: Result<WatchFile, ReadError> = read(&bytes, &ReadOptions::default());
        let kind = match outcome.as_ref().map(|file| &file.kind) {
            Ok(FileKind::Activity) | Err(_) => format,
            Ok(kind) => format!("{format} {}", kind.name()),
        };
        let tally = tallies.entry((kind, listed.maker.clone())).or_default();
        match outcome {
            Ok(file) if is_partial(&file) => tally.partial += 1,
            Ok(_) => tally.whole += 1,
            Err(error) => {
                tally.refused += 1;
                refused.push(format!("{}: {error}", listed.file));
            }
        }
    }
    println!("| kind | maker | whole | in part | refused |\n|---|---|---|---|---|");
    for ((kind, maker), Tally { whole, partial, refused }) in &tallies {
        println!("| {kind} | {maker} | {whole} | {partial} | {refused} |");
    }
    let sum = |of: fn(&Tally) -> u32| tallies.values().map(of).sum::<u32>();
    println!(
        "| **all** | | **{}** | **{}** | **{}** |\n",
        sum(|tally| tally.whole),
        sum(|tally| tally.partial),
        sum(|tally| tally.refused)
    );
    for line in refused {
        println!("refused {line}");
    }
}

fn own(bytes: &[u8]) -> bool {
    read(bytes, &ReadOptions::default()).is_ok_and(|file| black_box(file).messages.len() > 1)
}

fn by_fitparser(bytes: &[u8]) -> bool {
    // It panics on some damaged files; these do not count.
    catch_unwind(|| fitparser::from_bytes(bytes).is_ok_and(|records| !black_box(records).is_empty())).unwrap_or(false)
}

fn by_rustyfit(mut bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new();
    let mut messages = 0;
    loop {
        match decoder.decode(&mut bytes) {
            Ok(Some(fit)) => messages += black_box(fit).messages.len(),
            Ok(None) => return messages > 0,
            Err(_) => return false,
        }
    }
}

fn timed(reader: fn(&[u8]) -> bool, bytes: &[u8]) -> Option<Duration> {
    let begin = Instant::now();
    reader(black_box(bytes)).then(|| begin.elapsed())
}

fn speed(corpus: &Path, files: &[Listed], name: &str, other: fn(&[u8]) -> bool) {
    let (mut own_time, mut other_time, mut size, mut count) = (Duration::ZERO, Duration::ZERO, 0, 0);
    let mut read_by_one = [0, 0];
    for listed in files.iter().filter(|listed| listed.file.starts_with("fit/")) {
        let bytes = std::fs::read(corpus.join(&listed.file)).unwrap();
        let rounds: Vec<_> = (0..ROUNDS).map(|_| (timed(own, &bytes), timed(other, &bytes))).collect();
        let best_own = rounds.iter().filter_map(|round| round.0).min();
        let best_other = rounds.iter().filter_map(|round| round.1).min();
        read_by_one[0] += usize::from(best_own.is_some());
        read_by_one[1] += usize::from(best_other.is_some());
        if let (Some(best_own), Some(best_other)) = (best_own, best_other) {
            own_time += best_own;
            other_time += best_other;
            size += bytes.len();
            count += 1;
        }
    }
    let mb_per_s = |time: Duration| size as f64 / time.as_secs_f64() / 1e6;
    println!(
        "{name}: {count} files, {:.1} MB: {:.0} ms against {:.0} ms ({:.0} and {:.0} MB/s): {:.1} times as fast; \
         {} files read by plimsoll-ingest, {} by {name}",
        size as f64 / 1e6,
        own_time.as_secs_f64() * 1e3,
        other_time.as_secs_f64() * 1e3,
        mb_per_s(own_time),
        mb_per_s(other_time),
        other_time.as_secs_f64() / own_time.as_secs_f64(),
        read_by_one[0],
        read_by_one[1],
    );
}

fn main() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("PLIMSOLL_CORPUS is not set: there is nothing to read");
        return;
    };
    let corpus = Path::new(&corpus);
    let files = listed(corpus);
    acceptance(corpus, &files);
    std::panic::set_hook(Box::new(|_| {}));
    speed(corpus, &files, "fitparser", by_fitparser);
    speed(corpus, &files, "rustyfit", by_rustyfit);
}

//! Every file of a folder of real ones (`PLIMSOLL_CORPUS`): how many are read whole, in part or not at all, by maker and
//! kind; and the time of all FIT files together against the other readers there are, in one run on one core.
//!
//! Only files that both readers of a comparison read count in it. Each time is the best of several rounds in which
//! the readers take turns, so that a busy machine slows all of them. In its turn a reader reads the file twice: what the
//! one before left for the allocator to clear up is no cost of its own.
//!
//! With `-- fit`, `-- gpx` or `-- tcx` it only reads the files of that format again and again, for a profiler to watch.

#![expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its files ends")]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use plimsoll_ingest::{FileKind, NoticeCode, ReadError, ReadOptions, WatchFile, read};
use rustyfit::Decoder;

/// Rounds of each file; the fastest counts.
const ROUNDS: usize = 5;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Whole,
    InPart,
    Refused,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Whole, Self::InPart, Self::Refused];

    fn of(read: &Result<WatchFile, ReadError>) -> Self {
        let lost = [NoticeCode::Damaged, NoticeCode::Truncated, NoticeCode::Resynchronised, NoticeCode::Capped];
        match read {
            Err(_) => Self::Refused,
            Ok(file) if file.notices.iter().any(|notice| lost.contains(&notice.code)) => Self::InPart,
            Ok(_) => Self::Whole,
        }
    }
}

/// Numbers of files by maker.
type Makers = BTreeMap<String, usize>;

/// Makers with the number of their files, most files first; those with one or two files together.
fn words(makers: &Makers) -> String {
    const NAMED: usize = 3;
    let (mut named, few): (Vec<_>, Vec<_>) = makers.iter().partition(|(_, files)| **files >= NAMED);
    named.sort_by_key(|(_, files)| std::cmp::Reverse(**files));
    let mut words: Vec<String> = named.iter().map(|(maker, files)| format!("{maker} {files}")).collect();
    if !few.is_empty() {
        words.push(format!("{} others {}", few.len(), few.iter().map(|(_, files)| **files).sum::<usize>()));
    }
    words.join(", ")
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

fn acceptance(corpus: &Path, files: &[Listed]) {
    let mut kinds: BTreeMap<String, [Makers; Outcome::ALL.len()]> = BTreeMap::new();
    let mut lines = Vec::new();
    for listed in files {
        let bytes = std::fs::read(corpus.join(&listed.file)).unwrap();
        let format = listed.file.split('/').next().unwrap_or_default().to_uppercase();
        let read = read(&bytes, &ReadOptions::default());
        let kind = match read.as_ref().map(|file| &file.kind) {
            Ok(FileKind::Activity) | Err(_) => format,
            Ok(kind) => format!("{format} {}", kind.name()),
        };
        let outcome = Outcome::of(&read);
        *kinds.entry(kind).or_default()[outcome as usize].entry(listed.maker.clone()).or_default() += 1;
        match read {
            Ok(file) if outcome == Outcome::InPart => {
                let codes: BTreeSet<String> = file.notices.iter().map(|notice| format!("{:?}", notice.code)).collect();
                let codes: Vec<String> = codes.into_iter().collect();
                lines.push(format!("in part ({}): {}", listed.file, codes.join(", ")));
            }
            Ok(_) => {}
            Err(error) => lines.push(format!("refused ({}): {error}", listed.file)),
        }
    }
    let sum = |makers: &Makers| makers.values().sum::<usize>();
    println!("| kind | whole | in part | refused | makers of those read whole | makers of the others |");
    println!("|---|---|---|---|---|---|");
    for (kind, [whole, part, refused]) in &kinds {
        let mut others = part.clone();
        for (maker, files) in refused {
            *others.entry(maker.clone()).or_default() += files;
        }
        let (all, others) = (words(whole), words(&others));
        println!("| {kind} | {} | {} | {} | {all} | {others} |", sum(whole), sum(part), sum(refused));
    }
    let [whole, part, refused] =
        Outcome::ALL.map(|outcome| kinds.values().map(|outcomes| sum(&outcomes[outcome as usize])).sum::<usize>());
    println!("| **all** | **{whole}** | **{part}** | **{refused}** | | |\n");
    for line in lines {
        println!("{line}");
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
    reader(black_box(bytes));
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

fn read_again_and_again(corpus: &Path, files: &[Listed], format: &str) {
    const TIMES: usize = 25;
    for listed in files.iter().filter(|listed| listed.file.split('/').next() == Some(format)) {
        let bytes = std::fs::read(corpus.join(&listed.file)).unwrap();
        for _ in 0..TIMES {
            own(&bytes);
        }
    }
}

fn main() {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("PLIMSOLL_CORPUS is not set: there is nothing to read");
        return;
    };
    let corpus = Path::new(&corpus);
    let files = listed(corpus);
    if let Some(format) = std::env::args().find(|argument| ["fit", "gpx", "tcx"].contains(&argument.as_str())) {
        read_again_and_again(corpus, &files, &format);
        return;
    }
    acceptance(corpus, &files);
    std::panic::set_hook(Box::new(|_| {}));
    speed(corpus, &files, "fitparser", by_fitparser);
    speed(corpus, &files, "rustyfit", by_rustyfit);
}

//! Peak of what is allocated while a file is read, beyond the file itself: for every file of a folder of real ones
//! (`PLIMSOLL_CORPUS`). Ends with an error when a file needs more than 6 times its size and 16 MB.

#![expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot read its files ends")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use peak_alloc::PeakAlloc;
use plimsoll_ingest::{ReadOptions, read};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MB: f64 = 1e6;

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
}

/// Most bytes that were allocated at once while `bytes` were read, those of the result with them.
fn peak(bytes: &[u8]) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    drop(black_box(read(bytes, &ReadOptions::default())));
    ALLOCATOR.peak_usage().saturating_sub(before)
}

fn main() -> ExitCode {
    let Some(corpus) = std::env::var_os("PLIMSOLL_CORPUS") else {
        println!("PLIMSOLL_CORPUS is not set: there is nothing to read");
        return ExitCode::SUCCESS;
    };
    let mut files = Vec::new();
    files_under(Path::new(&corpus), &mut files);
    files.sort();
    // What is set up once for the whole program is no file's.
    peak(&std::fs::read(files.first().unwrap()).unwrap());

    let mut over = 0;
    for kind in ["fit", "gpx", "tcx"] {
        let (mut largest_factor, mut highest): (f64, f64) = (0.0, 0.0);
        let of_kind = files.iter().filter(|path| path.extension().is_some_and(|extension| extension == kind));
        for path in of_kind {
            let bytes = std::fs::read(path).unwrap();
            let (size, peak) = (bytes.len() as f64, peak(&bytes) as f64);
            highest = highest.max(peak);
            // In a small file the fixed part is all there is.
            if size > MB / 4.0 {
                largest_factor = largest_factor.max(peak / size);
            }
            if peak > 6.0 * size + 16.0 * MB {
                over += 1;
                println!("over the bound: {}: {:.1} MB for {:.1} MB", path.display(), peak / MB, size / MB);
            }
        }
        println!(
            "{kind}: at most {largest_factor:.1} times the file (of those above 250 kB), at most {:.1} MB",
            highest / MB
        );
    }
    if over > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
